//! Lengths and nearest points on the WGS-84 ellipsoid; planar distance on degrees never occurs.

use geo::{Distance, Geodesic, Point};
use linewright_model::Position;

fn point(p: Position) -> Point {
    Point::new(p.lon_deg(), p.lat_deg())
}

/// Geodesic distance between two positions, metres.
pub fn distance_m(a: Position, b: Position) -> f64 {
    if a == b { 0.0 } else { Geodesic.distance(point(a), point(b)) }
}

/// Geodesic length of a course through these positions, metres.
pub fn course_length_m(course: &[Position]) -> f64 {
    course.windows(2).map(|leg| distance_m(leg[0], leg[1])).sum()
}

/// A position as a point in space, metres: WGS-84, geocentric.
pub type InSpace = [f64; 3];

/// A position in space.
pub fn in_space(p: Position) -> InSpace {
    const EQUATOR_M: f64 = 6_378_137.0;
    const FLATTENING: f64 = 1.0 / 298.257_223_563;
    const ECCENTRICITY_2: f64 = FLATTENING * (2.0 - FLATTENING);
    let (lon, lat) = (p.lon_deg().to_radians(), p.lat_deg().to_radians());
    let normal_m = EQUATOR_M / (1.0 - ECCENTRICITY_2 * lat.sin() * lat.sin()).sqrt();
    let out_m = normal_m * lat.cos();
    [out_m * lon.cos(), out_m * lon.sin(), normal_m * (1.0 - ECCENTRICITY_2) * lat.sin()]
}

/// Distance through the ground, metres: never more than along it, and no way round is shorter.
pub fn chord_m(a: InSpace, b: InSpace) -> f64 {
    let apart = blend(a, 1.0, b, -1.0);
    dot(apart, apart).sqrt()
}

/// A position as a point of the unit sphere in space.
///
/// There the straight chord orders distances as the great circle does, also across the date line and at the
/// poles.
pub(crate) type OnSphere = [f64; 3];

pub(crate) fn on_sphere(p: Position) -> OnSphere {
    let (lon, lat) = (p.lon_deg().to_radians(), p.lat_deg().to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

fn off_sphere([x, y, z]: OnSphere) -> Option<Position> {
    Position::new(y.atan2(x).to_degrees(), z.atan2(x.hypot(y)).to_degrees()).ok()
}

pub(crate) fn dot(a: OnSphere, b: OnSphere) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn blend(a: OnSphere, by_a: f64, b: OnSphere, by_b: f64) -> OnSphere {
    [0, 1, 2].map(|axis| a[axis] * by_a + b[axis] * by_b)
}

/// One leg of a course: the shorter great-circle arc between two positions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Arc {
    /// The two ends.
    pub(crate) ends: [OnSphere; 2],
    /// Unit vector to the middle of the arc.
    middle: OnSphere,
    /// Unit vector along the arc at its middle, from the first end to the second.
    along: OnSphere,
    /// Angle from the middle to either end.
    pub(crate) half: f64,
}

impl Arc {
    /// `None` for antipodes, between which no arc is shorter than the others, and for a leg without length.
    pub(crate) fn new(ends: [OnSphere; 2]) -> Option<Self> {
        let (sum, chord) = (blend(ends[0], 1.0, ends[1], 1.0), blend(ends[1], 1.0, ends[0], -1.0));
        let (across, along) = (dot(sum, sum).sqrt(), dot(chord, chord).sqrt());
        if across < 1e-9 || along <= 0.0 {
            return None;
        }
        let unit = |v: OnSphere, length: f64| v.map(|axis| axis / length);
        Some(Self { ends, middle: unit(sum, across), along: unit(chord, along), half: along.atan2(across) })
    }

    /// The nearest point, as an angle from the middle: `-half` at the first end, `half` at the second.
    fn nearest_angle(&self, from: OnSphere) -> f64 {
        dot(from, self.along).atan2(dot(from, self.middle)).clamp(-self.half, self.half)
    }

    pub(crate) fn at_angle(&self, angle: f64) -> OnSphere {
        blend(self.middle, angle.cos(), self.along, angle.sin())
    }

    /// Squared chord from a point of the sphere to the nearest point of the arc.
    pub(crate) fn chord_squared(&self, from: OnSphere) -> f64 {
        let apart = blend(from, 1.0, self.at_angle(self.nearest_angle(from)), -1.0);
        dot(apart, apart)
    }
}

/// The point of a course nearest to a position.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Foot {
    /// The point.
    pub at: Position,
    /// Distance from the position, metres.
    pub distance_m: f64,
    /// Distance from the start of the course, metres along it.
    pub along_m: f64,
}

/// The nearest point of a course; `None` for a course without positions.
///
/// Legs are great-circle arcs, which leave the geodesic by less than 0.1 m on legs of up to 50 km. The
/// distances reported are geodesic; that of the point found exceeds the least one by less than 0.01 %.
pub fn nearest_on_course(from: Position, course: &[Position]) -> Option<Foot> {
    let first = *course.first()?;
    let mut best = Foot { at: first, distance_m: distance_m(from, first), along_m: 0.0 };
    let mut walked_m = 0.0;
    for leg in course.windows(2) {
        let leg_m = distance_m(leg[0], leg[1]);
        let at = foot_on_leg(from, leg[0], leg[1]);
        let here = Foot { at, distance_m: distance_m(from, at), along_m: walked_m + distance_m(leg[0], at).min(leg_m) };
        if here.distance_m < best.distance_m {
            best = here;
        }
        walked_m += leg_m;
    }
    Some(best)
}

fn foot_on_leg(from: Position, a: Position, b: Position) -> Position {
    let Some(arc) = Arc::new([a, b].map(on_sphere)) else {
        return if distance_m(from, b) < distance_m(from, a) { b } else { a };
    };
    let angle = arc.nearest_angle(on_sphere(from));
    if angle <= -arc.half {
        a
    } else if angle >= arc.half {
        b
    } else {
        // A point of the sphere is a position, up to rounding at the edge of the range.
        off_sphere(arc.at_angle(angle)).unwrap_or(a)
    }
}

/// The position this far along a course; its last position when the course is shorter.
pub fn along_course(course: &[Position], along_m: f64) -> Option<Position> {
    let mut left_m = along_m.max(0.0);
    for leg in course.windows(2) {
        let leg_m = distance_m(leg[0], leg[1]);
        if left_m < leg_m {
            let Some(arc) = Arc::new([leg[0], leg[1]].map(on_sphere)) else { return Some(leg[0]) };
            return off_sphere(arc.at_angle(arc.half * (2.0 * left_m / leg_m - 1.0)));
        }
        left_m -= leg_m;
    }
    course.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    #[test]
    fn a_degree_of_longitude_shrinks_with_latitude() {
        let check = |lat: f64, expected_m: f64| {
            let got = distance_m(at(120.0, lat), at(121.0, lat));
            assert!((got - expected_m).abs() < 3.0, "{lat}: {got}");
        };
        check(0.0, 111_319.5);
        check(32.0, 94_491.6);
    }

    #[test]
    fn nearest_point_lies_on_the_course() {
        let course = [at(120.0, 32.0), at(120.1, 32.0), at(120.1, 32.1)];
        let foot = nearest_on_course(at(120.05, 32.01), &course).unwrap();
        // The arc runs a metre north of the parallel.
        assert!((foot.at.lat_deg() - 32.0).abs() < 2e-5 && (foot.at.lon_deg() - 120.05).abs() < 1e-6);
        assert!((foot.distance_m - 1108.0).abs() < 1.0, "{}", foot.distance_m);
        assert!((foot.along_m - course_length_m(&course[..2]) / 2.0).abs() < 1.0);
        assert_eq!(nearest_on_course(at(0.0, 0.0), &[]), None);
        let half = along_course(&course, foot.along_m).unwrap();
        assert!(distance_m(half, foot.at) < 0.5);
    }
}

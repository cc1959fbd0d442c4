//! Geodesic lengths of imported courses: planar distance on degrees never occurs.

use geo::{Distance, Geodesic, Point};
use linewright_model::Position;

fn point(p: Position) -> Point {
    Point::new(p.lon_deg(), p.lat_deg())
}

/// Geodesic distance between two positions on the WGS-84 ellipsoid, metres.
pub fn distance_m(a: Position, b: Position) -> f64 {
    if a == b { 0.0 } else { Geodesic.distance(point(a), point(b)) }
}

/// Geodesic length of a course through these positions, metres, to the millimetre.
pub fn course_length_m(course: &[Position]) -> f64 {
    let sum_m: f64 = course.windows(2).map(|leg| distance_m(leg[0], leg[1])).sum();
    (sum_m * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_geodesic() {
        let check = |course: &[(f64, f64)], expected_m: f64| {
            let course: Vec<Position> = course.iter().map(|(x, y)| Position::new(*x, *y).unwrap()).collect();
            let length_m = course_length_m(&course);
            assert!((length_m - expected_m).abs() < 1.0, "{course:?}: {length_m}");
        };
        check(&[], 0.0);
        check(&[(120.0, 32.0)], 0.0);
        // One degree along the equator, one along a meridian from the equator.
        check(&[(0.0, 0.0), (1.0, 0.0)], 111_319.5);
        check(&[(0.0, 0.0), (0.0, 1.0)], 110_574.4);
        check(&[(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)], 222_639.0);
    }
}

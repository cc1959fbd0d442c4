//! Courses on the square of the map: Web Mercator, clipping to a tile, thinning to what can be seen.

use linewright_model::Position;

use super::mvt::{EXTENT, Point};

/// A position on the square of the map: 0..1 from west to east and from north to south.
pub(super) type OnMap = [f64; 2];

/// Web Mercator ends here.
const LAST_LAT_DEG: f64 = 85.051_128_78;

pub(super) fn on_map(at: Position) -> OnMap {
    let lat = at.lat_deg().clamp(-LAST_LAT_DEG, LAST_LAT_DEG).to_radians();
    let x = at.lon_deg() / 360.0 + 0.5;
    let y = 0.5 - lat.tan().asinh() / std::f64::consts::TAU;
    [x, y]
}

/// A tile: its corner and side on the square of the map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    corner: OnMap,
    side: f64,
}

/// Room around a tile in which lines are drawn too, so that their ends do not show; a share of its side.
const MARGIN: f64 = 1.0 / 32.0;

impl Frame {
    /// The tile in column `x` and row `y` of zoom `z`; none outside the world.
    pub(super) fn of(z: u8, x: u32, y: u32) -> Option<Self> {
        let across = 1u32.checked_shl(z.into())?;
        let side = 1.0 / f64::from(across);
        (x < across && y < across).then(|| Self { corner: [f64::from(x) * side, f64::from(y) * side], side })
    }

    /// Its corners, margin and all: least and greatest.
    pub(super) fn bounds(&self) -> [OnMap; 2] {
        let margin = self.side * MARGIN;
        [self.corner.map(|axis| axis - margin), self.corner.map(|axis| axis + self.side + margin)]
    }

    /// The side of a unit of the tile, on the square of the map.
    pub(super) fn unit(&self) -> f64 {
        self.side / f64::from(EXTENT)
    }

    /// A position as a point of the tile.
    pub(super) fn point(&self, at: OnMap) -> Point {
        // Clipped before, so it is near the tile and fits.
        [0, 1].map(|axis| ((at[axis] - self.corner[axis]) / self.unit()).round() as i32)
    }

    /// A course as lines of the tile: clipped, thinned, without points that fall together.
    pub(super) fn lines(&self, course: &[OnMap]) -> Vec<Vec<Point>> {
        let thin = thinned(course, self.unit() * TOLERANCE);
        let mut lines: Vec<Vec<Point>> = Vec::new();
        let mut open: Option<OnMap> = None;
        for leg in thin.windows(2) {
            let Some([from, to]) = clipped([leg[0], leg[1]], self.bounds()) else {
                open = None;
                continue;
            };
            if open != Some(from) {
                lines.push(vec![self.point(from)]);
            }
            if let Some(line) = lines.last_mut() {
                let point = self.point(to);
                if line.last() != Some(&point) {
                    line.push(point);
                }
            }
            open = (to == leg[1]).then_some(to);
        }
        lines.retain(|line| line.len() > 1);
        lines
    }
}

/// How far a thinned course may leave the true one, units of a tile; a screen shows about 8 to a pixel.
const TOLERANCE: f64 = 4.0;

/// The course without points that lie nearer than `by` to the line between those kept (Ramer–Douglas–Peucker).
fn thinned(course: &[OnMap], by: f64) -> Vec<OnMap> {
    let Some(last) = course.len().checked_sub(1).filter(|last| *last > 1) else { return course.to_vec() };
    let mut kept = vec![false; course.len()];
    (kept[0], kept[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let far = (from + 1..to).map(|at| (at, apart(course[at], [course[from], course[to]])));
        if let Some((at, distance)) = far.max_by(|a, b| a.1.total_cmp(&b.1))
            && distance > by
        {
            kept[at] = true;
            open.extend([(from, at), (at, to)]);
        }
    }
    course.iter().zip(kept).filter_map(|(point, kept)| kept.then_some(*point)).collect()
}

/// Distance of a point from a leg.
fn apart(point: OnMap, [from, to]: [OnMap; 2]) -> f64 {
    let (along, off) = ([to[0] - from[0], to[1] - from[1]], [point[0] - from[0], point[1] - from[1]]);
    let length = along[0] * along[0] + along[1] * along[1];
    let share = if length > 0.0 { ((off[0] * along[0] + off[1] * along[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
    (off[0] - along[0] * share).hypot(off[1] - along[1] * share)
}

/// The part of a leg inside a box (Liang–Barsky).
fn clipped([from, to]: [OnMap; 2], [low, high]: [OnMap; 2]) -> Option<[OnMap; 2]> {
    let (mut first, mut last) = (0.0f64, 1.0f64);
    let by = [to[0] - from[0], to[1] - from[1]];
    for axis in [0, 1] {
        for (slope, room) in [(-by[axis], from[axis] - low[axis]), (by[axis], high[axis] - from[axis])] {
            if slope == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if slope < 0.0 {
                first = first.max(room / slope);
            } else {
                last = last.min(room / slope);
            }
        }
    }
    if first > last {
        return None;
    }
    let at = |share: f64| [from[0] + by[0] * share, from[1] + by[1] * share];
    Some([if first > 0.0 { at(first) } else { from }, if last < 1.0 { at(last) } else { to }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_a_square() {
        let check = |lon, lat, expected: OnMap| {
            let got = on_map(Position::new(lon, lat).unwrap());
            assert!((got[0] - expected[0]).abs() < 1e-9 && (got[1] - expected[1]).abs() < 1e-9, "{got:?}");
        };
        check(0.0, 0.0, [0.5, 0.5]);
        check(-180.0, 90.0, [0.0, 0.0]);
        check(180.0, -90.0, [1.0, 1.0]);
        assert!(Frame::of(3, 8, 0).is_none() && Frame::of(40, 0, 0).is_none());
    }

    #[test]
    fn lines_are_cut_at_the_margin_and_thinned() {
        let frame = Frame::of(0, 0, 0).unwrap();
        let straight: Vec<OnMap> = (0..=100).map(|n| [f64::from(n) / 100.0, 0.5]).collect();
        assert_eq!(frame.lines(&straight), [vec![[0, 2048], [4096, 2048]]]);
        let bent = [[0.0, 0.0], [0.5, 0.5], [1.0, 0.0]];
        assert_eq!(frame.lines(&bent), [vec![[0, 0], [2048, 2048], [4096, 0]]]);
        // Leaves the tile and comes back: two lines.
        let away = [[0.5, 0.5], [2.0, 0.5], [2.0, 0.6], [0.5, 0.6]];
        let edge = 4096 + 128;
        assert_eq!(frame.lines(&away), [vec![[2048, 2048], [edge, 2048]], vec![[edge, 2458], [2048, 2458]]]);
        assert!(frame.lines(&[[2.0, 2.0], [3.0, 2.0]]).is_empty());
        assert!(frame.lines(&[[0.5, 0.5], [0.5, 0.5]]).is_empty());
    }
}

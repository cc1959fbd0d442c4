//! A grid over positions: which of many points are near one, without comparing all.

use std::collections::BTreeMap;

use linewright_model::Position;

use crate::length::distance_m;

/// Cell size, degrees: about two hundred metres.
const CELL_DEG: f64 = 0.002;
/// Metres per degree of latitude, rounded down so that a radius never covers too few cells.
const METRES_PER_DEG: f64 = 110_000.0;
/// Widest search, metres; keeps the number of cells visited bounded.
const MAX_RADIUS_M: f64 = 20_000.0;

/// Points by cell. Points added later are found too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    cells: BTreeMap<(i32, i32), Vec<(Position, usize)>>,
}

impl Grid {
    /// Adds a point under a number of the caller's.
    pub(crate) fn add(&mut self, at: Position, number: usize) {
        self.cells.entry((cell(at.lon_deg()), cell(at.lat_deg()))).or_default().push((at, number));
    }

    /// The points within `radius_m` (20 km at most) with their distances, metres; in no order that matters.
    pub(crate) fn within(&self, at: Position, radius_m: f64) -> Vec<(f64, usize)> {
        let radius_m = radius_m.min(MAX_RADIUS_M);
        let [wide_deg, high_deg] = reach_deg(at.lat_deg(), radius_m);
        let (x0, x1) = (cell(at.lon_deg() - wide_deg), cell(at.lon_deg() + wide_deg));
        let (y0, y1) = (cell(at.lat_deg() - high_deg), cell(at.lat_deg() + high_deg));
        let columns = (x0..=x1).flat_map(|x| self.cells.range((x, y0)..=(x, y1)));
        // The box is far cheaper than the geodesic and leaves few points.
        let boxed = columns.flat_map(|(_, points)| points).filter(|(p, _)| {
            (p.lat_deg() - at.lat_deg()).abs() <= high_deg && (p.lon_deg() - at.lon_deg()).abs() <= wide_deg
        });
        let found = boxed.map(|(p, number)| (distance_m(at, *p), *number));
        found.filter(|(m, _)| *m <= radius_m).collect()
    }

    /// The nearest point within `radius_m`; of equally near ones that with the smallest number.
    pub(crate) fn nearest(&self, at: Position, radius_m: f64) -> Option<(f64, usize)> {
        self.within(at, radius_m).into_iter().min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
    }
}

/// How many degrees of longitude and of latitude at least cover a distance.
pub(crate) fn reach_deg(lat_deg: f64, reach_m: f64) -> [f64; 2] {
    let high_deg = reach_m / METRES_PER_DEG;
    // Near the poles a degree of longitude is short; beyond 85 degrees there is no plant to find.
    [high_deg / lat_deg.to_radians().cos().max(0.08), high_deg]
}

fn cell(deg: f64) -> i32 {
    (deg / CELL_DEG).floor() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
        #[test]
        fn the_grid_finds_what_comparing_all_finds(
            points in prop::collection::vec((-0.1f64..0.1, -0.1f64..0.1), 1..40),
            lat in -60.0f64..60.0,
            radius_m in 1.0f64..15_000.0,
        ) {
            let points: Vec<Position> = points.iter().map(|(x, y)| Position::new(*x, lat + y).unwrap()).collect();
            let mut grid = Grid::default();
            for (number, at) in points.iter().enumerate() {
                grid.add(*at, number);
            }
            let from = Position::new(0.0, lat).unwrap();
            let mut found: Vec<usize> = grid.within(from, radius_m).into_iter().map(|(_, n)| n).collect();
            found.sort_unstable();
            let all: Vec<usize> = (0..points.len()).filter(|n| distance_m(from, points[*n]) <= radius_m).collect();
            prop_assert_eq!(&found, &all);
            let least = all.iter().map(|n| distance_m(from, points[*n])).fold(f64::INFINITY, f64::min);
            prop_assert_eq!(grid.nearest(from, radius_m).map_or(f64::INFINITY, |(m, _)| m), least);
        }
    }
}

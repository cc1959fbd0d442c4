//! Places numbered along a Hilbert curve, so that what is near in the field is near in memory.

use linewright_model::{Id, Network, Place, PlaceId};

use crate::geometry::{InSpace, in_space};
use crate::topology::site;

/// Cells of the curve's grid along each axis.
const GRID: u32 = 1 << 16;

/// No number.
const NONE: u32 = u32::MAX;

/// The numbering of a base: places that stand nowhere come last.
#[derive(Debug)]
pub(crate) struct Numbers {
    places: Vec<PlaceId>,
    /// By raw id.
    numbers: Vec<u32>,
    /// Where a place stands, in space; not a number where it stands nowhere.
    sites: Vec<InSpace>,
}

impl Numbers {
    pub(crate) fn build(network: &Network) -> Self {
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        let mut found = Vec::with_capacity(network.count::<Place>());
        for (id, _) in network.all::<Place>() {
            let at = site(network, id);
            if let Some(at) = at {
                let degrees = [at.lon_deg(), at.lat_deg()];
                for axis in 0..2 {
                    low[axis] = low[axis].min(degrees[axis]);
                    high[axis] = high[axis].max(degrees[axis]);
                }
            }
            found.push((id, at));
        }
        let extent = (high[0] - low[0]).max(high[1] - low[1]).max(f64::MIN_POSITIVE);
        let cell = |degrees: f64, low: f64| ((degrees - low) / extent * f64::from(GRID - 1)) as u32;
        let mut keyed: Vec<(u64, PlaceId, InSpace)> = found
            .into_iter()
            .map(|(id, at)| match at {
                Some(at) => (hilbert(cell(at.lon_deg(), low[0]), cell(at.lat_deg(), low[1])), id, in_space(at)),
                None => (u64::MAX, id, [f64::NAN; 3]),
            })
            .collect();
        keyed.sort_unstable_by_key(|(key, id, _)| (*key, *id));
        let last = keyed.iter().map(|(_, id, _)| id.raw()).max();
        let mut numbers = vec![NONE; last.map_or(0, |last| last as usize + 1)];
        for (number, (_, id, _)) in (0u32..).zip(&keyed) {
            numbers[id.raw() as usize] = number;
        }
        let places = keyed.iter().map(|(_, id, _)| *id).collect();
        Self { places, numbers, sites: keyed.into_iter().map(|(_, _, at)| at).collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn of(&self, place: PlaceId) -> Option<u32> {
        self.numbers.get(place.raw() as usize).copied().filter(|number| *number != NONE)
    }

    pub(crate) fn place(&self, number: u32) -> Option<PlaceId> {
        self.places.get(number as usize).copied()
    }

    pub(crate) fn site(&self, number: u32) -> Option<InSpace> {
        self.sites.get(number as usize).copied().filter(|at| !at[0].is_nan())
    }
}

/// Distance along the Hilbert curve over the grid.
fn hilbert(mut x: u32, mut y: u32) -> u64 {
    let mut along = 0;
    let mut side = GRID / 2;
    while side > 0 {
        let (right, up) = (u32::from(x & side > 0), u32::from(y & side > 0));
        along += u64::from(side) * u64::from(side) * u64::from((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (GRID - 1 - (x & (GRID - 1)), GRID - 1 - (y & (GRID - 1)));
            }
            std::mem::swap(&mut x, &mut y);
        }
        side /= 2;
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_on_the_curve_are_neighbours_on_the_grid() {
        let mut cells: Vec<(u64, u32, u32)> = Vec::new();
        for x in 0..16 {
            for y in 0..16 {
                cells.push((hilbert(x, y), x, y));
            }
        }
        cells.sort_unstable();
        for pair in cells.windows(2) {
            let ((_, x, y), (_, to_x, to_y)) = (pair[0], pair[1]);
            assert_eq!(x.abs_diff(to_x) + y.abs_diff(to_y), 1, "{pair:?}");
        }
    }
}

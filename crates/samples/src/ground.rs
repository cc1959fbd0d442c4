//! The ground: where places are, which spans join them, and the shortest way for a cable that still fits.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use linewright_model::{Id, PlaceId, Position, RouteHop, SpanId};

/// A point on the ground, decimetres east and north of the sample's corner.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Point {
    pub(crate) east_dm: i64,
    pub(crate) north_dm: i64,
}

/// South-west corner of the sample: open sea, so that nobody takes it for real plant. Degrees.
const CORNER_LON_DEG: f64 = 122.0;
const CORNER_LAT_DEG: f64 = 30.0;

impl Point {
    pub(crate) fn shifted(self, east_dm: i64, north_dm: i64) -> Self {
        Self { east_dm: self.east_dm + east_dm, north_dm: self.north_dm + north_dm }
    }

    /// Straight distance. The ground narrows towards the north.
    pub(crate) fn distance_dm(self, other: Self) -> i64 {
        let narrowed = dm_per_lon_deg((self.north_dm + other.north_dm) / 2) / dm_per_lon_deg(MIDDLE_DM);
        let east_dm = (self.east_dm - other.east_dm) as f64 * narrowed;
        let north_dm = (self.north_dm - other.north_dm) as f64;
        (east_dm * east_dm + north_dm * north_dm).sqrt().round() as i64
    }

    /// WGS-84, rounded to 1e-7 degrees.
    pub(crate) fn position(self) -> Option<Position> {
        let lat_deg = CORNER_LAT_DEG + self.north_dm as f64 / DM_PER_LAT_DEG;
        let lon_deg = CORNER_LON_DEG + self.east_dm as f64 / dm_per_lon_deg(MIDDLE_DM);
        let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
        Position::new(rounded(lon_deg), rounded(lat_deg)).ok()
    }
}

/// Where an easting is a metre: the middle of a province.
const MIDDLE_DM: i64 = 1_200_000;
const DM_PER_LAT_DEG: f64 = 1_108_800.0;

/// Length of a degree of longitude. Only the four operations of arithmetic, which every machine rounds alike; a
/// polynomial stands for the cosine.
fn dm_per_lon_deg(north_dm: i64) -> f64 {
    let lat_deg = CORNER_LAT_DEG + north_dm as f64 / DM_PER_LAT_DEG;
    let angle = lat_deg * std::f64::consts::PI / 180.0;
    let square = angle * angle;
    let cosine = 1.0 - square / 2.0 + square * square / 24.0 - square * square * square / 720.0;
    1_113_200.0 * cosine * (1.0 + 0.003_35 * (1.0 - cosine * cosine))
}

/// Decimetres as stored: metres with one digit.
pub(crate) fn metres(length_dm: i64) -> f64 {
    length_dm as f64 / 10.0
}

#[derive(Default)]
struct Spot {
    at: Point,
    /// A cable passes here; sites, buildings and cabinets are ends.
    passable: bool,
    /// Manholes and poles hold closures.
    joints: bool,
    /// What it stands in.
    within: Option<PlaceId>,
    ways: Vec<(PlaceId, SpanId)>,
}

struct Room {
    length_dm: i64,
    capacity: u16,
    used: u16,
    /// Cables lie in numbered bores.
    bores: bool,
}

/// One step of a way: the span, and the place it leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) span: SpanId,
    pub(crate) to: PlaceId,
}

/// Places and spans, dense by id.
#[derive(Default)]
pub(crate) struct Ground {
    spots: Vec<Spot>,
    rooms: Vec<Room>,
}

impl Ground {
    /// Adds the place with the next id.
    pub(crate) fn place(&mut self, at: Point, passable: bool, joints: bool) {
        self.spots.push(Spot { at, passable, joints, ..Spot::default() });
    }

    /// Adds the place with the next id, which stands in another.
    pub(crate) fn place_within(&mut self, container: PlaceId) {
        self.spots.push(Spot { within: Some(container), ..Spot::default() });
    }

    /// The place on the ground that this one stands in.
    pub(crate) fn ground_of(&self, place: PlaceId) -> PlaceId {
        let within = |at: &PlaceId| self.spots.get(at.raw() as usize).and_then(|spot| spot.within);
        std::iter::successors(Some(place), within).last().unwrap_or(place)
    }

    /// Adds the span with this id, which must be the next.
    pub(crate) fn span(&mut self, id: SpanId, a: PlaceId, b: PlaceId, length_dm: i64, capacity: u16, bores: bool) {
        self.rooms.push(Room { length_dm, capacity, used: 0, bores });
        for (from, to) in [(a, b), (b, a)] {
            if let Some(spot) = self.spots.get_mut(from.raw() as usize) {
                spot.ways.push((to, id));
            }
        }
    }

    pub(crate) fn at(&self, place: PlaceId) -> Point {
        self.spots.get(place.raw() as usize).map_or_else(Point::default, |spot| spot.at)
    }

    pub(crate) fn holds_joints(&self, place: PlaceId) -> bool {
        self.spots.get(place.raw() as usize).is_some_and(|spot| spot.joints)
    }

    pub(crate) fn length_dm(&self, span: SpanId) -> i64 {
        self.rooms.get(span.raw() as usize).map_or(0, |room| room.length_dm)
    }

    /// The shortest way with a free bore or attachment everywhere; ties go to the lower ids.
    pub(crate) fn way(&self, from: PlaceId, to: PlaceId, avoid: &[PlaceId]) -> Option<Vec<Step>> {
        let mut reached: BTreeMap<PlaceId, (i64, Option<(PlaceId, SpanId)>)> = BTreeMap::from([(from, (0, None))]);
        let mut open = BinaryHeap::from([Reverse((0_i64, from))]);
        while let Some(Reverse((length_dm, at))) = open.pop() {
            if at == to {
                break;
            }
            let spot = self.spots.get(at.raw() as usize)?;
            let stale = reached.get(&at).is_some_and(|(best, _)| *best < length_dm);
            if stale || (at != from && !spot.passable) {
                continue;
            }
            for (next, span) in &spot.ways {
                let room = self.rooms.get(span.raw() as usize)?;
                if room.used >= room.capacity || avoid.contains(next) {
                    continue;
                }
                let next_dm = length_dm + room.length_dm;
                let better = reached.get(next).is_none_or(|(best, _)| next_dm < *best);
                if better {
                    reached.insert(*next, (next_dm, Some((at, *span))));
                    open.push(Reverse((next_dm, *next)));
                }
            }
        }
        let mut steps = Vec::new();
        let mut at = to;
        while let Some((before, span)) = reached.get(&at)?.1 {
            steps.push(Step { span, to: at });
            at = before;
        }
        steps.reverse();
        Some(steps)
    }

    /// Takes one bore or attachment of a span; says which.
    pub(crate) fn take(&mut self, span: SpanId) -> RouteHop {
        let bore = self.rooms.get_mut(span.raw() as usize).and_then(|room| {
            room.used += 1;
            room.bores.then_some(room.used)
        });
        RouteHop { span, bore }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Ground {
        let mut ground = Ground::default();
        for n in 0..4 {
            ground.place(Point { east_dm: (n % 2) * 1000, north_dm: (n / 2) * 1000 }, n != 1, true);
        }
        for (id, (a, b)) in [(0, 1), (1, 3), (0, 2), (2, 3)].into_iter().enumerate() {
            let [a, b] = [a, b].map(PlaceId::from_raw);
            ground.span(SpanId::from_raw(id as u32), a, b, 1000 + 10 * id as i64, 1, true);
        }
        ground
    }

    #[test]
    fn ways_pass_only_where_cables_fit() {
        let mut ground = grid();
        let [from, end, to] = [0, 1, 3].map(PlaceId::from_raw);
        let spans = |ground: &Ground, to| {
            ground.way(from, to, &[]).map(|way| way.iter().map(|step| step.span.raw()).collect::<Vec<_>>())
        };
        // Place 1 is an end, so the way to 3 goes round it.
        assert_eq!(spans(&ground, to), Some(vec![2, 3]));
        assert_eq!(spans(&ground, end), Some(vec![0]));
        assert_eq!(ground.take(SpanId::from_raw(2)).bore, Some(1));
        assert_eq!(spans(&ground, to), None);
    }

    #[test]
    fn positions_are_metres_on_the_ellipsoid() {
        let [a, b] = [(0, 0), (4_000_000, 2_400_000)].map(|(east_dm, north_dm)| Point { east_dm, north_dm });
        let measured = linewright_search::geometry::distance_m;
        for (from, to) in [(a, a.shifted(10_000, 0)), (a, a.shifted(0, 10_000)), (b, b.shifted(7_000, -7_000))] {
            let real_m = measured(from.position().unwrap(), to.position().unwrap());
            let ours_m = metres(from.distance_dm(to));
            assert!((real_m - ours_m).abs() < 0.003 * ours_m, "{real_m} {ours_m}");
        }
    }
}

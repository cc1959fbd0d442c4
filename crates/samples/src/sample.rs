//! A whole sample, handed out as change sets of bounded size.

use std::collections::BTreeMap;

use linewright_model::{ChangeSet, Network, PlaceId, PlaceKind, Plant, SiteClass, SpanKind, Violation};

use crate::cell::{self, BLOCK_DM, CORNERS, CellKey, Corners, Lot};
use crate::district::{self, Hub};
use crate::ground::Point;
use crate::world::World;

/// Size of a sample. Sites, cabinets and boxes are exact; the rest varies by up to one per cent with the seed.
///
/// | scale | sites | cabinets and boxes | cable sections | cores | records |
/// |---|---:|---:|---:|---:|---:|
/// | hamlet | 8 | 48 | 195 | 7 080 | 1 690 |
/// | town | 32 | 192 | 804 | 28 900 | 6 980 |
/// | city | 512 | 3 072 | 12 900 | 456 000 | 112 000 |
/// | region | 3 840 | 23 040 | 97 000 | 3.4 M | 841 000 |
/// | province | 49 920 | 299 520 | 1.26 M | 44.5 M | 10.9 M |
///
/// A province also has some 405 k optical routes 光路, 500 k circuits and users on splitters, 31 k ADMs, 6 k OLTs and
/// 3 M ports of network elements (DESIGN §1.2, DOMAIN §9).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scale {
    /// One access ring.
    Hamlet,
    /// Four rings: the fixture that tests like (DOMAIN §9, S).
    Town,
    /// 64 rings: a hundredth of a province (DOMAIN §9, M).
    City,
    /// 480 rings: a prefecture (DOMAIN §9, L).
    Region,
    /// 13 prefectures (DOMAIN §9, XL; DESIGN §1.2).
    Province,
}

/// How many records a sample has, as stated at [`Scale`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Sites 局站 of all classes; exact.
    pub sites: u64,
    /// Cabinets 光交箱 and distribution boxes 分纤箱; exact.
    pub cabinets_and_boxes: u64,
    /// Cable sections 光缆段.
    pub cable_sections: u64,
    /// Cores of all sections.
    pub cores: u64,
    /// Records of all tables.
    pub records: u64,
}

/// Regions, groups in each, districts in each group.
type Size = (u32, u32, u32);

impl Scale {
    /// The stated counts.
    #[must_use]
    pub fn counts(self) -> Counts {
        let (cable_sections, cores, records) = match self {
            Scale::Hamlet => (195, 7_080, 1_690),
            Scale::Town => (804, 28_900, 6_980),
            Scale::City => (12_900, 456_000, 112_000),
            Scale::Region => (97_000, 3_420_000, 841_000),
            Scale::Province => (1_260_000, 44_500_000, 10_900_000),
        };
        let (regions, groups, districts) = self.size();
        let sites = u64::from(regions) * u64::from(groups) * u64::from(districts) * u64::from(CELLS);
        Counts { sites, cabinets_and_boxes: sites * 6, cable_sections, cores, records }
    }

    fn size(self) -> Size {
        match self {
            Scale::Hamlet => (1, 1, 1),
            Scale::Town => (1, 1, 4),
            Scale::City => (1, 8, 8),
            Scale::Region => (1, 60, 8),
            Scale::Province => (13, 60, 8),
        }
    }
}

/// Why a sample cannot be made.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum SampleError {
    /// The streets have no room for a cable: a fault of the layout.
    #[error("the streets of district {district} have no room for its cables; try another seed and report this")]
    NoWay {
        /// The district, from 0.
        district: u32,
    },
    /// The network refuses a change set.
    #[error("the network refuses the sample: {0}")]
    Refused(#[from] Violation),
}

/// Cells along a district and across it, districts along a group and across it.
const CELLS: u32 = 8;
const CELLS_ACROSS: i64 = 2;
const CELLS_ALONG: i64 = 4;
const DISTRICTS_ACROSS: i64 = 2;
const DISTRICTS_ALONG: i64 = 4;
/// Regions side by side, and the gap between them.
const REGIONS_ALONG: u32 = 4;
const GAP_DM: i64 = 200_000;
/// From one manhole of a trunk to the next.
const TRUNK_STEP_DM: i64 = 120_000;

/// Change sets that make a sample, in order; each has some thousands of records.
///
/// Their records carry their ids, counted from 0, so they fit a network that was never changed before, and only that.
pub struct Sample {
    size: Size,
    world: World,
    corners: BTreeMap<CellKey, Corners>,
    /// Core sites of the region at hand, one a group.
    cores: Vec<Hub>,
    /// The first core site of each region before it.
    regions: Vec<Hub>,
    /// Groups built.
    built: u32,
}

impl Sample {
    /// The sample of a scale and a seed.
    #[must_use]
    pub fn new(scale: Scale, seed: u64) -> Self {
        let (cores, regions, corners) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { size: scale.size(), world: World::new(seed), corners, cores, regions, built: 0 }
    }

    /// How many change sets there are in all.
    #[must_use]
    pub fn sets(&self) -> u64 {
        u64::from(self.size.0) * u64::from(self.size.1)
    }

    /// How many were handed out.
    #[must_use]
    pub fn handed_out(&self) -> u64 {
        u64::from(self.built)
    }

    fn group(&mut self, region: u32, group: u32) -> Result<(), SampleError> {
        let (_, groups, districts) = self.size;
        let first = (region * groups + group) * districts;
        let mut hubs = Vec::new();
        for nth in 0..districts {
            let no_way = SampleError::NoWay { district: first + nth };
            hubs.push(self.district(region, group, nth, first + nth).ok_or(no_way)?);
        }
        let no_way = SampleError::NoWay { district: first };
        let joined = (0..hubs.len()).try_for_each(|from| {
            let to = (from + 1) % hubs.len();
            district::hop(&mut self.world, &mut hubs, from, to, false)
        });
        let core = joined.and_then(|()| hubs.into_iter().next()).ok_or(no_way)?;
        self.cores.push(core);
        let Some(before) = self.cores.len().checked_sub(2) else { return Ok(()) };
        let chained = district::hop(&mut self.world, &mut self.cores, before, before + 1, true);
        chained.ok_or(SampleError::NoWay { district: first })
    }

    /// Where the districts of a group lie on their ring: out along the first row, back along the second.
    fn on_ring(nth: u32, of: u32, along: i64) -> (i64, i64) {
        let half = i64::from(of.div_ceil(2)).min(along);
        let nth = i64::from(nth);
        if nth < half { (nth, 0) } else { (2 * half - 1 - nth, 1) }
    }

    fn district(&mut self, region: u32, group: u32, nth: u32, district: u32) -> Option<Hub> {
        let (_, groups, districts) = self.size;
        // Groups in a chain that winds through the region, wider than high.
        let wide = i64::from(groups.isqrt() * 4 / 5).max(1);
        let (row, along) = (i64::from(group) / wide, i64::from(group) % wide);
        let column = if row % 2 == 0 { along } else { wide - 1 - along };
        let (east, north) = Self::on_ring(nth, districts, DISTRICTS_ALONG);
        let (east, north) = (column * DISTRICTS_ALONG + east, row * DISTRICTS_ACROSS + north);
        let country = (east * 3 + north * 5) % 8 >= 5;
        self.world.region = self.world.draft.text(&format!("示例{}市第{}片区", region + 1, nth + 1));
        let unit = self.world.draft.text(&format!("示例{}市第{}维护中心", region + 1, group + 1));
        self.world.kept = Plant { unit, ..Plant::default() }.into();
        let mut cells = Vec::new();
        for ring_place in 0..CELLS {
            let (i, j) = Self::on_ring(ring_place, CELLS, CELLS_ALONG);
            let class = match (ring_place, nth) {
                (0, 0) => SiteClass::Core,
                (0, _) => SiteClass::Aggregation,
                _ => SiteClass::Access,
            };
            let key = (region, east * CELLS_ALONG + i, north * CELLS_ACROSS + j);
            let rural = country || ring_place == 5 || ring_place == 6;
            let lot = Lot { key, origin: self.origin(region), district, ring_place, class, rural };
            cells.push(cell::build(&mut self.world, lot, &mut self.corners)?);
        }
        district::build(&mut self.world, &mut cells)
    }

    /// South-west corner of a region.
    fn origin(&self, region: u32) -> Point {
        let (column, row) = (i64::from(region % REGIONS_ALONG), i64::from(region / REGIONS_ALONG));
        let wide = i64::from(self.size.1.isqrt() * 4 / 5).max(1);
        let high = (i64::from(self.size.1) + wide - 1) / wide;
        let cell_dm = CORNERS as i64 * BLOCK_DM;
        Point {
            east_dm: column * (wide * DISTRICTS_ALONG * CELLS_ALONG * cell_dm + GAP_DM),
            north_dm: row * (high * DISTRICTS_ACROSS * CELLS_ACROSS * cell_dm + GAP_DM),
        }
    }

    /// Joins the region just finished to the one beside or below it.
    fn join_region(&mut self, region: u32) -> Option<()> {
        let mut here = self.cores.first()?.clone();
        self.cores.clear();
        let before = if region.is_multiple_of(REGIONS_ALONG) {
            region.checked_sub(REGIONS_ALONG)
        } else {
            region.checked_sub(1)
        };
        if let Some(there) = before.and_then(|before| self.regions.get_mut(before as usize)) {
            trunk_way(&mut self.world, here.entry, there.entry);
            district::trunk(&mut self.world, &mut here, there)?;
        }
        self.regions.push(here);
        Some(())
    }
}

/// Buried spans from one building entry to another, far away.
fn trunk_way(world: &mut World, from: PlaceId, to: PlaceId) {
    let (start, end) = (world.ground.at(from), world.ground.at(to));
    let steps = (start.distance_dm(end) / TRUNK_STEP_DM).max(1);
    let mut before = from;
    for step in 1..steps {
        let along = |a: i64, b: i64| a + (b - a) * step / steps;
        let middle =
            Point { east_dm: along(start.east_dm, end.east_dm), north_dm: along(start.north_dm, end.north_dm) };
        let aside = (world.random.between(-20_000, 20_000), world.random.between(-20_000, 20_000));
        let next = world.place(PlaceKind::Handhole, middle.shifted(aside.0, aside.1), "");
        world.span(SpanKind::Buried, before, next, 4);
        before = next;
    }
    world.span(SpanKind::Buried, before, to, 4);
}

impl Iterator for Sample {
    type Item = Result<ChangeSet, SampleError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (regions, groups, districts) = self.size;
        let (region, group) = (self.built / groups, self.built % groups);
        if region >= regions {
            return None;
        }
        self.built += 1;
        if let Err(error) = self.group(region, group) {
            self.built = u32::MAX;
            return Some(Err(error));
        }
        if group + 1 == groups && self.join_region(region).is_none() {
            self.built = u32::MAX;
            return Some(Err(SampleError::NoWay { district: region * groups * districts }));
        }
        Some(Ok(self.world.draft.take()))
    }
}

/// Makes a whole sample in memory; `progress` is told (sets applied, sets in all).
///
/// # Errors
/// When the layout has no room for a cable, which the tests rule out for all scales.
pub fn generate(scale: Scale, seed: u64, progress: &mut dyn FnMut(u64, u64)) -> Result<Network, SampleError> {
    let mut sample = Sample::new(scale, seed);
    let mut network = Network::new();
    while let Some(set) = sample.next() {
        network.apply(&set?)?;
        progress(sample.handed_out(), sample.sets());
    }
    Ok(network)
}

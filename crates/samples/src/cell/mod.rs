//! One cell: nine street corners or pole-line ends round an access site, with its cabinet, boxes, buildings and cables.

mod access;
mod streets;

use std::collections::BTreeMap;

use linewright_model::{Address, AddressId, DeviceId, PlaceId, PlaceKind, SiteClass, SpanKind};

use crate::ground::Point;
use crate::words::street;
use crate::world::{Frame, Strand, World};
use access::Access;
use streets::{entry, entry_by};

/// Distance between street corners.
pub(crate) const BLOCK_DM: i64 = 3_500;
/// Corners per side of a cell.
pub(crate) const CORNERS: usize = 3;

/// Where a cell lies: the region and the cell's column and row in it.
pub(crate) type CellKey = (u32, i64, i64);
/// The nine corners of a cell, row by row from the south-west.
pub(crate) type Corners = [PlaceId; CORNERS * CORNERS];

/// What is asked of a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lot {
    pub(crate) key: CellKey,
    /// South-west corner of the region.
    pub(crate) origin: Point,
    /// Number of the district in the sample, and of the cell in its ring.
    pub(crate) district: u32,
    pub(crate) ring_place: u32,
    pub(crate) class: SiteClass,
    pub(crate) rural: bool,
}

impl Lot {
    /// A number to vary plant by, the same for every seed so that record counts are.
    fn number(&self) -> u32 {
        self.district * 8 + self.ring_place
    }

    /// Whether one of the boxes is under construction 在建.
    fn building(&self) -> bool {
        self.number() % 8 == 5
    }

    /// Whether this site has a second building entry.
    pub(crate) fn two_entries(&self) -> bool {
        self.class != SiteClass::Access || self.number() % 2 == 1
    }
}

/// A box with its frame, its splitter and the strand that feeds it.
pub(crate) struct ServedBox {
    pub(crate) frame: Frame,
    pub(crate) splitter: DeviceId,
    pub(crate) branches: u32,
    pub(crate) feed: Strand,
    /// Fed over the cabinet, else straight from the site.
    pub(crate) over_cabinet: bool,
    pub(crate) in_service: bool,
}

/// A cell as built.
pub(crate) struct Cell {
    pub(crate) lot: Lot,
    pub(crate) site: PlaceId,
    pub(crate) entry: PlaceId,
    /// What a cable avoids that leaves by the second entry; nothing where there is only one.
    pub(crate) first_way: Vec<PlaceId>,
    /// Frame for rings and trunks, and frame for the access cables.
    pub(crate) trunk_frame: Frame,
    pub(crate) cabinet: Frame,
    pub(crate) cabinet_splitter: DeviceId,
    pub(crate) main: Strand,
    pub(crate) boxes: Vec<ServedBox>,
    /// From box 1 to the first customer's room, from box 2 and from the cabinet to the second's.
    pub(crate) lead_ins: [Strand; 3],
    /// Premises of the first customer.
    pub(crate) first_customer: PlaceId,
}

/// Corners, streets and all plant of one cell. `None` only when no way is free for a cable.
pub(crate) fn build(world: &mut World, lot: Lot, known: &mut BTreeMap<CellKey, Corners>) -> Option<Cell> {
    let corners = streets::lay(world, &lot, known);
    let n = u64::from(lot.number());
    let (site, site_entry, first_way) = site(world, &lot, &corners);
    let busy = lot.class != SiteClass::Access;
    let plant = world.plant();
    let trunk_frame = world.frame(site, if busy { 1008 } else { 144 }, plant.clone());
    let mut access_frame = world.frame(site, if lot.rural { 216 } else { 360 }, plant.clone());

    let cabinet_at = world.ground.at(corners[8]).shifted(90, -110);
    let cabinet_place = world.place(PlaceKind::Cabinet, cabinet_at, &format!("{}光交箱", street(n + 1)));
    world.span(SpanKind::Duct, corners[8], cabinet_place, 12);
    let cabinet = world.frame(cabinet_place, 288, plant.clone());
    let cabinet_splitter = world.splitter(cabinet_place, 4, plant.clone());
    let [tower, first, second] = buildings(world, &lot, &corners);

    let mut access = Access { lot, corners, cabinet, boxes: Vec::new() };
    let main = access.main(world, &mut access_frame, tower.place)?;
    access.branch(world, corners[2], 16, false)?;
    access.branch(world, corners[6], 8, lot.building())?;
    access.tree(world)?;
    let lead_ins = access.lead_ins(world, first.place, &second)?;
    let Access { cabinet, boxes, .. } = access;
    addresses(world, &lot, &corners, [tower.place, first.place, second.place], &boxes);
    Some(Cell {
        lot,
        site,
        entry: site_entry,
        first_way,
        trunk_frame,
        cabinet,
        cabinet_splitter,
        main,
        boxes,
        lead_ins,
        first_customer: first.place,
    })
}

/// The site with its building entries, and what a cable avoids that leaves by the second one.
fn site(world: &mut World, lot: &Lot, corners: &Corners) -> (PlaceId, PlaceId, Vec<PlaceId>) {
    let name = format!("{}{}机房", street(u64::from(lot.number())), lot.number() + 1);
    let at = world.ground.at(corners[4]).shifted(300, 260);
    let site = world.place(PlaceKind::Site(lot.class), at, &name);
    let bores = if lot.class == SiteClass::Access { 24 } else { 96 };
    let first = entry(world, corners[4], site, at.shifted(-60, -60), bores);
    if !lot.two_entries() {
        return (site, first, Vec::new());
    }
    entry_by(world, corners[1], site, at.shifted(60, -90), bores, Some(120));
    (site, first, vec![first, corners[4]])
}

/// A building and the first of its entries.
struct Building {
    place: PlaceId,
    entry: PlaceId,
}

/// An office tower, which gets a box inside, and two customers' premises, the second with two entries.
fn buildings(world: &mut World, lot: &Lot, corners: &Corners) -> [Building; 3] {
    let tower_name = format!("{}写字楼", street(u64::from(lot.number()) + 2));
    let plots = [
        (7, (-420, 380), (40, -50), tower_name.as_str()),
        (2, (450, 300), (-50, -40), ""),
        (6, (-380, -420), (40, 50), ""),
    ];
    let built = plots.map(|(corner, aside, door, name)| {
        let at = world.ground.at(corners[corner]).shifted(aside.0, aside.1);
        let place = world.place(PlaceKind::Premises, at, name);
        Building { place, entry: entry(world, corners[corner], place, at.shifted(door.0, door.1), 4) }
    });
    let second = built[2].place;
    let side_door = world.ground.at(second).shifted(40, -50);
    entry_by(world, corners[3], second, side_door, 4, Some(-120));
    built
}

/// Standard addresses 标准地址: the buildings, houses that boxes cover, and houses off the streets.
fn addresses(world: &mut World, lot: &Lot, corners: &Corners, buildings: [PlaceId; 3], boxes: &[ServedBox]) {
    let near = |nth: usize| boxes.get(nth).map(|served| served.frame.place);
    let [tower, first, second] = buildings.map(|place| (Some(place), world.ground.at(place)));
    let at = |corner: usize, east, north| (None, world.ground.at(corners[corner]).shifted(east, north));
    let houses = [
        (tower, near(0)),
        (first, near(1)),
        (second, None),
        (at(2, -900, 350), near(1)),
        (at(6, 800, 500), near(2)),
        (at(0, 700, -450), near(3)),
        (at(1, -600, 800), near(4)),
        (at(8, 1700, 1600), None),
    ];
    for (nth, ((premises, point), covered)) in houses.into_iter().enumerate() {
        let number = 1 + 2 * world.random.below(300);
        let street = street(u64::from(lot.number()) + nth as u64);
        let house = if nth == 0 { "写字楼" } else { "" };
        let text = format!("示例省{}{street}{number}号{house}", world.region);
        let tag = world.draft.tag::<AddressId>("DZ", "");
        let covered_by = covered.into_iter().collect();
        world.draft.create(Address { tag, text: text.into(), position: point.position(), premises, covered_by });
    }
}

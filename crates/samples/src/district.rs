//! One district: eight cells on an access ring round an aggregation site, and what rides on their cables.

use linewright_model::{Carrier, DeviceId, DeviceKind, Grade, PlaceId, Port, PortKind, SlotState};

use crate::cell::{Cell, ServedBox};
use crate::routes::{Route, Use};
use crate::words::customer;
use crate::world::{Frame, Make, Strand, World};

/// Cells of a ring with an SDH add-drop multiplexer; the others have a switch.
const ADM_AT: [usize; 5] = [0, 1, 3, 4, 6];

/// What a district offers to the levels above.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    pub(crate) entry: PlaceId,
    first_way: Vec<PlaceId>,
    pub(crate) frame: Frame,
    adm: DeviceId,
    router: DeviceId,
    /// Line ports of the router in use.
    router_ports: u32,
}

fn port(device: DeviceId, port: u32) -> Port {
    Port { device, port }
}

/// Rings the cells, which stand already, and lights what rides on them. `None` only when no way is free for a cable.
pub(crate) fn build(world: &mut World, cells: &mut [Cell]) -> Option<Hub> {
    let (mut rings, mut stars) = (Vec::new(), Vec::new());
    for at in 0..cells.len() {
        let next = (at + 1) % cells.len();
        rings.push(ring_hop(world, cells, at, next)?);
    }
    for at in 1..cells.len() {
        stars.push(star(world, cells, at)?);
    }
    let (hub, equipment) = equipment(world, cells)?;
    sdh_ring(world, &equipment, &mut rings);
    for (at, star) in (1..).zip(&mut stars) {
        uplink(world, &equipment, at, star);
    }
    let mut pon_port = 0;
    for (at, cell) in cells.iter_mut().enumerate() {
        let star = at.checked_sub(1).and_then(|nth| stars.get_mut(nth));
        pon(world, &equipment, cell, star, &mut pon_port);
        customers(world, &equipment, at, cell);
        faults(world, cell);
    }
    if let Some(first) = rings.first() {
        world.mark_strand(first, first.count - 6, 4, SlotState::SetAside, "环网扩容预留");
        world.mark_strand(first, first.count - 2, 2, SlotState::Standby, "抢修备用");
    }
    Some(hub)
}

/// Two different cells, to be changed.
fn two(cells: &mut [Cell], one: usize, other: usize) -> Option<(&mut Cell, &mut Cell)> {
    if one < other {
        let (left, right) = cells.split_at_mut(other);
        Some((left.get_mut(one)?, right.first_mut()?))
    } else {
        let (left, right) = cells.split_at_mut(one);
        Some((right.first_mut()?, left.get_mut(other)?))
    }
}

/// A cable of the access ring 接入环; it leaves by the second building entry where there is one.
fn ring_hop(world: &mut World, cells: &mut [Cell], from: usize, to: usize) -> Option<Strand> {
    let (a, z) = two(cells, from, to)?;
    let name = world.draft.text("接入环光缆");
    let make = Make { cores: 24, joints: 4, plant: world.plant(), proven: true, name };
    world.strand(&mut a.trunk_frame, &mut z.trunk_frame, &make, &a.first_way)
}

/// A cable from an access site to its aggregation site; some are leased.
fn star(world: &mut World, cells: &mut [Cell], at: usize) -> Option<Strand> {
    let (a, z) = two(cells, at, 0)?;
    let leased = (a.lot.district + a.lot.ring_place) % 11 == 4;
    let name = world.draft.text("汇聚星型光缆");
    let make = Make { cores: 24, joints: 6, plant: world.owned(leased), proven: true, name };
    world.strand(&mut a.trunk_frame, &mut z.trunk_frame, &make, &[])
}

/// Network elements of the district, by cell.
struct Equipment {
    adms: Vec<Option<DeviceId>>,
    switches: Vec<Option<DeviceId>>,
    olt: DeviceId,
}

fn equipment(world: &mut World, cells: &[Cell]) -> Option<(Hub, Equipment)> {
    let (mut adms, mut switches) = (Vec::new(), Vec::new());
    for (at, cell) in cells.iter().enumerate() {
        let plant = world.plant();
        let has_adm = ADM_AT.contains(&at);
        let adm = has_adm.then(|| {
            let lines = world.block("线路板1", 1, 2, PortKind::Optical, "S-4.1");
            let upper = world.block("线路板2", 3, 2, PortKind::Optical, "S-16.1");
            let lower = world.block("支路板1", 5, 8, PortKind::Optical, "S-1.1");
            let tributaries = world.block("支路板2", 13, 63, PortKind::E1, "");
            let blocks = if at == 0 { vec![lines, upper, lower, tributaries] } else { vec![lines, lower, tributaries] };
            world.device(cell.site, DeviceKind::Adm, "MSTP-622", blocks, plant.clone())
        });
        let switch = (at == 0 || !has_adm).then(|| {
            let blocks = vec![
                world.block("上行板", 1, 4, PortKind::Optical, "1000BASE-LX10"),
                world.block("业务板", 5, 12, PortKind::Optical, "1000BASE-LX10"),
            ];
            world.device(cell.site, DeviceKind::Switch, "PTN-960", blocks, plant.clone())
        });
        adms.push(adm);
        switches.push(switch);
    }
    let first = cells.first()?;
    let plant = world.plant();
    let boards = (0..3).map(|n| world.block(&format!("PON板{}", n + 1), n * 16 + 1, 16, PortKind::Pon, "GPON-B+"));
    let boards = boards.collect();
    let olt = world.device(first.site, DeviceKind::Olt, "OLT-5800", boards, plant.clone());
    let lines = vec![world.block("10GE板", 1, 6, PortKind::Optical, "10GBASE-ER")];
    let router = world.device(first.site, DeviceKind::Router, "SR-8800", lines, plant);
    let adm = adms.first().copied().flatten()?;
    let (entry, first_way) = (first.entry, first.first_way.clone());
    let hub = Hub { entry, first_way, frame: first.trunk_frame, adm, router, router_ports: 0 };
    Some((hub, Equipment { adms, switches, olt }))
}

/// STM-4 sections from ADM to ADM, patched through at the sites between.
fn sdh_ring(world: &mut World, equipment: &Equipment, rings: &mut [Strand]) {
    let fibres: Vec<Option<u32>> = rings.iter_mut().map(|hop| hop.take(2)).collect();
    for (nth, at) in ADM_AT.iter().enumerate() {
        let next = ADM_AT.get(nth + 1).copied().unwrap_or(rings.len());
        let ends =
            (equipment.adms.get(*at).copied().flatten(), equipment.adms.get(next % rings.len()).copied().flatten());
        let (Some(from), Some(to)) = ends else { continue };
        let hops = rings.iter().zip(&fibres).take(next).skip(*at);
        let over: Vec<Use<'_>> = hops.filter_map(|(strand, first)| Some(Use { strand, first: (*first)? })).collect();
        let name = "SDH接入环 STM-4";
        let (start, end) = (Some(port(from, 2)), Some(port(to, 1)));
        world.route(&Route { start, over, end, fibres: 2, name, ..Route::default() });
    }
}

/// The uplink of an access switch.
fn uplink(world: &mut World, equipment: &Equipment, at: usize, star: &mut Strand) {
    let ends = (equipment.switches.get(at).copied().flatten(), equipment.switches.first().copied().flatten());
    let ((Some(switch), Some(upper)), Some(first)) = (ends, star.take(2)) else { return };
    let above = match at {
        2 => 1,
        5 => 2,
        _ => 3,
    };
    let over = vec![Use { strand: star, first }];
    let (start, end) = (Some(port(switch, 1)), Some(port(upper, above)));
    world.route(&Route { start, over, end, fibres: 2, name: "接入交换机上行 GE", ..Route::default() });
}

/// PON trees: from the OLT to each box, the two of the tree by way of a splitter in the cabinet.
fn pon(world: &mut World, equipment: &Equipment, cell: &mut Cell, star: Option<&mut Strand>, used: &mut u32) {
    let down = star.map(|star| {
        let first = star.take(4);
        (star.reversed(), first)
    });
    let mut nth = 0;
    let mut feed = |world: &mut World, used: &mut u32, rest: Vec<Use<'_>>, splitter: DeviceId| {
        let mut over = Vec::new();
        if let Some((strand, first)) = &down {
            let Some(first) = first else { return };
            over.push(Use { strand, first: first + nth });
        }
        over.extend(rest);
        nth += 1;
        *used += 1;
        let (start, end) = (Some(port(equipment.olt, *used)), Some(port(splitter, 1)));
        world.route(&Route { start, over, end, name: "PON馈线", ..Route::default() });
    };
    for served in cell.boxes.iter_mut().take(3).filter(|served| served.in_service) {
        let Some(branch) = served.feed.take(1) else { continue };
        let mut rest = Vec::new();
        if served.over_cabinet {
            let Some(first) = cell.main.take(1) else { continue };
            rest.push(Use { strand: &cell.main, first });
        }
        rest.push(Use { strand: &served.feed, first: branch });
        feed(world, used, rest, served.splitter);
    }
    if let Some(first) = cell.main.take(1) {
        feed(world, used, vec![Use { strand: &cell.main, first }], cell.cabinet_splitter);
    }
    for (branch, served) in (2..).zip(cell.boxes.iter_mut().skip(3)) {
        let Some(first) = served.feed.take(1) else { continue };
        let over = vec![Use { strand: &served.feed, first }];
        let (start, end) = (Some(port(cell.cabinet_splitter, branch)), Some(port(served.splitter, 1)));
        world.route(&Route { start, over, end, name: "PON二级馈线", ..Route::default() });
    }
    for served in cell.boxes.iter().filter(|served| served.in_service) {
        broadband(world, served);
    }
}

/// Broadband users on the branches of a box; about one splitter in six is full.
fn broadband(world: &mut World, served: &ServedBox) {
    let full = world.random.percent(16);
    let households = if full { served.branches } else { world.random.below(u64::from(served.branches) * 3 / 4) as u32 };
    if households > 0 {
        world.users(served.splitter, 2, households.div_ceil(2), "家庭宽带");
    }
    if households > 1 {
        let name = customer(world.random.below(10));
        world.users(served.splitter, 2 + households.div_ceil(2), households / 2, name);
    }
}

/// Leased lines and fibres of the two customers of a cell, and the operator's own fronthaul.
fn customers(world: &mut World, equipment: &Equipment, at: usize, cell: &mut Cell) {
    let who = customer(world.random.below(10));
    let number = cell.lot.district * 8 + cell.lot.ring_place;
    let adm = equipment.adms.get(at).copied().flatten();
    let switch = equipment.switches.get(at).copied().flatten();
    let [first, _, second] = &mut cell.lead_ins;
    let serving = adm.or(switch);
    let near = cell.boxes.get_mut(1);
    if let (Some(serving), Some(near)) = (serving, near)
        && let (Some(main), Some(branch), Some(lead)) = (cell.main.take(2), near.feed.take(2), first.take(2))
    {
        let interface = if adm.is_some() { "S-1.1" } else { "1000BASE-LX10" };
        let blocks = vec![world.block("上行", 1, 1, PortKind::Optical, interface)];
        let plant = world.plant();
        let onu = world.device(cell.first_customer, DeviceKind::Onu, "CPE-2000", blocks, plant);
        let over = vec![
            Use { strand: &cell.main, first: main },
            Use { strand: &near.feed, first: branch },
            Use { strand: first, first: lead },
        ];
        let grade = Some([Grade::AAA, Grade::AA, Grade::A, Grade::Plain][(number % 4) as usize]);
        let (start, end) = (Some(port(serving, 5)), Some(port(onu, 1)));
        world.route(&Route {
            start, over, end, fibres: 2, name: "集团专线", customer: who, grade, ..Route::default()
        });
    }
    let state = [Some(SlotState::Occupied), None, Some(SlotState::Releasing), Some(SlotState::Reserved)];
    if let Some(state) = state[(number % 4) as usize]
        && let (Some(main), Some(lead)) = (cell.main.take(2), second.take(2))
    {
        let over = vec![Use { strand: &cell.main, first: main }, Use { strand: second, first: lead }];
        world.route(&Route { over, fibres: 2, state, name: "出租裸纤", customer: who, ..Route::default() });
    }
    if world.random.percent(50) {
        let fibres = world.random.between(4, 12) as u32;
        if let Some(first) = cell.main.take(fibres) {
            let over = vec![Use { strand: &cell.main, first }];
            world.route(&Route { over, fibres, name: "基站前传", customer: "自有", ..Route::default() });
        }
    }
}

/// Damaged, set aside and leftover slots.
fn faults(world: &mut World, cell: &mut Cell) {
    if world.random.percent(60) {
        let count = world.random.between(1, 4) as u32;
        world.mark_last(&cell.main, cell.main.count - count, count, SlotState::Damaged, "接续损耗超标，待修");
    }
    if let Some(tail) = cell.boxes.get(4)
        && world.random.percent(25)
    {
        let free = tail.feed.count - tail.feed.taken;
        world.mark_strand(&tail.feed, tail.feed.taken, free, SlotState::SetAside, "农村改造预留");
    }
    if let Some(near) = cell.boxes.get(1)
        && world.random.percent(20)
    {
        world.mark_last(&near.feed, near.feed.count - 2, 2, SlotState::OutOfUse, "停用待拆");
    }
    if world.random.percent(20) {
        world.mark(Carrier::Device(cell.cabinet.id), 288, 1, SlotState::Leftover, "遗留尾纤");
    }
}

/// A cable between the aggregation sites of two districts, lit with an STM-16 section and, between routers, 10GE.
pub(crate) fn hop(world: &mut World, hubs: &mut [Hub], from: usize, to: usize, upper: bool) -> Option<()> {
    if from == to {
        return Some(());
    }
    let (mut a, mut z) = (hubs.get(from)?.clone(), hubs.get(to)?.clone());
    let name = world.draft.text(if upper { "核心光缆" } else { "汇聚环光缆" });
    let cores = if upper { 96 } else { 72 };
    let make = Make { cores, joints: 5, plant: world.plant(), proven: true, name };
    let mut strand = world.strand(&mut a.frame, &mut z.frame, &make, &a.first_way)?;
    let straight_dm = world.ground.at(a.entry).distance_dm(world.ground.at(z.entry));
    let mut light = |world: &mut World, start, end, name: &str, attenuator_db| {
        if let Some(first) = strand.take(2) {
            let over = vec![Use { strand: &strand, first }];
            let (start, end) = (Some(start), Some(end));
            world.route(&Route { start, over, end, fibres: 2, name, attenuator_db, ..Route::default() });
        }
    };
    if !upper {
        light(world, port(a.adm, 4), port(z.adm, 3), "SDH汇聚环 STM-16", 0);
    }
    // 10GBASE-ER blinds its receiver on a short line.
    let attenuator_db = match straight_dm {
        ..60_000 => 5,
        60_000..140_000 => 3,
        _ => 0,
    };
    a.router_ports += 1;
    z.router_ports += 1;
    light(world, port(a.router, a.router_ports), port(z.router, z.router_ports), "城域网 10GE", attenuator_db);
    world.mark_strand(&strand, strand.count - 8, 8, SlotState::SetAside, "网络扩容预留");
    *hubs.get_mut(from)? = a;
    *hubs.get_mut(to)? = z;
    Some(())
}

/// The trunk between two regions: unlit but for a customer's fibre, some of it set aside.
pub(crate) fn trunk(world: &mut World, a: &mut Hub, z: &mut Hub) -> Option<()> {
    let name = world.draft.text("省干光缆");
    let make = Make { cores: 96, joints: 40, plant: world.plant(), proven: true, name };
    let mut strand = world.strand(&mut a.frame, &mut z.frame, &make, &[])?;
    let first = strand.take(2)?;
    let over = vec![Use { strand: &strand, first }];
    world.route(&Route { over, fibres: 2, name: "省干", customer: "省公司干线", ..Route::default() });
    world.mark_strand(&strand, strand.count - 24, 24, SlotState::SetAside, "省干扩容预留");
    Some(())
}

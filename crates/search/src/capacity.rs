//! What is free: cores of a strand, ports of a device, bores of a span, branches of a splitter.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;
use linewright_model::{
    Carrier, Device, DeviceId, Fixture, Jumper, JumperId, LinkId, Network, Plant, Port, PortBlock, PortKind, SlotState,
    Span, SpanId, SpliceId, SpliceSide, Stage, Taken,
};

use rustc_hash::FxBuildHasher;

use crate::layer::counts::Free;
use crate::strand::{Strand, Tail};

/// Cores of a strand by what stands in the way of using them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Availability {
    /// Cores free from tail to tail, terminals included.
    pub free: u32,
    /// Cores that nothing is known against, but whose occupancy is not proven.
    pub unproven: u32,
    /// Whether the map gives no number of cores at all.
    pub uncounted: bool,
    /// The other cores, by the state that blocks them.
    pub blocked: BTreeMap<SlotState, u32>,
}

impl Availability {
    /// Number of cores in all.
    pub fn cores(&self) -> u32 {
        self.free + self.unproven + self.blocked.values().sum::<u32>()
    }
}

/// Ports that have a jumper in front: of the whole network, or looked up device by device.
pub(crate) enum Patched {
    All(HashSet<Port, FxBuildHasher>),
    OneByOne,
}

impl Patched {
    /// Of the whole network, for many questions.
    pub(crate) fn all(network: &Network) -> Self {
        Self::All(network.all::<Jumper>().flat_map(|(_, jumper)| [jumper.a, jumper.b]).collect())
    }

    /// Looked up when asked, for few.
    pub(crate) fn one_by_one() -> Self {
        Self::OneByOne
    }

    fn of(&self, network: &Network, first: Port, count: u32) -> BTreeSet<u32> {
        match self {
            Self::All(ports) => {
                let port = |nth| Port { port: first.port.saturating_add(nth), ..first };
                (0..count).map(port).filter(|port| ports.contains(port)).map(|port| port.port).collect()
            }
            Self::OneByOne => patched_ports(network, first.device),
        }
    }
}

/// How many cores of a strand are free from tail to tail.
pub(crate) fn free_cores(network: &Network, strand: &Strand, patched: &Patched) -> Free {
    if !usable(strand) {
        return Free::Nothing;
    }
    let Some(count) = strand.count else { return Free::AtLeast(0) };
    let lanes = Lane::all(network, strand, patched);
    let (mut free, mut unproven) = (0, false);
    for nth in 0..count {
        match state_of(&lanes, nth) {
            SlotState::Idle => free += 1,
            SlotState::Unknown => unproven = true,
            _ => {}
        }
    }
    if unproven { Free::AtLeast(free) } else { Free::Slots(free) }
}

/// What a strand's first core and the cores beside it run through: one section, or the terminals at one end.
struct Lane<'a> {
    first: u32,
    taken: Option<Taken<'a>>,
    /// State of a slot that nothing is recorded of.
    rest: SlotState,
    /// Terminals with a jumper in front.
    patched: BTreeSet<u32>,
}

impl<'a> Lane<'a> {
    /// Terminals last: a jumper left in front says less than what is recorded of the core.
    fn of(network: &'a Network, strand: &Strand) -> Vec<Self> {
        Self::all(network, strand, &Patched::OneByOne)
    }

    fn all(network: &'a Network, strand: &Strand, patched: &Patched) -> Vec<Self> {
        let lane = |carrier: Carrier, first: u32, patched: BTreeSet<u32>| Lane {
            first,
            taken: network.taken(carrier),
            rest: network.rest_state(carrier),
            patched,
        };
        let cores = strand.pieces.iter().map(|p| lane(Carrier::Cable(p.cable), p.first, BTreeSet::new()));
        let terminals = strand.tails.iter().filter_map(|tail| match tail {
            Tail::Terminal(port) => {
                let patched = patched.of(network, *port, strand.count.unwrap_or(0));
                Some(lane(Carrier::Device(port.device), port.port, patched))
            }
            _ => None,
        });
        cores.chain(terminals).collect()
    }

    fn state(&self, nth: u32) -> SlotState {
        let slot = self.first.saturating_add(nth);
        match self.taken.map(|taken| taken.status(slot, self.rest)) {
            Some(status) if status.faulty => SlotState::Damaged,
            Some(status) => status.state,
            None => self.rest,
        }
    }

    fn is_patched(&self, nth: u32) -> bool {
        self.patched.contains(&self.first.saturating_add(nth))
    }
}

/// State of one core of a strand as a whole: what blocks it, else unknown, else idle.
fn state_of(lanes: &[Lane<'_>], nth: u32) -> SlotState {
    let mut state = SlotState::Idle;
    for here in lanes.iter().map(|lane| lane.state(nth)) {
        match here {
            SlotState::Idle => {}
            SlotState::Unknown => state = SlotState::Unknown,
            blocked => return blocked,
        }
    }
    if lanes.iter().any(|lane| lane.is_patched(nth)) { SlotState::Leftover } else { state }
}

/// Ports of a device that have a jumper in front.
pub fn patched_ports(network: &Network, device: DeviceId) -> BTreeSet<u32> {
    let jumpers = network.referring::<JumperId>(device).filter_map(|id| network.get(id));
    jumpers.flat_map(|j| [j.a, j.b]).filter(|port| port.device == device).map(|port| port.port).collect()
}

fn usable(strand: &Strand) -> bool {
    !strand.tails.contains(&Tail::Disputed)
}

/// How many cores of a strand are free, and what blocks the others.
pub fn availability(network: &Network, strand: &Strand) -> Availability {
    let mut found = Availability { uncounted: strand.count.is_none(), ..Availability::default() };
    if !usable(strand) {
        found.blocked.insert(SlotState::Unknown, strand.count.unwrap_or(0));
        return found;
    }
    let lanes = Lane::of(network, strand);
    for nth in 0..strand.count.unwrap_or(0) {
        match state_of(&lanes, nth) {
            SlotState::Idle => found.free += 1,
            SlotState::Unknown => found.unproven += 1,
            state => *found.blocked.entry(state).or_default() += 1,
        }
    }
    found
}

/// Which cores to take of a strand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pick {
    /// These cores, counted from 0 inside the strand; all free.
    Proven(Vec<u32>),
    /// The occupancy must be checked on site first.
    Unproven,
}

/// Picks `fibres` cores of a strand: the lowest free ones, side by side where possible; `None` when the
/// records show too few.
pub fn pick(network: &Network, strand: &Strand, fibres: u32) -> Option<Pick> {
    pick_beside(network, strand, fibres, &BTreeSet::new())
}

/// As [`pick`], passing over cores of the strand (counted from 0) that another leg takes.
pub fn pick_beside(network: &Network, strand: &Strand, fibres: u32, taken: &BTreeSet<u32>) -> Option<Pick> {
    if !usable(strand) {
        return None;
    }
    let Some(count) = strand.count else { return Some(Pick::Unproven) };
    let lanes = Lane::of(network, strand);
    let wanted = fibres as usize;
    let mut free: Vec<u32> = Vec::new();
    let mut unproven = 0usize;
    for nth in (0..count).filter(|nth| !taken.contains(nth)) {
        match state_of(&lanes, nth) {
            SlotState::Idle => free.push(nth),
            SlotState::Unknown => unproven += 1,
            _ => {}
        }
        let run = free.len().checked_sub(wanted).map(|from| &free[from..]);
        if let Some([first, .., last]) | Some([first @ last]) = run
            && (last - first) as usize + 1 == wanted
        {
            return Some(Pick::Proven((*first..=*last).collect()));
        }
    }
    if free.len() >= wanted {
        free.truncate(wanted);
        Some(Pick::Proven(free))
    } else if free.len() + unproven >= wanted {
        Some(Pick::Unproven)
    } else {
        None
    }
}

/// Whether plant may be used, now or at an announced date within the limit.
pub fn offered(plant: &Plant, latest: Option<NaiveDate>) -> bool {
    match plant.stage {
        Stage::InService => true,
        Stage::Retired => false,
        Stage::Planned | Stage::UnderConstruction => {
            plant.available_from.is_some_and(|from| latest.is_none_or(|latest| from <= latest))
        }
    }
}

/// Bores or attachments left in a span; `None` when the capacity is not recorded.
pub fn spare_bores(network: &Network, id: SpanId, span: &Span) -> Option<u64> {
    let taken = network.taken(Carrier::Span(id)).map_or(0, |taken| taken.amount());
    span.capacity.map(|capacity| u64::from(capacity).saturating_sub(taken))
}

/// Free ports of a device in blocks for which `wanted` holds, ascending.
pub fn free_ports(network: &Network, id: DeviceId, device: &Device, wanted: &dyn Fn(&PortBlock) -> bool) -> Vec<u32> {
    let mut used = patched_ports(network, id);
    let links = network.referring::<LinkId>(id).filter_map(|link| network.get(link));
    used.extend(links.flat_map(|l| [l.a, l.z]).filter(|port| port.device == id).map(|port| port.port));
    let blocks = device.blocks.iter().filter(|block| wanted(block));
    let open = |port: &u32| {
        let status = network.slot(Carrier::Device(id), *port);
        status.state == SlotState::Idle && !status.faulty && !used.contains(port) && !is_fused(network, id, *port)
    };
    let mut ports: Vec<u32> = blocks.flat_map(|block| block.ports()).filter(open).collect();
    ports.sort_unstable();
    ports
}

/// Whether a core is fused to a port from behind: whoever is on the port has the core.
fn is_fused(network: &Network, device: DeviceId, port: u32) -> bool {
    let splices = network.referring::<SpliceId>(device).filter_map(|id| network.get(id));
    let covers = |side: SpliceSide, count: u32| {
        side.on == Fixture::Device { id: device } && (side.first..side.first.saturating_add(count)).contains(&port)
    };
    splices.into_iter().any(|splice| covers(splice.a, splice.count) || covers(splice.b, splice.count))
}

/// Free branches of a splitter, ascending.
pub fn free_branches(network: &Network, id: DeviceId, device: &Device) -> Vec<u32> {
    free_ports(network, id, device, &|block| block.kind == PortKind::SplitterOut)
}

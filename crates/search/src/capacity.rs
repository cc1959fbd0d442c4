//! What is free: cores of a strand, ports of a device, bores of a span, branches of a splitter.

use std::collections::{BTreeMap, BTreeSet};

use linewright_model::{
    Carrier, Device, DeviceId, JumperId, LinkId, Network, PortBlock, PortKind, SlotState, Span, SpanId,
};

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

/// State of one core of a strand as a whole: the worst of its slots.
fn state_of(network: &Network, strand: &Strand, patched: [&BTreeSet<u32>; 2], nth: u32) -> SlotState {
    let mut state = SlotState::Idle;
    for (carrier, slot) in strand.slots(nth) {
        let status = network.slot(carrier, slot);
        let here = if status.faulty { SlotState::Damaged } else { status.state };
        match here {
            SlotState::Idle => {}
            SlotState::Unknown if state == SlotState::Idle => state = SlotState::Unknown,
            SlotState::Unknown => {}
            blocked => return blocked,
        }
    }
    for (tail, patched) in strand.tails.iter().zip(patched) {
        if let Tail::Terminal(port) = tail
            && patched.contains(&port.port.saturating_add(nth))
        {
            return SlotState::Leftover;
        }
    }
    state
}

/// Ports of a device that have a jumper in front.
pub fn patched_ports(network: &Network, device: DeviceId) -> BTreeSet<u32> {
    let jumpers = network.referring::<JumperId>(device).filter_map(|id| network.get(id));
    jumpers.flat_map(|j| [j.a, j.b]).filter(|port| port.device == device).map(|port| port.port).collect()
}

fn patched_tails(network: &Network, strand: &Strand) -> [BTreeSet<u32>; 2] {
    strand.tails.map(|tail| match tail {
        Tail::Terminal(port) => patched_ports(network, port.device),
        _ => BTreeSet::new(),
    })
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
    let patched = patched_tails(network, strand);
    for nth in 0..strand.count.unwrap_or(0) {
        match state_of(network, strand, [&patched[0], &patched[1]], nth) {
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
    if !usable(strand) {
        return None;
    }
    let Some(count) = strand.count else { return Some(Pick::Unproven) };
    let patched = patched_tails(network, strand);
    let wanted = fibres as usize;
    let mut free: Vec<u32> = Vec::new();
    let mut unproven = 0usize;
    for nth in 0..count {
        match state_of(network, strand, [&patched[0], &patched[1]], nth) {
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

/// Bores or attachments left in a span; `None` when the capacity is not recorded.
pub fn spare_bores(network: &Network, id: SpanId, span: &Span) -> Option<u64> {
    let taken = network.taken(Carrier::Span(id)).map_or(0, |taken| taken.amount());
    span.capacity.map(|capacity| u64::from(capacity).saturating_sub(taken))
}

/// Whether a port can be given to someone: idle, and nothing patched or fed there.
fn port_free(network: &Network, device: DeviceId, patched: &BTreeSet<u32>, fed: &BTreeSet<u32>, port: u32) -> bool {
    let status = network.slot(Carrier::Device(device), port);
    status.state == SlotState::Idle && !status.faulty && !patched.contains(&port) && !fed.contains(&port)
}

/// Free ports of a device in blocks for which `wanted` holds, ascending.
pub fn free_ports(network: &Network, id: DeviceId, device: &Device, wanted: &dyn Fn(&PortBlock) -> bool) -> Vec<u32> {
    let patched = patched_ports(network, id);
    let links = network.referring::<LinkId>(id).filter_map(|link| network.get(link));
    let fed: BTreeSet<u32> =
        links.flat_map(|l| [l.a, l.z]).filter(|port| port.device == id).map(|port| port.port).collect();
    let blocks = device.blocks.iter().filter(|block| wanted(block));
    let mut ports: Vec<u32> =
        blocks.flat_map(|block| block.ports()).filter(|port| port_free(network, id, &patched, &fed, *port)).collect();
    ports.sort_unstable();
    ports
}

/// Free branches of a splitter, ascending.
pub fn free_branches(network: &Network, id: DeviceId, device: &Device) -> Vec<u32> {
    free_ports(network, id, device, &|block| block.kind == PortKind::SplitterOut)
}

//! What is free is what reading every trail, mark and jumper leaves.

use std::collections::BTreeMap;

use linewright_model::*;
use linewright_search::Topology;
use linewright_search::capacity::{self, Pick};
use linewright_search::strand::{Strand, Tail};
use proptest::prelude::*;

use crate::records::{cables_in, jumper_at, slot_state};
use crate::world::{FIBRE, STREETS, World};

/// What blocks a core of a strand; `None` for a free one, `Unknown` for one that is not proven.
pub(crate) fn core_state(network: &Network, strand: &Strand, nth: u32) -> Option<SlotState> {
    let ports = strand.tails.iter().filter_map(|tail| match tail {
        Tail::Terminal(port) => Some(Port { port: port.port + nth, ..*port }),
        _ => None,
    });
    let ports: Vec<Port> = ports.collect();
    let mut slots: Vec<(Carrier, u32)> = ports.iter().map(|p| (Carrier::Device(p.device), p.port)).collect();
    slots.extend(strand.pieces.iter().map(|piece| (Carrier::Cable(piece.cable), piece.first + nth)));
    let states: Vec<SlotState> = slots.iter().filter_map(|(on, slot)| slot_state(network, *on, *slot)).collect();
    if let Some(blocked) = states.iter().find(|state| **state != SlotState::Unknown) {
        return Some(*blocked);
    }
    if ports.iter().any(|port| jumper_at(network, *port)) {
        return Some(SlotState::Leftover);
    }
    states.first().copied()
}

fn check_strand(network: &Network, strand: &Strand) -> Result<(), TestCaseError> {
    let found = capacity::availability(network, strand);
    let count = strand.count.unwrap_or(0);
    let disputed = strand.tails.contains(&Tail::Disputed);
    let states: Vec<_> = (0..count).map(|nth| core_state(network, strand, nth)).collect();
    let number = |wanted: Option<SlotState>| states.iter().filter(|state| **state == wanted).count() as u32;
    prop_assert_eq!(found.uncounted, strand.count.is_none());
    prop_assert_eq!(found.cores(), count);
    let (free, unproven) = (number(None), number(Some(SlotState::Unknown)));
    if disputed {
        prop_assert_eq!((found.free, found.unproven), (0, 0));
    } else {
        prop_assert_eq!((found.free, found.unproven), (free, unproven));
        let blocked: u32 = found.blocked.values().sum();
        prop_assert_eq!(blocked, count - free - unproven);
        // Of two states that block a core either may be named.
        prop_assert!(found.blocked.keys().all(|state| *state != SlotState::Unknown && *state != SlotState::Idle));
    }
    for fibres in 1..=count + 1 {
        let expected = if disputed {
            None
        } else if strand.count.is_none() {
            Some(Pick::Unproven)
        } else {
            best_pick(&states, fibres)
        };
        prop_assert_eq!(capacity::pick(network, strand, fibres), expected, "{} of {:?}", fibres, states);
    }
    Ok(())
}

/// The first run of free cores, else the first free ones, else unproven ones to make up the number.
fn best_pick(states: &[Option<SlotState>], fibres: u32) -> Option<Pick> {
    let free: Vec<u32> = (0u32..).zip(states).filter(|(_, state)| state.is_none()).map(|(nth, _)| nth).collect();
    let wanted = fibres as usize;
    let run =
        (0..states.len() as u32).map(|from| from..from + fibres).find(|run| run.clone().all(|n| free.contains(&n)));
    let unproven = states.iter().filter(|state| **state == Some(SlotState::Unknown)).count();
    match run {
        Some(run) => Some(Pick::Proven(run.collect())),
        None if free.len() >= wanted => Some(Pick::Proven(free[..wanted].to_vec())),
        None if free.len() + unproven >= wanted => Some(Pick::Unproven),
        None => None,
    }
}

fn check_device(network: &Network, id: DeviceId, device: &Device) -> Result<(), TestCaseError> {
    let fused = |at: Port| {
        network.all::<Splice>().any(|(_, splice)| {
            [splice.a, splice.b].iter().any(|side| {
                side.on == Fixture::Device { id: at.device }
                    && at.port >= side.first
                    && at.port < side.first + splice.count
            })
        })
    };
    let linked = |port: Port| network.all::<Link>().any(|(_, link)| link.a == port || link.z == port);
    let free = |kinds: &dyn Fn(PortKind) -> bool| -> Vec<u32> {
        let blocks = device.blocks.iter().filter(|block| kinds(block.kind));
        let ports = blocks.flat_map(|block| block.first..block.first + block.count);
        let mut free: Vec<u32> = ports
            .filter(|port| {
                let at = Port { device: id, port: *port };
                slot_state(network, Carrier::Device(id), *port).is_none()
                    && !jumper_at(network, at)
                    && !linked(at)
                    && !fused(at)
            })
            .collect();
        free.sort_unstable();
        free
    };
    prop_assert_eq!(capacity::free_ports(network, id, device, &|_| true), free(&|_| true));
    let branches = free(&|kind| kind == PortKind::SplitterOut);
    prop_assert_eq!(capacity::free_branches(network, id, device), branches);
    Ok(())
}

proptest! {
    #![proptest_config(crate::cases(1500))]

    #[test]
    fn free_cores_are_those_nothing_is_known_against(seed: u64) {
        let network = World::new(seed, FIBRE).network;
        for (_, strand) in Topology::build(&network).strands() {
            check_strand(&network, strand)?;
        }
    }

    #[test]
    fn free_ports_and_bores_are_those_nobody_has(seed: u64) {
        let network = World::new(seed, STREETS).network;
        for (id, device) in network.all::<Device>() {
            check_device(&network, id, device)?;
        }
        for (id, span) in network.all::<Span>() {
            let spare = span.capacity.map(|all| u64::from(all).saturating_sub(cables_in(&network, id) as u64));
            prop_assert_eq!(capacity::spare_bores(&network, id, span), spare);
        }
    }
}

/// The random networks hold what the properties are about.
#[test]
fn the_networks_drawn_have_every_kind_of_core() {
    let mut seen: BTreeMap<Option<SlotState>, u32> = BTreeMap::new();
    for seed in 0..300 {
        let network = World::new(seed, FIBRE).network;
        for (_, strand) in Topology::build(&network).strands() {
            for nth in 0..strand.count.unwrap_or(0) {
                *seen.entry(core_state(&network, strand, nth)).or_default() += 1;
            }
        }
    }
    use SlotState::*;
    for state in [None, Some(Unknown), Some(Damaged), Some(Occupied), Some(Leftover), Some(SetAside)] {
        assert!(seen.get(&state).is_some_and(|count| *count >= 20), "{state:?}: {seen:?}");
    }
}

//! Strands are what following core by core through the splice table gives.

use std::collections::BTreeSet;

use linewright_model::*;
use linewright_search::Topology;
use linewright_search::strand::{Strand, Tail};
use proptest::prelude::*;

use crate::records::{Joint, Splices};
use crate::world::{FIBRE, World};

/// One core from end to end: tails with places, sections with the splices between them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Chain {
    ends: [(PlaceId, Tail); 2],
    cores: Vec<(CableId, CableEnd, u32)>,
    splices: Vec<Option<SpliceId>>,
}

impl Chain {
    fn turned(&self) -> Chain {
        Chain {
            ends: [self.ends[1], self.ends[0]],
            cores: self.cores.iter().rev().map(|(cable, end, core)| (*cable, end.other(), *core)).collect(),
            splices: self.splices.iter().rev().copied().collect(),
        }
    }

    fn either_way(self) -> Chain {
        let turned = self.turned();
        self.min(turned)
    }
}

/// The chain of a core from one of its ends; `None` where that end is not the end of a chain.
fn walk(network: &Network, splices: &Splices<'_>, start: (CableId, CableEnd, u32)) -> Option<Chain> {
    let end = |cable: CableId, end: CableEnd, core: u32| {
        let on = Fixture::Cable { id: cable, end };
        let record = network.get(cable).unwrap();
        let here = record.end(end);
        match splices.joint((on, core)) {
            Joint::To((Fixture::Cable { .. }, _), _) => None,
            Joint::To((Fixture::Device { id }, port), splice) => {
                let tail = Tail::Terminal(Port { device: id, port });
                Some((network.get(id).unwrap().place, tail, Some(splice)))
            }
            Joint::Disputed => Some((here, Tail::Disputed, None)),
            Joint::Nothing if record.occupancy == Occupancy::Proven || splices.any_at(on) => {
                Some((here, Tail::Bare, None))
            }
            Joint::Nothing => Some((here, Tail::Unrecorded, None)),
        }
    };
    let (mut cable, mut enters, mut core) = start;
    let (place, tail, splice) = end(cable, enters, core)?;
    let mut chain = Chain { ends: [(place, tail); 2], cores: Vec::new(), splices: vec![splice] };
    loop {
        chain.cores.push((cable, enters, core));
        let out = enters.other();
        if let Some((place, tail, splice)) = end(cable, out, core) {
            chain.ends[1] = (place, tail);
            chain.splices.push(splice);
            return Some(chain);
        }
        let Joint::To((Fixture::Cable { id, end }, next), splice) =
            splices.joint((Fixture::Cable { id: cable, end: out }, core))
        else {
            unreachable!("a core that does not end goes on into a cable");
        };
        chain.splices.push(Some(splice));
        (cable, enters, core) = (id, end, next);
    }
}

fn chains_of_records(network: &Network) -> BTreeSet<Chain> {
    let splices = Splices::read(network);
    let mut chains = BTreeSet::new();
    for (cable, _) in network.all::<Cable>() {
        for core in 1..=splices.cores(cable) {
            for end in [CableEnd::A, CableEnd::B] {
                chains.extend(walk(network, &splices, (cable, end, core)).map(Chain::either_way));
            }
        }
    }
    chains
}

fn chain_of(strand: &Strand, nth: u32) -> Chain {
    let tail = |tail: Tail| match tail {
        Tail::Terminal(port) => Tail::Terminal(Port { port: port.port + nth, ..port }),
        same => same,
    };
    Chain {
        ends: [0, 1].map(|at| (strand.places[at], tail(strand.tails[at]))),
        cores: strand.pieces.iter().map(|p| (p.cable, p.enters, p.first + nth)).collect(),
        splices: std::iter::once(strand.splice_before).chain(strand.pieces.iter().map(|p| p.splice_after)).collect(),
    }
}

fn check(network: &Network) -> Result<(), TestCaseError> {
    let topology = Topology::build(network);
    let splices = Splices::read(network);
    let (mut chains, mut unnumbered) = (Vec::new(), BTreeSet::new());
    let mut further: BTreeSet<Chain> = BTreeSet::new();
    for (_, strand) in topology.strands() {
        let length_m: f64 = strand.pieces.iter().map(|p| network.get(p.cable).unwrap().length_m).sum();
        prop_assert!((strand.length_m - length_m).abs() < 1e-6);
        let Some(count) = strand.count else {
            unnumbered.insert(strand.pieces[0].cable);
            continue;
        };
        prop_assert!(count > 0);
        chains.extend((0..count).map(|nth| chain_of(strand, nth).either_way()));
        further.insert(chain_of(strand, count));
    }
    // As wide as can be: what would go on from one strand does not begin another.
    for (_, strand) in topology.strands().filter(|(_, strand)| strand.count.is_some()) {
        prop_assert!(!further.contains(&chain_of(strand, 0)), "{strand:?} goes on from another");
    }
    let count = chains.len();
    let chains: BTreeSet<Chain> = chains.into_iter().collect();
    prop_assert_eq!(chains.len(), count, "a core lies in two strands");
    prop_assert_eq!(chains, chains_of_records(network));
    let expected = network.all::<Cable>().map(|(id, _)| id).filter(|id| splices.cores(*id) == 0).collect();
    prop_assert_eq!(unnumbered, expected);
    Ok(())
}

proptest! {
    #![proptest_config(crate::cases(3000))]

    #[test]
    fn strands_are_the_cores_followed_one_by_one(seed: u64) {
        let world = World::new(seed, FIBRE);
        check(&world.network)?;
    }
}

/// The random networks hold what the property is about.
#[test]
fn the_networks_drawn_have_chains_rings_and_disputes() {
    let (mut chained, mut disputed, mut ringed, mut terminated, mut turning) = (0, 0, 0, 0, 0);
    for seed in 0..400 {
        let network = World::new(seed, FIBRE).network;
        let topology = Topology::build(&network);
        let (mut cores, mut known) = (0, 0);
        for (_, strand) in topology.strands() {
            let pieces = strand.pieces.len();
            chained += usize::from(pieces > 1);
            let sections: BTreeSet<_> = strand.cables().collect();
            turning += usize::from(sections.len() < pieces);
            disputed += usize::from(strand.tails.contains(&Tail::Disputed));
            terminated += strand.devices().count();
            cores += strand.count.unwrap_or(0) as usize * pieces;
        }
        let splices = Splices::read(&network);
        known += network.all::<Cable>().map(|(id, _)| splices.cores(id) as usize).sum::<usize>();
        ringed += usize::from(cores < known);
    }
    for (what, count) in
        [("chained", chained), ("disputed", disputed), ("in rings", ringed), ("ended", terminated), ("turned", turning)]
    {
        assert!(count >= 10, "{what}: {count}");
    }
}

//! A topology that followed random changes answers as one built afresh.

use linewright_model::*;
use linewright_search::access::{AccessSpace, Move};
use linewright_search::engine::{Bans, Limits, PathOf, Start, k_shortest};
use linewright_search::strand::Strand;
use linewright_search::{StrandIx, Topology};
use proptest::prelude::*;

use crate::access::{Errand, errand};
use crate::world::{FIBRE, STREETS, Size, World};

fn of(topology: &Topology, all: impl Iterator<Item = StrandIx>) -> Vec<&Strand> {
    all.map(|ix| topology.strand(ix).unwrap()).collect()
}

fn check(world: &mut World, followed: &Topology) -> Result<(), TestCaseError> {
    let network = world.network.clone();
    let built = Topology::build(&network);
    prop_assert_eq!(followed.version(), built.version());
    let all = |t: &Topology| t.strands().map(|(_, strand)| strand.clone()).collect::<Vec<_>>();
    prop_assert_eq!(all(followed), all(&built));
    for (id, _) in network.all::<Place>() {
        prop_assert_eq!(of(followed, followed.strands_at(id)), of(&built, built.strands_at(id)));
        prop_assert_eq!(followed.spans_at(id).collect::<Vec<_>>(), built.spans_at(id).collect::<Vec<_>>());
    }
    for (id, _) in network.all::<Cable>() {
        prop_assert_eq!(of(followed, followed.strands_through(id)), of(&built, built.strands_through(id)));
    }
    for (id, _) in network.all::<Span>() {
        prop_assert_eq!(followed.trench(&network, id), built.trench(&network, id));
        prop_assert_eq!(followed.beside(id), built.beside(id));
    }
    for _ in 0..3 {
        let (from, most) = (world.position(), 1 + world.dice.roll(4) as usize);
        let places = |t: &Topology| t.nearest_places(&network, from, 800.0, most, &|id, _| !id.raw().is_multiple_of(5));
        prop_assert_eq!(places(followed), places(&built));
        let spans = |t: &Topology| t.nearest_spans(&network, from, 800.0, most, &|id, _| !id.raw().is_multiple_of(5));
        prop_assert_eq!(spans(followed), spans(&built));
    }
    Ok(())
}

/// A route without the numbers by which one topology keeps its strands.
fn told(topology: &Topology, path: &PathOf<AccessSpace<'_>>) -> Vec<String> {
    let step = |edge: Move| match edge.strand().map(|ix| topology.strand(ix).unwrap()) {
        Some(strand) => format!("{:?} {}", strand.pieces, matches!(edge, Move::Cross(_, true) | Move::Tap(_, _, 1))),
        None => format!("{edge:?}"),
    };
    path.steps.iter().map(|at| format!("{} {:?} {}", step(at.edge), at.to, at.cost)).collect()
}

fn check_searches(world: &mut World, followed: &Topology) -> Result<(), TestCaseError> {
    let network = world.network.clone();
    let built = Topology::build(&network);
    let Errand { terms, end, goal } = errand(&mut world.dice, &network);
    let routes = |topology: &Topology| {
        let space = AccessSpace::new(&network, topology, &terms, end, goal.clone());
        let limits = Limits { max_expanded: 20_000 };
        let found = k_shortest(&space, &[Start::free(space.start())], 5, &Bans::default(), limits);
        let (paths, bound) = match found {
            Ok(paths) => (paths, None),
            Err(exceeded) => (exceeded.found, Some(exceeded.bound)),
        };
        (paths.iter().map(|path| told(topology, path)).collect::<Vec<_>>(), bound)
    };
    prop_assert_eq!(routes(followed), routes(&built));
    Ok(())
}

fn after_changes(
    seed: u64,
    size: Size,
    changes: u32,
    check: fn(&mut World, &Topology) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut world = World::new(seed, size);
    let mut topology = Topology::build(&world.network);
    for _ in 0..changes {
        if let Some(applied) = world.change() {
            topology = topology.follow(&world.network, &applied);
            check(&mut world, &topology)?;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::cases(300))]

    #[test]
    fn following_answers_as_building_does(seed: u64) {
        after_changes(seed, FIBRE, 12, check)?;
        after_changes(seed, STREETS, 12, check)?;
    }

    #[test]
    fn searches_find_the_same_routes(seed: u64) {
        after_changes(seed, STREETS, 10, check_searches)?;
    }
}

//! Searches of the access space are what enumerating all its routes finds, and every move is one that the
//! records allow.

mod allowed;
mod errand;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use linewright_model::*;
use linewright_search::Topology;
use linewright_search::access::*;
use linewright_search::engine::{
    Bans, Certificate, Limits, PairVerdict, PathOf, Space, Start, disjoint_pair, k_shortest, shortest,
};
use proptest::prelude::*;

use crate::world::{STREETS, World};
use allowed::{check_complete, check_move, share_nothing};
pub(crate) use errand::{Errand, errand};
use whole::Whole;

type Path = PathOf<AccessSpace<'static>>;
type Try<T = ()> = Result<T, TestCaseError>;

const AMPLE: Limits = Limits { max_expanded: 50_000_000 };

fn with_space(seed: u64, check: impl FnOnce(&AccessSpace<'_>, &Whole<'_, '_>) -> Try) -> Try {
    with_space_for(seed, false, check)
}

fn with_space_for(seed: u64, for_pair: bool, check: impl FnOnce(&AccessSpace<'_>, &Whole<'_, '_>) -> Try) -> Try {
    let mut world = World::new(seed, STREETS);
    let network = world.network.clone();
    let topology = Topology::build(&network);
    if seed.is_multiple_of(2) {
        topology.prepare();
    }
    let Errand { terms, end, goal } = errand(&mut world.dice, &network);
    let only = world.dice.one_in(5);
    let space = || {
        let mut space = AccessSpace::new(&network, &topology, &terms, end, goal.clone());
        if only {
            space = space.only(network.all::<Place>().map(|(id, _)| id).filter(|id| id.raw() % 2 == 0).collect());
        }
        if for_pair { space.for_pair() } else { space }
    };
    // Searched without the places that lead nowhere, enumerated with them.
    let all = space().everywhere();
    check(&space(), &Whole::read(&all))
}

fn costs(paths: &[Path]) -> Vec<(u64, usize)> {
    paths.iter().map(|path| (path.cost, path.steps.len())).collect()
}

proptest! {
    #![proptest_config(crate::cases(1500))]

    #[test]
    fn bounds_are_never_above_the_cost_to_go(seed: u64) {
        with_space(seed, |space, whole| {
            let to_go = whole.to_go();
            for at in Whole::read(space).out.keys() {
                let bound = space.bound(*at);
                prop_assert!(to_go.get(at).is_none_or(|cost| bound <= *cost), "{at:?}: {bound} above {:?}", to_go[at]);
            }
            Ok(())
        })?;
    }

    #[test]
    fn bounds_of_a_pair_fall_by_no_more_than_a_move_costs(seed: u64) {
        with_space_for(seed, true, |space, _| {
            for (at, steps) in &Whole::read(space).out {
                for step in steps {
                    let (here, there) = (space.bound(*at), space.bound(step.to));
                    prop_assert!(here <= step.cost.saturating_add(there), "{at:?} {here}, {step:?} {there}");
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_best_routes_are_those_of_enumeration(seed: u64) {
        with_space(seed, |space, whole| {
            let Some(routes) = whole.routes() else { return Ok(()) };
            let starts = [Start::free(space.start())];
            let best = routes.iter().map(|path| path.cost).min();
            let found = shortest(space, &starts, &Bans::default(), AMPLE).unwrap();
            prop_assert_eq!(found.map(|path| path.cost), best);
            let mut ways: BTreeMap<_, (u64, usize)> = BTreeMap::new();
            for path in &routes {
                let rank = (path.cost, path.steps.len());
                let known = ways.entry(whole.way(path)).or_insert(rank);
                *known = rank.min(*known);
            }
            let mut ranked: Vec<(u64, usize)> = ways.into_values().collect();
            ranked.sort_unstable();
            ranked.truncate(8);
            let found = k_shortest(space, &starts, 8, &Bans::default(), AMPLE).unwrap();
            prop_assert_eq!(costs(&found), ranked);
            Ok(())
        })?;
    }

    #[test]
    fn who_asks_from_a_place_is_answered_as_if_everything_were_looked_at(seed: u64) {
        let mut world = World::new(seed, STREETS);
        let network = world.network.clone();
        let topology = Topology::build(&network);
        let Errand { terms, end, goal } = errand(&mut world.dice, &network);
        let space = || AccessSpace::new(&network, &topology, &terms, end, goal.clone());
        for (place, _) in network.all::<Place>() {
            let starts = [Start::free(AccessSpace::entered(place))];
            let way = |space: &AccessSpace<'_>| shortest(space, &starts, &Bans::default(), AMPLE).unwrap();
            let [asked, all] = [way(&space().asked_from([place])), way(&space().everywhere())];
            prop_assert_eq!(asked.map(|path| path.cost), all.map(|path| path.cost), "{:?}", place);
        }
    }

    #[test]
    fn a_bridge_is_on_every_route(seed: u64) {
        with_space_for(seed, true, |space, whole| {
            let Some(routes) = whole.routes() else { return Ok(()) };
            for bridge in routes.iter().take(20).flat_map(|path| space.bridges(path)) {
                prop_assert!(routes.iter().all(|path| path.edges().any(|edge| edge == bridge)), "{bridge:?}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn moves_are_those_that_the_records_allow(seed: u64) {
        with_space(seed, |space, whole| {
            for (at, steps) in &whole.out {
                for step in steps {
                    check_move(space, *at, step)?;
                }
                check_complete(space, *at, steps)?;
            }
            Ok(())
        })?;
    }

    #[test]
    fn parts_say_what_risks_say(seed: u64) {
        with_space_for(seed, true, |space, whole| {
            let edges: BTreeSet<Move> = whole.out.values().flatten().map(|step| step.edge).collect();
            let mut risks: BTreeMap<Move, BTreeSet<Risk>> = BTreeMap::new();
            for edge in &edges {
                let mut told = Vec::new();
                space.risks(*edge, &mut told);
                risks.insert(*edge, told.into_iter().collect());
            }
            let all: BTreeSet<Risk> = risks.values().flatten().copied().collect();
            for risk in all {
                let mut on = Vec::new();
                space.parts_on(risk, &mut on);
                for edge in &edges {
                    let (mut parts, mut beside) = (Vec::new(), Vec::new());
                    if space.parts(*edge, &mut parts, &mut beside) {
                        let rests = beside.contains(&risk) || parts.iter().any(|part| on.contains(part));
                        prop_assert_eq!(rests, risks[edge].contains(&risk), "{:?} on {:?}", edge, risk);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn pairs_are_those_of_enumeration(seed: u64) {
        with_space_for(seed, true, |space, whole| {
            let Some(routes) = whole.routes().filter(|routes| routes.len() <= 300) else { return Ok(()) };
            let risks: Vec<BTreeSet<Risk>> = routes.iter().map(|path| whole.risks(path)).collect();
            let mut best: Option<u64> = None;
            for (a, risks_a) in routes.iter().zip(&risks) {
                for (b, risks_b) in routes.iter().zip(&risks) {
                    if risks_a.is_disjoint(risks_b) && best.is_none_or(|best| a.cost + b.cost < best) {
                        best = Some(a.cost + b.cost);
                    }
                }
            }
            let starts = [Start::free(space.start())];
            let verdict = disjoint_pair(space, [&starts, &starts], &Bans::default(), &|_| Some(1), AMPLE);
            match verdict {
                PairVerdict::Disjoint { pair: (a, b), optimal, .. } => {
                    prop_assert!(optimal);
                    prop_assert_eq!(Some(a.cost + b.cost), best);
                    share_nothing(space, &a, &b)?;
                }
                PairVerdict::Impossible { certificate, .. } => {
                    prop_assert_eq!(best, None);
                    match certificate {
                        Certificate::SingleRisk(risk) => prop_assert!(risks.iter().all(|all| all.contains(&risk))),
                        Certificate::NoRoute => prop_assert!(routes.is_empty()),
                        Certificate::Exhausted => prop_assert!(!routes.is_empty()),
                    }
                }
                PairVerdict::Undecided { .. } => prop_assert!(false, "the limit is ample"),
            }
            Ok(())
        })?;
    }
}

/// The random errands reach what the properties are about.
#[test]
fn the_errands_drawn_use_every_kind_of_move() {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..800 {
        with_space(seed, |space, whole| {
            let mut note = |what: &'static str, count: usize| *seen.entry(what).or_default() += count as u32;
            let steps: Vec<Move> = whole.out.values().flatten().map(|step| step.edge).collect();
            for (what, is) in KINDS {
                note(what, usize::from(steps.iter().any(|edge| is(*edge))));
            }
            let bounded = whole.out.keys().any(|at| space.bound(*at) > 0);
            note("bounded", usize::from(bounded));
            let routes = whole.routes();
            note("too many routes", usize::from(routes.is_none()));
            let routes = routes.unwrap_or_default();
            note("routes", usize::from(!routes.is_empty()));
            note("many routes", usize::from(routes.len() > 8));
            note("bridge", usize::from(routes.first().is_some_and(|path| !space.bridges(path).is_empty())));
            let starts = [Start::free(space.start())];
            let verdict = disjoint_pair(space, [&starts, &starts], &Bans::default(), &|_| Some(1), AMPLE);
            match verdict {
                PairVerdict::Disjoint { .. } => note("disjoint", 1),
                PairVerdict::Impossible { certificate: Certificate::SingleRisk(_), .. } => note("single risk", 1),
                _ => note("otherwise", 1),
            }
            Ok(())
        })
        .unwrap();
    }
    println!("{seen:?}");
    for (what, count) in &seen {
        let enough = match *what {
            "too many routes" => *count < 80,
            "bridge" => *count >= 5,
            _ => *count >= 15,
        };
        assert!(enough, "{what}: {count} of {seen:?}");
    }
    assert_eq!(seen.len(), KINDS.len() + 8);
}

type Is = fn(Move) -> bool;

const KINDS: [(&str, Is); 10] = [
    ("lead in", |edge| matches!(edge, Move::LeadIn(Side::A, _))),
    ("arrive", |edge| matches!(edge, Move::LeadIn(Side::Z, _))),
    ("pull", |edge| matches!(edge, Move::Pull(Side::A, _))),
    ("pull at the far end", |edge| matches!(edge, Move::Pull(Side::Z, _))),
    ("enter", |edge| matches!(edge, Move::Enter(Side::A, _))),
    ("leave", |edge| matches!(edge, Move::Enter(Side::Z, _))),
    ("tap", |edge| matches!(edge, Move::Tap(..))),
    ("cross", |edge| matches!(edge, Move::Cross(..))),
    ("branch", |edge| matches!(edge, Move::Branch(_))),
    ("attach", |edge| matches!(edge, Move::Attach(_))),
];

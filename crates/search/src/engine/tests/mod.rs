//! The engine against enumeration on thousands of small random spaces.

mod brute;
mod traps;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::{Certificate, Exceeded, Limits, PairVerdict, disjoint_pair, k_shortest, shortest};
use brute::{Case, Toy, ToyPath, cases};

const AMPLE: Limits = Limits { max_expanded: 10_000_000 };

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// Each claim of the verdict is right; returns what kind it is.
fn check_pair(case: &Case, limits: Limits) -> &'static str {
    let penalty = case.penalty();
    let best = case.toy.best_pair(case.start_sets(), &case.bans, &penalty);
    let disjoint = case.toy.best_pair(case.start_sets(), &case.bans, &|_| None);
    let routes = case.start_sets().map(|starts| case.toy.routes(starts, &case.bans));
    let check_legs = |(a, b): &(ToyPath, ToyPath)| {
        let ordered = routes[0].contains(a) && routes[1].contains(b);
        assert!(ordered, "not routes of their legs: {a:?} {b:?}");
        let shared = &case.toy.risks_of(a) & &case.toy.risks_of(b);
        (a.cost + b.cost, shared)
    };
    match disjoint_pair(&case.toy, case.start_sets(), &case.bans, &penalty, limits) {
        PairVerdict::Disjoint { pair, optimal, gap } => {
            let (cost, shared) = check_legs(&pair);
            assert_eq!(shared, BTreeSet::new());
            let (_, _, least) = disjoint.expect("enumeration finds a disjoint pair as well");
            assert!(cost - least <= gap, "{cost} is more than {gap} above {least}");
            assert_eq!(optimal, gap == 0);
            if optimal { "disjoint" } else { "disjoint with a gap" }
        }
        PairVerdict::Impossible { certificate, least_shared } => {
            assert_eq!(disjoint, None);
            if let Some(least) = &least_shared {
                let (cost, shared) = check_legs(&least.pair);
                assert_eq!(least.risks, shared.into_iter().collect::<Vec<_>>());
                assert_eq!(Some(least.penalty), least.risks.iter().map(&penalty).sum());
                let best = best.expect("enumeration finds a sharing pair as well");
                assert!(!least.optimal || (least.penalty, least.risks.len(), cost) == best, "{least:?} {best:?}");
                assert!(least.optimal || limits != AMPLE);
            } else if limits == AMPLE {
                assert_eq!(best, None);
            }
            match certificate {
                Certificate::SingleRisk(risk) => {
                    let rests = |path: &ToyPath| case.toy.risks_of(path).contains(&risk);
                    assert!(routes.iter().all(|routes| !routes.is_empty() && routes.iter().all(rests)));
                    "single risk"
                }
                Certificate::Exhausted => "exhausted",
                Certificate::NoRoute => {
                    assert!(routes.iter().any(Vec::is_empty));
                    "no route"
                }
            }
        }
        PairVerdict::Undecided { bound, least_shared } => {
            assert_ne!(limits, AMPLE);
            assert!(disjoint.is_none_or(|(_, _, least)| bound <= least), "{bound} above {disjoint:?}");
            if let Some(least) = least_shared {
                let (_, shared) = check_legs(&least.pair);
                assert_eq!(least.risks, shared.into_iter().collect::<Vec<_>>());
                assert!(!least.risks.is_empty() && !least.optimal);
            }
            "undecided"
        }
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn shortest_is_the_best_of_all(case in cases()) {
        let routes = case.toy.routes(&case.starts[0], &case.bans);
        let best = routes.iter().map(|path| (path.cost, path.steps.len())).min();
        let found = shortest(&case.toy, &case.starts[0], &case.bans, AMPLE).unwrap();
        prop_assert_eq!(found.as_ref().map(|path| (path.cost, path.steps.len())), best);
        prop_assert!(found.is_none_or(|path| routes.contains(&path)));
    }

    #[test]
    fn k_shortest_are_the_k_best(case in cases(), k in prop_oneof![0..12_usize, Just(usize::MAX)]) {
        let routes = case.toy.routes(&case.starts[0], &case.bans);
        let mut best = case.toy.alternatives(&case.starts[0], &case.bans);
        best.truncate(k);
        let found = k_shortest(&case.toy, &case.starts[0], k, &case.bans, AMPLE).unwrap();
        prop_assert_eq!(found.iter().map(|path| (path.cost, path.steps.len())).collect::<Vec<_>>(), best);
        let ways: BTreeSet<_> = found.iter().map(|path| case.toy.way(path)).collect();
        prop_assert_eq!(ways.len(), found.len());
        prop_assert!(found.iter().all(|path| routes.contains(path)));
    }

    #[test]
    fn a_limit_never_makes_alternatives_wrong(case in cases(), max_expanded in 0..40_u64) {
        let best = case.toy.alternatives(&case.starts[0], &case.bans);
        let costs = |paths: &[ToyPath]| paths.iter().map(|path| (path.cost, path.steps.len())).collect::<Vec<_>>();
        match k_shortest(&case.toy, &case.starts[0], 5, &case.bans, Limits { max_expanded }) {
            Ok(found) => prop_assert_eq!(costs(&found), &best[..best.len().min(5)]),
            Err(Exceeded { found, bound }) => {
                prop_assert_eq!(costs(&found), &best[..found.len()]);
                prop_assert!(best.get(found.len()).is_none_or(|next| bound <= next.0));
            }
        }
    }

    #[test]
    fn pairs_are_those_of_enumeration(case in cases()) {
        check_pair(&case, AMPLE);
    }

    #[test]
    fn a_limit_never_makes_a_verdict_wrong(case in cases(), max_expanded in 0..120_u64) {
        check_pair(&case, Limits { max_expanded });
    }

    #[test]
    fn the_order_in_which_moves_are_listed_does_not_matter(case in cases()) {
        let all = |toy: &Toy| {
            let paths = k_shortest(toy, &case.starts[0], 6, &case.bans, AMPLE).unwrap();
            (paths, disjoint_pair(toy, case.start_sets(), &case.bans, &case.penalty(), AMPLE))
        };
        prop_assert_eq!(all(&case.toy), all(&Toy { reversed: !case.toy.reversed, ..case.toy.clone() }));
    }
}

/// The random cases reach every verdict, so that the properties above are about something.
#[test]
fn random_cases_reach_every_verdict() {
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    for round in 0..2000 {
        let case = cases().new_tree(&mut runner).unwrap().current();
        *seen.entry(check_pair(&case, AMPLE)).or_insert(0) += 1;
        *seen.entry(check_pair(&case, Limits { max_expanded: round % 80 })).or_insert(0) += 1;
    }
    println!("{seen:?}");
    let kinds = ["disjoint", "disjoint with a gap", "exhausted", "no route", "single risk", "undecided"];
    for kind in kinds {
        assert!(seen.get(kind).is_some_and(|count| *count >= 5), "{kind}: {seen:?}");
    }
}

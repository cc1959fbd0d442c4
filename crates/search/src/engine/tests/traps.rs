//! The classic traps and the edges of the contract, one small space each.

use super::super::astar::Searcher;
use super::super::legs::{Legs, RiskSet, Side};
use super::super::unfold::Unfolded;
use super::super::{
    Bans, Certificate, Limits, PairVerdict, Path, Space, Start, Step, VerdictOf, disjoint_pair, k_shortest, shortest,
};
use super::AMPLE;
use super::brute::{Arc, Toy, ToyPath};

fn pair(toy: &Toy, penalty: &dyn Fn(&u8) -> Option<u64>) -> VerdictOf<Toy> {
    let starts = [Start::free(0)];
    disjoint_pair(toy, [&starts, &starts], &Bans::default(), penalty, AMPLE)
}

fn check_disjoint(toy: &Toy, cost: u64) {
    match pair(toy, &|_| Some(1)) {
        PairVerdict::Disjoint { pair, optimal: true, gap: 0 } => assert_eq!(pair.0.cost + pair.1.cost, cost),
        other => panic!("{other:?}"),
    }
}

fn check_impossible(
    toy: &Toy,
    penalty: &dyn Fn(&u8) -> Option<u64>,
    expected: Certificate<u8>,
    shared: Option<(&[u8], u64, u64)>,
) {
    match pair(toy, penalty) {
        PairVerdict::Impossible { certificate, least_shared } => {
            assert_eq!(certificate, expected);
            let found = least_shared.as_ref().map(|least| {
                assert!(least.optimal);
                (least.risks.as_slice(), least.penalty, least.pair.0.cost + least.pair.1.cost)
            });
            assert_eq!(found, shared);
        }
        other => panic!("{other:?}"),
    }
}

fn best(toy: &Toy, starts: &[Start<u8>]) -> Option<ToyPath> {
    shortest(toy, starts, &Bans::default(), AMPLE).unwrap()
}

#[test]
fn removing_the_best_route_first_would_fail() {
    let links: &[(u8, u8, u64, &[u8])] =
        &[(0, 1, 1, &[1]), (1, 2, 1, &[2]), (2, 3, 1, &[3]), (0, 2, 4, &[4]), (1, 3, 4, &[5])];
    check_disjoint(&Toy::links(&[3], links), 10);
}

#[test]
fn ducts_of_one_trench_are_one_risk() {
    // The two cheap ways look disjoint but share the trench 9.
    let links: &[(u8, u8, u64, &[u8])] = &[(0, 1, 1, &[1, 9]), (0, 1, 2, &[2, 9]), (0, 1, 7, &[3])];
    check_disjoint(&Toy::links(&[1], links), 8);
}

#[test]
fn a_single_entry_is_named() {
    let links: &[(u8, u8, u64, &[u8])] = &[(0, 1, 2, &[1]), (0, 1, 3, &[2]), (1, 2, 5, &[7])];
    let toy = Toy::links(&[2], links);
    let single = Certificate::SingleRisk(7);
    check_impossible(&toy, &|_| Some(3), single, Some((&[7], 3, 15)));
    check_impossible(&toy, &|risk| (*risk != 7).then_some(3), single, None);
}

#[test]
fn three_routes_that_clash_pairwise_exhaust_the_search() {
    let links: &[(u8, u8, u64, &[u8])] = &[(0, 1, 1, &[1, 2]), (0, 1, 2, &[2, 3]), (0, 1, 4, &[1, 3])];
    let toy = Toy::links(&[1], links);
    check_impossible(&toy, &|_| Some(1), Certificate::Exhausted, Some((&[2], 1, 3)));
    // A dear share is avoided whatever the routes cost, and what must not be shared is not.
    check_impossible(&toy, &|risk| Some(if *risk == 2 { 9 } else { 1 }), Certificate::Exhausted, Some((&[1], 1, 5)));
    check_impossible(&toy, &|risk| (*risk == 3).then_some(8), Certificate::Exhausted, Some((&[3], 8, 6)));
    check_impossible(&toy, &|_| None, Certificate::Exhausted, None);
}

#[test]
fn penalty_comes_before_the_number_of_shares() {
    // Either both pass the risk 1, or the risks 2 and 3.
    let links: &[(u8, u8, u64, &[u8])] = &[(0, 1, 1, &[1, 2, 3]), (0, 1, 1, &[1, 4]), (0, 1, 1, &[2, 3, 4])];
    let toy = Toy::links(&[1], links);
    let dear = |risk: &u8| Some(if [1, 4].contains(risk) { 5 } else { 2 });
    check_impossible(&toy, &dear, Certificate::Exhausted, Some((&[2, 3], 4, 2)));
    let even = |risk: &u8| Some(if *risk == 1 { 4 } else { 2 });
    check_impossible(&toy, &even, Certificate::Exhausted, Some((&[4], 2, 2)));
    check_impossible(&toy, &|_| Some(0), Certificate::Exhausted, Some((&[1], 0, 2)));
}

#[test]
fn no_route_is_said_to_be_no_route() {
    let toy = Toy::links(&[3], &[(0, 1, 1, &[])]);
    check_impossible(&toy, &|_| Some(1), Certificate::NoRoute, None);
    assert_eq!(best(&toy, &[Start::free(0)]), None);
    assert_eq!(best(&toy, &[]), None);
}

#[test]
fn a_start_that_is_a_goal_is_a_route() {
    let toy = Toy::links(&[0], &[(0, 1, 1, &[1])]);
    let found = best(&toy, &[Start { state: 0, cost: 4 }]).unwrap();
    assert_eq!((found.cost, found.steps.len(), found.end()), (4, 0, 0));
    check_disjoint(&toy, 0);
}

#[test]
fn legs_may_start_at_different_sites() {
    let links: &[(u8, u8, u64, &[u8])] = &[(0, 2, 1, &[1]), (1, 2, 1, &[1]), (1, 2, 6, &[2])];
    let toy = Toy::links(&[2], links);
    let starts = [[Start::free(0)], [Start::free(1)]];
    let verdict = disjoint_pair(&toy, [&starts[0], &starts[1]], &Bans::default(), &|_| None, AMPLE);
    let PairVerdict::Disjoint { pair: (a, b), optimal: true, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!((a.start, a.cost, b.start, b.cost), (0, 1, 1, 6));
}

#[test]
fn ties_go_to_fewer_steps_then_the_smaller_edge() {
    let links: &[(u8, u8, u64, &[u8])] = &[(0, 1, 1, &[]), (1, 2, 1, &[]), (0, 2, 2, &[]), (0, 2, 2, &[])];
    let found = best(&Toy::links(&[2], links), &[Start::free(0)]).unwrap();
    assert_eq!(found.edges().collect::<Vec<_>>(), [2]);
}

#[test]
fn cores_of_one_cable_are_one_way() {
    let links: &[(u8, u8, u64, &[u8])] =
        &[(0, 1, 3, &[]), (0, 1, 2, &[]), (0, 1, 4, &[]), (1, 2, 1, &[]), (1, 2, 1, &[])];
    let toy = Toy { labels: vec![0, 0, 2, 3, 3], ..Toy::links(&[2], links) };
    let found = k_shortest(&toy, &[Start::free(0)], 9, &Bans::default(), AMPLE).unwrap();
    let edges: Vec<Vec<u8>> = found.iter().map(|path| path.edges().collect()).collect();
    assert_eq!(edges, [[1, 3], [2, 3]]);
}

/// 0 -> 1 -> 2 takes the one slot (edge 0) twice unless it pays for another on one of the hops.
#[test]
fn one_free_slot_is_not_taken_twice() {
    let arc = |from, to, cost, edge| Arc { from, to, cost, edge };
    let arcs = vec![arc(0, 1, 1, 0), arc(1, 2, 1, 0), arc(0, 1, 5, 1), arc(1, 2, 4, 2)];
    let mut toy = Toy { arcs, risks: vec![Vec::new(); 3], goals: [2].into(), ..Toy::default() };
    toy.clashes = vec![[0].into()];
    assert_eq!(best(&toy, &[Start::free(0)]).unwrap().edges().collect::<Vec<_>>(), [0, 2]);
    toy.clashes.push([0, 2].into());
    assert_eq!(best(&toy, &[Start::free(0)]).unwrap().edges().collect::<Vec<_>>(), [1, 0]);
    toy.clashes.push([0, 1].into());
    assert_eq!(best(&toy, &[Start::free(0)]).unwrap().edges().collect::<Vec<_>>(), [1, 2]);
    // An empty list refuses the path as it is; here it refuses every one.
    toy.clashes.push([].into());
    assert_eq!(best(&toy, &[Start::free(0)]), None);
}

/// The best route takes the dearer core (1) because the cheap one (0) clashes with what follows; the routes that branch
/// off after it may take the cheap one again.
#[test]
fn alternatives_are_not_bound_to_what_a_clash_forced() {
    let links: &[(u8, u8, u64, &[u8])] =
        &[(0, 1, 1, &[]), (0, 1, 3, &[]), (1, 2, 1, &[]), (1, 2, 4, &[]), (0, 2, 6, &[])];
    let toy = Toy { labels: vec![0, 0, 2, 3, 4], clashes: vec![[0, 2].into()], ..Toy::links(&[2], links) };
    let found = k_shortest(&toy, &[Start::free(0)], 9, &Bans::default(), AMPLE).unwrap();
    let edges: Vec<Vec<u8>> = found.iter().map(|path| path.edges().collect()).collect();
    assert_eq!(edges, [vec![1, 2], vec![0, 3], vec![4]]);
}

#[test]
fn sums_that_saturate_mean_unreachable() {
    let far: &[(u8, u8, u64, &[u8])] = &[(0, 1, u64::MAX - 1, &[]), (1, 2, 1, &[])];
    assert_eq!(best(&Toy::links(&[2], far), &[Start::free(0)]), None);
    let near = best(&Toy::links(&[1], far), &[Start::free(0)]).unwrap();
    assert_eq!(near.cost, u64::MAX - 1);
    check_impossible(
        &Toy::links(&[1], &[(0, 1, u64::MAX / 2, &[1])]),
        &|_| Some(u64::MAX),
        Certificate::SingleRisk(1),
        Some((&[1], u64::MAX, u64::MAX - 1)),
    );
}

#[test]
fn a_leg_missed_under_a_ceiling_is_looked_for_again_above_it() {
    let (toy, starts, bans) = (Toy::links(&[1], &[(0, 1, 5, &[])]), [Start::free(0)], Bans::default());
    let mut unfolded = Unfolded::new(&toy, Some(&bans), true);
    let starts = unfolded.starts(&starts).unwrap();
    let mut searcher = Searcher::new(unfolded, Default::default(), AMPLE);
    let mut legs = Legs::new(&mut searcher, [&starts, &starts]);
    let nothing: RiskSet = [].into();
    let mut cost = |ceiling| legs.best(Side::A, &nothing, ceiling).unwrap().map(|leg| leg.cost());
    assert_eq!([4, 3, 5, 4].map(&mut cost), [None, None, Some(5), None]);
}

/// Two rails with rungs: the worst case of branching on one span after the other.
struct Ladder {
    rungs: u32,
}

impl Space for Ladder {
    /// Position times two, plus the rail.
    type State = u32;
    type Edge = (u32, u32);
    type Risk = (u32, u32);

    fn expand(&self, at: u32, out: &mut Vec<Step<u32, (u32, u32)>>) {
        let mut offer = |to: u32, cost| out.push(Step { to, edge: (at.min(to), at.max(to)), cost });
        offer(at ^ 1, 20);
        if at / 2 < self.rungs {
            offer(at + 2, if at.is_multiple_of(2) { 10 } else { 11 });
        }
        if at >= 2 {
            offer(at - 2, if at.is_multiple_of(2) { 10 } else { 11 });
        }
    }

    fn is_goal(&self, at: u32) -> bool {
        at == 2 * self.rungs
    }

    fn risks(&self, edge: (u32, u32), out: &mut Vec<(u32, u32)>) {
        out.push(edge);
        let inner = [edge.0, edge.1].into_iter().filter(|at| *at != 0 && !self.is_goal(*at));
        out.extend(inner.map(|at| (at, at)));
    }
}

#[test]
fn a_long_ladder_takes_little_work() {
    let (ladder, starts) = (Ladder { rungs: 60 }, [Start::free(0)]);
    let limits = Limits { max_expanded: 60_000 };
    match disjoint_pair(&ladder, [&starts, &starts], &Bans::default(), &|_| None, limits) {
        PairVerdict::Disjoint { pair: (Path { cost: a, .. }, Path { cost: b, .. }), optimal, .. } => {
            assert_eq!((a, b, optimal), (600, 700, true));
        }
        other => panic!("{other:?}"),
    }
}

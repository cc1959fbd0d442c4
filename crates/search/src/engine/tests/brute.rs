//! Small spaces and their answers by enumeration.

use std::collections::{BTreeMap, BTreeSet};

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::super::{Bans, Path, PathOf, Space, Start, Step};

pub(super) type ToyPath = PathOf<Toy>;

#[derive(Clone, Debug)]
pub(super) struct Arc {
    pub(super) from: u8,
    pub(super) to: u8,
    pub(super) cost: u64,
    /// Several moves may carry one edge: a slot that can be reached from several states.
    pub(super) edge: u8,
}

/// A space small enough to list all its routes.
#[derive(Clone, Debug, Default)]
pub(super) struct Toy {
    pub(super) arcs: Vec<Arc>,
    /// By edge.
    pub(super) risks: Vec<Vec<u8>>,
    /// By edge.
    pub(super) labels: Vec<u8>,
    pub(super) goals: BTreeSet<u8>,
    /// By state; empty for none.
    pub(super) bounds: Vec<u64>,
    /// Edges no route takes all together; one alone must not be taken twice.
    pub(super) clashes: Vec<BTreeSet<u8>>,
    /// Enumerate the moves backwards.
    pub(super) reversed: bool,
}

impl Space for Toy {
    type State = u8;
    type Edge = u8;
    type Risk = u8;

    fn expand(&self, at: u8, out: &mut Vec<Step<u8, u8>>) {
        let arcs = self.arcs.iter().filter(|arc| arc.from == at);
        out.extend(arcs.map(|arc| Step { to: arc.to, edge: arc.edge, cost: arc.cost }));
        if self.reversed {
            out.reverse();
        }
    }

    fn is_goal(&self, at: u8) -> bool {
        self.goals.contains(&at)
    }

    fn bound(&self, at: u8) -> u64 {
        self.bounds.get(usize::from(at)).copied().unwrap_or(0)
    }

    fn risks(&self, edge: u8, out: &mut Vec<u8>) {
        out.extend(&self.risks[usize::from(edge)]);
    }

    /// Every other edge is told by parts: two risks with one part between them, the others beside.
    fn parts(&self, edge: u8, parts: &mut Vec<u32>, beside: &mut Vec<u8>) -> bool {
        let risks = &self.risks[usize::from(edge)];
        let whole = |risk: u8| risks.contains(&risk) && risks.contains(&(risk ^ 1));
        parts.extend(risks.iter().filter(|risk| whole(**risk)).map(|risk| u32::from(risk / 2)));
        beside.extend(risks.iter().filter(|risk| !whole(**risk)));
        edge.is_multiple_of(2)
    }

    fn parts_on(&self, risk: u8, out: &mut Vec<u32>) {
        out.push(u32::from(risk / 2));
    }

    fn label(&self, edge: u8) -> u8 {
        self.labels.get(usize::from(edge)).copied().unwrap_or(edge)
    }

    fn clash(&self, path: &ToyPath) -> Option<Vec<u8>> {
        let uses = |edge: u8| path.edges().filter(|used| *used == edge).count();
        let hit = self.clashes.iter().find(|clash| match clash.len() {
            1 => clash.iter().all(|edge| uses(*edge) > 1),
            _ => clash.iter().all(|edge| uses(*edge) > 0),
        });
        hit.map(|clash| clash.iter().copied().collect())
    }
}

impl Toy {
    /// Two-way links between states, each its own edge and resting on the risks given.
    pub(super) fn links(goals: &[u8], links: &[(u8, u8, u64, &[u8])]) -> Self {
        let mut toy = Self { goals: goals.iter().copied().collect(), ..Self::default() };
        for (&(a, b, cost, risks), edge) in links.iter().zip(0..) {
            toy.arcs.push(Arc { from: a, to: b, cost, edge });
            toy.arcs.push(Arc { from: b, to: a, cost, edge });
            toy.risks.push(risks.to_vec());
        }
        toy
    }

    pub(super) fn risks_of(&self, path: &ToyPath) -> BTreeSet<u8> {
        path.edges().flat_map(|edge| self.risks[usize::from(edge)].clone()).collect()
    }

    /// What makes two routes the same alternative.
    pub(super) fn way(&self, path: &ToyPath) -> Vec<(u8, Option<u8>)> {
        let steps = path.steps.iter().map(|step| (step.to, Some(self.label(step.edge))));
        std::iter::once((path.start, None)).chain(steps).collect()
    }

    /// Every simple route without a clash that the bans leave.
    pub(super) fn routes(&self, starts: &[Start<u8>], bans: &Bans<u8, u8>) -> Vec<ToyPath> {
        let mut found = Vec::new();
        let mut cheapest = BTreeMap::new();
        for start in starts {
            let cost = cheapest.entry(start.state).or_insert(start.cost);
            *cost = start.cost.min(*cost);
        }
        for (start, cost) in cheapest {
            self.extend(Path { start, steps: Vec::new(), cost }, bans, &mut found);
        }
        found.retain(|path| self.clash(path).is_none());
        found
    }

    fn extend(&self, path: ToyPath, bans: &Bans<u8, u8>, found: &mut Vec<ToyPath>) {
        if self.is_goal(path.end()) {
            found.push(path);
            return;
        }
        for arc in self.arcs.iter().filter(|arc| arc.from == path.end()) {
            let banned = self.risks[usize::from(arc.edge)].iter().any(|risk| bans.risks.contains(risk));
            if banned || bans.edges.contains(&arc.edge) || path.states().any(|state| state == arc.to) {
                continue;
            }
            let mut longer = path.clone();
            longer.steps.push(Step { to: arc.to, edge: arc.edge, cost: arc.cost });
            longer.cost += arc.cost;
            self.extend(longer, bans, found);
        }
    }

    /// The alternatives by (cost, steps), best first.
    pub(super) fn alternatives(&self, starts: &[Start<u8>], bans: &Bans<u8, u8>) -> Vec<(u64, usize)> {
        let mut ways: BTreeMap<_, (u64, usize)> = BTreeMap::new();
        for path in self.routes(starts, bans) {
            let key = (path.cost, path.steps.len());
            let best = ways.entry(self.way(&path)).or_insert(key);
            *best = key.min(*best);
        }
        let mut costs: Vec<_> = ways.into_values().collect();
        costs.sort_unstable();
        costs
    }

    /// The least (penalty, number of shared risks, cost) over all pairs; shares without a penalty are out.
    pub(super) fn best_pair(
        &self,
        starts: [&[Start<u8>]; 2],
        bans: &Bans<u8, u8>,
        penalty: &dyn Fn(&u8) -> Option<u64>,
    ) -> Option<(u64, usize, u64)> {
        let [a, b] = starts.map(|starts| {
            let routes = self.routes(starts, bans);
            routes.into_iter().map(|path| (path.cost, mask(&self.risks_of(&path)))).collect::<BTreeSet<_>>()
        });
        let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a.0 + b.0, a.1 & b.1)));
        let priced = pairs.filter_map(|(cost, shared)| {
            let risks: Vec<u8> = (0..64).filter(|risk| shared >> risk & 1 == 1).collect();
            Some((risks.iter().map(penalty).sum::<Option<u64>>()?, risks.len(), cost))
        });
        priced.min()
    }
}

fn mask(risks: &BTreeSet<u8>) -> u64 {
    risks.iter().fold(0, |mask, risk| mask | 1 << risk)
}

/// A space with its starts, bans and prices of shares.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) toy: Toy,
    pub(super) starts: [Vec<Start<u8>>; 2],
    pub(super) bans: Bans<u8, u8>,
    /// By risk.
    pub(super) penalties: Vec<Option<u64>>,
}

impl Case {
    pub(super) fn penalty(&self) -> impl Fn(&u8) -> Option<u64> {
        |risk| self.penalties[usize::from(*risk)]
    }

    pub(super) fn start_sets(&self) -> [&[Start<u8>]; 2] {
        [&self.starts[0], &self.starts[1]]
    }
}

const RISKS: u8 = 10;
const LINKS: u8 = 16;

/// Random cases: one-way and two-way, parallel moves, free moves, shared edges and risks, several starts and goals,
/// no bound, an exact one and a weak inconsistent one.
pub(super) fn cases() -> impl Strategy<Value = Case> {
    (2..=7_u8).prop_flat_map(|states| {
        let risks = prop_oneof![1 => vec(0..RISKS, 0..=1), 4 => vec(0..RISKS, 1..=3)];
        let link = (0..states, 0..states, 0..=9_u64, risks, 0..3_u8, any::<Index>());
        let goals = prop_oneof![3 => vec(states - 1..states, 1), 2 => vec(0..states, 1..=2)];
        let links = prop_oneof![1 => vec(link.clone(), 1..=8), 3 => vec(link, 8..=usize::from(LINKS))];
        let network = (links, weighted(0.7), weighted(0.3), goals);
        let state = prop_oneof![Just(0), 0..states];
        let start = (state, 0..=4_u64).prop_map(|(state, cost)| Start { state, cost });
        let starts = (vec(start.clone(), 1..=2), vec(start, 1..=2), weighted(0.6));
        let bans = (vec(0..LINKS, 0..=1), vec(0..RISKS, 0..=1), weighted(0.2));
        let clashes = prop_oneof![2 => Just(Vec::new()), 3 => vec(vec(0..LINKS, 1..=3), 1..=5)];
        let penalties = vec(prop_oneof![Just(None), (0..4_u64).prop_map(Some), Just(Some(1))], usize::from(RISKS));
        (network, starts, bans, clashes, penalties, 0..3_u8).prop_map(case)
    })
}

type Link = (u8, u8, u64, Vec<u8>, u8, Index);
type Network = (Vec<Link>, bool, bool, Vec<u8>);
type Starts = (Vec<Start<u8>>, Vec<Start<u8>>, bool);
type Banned = (Vec<u8>, Vec<u8>, bool);

type Raw = (Network, Starts, Banned, Vec<Vec<u8>>, Vec<Option<u64>>, u8);

fn case(raw: Raw) -> Case {
    let ((links, two_way, alias, goals), (a, b, equal), bans, clashes, penalties, bound) = raw;
    let mut toy = Toy { goals: goals.into_iter().collect(), ..Toy::default() };
    toy.clashes = clashes.into_iter().map(|clash| clash.into_iter().collect()).collect();
    for ((from, to, cost, risks, label, twin), own) in links.into_iter().zip(0_u8..) {
        let edge = if alias { u8::try_from(twin.index(usize::from(own) + 1)).unwrap() } else { own };
        toy.arcs.push(Arc { from, to, cost, edge });
        if two_way {
            toy.arcs.push(Arc { from: to, to: from, cost, edge });
        }
        toy.risks.push(risks);
        toy.labels.push(label);
    }
    toy.bounds = bounds(&toy, bound);
    let bans = if bans.2 {
        Bans { edges: bans.0.into_iter().collect(), risks: bans.1.into_iter().collect() }
    } else {
        Bans::default()
    };
    let b = if equal { a.clone() } else { b };
    Case { toy, starts: [a, b], bans, penalties }
}

/// 0: none; 1: the exact cost to go; 2: at most that, but not consistent.
fn bounds(toy: &Toy, kind: u8) -> Vec<u64> {
    let states = 0..7_u8;
    if kind == 0 {
        return Vec::new();
    }
    let free = Toy { clashes: Vec::new(), ..toy.clone() };
    let exact = states.map(|state| {
        free.alternatives(&[Start::free(state)], &Bans::default()).first().map_or(u64::MAX, |best| best.0)
    });
    exact.map(|cost| if kind == 2 && cost % 2 == 0 { 0 } else { cost }).collect()
}

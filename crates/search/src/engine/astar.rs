//! One A* search over the unfolded graph, and the scratch space that all searches of a call share.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::unfold::{ArcId, At, Cost, Full, RiskId, Unfolded};
use super::{BansOf, Limits, Path, PathOf, Space, Step};

/// The limit was reached; nothing the search had still to find costs less than `bound`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    pub(super) bound: u64,
}

impl From<Full> for Stop {
    fn from(_: Full) -> Self {
        Self { bound: 0 }
    }
}

/// A route through the unfolded graph.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) start: At,
    pub(super) start_cost: u64,
    pub(super) arcs: Vec<ArcId>,
    /// Of the start and all moves.
    pub(super) total: Cost,
}

/// Moves that one search must not use, on top of the risks banned by [`Searcher::ban_risks`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Forbidden<Ed> {
    /// Edges, from whatever state.
    pub(super) edges: Vec<Ed>,
    /// Single moves.
    pub(super) arcs: Vec<ArcId>,
}

impl<Ed> Default for Forbidden<Ed> {
    fn default() -> Self {
        Self { edges: Vec::new(), arcs: Vec::new() }
    }
}

/// One search: from where, and what it must leave alone.
pub(super) struct Query<'q, Ed> {
    pub(super) from: &'q [(At, u64)],
    /// States not to be entered.
    pub(super) blocked: &'q [At],
    /// Next states and labels not to be taken from the (then only) start.
    pub(super) excluded: &'q [(At, Ed)],
    pub(super) forbidden: &'q Forbidden<Ed>,
    /// Price of each risk marked by [`Searcher::price_risks`] that a move rests on.
    pub(super) surcharge: u64,
    /// Routes that cost more are not wanted.
    pub(super) ceiling: u64,
}

#[derive(Clone, Copy)]
struct Label {
    stamp: u32,
    cost: Cost,
    via: Option<ArcId>,
}

const FRESH: Label = Label { stamp: 0, cost: Cost::UNREACHABLE, via: None };

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    total: Cost,
    at: At,
    cost: Cost,
}

pub(super) struct Searcher<'s, S: Space> {
    pub(super) graph: Unfolded<'s, S>,
    left: u64,
    stamp: u32,
    labels: Vec<Label>,
    blocked: Vec<u32>,
    heap: BinaryHeap<Reverse<Entry>>,
    banned_risks: Vec<bool>,
    banned_list: Vec<RiskId>,
    priced_risks: Vec<bool>,
    priced_list: Vec<RiskId>,
}

impl<'s, S: Space> Searcher<'s, S> {
    pub(super) fn new(space: &'s S, bans: &'s BansOf<S>, keep_risks: bool, limits: Limits) -> Self {
        Self {
            graph: Unfolded::new(space, bans, keep_risks),
            left: limits.max_expanded,
            stamp: 0,
            labels: Vec::new(),
            blocked: Vec::new(),
            heap: BinaryHeap::new(),
            banned_risks: Vec::new(),
            banned_list: Vec::new(),
            priced_risks: Vec::new(),
            priced_list: Vec::new(),
        }
    }

    /// Bans these risks, and no others, from now on.
    pub(super) fn ban_risks(&mut self, risks: &[RiskId]) {
        mark(&mut self.banned_risks, &mut self.banned_list, risks, self.graph.risk_count());
    }

    /// Prices these risks, and no others, from now on.
    pub(super) fn price_risks(&mut self, risks: &[RiskId]) {
        mark(&mut self.priced_risks, &mut self.priced_list, risks, self.graph.risk_count());
    }

    /// Whether the bans in force leave this move.
    pub(super) fn allowed(&self, arc: ArcId, forbidden: &Forbidden<S::Edge>) -> bool {
        if !forbidden.arcs.is_empty() && forbidden.arcs.contains(&arc) {
            return false;
        }
        if !forbidden.edges.is_empty() && forbidden.edges.contains(&self.graph.arc(arc).edge) {
            return false;
        }
        self.banned_list.is_empty()
            || !self.graph.arc_risks(arc).iter().any(|risk| is_marked(&self.banned_risks, *risk))
    }

    fn surcharge(&self, arc: ArcId, each: u64) -> u64 {
        if each == 0 {
            return 0;
        }
        let hits = self.graph.arc_risks(arc).iter().filter(|risk| is_marked(&self.priced_risks, **risk)).count();
        each.saturating_mul(hits as u64)
    }

    /// The best route the query allows, `None` if there is none up to its ceiling.
    pub(super) fn run(&mut self, query: &Query<'_, S::Edge>) -> Result<Option<Route>, Stop> {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.labels.fill(FRESH);
            self.blocked.fill(0);
            self.stamp = 1;
        }
        self.heap.clear();
        self.block(query.blocked);
        for &(at, cost) in query.from {
            self.reach(at, Cost { cost, steps: 0 }, None);
        }
        let spur = if query.excluded.is_empty() { None } else { query.from.first().map(|&(at, _)| at) };
        while let Some(Reverse(Entry { total, at, cost })) = self.heap.pop() {
            if total.cost > query.ceiling {
                return Ok(None);
            }
            if self.labels[at.index()].cost != cost {
                continue;
            }
            if self.graph.is_goal(at) {
                return Ok(Some(self.trace(at, query.from)));
            }
            if self.left == 0 {
                return Err(Stop { bound: total.cost });
            }
            self.left -= 1;
            self.graph.expand(at)?;
            for arc in self.graph.out(at) {
                let (to, price) = (self.graph.arc(arc).to, self.graph.arc(arc).cost);
                if self.is_blocked(to) || !self.allowed(arc, query.forbidden) {
                    continue;
                }
                if spur == Some(at) && query.excluded.contains(&(to, self.graph.label(arc))) {
                    continue;
                }
                let price = price.saturating_add(self.surcharge(arc, query.surcharge));
                self.reach(to, cost.step(price), Some(arc));
            }
        }
        Ok(None)
    }

    /// Labels a state if that is an improvement; of equals the earlier move stays, whichever is met first.
    fn reach(&mut self, at: At, cost: Cost, via: Option<ArcId>) {
        let total = cost.plus(self.graph.to_go(at));
        if total.cost == u64::MAX || self.is_blocked(at) {
            return;
        }
        if self.labels.len() <= at.index() {
            self.labels.resize(self.graph.node_count().max(at.index() + 1), FRESH);
        }
        let label = &mut self.labels[at.index()];
        if label.stamp == self.stamp {
            if cost == label.cost && via < label.via {
                label.via = via;
            }
            if cost >= label.cost {
                return;
            }
        }
        *label = Label { stamp: self.stamp, cost, via };
        self.heap.push(Reverse(Entry { total, at, cost }));
    }

    fn block(&mut self, states: &[At]) {
        for at in states {
            if self.blocked.len() <= at.index() {
                self.blocked.resize(at.index() + 1, 0);
            }
            self.blocked[at.index()] = self.stamp;
        }
    }

    fn is_blocked(&self, at: At) -> bool {
        self.blocked.get(at.index()).is_some_and(|stamp| *stamp == self.stamp)
    }

    /// Follows the labels back. Costs are summed anew, so that a surcharge does not count.
    fn trace(&self, goal: At, from: &[(At, u64)]) -> Route {
        let mut arcs = Vec::new();
        let mut at = goal;
        while let Some(arc) = self.labels[at.index()].via {
            arcs.push(arc);
            at = self.graph.arc(arc).from;
        }
        arcs.reverse();
        let start_cost = from.iter().filter(|start| start.0 == at).map(|start| start.1).min().unwrap_or(0);
        self.route(at, start_cost, arcs)
    }

    /// Totals a chain of moves.
    pub(super) fn route(&self, start: At, start_cost: u64, arcs: Vec<ArcId>) -> Route {
        let begin = Cost { cost: start_cost, steps: 0 };
        let total = arcs.iter().fold(begin, |sum, arc| sum.step(self.graph.arc(*arc).cost));
        Route { start, start_cost, arcs, total }
    }

    /// The states of a route, the start first.
    pub(super) fn states(&self, route: &Route) -> Vec<At> {
        std::iter::once(route.start).chain(route.arcs.iter().map(|arc| self.graph.arc(*arc).to)).collect()
    }

    /// The route in the space's own terms.
    pub(super) fn path(&self, route: &Route) -> PathOf<S> {
        let steps = route.arcs.iter().map(|arc| self.graph.arc(*arc));
        let steps = steps.map(|arc| Step { to: self.graph.state(arc.to), edge: arc.edge, cost: arc.cost }).collect();
        Path { start: self.graph.state(route.start), steps, cost: route.total.cost }
    }
}

fn mark(marks: &mut Vec<bool>, list: &mut Vec<RiskId>, risks: &[RiskId], count: usize) {
    for risk in list.drain(..) {
        marks[risk.index()] = false;
    }
    if marks.len() < count {
        marks.resize(count, false);
    }
    for &risk in risks {
        marks[risk.index()] = true;
        list.push(risk);
    }
}

/// Risks met after the marks were set are not marked.
fn is_marked(marks: &[bool], risk: RiskId) -> bool {
    marks.get(risk.index()).copied().unwrap_or(false)
}

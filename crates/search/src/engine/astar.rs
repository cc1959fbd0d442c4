//! One A* search over a graph, and the scratch space that all searches of a call share.

use std::cmp::Reverse;
use std::collections::HashSet;

use dary_heap::QuaternaryHeap;
use rustc_hash::FxBuildHasher;

use super::Limits;
use super::graph::{ArcId, At, Full, Graph, RiskId, Route, Weight, arcs_out};
use super::marks::{Marks, Purpose};

/// The limit was reached; nothing the search had still to find costs less than `bound`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    pub(crate) bound: u64,
}

impl From<Full> for Stop {
    fn from(_: Full) -> Self {
        Self { bound: 0 }
    }
}

/// Moves that one search must not use, on top of the risks banned by [`Searcher::ban_risks`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Forbidden<Ed> {
    /// Edges, from whatever state.
    pub(crate) edges: Vec<Ed>,
    /// Single moves.
    pub(crate) arcs: Vec<ArcId>,
}

impl<Ed> Default for Forbidden<Ed> {
    fn default() -> Self {
        Self { edges: Vec::new(), arcs: Vec::new() }
    }
}

/// One search: from where, and what it must leave alone.
pub(crate) struct Query<'q, Ed> {
    pub(crate) from: &'q [(At, u64)],
    /// States not to be entered.
    pub(crate) blocked: &'q [At],
    /// Next states and labels not to be taken from the (then only) start.
    pub(crate) excluded: &'q [(At, Ed)],
    pub(crate) forbidden: &'q Forbidden<Ed>,
    /// Price of each risk marked by [`Searcher::price_risks`] that a move rests on.
    pub(crate) surcharge: u64,
    /// How many times the bounds count: with 1 the route is the best, with more it is found sooner.
    pub(crate) greed: u64,
    /// Routes that cost more are not wanted.
    pub(crate) ceiling: u64,
}

/// What is known of a state in the search under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label<C> {
    pub(super) cost: C,
    pub(super) to_go: C,
    stamp: u32,
    /// The move that led here, [`NONE`] at a start.
    via: u32,
}

const NONE: u32 = u32::MAX;

/// Memory of searches, kept from one to the next: labels are told apart by a stamp, so nothing is cleared.
#[derive(Debug)]
pub(crate) struct Scratch<C: Weight> {
    stamp: u32,
    labels: Vec<Label<C>>,
    blocked: Vec<u32>,
    heap: QuaternaryHeap<Reverse<C::Key>>,
}

impl<C: Weight> Default for Scratch<C> {
    fn default() -> Self {
        Self { stamp: 0, labels: Vec::new(), blocked: Vec::new(), heap: QuaternaryHeap::new() }
    }
}

impl<C: Weight> Scratch<C> {
    const FRESH: Label<C> = Label { cost: C::UNREACHABLE, to_go: C::UNREACHABLE, stamp: 0, via: NONE };

    /// Whether it was never used.
    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Forgets the last search.
    pub(crate) fn begin(&mut self, nodes: usize) {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.labels.fill(Self::FRESH);
            self.blocked.fill(0);
            self.stamp = 1;
        }
        if self.labels.len() < nodes {
            self.labels.resize(nodes, Self::FRESH);
        }
        self.heap.clear();
    }

    /// The label of a state in the search under way.
    #[inline]
    pub(super) fn label(&self, at: At) -> Option<&Label<C>> {
        self.labels.get(at.index()).filter(|label| label.stamp == self.stamp)
    }

    /// Labels a state if that is an improvement; of equals the one met first stays.
    #[inline]
    pub(crate) fn reach(&mut self, at: At, cost: C, via: Option<ArcId>, to_go: impl FnOnce() -> C) {
        if self.labels.len() <= at.index() {
            self.labels.resize(at.index() + at.index() / 8 + 64, Self::FRESH);
        }
        let via = via.map_or(NONE, |arc| arc.0);
        let label = &mut self.labels[at.index()];
        if label.stamp != self.stamp {
            *label = Label { cost, to_go: to_go(), stamp: self.stamp, via };
        } else if cost < label.cost {
            (label.cost, label.via) = (cost, via);
        } else {
            return;
        }
        let total = label.cost.plus(label.to_go);
        if total.amount() != u64::MAX {
            self.heap.push(Reverse(total.key(at)));
        }
    }

    /// Of equal ways to a state, keeps the one by the smallest move, so that the answer does not depend on the order in
    /// which they are met. Every move must cost something, or ways could go in circles.
    #[inline]
    fn break_tie(&mut self, at: At, cost: C, via: ArcId) {
        let label = &mut self.labels[at.index()];
        if cost == label.cost && label.via != NONE && via.0 < label.via {
            label.via = via.0;
        }
    }

    /// The state to look at next, with its total: the least of all, each once under its best cost.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<(C, At, C)> {
        while let Some(Reverse(key)) = self.heap.pop() {
            let (total, at) = C::of_key(key);
            let label = &self.labels[at.index()];
            if label.cost.plus(label.to_go) >= total {
                return Some((total, at, label.cost));
            }
        }
        None
    }

    /// Puts back what [`next`](Self::next) has told last.
    pub(crate) fn put_back(&mut self, total: C, at: At) {
        self.heap.push(Reverse(total.key(at)));
    }

    /// The cost of a state that [`next`](Self::next) has told, which it had done with all totals below `frontier`.
    pub(crate) fn settled(&self, at: At, frontier: C) -> Option<C> {
        self.label(at).filter(|label| label.cost.plus(label.to_go) < frontier).map(|label| label.cost)
    }

    /// The move that led to a state; `None` at a start.
    pub(super) fn via(&self, at: At) -> Option<ArcId> {
        self.label(at).filter(|label| label.via != NONE).map(|label| ArcId(label.via))
    }

    /// The moves by which a state was reached, first to last, and the start they begin at.
    pub(super) fn trace<G: Graph<Cost = C>>(&self, graph: &G, goal: At) -> (At, Vec<ArcId>) {
        let mut arcs = Vec::new();
        let mut at = goal;
        while let Some(arc) = self.via(at) {
            arcs.push(arc);
            at = graph.from(arc);
        }
        arcs.reverse();
        (at, arcs)
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
}

/// Searches of one call, one after another on the same graph.
pub(crate) struct Searcher<G: Graph> {
    pub(crate) graph: G,
    pub(super) scratch: Scratch<G::Cost>,
    /// Of the second search of a pair, which looks at what the first one found.
    pub(super) second: Scratch<G::Cost>,
    /// States that may be expanded in all, and that still may.
    pub(super) all: u64,
    pub(super) left: u64,
    /// The least total that a search has met beyond its ceiling.
    pub(super) over: u64,
    banned_edges: HashSet<G::Edge, FxBuildHasher>,
    banned: Marks,
    priced: Marks,
}

impl<G: Graph> Searcher<G> {
    pub(crate) fn new(graph: G, scratch: Scratch<G::Cost>, limits: Limits) -> Self {
        Self {
            graph,
            scratch,
            second: Scratch::default(),
            all: limits.max_expanded,
            left: limits.max_expanded,
            over: u64::MAX,
            banned_edges: HashSet::default(),
            banned: Marks::new(Purpose::Ban),
            priced: Marks::new(Purpose::Price),
        }
    }

    /// Of the states that may be expanded in all, leaves at most one in so many to what is still to be searched.
    pub(super) fn leave_one_in(&mut self, parts: u64) {
        self.left = self.left.min(self.all / parts);
    }

    /// The graph and the scratch spaces, for the next call.
    pub(crate) fn into_parts(self) -> (G, [Scratch<G::Cost>; 2]) {
        (self.graph, [self.scratch, self.second])
    }

    /// Bans these edges, and no others, from now on.
    pub(super) fn ban_edges(&mut self, edges: impl IntoIterator<Item = G::Edge>) {
        self.banned_edges.clear();
        self.banned_edges.extend(edges);
    }

    /// Bans these risks, and no others, from now on.
    pub(super) fn ban_risks(&mut self, risks: &[RiskId]) {
        self.banned.set(risks, self.graph.risk_count());
        self.graph.marked(&self.banned);
    }

    /// Prices these risks, and no others, from now on.
    pub(super) fn price_risks(&mut self, risks: &[RiskId]) {
        self.priced.set(risks, self.graph.risk_count());
        self.graph.marked(&self.priced);
    }

    /// Whether the bans in force leave this move.
    pub(super) fn allowed(&self, arc: ArcId, forbidden: &Forbidden<G::Edge>) -> bool {
        if !self.graph.is_open(arc) || (!forbidden.arcs.is_empty() && forbidden.arcs.contains(&arc)) {
            return false;
        }
        if !self.banned_edges.is_empty() && self.banned_edges.contains(&self.graph.edge(arc)) {
            return false;
        }
        if !forbidden.edges.is_empty() && forbidden.edges.contains(&self.graph.edge(arc)) {
            return false;
        }
        self.banned.is_empty() || self.graph.hits(arc, &self.banned) == 0
    }

    fn surcharge(&self, arc: ArcId, each: u64) -> u64 {
        each.saturating_mul(u64::from(self.graph.hits(arc, &self.priced)))
    }

    /// The best route the query allows, `None` if there is none up to its ceiling.
    pub(super) fn run(&mut self, query: &Query<'_, G::Edge>) -> Result<Option<Route<G::Cost>>, Stop> {
        let forbidden = query.forbidden;
        let free = query.blocked.is_empty()
            && query.excluded.is_empty()
            && forbidden.edges.is_empty()
            && forbidden.arcs.is_empty()
            && self.banned.is_empty()
            && self.banned_edges.is_empty()
            && query.surcharge == 0
            && query.greed == 1;
        if free { self.run_with::<true>(query) } else { self.run_with::<false>(query) }
    }

    /// As [`run`](Self::run); `FREE` says that nothing is blocked, excluded, forbidden, banned or priced.
    fn run_with<const FREE: bool>(&mut self, query: &Query<'_, G::Edge>) -> Result<Option<Route<G::Cost>>, Stop> {
        self.scratch.begin(self.graph.node_count());
        self.scratch.block(query.blocked);
        for &(at, cost) in query.from {
            if FREE || !self.scratch.is_blocked(at) {
                self.scratch.reach(at, G::Cost::of(cost), None, || to_go(&self.graph, at, query.greed));
            }
        }
        let spur = if query.excluded.is_empty() { None } else { query.from.first().map(|&(at, _)| at) };
        while let Some((total, at, cost)) = self.scratch.next() {
            if total.amount() > query.ceiling {
                self.over = self.over.min(total.amount());
                return Ok(None);
            }
            if self.graph.is_goal(at) {
                let (start, arcs) = self.scratch.trace(&self.graph, at);
                return Ok(Some(self.route(start, query.from, arcs)));
            }
            if crate::patience::ends(self.left) {
                return Err(Stop { bound: total.amount() });
            }
            self.left -= 1;
            self.graph.expand(at)?;
            if FREE {
                let (graph, scratch) = (&self.graph, &mut self.scratch);
                graph.each_open(at, |arc, to, price| {
                    let next = cost.plus(price);
                    scratch.reach(to, next, Some(arc), || graph.to_go(to));
                    scratch.break_tie(to, next, arc);
                });
                continue;
            }
            for arc in arcs_out(&self.graph, at) {
                let (to, price) = self.graph.hop(arc);
                if self.scratch.is_blocked(to)
                    || !self.allowed(arc, query.forbidden)
                    || (spur == Some(at) && query.excluded.contains(&(to, self.graph.label(arc))))
                {
                    continue;
                }
                let mut next = cost.plus(price);
                if query.surcharge > 0 {
                    next = next.plus(G::Cost::of(self.surcharge(arc, query.surcharge)));
                }
                self.scratch.reach(to, next, Some(arc), || to_go(&self.graph, to, query.greed));
                self.scratch.break_tie(to, next, arc);
            }
        }
        Ok(None)
    }

    /// Costs are summed anew, so that a surcharge does not count.
    pub(super) fn route(&self, start: At, from: &[(At, u64)], arcs: Vec<ArcId>) -> Route<G::Cost> {
        let start_cost = from.iter().filter(|open| open.0 == start).map(|open| open.1).min().unwrap_or(0);
        Route::of(&self.graph, start, start_cost, arcs)
    }
}

/// The bound at a state, as often as it counts.
#[inline]
fn to_go<G: Graph>(graph: &G, at: At, greed: u64) -> G::Cost {
    let bound = graph.to_go(at);
    if greed == 1 || bound == G::Cost::UNREACHABLE { bound } else { G::Cost::of(bound.amount().saturating_mul(greed)) }
}

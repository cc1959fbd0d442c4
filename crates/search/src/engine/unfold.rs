//! The part of a space that one call has met, as plain arrays.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use rustc_hash::FxBuildHasher;

use super::graph::{ArcId, At, Cost, Full, Graph, RiskId, Route, Weight};
use super::{BansOf, Path, PathOf, Space, Start, Step};

type Map<K, V> = HashMap<K, V, FxBuildHasher>;

struct Node<St> {
    state: St,
    goal: bool,
    /// Whether a route found passes here.
    passed: bool,
    /// Moves from here; `None` until expanded.
    out: Option<(u32, u32)>,
    to_go: Cost,
}

/// An unfolded move.
#[derive(Clone, Copy)]
struct Arc<Ed> {
    from: At,
    to: At,
    edge: Ed,
    cost: u64,
    risks: (u32, u32),
}

impl<Ed> Arc<Ed> {
    fn weight(&self) -> Cost {
        Cost { cost: self.cost, steps: 1 }
    }
}

pub(super) struct Unfolded<'s, S: Space> {
    space: &'s S,
    bans: Option<&'s BansOf<S>>,
    keep_risks: bool,
    /// Whether a search ends where a route found before passes.
    join: bool,
    index: Map<S::State, At>,
    nodes: Vec<Node<S::State>>,
    arcs: Vec<Arc<S::Edge>>,
    risk_index: Map<S::Risk, RiskId>,
    risk_names: Vec<S::Risk>,
    risk_pool: Vec<RiskId>,
    expanded: usize,
    sharpened_at: usize,
    steps: Vec<Step<S::State, S::Edge>>,
    risks: Vec<S::Risk>,
}

impl<'s, S: Space> Unfolded<'s, S> {
    pub(super) fn new(space: &'s S, bans: Option<&'s BansOf<S>>, keep_risks: bool) -> Self {
        Self {
            space,
            bans,
            keep_risks,
            join: false,
            index: Map::default(),
            nodes: Vec::new(),
            arcs: Vec::new(),
            risk_index: Map::default(),
            risk_names: Vec::new(),
            risk_pool: Vec::new(),
            expanded: 0,
            sharpened_at: 0,
            steps: Vec::new(),
            risks: Vec::new(),
        }
    }

    pub(super) fn state(&self, at: At) -> S::State {
        self.nodes[at.index()].state
    }

    pub(super) fn risk(&self, risk: RiskId) -> S::Risk {
        self.risk_names[risk.index()]
    }

    fn arc(&self, arc: ArcId) -> &Arc<S::Edge> {
        &self.arcs[arc.index()]
    }

    /// A route in the space's own terms.
    pub(super) fn path(&self, route: &Route<Cost>) -> PathOf<S> {
        let steps = route.arcs.iter().map(|arc| self.arc(*arc));
        let steps = steps.map(|arc| Step { to: self.state(arc.to), edge: arc.edge, cost: arc.cost }).collect();
        Path { start: self.state(route.start), steps, cost: route.total.cost }
    }

    /// Whether searches end where a route found before passes.
    pub(super) fn join_routes(&mut self, join: bool) {
        self.join = join;
    }

    /// Marks the states of a route found.
    pub(super) fn pass(&mut self, route: &Route<Cost>) {
        for at in route.states(self) {
            self.nodes[at.index()].passed = true;
        }
    }

    /// Interns the starts, one per state, in state order.
    pub(super) fn starts(&mut self, starts: &[Start<S::State>]) -> Result<Vec<(At, u64)>, Full> {
        let mut sorted = starts.to_vec();
        sorted.sort_unstable();
        sorted.dedup_by_key(|start| start.state);
        sorted.iter().map(|start| Ok((self.intern(start.state)?, start.cost))).collect()
    }

    fn intern(&mut self, state: S::State) -> Result<At, Full> {
        if let Some(&at) = self.index.get(&state) {
            return Ok(at);
        }
        let at = At(u32::try_from(self.nodes.len()).map_err(|_| Full)?);
        let goal = self.space.is_goal(state);
        let to_go = if goal { 0 } else { self.space.bound(state) };
        self.nodes.push(Node {
            state,
            goal,
            passed: false,
            out: goal.then_some((0, 0)),
            to_go: Cost { cost: to_go, steps: 0 },
        });
        self.index.insert(state, at);
        Ok(at)
    }

    fn intern_risk(&mut self, risk: S::Risk) -> Result<RiskId, Full> {
        if let Some(&id) = self.risk_index.get(&risk) {
            return Ok(id);
        }
        let id = RiskId(u32::try_from(self.risk_names.len()).map_err(|_| Full)?);
        self.risk_names.push(risk);
        self.risk_index.insert(risk, id);
        Ok(id)
    }

    fn add_arc(&mut self, from: At, step: &Step<S::State, S::Edge>) -> Result<(), Full> {
        if self.bans.is_some_and(|bans| bans.edges.contains(&step.edge)) {
            return Ok(());
        }
        let mut risks = std::mem::take(&mut self.risks);
        risks.clear();
        if self.keep_risks || self.bans.is_some_and(|bans| !bans.risks.is_empty()) {
            self.space.risks(step.edge, &mut risks);
        }
        let banned = step.to == self.state(from)
            || self.bans.is_some_and(|bans| risks.iter().any(|risk| bans.risks.contains(risk)));
        let first = self.risk_pool.len();
        if self.keep_risks && !banned {
            risks.sort_unstable();
            risks.dedup();
            for &risk in &risks {
                let id = self.intern_risk(risk)?;
                self.risk_pool.push(id);
            }
        }
        self.risks = risks;
        if banned {
            return Ok(());
        }
        let to = self.intern(step.to)?;
        let range = (u32::try_from(first), u32::try_from(self.risk_pool.len()));
        let (Ok(first), Ok(end)) = range else { return Err(Full) };
        self.arcs.push(Arc { from, to, edge: step.edge, cost: step.cost, risks: (first, end) });
        Ok(())
    }

    /// Moves by the state they lead to: those into state `i` are `.1[.0[i]..0[i + 1]]`.
    fn incoming(&self) -> (Vec<usize>, Vec<u32>) {
        let mut first = vec![0_usize; self.nodes.len() + 1];
        for arc in &self.arcs {
            first[arc.to.index() + 1] += 1;
        }
        for index in 1..first.len() {
            first[index] += first[index - 1];
        }
        let mut next = first.clone();
        let mut into = vec![0_u32; self.arcs.len()];
        for (arc, id) in self.arcs.iter().zip(0_u32..) {
            let slot = &mut next[arc.to.index()];
            into[*slot] = id;
            *slot += 1;
        }
        (first, into)
    }
}

impl<S: Space> Graph for Unfolded<'_, S> {
    type Cost = Cost;
    type Edge = S::Edge;

    fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Asks the space for the moves from `at`, once. Banned moves are not unfolded at all.
    fn expand(&mut self, at: At) -> Result<(), Full> {
        if self.nodes[at.index()].out.is_some() {
            return Ok(());
        }
        let mut steps = std::mem::take(&mut self.steps);
        steps.clear();
        self.space.expand(self.state(at), &mut steps);
        // The order of moves decides ties, so it must not depend on how the space enumerates them.
        steps.sort_unstable_by_key(|step| (step.edge, step.to, step.cost));
        let first = self.arcs.len();
        let added = steps.iter().try_for_each(|step| self.add_arc(at, step));
        self.steps = steps;
        added?;
        let range = (u32::try_from(first), u32::try_from(self.arcs.len()));
        let (Ok(first), Ok(end)) = range else { return Err(Full) };
        self.nodes[at.index()].out = Some((first, end));
        self.expanded += 1;
        Ok(())
    }

    fn out(&self, at: At) -> [Range<u32>; 2] {
        let (from, to) = self.nodes[at.index()].out.unwrap_or((0, 0));
        [from..to, 0..0]
    }

    fn from(&self, arc: ArcId) -> At {
        self.arc(arc).from
    }

    fn hop(&self, arc: ArcId) -> (At, Cost) {
        let arc = self.arc(arc);
        (arc.to, arc.weight())
    }

    fn is_open(&self, _: ArcId) -> bool {
        true
    }

    fn edge(&self, arc: ArcId) -> S::Edge {
        self.arc(arc).edge
    }

    fn label(&self, arc: ArcId) -> S::Edge {
        self.space.label(self.arc(arc).edge)
    }

    fn risks(&self, arc: ArcId) -> &[RiskId] {
        let (from, to) = self.arc(arc).risks;
        &self.risk_pool[from as usize..to as usize]
    }

    fn risk_count(&self) -> usize {
        self.risk_names.len()
    }

    fn is_exclusive(&self, _: At) -> bool {
        // A space says what moves rest on, not what states do.
        false
    }

    fn is_goal(&self, at: At) -> bool {
        let node = &self.nodes[at.index()];
        node.goal || (self.join && node.passed)
    }

    fn to_go(&self, at: At) -> Cost {
        self.nodes[at.index()].to_go
    }

    fn each_open(&self, at: At, mut tell: impl FnMut(ArcId, At, Cost)) {
        let (from, to) = self.nodes[at.index()].out.unwrap_or((0, 0));
        for (number, arc) in (from..to).zip(&self.arcs[from as usize..to as usize]) {
            tell(ArcId(number), arc.to, arc.weight());
        }
    }

    /// Sharpens the lower bounds by a backward pass, if the unfolded part has grown by an eighth since the last one.
    ///
    /// A route from an expanded state either stays in the expanded part up to a goal or leaves it through a state
    /// that is not expanded, so the least of both is a lower bound; it stays one when more is unfolded later.
    fn sharpen(&mut self) {
        if self.expanded <= self.sharpened_at + self.sharpened_at / 8 {
            return;
        }
        self.sharpened_at = self.expanded;
        let (first, into) = self.incoming();
        let mut best = vec![Cost::UNREACHABLE; self.nodes.len()];
        let mut heap = BinaryHeap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            if (node.goal || node.out.is_none()) && node.to_go.cost != u64::MAX {
                best[index] = node.to_go;
                heap.push(Reverse((node.to_go, index)));
            }
        }
        while let Some(Reverse((cost, index))) = heap.pop() {
            if cost != best[index] {
                continue;
            }
            for &arc in &into[first[index]..first[index + 1]] {
                let arc = &self.arcs[arc as usize];
                let next = cost.plus(arc.weight());
                let from = arc.from.index();
                if next.cost != u64::MAX && next < best[from] {
                    best[from] = next;
                    heap.push(Reverse((next, from)));
                }
            }
        }
        for (node, cost) in self.nodes.iter_mut().zip(best) {
            node.to_go = node.to_go.max(cost);
        }
    }

    fn clash(&self, route: &Route<Cost>) -> Option<Vec<S::Edge>> {
        self.space.clash(&self.path(route))
    }
}

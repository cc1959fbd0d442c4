//! The part of a space that one call has met, as plain arrays.

use std::cell::{OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxBuildHasher;

use super::graph::{ArcId, At, Cost, Full, Graph, RiskId, Route, Weight};
use super::marks::Marks;
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
struct Arc<Ed> {
    from: At,
    to: At,
    edge: Ed,
    cost: u64,
    /// Worked out when first asked for: most moves are met and never taken.
    risks: OnceCell<Rc<[RiskId]>>,
}

/// Marks in the terms of the space.
struct Marked<Ri> {
    risks: HashSet<Ri, FxBuildHasher>,
    /// How many of them parts rest on.
    parts: Map<u32, u32>,
}

impl<Ed> Arc<Ed> {
    fn weight(&self) -> Cost {
        Cost { cost: self.cost, steps: 1 }
    }
}

impl<Ri> Marked<Ri> {
    fn new() -> Self {
        Self { risks: HashSet::default(), parts: Map::default() }
    }
}

/// The risks met, numbered, and what each edge rests on.
struct Risks<Ed, Ri> {
    numbers: Map<Ri, RiskId>,
    names: Vec<Ri>,
    of: Map<Ed, Rc<[RiskId]>>,
    told: Vec<Ri>,
}

impl<Ed: Copy + Eq + Hash, Ri: Copy + Ord + Hash> Risks<Ed, Ri> {
    fn new() -> Self {
        Self { numbers: Map::default(), names: Vec::new(), of: Map::default(), told: Vec::new() }
    }

    /// What `edge` rests on, as `tell` says.
    fn of(&mut self, edge: Ed, tell: impl FnOnce(&mut Vec<Ri>)) -> Rc<[RiskId]> {
        if let Some(known) = self.of.get(&edge) {
            return known.clone();
        }
        self.told.clear();
        tell(&mut self.told);
        self.told.sort_unstable();
        self.told.dedup();
        let (numbers, names) = (&mut self.numbers, &mut self.names);
        let number = |risk: &Ri| {
            *numbers.entry(*risk).or_insert_with(|| {
                names.push(*risk);
                // Memory ends long before the numbers do.
                RiskId(u32::try_from(names.len() - 1).unwrap_or(u32::MAX))
            })
        };
        let risks: Rc<[RiskId]> = self.told.iter().map(number).collect();
        self.of.insert(edge, risks.clone());
        risks
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
    risks: RefCell<Risks<S::Edge, S::Risk>>,
    /// By purpose.
    marked: [Marked<S::Risk>; 2],
    told: RefCell<(Vec<u32>, Vec<S::Risk>)>,
    expanded: usize,
    sharpened_at: usize,
    steps: Vec<Step<S::State, S::Edge>>,
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
            risks: RefCell::new(Risks::new()),
            marked: [Marked::new(), Marked::new()],
            told: RefCell::default(),
            expanded: 0,
            sharpened_at: 0,
            steps: Vec::new(),
        }
    }

    pub(super) fn state(&self, at: At) -> S::State {
        self.nodes[at.index()].state
    }

    pub(super) fn risk(&self, risk: RiskId) -> S::Risk {
        self.risks.borrow().names[risk.index()]
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

    /// Whether the call may not use this move.
    fn banned(&self, edge: S::Edge) -> bool {
        let Some(bans) = self.bans else { return false };
        let on_risk = || {
            let mut risks = Vec::new();
            self.space.risks(edge, &mut risks);
            risks.iter().any(|risk| bans.risks.contains(risk))
        };
        bans.edges.contains(&edge) || (!bans.risks.is_empty() && on_risk())
    }

    fn add_arc(&mut self, from: At, step: &Step<S::State, S::Edge>) -> Result<(), Full> {
        if step.to != self.state(from) && !self.banned(step.edge) {
            let to = self.intern(step.to)?;
            self.arcs.push(Arc { from, to, edge: step.edge, cost: step.cost, risks: OnceCell::new() });
        }
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
        if !self.keep_risks {
            return &[];
        }
        let arc = self.arc(arc);
        arc.risks.get_or_init(|| self.risks.borrow_mut().of(arc.edge, |out| self.space.risks(arc.edge, out)))
    }

    fn marked(&mut self, marks: &Marks) {
        let risks = self.risks.get_mut();
        let marked = &mut self.marked[marks.purpose as usize];
        marked.risks.clear();
        marked.parts.clear();
        let mut parts = Vec::new();
        for risk in marks.iter().map(|risk| risks.names[risk.index()]) {
            marked.risks.insert(risk);
            parts.clear();
            self.space.parts_on(risk, &mut parts);
            parts.sort_unstable();
            parts.dedup();
            parts.iter().for_each(|part| *marked.parts.entry(*part).or_default() += 1);
        }
    }

    fn hits(&self, arc: ArcId, marks: &Marks) -> u32 {
        let (parts, beside) = &mut *self.told.borrow_mut();
        parts.clear();
        beside.clear();
        if !self.space.parts(self.arc(arc).edge, parts, beside) {
            return marks.among(self.risks(arc));
        }
        let marked = &self.marked[marks.purpose as usize];
        let in_parts = parts.iter().filter_map(|part| marked.parts.get(part)).sum::<u32>();
        in_parts + beside.iter().filter(|risk| marked.risks.contains(risk)).count() as u32
    }

    fn risk_count(&self) -> usize {
        self.risks.borrow().names.len()
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

    fn bridges(&self, route: &Route<Cost>) -> Vec<ArcId> {
        let bridges = self.space.bridges(&self.path(route));
        route.arcs.iter().copied().filter(|arc| bridges.contains(&self.edge(*arc))).collect()
    }

    fn clash(&self, route: &Route<Cost>) -> Option<Vec<S::Edge>> {
        self.space.clash(&self.path(route))
    }
}

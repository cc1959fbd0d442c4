//! The one search: shortest routes, k alternatives and disjoint pairs over any [`Space`] of states and moves.
//!
//! Nothing here knows a network. A space says where one can go from a state, at what cost (a positive integer; a cost
//! of 0 is tolerated), what each move rests on, and optionally a lower bound of the cost to go. The guarantees below
//! hold for every space that keeps the promises written at the trait's methods.
//!
//! **Unfolding.** A call interns each state it meets and asks the space to expand it once; every later search of the
//! same call walks plain arrays. After the first search the lower bounds are sharpened by one backward pass over the
//! unfolded part (goals count 0, unexpanded states their own bound), again whenever that part has grown by an eighth.
//!
//! **[`shortest`]** is A*. A label is (cost, steps); a state is reopened if it is reached better, so a bound that never
//! overestimates is enough and a consistent one is merely faster. A route ends at the first goal it meets and visits no
//! state twice. If a finished route [clashes](Space::clash), the search branches on forbidding each of the moves named,
//! cheapest first: the result is the cheapest route without a clash.
//!
//! **[`k_shortest`]** is Lawler's partition: the routes not yet reported are split into families (fixed head, excluded
//! next moves), each waits under a lower bound and is searched only when nothing cheaper is left. Two routes are the
//! same alternative if they visit the same states under the same [labels](Space::label). The result is exactly the k
//! best by (cost, steps).
//!
//! **[`disjoint_pair`]** is conflict branching: take the best route of each leg; where they share a risk, one leg must
//! avoid it, or the pair accepts it. Nodes are visited by (penalty of accepted shares, their number, cost), so all
//! pairs that share nothing come first: exhausting them proves that none exists, and what follows finds the pair that
//! shares least. What [bridges](Space::bridges) rest on is accepted before the first node. At each node a partner that
//! pays for sharing yields an incumbent and the few risks worth branching on; of those the one whose avoidance costs most
//! is taken. Legs are remembered by what they avoid, and with equal start sets mirrored nodes are one.
//!
//! **Determinism.** Moves are taken in (edge, state) order and ties go to (cost, fewer steps, earlier move); no hash map
//! is ever iterated. **Bounds.** A call expands at most [`Limits::max_expanded`] states; running out is an answer
//! that claims nothing but a lower bound. Costs saturate: a sum of `u64::MAX` means unreachable.

pub(crate) mod alternatives;
pub(crate) mod astar;
pub(crate) mod graph;
mod legs;
pub(crate) mod marks;
pub(crate) mod pair;
mod relaxed;
#[cfg(test)]
mod tests;
mod unfold;

use std::collections::HashSet;
use std::fmt::{self, Debug};
use std::hash::Hash;

pub use alternatives::{Session, k_shortest, shortest};
pub use pair::{Certificate, LeastShared, PairVerdict, VerdictOf, disjoint_pair};

/// An implicit state graph.
pub trait Space {
    /// Where a route can be.
    type State: Copy + Eq + Hash + Ord + Debug;
    /// Identifies a move; parallel moves differ. One edge may be offered from several states.
    type Edge: Copy + Eq + Hash + Ord + Debug;
    /// A thing that fails as one (共享风险): span, manhole, building entry, cable.
    type Risk: Copy + Eq + Hash + Ord + Debug;

    /// Appends every move from `at`, in any order.
    fn expand(&self, at: Self::State, out: &mut Vec<Step<Self::State, Self::Edge>>);

    /// Whether a route may end here; it then does.
    fn is_goal(&self, at: Self::State) -> bool;

    /// A lower bound of the cost from `at` to the nearest goal, never too high; `u64::MAX` says that there is no way.
    fn bound(&self, at: Self::State) -> u64 {
        let _ = at;
        0
    }

    /// Appends what the move rests on. A move without risks may be shared by both legs of a pair; so leave out what
    /// every solution shares (the end points) and name the move itself if it cannot be taken twice.
    fn risks(&self, edge: Self::Edge, out: &mut Vec<Self::Risk>) {
        let _ = (edge, out);
    }

    /// Tells the parts that a move consists of, and what it rests on beside them; `false` where only
    /// [`risks`](Self::risks) tells. With [`parts_on`](Self::parts_on) it says the same, but sooner where few risks matter.
    fn parts(&self, edge: Self::Edge, parts: &mut Vec<u32>, beside: &mut Vec<Self::Risk>) -> bool {
        let _ = (edge, parts, beside);
        false
    }

    /// Appends every part that rests on this.
    fn parts_on(&self, risk: Self::Risk, out: &mut Vec<u32>) {
        let _ = (risk, out);
    }

    /// The edge that stands for all the parallel moves that count as the same way in [`k_shortest`].
    fn label(&self, edge: Self::Edge) -> Self::Edge {
        edge
    }

    /// Moves of this path that every route from its start takes, those that the space can tell sooner than a search that
    /// comes to all there is.
    fn bridges(&self, path: &PathOf<Self>) -> Vec<Self::Edge> {
        let _ = path;
        Vec::new()
    }

    /// Edges that no valid route uses all together, if the finished `path` does. One single edge that the path takes
    /// from several states says "not more than once". An empty list says that this path as it is cannot be used. A
    /// path that uses all the moves of a clashing path must clash as well.
    fn clash(&self, path: &PathOf<Self>) -> Option<Vec<Self::Edge>> {
        let _ = path;
        None
    }
}

/// A move: over `edge` to the state `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step<St, Ed> {
    /// The state after the move.
    pub to: St,
    /// What is crossed.
    pub edge: Ed,
    /// Cost of the move in the space's unit.
    pub cost: u64,
}

/// A state to start from and what it costs to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Start<St> {
    /// The state.
    pub state: St,
    /// Initial cost; of several starts at one state the cheapest counts.
    pub cost: u64,
}

impl<St> Start<St> {
    /// A start that costs nothing.
    pub fn free(state: St) -> Self {
        Self { state, cost: 0 }
    }
}

/// A route from a start to a goal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path<St, Ed> {
    /// The start chosen.
    pub start: St,
    /// The moves in order; empty if the start is a goal.
    pub steps: Vec<Step<St, Ed>>,
    /// Cost of the start and of all steps.
    pub cost: u64,
}

/// The path type of a space.
pub type PathOf<S> = Path<<S as Space>::State, <S as Space>::Edge>;

/// The bans type of a space.
pub type BansOf<S> = Bans<<S as Space>::Edge, <S as Space>::Risk>;

impl<St: Copy, Ed: Copy> Path<St, Ed> {
    /// The goal reached.
    pub fn end(&self) -> St {
        self.steps.last().map_or(self.start, |step| step.to)
    }

    /// The edges in order.
    pub fn edges(&self) -> impl Iterator<Item = Ed> {
        self.steps.iter().map(|step| step.edge)
    }

    /// The states in order, the start first.
    pub fn states(&self) -> impl Iterator<Item = St> {
        std::iter::once(self.start).chain(self.steps.iter().map(|step| step.to))
    }
}

/// What a search may not use.
#[derive(Clone, Debug)]
pub struct Bans<Ed, Ri> {
    /// Banned moves.
    pub edges: HashSet<Ed>,
    /// Banned risks: every move that rests on one is banned.
    pub risks: HashSet<Ri>,
}

impl<Ed, Ri> Default for Bans<Ed, Ri> {
    fn default() -> Self {
        Self { edges: HashSet::new(), risks: HashSet::new() }
    }
}

/// How much work a call may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// States expanded, summed over all the searches of one call.
    pub max_expanded: u64,
}

/// The limit was reached before the answer was certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded<St, Ed> {
    /// Routes already proven to be the best ones, in order.
    pub found: Vec<Path<St, Ed>>,
    /// No further route costs less than this.
    pub bound: u64,
}

impl<St, Ed> fmt::Display for Exceeded<St, Ed> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the search reached its limit of expanded states with {} route(s) found: raise the limit or narrow the request",
            self.found.len()
        )
    }
}

impl<St: Debug, Ed: Debug> std::error::Error for Exceeded<St, Ed> {}

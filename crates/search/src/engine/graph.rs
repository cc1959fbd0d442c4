//! What the searches need of a graph: numbered states and moves, costs, what a move rests on.

use std::fmt::Debug;
use std::hash::Hash;
use std::ops::Range;

use super::marks::Marks;

/// Number of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct At(pub(crate) u32);

/// Number of a move from one particular state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ArcId(pub(crate) u32);

/// Number of a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RiskId(pub(crate) u32);

impl At {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl ArcId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl RiskId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// More states, moves or risks than a number can name: memory ends long before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Full;

/// What is minimised: an amount first, what breaks ties after it.
pub(crate) trait Weight: Copy + Ord + Default + Debug {
    /// Orders the queue: by total, then by state.
    type Key: Copy + Ord;
    /// No way.
    const UNREACHABLE: Self;

    /// The weight of an amount alone.
    fn of(amount: u64) -> Self;
    /// The amount.
    fn amount(self) -> u64;
    /// The sum; `UNREACHABLE` stays what it is.
    fn plus(self, other: Self) -> Self;
    /// The key of a state under this total.
    fn key(self, at: At) -> Self::Key;
    /// Total and state of a key.
    fn of_key(key: Self::Key) -> (Self, At);
}

/// Cost, then the number of steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cost {
    pub(crate) cost: u64,
    pub(crate) steps: u32,
}

impl Weight for Cost {
    type Key = (Self, At);
    const UNREACHABLE: Self = Self { cost: u64::MAX, steps: u32::MAX };

    fn of(amount: u64) -> Self {
        Self { cost: amount, steps: 0 }
    }

    fn amount(self) -> u64 {
        self.cost
    }

    fn plus(self, other: Self) -> Self {
        Self { cost: self.cost.saturating_add(other.cost), steps: self.steps.saturating_add(other.steps) }
    }

    fn key(self, at: At) -> Self::Key {
        (self, at)
    }

    fn of_key(key: Self::Key) -> (Self, At) {
        key
    }
}

/// Decimetres: a length alone.
impl Weight for u32 {
    type Key = u64;
    const UNREACHABLE: Self = u32::MAX;

    fn of(amount: u64) -> Self {
        u32::try_from(amount).unwrap_or(u32::MAX)
    }

    fn amount(self) -> u64 {
        if self == u32::MAX { u64::MAX } else { u64::from(self) }
    }

    #[inline]
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }

    #[inline]
    fn key(self, at: At) -> u64 {
        u64::from(self) << 32 | u64::from(at.0)
    }

    #[inline]
    fn of_key(key: u64) -> (Self, At) {
        // The halves that `key` put together.
        ((key >> 32) as u32, At(key as u32))
    }
}

/// A graph as the searches see it.
pub(crate) trait Graph {
    /// What is minimised.
    type Cost: Weight;
    /// Identifies a move; parallel moves differ.
    type Edge: Copy + Eq + Hash + Ord + Debug;

    /// Number of states known.
    fn node_count(&self) -> usize;
    /// Makes the moves from a state known.
    fn expand(&mut self, at: At) -> Result<(), Full>;
    /// Moves from a state, once it is expanded; two runs of numbers, of which the second is mostly empty.
    fn out(&self, at: At) -> [Range<u32>; 2];
    /// Where a move begins.
    fn from(&self, arc: ArcId) -> At;
    /// Where a move ends and what it costs.
    fn hop(&self, arc: ArcId) -> (At, Self::Cost);
    /// Whether the move can be taken at all.
    fn is_open(&self, arc: ArcId) -> bool;
    /// The edge of a move.
    fn edge(&self, arc: ArcId) -> Self::Edge;
    /// The edge that stands for all the parallel moves that count as the same way.
    fn label(&self, arc: ArcId) -> Self::Edge;
    /// What the move rests on.
    fn risks(&self, arc: ArcId) -> &[RiskId];
    /// Makes other marks known.
    fn marked(&mut self, marks: &Marks) {
        let _ = marks;
    }
    /// How many of the marks the move rests on: none exactly when it rests on none of them, otherwise about so many.
    fn hits(&self, arc: ArcId, marks: &Marks) -> u32 {
        marks.among(self.risks(arc))
    }
    /// Number of risks known.
    fn risk_count(&self) -> usize;
    /// Whether two routes without a common risk cannot both pass this state.
    fn is_exclusive(&self, at: At) -> bool;
    /// Whether a route ends here.
    fn is_goal(&self, at: At) -> bool;
    /// A lower bound of the cost to the nearest goal; the same at every call within one search.
    fn to_go(&self, at: At) -> Self::Cost;
    /// Tells every open move from a state, once it is expanded.
    fn each_open(&self, at: At, tell: impl FnMut(ArcId, At, Self::Cost));
    /// Sharpens the lower bounds when more searches follow on the same graph.
    fn sharpen(&mut self);
    /// Moves of this route that every route takes, those that the graph can tell without a search.
    fn bridges(&self, route: &Route<Self::Cost>) -> Vec<ArcId> {
        let _ = route;
        Vec::new()
    }
    /// Edges of a route that no valid route uses all together.
    fn clash(&self, route: &Route<Self::Cost>) -> Option<Vec<Self::Edge>>;
}

/// Moves from a state, one by one.
pub(crate) fn arcs_out<G: Graph>(graph: &G, at: At) -> impl Iterator<Item = ArcId> + use<G> {
    let [first, second] = graph.out(at);
    first.chain(second).map(ArcId)
}

/// A route through a graph.
#[derive(Clone, Debug)]
pub(crate) struct Route<C> {
    pub(crate) start: At,
    pub(crate) start_cost: u64,
    pub(crate) arcs: Vec<ArcId>,
    /// Of the start and all moves.
    pub(crate) total: C,
}

impl<C: Weight> Route<C> {
    /// Totals a chain of moves.
    pub(crate) fn of<G: Graph<Cost = C>>(graph: &G, start: At, start_cost: u64, arcs: Vec<ArcId>) -> Self {
        let total = arcs.iter().fold(C::of(start_cost), |sum, arc| sum.plus(graph.hop(*arc).1));
        Self { start, start_cost, arcs, total }
    }

    /// The states in order, the start first.
    pub(crate) fn states<G: Graph<Cost = C>>(&self, graph: &G) -> Vec<At> {
        std::iter::once(self.start).chain(self.arcs.iter().map(|arc| graph.hop(*arc).0)).collect()
    }
}

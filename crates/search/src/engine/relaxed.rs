//! The cheapest two routes without a common move, shared risks aside: Suurballe's two searches.
//!
//! Two routes without a common risk have no move in common that rests on anything, so no disjoint pair costs less than
//! the pair found here; where that pair happens to share no risk, it is the best one. The second search runs on costs
//! reduced by what the first one found, and may go back along its route.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;

use super::astar::{Forbidden, Query, Scratch, Searcher, Stop};
use super::graph::{ArcId, At, Graph, Route, Weight};

/// What the relaxed problem says.
pub(super) enum Relaxed<C> {
    /// The cheapest two routes without a common move, by amount.
    Pair(Route<C>, Route<C>),
    /// Every two routes have moves in common, these where they can be told; one of them, if there is any.
    NoPair(Vec<ArcId>, Option<Route<C>>),
    /// The lower bounds of the graph are not consistent enough to tell.
    Unknown,
}

/// Marks a move taken backwards.
const BACK: u32 = 1 << 31;
/// Marks a move taken backwards from where the route is left again, not from where it was just met.
const LEFT: u32 = 1 << 30;
/// The move itself.
const ARC: u32 = LEFT - 1;

/// The first route as the second search meets it: by state, the move out of it and the move into it.
type Along = HashMap<At, (Option<ArcId>, Option<ArcId>), FxBuildHasher>;

impl<G: Graph> Searcher<G> {
    /// Solves the relaxed problem; both routes start at one of `from`.
    pub(super) fn relaxed_pair(&mut self, from: &[(At, u64)]) -> Result<Relaxed<G::Cost>, Stop> {
        self.ban_risks(&[]);
        let none = Forbidden::default();
        let query =
            Query { from, blocked: &[], excluded: &[], forbidden: &none, surcharge: 0, greed: 1, ceiling: u64::MAX };
        let Some(first) = self.run(&query)? else { return Ok(Relaxed::NoPair(Vec::new(), None)) };
        // What every route takes says nothing where there may be no route at all.
        let valid = self.graph.clash(&first).is_none();
        let bridges = if valid { self.graph.bridges(&first) } else { Vec::new() };
        if !bridges.is_empty() {
            return Ok(Relaxed::NoPair(bridges, Some(first)));
        }
        let mut second = std::mem::take(&mut self.second);
        let found = self.second_search(&mut second, from, &first);
        // The second search has come to where the move begins, and nowhere beyond.
        let met = |at: At| second.label(At(2 * at.0)).or_else(|| second.label(At(2 * at.0 + 1))).is_some();
        let bridges = |arc: &ArcId| {
            let from = self.graph.from(*arc);
            met(from) && !self.graph.is_exclusive(from) && !met(self.graph.hop(*arc).0)
        };
        let bridge = first.arcs.iter().copied().find(|arc| valid && bridges(arc));
        self.second = second;
        let Some((start, moves)) = (match found? {
            Second::Found(start, moves) => Some((start, moves)),
            Second::None => return Ok(Relaxed::NoPair(bridge.into_iter().collect(), Some(first).filter(|_| valid))),
            Second::Unknown => None,
        }) else {
            return Ok(Relaxed::Unknown);
        };
        Ok(self.untangle(from, &first, start, &moves))
    }

    /// What is left of the first route's cost beyond what the first search proves to be the least cost to a state: in the
    /// second search, a lower bound of the cost to go.
    fn rest(&self, at: At, whole: u64) -> G::Cost {
        let known = self.scratch.label(at).map(|label| (label.cost.amount(), label.to_go.amount()));
        let to_go = known.map_or_else(|| self.graph.to_go(at).amount(), |(_, to_go)| to_go);
        if to_go == u64::MAX {
            return G::Cost::UNREACHABLE;
        }
        let reached = known.map_or(0, |(reached, _)| reached);
        G::Cost::of(to_go.max(whole.saturating_sub(if known.is_some() { reached } else { whole })))
    }

    fn second_search(
        &mut self,
        second: &mut Scratch<G::Cost>,
        from: &[(At, u64)],
        first: &Route<G::Cost>,
    ) -> Result<Second, Stop> {
        let whole = first.total.amount();
        let mut along = Along::default();
        for arc in &first.arcs {
            along.entry(self.graph.from(*arc)).or_default().0 = Some(*arc);
            along.entry(self.graph.hop(*arc).0).or_default().1 = Some(*arc);
        }
        // A state that only one route may pass is two: met by a new move, from which only going back along the first
        // route is possible, and come back to along the first route, from where everything is.
        let met = |at: At| At(2 * at.0);
        let come_back = |at: At| At(2 * at.0 + 1);
        second.begin(2 * self.graph.node_count());
        for &(at, cost) in from {
            second.reach(met(at), G::Cost::of(cost), None, || self.rest(at, whole));
        }
        let mut reached = 0;
        while let Some((total, state, cost)) = second.next() {
            let at = At(state.0 / 2);
            if total.amount() < reached {
                // The bounds are not consistent: what was found before need not be the least.
                return Ok(Second::Unknown);
            }
            reached = total.amount();
            if self.graph.is_goal(at) {
                return Ok(self.walk_back(second, state));
            }
            if crate::patience::ends(self.left) {
                return Err(Stop { bound: whole.saturating_add(reached) });
            }
            self.left -= 1;
            self.graph.expand(at)?;
            let narrow = |at: At| at != first.start && self.graph.is_exclusive(at);
            let (out, into) = along.get(&at).copied().unwrap_or_default();
            let mut numbered = true;
            if state != met(at) || (out.is_none() && into.is_none()) || !narrow(at) {
                self.graph.each_open(at, |arc, to, price| {
                    if out != Some(arc) || self.graph.risks(arc).is_empty() {
                        numbered &= arc.0 <= ARC;
                        let next = cost.plus(G::Cost::of(price.amount()));
                        second.reach(met(to), next, Some(arc), || self.rest(to, whole));
                    }
                });
            }
            if let Some(arc) = into {
                let (to, price) = (self.graph.from(arc), self.graph.hop(arc).1.amount());
                let side = if state == met(at) { BACK } else { BACK | LEFT };
                let state = if narrow(to) { come_back(to) } else { met(to) };
                let next = G::Cost::of(cost.amount().saturating_sub(price));
                second.reach(state, next, Some(ArcId(arc.0 | side)), || self.rest(to, whole));
            }
            if !numbered {
                return Ok(Second::Unknown);
            }
        }
        Ok(Second::None)
    }

    fn walk_back(&self, second: &Scratch<G::Cost>, goal: At) -> Second {
        let (mut state, mut moves) = (goal, Vec::new());
        while let Some(via) = second.via(state) {
            moves.push(via);
            let arc = ArcId(via.0 & ARC);
            state = if via.0 & BACK != 0 {
                At(2 * self.graph.hop(arc).0.0 + u32::from(via.0 & LEFT != 0))
            } else {
                let at = self.graph.from(arc);
                // A narrow state of the first route is only left by a new move after coming back to it.
                let come_back = At(2 * at.0 + 1);
                if second.label(come_back).is_some() && self.graph.is_exclusive(at) { come_back } else { At(2 * at.0) }
            };
            if moves.len() > 2 * self.graph.node_count() + 1 {
                return Second::Unknown;
            }
        }
        moves.reverse();
        Second::Found(At(state.0 / 2), moves)
    }

    /// The two routes that both searches together make.
    fn untangle(&self, from: &[(At, u64)], first: &Route<G::Cost>, start: At, moves: &[ArcId]) -> Relaxed<G::Cost> {
        let mut left: Vec<ArcId> = first.arcs.clone();
        for arc in moves {
            if arc.0 & BACK == 0 {
                left.push(*arc);
            } else if let Some(at) = left.iter().position(|taken| taken.0 == arc.0 & ARC) {
                left.remove(at);
            }
        }
        let mut by_state: BTreeMap<At, Vec<ArcId>> = BTreeMap::new();
        for arc in left {
            by_state.entry(self.graph.from(arc)).or_default().push(arc);
        }
        let mut walk = |start: At| {
            let (mut at, mut arcs) = (start, Vec::new());
            let mut seen = BTreeSet::from([start]);
            while !self.graph.is_goal(at) {
                let arc = by_state.get_mut(&at)?.pop()?;
                arcs.push(arc);
                at = self.graph.hop(arc).0;
                if !seen.insert(at) {
                    return None;
                }
            }
            Some(self.route(start, from, arcs))
        };
        match (walk(first.start), walk(start)) {
            (Some(a), Some(b)) => Relaxed::Pair(a, b),
            _ => Relaxed::Unknown,
        }
    }
}

/// What the second search found.
enum Second {
    /// Its start and its moves, some of them back along the first route.
    Found(At, Vec<ArcId>),
    None,
    Unknown,
}

//! Exact distances to a goal, worked out backwards as far as they are asked for.

use crate::engine::astar::Scratch;
use crate::engine::graph::At;

/// The backward search: settled places have exact distances to the goal.
#[derive(Debug)]
pub(super) struct Exact {
    scratch: Scratch<u32>,
    settled: Vec<u32>,
}

impl Exact {
    pub(super) fn new(mut scratch: Scratch<u32>, places: usize, goal: At, bound: u32) -> Self {
        scratch.begin(places);
        scratch.reach(goal, 0, None, || bound);
        // Distances are at most `LONGEST_DM` times the places, and all ones says that none is known.
        Self { scratch, settled: vec![u32::MAX; places] }
    }

    pub(super) fn into_scratch(self) -> Scratch<u32> {
        self.scratch
    }

    /// The distance from a place to the goal; `u32::MAX` where there is no way. `grow` tells the hops into a place that
    /// can be taken, with a lower bound of the distance from where they begin to the start of the search.
    pub(super) fn distance(&mut self, at: At, mut grow: impl FnMut(At, &mut dyn FnMut(At, u32, u32))) -> u32 {
        loop {
            match self.settled.get(at.index()) {
                Some(&u32::MAX) => {}
                Some(&known) => return known,
                None => return u32::MAX,
            }
            let Some((_, next, cost)) = self.scratch.next() else { return u32::MAX };
            if let Some(settled) = self.settled.get_mut(next.index()) {
                *settled = cost;
            }
            let scratch = &mut self.scratch;
            grow(next, &mut |from, length_dm, bound| {
                scratch.reach(from, cost.saturating_add(length_dm), None, || bound);
            });
        }
    }
}

//! What bounds a walk: every record once, not too deep, not too much.

use std::collections::BTreeSet;

use linewright_model::AnyId;

/// Most steps of one walk.
pub(super) const MOST_STEPS: usize = 20_000;
/// Deepest nesting: the layers of a network and two stages of splitters need about a dozen.
const DEEPEST: usize = 32;

/// What bounds both walks.
#[derive(Default)]
pub(super) struct Bounds {
    pub(super) seen: BTreeSet<AnyId>,
    steps: usize,
    pub(super) depth: usize,
    pub(super) truncated: bool,
}

impl Bounds {
    /// Follows a record once: a second meeting is only marked, and the bounds of a trace hold.
    pub(super) fn follow(&mut self, id: AnyId) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.depth >= DEEPEST {
            self.truncated = true;
            return false;
        }
        self.seen.insert(id)
    }

    /// Whether no further step is taken.
    pub(super) fn full(&self) -> bool {
        self.steps > MOST_STEPS
    }
}

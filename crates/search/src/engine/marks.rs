//! Risks marked for one search.

use super::graph::RiskId;

/// What risks are marked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// No move may rest on them.
    Ban,
    /// A move that rests on them costs more.
    Price,
}

/// Marked risks; those met after the marks were set are not marked.
#[derive(Debug)]
pub(crate) struct Marks {
    pub(super) purpose: Purpose,
    marked: Vec<bool>,
    list: Vec<RiskId>,
}

impl Marks {
    pub(super) fn new(purpose: Purpose) -> Self {
        Self { purpose, marked: Vec::new(), list: Vec::new() }
    }

    /// Marks these of `count` risks, and no others, from now on.
    pub(super) fn set(&mut self, risks: &[RiskId], count: usize) {
        for risk in self.list.drain(..) {
            self.marked[risk.index()] = false;
        }
        if self.marked.len() < count && !risks.is_empty() {
            self.marked.resize(count, false);
        }
        for &risk in risks {
            self.marked[risk.index()] = true;
            self.list.push(risk);
        }
    }

    /// The risks marked.
    pub(super) fn iter(&self) -> impl Iterator<Item = RiskId> {
        self.list.iter().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many of these are marked.
    pub(crate) fn among(&self, risks: &[RiskId]) -> u32 {
        let marked = |risk: &&RiskId| self.marked.get(risk.index()).copied().unwrap_or(false);
        risks.iter().filter(marked).count() as u32
    }
}

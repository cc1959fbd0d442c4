//! An access space enumerated, through `Space::expand` alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use linewright_model::*;
use linewright_search::access::*;
use linewright_search::engine::{Space, Step};

use super::Path;

/// The whole space, read through `expand` alone.
pub(super) struct Whole<'s, 'a> {
    space: &'s AccessSpace<'a>,
    pub(super) out: BTreeMap<At, Vec<Step<At, Move>>>,
}

/// More routes than this are not enumerated.
const MAX_ROUTES: usize = 4_000;
const MAX_STEPS: usize = 60_000;

impl<'s, 'a> Whole<'s, 'a> {
    pub(super) fn read(space: &'s AccessSpace<'a>) -> Self {
        let mut out = BTreeMap::new();
        let mut open = vec![space.start()];
        while let Some(at) = open.pop() {
            if out.contains_key(&at) {
                continue;
            }
            let mut steps = Vec::new();
            if !space.is_goal(at) {
                space.expand(at, &mut steps);
            }
            open.extend(steps.iter().map(|step| step.to));
            out.insert(at, steps);
        }
        Self { space, out }
    }

    /// Every route that visits no state twice and goes through no sections twice; `None` when there are too many.
    pub(super) fn routes(&self) -> Option<Vec<Path>> {
        let (mut found, mut steps_left) = (Vec::new(), MAX_STEPS);
        let start = self.space.start();
        let mut path = Path { start, steps: Vec::new(), cost: 0 };
        self.extend(&mut path, &mut found, &mut steps_left)?;
        Some(found)
    }

    fn extend(&self, path: &mut Path, found: &mut Vec<Path>, steps_left: &mut usize) -> Option<()> {
        *steps_left = steps_left.checked_sub(1)?;
        let at = path.end();
        if self.space.is_goal(at) {
            found.push(path.clone());
            return (found.len() <= MAX_ROUTES).then_some(());
        }
        for step in &self.out[&at] {
            if path.states().any(|state| state == step.to) || self.goes_back(path, step.edge) {
                continue;
            }
            path.steps.push(*step);
            path.cost += step.cost;
            self.extend(path, found, steps_left)?;
            path.cost -= step.cost;
            path.steps.pop();
        }
        Some(())
    }

    /// The sections that a move takes cores of, with the places between which it goes.
    fn sections(&self, edge: Move) -> Option<(Vec<CableId>, [PlaceId; 2])> {
        let strand = self.space.topology.strand(edge.strand()?)?;
        Some((strand.pieces.iter().map(|piece| piece.cable).collect(), strand.places))
    }

    fn goes_back(&self, path: &Path, edge: Move) -> bool {
        let through = self.sections(edge);
        through.is_some() && path.edges().any(|before| self.sections(before) == through)
    }

    /// What makes two routes the same alternative: states, and how each was come to.
    pub(super) fn way(&self, path: &Path) -> Vec<(At, String)> {
        let label = |edge: Move| match (edge, self.sections(edge)) {
            (Move::Tap(nth, _, towards), Some(through)) => format!("tap {nth} {towards} {through:?}"),
            (_, Some(through)) => format!("{through:?}"),
            (edge, None) => format!("{edge:?}"),
        };
        path.steps.iter().map(|step| (step.to, label(step.edge))).collect()
    }

    /// Least cost from every state to a goal, by settling backwards until nothing changes.
    pub(super) fn to_go(&self) -> HashMap<At, u64> {
        let goals = self.out.keys().filter(|at| self.space.is_goal(**at));
        let mut least: HashMap<At, u64> = goals.map(|at| (*at, 0)).collect();
        loop {
            let mut changed = false;
            for (at, steps) in &self.out {
                let through = steps.iter().filter_map(|step| Some(step.cost + least.get(&step.to)?)).min();
                if let Some(cost) = through
                    && least.get(at).is_none_or(|known| cost < *known)
                {
                    least.insert(*at, cost);
                    changed = true;
                }
            }
            if !changed {
                return least;
            }
        }
    }

    pub(super) fn risks(&self, path: &Path) -> BTreeSet<Risk> {
        let mut risks = Vec::new();
        path.edges().for_each(|edge| self.space.risks(edge, &mut risks));
        risks.into_iter().collect()
    }
}

//! A layer and what changed since, as the searches see it.

use std::cell::RefCell;
use std::hash::Hash;
use std::ops::Range;

use super::counts::Need;
use super::exact::Exact;
use super::landmarks::{Chosen, Distances, Landmarks};
use super::{Change, Layer, Measure, Numbers};
use crate::engine::astar::Scratch;
use crate::engine::graph::{ArcId, At, Full, Graph, RiskId, Route};
use crate::geometry::{InSpace, chord_m};

/// What two ways must not share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Apart {
    /// Links, and groups of links that fail as one.
    Links,
    /// Links, their groups, and the places between the ends.
    LinksAndPlaces,
}

/// What bounds the distance to a point from below.
#[derive(Clone, Copy)]
enum Compass<'a> {
    /// Landmarks, and their distances to places that are new.
    Landmarks(&'a Landmarks, &'a [Distances], Chosen),
    /// The straight line to where the point stands.
    Straight(InSpace),
    /// Nothing.
    None,
}

impl Compass<'_> {
    #[inline]
    fn bound(&self, numbers: &Numbers, at: At) -> u32 {
        match self {
            Compass::Landmarks(landmarks, more, chosen) => landmarks.bound(more, chosen, at),
            // Whole decimetres, rounded down.
            Compass::Straight(to) => numbers.site(at.0).map_or(0, |from| (chord_m(from, *to) * 10.0) as u32),
            Compass::None => 0,
        }
    }
}

/// Ways from one place to another in a layer.
pub(super) struct LayerGraph<'a, L> {
    layer: &'a Layer<L>,
    change: &'a Change<L>,
    numbers: &'a Numbers,
    need: Need,
    apart: Apart,
    ends: [At; 2],
    /// Towards the goal, and back towards the start.
    compass: [Compass<'a>; 2],
    exact: RefCell<Option<Exact>>,
}

impl<'a, L: Copy + Ord + Hash> LayerGraph<'a, L> {
    pub(super) fn new(
        layer: &'a Layer<L>,
        change: &'a Change<L>,
        numbers: &'a Numbers,
        need: Need,
        apart: Apart,
        ends: [At; 2],
    ) -> Self {
        let towards = |from: At, to: At| match change.landmarks(layer.landmarks(Measure::Length), Measure::Length) {
            Some((landmarks, more)) => Compass::Landmarks(landmarks, more, landmarks.choose(more, from, to)),
            None if change.is_straight() => numbers.site(to.0).map_or(Compass::None, Compass::Straight),
            None => Compass::None,
        };
        let compass = [towards(ends[0], ends[1]), towards(ends[1], ends[0])];
        Self { layer, change, numbers, need, apart, ends, compass, exact: RefCell::new(None) }
    }

    /// Makes every bound exact, worked out backwards as far as needed.
    pub(super) fn sharpen_with(&mut self, scratch: Scratch<u32>) {
        let bound = self.compass[1].bound(self.numbers, self.ends[1]);
        self.exact = RefCell::new(Some(Exact::new(scratch, self.node_count(), self.ends[1], bound)));
    }

    pub(super) fn take_scratch(&mut self) -> Option<Scratch<u32>> {
        self.exact.take().map(Exact::into_scratch)
    }

    pub(super) fn link(&self, arc: ArcId) -> Option<L> {
        let number = self.hop_risks(arc)[0].0;
        self.layer.names.get(number as usize).copied().or_else(|| self.change.name(number))
    }

    fn hop_risks(&self, arc: ArcId) -> &super::HopRisks {
        match self.layer.risks.get(arc.index()) {
            Some(risks) => risks,
            None => self.change.risks(arc.index() - self.layer.risks.len()),
        }
    }
}

impl<L: Copy + Ord + Hash> Graph for LayerGraph<'_, L> {
    type Cost = u32;
    /// Number of a link.
    type Edge = u32;

    fn node_count(&self) -> usize {
        self.layer.flat.len() + self.change.new_places()
    }

    fn expand(&mut self, _: At) -> Result<(), Full> {
        Ok(())
    }

    #[inline]
    fn out(&self, at: At) -> [Range<u32>; 2] {
        [self.layer.flat.range(at), self.change.range(at)]
    }

    fn from(&self, arc: ArcId) -> At {
        match arc.index().checked_sub(self.layer.flat.hops.len()) {
            None => self.layer.from(arc.index()),
            Some(added) => self.change.from(added),
        }
    }

    #[inline]
    fn hop(&self, arc: ArcId) -> (At, u32) {
        let hop = match self.layer.flat.hops.get(arc.index()) {
            Some(hop) => *hop,
            None => self.change.hop(arc.index() - self.layer.flat.hops.len()),
        };
        (At(hop.to), hop.length_dm)
    }

    #[inline]
    fn is_open(&self, arc: ArcId) -> bool {
        self.need.met_by(self.change.free(arc.index()))
    }

    fn edge(&self, arc: ArcId) -> u32 {
        self.hop_risks(arc)[0].0
    }

    fn label(&self, arc: ArcId) -> u32 {
        self.edge(arc)
    }

    fn risks(&self, arc: ArcId) -> &[RiskId] {
        let risks = self.hop_risks(arc);
        let to = self.hop(arc).0;
        if self.apart == Apart::LinksAndPlaces && !self.ends.contains(&to) {
            risks
        } else if risks[1] == risks[0] {
            &risks[..1]
        } else {
            &risks[..2]
        }
    }

    fn risk_count(&self) -> usize {
        self.change.risk_count()
    }

    fn is_exclusive(&self, at: At) -> bool {
        self.apart == Apart::LinksAndPlaces && !self.ends.contains(&at)
    }

    fn is_goal(&self, at: At) -> bool {
        at == self.ends[1]
    }

    #[inline]
    fn to_go(&self, at: At) -> u32 {
        match &mut *self.exact.borrow_mut() {
            None => self.compass[0].bound(self.numbers, at),
            // Hops run both ways at one length and share what is free.
            Some(exact) => exact.distance(at, |here, offer| {
                self.each_open(here, |_, to, length_dm| offer(to, length_dm, self.compass[1].bound(self.numbers, to)));
            }),
        }
    }

    #[inline]
    fn each_open(&self, at: At, mut tell: impl FnMut(ArcId, At, u32)) {
        let range = self.layer.flat.range(at);
        let hops = self.layer.flat.hops.get(range.start as usize..range.end as usize).unwrap_or(&[]);
        let mut free = self.change.base_free().run(range.start as usize);
        for (arc, hop) in range.zip(hops) {
            let (code, rest) = match free.split_first() {
                Some((code, rest)) => (*code, rest),
                // The run goes on in the next chunk.
                None => (self.change.free(arc as usize), self.change.base_free().run(arc as usize + 1)),
            };
            free = rest;
            if self.need.met_by(code) {
                tell(ArcId(arc), At(hop.to), hop.length_dm);
            }
        }
        for arc in self.change.range(at) {
            if self.need.met_by(self.change.free(arc as usize)) {
                let hop = self.change.hop(arc as usize - self.layer.flat.hops.len());
                tell(ArcId(arc), At(hop.to), hop.length_dm);
            }
        }
    }

    fn sharpen(&mut self) {}

    fn clash(&self, _: &Route<u32>) -> Option<Vec<u32>> {
        None
    }
}

//! Ways in one layer, from place to place by length: the shortest, the next ones, and two that stay apart.

use std::hash::Hash;
use std::rc::Rc;

use linewright_model::PlaceId;

use super::back::{Back, Prices};
use super::counts::{Code, Need};
use super::graph::LayerGraph;
use super::landmarks::{Distances, Landmarks};
use super::{Change, Hop, Joint, Layer, Measure, Numbers, Relevant};
use crate::engine::alternatives::best_routes;
use crate::engine::astar::{Searcher, Stop};
use crate::engine::graph::{ArcId, At, Graph, Route};
use crate::engine::pair::best_pair;
use crate::engine::{Certificate, Exceeded, Limits, PairVerdict, Path, Step};

pub use super::graph::Apart;

/// What is asked of a way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ask {
    /// Where it begins.
    pub from: PlaceId,
    /// Where it ends.
    pub to: PlaceId,
    /// Slots that every link must have free: bores of a span, cores of a strand.
    pub slots: u32,
    /// Whether links of which it is not known that so many are free may be taken too.
    pub unproven: bool,
}

/// A way through a layer: states are places, edges are links, costs are decimetres.
pub type Way<L> = Path<PlaceId, L>;

/// What two ways may share only by failing together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Shared<L> {
    /// A link, or the group of links that this one stands for.
    Link(L),
    /// A place.
    Place(PlaceId),
}

/// A link as it is crossed from one of its ends.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Crossing<L> {
    pub(crate) link: L,
    /// Whether it is crossed from its first end.
    pub(crate) forward: bool,
    pub(crate) to: PlaceId,
    pub(crate) length_dm: u32,
    /// Where it begins and where it leads.
    pub(crate) joints: [Joint; 2],
    /// Whether what is needed is free; none where the records must be asked.
    pub(crate) free: Option<bool>,
}

/// A layer of one topology, to search ways in.
#[derive(Clone, Copy)]
pub struct Ways<'a, L> {
    pub(crate) layer: &'a Layer<L>,
    pub(crate) change: &'a Change<L>,
    pub(crate) numbers: &'a Numbers,
}

impl<'a, L: Copy + Ord + Hash + std::fmt::Debug> Ways<'a, L> {
    /// Works out at once what the first search would otherwise wait for.
    pub fn prepare(&self) {
        self.layer.landmarks(Measure::Length);
    }

    /// Works out what guides [`back`](Self::back).
    pub(crate) fn prepare_weights(&self) {
        self.layer.landmarks(Measure::Weight);
    }

    /// The shortest way, `None` where there is none.
    ///
    /// # Errors
    /// [`Exceeded`] if the limit is reached first.
    pub fn shortest(&self, ask: Ask, limits: Limits) -> Result<Option<Way<L>>, Exceeded<PlaceId, L>> {
        self.k_shortest(ask, 1, limits).map(|mut ways| ways.pop())
    }

    /// The `k` shortest ways that visit no place twice, shortest first; fewer if there are no more.
    ///
    /// # Errors
    /// [`Exceeded`] with the ways found so far if the limit is reached first.
    pub fn k_shortest(&self, ask: Ask, k: usize, limits: Limits) -> Result<Vec<Way<L>>, Exceeded<PlaceId, L>> {
        let Some(mut searcher) = self.searcher(ask, Apart::Links, limits) else { return Ok(Vec::new()) };
        if k > 1 {
            searcher.graph.sharpen_with(self.layer.take_scratch());
        }
        let start = self.number(ask.from).map(|at| (at, 0));
        let mut routes = Vec::new();
        let outcome = best_routes(&mut searcher, start.as_slice(), k, &mut routes);
        let found = routes.iter().map(|route| self.way(&searcher.graph, ask.from, route)).collect();
        self.give_back(searcher);
        match outcome {
            Ok(()) => Ok(found),
            Err(Stop { bound }) => Err(Exceeded { found, bound }),
        }
    }

    /// The two ways that are shortest together and stay apart, or the verdict that there are none.
    pub fn pair(&self, ask: Ask, apart: Apart, limits: Limits) -> PairVerdict<Way<L>, Shared<L>> {
        let none = PairVerdict::Impossible { certificate: Certificate::NoRoute, least_shared: None };
        let Some(mut searcher) = self.searcher(ask, apart, limits) else { return none };
        let Some(start) = self.number(ask.from).map(|at| [(at, 0)]) else { return none };
        let verdict = best_pair(&mut searcher, [&start, &start], &|_, _| Some(1));
        let verdict = verdict.map(
            |(a, b): &(Route<u32>, Route<u32>)| [a, b].map(|leg| self.way(&searcher.graph, ask.from, leg)).into(),
            |risk| self.change.shared(self.layer, self.numbers, *risk),
        );
        self.give_back(searcher);
        verdict
    }

    /// What getting from places to the nearest of `goals` costs at least, sharp around the ways from `starts`. Goals come
    /// with what is still to be paid there, starts with what is paid before, milli-CNY.
    pub(crate) fn back(
        &self,
        goals: impl Iterator<Item = (PlaceId, u64)>,
        starts: impl Iterator<Item = (PlaceId, u64)>,
        need: Need,
        prices: Prices,
        relevant: Rc<Relevant>,
    ) -> Back<'a, L> {
        let numbered = |(place, cost)| Some((self.number(place)?, cost));
        let (goals, starts): (Vec<_>, Vec<_>) =
            (goals.filter_map(numbered).collect(), starts.filter_map(numbered).collect());
        Back::new(*self, &goals, &starts, need, prices, relevant)
    }

    /// Landmarks that have been worked out, with their distances to new places, where they still bound anything.
    pub(super) fn known_landmarks(&self, measure: Measure) -> Option<(&'a Landmarks, &'a [Distances])> {
        self.change.landmarks(self.layer.known_landmarks(measure)?, measure)
    }

    /// What lies on ways from `starts` to `goals`. A way may come back once to where it starts.
    pub(crate) fn relevant(
        &self,
        starts: impl Iterator<Item = PlaceId>,
        goals: impl Iterator<Item = PlaceId>,
    ) -> Relevant {
        let mut relevant = self.change.relevant().clone();
        let blocks = &self.layer.blocks;
        goals.filter_map(|end| self.number(end)).for_each(|at| relevant.take_up(blocks, at.0));
        let starts = starts.filter_map(|end| self.number(end));
        starts.for_each(|at| relevant.take_up_around(blocks, &self.layer.flat, at.0));
        relevant
    }

    /// Tells the links at a place that may have what is needed and lead on: where each leads, its length in decimetres, and the joint at
    /// its far end.
    pub(super) fn each_hop(&self, at: At, need: Need, relevant: &Relevant, mut tell: impl FnMut(At, u32, Joint)) {
        let range = self.layer.flat.range(at);
        let base = range.start as usize..range.end as usize;
        let hops = self.layer.flat.hops[base.clone()].iter().zip(&self.layer.joints[base.clone()]);
        for (arc, (hop, joints)) in base.zip(hops) {
            if relevant.holds(&self.layer.blocks, at.0, hop.to) && need.may_be_met_by(self.change.free(arc)) {
                tell(At(hop.to), hop.length_dm, joints[1]);
            }
        }
        for arc in self.change.range(at) {
            let added = arc as usize - self.layer.flat.hops.len();
            if need.may_be_met_by(self.change.free(arc as usize)) {
                let hop = self.change.hop(added);
                tell(At(hop.to), hop.length_dm, self.change.joints(added)[1]);
            }
        }
    }

    /// Tells every link at a place that may have what is needed, and leads on where only that is `relevant`.
    pub(crate) fn each_crossing(
        &self,
        from: PlaceId,
        need: Need,
        relevant: Option<&Relevant>,
        mut tell: impl FnMut(Crossing<L>),
    ) {
        let Some(at) = self.number(from) else { return };
        let (layer, change) = (self.layer, self.change);
        let mut told = |number: u32, hop: Hop, code: Code, joints: [Joint; 2], forward: bool| {
            let link = layer.names.get(number as usize).copied().or_else(|| change.name(number));
            if let (Some(link), Some(to)) = (link, change.place(self.numbers, hop.to)) {
                let (length_dm, free) = (hop.length_dm, need.is_met_by(code));
                tell(Crossing { link, forward, to, length_dm, joints, free });
            }
        };
        for arc in layer.flat.range(at) {
            let (nth, code) = (arc as usize, change.free(arc as usize));
            let leads_on = |relevant: &Relevant| relevant.holds(&layer.blocks, at.0, layer.flat.hops[nth].to);
            if relevant.is_none_or(leads_on) && need.may_be_met_by(code) {
                let number = layer.risks[nth][0].0;
                let forward = layer.hops_of[number as usize][0] == arc;
                told(number, layer.flat.hops[nth], code, layer.joints[nth], forward);
            }
        }
        for arc in change.range(at) {
            let (added, code) = (arc as usize - layer.flat.hops.len(), change.free(arc as usize));
            if need.may_be_met_by(code) {
                let number = change.risks(added)[0].0;
                told(number, change.hop(added), code, change.joints(added), change.is_forward(added));
            }
        }
    }

    /// Tells the links at a place that may have what is needed and lead on, and where each leads.
    pub(super) fn each_link(&self, at: At, need: Need, relevant: &Relevant, mut tell: impl FnMut(L, At)) {
        let base = self.layer.flat.range(at);
        for arc in base {
            let to = self.layer.flat.hops[arc as usize].to;
            if relevant.holds(&self.layer.blocks, at.0, to) && need.may_be_met_by(self.change.free(arc as usize)) {
                let number = self.layer.risks[arc as usize][0].0;
                tell(self.layer.names[number as usize], At(self.layer.flat.hops[arc as usize].to));
            }
        }
        for arc in self.change.range(at) {
            let added = arc as usize - self.layer.flat.hops.len();
            if need.may_be_met_by(self.change.free(arc as usize))
                && let Some(name) = self.change.name(self.change.risks(added)[0].0)
            {
                tell(name, At(self.change.hop(added).to));
            }
        }
    }

    /// Whether so much of a link is free, where that is certain.
    pub(crate) fn is_free(&self, link: L, need: Need) -> Option<bool> {
        let laid_out = || self.layer.number(link).map(|number| self.layer.hops_of[number as usize][0]);
        let code = self.change.added_free(link).or_else(|| Some(self.change.free(laid_out()? as usize)));
        code.and_then(|code| need.is_met_by(code))
    }

    pub(super) fn number(&self, place: PlaceId) -> Option<At> {
        self.change.place_number(self.numbers, place).map(At)
    }

    fn searcher(&self, ask: Ask, apart: Apart, limits: Limits) -> Option<Searcher<LayerGraph<'a, L>>> {
        let ends = [self.number(ask.from)?, self.number(ask.to)?];
        let need = Need::new(ask.slots, ask.unproven);
        let graph = LayerGraph::new(self.layer, self.change, self.numbers, need, apart, ends);
        Some(Searcher::new(graph, self.layer.take_scratch(), limits))
    }

    fn give_back(&self, searcher: Searcher<LayerGraph<'a, L>>) {
        let (mut graph, scratches) = searcher.into_parts();
        scratches.into_iter().chain(graph.take_scratch()).for_each(|scratch| self.layer.give_scratch(scratch));
    }

    fn way(&self, graph: &LayerGraph<'a, L>, from: PlaceId, route: &Route<u32>) -> Way<L> {
        let step = |arc: &ArcId| {
            let (to, length_dm) = graph.hop(*arc);
            let to = self.change.place(self.numbers, to.0);
            Some(Step { to: to?, edge: graph.link(*arc)?, cost: u64::from(length_dm) })
        };
        // Every number on a route is one that this layer or its change gave out.
        let steps: Vec<_> = route.arcs.iter().filter_map(step).collect();
        Path { start: from, cost: steps.iter().map(|step| step.cost).sum(), steps }
    }
}

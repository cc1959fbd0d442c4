//! A lower bound of the cost to go to a far end: worked out backwards from it, over the layer of glass and its streets.

use std::rc::Rc;

use linewright_model::PlaceId;

use super::end::EndPlan;
use super::moves::{enter_cost, private};
use super::{AccessSpace, At, Goal, Point, Side, Stack, Terms};
use crate::capacity::offered;
use crate::layer::Relevant;
use crate::layer::back::{Back, Prices};
use crate::layer::counts::Need;
use crate::topology::StrandIx;

/// What bounds the cost to go.
pub(super) struct Compass<'a> {
    /// Places where glass is entered, and where it is left.
    entries: Vec<PlaceId>,
    exits: Vec<PlaceId>,
    /// From places in glass.
    back: Back<'a, StrandIx>,
    /// What of the glass lies on some way.
    relevant: Rc<Relevant>,
    /// The most that the first joint can cost.
    joint: u64,
    /// The least from the street of side A.
    street: u64,
    far: Rc<EndPlan>,
    /// Whether bounds stay what they are, so that none falls by more than what a move costs.
    steady: bool,
}

impl<'a> Compass<'a> {
    /// To the far end; none towards equipment, which is found place by place, or up feeders, which lead on from anywhere.
    pub(super) fn new(space: &AccessSpace<'a>) -> Option<Self> {
        let (network, topology, terms) = (space.network, space.topology, space.terms);
        let (ends, homes, steady) = (&space.ends, &space.homes, space.for_pair);
        let Goal::Far(far) = &space.goal else { return None };
        if terms.pon {
            return None;
        }
        let (patching, splicing) = (terms.patching(), terms.splicing());
        let prices = Prices { metre: terms.shadow_milli_cny_per_m, patching, splicing };
        let enter = |id: PlaceId| network.get(id).map_or(0, |place| enter_cost(network, terms, homes, id, place));
        let leave = |id: PlaceId| {
            let ends_there = (far.place == Some(id)).then_some(0);
            let open = network.get(id).is_some_and(|place| offered(&place.plant, terms.latest));
            if !open || private(network, homes, id) {
                return None;
            }
            let led_out = ends[1].least_drop(network, terms, id).map(|drop| drop.saturating_add(enter(id)));
            ends_there.into_iter().chain(led_out).min().map(|cost| (id, cost))
        };
        let goals: Vec<(PlaceId, u64)> =
            ends[1].exits(network).into_iter().chain(far.place).filter_map(leave).collect();
        let exits = goals.iter().map(|(id, _)| *id).collect();
        let entries: Vec<(PlaceId, u64)> = ends[0].exits(network).into_iter().map(|id| (id, enter(id))).collect();
        let drop = |id: PlaceId| ends[0].least_drop(network, terms, id);
        let entered = entries.iter().filter_map(|(id, enter)| Some((*id, drop(*id)?.saturating_add(*enter))));
        // Bounds are to be sharp where ways begin; a cable that is opened is best left by its nearer end.
        let opened = ends[0].taps.iter().filter_map(|tap| {
            let cable = network.get(tap.cable)?;
            let behind_m = cable.length_m - tap.from_a_m;
            let (end, glass_m) = if tap.from_a_m <= behind_m { (cable.a, tap.from_a_m) } else { (cable.b, behind_m) };
            let glass = Terms::per_m(glass_m, terms.shadow_milli_cny_per_m);
            Some((end, glass + terms.drop_cost(tap.length_m, tap.across_m) + terms.opening()))
        });
        let tapped = ends[0].taps.iter().flat_map(|tap| topology.strands_through(tap.cable));
        let tapped = tapped.filter_map(|ix| topology.strand(ix)).flat_map(|strand| strand.places);
        let tapped: Vec<PlaceId> = tapped.collect();
        let left = goals.iter().map(|(id, _)| *id);
        let begun = entries.iter().map(|(id, _)| *id).chain(tapped.iter().copied());
        let begun = begun.chain(space.asked_from.iter().copied());
        let relevant = (!space.everywhere).then(|| topology.glass().relevant(begun, left));
        let relevant = Rc::new(relevant.unwrap_or_else(Relevant::everything));
        let need = Need::new(terms.fibres, true);
        let back = topology.glass().back(goals.iter().copied(), entered.chain(opened), need, prices, relevant.clone());
        if steady {
            entries.iter().for_each(|(id, _)| back.sharpen(*id));
        }
        let joint = patching.max(splicing);
        let far = ends[1].clone();
        let mut compass = Self { entries: Vec::new(), exits, back, relevant, joint, street: 0, far, steady };
        let from_street = |(id, enter): &(PlaceId, u64)| compass.entered(*id).saturating_add(*enter);
        compass.street = entries.iter().map(from_street).min().unwrap_or(u64::MAX);
        compass.entries = entries.iter().map(|(id, _)| *id).chain(tapped).collect();
        Some(compass)
    }

    /// Which of the strands of a way, each with its ends in the order passed, every way takes, as far as can be told soon.
    pub(super) fn bridges(&self, way: &[(StrandIx, [PlaceId; 2])]) -> Vec<usize> {
        self.back.bridges(self.entries.iter().copied(), self.exits.iter().copied(), way)
    }

    /// What of the glass lies on some way.
    pub(super) fn relevant(&self) -> &Relevant {
        &self.relevant
    }

    /// The bound at a state.
    pub(super) fn bound(&self, at: At) -> u64 {
        let Point::Place(place) = at.point else { return 0 };
        match at.stack {
            Stack::Glass => self.back.bound(place),
            Stack::Entered => {
                if !self.steady {
                    self.back.sharpen(place);
                }
                self.entered(place)
            }
            Stack::Street(Side::A) => self.street,
            Stack::Street(Side::Z) => self.far.least_cost(place),
            Stack::Done => 0,
        }
    }

    /// From a place that a drop has just been brought into: its first joint is paid.
    fn entered(&self, place: PlaceId) -> u64 {
        match self.back.bound(place) {
            u64::MAX => u64::MAX,
            bound => bound.saturating_sub(self.joint),
        }
    }
}

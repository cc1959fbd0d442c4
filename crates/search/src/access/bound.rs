//! A lower bound of the cost to go, from straight distances.
//!
//! Every move costs at least its straight distance through the ground at the rate of what it uses, and those
//! distances obey the triangle inequality, whatever lengths are recorded. A place that stands nowhere could
//! carry a line any distance for nothing; so its neighbours count as goals. Moves inside one ground place cover
//! no distance, because all that stands in it is taken to be where it is.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use linewright_model::{Network, PlaceId};

use super::end::EndPlan;
use super::moves::{enter_cost, private};
use super::{At, End, Goal, Point, Side, Stack, Terms};
use crate::capacity::offered;
use crate::geometry::{InSpace, chord_m, in_space};
use crate::layer::back::{Back, Prices};
use crate::layer::counts::Need;
use crate::topology::{StrandIx, Topology, ground, site};

/// More targets than this cost more to look at than they save.
const MAX_TARGETS: usize = 64;

/// More places adrift than this leave no bound worth having.
const MAX_ADRIFT: usize = 4_096;

/// What bounds the cost to go.
pub(super) struct Compass<'a> {
    /// Points with the least cost to go from there.
    targets: Vec<(InSpace, u64)>,
    /// Rates per metre, in glass and before it, milli-CNY.
    glass_rate: u64,
    street_rate: u64,
    /// To a far end, in glass.
    glass: Option<InGlass<'a>>,
}

/// Costs from places in glass to the far end.
struct InGlass<'a> {
    back: Back<'a, StrandIx>,
    /// The most that the first joint can cost.
    joint: u64,
    /// The least from the street of side A.
    street: u64,
    far: Rc<EndPlan>,
    /// Whether bounds stay what they are, so that none falls by more than what a move costs.
    steady: bool,
}

impl<'a> Compass<'a> {
    pub(super) fn new(
        network: &'a Network,
        topology: &'a Topology,
        terms: &Terms,
        goal: &Goal<'_>,
        ends: &[Rc<EndPlan>; 2],
        homes: &BTreeSet<PlaceId>,
        steady: bool,
    ) -> Self {
        let any_rate = terms.shadow_milli_cny_per_m.min(terms.drop_milli_cny_per_m);
        let glass_rate = match goal {
            Goal::Serving(_) => terms.shadow_milli_cny_per_m,
            // At the far end the line leaves glass again.
            Goal::Far(_) => any_rate,
        };
        let targets = Self::targets(network, topology, terms, goal, &ends[1]).unwrap_or_default();
        let glass = match goal {
            Goal::Far(far) if !terms.pon => Some(InGlass::new(network, topology, terms, far, ends, homes, steady)),
            _ => None,
        };
        Self { targets, glass_rate, street_rate: any_rate, glass }
    }

    fn targets(
        network: &Network,
        topology: &Topology,
        terms: &Terms,
        goal: &Goal<'_>,
        far: &EndPlan,
    ) -> Option<Vec<(InSpace, u64)>> {
        // A target without a position is among the places adrift, whose neighbours are targets.
        let mut targets: BTreeMap<PlaceId, u64> = BTreeMap::new();
        let mut add = |place: PlaceId, cost: u64| {
            let known = targets.entry(ground(network, place)).or_insert(cost);
            *known = cost.min(*known);
            targets.len() <= MAX_TARGETS
        };
        match goal {
            // Equipment is found place by place.
            Goal::Serving(_) => return None,
            Goal::Far(_) => {
                for lead_in in &far.lead_ins {
                    add(lead_in.to, terms.drop_cost(lead_in.length_m, lead_in.across_m));
                }
            }
        }
        if terms.pon {
            // A feeder leads to its equipment from anywhere.
            return None;
        }
        if topology.adrift().len() > MAX_ADRIFT {
            return None;
        }
        for place in topology.adrift() {
            let strands = topology.strands_at(*place).filter_map(|ix| topology.strand(ix));
            let spans = topology.spans_at(*place).filter_map(|id| network.get(id));
            let mut ends = strands.flat_map(|strand| strand.places).chain(spans.flat_map(|span| [span.a, span.b]));
            if !ends.all(|place| add(place, 0)) {
                return None;
            }
        }
        let placed = targets.into_iter();
        Some(placed.filter_map(|(place, cost)| Some((in_space(site(network, place)?), cost))).collect())
    }

    /// The bound at a state.
    pub(super) fn bound(&self, network: &Network, at: At) -> u64 {
        let Point::Place(place) = at.point else { return 0 };
        match (&self.glass, at.stack) {
            (Some(glass), Stack::Glass) => glass.back.bound(place),
            (Some(glass), Stack::Entered) => {
                if !glass.steady {
                    glass.back.sharpen(place);
                }
                glass.entered(place)
            }
            (Some(glass), Stack::Street(Side::A)) => glass.street,
            (Some(glass), Stack::Street(Side::Z)) => glass.far.least_cost(place),
            _ => self.straight(network, place, at.stack),
        }
    }

    fn straight(&self, network: &Network, place: PlaceId, stack: Stack) -> u64 {
        if self.targets.is_empty() {
            return 0;
        }
        let Some(from) = site(network, place) else { return 0 };
        let from = in_space(from);
        let rate = if matches!(stack, Stack::Street(_)) { self.street_rate } else { self.glass_rate };
        let least = |(to, cost): &(InSpace, u64)| {
            // Rounded down, and a hair less: sums of rounded distances must not fall below it.
            let metres_cost = (chord_m(from, *to) * rate as f64 * (1.0 - 1e-9)).floor() as u64;
            cost.saturating_add(metres_cost)
        };
        self.targets.iter().map(least).min().unwrap_or(0)
    }
}

impl<'a> InGlass<'a> {
    fn new(
        network: &Network,
        topology: &'a Topology,
        terms: &Terms,
        far: &End,
        ends: &[Rc<EndPlan>; 2],
        homes: &BTreeSet<PlaceId>,
        steady: bool,
    ) -> Self {
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
        let goals = ends[1].exits(network).into_iter().chain(far.place).filter_map(leave);
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
        let back = topology.glass().back(goals, entered.chain(opened), Need::new(terms.fibres, true), prices);
        if steady {
            entries.iter().for_each(|(id, _)| back.sharpen(*id));
        }
        let mut glass = Self { back, joint: patching.max(splicing), street: 0, far: ends[1].clone(), steady };
        let from_street = |(id, enter): &(PlaceId, u64)| glass.entered(*id).saturating_add(*enter);
        glass.street = entries.iter().map(from_street).min().unwrap_or(u64::MAX);
        glass
    }

    /// From a place that a drop has just been brought into: its first joint is paid.
    fn entered(&self, place: PlaceId) -> u64 {
        match self.back.bound(place) {
            u64::MAX => u64::MAX,
            bound => bound.saturating_sub(self.joint),
        }
    }
}

//! A lower bound of the cost to go, from straight distances.
//!
//! Every move costs at least its straight distance through the ground at the rate of what it uses, and those
//! distances obey the triangle inequality, whatever lengths are recorded. A place that stands nowhere could
//! carry a line any distance for nothing; so its neighbours count as goals. Moves inside one ground place cover
//! no distance, because all that stands in it is taken to be where it is.

use std::collections::BTreeMap;

use linewright_model::{Network, PlaceId};

use super::end::EndPlan;
use super::{At, Goal, Point, Stack, Terms};
use crate::geometry::{InSpace, chord_m, in_space};
use crate::layer::ways::Bounds;
use crate::topology::{PATCHING_DM, SPLICING_DM, StrandIx, Topology, ground, site};

/// More targets than this cost more to look at than they save.
const MAX_TARGETS: usize = 64;

/// More places adrift than this leave no bound worth having.
const MAX_ADRIFT: usize = 4_096;

/// Where the goals are, when few enough for a bound.
pub(super) struct Compass<'a> {
    /// Points with the least cost to go from there.
    targets: Vec<(InSpace, u64)>,
    /// Rates per metre, in glass and before it, milli-CNY.
    glass_rate: u64,
    street_rate: u64,
    /// In glass, where landmarks are known: bounds by weight, with milli-CNY per decimetre of it.
    glass: Option<(Bounds<'a, StrandIx>, f64)>,
}

impl<'a> Compass<'a> {
    pub(super) fn new(
        network: &Network,
        topology: &'a Topology,
        terms: &Terms,
        goal: &Goal<'_>,
        far: &EndPlan,
    ) -> Self {
        let any_rate = terms.shadow_milli_cny_per_m.min(terms.drop_milli_cny_per_m);
        let glass_rate = match goal {
            Goal::Serving(_) => terms.shadow_milli_cny_per_m,
            // At the far end the line leaves glass again.
            Goal::Far(_) => any_rate,
        };
        let targets = Self::targets(network, topology, terms, goal, far).unwrap_or_default();
        let glass = match goal {
            Goal::Far(end) if !terms.pon => {
                let exits = far.exits(network).into_iter().chain(end.place);
                topology.glass().towards(exits).zip(Some(weight_rate(terms)))
            }
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
        self.straight(network, place, at.stack).max(self.through_glass(place, at.stack))
    }

    fn through_glass(&self, place: PlaceId, stack: Stack) -> u64 {
        let (Some((bounds, rate)), Stack::Glass | Stack::Entered) = (&self.glass, stack) else { return 0 };
        let mut weight_dm = bounds.from(place);
        if stack == Stack::Entered {
            // The first joint of a drop brought in is paid already.
            weight_dm = weight_dm.saturating_sub(PATCHING_DM);
        }
        // Rounded down, and a hair less for the rounding of the product.
        (f64::from(weight_dm) * rate * (1.0 - 1e-9)).floor() as u64
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

/// What a decimetre by weight costs at least, milli-CNY: of glass, of a joint patched, of a joint spliced.
fn weight_rate(terms: &Terms) -> f64 {
    let per_dm = |milli_cny: u64, dm: u32| milli_cny as f64 / f64::from(dm);
    let glass = per_dm(terms.shadow_milli_cny_per_m, 10);
    glass.min(per_dm(terms.patching(), PATCHING_DM)).min(per_dm(terms.splicing(), SPLICING_DM))
}

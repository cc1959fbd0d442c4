//! One end of the line: how it can be led into the street, and which cables pass by that could be opened.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use linewright_model::{Cable, CableId, Network, Ownership, PlaceId, Plant, Position, Span, SpanId, SpanKind};

use rustc_hash::FxBuildHasher;

use super::moves::pull_cost;
use super::terms::is_access_place;
use super::{End, Terms};
use crate::capacity::{self, offered};
use crate::geometry::{self, Foot};
use crate::topology::{Topology, ground, site};

/// A cable is not opened this near to a joint it has, metres.
const NEAR_JOINT_M: f64 = 20.0;
/// Full boxes are passed over: this many times as many are tried as are asked for.
const ACROSS_PER_ACCESS_POINT: usize = 5;
/// Ground places that a drop may pass.
const MAX_REACH: usize = 5_000;

/// A way from an end to the street, or straight to an access place where no street leads.
#[derive(Clone, PartialEq, Debug)]
pub struct LeadIn {
    /// The place it leads to.
    pub to: PlaceId,
    /// Whether it goes straight to the access place `to`, across country.
    pub direct: bool,
    /// Length to pull, metres.
    pub length_m: f64,
    /// How much of it follows no span, metres.
    pub across_m: f64,
    /// The span it joins on the way, with the metres used of it.
    pub span: Option<(SpanId, f64)>,
}

impl LeadIn {
    fn across(to: PlaceId, length_m: f64) -> Self {
        Self { to, direct: true, length_m, across_m: length_m, span: None }
    }
}

/// A cable that passes near an end and could be opened there.
#[derive(Clone, PartialEq, Debug)]
pub struct Tap {
    /// The cable.
    pub cable: CableId,
    /// The span it lies in at that point.
    pub span: SpanId,
    /// The manhole at the end of the duct where it is opened; none where it can be opened on the way.
    pub at: Option<PlaceId>,
    /// Length of the drop from the end to that point.
    pub length_m: f64,
    /// Metres of it that follow no span.
    pub across_m: f64,
    /// Metres of it that follow the span.
    pub along_m: f64,
    /// Metres of the cable from its end A to that point.
    pub from_a_m: f64,
}

/// A span that a drop can follow from one ground place to another.
#[derive(Clone, Copy)]
pub(super) struct Street {
    pub(super) span: SpanId,
    pub(super) to: PlaceId,
    /// Length to pull, metres.
    pub(super) length_m: f64,
    /// What it costs, milli-CNY.
    pub(super) cost: u64,
}

/// What an end offers, worked out once per survey.
#[derive(Clone, Default)]
pub(super) struct EndPlan {
    pub(super) lead_ins: Vec<LeadIn>,
    pub(super) taps: Vec<Tap>,
    /// Lead-ins by the place they lead to and whether directly, for the way back at side Z.
    arrivals: HashMap<(PlaceId, bool), Vec<u16>>,
    /// Ground places that a drop gets to, with the least length it takes, metres.
    reach: HashMap<PlaceId, f64, FxBuildHasher>,
    /// The spans from them that a drop can follow.
    streets: HashMap<PlaceId, Vec<Street>, FxBuildHasher>,
    /// The least that a drop to them costs, milli-CNY.
    costs: HashMap<PlaceId, u64, FxBuildHasher>,
    position: Option<Position>,
    /// Whether more streets, cables or places are near than the terms consider.
    pub(super) nearest_only: bool,
    /// Whether the drop's ways were too many to look at.
    pub(super) cut: bool,
}

/// Whether another cable can be pulled along a span.
fn span_open(network: &Network, terms: &Terms, id: SpanId, span: &Span) -> bool {
    offered(&span.plant, terms.latest) && capacity::spare_bores(network, id, span) != Some(0)
}

impl Street {
    /// The span from this ground place; `None` where no drop can follow it or it leads nowhere else.
    fn from(network: &Network, terms: &Terms, id: SpanId, at: PlaceId) -> Option<Self> {
        let span = network.get(id).filter(|span| span_open(network, terms, id, span))?;
        let to = other_end(network, span, at)?;
        let cost = pull_cost(network, terms, span, [at, to])?;
        Some(Self { span: id, to, length_m: pulled_m(terms, span), cost })
    }
}

/// Length of drop along a whole span, metres.
pub(super) fn pulled_m(terms: &Terms, span: &Span) -> f64 {
    span.length_m * terms.route_factor
}

/// Where a span leads from one of its ground ends; `None` when it leads nowhere else.
fn other_end(network: &Network, span: &Span, from: PlaceId) -> Option<PlaceId> {
    let (a, b) = (ground(network, span.a), ground(network, span.b));
    let to = if a == from { b } else { a };
    (to != from).then_some(to)
}

impl EndPlan {
    pub(super) fn new(network: &Network, topology: &Topology, terms: &Terms, end: End) -> Self {
        let mut plan = EndPlan::default();
        if let Some(place) = end.place {
            plan.lead_ins.push(LeadIn {
                to: ground(network, place),
                direct: false,
                length_m: 0.0,
                across_m: 0.0,
                span: None,
            });
        }
        // Premises on the map are entered where their spans enter them, not through any wall.
        let entered = end.place.is_some_and(|place| topology.spans_at(ground(network, place)).next().is_some());
        let centre = end.position.filter(|_| !entered);
        plan.position = centre;
        if let Some(centre) = centre {
            plan.join_spans(network, topology, terms, centre);
            plan.find_taps(network, topology, terms, centre);
        }
        plan.walk(network, topology, terms);
        plan.reckon(terms);
        if let Some(centre) = centre {
            plan.cross_country(network, topology, terms, centre);
        }
        plan.number();
        plan
    }

    fn number(&mut self) {
        self.arrivals.clear();
        for (nth, lead_in) in (0u16..).zip(&self.lead_ins) {
            self.arrivals.entry((lead_in.to, lead_in.direct)).or_default().push(nth);
        }
    }

    /// Adds lead-ins straight to these places where no street leads to them and none is there yet.
    pub(super) fn cross_to(&mut self, network: &Network, terms: &Terms, places: &BTreeSet<PlaceId>) {
        let Some(centre) = self.position else { return };
        for to in places {
            let there = self.lead_ins.iter().any(|lead_in| lead_in.direct && lead_in.to == *to);
            let Some(position) = site(network, *to).filter(|_| !there) else { continue };
            let distance_m = geometry::distance_m(centre, position);
            if distance_m <= terms.max_drop_m && !self.reach.contains_key(&ground(network, *to)) {
                self.lead_ins.push(LeadIn::across(*to, distance_m * terms.straight_factor));
            }
        }
        self.number();
    }

    /// Places where glass can be left for this end: those on ground that a drop gets to, and those it goes to directly.
    pub(super) fn exits(&self, network: &Network) -> BTreeSet<PlaceId> {
        let mut open: Vec<PlaceId> = self.reach.keys().copied().collect();
        open.extend(self.lead_ins.iter().map(|lead_in| lead_in.to));
        let mut found = BTreeSet::new();
        while let Some(place) = open.pop() {
            if found.insert(place) {
                open.extend(network.referring::<PlaceId>(place));
            }
        }
        found
    }

    /// The least that the drop to a place costs; `None` where none gets there.
    pub(super) fn least_drop(&self, network: &Network, terms: &Terms, at: PlaceId) -> Option<u64> {
        let straight = self.arrivals(at, true).iter().filter_map(|nth| self.lead_ins.get(usize::from(*nth)));
        let straight = straight.map(|lead_in| terms.drop_cost(lead_in.length_m, lead_in.across_m));
        straight.chain(self.costs.get(&ground(network, at)).copied()).min()
    }

    /// The spans that a drop can follow from a ground place it gets to.
    pub(super) fn streets(&self, at: PlaceId) -> &[Street] {
        self.streets.get(&at).map_or(&[], Vec::as_slice)
    }

    /// The least that a drop costs from the street at a ground place.
    pub(super) fn least_cost(&self, ground: PlaceId) -> u64 {
        self.costs.get(&ground).copied().unwrap_or(0)
    }

    /// Numbers of the lead-ins that lead to a place.
    pub(super) fn arrivals(&self, at: PlaceId, direct: bool) -> &[u16] {
        self.arrivals.get(&(at, direct)).map_or(&[], Vec::as_slice)
    }

    /// Whether a drop that took its shortest way to `near` is long enough for this much more, to `far`.
    pub(super) fn reaches(&self, terms: &Terms, near: PlaceId, more_m: f64, far: PlaceId) -> bool {
        let least_m = self.reach.get(&near);
        self.reach.contains_key(&far) && least_m.is_some_and(|least_m| least_m + more_m <= terms.max_drop_m)
    }

    /// Lead-ins to both ends of the nearest spans with room.
    fn join_spans(&mut self, network: &Network, topology: &Topology, terms: &Terms, centre: Position) {
        let open = |id: SpanId, span: &Span| span_open(network, terms, id, span);
        let near = topology.nearest_spans(network, centre, terms.max_drop_m, terms.street_spans, &open);
        self.nearest_only |= near.len() == terms.street_spans;
        for (id, foot) in near {
            let Some(span) = network.get(id) else { continue };
            let from_a_m = along_span(network, span, foot);
            for (end, used_m) in [(span.a, from_a_m), (span.b, span.length_m - from_a_m)] {
                let across_m = foot.distance_m * terms.straight_factor;
                let length_m = across_m + used_m * terms.route_factor;
                if length_m <= terms.max_drop_m {
                    let span = (used_m > 0.0).then_some((id, used_m));
                    self.lead_ins.push(LeadIn { to: ground(network, end), direct: false, length_m, across_m, span });
                }
            }
        }
    }

    /// Cables in the nearest spans, full ones too: opening a cable takes no bore.
    fn find_taps(&mut self, network: &Network, topology: &Topology, terms: &Terms, centre: Position) {
        let wanted = |_: SpanId, span: &Span| offered(&span.plant, terms.latest);
        let near = topology.nearest_spans(network, centre, terms.max_drop_m, terms.street_spans, &wanted);
        self.nearest_only |= near.len() == terms.street_spans;
        for (id, foot) in near {
            let Some(span) = network.get(id) else { continue };
            let foot_m = along_span(network, span, foot);
            // In a duct a joint is made only at a manhole: the drop goes on to the nearer one.
            let (at, open_m) = match span.kind {
                SpanKind::Duct if foot_m * 2.0 <= span.length_m => (Some(span.a), 0.0),
                SpanKind::Duct => (Some(span.b), span.length_m),
                _ => (None, foot_m),
            };
            let (across_m, along_m) = (foot.distance_m * terms.straight_factor, (open_m - foot_m).abs());
            let length_m = across_m + along_m * terms.route_factor;
            let room = at.is_none() || span_open(network, terms, id, span);
            if !room || length_m > terms.max_drop_m {
                continue;
            }
            for cable in network.referring::<CableId>(id) {
                // Nobody cuts a cable of another owner.
                let ours = |plant: &Plant| offered(plant, terms.latest) && plant.ownership == Ownership::Own;
                let Some(record) = network.get(cable).filter(|record| ours(&record.plant)) else { continue };
                let from_a_m = along_cable(network, record, id, span, open_m);
                let inner = |from_a_m: &f64| (NEAR_JOINT_M..=record.length_m - NEAR_JOINT_M).contains(from_a_m);
                let Some(from_a_m) = from_a_m.filter(inner) else { continue };
                self.nearest_only |= self.taps.len() >= terms.passing_cables;
                if self.taps.len() < terms.passing_cables {
                    self.taps.push(Tap { cable, span: id, at, length_m, across_m, along_m, from_a_m });
                }
            }
        }
    }

    /// Finds the ground places that a drop gets to along streets, nearest first.
    fn walk(&mut self, network: &Network, topology: &Topology, terms: &Terms) {
        // Lengths are not negative, so their bits order as they do.
        let lead_ins = self.lead_ins.iter().map(|lead_in| Reverse((lead_in.length_m.to_bits(), lead_in.to)));
        let mut open: BinaryHeap<Reverse<(u64, PlaceId)>> = lead_ins.collect();
        while let Some(Reverse((bits, at))) = open.pop() {
            let length_m = f64::from_bits(bits);
            if self.reach.len() >= MAX_REACH {
                self.cut = true;
                return;
            }
            if self.reach.contains_key(&at) {
                continue;
            }
            self.reach.insert(at, length_m);
            let streets: Vec<Street> =
                topology.spans_at(at).filter_map(|span| Street::from(network, terms, span, at)).collect();
            let onwards = streets.iter().map(|street| (length_m + street.length_m, street.to));
            let near = onwards.filter(|(to_m, to)| *to_m <= terms.max_drop_m && !self.reach.contains_key(to));
            open.extend(near.map(|(to_m, to)| Reverse((to_m.to_bits(), to))));
            self.streets.insert(at, streets);
        }
    }

    /// Finds what getting to the ground places costs at least.
    fn reckon(&mut self, terms: &Terms) {
        let least = |lead: &LeadIn| Reverse((terms.drop_cost(lead.length_m, lead.across_m), lead.to));
        let mut open: BinaryHeap<Reverse<(u64, PlaceId)>> = self.lead_ins.iter().map(least).collect();
        while let Some(Reverse((cost, at))) = open.pop() {
            let Some(streets) = self.streets.get(&at).filter(|_| !self.costs.contains_key(&at)) else { continue };
            self.costs.insert(at, cost);
            let onwards = streets.iter().filter(|street| !self.costs.contains_key(&street.to));
            open.extend(onwards.map(|street| Reverse((cost.saturating_add(street.cost), street.to))));
        }
    }

    /// Lead-ins straight to access places that no street leads to.
    fn cross_country(&mut self, network: &Network, topology: &Topology, terms: &Terms, centre: Position) {
        let wanted = |id: PlaceId, place: &linewright_model::Place| {
            offered(&place.plant, terms.latest) && is_access_place(network, topology, id)
        };
        let most = terms.access_points.saturating_mul(ACROSS_PER_ACCESS_POINT);
        let near = topology.nearest_public_places(network, centre, terms.max_drop_m, most, &wanted);
        self.nearest_only |= near.len() == most;
        for (to, distance_m) in near {
            if !self.reach.contains_key(&ground(network, to)) {
                let length_m = distance_m * terms.straight_factor;
                self.lead_ins.push(LeadIn::across(to, length_m));
            }
        }
    }
}

/// Metres from a span's end A to a point of its course; the recorded length need not be that of the course.
fn along_span(network: &Network, span: &Span, foot: Foot) -> f64 {
    let course_m = geometry::course_length_m(&crate::course_of(network, span));
    let scale = if course_m > 0.0 { span.length_m / course_m } else { 1.0 };
    (foot.along_m * scale).min(span.length_m)
}

/// Metres from a cable's end A to a point of one of its spans; the sheath is longer than the ground by a factor.
fn along_cable(network: &Network, cable: &Cable, span: SpanId, record: &Span, from_span_a_m: f64) -> Option<f64> {
    let length_of = |id: SpanId| network.get(id).map_or(0.0, |span| span.length_m);
    let total_m: f64 = cable.route.iter().map(|hop| length_of(hop.span)).sum();
    let at = cable.route.iter().position(|hop| hop.span == span)?;
    let before_m: f64 = cable.route.iter().take(at).map(|hop| length_of(hop.span)).sum();
    // The cable enters the span at its end A when the hop before touches that end, or it starts there.
    let touches = |place: PlaceId, other: PlaceId| ground(network, place) == ground(network, other);
    let enters_at_a = match at.checked_sub(1).and_then(|before| cable.route.get(before)) {
        Some(before) => network.get(before.span).is_some_and(|b| touches(b.a, record.a) || touches(b.b, record.a)),
        None => touches(cable.a, record.a),
    };
    let into_m = if enters_at_a { from_span_a_m } else { record.length_m - from_span_a_m };
    let scale = if total_m > 0.0 { cable.length_m / total_m } else { 1.0 };
    Some((before_m + into_m) * scale)
}

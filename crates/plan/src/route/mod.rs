//! Turns a path of the search into a route: element by element, with the works it needs.

mod drop;
mod glass;
mod serving;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use linewright_catalog::{LineMake, Policy};
use linewright_model::{
    AnyId, CableId, Carrier, DeviceId, Holding, Id, Network, PlaceId, Plant, Port, SlotState, SpanId, SpanKind, Stage,
    Take,
};
use linewright_search::StrandIx;
use linewright_search::access::{AccessSpace, At, Equipment, Move, Point, Side, Stack};
use linewright_search::engine::Path;

pub(crate) use self::serving::splitter_ratio;
use crate::equipment::Wanted;
use crate::locate::named;
use crate::report::Element;

/// A route with everything the bill, the budget and the lead time are made of.
#[derive(Default)]
pub(crate) struct Route {
    /// 0 for the first leg, 1 for the second.
    pub(crate) leg: u32,
    pub(crate) elements: Vec<Element>,
    /// Where the drop meets plant: a place, or the cable opened.
    pub(crate) access_point: Option<AnyId>,
    pub(crate) drops: Vec<Drop>,
    pub(crate) jumpers: u32,
    pub(crate) splices: u32,
    pub(crate) closures: u32,
    pub(crate) tapped: bool,
    pub(crate) new_board: Option<DeviceId>,
    pub(crate) new_splitter: Option<u16>,
    pub(crate) equipment: Option<Equipment>,
    pub(crate) port: Option<Port>,
    pub(crate) line: LineMake,
    pub(crate) length_m: f64,
    /// Whether it rides on a feeder that others are on.
    pub(crate) fed: bool,
    /// Whether the records of an existing feeder lack the cable that would tell its loss.
    pub(crate) light_unknown: bool,
    pub(crate) to_check: BTreeSet<CableId>,
    pub(crate) not_before: Option<NaiveDate>,
    pub(crate) cables: Vec<CableId>,
    pub(crate) relied_on: BTreeSet<AnyId>,
    /// Existing slots the line takes, from the customer on.
    pub(crate) holdings: Vec<Holding>,
}

impl Route {
    /// Not ready before this plant is in service.
    pub(super) fn waits_for(&mut self, plant: &Plant) {
        if plant.stage != Stage::InService {
            self.not_before = self.not_before.max(plant.available_from);
        }
    }
}

/// A drop or cable to be pulled at one end.
#[derive(Clone, Default)]
pub(crate) struct Drop {
    pub(crate) length_m: f64,
    /// Spans followed, with the metres of each.
    pub(crate) spans: Vec<(SpanId, f64)>,
    /// Metres that follow no span.
    pub(crate) across_m: f64,
    pub(crate) into: Option<PlaceId>,
}

/// What earlier legs of the same plan have taken already.
#[derive(Default)]
pub(crate) struct TakenBefore {
    legs: u32,
    strands: BTreeMap<StrandIx, BTreeSet<u32>>,
    ports: BTreeMap<DeviceId, usize>,
    branches: BTreeMap<DeviceId, usize>,
}

pub(crate) struct Tracer<'t, 's> {
    pub(crate) space: &'t AccessSpace<'s>,
    pub(crate) network: &'t Network,
    pub(crate) policy: &'t Policy,
    pub(crate) wanted: &'t Wanted<'t>,
    pub(crate) labels: [&'t str; 2],
    pub(crate) pon: bool,
}

impl Tracer<'_, '_> {
    /// The route of a path; cores and ports that `before` holds are passed over.
    pub(crate) fn trace(&self, path: &Path<At, Move>, before: &mut TakenBefore) -> Route {
        let mut route = Route { leg: before.legs, ..Route::default() };
        before.legs += 1;
        route.elements.push(Element::End { label: self.labels[0].to_owned() });
        // The connector at the customer's equipment.
        route.line.connectors += 1;
        let mut drop = Drop::default();
        let At { mut point, mut stack } = path.start;
        for step in &path.steps {
            match step.edge {
                Move::LeadIn(side, nth) => {
                    self.lead_in(side, nth, &mut drop);
                    if side == Side::Z {
                        self.finish_drop(&mut route, &mut drop, None);
                        route.elements.push(Element::End { label: self.labels[1].to_owned() });
                        route.line.connectors += 1;
                    } else if let (Point::Place(at), Stack::Entered) = (step.to.point, step.to.stack) {
                        self.finish_drop(&mut route, &mut drop, Some(at));
                    }
                }
                Move::Pull(_, span) => {
                    let length_m = self.network.get(span).map_or(0.0, |span| span.length_m);
                    drop.length_m += length_m * self.space.terms.route_factor;
                    drop.spans.push((span, length_m));
                }
                Move::Enter(Side::A, at) => self.finish_drop(&mut route, &mut drop, Some(at)),
                Move::Enter(Side::Z, at) => {
                    if step.to.stack == Stack::Done {
                        route.elements.push(Element::End { label: self.labels[1].to_owned() });
                        route.line.connectors += 1;
                    } else {
                        drop.into = Some(at);
                    }
                }
                Move::Tap(nth, ix, towards) => self.tap(&mut route, nth, ix, towards, &mut drop, before),
                Move::Cross(ix, forward) => {
                    if let Some(strand) = self.space.topology.strand(ix) {
                        let seen = if forward { strand.clone() } else { strand.reversed() };
                        let picked = self.pick(ix, strand, before);
                        self.cross(&mut route, &seen, &picked, stack);
                    }
                }
                Move::Branch(splitter) => {
                    let fused = matches!(point, Point::Equipment(_));
                    if stack == Stack::Glass && !fused {
                        route.jumpers += self.space.terms.fibres;
                        route.elements.push(Element::Jumpers { count: self.space.terms.fibres });
                    }
                    self.branch(&mut route, splitter, fused, before);
                }
                Move::Attach(equipment) => self.attach(&mut route, equipment, stack, before),
            }
            At { point, stack } = step.to;
        }
        route
    }

    fn place(&self, route: &mut Route, at: PlaceId) {
        let Some(place) = self.network.get(at) else { return };
        let element = Element::Place { place: named(self.network, at), kind: place.kind };
        if route.elements.last() != Some(&element) {
            route.elements.push(element);
        }
        route.relied_on.insert(at.any());
        route.waits_for(&place.plant);
    }
}

/// Takes one slot per fibre.
fn hold(route: &mut Route, carrier: Carrier, slots: &[u32]) {
    let holding =
        |(part, slot): (u8, &u32)| Holding { carrier, take: Take::Slot(*slot), part, state: SlotState::Selected };
    route.holdings.extend((0u8..).zip(slots).map(holding));
}

/// How a new cable along a span is laid, for the price book.
pub(crate) fn laid(network: &Network, span: SpanId) -> SpanKind {
    network.get(span).map_or(SpanKind::Unrecorded, |span| span.kind)
}

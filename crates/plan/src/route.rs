//! Turns a path of the search into a route: element by element, with the works it needs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use linewright_catalog::{FibrePiece, LineMake, Policy};
use linewright_model::{
    AnyId, Cable, CableEnd, CableId, Carrier, DeviceId, Holding, Id, Network, PlaceId, Port, SlotState, SpanId,
    SpanKind, SpliceId, SpliceMethod, Stage, Take, TrailId,
};
use linewright_search::StrandIx;
use linewright_search::access::{self, AccessSpace, At, Equipment, Move, Point, Side, Stack};
use linewright_search::capacity::{self, Pick};
use linewright_search::engine::Path;
use linewright_search::strand::{Piece, Strand, Tail};

use crate::colour::core_position;
use crate::equipment::{PortOffer, Wanted};
use crate::locate::named;
use crate::report::{Core, Element, Named};

/// A route with everything the bill, the budget and the lead time are made of.
#[derive(Default)]
pub(crate) struct Route {
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
    pub(crate) to_check: BTreeSet<CableId>,
    pub(crate) not_before: Option<NaiveDate>,
    pub(crate) cables: Vec<CableId>,
    pub(crate) relied_on: BTreeSet<AnyId>,
    /// Existing slots the line takes, from the customer on.
    pub(crate) holdings: Vec<Holding>,
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
    strands: BTreeMap<StrandIx, u32>,
    ports: BTreeMap<DeviceId, usize>,
    branches: BTreeMap<DeviceId, usize>,
}

pub(crate) struct Tracer<'a> {
    pub(crate) space: &'a AccessSpace<'a>,
    pub(crate) network: &'a Network,
    pub(crate) policy: &'a Policy,
    pub(crate) wanted: &'a Wanted<'a>,
    pub(crate) labels: [&'a str; 2],
    pub(crate) pon: bool,
}

impl Tracer<'_> {
    /// The route of a path; cores and ports that `before` holds are passed over.
    pub(crate) fn trace(&self, path: &Path<At, Move>, before: &mut TakenBefore) -> Route {
        let mut route = Route::default();
        route.elements.push(Element::End { label: self.labels[0].to_owned() });
        // The connector at the customer's equipment.
        route.line.connectors += 1;
        let mut drop = Drop::default();
        let mut stack = path.start.stack;
        let mut place = None;
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
                        place = Some(seen.places[1]);
                    }
                }
                Move::Branch(splitter) => self.branch(&mut route, splitter, before),
                Move::Attach(equipment) => self.attach(&mut route, equipment, stack, before),
            }
            if let Point::Place(at) = step.to.point
                && place != Some(at)
                && matches!(step.to.stack, Stack::Entered | Stack::Glass)
            {
                place = Some(at);
            }
            stack = step.to.stack;
        }
        route
    }

    fn pick(&self, ix: StrandIx, strand: &Strand, before: &mut TakenBefore) -> Pick {
        let fibres = self.space.terms.fibres;
        let skip = before.strands.get(&ix).copied().unwrap_or(0);
        before.strands.insert(ix, skip + fibres);
        match capacity::pick(self.network, strand, fibres + skip) {
            Some(Pick::Proven(cores)) => Pick::Proven(cores.into_iter().skip(skip as usize).collect()),
            _ => Pick::Unproven,
        }
    }

    fn lead_in(&self, side: Side, nth: u16, drop: &mut Drop) {
        let Some(lead_in) = self.space.lead_in(side, nth) else { return };
        drop.length_m += lead_in.length_m;
        let on_span_m = lead_in.span.map_or(0.0, |(_, used_m)| used_m);
        drop.across_m += (lead_in.length_m - on_span_m * self.space.terms.route_factor).max(0.0);
        drop.spans.extend(lead_in.span);
    }

    fn finish_drop(&self, route: &mut Route, drop: &mut Drop, access: Option<PlaceId>) {
        let drop = std::mem::take(drop);
        let fibres = self.space.terms.fibres;
        let indoors = drop.length_m <= 0.0;
        if !indoors {
            let slack_m = self.policy.distance.slack_per_closure_m;
            let drop = Drop { length_m: drop.length_m + slack_m, into: access.or(drop.into), ..drop };
            route.relied_on.extend(drop.spans.iter().map(|(span, _)| span.any()));
            let dates = drop.spans.iter().filter_map(|(id, _)| self.network.get(*id));
            let dates = dates.filter(|span| span.plant.stage != Stage::InService);
            route.not_before = dates.filter_map(|span| span.plant.available_from).chain(route.not_before).max();
            let mut spans: Vec<SpanId> = drop.spans.iter().map(|(span, _)| *span).collect();
            spans.dedup();
            let element = Element::NewCable {
                length_m: drop.length_m,
                spans: spans.into_iter().map(|span| named(self.network, span)).collect(),
                fibres,
            };
            route.elements.push(element);
            route.line.pieces.push(FibrePiece {
                length_m: self.policy.distance.fibre_m(drop.length_m),
                fibre_type: String::new(),
                measured_loss_db: None,
            });
            route.length_m += drop.length_m;
            route.splices += fibres;
            route.line.fusion_splices += 1;
            route.drops.push(drop);
        }
        if let Some(at) = access {
            route.access_point.get_or_insert(at.any());
            self.place(route, at);
            if let (false, Some(place)) = (indoors, self.network.get(at)) {
                if place.kind == linewright_model::PlaceKind::Closure {
                    route.closures += 1;
                }
                route.elements.push(Element::NewSplices { count: fibres, at: named(self.network, at) });
            }
        }
    }

    fn place(&self, route: &mut Route, at: PlaceId) {
        let Some(place) = self.network.get(at) else { return };
        let element = Element::Place { place: named(self.network, at), kind: place.kind };
        if route.elements.last() != Some(&element) {
            route.elements.push(element);
        }
        route.relied_on.insert(at.any());
        if place.plant.stage != Stage::InService {
            route.not_before = place.plant.available_from.into_iter().chain(route.not_before).max();
        }
    }

    fn tap(&self, route: &mut Route, nth: u16, ix: StrandIx, towards: u8, drop: &mut Drop, before: &mut TakenBefore) {
        let (Some(tap), Some(strand)) = (self.space.tap(nth), self.space.topology.strand(ix)) else { return };
        drop.length_m += tap.length_m;
        drop.across_m += tap.length_m;
        self.finish_drop(route, drop, None);
        let fibres = self.space.terms.fibres;
        route.tapped = true;
        route.closures += 1;
        route.splices += fibres;
        route.line.fusion_splices += 1;
        let picked = self.pick(ix, strand, before);
        // Seen from the tapped end outwards, the part before the opening is left behind.
        let seen = if towards == 1 { strand.clone() } else { strand.reversed() };
        let total_m = self.space.tap_length_m(tap, strand, towards);
        let at = seen.pieces.iter().position(|piece| piece.cable == tap.cable).unwrap_or(0);
        let after_m: f64 = seen.pieces.iter().skip(at + 1).map(|piece| self.sheath_m(piece.cable)).sum();
        route.elements.push(Element::NewSplices { count: 2 * fibres, at: named(self.network, tap.span) });
        let held = route.holdings.len();
        self.pieces(route, &seen.pieces[at..], &picked, Some((total_m - after_m).max(0.0)));
        self.terminals(route, seen.tails[1], &picked);
        self.place(route, seen.places[1]);
        // A core that is cut is of no use to anybody else on the other side of the cut.
        route.holdings.truncate(held);
        if let Pick::Proven(cores) = &picked {
            for (part, nth) in (0u8..).zip(cores) {
                let take =
                    |(carrier, slot)| Holding { carrier, take: Take::Slot(slot), part, state: SlotState::Selected };
                route.holdings.extend(seen.slots(*nth).map(take));
            }
        }
        route.access_point.get_or_insert(tap.cable.any());
    }

    fn sheath_m(&self, cable: CableId) -> f64 {
        self.network.get(cable).map_or(0.0, |cable| cable.length_m)
    }

    fn cross(&self, route: &mut Route, seen: &Strand, picked: &Pick, stack: Stack) {
        let fibres = self.space.terms.fibres;
        match seen.tails[0] {
            Tail::Terminal(_) | Tail::Unrecorded => {
                // A drop brought in plugs into the terminal itself.
                if stack == Stack::Glass {
                    route.jumpers += fibres;
                    route.elements.push(Element::Jumpers { count: fibres });
                }
                route.line.connectors += 1;
            }
            Tail::Bare | Tail::Disputed => {
                route.splices += fibres;
                route.line.fusion_splices += 1;
                let at = named(self.network, seen.places[0]);
                route.elements.push(Element::NewSplices { count: fibres, at });
            }
        }
        self.terminals(route, seen.tails[0], picked);
        if let Some(splice) = seen.splice_before {
            self.splice(route, splice);
        }
        self.pieces(route, &seen.pieces, picked, None);
        self.terminals(route, seen.tails[1], picked);
        if !matches!(seen.tails[1], Tail::Bare) {
            route.line.connectors += 1;
        }
        self.place(route, seen.places[1]);
    }

    fn terminals(&self, route: &mut Route, tail: Tail, picked: &Pick) {
        let Tail::Terminal(port) = tail else { return };
        let ports = match picked {
            Pick::Proven(cores) => cores.iter().map(|nth| port.port.saturating_add(*nth)).collect(),
            Pick::Unproven => Vec::new(),
        };
        hold(route, Carrier::Device(port.device), &ports);
        self.device_ports(route, port.device, ports, port.port);
    }

    fn device_ports(&self, route: &mut Route, device: DeviceId, ports: Vec<u32>, any: u32) {
        let at = ports.first().copied().unwrap_or(any);
        let block = self.network.get(device).and_then(|d| d.block_of(at)).map(|block| block.name.to_string());
        let device = named(self.network, device);
        route.elements.push(Element::Terminals { device, ports, block: block.unwrap_or_default() });
    }

    fn splice(&self, route: &mut Route, id: SpliceId) {
        let Some(splice) = self.network.get(id) else { return };
        match splice.method {
            SpliceMethod::Fusion => route.line.fusion_splices += 1,
            SpliceMethod::Ribbon => route.line.ribbon_splices += 1,
            SpliceMethod::Mechanical => route.line.mechanical_splices += 1,
        }
        let at = named(self.network, splice.at);
        route.elements.push(Element::Splice { splice: named(self.network, id), at });
    }

    /// Cable sections in order; of the first only `first_m` metres where it was opened on the way.
    fn pieces(&self, route: &mut Route, pieces: &[Piece], picked: &Pick, first_m: Option<f64>) {
        for (at, piece) in pieces.iter().enumerate() {
            let Some(cable) = self.network.get(piece.cable) else { continue };
            let cores: Vec<u32> = match picked {
                Pick::Proven(cores) => cores.iter().map(|nth| piece.first.saturating_add(*nth)).collect(),
                Pick::Unproven => Vec::new(),
            };
            hold(route, Carrier::Cable(piece.cable), &cores);
            let length_m = first_m.filter(|_| at == 0).unwrap_or(cable.length_m);
            let backwards = piece.enters == CableEnd::B;
            self.cable(route, piece.cable, cable, &cores, length_m, backwards, *picked == Pick::Unproven);
            if let Some(splice) = piece.splice_after {
                self.splice(route, splice);
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one cable section of a route, told once")]
    fn cable(
        &self,
        route: &mut Route,
        id: CableId,
        cable: &Cable,
        cores: &[u32],
        length_m: f64,
        backwards: bool,
        unproven: bool,
    ) {
        let core = |number: &u32| Core { number: *number, position: core_position(cable, *number) };
        let mut spans: Vec<Named> = cable.route.iter().map(|hop| named(self.network, hop.span)).collect();
        if backwards {
            spans.reverse();
        }
        let waiting =
            (cable.plant.stage != Stage::InService).then_some((cable.plant.stage, cable.plant.available_from));
        if let Some((_, Some(from))) = waiting {
            route.not_before = Some(route.not_before.map_or(from, |before| before.max(from)));
        }
        route.elements.push(Element::Cable {
            cable: named(self.network, id),
            cores: cores.iter().map(core).collect(),
            of: cable.cores,
            length_m,
            spans,
            unproven,
            waiting,
        });
        route.line.pieces.push(FibrePiece {
            length_m: self.policy.distance.fibre_m(length_m),
            fibre_type: cable.fibre.to_string(),
            measured_loss_db: measured_loss_db(cable, cores).filter(|_| length_m >= cable.length_m),
        });
        route.length_m += length_m;
        route.cables.push(id);
        if unproven {
            route.to_check.insert(id);
        }
        route.relied_on.insert(id.any());
        route.relied_on.extend(cable.route.iter().map(|hop| hop.span.any()));
    }

    fn branch(&self, route: &mut Route, splitter: DeviceId, before: &mut TakenBefore) {
        let Some(device) = self.network.get(splitter) else { return };
        let nth = before.branches.entry(splitter).or_default();
        let branch = capacity::free_branches(self.network, splitter, device).get(*nth).copied();
        *nth += 1;
        hold(route, Carrier::Device(splitter), branch.as_slice());
        let Some(chain) = access::feeder(self.network, splitter) else { return };
        let mut below = splitter;
        let mut branch = branch;
        for (link, trail) in &chain {
            let Some(device) = self.network.get(below) else { return };
            let ratio = splitter_ratio(device);
            route.line.splitters.push(ratio);
            // Branch side and common side.
            route.line.connectors += 2;
            let element =
                Element::Splitter { device: named(self.network, below), ratio, branch: branch.take(), new: false };
            route.elements.push(element);
            route.relied_on.insert(link.any());
            self.down_trail(route, *trail);
            let Some(link) = self.network.get(*link) else { return };
            below = if link.z.device == below { link.a.device } else { link.z.device };
        }
        if let Some(port) = access::feeding_port(self.network, &chain) {
            route.equipment = Some(Equipment::Device(port.device));
            self.port(route, port.device, Some(port.port));
        }
    }

    /// The existing way of a feeder, from the splitter up to where it is fed.
    fn down_trail(&self, route: &mut Route, id: TrailId) {
        let Some(trail) = self.network.get(id) else { return };
        let Some(leg) = trail.legs.first() else { return };
        let holdings: Vec<_> = leg.holdings.iter().filter(|h| h.part == 0).collect();
        let mut cable_before = false;
        for holding in holdings.iter().rev() {
            let Take::Slot(slot) = holding.take else { continue };
            match holding.carrier {
                Carrier::Cable(cable) => {
                    let Some(record) = self.network.get(cable) else { continue };
                    // Fused to the section or frame before it.
                    route.line.fusion_splices += 1;
                    self.cable(route, cable, record, &[slot], record.length_m, false, false);
                    cable_before = true;
                }
                Carrier::Device(device) => {
                    let is_frame =
                        self.network.get(device).is_some_and(|d| d.kind == linewright_model::DeviceKind::Odf);
                    if cable_before {
                        route.line.fusion_splices += 1;
                    }
                    cable_before = false;
                    if is_frame {
                        route.line.connectors += 1;
                        self.device_ports(route, device, vec![slot], slot);
                    }
                }
                Carrier::Span(_) | Carrier::Link(_) => {}
            }
        }
    }

    fn attach(&self, route: &mut Route, equipment: Equipment, stack: Stack, before: &mut TakenBefore) {
        let fibres = self.space.terms.fibres;
        route.equipment = Some(equipment);
        route.line.connectors += 1;
        if self.pon {
            let ratio = self.policy.pon.new_splitter_ratio;
            route.new_splitter = Some(ratio);
            route.line.splitters.push(ratio);
            route.line.connectors += 2;
            if let Some(at) = route.access_point {
                let element = Element::Splitter { device: named(self.network, at), ratio, branch: None, new: true };
                let place = named(self.network, at);
                let is_access = |e: &Element| matches!(e, Element::Place { place: p, .. } if *p == place);
                let after = route.elements.iter().position(is_access);
                route.elements.insert(after.map_or(route.elements.len(), |at| at + 1), element);
            }
        }
        match equipment {
            Equipment::Unrecorded(place) => {
                route.elements.push(Element::UnrecordedEquipment { at: named(self.network, place) });
            }
            Equipment::Device(id) => {
                let Some(device) = self.network.get(id) else { return };
                // From the frame to the port; a drop that ends in the same room needs it too.
                debug_assert!(matches!(stack, Stack::Entered | Stack::Glass));
                route.jumpers += fibres;
                route.elements.push(Element::Jumpers { count: fibres });
                let nth = before.ports.entry(id).or_default();
                let offer = self.wanted.offer(self.network, id, device, *nth);
                *nth += 1;
                match offer {
                    Some(PortOffer::Free(port)) => {
                        hold(route, Carrier::Device(id), &[port]);
                        self.port(route, id, Some(port));
                    }
                    Some(PortOffer::NewBoard) | None => {
                        route.new_board = Some(id);
                        self.port(route, id, None);
                    }
                }
            }
        }
    }

    fn port(&self, route: &mut Route, id: DeviceId, port: Option<u32>) {
        let Some(device) = self.network.get(id) else { return };
        let block = port.and_then(|port| device.block_of(port));
        route.port = port.map(|port| Port { device: id, port });
        route.relied_on.insert(id.any());
        route.elements.push(Element::Port {
            device: named(self.network, id),
            port,
            interface: block.map_or_else(String::new, |block| block.interface.to_string()),
            at: named(self.network, device.place),
        });
    }
}

/// Takes one slot per fibre.
fn hold(route: &mut Route, carrier: Carrier, slots: &[u32]) {
    let holding =
        |(part, slot): (u8, &u32)| Holding { carrier, take: Take::Slot(*slot), part, state: SlotState::Selected };
    route.holdings.extend((0u8..).zip(slots).map(holding));
}

/// Number of branches of a splitter.
pub(crate) fn splitter_ratio(device: &linewright_model::Device) -> u16 {
    let outs = device.blocks.iter().filter(|block| block.kind == linewright_model::PortKind::SplitterOut);
    u16::try_from(outs.map(|block| block.count).sum::<u32>()).unwrap_or(u16::MAX)
}

/// The latest measurement of the worst core, dB; none without one for every core.
fn measured_loss_db(cable: &Cable, cores: &[u32]) -> Option<f64> {
    let of_core = |core: &u32| {
        let fitting = cable.measurements.iter().filter(|m| m.core.is_none_or(|c| c == *core));
        let latest = fitting.clone().map(|m| m.on).max()?;
        fitting
            .filter(|m| m.on == latest)
            .map(|m| m.loss_db)
            .fold(None, |worst: Option<f64>, loss| Some(worst.map_or(loss, |worst| worst.max(loss))))
    };
    let losses: Option<Vec<f64>> = cores.iter().map(of_core).collect();
    losses?.into_iter().reduce(f64::max)
}

/// How a new cable along a span is laid, for the price book.
pub(crate) fn laid(network: &Network, span: SpanId) -> SpanKind {
    network.get(span).map_or(SpanKind::Unrecorded, |span| span.kind)
}

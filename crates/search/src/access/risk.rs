//! What a move rests on: what may fail as one, and what cannot be had twice.

use std::collections::BTreeSet;

use linewright_model::{AnyId, CableId, DeviceId, Id, Network, PlaceId, SpanId};

use super::feeder::{feeder, feeding_port};
use super::{AccessSpace, Equipment, Goal, Move, Risk, Scarce, Tap};
use crate::capacity;
use crate::layer::counts::Need;
use crate::strand::Strand;
use crate::topology::{StrandIx, Topology, ground};

/// Gathers risks, leaving out places that both legs may share.
struct Gather<'a> {
    network: &'a Network,
    topology: &'a Topology,
    exempt: &'a BTreeSet<PlaceId>,
    /// Ground place where the move ends, when a line may end there: sharing the end is no fault, passing is.
    goal: Option<PlaceId>,
    out: &'a mut Vec<Risk>,
}

impl Gather<'_> {
    fn place(&mut self, place: PlaceId) {
        let ground = ground(self.network, place);
        if !self.exempt.contains(&place) && !self.exempt.contains(&ground) && self.goal != Some(ground) {
            self.out.push(Risk::Place(ground));
        }
    }

    fn span(&mut self, id: SpanId) {
        self.out.push(Risk::Span(id));
        self.out.extend(self.topology.trench(self.network, id).map(Risk::Trench));
        let beside = self.topology.beside(id).iter();
        self.out.extend(beside.map(|other| Risk::Beside(id.min(*other), id.max(*other))));
    }

    fn whole_span(&mut self, id: SpanId) {
        self.span(id);
        if let Some(span) = self.network.get(id) {
            self.place(span.a);
            self.place(span.b);
        }
    }

    fn cable(&mut self, id: CableId) {
        let Some(cable) = self.network.get(id) else { return };
        if cable.route.is_empty() {
            self.out.push(Risk::Cable(id));
        }
        for hop in &cable.route {
            self.whole_span(hop.span);
        }
        self.place(cable.a);
        self.place(cable.b);
    }

    fn strand(&mut self, strand: &Strand) {
        for cable in strand.cables() {
            self.cable(cable);
        }
        for place in strand.places {
            self.place(place);
        }
    }

    /// The half of a strand from where it is opened to its end `towards`.
    fn tapped(&mut self, strand: &Strand, tap: &Tap, towards: u8) {
        let seen = if towards == 1 { strand.clone() } else { strand.reversed() };
        let at = seen.pieces.iter().position(|piece| piece.cable == tap.cable).unwrap_or(0);
        for piece in seen.pieces.iter().skip(at + 1) {
            self.cable(piece.cable);
        }
        let opened = seen.pieces.get(at).and_then(|piece| Some((piece, self.network.get(piece.cable)?)));
        if let Some((piece, cable)) = opened {
            let hops = cable.spans_from(piece.enters);
            let from = hops.iter().position(|span| *span == tap.span).unwrap_or(0);
            self.span(tap.span);
            hops.iter().skip(from + 1).for_each(|span| self.whole_span(*span));
            self.place(cable.end(piece.enters.other()));
        }
        tap.at.into_iter().for_each(|place| self.place(place));
        self.place(seen.places[1]);
    }

    fn feeder(&mut self, splitter: DeviceId) {
        let chain = feeder(self.network, splitter).unwrap_or_default();
        let trails = chain.iter().filter_map(|(_, trail)| self.network.get(*trail));
        let holdings = trails.flat_map(|trail| trail.holdings());
        let cables: BTreeSet<CableId> = holdings.filter_map(|h| h.carrier.any().typed()).collect();
        for cable in cables {
            self.cable(cable);
        }
    }

    /// Only one more cable fits into the span.
    fn bore(&mut self, id: SpanId) {
        let span = self.network.get(id);
        if span.is_some_and(|span| capacity::spare_bores(self.network, id, span) == Some(1)) {
            self.out.push(Risk::Last(Scarce::Bore(id)));
        }
    }
}

/// A place and all that stands in it.
fn all_inside(network: &Network, place: PlaceId) -> BTreeSet<PlaceId> {
    let (mut inside, mut open) = (BTreeSet::from([place]), vec![place]);
    while let Some(at) = open.pop() {
        open.extend(network.referring::<PlaceId>(at).filter(|id| inside.insert(*id)));
    }
    inside
}

/// Everything at the Route layer that a cable section rests on, places in `exempt` left out.
pub fn cable_risks(
    network: &Network,
    topology: &Topology,
    id: CableId,
    exempt: &BTreeSet<PlaceId>,
    out: &mut Vec<Risk>,
) {
    Gather { network, topology, exempt, goal: None, out }.cable(id);
}

impl AccessSpace<'_> {
    pub(super) fn risks_of(&self, edge: Move, out: &mut Vec<Risk>) {
        let goal = self.goal_of(edge).map(|place| ground(self.network, place));
        let (network, topology) = (self.network, self.topology);
        let mut gather = Gather { network, topology, exempt: &self.homes, goal, out };
        match edge {
            Move::LeadIn(side, nth) => {
                let Some(lead_in) = self.lead_in(side, nth) else { return };
                if let Some((span, _)) = lead_in.span {
                    gather.span(span);
                    gather.bore(span);
                }
                gather.place(lead_in.to);
            }
            Move::Pull(_, span) => {
                gather.whole_span(span);
                gather.bore(span);
            }
            Move::Enter(_, place) => gather.place(place),
            Move::Tap(nth, ix, towards) => {
                if let (Some(tap), Some(strand)) = (self.tap(nth), self.topology.strand(ix)) {
                    gather.tapped(strand, tap, towards);
                    self.last_cores(ix, strand, &mut gather);
                }
            }
            Move::Cross(ix, _) => self.strand_risks(ix, &mut gather),
            Move::Branch(splitter) => {
                gather.out.push(Risk::Last(Scarce::Splitter(splitter)));
                gather.feeder(splitter);
            }
            Move::Attach(equipment) => {
                let place = match equipment {
                    Equipment::Device(id) => self.network.get(id).map(|device| device.place),
                    Equipment::Unrecorded(place) => Some(place),
                };
                let attachments = place.map_or_else(Default::default, |place| self.attachments(place));
                if attachments.iter().any(|a| a.equipment == equipment && a.last) {
                    gather.out.push(Risk::Last(Scarce::Port(equipment)));
                }
            }
        }
    }

    /// What crossing a strand rests on by its sections. Where it leads to a place at which a line may end, that place is
    /// none of it, though the sections say so.
    pub(super) fn parts_of(&self, edge: Move, parts: &mut Vec<u32>, beside: &mut Vec<Risk>) -> bool {
        let Move::Cross(ix, _) = edge else { return false };
        let Some(strand) = self.topology.strand(ix).filter(|_| self.goal_of(edge).is_none()) else { return false };
        parts.extend(strand.cables().map(Id::raw));
        let (network, topology) = (self.network, self.topology);
        let mut gather = Gather { network, topology, exempt: &self.homes, goal: None, out: beside };
        strand.places.into_iter().for_each(|place| gather.place(place));
        self.last_cores(ix, strand, &mut gather);
        true
    }

    /// Every section that rests on this.
    pub(super) fn sections_on(&self, risk: Risk, out: &mut Vec<u32>) {
        let (network, topology) = (self.network, self.topology);
        let mut laid_in = |span: SpanId| out.extend(network.referring::<CableId>(span).map(Id::raw));
        match risk {
            Risk::Span(span) => laid_in(span),
            Risk::Trench(first) => topology.in_trench(network, first).into_iter().for_each(laid_in),
            Risk::Beside(a, b) => [a, b].into_iter().for_each(laid_in),
            Risk::Cable(cable) => out.push(cable.raw()),
            Risk::Place(place) => {
                topology.spans_at(place).for_each(laid_in);
                let inside = all_inside(network, place).into_iter().filter(|id| ground(network, *id) == place);
                out.extend(inside.flat_map(|id| network.referring::<CableId>(id)).map(Id::raw));
            }
            Risk::Last(_) => {}
        }
    }

    fn strand_risks(&self, ix: StrandIx, gather: &mut Gather<'_>) {
        let Some(strand) = self.topology.strand(ix) else { return };
        gather.strand(strand);
        self.last_cores(ix, strand, gather);
    }

    fn last_cores(&self, ix: StrandIx, strand: &Strand, gather: &mut Gather<'_>) {
        let twice = self.terms.fibres.saturating_mul(2);
        // The layer mostly knows without the records.
        let enough = self.topology.glass().is_free(ix, Need::new(twice, true));
        let enough = enough.unwrap_or_else(|| capacity::pick(self.network, strand, twice).is_some());
        if let Some(first) = strand.pieces.first().filter(|_| !enough) {
            gather.out.push(Risk::Last(Scarce::Cores(first.cable, first.first)));
        }
    }

    /// The place a move leads to, when a line may end there.
    fn goal_of(&self, edge: Move) -> Option<PlaceId> {
        let to = match edge {
            Move::LeadIn(side, nth) => self.lead_in(side, nth)?.to,
            Move::Enter(_, place) => place,
            Move::Tap(_, ix, towards) => self.topology.strand(ix)?.places[usize::from(towards.min(1))],
            Move::Cross(ix, forward) => self.topology.strand(ix)?.places[usize::from(forward)],
            Move::Branch(splitter) => {
                let port = feeding_port(self.network, &feeder(self.network, splitter)?)?;
                return self.network.get(port.device).map(|device| device.place);
            }
            Move::Pull(..) | Move::Attach(_) => return None,
        };
        match &self.goal {
            Goal::Serving(_) => (!self.attachments(to).is_empty()).then_some(to),
            Goal::Far(far) => far.place.filter(|place| *place == to),
        }
    }
}

/// The record that a risk is about.
pub fn risk_record(risk: Risk) -> AnyId {
    match risk {
        Risk::Span(id) | Risk::Trench(id) | Risk::Beside(id, _) | Risk::Last(Scarce::Bore(id)) => id.any(),
        Risk::Place(id) => id.any(),
        Risk::Cable(id) | Risk::Last(Scarce::Cores(id, _)) => id.any(),
        Risk::Last(Scarce::Port(Equipment::Device(id)) | Scarce::Splitter(id)) => id.any(),
        Risk::Last(Scarce::Port(Equipment::Unrecorded(id))) => id.any(),
    }
}

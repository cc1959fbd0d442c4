//! The walk down to the ground.

use linewright_model::{
    AddressId, AnyId, CableId, Carrier, DeviceId, Fixture, Id, JumperId, Leg, LegRole, Link, LinkId, Network, PlaceId,
    Port, PortKind, SlotMarkId, SpliceId, SpliceSide, TableKind, Take, TrailId,
};
use linewright_search::Topology;
use linewright_search::strand::{Strand, Tail};

use super::bounds::{Bounds, MOST_STEPS};
use super::step::{carrier_of, is_port, slot_step, step};
use super::{Branch, Step, Subject};

fn leaf(step: Step) -> Branch {
    Branch { step, repeated: false, then: Vec::new() }
}

/// The walk down to the ground.
pub(super) struct Down<'a> {
    network: &'a Network,
    topology: &'a Topology,
    bounds: Bounds,
}

impl<'a> Down<'a> {
    pub(super) fn new(network: &'a Network, topology: &'a Topology) -> Self {
        Self { network, topology, bounds: Bounds::default() }
    }

    pub(super) fn truncated(&self) -> bool {
        self.bounds.truncated
    }

    pub(super) fn subject(&mut self, subject: Subject) -> Vec<Branch> {
        match subject {
            Subject::Record(id) => {
                self.bounds.follow(id);
                self.below(id)
            }
            Subject::Core { cable, core } => self.core(cable, core),
            Subject::Port(port) => self.port(port),
        }
    }

    fn branch(&mut self, step: Step) -> Branch {
        let id = step.record.id;
        if !self.bounds.follow(id) {
            return Branch { step, repeated: true, then: Vec::new() };
        }
        self.bounds.depth += 1;
        let then = self.below(id);
        self.bounds.depth -= 1;
        Branch { step, repeated: false, then }
    }

    fn record(&mut self, id: impl Into<AnyId>) -> Branch {
        let step = step(self.network, id.into());
        self.branch(step)
    }

    /// What a record rides on.
    fn below(&mut self, id: AnyId) -> Vec<Branch> {
        let network = self.network;
        match id.table {
            TableKind::Place => {
                let outer = id.typed::<PlaceId>().and_then(|id| network.get(id)?.within);
                outer.map(|outer| self.record(outer)).into_iter().collect()
            }
            TableKind::Cable => id.typed::<CableId>().map_or_else(Vec::new, |id| self.spans(id)),
            TableKind::Device => {
                let device = id.typed::<DeviceId>().and_then(|id| network.get(id));
                device.map(|device| self.record(device.place)).into_iter().collect()
            }
            TableKind::Splice => {
                let Some(splice) = id.typed::<SpliceId>().and_then(|id| network.get(id)) else { return Vec::new() };
                let mut found = vec![self.record(splice.at)];
                found.extend([splice.a, splice.b].map(|side| self.side(side, splice.count)));
                found
            }
            TableKind::Jumper => {
                let Some(jumper) = id.typed::<JumperId>().and_then(|id| network.get(id)) else { return Vec::new() };
                let port = |port: Port| slot_step(network, Carrier::Device(port.device), &[port.port]);
                [jumper.a, jumper.b].map(|end| self.branch(port(end))).into()
            }
            TableKind::Trail => {
                let Some(trail) = id.typed::<TrailId>().and_then(|id| network.get(id)) else { return Vec::new() };
                let one_leg = matches!(trail.legs.as_slice(), [leg] if leg.role == LegRole::Working);
                trail.legs.iter().flat_map(|leg| self.leg(leg, !one_leg)).collect()
            }
            TableKind::Link => {
                let link = id.typed::<LinkId>().and_then(|id| network.get(id));
                link.map(|link| self.record(link.trail)).into_iter().collect()
            }
            TableKind::SlotMark => {
                let mark = id.typed::<SlotMarkId>().and_then(|id| network.get(id));
                mark.map(|mark| self.record(mark.carrier.any())).into_iter().collect()
            }
            TableKind::Address => {
                let Some(address) = id.typed::<AddressId>().and_then(|id| network.get(id)) else { return Vec::new() };
                let places: Vec<PlaceId> = address.premises.iter().chain(&address.covered_by).copied().collect();
                places.into_iter().map(|place| self.record(place)).collect()
            }
            TableKind::Span | TableKind::Dataset => Vec::new(),
        }
    }

    fn spans(&mut self, id: CableId) -> Vec<Branch> {
        let Some(cable) = self.network.get(id) else { return Vec::new() };
        let hop = |hop: &linewright_model::RouteHop| Step { bore: hop.bore, ..step(self.network, hop.span.any()) };
        cable.route.iter().map(|h| leaf(hop(h))).collect()
    }

    /// What one leg holds, in order; slots of one carrier side by side are one step.
    fn leg(&mut self, leg: &Leg, say_role: bool) -> Vec<Branch> {
        let mut held: Vec<(Carrier, Vec<u32>)> = Vec::new();
        for holding in &leg.holdings {
            let slot = match holding.take {
                Take::Slot(slot) => Some(slot),
                Take::Amount(_) => None,
            };
            match held.last_mut() {
                Some((carrier, slots)) if *carrier == holding.carrier => slots.extend(slot),
                _ => held.push((holding.carrier, slot.into_iter().collect())),
            }
        }
        let mut found = Vec::new();
        for (carrier, slots) in held {
            if self.bounds.full() {
                self.bounds.truncated = true;
                break;
            }
            let step = Step { role: say_role.then_some(leg.role), ..slot_step(self.network, carrier, &slots) };
            found.push(match carrier {
                Carrier::Device(device) => {
                    let fed = slots.iter().any(|slot| is_port(self.network, device, *slot, PortKind::SplitterOut));
                    let then = if fed { self.feeders(device) } else { Vec::new() };
                    Branch { then, ..leaf(step) }
                }
                Carrier::Span(_) => leaf(step),
                Carrier::Cable(_) | Carrier::Link(_) => self.branch(step),
            });
        }
        found
    }

    /// The links that bring light to a splitter.
    fn feeders(&mut self, splitter: DeviceId) -> Vec<Branch> {
        let network = self.network;
        let feeds = |link: &Link| {
            [link.a, link.z]
                .iter()
                .any(|port| port.device == splitter && is_port(network, splitter, port.port, PortKind::SplitterIn))
        };
        let links = network.referring::<LinkId>(splitter);
        let links: Vec<LinkId> = links.filter(|id| network.get(*id).is_some_and(|link| feeds(link))).collect();
        links.into_iter().map(|link| self.record(link)).collect()
    }

    /// A core from one end of its strand to the other, through all its splices.
    fn core(&mut self, cable: CableId, core: u32) -> Vec<Branch> {
        let holds = |strand: &&Strand| strand_offset(strand, cable, core).is_some();
        let strands = self.topology.strands_through(cable).filter_map(|ix| self.topology.strand(ix));
        let Some(strand) = strands.into_iter().find(holds) else { return self.spans(cable) };
        let Some(nth) = strand_offset(strand, cable, core) else { return Vec::new() };
        let network = self.network;
        let terminal = |tail: Tail| match tail {
            Tail::Terminal(port) => {
                Some(leaf(slot_step(network, Carrier::Device(port.device), &[port.port.saturating_add(nth)])))
            }
            _ => None,
        };
        let mut way: Vec<Branch> = terminal(strand.tails[0]).into_iter().collect();
        way.extend(strand.splice_before.map(|splice| leaf(step(network, splice.any()))));
        for piece in &strand.pieces {
            let carrier = Carrier::Cable(piece.cable);
            way.push(self.branch(slot_step(network, carrier, &[piece.first.saturating_add(nth)])));
            way.extend(piece.splice_after.map(|splice| leaf(step(network, splice.any()))));
        }
        way.extend(terminal(strand.tails[1]));
        way
    }

    /// A port: the device it is on, the core behind it, the jumper before it.
    fn port(&mut self, port: Port) -> Vec<Branch> {
        let network = self.network;
        let mut found = vec![self.record(port.device)];
        for id in network.referring::<SpliceId>(port.device) {
            let Some(splice) = network.get(id) else { continue };
            for (near, far) in [(splice.a, splice.b), (splice.b, splice.a)] {
                let nth = port.port.checked_sub(near.first).filter(|nth| *nth < splice.count);
                let (true, Some(nth)) = (near.on == Fixture::Device { id: port.device }, nth) else { continue };
                let far = SpliceSide { first: far.first.saturating_add(nth), ..far };
                let then = vec![self.side(far, 1)];
                found.push(Branch { then, ..leaf(step(network, id.any())) });
            }
        }
        for id in network.referring::<JumperId>(port.device) {
            let Some(jumper) = network.get(id) else { continue };
            for (near, far) in [(jumper.a, jumper.b), (jumper.b, jumper.a)] {
                if near == port {
                    let other = leaf(slot_step(network, Carrier::Device(far.device), &[far.port]));
                    found.push(Branch { then: vec![other], ..leaf(step(network, id.any())) });
                }
            }
        }
        found
    }

    fn side(&mut self, side: SpliceSide, count: u32) -> Branch {
        let slots: Vec<u32> = (side.first..side.first.saturating_add(count)).take(MOST_STEPS).collect();
        self.branch(slot_step(self.network, carrier_of(side.on), &slots))
    }
}

/// Which core of the strand a core of one of its sections is, from 0.
fn strand_offset(strand: &Strand, cable: CableId, core: u32) -> Option<u32> {
    let count = strand.count?;
    let of = |first: u32| core.checked_sub(first).filter(|nth| *nth < count);
    strand.pieces.iter().filter(|piece| piece.cable == cable).find_map(|piece| of(piece.first))
}

//! The two walks of a trace: down to the ground, up to the customers.

use std::collections::{BTreeMap, BTreeSet};

use linewright_model::{
    AddressId, AnyId, CableId, Carrier, Device, DeviceId, Fixture, Id, JumperId, Leg, LegRole, Link, LinkId, Network,
    PlaceId, Plant, Port, PortKind, SlotMarkId, SpanId, SpliceId, SpliceSide, Stage, TableKind, Take, TrailId,
};
use linewright_search::Topology;
use linewright_search::strand::{Strand, Tail};

use super::{Affected, Branch, Step, StepKind, StepSlot, Subject};
use crate::colour::core_position;
use crate::locate::named;

/// Most steps of one walk.
const MOST_STEPS: usize = 20_000;
/// Deepest nesting: the layers of a network and two stages of splitters need about a dozen.
const DEEPEST: usize = 32;

/// What there is to say about a record as a whole.
pub(super) fn step(network: &Network, id: AnyId) -> Step {
    let mut step = Step {
        record: named(network, id),
        kind: None,
        slots: Vec::new(),
        role: None,
        at: None,
        ends: None,
        length_m: None,
        bore: None,
        trench: String::new(),
        stage: None,
        customer: String::new(),
        grade: None,
    };
    let waiting = |plant: &Plant| (plant.stage != Stage::InService).then_some(plant.stage);
    let two = |a: AnyId, b: AnyId| Some([named(network, a), named(network, b)]);
    match id.table {
        TableKind::Place => {
            if let Some(place) = id.typed::<PlaceId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Place(place.kind));
                step.stage = waiting(&place.plant);
                step.at = place.within.map(|outer| named(network, outer));
            }
        }
        TableKind::Span => {
            if let Some(span) = id.typed::<SpanId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Span(span.kind));
                step.ends = two(span.a.any(), span.b.any());
                step.length_m = Some(span.length_m);
                step.trench = span.trench.to_string();
                step.stage = waiting(&span.plant);
            }
        }
        TableKind::Cable => {
            if let Some(cable) = id.typed::<CableId>().and_then(|id| network.get(id)) {
                step.ends = two(cable.a.any(), cable.b.any());
                step.length_m = Some(cable.length_m);
                step.stage = waiting(&cable.plant);
            }
        }
        TableKind::Device => {
            if let Some(device) = id.typed::<DeviceId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Device(device.kind));
                step.at = Some(named(network, device.place));
                step.stage = waiting(&device.plant);
            }
        }
        TableKind::Splice => {
            if let Some(splice) = id.typed::<SpliceId>().and_then(|id| network.get(id)) {
                step.at = Some(named(network, splice.at));
            }
        }
        TableKind::Jumper => {
            if let Some(jumper) = id.typed::<JumperId>().and_then(|id| network.get(id)) {
                step.ends = two(jumper.a.device.any(), jumper.b.device.any());
            }
        }
        TableKind::Trail => {
            if let Some(trail) = id.typed::<TrailId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Layer(trail.layer));
                step.customer = trail.customer.to_string();
                step.grade = trail.grade;
            }
        }
        TableKind::Link => {
            if let Some(link) = id.typed::<LinkId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Layer(link.layer));
                step.ends = two(link.a.device.any(), link.z.device.any());
            }
        }
        TableKind::Dataset | TableKind::SlotMark | TableKind::Address => {}
    }
    step
}

/// A carrier with some of its slots.
pub(super) fn slot_step(network: &Network, carrier: Carrier, slots: &[u32]) -> Step {
    let cable = match carrier {
        Carrier::Cable(id) => network.get(id),
        _ => None,
    };
    let slot = |number: &u32| StepSlot {
        number: *number,
        state: network.slot(carrier, *number).state,
        position: cable.and_then(|cable| core_position(cable, *number)),
    };
    Step { slots: slots.iter().map(slot).collect(), ..step(network, carrier.any()) }
}

fn leaf(step: Step) -> Branch {
    Branch { step, repeated: false, then: Vec::new() }
}

/// What bounds both walks.
#[derive(Default)]
struct Bounds {
    seen: BTreeSet<AnyId>,
    steps: usize,
    depth: usize,
    truncated: bool,
}

impl Bounds {
    /// Follows a record once: a second meeting is only marked, and the bounds of a trace hold.
    fn follow(&mut self, id: AnyId) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.depth >= DEEPEST {
            self.truncated = true;
            return false;
        }
        self.seen.insert(id)
    }

    fn full(&self) -> bool {
        self.steps > MOST_STEPS
    }
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

fn carrier_of(fixture: Fixture) -> Carrier {
    match fixture {
        Fixture::Cable { id, .. } => Carrier::Cable(id),
        Fixture::Device { id } => Carrier::Device(id),
    }
}

/// Which core of the strand a core of one of its sections is, from 0.
fn strand_offset(strand: &Strand, cable: CableId, core: u32) -> Option<u32> {
    let count = strand.count?;
    let of = |first: u32| core.checked_sub(first).filter(|nth| *nth < count);
    strand.pieces.iter().filter(|piece| piece.cable == cable).find_map(|piece| of(piece.first))
}

fn is_port(network: &Network, device: DeviceId, port: u32, kind: PortKind) -> bool {
    let block = |device: &Device| device.block_of(port).is_some_and(|block| block.kind == kind);
    network.get(device).is_some_and(|device| block(device))
}

/// The walk up to the customers.
pub(super) struct Up<'a> {
    network: &'a Network,
    bounds: Bounds,
}

impl<'a> Up<'a> {
    pub(super) fn new(network: &'a Network) -> Self {
        Self { network, bounds: Bounds::default() }
    }

    pub(super) fn truncated(&self) -> bool {
        self.bounds.truncated
    }

    /// What the walk met, each thing once. The subject itself does not count.
    pub(super) fn affected(&self) -> Affected {
        let mut affected = Affected::default();
        for id in &self.bounds.seen {
            match id.table {
                TableKind::Cable => affected.cables += 1,
                TableKind::Link => affected.links += 1,
                TableKind::Trail => {
                    affected.trails += 1;
                    let trail = id.typed::<TrailId>().and_then(|id| self.network.get(id));
                    affected.customers.extend(trail.map(|t| t.customer.to_string()).filter(|c| !c.is_empty()));
                }
                _ => {}
            }
        }
        affected
    }

    pub(super) fn subject(&mut self, subject: Subject) -> Vec<Branch> {
        match subject {
            Subject::Record(id) => {
                // Met again it is a repetition, not a thing that it carries.
                self.bounds.follow(id);
                let found = self.above(id);
                // A trail serves its own customer.
                if id.table != TableKind::Trail {
                    self.bounds.seen.remove(&id);
                }
                found
            }
            Subject::Core { cable, core } => self.holders(Carrier::Cable(cable), &|slot| slot == core),
            Subject::Port(Port { device, port }) => self.holders(Carrier::Device(device), &|slot| slot == port),
        }
    }

    fn branch(&mut self, step: Step) -> Branch {
        let id = step.record.id;
        if !self.bounds.follow(id) {
            return Branch { step, repeated: true, then: Vec::new() };
        }
        self.bounds.depth += 1;
        let then = self.above(id);
        self.bounds.depth -= 1;
        Branch { step, repeated: false, then }
    }

    fn all<I: Id>(&mut self, ids: impl IntoIterator<Item = I>) -> Vec<Branch> {
        let mut found = Vec::new();
        for id in ids {
            if self.bounds.full() {
                self.bounds.truncated = true;
                break;
            }
            found.push(self.branch(step(self.network, id.any())));
        }
        found
    }

    /// What rests on a record.
    fn above(&mut self, id: AnyId) -> Vec<Branch> {
        let network = self.network;
        match id.table {
            TableKind::Place => {
                let mut found = self.all(network.referring::<SpanId>(id));
                found.extend(self.all(network.referring::<CableId>(id)));
                found.extend(self.all(network.referring::<DeviceId>(id)));
                found.extend(self.all(network.referring::<PlaceId>(id)));
                found
            }
            TableKind::Span => self.all(network.referring::<CableId>(id)),
            TableKind::Cable | TableKind::Device => {
                Carrier::from_any(id).map_or_else(Vec::new, |carrier| self.holders(carrier, &|_| true))
            }
            TableKind::Splice => {
                let Some(splice) = id.typed::<SpliceId>().and_then(|id| network.get(id)) else { return Vec::new() };
                let side = match splice.a.on {
                    Fixture::Cable { .. } => splice.a,
                    Fixture::Device { .. } => splice.b,
                };
                let joined = |slot: u32| slot.checked_sub(side.first).is_some_and(|nth| nth < splice.count);
                self.holders(carrier_of(side.on), &joined)
            }
            TableKind::Jumper => {
                let Some(jumper) = id.typed::<JumperId>().and_then(|id| network.get(id)) else { return Vec::new() };
                let Port { device, port } = jumper.a;
                self.holders(Carrier::Device(device), &|slot| slot == port)
            }
            TableKind::Trail => self.all(network.referring::<LinkId>(id)),
            TableKind::Link => {
                let Some(link) = id.typed::<LinkId>().and_then(|id| network.get(id)) else { return Vec::new() };
                let mut found = Carrier::from_any(id).map_or_else(Vec::new, |carrier| self.holders(carrier, &|_| true));
                // A splitter that the link feeds hands its light on to every branch.
                for port in [link.a, link.z] {
                    if is_port(network, port.device, port.port, PortKind::SplitterIn) {
                        found.push(self.splitter(port.device));
                    }
                }
                found
            }
            TableKind::Dataset | TableKind::SlotMark | TableKind::Address => Vec::new(),
        }
    }

    /// A splitter with what its branches feed.
    fn splitter(&mut self, id: DeviceId) -> Branch {
        let network = self.network;
        let step = step(network, id.any());
        if !self.bounds.follow(id.any()) {
            return Branch { step, repeated: true, then: Vec::new() };
        }
        self.bounds.depth += 1;
        let is_branch = |slot| is_port(network, id, slot, PortKind::SplitterOut);
        let then = self.holders(Carrier::Device(id), &is_branch);
        self.bounds.depth -= 1;
        Branch { step, repeated: false, then }
    }

    /// Trails that hold slots of a carrier, and marks on them; each with its slots.
    fn holders(&mut self, carrier: Carrier, wanted: &dyn Fn(u32) -> bool) -> Vec<Branch> {
        let network = self.network;
        let Some(taken) = network.taken(carrier) else { return Vec::new() };
        let mut by: BTreeMap<AnyId, Vec<u32>> = BTreeMap::new();
        for used in taken.uses().iter().filter(|used| wanted(used.slot)) {
            by.entry(used.by).or_default().push(used.slot);
        }
        for (owner, _) in taken.amount_owners() {
            by.entry(owner).or_default();
        }
        let mut found = Vec::new();
        for (id, slots) in by {
            if self.bounds.full() {
                self.bounds.truncated = true;
                break;
            }
            let held = slot_step(network, carrier, &slots).slots;
            found.push(self.branch(Step { slots: held, ..step(network, id) }));
        }
        found
    }
}

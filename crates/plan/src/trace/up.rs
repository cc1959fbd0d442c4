//! The walk up to the customers.

use std::collections::BTreeMap;

use linewright_model::{
    AnyId, CableId, Carrier, DeviceId, Fixture, Id, JumperId, LinkId, Network, PlaceId, Port, PortKind, SpanId,
    SpliceId, TableKind, TrailId, is_own,
};

use super::bounds::Bounds;
use super::step::{carrier_of, is_port, slot_step, step};
use super::{Affected, Branch, Step, Subject};

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
                    match trail.map(|trail| trail.customer.trim()) {
                        None | Some("") => {}
                        Some(customer) if is_own(customer) => affected.own_trails += 1,
                        Some(customer) => {
                            affected.customers.insert(customer.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        affected.customer_count = affected.customers.len();
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

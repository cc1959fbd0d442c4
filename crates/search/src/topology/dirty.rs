//! What a change set makes stale.

use std::collections::BTreeSet;

use linewright_model::{
    Applied, Cable, CableId, Carrier, Change, DeviceId, Edit, Fixture, Network, PlaceId, SpanId, Splice, SpliceId,
};

use crate::strand::met_by;

/// Records whose part of the topology must be derived anew.
///
/// A strand that comes or goes runs through one of `cables` before as well as after, because every section with
/// a joint that changed is among them.
#[derive(Default)]
pub(super) struct Dirty {
    pub(super) places: BTreeSet<PlaceId>,
    pub(super) spans: BTreeSet<SpanId>,
    pub(super) cables: BTreeSet<CableId>,
    /// Spans and sections of which something else is free.
    pub(super) bores: BTreeSet<SpanId>,
    pub(super) cores: BTreeSet<CableId>,
}

impl Dirty {
    pub(super) fn of(network: &Network, applied: &Applied) -> Self {
        let mut dirty = Self::default();
        for change in &applied.changes.changes {
            match change {
                Change::Place(edit) => dirty.place(network, edit.id),
                Change::Span(edit) => {
                    dirty.spans.insert(edit.id);
                }
                Change::Cable(edit) => dirty.cable(network, edit),
                Change::Splice(edit) => edit.before.iter().chain(&edit.after).for_each(|s| dirty.splice(network, s)),
                Change::Device(edit) => {
                    dirty.device(network, edit.id);
                    dirty.terminals(network, edit.id);
                }
                Change::Trail(edit) => {
                    let holdings = edit.before.iter().chain(&edit.after).flat_map(|trail| trail.holdings());
                    holdings.for_each(|holding| dirty.taken(network, holding.carrier));
                }
                Change::SlotMark(edit) => {
                    edit.before.iter().chain(&edit.after).for_each(|mark| dirty.taken(network, mark.carrier));
                }
                Change::Jumper(edit) => {
                    let jumpers = edit.before.iter().chain(&edit.after);
                    jumpers.flat_map(|j| [j.a, j.b]).for_each(|port| dirty.terminals(network, port.device));
                }
                _ => {}
            }
            if let Change::Cable(edit) = change {
                let routes = edit.before.iter().chain(&edit.after).flat_map(|cable| &cable.route);
                dirty.bores.extend(routes.map(|hop| hop.span));
            }
        }
        dirty
    }

    /// Something of a carrier was taken or given back.
    fn taken(&mut self, network: &Network, carrier: Carrier) {
        match carrier {
            Carrier::Span(id) => {
                self.bores.insert(id);
            }
            Carrier::Cable(id) => {
                self.cores.insert(id);
            }
            Carrier::Device(id) => self.terminals(network, id),
            Carrier::Link(_) => {}
        }
    }

    /// Cores behind the terminals of a device may be free in another measure.
    fn terminals(&mut self, network: &Network, id: DeviceId) {
        let splices = network.referring::<SpliceId>(id).filter_map(|id| network.get(id));
        let sides = splices.flat_map(|splice| [splice.a, splice.b]);
        self.cores.extend(sides.filter_map(|side| match side.on {
            Fixture::Cable { id, .. } => Some(id),
            Fixture::Device { .. } => None,
        }));
    }

    /// A place moved: what stands in it, and spans without a course of their own, moved with it.
    fn place(&mut self, network: &Network, id: PlaceId) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if self.places.insert(id) {
                self.spans.extend(network.referring::<SpanId>(id));
                open.extend(network.referring::<PlaceId>(id));
            }
        }
    }

    fn cable(&mut self, network: &Network, edit: &Edit<Cable>) {
        self.cables.insert(edit.id);
        let cores = |cable: &Option<std::sync::Arc<Cable>>| cable.as_ref().map(|cable| cable.cores);
        // Sections joined to cores that are new, or no longer exist.
        if cores(&edit.before) != cores(&edit.after) {
            let splices = network.referring::<SpliceId>(edit.id).filter_map(|id| network.get(id));
            splices.for_each(|splice| self.splice(network, splice));
        }
    }

    fn device(&mut self, network: &Network, id: DeviceId) {
        let splices = network.referring::<SpliceId>(id).filter_map(|id| network.get(id));
        splices.for_each(|splice| self.splice(network, splice));
    }

    /// A splice that comes, goes or counts differently: it also decides about what else is joined to its slots.
    fn splice(&mut self, network: &Network, splice: &Splice) {
        let met = [splice.a, splice.b].into_iter().flat_map(|side| met_by(network, side, splice.count));
        self.cables.extend(met.filter_map(|on| match on {
            Fixture::Cable { id, .. } => Some(id),
            Fixture::Device { .. } => None,
        }));
    }
}

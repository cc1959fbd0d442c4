//! Which records a change can have made wrong, or right: those near what changed.

use std::collections::BTreeSet;

use linewright_model::{AnyId, Id, Network, PlaceId, Record, Stored, TableKind};

use crate::pon;

/// Records to be judged again.
///
/// A finding about a record rests on the record, on what is up to two references away from it, in either direction,
/// and on what contains the places among those; rule 14 also on what the cores behind its terminals are taken for,
/// three references away, so cables are counted as changed when what is taken of them is; rules about light also on
/// the whole way of a link and on everything in the PON below it. The random networks of the tests hold the rules to
/// this.
pub(crate) struct Scope {
    ids: BTreeSet<AnyId>,
}

impl Scope {
    /// The records near those `changed` between two networks.
    pub(crate) fn around(changed: &BTreeSet<AnyId>, networks: [&Network; 2]) -> Self {
        let mut ids = BTreeSet::new();
        for network in networks {
            let mut found = seeds(network, changed);
            let mut edge: Vec<AnyId> = found.iter().copied().collect();
            for _ in 0..2 {
                let mut next = Vec::new();
                for id in edge {
                    let mut met = |other: AnyId| {
                        if passes(other) && found.insert(other) {
                            next.push(other);
                        }
                    };
                    refer(network, id, &mut met);
                    network.referrers(id).iter().copied().for_each(&mut met);
                }
                edge = next;
            }
            ids.extend(pon::above(network, &found));
            ids.append(&mut found);
        }
        Self { ids }
    }

    pub(crate) fn contains(&self, id: AnyId) -> bool {
        self.ids.contains(&id)
    }

    pub(crate) fn of_type<I: Id>(&self) -> impl Iterator<Item = I> {
        self.ids.iter().filter_map(|id| id.typed())
    }

    /// Joints of some type on the cables and devices here, and on those that records here refer to.
    pub(crate) fn joined<I: Id>(&self, network: &Network) -> BTreeSet<I> {
        let mut on: BTreeSet<AnyId> = BTreeSet::new();
        let mut note = |id: AnyId| {
            if matches!(id.table, TableKind::Cable | TableKind::Device) {
                on.insert(id);
            }
        };
        for id in &self.ids {
            note(*id);
            refer(network, *id, &mut note);
        }
        on.into_iter().flat_map(|id| network.referring::<I>(id)).collect()
    }
}

/// What changed, with the places inside places that did and the cables of which something was taken or given back.
fn seeds(network: &Network, changed: &BTreeSet<AnyId>) -> BTreeSet<AnyId> {
    let mut seeds: BTreeSet<AnyId> = changed.iter().copied().filter(|id| passes(*id)).collect();
    let mut open: Vec<PlaceId> = seeds.iter().filter_map(|id| id.typed()).collect();
    while let Some(id) = open.pop() {
        open.extend(network.referring::<PlaceId>(id).filter(|inner| seeds.insert(inner.any())));
    }
    for id in changed.iter().filter(|id| matches!(id.table, TableKind::Trail | TableKind::SlotMark)) {
        refer(network, *id, &mut |carrier| {
            if carrier.table == TableKind::Cable {
                seeds.insert(carrier);
            }
        });
    }
    seeds
}

/// No rule looks at these, nor past them.
fn passes(id: AnyId) -> bool {
    !matches!(id.table, TableKind::Dataset | TableKind::Address)
}

/// Everything that a record of any table refers to.
fn refer(network: &Network, id: AnyId, found: &mut dyn FnMut(AnyId)) {
    fn of<I: Id>(network: &Network, id: AnyId, found: &mut dyn FnMut(AnyId))
    where
        I::Record: Stored,
    {
        if let Some(record) = id.typed::<I>().and_then(|id| network.get(id)) {
            record.refer(found);
        }
    }
    use linewright_model as model;
    match id.table {
        TableKind::Dataset => of::<model::DatasetId>(network, id, found),
        TableKind::Place => of::<PlaceId>(network, id, found),
        TableKind::Span => of::<model::SpanId>(network, id, found),
        TableKind::Cable => of::<model::CableId>(network, id, found),
        TableKind::Device => of::<model::DeviceId>(network, id, found),
        TableKind::Splice => of::<model::SpliceId>(network, id, found),
        TableKind::Jumper => of::<model::JumperId>(network, id, found),
        TableKind::Trail => of::<model::TrailId>(network, id, found),
        TableKind::Link => of::<model::LinkId>(network, id, found),
        TableKind::SlotMark => of::<model::SlotMarkId>(network, id, found),
        TableKind::Address => of::<model::AddressId>(network, id, found),
    }
}

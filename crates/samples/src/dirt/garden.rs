//! Where errors are planted: the clean network, what is spoken for already, and the changes so far.

use std::collections::BTreeSet;

use linewright_model::{
    AnyId, Change, ChangeSet, DeviceId, Edit, Fixture, Id, Network, Origin, Port, PortKind, Record, SpliceId, Stored,
    TableKind, Tag, Text,
};

use crate::random::Random;

/// What a planted error is found at.
pub(super) enum Subject {
    /// A record of the clean network.
    Known(AnyId),
    /// A record that was planted.
    New(TableKind, Text),
}

pub(super) struct Garden<'a> {
    pub(super) network: &'a Network,
    changes: ChangeSet,
    claimed: BTreeSet<AnyId>,
    claimed_ports: BTreeSet<Port>,
    random: Random,
    made: u32,
}

impl<'a> Garden<'a> {
    pub(super) fn new(network: &'a Network, random: Random) -> Self {
        let (claimed, claimed_ports) = (BTreeSet::new(), BTreeSet::new());
        Self { network, changes: ChangeSet::new(Origin::Recording), claimed, claimed_ports, random, made: 0 }
    }

    /// The same ids in a random order (Fisher and Yates).
    pub(super) fn shuffled(&mut self, mut ids: Vec<AnyId>) -> Vec<AnyId> {
        for at in (1..ids.len()).rev() {
            let with = self.random.below(at as u64 + 1);
            ids.swap(at, usize::try_from(with).unwrap_or(0));
        }
        ids
    }

    pub(super) fn take(&mut self) -> ChangeSet {
        std::mem::replace(&mut self.changes, ChangeSet::new(Origin::Recording))
    }

    pub(super) fn named(&self, subject: &Subject) -> (TableKind, Text) {
        match subject {
            Subject::New(table, code) => (*table, code.clone()),
            Subject::Known(id) => (id.table, self.network.tag(*id).map_or_else(Text::default, |tag| tag.code.clone())),
        }
    }

    pub(super) fn heads(&mut self) -> bool {
        self.random.percent(50)
    }

    /// Speaks for records; false, and none is, when one is spoken for already.
    pub(super) fn claim(&mut self, ids: impl IntoIterator<Item = AnyId>) -> bool {
        let ids: Vec<AnyId> = ids.into_iter().collect();
        let free = ids.iter().all(|id| !self.claimed.contains(id));
        if free {
            self.claimed.extend(ids);
        }
        free
    }

    /// A tag for a planted record.
    pub(super) fn tag<I: Id>(&mut self, prefix: &str) -> (Tag, Subject) {
        self.made += 1;
        let code: Text = format!("{prefix}-Z{:06}", self.made).into();
        (Tag::new(code.clone(), ""), Subject::New(I::TABLE, code))
    }

    pub(super) fn create<R: Record>(&mut self, record: R)
    where
        Change: From<Edit<R>>,
    {
        self.changes.create(record);
    }

    pub(super) fn remove<R: Stored>(&mut self, id: R::Id)
    where
        Change: From<Edit<R>>,
    {
        if let Some(now) = self.network.get(id) {
            self.changes.remove(id, now);
        }
    }

    /// Changes a record; its subject.
    pub(super) fn change<R: Stored>(&mut self, id: R::Id, edit: impl FnOnce(&mut R)) -> Option<Subject>
    where
        Change: From<Edit<R>>,
    {
        let now = self.network.get(id)?;
        let mut after = (**now).clone();
        edit(&mut after);
        self.changes.update(id, now, after);
        Some(Subject::Known(id.any()))
    }

    /// The highest terminal of a frame that has neither core nor jumper nor state, spoken for from now on.
    pub(super) fn spare(&mut self, device: DeviceId) -> Option<u32> {
        let record = self.network.get(device)?;
        let on = Fixture::Device { id: device };
        let mut spliced = Vec::new();
        for splice in self.network.referring::<SpliceId>(device).filter_map(|id| self.network.get(id)) {
            let here = [splice.a, splice.b].into_iter().filter(|side| side.on == on);
            spliced.extend(here.map(|side| side.first..side.first + splice.count));
        }
        let taken = self.network.taken(linewright_model::Carrier::Device(device));
        let free = |port: &u32| {
            taken.is_none_or(|taken| taken.of_slot(*port).is_empty())
                && !spliced.iter().any(|range| range.contains(port))
                && !self.claimed_ports.contains(&Port { device, port: *port })
        };
        let terminals = record.blocks.iter().rev().filter(|block| block.kind == PortKind::OpticalTerminal);
        let port = terminals.flat_map(|block| block.ports().rev()).find(free)?;
        self.claimed_ports.insert(Port { device, port });
        Some(port)
    }
}

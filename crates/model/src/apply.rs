//! `Network::apply`: the one way to change a network, all or nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::change::with_edit;
use crate::network::{CodeKey, Inner, Links, Row, Stored};
use crate::occupancy::{Piece, Takes};
use crate::record::Record;
use crate::{
    AnyId, Carrier, Change, ChangeKind, ChangeSet, Discipline, Edit, Id, Network, Origin, SlotState, TableKind, Take,
    Version,
};

/// A change set as applied.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The version it made.
    pub version: Version,
    /// The change set with placeholders replaced by ids: what is logged.
    pub changes: ChangeSet,
    /// The id each placeholder got.
    pub created: BTreeMap<AnyId, AnyId>,
}

impl Applied {
    /// The id that a placeholder got; an id that is no placeholder stays itself.
    pub fn resolve<I: Id>(&self, id: I) -> I {
        self.created.get(&id.any()).and_then(|any| any.typed()).unwrap_or(id)
    }
}

/// Why a change set cannot be applied. The network is untouched.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Violation {
    /// The record is not what the change set expects: it was changed in between.
    #[error("{id} ({code}) is not as the change expects it; read it again and redo the change")]
    Stale {
        /// The record.
        id: AnyId,
        /// Its code.
        code: String,
    },
    /// A record is changed twice in one set.
    #[error("{id} is changed twice in one change set")]
    ChangedTwice {
        /// The record.
        id: AnyId,
    },
    /// A new record asks for an id that was given out before.
    #[error("{id} cannot be given out again; use a placeholder")]
    IdReused {
        /// The id.
        id: AnyId,
    },
    /// A reference leads nowhere.
    #[error("{from} ({code}) refers to {to}, which does not exist")]
    Dangling {
        /// The referring record.
        from: AnyId,
        /// Its code.
        code: String,
        /// What it refers to.
        to: AnyId,
    },
    /// A record is removed while others refer to it.
    #[error("{id} cannot be removed: {by} ({code}) still refers to it")]
    StillReferred {
        /// The record removed.
        id: AnyId,
        /// One that refers to it.
        by: AnyId,
        /// Code of the referring record.
        code: String,
    },
    /// Two records of one table and data set have the same code.
    #[error("the code {code:?} is already used by {other} in table {table}")]
    CodeTaken {
        /// The table.
        table: TableKind,
        /// The code.
        code: String,
        /// The record that has it.
        other: AnyId,
    },
    /// A record is wrong in itself.
    #[error("{table} {code:?}: {reason}")]
    Malformed {
        /// The table.
        table: TableKind,
        /// The record's code.
        code: String,
        /// What is wrong.
        reason: String,
    },
    /// A slot would have two owners, or two states.
    #[error("slot {slot} of {carrier} ({code}) cannot have both {first} and {second}")]
    TwoOwners {
        /// The carrier.
        carrier: AnyId,
        /// Its code.
        code: String,
        /// The slot.
        slot: u32,
        /// One claimant, by code.
        first: String,
        /// The other claimant, by code.
        second: String,
    },
    /// The carrier has no such slot.
    #[error("{carrier} ({code}) has no slot {slot}")]
    NoSuchSlot {
        /// The carrier.
        carrier: AnyId,
        /// Its code.
        code: String,
        /// The slot asked for.
        slot: u32,
    },
    /// A slot is taken by number from a counted carrier, or by amount from a numbered one.
    #[error("{carrier} ({code}) is not taken that way: numbered carriers by slot, counted ones by amount")]
    WrongTake {
        /// The carrier.
        carrier: AnyId,
        /// Its code.
        code: String,
    },
    /// More of a divisible carrier would be taken than it has.
    #[error("{carrier} ({code}) has {capacity_kbps} kbit/s; {taken_kbps} would be taken")]
    OverCapacity {
        /// The carrier.
        carrier: AnyId,
        /// Its code.
        code: String,
        /// What would be taken in all, kbit/s.
        taken_kbps: u64,
        /// What there is, kbit/s.
        capacity_kbps: u64,
    },
    /// A slot would make a transition that the state table forbids.
    #[error("slot {slot} of {carrier} ({code}) cannot go from {from} to {to}")]
    IllegalTransition {
        /// The carrier.
        carrier: AnyId,
        /// Its code.
        code: String,
        /// The slot.
        slot: u32,
        /// State before.
        from: SlotState,
        /// State after.
        to: SlotState,
    },
}

impl Network {
    /// Applies a change set, all or nothing.
    ///
    /// Checks structure only (DESIGN §1.2): references exist, codes are unique, a slot has one owner and, for
    /// an [`Origin::Operation`], moves by legal transitions. On `Err` the network is unchanged.
    pub fn apply(&mut self, changes: &ChangeSet) -> Result<Applied, Violation> {
        let (changes, created) = self.resolve(changes)?;
        let mut next = (*self.inner).clone();
        next.version = Version(self.inner.version.0 + 1);
        let mut touched = Touched::default();
        // Rows leave before others come, so that a code or slot can pass from one record to another.
        for change in &changes.changes {
            with_edit!(change, edit => next.withdraw(edit, &mut touched)?);
        }
        for id in changes.changes.iter().map(Change::id) {
            let next = &mut next.links_mut(id).next;
            *next = (*next).max(id.raw.saturating_add(1));
        }
        for change in &changes.changes {
            with_edit!(change, edit => next.admit(edit, &mut touched)?);
        }
        for change in &changes.changes {
            with_edit!(change, edit => next.check_references(edit)?);
        }
        next.check_slots(&self.inner, changes.origin, &touched)?;
        let version = next.version;
        self.inner = Arc::new(next);
        Ok(Applied { version, changes, created })
    }

    /// Rebuilds a network from stored rows and counters, as at `version`.
    ///
    /// `rows` are creations of origin [`Origin::Recording`] under their stored ids; `revisions` and
    /// `next_ids` come from the store.
    pub fn restore(
        version: Version,
        rows: &ChangeSet,
        revisions: impl IntoIterator<Item = (AnyId, Version)>,
        next_ids: impl IntoIterator<Item = (TableKind, u32)>,
    ) -> Result<Network, Violation> {
        let mut network = Network::new();
        network.apply(rows)?;
        let inner = Arc::make_mut(&mut network.inner);
        inner.version = version;
        for (id, revision) in revisions {
            inner.tables.set_revision(id, revision);
        }
        for (table, next) in next_ids {
            let links = &mut inner.links[table as usize];
            links.next = links.next.max(next);
        }
        Ok(network)
    }

    /// Replaces placeholders by ids and checks that each record is changed once.
    fn resolve(&self, changes: &ChangeSet) -> Result<(ChangeSet, BTreeMap<AnyId, AnyId>), Violation> {
        let mut next: Vec<u32> = self.inner.links.iter().map(|l| l.next).collect();
        let mut created = HashMap::new();
        let mut seen = BTreeSet::new();
        for change in &changes.changes {
            let id = change.id();
            if !seen.insert(id) {
                return Err(Violation::ChangedTwice { id });
            }
            if change.kind() == ChangeKind::Create
                && !id.is_placeholder()
                && changes.origin != Origin::Reversal
                && id.raw < self.next_id(id.table)
            {
                return Err(Violation::IdReused { id });
            }
            if !id.is_placeholder() {
                // A new id must not be one that the set names itself.
                let counter = &mut next[id.table as usize];
                *counter = (*counter).max(id.raw + 1);
            }
        }
        for id in changes.changes.iter().map(Change::id).filter(|id| id.is_placeholder()) {
            let counter = &mut next[id.table as usize];
            created.insert(id, AnyId { table: id.table, raw: *counter });
            *counter += 1;
        }
        if created.is_empty() {
            return Ok((changes.clone(), BTreeMap::new()));
        }
        let resolved = changes.changes.iter().map(|change| with_edit!(change, edit => edit.resolved(&created).into()));
        let resolved = ChangeSet { origin: changes.origin, changes: resolved.collect() };
        Ok((resolved, created.into_iter().collect()))
    }
}

impl<R: Record> Edit<R> {
    fn resolved(&self, created: &HashMap<AnyId, AnyId>) -> Edit<R> {
        let map = |id: AnyId| created.get(&id).copied().unwrap_or(id);
        let after = self.after.as_ref().map(|record| {
            if record.references().iter().any(|id| id.is_placeholder()) {
                let mut record = (**record).clone();
                record.remap(&mut { map });
                Arc::new(record)
            } else {
                record.clone()
            }
        });
        Edit { id: R::Id::from_raw(map(self.id.any()).raw), before: self.before.clone(), after }
    }
}

/// Carriers whose slots a change set touches.
#[derive(Default)]
struct Touched {
    slots: BTreeSet<(Carrier, u32)>,
    /// Carriers that changed themselves, so that all that is taken of them is checked again.
    carriers: BTreeSet<Carrier>,
}

impl Touched {
    fn note(&mut self, piece: &Piece) {
        if let Take::Slot(slot) = piece.take {
            self.slots.insert((piece.carrier, slot));
        } else {
            self.carriers.insert(piece.carrier);
        }
    }
}

impl Inner {
    fn links_mut(&mut self, id: AnyId) -> &mut Links {
        &mut self.links[id.table as usize]
    }

    /// Takes the `before` of an edit out of the tables and indices.
    fn withdraw<R: Stored + Takes>(&mut self, edit: &Edit<R>, touched: &mut Touched) -> Result<(), Violation> {
        let id = edit.id.any();
        let now = R::table(&self.tables).get(id.raw).map(|row| row.record.clone());
        let same = match (&now, &edit.before) {
            (Some(now), Some(before)) => Arc::ptr_eq(now, before) || now == before,
            (now, before) => now.is_none() && before.is_none(),
        };
        if !same {
            let record = now.as_ref().or(edit.before.as_ref()).or(edit.after.as_ref());
            let code = record.map_or_else(String::new, |r| r.tag().code.to_string());
            return Err(Violation::Stale { id, code });
        }
        let Some(record) = now else { return Ok(()) };
        for target in distinct(record.references()) {
            if target.table == TableKind::Dataset {
                if let Some(members) = self.members.get_mut(&target.raw) {
                    members.remove(&id);
                }
                continue;
            }
            let referrers = Arc::make_mut(self.links_mut(target).referrers.entry(target.raw));
            referrers.retain(|by| *by != id);
        }
        self.codes.remove(&code_key(edit.id, &record));
        let mut carriers = BTreeSet::new();
        for piece in record.pieces() {
            touched.note(&piece);
            carriers.insert(piece.carrier);
        }
        for carrier in carriers {
            let carrier = carrier.any();
            Arc::make_mut(self.links_mut(carrier).taken.entry(carrier.raw)).drop_owner(id);
        }
        R::table_mut(&mut self.tables).set(id.raw, None);
        Ok(())
    }

    /// Puts the `after` of an edit into the tables and indices.
    fn admit<R: Stored + Takes>(&mut self, edit: &Edit<R>, touched: &mut Touched) -> Result<(), Violation> {
        let id = edit.id.any();
        let Some(record) = &edit.after else { return Ok(()) };
        let code = || record.tag().code.to_string();
        if let Some(reason) = record.fault() {
            return Err(Violation::Malformed { table: id.table, code: code(), reason });
        }
        let version = self.version;
        if let Some(other) = self.codes.insert(code_key(edit.id, record), id.raw) {
            let other = AnyId { table: id.table, raw: other };
            return Err(Violation::CodeTaken { table: id.table, code: code(), other });
        }
        for target in distinct(record.references()) {
            // Also keeps an absurd id from growing the index.
            if target.raw >= self.links_mut(target).next {
                return Err(Violation::Dangling { from: id, code: code(), to: target });
            }
            if target.table == TableKind::Dataset {
                self.members.entry(target.raw).or_default().insert(id);
                continue;
            }
            let referrers = Arc::make_mut(self.links_mut(target).referrers.entry(target.raw));
            referrers.insert(referrers.partition_point(|by| *by < id), id);
        }
        for piece in record.pieces() {
            touched.note(&piece);
            let carrier = piece.carrier.any();
            Arc::make_mut(self.links_mut(carrier).taken.entry(carrier.raw)).add(id, &piece);
        }
        touched.carriers.extend(Carrier::from_any(id));
        R::table_mut(&mut self.tables).set(id.raw, Some(Row { record: record.clone(), revision: version }));
        Ok(())
    }

    fn check_references<R: Stored>(&self, edit: &Edit<R>) -> Result<(), Violation> {
        let id = edit.id.any();
        let Some(record) = &edit.after else {
            let members = if id.table == TableKind::Dataset { self.members.get(&id.raw) } else { None };
            let referrers = self.links[id.table as usize].referrers.get(id.raw);
            let left = referrers.and_then(|list| list.first()).or_else(|| members.and_then(|set| set.get_min()));
            return match left {
                Some(by) => Err(Violation::StillReferred { id, by: *by, code: self.code(*by) }),
                None => Ok(()),
            };
        };
        match record.references().into_iter().find(|to| self.tables.tag(*to).is_none()) {
            Some(to) => Err(Violation::Dangling { from: id, code: self.code(id), to }),
            None => Ok(()),
        }
    }

    fn code(&self, id: AnyId) -> String {
        self.tables.tag(id).map_or_else(String::new, |tag| tag.code.to_string())
    }

    fn check_slots(&self, before: &Arc<Inner>, origin: Origin, touched: &Touched) -> Result<(), Violation> {
        let after = Network { inner: Arc::new(self.clone()) };
        let before = Network { inner: before.clone() };
        for carrier in &touched.carriers {
            self.check_carrier(&after, *carrier)?;
        }
        for (carrier, slot) in &touched.slots {
            self.check_slot(&after, *carrier, *slot)?;
            if origin == Origin::Operation {
                self.check_transition(&before, &after, *carrier, *slot)?;
            }
        }
        Ok(())
    }

    /// Checks all that is taken of a carrier, after the carrier itself changed.
    fn check_carrier(&self, after: &Network, carrier: Carrier) -> Result<(), Violation> {
        let Some(discipline) = after.discipline(carrier) else { return Ok(()) };
        let Some(taken) = after.taken(carrier) else { return Ok(()) };
        if let Discipline::Amount { capacity_kbps } = discipline
            && taken.amount() > capacity_kbps
        {
            let (carrier, code) = (carrier.any(), self.code(carrier.any()));
            return Err(Violation::OverCapacity { carrier, code, taken_kbps: taken.amount(), capacity_kbps });
        }
        let numbered = matches!(discipline, Discipline::Exclusive { .. });
        if (numbered && taken.amount() > 0) || (!numbered && !taken.uses().is_empty()) {
            return Err(Violation::WrongTake { carrier: carrier.any(), code: self.code(carrier.any()) });
        }
        match taken.uses().last() {
            Some(last) => self.check_slot(after, carrier, last.slot),
            None => Ok(()),
        }
    }

    fn check_slot(&self, after: &Network, carrier: Carrier, slot: u32) -> Result<(), Violation> {
        let id = carrier.any();
        let uses = after.taken(carrier).map_or(&[][..], |taken| taken.of_slot(slot));
        if uses.is_empty() {
            return Ok(());
        }
        match after.discipline(carrier) {
            Some(Discipline::Exclusive { count }) => {
                if count.is_some_and(|count| slot > count) {
                    return Err(Violation::NoSuchSlot { carrier: id, code: self.code(id), slot });
                }
            }
            Some(_) => return Err(Violation::WrongTake { carrier: id, code: self.code(id) }),
            // A dangling carrier was refused before slots are checked.
            None => return Ok(()),
        }
        if let [first, second, ..] = uses {
            // Trails sort before marks; a damage mark may stand beside one owner.
            let beside = first.by.table == TableKind::Trail && second.by.table == TableKind::SlotMark;
            if uses.len() > 2 || !beside || !second.state.is_fault() {
                return Err(Violation::TwoOwners {
                    carrier: id,
                    code: self.code(id),
                    slot,
                    first: self.code(first.by),
                    second: self.code(second.by),
                });
            }
        }
        Ok(())
    }

    fn check_transition(&self, old: &Network, new: &Network, carrier: Carrier, slot: u32) -> Result<(), Violation> {
        // A new carrier's slots start in the state nothing is recorded of; a removed one's must end idle.
        let (mut from, mut to) = (old.slot(carrier, slot), new.slot(carrier, slot));
        if !old.contains(carrier.any()) {
            from.state = new.rest_state(carrier);
        }
        if !new.contains(carrier.any()) {
            to.state = SlotState::Idle;
        }
        let moved = from.state != to.state || from.owner != to.owner;
        // A fault may stand beside an owner, but nobody takes a faulty slot, nor goes into service on it.
        let enters = from.owner != to.owner || (to.state == SlotState::Occupied && from.state != to.state);
        let blocked = to.owner.is_some() && enters && from.faulty;
        if blocked || (moved && !from.state.may_become(to.state)) {
            return Err(Violation::IllegalTransition {
                carrier: carrier.any(),
                code: new
                    .tag(carrier.any())
                    .or(old.tag(carrier.any()))
                    .map_or_else(String::new, |tag| tag.code.to_string()),
                slot,
                from: if blocked { SlotState::Damaged } else { from.state },
                to: to.state,
            });
        }
        Ok(())
    }
}

fn distinct(mut ids: Vec<AnyId>) -> Vec<AnyId> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn code_key<R: Record>(id: R::Id, record: &Arc<R>) -> CodeKey {
    let tag = record.tag();
    (id.any().table, tag.dataset, tag.code.clone())
}

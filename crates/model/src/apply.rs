//! `Network::apply`: the one way to change a network, all or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::change::with_edit;
use crate::moves::{Moves, Side};
use crate::network::{Inner, Row, Stored};
use crate::record::Record;
use crate::sharing::Sharing;
use crate::{AnyId, Change, ChangeKind, ChangeSet, Edit, Id, Network, Origin, Version, Violation};

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

/// A change set applied to a copy of a network: what it comes to there, to be kept or dropped.
#[derive(Clone, Debug)]
pub struct Trial {
    asked: ChangeSet,
    before: Network,
    after: Network,
    applied: Applied,
}

impl Trial {
    /// The change set as asked for.
    pub fn changes(&self) -> &ChangeSet {
        &self.asked
    }
}

impl Network {
    /// Tries a change set without changing the network; errors as of [`Network::apply`].
    pub fn try_out(&self, changes: ChangeSet) -> Result<Trial, Violation> {
        let (before, mut after) = (self.clone(), self.clone());
        let applied = after.apply(&changes)?;
        Ok(Trial { asked: changes, before, after, applied })
    }

    /// Becomes what a trial made of this very value; `None`, and nothing changes, when it was made on another.
    pub fn adopt(&mut self, trial: &Trial) -> Option<Applied> {
        let same =
            Arc::ptr_eq(&self.inner, &trial.before.inner) || (self.is_untouched() && trial.before.is_untouched());
        same.then(|| {
            *self = trial.after.clone();
            trial.applied.clone()
        })
    }

    /// Whether nothing was ever in it.
    fn is_untouched(&self) -> bool {
        self.version() == Version(0) && self.inner.links.iter().all(|links| links.next == 0)
    }

    /// Applies a change set, all or nothing.
    ///
    /// Checks structure only (DESIGN §1.2): references exist, codes are unique, a slot has one owner and, for
    /// an [`Origin::Operation`], moves by legal transitions. On `Err` the network is unchanged.
    pub fn apply(&mut self, changes: &ChangeSet) -> Result<Applied, Violation> {
        let (changes, created) = self.resolve(changes)?;
        let mut next = (*self.inner).clone();
        next.version = Version(self.inner.version.0 + 1);
        let mut moves = Moves::default();
        for change in &changes.changes {
            with_edit!(change, edit => next.write(edit, &mut moves)?);
        }
        for change in &changes.changes {
            with_edit!(change, edit => next.check_references(edit)?);
        }
        let touched = moves.touched(&changes.changes);
        next.absorb(moves);
        let after = Network { inner: Arc::new(next) };
        // The later of two changes is the one at fault.
        for change in changes.changes.iter().rev() {
            after.check_code(change.id())?;
        }
        for change in &changes.changes {
            with_edit!(change, edit => after.check_removed(edit)?);
        }
        after.check_slots(self, changes.origin, &touched)?;
        let version = after.version();
        *self = after;
        Ok(Applied { version, changes, created })
    }

    /// Replaces placeholders by ids and checks that each record is changed once.
    fn resolve(&self, changes: &ChangeSet) -> Result<(ChangeSet, BTreeMap<AnyId, AnyId>), Violation> {
        let mut next: Vec<u32> = self.inner.links.iter().map(|l| l.next).collect();
        let mut created = FxHashMap::default();
        let mut ids: Vec<AnyId> = changes.changes.iter().map(Change::id).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Violation::ChangedTwice { id: twice[0] });
        }
        for change in &changes.changes {
            let id = change.id();
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
        let mut sharing = Sharing::default();
        let resolved = changes
            .changes
            .iter()
            .map(|change| with_edit!(change, edit => edit.resolved(&created, &mut sharing).into()));
        let resolved = ChangeSet { origin: changes.origin, changes: resolved.collect() };
        Ok((resolved, created.into_iter().collect()))
    }
}

impl<R: Record> Edit<R> {
    fn resolved(&self, created: &FxHashMap<AnyId, AnyId>, sharing: &mut Sharing) -> Edit<R> {
        let map = |id: AnyId| created.get(&id).copied().unwrap_or(id);
        let after = self.after.as_ref().map(|record| {
            if record.references().iter().any(|id| id.is_placeholder()) {
                let mut record = (**record).clone();
                record.remap(&mut { map });
                record.share(sharing);
                Arc::new(record)
            } else {
                record.clone()
            }
        });
        Edit { id: R::Id::from_raw(map(self.id.any()).raw), before: self.before.clone(), after }
    }
}

impl Inner {
    /// Puts the `after` of an edit in the place of its `before`, and notes what derived data loses and gains.
    fn write<R: Stored>(&mut self, edit: &Edit<R>, moves: &mut Moves) -> Result<(), Violation> {
        let id = edit.id.any();
        let now = R::table(&self.tables).get(id.raw).map(|row| &row.record);
        let same = match (now, &edit.before) {
            (Some(now), Some(before)) => Arc::ptr_eq(now, before) || now == before,
            (now, before) => now.is_none() && before.is_none(),
        };
        if !same {
            let record = now.or(edit.before.as_ref()).or(edit.after.as_ref());
            let code = record.map_or_else(String::new, |r| r.tag().code.to_string());
            return Err(Violation::Stale { id, code });
        }
        if let Some(before) = now {
            moves.note(id, &**before, Side::Gone);
        }
        if let Some(record) = &edit.after {
            moves.note(id, &**record, Side::Come);
            sound(id, &**record)?;
        }
        let next = &mut self.links[id.table as usize].next;
        *next = (*next).max(id.raw.saturating_add(1));
        let row = edit.after.as_ref().map(|record| Row { record: record.clone(), revision: self.version });
        R::table_mut(&mut self.tables).set(id.raw, row);
        Ok(())
    }

    /// Brings derived data up to the records.
    pub(crate) fn absorb(&mut self, moves: Moves) {
        for (links, moves) in self.links.iter_mut().zip(moves.tables) {
            links.referrers.apply(moves.referrers);
            links.uses.apply(moves.uses);
            links.amounts.apply(moves.amounts);
            links.codes.apply(moves.codes);
        }
        for (dataset, (gone, come)) in moves.members {
            let now = self.members.get(dataset).copied().unwrap_or(0);
            // No more are gone than there were.
            let left = now.saturating_add(come).saturating_sub(gone);
            self.members.set(dataset, (left > 0).then_some(left));
        }
    }

    fn check_references<R: Stored>(&self, edit: &Edit<R>) -> Result<(), Violation> {
        match &edit.after {
            Some(record) => self.check_record(edit.id.any(), &**record),
            None => Ok(()),
        }
    }

    /// Every record referred to exists.
    pub(crate) fn check_record<R: Record>(&self, from: AnyId, record: &R) -> Result<(), Violation> {
        let mut dangling = None;
        record.refer(&mut |to| {
            if dangling.is_none() && self.tables.tag(to).is_none() {
                dangling = Some(to);
            }
        });
        match dangling {
            Some(to) => Err(Violation::Dangling { from, code: record.tag().code.to_string(), to }),
            None => Ok(()),
        }
    }
}

/// A record that is right in itself.
pub(crate) fn sound<R: Record>(id: AnyId, record: &R) -> Result<(), Violation> {
    match record.fault() {
        Some(reason) => Err(Violation::Malformed { table: id.table, code: record.tag().code.to_string(), reason }),
        None => Ok(()),
    }
}

//! The past from the near side: what the tables must be patched with to be as they were some versions ago.

use std::collections::BTreeMap;

use linewright_model::{AnyId, Change, ChangeKind, Origin, Restoring, TableKind, Version, Violation};

use crate::LogEntry;
use crate::rows;

/// What later commits did to each record, taken back.
#[derive(Default)]
pub(crate) struct Patch {
    /// Each record changed since: the first change since, and the version that had changed it before, once that is known.
    records: BTreeMap<AnyId, (Change, Option<Version>)>,
    /// Counters as they were, where they have moved since.
    next_ids: BTreeMap<TableKind, u32>,
}

impl Patch {
    /// Takes a commit back; later ones must have been taken back before.
    pub(crate) fn undo(&mut self, entry: &LogEntry) {
        for change in &entry.changes.changes {
            let id = change.id();
            if change.kind() == ChangeKind::Create && entry.changes.origin != Origin::Reversal {
                // New ids are given in order, so the lowest is what the counter stood at.
                let next = self.next_ids.entry(id.table).or_insert(id.raw);
                *next = (*next).min(id.raw);
            }
            self.records.insert(id, (change.clone(), None));
        }
    }

    /// Whether it is still to be found out which commit changed a record last.
    pub(crate) fn asks(&self) -> bool {
        self.records.values().any(|(change, revision)| change.kind() != ChangeKind::Create && revision.is_none())
    }

    /// Takes note of a commit that is not taken back; later ones must have been noted before.
    pub(crate) fn note(&mut self, entry: &LogEntry) {
        for change in &entry.changes.changes {
            if let Some((_, revision @ None)) = self.records.get_mut(&change.id()) {
                *revision = Some(entry.version);
            }
        }
    }

    /// Whether a record was changed since.
    pub(crate) fn holds(&self, id: AnyId) -> bool {
        self.records.contains_key(&id)
    }

    /// Adds the records as they were, and sets the counters back; `first` is the version of what nobody changed after it.
    pub(crate) fn put(
        self,
        to: &mut Restoring,
        next_ids: &mut [(TableKind, u32)],
        first: Version,
    ) -> Result<(), Violation> {
        for (change, revision) in self.records.values() {
            rows::add_before(change, revision.unwrap_or(first), to)?;
        }
        for (table, next) in next_ids {
            if let Some(was) = self.next_ids.get(table) {
                *next = (*next).min(*was);
            }
        }
        Ok(())
    }
}

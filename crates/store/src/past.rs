//! The past from the near side: what the tables must be patched with to be as they were some versions ago.

use std::collections::BTreeMap;

use linewright_model::{AnyId, Change, ChangeKind, Edit, Origin, TableKind, Version};

use crate::LogEntry;
use crate::rows::Restored;

/// What later commits did to each record, taken back.
#[derive(Default)]
pub(crate) struct Patch {
    /// Each record changed since: as it was, and the version that had changed it last, once that is known.
    records: BTreeMap<AnyId, (Option<Change>, Option<Version>)>,
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
            self.records.insert(id, (was(change), None));
        }
    }

    /// Whether it is still to be found out which commit changed a record last.
    pub(crate) fn asks(&self) -> bool {
        self.records.values().any(|(record, revision)| record.is_some() && revision.is_none())
    }

    /// Takes note of a commit that is not taken back; later ones must have been noted before.
    pub(crate) fn note(&mut self, entry: &LogEntry) {
        for change in &entry.changes.changes {
            if let Some((_, revision @ None)) = self.records.get_mut(&change.id()) {
                *revision = Some(entry.version);
            }
        }
    }

    /// Makes the rows of the tables those of the past; `first` is the version of what nobody changed after it.
    pub(crate) fn put(self, restored: &mut Restored, next_ids: &mut [(TableKind, u32)], first: Version) {
        restored.rows.changes.retain(|change| !self.records.contains_key(&change.id()));
        restored.revisions.retain(|(id, _)| !self.records.contains_key(id));
        for (id, (record, revision)) in self.records {
            if let Some(record) = record {
                restored.rows.changes.push(record);
                restored.revisions.push((id, revision.unwrap_or(first)));
            }
        }
        restored.rows.changes.sort_by_key(Change::id);
        for (table, next) in next_ids {
            if let Some(was) = self.next_ids.get(table) {
                *next = (*next).min(*was);
            }
        }
    }
}

/// The record before a change, as a creation; none where the change created it.
fn was(change: &Change) -> Option<Change> {
    macro_rules! was {
        ($($record:ident),*) => {
            match change {
                $(Change::$record(edit) => {
                    let before = edit.before.clone()?;
                    Some(Edit { id: edit.id, before: None, after: Some(before) }.into())
                }),*
            }
        };
    }
    was!(Dataset, Place, Span, Cable, Device, Splice, Jumper, Trail, Link, SlotMark, Address)
}

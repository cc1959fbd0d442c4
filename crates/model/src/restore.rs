//! Rebuilding a network from stored records: the same checks as `apply`, done once for all.

use std::sync::Arc;

use crate::apply::sound;
use crate::change::with_edit;
use crate::ids::registry;
use crate::moves::{Moves, Side};
use crate::network::{Inner, Row, Stored};
use crate::sharing::Sharing;
use crate::{AnyId, Carrier, ChangeSet, Id, Network, TableKind, Version, Violation};

/// Records between two times that derived data is brought up: a bound on memory.
const STEP: usize = 1 << 18;

/// A network being rebuilt from stored records. What its records have alike comes to share memory.
#[derive(Default)]
pub struct Restoring {
    inner: Inner,
    moves: Moves,
    noted: usize,
    sharing: Sharing,
}

impl Restoring {
    /// Adds a record as last changed at `revision`.
    ///
    /// # Errors
    /// When the record is wrong in itself, or there is one with this id already.
    pub fn add<R: Stored>(&mut self, id: R::Id, mut record: R, revision: Version) -> Result<(), Violation> {
        record.share(&mut self.sharing);
        self.put(id, Arc::new(record), revision)
    }

    fn put<R: Stored>(&mut self, id: R::Id, record: Arc<R>, revision: Version) -> Result<(), Violation> {
        let any = id.any();
        sound(any, &*record)?;
        self.moves.note(any, &*record, Side::Come);
        let next = &mut self.inner.links[any.table as usize].next;
        *next = (*next).max(any.raw.saturating_add(1));
        let row = Row { record, revision };
        if R::table_mut(&mut self.inner.tables).set(any.raw, Some(row)).is_some() {
            return Err(Violation::ChangedTwice { id: any });
        }
        self.noted += 1;
        if self.noted.is_multiple_of(STEP) {
            self.inner.absorb(std::mem::take(&mut self.moves));
        }
        Ok(())
    }

    /// The network at `version`, with the counters that the store kept.
    ///
    /// # Errors
    /// When the records do not make a network together.
    pub fn finish(
        mut self,
        version: Version,
        next_ids: impl IntoIterator<Item = (TableKind, u32)>,
    ) -> Result<Network, Violation> {
        self.inner.absorb(self.moves);
        self.inner.version = version;
        for (table, next) in next_ids {
            let links = &mut self.inner.links[table as usize];
            links.next = links.next.max(next);
        }
        let network = Network { inner: Arc::new(self.inner) };
        network.check_all()?;
        Ok(network)
    }
}

macro_rules! for_all_records {
    ($(($record:ident, $id:ident, $table:ident)),* $(,)?) => {
        impl Network {
            fn check_all_references(&self) -> Result<(), Violation> {
                $(for (id, record) in self.all::<crate::$record>() {
                    self.inner.check_record(id.any(), &**record)?;
                })*
                Ok(())
            }
        }
    };
}
registry!(for_all_records);

impl Network {
    /// Rebuilds a network from stored rows and counters, as at `version`.
    ///
    /// `rows` are creations under their stored ids; `revisions` and `next_ids` come from the store.
    ///
    /// # Errors
    /// When the records do not make a network together.
    pub fn restore(
        version: Version,
        rows: &ChangeSet,
        revisions: impl IntoIterator<Item = (AnyId, Version)>,
        next_ids: impl IntoIterator<Item = (TableKind, u32)>,
    ) -> Result<Network, Violation> {
        let revisions: std::collections::HashMap<AnyId, Version> = revisions.into_iter().collect();
        let mut restoring = Restoring::default();
        for change in &rows.changes {
            with_edit!(change, edit => if let Some(record) = &edit.after {
                let revision = revisions.get(&edit.id.any()).copied().unwrap_or(version);
                restoring.put(edit.id, record.clone(), revision)?;
            });
        }
        restoring.finish(version, next_ids)
    }

    /// All that `apply` would have checked, bit by bit.
    fn check_all(&self) -> Result<(), Violation> {
        self.check_all_references()?;
        for (table, links) in TableKind::ALL.iter().zip(&self.inner.links) {
            let any = |raw| AnyId { table: *table, raw };
            for group in links.codes.doubtful() {
                // The first keeps its code.
                group.into_iter().rev().try_for_each(|raw| self.check_code(any(raw)))?;
            }
            for (raw, _) in links.amounts.iter() {
                Carrier::from_any(any(raw)).map_or(Ok(()), |carrier| self.check_carrier(carrier))?;
            }
            for (raw, uses) in links.uses.iter() {
                let Some(carrier) = Carrier::from_any(any(raw)) else { continue };
                self.check_carrier(carrier)?;
                uses.chunk_by(|one, next| one.slot == next.slot)
                    .try_for_each(|uses| self.check_slot(carrier, uses[0].slot))?;
            }
        }
        Ok(())
    }
}

//! What derived data loses and gains when records come and go.

use std::collections::BTreeMap;

use crate::codes::CodeMoves;
use crate::groups;
use crate::occupancy::{AmountUse, SlotUse, Takes};
use crate::record::Record;
use crate::{AnyId, Carrier, Change, TableKind, Take};

/// Losses and gains of all tables.
#[derive(Default)]
pub(crate) struct Moves {
    pub(crate) tables: [TableMoves; TableKind::ALL.len()],
    /// By data set: how many records it loses and gains.
    pub(crate) members: BTreeMap<u32, (u32, u32)>,
    // Of the record at hand, kept to keep its memory.
    references: Vec<AnyId>,
    amounts: Vec<(Carrier, u64)>,
}

/// Losses and gains of one table's entries.
#[derive(Default)]
pub(crate) struct TableMoves {
    pub(crate) referrers: groups::Moves<AnyId>,
    pub(crate) uses: groups::Moves<SlotUse>,
    pub(crate) amounts: groups::Moves<AmountUse>,
    pub(crate) codes: CodeMoves,
}

/// Whether a record goes or comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Gone,
    Come,
}

impl<T> groups::Moves<T> {
    fn add(&mut self, side: Side, index: u32, item: T) {
        match side {
            Side::Gone => self.gone.push((index, item)),
            Side::Come => self.come.push((index, item)),
        }
    }
}

/// Carriers whose slots a change set touches.
pub(crate) struct Touched {
    // Invariant: ascending.
    pub(crate) slots: Vec<(Carrier, u32)>,
    /// Carriers that changed themselves or of which amounts are taken, so that all that is taken of them is checked.
    // Invariant: ascending.
    pub(crate) carriers: Vec<Carrier>,
}

impl Moves {
    /// Notes all that is derived from a record.
    pub(crate) fn note<R: Record + Takes>(&mut self, id: AnyId, record: &R, side: Side) {
        let tag = record.tag();
        let codes = &mut self.tables[id.table as usize].codes;
        match side {
            Side::Gone => codes.take(tag, id.raw),
            Side::Come => codes.put(tag, id.raw),
        }
        self.references.clear();
        record.refer(&mut |to| self.references.push(to));
        self.references.sort_unstable();
        self.references.dedup();
        for to in &self.references {
            if to.table == TableKind::Dataset {
                let (gone, come) = self.members.entry(to.raw).or_default();
                *(if side == Side::Gone { gone } else { come }) += 1;
            } else {
                self.tables[to.table as usize].referrers.add(side, to.raw, id);
            }
        }
        self.note_pieces(id, record, side);
    }

    fn note_pieces<R: Takes>(&mut self, by: AnyId, record: &R, side: Side) {
        self.amounts.clear();
        record.pieces(&mut |piece| match piece.take {
            Take::Slot(slot) => {
                let AnyId { table, raw } = piece.carrier.any();
                self.tables[table as usize].uses.add(side, raw, SlotUse { slot, by, state: piece.state });
            }
            Take::Amount(amount) => self.amounts.push((piece.carrier, amount)),
        });
        self.amounts.sort_unstable();
        for of_one in self.amounts.chunk_by(|one, next| one.0 == next.0) {
            let AnyId { table, raw } = of_one[0].0.any();
            let amount = of_one.iter().fold(0u64, |sum, (_, amount)| sum.saturating_add(*amount));
            self.tables[table as usize].amounts.add(side, raw, (by, amount));
        }
    }

    /// What must be checked after these moves.
    pub(crate) fn touched(&self, changes: &[Change]) -> Touched {
        let (mut slots, mut carriers) = (Vec::new(), Vec::new());
        for (table, moves) in TableKind::ALL.iter().zip(&self.tables) {
            let carrier = |raw: u32| Carrier::from_any(AnyId { table: *table, raw });
            let uses = moves.uses.gone.iter().chain(&moves.uses.come);
            slots.extend(uses.filter_map(|(raw, entry)| Some((carrier(*raw)?, entry.slot))));
            let amounts = moves.amounts.gone.iter().chain(&moves.amounts.come);
            carriers.extend(amounts.filter_map(|(raw, _)| carrier(*raw)));
        }
        let present = changes.iter().filter(|change| change.kind() != crate::ChangeKind::Remove);
        carriers.extend(present.filter_map(|change| Carrier::from_any(change.id())));
        slots.sort_unstable();
        slots.dedup();
        carriers.sort_unstable();
        carriers.dedup();
        Touched { slots, carriers }
    }
}

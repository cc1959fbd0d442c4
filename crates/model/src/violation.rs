//! The ways in which a change set can be refused.

use crate::{AnyId, Phrase, SlotState, TableKind};

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
    #[error("{table} {code:?}: {}", reason.en)]
    Malformed {
        /// The table.
        table: TableKind,
        /// The record's code.
        code: String,
        /// What is wrong.
        reason: Phrase,
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

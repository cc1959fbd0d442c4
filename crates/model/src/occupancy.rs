//! Who holds which slot of a carrier, derived from trails, cable routes and slot marks.

use crate::{AnyId, Cable, Carrier, SlotMark, SlotState, Take, Trail, TrailId};

/// One slot in a state other than idle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SlotUse {
    /// Slot number.
    pub slot: u32,
    /// The trail that holds it, or the mark that says its state.
    pub by: AnyId,
    /// Its state.
    pub state: SlotState,
}

/// An amount of a counted or divisible carrier, and the record that takes it.
pub(crate) type AmountUse = (AnyId, u64);

/// What is taken of one carrier. Only held or abnormal slots are stored.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Taken<'a> {
    // Invariant: ascending by (slot, by).
    pub(crate) uses: &'a [SlotUse],
    // Invariant: ascending by owner, each once.
    pub(crate) amounts: &'a [AmountUse],
}

/// The state of one slot as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SlotStatus {
    /// Effective state.
    pub state: SlotState,
    /// The trail that holds the slot.
    pub owner: Option<TrailId>,
    /// Whether the slot is marked damaged, owned or not.
    pub faulty: bool,
}

impl<'a> Taken<'a> {
    /// All slots that are not idle, ascending.
    pub fn uses(&self) -> &'a [SlotUse] {
        self.uses
    }

    /// Sum of the amounts taken.
    pub fn amount(&self) -> u64 {
        self.amounts.iter().fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    /// Owners of the amounts taken, ascending.
    pub fn amount_owners(&self) -> impl Iterator<Item = (AnyId, u64)> + use<'a> {
        self.amounts.iter().copied()
    }

    /// The uses of one slot: at most one owner and one mark.
    pub fn of_slot(&self, slot: u32) -> &'a [SlotUse] {
        let from = self.uses.partition_point(|u| u.slot < slot);
        let len = self.uses[from..].partition_point(|u| u.slot == slot);
        &self.uses[from..from + len]
    }

    /// The slot's state, `rest` for a slot that nothing is recorded of.
    pub fn status(&self, slot: u32, rest: SlotState) -> SlotStatus {
        let mut status = SlotStatus { state: rest, owner: None, faulty: false };
        for entry in self.of_slot(slot) {
            status.faulty |= entry.state.is_fault();
            if let Some(owner) = entry.by.typed() {
                status.owner = Some(owner);
                status.state = entry.state;
            } else if status.owner.is_none() {
                status.state = entry.state;
            }
        }
        status
    }
}

/// One take of one carrier by some record.
pub(crate) struct Piece {
    pub(crate) carrier: Carrier,
    pub(crate) take: Take,
    pub(crate) state: SlotState,
}

/// Records that take slots.
pub(crate) trait Takes {
    /// Tells `f` everything the record takes.
    fn pieces(&self, f: &mut dyn FnMut(Piece)) {
        let _ = f;
    }
}

impl Takes for Trail {
    fn pieces(&self, f: &mut dyn FnMut(Piece)) {
        self.holdings().for_each(|h| f(Piece { carrier: h.carrier, take: h.take, state: h.state }));
    }
}

impl Takes for Cable {
    fn pieces(&self, f: &mut dyn FnMut(Piece)) {
        let hop = |span| Piece { carrier: Carrier::Span(span), take: Take::Amount(1), state: SlotState::Occupied };
        self.route.iter().for_each(|h| f(hop(h.span)));
    }
}

impl Takes for SlotMark {
    fn pieces(&self, f: &mut dyn FnMut(Piece)) {
        let slots = self.first..self.first.saturating_add(self.count);
        slots.for_each(|slot| f(Piece { carrier: self.carrier, take: Take::Slot(slot), state: self.state }));
    }
}

macro_rules! takes_nothing {
    ($($record:ident),*) => { $(impl Takes for crate::$record {})* };
}
takes_nothing!(Dataset, Place, Span, Device, Splice, Jumper, Link, Address);

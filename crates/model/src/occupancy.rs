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

/// What is taken of one carrier. Only held or abnormal slots are stored.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Taken {
    // Invariant: ascending by (slot, by).
    uses: Vec<SlotUse>,
    // Invariant: ascending by owner; amounts of counted and divisible carriers.
    amounts: Vec<(AnyId, u64)>,
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

impl Taken {
    /// All slots that are not idle, ascending.
    pub fn uses(&self) -> &[SlotUse] {
        &self.uses
    }

    /// Sum of the amounts taken.
    pub fn amount(&self) -> u64 {
        self.amounts.iter().fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    /// Owners of the amounts taken, ascending.
    pub fn amount_owners(&self) -> impl Iterator<Item = (AnyId, u64)> {
        self.amounts.iter().copied()
    }

    /// The uses of one slot: at most one owner and one mark.
    pub fn of_slot(&self, slot: u32) -> &[SlotUse] {
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

    /// Whether nothing is taken.
    pub fn is_empty(&self) -> bool {
        self.uses.is_empty() && self.amounts.is_empty()
    }

    pub(crate) fn add(&mut self, by: AnyId, piece: &Piece) {
        match piece.take {
            Take::Slot(slot) => {
                let entry = SlotUse { slot, by, state: piece.state };
                self.uses.insert(self.uses.partition_point(|u| *u < entry), entry);
            }
            Take::Amount(amount) => match self.amounts.binary_search_by_key(&by, |(owner, _)| *owner) {
                Ok(at) => self.amounts[at].1 = self.amounts[at].1.saturating_add(amount),
                Err(at) => self.amounts.insert(at, (by, amount)),
            },
        }
    }

    pub(crate) fn drop_owner(&mut self, by: AnyId) {
        self.uses.retain(|u| u.by != by);
        self.amounts.retain(|(owner, _)| *owner != by);
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
    /// Everything the record takes.
    fn pieces(&self) -> Vec<Piece>;
}

impl Takes for Trail {
    fn pieces(&self) -> Vec<Piece> {
        self.holdings().map(|h| Piece { carrier: h.carrier, take: h.take, state: h.state }).collect()
    }
}

impl Takes for Cable {
    fn pieces(&self) -> Vec<Piece> {
        let hop = |span| Piece { carrier: Carrier::Span(span), take: Take::Amount(1), state: SlotState::Occupied };
        self.route.iter().map(|h| hop(h.span)).collect()
    }
}

impl Takes for SlotMark {
    fn pieces(&self) -> Vec<Piece> {
        let slots = self.first..self.first.saturating_add(self.count);
        slots.map(|slot| Piece { carrier: self.carrier, take: Take::Slot(slot), state: self.state }).collect()
    }
}

macro_rules! takes_nothing {
    ($($record:ident),*) => { $(impl Takes for crate::$record { fn pieces(&self) -> Vec<Piece> { Vec::new() } })* };
}
takes_nothing!(Dataset, Place, Span, Device, Splice, Jumper, Link, Address);

//! What `apply` checks once a change is in place: codes, removals, owners and states of slots.

use crate::moves::Touched;
use crate::network::Stored;
use crate::{AnyId, Carrier, Discipline, Edit, Id, Network, Origin, SlotState, TableKind, Violation};

impl Network {
    /// No other record of the table and data set has this one's code.
    pub(crate) fn check_code(&self, AnyId { table, raw }: AnyId) -> Result<(), Violation> {
        let Some(tag) = self.tag(AnyId { table, raw }) else { return Ok(()) };
        let other = self.inner.with_code(table, tag.dataset, &tag.code).find(|other| *other != raw);
        match other {
            Some(raw) => Err(Violation::CodeTaken { table, code: tag.code.to_string(), other: AnyId { table, raw } }),
            None => Ok(()),
        }
    }

    /// Nothing refers to a record that was removed.
    pub(crate) fn check_removed<R: Stored>(&self, edit: &Edit<R>) -> Result<(), Violation> {
        if edit.after.is_some() {
            return Ok(());
        }
        let id = edit.id.any();
        let member = || id.typed().and_then(|dataset| self.members(dataset).next());
        match self.referrers(id).first().copied().or_else(member) {
            Some(by) => Err(Violation::StillReferred { id, by, code: self.code(by) }),
            None => Ok(()),
        }
    }

    fn code(&self, id: AnyId) -> String {
        self.tag(id).map_or_else(String::new, |tag| tag.code.to_string())
    }

    /// Slots and amounts touched have one owner each, and an operation moved them legally.
    pub(crate) fn check_slots(&self, before: &Network, origin: Origin, touched: &Touched) -> Result<(), Violation> {
        for carrier in &touched.carriers {
            self.check_carrier(*carrier)?;
        }
        for (carrier, slot) in &touched.slots {
            self.check_slot(*carrier, *slot)?;
            if origin == Origin::Operation {
                check_transition(before, self, *carrier, *slot)?;
            }
        }
        Ok(())
    }

    /// Checks all that is taken of a carrier, after the carrier itself changed.
    pub(crate) fn check_carrier(&self, carrier: Carrier) -> Result<(), Violation> {
        let Some(discipline) = self.discipline(carrier) else { return Ok(()) };
        let Some(taken) = self.taken(carrier) else { return Ok(()) };
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
            Some(last) => self.check_slot(carrier, last.slot),
            None => Ok(()),
        }
    }

    pub(crate) fn check_slot(&self, carrier: Carrier, slot: u32) -> Result<(), Violation> {
        let id = carrier.any();
        let uses = self.taken(carrier).map_or(&[][..], |taken| taken.of_slot(slot));
        if uses.is_empty() {
            return Ok(());
        }
        match self.discipline(carrier) {
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
}

fn check_transition(old: &Network, new: &Network, carrier: Carrier, slot: u32) -> Result<(), Violation> {
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

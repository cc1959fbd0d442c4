//! Claims on slots as records: trails with their holdings, marks of ranges, and cables whose cores are proven.
//!
//! What the data set had in the network before and no row speaks of stays; what a row speaks of is as it says.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use linewright_model::{
    AnyId, CableId, Carrier, Holding, Leg, LegRole, Occupancy, SlotMark, SlotMarkId, SlotState, Tag, Take, Text, Trail,
    TrailId, phrase,
};

use crate::finding::{Finding, Severity, Source};
use crate::sheets::read::Reader;
use crate::sheets::slots::{Slot, Slots};

impl Reader<'_> {
    /// Writes what the rows say of slots.
    pub(crate) fn emit_slots(&mut self, mut slots: Slots) {
        self.prove(&mut slots);
        self.former_owners(&mut slots);
        for id in std::mem::take(&mut slots.trails) {
            self.emit_trail(id, &slots);
        }
        self.emit_marks(&slots);
    }

    /// Cables of which a row proves a core idle: their other cores are unknown one by one from now on.
    fn prove(&mut self, slots: &mut Slots) {
        for (cable, source) in std::mem::take(&mut slots.proven) {
            let current = self.current(cable);
            let Some((occupancy, cores)) = self.record(current).map(|cable| (cable.occupancy, cable.cores)) else {
                continue;
            };
            if occupancy == Occupancy::Proven {
                continue;
            }
            let Some(cores) = cores else {
                let reason = phrase!(
                    "the cable section has no core count, so its idle cores stay unknown; give the count",
                    "光缆段没有芯数，其空闲纤芯只能视为未知；请填写芯数"
                );
                self.note(Finding::new(Severity::Warning, "no-core-count", &source, "", reason));
                continue;
            };
            let drafted = self.drafted(current, &source);
            self.draft.edit(drafted, |cable| cable.occupancy = Occupancy::Proven);
            let carrier = Carrier::Cable(cable);
            let taken = self.network.taken(carrier);
            let rest: Vec<u32> = (1..=cores)
                .filter(|core| !slots.mentioned.contains(&(carrier, *core)))
                .filter(|core| taken.is_none_or(|taken| taken.of_slot(*core).is_empty()))
                .collect();
            let states = slots.marks.entry(carrier).or_default();
            for core in rest {
                states.entry(core).or_insert_with(|| (SlotState::Unknown, Text::default(), source.clone()));
                slots.mentioned.insert((carrier, core));
            }
        }
    }

    /// Drafts the trails of the data set that lose slots which rows speak of, whoever has them now.
    fn former_owners(&mut self, slots: &mut Slots) {
        let Some(own) = self.own else { return };
        let mut former = BTreeSet::new();
        for (carrier, number) in &slots.mentioned {
            let uses = self.network.taken(*carrier).map_or(&[][..], |taken| taken.of_slot(*number));
            former.extend(uses.iter().filter_map(|taken| taken.by.typed::<TrailId>()));
        }
        let ours = |id: &TrailId| self.network.get(*id).is_some_and(|trail| trail.tag.dataset == Some(own));
        for id in former.into_iter().filter(ours).collect::<Vec<_>>() {
            let drafted = self.drafted(id, &Source::file(""));
            if !slots.trails.contains(&drafted) {
                slots.trails.push(drafted);
            }
        }
    }

    /// Puts a trail's uses together: what it had and no row speaks of, then what the rows give it.
    fn emit_trail(&mut self, id: TrailId, slots: &Slots) {
        let Some(trail) = self.draft.get(id) else { return };
        let mut legs: Vec<Leg> = if slots.listed.contains(&id) { Vec::new() } else { trail.legs.clone() };
        for leg in &mut legs {
            leg.holdings.retain(|holding| match holding.take {
                Take::Slot(number) => !slots.mentioned.contains(&(holding.carrier, number)),
                Take::Amount(_) => true,
            });
        }
        let mut touched: BTreeMap<LegRole, HashSet<Carrier>> = BTreeMap::new();
        for (role, (carrier, number), state) in slots.uses.get(&id).into_iter().flatten().copied() {
            let holding = Holding { carrier, take: Take::Slot(number), part: 0, state };
            match legs.iter_mut().find(|leg| leg.role == role) {
                Some(leg) => leg.holdings.push(holding),
                None => legs.push(Leg { role, holdings: vec![holding] }),
            }
            touched.entry(role).or_default().insert(carrier);
        }
        for leg in &mut legs {
            touched.get(&leg.role).into_iter().flatten().for_each(|carrier| pair_up(&mut leg.holdings, *carrier));
        }
        legs.retain(|leg| !leg.holdings.is_empty());
        if legs.is_empty()
            && !slots.listed.contains(&id)
            && self.is_bare(id)
            && let Some(known) = self.in_network(id)
            && self.network.get(known).is_some_and(|trail| !trail.legs.is_empty())
        {
            // It lost what it had; one that never had anything stays as it was written.
            self.draft.unfill::<Trail>(id);
            self.draft.remove(known);
            return;
        }
        self.draft.edit(id, |trail| trail.legs = legs);
    }

    /// Whether nothing is known of a trail but what it uses.
    fn is_bare(&self, id: TrailId) -> bool {
        let bare = |trail: &Trail| trail.customer.is_empty() && trail.grade.is_none() && trail.reservation.is_none();
        let referred = self.in_network(id).is_some_and(|known| !self.network.referrers(known).is_empty());
        self.draft.get(id).is_some_and(bare) && !referred
    }

    /// Writes the states of slots as marks of ranges, with those that the data set had and no row speaks of.
    fn emit_marks(&mut self, slots: &Slots) {
        let mut carriers: BTreeSet<Carrier> = slots.mentioned.iter().map(|(carrier, _)| *carrier).collect();
        carriers.extend(slots.marks.keys());
        for carrier in carriers {
            let (mut states, former) = self.marks_before(carrier, slots);
            for (number, (state, note, source)) in slots.marks.get(&carrier).into_iter().flatten() {
                if self.needs_mark(carrier, *number, *state, slots) {
                    states.insert(*number, (*state, note.clone(), source.clone()));
                }
            }
            let code = self.carrier_code(carrier);
            let states: Vec<(u32, (SlotState, Text, Source))> = states.into_iter().collect();
            let goes_on = |a: &(u32, (SlotState, Text, Source)), b: &(u32, (SlotState, Text, Source))| {
                a.0.checked_add(1) == Some(b.0) && (a.1.0, &a.1.1) == (b.1.0, &b.1.1)
            };
            let mut made = HashSet::new();
            for run in states.chunk_by(goes_on) {
                let Some((first, (state, note, source))) = run.first() else { continue };
                let mut tag = Tag::new(format!("{code}#{first}"), note.clone());
                tag.dataset = Some(self.dataset);
                made.insert(tag.code.clone());
                let mark = SlotMark { tag, carrier, first: *first, count: run.len() as u32, state: *state };
                let source = Source { record: code.clone(), ..source.clone() };
                self.draft.add(mark, source);
            }
            for (id, _) in former.into_iter().filter(|(_, code)| !made.contains(code)) {
                self.draft.remove(id);
            }
        }
    }

    /// Whether a state must be written down: idle never, unknown only where the carrier says otherwise.
    fn needs_mark(&self, carrier: Carrier, number: u32, state: SlotState, slots: &Slots) -> bool {
        if state == SlotState::Unknown {
            let unproven =
                |id: CableId| self.record(self.current(id)).is_some_and(|cable| cable.occupancy == Occupancy::Unproven);
            let owned = slots.owners.contains_key(&(carrier, number));
            return !owned && !matches!(carrier, Carrier::Cable(id) if unproven(id));
        }
        state != SlotState::Idle && !state.is_held()
    }

    /// The states that the data set has marked on a carrier and no row speaks of, and all its marks there.
    #[allow(clippy::type_complexity, reason = "slot → state, remark, source")]
    fn marks_before(
        &self,
        carrier: Carrier,
        slots: &Slots,
    ) -> (BTreeMap<u32, (SlotState, Text, Source)>, Vec<(SlotMarkId, Text)>) {
        let (mut states, mut former) = (BTreeMap::new(), Vec::new());
        let id: AnyId = carrier.any();
        if self.own.is_none() || id.is_placeholder() {
            return (states, former);
        }
        let mut marks: Vec<SlotMarkId> = self.network.referring::<SlotMarkId>(id).collect();
        marks.sort_unstable();
        for id in marks {
            let Some(mark) = self.network.get(id).filter(|mark| mark.tag.dataset == self.own) else { continue };
            former.push((id, mark.tag.code.clone()));
            for number in mark.first..mark.first.saturating_add(mark.count) {
                let slot: Slot = (carrier, number);
                if !slots.mentioned.contains(&slot) {
                    let source = Source { record: mark.tag.code.clone(), ..Source::default() };
                    states.insert(number, (mark.state, mark.tag.name.clone(), source));
                }
            }
        }
        (states, former)
    }
}

/// Two slots of one carrier in a leg are the two fibres of a pair.
fn pair_up(holdings: &mut [Holding], carrier: Carrier) {
    let count = holdings.iter().filter(|holding| holding.carrier == carrier).count();
    let of_carrier = holdings.iter_mut().filter(|holding| holding.carrier == carrier);
    for (at, holding) in of_carrier.enumerate() {
        holding.part = if count == 2 { at as u8 } else { 0 };
    }
}

//! Who uses which core and port: rows of circuits, cores and ports become claims on slots, one owner each.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveTime;
use linewright_model::{
    CableId, Carrier, DeviceId, Grade, Layer, LegRole, Phrase, Reservation, SlotState, Tag, Text, Trail, TrailId,
    phrase,
};

use crate::finding::{Severity, Source, shown};
use crate::sheets::names::Found;
use crate::sheets::read::Reader;
use crate::sheets::row::Row;
use crate::sheets::value;

/// A slot by its carrier, which is named by its id in the network where it is there already.
pub(crate) type Slot = (Carrier, u32);

/// What the rows say of slots.
#[derive(Default)]
pub(crate) struct Slots {
    /// The one owner of each slot, and the row that said so first.
    pub(crate) owners: HashMap<Slot, (TrailId, SlotState, Source)>,
    /// What each trail uses, in the order of the rows.
    pub(crate) uses: HashMap<TrailId, Vec<(LegRole, Slot, SlotState)>>,
    /// States of slots that no trail holds, or faults beside one, with a remark.
    pub(crate) marks: BTreeMap<Carrier, BTreeMap<u32, (SlotState, Text, Source)>>,
    /// Slots of which some row speaks.
    pub(crate) mentioned: HashSet<Slot>,
    /// Cables of which some row proves a core idle.
    pub(crate) proven: BTreeMap<CableId, Source>,
    /// Trails that the tables of circuits list: their rows say all that they use.
    pub(crate) listed: HashSet<TrailId>,
    /// Trails in the order in which they occur.
    pub(crate) trails: Vec<TrailId>,
}

impl Reader<'_> {
    /// One thing that a circuit uses.
    pub(crate) fn circuit(&mut self, row: Row<'_>, slots: &mut Slots) {
        let Some(code) = row.wanted_code("code", "", self.draft) else { return };
        let trail = self.listed_trail(row, &code, slots);
        let leg = row.word::<LegRole>("leg", &code, self.mapping, self.draft).unwrap_or(LegRole::Working);
        let mut state = row.word::<SlotState>("state", &code, self.mapping, self.draft).unwrap_or(SlotState::Occupied);
        if !state.is_held() {
            let reason = phrase!(
                "a circuit cannot hold what is {}; taken as occupied: correct one of the two",
                "电路不能占用处于{}的资源；按占用处理：请更正其一",
                state
            );
            self.note(row.finding(Severity::Warning, "disputed-state", "state", &code, reason));
            state = SlotState::Occupied;
        }
        let (on_cable, on_device) = (!row.is_empty("cable"), !row.is_empty("device"));
        let mut claims: Vec<(&str, Carrier, Vec<u32>)> = Vec::new();
        if on_cable
            && let Some(cable) = self.reference::<CableId>(row, "cable", &code)
            && let Some(cores) = row.wanted_slots("cores", &code, self.draft)
        {
            claims.push(("cores", self.carrier_of_cable(cable), cores));
        }
        if on_device
            && let Some(device) = self.reference::<DeviceId>(row, "device", &code)
            && let Some(ports) = row.wanted_slots("ports", &code, self.draft)
        {
            claims.push(("ports", self.carrier_of_device(device), ports));
        }
        for (key, carrier, numbers) in claims {
            for number in numbers {
                if self.exists(row, key, &code, (carrier, number)) {
                    slots.mentioned.insert((carrier, number));
                    self.claim(row, key, trail, leg, (carrier, number), state, slots);
                }
            }
        }
    }

    /// The trail of a circuit; its attributes are those of its first row.
    fn listed_trail(&mut self, row: Row<'_>, code: &Text, slots: &mut Slots) -> TrailId {
        let there = self.draft.by_code::<TrailId>(Some(self.dataset), code);
        if let Some(there) = there.filter(|there| slots.listed.contains(there)) {
            self.same_circuit(row, code, there);
            return there;
        }
        let known = self.known::<TrailId>(code);
        let mut trail = known.unwrap_or_else(|| new_trail(code));
        // Its uses are put together when all rows are read.
        trail.tag.dataset = Some(self.dataset);
        if row.has("name") {
            trail.tag.name = row.text("name");
        }
        if row.has("customer") {
            trail.customer = row.text("customer");
        }
        if row.has("grade") {
            trail.grade = row.word::<Grade>("grade", code, self.mapping, self.draft);
        }
        if row.has("order") || row.has("user") || row.has("expires") {
            trail.reservation = self.reservation(row, code);
        }
        let name = trail.tag.name.clone();
        let id = self.draft.add(trail, row.source(code));
        self.names.add(&name, id);
        slots.listed.insert(id);
        slots.trails.push(id);
        id
    }

    /// Finds rows of one circuit that name different customers.
    fn same_circuit(&mut self, row: Row<'_>, code: &Text, there: TrailId) {
        let given = row.text("customer");
        let Some(customer) = self.draft.get(there).map(|trail| trail.customer.clone()) else { return };
        if !given.is_empty() && !customer.is_empty() && given != customer {
            let first = self.draft.source(there).map_or_else(String::new, ToString::to_string);
            let reason = phrase!(
                "{first} says that the circuit is for {}; that was kept",
                "{first} 记载该电路属于 {}；予以保留",
                shown(&customer)
            );
            self.note(row.finding(Severity::Warning, "disputed-record", "customer", code, reason));
        }
    }

    fn reservation(&mut self, row: Row<'_>, code: &Text) -> Option<Reservation> {
        let (order, user) = (row.text("order"), row.text("user"));
        let day = row.read("expires", code, self.draft, value::day);
        match (order.is_empty() && user.is_empty(), day) {
            (true, None) => None,
            (_, Some(day)) => {
                // To the end of the day in China (UTC+8).
                let noon = day.and_time(NaiveTime::MIN) + chrono::Duration::hours(16);
                Some(Reservation { order, user, expires: noon.and_utc() })
            }
            (false, None) => {
                let reason = phrase!(
                    "a reservation needs the day on which it lapses; it is taken as none",
                    "预占须有到期日；按无预占处理"
                );
                self.note(row.finding(Severity::Warning, "no-expiry", "expires", code, reason));
                None
            }
        }
    }

    /// States and users of cores.
    pub(crate) fn core_state(&mut self, row: Row<'_>, slots: &mut Slots) {
        let Some(cable) = self.reference::<CableId>(row, "cable", "") else { return };
        let record = self.code_of(cable);
        let Some(cores) = row.wanted_slots("cores", &record, self.draft) else { return };
        let carrier = self.carrier_of_cable(cable);
        let idle = self.slot_states(row, "cores", &record, carrier, &cores, slots);
        if idle && let Carrier::Cable(cable) = carrier {
            slots.proven.entry(cable).or_insert_with(|| row.source(&record));
        }
    }

    /// States and users of ports.
    pub(crate) fn port_state(&mut self, row: Row<'_>, slots: &mut Slots) {
        let code = match row.cell("device") {
            crate::sheets::grid::Cell::Error(_) => return,
            cell => value::code(cell).0,
        };
        let found = self.names.find::<DeviceId>(&code, self.dataset, self.own, self.draft, self.network);
        // A device or ports that could not be read have been said.
        let Found::One(device) = found else { return };
        let Ok(ports) = value::slots(row.cell("ports")) else { return };
        if self.record(device).is_some() {
            let carrier = self.carrier_of_device(device);
            self.slot_states(row, "ports", &code, carrier, &ports, slots);
        }
    }

    /// What one row says of slots; whether it says that they are idle.
    fn slot_states(
        &mut self,
        row: Row<'_>,
        key: &str,
        record: &Text,
        carrier: Carrier,
        numbers: &[u32],
        slots: &mut Slots,
    ) -> bool {
        let given = row.word::<SlotState>("state", record, self.mapping, self.draft);
        let owner = row.code("owner", self.draft);
        let note = row.text("note");
        let trail = if owner.is_empty() { None } else { self.owner(row, record, &owner, slots) };
        let state = self.believable(row, record, given, &owner, slots, carrier, numbers);
        let mut idle = false;
        for number in numbers.iter().copied() {
            let slot = (carrier, number);
            if !self.exists(row, key, record, slot) {
                continue;
            }
            slots.mentioned.insert(slot);
            let holds = if state.is_fault() { SlotState::Occupied } else { state };
            match trail {
                Some(trail) if holds.is_held() => {
                    self.claim(row, key, trail, LegRole::Working, slot, holds, slots);
                    if state.is_fault() {
                        self.mark(row, key, record, slot, state, &note, slots);
                    }
                }
                _ => {
                    idle |= state == SlotState::Idle;
                    self.mark(row, key, record, slot, state, &note, slots);
                }
            }
        }
        idle
    }

    /// The state that a row can be believed in: idle and used at once is unknown, and so is used by nobody.
    #[allow(clippy::too_many_arguments, reason = "what a row says in full")]
    fn believable(
        &mut self,
        row: Row<'_>,
        record: &Text,
        given: Option<SlotState>,
        owner: &Text,
        slots: &Slots,
        carrier: Carrier,
        numbers: &[u32],
    ) -> SlotState {
        let by_circuit = || numbers.iter().all(|number| slots.owners.contains_key(&(carrier, *number)));
        match given {
            None if owner.is_empty() => SlotState::Unknown,
            None => SlotState::Occupied,
            Some(state) if state.is_held() && owner.is_empty() && !by_circuit() => {
                let reason = phrase!(
                    "{} by nobody; kept as unknown: name the circuit or its user",
                    "{}但无归属；按未知处理：请填写电路或使用者",
                    state
                );
                self.note(row.finding(Severity::Warning, "owner-missing", "owner", record, reason));
                SlotState::Unknown
            }
            Some(state)
                if !owner.is_empty() && !state.is_held() && !state.is_fault() && state != SlotState::Unknown =>
            {
                let reason = phrase!(
                    "{}, yet used by {}; kept as unknown: check on site",
                    "{}，却由 {} 使用；按未知处理：请现场核实",
                    state,
                    shown(owner)
                );
                self.note(row.finding(Severity::Warning, "disputed-state", "state", record, reason));
                SlotState::Unknown
            }
            Some(state) => state,
        }
    }

    /// The trail of a user: a circuit by code or name, or one of its own that bears the name given.
    fn owner(&mut self, row: Row<'_>, record: &Text, owner: &Text, slots: &mut Slots) -> Option<TrailId> {
        let found = self.names.find::<TrailId>(owner, self.dataset, self.own, self.draft, self.network);
        let id = match found {
            Found::One(id) => self.drafted(id, &row.source(owner)),
            Found::None => {
                let mut trail = new_trail(owner);
                trail.tag.dataset = Some(self.dataset);
                self.draft.add(trail, row.source(owner))
            }
            Found::Several(many) => {
                let reason = phrase!(
                    "{many} circuits are called {}; give the code",
                    "有 {many} 条电路名为 {}；请填写编码",
                    shown(owner)
                );
                row.refuse("unknown-reference", "owner", record, reason, self.draft);
                return None;
            }
        };
        if !slots.trails.contains(&id) {
            slots.trails.push(id);
        }
        Some(id)
    }

    /// Gives a slot to a trail, unless another row or the network has given it to a different one.
    #[allow(clippy::too_many_arguments, reason = "a claim in full")]
    fn claim(
        &mut self,
        row: Row<'_>,
        key: &str,
        trail: TrailId,
        leg: LegRole,
        slot: Slot,
        state: SlotState,
        slots: &mut Slots,
    ) {
        let code = self.code_of(trail);
        if let Some((other, as_what, first)) = slots.owners.get(&slot).cloned() {
            if other != trail {
                let reason = phrase!(
                    "{} has two owners, {} at {first} and {code}; check on site which one is right",
                    "{} 有两个归属：{}（{first}）和 {code}；请现场核实",
                    self.slot_label(slot),
                    self.code_of(other)
                );
                self.disputed(row, key, &code, reason);
            } else if as_what != state {
                let reason = phrase!(
                    "{first} says {}, this row {}; the first was kept",
                    "{first} 为{}，本行为{}；保留前者",
                    as_what,
                    state
                );
                self.note(row.finding(Severity::Warning, "disputed-state", "state", &code, reason));
            }
            return;
        }
        if let Some(other) = self.standing(slot) {
            let reason = phrase!(
                "{} has two owners, {other} in the network and {code}; check on site which one is right",
                "{} 有两个归属：网络中的 {other} 和 {code}；请现场核实",
                self.slot_label(slot)
            );
            self.disputed(row, key, &code, reason);
            return;
        }
        slots.owners.insert(slot, (trail, state, row.source(&code)));
        slots.uses.entry(trail).or_default().push((leg, slot, state));
    }

    /// Puts a state on a slot; one that contradicts its owner or another row is disputed.
    #[allow(clippy::too_many_arguments, reason = "a state in full")]
    fn mark(
        &mut self,
        row: Row<'_>,
        key: &str,
        record: &Text,
        slot: Slot,
        state: SlotState,
        note: &Text,
        slots: &mut Slots,
    ) {
        if let Some((owner, as_what, first)) = slots.owners.get(&slot) {
            if state == SlotState::Unknown || state.is_held() || *as_what == state {
                return;
            }
            if !state.is_fault() {
                let (owner, first) = (self.code_of(*owner), first.clone());
                let reason = phrase!(
                    "{} cannot be {}: {first} says that {owner} uses it",
                    "{} 不能为{}：{first} 记载由 {owner} 使用",
                    self.slot_label(slot),
                    state
                );
                return self.disputed(row, key, record, reason);
            }
        }
        let states = slots.marks.entry(slot.0).or_default();
        if let Some((other, _, first)) = states.get(&slot.1).filter(|(other, ..)| *other != state) {
            let (other, first) = (*other, first.clone());
            let reason = phrase!(
                "{} is {} at {first} and {} here; kept as unknown",
                "{} 在 {first} 为{}，此处为{}；按未知处理",
                self.slot_label(slot),
                other,
                state
            );
            states.insert(slot.1, (SlotState::Unknown, note.clone(), first));
            return self.note(row.finding(Severity::Warning, "disputed-state", "state", record, reason));
        }
        states.entry(slot.1).or_insert_with(|| (state, note.clone(), row.source(record)));
    }

    /// The trail of another data set that has a slot in the network.
    fn standing(&self, (carrier, number): Slot) -> Option<Text> {
        let uses = self.network.taken(carrier)?.of_slot(number);
        let others = uses.iter().filter_map(|taken| taken.by.typed::<TrailId>());
        let trail = others.filter_map(|id| self.network.get(id)).next()?;
        (self.own.is_none() || trail.tag.dataset != self.own).then(|| trail.tag.code.clone())
    }

    /// Whether a carrier has the slot; one that it has not is an error.
    fn exists(&mut self, row: Row<'_>, key: &str, record: &Text, (carrier, number): Slot) -> bool {
        let why = match carrier {
            Carrier::Cable(id) => match self.record(self.current(id)).and_then(|cable| cable.cores) {
                Some(last) if number > last => phrase!(
                    "the cable section has the cores 1 to {last} and none {number}",
                    "光缆段只有 1 至 {last} 号纤芯，没有 {number} 号"
                ),
                _ => return true,
            },
            Carrier::Device(id) => match self.record(self.current(id)) {
                Some(device) if device.block_of(number).is_none() => {
                    phrase!("the device {} has no port {number}", "设备 {} 没有 {number} 号端口", device.tag.code)
                }
                _ => return true,
            },
            _ => return true,
        };
        let finding = row.finding(Severity::Error, "unknown-slot", key, record, why);
        self.note(finding.repairable(self.draft.repair(), phrase!("left the slot out", "已略去该资源")));
        false
    }

    pub(crate) fn carrier_of_cable(&self, id: CableId) -> Carrier {
        Carrier::Cable(self.in_network(id).unwrap_or(id))
    }

    pub(crate) fn carrier_of_device(&self, id: DeviceId) -> Carrier {
        Carrier::Device(self.in_network(id).unwrap_or(id))
    }

    pub(crate) fn carrier_code(&self, carrier: Carrier) -> Text {
        match carrier {
            Carrier::Cable(id) => self.code_of(id),
            Carrier::Device(id) => self.code_of(id),
            Carrier::Span(id) => self.code_of(id),
            Carrier::Link(id) => self.code_of(id),
        }
    }

    fn slot_label(&self, (carrier, number): Slot) -> Phrase {
        let code = self.carrier_code(carrier);
        match carrier {
            Carrier::Cable(_) => phrase!("core {number} of {}", "{} 的 {number} 号纤芯", code),
            _ => phrase!("port {number} of {}", "{} 的 {number} 号端口", code),
        }
    }
}

fn new_trail(code: &Text) -> Trail {
    Trail {
        tag: Tag::new(code.clone(), ""),
        layer: Layer::Fibre,
        legs: Vec::new(),
        grade: None,
        customer: Text::default(),
        reservation: None,
    }
}

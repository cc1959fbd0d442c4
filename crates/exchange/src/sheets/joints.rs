//! Terminations and splices: cores joined one by one, kept as ranges.

use std::collections::{BTreeMap, HashMap};

use linewright_model::{
    AnyId, CableEnd, CableId, DeviceId, Fixture, Id as _, Phrase, PlaceId, Splice, SpliceId, SpliceMethod, SpliceSide,
    Tag, Text, phrase,
};

use crate::finding::{Severity, Source};
use crate::sheets::read::Reader;
use crate::sheets::row::Row;

/// Where a joint stands and what it joins.
type Between = (PlaceId, Fixture, Fixture, u8);

/// Joints of single cores, by one side, with the other.
#[derive(Default)]
pub(crate) struct Joints {
    /// What each core end and terminal back is joined in, and the row that says so.
    claimed: HashMap<(Fixture, u32), Source>,
    /// Joints by where and between what: number of one side → number of the other and where it is said.
    pairs: BTreeMap<Between, BTreeMap<u32, (u32, Source)>>,
    /// Splices of other data sets at the fixtures asked for.
    standing: HashMap<AnyId, Vec<(SpliceSide, u32, Text)>>,
}

fn method_number(method: SpliceMethod) -> u8 {
    match method {
        SpliceMethod::Fusion => 0,
        SpliceMethod::Ribbon => 1,
        SpliceMethod::Mechanical => 2,
    }
}

fn method_of(number: u8) -> SpliceMethod {
    match number {
        1 => SpliceMethod::Ribbon,
        2 => SpliceMethod::Mechanical,
        _ => SpliceMethod::Fusion,
    }
}

impl Reader<'_> {
    /// Cores on the terminals of a frame.
    pub(crate) fn termination(&mut self, row: Row<'_>, joints: &mut Joints) {
        let cable = self.reference::<CableId>(row, "cable", "");
        let device = self.reference::<DeviceId>(row, "device", "");
        let (Some(cable), Some(device)) = (cable, device) else { return };
        let record = self.code_of(cable);
        let Some(place) = self.record(device).map(|device| device.place) else { return };
        let end = row.word::<CableEnd>("end", &record, self.mapping, self.draft);
        let Some(end) = end.or_else(|| self.end_at(cable, place, row, "device", &record)) else { return };
        let (a, b) = (self.fixed(cable, end), Fixture::Device { id: self.in_network(device).unwrap_or(device) });
        self.join(row, joints, (place, a, b, 0), ["cores", "ports"], &record);
    }

    /// Cores on cores.
    pub(crate) fn splice(&mut self, row: Row<'_>, joints: &mut Joints) {
        let place = self.reference::<PlaceId>(row, "place", "");
        let a = self.reference::<CableId>(row, "cable_a", "");
        let b = self.reference::<CableId>(row, "cable_b", "");
        let (Some(place), Some(a), Some(b)) = (place, a, b) else { return };
        let record = self.code_of(a);
        let Some(end_a) = self.end_at(a, place, row, "cable_a", &record) else { return };
        let end_b = if self.fixed(a, end_a) == self.fixed(b, end_a) { Some(end_a.other()) } else { None };
        let loops = self.record(b).is_some_and(|cable| cable.a == cable.b);
        let Some(end_b) = end_b.filter(|_| loops).or_else(|| self.end_at(b, place, row, "cable_b", &record)) else {
            return;
        };
        let method = row.word::<SpliceMethod>("method", &record, self.mapping, self.draft).unwrap_or_default();
        let between = (place, self.fixed(a, end_a), self.fixed(b, end_b), method_number(method));
        self.join(row, joints, between, ["cores_a", "cores_b"], &record);
    }

    fn fixed(&self, cable: CableId, end: CableEnd) -> Fixture {
        Fixture::Cable { id: self.in_network(cable).unwrap_or(cable), end }
    }

    /// The end of a cable that lies in a place, or in the same building or closure as it.
    fn end_at(&mut self, cable: CableId, place: PlaceId, row: Row<'_>, key: &str, record: &str) -> Option<CableEnd> {
        let (a, b) = self.record(cable).map(|cable| (cable.a, cable.b))?;
        let here = self.ground(place);
        let at = [a, b].map(|end| self.same_place(end, place) || self.ground(end) == here);
        let exact = [a, b].map(|end| self.same_place(end, place));
        let chosen = if exact[0] != exact[1] { exact } else { at };
        match chosen {
            [true, false] => Some(CableEnd::A),
            [false, true] => Some(CableEnd::B),
            [true, true] if key != "device" => Some(CableEnd::A),
            [true, true] => {
                let reason = phrase!(
                    "both ends of the cable are here; name the end, A or Z",
                    "光缆两端都在此处；请注明 A 端或 Z 端"
                );
                row.refuse("which-end", "end", record, reason, self.draft);
                None
            }
            [false, false] => {
                let reason = phrase!(
                    "the cable section {} leads from {} to {} and not to {}",
                    "光缆段 {} 从 {} 到 {}，不到 {}",
                    self.code_of(cable),
                    self.code_of(a),
                    self.code_of(b),
                    self.code_of(place)
                );
                row.refuse("not-at-the-end", key, record, reason, self.draft);
                None
            }
        }
    }

    fn same_place(&self, a: PlaceId, b: PlaceId) -> bool {
        self.in_network(a).unwrap_or(a) == self.in_network(b).unwrap_or(b)
    }

    /// The outermost place around this one.
    fn ground(&self, place: PlaceId) -> PlaceId {
        let mut at = place;
        // Places within places are few; a ring of them ends too.
        for _ in 0..8 {
            match self.record(at).and_then(|place| place.within) {
                Some(outer) => at = outer,
                None => break,
            }
        }
        self.in_network(at).unwrap_or(at)
    }

    /// Joins the numbers of two fields one by one; what another row has joined already is disputed.
    fn join(&mut self, row: Row<'_>, joints: &mut Joints, between: Between, keys: [&str; 2], record: &Text) {
        let [a, b] = keys.map(|key| row.wanted_slots(key, record, self.draft));
        let (Some(a), Some(b)) = (a, b) else { return };
        if a.len() != b.len() {
            let reason = phrase!(
                "{} numbers are joined to {}; both sides need as many",
                "{} 个序号对 {} 个；两侧数量须相同",
                a.len(),
                b.len()
            );
            row.refuse("unequal-sides", keys[1], record, reason, self.draft);
            return;
        }
        let (place, on_a, on_b, method) = between;
        let place = self.in_network(place).unwrap_or(place);
        let between = (place, on_a, on_b, method);
        let source = row.source(record);
        for (a, b) in a.into_iter().zip(b) {
            let ends = [(on_a, a), (on_b, b)];
            let known = joints.pairs.get(&between).and_then(|pairs| pairs.get(&a));
            if known.is_some_and(|(other, _)| *other == b) {
                continue;
            }
            let taken = ends.into_iter().zip(keys).find_map(|(end, key)| {
                let row = joints.claimed.get(&end).map(ToString::to_string);
                Some((end, key, row.or_else(|| self.standing_joint(end, joints))?))
            });
            if let Some(((fixture, number), key, first)) = taken {
                let reason = phrase!(
                    "{} is joined already by {first}; check on site which one is right",
                    "{} 已由 {first} 接续；请现场核实",
                    self.fixture_label(fixture, number)
                );
                self.disputed(row, key, record, reason);
                continue;
            }
            if let Some(missing) = self
                .missing(on_a, a)
                .map(|why| (keys[0], why))
                .or_else(|| self.missing(on_b, b).map(|why| (keys[1], why)))
            {
                let finding = row.finding(Severity::Error, "unknown-slot", missing.0, record, missing.1);
                self.note(finding.repairable(self.draft.repair(), phrase!("left the joint out", "已略去该接续")));
                continue;
            }
            ends.into_iter().for_each(|end| drop(joints.claimed.insert(end, source.clone())));
            joints.pairs.entry((place, on_a, on_b, method)).or_default().insert(a, (b, source.clone()));
        }
    }

    /// The splice of another data set that a core end or terminal is joined in.
    fn standing_joint(&self, (fixture, number): (Fixture, u32), joints: &mut Joints) -> Option<String> {
        let id = match fixture {
            Fixture::Cable { id, .. } => id.any(),
            Fixture::Device { id } => id.any(),
        };
        if id.is_placeholder() {
            return None;
        }
        let all = joints.standing.entry(id).or_insert_with(|| {
            let splices = self.network.referring::<SpliceId>(id).filter_map(|id| self.network.get(id));
            let others = splices.filter(|splice| self.own.is_none() || splice.tag.dataset != self.own);
            let sides = |splice: &std::sync::Arc<Splice>| {
                [splice.a, splice.b].map(|side| (side, splice.count, splice.tag.code.clone()))
            };
            others.flat_map(sides).collect()
        });
        let covers = |side: &SpliceSide, count: u32| {
            side.on == fixture && number.checked_sub(side.first).is_some_and(|step| step < count)
        };
        let (_, _, code) = all.iter().find(|(side, count, _)| covers(side, *count))?;
        Some(format!("the splice {code} of the network"))
    }

    /// Why a fixture has no such core or terminal, if so.
    fn missing(&self, fixture: Fixture, number: u32) -> Option<Phrase> {
        let last = match fixture {
            Fixture::Cable { id, .. } => self.record(self.current(id))?.cores?,
            Fixture::Device { id } => {
                let device = self.record(self.current(id))?;
                if device.block_of(number).is_some() {
                    return None;
                }
                let ranges = device.blocks.iter().map(|b| format!("{}-{}", b.first, b.ports().end.saturating_sub(1)));
                let ranges: Vec<String> = ranges.take(5).collect();
                return Some(phrase!(
                    "{} has no port {number}; it has {}",
                    "{} 没有 {number} 号端口，只有 {}",
                    device.tag.code,
                    ranges.join(", ")
                ));
            }
        };
        (number > last).then(|| {
            phrase!(
                "{} has no such number; it has 1 to {last}",
                "{} 不存在；只有 1 至 {last} 号",
                self.fixture_label(fixture, number)
            )
        })
    }

    /// The drafted record of one that may be named by its id in the network.
    pub(crate) fn current<I: linewright_model::Id>(&self, id: I) -> I
    where
        I::Record: crate::draft::Draftable,
    {
        use linewright_model::Record as _;
        if id.is_placeholder() {
            return id;
        }
        let Some(tag) = self.network.get(id).map(|record| record.tag().clone()) else { return id };
        let set = if tag.dataset.is_some() && tag.dataset == self.own { Some(self.dataset) } else { tag.dataset };
        self.draft.by_code(set, &tag.code).filter(|there: &I| self.draft.is_filled(there.any())).unwrap_or(id)
    }

    fn fixture_label(&self, fixture: Fixture, number: u32) -> Phrase {
        match fixture {
            Fixture::Cable { id, end } => {
                let end = if end == CableEnd::A { "A" } else { "Z" };
                phrase!("core {number} of {} at end {end}", "{} {end} 端 {number} 号纤芯", self.code_of(id))
            }
            Fixture::Device { id } => phrase!("terminal {number} of {}", "{} 的 {number} 号端子", self.code_of(id)),
        }
    }

    /// Writes the joints as range splices, with what the data set had at the same ends and no row speaks of.
    pub(crate) fn emit_joints(&mut self, mut joints: Joints) {
        let before = self.joints_before(&joints);
        for (between, a, b, source) in before.pairs {
            joints.pairs.entry(between).or_default().insert(a, (b, source));
        }
        let mut made = std::collections::HashSet::new();
        for ((place, on_a, on_b, method), pairs) in joints.pairs {
            let pairs: Vec<(u32, u32, Source)> = pairs.into_iter().map(|(a, (b, source))| (a, b, source)).collect();
            let goes_on = |x: &(u32, u32, Source), y: &(u32, u32, Source)| {
                x.0.checked_add(1) == Some(y.0) && x.1.checked_add(1) == Some(y.1)
            };
            for run in pairs.chunk_by(goes_on) {
                let Some((a, b, source)) = run.first() else { continue };
                let label = match on_a {
                    Fixture::Cable { id, end } => {
                        format!("{}.{}", self.code_of(id), if end == CableEnd::A { "A" } else { "Z" })
                    }
                    Fixture::Device { id } => self.code_of(id).to_string(),
                };
                let mut tag = Tag::new(format!("{label}/{a}"), "");
                tag.dataset = Some(self.dataset);
                made.insert(tag.code.clone());
                let splice = Splice {
                    tag,
                    at: place,
                    a: SpliceSide { on: on_a, first: *a },
                    b: SpliceSide { on: on_b, first: *b },
                    count: run.len() as u32,
                    method: method_of(method),
                };
                let source = Source { record: splice.tag.code.clone(), ..source.clone() };
                self.draft.add(splice, source);
            }
        }
        for (id, code) in before.splices {
            if !made.contains(&code) {
                self.draft.remove(id);
            }
        }
    }

    /// The splices that the data set has at the core ends and terminals of these joints, and those of their single
    /// joints that no row speaks of.
    fn joints_before(&self, joints: &Joints) -> Before {
        let mut before = Before::default();
        let Some(own) = self.own else { return before };
        let fixtures: std::collections::BTreeSet<_> = joints.pairs.keys().flat_map(|key| [key.1, key.2]).collect();
        let ids = fixtures.iter().map(|fixture| match fixture {
            Fixture::Cable { id, .. } => id.any(),
            Fixture::Device { id } => id.any(),
        });
        let ids: std::collections::BTreeSet<_> = ids.filter(|id| !id.is_placeholder()).collect();
        let found: std::collections::BTreeSet<SpliceId> =
            ids.into_iter().flat_map(|id| self.network.referring::<SpliceId>(id)).collect();
        for id in found {
            let Some(splice) = self.network.get(id).filter(|splice| splice.tag.dataset == Some(own)) else { continue };
            before.splices.push((id, splice.tag.code.clone()));
            let between = (splice.at, splice.a.on, splice.b.on, method_number(splice.method));
            for step in 0..splice.count {
                let (a, b) = (splice.a.first.saturating_add(step), splice.b.first.saturating_add(step));
                if !joints.claimed.contains_key(&(splice.a.on, a)) && !joints.claimed.contains_key(&(splice.b.on, b)) {
                    let source = Source { record: splice.tag.code.clone(), ..Source::default() };
                    before.pairs.push((between, a, b, source));
                }
            }
        }
        before
    }
}

#[derive(Default)]
struct Before {
    splices: Vec<(SpliceId, Text)>,
    pairs: Vec<(Between, u32, u32, Source)>,
}

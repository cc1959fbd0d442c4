//! Places, cable sections and devices from their tables.

use std::collections::HashMap;

use linewright_model::crs::Crs;
use linewright_model::{
    Cable, Device, DeviceId, DeviceKind, Occupancy, Phrase, Place, PlaceId, PlaceKind, Plant, PortBlock, PortKind,
    Stage, Text, phrase,
};

use crate::finding::{Finding, Severity, Source, shown};
use crate::sheets::names::Found;
use crate::sheets::read::Reader;
use crate::sheets::row::Row;
use crate::sheets::value;

/// The devices of the tables of ports, in the order in which they first occur.
#[derive(Default)]
pub(crate) struct Ports {
    devices: Vec<(Device, Source)>,
    by_code: HashMap<Text, usize>,
    /// Ports that a row has given already.
    given: HashMap<(usize, u32), u64>,
}

impl Reader<'_> {
    /// Places; what comes back is yet to be put into the places it stands in.
    pub(crate) fn places<'r>(&mut self, rows: impl Iterator<Item = Row<'r>>) -> Vec<(Row<'r>, Text, PlaceId)> {
        let mut inner = Vec::new();
        for row in rows {
            let Some(code) = row.wanted_code("code", "", self.draft) else { continue };
            let known = self.known::<PlaceId>(&code);
            let mut place = known.unwrap_or_else(|| Place::new(code.clone(), PlaceKind::Node, None));
            if row.has("name") {
                place.tag.name = row.text("name");
            }
            if row.has("kind") {
                place.kind = row.word("kind", &code, self.mapping, self.draft).unwrap_or(PlaceKind::Node);
            }
            if row.has("x") && row.has("y") {
                let declared = row.read("crs", &code, self.draft, |cell| {
                    let given = cell.shown();
                    let known = (!given.is_empty()).then(|| given.parse::<Crs>());
                    known
                        .transpose()
                        .map_err(|error| phrase!("is no coordinate system: {error}", "不是坐标系：{error}"))
                });
                place.position = row.position("x", "y", &code, declared.or(self.crs), self.draft);
            }
            if row.has("region") {
                place.region = row.text("region");
            }
            self.plant(&mut place.plant, row, &code);
            if row.has("within") {
                place.within = None;
            }
            if let Some(id) = self.add(place, row, "code")
                && !row.is_empty("within")
            {
                inner.push((row, code, id));
            }
        }
        inner
    }

    /// Puts places into those they stand in, when all are known.
    pub(crate) fn contain(&mut self, inner: Vec<(Row<'_>, Text, PlaceId)>) {
        for (row, code, id) in inner {
            match self.reference::<PlaceId>(row, "within", &code) {
                Some(outer) if outer == id => {
                    let reason = phrase!("a place cannot stand in itself", "设施不能在其自身之内");
                    let finding = row.finding(Severity::Error, "bad-value", "within", &code, reason);
                    self.note(
                        finding.repairable(self.draft.repair(), phrase!("left the field empty", "已将该项视为空")),
                    );
                }
                outer => self.draft.edit(id, |place| place.within = outer),
            }
        }
    }

    /// Life cycle, owner and keeper.
    fn plant(&mut self, plant: &mut Plant, row: Row<'_>, code: &str) {
        if row.has("stage") {
            plant.stage = row.word::<Stage>("stage", code, self.mapping, self.draft).unwrap_or_default();
        }
        if row.has("ownership") {
            plant.ownership = row.word("ownership", code, self.mapping, self.draft).unwrap_or_default();
        }
        if row.has("unit") {
            plant.unit = row.text("unit");
        }
    }

    /// The place that a field names; one that nothing knows is made, without a position.
    fn end(&mut self, row: Row<'_>, key: &str, record: &str) -> Option<PlaceId> {
        let given = row.text(key);
        if !given.is_empty()
            && let Found::None = self.names.find::<PlaceId>(&given, self.dataset, self.own, self.draft, self.network)
        {
            let reason = phrase!(
                "no table and no map has the place {}; it was made without a position: list it in a table of places",
                "表格和地图中都没有设施 {}；已建立但无位置：请列入设施表",
                shown(&given)
            );
            self.note(row.finding(Severity::Warning, "place-made", key, record, reason));
            let mut place = Place::new(given.clone(), PlaceKind::Node, None);
            place.tag.dataset = Some(self.dataset);
            return Some(self.draft.add(place, row.source(&given)));
        }
        self.reference(row, key, record)
    }

    /// A cable section.
    pub(crate) fn cable(&mut self, row: Row<'_>) {
        let Some(code) = row.wanted_code("code", "", self.draft) else { return };
        let (a, b) = (self.end(row, "a", &code), self.end(row, "z", &code));
        let (Some(a), Some(b)) = (a, b) else {
            // Announced, so that what refers to it is not said to refer to nothing.
            let _ =
                self.draft.reserve::<linewright_model::CableId>(Some(self.dataset), code.clone(), row.source(&code));
            return;
        };
        let known = self.known::<linewright_model::CableId>(&code);
        let mut cable = known.unwrap_or_else(|| Cable::new(code.clone(), a, b, 0.0));
        (cable.a, cable.b) = (a, b);
        if row.has("name") {
            cable.tag.name = row.text("name");
        }
        if row.has("cores") {
            cable.cores = row.read("cores", &code, self.draft, value::count);
        }
        if row.has("per_tube") {
            cable.cores_per_tube = row.read("per_tube", &code, self.draft, value::count);
        }
        if row.has("model") {
            cable.model = row.text("model");
        }
        if row.has("fibre") {
            cable.fibre = row.text("fibre");
        }
        if row.has("length_m") || row.has("length_km") {
            let in_m = row.read("length_m", &code, self.draft, |cell| value::length_m(cell, 1.0));
            let in_km = row.read("length_km", &code, self.draft, |cell| value::length_m(cell, 1_000.0));
            if let (Some(m), Some(km)) = (in_m, in_km)
                && (m - km).abs() > 1.0_f64.max(m * 0.01)
            {
                let reason = phrase!(
                    "{m} m and {km} m are two lengths of one cable; took the first",
                    "同一光缆段有两个长度 {m} m 和 {km} m；取前者"
                );
                self.note(row.finding(Severity::Warning, "two-lengths", "length_km", &code, reason));
            }
            cable.length_m = in_m.or(in_km).unwrap_or(0.0);
        }
        if cable.length_m <= 0.0 {
            let key = if row.has("length_m") || !row.has("length_km") { "length_m" } else { "length_km" };
            let reason = phrase!(
                "the cable has no length; it is taken as 0 m and no loss or price follows from it",
                "光缆段没有长度；按 0 m 处理，不能据此计算损耗和费用"
            );
            self.note(row.finding(Severity::Warning, "no-length", key, &code, reason));
        }
        self.plant(&mut cable.plant, row, &code);
        debug_assert!(cable.occupancy == Occupancy::Unproven || self.own.is_some());
        self.add(cable, row, "code");
    }

    /// A board, a tray or single ports of a device.
    pub(crate) fn port_block(&mut self, row: Row<'_>, ports: &mut Ports) {
        let Some(code) = row.wanted_code("device", "", self.draft) else { return };
        let Some(at) = self.device(row, &code, ports) else { return };
        let Some(numbers) = row.wanted_slots("ports", &code, self.draft) else { return };
        let Some((device, _)) = ports.devices.get_mut(at) else { return };
        let kind = row.word::<PortKind>("port_kind", &code, self.mapping, self.draft).unwrap_or(match device.kind {
            DeviceKind::Odf => PortKind::OpticalTerminal,
            DeviceKind::Ddf => PortKind::DigitalTerminal,
            DeviceKind::Splitter => PortKind::SplitterOut,
            DeviceKind::Adm | DeviceKind::Onu => PortKind::Optical,
            DeviceKind::Olt => PortKind::Pon,
            DeviceKind::Switch | DeviceKind::Router => PortKind::Ethernet,
        });
        let (name, interface, rate) = (row.text("block"), row.text("interface"), row.text("rate"));
        let line = row.source("").row.unwrap_or_default();
        let fresh: Vec<u32> =
            numbers.iter().copied().filter(|port| *ports.given.entry((at, *port)).or_insert(line) == line).collect();
        if let Some(twice) = numbers.iter().find(|port| !fresh.contains(port)) {
            let first = ports.given.get(&(at, *twice)).copied().unwrap_or_default();
            let reason = phrase!(
                "row {first} gives port {twice} already; that row says what the port is",
                "第 {first} 行已有端口 {twice}；以该行为准"
            );
            self.note(row.finding(Severity::Warning, "port-twice", "ports", &code, reason));
        }
        for (first, count) in value::runs(&fresh) {
            let block =
                PortBlock { name: name.clone(), first, count, kind, interface: interface.clone(), rate: rate.clone() };
            device.blocks.push(block);
        }
    }

    /// The device of a row of ports, made from its first row.
    fn device(&mut self, row: Row<'_>, code: &Text, ports: &mut Ports) -> Option<usize> {
        if let Some(at) = ports.by_code.get(code).copied() {
            if let Some((device, source)) = ports.devices.get(at)
                && !row.is_empty("name")
                && !device.tag.name.is_empty()
                && row.text("name") != device.tag.name
            {
                let reason = phrase!(
                    "{source} calls the device {}; that name was kept",
                    "{source} 称该设备为 {}；保留该名称",
                    shown(&device.tag.name)
                );
                self.note(row.finding(Severity::Warning, "disputed-record", "name", code, reason));
            }
            return Some(at);
        }
        let known = self.known::<DeviceId>(code);
        let kind = row.word::<DeviceKind>("kind", code, self.mapping, self.draft);
        let place = if known.is_some() && row.is_empty("place") {
            known.as_ref().map(|device| device.place)
        } else {
            self.end(row, "place", code)
        };
        let kind = kind.or(known.as_ref().map(|device| device.kind));
        if kind.is_none() {
            row.refuse(
                "missing-value",
                "kind",
                code,
                phrase!("a new device needs its kind, such as ODF", "新设备须注明类型，如 ODF"),
                self.draft,
            );
        }
        let (Some(kind), Some(place)) = (kind, place) else {
            let _ = self.draft.reserve::<DeviceId>(Some(self.dataset), code.clone(), row.source(code));
            return None;
        };
        let mut device = known.unwrap_or_else(|| Device {
            tag: linewright_model::Tag::new(code.clone(), ""),
            place,
            kind,
            model: Text::default(),
            blocks: Vec::new().into(),
            free_board_slots: None,
            plant: Plant::default().into(),
        });
        (device.place, device.kind) = (place, kind);
        device.blocks.clear();
        if row.has("name") {
            device.tag.name = row.text("name");
        }
        if row.has("model") {
            device.model = row.text("model");
        }
        let at = ports.devices.len();
        ports.devices.push((device, row.source(code)));
        ports.by_code.insert(code.clone(), at);
        Some(at)
    }

    /// The devices that the rows of ports came to: consecutive ports of one board are one block.
    pub(crate) fn devices(&mut self, ports: Ports) {
        for (mut device, source) in ports.devices {
            if let Some(known) = self.known::<DeviceId>(&device.tag.code) {
                // Ports that the tables do not list stay, unless one of theirs has the number now.
                let free = |block: &PortBlock| {
                    device.blocks.iter().all(|new| block.ports().end <= new.first || new.ports().end <= block.first)
                };
                let kept: Vec<PortBlock> = known.blocks.iter().filter(|block| free(block)).cloned().collect();
                device.blocks.extend(kept);
            }
            device.blocks.sort_by_key(|block| block.first);
            device.blocks = merged(device.blocks.to_vec()).into();
            device.tag.dataset = Some(self.dataset);
            let (name, code) = (device.tag.name.clone(), device.tag.code.clone());
            if self.draft.by_code::<DeviceId>(Some(self.dataset), &code).is_some() {
                // Announced by a row that could not be read; that has been said.
                continue;
            }
            let id = self.draft.add(device, Source { record: code, ..source });
            self.names.add(&name, id);
        }
    }

    /// Says that something was kept as another row says it.
    pub(crate) fn disputed(&mut self, row: Row<'_>, key: &str, record: &str, reason: Phrase) {
        let finding: Finding = row.finding(Severity::Warning, "disputed-slot", key, record, reason);
        self.note(finding.repairable(true, phrase!("left this row's claim out", "已略去本行的占用")));
    }
}

/// Blocks in which those that continue one another are one.
fn merged(blocks: Vec<PortBlock>) -> Vec<PortBlock> {
    let mut out: Vec<PortBlock> = Vec::new();
    for block in blocks {
        match out.last_mut() {
            Some(last)
                if last.ports().end == block.first
                    && (&last.name, last.kind, &last.interface, &last.rate)
                        == (&block.name, block.kind, &block.interface, &block.rate) =>
            {
                last.count = last.count.saturating_add(block.count);
            }
            _ => out.push(block),
        }
    }
    out
}

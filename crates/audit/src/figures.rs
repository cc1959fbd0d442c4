//! Figures by region and by responsible unit: records, findings, completeness 完整率.

use std::collections::BTreeMap;

use linewright_model::{
    Address, AnyId, Cable, CableId, Carrier, Device, DeviceId, Id, Jumper, JumperId, Link, LinkId, Network, Place,
    PlaceId, Plant, SlotMark, SlotMarkId, Span, SpanId, SpanKind, Splice, SpliceId, TableKind, Text, Trail, TrailId,
};
use linewright_search::{ground, site};
use serde::Serialize;

use crate::{Finding, Severity};

/// What figures are counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// District or county 区县.
    Region,
    /// Responsible unit 维护单位.
    Unit,
}

/// Figures of one region or unit.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Figure {
    /// The region or unit; empty where the records name none.
    pub name: String,
    /// Records of any table.
    pub records: u64,
    /// Errors about them.
    pub errors: u64,
    /// Warnings about them.
    pub warnings: u64,
    /// Remarks about them.
    pub infos: u64,
    /// Records with every required attribute filled; see [`REQUIRED`].
    pub complete: u64,
    /// 完整率: complete records among all, per cent.
    pub complete_percent: f64,
    /// What is missing, and of how many records.
    pub missing: BTreeMap<&'static str, u64>,
}

/// The attributes that count for completeness, by table; records of other tables are complete by being there.
pub const REQUIRED: &[(TableKind, &[&str])] = &[
    (TableKind::Place, &["position", "region", "unit"]),
    (TableKind::Span, &["length_m", "capacity", "unit"]),
    (TableKind::Cable, &["model", "cores", "length_m", "fibre", "unit"]),
    (TableKind::Device, &["model", "ports", "unit"]),
    (TableKind::Trail, &["holdings"]),
    (TableKind::Address, &["position"]),
];

/// Figures of a network, by name; of equal findings and networks they are equal.
#[must_use]
pub fn figures(network: &Network, findings: &[Finding], by: By) -> Vec<Figure> {
    let mut rows: BTreeMap<Text, Figure> = BTreeMap::new();
    let mut count = |id: AnyId, missing: &[&'static str]| {
        let row = rows.entry(home(network, id).of(by)).or_default();
        row.records += 1;
        row.complete += u64::from(missing.is_empty());
        missing.iter().for_each(|attribute| *row.missing.entry(attribute).or_default() += 1);
    };
    for (id, place) in network.all::<Place>() {
        let unset = [site(network, id).is_none(), place.region.is_empty(), place.plant.unit.is_empty()];
        count(id.any(), &unfilled(TableKind::Place, unset));
    }
    for (id, span) in network.all::<Span>() {
        let uncounted = span.capacity.is_none() && span.kind != SpanKind::Indoor;
        count(id.any(), &unfilled(TableKind::Span, [span.length_m <= 0.0, uncounted, span.plant.unit.is_empty()]));
    }
    for (id, cable) in network.all::<Cable>() {
        let unset = [
            cable.model.is_empty(),
            cable.cores.is_none(),
            cable.length_m <= 0.0,
            cable.fibre.is_empty(),
            cable.plant.unit.is_empty(),
        ];
        count(id.any(), &unfilled(TableKind::Cable, unset));
    }
    for (id, device) in network.all::<Device>() {
        let unset = [device.model.is_empty(), device.blocks.is_empty(), device.plant.unit.is_empty()];
        count(id.any(), &unfilled(TableKind::Device, unset));
    }
    for (id, trail) in network.all::<Trail>() {
        count(id.any(), &unfilled(TableKind::Trail, [trail.holdings().next().is_none()]));
    }
    for (id, address) in network.all::<Address>() {
        count(id.any(), &unfilled(TableKind::Address, [address.position.is_none()]));
    }
    network.all::<Splice>().for_each(|(id, _)| count(id.any(), &[]));
    network.all::<Jumper>().for_each(|(id, _)| count(id.any(), &[]));
    network.all::<Link>().for_each(|(id, _)| count(id.any(), &[]));
    network.all::<SlotMark>().for_each(|(id, _)| count(id.any(), &[]));
    for finding in findings {
        let row = rows.entry(home(network, finding.subject).of(by)).or_default();
        match finding.severity {
            Severity::Error => row.errors += 1,
            Severity::Warning => row.warnings += 1,
            Severity::Info => row.infos += 1,
        }
    }
    let finished = |(name, row): (Text, Figure)| Figure {
        name: name.to_string(),
        complete_percent: if row.records == 0 { 100.0 } else { row.complete as f64 * 100.0 / row.records as f64 },
        ..row
    };
    rows.into_iter().map(finished).collect()
}

/// The required attributes of a table that are not filled.
fn unfilled<const N: usize>(table: TableKind, unset: [bool; N]) -> Vec<&'static str> {
    let required = REQUIRED.iter().find(|(of, _)| *of == table).map_or(&[][..], |(_, names)| names);
    required.iter().zip(unset).filter(|(_, unset)| *unset).map(|(name, _)| *name).collect()
}

/// Where a record belongs.
#[derive(Default)]
pub(crate) struct Home {
    pub(crate) region: Text,
    pub(crate) unit: Text,
}

impl Home {
    fn of(self, by: By) -> Text {
        match by {
            By::Region => self.region,
            By::Unit => self.unit,
        }
    }
}

/// Region and unit of a record: its own, else those of the place where it stands or begins.
pub(crate) fn home(network: &Network, id: AnyId) -> Home {
    owned(network, id).unwrap_or_default()
}

fn owned(network: &Network, id: AnyId) -> Option<Home> {
    match id.table {
        TableKind::Place => {
            let id: PlaceId = id.typed()?;
            let place = network.get(id)?;
            let ground = network.get(ground(network, id))?;
            let region = if place.region.is_empty() { &ground.region } else { &place.region };
            Some(Home { region: region.clone(), unit: place.plant.unit.clone() })
        }
        TableKind::Span => {
            let span = network.get(id.typed::<SpanId>()?)?;
            Some(kept(&span.plant, owned(network, span.a.any())?))
        }
        TableKind::Cable => {
            let cable = network.get(id.typed::<CableId>()?)?;
            Some(kept(&cable.plant, owned(network, cable.a.any())?))
        }
        TableKind::Device => {
            let device = network.get(id.typed::<DeviceId>()?)?;
            Some(kept(&device.plant, owned(network, device.place.any())?))
        }
        TableKind::Splice => owned(network, network.get(id.typed::<SpliceId>()?)?.at.any()),
        TableKind::Jumper => owned(network, network.get(id.typed::<JumperId>()?)?.a.device.any()),
        TableKind::Link => owned(network, network.get(id.typed::<LinkId>()?)?.a.device.any()),
        TableKind::SlotMark => begun(network, network.get(id.typed::<SlotMarkId>()?)?.carrier),
        TableKind::Trail => begun(network, network.get(id.typed::<TrailId>()?)?.holdings().next()?.carrier),
        TableKind::Address => {
            let address = network.get(id.typed::<linewright_model::AddressId>()?)?;
            let place = address.premises.or_else(|| address.covered_by.first().copied())?;
            owned(network, place.any())
        }
        TableKind::Dataset => None,
    }
}

/// What rides on links belongs where the first of them begins.
fn begun(network: &Network, carrier: Carrier) -> Option<Home> {
    let on = match carrier {
        Carrier::Link(id) => network.get(id)?.a.device.any(),
        other => other.any(),
    };
    owned(network, on)
}

/// The unit that keeps the plant, else that of its place.
fn kept(plant: &Plant, place: Home) -> Home {
    let unit = if plant.unit.is_empty() { place.unit } else { plant.unit.clone() };
    Home { unit, ..place }
}

#[cfg(test)]
mod tests {
    use linewright_model::*;

    use super::*;
    use crate::village::{Village, findings};

    #[test]
    fn every_record_is_counted_where_it_belongs() {
        let mut village = Village::new();
        let mut set = ChangeSet::new(Origin::Recording);
        for id in [village.site, village.cabinet] {
            let now = village.network.get(id).unwrap();
            let mut place = (**now).clone();
            (place.region, place.plant.unit) = ("东区".into(), "一班".into());
            set.update(id, now, place);
        }
        // One error at the cabinet's splitter end, and a model that is missing.
        village.change_cable(&mut set, village.spare, |cable| cable.cores = None);
        village.change_cable(&mut set, village.feeder, |cable| cable.model = "GYTA-48B1".into());
        village.network.apply(&set).unwrap();
        let found = findings(&village.network);
        assert_eq!(found.len(), 1);
        for by in [By::Region, By::Unit] {
            let rows = figures(&village.network, &found, by);
            assert_eq!(rows.len(), 2);
            let all: usize = TableKind::ALL.iter().map(|table| village.network.count_of(*table)).sum();
            assert_eq!(rows.iter().map(|row| row.records).sum::<u64>(), all as u64);
            assert_eq!(rows.iter().map(|row| row.errors).collect::<Vec<_>>(), [0, 1], "FEED begins at the site");
            assert!(rows.iter().all(|row| row.complete <= row.records && !row.missing.is_empty()));
            assert_eq!(rows[1].missing.get("region"), None);
            assert_eq!(rows[1].missing.get("cores"), Some(&1), "SPARE begins at the cabinet");
        }
        assert_eq!(figures(&village.network, &found, By::Region)[1].name, "东区");
        assert_eq!(figures(&village.network, &found, By::Unit)[1].name, "一班");
    }
}

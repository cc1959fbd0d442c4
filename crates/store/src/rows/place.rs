//! Rows of data sets, places and addresses, and the columns they share with other plant.

use linewright_model::{
    Address, Alike, Dataset, Id, Permit, Place, PlaceId, PlaceKind, Plant, Position, SiteClass, Tag,
};

use super::{Cell, Cells, Damage, ListSink, Lists, Overflow, Row, Shape, Tabular, record_columns};

impl Row<'_> {
    pub(super) fn position(&mut self, position: Option<Position>) -> &mut Self {
        self.add(position.map(Position::lon_deg)).add(position.map(Position::lat_deg))
    }

    pub(super) fn plant(&mut self, plant: &Plant) -> Result<&mut Self, Overflow> {
        self.name(&plant.stage)?.add(plant.available_from).name(&plant.ownership)?;
        Ok(self.add(&plant.notice_party).add(&plant.unit))
    }
}

impl Cells {
    pub(super) fn position(&mut self) -> Result<Option<Position>, Damage> {
        match (self.real_or_none()?, self.real_or_none()?) {
            (Some(lon_deg), Some(lat_deg)) => {
                Position::new(lon_deg, lat_deg).map(Some).map_err(|error| self.damage(format!("is bad: {error}")))
            }
            (None, None) => Ok(None),
            _ => Err(self.damage("stands without its other half")),
        }
    }

    pub(super) fn plant(&mut self) -> Result<Alike<Plant>, Damage> {
        let plant = Plant {
            stage: self.name()?,
            available_from: self.day_or_none()?,
            ownership: self.name()?,
            notice_party: self.text()?,
            unit: self.text()?,
        };
        Ok(plant.into())
    }
}

impl Tabular for Dataset {
    const MAIN: Shape = Shape { table: "dataset", columns: record_columns!["format"], order: "id" };

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        row.add(&self.format);
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, _: &mut Lists) -> Result<Self, Damage> {
        Ok(Dataset { tag, format: row.text()? })
    }
}

/// Kinds of places under the names of the native format.
const KINDS: [(&str, PlaceKind); 12] = [
    ("site_core", PlaceKind::Site(SiteClass::Core)),
    ("site_aggregation", PlaceKind::Site(SiteClass::Aggregation)),
    ("site_access", PlaceKind::Site(SiteClass::Access)),
    ("manhole", PlaceKind::Manhole),
    ("handhole", PlaceKind::Handhole),
    ("pole", PlaceKind::Pole),
    ("cabinet", PlaceKind::Cabinet),
    ("distribution_box", PlaceKind::DistributionBox),
    ("closure", PlaceKind::Closure),
    ("entry", PlaceKind::Entry),
    ("premises", PlaceKind::Premises),
    ("node", PlaceKind::Node),
];

impl Tabular for Place {
    const MAIN: Shape = Shape {
        table: "place",
        columns: record_columns![
            "kind",
            "lon_deg",
            "lat_deg",
            "within",
            "region",
            "stage",
            "available_from",
            "ownership",
            "notice_party",
            "unit",
            "permits",
        ],
        order: "id",
    };

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        let kind = KINDS.iter().find(|(_, kind)| *kind == self.kind).ok_or(Overflow::NoName)?;
        row.add(kind.0).position(self.position).add(self.within.map(Id::raw)).add(&self.region);
        row.plant(&self.plant)?.list(&self.permits)?;
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, _: &mut Lists) -> Result<Self, Damage> {
        let name = row.text()?;
        let kind = KINDS.iter().find(|(known, _)| *known == &*name).map(|(_, kind)| *kind);
        Ok(Place {
            tag,
            kind: kind.ok_or_else(|| row.damage(format!("{name:?} is not known")))?,
            position: row.position()?,
            within: row.whole_or_none()?.map(PlaceId::from_raw),
            region: row.text()?,
            plant: row.plant()?,
            permits: row.list::<Permit>()?.into(),
        })
    }
}

impl Tabular for Address {
    const MAIN: Shape =
        Shape { table: "address", columns: record_columns!["text", "lon_deg", "lat_deg", "premises"], order: "id" };
    const LISTS: &'static [Shape] =
        &[Shape { table: "address_coverage", columns: &["address", "seq", "place"], order: "seq" }];

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        row.add(&self.text).position(self.position).add(self.premises.map(Id::raw));
        Ok(())
    }

    fn put_lists(&self, lists: &mut ListSink<'_>) -> Result<(), Overflow> {
        for (seq, place) in (0u32..).zip(&self.covered_by) {
            lists.row(0, [Cell::from(seq), Cell::from(place.raw())]);
        }
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, lists: &mut Lists) -> Result<Self, Damage> {
        Ok(Address {
            tag,
            text: row.text()?,
            position: row.position()?,
            premises: row.whole_or_none()?.map(PlaceId::from_raw),
            covered_by: lists.rows(0, |row| {
                let _seq: u32 = row.whole()?;
                Ok(PlaceId::from_raw(row.whole()?))
            })?,
        })
    }
}

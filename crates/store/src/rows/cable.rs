//! Rows of cable sections, their routes, and splices.

use linewright_model::{
    Cable, CableId, CoreOwnership, DeviceId, Fixture, Id, Measurement, PlaceId, RouteHop, SpanId, Splice, SpliceSide,
    Tag,
};

use super::{Cell, Cells, Damage, ListSink, Lists, Overflow, Row, Shape, Tabular, record_columns};

impl Tabular for Cable {
    const MAIN: Shape = Shape {
        table: "cable",
        columns: record_columns![
            "a",
            "b",
            "model",
            "cores",
            "cores_per_tube",
            "cores_per_ribbon",
            "colours",
            "fibre",
            "length_m",
            "occupancy",
            "measurements",
            "core_ownership",
            "stage",
            "available_from",
            "ownership",
            "notice_party",
            "unit",
        ],
        order: "id",
    };
    const LISTS: &'static [Shape] =
        &[Shape { table: "cable_route", columns: &["cable", "seq", "span", "bore"], order: "seq" }];

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        row.add(self.a.raw()).add(self.b.raw()).add(&self.model);
        row.add(self.cores).add(self.cores_per_tube).add(self.cores_per_ribbon);
        row.name(&self.colours)?.add(&self.fibre).add(self.length_m).name(&self.occupancy)?;
        row.list(&self.measurements)?.list(&self.core_ownership)?.plant(&self.plant)?;
        Ok(())
    }

    fn put_lists(&self, lists: &mut ListSink<'_>) -> Result<(), Overflow> {
        for (seq, hop) in (0u32..).zip(&self.route) {
            lists.row(0, [Cell::from(seq), Cell::from(hop.span.raw()), Cell::from(hop.bore)]);
        }
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, lists: &mut Lists) -> Result<Self, Damage> {
        Ok(Cable {
            tag,
            a: PlaceId::from_raw(row.whole()?),
            b: PlaceId::from_raw(row.whole()?),
            model: row.text()?,
            cores: row.whole_or_none()?,
            cores_per_tube: row.whole_or_none()?,
            cores_per_ribbon: row.whole_or_none()?,
            colours: row.name()?,
            fibre: row.text()?,
            length_m: row.real()?,
            occupancy: row.name()?,
            measurements: row.list::<Measurement>()?.into(),
            core_ownership: row.list::<CoreOwnership>()?.into(),
            plant: row.plant()?,
            route: lists.rows(0, |row| {
                let _seq: u32 = row.whole()?;
                Ok(RouteHop { span: SpanId::from_raw(row.whole()?), bore: row.whole_or_none()? })
            })?,
        })
    }
}

impl Tabular for Splice {
    const MAIN: Shape = Shape {
        table: "splice",
        columns: record_columns![
            "at", "a_cable", "a_end", "a_device", "a_first", "b_cable", "b_end", "b_device", "b_first", "count",
            "method",
        ],
        order: "id",
    };

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        row.add(self.at.raw());
        for side in [&self.a, &self.b] {
            match side.on {
                Fixture::Cable { id, end } => row.add(id.raw()).name(&end)?.add(Cell::Null),
                Fixture::Device { id } => row.add(Cell::Null).add(Cell::Null).add(id.raw()),
            };
            row.add(side.first);
        }
        row.add(self.count).name(&self.method)?;
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, _: &mut Lists) -> Result<Self, Damage> {
        Ok(Splice {
            tag,
            at: PlaceId::from_raw(row.whole()?),
            a: side(row)?,
            b: side(row)?,
            count: row.whole()?,
            method: row.name()?,
        })
    }
}

fn side(row: &mut Cells) -> Result<SpliceSide, Damage> {
    let on = match (row.whole_or_none()?, row.name_or_none()?, row.whole_or_none()?) {
        (Some(cable), Some(end), None) => Fixture::Cable { id: CableId::from_raw(cable), end },
        (None, None, Some(device)) => Fixture::Device { id: DeviceId::from_raw(device) },
        _ => return Err(row.damage("does not go with the other columns of its side")),
    };
    Ok(SpliceSide { on, first: row.whole()? })
}

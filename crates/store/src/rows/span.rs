//! Rows of spans.

use linewright_model::{Id, Permit, PlaceId, Span, Tag};

use super::{Cells, Damage, Lists, Overflow, Row, Shape, Tabular, record_columns};

impl Tabular for Span {
    const MAIN: Shape = Shape {
        table: "span",
        columns: record_columns![
            "kind",
            "a",
            "b",
            "length_m",
            "capacity",
            "trench",
            "course",
            "marks",
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
        row.name(&self.kind)?.add(self.a.raw()).add(self.b.raw()).add(self.length_m).add(self.capacity);
        row.add(&self.trench).list(&self.course)?.list(&self.marks)?.plant(&self.plant)?.list(&self.permits)?;
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, _: &mut Lists) -> Result<Self, Damage> {
        Ok(Span {
            tag,
            kind: row.name()?,
            a: PlaceId::from_raw(row.whole()?),
            b: PlaceId::from_raw(row.whole()?),
            length_m: row.real()?,
            capacity: row.whole_or_none()?,
            trench: row.text()?,
            course: row.list()?,
            marks: row.list()?,
            plant: row.plant()?,
            permits: row.list::<Permit>()?.into(),
        })
    }
}

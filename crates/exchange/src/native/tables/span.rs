//! `span.csv`.

use linewright_model::{Mark, Position, Span, Tag, Text};

use super::Table;
use crate::native::codes::{malformed, not_of_form, number};
use crate::native::escape;
use crate::native::out::{Out, text_in_list};
use crate::native::row::Row;

impl Table for Span {
    const COLUMNS: &'static [&'static str] = &[
        "kind",
        "a",
        "b",
        "length_m",
        "capacity",
        "course",
        "marks",
        "trench",
        "stage",
        "available_from",
        "ownership",
        "notice_party",
        "unit",
        "permits",
    ];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let kind = row.word("kind");
        let (a, b) = (row.reference("a"), row.reference("b"));
        let length_m = row.required_number("length_m");
        let capacity = row.whole("capacity");
        let course = course(row);
        let marks = row.list("marks", ';', |_, item| {
            let form = || not_of_form(item, "label@at_m");
            let (label, at) = item.split_once('@').ok_or_else(form)?;
            Ok(Mark { label: escape::decode(label).map_err(malformed)?.into(), at_m: number(at)? })
        });
        let trench = Text::from(row.text("trench"));
        let plant = row.plant();
        let permits = row.permits();
        let (kind, a, b, length_m) = (kind?, a?, b?, length_m?);
        Some(Span { tag, kind, a, b, course, length_m, capacity, marks, trench, plant, permits })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_word("kind", self.kind);
        out.put_reference("a", self.a);
        out.put_reference("b", self.b);
        out.put("length_m", self.length_m.to_string());
        out.put_some("capacity", self.capacity);
        out.put_list("course", self.course.iter().map(|at| format!("{} {}", at.lon_deg(), at.lat_deg())));
        out.put_list("marks", self.marks.iter().map(|m| format!("{}@{}", text_in_list(&m.label), m.at_m)));
        out.put_text("trench", &self.trench);
        out.put_plant(&self.plant);
        out.put_permits(&self.permits);
    }
}

fn course(row: &mut Row<'_>) -> Vec<Position> {
    let points = row.list("course", ';', |_, item| {
        let form = || not_of_form(item, "lon lat");
        let (lon, lat) = item.split_once(' ').ok_or_else(form)?;
        Ok((number(lon)?, number(lat)?))
    });
    let mut course = Vec::with_capacity(points.len());
    for (x, y) in points {
        match row.place_on_earth("course", x, y) {
            Some(at) => course.push(at),
            // One finding a cell.
            None => return Vec::new(),
        }
    }
    course
}

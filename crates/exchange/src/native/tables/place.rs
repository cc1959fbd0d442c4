//! `dataset.csv`, `place.csv`, `address.csv`.

use linewright_model::{Address, Dataset, Place, Tag, Text};

use super::Table;
use crate::native::out::Out;
use crate::native::row::Row;

impl Table for Dataset {
    const COLUMNS: &'static [&'static str] = &["format"];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        Some(Dataset { tag, format: Text::from(row.text("format")) })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_text("format", &self.format);
    }
}

impl Table for Place {
    const COLUMNS: &'static [&'static str] = &[
        "kind",
        "lon",
        "lat",
        "within",
        "region",
        "stage",
        "available_from",
        "ownership",
        "notice_party",
        "unit",
        "permits",
    ];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let kind = row.word("kind");
        let position = row.position();
        let within = row.optional("within", |row, text| row.codes.reference(row.dataset, text));
        let region = Text::from(row.text("region"));
        let plant = row.plant();
        let permits = row.permits();
        Some(Place { tag, kind: kind?, position, within, region, plant, permits })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_word("kind", self.kind);
        out.put_position(self.position);
        if let Some(within) = self.within {
            out.put_reference("within", within);
        }
        out.put_text("region", &self.region);
        out.put_plant(&self.plant);
        out.put_permits(&self.permits);
    }
}

impl Table for Address {
    const COLUMNS: &'static [&'static str] = &["text", "lon", "lat", "premises", "covered_by"];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let text = row.required("text", |_, text| Ok(Text::from(text)));
        let position = row.position();
        let premises = row.optional("premises", |row, text| row.codes.reference(row.dataset, text));
        let covered_by = row.list("covered_by", ';', |row, item| row.codes.reference(row.dataset, item));
        Some(Address { tag, text: text?, position, premises, covered_by })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_text("text", &self.text);
        out.put_position(self.position);
        if let Some(premises) = self.premises {
            out.put_reference("premises", premises);
        }
        let covered_by: Vec<String> = self.covered_by.iter().map(|place| out.in_list(*place)).collect();
        out.put_list("covered_by", covered_by.into_iter());
    }
}

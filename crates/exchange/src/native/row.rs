//! One row of a table, read cell by cell; what cannot be read becomes a finding.

use linewright_model::crs::Crs;
use linewright_model::{Alike, DatasetId, Extra, Id, Permit, Phrase, Plant, Position, Tag, Text, phrase};
use rustc_hash::FxHashMap;

use super::codes::{Codes, ECHO, Fault, Parsed, malformed, not_of_form, number, whole};
use super::sheet::Sheet;
use super::words::Word;
use crate::draft::Draftable;
use crate::finding::{Finding, Source, shown};

/// A row and what is needed to understand it.
pub(super) struct Row<'a> {
    pub(super) columns: &'a FxHashMap<&'static str, usize>,
    pub(super) cells: &'a csv::StringRecord,
    pub(super) codes: Codes<'a>,
    pub(super) dataset: Option<DatasetId>,
    pub(super) source: Source,
    pub(super) crs: Crs,
    pub(super) findings: Vec<Finding>,
    /// Whether something could not be read, be it a finding here or elsewhere.
    pub(super) failed: bool,
}

impl<'a> Row<'a> {
    /// The text of a cell; empty when the column is not there.
    pub(super) fn text(&self, column: &str) -> &'a str {
        self.columns.get(column).and_then(|at| self.cells.get(*at)).unwrap_or_default()
    }

    /// A row of which nothing is read yet.
    pub(super) fn new(
        sheet: &'a Sheet<'_>,
        number: u64,
        cells: &'a csv::StringRecord,
        codes: Codes<'a>,
        crs: Crs,
    ) -> Self {
        let source = sheet.source.record(number, "");
        let (columns, findings) = (&sheet.columns, Vec::new());
        let mut row = Self { columns, cells, codes, dataset: None, source, crs, findings, failed: false };
        row.source.record = row.text("code").into();
        row
    }

    /// Notes that a cell cannot be read.
    pub(super) fn fault(&mut self, column: &str, fault: Fault) {
        self.failed = true;
        if fault.code == ECHO {
            return;
        }
        self.findings.push(Finding::error(fault.code, &self.source, column, fault.reason));
    }

    /// A value that may be absent.
    pub(super) fn optional<T>(&mut self, column: &str, read: impl FnOnce(&Self, &'a str) -> Parsed<T>) -> Option<T> {
        let text = self.text(column);
        if text.trim().is_empty() {
            return None;
        }
        match read(self, text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(column, fault);
                None
            }
        }
    }

    /// A value that must be there.
    pub(super) fn required<T>(&mut self, column: &str, read: impl FnOnce(&Self, &'a str) -> Parsed<T>) -> Option<T> {
        if self.text(column).trim().is_empty() {
            let reason = phrase!("the {column} is empty; every row here needs one", "{column} 为空；此处每行都须填写");
            self.fault(column, Fault { code: "missing-value", reason });
            return None;
        }
        self.optional(column, read)
    }

    /// A list; items stand between separators, an empty cell is the empty list.
    pub(super) fn list<T>(
        &mut self,
        column: &str,
        separator: char,
        read: impl Fn(&Self, &'a str) -> Parsed<T>,
    ) -> Vec<T> {
        let text = self.text(column);
        if text.trim().is_empty() {
            return Vec::new();
        }
        let mut items = Vec::new();
        for (at, item) in text.split(separator).enumerate() {
            match read(self, item.trim_matches(' ')) {
                Ok(item) => items.push(item),
                Err(fault) => {
                    // One finding a cell: an unreadable list is mended as a whole.
                    let reason = phrase!("item {}: {}", "第 {} 项：{}", at + 1, fault.reason);
                    self.fault(column, Fault { reason, ..fault });
                    return Vec::new();
                }
            }
        }
        items
    }

    /// A record referred to by a cell of its own.
    pub(super) fn reference<I: Id>(&mut self, column: &str) -> Option<I>
    where
        I::Record: Draftable,
    {
        self.required(column, |row, text| row.codes.reference(row.dataset, text))
    }

    /// A word of a closed list that must be there.
    pub(super) fn word<W: Word>(&mut self, column: &str) -> Option<W> {
        self.required(column, |_, text| W::parse(text.trim()).map_err(unknown_kind))
    }

    /// A word of a closed list, its default when the cell is empty.
    pub(super) fn word_or_default<W: Word + Default>(&mut self, column: &str) -> W {
        self.optional(column, |_, text| W::parse(text.trim()).map_err(unknown_kind)).unwrap_or_default()
    }

    /// A whole number that may be absent.
    pub(super) fn whole<N: std::str::FromStr>(&mut self, column: &str) -> Option<N> {
        self.optional(column, |_, text| whole(text))
    }

    /// A whole number that must be there.
    pub(super) fn required_whole<N: std::str::FromStr>(&mut self, column: &str) -> Option<N> {
        self.required(column, |_, text| whole(text))
    }

    /// A length or similar that must be there.
    pub(super) fn required_number(&mut self, column: &str) -> Option<f64> {
        self.required(column, |_, text| number(text))
    }

    /// A position from its two columns.
    pub(super) fn position(&mut self) -> Option<Position> {
        let x = self.optional("lon", |_, text| number(text));
        let y = self.optional("lat", |_, text| number(text));
        match (x, y, self.text("lon").trim().is_empty(), self.text("lat").trim().is_empty()) {
            (Some(x), Some(y), ..) => self.place_on_earth("lon", x, y),
            (Some(_), None, _, true) | (None, Some(_), true, _) => {
                let reason = phrase!(
                    "only one of lon and lat is given; give both or neither",
                    "lon 和 lat 只填了一个；请都填或都不填"
                );
                self.fault("lon", Fault { code: "half-position", reason });
                None
            }
            _ => None,
        }
    }

    /// A coordinate of the folder's system in WGS-84. One that fits only the other way round is swapped on repair.
    pub(super) fn place_on_earth(&mut self, column: &str, x: f64, y: f64) -> Option<Position> {
        let repair = self.codes.draft.repair();
        let read = |x, y| self.crs.to_wgs84(x, y);
        let (error, swapped) = match read(x, y) {
            Ok(at) => return self.checked(column, at.lon_deg, at.lat_deg),
            Err(error) => (error, read(y, x).ok()),
        };
        let code = if swapped.is_some() { "swapped-position" } else { "bad-position" };
        let finding = Finding::error(code, &self.source, column, error.phrase());
        let Some(at) = swapped else {
            self.failed = true;
            self.findings.push(finding);
            return None;
        };
        self.failed |= !repair;
        self.findings.push(finding.repairable(repair, phrase!("swapped the two numbers", "已对调两个数")));
        repair.then(|| self.checked(column, at.lon_deg, at.lat_deg)).flatten()
    }

    fn checked(&mut self, column: &str, lon_deg: f64, lat_deg: f64) -> Option<Position> {
        Position::new(lon_deg, lat_deg)
            .map_err(|error| {
                self.fault(column, Fault { code: "bad-position", reason: Phrase::same(error.to_string()) })
            })
            .ok()
    }

    /// Code, name, data set and extra attributes.
    pub(super) fn tag(&mut self) -> Tag {
        let extra = self.optional("extra", |_, text| {
            let object = serde_json::from_str(text);
            let text = shown(text);
            object
                .map(Extra::new)
                .map_err(|e| malformed(phrase!("{text} is no JSON object: {e}", "{text} 不是 JSON 对象：{e}")))
        });
        Tag { extra, dataset: self.dataset, ..Tag::new(self.text("code"), self.text("name")) }
    }

    /// The columns from `stage` to `unit`.
    pub(super) fn plant(&mut self) -> Alike<Plant> {
        let plant = Plant {
            stage: self.word_or_default("stage"),
            available_from: self.optional("available_from", |_, text| date(text)),
            ownership: self.word_or_default("ownership"),
            notice_party: Text::from(self.text("notice_party")),
            unit: Text::from(self.text("unit")),
        };
        plant.into()
    }

    /// The permits, `kind:days:fee_cny;...`.
    pub(super) fn permits(&mut self) -> Alike<Vec<Permit>> {
        let permits = self.list("permits", ';', |_, item| {
            let parts: Vec<&str> = item.split(':').collect();
            let [kind, days, fee] = parts[..] else {
                return Err(not_of_form(item, "kind:days:fee_cny"));
            };
            Ok(Permit { kind: word_in(kind)?, days: whole(days)?, fee_cny: whole(fee)? })
        });
        permits.into()
    }
}

/// A word inside a list item.
pub(super) fn word_in<W: Word>(text: &str) -> Parsed<W> {
    W::parse(text.trim()).map_err(unknown_kind)
}

fn unknown_kind(reason: Phrase) -> Fault {
    Fault { code: "unknown-word", reason }
}

/// A day.
pub(super) fn date(text: &str) -> Parsed<chrono::NaiveDate> {
    text.trim().parse().map_err(|_| {
        let text = shown(text);
        malformed(phrase!("{text} is no day; write it like 2026-11-22", "{text} 不是日期；请写作 2026-11-22"))
    })
}

/// A range `first+count`.
pub(super) fn range(text: &str) -> Parsed<(u32, u32)> {
    let form = || not_of_form(text, "first+count");
    let (first, count) = text.split_once('+').ok_or_else(form)?;
    Ok((whole(first)?, whole(count)?))
}

//! One CSV file as rows of text cells; what is no such file becomes findings.

use std::collections::BTreeMap;

use linewright_model::TableKind;

use super::columns;
use crate::finding::{Finding, Source, shown};
use crate::format::looks_like;
use crate::input::File;

/// Longest cell read: a course of some hundred thousand points.
const MAX_CELL_BYTES: usize = 16 << 20;

/// The header of a table's file.
pub(super) struct Sheet<'a> {
    bytes: &'a [u8],
    pub(super) source: Source,
    /// Column name → position.
    pub(super) columns: BTreeMap<String, usize>,
    width: usize,
}

/// A row: its number (the line it starts on) and its cells, or why it cannot be read.
pub(super) struct SheetRow {
    pub(super) number: u64,
    pub(super) cells: Result<csv::StringRecord, Unread>,
}

/// A row that cannot be read as cells.
pub(super) struct Unread {
    pub(super) code: &'static str,
    pub(super) field: String,
    pub(super) reason: String,
    /// The code in the row, where that much can be read.
    pub(super) record: String,
}

impl<'a> Sheet<'a> {
    /// Reads the header. Returns what was found on the way; no sheet when the rows cannot be understood.
    pub(super) fn open(file: &'a File, table: TableKind, repair: bool) -> (Option<Self>, Vec<Finding>) {
        let source = Source::file(file.name.clone());
        let mut findings = Vec::new();
        let marked = file.bytes.strip_prefix(b"\xef\xbb\xbf");
        let bytes = marked.unwrap_or(&file.bytes);
        let refuse = |mut findings: Vec<Finding>, code, reason: String| {
            findings.push(Finding::error(code, &source, "", reason));
            (None, findings)
        };
        if bytes.trim_ascii().is_empty() {
            let reason = "the file is empty; give it a header row, or leave the file out";
            return refuse(findings, "empty-file", reason.to_owned());
        }
        if marked.is_some() {
            let reason = "the file starts with a byte order mark, which was passed over";
            findings.push(Finding::info("byte-order-mark", &source, "", reason));
        }
        if is_binary(bytes) {
            let reason = format!("the file is {}; a table is a CSV file in UTF-8", looks_like(bytes));
            return refuse(findings, "not-csv", reason);
        }
        let mut header = csv::ByteRecord::new();
        if let Err(error) = reader(bytes).read_byte_record(&mut header) {
            return refuse(findings, "not-csv", format!("the header cannot be read: {error}"));
        }
        let names: Result<Vec<&str>, _> = header.iter().map(std::str::from_utf8).collect();
        let Ok(names) = names else {
            return refuse(findings, "not-utf8", "the header is not UTF-8 text; save the file as UTF-8".to_owned());
        };
        if !names.iter().any(|name| name.trim() == "code") {
            let separator = [';', '\t'].iter().find(|c| names.len() == 1 && names.iter().any(|n| n.contains(**c)));
            let reason = match separator {
                Some(c) => format!("the cells are separated by {c:?}; save the file with commas"),
                None => "there is no column code; every table has one".to_owned(),
            };
            return refuse(findings, "missing-column", reason);
        }
        let known = columns(table);
        let mut columns = BTreeMap::new();
        for (at, name) in names.iter().map(|name| name.trim()).enumerate() {
            if name.is_empty() && names.get(at..).is_some_and(|rest| rest.iter().all(|n| n.trim().is_empty())) {
                // Columns that a spreadsheet saw and nobody named; cells in them are found row by row.
                break;
            }
            if !known.contains(&name) {
                let reason = format!("there is no column {}; {table} has {}", shown(name), known.join(", "));
                let finding =
                    Finding::error("unknown-column", &source, name.chars().take(60).collect::<String>(), reason);
                findings.push(finding.repairable(repair, "passed the column over"));
            } else if columns.insert(name.to_owned(), at).is_some() {
                findings.push(Finding::error(
                    "duplicate-column",
                    &source,
                    name,
                    "the column is there twice; remove one",
                ));
            }
        }
        let sheet = Self { bytes, source: source.clone(), columns, width: names.len() };
        // Closed quotes come in pairs, those inside a quoted cell included.
        if bytes.iter().filter(|b| **b == b'"').count() % 2 == 1 {
            let last = sheet.rows().last().map_or(1, |row| row.number);
            let reason =
                "a quote opens and does not close, from here or above; close it, and double a quote inside a text";
            findings.push(Finding::error("open-quote", &source.record(last, ""), "", reason));
            return (None, findings);
        }
        (Some(sheet), findings)
    }

    /// The rows below the header; rows without any text are passed over.
    pub(super) fn rows(&self) -> impl Iterator<Item = SheetRow> {
        let mut rows = reader(self.bytes).into_byte_records().skip(1);
        std::iter::from_fn(move || {
            loop {
                let row = rows.next()?;
                // Reading from memory does not fail, and rows may have any width.
                let Ok(row) = row else { continue };
                if row.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                    let number = row.position().map_or(0, |at| self.line(at));
                    return Some(SheetRow { number, cells: self.cells(row) });
                }
            }
        })
    }

    /// The line a row starts on; the reader counts the empty lines above it to the row.
    fn line(&self, at: &csv::Position) -> u64 {
        let rest = usize::try_from(at.byte()).ok().and_then(|from| self.bytes.get(from..)).unwrap_or_default();
        let empty = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
        at.line() + empty as u64
    }

    fn cells(&self, row: csv::ByteRecord) -> Result<csv::StringRecord, Unread> {
        let code = self.columns.get("code").and_then(|at| row.get(*at)).unwrap_or_default();
        let record: String = String::from_utf8_lossy(code).chars().take(60).collect();
        let column = |at: usize| self.columns.iter().find(|(_, i)| **i == at).map_or("", |(name, _)| name).to_owned();
        let unread = |code, field, reason| Err(Unread { code, field, reason, record: record.clone() });
        if let Some(at) = row.iter().position(|cell| cell.len() > MAX_CELL_BYTES) {
            let reason = format!("the cell is longer than {MAX_CELL_BYTES} bytes; a quote may not be closed");
            return unread("huge-cell", column(at), reason);
        }
        if row.len() != self.width {
            let hint = if row.iter().any(|cell| cell.contains(&b'\n')) { "; a quote may not be closed" } else { "" };
            let reason = format!("the row has {} cells, the header {}{hint}; mend the row", row.len(), self.width);
            return unread("ragged-row", String::new(), reason);
        }
        csv::StringRecord::from_byte_record(row).or_else(|error| {
            let at = error.utf8_error().field();
            let reason = "the cell is not UTF-8 text; save the file as UTF-8 (spreadsheets write GB 18030 otherwise)";
            unread("not-utf8", column(at), reason.to_owned())
        })
    }
}

/// Whether the first line cannot be a header, by the marks of other kinds of file.
fn is_binary(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 5] = [b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"%PDF", b"\x1f\x8b"];
    MARKS.iter().any(|mark| bytes.starts_with(mark)) || bytes.iter().take_while(|b| **b != b'\n').any(|b| *b == 0)
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes)
}

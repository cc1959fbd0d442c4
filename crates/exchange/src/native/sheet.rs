//! One CSV file as rows of text cells; what is no such file becomes findings.

use linewright_model::{Phrase, TableKind, phrase};
use rustc_hash::FxHashMap;

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
    pub(super) columns: FxHashMap<&'static str, usize>,
    width: usize,
    /// Below the header.
    body: Start,
}

/// Where a row starts.
#[derive(Clone, Copy)]
pub(super) struct Start {
    byte: usize,
    /// Counted from 1.
    line: u64,
}

/// A row: its number (the line it starts on) and its cells, or why it cannot be read.
pub(super) struct SheetRow {
    pub(super) start: Start,
    pub(super) number: u64,
    pub(super) cells: Result<csv::StringRecord, Unread>,
}

/// A row that cannot be read as cells.
pub(super) struct Unread {
    pub(super) code: &'static str,
    pub(super) field: String,
    pub(super) reason: Phrase,
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
        let refuse = |mut findings: Vec<Finding>, code, reason: Phrase| {
            findings.push(Finding::error(code, &source, "", reason));
            (None, findings)
        };
        if bytes.trim_ascii().is_empty() {
            let reason = phrase!(
                "the file is empty; give it a header row, or leave the file out",
                "文件为空；请加上表头，或不放此文件"
            );
            return refuse(findings, "empty-file", reason);
        }
        if marked.is_some() {
            let reason = phrase!(
                "the file starts with a byte order mark, which was passed over",
                "文件以字节顺序标记开头，已略过"
            );
            findings.push(Finding::info("byte-order-mark", &source, "", reason));
        }
        if is_binary(bytes) {
            let reason = phrase!(
                "the file is {}; a table is a CSV file in UTF-8",
                "文件{}；表须为 UTF-8 的 CSV 文件",
                looks_like(bytes)
            );
            return refuse(findings, "not-csv", reason);
        }
        let (mut reader, mut header) = (reader(bytes), csv::ByteRecord::new());
        if let Err(error) = reader.read_byte_record(&mut header) {
            let reason = phrase!("the header cannot be read: {error}", "表头无法读取：{error}");
            return refuse(findings, "not-csv", reason);
        }
        let names: Result<Vec<&str>, _> = header.iter().map(std::str::from_utf8).collect();
        let Ok(names) = names else {
            let reason =
                phrase!("the header is not UTF-8 text; save the file as UTF-8", "表头不是 UTF-8 文本；请另存为 UTF-8");
            return refuse(findings, "not-utf8", reason);
        };
        if !names.iter().any(|name| name.trim() == "code") {
            let separator = [';', '\t'].iter().find(|c| names.len() == 1 && names.iter().any(|n| n.contains(**c)));
            let reason = match separator {
                Some(c) => {
                    phrase!(
                        "the cells are separated by {c:?}; save the file with commas",
                        "单元格以 {c:?} 分隔；请另存为逗号分隔"
                    )
                }
                None => phrase!("there is no column code; every table has one", "没有 code 列；每个表都须有"),
            };
            return refuse(findings, "missing-column", reason);
        }
        let body = Start::of(reader.position(), Start { byte: 0, line: 1 });
        let known = columns(table);
        let mut columns = FxHashMap::default();
        for (at, name) in names.iter().map(|name| name.trim()).enumerate() {
            if name.is_empty() && names.get(at..).is_some_and(|rest| rest.iter().all(|n| n.trim().is_empty())) {
                // Columns that a spreadsheet saw and nobody named; cells in them are found row by row.
                break;
            }
            let Some(known) = known.iter().find(|known| **known == name) else {
                let (shown, known) = (shown(name), known.join(", "));
                let reason =
                    phrase!("there is no column {shown}; {} has {known}", "没有 {shown} 列；{}表的列为 {known}", table);
                let finding =
                    Finding::error("unknown-column", &source, name.chars().take(60).collect::<String>(), reason);
                findings.push(finding.repairable(repair, phrase!("passed the column over", "已略过该列")));
                continue;
            };
            if columns.insert(*known, at).is_some() {
                findings.push(Finding::error(
                    "duplicate-column",
                    &source,
                    name,
                    phrase!("the column is there twice; remove one", "该列重复；请去掉一个"),
                ));
            }
        }
        let sheet = Self { bytes, source: source.clone(), columns, width: names.len(), body };
        // Closed quotes come in pairs, those inside a quoted cell included.
        if bytes.iter().filter(|b| **b == b'"').count() % 2 == 1 {
            let last = sheet.rows().last().map_or(1, |row| row.number);
            let reason = phrase!(
                "a quote opens and does not close, from here or above; close it, and double a quote inside a text",
                "此处或以上有引号未闭合；请补全引号，文本内的引号写两遍"
            );
            findings.push(Finding::error("open-quote", &source.record(last, ""), "", reason));
            return (None, findings);
        }
        (Some(sheet), findings)
    }

    /// The rows below the header; rows without any text are passed over.
    pub(super) fn rows(&self) -> impl Iterator<Item = SheetRow> {
        self.rows_from(self.body)
    }

    /// The rows from one on.
    pub(super) fn rows_from(&self, from: Start) -> impl Iterator<Item = SheetRow> {
        let from = from.behind_a_break(self.bytes);
        let mut rows = reader(self.bytes.get(from.byte..).unwrap_or_default()).into_byte_records();
        std::iter::from_fn(move || {
            loop {
                let row = rows.next()?;
                // Reading from memory does not fail, and rows may have any width.
                let Ok(row) = row else { continue };
                if row.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                    let start = row.position().map_or(from, |at| Start::of(at, from));
                    return Some(SheetRow { start, number: self.line(start), cells: self.cells(row) });
                }
            }
        })
    }

    /// The line a row stands on; the reader counts the empty lines above it to the row.
    fn line(&self, start: Start) -> u64 {
        let rest = self.bytes.get(start.byte..).unwrap_or_default();
        let empty = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
        start.line + empty as u64
    }

    fn cells(&self, row: csv::ByteRecord) -> Result<csv::StringRecord, Unread> {
        let column = |at: usize| self.columns.iter().find(|(_, i)| **i == at).map_or("", |(name, _)| name).to_owned();
        let unread = |row: &csv::ByteRecord, code, field, reason| {
            let named = self.columns.get("code").and_then(|at| row.get(*at)).unwrap_or_default();
            let record = String::from_utf8_lossy(named).chars().take(60).collect();
            Err(Unread { code, field, reason, record })
        };
        if let Some(at) = row.iter().position(|cell| cell.len() > MAX_CELL_BYTES) {
            let reason = phrase!(
                "the cell is longer than {MAX_CELL_BYTES} bytes; a quote may not be closed",
                "单元格超过 {MAX_CELL_BYTES} 字节；可能有引号未闭合"
            );
            return unread(&row, "huge-cell", column(at), reason);
        }
        if row.len() != self.width {
            let hint = match row.iter().any(|cell| cell.contains(&b'\n')) {
                true => phrase!("; a quote may not be closed", "；可能有引号未闭合"),
                false => Phrase::default(),
            };
            let reason = phrase!(
                "the row has {} cells, the header {}{}; mend the row",
                "该行有 {} 个单元格，表头有 {} 个{}；请更正该行",
                row.len(),
                self.width,
                hint
            );
            return unread(&row, "ragged-row", String::new(), reason);
        }
        csv::StringRecord::from_byte_record(row).or_else(|error| {
            let at = error.utf8_error().field();
            let reason = phrase!(
                "the cell is not UTF-8 text; save the file as UTF-8 (spreadsheets write GB 18030 otherwise)",
                "单元格不是 UTF-8 文本；请另存为 UTF-8（表格软件常存为 GB 18030）"
            );
            unread(&error.into_byte_record(), "not-utf8", column(at), reason)
        })
    }
}

impl Start {
    /// A position in what is read from `from` on.
    fn of(at: &csv::Position, from: Start) -> Self {
        // Positions in memory fit.
        Self { byte: from.byte + at.byte() as usize, line: from.line + at.line().saturating_sub(1) }
    }

    /// The same row, begun at the break before it: at the beginning of what it reads a reader takes a byte order mark away,
    /// which here is the row's.
    fn behind_a_break(self, bytes: &[u8]) -> Self {
        match self.byte.checked_sub(1).and_then(|at| Some((at, *bytes.get(at)?))) {
            Some((byte, b'\n')) => Self { byte, line: self.line.saturating_sub(1) },
            Some((byte, b'\r')) => Self { byte, ..self },
            _ => self,
        }
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

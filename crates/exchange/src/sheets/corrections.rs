//! Findings as a table that people correct in a spreadsheet, and the corrections read back.

use linewright_model::{Phrase, Text, phrase};
use rust_xlsxwriter::XlsxError;

use crate::draft::Draft;
use crate::finding::{Finding, Report, Severity, Source, shown};
use crate::input::File;
use crate::sheets::form::{Heading, form, rows_of};
use crate::sheets::grid::{Cell, Grid};
use crate::sheets::header::Table;
use crate::sheets::kind::Kind;
use crate::sheets::template::Language;
use crate::sheets::value;
use crate::sheets::words::{same_word, squeezed};

/// Headings in Chinese and English.
const HEADS: [Heading; 10] = [
    ["文件", "file"],
    ["工作表", "sheet"],
    ["行", "row"],
    ["记录", "record"],
    ["列", "field"],
    ["原值", "value"],
    ["问题", "reason"],
    ["级别", "severity"],
    ["规则", "rule"],
    ["更正值", "corrected value"],
];

/// What clears a cell, as an empty correction is none.
const CLEARED: [&str; 2] = ["<清空>", "<empty>"];

/// The findings of a report as CSV or XLSX, by the ending of the name.
///
/// # Errors
/// When a workbook cannot be put together; it has room for 1,048,575 findings.
pub fn findings_file(report: &Report, name: &str, language: Language) -> Result<File, XlsxError> {
    let rows = report.findings.iter().map(|finding| {
        let source = &finding.source;
        let row = source.row.map_or_else(String::new, |row| row.to_string());
        [
            source.file.to_string(),
            source.sheet.to_string(),
            row,
            source.record.to_string(),
            finding.field.to_string(),
            finding.value.to_string(),
            language.pick([finding.reason.zh.clone(), finding.reason.en.clone()]),
            language.pick(finding.severity.words()).to_owned(),
            finding.code.to_owned(),
            String::new(),
        ]
    });
    form(&HEADS, rows, "findings", name, language)
}

/// A difference between the records and what is in the field.
pub struct Difference {
    /// Code of the record, and behind a colon its core or port.
    pub record: String,
    /// The field, as the tables head it; empty when the whole record is meant.
    pub field: String,
    /// What the records say.
    pub recorded: String,
    /// What is wrong.
    pub reason: Phrase,
    /// What is there.
    pub found: String,
}

/// Differences in the form of findings, what is there as the corrected value: an import takes them as corrections of
/// whatever table has the record.
///
/// # Errors
/// As [`findings_file`].
pub fn differences_file(
    differences: impl Iterator<Item = Difference>,
    name: &str,
    language: Language,
) -> Result<File, XlsxError> {
    let rows = differences.map(|Difference { record, field, recorded, reason, found }| {
        let reason = language.pick([reason.zh, reason.en]);
        let (severity, rule) = (language.pick(Severity::Warning.words()).to_owned(), "sample-differs".to_owned());
        let nowhere = String::new;
        [nowhere(), nowhere(), nowhere(), record, field, recorded, reason, severity, rule, found]
    });
    form(&HEADS, rows, "findings", name, language)
}

/// What a cell is to say.
#[derive(Debug)]
struct Correction {
    /// Where it stands; a correction from a field sample names the record only.
    at: Source,
    field: Text,
    old: String,
    new: String,
}

/// Puts the corrections of a table of findings into the tables they are about; each that finds no cell, or one that
/// says something else by now, is an error.
pub(crate) fn apply(tables: &mut [Table], grids: &[Grid], draft: &mut Draft) {
    for grid in grids {
        for (here, correction) in read(grid, draft) {
            if let Err(why) = put(tables, &correction) {
                let reason = phrase!(
                    "the correction of {} {} does not fit: {}",
                    "对 {} {} 的更正不适用：{}",
                    correction.at.to_string(),
                    correction.field,
                    why
                );
                let finding = Finding::new(Severity::Error, "correction-unfit", &here, "", reason);
                draft.note(
                    finding
                        .of_value(correction.new)
                        .repairable(draft.repair(), phrase!("passed the correction over", "已跳过该更正")),
                );
            }
        }
    }
}

fn put(tables: &mut [Table], correction: &Correction) -> Result<(), Phrase> {
    if correction.at.row.is_none() {
        return put_by_record(tables, correction);
    }
    let (file, sheet) = (&correction.at.file, &correction.at.sheet);
    let table = tables.iter_mut().find(|table| (&table.grid.source.file, &table.grid.source.sheet) == (file, sheet));
    let table = table.ok_or(phrase!("these tables are not imported here", "本次未导入这些表"))?;
    let number = correction.at.row.unwrap_or_default();
    let field = squeezed(&correction.field);
    let column = table.columns.values().find(|(_, head)| squeezed(head) == field).map(|(column, _)| *column);
    let column = column.ok_or(phrase!("there is no such column", "没有这一列"))?;
    let row = table.grid.rows.binary_search_by_key(&number, |(number, _)| *number).ok();
    let row = row.filter(|at| *at >= table.skipped).ok_or(phrase!("there is no such row", "没有这一行"))?;
    put_cell(table, row, column, correction)
}

/// Finds the row of a record: by its code, or by the code of what it is a core or port of and its number.
fn put_by_record(tables: &mut [Table], correction: &Correction) -> Result<(), Phrase> {
    let record = &*correction.at.record;
    let field = squeezed(&correction.field);
    let mut shared = false;
    for table in tables.iter_mut() {
        let known = table.kind.fields().iter().find(|known| {
            let names = known.heads.iter().chain(known.aliases).chain([&known.key]);
            names.into_iter().any(|name| squeezed(name) == field)
        });
        let Some((column, _)) = known.and_then(|known| table.columns.get(known.key)).cloned() else { continue };
        let keys: &[&str] = match table.kind {
            Kind::Places | Kind::Cables | Kind::Circuits => &["code"],
            Kind::Ports => &["device", "ports"],
            Kind::Cores => &["cable", "cores"],
            Kind::Terminations | Kind::Splices => continue,
        };
        let columns: Vec<usize> = keys.iter().filter_map(|key| Some(table.columns.get(key)?.0)).collect();
        let (code, slot) = match (columns.as_slice(), record.rsplit_once(':')) {
            ([_], _) => (record, None),
            ([_, slots], Some((code, slot))) => (code, Some((*slots, slot.parse::<u32>().ok()))),
            _ => continue,
        };
        let Some(by) = columns.first().copied() else { continue };
        let mut found = None;
        for (at, (_, row)) in table.grid.rows.iter().enumerate().skip(table.skipped) {
            if row.get(by).is_none_or(|cell| cell.shown() != code) {
                continue;
            }
            match slot {
                None => found = found.or(Some(at)),
                Some((column, Some(slot))) => match row.get(column).map(value::slots) {
                    Some(Ok(slots)) if slots == [slot] => found = found.or(Some(at)),
                    Some(Ok(slots)) if slots.contains(&slot) => shared = true,
                    _ => {}
                },
                Some((_, None)) => {}
            }
        }
        if let Some(row) = found {
            return put_cell(table, row, column, correction);
        }
    }
    Err(if shared {
        phrase!(
            "its row speaks of others too; give it a row of its own in the table",
            "该行还包含其他资源；请在表中为其单列一行"
        )
    } else {
        phrase!(
            "no table imported here has a row of this record with such a column",
            "本次导入的表中没有该记录的这一列"
        )
    })
}

fn put_cell(table: &mut Table, row: usize, column: usize, correction: &Correction) -> Result<(), Phrase> {
    let (number, cells) = table.grid.rows.get_mut(row).ok_or(phrase!("there is no such row", "没有这一行"))?;
    if cells.len() <= column {
        cells.resize(column + 1, Cell::Empty);
    }
    let cell = cells.get_mut(column).ok_or(phrase!("there is no such column", "没有这一列"))?;
    let says = cell.shown();
    let new = if CLEARED.contains(&correction.new.as_str()) { "" } else { correction.new.as_str() };
    // Corrected in the table too, meanwhile.
    if says == new {
        return Ok(());
    }
    // A field sample quotes the records, which may say in other words what the table says.
    let same = says == correction.old || (correction.at.row.is_none() && means_the_same(&says, &correction.old));
    if !same {
        return Err(phrase!(
            "the cell says {} now, and not {}",
            "单元格现为 {}，而不是 {}",
            shown(&says),
            shown(&correction.old)
        ));
    }
    *cell = Cell::text(new);
    table.grid.odd.remove(&(*number, column));
    Ok(())
}

/// Whether two texts of cells mean one number, word or code.
fn means_the_same(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let numbers = number(one).zip(number(other)).is_some_and(|(one, other)| (one - other).abs() < 1e-9);
    numbers || squeezed(one) == squeezed(other) || same_word(one, other)
}

/// The corrections of a table of findings: its rows with a corrected value.
fn read(grid: &Grid, draft: &mut Draft) -> Vec<(Source, Correction)> {
    let Some(rows) = rows_of(grid, &HEADS, &[0, 1, 2, 4, 5, 9]) else {
        let wanted = HEADS.map(|[zh, en]| format!("{en} {zh}")).join(", ");
        let reason = phrase!(
            "the corrections have no row with the headings of --findings-out: {wanted}",
            "更正表中没有 --findings-out 的表头行：{wanted}"
        );
        draft.note(Finding::error("no-headings", &grid.source, "", reason));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (number, [file, sheet, line, record, field, old, _, _, _, new]) in rows {
        if new.is_empty() {
            continue;
        }
        let here = grid.source.record(number, "");
        let row = line.trim().parse::<f64>().ok().filter(|line| line.fract() == 0.0 && (1.0..1e12).contains(line));
        let by_record = line.is_empty() && file.is_empty() && !record.is_empty() && !field.is_empty();
        if row.is_none() && !by_record {
            let reason = phrase!(
                "only what stands in a row can be corrected here; correct it in the table itself",
                "此处只能更正有行号的内容；请直接在表中更正"
            );
            let finding = Finding::error("correction-unfit", &here, "", reason);
            draft.note(
                finding.of_value(new).repairable(draft.repair(), phrase!("passed the correction over", "已跳过该更正")),
            );
            continue;
        }
        let at = Source {
            file: Text::from(file),
            sheet: Text::from(sheet),
            row: row.map(|row| row as u64),
            record: if by_record { Text::from(record) } else { Text::default() },
        };
        found.push((here, Correction { at, field: Text::from(field), old, new }));
    }
    found
}

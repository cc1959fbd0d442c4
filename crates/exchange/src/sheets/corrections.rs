//! Findings as a table that people correct in a spreadsheet, and the corrections read back.

use std::collections::HashMap;

use linewright_model::Text;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::draft::Draft;
use crate::finding::{Finding, Report, Severity, Source, shown};
use crate::input::File;
use crate::sheets::grid::{Cell, Grid};
use crate::sheets::header::Table;
use crate::sheets::template::Language;
use crate::sheets::words::squeezed;

/// Headings in Chinese and English.
const HEADS: [[&str; 2]; 10] = [
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

/// Rows that a sheet of a workbook has.
const SHEET_ROWS: usize = 1_048_576;

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
            finding.reason.clone(),
            finding.severity.to_string(),
            finding.code.to_owned(),
            String::new(),
        ]
    });
    let heads = HEADS.map(|head| language.pick(head).to_owned());
    let bytes = if name.to_ascii_lowercase().ends_with(".csv") {
        as_csv(std::iter::once(heads).chain(rows))
    } else {
        as_workbook(std::iter::once(heads).chain(rows))?
    };
    Ok(File::new(name, bytes))
}

fn as_csv(rows: impl Iterator<Item = [String; 10]>) -> Vec<u8> {
    // Spreadsheets take text for UTF-8 by its mark.
    let mut out = String::from("\u{feff}");
    for row in rows {
        let cells = row.map(|cell| {
            // What begins like a formula must not become one.
            let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\'']);
            format!("\"{}{}\"", if begins { "'" } else { "" }, cell.replace('"', "\"\""))
        });
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out.into_bytes()
}

fn as_workbook(rows: impl Iterator<Item = [String; 10]>) -> Result<Vec<u8>, XlsxError> {
    /// Characters that a cell of a workbook holds.
    const CELL_CHARS: usize = 32_000;
    let mut book = Workbook::new();
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet().set_name("findings")?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, width) in (0_u16..).zip([20.0, 14.0, 7.0, 18.0, 16.0, 20.0, 70.0, 10.0, 18.0, 20.0]) {
        sheet.set_column_format(column, &text)?;
        sheet.set_column_width(column, width)?;
    }
    for (at, row) in (0_u32..).zip(rows.take(SHEET_ROWS)) {
        for (column, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let cell: String = cell.chars().take(CELL_CHARS).collect();
            sheet.write_string_with_format(at, column, cell, &text)?;
        }
    }
    book.save_to_buffer()
}

/// What a cell is to say.
#[derive(Debug)]
struct Correction {
    at: Source,
    field: Text,
    old: String,
    new: String,
}

/// Puts the corrections of a table of findings into the tables they are about; each that finds no cell, or one that
/// says something else by now, is an error.
pub(crate) fn apply(tables: &mut [Table], grids: &[Grid], draft: &mut Draft) {
    let by_place: HashMap<(Text, Text), usize> = tables
        .iter()
        .enumerate()
        .map(|(at, table)| ((table.grid.source.file.clone(), table.grid.source.sheet.clone()), at))
        .collect();
    for grid in grids {
        for (here, correction) in read(grid, draft) {
            let table = by_place.get(&(correction.at.file.clone(), correction.at.sheet.clone()));
            let table = table.and_then(|at| tables.get_mut(*at));
            if let Err(why) =
                table.ok_or("these tables are not imported here".to_owned()).and_then(|t| put(t, &correction))
            {
                let reason = format!("the correction of {} {} does not fit: {why}", correction.at, correction.field);
                let finding = Finding::new(Severity::Error, "correction-unfit", &here, "", reason);
                draft.note(finding.of_value(correction.new).repairable(draft.repair(), "passed the correction over"));
            }
        }
    }
}

fn put(table: &mut Table, correction: &Correction) -> Result<(), String> {
    let number = correction.at.row.unwrap_or_default();
    let field = squeezed(&correction.field);
    let column = table.columns.values().find(|(_, head)| squeezed(head) == field).map(|(column, _)| *column);
    let column = column.ok_or("there is no such column")?;
    let row = table.grid.rows.binary_search_by_key(&number, |(number, _)| *number).ok();
    let row = row.filter(|at| *at >= table.skipped).and_then(|at| table.grid.rows.get_mut(at));
    let (_, cells) = row.ok_or("there is no such row")?;
    if cells.len() <= column {
        cells.resize(column + 1, Cell::Empty);
    }
    let cell = cells.get_mut(column).ok_or("there is no such column")?;
    let says = cell.shown();
    let new = if CLEARED.contains(&correction.new.as_str()) { "" } else { correction.new.as_str() };
    // Corrected in the table too, meanwhile.
    if says == new {
        return Ok(());
    }
    if says != correction.old {
        return Err(format!("the cell says {} now, and not {}", shown(&says), shown(&correction.old)));
    }
    *cell = Cell::text(new);
    table.grid.odd.remove(&(number, column));
    Ok(())
}

/// The corrections of a table of findings: its rows with a corrected value.
fn read(grid: &Grid, draft: &mut Draft) -> Vec<(Source, Correction)> {
    let heads = |row: &[Cell]| -> Option<[usize; 6]> {
        let place = |head: usize| {
            let names = HEADS.get(head)?.map(squeezed);
            row.iter().position(|cell| names.contains(&squeezed(&cell.shown())))
        };
        Some([place(0)?, place(1)?, place(2)?, place(4)?, place(5)?, place(9)?])
    };
    let Some((at, columns)) = grid.rows.iter().enumerate().find_map(|(at, (_, row))| Some((at, heads(row)?))) else {
        let wanted = HEADS.map(|[zh, en]| format!("{en} {zh}")).join(", ");
        let reason = format!("the corrections have no row with the headings of --findings-out: {wanted}");
        draft.note(Finding::error("no-headings", &grid.source, "", reason));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (number, row) in grid.rows.iter().skip(at + 1) {
        let [file, sheet, line, field, old, new] = columns.map(|column| {
            let cell = row.get(column).map(Cell::shown).unwrap_or_default();
            cell.strip_prefix('\'').map(str::to_owned).unwrap_or(cell)
        });
        if new.is_empty() {
            continue;
        }
        let here = grid.source.record(*number, "");
        let line = line.trim().parse::<f64>().ok().filter(|line| line.fract() == 0.0 && (1.0..1e12).contains(line));
        let Some(line) = line else {
            let reason = "only what stands in a row can be corrected here; correct it in the table itself";
            let finding = Finding::error("correction-unfit", &here, "", reason);
            draft.note(finding.of_value(new).repairable(draft.repair(), "passed the correction over"));
            continue;
        };
        let at = Source {
            file: Text::from(file),
            sheet: Text::from(sheet),
            row: Some(line as u64),
            record: Text::default(),
        };
        found.push((here, Correction { at, field: Text::from(field), old, new }));
    }
    found
}

//! Tables of our own that people fill in: written with headings in their language, read back by headings of either.

use linewright_model::phrase;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::draft::Draft;
use crate::finding::{Finding, Severity};
use crate::input::File;
use crate::sheets::grid::{Cell, Grid};
use crate::sheets::template::Language;
use crate::sheets::words::squeezed;

/// A heading in Chinese and English.
pub type Heading = [&'static str; 2];

/// Rows that a sheet of a workbook has.
const SHEET_ROWS: usize = 1_048_576;

/// A table as CSV or XLSX, by the ending of the name; every cell is text.
///
/// # Errors
/// When a workbook cannot be put together; it has room for 1,048,575 rows.
pub fn form<const N: usize>(
    heads: &[Heading; N],
    rows: impl Iterator<Item = [String; N]>,
    title: &str,
    name: &str,
    language: Language,
) -> Result<File, XlsxError> {
    let rows = std::iter::once(heads.map(|head| language.pick(head).to_owned())).chain(rows);
    let bytes = if name.to_ascii_lowercase().ends_with(".csv") { as_csv(rows) } else { as_workbook(title, rows)? };
    Ok(File::new(name, bytes))
}

fn as_csv<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Vec<u8> {
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

fn as_workbook<const N: usize>(title: &str, rows: impl Iterator<Item = [String; N]>) -> Result<Vec<u8>, XlsxError> {
    /// Characters that a cell of a workbook holds.
    const CELL_CHARS: usize = 32_000;
    /// Narrowest and widest column, characters.
    const WIDTHS: (usize, usize) = (8, 70);
    let mut book = Workbook::new();
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet().set_name(title)?;
    sheet.set_freeze_panes(1, 0)?;
    let mut widths = [WIDTHS.0; N];
    for (at, row) in (0_u32..).zip(rows.take(SHEET_ROWS)) {
        for ((column, cell), width) in (0_u16..).zip(row).zip(&mut widths).filter(|((_, cell), _)| !cell.is_empty()) {
            let cell: String = cell.chars().take(CELL_CHARS).collect();
            // A Chinese character is as wide as two others.
            *width = (*width).max(cell.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>() + 2);
            sheet.write_string_with_format(at, column, cell, &text)?;
        }
    }
    for (column, width) in (0_u16..).zip(widths) {
        sheet.set_column_format(column, &text)?;
        sheet.set_column_width(column, width.min(WIDTHS.1) as f64)?;
    }
    book.save_to_buffer()
}

/// A row of a filled-in table: its number and its cells in the order of the headings, empty where a column is missing.
pub type Filled<const N: usize> = (u64, [String; N]);

/// The rows of a grid below these headings, of either language; none when no row has all of them that are `wanted`.
pub(crate) fn rows_of<const N: usize>(grid: &Grid, heads: &[Heading; N], wanted: &[usize]) -> Option<Vec<Filled<N>>> {
    let columns = |row: &[Cell]| -> Option<[Option<usize>; N]> {
        let names: Vec<String> = row.iter().map(|cell| squeezed(&cell.shown())).collect();
        let found = heads.map(|head| {
            let head = head.map(squeezed);
            names.iter().position(|name| head.contains(name))
        });
        wanted.iter().all(|at| found.get(*at).is_some_and(Option::is_some)).then_some(found)
    };
    let (at, columns) = grid.rows.iter().enumerate().find_map(|(at, (_, row))| Some((at, columns(row)?)))?;
    let below = grid.rows.iter().skip(at + 1).map(|(number, row)| {
        let cells = columns.map(|column| {
            let cell = column.and_then(|column| row.get(column)).map(Cell::shown).unwrap_or_default();
            cell.strip_prefix('\'').map(str::to_owned).unwrap_or(cell)
        });
        (*number, cells)
    });
    Some(below.collect())
}

/// Reads a filled-in table, CSV or XLSX, which may unpack to `limit_bytes`.
///
/// # Errors
/// Findings that say why the file cannot be read, or which headings it lacks.
pub fn read_form<const N: usize>(
    file: &File,
    heads: &[Heading; N],
    wanted: &[usize],
    limit_bytes: u64,
) -> Result<Vec<Filled<N>>, Vec<Finding>> {
    let mut draft = Draft::new(false);
    let grids = super::grids_of(file, limit_bytes, &mut 0, &mut draft);
    let refused: Vec<Finding> =
        draft.findings().iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let found = grids.iter().find_map(|grid| rows_of(grid, heads, wanted));
    found.ok_or_else(|| vec![no_heads(file, heads, wanted)])
}

fn no_heads<const N: usize>(file: &File, heads: &[Heading; N], wanted: &[usize]) -> Finding {
    let wanted = wanted.iter().filter_map(|at| heads.get(*at)).map(|[zh, en]| format!("{en} {zh}"));
    let wanted = wanted.collect::<Vec<_>>().join(", ");
    let reason = phrase!("no row has the headings {}", "没有含这些表头的行：{}", wanted);
    Finding::error("no-headings", &crate::finding::Source::file(file.name.clone()), "", reason)
}

//! XLSX workbooks: unpacked under a bound, read cell by cell into grids.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{CellErrorType, DataRef, Reader as _, SheetType, Xlsx, XlsxError};
use chrono::NaiveDate;
use linewright_model::{Phrase, Text, phrase};

use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::input::File;
use crate::sheets::csv_file::too_many_cells;
use crate::sheets::grid::{Cell, Grid, MAX_CELLS, MAX_COLUMNS, Oddity};

/// Share of the limit that a part may unpack to which is kept in memory as a whole.
const KEPT_SHARE: u64 = 4;
/// Most parts and most sheets of a workbook.
const MAX_PARTS: usize = 10_000;
const MAX_SHEETS: usize = 256;
/// Most cells that merged ranges are filled down to.
const MAX_FILLED: u64 = 10_000_000;

/// Whether a file is an OLE container: an old `.xls`, or a workbook with a password.
pub(crate) fn is_ole(file: &File) -> bool {
    file.bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
}

/// Whether a file is a zip archive, as workbooks are.
pub(crate) fn is_zip(file: &File) -> bool {
    file.bytes.starts_with(b"PK\x03\x04") || file.bytes.starts_with(b"PK\x05\x06")
}

/// What an OLE container is, as a finding that refuses it.
pub(crate) fn refuse_ole(file: &File) -> Finding {
    let source = Source::file(file.name.clone());
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if file.bytes.windows(name.len()).any(|part| part == name) {
        let reason =
            phrase!("the workbook is locked with a password; save it without one", "工作簿有密码；请去除密码后保存");
        Finding::error("password", &source, "", reason)
    } else {
        Finding::error(
            "old-workbook",
            &source,
            "",
            phrase!("the file is an old .xls workbook; save it as .xlsx", "文件是旧的 .xls 工作簿；请另存为 .xlsx"),
        )
    }
}

/// The grids of a workbook, one for each sheet; its parts may unpack to `limit_bytes` in all.
pub(crate) fn read(file: &File, limit_bytes: u64, cells: &mut u64, draft: &mut Draft) -> Vec<Grid> {
    let source = Source::file(file.name.clone());
    if let Err(finding) = unpackable(file, &source, limit_bytes, limit_bytes / KEPT_SHARE) {
        draft.note(*finding);
        return Vec::new();
    }
    // The library does not check its arithmetic on cell references: built with checks it panics.
    let read = catch_unwind(AssertUnwindSafe(|| sheets(file, &source, cells)));
    let beyond = || Err(damaged(&source, "a number or cell reference in it is beyond all bounds"));
    match read.unwrap_or_else(|_| beyond()) {
        Ok(grids) => grids,
        Err(finding) => {
            draft.note(*finding);
            Vec::new()
        }
    }
}

fn damaged(source: &Source, why: impl std::fmt::Display) -> Box<Finding> {
    let reason = phrase!(
        "the workbook is damaged or cut off: {why}; save it again from the spreadsheet",
        "工作簿损坏或不完整：{why}；请用电子表格重新保存"
    );
    Box::new(Finding::error("damaged-workbook", source, "", reason))
}

/// Unpacks every part once, keeping nothing, so that no part is larger than memory allows.
pub(crate) fn unpackable(file: &File, source: &Source, most: u64, most_kept: u64) -> Result<(), Box<Finding>> {
    let too_large = |what: Phrase| {
        let most = if what.en.is_empty() { most >> 20 } else { most_kept >> 20 };
        let reason = phrase!(
            "the workbook unpacks to more than {most} MiB{}, which is too much for one import; \
             raise the limit, split it, or save its sheets as CSV",
            "工作簿解压后超过 {most} MiB{}，一次导入过大；请提高上限、拆分，或将各表另存为 CSV",
            what
        );
        Box::new(Finding::error("unpacks-too-large", source, "", reason))
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(&file.bytes)).map_err(|error| damaged(source, error))?;
    if archive.len() > MAX_PARTS {
        return Err(damaged(source, format!("it has {} parts", archive.len())));
    }
    let mut total = 0_u64;
    let mut buffer = vec![0_u8; 64 << 10];
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| damaged(source, error))?;
        // Sheets are read piece by piece; all other parts as a whole.
        let whole = !part.name().is_ok_and(|name| name.to_ascii_lowercase().contains("worksheets/"));
        let mut of_part = 0_u64;
        loop {
            let read = part.read(&mut buffer).map_err(|error| damaged(source, error))?;
            if read == 0 {
                break;
            }
            of_part += read as u64;
            total += read as u64;
            if total > most {
                return Err(too_large(Phrase::default()));
            }
            if whole && of_part > most_kept {
                return Err(too_large(phrase!(" of text", "文本")));
            }
        }
    }
    Ok(())
}

fn sheets(file: &File, source: &Source, cells: &mut u64) -> Result<Vec<Grid>, Box<Finding>> {
    let wrong = |error: XlsxError| damaged(source, error);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes.as_slice())).map_err(wrong)?;
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
    if names.len() > MAX_SHEETS {
        return Err(damaged(source, format!("it has {} sheets", names.len())));
    }
    let mut grids = Vec::new();
    for name in names {
        let source = Source { sheet: Text::from(&*name), ..source.clone() };
        let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| damaged(&source, error))?;
        let mut grid = Grid { source: source.clone(), ..Grid::default() };
        let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
        let mut reader = book.worksheet_cells_reader(&name).map_err(|error| damaged(&source, error))?;
        while let Some(record) = reader.next_cell_with_formula_metadata().map_err(|error| damaged(&source, error))? {
            let (row, column) = (record.pos.0, record.pos.1 as usize);
            let mut cell = cell_of(&record.value);
            if column >= MAX_COLUMNS || (cell.is_empty() && record.formula.is_none()) {
                continue;
            }
            if record.formula.is_some() {
                let odd = if cell.is_empty() { Oddity::FormulaWithoutValue } else { Oddity::Formula };
                if cell.is_empty() {
                    cell = Cell::Error("a formula without a value");
                }
                grid.odd.insert((u64::from(row) + 1, column), odd);
            }
            let into = rows.entry(row).or_default();
            if into.len() <= column {
                *cells = cells.saturating_add((column + 1 - into.len()) as u64);
                if *cells > MAX_CELLS {
                    return Err(Box::new(too_many_cells(&source)));
                }
                into.resize(column + 1, Cell::Empty);
            }
            if let Some(at) = into.get_mut(column) {
                *at = cell;
            }
        }
        fill_merged(&mut rows, &merged, &mut grid, &source)?;
        grid.rows = rows.into_iter().map(|(row, cells)| (u64::from(row) + 1, cells)).collect();
        grids.push(grid);
    }
    Ok(grids)
}

/// Gives the value of cells merged downwards to each of their rows.
fn fill_merged(
    rows: &mut BTreeMap<u32, Vec<Cell>>,
    merged: &[calamine::Dimensions],
    grid: &mut Grid,
    source: &Source,
) -> Result<(), Box<Finding>> {
    let mut filled = 0_u64;
    for range in merged {
        let column = range.start.1 as usize;
        let value = rows.get(&range.start.0).and_then(|row| row.get(column)).cloned().unwrap_or_default();
        if value.is_empty() || column >= MAX_COLUMNS || range.end.0 <= range.start.0 {
            continue;
        }
        for (row, cells) in rows.range_mut(range.start.0 + 1..=range.end.0) {
            filled += 1;
            if filled > MAX_FILLED {
                return Err(damaged(source, "its merged ranges are too many"));
            }
            if cells.len() <= column {
                cells.resize(column + 1, Cell::Empty);
            }
            if let Some(cell) = cells.get_mut(column).filter(|cell| cell.is_empty()) {
                *cell = value.clone();
                grid.odd.insert((u64::from(*row) + 1, column), Oddity::Merged);
            }
        }
    }
    Ok(())
}

fn cell_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::text(text),
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Bool(true) => Cell::text("TRUE"),
        DataRef::Bool(false) => Cell::text("FALSE"),
        DataRef::DateTime(at) if at.is_duration() => Cell::Number(at.as_f64()),
        DataRef::DateTime(at) => {
            let in_days = (0.0..3_000_000.0).contains(&at.as_f64());
            let day = in_days.then(|| at.to_ymd_hms_milli());
            let day = day.and_then(|(year, month, day, ..)| {
                NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))
            });
            day.map_or(Cell::Number(at.as_f64()), Cell::Date)
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            let day = text.get(..10).and_then(|day| day.parse().ok());
            day.map_or_else(|| Cell::text(text), Cell::Date)
        }
        DataRef::Error(error) => Cell::Error(match error {
            CellErrorType::Div0 => "#DIV/0!",
            CellErrorType::NA => "#N/A",
            CellErrorType::Name => "#NAME?",
            CellErrorType::Null => "#NULL!",
            CellErrorType::Num => "#NUM!",
            CellErrorType::Ref => "#REF!",
            CellErrorType::Value => "#VALUE!",
            _ => "#ERROR!",
        }),
    }
}

//! Tables as carriers keep them: XLSX and CSV with one kind of record to a sheet.
//!
//! A sheet becomes a `grid::Grid` of cells, `header` finds its headings and kind, `read` makes records of its
//! rows. Who owns a slot is settled row by row: the second owner is a finding `disputed-slot`.

mod columns;
mod corrections;
pub(crate) mod csv_file;
mod form;
mod grid;
mod header;
mod joints;
mod kind;
mod mapping;
mod names;
mod plant;
mod read;
mod row;
mod settle;
mod slots;
mod template;
mod value;
mod words;
mod workbook;

use linewright_model::{Network, Phrase, Text, phrase};

pub use corrections::{Difference, differences_file, findings_file};
pub use form::{Filled, Heading, form, read_form};
pub use kind::{Field, Kind};
pub use mapping::{Headings, Mapping, MappingError, TableMapping};
pub use rust_xlsxwriter::XlsxError;
use template::pass_over_examples;
pub use template::{Language, template};

use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::format::ImportOptions;
use crate::input::{DEFAULT_LIMIT_BYTES, File};
use grid::{Cell, Grid, Oddity};
use header::{Sorted, Table};

/// The data set of tables that are given no other.
pub const DATASET: &str = "tables";

/// Whether a file is a table by its name.
pub fn looks_like(file: &File) -> bool {
    let name = file.name.to_ascii_lowercase();
    [".csv", ".tsv", ".xlsx", ".xlsm", ".xls"].iter().any(|ending| name.ends_with(ending))
}

/// Reads tables into a draft.
pub fn read(files: &[File], options: &ImportOptions, network: &Network) -> Draft {
    let mut draft = Draft::new(options.repair);
    draft.list_all(options.list_changes, options.all_findings);
    let mapping = match options.mapping.as_deref().map(Mapping::from_toml).transpose() {
        Ok(mapping) => mapping.unwrap_or_default(),
        Err(error) => {
            draft.note(Finding::error("bad-mapping", &Source::default(), "", Phrase::same(error.to_string())));
            return draft;
        }
    };
    let limit_bytes = options.limit_bytes.unwrap_or(DEFAULT_LIMIT_BYTES);
    let mut grids = Vec::new();
    let mut cells = 0;
    for file in files {
        grids.extend(grids_of(file, limit_bytes, &mut cells, &mut draft));
    }
    if grids.is_empty() && draft.findings().refuse() {
        return draft;
    }
    let mut tables = sort(grids, &mapping, &mut draft);
    let examples: usize = tables.iter_mut().map(|table| pass_over_examples(table, &mut draft)).sum();
    if examples > 0 && tables.iter().all(|table| table.rows().is_empty()) {
        return draft;
    }
    let corrections = options.corrections.as_ref().map(|file| grids_of(file, limit_bytes, &mut cells, &mut draft));
    corrections::apply(&mut tables, &corrections.unwrap_or_default(), &mut draft);
    tables.iter_mut().for_each(|table| check_cells(table, &mut draft));
    let crs = options.crs.or(mapping.crs);
    if crs.is_none() && needs_crs(&tables, &mut draft) {
        return draft;
    }
    if !tables.is_empty() {
        let code = options.dataset.clone().unwrap_or_else(|| Text::from(DATASET));
        read::read(&tables, &code, crs, &mapping, network, &mut draft);
    }
    draft
}

/// The grids of a file, whatever it is; a workbook may unpack to `limit_bytes`.
fn grids_of(file: &File, limit_bytes: u64, cells: &mut u64, draft: &mut Draft) -> Vec<Grid> {
    if workbook::is_ole(file) {
        draft.note(workbook::refuse_ole(file));
        Vec::new()
    } else if workbook::is_zip(file) {
        workbook::read(file, limit_bytes, cells, draft)
    } else {
        csv_file::read(file, cells, draft).into_iter().collect()
    }
}

/// Finds out what each grid is; those that are no tables are remarks, unless there is nothing else.
fn sort(grids: Vec<Grid>, mapping: &Mapping, draft: &mut Draft) -> Vec<Table> {
    let (mut tables, mut others, mut unreadable) = (Vec::new(), Vec::new(), false);
    for grid in grids {
        match header::sort(grid, mapping, draft) {
            Sorted::Table(table) => tables.push(*table),
            Sorted::Other(grid) => others.push(grid),
            Sorted::Unreadable => unreadable = true,
        }
    }
    let kinds = || Kind::ALL.map(|kind| format!("{} {}", kind.name(), kind.title()[0])).join(", ");
    for grid in others {
        let finding = if tables.is_empty() && !unreadable {
            let reason = phrase!(
                "no row has the headings of a table known here ({}); rename them as in the template of \
                 tables, or name them in a mapping file",
                "没有可识别的表头行（{}）；请按表格模板改名，或在映射文件中指明",
                kinds()
            );
            Finding::error("no-headings", &grid.source, "", reason)
        } else {
            Finding::info(
                "sheet-skipped",
                &grid.source,
                "",
                phrase!("passed over: it has no headings of a table known here", "已跳过：没有可识别的表头"),
            )
        };
        draft.note(finding);
    }
    tables
}

/// Whether a table has coordinates of which nothing says in what system they are: an error.
fn needs_crs(tables: &[Table], draft: &mut Draft) -> bool {
    let with_positions = tables.iter().find(|table| {
        let columns = ["x", "y"].map(|key| table.columns.get(key).map(|(column, _)| *column));
        let declared = table.columns.get("crs").map(|(column, _)| *column);
        let filled = |row: &[Cell], column: usize| row.get(column).is_some_and(|cell| !cell.is_empty());
        let [Some(x), Some(y)] = columns else { return false };
        table
            .rows()
            .iter()
            .any(|(_, row)| filled(row, x) && filled(row, y) && !declared.is_some_and(|column| filled(row, column)))
    });
    let Some(table) = with_positions else { return false };
    let reason = phrase!(
        "the table has coordinates, and nothing says in which system; give it as crs at the import or in the mapping, \
         or in a column of its own \
         (Gaode and Tencent use gcj02, Baidu bd09, GPS wgs84): {}",
        "表中有坐标，但未说明坐标系；请在导入时或映射文件中以 crs 指明，或用单独一列说明（高德、腾讯用 gcj02，百度用 bd09，GPS 用 wgs84）：{}",
        linewright_model::crs::Crs::ACCEPTED
    );
    let head = table.columns.get("x").map_or_else(Text::default, |(_, head)| head.clone());
    draft.note(Finding::error("no-crs", &table.grid.source, head, reason));
    true
}

/// Finds formulas, merged cells and errors of the spreadsheet in the columns that are read.
fn check_cells(table: &mut Table, draft: &mut Draft) {
    let known: std::collections::HashMap<usize, Text> =
        table.columns.values().map(|(column, head)| (*column, head.clone())).collect();
    for (number, row) in table.grid.rows.get(table.skipped..).unwrap_or_default() {
        let here = table.grid.source.record(*number, "");
        for (column, head) in &known {
            let Some(cell) = row.get(*column) else { continue };
            let odd = table.grid.odd.get(&(*number, *column));
            let finding = match (odd, cell) {
                (Some(Oddity::FormulaWithoutValue), _) => Finding::error(
                    "formula-without-value",
                    &here,
                    head.clone(),
                    phrase!(
                        "the cell is a formula whose value is not in the file; open it in a spreadsheet and save it again",
                        "单元格是公式，文件中没有其值；请用电子表格打开后重新保存"
                    ),
                ),
                (_, Cell::Error(name)) => {
                    let reason = phrase!(
                        "the cell shows the error {name}; put the value there",
                        "单元格显示错误 {name}；请填写实际值"
                    );
                    Finding::error("error-cell", &here, head.clone(), reason)
                }
                (Some(Oddity::Formula), _) => Finding::info(
                    "formula",
                    &here,
                    head.clone(),
                    phrase!("a formula; the value that the file keeps of it was read", "公式；已读取文件中保存的值"),
                ),
                (Some(Oddity::Merged), _) => Finding::info(
                    "merged-cell",
                    &here,
                    head.clone(),
                    phrase!(
                        "part of merged cells; the value of the first counts for all of them",
                        "合并单元格的一部分；以首格的值为准"
                    ),
                ),
                _ => continue,
            };
            let finding = finding.of_value(cell.shown());
            let mended = finding.severity == crate::finding::Severity::Error;
            draft.note(if mended {
                finding.repairable(draft.repair(), phrase!("left the cell empty", "已将该格视为空"))
            } else {
                finding
            });
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wild;

//! Reading a native folder into a draft.

use std::collections::BTreeSet;

use linewright_model::crs::Crs;
use linewright_model::{Dataset, DatasetId, Id, Network, Phrase, TableKind, Tag, Text, phrase};

use super::codes::{Codes, ECHO, Parsed, Unread};
use super::row::Row;
use super::sheet::{Sheet, Start, Unread as UnreadRow};
use super::tables::Table;
use super::{MANIFEST, Manifest, for_tables, table_of};
use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::format::{EXPORT_NOTE, ImportOptions};
use crate::input::File;
use crate::parallel;

/// Reads the files of a native folder into a draft.
///
/// References may lead to records of the network that the folder does not have. What is wrong is noted in the
/// draft, each with file, row, code and column; rows that cannot be read are announced and have no content.
pub fn read(files: &[File], options: &ImportOptions, network: &Network) -> Draft {
    let mut draft = Draft::new(options.repair);
    let crs = match Manifest::read(files).and_then(|manifest| Ok((manifest.crs()?, manifest))) {
        Ok((crs, manifest)) => {
            add_dataset(&mut draft, network, options, &manifest);
            check_override(&mut draft, options, &manifest, crs);
            options.crs.unwrap_or(crs)
        }
        Err(finding) => {
            draft.note(*finding);
            options.crs.unwrap_or(Crs::Wgs84)
        }
    };
    check_names(files, &mut draft);

    let mut unread = Unread::default();
    let mut sheets: Vec<(TableKind, Sheet<'_>)> = Vec::new();
    for table in TableKind::ALL {
        for file in files.iter().filter(|file| table_of(&file.name) == Some(*table)) {
            let (sheet, findings) = Sheet::open(file, *table, options.repair);
            findings.into_iter().for_each(|finding| draft.note(finding));
            if sheet.is_none() {
                unread.tables.insert(*table);
            }
            sheets.extend(sheet.map(|sheet| (*table, sheet)));
        }
    }
    // All codes are announced before any row is read, since rows refer forwards too.
    let mut parts = Vec::with_capacity(sheets.len());
    for ((table, sheet), rows) in sheets.iter().zip(parallel::map(&sheets, |(_, sheet)| skim(sheet))) {
        macro_rules! announce_table {
            ($(($record:ident, $name:ident)),* $(,)?) => {
                match table {
                    $(TableKind::$record => {
                        announce::<linewright_model::$record>(sheet, rows, &mut draft, &mut unread, network, options)
                    })*
                }
            };
        }
        parts.push(for_tables!(announce_table));
    }
    for ((table, sheet), parts) in sheets.iter().zip(&parts) {
        macro_rules! fill_table {
            ($(($record:ident, $name:ident)),* $(,)?) => {
                match table {
                    $(TableKind::$record => {
                        fill::<linewright_model::$record>(sheet, parts, crs, &mut draft, &unread, network, options);
                    })*
                }
            };
        }
        for_tables!(fill_table);
    }
    draft
}

/// Adds the data set that rows of no data set come to lie in, unless it is there.
fn add_dataset(draft: &mut Draft, network: &Network, options: &ImportOptions, manifest: &Manifest) {
    let Some(code) = &options.dataset else { return };
    if network.by_code::<DatasetId>(None, code).is_none() {
        let tag = Tag::new(code.clone(), manifest.name.clone());
        let source = Source { record: code.clone(), ..Source::file(MANIFEST) };
        draft.add(Dataset { tag, format: "native".into() }, source);
    }
}

/// Says so when the system asked for is not the one the folder names.
fn check_override(draft: &mut Draft, options: &ImportOptions, manifest: &Manifest, named: Crs) {
    if let Some(asked) = options.crs.filter(|asked| manifest.crs.is_some() && *asked != named) {
        let reason = phrase!(
            "the folder names {named}, but is read as {asked}, which was asked for",
            "目录标明 {named}，但按要求以 {asked} 读取"
        );
        draft.note(Finding::warning("crs-overridden", &Source::file(MANIFEST), "crs", reason));
    }
}

/// Finds files that do not belong into the folder. A read-me is no harm.
fn check_names(files: &[File], draft: &mut Draft) {
    if !files.iter().any(|file| file.name.ends_with(".csv")) {
        let reason = phrase!(
            "there is no table beside the manifest; name the folder that holds them all",
            "清单旁没有任何表；请给出存放全部表的目录"
        );
        draft.note(Finding::warning("no-tables", &Source::file(MANIFEST), "", reason));
    }
    let mut seen = BTreeSet::new();
    for file in files {
        let source = Source::file(file.name.clone());
        if !seen.insert(&file.name) {
            draft.note(Finding::error(
                "duplicate-file",
                &source,
                "",
                phrase!(
                    "there are two files of this name; import one folder at a time",
                    "有两个同名文件；请一次导入一个目录"
                ),
            ));
        }
        let lower = file.name.to_lowercase();
        if &*file.name == MANIFEST
            || table_of(&file.name).is_some()
            || lower.starts_with("readme")
            || &*file.name == EXPORT_NOTE
        {
            continue;
        }
        if lower.ends_with(".csv") {
            let tables = Phrase::listed(TableKind::ALL.iter().map(|table| Phrase::same(table.name())));
            let reason =
                phrase!("there is no table of this name; the tables are {}", "没有此名称的表；现有的表为 {}", tables);
            let done = phrase!("passed the file over", "已略过该文件");
            draft.note(Finding::error("unknown-file", &source, "", reason).repairable(draft.repair(), done));
        } else {
            draft.note(Finding::warning(
                "unknown-file",
                &source,
                "",
                phrase!("the file is no part of the format and is passed over", "该文件不属于此格式，已略过"),
            ));
        }
    }
}

/// The data set that a row names, or why there is none.
fn dataset_of(named: &str, codes: Codes<'_>, options: &ImportOptions) -> Parsed<Option<DatasetId>> {
    match (named, &options.dataset) {
        ("", None) => Ok(None),
        ("", Some(code)) => codes.named_dataset(code).map(Some),
        (code, _) => codes.named_dataset(code).map(Some),
    }
}

/// Rows read by one thread at a time.
const PART: usize = 4096;

/// A row as it is announced.
struct Skimmed {
    start: Start,
    number: u64,
    /// Code and data set, or why the row cannot be read.
    says: Result<[Text; 2], UnreadRow>,
}

/// Neighbouring rows of a file: where they start and the placeholder of each; none for those that are not to be read.
struct Part {
    start: Start,
    ids: Vec<Option<u32>>,
}

/// Reads what is announced of the rows of a file.
fn skim(sheet: &Sheet<'_>) -> Vec<Skimmed> {
    let columns = ["code", "dataset"].map(|column| sheet.columns.get(column));
    let text = |cells: &csv::StringRecord, at: Option<&usize>| {
        Text::from(at.and_then(|at| cells.get(*at)).unwrap_or_default())
    };
    let rows = sheet.rows().map(|row| Skimmed {
        start: row.start,
        number: row.number,
        says: row.cells.map(|cells| columns.map(|at| text(&cells, at))),
    });
    rows.collect()
}

/// Announces the codes of a file.
fn announce<R: Table>(
    sheet: &Sheet<'_>,
    rows: Vec<Skimmed>,
    draft: &mut Draft,
    unread: &mut Unread,
    network: &Network,
    options: &ImportOptions,
) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(rows.len().div_ceil(PART));
    for Skimmed { start, number, says } in rows {
        let id = match says {
            Ok([code, dataset]) => {
                let source = sheet.source.record(number, code);
                announce_row::<R>(source, &dataset, draft, unread, network, options)
            }
            Err(why) => {
                let source = sheet.source.record(number, why.record.clone());
                draft.note(Finding::error(why.code, &source, why.field, why.reason));
                unread.rows.insert((R::Id::TABLE, why.record));
                None
            }
        };
        match parts.last_mut().filter(|part| part.ids.len() < PART) {
            Some(part) => part.ids.push(id),
            None => parts.push(Part { start, ids: vec![id] }),
        }
    }
    parts
}

/// Announces the code of a row; returns its placeholder, none where the row is not to be read.
fn announce_row<R: Table>(
    source: Source,
    dataset: &str,
    draft: &mut Draft,
    unread: &mut Unread,
    network: &Network,
    options: &ImportOptions,
) -> Option<u32> {
    let (table, code) = (R::Id::TABLE, source.record.clone());
    let codes = Codes { draft, network, unread };
    let dataset = if table == TableKind::Dataset { Ok(None) } else { dataset_of(dataset, codes, options) };
    let finding = match dataset {
        _ if code.trim().is_empty() => {
            let reason = phrase!("the code is empty; every row needs one", "编码为空；每行都须填写");
            Finding::error("missing-value", &source, "code", reason)
        }
        Err(fault) => Finding::error(fault.code, &source, "dataset", fault.reason),
        Ok(dataset) => return draft.reserve::<R::Id>(dataset, code, source).ok().map(|id| id.raw()),
    };
    if finding.code != ECHO {
        draft.note(finding);
    }
    unread.rows.insert((table, code.to_string()));
    None
}

/// Reads the rows of a file into the records announced.
fn fill<R: Table>(
    sheet: &Sheet<'_>,
    parts: &[Part],
    crs: Crs,
    draft: &mut Draft,
    unread: &Unread,
    network: &Network,
    options: &ImportOptions,
) {
    let codes = Codes { draft, network, unread };
    for (records, findings) in parallel::map(parts, |part| read_part::<R>(sheet, part, crs, codes, options)) {
        findings.into_iter().for_each(|finding| draft.note(finding));
        records.into_iter().for_each(|(id, record)| draft.fill(id, record));
    }
}

/// Reads neighbouring rows: records under the placeholders announced, and what was found.
fn read_part<R: Table>(
    sheet: &Sheet<'_>,
    part: &Part,
    crs: Crs,
    codes: Codes<'_>,
    options: &ImportOptions,
) -> (Vec<(R::Id, R)>, Vec<Finding>) {
    let (mut records, mut findings) = (Vec::with_capacity(part.ids.len()), Vec::new());
    for (row, id) in sheet.rows_from(part.start).zip(&part.ids) {
        let (Ok(cells), Some(id)) = (row.cells, id) else { continue };
        let mut row = Row::new(sheet, row.number, &cells, codes, crs);
        if R::Id::TABLE != TableKind::Dataset {
            row.dataset = dataset_of(row.text("dataset"), codes, options).ok().flatten();
        }
        let tag = row.tag();
        let record = R::read(&mut row, tag).filter(|_| !row.failed);
        findings.append(&mut row.findings);
        records.extend(record.map(|record| (R::Id::from_raw(*id), record)));
    }
    (records, findings)
}

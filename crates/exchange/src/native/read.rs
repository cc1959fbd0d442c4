//! Reading a native folder into a draft.

use std::collections::BTreeSet;

use linewright_model::crs::Crs;
use linewright_model::{Dataset, DatasetId, Id, Network, TableKind, Tag};

use super::codes::{Codes, ECHO, Parsed, Unread};
use super::row::Row;
use super::sheet::Sheet;
use super::tables::Table;
use super::{MANIFEST, Manifest, for_tables, table_of};
use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::format::ImportOptions;
use crate::input::File;

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
    let mut skipped = Vec::with_capacity(sheets.len());
    for (table, sheet) in &sheets {
        macro_rules! announce_table {
            ($(($record:ident, $name:ident)),* $(,)?) => {
                match table {
                    $(TableKind::$record => announce::<linewright_model::$record>(sheet, &mut draft, &mut unread, network, options)),*
                }
            };
        }
        skipped.push(for_tables!(announce_table));
    }
    for ((table, sheet), skipped) in sheets.iter().zip(&skipped) {
        macro_rules! fill_table {
            ($(($record:ident, $name:ident)),* $(,)?) => {
                match table {
                    $(TableKind::$record => {
                        fill::<linewright_model::$record>(sheet, skipped, crs, &mut draft, &unread, network, options);
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
        let reason = format!("the folder names {named}, but is read as {asked}, which was asked for");
        draft.note(Finding::warning("crs-overridden", &Source::file(MANIFEST), "crs", reason));
    }
}

/// Finds files that do not belong into the folder. A read-me is no harm.
fn check_names(files: &[File], draft: &mut Draft) {
    if !files.iter().any(|file| file.name.ends_with(".csv")) {
        let reason = "there is no table beside the manifest; name the folder that holds them all";
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
                "there are two files of this name; import one folder at a time",
            ));
        }
        let lower = file.name.to_lowercase();
        if &*file.name == MANIFEST || table_of(&file.name).is_some() || lower.starts_with("readme") {
            continue;
        }
        if lower.ends_with(".csv") {
            let tables: Vec<&str> = TableKind::ALL.iter().map(|table| table.name()).collect();
            let reason = format!("there is no table of this name; the tables are {}", tables.join(", "));
            draft.note(
                Finding::error("unknown-file", &source, "", reason).repairable(draft.repair(), "passed the file over"),
            );
        } else {
            draft.note(Finding::warning(
                "unknown-file",
                &source,
                "",
                "the file is no part of the format and is passed over",
            ));
        }
    }
}

/// The data set of a row, or why there is none.
fn dataset_of(row: &Row<'_>, options: &ImportOptions) -> Parsed<Option<DatasetId>> {
    match (row.text("dataset"), &options.dataset) {
        ("", None) => Ok(None),
        ("", Some(code)) => row.codes.named_dataset(code).map(Some),
        (code, _) => row.codes.named_dataset(code).map(Some),
    }
}

/// Announces the codes of a file; returns the numbers of the rows that are not to be read.
fn announce<R: Table>(
    sheet: &Sheet<'_>,
    draft: &mut Draft,
    unread: &mut Unread,
    network: &Network,
    options: &ImportOptions,
) -> BTreeSet<u64> {
    let table = R::Id::TABLE;
    let mut skipped = BTreeSet::new();
    for row in sheet.rows() {
        let number = row.number;
        let cells = match row.cells {
            Ok(cells) => cells,
            Err(why) => {
                let source = sheet.source.record(number, why.record.clone());
                draft.note(Finding::error(why.code, &source, why.field, why.reason));
                skipped.insert(number);
                unread.rows.insert((table, why.record));
                continue;
            }
        };
        let (source, dataset) = {
            let row = Row::new(sheet, number, &cells, Codes { draft, network, unread }, Crs::Wgs84);
            let dataset = if table == TableKind::Dataset { Ok(None) } else { dataset_of(&row, options) };
            (row.source, dataset)
        };
        let code = source.record.clone();
        let finding = match dataset {
            _ if code.trim().is_empty() => {
                Finding::error("missing-value", &source, "code", "the code is empty; every row needs one")
            }
            Err(fault) => Finding::error(fault.code, &source, "dataset", fault.reason),
            Ok(dataset) => {
                if draft.reserve::<R::Id>(dataset, code, source).is_err() {
                    skipped.insert(number);
                }
                continue;
            }
        };
        if finding.code != ECHO {
            draft.note(finding);
        }
        skipped.insert(number);
        unread.rows.insert((table, code.to_string()));
    }
    skipped
}

/// Reads the rows of a file into the records announced.
fn fill<R: Table>(
    sheet: &Sheet<'_>,
    skipped: &BTreeSet<u64>,
    crs: Crs,
    draft: &mut Draft,
    unread: &Unread,
    network: &Network,
    options: &ImportOptions,
) {
    for row in sheet.rows().filter(|row| !skipped.contains(&row.number)) {
        let Ok(cells) = row.cells else { continue };
        let (record, findings) = {
            let mut row = Row::new(sheet, row.number, &cells, Codes { draft, network, unread }, crs);
            if R::Id::TABLE != TableKind::Dataset {
                row.dataset = dataset_of(&row, options).ok().flatten();
            }
            let tag = row.tag();
            let record = R::read(&mut row, tag);
            (record.filter(|_| !row.failed), row.findings)
        };
        findings.into_iter().for_each(|finding| draft.note(finding));
        let id = record.as_ref().and_then(|r| draft.by_code::<R::Id>(r.tag().dataset, &r.tag().code));
        if let (Some(id), Some(record)) = (id, record) {
            draft.fill(id, record);
        }
    }
}

//! Writing a network as a native folder.

use std::path::Path;
use std::sync::Arc;

use linewright_model::{DatasetId, Id as _, Network, TableKind, Tag};

use super::codes::code_of;
use super::out::Out;
use super::tables::Table;
use super::{Manifest, columns, for_tables};
use crate::format::{ExportError, ExportOptions};
use crate::input::{File, FileError, write_files};

/// Writes a network as the files of a native folder; the same records give the same bytes.
///
/// # Errors
/// When the data set asked for does not exist.
pub fn write(network: &Network, options: &ExportOptions) -> Result<Vec<File>, ExportError> {
    let only = options.dataset_in(network)?;
    let mut files = vec![Manifest::new(options.name.clone(), options.description.clone()).file()];
    macro_rules! write_tables {
        ($(($record:ident, $name:ident)),* $(,)?) => {
            $(files.extend(table::<linewright_model::$record>(network, only));)*
        };
    }
    for_tables!(write_tables);
    Ok(files)
}

/// Writes the files into a folder and removes the tables that an earlier export left there.
///
/// # Errors
/// When a file cannot be written or removed.
pub fn write_folder(folder: &Path, files: &[File]) -> Result<(), FileError> {
    write_files(folder, files)?;
    for table in TableKind::ALL {
        let name = file_name(*table);
        let path = folder.join(&name);
        if !files.iter().any(|file| *file.name == name) && path.exists() {
            std::fs::remove_file(&path).map_err(|source| FileError::Io { path, source })?;
        }
    }
    Ok(())
}

fn file_name(table: TableKind) -> String {
    format!("{table}.csv")
}

/// The file of one table; none when it is empty.
fn table<R: Table>(network: &Network, only: Option<DatasetId>) -> Option<File> {
    let is_dataset = R::Id::TABLE == TableKind::Dataset;
    let wanted = |id: R::Id, tag: &Tag| match only {
        None => true,
        Some(set) => {
            if is_dataset {
                id.any() == set.any()
            } else {
                tag.dataset == Some(set)
            }
        }
    };
    let rows = network.all::<R>().filter(|(id, record)| wanted(*id, record.tag()));
    let mut rows: Vec<(String, &Arc<R>)> = rows
        .map(|(_, record)| (record.tag().dataset.map_or_else(String::new, |set| code_of(network, set)), record))
        .collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|(set_a, a), (set_b, b)| (&a.tag().code, set_a).cmp(&(&b.tag().code, set_b)));

    let columns = columns(R::Id::TABLE);
    let mut bytes = Vec::new();
    let mut line = |cells: &[String]| write_line(&mut bytes, cells);
    line(&columns.iter().map(|&c| c.to_owned()).collect::<Vec<_>>());
    for (set, record) in rows {
        let tag = record.tag();
        let mut out = Out::new(network, tag.dataset, &columns);
        out.put_text("code", &tag.code);
        out.put_text("name", &tag.name);
        // A map with text keys always has a JSON form.
        out.put_some("extra", tag.extra.as_ref().and_then(|extra| serde_json::to_string(&**extra).ok()));
        if !is_dataset {
            out.put("dataset", set);
        }
        record.write(&mut out);
        line(&out.into_cells());
    }
    Some(File::new(file_name(R::Id::TABLE), bytes))
}

/// Writes one line of CSV; in memory this cannot fail.
fn write_line(bytes: &mut Vec<u8>, cells: &[String]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            bytes.push(b'"');
            bytes.extend(cell.replace('"', "\"\"").bytes());
            bytes.push(b'"');
        } else {
            bytes.extend(cell.bytes());
        }
    }
    bytes.push(b'\n');
}

//! The native format: one readable folder of CSV files with a manifest.
//!
//! - `manifest.toml` says `format = "linewright-native"`, `version = 1`, a name, a description and the `crs` of
//!   the coordinates (WGS-84 where it says nothing; what is written is WGS-84).
//! - One CSV file per table that is not empty: UTF-8, a header row, commas, rows ordered by code, an empty cell
//!   for what is absent. The columns are `code`, `name`, the table's own (see [`columns`]), `extra` (a JSON
//!   object) and `dataset`.
//! - References are codes; a code of another data set than the row's is written `dataset/code`, one of no data
//!   set `/code`.
//! - In list cells the characters `: ; | , / = + @`, the space and `%` inside a code or text are
//!   percent-encoded; in a reference cell of its own only `/` and `%` are.

mod codes;
mod escape;
mod manifest;
mod out;
mod read;
mod row;
mod sheet;
mod tables;
mod words;
mod write;

use linewright_model::TableKind;

use crate::draft::tables as for_tables;

pub use manifest::Manifest;
pub use read::read;
pub use write::{write, write_folder};

/// Name of the manifest in the folder.
pub const MANIFEST: &str = "manifest.toml";

/// The columns of a table's file, in the order in which they are written.
pub fn columns(table: TableKind) -> Vec<&'static str> {
    macro_rules! own_columns {
        ($(($record:ident, $name:ident)),* $(,)?) => {
            match table {
                $(TableKind::$record => <linewright_model::$record as tables::Table>::COLUMNS),*
            }
        };
    }
    let own = for_tables!(own_columns);
    let mut columns = vec!["code", "name"];
    columns.extend(own);
    columns.push("extra");
    // A data set lies in none.
    if table != TableKind::Dataset {
        columns.push("dataset");
    }
    columns
}

/// The table that a file of the folder holds.
pub fn table_of(file_name: &str) -> Option<TableKind> {
    let name = file_name.strip_suffix(".csv")?;
    TableKind::ALL.iter().copied().find(|table| table.name() == name)
}

#[cfg(test)]
mod tests;

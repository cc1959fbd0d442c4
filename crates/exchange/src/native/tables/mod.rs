//! The columns of each table, and how its records are read from and written to them.

mod cable;
mod device;
mod place;
mod span;
mod trail;

use linewright_model::{Record, Tag};

use super::out::Out;
use super::row::Row;
use crate::draft::Draftable;

/// A table of the format.
pub(super) trait Table: Draftable + Record<Id: Send> + Send {
    /// Its own columns, between `name` and `extra`.
    const COLUMNS: &'static [&'static str];

    /// The record in a row; `None` when a finding says why there is none.
    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self>;

    /// Writes the table's own columns.
    fn write(&self, out: &mut Out<'_>);
}

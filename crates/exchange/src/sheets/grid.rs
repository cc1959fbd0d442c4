//! Grids: the cells of one sheet or CSV file as they stand, before anyone asks what they mean.

use std::collections::HashMap;

use chrono::NaiveDate;
use linewright_model::Text;

use crate::finding::Source;

/// Most columns read of a sheet; what stands further to the right is passed over.
pub(crate) const MAX_COLUMNS: usize = 512;
/// Most cells read of one import: a bound on memory.
pub(crate) const MAX_CELLS: u64 = 20_000_000;

/// One cell.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text as written.
    Text(Box<str>),
    /// A number; of a CSV file there are none.
    Number(f64),
    /// A day; its time of day is left out.
    Date(NaiveDate),
    /// An error value such as `#REF!`.
    Error(&'static str),
}

impl Cell {
    pub(crate) fn text(text: &str) -> Self {
        if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.into()) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// What a person sees in the cell.
    pub(crate) fn shown(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.trim().to_owned(),
            Cell::Number(number) => number.to_string(),
            Cell::Date(day) => day.to_string(),
            Cell::Error(name) => (*name).to_owned(),
        }
    }
}

/// What else there is to say of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Oddity {
    /// Its value was computed by a formula.
    Formula,
    /// It is a formula whose value is not in the file.
    FormulaWithoutValue,
    /// It lies in a merged range and is not its first cell.
    Merged,
}

/// The cells of one sheet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    /// File and sheet; a CSV file has no sheet.
    pub(crate) source: Source,
    /// Rows that are not blank with their numbers, from 1, ascending.
    pub(crate) rows: Vec<(u64, Vec<Cell>)>,
    /// Cells of which more is to be said, by row number and column from 0.
    pub(crate) odd: HashMap<(u64, usize), Oddity>,
}

impl Grid {
    /// Name by which people know it: of the sheet, or of the file without its ending.
    pub(crate) fn title(&self) -> Text {
        if self.source.sheet.is_empty() {
            let name = &*self.source.file;
            Text::from(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
        } else {
            self.source.sheet.clone()
        }
    }
}

//! Single values on their way into a table and out of it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use linewright_model::Text;
use serde::Serialize;
use serde::de::value::{Error as NameError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::{Shape, Sheet};

/// One value of a row.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(Text),
    /// A date where the database has dates; SQLite has them as text.
    Day(NaiveDate),
    /// A moment where the database has moments, kept to the microsecond; SQLite has them as text.
    Time(DateTime<Utc>),
}

impl From<&Text> for Cell {
    fn from(text: &Text) -> Self {
        Cell::Text(text.clone())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.into())
    }
}

impl From<u32> for Cell {
    fn from(n: u32) -> Self {
        Cell::Int(n.into())
    }
}

impl From<u16> for Cell {
    fn from(n: u16) -> Self {
        Cell::Int(n.into())
    }
}

impl From<u8> for Cell {
    fn from(n: u8) -> Self {
        Cell::Int(n.into())
    }
}

impl From<f64> for Cell {
    fn from(n: f64) -> Self {
        Cell::Real(n)
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Cell::Day(day)
    }
}

impl From<DateTime<Utc>> for Cell {
    fn from(time: DateTime<Utc>) -> Self {
        Cell::Time(time)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, T::into)
    }
}

impl Cell {
    /// A whole number.
    pub(crate) fn whole(n: u64) -> Result<Cell, Overflow> {
        i64::try_from(n).map(Cell::Int).map_err(|_| Overflow::Number(n))
    }

    /// The serde name of an enum value, so that tables, log and native format say the same.
    pub(crate) fn name<T: Serialize>(value: &T) -> Result<Cell, Overflow> {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(name)) => Ok(Cell::Text(name.into())),
            _ => Err(Overflow::NoName),
        }
    }

    /// A date or a moment as text; moments of fixed width, so that their order is that of their text.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Cell::Day(day) => Some(day.to_string()),
            Cell::Time(time) => Some(time.to_rfc3339_opts(SecondsFormat::Micros, true)),
            _ => None,
        }
    }

    /// A value as JSON text.
    pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Cell, Overflow> {
        serde_json::to_string(value).map(|json| Cell::Text(json.into())).map_err(|_| Overflow::NoName)
    }
}

/// An index entry of PostgreSQL holds a third of a page, 2.7 kB; a code of this length leaves room for growth.
pub(crate) const MAX_CODE_BYTES: usize = 1024;

/// The first whole year of PostgreSQL's calendar, 4712 BC.
pub(crate) const FIRST_YEAR: i32 = -4711;

/// A value that not every database can hold. All refuse the same, so that a network can move from one to the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Overflow {
    /// Above the range of a 64-bit signed column.
    #[error("{0} is too large a number; the largest is {max}", max = i64::MAX)]
    Number(u64),
    /// Text that PostgreSQL refuses.
    #[error("one of its texts holds a zero byte; take it out")]
    ZeroByte,
    /// A code that no index can hold.
    #[error("its code is {0} bytes long; the longest is {MAX_CODE_BYTES}")]
    Code(usize),
    /// A date before the calendar of PostgreSQL begins.
    #[error("the date {0} is before {FIRST_YEAR}")]
    Day(NaiveDate),
    /// A time that the log cannot order.
    #[error("its time lies outside the years 1 to 9999")]
    Time,
    /// Attributes nested too deep to be read back.
    #[error("its source attributes are nested more than {0} levels deep")]
    Depth(usize),
    /// A value without a textual form; a fault of the mapping.
    #[error("a value has no textual form")]
    NoName,
}

/// A row being written.
pub(crate) struct Row<'a>(&'a mut Vec<Cell>);

impl<'a> Row<'a> {
    pub(crate) fn new(cells: &'a mut Vec<Cell>) -> Self {
        Self(cells)
    }

    pub(crate) fn add(&mut self, cell: impl Into<Cell>) -> &mut Self {
        self.0.push(cell.into());
        self
    }

    pub(crate) fn whole(&mut self, n: u64) -> Result<&mut Self, Overflow> {
        Ok(self.add(Cell::whole(n)?))
    }

    pub(crate) fn name<T: Serialize>(&mut self, value: &T) -> Result<&mut Self, Overflow> {
        Ok(self.add(Cell::name(value)?))
    }

    pub(crate) fn json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<&mut Self, Overflow> {
        Ok(self.add(Cell::json(value)?))
    }

    /// A list as a JSON array; most are empty, so that case is cheap.
    pub(crate) fn list<T: Serialize>(&mut self, list: &[T]) -> Result<&mut Self, Overflow> {
        if list.is_empty() { Ok(self.add("[]")) } else { self.json(list) }
    }
}

/// Rows being read, cell by cell in the order of their columns.
pub(crate) struct Cells {
    shape: &'static Shape,
    // Invariant: those of whole rows and of what is left of the row at hand.
    cells: std::vec::IntoIter<Cell>,
    /// Cells of the row at hand that were read.
    at: usize,
}

impl Cells {
    pub(crate) fn new(shape: &'static Shape, sheet: Sheet) -> Result<Self, Damage> {
        if !sheet.cells.len().is_multiple_of(shape.columns.len()) {
            return Err(Damage::new(shape.table, format!("a row has not {} columns", shape.columns.len())));
        }
        Ok(Self { shape, cells: sheet.cells.into_iter(), at: 0 })
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.as_slice().is_empty()
    }

    /// Goes to the next row; whether there is one.
    pub(crate) fn begin_row(&mut self) -> bool {
        debug_assert!(self.at == 0 || self.at == self.shape.columns.len(), "{} is not read whole", self.shape.table);
        self.at = 0;
        !self.is_empty()
    }

    /// Goes to the next row, past its first cell, if that is this number.
    pub(crate) fn begin_row_of(&mut self, owner: u32) -> bool {
        let is_next = self.cells.as_slice().first() == Some(&Cell::Int(owner.into())) && self.begin_row();
        is_next && self.next().is_ok()
    }

    /// Says what is wrong with the rows.
    pub(crate) fn damage_of_table(&self, what: impl Into<String>) -> Damage {
        Damage::new(self.shape.table, what)
    }

    fn next(&mut self) -> Result<Cell, Damage> {
        self.at += 1;
        self.cells.next().ok_or_else(|| self.damage("is missing"))
    }

    /// Says what is wrong with the cell read last.
    pub(crate) fn damage(&self, what: impl fmt::Display) -> Damage {
        let column = self.at.checked_sub(1).and_then(|at| self.shape.columns.get(at)).unwrap_or(&"");
        Damage::new(self.shape.table, format!("{column} {what}"))
    }

    pub(crate) fn whole_or_none<T: TryFrom<i64>>(&mut self) -> Result<Option<T>, Damage> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Int(n) => T::try_from(n).map(Some).map_err(|_| self.damage(format!("is {n}, out of range"))),
            _ => Err(self.damage("is no whole number")),
        }
    }

    pub(crate) fn whole<T: TryFrom<i64>>(&mut self) -> Result<T, Damage> {
        self.whole_or_none()?.ok_or_else(|| self.damage("is null"))
    }

    pub(crate) fn real_or_none(&mut self) -> Result<Option<f64>, Damage> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Real(n) => Ok(Some(n)),
            _ => Err(self.damage("is no number")),
        }
    }

    pub(crate) fn real(&mut self) -> Result<f64, Damage> {
        self.real_or_none()?.ok_or_else(|| self.damage("is null"))
    }

    pub(crate) fn text_or_none(&mut self) -> Result<Option<Text>, Damage> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            _ => Err(self.damage("is no text")),
        }
    }

    pub(crate) fn text(&mut self) -> Result<Text, Damage> {
        self.text_or_none()?.ok_or_else(|| self.damage("is null"))
    }

    pub(crate) fn name_or_none<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Damage> {
        let Some(name) = self.text_or_none()? else { return Ok(None) };
        let name: StrDeserializer<'_, NameError> = (*name).into_deserializer();
        T::deserialize(name).map(Some).map_err(|error| self.damage(format!("is not known: {error}")))
    }

    pub(crate) fn name<T: DeserializeOwned>(&mut self) -> Result<T, Damage> {
        self.name_or_none()?.ok_or_else(|| self.damage("is null"))
    }

    pub(crate) fn json_or_none<T: DeserializeOwned>(&mut self) -> Result<Option<Arc<T>>, Damage> {
        let Some(json) = self.text_or_none()? else { return Ok(None) };
        let value = serde_json::from_str(&json).map_err(|error| self.damage(format!("cannot be read: {error}")))?;
        Ok(Some(Arc::new(value)))
    }

    pub(crate) fn list<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, Damage> {
        let json = self.text()?;
        if &*json == "[]" {
            return Ok(Vec::new());
        }
        serde_json::from_str(&json).map_err(|error| self.damage(format!("cannot be read: {error}")))
    }

    /// A date, or its text where the database has no dates.
    pub(crate) fn day_or_none(&mut self) -> Result<Option<NaiveDate>, Damage> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Day(day) => Ok(Some(day)),
            Cell::Text(text) => text.parse().map(Some).map_err(|error| self.damage(format!("is {text:?}: {error}"))),
            _ => Err(self.damage("is no date")),
        }
    }

    /// Text parsed by its type, times for instance.
    pub(crate) fn parsed_or_none<T: std::str::FromStr<Err: fmt::Display>>(&mut self) -> Result<Option<T>, Damage> {
        let Some(text) = self.text_or_none()? else { return Ok(None) };
        text.parse().map(Some).map_err(|error| self.damage(format!("is {text:?}: {error}")))
    }
}

/// A row that is no record: the tables were changed by hand, or the file is broken.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("table {table}{}: {what}", row.map_or_else(String::new, |id| format!(" id {id}")))]
pub(crate) struct Damage {
    table: &'static str,
    row: Option<u32>,
    what: String,
}

impl Damage {
    pub(crate) fn new(table: &'static str, what: impl Into<String>) -> Self {
        Self { table, row: None, what: what.into() }
    }

    pub(crate) fn of_row(self, id: u32) -> Self {
        Self { row: Some(id), ..self }
    }
}

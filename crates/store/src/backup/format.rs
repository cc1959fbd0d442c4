//! The lines of a backup, with their count and sum as they are written and read.

use std::fmt;
use std::io::{BufRead, Read, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use linewright_model::Version;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{BackupError, Part};
use crate::rows::Cell;

/// What the first line says.
pub(super) const FORMAT: &str = "linewright-backup";

/// The form of the lines.
const FORM: u32 = 1;

/// Longest line read, bytes: a value of a database holds a billion.
const LONGEST: u64 = 1 << 30;

/// The first line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Always `linewright-backup`.
    format: String,
    /// The form of the lines.
    form: u32,
    /// The program that made it.
    pub program: String,
    /// Schema of the tables.
    pub schema: i64,
    /// When it was made.
    pub made: DateTime<Utc>,
    /// The newest version in it.
    pub version: Version,
    /// Rows in it.
    pub rows: u64,
}

impl Header {
    pub(super) fn new(schema: i64, made: DateTime<Utc>, version: Version, rows: u64) -> Self {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT.to_owned(), form: FORM, program, schema, made, version, rows }
    }
}

/// The line before the rows of a table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Section {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
}

/// The last line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct End {
    /// Lines before this one.
    lines: u64,
    /// Of all bytes before this line, in hexadecimal digits.
    sha256: String,
}

/// What a backup holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Contents {
    /// Its first line.
    #[serde(flatten)]
    pub header: Header,
    /// SHA-256 of its lines before the last, in hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// One line.
pub(super) enum Line {
    Section(Section),
    Row(Vec<Cell>),
    End,
}

/// Writes lines and counts.
pub(super) struct Writer<'a, 'p> {
    into: &'a mut Part<'p>,
    sum: Sha256,
    lines: u64,
    bytes: u64,
    line: Vec<u8>,
}

impl<'a, 'p> Writer<'a, 'p> {
    pub(super) fn new(into: &'a mut Part<'p>) -> Self {
        Self { into, sum: Sha256::new(), lines: 0, bytes: 0, line: Vec::new() }
    }

    /// Writes a value as a line.
    pub(super) fn line<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), BackupError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value).map_err(|error| self.into.failed(&error.into()))?;
        self.line.push(b'\n');
        self.sum.update(&self.line);
        self.lines += 1;
        self.bytes += self.line.len() as u64;
        self.into.write_all(&self.line).map_err(|error| self.into.failed(&error))
    }

    /// Writes the last line.
    pub(super) fn end(mut self, header: Header) -> Result<Contents, BackupError> {
        let sha256 = digits(&self.sum);
        self.line(&End { lines: self.lines, sha256: sha256.clone() })?;
        Ok(Contents { header, sha256, bytes: self.bytes })
    }
}

/// Writes these lines and an end that goes with them.
#[cfg(test)]
pub(crate) fn forge(path: &Path, lines: &[String]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let sum = digits(&Sha256::new().chain_update(&text));
    let end = format!("{{\"lines\":{},\"sha256\":\"{sum}\"}}\n", text.lines().count());
    std::fs::write(path, text + &end).unwrap();
}

fn digits(sum: &Sha256) -> String {
    sum.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads lines and holds count and sum against the last one.
pub(super) struct Reader<'a, R> {
    path: &'a Path,
    from: R,
    sum: Sha256,
    lines: u64,
    rows: u64,
    bytes: u64,
    line: Vec<u8>,
}

impl<'a, R: BufRead> Reader<'a, R> {
    /// Reads the first line; refuses what is no backup, or a newer program's.
    pub(super) fn new(path: &'a Path, from: R, schema: i64) -> Result<(Self, Header), BackupError> {
        let mut reader = Self { path, from, sum: Sha256::new(), lines: 0, rows: 0, bytes: 0, line: Vec::new() };
        let not = || BackupError::NotABackup { path: path.into() };
        // A file of another kind may be one endless line.
        reader.read(1 << 16)?;
        let first: serde_json::Value = serde_json::from_slice(&reader.line).map_err(|_| not())?;
        if first.get("format").and_then(|format| format.as_str()) != Some(FORMAT) {
            return Err(not());
        }
        let number = |name: &str| first.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
        if number("form") > i64::from(FORM) || number("schema") > schema {
            let program = first.get("program").and_then(|program| program.as_str()).unwrap_or("?").to_owned();
            return Err(BackupError::Newer { path: path.into(), program });
        }
        let header = serde_json::from_value(first).map_err(|error| reader.damage(error))?;
        reader.count();
        Ok((reader, header))
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Rows read so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Says what is wrong with the line read last.
    pub(super) fn damage(&self, reason: impl fmt::Display) -> BackupError {
        BackupError::Damaged { path: self.path.into(), line: self.lines + 1, reason: reason.to_string() }
    }

    fn read(&mut self, longest: u64) -> Result<(), BackupError> {
        self.line.clear();
        let read = (&mut self.from).take(longest).read_until(b'\n', &mut self.line);
        read.map_err(|error| BackupError::io(self.path, &error)).map(drop)
    }

    fn count(&mut self) {
        self.sum.update(&self.line);
        self.lines += 1;
        self.bytes += self.line.len() as u64;
    }

    /// The next line.
    pub(super) fn next(&mut self) -> Result<Line, BackupError> {
        self.read(LONGEST)?;
        if self.line.last() != Some(&b'\n') {
            return Err(self.damage("is not whole: the end of the backup is missing"));
        }
        let line = match self.line.first() {
            Some(b'[') => {
                self.rows += 1;
                Line::Row(self.parsed()?)
            }
            _ if self.line.starts_with(b"{\"table\"") => Line::Section(self.parsed()?),
            _ => {
                self.end()?;
                return Ok(Line::End);
            }
        };
        self.count();
        Ok(line)
    }

    fn parsed<T: for<'de> Deserialize<'de>>(&self) -> Result<T, BackupError> {
        serde_json::from_slice(&self.line).map_err(|error| self.damage(format!("cannot be read: {error}")))
    }

    /// Holds the last line against what was read.
    fn end(&mut self) -> Result<(), BackupError> {
        let end: End = self.parsed()?;
        if end.lines != self.lines {
            return Err(
                self.damage(format!("says that there are {} lines before it; there are {}", end.lines, self.lines))
            );
        }
        if end.sha256 != digits(&self.sum) {
            return Err(self.damage("does not go with the lines before it: one of them was altered"));
        }
        self.bytes += self.line.len() as u64;
        self.read(1)?;
        if !self.line.is_empty() {
            self.lines += 1;
            return Err(self.damage("comes after the end"));
        }
        Ok(())
    }

    /// What the backup holds, once its end was read.
    pub(super) fn contents(&self, header: Header) -> Result<Contents, BackupError> {
        if header.rows != self.rows {
            return Err(self.damage(format!("ends {} rows; the first line says {}", self.rows, header.rows)));
        }
        Ok(Contents { header, sha256: digits(&self.sum), bytes: self.bytes })
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Null => to.serialize_none(),
            Cell::Int(n) => to.serialize_i64(*n),
            Cell::Real(n) => to.serialize_f64(*n),
            Cell::Text(text) => to.serialize_str(text),
            Cell::Day(_) | Cell::Time(_) => to.serialize_str(&self.text().unwrap_or_default()),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Value;
        impl Visitor<'_> for Value {
            type Value = Cell;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, a number or a text")
            }
            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }
            fn visit_i64<E>(self, n: i64) -> Result<Cell, E> {
                Ok(Cell::Int(n))
            }
            fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Cell, E> {
                i64::try_from(n).map(Cell::Int).map_err(|_| E::custom(format!("{n} is too large a number")))
            }
            fn visit_f64<E>(self, n: f64) -> Result<Cell, E> {
                Ok(Cell::Real(n))
            }
            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::from(text))
            }
        }
        from.deserialize_any(Value).map_err(D::Error::custom)
    }
}

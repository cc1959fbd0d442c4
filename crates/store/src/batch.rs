//! The net effect of several commits on the tables: which rows go, which come, what the log says.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use linewright_model::{AnyId, Applied, Change, Discipline, TableKind, Take, Version};
use serde_json::Value;

use crate::rows::{self, FIRST_YEAR, MAX_CODE_BYTES, Overflow, Sheet};
use crate::{Proposal, StoreError};

/// Changes per log value, so that no value comes near the bound of a database (1 GB in SQLite).
const CHANGES_PER_PART: usize = 4096;

/// Deepest nesting of source attributes: the log wraps them, and its reader stops at 128.
const MAX_DEPTH: usize = 64;

/// What one record went through in the whole batch.
struct Net {
    existed: bool,
    revision: Version,
    last: Change,
}

/// Changes of several commits, folded per record.
#[derive(Default)]
pub(crate) struct Batch {
    // Ordered by table, then id, so that rows are written in key order.
    nets: BTreeMap<AnyId, Net>,
    log: Vec<LogRow>,
}

/// A commit as the log keeps it.
pub(crate) struct LogRow {
    pub(crate) version: Version,
    /// To the microsecond.
    pub(crate) at: DateTime<Utc>,
    pub(crate) who: String,
    pub(crate) why: String,
    pub(crate) origin: String,
    changes: Vec<Change>,
}

impl LogRow {
    /// The changes as JSON arrays, at least one. Made one by one: together they may not fit in memory.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Result<String, StoreError>> {
        let empty = self.changes.is_empty().then(|| Ok("[]".to_owned()));
        empty.into_iter().chain(self.changes.chunks(CHANGES_PER_PART).map(|part| json(serde_json::to_string(part))))
    }
}

fn json<T>(made: Result<T, serde_json::Error>) -> Result<T, StoreError> {
    made.map_err(|error| StoreError::Internal { what: format!("a change set has no JSON form: {error}") })
}

impl Batch {
    /// Adds a commit; commits must come in the order of their versions.
    pub(crate) fn add(&mut self, proposal: &Proposal, applied: &Applied) -> Result<(), StoreError> {
        for change in &applied.changes.changes {
            let net = self.nets.entry(change.id()).or_insert_with(|| Net {
                existed: rows::existed(change),
                revision: applied.version,
                last: change.clone(),
            });
            net.revision = applied.version;
            net.last = change.clone();
        }
        let origin = json(serde_json::to_value(applied.changes.origin))?;
        self.log.push(LogRow {
            version: applied.version,
            at: DateTime::from_timestamp_micros(proposal.at.timestamp_micros()).unwrap_or(proposal.at),
            who: proposal.who.clone(),
            why: proposal.why.clone(),
            origin: origin.as_str().unwrap_or_default().to_owned(),
            changes: applied.changes.changes.clone(),
        });
        Ok(())
    }

    /// Number of records touched.
    pub(crate) fn len(&self) -> usize {
        self.nets.len()
    }

    /// Log rows, by version.
    pub(crate) fn log(&self) -> &[LogRow] {
        &self.log
    }

    /// Ids of the records of a table whose rows must go: removed or rewritten.
    pub(crate) fn gone(&self, table: TableKind) -> Vec<u32> {
        self.of(table).filter(|(_, net)| net.existed).map(|(id, _)| id.raw).collect()
    }

    /// Rows of a table that come, at most `records` records at a time: sheets in the order of
    /// [`rows::shapes`], and the number of records in them.
    pub(crate) fn coming(
        &self,
        table: TableKind,
        records: usize,
    ) -> impl Iterator<Item = Result<(Vec<Sheet>, usize), Overflow>> {
        let tables = rows::shapes(table).len();
        let mut nets = self.of(table).peekable();
        std::iter::from_fn(move || {
            nets.peek()?;
            let mut sheets: Vec<Sheet> = (0..tables).map(|_| Sheet::default()).collect();
            let mut done = 0;
            for (_, net) in nets.by_ref().take(records) {
                done += 1;
                if let Err(overflow) = rows::put(&net.last, net.revision, &mut sheets) {
                    return Some(Err(overflow));
                }
            }
            Some(Ok((sheets, done)))
        })
    }

    fn of(&self, table: TableKind) -> impl Iterator<Item = (&AnyId, &Net)> {
        self.nets.range(AnyId { table, raw: 0 }..=AnyId { table, raw: u32::MAX })
    }
}

/// Says what in a proposal, by its code or text, cannot be stored or read back.
pub(crate) fn unstorable(proposal: &Proposal) -> Option<(String, Overflow)> {
    if !(1..=9999).contains(&proposal.at.year()) {
        return Some((proposal.why.clone(), Overflow::Time));
    }
    if let Some(text) = [&proposal.who, &proposal.why].into_iter().find(|text| text.contains('\0')) {
        return Some((text.clone(), Overflow::ZeroByte));
    }
    proposal.changes.changes.iter().find_map(|change| {
        let tag = change.tag()?;
        let deep = tag.extra.as_ref().is_some_and(|extra| extra.values().any(|value| deeper(value, MAX_DEPTH - 1)));
        let overflow = if deep {
            Some(Overflow::Depth(MAX_DEPTH))
        } else if tag.code.len() > MAX_CODE_BYTES {
            Some(Overflow::Code(tag.code.len()))
        } else if rows::zero_byte(change) {
            Some(Overflow::ZeroByte)
        } else {
            too_early(change).or_else(|| too_large(change))
        };
        overflow.map(|overflow| (tag.code.to_string(), overflow))
    })
}

/// The date of a record that may lie before the calendar.
fn too_early(change: &Change) -> Option<Overflow> {
    let plant = match change {
        Change::Place(edit) => &edit.after.as_ref()?.plant,
        Change::Span(edit) => &edit.after.as_ref()?.plant,
        Change::Cable(edit) => &edit.after.as_ref()?.plant,
        Change::Device(edit) => &edit.after.as_ref()?.plant,
        _ => return None,
    };
    plant.available_from.filter(|day| day.year() < FIRST_YEAR).map(Overflow::Day)
}

/// The numbers of a record that may exceed a 64-bit signed column.
fn too_large(change: &Change) -> Option<Overflow> {
    let check = |n: u64| i64::try_from(n).err().map(|_| Overflow::Number(n));
    match change {
        Change::Trail(edit) => edit.after.as_ref()?.holdings().find_map(|holding| match holding.take {
            Take::Amount(amount) => check(amount),
            Take::Slot(_) => None,
        }),
        Change::Link(edit) => match edit.after.as_ref()?.slots {
            Discipline::Amount { capacity_kbps } => check(capacity_kbps),
            Discipline::Exclusive { .. } | Discipline::Counted { .. } => None,
        },
        _ => None,
    }
}

fn deeper(value: &Value, levels: usize) -> bool {
    let below = levels.checked_sub(1);
    match (value, below) {
        (Value::Array(_) | Value::Object(_), None) => true,
        (Value::Array(items), Some(below)) => items.iter().any(|item| deeper(item, below)),
        (Value::Object(fields), Some(below)) => fields.values().any(|field| deeper(field, below)),
        _ => false,
    }
}

//! Records as rows: for each table its columns, and the two directions side by side. No SQL, no backend.

mod cable;
mod cell;
mod desk;
mod device;
mod log;
mod place;
mod span;
mod text;
mod trail;

use linewright_model::{
    Address, Cable, Change, Dataset, DatasetId, Device, Id, Jumper, Link, Place, Restoring, SlotMark, Span, Splice,
    Stored, TableKind, Tag, Trail, Version, Violation,
};

use crate::past::Patch;

pub(crate) use cell::{Cell, Cells, Damage, FIRST_YEAR, MAX_CODE_BYTES, Overflow, Row};
pub(crate) use desk::{ACCOUNTS, AUDIT, DESK, PASSING};
pub(crate) use log::{COUNTERS, LOG, LOG_MORE};
pub(crate) use text::has_zero_byte;

/// A SQL table and its columns, the key of the owning record first.
pub(crate) struct Shape {
    /// Name in the database.
    pub(crate) table: &'static str,
    /// Columns in the order of the cells of a row; the first is the id of the record the row belongs to.
    pub(crate) columns: &'static [&'static str],
    /// Columns that order the rows of one record.
    pub(crate) order: &'static str,
}

impl Shape {
    /// The statement that reads rows, in the order of their key; `filter` is a condition with its `WHERE`.
    pub(crate) fn select(&self, filter: &str) -> String {
        let key = self.columns.first().copied().unwrap_or("id");
        let order = if self.order == key { String::new() } else { format!(", {}", self.order) };
        format!("SELECT {} FROM {} {filter} ORDER BY \"{key}\"{order}", quoted(self.columns), self.table)
    }
}

/// Every table that a backup holds, each after those it refers to within one record.
pub(crate) fn all() -> Vec<&'static Shape> {
    network().into_iter().chain(DESK).collect()
}

/// The tables of the network and its history, but `head`.
pub(crate) fn network() -> Vec<&'static Shape> {
    let records = TableKind::ALL.iter().flat_map(|table| shapes(*table));
    records.chain([&COUNTERS, &LOG, &LOG_MORE]).collect()
}

/// Whether a column holds real numbers: the only ones whose text may be another number.
pub(crate) fn is_real(column: &str) -> bool {
    ["length_m", "lon_deg", "lat_deg"].contains(&column)
}

/// Gives a text the type that its column has where the database has such types.
pub(crate) fn typed(shape: &'static Shape, column: &'static str, cell: &mut Cell) -> Result<(), Damage> {
    let Cell::Text(text) = &*cell else { return Ok(()) };
    if DESK.iter().any(|desk| desk.table == shape.table) {
        return desk::check(column, text).map_err(|reason| Damage::new(shape.table, reason));
    }
    let read = match column {
        "available_from" => text.parse().map(Cell::Day),
        "at" if shape.table == LOG.table => text.parse().map(Cell::Time),
        _ => return Ok(()),
    };
    *cell = read.map_err(|error| Damage::new(shape.table, format!("{column} is {text:?}: {error}")))?;
    Ok(())
}

/// Column names for SQL: some of ours are its keywords.
pub(crate) fn quoted(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}

/// The counters of ids as their rows say; on `Err` says what is wrong with them.
pub(crate) fn next_ids(rows: Vec<(String, i64)>) -> Result<Vec<(TableKind, u32)>, String> {
    rows.into_iter()
        .map(|(name, next)| {
            let table = TableKind::ALL.iter().find(|table| table.name() == name);
            let table = table.ok_or_else(|| format!("id_counter names {name:?}, which is no table"))?;
            let next = u32::try_from(next).map_err(|_| format!("id_counter of {name} is {next}"))?;
            Ok((*table, next))
        })
        .collect()
}

/// What every record's own table begins with.
macro_rules! record_columns {
    ($($column:literal),* $(,)?) => { &["id", "revision", "code", "name", "dataset", "extra", $($column),*] };
}
pub(crate) use record_columns;

/// Rows of one SQL table, cells one row after the other.
#[derive(Default)]
pub(crate) struct Sheet {
    pub(crate) cells: Vec<Cell>,
}

/// Where a record puts the rows of its lists.
pub(crate) struct ListSink<'a> {
    owner: u32,
    sheets: &'a mut [Sheet],
}

impl ListSink<'_> {
    /// Adds a row to the `list`-th list of the record.
    pub(crate) fn row<const N: usize>(&mut self, list: usize, cells: [Cell; N]) {
        // Lists are numbered as in `Tabular::LISTS`, of which there is a sheet each.
        if let Some(sheet) = self.sheets.get_mut(list) {
            sheet.cells.push(Cell::from(self.owner));
            sheet.cells.extend(cells);
        }
    }
}

/// Rows of the lists of many records, ascending by owner and order, taken owner by owner.
pub(crate) struct Lists {
    lists: Vec<Cells>,
    owner: u32,
}

impl Lists {
    /// Reads the rows of the `list`-th list that belong to the record being read.
    pub(crate) fn rows<T>(
        &mut self,
        list: usize,
        mut read: impl FnMut(&mut Cells) -> Result<T, Damage>,
    ) -> Result<Vec<T>, Damage> {
        let Some(rows) = self.lists.get_mut(list) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        while rows.begin_row_of(self.owner) {
            found.push(read(rows)?);
        }
        Ok(found)
    }
}

/// A record kept as one row of its own table and rows of lists.
pub(crate) trait Tabular: Stored {
    /// Its own table.
    const MAIN: Shape;
    /// The tables of its lists.
    const LISTS: &'static [Shape] = &[];

    /// Appends the cells of its own columns.
    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow>;

    /// Adds the rows of its lists.
    fn put_lists(&self, lists: &mut ListSink<'_>) -> Result<(), Overflow> {
        let _ = lists;
        Ok(())
    }

    /// Reads it back, cells in the order of `put`.
    fn take(tag: Tag, row: &mut Cells, lists: &mut Lists) -> Result<Self, Damage>;
}

/// Appends the rows of a record to its sheets, its own table first.
fn put_record<R: Tabular>(record: &R, id: u32, revision: Version, sheets: &mut [Sheet]) -> Result<(), Overflow> {
    let Some((main, lists)) = sheets.split_first_mut() else { return Ok(()) };
    let tag = record.tag();
    let mut row = Row::new(&mut main.cells);
    row.add(id).whole(revision.0)?.add(&tag.code).add(&tag.name).add(tag.dataset.map(|id| id.raw()));
    match &tag.extra {
        Some(extra) => row.json(&**extra)?,
        None => row.add(Cell::Null),
    };
    record.put(&mut row)?;
    record.put_lists(&mut ListSink { owner: id, sheets: lists })
}

/// Why rows do not make a network.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    /// A row is no record.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// The records do not go together.
    #[error(transparent)]
    Violation(#[from] Violation),
}

/// A network being read back; records that a patch holds are left to it.
#[derive(Default)]
pub(crate) struct Restored {
    pub(crate) network: Restoring,
    pub(crate) patch: Patch,
}

impl Restored {
    fn add<R: Stored>(&mut self, id: R::Id, record: R, revision: Version) -> Result<(), Violation> {
        if self.patch.holds(id.any()) { Ok(()) } else { self.network.add(id, record, revision) }
    }
}

fn take_records<R: Tabular>(main: Sheet, lists: Vec<Sheet>, into: &mut Restored) -> Result<(), Unfit> {
    let lists = R::LISTS.iter().zip(lists).map(|(shape, sheet)| Cells::new(shape, sheet)).collect::<Result<_, _>>()?;
    let mut lists = Lists { lists, owner: 0 };
    let mut row = Cells::new(&R::MAIN, main)?;
    while row.begin_row() {
        lists.owner = row.whole()?;
        let (record, revision) = take_record::<R>(&mut row, &mut lists).map_err(|damage| damage.of_row(lists.owner))?;
        into.add(R::Id::from_raw(lists.owner), record, revision)?;
    }
    match lists.lists.iter().find(|rows| !rows.is_empty()) {
        Some(rows) => Err(rows.damage_of_table("a row belongs to no record").into()),
        None => Ok(()),
    }
}

fn take_record<R: Tabular>(row: &mut Cells, lists: &mut Lists) -> Result<(R, Version), Damage> {
    let revision = Version(row.whole()?);
    let tag = Tag {
        code: row.text()?,
        name: row.text()?,
        dataset: row.whole_or_none()?.map(DatasetId::from_raw),
        extra: row.json_or_none()?,
    };
    Ok((R::take(tag, row, lists)?, revision))
}

macro_rules! dispatch {
    ($($record:ident),* $(,)?) => {
        /// The SQL tables of a kind of record, its own first.
        pub(crate) fn shapes(table: TableKind) -> Vec<&'static Shape> {
            match table {
                $(TableKind::$record => std::iter::once(&<$record as Tabular>::MAIN).chain(<$record as Tabular>::LISTS).collect()),*
            }
        }

        /// Appends the rows of a change's record as it is after the change, if it still is.
        pub(crate) fn put(change: &Change, revision: Version, sheets: &mut [Sheet]) -> Result<(), Overflow> {
            match change {
                $(Change::$record(edit) => match &edit.after {
                    Some(record) => put_record(&**record, edit.id.raw(), revision, sheets),
                    None => Ok(()),
                }),*
            }
        }

        /// Reads records of one kind; `lists` as in [`shapes`] after the first.
        pub(crate) fn take(
            table: TableKind,
            main: Sheet,
            lists: Vec<Sheet>,
            into: &mut Restored,
        ) -> Result<(), Unfit> {
            match table { $(TableKind::$record => take_records::<$record>(main, lists, into)),* }
        }

        /// Adds a change's record as it was before the change, if it was.
        pub(crate) fn add_before(change: &Change, revision: Version, to: &mut Restoring) -> Result<(), Violation> {
            match change {
                $(Change::$record(edit) => match &edit.before {
                    Some(record) => to.add(edit.id, $record::clone(record), revision),
                    None => Ok(()),
                }),*
            }
        }

        /// Whether a text of a change's record, as it is after the change, holds a zero byte.
        pub(crate) fn zero_byte(change: &Change) -> bool {
            match change { $(Change::$record(edit) => edit.after.as_ref().is_some_and(|record| has_zero_byte(&**record))),* }
        }

        /// Whether a change's record existed before it.
        pub(crate) fn existed(change: &Change) -> bool {
            match change { $(Change::$record(edit) => edit.before.is_some()),* }
        }
    };
}
dispatch!(Dataset, Place, Span, Cable, Device, Splice, Jumper, Trail, Link, SlotMark, Address);

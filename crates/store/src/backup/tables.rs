//! The tables of a database on their way into a backup and out of it, whatever the database.

use std::future::Future;

use chrono::{DateTime, Utc};
use linewright_model::Version;

use super::format::{Contents, Header, Line, Section, Writer};
use super::{Backup, BackupError, Part};
use crate::rows::{self, Cell, Shape};
use crate::{Progress, StoreError};

/// Rows handed to a database at a time, at most.
const ROWS: usize = 4096;

/// Bytes handed to a database at a time: no further row is added above it.
const BYTES: u64 = 8 << 20;

/// The first schema whose backups hold accounts, tokens and the audit log.
const DESK_SINCE: i64 = 3;

/// Rows between two words about the progress.
const TOLD: u64 = 4096;

/// What a backup asks of a connection to a database, inside a transaction.
pub(crate) trait Tables: Send {
    /// Number of rows of a table.
    fn count(&mut self, shape: &'static Shape) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Hands over each row of a table, in the order of its key.
    fn each(
        &mut self,
        shape: &'static Shape,
        row: &mut (dyn FnMut(Vec<Cell>) -> Result<(), BackupError> + Send),
    ) -> impl Future<Output = Result<(), BackupError>> + Send;

    /// Empties a table.
    fn clear(&mut self, shape: &'static Shape) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Adds rows of these columns to a table.
    fn insert(
        &mut self,
        shape: &'static Shape,
        columns: &[&'static str],
        cells: Vec<Cell>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Writes every table into a backup.
pub(crate) async fn dump(
    tables: &mut impl Tables,
    (schema, version): (i64, Version),
    made: DateTime<Utc>,
    part: &mut Part<'_>,
    progress: &Progress,
) -> Result<Contents, BackupError> {
    let shapes = rows::all();
    let mut total = 0;
    for shape in &shapes {
        total += tables.count(shape).await?;
    }
    let header = Header::new(schema, made, version, total);
    let mut writer = Writer::new(part);
    writer.line(&header)?;
    let mut done = 0;
    for shape in shapes {
        let columns = shape.columns.iter().map(|column| (*column).to_owned()).collect();
        writer.line(&Section { table: shape.table.to_owned(), columns })?;
        let mut row = |cells: Vec<Cell>| {
            done += 1;
            if done % TOLD == 0 {
                progress.tell(done, total);
            }
            writer.line(&cells)
        };
        tables.each(shape, &mut row).await?;
    }
    writer.end(header)
}

/// Fills the tables from a backup, after emptying them when they are to be replaced.
///
/// Rows go in as they stand there; the database holds them against its constraints. Returns the version they make.
pub(crate) async fn fill(
    tables: &mut impl Tables,
    backup: &Backup,
    replace: bool,
    progress: &Progress,
) -> Result<Version, BackupError> {
    let (mut reader, header) = backup.read()?;
    make_room(tables, header.schema >= DESK_SINCE, replace).await?;
    let mut at: Option<(&'static Shape, Vec<&'static str>)> = None;
    let (mut cells, mut rows, mut from) = (Vec::new(), 0, 0);
    loop {
        let line = reader.next()?;
        let full = rows >= ROWS || reader.bytes() - from >= BYTES;
        if let Some((shape, columns)) = &at
            && (full || !matches!(line, Line::Row(_)))
        {
            tables.insert(shape, columns, std::mem::take(&mut cells)).await?;
            progress.tell(reader.rows(), header.rows);
            (rows, from) = (0, reader.bytes());
        }
        match line {
            Line::End => {
                let version = header.version;
                backup.same(&reader.contents(header)?)?;
                return Ok(version);
            }
            Line::Section(section) => at = Some(known(&section).map_err(|reason| reader.damage(reason))?),
            Line::Row(mut row) => {
                let Some((shape, columns)) = &at else { return Err(reader.damage("belongs to no table")) };
                if row.len() != columns.len() {
                    return Err(reader.damage(format!("has {} values for {} columns", row.len(), columns.len())));
                }
                for (column, cell) in columns.iter().zip(&mut row) {
                    rows::typed(shape, column, cell).map_err(|damage| reader.damage(damage))?;
                }
                rows += 1;
                cells.append(&mut row);
            }
        }
    }
}

/// Takes away what the backup replaces; accounts stay where it has none, and are not replaced unasked.
async fn make_room(tables: &mut impl Tables, with_desk: bool, replace: bool) -> Result<(), BackupError> {
    if with_desk && !replace {
        let accounts = tables.count(&rows::ACCOUNTS).await?;
        if accounts > 0 {
            return Err(BackupError::Inhabited { accounts });
        }
    }
    // References may be set aside: nothing goes by itself.
    let passing = rows::PASSING.into_iter().filter(|_| with_desk);
    let desk = rows::DESK.into_iter().rev().filter(|_| with_desk && replace);
    let network = rows::network().into_iter().rev().filter(|_| replace);
    for shape in passing.chain(desk).chain(network) {
        tables.clear(shape).await?;
    }
    Ok(())
}

/// The table and columns that a section names; on `Err` says which are not known.
fn known(section: &Section) -> Result<(&'static Shape, Vec<&'static str>), String> {
    let Section { table, columns } = section;
    let shape = rows::all().into_iter().find(|shape| shape.table == table);
    let shape = shape.ok_or_else(|| format!("names the table {table:?}, which is not known"))?;
    let column = |name: &String| shape.columns.iter().copied().find(|column| column == name);
    let columns: Option<Vec<_>> = columns.iter().map(column).collect();
    let columns = columns.ok_or_else(|| format!("names a column of {table} that is not known"))?;
    if columns.is_empty() {
        return Err(format!("names no columns of {table}"));
    }
    Ok((shape, columns))
}

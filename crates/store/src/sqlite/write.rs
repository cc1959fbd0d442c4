//! Writing a batch: rows that go, rows that come, the log, the counters, the head; many rows a statement.

use std::sync::Arc;

use linewright_model::{Network, TableKind, Version};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};
use tokio::sync::mpsc;

use super::aside;
use super::error::File;
use crate::StoreError;
use crate::batch::Batch;
use crate::rows::{self, Cell, LOG, LOG_MORE, Shape, quoted};

/// Rows a statement, largest first. Few sizes, so that prepared statements are found again.
const SIZES: [usize; 4] = [256, 32, 4, 1];

/// Records turned into rows at a time.
const RECORDS: usize = 4096;

/// From this many records on an empty database is filled without its indices, which are made afterwards.
pub(super) const FIRST: usize = 20_000;

/// Parts that may wait to be written: enough that neither side idles, few enough to fit in memory.
const WAITING: usize = 2;

/// Writes a batch that leads from one network to the next, inside the caller's transaction.
pub(super) async fn write(
    conn: &mut SqliteConnection,
    file: &Arc<File>,
    batch: Batch,
    (from, to): (&Network, &Network),
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<(), StoreError> {
    // All rows go before any come, so that a code or slot can pass from one record to another.
    for table in TableKind::ALL {
        let gone = batch.gone(*table);
        for shape in rows::shapes(*table).iter().rev() {
            delete(conn, file, shape, &gone).await?;
        }
    }
    let first = from.version() == Version(0) && batch.len() >= FIRST;
    let aside = if first { aside::set_aside(conn, file).await? } else { Vec::new() };
    let (mut done, total) = (0, batch.len() as u64);
    let mut put = async |part: Part| {
        for statement in part.statements {
            statement.execute(conn, file).await?;
        }
        done += part.records as u64;
        progress(done, total);
        Ok::<(), StoreError>(())
    };
    if batch.len() <= RECORDS {
        let mut parts = Vec::new();
        make(&batch, file, &mut |part| {
            parts.push(part);
            true
        })?;
        for part in parts {
            put(part).await?;
        }
    } else {
        let (to_write, mut made) = mpsc::channel(WAITING);
        let file = file.clone();
        // Made on a thread of its own, while the database writes those before.
        let maker =
            tokio::task::spawn_blocking(move || make(&batch, &file, &mut |part| to_write.blocking_send(part).is_ok()));
        while let Some(part) = made.recv().await {
            put(part).await?;
        }
        maker.await.map_err(|error| StoreError::Internal { what: error.to_string() })??;
    }
    aside::put_back(conn, file, aside).await?;
    counters(conn, file, from, to).await?;
    head(conn, file, from.version(), to.version()).await
}

/// Statements to be executed one after the other.
struct Part {
    statements: Vec<Bound>,
    /// How many records are in them.
    records: usize,
}

/// Makes the statements of a batch: its rows, then its log. Ends early when `take` wants no more.
fn make(batch: &Batch, file: &File, take: &mut dyn FnMut(Part) -> bool) -> Result<(), StoreError> {
    for table in TableKind::ALL {
        let shapes = rows::shapes(*table);
        for part in batch.coming(*table, RECORDS) {
            let (sheets, records) = part.map_err(|overflow| file.overflow(overflow))?;
            let mut statements = Vec::new();
            for (shape, sheet) in shapes.iter().zip(sheets) {
                bind(shape, shape.columns, sheet.cells, &mut statements)?;
            }
            if !take(Part { statements, records }) {
                return Ok(());
            }
        }
    }
    for entry in batch.log() {
        let logged = Cell::Int(version(entry.version)?);
        // One by one: together they may not fit in memory.
        for (number, part) in (0u32..).zip(entry.parts()) {
            let (part, mut statements) = (Cell::from(part?.as_str()), Vec::new());
            if number == 0 {
                let [who, why, origin] = [&entry.who, &entry.why, &entry.origin].map(|text| Cell::from(text.as_str()));
                let cells = vec![logged.clone(), Cell::Time(entry.at), who, why, origin, part];
                bind(&LOG, LOG.columns, cells, &mut statements)?;
            } else {
                let cells = vec![logged.clone(), Cell::from(number), part];
                bind(&LOG_MORE, LOG_MORE.columns, cells, &mut statements)?;
            }
            if !take(Part { statements, records: 0 }) {
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn delete(conn: &mut SqliteConnection, file: &File, shape: &Shape, ids: &[u32]) -> Result<(), StoreError> {
    let key = shape.columns.first().copied().unwrap_or("id");
    let mut left = ids;
    for size in SIZES {
        let marks = vec!["?"; size].join(", ");
        let sql = format!("DELETE FROM {} WHERE \"{key}\" IN ({marks})", shape.table);
        while let Some((part, rest)) = left.split_at_checked(size) {
            let mut query = sqlx::query(AssertSqlSafe(sql.clone()));
            for id in part {
                query = query.bind(*id);
            }
            query.execute(&mut *conn).await.map_err(|e| file.error(e))?;
            left = rest;
        }
    }
    Ok(())
}

/// Puts rows of these columns into a table.
pub(super) async fn insert(
    conn: &mut SqliteConnection,
    file: &File,
    (shape, columns): (&Shape, &[&str]),
    cells: Vec<Cell>,
) -> Result<(), StoreError> {
    let mut statements = Vec::new();
    bind(shape, columns, cells, &mut statements)?;
    for statement in statements {
        statement.execute(conn, file).await?;
    }
    Ok(())
}

/// A statement with its values.
struct Bound {
    sql: Arc<str>,
    values: SqliteArguments,
}

impl Bound {
    async fn execute(self, conn: &mut SqliteConnection, file: &File) -> Result<(), StoreError> {
        // Names come from `Shape`s, which are constants of this crate; values are bound.
        let query = sqlx::query_with(AssertSqlSafe(self.sql), self.values);
        query.execute(conn).await.map(drop).map_err(|e| file.error(e))
    }
}

/// Adds the statements that put rows of these columns into a table.
fn bind(shape: &Shape, columns: &[&str], cells: Vec<Cell>, into: &mut Vec<Bound>) -> Result<(), StoreError> {
    let width = columns.len();
    let mut cells = cells.into_iter();
    let row = format!("({})", vec!["?"; width].join(", "));
    let mut texts = Texts::new(width);
    for size in SIZES {
        if cells.len() < size * width {
            continue;
        }
        let rows = vec![row.as_str(); size].join(", ");
        let sql: Arc<str> = format!("INSERT INTO {} ({}) VALUES {rows}", shape.table, quoted(columns)).into();
        while cells.len() >= size * width {
            let mut values = SqliteArguments::default();
            values.reserve(size * width, 0);
            for (at, cell) in cells.by_ref().take(size * width).enumerate() {
                let added = match cell {
                    Cell::Null => values.add(None::<i64>),
                    Cell::Int(n) => values.add(n),
                    Cell::Real(n) => values.add(n),
                    Cell::Text(text) => values.add(texts.share(at % width, &text)),
                    Cell::Day(_) | Cell::Time(_) => values.add(cell.text()),
                };
                added.map_err(|error| StoreError::Internal { what: error.to_string() })?;
            }
            into.push(Bound { sql: sql.clone(), values });
        }
    }
    // A ragged sheet would be a fault of the mapping and must not be dropped in silence.
    match cells.next() {
        Some(_) => Err(StoreError::Internal { what: format!("a row of {} has not {width} cells", shape.table) }),
        None => Ok(()),
    }
}

/// The last text of each column: most repeat, and then the rows share it instead of each having its own.
struct Texts(Vec<Option<Arc<str>>>);

impl Texts {
    fn new(columns: usize) -> Self {
        Self(vec![None; columns])
    }

    fn share(&mut self, column: usize, text: &str) -> Arc<str> {
        let last = self.0.get_mut(column);
        if let Some(known) = last.as_ref().and_then(|last| last.as_ref()).filter(|known| ***known == *text) {
            return known.clone();
        }
        let text = Arc::<str>::from(text);
        if let Some(last) = last {
            *last = Some(text.clone());
        }
        text
    }
}

async fn counters(conn: &mut SqliteConnection, file: &File, from: &Network, to: &Network) -> Result<(), StoreError> {
    for table in TableKind::ALL {
        let next = to.next_id(*table);
        if next != from.next_id(*table) {
            sqlx::query("INSERT INTO id_counter (table_name, next) VALUES (?1, ?2) ON CONFLICT (table_name) DO UPDATE SET next = ?2")
                .bind(table.name())
                .bind(next)
                .execute(&mut *conn)
                .await
                .map_err(|e| file.error(e))?;
        }
    }
    Ok(())
}

/// Moves the head.
pub(super) async fn head(
    conn: &mut SqliteConnection,
    file: &File,
    from: Version,
    to: Version,
) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE head SET version = ?2 WHERE version = ?1")
        .bind(version(from)?)
        .bind(version(to)?)
        .execute(conn)
        .await
        .map_err(|e| file.error(e))?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::Internal { what: "the head moved under the lock".to_owned() }),
    }
}

fn version(version: Version) -> Result<i64, StoreError> {
    i64::try_from(version.0).map_err(|_| StoreError::Internal { what: "the versions are used up".to_owned() })
}

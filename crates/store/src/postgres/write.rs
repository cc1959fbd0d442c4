//! Writing a batch: rows that go, rows that come, the log, the counters, the head; rows go in by COPY.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use linewright_model::{Network, TableKind, Version};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgCopyIn, PgTypeInfo};
use sqlx::{AssertSqlSafe, Encode, PgConnection, Postgres, Type};

use super::aside;
use super::server::Server;
use crate::StoreError;
use crate::batch::Batch;
use crate::rows::{self, AUDIT, Cell, LOG, LOG_MORE, Shape, quoted};

/// Records turned into rows at a time.
const RECORDS: usize = 8192;

/// From this many rows on COPY is quicker than INSERT.
const COPY_ROWS: usize = 512;

/// Rows an INSERT, largest first. Few sizes, so that prepared statements are found again.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// Bytes handed to the connection at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// Columns of the log here: it also names the transaction, so that after a lost connection one knows whether it was committed.
const LOGGED: [&str; 7] = ["version", "at", "who", "why", "origin", "changes", "token"];

/// The channel on which the new version is told to those who listen.
pub(super) const CHANNEL: &str = "linewright_head";

/// From this many records on an empty database is filled without its indices, which are made afterwards.
pub(super) const FIRST: usize = 20_000;

/// Writes a batch that leads from one network to the next, inside the caller's transaction, which is named `token`.
pub(super) async fn write(
    conn: &mut PgConnection,
    server: &Server,
    (batch, token): (&Batch, &str),
    (from, to): (&Network, &Network),
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<(), StoreError> {
    // All rows go before any come, so that a code or slot can pass from one record to another.
    for table in TableKind::ALL {
        let gone: Vec<i64> = batch.gone(*table).into_iter().map(i64::from).collect();
        if gone.is_empty() {
            continue;
        }
        for shape in rows::shapes(*table).iter().rev() {
            let key = shape.columns.first().copied().unwrap_or("id");
            let sql = format!("DELETE FROM {} WHERE \"{key}\" = ANY($1)", shape.table);
            // Names come from `Shape`s, which are constants of this crate.
            let query = sqlx::query(AssertSqlSafe(sql)).bind(&gone);
            query.execute(&mut *conn).await.map_err(|e| server.error(e))?;
        }
    }
    let first = from.version() == Version(0) && batch.len() >= FIRST;
    let aside = if first { aside::set_aside(conn, server).await? } else { Vec::new() };
    let (mut done, total) = (0, batch.len() as u64);
    for table in TableKind::ALL {
        let shapes = rows::shapes(*table);
        for part in batch.coming(*table, RECORDS) {
            let (sheets, records) = part.map_err(|overflow| server.overflow(overflow))?;
            for (shape, sheet) in shapes.iter().zip(sheets) {
                insert(conn, server, (shape, shape.columns), sheet.cells).await?;
            }
            done += records as u64;
            progress(done, total);
        }
    }
    aside::put_back(conn, server, aside).await?;
    log(conn, server, batch, token).await?;
    counters(conn, server, from, to).await?;
    head(conn, server, from.version(), to.version()).await
}

/// Puts rows into a table: many by COPY, few by INSERT.
///
/// COPY is two messages that go unanswered between, which costs the delay of an acknowledgement (40 ms) on a connection
/// without TCP_NODELAY, and the driver does not set it: too much for the few rows of most commits.
async fn insert(
    conn: &mut PgConnection,
    server: &Server,
    (shape, columns): (&Shape, &[&str]),
    cells: Vec<Cell>,
) -> Result<(), StoreError> {
    let width = columns.len();
    // A ragged sheet would be a fault of the mapping and must not be dropped in silence.
    if !cells.len().is_multiple_of(width) {
        return Err(StoreError::Internal { what: format!("a row of {} has not {width} cells", shape.table) });
    }
    if cells.len() >= COPY_ROWS * width {
        let mut copy = Copy::begin(conn, server, (shape, columns)).await?;
        for row in cells.chunks(width) {
            copy.row(row).await?;
        }
        return copy.finish().await;
    }
    let mut cells = cells.into_iter();
    for size in SIZES {
        if cells.len() < size * width {
            continue;
        }
        let row = |at: usize| {
            let marks = (1..=width).map(|column| format!("${}", at * width + column)).collect::<Vec<_>>();
            format!("({})", marks.join(", "))
        };
        let rows = (0..size).map(row).collect::<Vec<_>>().join(", ");
        // The lines of the audit log keep their numbers; COPY keeps them anyway.
        let kept = if shape.table == AUDIT.table { "OVERRIDING SYSTEM VALUE" } else { "" };
        let sql = format!("INSERT INTO {} ({}) {kept} VALUES {rows}", shape.table, quoted(columns));
        while cells.len() >= size * width {
            // Names come from `Shape`s, which are constants of this crate; values are bound.
            let mut query = sqlx::query(AssertSqlSafe(sql.clone()));
            for cell in cells.by_ref().take(size * width) {
                query = query.bind(cell);
            }
            query.execute(&mut *conn).await.map_err(|e| server.error(e))?;
        }
    }
    Ok(())
}

/// A cell is of the type of its column.
impl Type<Postgres> for Cell {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for Cell {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self {
            Cell::Null => return Ok(IsNull::Yes),
            Cell::Int(n) => buffer.extend(n.to_be_bytes()),
            Cell::Real(n) => buffer.extend(n.to_be_bytes()),
            Cell::Text(text) => buffer.extend(text.as_bytes()),
            Cell::Day(day) => buffer.extend(days(*day)?.to_be_bytes()),
            Cell::Time(time) => buffer.extend(micros(*time).to_be_bytes()),
        }
        Ok(IsNull::No)
    }
}

/// Rows on their way into a table, in the binary form of COPY.
struct Copy<'a> {
    copy: PgCopyIn<&'a mut PgConnection>,
    server: &'a Server,
    buffer: Vec<u8>,
}

impl<'a> Copy<'a> {
    async fn begin(
        conn: &'a mut PgConnection,
        server: &'a Server,
        (shape, columns): (&Shape, &[&str]),
    ) -> Result<Self, StoreError> {
        let sql = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", shape.table, quoted(columns));
        let copy = conn.copy_in_raw(&sql).await.map_err(|e| server.error(e))?;
        // Signature, flags, no header extension.
        let buffer = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
        Ok(Self { copy, server, buffer })
    }

    async fn row(&mut self, cells: &[Cell]) -> Result<(), StoreError> {
        let length = |bytes: usize| {
            i32::try_from(bytes).map_err(|_| StoreError::Internal { what: format!("a value of {bytes} bytes") })
        };
        let columns = i16::try_from(cells.len()).map_err(|_| StoreError::Internal { what: "a wide row".to_owned() })?;
        self.buffer.extend(columns.to_be_bytes());
        for cell in cells {
            let mut put = |bytes: &[u8]| {
                self.buffer.extend(length(bytes.len())?.to_be_bytes());
                self.buffer.extend(bytes);
                Ok::<(), StoreError>(())
            };
            match cell {
                Cell::Null => self.buffer.extend((-1i32).to_be_bytes()),
                Cell::Int(n) => put(&n.to_be_bytes())?,
                Cell::Real(n) => put(&n.to_be_bytes())?,
                Cell::Text(text) => put(text.as_bytes())?,
                Cell::Day(day) => put(&days(*day)?.to_be_bytes())?,
                Cell::Time(time) => put(&micros(*time).to_be_bytes())?,
            }
        }
        if self.buffer.len() >= CHUNK_BYTES {
            self.send().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), StoreError> {
        let sent = self.copy.send(self.buffer.as_slice()).await.map(drop);
        self.buffer.clear();
        sent.map_err(|e| self.server.error(e))
    }

    async fn finish(mut self) -> Result<(), StoreError> {
        self.buffer.extend((-1i16).to_be_bytes());
        self.send().await?;
        self.copy.finish().await.map(drop).map_err(|e| self.server.error(e))
    }
}

/// The day from which PostgreSQL counts.
pub(super) fn day_zero() -> NaiveDate {
    zero_hour().date_naive()
}

/// The moment from which PostgreSQL counts: 2000-01-01T00:00:00Z.
pub(super) fn zero_hour() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(946_684_800)
}

fn days(day: NaiveDate) -> Result<i32, StoreError> {
    let days = day.signed_duration_since(day_zero()).num_days();
    i32::try_from(days).map_err(|_| StoreError::Internal { what: format!("the date {day}") })
}

/// Microseconds from the zero hour, as moments travel. Both lie within the years that chrono counts in microseconds.
fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros() - zero_hour().timestamp_micros()
}

/// Adds rows to a table as a restored one has them: a log without transactions, which are named `token` here.
pub(super) async fn restore(
    conn: &mut PgConnection,
    server: &Server,
    (shape, columns): (&Shape, &[&str]),
    cells: Vec<Cell>,
    token: &str,
) -> Result<(), StoreError> {
    if shape.table != LOG.table {
        return insert(conn, server, (shape, columns), cells).await;
    }
    let named = [columns, &["token"]].concat();
    let rows = cells.chunks(columns.len());
    let cells = rows.flat_map(|row| row.iter().cloned().chain([Cell::from(token)])).collect();
    insert(conn, server, (shape, &named), cells).await
}

/// Has the audit log go on after the lines that were restored.
pub(super) async fn number_on(conn: &mut PgConnection, server: &Server) -> Result<(), StoreError> {
    let sql = "SELECT setval(pg_get_serial_sequence('audit_log', 'seq'), max(seq)) FROM audit_log HAVING max(seq) > 0";
    sqlx::query(sql).execute(conn).await.map(drop).map_err(|e| server.error(e))
}

async fn log(conn: &mut PgConnection, server: &Server, batch: &Batch, token: &str) -> Result<(), StoreError> {
    let (mut heads, mut more) = (Vec::new(), Vec::new());
    for entry in batch.log() {
        let logged = Cell::Int(version(entry.version)?);
        for (number, part) in (0u32..).zip(entry.parts()) {
            let part = Cell::from(part?.as_str());
            if number == 0 {
                let [who, why, origin] = [&entry.who, &entry.why, &entry.origin].map(|text| Cell::from(text.as_str()));
                heads.extend([logged.clone(), Cell::Time(entry.at), who, why, origin, part, token.into()]);
                continue;
            }
            more.extend([logged.clone(), Cell::from(number), part]);
            // All of them together may not fit in memory.
            if more.len() >= LOG_MORE.columns.len() * 4 {
                insert(conn, server, (&LOG_MORE, LOG_MORE.columns), std::mem::take(&mut more)).await?;
            }
        }
    }
    insert(conn, server, (&LOG, &LOGGED), heads).await?;
    insert(conn, server, (&LOG_MORE, LOG_MORE.columns), more).await
}

async fn counters(conn: &mut PgConnection, server: &Server, from: &Network, to: &Network) -> Result<(), StoreError> {
    let moved = TableKind::ALL.iter().filter(|table| to.next_id(**table) != from.next_id(**table));
    let (names, nexts): (Vec<&str>, Vec<i64>) =
        moved.map(|table| (table.name(), i64::from(to.next_id(*table)))).unzip();
    if names.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO id_counter (table_name, next) SELECT * FROM unnest($1::text[], $2::bigint[]) \
         ON CONFLICT (table_name) DO UPDATE SET next = EXCLUDED.next",
    )
    .bind(names)
    .bind(nexts)
    .execute(conn)
    .await
    .map(drop)
    .map_err(|e| server.error(e))
}

/// Moves the head, and tells the others once it is committed.
pub(super) async fn head(
    conn: &mut PgConnection,
    server: &Server,
    from: Version,
    to: Version,
) -> Result<(), StoreError> {
    let moved = "WITH moved AS (UPDATE head SET version = $2 WHERE version = $1 RETURNING version) \
                 SELECT count(pg_notify($3, version::text)) FROM moved";
    let rows: i64 = sqlx::query_scalar(moved)
        .bind(version(from)?)
        .bind(version(to)?)
        .bind(CHANNEL)
        .fetch_one(conn)
        .await
        .map_err(|e| server.error(e))?;
    match rows {
        1 => Ok(()),
        _ => Err(StoreError::Internal { what: "the head moved under the lock".to_owned() }),
    }
}

pub(super) fn version(version: Version) -> Result<i64, StoreError> {
    i64::try_from(version.0).map_err(|_| StoreError::Internal { what: "the versions are used up".to_owned() })
}

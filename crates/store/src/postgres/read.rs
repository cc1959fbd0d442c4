//! Reading: the tables in bulk, the log page by page.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use linewright_model::{Network, TableKind, Version};
use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::{AssertSqlSafe, Connection, Decode, PgConnection, Postgres, Row, TypeInfo, ValueRef};

use super::copied::{self, Copied};
use super::schema::{self, READ};
use super::server::Server;
use super::write::{day_zero, zero_hour};
use crate::load::{Loader, Part};
use crate::past::Patch;
use crate::rows::{self, Cell};
use crate::{LogEntry, StoreError, fold};

/// Records read at a time.
const PAGE: i64 = 16_384;

/// Log entries folded at a time.
const LOG_PAGE: u32 = 64;

/// Reads the whole network at one version.
pub(super) async fn load(conn: &mut PgConnection, server: &Server) -> Result<Network, StoreError> {
    let mut read = conn.begin_with(READ).await.map_err(|e| server.error(e))?;
    let network = load_within(&mut read, server).await;
    // Nothing was written; a failure to end the transaction loses nothing.
    read.rollback().await.ok();
    network
}

/// Reads the whole network as the transaction sees it.
pub(super) async fn load_within(conn: &mut PgConnection, server: &Server) -> Result<Network, StoreError> {
    let version = schema::head(conn, server).await?;
    tables(conn, server, version, Patch::default()).await
}

/// Reads the network as it was at `target`, from the nearer end of the log.
pub(super) async fn as_of(
    conn: &mut PgConnection,
    server: &Server,
    head: Version,
    target: Version,
) -> Result<Network, StoreError> {
    if head.0.saturating_sub(target.0) < target.0 {
        return past_within(conn, server, head, target).await;
    }
    let mut network = Network::new();
    replay(conn, server, &mut network, target).await?;
    Ok(network)
}

/// Reads the network as it was at `target`, from the tables of `head` and what the log says of the time between.
pub(super) async fn past_within(
    conn: &mut PgConnection,
    server: &Server,
    head: Version,
    target: Version,
) -> Result<Network, StoreError> {
    let mut patch = Patch::default();
    let mut upto = head;
    while upto > target || (patch.asks() && upto > Version(1)) {
        let after = Version(upto.0.saturating_sub(LOG_PAGE.into()).max(if upto > target { target.0 } else { 1 }));
        let many = u32::try_from(upto.0 - after.0).unwrap_or(LOG_PAGE);
        let entries = log(conn, server, after, many).await?;
        if entries.len() as u64 != u64::from(many) {
            return Err(server.damaged(format!("its log has a gap between versions {after} and {upto}")));
        }
        for entry in entries.iter().rev() {
            if entry.version > target { patch.undo(entry) } else { patch.note(entry) }
        }
        upto = after;
    }
    tables(conn, server, target, patch).await
}

/// The tables as a network of this version, patched.
async fn tables(
    conn: &mut PgConnection,
    server: &Server,
    version: Version,
    patch: Patch,
) -> Result<Network, StoreError> {
    let loader = Loader::start(patch);
    for table in TableKind::ALL {
        hand_over(conn, server, *table, &loader).await?;
    }
    let next_ids = next_ids(conn, server).await?;
    loader.finish(version, next_ids).await.map_err(|reason| server.damaged(reason))
}

async fn hand_over(
    conn: &mut PgConnection,
    server: &Server,
    table: TableKind,
    loader: &Loader<Copied>,
) -> Result<(), StoreError> {
    let shapes = rows::shapes(table);
    let Some((shape, _)) = shapes.split_first() else { return Ok(()) };
    let mut kinds = Vec::with_capacity(shapes.len());
    for shape in &shapes {
        kinds.push(copied::kinds(conn, server, shape).await?);
    }
    let mut after = -1;
    loop {
        // Ids are given without gaps, and removed ones leave some: over a large one it is a step.
        let sql = AssertSqlSafe(format!("SELECT min(id), max(id) FROM {} WHERE id > $1", shape.table));
        let (first, last): (Option<i64>, Option<i64>) =
            sqlx::query_as(sql).bind(after).fetch_one(&mut *conn).await.map_err(|e| server.error(e))?;
        let (Some(first), Some(last)) = (first, last) else { return Ok(()) };
        let upto = last.min(first.saturating_add(PAGE - 1));
        let mut pages = Vec::with_capacity(shapes.len());
        for (shape, kinds) in shapes.iter().zip(&kinds) {
            pages.push(Copied::read(conn, server, shape, kinds.clone(), (after, upto)).await?);
        }
        let lists = pages.split_off(1);
        let Some(main) = pages.pop() else { return Ok(()) };
        loader.part(Part { table, main, lists }).await;
        after = upto;
    }
}

pub(super) fn cells(row: &PgRow) -> Result<Vec<Cell>, sqlx::Error> {
    (0..row.len())
        .map(|at| {
            let value = row.try_get_raw(at)?;
            if value.is_null() {
                return Ok(Cell::Null);
            }
            let kind = value.type_info().into_owned();
            match kind.name() {
                "INT8" => <i64 as Decode<Postgres>>::decode(value).map(Cell::Int),
                "FLOAT8" => <f64 as Decode<Postgres>>::decode(value).map(Cell::Real),
                "TEXT" | "JSON" => <&str as Decode<Postgres>>::decode(value).map(Cell::from),
                "DATE" => day(value).map(Cell::Day),
                "TIMESTAMPTZ" => {
                    time(value).and_then(|time| time.map(Cell::Time).ok_or_else(|| "a time out of the calendar".into()))
                }
                other => Err(format!("a value of type {other}").into()),
            }
            .map_err(sqlx::Error::Decode)
        })
        .collect()
}

fn day(value: PgValueRef<'_>) -> Result<NaiveDate, sqlx::error::BoxDynError> {
    day_of(i32::from_be_bytes(value.as_bytes()?.try_into()?)).map_err(Into::into)
}

/// The day so many days from day zero.
pub(super) fn day_of(days: i32) -> Result<NaiveDate, String> {
    let day = TimeDelta::try_days(days.into()).and_then(|days| day_zero().checked_add_signed(days));
    day.ok_or_else(|| format!("a date {days} days from 2000-01-01"))
}

fn time(value: PgValueRef<'_>) -> Result<Option<DateTime<Utc>>, sqlx::error::BoxDynError> {
    let micros = i64::from_be_bytes(value.as_bytes()?.try_into()?);
    Ok(zero_hour().checked_add_signed(TimeDelta::microseconds(micros)))
}

/// A time of a row that has it; none where it is null or out of the calendar.
pub(super) fn time_or_none(row: &PgRow, at: usize) -> Option<DateTime<Utc>> {
    let value = row.try_get_raw(at).ok().filter(|value| !value.is_null())?;
    time(value).ok().flatten()
}

async fn next_ids(conn: &mut PgConnection, server: &Server) -> Result<Vec<(TableKind, u32)>, StoreError> {
    let rows: Vec<(String, i64)> = sqlx::query_as("SELECT table_name, next FROM id_counter ORDER BY table_name")
        .fetch_all(conn)
        .await
        .map_err(|e| server.error(e))?;
    rows::next_ids(rows).map_err(|reason| server.damaged(reason))
}

/// Up to `limit` log entries after a version.
pub(super) async fn log(
    conn: &mut PgConnection,
    server: &Server,
    after: Version,
    limit: u32,
) -> Result<Vec<LogEntry>, StoreError> {
    // Above the range of the column nothing is logged.
    let Ok(after) = i64::try_from(after.0) else { return Ok(Vec::new()) };
    let heads = sqlx::query(
        "SELECT version, at, who, why, origin, changes::text FROM change_log WHERE version > $1 ORDER BY version LIMIT $2",
    )
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(&mut *conn)
    .await
    .map_err(|e| server.error(e))?;
    let heads: Vec<_> = heads.iter().map(columns).collect::<Result<_, _>>().map_err(|e| server.error(e))?;
    let Some((last, ..)) = heads.last() else { return Ok(Vec::new()) };
    let more: Vec<(i64, String)> = sqlx::query_as(
        "SELECT version, changes::text FROM change_log_more WHERE version > $1 AND version <= $2 ORDER BY version, part",
    )
    .bind(after)
    .bind(last)
    .fetch_all(conn)
    .await
    .map_err(|e| server.error(e))?;
    let mut more = more.into_iter().peekable();
    let mut entries = Vec::with_capacity(heads.len());
    for (version, at, texts, changes) in heads {
        let mut parts = vec![changes];
        while let Some((_, part)) = more.next_if(|(of, _)| *of == version) {
            parts.push(part);
        }
        entries.push(fold::entry(version, at, texts, &parts).map_err(|reason| server.damaged(reason))?);
    }
    Ok(entries)
}

type Columns = (i64, Option<DateTime<Utc>>, (String, String, String), String);

fn columns(row: &PgRow) -> Result<Columns, sqlx::Error> {
    let at = time(row.try_get_raw(1)?).map_err(sqlx::Error::Decode)?;
    Ok((row.try_get(0)?, at, (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?), row.try_get(5)?))
}

/// Folds the log into a network until it is at `target`.
pub(super) async fn replay(
    conn: &mut PgConnection,
    server: &Server,
    network: &mut Network,
    target: Version,
) -> Result<(), StoreError> {
    while network.version() < target {
        let missing = u32::try_from(target.0 - network.version().0).unwrap_or(u32::MAX);
        let entries = log(conn, server, network.version(), missing.min(LOG_PAGE)).await?;
        if entries.is_empty() {
            return Err(server.damaged(format!("its log ends at version {} before {target}", network.version())));
        }
        fold::replay(network, &entries).map_err(|reason| server.damaged(reason))?;
    }
    Ok(())
}

/// Brings a network up to `head`.
pub(super) async fn catch_up(
    conn: &mut PgConnection,
    server: &Server,
    network: &mut Network,
    head: Version,
) -> Result<(), StoreError> {
    if head < network.version() {
        return Err(server.damaged(format!("it went back from version {} to {head}", network.version())));
    }
    replay(conn, server, network, head).await
}

//! Reading: the tables in bulk, the log page by page.

use linewright_model::{ChangeSet, Network, Origin, TableKind, Version};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, Decode, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use super::error::File;
use super::schema;
use crate::rows::{self, Cell, Restored, Shape, quoted};
use crate::{LogEntry, StoreError, fold};

/// Records read at a time.
const PAGE: i64 = 4096;

/// Log entries folded at a time.
const LOG_PAGE: u32 = 64;

/// Reads the whole network at one version.
pub(super) async fn load(conn: &mut SqliteConnection, file: &File) -> Result<Network, StoreError> {
    let mut read = conn.begin().await.map_err(|e| file.error(e))?;
    let network = load_within(&mut read, file).await;
    // Nothing was written; a failure to end the transaction loses nothing.
    read.rollback().await.ok();
    network
}

/// Reads the whole network as the transaction sees it.
pub(super) async fn load_within(conn: &mut SqliteConnection, file: &File) -> Result<Network, StoreError> {
    let version = schema::head(conn, file).await?;
    let mut restored = Restored { rows: ChangeSet::new(Origin::Recording), ..Restored::default() };
    for table in TableKind::ALL {
        load_table(conn, file, *table, &mut restored).await?;
    }
    let next_ids = next_ids(conn, file).await?;
    Network::restore(version, &restored.rows, restored.revisions, next_ids)
        .map_err(|violation| file.damaged(violation.to_string()))
}

async fn load_table(
    conn: &mut SqliteConnection,
    file: &File,
    table: TableKind,
    into: &mut Restored,
) -> Result<(), StoreError> {
    let shapes = rows::shapes(table);
    let Some((main, lists)) = shapes.split_first() else { return Ok(()) };
    let mut after = -1;
    loop {
        let page = select(conn, file, main, "LIMIT ?2", after, PAGE).await?;
        let Some(Cell::Int(last)) = page.last().and_then(|row| row.first()) else { return Ok(()) };
        let last = *last;
        let mut list_rows = Vec::with_capacity(lists.len());
        for list in lists {
            list_rows.push(select(conn, file, list, "", after, last).await?);
        }
        rows::take(table, page, list_rows, into).map_err(|damage| file.damage(damage))?;
        after = last;
    }
}

/// Rows whose key is above `after`, ordered; `second` is the limit, or the highest key where there is none.
async fn select(
    conn: &mut SqliteConnection,
    file: &File,
    shape: &Shape,
    limit: &str,
    after: i64,
    second: i64,
) -> Result<Vec<Vec<Cell>>, StoreError> {
    let key = shape.columns.first().copied().unwrap_or("id");
    let (table, columns, order) = (shape.table, quoted(shape.columns), shape.order);
    let upto = if limit.is_empty() { format!("AND \"{key}\" <= ?2") } else { String::new() };
    let order = if order == key { String::new() } else { format!(", {order}") };
    let sql = format!("SELECT {columns} FROM {table} WHERE \"{key}\" > ?1 {upto} ORDER BY \"{key}\"{order} {limit}");
    // Names come from `Shape`s, which are constants of this crate.
    let query = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(second);
    let found = query.fetch_all(conn).await.map_err(|e| file.error(e))?;
    found.iter().map(cells).collect::<Result<_, _>>().map_err(|e| file.error(e))
}

pub(super) fn cells(row: &SqliteRow) -> Result<Vec<Cell>, sqlx::Error> {
    (0..row.len())
        .map(|at| {
            let value = row.try_get_raw(at)?;
            if value.is_null() {
                return Ok(Cell::Null);
            }
            let kind = value.type_info().into_owned();
            match kind.name() {
                "INTEGER" => <i64 as Decode<Sqlite>>::decode(value).map(Cell::Int),
                "REAL" => <f64 as Decode<Sqlite>>::decode(value).map(Cell::Real),
                "TEXT" => <&str as Decode<Sqlite>>::decode(value).map(Cell::from),
                other => Err(format!("a value of type {other}").into()),
            }
            .map_err(sqlx::Error::Decode)
        })
        .collect()
}

async fn next_ids(conn: &mut SqliteConnection, file: &File) -> Result<Vec<(TableKind, u32)>, StoreError> {
    let rows: Vec<(String, i64)> = sqlx::query_as("SELECT table_name, next FROM id_counter ORDER BY table_name")
        .fetch_all(conn)
        .await
        .map_err(|e| file.error(e))?;
    rows::next_ids(rows).map_err(|reason| file.damaged(reason))
}

/// Up to `limit` log entries after a version.
pub(super) async fn log(
    conn: &mut SqliteConnection,
    file: &File,
    after: Version,
    limit: u32,
) -> Result<Vec<LogEntry>, StoreError> {
    // Above the range of the column nothing is logged.
    let Ok(after) = i64::try_from(after.0) else { return Ok(Vec::new()) };
    let heads: Vec<(i64, String, String, String, String, String)> = sqlx::query_as(
        "SELECT version, at, who, why, origin, changes FROM change_log WHERE version > ?1 ORDER BY version LIMIT ?2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await
    .map_err(|e| file.error(e))?;
    let Some((last, ..)) = heads.last() else { return Ok(Vec::new()) };
    let more: Vec<(i64, String)> = sqlx::query_as(
        "SELECT version, changes FROM change_log_more WHERE version > ?1 AND version <= ?2 ORDER BY version, part",
    )
    .bind(after)
    .bind(last)
    .fetch_all(conn)
    .await
    .map_err(|e| file.error(e))?;
    let mut more = more.into_iter().peekable();
    let mut entries = Vec::with_capacity(heads.len());
    for (version, at, who, why, origin, changes) in heads {
        let mut parts = vec![changes];
        while let Some((_, part)) = more.next_if(|(of, _)| *of == version) {
            parts.push(part);
        }
        let entry = fold::entry(version, at.parse().ok(), (who, why, origin), &parts);
        entries.push(entry.map_err(|reason| file.damaged(reason))?);
    }
    Ok(entries)
}

/// Folds the log into a network until it is at `target`.
pub(super) async fn replay(
    conn: &mut SqliteConnection,
    file: &File,
    network: &mut Network,
    target: Version,
) -> Result<(), StoreError> {
    while network.version() < target {
        let missing = u32::try_from(target.0 - network.version().0).unwrap_or(u32::MAX);
        let entries = log(conn, file, network.version(), missing.min(LOG_PAGE)).await?;
        if entries.is_empty() {
            return Err(file.damaged(format!("its log ends at version {} before {target}", network.version())));
        }
        fold::replay(network, &entries).map_err(|reason| file.damaged(reason))?;
    }
    Ok(())
}

/// Brings a network up to the newest version.
pub(super) async fn catch_up(
    conn: &mut SqliteConnection,
    file: &File,
    network: &mut Network,
) -> Result<(), StoreError> {
    let head = schema::head(conn, file).await?;
    if head < network.version() {
        return Err(file.damaged(format!("it went back from version {} to {head}", network.version())));
    }
    replay(conn, file, network, head).await
}

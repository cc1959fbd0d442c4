//! Reading: the tables in bulk, the log page by page.

use std::fmt;

use linewright_model::{Network, TableKind, Version};
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, Decode, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use super::error::{File, TOOBIG, primary_code};
use super::schema;
use crate::load::{Loader, Page, Part};
use crate::past::Patch;
use crate::rows::{self, Cell, Damage, Shape, Sheet, is_real};
use crate::{LogEntry, StoreError, fold};

/// Records read at a time.
const PAGE: i64 = 4096;

/// No limit.
const ALL: i64 = -1;

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
    tables(conn, file, version, Patch::default()).await
}

/// Reads the network as it was at `target`, from the nearer end of the log.
pub(super) async fn as_of(
    conn: &mut SqliteConnection,
    file: &File,
    head: Version,
    target: Version,
) -> Result<Network, StoreError> {
    if head.0.saturating_sub(target.0) < target.0 {
        return past_within(conn, file, head, target).await;
    }
    let mut network = Network::new();
    replay(conn, file, &mut network, target).await?;
    Ok(network)
}

/// Reads the network as it was at `target`, from the tables of `head` and what the log says of the time between.
pub(super) async fn past_within(
    conn: &mut SqliteConnection,
    file: &File,
    head: Version,
    target: Version,
) -> Result<Network, StoreError> {
    let mut patch = Patch::default();
    let mut upto = head;
    while upto > target || (patch.asks() && upto > Version(1)) {
        let after = Version(upto.0.saturating_sub(LOG_PAGE.into()).max(if upto > target { target.0 } else { 1 }));
        let many = u32::try_from(upto.0 - after.0).unwrap_or(LOG_PAGE);
        let entries = log(conn, file, after, many).await?;
        if entries.len() as u64 != u64::from(many) {
            return Err(file.damaged(format!("its log has a gap between versions {after} and {upto}")));
        }
        for entry in entries.iter().rev() {
            if entry.version > target { patch.undo(entry) } else { patch.note(entry) }
        }
        upto = after;
    }
    tables(conn, file, target, patch).await
}

/// The tables as a network of this version, patched.
async fn tables(
    conn: &mut SqliteConnection,
    file: &File,
    version: Version,
    patch: Patch,
) -> Result<Network, StoreError> {
    let loader = Loader::start(patch);
    for table in TableKind::ALL {
        hand_over(conn, file, *table, &loader).await?;
    }
    let next_ids = next_ids(conn, file).await?;
    loader.finish(version, next_ids).await.map_err(|reason| file.damaged(reason))
}

async fn hand_over(
    conn: &mut SqliteConnection,
    file: &File,
    table: TableKind,
    loader: &Loader<Rows>,
) -> Result<(), StoreError> {
    let shapes = rows::shapes(table);
    let Some((shape, list_shapes)) = shapes.split_first() else { return Ok(()) };
    let mut after = -1;
    loop {
        let (main, last) = page(conn, file, shape, (after, i64::MAX, PAGE)).await?;
        let Some(last) = last else { return Ok(()) };
        let mut lists = Vec::with_capacity(list_shapes.len());
        for shape in list_shapes {
            lists.push(page(conn, file, shape, (after, last, ALL)).await?.0);
        }
        loader.part(Part { table, main, lists }).await;
        after = last;
    }
}

/// Rows as SQLite gives them: one text is much quicker to pass from its thread than a value a cell.
enum Rows {
    /// A JSON array of rows, reals as texts.
    Json(String),
    Sheet(Sheet),
}

impl Page for Rows {
    fn rows(self, shape: &'static Shape) -> Result<Sheet, Damage> {
        let json = match self {
            Rows::Sheet(sheet) => return Ok(sheet),
            Rows::Json(json) => json,
        };
        let mut cells = Vec::new();
        let mut from = serde_json::Deserializer::from_str(&json);
        from.deserialize_seq(OfRows(&mut cells))
            .map_err(|error| Damage::new(shape.table, format!("cannot be read: {error}")))?;
        for row in cells.chunks_mut(shape.columns.len()) {
            for (cell, _) in row.iter_mut().zip(shape.columns).filter(|(_, name)| is_real(name)) {
                if let Cell::Text(text) = cell {
                    let real = text.parse().map_err(|_| Damage::new(shape.table, format!("{text:?} is no number")))?;
                    *cell = Cell::Real(real);
                }
            }
        }
        Ok(Sheet { cells })
    }
}

/// Reads an array of arrays, all cells into one list.
struct OfRows<'a>(&'a mut Vec<Cell>);

impl<'de> Visitor<'de> for OfRows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(OfCells(self.0))?.is_some() {}
        Ok(())
    }
}

struct OfCells<'a>(&'a mut Vec<Cell>);

impl<'de> DeserializeSeed<'de> for OfCells<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for OfCells<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        while let Some(cell) = cells.next_element()? {
            self.0.push(cell);
        }
        Ok(())
    }
}

/// Up to `limit` rows with a key above `after` and up to `upto`, ordered, and the highest key among them.
async fn page(
    conn: &mut SqliteConnection,
    file: &File,
    shape: &Shape,
    (after, upto, limit): (i64, i64, i64),
) -> Result<(Rows, Option<i64>), StoreError> {
    let key = shape.columns.first().copied().unwrap_or("id");
    // The limit also keeps SQLite from dropping the order.
    let select = format!("{} LIMIT ?3", shape.select(&format!("WHERE \"{key}\" > ?1 AND \"{key}\" <= ?2")));
    let cells: Vec<String> = shape
        .columns
        .iter()
        .map(|column| match is_real(column) {
            true => format!("CASE WHEN {column} IS NULL THEN NULL ELSE printf('%!.20g', {column}) END"),
            false => format!("\"{column}\""),
        })
        .collect();
    let odd: Vec<String> = shape
        .columns
        .iter()
        .filter(|column| is_real(column))
        .map(|column| format!("coalesce({column} <> 0 AND abs({column}) NOT BETWEEN 1e-6 AND 1e15, 0)"))
        .collect();
    let odd = if odd.is_empty() { "0".to_owned() } else { format!("coalesce(sum({}), 0)", odd.join(" + ")) };
    let sql =
        format!("SELECT json_group_array(json_array({})), max(\"{key}\"), {odd} FROM ({select})", cells.join(", "));
    // Names come from `Shape`s, which are constants of this crate.
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(after).bind(upto).bind(limit);
    let found: Result<(String, Option<i64>, i64), sqlx::Error> = query.fetch_one(&mut *conn).await;
    match found {
        Ok((json, last, 0)) => return Ok((Rows::Json(json), last)),
        Ok(_) => {}
        // Together the texts are longer than a value can be.
        Err(sqlx::Error::Database(error)) if primary_code(&*error) == TOOBIG => {}
        Err(error) => return Err(file.error(error)),
    }
    // SQLite prints numbers far from 1 not to the last bit.
    let query = sqlx::query(AssertSqlSafe(select)).bind(after).bind(upto).bind(limit);
    let found = query.fetch_all(conn).await.map_err(|e| file.error(e))?;
    let found: Vec<Vec<Cell>> = found.iter().map(self::cells).collect::<Result<_, _>>().map_err(|e| file.error(e))?;
    let last = found.last().and_then(|row| match row.first() {
        Some(Cell::Int(last)) => Some(*last),
        _ => None,
    });
    Ok((Rows::Sheet(Sheet { cells: found.concat() }), last))
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

//! Writing a batch: rows that go, rows that come, the log, the counters, the head; many rows a statement.

use chrono::SecondsFormat;
use linewright_model::{Network, TableKind};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::error::File;
use crate::StoreError;
use crate::batch::Batch;
use crate::rows::{self, Cell, Shape, Sheet, quoted};

/// Rows a statement, largest first. Few sizes, so that prepared statements are found again.
const SIZES: [usize; 4] = [256, 32, 4, 1];

/// Records turned into rows at a time.
const RECORDS: usize = 4096;

/// Writes a batch that leads from one network to the next, inside the caller's transaction.
pub(super) async fn write(
    conn: &mut SqliteConnection,
    file: &File,
    batch: &Batch,
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
    let (mut done, total) = (0, batch.len() as u64);
    for table in TableKind::ALL {
        let shapes = rows::shapes(*table);
        for part in batch.coming(*table, RECORDS) {
            let (sheets, records) = part.map_err(|overflow| file.overflow(overflow))?;
            for (shape, sheet) in shapes.iter().zip(sheets) {
                insert(conn, file, shape, sheet).await?;
            }
            done += records as u64;
            progress(done, total);
        }
    }
    log(conn, file, batch).await?;
    counters(conn, file, from, to).await?;
    head(conn, file, from, to).await
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

async fn insert(conn: &mut SqliteConnection, file: &File, shape: &Shape, sheet: Sheet) -> Result<(), StoreError> {
    let width = shape.columns.len();
    let mut cells = sheet.cells.into_iter();
    let row = format!("({})", vec!["?"; width].join(", "));
    for size in SIZES {
        if cells.len() < size * width {
            continue;
        }
        let rows = vec![row.as_str(); size].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES {rows}", shape.table, quoted(shape.columns));
        while cells.len() >= size * width {
            // Names come from `Shape`s, which are constants of this crate; values are bound.
            let mut query = sqlx::query(AssertSqlSafe(sql.clone()));
            for cell in cells.by_ref().take(size * width) {
                query = match cell {
                    Cell::Null => query.bind(None::<i64>),
                    Cell::Int(n) => query.bind(n),
                    Cell::Real(n) => query.bind(n),
                    Cell::Text(text) => query.bind(text),
                    Cell::Day(day) => query.bind(day.to_string()),
                };
            }
            query.execute(&mut *conn).await.map_err(|e| file.error(e))?;
        }
    }
    // A ragged sheet would be a fault of the mapping and must not be dropped in silence.
    match cells.next() {
        Some(_) => Err(StoreError::Internal { what: format!("a row of {} has not {width} cells", shape.table) }),
        None => Ok(()),
    }
}

async fn log(conn: &mut SqliteConnection, file: &File, batch: &Batch) -> Result<(), StoreError> {
    for entry in batch.log() {
        let version = version(entry.version)?;
        for (at, part) in (0i64..).zip(entry.parts()) {
            let part = part?;
            let query = if at == 0 {
                sqlx::query(
                    "INSERT INTO change_log (version, at, who, why, origin, changes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )
                .bind(version)
                .bind(entry.at.to_rfc3339_opts(SecondsFormat::Micros, true))
                .bind(entry.who.as_str())
                .bind(entry.why.as_str())
                .bind(entry.origin.as_str())
                .bind(part)
            } else {
                sqlx::query("INSERT INTO change_log_more (version, part, changes) VALUES (?1, ?2, ?3)")
                    .bind(version)
                    .bind(at)
                    .bind(part)
            };
            query.execute(&mut *conn).await.map_err(|e| file.error(e))?;
        }
    }
    Ok(())
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

async fn head(conn: &mut SqliteConnection, file: &File, from: &Network, to: &Network) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE head SET version = ?2 WHERE version = ?1")
        .bind(version(from.version())?)
        .bind(version(to.version())?)
        .execute(conn)
        .await
        .map_err(|e| file.error(e))?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::Internal { what: "the head moved under the lock".to_owned() }),
    }
}

fn version(version: linewright_model::Version) -> Result<i64, StoreError> {
    i64::try_from(version.0).map_err(|_| StoreError::Internal { what: "the versions are used up".to_owned() })
}

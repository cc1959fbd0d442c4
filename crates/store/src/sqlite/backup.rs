//! Backing a SQLite file up, and filling one.

use std::path::Path;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use linewright_model::{Network, Version};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::error::File;
use super::{aside, read, schema, write};
use crate::backup::{Part, Tables, dump, fill};
use crate::rows::{Cell, Shape};
use crate::{Backup, BackupError, Contents, Mode, Progress, StoreError};

struct Tx<'a> {
    conn: &'a mut SqliteConnection,
    file: &'a File,
}

impl Tables for Tx<'_> {
    async fn count(&mut self, shape: &'static Shape) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {}", shape.table));
        let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut *self.conn).await.map_err(|e| self.file.error(e))?;
        Ok(found.unsigned_abs())
    }

    async fn each(
        &mut self,
        shape: &'static Shape,
        row: &mut (dyn FnMut(Vec<Cell>) -> Result<(), BackupError> + Send),
    ) -> Result<(), BackupError> {
        let sql = AssertSqlSafe(shape.select(""));
        let mut found = sqlx::query(sql).fetch(&mut *self.conn);
        while let Some(found) = found.try_next().await.map_err(|e| self.file.error(e))? {
            row(read::cells(&found).map_err(|e| self.file.error(e))?)?;
        }
        Ok(())
    }

    async fn clear(&mut self, shape: &'static Shape) -> Result<(), StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("DELETE FROM {}", shape.table)));
        query.execute(&mut *self.conn).await.map(drop).map_err(|e| self.file.error(e))
    }

    async fn insert(
        &mut self,
        shape: &'static Shape,
        columns: &[&'static str],
        cells: Vec<Cell>,
    ) -> Result<(), StoreError> {
        write::insert(self.conn, self.file, (shape, columns), cells).await
    }
}

pub(super) async fn backup(
    conn: &mut SqliteConnection,
    file: &File,
    path: &Path,
    made: DateTime<Utc>,
    progress: &Progress,
) -> Result<Contents, BackupError> {
    let mut part = Part::create(path)?;
    // One transaction that reads: all tables at one version.
    let mut tx = conn.begin().await.map_err(|e| file.error(e))?;
    let version = schema::head(&mut tx, file).await?;
    let mut tables = Tx { conn: &mut tx, file };
    let contents = dump(&mut tables, (schema::needed(), version), made, &mut part, progress).await?;
    tx.rollback().await.ok();
    part.keep()?;
    Ok(contents)
}

pub(super) async fn restore(
    conn: &mut SqliteConnection,
    file: &File,
    backup: &Backup,
    replace: bool,
    progress: &Progress,
) -> Result<Network, BackupError> {
    if file.mode == Mode::ReadOnly {
        return Err(file.read_only().into());
    }
    aside::check_as_rows_come(conn, file, false).await?;
    let restored = fill_with(conn, file, backup, replace, progress).await;
    aside::check_as_rows_come(conn, file, true).await?;
    restored
}

async fn fill_with(
    conn: &mut SqliteConnection,
    file: &File,
    backup: &Backup,
    replace: bool,
    progress: &Progress,
) -> Result<Network, BackupError> {
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await.map_err(|e| file.error(e))?;
    let head = schema::head(&mut tx, file).await?;
    if head > Version(0) && !replace {
        return Err(BackupError::Occupied { database: file.name(), version: head });
    }
    let mut tables = Tx { conn: &mut tx, file };
    let aside = aside::set_aside(tables.conn, file).await?;
    let version = fill(&mut tables, backup, replace, progress).await.map_err(|e| backup.refused(e))?;
    aside::put_back(&mut tx, file, aside).await.map_err(|e| backup.refused(e))?;
    aside::check_references(&mut tx, file).await.map_err(|e| backup.refused(e))?;
    write::head(&mut tx, file, head, version).await?;
    // What cannot be read back is not kept.
    let network = read::load_within(&mut tx, file).await.map_err(|e| backup.refused(e))?;
    tx.commit().await.map_err(|e| backup.refused(file.error(e)))?;
    Ok(network)
}

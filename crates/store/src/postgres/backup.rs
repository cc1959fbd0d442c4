//! Backing a PostgreSQL database up, and filling one.

use std::path::Path;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use linewright_model::{Network, Version};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::server::Server;
use super::{aside, read, schema, write};
use crate::backup::{Part, Tables, dump, fill};
use crate::rows::{Cell, Shape};
use crate::{Backup, BackupError, Contents, Mode, Progress, StoreError};

struct Tx<'a> {
    conn: &'a mut PgConnection,
    server: &'a Server,
    /// Names the transaction in the log.
    token: String,
}

impl Tables for Tx<'_> {
    async fn count(&mut self, shape: &'static Shape) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {}", shape.table));
        let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut *self.conn).await.map_err(|e| self.server.error(e))?;
        Ok(found.unsigned_abs())
    }

    async fn each(
        &mut self,
        shape: &'static Shape,
        row: &mut (dyn FnMut(Vec<Cell>) -> Result<(), BackupError> + Send),
    ) -> Result<(), BackupError> {
        let sql = AssertSqlSafe(shape.select(""));
        let mut found = sqlx::query(sql).fetch(&mut *self.conn);
        while let Some(found) = found.try_next().await.map_err(|e| self.server.error(e))? {
            row(read::cells(&found).map_err(|e| self.server.error(e))?)?;
        }
        Ok(())
    }

    async fn clear(&mut self, shape: &'static Shape) -> Result<(), StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("DELETE FROM {}", shape.table)));
        query.execute(&mut *self.conn).await.map(drop).map_err(|e| self.server.error(e))
    }

    async fn insert(
        &mut self,
        shape: &'static Shape,
        columns: &[&'static str],
        cells: Vec<Cell>,
    ) -> Result<(), StoreError> {
        write::restore(self.conn, self.server, (shape, columns), cells, &self.token).await
    }
}

pub(super) async fn backup(
    conn: &mut PgConnection,
    server: &Server,
    path: &Path,
    made: DateTime<Utc>,
    progress: &Progress,
) -> Result<Contents, BackupError> {
    let mut part = Part::create(path)?;
    // One transaction that reads: all tables at one version.
    let mut tx = conn.begin_with(schema::READ).await.map_err(|e| server.error(e))?;
    let version = schema::head(&mut tx, server).await?;
    let mut tables = Tx { conn: &mut tx, server, token: String::new() };
    let contents = dump(&mut tables, (schema::needed(), version), made, &mut part, progress).await?;
    tx.rollback().await.ok();
    part.keep()?;
    Ok(contents)
}

pub(super) async fn restore(
    conn: &mut PgConnection,
    server: &Server,
    backup: &Backup,
    replace: bool,
    progress: &Progress,
) -> Result<Network, BackupError> {
    if server.mode == Mode::ReadOnly {
        return Err(server.read_only().into());
    }
    let mut tx = conn.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(|e| server.error(e))?;
    let (head, token) = schema::lock(&mut tx, server).await?;
    if head > Version(0) && !replace {
        return Err(BackupError::Occupied { database: server.name().to_owned(), version: head });
    }
    let mut tables = Tx { conn: &mut tx, server, token };
    let aside = aside::set_aside(tables.conn, server).await?;
    let version = fill(&mut tables, backup, replace, progress).await.map_err(|e| backup.refused(e))?;
    aside::put_back(&mut tx, server, aside).await.map_err(|e| backup.refused(e))?;
    write::number_on(&mut tx, server).await?;
    write::head(&mut tx, server, head, version).await?;
    // What cannot be read back is not kept.
    let network = read::load_within(&mut tx, server).await.map_err(|e| backup.refused(e))?;
    tx.commit().await.map_err(|e| match server.error(e) {
        StoreError::Disconnected { reason, .. } => server.unsure(reason).into(),
        error => backup.refused(error),
    })?;
    Ok(network)
}

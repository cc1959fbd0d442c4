//! PostgreSQL: a database shared by many processes; the row of `head` is the write lock, NOTIFY tells of commits.

mod aside;
mod backup;
mod copied;
#[cfg(test)]
mod crash;
mod engine;
mod follow;
#[cfg(test)]
mod lost;
mod read;
mod schema;
mod server;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use linewright_model::{Network, Version};
use sqlx::pool::PoolConnection;
use sqlx::{Connection, PgPool, Row};

use crate::committer::Committer;
use crate::location::PostgresUrl;
use crate::{
    AsOf, Backup, BackupError, CommitError, Committed, Contents, LogEntry, Mode, Progress, Proposal, SchemaStatus,
    Storage, StoreError,
};
use engine::PostgresEngine;
use follow::Follower;
use server::Server;

/// How long to wait for the write lock, for a connection, and for a server that starts again.
const WAIT: Duration = Duration::from_secs(10);

/// A network in a PostgreSQL database, in the schema `linewright`.
///
/// Cheap to share behind an `Arc`. Dropping it lets the committer finish what waits; [`Storage::close`] also
/// waits for that.
#[derive(Debug)]
pub struct Postgres {
    server: Arc<Server>,
    committer: Committer,
    follower: Follower,
}

impl Postgres {
    /// Connects. Must be called inside a tokio runtime.
    ///
    /// Refuses a database whose schema `linewright` is of another program, or whose encoding is not UTF-8.
    pub async fn open(url: &PostgresUrl, mode: Mode) -> Result<Self, StoreError> {
        Self::open_waiting(url, mode, WAIT).await
    }

    /// Connects; everything waits `wait` for other processes and for the server before it gives up.
    pub async fn open_waiting(url: &PostgresUrl, mode: Mode, wait: Duration) -> Result<Self, StoreError> {
        let server = Arc::new(Server::new(url, mode, wait));
        let mut conn = match server.connect().await {
            Err(StoreError::Missing { .. }) if mode == Mode::Create => {
                server.create().await?;
                server.connect().await?
            }
            made => made?,
        };
        schema::status(&mut conn, &server).await?;
        let engine = PostgresEngine { server: server.clone(), conn: Some(conn) };
        let committer = Committer::start(engine, server.closed());
        let follower = Follower::new(server.clone());
        Ok(Self { server, committer, follower })
    }

    /// Connections for what is no commit.
    pub(crate) fn pool(&self) -> &PgPool {
        self.server.readers()
    }

    pub(crate) fn fault(&self, error: sqlx::Error) -> StoreError {
        self.server.error(error)
    }

    /// The error of a change that may be written or not.
    pub(crate) fn unsure(&self, reason: String) -> StoreError {
        self.server.unsure(reason)
    }

    pub(crate) fn damage(&self, reason: String) -> StoreError {
        self.server.damaged(reason)
    }

    async fn reader(&self) -> Result<PoolConnection<sqlx::Postgres>, StoreError> {
        self.server.readers().acquire().await.map_err(|e| self.server.error(e))
    }

    async fn version_at(&self, asked: DateTime<Utc>) -> Result<Version, StoreError> {
        let sql = "SELECT max(version) FILTER (WHERE at <= $1::text::timestamptz), min(at) FROM change_log";
        // The log has no times outside these years, and the server's calendar is shorter than ours.
        let time = match asked.year() {
            ..1 => "-infinity".to_owned(),
            1..=9999 => asked.to_rfc3339_opts(SecondsFormat::Micros, true),
            _ => "infinity".to_owned(),
        };
        let query = sqlx::query(sql).bind(time);
        let row = query.fetch_one(&mut *self.reader().await?).await.map_err(|e| self.server.error(e))?;
        let version: Option<i64> = row.try_get(0).map_err(|e| self.server.error(e))?;
        let Some(version) = version else {
            return Err(StoreError::BeforeHistory { asked, first: read::time_or_none(&row, 1) });
        };
        u64::try_from(version).map(Version).map_err(|_| self.server.damaged("its log has a version below 0"))
    }
}

impl Storage for Postgres {
    async fn schema_status(&self) -> Result<SchemaStatus, StoreError> {
        schema::status(&mut *self.reader().await?, &self.server).await
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let status = self.schema_status().await?;
        if self.server.mode == Mode::ReadOnly && status != SchemaStatus::Current {
            return Err(self.server.read_only());
        }
        // On a connection of its own: a migration that fails leaves its lock behind.
        let mut conn = self.server.connect().await?;
        let migrated = schema::migrate(&mut conn, &self.server).await;
        conn.close().await.ok();
        migrated
    }

    async fn head(&self) -> Result<Version, StoreError> {
        schema::head(&mut *self.reader().await?, &self.server).await
    }

    async fn load(&self) -> Result<Network, StoreError> {
        read::load(&mut *self.reader().await?, &self.server).await
    }

    async fn snapshot(&self) -> Result<Network, StoreError> {
        self.committer.snapshot().await
    }

    async fn refresh(&self) -> Result<Network, StoreError> {
        self.committer.refresh().await
    }

    async fn newer(&self, than: Version) -> Result<Version, StoreError> {
        // Whoever is behind need not wait, and a schema that is not ours is said.
        let head = self.head().await?;
        if head > than { Ok(head) } else { self.follower.newer(than).await }
    }

    async fn commit(&self, proposal: Proposal) -> Result<Committed, CommitError> {
        self.committer.commit(proposal).await
    }

    async fn log(&self, after: Version, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        let mut conn = self.reader().await?;
        let mut read = conn.begin_with(schema::READ).await.map_err(|e| self.server.error(e))?;
        schema::head(&mut read, &self.server).await?;
        read::log(&mut read, &self.server, after, limit).await
    }

    async fn version_of(&self, when: AsOf) -> Result<Version, StoreError> {
        let head = self.head().await?;
        match when {
            AsOf::Version(asked) if asked > head => Err(StoreError::NoSuchVersion { asked, head }),
            AsOf::Version(version) => Ok(version),
            AsOf::Time(time) => self.version_at(time).await,
        }
    }

    async fn as_of(&self, when: AsOf) -> Result<Network, StoreError> {
        let target = self.version_of(when).await?;
        let mut conn = self.reader().await?;
        let mut read = conn.begin_with(schema::READ).await.map_err(|e| self.server.error(e))?;
        let head = schema::head(&mut read, &self.server).await?;
        let network = read::as_of(&mut read, &self.server, head, target).await;
        read.rollback().await.ok();
        network
    }

    async fn backup(&self, path: &Path, made: DateTime<Utc>, progress: &Progress) -> Result<Contents, BackupError> {
        backup::backup(&mut *self.reader().await?, &self.server, path, made, progress).await
    }

    async fn restore(&self, backup: &Backup, replace: bool, progress: &Progress) -> Result<Network, BackupError> {
        let restored = backup::restore(&mut *self.reader().await?, &self.server, backup, replace, progress).await;
        self.committer.forget().await?;
        restored
    }

    async fn close(&self) {
        self.follower.close();
        self.committer.close().await;
        self.server.readers().close().await;
    }
}

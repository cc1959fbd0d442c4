//! SQLite: one file, WAL, `synchronous=FULL`; readers beside one committer.

mod aside;
mod backup;
#[cfg(test)]
mod crash;
mod engine;
mod error;
mod read;
mod schema;
#[cfg(test)]
pub(crate) mod tests;
mod write;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use linewright_model::{Network, Version};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlitePool};

use crate::committer::Committer;
use crate::{
    AsOf, Backup, BackupError, CommitError, Committed, Contents, LogEntry, Mode, Progress, Proposal, SchemaStatus,
    Storage, StoreError,
};
use engine::SqliteEngine;
use error::File;

/// How long to wait for another process to release the write lock.
const WAIT: Duration = Duration::from_secs(10);

/// Between two looks at the head by one who waits for commits of others.
const LOOK: Duration = Duration::from_millis(200);

/// Connections that read at the same time.
const READERS: u32 = 4;

/// Memory in which the writer keeps pages, at most.
const WRITER_CACHE_KIB: u32 = 512 * 1024;

/// Prepared statements kept by a connection: a few sizes for each table.
const STATEMENTS: usize = 256;

/// 9999-12-31T23:59:59Z, seconds of Unix time.
const LAST_SECOND: i64 = 253_402_300_799;

/// A network in a SQLite file.
///
/// Cheap to share behind an `Arc`. Dropping it lets the committer finish what waits; [`Storage::close`] also
/// waits for that.
#[derive(Debug)]
pub struct Sqlite {
    file: Arc<File>,
    readers: SqlitePool,
    committer: Committer,
}

impl Sqlite {
    /// Opens a file. Must be called inside a tokio runtime.
    ///
    /// Refuses, untouched, what is no SQLite file or the database of another program.
    pub async fn open(path: &Path, mode: Mode) -> Result<Self, StoreError> {
        Self::open_waiting(path, mode, WAIT).await
    }

    /// Opens a file; every write waits `wait` for other processes before it gives up.
    pub async fn open_waiting(path: &Path, mode: Mode, wait: Duration) -> Result<Self, StoreError> {
        // Absolute, so that SQLite takes no name for a URI.
        let absolute = std::path::absolute(path)
            .map_err(|error| StoreError::Denied { database: path.display().to_string(), reason: error.to_string() })?;
        let options = SqliteConnectOptions::new()
            .filename(absolute)
            .read_only(mode == Mode::ReadOnly)
            .create_if_missing(mode == Mode::Create)
            .foreign_keys(true)
            .busy_timeout(wait)
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        Self::start(File { path: path.into(), mode, wait }, options).await
    }

    /// Looks at the file, connects and starts the committer.
    async fn start(file: File, options: SqliteConnectOptions) -> Result<Self, StoreError> {
        look_before(&file.path, file.mode)?;
        let file = Arc::new(file);
        // Nothing may be written, not even the journal mode, before it is known whose file this is.
        let mut probe = options.connect().await.map_err(|e| file.error(e))?;
        schema::status(&mut probe, &file).await?;
        probe.close().await.map_err(|e| file.error(e))?;

        let options = match file.mode {
            Mode::ReadOnly => options,
            Mode::Write | Mode::Create => {
                options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
            }
        };
        // Only the one who writes needs room for what a large commit changes: without it pages are written again and again.
        let writer = options.clone().pragma("cache_size", format!("-{WRITER_CACHE_KIB}"));
        let conn = writer.connect().await.map_err(|e| file.error(e))?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options);
        let committer = Committer::start(SqliteEngine { file: file.clone(), conn }, file.closed());
        Ok(Self { file, readers, committer })
    }

    /// Connections for what is no commit.
    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.readers
    }

    pub(crate) fn fault(&self, error: sqlx::Error) -> StoreError {
        self.file.error(error)
    }

    /// The error of a change that may be written or not.
    pub(crate) fn unsure(&self, reason: String) -> StoreError {
        StoreError::Unsure { database: self.file.name(), reason }
    }

    pub(crate) fn damage(&self, reason: String) -> StoreError {
        self.file.damaged(reason)
    }

    async fn reader(&self) -> Result<PoolConnection<sqlx::Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(|e| self.file.error(e))
    }

    async fn version_at(&self, asked: DateTime<Utc>) -> Result<Version, StoreError> {
        // The log keeps times of fixed width, so text order is time order, up to the year 9999.
        let time = DateTime::from_timestamp(LAST_SECOND, 0).map_or(asked, |last| asked.min(last));
        let sql = "SELECT max(version) FILTER (WHERE at <= ?1), min(at) FROM change_log";
        let (version, first): (Option<i64>, Option<String>) = sqlx::query_as(sql)
            .bind(time.to_rfc3339_opts(SecondsFormat::Micros, true))
            .fetch_one(&mut *self.reader().await?)
            .await
            .map_err(|e| self.file.error(e))?;
        let Some(version) = version else {
            return Err(StoreError::BeforeHistory { asked, first: first.and_then(|first| first.parse().ok()) });
        };
        u64::try_from(version).map(Version).map_err(|_| self.file.damaged("its log has a version below 0"))
    }
}

/// Says what is wrong with a path in words SQLite has not.
fn look_before(path: &Path, mode: Mode) -> Result<(), StoreError> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(()),
        Ok(_) => Err(StoreError::NotAFile { path: path.into() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            match directory {
                Some(directory) if !directory.is_dir() => Err(StoreError::NoDirectory { directory: directory.into() }),
                _ if mode == Mode::Create => Ok(()),
                _ => Err(StoreError::Missing { database: path.display().to_string() }),
            }
        }
        Err(error) => Err(StoreError::Denied { database: path.display().to_string(), reason: error.to_string() }),
    }
}

impl Storage for Sqlite {
    async fn schema_status(&self) -> Result<SchemaStatus, StoreError> {
        schema::status(&mut *self.reader().await?, &self.file).await
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let mut conn = self.reader().await?;
        if self.file.mode == Mode::ReadOnly && schema::status(&mut conn, &self.file).await? != SchemaStatus::Current {
            return Err(self.file.read_only());
        }
        schema::migrate(&mut conn, &self.file).await
    }

    async fn head(&self) -> Result<Version, StoreError> {
        schema::head(&mut *self.reader().await?, &self.file).await
    }

    async fn load(&self) -> Result<Network, StoreError> {
        read::load(&mut *self.reader().await?, &self.file).await
    }

    async fn snapshot(&self) -> Result<Network, StoreError> {
        self.committer.snapshot().await
    }

    async fn refresh(&self) -> Result<Network, StoreError> {
        self.committer.refresh().await
    }

    async fn newer(&self, than: Version) -> Result<Version, StoreError> {
        loop {
            let head = self.head().await?;
            if head > than {
                return Ok(head);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn commit(&self, proposal: Proposal) -> Result<Committed, CommitError> {
        self.committer.commit(proposal).await
    }

    async fn log(&self, after: Version, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        let mut conn = self.reader().await?;
        schema::head(&mut conn, &self.file).await?;
        read::log(&mut conn, &self.file, after, limit).await
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
        let mut read = conn.begin().await.map_err(|e| self.file.error(e))?;
        let head = schema::head(&mut read, &self.file).await?;
        let network = read::as_of(&mut read, &self.file, head, target).await;
        read.rollback().await.ok();
        network
    }

    async fn backup(&self, path: &Path, made: DateTime<Utc>, progress: &Progress) -> Result<Contents, BackupError> {
        backup::backup(&mut *self.reader().await?, &self.file, path, made, progress).await
    }

    async fn restore(&self, backup: &Backup, replace: bool, progress: &Progress) -> Result<Network, BackupError> {
        let restored = backup::restore(&mut *self.reader().await?, &self.file, backup, replace, progress).await;
        self.committer.forget().await?;
        restored
    }

    async fn close(&self) {
        self.committer.close().await;
        self.readers.close().await;
    }
}

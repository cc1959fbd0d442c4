//! A database of either kind, for callers to whom it makes no difference.

use std::path::Path;

use chrono::{DateTime, Utc};
use linewright_model::{Network, Version};

use crate::{
    AsOf, Backup, BackupError, CommitError, Committed, Contents, Location, LogEntry, Mode, Postgres, Progress,
    Proposal, SchemaStatus, Sqlite, Storage, StoreError,
};

/// Opens the database that `url` names: `postgres://USER:PASSWORD@HOST:PORT/NAME`, `sqlite:PATH` or a bare path.
///
/// Must be called inside a tokio runtime. The tables are not looked at beyond their schema version; see
/// [`Storage::schema_status`].
pub async fn connect(url: &str, mode: Mode) -> Result<Store, StoreError> {
    match url.parse()? {
        Location::Sqlite(path) => Sqlite::open(&path, mode).await.map(Store::Sqlite),
        Location::Postgres(url) => Postgres::open(&url, mode).await.map(Store::Postgres),
    }
}

/// A network in a database of either kind.
#[derive(Debug)]
pub enum Store {
    /// In a SQLite file.
    Sqlite(Sqlite),
    /// In a PostgreSQL database.
    Postgres(Postgres),
}

/// Calls a method of the database, whichever it is.
macro_rules! either {
    ($store:expr, $method:ident($($argument:expr),*)) => {
        match $store {
            Store::Sqlite(store) => store.$method($($argument),*).await,
            Store::Postgres(store) => store.$method($($argument),*).await,
        }
    };
}

impl Storage for Store {
    async fn schema_status(&self) -> Result<SchemaStatus, StoreError> {
        either!(self, schema_status())
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        either!(self, migrate())
    }

    async fn head(&self) -> Result<Version, StoreError> {
        either!(self, head())
    }

    async fn load(&self) -> Result<Network, StoreError> {
        either!(self, load())
    }

    async fn snapshot(&self) -> Result<Network, StoreError> {
        either!(self, snapshot())
    }

    async fn refresh(&self) -> Result<Network, StoreError> {
        either!(self, refresh())
    }

    async fn newer(&self, than: Version) -> Result<Version, StoreError> {
        either!(self, newer(than))
    }

    async fn commit(&self, proposal: Proposal) -> Result<Committed, CommitError> {
        either!(self, commit(proposal))
    }

    async fn log(&self, after: Version, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        either!(self, log(after, limit))
    }

    async fn version_of(&self, when: AsOf) -> Result<Version, StoreError> {
        either!(self, version_of(when))
    }

    async fn as_of(&self, when: AsOf) -> Result<Network, StoreError> {
        either!(self, as_of(when))
    }

    async fn backup(&self, path: &Path, made: DateTime<Utc>, progress: &Progress) -> Result<Contents, BackupError> {
        either!(self, backup(path, made, progress))
    }

    async fn restore(&self, backup: &Backup, replace: bool, progress: &Progress) -> Result<Network, BackupError> {
        either!(self, restore(backup, replace, progress))
    }

    async fn close(&self) {
        either!(self, close())
    }
}

//! Keeps a network in a database and gives it back: tables people can read, a log, group commit (DESIGN §3).
//!
//! [`connect`] opens a database; [`Storage`] is what every database offers. Tables are the truth, the log is
//! appended in the same transaction, and a commit that was acknowledged is on disk. This crate is the only one
//! that speaks SQL.

mod batch;
#[cfg(test)]
mod conformance;
mod error;
mod fold;
mod location;
mod rows;
mod sqlite;
mod storage;

pub use error::{CommitError, StoreError};
pub use location::Location;
pub use sqlite::Sqlite;
pub use storage::{AsOf, Committed, LogEntry, Mode, Progress, Proposal, SchemaStatus, Storage};

/// Opens the database that `url` names: `sqlite:PATH`, `sqlite://PATH` or a bare path.
///
/// Must be called inside a tokio runtime. The tables are not looked at beyond their schema version; see
/// [`Storage::schema_status`].
pub async fn connect(url: &str, mode: Mode) -> Result<Sqlite, StoreError> {
    match url.parse()? {
        Location::Sqlite(path) => Sqlite::open(&path, mode).await,
    }
}

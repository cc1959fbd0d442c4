//! Keeps a network in a database and gives it back: tables people can read, a log, group commit (DESIGN §3).
//!
//! [`connect`] opens a database; [`Storage`] is what every database offers. Tables are the truth, the log is
//! appended in the same transaction, and a commit that was acknowledged is on disk. This crate is the only one
//! that speaks SQL.

mod backup;
mod batch;
mod committer;
#[cfg(test)]
mod conformance;
mod desk;
mod error;
mod fold;
mod load;
mod location;
mod past;
mod postgres;
mod rows;
mod sqlite;
mod storage;
mod store;

pub use backup::{Backup, BackupError, Contents, Header};
pub use desk::{Account, Answered, ApiToken, AuditLine, Desk, KeptAnswer, LoginIdentity, LoginSession, Step, Unmet};
pub use error::{CommitError, StoreError};
pub use location::{Location, PostgresUrl};
pub use postgres::Postgres;
pub use sqlite::Sqlite;
pub use storage::{AsOf, Beside, Committed, LogEntry, Mode, Progress, Proposal, SchemaStatus, Storage};
pub use store::{Store, connect};

/// The schema this program needs, the same number on every database.
const SCHEMA: i64 = 3;

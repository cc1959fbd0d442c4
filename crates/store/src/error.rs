//! What can go wrong with a database, said so that the reader knows what to do.

use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use linewright_model::{Version, Violation};

/// Why the database cannot be used, or not for this.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names no database we can open.
    #[error("{url:?} is no database: {reason}; give `postgres://USER@HOST/NAME`, `sqlite:PATH` or a path")]
    BadUrl {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file, or the database of the server, does not exist.
    #[error("there is no database at {database}; check the path, or create one with `linewright migrate`")]
    Missing {
        /// The database.
        database: String,
    },
    /// The directory for the file does not exist.
    #[error("the directory {} does not exist; create it first, or give another path", directory.display())]
    NoDirectory {
        /// The directory.
        directory: PathBuf,
    },
    /// The path is a directory or the like.
    #[error("{} is not a file; give the path of a database file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file is not a SQLite database.
    #[error("{} is not a SQLite database; give another path (the file was not touched)", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A database of another program.
    #[error("{database} is a database of another program; give another one (it was not touched)")]
    Foreign {
        /// The database.
        database: String,
    },
    /// The database is broken, or was changed by hand into something that is no network.
    #[error("the database {database} is damaged: {reason}; restore it from a backup")]
    Damaged {
        /// The database.
        database: String,
        /// What was found.
        reason: String,
    },
    /// Another process holds the write lock.
    #[error(
        "the database {database} is locked by another process (waited {waited_s} s); wait until it is done, or stop it, and try again"
    )]
    Locked {
        /// The database.
        database: String,
        /// Seconds waited.
        waited_s: u64,
    },
    /// The file, its directory, the server or this connection is read-only.
    #[error("the database {database} can only be read; {reason}")]
    ReadOnly {
        /// The database.
        database: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The operating system does not let us.
    #[error("the database {database} cannot be opened: {reason}; check the permissions of the file and its directory")]
    Denied {
        /// The database.
        database: String,
        /// What the operating system says.
        reason: String,
    },
    /// No room on the disk.
    #[error("no room on the disk of {database}; nothing was written; free some space and try again")]
    DiskFull {
        /// The database.
        database: String,
    },
    /// Reading or writing the file failed.
    #[error("reading or writing {database} failed: {reason}; check the disk, then try again")]
    Io {
        /// The database.
        database: String,
        /// What the operating system says.
        reason: String,
    },
    /// The server does not answer.
    #[error("the server of {database} cannot be reached: {reason}; check that it runs, and the host and port")]
    Unreachable {
        /// The database.
        database: String,
        /// What was tried and found.
        reason: String,
    },
    /// The server does not let us.
    #[error("the server refuses {database}: {reason}; check the user, the password and the user's rights")]
    NoAccess {
        /// The database.
        database: String,
        /// What the server says.
        reason: String,
    },
    /// The database cannot keep Chinese text.
    #[error("the database {database} has the encoding {found}; create one with the encoding UTF8")]
    Encoding {
        /// The database.
        database: String,
        /// Its encoding.
        found: String,
    },
    /// The connection was lost before anything was written.
    #[error("the connection to {database} was lost ({reason}); nothing was written; try again")]
    Disconnected {
        /// The database.
        database: String,
        /// What happened.
        reason: String,
    },
    /// The connection was lost while the server was committing, and the server could not be asked since.
    #[error(
        "the connection to {database} was lost in the middle of a commit, and whether it was written could not be found out \
         ({reason}); look for it with `linewright log` before trying again"
    )]
    Unsure {
        /// The database.
        database: String,
        /// Why the server could not be asked.
        reason: String,
    },
    /// The database has no tables yet.
    #[error("the database {database} is empty; run `linewright migrate` on it first")]
    SchemaEmpty {
        /// The database.
        database: String,
    },
    /// The database was made by an older program.
    #[error(
        "the database {database} has schema {found} and this program needs {needed}; run `linewright migrate` (make a backup first)"
    )]
    SchemaOlder {
        /// The database.
        database: String,
        /// Schema of the database.
        found: i64,
        /// Schema of the program.
        needed: i64,
    },
    /// The database was made by a newer program.
    #[error(
        "the database {database} has schema {found}, made by a newer linewright; this one knows up to {needed}; use the newer program"
    )]
    SchemaNewer {
        /// The database.
        database: String,
        /// Schema of the database.
        found: i64,
        /// Schema of the program.
        needed: i64,
    },
    /// A version that the log does not reach.
    #[error("there is no version {asked} yet; the newest is {head}")]
    NoSuchVersion {
        /// The version asked for.
        asked: Version,
        /// The newest version.
        head: Version,
    },
    /// A time before the first commit.
    #[error("there was no network at {asked} yet; {}", first_change(*.first))]
    BeforeHistory {
        /// The time asked for.
        asked: DateTime<Utc>,
        /// When the first commit was, if there is one.
        first: Option<DateTime<Utc>>,
    },
    /// The handle was closed.
    #[error("the connection to {database} was closed; open the database again")]
    Closed {
        /// The database.
        database: String,
    },
    /// A fault of this program.
    #[error("internal fault: {what}; nothing was written; please report this")]
    Internal {
        /// What happened, without SQL.
        what: String,
    },
}

fn first_change(first: Option<DateTime<Utc>>) -> String {
    match first {
        Some(first) => format!("its first change is of {}", first.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        None => "it has no changes".to_owned(),
    }
}

/// Why a proposal was not committed. It is never half written.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum CommitError {
    /// The change set does not fit the network.
    #[error(transparent)]
    Refused(#[from] Violation),
    /// The network is not at the version that the proposal is for.
    #[error("the network is at version {found}, not at {wanted}; look at what changed and propose again")]
    Moved {
        /// The version it is for.
        wanted: Version,
        /// The version there is.
        found: Version,
    },
    /// The proposal holds a value that not every database can keep.
    #[error("{code:?} cannot be stored: {reason}")]
    Unstorable {
        /// Code of the record; the name or reason as given when it is not in a record.
        code: String,
        /// Which value, and the bound.
        reason: String,
    },
    /// The database failed. After [`StoreError::Io`], [`StoreError::Unsure`] or [`StoreError::Closed`] only the log can say whether the
    /// commit is on disk: read it before proposing again. After any other error it is not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

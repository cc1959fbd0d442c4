//! What can go wrong with a database, said so that the reader knows what to do.

use std::path::PathBuf;

use linewright_model::{Version, Violation};

/// Why the database cannot be used, or not for this.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names no database we can open.
    #[error("{url:?} is no database: {reason}; give `sqlite:PATH` or a path")]
    BadUrl {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A PostgreSQL URL. The URL is not repeated because it may hold a password.
    #[error("PostgreSQL arrives with a later release; use a SQLite file for now: `sqlite:PATH`")]
    PostgresLater,
    /// The file does not exist.
    #[error("there is no database at {}; check the path, or create one with `linewright migrate`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
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
    /// A SQLite database of another program.
    #[error("{} is a SQLite database of another program; give another path (the file was not touched)", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is broken, or was changed by hand into something that is no network.
    #[error("the database {} is damaged: {reason}; restore it from a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Another process holds the write lock.
    #[error(
        "the database {} is locked by another process (waited {waited_s} s); wait until it is done, or stop it, and try again",
        path.display()
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// Seconds waited.
        waited_s: u64,
    },
    /// The file, its directory or this connection is read-only.
    #[error("the database {} can only be read; {reason}", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The operating system does not let us.
    #[error("the database {} cannot be opened: {reason}; check the permissions of the file and its directory", path.display())]
    Denied {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// No room on the disk.
    #[error("no room on the disk of {}; nothing was written; free some space and try again", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// Reading or writing the file failed.
    #[error("reading or writing {} failed: {reason}; check the disk, then try again", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The database has no tables yet.
    #[error("the database {} is empty; run `linewright migrate` on it first", path.display())]
    SchemaEmpty {
        /// The file.
        path: PathBuf,
    },
    /// The database was made by an older program.
    #[error(
        "the database {} has schema {found} and this program needs {needed}; run `linewright migrate` (make a backup first)",
        path.display()
    )]
    SchemaOlder {
        /// The file.
        path: PathBuf,
        /// Schema of the database.
        found: i64,
        /// Schema of the program.
        needed: i64,
    },
    /// The database was made by a newer program.
    #[error(
        "the database {} has schema {found}, made by a newer linewright; this one knows up to {needed}; use the newer program",
        path.display()
    )]
    SchemaNewer {
        /// The file.
        path: PathBuf,
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
    /// The handle was closed.
    #[error("the connection to {} was closed; open the database again", path.display())]
    Closed {
        /// The file.
        path: PathBuf,
    },
    /// A fault of this program.
    #[error("internal fault: {what}; nothing was written; please report this")]
    Internal {
        /// What happened, without SQL.
        what: String,
    },
}

/// Why a proposal was not committed. It is never half written.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum CommitError {
    /// The change set does not fit the network.
    #[error(transparent)]
    Refused(#[from] Violation),
    /// The change set holds a value that no database can keep.
    #[error("{code:?} cannot be stored: {reason}")]
    Unstorable {
        /// Code of the record.
        code: String,
        /// Which value, and the bound.
        reason: String,
    },
    /// The database failed. After [`StoreError::Io`] or [`StoreError::Closed`] only the log can say whether the
    /// commit is on disk: read it before proposing again. After any other error it is not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

//! Why a command was not done, and the exit code that says so.

use std::io;
use std::path::PathBuf;

use linewright_catalog::CatalogError;
use linewright_exchange::finding::plain;
use linewright_exchange::input::{FileError, plain_io};
use linewright_exchange::{DetectError, ExportError};
use linewright_plan::{SurveyError, TraceError};
use linewright_service::ServiceError;
use linewright_store::{BackupError, CommitError, StoreError};

/// Why a command was not done. Nothing is half done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A backup.
    #[error(transparent)]
    Backup(BackupError),
    /// The change does not fit the network any more.
    #[error("the network refuses the change: {0}")]
    Commit(CommitError),
    /// An input or output file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The format of the input.
    #[error(transparent)]
    Format(#[from] DetectError),
    /// What is to be exported.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// What is to be surveyed.
    #[error("{}{}", .0, option_for(.0))]
    Survey(#[from] SurveyError),
    /// What is to be traced.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// A carrier's own tables.
    #[error("{}: {}", path.display(), plain(&error.to_string()))]
    Catalog {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        error: CatalogError,
    },
    /// The service.
    #[error(transparent)]
    Service(ServiceError),
    /// Something that would be written over.
    #[error("{} is there already; {advice}", path.display())]
    Exists {
        /// What.
        path: PathBuf,
        /// What to do.
        advice: &'static str,
    },
    /// A rule that does not exist.
    #[error("there is no rule {asked}; the rules are {known}")]
    NoRule {
        /// As asked.
        asked: u8,
        /// The numbers there are.
        known: String,
    },
    /// A field sample that cannot be read.
    #[error("{}: the sample cannot be read, and nothing of it was counted:\n{problems}", path.display())]
    Sample {
        /// The file.
        path: PathBuf,
        /// What is wrong, a line each.
        problems: String,
    },
    /// Nothing to undo, or not that.
    #[error("{0}")]
    Undo(String),
    /// The operating system.
    #[error("cannot {what}: {}", plain_io(error))]
    System {
        /// What was tried.
        what: &'static str,
        /// What it says.
        error: io::Error,
    },
    /// Where to listen.
    #[error("cannot listen on {at}: {}", not_listening(error))]
    Listen {
        /// As asked.
        at: String,
        /// What the operating system says.
        error: io::Error,
    },
    /// Stopped by the user.
    #[error("{0}")]
    Interrupted(String),
    /// A fault of this program.
    #[error("internal fault: {0}; please report this")]
    Internal(String),
}

/// The option that does what the advice of a refused survey says; the same advice is read where there are no options.
fn option_for(error: &SurveyError) -> &'static str {
    match error {
        SurveyError::EmptyNetwork => " (linewright import FILE...)",
        SurveyError::NoAddress { .. } | SurveyError::NoPosition { .. } => " (--at LON,LAT)",
        _ => "",
    }
}

/// Why an address cannot be listened on, and what to do.
fn not_listening(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there already; stop it, or give another port with --listen (0 for any free one)"
                .to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have that address; give one of its own, 127.0.0.1 for this machine only, or 0.0.0.0 for all"
                .to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "you may not use that port; ports below 1024 are for the system: give a higher one, such as 8080".to_owned()
        }
        _ => format!("{error}; give --listen an address of this machine, such as 127.0.0.1:8080"),
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => Failure::Store(error),
            other => Failure::Commit(other),
        }
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Store(error) => Failure::Store(error),
            ServiceError::Refused(error) => Failure::Commit(error),
            ServiceError::Internal(what) => Failure::Internal(what),
            other => Failure::Service(other),
        }
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Store(error) => Failure::Store(error),
            other => Failure::Backup(other),
        }
    }
}

impl Failure {
    /// Stable name of the kind of failure, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Failure::Store(error) => match error {
                StoreError::Locked { .. } => "database-locked",
                StoreError::SchemaNewer { .. } => "database-newer",
                StoreError::SchemaOlder { .. } | StoreError::SchemaEmpty { .. } => "database-older",
                StoreError::Missing { .. } => "database-missing",
                StoreError::NotADatabase { .. } | StoreError::NotAFile { .. } | StoreError::Foreign { .. } => {
                    "not-a-database"
                }
                StoreError::Unreachable { .. } | StoreError::Disconnected { .. } => "database-unreachable",
                StoreError::Unsure { .. } => "database-unsure",
                StoreError::Internal { .. } => "internal",
                _ => "database",
            },
            Failure::Backup(error) => match error {
                BackupError::Damaged { .. } => "backup-damaged",
                BackupError::NoNetwork { .. } => "backup-damaged",
                BackupError::NotABackup { .. } => "not-a-backup",
                BackupError::Newer { .. } => "backup-newer",
                BackupError::Occupied { .. } | BackupError::Inhabited { .. } => "exists",
                BackupError::Io { .. } => "file",
                BackupError::Store(_) => "database",
            },
            Failure::Commit(_) => "refused-by-network",
            Failure::File(_) => "file",
            Failure::Format(_) => "format",
            Failure::Export(_) => "export",
            Failure::Survey(_) => "survey",
            Failure::Trace(_) => "trace",
            Failure::Catalog { .. } => "catalog",
            Failure::Service(_) => "service",
            Failure::Exists { .. } => "exists",
            Failure::NoRule { .. } => "no-such-rule",
            Failure::Sample { .. } => "sample",
            Failure::Undo(_) => "undo",
            Failure::System { .. } | Failure::Listen { .. } => "system",
            Failure::Interrupted(_) => "interrupted",
            Failure::Internal(_) => "internal",
        }
    }
}

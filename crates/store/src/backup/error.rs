//! Why a backup was not made, or not restored.

use std::path::{Path, PathBuf};

use linewright_model::Version;

use crate::StoreError;

/// Why a backup was not made, or not restored. Nothing is half done: no half file, and the database as it was.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum BackupError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be read or written.
    #[error("{}: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The file is no backup.
    #[error("{} is no backup made by `linewright backup`; give another file", path.display())]
    NotABackup {
        /// The file.
        path: PathBuf,
    },
    /// The file was made by a newer program.
    #[error("{} was made by a newer linewright ({program}); restore it with that one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The program that made it.
        program: String,
    },
    /// The file is not what was written.
    #[error("the backup {} is damaged: line {line} {reason}; use another copy of it (nothing was changed)", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong there.
        reason: String,
    },
    /// The file is whole, and what it says is no network.
    #[error("the backup {} holds no network that can be kept: {reason}; use another one (nothing was changed)", path.display())]
    NoNetwork {
        /// The file.
        path: PathBuf,
        /// What the database says of it.
        reason: String,
    },
    /// The database holds a network already.
    #[error(
        "the database {database} holds a network already (version {version}); name a new one with --database, or replace all of \
         it with --force"
    )]
    Occupied {
        /// The database.
        database: String,
        /// Its newest version.
        version: Version,
    },
    /// The database holds accounts already.
    #[error(
        "the database has accounts already ({accounts}), and the backup has its own; name a new one with --database, or \
         replace all of it with --force"
    )]
    Inhabited {
        /// How many.
        accounts: u64,
    },
}

impl BackupError {
    pub(super) fn io(path: &Path, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file or folder; check the path".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied; check the rights of the file".to_owned(),
            std::io::ErrorKind::StorageFull => "no room on the disk; free some space and try again".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder; give the path of a file".to_owned(),
            _ => error.to_string(),
        };
        BackupError::Io { path: path.into(), reason }
    }
}

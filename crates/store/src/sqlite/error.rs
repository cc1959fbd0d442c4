//! What SQLite says, in words that say what to do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::error::DatabaseError;

use crate::rows::Overflow;
use crate::{Mode, StoreError};

/// The file a handle works on, and how long it waits for others.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) mode: Mode,
    pub(super) wait: Duration,
}

impl File {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn closed(&self) -> StoreError {
        StoreError::Closed { database: self.name() }
    }

    pub(super) fn damaged(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Damaged { database: self.name(), reason: reason.into() }
    }

    pub(super) fn overflow(&self, overflow: Overflow) -> StoreError {
        // `unstorable` has refused such values before they come here.
        StoreError::Internal { what: overflow.to_string() }
    }

    pub(super) fn read_only(&self) -> StoreError {
        let reason = match self.mode {
            Mode::ReadOnly => "this command opened it for reading; open it for writing to change it",
            Mode::Write | Mode::Create => "check the permissions of the file, its directory and its disk",
        };
        StoreError::ReadOnly { database: self.name(), reason: reason.to_owned() }
    }

    /// The error of a failed statement.
    pub(super) fn error(&self, error: sqlx::Error) -> StoreError {
        match error {
            sqlx::Error::Database(error) => self.database_error(&*error),
            sqlx::Error::Io(error) => StoreError::Io { database: self.name(), reason: error.to_string() },
            sqlx::Error::PoolClosed => self.closed(),
            sqlx::Error::PoolTimedOut => {
                StoreError::Io { database: self.name(), reason: "all connections were busy for too long".to_owned() }
            }
            // Text that is not UTF-8 or a value of a wrong kind: not written by us.
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
                self.damaged(error.to_string())
            }
            other => {
                tracing::error!(path = %self.path.display(), error = %other, "unexpected database error");
                StoreError::Internal { what: other.to_string() }
            }
        }
    }

    fn database_error(&self, error: &dyn DatabaseError) -> StoreError {
        let database = self.name();
        let reason = error.message().to_owned();
        match primary_code(error) {
            BUSY | LOCKED => StoreError::Locked { database, waited_s: self.wait.as_secs() },
            READONLY => self.read_only(),
            // The index of the write-ahead log could not grow.
            IOERR if error.code().as_deref() == Some(IOERR_SHMSIZE) => StoreError::DiskFull { database },
            IOERR => StoreError::Io { database, reason },
            CORRUPT => self.damaged(reason),
            FULL => StoreError::DiskFull { database },
            PERM | CANTOPEN | AUTH => StoreError::Denied { database, reason },
            NOTADB => StoreError::NotADatabase { path: self.path.clone() },
            CONSTRAINT => {
                tracing::error!(path = %database, %reason, "the tables refuse what the network allows");
                StoreError::Internal { what: format!("the tables refuse what the network allows ({reason})") }
            }
            _ => {
                tracing::error!(path = %database, %reason, "unexpected database error");
                StoreError::Internal { what: reason }
            }
        }
    }
}

// https://www.sqlite.org/rescode.html
pub(super) const GENERIC: i32 = 1;
const PERM: i32 = 3;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const IOERR: i32 = 10;
const IOERR_SHMSIZE: &str = "4874";
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
pub(super) const TOOBIG: i32 = 18;
const CONSTRAINT: i32 = 19;
const AUTH: i32 = 23;
const NOTADB: i32 = 26;

/// The primary result code: the extended code without its upper bytes.
pub(super) fn primary_code(error: &dyn DatabaseError) -> i32 {
    error.code().and_then(|code| code.parse::<i32>().ok()).map_or(GENERIC, |code| code & 0xff)
}

//! Why a use case was not done.

use chrono::{DateTime, Utc};
use linewright_exchange::{DetectError, ExportError};
use linewright_model::{Phrase, Version};
use linewright_plan::{SurveyError, TraceError};
use linewright_store::{CommitError, StoreError};

use crate::Permission;
use crate::oidc::SignInError;

/// Why a use case was not done. Nothing is half done.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The survey cannot be planned as asked.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The element cannot be traced.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The files are in no format that is known.
    #[error(transparent)]
    Format(#[from] DetectError),
    /// What is to be exported.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The network refuses the change.
    #[error("the network refuses the change: {0}")]
    Refused(CommitError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database is lost at the moment.
    #[error("the database cannot be reached at the moment; reading goes on, changes must wait")]
    Lost,
    /// Too many plans are being worked on.
    #[error("{running} plans are being worked on and {waiting} wait; try again in a moment")]
    Busy {
        /// Plans being worked on.
        running: usize,
        /// Plans that wait.
        waiting: usize,
    },
    /// The plan took too long.
    #[error(
        "the plan was not finished within {seconds} s; ask for fewer alternatives, or try again when there is less load"
    )]
    Deadline {
        /// The deadline, seconds.
        seconds: u64,
    },
    /// Nobody is logged in, or no longer.
    #[error("log in first")]
    NotLoggedIn,
    /// A token serves no more, or never did.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Name and password do not fit, or the account may not log in.
    #[error("name or password is wrong, or the account is disabled, has ended or is locked for some minutes")]
    WrongPassword,
    /// The provider logged nobody in.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The account lacks a permission.
    #[error("the account, or the token it used, lacks the permission {}", .0.word())]
    Forbidden(Permission),
    /// There is no account of this name.
    #[error("there is no account {0:?}")]
    NoAccount(String),
    /// A value that cannot be used.
    #[error("{field}: {}", reason.en)]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: Phrase,
    },
    /// The name of an account is taken, or its record changed meanwhile.
    #[error("{}", .0.en)]
    Conflict(Phrase),
    /// The network is not at the version that was asked for.
    #[error("the network is at version {found}, not at {wanted}; look at what changed and ask again")]
    Moved {
        /// The version asked for.
        wanted: Version,
        /// The version there is.
        found: Version,
    },
    /// An account is not at the revision that was asked for.
    #[error("the account {name:?} is at revision {found}, not at {wanted}; look at what changed and ask again")]
    Revised {
        /// Its name.
        name: String,
        /// The revision asked for.
        wanted: u64,
        /// The revision there is.
        found: u64,
    },
    /// A fault of this program.
    #[error("internal fault: {0}")]
    Internal(String),
}

/// Why a token serves nobody.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenError {
    /// It cannot be one.
    #[error("this is no token: send `Bearer ` and the 64 hexadecimal digits that were shown when it was made")]
    Malformed,
    /// There is none like it.
    #[error("there is no such token: it was taken back, or is another service's; ask an administrator for a new one")]
    Unknown,
    /// It has ended.
    #[error("the token {name:?} expired on {}; make a new one, or ask an administrator for one", at.format("%Y-%m-%d %H:%M UTC"))]
    Expired {
        /// What it was for.
        name: String,
        /// When it ended.
        at: DateTime<Utc>,
    },
    /// Its account may not be used.
    #[error("the account of the token {name:?} is disabled or has ended; ask an administrator")]
    Closed {
        /// What it is for.
        name: String,
    },
}

impl From<CommitError> for ServiceError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => ServiceError::Store(error),
            CommitError::Moved { wanted, found } => ServiceError::Moved { wanted, found },
            other => ServiceError::Refused(other),
        }
    }
}

//! What is done with desk records, step by step; the steps of one change are one transaction.

use chrono::{DateTime, Utc};

use super::{Account, ApiToken, AuditLine, LoginIdentity, LoginSession};

/// The answer to a request whose key was claimed; kept in the transaction of what the request changes, so that the one is
/// there exactly where the other is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptAnswer {
    /// Who claimed the key.
    pub account: String,
    /// The key.
    pub key: String,
    /// What a repeated request is answered.
    pub body: String,
}

/// One step of a change of desk records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Adds an account; [`Unmet::NameTaken`].
    AddAccount(Account),
    /// Writes an account that is still at the revision it was read at, but for its wrong passwords, and moves it to the
    /// next revision; [`Unmet::Revised`].
    UpdateAccount(Account),
    /// Nothing, if the account is still at the revision it was read at, and stays there until the steps are taken;
    /// [`Unmet::Revised`].
    StillAt {
        /// Login name.
        account: String,
        /// The revision.
        revision: u64,
    },
    /// Counts a wrong password, so that parallel guesses are all counted; from `most` on the account is locked.
    CountFailure {
        /// Login name.
        account: String,
        /// Wrong passwords in a row that lock it.
        most: u32,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Forgets the wrong passwords of an account.
    ClearFailures(String),
    /// Keeps a session; those of the account that ended before it began are dropped on the way.
    AddSession(LoginSession),
    /// Ends the session of this secret, if there is one.
    EndSession(String),
    /// Ends all sessions of an account.
    EndSessions(String),
    /// Keeps a token.
    AddToken(ApiToken),
    /// Takes the token of this id back; [`Unmet::Absent`].
    RevokeToken(String),
    /// Takes all tokens of an account back.
    RevokeTokens(String),
    /// Links an account instead of what it was linked to before; [`Unmet::IdentityTaken`].
    Link(LoginIdentity),
    /// Takes the link of an account away; [`Unmet::Absent`].
    Unlink(String),
    /// Takes the setup link of this secret if it has not ended: it serves once; [`Unmet::Absent`].
    TakeSetupLink {
        /// SHA-256 of the link, hexadecimal.
        secret: String,
        /// Now.
        now: DateTime<Utc>,
    },
    /// Writes a line of the audit log.
    Note(AuditLine),
    /// Keeps the answer of a claimed key.
    Answer(KeptAnswer),
}

/// Why none of the steps was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unmet {
    /// There is an account of this name.
    NameTaken,
    /// The account is at another revision, or gone.
    Revised,
    /// Whom the provider knows is another account.
    IdentityTaken,
    /// What was to be taken away is not there.
    Absent,
}

impl Step {
    /// Why the step was not taken, where the database found nothing to write.
    pub(super) fn unmet(&self) -> Option<Unmet> {
        match self {
            Step::AddAccount(_) => Some(Unmet::NameTaken),
            Step::UpdateAccount(_) | Step::StillAt { .. } => Some(Unmet::Revised),
            Step::Link(_) => Some(Unmet::IdentityTaken),
            Step::RevokeToken(_) | Step::Unlink(_) | Step::TakeSetupLink { .. } => Some(Unmet::Absent),
            Step::CountFailure { .. }
            | Step::ClearFailures(_)
            | Step::AddSession(_)
            | Step::EndSession(_)
            | Step::EndSessions(_)
            | Step::AddToken(_)
            | Step::RevokeTokens(_)
            | Step::Note(_)
            | Step::Answer(_) => None,
        }
    }
}

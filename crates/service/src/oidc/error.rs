//! Why nobody was logged in by the provider, in words that may go to a browser.

/// Why nobody was logged in by the provider.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignInError {
    /// There is none.
    #[error("no sign-in service is set up here; log in with a password")]
    NotConfigured,
    /// It does not answer, or not as one.
    #[error("the sign-in service does not answer as it should; try again, or log in with a password")]
    Unreachable,
    /// The attempt is not known, or not this browser's.
    #[error(
        "this sign-in was used before, took longer than ten minutes or was begun in another browser; sign in again"
    )]
    Stale,
    /// The provider says no; the word is one of RFC 6749 or OpenID Connect.
    #[error("the sign-in service refused: {0}")]
    Refused(String),
    /// What it says cannot be believed.
    #[error("what the sign-in service says cannot be believed: {0}; nobody was logged in")]
    Untrusted(&'static str),
    /// Somebody who has no account here and is to have none.
    #[error(
        "you are known to the sign-in service, but nothing there gives you a role here; ask an administrator for one"
    )]
    NoRole,
    /// A name that belongs to somebody.
    #[error(
        "there is an account {0:?} here already, and it is not linked to the sign-in service; ask an administrator to \
         link it, or log in with its password"
    )]
    Unlinked(String),
    /// The account may not be used.
    #[error("the account is disabled or has ended; ask an administrator")]
    Closed,
}

//! Desk records: accounts, sessions, tokens, what was done and read. Rows of the database, not part of the network.
//!
//! Secrets come here hashed. What an account may do is the service's business; here it is a word.

mod rows;
mod sql;
mod step;
#[cfg(test)]
pub(crate) mod tests;

use std::future::Future;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::StoreError;
pub(crate) use rows::Rows;
pub use step::{KeptAnswer, Step, Unmet};

/// Who may log in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Login name.
    pub name: String,
    /// Counts its changes.
    pub revision: u64,
    /// Name for people; empty for none.
    pub display_name: String,
    /// Role, by its stable word.
    pub role: String,
    /// District or county the account is bound to; empty for all.
    pub region: String,
    /// Argon2id string; empty while no password is set.
    pub password: String,
    /// Whether it may not log in.
    pub disabled: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends, for contractors.
    pub expires_at: Option<DateTime<Utc>>,
    /// Wrong passwords in a row.
    pub failures: u32,
    /// Until when no password is looked at.
    pub locked_until: Option<DateTime<Utc>>,
}

/// A browser that is logged in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoginSession {
    /// SHA-256 of the cookie, hexadecimal.
    pub secret: String,
    /// Login name.
    pub account: String,
    /// What a request that changes something must repeat.
    pub csrf: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A program that may act for an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiToken {
    /// Its name in lists; no secret.
    pub id: String,
    /// SHA-256 of the token, hexadecimal.
    pub secret: String,
    /// Login name.
    pub account: String,
    /// What it is for.
    pub name: String,
    /// Permissions, by their words, separated by spaces.
    pub scope: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Somebody a provider of log-ins knows, and the account that is. An account has at most one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoginIdentity {
    /// The provider, by its issuer URL.
    pub issuer: String,
    /// Whom it knows, in its own words.
    pub subject: String,
    /// Login name.
    pub account: String,
    /// Whether the account was made at a first log-in: its role follows the provider.
    pub made: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// One line of the audit log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditLine {
    /// Its number, given by the database; 0 before.
    pub seq: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Login name, or who ran the command; empty where nobody proved who they are.
    pub who: String,
    /// By which way: `session`, `token:ID`, `oidc`, `cli`.
    pub via: String,
    /// What was done, a stable word such as `account.add`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Why, as said.
    pub why: String,
}

/// A request that is to be answered once, however often it is sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// SHA-256 of the request, hexadecimal.
    pub request: String,
    /// Status of the answer; 0 while it is being worked on.
    pub status: u16,
    /// Body of the answer.
    pub body: String,
}

/// What a database keeps beside the network. Every method refuses a database whose schema is not current by failing.
pub trait Desk: Send + Sync {
    /// All accounts, by name.
    fn accounts(&self) -> impl Future<Output = Result<Vec<Account>, StoreError>> + Send;

    /// The account of this name.
    fn account(&self, name: &str) -> impl Future<Output = Result<Option<Account>, StoreError>> + Send;

    /// Takes steps in one transaction: all of them, or none and why.
    ///
    /// A connection to PostgreSQL lost in the commit is made again and the database is asked for the last note among the
    /// steps; [`StoreError::Unsure`] where it cannot be asked. After any other error nothing was written.
    fn carry_out(&self, steps: &[Step]) -> impl Future<Output = Result<Result<(), Unmet>, StoreError>> + Send;

    /// The session of this secret.
    fn session(&self, secret: &str) -> impl Future<Output = Result<Option<LoginSession>, StoreError>> + Send;

    /// All tokens, by account and time.
    fn tokens(&self) -> impl Future<Output = Result<Vec<ApiToken>, StoreError>> + Send;

    /// The token of this secret.
    fn token(&self, secret: &str) -> impl Future<Output = Result<Option<ApiToken>, StoreError>> + Send;

    /// Keeps a setup link instead of those before it.
    fn set_setup_link(
        &self,
        secret: &str,
        expires: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Who this is here.
    fn identity(
        &self,
        issuer: &str,
        subject: &str,
    ) -> impl Future<Output = Result<Option<LoginIdentity>, StoreError>> + Send;

    /// All identities, by account.
    fn identities(&self) -> impl Future<Output = Result<Vec<LoginIdentity>, StoreError>> + Send;

    /// Keeps an attempt to log in elsewhere; attempts that ended are dropped on the way.
    fn add_attempt(
        &self,
        secret: &str,
        now: DateTime<Utc>,
        expires: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Takes the attempt of this secret if it has not ended: it serves once.
    fn take_attempt(&self, secret: &str, now: DateTime<Utc>) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Writes a line of the audit log: of what was read, or is written elsewhere.
    fn audit(&self, line: &AuditLine) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Up to `limit` lines before `before`, newest first.
    fn audit_lines(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<AuditLine>, StoreError>> + Send;

    /// Claims a key for a request, dropping keys older than `forget`; the earlier request when the key is taken.
    fn claim_key(
        &self,
        account: &str,
        key: &str,
        request: &str,
        now: DateTime<Utc>,
        forget: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<Answered>, StoreError>> + Send;

    /// Gives a claimed key back where what it was claimed for was not done, so that the request may be sent again; the
    /// answer where it was. Waits for a commit that is still under way.
    fn settle_key(&self, account: &str, key: &str)
    -> impl Future<Output = Result<Option<Answered>, StoreError>> + Send;
}

/// A time as the tables keep it.
fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn written_or_empty(time: Option<DateTime<Utc>>) -> String {
    time.map(written).unwrap_or_default()
}

/// A time of a row; on `Err` says what stands there.
fn read(text: &str) -> Result<DateTime<Utc>, String> {
    text.parse().map_err(|_| format!("a desk record has the time {text:?}"))
}

fn read_or_none(text: &str) -> Result<Option<DateTime<Utc>>, String> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

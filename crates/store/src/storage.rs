//! What every database offers: load, commit, log, time travel.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use linewright_model::{AnyId, Applied, ChangeSet, Id, Network, Trial, Version, Violation};

use crate::{AuditLine, Backup, BackupError, CommitError, Contents, KeptAnswer, Step, StoreError};

/// How to open a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// It must exist and is only read.
    ReadOnly,
    /// It must exist.
    Write,
    /// It is created, empty, when it does not exist; its directory must exist.
    Create,
}

/// Schema of a database beside the schema of this program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SchemaStatus {
    /// No tables yet: [`Storage::migrate`] makes them.
    Empty,
    /// What this program needs.
    Current,
    /// Older than this program needs: [`Storage::migrate`] brings it up.
    Older {
        /// Schema of the database.
        found: i64,
        /// Schema of the program.
        needed: i64,
    },
    /// Newer than this program: it cannot be used.
    Newer {
        /// Schema of the database.
        found: i64,
        /// Schema of the program.
        needed: i64,
    },
}

impl SchemaStatus {
    /// The status of a database with this schema.
    pub(crate) fn compare(found: i64, needed: i64) -> Self {
        match found.cmp(&needed) {
            Ordering::Less => SchemaStatus::Older { found, needed },
            Ordering::Equal => SchemaStatus::Current,
            Ordering::Greater => SchemaStatus::Newer { found, needed },
        }
    }

    /// The error it is to someone who wants to use the tables.
    pub(crate) fn refusal(self, database: &str) -> Option<StoreError> {
        let database = database.to_owned();
        match self {
            SchemaStatus::Current => None,
            SchemaStatus::Empty => Some(StoreError::SchemaEmpty { database }),
            SchemaStatus::Older { found, needed } => Some(StoreError::SchemaOlder { database, found, needed }),
            SchemaStatus::Newer { found, needed } => Some(StoreError::SchemaNewer { database, found, needed }),
        }
    }
}

/// Called with (records written, records in all) while a commit is written.
///
/// The figures are those of the whole group that is committed together. It must not block.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(u64, u64) + Send + Sync>);

impl Progress {
    /// Progress told to `f`.
    pub fn new(f: impl Fn(u64, u64) + Send + Sync + 'static) -> Self {
        Self(Arc::new(f))
    }

    pub(crate) fn tell(&self, done: u64, total: u64) {
        (self.0)(done, total);
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

/// Desk records written in the transaction of a commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beside {
    /// A line of the audit log.
    pub note: AuditLine,
    /// The answer of the request's key, where it claimed one.
    pub answer: Option<KeptAnswer>,
}

impl Beside {
    pub(crate) fn steps(self) -> impl Iterator<Item = Step> {
        [Step::Note(self.note)].into_iter().chain(self.answer.map(Step::Answer))
    }
}

/// Says for the version that a commit makes what is written beside it.
#[derive(Clone)]
pub(crate) struct Tell(pub(crate) Arc<dyn Fn(Version) -> Beside + Send + Sync>);

impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

/// A change set to be committed, and what the log says of it.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What changes.
    pub(crate) changes: ChangeSet,
    /// Who asks for it.
    pub who: String,
    /// Why, in words.
    pub why: String,
    /// When; the log keeps microseconds.
    pub at: DateTime<Utc>,
    /// Told while a large commit is written.
    pub progress: Option<Progress>,
    /// The version it must find, where that matters: [`CommitError::Moved`] at any other.
    pub only_at: Option<Version>,
    /// What is written beside it.
    pub(crate) beside: Option<Tell>,
    /// The changes as tried before, which saves applying them where nobody committed since.
    // Invariant: of the changes above.
    pub(crate) trial: Option<Trial>,
}

impl Proposal {
    /// A proposal that tells nobody of its progress.
    pub fn new(changes: ChangeSet, who: impl Into<String>, why: impl Into<String>, at: DateTime<Utc>) -> Self {
        let (who, why) = (who.into(), why.into());
        Self { changes, who, why, at, progress: None, only_at: None, beside: None, trial: None }
    }

    /// A proposal of what was tried.
    pub fn tried(trial: Trial, who: impl Into<String>, why: impl Into<String>, at: DateTime<Utc>) -> Self {
        let proposal = Self::new(trial.changes().clone(), who, why, at);
        Self { trial: Some(trial), ..proposal }
    }

    /// What the changes make of a network, which then is that.
    pub(crate) fn apply(&self, network: &mut Network) -> Result<Applied, Violation> {
        match self.trial.as_ref().and_then(|trial| network.adopt(trial)) {
            Some(applied) => Ok(applied),
            None => network.apply(&self.changes),
        }
    }

    /// The same, only at this version, where one is said.
    pub fn only_at(self, version: Option<Version>) -> Self {
        Self { only_at: version, ..self }
    }

    /// The same, with desk records in the same transaction: `of` is given the version it makes.
    pub fn beside(self, of: impl Fn(Version) -> Beside + Send + Sync + 'static) -> Self {
        Self { beside: Some(Tell(Arc::new(of))), ..self }
    }

    /// The same, telling `progress`.
    pub fn with_progress(self, progress: Progress) -> Self {
        Self { progress: Some(progress), ..self }
    }
}

/// A commit that is on disk.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The version it made.
    pub version: Version,
    /// The change set with placeholders replaced by ids, as logged.
    pub changes: ChangeSet,
    /// The id each placeholder got.
    pub created: BTreeMap<AnyId, AnyId>,
}

impl Committed {
    /// The id that a placeholder got; an id that is no placeholder stays itself.
    pub fn resolve<I: Id>(&self, id: I) -> I {
        self.created.get(&id.any()).and_then(|any| any.typed()).unwrap_or(id)
    }
}

impl From<Applied> for Committed {
    fn from(applied: Applied) -> Self {
        Self { version: applied.version, changes: applied.changes, created: applied.created }
    }
}

/// One commit as logged.
#[derive(Clone, PartialEq, Debug)]
pub struct LogEntry {
    /// The version it made.
    pub version: Version,
    /// When, to the microsecond, as the proposer said.
    pub at: DateTime<Utc>,
    /// Who asked for it.
    pub who: String,
    /// Why.
    pub why: String,
    /// What changed, ids resolved.
    pub changes: ChangeSet,
}

/// A moment in the history of a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AsOf {
    /// After the commit that made this version; 0 is the empty network.
    Version(Version),
    /// After the newest commit whose logged time is not later than this.
    Time(DateTime<Utc>),
}

/// A database that keeps one network.
///
/// Every method but `schema_status`, `migrate` and `close` refuses a database whose schema is not current, and
/// says what to do. Any number of handles and processes may use one database at a time.
pub trait Storage: Send + Sync {
    /// Compares the database's schema with the program's.
    fn schema_status(&self) -> impl Future<Output = Result<SchemaStatus, StoreError>> + Send;

    /// Brings the schema up to the program's; does nothing when it is current, refuses when it is newer.
    fn migrate(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The newest committed version.
    fn head(&self) -> impl Future<Output = Result<Version, StoreError>> + Send;

    /// Reads the whole network from the tables, at one version.
    fn load(&self) -> impl Future<Output = Result<Network, StoreError>> + Send;

    /// The network as this handle last saw it, from memory; loads it the first time.
    ///
    /// It holds at least every commit acknowledged through this handle.
    fn snapshot(&self) -> impl Future<Output = Result<Network, StoreError>> + Send;

    /// The network at the newest version: folds in what others have committed since.
    fn refresh(&self) -> impl Future<Output = Result<Network, StoreError>> + Send;

    /// Waits until the newest version is above `than`, and returns it: [`Storage::refresh`] then folds it in.
    ///
    /// PostgreSQL tells at once; a SQLite file is looked at a few times a second.
    fn newer(&self, than: Version) -> impl Future<Output = Result<Version, StoreError>> + Send;

    /// Commits a proposal, all or nothing. Once this returns `Ok` the commit is durable.
    ///
    /// Proposals that wait at the same time are written in one transaction; one that is refused fails alone.
    /// Dropping the future does not take the proposal back.
    fn commit(&self, proposal: Proposal) -> impl Future<Output = Result<Committed, CommitError>> + Send;

    /// Up to `limit` log entries after version `after`, oldest first.
    fn log(&self, after: Version, limit: u32) -> impl Future<Output = Result<Vec<LogEntry>, StoreError>> + Send;

    /// The version that held at a moment: [`StoreError::NoSuchVersion`] above the newest one,
    /// [`StoreError::BeforeHistory`] before the first.
    fn version_of(&self, when: AsOf) -> impl Future<Output = Result<Version, StoreError>> + Send;

    /// The network as it was, folded from the log; errors as of [`Storage::version_of`].
    fn as_of(&self, when: AsOf) -> impl Future<Output = Result<Network, StoreError>> + Send;

    /// Writes the database at its newest version into one file that either database can be restored from.
    ///
    /// Others may read and write meanwhile. The file appears under its name when it is whole and on disk, and replaces one
    /// that stands there. `made` is the time it bears.
    fn backup(
        &self,
        path: &Path,
        made: DateTime<Utc>,
        progress: &Progress,
    ) -> impl Future<Output = Result<Contents, BackupError>> + Send;

    /// Fills the database from a backup, all or nothing: tables, log and counters.
    ///
    /// Refuses a database that holds a network, unless it is to be replaced. Handles of others must be closed before: what
    /// they have in memory is the network of before.
    fn restore(
        &self,
        backup: &Backup,
        replace: bool,
        progress: &Progress,
    ) -> impl Future<Output = Result<Network, BackupError>> + Send;

    /// Finishes what is waiting and closes the database. Later calls answer [`StoreError::Closed`].
    fn close(&self) -> impl Future<Output = ()> + Send;
}

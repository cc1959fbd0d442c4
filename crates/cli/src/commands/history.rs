//! `log` and `undo`: who changed what, and taking it back.

use std::collections::BTreeMap;

use linewright_model::{ChangeKind, ChangeSet, Origin, TableKind, Version};
use linewright_store::{CommitError, LogEntry, Mode, Proposal, Storage, connect};
use serde::Serialize;

use crate::args::{Log, Undo};
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::Session;
use crate::text;

/// The history of a network, newest first.
#[derive(Serialize)]
pub struct History {
    /// The newest version.
    pub head: Version,
    /// The version asked for, where a past was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Version>,
    /// Changes.
    pub entries: Vec<Entry>,
}

/// One change.
#[derive(Serialize)]
pub struct Entry {
    /// The version it made.
    pub version: Version,
    /// When.
    pub at: chrono::DateTime<chrono::Utc>,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// Operation, recording or reversal.
    pub origin: Origin,
    /// Records changed, by table.
    pub tables: BTreeMap<TableKind, Changed>,
}

/// Numbers of records changed.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Changed {
    /// New ones.
    pub created: usize,
    /// Changed ones.
    pub updated: usize,
    /// Gone ones.
    pub removed: usize,
}

impl From<LogEntry> for Entry {
    fn from(entry: LogEntry) -> Self {
        let LogEntry { version, at, who, why, changes } = entry;
        Self { version, at, who, why, origin: changes.origin, tables: counts(&changes) }
    }
}

fn counts(changes: &ChangeSet) -> BTreeMap<TableKind, Changed> {
    let mut tables: BTreeMap<TableKind, Changed> = BTreeMap::new();
    for change in &changes.changes {
        let changed = tables.entry(change.id().table).or_default();
        match change.kind() {
            ChangeKind::Create => changed.created += 1,
            ChangeKind::Update => changed.updated += 1,
            ChangeKind::Remove => changed.removed += 1,
        }
    }
    tables
}

/// Runs `log`.
pub async fn log(args: &Log, session: &Session) -> Result<Answer, Failure> {
    let store = connect(&session.database, Mode::ReadOnly).await?;
    let read = newest(&store, args).await;
    store.close().await;
    let history = read?;
    Answer::new(session, &history, || {
        text::as_of(args.past, history.as_of.unwrap_or(history.head), session.lang)
            + &text::history::log(&history, session.lang)
    })
}

async fn newest(store: &impl Storage, args: &Log) -> Result<History, Failure> {
    let head = store.head().await?;
    let newest = match args.past.as_of {
        Some(when) => store.version_of(when).await?,
        None => head,
    };
    let last = args.before.map_or(newest.0, |before| newest.0.min(before.saturating_sub(1)));
    let first = last.saturating_sub(u64::from(args.limit));
    // Not more than the limit, which is a `u32`.
    let many = u32::try_from(last - first).unwrap_or(args.limit);
    let mut entries: Vec<Entry> = store.log(Version(first), many).await?.into_iter().map(Entry::from).collect();
    entries.reverse();
    Ok(History { head, as_of: args.past.as_of.map(|_| newest), entries })
}

/// What an undo did.
#[derive(Serialize)]
pub struct Undone {
    /// The change taken back.
    pub undone: Entry,
    /// The version that takes it back.
    pub version: Version,
    /// Where the change was an undo: the version that it had taken back, which now holds again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restored: Option<Version>,
}

/// Runs `undo`.
pub async fn undo(args: &Undo, session: &Session) -> Result<Answer, Failure> {
    let store = session.writable(Mode::Write).await?;
    let undone = take_back(&store, args, session).await;
    store.close().await;
    let undone = undone?;
    Answer::new(session, &undone, || text::history::undone(&undone, session.lang))
}

async fn take_back(store: &impl Storage, args: &Undo, session: &Session) -> Result<Undone, Failure> {
    let head = store.head().await?;
    let asked = args.version.map_or(head, Version);
    let refused = |reason: String| Err(Failure::Undo(reason));
    if head == Version(0) {
        return refused("there is nothing to undo: the network has no history yet".to_owned());
    }
    if asked == Version(0) || asked > head {
        return refused(format!("there is no version {asked} to undo; they are numbered 1 to {head}"));
    }
    let entry = store.log(Version(asked.0 - 1), 1).await?.into_iter().find(|entry| entry.version == asked);
    let Some(entry) = entry else {
        return Err(Failure::Internal(format!("the log has no version {asked}")));
    };
    let why = args.why.clone().unwrap_or_else(|| format!("undo of version {asked} ({})", entry.why));
    let line = session.progress(session.lang.pick("writing", "写入"));
    let proposal = Proposal::new(entry.changes.inverse(), session.who.clone(), why, session.now);
    let committed = match store.commit(proposal.with_progress(line.records())).await {
        Err(CommitError::Refused(violation)) => {
            let reason = format!("version {asked} cannot be taken back, later changes rest on it; undo those first");
            return refused(format!("{reason} ({violation})"));
        }
        other => other?,
    };
    let restored = match entry.changes.origin {
        Origin::Reversal => taken_back_by(store, &entry).await?,
        _ => None,
    };
    Ok(Undone { undone: entry.into(), version: committed.version, restored })
}

/// The version that an undo took back: the newest before it with just the opposite changes.
async fn taken_back_by(store: &impl Storage, undo: &LogEntry) -> Result<Option<Version>, Failure> {
    const PAGE: u32 = 50;
    let mut before = undo.version.0.saturating_sub(1);
    while before > 0 {
        let first = before.saturating_sub(u64::from(PAGE));
        // Not more than a page.
        let many = u32::try_from(before - first).unwrap_or(PAGE);
        let entries = store.log(Version(first), many).await?;
        let opposite = |entry: &&LogEntry| entry.changes.inverse().changes == undo.changes.changes;
        if let Some(entry) = entries.iter().rev().find(opposite) {
            return Ok(Some(entry.version));
        }
        before = first;
    }
    Ok(None)
}

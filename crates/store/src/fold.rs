//! Folding change sets into a network: a group of proposals on the head, and the log behind a reader.

use chrono::{DateTime, Utc};
use linewright_model::{Change, ChangeSet, Network, Version};

use crate::batch::{Batch, unstorable};
use crate::storage::Tell;
use crate::{CommitError, Committed, LogEntry, Proposal, Step, StoreError};

/// From this many changes on a thread costs less than it saves.
const MANY: usize = 4096;

/// A group of proposals applied one after the other to a private copy.
pub(crate) struct Folded {
    /// The network after the proposals that fit.
    pub(crate) network: Network,
    /// What is to be written.
    pub(crate) batch: Batch,
    /// The answer to each proposal, once it is written.
    pub(crate) answers: Vec<Result<Committed, CommitError>>,
}

/// Applies proposals in turn; one that does not fit is answered alone and leaves nothing.
pub(crate) fn fold<'a>(
    base: &Network,
    proposals: impl IntoIterator<Item = &'a Proposal>,
) -> Result<Folded, StoreError> {
    let mut folded = Folded { network: base.clone(), batch: Batch::default(), answers: Vec::new() };
    for proposal in proposals {
        let found = folded.network.version();
        if let Some(wanted) = proposal.only_at.filter(|wanted| *wanted != found) {
            folded.answers.push(Err(CommitError::Moved { wanted, found }));
            continue;
        }
        let mut network = folded.network.clone();
        let (unstorable, applied) =
            both(proposal.changes.changes.len() >= MANY, || unstorable(proposal), || proposal.apply(&mut network));
        match (unstorable, applied) {
            (Some((code, overflow)), _) => {
                folded.answers.push(Err(CommitError::Unstorable { code, reason: overflow.to_string() }));
            }
            (None, Ok(applied)) => {
                folded.network = network;
                folded.batch.add(proposal, &applied)?;
                folded.answers.push(Ok(applied.into()));
            }
            (None, Err(violation)) => folded.answers.push(Err(violation.into())),
        }
    }
    Ok(folded)
}

/// What is written beside the proposals that fit.
pub(crate) fn beside(proposals: &[Proposal], answers: &[Result<Committed, CommitError>]) -> Vec<Step> {
    let told = |(proposal, answer): (&Proposal, &Result<Committed, CommitError>)| {
        let Tell(tell) = proposal.beside.as_ref()?;
        answer.as_ref().ok().map(|committed| tell(committed.version).steps())
    };
    proposals.iter().zip(answers).filter_map(told).flatten().collect()
}

/// Two pieces of work; at the same time where they are large.
fn both<A: Send, B>(large: bool, one: impl FnOnce() -> A + Send, two: impl FnOnce() -> B) -> (A, B) {
    if !large {
        return (one(), two());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let two = two();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), two)
    })
}

/// A commit as its columns say it, the parts of its change set in order; on `Err` says what cannot be read.
pub(crate) fn entry(
    version: i64,
    at: Option<DateTime<Utc>>,
    (who, why, origin): (String, String, String),
    parts: &[String],
) -> Result<LogEntry, String> {
    let bad = |what: &dyn std::fmt::Display| format!("version {version} of the log cannot be read: {what}");
    let mut changes = Vec::new();
    for part in parts {
        changes.append(&mut serde_json::from_str::<Vec<Change>>(part).map_err(|error| bad(&error))?);
    }
    let origin = serde_json::from_value(origin.into()).map_err(|error| bad(&error))?;
    Ok(LogEntry {
        version: Version(u64::try_from(version).map_err(|error| bad(&error))?),
        at: at.ok_or_else(|| bad(&"its time"))?,
        who,
        why,
        changes: ChangeSet { origin, changes },
    })
}

/// Applies logged commits that follow the network's version; on `Err` says why they do not fit.
pub(crate) fn replay(network: &mut Network, entries: &[LogEntry]) -> Result<(), String> {
    for entry in entries {
        if entry.version != Version(network.version().0.saturating_add(1)) {
            return Err(format!("the log goes from version {} to {}", network.version(), entry.version));
        }
        network
            .apply(&entry.changes)
            .map_err(|violation| format!("version {} of the log does not fit: {violation}", entry.version))?;
    }
    Ok(())
}

/// Tells every proposer of a group how far its writing is.
pub(crate) fn tell(proposals: &[Proposal], done: u64, total: u64) {
    for progress in proposals.iter().filter_map(|proposal| proposal.progress.as_ref()) {
        progress.tell(done, total);
    }
}

//! Folding change sets into a network: a group of proposals on the head, and the log behind a reader.

use linewright_model::{Network, Version};

use crate::batch::{Batch, unstorable};
use crate::{CommitError, Committed, LogEntry, Proposal, StoreError};

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
        if let Some((code, overflow)) = unstorable(&proposal.changes) {
            folded.answers.push(Err(CommitError::Unstorable { code, reason: overflow.to_string() }));
            continue;
        }
        match folded.network.apply(&proposal.changes) {
            Ok(applied) => {
                folded.batch.add(proposal, &applied)?;
                folded.answers.push(Ok(applied.into()));
            }
            Err(violation) => folded.answers.push(Err(violation.into())),
        }
    }
    Ok(folded)
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

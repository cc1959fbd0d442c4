//! The one task of a handle that writes: groups waiting proposals into one transaction.

use std::sync::Arc;

use linewright_model::Network;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot, watch};

use super::error::File;
use super::{read, write};
use crate::{CommitError, Committed, Mode, Proposal, StoreError, fold};

/// Most proposals in one transaction.
const GROUP: usize = 64;

/// A group takes no further proposal once it holds this many changes.
const GROUP_CHANGES: usize = 10_000;

/// Proposals that may wait before their proposers wait to hand them in.
pub(super) const WAITING: usize = 256;

pub(super) type Answer = Result<Committed, CommitError>;

/// What the committer is asked for.
pub(super) enum Message {
    Commit(Box<(Proposal, oneshot::Sender<Answer>)>),
    Refresh(oneshot::Sender<Result<Network, StoreError>>),
    Close(oneshot::Sender<()>),
}

pub(super) struct Committer {
    pub(super) file: Arc<File>,
    pub(super) conn: SqliteConnection,
    pub(super) inbox: mpsc::Receiver<Message>,
    /// The newest network seen; none before the first use and after a failed write.
    pub(super) seen: watch::Sender<Option<Network>>,
}

impl Committer {
    /// Works until the handle is closed or dropped.
    pub(super) async fn run(mut self) {
        let mut held = None;
        let closed = loop {
            let message = match held.take() {
                Some(message) => Some(message),
                None => self.inbox.recv().await,
            };
            match message {
                Some(Message::Commit(first)) => {
                    let (group, next) = self.gather(*first);
                    held = next;
                    self.commit(group).await;
                }
                // A caller that went away needs no answer, here and below.
                Some(Message::Refresh(reply)) => drop(reply.send(self.refresh().await)),
                Some(Message::Close(reply)) => break Some(reply),
                None => break None,
            }
        };
        self.inbox.close();
        if let Err(error) = self.conn.close().await {
            tracing::warn!(path = %self.file.path().display(), %error, "closing the database failed");
        }
        if let Some(reply) = closed {
            reply.send(()).ok();
        }
    }

    /// Takes the proposals that wait, up to the bounds, and the message that ended the group.
    fn gather(
        &mut self,
        first: (Proposal, oneshot::Sender<Answer>),
    ) -> (Vec<(Proposal, oneshot::Sender<Answer>)>, Option<Message>) {
        let mut changes = first.0.changes.changes.len();
        let mut group = vec![first];
        while group.len() < GROUP && changes < GROUP_CHANGES {
            match self.inbox.try_recv() {
                Ok(Message::Commit(next)) => {
                    changes = changes.saturating_add(next.0.changes.changes.len());
                    group.push(*next);
                }
                Ok(other) => return (group, Some(other)),
                Err(_) => break,
            }
        }
        (group, None)
    }

    async fn commit(&mut self, group: Vec<(Proposal, oneshot::Sender<Answer>)>) {
        let (proposals, replies): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let answers = match self.write(&proposals).await {
            Ok(answers) => answers,
            Err(error) => proposals.iter().map(|_| Err(error.clone().into())).collect(),
        };
        for (reply, answer) in replies.into_iter().zip(answers) {
            reply.send(answer).ok();
        }
    }

    async fn write(&mut self, proposals: &[Proposal]) -> Result<Vec<Answer>, StoreError> {
        if self.file.mode == Mode::ReadOnly {
            return Err(self.file.read_only());
        }
        // The first load may be long and needs no lock.
        let known = self.current().await?;
        let file = self.file.clone();
        let lock = self.conn.begin_with("BEGIN IMMEDIATE").await.map_err(|e| file.error(e))?;
        let written = write_group(lock, &file, known, proposals).await;
        match written {
            Ok((network, answers)) => {
                self.seen.send_replace(Some(network));
                Ok(answers)
            }
            Err(error) => {
                // Whether a failed commit is on disk is for the disk to say: read it again next time.
                self.seen.send_replace(None);
                Err(error)
            }
        }
    }

    async fn current(&mut self) -> Result<Network, StoreError> {
        let known = self.seen.borrow().clone();
        match known {
            Some(network) => Ok(network),
            None => {
                let network = read::load(&mut self.conn, &self.file).await?;
                self.seen.send_replace(Some(network.clone()));
                Ok(network)
            }
        }
    }

    async fn refresh(&mut self) -> Result<Network, StoreError> {
        let mut network = self.current().await?;
        let file = self.file.clone();
        // One transaction, so that head and tail belong together.
        let mut tail = self.conn.begin().await.map_err(|e| file.error(e))?;
        let caught_up = read::catch_up(&mut tail, &file, &mut network).await;
        tail.rollback().await.ok();
        self.seen.send_replace(caught_up.is_ok().then(|| network.clone()));
        caught_up.map(|()| network)
    }
}

/// Folds the tail, applies the group and writes it, under the write lock.
async fn write_group(
    mut lock: sqlx::SqliteTransaction<'_>,
    file: &File,
    mut known: Network,
    proposals: &[Proposal],
) -> Result<(Network, Vec<Answer>), StoreError> {
    read::catch_up(&mut lock, file, &mut known).await?;
    let folded = fold::fold(&known, proposals)?;
    if folded.network.version() == known.version() {
        lock.rollback().await.map_err(|e| file.error(e))?;
        return Ok((known, folded.answers));
    }
    let tell = |done, total| {
        for progress in proposals.iter().filter_map(|proposal| proposal.progress.as_ref()) {
            progress.tell(done, total);
        }
    };
    write::write(&mut lock, file, &folded.batch, (&known, &folded.network), &tell).await?;
    lock.commit().await.map_err(|e| file.error(e))?;
    tracing::debug!(version = %folded.network.version(), proposals = proposals.len(), "committed");
    Ok((folded.network, folded.answers))
}

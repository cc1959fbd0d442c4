//! The one task of a handle that writes: groups waiting proposals into one transaction, whatever the database.

use std::future::Future;

use linewright_model::Network;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{CommitError, Committed, Proposal, StoreError};

/// Most proposals in one transaction.
const GROUP: usize = 64;

/// A group takes no further proposal once it holds this many changes.
const GROUP_CHANGES: usize = 10_000;

/// Proposals that may wait before their proposers wait to hand them in.
const WAITING: usize = 256;

/// The answer to one proposal.
pub(crate) type Answer = Result<Committed, CommitError>;

/// What a committer asks of a database, on a connection of its own.
pub(crate) trait Engine: Send + 'static {
    /// Says why nothing can be written, if so.
    fn writable(&self) -> Result<(), StoreError>;

    /// Reads the whole network from the tables.
    fn load(&mut self) -> impl Future<Output = Result<Network, StoreError>> + Send;

    /// The known network with what the log has since.
    fn catch_up(&mut self, known: Network) -> impl Future<Output = Result<Network, StoreError>> + Send;

    /// Under the write lock: folds what the log has since, applies the proposals in turn, writes, commits.
    fn write(
        &mut self,
        known: Network,
        proposals: &[Proposal],
    ) -> impl Future<Output = Result<(Network, Vec<Answer>), StoreError>> + Send;

    /// Closes the connection.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// What the committer is asked for.
enum Message {
    Commit(Box<(Proposal, oneshot::Sender<Answer>)>),
    Refresh(oneshot::Sender<Result<Network, StoreError>>),
    Forget(oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

/// A committer at work, as its handle sees it. Dropping it lets the committer finish what waits.
#[derive(Debug)]
pub(crate) struct Committer {
    inbox: mpsc::Sender<Message>,
    seen: watch::Receiver<Option<Network>>,
    closed: StoreError,
}

impl Committer {
    /// Starts one; `closed` is what callers are told when it is gone. Must be called inside a tokio runtime.
    pub(crate) fn start(engine: impl Engine, closed: StoreError) -> Self {
        let (sender, inbox) = mpsc::channel(WAITING);
        let (seen_by_task, seen) = watch::channel(None);
        tokio::spawn(Task { engine, inbox, seen: seen_by_task }.run());
        Self { inbox: sender, seen, closed }
    }

    /// The newest network seen; read from the tables the first time.
    pub(crate) async fn snapshot(&self) -> Result<Network, StoreError> {
        let known = self.seen.borrow().clone();
        match known {
            Some(network) if !self.inbox.is_closed() => Ok(network),
            _ => self.refresh().await,
        }
    }

    /// The network at the newest version.
    pub(crate) async fn refresh(&self) -> Result<Network, StoreError> {
        self.ask(Message::Refresh).await?
    }

    /// Hands in a proposal and waits until it is durable or refused.
    pub(crate) async fn commit(&self, proposal: Proposal) -> Answer {
        self.ask(|reply| Message::Commit(Box::new((proposal, reply)))).await?
    }

    /// Forgets the network: the tables hold another one.
    pub(crate) async fn forget(&self) -> Result<(), StoreError> {
        self.ask(Message::Forget).await
    }

    /// Finishes what waits and closes the connection.
    pub(crate) async fn close(&self) {
        // Closed already is as well.
        self.ask(Message::Close).await.ok();
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(message(reply)).await.map_err(|_| self.closed.clone())?;
        answer.await.map_err(|_| self.closed.clone())
    }
}

struct Task<E> {
    engine: E,
    inbox: mpsc::Receiver<Message>,
    /// The newest network seen; none before the first use and after a failed write.
    seen: watch::Sender<Option<Network>>,
}

impl<E: Engine> Task<E> {
    /// Works until the handle is closed or dropped.
    async fn run(mut self) {
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
                Some(Message::Forget(reply)) => {
                    self.seen.send_replace(None);
                    reply.send(()).ok();
                }
                Some(Message::Close(reply)) => break Some(reply),
                None => break None,
            }
        };
        self.inbox.close();
        self.engine.close().await;
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
        self.engine.writable()?;
        // The first load may be long and needs no lock.
        let known = self.current().await?;
        match self.engine.write(known, proposals).await {
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
                let network = self.engine.load().await?;
                self.seen.send_replace(Some(network.clone()));
                Ok(network)
            }
        }
    }

    async fn refresh(&mut self) -> Result<Network, StoreError> {
        let known = self.current().await?;
        let caught_up = self.engine.catch_up(known).await;
        self.seen.send_replace(caught_up.as_ref().ok().cloned());
        caught_up
    }
}

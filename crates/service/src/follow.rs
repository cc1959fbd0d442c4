//! The tail: what is committed, here or by others, becomes the next snapshot.

use std::sync::Arc;
use std::time::Duration;

use linewright_model::{Applied, Change, ChangeSet, Network, Version};
use linewright_search::Texts;
use linewright_store::{LogEntry, Storage, Store, StoreError};
use tokio::sync::watch;

use crate::service::State;
use crate::{Clock, Snapshot};

/// How long nothing may be heard before the database is asked whether it is there.
const QUIET: Duration = Duration::from_secs(1);

/// How long that may take.
const ANSWER: Duration = Duration::from_secs(3);

/// Before a lost database is asked again.
const PAUSE: Duration = Duration::from_millis(250);

/// Log entries folded into the topology one by one; with more it is built afresh.
const FOLLOWED: u32 = 256;

/// Entries of the topology's overlay from which it is built afresh.
const OVERLAY: usize = 50_000;

/// Keeps the snapshot of a service at the head of its database.
pub(crate) struct Follower {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) said: watch::Sender<Arc<Snapshot>>,
    pub(crate) told: watch::Sender<State>,
}

impl Follower {
    /// Follows until the task is aborted.
    pub(crate) async fn run(self) {
        loop {
            match self.step().await {
                Ok(()) => {}
                Err(error) => {
                    self.lost(&error);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn step(&self) -> Result<(), StoreError> {
        let at = self.said.borrow().version();
        let lost = self.told.borrow().lost.is_some();
        // A database that was lost may be there again without anything new.
        let heard = if lost { None } else { tokio::time::timeout(QUIET, self.store.newer(at)).await.ok() };
        let newest = match heard {
            Some(newest) => newest?,
            None => match tokio::time::timeout(ANSWER, self.store.head()).await {
                Ok(head) => head?,
                Err(_) => {
                    let reason = format!("no answer within {} s", ANSWER.as_secs());
                    return Err(StoreError::Unreachable { database: String::new(), reason });
                }
            },
        };
        if newest > at {
            return self.advance().await;
        }
        let now = self.clock.now();
        self.told.send_modify(|state| {
            state.confirmed = now;
            state.lost = None;
        });
        Ok(())
    }

    fn lost(&self, error: &StoreError) {
        let reason = error.to_string();
        self.told.send_if_modified(|state| {
            if state.lost.is_none() {
                tracing::warn!(%error, "the database is lost: reading goes on");
            }
            state.lost.replace(reason.clone()) != Some(reason.clone())
        });
    }

    /// Makes the snapshot of the newest version.
    async fn advance(&self) -> Result<(), StoreError> {
        let before = self.said.borrow().clone();
        let network = self.store.refresh().await?;
        if network.version() <= before.version() {
            return Ok(());
        }
        let entries = self.store.log(before.version(), FOLLOWED).await?;
        let committed = entries.last().map(|entry| entry.at);
        let (target, now) = (network.version(), self.clock.now());
        let built = tokio::task::spawn_blocking(move || next(&before, network, entries, now)).await;
        let built = built.map_err(|error| StoreError::Internal { what: error.to_string() })?;
        self.said.send_replace(Arc::new(built));
        let now = self.clock.now();
        self.told.send_modify(|state| {
            state.confirmed = now;
            state.lost = None;
            state.lag = committed.map(|at| now - at);
        });
        tracing::debug!(version = %target, "following");
        Ok(())
    }
}

/// The snapshot after `before`: what is derived follows the log where the log is at hand.
fn next(before: &Snapshot, network: Network, entries: Vec<LogEntry>, since: chrono::DateTime<chrono::Utc>) -> Snapshot {
    let target = network.version();
    if entries.last().is_none_or(|entry| entry.version < target) {
        let topology = before.topology.rebuild(&network);
        topology.prepare();
        let texts = Texts::build(&network);
        return Snapshot { topology, texts, network, since, drawn: target };
    }
    // One step for all: what is stale depends on which records changed, not in how many commits.
    let entries = entries.into_iter().filter(|entry| entry.version <= target);
    let changes: Vec<Change> = entries.flat_map(|entry| entry.changes.changes).collect();
    let is_drawn =
        |change: &Change| matches!(change, Change::Place(_) | Change::Span(_) | Change::Cable(_) | Change::Address(_));
    let drawn = if changes.iter().any(is_drawn) { target } else { before.drawn };
    let applied = Applied {
        version: Version(target.0),
        changes: ChangeSet { changes, ..ChangeSet::default() },
        created: Default::default(),
    };
    let texts = before.texts.follow(&network, &applied.changes);
    let topology = if before.topology.overlay_len() > OVERLAY {
        let topology = before.topology.rebuild(&network);
        topology.prepare();
        topology
    } else {
        before.topology.follow(&network, &applied)
    };
    Snapshot { topology, texts, network, since, drawn }
}

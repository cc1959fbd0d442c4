//! The connection of a SQLite handle that writes.

use std::sync::Arc;

use linewright_model::{Network, Version};
use sqlx::{Connection, SqliteConnection};

use super::error::File;
use super::{aside, read, write};
use crate::committer::{Answer, Engine};
use crate::desk::Rows;
use crate::{Mode, Proposal, StoreError, fold};

pub(super) struct SqliteEngine {
    pub(super) file: Arc<File>,
    pub(super) conn: SqliteConnection,
}

impl Engine for SqliteEngine {
    fn writable(&self) -> Result<(), StoreError> {
        match self.file.mode {
            Mode::ReadOnly => Err(self.file.read_only()),
            Mode::Write | Mode::Create => Ok(()),
        }
    }

    async fn load(&mut self) -> Result<Network, StoreError> {
        read::load(&mut self.conn, &self.file).await
    }

    async fn catch_up(&mut self, mut known: Network) -> Result<Network, StoreError> {
        let file = self.file.clone();
        // One transaction, so that head and tail belong together.
        let mut tail = self.conn.begin().await.map_err(|e| file.error(e))?;
        let caught_up = read::catch_up(&mut tail, &file, &mut known).await;
        tail.rollback().await.ok();
        caught_up.map(|()| known)
    }

    async fn write(&mut self, known: Network, proposals: &[Proposal]) -> Result<(Network, Vec<Answer>), StoreError> {
        let changes: usize = proposals.iter().map(|proposal| proposal.changes.changes.len()).sum();
        if known.version() > Version(0) || changes < write::FIRST {
            return write_group(&mut self.conn, &self.file, known, proposals, Filling::No).await;
        }
        aside::check_as_rows_come(&mut self.conn, &self.file, false).await?;
        aside::check_values(&mut self.conn, &self.file, false).await?;
        let written = write_group(&mut self.conn, &self.file, known, proposals, Filling::Yes).await;
        aside::check_values(&mut self.conn, &self.file, true).await?;
        aside::check_as_rows_come(&mut self.conn, &self.file, true).await?;
        written
    }

    async fn close(self) {
        if let Err(error) = self.conn.close().await {
            tracing::warn!(path = %self.file.path().display(), %error, "closing the database failed");
        }
    }
}

/// Whether an empty database is filled, references checked in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filling {
    Yes,
    No,
}

/// Takes the lock, folds the tail, applies the group and writes it.
async fn write_group(
    conn: &mut SqliteConnection,
    file: &Arc<File>,
    mut known: Network,
    proposals: &[Proposal],
    filling: Filling,
) -> Result<(Network, Vec<Answer>), StoreError> {
    let mut lock = conn.begin_with("BEGIN IMMEDIATE").await.map_err(|e| file.error(e))?;
    read::catch_up(&mut lock, file, &mut known).await?;
    let folded = fold::fold(&known, proposals)?;
    if folded.network.version() == known.version() {
        lock.rollback().await.map_err(|e| file.error(e))?;
        return Ok((known, folded.answers));
    }
    let tell = |done, total| fold::tell(proposals, done, total);
    write::write(&mut lock, file, folded.batch, (&known, &folded.network), &tell).await?;
    for step in fold::beside(proposals, &folded.answers) {
        lock.take(&step).await.map_err(|e| file.error(e))?;
    }
    if filling == Filling::Yes {
        aside::check_references(&mut lock, file).await?;
    }
    lock.commit().await.map_err(|e| file.error(e))?;
    tracing::debug!(version = %folded.network.version(), proposals = proposals.len(), "committed");
    Ok((folded.network, folded.answers))
}

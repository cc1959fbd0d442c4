//! The connection of a SQLite handle that writes.

use std::sync::Arc;

use linewright_model::Network;
use sqlx::{Connection, SqliteConnection};

use super::error::File;
use super::{read, write};
use crate::committer::{Answer, Engine};
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

    async fn write(
        &mut self,
        mut known: Network,
        proposals: &[Proposal],
    ) -> Result<(Network, Vec<Answer>), StoreError> {
        let file = self.file.clone();
        let mut lock = self.conn.begin_with("BEGIN IMMEDIATE").await.map_err(|e| file.error(e))?;
        read::catch_up(&mut lock, &file, &mut known).await?;
        let folded = fold::fold(&known, proposals)?;
        if folded.network.version() == known.version() {
            lock.rollback().await.map_err(|e| file.error(e))?;
            return Ok((known, folded.answers));
        }
        let tell = |done, total| fold::tell(proposals, done, total);
        write::write(&mut lock, &file, &folded.batch, (&known, &folded.network), &tell).await?;
        lock.commit().await.map_err(|e| file.error(e))?;
        tracing::debug!(version = %folded.network.version(), proposals = proposals.len(), "committed");
        Ok((folded.network, folded.answers))
    }

    async fn close(self) {
        if let Err(error) = self.conn.close().await {
            tracing::warn!(path = %self.file.path().display(), %error, "closing the database failed");
        }
    }
}

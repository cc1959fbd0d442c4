//! The connection of a PostgreSQL handle that writes; made again when it is lost, and then the log is asked.

use std::sync::Arc;
use std::time::Duration;

use linewright_model::{Network, Version};
use sqlx::{Connection, PgConnection};
use tokio::time::Instant;

use super::server::Server;
use super::{read, schema, write};
use crate::committer::{Answer, Engine};
use crate::desk::Rows;
use crate::{Mode, Proposal, StoreError, fold};

/// How often a group is written anew after its connection was lost and the log does not have it.
const TRIES: u32 = 3;

/// Between two attempts to reach a server.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct PostgresEngine {
    pub(super) server: Arc<Server>,
    /// None before the first use and after a failure.
    pub(super) conn: Option<PgConnection>,
}

/// A group that was written, or on whose writing the connection was lost.
enum Outcome {
    Written(Network, Vec<Answer>),
    /// COMMIT was sent and not answered: the log knows.
    Unanswered {
        token: String,
        network: Network,
        answers: Vec<Answer>,
        error: StoreError,
    },
}

impl PostgresEngine {
    /// The connection, or a new one.
    async fn take(&mut self) -> Result<PgConnection, StoreError> {
        match self.conn.take() {
            Some(conn) => Ok(conn),
            None => self.reconnect().await,
        }
    }

    /// A new connection; a server that is starting again is waited for.
    async fn reconnect(&self) -> Result<PgConnection, StoreError> {
        let deadline = Instant::now() + self.server.wait;
        loop {
            match self.server.connect().await {
                Err(StoreError::Unreachable { .. }) if Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
                made => return made,
            }
        }
    }

    /// Whether the log has the group of this name that made this version.
    async fn find_out(&mut self, made: Version, token: &str) -> Result<bool, StoreError> {
        let server = self.server.clone();
        let mut conn = self.reconnect().await?;
        let mut lock = conn.begin().await.map_err(|e| server.error(e))?;
        // The old connection may still be at it on the server: whoever has the lock knows that it is over.
        schema::lock(&mut lock, &server).await?;
        let query = "SELECT EXISTS (SELECT FROM change_log WHERE version = $1 AND token = $2)";
        let query = sqlx::query_scalar(query).bind(write::version(made)?).bind(token);
        let found: bool = query.fetch_one(&mut *lock).await.map_err(|e| server.error(e))?;
        lock.rollback().await.ok();
        self.conn = Some(conn);
        Ok(found)
    }
}

impl Engine for PostgresEngine {
    fn writable(&self) -> Result<(), StoreError> {
        match self.server.mode {
            Mode::ReadOnly => Err(self.server.read_only()),
            Mode::Write | Mode::Create => Ok(()),
        }
    }

    async fn load(&mut self) -> Result<Network, StoreError> {
        let mut tries = 1;
        loop {
            let mut conn = self.take().await?;
            match read::load(&mut conn, &self.server).await {
                Err(StoreError::Disconnected { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error),
                Ok(network) => {
                    self.conn = Some(conn);
                    return Ok(network);
                }
            }
        }
    }

    async fn catch_up(&mut self, known: Network) -> Result<Network, StoreError> {
        let mut tries = 1;
        loop {
            let mut conn = self.take().await?;
            match follow(&mut conn, &self.server, known.clone()).await {
                Err(StoreError::Disconnected { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error),
                Ok(network) => {
                    self.conn = Some(conn);
                    return Ok(network);
                }
            }
        }
    }

    async fn write(&mut self, known: Network, proposals: &[Proposal]) -> Result<(Network, Vec<Answer>), StoreError> {
        let mut tries = 1;
        loop {
            let mut conn = self.take().await?;
            let lost = match write_group(&mut conn, &self.server, known.clone(), proposals).await {
                Ok(Outcome::Written(network, answers)) => {
                    self.conn = Some(conn);
                    return Ok((network, answers));
                }
                Ok(Outcome::Unanswered { token, network, answers, error }) => {
                    drop(conn);
                    tracing::warn!(%error, "a commit was not answered: looking for it in the log");
                    match self.find_out(network.version(), &token).await {
                        Ok(true) => return Ok((network, answers)),
                        Ok(false) => error,
                        Err(error) => return Err(self.server.unsure(error.to_string())),
                    }
                }
                // The server undoes what was not committed. A connection that failed is not used again.
                Err(error @ StoreError::Disconnected { .. }) => error,
                Err(error) => return Err(error),
            };
            if tries == TRIES {
                return Err(lost);
            }
            tries += 1;
            tracing::info!(error = %lost, tries, "writing the group again");
        }
    }

    async fn close(self) {
        if let Some(conn) = self.conn
            && let Err(error) = conn.close().await
        {
            tracing::warn!(database = self.server.name(), %error, "closing the connection failed");
        }
    }
}

async fn follow(conn: &mut PgConnection, server: &Server, mut known: Network) -> Result<Network, StoreError> {
    // One transaction, so that head and tail belong together.
    let mut tail = conn.begin_with(schema::READ).await.map_err(|e| server.error(e))?;
    let head = schema::head(&mut tail, server).await?;
    read::catch_up(&mut tail, server, &mut known, head).await?;
    tail.rollback().await.ok();
    Ok(known)
}

/// Takes the lock, folds the tail, applies the group and writes it.
async fn write_group(
    conn: &mut PgConnection,
    server: &Server,
    mut known: Network,
    proposals: &[Proposal],
) -> Result<Outcome, StoreError> {
    let mut lock = conn.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(|e| server.error(e))?;
    let (head, token) = schema::lock(&mut lock, server).await?;
    read::catch_up(&mut lock, server, &mut known, head).await?;
    let folded = fold::fold(&known, proposals)?;
    if folded.network.version() == known.version() {
        lock.rollback().await.map_err(|e| server.error(e))?;
        return Ok(Outcome::Written(known, folded.answers));
    }
    let tell = |done, total| fold::tell(proposals, done, total);
    write::write(&mut lock, server, (&folded.batch, &token), (&known, &folded.network), &tell).await?;
    for step in fold::beside(proposals, &folded.answers) {
        lock.take(&step).await.map_err(|e| server.error(e))?;
    }
    match lock.commit().await.map_err(|e| server.error(e)) {
        Ok(()) => {
            tracing::debug!(version = %folded.network.version(), proposals = proposals.len(), "committed");
            Ok(Outcome::Written(folded.network, folded.answers))
        }
        Err(error @ StoreError::Disconnected { .. }) => {
            Ok(Outcome::Unanswered { token, network: folded.network, answers: folded.answers, error })
        }
        Err(error) => Err(error),
    }
}

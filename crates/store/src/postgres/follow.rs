//! Hearing of the commits of others: LISTEN, with a look now and then in case a word was lost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use linewright_model::Version;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::server::Server;
use super::write::CHANNEL;
use crate::StoreError;

/// Between two looks at the head when nothing is heard.
const LOOK: Duration = Duration::from_secs(2);

/// Before a lost connection is made again.
const PAUSE: Duration = Duration::from_millis(200);

/// Listens on a connection of its own, from the first question on.
#[derive(Debug)]
pub(super) struct Follower {
    server: Arc<Server>,
    listening: Mutex<Option<(watch::Receiver<Version>, AbortHandle)>>,
}

impl Follower {
    pub(super) fn new(server: Arc<Server>) -> Self {
        Self { server, listening: Mutex::new(None) }
    }

    /// Waits until the newest version is above `than`, through lost connections too, and returns it.
    pub(super) async fn newer(&self, than: Version) -> Result<Version, StoreError> {
        let mut heads = self.heads();
        let newest = heads.wait_for(|head| *head > than).await.map_err(|_| self.server.closed())?;
        Ok(*newest)
    }

    fn heads(&self) -> watch::Receiver<Version> {
        let mut listening = self.listening.lock().unwrap_or_else(PoisonError::into_inner);
        let (heads, _) = listening.get_or_insert_with(|| {
            let (said, heads) = watch::channel(Version(0));
            let task = tokio::spawn(listen(self.server.clone(), said));
            (heads, task.abort_handle())
        });
        heads.clone()
    }

    /// Stops listening: whoever waits is told that the handle is closed.
    pub(super) fn close(&self) {
        if let Some((_, task)) = &*self.listening.lock().unwrap_or_else(PoisonError::into_inner) {
            task.abort();
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.close();
    }
}

async fn listen(server: Arc<Server>, said: watch::Sender<Version>) {
    loop {
        if let Err(error) = hear(&server, &said).await {
            tracing::warn!(database = server.name(), %error, "listening again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens until the connection is lost.
async fn hear(server: &Server, said: &watch::Sender<Version>) -> Result<(), StoreError> {
    let own = PgPoolOptions::new().max_connections(1).acquire_timeout(server.wait);
    let own = own.connect_lazy_with(server.find().await?);
    let mut listener = PgListener::connect_with(&own).await.map_err(|e| server.error(e))?;
    listener.listen(CHANNEL).await.map_err(|e| server.error(e))?;
    loop {
        let asked = sqlx::query_scalar("SELECT version FROM head").fetch_one(&mut listener);
        // A server that is gone without a word would be waited for.
        let head = tokio::time::timeout(server.wait, asked).await.map_err(|_| server.silent())?;
        let head: i64 = head.map_err(|e| server.error(e))?;
        let head = Version(u64::try_from(head).unwrap_or(0));
        said.send_if_modified(|known| std::mem::replace(known, head) != head);
        match tokio::time::timeout(LOOK, listener.try_recv()).await {
            // Said or only time to look: the head itself is the truth.
            Ok(Ok(Some(_))) | Err(_) => {}
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(server.error(error)),
        }
    }
}

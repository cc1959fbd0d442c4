//! The service: a store, the newest snapshot, and the use cases on them.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use linewright_catalog::Catalog;
use linewright_model::Version;
use linewright_plan::{Subject, Survey, SurveyRequest, Trace, survey, trace};
use linewright_search::trench::Limits;
use linewright_store::{Committed, Proposal, Storage, Store};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;

use crate::accounts::Accounts;
use crate::oidc::Provider;
use crate::planning::Planners;
use crate::{Bounds, ServiceError, Snapshot, follow};

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// A clock read by `f`.
    pub fn new(f: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(f))
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How things stand between the snapshot and its database.
#[derive(Clone, Debug)]
pub struct State {
    /// When the snapshot was last known to be the newest.
    pub confirmed: DateTime<Utc>,
    /// Why the database cannot be asked at the moment.
    pub lost: Option<String>,
    /// From the commit of the newest version, as its log entry says, to its appearance here; none for the first.
    pub lag: Option<TimeDelta>,
}

/// The use cases of one process. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Service {
    store: Arc<Store>,
    catalog: Arc<Catalog>,
    clock: Clock,
    accounts: Accounts,
    pub(crate) provider: Option<Provider>,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    state: watch::Receiver<State>,
    planners: Planners,
    pub(crate) importing: Semaphore,
    following: AbortHandle,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.following.abort();
    }
}

impl Service {
    /// Loads the network of a store whose schema is current, and follows it.
    pub async fn start(store: Store, catalog: Catalog, clock: Clock, bounds: Bounds) -> Result<Self, ServiceError> {
        let trench = &catalog.policy().shared_trench;
        let limits = Limits { gap_m: trench.gap_m, run_m: trench.run_m };
        let network = store.snapshot().await?;
        let since = clock.now();
        let built = tokio::task::spawn_blocking(move || Snapshot::build(network, limits, since)).await;
        let first = Arc::new(built.map_err(|error| ServiceError::Internal(error.to_string()))?);
        tracing::info!(version = %first.version(), "serving");
        let (said, snapshot) = watch::channel(first);
        let (told, state) = watch::channel(State { confirmed: since, lost: None, lag: None });
        let store = Arc::new(store);
        let follower = follow::Follower { store: store.clone(), clock: clock.clone(), said, told };
        let following = tokio::spawn(follower.run()).abort_handle();
        let planners = Planners::new(bounds);
        let accounts = Accounts::of(store.clone(), clock.clone());
        Ok(Self {
            store,
            catalog: Arc::new(catalog),
            clock,
            accounts,
            provider: None,
            snapshot,
            state,
            planners,
            importing: Semaphore::new(1),
            following,
        })
    }

    /// The same, where people may also log in at a provider.
    pub fn with_provider(mut self, provider: Option<Provider>) -> Self {
        self.provider = provider;
        self
    }

    /// Who is asking, and who may.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.borrow().clone()
    }

    /// Tells of every further snapshot.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshot.clone()
    }

    /// How things stand with the database.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Age of the snapshot: since when nobody has confirmed that it is the newest.
    pub fn age(&self) -> TimeDelta {
        (self.clock.now() - self.state.borrow().confirmed).max(TimeDelta::zero())
    }

    /// Prices, optics, products and limits.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Plans being worked on.
    pub fn plans_running(&self) -> usize {
        self.planners.running()
    }

    /// Long reading or planning, off the threads that answer requests, within the bounds.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Snapshot, &Catalog) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (snapshot, catalog) = (self.snapshot(), self.catalog.clone());
        self.planners.work(move || work(&snapshot, &catalog)).await
    }

    /// Answers a survey on the newest snapshot.
    pub async fn survey(&self, request: SurveyRequest) -> Result<Survey, ServiceError> {
        let now = self.clock.now();
        let plan = move |at: &Snapshot, catalog: &Catalog| survey(&at.network, &at.topology, &request, catalog, now);
        Ok(self.work(plan).await??)
    }

    /// Traces an element on the newest snapshot.
    pub async fn trace(&self, subject: Subject) -> Result<Trace, ServiceError> {
        Ok(self.work(move |at, _| trace(&at.network, &at.topology, subject)).await??)
    }

    /// Commits a change and waits until the snapshot has it.
    pub async fn commit(&self, proposal: Proposal) -> Result<Committed, ServiceError> {
        self.reachable()?;
        let committed = self.store.commit(proposal).await?;
        self.reached(committed.version).await;
        Ok(committed)
    }

    /// Refuses at once what would wait for a database that is known to be lost.
    pub fn reachable(&self) -> Result<(), ServiceError> {
        if self.state.borrow().lost.is_some() { Err(ServiceError::Lost) } else { Ok(()) }
    }

    /// Waits until the snapshot is at least at this version, at most some seconds: the commit stands in either case.
    async fn reached(&self, version: Version) {
        const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
        let mut snapshot = self.snapshot.clone();
        let reached = snapshot.wait_for(|at| at.version() >= version);
        if tokio::time::timeout(PATIENCE, reached).await.is_err() {
            tracing::warn!(%version, "the snapshot is behind a commit of this process");
        }
    }

    /// Finishes what waits and closes the database.
    pub async fn close(&self) {
        self.following.abort();
        self.store.close().await;
    }
}

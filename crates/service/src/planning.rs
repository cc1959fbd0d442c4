//! Plans off the threads that answer requests: a bounded number at once, a bounded number waiting, a deadline.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use linewright_search::patience;
use tokio::sync::Semaphore;

use crate::ServiceError;

/// How much planning goes on at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Plans worked on at once.
    pub running: usize,
    /// Plans that may wait for one of those to end.
    pub waiting: usize,
    /// From asking to the answer. The searches of a plan that takes longer end then, as they do when whoever asked goes
    /// away; it counts as running until it has ended.
    pub deadline: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Self { running: threads, waiting: 128, deadline: Duration::from_secs(10) }
    }
}

/// Where plans are worked on.
#[derive(Debug)]
pub(crate) struct Planners {
    bounds: Bounds,
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// Says that nobody waits any more, when dropped: answered, out of time, or the caller is gone.
struct Waited(Arc<AtomicBool>);

impl Drop for Waited {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Counts one who waits, until dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Planners {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, free: Arc::new(Semaphore::new(bounds.running)), waiting: AtomicUsize::new(0) }
    }

    /// Plans being worked on.
    pub(crate) fn running(&self) -> usize {
        self.bounds.running.saturating_sub(self.free.available_permits())
    }

    /// Works on a plan, or says why not.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        plan: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let deadline = self.bounds.deadline;
        match tokio::time::timeout(deadline, self.queue(plan)).await {
            Ok(done) => done,
            Err(_) => Err(ServiceError::Deadline { seconds: deadline.as_secs() }),
        }
    }

    async fn queue<T: Send + 'static>(&self, plan: impl FnOnce() -> T + Send + 'static) -> Result<T, ServiceError> {
        let permit = match self.free.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
                let _counted = Waiting(&self.waiting);
                if waiting >= self.bounds.waiting {
                    return Err(ServiceError::Busy { running: self.running(), waiting });
                }
                let acquired = self.free.clone().acquire_owned().await;
                acquired.map_err(|error| ServiceError::Internal(error.to_string()))?
            }
        };
        let waited = Waited(Arc::default());
        let over = waited.0.clone();
        let worked = tokio::task::spawn_blocking(move || {
            let done = patience::until(over, plan);
            drop(permit);
            done
        });
        worked.await.map_err(|error| ServiceError::Internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use linewright_search::engine::{Bans, Limits, Space, Start, Step, shortest};

    use super::*;

    fn planners(running: usize, waiting: usize, deadline: Duration) -> Planners {
        Planners::new(Bounds { running, waiting, deadline })
    }

    #[tokio::test]
    async fn what_is_too_much_is_refused_and_what_waits_is_done() {
        let planners = Arc::new(planners(1, 1, Duration::from_secs(5)));
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let first = tokio::spawn({
            let planners = planners.clone();
            async move { planners.work(move || gate.recv().is_ok()).await }
        });
        while planners.running() == 0 {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn({
            let planners = planners.clone();
            async move { planners.work(|| 2).await }
        });
        while planners.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let third = planners.work(|| 3).await;
        assert!(matches!(third, Err(ServiceError::Busy { running: 1, waiting: 1 })), "{third:?}");
        go.send(()).unwrap();
        assert!(first.await.unwrap().unwrap());
        assert_eq!(second.await.unwrap().unwrap(), 2);
        assert_eq!(planners.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_plan_past_its_deadline_still_counts() {
        let planners = planners(1, 1, Duration::from_millis(20));
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let late = planners.work(move || gate.recv().is_ok()).await;
        assert!(matches!(late, Err(ServiceError::Deadline { .. })), "{late:?}");
        assert_eq!(planners.running(), 1);
        go.send(()).unwrap();
        while planners.running() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(planners.work(|| 1).await.unwrap(), 1);
    }

    /// A street without end, which counts how far it was walked.
    struct Endless(Arc<AtomicUsize>);

    impl Space for Endless {
        type State = u64;
        type Edge = u64;
        type Risk = u64;

        fn expand(&self, at: u64, out: &mut Vec<Step<u64, u64>>) {
            self.0.fetch_add(1, Ordering::Relaxed);
            out.push(Step { to: at + 1, edge: at, cost: 1 });
        }

        fn is_goal(&self, _: u64) -> bool {
            false
        }
    }

    #[tokio::test]
    async fn the_search_of_a_plan_past_its_deadline_ends() {
        /// Far more than is done before the deadline.
        const MOST: u64 = 10_000_000;
        let planners = planners(1, 1, Duration::from_millis(20));
        let walked = Arc::<AtomicUsize>::default();
        let endless = Endless(walked.clone());
        let search =
            move || shortest(&endless, &[Start::free(0)], &Bans::default(), Limits { max_expanded: MOST }).is_err();
        let late = planners.work(search).await;
        assert!(matches!(late, Err(ServiceError::Deadline { .. })), "{late:?}");
        while planners.running() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let walked = walked.load(Ordering::Relaxed) as u64;
        assert!((1..MOST).contains(&walked), "{walked} states were expanded");
    }
}

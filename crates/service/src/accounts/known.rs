//! Callers seen a moment ago: asked of the database again after some seconds, and believed for a while where it does not say.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Semaphore;

use super::{Caller, is_lost};
use crate::ServiceError;

/// How long a caller is believed without asking the database: a session ended elsewhere lasts this much longer.
const BELIEVED: TimeDelta = TimeDelta::seconds(3);

/// How long the database may take to say whether a caller is still one; after that it is not waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a caller is believed whom the database last confirmed, while it is lost or has not answered yet.
const UNCONFIRMED: TimeDelta = TimeDelta::minutes(15);

/// Callers kept at most.
const MOST: usize = 10_000;

/// Passwords hashed at once.
const HASHING: usize = 2;

#[derive(Clone, Debug)]
struct Seen {
    caller: Caller,
    /// When the database was last asked.
    asked: DateTime<Utc>,
    /// When it was asked what it last answered.
    confirmed: DateTime<Utc>,
    ends: DateTime<Utc>,
}

/// Callers by the sum of their secret.
#[derive(Default, Debug)]
struct All {
    seen: HashMap<String, Seen>,
    /// Counts how often all were forgotten: what was asked before is not kept after.
    forgotten: u64,
}

/// Callers seen a moment ago.
#[derive(Debug)]
pub(super) struct Known {
    all: Arc<Mutex<All>>,
    pub(super) hashing: Arc<Semaphore>,
}

impl Default for Known {
    fn default() -> Self {
        Self { all: Arc::default(), hashing: Arc::new(Semaphore::new(HASHING)) }
    }
}

fn lock(all: &Mutex<All>) -> MutexGuard<'_, All> {
    all.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    /// The caller of a secret: as known, or as looked up, with when that ends.
    pub(super) async fn of(
        &self,
        sum: &str,
        now: DateTime<Utc>,
        look_up: impl Future<Output = Result<(Caller, DateTime<Utc>), ServiceError>> + Send + 'static,
    ) -> Result<Caller, ServiceError> {
        let believed = self.believed(sum, now);
        if let Some((caller, false)) = believed {
            return Ok(caller);
        }
        // It goes on when nobody waits for it any more: a slow database is heard, if late.
        let mut looking = tokio::spawn(answered(self.all.clone(), sum.to_owned(), now, look_up));
        let looked_up = match believed {
            // Whoever is known is not kept waiting for a database that may be lost.
            Some((caller, _)) => match tokio::time::timeout(PATIENCE, &mut looking).await {
                Err(_) => return Ok(caller),
                Ok(Ok(Err(error))) if is_lost(&error) => return Ok(caller),
                Ok(looked_up) => looked_up,
            },
            None => looking.await,
        };
        looked_up.map_err(|error| ServiceError::Internal(error.to_string()))?
    }

    /// A caller who may be believed for now, and whether the database is to be asked: by this one request, not by others
    /// that come meanwhile.
    fn believed(&self, sum: &str, now: DateTime<Utc>) -> Option<(Caller, bool)> {
        let mut all = lock(&self.all);
        let seen = all.seen.get_mut(sum).filter(|seen| now < seen.ends && now - seen.confirmed < UNCONFIRMED)?;
        let ask = now - seen.asked >= BELIEVED;
        if ask {
            seen.asked = now;
        }
        Some((seen.caller.clone(), ask))
    }

    /// Forgets everybody: an account, session or token changed here.
    pub(super) fn forget(&self) {
        let mut all = lock(&self.all);
        all.seen.clear();
        all.forgotten = all.forgotten.wrapping_add(1);
    }
}

/// Waits for the database and keeps what it says.
async fn answered(
    all: Arc<Mutex<All>>,
    sum: String,
    now: DateTime<Utc>,
    look_up: impl Future<Output = Result<(Caller, DateTime<Utc>), ServiceError>>,
) -> Result<Caller, ServiceError> {
    let forgotten = lock(&all).forgotten;
    let looked_up = look_up.await;
    let mut all = lock(&all);
    match looked_up {
        Ok((caller, ends)) => {
            if all.forgotten == forgotten {
                all.put(sum, Seen { caller: caller.clone(), asked: now, confirmed: now, ends });
            }
            Ok(caller)
        }
        Err(error) => {
            if !is_lost(&error) {
                all.seen.remove(&sum);
            }
            Err(error)
        }
    }
}

impl All {
    fn put(&mut self, sum: String, seen: Seen) {
        if self.seen.len() >= MOST {
            self.seen.retain(|_, other| seen.asked - other.asked < BELIEVED);
        }
        if self.seen.len() < MOST || self.seen.contains_key(&sum) {
            self.seen.insert(sum, seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::accounts::Via;
    use crate::{Role, Secret};

    fn at(seconds: i64) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap() + TimeDelta::seconds(seconds)
    }

    fn caller() -> Caller {
        Caller {
            name: "li".to_owned(),
            display_name: String::new(),
            role: Role::Planner,
            region: None,
            expires_at: None,
            via: Via::Session { csrf: Secret::new().unwrap().reveal().to_owned() },
        }
    }

    /// One who was confirmed at second 0 and ends in two hours.
    async fn confirmed() -> (Known, Caller) {
        let (known, caller) = (Known::default(), caller());
        let (found, ends) = (caller.clone(), at(7200));
        assert_eq!(known.of("sum", at(0), async move { Ok((found, ends)) }).await.unwrap(), caller);
        (known, caller)
    }

    async fn lost() -> Result<(Caller, DateTime<Utc>), ServiceError> {
        Err(ServiceError::Lost)
    }

    #[tokio::test]
    async fn without_the_database_a_caller_is_believed_for_a_quarter_of_an_hour() {
        let (known, caller) = confirmed().await;
        // However often it is asked in vain: that confirms nothing.
        for second in (0..900).step_by(4) {
            assert_eq!(known.of("sum", at(second), lost()).await.unwrap(), caller, "{second}");
        }
        assert!(matches!(known.of("sum", at(900), lost()).await, Err(ServiceError::Lost)));
        assert!(matches!(known.of("sum", at(7199), lost()).await, Err(ServiceError::Lost)));
        let again = caller.clone();
        let found = known.of("sum", at(7199), async move { Ok((again, at(7200))) }).await;
        assert_eq!(found.unwrap(), caller, "the database is back");
        assert!(known.of("sum", at(7200), lost()).await.is_err(), "it has ended");
    }

    #[tokio::test]
    async fn a_slow_database_is_heard_if_late() {
        let (known, caller) = confirmed().await;
        let (say, said) = tokio::sync::oneshot::channel::<()>();
        let revoked = async move {
            said.await.ok();
            Err(ServiceError::NotLoggedIn)
        };
        assert_eq!(known.of("sum", at(10), revoked).await.unwrap(), caller, "not waited for");
        // Nobody else asks meanwhile.
        let unasked = async { panic!("asked") };
        assert_eq!(known.of("sum", at(11), unasked).await.unwrap(), caller);
        say.send(()).unwrap();
        while lock(&known.all).seen.contains_key("sum") {
            tokio::task::yield_now().await;
        }
        assert!(matches!(known.of("sum", at(11), lost()).await, Err(ServiceError::Lost)), "it was revoked");
    }

    #[tokio::test]
    async fn what_was_asked_before_a_change_is_not_kept_after_it() {
        let (known, caller) = confirmed().await;
        let (say, said) = tokio::sync::oneshot::channel::<()>();
        let before = async move {
            said.await.ok();
            Ok((caller, at(7200)))
        };
        known.of("sum", at(10), before).await.unwrap();
        known.forget();
        say.send(()).unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(matches!(known.of("sum", at(10), lost()).await, Err(ServiceError::Lost)));
    }
}

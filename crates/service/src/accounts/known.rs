//! Callers seen a moment ago: asked of the database again after some seconds, and kept while it is lost.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Semaphore;

use super::{Caller, is_lost};
use crate::ServiceError;

/// How long a caller is believed without asking the database: a session ended elsewhere lasts this much longer.
const BELIEVED: TimeDelta = TimeDelta::seconds(3);

/// How long the database may take to say whether a caller is still one.
const PATIENCE: Duration = Duration::from_secs(1);

/// Callers kept at most.
const MOST: usize = 10_000;

/// Passwords hashed at once.
const HASHING: usize = 2;

#[derive(Debug)]
struct Seen {
    caller: Caller,
    at: DateTime<Utc>,
    ends: DateTime<Utc>,
}

/// Callers by the sum of their secret.
#[derive(Debug)]
pub(super) struct Known {
    seen: Mutex<HashMap<String, Seen>>,
    pub(super) hashing: Semaphore,
}

impl Default for Known {
    fn default() -> Self {
        Self { seen: Mutex::default(), hashing: Semaphore::new(HASHING) }
    }
}

impl Known {
    /// The caller of a secret: as known, or as looked up.
    pub(super) async fn of(
        &self,
        sum: &str,
        now: DateTime<Utc>,
        look_up: impl Future<Output = Result<Option<(Caller, DateTime<Utc>)>, ServiceError>>,
    ) -> Result<Option<Caller>, ServiceError> {
        let known = self.get(sum).filter(|(_, _, ends)| now < *ends);
        if let Some((caller, at, _)) = &known
            && now - *at < BELIEVED
        {
            return Ok(Some(caller.clone()));
        }
        // Whoever is known is not kept waiting for a database that may be lost.
        let answered = match &known {
            Some(_) => tokio::time::timeout(PATIENCE, look_up).await.unwrap_or(Err(ServiceError::Lost)),
            None => look_up.await,
        };
        match answered {
            Ok(Some((caller, ends))) => {
                self.put(sum, Seen { caller: caller.clone(), at: now, ends }, now);
                Ok(Some(caller))
            }
            Ok(None) => {
                self.lock().remove(sum);
                Ok(None)
            }
            Err(error) if is_lost(&error) => match known {
                Some((caller, _, ends)) => {
                    self.put(sum, Seen { caller: caller.clone(), at: now, ends }, now);
                    Ok(Some(caller))
                }
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    fn get(&self, sum: &str) -> Option<(Caller, DateTime<Utc>, DateTime<Utc>)> {
        self.lock().get(sum).map(|seen| (seen.caller.clone(), seen.at, seen.ends))
    }

    fn put(&self, sum: &str, seen: Seen, now: DateTime<Utc>) {
        let mut all = self.lock();
        if all.len() >= MOST {
            all.retain(|_, seen| now - seen.at < BELIEVED);
        }
        if all.len() < MOST {
            all.insert(sum.to_owned(), seen);
        }
    }

    /// Forgets everybody: an account, session or token changed here.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! `Idempotency-Key`: a request that changes something is done once, however often it is sent. `If-Match`: it is done only
//! while what it changes is as it was seen.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use chrono::TimeDelta;
use linewright_service::accounts::Caller;
use linewright_service::{Key, sum};
use linewright_store::{Desk, KeptAnswer, Step, StoreError};

use crate::Api;
use crate::problem::{Kind, Problem, internal};

/// The header.
const KEY: &str = "idempotency-key";

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// Between two attempts to find out whether a request was done.
const PAUSE: Duration = Duration::from_secs(2);

/// How many there are: for an hour. A key that is still claimed then stays so until it is forgotten.
const ATTEMPTS: u32 = 1800;

/// A claimed key, or none where none was sent.
#[derive(Clone)]
pub(crate) struct Once {
    pub(crate) key: Option<Key>,
}

/// What to do with a request.
pub(crate) enum Turn {
    /// Do it, and tell how it went.
    Do(Once),
    /// It was done before: the answer of then.
    Done(String),
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (8..=128).contains(&text.len()));
    let wrong = || Problem::invalid(KEY, "give 8 to 128 printable ASCII characters, such as a UUID");
    text.map(|text| Some(text.to_owned())).ok_or_else(wrong)
}

/// The revision, or version of the network, that `If-Match` names as an entity tag.
pub(crate) fn only_at(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    let wrong = || Problem::invalid("If-Match", "give the ETag, a number in quotes such as \"7\"");
    text.and_then(|text| text.parse().ok()).map(Some).ok_or_else(wrong)
}

/// Claims the key of a request; `request` is the sum of what was asked.
pub(crate) async fn claim(api: &Api, headers: &HeaderMap, caller: &Caller, request: &str) -> Result<Turn, Problem> {
    let Some(key) = key(headers)? else { return Ok(Turn::Do(Once { key: None })) };
    api.service().reachable()?;
    let now = api.service().now();
    let store = api.service().store();
    let before = store.claim_key(&caller.name, &key, request, now, now - KEPT).await;
    match before.map_err(linewright_service::ServiceError::from)? {
        None => Ok(Turn::Do(Once { key: Some(Key { account: caller.name.clone(), key }) })),
        Some(earlier) if earlier.request != request => {
            let advice = "the key belongs to another request; give each request a key of its own";
            Err(Problem::new(Kind::KeyReused, advice).of_field(KEY))
        }
        Some(earlier) if earlier.status == 0 => {
            let advice = "the same request is being worked on, or it is being found out whether it was done; send it \
                          again in a moment. Where this lasts its process has ended: look whether it was done, then use \
                          another key";
            Err(Problem::new(Kind::Conflict, advice).of_field(KEY))
        }
        Some(earlier) => Ok(Turn::Done(earlier.body)),
    }
}

/// Does a request once and answers it; `asked` says what it asks, without secrets: its sum is kept. `work` keeps the answer
/// for the key in the transaction of what it changes. It goes on when the client goes away.
pub(crate) async fn done<Work>(
    api: &Api,
    headers: &HeaderMap,
    caller: &Caller,
    asked: &str,
    work: impl FnOnce(Once) -> Work,
) -> Result<String, Problem>
where
    Work: Future<Output = Result<String, Problem>> + Send + 'static,
{
    let once = match claim(api, headers, caller, &sum(asked.as_bytes())).await? {
        Turn::Do(once) => once,
        Turn::Done(body) => return Ok(body),
    };
    let (api, work) = (api.clone(), work(once.clone()));
    let working = tokio::spawn(async move {
        let worked = tokio::spawn(work).await.unwrap_or_else(|error| Err(internal(&error.to_string())));
        match worked {
            Ok(body) => Ok(body),
            Err(problem) => once.settle(&api, problem).await,
        }
    });
    working.await.map_err(|error| internal(&error.to_string()))?
}

impl Once {
    /// What a repeated request is answered.
    pub(crate) fn answered(self, body: String) -> Option<KeptAnswer> {
        self.key.map(|key| key.answered(body))
    }

    /// Keeps the answer of a request that changed nothing.
    pub(crate) async fn keep(self, api: &Api, body: String) {
        let Some(kept) = self.answered(body) else { return };
        if let Err(error) = api.service().store().carry_out(&[Step::Answer(kept)]).await {
            tracing::error!(%error, "the answer of an idempotent request was not kept");
        }
    }

    /// After a failure: gives the key back where nothing was done, and answers as a repeated request is answered where it
    /// was done nevertheless. Where the database cannot say the key stays, until it can.
    pub(crate) async fn settle(self, api: &Api, problem: Problem) -> Result<String, Problem> {
        let Some(key) = self.key else { return Err(problem) };
        match api.service().store().settle_key(&key.account, &key.key).await {
            Ok(Some(kept)) if kept.status != 0 => Ok(kept.body),
            Ok(_) => Err(problem),
            Err(error) => {
                tracing::warn!(%error, "whether a request was done is not known yet: its key stays claimed");
                tokio::spawn(find_out(api.clone(), key));
                Err(problem)
            }
        }
    }
}

/// Asks the database until it says whether the request of a key was done.
async fn find_out(api: Api, key: Key) {
    for _ in 0..ATTEMPTS {
        tokio::time::sleep(PAUSE).await;
        match api.service().store().settle_key(&key.account, &key.key).await {
            Ok(answered) => {
                tracing::info!(done = answered.is_some(), "it is known whether a request was done");
                return;
            }
            Err(StoreError::Closed { .. }) => return,
            Err(_) => {}
        }
    }
}

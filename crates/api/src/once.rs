//! `Idempotency-Key`: a request that changes something is done once, however often it is sent. `If-Match`: it is done only
//! while what it changes is as it was seen.

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use chrono::TimeDelta;
use linewright_service::accounts::Caller;
use linewright_service::sum;
use linewright_store::Desk;

use crate::Api;
use crate::problem::{Kind, Problem, internal};

/// The header.
const KEY: &str = "idempotency-key";

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// A claimed key, or none where none was sent.
pub(crate) struct Once {
    claimed: Option<(String, String)>,
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
    let Some(key) = key(headers)? else { return Ok(Turn::Do(Once { claimed: None })) };
    api.service().reachable()?;
    let now = api.service().now();
    let store = api.service().store();
    let before = store.claim_key(&caller.name, &key, request, now, now - KEPT).await;
    match before.map_err(linewright_service::ServiceError::from)? {
        None => Ok(Turn::Do(Once { claimed: Some((caller.name.clone(), key)) })),
        Some(earlier) if earlier.request != request => {
            let advice = "the key belongs to another request; give each request a key of its own";
            Err(Problem::new(Kind::KeyReused, advice).of_field(KEY))
        }
        Some(earlier) if earlier.status == 0 => {
            let advice = "the same request is being worked on, or its process ended before it was answered: see \
                          /api/v1/changes, then use another key";
            Err(Problem::new(Kind::Conflict, advice).of_field(KEY))
        }
        Some(earlier) => Ok(Turn::Done(earlier.body)),
    }
}

/// What a request made.
pub(crate) struct Made {
    /// The answer.
    pub(crate) body: String,
    /// What a repeated request is answered: the same, without what is shown once.
    pub(crate) again: String,
}

/// Does a request once and answers it; `asked` says what it asks, without secrets: its sum is kept. The work goes on when the
/// client goes away.
pub(crate) async fn done(
    api: &Api,
    headers: &HeaderMap,
    caller: &Caller,
    asked: &str,
    work: impl Future<Output = Result<Made, Problem>> + Send + 'static,
) -> Result<String, Problem> {
    let once = match claim(api, headers, caller, &sum(asked.as_bytes())).await? {
        Turn::Do(once) => once,
        Turn::Done(body) => return Ok(body),
    };
    let api = api.clone();
    let working = tokio::spawn(async move {
        match work.await {
            Ok(made) => {
                once.keep(&api, &made.again).await;
                Ok(made.body)
            }
            Err(problem) => {
                once.drop(&api).await;
                Err(problem)
            }
        }
    });
    working.await.map_err(|error| internal(&error.to_string()))?
}

impl Once {
    /// Keeps the answer. The change stands even where this fails: the log knows it.
    pub(crate) async fn keep(self, api: &Api, body: &str) {
        if let Some((account, key)) = self.claimed
            && let Err(error) = api.service().store().keep_answer(&account, &key, 200, body).await
        {
            tracing::error!(%error, "the answer of an idempotent request was not kept");
        }
    }

    /// Gives the key back: nothing was changed.
    pub(crate) async fn drop(self, api: &Api) {
        if let Some((account, key)) = self.claimed
            && let Err(error) = api.service().store().drop_key(&account, &key).await
        {
            tracing::error!(%error, "an idempotency key was not given back");
        }
    }
}

//! `Idempotency-Key`: a request that changes something is done once, however often it is sent.

use axum::http::HeaderMap;
use chrono::TimeDelta;
use linewright_service::accounts::Caller;
use linewright_store::Desk;

use crate::Api;
use crate::problem::{Kind, Problem};

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

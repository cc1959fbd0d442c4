//! What an element rides on and what it carries, and what fails with it.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use linewright_plan::{Subject, find};
use linewright_service::{Permission, ServiceError};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::Asked;
use crate::problem::{Kind, Problem, ProblemDto};
use crate::resource::answer;
use crate::who::Who;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(trace))
}

/// What to trace.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TraceOf {
    /// Element: `CODE`, `TABLE:CODE` (`place:`, `span:`, `cable:`, `device:`, `trail:`, `link:`), `CABLE/CORE` or
    /// `DEVICE:PORT`.
    #[param(min_length = 1, max_length = 300, example = "cable:GL-0048")]
    element: String,
}

/// What an element rides on, down to the duct, and what it carries, up to the customers
#[utoipa::path(get, path = "/api/v1/trace", tag = "plan", params(TraceOf), responses(
    (status = 200, description = "The trace: the same value as `linewright trace --json`", body = serde_json::Value),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "Too much work", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn trace(State(api): State<Api>, who: Who, Asked(asked): Asked<TraceOf>) -> Result<Response, Problem> {
    who.must(Permission::Read)?;
    let scope = who.scope();
    let found = api.service().work(move |at, _| {
        let subject = find(&at.network, &asked.element)?;
        Ok::<_, ServiceError>((subject, scope.sees(&at.network, record_of(subject))))
    });
    let (subject, seen) = found.await??;
    if !seen {
        return Err(Problem::new(Kind::OtherRegion, "the element lies outside your region").of_field("element"));
    }
    let mut traced = api.service().trace(subject).await?;
    crate::resource::mask_trace(&mut traced);
    Ok(answer(&api, Json(traced)))
}

fn record_of(subject: Subject) -> linewright_model::AnyId {
    match subject {
        Subject::Record(id) => id,
        Subject::Core { cable, .. } => cable.into(),
        Subject::Port(port) => port.device.into(),
    }
}

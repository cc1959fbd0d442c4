//! How the service is: alive, ready, counted.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use linewright_model::Version;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::problem::{Problem, internal};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(metrics))
}

/// How far the service is behind its database.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Version of the network that is served.
    version: u64,
    /// When it was last confirmed to be the newest.
    confirmed_at: DateTime<Utc>,
    /// Whether the database can be reached: without it reading goes on, changes wait.
    database: bool,
    /// From the newest commit to its appearance here, milliseconds.
    lag_ms: Option<i64>,
}

/// Alive
#[utoipa::path(get, path = "/healthz", tag = "system", security(()),
    responses((status = 200, description = "The process answers", body = String, content_type = "text/plain")))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready, and how far behind
#[utoipa::path(get, path = "/readyz", tag = "system", security(()), responses(
    (status = 200, description = "A network is served and its database is there", body = Ready),
    (status = 503, description = "The network is served, the database is lost", body = Ready),
))]
async fn readyz(State(api): State<Api>) -> Response {
    let state = api.service().state();
    let ready = Ready {
        version: version(api.service().snapshot().version()),
        confirmed_at: state.confirmed,
        database: state.lost.is_none(),
        lag_ms: state.lag.map(|lag| lag.num_milliseconds()),
    };
    let status = if ready.database { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(ready)).into_response()
}

/// Counters for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "system", security(()),
    responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text")))]
async fn metrics(State(api): State<Api>) -> Result<Response, Problem> {
    let text = api.metrics().text(&api).map_err(|error| internal(&error.to_string()))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

pub(crate) fn version(version: Version) -> u64 {
    version.0
}

//! The service over HTTP: wire types, problems, sessions, tiles, OpenAPI (DESIGN §4).
//!
//! [`router`] is the whole of it; [`openapi`] describes it, generated from the same code. One file holds one group of
//! endpoints: what is sent, what is answered, and the handlers.

mod audit;
mod changes;
mod docs;
mod exchange;
mod extract;
mod findings;
mod geometry;
mod limits;
mod login;
mod metrics;
mod once;
mod people;
mod problem;
mod resource;
mod scope;
mod search;
mod serve;
mod session;
mod slots;
mod survey;
mod system;
mod tiles;
mod trace;
mod who;
mod wire;
mod wording;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use linewright_service::Service;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

pub use serve::serve;

use findings::Findings;
use limits::Rate;
use metrics::Metrics;
use problem::Problem;
use tiles::Tiles;

/// Header that bears the id of a request.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Largest body of a request that brings no files, bytes.
const BODY_BYTES: usize = 256 * 1024;

/// Attempts to log in a second that one address may make for long; four times as many at once.
const LOG_INS_PER_SECOND: u32 = 5;

/// A file of the console.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: &'static [u8],
    /// Its media type.
    pub media_type: &'static str,
    /// Whether its name changes with its content, so that it may be kept for ever.
    pub immutable: bool,
}

/// Finds a file of the console by its path without the leading `/`; `index.html` is its first page.
pub type Console = fn(&str) -> Option<Asset>;

/// How the service is offered.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Time for the head of a request, and for which a connection is kept between requests.
    pub head_time: Duration,
    /// Time for a request, from its head to its answer.
    pub request_time: Duration,
    /// Time in which a client must take something of its answer.
    pub write_time: Duration,
    /// Connections at the same time.
    pub connections: usize,
    /// Requests a second that one account may send for long; four times as many at once.
    pub requests_per_second: u32,
    /// Whether cookies go over TLS only: behind a proxy that speaks it.
    pub secure_cookies: bool,
    /// The console, where one is built in.
    pub console: Option<Console>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            head_time: Duration::from_secs(60),
            request_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            connections: 2_000,
            requests_per_second: 200,
            secure_cookies: false,
            console: None,
        }
    }
}

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

struct Shared {
    service: Arc<Service>,
    config: Config,
    tiles: Tiles,
    findings: Findings,
    metrics: Metrics,
    rate: Rate,
    log_ins: Rate,
}

impl Api {
    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.0.service
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn tiles(&self) -> &Tiles {
        &self.0.tiles
    }

    pub(crate) fn findings(&self) -> &Findings {
        &self.0.findings
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Counts an attempt to log in against the rate of an address; refuses it above that.
    pub(crate) fn count_log_in(&self, from: &str) -> Result<(), Problem> {
        self.0.log_ins.count(from)
    }

    /// Counts a request against the rate of an account; refuses it above that.
    pub(crate) fn count_request(&self, of: &str) -> Result<(), Problem> {
        self.0.rate.count(of)
    }
}

fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(docs::Described::openapi())
        .merge(system::routes())
        .merge(session::routes())
        .merge(login::routes())
        .merge(search::routes())
        .merge(resource::routes())
        .merge(survey::routes())
        .merge(trace::routes())
        .merge(findings::routes())
        .merge(changes::routes())
        .merge(exchange::routes())
        .merge(people::routes())
        .merge(audit::routes())
        .merge(tiles::routes())
}

/// The description of the service, OpenAPI 3.1, generated from the code.
pub fn openapi() -> utoipa::openapi::OpenApi {
    docs::finished(routes().split_for_parts().1)
}

/// The whole service. Must be called inside a tokio runtime.
pub fn router(service: Arc<Service>, config: Config) -> Router {
    let api = Api(Arc::new(Shared {
        service,
        config,
        tiles: Tiles::default(),
        findings: Findings::default(),
        metrics: Metrics::new(),
        rate: Rate::new(config.requests_per_second),
        log_ins: Rate::new(LOG_INS_PER_SECOND),
    }));
    // Of a province this takes seconds: nobody who opens the map waits for it.
    let ahead = api.clone();
    tokio::spawn(async move { ahead.tiles().index(&ahead.service().snapshot()).await.is_ok() });
    let (router, described) = routes().split_for_parts();
    let router = router.merge(docs::routes(docs::finished(described)));
    let id = HeaderName::from_static(REQUEST_ID);
    let layers = ServiceBuilder::new()
        .layer(from_fn(own_request_id))
        .layer(SetRequestIdLayer::new(id.clone(), MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(id))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_failure(()))
        .layer(from_fn_with_state(api.clone(), metrics::measure))
        .layer(from_fn(safe_headers))
        .layer(CompressionLayer::new())
        .layer(from_fn(problem::put_into_words))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, config.request_time))
        .layer(DefaultBodyLimit::max(BODY_BYTES));
    router.fallback(docs::console).layer(layers).with_state(api)
}

/// Ids of requests are ours: what a client sends would go into the log.
async fn own_request_id(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(REQUEST_ID);
    next.run(request).await
}

fn span(request: &Request) -> tracing::Span {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    // Without the query: it may hold what should not be in a log.
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
}

fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    problem::internal(text.unwrap_or("a panic without words")).into_response()
}

/// Nothing is fetched from elsewhere, framed or guessed.
async fn safe_headers(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                          worker-src 'self' blob:; child-src 'self' blob:; connect-src 'self'; font-src 'self' data:; \
                          frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    // Answers are of who asked, and of now; those that may be kept say so themselves.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

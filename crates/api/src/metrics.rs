//! What the service counts, for Prometheus.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::Api;

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Route {
    method: String,
    path: String,
    status: u16,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Path {
    path: String,
}

/// The counters, and their registry.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Route, Counter>,
    seconds: Family<Path, Histogram>,
    version: Gauge<u64, AtomicU64>,
    age: Gauge<f64, AtomicU64>,
    lag: Gauge<f64, AtomicU64>,
    lost: Gauge,
    plans: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("linewright");
        let requests = Family::<Route, Counter>::default();
        registry.register("requests", "Requests answered", requests.clone());
        let seconds = Family::<Path, Histogram>::new_with_constructor(histogram as fn() -> Histogram);
        registry.register("request_seconds", "Time from request to answer", seconds.clone());
        let version = Gauge::<u64, AtomicU64>::default();
        registry.register("network_version", "Version of the network that is served", version.clone());
        let age = Gauge::<f64, AtomicU64>::default();
        registry.register("snapshot_age_seconds", "Since when nobody has confirmed that it is the newest", age.clone());
        let lag = Gauge::<f64, AtomicU64>::default();
        registry.register("follow_lag_seconds", "From the newest commit to its appearance here", lag.clone());
        let lost = Gauge::<i64>::default();
        registry.register("database_lost", "1 while the database cannot be reached", lost.clone());
        let plans = Gauge::<i64>::default();
        registry.register("plans_running", "Plans being worked on", plans.clone());
        Self { registry, requests, seconds, version, age, lag, lost, plans }
    }

    /// All of them, as Prometheus reads it.
    pub(crate) fn text(&self, api: &Api) -> Result<String, std::fmt::Error> {
        let (service, state) = (api.service(), api.service().state());
        let seconds = |delta: chrono::TimeDelta| delta.as_seconds_f64();
        self.version.set(service.snapshot().version().0);
        self.age.set(seconds(service.age()));
        self.lag.set(state.lag.map_or(0.0, seconds));
        self.lost.set(i64::from(state.lost.is_some()));
        self.plans.set(i64::try_from(service.plans_running()).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Middleware that counts and times requests by their route, not by their path: that would be unbounded.
pub(crate) async fn measure(State(api): State<Api>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().map(|path| Arc::<str>::from(path.as_str()));
    let path = matched.as_deref().unwrap_or("other").to_owned();
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let response = next.run(request).await;
    let metrics = api.metrics();
    metrics.seconds.get_or_create(&Path { path: path.clone() }).observe(started.elapsed().as_secs_f64());
    metrics.requests.get_or_create(&Route { method, path, status: response.status().as_u16() }).inc();
    response
}

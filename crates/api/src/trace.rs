//! What an element rides on and what it carries, and what fails with it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use linewright_model::{TableKind, is_own, phrase};
use linewright_plan::{Branch, StepKind, Subject, Trace, find};
use linewright_service::{Permission, ServiceError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::{Asked, Short};
use crate::problem::{Kind, Problem, ProblemDto};
use crate::resource::{answer, mask_trace};
use crate::tiles::word;
use crate::who::Who;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(trace)).routes(routes!(impact))
}

/// What to trace.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TraceOf {
    /// Element: `CODE`, `TABLE:CODE` (`place:`, `span:`, `cable:`, `device:`, `trail:`, `link:`), `CABLE/CORE` or
    /// `DEVICE:PORT`.
    #[param(value_type = String, min_length = 1, max_length = 300, example = "cable:GL-0048")]
    element: Short<300>,
}

/// What an element rides on, down to the duct, and what it carries, up to the customers
#[utoipa::path(get, path = "/api/v1/trace", tag = "plan", params(TraceOf), responses(
    (status = 200, description = "The trace: the same value as `linewright trace --json`", body = crate::wire::Trace),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "Too much work", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn trace(State(api): State<Api>, who: Who, Asked(asked): Asked<TraceOf>) -> Result<Response, Problem> {
    let traced = traced(&api, &who, asked).await?;
    Ok(answer(&api, Json(traced)))
}

async fn traced(api: &Api, who: &Who, asked: TraceOf) -> Result<Trace, Problem> {
    who.must(Permission::Read)?;
    let scope = who.scope();
    let found = api.service().work(move |at, _| {
        let subject = find(&at.network, &asked.element)?;
        Ok::<_, ServiceError>((subject, scope.sees(&at.network, record_of(subject))))
    });
    let (subject, seen) = found.await??;
    if !seen {
        return Err(Problem::new(
            Kind::OtherRegion,
            phrase!("the element lies outside your region", "该对象不在您的区域内"),
        )
        .of_field("element"));
    }
    let mut traced = api.service().trace(subject).await?;
    mask_trace(&mut traced);
    Ok(traced)
}

/// A circuit or optical route that fails with an element.
#[derive(Serialize, ToSchema)]
pub(crate) struct AffectedTrail {
    /// Id of the trail.
    id: u32,
    code: String,
    /// Name; empty when it has none.
    name: String,
    /// Layer: `fibre`, ..., `circuit`.
    layer: String,
    /// Service grade.
    grade: Option<String>,
    /// Customer, masked; empty when unknown.
    customer: String,
    /// Whether it serves the carrier itself and no customer.
    own: bool,
}

/// What fails with an element, as far as the records go.
#[derive(Serialize, ToSchema)]
pub(crate) struct Impact {
    /// Version of the network.
    base: u64,
    /// Cable sections on it.
    cables: usize,
    /// Trails on it.
    trails: usize,
    /// Of these trails, those that serve the carrier itself and no customer.
    own_trails: usize,
    /// Customers on it.
    customers: usize,
    /// Links on it.
    links: usize,
    /// The trails, best grade first.
    affected: Vec<AffectedTrail>,
    /// Whether the element carries more than is followed.
    truncated: bool,
}

/// What fails with an element: the closure upwards
///
/// Every trail above it, each once; as far as the records go. Protection is not weighed.
#[utoipa::path(get, path = "/api/v1/impact", tag = "plan", params(TraceOf), responses(
    (status = 200, description = "What fails with it", body = Impact),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "Too much work", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn impact(State(api): State<Api>, who: Who, Asked(asked): Asked<TraceOf>) -> Result<Response, Problem> {
    let traced = traced(&api, &who, asked).await?;
    let mut found = BTreeMap::new();
    trails(&traced.carries, &mut found);
    let mut affected: Vec<AffectedTrail> = found.into_values().collect();
    // AAA, AA, A sort the other way round as words; those without a grade come last.
    affected.sort_by_key(|trail| (trail.grade.as_deref().map_or(4, grade_rank), trail.id));
    let impact = Impact {
        base: traced.base.0,
        cables: traced.affected.cables,
        trails: traced.affected.trails,
        own_trails: traced.affected.own_trails,
        customers: traced.affected.customer_count,
        links: traced.affected.links,
        affected,
        truncated: traced.truncated,
    };
    Ok(answer(&api, Json(impact)))
}

fn grade_rank(grade: &str) -> u8 {
    match grade {
        "AAA" => 0,
        "AA" => 1,
        "A" => 2,
        _ => 3,
    }
}

fn trails(branches: &[Branch], found: &mut BTreeMap<u32, AffectedTrail>) {
    // A trace is bounded in depth.
    for branch in branches {
        let step = &branch.step;
        if step.record.id.table == TableKind::Trail {
            found.entry(step.record.id.raw).or_insert_with(|| AffectedTrail {
                id: step.record.id.raw,
                code: step.record.code.to_string(),
                name: step.record.name.to_string(),
                layer: match &step.kind {
                    Some(StepKind::Layer(layer)) => word(layer),
                    _ => String::new(),
                },
                grade: step.grade.map(|grade| word(&grade)),
                customer: step.customer.clone(),
                own: is_own(&step.customer),
            });
        }
        trails(&branch.then, found);
    }
}

fn record_of(subject: Subject) -> linewright_model::AnyId {
    match subject {
        Subject::Record(id) => id,
        Subject::Core { cable, .. } => cable.into(),
        Subject::Port(port) => port.device.into(),
    }
}

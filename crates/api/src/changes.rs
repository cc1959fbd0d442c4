//! What was changed, when, by whom and why.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use linewright_model::{Change, ChangeKind, Network, TableKind, Version, phrase};
use linewright_service::{Permission, ServiceError};
use linewright_store::{LogEntry, Storage};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::{Asked, At, Cursor, Limit};
use crate::findings::{Named, named};
use crate::problem::{Kind, Problem, ProblemDto};
use crate::resource::{Page, answer};
use crate::scope::Scope;
use crate::tiles::word;
use crate::who::Who;

/// Changes in a page at most, and unless asked.
const PAGE: u16 = 200;
const USUAL: u16 = 20;

/// Records of one change that are listed.
const LISTED: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(changes)).routes(routes!(change))
}

/// Which changes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesOf {
    /// `next` of the page before: only versions below this one.
    #[param(inline)]
    cursor: Option<Cursor>,
    /// Changes in the page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<Limit<PAGE>>,
}

/// How many records of a table.
#[derive(Serialize, ToSchema, Default)]
pub(crate) struct Counts {
    created: u64,
    updated: u64,
    removed: u64,
}

/// One change of the network.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
pub(crate) struct ChangeDto {
    /// The version it made.
    version: u64,
    /// When.
    at: DateTime<Utc>,
    /// Who asked for it.
    who: String,
    /// Why.
    why: String,
    /// `operation`, `recording` or `reversal`.
    origin: String,
    /// How many records of each table.
    tables: BTreeMap<&'static str, Counts>,
}

/// What happened to a record.
#[derive(Serialize, ToSchema)]
pub(crate) struct Touched {
    #[serde(flatten)]
    record: Named,
    /// `create`, `update` or `remove`.
    change: String,
}

/// A change with its records.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeRecords {
    #[serde(flatten)]
    change: ChangeDto,
    /// The records, as far as they are listed.
    records: Vec<Touched>,
    /// Whether there are more.
    truncated: bool,
}

/// Which records of a change a caller sees.
struct Seen<'a> {
    network: &'a Network,
    scope: Scope,
}

impl Seen<'_> {
    fn sees(&self, change: &Change) -> bool {
        self.scope.sees(self.network, change.id())
    }

    /// Whether the change is any business of the caller's: data sets lie in no region.
    fn concerns(&self, entry: &LogEntry) -> bool {
        let lies_there = |change: &&Change| change.id().table != TableKind::Dataset;
        self.scope.region().is_none() || entry.changes.changes.iter().filter(lies_there).any(|change| self.sees(change))
    }
}

fn dto(entry: &LogEntry, seen: &Seen<'_>) -> ChangeDto {
    let mut tables: BTreeMap<&'static str, Counts> = BTreeMap::new();
    for change in entry.changes.changes.iter().filter(|change| seen.sees(change)) {
        let counts = tables.entry(change.id().table.name()).or_default();
        match change.kind() {
            ChangeKind::Create => counts.created += 1,
            ChangeKind::Update => counts.updated += 1,
            ChangeKind::Remove => counts.removed += 1,
        }
    }
    ChangeDto {
        version: entry.version.0,
        at: entry.at,
        who: entry.who.clone(),
        why: entry.why.clone(),
        origin: word(&entry.changes.origin),
        tables,
    }
}

/// What was changed, newest first
///
/// An account bound to a region sees the changes that touch records there, and counts of those records; a page may have fewer
/// than `limit`. Records that are gone lie in no region.
#[utoipa::path(get, path = "/api/v1/changes", tag = "network", params(ChangesOf), responses(
    (status = 200, description = "A page", body = Page<ChangeDto>),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn changes(State(api): State<Api>, who: Who, Asked(of): Asked<ChangesOf>) -> Result<Response, Problem> {
    who.must(Permission::Read)?;
    let limit = u32::from(of.limit.map_or(USUAL, |Limit(limit)| limit));
    let snapshot = api.service().snapshot();
    let head = snapshot.version().0;
    let last = of.cursor.map_or(head, |Cursor(before)| head.min(before.saturating_sub(1)));
    let first = last.saturating_sub(limit.into());
    // At most `limit`, which is a `u32`.
    let many = u32::try_from(last - first).unwrap_or(limit);
    api.service().reachable()?;
    let entries = api.service().store().log(Version(first), many).await.map_err(ServiceError::from)?;
    let seen = Seen { network: &snapshot.network, scope: who.scope() };
    let items: Vec<ChangeDto> =
        entries.iter().rev().filter(|entry| seen.concerns(entry)).map(|entry| dto(entry, &seen)).collect();
    let next = (first > 0).then(|| (first + 1).to_string());
    Ok(answer(&api, Json(Page { items, next, version: head })))
}

/// One change, with its records
#[utoipa::path(get, path = "/api/v1/changes/{version}", tag = "network",
    params(("version" = u64, Path, description = "The version it made")), responses(
    (status = 200, description = "The change", body = ChangeRecords),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn change(State(api): State<Api>, who: Who, At(version): At<u64>) -> Result<Response, Problem> {
    who.must(Permission::Read)?;
    let snapshot = api.service().snapshot();
    let missing =
        || Problem::not_found(phrase!("there is no version {version}", "没有版本 {version}")).of_field("version");
    let before = version.checked_sub(1).filter(|_| version <= snapshot.version().0).ok_or_else(missing)?;
    api.service().reachable()?;
    let entries = api.service().store().log(Version(before), 1).await.map_err(ServiceError::from)?;
    let entry = entries.first().filter(|entry| entry.version.0 == version).ok_or_else(missing)?;
    let seen = Seen { network: &snapshot.network, scope: who.scope() };
    if !seen.concerns(entry) {
        return Err(Problem::new(
            Kind::OtherRegion,
            phrase!("the change touches nothing in your region", "该变更不涉及您的区域"),
        )
        .of_field("version"));
    }
    let mut changes = entry.changes.changes.iter().filter(|change| seen.sees(change));
    let touched = |change: &Change| {
        let mut record = named(&snapshot.network, change.id());
        record.or_code(change.tag().map(|tag| &*tag.code));
        Touched { record, change: word(&change.kind()) }
    };
    let records = changes.by_ref().take(LISTED).map(touched).collect();
    let truncated = changes.next().is_some();
    Ok(answer(&api, Json(ChangeRecords { change: dto(entry, &seen), records, truncated })))
}

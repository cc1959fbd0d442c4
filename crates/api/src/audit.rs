//! The audit log: who did or read what, and why.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use linewright_service::Permission;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::{Asked, Cursor};
use crate::problem::{Problem, ProblemDto};
use crate::who::Who;

/// Lines in a page at most, and unless asked.
const PAGE: u32 = 1_000;
const USUAL: u32 = 100;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(audit))
}

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditOf {
    /// `next` of the page before.
    #[param(inline)]
    cursor: Option<Cursor>,
    /// Lines in the page.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// One line.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditLine)]
pub(crate) struct LineDto {
    /// Its number.
    seq: u64,
    /// When.
    at: DateTime<Utc>,
    /// Login name, or who ran the command; empty where nobody proved who they are.
    who: String,
    /// `session`, `token:ID`, `oidc`, `cli`, `demo`, `setup`.
    via: String,
    /// What: `login`, `login.refused`, `logout`, `import`, `export`, `contacts.read`, `account.add`, `token.add`, ...
    action: String,
    /// To what.
    subject: String,
    /// Why, as said.
    why: String,
}

/// Lines, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lines {
    items: Vec<LineDto>,
    /// Cursor of the next page; none at the end.
    next: Option<String>,
}

/// Who did or read what, and why; newest first
#[utoipa::path(get, path = "/api/v1/audit", tag = "people", params(AuditOf), responses(
    (status = 200, description = "A page", body = Lines),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn audit(State(api): State<Api>, who: Who, Asked(of): Asked<AuditOf>) -> Result<Json<Lines>, Problem> {
    who.must(Permission::Audit)?;
    let limit = of.limit.unwrap_or(USUAL);
    if limit == 0 || limit > PAGE {
        return Err(Problem::invalid("limit", format!("give 1 to {PAGE}")));
    }
    let before = of.cursor.map(|Cursor(before)| before);
    let lines = api.service().accounts().audit_lines(before, limit).await?;
    let full = u32::try_from(lines.len()).is_ok_and(|lines| lines == limit);
    let next = lines.last().filter(|_| full).map(|line| line.seq.to_string());
    let items = lines.into_iter().map(|line| LineDto {
        seq: line.seq,
        at: line.at,
        who: line.who,
        via: line.via,
        action: line.action,
        subject: line.subject,
        why: line.why,
    });
    Ok(Json(Lines { items: items.collect(), next }))
}

//! Findings of the consistency rules, worked out once for each version.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use linewright_audit::{Finding, RULES, Severity, audit};
use linewright_model::{AnyId, Network, Version};
use linewright_service::Permission;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::{Asked, Cursor, Limit, Short};
use crate::problem::{Problem, ProblemDto};
use crate::resource::{Page, answer, filter};
use crate::who::Who;

/// Findings in a page at most, and unless asked.
const PAGE: u16 = 1_000;
const USUAL: u16 = 100;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(findings))
}

type Held = Option<(Version, Arc<Vec<Finding>>)>;

/// The findings of the newest version that was asked for.
#[derive(Clone, Default)]
pub(crate) struct Findings(Arc<Mutex<Held>>);

impl Findings {
    fn held(&self, version: Version) -> Option<Arc<Vec<Finding>>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(of, _)| *of == version).map(|(_, findings)| findings.clone())
    }

    fn hold(&self, version: Version, findings: &Arc<Vec<Finding>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, findings.clone()));
    }
}

/// Which findings.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindingsOf {
    /// At least this severe: `error`, `warning`, `info`.
    #[param(inline)]
    severity: Option<Least>,
    /// Number of a rule; one that is not checked is refused with those that are.
    #[param(maximum = 255)]
    rule: Option<u8>,
    /// District or county: findings about what lies in it, or reaches into it. One that no place lies in is refused.
    #[param(value_type = Option<String>, max_length = 100)]
    region: Option<Short<100>>,
    /// `next` of the page before.
    #[param(inline)]
    cursor: Option<Cursor>,
    /// Findings in the page.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 1000)]
    limit: Option<Limit<PAGE>>,
}

/// How severe at least.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Least {
    /// Errors only.
    Error,
    /// Also warnings.
    Warning,
    /// All.
    Info,
}

/// A record by table and id.
#[derive(Serialize, ToSchema)]
pub(crate) struct Named {
    /// Table: `place`, `cable`, `splice`, ...
    table: &'static str,
    /// Id in that table.
    id: u32,
    /// Business key; empty when the record is gone.
    code: String,
    /// Name; empty when it has none.
    name: String,
}

pub(crate) fn named(network: &Network, id: AnyId) -> Named {
    let tag = network.tag(id);
    let text = |text: Option<&linewright_model::Text>| text.map(ToString::to_string).unwrap_or_default();
    Named {
        table: id.table.name(),
        id: id.raw,
        code: text(tag.map(|tag| &tag.code)),
        name: text(tag.map(|tag| &tag.name)),
    }
}

/// One breach of one rule.
#[derive(Serialize, ToSchema)]
#[schema(as = Finding)]
pub(crate) struct FindingDto {
    /// Number of the rule.
    rule: u8,
    /// Stable code of the rule.
    code: &'static str,
    /// What the rule asks, Chinese and English.
    title: [&'static str; 2],
    /// `error`, `warning`, `info`.
    severity: &'static str,
    /// The record at fault.
    subject: Named,
    /// The other records concerned.
    others: Vec<Named>,
    /// What is wrong, with codes and figures, Chinese and English.
    message: [String; 2],
}

fn dto(network: &Network, finding: &Finding) -> FindingDto {
    let rule = RULES.iter().find(|rule| rule.number == finding.number);
    FindingDto {
        rule: finding.number,
        code: finding.code,
        title: rule.map_or(["", ""], |rule| [rule.title_zh, rule.title_en]),
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        },
        subject: named(network, finding.subject),
        others: finding.others.iter().map(|id| named(network, *id)).collect(),
        message: [finding.message.zh.clone(), finding.message.en.clone()],
    }
}

/// Findings of the consistency rules
///
/// By rule, then by record. Worked out once for each version of the network.
#[utoipa::path(get, path = "/api/v1/findings", tag = "network", params(FindingsOf), responses(
    (status = 200, description = "A page", body = Page<FindingDto>),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "Too much work; the findings are worked out meanwhile: ask again", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn findings(State(api): State<Api>, who: Who, Asked(of): Asked<FindingsOf>) -> Result<Response, Problem> {
    who.must(Permission::Read)?;
    let limit = usize::from(of.limit.map_or(USUAL, |Limit(limit)| limit));
    let from = of.cursor.map_or(0, |Cursor(from)| usize::try_from(from).unwrap_or(usize::MAX));
    let least = match of.severity {
        Some(Least::Error) => Severity::Error,
        Some(Least::Warning) => Severity::Warning,
        Some(Least::Info) | None => Severity::Info,
    };
    if let Some(rule) = of.rule
        && RULES.iter().all(|known| known.number != rule)
    {
        let known = RULES.iter().map(|rule| rule.number.to_string()).collect::<Vec<_>>().join(", ");
        return Err(Problem::invalid("rule", format!("there is no rule {rule}; the rules are {known}")));
    }
    let (held, scope, now) = (api.findings().clone(), who.scope(), api.service().now());
    let region = filter::region(of.region.as_deref(), &scope)?;
    let page = api.service().work(move |at, catalog| {
        let (network, version) = (&at.network, at.version());
        let all = held.held(version).unwrap_or_else(|| {
            let found = Arc::new(audit(network, catalog, now));
            held.hold(version, &found);
            found
        });
        let wanted = |finding: &&Finding| {
            finding.severity <= least
                && of.rule.is_none_or(|rule| rule == finding.number)
                && region.sees(network, finding.subject)
                && scope.sees(network, finding.subject)
        };
        let mut wanted = all.iter().filter(wanted).skip(from);
        let items: Vec<FindingDto> = wanted.by_ref().take(limit).map(|finding| dto(network, finding)).collect();
        let next = wanted.next().map(|_| from.saturating_add(limit).to_string());
        if items.is_empty() {
            filter::check_region(network, &region, &scope)?;
        }
        Ok::<_, Problem>(Page { items, next, version: version.0 })
    });
    let page = page.await??;
    Ok(answer(&api, Json(page)))
}

impl Named {
    /// Puts in a code where the record is gone.
    pub(crate) fn or_code(&mut self, code: Option<&str>) {
        if self.code.is_empty() {
            self.code = code.unwrap_or_default().to_owned();
        }
    }
}

//! Finding elements by code, name or address.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use linewright_model::{AnyId, Network, Tag, phrase};
use linewright_service::Permission;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::{Asked, Limit, Short};
use crate::geometry::{self, Geometry};
use crate::problem::{Problem, ProblemDto};
use crate::resource::answer;
use crate::tiles::{place_word, word};
use crate::who::Who;

/// Hits at most.
const MOST: u16 = 50;

/// And unless asked.
const USUAL: u16 = 20;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Part of a code, a name or an address.
    #[param(value_type = String, min_length = 1, max_length = 200)]
    q: Short<200>,
    /// Hits at most.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 50)]
    limit: Option<Limit<MOST>>,
}

/// Something found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hit {
    /// Table of the record, as in the paths of the API: `places`, `cables`, ...
    #[schema(example = "places")]
    resource: &'static str,
    /// Id in that table.
    id: u32,
    /// Business key.
    code: String,
    /// Name; of an address its text; empty when it has none.
    name: String,
    /// What it is: of a place its kind, sites by their class.
    kind: String,
    /// Where it lies: a point of it.
    position: Option<[f64; 2]>,
    /// West, south, east, north.
    bbox: Option<[f64; 4]>,
}

/// What was found, best first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hits {
    items: Vec<Hit>,
    /// Version of the network.
    version: u64,
}

/// Find elements by code, name or address
///
/// The whole code first, then what begins so, then what contains it.
#[utoipa::path(get, path = "/api/v1/search", tag = "network", params(Search), responses(
    (status = 200, description = "What was found", body = Hits),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn search(State(api): State<Api>, who: Who, Asked(asked): Asked<Search>) -> Result<Response, Problem> {
    who.must(Permission::Read)?;
    let wanted = asked.q.trim().to_owned();
    if wanted.is_empty() {
        return Err(Problem::invalid(
            "q",
            phrase!(
                "give 1 to 200 characters of a code, a name or an address",
                "请填写编码、名称或地址，1 至 200 个字符"
            ),
        ));
    }
    let limit = usize::from(asked.limit.map_or(USUAL, |Limit(limit)| limit));
    let scope = who.scope();
    let hits = api.service().work(move |at, _| {
        let found = at.texts.find(&wanted, limit, |id| scope.sees(&at.network, id));
        let items = found.into_iter().filter_map(|id| hit(&at.network, id)).collect();
        Hits { items, version: at.version().0 }
    });
    let hits = hits.await?;
    Ok(answer(&api, Json(hits)))
}

fn hit(network: &Network, id: AnyId) -> Option<Hit> {
    let tag: &Tag = network.tag(id)?;
    let (resource, kind) = described(network, id)?;
    let geometry = geometry::of(network, id);
    let bbox = geometry.as_ref().and_then(Geometry::bounds);
    let address = id.typed().and_then(|id| network.get::<linewright_model::AddressId>(id));
    Some(Hit {
        resource,
        id: id.raw,
        code: tag.code.to_string(),
        name: address.map_or_else(|| tag.name.to_string(), |address| address.text.to_string()),
        kind,
        position: match geometry {
            Some(Geometry::Point(at)) => Some(at),
            _ => bbox.map(|[west, south, east, north]| [(west + east) / 2.0, (south + north) / 2.0]),
        },
        bbox,
    })
}

/// The path of a record's table, and what kind of thing it is.
pub(crate) fn described(network: &Network, id: AnyId) -> Option<(&'static str, String)> {
    use linewright_model::{CableId, DeviceId, LinkId, PlaceId, SpanId, TableKind, TrailId};
    Some(match id.table {
        TableKind::Place => ("places", place_word(network.get(id.typed::<PlaceId>()?)?.kind)),
        TableKind::Span => ("spans", word(&network.get(id.typed::<SpanId>()?)?.kind)),
        TableKind::Device => ("devices", word(&network.get(id.typed::<DeviceId>()?)?.kind)),
        TableKind::Cable => network.get(id.typed::<CableId>()?).map(|_| ("cables", "cable".to_owned()))?,
        TableKind::Trail => ("trails", word(&network.get(id.typed::<TrailId>()?)?.layer)),
        TableKind::Link => ("links", word(&network.get(id.typed::<LinkId>()?)?.layer)),
        TableKind::Address => ("addresses", "address".to_owned()),
        _ => return None,
    })
}

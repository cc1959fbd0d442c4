//! Lists in pages, and single records.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use linewright_model::{Id, Network, Record, Tag};
use linewright_service::{Permission, Snapshot};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dto::{AddressDto, CableDto, DeviceDto, LinkDto, PlaceDto, Sent, SpanDto, TrailDto};
use super::filter::{LifecycleState, check_kind, check_region, region};
use super::{answer, seen};
use crate::Api;
use crate::extract::{Asked, At, Cursor, Limit, Short};
use crate::geometry::{Bbox, Geometry};
use crate::problem::{Problem, ProblemDto};
use crate::scope::Scope;
use crate::search::described;
use crate::tiles::{Drawn, between};
use crate::who::{Who, reason};

/// Records in a page at most, and unless asked.
const PAGE: u16 = 1_000;
const USUAL: u16 = 100;

/// What is wanted of a list.
#[derive(Deserialize, IntoParams, Clone)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListOf {
    /// West,south,east,north in degrees: only what touches this box.
    #[param(value_type = Option<String>, example = "120.85,31.97,120.90,32.00")]
    bbox: Option<Bbox>,
    /// Part of the code or name.
    #[param(value_type = Option<String>, max_length = 200)]
    q: Option<Short<200>>,
    /// The whole code.
    #[param(value_type = Option<String>, max_length = 300)]
    code: Option<Short<300>>,
    /// Kind, as the records name it; of links and trails their layer. Another word is refused with those there are.
    #[param(value_type = Option<String>, max_length = 40)]
    kind: Option<Short<40>>,
    /// Stage in the life of plant: of places, spans, cables and devices.
    #[param(inline)]
    lifecycle_state: Option<LifecycleState>,
    /// District or county: what lies in it, or reaches into it. One that no place lies in is refused.
    #[param(value_type = Option<String>, max_length = 100)]
    region: Option<Short<100>>,
    /// `next` of the page before.
    #[param(inline)]
    cursor: Option<Cursor>,
    /// Records in the page.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 1000)]
    limit: Option<Limit<PAGE>>,
    /// `geojson` for a FeatureCollection.
    #[param(inline)]
    format: Option<Form>,
}

/// What is wanted of a record.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OneOf {
    /// `show` for the customer as it is: needs the permission `contacts` and the header `X-Reason`, and is written into
    /// the audit log.
    #[param(inline)]
    contacts: Option<Contacts>,
}

/// Whether customers are shown.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Contacts {
    /// As they are.
    Show,
}

/// Form of an answer.
#[derive(Deserialize, ToSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    /// A page of records.
    Json,
    /// A GeoJSON FeatureCollection.
    Geojson,
}

/// A page of records.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The records, by id.
    pub(crate) items: Vec<T>,
    /// Cursor of the next page; none at the end.
    pub(crate) next: Option<String>,
    /// Version of the network.
    pub(crate) version: u64,
}

#[derive(Serialize)]
struct Feature<T> {
    r#type: &'static str,
    id: u32,
    geometry: Option<Geometry>,
    properties: T,
}

#[derive(Serialize)]
struct Features<T> {
    r#type: &'static str,
    features: Vec<Feature<T>>,
    next: Option<String>,
    version: u64,
}

/// How records of a table are found on the map.
trait OnMap: Sent {
    /// The id of something drawn, if it is of this table.
    fn drawn(what: Drawn) -> Option<<Self::Record as Record>::Id>;
    /// Whether all records of this table that lie somewhere are drawn.
    const ALL_DRAWN: bool;
}

macro_rules! on_map {
    ($($dto:ident $all:literal: $($pattern:pat => $id:expr)?;)*) => {
        $(impl OnMap for $dto {
            const ALL_DRAWN: bool = $all;

            fn drawn(what: Drawn) -> Option<<Self::Record as Record>::Id> {
                match what {
                    $($pattern => Some($id),)?
                    _ => None,
                }
            }
        })*
    };
}
on_map! {
    PlaceDto true: Drawn::Place(id) | Drawn::Premises(id) => id;
    SpanDto true: Drawn::Span(id) => id;
    CableDto true: Drawn::Cable(id) => id;
    AddressDto false: Drawn::Address(id) => id;
    DeviceDto false: ;
    TrailDto false: ;
    LinkDto false: ;
}

struct Wanted {
    of: ListOf,
    scope: Scope,
    /// What touches the region that was asked for.
    region: Scope,
    after: Option<u32>,
    limit: usize,
    /// Ids on the map, where a box was asked for and the table is drawn.
    inside: Option<Vec<u32>>,
}

impl Wanted {
    fn fits<D: Sent>(&self, network: &Network, id: <D::Record as Record>::Id, tag: &Tag) -> bool {
        let contains = |text: &str, part: &str| text.to_lowercase().contains(part);
        self.of.code.as_ref().is_none_or(|code| *tag.code == **code)
            && self.of.q.as_ref().is_none_or(|q| contains(&tag.code, q) || contains(&tag.name, q))
            && self.of.kind.as_ref().is_none_or(|kind| described(network, id.any()).is_some_and(|(_, k)| *k == **kind))
            && self.of.lifecycle_state.is_none_or(|state| state.is_of(network, id.any()))
            && self.region.sees(network, id.any())
            && self.scope.sees(network, id.any())
    }

    fn page<D: Sent>(&self, at: &Snapshot) -> Page<D> {
        let network = &at.network;
        let mut items: Vec<D> = Vec::new();
        let mut next = None;
        let all: Box<dyn Iterator<Item = <D::Record as Record>::Id>> = match &self.inside {
            Some(ids) => Box::new(ids.iter().map(|raw| Id::from_raw(*raw))),
            None => Box::new(network.all::<D::Record>().map(|(id, _)| id)),
        };
        for id in all.filter(|id| self.after.is_none_or(|after| id.raw() > after)) {
            let Some(record) = network.get(id) else { continue };
            if !self.fits::<D>(network, id, record.tag()) {
                continue;
            }
            let dto = D::of(network, id, record);
            if self.of.bbox.is_some_and(|bbox| !dto.geometry().is_some_and(|geometry| bbox.touches(geometry))) {
                continue;
            }
            if items.len() == self.limit {
                next = items.last().map(|last| last.id().to_string());
                break;
            }
            items.push(dto);
        }
        Page { items, next, version: at.version().0 }
    }
}

async fn list<D: OnMap + Serialize + Send + 'static>(api: Api, who: Who, of: ListOf) -> Result<Response, Problem> {
    who.must(Permission::Read)?;
    let limit = usize::from(of.limit.map_or(USUAL, |Limit(limit)| limit));
    // No id is above that.
    let after = of.cursor.map(|Cursor(after)| u32::try_from(after).unwrap_or(u32::MAX));
    let form = of.format.unwrap_or(Form::Json);
    let table = <<D::Record as Record>::Id as Id>::TABLE;
    check_kind(of.kind.as_deref(), table)?;
    LifecycleState::check(of.lifecycle_state, table)?;
    let scope = who.scope();
    let region = region(of.region.as_deref(), &scope)?;
    let mut wanted = Wanted { scope, region, after, limit, inside: None, of };
    wanted.of.q = wanted.of.q.map(|q| Short(q.trim().to_lowercase())).filter(|q| !q.is_empty());
    if let Some(bbox) = wanted.of.bbox {
        let snapshot = api.service().snapshot();
        let index = api.tiles().index(&snapshot).await?;
        let drawn = between(&index, bbox.corners()?).into_iter().filter_map(D::drawn);
        let mut ids: Vec<u32> = drawn.map(Id::raw).collect();
        ids.sort_unstable();
        wanted.inside = Some(ids).filter(|_| D::ALL_DRAWN);
    }
    let page = api.service().work(move |at, _| {
        let page = wanted.page::<D>(at);
        if page.items.is_empty() {
            check_region(&at.network, &wanted.region, &wanted.scope)?;
        }
        Ok::<_, Problem>(page)
    });
    let page = page.await??;
    Ok(match form {
        Form::Json => answer(&api, Json(page)),
        Form::Geojson => {
            let mut response = answer(&api, Json(features(page)));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/geo+json"));
            response
        }
    })
}

fn features<D: Sent>(page: Page<D>) -> Features<D> {
    let feature =
        |mut dto: D| Feature { r#type: "Feature", id: dto.id(), geometry: dto.take_geometry(), properties: dto };
    Features {
        r#type: "FeatureCollection",
        features: page.items.into_iter().map(feature).collect(),
        next: page.next,
        version: page.version,
    }
}

async fn one<D: Sent + Serialize>(
    api: Api,
    who: Who,
    headers: &HeaderMap,
    raw: u32,
    of: OneOf,
) -> Result<Response, Problem> {
    let snapshot = api.service().snapshot();
    let network = &snapshot.network;
    let id = <D::Record as Record>::Id::from_raw(raw);
    let record = seen(&who, network, id)?;
    let etag = format!("\"{}\"", network.revision(id.any()).unwrap_or_default());
    let mut dto = D::of(network, id, record);
    if of.contacts.is_some() {
        who.must(Permission::Contacts)?;
        let why = reason(headers)?;
        // Written before it is read.
        api.service().accounts().audit(&who.0, "contacts.read", &id.to_string(), &why).await?;
        dto.unmask(record);
    }
    let mut response = match headers.get(IF_NONE_MATCH) {
        Some(asked) if asked.as_bytes() == etag.as_bytes() => StatusCode::NOT_MODIFIED.into_response(),
        _ => Json(dto).into_response(),
    };
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(ETAG, etag);
    }
    Ok(answer(&api, response))
}

macro_rules! resources {
    ($($list:ident $one:ident $path:literal $item:literal $dto:ident $all:literal $single:literal;)*) => {
        pub(super) fn routes() -> OpenApiRouter<Api> {
            OpenApiRouter::new()$(.routes(routes!($list)).routes(routes!($one)))*
        }

        $(
            #[utoipa::path(get, path = $path, tag = "network", summary = $all, params(ListOf), responses(
                (status = 200, description = "A page; with `format=geojson` a FeatureCollection",
                    content((Page<$dto> = "application/json"), (serde_json::Value = "application/geo+json"))),
                (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
                (status = "5XX", description = "Too much work", body = ProblemDto, content_type = "application/problem+json"),
            ))]
            async fn $list(State(api): State<Api>, who: Who, Asked(of): Asked<ListOf>) -> Result<Response, Problem> {
                list::<$dto>(api, who, of).await
            }

            #[utoipa::path(get, path = $item, tag = "network", summary = $single,
                params(("id" = u32, Path, description = "Id in the table"), OneOf,
                    ("X-Reason" = Option<String>, Header, description = "Why customers are read, percent-encoded")),
                responses(
                    (status = 200, description = "The record; its ETag is its revision", body = $dto),
                    (status = 304, description = "Unchanged since the ETag sent in If-None-Match"),
                    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
                ))]
            async fn $one(
                State(api): State<Api>,
                who: Who,
                headers: HeaderMap,
                At(id): At<u32>,
                Asked(of): Asked<OneOf>,
            ) -> Result<Response, Problem> {
                one::<$dto>(api, who, &headers, id, of).await
            }
        )*
    };
}
resources! {
    places place "/api/v1/places" "/api/v1/places/{id}" PlaceDto "Sites, manholes, poles, cabinets, boxes, premises" "A place";
    spans span "/api/v1/spans" "/api/v1/spans/{id}" SpanDto "Ducts, pole lines and other spans" "A span";
    cables cable "/api/v1/cables" "/api/v1/cables/{id}" CableDto "Cable sections" "A cable section";
    devices device "/api/v1/devices" "/api/v1/devices/{id}" DeviceDto "Frames, splitters and network elements" "A device";
    trails trail "/api/v1/trails" "/api/v1/trails/{id}" TrailDto "Optical routes and circuits: who holds what" "A trail";
    links link "/api/v1/links" "/api/v1/links/{id}" LinkDto "Links of the Fibre layer and above" "A link";
    addresses address "/api/v1/addresses" "/api/v1/addresses/{id}" AddressDto "Standard addresses" "A standard address";
}

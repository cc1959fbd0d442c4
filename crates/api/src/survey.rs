//! The survey 勘察: can this point be served, how, over what exactly, at what cost, by when?

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use linewright_catalog::Bandwidth;
use linewright_model::crs::Crs;
use linewright_model::{Phrase, phrase};
use linewright_plan::{SurveyRequest, Where};
use linewright_service::Permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::{Body, Object, Short};
use crate::problem::{Kind, Problem, ProblemDto};
use crate::resource::answer;
use crate::scope::region_of;
use crate::who::Who;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(survey)).routes(routes!(products))
}

/// How an end of the line is named: exactly one of position, place and address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct End {
    /// Longitude and latitude in degrees, or easting and northing in metres, in the system `crs`.
    position: Option<[f64; 2]>,
    /// Coordinate system of `position`: `wgs84`, `cgcs2000`, `gk3:120`, `gcj02`, `bd09`.
    #[schema(value_type = Option<String>, default = "wgs84", max_length = 40)]
    crs: Option<Short<40>>,
    /// Code or name of a place.
    #[schema(max_length = 200)]
    place: Option<String>,
    /// Code of a standard address, or enough of its text.
    #[schema(max_length = 200)]
    address: Option<String>,
}

/// What is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SurveyOf {
    /// The customer's end.
    #[schema(value_type = End)]
    customer: Object<End>,
    /// The far end; none for any equipment that can serve.
    #[schema(value_type = Option<End>)]
    far: Option<Object<End>>,
    /// Product code; `GET /api/v1/products` lists them.
    #[schema(value_type = String, example = "internet", max_length = 100)]
    product: Short<100>,
    /// Bandwidth, such as `64k`, `10M` or `2.5G`.
    #[schema(value_type = Option<String>, default = "10M", example = "100M", max_length = 40)]
    bandwidth: Option<Short<40>>,
    /// Whether two ways are wanted that share no duct, manhole or building entry.
    #[serde(default)]
    protect: bool,
    /// How many alternatives to show; as the policy table says when left out.
    #[schema(minimum = 1, maximum = 20)]
    alternatives: Option<u8>,
    /// Plant announced for later than this day is not offered.
    latest: Option<NaiveDate>,
}

impl End {
    fn read(self, field: &'static str) -> Result<Where, Problem> {
        let wrong = |part: &str, reason: Phrase| Err(Problem::invalid(format!("{field}.{part}"), reason));
        let crs: Crs = match self.crs.as_deref().unwrap_or("wgs84").parse() {
            Ok(crs) => crs,
            Err(error) => return wrong("crs", error.phrase()),
        };
        match (self.position, self.place, self.address) {
            (Some([x, y]), None, None) => Ok(Where::At { x, y, crs }),
            (None, Some(place), None) if fits(&place) => Ok(Where::Place(place)),
            (None, None, Some(address)) if fits(&address) => Ok(Where::Address(address)),
            (None, Some(_), None) => wrong("place", phrase!("give 1 to 200 characters", "请填写 1 至 200 个字符")),
            (None, None, Some(_)) => wrong("address", phrase!("give 1 to 200 characters", "请填写 1 至 200 个字符")),
            _ => Err(Problem::invalid(
                field,
                phrase!("give exactly one of position, place and address", "坐标、地点、地址三者须且只能填写一项"),
            )),
        }
    }
}

fn fits(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 200
}

impl SurveyOf {
    fn read(self) -> Result<SurveyRequest, Problem> {
        let bandwidth = Bandwidth::parse(self.bandwidth.as_deref().unwrap_or("10M"));
        Ok(SurveyRequest {
            customer: self.customer.0.read("customer")?,
            far: self.far.map(|far| far.0.read("far")).transpose()?,
            product: self.product.0,
            bandwidth: bandwidth
                .map_err(|error| Problem::invalid("bandwidth", Phrase::new(error.to_string(), error.zh())))?,
            protect: self.protect,
            alternatives: self.alternatives.map(usize::from),
            latest: self.latest,
        })
    }
}

/// Survey a point
///
/// Ranked ways to connect, element by element, with light budget, bill and lead time; what cannot serve, and why. The
/// answer is the same value as that of `linewright survey --json`. Nothing is reserved.
#[utoipa::path(post, path = "/api/v1/survey", tag = "plan", request_body = SurveyOf, responses(
    (status = 200, description = "The answer", body = crate::wire::Survey),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "Too much work, or not finished in time", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn survey(State(api): State<Api>, who: Who, Body(asked): Body<SurveyOf>) -> Result<Response, Problem> {
    who.must(Permission::Survey)?;
    let request = asked.read()?;
    let answered = api.service().survey(request).await?;
    if let Some(region) = who.scope().region() {
        let snapshot = api.service().snapshot();
        let at = answered.customer.position;
        let named = |id, _: &linewright_model::Place| region_of(&snapshot.network, id).is_some();
        let near =
            at.and_then(|at| snapshot.topology.nearest_places(&snapshot.network, at, f64::INFINITY, 1, &named).pop());
        if near.is_none_or(|(id, _)| region_of(&snapshot.network, id) != Some(region)) {
            return Err(Problem::new(
                Kind::OtherRegion,
                phrase!("the customer lies outside your region", "该客户不在您的区域内"),
            )
            .of_field("customer"));
        }
    }
    Ok(answer(&api, Json(answered)))
}

/// Something that is sold.
#[derive(Serialize, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductDto {
    /// The code requests use.
    code: String,
    /// Chinese and English.
    name: [String; 2],
    /// Lowest and highest bandwidth sold.
    bandwidth: [String; 2],
    /// Access solutions, preferred first: `pon`, `ethernet-p2p`, `sdh`.
    access: Vec<String>,
}

/// What is sold
#[utoipa::path(get, path = "/api/v1/products", tag = "plan", responses(
    (status = 200, description = "The products of the catalogue", body = Vec<ProductDto>),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn products(State(api): State<Api>, who: Who) -> Result<Json<Vec<ProductDto>>, Problem> {
    who.must(Permission::Read)?;
    let products = api.service().catalog().products().product.iter().map(|product| ProductDto {
        code: product.code.clone(),
        name: [product.name.zh.clone(), product.name.en.clone()],
        bandwidth: product.bandwidth.map(|bandwidth| bandwidth.to_string()),
        access: product.access.iter().map(ToString::to_string).collect(),
    });
    Ok(Json(products.collect()))
}

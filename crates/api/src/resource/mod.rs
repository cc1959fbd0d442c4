//! Records of the network as resources.

mod dto;
pub(crate) mod filter;
mod list;
mod mask;
mod slots;

use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use linewright_model::{Id, Network, Stored, phrase};
use linewright_service::Permission;
use utoipa_axum::router::OpenApiRouter;

use crate::Api;
use crate::problem::{Kind, Problem};
use crate::who::Who;
pub(crate) use list::Page;
pub(crate) use mask::mask_trace;

/// Version of the network that an answer is about.
const VERSION: &str = "linewright-version";
/// Seconds since which nobody has confirmed that it is the newest.
const AGE: &str = "linewright-snapshot-age";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    list::routes().merge(slots::routes())
}

/// The record of an id, for who may see it.
fn seen<'a, I: Id<Record: Stored>>(who: &Who, network: &'a Network, id: I) -> Result<&'a I::Record, Problem> {
    who.must(Permission::Read)?;
    let record = network
        .get(id)
        .ok_or_else(|| Problem::not_found(phrase!("there is no {id}", "没有此对象：{id}")).of_field("id"))?;
    if !who.scope().sees(network, id.any()) {
        return Err(Problem::new(Kind::OtherRegion, phrase!("{id} lies outside your region", "{id} 不在您的区域内"))
            .of_field("id"));
    }
    Ok(record)
}

/// An answer about the network, saying at which version and how old.
pub(crate) fn answer(api: &Api, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(VERSION, HeaderValue::from(api.service().snapshot().version().0));
    headers.insert(AGE, HeaderValue::from(api.service().age().num_seconds()));
    response
}

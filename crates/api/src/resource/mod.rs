//! Records of the network as resources.

mod dto;
pub(crate) mod filter;
mod list;
mod mask;
mod slots;

use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;

use crate::Api;
pub(crate) use list::Page;
pub(crate) use mask::mask_trace;

/// Version of the network that an answer is about.
const VERSION: &str = "linewright-version";
/// Seconds since which nobody has confirmed that it is the newest.
const AGE: &str = "linewright-snapshot-age";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    list::routes().merge(slots::routes())
}

/// An answer about the network, saying at which version and how old.
pub(crate) fn answer(api: &Api, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(VERSION, HeaderValue::from(api.service().snapshot().version().0));
    headers.insert(AGE, HeaderValue::from(api.service().age().num_seconds()));
    response
}

//! The description of the service, a page that shows it, and the console.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::problem::{Lang, Problem};
use crate::who::COOKIE_NAME;
use crate::{Api, Asset};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Linewright", description = "Can this address be served, how, over exactly which cores, at what cost, by when?\n\n\
        Names follow TM Forum and ITU-T where they have a word. Lengths are metres, losses dB, money whole CNY, times UTC, \
        positions WGS-84 longitude and latitude in degrees. Errors are RFC 9457 problems in the language of `Accept-Language` \
        (`en`, `zh`). A browser logs in with `POST /api/v1/session` and repeats the `csrf_token` in `X-CSRF-Token`; a program \
        sends `Authorization: Bearer TOKEN`. Every answer about the network bears `Linewright-Version` and \
        `Linewright-Snapshot-Age` (seconds).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")),
    security(("cookie" = []), ("token" = [])),
    tags(
        (name = "session", description = "Log in, log out"),
        (name = "network", description = "Records of the network"),
        (name = "plan", description = "Surveys, traces, impact"),
        (name = "exchange", description = "Files in and out"),
        (name = "people", description = "Accounts, tokens, the audit log"),
        (name = "map", description = "Vector tiles and GeoJSON"),
        (name = "system", description = "How the service is"),
    ),
)]
pub(crate) struct Described;

/// Bytes as they are.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "read by the derive alone")]
pub(crate) struct Binary(Vec<u8>);

/// The description with what the code does not say by itself.
pub(crate) fn finished(mut api: OpenApi) -> OpenApi {
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE_NAME))));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    api
}

/// The description as a file, and a page that shows it.
pub(crate) fn routes(api: OpenApi) -> Router<Api> {
    // A description is plain data: it has a JSON form.
    let json: &'static str = String::leak(api.to_pretty_json().unwrap_or_default());
    let json_of = move || async move { ([(CONTENT_TYPE, "application/json")], json) };
    Router::new()
        .route("/api/v1/openapi.json", get(json_of))
        .route("/api/v1/docs", get(|| async { page("text/html; charset=utf-8", include_str!("docs/viewer.html")) }))
        .route(
            "/api/v1/docs.js",
            get(|| async { page("text/javascript; charset=utf-8", include_str!("docs/viewer.js")) }),
        )
}

fn page(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text).into_response()
}

/// The console, at every path that is none of the service's.
pub(crate) async fn console(State(api): State<Api>, headers: HeaderMap, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || path.starts_with("api/") {
        return Problem::nothing_here().into_response();
    }
    let Some(find) = api.config().console else {
        let text =
            Lang::of(&headers).pick(include_str!("docs/no_console.en.html"), include_str!("docs/no_console.zh.html"));
        let status = if path.is_empty() { StatusCode::OK } else { StatusCode::NOT_FOUND };
        return (status, page("text/html; charset=utf-8", text)).into_response();
    };
    let name = if path.is_empty() { "index.html" } else { path };
    // The console is one page, and says so itself at any other; what looks like a file must be one.
    let looks_like_page = !name.rsplit('/').next().unwrap_or_default().contains('.');
    let page = || find("index.html").filter(|_| looks_like_page).map(|asset| (StatusCode::NOT_FOUND, asset));
    match find(name).map(|asset| (StatusCode::OK, asset)).or_else(page) {
        Some((status, Asset { bytes, media_type, immutable })) => {
            let keep = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
            (status, [(CONTENT_TYPE, media_type), (CACHE_CONTROL, keep)], bytes).into_response()
        }
        None => Problem::nothing_here().into_response(),
    }
}

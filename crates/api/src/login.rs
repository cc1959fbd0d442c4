//! Logging in at another door: a browser goes to the provider and comes back.

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use linewright_service::oidc::{ATTEMPT, Returned};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::{Asked, Short};
use crate::problem::{Problem, ProblemDto, internal};
use crate::session::session_cookie;
use crate::who::{From, named_cookie};

/// Cookie of a browser that is at the provider. Lax: it must come along when the provider sends the browser back.
const ATTEMPT_COOKIE: &str = "linewright_login";

/// Where that cookie goes.
const ATTEMPT_PATH: &str = "/api/v1/login";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(ways)).routes(routes!(begin)).routes(routes!(come_back))
}

/// Ways to log in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ways {
    /// The provider people may log in at; none where there is none.
    oidc: Option<Door>,
}

/// A provider of log-ins.
#[derive(Serialize, ToSchema)]
pub(crate) struct Door {
    /// What people call it.
    name: String,
    /// Where a browser goes.
    href: &'static str,
}

/// What a provider sends a browser back with (RFC 6749 §4.1.2, RFC 9207).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReturnedOf {
    /// As it was sent along.
    #[param(value_type = Option<String>, max_length = 200)]
    state: Option<Short<200>>,
    /// To be redeemed.
    #[param(value_type = Option<String>, max_length = 4096)]
    code: Option<Short<4096>>,
    /// Why not.
    #[param(value_type = Option<String>, max_length = 200)]
    error: Option<Short<200>>,
    /// Who says so.
    #[param(value_type = Option<String>, max_length = 500)]
    iss: Option<Short<500>>,
}

/// How one may log in
///
/// Beside name and password.
#[utoipa::path(get, path = "/api/v1/login", tag = "session", security(()), responses(
    (status = 200, description = "The ways", body = Ways),
))]
async fn ways(State(api): State<Api>) -> Json<Ways> {
    let door = |provider: &linewright_service::oidc::Provider| Door {
        name: provider.name().to_owned(),
        href: "/api/v1/login/oidc",
    };
    Json(Ways { oidc: api.service().provider().map(door) })
}

/// Log in at the provider (OpenID Connect)
///
/// For browsers: it sends them there. Where `Accept` names `text/html` a refusal sends them to the console, which says why.
#[utoipa::path(get, path = "/api/v1/login/oidc", tag = "session", security(()), responses(
    (status = 303, description = "To the provider, or back to the console"),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The provider or the database cannot be reached", body = ProblemDto,
        content_type = "application/problem+json"),
))]
async fn begin(State(api): State<Api>, from: From, headers: HeaderMap) -> Response {
    sent_away(&api, &from).await.unwrap_or_else(|problem| refused(problem, &headers))
}

async fn sent_away(api: &Api, from: &From) -> Result<Response, Problem> {
    api.count_log_in(&from.0)?;
    let begun = api.service().begin_sign_in().await?;
    let cookie = attempt_cookie(api, begun.secret.reveal(), ATTEMPT.num_seconds())?;
    Ok(([(SET_COOKIE, cookie)], see_other(&begun.url)?).into_response())
}

/// Come back from the provider
///
/// Where the provider sends browsers; opens a session and sends them to the console. Works once.
#[utoipa::path(get, path = "/api/v1/login/oidc/return", tag = "session", security(()), params(ReturnedOf), responses(
    (status = 303, description = "Logged in, or back to the console with a reason",
        headers(("Set-Cookie" = String, description = "The session"))),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The provider or the database cannot be reached", body = ProblemDto,
        content_type = "application/problem+json"),
))]
async fn come_back(
    State(api): State<Api>,
    from: From,
    headers: HeaderMap,
    returned: Result<Asked<ReturnedOf>, Problem>,
) -> Response {
    let mut response = match returned {
        Ok(Asked(returned)) => welcomed(&api, &from, &headers, returned).await,
        Err(problem) => Err(problem),
    }
    .unwrap_or_else(|problem| refused(problem, &headers));
    if let Ok(spent) = attempt_cookie(&api, "", 0) {
        response.headers_mut().append(SET_COOKIE, spent);
    }
    response
}

async fn welcomed(api: &Api, from: &From, headers: &HeaderMap, of: ReturnedOf) -> Result<Response, Problem> {
    api.count_log_in(&from.0)?;
    let secret = named_cookie(headers, ATTEMPT_COOKIE);
    fn text<const MOST: usize>(given: Option<Short<MOST>>) -> Option<String> {
        given.map(|Short(text)| text)
    }
    let returned = Returned {
        state: text(of.state).unwrap_or_default(),
        code: text(of.code),
        error: text(of.error),
        issuer: text(of.iss),
    };
    let logged_in = api.service().end_sign_in(secret.as_ref(), returned).await?;
    Ok(([(SET_COOKIE, session_cookie(api, &logged_in)?)], see_other("/")?).into_response())
}

fn attempt_cookie(api: &Api, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let tls = api.config().secure_cookies || api.service().provider().is_some_and(|provider| provider.secure());
    let secure = if tls { "; Secure" } else { "" };
    let text =
        format!("{ATTEMPT_COOKIE}={value}; Path={ATTEMPT_PATH}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).map_err(|error| internal(&error.to_string()))
}

fn see_other(place: &str) -> Result<Response, Problem> {
    let place = HeaderValue::from_str(place).map_err(|error| internal(&error.to_string()))?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response())
}

/// A refusal: for a person's browser the console with the kind of the problem, for others the problem.
fn refused(problem: Problem, headers: &HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accepted.contains("text/html") {
        return problem.into_response();
    }
    see_other(&format!("/#refused={}", problem.word())).unwrap_or_else(IntoResponse::into_response)
}

//! Logging in and out, and who one is.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use linewright_model::phrase;
use linewright_service::accounts::{Caller, LoggedIn, Via};
use linewright_service::{Secret, ServiceError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::Body;
use crate::problem::{Problem, ProblemDto, internal};
use crate::who::{COOKIE_NAME, From, Who, cookie, same_site};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(log_in, me, log_out)).routes(routes!(set_up)).routes(routes!(change_password))
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogIn {
    /// Login name.
    #[schema(max_length = 64)]
    username: String,
    /// Password.
    #[schema(max_length = 200, format = Password)]
    password: String,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUp {
    /// What follows `#setup=` in the link printed at the first start.
    link: String,
    /// Login name.
    #[schema(min_length = 1, max_length = 64)]
    username: String,
    /// Password.
    #[schema(min_length = 10, max_length = 200, format = Password)]
    password: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The password so far.
    #[schema(max_length = 200, format = Password)]
    old: String,
    /// The new one.
    #[schema(min_length = 10, max_length = 200, format = Password)]
    password: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// Login name.
    username: String,
    /// Name for people; empty for none.
    display_name: String,
    /// Role, by its word.
    #[schema(example = "planner")]
    role: &'static str,
    /// Role in Chinese and English.
    role_name: [&'static str; 2],
    /// What the account may do, as far as this session or token goes.
    permissions: Vec<&'static str>,
    /// District or county the account is bound to.
    region: Option<String>,
    /// When the account ends.
    expires_at: Option<DateTime<Utc>>,
    /// To be repeated in the header `X-CSRF-Token` of requests that change something; none for tokens.
    csrf_token: Option<String>,
}

impl Me {
    fn of(caller: &Caller) -> Self {
        let row = caller.role.row();
        Self {
            username: caller.name.clone(),
            display_name: caller.display_name.clone(),
            role: row.word,
            role_name: [row.zh, row.en],
            permissions: caller.permissions().into_iter().map(|permission| permission.word()).collect(),
            region: caller.region.clone(),
            expires_at: caller.expires_at,
            csrf_token: match &caller.via {
                Via::Session { csrf } => Some(csrf.clone()),
                Via::Token { .. } => None,
            },
        }
    }
}

/// Log in
///
/// Sets the cookie `linewright_session` (HttpOnly, SameSite=Strict). After five wrong passwords in a row the account is
/// locked for a quarter of an hour.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", security(()), request_body = LogIn, responses(
    (status = 200, description = "Logged in", body = Me, headers(("Set-Cookie" = String, description = "The session"))),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn log_in(
    State(api): State<Api>,
    from: From,
    headers: HeaderMap,
    Body(given): Body<LogIn>,
) -> Result<Response, Problem> {
    same_site(&headers)?;
    api.count_log_in(&from.0)?;
    let logged_in = api.service().accounts().log_in(&given.username, &given.password).await?;
    welcome(&api, &logged_in)
}

fn welcome(api: &Api, logged_in: &LoggedIn) -> Result<Response, Problem> {
    let set = session_cookie(api, logged_in)?;
    Ok(([(SET_COOKIE, set)], Json(Me::of(&logged_in.caller))).into_response())
}

/// The cookie of somebody who has just logged in, by whichever way.
pub(crate) fn session_cookie(api: &Api, logged_in: &LoggedIn) -> Result<HeaderValue, Problem> {
    let left = (logged_in.expires_at - api.service().now()).num_seconds().max(0);
    set_cookie(api, logged_in.secret.reveal(), left)
}

fn set_cookie(api: &Api, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = if api.config().secure_cookies { "; Secure" } else { "" };
    let text = format!("{COOKIE_NAME}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).map_err(|error| internal(&error.to_string()))
}

/// Who is logged in
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses(
    (status = 200, description = "Who", body = Me),
    (status = 401, description = "Nobody", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn me(who: Who) -> Json<Me> {
    Json(Me::of(&who.0))
}

/// Log out
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses(
    (status = 204, description = "Logged out"),
    (status = "4XX", description = "Nobody was logged in", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn log_out(State(api): State<Api>, headers: HeaderMap, who: Who) -> Result<Response, Problem> {
    if let Some(secret) = cookie(&headers) {
        api.service().accounts().log_out(&who.0, &secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, set_cookie(&api, "", 0)?)]).into_response())
}

/// Make the first administrator
///
/// Works once, with the link that the first start prints, and logs in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "session", security(()), request_body = SetUp, responses(
    (status = 200, description = "Made and logged in", body = Me),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn set_up(
    State(api): State<Api>,
    from: From,
    headers: HeaderMap,
    Body(given): Body<SetUp>,
) -> Result<Response, Problem> {
    same_site(&headers)?;
    api.count_log_in(&from.0)?;
    let reason = phrase!("this is no setup link", "这不是初始化链接");
    let link = Secret::given(&given.link).ok_or(ServiceError::Invalid { field: "link", reason })?;
    let logged_in = api.service().accounts().set_up(&link, &given.username, &given.password).await?;
    welcome(&api, &logged_in)
}

/// Change one's own password
///
/// All sessions of the account end, this one too.
#[utoipa::path(post, path = "/api/v1/session/password", tag = "session", request_body = NewPassword, responses(
    (status = 204, description = "Changed"),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn change_password(
    State(api): State<Api>,
    who: Who,
    Body(given): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    api.service().accounts().change_password(&who.0, &given.old, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

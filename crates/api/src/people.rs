//! Accounts and tokens, for those who manage them.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use linewright_service::accounts::{Altered, NewAccount, NewToken, Outside};
use linewright_service::{Permission, ROLES, Role, ServiceError};
use linewright_store::Account;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::extract::{At, Body};
use crate::once::{self, Once};
use crate::problem::{Problem, ProblemDto};
use crate::who::Who;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(roles))
        .routes(routes!(accounts, add_account))
        .routes(routes!(account, change_account))
        .routes(routes!(tokens, add_token))
        .routes(routes!(revoke_token))
}

/// A role and what it may do.
#[derive(Serialize, ToSchema)]
#[schema(as = Role)]
pub(crate) struct RoleDto {
    /// Stable word.
    role: &'static str,
    /// Chinese and English.
    name: [&'static str; 2],
    /// What it may do.
    permissions: Vec<&'static str>,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountDto {
    username: String,
    /// Counts its changes; also its ETag.
    revision: u64,
    /// Name for people; empty for none.
    display_name: String,
    role: String,
    /// District or county it is bound to; empty for all.
    region: String,
    disabled: bool,
    created_at: DateTime<Utc>,
    /// When it ends.
    expires_at: Option<DateTime<Utc>>,
    /// Until when no password is looked at.
    locked_until: Option<DateTime<Utc>>,
    /// Whom the provider of log-ins knows it as; none for an account that is not linked.
    subject: Option<String>,
}

impl AccountDto {
    fn of(account: Account, subject: Option<String>) -> Self {
        Self {
            username: account.name,
            revision: account.revision,
            display_name: account.display_name,
            role: account.role,
            region: account.region,
            disabled: account.disabled,
            created_at: account.created_at,
            expires_at: account.expires_at,
            locked_until: account.locked_until,
            subject,
        }
    }
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountOf {
    #[schema(min_length = 1, max_length = 64)]
    username: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    display_name: String,
    /// A role of `GET /api/v1/roles`.
    #[schema(max_length = 40)]
    role: String,
    /// District or county to bind it to.
    #[schema(max_length = 100)]
    region: Option<String>,
    /// When it ends: for contractors.
    expires_at: Option<DateTime<Utc>>,
    #[schema(min_length = 10, max_length = 200, format = Password)]
    password: String,
}

/// What to change of an account; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountChange {
    /// Whether it may not log in.
    disabled: Option<bool>,
    /// A new password.
    #[schema(min_length = 10, max_length = 200, format = Password)]
    password: Option<String>,
    /// Another role of `GET /api/v1/roles`, where it does not follow the provider of log-ins.
    #[schema(max_length = 40)]
    role: Option<String>,
    /// District or county to bind it to; empty for all.
    #[schema(max_length = 100)]
    region: Option<String>,
    /// When it ends; null for no end.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Option<Option<DateTime<Utc>>>,
    /// Whom the service's provider of log-ins knows: they may log in as this account. Empty to take the link away.
    #[schema(max_length = 255)]
    subject: Option<String>,
}

/// Tells a value that is null from one that is left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenDto {
    id: String,
    /// Login name of the account it acts for.
    account: String,
    /// What it is for.
    name: String,
    /// What it may do.
    scope: Vec<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenOf {
    #[schema(max_length = 64)]
    account: String,
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Permissions it gets of those of the account.
    #[schema(min_items = 1, max_items = 10)]
    scope: Vec<String>,
    /// At most a year from now; a month for an account whose role follows the provider of log-ins.
    expires_at: DateTime<Utc>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    id: String,
    /// The secret: shown this once; none where a repeated request is answered, since it is kept nowhere.
    token: Option<String>,
}

/// Roles, and what they may do
#[utoipa::path(get, path = "/api/v1/roles", tag = "people", responses(
    (status = 200, description = "The one table", body = Vec<RoleDto>),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn roles(_who: Who) -> Json<Vec<RoleDto>> {
    let role = |row: &linewright_service::RoleRow| RoleDto {
        role: row.word,
        name: [row.zh, row.en],
        permissions: row.may.iter().map(|permission| permission.word()).collect(),
    };
    Json(ROLES.iter().map(role).collect())
}

/// All accounts
#[utoipa::path(get, path = "/api/v1/accounts", tag = "people", responses(
    (status = 200, description = "By name", body = Vec<AccountDto>),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn accounts(State(api): State<Api>, who: Who) -> Result<Json<Vec<AccountDto>>, Problem> {
    who.must(Permission::Accounts)?;
    let accounts = api.service().accounts();
    let outside = accounts.identities().await?.into_iter();
    let mut outside: HashMap<String, String> = outside.map(|who| (who.account, who.subject)).collect();
    let all = accounts.all().await?.into_iter().map(|account| {
        let subject = outside.remove(&account.name);
        AccountDto::of(account, subject)
    });
    Ok(Json(all.collect()))
}

/// One account
#[utoipa::path(get, path = "/api/v1/accounts/{username}", tag = "people",
    params(("username" = String, Path, description = "Login name")), responses(
    (status = 200, description = "The account; its ETag is its revision", body = AccountDto),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn account(State(api): State<Api>, who: Who, At(name): At<String>) -> Result<Response, Problem> {
    who.must(Permission::Accounts)?;
    let accounts = api.service().accounts();
    let account = accounts.one(&name).await?.ok_or_else(|| no_account(&name))?;
    let identities = accounts.identities().await?;
    let subject = identities.into_iter().find(|who| who.account == name).map(|who| who.subject);
    let etag = format!("\"{}\"", account.revision);
    Ok(([(ETAG, etag)], Json(AccountDto::of(account, subject))).into_response())
}

/// Make an account
///
/// `Idempotency-Key` makes a repeated request answer as the first; whether the password is the same is not looked at.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "people", request_body = AccountOf,
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 128 characters, such as a UUID")), responses(
    (status = 201, description = "Made"),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn add_account(
    State(api): State<Api>,
    who: Who,
    headers: HeaderMap,
    Body(of): Body<AccountOf>,
) -> Result<StatusCode, Problem> {
    who.must(Permission::Accounts)?;
    let role = role(&of.role)?;
    printable("display_name", &of.display_name)?;
    printable("region", of.region.as_deref().unwrap_or_default())?;
    let new = NewAccount {
        name: of.username,
        display_name: of.display_name,
        role,
        region: of.region.filter(|region| !region.trim().is_empty()),
        expires_at: of.expires_at,
        password: of.password,
    };
    // Without the password: a fast sum of one is not kept.
    let asked =
        format!("account {:?}", (&new.name, &new.display_name, new.role.row().word, &new.region, new.expires_at));
    let (with, by) = (api.clone(), who.0.clone());
    let work = |once: Once| async move {
        let answer = once.answered(String::new());
        with.service().accounts().add_once(new, answer, &by.name, &by.via()).await?;
        Ok(String::new())
    };
    once::done(&api, &headers, &who.0, &asked, work).await?;
    Ok(StatusCode::CREATED)
}

fn role(word: &str) -> Result<Role, Problem> {
    word.parse().map_err(|reason: String| Problem::invalid("role", reason))
}

fn printable(field: &str, text: &str) -> Result<(), Problem> {
    if text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(Problem::invalid(field, "give at most 100 printable characters"));
    }
    Ok(())
}

/// Change an account: its role, region, end or password, whether it may log in, or whom the provider knows it as
///
/// All of it or nothing; its sessions end. `If-Match` with the account's ETag changes it only while it is as it was seen.
#[utoipa::path(patch, path = "/api/v1/accounts/{username}", tag = "people", request_body = AccountChange,
    params(("username" = String, Path, description = "Login name"),
        ("If-Match" = Option<String>, Header, description = "Revision of the account, in quotes")), responses(
    (status = 204, description = "Changed"),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn change_account(
    State(api): State<Api>,
    who: Who,
    At(name): At<String>,
    headers: HeaderMap,
    Body(of): Body<AccountChange>,
) -> Result<StatusCode, Problem> {
    who.must(Permission::Accounts)?;
    let accounts = api.service().accounts();
    if of.disabled == Some(true) && name == who.0.name {
        return Err(Problem::invalid("disabled", "an account does not disable itself"));
    }
    if name == who.0.name && (of.role.is_some() || of.region.is_some() || of.expires_at.is_some()) {
        return Err(Problem::invalid("body", "an account does not change its own role, region or end"));
    }
    printable("region", of.region.as_deref().unwrap_or_default())?;
    let to = Altered {
        disabled: of.disabled,
        password: of.password,
        role: of.role.as_deref().map(role).transpose()?,
        region: of.region.map(|region| Some(region).filter(|region| !region.trim().is_empty())),
        expires_at: of.expires_at,
        outside: of.subject.map(|subject| outside(&api, subject)).transpose()?,
    };
    if to == Altered::default() {
        let advice = "give what to change: disabled, password, role, region, expires_at or subject";
        return Err(Problem::invalid("body", advice));
    }
    let only_at = once::only_at(&headers)?;
    match accounts.alter(&name, to, only_at, &who.0.name, &who.0.via()).await {
        // Whether there was a link: afterwards there is none.
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(ServiceError::NoAccount(name)) => Err(no_account(&name)),
        Err(error) => Err(error.into()),
    }
}

/// Whom an account is to be outside, by a subject of the service's provider; nobody by an empty one.
fn outside(api: &Api, subject: String) -> Result<Outside, Problem> {
    if subject.is_empty() {
        return Ok(Outside::Unlinked);
    }
    let none = || Problem::invalid("subject", "this service has no provider of log-ins");
    let issuer = api.service().provider().ok_or_else(none)?.issuer().to_owned();
    Ok(Outside::Linked { issuer, subject })
}

fn no_account(name: &str) -> Problem {
    Problem::not_found(format!("there is no account {name:?}")).of_field("username")
}

/// All tokens, without their secrets
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people", responses(
    (status = 200, description = "By account and time", body = Vec<TokenDto>),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn tokens(State(api): State<Api>, who: Who) -> Result<Json<Vec<TokenDto>>, Problem> {
    who.must(Permission::Accounts)?;
    let all = api.service().accounts().tokens().await?.into_iter().map(|token| TokenDto {
        id: token.id,
        account: token.account,
        name: token.name,
        scope: token.scope.split(' ').map(str::to_owned).collect(),
        created_at: token.created_at,
        expires_at: token.expires_at,
    });
    Ok(Json(all.collect()))
}

/// Make a token
///
/// `Idempotency-Key` makes no second token of a repeated request. Its secret is not shown again: where it did not arrive,
/// take the token back and make another.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", request_body = TokenOf,
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 128 characters, such as a UUID")), responses(
    (status = 201, description = "Made; its secret is shown this once", body = MadeToken),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn add_token(
    State(api): State<Api>,
    who: Who,
    headers: HeaderMap,
    Body(of): Body<TokenOf>,
) -> Result<Response, Problem> {
    who.must(Permission::Accounts)?;
    let permission = |word: &String| {
        let known = || Problem::invalid("scope", format!("{word:?} is no permission; GET /api/v1/roles names them"));
        Permission::of_word(word).ok_or_else(known)
    };
    let new = NewToken {
        account: of.account,
        name: of.name,
        scope: of.scope.iter().map(permission).collect::<Result<_, _>>()?,
        expires_at: of.expires_at,
    };
    let asked = format!("token {:?}", (&new.account, &new.name, &new.scope, new.expires_at));
    let (with, by) = (api.clone(), who.0.clone());
    let told = |id: &str, token: Option<String>| {
        // Texts always have a JSON form.
        serde_json::to_string(&MadeToken { id: id.to_owned(), token }).unwrap_or_default()
    };
    let work = move |once: Once| async move {
        let answer = |id: &str| once.answered(told(id, None));
        let (id, secret) = with.service().accounts().add_token_once(new, answer, &by.name, &by.via()).await?;
        Ok(told(&id, Some(secret.reveal().to_owned())))
    };
    let body = once::done(&api, &headers, &who.0, &asked, work).await?;
    Ok((StatusCode::CREATED, [(CONTENT_TYPE, "application/json")], body).into_response())
}

/// Take a token back
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "people",
    params(("id" = String, Path, description = "Id, as listed")), responses(
    (status = 204, description = "Taken back"),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    (status = "5XX", description = "The database is lost", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn revoke_token(State(api): State<Api>, who: Who, At(id): At<String>) -> Result<StatusCode, Problem> {
    who.must(Permission::Accounts)?;
    match api.service().accounts().revoke_token(&id, &who.0.name, &who.0.via()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("there is no such token").of_field("id")),
    }
}

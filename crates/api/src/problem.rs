//! Problems: RFC 9457, with stable types and titles in the language of the request.

use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use linewright_exchange::ExportError;
use linewright_model::{Phrase, phrase};
use linewright_plan::{SurveyError, TraceError};
use linewright_service::ServiceError;
use linewright_service::oidc::SignInError;
use linewright_store::{CommitError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// Language of what people read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lang {
    En,
    Zh,
}

impl Lang {
    /// The language a request asks for first, of those we have.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let wanted = |part: &str| {
            let name = part.trim().to_ascii_lowercase();
            let refused = name.split(';').skip(1).any(|q| matches!(q.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            match name {
                _ if refused => None,
                name if name.starts_with("zh") => Some(Lang::Zh),
                name if name.starts_with("en") => Some(Lang::En),
                _ => None,
            }
        };
        asked.split(',').find_map(wanted).unwrap_or(Lang::En)
    }

    pub(crate) fn pick(self, en: &'static str, zh: &'static str) -> &'static str {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $word:literal $status:ident $en:literal $zh:literal,)*) => {
        /// What went wrong, in kinds that stay.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Kind { $($(#[$doc])* $kind),* }

        impl Kind {
            #[cfg(test)]
            pub(crate) const ALL: &[Kind] = &[$(Kind::$kind),*];

            pub(crate) fn word(self) -> &'static str {
                match self { $(Kind::$kind => $word),* }
            }

            fn status(self) -> StatusCode {
                match self { $(Kind::$kind => StatusCode::$status),* }
            }

            fn title(self, lang: Lang) -> &'static str {
                match self { $(Kind::$kind => lang.pick($en, $zh)),* }
            }
        }
    };
}
kinds! {
    /// The body or the query cannot be read.
    Malformed "malformed-request" BAD_REQUEST "The request cannot be read" "无法读取请求",
    /// A value cannot be used.
    Invalid "invalid-value" BAD_REQUEST "A value cannot be used" "取值无效",
    /// Nobody is logged in.
    NotLoggedIn "not-logged-in" UNAUTHORIZED "Log in first" "请先登录",
    /// Name and password do not fit.
    WrongPassword "wrong-password" UNAUTHORIZED "Log-in refused" "登录被拒绝",
    /// A log-in at the provider is not known, or was used.
    SignInExpired "sign-in-expired" BAD_REQUEST "Sign in again" "请重新登录",
    /// The provider refused.
    SignInRefused "sign-in-refused" FORBIDDEN "The sign-in service refused" "统一认证服务拒绝登录",
    /// What the provider says cannot be believed.
    SignInUntrusted "sign-in-untrusted" FORBIDDEN "The sign-in cannot be trusted" "登录信息不可信",
    /// Somebody the provider knows and nobody here.
    NoRole "no-role" FORBIDDEN "No role here" "尚未分配角色",
    /// An account of that name is not linked to the provider.
    AccountNotLinked "account-not-linked" FORBIDDEN "The account is not linked" "账号未关联统一认证",
    /// The account may not be used.
    AccountClosed "account-closed" FORBIDDEN "The account is closed" "账号已停用或到期",
    /// The provider does not answer.
    ProviderLost "sign-in-unreachable" SERVICE_UNAVAILABLE "The sign-in service does not answer" "统一认证服务无响应",
    /// A permission is lacking.
    Forbidden "forbidden" FORBIDDEN "Not permitted" "没有权限",
    /// The request does not come from our own page.
    CrossSite "cross-site" FORBIDDEN "Cross-site request refused" "拒绝跨站请求",
    /// The record lies in another region.
    OtherRegion "other-region" FORBIDDEN "Outside the region of the account" "超出账号所属区域",
    /// There is no such thing.
    NotFound "not-found" NOT_FOUND "Not found" "未找到",
    /// The path is there, but not for this method.
    Method "method-not-allowed" METHOD_NOT_ALLOWED "Method not allowed" "不支持的请求方法",
    /// The request came too slowly.
    TooSlow "too-slow" REQUEST_TIMEOUT "The request took too long" "请求超时",
    /// Somebody else was quicker.
    Conflict "conflict" CONFLICT "Conflict" "冲突",
    /// A text names several elements.
    Ambiguous "ambiguous" CONFLICT "Several elements fit" "存在多个匹配对象",
    /// The network refuses the change.
    Refused "refused-by-network" CONFLICT "The network refuses the change" "网络数据拒绝该变更",
    /// The version asked for is not the one there.
    Precondition "precondition-failed" PRECONDITION_FAILED "Changed meanwhile" "数据已被修改",
    /// The body is too large.
    TooLarge "body-too-large" PAYLOAD_TOO_LARGE "The body is too large" "请求体过大",
    /// The body is of a type that is not read here.
    MediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "Unsupported media type" "不支持的媒体类型",
    /// The survey cannot be planned as asked.
    Survey "survey-refused" UNPROCESSABLE_ENTITY "The survey cannot be planned as asked" "无法按要求勘察",
    /// An idempotency key was used for another request.
    KeyReused "idempotency-key-reused" UNPROCESSABLE_ENTITY "Idempotency key used for another request" "幂等键已用于其他请求",
    /// Too many requests.
    TooMany "too-many-requests" TOO_MANY_REQUESTS "Too many requests" "请求过于频繁",
    /// A fault of this program.
    Internal "internal" INTERNAL_SERVER_ERROR "Internal fault" "内部错误",
    /// Too much is being worked on.
    Busy "busy" SERVICE_UNAVAILABLE "Too much work at the moment" "系统繁忙",
    /// The plan was not finished in time.
    Deadline "deadline" SERVICE_UNAVAILABLE "Not finished in time" "未能按时完成",
    /// The database cannot be reached.
    DatabaseLost "database-lost" SERVICE_UNAVAILABLE "The database cannot be reached" "数据库暂不可用",
}

/// What is wrong, and what to do: in the language of the request where it is said in both.
#[derive(Clone, Debug)]
pub(crate) struct Detail(Phrase);

impl From<Phrase> for Detail {
    fn from(said: Phrase) -> Self {
        Self(said)
    }
}

impl From<String> for Detail {
    fn from(said: String) -> Self {
        Self(Phrase::same(said))
    }
}

impl From<&str> for Detail {
    fn from(said: &str) -> Self {
        Self(Phrase::same(said))
    }
}

/// A problem on its way out. Its text is put in by [`put_into_words`], which knows the language.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Detail,
    field: Option<String>,
    retry_after_s: Option<u32>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<Detail>) -> Self {
        let retry_after_s = match kind {
            Kind::Busy | Kind::TooMany => Some(1),
            Kind::Deadline | Kind::DatabaseLost | Kind::ProviderLost => Some(5),
            _ => None,
        };
        Self { kind, detail: detail.into(), field: None, retry_after_s }
    }

    /// The same, about a field.
    pub(crate) fn of_field(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    pub(crate) fn invalid(field: impl Into<String>, detail: impl Into<Detail>) -> Self {
        Self::new(Kind::Invalid, detail).of_field(field)
    }

    /// Stable word of its kind.
    pub(crate) fn word(&self) -> &'static str {
        self.kind.word()
    }

    /// As it is sent.
    pub(crate) fn to_json(&self, lang: Lang, instance: Option<String>) -> String {
        let dto = ProblemDto {
            r#type: format!("/problems/{}", self.kind.word()),
            title: self.kind.title(lang).to_owned(),
            status: self.kind.status().as_u16(),
            detail: match lang {
                Lang::En => self.detail.0.en.clone(),
                Lang::Zh => self.detail.0.zh.clone(),
            },
            field: self.field.clone(),
            instance,
        };
        // Texts and numbers always have a JSON form.
        serde_json::to_string(&dto).unwrap_or_default()
    }

    /// A path that leads nowhere.
    pub(crate) fn nothing_here() -> Self {
        Self::not_found(phrase!("there is nothing at this path", "此路径下没有内容"))
    }

    pub(crate) fn not_found(detail: impl Into<Detail>) -> Self {
        Self::new(Kind::NotFound, detail)
    }
}

/// A problem as it is sent (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDto {
    /// Stable name of the kind of problem: `/problems/...`.
    #[schema(example = "/problems/invalid-value")]
    r#type: String,
    /// The kind in words, in the language of the request.
    title: String,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// The field, parameter or header it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Id of the request, as in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware that writes the text of a problem in the language of the request.
pub(crate) async fn put_into_words(request: Request, next: Next) -> Response {
    let lang = Lang::of(request.headers());
    let id = request.headers().get(crate::REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None => match of_bare(&response) {
            Some(problem) => problem,
            None => return response,
        },
    };
    written(&problem, lang, id, response.headers())
}

/// The problem of an error that a layer or the router answered without words.
fn of_bare(response: &Response) -> Option<Problem> {
    let plain = response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !plain {
        return None;
    }
    Some(match response.status() {
        StatusCode::NOT_FOUND => Problem::nothing_here(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(Kind::Method, "see the Allow header"),
        StatusCode::REQUEST_TIMEOUT => {
            Problem::new(Kind::TooSlow, phrase!("the request was not finished in time", "请求未能按时完成"))
        }
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Kind::TooLarge, "the body is larger than is read here"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(Kind::MediaType, "send application/json"),
        StatusCode::INTERNAL_SERVER_ERROR => Problem::new(Kind::Internal, report()),
        status if status.is_client_error() => Problem::new(Kind::Malformed, "the request cannot be read"),
        _ => return None,
    })
}

fn written(problem: &Problem, lang: Lang, instance: Option<String>, before: &HeaderMap) -> Response {
    let kind = problem.kind;
    let body = problem.to_json(lang, instance);
    let mut response = (kind.status(), body).into_response();
    let headers = response.headers_mut();
    for (name, value) in before {
        if name != CONTENT_TYPE && name != axum::http::header::CONTENT_LENGTH {
            headers.insert(name.clone(), value.clone());
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.pick("en", "zh")));
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if kind.status() == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let said = error.phrase();
        match error {
            ServiceError::Survey(error) => survey(&error, said),
            ServiceError::Trace(error) => trace(&error, said),
            ServiceError::Format(_) => Problem::new(Kind::Invalid, said).of_field("body"),
            ServiceError::Export(ExportError::NoSuchDataset { .. }) => Problem::invalid("dataset", said),
            ServiceError::Export(_) => Problem::invalid("format", said),
            ServiceError::Refused(CommitError::Unstorable { .. }) => Problem::new(Kind::Invalid, said),
            ServiceError::Refused(_) => Problem::new(Kind::Refused, said),
            ServiceError::Store(error) => store(&error, said),
            ServiceError::Lost => Problem::new(Kind::DatabaseLost, said),
            ServiceError::Busy { .. } => Problem::new(Kind::Busy, said),
            ServiceError::Deadline { .. } => Problem::new(Kind::Deadline, said),
            ServiceError::NotLoggedIn | ServiceError::Token(_) => Problem::new(Kind::NotLoggedIn, said),
            ServiceError::SignIn(error) => Problem::new(sign_in(&error), said),
            ServiceError::WrongPassword => Problem::new(Kind::WrongPassword, said),
            ServiceError::Forbidden(_) => Problem::new(Kind::Forbidden, said),
            ServiceError::Invalid { field, reason } => Problem::invalid(field, reason),
            ServiceError::NoAccount(_) => Problem::not_found(said),
            ServiceError::Moved { .. } | ServiceError::Revised { .. } => {
                Problem::new(Kind::Precondition, said).of_field("If-Match")
            }
            ServiceError::Conflict(said) => Problem::new(Kind::Conflict, said),
            ServiceError::Internal(what) => internal(&what),
        }
    }
}

/// A fault of ours: the log has the cause, the client a request id.
pub(crate) fn internal(what: &str) -> Problem {
    tracing::error!(what, "internal fault");
    Problem::new(Kind::Internal, report())
}

fn report() -> Phrase {
    phrase!("please report this with the request id", "请将此问题连同请求编号一并报告")
}

fn sign_in(error: &SignInError) -> Kind {
    match error {
        SignInError::NotConfigured => Kind::NotFound,
        SignInError::Unreachable => Kind::ProviderLost,
        SignInError::Stale => Kind::SignInExpired,
        SignInError::Refused(_) => Kind::SignInRefused,
        SignInError::Untrusted(_) => Kind::SignInUntrusted,
        SignInError::NoRole => Kind::NoRole,
        SignInError::Unlinked(_) => Kind::AccountNotLinked,
        SignInError::Closed => Kind::AccountClosed,
    }
}

fn survey(error: &SurveyError, said: Phrase) -> Problem {
    let field = match error {
        SurveyError::EmptyNetwork => return Problem::new(Kind::Survey, said),
        SurveyError::Product(_) => "product",
        SurveyError::Bandwidth(_) => "bandwidth",
        SurveyError::Alternatives { .. } => "alternatives",
        SurveyError::SameEnds => "far",
        _ => "customer",
    };
    Problem::new(Kind::Survey, said).of_field(field)
}

fn trace(error: &TraceError, said: Phrase) -> Problem {
    match error {
        TraceError::Ambiguous { .. } => Problem::new(Kind::Ambiguous, said).of_field("element"),
        _ => Problem::not_found(said).of_field("element"),
    }
}

/// What the database says is for the log; the client learns what kind of failure it is.
fn store(error: &StoreError, said: Phrase) -> Problem {
    match error {
        StoreError::NoSuchVersion { .. } | StoreError::BeforeHistory { .. } => Problem::invalid("version", said),
        StoreError::Internal { what } => internal(what),
        StoreError::Unsure { .. } => {
            tracing::error!(%error, "a commit may be written or not");
            let advice = phrase!(
                "the connection was lost in the middle of a change, and whether it was made is not known; look at what was \
                 to be changed (or at /api/v1/changes) before trying again",
                "修改过程中连接中断，尚不清楚是否已生效；请先查看要修改的内容（或 /api/v1/changes），再决定是否重试"
            );
            Problem::new(Kind::DatabaseLost, advice)
        }
        _ => {
            tracing::warn!(%error, "the database failed");
            let advice = phrase!(
                "reading goes on from the last snapshot, changes must wait; try again",
                "可继续查询最近的快照，暂不能修改；请稍后再试"
            );
            Problem::new(Kind::DatabaseLost, advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_words_of_their_own_in_both_languages() {
        let mut words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.title(Lang::En).is_ascii() && !kind.title(Lang::Zh).is_ascii(), "{}", kind.word());
        }
    }

    #[test]
    fn the_first_language_we_have_is_taken() {
        let check = |asked: &'static str, expected| {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(asked))]);
            assert_eq!(Lang::of(&headers), expected, "{asked}");
        };
        check("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh);
        check("fr, en;q=0.5, zh;q=0.4", Lang::En);
        check("zh;q=0, en", Lang::En);
        check("*", Lang::En);
        assert_eq!(Lang::of(&HeaderMap::new()), Lang::En);
    }
}

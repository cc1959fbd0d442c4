//! Who is asking: a cookie of a browser, or a token of a program.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use linewright_service::accounts::{Caller, Via};
use linewright_service::{Permission, Secret, ServiceError, TokenError};

use crate::Api;
use crate::problem::{Kind, Problem};
use crate::scope::Scope;
use linewright_model::{Phrase, phrase};

/// Name of the cookie.
pub(crate) const COOKIE_NAME: &str = "linewright_session";

/// Header by which a page of ours proves that a request is its own.
pub(crate) const CSRF: &str = "x-csrf-token";

/// Header that says why customers are read or the network is taken out.
const REASON: &str = "x-reason";

/// The caller of a request; the extractor refuses those who are not logged in, and cross-site writes.
pub(crate) struct Who(pub(crate) Caller);

impl Who {
    /// Refuses what the caller may not do.
    pub(crate) fn must(&self, permission: Permission) -> Result<(), Problem> {
        self.0.must(permission)?;
        // Who could make accounts and tokens could make some that see every region.
        if self.0.region.is_some() && matches!(permission, Permission::Accounts | Permission::Audit) {
            let detail = phrase!(
                "an account bound to a region manages no accounts and reads no audit log",
                "限定区域的账号不能管理账号，也不能查看审计日志"
            );
            return Err(Problem::new(Kind::OtherRegion, detail));
        }
        Ok(())
    }

    /// Which records the caller sees.
    pub(crate) fn scope(&self) -> Scope {
        Scope::of(self.0.region.clone())
    }
}

impl FromRequestParts<Api> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = match (bearer(&parts.headers), cookie(&parts.headers)) {
            (Some(token), _) => api.service().accounts().of_token(&token?).await?,
            (None, Some(cookie)) => {
                let caller = api.service().accounts().of_cookie(&cookie).await?;
                own_page(&parts.method, &parts.headers, &caller)?;
                caller
            }
            (None, None) => return Err(ServiceError::NotLoggedIn.into()),
        };
        api.count_request(&caller.name)?;
        Ok(Who(caller))
    }
}

/// The address a request comes from, for counting; behind a proxy that of the proxy.
pub(crate) struct From(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(From(peer.map_or_else(|| "unknown".to_owned(), |ConnectInfo(peer)| peer.ip().to_string())))
    }
}

/// The token of a program, if one was sent.
fn bearer(headers: &HeaderMap) -> Option<Result<Secret, ServiceError>> {
    let value = headers.get(AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).and_then(Secret::given);
    Some(token.ok_or(TokenError::Malformed.into()))
}

/// The cookie of a browser, if one was sent that can be ours.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<Secret> {
    named_cookie(headers, COOKIE_NAME)
}

/// The secret in the cookie of this name.
pub(crate) fn named_cookie(headers: &HeaderMap, wanted: &str) -> Option<Secret> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).and_then(|(_, value)| Secret::given(value))
}

/// Refuses a request that changes something and was not made by a page of ours.
fn own_page(method: &Method, headers: &HeaderMap, caller: &Caller) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    same_site(headers)?;
    let Via::Session { csrf } = &caller.via else { return Ok(()) };
    let sent = headers.get(CSRF).map(|value| value.as_bytes());
    if sent == Some(csrf.as_bytes()) {
        return Ok(());
    }
    let advice = "repeat the csrf_token of GET /api/v1/session in this header";
    Err(Problem::new(Kind::CrossSite, advice).of_field(CSRF))
}

/// Refuses what the browser says comes from another site.
pub(crate) fn same_site(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return Err(Problem::new(Kind::CrossSite, another_site()).of_field("Sec-Fetch-Site"));
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return Ok(()) };
    let host = origin.split_once("://").map(|(_, host)| host);
    if host.is_some() && host == text(HOST.as_str()) {
        return Ok(());
    }
    Err(Problem::new(Kind::CrossSite, another_site()).of_field("Origin"))
}

fn another_site() -> Phrase {
    phrase!("the request comes from another site", "请求来自其他网站")
}

/// Why somebody reads customers or takes the network out; percent-encoded UTF-8, since headers are ASCII.
pub(crate) fn reason(headers: &HeaderMap) -> Result<String, Problem> {
    let sent = headers.get(REASON).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let said = percent_decoded(sent.trim());
    if said.as_ref().is_some_and(|said| (3..=300).contains(&said.chars().count())) {
        return Ok(said.unwrap_or_default());
    }
    Err(Problem::invalid(
        REASON,
        "say why in this header: 3 to 300 characters, percent-encoded where they are not ASCII",
    ))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.bytes();
    while let Some(byte) = left.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [left.next()?, left.next()?].map(char::from).map(|digit| digit.to_digit(16));
        let [Some(high), Some(low)] = digits else { return None };
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_percent_encoded_text() {
        let check = |text, expected: Option<&str>| assert_eq!(percent_decoded(text).as_deref(), expected, "{text}");
        check("order 7", Some("order 7"));
        check("%E5%B7%A5%E5%8D%95 7", Some("工单 7"));
        check("50%", None);
        check("%zz", None);
        check("%ff", None);
    }
}

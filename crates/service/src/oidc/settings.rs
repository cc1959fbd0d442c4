//! How a provider is used.

use openidconnect::url::Url;
use openidconnect::{ClientSecret, IssuerUrl, RedirectUrl};

use super::http::overheard;
use crate::{Role, ServiceError};
use linewright_model::Phrase;

/// Path below the public address to which browsers come back.
pub const RETURN_PATH: &str = "/api/v1/login/oidc/return";

/// How a provider is used. The secret is not shown by `Debug`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its issuer URL, as it writes it itself.
    pub issuer: String,
    /// What it calls this service.
    pub client_id: String,
    /// What this service shows it; none for a public client, which PKCE alone protects.
    pub client_secret: Option<ClientSecret>,
    /// Where browsers reach this service.
    pub public_url: String,
    /// What people call it; none for the host of the issuer.
    pub name: Option<String>,
    /// The claim that names an account made at a first log-in.
    pub account_claim: String,
    /// The claim whose values are mapped to roles; none to make no accounts.
    pub role_claim: Option<String>,
    /// Values of that claim and the roles they give, the first that fits.
    pub roles: Vec<(String, Role)>,
    /// Scopes asked for beside `openid`.
    pub scopes: Vec<String>,
}

/// The same, checked.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) issuer: IssuerUrl,
    pub(super) back: RedirectUrl,
    pub(super) name: String,
}

fn url(field: &'static str, text: &str) -> Result<Url, ServiceError> {
    let invalid = |reason: String| ServiceError::Invalid { field, reason: Phrase::same(reason) };
    let url = Url::parse(text).map_err(|error| invalid(format!("{text:?} is no URL: {error}")))?;
    if overheard(&url) {
        return Err(invalid(format!("{text:?} must begin with https:// (http:// on this machine only)")));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(invalid(format!("{text:?} must have no user, query or fragment")));
    }
    Ok(url)
}

impl Settings {
    pub(super) fn check(&self) -> Result<Checked, ServiceError> {
        let issuer = url("oidc-issuer", &self.issuer)?;
        let name = self.name.clone().unwrap_or_else(|| issuer.host_str().unwrap_or_default().to_owned());
        let public = url("public-url", &self.public_url)?;
        let invalid = |field, reason: &str| Err(ServiceError::Invalid { field, reason: Phrase::same(reason) });
        if public.path() != "/" {
            // Cookies and the page live at the root: people would be sent back to a log-in that nobody knows there.
            let reason = "the page and the API are served at the root: give a host name of its own, without a path";
            return invalid("public-url", reason);
        }
        if self.client_id.trim().is_empty() {
            return invalid("oidc-client-id", "say what the provider calls this service");
        }
        if self.role_claim.is_some() == self.roles.is_empty() {
            return invalid("oidc-role", "--oidc-role-claim and --oidc-role VALUE=ROLE go together");
        }
        let back = format!("{}{RETURN_PATH}", self.public_url.trim_end_matches('/'));
        // The text as given: a provider compares it letter by letter.
        let issuer = IssuerUrl::new(self.issuer.clone());
        let wrong = |field| move |error| ServiceError::Invalid { field, reason: Phrase::same(format!("{error}")) };
        Ok(Checked {
            issuer: issuer.map_err(wrong("oidc-issuer"))?,
            back: RedirectUrl::new(back).map_err(wrong("public-url"))?,
            name,
        })
    }
}

//! Logging in at another door: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636), state and nonce.
//!
//! A browser is sent to the provider with a random cookie; state, nonce and PKCE verifier are sums of it, so that the
//! database keeps one sum and no secret. It comes back with a code, once; the code is redeemed for an ID token, whose
//! signature, issuer, audience, time and nonce are checked. What follows is an ordinary session.

mod error;
mod http;
mod person;
mod provider;
mod settings;

use linewright_store::Desk;

use crate::accounts::LoggedIn;
use crate::{Secret, Service, ServiceError};

pub use error::SignInError;
pub use openidconnect::ClientSecret;
pub use person::Person;
pub use provider::Provider;
pub use settings::{RETURN_PATH, Settings};

/// How long somebody may take at the provider.
pub const ATTEMPT: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// A browser to be sent to the provider.
#[derive(Debug)]
pub struct Begun {
    /// Where to.
    pub url: String,
    /// The cookie it comes back with.
    pub secret: Secret,
}

/// What a browser comes back with.
#[derive(Debug, Default)]
pub struct Returned {
    /// What was sent along as `state`.
    pub state: String,
    /// To be redeemed, where the provider agrees.
    pub code: Option<String>,
    /// The provider's word for why not, where it does not.
    pub error: Option<String>,
    /// Who says so (RFC 9207), where the provider tells.
    pub issuer: Option<String>,
}

impl Service {
    /// The provider people may log in at, where one is configured.
    pub fn provider(&self) -> Option<&Provider> {
        self.provider.as_ref()
    }

    fn configured(&self) -> Result<&Provider, ServiceError> {
        self.provider().ok_or(ServiceError::SignIn(SignInError::NotConfigured))
    }

    /// Begins a log-in at the provider.
    pub async fn begin_sign_in(&self) -> Result<Begun, ServiceError> {
        let provider = self.configured()?;
        let secret = Secret::new()?;
        let url = provider.door(&secret).await?;
        let now = self.now();
        self.store().add_attempt(&secret.sum(), now, now + ATTEMPT).await?;
        Ok(Begun { url, secret })
    }

    /// Ends it: the browser came back. Whatever goes wrong, the attempt is spent.
    pub async fn end_sign_in(&self, secret: Option<&Secret>, returned: Returned) -> Result<LoggedIn, ServiceError> {
        let entered = self.enter(secret, &returned).await;
        if let Err(ServiceError::SignIn(error)) = &entered {
            tracing::warn!(%error, "a log-in at the provider was refused");
        }
        entered
    }

    async fn enter(&self, secret: Option<&Secret>, returned: &Returned) -> Result<LoggedIn, ServiceError> {
        let provider = self.configured()?;
        let secret = secret.filter(|secret| provider::state(secret) == returned.state);
        let secret = secret.ok_or(SignInError::Stale)?;
        if !self.store().take_attempt(&secret.sum(), self.now()).await? {
            return Err(SignInError::Stale.into());
        }
        let person = provider.redeem(secret, returned).await?;
        self.accounts().enter(&person).await
    }
}

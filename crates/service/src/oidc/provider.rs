//! The provider: its documents kept for a while, its door, and codes redeemed for what it vouches for.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError,
    Client, ClientId, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenClaims, IdTokenFields, IdTokenVerifier, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RequestTokenError, Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse,
    UserInfoClaims, UserInfoError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::http::{Http, Unanswered};
use super::person::claim;
use super::settings::Checked;
use super::{Person, Returned, Settings, SignInError};
use crate::{Clock, Secret, ServiceError, sum};

/// How long the provider's documents are used without asking again.
const KEPT: TimeDelta = TimeDelta::hours(1);

/// Between two askings, however many tokens bear a key that is not known, and after one that failed.
const PAUSE: TimeDelta = TimeDelta::seconds(10);

/// Claims beyond the standard ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Further {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for Further {}

type Token = IdToken<Further, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Tokens = StandardTokenResponse<
    IdTokenFields<
        Further,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type Relying = Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider's documents, and when they were asked for.
#[derive(Debug, Default)]
struct Known {
    relying: Option<Arc<Relying>>,
    asked: Option<DateTime<Utc>>,
}

/// A provider of log-ins.
#[derive(Debug)]
pub struct Provider {
    settings: Settings,
    checked: Checked,
    http: Http,
    clock: Clock,
    known: Mutex<Known>,
}

/// What a browser brings back unchanged.
pub(super) fn state(secret: &Secret) -> String {
    sum(format!("state {}", secret.reveal()).as_bytes())
}

/// What the ID token must bear.
fn nonce(secret: &Secret) -> Nonce {
    Nonce::new(sum(format!("nonce {}", secret.reveal()).as_bytes()))
}

/// What proves that who redeems the code is who asked for it: 64 letters, as RFC 7636 wants at least 43.
fn verifier(secret: &Secret) -> PkceCodeVerifier {
    PkceCodeVerifier::new(sum(format!("pkce {}", secret.reveal()).as_bytes()))
}

impl Provider {
    /// A provider used in this way; it is not asked yet.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, ServiceError> {
        let checked = settings.check()?;
        Ok(Self { settings, checked, http: Http::new()?, clock, known: Mutex::default() })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.checked.name
    }

    /// Its issuer URL.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whether browsers reach this service over TLS.
    pub fn secure(&self) -> bool {
        self.settings.public_url.starts_with("https://")
    }

    /// Asks it for its documents; says in the log when it cannot be used.
    pub async fn greet(&self) {
        if self.relying(false).await.is_ok() {
            tracing::info!(issuer = self.issuer(), "people may log in at the provider");
        }
    }

    /// Where to send a browser.
    pub(super) async fn door(&self, secret: &Secret) -> Result<String, SignInError> {
        let relying = self.relying(false).await?;
        let (state, nonce) = (CsrfToken::new(state(secret)), nonce(secret));
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let scopes = self.settings.scopes.iter().map(|scope| Scope::new(scope.clone()));
        let door = relying.authorize_url(flow, move || state, move || nonce).add_scopes(scopes);
        let door = door.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier(secret)));
        Ok(door.url().0.to_string())
    }

    /// Redeems what a browser came back with.
    pub(super) async fn redeem(&self, secret: &Secret, returned: &Returned) -> Result<Person, SignInError> {
        if returned.issuer.as_ref().is_some_and(|issuer| *issuer != self.settings.issuer) {
            return Err(SignInError::Untrusted("another sign-in service answered"));
        }
        if let Some(error) = &returned.error {
            return Err(SignInError::Refused(word(error)));
        }
        let code = returned.code.clone().ok_or(SignInError::Untrusted("it gave no code"))?;
        let relying = self.relying(false).await?;
        let tokens = self.tokens(&relying, code, secret).await?;
        let token = tokens.id_token().ok_or(SignInError::Untrusted("it gave no ID token"))?;
        let nonce = nonce(secret);
        let claims = match self.verified(&relying, token, &nonce, &tokens) {
            // The provider may have new keys.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_),
            )) => self.verified(&*self.relying(true).await?, token, &nonce, &tokens),
            verified => verified,
        };
        let claims = claims.map_err(|error| untrusted(&error))?;
        let subject = claims.subject().to_string();
        let mut said = fields(claims);
        self.ask_for_more(&relying, &tokens, claims, &mut said).await?;
        Ok(Person::of(&self.settings, subject, &said))
    }

    async fn tokens(&self, relying: &Relying, code: String, secret: &Secret) -> Result<Tokens, SignInError> {
        let request = relying.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|_| SignInError::Untrusted("it names no token endpoint"))?;
        let redeemed = request.set_pkce_verifier(verifier(secret)).request_async(&self.http).await;
        redeemed.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => match said.error() {
                CoreErrorResponseType::InvalidGrant => SignInError::Stale,
                other => SignInError::Refused(word(other.as_ref())),
            },
            RequestTokenError::Request(error) => unreachable(&error),
            // Not the answer itself: it may hold tokens.
            other => {
                tracing::warn!(error = %other, "the provider's tokens cannot be read");
                SignInError::Untrusted("its answer cannot be read")
            }
        })
    }

    /// Checks an ID token: its signature by RS256 or ES256 and a key of the provider's, issuer, audience, time and nonce,
    /// and that the access token beside it is its own.
    fn verified<'a>(
        &self,
        relying: &Relying,
        token: &'a Token,
        nonce: &Nonce,
        tokens: &Tokens,
    ) -> Result<&'a IdTokenClaims<Further, CoreGenderClaim>, ClaimsVerificationError> {
        let clock = self.clock.clone();
        let verifier: IdTokenVerifier<'_, CoreJsonWebKey> = relying.id_token_verifier();
        let allowed = [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256];
        let verifier = verifier.set_allowed_algs(allowed).set_time_fn(move || clock.now());
        let claims = token.claims(&verifier, nonce)?;
        if let Some(said) = claims.access_token_hash() {
            let other = |error: &dyn std::fmt::Display| ClaimsVerificationError::Other(error.to_string());
            let key = token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
            let by = token.signing_alg().map_err(|error| other(&error))?;
            let found = AccessTokenHash::from_token(tokens.access_token(), by, key).map_err(|error| other(&error))?;
            if found != *said {
                return Err(other(&"the access token is another's"));
            }
        }
        Ok(claims)
    }

    /// Asks for the claims that the settings name where the ID token lacks one: many providers put them elsewhere.
    async fn ask_for_more(
        &self,
        relying: &Relying,
        tokens: &Tokens,
        claims: &IdTokenClaims<Further, CoreGenderClaim>,
        said: &mut Map<String, Value>,
    ) -> Result<(), SignInError> {
        let wanted = self.settings.role_claim.iter().chain([&self.settings.account_claim]);
        if wanted.into_iter().all(|name| claim(said, name).is_some()) {
            return Ok(());
        }
        // It says nothing about somebody else: the subject is compared.
        let about = Some(claims.subject().clone());
        let Ok(request) = relying.user_info(tokens.access_token().clone(), about) else { return Ok(()) };
        let told: Result<UserInfoClaims<Further, CoreGenderClaim>, _> = request.request_async(&self.http).await;
        let told = told.map_err(|error| match error {
            UserInfoError::Request(error) => unreachable(&error),
            other => {
                tracing::warn!(error = %other, "the provider's user information cannot be used");
                SignInError::Untrusted("its user information cannot be used")
            }
        })?;
        for (name, value) in fields(&told) {
            said.entry(name).or_insert(value);
        }
        Ok(())
    }

    /// The provider's documents; `anew` when those known are not enough.
    async fn relying(&self, anew: bool) -> Result<Arc<Relying>, SignInError> {
        let now = self.clock.now();
        // Held while they are asked for: once, however many wait.
        let mut known = self.known.lock().await;
        let recent = |than: TimeDelta| known.asked.is_some_and(|asked| now - asked < than);
        let enough = recent(if anew || known.relying.is_none() { PAUSE } else { KEPT });
        if enough {
            return known.relying.clone().ok_or(SignInError::Unreachable);
        }
        known.asked = Some(now);
        match (self.discovered().await, &known.relying) {
            (Ok(relying), _) => {
                let relying = Arc::new(relying);
                known.relying = Some(relying.clone());
                Ok(relying)
            }
            // Old documents are better than none: keys outlive them by far.
            (Err(_), Some(before)) if !anew => Ok(before.clone()),
            (Err(error), _) => Err(error),
        }
    }

    async fn discovered(&self) -> Result<Relying, SignInError> {
        let found = CoreProviderMetadata::discover_async(self.checked.issuer.clone(), &self.http).await;
        let found = found.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::warn!(issuer = self.issuer(), %error, cause, "the provider does not answer as one");
            SignInError::Unreachable
        })?;
        // RFC 8414: where nothing is said it is `client_secret_basic`.
        let methods = found.token_endpoint_auth_methods_supported();
        let basic = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let (id, secret) = (ClientId::new(self.settings.client_id.clone()), self.settings.client_secret.clone());
        let relying = Relying::from_provider_metadata(found, id, secret).set_redirect_uri(self.checked.back.clone());
        Ok(relying.set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody }))
    }
}

/// Claims as a JSON object.
fn fields(claims: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// A word of the provider's as it may be shown: what is no word of RFC 6749 is not repeated.
fn word(said: &str) -> String {
    let fits = (1..=64).contains(&said.len()) && said.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if fits { said.to_owned() } else { "for a reason that cannot be shown".to_owned() }
}

fn unreachable(error: &Unanswered) -> SignInError {
    tracing::warn!(%error, "the provider does not answer");
    SignInError::Unreachable
}

/// What is wrong with a token; the values in it are for the log.
fn untrusted(error: &ClaimsVerificationError) -> SignInError {
    tracing::warn!(%error, cause = ?std::error::Error::source(error), "an ID token was refused");
    SignInError::Untrusted(match error {
        ClaimsVerificationError::Expired(_) => "its ID token has expired",
        ClaimsVerificationError::InvalidAudience(_) => "its ID token is for another service",
        ClaimsVerificationError::InvalidIssuer(_) => "its ID token is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "its ID token is of another sign-in",
        ClaimsVerificationError::SignatureVerification(_) => "the signature of its ID token is not its own",
        _ => "its ID token cannot be used",
    })
}

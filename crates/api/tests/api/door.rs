//! A provider of log-ins that does what a test says, also what a real one cannot be made to do.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Signer as _;
use rsa::sha2::{Digest, Sha256};
use rsa::traits::PublicKeyParts;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

pub(crate) const CLIENT: &str = "linewright";
pub(crate) const SECRET: &str = "between us: ü";

pub(crate) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key that signs.
#[derive(Clone)]
pub(crate) enum Key {
    Rsa(Box<rsa::RsaPrivateKey>),
    Ec(p256::ecdsa::SigningKey),
}

impl Key {
    pub(crate) fn rsa() -> Self {
        Key::Rsa(Box::new(rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap()))
    }

    pub(crate) fn ec(seed: u8) -> Self {
        Key::Ec(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    fn alg(&self) -> &'static str {
        match self {
            Key::Rsa(_) => "RS256",
            Key::Ec(_) => "ES256",
        }
    }

    /// Its public half as a JSON Web Key.
    fn public(&self, kid: &str) -> Value {
        match self {
            Key::Rsa(key) => json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
                "n": encoded(key.n().to_bytes_be()), "e": encoded(key.e().to_bytes_be())}),
            Key::Ec(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
                    "x": encoded(point.x().unwrap()), "y": encoded(point.y().unwrap())})
            }
        }
    }

    fn signature(&self, text: &str) -> Vec<u8> {
        match self {
            Key::Rsa(key) => key.sign(rsa::Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(text)).unwrap(),
            Key::Ec(key) => {
                let signature: p256::ecdsa::Signature = key.sign(text.as_bytes());
                signature.to_bytes().to_vec()
            }
        }
    }

    /// A token of these claims.
    pub(crate) fn token(&self, kid: &str, claims: &Map<String, Value>) -> String {
        let head = json!({"alg": self.alg(), "typ": "JWT", "kid": kid});
        let text = format!("{}.{}", encoded(head.to_string()), encoded(serde_json::to_vec(claims).unwrap()));
        format!("{text}.{}", encoded(self.signature(&text)))
    }
}

/// What it does with a token before it hands it out: from its key's name, key and claims.
pub(crate) type Spoil = Box<dyn Fn(&str, &Key, &mut Map<String, Value>) -> Option<String> + Send>;

pub(crate) struct Doing {
    /// The key and its name.
    pub(crate) key: (String, Key),
    /// Who logs in, as claims of the ID token.
    pub(crate) claims: Value,
    /// The same person, as told at the user information endpoint.
    pub(crate) told: Value,
    pub(crate) spoil: Option<Spoil>,
    /// When it is, seconds.
    pub(crate) now: i64,
    /// Codes not redeemed yet, with the nonce and challenge they belong to.
    codes: HashMap<String, (String, String)>,
    given: usize,
    /// How often its documents were asked for.
    pub(crate) asked: usize,
}

/// A provider that is running; it ends with this value.
pub(crate) struct Door {
    pub(crate) issuer: String,
    pub(crate) address: SocketAddr,
    doing: Arc<Mutex<Doing>>,
    serving: JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[derive(Clone)]
struct Shared {
    issuer: String,
    doing: Arc<Mutex<Doing>>,
}

impl Door {
    pub(crate) async fn open(key: Key, now: i64) -> Self {
        Self::open_at("127.0.0.1:0".parse().unwrap(), key, now).await
    }

    pub(crate) async fn open_at(at: SocketAddr, key: Key, now: i64) -> Self {
        let socket = TcpListener::bind(at).await.unwrap();
        let address = socket.local_addr().unwrap();
        let issuer = format!("http://{address}");
        let doing = Doing {
            key: ("one".to_owned(), key),
            claims: json!({"sub": "u1", "preferred_username": "li", "name": "李工", "groups": ["network-planning"]}),
            told: json!({"sub": "u1"}),
            spoil: None,
            now,
            codes: HashMap::new(),
            given: 0,
            asked: 0,
        };
        let doing = Arc::new(Mutex::new(doing));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(Shared { issuer: issuer.clone(), doing: doing.clone() });
        let serving = tokio::spawn(async move { axum::serve(socket, router).await.unwrap() });
        Self { issuer, address, doing, serving }
    }

    pub(crate) fn doing(&self) -> MutexGuard<'_, Doing> {
        self.doing.lock().unwrap()
    }

    /// Somebody agrees at the address a browser was sent to; what the browser comes back with.
    pub(crate) fn agree(&self, url: &Url) -> String {
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert!(url.as_str().starts_with(&format!("{}/authorize?", self.issuer)), "{url}");
        let is = |name: &str, expected: &str| assert_eq!(asked[name], expected, "{url}");
        is("response_type", "code");
        is("client_id", CLIENT);
        is("code_challenge_method", "S256");
        is("scope", "openid profile");
        is("redirect_uri", "https://linewright.example/api/v1/login/oidc/return");
        let mut doing = self.doing();
        doing.given += 1;
        let code = format!("code-{}", doing.given);
        doing.codes.insert(code.clone(), (asked["nonce"].clone(), asked["code_challenge"].clone()));
        format!("code={code}&state={}", asked["state"])
    }
}

async fn configuration(State(at): State<Shared>) -> Response {
    at.doing.lock().unwrap().asked += 1;
    let path = |path: &str| format!("{}/{path}", at.issuer);
    axum::Json(json!({
        "issuer": at.issuer,
        "authorization_endpoint": path("authorize"),
        "token_endpoint": path("token"),
        "userinfo_endpoint": path("userinfo"),
        "jwks_uri": path("jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    }))
    .into_response()
}

async fn keys(State(at): State<Shared>) -> Response {
    let doing = at.doing.lock().unwrap();
    let (kid, key) = &doing.key;
    // A kind of key that nobody knows stands beside it.
    axum::Json(json!({"keys": [{"kty": "odd", "kid": "odd"}, key.public(kid)]})).into_response()
}

async fn token(State(at): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let sent: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let no = |word: &str| (StatusCode::BAD_REQUEST, axum::Json(json!({"error": word}))).into_response();
    let secret: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    if headers["authorization"] != format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}"))) {
        return no("invalid_client");
    }
    let mut doing = at.doing.lock().unwrap();
    let Some((nonce, challenge)) = doing.codes.remove(&sent["code"]) else { return no("invalid_grant") };
    if encoded(Sha256::digest(&sent["code_verifier"])) != challenge || sent["grant_type"] != "authorization_code" {
        return no("invalid_grant");
    }
    let mut claims = doing.claims.as_object().unwrap().clone();
    let usual = json!({"iss": at.issuer, "aud": CLIENT, "iat": doing.now, "exp": doing.now + 300, "nonce": nonce});
    claims.extend(usual.as_object().unwrap().clone());
    let (kid, key) = &doing.key;
    let spoilt = doing.spoil.as_ref().and_then(|spoil| spoil(kid, key, &mut claims));
    let token = spoilt.unwrap_or_else(|| key.token(kid, &claims));
    axum::Json(json!({"access_token": "opaque", "token_type": "Bearer", "id_token": token})).into_response()
}

async fn userinfo(State(at): State<Shared>, headers: HeaderMap) -> Response {
    assert_eq!(headers["authorization"], "Bearer opaque");
    axum::Json(at.doing.lock().unwrap().told.clone()).into_response()
}

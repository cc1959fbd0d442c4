//! Asking the provider: HTTPS, or plain HTTP on this machine; no redirects, bounded in time and size.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use openidconnect::url::{Host, Url};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::ServiceError;

/// Time for one request, answer included.
const TIME: Duration = Duration::from_secs(10);

/// Largest answer read, bytes: discovery documents and key sets have some ten thousand.
const ANSWER_BYTES: usize = 1 << 20;

type Body = Full<VecDeque<u8>>;

/// A client that trusts the certificates this machine trusts (`SSL_CERT_FILE` names others).
#[derive(Clone)]
pub(super) struct Http(Client<HttpsConnector<HttpConnector>, Body>);

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    #[error("{0} is asked over HTTPS only, or on this machine")]
    Plain(String),
    #[error("{0}: {1}")]
    Failed(String, String),
    #[error("{0}: no answer within {s} s", s = TIME.as_secs())]
    Late(String),
}

/// Whether what is sent there can be overheard: neither HTTPS nor on this machine.
pub(super) fn overheard(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    !(url.scheme() == "https" || url.scheme() == "http" && here)
}

impl Http {
    pub(super) fn new() -> Result<Self, ServiceError> {
        let roots =
            HttpsConnectorBuilder::new().with_provider_and_native_roots(rustls::crypto::ring::default_provider());
        let roots = roots.map_err(|error| ServiceError::Internal(format!("certificates of this machine: {error}")))?;
        let connector = roots.https_or_http().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Sends a request and reads the answer whole.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let uri = request.uri().to_string();
        if Url::parse(&uri).map_or(true, |url| overheard(&url)) {
            return Err(Unanswered::Plain(uri));
        }
        // A query may hold what should not be in a log.
        let place = uri.split('?').next().unwrap_or_default().to_owned();
        let failed = |error: &dyn std::error::Error| {
            let mut said = error.to_string();
            let mut cause = error.source();
            while let Some(next) = cause {
                said = format!("{said}: {next}");
                cause = next.source();
            }
            Unanswered::Failed(place.clone(), said)
        };
        let answered = async {
            let request = request.map(|body| Full::new(VecDeque::from(body)));
            let (head, body) = self.0.request(request).await.map_err(|error| failed(&error))?.into_parts();
            let body = Limited::new(body, ANSWER_BYTES).collect().await.map_err(|error| failed(&*error))?;
            Ok(HttpResponse::from_parts(head, body.to_bytes().to_vec()))
        };
        tokio::time::timeout(TIME, answered).await.map_err(|_| Unanswered::Late(place.clone()))?
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_in_the_clear() {
        let check = |url: &str, expected| assert_eq!(overheard(&Url::parse(url).unwrap()), expected, "{url}");
        check("https://door.example/a", false);
        check("http://127.0.0.1:8/a", false);
        check("http://[::1]/a", false);
        check("http://localhost:9/a", false);
        check("http://door.example/a", true);
        check("http://127.0.0.1.door.example/", true);
        check("file:///etc/passwd", true);
    }
}

//! Connections: accepted, given a time for each head, and finished when the service stops.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// Before connections are accepted again when the system has no room for more.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers requests until `stop`, then finishes those that are being answered.
///
/// A connection whose next head has not come whole within `head_time` is closed: slow senders and those that say nothing
/// hold none for long. Browsers make it again without asking.
pub async fn serve(socket: TcpListener, router: Router, head_time: Duration, stop: impl Future<Output = ()>) {
    let (closing, mut http) = (GracefulShutdown::new(), http1::Builder::new());
    http.timer(TokioTimer::new()).header_read_timeout(head_time);
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted for a moment");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Answers are written whole; waiting for more to send only delays them.
        stream.set_nodelay(true).ok();
        let known = move |request: axum::http::Request<Incoming>| -> Request {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        };
        let service = TowerToHyperService::new(router.clone().map_request(known));
        tokio::spawn(closing.watch(http.serve_connection(TokioIo::new(stream), service)));
    }
    drop(socket);
    closing.shutdown().await;
}

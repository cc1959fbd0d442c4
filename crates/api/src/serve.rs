//! Connections: so many at a time, each given a time for heads and for those who read answers, and finished when the service
//! stops.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use crate::Config;

/// Before connections are accepted again when the system has no room for more.
const PAUSE: Duration = Duration::from_secs(1);

/// Between two lines of the log that say that there are too many.
const SAID: Duration = Duration::from_secs(60);

/// Memory for what a connection has received or is to send and nobody has taken yet, bytes: a larger head is refused.
const BUFFERED: usize = 64 * 1024;

/// Answers requests until `stop`, then finishes those that are being answered.
///
/// At most `config.connections` at a time; others wait until one ends. A connection whose next head has not come whole
/// within `config.head_time` is closed: slow senders and those that say nothing hold none for long. Browsers make it again
/// without asking. One whose reader takes nothing of an answer for `config.write_time` is closed as well.
pub async fn serve(socket: TcpListener, router: Router, config: Config, stop: impl Future<Output = ()>) {
    let (closing, mut http) = (GracefulShutdown::new(), http1::Builder::new());
    http.timer(TokioTimer::new()).header_read_timeout(config.head_time).max_buf_size(BUFFERED);
    let mut door = Door { socket, room: Arc::new(Semaphore::new(config.connections)), said: None };
    tokio::pin!(stop);
    loop {
        let (room, stream, peer) = tokio::select! {
            entered = door.enter(config.connections) => match entered {
                Some(entered) => entered,
                None => break,
            },
            () = &mut stop => break,
        };
        // Answers are written whole; waiting for more to send only delays them.
        stream.set_nodelay(true).ok();
        let mut stream = Box::pin(TimeoutStream::new(stream));
        stream.as_mut().set_write_timeout_pinned(Some(config.write_time));
        let known = move |request: axum::http::Request<Incoming>| -> Request {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        };
        let service = TowerToHyperService::new(router.clone().map_request(known));
        let connection = closing.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // How a connection ended is the client's affair.
            drop(connection.await);
            drop(room);
        });
    }
    drop(door);
    closing.shutdown().await;
}

/// Where connections come in.
struct Door {
    socket: TcpListener,
    room: Arc<Semaphore>,
    /// When it was last said that there is none left.
    said: Option<Instant>,
}

impl Door {
    /// The next connection, and its place; none never, since nobody closes the room.
    async fn enter(&mut self, most: usize) -> Option<(OwnedSemaphorePermit, TcpStream, std::net::SocketAddr)> {
        if self.room.available_permits() == 0 && self.said.is_none_or(|said| said.elapsed() >= SAID) {
            tracing::warn!(most, "as many connections as there may be: others wait until one ends");
            self.said = Some(Instant::now());
        }
        let room = self.room.clone().acquire_owned().await.ok()?;
        loop {
            match self.socket.accept().await {
                Ok((stream, peer)) => return Some((room, stream, peer)),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted for a moment");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

/// Whether an error is one connection's that was to be accepted, and says nothing about the next: accept(2) hands on what
/// happened to it meanwhile. Others, such as too many open files, last.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::*;
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionReset
            | ConnectionRefused
            | BrokenPipe
            | TimedOut
            | Interrupted
            | PermissionDenied
            | HostUnreachable
            | NetworkUnreachable
            | NetworkDown
    )
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Numbers of errors of Linux (include/uapi/asm-generic/errno.h).
    #[test]
    fn an_error_of_one_connection_stalls_nobody_else() {
        let check = |name, number, one| {
            assert_eq!(is_of_one_connection(&io::Error::from_raw_os_error(number)), one, "{name}");
        };
        check("ECONNABORTED", 103, true);
        check("ECONNRESET", 104, true);
        check("ENETDOWN", 100, true);
        check("EHOSTUNREACH", 113, true);
        check("EPERM", 1, true);
        check("EMFILE", 24, false);
        check("ENFILE", 23, false);
        check("ENOBUFS", 105, false);
        check("ENOMEM", 12, false);
    }
}

//! Two nodes on one database, and a database that goes away and comes back.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use linewright_api::{Config, router};
use linewright_model::{ChangeSet, Origin, Place, PlaceKind, Position};
use linewright_store::Proposal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::bench::{Bench, Engine, now, on_both, send, service};

on_both!(what_one_node_commits_the_other_shows);

fn place(code: &str) -> Proposal {
    let mut changes = ChangeSet::new(Origin::Recording);
    changes.create(Place::new(code, PlaceKind::Cabinet, Some(Position::new(120.9, 32.0).unwrap())));
    Proposal::new(changes, "tester", "a cabinet", now())
}

async fn within(limit: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < limit, "{what} took more than {limit:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn what_one_node_commits_the_other_shows(engine: Engine) {
    let bench = Bench::new(engine).await;
    let other = service(&bench.database.url).await;
    let far = router(other.clone(), Config::default());
    // A session of one node is a session of the other.
    let who = bench.person("planner").await;
    let mut slowest = Duration::ZERO;
    for n in 0..10u64 {
        let committed = bench.service.commit(place(&format!("TWO-{n}"))).await.unwrap();
        assert_eq!(bench.service.snapshot().version(), committed.version, "a node shows its own commit at once");
        let started = Instant::now();
        within(Duration::from_secs(5), "the other node", || other.snapshot().version() >= committed.version).await;
        slowest = slowest.max(started.elapsed());
    }
    println!("{engine:?}: slowest of ten commits to appear on the other node {slowest:?}");
    let found = Request::get("/api/v1/places?code=TWO-9").header("cookie", &who.cookie).body(Body::empty()).unwrap();
    let found = send(&far, found).await.json();
    assert_eq!(found["items"][0]["geometry"]["coordinates"], serde_json::json!([120.9, 32.0]));
    // The topology followed as well.
    let built = linewright_search::Topology::build(&other.snapshot().network);
    assert_eq!(other.snapshot().topology.strands().count(), built.strands().count());
    other.close().await;
}

/// Stands between a service and its server, and can be cut: at once, or after a message to the server was answered.
struct Cut {
    address: SocketAddr,
    through: watch::Sender<bool>,
    /// Words of the message; it is cut once.
    after: Arc<Mutex<Option<&'static str>>>,
}

impl Cut {
    async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (through, open) = watch::channel(true);
        let after: Arc<Mutex<Option<&'static str>>> = Arc::default();
        let (own, told) = (after.clone(), through.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (mut open, server, after, told) = (open.clone(), server.clone(), own.clone(), told.clone());
                tokio::spawn(async move {
                    if !*open.borrow() {
                        return;
                    }
                    let far = TcpStream::connect(server).await.unwrap();
                    tokio::select! {
                        () = carry(near, far, &after, &told) => {}
                        _ = open.wait_for(|open| !*open) => {}
                    }
                });
            }
        });
        Self { address, through, after }
    }
}

/// Carries messages until an end is gone or the words come: then their answer is kept back and everything is cut.
async fn carry(
    mut near: TcpStream,
    mut far: TcpStream,
    after: &Mutex<Option<&'static str>>,
    through: &watch::Sender<bool>,
) {
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                far.write_all(&up[..read]).await.unwrap();
                let words = *after.lock().unwrap();
                if words.is_some_and(|words| up[..read].windows(words.len()).any(|part| part == words.as_bytes())) {
                    assert!(far.read(&mut down).await.unwrap() > 0);
                    after.lock().unwrap().take();
                    through.send_replace(false);
                    return;
                }
            }
            read = far.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                if near.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_outcome_is_not_known_is_not_done_twice() {
    let bench = Bench::new(Engine::Postgres).await;
    let url: sqlx::postgres::PgConnectOptions = bench.database.url.parse().unwrap();
    let cut = Cut::before(format!("{}:{}", url.get_host(), url.get_port())).await;
    let through = url.host("127.0.0.1").port(cut.address.port());
    let node = service(sqlx::ConnectOptions::to_url_lossy(&through).as_str()).await;
    let served = router(node.clone(), Config::default());
    let who = bench.person("administrator").await;
    let new = serde_json::json!({"account": "planner", "name": "CRM", "scope": ["read"],
        "expires_at": "2027-01-01T00:00:00Z"});
    let ask = || {
        let mut request = crate::bench::post(&who, "/api/v1/tokens", &new.to_string());
        request.headers_mut().insert("idempotency-key", "0b5d7e2c-1".parse().unwrap());
        request
    };
    let tokens = async || bench.service.accounts().tokens().await.unwrap().len();
    assert_eq!(
        send(
            &served,
            axum::http::Request::get("/api/v1/session").header("cookie", &who.cookie).body(Body::empty()).unwrap()
        )
        .await
        .status,
        200
    );
    // The server commits, and neither its answer nor any other comes back.
    cut.after.lock().unwrap().replace("COMMIT\0");
    send(&served, ask()).await.is(503, "database-lost", None);
    assert!(cut.after.lock().unwrap().is_none(), "it was not cut");
    assert_eq!(tokens().await, 1);
    // By another node, meanwhile and after: it is not made again.
    let again = bench.send(ask()).await;
    assert_eq!((again.status, &again.json()["token"]), (201, &serde_json::Value::Null), "{}", again.text());
    cut.through.send_replace(true);
    within(Duration::from_secs(20), "recovering", || node.state().lost.is_none()).await;
    let again = send(&served, ask()).await;
    assert_eq!((again.status, tokens().await), (201, 1), "{}", again.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_a_service_reads_on_and_recovers() {
    let bench = Bench::new(Engine::Postgres).await;
    let url: sqlx::postgres::PgConnectOptions = bench.database.url.parse().unwrap();
    let cut = Cut::before(format!("{}:{}", url.get_host(), url.get_port())).await;
    let through = url.host("127.0.0.1").port(cut.address.port());
    let node = service(sqlx::ConnectOptions::to_url_lossy(&through).as_str()).await;
    let served = router(node.clone(), Config::default());
    let who = bench.person("planner").await;
    let get = |path: &str| Request::get(path).header("cookie", &who.cookie).body(Body::empty()).unwrap();
    assert_eq!(send(&served, get("/api/v1/places?limit=1")).await.status, 200);

    cut.through.send_replace(false);
    within(Duration::from_secs(20), "noticing", || node.state().lost.is_some()).await;
    let read = send(&served, get("/api/v1/places?limit=1")).await;
    assert_eq!(read.status, 200, "reading goes on: {}", read.text());
    assert!(read.headers.contains_key("linewright-snapshot-age"));
    assert_eq!(send(&served, get("/readyz")).await.status, 503);
    let refused = send(&served, crate::bench::post(&who, "/api/v1/imports", "")).await;
    assert_eq!(refused.status, 415, "what is wrong anyway is said first: {}", refused.text());
    let started = Instant::now();
    let error = node.commit(place("LOST")).await.unwrap_err();
    assert!(matches!(error, linewright_service::ServiceError::Lost), "{error}");
    assert!(started.elapsed() < Duration::from_secs(1), "a change is refused at once");
    let changes = send(&served, get("/api/v1/changes")).await;
    changes.is(503, "database-lost", None);
    assert_eq!(changes.headers["retry-after"], "5");

    // Others go on meanwhile.
    let committed = bench.service.commit(place("MEANWHILE")).await.unwrap();
    cut.through.send_replace(true);
    within(Duration::from_secs(20), "recovering", || node.snapshot().version() >= committed.version).await;
    assert_eq!(send(&served, get("/readyz")).await.status, 200);
    node.commit(place("BACK")).await.unwrap();
    within(Duration::from_secs(5), "the first node", || bench.service.snapshot().version().0 == 3).await;
}

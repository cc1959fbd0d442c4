//! A service on a fresh database with the sample city, and people who may log in.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use chrono::{DateTime, TimeZone, Utc};
use linewright_api::{Config, router};
use linewright_catalog::Catalog;
use linewright_exchange::input::read_files;
use linewright_exchange::{Format, ImportOptions};
use linewright_model::Network;
use linewright_service::accounts::NewAccount;
use linewright_service::{Bounds, Clock, ROLES, Role, Service};
use linewright_store::{Mode, Proposal, Storage, connect};
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tower::ServiceExt;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "long enough";

/// When it is.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 25, 8, 0, 0).unwrap()
}

/// Kinds of databases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A database that goes with its owner.
pub(crate) struct Database {
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
    postgres: Option<(PgConnectOptions, String)>,
}

fn server() -> PgConnectOptions {
    let url = std::env::var("LINEWRIGHT_TEST_POSTGRES");
    url.expect("LINEWRIGHT_TEST_POSTGRES is not set: run ./tests/run, which starts a server").parse().unwrap()
}

impl Database {
    /// One that does not exist yet.
    pub(crate) fn new(engine: Engine) -> Self {
        if engine == Engine::Sqlite {
            let folder = tempfile::tempdir().unwrap();
            let url = folder.path().join("test.db").to_string_lossy().into_owned();
            return Self { url, _folder: Some(folder), postgres: None };
        }
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("api_{}_{n}", std::process::id());
        let url = server().database(&name).to_url_lossy().to_string();
        Self { url, _folder: None, postgres: Some((server(), name)) }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((server, name)) = self.postgres.take() else { return };
        // A runtime of its own: a test's may be the one that is ending.
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut conn = server.connect().await.unwrap();
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                conn.execute(AssertSqlSafe(sql)).await.unwrap();
                conn.close().await.unwrap();
            });
        });
        gone.join().unwrap();
    }
}

/// A service with people.
pub(crate) struct Bench {
    pub(crate) router: Router,
    pub(crate) service: Arc<Service>,
    pub(crate) database: Database,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Asserts a status and, for problems, the word of the type and the field.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, kind: &str, field: Option<&str>) {
        assert_eq!(self.status, status, "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
        assert_eq!(problem["field"].as_str(), field, "{problem}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
    }
}

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

/// Opens a service on a database; several may.
pub(crate) async fn service(url: &str) -> Arc<Service> {
    let store = connect(url, Mode::Create).await.unwrap();
    store.migrate().await.unwrap();
    let service = Service::start(store, Catalog::builtin(), Clock::new(now), Bounds::default()).await.unwrap();
    Arc::new(service)
}

impl Bench {
    /// A service with the sample city, and one account of each role.
    pub(crate) async fn new(engine: Engine) -> Self {
        let database = Database::new(engine);
        let store = connect(&database.url, Mode::Create).await.unwrap();
        store.migrate().await.unwrap();
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../topology-samples/nantong");
        let files = read_files(&[sample.into()], 1 << 30).unwrap();
        let options = ImportOptions { format: Some(Format::Native), ..ImportOptions::default() };
        let outcome = linewright_exchange::import(&files, &options, &Network::new()).unwrap();
        store.commit(Proposal::new(outcome.changes, "tester", "the sample", now())).await.unwrap();
        store.close().await;
        let service = service(&database.url).await;
        let bench = Self { router: router(service.clone(), Config::default()), service, database };
        for row in ROLES {
            bench.add(row.word, row.role, None).await;
        }
        bench.add("bound", Role::Administrator, Some("通州区")).await;
        bench
    }

    pub(crate) async fn add(&self, name: &str, role: Role, region: Option<&str>) {
        let new = NewAccount {
            name: name.to_owned(),
            display_name: String::new(),
            role,
            region: region.map(str::to_owned),
            expires_at: None,
            password: PASSWORD.to_owned(),
        };
        self.service.accounts().add(new, "tester", "test").await.unwrap();
    }

    /// Logs somebody in without spending time on the password.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let logged_in = self.service.accounts().log_in(name, PASSWORD).await.unwrap();
        let linewright_service::accounts::Via::Session { csrf } = &logged_in.caller.via else { panic!("no session") };
        Person { cookie: format!("linewright_session={}", logged_in.secret.reveal()), csrf: csrf.clone() }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    pub(crate) async fn get(&self, who: &Person, path: &str) -> Answer {
        self.send(Request::get(path).header("cookie", &who.cookie).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, who: &Person, path: &str, body: &str) -> Answer {
        self.send(post(who, path, body)).await
    }
}

/// A POST of JSON as a page of ours sends it.
pub(crate) fn post(who: &Person, path: &str, body: &str) -> Request<Body> {
    let request = Request::post(path).header("cookie", &who.cookie).header("x-csrf-token", &who.csrf);
    request.header("content-type", "application/json").body(Body::from(body.to_owned())).unwrap()
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 30).await.unwrap().to_vec();
    Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
}

/// Runs a test on both kinds of databases.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => { $(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name($crate::bench::Engine::Sqlite).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name($crate::bench::Engine::Postgres).await;
            }
        }
    )* };
}
pub(crate) use on_both;

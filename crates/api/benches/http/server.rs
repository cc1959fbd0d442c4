//! The process that is measured: the whole service on a database, and beside it a bare axum route.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use linewright_api::{Config, router};
use linewright_catalog::Catalog;
use linewright_model::{Address, Network, Position};
use linewright_samples::{Sample, Scale};
use linewright_service::accounts::{NewAccount, NewToken};
use linewright_service::{Bounds, Clock, Permission, Role, Service};
use linewright_store::{Mode, Proposal, Storage, connect};
use tokio::net::TcpListener;

/// The word that makes this program the server.
pub(crate) const WORD: &str = "--server";

/// Puts a sample into a fresh database.
pub(crate) async fn keep(scale: Scale, path: &Path) -> Network {
    let store = connect(&path.to_string_lossy(), Mode::Create).await.unwrap();
    store.migrate().await.unwrap();
    for set in Sample::new(scale, 1) {
        store.commit(Proposal::new(set.unwrap(), "bench", "sample", Utc::now())).await.unwrap();
    }
    let network = store.snapshot().await.unwrap();
    store.close().await;
    network
}

/// A service as it is usually started.
pub(crate) async fn service(path: &str) -> Arc<Service> {
    let store = connect(path, Mode::Write).await.unwrap();
    Arc::new(Service::start(store, Catalog::builtin(), Clock::new(Utc::now), Bounds::default()).await.unwrap())
}

/// Serves until its standard input ends; says the two addresses and a token on a line.
pub(crate) async fn serve(path: &str) {
    let service = service(path).await;
    let (name, now): (_, DateTime<Utc>) = (format!("bench-{}", std::process::id()), service.now());
    let account = NewAccount {
        name: name.clone(),
        display_name: String::new(),
        role: Role::Planner,
        region: None,
        expires_at: Some(now + TimeDelta::days(1)),
        password: "made for an hour".to_owned(),
    };
    service.accounts().add(account, "bench", "bench").await.unwrap();
    let scope = vec![Permission::Read, Permission::Survey];
    let token = NewToken { account: name, name: "bench".to_owned(), scope, expires_at: now + TimeDelta::hours(20) };
    let (_, token) = service.accounts().add_token(token, "bench", "bench").await.unwrap();
    let config = Config { requests_per_second: 1_000_000, request_time: Duration::from_secs(60), ..Config::default() };
    let (whole, hello) = (listen().await, listen().await);
    println!("{} {} {}", whole.local_addr().unwrap(), hello.local_addr().unwrap(), token.reveal());
    let bare = Router::new().route("/hello", get(|| async { "hello" }));
    tokio::spawn(async move { axum::serve(hello, bare).await });
    tokio::spawn(linewright_api::serve(whole, router(service, config), config, std::future::pending()));
    tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().count()).await.unwrap();
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// The server's process, as the generator sees it; ends with it.
pub(crate) struct Server {
    child: Child,
    /// Where the service is.
    pub(crate) host: String,
    /// Where the bare route is.
    pub(crate) hello: String,
    pub(crate) token: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Server {
    pub(crate) fn start(path: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.args([WORD, path]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let words: Vec<&str> = said.split_whitespace().collect();
        let [host, hello, token] = words[..] else { panic!("the server said {said:?}") };
        Self { child, host: host.to_owned(), hello: hello.to_owned(), token: token.to_owned() }
    }

    /// Memory that is resident, MB.
    pub(crate) fn resident_mb(&self) -> f64 {
        resident_mb(self.child.id())
    }

    /// Processor time used so far, seconds.
    pub(crate) fn on_cpu_s(&self) -> f64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let spent = |task: std::fs::DirEntry| {
            let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            stat.split_whitespace().next()?.parse::<f64>().ok()
        };
        tasks.filter_map(|task| spent(task.ok()?)).sum::<f64>() / 1e9
    }
}

/// Where customers are: at the standard addresses.
pub(crate) fn customers(network: &Network) -> Vec<Position> {
    network.all::<Address>().filter_map(|(_, address)| address.position).collect()
}

/// Memory of a process, MB.
pub(crate) fn resident_mb(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

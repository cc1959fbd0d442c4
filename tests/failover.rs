//! PostgreSQL is killed, and a standby promoted, while two nodes are written to and read from over HTTP.
//!
//! Reads go on and say how old they are; what was acknowledged is there afterwards, nothing is half there; nobody helps.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::Bench;
use support::http::{Answer, send};

/// Records of one write: all of them or none must be there.
const TOGETHER: usize = 3;

/// How long a node may need to find its database again.
const RECOVERY: Duration = Duration::from_secs(20);

/// The longest a reader may wait, whatever happens to the database; the machine is busy.
const READ: Duration = Duration::from_secs(4);

fn script(args: &[&str]) -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres");
    let output = Command::new(script).args(args).output().unwrap();
    assert!(output.status.success(), "tests/postgres {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A PostgreSQL server of this test's own.
struct Server {
    folder: String,
    host: String,
}

impl Server {
    fn started(said: &str) -> Self {
        let (folder, url) = said.trim().split_once('\n').unwrap();
        let host = url.split(['@', '/']).nth(3).unwrap();
        Self { folder: folder.to_owned(), host: host.to_owned() }
    }

    fn start() -> Self {
        Self::started(&script(&["start"]))
    }

    fn standby(&self) -> Self {
        Self::started(&script(&["standby", &self.folder]))
    }

    fn tell(&self, what: &str) {
        script(&[what, &self.folder]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tell("stop");
    }
}

/// `linewright serve`.
struct Node {
    process: Child,
    host: String,
}

impl Node {
    fn start(bench: &Bench, url: &str) -> Self {
        let mut command = bench.command(["--database", url, "serve", "--listen", "127.0.0.1:0", "--rate", "100000"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let host = said.trim().rsplit("http://").next().unwrap().to_owned();
        Self { process, host }
    }

    fn ready(&self) -> Answer {
        send(&self.host, "GET /readyz", &[], "").unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// A token of an administrator.
fn token(bench: &Bench, url: &str) -> String {
    bench.run(["--database", url, "account", "add", "boss", "--role", "administrator"]).done();
    let scope = ["--scope", "read,change"];
    let made =
        bench.json(["--database", url, "token", "add", "--account", "boss", "--name", "test"].iter().chain(&scope));
    format!("Bearer {}", made["token"].as_str().unwrap())
}

/// What writers and readers saw.
#[derive(Default)]
struct Seen {
    /// Writes that were acknowledged.
    acknowledged: Mutex<Vec<String>>,
    /// Answers that were no acknowledgement, by status; 0 for none.
    refused: Mutex<BTreeMap<u16, usize>>,
    /// The oldest snapshot that was read, seconds.
    oldest_s: Mutex<f64>,
    reads: Mutex<usize>,
    enough: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(host: &str, token: &str, code: &str, map: &str) -> std::io::Result<Answer> {
    let part = "Content-Disposition: form-data; name=\"files\"; filename=\"a.geojson\"";
    let body = format!("--XX\r\n{part}\r\n\r\n{map}\r\n--XX--\r\n");
    let headers = [
        ("Authorization", token),
        ("Content-Type", "multipart/form-data; boundary=XX"),
        ("Idempotency-Key", &format!("key-of-{code}")),
    ];
    send(host, "POST /api/v1/imports?dataset=load&crs=wgs84", &headers, &body)
}

/// Ends the others when the one that watches them ends, by a panic too.
struct Enough<'a>(&'a Seen);

impl Drop for Enough<'_> {
    fn drop(&mut self) {
        self.0.enough.store(true, Ordering::Relaxed);
    }
}

impl Seen {
    fn goes_on(&self) -> bool {
        !self.enough.load(Ordering::Relaxed)
    }

    fn write(&self, host: &str, token: &str, writer: usize) {
        for n in 0.. {
            if !self.goes_on() {
                return;
            }
            let code = format!("w{writer}-{n}");
            let features: Vec<String> = (0..TOGETHER)
                .map(|part| {
                    let (x, y) = (110.0 + n as f64 * 1e-3, 30.0 + writer as f64 + part as f64 * 1e-3);
                    format!(
                        r#"{{"type": "Feature", "properties": {{"id": "{code}/{part}"}}, "geometry": {{"type": "Point", "coordinates": [{x}, {y}]}}}}"#
                    )
                })
                .collect();
            let map = format!(r#"{{"type": "FeatureCollection", "features": [{}]}}"#, features.join(","));
            let answer = write(host, token, &code, &map);
            match &answer {
                Ok(answer) if answer.status == 200 => {
                    assert!(answer.json()["version"].is_u64(), "{answer:?}");
                    lock(&self.acknowledged).push(code);
                }
                _ => {
                    let status = answer.map_or(0, |answer| {
                        assert!(answer.status == 503 && answer.header("retry-after").is_some(), "{answer:?}");
                        answer.status
                    });
                    *lock(&self.refused).entry(status).or_default() += 1;
                    sleep(Duration::from_millis(20));
                }
            }
        }
    }

    fn read(&self, host: &str, token: &str) {
        while self.goes_on() {
            let asked = Instant::now();
            let answer = send(host, "GET /api/v1/places?limit=1", &[("Authorization", token)], "").unwrap();
            assert_eq!(answer.status, 200, "{answer:?}");
            assert!(asked.elapsed() < READ, "a reader waited {:?}", asked.elapsed());
            let age = answer.header("linewright-snapshot-age").unwrap().parse::<f64>().unwrap();
            let mut oldest = lock(&self.oldest_s);
            *oldest = oldest.max(age);
            *lock(&self.reads) += 1;
            sleep(Duration::from_millis(20));
        }
    }

    /// Waits until so many further writes are acknowledged.
    fn acknowledges(&self, further: usize) {
        let (start, before) = (Instant::now(), lock(&self.acknowledged).len());
        while lock(&self.acknowledged).len() < before + further {
            assert!(start.elapsed() < RECOVERY, "after {RECOVERY:?} nothing is written: {:?}", lock(&self.refused));
            sleep(Duration::from_millis(20));
        }
    }
}

/// Waits until a node says that it has its database, or that it has lost it.
fn wait_for(node: &Node, has_it: bool) {
    let start = Instant::now();
    while (node.ready().status == 200) != has_it {
        assert!(start.elapsed() < RECOVERY, "{:?}", node.ready());
        sleep(Duration::from_millis(50));
    }
}

/// The codes a node shows, of the writes.
fn shown(node: &Node, token: &str) -> BTreeSet<String> {
    let (mut codes, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let path = format!("GET /api/v1/places?limit=1000{cursor}");
        let page = send(&node.host, &path, &[("Authorization", token)], "").unwrap().json();
        codes.extend(page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()));
        match &page["next"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return codes,
        }
    }
}

/// Runs `happens` while both nodes are written to and read from, then compares what is there with what was said.
fn under_load(bench: &Bench, url: &str, happens: impl FnOnce(&[Node; 2], &str, &Seen)) {
    let token = token(bench, url);
    let nodes = [Node::start(bench, url), Node::start(bench, url)];
    let seen = Seen::default();
    scope(|threads| {
        let _enough = Enough(&seen);
        for (n, node) in nodes.iter().enumerate() {
            let (seen, token) = (&seen, &token);
            threads.spawn(move || seen.write(&node.host, token, n));
            threads.spawn(move || seen.read(&node.host, token));
        }
        seen.acknowledges(10);
        happens(&nodes, &token, &seen);
        seen.acknowledges(10);
    });
    let (said, reads) = (lock(&seen.acknowledged).clone(), *lock(&seen.reads));
    println!(
        "{} acknowledged, not: {:?}, {reads} reads, the oldest {} s",
        said.len(),
        lock(&seen.refused),
        lock(&seen.oldest_s)
    );
    // From the tables, by a process of its own.
    let kept = bench.path("kept");
    bench.run(["--database", url, "export", "--format", "native", kept.to_str().unwrap()]).done();
    let places = std::fs::read_to_string(kept.join("place.csv")).unwrap();
    let kept: BTreeSet<String> = places
        .lines()
        .flat_map(|line| line.split([',', '"']))
        .filter(|cell| cell.contains('/'))
        .map(str::to_owned)
        .collect();
    for code in &said {
        assert!(kept.contains(&format!("{code}/0")), "{code} was acknowledged and is gone");
    }
    for record in &kept {
        let code = record.split('/').next().unwrap();
        for part in 0..TOGETHER {
            assert!(kept.contains(&format!("{code}/{part}")), "{code} is half there");
        }
    }
    for node in &nodes {
        wait_for(node, true);
        assert_eq!(shown(node, &token), kept, "what a node shows is not what is kept");
    }
}

#[test]
fn a_killed_server_is_found_again_and_nothing_acknowledged_is_lost() {
    let (bench, server) = (Bench::new(), Server::start());
    let url = format!("postgres://postgres@{}/net", server.host);
    bench.run(["--database", &url, "migrate"]).done();
    under_load(&bench, &url, |nodes, token, seen| {
        // Back at once: writers wait and are not refused for long.
        server.tell("crash");
        server.tell("again");
        seen.acknowledges(10);
        // Gone for a while: readers are told how old their answers are, writers are refused.
        server.tell("crash");
        nodes.iter().for_each(|node| wait_for(node, false));
        for node in nodes {
            let asked = Instant::now();
            let refused = write(&node.host, token, "late", "{}").unwrap();
            assert_eq!(refused.status, 503, "{refused:?}");
            assert!(refused.json()["type"] == "/problems/database-lost" && refused.header("retry-after").is_some());
            assert!(asked.elapsed() < READ, "a writer waited {:?}", asked.elapsed());
        }
        sleep(Duration::from_secs(2));
        assert!(*lock(&seen.oldest_s) >= 3.0, "no reader was told that its answer is old");
        server.tell("again");
        nodes.iter().for_each(|node| wait_for(node, true));
    });
}

#[test]
fn a_promoted_standby_is_found_and_nothing_acknowledged_is_lost() {
    let (bench, primary) = (Bench::new(), Server::start());
    bench.run(["--database", &format!("postgres://postgres@{}/net", primary.host), "migrate"]).done();
    let standby = primary.standby();
    // The standby first: which of them is the primary is asked, not assumed.
    let url = format!("postgres://postgres@{},{}/net", standby.host, primary.host);
    under_load(&bench, &url, |nodes, _, seen| {
        primary.tell("crash");
        sleep(Duration::from_secs(1));
        standby.tell("promote");
        seen.acknowledges(1);
        nodes.iter().for_each(|node| wait_for(node, true));
    });
}

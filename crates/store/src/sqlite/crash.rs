//! Kill -9: a child process commits and says so; whatever it said is there afterwards, and nothing is half there.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use linewright_model::{ChangeSet, Network, Origin, Place, PlaceId, PlaceKind};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::Sqlite;
use crate::{AsOf, Mode, Proposal, Storage};

/// Tells the child which database to write to.
const DATABASE: &str = "LINEWRIGHT_CRASH_DATABASE";

/// Records of a large commit; all of them or none must be there.
const LARGE: usize = 600;

fn places(code: &str, count: usize) -> Proposal {
    let mut set = ChangeSet::new(Origin::Recording);
    for n in 0..count {
        set.create(Place::new(format!("{code}/{n}"), PlaceKind::Node, None));
    }
    Proposal::new(set, "child", code, chrono::DateTime::UNIX_EPOCH)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child process of kill_9_loses_nothing_acknowledged"]
async fn child() {
    let path = std::env::var(DATABASE).unwrap();
    let store = Arc::new(Sqlite::open(Path::new(&path), Mode::Write).await.unwrap());
    let start = store.head().await.unwrap();
    for turn in 0.. {
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let store = store.clone();
            let code = format!("{start}-{turn}-{n}");
            let count = if n == 7 { LARGE } else { 1 };
            tasks.spawn(async move {
                store.commit(places(&code, count)).await.unwrap();
                // One write, so that the parent never reads half a line.
                std::io::stdout().write_all(format!("acked {code} .\n").as_bytes()).unwrap();
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    }
}

/// Runs the child until it has acknowledged `commits` commits, kills it, and returns all it acknowledged.
fn killed_after(path: &Path, commits: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::crash::child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acked = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // What was said before the kill is read to the end.
        if let Some((_, code)) = line.unwrap().split_once("acked ") {
            acked.extend(code.strip_suffix(" .").map(str::to_owned));
        }
        if acked.len() == commits {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    acked
}

#[tokio::test]
async fn kill_9_loses_nothing_acknowledged() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("net.db");
    let store = Sqlite::open(&path, Mode::Create).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    let mut acked = Vec::new();
    for round in 0..crate::conformance::kill_rounds() {
        let more = killed_after(&path, 1 + round * 2 % 50);
        assert!(more.len() > round * 2 % 50, "the child stopped by itself: {more:?}");
        acked.extend(more);
        let store = Sqlite::open(&path, Mode::Write).await.unwrap();
        let network = store.load().await.unwrap();
        for code in &acked {
            assert!(place(&network, code, 0).is_some(), "{code} was acknowledged and is gone");
        }
        for code in acked.iter().filter(|code| code.ends_with("-7")) {
            assert!(place(&network, code, LARGE - 1).is_some(), "{code} is half there");
        }
        // Also what was not acknowledged is whole: the log, appended in the same transactions, gives the same.
        assert!(network.same_records(&store.as_of(AsOf::Version(network.version())).await.unwrap()));
        let commits = store.log(linewright_model::Version(0), u32::MAX).await.unwrap();
        assert_eq!(commits.len() as u64, network.version().0);
        assert!(commits.iter().all(|entry| [1, LARGE].contains(&entry.changes.changes.len())));
        store.close().await;
    }
}

fn place(network: &Network, code: &str, n: usize) -> Option<PlaceId> {
    network.by_code(None, &format!("{code}/{n}"))
}

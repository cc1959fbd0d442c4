//! Kill -9 of the server: whatever was acknowledged is there when it starts again, and nothing is half there.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use linewright_model::{ChangeSet, Network, Origin, Place, PlaceId, PlaceKind, Version};
use tokio::task::JoinSet;

use super::Postgres;
use crate::{AsOf, Location, Mode, PostgresUrl, Proposal, Storage};

/// Records of a large commit; all of them or none must be there.
const LARGE: usize = 600;

/// A server of this test's own, which it may kill.
struct Server {
    folder: String,
    url: PostgresUrl,
}

fn script(args: &[&str]) -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres");
    let output = Command::new(script).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "tests/postgres {args:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

impl Server {
    fn start() -> Self {
        let said = script(&["start"]);
        let (folder, url) = said.trim().split_once('\n').unwrap();
        let Ok(Location::Postgres(url)) = url.parse() else { panic!("{url}") };
        Self { folder: folder.to_owned(), url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        script(&["stop", &self.folder]);
    }
}

fn places(code: &str, count: usize) -> Proposal {
    let mut set = ChangeSet::new(Origin::Recording);
    for n in 0..count {
        set.create(Place::new(format!("{code}/{n}"), PlaceKind::Node, None));
    }
    Proposal::new(set, "", code, chrono::DateTime::UNIX_EPOCH)
}

fn place(network: &Network, code: &str, n: usize) -> Option<PlaceId> {
    network.by_code(None, &format!("{code}/{n}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_the_server_loses_nothing_acknowledged() {
    let server = Server::start();
    let store = Arc::new(Postgres::open(&server.url, Mode::Create).await.unwrap());
    store.migrate().await.unwrap();
    let acked = Arc::new(Mutex::new(Vec::<String>::new()));
    let mut killed_at_work = 0;
    for round in 0..crate::conformance::kill_rounds() {
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let (store, acked) = (store.clone(), acked.clone());
            tasks.spawn(async move {
                for turn in 0..1000 {
                    let code = format!("{round}-{n}-{turn}");
                    // Whatever is not acknowledged may be there or not.
                    match store.commit(places(&code, if n == 7 { LARGE } else { 1 })).await {
                        Ok(_) => acked.lock().unwrap().push(code),
                        Err(_) => return 1,
                    }
                }
                0
            });
        }
        // Somewhere in the stream of commits, later each round.
        let enough = acked.lock().unwrap().len() + 5 + round * 7 % 100;
        while acked.lock().unwrap().len() < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        script(&["crash", &server.folder]);
        tokio::time::sleep(Duration::from_millis(30)).await;
        tasks.abort_all();
        while let Some(done) = tasks.join_next().await {
            killed_at_work += done.unwrap_or(1);
        }
        script(&["again", &server.folder]);
        // The handle outlives its server, and so does what it has said.
        let network = store.refresh().await.unwrap();
        assert!(network.same_records(&store.load().await.unwrap()), "round {round}");
        let codes = acked.lock().unwrap().clone();
        for code in &codes {
            assert!(place(&network, code, 0).is_some(), "{code} was acknowledged and is gone");
        }
        for (_, place) in network.all::<Place>() {
            let code = place.tag.code.split_once('/').unwrap().0;
            assert!(!code.contains("-7-") || self::place(&network, code, LARGE - 1).is_some(), "{code} is half there");
        }
        assert!(network.same_records(&store.as_of(AsOf::Version(network.version())).await.unwrap()));
        assert_eq!(store.log(Version(0), u32::MAX).await.unwrap().len() as u64, network.version().0);
    }
    assert!(killed_at_work >= crate::conformance::kill_rounds(), "the kills fell between commits");
    store.close().await;
}

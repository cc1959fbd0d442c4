//! Databases written by earlier releases are brought up, hold what they held, and go on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use std::path::{Path, PathBuf};

use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};
use support::Bench;

/// The folders of earlier releases, one for each schema there was.
fn releases() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").canonicalize().unwrap();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Brings the database of a release up and holds it against what that release had put into it.
fn upgrades(bench: &Bench, database: &str, release: &Path) {
    let run = |args: &[&str]| bench.run(["--database", database].iter().chain(args));
    let log = |args: &[&str]| bench.json([&["--database", database, "log"], args].concat());
    let folder = |name: &str| release.join(name).to_str().unwrap().to_owned();
    run(&["migrate"]).done();
    run(&["migrate"]).done().says("up to date");

    let told = log(&[]);
    let entries = told["entries"].as_array().unwrap();
    let why: Vec<&str> = entries.iter().map(|entry| entry["why"].as_str().unwrap()).collect();
    assert_eq!(
        why,
        ["undo of version 3 (undo of version 2 (after))", "undo of version 2 (after)", "after", "before"],
        "{told}"
    );
    assert!(entries.iter().all(|entry| entry["who"] == "李工"), "{told}");
    assert_eq!(entries[2]["tables"]["place"], json!({"created": 0, "updated": 1, "removed": 0}));

    // What is there is what the release had imported, at every version.
    let (before, after) = (folder("before"), folder("after"));
    let import = ["import", "--name", "old", "--replace"];
    run(&[&import[..], &["--dry-run", &after]].concat()).done().says("nothing changed");
    for (version, same) in [("1", &before), ("2", &after), ("3", &before), ("4", &after)] {
        let out = format!("out{version}");
        run(&["export", "--format", "native", "--as-of", version, &out]).done();
        let fresh = format!("fresh{version}.db");
        bench.run(["--database", &fresh, "import", "--name", "old", same]).done();
        bench.run(["--database", &fresh, "import", "--name", "old", "--replace", &out]).done().says("nothing changed");
        std::fs::remove_dir_all(bench.path(&out)).unwrap();
        std::fs::remove_file(bench.path(&fresh)).unwrap();
    }
    let traced = run(&["trace", "D1"]).done();
    assert!(traced.out.contains("R1") && traced.out.contains("银行"), "{traced:?}");

    // Schema 1 had no accounts yet.
    let accounts = bench.json(["--database", database, "account", "list"]);
    let names: Vec<&str> =
        accounts.as_array().unwrap().iter().map(|account| account["username"].as_str().unwrap()).collect();
    assert_eq!(names, if release.ends_with("schema-1") { &[][..] } else { &["li"] });

    // And it goes on: a change, an undo of what the release had done, a backup and back.
    run(&[&import[..], &[&before]].concat()).done().says("version 5");
    run(&["undo", "5"]).done();
    run(&[&import[..], &["--dry-run", &after]].concat()).done().says("nothing changed");
    run(&["backup", "upgraded.backup"]).done().says("version 6 backed up");
    bench.run(["--database", "copy.db", "restore", "upgraded.backup"]).done();
    assert_eq!(bench.json(["--database", "copy.db", "log"]), log(&[]));
    assert_eq!(bench.json(["--database", "copy.db", "account", "list"]), accounts);
    std::fs::remove_file(bench.path("copy.db")).unwrap();
    std::fs::remove_file(bench.path("upgraded.backup")).unwrap();
}

#[test]
fn a_sqlite_file_of_every_release_is_brought_up() {
    for release in releases() {
        let bench = Bench::new();
        let dump = std::fs::read_to_string(release.join("sqlite.sql")).unwrap();
        block_on(async {
            let options = SqliteConnectOptions::new().filename(bench.path("old.db")).create_if_missing(true);
            let mut conn = options.foreign_keys(false).connect().await.unwrap();
            conn.execute(AssertSqlSafe(dump)).await.unwrap();
            conn.close().await.unwrap();
        });
        upgrades(&bench, "old.db", &release);
    }
}

#[test]
fn a_postgres_database_of_every_release_is_brought_up() {
    let server: PgConnectOptions = std::env::var("LINEWRIGHT_TEST_POSTGRES")
        .expect("LINEWRIGHT_TEST_POSTGRES is not set: run ./tests/run, which starts a server")
        .parse()
        .unwrap();
    for release in releases() {
        let bench = Bench::new();
        let name = format!("upgrade_{}", std::process::id());
        let dump = std::fs::read_to_string(release.join("postgres.sql")).unwrap();
        let admin = async |sql: String| {
            let mut conn = server.connect().await.unwrap();
            conn.execute(AssertSqlSafe(sql)).await.unwrap();
            conn.close().await.unwrap();
        };
        let options = server.clone().database(&name);
        block_on(async {
            let create =
                format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
            admin(create).await;
            let mut conn = options.connect().await.unwrap();
            conn.execute(AssertSqlSafe(dump)).await.unwrap();
            conn.close().await.unwrap();
        });
        let held = std::panic::catch_unwind(|| upgrades(&bench, options.to_url_lossy().as_str(), &release));
        block_on(admin(format!("DROP DATABASE {name} WITH (FORCE)")));
        if let Err(panic) = held {
            std::panic::resume_unwind(panic);
        }
    }
}

//! The store against the bare engines, in one run: bulk, durable commits, loading.
//!
//! `LINEWRIGHT_TEST_POSTGRES=postgres://... cargo bench -p linewright-store --bench store -- [hamlet|town|city|region]`
//! makes and drops a database on that server, and writes files into a temporary folder. A ratio is ours by the bare
//! engine's, of the same engine, on the same disk, in the same run; above 1 we are quicker.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a program to measure with"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use linewright_exchange::{ExportOptions, Format, ImportOptions, export, import};
use linewright_model::{ChangeSet, Network, Origin, Place, PlaceKind, TableKind};
use linewright_samples::Scale;
use linewright_store::{Backup, Mode, Progress, Proposal, Storage, Store, connect};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqliteConnection};
use sqlx::{postgres::PgConnectOptions, query, query_scalar};
use tokio::task::JoinSet;

/// Rows of the bare engines' bulk.
const ROWS: u32 = 500_000;

/// Durable commits measured.
const BARE_COMMITS: u32 = 400;
const COMMITS: u32 = 6_000;

/// Proposers at the same time.
const PROPOSERS: u32 = 64;

/// A table such as ours are: a key, two numbers, two texts, a real, two references and an index.
const BARE: &str = "CREATE TABLE bare (id BIGINT PRIMARY KEY, revision BIGINT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, \
                    kind TEXT NOT NULL, a BIGINT NOT NULL, b BIGINT NOT NULL, length_m DOUBLE PRECISION NOT NULL, unit TEXT NOT NULL)";
const BARE_INDEX: &str = "CREATE UNIQUE INDEX bare_code ON bare (code)";

/// One line of the table.
fn line(what: &str, ours: f64, unit: &str, bare: Option<f64>) {
    let ratio = bare.map_or(String::new(), |bare| format!("{bare:>12.0} {:>7.2}", ours / bare));
    println!("{what:<54} {ours:>12.0} {unit:<10} {ratio}");
}

fn per_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

fn proposal(changes: ChangeSet) -> Proposal {
    Proposal::new(changes, "bench", "", chrono::DateTime::UNIX_EPOCH)
}

fn records(network: &Network) -> u64 {
    TableKind::ALL.iter().map(|table| network.count_of(*table) as u64).sum()
}

fn quiet() -> Progress {
    Progress::new(|_, _| {})
}

async fn bare_sqlite(path: &Path) -> (SqliteConnection, f64, f64) {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut conn = options.disable_statement_logging().connect().await.unwrap();
    conn.execute(BARE.replace("DOUBLE PRECISION", "REAL").leak() as &str).await.unwrap();
    conn.execute(BARE_INDEX).await.unwrap();
    let started = Instant::now();
    let mut tx = conn.begin().await.unwrap();
    let marks = vec!["(?,?,?,?,?,?,?,?,?)"; 256].join(",");
    let sql: &'static str = format!("INSERT INTO bare VALUES {marks}").leak();
    let mut rows = 0u32;
    while rows < ROWS {
        let mut insert = query(sql);
        for id in rows..rows + 256 {
            insert = insert.bind(id).bind(1).bind(format!("CODE-{id}")).bind("name").bind("duct");
            insert = insert.bind(id / 2).bind(id / 3).bind(f64::from(id) * 0.1).bind("unit");
        }
        insert.execute(&mut *tx).await.unwrap();
        rows += 256;
    }
    tx.commit().await.unwrap();
    let bulk = per_second(rows.into(), started.elapsed());
    let started = Instant::now();
    for id in rows..rows + BARE_COMMITS {
        let insert = query("INSERT INTO bare VALUES (?1, 1, ?2, '', 'duct', 1, 2, 0.5, '')");
        insert.bind(id).bind(format!("CODE-{id}")).execute(&mut conn).await.unwrap();
    }
    (conn, bulk, per_second(BARE_COMMITS.into(), started.elapsed()))
}

async fn bare_postgres(options: &PgConnectOptions) -> (PgConnection, f64, f64) {
    let mut conn = options.clone().disable_statement_logging().connect().await.unwrap();
    conn.execute(BARE).await.unwrap();
    conn.execute(BARE_INDEX).await.unwrap();
    let started = Instant::now();
    let mut copy = conn.copy_in_raw("COPY bare FROM STDIN").await.unwrap();
    let mut text = String::new();
    for id in 0..ROWS {
        use std::fmt::Write as _;
        writeln!(text, "{id}\t1\tCODE-{id}\tname\tduct\t{}\t{}\t{}\tunit", id / 2, id / 3, f64::from(id) * 0.1)
            .unwrap();
        if text.len() > 256 * 1024 {
            copy.send(text.as_bytes()).await.unwrap();
            text.clear();
        }
    }
    copy.send(text.as_bytes()).await.unwrap();
    copy.finish().await.unwrap();
    let bulk = per_second(ROWS.into(), started.elapsed());
    let started = Instant::now();
    for id in ROWS..ROWS + BARE_COMMITS {
        let insert = query("INSERT INTO bare VALUES ($1, 1, $2, '', 'duct', 1, 2, 0.5, '')");
        insert.bind(i64::from(id)).bind(format!("CODE-{id}")).execute(&mut conn).await.unwrap();
    }
    (conn, bulk, per_second(BARE_COMMITS.into(), started.elapsed()))
}

/// Small durable commits a second, handed in by many at the same time.
async fn grouped(store: &Arc<Store>) -> f64 {
    store.commit(proposal(ChangeSet::default())).await.unwrap();
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for proposer in 0..PROPOSERS {
        let store = store.clone();
        tasks.spawn(async move {
            for n in (proposer..COMMITS).step_by(PROPOSERS as usize) {
                let mut set = ChangeSet::new(Origin::Recording);
                set.create(Place::new(format!("BENCH-{n}"), PlaceKind::Node, None));
                store.commit(proposal(set)).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    per_second(COMMITS.into(), started.elapsed())
}

/// Rows a second when the same tables are read through the driver, row by row.
macro_rules! read_bare {
    ($conn:expr, $prefix:expr) => {{
        let (started, mut rows) = (Instant::now(), 0u64);
        for table in
            ["place", "span", "cable", "cable_route", "device", "port_block", "splice", "jumper", "trail", "leg", "hop"]
        {
            let sql = format!("SELECT * FROM {}{table}", $prefix);
            rows += query(AssertSqlSafe(sql)).fetch_all($conn).await.unwrap().len() as u64;
        }
        per_second(rows, started.elapsed())
    }};
}

async fn ours(
    engine: &str,
    url: &str,
    network: &Network,
    files: &[linewright_exchange::input::File],
    bare: (f64, f64),
) {
    let store = Arc::new(connect(url, Mode::Create).await.unwrap());
    store.migrate().await.unwrap();
    let count = records(network);
    let started = Instant::now();
    let options = ImportOptions { format: Some(Format::Native), ..ImportOptions::default() };
    let outcome = import(files, &options, &Network::new()).unwrap();
    assert!(!outcome.refused);
    let parsed = started.elapsed();
    store.commit(proposal(outcome.changes)).await.unwrap();
    let took = started.elapsed();
    line(&format!("{engine}: import, parse to commit"), per_second(count, took), "records/s", None);
    line(
        &format!("{engine}: of that the commit (bare: rows, bulk)"),
        per_second(count, took - parsed),
        "records/s",
        Some(bare.0),
    );
    let started = Instant::now();
    let loaded = store.load().await.unwrap();
    let load = per_second(count, started.elapsed());
    assert_eq!(records(&loaded), count);
    drop(loaded);
    line(&format!("{engine}: load"), load, "records/s", None);
    line(
        &format!("{engine}: grouped durable commits (bare: one by one)"),
        grouped(&store).await,
        "commits/s",
        Some(bare.1),
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup");
    let started = Instant::now();
    let contents = store.backup(&path, chrono::DateTime::UNIX_EPOCH, &quiet()).await.unwrap();
    line(&format!("{engine}: backup"), per_second(contents.header.rows, started.elapsed()), "rows/s", None);
    let started = Instant::now();
    let backup = Backup::verify(&path, &quiet()).unwrap();
    store.restore(&backup, true, &quiet()).await.unwrap();
    let restore = per_second(contents.header.rows, started.elapsed());
    line(&format!("{engine}: restore, verify to commit (bare: rows, bulk)"), restore, "rows/s", Some(bare.0));
    store.close().await;
}

#[tokio::main]
async fn main() {
    let asked = std::env::args().skip(1).find(|word| !word.starts_with("--")).unwrap_or_else(|| "city".to_owned());
    let scale = match asked.as_str() {
        "hamlet" => Scale::Hamlet,
        "town" => Scale::Town,
        "city" => Scale::City,
        "region" => Scale::Region,
        other => panic!("{other} is none of hamlet, town, city, region"),
    };
    let server: PgConnectOptions =
        std::env::var("LINEWRIGHT_TEST_POSTGRES").expect("LINEWRIGHT_TEST_POSTGRES names a server").parse().unwrap();
    let network = linewright_samples::generate(scale, 1, &mut |_, _| {}).unwrap();
    let named = ExportOptions { dataset: None, name: "bench".into(), description: "".into() };
    let files = export(&network, Format::Native, &named).unwrap();
    println!("{asked}: {} records", records(&network));
    println!("{:<54} {:>12} {:<10} {:>12} {:>7}", "", "ours", "", "bare", "ratio");

    let folder = tempfile::tempdir().unwrap();
    let (conn, bulk, commits) = bare_sqlite(&folder.path().join("bare.db")).await;
    conn.close().await.unwrap();
    let path = folder.path().join("net.db");
    ours("SQLite", path.to_str().unwrap(), &network, &files, (bulk, commits)).await;
    let mut conn = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    line("SQLite: bare: the same tables through the driver", read_bare!(&mut conn, ""), "rows/s", None);
    conn.close().await.unwrap();

    let name = format!("linewright_bench_{}", std::process::id());
    let mut admin = server.clone().connect().await.unwrap();
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    admin.execute(AssertSqlSafe(create)).await.unwrap();
    let options = server.database(&name);
    let (mut conn, bulk, commits) = bare_postgres(&options).await;
    ours("PostgreSQL", options.to_url_lossy().as_str(), &network, &files, (bulk, commits)).await;
    line("PostgreSQL: bare: the same tables through the driver", read_bare!(&mut conn, "linewright."), "rows/s", None);
    let rows: i64 = query_scalar("SELECT count(*) FROM bare").fetch_one(&mut conn).await.unwrap();
    assert_eq!(rows, i64::from(ROWS + BARE_COMMITS));
    conn.close().await.unwrap();
    admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
}

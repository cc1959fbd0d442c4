//! The store against the bare engines, in one run: bulk, durable commits, loading.
//!
//! `LINEWRIGHT_TEST_POSTGRES=postgres://... cargo bench -p linewright-store --bench store -- [hamlet|town|city|region]`
//! makes and drops databases on that server, and writes files into a temporary folder. A ratio is ours by the bare
//! engine's, of the same engine, on the same disk, in the same run; above 1 we are quicker. `-- start DATABASE` reads a
//! network that is there, and makes its topology. Every line of JSON is a measurement.
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

use linewright_exchange::input::File;
use linewright_exchange::{ExportOptions, Format, ImportOptions, export, import};
use linewright_model::{ChangeSet, Network, Origin, Place, PlaceKind, TableKind};
use linewright_samples::Scale;
use linewright_search::Topology;
use linewright_store::{Backup, Mode, Progress, Proposal, Storage, Store, connect};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, postgres::PgConnectOptions, query};
use tokio::task::JoinSet;

/// Rows of the bare engines' bulk.
const ROWS: u32 = 500_000;

/// Durable commits measured.
const COMMITS: u32 = 6_400;

/// Proposers at the same time, and commits of the bare engine in one transaction.
const PROPOSERS: u32 = 64;

/// A table such as ours are: a key, two numbers, two texts, a real, two references and an index.
const BARE: &str = "CREATE TABLE bare (id BIGINT PRIMARY KEY, revision BIGINT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, \
                    kind TEXT NOT NULL, a BIGINT NOT NULL, b BIGINT NOT NULL, length_m DOUBLE PRECISION NOT NULL, unit TEXT NOT NULL)";
const BARE_INDEX: &str = "CREATE UNIQUE INDEX bare_code ON bare (code)";

/// One measurement; `bare` is what the bare engine does.
fn line(what: &str, ours: f64, unit: &str, bare: Option<f64>) {
    let bare = bare.map_or(String::new(), |bare| format!(r#", "peer": {bare:.0}, "ratio": {:.2}"#, ours / bare));
    println!(r#"{{"bench": "store", "what": "{what}", "unit": "{unit}", "value": {ours:.1}{bare}}}"#);
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

async fn bare_sqlite(path: &Path) -> f64 {
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
    conn.close().await.unwrap();
    bulk
}

async fn bare_postgres(options: &PgConnectOptions) -> f64 {
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
    conn.close().await.unwrap();
    bulk
}

/// A change set of one place.
fn small(n: u32) -> ChangeSet {
    let mut set = ChangeSet::new(Origin::Recording);
    set.create(Place::new(format!("BENCH-{n}"), PlaceKind::Node, None));
    set
}

/// What differs between the engines in the statements of [`bare_grouped`].
struct Dialect {
    /// Before the name of a table.
    schema: &'static str,
    /// Makes JSON of a text.
    json: &'static str,
    /// A column of the log, and its value.
    token: [&'static str; 2],
}

const SQLITE: Dialect = Dialect { schema: "", json: "", token: ["", ""] };
const POSTGRES: Dialect = Dialect { schema: "linewright.", json: "::json", token: [", token", ", 'bench'"] };

/// Durable commits a second when plain statements write the rows of our commits into our tables, so many a transaction.
macro_rules! bare_grouped {
    ($conn:expr, $dialect:expr) => {{
        let Dialect { schema, json, token: [column, token] } = $dialect;
        let rows = |row: &dyn Fn(u32) -> String| (0..PROPOSERS).map(row).collect::<Vec<_>>().join(", ");
        let places = rows(&|n| {
            let (id, revision, code) = (3 * n + 1, 3 * n + 2, 3 * n + 3);
            format!("(${id}, ${revision}, ${code}, '', 'node', '', 'in_service', 'own', '', '', '[]')")
        });
        let places = format!(
            "INSERT INTO {schema}place (id, revision, code, name, kind, region, stage, ownership, notice_party, unit, permits) \
             VALUES {places}"
        );
        let entries = rows(&|n| {
            let (version, changes) = (2 * n + 1, 2 * n + 2);
            format!("(${version}, '2026-01-01T00:00:00.000000Z', 'bench', '', 'recording', ${changes}{json}{token})")
        });
        let entries = format!(
            "INSERT INTO {schema}change_log (version, at, who, why, origin, changes{column}) VALUES {entries}"
        );
        let counter = format!(
            "INSERT INTO {schema}id_counter (table_name, next) VALUES ('place', $1) \
             ON CONFLICT (table_name) DO UPDATE SET next = excluded.next"
        );
        let head = format!("UPDATE {schema}head SET version = $1");
        let started = Instant::now();
        for group in (0..COMMITS).step_by(PROPOSERS as usize) {
            let mut tx = $conn.begin().await.unwrap();
            let (mut place, mut entry) = (query(AssertSqlSafe(places.clone())), query(AssertSqlSafe(entries.clone())));
            for n in group..group + PROPOSERS {
                let version = i64::from(n) + 1;
                place = place.bind(i64::from(n)).bind(version).bind(format!("BENCH-{n}"));
                entry = entry.bind(version).bind(serde_json::to_string(&small(n).changes).unwrap());
            }
            place.execute(&mut *tx).await.unwrap();
            entry.execute(&mut *tx).await.unwrap();
            let next = i64::from(group + PROPOSERS);
            query(AssertSqlSafe(counter.clone())).bind(next).execute(&mut *tx).await.unwrap();
            query(AssertSqlSafe(head.clone())).bind(next).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
        per_second(COMMITS.into(), started.elapsed())
    }};
}

/// A new database with our tables.
async fn tables(url: &str) {
    let store = connect(url, Mode::Create).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
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
                store.commit(proposal(small(n))).await.unwrap();
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

async fn ours(engine: &str, url: &str, network: &Network, files: &[File], bare: [f64; 2]) {
    let [bulk, commits] = bare;
    let store = Arc::new(connect(url, Mode::Create).await.unwrap());
    store.migrate().await.unwrap();
    let count = records(network);
    let say = |what: &str, value, unit, bare| line(&format!("{engine}: {what}"), value, unit, bare);
    let started = Instant::now();
    let options = ImportOptions { format: Some(Format::Native), ..ImportOptions::default() };
    let outcome = import(files, &options, &Network::new()).unwrap();
    assert!(!outcome.refused);
    let parsed = started.elapsed();
    store.commit(proposal(outcome.changes)).await.unwrap();
    let took = started.elapsed();
    say("import, parse to commit", per_second(count, took), "records/s", None);
    say("of that the commit (bare: rows, bulk)", per_second(count, took - parsed), "records/s", Some(bulk));
    let started = Instant::now();
    let loaded = store.load().await.unwrap();
    let load = per_second(count, started.elapsed());
    assert_eq!(records(&loaded), count);
    drop(loaded);
    say("load", load, "records/s", None);
    say("grouped durable commits (bare: the same rows and groups)", grouped(&store).await, "commits/s", Some(commits));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup");
    let started = Instant::now();
    let contents = store.backup(&path, chrono::DateTime::UNIX_EPOCH, &quiet()).await.unwrap();
    say("backup", per_second(contents.header.rows, started.elapsed()), "rows/s", None);
    let started = Instant::now();
    let backup = Backup::verify(&path, &quiet()).unwrap();
    store.restore(&backup, true, &quiet()).await.unwrap();
    let restore = per_second(contents.header.rows, started.elapsed());
    say("restore, verify to commit (bare: rows, bulk)", restore, "rows/s", Some(bulk));
    store.close().await;
}

/// From a database to a network that can be searched.
async fn start(url: &str) {
    let store = connect(url, Mode::ReadOnly).await.unwrap();
    let started = Instant::now();
    let network = store.load().await.unwrap();
    let loaded = started.elapsed();
    let topology = Topology::build(&network);
    let took = started.elapsed();
    topology.prepare();
    let prepared = started.elapsed();
    let engine = if url.starts_with("postgres") { "PostgreSQL" } else { "SQLite" };
    let say = |what: &str, value, unit| line(&format!("{engine}: {what}"), value, unit, None);
    say("start, records read", records(&network) as f64, "records");
    say("start, network read", loaded.as_secs_f64(), "s");
    say("start, network and topology", took.as_secs_f64(), "s");
    say("start, with landmarks", prepared.as_secs_f64(), "s");
    store.close().await;
}

async fn sqlite(network: &Network, files: &[File]) {
    let folder = tempfile::tempdir().unwrap();
    let [rows, small, path] = ["rows.db", "small.db", "net.db"].map(|name| folder.path().join(name));
    let bulk = bare_sqlite(&rows).await;
    tables(small.to_str().unwrap()).await;
    let options = SqliteConnectOptions::new().filename(&small).synchronous(SqliteSynchronous::Full);
    let mut conn = options.foreign_keys(true).disable_statement_logging().connect().await.unwrap();
    let commits = bare_grouped!(conn, SQLITE);
    conn.close().await.unwrap();
    ours("SQLite", path.to_str().unwrap(), network, files, [bulk, commits]).await;
    let mut conn = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    line("SQLite: bare: the same tables through the driver", read_bare!(&mut conn, ""), "rows/s", None);
    conn.close().await.unwrap();
}

async fn postgres(server: &PgConnectOptions, network: &Network, files: &[File]) {
    let names = ["rows", "small", "net"].map(|what| format!("linewright_bench_{what}_{}", std::process::id()));
    let mut admin = server.clone().connect().await.unwrap();
    for name in &names {
        let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
        admin.execute(AssertSqlSafe(create)).await.unwrap();
    }
    let [rows, small, net] = names.clone().map(|name| server.clone().database(&name));
    let bulk = bare_postgres(&rows).await;
    tables(small.to_url_lossy().as_str()).await;
    let mut conn = small.disable_statement_logging().connect().await.unwrap();
    let commits = bare_grouped!(conn, POSTGRES);
    conn.close().await.unwrap();
    ours("PostgreSQL", net.to_url_lossy().as_str(), network, files, [bulk, commits]).await;
    let mut conn = net.connect().await.unwrap();
    line("PostgreSQL: bare: the same tables through the driver", read_bare!(&mut conn, "linewright."), "rows/s", None);
    conn.close().await.unwrap();
    for name in &names {
        admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
    }
}

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let scale = match words.first().map_or("city", String::as_str) {
        "start" => return start(words.get(1).expect("start DATABASE")).await,
        "hamlet" => Scale::Hamlet,
        "town" => Scale::Town,
        "city" => Scale::City,
        "region" => Scale::Region,
        other => panic!("{other} is none of hamlet, town, city, region, start"),
    };
    let server: PgConnectOptions =
        std::env::var("LINEWRIGHT_TEST_POSTGRES").expect("LINEWRIGHT_TEST_POSTGRES names a server").parse().unwrap();
    let network = linewright_samples::generate(scale, 1, &mut |_, _| {}).unwrap();
    let named = ExportOptions { dataset: None, name: "bench".into(), description: "".into() };
    let files = export(&network, Format::Native, &named).unwrap();
    println!("# {} records", records(&network));
    sqlite(&network, &files).await;
    postgres(&server, &network, &files).await;
}

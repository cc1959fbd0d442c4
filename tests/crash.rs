//! kill -9 at random points of running imports: every acknowledged commit is there, and no half.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use std::collections::BTreeMap;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use linewright_model::{Cable, Network, Place, Span};
use linewright_store::{AsOf, Mode, Storage, Store};
use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, postgres::PgConnectOptions};
use support::Bench;

/// Variants of one data set that replace one another: records created, changed and removed in one import.
const PLACES: [usize; 3] = [150, 400, 250];

/// A small generator, so that a round can be repeated from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A database that imports are killed on, and a folder to work in.
struct Target {
    bench: Bench,
    /// As the command line names it.
    database: String,
    server: Option<Server>,
}

/// What is asked of a server beside the imports.
struct Server {
    runtime: tokio::runtime::Runtime,
    conn: PgConnection,
    admin: PgConnectOptions,
    name: String,
    /// Where its write-ahead log stood when the import at hand began.
    from: i64,
}

const POSITION: &str = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

impl Target {
    fn file() -> Self {
        Self { bench: Bench::new(), database: "linewright.db".to_owned(), server: None }
    }

    fn postgres() -> Self {
        let url = std::env::var("LINEWRIGHT_TEST_POSTGRES")
            .expect("LINEWRIGHT_TEST_POSTGRES is not set: run ./tests/run, which starts a server");
        let admin: PgConnectOptions = url.parse().unwrap();
        let name = format!("kills_{}", std::process::id());
        let database = admin.clone().database(&name).to_url_lossy().to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let conn = runtime.block_on(admin.connect()).unwrap();
        let server = Some(Server { runtime, conn, admin, name, from: 0 });
        Self { bench: Bench::new(), database, server }
    }

    fn args<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        [&["--database", &self.database], args].concat()
    }

    fn begins(&mut self) {
        if let Some(server) = &mut self.server {
            let position = sqlx::query_scalar(POSITION).fetch_one(&mut server.conn);
            server.from = server.runtime.block_on(position).unwrap();
        }
    }

    /// What stands in the write-ahead log of a change that is being written: nothing before, and after a clean end.
    fn written(&mut self) -> u64 {
        let Some(server) = &mut self.server else {
            return std::fs::metadata(self.bench.path("linewright.db-wal")).map_or(0, |wal| wal.len());
        };
        let sql = format!(
            "SELECT CASE WHEN EXISTS (SELECT FROM pg_stat_activity WHERE datname = '{}' AND backend_xid IS NOT NULL) \
             THEN ({POSITION}) ELSE 0 END",
            server.name
        );
        let position = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut server.conn);
        let position: i64 = server.runtime.block_on(position).unwrap();
        position.saturating_sub(server.from).try_into().unwrap_or(0)
    }

    /// Waits until the server has noticed that a killed process is gone: what it had been told it still does.
    fn settles(&mut self) {
        let Some(server) = &mut self.server else { return };
        let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'", server.name);
        let left = |server: &mut Server| -> i64 {
            let left = sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_one(&mut server.conn);
            server.runtime.block_on(left).unwrap()
        };
        while left(server) > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let dropped = server.runtime.block_on(async {
                let mut conn = server.admin.connect().await?;
                let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", server.name);
                conn.execute(AssertSqlSafe(sql)).await
            });
            // A test that has failed already says why itself.
            if !std::thread::panicking() {
                dropped.unwrap();
            }
        }
    }
}

fn write_variant(bench: &Bench, variant: usize) {
    let write = |table: &str, content: String| {
        bench.write(&format!("v{variant}/{table}"), content);
    };
    write(
        "manifest.toml",
        "format = \"linewright-native\"\nversion = 1\nname = \"v\"\ndescription = \"v\"\n".to_owned(),
    );
    let (mut place, mut span, mut cable) = (
        String::from("code,name,kind,lon,lat\n"),
        String::from("code,kind,a,b,length_m\n"),
        String::from("code,a,b,cores,length_m,route\n"),
    );
    for number in 0..PLACES[variant] {
        // The name differs by variant, so that common records are updated.
        place.push_str(&format!("P{number},v{variant},manhole,{},31\n", 100.0 + number as f64 / 1000.0));
        if number > 0 {
            let (a, b) = (number - 1, number);
            span.push_str(&format!("S{number},duct,P{a},P{b},{}\n", 95 + variant));
            cable.push_str(&format!("C{number},P{a},P{b},24,{},S{number}\n", 96 + variant));
        }
    }
    write("place.csv", place);
    write("span.csv", span);
    write("cable.csv", cable);
}

fn import(target: &mut Target, variant: usize) -> std::process::Child {
    target.begins();
    let why = format!("variant {variant}");
    let args = ["import", "--name", "loop", "--replace", "--why", &why, "--json", &format!("v{variant}")];
    target.bench.command(target.args(&args)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What a run came to say: the version it made, or that there was nothing to change.
fn answer(child: &mut std::process::Child) -> Option<Option<u64>> {
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    let said = serde_json::from_str::<Value>(&said).ok()?;
    Some(said["version"].as_u64())
}

/// When to kill.
enum Kill {
    /// At a moment.
    At(Instant),
    /// When so much stands in the write-ahead log.
    Written(u64),
}

impl Kill {
    fn is_due(&self, target: &mut Target) -> bool {
        match self {
            Kill::At(moment) => Instant::now() >= *moment,
            Kill::Written(bytes) => target.written() >= *bytes,
        }
    }
}

#[test]
fn every_acknowledged_import_survives_kill_9_and_none_is_half() {
    kills(&mut Target::file());
}

#[test]
fn every_import_acknowledged_by_a_server_survives_kill_9_and_none_is_half() {
    kills(&mut Target::postgres());
}

fn kills(target: &mut Target) {
    let rounds: u64 = match std::env::var("LINEWRIGHT_KILL_ROUNDS") {
        Ok(text) => text.parse().expect("LINEWRIGHT_KILL_ROUNDS is a number"),
        Err(_) if std::env::var("CI").is_ok_and(|value| value == "true") => 100,
        Err(_) => 25,
    };
    (0..PLACES.len()).for_each(|variant| write_variant(&target.bench, variant));
    let mut acknowledged = BTreeMap::new();
    // How long one import takes here, so that kills fall everywhere inside one.
    let started = Instant::now();
    for variant in 0..PLACES.len() {
        let mut child = import(target, variant);
        acknowledged.insert(answer(&mut child).unwrap().unwrap(), variant);
        assert!(child.wait().unwrap().success());
    }
    let usual = started.elapsed() / PLACES.len() as u32;

    let mut random = Random(20_261_122);
    let (mut variant, mut killed_unsaid, mut killed_writing) = (PLACES.len() - 1, 0, 0);
    // Where kills fall depends on how busy the machine is: there are more rounds until they have fallen everywhere.
    for round in 0..rounds * 4 {
        let said = acknowledged.len() as u64;
        let everywhere = said * 4 > rounds && killed_unsaid * 2 > rounds && killed_writing * 4 > rounds;
        if round >= rounds && (everywhere || rounds < 20) {
            break;
        }
        let when = if round % 2 == 0 {
            Kill::At(Instant::now() + usual.mul_f64(random.below(3_000) as f64 / 1_000.0))
        } else {
            // The writing is short beside the rest: it is waited for.
            Kill::Written(1 + random.below(300_000))
        };
        let mut killed = false;
        // A kill that waits for more than an import writes comes with a later import, or not at all.
        for _ in 0..8 {
            variant = (variant + 1) % PLACES.len();
            let mut child = import(target, variant);
            while !killed && child.try_wait().unwrap().is_none() {
                killed = when.is_due(target);
            }
            killed_writing += u64::from(killed && target.written() > 0);
            child.kill().unwrap();
            match answer(&mut child) {
                Some(Some(version)) => drop(acknowledged.insert(version, variant)),
                // After unsaid kills the turn may come to the variant that is there.
                Some(None) => {}
                None if killed => killed_unsaid += 1,
                None => panic!("round {round}: an import that was left alone failed"),
            }
            child.wait().unwrap();
            target.settles();
            if killed {
                break;
            }
        }
        check(target, &acknowledged, round, 32);
        // Reading back the whole log is quadratic over the rounds.
        if round % 10 == 9 || round + 1 >= rounds {
            check(target, &acknowledged, round, 10_000);
            let (tables, folded) = both(target);
            assert!(tables.same_records(&folded), "round {round}: the tables are not what the log says");
        }
    }
    let said = acknowledged.len();
    println!(
        "{rounds} rounds: {said} acknowledged, {killed_unsaid} killed unsaid, {killed_writing} killed while writing"
    );
    // A handful of rounds proves nothing about where the kills fall.
    if rounds < 20 {
        return;
    }
    assert!(said as u64 * 4 > rounds && killed_unsaid * 2 > rounds, "the kills fall all over the imports");
    assert!(killed_writing * 4 > rounds, "many kills fall into the writing");
}

/// Checks the newest `many` versions, and that the tables hold the newest, whole.
fn check(target: &Target, acknowledged: &BTreeMap<u64, usize>, round: u64, many: u64) {
    let log = target.bench.json(target.args(&["log", "--limit", &many.to_string()]));
    let head = log["head"].as_u64().unwrap();
    let entries = log["entries"].as_array().unwrap();
    let variants: BTreeMap<u64, &str> =
        entries.iter().map(|e| (e["version"].as_u64().unwrap(), e["why"].as_str().unwrap())).collect();
    let newest_first = head.saturating_sub(many) + 1;
    for (version, variant) in acknowledged.range(newest_first..) {
        let (logged, why) = (variants.get(version).copied(), format!("variant {variant}"));
        assert_eq!(logged, Some(why.as_str()), "round {round}: version {version} was acknowledged");
    }
    let newest: usize = variants[&head].strip_prefix("variant ").unwrap().parse().unwrap();
    let tables = loaded(target);
    let counts = (tables.count::<Place>(), tables.count::<Span>(), tables.count::<Cable>());
    let n = PLACES[newest];
    assert_eq!(counts, (n, n - 1, n - 1), "round {round}: not the records of variant {newest}");
    assert_eq!(tables.version().0, head);
    let of_variant = |place: &Place| *place.tag.name == *format!("v{newest}");
    assert!(tables.all::<Place>().all(|(_, place)| of_variant(place)), "round {round}: records of two variants");
}

/// The network as the tables have it.
fn loaded(target: &Target) -> Network {
    with_store(target, async |store| store.load().await.unwrap())
}

/// The network as the tables have it, and as the log folds up.
fn both(target: &Target) -> (Network, Network) {
    with_store(target, async |store| {
        let tables = store.load().await.unwrap();
        let folded = store.as_of(AsOf::Version(tables.version())).await.unwrap();
        (tables, folded)
    })
}

fn with_store<T>(target: &Target, work: impl AsyncFnOnce(&Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = target.bench.path(&target.database);
    let url = if target.server.is_some() { &target.database } else { file.to_str().unwrap() };
    runtime.block_on(async {
        let store = linewright_store::connect(url, Mode::Write).await.unwrap();
        let done = work(&store).await;
        store.close().await;
        done
    })
}

#[test]
fn a_database_whose_making_was_killed_is_made_by_the_next_import() {
    let bench = Bench::new();
    write_variant(&bench, 0);
    let mut random = Random(9);
    for round in 0..40 {
        let database = format!("fresh{round}.db");
        let args = ["--database", &database, "import", "v0"];
        let mut child = bench.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(random.below(120)));
        child.kill().unwrap();
        child.wait().unwrap();
        bench.run(args).done();
        bench.run(args).done().says("nothing changed");
        assert_eq!(bench.json(["--database", &database, "log"])["head"], 1, "round {round}");
    }
}

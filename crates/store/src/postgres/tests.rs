//! The suite on PostgreSQL, and what only a server can do wrong.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use linewright_model::{ChangeSet, Network, Origin, Place, PlaceKind, Version};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::{Postgres, schema};
use crate::conformance::{Bench, sample, suite};
use crate::{CommitError, Location, Mode, PostgresUrl, Proposal, SchemaStatus, Storage, StoreError, connect};

/// Names the server on which the tests make and drop databases.
const SERVER: &str = "LINEWRIGHT_TEST_POSTGRES";

/// Where the tests' server is. There is no skipping: two engines that are not both tested drift apart.
pub(super) fn server_url() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "{SERVER} is not set: run ./tests/run, which starts a server, or start one with `./tests/postgres start` \
             and set {SERVER}=postgres://USER:PASSWORD@HOST:PORT/postgres to one whose user may create databases"
        )
    })
}

fn options(database: Option<&str>) -> PgConnectOptions {
    let options: PgConnectOptions = server_url().parse().unwrap();
    let options = options.disable_statement_logging();
    database.map_or(options.clone(), |name| options.database(name))
}

/// Runs statements of the server's owner.
async fn admin(sql: &str) -> Result<(), sqlx::Error> {
    let mut conn = options(None).connect().await.unwrap();
    let done = conn.execute(AssertSqlSafe(sql)).await.map(drop);
    conn.close().await.unwrap();
    done
}

/// A database of its own on the tests' server, dropped at the end.
pub(super) struct Database {
    pub(super) name: String,
}

impl Database {
    fn quoted(&self) -> String {
        format!("\"{}\"", self.name.replace('"', "\"\""))
    }

    pub(super) fn url(&self) -> PostgresUrl {
        self.at(options(None).get_host(), options(None).get_port())
    }

    /// The URL by which it is reached through another address.
    pub(super) fn at(&self, host: &str, port: u16) -> PostgresUrl {
        let url = options(Some(&self.name)).host(host).port(port).to_url_lossy();
        match url.as_str().parse().unwrap() {
            Location::Postgres(url) => url,
            Location::Sqlite(_) => unreachable!(),
        }
    }

    /// A connection of another program.
    pub(super) async fn raw(&self) -> PgConnection {
        options(Some(&self.name)).options([("search_path", "linewright")]).connect().await.unwrap()
    }

    pub(super) async fn sql(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.raw().await;
        let done = conn.execute(AssertSqlSafe(sql)).await.map(drop);
        conn.close().await.unwrap();
        done
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.quoted());
        // A test's runtime cannot wait inside a drop; another thread can.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(admin(&drop_it))
        });
        let dropped = dropped.join();
        // A test that has failed already says why itself.
        if !std::thread::panicking() {
            dropped.unwrap().unwrap();
        }
    }
}

/// A migrated database to copy from: migrating each test's own takes longer.
async fn template() -> String {
    let migration = schema::MIGRATIONS.iter().last().unwrap();
    let sum: String = migration.checksum.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("linewright_template_{sum}");
    let mut conn = options(None).connect().await.unwrap();
    conn.execute("SELECT pg_advisory_lock(20261122)").await.unwrap();
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)").bind(&name);
    let found: bool = query.fetch_one(&mut conn).await.unwrap();
    if !found {
        let making = Database { name: format!("{name}_making") };
        let store = Postgres::open(&making.url(), Mode::Create).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await;
        let rename = format!("ALTER DATABASE \"{name}_making\" RENAME TO \"{name}\"");
        conn.execute(AssertSqlSafe(rename)).await.unwrap();
    }
    conn.close().await.unwrap();
    name
}

impl Bench for Database {
    type Store = Postgres;
    type Lock = PgConnection;

    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self { name: format!("网络 \"test\" {} {count}", std::process::id()) }
    }

    async fn open(&self, mode: Mode) -> Result<Postgres, StoreError> {
        // Long enough for two handles that commit in turn, short enough to wait for in a test.
        Postgres::open_waiting(&self.url(), mode, Duration::from_millis(1500)).await
    }

    async fn ready(&self) -> Postgres {
        let (name, template) = (self.quoted(), template().await);
        admin(&format!("CREATE DATABASE {name} TEMPLATE \"{template}\"")).await.unwrap();
        self.open(Mode::Write).await.unwrap()
    }

    async fn lock(&self) -> PgConnection {
        let mut conn = self.raw().await;
        conn.execute("BEGIN; SELECT FROM head FOR UPDATE").await.unwrap();
        conn
    }

    async fn unlock(&self, lock: PgConnection) {
        lock.close().await.unwrap();
    }

    async fn set_schema(&self, version: i64) {
        self.sql("DELETE FROM _sqlx_migrations WHERE version < (SELECT max(version) FROM _sqlx_migrations)")
            .await
            .unwrap();
        self.sql(&format!("UPDATE _sqlx_migrations SET version = {version}")).await.unwrap();
    }
}

suite!(Database);

pub(super) fn committed() -> Proposal {
    Proposal::new(sample::full(), "", "", chrono::DateTime::UNIX_EPOCH)
}

#[tokio::test]
async fn a_backup_crosses_from_either_engine_to_the_other() {
    use crate::conformance::backups::{crosses, people_cross};
    crosses::<Database, crate::sqlite::tests::File>().await;
    crosses::<crate::sqlite::tests::File, Database>().await;
    people_cross::<Database, crate::sqlite::tests::File>().await;
    people_cross::<crate::sqlite::tests::File, Database>().await;
}

#[tokio::test]
async fn the_database_is_durable_and_shared() {
    let database = Database::new();
    let store = database.ready().await;
    let mut conn = store.reader().await.unwrap();
    for (setting, expected) in
        [("fsync", "on"), ("synchronous_commit", "on"), ("server_encoding", "UTF8"), ("search_path", "linewright")]
    {
        let sql = format!("SELECT current_setting('{setting}')");
        let found: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(found, expected, "{setting}");
    }
}

#[tokio::test]
async fn a_url_opens_the_database() {
    let database = Database::new();
    database.ready().await.close().await;
    let url = options(Some(&database.name)).to_url_lossy().to_string();
    let store = connect(&url, Mode::ReadOnly).await.unwrap();
    assert_eq!(store.schema_status().await, Ok(SchemaStatus::Current));
    store.close().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_or_refuses_is_said() {
    let database = Database::new();
    database.ready().await.close().await;
    let refused = async |url: &str, says: &str| {
        let error = connect(url, Mode::Write).await.unwrap_err();
        assert!(error.to_string().contains(says), "{url}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
        error
    };
    let error = refused("postgres://user:secret@127.0.0.1:1/net", "check that it runs").await;
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    let error = refused("postgres://user:secret@127.0.0.1:1/net?sslmode=require", "cannot be reached").await;
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    let port = options(None).get_port();
    let url = format!("postgres://nobody_of_this_name:secret@127.0.0.1:{port}/postgres");
    let error = refused(&url, "the password").await;
    assert!(matches!(error, StoreError::NoAccess { .. }), "{error}");
    // A port that listens and says nothing.
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = database.at("127.0.0.1", mute.local_addr().unwrap().port());
    let error = Postgres::open_waiting(&url, Mode::Write, Duration::from_millis(200)).await.unwrap_err();
    assert!(error.to_string().contains("no answer within"), "{error}");
}

#[tokio::test]
async fn other_tables_stay_untouched() {
    let database = Database::new();
    admin(&format!("CREATE DATABASE {}", database.quoted())).await.unwrap();
    // In a schema of their own they disturb nobody.
    database.sql("CREATE TABLE public.place (id BIGINT); CREATE SCHEMA linewright").await.unwrap();
    assert_eq!(database.open(Mode::Write).await.unwrap().schema_status().await, Ok(SchemaStatus::Empty));
    database.sql("CREATE TABLE linewright.orders (id BIGINT)").await.unwrap();
    let error = database.open(Mode::Create).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    database.sql("DROP TABLE linewright.orders").await.unwrap();
    let store = database.ready_as_it_is().await;
    store.commit(committed()).await.unwrap();
    let mut conn = database.raw().await;
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM public.place").fetch_one(&mut conn).await.unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_database_of_another_encoding_is_refused() {
    let latin = Database { name: Database::new().name.replace("网络", "latin") };
    let name = latin.quoted();
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    admin(&create).await.unwrap();
    let error = latin.open(Mode::Write).await.unwrap_err();
    assert!(matches!(&error, StoreError::Encoding { found, .. } if found == "LATIN1"), "{error}");
}

#[tokio::test]
async fn rows_changed_by_hand_are_damage_with_a_place() {
    let database = Database::new();
    let store = database.ready().await;
    store.commit(committed()).await.unwrap();
    let check = async |sql: &str, says: &str| {
        // Only the owner of the server can get past the references.
        database.sql(&format!("SET session_replication_role = replica; {sql}")).await.unwrap();
        let error = store.load().await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    };
    check("UPDATE place SET kind = 'castle' WHERE id = 1", "table place id 1: kind \"castle\" is not known").await;
    check("UPDATE place SET kind = 'node', available_from = 'infinity' WHERE id = 1", "a date").await;
    check("UPDATE place SET available_from = NULL, within = 77 WHERE id = 1", "place#77").await;
    check("UPDATE place SET within = 1 WHERE id = 1; UPDATE cable SET cores = 5000000000", "cores").await;
    check("UPDATE cable SET cores = 3", "has no slot").await;
    check("UPDATE cable SET cores = 24; DELETE FROM leg WHERE trail = 0 AND leg = 2", "a leg that is missing").await;
}

#[tokio::test]
async fn even_another_program_cannot_allocate_twice() {
    let database = Database::new();
    let store = database.ready().await;
    store.commit(committed()).await.unwrap();
    let refused = async |sql: &str, says: &str| {
        let error = database.sql(sql).await.unwrap_err().to_string();
        assert!(error.contains(says), "{sql}: {error}");
    };
    let hop = "INSERT INTO hop (trail, leg, seq, part, cable, device, slot, amount, state)";
    refused(&format!("{hop} VALUES (1, 0, 9, 0, 0, NULL, 5, NULL, 'occupied')"), "hop_cable_slot").await;
    refused(&format!("{hop} VALUES (1, 0, 9, 0, NULL, 0, 9, NULL, 'occupied')"), "hop_device_slot").await;
    refused(&format!("{hop} VALUES (1, 0, 9, 0, 0, 0, 7, NULL, 'occupied')"), "check constraint").await;
    refused(&format!("{hop} VALUES (1, 0, 9, 0, 0, NULL, 7, NULL, 'idle')"), "check constraint").await;
    refused(&format!("{hop} VALUES (1, 0, 9, 0, 99, NULL, 7, NULL, 'occupied')"), "foreign key").await;
    refused(&format!("{hop} VALUES (1, 7, 9, 0, 0, NULL, 7, NULL, 'occupied')"), "foreign key").await;
    refused("DELETE FROM place WHERE id = 0", "foreign key").await;
    refused("UPDATE place SET code = 'MH-1' WHERE code = 'CL-1'", "place_own_code").await;
}

#[tokio::test]
async fn tables_that_refuse_a_commit_are_an_internal_fault_and_nothing_is_written() {
    let database = Database::new();
    let store = database.ready().await;
    let internal = async |says: &str| {
        let error = store.commit(committed()).await.unwrap_err();
        assert!(matches!(&error, CommitError::Store(StoreError::Internal { .. })), "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.to_string().contains("nothing was written; please report"), "{error}");
    };
    store.snapshot().await.unwrap();
    // A row that the network in memory does not know, in the way of a unique index.
    let columns = "id, revision, code, kind, stage, ownership";
    let row = format!("INSERT INTO place ({columns}) VALUES (9, 1, 'MH-1', 'node', 'in_service', 'own')");
    database.sql(&row).await.unwrap();
    internal("place_own_code").await;
    database.sql("DELETE FROM place").await.unwrap();
    assert!(store.snapshot().await.unwrap().same_records(&Network::new()));
    // A reference that leads nowhere, found only at commit.
    database
        .sql(
            "CREATE FUNCTION astray() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN UPDATE place SET within = 77 WHERE id = 0; RETURN NULL; END'; \
             CREATE TRIGGER saboteur AFTER INSERT ON place EXECUTE FUNCTION astray()",
        )
        .await
        .unwrap();
    internal("foreign key").await;
    database.sql("DROP TRIGGER saboteur ON place").await.unwrap();
    assert!(store.load().await.unwrap().same_records(&Network::new()));
    assert_eq!(store.commit(committed()).await.unwrap().version, Version(1));
}

#[tokio::test]
async fn a_commit_that_fails_at_any_table_leaves_nothing() {
    let database = Database::new();
    let store = database.ready().await;
    let full = committed();
    let before = store.load().await.unwrap();
    let (mut tables, mut inserts): (Vec<&str>, _) = (vec!["change_log", "id_counter", "head"], 0);
    for table in linewright_model::TableKind::ALL {
        tables.extend(crate::rows::shapes(*table).iter().map(|shape| shape.table));
    }
    let stop = "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''stopped''; END'";
    database.sql(stop).await.unwrap();
    let fails_at = async |what: &str, table: &str, proposal: Proposal, expected: &Network| {
        let trigger = format!("CREATE TRIGGER stop BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION stop()");
        database.sql(&trigger).await.unwrap();
        let error = store.commit(proposal).await.unwrap_err();
        assert!(error.to_string().contains("stopped"), "{what} {table}: {error}");
        database.sql(&format!("DROP TRIGGER stop ON {table}")).await.unwrap();
        assert!(store.load().await.unwrap().same_records(expected), "{what} {table}");
        assert_eq!(store.refresh().await.unwrap().version(), expected.version(), "{what} {table}");
        assert_eq!(store.log(Version(0), 9).await.unwrap().len() as u64, expected.version().0, "{what} {table}");
    };
    for table in &tables {
        let what = if *table == "head" { "UPDATE" } else { "INSERT" };
        fails_at(what, table, full.clone(), &before).await;
        inserts += 1;
    }
    assert_eq!(inserts, 3 + 16);
    let undo = store.commit(full).await.unwrap().changes.inverse();
    let after = store.snapshot().await.unwrap();
    for table in tables.iter().filter(|table| !["change_log", "id_counter", "head"].contains(table)) {
        fails_at("DELETE", table, Proposal::new(undo.clone(), "", "", chrono::DateTime::UNIX_EPOCH), &after).await;
    }
    store.commit(Proposal::new(undo, "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
}

#[tokio::test]
async fn a_log_that_does_not_fit_the_tables_is_damage() {
    let database = Database::new();
    let store = database.ready().await;
    store.commit(committed()).await.unwrap();
    store.snapshot().await.unwrap();
    database.sql("UPDATE head SET version = 3").await.unwrap();
    let error = store.refresh().await.unwrap_err();
    assert!(error.to_string().contains("its log ends at version 1"), "{error}");
    database.sql("UPDATE head SET version = 1; UPDATE change_log SET changes = '[{}]'").await.unwrap();
    let error = store.log(Version(0), 1).await.unwrap_err();
    assert!(error.to_string().contains("version 1 of the log cannot be read"), "{error}");
    // The tables are the truth: the network is still there.
    assert_eq!(store.snapshot().await.unwrap().version(), Version(1));
}

#[tokio::test]
async fn a_user_without_rights_is_told_so() {
    let database = Database::new();
    database.ready().await.close().await;
    let user = format!("reader_{}", std::process::id());
    database.sql(&format!("CREATE USER {user}")).await.unwrap();
    let mut url = options(Some(&database.name)).to_url_lossy();
    url.set_username(&user).unwrap();
    let error = connect(url.as_str(), Mode::Write).await.unwrap_err();
    assert!(matches!(error, StoreError::NoAccess { .. }), "{error}");
    let grants = format!(
        "GRANT USAGE ON SCHEMA linewright TO {user}; GRANT SELECT ON ALL TABLES IN SCHEMA linewright TO {user}"
    );
    database.sql(&grants).await.unwrap();
    let store = connect(url.as_str(), Mode::Write).await.unwrap();
    assert_eq!(store.load().await.unwrap().version(), Version(0));
    let error = store.commit(committed()).await.unwrap_err();
    assert!(error.to_string().contains("the user's rights"), "{error}");
    store.close().await;
    database.sql(&format!("DROP OWNED BY {user}; DROP USER {user}")).await.unwrap();
}

#[tokio::test]
async fn a_migration_that_fails_leaves_an_empty_database() {
    let database = Database::new();
    let store = database.open(Mode::Create).await.unwrap();
    // A failure at the last table: all migrations are one making.
    let stop = "CREATE FUNCTION public.stop() RETURNS event_trigger LANGUAGE plpgsql AS \
                'BEGIN IF to_regclass(''linewright.idempotency_key'') IS NOT NULL THEN RAISE ''stopped''; END IF; END'; \
                CREATE EVENT TRIGGER stop ON ddl_command_end EXECUTE FUNCTION public.stop()";
    database.sql(stop).await.unwrap();
    let error = store.migrate().await.unwrap_err();
    assert!(error.to_string().contains("stopped"), "{error}");
    assert_eq!(store.schema_status().await, Ok(SchemaStatus::Empty));
    database.sql("DROP EVENT TRIGGER stop").await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(store.commit(committed()).await.unwrap().version, Version(1));
}

impl Database {
    /// Migrates a database that exists.
    async fn ready_as_it_is(&self) -> Postgres {
        let store = self.open(Mode::Write).await.unwrap();
        store.migrate().await.unwrap();
        store
    }
}

/// Prints grouped commits and bulk rows per second; run by hand, in a release build for figures that mean something.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn speed() {
    let database = Database::new();
    let store = std::sync::Arc::new(database.ready().await);
    let one = |code: String| {
        let mut set = ChangeSet::new(Origin::Recording);
        set.create(Place::new(code, PlaceKind::Node, None));
        Proposal::new(set, "", "", chrono::DateTime::UNIX_EPOCH)
    };
    let started = std::time::Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..128 {
        let store = store.clone();
        tasks.spawn(async move {
            for n in 0..40 {
                store.commit(one(format!("{task}-{n}"))).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    println!("{:.0} grouped durable commits/s", 128.0 * 40.0 / started.elapsed().as_secs_f64());
    let mut large = ChangeSet::new(Origin::Recording);
    for n in 0..100_000 {
        large.create(Place::new(format!("bulk {n}"), PlaceKind::Node, None));
    }
    let started = std::time::Instant::now();
    store.commit(Proposal::new(large, "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
    println!("{:.0} bulk records/s", 1e5 / started.elapsed().as_secs_f64());
    let started = std::time::Instant::now();
    store.load().await.unwrap();
    println!("{:.0} records loaded/s", 105_120.0 / started.elapsed().as_secs_f64());
}

/// Every index and constraint there is.
const SCHEMA: &str = "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'linewright'::regnamespace \
     UNION ALL SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'linewright' ORDER BY 1, 2";

/// A first commit large enough for indices to be set aside.
fn first() -> Proposal {
    let mut set = ChangeSet::new(Origin::Recording);
    for n in 0..super::write::FIRST {
        set.create(Place::new(format!("P{n}"), PlaceKind::Manhole, None));
    }
    Proposal::new(set, "", "", chrono::DateTime::UNIX_EPOCH)
}

#[tokio::test]
async fn what_was_set_aside_for_a_first_filling_is_put_back() {
    let schema = async |bench: &Database| {
        let mut conn = bench.raw().await;
        let found: Vec<(String, String)> = sqlx::query_as(SCHEMA).fetch_all(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        found
    };
    let filled = Database::new();
    let store = filled.ready().await;
    let before = schema(&filled).await;
    assert!(before.len() > 40, "{before:?}");
    store.commit(first()).await.unwrap();
    assert_eq!(schema(&filled).await, before);
    assert!(store.load().await.unwrap().same_records(&store.snapshot().await.unwrap()));
    let folder = tempfile::TempDir::new().unwrap();
    let (path, quiet) = (folder.path().join("b"), crate::Progress::new(|_, _| {}));
    store.backup(&path, chrono::DateTime::UNIX_EPOCH, &quiet).await.unwrap();
    let backup = crate::Backup::verify(&path, &quiet).unwrap();
    store.restore(&backup, true, &quiet).await.unwrap();
    assert_eq!(schema(&filled).await, before);
    // Two of a code are refused as ever.
    filled.sql("INSERT INTO place (id, revision, code, kind, stage, ownership) VALUES (99999999, 1, 'P7', 'node', 'in_service', 'own')").await.unwrap_err();
}

#[tokio::test]
async fn the_past_is_the_same_from_either_end_of_the_log() {
    let bench = Database::new();
    let store = bench.ready().await;
    crate::conformance::backups::history(&store, 300).await;
    let mut memory = store.snapshot().await.unwrap();
    for n in 0..12u32 {
        // Changes, removals, creations, and now and then a step back.
        let mut set = ChangeSet::new(Origin::Recording);
        for (id, place) in memory.all::<Place>().filter(|(id, _)| linewright_model::Id::raw(*id) % 7 == n % 7).take(40)
        {
            let mut after = (**place).clone();
            after.tag.name = format!("{n}").as_str().into();
            set.update(id, place, after);
        }
        set.create(Place::new(format!("N{n}"), PlaceKind::Node, None));
        let done = store.commit(Proposal::new(set, "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
        if n % 3 == 0 {
            store.commit(Proposal::new(done.changes.inverse(), "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
        }
        memory = store.snapshot().await.unwrap();
    }
    let head = memory.version();
    let mut conn = bench.raw().await;
    for version in 0..=head.0 {
        let mut forward = Network::new();
        super::read::replay(&mut conn, &store.server, &mut forward, Version(version)).await.unwrap();
        let backward = super::read::past_within(&mut conn, &store.server, head, Version(version)).await.unwrap();
        crate::conformance::assert_same(&forward, &backward);
        crate::conformance::assert_same(&forward, &store.as_of(crate::AsOf::Version(Version(version))).await.unwrap());
    }
    conn.close().await.unwrap();
}

/// The migrations there are and one more.
fn with_one_more(sql: &'static str) -> sqlx::migrate::Migrator {
    use sqlx::SqlSafeStr;
    use sqlx::migrate::{Migration, MigrationType, Migrator};
    let more = Migration::new(9_000, "one more".into(), MigrationType::Simple, sql.into_sql_str(), false);
    let all = schema::MIGRATIONS.iter().cloned().chain([more]).collect::<Vec<_>>();
    Migrator { migrations: all.into(), ..Migrator::DEFAULT }
}

#[tokio::test]
async fn half_a_migration_leaves_the_old_schema_whole() {
    let bench = Database::new();
    let store = bench.ready().await;
    store.commit(committed()).await.unwrap();
    let before = store.load().await.unwrap();
    let columns =
        "SELECT count(*) FROM information_schema.columns WHERE table_name = 'place' AND column_name = 'colour'";
    let colours = async || {
        let mut conn = bench.raw().await;
        let found: i64 = sqlx::query_scalar(columns).fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        found
    };
    // The second statement fails; the server ends the connection before it; the same once all is done but the commit.
    for half in [
        "ALTER TABLE place ADD COLUMN colour TEXT; SELECT 1 / 0;",
        "ALTER TABLE place ADD COLUMN colour TEXT; SELECT pg_terminate_backend(pg_backend_pid(), 5000); SELECT 1;",
        "ALTER TABLE place ADD COLUMN colour TEXT; CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN \
         PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END'; CREATE CONSTRAINT TRIGGER die \
         AFTER INSERT ON _sqlx_migrations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die();",
    ] {
        let mut conn = store.server.connect().await.unwrap();
        schema::run(&mut conn, &store.server, &with_one_more(half)).await.unwrap_err();
        drop(conn);
        assert_eq!(store.schema_status().await, Ok(SchemaStatus::Current), "{half}");
        assert_eq!(colours().await, 0, "the first statement is taken back: {half}");
        crate::conformance::assert_same(&store.load().await.unwrap(), &before);
    }
    store.commit(Proposal::new(ChangeSet::default(), "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
    // The mended one finishes.
    let mut conn = store.server.connect().await.unwrap();
    let whole = with_one_more("ALTER TABLE place ADD COLUMN colour TEXT;");
    schema::run(&mut conn, &store.server, &whole).await.unwrap();
    assert_eq!(colours().await, 1);
    assert!(matches!(store.schema_status().await, Ok(SchemaStatus::Newer { found: 9_000, .. })));
}

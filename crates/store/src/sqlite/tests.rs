//! The suite on SQLite, and what only a file can do wrong.

use std::path::PathBuf;
use std::time::Duration;

use chrono::DateTime;
use linewright_model::{ChangeSet, Id, Network, Origin, Place, PlaceId, PlaceKind, Version};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, SqliteConnection};
use tempfile::TempDir;

use super::write::FIRST;
use super::{Sqlite, schema};
use crate::conformance::{Bench, sample, suite};
use crate::{CommitError, Mode, Proposal, SchemaStatus, Storage, StoreError, connect};

/// A database file in a directory of its own.
pub(crate) struct File {
    directory: TempDir,
}

impl File {
    fn path(&self) -> PathBuf {
        self.directory.path().join("网络?.db")
    }

    /// A connection of another program.
    async fn raw(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.path()).create_if_missing(true).connect().await.unwrap()
    }

    async fn sql(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.raw().await;
        let done = conn.execute(AssertSqlSafe(sql)).await.map(drop);
        conn.close().await.unwrap();
        done
    }
}

impl Bench for File {
    type Store = Sqlite;
    type Lock = SqliteConnection;

    fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    async fn open(&self, mode: Mode) -> Result<Sqlite, StoreError> {
        // Long enough for two handles that commit in turn, short enough to wait for in a test.
        Sqlite::open_waiting(&self.path(), mode, Duration::from_millis(1500)).await
    }

    async fn lock(&self) -> SqliteConnection {
        let mut conn = self.raw().await;
        conn.execute("BEGIN IMMEDIATE").await.unwrap();
        conn
    }

    async fn unlock(&self, lock: SqliteConnection) {
        lock.close().await.unwrap();
    }

    async fn set_schema(&self, version: i64) {
        self.sql("DELETE FROM _sqlx_migrations WHERE version < (SELECT max(version) FROM _sqlx_migrations)")
            .await
            .unwrap();
        self.sql(&format!("UPDATE _sqlx_migrations SET version = {version}")).await.unwrap();
    }
}

suite!(File);

fn committed() -> Proposal {
    Proposal::new(sample::full(), "", "", chrono::DateTime::UNIX_EPOCH)
}

#[tokio::test]
async fn urls_and_paths_open_the_same_file() {
    let file = File::new();
    let path = file.path().to_str().unwrap().to_owned();
    connect(&path, Mode::Create).await.unwrap().migrate().await.unwrap();
    for url in [format!("sqlite:{path}"), format!("sqlite://{path}"), path] {
        let store = connect(&url, Mode::ReadOnly).await.unwrap();
        assert_eq!(store.schema_status().await, Ok(SchemaStatus::Current), "{url}");
    }
}

#[tokio::test]
async fn the_file_is_durable_and_shared() {
    let file = File::new();
    let store = file.ready().await;
    let mut conn = store.reader().await.unwrap();
    for (pragma, expected) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let sql = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
        let found: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(found, expected, "{pragma}");
    }
}

#[tokio::test]
async fn paths_that_hold_no_database_are_named() {
    let file = File::new();
    let inside = |name: &str| file.directory.path().join(name);
    std::fs::write(inside("text"), "code,name\n".repeat(200)).unwrap();
    std::fs::write(inside("short"), "code").unwrap();
    for mode in [Mode::ReadOnly, Mode::Write, Mode::Create] {
        let refused = async |path: PathBuf, expected: fn(&StoreError) -> bool, says: &str| {
            let error = Sqlite::open(&path, mode).await.unwrap_err();
            assert!(expected(&error), "{mode:?}: {error:?}");
            assert!(error.to_string().contains(says), "{error}");
        };
        refused(inside(""), |e| matches!(e, StoreError::NotAFile { .. }), "not a file").await;
        refused(inside("no/net.db"), |e| matches!(e, StoreError::NoDirectory { .. }), "create it first").await;
        refused(inside("text"), |e| matches!(e, StoreError::NotADatabase { .. }), "another path").await;
        refused(inside("short"), |e| matches!(e, StoreError::NotADatabase { .. }), "another path").await;
    }
    assert_eq!(std::fs::read_to_string(inside("short")).unwrap(), "code");
    assert!(!inside("no").exists());
}

#[tokio::test]
async fn the_database_of_another_program_stays_untouched() {
    let file = File::new();
    file.sql("CREATE TABLE orders (id INTEGER); CREATE TABLE _sqlx_migrations (version INTEGER)").await.unwrap();
    let before = std::fs::read(file.path()).unwrap();
    let error = file.open(Mode::Create).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    assert_eq!(std::fs::read(file.path()).unwrap(), before);
}

#[tokio::test]
async fn a_truncated_file_is_damaged_wherever_it_is_cut() {
    let file = File::new();
    let store = file.ready().await;
    store.commit(committed()).await.unwrap();
    store.close().await;
    let whole = std::fs::read(file.path()).unwrap();
    for keep in [20, 99, 100, 1000, 4096, 4097, 20_000, whole.len() / 2, whole.len() - 4096] {
        std::fs::write(file.path(), &whole[..keep]).unwrap();
        let found = match file.open(Mode::Write).await {
            Ok(store) => store.load().await.map(drop),
            Err(error) => Err(error),
        };
        let error = found.expect_err(&format!("cut to {keep} bytes"));
        assert!(matches!(error, StoreError::Damaged { .. } | StoreError::NotADatabase { .. }), "{keep}: {error}");
    }
}

#[tokio::test]
async fn rows_changed_by_hand_are_damage_with_a_place() {
    let file = File::new();
    let store = file.ready().await;
    store.commit(committed()).await.unwrap();
    let check = async |sql: &str, says: &str| {
        file.sql(&format!("PRAGMA foreign_keys = OFF; {sql}")).await.unwrap();
        let error = store.load().await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    };
    check("UPDATE place SET kind = 'castle' WHERE id = 1", "table place id 1: kind \"castle\" is not known").await;
    check("UPDATE place SET kind = 'node', available_from = 'soon' WHERE id = 1", "available_from is \"soon\"").await;
    check("UPDATE place SET available_from = NULL, within = 77 WHERE id = 1", "place#77").await;
    check("UPDATE place SET within = NULL, within = 1 WHERE id = 1; UPDATE cable SET cores = 5000000000", "cores")
        .await;
    check("UPDATE cable SET cores = 3", "has no slot").await;
    check("UPDATE cable SET cores = 24; DELETE FROM leg WHERE trail = 0 AND leg = 2", "a leg that is missing").await;
}

#[tokio::test]
async fn even_another_program_cannot_allocate_twice() {
    let file = File::new();
    let store = file.ready().await;
    store.commit(committed()).await.unwrap();
    let refused = async |sql: &str, says: &str| {
        let error = file.sql(sql).await.unwrap_err().to_string();
        assert!(error.contains(says), "{sql}: {error}");
    };
    let hop = "INSERT INTO hop (trail, leg, seq, part, cable, device, slot, amount, state)";
    refused(&format!("{hop} VALUES (1, 0, 9, 0, 0, NULL, 5, NULL, 'occupied')"), "UNIQUE").await;
    refused(&format!("{hop} VALUES (1, 0, 9, 0, NULL, 0, 9, NULL, 'occupied')"), "UNIQUE").await;
    refused(&format!("{hop} VALUES (1, 0, 9, 0, 0, 0, 7, NULL, 'occupied')"), "CHECK").await;
    refused(&format!("{hop} VALUES (1, 0, 9, 0, 0, NULL, 7, NULL, 'idle')"), "CHECK").await;
    refused(&format!("{hop} VALUES (1, 0, 9, 0, 99, NULL, 7, NULL, 'occupied')"), "FOREIGN KEY").await;
    refused(&format!("{hop} VALUES (1, 7, 9, 0, 0, NULL, 7, NULL, 'occupied')"), "FOREIGN KEY").await;
    refused("DELETE FROM place WHERE id = 0", "FOREIGN KEY").await;
    refused("UPDATE place SET code = 'MH-1' WHERE code = 'CL-1'", "UNIQUE").await;
}

#[tokio::test]
async fn tables_that_refuse_a_commit_are_an_internal_fault_and_nothing_is_written() {
    let file = File::new();
    let store = file.ready().await;
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
    file.sql(&row).await.unwrap();
    internal("UNIQUE").await;
    file.sql("DELETE FROM place").await.unwrap();
    assert!(store.snapshot().await.unwrap().same_records(&Network::new()));
    // A reference that leads nowhere, found only at commit.
    file.sql("CREATE TRIGGER saboteur AFTER INSERT ON place BEGIN UPDATE place SET within = 77 WHERE id = 0; END")
        .await
        .unwrap();
    internal("FOREIGN KEY").await;
    file.sql("DROP TRIGGER saboteur").await.unwrap();
    assert!(store.load().await.unwrap().same_records(&Network::new()));
    assert_eq!(store.commit(committed()).await.unwrap().version, Version(1));
}

#[tokio::test]
async fn a_large_first_commit_checks_its_references_in_the_end() {
    let file = File::new();
    let store = file.ready().await;
    let large = || {
        let mut set = ChangeSet::new(Origin::Recording);
        // Every row refers ahead, to one that is not there yet when it comes.
        let last = FIRST - 1;
        for n in 0..FIRST {
            let mut place = Place::new(format!("P-{n}"), PlaceKind::Node, None);
            place.within = (n < last).then(|| PlaceId::placeholder(last as u32));
            set.create(place);
        }
        set
    };
    let commit = async |changes| store.commit(Proposal::new(changes, "test", "", DateTime::UNIX_EPOCH)).await;
    let sabotage = "CREATE TRIGGER saboteur AFTER INSERT ON place WHEN new.code = 'P-7' \
                    BEGIN UPDATE place SET within = 77777777 WHERE id = new.id; END";
    file.sql(sabotage).await.unwrap();
    let error = commit(large()).await.unwrap_err().to_string();
    assert!(error.contains("row 7 of table place refers to a place that does not exist"), "{error}");
    file.sql("DROP TRIGGER saboteur").await.unwrap();
    commit(large()).await.unwrap();
    assert_eq!(store.load().await.unwrap().count::<Place>(), FIRST);
    // From then on they are checked as rows come.
    let one = || {
        let mut set = ChangeSet::new(Origin::Recording);
        set.create(Place::new("P-7-2", PlaceKind::Node, None));
        set
    };
    file.sql(&sabotage.replace("'P-7'", "'P-7-2'")).await.unwrap();
    let error = commit(one()).await.unwrap_err().to_string();
    assert!(error.contains("FOREIGN KEY"), "{error}");
}

#[tokio::test]
async fn a_commit_that_fails_at_any_table_leaves_nothing() {
    let file = File::new();
    let store = file.ready().await;
    let full = committed();
    let before = store.load().await.unwrap();
    let (mut tables, mut inserts): (Vec<&str>, _) = (vec!["change_log", "id_counter", "head"], 0);
    for table in linewright_model::TableKind::ALL {
        tables.extend(crate::rows::shapes(*table).iter().map(|shape| shape.table));
    }
    let fails_at = async |what: &str, table: &str, proposal: Proposal, expected: &Network| {
        let stop = "BEGIN SELECT RAISE(ABORT, 'stopped'); END";
        file.sql(&format!("CREATE TRIGGER stop BEFORE {what} ON {table} {stop}")).await.unwrap();
        let error = store.commit(proposal).await.unwrap_err();
        assert!(error.to_string().contains("stopped"), "{what} {table}: {error}");
        file.sql("DROP TRIGGER stop").await.unwrap();
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
    let file = File::new();
    let store = file.ready().await;
    store.commit(committed()).await.unwrap();
    store.snapshot().await.unwrap();
    file.sql("UPDATE head SET version = 3").await.unwrap();
    let error = store.refresh().await.unwrap_err();
    assert!(error.to_string().contains("its log ends at version 1"), "{error}");
    file.sql("UPDATE head SET version = 1; UPDATE change_log SET changes = '[{]'").await.unwrap();
    let error = store.log(Version(0), 1).await.unwrap_err();
    assert!(error.to_string().contains("version 1 of the log cannot be read"), "{error}");
    // The tables are the truth: the network is still there.
    assert_eq!(store.snapshot().await.unwrap().version(), Version(1));
}

/// A handle whose connections have a pragma set that makes them fail.
async fn failing(file: &File, pragma: &'static str, value: &'static str) -> Sqlite {
    let options = SqliteConnectOptions::new().filename(file.path()).pragma(pragma, value);
    let inner = super::File { path: file.path(), mode: Mode::Write, wait: Duration::ZERO };
    Sqlite::start(inner, options).await.unwrap()
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let file = File::new();
    let store = file.ready().await;
    store.commit(Proposal::new(sample::cable(4), "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
    store.close().await;
    // The file may not grow by more than a few pages: it fails somewhere inside the large commit.
    let pages = std::fs::metadata(file.path()).unwrap().len() / 4096;
    for room in [0, 3, 20] {
        let limit: &'static str = (pages + room).to_string().leak();
        let full = failing(&file, "max_page_count", limit).await;
        let mut large = ChangeSet::new(Origin::Recording);
        for n in 0..3000 {
            large.create(Place::new(format!("P{n}"), PlaceKind::Node, None));
        }
        let large = Proposal::new(large, "", "", chrono::DateTime::UNIX_EPOCH);
        let error = full.commit(large).await.unwrap_err();
        assert!(matches!(error, CommitError::Store(StoreError::DiskFull { .. })), "{error}");
        assert_eq!(full.snapshot().await.unwrap().version(), Version(1));
        assert_eq!(full.load().await.unwrap().count::<Place>(), 2);
        full.close().await;
    }
    let store = file.open(Mode::Write).await.unwrap();
    assert_eq!(store.commit(committed()).await.unwrap().version, Version(2));
}

#[tokio::test]
async fn a_file_that_cannot_be_written_says_what_to_check() {
    let file = File::new();
    file.ready().await.close().await;
    let store = failing(&file, "query_only", "ON").await;
    let error = store.commit(committed()).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::ReadOnly { .. })), "{error}");
    assert!(error.to_string().contains("check the permissions"), "{error}");
    assert_eq!(store.snapshot().await.unwrap().version(), Version(0));
}

#[tokio::test]
async fn a_migration_that_fails_leaves_an_empty_database() {
    let file = File::new();
    file.open(Mode::Create).await.unwrap().close().await;
    for pages in ["2", "5", "30"] {
        let store = failing(&file, "max_page_count", pages).await;
        let error = store.migrate().await.unwrap_err();
        assert!(matches!(error, StoreError::DiskFull { .. }), "{pages}: {error}");
        assert_eq!(store.schema_status().await, Ok(SchemaStatus::Empty), "{pages}");
        store.close().await;
    }
    let store = file.ready().await;
    assert_eq!(store.commit(committed()).await.unwrap().version, Version(1));
}

/// Every index and constraint there is.
const SCHEMA: &str = "SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name";

/// A first commit large enough for indices to be set aside.
fn first() -> Proposal {
    let mut set = crate::conformance::sample::full();
    for n in 0..super::write::FIRST {
        set.create(Place::new(format!("P{n}"), PlaceKind::Manhole, None));
    }
    Proposal::new(set, "", "", chrono::DateTime::UNIX_EPOCH)
}

#[tokio::test]
async fn what_was_set_aside_for_a_first_filling_is_put_back() {
    let schema = async |bench: &File| {
        let mut conn = bench.raw().await;
        let found: Vec<(String, String)> = sqlx::query_as(SCHEMA).fetch_all(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        found
    };
    let filled = File::new();
    let store = filled.ready().await;
    let before = schema(&filled).await;
    assert!(before.len() > 40, "{before:?}");
    store.commit(first()).await.unwrap();
    assert_eq!(schema(&filled).await, before);
    // The conditions on values were not looked at, and hold.
    let mut conn = filled.raw().await;
    let sound: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut conn).await.unwrap();
    assert_eq!(sound, ["ok"]);
    conn.close().await.unwrap();
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
    let bench = File::new();
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
        super::read::replay(&mut conn, &store.file, &mut forward, Version(version)).await.unwrap();
        let backward = super::read::past_within(&mut conn, &store.file, head, Version(version)).await.unwrap();
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
    let bench = File::new();
    let store = bench.ready().await;
    store.commit(committed()).await.unwrap();
    let before = store.load().await.unwrap();
    let mut conn = bench.raw().await;
    let columns = "SELECT count(*) FROM pragma_table_info('place') WHERE name = 'colour'";
    let half = with_one_more("ALTER TABLE place ADD COLUMN colour TEXT; INSERT INTO place (id) VALUES (0);");
    for _ in 0..2 {
        let error = schema::run(&mut conn, &store.file, &half).await.unwrap_err();
        assert!(matches!(error, StoreError::Internal { .. }), "{error}");
        assert_eq!(store.schema_status().await, Ok(SchemaStatus::Current));
        let colour: i64 = sqlx::query_scalar(columns).fetch_one(&mut conn).await.unwrap();
        assert_eq!(colour, 0, "the first statement is taken back");
        crate::conformance::assert_same(&store.load().await.unwrap(), &before);
    }
    store.commit(Proposal::new(ChangeSet::default(), "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
    // The mended one finishes.
    let whole = with_one_more("ALTER TABLE place ADD COLUMN colour TEXT;");
    schema::run(&mut conn, &store.file, &whole).await.unwrap();
    let colour: i64 = sqlx::query_scalar(columns).fetch_one(&mut conn).await.unwrap();
    assert_eq!(colour, 1);
    assert!(matches!(store.schema_status().await, Ok(SchemaStatus::Newer { found: 9_000, .. })));
    conn.close().await.unwrap();
}

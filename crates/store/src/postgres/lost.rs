//! Lost connections: wherever one breaks, a commit is either acknowledged and there, or refused and not there.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use linewright_model::{ChangeSet, Network, Origin, Place, PlaceKind, Version};
use sqlx::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Postgres;
use super::tests::{Database, committed, server_url};
use crate::conformance::Bench;
use crate::desk::Rows;
use crate::desk::tests::note;
use crate::{AsOf, CommitError, Desk, KeptAnswer, Mode, Proposal, Step, Storage, StoreError};

/// Where a connection is to be cut: at a message of the client that holds these words.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Cut {
    /// The message does not reach the server.
    Before(&'static str),
    /// The server gets the message, and nobody its answer.
    After(&'static str),
}

/// A wire between the store and the server that can be cut, a number of times.
struct Wire {
    port: u16,
    cuts: Arc<Mutex<Vec<Cut>>>,
}

impl Wire {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cuts = Arc::new(Mutex::new(Vec::new()));
        let own = cuts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, own.clone()));
            }
        });
        Self { port, cuts }
    }

    fn cut(&self, cuts: &[Cut]) {
        *self.cuts.lock().unwrap() = cuts.iter().rev().copied().collect();
    }

    fn left(&self) -> usize {
        self.cuts.lock().unwrap().len()
    }
}

async fn carry(mut client: TcpStream, cuts: Arc<Mutex<Vec<Cut>>>) {
    let server: sqlx::postgres::PgConnectOptions = server_url().parse().unwrap();
    let mut server = TcpStream::connect((server.get_host(), server.get_port())).await.unwrap();
    // Small messages must not wait for one another.
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                let next = cuts.lock().unwrap().last().copied();
                let says = |words: &str| up[..read].windows(words.len()).any(|part| part == words.as_bytes());
                match next {
                    Some(Cut::Before(words)) if says(words) => {
                        cuts.lock().unwrap().pop();
                        return;
                    }
                    Some(Cut::After(words)) if says(words) => {
                        cuts.lock().unwrap().pop();
                        server.write_all(&up[..read]).await.unwrap();
                        // The answer, so that it is certain that the server has done it.
                        assert!(server.read(&mut down).await.unwrap() > 0);
                        return;
                    }
                    _ => server.write_all(&up[..read]).await.unwrap(),
                }
            }
            read = server.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                if client.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn place(code: &str) -> Proposal {
    let mut set = ChangeSet::new(Origin::Recording);
    set.create(Place::new(code, PlaceKind::Node, None));
    Proposal::new(set, "", "", chrono::DateTime::UNIX_EPOCH)
}

/// Statements of a commit, in their order.
const STATEMENTS: [&str; 10] = [
    "BEGIN ISOLATION LEVEL READ COMMITTED",
    "FROM head FOR UPDATE",
    "INSERT INTO place ",
    "INSERT INTO cable ",
    "INSERT INTO hop ",
    "INSERT INTO address_coverage ",
    "INSERT INTO change_log ",
    "INSERT INTO id_counter",
    "UPDATE head",
    "COMMIT\0",
];

async fn through(database: &Database, wire: &Wire) -> Postgres {
    let url = database.at("127.0.0.1", wire.port);
    Postgres::open_waiting(&url, Mode::Write, Duration::from_millis(1500)).await.unwrap()
}

async fn assert_whole(store: &Postgres, network: &Network) {
    assert!(store.load().await.unwrap().same_records(network));
    assert!(store.as_of(AsOf::Version(network.version())).await.unwrap().same_records(network));
}

#[tokio::test]
async fn a_commit_survives_a_connection_cut_at_any_statement() {
    let database = Database::new();
    let beside = database.ready().await;
    let wire = Wire::new().await;
    let mut version = 0;
    for words in STATEMENTS {
        for cut in [Cut::Before(words), Cut::After(words)] {
            // A handle of its own for each, because a statement is spelt out once a connection.
            let store = through(&database, &wire).await;
            store.snapshot().await.unwrap();
            wire.cut(&[cut]);
            // Exactly once, be it that the cut came before it was written or after: ids and codes would clash.
            let done = store.commit(committed()).await.unwrap_or_else(|error| panic!("{cut:?}: {error}"));
            assert_eq!(wire.left(), 0, "{cut:?} was not met");
            version += 1;
            assert_eq!(done.version, Version(version), "{cut:?}");
            assert_whole(&beside, &store.snapshot().await.unwrap()).await;
            let undone =
                store.commit(Proposal::new(done.changes.inverse(), "", "", chrono::DateTime::UNIX_EPOCH)).await;
            version += 1;
            assert_eq!(undone.unwrap().version, Version(version), "{cut:?}");
            store.close().await;
        }
    }
}

#[tokio::test]
async fn a_connection_that_always_breaks_is_an_error_and_nothing_is_written() {
    let database = Database::new();
    let beside = database.ready().await;
    let wire = Wire::new().await;
    let store = through(&database, &wire).await;
    store.snapshot().await.unwrap();
    wire.cut(&[Cut::After("UPDATE head"); 9]);
    let error = store.commit(place("A")).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::Disconnected { .. })), "{error}");
    assert!(error.to_string().contains("nothing was written; try again"), "{error}");
    wire.cut(&[]);
    assert_eq!(beside.refresh().await.unwrap().version(), Version(0));
    // COMMIT is sent, the server does it, and then it cannot be asked: that is said, not guessed.
    wire.cut(&[&[Cut::After("COMMIT\0")][..], &[Cut::Before("user"); 99]].concat());
    let error = store.commit(place("B")).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::Unsure { .. })), "{error}");
    assert!(error.to_string().contains("linewright log"), "{error}");
    wire.cut(&[]);
    assert_eq!(beside.refresh().await.unwrap().version(), Version(1));
    // The handle sees what is there.
    assert_eq!(store.commit(place("C")).await.unwrap().version, Version(2));
    assert_whole(&store, &beside.refresh().await.unwrap()).await;
}

#[tokio::test]
async fn a_key_stays_until_it_is_known_whether_its_request_was_done() {
    let database = Database::new();
    let (beside, wire) = (database.ready().await, Wire::new().await);
    let store = through(&database, &wire).await;
    let claim = async |key: &str| {
        let now = chrono::DateTime::UNIX_EPOCH;
        beside.claim_key("a", key, "hash", now, now).await.unwrap().map(|before| before.status)
    };
    let steps = |key: &str| {
        let kept = KeptAnswer { account: "a".to_owned(), key: key.to_owned(), body: String::new() };
        [Step::Answer(kept), note(key)]
    };
    let written = async || beside.audit_lines(None, 99).await.unwrap().len();
    // The database is asked, and knows.
    assert_eq!(claim("after").await, None);
    wire.cut(&[Cut::After("COMMIT\0")]);
    assert_eq!(store.carry_out(&steps("after")).await, Ok(Ok(())));
    assert_eq!((claim("after").await, written().await), (Some(200), 1));
    assert_eq!(claim("before").await, None);
    wire.cut(&[Cut::Before("COMMIT\0")]);
    let error = store.carry_out(&steps("before")).await.unwrap_err();
    assert!(matches!(error, StoreError::Disconnected { .. }), "{error}");
    assert_eq!((store.settle_key("a", "before").await, written().await), (Ok(None), 1));
    // It cannot be asked: that is said, and the key stays.
    assert_eq!(claim("unsure").await, None);
    wire.cut(&[&[Cut::After("COMMIT\0")][..], &[Cut::Before("\0"); 99]].concat());
    let error = store.carry_out(&steps("unsure")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unsure { .. }), "{error}");
    assert!(store.settle_key("a", "unsure").await.is_err());
    wire.cut(&[]);
    assert_eq!((claim("unsure").await, written().await), (Some(200), 2));
    assert_eq!(store.settle_key("a", "unsure").await.unwrap().map(|kept| kept.status), Some(200));
    // While the server is at it nobody says that it was not done.
    assert_eq!(claim("slow").await, None);
    let mut other = database.raw().await;
    let mut slow = other.begin().await.unwrap();
    slow.take(&steps("slow")[0]).await.unwrap();
    let settling = store.settle_key("a", "slow");
    let commit = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        slow.commit().await.unwrap();
    };
    let (settled, ()) = tokio::join!(settling, commit);
    assert_eq!(settled.unwrap().map(|kept| kept.status), Some(200));
}

#[tokio::test]
async fn a_terminated_backend_loses_nothing() {
    let database = Database::new();
    let store = database.ready().await;
    store.commit(place("first")).await.unwrap();
    // Ends the connection from inside, the first time it is met: sequences are not undone.
    let suicide = "CREATE SEQUENCE met; \
        CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN \
            IF nextval(''met'') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF; \
            RETURN NULL; END'";
    database.sql(suicide).await.unwrap();
    let mut version = 1;
    for (table, event, deferred) in [
        ("place", "INSERT", false),
        ("change_log", "INSERT", false),
        ("head", "UPDATE", false),
        // While COMMIT is being done.
        ("place", "INSERT", true),
        ("head", "UPDATE", true),
    ] {
        let (kind, when) = if deferred { ("CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED") } else { ("", "") };
        let trigger =
            format!("CREATE {kind} TRIGGER die AFTER {event} ON {table} {when} FOR EACH ROW EXECUTE FUNCTION die()");
        database.sql(&format!("ALTER SEQUENCE met RESTART; {trigger}")).await.unwrap();
        let done = store.commit(place(&format!("{table} {deferred}"))).await.unwrap();
        version += 1;
        assert_eq!(done.version, Version(version), "{table} {deferred}");
        let met = "DO $$ BEGIN IF (SELECT last_value FROM met) < 2 THEN RAISE 'not met'; END IF; END $$";
        database.sql(&format!("{met}; DROP TRIGGER die ON {table}")).await.unwrap();
        assert_whole(&store, &store.snapshot().await.unwrap()).await;
    }
}

#[tokio::test]
async fn connections_that_idle_may_be_terminated() {
    let database = Database::new();
    let store = database.ready().await;
    store.commit(place("A")).await.unwrap();
    store.load().await.unwrap();
    let all = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for n in 0..3 {
        database.sql(all).await.unwrap();
        assert_eq!(store.refresh().await.unwrap().version(), Version(1 + n));
        database.sql(all).await.unwrap();
        assert_eq!(store.load().await.unwrap().version(), Version(1 + n));
        database.sql(all).await.unwrap();
        store.commit(place(&format!("B{n}"))).await.unwrap();
    }
    // Whoever listens goes on listening.
    let heard = store.newer(Version(4));
    let commit = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        database.sql(all).await.unwrap();
        store.commit(place("C")).await.unwrap();
    };
    let (heard, ()) = tokio::join!(tokio::time::timeout(Duration::from_secs(10), heard), commit);
    assert_eq!(heard.unwrap(), Ok(Version(5)));
}

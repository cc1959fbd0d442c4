//! Cases about backups: what comes out goes in again, the same, and nothing else does.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use linewright_model::{ChangeSet, Network, Origin, Place, PlaceKind, TableKind, Version};
use tempfile::TempDir;

use super::sample::{cable, claim, full};
use super::{Bench, assert_same, minute, proposal};
use crate::desk::tests::done;
use crate::desk::{Account, ApiToken, AuditLine, Desk, LoginIdentity, LoginSession, Step, Unmet};
use crate::{AsOf, Backup, BackupError, Mode, Progress, Proposal, Storage, StoreError};

fn quiet() -> Progress {
    Progress::new(|_, _| {})
}

/// A history with every kind of record, a removal, a commit that needs several log values, and one that changes nothing.
pub(crate) async fn history(store: &impl Storage, many: u32) {
    let created = store.commit(proposal(full())).await.unwrap();
    store.commit(proposal(created.changes.inverse())).await.unwrap();
    store.commit(Proposal::new(full(), "用户 \"x\"", "once more\n", minute(7))).await.unwrap();
    let mut large = ChangeSet::new(Origin::Recording);
    for n in 0..many {
        large.create(Place::new(format!("L{n}"), PlaceKind::Manhole, None));
    }
    store.commit(proposal(large)).await.unwrap();
    store.commit(Proposal::new(ChangeSet::default(), "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
}

/// Asserts that two databases are equal in all that can be asked of them.
async fn assert_equal(left: &impl Storage, right: &impl Storage) {
    let head = left.head().await.unwrap();
    assert_eq!(right.head().await, Ok(head));
    assert_same(&left.load().await.unwrap(), &right.load().await.unwrap());
    assert_same(&left.refresh().await.unwrap(), &right.refresh().await.unwrap());
    assert_eq!(left.log(Version(0), 100).await, right.log(Version(0), 100).await);
    for version in 0..=head.0 {
        let when = AsOf::Version(Version(version));
        assert_same(&left.as_of(when).await.unwrap(), &right.as_of(when).await.unwrap());
    }
}

/// Backs one kind of database up and restores another from it.
pub(crate) async fn crosses<A: Bench, B: Bench>() {
    let (from, to, folder) = (A::new(), B::new(), TempDir::new().unwrap());
    let store = from.ready().await;
    history(&store, 9_000).await;
    let path = folder.path().join("备份.backup");
    let told = Arc::new(Mutex::new((0, 0)));
    let seen = told.clone();
    let progress = Progress::new(move |done, of| *seen.lock().unwrap() = (done, of));
    let contents = store.backup(&path, minute(1), &progress).await.unwrap();
    let (done, of) = std::mem::take(&mut *told.lock().unwrap());
    assert!(0 < done && done <= of && of == contents.header.rows, "{done} of {of}");
    assert_eq!((contents.header.version, contents.header.made), (Version(5), minute(1)));
    assert_eq!(contents.bytes, std::fs::metadata(&path).unwrap().len());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left there");

    let backup = Backup::verify(&path, &quiet()).unwrap();
    assert_eq!(*backup.contents(), contents);
    let other = to.ready().await;
    // A handle that knows the empty network sees the restored one.
    assert_same(&other.snapshot().await.unwrap(), &Network::new());
    let network = other.restore(&backup, false, &progress).await.unwrap();
    assert!(told.lock().unwrap().0 == contents.header.rows, "it was told to the end");
    assert_same(&network, &store.load().await.unwrap());
    assert_same(&other.snapshot().await.unwrap(), &network);
    assert_equal(&store, &other).await;
    // Both go on alike: ids of removed records do not come back.
    for table in TableKind::ALL {
        assert!(network.next_id(*table) > 0, "{table} has a counter");
    }
    let (left, right) =
        (store.commit(proposal(cable(1))).await.unwrap(), other.commit(proposal(cable(1))).await.unwrap());
    assert_eq!((left.version, left.changes), (right.version, right.changes));
    // And back, over what is there.
    let back = folder.path().join("back");
    let made = other.backup(&back, minute(2), &quiet()).await.unwrap();
    store.commit(proposal(ChangeSet::default())).await.unwrap();
    let backup = Backup::verify(&back, &quiet()).unwrap();
    assert_eq!(backup.contents().sha256, made.sha256);
    let occupied = store.restore(&backup, false, &quiet()).await.unwrap_err();
    assert!(matches!(occupied, BackupError::Occupied { version: Version(7), .. }), "{occupied}");
    store.restore(&backup, true, &quiet()).await.unwrap();
    assert_equal(&store, &other).await;
}

/// Accounts, identities, tokens and the audit log of a database; sessions, which no backup holds.
async fn people(store: &impl Desk) -> (Vec<Account>, Vec<LoginIdentity>, Vec<ApiToken>, Vec<AuditLine>) {
    (
        store.accounts().await.unwrap(),
        store.identities().await.unwrap(),
        store.tokens().await.unwrap(),
        store.audit_lines(None, 1000).await.unwrap(),
    )
}

async fn tell(store: &impl Desk, subject: &str) {
    let [who, via, action, why] = ["李".to_owned(), "cli".to_owned(), "export".to_owned(), "\"季度\"".to_owned()];
    let line = AuditLine { seq: 0, at: minute(9), who, via, action, subject: subject.to_owned(), why };
    store.audit(&line).await.unwrap();
}

/// Two accounts with all they have: one with a password, a token and a session, one from outside.
async fn settle(store: &impl Desk) {
    let account = |name: &str, password: &str| Account {
        name: name.to_owned(),
        revision: 3,
        display_name: "李工".to_owned(),
        role: "planner".to_owned(),
        region: "崇川区".to_owned(),
        password: password.to_owned(),
        disabled: password.is_empty(),
        created_at: minute(1),
        expires_at: Some(minute(99)).filter(|_| password.is_empty()),
        failures: 2,
        locked_until: Some(minute(3)),
    };
    done(store, &[Step::AddAccount(account("li", "$argon2id$v=19$x"))]).await;
    let outside = LoginIdentity {
        issuer: "https://door.example".to_owned(),
        subject: "u1".to_owned(),
        account: "wang".to_owned(),
        made: true,
        created_at: minute(2),
    };
    done(store, &[Step::AddAccount(account("wang", "")), Step::Link(outside)]).await;
    let token = ApiToken {
        id: "t1".to_owned(),
        secret: "sum of a token".to_owned(),
        account: "li".to_owned(),
        name: "夜间".to_owned(),
        scope: "read survey".to_owned(),
        created_at: minute(1),
        expires_at: minute(90),
    };
    done(store, &[Step::AddToken(token)]).await;
    open_session(store, "li").await;
    for n in 0..300 {
        tell(store, &n.to_string()).await;
    }
}

async fn open_session(store: &impl Desk, account: &str) {
    let session = LoginSession {
        secret: "sum of a cookie".to_owned(),
        account: account.to_owned(),
        csrf: "c".to_owned(),
        created_at: minute(1),
        expires_at: minute(90),
    };
    done(store, &[Step::AddSession(session)]).await;
}

/// Backs the people of one kind of database up and restores them in another.
pub(crate) async fn people_cross<A: Bench, B: Bench>()
where
    A::Store: Desk,
    B::Store: Desk,
{
    let (from, to, folder) = (A::new(), B::new(), TempDir::new().unwrap());
    let store = from.ready().await;
    store.commit(proposal(full())).await.unwrap();
    settle(&store).await;
    let path = folder.path().join("people");
    store.backup(&path, minute(1), &quiet()).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("$argon2id$v=19$x") && text.contains("sum of a token") && !text.contains("sum of a cookie"));
    let backup = Backup::verify(&path, &quiet()).unwrap();

    let other = to.ready().await;
    other.set_setup_link("a link", minute(90)).await.unwrap();
    other.restore(&backup, false, &quiet()).await.unwrap();
    assert_eq!(people(&other).await, people(&store).await);
    assert_eq!(other.session("sum of a cookie").await.unwrap(), None);
    let link = [Step::TakeSetupLink { secret: "a link".to_owned(), now: minute(1) }];
    let taken = other.carry_out(&link).await.unwrap();
    assert_eq!(taken, Err(Unmet::Absent), "who is restored makes the accounts");
    tell(&other, "after").await;
    let lines = other.audit_lines(None, 2).await.unwrap();
    assert_eq!((lines[0].subject.as_str(), lines[0].seq > lines[1].seq), ("after", true), "the log goes on");

    // Over what is there: everybody there goes, with sessions and tokens.
    let again = other.restore(&backup, false, &quiet()).await.unwrap_err();
    assert!(matches!(again, BackupError::Occupied { .. }), "{again}");
    done(&other, &[Step::Unlink("wang".to_owned()), Step::RevokeToken("t1".to_owned())]).await;
    let zhao = Account { name: "zhao".to_owned(), ..other.account("li").await.unwrap().unwrap() };
    done(&other, &[Step::AddAccount(zhao.clone())]).await;
    open_session(&other, "zhao").await;
    other.claim_key("zhao", "key", "hash", minute(1), minute(0)).await.unwrap();
    other.restore(&backup, true, &quiet()).await.unwrap();
    assert_eq!(people(&other).await, people(&store).await);
    assert_eq!(other.session("sum of a cookie").await.unwrap(), None);
    assert_eq!(other.claim_key("zhao", "key", "another", minute(1), minute(0)).await.unwrap(), None);
    let back = folder.path().join("back");
    let made = other.backup(&back, minute(1), &quiet()).await.unwrap();
    assert_eq!(made.sha256, backup.contents().sha256, "the same comes out again");

    // Accounts alone are not replaced unasked either.
    let third = B::new();
    let third = third.ready().await;
    done(&third, &[Step::AddAccount(zhao.clone())]).await;
    let refused = third.restore(&backup, false, &quiet()).await.unwrap_err();
    assert_eq!(refused, BackupError::Inhabited { accounts: 1 });
    assert_eq!(third.accounts().await.unwrap(), std::slice::from_ref(&zhao), "nothing was changed");
    // A backup of a program that had no people in it leaves them.
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.pop();
    let at = lines.iter().position(|line| line.starts_with("{\"table\":\"account\"")).unwrap();
    let gone = lines[at..].iter().filter(|line| line.starts_with('[')).count() as u64;
    let mut old = lines[..at].to_vec();
    let rows = backup.contents().header.rows;
    old[0] = old[0].replace(&format!("\"rows\":{rows}"), &format!("\"rows\":{}", rows - gone));
    old[0] = old[0].replace("\"schema\":3", "\"schema\":2");
    let old = Backup::verify(&forged(&folder, "old", &old), &quiet()).unwrap();
    third.restore(&old, false, &quiet()).await.unwrap();
    assert_eq!(third.accounts().await.unwrap(), [zhao]);
    let wrong = |from: &str, to: &str| {
        let mut lines = lines.clone();
        let row = lines[at..].iter().position(|line| line.contains(from)).unwrap() + at;
        lines[row] = lines[row].replacen(from, to, 1);
        forged(&folder, "wrong", &lines)
    };
    for (from, to) in [
        ("2026-03-01T08:01:00.000000Z", "yesterday"),
        ("[\"li\",3,", "[\"\",3,"),
        ("[\"li\",3,", "[\"li\",\"three\","),
        ("\"u1\",\"wang\"", "\"u1\",\"nobody\""),
        ("[2,\"", "[1,\""),
    ] {
        let forged = Backup::verify(&wrong(from, to), &quiet()).unwrap();
        let error = third.restore(&forged, true, &quiet()).await.expect_err(from);
        assert!(error.to_string().contains("nothing was changed"), "{from}: {error}");
        assert_eq!(third.accounts().await.unwrap().len(), 1, "{from}");
    }
}

pub(crate) async fn a_backup_comes_back<B: Bench>(_: B) {
    crosses::<B, B>().await;
}

pub(crate) async fn a_backup_made_meanwhile_is_one_version<B: Bench>(bench: B) {
    let store = Arc::new(bench.ready().await);
    store.commit(proposal(cable(400))).await.unwrap();
    let folder = TempDir::new().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writing = {
        let (store, stop) = (store.clone(), stop.clone());
        tokio::spawn(async move {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) && n < 400 {
                n += 1;
                store.commit(proposal(claim(&format!("T{n}"), n))).await.unwrap();
            }
        })
    };
    let beside = bench.open(Mode::ReadOnly).await.unwrap();
    let mut backups = Vec::new();
    for n in 0..5 {
        let path = folder.path().join(n.to_string());
        let contents = beside.backup(&path, minute(n), &quiet()).await.unwrap();
        backups.push((path, contents.header.version));
    }
    stop.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    assert!(backups.is_sorted_by_key(|(_, version)| *version) && backups[0].1 < backups[4].1, "{backups:?}");
    let other = B::new();
    let restored = other.ready().await;
    for (path, version) in backups {
        let backup = Backup::verify(&path, &quiet()).unwrap();
        let network = restored.restore(&backup, true, &quiet()).await.unwrap();
        assert_eq!(network.version(), version);
        assert_same(&network, &store.as_of(AsOf::Version(version)).await.unwrap());
        assert_eq!(restored.log(Version(0), 1000).await.unwrap().len() as u64, version.0);
    }
}

/// A file of these lines with an end that goes with them, as an adversary would make it.
fn forged(folder: &TempDir, name: &str, lines: &[String]) -> PathBuf {
    let path = folder.path().join(name);
    crate::backup::forge(&path, lines);
    path
}

pub(crate) async fn what_is_no_network_is_not_restored<B: Bench>(bench: B) {
    let store = bench.ready().await;
    store.commit(proposal(full())).await.unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("whole");
    store.backup(&path, minute(0), &quiet()).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.pop();
    // The forger's tool makes what the store accepts, so that what follows is refused for its content.
    let target = B::new();
    let other = target.ready().await;
    let same = Backup::verify(&forged(&folder, "same", &lines), &quiet()).unwrap();
    other.restore(&same, false, &quiet()).await.unwrap();
    let before = other.load().await.unwrap();

    let of = |table: &str| {
        let head = format!("{{\"table\":\"{table}\",");
        lines.iter().position(|line| line.starts_with(&head)).unwrap() + 1
    };
    let replaced = |at: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[at].contains(from), "{from} is not in {}", lines[at]);
        lines[at] = lines[at].replacen(from, to, 1);
        lines
    };
    let without = |at: usize| {
        let mut lines = lines.clone();
        lines.remove(at);
        lines[0] = lines[0].replace("\"rows\":", "\"rows\":-1,\"was\":");
        lines
    };
    let twice = |at: usize| {
        let mut lines = lines.clone();
        lines.insert(at, lines[at].clone());
        lines
    };
    let (span, cable, log, counter) = (of("span"), of("cable"), of("change_log"), of("id_counter"));
    let forgeries = [
        ("a reference to nowhere", replaced(of("address_coverage"), ",2]", ",4711]")),
        ("a text for a number", replaced(span, "[0,1,", "[0,\"one\",")),
        ("a word that is not known", replaced(span, "pole_line", "flying_line")),
        ("a record twice", twice(cable)),
        ("a commit twice", twice(log)),
        ("a commit of another kind", replaced(log, "[1,", "[\"x\",")),
        ("no time", replaced(log, "2026-03-01T08:00:00.000000Z", "yesterday")),
        ("a counter of nothing", replaced(counter, "[\"", "[\"x")),
        ("a counter below the ids", replaced(counter, "]", "000000000000]")),
        ("a table that is not known", replaced(span - 1, "\"span\"", "\"sqlite_schema\"")),
        ("a column that is not known", replaced(span - 1, "\"revision\"", "\"revision\\\"; DROP TABLE span; --\"")),
        ("no columns", replaced(span - 1, "\"columns\":[", "\"columns\":[],\"was\":[")),
        ("a short row", replaced(span, "[0,", "[")),
        ("a row of no table", replaced(1, "{\"table\"", "[1]\n{\"table\"")),
        ("a number too large", replaced(span, "[0,1,", "[0,18446744073709551615,")),
        ("nonsense", replaced(span, "[0,", "[0,{},")),
        ("other rows than it says", without(span)),
    ];
    for (what, lines) in forgeries {
        let path = forged(&folder, "forged", &lines);
        let refused = match Backup::verify(&path, &quiet()) {
            Ok(backup) => other.restore(&backup, true, &quiet()).await.map(drop),
            Err(error) => Err(error),
        };
        let error = refused.expect_err(what);
        assert!(matches!(error, BackupError::Damaged { .. } | BackupError::NoNetwork { .. }), "{what}: {error}");
        assert!(error.to_string().contains("nothing was changed"), "{what}: {error}");
        assert_same(&other.load().await.unwrap(), &before);
        assert_same(&other.snapshot().await.unwrap(), &before);
        assert_eq!(other.log(Version(0), 9).await, store.log(Version(0), 9).await, "{what}");
    }
    // A file that changes between the two readings.
    let path = forged(&folder, "moving", &lines);
    let backup = Backup::verify(&path, &quiet()).unwrap();
    crate::backup::forge(&path, &replaced(span, "SP-1", "SP-2"));
    let error = other.restore(&backup, true, &quiet()).await.unwrap_err();
    assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
    std::fs::remove_file(&path).unwrap();
    let error = other.restore(&backup, true, &quiet()).await.unwrap_err();
    assert!(matches!(error, BackupError::Io { .. }), "{error}");
    assert_same(&other.load().await.unwrap(), &before);

    let reader = target.open(Mode::ReadOnly).await.unwrap();
    let error = reader.restore(&same, true, &quiet()).await.unwrap_err();
    assert!(matches!(error, BackupError::Store(StoreError::ReadOnly { .. })), "{error}");
    let nothing = B::new();
    let empty = nothing.open(Mode::Create).await.unwrap();
    let error = empty.restore(&same, true, &quiet()).await.unwrap_err();
    assert!(matches!(error, BackupError::Store(StoreError::SchemaEmpty { .. })), "{error}");
    let error = empty.backup(&path, minute(0), &quiet()).await.unwrap_err();
    assert!(matches!(error, BackupError::Store(StoreError::SchemaEmpty { .. })), "{error}");
    assert!(!path.exists(), "no half file");
}

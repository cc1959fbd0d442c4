//! The suite of desk records, run on both databases.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use super::{Account, Answered, ApiToken, AuditLine, Desk, LoginIdentity, LoginSession};
use crate::conformance::Bench;

fn at(minute: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap() + TimeDelta::minutes(minute)
}

fn account(name: &str) -> Account {
    Account {
        name: name.to_owned(),
        revision: 1,
        display_name: "张三".to_owned(),
        role: "planner".to_owned(),
        region: String::new(),
        password: "$argon2id$".to_owned(),
        disabled: false,
        created_at: at(0),
        expires_at: Some(at(90)),
        failures: 0,
        locked_until: None,
    }
}

pub(crate) async fn accounts_change_by_revision<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let store = bench.ready().await;
    assert!(store.add_account(&account("a")).await.unwrap());
    assert!(!store.add_account(&account("a")).await.unwrap(), "a name is taken once");
    let mut read = store.account("a").await.unwrap().unwrap();
    assert_eq!(read, account("a"));
    read.disabled = true;
    assert!(store.update_account(&read).await.unwrap());
    assert!(!store.update_account(&read).await.unwrap(), "the revision has moved on");
    let read = store.account("a").await.unwrap().unwrap();
    assert!(read.disabled && read.revision == 2);
    for _ in 0..3 {
        store.count_failure("a", 3, at(15)).await.unwrap();
    }
    let locked = store.account("a").await.unwrap().unwrap();
    assert_eq!((locked.failures, locked.locked_until), (3, Some(at(15))));
    store.clear_failures("a").await.unwrap();
    assert_eq!(store.account("a").await.unwrap().unwrap().locked_until, None);
    assert_eq!(store.account("b").await.unwrap(), None);
    assert_eq!(store.accounts().await.unwrap().len(), 1);
}

pub(crate) async fn sessions_and_tokens_come_and_go<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let store = bench.ready().await;
    store.add_account(&account("a")).await.unwrap();
    let session = |secret: &str, from| LoginSession {
        secret: secret.to_owned(),
        account: "a".to_owned(),
        csrf: "c".to_owned(),
        created_at: at(from),
        expires_at: at(from + 10),
    };
    store.add_session(&session("one", 0)).await.unwrap();
    assert_eq!(store.session("one").await.unwrap(), Some(session("one", 0)));
    store.add_session(&session("two", 10)).await.unwrap();
    assert_eq!(store.session("one").await.unwrap(), None, "ended sessions are dropped");
    store.end_session("two").await.unwrap();
    assert_eq!(store.session("two").await.unwrap(), None);
    store.add_session(&session("three", 20)).await.unwrap();
    store.end_sessions("a").await.unwrap();
    assert_eq!(store.session("three").await.unwrap(), None);

    let token = ApiToken {
        id: "t1".to_owned(),
        secret: "s".to_owned(),
        account: "a".to_owned(),
        name: "nightly".to_owned(),
        scope: "read survey".to_owned(),
        created_at: at(0),
        expires_at: at(5),
    };
    store.add_token(&token).await.unwrap();
    assert_eq!(store.token("s").await.unwrap(), Some(token.clone()));
    assert_eq!(store.tokens().await.unwrap(), [token]);
    assert!(store.revoke_token("t1").await.unwrap());
    assert!(!store.revoke_token("t1").await.unwrap());

    store.set_setup_link("x", at(10)).await.unwrap();
    store.set_setup_link("y", at(10)).await.unwrap();
    assert!(!store.take_setup_link("x", at(1)).await.unwrap(), "only the newest counts");
    assert!(!store.take_setup_link("y", at(10)).await.unwrap(), "it has ended");
    assert!(store.take_setup_link("y", at(9)).await.unwrap());
    assert!(!store.take_setup_link("y", at(9)).await.unwrap(), "it serves once");
}

pub(crate) async fn identities_belong_to_one_account_and_attempts_serve_once<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let store = bench.ready().await;
    let of = |subject: &str, account: &str| LoginIdentity {
        issuer: "https://door.example".to_owned(),
        subject: subject.to_owned(),
        account: account.to_owned(),
        made: true,
        created_at: at(1),
    };
    let known = async |subject: &str| {
        store.identity("https://door.example", subject).await.unwrap().map(|identity| identity.account)
    };
    assert!(store.add_with_identity(&account("a"), &of("一", "a")).await.unwrap());
    assert_eq!(store.identities().await.unwrap(), [of("一", "a")]);
    assert!(!store.add_with_identity(&account("a"), &of("二", "a")).await.unwrap(), "the name is taken");
    assert!(!store.add_with_identity(&account("b"), &of("一", "b")).await.unwrap(), "the identity is taken");
    assert_eq!(store.account("b").await.unwrap(), None, "no half account");
    assert_eq!((known("一").await.as_deref(), known("二").await), (Some("a"), None));
    assert_eq!(store.identity("https://elsewhere.example", "一").await.unwrap(), None);

    store.add_account(&account("b")).await.unwrap();
    assert!(!store.link_identity(&of("一", "b")).await.unwrap(), "it is another account's");
    assert!(store.link_identity(&of("二", "b")).await.unwrap());
    assert!(!store.link_identity(&of("一", "b")).await.unwrap());
    assert_eq!(known("二").await.as_deref(), Some("b"), "a refused link leaves the one before");
    assert!(store.link_identity(&of("三", "b")).await.unwrap());
    assert_eq!((known("二").await, known("三").await.as_deref()), (None, Some("b")));
    assert!(store.unlink_identity("b").await.unwrap());
    assert!(!store.unlink_identity("b").await.unwrap());

    store.add_attempt("x", at(0), at(10)).await.unwrap();
    assert!(!store.take_attempt("y", at(1)).await.unwrap());
    assert!(store.take_attempt("x", at(9)).await.unwrap());
    assert!(!store.take_attempt("x", at(9)).await.unwrap(), "it serves once");
    store.add_attempt("z", at(0), at(10)).await.unwrap();
    assert!(!store.take_attempt("z", at(10)).await.unwrap(), "it has ended");
    store.add_attempt("again", at(11), at(20)).await.unwrap();
    store.add_attempt("z", at(11), at(20)).await.unwrap();
}

pub(crate) async fn keys_are_claimed_once_and_the_audit_log_pages<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let store = bench.ready().await;
    let claim = async |key: &str, minute| store.claim_key("a", key, "hash", at(minute), at(minute - 60)).await.unwrap();
    assert_eq!(claim("k", 0).await, None);
    let busy = Answered { request: "hash".to_owned(), status: 0, body: String::new() };
    assert_eq!(claim("k", 1).await, Some(busy));
    store.keep_answer("a", "k", 200, "{}").await.unwrap();
    let kept = Answered { request: "hash".to_owned(), status: 200, body: "{}".to_owned() };
    assert_eq!(claim("k", 2).await, Some(kept.clone()));
    store.drop_key("a", "k").await.unwrap();
    assert_eq!(claim("k", 3).await, Some(kept), "an answer stays");
    assert_eq!(claim("k", 61).await, None, "until it is old");
    store.drop_key("a", "k").await.unwrap();
    assert_eq!(claim("k", 62).await, None);

    for n in 0..5 {
        let line = AuditLine {
            seq: 0,
            at: at(n),
            who: "a".to_owned(),
            via: "session".to_owned(),
            action: "export".to_owned(),
            subject: n.to_string(),
            why: "季度核查".to_owned(),
        };
        store.audit(&line).await.unwrap();
    }
    let first = store.audit_lines(None, 3).await.unwrap();
    assert_eq!(first.iter().map(|line| &*line.subject).collect::<Vec<_>>(), ["4", "3", "2"]);
    let rest = store.audit_lines(first.last().map(|line| line.seq), 3).await.unwrap();
    assert_eq!(rest.iter().map(|line| &*line.subject).collect::<Vec<_>>(), ["1", "0"]);
}

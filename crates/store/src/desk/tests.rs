//! The suite of desk records, run on both databases.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use super::{Account, Answered, ApiToken, AuditLine, Desk, KeptAnswer, LoginIdentity, LoginSession, Step, Unmet};
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

pub(crate) fn note(subject: &str) -> Step {
    Step::Note(AuditLine {
        seq: 0,
        at: at(3),
        who: "a".to_owned(),
        via: "session".to_owned(),
        action: "account.change".to_owned(),
        subject: subject.to_owned(),
        why: "季度核查".to_owned(),
    })
}

/// Takes steps that hold.
pub(crate) async fn done(store: &impl Desk, steps: &[Step]) {
    assert_eq!(store.carry_out(steps).await.unwrap(), Ok(()), "{steps:?}");
}

async fn unmet(store: &impl Desk, steps: &[Step]) -> Unmet {
    store.carry_out(steps).await.unwrap().unwrap_err()
}

pub(crate) async fn accounts_change_by_revision<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let store = bench.ready().await;
    done(&store, &[Step::AddAccount(account("a"))]).await;
    assert_eq!(unmet(&store, &[Step::AddAccount(account("a"))]).await, Unmet::NameTaken);
    let mut read = store.account("a").await.unwrap().unwrap();
    assert_eq!(read, account("a"));
    read.disabled = true;
    let still = |revision| Step::StillAt { account: "a".to_owned(), revision };
    done(&store, &[still(1)]).await;
    assert_eq!(unmet(&store, &[still(2)]).await, Unmet::Revised);
    let update = Step::UpdateAccount(read);
    done(&store, std::slice::from_ref(&update)).await;
    assert_eq!(unmet(&store, &[update]).await, Unmet::Revised, "the revision has moved on");
    let read = store.account("a").await.unwrap().unwrap();
    assert!(read.disabled && read.revision == 2);
    for _ in 0..3 {
        done(&store, &[Step::CountFailure { account: "a".to_owned(), most: 3, until: at(15) }]).await;
    }
    let locked = store.account("a").await.unwrap().unwrap();
    assert_eq!((locked.failures, locked.locked_until), (3, Some(at(15))));
    // Who changes an account has not seen a guess of this moment.
    done(&store, &[Step::UpdateAccount(Account { failures: 0, ..read })]).await;
    assert_eq!(store.account("a").await.unwrap().unwrap().failures, 3);
    done(&store, &[Step::ClearFailures("a".to_owned())]).await;
    assert_eq!(store.account("a").await.unwrap().unwrap().locked_until, None);
    assert_eq!(store.account("b").await.unwrap(), None);
    assert_eq!(store.accounts().await.unwrap().len(), 1);
}

pub(crate) async fn steps_are_taken_together_or_not_at_all<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let store = bench.ready().await;
    let session = LoginSession {
        secret: "one".to_owned(),
        account: "a".to_owned(),
        csrf: "c".to_owned(),
        created_at: at(0),
        expires_at: at(10),
    };
    done(&store, &[Step::AddAccount(account("a")), Step::AddSession(session.clone()), note("first")]).await;
    assert_eq!(store.claim_key("a", "key", "hash", at(0), at(-60)).await.unwrap(), None);
    let kept = KeptAnswer { account: "a".to_owned(), key: "key".to_owned(), body: "{}".to_owned() };
    let late = [
        Step::EndSessions("a".to_owned()),
        Step::Answer(kept.clone()),
        note("second"),
        Step::UpdateAccount(Account { revision: 7, disabled: true, ..account("a") }),
    ];
    assert_eq!(unmet(&store, &late).await, Unmet::Revised);
    assert_eq!(store.session("one").await.unwrap(), Some(session), "nothing of it was done");
    assert_eq!(store.audit_lines(None, 9).await.unwrap().len(), 1);
    assert_eq!(store.settle_key("a", "key").await.unwrap(), None, "nor answered: the key is free again");
    assert_eq!(store.claim_key("a", "key", "hash", at(0), at(-60)).await.unwrap(), None);
    done(&store, &[Step::Answer(kept), note("third")]).await;
    let answered = Answered { request: "hash".to_owned(), status: 200, body: "{}".to_owned() };
    assert_eq!(store.settle_key("a", "key").await.unwrap(), Some(answered), "an answer stays");
}

pub(crate) async fn sessions_and_tokens_come_and_go<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let store = bench.ready().await;
    done(&store, &[Step::AddAccount(account("a"))]).await;
    let session = |secret: &str, from| LoginSession {
        secret: secret.to_owned(),
        account: "a".to_owned(),
        csrf: "c".to_owned(),
        created_at: at(from),
        expires_at: at(from + 10),
    };
    done(&store, &[Step::AddSession(session("one", 0))]).await;
    assert_eq!(store.session("one").await.unwrap(), Some(session("one", 0)));
    done(&store, &[Step::AddSession(session("two", 10))]).await;
    assert_eq!(store.session("one").await.unwrap(), None, "ended sessions are dropped");
    done(&store, &[Step::EndSession("two".to_owned())]).await;
    assert_eq!(store.session("two").await.unwrap(), None);
    done(&store, &[Step::AddSession(session("three", 20))]).await;
    done(&store, &[Step::EndSessions("a".to_owned())]).await;
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
    done(&store, &[Step::AddToken(token.clone())]).await;
    assert_eq!(store.token("s").await.unwrap(), Some(token.clone()));
    assert_eq!(store.tokens().await.unwrap(), std::slice::from_ref(&token));
    let revoke = [Step::RevokeToken("t1".to_owned())];
    done(&store, &revoke).await;
    assert_eq!(unmet(&store, &revoke).await, Unmet::Absent);
    done(&store, &[Step::AddToken(token), Step::RevokeTokens("a".to_owned())]).await;
    assert_eq!(store.tokens().await.unwrap(), []);

    store.set_setup_link("z", at(10)).await.unwrap();
    let take = |secret: &str, minute| [Step::TakeSetupLink { secret: secret.to_owned(), now: at(minute) }];
    assert_eq!(unmet(&store, &take("z", 1)).await, Unmet::Absent, "there are accounts already");
}

pub(crate) async fn a_setup_link_serves_once_while_there_are_no_accounts<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let store = bench.ready().await;
    store.set_setup_link("x", at(10)).await.unwrap();
    store.set_setup_link("y", at(10)).await.unwrap();
    let take = |secret: &str, minute| [Step::TakeSetupLink { secret: secret.to_owned(), now: at(minute) }];
    assert_eq!(unmet(&store, &take("x", 1)).await, Unmet::Absent, "only the newest counts");
    assert_eq!(unmet(&store, &take("y", 10)).await, Unmet::Absent, "it has ended");
    done(&store, &take("y", 9)).await;
    assert_eq!(unmet(&store, &take("y", 9)).await, Unmet::Absent, "it serves once");
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
    let made = |subject: &str, name: &str| [Step::AddAccount(account(name)), Step::Link(of(subject, name))];
    done(&store, &made("一", "a")).await;
    assert_eq!(store.identities().await.unwrap(), [of("一", "a")]);
    assert_eq!(unmet(&store, &made("二", "a")).await, Unmet::NameTaken);
    assert_eq!(unmet(&store, &made("一", "b")).await, Unmet::IdentityTaken);
    assert_eq!(store.account("b").await.unwrap(), None, "no half account");
    assert_eq!((known("一").await.as_deref(), known("二").await), (Some("a"), None));
    assert_eq!(store.identity("https://elsewhere.example", "一").await.unwrap(), None);

    done(&store, &[Step::AddAccount(account("b"))]).await;
    let link = |subject: &str| [Step::Link(of(subject, "b"))];
    assert_eq!(unmet(&store, &link("一")).await, Unmet::IdentityTaken, "it is another account's");
    done(&store, &link("二")).await;
    assert_eq!(unmet(&store, &link("一")).await, Unmet::IdentityTaken);
    assert_eq!(known("二").await.as_deref(), Some("b"), "a refused link leaves the one before");
    done(&store, &link("三")).await;
    assert_eq!((known("二").await, known("三").await.as_deref()), (None, Some("b")));
    done(&store, &[Step::Unlink("b".to_owned())]).await;
    assert_eq!(unmet(&store, &[Step::Unlink("b".to_owned())]).await, Unmet::Absent);

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
    let answer = KeptAnswer { account: "a".to_owned(), key: "k".to_owned(), body: "{}".to_owned() };
    done(&store, &[Step::Answer(answer)]).await;
    let kept = Answered { request: "hash".to_owned(), status: 200, body: "{}".to_owned() };
    assert_eq!(claim("k", 2).await, Some(kept.clone()));
    assert_eq!(store.settle_key("a", "k").await.unwrap(), Some(kept.clone()));
    assert_eq!(claim("k", 3).await, Some(kept), "an answer stays");
    assert_eq!(claim("k", 61).await, None, "until it is old");
    assert_eq!(store.settle_key("a", "k").await.unwrap(), None);
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

//! Logging in, being locked out, ending.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use linewright_store::{Mode, Storage, connect};

use super::{Accounts, NewAccount, NewToken, of_session, of_token};
use crate::{Clock, Permission, Role, Secret, ServiceError, TokenError};

struct Bench {
    accounts: Accounts,
    minutes: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap()
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = connect(&folder.path().join("t.db").to_string_lossy(), Mode::Create).await.unwrap();
        store.migrate().await.unwrap();
        let minutes = Arc::new(AtomicI64::new(0));
        let read = minutes.clone();
        let clock = Clock::new(move || start() + TimeDelta::minutes(read.load(Ordering::Relaxed)));
        Self { accounts: Accounts::of(Arc::new(store), clock), minutes, _folder: folder }
    }

    async fn add(&self, name: &str, role: Role, ends: Option<i64>) {
        let new = NewAccount {
            name: name.to_owned(),
            display_name: String::new(),
            role,
            region: None,
            expires_at: ends.map(|minute| start() + TimeDelta::minutes(minute)),
            password: "long enough".to_owned(),
        };
        self.accounts.add(new, "test", "cli").await.unwrap();
    }

    fn later(&self, minutes: i64) {
        self.minutes.fetch_add(minutes, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_setup_link_makes_one_administrator_once() {
    let bench = Bench::new().await;
    let stale = bench.accounts.setup_link().await.unwrap().unwrap();
    let link = bench.accounts.setup_link().await.unwrap().unwrap();
    let refused = bench.accounts.set_up(&stale, "root", "long enough").await;
    assert!(
        matches!(&refused, Err(ServiceError::Invalid { field: "link", reason }) if reason.en.contains("starting it again")),
        "{refused:?}"
    );
    let weak = bench.accounts.set_up(&link, "root", "short").await;
    assert!(matches!(weak, Err(ServiceError::Invalid { field: "password", .. })), "{weak:?}");
    let first = bench.accounts.set_up(&link, "root", "long enough").await.unwrap();
    assert!(first.caller.may(Permission::Accounts));
    let second = bench.accounts.set_up(&link, "second", "long enough").await;
    assert!(matches!(&second, Err(ServiceError::Invalid { reason, .. }) if reason.en.contains("log in")), "{second:?}");
    assert!(bench.accounts.setup_link().await.unwrap().is_none());
}

#[tokio::test]
async fn the_old_password_is_not_guessed_without_end() {
    let bench = Bench::new().await;
    bench.add("li", Role::Planner, None).await;
    let li = bench.accounts.log_in("li", "long enough").await.unwrap().caller;
    for _ in 0..5 {
        let refused = bench.accounts.change_password(&li, "wrong wrong", "longer still").await;
        assert!(matches!(refused, Err(ServiceError::Invalid { field: "old", .. })));
    }
    let locked = bench.accounts.change_password(&li, "long enough", "longer still").await.unwrap_err();
    assert!(locked.to_string().contains("too many"), "{locked}");
    bench.later(16);
    bench.accounts.change_password(&li, "long enough", "longer still").await.unwrap();
    bench.accounts.log_in("li", "longer still").await.unwrap();
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_a_quarter_of_an_hour() {
    let bench = Bench::new().await;
    bench.add("li", Role::Planner, None).await;
    for _ in 0..5 {
        assert!(matches!(bench.accounts.log_in("li", "wrong wrong").await, Err(ServiceError::WrongPassword)));
    }
    assert!(
        bench.accounts.log_in("li", "long enough").await.is_err(),
        "the right password must not open a locked account"
    );
    bench.later(16);
    bench.accounts.log_in("li", "long enough").await.unwrap();
    let actions: Vec<String> =
        bench.accounts.audit_lines(None, 3).await.unwrap().into_iter().map(|line| line.action).collect();
    assert_eq!(actions, ["login", "login.refused", "login.refused"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_sent_at_once_are_no_more_than_others() {
    let bench = Bench::new().await;
    bench.add("li", Role::Planner, None).await;
    let accounts = Arc::new(bench.accounts);
    let guess = |password: &'static str| {
        let accounts = accounts.clone();
        tokio::spawn(async move { accounts.log_in("li", password).await.is_ok() })
    };
    let mut guesses: Vec<_> = (0..12).map(|_| guess("wrong wrong")).collect();
    // All have looked at the account and wait for their turn.
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    guesses.push(guess("long enough"));
    for (n, guess) in guesses.into_iter().enumerate() {
        assert!(!guess.await.unwrap(), "{n}");
    }
}

#[tokio::test]
async fn sessions_end_with_time_account_and_password() {
    let bench = Bench::new().await;
    bench.add("boss", Role::Administrator, None).await;
    bench.add("contractor", Role::Crew, Some(60)).await;
    let contractor = bench.accounts.log_in("contractor", "long enough").await.unwrap();
    let boss = bench.accounts.log_in("boss", "long enough").await.unwrap();
    assert_eq!(bench.accounts.of_cookie(&contractor.secret).await.unwrap(), contractor.caller);
    bench.later(61);
    assert!(bench.accounts.of_cookie(&contractor.secret).await.is_err(), "the account has ended");
    assert!(bench.accounts.log_in("contractor", "long enough").await.is_err());
    bench.accounts.change_password(&boss.caller, "long enough", "longer still").await.unwrap();
    assert!(bench.accounts.of_cookie(&boss.secret).await.is_err(), "a new password ends sessions");
    // A log-in that read the account before opens nothing after.
    let before = bench.accounts.one("boss").await.unwrap().unwrap();
    bench.accounts.reset_password("boss", "longer still", "test", "cli").await.unwrap();
    let late = bench.accounts.open_session(&before, "session", Vec::new()).await;
    assert!(matches!(late, Err(ServiceError::Conflict(_))), "{late:?}");
    let boss = bench.accounts.log_in("boss", "longer still").await.unwrap();
    bench.accounts.disable("boss", true, "test", "cli").await.unwrap();
    assert!(bench.accounts.of_cookie(&boss.secret).await.is_err());
    assert!(bench.accounts.of_cookie(&Secret::new().unwrap()).await.is_err(), "a forged cookie");
}

#[tokio::test]
async fn a_token_may_no_more_than_its_scope_and_its_account() {
    let bench = Bench::new().await;
    bench.add("li", Role::Planner, None).await;
    let token = |scope: &[Permission]| NewToken {
        account: "li".to_owned(),
        name: "nightly".to_owned(),
        scope: scope.to_vec(),
        expires_at: start() + TimeDelta::days(1),
    };
    let more = bench.accounts.add_token(token(&[Permission::Accounts]), "li", "cli").await;
    assert!(matches!(more, Err(ServiceError::Invalid { field: "scope", .. })), "{more:?}");
    let (id, secret) = bench.accounts.add_token(token(&[Permission::Read]), "li", "cli").await.unwrap();
    let caller = bench.accounts.of_token(&secret).await.unwrap();
    assert_eq!(caller.permissions(), [Permission::Read]);
    assert!(matches!(caller.must(Permission::Change), Err(ServiceError::Forbidden(Permission::Change))));
    assert!(bench.accounts.revoke_token(&id, "li", "cli").await.unwrap());
    let refused = bench.accounts.of_token(&secret).await;
    assert!(matches!(refused, Err(ServiceError::Token(TokenError::Unknown))), "{refused:?}");
    let (_, secret) = bench.accounts.add_token(token(&[Permission::Read]), "li", "cli").await.unwrap();
    bench.later(24 * 60);
    let refused = bench.accounts.of_token(&secret).await.unwrap_err().to_string();
    assert!(refused.starts_with("the token \"nightly\" expired on 2026-"), "{refused}");
}

#[tokio::test]
async fn sessions_and_tokens_end_with_the_account() {
    let bench = Bench::new().await;
    bench.add("contractor", Role::Crew, Some(60)).await;
    let session = bench.accounts.log_in("contractor", "long enough").await.unwrap().secret;
    let new = NewToken {
        account: "contractor".to_owned(),
        name: "nightly".to_owned(),
        scope: vec![Permission::Read],
        expires_at: start() + TimeDelta::days(1),
    };
    let (_, token) = bench.accounts.add_token(new, "li", "cli").await.unwrap();
    bench.later(59);
    assert!(bench.accounts.of_cookie(&session).await.is_ok() && bench.accounts.of_token(&token).await.is_ok());
    // Both, so that nobody is believed any longer whatever the database says then.
    let (store, now) = (bench.accounts.store.clone(), bench.accounts.now());
    let end = start() + TimeDelta::minutes(60);
    assert_eq!(of_session(store.clone(), session.sum(), now).await.unwrap().1, end);
    assert_eq!(of_token(store, token.sum(), now).await.unwrap().1, end);
    bench.later(1);
    let refused = bench.accounts.of_token(&token).await;
    assert!(matches!(refused, Err(ServiceError::Token(TokenError::Closed { .. }))), "{refused:?}");
}

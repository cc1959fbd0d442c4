//! Logging in at a provider: who gets in, as whom, and who does not.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use chrono::TimeDelta;
use linewright_api::{Config, router};
use linewright_catalog::Catalog;
use linewright_service::accounts::{NewAccount, NewToken};
use linewright_service::oidc::{ClientSecret, Person as Outsider, Provider, RETURN_PATH, Settings};
use linewright_service::{Bounds, Clock, Permission, Role, Service};
use linewright_store::{Mode, Storage, connect};
use serde_json::{Map, Value, json};
use url::Url;

use crate::bench::{Answer, Database, Engine, PASSWORD, Person, now, on_both, post, send};
use crate::door::{CLIENT, Door, Key, SECRET, Spoil, encoded};

on_both!(
    a_role_makes_an_account_that_follows_it,
    an_account_is_linked_by_an_administrator_only,
    an_account_changes_whole_or_not_at_all,
    what_a_role_gave_ends_with_it,
    many_first_sign_ins_make_one_account,
    a_sign_in_serves_once,
);

/// A service with a provider, an administrator and a planner.
struct House {
    router: Router,
    service: Arc<Service>,
    seconds: Arc<AtomicI64>,
    _database: Database,
}

fn settings(issuer: &str) -> Settings {
    Settings {
        issuer: issuer.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: Some(ClientSecret::new(SECRET.to_owned())),
        public_url: "https://linewright.example/".to_owned(),
        name: Some("统一认证".to_owned()),
        account_claim: "preferred_username".to_owned(),
        role_claim: Some("groups".to_owned()),
        roles: vec![("network-planning".to_owned(), Role::Planner), ("survey".to_owned(), Role::Surveyor)],
        scopes: vec!["profile".to_owned()],
    }
}

impl House {
    async fn new(engine: Engine, settings: Option<Settings>) -> Self {
        let database = Database::new(engine);
        let store = connect(&database.url, Mode::Create).await.unwrap();
        store.migrate().await.unwrap();
        let seconds = Arc::new(AtomicI64::new(0));
        let read = seconds.clone();
        let clock = Clock::new(move || now() + TimeDelta::seconds(read.load(Ordering::Relaxed)));
        let provider = settings.map(|settings| Provider::new(settings, clock.clone()).unwrap());
        let service = Service::start(store, Catalog::builtin(), clock, Bounds::default()).await.unwrap();
        let service = Arc::new(service.with_provider(provider));
        for role in [Role::Administrator, Role::Planner] {
            let new = NewAccount {
                name: role.row().word.to_owned(),
                display_name: String::new(),
                role,
                region: None,
                expires_at: None,
                password: PASSWORD.to_owned(),
            };
            service.accounts().add(new, "tester", "test").await.unwrap();
        }
        Self { router: router(service.clone(), Config::default()), service, seconds, _database: database }
    }

    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        // From somewhere else each time: attempts are counted by address.
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let peer = SocketAddr::new(IpAddr::V4(Ipv4Addr::from(NEXT.fetch_add(1, Ordering::Relaxed))), 1);
        let mut request = Request::get(path).extension(ConnectInfo(peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(&self.router, request.body(Body::empty()).unwrap()).await
    }

    /// Sends a browser to the provider: its cookie, and where it goes.
    async fn begin(&self) -> (String, Url) {
        let sent = self.ask("/api/v1/login/oidc", &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let cookie = sent.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.ends_with("; Path=/api/v1/login; HttpOnly; SameSite=Lax; Max-Age=600; Secure"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        (cookie, sent.headers["location"].to_str().unwrap().parse().unwrap())
    }

    async fn back(&self, cookie: &str, query: &str) -> Answer {
        self.ask(&format!("{RETURN_PATH}?{query}"), &[("cookie", cookie)]).await
    }

    /// Goes to the provider, agrees, and comes back.
    async fn sign_in(&self, door: &Door) -> Answer {
        let (cookie, url) = self.begin().await;
        self.back(&cookie, &door.agree(&url)).await
    }

    /// The same, by somebody who gets in.
    async fn entered(&self, door: &Door) -> Person {
        let answer = self.sign_in(door).await;
        assert_eq!((answer.status, answer.headers.get("location").unwrap().to_str().unwrap()), (303, "/"));
        let cookies: Vec<&str> =
            answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(cookies[0].contains("HttpOnly; SameSite=Strict; Max-Age=43200"), "{cookies:?}");
        assert!(cookies[1].starts_with("linewright_login=;") && cookies[1].contains("Max-Age=0"), "{cookies:?}");
        let cookie = cookies[0].split(';').next().unwrap().to_owned();
        let me = self.ask("/api/v1/session", &[("cookie", &cookie)]).await.json();
        Person { cookie, csrf: me["csrf_token"].as_str().unwrap().to_owned() }
    }

    async fn me(&self, person: &Person) -> Value {
        self.ask("/api/v1/session", &[("cookie", &person.cookie)]).await.json()
    }

    async fn admin(&self) -> Person {
        let logged_in = self.service.accounts().log_in("administrator", PASSWORD).await.unwrap();
        let cookie = format!("linewright_session={}", logged_in.secret.reveal());
        let csrf = self.ask("/api/v1/session", &[("cookie", &cookie)]).await.json()["csrf_token"].clone();
        Person { cookie, csrf: csrf.as_str().unwrap().to_owned() }
    }

    async fn change(&self, who: &Person, account: &str, body: Value) -> Answer {
        let mut request = post(who, &format!("/api/v1/accounts/{account}"), &body.to_string());
        *request.method_mut() = axum::http::Method::PATCH;
        send(&self.router, request).await
    }

    /// The newest lines of the audit log, newest first.
    async fn lines(&self, many: u32) -> Vec<(String, String, String, String)> {
        let lines = self.service.accounts().audit_lines(None, many).await.unwrap();
        lines.into_iter().map(|line| (line.who, line.via, line.action, line.why)).collect()
    }

    fn later(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}

fn noon() -> i64 {
    now().timestamp()
}

async fn a_role_makes_an_account_that_follows_it(engine: Engine) {
    let door = Door::open(Key::rsa(), noon()).await;
    let house = House::new(engine, Some(settings(&door.issuer))).await;
    let ways = house.ask("/api/v1/login", &[]).await.json();
    assert_eq!(ways, json!({"oidc": {"name": "统一认证", "href": "/api/v1/login/oidc"}}));
    let li = house.entered(&door).await;
    let me = house.me(&li).await;
    assert_eq!((&me["username"], &me["display_name"], &me["role"]), (&json!("li"), &json!("李工"), &json!("planner")));
    let lines = house.lines(2).await;
    assert_eq!((&*lines[0].0, &*lines[0].1, &*lines[0].2), ("li", "oidc", "login"));
    assert_eq!((&*lines[1].1, &*lines[1].2), ("oidc", "account.add"));
    // It has no password, not even an empty one.
    for password in ["", PASSWORD] {
        assert!(house.service.accounts().log_in("li", password).await.is_err());
    }
    let own = json!({"old": "", "password": "long enough too"}).to_string();
    send(&house.router, post(&li, "/api/v1/session/password", &own)).await.is(400, "invalid-value", Some("old"));

    let admin = house.admin().await;
    house.change(&admin, "li", json!({"role": "viewer"})).await.is(400, "invalid-value", Some("role"));

    // Another role there is another role here, also for a session that is open.
    door.doing().claims["groups"] = json!(["somewhere", "survey"]);
    house.entered(&door).await;
    assert_eq!(house.me(&li).await["role"], "surveyor");
    assert_eq!(house.lines(2).await[1].3, "planner to surveyor");
    // None there is none here, and what is open ends.
    door.doing().claims["groups"] = json!([]);
    house.sign_in(&door).await.is(403, "no-role", None);
    assert_eq!(house.ask("/api/v1/session", &[("cookie", &li.cookie)]).await.status, 401);
    assert_eq!(house.lines(1).await[0].2, "login.refused");
    // Disabled here is disabled.
    door.doing().claims["groups"] = json!("survey");
    house.service.accounts().disable("li", true, "tester", "test").await.unwrap();
    house.sign_in(&door).await.is(403, "account-closed", None);
    // Somebody new without a role is nobody.
    door.doing().claims = json!({"sub": "u2", "preferred_username": "wang", "groups": ["guests"]});
    house.sign_in(&door).await.is(403, "no-role", None);
    // A name that cannot be one.
    door.doing().claims = json!({"sub": "u3", "preferred_username": "a b", "groups": ["survey"]});
    house.sign_in(&door).await.is(403, "sign-in-untrusted", None);
    let names: Vec<String> =
        house.service.accounts().all().await.unwrap().into_iter().map(|account| account.name).collect();
    assert_eq!(names, ["administrator", "li", "planner"]);
}

async fn an_account_is_linked_by_an_administrator_only(engine: Engine) {
    let door = Door::open(Key::ec(7), noon()).await;
    let house = House::new(engine, Some(settings(&door.issuer))).await;
    let admin = house.admin().await;
    door.doing().claims =
        json!({"sub": "u9", "preferred_username": "planner", "email": "planner@carrier.example", "groups": ["survey"]});
    house.sign_in(&door).await.is(403, "account-not-linked", None);
    assert_eq!(house.change(&admin, "planner", json!({"subject": "u9"})).await.status, 204);
    let planner = house.entered(&door).await;
    let me = house.me(&planner).await;
    assert_eq!((&me["username"], &me["role"]), (&json!("planner"), &json!("planner")), "its own role stays");
    let accounts = house.ask("/api/v1/accounts", &[("cookie", &admin.cookie)]).await.json();
    let subjects: Vec<&Value> = accounts.as_array().unwrap().iter().map(|account| &account["subject"]).collect();
    assert_eq!(subjects, [&Value::Null, &json!("u9")]);
    // One person is one account; a subject is no free text; there must be such an account.
    house.change(&admin, "administrator", json!({"subject": "u9"})).await.is(409, "conflict", None);
    house.change(&admin, "planner", json!({"subject": "u 9"})).await.is(400, "invalid-value", Some("subject"));
    for subject in ["u8", ""] {
        house.change(&admin, "nobody", json!({"subject": subject})).await.is(404, "not-found", Some("username"));
    }
    house.change(&planner, "planner", json!({"subject": "u8"})).await.is(403, "forbidden", None);
    assert_eq!(house.change(&admin, "planner", json!({"subject": ""})).await.status, 204);
    assert_eq!(house.ask("/api/v1/session", &[("cookie", &planner.cookie)]).await.status, 401, "its sessions end");
    house.sign_in(&door).await.is(403, "account-not-linked", None);
    let lines = house.lines(9).await;
    let actions: Vec<&str> = lines.iter().map(|line| &*line.2).collect();
    assert_eq!(
        actions[..5],
        ["login.refused", "account.unlink", "login", "account.link", "login.refused"],
        "newest first"
    );
}

async fn an_account_changes_whole_or_not_at_all(engine: Engine) {
    let door = Door::open(Key::ec(7), noon()).await;
    let house = House::new(engine, Some(settings(&door.issuer))).await;
    let admin = house.admin().await;
    assert_eq!(house.change(&admin, "administrator", json!({"subject": "u9"})).await.status, 204);
    let admin = house.admin().await;
    let before = house.ask("/api/v1/accounts/planner", &[("cookie", &admin.cookie)]).await.json();
    let whole = json!({"disabled": true, "password": "another one", "subject": "u9"});
    house.change(&admin, "planner", whole).await.is(409, "conflict", None);
    let seen = async || house.ask("/api/v1/accounts/planner", &[("cookie", &admin.cookie)]).await;
    assert_eq!(seen().await.json(), before, "nothing of it was done");
    assert!(house.service.accounts().log_in("planner", PASSWORD).await.is_ok());
    assert!(!house.lines(9).await.iter().any(|line| line.2 == "account.password" || line.2 == "account.disable"));
    // A link is a change of the account: whoever saw it before is told.
    assert_eq!(house.change(&admin, "planner", json!({"subject": "u8"})).await.status, 204);
    assert_eq!(seen().await.json()["revision"], 2);
    let mut late = post(&admin, "/api/v1/accounts/planner", &json!({"subject": ""}).to_string());
    late.headers_mut().insert("if-match", "\"1\"".parse().unwrap());
    *late.method_mut() = axum::http::Method::PATCH;
    send(&house.router, late).await.is(412, "precondition-failed", Some("If-Match"));
    // All at once is one step, with a line for each thing that was done.
    let whole = json!({"disabled": false, "password": "another one", "subject": ""});
    assert_eq!(house.change(&admin, "planner", whole).await.status, 204);
    let now = seen().await.json();
    assert_eq!((&now["revision"], &now["subject"]), (&json!(3), &Value::Null));
    let actions: Vec<String> = house.lines(3).await.into_iter().map(|line| line.2).collect();
    assert_eq!(actions, ["account.unlink", "account.enable", "account.password"]);
    // Nothing to be done is nothing done.
    assert_eq!(house.change(&admin, "planner", json!({"subject": ""})).await.status, 204);
    assert_eq!(seen().await.json()["revision"], 3);
}

async fn what_a_role_gave_ends_with_it(engine: Engine) {
    let door = Door::open(Key::ec(7), noon()).await;
    let house = House::new(engine, Some(settings(&door.issuer))).await;
    house.entered(&door).await;
    let token = async |days| {
        let new = NewToken {
            account: "li".to_owned(),
            name: "nightly".to_owned(),
            scope: vec![Permission::Read],
            expires_at: now() + TimeDelta::days(days),
        };
        house.service.accounts().add_token(new, "tester", "test").await
    };
    // Whoever does not log in again is not asked again: their tokens are short.
    let long = token(90).await.unwrap_err().to_string();
    assert!(long.contains("at most 31 days"), "{long}");
    let (_, secret) = token(31).await.unwrap();
    let bearer = format!("Bearer {}", secret.reveal());
    let asked = async || house.ask("/api/v1/places?limit=1", &[("authorization", &bearer)]).await.status;
    assert_eq!(asked().await, 200);
    // With another role a token may what that may; without one it is gone.
    door.doing().claims["groups"] = json!([]);
    house.sign_in(&door).await.is(403, "no-role", None);
    assert_eq!(asked().await, 401);
    assert_eq!(house.service.accounts().tokens().await.unwrap(), []);
    let lines = house.lines(2).await;
    assert_eq!((&*lines[1].0, &*lines[1].3), ("li", "planner to none: sessions and tokens end"));
    assert_eq!((&*lines[0].0, &*lines[0].2), ("", "login.refused"), "nobody came in, so nobody did it");
}

async fn many_first_sign_ins_make_one_account(engine: Engine) {
    let door = Door::open(Key::ec(7), noon()).await;
    let house = House::new(engine, Some(settings(&door.issuer))).await;
    let person = |subject: &str| Outsider {
        issuer: door.issuer.clone(),
        subject: subject.to_owned(),
        name: Some("li".to_owned()),
        display_name: "李工".to_owned(),
        role: Some(Role::Planner),
    };
    let enter = |subject: &'static str| {
        let (service, person) = (house.service.clone(), person(subject));
        tokio::spawn(async move { service.accounts().enter(&person).await })
    };
    let all: Vec<_> = (0..8).map(|_| enter("u1")).collect();
    for one in all {
        assert_eq!(one.await.unwrap().unwrap().caller.name, "li");
    }
    let names: Vec<String> =
        house.service.accounts().all().await.unwrap().into_iter().map(|account| account.name).collect();
    assert_eq!(names, ["administrator", "li", "planner"]);
    let made = house.lines(99).await.iter().filter(|line| line.2 == "account.add" && line.0 == "li").count();
    assert_eq!(made, 1);
    // Somebody else of the same name is not let in as them, and the log does not say that it was they.
    assert!(enter("u2").await.unwrap().is_err());
    let lines = house.lines(1).await;
    assert_eq!((&*lines[0].0, &*lines[0].2), ("", "login.refused"));
}

async fn a_sign_in_serves_once(engine: Engine) {
    let door = Door::open(Key::ec(7), noon()).await;
    let house = House::new(engine, Some(settings(&door.issuer))).await;
    let stale = |answer: Answer| answer.is(400, "sign-in-expired", None);
    let (cookie, url) = house.begin().await;
    let query = door.agree(&url);
    assert_eq!(house.back(&cookie, &query).await.status, 303);
    stale(house.back(&cookie, &query).await);
    // Another browser's, none, a made-up one, a state of one's own.
    let (cookie, url) = house.begin().await;
    let (other, _) = house.begin().await;
    let query = door.agree(&url);
    stale(house.back(&other, &query).await);
    stale(house.back("", &query).await);
    stale(house.back(&format!("linewright_login={}", "0".repeat(64)), &query).await);
    stale(house.back(&cookie, "code=code-2&state=mine").await);
    stale(house.back(&cookie, "").await);
    assert_eq!(house.back(&cookie, &query).await.status, 303, "none of that spent it");
    // Too long at the provider.
    let (cookie, url) = house.begin().await;
    house.later(601);
    stale(house.back(&cookie, &door.agree(&url)).await);
    // A code that the provider gave out already, in an attempt of our own.
    let (cookie, url) = house.begin().await;
    let query = door.agree(&url).replace("code=code-", "code=code-9");
    stale(house.back(&cookie, &query).await);
    // A code of somebody else's attempt: PKCE.
    let (_, url) = house.begin().await;
    let (cookie, own) = house.begin().await;
    let (theirs, mine) = (door.agree(&url), door.agree(&own));
    let query = format!("{}&{}", theirs.split('&').next().unwrap(), mine.split('&').nth(1).unwrap());
    stale(house.back(&cookie, &query).await);
    // The person, or the provider, says no.
    let refused = async |error: &str| {
        let (cookie, url) = house.begin().await;
        let state = door.agree(&url).split('&').nth(1).unwrap().to_owned();
        house.back(&cookie, &format!("error={error}&{state}")).await
    };
    let answer = refused("access_denied").await;
    answer.is(403, "sign-in-refused", None);
    assert!(answer.text().contains("access_denied"));
    assert!(!refused("%3Cscript%3E").await.text().contains("script"), "what is no word is not repeated");
    let (cookie, url) = house.begin().await;
    let query = format!("{}&iss=https://elsewhere.example", door.agree(&url));
    house.back(&cookie, &query).await.is(403, "sign-in-untrusted", None);
    // A person's browser comes to the page, which says why.
    let headers = [("cookie", &*cookie), ("accept", "text/html,*/*;q=0.8")];
    let answer = house.ask(&format!("{RETURN_PATH}?{query}"), &headers).await;
    assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, "/#refused=sign-in-expired"));
}

/// A token of the door's own key whose claims were changed.
fn claimed(name: &'static str, value: Value) -> Spoil {
    Box::new(move |_, _, claims| {
        claims.insert(name.to_owned(), value.clone());
        None
    })
}

fn with_head(head: &Value, claims: &Map<String, Value>) -> String {
    format!("{}.{}", encoded(head.to_string()), encoded(serde_json::to_vec(claims).unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_tokens_let_nobody_in() {
    let door = Door::open(Key::ec(7), noon()).await;
    let house = House::new(Engine::Sqlite, Some(settings(&door.issuer))).await;
    let stranger = Key::ec(8);
    let forgeries: Vec<(&str, &str, Spoil)> = vec![
        ("for another service", "for another service", claimed("aud", json!("another"))),
        ("for this and an unknown service", "for another service", claimed("aud", json!([CLIENT, "another"]))),
        ("of another issuer", "of another issuer", claimed("iss", json!("https://elsewhere.example"))),
        ("ended", "has expired", claimed("exp", json!(noon()))),
        ("of another sign-in", "of another sign-in", claimed("nonce", json!("x"))),
        ("of another access token", "cannot be used", claimed("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))),
        ("no subject", "cannot be read", Box::new(|_, _, claims| claims.remove("sub").and(None))),
        ("no nonce", "of another sign-in", Box::new(|_, _, claims| claims.remove("nonce").and(None))),
        ("no end", "cannot be read", Box::new(|_, _, claims| claims.remove("exp").and(None))),
        ("signed by a stranger", "signature", Box::new(move |kid, _, claims| Some(stranger.token(kid, claims)))),
        ("a key of no name it has", "signature", Box::new(|_, key, claims| Some(key.token("two", claims)))),
        (
            "unsigned",
            "signature",
            Box::new(|_, _, claims| Some(format!("{}.", with_head(&json!({"alg": "none"}), claims)))),
        ),
        (
            "claims changed after signing",
            "signature",
            Box::new(|kid, key, claims| {
                let token = key.token(kid, claims);
                claims.insert("groups".to_owned(), json!(["survey"]));
                let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
                parts[1] = encoded(serde_json::to_vec(claims).unwrap());
                Some(parts.join("."))
            }),
        ),
        (
            "by the client secret",
            "signature",
            Box::new(|_, key, claims| {
                let text = with_head(&json!({"alg": "HS256"}), claims);
                Some(format!("{text}.{}", key.token("x", claims).split('.').nth(2).unwrap()))
            }),
        ),
        ("no token", "cannot be read", Box::new(|_, _, _| Some("nonsense".to_owned()))),
    ];
    for (what, why, spoil) in forgeries {
        door.doing().spoil = Some(spoil);
        // Beyond the pause between two askings for keys.
        house.later(11);
        door.doing().now += 11;
        let answer = house.sign_in(&door).await;
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
        answer.is(403, "sign-in-untrusted", None);
        assert!(answer.text().contains(why), "{what}: {}", answer.text());
        assert!(!answer.headers.get_all("set-cookie").iter().any(|set| set.to_str().unwrap().contains("session")));
        assert!(!answer.text().contains("elsewhere"), "{what}: nothing of it is repeated: {}", answer.text());
    }
    assert_eq!(house.service.accounts().all().await.unwrap().len(), 2, "nobody was made");
    door.doing().spoil = None;
    house.entered(&door).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_keys_are_asked_for_when_needed_and_not_at_every_forgery() {
    let door = Door::open(Key::ec(7), noon()).await;
    let house = House::new(Engine::Sqlite, Some(settings(&door.issuer))).await;
    house.entered(&door).await;
    house.entered(&door).await;
    assert_eq!(door.doing().asked, 1, "documents are kept");
    door.doing().key = ("two".to_owned(), Key::rsa());
    house.sign_in(&door).await.is(403, "sign-in-untrusted", None);
    assert_eq!(door.doing().asked, 1, "not so soon again");
    house.later(11);
    house.entered(&door).await;
    assert_eq!(door.doing().asked, 2);
    // A new key of the old name.
    door.doing().key = ("two".to_owned(), Key::rsa());
    house.later(11);
    house.entered(&door).await;
    assert_eq!(door.doing().asked, 3);
    house.later(3601);
    door.doing().now += 3601;
    house.entered(&door).await;
    assert_eq!(door.doing().asked, 4, "they are asked for again after an hour");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_provider_passwords_go_on() {
    let door = Door::open(Key::ec(7), noon()).await;
    let (issuer, at) = (door.issuer.clone(), door.address);
    drop(door);
    let house = House::new(Engine::Sqlite, Some(settings(&issuer))).await;
    // Until the socket is gone.
    let lost = house.ask("/api/v1/login/oidc", &[]).await;
    lost.is(503, "sign-in-unreachable", None);
    assert_eq!(lost.headers["retry-after"], "5");
    assert!(!lost.text().contains("127.0.0.1"), "{}", lost.text());
    let headers = [("accept", "text/html"), ("accept-language", "zh")];
    let answer = house.ask("/api/v1/login/oidc", &headers).await;
    assert_eq!(answer.headers["location"], "/#refused=sign-in-unreachable");
    house.admin().await;
    let door = Door::open_at(at, Key::ec(7), noon()).await;
    house.later(11);
    house.entered(&door).await;
    // It ends while somebody is there.
    let (cookie, url) = house.begin().await;
    let query = door.agree(&url);
    drop(door);
    house.back(&cookie, &query).await.is(503, "sign-in-unreachable", None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_may_be_told_at_the_user_information_endpoint() {
    let door = Door::open(Key::ec(7), noon()).await;
    let with = Settings { role_claim: Some("realm_access.roles".to_owned()), ..settings(&door.issuer) };
    let house = House::new(Engine::Sqlite, Some(with)).await;
    door.doing().claims = json!({"sub": "u1"});
    door.doing().told = json!({"sub": "u1", "preferred_username": "li", "realm_access": {"roles": ["survey"]}});
    let li = house.entered(&door).await;
    assert_eq!(house.me(&li).await["role"], "surveyor");
    door.doing().told["sub"] = json!("u2");
    house.sign_in(&door).await.is(403, "sign-in-untrusted", None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_without_a_provider_says_so() {
    let house = House::new(Engine::Sqlite, None).await;
    assert_eq!(house.ask("/api/v1/login", &[]).await.json(), json!({"oidc": null}));
    house.ask("/api/v1/login/oidc", &[]).await.is(404, "not-found", None);
    house.ask(RETURN_PATH, &[]).await.is(404, "not-found", None);
    let admin = house.admin().await;
    house.change(&admin, "planner", json!({"subject": "u1"})).await.is(400, "invalid-value", Some("subject"));
}

#[test]
fn settings_that_would_be_unsafe_are_refused() {
    let check = |settings: Settings, expected: &str| {
        let refused = Provider::new(settings, Clock::new(now)).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("{expected}: ")), "{refused}");
    };
    let good = || settings("https://door.example");
    Provider::new(good(), Clock::new(now)).unwrap();
    check(Settings { issuer: "http://door.example".to_owned(), ..good() }, "oidc-issuer");
    check(Settings { issuer: "door.example".to_owned(), ..good() }, "oidc-issuer");
    check(Settings { public_url: "http://linewright.example".to_owned(), ..good() }, "public-url");
    check(Settings { public_url: "https://linewright.example/?a".to_owned(), ..good() }, "public-url");
    check(Settings { public_url: "https://linewright.example/net".to_owned(), ..good() }, "public-url");
    check(Settings { client_id: " ".to_owned(), ..good() }, "oidc-client-id");
    check(Settings { roles: Vec::new(), ..good() }, "oidc-role");
    check(Settings { role_claim: None, ..good() }, "oidc-role");
    assert!(!format!("{:?}", good()).contains(SECRET));
}

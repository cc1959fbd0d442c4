//! Roles, regions, tokens, logging in and what is written down.

use axum::body::Body;
use axum::http::Request;
use linewright_model::{ChangeSet, Dataset, Origin, Place, PlaceKind, Tag};
use linewright_service::{Permission, ROLES};
use linewright_store::Proposal;
use serde_json::json;

use crate::bench::{Bench, Engine, PASSWORD, Person, now, on_both, post};

on_both!(
    every_role_may_what_the_table_says,
    another_region_is_not_seen,
    somebody_logs_in_and_out,
    tokens_and_contacts,
    people_are_made_once,
    an_account_is_changed_as_it_was_seen
);

async fn every_role_may_what_the_table_says(engine: Engine) {
    let bench = Bench::new(engine).await;
    let survey = r#"{"customer": {"address": "DZ-CC-002"}, "product": "data", "alternatives": 1}"#;
    let account =
        |name: &str| format!(r#"{{"username": "{name}-2", "role": "administrator", "password": "{PASSWORD}"}}"#);
    for row in ROLES {
        let who = bench.person(row.word).await;
        let check = |permission: Permission, status: u16, what: &str| {
            let expected = row.role.may(permission);
            assert_eq!(status != 403, expected, "{} and {what}: {status}", row.word);
        };
        check(Permission::Read, bench.get(&who, "/api/v1/places?limit=1").await.status, "places");
        check(Permission::Read, bench.get(&who, "/api/v1/tiles/14/13693/6654").await.status, "tile");
        check(Permission::Survey, bench.post(&who, "/api/v1/survey", survey).await.status, "survey");
        check(Permission::Change, bench.post(&who, "/api/v1/imports", "{}").await.status, "import");
        check(Permission::Export, bench.get(&who, "/api/v1/export?format=native").await.status, "export");
        check(Permission::Contacts, bench.get(&who, "/api/v1/trails/0?contacts=show").await.status, "contacts");
        check(Permission::Audit, bench.get(&who, "/api/v1/audit").await.status, "audit");
        check(Permission::Accounts, bench.get(&who, "/api/v1/accounts").await.status, "accounts");
        check(Permission::Accounts, bench.get(&who, "/api/v1/tokens").await.status, "tokens");
        let made = bench.post(&who, "/api/v1/accounts", &account(row.word)).await.status;
        check(Permission::Accounts, made, "making an administrator");
    }
}

async fn another_region_is_not_seen(engine: Engine) {
    let bench = Bench::new(engine).await;
    let bound = bench.person("bound").await;
    // GL-0048 lies in 崇川区, the account is bound to 通州区.
    bench.get(&bound, "/api/v1/cables/47").await.is(403, "other-region", Some("id"));
    bench.get(&bound, "/api/v1/cables/47/slots").await.is(403, "other-region", Some("id"));
    bench.get(&bound, "/api/v1/trace?element=GL-0048").await.is(403, "other-region", Some("element"));
    bench.get(&bound, "/api/v1/impact?element=GL-0048").await.is(403, "other-region", Some("element"));
    let survey = r#"{"customer": {"address": "DZ-CC-002"}, "product": "data", "alternatives": 1}"#;
    bench.post(&bound, "/api/v1/survey", survey).await.is(403, "other-region", Some("customer"));
    bench.get(&bound, "/api/v1/export?format=native").await.is(403, "other-region", None);
    for path in ["accounts", "accounts/planner", "tokens", "audit"] {
        bench.get(&bound, &format!("/api/v1/{path}")).await.is(403, "other-region", None);
    }
    let more = json!({"username": "more", "role": "administrator", "password": PASSWORD}).to_string();
    bench.post(&bound, "/api/v1/accounts", &more).await.is(403, "other-region", None);
    assert_eq!(bench.get(&bound, "/api/v1/search?q=GL-0048").await.json()["items"], json!([]));
    // Nor what was changed there, by whom and why.
    let mut elsewhere = ChangeSet::new(Origin::Recording);
    elsewhere.create(Dataset { tag: Tag::new("DS-new", ""), format: "native".into() });
    elsewhere.create(Place { region: "崇川区".into(), ..Place::new("NEW", PlaceKind::Cabinet, None) });
    bench.service.commit(Proposal::new(elsewhere, "planner", "for a customer", now())).await.unwrap();
    let changes = bench.get(&bound, "/api/v1/changes").await;
    let listed = changes.json();
    let versions: Vec<_> = listed["items"].as_array().unwrap().iter().map(|change| &change["version"]).collect();
    assert_eq!(versions, [1], "{}", changes.text());
    assert!(!changes.text().contains("for a customer"));
    bench.get(&bound, "/api/v1/changes/2").await.is(403, "other-region", Some("version"));
    let planner = bench.person("planner").await;
    let all = bench.get(&planner, "/api/v1/changes").await.json();
    assert_eq!(all["items"][0]["why"], "for a customer");
    let places = |change: &serde_json::Value| change["tables"]["place"]["created"].as_u64().unwrap();
    assert!(places(&listed["items"][0]) < places(&all["items"][1]), "what is seen is counted");
    assert_eq!(bench.get(&bound, "/api/v1/changes/1").await.status, 200);
    let places = bench.get(&bound, "/api/v1/places?limit=1000").await.json();
    let places = places["items"].as_array().unwrap();
    assert!(!places.is_empty() && places.iter().all(|place| place["region"] == "通州区"));
}

async fn somebody_logs_in_and_out(engine: Engine) {
    let bench = Bench::new(engine).await;
    let log_in = |password: &str| {
        let body = json!({"username": "planner", "password": password}).to_string();
        let request = Request::post("/api/v1/session").header("content-type", "application/json");
        request.body(Body::from(body)).unwrap()
    };
    bench.send(log_in("wrong wrong")).await.is(401, "wrong-password", None);
    let answer = bench.send(log_in(PASSWORD)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Max-Age=43200"));
    let person = crate::bench::Person {
        cookie: cookie.split(';').next().unwrap().to_owned(),
        csrf: answer.json()["csrf_token"].as_str().unwrap().to_owned(),
    };
    assert_eq!(bench.get(&person, "/api/v1/session").await.json()["username"], "planner");
    let mut out = post(&person, "/api/v1/session", "");
    *out.method_mut() = axum::http::Method::DELETE;
    assert_eq!(bench.send(out).await.status, 204);
    bench.get(&person, "/api/v1/session").await.is(401, "not-logged-in", None);
}

async fn tokens_and_contacts(engine: Engine) {
    let bench = Bench::new(engine).await;
    let admin = bench.person("administrator").await;
    let body =
        r#"{"account": "planner", "name": "CRM", "scope": ["read", "contacts"], "expires_at": "2027-01-01T00:00:00Z"}"#;
    let made = bench.post(&admin, "/api/v1/tokens", body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let bearer = format!("Bearer {}", made.json()["token"].as_str().unwrap());
    let ask = |path: &str| Request::get(path).header("authorization", &bearer);
    let customer = |trail: &serde_json::Value| trail["customer"].as_str().unwrap_or_default().to_owned();
    let all = bench.send(ask("/api/v1/trails?limit=1000").body(Body::empty()).unwrap()).await.json();
    let all = all["items"].as_array().unwrap();
    // The carrier itself is no customer: its name is no secret.
    let trail = all.iter().find(|trail| !matches!(&*customer(trail), "" | "自有")).expect("somebody is served");
    assert!(customer(trail).ends_with("**"), "{trail}");
    let path = format!("{}?contacts=show", trail["href"].as_str().unwrap());
    let shown = ask(&path).header("x-reason", "%E5%B7%A5%E5%8D%95 7").body(Body::empty()).unwrap();
    let shown = bench.send(shown).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert!(!customer(&shown.json()).ends_with("**"), "{}", shown.text());
    let audit = bench.get(&admin, "/api/v1/audit?limit=2").await.json();
    let line = audit["items"].as_array().unwrap().iter().find(|line| line["action"] == "contacts.read").unwrap();
    assert_eq!((&line["who"], &line["why"]), (&json!("planner"), &json!("工单 7")));
    assert!(line["via"].as_str().unwrap().starts_with("token:"));
    // Beyond its scope.
    let survey =
        Request::post("/api/v1/survey").header("authorization", &bearer).header("content-type", "application/json");
    bench.send(survey.body(Body::from("{}")).unwrap()).await.is(400, "invalid-value", Some("body"));
    let findings = bench.send(ask("/api/v1/accounts").body(Body::empty()).unwrap()).await;
    findings.is(403, "forbidden", None);
    // Taken back.
    let mut revoke = post(&admin, &format!("/api/v1/tokens/{}", made.json()["id"].as_str().unwrap()), "");
    *revoke.method_mut() = axum::http::Method::DELETE;
    assert_eq!(bench.send(revoke).await.status, 204);
    bench.send(ask("/api/v1/places").body(Body::empty()).unwrap()).await.is(401, "not-logged-in", None);
}

/// The same request as somebody, with further headers.
fn with(who: &Person, path: &str, body: &serde_json::Value, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = post(who, path, &body.to_string());
    for (name, value) in headers {
        let name = axum::http::HeaderName::try_from(*name).unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

async fn people_are_made_once(engine: Engine) {
    let bench = Bench::new(engine).await;
    let admin = bench.person("administrator").await;
    let count = async |path: &str| bench.get(&admin, path).await.json().as_array().unwrap().len();
    let (accounts, tokens) = ("/api/v1/accounts", "/api/v1/tokens");
    let before = count(accounts).await;
    let new = json!({"username": "zhao", "role": "crew", "password": PASSWORD});
    let key = [("idempotency-key", "0b5d7e2c-1")];
    for _ in 0..3 {
        assert_eq!(bench.send(with(&admin, accounts, &new, &key)).await.status, 201);
    }
    assert_eq!(count(accounts).await, before + 1);
    let lines = bench.get(&admin, "/api/v1/audit?limit=1000").await.json();
    let made = lines["items"].as_array().unwrap().iter().filter(|line| line["subject"] == "zhao").count();
    assert_eq!(made, 1, "it was made and written down once");
    bench.send(with(&admin, accounts, &new, &[])).await.is(409, "conflict", None);
    let other = json!({"username": "zhao", "role": "viewer", "password": PASSWORD});
    let reused = bench.send(with(&admin, accounts, &other, &key)).await;
    reused.is(422, "idempotency-key-reused", Some("idempotency-key"));
    let short = bench.send(with(&admin, accounts, &new, &[("idempotency-key", "x")])).await;
    short.is(400, "invalid-value", Some("idempotency-key"));
    // What was refused gives its key back, and is refused for the same reason again.
    let key = [("idempotency-key", "0b5d7e2c-2")];
    for _ in 0..2 {
        bench.send(with(&admin, accounts, &new, &key)).await.is(409, "conflict", None);
    }
    bench.service.accounts().disable("zhao", true, "tester", "test").await.unwrap();

    // A token is made once; its secret is shown once.
    let new = json!({"account": "planner", "name": "CRM", "scope": ["read"], "expires_at": "2027-01-01T00:00:00Z"});
    let first = bench.send(with(&admin, tokens, &new, &key)).await;
    let again = bench.send(with(&admin, tokens, &new, &key)).await;
    assert_eq!((first.status, again.status, count(tokens).await), (201, 201, 1));
    assert_eq!(again.json(), json!({"id": first.json()["id"], "token": null}));
    let ask = Request::get("/api/v1/session")
        .header("authorization", format!("Bearer {}", first.json()["token"].as_str().unwrap()));
    assert_eq!(bench.send(ask.body(Body::empty()).unwrap()).await.status, 200);
    // Sent twice at once.
    let key = [("idempotency-key", "0b5d7e2c-3")];
    let (one, two) =
        tokio::join!(bench.send(with(&admin, tokens, &new, &key)), bench.send(with(&admin, tokens, &new, &key)));
    assert_eq!(count(tokens).await, 2);
    let shown = [&one, &two].into_iter().filter(|answer| answer.status == 201 && answer.json()["token"].is_string());
    assert_eq!(shown.count(), 1, "{} {}", one.text(), two.text());
    for answer in [one, two] {
        assert!(matches!(answer.status, 201 | 409), "{}", answer.text());
    }
}

async fn an_account_is_changed_as_it_was_seen(engine: Engine) {
    let bench = Bench::new(engine).await;
    let admin = bench.person("administrator").await;
    let crew = "/api/v1/accounts/crew";
    let change = async |who: &Person, body: serde_json::Value, etag: &str| {
        let mut request = with(who, crew, &body, &[("if-match", etag)]);
        *request.method_mut() = axum::http::Method::PATCH;
        bench.send(request).await
    };
    let seen = bench.get(&admin, crew).await;
    assert_eq!(
        (seen.status, seen.headers["etag"].to_str().unwrap(), &seen.json()["revision"]),
        (200, "\"1\"", &json!(1))
    );
    assert_eq!(change(&admin, json!({"disabled": true, "password": "another one"}), "\"1\"").await.status, 204);
    let now = bench.get(&admin, crew).await.json();
    assert_eq!((&now["revision"], &now["disabled"]), (&json!(2), &json!(true)), "one step");
    for late in [json!({"disabled": false}), json!({"password": "a third one"}), json!({"subject": ""})] {
        change(&admin, late, "\"1\"").await.is(412, "precondition-failed", Some("If-Match"));
    }
    assert_eq!(bench.get(&admin, crew).await.json(), now, "nothing was changed");
    for wrong in ["2", "W/\"2\"", "*", "\"x\""] {
        change(&admin, json!({"disabled": false}), wrong).await.is(400, "invalid-value", Some("If-Match"));
    }
    assert_eq!(change(&admin, json!({"disabled": false}), "\"2\"").await.status, 204);
    assert!(bench.service.accounts().log_in("crew", PASSWORD).await.is_err());
    assert!(bench.service.accounts().log_in("crew", "another one").await.is_ok());
    // What it may do, where and how long.
    let rights = json!({"role": "viewer", "region": "通州区", "expires_at": "2027-01-01T00:00:00Z"});
    assert_eq!(change(&admin, rights, "\"3\"").await.status, 204);
    let now = bench.get(&admin, crew).await.json();
    let said = (&now["revision"], &now["role"], &now["region"], &now["expires_at"]);
    assert_eq!(said, (&json!(4), &json!("viewer"), &json!("通州区"), &json!("2027-01-01T00:00:00Z")));
    let audit = bench.get(&admin, "/api/v1/audit?limit=3").await.json();
    let lines: Vec<_> = audit["items"].as_array().unwrap().iter().map(|line| (&line["action"], &line["why"])).collect();
    let expected =
        [("account.end", "2027-01-01T00:00:00Z"), ("account.region", "通州区"), ("account.role", "crew to viewer")];
    assert_eq!(lines, expected.map(|(action, why)| (json!(action), json!(why))).each_ref().map(|(a, w)| (a, w)));
    let wrong = [json!({"role": "root"}), json!({"expires_at": "2020-01-01T00:00:00Z"}), json!({})];
    for (wrong, field) in wrong.into_iter().zip(["role", "expires_at", "body"]) {
        change(&admin, wrong, "\"4\"").await.is(400, "invalid-value", Some(field));
    }
    assert_eq!(change(&admin, json!({"region": "", "expires_at": null}), "\"4\"").await.status, 204);
    let now = bench.get(&admin, crew).await.json();
    assert_eq!((&now["role"], &now["region"], &now["expires_at"]), (&json!("viewer"), &json!(""), &json!(null)));
    let mut own = with(&admin, "/api/v1/accounts/administrator", &json!({"role": "viewer"}), &[]);
    *own.method_mut() = axum::http::Method::PATCH;
    bench.send(own).await.is(400, "invalid-value", Some("body"));
    bench.get(&admin, "/api/v1/accounts/nobody").await.is(404, "not-found", Some("username"));
    let viewer = bench.person("viewer").await;
    bench.get(&viewer, crew).await.is(403, "forbidden", None);
}

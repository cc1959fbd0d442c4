//! Bad input: always a 4xx that names the field, nothing leaked, nothing changed.

use axum::body::Body;
use axum::http::Request;
use linewright_service::Secret;

use crate::bench::{Bench, Engine, Person, on_both, post};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_page_meets_is_said_in_the_language_of_the_request() {
    let bench = Bench::new(Engine::Sqlite).await;
    let (who, bound) = (bench.person("planner").await, bench.person("bound").await);
    let survey = |customer: &str, rest: &str| format!(r#"{{"customer": {customer}, "product": "data"{rest}}}"#);
    let place = |name: &str| survey(&format!(r#"{{"place": "{name}"}}"#), "");
    let at = |position: &str| survey(&format!(r#"{{"position": {position}}}"#), "");
    let nobody = Person { cookie: String::new(), csrf: String::new() };
    let path = "/api/v1/survey";
    let cases = [
        (&nobody, "/api/v1/places", String::new()),
        (&nobody, "/api/v1/session", r#"{"username": "planner", "password": "wrong wrong"}"#.to_owned()),
        (&nobody, "/api/v1/setup", r#"{"link": "x", "username": "li", "password": "long enough"}"#.to_owned()),
        (&who, "/api/v1/session/password", r#"{"old": "wrong wrong", "password": "long enough"}"#.to_owned()),
        (&who, "/api/v1/session/password", r#"{"old": "wrong wrong", "password": "short"}"#.to_owned()),
        (&who, "/api/v1/accounts", String::new()),
        (&bound, "/api/v1/accounts", String::new()),
        (&bound, "/api/v1/cables/47", String::new()),
        (&bound, "/api/v1/trace?element=GL-0048", String::new()),
        (&who, "/api/v1/trace?element=XX-1", String::new()),
        (&who, "/api/v1/trace?element=GL-0048%2F999", String::new()),
        (&who, "/api/v1/cables/99999", String::new()),
        (&who, "/api/v1/nowhere", String::new()),
        (&who, path, place("XX-1")),
        (&who, path, at("[2.0, 48.0]")),
        (&who, path, at("[32.0, 120.9]")),
        (&who, path, at("[500, 2]")),
        (&who, path, survey("{}", "")),
        (&who, path, survey(r#"{"address": "无此地址"}"#, "")),
        (&who, path, survey(r#"{"address": "DZ-CC-002"}"#, r#", "bandwidth": "fast""#)),
        (&who, path, survey(r#"{"address": "DZ-CC-002"}"#, r#", "alternatives": 99"#)),
        (&who, path, r#"{"customer": {"address": "DZ-CC-002"}, "product": "x"}"#.to_owned()),
    ];
    for (who, path, body) in cases {
        let said = async |lang: &'static str| {
            let mut request = post(who, path, &body);
            if body.is_empty() {
                *request.method_mut() = axum::http::Method::GET;
            }
            request.headers_mut().insert("accept-language", lang.parse().unwrap());
            let answer = bench.send(request).await;
            assert!(answer.status >= 400, "{path} {body}: {}", answer.text());
            answer.json()["detail"].as_str().unwrap().to_owned()
        };
        let chinese = |text: &str| text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
        let (en, zh) = (said("en").await, said("zh-CN,zh;q=0.9").await);
        // Names of places and what was asked are the same in both.
        assert!(chinese(&zh) >= chinese(&en) + 4, "{path} {body}\n  {en}\n  {zh}");
    }
}

on_both!(bad_bodies_are_refused, bad_queries_are_refused, strangers_are_refused);

async fn bad_bodies_are_refused(engine: Engine) {
    let bench = Bench::new(engine).await;
    let who = bench.person("administrator").await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!(r#"{{"customer": {{"place": "{}"}}, "product": "data"}}"#, "长".repeat(1_000));
    let large = format!(r#"{{"customer": {{"place": "{}"}}, "product": "data"}}"#, "x".repeat(300_000));
    let survey = "/api/v1/survey";
    #[rustfmt::skip]
    let cases: &[(&str, &str, u16, &str, Option<&str>)] = &[
        (survey, "", 400, "malformed-request", Some("body")),
        (survey, "{", 400, "malformed-request", Some("body")),
        (survey, "null", 400, "invalid-value", Some("body")),
        (survey, "[]", 400, "invalid-value", Some("body")),
        (survey, r#"[{"place": "a"}, null, "data", "10M", false, 1, null]"#, 400, "invalid-value", Some("body")),
        (survey, r#"{"customer": [[1, 2], null, null, null], "product": "data"}"#, 400, "invalid-value", Some("customer")),
        (survey, &deep, 400, "invalid-value", Some("body")),
        (survey, r#"{"customer": {"at": [1, 2]}, "product": "data"}"#, 400, "invalid-value", Some("customer.at")),
        (survey, r#"{"customer": {}, "product": "data"}"#, 400, "invalid-value", Some("customer")),
        (survey, r#"{"customer": {"place": "a", "address": "b"}, "product": "data"}"#, 400, "invalid-value", Some("customer")),
        (survey, r#"{"customer": {"position": [1]}, "product": "data"}"#, 400, "invalid-value", Some("customer.position")),
        (survey, r#"{"customer": {"position": ["a", 2]}, "product": "data"}"#, 400, "invalid-value", Some("customer.position[0]")),
        (survey, r#"{"customer": {"position": [1e999, 2]}, "product": "data"}"#, 400, "malformed-request", Some("customer.position[0]")),
        (survey, r#"{"customer": {"position": [500, 2]}, "product": "data"}"#, 422, "survey-refused", Some("customer")),
        (survey, r#"{"customer": {"position": [1, 2], "crs": "mars"}, "product": "data"}"#, 400, "invalid-value", Some("customer.crs")),
        (survey, r#"{"customer": {"place": ""}, "product": "data"}"#, 400, "invalid-value", Some("customer.place")),
        (survey, &long, 400, "invalid-value", Some("customer.place")),
        (survey, &large, 413, "body-too-large", Some("body")),
        (survey, r#"{"customer": {"place": "nowhere"}, "product": "data"}"#, 422, "survey-refused", Some("customer")),
        (survey, r#"{"customer": {"address": "DZ-CC-001"}, "product": "x"}"#, 422, "survey-refused", Some("product")),
        (survey, r#"{"customer": {"address": "DZ-CC-001"}, "product": "data", "bandwidth": "fast"}"#, 400, "invalid-value", Some("bandwidth")),
        (survey, r#"{"customer": {"address": "DZ-CC-001"}, "product": "data", "bandwidth": 5}"#, 400, "invalid-value", Some("bandwidth")),
        (survey, r#"{"customer": {"address": "DZ-CC-001"}, "product": "data", "alternatives": 99999999999999999999}"#, 400, "invalid-value", Some("alternatives")),
        (survey, r#"{"customer": {"address": "DZ-CC-001"}, "product": "data", "alternatives": 0}"#, 422, "survey-refused", Some("alternatives")),
        (survey, r#"{"customer": {"address": "DZ-CC-001"}, "product": "data", "latest": "2026-13-45"}"#, 400, "invalid-value", Some("latest")),
        (survey, r#"{"customer": {"address": "DZ-CC-001"}, "product": "data", "rank": 1}"#, 400, "invalid-value", Some("rank")),
        (survey, r#"{"customer": {"address": "DZ-CC-001"}, "product": "data"} x"#, 400, "malformed-request", Some("body")),
        ("/api/v1/accounts", r#"{"username": "a", "role": "root", "password": "long enough"}"#, 400, "invalid-value", Some("role")),
        ("/api/v1/accounts", r#"{"username": "a b", "role": "viewer", "password": "long enough"}"#, 400, "invalid-value", Some("username")),
        ("/api/v1/accounts", r#"{"username": "a", "role": "viewer", "password": "short"}"#, 400, "invalid-value", Some("password")),
        ("/api/v1/accounts", r#"{"username": "viewer", "role": "viewer", "password": "long enough"}"#, 409, "conflict", None),
        ("/api/v1/tokens", r#"{"account": "x", "name": "n", "scope": ["read"], "expires_at": "2027-01-01T00:00:00Z"}"#, 400, "invalid-value", Some("account")),
        ("/api/v1/tokens", r#"{"account": "viewer", "name": "n", "scope": ["all"], "expires_at": "2027-01-01T00:00:00Z"}"#, 400, "invalid-value", Some("scope")),
        ("/api/v1/tokens", r#"{"account": "viewer", "name": "n", "scope": ["change"], "expires_at": "2027-01-01T00:00:00Z"}"#, 400, "invalid-value", Some("scope")),
        ("/api/v1/tokens", r#"{"account": "viewer", "name": "n", "scope": ["read"], "expires_at": "2037-01-01T00:00:00Z"}"#, 400, "invalid-value", Some("expires_at")),
        ("/api/v1/tokens", r#"{"account": "\u0000", "name": "n", "scope": ["read"], "expires_at": "2027-01-01T00:00:00Z"}"#, 400, "invalid-value", Some("account")),
        ("/api/v1/tokens", r#"{"account": "viewer", "name": "\u0000", "scope": ["read"], "expires_at": "2027-01-01T00:00:00Z"}"#, 400, "invalid-value", Some("name")),
        ("/api/v1/session", r#"{"username": "\u0000", "password": "long enough"}"#, 401, "wrong-password", None),
        ("/api/v1/setup", r#"{"link": "x", "username": "a", "password": "long enough"}"#, 400, "invalid-value", Some("link")),
        ("/api/v1/imports", "{}", 415, "unsupported-media-type", Some("Content-Type")),
    ];
    let mut wrong = Vec::new();
    for (path, body, status, kind, field) in cases {
        let answer = bench.post(&who, path, body).await;
        let problem = answer.json();
        let got = (answer.status, problem["type"].as_str().unwrap_or_default(), problem["field"].as_str());
        if got != (*status, &*format!("/problems/{kind}"), *field) {
            wrong.push(format!("{body:.200}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut plain = post(&who, survey, "{}");
    plain.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    bench.send(plain).await.is(415, "unsupported-media-type", Some("Content-Type"));
    assert_eq!(bench.service.snapshot().version().0, 1);
    assert_eq!(bench.service.accounts().all().await.unwrap().len(), 10);
    assert!(bench.service.accounts().tokens().await.unwrap().is_empty());
}

async fn bad_queries_are_refused(engine: Engine) {
    let bench = Bench::new(engine).await;
    let who = bench.person("administrator").await;
    let search_long = format!("/api/v1/search?q={}", "x".repeat(201));
    let element_long = format!("/api/v1/trace?element={}", "x".repeat(301));
    let export_long = format!("/api/v1/export?format={}", "x".repeat(41));
    #[rustfmt::skip]
    let cases: &[(&str, u16, &str, Option<&str>)] = &[
        ("/api/v1/places?limit=0", 400, "invalid-value", Some("limit")),
        ("/api/v1/places?limit=1001", 400, "invalid-value", Some("limit")),
        ("/api/v1/places?limit=-1", 400, "invalid-value", Some("limit")),
        ("/api/v1/places?limit=18446744073709551616", 400, "invalid-value", Some("limit")),
        ("/api/v1/places?cursor=x", 400, "invalid-value", Some("cursor")),
        ("/api/v1/places?bbox=1,2,3", 400, "invalid-value", Some("bbox")),
        ("/api/v1/places?bbox=NaN,0,1,1", 400, "invalid-value", Some("bbox")),
        ("/api/v1/places?bbox=9,0,1,1", 400, "invalid-value", Some("bbox")),
        ("/api/v1/places?format=xml", 400, "invalid-value", Some("format")),
        ("/api/v1/places?order=code", 400, "invalid-value", Some("order")),
        ("/api/v1/places/x", 404, "not-found", Some("id")),
        ("/api/v1/places/-1", 404, "not-found", Some("id")),
        ("/api/v1/places/4294967296", 404, "not-found", Some("id")),
        ("/api/v1/places/4294967295", 404, "not-found", Some("id")),
        ("/api/v1/cables/99999999/slots", 404, "not-found", Some("id")),
        ("/api/v1/search?q=", 400, "invalid-value", Some("q")),
        ("/api/v1/search", 400, "invalid-value", Some("q")),
        ("/api/v1/search?q=a&q=b", 400, "invalid-value", Some("q")),
        ("/api/v1/search?q=a&limit=51", 400, "invalid-value", Some("limit")),
        (&search_long, 400, "invalid-value", Some("q")),
        (&element_long, 400, "invalid-value", Some("element")),
        (&export_long, 400, "invalid-value", Some("format")),
        ("/api/v1/trace?element=", 404, "not-found", Some("element")),
        ("/api/v1/trace?element=GL-0048/9999", 404, "not-found", Some("element")),
        ("/api/v1/trace?element=../../etc/passwd", 404, "not-found", Some("element")),
        ("/api/v1/findings?severity=bad", 400, "invalid-value", Some("severity")),
        ("/api/v1/findings?rule=256", 400, "invalid-value", Some("rule")),
        ("/api/v1/changes/0", 404, "not-found", Some("version")),
        ("/api/v1/changes/2", 404, "not-found", Some("version")),
        ("/api/v1/changes?cursor=-1", 400, "invalid-value", Some("cursor")),
        ("/api/v1/tiles/23/0/0", 404, "not-found", Some("z")),
        ("/api/v1/tiles/3/8/0", 404, "not-found", Some("z")),
        ("/api/v1/tiles/3/1/x.mvt", 404, "not-found", Some("y")),
        ("/api/v1/tiles/300/0/0", 404, "not-found", Some("z")),
        ("/api/v1/export?format=exe", 400, "invalid-value", Some("x-reason")),
        ("/api/v1/trails/0?contacts=show", 400, "invalid-value", Some("x-reason")),
        ("/api/v1/nothing", 404, "not-found", None),
        ("/api/v1/../../../etc/passwd", 404, "not-found", None),
        ("/api/v1/%2e%2e/%2e%2e/etc/passwd", 404, "not-found", None),
    ];
    let mut wrong = Vec::new();
    for (path, status, kind, field) in cases {
        let answer = bench.get(&who, path).await;
        let problem = answer.json();
        let named = field.is_none() || problem["field"].as_str() == *field;
        if answer.status != *status || problem["type"] != format!("/problems/{kind}") || !named {
            wrong.push(format!("{path}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let check = async |path: &str, field: &str, detail: &str| {
        let problem = bench.get(&who, path).await.json();
        assert_eq!((problem["field"].as_str(), problem["detail"].as_str()), (Some(field), Some(detail)), "{path}");
    };
    let version =
        "\"latest\" is no version; give the number of a version; /api/v1/changes lists them, the newest first";
    check("/api/v1/changes/latest", "version", version).await;
    let id = "\"NT-CC-KH01\" is no id; give the number of a record; the list finds one by its code: ?code=CODE";
    check("/api/v1/places/NT-CC-KH01", "id", id).await;
    check("/api/v1/cables/NT-CC-KH01/slots", "id", id).await;
    check("/api/v1/tiles/a/0/0", "z", "\"a\" is no z; give a whole number").await;
    check("/api/v1/places?limit=abc", "limit", "give a whole number from 1 to 1000").await;
    check("/api/v1/cables/47/slots?limit=9000", "limit", "give a whole number from 1 to 2000").await;
    check("/api/v1/places?format=xml", "format", "\"xml\" is not known here; give json or geojson").await;
    check("/api/v1/search", "q", "give q; it is lacking").await;
    check("/api/v1/export?format=geojson&dataset=a&dataset=b", "dataset", "give dataset once; it is there twice").await;
    let method = Request::put("/api/v1/places").body(Body::empty()).unwrap();
    bench.send(method).await.is(405, "method-not-allowed", None);
    let chinese =
        Request::get("/api/v1/places?limit=0").header("cookie", &who.cookie).header("accept-language", "zh-CN");
    let answer = bench.send(chinese.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.json()["title"], "取值无效");
    assert_eq!(answer.headers["content-language"], "zh");
}

async fn strangers_are_refused(engine: Engine) {
    let bench = Bench::new(engine).await;
    let who = bench.person("administrator").await;
    let forged = format!("linewright_session={}", Secret::new().unwrap().reveal());
    let get = |name: &str, value: &str| Request::get("/api/v1/places").header(name, value).body(Body::empty()).unwrap();
    bench.send(Request::get("/api/v1/places").body(Body::empty()).unwrap()).await.is(401, "not-logged-in", None);
    for cookie in [&*forged, "linewright_session=", "linewright_session=x", "other=1", "linewright_session=' OR 1=1 --"]
    {
        bench.send(get("cookie", cookie)).await.is(401, "not-logged-in", None);
    }
    for token in ["Bearer x", "Bearer ", "Basic YWRtaW46YWRtaW4=", &format!("Bearer {}", "0".repeat(64))] {
        bench.send(get("authorization", token)).await.is(401, "not-logged-in", None);
    }
    // Another site makes the browser send its cookie along.
    let body = r#"{"username": "evil", "role": "administrator", "password": "long enough"}"#;
    let change = |name: &'static str, value: &str| {
        let mut request = post(&who, "/api/v1/accounts", body);
        request.headers_mut().remove(name);
        if !value.is_empty() {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request
    };
    bench.send(change("x-csrf-token", "")).await.is(403, "cross-site", Some("x-csrf-token"));
    bench.send(change("x-csrf-token", "guess")).await.is(403, "cross-site", Some("x-csrf-token"));
    bench.send(change("origin", "https://evil.example")).await.is(403, "cross-site", Some("Origin"));
    bench.send(change("sec-fetch-site", "cross-site")).await.is(403, "cross-site", Some("Sec-Fetch-Site"));
    let log_in = Request::post("/api/v1/session").header("origin", "https://evil.example");
    let log_in = log_in.header("content-type", "application/json");
    let log_in = log_in.body(Body::from(r#"{"username": "viewer", "password": "long enough"}"#)).unwrap();
    bench.send(log_in).await.is(403, "cross-site", Some("Origin"));
    assert_eq!(bench.service.accounts().all().await.unwrap().len(), 10);
}

//! Imports and exports.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::bench::{Answer, Bench, Engine, Person, on_both};

on_both!(files_come_in_once, files_go_out_with_a_note);

const MAP: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"id": "N1", "name": "新站"}, "geometry": {"type": "Point", "coordinates": [121.0, 32.0]}},
    {"type": "Feature", "properties": {"id": "N2", "name": "新站二"}, "geometry": {"type": "Point", "coordinates": [121.01, 32.0]}}]}"#;

fn upload(who: &Person, query: &str) -> axum::http::request::Builder {
    let request = Request::post(format!("/api/v1/imports{query}")).header("cookie", &who.cookie);
    request.header("x-csrf-token", &who.csrf).header("content-type", "multipart/form-data; boundary=XX")
}

fn parts(name: &str, content: &str) -> Body {
    Body::from(format!(
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--XX--\r\n"
    ))
}

fn archive(name: &str, bytes: &[u8]) -> Body {
    let head =
        format!("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    Body::from([&head, bytes, b"\r\n--XX--\r\n"].concat())
}

/// What the archive of an export says of itself.
fn note(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    std::io::read_to_string(archive.by_name("EXPORTED.txt").unwrap()).unwrap()
}

async fn import(bench: &Bench, who: &Person, query: &str, headers: &[(&str, &str)], content: &str) -> Answer {
    let mut request = upload(who, query);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    bench.send(request.body(parts("../up/map.geojson", content)).unwrap()).await
}

async fn files_come_in_once(engine: Engine) {
    let bench = Bench::new(engine).await;
    let who = bench.person("planner").await;
    let rehearsed = import(&bench, &who, "?dry_run=true&dataset=new", &[], MAP).await;
    assert_eq!(rehearsed.status, 200, "{}", rehearsed.text());
    let said = rehearsed.json();
    assert_eq!((&said["changed"], &said["version"], &said["dry_run"]), (&json!(true), &json!(null), &json!(true)));
    assert_eq!(bench.service.snapshot().version().0, 1);

    import(&bench, &who, "?dataset=new", &[("if-match", "\"7\"")], MAP).await.is(
        412,
        "precondition-failed",
        Some("If-Match"),
    );
    import(&bench, &who, "?dataset=new", &[("if-match", "7")], MAP).await.is(400, "invalid-value", Some("If-Match"));
    import(&bench, &who, "?dataset=new", &[("idempotency-key", "x")], MAP).await.is(
        400,
        "invalid-value",
        Some("idempotency-key"),
    );
    import(&bench, &who, "?format=exe", &[], MAP).await.is(400, "invalid-value", Some("format"));
    import(&bench, &who, "?crs=mars", &[], MAP).await.is(400, "invalid-value", Some("crs"));

    let key = [("idempotency-key", "0b5d7e2c-1"), ("if-match", "\"1\"")];
    let first = import(&bench, &who, "?dataset=new&why=%E6%96%B0%E5%BB%BA", &key, MAP).await;
    assert_eq!(first.json()["version"], 2, "{}", first.text());
    let again = import(&bench, &who, "?dataset=new&why=%E6%96%B0%E5%BB%BA", &key, MAP).await;
    assert_eq!(again.json(), first.json(), "the same answer, although the version has moved on");
    assert_eq!(bench.service.snapshot().version().0, 2);
    import(&bench, &who, "?dataset=other", &key, MAP).await.is(422, "idempotency-key-reused", Some("idempotency-key"));
    let found = bench.get(&who, "/api/v1/search?q=%E6%96%B0%E7%AB%99%E4%BA%8C").await.json();
    assert_eq!(found["items"][0]["code"], "N2", "{found}");
    let change = bench.get(&who, "/api/v1/changes?limit=1").await.json();
    assert_eq!((&change["items"][0]["who"], &change["items"][0]["why"]), (&json!("planner"), &json!("新建")));

    // What is refused changes nothing and names the record.
    let broken = MAP.replace("[121.0, 32.0]", "[321.0, 32.0]");
    let refused = import(&bench, &who, "?dataset=new", &[], &broken).await;
    assert_eq!((refused.status, &refused.json()["refused"]), (200, &json!(true)), "{}", refused.text());
    assert!(refused.text().contains("map.geojson") && !refused.text().contains("../up"), "{}", refused.text());
    assert_eq!(bench.service.snapshot().version().0, 2);
    import(&bench, &who, "", &[], "no map at all").await.is(400, "invalid-value", Some("body"));

    // As a stream.
    let more = MAP.replace("N1", "N3").replace("121.0,", "121.02,");
    let stream = import(&bench, &who, "?dataset=new", &[("accept", "text/event-stream")], &more).await;
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    assert!(stream.text().contains("event: imported\ndata: {\"format\""), "{}", stream.text());
    assert_eq!(bench.service.snapshot().version().0, 3);
}

async fn files_go_out_with_a_note(engine: Engine) {
    let bench = Bench::new(engine).await;
    let who = bench.person("manager").await;
    let ask = |query: &str| {
        let request = Request::get(format!("/api/v1/export?{query}")).header("cookie", &who.cookie);
        request.header("x-reason", "quarterly check").body(Body::empty()).unwrap()
    };
    let answer = bench.send(ask("format=native")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.headers["content-type"], "application/zip");
    let name = answer.headers["content-disposition"].to_str().unwrap();
    assert!(name.contains("linewright-native-v1-20261125T080000Z.zip"), "{name}");
    assert!(answer.bytes.starts_with(b"PK") && answer.text().contains("EXPORTED.txt"));
    // What went out comes in again, archive and all, and is what is there.
    let planner = bench.person("planner").await;
    let came_back =
        bench.send(upload(&planner, "?dry_run=true").body(archive("net.zip", &answer.bytes)).unwrap()).await.json();
    assert_eq!(came_back["format"], "native", "{came_back}");
    assert_eq!((&came_back["changed"], &came_back["refused"]), (&json!(false), &json!(false)), "{came_back}");
    assert_eq!(came_back["report"]["findings"], json!([]));
    let cut = bench.send(upload(&planner, "").body(archive("net.zip", &answer.bytes[..4_000])).unwrap()).await;
    cut.is(400, "invalid-value", Some("body"));
    assert!(cut.text().contains("net.zip cannot be unpacked"), "{}", cut.text());
    let map = bench.send(ask("format=kml")).await;
    let noted = note(&map.bytes);
    assert!(noted.contains("a duct is drawn along each cable in it") && noted.contains("不能容纳"), "{noted}");
    assert!(!note(&answer.bytes).contains("cannot carry"));
    for format in ["tables", "exe"] {
        let refused = bench.send(ask(&format!("format={format}"))).await;
        refused.is(400, "invalid-value", Some("format"));
        assert!(refused.text().contains("give one of: native, geojson, kml, ofds, ofds-geojson"), "{}", refused.text());
    }
    bench.send(ask("format=native&dataset=none")).await.is(400, "invalid-value", Some("dataset"));
    let lines = bench.get(&who, "/api/v1/audit").await.json();
    let exports: Vec<_> = lines["items"].as_array().unwrap().iter().filter(|line| line["action"] == "export").collect();
    assert_eq!(exports.last().unwrap()["subject"], "native everything");
    assert_eq!(exports.last().unwrap()["why"], "quarterly check");
}

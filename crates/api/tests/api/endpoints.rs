//! Every endpoint that reads, by snapshot: what a client gets is reviewed as a diff.

use insta::assert_snapshot;
use linewright_api::{Asset, Config, router};
use linewright_model::{Cable, CableId, ChangeSet, Id, Origin, Stage};
use linewright_store::Proposal;
use serde_json::{Value, json};

use crate::bench::{Bench, Engine, now, on_both};

on_both!(every_reading_endpoint_answers, tiles_are_drawn_and_kept, lists_are_narrowed_by_kind_life_and_region);

/// What is asked, and the name of its snapshot.
const ASKED: &[(&str, &str)] = &[
    ("me", "/api/v1/session"),
    ("search", "/api/v1/search?q=%E4%B8%96%E7%BA%AA%E5%A4%A7%E9%81%93288&limit=3"),
    ("places", "/api/v1/places?bbox=120.88,31.98,120.882,31.983&limit=2"),
    ("places_geojson", "/api/v1/places?kind=cabinet&limit=1&format=geojson"),
    ("span", "/api/v1/spans?code=GD-CC-26"),
    ("cables", "/api/v1/cables?q=gl-0048"),
    ("cable", "/api/v1/cables/47"),
    ("cable_slots", "/api/v1/cables/47/slots?limit=2"),
    ("devices", "/api/v1/devices?kind=splitter&limit=1"),
    ("device_slots", "/api/v1/devices/0/slots?limit=2&cursor=3"),
    ("trails", "/api/v1/trails?limit=1"),
    ("links", "/api/v1/links?limit=1"),
    ("addresses", "/api/v1/addresses?code=DZ-CC-001"),
    ("trace", "/api/v1/trace?element=GL-0048/1"),
    ("impact", "/api/v1/impact?element=cable:GL-0048"),
    ("findings", "/api/v1/findings?severity=warning&limit=1"),
    ("changes", "/api/v1/changes"),
    ("change", "/api/v1/changes/1"),
    ("products", "/api/v1/products"),
    ("roles", "/api/v1/roles"),
    ("tokens", "/api/v1/tokens"),
    ("readyz", "/readyz"),
];

fn shortened(mut value: Value) -> String {
    // Random or long.
    if let Some(token) = value.get_mut("csrf_token") {
        *token = json!("(random)");
    }
    if let Some(records) = value.get_mut("records").and_then(Value::as_array_mut) {
        records.truncate(2);
    }
    serde_json::to_string_pretty(&value).unwrap()
}

async fn every_reading_endpoint_answers(engine: Engine) {
    let bench = Bench::new(engine).await;
    let admin = bench.person("administrator").await;
    for (name, path) in ASKED {
        let answer = bench.get(&admin, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        if path.starts_with("/api/v1/") && answer.headers.contains_key("linewright-version") {
            assert_eq!(answer.headers["linewright-version"], "1", "{path}");
            assert_eq!(answer.headers["linewright-snapshot-age"], "0", "{path}");
        }
        // One snapshot for both databases: they answer the same.
        assert_snapshot!(*name, shortened(answer.json()));
    }
    let survey = r#"{"customer": {"address": "DZ-CC-002"}, "product": "data", "bandwidth": "155M", "alternatives": 1}"#;
    let answer = bench.post(&admin, "/api/v1/survey", survey).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_snapshot!("survey", shortened(answer.json()));
    assert_eq!(bench.get(&admin, "/healthz").await.text(), "ok\n");
    let metrics = bench.get(&admin, "/metrics").await.text();
    let counted = "linewright_requests_total{method=\"POST\",path=\"/api/v1/survey\",status=\"200\"} 1";
    assert!(metrics.contains(counted) && metrics.contains("linewright_network_version 1"), "{metrics}");
}

#[test]
fn the_description_is_reviewed() {
    let description = linewright_api::openapi();
    assert_snapshot!("openapi", description.to_pretty_json().unwrap());
    // Whatever is referred to is there.
    let text = description.to_json().unwrap();
    let schemas = &description.components.as_ref().unwrap().schemas;
    for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(schemas.contains_key(name), "{name} is not described");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_is_one_page_and_elsewhere_is_nothing() {
    let mut bench = Bench::new(Engine::Sqlite).await;
    let console = |path: &str| {
        let bytes: &[u8] = match path {
            "index.html" => b"<p>the page",
            "assets/a.js" => b"a()",
            _ => return None,
        };
        Some(Asset { bytes, media_type: "text/html; charset=utf-8", immutable: false })
    };
    bench.router = router(bench.service.clone(), Config { console: Some(console), ..Config::default() });
    let viewer = bench.person("viewer").await;
    let check = async |path: &str, status: u16, text: &str| {
        let answer = bench.get(&viewer, path).await;
        assert_eq!((answer.status, answer.text().contains(text)), (status, true), "{path}: {}", answer.text());
    };
    check("/", 200, "the page").await;
    check("/index.html", 200, "the page").await;
    check("/assets/a.js", 200, "a()").await;
    // The page is sent all the same: it says that there is nothing, in the language of who reads it.
    check("/nonsense", 404, "the page").await;
    check("/a/b", 404, "the page").await;
    check("/assets/b.js", 404, "/problems/not-found").await;
    check("/api/v1/nonsense", 404, "/problems/not-found").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_and_docs_fetch_nothing_from_elsewhere() {
    let bench = Bench::new(Engine::Sqlite).await;
    let admin = bench.person("administrator").await;
    for path in ["/", "/api/v1/docs", "/api/v1/docs.js"] {
        let answer = bench.get(&admin, path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains("://"), "{path}");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    }
    let description = bench.get(&admin, "/api/v1/openapi.json").await.json();
    assert_eq!(description["openapi"], "3.1.0");
}

async fn tiles_are_drawn_and_kept(engine: Engine) {
    let bench = Bench::new(engine).await;
    let viewer = bench.person("viewer").await;
    let tile = bench.get(&viewer, "/api/v1/tiles/14/13693/6654.mvt").await;
    assert_eq!(tile.status, 200);
    assert_eq!(tile.headers["content-type"], "application/vnd.mapbox-vector-tile");
    for layer in ["span", "cable", "place", "premise"] {
        assert!(tile.bytes.windows(layer.len()).any(|window| window == layer.as_bytes()), "{layer}");
    }
    assert!(tile.bytes.len() < 500_000);
    let again = bench.get(&viewer, "/api/v1/tiles/14/13693/6654").await;
    assert_eq!(again.bytes, tile.bytes);
    let request = axum::http::Request::get("/api/v1/tiles/14/13693/6654").header("cookie", &viewer.cookie);
    let request = request.header("if-none-match", tile.headers["etag"].clone());
    assert_eq!(bench.send(request.body(axum::body::Body::empty()).unwrap()).await.status, 304);
    assert_eq!(bench.get(&viewer, "/api/v1/tiles/14/0/0").await.status, 204);
    // From afar only what is important is drawn.
    let afar = bench.get(&viewer, "/api/v1/tiles/8/213/103").await;
    assert!(afar.status == 200 && afar.bytes.len() < tile.bytes.len());
    // Somebody bound to another county sees less of the same tile.
    let bound = bench.person("bound").await;
    let less = bench.get(&bound, "/api/v1/tiles/14/13693/6654").await;
    let has = |word: &str| less.bytes.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(!has("premise") && !has("NT-CC-"), "nothing that stands in 崇川区 for an account of 通州区");
    assert!(less.bytes.len() < tile.bytes.len());
}

async fn lists_are_narrowed_by_kind_life_and_region(engine: Engine) {
    let bench = Bench::new(engine).await;
    let admin = bench.person("administrator").await;
    let list = async |path: &str| bench.get(&admin, &format!("/api/v1/{path}")).await.json()["items"].clone();
    let count = |items: &Value| items.as_array().unwrap().len();
    // Each page is full until the last, and together they are the whole.
    let whole = list("places?limit=1000&region=%E5%B4%87%E5%B7%9D%E5%8C%BA&lifecycle_state=in_service").await;
    assert!(count(&whole) > 20 && whole.as_array().unwrap().iter().all(|place| place["region"] == "崇川区"));
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let path =
            format!("/api/v1/places?limit=7&region=%E5%B4%87%E5%B7%9D%E5%8C%BA&lifecycle_state=in_service{cursor}");
        let page = bench.get(&admin, &path).await.json();
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        assert_eq!(page["items"].as_array().unwrap().len(), 7);
        cursor = format!("&cursor={next}");
    }
    assert_eq!(Value::from(paged), whole);
    // Stages part the records; kinds and stages together narrow.
    for resource in ["places", "spans", "cables", "devices"] {
        let mut sum = 0;
        for state in ["planned", "under_construction", "in_service", "retired"] {
            let items = list(&format!("{resource}?limit=1000&lifecycle_state={state}")).await;
            assert!(items.as_array().unwrap().iter().all(|item| item["lifecycle_state"] == state), "{items}");
            sum += count(&items);
        }
        assert_eq!(sum, count(&list(&format!("{resource}?limit=1000")).await), "{resource}");
    }
    let closures = list("places?kind=cabinet&lifecycle_state=in_service&limit=1000").await;
    assert!(count(&closures) > 0 && closures.as_array().unwrap().iter().all(|place| place["kind"] == "cabinet"));
    // What cannot be is refused, with what can.
    let refused = async |path: &str, field: &str, said: &str| {
        let answer = bench.get(&admin, &format!("/api/v1/{path}")).await;
        answer.is(400, "invalid-value", Some(field));
        assert!(answer.text().contains(said), "{}", answer.text());
    };
    refused("places?lifecycle_state=dead", "lifecycle_state", "under_construction").await;
    refused("trails?lifecycle_state=planned", "lifecycle_state", "places, spans, cables and devices").await;
    refused("places?kind=cabinets", "kind", "distribution_box").await;
    refused("spans?kind=cabinet", "kind", "pole_line").await;
    refused("links?kind=fiber", "kind", "fibre").await;
    refused("cables?kind=glass", "kind", "cable").await;
    refused("places?region=Atlantis", "region", "崇川区").await;
    refused("places?region=", "region", "崇川区").await;
    refused("findings?region=Atlantis", "region", "崇川区").await;
    refused("findings?rule=200", "rule", "20").await;
    // Glass ten times as long as its ducts is a finding of its region, and of no other. GL-0048 lies in 崇川区.
    let network = bench.service.snapshot().network.clone();
    let (id, mut changes) = (CableId::from_raw(47), ChangeSet::new(Origin::Recording));
    let before = network.get(id).unwrap();
    let mut after = Cable::clone(before);
    after.plant.stage = Stage::Retired;
    after.length_m *= 10.0;
    changes.update(id, before, after);
    bench.service.commit(Proposal::new(changes, "tester", "retired, mistyped", now())).await.unwrap();
    let of = async |region: &str| count(&list(&format!("findings?limit=1000{region}")).await);
    let (all, here) = (of("").await, of("&region=%E5%B4%87%E5%B7%9D%E5%8C%BA").await);
    assert!(here > 0 && here == all, "{here} of {all}");
    assert_eq!(of("&region=%E9%80%9A%E5%B7%9E%E5%8C%BA").await, 0);
    assert_eq!(count(&list("cables?lifecycle_state=retired").await), 1);
    // Who is bound to a region may name it, and no other.
    let bound = bench.person("bound").await;
    let own = bench.get(&bound, "/api/v1/places?limit=1000&region=%E9%80%9A%E5%B7%9E%E5%8C%BA").await.json();
    assert_eq!(own["items"], bench.get(&bound, "/api/v1/places?limit=1000").await.json()["items"]);
    for path in ["places", "findings", "cables"] {
        let other = bench.get(&bound, &format!("/api/v1/{path}?region=%E5%B4%87%E5%B7%9D%E5%8C%BA")).await;
        other.is(403, "other-region", Some("region"));
    }
}

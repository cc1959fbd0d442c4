//! Maps that others made, imported, surveyed, exported and imported again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use serde_json::Value;
use support::{Bench, shared};

/// Imports files; a second time nothing changes.
fn imported(files: &[&str]) -> Bench {
    let bench = Bench::new();
    let import = || bench.json(["import", "--repair"].iter().chain(files));
    let first = import();
    assert_eq!((&first["refused"], &first["version"]), (&Value::Bool(false), &1.into()), "{first:#}");
    let again = import();
    assert_eq!((&again["changed"], &again["version"]), (&Value::Bool(false), &Value::Null), "{again:#}");
    bench
}

/// What is exported imports elsewhere, and exports from there as the same bytes.
fn comes_back(bench: &Bench, format: &str) {
    let export = |database: &str, out: &str| {
        bench.run(["--database", database, "export", "--format", format, out]).done();
    };
    let (out, back) = (format!("{format}-out"), format!("{format}-back"));
    std::fs::create_dir(bench.path(&out)).unwrap();
    std::fs::create_dir(bench.path(&back)).unwrap();
    export("linewright.db", &out);
    let copy = format!("{format}.db");
    bench.run(["--database", &copy, "import", &out]).done();
    bench.run(["--database", &copy, "import", &out]).done().says("nothing changed");
    export(&copy, &back);
    for entry in std::fs::read_dir(bench.path(&out)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let again = std::fs::read(bench.path(&back).join(name)).unwrap();
        let ours = std::fs::read(&path).unwrap();
        let same = match path.extension().and_then(|extension| extension.to_str()) {
            // A manifest says of which version it is.
            Some("toml") => true,
            // The order of members is no matter in JSON.
            Some("json") => parsed(&ours) == parsed(&again),
            _ => ours == again,
        };
        assert!(same, "{format}: {name:?} differs");
    }
}

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// The features of a collection by their id property.
fn feature_ids(text: &str, id: &str) -> Vec<String> {
    let collection: Value = serde_json::from_str(text).unwrap();
    let features = collection["features"].as_array().unwrap();
    let mut ids: Vec<String> = features.iter().map(|f| f["properties"][id].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn sierra_leone_is_surveyed_along_its_real_cables() {
    let (Some(nodes), Some(lines)) = (shared("watra/SLE_nodes.geojson"), shared("watra/SLE_lines.geojson")) else {
        return;
    };
    let bench = imported(&[&nodes, &lines]);
    // South of Bo, towards Kenema: the line between the two is the one that serves.
    let answer = bench.json([
        "survey",
        "--at",
        "-11.7445,7.9475",
        "--to",
        "-11.185967,7.86255",
        "--product",
        "data",
        "--bandwidth",
        "155M",
    ]);
    let best = &answer["alternatives"][0];
    let cables: Vec<&str> = best["route"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer:#}"))
        .iter()
        .filter(|element| element["element"] == "cable")
        .map(|element| element["cable"]["code"].as_str().unwrap())
        .collect();
    assert!(cables.iter().any(|code| code.contains("da0b87df-343b-47cb-b0ab-7d23b6a1281f")), "{cables:?}");
    let length_m = best["length_m"].as_f64().unwrap();
    assert!((60_000.0..80_000.0).contains(&length_m), "{length_m}");
    // The map says nothing about cores, so neither does the answer.
    assert!(!best["to_check"].as_array().unwrap().is_empty());
    let text = bench.run(["survey", "--at=-11.7445,7.9475", "--to", "-11.185967,7.86255", "--product", "data"]).done();
    assert!(text.out.contains("to be checked on site"), "{}", text.out);
    // Makeni, without a far end: the map records no equipment, and the answer says so.
    bench.run(["survey", "--at", "-12.044,8.883", "--product", "internet"]).done().says("no equipment");

    bench.run(["check", "--severity", "E"]).done();
    bench.run(["trace", "Kenema"]).done().says("Bo – Kenema");
    let trace = bench.json(["trace", "da0b87df-343b-47cb-b0ab-7d23b6a1281f"]);
    assert_eq!(trace["subject"]["table"], "cable");
    assert!(trace["subject"]["length_m"].as_f64().unwrap() > 60_000.0);

    bench.run(["export", "--format", "geojson", "map"]).done();
    let exported = |what: &str| {
        let folder = std::fs::read_dir(bench.path("map")).unwrap().map(|entry| entry.unwrap().path());
        let path = folder.into_iter().find(|path| path.to_str().unwrap().contains(what)).unwrap();
        std::fs::read_to_string(path).unwrap()
    };
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    assert_eq!(feature_ids(&exported("lines"), "line_id"), feature_ids(&read(&lines), "line_id"));
    let kept = feature_ids(&exported("nodes"), "node_id");
    assert!(feature_ids(&read(&nodes), "node_id").iter().all(|id| kept.contains(id)));
    for format in ["geojson", "native", "ofds"] {
        comes_back(&bench, format);
    }
}

#[test]
fn ghana_imports_beside_sierra_leone() {
    let files = ["GHA_nodes", "GHA_lines"].map(|name| shared(&format!("watra/{name}.geojson")));
    let [Some(nodes), Some(lines)] = &files else { return };
    let bench = imported(&[nodes, lines]);
    let answer = bench.json(["survey", "--at", "-1.25,5.11", "--product", "internet"]);
    assert!(answer["verdict"].is_string(), "{answer:#}");
    comes_back(&bench, "geojson");
    let others = ["SLE_nodes", "SLE_lines"].map(|name| shared(&format!("watra/{name}.geojson")));
    let [Some(nodes), Some(lines)] = &others else { return };
    assert_eq!(bench.json(["import", "--repair", nodes, lines])["version"], 2);
    // One data set replaced by itself takes nothing from the other.
    bench.run(["import", "--repair", "--replace", nodes, lines]).done().says("nothing changed");
}

/// Validates a file against the published schema of the package.
fn is_valid_ofds(path: &std::path::Path, schema: &str) {
    let read = |path: &std::path::Path| parsed(&std::fs::read(path).unwrap());
    // The package refers to the network's schema by its published address.
    let network = read(std::path::Path::new(&schema.replace("network-package-schema", "network-schema")));
    let mut package = read(std::path::Path::new(schema));
    package["properties"]["networks"]["items"] = network;
    let validator = jsonschema::validator_for(&package).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&read(path)).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn an_ofds_package_comes_back_valid() {
    let Some(package) = shared("ofds/examples/network-package.json") else { return };
    let Some(schema) = shared("ofds/network-package-schema-0.4.json") else { return };
    let bench = imported(&[&package]);
    bench.run(["export", "--format", "ofds", "out.json"]).done();
    is_valid_ofds(&bench.path("out.json"), &schema);
    bench.run(["import", "out.json"]).done().says("nothing changed");
    bench.run(["check"]);
    comes_back(&bench, "native");
}

#[test]
fn ofds_geojson_and_several_networks_import() {
    let examples = ["nodes.geojson", "spans.geojson"].map(|name| shared(&format!("ofds/examples/{name}")));
    let [Some(nodes), Some(spans)] = &examples else { return };
    imported(&[nodes, spans]);
    let Some(several) = shared("ofds/examples/multiple-networks.json") else { return };
    imported(&[&several]);
    let Some(odd) = shared("ofds/examples/network-package-additional-checks.json") else { return };
    let ran = Bench::new().run(["import", &odd]);
    assert!(ran.code == 0 || ran.out.contains("nothing was written"), "{ran:?}");
}

#[test]
fn an_invalid_ofds_package_is_refused_by_record_and_reason() {
    let Some(invalid) = shared("ofds/examples/network-package-invalid.json") else { return };
    let bench = Bench::new();
    let refused = bench.run(["import", &invalid]).refused(1, "nothing was written");
    assert!(refused.out.contains("network-package-invalid.json"), "{}", refused.out);
    assert!(bench.files().is_empty());
    // Truncated anywhere, it is refused too, or still a whole document.
    let bytes = std::fs::read(&invalid).unwrap();
    for cut in [1, 100, bytes.len() / 2, bytes.len() - 2] {
        bench.write("cut.json", &bytes[..cut]);
        let ran = bench.run(["import", "cut.json"]);
        assert_eq!(ran.code, 1, "{cut}: {ran:?}");
    }
}

#[test]
fn a_kmz_of_sierra_leone_is_a_network_and_comes_back() {
    let Some(map) = shared("watra/SLE.kmz") else { return };
    let bench = imported(&[&map]);
    let import = bench.json(["import", "--dry-run", &map]);
    assert_eq!(import["format"], "kml");
    bench.run(["trace", "Daru - Pendembu Fiber Cable"]).done().says("Pendembu");
    for format in ["kml", "geojson", "ofds", "native"] {
        comes_back(&bench, format);
    }
}

#[test]
fn a_folder_of_ofds_tables_is_a_package() {
    let Some(tables) = shared("ofds/examples/csv") else { return };
    let Some(schema) = shared("ofds/network-package-schema-0.4.json") else { return };
    let bench = imported(&[&tables]);
    bench.run(["export", "--format", "ofds", "out.json"]).done();
    is_valid_ofds(&bench.path("out.json"), &schema);
    bench.run(["import", "out.json"]).done().says("nothing changed");
}

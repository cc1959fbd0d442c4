//! OFDS end to end: the standard's own examples, small dirty packages, exports judged by the published schema.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use linewright_model::*;
use serde_json::{Value, json};

use crate::finding::Severity::{self, Error, Info, Warning};
use crate::format::{ExportOptions, Format, ImportOptions};
use crate::input::File;
use crate::plan::Outcome;

pub(super) fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if !path.exists() {
        assert!(std::env::var("CI").is_err(), "the real data must be there in CI");
        println!("skipped: no {}", path.display());
        return None;
    }
    Some(path)
}

fn read(path: &str) -> Option<File> {
    let path = data(path)?;
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Some(File::new(name, std::fs::read(path).unwrap()))
}

fn json_of(file: &File) -> Value {
    serde_json::from_slice(&file.bytes).unwrap()
}

/// Asserts that a package is valid by the published schemas, formats included.
pub(crate) fn assert_valid(package: &Value) {
    static SCHEMAS: OnceLock<Option<Vec<jsonschema::Validator>>> = OnceLock::new();
    let schemas = SCHEMAS.get_or_init(|| {
        let package = json_of(&read("ofds/network-package-schema-0.4.json")?);
        let network = json_of(&read("ofds/network-schema-0.4.json")?);
        let build = |schema| jsonschema::options().should_validate_formats(true).build(schema).unwrap();
        Some(vec![build(&package), build(&network)])
    });
    let Some([of_package, of_network]) = schemas.as_deref() else { return };
    let judge = |schema: &jsonschema::Validator, value: &Value| {
        let errors: Vec<String> =
            schema.iter_errors(value).map(|e| format!("{}: {e:.200}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
    };
    judge(of_package, package);
    for network in package["networks"].as_array().unwrap() {
        judge(of_network, network);
    }
}

pub(super) fn import(files: &[File], repair: bool, network: &mut Network) -> Outcome {
    let options = ImportOptions { format: Some(Format::Ofds), repair, ..ImportOptions::default() };
    let outcome = crate::import(files, &options, network).unwrap();
    network.apply(&outcome.changes).unwrap();
    outcome
}

pub(super) fn package(network: &Network) -> File {
    crate::export(network, Format::Ofds, &ExportOptions::default()).unwrap().remove(0)
}

/// Imports, exports, judges the export, imports it again: nothing may change. Returns network and export.
pub(super) fn round_trip(files: &[File], repair: bool) -> (Network, Outcome, Value) {
    let mut network = Network::new();
    let outcome = import(files, repair, &mut network);
    assert!(!outcome.refused, "{:#?}", outcome.report.findings);
    let again = import(files, repair, &mut network.clone());
    assert!(again.changes.is_empty(), "{:#?}", again.changes);
    let exported = package(&network);
    assert_valid(&json_of(&exported));
    let back = import(std::slice::from_ref(&exported), false, &mut network.clone());
    assert!(back.changes.is_empty() && !back.refused, "{:#?}\n{:#?}", back.changes, back.report.findings);
    let features = crate::export(&network, Format::OfdsGeojson, &ExportOptions::default()).unwrap();
    let mut other = network.clone();
    let back = import(&features, false, &mut other);
    assert!(!back.refused, "{:#?}", back.report.findings);
    // Features carry organisations and phases where they are used, so the order of those lists is not kept.
    assert!(back.changes.changes.iter().all(|c| matches!(c, Change::Dataset(_))), "{:#?}", back.changes);
    let sorted = |file: &File| sorted(&json_of(file));
    assert_eq!(sorted(&package(&other)), sorted(&exported));
    (network, outcome, json_of(&exported))
}

/// The value with its lists of objects in order of their ids.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), sorted(value))).collect(),
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(sorted).collect();
            if list.iter().all(|value| value.get("id").is_some()) {
                list.sort_by_key(|value| value["id"].to_string());
            }
            list.into()
        }
        other => other.clone(),
    }
}

/// The value in the words of 0.4, with numbers as JSON Schema compares them.
fn in_new_words(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let word = |key: &str| match key {
                "physicalInfrastructureProvider" => "transmissionMediumOwner".to_owned(),
                "deploymentDetails" => "supportingInfrastructure".to_owned(),
                other => other.to_owned(),
            };
            object.iter().map(|(key, value)| (word(key), in_new_words(value))).collect()
        }
        Value::Array(list) => list.iter().map(in_new_words).collect(),
        Value::String(text) if text == "physicalInfrastructureProvider" => json!("transmissionMediumOwner"),
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}

fn assert_same_attributes(given: &Value, exported: &Value) {
    let (mut given, mut exported) = (in_new_words(given), in_new_words(exported));
    for package in [&mut given, &mut exported] {
        for network in package["networks"].as_array_mut().unwrap() {
            let links = network["links"].as_array_mut().unwrap();
            links.retain(|link| link["rel"] != "describedby");
        }
    }
    assert_eq!(given, exported);
}

#[test]
fn the_example_package_comes_back_field_by_field() {
    let Some(file) = read("ofds/examples/network-package.json") else { return };
    let given = json_of(&file);
    let (network, outcome, exported) = round_trip(&[file], false);
    assert_same_attributes(&given, &exported);
    let (_, cable) = network.all::<Cable>().next().unwrap();
    assert_eq!((cable.cores, &*cable.fibre, cable.occupancy), (Some(24), "G.652D", Occupancy::Unproven));
    assert_eq!((cable.length_m, &*cable.plant.unit), (276_000.0, "FibreCo"));
    let (_, span) = network.all::<Span>().next().unwrap();
    assert_eq!((span.kind, span.course.len()), (SpanKind::Duct, 13));
    let (_, place) = network.all::<Place>().next().unwrap();
    assert_eq!((&*place.tag.code, &*place.tag.name, &*place.region), ("1", "Accra", "Accra"));
    assert_eq!(place.kind, PlaceKind::Site(SiteClass::Access));
    let codes: Vec<&str> = outcome.report.findings.iter().map(|f| f.code).collect();
    assert!(codes.contains(&"length-in-metres") && codes.contains(&"older-version"), "{codes:?}");
}

#[test]
fn the_example_features_are_the_example_package() {
    let (Some(nodes), Some(spans)) = (read("ofds/examples/nodes.geojson"), read("ofds/examples/spans.geojson")) else {
        return;
    };
    let Some(whole) = read("ofds/examples/network-package.json") else { return };
    assert_eq!(Format::detect(std::slice::from_ref(&nodes)), Ok(Format::Ofds));
    assert_eq!(Format::detect(std::slice::from_ref(&whole)), Ok(Format::Ofds));
    let (_, _, exported) = round_trip(&[spans.clone(), nodes.clone()], false);
    let from_package = round_trip(&[whole], false).2;
    let at = |package: &Value, key: &str| package["networks"][0][key].clone();
    for key in ["nodes", "spans", "phases", "contracts", "publisher", "crs", "id", "name"] {
        assert_eq!(in_new_words(&at(&exported, key)), in_new_words(&at(&from_package, key)), "{key}");
    }
    // Spans carry their nodes with them, so they are a network of their own.
    let alone = round_trip(&[spans], false).0;
    assert_eq!((alone.count::<Place>(), alone.count::<Cable>()), (2, 1));
}

#[test]
fn several_networks_are_several_data_sets() {
    let Some(file) = read("ofds/examples/multiple-networks.json") else { return };
    let given = json_of(&file);
    let mut network = Network::new();
    import(&[file], false, &mut network);
    let exported = json_of(&package(&network));
    assert_valid(&exported);
    assert_eq!(network.count::<Dataset>(), 2);
    let ids = |package: &Value| -> Vec<String> {
        let mut ids: Vec<String> =
            package["networks"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&given), ids(&exported));
}

#[test]
fn the_invalid_examples_become_valid_when_repaired() {
    for (name, errors) in [
        ("network-package-invalid.json", &["missing-id"][..]),
        ("network-package-additional-checks.json", &["dangling-end", "duplicate-id"][..]),
    ] {
        let Some(file) = read(&format!("ofds/examples/{name}")) else { return };
        let refused = import(std::slice::from_ref(&file), false, &mut Network::new());
        let mut codes: Vec<&str> =
            refused.report.findings.iter().filter(|f| f.severity == Error).map(|f| f.code).collect();
        codes.sort_unstable();
        codes.dedup();
        for error in errors {
            assert!(refused.refused && codes.contains(error), "{name}: {codes:?}");
        }
        let mut network = Network::new();
        let repaired = import(&[file], true, &mut network);
        assert!(!repaired.refused, "{:#?}", repaired.report.findings);
        let exported = package(&network);
        assert_valid(&json_of(&exported));
        let back = import(&[exported], false, &mut network);
        assert!(back.changes.is_empty() && !back.refused, "{name}: {:#?}", back.changes);
    }
}

/// A valid package of two nodes and a span between them.
pub(super) fn valid() -> Value {
    json!({"networks": [{
        "id": "a096d627-72e1-4f9b-b129-951b1737bff4",
        "name": "N",
        "crs": {"name": "urn:ogc:def:crs:OGC::CRS84", "uri": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
        "nodes": [
            {"id": "a", "name": "A", "type": ["pop"], "location": {"type": "Point", "coordinates": [1.0, 5.0]}},
            {"id": "b", "name": "B", "location": {"type": "Point", "coordinates": [1.0, 5.1, 12.5]}}
        ],
        "spans": [{
            "id": "s", "name": "S", "start": "a", "end": "b", "status": "planned",
            "readyForServiceDate": "2027-01-01", "deployment": ["aboveGround"], "transmissionMedium": ["fibre"],
            "transmissionMediumOwner": {"id": "o", "name": "Owner"}, "fibreCount": 48, "fibreLength": 11.5,
            "route": {"type": "LineString", "coordinates": [[1.0, 5.0, 1.5], [1.001, 5.05, 2], [1.0, 5.1, 12.5]]}
        }],
        "organisations": [{"id": "o", "name": "Owner", "roles": ["transmissionMediumOwner"]}],
        "links": [{"rel": "describedby", "href": "https://standard.ofds.info/en/0__4__0/network-schema.json"}]
    }]})
}

fn file(value: &Value) -> File {
    File::new("p.json", value.to_string())
}

#[test]
fn a_clean_package_has_no_finding_and_comes_back() {
    let (network, outcome, exported) = round_trip(&[file(&valid())], false);
    assert_eq!(outcome.report.findings, []);
    assert_eq!(in_new_words(&exported), in_new_words(&valid()));
    let (_, cable) = network.all::<Cable>().next().unwrap();
    assert_eq!(cable.plant.stage, Stage::Planned);
    assert_eq!(cable.plant.available_from, chrono::NaiveDate::from_ymd_opt(2027, 1, 1));
    assert_eq!((cable.cores, cable.length_m), (Some(48), 11_500.0));
}

/// Changes the valid package at a pointer; `null` removes.
fn changed(at: &str, value: Value) -> Value {
    let mut package = valid();
    let (parent, key) = at.rsplit_once('/').unwrap();
    match package.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => drop(object.shift_remove(key)),
        Value::Object(object) => drop(object.insert(key.to_owned(), value)),
        Value::Array(list) => list.push(value),
        other => panic!("{other}"),
    }
    package
}

/// One fault, one finding; what refuses is mended by a repair unless `mended` says it cannot be.
fn check(at: &str, value: Value, expected: impl Into<Option<(Severity, &'static str)>>, mended: bool) {
    let given = file(&changed(at, value));
    let found = import(std::slice::from_ref(&given), false, &mut Network::new());
    let codes: Vec<(Severity, &str)> = found.report.findings.iter().map(|f| (f.severity, f.code)).collect();
    if let Some(expected) = expected.into() {
        assert!(codes.contains(&expected), "{at}: {codes:?}");
    }
    assert_eq!(found.refused, codes.iter().any(|(severity, _)| *severity == Error), "{at}: {codes:?}");
    if found.refused {
        let repaired = import(std::slice::from_ref(&given), true, &mut Network::new());
        assert_eq!(repaired.refused, !mended, "{at}: {:#?}", repaired.report.findings);
        if mended {
            assert!(repaired.report.totals.repaired > 0, "{at}");
        }
    }
    if !found.refused || mended {
        round_trip(&[given], found.refused);
    }
}

#[test]
fn every_fault_has_its_finding() {
    let line = |c: Value| json!({"type": "LineString", "coordinates": c});
    let multi = |c: Value| json!({"type": "MultiLineString", "coordinates": c});
    let point = |c: Value| json!({"type": "Point", "coordinates": c});
    let (network, node, span) = ("/networks/0", "/networks/0/nodes/0", "/networks/0/spans/0");
    let at = |base: &str, key: &str| format!("{base}/{key}");

    check(&at(span, "start"), Value::Null, (Error, "missing-end"), true);
    check(&at(span, "end"), json!(""), (Error, "missing-end"), true);
    check(&at(span, "end"), json!("nowhere"), (Error, "dangling-end"), true);
    check(&at(span, "end"), json!({"id": "b"}), None, true);
    check(&at(span, "end"), json!("a"), (Warning, "self-link"), true);
    check(&at(node, "location"), point(json!([9.0, 9.0])), (Warning, "end-far-from-node"), true);
    check(&at(span, "route"), line(json!([[1.0, 5.1], [1.0, 5.0]])), (Warning, "reversed-route"), true);
    check(&at(span, "route"), multi(json!([[[1, 5], [1, 5.05]], [[1, 5.05], [1, 5.1]]])), None, true);
    check(
        &at(span, "route"),
        multi(json!([[[1, 5], [1, 5.04]], [[1, 5.05], [1, 5.1]]])),
        (Error, "broken-route"),
        true,
    );
    check(&at(span, "route"), Value::Null, (Info, "no-route"), true);
    check(&at(span, "route"), point(json!([1.0, 5.0])), (Warning, "wrong-geometry"), true);
    check(&at(span, "route"), line(json!([[1.0, 5.0]])), (Warning, "short-line"), true);
    check(&at(span, "route"), line(json!([[1, 5], [1, 95], [1, 5.1]])), (Error, "outside-world"), true);
    check(&at(span, "route"), line(json!([[1, 5], [1, "x"], [1, 5.1]])), (Error, "bad-coordinate"), true);
    check(&at(node, "location"), point(json!([5.0, 120.0])), (Error, "outside-world"), true);
    check(&at(node, "location"), point(json!([500_000.0, 3_500_000.0])), (Error, "outside-world"), true);
    check(&at(node, "location"), line(json!([[1, 5], [2, 5]])), (Warning, "wrong-geometry"), true);
    check(&at(node, "id"), json!("b"), (Error, "duplicate-id"), true);
    check(&at(node, "id"), Value::Null, (Error, "missing-id"), true);
    check(&at(node, "id"), json!(7), (Warning, "id-not-text"), true);
    check(&at(node, "name"), json!(""), (Info, "empty-name"), true);
    check(&at(node, "name"), json!(["A"]), (Warning, "not-as-schema"), true);
    check(&at(node, "status"), json!("open"), (Warning, "not-as-schema"), true);
    check(&at(node, "nonconforming"), json!({"status": 1}), (Warning, "not-as-schema"), true);
    check(&at(node, "nonconforming"), json!(5), None, true);
    check(&at(node, "@altitudes"), json!(5), None, true);
    check(&at(node, "route"), json!({}), None, true);
    let stray = json!({"id": "n", "location": {"type": "Point", "coordinates": [1, 5]}});
    check(&at(network, "spans/-"), stray, (Warning, "node-among-spans"), true);
    let stray = json!({"id": "x", "route": {"type": "LineString", "coordinates": [[1, 5], [2, 5]]}});
    check(&at(network, "nodes/-"), stray, (Warning, "span-among-nodes"), true);
    check(&at(span, "transmissionMedium"), json!(["cable"]), (Warning, "not-as-schema"), true);
    check(&at(span, "transmissionMedium"), json!(["microwave"]), (Info, "no-fibre"), true);
    check(&at(span, "deployment"), json!(["belowGround", "belowGround"]), (Warning, "not-as-schema"), true);
    check(&at(span, "fibreCount"), json!("52"), (Warning, "not-as-schema"), true);
    check(&at(span, "fibreCount"), json!(-52), (Warning, "absurd-cores"), true);
    check(&at(span, "fibreLength"), json!(11_500), (Warning, "length-in-metres"), true);
    check(&at(span, "fibreLength"), json!(1e300), (Warning, "length-mismatch"), true);
    check(&at(span, "readyForServiceDate"), json!("January"), (Warning, "not-as-schema"), true);
    check(&at(network, "id"), json!("ghana"), (Info, "not-a-uuid"), true);
    check(&at(network, "id"), Value::Null, (Error, "missing-id"), true);
    check(&at(network, "crs"), Value::Null, (Info, "crs-missing"), true);
    check(&at(network, "crs"), json!({"name": "EPSG:4326"}), None, true);
    check(&at(network, "crs"), json!({"name": "EPSG:3857"}), (Error, "unknown-crs"), false);
    check(&at(network, "crs"), json!({"name": "urn:ogc:def:crs:EPSG::4549"}), (Error, "wrong-crs"), false);
    check(&at(network, "links"), Value::Null, (Warning, "unknown-version"), true);
    check(&at(network, "links"), json!([{"rel": "describedby", "href": "x"}, 5]), (Warning, "unknown-version"), true);
    check(&at(network, "phases"), json!([{"id": "1"}, {"id": "1"}]), (Warning, "not-as-schema"), true);
    check(&at(network, "contracts"), json!({}), (Warning, "not-as-schema"), true);
    check(&at(network, "website"), json!("example.com"), (Warning, "not-as-schema"), true);
    check(&at(network, "nodes"), json!({}), (Error, "not-ofds"), true);
    check(&at(network, "spans/-"), json!(5), (Error, "not-an-object"), true);
    check(&at(network, "spans/-"), valid()["networks"][0]["spans"][0].clone(), (Error, "duplicate-id"), true);
    check("/networks/-", json!("x"), (Error, "not-an-object"), true);
    check("/networks/-", valid()["networks"][0].clone(), (Warning, "same-network"), true);
    check("/links", json!({"next": "https://example.com/2"}), (Warning, "more-pages"), true);
}

#[test]
fn the_code_lists_are_those_of_the_schema() {
    fn find<'a>(value: &'a Value, list: &str) -> Option<&'a Value> {
        match value {
            Value::Object(object) if object.get("codelist").is_some_and(|l| l == list) => object.get("enum"),
            Value::Object(object) => object.values().find_map(|v| find(v, list)),
            Value::Array(items) => items.iter().find_map(|v| find(v, list)),
            _ => None,
        }
    }
    let Some(file) = read("ofds/network-schema-0.4.json") else { return };
    let schema = json_of(&file);
    for (list, ours) in [("country.csv", super::schema::COUNTRIES), ("currency.csv", super::schema::CURRENCIES)] {
        let theirs: Vec<&str> =
            find(&schema, list).unwrap().as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
        assert_eq!(ours.split_ascii_whitespace().collect::<Vec<_>>(), theirs, "{list}");
    }
}

#[test]
fn plant_made_here_becomes_nodes_and_spans() {
    let mut network = Network::new();
    let mut set = ChangeSet::new(Origin::Recording);
    let at = |lon| Position::new(lon, 32.0).ok();
    let site = set.create(Place::new("S", PlaceKind::Site(SiteClass::Core), at(120.9)));
    let hole = set.create(Place::new("M", PlaceKind::Manhole, at(120.95)));
    let mut closure = Place::new("J", PlaceKind::Closure, None);
    closure.within = Some(hole);
    closure.region = "崇川区".into();
    let closure = set.create(closure);
    let mut first = Span::new("D1", SpanKind::Duct, site, hole, 4_800.0);
    first.course = [120.9, 120.92, 120.95].into_iter().filter_map(at).collect();
    let first = set.create(first);
    let mut second = Span::new("D2", SpanKind::Duct, site, hole, 1_900.0);
    second.course = [120.97, 120.95].into_iter().filter_map(at).collect();
    (second.a, second.b) = (closure, hole);
    let second = set.create(second);
    set.create(Span::new("P1", SpanKind::PoleLine, site, closure, 7_000.0));
    let mut cable = Cable::new("C1", site, closure, 7_000.0);
    cable.route = [first, second].map(|span| RouteHop { span, bore: None }).to_vec();
    (cable.cores, cable.fibre) = (Some(96), "G.652D".into());
    cable.plant.stage = Stage::UnderConstruction;
    cable.plant.available_from = chrono::NaiveDate::from_ymd_opt(2027, 3, 1);
    cable.plant.unit = "崇川维护中心".into();
    set.create(cable);
    network.apply(&set).unwrap();

    let options = ExportOptions { name: "nantong".into(), ..ExportOptions::default() };
    let files = crate::export(&network, Format::Ofds, &options).unwrap();
    assert_eq!(&*files[0].name, "nantong.json");
    let exported = json_of(&files[0]);
    assert_valid(&exported);
    let of = &exported["networks"][0];
    assert_eq!((&of["identifier"], of["nodes"].as_array().unwrap().len()), (&json!("nantong"), 3));
    assert_eq!(of["nodes"][2]["location"], of["nodes"][1]["location"]);
    assert_eq!(of["nodes"][2]["type"], json!(["aggregationPoint"]));
    let spans = of["spans"].as_array().unwrap();
    assert_eq!(spans.iter().map(|s| &s["id"]).collect::<Vec<_>>(), ["C1", "P1"]);
    let expected = json!({
        "id": "C1", "start": "S", "end": "J", "status": "underConstruction", "readyForServiceDate": "2027-03-01",
        "deployment": ["belowGround"], "supportingInfrastructure": {"type": "duct"},
        "transmissionMedium": ["fibre"], "fibreCount": 96, "fibreType": "G.652",
        "fibreTypeDetails": {"fibreSubtype": "G.652.D"}, "fibreLength": 7.0,
        "transmissionMediumOwner": {"id": "崇川维护中心", "name": "崇川维护中心"},
        "route": {"type": "LineString", "coordinates": [[120.9, 32.0], [120.92, 32.0], [120.95, 32.0], [120.97, 32.0]]}
    });
    assert_eq!(spans[0], expected);
    assert_eq!((&spans[1]["medium"], &spans[1]["deployment"]), (&json!("empty"), &json!(["aboveGround"])));

    let (back, ..) = round_trip(&files, false);
    assert_eq!((back.count::<Place>(), back.count::<Span>(), back.count::<Cable>()), (3, 2, 1));
    let (_, set) = back.all::<Dataset>().next().unwrap();
    assert_eq!(&*set.tag.code, "nantong");
    let (_, again) = back.all::<Cable>().next().unwrap();
    let (_, cable) = network.all::<Cable>().next().unwrap();
    assert_eq!((again.cores, &again.fibre, &again.plant), (cable.cores, &cable.fibre, &cable.plant));
    assert_eq!(again.length_m, cable.length_m);
    assert!(back.all::<Span>().map(|(_, s)| s.kind).eq([SpanKind::Duct, SpanKind::PoleLine]));

    let [nodes, lines] = crate::export(&network, Format::Geojson, &options).unwrap().try_into().unwrap();
    assert_eq!((&*nodes.name, &*lines.name), ("nantong_nodes.geojson", "nantong_lines.geojson"));
    let map = crate::import(&[nodes, lines], &ImportOptions::default(), &Network::new()).unwrap();
    assert!(!map.refused, "{:#?}", map.report.findings);
    let mut mapped = Network::new();
    mapped.apply(&map.changes).unwrap();
    assert!(mapped.all::<Place>().map(|(_, p)| p.kind).eq(network.all::<Place>().map(|(_, p)| p.kind)));
    let (_, again) = mapped.all::<Cable>().next().unwrap();
    assert_eq!((again.cores, again.plant.stage, mapped.count::<Cable>()), (Some(96), Stage::UnderConstruction, 1));
}

#[test]
fn an_empty_network_is_valid_too() {
    assert_valid(&json_of(&package(&Network::new())));
    let maps = crate::export(&Network::new(), Format::Geojson, &ExportOptions::default()).unwrap();
    assert_eq!(maps.len(), 2);
    let none = ExportOptions { dataset: Some("x".into()), ..ExportOptions::default() };
    assert!(crate::export(&Network::new(), Format::Ofds, &none).is_err());
}

#[test]
fn files_that_are_no_ofds_say_so() {
    let check = |text: &str, expected: (Severity, &str)| {
        let outcome = import(&[File::new("x.json", text)], false, &mut Network::new());
        let codes: Vec<(Severity, &str)> = outcome.report.findings.iter().map(|f| (f.severity, f.code)).collect();
        assert!(codes.contains(&expected), "{text}: {codes:?}");
    };
    check("[]", (Error, "not-ofds"));
    check("{}", (Error, "not-ofds"));
    check(r#"{"networks": {}}"#, (Error, "not-ofds"));
    check(r#"{"networks": [{"id": "#, (Error, "not-json"));
    check(r#"{"networks": [{"id": "x", "spans": [{"id": "s", "fibreLength": NaN}]}]}"#, (Error, "not-a-number"));
    check(r#"{"type": "FeatureCollection"}"#, (Error, "not-geojson"));
    // A network alone, without its package.
    let (network, ..) = round_trip(&[file(&valid()["networks"][0])], false);
    assert_eq!(network.count::<Cable>(), 1);
}

#[test]
fn a_change_is_written_over_what_came() {
    let (mut network, ..) = round_trip(&[file(&valid())], false);
    let mut set = ChangeSet::new(Origin::Recording);
    let (id, cable) = network.all::<Cable>().next().unwrap();
    let mut changed = (**cable).clone();
    (changed.cores, changed.length_m) = (Some(96), 11_900.0);
    changed.plant = Plant { unit: "NewCo".into(), ..Plant::default() }.into();
    set.update(id, cable, changed);
    network.apply(&set).unwrap();
    let exported = json_of(&package(&network));
    assert_valid(&exported);
    let span = &exported["networks"][0]["spans"][0];
    assert_eq!(
        (&span["fibreCount"], &span["fibreLength"], &span["status"]),
        (&json!(96), &json!(11.9), &json!("operational"))
    );
    assert_eq!(span["transmissionMediumOwner"]["name"], "NewCo");
    assert_eq!(exported["networks"][0]["organisations"].as_array().unwrap().len(), 2);
    let mut other = network.clone();
    import(&[package(&network)], false, &mut other);
    let (again, cable) = (other.get(id).unwrap(), network.get(id).unwrap());
    assert_eq!((again.cores, again.length_m, &again.plant), (cable.cores, cable.length_m, &cable.plant));
}

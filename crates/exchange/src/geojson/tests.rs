//! Plain maps end to end: import, apply, export, import again; the real maps of WATRA and small dirty ones.

use std::path::Path;

use linewright_model::{Cable, CableId, Network, Occupancy, Place, Position, Span, Stage};
use serde_json::{Value, json};

use crate::finding::Severity::{self, Error, Info, Warning};
use crate::format::{ExportOptions, Format, ImportOptions};
use crate::input::File;
use crate::plan::Outcome;

fn options(repair: bool) -> ImportOptions {
    ImportOptions { format: Some(Format::Geojson), repair, ..ImportOptions::default() }
}

fn import(files: &[File], repair: bool, network: &mut Network) -> Outcome {
    let outcome = crate::import(files, &options(repair), network).unwrap();
    assert!(!outcome.changes.is_empty() || outcome.refused || network.count::<Span>() > 0);
    if !outcome.changes.is_empty() {
        network.apply(&outcome.changes).unwrap();
    }
    outcome
}

fn codes(outcome: &Outcome) -> Vec<(Severity, &'static str)> {
    let mut codes: Vec<_> = outcome.report.findings.iter().map(|f| (f.severity, f.code)).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The real map, or `None` said aloud when it is not there.
fn watra(country: &str) -> Option<Vec<File>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/watra");
    let files = ["nodes", "lines"].map(|what| {
        let name = format!("{country}_{what}.geojson");
        std::fs::read(folder.join(&name)).map(|bytes| File::new(name, bytes))
    });
    let files: Result<Vec<File>, _> = files.into_iter().collect();
    if files.is_err() {
        assert!(std::env::var("CI").is_err(), "the real data must be there in CI");
        println!("skipped: no {}", folder.display());
    }
    files.ok()
}

fn features(file: &File) -> Vec<Value> {
    let value: Value = serde_json::from_slice(&file.bytes).unwrap();
    value["features"].as_array().unwrap().clone()
}

/// Asserts that the features of an export are those of the input: properties, geometry, all.
fn assert_same_features(given: &[File], exported: &[File]) {
    for (given, exported) in given.iter().zip(exported) {
        let (given, exported) = (features(given), features(exported));
        assert_eq!(given.len(), exported.len());
        for (a, b) in given.iter().zip(&exported) {
            assert_eq!(a["properties"], b["properties"]);
            assert_eq!(a["geometry"], b["geometry"], "{}", a["properties"]);
        }
    }
}

fn check_watra(country: &str, nodes: usize, lines: usize) -> Option<(Network, Outcome)> {
    let files = watra(country)?;
    let mut network = Network::new();
    let outcome = import(&files, false, &mut network);
    assert!(!outcome.refused, "{:#?}", outcome.report.findings);
    assert!(import(&files, false, &mut network).changes.is_empty());
    let exported = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
    assert_same_features(&files, &exported);
    assert!(import(&exported, false, &mut network).changes.is_empty());
    let mut fresh = Network::new();
    import(&exported, false, &mut fresh);
    assert!(fresh.same_records(&network));
    let (given_nodes, given_lines) = (features(&files[0]).len(), features(&files[1]).len());
    assert_eq!((given_nodes, given_lines), (nodes, lines));
    for (_, cable) in network.all::<Cable>() {
        assert_eq!(cable.occupancy, Occupancy::Unproven);
        assert_eq!(cable.route.len(), 1);
        let span = network.get(cable.route[0].span).unwrap();
        assert_eq!((cable.a, cable.b), (span.a, span.b));
        assert!(cable.length_m >= span.length_m * 0.999_999 && span.length_m > 0.0);
    }
    Some((network, outcome))
}

/// Asserts that the map as OFDS is valid, and the same when it comes back.
fn assert_is_ofds(network: &Network) {
    let package = crate::export(network, Format::Ofds, &ExportOptions::default()).unwrap();
    crate::ofds::assert_valid(&serde_json::from_slice(&package[0].bytes).unwrap());
    let mut other = Network::new();
    let options = ImportOptions { format: Some(Format::Ofds), ..ImportOptions::default() };
    let outcome = crate::import(&package, &options, &other).unwrap();
    other.apply(&outcome.changes).unwrap();
    assert!(!outcome.refused);
    let counts = |n: &Network| (n.count::<Place>(), n.count::<Span>(), n.count::<Cable>());
    assert_eq!(counts(network), counts(&other));
}

#[test]
fn sierra_leone_hangs_together() {
    let Some((network, outcome)) = check_watra("SLE", 51, 49) else { return };
    let count = |code| outcome.report.findings.iter().filter(|f| f.code == code).count();
    assert_eq!(count("self-link"), 5);
    assert_eq!(count("named-by-lines"), network.all::<Place>().filter(|(_, p)| !p.tag.name.is_empty()).count());
    let name = |name: &str| network.all::<Place>().filter(|(_, p)| &*p.tag.name == name).count();
    for town in ["Bo", "Masiaka", "Lunsar", "Daru"] {
        assert_eq!(name(town), 1, "{town}");
    }
    // The spur from Leicester Peak ends on the line from Jui to Lumley, which is cut there.
    let cut: Vec<&str> =
        outcome.report.findings.iter().filter(|f| f.code == "line-cut").map(|f| &*f.reason.en).collect();
    assert!(!cut.is_empty(), "{cut:?}");
}

#[test]
fn ghana_hangs_together() {
    let Some((network, outcome)) = check_watra("GHA", 140, 59) else { return };
    assert_eq!(network.all::<Place>().filter(|(_, p)| &*p.tag.name == "Undefined").count(), 0);
    assert!(network.all::<Place>().any(|(_, p)| p.plant.stage == Stage::UnderConstruction));
    assert_eq!(outcome.report.findings.iter().filter(|f| f.code == "self-link").count(), 2);
    assert_is_ofds(&network);
}

fn collection(features: Value) -> Value {
    json!({"type": "FeatureCollection", "features": features})
}

fn node(id: &str, name: &str, at: [f64; 2]) -> Value {
    let geometry = json!({"type": "Point", "coordinates": at});
    json!({"type": "Feature", "properties": {"node_id": id, "name": name}, "geometry": geometry})
}

fn line(id: &str, from: &str, to: &str, coordinates: Value) -> Value {
    let geometry = json!({"type": "LineString", "coordinates": coordinates});
    json!({"type": "Feature", "properties": {"line_id": id, "from": from, "to": to}, "geometry": geometry})
}

/// Nodes A and B eleven kilometres apart.
fn nodes() -> Vec<Value> {
    vec![node("a", "A", [1.0, 5.0]), node("b", "B", [1.0, 5.1])]
}

fn files(nodes: Vec<Value>, lines: Vec<Value>) -> [File; 2] {
    [("m_nodes.geojson", nodes), ("m_lines.geojson", lines)]
        .map(|(name, features)| File::new(name, collection(features.into()).to_string()))
}

/// Imports a small map, asserts its findings, and that it comes back; returns spans as end codes.
#[track_caller]
fn check(nodes: Vec<Value>, lines: Vec<Value>, repair: bool, expected: &[(Severity, &str)]) -> Vec<String> {
    let given = files(nodes, lines);
    let mut network = Network::new();
    let outcome = import(&given, repair, &mut network);
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(codes(&outcome), expected, "{:#?}", outcome.report.findings);
    if outcome.refused {
        return Vec::new();
    }
    let exported = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
    if !repair {
        assert_same_features(&given, &exported);
    }
    assert!(import(&exported, false, &mut network).changes.is_empty());
    let label = |id| network.get(id).map(|p: &std::sync::Arc<Place>| p.tag.code.to_string()).unwrap();
    network.all::<Span>().map(|(_, s)| format!("{} {}-{}", s.tag.code, label(s.a), label(s.b))).collect()
}

#[test]
fn ends_are_joined_by_place_then_by_name_then_on_their_own() {
    let beyond = || json!([[1.0, 5.0], [1.0, 5.11]]);
    let one = |line: Value, expected: &[(Severity, &str)], spans: &[&str]| {
        assert_eq!(check(nodes(), vec![line], false, expected), spans);
    };
    one(line("l", "A", "B", json!([[1.0, 5.0], [1.0, 5.1]])), &[], &["l a-b"]);
    one(line("l", "", "", json!([[1.000_5, 5.0], [1.0, 5.1]])), &[], &["l a-b"]);
    one(line("l", "A", "A", json!([[1.0, 5.0], [1.0, 5.1]])), &[(Warning, "self-link")], &["l a-b"]);
    one(line("l", "B", "A", beyond()), &[(Info, "end-by-name")], &["l a-b"]);
    one(line("l", "A", "b", beyond()), &[(Info, "end-by-name")], &["l a-b"]);
    // B stands on the line, a little before its end.
    let made = [(Info, "end-without-node"), (Info, "line-cut")];
    one(line("l", "A", "C", beyond()), &made, &["l#1 a-b", "l#2 b-l#end"]);
}

#[test]
fn lines_are_cut_where_others_meet_them_and_come_back_whole() {
    let whole = line("l", "A", "B", json!([[1.0, 5.0, 3.0], [1.0, 5.03, 4.0], [1.0, 5.1, 5.0]]));
    let spur = line("s", "C", "X", json!([[1.1, 5.05], [1.000_05, 5.05]]));
    let mut nodes = nodes();
    nodes.push(node("c", "C", [1.1, 5.05]));
    let spans =
        check(nodes.clone(), vec![whole.clone(), spur], false, &[(Info, "end-without-node"), (Info, "line-cut")]);
    assert_eq!(spans, ["l#1 a-s#end", "l#2 s#end-b", "s c-s#end"]);
    // At a vertex of its own nothing is put in; beside the line nothing is cut.
    nodes.push(node("v", "V", [1.0, 5.03]));
    nodes.push(node("w", "W", [1.000_5, 5.07]));
    let spans = check(nodes, vec![whole], false, &[(Info, "islands"), (Info, "line-cut"), (Info, "node-beside-line")]);
    assert_eq!(spans, ["l#1 a-v", "l#2 v-b"]);
}

#[test]
fn ends_that_meet_share_one_place() {
    let lines = vec![
        line("l", "", "", json!([[1.0, 5.0], [1.0, 5.05]])),
        line("m", "", "", json!([[1.000_3, 5.05], [1.0, 5.1]])),
    ];
    assert_eq!(check(nodes(), lines.clone(), false, &[(Info, "end-without-node")]), ["l a-l#end", "m l#end-b"]);
    let alone = check(Vec::new(), lines, false, &[(Info, "end-without-node"), (Warning, "no-features")]);
    assert_eq!(alone, ["l l#start-l#end", "m l#end-m#end"]);
}

#[test]
fn a_name_hundreds_of_kilometres_away_is_not_the_end() {
    let mut nodes = nodes();
    nodes.push(node("c", "C", [4.0, 5.0]));
    let stray = line("l", "A", "C", json!([[1.0, 5.0], [1.0, 5.05]]));
    let found = [(Warning, "end-far-from-node"), (Info, "end-without-node"), (Info, "islands")];
    assert_eq!(check(nodes, vec![stray], false, &found), ["l a-l#end"]);
}

#[test]
fn names_come_from_the_lines_that_agree() {
    let mut nodes = vec![node("a", "Unknown", [1.0, 5.0]), node("b", "", [1.0, 5.1]), node("c", "", [1.1, 5.0])];
    nodes[2]["properties"]["name"] = Value::Null;
    let lines = vec![
        line("l", "Bo", "Hub", json!([[1.0, 5.0], [1.0, 5.1]])),
        line("m", "Hub", "Daru", json!([[1.1, 5.0], [1.0, 5.0]])),
    ];
    let mut network = Network::new();
    import(&files(nodes.clone(), lines.clone()), false, &mut network);
    let names: Vec<&str> = network.all::<Place>().map(|(_, p)| &*p.tag.name).collect();
    assert_eq!(names, ["Hub", "Bo", "Daru"]);
    check(nodes, lines, false, &[(Info, "named-by-lines")]);
}

#[test]
fn dirty_features_have_findings() {
    let ab = || line("l", "A", "B", json!([[1.0, 5.0], [1.0, 5.1]]));
    let with = |key: &str, value: Value| {
        let mut line = ab();
        line["properties"][key] = value;
        line
    };
    let shaped = |geometry: Value| {
        let mut line = ab();
        line["geometry"] = geometry;
        line
    };
    let multi = |c: Value| shaped(json!({"type": "MultiLineString", "coordinates": c}));
    let one = |line: Value, expected: &[(Severity, &str)]| check(nodes(), vec![line], false, expected);

    one(with("distance", json!(11_000)), &[]);
    one(with("distance", json!(15_000)), &[(Warning, "length-mismatch")]);
    one(with("distance", json!("far")), &[]);
    one(with("status", json!("open")), &[(Warning, "unknown-status")]);
    one(with("medium", json!("Microwave")), &[(Info, "no-fibre")]);
    one(with("line_id", json!("<NA>")), &[(Info, "no-id")]);
    one(with("line_id", json!(5)), &[]);
    one(multi(json!([[[1.0, 5.0], [1.0, 5.1]]])), &[]);
    one(multi(json!([[[1.0, 5.0], [1.0, 5.05]], [[1.0, 5.1], [1.0, 5.05]]])), &[]);
    let gap = multi(json!([[[1.0, 5.0], [1.0, 5.04]], [[1.0, 5.06], [1.0, 5.1]]]));
    let made = [(Info, "end-without-node"), (Info, "islands"), (Warning, "broken-line")];
    assert_eq!(one(gap, &made), ["l#1 a-l#end", "l#2 l#start-2-b"]);
    one(shaped(Value::Null), &[(Warning, "no-geometry")]);
    let nowhere = line("l", "A", "Q", Value::Null);
    let broken = json!({"type": "LineString", "coordinates": [[1.0, 5.0]]});
    let mut unknown = nowhere.clone();
    unknown["geometry"] = broken;
    unknown["properties"]["line_id"] = json!("u");
    let found = [(Error, "no-ends"), (Warning, "short-line")];
    check(nodes(), vec![unknown.clone()], false, &found);
    check(nodes(), vec![unknown, ab()], true, &found);
    let swapped = line("l", "A", "B", json!([[5.0, 100.0], [5.1, 100.0]]));
    check(nodes(), vec![swapped.clone()], false, &[(Error, "outside-world"), (Warning, "no-geometry")][..1]);
    let ring = line("l", "", "", json!([[1.0, 5.0], [1.05, 5.05], [1.0, 5.0]]));
    one(ring, &[(Info, "islands"), (Warning, "self-link")]);

    check(nodes(), vec![ab(), ab()], false, &[(Error, "duplicate-id")]);
    assert_eq!(check(nodes(), vec![ab(), ab()], true, &[(Error, "duplicate-id")]), ["l a-b"]);
    let other = with("status", json!("Planned"));
    assert_eq!(check(nodes(), vec![ab(), other], true, &[(Error, "duplicate-id")]), ["l a-b", "l#2 a-b"]);
    let polygon = json!({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": []}});
    let mixed = files(Vec::new(), [nodes(), vec![ab(), polygon, json!(5)]].concat());
    let outcome = import(&mixed[1..], true, &mut Network::new());
    assert_eq!(codes(&outcome), [(Error, "not-an-object"), (Warning, "unused-geometry")]);
}

#[test]
fn whole_files_that_are_wrong_say_so() {
    let check = |bytes: &str, expected: (Severity, &str)| {
        let outcome = import(&[File::new("x.geojson", bytes)], false, &mut Network::new());
        assert!(codes(&outcome).contains(&expected), "{bytes}: {:?}", codes(&outcome));
    };
    check("[]", (Error, "not-geojson"));
    check(r#"{"networks": []}"#, (Error, "not-geojson"));
    check(r#"{"type": "Topology"}"#, (Error, "not-geojson"));
    check(r#"{"type": "FeatureCollection", "features": ["#, (Error, "not-json"));
    check(
        r#"{"type": "FeatureCollection", "features": [], "crs": {"properties": {"name": "EPSG:3857"}}}"#,
        (Error, "unknown-crs"),
    );
    check(&collection(json!(nodes())).to_string(), (Warning, "no-lines"));
    let options = ImportOptions { mapping: Some("snap_m = true".into()), ..options(false) };
    let outcome = crate::import(&files(nodes(), Vec::new()), &options, &Network::new()).unwrap();
    assert_eq!(codes(&outcome), [(Error, "bad-mapping")]);
}

#[test]
fn a_declared_system_is_converted() {
    // GCJ-02, some 500 m from WGS-84 in Nantong.
    let mut map =
        collection(json!([node("n", "N", [120.9, 32.0]), line("l", "", "", json!([[120.9, 32.0], [121.0, 32.0]]))]));
    map["crs"] = json!({"type": "name", "properties": {"name": "gcj02"}});
    let mut network = Network::new();
    let outcome = import(&[File::new("m.geojson", map.to_string())], false, &mut network);
    assert!(codes(&outcome).contains(&(Info, "crs-converted")));
    let (_, place) = network.all::<Place>().next().unwrap();
    let moved_m =
        crate::length::distance_m(place.position.unwrap(), linewright_model::Position::new(120.9, 32.0).unwrap());
    assert!((300.0..800.0).contains(&moved_m), "{moved_m}");
    let exported = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
    assert!(import(&exported, false, &mut network).changes.is_empty());
}

#[test]
fn what_changed_since_is_written_to_its_column() {
    let mut network = Network::new();
    import(&files(nodes(), vec![line("l", "A", "B", json!([[1.0, 5.0], [1.0, 5.1]]))]), false, &mut network);
    let mut changes = linewright_model::ChangeSet::new(linewright_model::Origin::Recording);
    let (id, cable) = network.all::<Cable>().next().unwrap();
    let mut changed = (**cable).clone();
    changed.cores = Some(48);
    changed.plant.stage = Stage::Retired;
    changed.length_m = 12_000.0;
    changes.update(id, cable, changed);
    let (id, place) = network.all::<Place>().next().unwrap();
    let mut changed = (**place).clone();
    changed.tag.name = "A2".into();
    changes.update(id, place, changed);
    network.apply(&changes).unwrap();
    let exported = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
    assert_eq!(features(&exported[0])[0]["properties"], json!({"node_id": "a", "name": "A2"}));
    let expected =
        json!({"line_id": "l", "from": "A", "to": "B", "cores": 48, "status": "Decommissioned", "length_m": 12_000.0});
    assert_eq!(features(&exported[1])[0]["properties"], expected);
}

/// The sample city.
fn nantong() -> Network {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../topology-samples/nantong");
    let files = crate::input::read_files(&[folder], crate::input::DEFAULT_LIMIT_BYTES).unwrap();
    let outcome = crate::import(&files, &ImportOptions::default(), &Network::new()).unwrap();
    let mut network = Network::new();
    network.apply(&outcome.changes).unwrap();
    network
}

/// Geodesic length, first and last position of each line by its id.
fn drawn(lines: &[Value], geometry: &str, id: &str) -> std::collections::BTreeMap<String, (f64, Vec<Position>)> {
    let at = |pair: &Value| Position::new(pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap()).unwrap();
    let line = |line: &Value| {
        let run: Vec<Position> =
            line.pointer(geometry).unwrap()["coordinates"].as_array().unwrap().iter().map(at).collect();
        (line.pointer(id).unwrap().as_str().unwrap().to_owned(), (crate::length::course_length_m(&run), run))
    };
    lines.iter().map(line).collect()
}

#[test]
fn cables_are_drawn_along_their_spans_from_end_to_end() {
    let network = nantong();
    let map = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
    let package = crate::export(&network, Format::Ofds, &ExportOptions::default()).unwrap();
    let package: Value = serde_json::from_slice(&package[0].bytes).unwrap();
    let spans = package["networks"][0]["spans"].as_array().unwrap();
    let lines = [drawn(&features(&map[1]), "/geometry", "/properties/id"), drawn(spans, "/route", "/id")];
    for (_, cable) in network.all::<Cable>() {
        let ground = |id| network.get(crate::geojson::view::ground(&network, id)).unwrap().position.unwrap();
        let along_m = |span: &Span| match span.course.len() {
            0 | 1 => crate::length::distance_m(ground(span.a), ground(span.b)),
            _ => crate::length::course_length_m(&span.course),
        };
        let expected_m: f64 = cable.route.iter().map(|hop| along_m(network.get(hop.span).unwrap())).sum();
        for lines in &lines {
            let (length_m, run) = &lines[&*cable.tag.code];
            let code = &cable.tag.code;
            assert!(
                (length_m - expected_m).abs() <= 1.0 + expected_m * 0.001,
                "{code}: {length_m} m, not {expected_m}"
            );
            let off_m = |at: &Position, id| crate::length::distance_m(*at, ground(id));
            let ends_m = (off_m(run.first().unwrap(), cable.a), off_m(run.last().unwrap(), cable.b));
            assert!(ends_m.0 < 1.0 && ends_m.1 < 1.0, "{code}: {ends_m:?}");
        }
    }
}

#[test]
fn a_map_of_ours_has_as_many_cables_when_it_comes_back() {
    let network = nantong();
    let map = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
    let mut back = Network::new();
    let outcome = import(&map, false, &mut back);
    assert!(!outcome.refused, "{:#?}", outcome.report.findings);
    assert_eq!(back.count::<Cable>(), network.count::<Cable>());
    let ends =
        |network: &Network, cable: &Cable| [cable.a, cable.b].map(|id| network.get(id).unwrap().tag.code.clone());
    let (dataset, _) = back.all::<linewright_model::Dataset>().next().unwrap();
    let (mut several, mut within) = (0, 0);
    for (_, cable) in network.all::<Cable>() {
        let id = back.by_code::<linewright_model::CableId>(Some(dataset), &cable.tag.code);
        let again = back.get(id.unwrap_or_else(|| panic!("{}", cable.tag.code))).unwrap();
        assert_eq!(ends(&network, cable), ends(&back, again), "{}", cable.tag.code);
        assert!((again.length_m - cable.length_m).abs() < 1.0, "{}", cable.tag.code);
        several += usize::from(again.route.len() > 1);
    }
    for (_, place) in back.all::<Place>() {
        within += usize::from(place.within.is_some());
    }
    assert!(several > 40 && within > 10, "{several} cables of several spans, {within} places within others");
    // And out again: the same map, byte for byte.
    let again = crate::export(&back, Format::Geojson, &ExportOptions::default()).unwrap();
    assert_same_features(&map, &again);
    assert!(import(&again, false, &mut back).changes.is_empty());
}

#[test]
fn a_cable_passes_manholes_and_ends_where_lines_meet() {
    let manhole = |id: &str, at: [f64; 2]| {
        let mut node = node(id, id, at);
        node["properties"]["kind"] = json!("manhole");
        node
    };
    let through = line("l", "A", "B", json!([[1.0, 5.0, 3.0], [1.0, 5.1, 5.0]]));
    let mut nodes = nodes();
    nodes.push(manhole("m", [1.0, 5.03]));
    nodes.push(manhole("n", [1.0, 5.06]));
    let spans = check(nodes.clone(), vec![through.clone()], false, &[(Info, "line-passes")]);
    assert_eq!(spans, ["l#1 a-m", "l#2 m-n", "l#3 n-b"]);
    let cables = |lines: Vec<Value>| {
        let mut network = Network::new();
        import(&files(nodes.clone(), lines), false, &mut network);
        let cable = |c: &Cable| format!("{} {}", c.tag.code, c.route.len());
        network.all::<Cable>().map(|(_, c)| cable(c)).collect::<Vec<_>>()
    };
    assert_eq!(cables(vec![through.clone()]), ["l 3"]);
    // A line that ends in the second manhole is a junction there.
    let spur = line("s", "C", "n", json!([[1.1, 5.06], [1.0, 5.06]]));
    assert_eq!(cables(vec![through.clone(), spur.clone()]), ["l#1 2", "l#2 1", "s 1"]);
    let found = [(Info, "end-without-node"), (Info, "line-cut"), (Info, "line-passes")];
    let spans = check(nodes, vec![through, spur], false, &found);
    assert_eq!(spans, ["l#1#1 a-m", "l#1#2 m-n", "l#2 n-b", "s s#start-n"]);
}

#[test]
fn a_map_leaves_out_what_it_has_no_form_for() {
    use linewright_model::TableKind;
    let network = nantong();
    let left = |format| crate::left_out(&network, format, &ExportOptions::default()).unwrap();
    assert!(left(Format::Native).is_empty());
    for format in [Format::Geojson, Format::Ofds, Format::OfdsGeojson] {
        let left = left(format);
        for table in [TableKind::Device, TableKind::Splice, TableKind::Trail, TableKind::Link, TableKind::Address] {
            assert_eq!(left.get(&table), Some(&network.count_of(table)), "{format}");
        }
        assert!(!left.contains_key(&TableKind::Cable));
        // A duct with a cable in it is drawn along the cable; an empty one is a line.
        let with_cable = network.all::<Span>().filter(|(id, _)| network.referring::<CableId>(*id).next().is_some());
        let with_cable = with_cable.count();
        assert!(with_cable > 0 && with_cable < network.count_of(TableKind::Span));
        assert_eq!(left.get(&TableKind::Span), Some(&with_cable), "{format}");
    }
    let notice = crate::notice(Format::Kml, &left(Format::Kml)).unwrap();
    let devices = network.count_of(TableKind::Device);
    assert!(
        notice.en.starts_with("kml cannot carry ") && notice.en.contains(&format!("{devices} devices, ")),
        "{notice:?}"
    );
    assert!(
        notice.en.ends_with("a duct is drawn along each cable in it and is no record of its own; native carries all")
    );
    assert!(notice.zh.contains(&format!("{devices} 条设备、")), "{notice:?}");
    assert_eq!(crate::notice(Format::Native, &left(Format::Native)), None);
    let nowhere = ExportOptions { dataset: Some("nowhere".into()), ..ExportOptions::default() };
    assert!(crate::left_out(&network, Format::Geojson, &nowhere).is_err());
}

#[test]
fn the_wrong_system_for_a_whole_map_is_one_error_that_no_repair_mends() {
    let Some(files) = watra("GHA") else { return };
    let options = ImportOptions { crs: Some("gk3:120".parse().unwrap()), ..options(true) };
    let outcome = crate::import(&files, &options, &Network::new()).unwrap();
    assert!(outcome.refused && outcome.changes.is_empty());
    let found: Vec<&str> = outcome.report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(found, ["wrong-crs", "wrong-crs"], "one for each file");
    assert!(outcome.report.findings.iter().all(|finding| finding.reason.en.contains("as crs")));
}

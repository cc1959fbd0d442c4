//! Real maps are dirty: every kind of dirt that is known, the rule that finds it, and what a repair does about it.
//!
//! One table for both forms of a map, so that it is plain what is covered. Each line is an input of its own making.

use linewright_model::{Network, Place, Span};
use serde_json::{Value, json};

use crate::finding::Severity::{self, Error, Info, Warning};
use crate::format::{Format, ImportOptions};
use crate::input::File;

/// What becomes of a kind of dirt.
enum Fate {
    /// It is said and imported as it is; no repair would be honest.
    Said,
    /// It refuses the import; a repair mends it and says so in these words.
    Mended(&'static str),
    /// It is said and imported; a repair mends it and says so in these words.
    MendedIfAsked(&'static str),
    /// It refuses the import, and nobody but the source can mend it.
    Refused,
}
use Fate::{Mended, MendedIfAsked, Refused, Said};

/// Dirt, the format it is in, the rule that finds it, its fate, the field that is named, the file.
type Case = (&'static str, Format, Severity, &'static str, Fate, &'static str, Value);

/// A plain map: nodes A and B eleven kilometres apart, a line between them, and what differs.
fn map(change: impl FnOnce(&mut Vec<Value>)) -> Value {
    let mut features = vec![node("a", "A", [1.0, 5.0]), node("b", "B", [1.0, 5.1]), line("l", "A", "B", AB)];
    change(&mut features);
    json!({"type": "FeatureCollection", "features": features})
}

const AB: [[f64; 2]; 2] = [[1.0, 5.0], [1.0, 5.1]];

fn node(id: &str, name: &str, at: [f64; 2]) -> Value {
    let geometry = json!({"type": "Point", "coordinates": at});
    json!({"type": "Feature", "properties": {"node_id": id, "name": name}, "geometry": geometry})
}

fn line(id: &str, from: &str, to: &str, course: [[f64; 2]; 2]) -> Value {
    let geometry = json!({"type": "LineString", "coordinates": course});
    json!({"type": "Feature", "properties": {"line_id": id, "from": from, "to": to}, "geometry": geometry})
}

/// A map with one value changed.
fn map_with(at: &str, value: Value) -> Value {
    let mut map = map(|_| {});
    set(&mut map, at, value);
    map
}

/// An OFDS package of the same, with one value changed; a change of a list adds to it.
fn package_with(at: &str, value: Value) -> Value {
    let point = |at: [f64; 2]| json!({"type": "Point", "coordinates": at});
    let mut package = json!({"networks": [{
        "id": "a096d627-72e1-4f9b-b129-951b1737bff4",
        "name": "N",
        "crs": {"name": "urn:ogc:def:crs:OGC::CRS84"},
        "nodes": [{"id": "a", "name": "A", "location": point(AB[0])}, {"id": "b", "name": "B", "location": point(AB[1])}],
        "spans": [{"id": "s", "name": "S", "start": "a", "end": "b", "route": {"type": "LineString", "coordinates": AB}}],
        "links": [{"rel": "describedby", "href": "https://standard.ofds.info/en/0__4__0/network-schema.json"}]
    }]});
    set(&mut package, at, value);
    package
}

fn set(document: &mut Value, at: &str, value: Value) {
    let (parent, key) = at.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => drop(object.shift_remove(key)),
        Value::Object(object) => drop(object.insert(key.to_owned(), value)),
        Value::Array(list) => list.push(value),
        other => panic!("{other}"),
    }
}

/// Every place of a map or package turned round: latitude first.
fn swapped(mut document: Value) -> Value {
    fn turn(value: &mut Value) {
        match value {
            Value::Array(list) if list.len() == 2 && list.iter().all(Value::is_number) => {
                // Nantong: a latitude of 121 degrees is impossible, so the fault can be seen.
                let by = |n: usize| list[n].as_f64().unwrap() + if n == 0 { 120.0 } else { 27.0 };
                let [lon, lat] = [by(0), by(1)];
                *value = json!([lat, lon]);
            }
            Value::Array(list) => list.iter_mut().for_each(turn),
            Value::Object(object) => object.values_mut().for_each(turn),
            _ => {}
        }
    }
    turn(&mut document);
    document
}

/// The table.
fn cases() -> Vec<Case> {
    use Format::{Geojson as Map, Ofds};
    let (route, node_a, span) = ("/networks/0/spans/0/route", "/networks/0/nodes/0", "/networks/0/spans/0");
    let geometry = "/features/2/geometry";
    let string = |course: Value| json!({"type": "LineString", "coordinates": course});
    let multi = |parts: Value| json!({"type": "MultiLineString", "coordinates": parts});
    let gap = || multi(json!([[[1.0, 5.0], [1.0, 5.04]], [[1.0, 5.06], [1.0, 5.1]]]));
    let of = |base: &str, key: &str| format!("{base}/{key}");
    let same = node("a", "A", [1.0, 5.0]);
    let other = node("a", "A2", [1.0, 5.05]);
    let crs = |name: &str| json!({"type": "name", "properties": {"name": name}});
    vec![
        ("dangling reference", Map, Info, "end-without-node", Said, "geometry", map(|f| drop(f.remove(1)))),
        ("dangling reference, nothing drawn", Map, Error, "no-ends", Mended("left it out"), "geometry", {
            map(|f| {
                f.push(json!({"type": "Feature", "properties": {"line_id": "m", "from": "A", "to": "Q"}, "geometry": null}))
            })
        }),
        ("dangling container", Map, Warning, "unknown-container", Said, "within", {
            map_with("/features/0/properties/within", json!("nowhere"))
        }),
        ("dangling reference", Ofds, Error, "dangling-end", Mended("made a node"), "end", {
            package_with(&of(span, "end"), json!("nowhere"))
        }),
        ("missing reference", Ofds, Error, "missing-end", Mended("joined it to the node"), "end", {
            package_with(&of(span, "end"), Value::Null)
        }),
        ("end hundreds of kilometres from its node", Map, Warning, "end-far-from-node", Said, "from", {
            map(|f| f[1] = node("b", "B", [4.0, 5.0]))
        }),
        ("end hundreds of kilometres from its node", Ofds, Warning, "end-far-from-node", Said, "start", {
            package_with(&of(node_a, "location"), json!({"type": "Point", "coordinates": [4.0, 5.0]}))
        }),
        ("reversed segment", Ofds, Warning, "reversed-route", MendedIfAsked("turned it round"), "route", {
            package_with(route, string(json!([AB[1], AB[0]])))
        }),
        ("broken segment", Map, Warning, "broken-line", Said, "geometry", map_with(geometry, gap())),
        (
            "broken segment",
            Ofds,
            Error,
            "broken-route",
            Mended("joined the parts"),
            "route",
            package_with(route, gap()),
        ),
        (
            "segment of one position",
            Map,
            Warning,
            "short-line",
            Said,
            "geometry",
            map_with(geometry, string(json!([AB[0]]))),
        ),
        (
            "segment of one position",
            Ofds,
            Warning,
            "short-line",
            Said,
            "route",
            package_with(route, string(json!([AB[0]]))),
        ),
        ("self-link", Map, Warning, "self-link", Said, "from", map_with("/features/2/properties/to", json!("A"))),
        ("self-link", Ofds, Warning, "self-link", Said, "end", package_with(&of(span, "end"), json!("a"))),
        ("duplicate id, same record", Map, Error, "duplicate-id", Mended("left out the repetition"), "id", {
            map(|f| f.push(same))
        }),
        (
            "duplicate id, other record",
            Map,
            Error,
            "duplicate-id",
            Mended("called it a#2"),
            "id",
            map(|f| f.push(other)),
        ),
        ("duplicate id, same record", Ofds, Error, "duplicate-id", Mended("left out the repetition"), "id", {
            package_with(
                "/networks/0/nodes/-",
                json!({"id": "a", "name": "A", "location": {"type": "Point", "coordinates": AB[0]}}),
            )
        }),
        ("duplicate id, other record", Ofds, Error, "duplicate-id", Mended("called it a#2"), "id", {
            package_with("/networks/0/nodes/-", json!({"id": "a", "name": "other"}))
        }),
        ("id that is no uuid", Ofds, Info, "not-a-uuid", Said, "id", package_with("/networks/0/id", json!("mine"))),
        ("id that is a number", Ofds, Warning, "id-not-text", Said, "id", {
            package_with("/networks/0/nodes/-", json!({"id": 7, "name": "C"}))
        }),
        ("no id", Map, Info, "no-id", Said, "id", map_with("/features/2/properties/line_id", Value::Null)),
        (
            "no id",
            Ofds,
            Error,
            "missing-id",
            Mended("called it node-1"),
            "id",
            package_with(&of(node_a, "id"), Value::Null),
        ),
        ("empty name", Map, Info, "named-by-lines", Said, "name", map_with("/features/0/properties/name", json!(""))),
        ("empty name", Ofds, Info, "empty-name", Said, "name", package_with(&of(node_a, "name"), json!(""))),
        (
            "\"Unknown\"",
            Map,
            Info,
            "named-by-lines",
            Said,
            "name",
            map_with("/features/0/properties/name", json!("Unknown")),
        ),
        ("\"<NA>\"", Map, Info, "no-id", Said, "id", map_with("/features/2/properties/line_id", json!("<NA>"))),
        ("\"Unknown\"", Ofds, Info, "empty-name", Said, "name", package_with(&of(node_a, "name"), json!("Unknown"))),
        ("\"<NA>\"", Ofds, Info, "empty-name", Said, "name", package_with(&of(node_a, "name"), json!("<NA>"))),
        ("name used as id", Ofds, Error, "name-as-id", Mended("joined it to the node of that name"), "end", {
            package_with(&of(span, "end"), json!("B"))
        }),
        ("name used as id, far from its end", Map, Info, "end-by-name", Said, "from", {
            map(|f| f[2] = line("l", "A", "B", [AB[0], [1.0, 5.11]]))
        }),
        ("missing CRS", Ofds, Info, "crs-missing", Said, "crs", package_with("/networks/0/crs", Value::Null)),
        ("unknown CRS", Map, Error, "unknown-crs", Refused, "crs", map_with("/crs", crs("EPSG:3857"))),
        ("unknown CRS", Ofds, Error, "unknown-crs", Refused, "crs", {
            package_with("/networks/0/crs", json!({"name": "EPSG:3857"}))
        }),
        ("wrong CRS", Map, Error, "wrong-crs", Refused, "geometry", map_with("/crs", crs("EPSG:4549"))),
        ("wrong CRS", Ofds, Error, "wrong-crs", Refused, "geometry", {
            package_with("/networks/0/crs", json!({"name": "EPSG:4549"}))
        }),
        (
            "longitude and latitude swapped",
            Map,
            Error,
            "swapped-axes",
            Mended("swapped the two numbers"),
            "geometry",
            { swapped(map(|_| {})) },
        ),
        (
            "longitude and latitude swapped",
            Ofds,
            Error,
            "swapped-axes",
            Mended("swapped the two numbers"),
            "geometry",
            { swapped(package_with("/networks/0/name", json!("N"))) },
        ),
        ("one position swapped", Map, Error, "outside-world", Mended("swapped the two numbers"), "geometry", {
            map(|f| f.push(node("c", "C", [32.0, 121.0])))
        }),
        ("position that is no number", Map, Error, "bad-coordinate", Mended("left the position out"), "geometry", {
            map_with(geometry, string(json!([AB[0], [1.0, "x"], AB[1]])))
        }),
        ("disconnected islands", Map, Info, "islands", Said, "", {
            map(|f| {
                f.push(node("c", "C", [2.0, 5.0]));
                f.push(node("d", "D", [2.0, 5.1]));
                f.push(line("m", "C", "D", [[2.0, 5.0], [2.0, 5.1]]));
            })
        }),
        ("disconnected islands", Ofds, Info, "islands", Said, "", {
            package_with("/networks/0/nodes/-", json!({"id": "c", "name": "C"}))
        }),
        ("absurd number of cores", Ofds, Warning, "absurd-cores", Said, "fibreCount", {
            package_with(&of(span, "fibreCount"), json!(1_000_000))
        }),
        ("stored length far off", Map, Warning, "length-mismatch", Said, "length", {
            map_with("/features/2/properties/distance", json!(15_000))
        }),
        ("unknown status", Map, Warning, "unknown-status", Said, "status", {
            map_with("/features/2/properties/status", json!("open"))
        }),
        ("geometry of another kind", Map, Warning, "unused-geometry", Said, "geometry", {
            map(|f| {
                f.push(json!({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": []}}))
            })
        }),
    ]
}

/// Imports a document into an empty network.
fn import(document: &Value, format: Format, repair: bool) -> (crate::plan::Outcome, Network) {
    let options = ImportOptions { format: Some(format), repair, ..ImportOptions::default() };
    let mut network = Network::new();
    let outcome = crate::import(&[File::new("dirty.json", document.to_string())], &options, &network).unwrap();
    network.apply(&outcome.changes).unwrap();
    (outcome, network)
}

#[test]
fn every_kind_of_dirt_is_found_and_mended_where_that_is_honest() {
    for (dirt, format, severity, code, fate, field, document) in cases() {
        let label = format!("{dirt} in {format}");
        let (outcome, _) = import(&document, format, false);
        let of_rule = |outcome: &crate::plan::Outcome| {
            outcome.report.findings.iter().find(|finding| finding.code == code).cloned().unwrap_or_else(|| {
                panic!("{label}: {code} is not in {:#?}", outcome.report.findings);
            })
        };
        let found = of_rule(&outcome);
        assert_eq!((found.severity, &*found.field), (severity, field), "{label}: {found}");
        assert!(found.reason.en.len() > 10 && &*found.source.file == "dirty.json", "{label}: {found}");
        assert_eq!(outcome.refused, severity == Error, "{label}: {:#?}", outcome.report.findings);
        let (repaired, network) = import(&document, format, true);
        let after = of_rule(&repaired);
        let mended = match fate {
            Mended(words) | MendedIfAsked(words) => Some(words),
            Said | Refused => None,
        };
        assert_eq!(found.repairable, mended.is_some(), "{label}: {found}");
        assert_eq!(matches!(fate, Mended(_) | Refused), severity == Error, "{label}");
        match (mended, &after.repaired) {
            (Some(words), Some(done)) => assert!(done.en.contains(words), "{label}: {done:?}"),
            (None, None) => {}
            (_, done) => panic!("{label}: {done:?}"),
        }
        assert_eq!(repaired.refused, matches!(fate, Refused), "{label}: {:#?}", repaired.report.findings);
        if !repaired.refused {
            let here = network.count::<Place>() >= 2 && network.count::<Span>() >= 1;
            assert!(here, "{label}: {:#?}", repaired.report.findings);
        }
    }
}

#[test]
fn what_is_clean_is_not_called_dirty() {
    // Parts that touch are one line, whichever way round they are drawn, and ids of a plain map are what they are.
    let parts = json!({"type": "MultiLineString", "coordinates": [[AB[0], [1.0, 5.05]], [AB[1], [1.0, 5.05]]]});
    for document in [map(|_| {}), map_with("/features/2/geometry", parts.clone())] {
        let (outcome, network) = import(&document, Format::Geojson, false);
        assert_eq!(outcome.report.findings, []);
        assert_eq!((network.count::<Place>(), network.count::<Span>()), (2, 1));
    }
    for document in [package_with("/networks/0/name", json!("N")), package_with("/networks/0/spans/0/route", parts)] {
        let (outcome, network) = import(&document, Format::Ofds, false);
        assert_eq!(outcome.report.findings, []);
        assert_eq!((network.count::<Place>(), network.count::<Span>()), (2, 1));
    }
}

#[test]
fn a_map_in_another_system_is_known_by_the_plant_that_is_there() {
    use linewright_model::crs::Crs;
    let places = [("a", 120.86, 31.98), ("b", 120.88, 31.99), ("c", 120.90, 32.0), ("d", 120.87, 32.01)];
    let map = |system: Crs| {
        let node = |(id, lon, lat): (&str, f64, f64)| {
            let (x, y) = system.from_wgs84(lon, lat).unwrap();
            node(id, id, [x, y])
        };
        let features: Vec<Value> = places.map(node).into();
        json!({"type": "FeatureCollection", "features": features})
    };
    let mut network = Network::new();
    let import = |document: &Value, crs: Option<Crs>, network: &Network| {
        let options = ImportOptions { crs, ..ImportOptions::default() };
        crate::import(&[File::new("m.geojson", document.to_string())], &options, network).unwrap()
    };
    let codes = |outcome: &crate::plan::Outcome| outcome.report.findings.iter().map(|f| f.code).collect::<Vec<&str>>();
    // Alone, nothing shows what system a map is in.
    for system in [Crs::Gcj02, Crs::Bd09, Crs::Wgs84] {
        assert_eq!(codes(&import(&map(system), None, &network)), ["no-lines"]);
    }
    network.apply(&import(&map(Crs::Wgs84), None, &network).changes).unwrap();
    for system in [Crs::Gcj02, Crs::Bd09] {
        let found = import(&map(system), None, &network);
        assert!(found.refused && codes(&found).contains(&"shifted-system"), "{:#?}", found.report.findings);
        let reason = &found.report.findings.iter().find(|f| f.code == "shifted-system").unwrap().reason.en;
        assert!(reason.contains(&format!("crs {system}")), "{reason}");
        assert!(!import(&map(system), Some(system), &network).refused);
    }
    // Plant that moves for another reason may move.
    let mut moved = map(Crs::Wgs84);
    for feature in moved["features"].as_array_mut().unwrap() {
        feature["geometry"]["coordinates"][0] = json!(feature["geometry"]["coordinates"][0].as_f64().unwrap() + 0.003);
    }
    assert!(!import(&moved, None, &network).refused);
}

//! Nothing that comes in makes the importers panic, and whatever they take comes out valid and back the same.

use linewright_model::Network;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::format::{ExportOptions, Format, ImportOptions};
use crate::input::File;
use crate::ofds::tests::{assert_valid, import, package, valid};
use crate::testing;

/// A value that may stand where another is expected.
fn wrong_value() -> impl Strategy<Value = Value> {
    let position = prop_oneof![
        Just(json!([0.5, 5.0])),
        Just(json!([5.0, 100.0])),
        Just(json!([1e308, -1e308, "x"])),
        Just(json!([])),
    ];
    let line = prop::collection::vec(position.clone(), 0..4);
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![Just(0.0), Just(-1.0), Just(1e308), any::<f64>()].prop_map(|n| json!(n)),
        prop_oneof![Just("".to_owned()), Just("a".to_owned()), Just("Unknown".to_owned()), ".{0,12}"]
            .prop_map(Value::from),
        Just(json!({})),
        Just(json!([])),
        Just(json!([{"id": "a"}, {"id": "a", "x": [[]]}])),
        position.clone().prop_map(|c| json!({"type": "Point", "coordinates": c})),
        line.clone().prop_map(|c| json!({"type": "LineString", "coordinates": c})),
        prop::collection::vec(line, 0..3).prop_map(|c| json!({"type": "MultiLineString", "coordinates": c})),
        position,
    ]
}

/// One mutation: which value of those in the document, and what becomes of it.
#[derive(Clone, Debug)]
enum Mutation {
    Remove,
    Replace(Value),
    Double,
    /// Puts the value where another one is.
    Copy(prop::sample::Index),
    Rename(String),
}

fn mutations() -> impl Strategy<Value = Vec<(prop::sample::Index, Mutation)>> {
    let mutation = prop_oneof![
        Just(Mutation::Remove),
        wrong_value().prop_map(Mutation::Replace),
        Just(Mutation::Double),
        any::<prop::sample::Index>().prop_map(Mutation::Copy),
        prop_oneof![Just("id"), Just("route"), Just("nonconforming"), Just("network"), Just("@piece")]
            .prop_map(|s| Mutation::Rename(s.to_owned())),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), mutation), 1..5)
}

fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, v)| (key.replace('~', "~0").replace('/', "~1"), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(n, v)| (n.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let pointer = format!("{at}/{key}");
        pointers(child, &pointer, all);
        all.push(pointer);
    }
}

fn mutate(document: &mut Value, mutations: &[(prop::sample::Index, Mutation)]) {
    for (index, mutation) in mutations {
        let mut all = Vec::new();
        pointers(document, "", &mut all);
        if all.is_empty() {
            return;
        }
        let pointer = all[index.index(all.len())].clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let other = match mutation {
            Mutation::Copy(from) => document.pointer(&all[from.index(all.len())]).cloned(),
            _ => document.pointer(&pointer).cloned(),
        };
        let key = key.replace("~1", "/").replace("~0", "~");
        match (document.pointer_mut(parent).unwrap(), mutation) {
            (Value::Object(o), Mutation::Remove) => drop(o.shift_remove(&key)),
            (Value::Array(l), Mutation::Remove) => drop(l.remove(key.parse().unwrap())),
            (Value::Object(o), Mutation::Replace(new)) => drop(o.insert(key, new.clone())),
            (Value::Array(l), Mutation::Replace(new)) => l[key.parse::<usize>().unwrap()] = new.clone(),
            (Value::Object(o), Mutation::Double) => drop(o.insert(format!("{key}2"), other.unwrap())),
            (Value::Array(l), Mutation::Double | Mutation::Rename(_)) => l.push(other.unwrap()),
            (Value::Object(o), Mutation::Copy(_)) => drop(o.insert(key, other.unwrap())),
            (Value::Array(l), Mutation::Copy(_)) => l.push(other.unwrap()),
            (Value::Object(o), Mutation::Rename(new)) => {
                o.shift_remove(&key);
                o.insert(new.clone(), other.unwrap());
            }
            (other, _) => panic!("a pointer leads into {other}"),
        }
    }
}

/// A plain map that a line crosses, a spur meets and a node stands beside.
fn map() -> [Value; 2] {
    let node = |id: &str, name: Value, c: Value| {
        json!({"type": "Feature", "id": id, "properties": {"node_id": id, "name": name, "node_status": "Planned"},
            "geometry": {"type": "Point", "coordinates": c}})
    };
    let line = |id: &str, from: &str, to: &str, c: Value| {
        json!({"type": "Feature", "properties": {"line_id": id, "from": from, "to": to, "distance": 11_000, "cores": 24},
            "geometry": {"type": "MultiLineString", "coordinates": c}})
    };
    [
        json!({"type": "FeatureCollection", "name": "m_nodes", "features": [
            node("a", json!("A"), json!([1.0, 5.0, 0.0])), node("b", json!(null), json!([1.0, 5.1])),
            node("c", json!("Unknown"), json!([1.0, 5.05])), node("d", json!("D"), json!([1.2, 5.0]))]}),
        json!({"type": "FeatureCollection", "name": "m_lines", "features": [
            line("l", "A", "B", json!([[[1.0, 5.0], [1.0, 5.04]], [[1.0, 5.04], [1.0, 5.1]]])),
            line("spur", "X", "X", json!([[[1.0, 5.02], [1.1, 5.02]]])),
            line("gap", "A", "D", json!([[[1.0, 5.0], [1.05, 5.0]], [[1.1, 5.0], [1.2, 5.0]]]))]}),
    ]
}

fn take(files: &[File], format: Format, repair: bool) -> Option<Network> {
    let mut network = Network::new();
    let options = ImportOptions { format: Some(format), repair, ..ImportOptions::default() };
    let outcome = crate::import(files, &options, &network).unwrap();
    network.apply(&outcome.changes).unwrap();
    (!outcome.refused).then_some(network)
}

fn assert_ofds_comes_back(network: &Network) {
    let exported = package(network);
    assert_valid(&serde_json::from_slice(&exported.bytes).unwrap());
    if network.count::<linewright_model::Dataset>() == 0 {
        // Nothing was in it, and an export of nothing is a network without records.
        return;
    }
    let back = import(&[exported], false, &mut network.clone());
    assert!(!back.refused && back.changes.is_empty(), "{:#?}\n{:#?}", back.report.findings, back.changes);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\",:a-e0-9.NI-]{0,80}") {
        for content in [bytes, text.into_bytes()] {
            for format in [Format::Ofds, Format::Geojson] {
                for repair in [false, true] {
                    take(&[File::new("x", content.clone())], format, repair);
                }
            }
        }
    }

    #[test]
    fn mutated_packages_come_back_or_are_refused(mutations in mutations(), repair in any::<bool>()) {
        let mut document = valid();
        mutate(&mut document, &mutations);
        if let Some(network) = take(&[File::new("p.json", document.to_string())], Format::Ofds, repair) {
            assert_ofds_comes_back(&network);
        }
    }

    #[test]
    fn mutated_features_never_panic(mutations in mutations(), repair in any::<bool>(), spans in any::<bool>()) {
        let mut network = Network::new();
        import(&[File::new("p.json", valid().to_string())], false, &mut network);
        let mut files = crate::export(&network, Format::OfdsGeojson, &ExportOptions::default()).unwrap();
        let file = &mut files[usize::from(spans)];
        let mut document: Value = serde_json::from_slice(&file.bytes).unwrap();
        mutate(&mut document, &mutations);
        file.bytes = document.to_string().into_bytes();
        if let Some(network) = take(&files, Format::Ofds, repair) {
            assert_ofds_comes_back(&network);
        }
    }

    #[test]
    fn mutated_maps_come_back_or_are_refused(mutations in mutations(), repair in any::<bool>(), lines in any::<bool>()) {
        let mut documents = map();
        mutate(&mut documents[usize::from(lines)], &mutations);
        let files = documents.map(|document| File::new("m.geojson", document.to_string()));
        let Some(network) = take(&files, Format::Geojson, repair) else { return Ok(()) };
        assert_valid(&serde_json::from_slice(&package(&network).bytes).unwrap());
        let exported = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
        let again = take(&exported, Format::Geojson, false);
        let texts = || exported.iter().map(|f| String::from_utf8_lossy(&f.bytes).into_owned()).collect::<String>();
        prop_assert!(again.is_some(), "{}", texts());
        let again = again.unwrap();
        let exported_again = crate::export(&again, Format::Geojson, &ExportOptions::default()).unwrap();
        prop_assert_eq!(exported, exported_again);
    }

    #[test]
    fn any_network_is_valid_ofds(mut dice in testing::dice(false)) {
        let mut network = Network::new();
        let draft = testing::draft(&mut dice);
        let outcome = crate::plan::plan_import(draft, &network, crate::plan::Mode::Merge);
        network.apply(&outcome.changes).unwrap();
        assert_valid(&serde_json::from_slice(&package(&network).bytes).unwrap());
        for format in [Format::OfdsGeojson, Format::Geojson] {
            crate::export(&network, format, &ExportOptions::default()).unwrap();
        }
    }
}

#[test]
fn a_line_that_became_a_point_nowhere_comes_back() {
    for to in ["A", "nobody"] {
        let mut documents = map();
        let line = &mut documents[1]["features"][0];
        line["properties"]["from"] = json!("D");
        line["properties"]["to"] = json!(to);
        line["geometry"] = json!({"type": "Point", "coordinates": [1e308, -1e308, "x"]});
        let files = documents.map(|document| File::new("m.geojson", document.to_string()));
        let network = take(&files, Format::Geojson, true).unwrap();
        let exported = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
        assert!(take(&exported, Format::Geojson, false).is_some(), "to {to}");
    }
}

//! Any network as a plain map: what was imported from one as it came, the rest in our own columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use linewright_model::crs::Crs;
use linewright_model::{Network, Place, PlaceId, Text};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::finding::Source;
use crate::format::ExportOptions;
use crate::geojson::collect::{ALTITUDES, FEATURE, GEOMETRY, OURS};
use crate::geojson::geometry::{self, Run, Vertex};
use crate::geojson::import::{MADE, MAPPING, NAMED, OWN, PIECE, cable_length_m};
use crate::geojson::join::uncut;
use crate::geojson::json::{Object, text_of};
use crate::geojson::mapping::Mapping;
use crate::geojson::view::{self, Group, Line, member};
use crate::geojson::words;
use crate::input::File;

/// Writes each data set as two collections, `<code>_nodes.geojson` and `<code>_lines.geojson`; records of no
/// data set are called after `options.name`.
///
/// A line is a cable with its route, or a span in which no cable lies. What came from a plain map goes back
/// with all its properties, and lines that were cut are whole again; only what changed since is written anew.
pub fn write(network: &Network, options: &ExportOptions) -> Vec<File> {
    let files = maps(network, options).into_iter().flat_map(|map| {
        let name = |what: &str| file_name(&map.code, &format!("_{what}.geojson"));
        let names = ["nodes", "lines"].map(name);
        map.collections.into_iter().zip(names).map(|(collection, name)| super::file(&name, &Value::Object(collection)))
    });
    files.collect()
}

/// A data set as a plain map: its code, the collections of its nodes and of its lines.
pub(crate) struct Map {
    pub(crate) code: Text,
    pub(crate) collections: [Object; 2],
}

/// Each data set as a plain map.
pub(crate) fn maps(network: &Network, options: &ExportOptions) -> Vec<Map> {
    let groups = view::groups(network, options.dataset.as_deref());
    groups.iter().map(|group| map(network, group, &options.name)).collect()
}

fn map(network: &Network, group: &Group<'_>, name: &str) -> Map {
    let name = if name.is_empty() { "network" } else { name };
    let dataset = group.dataset.map(|(_, dataset)| dataset);
    let code = dataset.map_or(name, |dataset| &dataset.tag.code);
    let from_map = dataset.is_some_and(|dataset| &*dataset.format == "geojson");
    let extra = dataset.and_then(|dataset| dataset.tag.extra.as_ref()).filter(|_| from_map);
    let mapping = extra.and_then(|extra| extra.get(MAPPING));
    let mapping: Mapping = mapping.and_then(|m| serde_json::from_value(m.clone()).ok()).unwrap_or_default();
    let writer = Writer { network, mapping, from_map };

    let nodes = group.places.iter().filter_map(|(id, place)| writer.node(*id, place));
    let nodes: Vec<Value> = nodes.collect();
    let lines = writer.lines(&group.lines);
    let collections = [("nodes", nodes), ("lines", lines)].map(|(what, features)| {
        let mut collection = Object::new();
        collection.insert("type".to_owned(), json!("FeatureCollection"));
        collection.insert("name".to_owned(), json!(format!("{code}_{what}")));
        let crs = json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}});
        collection.insert("crs".to_owned(), crs);
        if let Some(members) = extra.and_then(|extra| extra.get(what)).and_then(Value::as_object) {
            collection.extend(members.clone());
        }
        collection.insert("features".to_owned(), Value::Array(features));
        collection
    });
    Map { code: Text::from(code), collections }
}

/// A file name of a code: what file systems take amiss becomes `_`.
pub(crate) fn file_name(code: &str, end: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let code: String = code.chars().take(100).map(safe).collect();
    code + end
}

struct Writer<'a> {
    network: &'a Network,
    mapping: Mapping,
    /// Whether the records came from a plain map.
    from_map: bool,
}

/// The source's members of `extra`, and ours.
fn split(extra: Option<&linewright_model::Extra>) -> (Object, Object) {
    let members = extra.map(|extra| (**extra).clone()).unwrap_or_default();
    members.into_iter().partition(|(key, _)| !key.starts_with(OURS))
}

fn feature(kept: &Object, properties: Object, geometry: Value) -> Value {
    let mut feature = Object::new();
    feature.insert("type".to_owned(), json!("Feature"));
    if let Some(members) = kept.get(FEATURE).and_then(Value::as_object) {
        feature.extend(members.clone());
    }
    feature.insert("properties".to_owned(), Value::Object(properties));
    feature.insert("geometry".to_owned(), geometry);
    Value::Object(feature)
}

/// Inserts members that say something.
fn put(properties: &mut Object, members: impl IntoIterator<Item = (&'static str, Value)>) {
    for (key, value) in members {
        let says = !value.is_null() && value.as_str() != Some("");
        if says && !properties.contains_key(key) {
            properties.insert(key.to_owned(), value);
        }
    }
}

impl Writer<'_> {
    fn node(&self, id: PlaceId, place: &Arc<Place>) -> Option<Value> {
        let (mut properties, kept) = split(place.tag.extra.as_ref());
        if kept.contains_key(MADE) {
            return None;
        }
        if self.from_map {
            self.refresh_node(place, &mut properties, &kept);
        } else {
            let mut own = Object::new();
            put(
                &mut own,
                [
                    ("id", json!(&*place.tag.code)),
                    ("name", json!(&*place.tag.name)),
                    ("kind", json!(words::place_word(place.kind))),
                    ("status", json!(words::stage_word(place.plant.stage))),
                    ("operator", json!(&*place.plant.unit)),
                    ("district", json!(&*place.region)),
                    ("within", json!(&*self.container(place))),
                ],
            );
            put_flat(&mut own, properties);
            properties = own;
        }
        let altitude_m = kept.get(ALTITUDES).and_then(Value::as_f64);
        let geometry = match view::position(self.network, id) {
            Some(at) => geometry::point_json(&Vertex { at, altitude_m }),
            None => kept.get(GEOMETRY).cloned().unwrap_or(Value::Null),
        };
        Some(feature(&kept, properties, geometry))
    }

    /// Code of the place that a place stands in; empty for none.
    fn container(&self, place: &Place) -> Text {
        let container = place.within.and_then(|id| self.network.get(id));
        container.map_or_else(Text::default, |container| container.tag.code.clone())
    }

    /// Writes to the source's columns what has changed since the import.
    fn refresh_node(&self, place: &Place, properties: &mut Object, kept: &Object) {
        let columns = &self.mapping.nodes;
        let said = columns.read(properties);
        let named = kept.get(NAMED).and_then(Value::as_str);
        if *place.tag.name != *said.name && named != Some(&place.tag.name) {
            columns.name.set(properties, json!(&*place.tag.name));
        }
        refresh_id(&said.id, &place.tag.code, "node-", kept, &columns.id, properties);
        if place.kind != said.kind.unwrap_or(linewright_model::PlaceKind::Node) {
            columns.kind.set(properties, json!(words::place_word(place.kind)));
        }
        if place.plant.stage != said.stage {
            columns.status.set(properties, json!(words::stage_word(place.plant.stage)));
        }
        if place.plant.unit != said.unit {
            columns.operator.set(properties, json!(&*place.plant.unit));
        }
        if place.region != said.region {
            columns.region.set(properties, json!(&*place.region));
        }
        let container = self.container(place);
        let known = || self.network.by_code::<PlaceId>(place.tag.dataset, &said.within).is_some();
        if container != said.within && (!container.is_empty() || known()) {
            columns.within.set(properties, json!(&*container));
        }
    }

    fn lines(&self, lines: &[Line<'_>]) -> Vec<Value> {
        let mut pieces: BTreeMap<&str, BTreeMap<u64, (&Line<'_>, &Value)>> = BTreeMap::new();
        let read = lines.iter().filter_map(|line| Some((line, line.tag()?)));
        for (line, tag) in read.clone() {
            let Some(piece) = member(&tag.extra, PIECE) else { continue };
            if let (Some(of), Some(at)) = (piece["line"].as_str(), piece["at"].as_u64()) {
                pieces.entry(of).or_default().insert(at, (line, piece));
            }
        }
        // A line of which a piece has gone is exported as the pieces that are left.
        pieces.retain(|_, parts| {
            parts.keys().copied().eq(0..parts.len() as u64)
                && parts.values().all(|(_, piece)| piece["of"].as_u64() == Some(parts.len() as u64))
        });
        let mut features = Vec::new();
        for (line, _) in read {
            let whole = line.tag().and_then(|tag| pieces.get(member(&tag.extra, PIECE)?["line"].as_str()?));
            match whole {
                None => features.extend(self.line(&[(line, 0, false)], None)),
                Some(parts) => {
                    let first = parts.get(&0).is_some_and(|(first, _)| std::ptr::eq(*first, line));
                    let of = parts.values().next().and_then(|(_, piece)| piece["line"].as_str());
                    let parts: Vec<(&Line<'_>, u64, bool)> = parts
                        .values()
                        .map(|(line, piece)| (*line, piece["run"].as_u64().unwrap_or(0), piece["cut"] == json!(true)))
                        .collect();
                    if first {
                        features.extend(self.line(&parts, of));
                    }
                }
            }
        }
        features
    }

    /// One feature from the pieces of a line; `whole` is the code of the line before it was cut.
    fn line(&self, parts: &[(&Line<'_>, u64, bool)], whole: Option<&str>) -> Option<Value> {
        let (line, ..) = *parts.first()?;
        let tag = line.tag()?;
        let code = whole.unwrap_or(&tag.code);
        let (mut properties, kept) = split(tag.extra.as_ref());
        if self.from_map {
            self.refresh_line(line, code, parts.len() == 1, &mut properties, &kept);
        } else {
            properties = self.own_line(line, properties);
        }
        let mut runs: Vec<Run> = Vec::new();
        let last = parts.iter().map(|(_, run, _)| *run).max().unwrap_or(0).min(parts.len() as u64);
        for run in 0..=last {
            let courses: Vec<(Run, bool)> =
                parts.iter().filter(|(_, r, _)| *r == run).map(|(l, _, cut)| (l.course(self.network), *cut)).collect();
            runs.push(uncut(courses.iter().map(|(course, cut)| (course, *cut))));
        }
        runs.retain(|run| !run.is_empty());
        if runs.is_empty() && !kept.contains_key(GEOMETRY) {
            let ends = line.ends()?.map(|id| view::position(self.network, id));
            runs.extend(ends[0].zip(ends[1]).map(|(a, b)| [a, b].map(|at| Vertex { at, altitude_m: None }).to_vec()));
        }
        Some(feature(&kept, properties, line_geometry(&runs, kept.get(GEOMETRY))))
    }

    fn own_line(&self, line: &Line<'_>, extra: Object) -> Object {
        let (Some(tag), Some(plant)) = (line.tag(), line.plant()) else { return extra };
        let ends = line.ends().map(|ends| ends.map(|id| self.network.get(id).map(|place| place.tag.code.clone())));
        let end = |side: usize| ends.as_ref().and_then(|ends| ends[side].as_deref()).map_or(Value::Null, |c| json!(c));
        let cable = line.cable.map(|(_, cable)| cable);
        let mut own = Object::new();
        put(
            &mut own,
            [
                ("id", json!(&*tag.code)),
                ("name", json!(&*tag.name)),
                ("from", end(0)),
                ("to", end(1)),
                ("kind", json!(line.span.map_or("", |span| words::span_word(span.kind)))),
                ("medium", json!(if cable.is_some() { "fibre" } else { words::EMPTY })),
                ("status", json!(words::stage_word(plant.stage))),
                ("operator", json!(&*plant.unit)),
                ("length_m", json!(line.length_m())),
                ("cores", json!(cable.and_then(|c| c.cores))),
                ("fibre", json!(cable.map_or("", |c| &c.fibre))),
                ("model", json!(cable.map_or("", |c| &c.model))),
                (OWN, json!(if cable.is_some() { "cable" } else { "span" })),
            ],
        );
        put_flat(&mut own, extra);
        own
    }

    fn refresh_line(&self, line: &Line<'_>, code: &str, single: bool, properties: &mut Object, kept: &Object) {
        let (Some(tag), Some(plant)) = (line.tag(), line.plant()) else { return };
        let columns = &self.mapping.lines;
        let said = columns.read(properties);
        refresh_id(&said.id, code, "line-", kept, &columns.id, properties);
        if tag.name != said.name {
            columns.name.set(properties, json!(&*tag.name));
        }
        if let Some(span) = line.span.filter(|span| span.kind != said.kind) {
            columns.kind.set(properties, json!(words::span_word(span.kind)));
        }
        if plant.stage != said.stage {
            columns.status.set(properties, json!(words::stage_word(plant.stage)));
        }
        if plant.unit != said.unit {
            columns.operator.set(properties, json!(&*plant.unit));
        }
        let Some((_, cable)) = line.cable else { return };
        if cable.cores != said.cores {
            columns.cores.set(properties, json!(cable.cores));
        }
        if cable.fibre != said.fibre {
            columns.fibre.set(properties, json!(&*cable.fibre));
        }
        let ground_m = line.ground_m(self.network);
        let expected_m = cable_length_m(said.length_m, ground_m);
        if single && (cable.length_m - expected_m).abs() > 0.001 {
            columns.length_m.set(properties, json!(cable.length_m));
        }
    }
}

/// Writes an id that is not what the source says; one that was made up for a record without any is not written.
fn refresh_id(
    said: &str,
    code: &str,
    made_up: &str,
    kept: &Object,
    columns: &super::mapping::Columns,
    properties: &mut Object,
) {
    let of_feature = kept.get(FEATURE).and_then(|f| f.get("id")).and_then(text_of);
    let made_up = said.is_empty() && code.starts_with(made_up);
    if said != code && of_feature.as_deref() != Some(code) && !made_up {
        columns.set(properties, json!(code));
    }
}

/// Adds the attributes of another source, where they do not say something else of ours.
fn put_flat(own: &mut Object, extra: Object) {
    for (key, value) in extra {
        own.entry(key).or_insert(value);
    }
}

/// The geometry of runs: the one that was kept if it still says the same.
fn line_geometry(runs: &[Run], kept: Option<&Value>) -> Value {
    let line = |run: &Run| geometry::line_json(run);
    let several = || {
        let parts: Vec<Value> = runs.iter().map(|run| line(run)["coordinates"].take()).collect();
        json!({"type": "MultiLineString", "coordinates": parts})
    };
    match (runs, kept) {
        ([_], Some(Value::String(_))) => several(),
        (_, Some(kept)) if !kept.is_string() && same(runs, kept) => kept.clone(),
        ([], _) => Value::Null,
        ([run], _) => line(run),
        _ => several(),
    }
}

fn same(runs: &[Run], kept: &Value) -> bool {
    let mut draft = Draft::new(false);
    let source = Source::default();
    let place = geometry::Place { source: &source, field: "geometry", crs: Crs::Wgs84 };
    let again = geometry::runs(kept, &place, &mut draft);
    // A geometry that had to be mended is not given back as it was.
    let clean = !draft.findings().refuse();
    clean && again.iter().map(|run| geometry::course(run)).eq(runs.iter().map(|run| geometry::course(run)))
}

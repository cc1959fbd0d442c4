//! A placemark while it is read, and what becomes of it: one feature, or one for each of its points.

use linewright_model::{Phrase, phrase};
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::geojson::Mapping;
use crate::geojson::json::{Object, text_of};

/// A placemark with what was read of it.
#[derive(Debug, Default)]
pub(super) struct Placemark {
    /// The attribute `id`.
    pub(super) id: Option<String>,
    pub(super) properties: Object,
    /// Coordinates of points, and of lines.
    pub(super) points: Vec<Value>,
    pub(super) lines: Vec<Value>,
    /// A geometry of a kind that is neither.
    pub(super) other: Option<&'static str>,
}

impl Placemark {
    /// Adds a property unless the same or an earlier one stands there.
    pub(super) fn put(&mut self, key: &str, value: &str) {
        let value = value.trim();
        if !key.is_empty() && !value.is_empty() && !self.properties.contains_key(key) {
            self.properties.insert(key.to_owned(), Value::from(value));
        }
    }

    /// The features of the placemark: its lines together, else each point; `source` is the placemark's.
    pub(super) fn features(self, source: &Source, draft: &mut Draft) -> Vec<Value> {
        let Self { id, properties, points, lines, other } = self;
        let feature = |geometry: Value| {
            let mut feature = json!({"type": "Feature", "properties": properties, "geometry": geometry});
            if let (Some(id), Some(members)) = (&id, feature.as_object_mut()) {
                members.insert("id".to_owned(), json!(id));
            }
            feature
        };
        let mut unused = |what: &str| {
            let reason = phrase!(
                "a placemark with {what} is neither a node nor a line there; that is left out",
                "含 {what} 的地标在该处既不是节点也不是线路；已略去"
            );
            draft.note(Finding::warning("unused-geometry", source, "geometry", reason));
        };
        if let Some(other) = other {
            unused(other);
        }
        if !lines.is_empty() {
            if !points.is_empty() {
                unused("a point beside its line");
            }
            return vec![feature(match <[Value; 1]>::try_from(lines) {
                Ok([line]) => json!({"type": "LineString", "coordinates": line}),
                Err(lines) => json!({"type": "MultiLineString", "coordinates": lines}),
            })];
        }
        if points.is_empty() && other.is_none() {
            let reason = phrase!("the placemark has no geometry; it is left out", "地标没有几何；已略去");
            draft.note(Finding::warning("no-geometry", source, "geometry", reason));
        }
        points.into_iter().map(|point| feature(json!({"type": "Point", "coordinates": point}))).collect()
    }
}

/// The coordinates of a `<coordinates>` element: tuples of longitude, latitude and perhaps altitude.
///
/// A number that is none stays as text, for the reader of geometries to find.
pub(super) fn coordinates(text: &str) -> Vec<Value> {
    let number = |text: &str| match text.parse::<f64>() {
        Ok(number) => Value::from(number),
        Err(_) => Value::from(text),
    };
    let tuple = |text: &str| Value::Array(text.split(',').take(4).map(|part| number(part.trim())).collect());
    let mut tuples = Vec::new();
    let mut begun = String::new();
    // Some programs write a space behind the comma, which the standard forbids.
    for word in text.split_ascii_whitespace() {
        if begun.is_empty() && !word.ends_with(',') {
            tuples.push(tuple(word));
            continue;
        }
        begun.push_str(word);
        if !word.ends_with(',') {
            tuples.push(tuple(&begun));
            begun.clear();
        }
    }
    if !begun.is_empty() {
        tuples.push(tuple(begun.trim_end_matches(',')));
    }
    tuples
}

/// Names features by their names where nothing else is an id; a name that occurs again is numbered.
pub(super) fn name_ids(features: &mut [Value], mapping: &Mapping, source: &Source, draft: &mut Draft) {
    let (mut named, mut numbered) = (0_usize, 0_usize);
    let mut given: [BTreeSet<String>; 2] = Default::default();
    for feature in features {
        let is_point = feature.pointer("/geometry/type").is_some_and(|kind| kind == "Point");
        let (ids, names) = match is_point {
            true => (&mapping.nodes.id, &mapping.nodes.name),
            false => (&mapping.lines.id, &mapping.lines.name),
        };
        let own = feature.get("id").and_then(text_of).map(String::from);
        let (id, name) = match feature.get("properties").and_then(Value::as_object) {
            Some(properties) => (String::from(ids.text(properties)), String::from(names.text(properties))),
            None => continue,
        };
        let Some(given) = given.get_mut(usize::from(is_point)) else { continue };
        if let Some(own) = Some(id).filter(|id| !id.is_empty()).or(own) {
            given.insert(own);
            continue;
        }
        if name.is_empty() {
            continue;
        }
        named += 1;
        let mut id = name.clone();
        let mut number = 1_u32;
        while !given.insert(id.clone()) {
            number += 1;
            id = format!("{name}#{number}");
        }
        numbered += usize::from(number > 1);
        if let Some(members) = feature.as_object_mut() {
            members.insert("id".to_owned(), Value::from(id));
        }
    }
    if named > 0 {
        let again = match numbered {
            0 => Phrase::default(),
            n => phrase!(
                "; {n} repeat the name of another and are numbered in the order of the file",
                "；其中 {n} 个重名，按文件中的顺序编号"
            ),
        };
        let reason = phrase!(
            "{named} placemarks have no id; their names serve as ids{}",
            "{named} 个地标没有 id；以名称为 id{}",
            again
        );
        draft.note(Finding::info("name-as-id", source, "name", reason));
    }
}

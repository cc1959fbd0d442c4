//! Any network as KML: the features of a plain map as placemarks in two folders.

use std::fmt::Write as _;

use linewright_model::Network;
use quick_xml::escape::escape;
use serde_json::Value;

use crate::format::ExportOptions;
use crate::geojson;
use crate::geojson::json::Object;
use crate::input::File;

/// Properties that KML has an element for, in the order of its schema.
const ELEMENTS: [&str; 5] = ["name", "address", "phoneNumber", "description", "styleUrl"];

/// Writes each data set as one document `<code>.kml`; what KML has no element for is `ExtendedData`.
pub fn write(network: &Network, options: &ExportOptions) -> Vec<File> {
    geojson::maps(network, options).iter().map(document).collect()
}

fn document(map: &geojson::Map) -> File {
    let title = map.collections.iter().find_map(|collection| collection.get("title")?.as_str());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document>\n");
    element(&mut out, "name", title.unwrap_or(&map.code));
    for collection in &map.collections {
        // The folders have no names: a name would come back as a property of its placemarks.
        out.push_str("<Folder>\n");
        let features = collection.get("features").and_then(Value::as_array);
        features.into_iter().flatten().for_each(|feature| placemark(&mut out, feature));
        out.push_str("</Folder>\n");
    }
    out.push_str("</Document>\n</kml>\n");
    File::new(geojson::file_name(&map.code, ".kml"), out)
}

fn placemark(out: &mut String, feature: &Value) {
    match feature.get("id") {
        Some(id) => push(out, format_args!("<Placemark id=\"{}\">\n", text(&plain(id)))),
        None => out.push_str("<Placemark>\n"),
    }
    let none = Object::new();
    let properties = feature.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let own = |key: &str| properties.get(key).and_then(Value::as_str).filter(|value| !value.trim().is_empty());
    for key in ELEMENTS {
        if let Some(value) = own(key) {
            element(out, key, value);
        }
    }
    let others = properties.iter().filter(|(key, value)| {
        let is_element = ELEMENTS.contains(&key.as_str()) && value.is_string();
        !is_element && !value.is_null()
    });
    let mut data = String::new();
    for (key, value) in others {
        let (key, value) = (text(key), plain(value));
        push(&mut data, format_args!("<Data name=\"{key}\"><value>{}</value></Data>\n", text(&value)));
    }
    if !data.is_empty() {
        push(out, format_args!("<ExtendedData>\n{data}</ExtendedData>\n"));
    }
    if let Some(shape) = feature.get("geometry") {
        geometry(out, shape);
    }
    out.push_str("</Placemark>\n");
}

fn geometry(out: &mut String, geometry: &Value) {
    let Some(coordinates) = geometry.get("coordinates") else { return };
    let line = |out: &mut String, line: &Value| {
        let tuples: Vec<String> = line.as_array().into_iter().flatten().map(tuple).collect();
        push(out, format_args!("<LineString><coordinates>{}</coordinates></LineString>\n", tuples.join(" ")));
    };
    match geometry.get("type").and_then(Value::as_str) {
        Some("Point") => {
            push(out, format_args!("<Point><coordinates>{}</coordinates></Point>\n", tuple(coordinates)));
        }
        Some("LineString") => line(out, coordinates),
        Some("MultiLineString") => {
            out.push_str("<MultiGeometry>\n");
            coordinates.as_array().into_iter().flatten().for_each(|part| line(out, part));
            out.push_str("</MultiGeometry>\n");
        }
        _ => {}
    }
}

/// A position as KML writes it.
fn tuple(position: &Value) -> String {
    let numbers: Vec<String> = position.as_array().into_iter().flatten().map(plain).collect();
    text(&numbers.join(","))
}

fn element(out: &mut String, name: &str, value: &str) {
    push(out, format_args!("<{name}>{}</{name}>\n", text(value)));
}

fn push(out: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing into a string does not fail.
    let _ = out.write_fmt(what);
}

/// A value as text: a string itself, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Text as XML has it; characters that XML cannot carry become the replacement character.
fn text(value: &str) -> String {
    let carried = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    let value: String = value.chars().map(|c| if carried(c) { c } else { '\u{fffd}' }).collect();
    escape(value.as_str()).into_owned()
}

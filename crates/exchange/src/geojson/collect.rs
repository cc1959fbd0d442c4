//! From files to points and lines: features sorted by what they are, every attribute kept.

use linewright_model::crs::Crs;
use linewright_model::{Phrase, phrase};
use serde_json::Value;

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::format::{Format, ImportOptions};
use crate::geojson::geometry::{self, Place, Run, Vertex};
use crate::geojson::json::{Object, kind_of, parse};
use crate::geojson::mapping::Mapping;
use crate::geojson::plausible;
use crate::input::File;
use crate::kml;

/// Member of a record's `extra` that keeps a geometry which the model does not hold as it came.
pub(crate) const GEOMETRY: &str = "@geometry";
/// Member that keeps the altitudes of a position or course, metres.
pub(crate) const ALTITUDES: &str = "@altitudes";
/// Member that keeps what a feature has beside geometry and properties.
pub(crate) const FEATURE: &str = "@feature";
/// First letter of members of `extra` that are ours, not the source's.
pub(crate) const OURS: char = '@';

/// A point feature.
#[derive(Debug)]
pub(crate) struct RawNode {
    pub(crate) source: Source,
    pub(crate) vertex: Option<Vertex>,
    pub(crate) properties: Object,
    pub(crate) kept: Object,
}

/// A line feature.
#[derive(Debug)]
pub(crate) struct RawLine {
    pub(crate) source: Source,
    pub(crate) runs: Vec<Run>,
    pub(crate) properties: Object,
    pub(crate) kept: Object,
}

/// What the files hold.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) nodes: Vec<RawNode>,
    pub(crate) lines: Vec<RawLine>,
    /// Members of the collections beside type, features and coordinate system: of the points, of the lines.
    pub(crate) members: [Object; 2],
}

/// A feature collection with the coordinate system to read it in.
pub(crate) struct Collection {
    pub(crate) source: Source,
    pub(crate) crs: Crs,
    pub(crate) features: Vec<Value>,
    pub(crate) members: Object,
}

/// The collections of the files; files that are none are findings.
pub(crate) fn collections(
    files: &[File],
    options: &ImportOptions,
    mapping: &Mapping,
    draft: &mut Draft,
) -> Vec<Collection> {
    let read = files.iter().filter_map(|file| {
        let is_kml = kml::looks_like(file) || (options.format == Some(Format::Kml) && !super::looks_like(file));
        let value = match is_kml {
            true => kml::parse(file, mapping, options.limit_bytes, draft)?,
            false => parse(file, draft)?,
        };
        collection(value, Source::file(file.name.clone()), options.crs, draft)
    });
    read.collect()
}

/// A collection from the value of a file.
pub(crate) fn collection(value: Value, source: Source, crs: Option<Crs>, draft: &mut Draft) -> Option<Collection> {
    let mut members = match value {
        Value::Object(members) => members,
        other => {
            let reason = phrase!(
                "the file is {}, not a FeatureCollection; give a GeoJSON file",
                "文件内容是{}，不是 FeatureCollection；请给出 GeoJSON 文件",
                kind_of(&other)
            );
            draft.note(Finding::error("not-geojson", &source, "", reason));
            return None;
        }
    };
    let crs = match crs {
        Some(crs) => crs,
        None => declared_crs(members.get("crs"), &source, draft)?,
    };
    members.shift_remove("crs");
    let kind = members.shift_remove("type");
    let mut features = match (kind.as_ref().and_then(Value::as_str), members.shift_remove("features")) {
        (Some("FeatureCollection"), Some(Value::Array(features))) => features,
        (Some("Feature"), _) => {
            members.insert("type".to_owned(), Value::from("Feature"));
            vec![Value::Object(std::mem::take(&mut members))]
        }
        _ => {
            let reason = if members.contains_key("networks") {
                phrase!(
                    "the file is an OFDS package, not a map of features; import it as ofds",
                    "文件是 OFDS 数据包，不是要素地图；请按 ofds 导入"
                )
            } else {
                let given = kind.as_ref().and_then(Value::as_str).map_or_else(|| "untyped".to_owned(), shown);
                phrase!(
                    "the object is {given}, not a FeatureCollection with a list of features",
                    "对象为 {given}，不是含要素列表的 FeatureCollection"
                )
            };
            draft.note(Finding::error("not-geojson", &source, "type", reason));
            return None;
        }
    };
    if features.is_empty() {
        draft.note(Finding::warning(
            "no-features",
            &source,
            "features",
            phrase!("the collection has no features", "要素集中没有要素"),
        ));
    }
    members.shift_remove("bbox");
    let mut geometries: Vec<&mut Value> = features.iter_mut().filter_map(|f| f.get_mut("geometry")).collect();
    if !plausible::check(&mut geometries, crs, &source, draft) {
        return None;
    }
    plausible::check_columns(&features, crs, &source, draft);
    Some(Collection { source, crs, features, members })
}

/// The coordinate system that a GeoJSON `crs` or an OFDS `crs` object declares; CRS84 without one.
pub(crate) fn declared_crs(crs: Option<&Value>, source: &Source, draft: &mut Draft) -> Option<Crs> {
    let Some(crs) = crs.filter(|c| !c.is_null()) else { return Some(Crs::Wgs84) };
    let within = crs.get("properties").unwrap_or(crs);
    let names = [within.get("name"), within.get("uri"), within.get("href"), Some(within)];
    let names: Vec<&str> = names.into_iter().flatten().filter_map(Value::as_str).collect();
    let known = names.iter().find_map(|name| name.parse::<Crs>().ok());
    match known {
        Some(Crs::Wgs84) => {}
        Some(other) => {
            let reason = phrase!(
                "the coordinates are in {other}; they are converted and exported as CRS84",
                "坐标采用 {other}；已转换，导出为 CRS84"
            );
            draft.note(Finding::info("crs-converted", source, "crs", reason));
        }
        None => {
            let given = names.first().map_or_else(|| kind_of(crs), |name| Phrase::same(shown(name)));
            let reason = phrase!(
                "unknown coordinate system {}; accepted: {}; give one of them as crs",
                "未知坐标系 {}；可用：{}；请以 crs 指明",
                given,
                Crs::ACCEPTED
            );
            draft.note(Finding::error("unknown-crs", source, "crs", reason));
        }
    }
    known
}

/// Sorts the features of collections into points and lines.
pub(crate) fn collect(collections: Vec<Collection>, mapping: &Mapping, draft: &mut Draft) -> Collected {
    let mut found = Collected::default();
    for Collection { source, crs, features, members } in collections {
        let before = (found.nodes.len(), found.lines.len());
        let is_empty = features.is_empty();
        let called_nodes = members.get("name").and_then(Value::as_str).is_some_and(|name| name.ends_with("nodes"));
        let points = features.iter().filter(|f| kind_is(f, &["Point"])).count();
        let lines = features.iter().filter(|f| kind_is(f, &["LineString", "MultiLineString"])).count();
        let named = features.iter().filter(|f| names_ends(f)).count();
        let of_points = if points == lines { named == 0 } else { points > lines };
        let ids = if of_points { &mapping.nodes.id } else { &mapping.lines.id };
        for (at, feature) in features.into_iter().enumerate() {
            let source = source.record(at as u64 + 1, "");
            // A feature without a geometry is what its properties say, else what most are.
            let of_points = of_points && !names_ends(&feature);
            let Value::Object(feature) = feature else {
                let reason = phrase!("the feature is {}, not an object", "要素是{}，不是对象", kind_of(&feature));
                let finding = Finding::error("not-an-object", &source, "", reason);
                draft.note(finding.repairable(draft.repair(), phrase!("left it out", "已略去")));
                continue;
            };
            let id = feature.get("properties").and_then(Value::as_object).map(|p| ids.text(p)).unwrap_or_default();
            sort(feature, Source { record: id, ..source }, crs, of_points, &mut found, draft);
        }
        let only_nodes = found.lines.len() == before.1 && found.nodes.len() > before.0;
        let [with_nodes, with_lines] = &mut found.members;
        let kept = if only_nodes || (is_empty && called_nodes) { with_nodes } else { with_lines };
        for (key, value) in members {
            kept.entry(key).or_insert(value);
        }
    }
    found
}

fn kind_is(feature: &Value, kinds: &[&str]) -> bool {
    let kind = feature.get("geometry").and_then(|g| g.get("type")).and_then(Value::as_str);
    kind.is_some_and(|kind| kinds.contains(&kind))
}

/// Whether a feature names two ends, as only lines do.
fn names_ends(feature: &Value) -> bool {
    feature.get("properties").and_then(Value::as_object).is_some_and(ends_in)
}

fn ends_in(properties: &Object) -> bool {
    let has = |key| properties.contains_key(key);
    (has("from") && has("to")) || (has("start") && has("end"))
}

fn sort(mut feature: Object, source: Source, crs: Crs, of_points: bool, found: &mut Collected, draft: &mut Draft) {
    let geometry = feature.shift_remove("geometry").unwrap_or(Value::Null);
    let properties = match feature.shift_remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Object::new(),
    };
    feature.shift_remove("type");
    feature.shift_remove("bbox");
    let mut kept = Object::new();
    if !feature.is_empty() {
        kept.insert(FEATURE.to_owned(), Value::Object(feature));
    }
    let place = Place { source: &source, field: "geometry", crs };
    let kind = geometry.get("type").and_then(Value::as_str).map(str::to_owned);
    match kind.as_deref() {
        Some("Point") => {
            let vertex = geometry::point(&geometry, &place, draft);
            if let Some(altitudes) = vertex.and_then(|v| v.altitude_m) {
                kept.insert(ALTITUDES.to_owned(), Value::from(altitudes));
            }
            // Without a position nothing speaks for a node any more where two ends are named.
            if vertex.is_none() && ends_in(&properties) {
                found.lines.push(RawLine { source, runs: Vec::new(), properties, kept });
            } else {
                found.nodes.push(RawNode { source, vertex, properties, kept });
            }
        }
        Some("LineString" | "MultiLineString") => {
            let runs = geometry::runs(&geometry, &place, draft);
            keep_geometry(geometry, &runs, &mut kept);
            found.lines.push(RawLine { source, runs, properties, kept });
        }
        Some(other) => {
            let reason = phrase!(
                "a feature with a {} is neither a node nor a line; it is left out",
                "几何类型为 {} 的要素既不是节点也不是线路；已略去",
                shown(other)
            );
            draft.note(Finding::warning("unused-geometry", &source, "geometry", reason));
        }
        None => {
            let what = match of_points {
                true => phrase!("node without a place", "没有位置的节点"),
                false => phrase!("line without a course", "没有走向的线路"),
            };
            let reason = phrase!("the feature has no geometry; it is read as a {}", "要素没有几何；按{}读取", what);
            draft.note(Finding::warning("no-geometry", &source, "geometry", reason));
            kept.insert(GEOMETRY.to_owned(), geometry);
            if of_points {
                found.nodes.push(RawNode { source, vertex: None, properties, kept });
            } else {
                found.lines.push(RawLine { source, runs: Vec::new(), properties, kept });
            }
        }
    }
}

/// Keeps of a line's geometry what its runs do not say: that it is a MultiLineString of one part, or, where
/// parts were joined or positions left out, all of it.
fn keep_geometry(geometry: Value, runs: &[Run], kept: &mut Object) {
    let parts = match (geometry.get("type").and_then(Value::as_str), geometry.get("coordinates")) {
        (Some("MultiLineString"), Some(Value::Array(parts))) => parts.as_slice(),
        _ => &[],
    };
    let vertices = |part: &Value| part.as_array().map(Vec::len);
    match (runs, parts) {
        ([_], []) => {}
        ([run], [part]) if vertices(part) == Some(run.len()) => {
            kept.insert(GEOMETRY.to_owned(), Value::from("MultiLineString"));
        }
        _ => {
            kept.insert(GEOMETRY.to_owned(), geometry);
        }
    }
}

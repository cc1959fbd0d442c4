//! GeoJSON geometry to positions and back: one coordinate system in, WGS-84 out, nothing invented.

use linewright_model::crs::Crs;
use linewright_model::{Phrase, Position, phrase};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::geojson::json::kind_of;
use crate::length::distance_m;

/// Parts of a line whose ends are this close are one line, metres.
pub(crate) const TOUCH_M: f64 = 1.0;

/// A vertex: where, and how high where the source says (metres).
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Vertex {
    pub(crate) at: Position,
    pub(crate) altitude_m: Option<f64>,
}

/// A line's vertices in one run.
pub(crate) type Run = Vec<Vertex>;

/// Where findings about a geometry go.
pub(crate) struct Place<'a> {
    pub(crate) source: &'a Source,
    pub(crate) field: &'static str,
    pub(crate) crs: Crs,
}

/// A point's vertex. `None` with a finding when it cannot be used; a null geometry is no finding here.
pub(crate) fn point(geometry: &Value, place: &Place<'_>, draft: &mut Draft) -> Option<Vertex> {
    if geometry.is_null() {
        return None;
    }
    if geometry.get("type").and_then(Value::as_str) != Some("Point") {
        wrong_kind(geometry, "a Point", place, draft);
        return None;
    }
    vertex(geometry.get("coordinates").unwrap_or(&Value::Null), place, draft)
}

/// The runs of a LineString or MultiLineString, parts that touch joined; each has two vertices or more.
pub(crate) fn runs(geometry: &Value, place: &Place<'_>, draft: &mut Draft) -> Vec<Run> {
    let coordinates = geometry.get("coordinates").and_then(Value::as_array);
    let parts: Vec<&Vec<Value>> = match (geometry.get("type").and_then(Value::as_str), coordinates) {
        (Some("LineString"), Some(list)) => vec![list],
        (Some("MultiLineString"), Some(list)) => list.iter().filter_map(Value::as_array).collect(),
        _ => {
            if !geometry.is_null() {
                wrong_kind(geometry, "a LineString or MultiLineString with coordinates", place, draft);
            }
            return Vec::new();
        }
    };
    let mut read = Vec::new();
    for part in parts {
        let run: Run = part.iter().filter_map(|v| vertex(v, place, draft)).collect();
        if run.len() >= 2 {
            read.push(run);
        } else if run.len() == part.len() {
            let reason = phrase!(
                "a line has two positions or more; this part has fewer and is left out",
                "线路至少有两个点；该部分不足，已略去"
            );
            draft.note(Finding::warning("short-line", place.source, place.field, reason));
        }
    }
    join(read)
}

fn wrong_kind(geometry: &Value, wanted: &str, place: &Place<'_>, draft: &mut Draft) {
    let named = geometry.get("type").and_then(Value::as_str);
    let given = named.map_or_else(|| kind_of(geometry), |name| Phrase::same(shown(name)));
    let reason = phrase!(
        "the geometry is {}, not {wanted}; it is kept for export and not used",
        "几何为 {}，应为 {wanted}；仅保留供导出，不使用",
        given
    );
    draft.note(Finding::warning("wrong-geometry", place.source, place.field, reason));
}

fn vertex(value: &Value, place: &Place<'_>, draft: &mut Draft) -> Option<Vertex> {
    let numbers = value.as_array().map_or(&[][..], Vec::as_slice);
    let (Some(x), Some(y)) = (numbers.first().and_then(Value::as_f64), numbers.get(1).and_then(Value::as_f64)) else {
        let reason = phrase!(
            "a position is two numbers, not {}; correct it",
            "位置应为两个数，而不是{}；请更正",
            kind_of(value)
        );
        let finding = Finding::error("bad-coordinate", place.source, place.field, reason);
        draft.note(finding.repairable(draft.repair(), phrase!("left the position out", "已略去位置")));
        return None;
    };
    let altitude_m = numbers.get(2).and_then(Value::as_f64);
    let error = match place.crs.to_wgs84(x, y) {
        Ok(at) => return Some(Vertex { at: Position::new(at.lon_deg, at.lat_deg).ok()?, altitude_m }),
        Err(error) => error,
    };
    let swapped = place.crs.looks_swapped(x, y);
    let finding = Finding::error("outside-world", place.source, place.field, error.phrase());
    let done = if swapped {
        phrase!("swapped the two numbers", "已交换两个数")
    } else {
        phrase!("left the position out", "已略去位置")
    };
    draft.note(finding.repairable(draft.repair(), done));
    let at = place.crs.to_wgs84(y, x).ok().filter(|_| swapped && draft.repair())?;
    Some(Vertex { at: Position::new(at.lon_deg, at.lat_deg).ok()?, altitude_m })
}

/// Joins parts whose ends touch, turning a part round where that makes it fit; the others stay runs of their own.
fn join(parts: Vec<Run>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for mut part in parts {
        // A bound on the comparisons that a line of very many scattered parts costs.
        let touching = runs.iter_mut().rev().take(1_000).find_map(|run| touch(run, &part).map(|how| (run, how)));
        let Some((run, how)) = touching else {
            runs.push(part);
            continue;
        };
        if matches!(how, Touch::TailToTail | Touch::HeadToHead) {
            part.reverse();
        }
        if matches!(how, Touch::TailToHead | Touch::TailToTail) {
            run.append(&mut part);
        } else {
            part.append(run);
            *run = part;
        }
    }
    runs
}

/// Which end of a run meets which end of a part.
enum Touch {
    TailToHead,
    TailToTail,
    HeadToTail,
    HeadToHead,
}

fn touch(run: &Run, part: &Run) -> Option<Touch> {
    let (head, tail) = (run.first()?.at, run.last()?.at);
    let (first, last) = (part.first()?.at, part.last()?.at);
    let near = |a, b| distance_m(a, b) <= TOUCH_M;
    if near(tail, first) {
        Some(Touch::TailToHead)
    } else if near(tail, last) {
        Some(Touch::TailToTail)
    } else if near(head, last) {
        Some(Touch::HeadToTail)
    } else {
        near(head, first).then_some(Touch::HeadToHead)
    }
}

/// The altitudes of a run as they are kept beside its course: one number when all agree, else a list.
pub(crate) fn altitudes(run: &[Vertex]) -> Option<Value> {
    let first = run.iter().find_map(|v| v.altitude_m)?;
    if run.iter().all(|v| v.altitude_m == Some(first)) {
        return Some(json!(first));
    }
    Some(run.iter().map(|v| json!(v.altitude_m)).collect())
}

/// A course with the altitudes kept beside it; altitudes that no longer fit the course are dropped.
pub(crate) fn with_altitudes(course: &[Position], kept: Option<&Value>) -> Run {
    let altitude_m = |at: usize| match kept {
        Some(Value::Array(list)) if list.len() == course.len() => list.get(at).and_then(Value::as_f64),
        Some(Value::Array(_)) | None => None,
        Some(all) => all.as_f64(),
    };
    course.iter().enumerate().map(|(n, at)| Vertex { at: *at, altitude_m: altitude_m(n) }).collect()
}

/// One position as GeoJSON coordinates.
pub(crate) fn coordinates(vertex: &Vertex) -> Value {
    let (lon, lat) = (vertex.at.lon_deg(), vertex.at.lat_deg());
    match vertex.altitude_m {
        Some(m) => json!([lon, lat, m]),
        None => json!([lon, lat]),
    }
}

/// A Point geometry.
pub(crate) fn point_json(vertex: &Vertex) -> Value {
    json!({"type": "Point", "coordinates": coordinates(vertex)})
}

/// A LineString geometry.
pub(crate) fn line_json(run: &[Vertex]) -> Value {
    let coordinates: Vec<Value> = run.iter().map(coordinates).collect();
    json!({"type": "LineString", "coordinates": coordinates})
}

/// The course of a run.
pub(crate) fn course(run: &[Vertex]) -> Vec<Position> {
    run.iter().map(|v| v.at).collect()
}

/// The foot of a position on the leg from `a` to `b`, taken as straight on a local plane: good to well under
/// 1 % for legs of some tens of kilometres.
pub(crate) fn foot(from: Position, a: Position, b: Position) -> Position {
    let scale = from.lat_deg().to_radians().cos();
    let (ax, ay) = ((a.lon_deg() - from.lon_deg()) * scale, a.lat_deg() - from.lat_deg());
    let (dx, dy) = ((b.lon_deg() - a.lon_deg()) * scale, b.lat_deg() - a.lat_deg());
    let squared = dx * dx + dy * dy;
    let t = if squared > 0.0 { (-(ax * dx + ay * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
    let between = |p: f64, q: f64| p + (q - p) * t;
    // Between two positions of the world, so inside it; `a` stands in should rounding ever disagree.
    Position::new(between(a.lon_deg(), b.lon_deg()), between(a.lat_deg(), b.lat_deg())).unwrap_or(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(geometry: Value, repair: bool, lengths: &[usize], codes: &[&str]) {
        let mut draft = Draft::new(repair);
        let source = Source::file("a.geojson");
        let place = Place { source: &source, field: "geometry", crs: Crs::Wgs84 };
        let found: Vec<usize> = runs(&geometry, &place, &mut draft).iter().map(Vec::len).collect();
        assert_eq!(found, lengths, "{geometry}");
        let mut given: Vec<&str> = draft.findings().iter().map(|f| f.code).collect();
        given.dedup();
        assert_eq!(given, codes, "{geometry}");
    }

    #[test]
    fn parts_that_touch_become_one_run() {
        let multi = |c: Value| json!({"type": "MultiLineString", "coordinates": c});
        check(json!({"type": "LineString", "coordinates": [[1, 2], [1, 3]]}), false, &[2], &[]);
        check(multi(json!([[[0, 0], [0, 1]], [[0, 1], [0, 2]]])), false, &[4], &[]);
        check(multi(json!([[[0, 0], [0, 1]], [[0, 2], [0, 1]]])), false, &[4], &[]);
        check(multi(json!([[[0, 1], [0, 2]], [[0, 0], [0, 1]]])), false, &[4], &[]);
        check(multi(json!([[[0, 1], [0, 2]], [[0, 1], [0, 0]]])), false, &[4], &[]);
        check(multi(json!([[[0, 0], [0, 1]], [[5, 5], [5, 6]]])), false, &[2, 2], &[]);
        check(Value::Null, false, &[], &[]);
    }

    #[test]
    fn broken_geometry_is_a_finding() {
        let line = |c: Value| json!({"type": "LineString", "coordinates": c});
        check(line(json!([[0, 0], [0, 95], [0, 1]])), false, &[2], &["outside-world"]);
        check(line(json!([[32, 120], [31, 121]])), false, &[], &["outside-world"]);
        check(line(json!([[32, 120], [31, 121]])), true, &[2], &["outside-world"]);
        check(line(json!([[0, 0], [null, 1], [0, 1]])), true, &[2], &["bad-coordinate"]);
        check(line(json!([[0, 0]])), false, &[], &["short-line"]);
        check(line(json!([])), false, &[], &["short-line"]);
        check(line(json!("x")), false, &[], &["wrong-geometry"]);
        check(json!({"type": "Point", "coordinates": [0, 0]}), false, &[], &["wrong-geometry"]);
        check(json!(7), false, &[], &["wrong-geometry"]);
    }

    #[test]
    fn altitudes_come_back() {
        let at = |lon: f64, altitude_m| Vertex { at: Position::new(lon, 0.0).unwrap(), altitude_m };
        for run in [
            vec![at(0.0, Some(0.0)), at(1.0, Some(0.0))],
            vec![at(0.0, Some(3.5)), at(1.0, None)],
            vec![at(0.0, None), at(1.0, None)],
        ] {
            assert_eq!(with_altitudes(&course(&run), altitudes(&run).as_ref()), run);
        }
    }
}

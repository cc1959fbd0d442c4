//! Whether the positions of a whole file can be right: a wrong coordinate system or axis order shows in most of them.

use linewright_model::crs::Crs;
use linewright_model::phrase;
use serde_json::Value;

use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::geojson::geometry;
use crate::geojson::json::Object;

/// Fewer impossible positions than this are faults of single records.
const LEAST: usize = 3;
/// A column and a geometry that differ by more than this mean different positions, degrees; the systems in use
/// differ by less.
const FAR_DEG: f64 = 0.02;

/// How many positions there are, and how many of them are impossible.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Tally {
    all: usize,
    impossible: usize,
    /// Of the impossible ones, those that are possible the other way round.
    swapped: usize,
}

impl Tally {
    fn count(&mut self, value: &Value, crs: Crs) {
        let Some(list) = value.as_array() else { return };
        match (list.first().and_then(Value::as_f64), list.get(1).and_then(Value::as_f64)) {
            (Some(x), Some(y)) => {
                self.all += 1;
                if crs.to_wgs84(x, y).is_err() {
                    self.impossible += 1;
                    self.swapped += usize::from(crs.looks_swapped(x, y));
                }
            }
            _ => list.iter().for_each(|inner| self.count(inner, crs)),
        }
    }
}

/// Says so where most positions of the geometries are impossible in this system, once for all of them.
///
/// Two numbers that are all the wrong way round are turned by a repairing import. With another fault nothing can
/// be read: `false`.
pub(crate) fn check(geometries: &mut [&mut Value], crs: Crs, source: &Source, draft: &mut Draft) -> bool {
    let mut tally = Tally::default();
    for coordinates in geometries.iter().filter_map(|geometry| geometry.get("coordinates")) {
        tally.count(coordinates, crs);
    }
    let Tally { all, impossible, swapped } = tally;
    if impossible < LEAST || impossible * 2 <= all {
        return true;
    }
    if swapped == impossible {
        let reason = phrase!(
            "{impossible} of {all} positions are impossible, but possible with their two numbers swapped: \
             the axis order is probably wrong; write longitude first",
            "{all} 个位置中有 {impossible} 个不可能存在，对调两数后则可能：坐标轴顺序可能有误；请先写经度"
        );
        let finding = Finding::error("swapped-axes", source, "geometry", reason);
        draft.note(finding.repairable(
            draft.repair(),
            phrase!("swapped the two numbers of every position", "已交换每个位置的两个数"),
        ));
        if draft.repair() {
            geometries.iter_mut().filter_map(|geometry| geometry.get_mut("coordinates")).for_each(swap);
        }
        return draft.repair();
    }
    let accepted = Crs::ACCEPTED;
    let reason = phrase!(
        "{impossible} of {all} positions are impossible in {crs}: the coordinate system or the axis order is probably \
         wrong; give the right system as crs ({accepted})",
        "{all} 个位置中有 {impossible} 个在 {crs} 中不可能存在：坐标系或坐标轴顺序可能有误；请以 crs 指明坐标系（{accepted}）"
    );
    draft.note(Finding::error("wrong-crs", source, "geometry", reason));
    false
}

fn swap(coordinates: &mut Value) {
    let Some(list) = coordinates.as_array_mut() else { return };
    if list.len() >= 2 && list.iter().take(2).all(Value::is_number) {
        list.swap(0, 1);
    } else {
        list.iter_mut().for_each(swap);
    }
}

/// Says so where the columns of most points that give longitude and latitude contradict the geometry.
pub(crate) fn check_columns(features: &[Value], crs: Crs, source: &Source, draft: &mut Draft) {
    let (mut all, mut swapped, mut elsewhere) = (0_usize, 0_usize, 0_usize);
    for feature in features {
        let columns = feature.get("properties").and_then(Value::as_object).and_then(columns);
        let Some(([lon, lat], at)) = columns.zip(position(feature, crs)) else { continue };
        let near = |a: f64, b: f64| (a - b).abs() <= FAR_DEG;
        all += 1;
        if near(lon, at.lat_deg()) && near(lat, at.lon_deg()) && !(near(lon, at.lon_deg()) && near(lat, at.lat_deg())) {
            swapped += 1;
        } else if !(near(lon, at.lon_deg()) && near(lat, at.lat_deg())) {
            elsewhere += 1;
        }
    }
    if (swapped + elsewhere) * 2 <= all {
        return;
    }
    let reason = if swapped >= elsewhere {
        phrase!(
            "{swapped} of {all} points have their longitude and latitude columns the other way round than their \
             geometry: one of them is swapped",
            "{all} 个点中有 {swapped} 个的经纬度列与几何相反：两者之一颠倒了"
        )
    } else {
        phrase!(
            "{elsewhere} of {all} points stand elsewhere than their longitude and latitude columns say: \
             the coordinate system is probably not {crs}; give the right one as crs",
            "{all} 个点中有 {elsewhere} 个的位置与其经纬度列不符：坐标系可能不是 {crs}；请以 crs 指明"
        )
    };
    draft.note(Finding::warning("contradicts-columns", source, "geometry", reason));
}

/// Longitude and latitude as columns give them, degrees.
fn columns(properties: &Object) -> Option<[f64; 2]> {
    let number = |names: &[&str]| {
        let named = |key: &str| names.iter().any(|name| key.eq_ignore_ascii_case(name));
        let (_, value) = properties.iter().find(|(key, _)| named(key))?;
        value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
    };
    Some([number(&["longitude", "lon", "lng", "long"])?, number(&["latitude", "lat"])?])
}

fn position(feature: &Value, crs: Crs) -> Option<linewright_model::Position> {
    let geometry =
        feature.get("geometry").filter(|geometry| geometry.get("type").is_some_and(|kind| kind == "Point"))?;
    let (source, mut unheard) = (Source::default(), Draft::new(false));
    let place = geometry::Place { source: &source, field: "geometry", crs };
    geometry::point(geometry, &place, &mut unheard).map(|vertex| vertex.at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check_points(points: &[[f64; 2]], crs: &str, repair: bool, expected: (bool, &[&str], [f64; 2])) {
        let mut points: Vec<Value> = points.iter().map(|at| json!({"type": "Point", "coordinates": at})).collect();
        let mut draft = Draft::new(repair);
        let mut given: Vec<&mut Value> = points.iter_mut().collect();
        let usable = check(&mut given, crs.parse().unwrap(), &Source::file("a"), &mut draft);
        let codes: Vec<&str> = draft.findings().iter().map(|finding| finding.code).collect();
        let first: [f64; 2] = serde_json::from_value(points[0]["coordinates"].clone()).unwrap();
        assert_eq!((usable, &codes[..], first), expected);
    }

    #[test]
    fn most_positions_being_impossible_is_one_fault() {
        let degrees = [[-1.2, 5.1], [-0.7, 6.5], [-2.0, 7.0]];
        check_points(&degrees, "wgs84", false, (true, &[], degrees[0]));
        for repair in [false, true] {
            check_points(&degrees, "gk3:120", repair, (false, &["wrong-crs"], degrees[0]));
        }
        check_points(&degrees[..2], "gk3:120", true, (true, &[], degrees[0]));
        let swapped = [[32.0, 120.9], [31.9, 120.8], [31.8, 121.0]];
        check_points(&swapped, "wgs84", false, (false, &["swapped-axes"], [32.0, 120.9]));
        check_points(&swapped, "wgs84", true, (true, &["swapped-axes"], [120.9, 32.0]));
        let few = [[120.9, 32.0], [120.9, 32.0], [120.9, 32.0], [32.0, 120.9], [500.0, 120.9], [0.0, 99.0]];
        check_points(&few, "wgs84", true, (true, &[], few[0]));
    }

    #[test]
    fn columns_that_contradict_the_geometry_are_said() {
        let check = |at: [f64; 2], expected: Option<&str>| {
            let geometry = json!({"type": "Point", "coordinates": at});
            let feature = json!({"properties": {"Longitude": "-1.2", "latitude": 5.1}, "geometry": geometry});
            let mut draft = Draft::new(false);
            check_columns(&[feature], Crs::Wgs84, &Source::file("a"), &mut draft);
            let reasons: Vec<String> = draft.findings().iter().map(|finding| finding.reason.en.clone()).collect();
            assert_eq!(reasons.len(), usize::from(expected.is_some()), "{reasons:?}");
            assert!(expected.is_none_or(|expected| reasons[0].contains(expected)), "{reasons:?}");
        };
        check([-1.2, 5.1], None);
        check([-1.205, 5.095], None);
        check([5.1, -1.2], Some("the other way round"));
        check([8.0, 5.1], Some("as crs"));
    }
}

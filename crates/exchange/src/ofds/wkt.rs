//! Well-known text of points and lines as GeoJSON geometry.
//!
//! Read here and not by a library: those we know descend into nested collections without a bound.

use serde_json::{Value, json};

/// The geometry that a text says; `None` when it is no point or line.
pub(crate) fn geometry(text: &str) -> Option<Value> {
    // PostGIS writes the number of the system in front; OFDS has it in the network.
    let text = text.trim();
    let text = match text.split_once(';') {
        Some((srid, rest)) if srid.trim_start().to_ascii_uppercase().starts_with("SRID=") => rest.trim(),
        _ => text,
    };
    let (kind, body) = text.split_at_checked(text.find('(')?)?;
    let mut words = kind.split_ascii_whitespace();
    let kind = words.next()?.to_ascii_uppercase();
    let flat = kind.strip_suffix("ZM").or(kind.strip_suffix('Z')).unwrap_or(&kind);
    if words.any(|word| !matches!(word.to_ascii_uppercase().as_str(), "Z" | "M" | "ZM")) {
        return None;
    }
    let body = body.strip_prefix('(')?.strip_suffix(')')?.trim();
    match flat {
        "POINT" => Some(json!({"type": "Point", "coordinates": position(body)?})),
        "LINESTRING" => Some(json!({"type": "LineString", "coordinates": positions(body)?})),
        "MULTILINESTRING" => {
            let body = body.strip_prefix('(')?.strip_suffix(')')?;
            let parts = body.split(')').enumerate().map(|(at, part)| {
                let part = part.trim_start();
                let part = if at == 0 { part } else { part.strip_prefix(',')?.trim_start().strip_prefix('(')? };
                positions(part)
            });
            Some(json!({"type": "MultiLineString", "coordinates": parts.collect::<Option<Vec<Value>>>()?}))
        }
        _ => None,
    }
}

fn positions(text: &str) -> Option<Value> {
    text.split(',').map(position).collect()
}

fn position(text: &str) -> Option<Value> {
    let numbers: Option<Vec<f64>> = text.split_ascii_whitespace().map(|word| word.parse().ok()).collect();
    let numbers = numbers.filter(|numbers| (2..=4).contains(&numbers.len()))?;
    Some(numbers.into_iter().take(3).map(Value::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_lines_are_read() {
        let check = |text: &str, kind: &str, coordinates: Value| {
            assert_eq!(geometry(text), Some(json!({"type": kind, "coordinates": coordinates})), "{text}");
        };
        check("POINT (-0.174 5.625)", "Point", json!([-0.174, 5.625]));
        check(" point z(1 2 3) ", "Point", json!([1.0, 2.0, 3.0]));
        check("SRID=4326;POINTZ(1 2 3)", "Point", json!([1.0, 2.0, 3.0]));
        check("LINESTRING (1 2, 3 4)", "LineString", json!([[1.0, 2.0], [3.0, 4.0]]));
        let parts = json!([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]);
        check("MULTILINESTRING((1 2,3 4), (5 6,7 8))", "MultiLineString", parts);
    }

    #[test]
    fn what_is_no_point_or_line_is_none() {
        for text in [
            "",
            "POINT",
            "POINT EMPTY",
            "POINT (1)",
            "POINT (1 x)",
            "POINT (1 2",
            "POINT OF (1 2)",
            "LINESTRING (1 2 3 4 5)",
            "MULTILINESTRING (1 2, 3 4)",
            "MULTILINESTRING ((1 2, 3 4) (5 6, 7 8))",
            "POLYGON ((1 2, 3 4, 5 6, 1 2))",
            "GEOMETRYCOLLECTION (POINT (1 2))",
        ] {
            assert_eq!(geometry(text), None, "{text}");
        }
    }
}

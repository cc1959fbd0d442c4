//! Column mapping of a plain map: which property says what, with defaults that know the common names.

use linewright_model::{PlaceKind, SpanKind, Stage, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::plain;
use crate::geojson::json::{Object, text_of};
use crate::geojson::words;

/// Which columns mean what, as a TOML file gives it; whatever it leaves out has a default.
///
/// Column names are tried in order, letter case aside; the first that says something counts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// A line's end belongs to the nearest node within this distance, metres.
    pub snap_m: f64,
    /// A node this near to the inside of a line is on it, metres: the line is two lines that meet there.
    pub cut_m: f64,
    /// Columns of points.
    pub nodes: NodeColumns,
    /// Columns of lines.
    pub lines: LineColumns,
}

/// One name or several, tried in order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Columns {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// Columns of points.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each field is named after what the column says")]
pub struct NodeColumns {
    pub id: Columns,
    pub name: Columns,
    pub kind: Columns,
    pub status: Columns,
    pub operator: Columns,
    pub region: Columns,
    pub within: Columns,
}

/// Columns of lines.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each field is named after what the column says")]
pub struct LineColumns {
    pub id: Columns,
    pub name: Columns,
    pub from: Columns,
    pub to: Columns,
    pub kind: Columns,
    pub medium: Columns,
    pub status: Columns,
    pub operator: Columns,
    pub length_m: Columns,
    pub length_km: Columns,
    pub cores: Columns,
    pub fibre: Columns,
}

impl Default for Mapping {
    fn default() -> Self {
        Self { snap_m: 100.0, cut_m: 10.0, nodes: NodeColumns::default(), lines: LineColumns::default() }
    }
}

fn columns(names: &[&str]) -> Columns {
    Columns::Several(names.iter().map(|n| (*n).to_owned()).collect())
}

const STATUS: [&str; 5] = ["status", "node_status", "line_status", "stage", "type_infr"];
const OPERATOR: [&str; 5] = ["operator_name", "operator", "owner", "unit", "provider"];

impl Default for NodeColumns {
    fn default() -> Self {
        Self {
            id: columns(&["node_id", "id", "code", "uuid", "fid"]),
            name: columns(&["name", "node_name", "label", "site_name"]),
            kind: columns(&["kind", "node_type", "type", "category"]),
            status: columns(&STATUS),
            operator: columns(&OPERATOR),
            region: columns(&["district", "county", "region", "province", "state"]),
            within: columns(&["within"]),
        }
    }
}

impl Default for LineColumns {
    fn default() -> Self {
        Self {
            id: columns(&["line_id", "link_id", "id", "code", "uuid", "fid"]),
            name: columns(&["name", "line_name", "link_name", "label"]),
            from: columns(&["from", "start", "from_node", "node_a", "a_end", "a"]),
            to: columns(&["to", "end", "to_node", "node_b", "z_end", "b", "z"]),
            kind: columns(&["kind", "deployment", "installation", "laying", "line_type"]),
            medium: columns(&["medium", "infrastructure_type", "transmission_medium", "type_infr"]),
            status: columns(&STATUS),
            operator: columns(&OPERATOR),
            length_m: columns(&["length_m", "distance", "distance_m"]),
            length_km: columns(&["length_km", "distance_km"]),
            cores: columns(&["cores", "core_count", "fibre_count", "fiber_count", "fibrecount"]),
            fibre: columns(&["fibre", "fibre_type", "fiber_type", "fibretype"]),
        }
    }
}

impl Columns {
    fn names(&self) -> &[String] {
        match self {
            Columns::One(name) => std::slice::from_ref(name),
            Columns::Several(names) => names,
        }
    }

    /// The column that says something, with what it says.
    fn find<'a>(&self, properties: &'a Object) -> Option<(&'a str, &'a Value)> {
        self.names().iter().find_map(|name| {
            let exact = properties.get_key_value(name.as_str());
            let found = exact.or_else(|| properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)))?;
            text_of(found.1).map(|_| (found.0.as_str(), found.1))
        })
    }

    /// What the column says, empty for nothing.
    pub(crate) fn text(&self, properties: &Object) -> Text {
        self.find(properties).and_then(|(_, value)| text_of(value)).unwrap_or_default()
    }

    fn number(&self, properties: &Object) -> Option<f64> {
        let (_, value) = self.find(properties)?;
        let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
        (number.is_finite() && number >= 0.0).then_some(number)
    }

    /// Writes a value to the column that said it before, else to the first that is there, else to a new one.
    pub(crate) fn set(&self, properties: &mut Object, value: Value) {
        let there = || self.names().iter().find(|name| properties.contains_key(name.as_str())).cloned();
        let name = self.find(properties).map(|(name, _)| name.to_owned()).or_else(there);
        if let Some(name) = name.or_else(|| self.names().first().cloned()) {
            properties.insert(name, value);
        }
    }
}

/// What a point's columns say, in the model's terms.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct NodeFields {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) kind: Option<PlaceKind>,
    pub(crate) stage: Stage,
    pub(crate) unit: Text,
    pub(crate) region: Text,
    /// Id of the node it stands in, as a closure in a manhole.
    pub(crate) within: Text,
}

/// What a line's columns say, in the model's terms.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LineFields {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) from: Text,
    pub(crate) to: Text,
    pub(crate) kind: SpanKind,
    pub(crate) medium: Text,
    pub(crate) stage: Stage,
    pub(crate) unit: Text,
    pub(crate) length_m: Option<f64>,
    pub(crate) cores: Option<u32>,
    pub(crate) fibre: Text,
}

/// A stage word that is not understood.
pub(crate) fn unknown_status(columns: &Columns, properties: &Object) -> Option<Text> {
    let status = columns.text(properties);
    (!status.is_empty() && words::stage_of(&status).is_none()).then_some(status)
}

impl NodeColumns {
    pub(crate) fn read(&self, properties: &Object) -> NodeFields {
        NodeFields {
            id: self.id.text(properties),
            name: self.name.text(properties),
            kind: words::place_kind_of(&self.kind.text(properties)),
            stage: words::stage_of(&self.status.text(properties)).unwrap_or_default(),
            unit: self.operator.text(properties),
            region: self.region.text(properties),
            within: self.within.text(properties),
        }
    }
}

/// More cores than any cable made.
const MAX_CORES: f64 = 10_000.0;

impl LineColumns {
    pub(crate) fn read(&self, properties: &Object) -> LineFields {
        let (from, to) = (self.from.text(properties), self.to.text(properties));
        let mut name = self.name.text(properties);
        if name.is_empty() && !from.is_empty() && !to.is_empty() {
            name = Text::from(format!("{from} – {to}"));
        }
        let km = || self.length_km.number(properties).map(|km| km * 1000.0).filter(|m| m.is_finite());
        let cores = self.cores.number(properties).filter(|n| n.fract() == 0.0 && (1.0..=MAX_CORES).contains(n));
        LineFields {
            id: self.id.text(properties),
            name,
            from,
            to,
            kind: words::span_kind_of(&self.kind.text(properties)).unwrap_or(SpanKind::Unrecorded),
            medium: self.medium.text(properties),
            stage: words::stage_of(&self.status.text(properties)).unwrap_or_default(),
            unit: self.operator.text(properties),
            length_m: self.length_m.number(properties).or_else(km),
            cores: cores.map(|n| n as u32),
            fibre: Text::from(words::fibre_of(&self.fibre.text(properties))),
        }
    }
}

/// Why a mapping file cannot be used.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum MappingError {
    /// Not the TOML that is wanted.
    #[error("the column mapping cannot be read: {0}")]
    NotToml(String),
    /// A tolerance that is no distance.
    #[error("{name} is {given} m; give 0 to 20000 m")]
    Tolerance {
        /// Which.
        name: &'static str,
        /// As given.
        given: f64,
    },
}

impl Mapping {
    /// The mapping of a TOML file.
    ///
    /// # Errors
    /// Unknown keys, wrong types, tolerances that are no distances.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = toml::from_str(text).map_err(|e| MappingError::NotToml(plain(&e.to_string())))?;
        for (name, given) in [("snap_m", mapping.snap_m), ("cut_m", mapping.cut_m)] {
            if !(0.0..=20_000.0).contains(&given) {
                return Err(MappingError::Tolerance { name, given });
            }
        }
        Ok(mapping)
    }

    /// Every key of a mapping file with its default, as TOML.
    pub fn defaults_as_toml() -> String {
        // Numbers and lists of text always have a TOML form.
        toml::to_string(&Self::default()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_defaults_read_common_columns() {
        let line = LineColumns::default().read(&object(
            r#"{"Line_ID": 7, "status": "Planned", "operator_name": "Unknown", "from": "A", "to": "B",
                "distance": "4829", "fibre_count": 48, "fibre_type": "G.652.D", "kind": "aerial"}"#,
        ));
        assert_eq!((&*line.id, &*line.name, &*line.unit), ("7", "A – B", ""));
        assert_eq!((line.stage, line.length_m, line.cores), (Stage::Planned, Some(4829.0), Some(48)));
        assert_eq!((line.kind, &*line.fibre), (SpanKind::PoleLine, "G.652D"));
        let node = NodeColumns::default().read(&object(r#"{"node_id": "n", "name": "<NA>", "type": "POP"}"#));
        assert_eq!((&*node.id, &*node.name), ("n", ""));
        let line = LineColumns::default().read(&object(r#"{"cores": 1e99, "distance": "-3", "length_km": 2}"#));
        assert_eq!((line.cores, line.length_m), (None, Some(2000.0)));
    }

    #[test]
    fn a_mapping_file_says_only_what_differs() {
        let given = "snap_m = 5\n[lines]\nid = \"REF\"\nlength_km = [\"LEN\"]";
        let mapping = Mapping::from_toml(given).unwrap();
        assert_eq!((mapping.snap_m, mapping.cut_m), (5.0, 10.0));
        let line = mapping.lines.read(&object(r#"{"REF": "x", "LEN": 1.5, "from": "A"}"#));
        assert_eq!((&*line.id, line.length_m, &*line.from), ("x", Some(1500.0), "A"));
        for wrong in ["snap_m = -1", "snap_m = nan", "[lines]\nidd = \"x\"", "snap_m = \"x\"", "["] {
            assert!(Mapping::from_toml(wrong).is_err(), "{wrong}");
        }
        let error = Mapping::from_toml("snap_m = \"x\"").unwrap_err().to_string();
        assert!(error.contains("a number such as 100 is expected, not the text \"x\""), "{error}");
        assert_eq!(Mapping::from_toml(&Mapping::defaults_as_toml()), Ok(Mapping::default()));
    }

    #[test]
    fn a_value_goes_back_to_its_column() {
        let check = |given: &str, expected: &str| {
            let mut properties = object(given);
            columns(&["status", "node_status"]).set(&mut properties, Value::from("Planned"));
            assert_eq!(properties, object(expected));
        };
        check(r#"{"NODE_STATUS": "x", "status": null}"#, r#"{"NODE_STATUS": "Planned", "status": null}"#);
        check(r#"{"node_status": null}"#, r#"{"node_status": "Planned"}"#);
        check("{}", r#"{"status": "Planned"}"#);
    }
}

//! Any network as OFDS 0.4: each data set a network, places as nodes, cables (and spans without any) as spans.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use linewright_model::{Network, Place, PlaceId, Tag};
use serde_json::{Value, json};

use crate::geojson::collect::{ALTITUDES, OURS};
use crate::geojson::geometry::{Run, Vertex, line_json, point_json};
use crate::geojson::import::cable_length_m;
use crate::geojson::json::Object;
use crate::geojson::view::{self, Group, Line, member};
use crate::geojson::words;
use crate::ofds::codes;
use crate::ofds::import::{CRS_NAME, CRS_URI};
use crate::ofds::schema::{self, set_apart};
use crate::ofds::uuid;

/// Address of the schema that every export follows.
pub(crate) const SCHEMA: &str = "https://standard.ofds.info/en/0__4__0/network-schema.json";
/// Member in which attributes of a source that is not OFDS are given.
const PROPERTIES: &str = "properties";

/// The networks of an export: one for each data set, and one for the records of none, called `name`.
pub(crate) fn networks(network: &Network, only: Option<&str>, name: &str) -> Vec<Value> {
    let groups = view::groups(network, only);
    groups.iter().map(|group| Value::Object(Writer::new(network, group).network(name))).collect()
}

struct Writer<'a> {
    network: &'a Network,
    group: &'a Group<'a>,
    /// Whether the records came from OFDS, so that their `extra` are its members.
    from_ofds: bool,
    /// The id of each place in this network.
    ids: BTreeMap<PlaceId, String>,
    /// Units named, so that organisations list them.
    units: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    fn new(network: &'a Network, group: &'a Group<'a>) -> Self {
        let from_ofds = group.dataset.is_some_and(|(_, dataset)| dataset.format.starts_with("ofds"));
        let key = group.dataset.map(|(id, _)| id);
        let mut ids: BTreeMap<PlaceId, String> = BTreeMap::new();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let (own, others): (Vec<_>, Vec<_>) = group.places.iter().partition(|(_, place)| place.tag.dataset == key);
        for (id, place) in own.into_iter().chain(others) {
            let dataset = place.tag.dataset.and_then(|id| network.get(id)).map_or("", |d| &d.tag.code);
            let mut code = place.tag.code.to_string();
            if taken.contains(&code) {
                code = format!("{dataset}/{code}");
            }
            while !taken.insert(code.clone()) {
                code.push('#');
            }
            ids.insert(id, code);
        }
        Self { network, group, from_ofds, ids, units: BTreeSet::new() }
    }

    fn network(mut self, name: &str) -> Object {
        let name = if name.is_empty() { "network" } else { name };
        let tag = self.group.dataset.map(|(_, dataset)| &dataset.tag);
        let code = tag.map_or(name, |tag| &tag.code);
        let mut kept = tag.and_then(|tag| tag.extra.as_ref()).map(|extra| (**extra).clone()).unwrap_or_default();
        if !self.from_ofds {
            kept.clear();
        }
        let mut out = Object::new();
        if uuid::is_uuid(code) {
            out.insert("id".to_owned(), json!(code));
        } else {
            out.insert("id".to_owned(), json!(uuid::of(code)));
            if kept.contains_key("identifier") {
                set_apart(&mut kept, "id", json!(code));
            } else {
                out.insert("identifier".to_owned(), json!(code));
            }
        }
        let label = tag.map_or(name, |tag| if self.from_ofds { &tag.name } else { tag.label() });
        put_text(&mut out, "name", label);
        let nodes: Vec<Value> = self.group.places.iter().map(|(id, place)| self.node(*id, place)).collect();
        let spans: Vec<Value> = self.group.lines.iter().filter_map(|line| self.span(line)).collect();
        let drawn = nodes.iter().any(|n| n.get("location").is_some()) || spans.iter().any(|s| s.get("route").is_some());
        let organisations = self.organisations(&mut kept);
        for (key, list) in [("nodes", nodes), ("spans", spans), ("organisations", organisations)] {
            if !list.is_empty() {
                out.insert(key.to_owned(), Value::Array(list));
            }
        }
        let links = kept.shift_remove("links");
        out.extend(kept);
        if drawn {
            out.insert("crs".to_owned(), json!({"name": CRS_NAME, "uri": CRS_URI}));
        }
        let mut all = vec![json!({"rel": "describedby", "href": SCHEMA})];
        if let Some(Value::Array(links)) = links {
            all.extend(links);
        }
        out.insert("links".to_owned(), Value::Array(all));
        out
    }

    /// The organisations kept, and one for each unit that is not among them.
    fn organisations(&self, kept: &mut Object) -> Vec<Value> {
        let mut list = match kept.shift_remove("organisations") {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        for unit in &self.units {
            let known = list.iter().any(|o| o.get("id").and_then(Value::as_str) == Some(unit));
            if !known {
                list.push(json!({"id": unit, "name": unit, "roles": ["transmissionMediumOwner"]}));
            }
        }
        list
    }

    /// Members of a record to begin with: what came from OFDS as it is, what came from elsewhere in one member.
    fn begin(&self, tag: &Tag, id: &str) -> Object {
        let mut out = Object::new();
        out.insert("id".to_owned(), json!(id));
        put_text(&mut out, "name", &tag.name);
        let mut kept = tag.extra.as_ref().map(|extra| (**extra).clone()).unwrap_or_default();
        kept.retain(|key, _| !key.starts_with(OURS));
        let own = tag.dataset == self.group.dataset.map(|(id, _)| id);
        if self.from_ofds && own {
            out.extend(kept);
        } else if !kept.is_empty() {
            out.insert(PROPERTIES.to_owned(), Value::Object(kept));
        }
        out
    }

    fn unit(&mut self, out: &mut Object, unit: &linewright_model::Text) {
        let before = codes::unit(out);
        codes::set_unit(out, unit);
        if before != *unit && !unit.is_empty() {
            self.units.insert(unit.to_string());
        }
    }

    fn node(&mut self, id: PlaceId, place: &Arc<Place>) -> Value {
        let code = self.ids.get(&id).cloned().unwrap_or_default();
        let mut out = self.begin(&place.tag, &code);
        codes::set_place_kind(&mut out, place.kind);
        codes::set_stage(&mut out, place.plant.stage, !self.from_ofds);
        codes::set_region(&mut out, &place.region);
        self.unit(&mut out, &place.plant.unit);
        if let Some(at) = view::position(self.network, id) {
            let altitude_m = member(&place.tag.extra, ALTITUDES).and_then(Value::as_f64);
            out.insert("location".to_owned(), point_json(&Vertex { at, altitude_m }));
        }
        Value::Object(out)
    }

    fn span(&mut self, line: &Line<'_>) -> Option<Value> {
        let (tag, plant, ends) = (line.tag()?, line.plant()?, line.ends()?);
        let mut out = self.begin(tag, &tag.code);
        for (key, end) in ["start", "end"].into_iter().zip(ends) {
            out.insert(key.to_owned(), json!(self.ids.get(&end)?));
        }
        if let Some(span) = line.span {
            codes::set_span_kind(&mut out, span.kind);
        }
        codes::set_stage(&mut out, plant.stage, !self.from_ofds);
        codes::set_available_from(&mut out, plant.available_from);
        self.unit(&mut out, &plant.unit);
        match line.cable {
            Some((_, cable)) => {
                if !self.from_ofds {
                    out.insert("transmissionMedium".to_owned(), json!(["fibre"]));
                }
                codes::set_cores(&mut out, cable.cores);
                codes::set_fibre(&mut out, &cable.fibre);
                self.set_length(&mut out, line, cable.length_m);
            }
            None if codes::has_cable(&out) => {
                out.insert(codes::MEDIUM.to_owned(), json!(words::EMPTY));
            }
            None => {}
        }
        let run = self.route(line, ends);
        if run.len() >= 2 {
            out.insert("route".to_owned(), line_json(&run));
        }
        Some(Value::Object(out))
    }

    /// Writes the fibre length, kilometres, where the one kept does not come to it.
    fn set_length(&self, out: &mut Object, line: &Line<'_>, length_m: f64) {
        let ground_m = line.ground_m(self.network);
        let stored_m = codes::fibre_length_m(out, ground_m).map(|(m, _)| m);
        let same = (cable_length_m(stored_m, ground_m) - length_m).abs() <= 0.001;
        if !same || (!self.from_ofds && stored_m.is_none()) {
            out.insert("fibreLength".to_owned(), json!(length_m / 1000.0));
        }
    }

    /// The course; for a network of other origin without one, the straight line between its ends.
    fn route(&self, line: &Line<'_>, ends: [PlaceId; 2]) -> Run {
        let run = line.course(self.network);
        if !run.is_empty() || self.from_ofds {
            return run;
        }
        let at = ends.map(|id| view::position(self.network, id));
        at[0].zip(at[1]).map_or_else(Run::new, |(a, b)| [a, b].map(|at| Vertex { at, altitude_m: None }).to_vec())
    }
}

fn put_text(out: &mut Object, key: &str, text: &str) {
    if !text.is_empty() {
        out.insert(key.to_owned(), json!(text));
    }
}

/// Networks as the two feature collections of the standard: nodes, spans. What a package refers to by id,
/// features carry whole.
pub(crate) fn features(networks: Vec<Value>) -> [Value; 2] {
    let (mut of_nodes, mut of_spans) = (Vec::new(), Vec::new());
    for network in networks {
        let Value::Object(mut network) = network else { continue };
        let mut take = |key: &str| match network.shift_remove(key) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        let (nodes, spans) = (take("nodes"), take("spans"));
        let organisations = by_id(take("organisations"));
        let mut phases = by_id(take("phases"));
        let mut used = BTreeSet::new();
        for phase in phases.values_mut() {
            for funder in phase.get_mut("funders").and_then(Value::as_array_mut).into_iter().flatten() {
                expand(funder, &organisations, &mut used);
            }
        }
        let by_node: BTreeMap<String, Value> = by_id(nodes.clone());
        let mut used_phases = BTreeSet::new();
        let mut whole = |mut record: Value, geometry: &str, kind: &str| {
            let shape = record.as_object_mut().and_then(|o| o.shift_remove(geometry)).unwrap_or(Value::Null);
            for key in ["transmissionMediumOwner", "supplier"] {
                record.get_mut(key).into_iter().for_each(|o| expand(o, &organisations, &mut used));
            }
            for provider in record.get_mut("networkProviders").and_then(Value::as_array_mut).into_iter().flatten() {
                expand(provider, &organisations, &mut used);
            }
            if let Some(owner) = record.get_mut("supportingInfrastructure").and_then(|s| s.get_mut("owner")) {
                expand(owner, &organisations, &mut used);
            }
            record.get_mut("phase").into_iter().for_each(|phase| expand(phase, &phases, &mut used_phases));
            for end in ["start", "end"] {
                let node = record.get(end).and_then(Value::as_str).and_then(|id| by_node.get(id)).cloned();
                if let (Some(node), Some(object)) = (node, record.as_object_mut()) {
                    object.insert(end.to_owned(), node);
                }
            }
            if let Some(object) = record.as_object_mut() {
                object.insert("featureType".to_owned(), json!(kind));
            }
            (shape, record)
        };
        let nodes: Vec<(Value, Value)> = nodes.into_iter().map(|node| whole(node, "location", "node")).collect();
        let spans: Vec<(Value, Value)> = spans.into_iter().map(|span| whole(span, "route", "span")).collect();
        // Records that no node or span refers to would be lost, so the network carries them.
        for (key, records, used) in [("organisations", organisations, used), ("phases", phases, used_phases)] {
            let left: Vec<Value> = records.into_iter().filter(|(id, _)| !used.contains(id)).map(|(_, r)| r).collect();
            if !left.is_empty() {
                network.insert(key.to_owned(), Value::Array(left));
            }
        }
        let network = Value::Object(network);
        let feature = |(geometry, mut properties): (Value, Value)| {
            if let Some(object) = properties.as_object_mut() {
                object.insert("network".to_owned(), network.clone());
            }
            json!({"type": "Feature", "geometry": geometry, "properties": properties})
        };
        of_nodes.extend(nodes.into_iter().map(feature));
        of_spans.extend(spans.into_iter().map(feature));
    }
    [of_nodes, of_spans].map(|features| json!({"type": "FeatureCollection", "features": features}))
}

fn by_id(list: Vec<Value>) -> BTreeMap<String, Value> {
    let id = |value: &Value| value.get("id").map(schema::text_of_id).unwrap_or_default();
    list.into_iter().map(|value| (id(&value), value)).collect()
}

/// Replaces a reference by the record it refers to.
fn expand(reference: &mut Value, records: &BTreeMap<String, Value>, used: &mut BTreeSet<String>) {
    let Some(id) = reference.get("id").map(schema::text_of_id) else { return };
    if let Some(record) = records.get(&id) {
        used.insert(id);
        *reference = record.clone();
    }
}

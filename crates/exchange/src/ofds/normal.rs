//! Input of either version and form as networks of version 0.4: renamed members, references by id.

use std::collections::{BTreeMap, BTreeSet};

use linewright_model::crs::Crs;
use linewright_model::phrase;
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::format::ImportOptions;
use crate::geojson::collect::{Collection, collection, declared_crs};
use crate::geojson::json::{Object, kind_of, parse};
use crate::geojson::plausible;
use crate::input::File;
use crate::ofds::{csv, schema};

/// A network with its nodes and spans still as they came, each with where it stands.
pub(crate) struct RawNetwork {
    pub(crate) source: Source,
    pub(crate) members: Object,
    pub(crate) crs: Crs,
    pub(crate) nodes: Vec<(Source, Value)>,
    pub(crate) spans: Vec<(Source, Value)>,
}

/// The networks of all files: packages, bare networks, collections of features.
pub(crate) fn networks(files: &[File], options: &ImportOptions, draft: &mut Draft) -> Vec<RawNetwork> {
    let mut networks = Vec::new();
    let mut maps = Vec::new();
    let (tables, files): (Vec<&File>, Vec<&File>) = files.iter().partition(|file| csv::looks_like(file));
    let of_tables = csv::networks(tables.into_iter(), draft);
    networks.extend(of_tables.into_iter().filter_map(|parts| parts.network(options, draft)));
    for file in files {
        let source = Source::file(file.name.clone());
        let Some(value) = parse(file, draft) else { continue };
        let Value::Object(mut root) = value else {
            let reason = phrase!(
                "the file is {}, not a network package; give an OFDS file",
                "文件内容是{}，不是网络数据包；请给出 OFDS 文件",
                kind_of(&value)
            );
            draft.note(Finding::error("not-ofds", &source, "", reason));
            continue;
        };
        if root.contains_key("features") || root.get("type").is_some_and(|t| t == "FeatureCollection") {
            maps.extend(collection(Value::Object(root), source, options.crs, draft));
            continue;
        }
        match root.shift_remove("networks") {
            Some(Value::Array(list)) => {
                if root.get("links").is_some_and(|links| links.get("next").is_some() || links.get("prev").is_some()) {
                    let reason = phrase!(
                        "the package is one page of several; import the others too",
                        "该数据包是多页之一；请同时导入其他页"
                    );
                    draft.note(Finding::warning("more-pages", &source, "links", reason));
                }
                for (at, value) in list.into_iter().enumerate() {
                    networks.extend(network(value, source.record(at as u64 + 1, ""), options, draft));
                }
            }
            Some(other) => {
                let reason = phrase!("networks is {}, not a list", "networks 是{}，不是列表", kind_of(&other));
                draft.note(Finding::error("not-ofds", &source, "networks", reason));
            }
            None if ["nodes", "spans", "links", "id"].iter().any(|key| root.contains_key(*key)) => {
                networks.extend(network(Value::Object(root), source, options, draft));
            }
            None => {
                let reason = phrase!(
                    "the object has no networks, nodes or spans: it is no OFDS package; give an OFDS file",
                    "对象没有 networks、nodes 或 spans：不是 OFDS 数据包；请提供 OFDS 文件"
                );
                draft.note(Finding::error("not-ofds", &source, "", reason));
            }
        }
    }
    if !maps.is_empty() {
        features(maps, options, &mut networks, draft);
    }
    networks
}

fn network(value: Value, source: Source, options: &ImportOptions, draft: &mut Draft) -> Option<RawNetwork> {
    let Value::Object(mut members) = value else {
        let reason = phrase!("the network is {}, not an object", "网络是{}，不是对象", kind_of(&value));
        let finding = Finding::error("not-an-object", &source, "networks", reason);
        draft.note(finding.repairable(draft.repair(), phrase!("left it out", "已略去")));
        return None;
    };
    let mut list = |key: &str, draft: &mut Draft| match members.shift_remove(key) {
        Some(Value::Array(list)) => list
            .into_iter()
            .enumerate()
            .map(|(at, v)| (Source::file(source.file.clone()).record(at as u64 + 1, ""), v))
            .collect(),
        None | Some(Value::Null) => Vec::new(),
        Some(other) => {
            let reason = phrase!("{key} is {}, not a list", "{key} 是{}，不是列表", kind_of(&other));
            let finding = Finding::error("not-ofds", &source, key, reason);
            draft.note(finding.repairable(draft.repair(), phrase!("left it out", "已略去")));
            Vec::new()
        }
    };
    let nodes = list("nodes", draft);
    let spans = list("spans", draft);
    Parts { source, members, nodes, spans }.network(options, draft)
}

/// A network before its coordinate system is known.
pub(crate) struct Parts {
    pub(crate) source: Source,
    pub(crate) members: Object,
    pub(crate) nodes: Vec<(Source, Value)>,
    pub(crate) spans: Vec<(Source, Value)>,
}

impl Parts {
    /// The network, unless its positions cannot be read.
    fn network(self, options: &ImportOptions, draft: &mut Draft) -> Option<RawNetwork> {
        let Self { source, members, mut nodes, mut spans } = self;
        let crs = match options.crs {
            Some(crs) => crs,
            None => declared_crs(members.get("crs"), &source, draft)?,
        };
        let at_nodes = nodes.iter_mut().filter_map(|(_, node)| node.get_mut("location"));
        let on_spans = spans.iter_mut().filter_map(|(_, span)| span.get_mut("route"));
        let mut geometries: Vec<&mut Value> = at_nodes.chain(on_spans).collect();
        let usable = plausible::check(&mut geometries, crs, &source, draft);
        usable.then_some(RawNetwork { source, members, crs, nodes, spans })
    }
}

/// Networks from features: each names its network, and carries whole what a package refers to by id.
fn features(collections: Vec<Collection>, options: &ImportOptions, out: &mut Vec<RawNetwork>, draft: &mut Draft) {
    let mut found: BTreeMap<String, RawNetwork> = BTreeMap::new();
    for Collection { source: file, crs, features, .. } in collections {
        for (at, feature) in features.into_iter().enumerate() {
            let source = file.record(at as u64 + 1, "");
            let Value::Object(mut feature) = feature else {
                let finding = Finding::error(
                    "not-an-object",
                    &source,
                    "",
                    phrase!("the feature is not an object", "要素不是对象"),
                );
                draft.note(finding.repairable(draft.repair(), phrase!("left it out", "已略去")));
                continue;
            };
            let Some(Value::Object(mut object)) = feature.shift_remove("properties") else {
                let finding = Finding::error(
                    "not-an-object",
                    &source,
                    "properties",
                    phrase!("the feature has no properties", "要素没有属性"),
                );
                draft.note(finding.repairable(draft.repair(), phrase!("left it out", "已略去")));
                continue;
            };
            let geometry = feature.shift_remove("geometry").unwrap_or(Value::Null);
            let network = match object.shift_remove("network") {
                Some(Value::Object(network)) => network,
                Some(Value::String(id)) => Object::from_iter([("id".to_owned(), json!(id))]),
                _ => Object::from_iter([("id".to_owned(), json!(options.dataset.as_deref().unwrap_or("network")))]),
            };
            let key = network.get("id").map(Value::to_string).unwrap_or_default();
            let raw = found.entry(key).or_insert_with(|| RawNetwork {
                source: file.clone(),
                members: Object::new(),
                crs,
                nodes: Vec::new(),
                spans: Vec::new(),
            });
            for (key, value) in network {
                raw.members.entry(key).or_insert(value);
            }
            let kind = object.shift_remove("featureType");
            let line = match kind.as_ref().and_then(Value::as_str) {
                Some("span") => true,
                Some("node") => false,
                _ => object.contains_key("start") || geometry.get("type").is_some_and(|t| t != "Point"),
            };
            let mut shared = Shared::of(&mut raw.members);
            shared.collect(&mut object);
            if line {
                let ends = ["start", "end"].map(|end| embedded_end(&mut object, end));
                raw.nodes.extend(ends.into_iter().flatten().map(|node| (source.clone(), node)));
            }
            if !geometry.is_null() {
                object.insert(if line { "route" } else { "location" }.to_owned(), geometry);
            }
            let list = if line { &mut raw.spans } else { &mut raw.nodes };
            list.push((source, Value::Object(object)));
        }
    }
    for mut raw in found.into_values() {
        drop_embedded_doubles(&mut raw.nodes);
        let mut contracts = raw.members.shift_remove("contracts");
        for contract in contracts.as_mut().and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(phases) = contract.get_mut("relatedPhases").and_then(Value::as_array_mut) {
                phases.iter_mut().for_each(|phase| Shared::of(&mut raw.members).phase(phase));
            }
        }
        raw.members.extend(contracts.map(|contracts| ("contracts".to_owned(), contracts)));
        if options.crs.is_none() {
            match declared_crs(raw.members.get("crs"), &raw.source, draft) {
                Some(crs) if crs != Crs::Wgs84 => raw.crs = crs,
                Some(_) => {}
                None => continue,
            }
        }
        out.push(raw);
    }
}

/// Mark of a node that a span carried with it.
const EMBEDDED: &str = "@embedded";

/// Replaces a whole node at a span's end by its id, and returns it.
fn embedded_end(span: &mut Object, end: &str) -> Option<Value> {
    let mut node = span.get(end)?.as_object()?.clone();
    let id = node.get("id")?.clone();
    span.insert(end.to_owned(), id);
    node.insert(EMBEDDED.to_owned(), Value::Bool(true));
    (node.len() > 2).then_some(Value::Object(node))
}

/// Nodes that spans carry count only where the nodes themselves are not given, and then once.
fn drop_embedded_doubles(nodes: &mut Vec<(Source, Value)>) {
    let id = |node: &Value| node.get("id").map(Value::to_string).unwrap_or_default();
    let is_embedded = |node: &Value| node.get(EMBEDDED).is_some();
    let mut seen: BTreeSet<String> =
        nodes.iter().filter(|(_, node)| !is_embedded(node)).map(|(_, node)| id(node)).collect();
    nodes.retain(|(_, node)| !is_embedded(node) || seen.insert(id(node)));
    for (_, node) in nodes {
        node.as_object_mut().and_then(|node| node.shift_remove(EMBEDDED));
    }
}

/// The records of a network that features repeat in whole: organisations and phases.
struct Shared<'a> {
    members: &'a mut Object,
}

impl<'a> Shared<'a> {
    fn of(members: &'a mut Object) -> Self {
        Self { members }
    }

    /// Replaces what a node or span carries whole by references.
    fn collect(&mut self, object: &mut Object) {
        for key in ["physicalInfrastructureProvider", "transmissionMediumOwner", "supplier"] {
            if let Some(organisation) = object.get_mut(key) {
                self.organisation(organisation);
            }
        }
        for organisation in object.get_mut("networkProviders").and_then(Value::as_array_mut).into_iter().flatten() {
            self.organisation(organisation);
        }
        if let Some(owner) = object.get_mut("supportingInfrastructure").and_then(|s| s.get_mut("owner")) {
            self.organisation(owner);
        }
        if let Some(phase) = object.get_mut("phase") {
            self.phase(phase);
        }
    }

    fn phase(&mut self, value: &mut Value) {
        for funder in value.get_mut("funders").and_then(Value::as_array_mut).into_iter().flatten() {
            self.organisation(funder);
        }
        self.share("phases", value);
    }

    fn organisation(&mut self, value: &mut Value) {
        self.share("organisations", value);
    }

    /// Leaves id and name of a record, and keeps the whole in the network's list unless it is there.
    fn share(&mut self, list: &str, value: &mut Value) {
        let Some(object) = value.as_object_mut() else { return };
        let whole = object.keys().any(|key| key != "id" && key != "name");
        let Some(id) = object.get("id").filter(|id| whole && id.is_string()).cloned() else { return };
        let mut reference = object.clone();
        reference.retain(|key, _| key == "id" || key == "name");
        let whole = std::mem::replace(value, Value::Object(reference));
        let known = self.members.entry(list).or_insert_with(|| Value::Array(Vec::new()));
        if let Some(known) = known.as_array_mut()
            && !known.iter().any(|other| other.get("id") == Some(&id))
        {
            known.push(whole);
        }
    }
}

/// Gives the members of a network their 0.4 names, takes out the links to its schema, and says what version
/// it was.
pub(crate) fn upgrade_network(members: &mut Object, source: &Source, draft: &mut Draft) {
    let mut older = false;
    if let Some(Value::Array(links)) = members.shift_remove("links") {
        let (schemas, links): (Vec<Value>, Vec<Value>) = links.into_iter().partition(is_schema_link);
        let href = schemas.first().and_then(|l| l.get("href")).and_then(Value::as_str).unwrap_or_default();
        older = href.contains("0__3__0");
        if !older && !href.contains("0__4__0") {
            let given = if href.is_empty() { "no version".to_owned() } else { shown(href) };
            let reason = phrase!(
                "the network names {given}; it is read as version 0.3 or 0.4",
                "网络声明为 {given}；按 0.3 或 0.4 版读取"
            );
            draft.note(Finding::warning("unknown-version", source, "links", reason));
        }
        let mut seen = BTreeSet::new();
        let (good, bad): (Vec<Value>, Vec<Value>) =
            links.into_iter().partition(|link| schema::is_link(link) && seen.insert(schema::canonical(link)));
        if !bad.is_empty() {
            schema::set_apart(members, "links", Value::Array(bad));
        }
        if good.iter().any(|link| link.get("rel").and_then(Value::as_str).is_some_and(|rel| rel.ends_with("API"))) {
            let reason = phrase!(
                "the network links to further nodes or spans on a server; only those in the file are imported",
                "网络链接到服务器上的其他节点或路由段；只导入文件中的内容"
            );
            draft.note(Finding::info("more-on-server", source, "links", reason));
        }
        if !good.is_empty() {
            members.insert("links".to_owned(), Value::Array(good));
        }
    } else {
        let reason = phrase!(
            "the network does not link to the schema it follows; it is read as version 0.3 or 0.4",
            "网络未链接其所遵循的模式；按 0.3 或 0.4 版读取"
        );
        draft.note(Finding::warning("unknown-version", source, "links", reason));
    }
    for organisation in members.get_mut("organisations").and_then(Value::as_array_mut).into_iter().flatten() {
        for role in organisation.get_mut("roles").and_then(Value::as_array_mut).into_iter().flatten() {
            if *role == OLD_OWNER {
                *role = json!(OWNER);
            }
        }
    }
    if older {
        let reason = phrase!(
            "version 0.3: {OLD_OWNER} is now {OWNER}, deploymentDetails supportingInfrastructure",
            "版本 0.3：{OLD_OWNER} 现为 {OWNER}，deploymentDetails 现为 supportingInfrastructure"
        );
        draft.note(Finding::info("older-version", source, "links", reason));
    }
}

const OLD_OWNER: &str = "physicalInfrastructureProvider";
const OWNER: &str = "transmissionMediumOwner";

fn is_schema_link(link: &Value) -> bool {
    link.get("rel").and_then(Value::as_str).is_some_and(|rel| rel.starts_with("describedby"))
}

/// Members of nodes and spans whose names 0.4 changed.
const RENAMED: [(&str, &str); 2] = [(OLD_OWNER, OWNER), ("deploymentDetails", "supportingInfrastructure")];

/// The 0.4 name of a member.
pub(crate) fn new_name(name: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}

/// Gives the members of a node or span their 0.4 names.
pub(crate) fn upgrade_record(object: &mut Object) {
    for (old, new) in RENAMED {
        if !object.contains_key(new)
            && let Some(value) = object.shift_remove(old)
        {
            object.insert(new.to_owned(), value);
        }
    }
}

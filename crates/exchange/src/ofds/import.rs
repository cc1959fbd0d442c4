//! OFDS networks into a draft: nodes become places, each span a span of the Route layer with one cable on it.

use std::collections::BTreeMap;

use linewright_model::{Cable, CableId, Dataset, Place, PlaceId, Plant, RouteHop, Span, SpanId, Tag, Text, phrase};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::geojson::collect::ALTITUDES;
use crate::geojson::geometry::{self, Run, altitudes};
use crate::geojson::import::{cable_length_m, check_length, extra};
use crate::geojson::islands::islands;
use crate::geojson::json::{Object, kind_of, says_nothing};
use crate::length::{course_length_m, distance_m};
use crate::ofds::codes;
use crate::ofds::ends::Ends;
use crate::ofds::normal::{RawNetwork, upgrade_network, upgrade_record};
use crate::ofds::schema::{self, set_apart};
use crate::ofds::uuid;

/// The coordinate system of every export.
pub(crate) const CRS_NAME: &str = "urn:ogc:def:crs:OGC::CRS84";
/// Its address.
pub(crate) const CRS_URI: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// Adds networks to the draft; those of one id, as pages of one package have them, are one.
pub(crate) fn import(networks: Vec<RawNetwork>, draft: &mut Draft) {
    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    let mut merged: Vec<RawNetwork> = Vec::new();
    for raw in networks {
        let id = raw.members.get("id").map(schema::canonical);
        let first = id.as_ref().and_then(|id| merged.get_mut(*by_id.get(id)?));
        if let Some(first) = first {
            let reason = phrase!(
                "the network occurs before; their nodes and spans are read as one network",
                "该网络前面已出现；其节点和路由段合并为一个网络"
            );
            draft.note(Finding::warning("same-network", &raw.source, "id", reason));
            first.nodes.extend(raw.nodes);
            first.spans.extend(raw.spans);
            continue;
        }
        if let Some(id) = id {
            by_id.insert(id, merged.len());
        }
        merged.push(raw);
    }
    for raw in merged {
        network(raw, draft);
    }
}

fn network(raw: RawNetwork, draft: &mut Draft) {
    let RawNetwork { source, mut members, crs, nodes, spans } = raw;
    let Some((code, source)) = network_code(&mut members, source, draft) else { return };
    schema::put_back(&mut members);
    upgrade_network(&mut members, &source, draft);
    let mut tag = Tag::new(code, take_name(&mut members, &source, draft));
    let declared = members.shift_remove("crs").is_some();
    let drawn = !nodes.is_empty() || !spans.is_empty();
    if drawn && !declared {
        let reason = phrase!(
            "no coordinate system is declared; CRS84 is taken, as the standard says",
            "未声明坐标系；按标准取 CRS84"
        );
        draft.note(Finding::info("crs-missing", &source, "crs", reason));
    }
    if drawn || declared {
        members.insert("crs".to_owned(), json!({"name": CRS_NAME, "uri": CRS_URI}));
    }
    schema::sift(&mut members, schema::NETWORK, &source, draft);
    schema::sift_lists(&mut members, &source, draft);
    tag.extra = extra(members);
    // What is kept is kept in the words of 0.4, whatever version it came in.
    let dataset = draft.add(Dataset { tag, format: Text::from("ofds-0.4") }, source.clone());

    let mut reader = Reader { ends: Ends::new(dataset), crs, drawn: BTreeMap::new(), edges: Vec::new(), draft };
    for (number, (at, value)) in nodes.into_iter().enumerate() {
        if let Some(object) = reader.object(value, &at, "nodes") {
            reader.node(object, at, number + 1);
        }
    }
    for (number, (at, value)) in spans.into_iter().enumerate() {
        if let Some(object) = reader.object(value, &at, "spans") {
            reader.span(object, at, number + 1);
        }
    }
    let (count, edges) = (reader.ends.len(), reader.edges);
    if count > 0 && !edges.is_empty() {
        islands(count, edges.into_iter(), &source, draft);
    }
}

/// The code of a network: the id, or what an earlier export turned into a UUID.
fn network_code(members: &mut Object, source: Source, draft: &mut Draft) -> Option<(Text, Source)> {
    let id = match members.shift_remove("id") {
        Some(Value::String(id)) if !id.trim().is_empty() => id,
        Some(Value::Number(id)) => id.to_string(),
        _ => {
            let finding = Finding::error(
                "missing-id",
                &source,
                "id",
                phrase!("the network has no id; give it a UUID", "网络没有 id；请给出 UUID"),
            );
            let row = source.row.unwrap_or(1);
            draft
                .note(finding.repairable(draft.repair(), phrase!("called it network-{row}", "已命名为 network-{row}")));
            if !draft.repair() {
                return None;
            }
            format!("network-{row}")
        }
    };
    let source = Source { record: Text::from(&*id), ..source };
    let apart = members.get(schema::APART).and_then(|apart| apart.get("id")).and_then(Value::as_str);
    if let Some(before) = apart.filter(|before| uuid::of(before) == id).map(Text::from) {
        if let Some(apart) = members.get_mut(schema::APART).and_then(Value::as_object_mut) {
            apart.shift_remove("id");
            if apart.is_empty() {
                members.shift_remove(schema::APART);
            }
        }
        return Some((before, source));
    }
    let local = members.get("identifier").and_then(Value::as_str).filter(|local| uuid::of(local) == id);
    if let Some(before) = local.map(Text::from) {
        members.shift_remove("identifier");
        return Some((before, source));
    }
    if !uuid::is_uuid(&id) {
        let reason = phrase!(
            "the network id {} is not a UUID; an export gives it one and keeps this",
            "网络 id {} 不是 UUID；导出时另给并保留此值",
            shown(&id)
        );
        draft.note(Finding::info("not-a-uuid", &source, "id", reason));
    }
    Some((Text::from(id), source))
}

/// The name, taken out of the members; one that is no text is set apart.
fn take_name(members: &mut Object, source: &Source, draft: &mut Draft) -> Text {
    match members.shift_remove("name") {
        Some(Value::String(name)) if !name.trim().is_empty() => {
            if says_nothing(&name) {
                let reason = phrase!(
                    "the name {} says nothing; it is kept as it is",
                    "名称 {} 没有意义；原样保留",
                    shown(&name)
                );
                draft.note(Finding::info("empty-name", source, "name", reason));
            }
            return Text::from(name);
        }
        None => {}
        Some(Value::Null | Value::String(_)) => {
            draft.note(Finding::info(
                "empty-name",
                source,
                "name",
                phrase!("the name is empty; the record is called by its id", "名称为空；以 id 为名"),
            ));
        }
        Some(other) => {
            let reason =
                phrase!("the name is {}, not text; it is kept apart", "名称是{}，不是文本；另行保留", kind_of(&other));
            draft.note(Finding::warning("not-as-schema", source, "name", reason));
            set_apart(members, "name", other);
        }
    }
    Text::from("")
}

struct Reader<'a> {
    ends: Ends,
    crs: linewright_model::crs::Crs,
    /// Span and cable by code.
    drawn: BTreeMap<Text, (SpanId, Option<CableId>)>,
    edges: Vec<[usize; 2]>,
    draft: &'a mut Draft,
}

impl Reader<'_> {
    fn object(&mut self, value: Value, source: &Source, what: &'static str) -> Option<Object> {
        match value {
            Value::Object(mut object) => {
                schema::put_back(&mut object);
                upgrade_record(&mut object);
                Some(object)
            }
            other => {
                let reason = phrase!("the record is {}, not an object", "记录是{}，不是对象", kind_of(&other));
                let finding = Finding::error("not-an-object", source, what, reason);
                self.draft.note(finding.repairable(self.draft.repair(), phrase!("left it out", "已略去")));
                None
            }
        }
    }

    /// The code of a node or span; `None` when it has none and none may be made up.
    fn code(&mut self, object: &mut Object, source: &Source, what: &str, number: usize) -> Option<Text> {
        match object.shift_remove("id") {
            Some(Value::String(id)) if !id.trim().is_empty() => Some(Text::from(id)),
            Some(Value::Number(id)) => {
                let reason = phrase!("the id {id} is a number; it is read as text", "id {id} 是数字；按文本读取");
                self.draft.note(Finding::warning("id-not-text", source, "id", reason));
                Some(Text::from(id.to_string()))
            }
            _ => {
                let reason = phrase!("the {what} has no id; give it one", "{what} 没有 id；请补上");
                let done = phrase!("called it {what}-{number}", "已命名为 {what}-{number}");
                let finding = Finding::error("missing-id", source, "id", reason);
                self.draft.note(finding.repairable(self.draft.repair(), done));
                self.draft.repair().then(|| Text::from(format!("{what}-{number}")))
            }
        }
    }

    /// Says that an id occurs twice; the code under which a repairing import keeps the second record.
    fn doubled(
        &mut self,
        code: &Text,
        same: bool,
        taken: impl Fn(&Draft, &str) -> bool,
        source: &Source,
    ) -> Option<Text> {
        let reason = phrase!(
            "the id {} occurs before; give each record its own",
            "id {} 前面已出现；每条记录须有自己的 id",
            shown(code)
        );
        let finding = Finding::error("duplicate-id", source, "id", reason);
        let repair = self.draft.repair();
        if same {
            self.draft.note(
                finding.repairable(repair, phrase!("left out the repetition, which is the same", "已略去相同的重复项")),
            );
            return None;
        }
        let free = (2u32..).map(|n| Text::from(format!("{code}#{n}"))).find(|code| !taken(self.draft, code))?;
        self.draft.note(finding.repairable(repair, phrase!("called it {free}", "已命名为 {free}")));
        repair.then_some(free)
    }

    fn node(&mut self, mut object: Object, source: Source, number: usize) {
        let Some(code) = self.code(&mut object, &source, "node", number) else { return };
        let source = Source { record: code.clone(), ..source };
        let name = take_name(&mut object, &source, self.draft);
        if object.contains_key("route") && !object.contains_key("location") {
            let reason = phrase!(
                "a node with a route is probably a span among the nodes; look which file is which",
                "有路由的节点可能是混入的路由段；请核对文件"
            );
            self.draft.note(Finding::warning("span-among-nodes", &source, "route", reason));
        }
        let mut kept = None;
        let position = object.shift_remove("location").filter(|l| !l.is_null()).and_then(|location| {
            let place = geometry::Place { source: &source, field: "location", crs: self.crs };
            let vertex = geometry::point(&location, &place, self.draft);
            let is_point = location.get("type").and_then(Value::as_str) == Some("Point");
            if is_point {
                keep_foreign(&mut object, "location", &location);
            } else {
                set_apart(&mut object, "location", location);
            }
            kept = vertex.and_then(|v| v.altitude_m);
            vertex.map(|v| v.at)
        });
        schema::sift(&mut object, schema::NODE, &source, self.draft);
        let mut place = Place::new(code.clone(), codes::place_kind(&object), position);
        place.tag.name = name;
        place.tag.dataset = Some(self.ends.dataset);
        place.region = codes::region(&object);
        place.plant = Plant { stage: codes::stage(&object), unit: codes::unit(&object), ..Plant::default() }.into();
        object.extend(kept.map(|m| (ALTITUDES.to_owned(), json!(m))));
        place.tag.extra = extra(object);
        let dataset = place.tag.dataset;
        if let Some(first) = self.draft.by_code::<PlaceId>(dataset, &code) {
            let same = self.draft.get(first) == Some(&place);
            let taken = |draft: &Draft, code: &str| draft.by_code::<PlaceId>(dataset, code).is_some();
            let Some(free) = self.doubled(&code, same, taken, &source) else { return };
            place.tag.code = free;
        }
        let (code, name) = (place.tag.code.clone(), place.tag.name.clone());
        let id = self.draft.add(place, source);
        self.ends.add(code, &name, id, position);
    }

    fn span(&mut self, mut object: Object, source: Source, number: usize) {
        let Some(code) = self.code(&mut object, &source, "span", number) else { return };
        let source = Source { record: code.clone(), ..source };
        let name = take_name(&mut object, &source, self.draft);
        if object.contains_key("location") && !object.contains_key("start") {
            let reason = phrase!(
                "a span with a location is probably a node among the spans; look which file is which",
                "有位置的路由段可能是混入的节点；请核对文件"
            );
            self.draft.note(Finding::warning("node-among-spans", &source, "location", reason));
        }
        let run = self.route(&mut object, &source);
        let mut course = geometry::course(&run);
        let (start, end) = (object.shift_remove("start"), object.shift_remove("end"));
        let Some(ends) = self.ends.resolve(start, end, &code, &mut course, &source, self.draft) else { return };
        let [Some((a, a_at)), Some((b, b_at))] = ends.map(|n| self.ends.place(n)) else { return };
        schema::sift(&mut object, schema::SPAN, &source, self.draft);
        let ground_m = match a_at.zip(b_at) {
            Some((a, b)) if course.is_empty() => distance_m(a, b),
            _ => course_length_m(&course),
        };
        let stored_m = self.stored_length_m(&object, ground_m, &source);
        let length_m = if ground_m > 0.0 { ground_m } else { stored_m.unwrap_or(0.0) };

        let mut span = Span::new(code.clone(), codes::span_kind(&object), a, b, length_m);
        span.course = course;
        span.tag.name = name.clone();
        span.tag.dataset = Some(self.ends.dataset);
        span.plant = Plant {
            stage: codes::stage(&object),
            available_from: codes::available_from(&object),
            unit: codes::unit(&object),
            ..Plant::default()
        }
        .into();
        if codes::is_radio(&object) {
            let reason = phrase!(
                "the only medium is microwave; nothing lies there, so no cable can be pulled along it",
                "唯一介质为微波；该处无路由，不能布放光缆"
            );
            self.draft.note(Finding::info("no-fibre", &source, "transmissionMedium", reason));
            span.capacity = Some(0);
        }
        let mut beside = Object::new();
        beside.extend(altitudes(&run).map(|m| (ALTITUDES.to_owned(), m)));
        let cable = codes::has_cable(&object).then(|| {
            let mut cable = Cable::new(code.clone(), a, b, cable_length_m(stored_m, length_m));
            cable.tag.name = name;
            cable.tag.dataset = span.tag.dataset;
            cable.plant = span.plant.clone();
            cable.cores = codes::cores(&object);
            cable.fibre = codes::fibre(&object);
            if object.contains_key("fibreCount") && cable.cores.is_none() {
                let reason = phrase!(
                    "no cable has that many cores, or none; the number is kept and not used",
                    "没有这样芯数的光缆；数值保留但不使用"
                );
                self.draft.note(Finding::warning("absurd-cores", &source, "fibreCount", reason));
            }
            cable.tag.extra = extra(std::mem::take(&mut object));
            cable
        });
        beside.extend(object);
        span.tag.extra = extra(beside);
        self.add(span, cable, ends, source);
    }

    fn add(&mut self, mut span: Span, mut cable: Option<Cable>, ends: [usize; 2], source: Source) {
        if let Some((first, first_cable)) = self.drawn.get(&span.tag.code).copied() {
            let alike = |a: &Cable, b: &Cable| (&a.tag, a.length_m) == (&b.tag, b.length_m);
            let cables = (first_cable.and_then(|id| self.draft.get(id)), cable.as_ref());
            let same = self.draft.get(first) == Some(&span)
                && match cables {
                    (Some(a), Some(b)) => alike(a, b),
                    (a, b) => a.is_none() && b.is_none(),
                };
            let dataset = span.tag.dataset;
            let taken = |draft: &Draft, code: &str| draft.by_code::<SpanId>(dataset, code).is_some();
            let code = span.tag.code.clone();
            let Some(free) = self.doubled(&code, same, taken, &source) else { return };
            span.tag.code = free.clone();
            if let Some(cable) = &mut cable {
                cable.tag.code = free;
            }
        }
        let code = span.tag.code.clone();
        let span = self.draft.add(span, source.clone());
        let cable = cable.map(|mut cable| {
            cable.route = vec![RouteHop { span, bore: None }];
            self.draft.add(cable, source)
        });
        self.drawn.insert(code, (span, cable));
        self.edges.push(ends);
    }

    /// The course of a span in one run; what it was written as stays apart where it was no LineString.
    fn route(&mut self, object: &mut Object, source: &Source) -> Run {
        let Some(route) = object.shift_remove("route").filter(|route| !route.is_null()) else {
            self.draft.note(Finding::info(
                "no-route",
                source,
                "route",
                phrase!("the span has no route; only its ends are known", "路由段没有走向；只知两端"),
            ));
            return Run::new();
        };
        let place = geometry::Place { source, field: "route", crs: self.crs };
        let errors = self.draft.findings().totals().errors;
        let runs = geometry::runs(&route, &place, self.draft);
        // A route that had to be mended is not kept as it was: it would be an error again.
        let broken = self.draft.findings().totals().errors > errors;
        if runs.len() > 1 {
            let ends =
                runs.windows(2).filter_map(|pair| Some(distance_m(pair.first()?.last()?.at, pair.get(1)?.first()?.at)));
            let gap_m = ends.fold(0.0, f64::max);
            let reason = phrase!(
                "the parts of the route do not touch; they are up to {gap_m:.0} m apart",
                "路由各部分不相接，最大间隔 {gap_m:.0} m"
            );
            let finding = Finding::error("broken-route", source, "route", reason);
            self.draft.note(
                finding.repairable(
                    self.draft.repair(),
                    phrase!("joined the parts by straight lines", "已用直线连接各部分"),
                ),
            );
        }
        let is_line = route.get("type").and_then(Value::as_str) == Some("LineString");
        if is_line && runs.len() == 1 {
            keep_foreign(object, "route", &route);
        } else if !broken {
            set_apart(object, "route", route);
        }
        runs.into_iter().flatten().collect()
    }

    /// The fibre length that the span states, metres.
    fn stored_length_m(&mut self, object: &Object, ground_m: f64, source: &Source) -> Option<f64> {
        let (stored_m, metres) = codes::fibre_length_m(object, ground_m)?;
        if metres {
            let reason = phrase!(
                "kilometres are asked for, but metres were written; it is read as metres",
                "应填公里，实际似为米；按米读取"
            );
            self.draft.note(Finding::warning("length-in-metres", source, "fibreLength", reason));
        }
        // A fibre is longer than its route by slack; only what no slack explains is doubtful.
        if !(1.0..=3.0).contains(&(stored_m / ground_m)) {
            check_length(stored_m, ground_m, source, "fibreLength", self.draft);
        }
        Some(stored_m)
    }
}

/// Sets apart what a geometry has beside type and coordinates, which the schema does not allow.
fn keep_foreign(object: &mut Object, key: &str, geometry: &Value) {
    let mut foreign = geometry.as_object().cloned().unwrap_or_default();
    foreign.retain(|key, _| key != "type" && key != "coordinates");
    if !foreign.is_empty() {
        set_apart(object, key, Value::Object(foreign));
    }
}

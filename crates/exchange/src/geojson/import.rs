//! A plain map into a draft: points become places, each line a span with one cable on it.

use std::collections::{BTreeMap, BTreeSet};

use linewright_model::{
    Alike, Cable, Dataset, DatasetId, Phrase, Place, PlaceId, PlaceKind, Plant, Span, Text, phrase,
};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::geojson::collect::{ALTITUDES, Collected, FEATURE, RawLine, RawNode};
use crate::geojson::geometry::altitudes;
use crate::geojson::islands::islands;
use crate::geojson::join::{self, End, How, Joined, Piece};
use crate::geojson::json::{Object, text_of};
use crate::geojson::mapping::{LineFields, Mapping, NodeFields, unknown_status};
use crate::geojson::view::MAX_WITHIN;
use crate::geojson::words;
use crate::length::{course_length_m, distance_m};

/// Member of a place's `extra`: the name it was given because the lines at it say so.
pub(crate) const NAMED: &str = "@named";
/// Member of a place's `extra`: it was made for the ends of lines where the map has no node.
pub(crate) const MADE: &str = "@made";
/// Member of a line's `extra`: which piece of which line of the map this is.
pub(crate) const PIECE: &str = "@piece";
/// Member of a data set's `extra`: the column mapping it was read with, where it is not the default.
pub(crate) const MAPPING: &str = "@mapping";

/// Property of a line: an export of ours wrote it, for a `cable` or a `span`.
pub(crate) const OWN: &str = "linewright";

/// What a stored cable length may be of the ground's: a cable is no shorter, and slack has its bounds.
const SANE_RATIO: std::ops::RangeInclusive<f64> = 1.0..=3.0;
/// Share by which a stored length may differ from the geometry's without a finding.
const LENGTH_TOLERANCE: f64 = 0.02;

/// Cable length from what the source says and the length along the ground, metres.
pub(crate) fn cable_length_m(stored_m: Option<f64>, ground_m: f64) -> f64 {
    match stored_m {
        Some(stored_m) if ground_m <= 0.0 || SANE_RATIO.contains(&(stored_m / ground_m)) => stored_m,
        _ => ground_m,
    }
}

/// Says so when a stored length is far from the geometry's.
pub(crate) fn check_length(stored_m: f64, ground_m: f64, source: &Source, field: &'static str, draft: &mut Draft) {
    if ground_m <= 0.0 || (stored_m / ground_m - 1.0).abs() <= LENGTH_TOLERANCE {
        return;
    }
    let used = match SANE_RATIO.contains(&(stored_m / ground_m)) {
        true => phrase!("it is taken for the cable", "用作光缆长度"),
        false => phrase!("it is not used", "不采用"),
    };
    let reason = phrase!(
        "the stored length {stored_m:.0} m is not that of the geometry, {ground_m:.0} m; {}",
        "记录的长度 {stored_m:.0} 米与几何长度 {ground_m:.0} 米不符；{}",
        used
    );
    draft.note(Finding::warning("length-mismatch", source, field, reason));
}

/// Adds what was collected to the draft as one data set.
pub(crate) fn import(code: &Text, collected: Collected, mapping: &Mapping, draft: &mut Draft) {
    let mut dataset = Dataset { tag: linewright_model::Tag::new(code.clone(), ""), format: Text::from("geojson") };
    dataset.tag.extra = extra(dataset_members(code, &collected.members, mapping));
    let file = collected.nodes.first().map(|n| &n.source).or(collected.lines.first().map(|l| &l.source));
    let source = file.map_or_else(Source::default, |s| Source::file(s.file.clone()));
    let dataset = draft.add(dataset, source.clone());
    let nodes = nodes(collected.nodes, mapping, draft);
    let lines = lines(collected.lines, mapping, draft);
    let ids: BTreeMap<Text, usize> = nodes.iter().enumerate().map(|(n, node)| (node.code.clone(), n)).collect();
    let within = containers(&nodes, &ids);
    for (node, _) in nodes.iter().zip(&within).filter(|(n, within)| within.is_none() && !n.fields.within.is_empty()) {
        let reason = phrase!(
            "there is no node {} to stand in, or it stands in this one",
            "没有可容纳它的节点 {}，或该节点在其之内",
            shown(&node.fields.within)
        );
        draft.note(Finding::warning("unknown-container", &node.source, "within", reason));
    }
    let points = nodes.iter().zip(&within).map(|(n, within)| join::Node {
        at: n.raw.vertex.map(|v| v.at),
        name: n.fields.name.clone(),
        inside: within.is_some(),
    });
    let points: Vec<join::Node> = points.collect();
    let courses = lines.iter().map(|l| join::Line {
        runs: l.raw.runs.clone(),
        names: [l.fields.from.clone(), l.fields.to.clone()],
        own: l.is_own(),
    });
    let courses: Vec<join::Line> = courses.collect();
    let joined = join::join(&points, &ids, &courses, mapping.snap_m, mapping.cut_m);
    let named = join::names_from_lines(&points, &courses, &joined);
    let passed = passed(&nodes, &joined);
    let mut writer = Writer { dataset, places: Vec::new(), positions: Vec::new(), within, passed, draft };
    for (number, node) in nodes.into_iter().enumerate() {
        writer.place(node, named.get(&number));
    }
    writer.contain();
    writer.made(&joined, &lines);
    for beside in &joined.beside {
        if let Some(line) = lines.get(beside.line) {
            let node = writer.label(beside.node);
            let (beside_m, cut_m) = (beside.distance_m, beside.distance_m.ceil());
            let reason = phrase!(
                "node {node} stands {beside_m:.0} m beside the line and is not joined to it; \
                 a mapping with cut_m = {cut_m:.0} joins it",
                "节点 {node} 距线路 {beside_m:.0} 米，未与其相接；映射中设 cut_m = {cut_m:.0} 即可相接"
            );
            writer.draft.note(Finding::info("node-beside-line", &line.source, "geometry", reason));
        }
    }
    for far in &joined.far {
        if let Some(line) = lines.get(far.line) {
            let node = writer.label(far.node);
            let far_km = far.distance_m / 1000.0;
            let reason = phrase!(
                "the line names {node}, which stands {far_km:.1} km from its end; it is not joined to it",
                "线路写明 {node}，但该节点距其端点 {far_km:.1} 公里；未与其相接"
            );
            writer.draft.note(Finding::warning("end-far-from-node", &line.source, "from", reason));
        }
    }
    for (line, pieces) in lines.into_iter().zip(&joined.pieces) {
        writer.line(line, pieces);
    }
    let count = writer.places.len();
    let edges = joined.pieces.iter().flatten().map(|piece| piece.ends.map(|end| end.node));
    islands(count, edges, &source, draft);
}

/// The node that each node stands in; a chain of them that leads back to its beginning counts for nothing.
fn containers(nodes: &[Node], ids: &BTreeMap<Text, usize>) -> Vec<Option<usize>> {
    let named = |node: usize| nodes.get(node).and_then(|n| ids.get(&n.fields.within)).copied();
    let in_circles = |node: usize| std::iter::successors(Some(node), |at| named(*at)).nth(MAX_WITHIN + 1).is_some();
    (0..nodes.len()).map(|node| named(node).filter(|_| !in_circles(node))).collect()
}

/// Nodes that a cable passes without a cut: where it is pulled through and no line ends.
fn passed(nodes: &[Node], joined: &Joined) -> BTreeSet<usize> {
    use PlaceKind::{Entry, Handhole, Manhole, Pole};
    let passes = |node: &Node| matches!(node.fields.kind, Some(Manhole | Handhole | Pole | Entry));
    let mut passed: BTreeSet<usize> =
        nodes.iter().enumerate().filter(|(_, node)| passes(node)).map(|(number, _)| number).collect();
    for pieces in &joined.pieces {
        for run in pieces.chunk_by(|a, b| a.run == b.run) {
            let ends = run.first().map(|p| p.ends[0]).into_iter().chain(run.last().map(|p| p.ends[1]));
            for end in ends {
                passed.remove(&end.node);
            }
        }
    }
    passed
}

/// Members of the data set's `extra`: what the collections have beside their features.
fn dataset_members(code: &str, members: &[Object; 2], mapping: &Mapping) -> Object {
    let mut all = Object::new();
    for (members, suffix) in members.iter().zip(["nodes", "lines"]) {
        let mut members = members.clone();
        // The name that an export would give anyway need not be kept.
        if members.get("name").and_then(Value::as_str) == Some(&*format!("{code}_{suffix}")) {
            members.shift_remove("name");
        }
        if !members.is_empty() {
            all.insert(suffix.to_owned(), Value::Object(members));
        }
    }
    if *mapping != Mapping::default() {
        // A mapping is plain data; that it cannot become JSON does not happen.
        all.insert(MAPPING.to_owned(), serde_json::to_value(mapping).unwrap_or(Value::Null));
    }
    all
}

pub(crate) fn extra(members: Object) -> Option<linewright_model::Extra> {
    (!members.is_empty()).then(|| members.into())
}

struct Node {
    code: Text,
    source: Source,
    fields: NodeFields,
    raw: RawNode,
}

struct Line {
    code: Text,
    source: Source,
    fields: LineFields,
    raw: RawLine,
}

impl Line {
    /// Whether an export of ours wrote it.
    fn is_own(&self) -> bool {
        self.raw.properties.get(OWN).and_then(Value::as_str).is_some_and(|what| what == "cable" || what == "span")
    }
}

/// Gives out codes, each once.
#[derive(Default)]
struct Codes {
    given: BTreeSet<Text>,
}

/// A kind of feature in a message.
fn said(what: &str) -> Phrase {
    let zh = match what {
        "node" => "节点",
        "line" => "线路",
        other => other,
    };
    Phrase::new(what, zh)
}

impl Codes {
    /// The code for an id; one made from the position where there is none. `None` for a record that is left out.
    fn give(&mut self, id: &Text, what: &str, source: &Source, same: bool, draft: &mut Draft) -> Option<Text> {
        if id.is_empty() {
            let number = source.row.unwrap_or_default();
            let code = self.free(&format!("{what}-{number}"));
            let reason = phrase!(
                "the {} has no id; it is called {code} after its position in the file",
                "{}没有 id；按其在文件中的位置命名为 {code}",
                said(what)
            );
            draft.note(Finding::info("no-id", source, "id", reason));
            return Some(code);
        }
        if self.given.insert(id.clone()) {
            return Some(id.clone());
        }
        let id_shown = shown(id);
        let reason = phrase!(
            "the {} id {id_shown} occurs before; give each its own",
            "{} id {id_shown} 重复；须唯一",
            said(what)
        );
        let finding = Finding::error("duplicate-id", source, "id", reason);
        if same {
            draft.note(finding.repairable(
                draft.repair(),
                phrase!("left out the repetition, which is the same", "已略去相同的重复项"),
            ));
            return None;
        }
        let code = self.free(id);
        draft.note(finding.repairable(draft.repair(), phrase!("called it {code}", "已命名为 {code}")));
        draft.repair().then_some(code)
    }

    fn free(&mut self, base: &str) -> Text {
        let mut code = Text::from(base);
        let mut n = 2;
        while !self.given.insert(code.clone()) {
            code = Text::from(format!("{base}#{n}"));
            n += 1;
        }
        code
    }
}

/// The id that columns or the feature itself give.
fn id_of(column: &Text, kept: &Object) -> Text {
    let feature = || kept.get(FEATURE).and_then(|f| f.get("id")).and_then(text_of);
    if column.is_empty() { feature().unwrap_or_default() } else { column.clone() }
}

fn nodes(raw: Vec<RawNode>, mapping: &Mapping, draft: &mut Draft) -> Vec<Node> {
    let (mut codes, mut seen, mut nodes) = (Codes::default(), BTreeMap::<Text, usize>::new(), Vec::<Node>::new());
    for mut raw in raw {
        let fields = mapping.nodes.read(&raw.properties);
        let id = id_of(&fields.id, &raw.kept);
        let source = Source { record: id.clone(), ..raw.source.clone() };
        let first = seen.get(&id).and_then(|n| nodes.get(*n));
        let same = first.is_some_and(|f| f.raw.vertex == raw.vertex && f.raw.properties == raw.properties);
        let Some(code) = codes.give(&id, "node", &source, same, draft) else { continue };
        if !id.is_empty() && code != id {
            mapping.nodes.id.set(&mut raw.properties, json!(&*code));
        }
        if let Some(status) = unknown_status(&mapping.nodes.status, &raw.properties) {
            note_status(&status, &source, draft);
        }
        seen.entry(id).or_insert(nodes.len());
        nodes.push(Node { code, source, fields, raw });
    }
    nodes
}

fn lines(raw: Vec<RawLine>, mapping: &Mapping, draft: &mut Draft) -> Vec<Line> {
    let (mut codes, mut seen, mut lines) = (Codes::default(), BTreeMap::<Text, usize>::new(), Vec::<Line>::new());
    for mut raw in raw {
        let fields = mapping.lines.read(&raw.properties);
        let id = id_of(&fields.id, &raw.kept);
        let source = Source { record: id.clone(), ..raw.source.clone() };
        let first = seen.get(&id).and_then(|n| lines.get(*n));
        let same = first.is_some_and(|f| f.raw.runs == raw.runs && f.raw.properties == raw.properties);
        let Some(code) = codes.give(&id, "line", &source, same, draft) else { continue };
        if !id.is_empty() && code != id {
            mapping.lines.id.set(&mut raw.properties, json!(&*code));
        }
        if let Some(status) = unknown_status(&mapping.lines.status, &raw.properties) {
            note_status(&status, &source, draft);
        }
        seen.entry(id).or_insert(lines.len());
        lines.push(Line { code, source, fields, raw });
    }
    lines
}

fn note_status(status: &str, source: &Source, draft: &mut Draft) {
    let reason =
        phrase!("the status {} is not understood; taken as in service", "状态 {} 无法识别；按在网处理", shown(status));
    draft.note(Finding::warning("unknown-status", source, "status", reason));
}

struct Writer<'a> {
    dataset: DatasetId,
    /// Places by node number: those given, then those made.
    places: Vec<PlaceId>,
    positions: Vec<Option<linewright_model::Position>>,
    /// The node that each given node stands in.
    within: Vec<Option<usize>>,
    /// Nodes at which only spans are cut.
    passed: BTreeSet<usize>,
    draft: &'a mut Draft,
}

impl Writer<'_> {
    fn label(&self, node: usize) -> String {
        let place = self.places.get(node).and_then(|id| self.draft.get(*id));
        place.map_or_else(String::new, |place| shown(place.tag.label()))
    }

    fn place(&mut self, node: Node, named: Option<&Text>) {
        let position = node.raw.vertex.map(|v| v.at);
        let mut place = Place::new(node.code, node.fields.kind.unwrap_or(PlaceKind::Node), position);
        let mut members = node.raw.properties;
        members.extend(node.raw.kept);
        place.tag.name = node.fields.name;
        if let Some(name) = named {
            let reason = phrase!(
                "the node has no name; the lines that end there call it {}",
                "节点没有名称；终于此处的线路称之为 {}",
                shown(name)
            );
            self.draft.note(Finding::info("named-by-lines", &node.source, "name", reason));
            place.tag.name = name.clone();
            members.insert(NAMED.to_owned(), json!(&**name));
        }
        place.tag.dataset = Some(self.dataset);
        place.tag.extra = extra(members);
        place.region = node.fields.region;
        place.plant = Plant { stage: node.fields.stage, unit: node.fields.unit, ..Plant::default() }.into();
        self.positions.push(position);
        let id = self.draft.add(place, node.source);
        self.places.push(id);
    }

    /// Puts the places into those they stand in.
    fn contain(&mut self) {
        for (node, outer) in self.within.iter().enumerate() {
            let outer = outer.and_then(|outer| self.places.get(outer)).copied();
            if let Some((id, outer)) = self.places.get(node).copied().zip(outer) {
                self.draft.edit(id, |place| place.within = Some(outer));
            }
        }
    }

    fn made(&mut self, joined: &Joined, lines: &[Line]) {
        for made in &joined.made {
            let (line, run, side) = made.by;
            let Some(line) = lines.get(line) else { continue };
            let end = if side == 0 { "start" } else { "end" };
            let part = if run == 0 { String::new() } else { format!("-{}", run + 1) };
            let side = if side == 0 { phrase!("start", "起点") } else { phrase!("end", "终点") };
            let (lon, lat) = (made.at.lon_deg(), made.at.lat_deg());
            let reason = phrase!(
                "no node stands at the {} of the line ({lon}, {lat}); a place was made for it",
                "线路{}（{lon}, {lat}）处没有节点；已为其新建地点",
                side
            );
            self.draft.note(Finding::info("end-without-node", &line.source, "geometry", reason));
            let mut place = Place::new(format!("{}#{end}{part}", line.code), PlaceKind::Node, Some(made.at));
            place.tag.dataset = Some(self.dataset);
            place.tag.extra = extra(Object::from_iter([(MADE.to_owned(), json!(true))]));
            place.plant = Plant { stage: line.fields.stage, unit: line.fields.unit.clone(), ..Plant::default() }.into();
            self.positions.push(Some(made.at));
            let id = self.draft.add(place, line.source.clone());
            self.places.push(id);
        }
    }

    fn line(&mut self, line: Line, pieces: &[Piece]) {
        let own = line.is_own();
        let Line { code, source, fields, raw } = line;
        let whole = code.clone();
        if pieces.is_empty() {
            let reason = phrase!(
                "the line has no usable course and does not name two known nodes; give it a geometry",
                "线路没有可用的走向，也未指明两个已知节点；请补充几何"
            );
            let finding = Finding::error("no-ends", &source, "geometry", reason);
            self.draft.note(finding.repairable(self.draft.repair(), phrase!("left it out", "已略去")));
            return;
        }
        let ground_m: f64 = pieces.iter().map(|p| self.ground_m(p)).sum();
        self.check(&fields, pieces, own, ground_m, &source);
        let ratio = if ground_m > 0.0 { cable_length_m(fields.length_m, ground_m) / ground_m } else { 1.0 };
        let plant: Alike<Plant> = Plant { stage: fields.stage, unit: fields.unit.clone(), ..Plant::default() }.into();
        let without_fibre = words::is_without_fibre(&fields.medium);
        let mut members = raw.properties;
        members.extend(raw.kept);
        // A span is a stretch between two nodes; a cable goes on where it only passes one.
        let goes_on =
            |a: &Piece, b: &Piece| !without_fibre && a.run == b.run && (own || self.passed.contains(&b.ends[0].node));
        let cables: Vec<&[Piece]> = pieces.chunk_by(goes_on).collect();
        for (number, parts) in cables.iter().enumerate() {
            let Some((first, last)) = parts.first().zip(parts.last()) else { continue };
            let code = if cables.len() == 1 { code.clone() } else { Text::from(format!("{code}#{}", number + 1)) };
            let mut kept = std::mem::take(&mut members);
            if cables.len() > 1 {
                let of = json!({"line": &*whole, "at": number, "of": cables.len(), "run": first.run, "cut": first.cut});
                kept.insert(PIECE.to_owned(), of);
            }
            let [a, b] = [first.ends[0], last.ends[1]].map(|end| self.places.get(end.node).copied());
            let (Some(a), Some(b)) = (a, b) else { continue };
            let mut along_m: f64 = parts.iter().map(|piece| self.ground_m(piece)).sum();
            if along_m <= 0.0 && pieces.len() == 1 {
                along_m = fields.length_m.unwrap_or(0.0);
            }
            let mut of_span = if without_fibre { std::mem::take(&mut kept) } else { Object::new() };
            let mut route = Vec::new();
            for (at, piece) in parts.iter().enumerate() {
                let code = if parts.len() == 1 { code.clone() } else { Text::from(format!("{code}#{}", at + 1)) };
                let length_m = if parts.len() == 1 { along_m } else { self.ground_m(piece) };
                let Some(mut span) = self.span(code, piece, length_m, &fields, std::mem::take(&mut of_span)) else {
                    continue;
                };
                span.plant = plant.clone();
                if words::is_radio(&fields.medium) && without_fibre {
                    // Nothing lies on the ground there, so no cable can be pulled along it.
                    span.capacity = Some(0);
                }
                if at > 0 && piece.cut {
                    let mut members = span.tag.extra.take().map(|extra| (*extra).clone()).unwrap_or_default();
                    members.insert(PIECE.to_owned(), json!({"cut": true}));
                    span.tag.extra = extra(members);
                }
                let span = self.draft.add(span, source.clone());
                route.push(linewright_model::RouteHop { span, bore: None });
            }
            if without_fibre {
                continue;
            }
            let mut cable = Cable::new(code, a, b, along_m * ratio);
            cable.tag.name = fields.name.clone();
            cable.tag.dataset = Some(self.dataset);
            cable.tag.extra = extra(kept);
            cable.cores = fields.cores;
            cable.fibre = fields.fibre.clone();
            cable.route = route;
            cable.plant = plant.clone();
            self.draft.add(cable, source.clone());
        }
    }

    /// The outermost node that a node stands in, or itself.
    fn ground(&self, node: usize) -> usize {
        let outer = |at: &usize| self.within.get(*at).copied().flatten();
        std::iter::successors(Some(node), outer).last().unwrap_or(node)
    }

    /// The span of a piece, `members` beside what the geometry leaves over.
    fn span(&self, code: Text, piece: &Piece, length_m: f64, fields: &LineFields, mut members: Object) -> Option<Span> {
        // A duct leads to the manhole, not to the closure in it.
        let [a, b] = piece.ends.map(|end| self.places.get(self.ground(end.node)).copied());
        let mut span = Span::new(code, fields.kind, a?, b?, length_m);
        span.course = join::piece_course(piece);
        span.tag.name = fields.name.clone();
        span.tag.dataset = Some(self.dataset);
        if let Some(altitudes) = altitudes(&piece.course) {
            members.insert(ALTITUDES.to_owned(), altitudes);
        }
        span.tag.extra = extra(members);
        Some(span)
    }

    /// Length of a piece along the ground; without a course, between its nodes.
    fn ground_m(&self, piece: &Piece) -> f64 {
        if piece.course.len() >= 2 {
            return course_length_m(&join::piece_course(piece));
        }
        let [a, b] = piece.ends.map(|end| self.positions.get(end.node).copied().flatten());
        a.zip(b).map_or(0.0, |(a, b)| distance_m(a, b))
    }

    fn check(&mut self, fields: &LineFields, pieces: &[Piece], own: bool, ground_m: f64, source: &Source) {
        if let Some(stored_m) = fields.length_m {
            check_length(stored_m, ground_m, source, "length", self.draft);
        }
        let outer = pieces.first().zip(pieces.last()).map(|(a, b)| (a.ends[0], b.ends[1]));
        let loops = outer.is_some_and(|(a, b)| a.node == b.node);
        if loops || (!fields.from.is_empty() && fields.from == fields.to) {
            let what = if fields.from.is_empty() { "one node".to_owned() } else { shown(&fields.from) };
            let reason = phrase!(
                "the line leads from {what} back to it; one of its ends is probably wrong",
                "线路从 {what} 又回到该处；其中一端可能有误"
            );
            self.draft.note(Finding::warning("self-link", source, "from", reason));
        }
        let runs = pieces.last().map_or(0, |p| p.run);
        let joints: Vec<usize> =
            pieces.windows(2).filter(|pair| pair[0].run == pair[1].run).map(|pair| pair[1].ends[0].node).collect();
        let (through, cut): (Vec<usize>, Vec<usize>) = joints.into_iter().partition(|node| self.passed.contains(node));
        let listed = |nodes: &[usize]| nodes.iter().map(|node| self.label(*node)).collect::<Vec<_>>().join(", ");
        let [cut_at, passes] = [listed(&cut), listed(&through)];
        if !cut.is_empty() && !own {
            let lines = cut.len() + 1;
            let reason = phrase!(
                "the line is read as {lines} lines that meet at {cut_at}",
                "线路读作 {lines} 条，相接于 {cut_at}"
            );
            self.draft.note(Finding::info("line-cut", source, "geometry", reason));
        }
        if !through.is_empty() && !own {
            let reason = phrase!(
                "the line passes {passes}; its spans are cut there, the cable is not",
                "线路经过 {passes}；路由段在该处分开，光缆不断"
            );
            self.draft.note(Finding::info("line-passes", source, "geometry", reason));
        }
        if runs > 0 {
            let lines = runs + 1;
            let reason = phrase!(
                "the parts of the line do not touch; they are read as {lines} lines",
                "线路各部分互不相接；读作 {lines} 条线路"
            );
            self.draft.note(Finding::warning("broken-line", source, "geometry", reason));
        }
        if words::is_without_fibre(&fields.medium) {
            let reason = phrase!(
                "the medium {} is not fibre; the line carries no cable",
                "介质 {} 不是光纤；该线路无光缆",
                shown(&fields.medium)
            );
            self.draft.note(Finding::info("no-fibre", source, "medium", reason));
        }
        let drawn = pieces.iter().any(|p| !p.course.is_empty());
        let named = outer.filter(|_| drawn).into_iter().flat_map(|(a, b)| [a, b]).filter(|end| end.how == How::Named);
        let named: Vec<End> = named.collect();
        for end in named {
            let (far_m, node) = (end.distance_m, self.label(end.node));
            let reason = phrase!(
                "the line ends {far_m:.0} m from {node}, which it names",
                "线路端点距其写明的 {node} {far_m:.0} 米"
            );
            self.draft.note(Finding::info("end-by-name", source, "from", reason));
        }
    }
}

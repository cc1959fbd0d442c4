//! The ends of a span: which nodes it joins, how far its route is from them, and what can be mended.

use std::collections::BTreeMap;

use linewright_model::{Alike, DatasetId, Place, PlaceId, PlaceKind, Position, Text, phrase};
use serde_json::Value;

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::geojson::grid::Grid;
use crate::length::distance_m;

/// A route that ends farther than this from its node is doubtful, metres.
const FAR_M: f64 = 1_000.0;
/// A route is taken as reversed only when its ends are off by more than this together, metres.
const REVERSED_M: f64 = 200.0;
/// A repair joins an end without a node to one within this distance, metres.
const SNAP_M: f64 = 1_000.0;

/// The nodes of a network while its spans are read.
pub(crate) struct Ends {
    pub(crate) dataset: DatasetId,
    places: Vec<(PlaceId, Option<Position>)>,
    by_code: BTreeMap<Text, usize>,
    /// Nodes by name; none for a name that several bear.
    by_name: BTreeMap<Text, Option<usize>>,
    grid: Grid,
}

/// What one end of a span says.
enum Said {
    Node(Text),
    Nothing,
}

impl Ends {
    pub(crate) fn new(dataset: DatasetId) -> Self {
        Self { dataset, places: Vec::new(), by_code: BTreeMap::new(), by_name: BTreeMap::new(), grid: Grid::default() }
    }

    pub(crate) fn add(&mut self, code: Text, name: &Text, id: PlaceId, at: Option<Position>) {
        let number = self.places.len();
        if !name.is_empty() {
            self.by_name.entry(name.clone()).and_modify(|node| *node = None).or_insert(Some(number));
        }
        if let Some(at) = at {
            self.grid.add(at, number);
        }
        self.places.push((id, at));
        self.by_code.entry(code).or_insert(number);
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Number, place and position of a node.
    pub(crate) fn place(&self, number: usize) -> Option<(PlaceId, Option<Position>)> {
        self.places.get(number).copied()
    }

    /// The nodes of a span by number; the course is turned round where it was reversed and that is mended.
    ///
    /// `None` when an end is unknown and was not made: the span is left out, with a finding.
    pub(crate) fn resolve(
        &mut self,
        start: Option<Value>,
        end: Option<Value>,
        code: &Text,
        course: &mut [Position],
        source: &Source,
        draft: &mut Draft,
    ) -> Option<[usize; 2]> {
        let (start, end) = (said(start, source, "start", draft), said(end, source, "end", draft));
        self.turn(&start, &end, course, source, draft);
        let a = self.one(start, "start", course.first().copied(), code, source, draft);
        let b = self.one(end, "end", course.last().copied(), code, source, draft);
        let (a, b) = (a?, b?);
        if a == b {
            let reason = phrase!(
                "the span leads from a node back to it; one of its ends is probably wrong",
                "路由段从一个节点又回到该节点；其中一端可能有误"
            );
            draft.note(Finding::warning("self-link", source, "end", reason));
        }
        Some([a, b])
    }

    fn known(&self, said: &Said) -> Option<usize> {
        match said {
            Said::Node(code) => self.by_code.get(code).copied(),
            Said::Nothing => None,
        }
    }

    fn turn(&self, start: &Said, end: &Said, course: &mut [Position], source: &Source, draft: &mut Draft) {
        let at = |said: &Said| self.known(said).and_then(|n| self.place(n)?.1);
        let (Some(a), Some(b), Some(first), Some(last)) = (at(start), at(end), course.first(), course.last()) else {
            return;
        };
        let as_is_m = distance_m(a, *first) + distance_m(b, *last);
        let turned_m = distance_m(a, *last) + distance_m(b, *first);
        if as_is_m > REVERSED_M && turned_m * 2.0 < as_is_m {
            let reason = phrase!("the route runs from the end node to the start node", "路由从终点走向起点");
            let finding = Finding::warning("reversed-route", source, "route", reason);
            draft.note(finding.repairable(draft.repair(), phrase!("turned it round", "已掉转方向")));
            if draft.repair() {
                course.reverse();
            }
        }
    }

    fn one(
        &mut self,
        said: Said,
        field: &'static str,
        at: Option<Position>,
        code: &Text,
        source: &Source,
        draft: &mut Draft,
    ) -> Option<usize> {
        if let Some(number) = self.known(&said) {
            let node_at = self.place(number).and_then(|(_, at)| at);
            let far_m = node_at.zip(at).map_or(0.0, |(a, b)| distance_m(a, b));
            if far_m > FAR_M {
                let far_km = far_m / 1000.0;
                let reason = phrase!(
                    "the route ends {far_km:.1} km from its node; one of them is misplaced",
                    "路由终点距其节点 {far_km:.1} 公里；两者之一位置有误"
                );
                draft.note(Finding::warning("end-far-from-node", source, field, reason));
            }
            return Some(number);
        }
        let repair = draft.repair();
        if let Said::Node(name) = &said
            && let Some(number) = self.by_name.get(name).copied().flatten()
        {
            let reason = phrase!(
                "there is no node of the id {}, but one of that name; give its id",
                "没有 id 为 {} 的节点，但有同名节点；请给出其 id",
                shown(name)
            );
            let finding = Finding::error("name-as-id", source, field, reason);
            draft.note(finding.repairable(repair, phrase!("joined it to the node of that name", "已接到同名节点")));
            return repair.then_some(number);
        }
        let (rule, reason, code) = match said {
            Said::Node(node) => {
                ("dangling-end", phrase!("there is no node {}; add it", "没有节点 {}；请补充", shown(&node)), node)
            }
            Said::Nothing => {
                let reason = phrase!("the span does not say its {field} node", "路由段未说明其 {field} 节点");
                let near = at.and_then(|at| self.grid.nearest(at, SNAP_M));
                if let Some((distance_m, number)) = near {
                    let done = phrase!(
                        "joined it to the node {distance_m:.0} m from the end of its route",
                        "已接到距其路由终点 {distance_m:.0} 米的节点"
                    );
                    draft.note(Finding::error("missing-end", source, field, reason).repairable(repair, done));
                    return repair.then_some(number);
                }
                if at.is_none() {
                    let done = phrase!("left the span out", "已略去该路由段");
                    draft.note(Finding::error("missing-end", source, field, reason).repairable(repair, done));
                    return None;
                }
                ("missing-end", reason, Text::from(format!("{code}#{field}")))
            }
        };
        let done = phrase!("made a node at the end of the route", "已在路由端点建立节点");
        draft.note(Finding::error(rule, source, field, reason).repairable(repair, done));
        repair.then(|| self.make(code, at, source, draft))
    }

    fn make(&mut self, code: Text, at: Option<Position>, source: &Source, draft: &mut Draft) -> usize {
        let mut place = Place::new(code.clone(), PlaceKind::Node, at);
        place.tag.dataset = Some(self.dataset);
        place.plant = Alike::default();
        let id = draft.add(place, source.clone());
        self.add(code, &Text::default(), id, at);
        self.places.len() - 1
    }
}

/// What an end says: the id of a node, or a node with its id.
fn said(value: Option<Value>, source: &Source, field: &'static str, draft: &mut Draft) -> Said {
    let id = match value {
        Some(Value::Object(mut node)) => node.shift_remove("id"),
        other => other,
    };
    match id {
        Some(Value::String(id)) if !id.trim().is_empty() => Said::Node(Text::from(id)),
        Some(Value::Number(id)) => {
            let reason = phrase!("the id {id} is a number; it is read as text", "id {id} 是数字；按文本读取");
            draft.note(Finding::warning("id-not-text", source, field, reason));
            Said::Node(Text::from(id.to_string()))
        }
        _ => Said::Nothing,
    }
}

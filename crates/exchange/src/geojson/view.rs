//! A network as exchange formats see it: per data set its nodes, and lines that are cables or empty spans.

use std::collections::BTreeSet;
use std::sync::Arc;

use linewright_model::{
    Cable, CableId, Dataset, DatasetId, Extra, Network, Place, PlaceId, Plant, Position, Span, SpanId, Tag,
};
use serde_json::Value;

use crate::geojson::collect::ALTITUDES;
use crate::geojson::geometry::{Run, Vertex, with_altitudes};
use crate::geojson::import::PIECE;
use crate::geojson::join::uncut;
use crate::length::distance_m;

/// Places within places within places: deeper ones are a loop in the data.
pub(crate) const MAX_WITHIN: usize = 16;

/// What one export has in one network: a data set, or the records of none.
pub(crate) struct Group<'a> {
    pub(crate) dataset: Option<(DatasetId, &'a Arc<Dataset>)>,
    /// Places of the group, and those of others at which its lines end.
    pub(crate) places: Vec<(PlaceId, &'a Arc<Place>)>,
    pub(crate) lines: Vec<Line<'a>>,
}

/// A line of a map: a cable with the first of its spans, or a span without a cable.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) cable: Option<(CableId, &'a Arc<Cable>)>,
    pub(crate) span: Option<&'a Arc<Span>>,
}

impl<'a> Line<'a> {
    /// The record that the line's attributes belong to.
    pub(crate) fn tag(&self) -> Option<&'a Tag> {
        self.cable.map(|(_, c)| &c.tag).or(self.span.map(|s| &s.tag))
    }

    pub(crate) fn plant(&self) -> Option<&'a Plant> {
        self.cable.map(|(_, c)| &*c.plant).or(self.span.map(|s| &*s.plant))
    }

    pub(crate) fn ends(&self) -> Option<[PlaceId; 2]> {
        self.cable.map(|(_, c)| [c.a, c.b]).or(self.span.map(|s| [s.a, s.b]))
    }

    pub(crate) fn length_m(&self) -> f64 {
        self.cable.map(|(_, c)| c.length_m).or(self.span.map(|s| s.length_m)).unwrap_or_default()
    }

    /// Length of the spans that the line lies in, metres.
    pub(crate) fn ground_m(&self, network: &Network) -> f64 {
        match (self.cable, self.span) {
            (Some((_, cable)), _) => {
                cable.route.iter().filter_map(|hop| network.get(hop.span)).map(|span| span.length_m).sum()
            }
            (None, span) => span.map_or(0.0, |span| span.length_m),
        }
    }

    /// The course from the first end to the second.
    pub(crate) fn course(&self, network: &Network) -> Run {
        match (self.cable, self.span) {
            (Some((_, cable)), _) => cable_course(network, cable),
            (None, Some(span)) => span_course(span),
            (None, None) => Run::new(),
        }
    }
}

/// The groups to export: that of the data set with this code, or all that have records; at least one.
pub(crate) fn groups<'a>(network: &'a Network, only: Option<&str>) -> Vec<Group<'a>> {
    let mut keys: Vec<Option<(DatasetId, &Arc<Dataset>)>> = network.all::<Dataset>().map(Some).collect();
    keys.sort_by(|a, b| code(a).cmp(code(b)));
    match only {
        Some(only) => keys.retain(|key| code(key) == only),
        None => keys.insert(0, None),
    }
    let groups = keys.into_iter().map(|dataset| group(network, dataset));
    let mut groups: Vec<Group<'_>> =
        groups.filter(|g| g.dataset.is_some() || !g.places.is_empty() || !g.lines.is_empty()).collect();
    if groups.is_empty() {
        // Formats have no way to say nothing at all, so an empty network says so.
        groups.push(group(network, None));
    }
    groups
}

fn code<'a>(key: &Option<(DatasetId, &'a Arc<Dataset>)>) -> &'a str {
    key.map_or("", |(_, dataset)| &dataset.tag.code)
}

fn group<'a>(network: &'a Network, dataset: Option<(DatasetId, &'a Arc<Dataset>)>) -> Group<'a> {
    let key = dataset.map(|(id, _)| id);
    let cables = network.all::<Cable>().filter(|(_, c)| c.tag.dataset == key);
    let mut lines: Vec<Line<'_>> = cables
        .map(|cable| {
            let span = cable.1.route.first().and_then(|hop| network.get(hop.span));
            Line { cable: Some(cable), span }
        })
        .collect();
    for (id, span) in network.all::<Span>().filter(|(_, s)| s.tag.dataset == key) {
        if !has_cable(network, id, key) {
            lines.push(Line { cable: None, span: Some(span) });
        }
    }
    let mut ids: BTreeSet<PlaceId> =
        network.all::<Place>().filter(|(_, p)| p.tag.dataset == key).map(|(id, _)| id).collect();
    ids.extend(lines.iter().filter_map(Line::ends).flatten());
    let places = ids.into_iter().filter_map(|id| Some((id, network.get(id)?))).collect();
    Group { dataset, places, lines }
}

/// How many spans are no lines of their own because cables lie in them: of all records or of one data set. Those of a data
/// set that was read from a map come with their cables and are not counted.
pub(crate) fn spans_in_cables(network: &Network, only: Option<DatasetId>) -> usize {
    let from_map = |set: DatasetId| {
        network.get(set).is_some_and(|set| &*set.format == "geojson" || set.format.starts_with("ofds"))
    };
    let asked = |span: &Span| only.is_none() || span.tag.dataset == only;
    let spans = network.all::<Span>().filter(|(_, span)| asked(span) && !span.tag.dataset.is_some_and(from_map));
    spans.filter(|(id, span)| has_cable(network, *id, span.tag.dataset)).count()
}

fn has_cable(network: &Network, span: SpanId, dataset: Option<DatasetId>) -> bool {
    let mut riders = network.referring::<CableId>(span);
    riders.any(|id| network.get(id).is_some_and(|cable| cable.tag.dataset == dataset))
}

/// Where a place is: its own position, or that of what it stands in.
pub(crate) fn position(network: &Network, id: PlaceId) -> Option<Position> {
    let mut place = network.get(id)?;
    for _ in 0..MAX_WITHIN {
        if place.position.is_some() {
            return place.position;
        }
        place = network.get(place.within?)?;
    }
    None
}

/// A member of a record's `extra`.
pub(crate) fn member<'a>(extra: &'a Option<Extra>, key: &str) -> Option<&'a Value> {
    extra.as_ref()?.get(key)
}

fn span_course(span: &Span) -> Run {
    with_altitudes(&span.course, member(&span.tag.extra, ALTITUDES))
}

/// The place that a place is in on the ground: the outermost of those it stands within (a closure in its manhole).
pub(crate) fn ground(network: &Network, place: PlaceId) -> PlaceId {
    let mut at = place;
    for _ in 0..MAX_WITHIN {
        match network.get(at).and_then(|place| place.within) {
            Some(outer) => at = outer,
            None => return at,
        }
    }
    place
}

/// Whether a span is walked from its second end to its first: from `at`, towards the end that it shares with
/// what follows; `course` begins where `last` ended if both ends are at one place.
fn is_backward([a, b]: [PlaceId; 2], at: PlaceId, then: &[PlaceId], course: &Run, last: Option<&Vertex>) -> bool {
    if a == b {
        let off_m = |vertex: Option<&Vertex>| vertex.zip(last).map_or(0.0, |(v, last)| distance_m(v.at, last.at));
        return off_m(course.last()) < off_m(course.first());
    }
    if a == at {
        return false;
    }
    // Where the route does not hang together, what follows still says which end comes last.
    b == at || (then.contains(&a) && !then.contains(&b))
}

/// The spans' courses one after the other, each turned to go on where the last ended; between spans without a
/// course the places at their ends. Vertices put in where an import cut the line are left out.
fn cable_course(network: &Network, cable: &Cable) -> Run {
    let spans: Vec<&Arc<Span>> = cable.route.iter().filter_map(|hop| network.get(hop.span)).collect();
    let ends_of = |span: &Span| [span.a, span.b].map(|end| ground(network, end));
    let goal = [ground(network, cable.b)];
    let mut at = ground(network, cable.a);
    let mut courses: Vec<(Run, bool)> = Vec::new();
    for (number, span) in spans.iter().enumerate() {
        let ends = ends_of(span);
        let next = spans.get(number + 1).map(|next| ends_of(next));
        let mut course = span_course(span);
        if course.is_empty() && spans.len() > 1 {
            let ends = [span.a, span.b].into_iter().filter_map(|id| position(network, id));
            course = ends.map(|at| Vertex { at, altitude_m: None }).collect();
        }
        let then = next.as_ref().map_or(&goal[..], |next| &next[..]);
        let last = courses.iter().rev().find_map(|(course, _)| course.last());
        let backward = is_backward(ends, at, then, &course, last);
        if backward {
            course.reverse();
        }
        at = ends[usize::from(!backward)];
        let cut = member(&span.tag.extra, PIECE).is_some_and(|piece| piece["cut"] == Value::Bool(true));
        courses.push((course, cut && !backward));
    }
    uncut(courses.iter().map(|(course, cut)| (course, *cut)))
}

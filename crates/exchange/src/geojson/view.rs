//! A network as exchange formats see it: per data set its nodes, and lines that are cables or empty spans.

use std::collections::BTreeSet;
use std::sync::Arc;

use linewright_model::{
    Cable, CableId, Dataset, DatasetId, Extra, Network, Place, PlaceId, Plant, Position, Span, SpanId, Tag,
};
use serde_json::Value;

use crate::geojson::collect::ALTITUDES;
use crate::geojson::geometry::{Run, with_altitudes};

/// Places within places within places: deeper ones are a loop in the data.
const MAX_WITHIN: usize = 16;

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
        self.cable.map(|(_, c)| &c.plant).or(self.span.map(|s| &s.plant))
    }

    pub(crate) fn ends(&self) -> Option<[PlaceId; 2]> {
        self.cable.map(|(_, c)| [c.a, c.b]).or(self.span.map(|s| [s.a, s.b]))
    }

    pub(crate) fn length_m(&self) -> f64 {
        self.cable.map(|(_, c)| c.length_m).or(self.span.map(|s| s.length_m)).unwrap_or_default()
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

/// The spans' courses one after the other, each turned to go on where the last ended; between spans without a
/// course the places at their ends.
fn cable_course(network: &Network, cable: &Cable) -> Run {
    let mut run = Run::new();
    let mut at = cable.a;
    for hop in &cable.route {
        let Some(span) = network.get(hop.span) else { continue };
        let mut course = span_course(span);
        let backward = span.a != at && span.b == at;
        if course.is_empty() && cable.route.len() > 1 {
            let ends = [span.a, span.b].into_iter().filter_map(|id| position(network, id));
            course = ends.map(|at| crate::geojson::geometry::Vertex { at, altitude_m: None }).collect();
        }
        if backward {
            course.reverse();
        }
        at = if backward { span.a } else { span.b };
        let meets = run.last().zip(course.first()).is_some_and(|(a, b)| a == b);
        run.extend(course.get(usize::from(meets)..).unwrap_or_default());
    }
    run
}

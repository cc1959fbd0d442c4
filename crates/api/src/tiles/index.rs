//! Where everything drawn lies on the map, by the zoom from which it is drawn. Derived from a network, and kept as long as
//! nothing drawn changes.

use linewright_model::{
    Address, AddressId, Cable, CableId, Network, Place, PlaceId, PlaceKind, Position, SiteClass, Span, SpanId,
};
use linewright_search::{course_of, site};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::line::{OnMap, on_map};

/// Something drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Drawn {
    /// A place other than premises.
    Place(PlaceId),
    /// Customer premises.
    Premises(PlaceId),
    /// A standard address without premises.
    Address(AddressId),
    /// A span.
    Span(SpanId),
    /// A cable section.
    Cable(CableId),
}

type Box = GeomWithData<Rectangle<OnMap>, Drawn>;

/// Zooms from which more is drawn: what comes first is drawn from afar.
const FROM_ZOOM: [u8; 4] = [0, 9, 12, 14];

/// The index: one tree for each step of zoom.
#[derive(Debug)]
pub(crate) struct Index {
    trees: [RTree<Box>; FROM_ZOOM.len()],
}

impl Index {
    /// Takes seconds for a province.
    pub(crate) fn build(network: &Network) -> Self {
        let mut boxes: [Vec<Box>; FROM_ZOOM.len()] = Default::default();
        let mut put = |step: usize, course: &[OnMap], what: Drawn| {
            if let (Some(bounds), Some(list)) = (bounds(course), boxes.get_mut(step)) {
                list.push(GeomWithData::new(bounds, what));
            }
        };
        for (id, place) in network.all::<Place>() {
            let Some(at) = site(network, id) else { continue };
            let what = if place.kind == PlaceKind::Premises { Drawn::Premises(id) } else { Drawn::Place(id) };
            put(step_of_place(place.kind), &[on_map(at)], what);
        }
        for (id, address) in network.all::<Address>() {
            if let (Some(at), None) = (address.position, address.premises) {
                put(3, &[on_map(at)], Drawn::Address(id));
            }
        }
        for (id, span) in network.all::<Span>() {
            let ends = [span.a, span.b].map(|end| step_of(network, end));
            let course = course_on_map(&course_of(network, span));
            put(step_between(ends).min(step_of_extent(&course)), &course, Drawn::Span(id));
        }
        for (id, cable) in network.all::<Cable>() {
            let ends = [cable.a, cable.b].map(|end| step_of(network, end));
            let course: Vec<OnMap> = cable_courses(network, cable).concat();
            put(step_between(ends).min(step_of_extent(&course)), &course, Drawn::Cable(id));
        }
        Self { trees: boxes.map(RTree::bulk_load) }
    }

    /// What touches a box, in order of kind and id, the most important first.
    pub(crate) fn within(&self, area: [OnMap; 2]) -> Vec<Drawn> {
        self.found(u8::MAX, 0.0, area)
    }

    /// What is seen at a zoom in a box: of lines those that are longer than a pixel of a tile of 512.
    pub(super) fn seen(&self, zoom: u8, area: [OnMap; 2]) -> Vec<Drawn> {
        self.found(zoom, 0.5_f64.powi(zoom.into()) / 512.0, area)
    }

    fn found(&self, zoom: u8, shortest: f64, [low, high]: [OnMap; 2]) -> Vec<Drawn> {
        let area = AABB::from_corners(low, high);
        let mut found = Vec::new();
        for (tree, from) in self.trees.iter().zip(FROM_ZOOM) {
            if from > zoom {
                break;
            }
            let long =
                |of: &&Box| !matches!(of.data, Drawn::Span(_) | Drawn::Cable(_)) || extent(of.geom()) >= shortest;
            let mut step: Vec<Drawn> =
                tree.locate_in_envelope_intersecting(area).filter(long).map(|of| of.data).collect();
            step.sort_unstable();
            found.append(&mut step);
        }
        found
    }
}

fn bounds(course: &[OnMap]) -> Option<Rectangle<OnMap>> {
    let first = *course.first()?;
    let (low, high) = course.iter().fold((first, first), |(low, high), point| {
        ([0, 1].map(|axis| low[axis].min(point[axis])), [0, 1].map(|axis| high[axis].max(point[axis])))
    });
    Some(Rectangle::from_corners(low, high))
}

/// The longer side.
fn extent(of: &Rectangle<OnMap>) -> f64 {
    let (low, high) = (of.lower(), of.upper());
    (high[0] - low[0]).max(high[1] - low[1])
}

fn step_of_place(kind: PlaceKind) -> usize {
    match kind {
        PlaceKind::Site(SiteClass::Core | SiteClass::Aggregation) => 0,
        PlaceKind::Site(SiteClass::Access) | PlaceKind::Node => 1,
        PlaceKind::Cabinet => 2,
        _ => 3,
    }
}

fn step_of(network: &Network, place: PlaceId) -> usize {
    network.get(place).map_or(3, |place| step_of_place(place.kind))
}

/// Between two sites a line is as important as the lesser of them; a line of the street is drawn with the streets.
fn step_between(ends: [usize; 2]) -> usize {
    // A trunk between sites is seen from afar; ducts between manholes from where single streets are told apart.
    match ends[0].max(ends[1]) {
        0 => 0,
        1 => 1,
        2 => 2,
        _ => {
            if ends[0].min(ends[1]) <= 2 {
                2
            } else {
                3
            }
        }
    }
}

/// A long line is seen from afar whatever it ends at: from where it takes twelve pixels of a tile of 512.
fn step_of_extent(course: &[OnMap]) -> usize {
    // The farthest lines are seen from zoom 6, though drawn from 0: before that all of a network is a few pixels.
    const SEEN_FROM: [i32; 3] = [6, 9, 12];
    let Some(extent) = bounds(course).map(|bounds| extent(&bounds)) else { return SEEN_FROM.len() };
    SEEN_FROM.iter().position(|zoom| extent >= 12.0 / 512.0 * 0.5_f64.powi(*zoom)).unwrap_or(SEEN_FROM.len())
}

fn course_on_map(course: &[Position]) -> Vec<OnMap> {
    course.iter().copied().map(on_map).collect()
}

/// The course of a cable section, a line for each stretch that hangs together: along its spans, or straight between its ends.
pub(crate) fn cable_courses(network: &Network, cable: &Cable) -> Vec<Vec<OnMap>> {
    courses(network, cable).iter().map(|course| course_on_map(course)).collect()
}

/// As [`cable_courses`], in positions.
pub(crate) fn courses(network: &Network, cable: &Cable) -> Vec<Vec<Position>> {
    let spans = cable.route.iter().filter_map(|hop| network.get(hop.span));
    let mut lines: Vec<Vec<Position>> = Vec::new();
    for span in spans {
        let course = course_of(network, span);
        let (Some(first), Some(last)) = (course.first().copied(), course.last().copied()) else { continue };
        let reversed = || course.iter().rev().copied();
        match lines.last_mut() {
            Some(line) if line.last() == Some(&first) => line.extend(course.iter().skip(1)),
            Some(line) if line.last() == Some(&last) => line.extend(reversed().skip(1)),
            // The first span may lie against the direction of the cable.
            Some(line) if line.first() == Some(&first) => {
                line.reverse();
                line.extend(course.iter().skip(1));
            }
            Some(line) if line.first() == Some(&last) => {
                line.reverse();
                line.extend(reversed().skip(1));
            }
            _ => lines.push(course),
        }
    }
    if lines.is_empty()
        && let (Some(a), Some(b)) = (site(network, cable.a), site(network, cable.b))
    {
        lines.push(vec![a, b]);
    }
    lines
}

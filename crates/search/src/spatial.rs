//! The spatial index: nearest places and nearest points of spans, exact on the globe.
//!
//! Positions and arcs are indexed on the unit sphere in space; what the index offers is then measured
//! geodesically.

use std::collections::HashSet;

use linewright_model::{Network, Place, PlaceId, PlaceKind, Position, Span, SpanId};
use rstar::primitives::GeomWithData;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use crate::geometry::{self, Arc, Foot, OnSphere, on_sphere};

/// Mean Earth radius, metres; only turns metres into a first guess of chords.
pub(crate) const RADIUS_M: f64 = 6_371_008.8;
/// Sphere and ellipsoid differ by less than 1 % in distances, so by less than this in squared chords.
const SLACK: f64 = 1.03;

/// Squared chord of some millimetres: nearer than this things are tied by rounding.
const TIE: f64 = 1e-18;

/// Squared chord that surely spans `radius_m` on the ellipsoid.
fn chord_squared(radius_m: f64) -> f64 {
    let angle = (radius_m * 1.01 / RADIUS_M).min(std::f64::consts::PI);
    let chord = 2.0 * (angle / 2.0).sin();
    // Rounding must not lose the antipodes.
    chord * chord + 1e-12
}

/// One leg of a span's course, bulging with the sphere.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) span: SpanId,
    pub(crate) shape: Shape,
}

impl Leg {
    /// Its length, metres on a sphere.
    pub(crate) fn length_m(&self) -> f64 {
        match &self.shape {
            Shape::Arc(arc) => arc.half * 2.0 * RADIUS_M,
            Shape::Point(_) => 0.0,
        }
    }
}

#[derive(Debug)]
pub(crate) enum Shape {
    Arc(Arc),
    Point(OnSphere),
}

impl RTreeObject for Leg {
    type Envelope = AABB<OnSphere>;

    fn envelope(&self) -> Self::Envelope {
        match &self.shape {
            Shape::Point(at) => AABB::from_point(*at),
            Shape::Arc(arc) => {
                let bulge = 1.0 - arc.half.cos();
                let [a, b] = arc.ends;
                let low = [0, 1, 2].map(|axis| a[axis].min(b[axis]) - bulge);
                let high = [0, 1, 2].map(|axis| a[axis].max(b[axis]) + bulge);
                AABB::from_corners(low, high)
            }
        }
    }
}

impl PointDistance for Leg {
    fn distance_2(&self, from: &OnSphere) -> f64 {
        match &self.shape {
            Shape::Point(at) => at.distance_2(from),
            Shape::Arc(arc) => arc.chord_squared(*from),
        }
    }
}

/// Positions of places and courses of spans, for "what is near".
#[derive(Debug, Default)]
pub(crate) struct Spatial {
    /// Customers' own rooms, which most places are.
    premises: RTree<Site>,
    /// All other places.
    places: RTree<Site>,
    legs: RTree<Leg>,
}

/// Where a place is.
type Site = GeomWithData<OnSphere, PlaceId>;

impl Spatial {
    pub(crate) fn build(network: &Network) -> Self {
        let (mut premises, mut places) = (Vec::new(), Vec::new());
        for (id, place) in network.all::<Place>() {
            let Some(position) = place.position else { continue };
            let kind = if is_premises(place) { &mut premises } else { &mut places };
            kind.push(Site::new(on_sphere(position), id));
        }
        let legs = network.all::<Span>().flat_map(|(id, span)| legs_of(network, id, span)).collect();
        Self { premises: RTree::bulk_load(premises), places: RTree::bulk_load(places), legs: RTree::bulk_load(legs) }
    }

    /// An index of these spans and nothing else.
    pub(crate) fn of_spans(network: &Network, spans: impl Iterator<Item = SpanId>) -> Self {
        let legs =
            spans.filter_map(|id| Some((id, network.get(id)?))).flat_map(|(id, span)| legs_of(network, id, span));
        Self { legs: RTree::bulk_load(legs.collect()), ..Self::default() }
    }

    /// Legs that may come within `gap_m` metres of this one: those whose boxes do.
    pub(crate) fn legs_within(&self, leg: &Leg, gap_m: f64) -> impl Iterator<Item = &Leg> {
        let (low, high) = (leg.envelope().lower(), leg.envelope().upper());
        let gap = gap_m * 1.01 / RADIUS_M;
        let near = AABB::from_corners(low.map(|axis| axis - gap), high.map(|axis| axis + gap));
        self.legs.locate_in_envelope_intersecting(near)
    }

    /// The two ends of a span's course, as points of the sphere.
    pub(crate) fn ends_of(network: &Network, span: &Span) -> Option<[OnSphere; 2]> {
        let course = course_of(network, span);
        Some([on_sphere(*course.first()?), on_sphere(*course.last()?)])
    }
}

fn is_premises(place: &Place) -> bool {
    place.kind == PlaceKind::Premises
}

pub(crate) fn legs_of(network: &Network, span: SpanId, record: &Span) -> Vec<Leg> {
    let course: Vec<OnSphere> = course_of(network, record).into_iter().map(on_sphere).collect();
    let shapes = course.windows(2).flat_map(|leg| match Arc::new([leg[0], leg[1]]) {
        Some(arc) => vec![Shape::Arc(arc)],
        None => vec![Shape::Point(leg[0]), Shape::Point(leg[1])],
    });
    shapes.map(|shape| Leg { span, shape }).collect()
}

/// The course of a span: as recorded, or straight between its ends where those have positions.
pub fn course_of(network: &Network, span: &Span) -> Vec<Position> {
    if span.course.len() >= 2 {
        return span.course.clone();
    }
    let end = |place: PlaceId| network.get(place).and_then(|place| place.position);
    match (end(span.a), end(span.b)) {
        (Some(a), Some(b)) => vec![a, b],
        _ => Vec::new(),
    }
}

/// What changed since the index was built.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpatialOverlay {
    /// Places and spans whose indexed geometry no longer counts.
    stale_places: HashSet<PlaceId>,
    stale_spans: HashSet<SpanId>,
}

impl SpatialOverlay {
    pub(crate) fn place_changed(&mut self, id: PlaceId) {
        self.stale_places.insert(id);
    }

    pub(crate) fn span_changed(&mut self, id: SpanId) {
        self.stale_spans.insert(id);
    }

    /// Spans that are no longer where the index says.
    pub(crate) fn stale_spans(&self) -> &HashSet<SpanId> {
        &self.stale_spans
    }

    pub(crate) fn len(&self) -> usize {
        self.stale_places.len() + self.stale_spans.len()
    }
}

/// What to look for: at most `most` things within `radius_m` of a position.
#[derive(Clone, Copy)]
pub(crate) struct Near {
    pub(crate) from: Position,
    pub(crate) radius_m: f64,
    pub(crate) most: usize,
}

impl Near {
    /// The nearest of what the overlay says and of what the index offers in ascending order of squared chord.
    ///
    /// `measure` gives the thing found with its distance in metres, or nothing for one that is not wanted.
    fn collect<I: Copy + Ord + std::hash::Hash, T>(
        self,
        stale: &HashSet<I>,
        indexed: impl Iterator<Item = (I, f64)>,
        measure: impl Fn(I) -> Option<(T, f64)>,
    ) -> Vec<(I, T)> {
        let mut found: Vec<(I, T, f64)> = Vec::new();
        let note = |id: I, found: &mut Vec<(I, T, f64)>| {
            if let Some((thing, distance_m)) = measure(id)
                && distance_m <= self.radius_m
            {
                found.push((id, thing, distance_m));
            }
        };
        for id in stale {
            note(*id, &mut found);
        }
        let limit = chord_squared(self.radius_m);
        let mut seen = HashSet::new();
        let (mut kept, mut last) = (0, 0.0);
        for (id, squared) in indexed {
            // Sphere and ellipsoid order near-equal distances differently: read a little past the last one kept.
            if squared > limit || (kept >= self.most && squared > last * SLACK + TIE) {
                break;
            }
            if stale.contains(&id) || !seen.insert(id) {
                continue;
            }
            let before = found.len();
            note(id, &mut found);
            if found.len() > before && kept < self.most {
                kept += 1;
                last = squared;
            }
        }
        found.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
        found.truncate(self.most);
        found.into_iter().map(|(id, thing, _)| (id, thing)).collect()
    }
}

/// The places nearest to a position for which `wanted` holds, nearest first, ties by id; of premises none unless
/// `premises` says so.
pub(crate) fn nearest_places(
    index: &Spatial,
    overlay: &SpatialOverlay,
    network: &Network,
    near: Near,
    premises: bool,
    wanted: &dyn Fn(PlaceId, &Place) -> bool,
) -> Vec<(PlaceId, f64)> {
    let around = |tree: &'_ RTree<Site>| {
        let indexed = tree.nearest_neighbor_iter_with_distance_2(on_sphere(near.from));
        near.collect(&overlay.stale_places, indexed.map(|(site, squared)| (site.data, squared)), |id| {
            let place = network.get(id).filter(|place| (premises || !is_premises(place)) && wanted(id, place))?;
            let distance_m = geometry::distance_m(near.from, place.position?);
            Some((distance_m, distance_m))
        })
    };
    let mut found = around(&index.places);
    if premises {
        found.extend(around(&index.premises));
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        // Places that have changed are looked at with either tree.
        found.dedup_by_key(|(id, _)| *id);
        found.truncate(near.most);
    }
    found
}

/// The spans nearest to a position for which `wanted` holds with their nearest points, nearest first, ties by
/// id.
pub(crate) fn nearest_spans(
    index: &Spatial,
    overlay: &SpatialOverlay,
    network: &Network,
    near: Near,
    wanted: &dyn Fn(SpanId, &Span) -> bool,
) -> Vec<(SpanId, Foot)> {
    let indexed = index.legs.nearest_neighbor_iter_with_distance_2(on_sphere(near.from));
    near.collect(&overlay.stale_spans, indexed.map(|(leg, squared)| (leg.span, squared)), |id| {
        let span = network.get(id).filter(|span| wanted(id, span))?;
        let foot = geometry::nearest_on_course(near.from, &course_of(network, span))?;
        Some((foot, foot.distance_m))
    })
}

//! Shared trenches 同沟 by geometry: spans that run beside each other (DOMAIN §2.9).
//!
//! What counts is the length over which one course runs within the gap of the other, and in about its direction:
//! spans that merely meet, cross, or follow one another do not share a trench. Lengths are those of a sphere, so
//! within 0.6 % of the ground's.

use std::collections::HashSet;
use std::thread;

use linewright_model::{Network, Span, SpanId, SpanKind};

use crate::geometry::{Arc, OnSphere, blend, dot};
use crate::spatial::{Leg, RADIUS_M, Shape, Spatial, legs_of};

/// When spans count as one trench; a carrier's own figures are in the policy of its catalog.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    /// Spans within this distance of each other, metres …
    pub gap_m: f64,
    /// … for more than this length, metres, share a trench.
    pub run_m: f64,
}

impl Default for Limits {
    /// 5 m and 50 m (DOMAIN §2.9).
    fn default() -> Self {
        Self { gap_m: 5.0, run_m: 50.0 }
    }
}

/// Two spans that run beside each other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Beside {
    /// The span with the lower id.
    pub a: SpanId,
    /// The other.
    pub b: SpanId,
    /// Length in common, metres: along the one or the other, whichever is less.
    pub common_m: f64,
}

/// A span without a course is taken to be straight when its length is that of the straight line, give or take this
/// share; where another one runs nobody knows.
const STRAIGHT_WITHIN: f64 = 0.1;

/// Legs that differ in direction by more than 45° cross; they do not run beside each other.
const COS_MOST_APART: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// Longer legs are measured in pieces of this length, whose chords leave the ground by 0.3 m at most.
const PIECE_M: f64 = 4_000.0;

/// Whether the records name two different trenches: then geometry has no say.
pub fn data_says_otherwise(one: &Span, other: &Span) -> bool {
    !one.trench.is_empty() && !other.trench.is_empty() && one.trench != other.trench
}

/// Whether spans of these kinds can lie in one trench, or hang on the same poles.
///
/// What runs inside a building does neither.
fn kinds_agree(one: SpanKind, other: SpanKind) -> bool {
    use SpanKind::{Indoor, PoleLine, Unrecorded};
    match (one, other) {
        (Indoor, _) | (_, Indoor) => false,
        (Unrecorded, _) | (_, Unrecorded) => true,
        (one, other) => (one == PoleLine) == (other == PoleLine),
    }
}

/// Every pair of spans that run beside each other, ascending, whatever the records call their trenches.
pub fn all(network: &Network, limits: Limits) -> Vec<Beside> {
    among(network, &Spatial::of_spans(network, network.all::<Span>().map(|(id, _)| id)), limits)
}

/// As [`all`], with an index of all spans that stands already.
pub(crate) fn among(network: &Network, index: &Spatial, limits: Limits) -> Vec<Beside> {
    let ground = Ground { network, indexed: index, stale: None, fresh: None, limits };
    let ids: Vec<SpanId> = network.all::<Span>().map(|(id, _)| id).collect();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = ids.len().div_ceil(workers).max(1);
    let of = |ids: &[SpanId]| -> Vec<Beside> {
        let found = ids.iter().map(|a| (*a, ground.beside(*a, |b| b > *a)));
        found.flat_map(|(a, found)| found.into_iter().map(move |(b, common_m)| Beside { a, b, common_m })).collect()
    };
    thread::scope(|scope| {
        let parts: Vec<_> = ids.chunks(share).map(|ids| scope.spawn(|| of(ids))).collect();
        // A part that panicked is a fault of this module: it goes on.
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Either way round, the pairs of all spans that the records neither call one trench nor two.
pub(crate) fn pairs(network: &Network, index: &Spatial, limits: Limits) -> impl Iterator<Item = (SpanId, SpanId)> {
    let open = |pair: &Beside| {
        let [one, other] = [network.get(pair.a), network.get(pair.b)];
        one.zip(other).is_some_and(|(one, other)| unsaid(one, other))
    };
    let found = among(network, index, limits).into_iter().filter(open).collect::<Vec<_>>();
    found.into_iter().flat_map(|pair| [(pair.a, pair.b), (pair.b, pair.a)])
}

/// The pairs in which one or both spans are among `wanted`, ascending.
pub fn of_spans(network: &Network, wanted: &HashSet<SpanId>, limits: Limits) -> Vec<Beside> {
    let index = Spatial::of_spans(network, network.all::<Span>().map(|(id, _)| id));
    let ground = Ground { network, indexed: &index, stale: None, fresh: None, limits };
    let pairs = wanted.iter().flat_map(|id| {
        let found = ground.beside(*id, |other| other > *id || !wanted.contains(&other));
        found.into_iter().map(|(other, common_m)| Beside { a: other.min(*id), b: other.max(*id), common_m })
    });
    let mut pairs: Vec<Beside> = pairs.collect();
    pairs.sort_by_key(|pair| (pair.a, pair.b));
    pairs
}

/// Where the spans are: an index, and another of those that are not where it says.
pub(crate) struct Ground<'a> {
    pub(crate) network: &'a Network,
    pub(crate) indexed: &'a Spatial,
    pub(crate) stale: Option<&'a HashSet<SpanId>>,
    pub(crate) fresh: Option<&'a Spatial>,
    pub(crate) limits: Limits,
}

impl Ground<'_> {
    /// Spans that share a trench with this one for a search: those beside it of which the records do not say
    /// otherwise, ascending.
    pub(crate) fn sharing(&self, id: SpanId) -> Vec<SpanId> {
        let Some(span) = self.network.get(id) else { return Vec::new() };
        let beside = self.beside(id, |_| true).into_iter().map(|(other, _)| other);
        beside.filter(|other| self.network.get(*other).is_some_and(|other| unsaid(span, other))).collect()
    }

    /// Spans for which `wanted` holds that run beside this one, ascending, with the metres in common.
    fn beside(&self, id: SpanId, wanted: impl Fn(SpanId) -> bool) -> Vec<(SpanId, f64)> {
        let found = self.along(id, wanted).into_iter().filter(|(_, metres)| *metres > self.limits.run_m);
        let both = found.filter_map(|(other, here_m)| {
            let there = self.along(other, |back| back == id);
            there.first().map(|(_, there_m)| (other, here_m.min(*there_m)))
        });
        both.filter(|(_, metres)| *metres > self.limits.run_m).collect()
    }

    /// How many metres of this span lie beside each of the others for which `wanted` holds.
    fn along(&self, id: SpanId, wanted: impl Fn(SpanId) -> bool) -> Vec<(SpanId, f64)> {
        let Some(span) = self.network.get(id).filter(|span| span.kind != SpanKind::Indoor) else { return Vec::new() };
        let legs = legs_of(self.network, id, span);
        let length_m: f64 = legs.iter().map(Leg::length_m).sum();
        if length_m <= self.limits.run_m || !course_known(span, length_m) {
            return Vec::new();
        }
        let mut stretches: Vec<(SpanId, f64, f64)> = Vec::new();
        let mut walked_m = 0.0;
        for leg in &legs {
            if let Shape::Arc(arc) = &leg.shape {
                for other in self.near(leg) {
                    if other.span != id && wanted(other.span) {
                        self.leg_by_leg(span, arc, other, walked_m, &mut stretches);
                    }
                }
            }
            walked_m += leg.length_m();
        }
        stretches.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        stretches.chunk_by(|a, b| a.0 == b.0).map(|of_one| (of_one[0].0, covered_m(of_one))).collect()
    }

    fn near(&self, leg: &Leg) -> impl Iterator<Item = &Leg> {
        let indexed = self.indexed.legs_within(leg, self.limits.gap_m);
        let indexed = indexed.filter(|leg| self.stale.is_none_or(|stale| !stale.contains(&leg.span)));
        indexed.chain(self.fresh.into_iter().flat_map(|fresh| fresh.legs_within(leg, self.limits.gap_m)))
    }

    /// Adds the stretches of `arc`, which begins `from_m` along its span, that lie beside a leg of another.
    fn leg_by_leg(&self, span: &Span, arc: &Arc, leg: &Leg, from_m: f64, out: &mut Vec<(SpanId, f64, f64)>) {
        let Shape::Arc(other_arc) = &leg.shape else { return };
        if dot(direction(arc), direction(other_arc)).abs() < COS_MOST_APART {
            return;
        }
        let Some(other) = self.network.get(leg.span).filter(|other| kinds_agree(span.kind, other.kind)) else { return };
        if !course_known(other, leg.length_m()) {
            return;
        }
        let Some(ends) = Spatial::ends_of(self.network, other) else { return };
        let (pieces, other_pieces) = (pieces(arc), pieces(other_arc));
        let mut at_m = from_m;
        for piece in pieces {
            let piece_m = chord_m(piece);
            for other_piece in &other_pieces {
                let cut = other_piece.map(|end| ends.contains(&end));
                if let Some((from, to)) = stretch(piece, *other_piece, cut, self.limits.gap_m) {
                    out.push((leg.span, at_m + from * piece_m, at_m + to * piece_m));
                }
            }
            at_m += piece_m;
        }
    }
}

/// Whether the records leave open if two spans share a trench.
fn unsaid(one: &Span, other: &Span) -> bool {
    one.trench.is_empty() || other.trench.is_empty()
}

/// Whether it is known where a span runs: `length_m` is that of its course.
fn course_known(span: &Span, length_m: f64) -> bool {
    span.course.len() >= 2 || (span.length_m - length_m).abs() <= length_m * STRAIGHT_WITHIN
}

fn direction(arc: &Arc) -> OnSphere {
    let along = blend(arc.ends[1], 1.0, arc.ends[0], -1.0);
    along.map(|axis| axis / dot(along, along).sqrt())
}

fn chord_m([a, b]: [OnSphere; 2]) -> f64 {
    let along = blend(b, 1.0, a, -1.0);
    dot(along, along).sqrt() * RADIUS_M
}

fn pieces(arc: &Arc) -> Vec<[OnSphere; 2]> {
    let length_m = arc.half * 2.0 * RADIUS_M;
    if length_m <= PIECE_M {
        return vec![arc.ends];
    }
    // The cast saturates; half the globe is 5,000 pieces.
    let count = (length_m / PIECE_M).ceil() as u32;
    let at = |nth: u32| match nth {
        0 => arc.ends[0],
        nth if nth == count => arc.ends[1],
        nth => arc.at_angle(arc.half * (2.0 * f64::from(nth) / f64::from(count) - 1.0)),
    };
    (0..count).map(|nth| [at(nth), at(nth + 1)]).collect()
}

/// The part of a leg, as shares of it, whose points lie within the gap of another leg; beyond an end of the other
/// that is `cut`, nothing does.
fn stretch(leg: [OnSphere; 2], other: [OnSphere; 2], cut: [bool; 2], gap_m: f64) -> Option<(f64, f64)> {
    let metres = |to: OnSphere, from: OnSphere| blend(to, RADIUS_M, from, -RADIUS_M);
    let (along, apart) = (metres(leg[1], leg[0]), metres(leg[0], other[0]));
    let axis = metres(other[1], other[0]);
    let length_m = dot(axis, axis).sqrt();
    let axis = axis.map(|part| part / length_m);
    // Along the other leg, a point at share t of this one lies at `from + t * per`.
    let (from, per) = (dot(apart, axis), dot(along, axis));
    let reaches = |at_m: f64| (at_m - from) / per;
    let (start, end) = (reaches(0.0).min(reaches(length_m)), reaches(0.0).max(reaches(length_m)));
    let beside = within(blend(apart, 1.0, axis, -from), blend(along, 1.0, axis, -per), gap_m);
    let round = |at: OnSphere| within(metres(leg[0], at), along, gap_m);
    let (first, last) = if per > 0.0 { (0, 1) } else { (1, 0) };
    let zones = [
        clip(round(other[first]).filter(|_| !cut[first]), f64::NEG_INFINITY, start),
        clip(beside, start, end),
        clip(round(other[last]).filter(|_| !cut[last]), end, f64::INFINITY),
    ];
    // The zones of a convex body meet, so the hull of what lies in them is their union.
    let whole = zones.into_iter().flatten().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    clip(whole, 0.0, 1.0)
}

fn clip(interval: Option<(f64, f64)>, from: f64, to: f64) -> Option<(f64, f64)> {
    let (a, b) = interval?;
    let (a, b) = (a.max(from), b.min(to));
    (a < b).then_some((a, b))
}

/// The shares t for which `|at + t * per| <= gap_m`.
fn within(at: OnSphere, per: OnSphere, gap_m: f64) -> Option<(f64, f64)> {
    let (square, half, rest) = (dot(per, per), dot(at, per), dot(at, at) - gap_m * gap_m);
    // Parallel to within a micrometre over the whole leg.
    if square < 1e-12 {
        return (rest <= 0.0).then_some((f64::NEG_INFINITY, f64::INFINITY));
    }
    let root = half * half - square * rest;
    (root >= 0.0).then(|| ((-half - root.sqrt()) / square, (-half + root.sqrt()) / square))
}

/// Length of the union of stretches, which are in order of their beginnings.
fn covered_m(stretches: &[(SpanId, f64, f64)]) -> f64 {
    let (mut covered, mut reached) = (0.0, f64::NEG_INFINITY);
    for (_, from, to) in stretches {
        covered += (to - from.max(reached)).max(0.0);
        reached = reached.max(*to);
    }
    covered
}

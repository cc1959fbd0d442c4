//! The Route layer in petgraph's vocabulary, so that its algorithms run on it.
//!
//! Points are ground places, edges are spans weighted by their length in metres. What falls apart, what hangs
//! by one span and what hangs by one place are answered from it.

use linewright_model::{Id, Network, Place, PlaceId, Span, SpanId};
use petgraph::Undirected;
use petgraph::visit::{
    Data, EdgeCount, EdgeRef, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges, IntoNeighbors, IntoNodeIdentifiers,
    IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable, VisitMap, Visitable,
};

use crate::topology::{Topology, ground};

/// A read-only view of the Route layer: all ground places, and the spans that join two of them.
///
/// Algorithms take `&view`. Points are numbered from 0 without gaps, ascending by id.
#[derive(Debug)]
pub struct RouteView {
    points: Vec<PlaceId>,
    /// Number of a point by its raw id; `NONE` for what is no point.
    numbers: Vec<u32>,
    // Invariant: one more than points; `starts[n]..starts[n + 1]` are the hops from point n.
    starts: Vec<usize>,
    hops: Vec<SpanEdge>,
}

const NONE: u32 = u32::MAX;

/// A span, seen from one of its ends.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SpanEdge {
    from: PlaceId,
    to: PlaceId,
    span: SpanId,
    length_m: f64,
}

impl RouteView {
    /// The view of the spans for which `wanted` holds. Spans that end where they begin are left out.
    pub fn new(network: &Network, topology: &Topology, wanted: &dyn Fn(SpanId, &Span) -> bool) -> Self {
        let places = network.all::<Place>().map(|(id, _)| id);
        let points: Vec<PlaceId> = places.filter(|id| ground(network, *id) == *id).collect();
        let mut numbers = vec![NONE; points.last().map_or(0, |last| last.raw() as usize + 1)];
        for (number, point) in (0u32..).zip(&points) {
            numbers[point.raw() as usize] = number;
        }
        let mut view = Self { points, numbers, starts: vec![0], hops: Vec::new() };
        for at in 0..view.points.len() {
            let from = view.points[at];
            for span in topology.spans_at(from) {
                let Some(record) = network.get(span).filter(|record| wanted(span, record)) else { continue };
                let ends = [ground(network, record.a), ground(network, record.b)];
                let to = if ends[0] == from { ends[1] } else { ends[0] };
                if to != from && view.number(to).is_some() {
                    view.hops.push(SpanEdge { from, to, span, length_m: record.length_m });
                }
            }
            view.starts.push(view.hops.len());
        }
        view
    }

    fn number(&self, point: PlaceId) -> Option<usize> {
        self.numbers.get(point.raw() as usize).filter(|number| **number != NONE).map(|number| *number as usize)
    }

    /// Spans from a point; none from what is no point.
    fn hops(&self, from: PlaceId) -> &[SpanEdge] {
        self.number(from).map_or(&[], |number| &self.hops[self.starts[number]..self.starts[number + 1]])
    }

    /// Points that hang together, ascending, part by part in the order of their first points.
    pub fn components(&self) -> Vec<Vec<PlaceId>> {
        let mut search = petgraph::visit::Dfs::empty(self);
        let mut parts = Vec::new();
        for point in &self.points {
            if search.discovered.is_visited(point) {
                continue;
            }
            search.move_to(*point);
            let mut part = Vec::new();
            while let Some(next) = search.next(self) {
                part.push(next);
            }
            part.sort_unstable();
            parts.push(part);
        }
        parts
    }

    /// Spans without which their part falls apart, ascending: what nothing runs beside.
    pub fn bridges(&self) -> Vec<SpanId> {
        // petgraph asks for a simple graph: it takes one of two parallel spans for a bridge.
        let alone = |edge: &SpanEdge| self.hops(edge.from).iter().filter(|hop| hop.to == edge.to).count() == 1;
        let mut spans: Vec<SpanId> =
            petgraph::algo::bridges::bridges(self).filter(alone).map(|edge| edge.span).collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// Places without which their part falls apart, ascending: single points of failure.
    pub fn cut_points(&self) -> Vec<PlaceId> {
        let mut points: Vec<PlaceId> =
            petgraph::algo::articulation_points::articulation_points(self).into_iter().collect();
        points.sort_unstable();
        points
    }
}

impl EdgeRef for SpanEdge {
    type NodeId = PlaceId;
    type EdgeId = SpanId;
    type Weight = f64;

    fn source(&self) -> PlaceId {
        self.from
    }

    fn target(&self) -> PlaceId {
        self.to
    }

    fn weight(&self) -> &f64 {
        &self.length_m
    }

    fn id(&self) -> SpanId {
        self.span
    }
}

/// The points at the other ends of the spans from one point.
#[derive(Clone, Debug)]
pub struct Neighbours<'g>(std::slice::Iter<'g, SpanEdge>);

impl Iterator for Neighbours<'_> {
    type Item = PlaceId;

    fn next(&mut self) -> Option<PlaceId> {
        self.0.next().map(|hop| hop.to)
    }
}

/// Every span once, from its smaller end.
#[derive(Clone, Debug)]
pub struct Spans<'g>(std::slice::Iter<'g, SpanEdge>);

impl Iterator for Spans<'_> {
    type Item = SpanEdge;

    fn next(&mut self) -> Option<SpanEdge> {
        self.0.find(|hop| hop.from < hop.to).copied()
    }
}

/// The points, ascending.
#[derive(Clone, Debug)]
pub struct Points<'g>(std::slice::Iter<'g, PlaceId>);

impl Iterator for Points<'_> {
    type Item = (PlaceId, ());

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|point| (*point, ()))
    }

    // Algorithms size their tables by it.
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// Which points have been visited.
#[derive(Clone, Debug)]
pub struct Visited(Vec<bool>);

impl VisitMap<PlaceId> for Visited {
    fn visit(&mut self, point: PlaceId) -> bool {
        let first = !self.is_visited(&point);
        if let Some(mark) = self.0.get_mut(point.raw() as usize) {
            *mark = true;
        }
        first
    }

    fn is_visited(&self, point: &PlaceId) -> bool {
        self.0.get(point.raw() as usize).copied().unwrap_or(false)
    }

    fn unvisit(&mut self, point: PlaceId) -> bool {
        self.0.get_mut(point.raw() as usize).is_some_and(std::mem::take)
    }
}

impl GraphBase for RouteView {
    type EdgeId = SpanId;
    type NodeId = PlaceId;
}

impl GraphProp for RouteView {
    type EdgeType = Undirected;
}

impl Data for RouteView {
    type NodeWeight = ();
    type EdgeWeight = f64;
}

impl NodeCount for RouteView {
    fn node_count(&self) -> usize {
        self.points.len()
    }
}

impl EdgeCount for RouteView {
    fn edge_count(&self) -> usize {
        self.hops.len() / 2
    }
}

impl NodeIndexable for RouteView {
    fn node_bound(&self) -> usize {
        self.points.len()
    }

    /// One past the last for what is no point.
    fn to_index(&self, point: PlaceId) -> usize {
        self.number(point).unwrap_or(self.points.len())
    }

    fn from_index(&self, number: usize) -> PlaceId {
        self.points[number]
    }
}

impl NodeCompactIndexable for RouteView {}

impl Visitable for RouteView {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![false; self.numbers.len()])
    }

    fn reset_map(&self, map: &mut Visited) {
        *map = self.visit_map();
    }
}

impl<'g> IntoNeighbors for &'g RouteView {
    type Neighbors = Neighbours<'g>;

    fn neighbors(self, point: PlaceId) -> Neighbours<'g> {
        Neighbours(self.hops(point).iter())
    }
}

impl<'g> IntoEdgeReferences for &'g RouteView {
    type EdgeRef = SpanEdge;
    type EdgeReferences = Spans<'g>;

    fn edge_references(self) -> Spans<'g> {
        Spans(self.hops.iter())
    }
}

impl<'g> IntoEdges for &'g RouteView {
    type Edges = std::iter::Copied<std::slice::Iter<'g, SpanEdge>>;

    fn edges(self, point: PlaceId) -> Self::Edges {
        self.hops(point).iter().copied()
    }
}

impl<'g> IntoNodeIdentifiers for &'g RouteView {
    type NodeIdentifiers = std::iter::Copied<std::slice::Iter<'g, PlaceId>>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        self.points.iter().copied()
    }
}

impl<'g> IntoNodeReferences for &'g RouteView {
    type NodeRef = (PlaceId, ());
    type NodeReferences = Points<'g>;

    fn node_references(self) -> Points<'g> {
        Points(self.points.iter())
    }
}

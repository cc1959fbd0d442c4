//! petgraph on the Route layer agrees with the engine, and with taking things away one by one.

use std::collections::{BTreeSet, HashMap};

use linewright_model::*;
use linewright_search::engine::{Bans, Limits, Space, Start, Step, shortest};
use linewright_search::visit::RouteView;
use linewright_search::{Topology, ground};
use petgraph::visit::{EdgeCount, EdgeRef, NodeCount};
use proptest::prelude::*;

use crate::world::{STREETS, Size, World};

const NETS: Size = Size { places: 9, spans: 13, cables: 0, devices: 0, splices: 0, uses: 0 };

/// Streets and nothing else: the least cost is the least length, in whole metres as drawn.
struct Streets<'a> {
    network: &'a Network,
    topology: &'a Topology,
    goal: PlaceId,
}

impl Space for Streets<'_> {
    type State = PlaceId;
    type Edge = SpanId;
    type Risk = SpanId;

    fn expand(&self, at: PlaceId, out: &mut Vec<Step<PlaceId, SpanId>>) {
        for edge in self.topology.spans_at(at) {
            let span = self.network.get(edge).unwrap();
            let ends = [span.a, span.b].map(|end| ground(self.network, end));
            let to = if ends[0] == at { ends[1] } else { ends[0] };
            out.push(Step { to, edge, cost: span.length_m as u64 });
        }
    }

    fn is_goal(&self, at: PlaceId) -> bool {
        at == self.goal
    }
}

/// The parts that spans make of the places left, by plain merging.
fn parts(network: &Network, places: &[PlaceId], spans: &[(SpanId, [PlaceId; 2])]) -> BTreeSet<Vec<PlaceId>> {
    let mut part: HashMap<PlaceId, PlaceId> = places.iter().map(|place| (*place, *place)).collect();
    for _ in places {
        for (_, [a, b]) in spans {
            if let (Some(first), Some(second)) = (part.get(a).copied(), part.get(b).copied()) {
                let (low, high) = (first.min(second), first.max(second));
                part.values_mut().filter(|of| **of == high).for_each(|of| *of = low);
            }
        }
    }
    assert!(places.iter().all(|place| network.get(*place).is_some()));
    let firsts: BTreeSet<PlaceId> = part.values().copied().collect();
    let members = |first: PlaceId| {
        let mut all: Vec<PlaceId> = part.iter().filter(|(_, of)| **of == first).map(|(place, _)| *place).collect();
        all.sort_unstable();
        all
    };
    firsts.into_iter().map(members).collect()
}

proptest! {
    #![proptest_config(crate::cases(600))]

    #[test]
    fn petgraph_finds_the_lengths_that_the_engine_finds(seed: u64) {
        let world = World::new(seed, STREETS);
        let network = &world.network;
        let topology = Topology::build(network);
        let view = RouteView::new(network, &topology, &|_, _| true);
        let points: Vec<PlaceId> = network.all::<Place>().map(|(id, _)| id).filter(|id| ground(network, *id) == *id).collect();
        prop_assert_eq!(view.node_count(), points.len());
        for from in points.iter().take(2) {
            let lengths = petgraph::algo::dijkstra(&view, *from, None, |edge| *edge.weight());
            for goal in &points {
                let space = Streets { network, topology: &topology, goal: *goal };
                let limits = Limits { max_expanded: 100_000 };
                let found = shortest(&space, &[Start::free(*from)], &Bans::default(), limits).unwrap();
                let length_m = found.map(|path| path.cost as f64);
                prop_assert_eq!(lengths.get(goal).copied(), length_m);
                let star = petgraph::algo::astar(&view, *from, |at| at == *goal, |edge| *edge.weight(), |_| 0.0);
                prop_assert_eq!(star.map(|(length_m, _)| length_m), length_m);
            }
        }
    }

    #[test]
    fn what_falls_apart_is_what_is_apart_without_it(seed: u64) {
        let world = World::new(seed, NETS);
        let network = &world.network;
        let topology = Topology::build(network);
        let wanted = |id: SpanId, _: &Span| !id.raw().is_multiple_of(6);
        let view = RouteView::new(network, &topology, &wanted);
        let points: Vec<PlaceId> = network.all::<Place>().map(|(id, _)| id).filter(|id| ground(network, *id) == *id).collect();
        let all: Vec<(SpanId, [PlaceId; 2])> = network
            .all::<Span>()
            .filter(|(id, span)| wanted(*id, span))
            .map(|(id, span)| (id, [ground(network, span.a), ground(network, span.b)]))
            .filter(|(_, [a, b])| a != b)
            .collect();
        prop_assert_eq!(view.edge_count(), all.len());
        let whole = parts(network, &points, &all);
        prop_assert_eq!(view.components().into_iter().collect::<BTreeSet<_>>(), whole.clone());
        let without = |span: SpanId| all.iter().filter(|(id, _)| *id != span).copied().collect::<Vec<_>>();
        let bridges: Vec<SpanId> =
            all.iter().map(|(id, _)| *id).filter(|id| parts(network, &points, &without(*id)).len() > whole.len()).collect();
        prop_assert_eq!(view.bridges(), bridges);
        let cut = |point: &PlaceId| {
            let left: Vec<PlaceId> = points.iter().filter(|other| *other != point).copied().collect();
            // A place alone is a part that goes with it.
            let alone = whole.contains(&vec![*point]);
            parts(network, &left, &all).len() > whole.len() - usize::from(alone)
        };
        let cuts: Vec<PlaceId> = points.iter().copied().filter(cut).collect();
        prop_assert_eq!(view.cut_points(), cuts);
    }
}

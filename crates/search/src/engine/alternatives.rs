//! The best route, and the k best, by Lawler's partition of the routes into families.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::astar::{Forbidden, Query, Searcher, Stop};
use super::graph::{ArcId, At, Graph, Route, Weight, arcs_out};
use super::unfold::Unfolded;
use super::{BansOf, Exceeded, Limits, PathOf, Space, Start};

/// One position of a route: the state and the label it is reached under (none at the start).
type Key<Ed> = (At, Option<Ed>);

/// The routes that begin with `head` and do not go on with one of `excluded`.
#[derive(Clone, Debug)]
pub(super) struct Family<Ed> {
    head: Vec<Key<Ed>>,
    excluded: Vec<Key<Ed>>,
}

impl<Ed> Family<Ed> {
    /// All routes.
    pub(super) fn all() -> Self {
        Self { head: Vec::new(), excluded: Vec::new() }
    }
}

type Outcome<S, T> = Result<T, Exceeded<<S as Space>::State, <S as Space>::Edge>>;

/// The cheapest route from one of `starts` to a goal, `None` if there is none.
///
/// # Errors
/// [`Exceeded`] if the limit is reached first.
pub fn shortest<S: Space>(
    space: &S,
    starts: &[Start<S::State>],
    bans: &BansOf<S>,
    limits: Limits,
) -> Outcome<S, Option<PathOf<S>>> {
    k_shortest(space, starts, 1, bans, limits).map(|mut paths| paths.pop())
}

/// The `k` best alternatives, best first; fewer if there are no more.
///
/// # Errors
/// [`Exceeded`] with the alternatives found so far if the limit is reached first.
pub fn k_shortest<S: Space>(
    space: &S,
    starts: &[Start<S::State>],
    k: usize,
    bans: &BansOf<S>,
    limits: Limits,
) -> Outcome<S, Vec<PathOf<S>>> {
    Session::of(Unfolded::new(space, Some(bans), false)).k_shortest(starts, k, limits)
}

/// Many searches of one space, which is unfolded once for all of them.
pub struct Session<'s, S: Space> {
    searcher: Searcher<Unfolded<'s, S>>,
}

impl<'s, S: Space> Session<'s, S> {
    /// A session in which nothing is banned.
    pub fn new(space: &'s S) -> Self {
        Self::of(Unfolded::new(space, None, false))
    }

    fn of(unfolded: Unfolded<'s, S>) -> Self {
        Self { searcher: Searcher::new(unfolded, Default::default(), Limits { max_expanded: 0 }) }
    }

    /// Bans these moves and no others from now on.
    pub fn ban(&mut self, edges: impl IntoIterator<Item = S::Edge>) {
        self.searcher.ban_edges(edges);
    }

    /// As [`shortest`], within the bans in force.
    ///
    /// # Errors
    /// [`Exceeded`] if the limit is reached first.
    pub fn shortest(&mut self, starts: &[Start<S::State>], limits: Limits) -> Outcome<S, Option<PathOf<S>>> {
        self.k_shortest(starts, 1, limits).map(|mut paths| paths.pop())
    }

    /// Whether any route leads to a goal. Routes found before help: whoever comes to one of them can go on along it.
    ///
    /// # Errors
    /// [`Exceeded`] if the limit is reached first.
    pub fn reaches(&mut self, starts: &[Start<S::State>], limits: Limits) -> Outcome<S, bool> {
        self.searcher.graph.join_routes(true);
        let found = self.shortest(starts, limits);
        self.searcher.graph.join_routes(false);
        found.map(|path| path.is_some())
    }

    /// As [`k_shortest`], within the bans in force.
    ///
    /// # Errors
    /// [`Exceeded`] with the alternatives found so far if the limit is reached first.
    pub fn k_shortest(&mut self, starts: &[Start<S::State>], k: usize, limits: Limits) -> Outcome<S, Vec<PathOf<S>>> {
        let searcher = &mut self.searcher;
        searcher.left = limits.max_expanded;
        let Ok(starts) = searcher.graph.starts(starts) else { return Err(Exceeded { found: Vec::new(), bound: 0 }) };
        let mut routes = Vec::new();
        let outcome = best_routes(searcher, &starts, k, &mut routes);
        routes.iter().for_each(|route| searcher.graph.pass(route));
        let found = routes.iter().map(|route| searcher.graph.path(route)).collect();
        match outcome {
            Ok(()) => Ok(found),
            Err(Stop { bound }) => Err(Exceeded { found, bound }),
        }
    }
}

/// A family waiting for its turn, under its lower bound or with its best route.
struct Waiting<G: Graph> {
    family: Family<G::Edge>,
    best: Option<Route<G::Cost>>,
}

/// Finds the `k` best routes, best first.
pub(crate) fn best_routes<G: Graph>(
    searcher: &mut Searcher<G>,
    starts: &[(At, u64)],
    k: usize,
    found: &mut Vec<Route<G::Cost>>,
) -> Result<(), Stop> {
    if k == 0 {
        return Ok(());
    }
    let mut waiting: Vec<Waiting<G>> = vec![Waiting { family: Family::all(), best: None }];
    let mut queue = BinaryHeap::from([Reverse((G::Cost::default(), 0_usize))]);
    while let Some(Reverse((lower, index))) = queue.pop() {
        let family = waiting[index].family.clone();
        if let Some(route) = waiting[index].best.take() {
            found.push(route.clone());
            if found.len() == k {
                return Ok(());
            }
            for (child, lower) in split(searcher, starts, &family, &route) {
                queue.push(Reverse((lower, waiting.len())));
                waiting.push(Waiting { family: child, best: None });
            }
            continue;
        }
        // No further than the next family, and a little so that they do not take turns all the time.
        let next = next_cost(&queue);
        let ceiling = next.saturating_add(next / 16);
        searcher.over = u64::MAX;
        let best = best_of(searcher, starts, &family, ceiling)
            .map_err(|stop| Stop { bound: stop.bound.min(next).max(lower.amount()) })?;
        if let Some(route) = best {
            queue.push(Reverse((route.total, index)));
            waiting[index].best = Some(route);
        } else if searcher.over != u64::MAX {
            queue.push(Reverse((G::Cost::of(searcher.over), index)));
        }
        if k > 1 {
            searcher.graph.sharpen();
        }
    }
    Ok(())
}

fn next_cost<C: Weight>(queue: &BinaryHeap<Reverse<(C, usize)>>) -> u64 {
    queue.peek().map_or(u64::MAX, |Reverse((lower, _))| lower.amount())
}

/// Splits a family without its best route into families that share no route, each with a lower bound.
fn split<G: Graph>(
    searcher: &Searcher<G>,
    starts: &[(At, u64)],
    family: &Family<G::Edge>,
    route: &Route<G::Cost>,
) -> Vec<(Family<G::Edge>, G::Cost)> {
    let graph = &searcher.graph;
    let states = route.states(graph);
    let labels = std::iter::once(None).chain(route.arcs.iter().map(|arc| Some(graph.label(*arc))));
    let keys: Vec<Key<G::Edge>> = states.iter().copied().zip(labels).collect();
    let mut children = Vec::new();
    let mut spent = G::Cost::of(route.start_cost);
    for at in 0..keys.len() {
        if at >= family.head.len() {
            let mut excluded = if at == family.head.len() { family.excluded.clone() } else { Vec::new() };
            excluded.push(keys[at]);
            let graph = &searcher.graph;
            let lower = if at == 0 {
                let open = starts.iter().filter(|start| !excluded.contains(&(start.0, None)));
                open.map(|start| G::Cost::of(start.1).plus(graph.to_go(start.0))).min()
            } else {
                let mut least: Option<G::Cost> = None;
                for arc in arcs_out(graph, states[at - 1]) {
                    let (to, price) = graph.hop(arc);
                    let key = (to, Some(graph.label(arc)));
                    if graph.is_open(arc) && !excluded.contains(&key) && !states[..at].contains(&to) {
                        let lower = spent.plus(price).plus(graph.to_go(to));
                        least = Some(least.map_or(lower, |least| least.min(lower)));
                    }
                }
                least
            };
            if let Some(lower) = lower.filter(|lower| lower.amount() != u64::MAX) {
                children.push((Family { head: keys[..at].to_vec(), excluded }, lower));
            }
        }
        // A clash may have forced a dearer parallel move on this route; the families after it are free again.
        if let (to, Some(label)) = keys[at]
            && let Some(arc) = cheapest(searcher, states[at - 1], (to, label), &Forbidden::default())
        {
            spent = spent.plus(searcher.graph.hop(arc).1);
        }
    }
    children
}

/// The cheapest move from `from` under a key.
fn cheapest<G: Graph>(
    searcher: &Searcher<G>,
    from: At,
    key: (At, G::Edge),
    forbidden: &Forbidden<G::Edge>,
) -> Option<ArcId> {
    let graph = &searcher.graph;
    let parallel = arcs_out(graph, from).filter(|arc| graph.hop(*arc).0 == key.0 && graph.label(*arc) == key.1);
    parallel.filter(|arc| searcher.allowed(*arc, forbidden)).min_by_key(|arc| (graph.hop(*arc).1, *arc))
}

/// The best route of a family without a clash, `None` if there is none up to `ceiling`.
///
/// Branches on the moves of each clash, cheapest first; the bans in force on the searcher apply.
pub(super) fn best_of<G: Graph>(
    searcher: &mut Searcher<G>,
    starts: &[(At, u64)],
    family: &Family<G::Edge>,
    ceiling: u64,
) -> Result<Option<Route<G::Cost>>, Stop> {
    let mut seen = BTreeSet::new();
    let mut open = Vec::new();
    let mut queue = BinaryHeap::new();
    let mut next = vec![Forbidden::default()];
    let mut reached = 0;
    loop {
        for forbidden in next.drain(..) {
            if !seen.insert(forbidden.clone()) {
                continue;
            }
            let route = attempt(searcher, starts, family, &forbidden, ceiling);
            // Everything still open costs at least what was last taken from the queue.
            if let Some(route) =
                route.map_err(|stop| Stop { bound: if open.is_empty() { stop.bound } else { reached } })?
            {
                queue.push(Reverse((route.total, open.len())));
                open.push((route, forbidden));
            }
        }
        let Some(Reverse((total, index))) = queue.pop() else { return Ok(None) };
        let (route, forbidden) = &open[index];
        let Some(clash) = searcher.graph.clash(route) else { return Ok(Some(route.clone())) };
        reached = total.amount();
        next = ways_out(searcher, route, &clash, forbidden);
    }
}

/// What to forbid in turn so that every route without this clash is left in at least one of the branches.
fn ways_out<G: Graph>(
    searcher: &Searcher<G>,
    route: &Route<G::Cost>,
    clash: &[G::Edge],
    forbidden: &Forbidden<G::Edge>,
) -> Vec<Forbidden<G::Edge>> {
    let edge = |arc: &ArcId| searcher.graph.edge(*arc);
    let edges: BTreeSet<G::Edge> = route.arcs.iter().map(edge).filter(|edge| clash.contains(edge)).collect();
    let with_edge = |edge: G::Edge| {
        let mut more = forbidden.clone();
        more.edges.push(edge);
        more.edges.sort_unstable();
        more
    };
    let with_arc = |arc: ArcId| {
        let mut more = forbidden.clone();
        more.arcs.push(arc);
        more.arcs.sort_unstable();
        more
    };
    match edges.len() {
        0 => route.arcs.iter().map(|arc| with_arc(*arc)).collect(),
        1 => route.arcs.iter().filter(|arc| edges.contains(&edge(arc))).map(|arc| with_arc(*arc)).collect(),
        _ => edges.iter().map(|edge| with_edge(*edge)).collect(),
    }
}

/// One search within a family: walk its head by the cheapest moves allowed, then A* from there.
fn attempt<G: Graph>(
    searcher: &mut Searcher<G>,
    starts: &[(At, u64)],
    family: &Family<G::Edge>,
    forbidden: &Forbidden<G::Edge>,
    ceiling: u64,
) -> Result<Option<Route<G::Cost>>, Stop> {
    let query = Query { from: &[], blocked: &[], excluded: &[], forbidden, surcharge: 0, greed: 1, ceiling };
    let Some((&(start, _), moves)) = family.head.split_first() else {
        let open: Vec<_> = starts.iter().filter(|start| !family.excluded.contains(&(start.0, None))).copied().collect();
        return searcher.run(&Query { from: &open, ..query });
    };
    let Some(start_cost) = starts.iter().find(|open| open.0 == start).map(|open| open.1) else { return Ok(None) };
    let (mut spur, mut arcs, mut blocked) = (start, Vec::new(), Vec::new());
    for &(to, label) in moves {
        let Some(arc) = label.and_then(|label| cheapest(searcher, spur, (to, label), forbidden)) else {
            return Ok(None);
        };
        arcs.push(arc);
        blocked.push(spur);
        spur = to;
    }
    let excluded: Vec<_> = family.excluded.iter().filter_map(|&(to, label)| Some((to, label?))).collect();
    let mut head = Route::of(&searcher.graph, start, start_cost, arcs);
    let from = [(spur, head.total.amount())];
    let Some(tail) = searcher.run(&Query { from: &from, blocked: &blocked, excluded: &excluded, ..query })? else {
        return Ok(None);
    };
    head.arcs.extend(tail.arcs);
    Ok(Some(Route::of(&searcher.graph, start, start_cost, head.arcs)))
}

//! Search against what a user would pick instead, on the graphs of the peers' generator.
//!
//! `cargo bench -p linewright-search --bench route -- DATA_DIR N... [curve] [PART_OF_A_NAME]`, where
//! `gen.py N` has written DATA_DIR.
//! Every span carries one cable of twelve cores; searches respect bores and cores. Every line of JSON is a measurement;
//! sums of costs are in decimetres, so that they can be held against those of other programs on the same data.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a program to measure with"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use linewright_model::*;
use linewright_search::engine::{Bans, Limits, PairVerdict, Space, Start, Step, disjoint_pair, k_shortest, shortest};
use linewright_search::geometry::{InSpace, chord_m, in_space};
use linewright_search::visit::RouteView;
use linewright_search::{Apart, Ask, StrandIx, Topology, capacity};
use petgraph::visit::{EdgeRef, IntoEdges};

/// The generator's map projection.
const ORIGIN: [f64; 2] = [120.9, 32.0];
const METRES_PER_DEGREE: f64 = 111_194.926_6;

/// Longest a single measurement may go on.
const BUDGET: Duration = Duration::from_secs(40);

const AMPLE: Limits = Limits { max_expanded: 20_000_000 };

struct Data {
    positions: Vec<Position>,
    edges: Vec<[u32; 3]>,
    /// Queries: anywhere, within 5 km, inside the largest biconnected part.
    anywhere: Vec<[u32; 2]>,
    local: Vec<[u32; 2]>,
    core: Vec<[u32; 2]>,
    points: Vec<Position>,
}

fn position([x, y]: [f64; 2]) -> Position {
    let east = METRES_PER_DEGREE * ORIGIN[1].to_radians().cos();
    Position::new(ORIGIN[0] + x / east, ORIGIN[1] + y / METRES_PER_DEGREE).unwrap()
}

impl Data {
    fn read(folder: &Path, n: usize) -> Option<Self> {
        let words = |name: &str| -> Option<Vec<u32>> {
            let bytes = std::fs::read(folder.join(format!("{name}{n}.bin"))).ok()?;
            Some(bytes.chunks_exact(4).map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect())
        };
        let positions = |name: &str| -> Option<Vec<Position>> {
            let bytes = std::fs::read(folder.join(format!("{name}{n}.bin"))).ok()?;
            let metres: Vec<f64> = bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
            Some(metres.chunks_exact(2).map(|xy| position([xy[0], xy[1]])).collect())
        };
        let pairs = |name: &str| Some(words(name)?.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect());
        Some(Data {
            positions: positions("nodes")?,
            edges: words("edges")?.chunks_exact(3).map(|edge| [edge[0], edge[1], edge[2]]).collect(),
            anywhere: pairs("q")?,
            local: pairs("ql")?,
            core: pairs("qc")?,
            points: positions("kp")?,
        })
    }

    /// The same with neighbours numbered near one another: what records in the order of a space-filling curve
    /// would gain.
    fn along_curve(mut self) -> Self {
        let spread = |x: u32| (0..16).fold(0u64, |bits, n| bits | u64::from(x >> n & 1) << (2 * n));
        let cell = |degrees: f64, origin: f64| ((degrees - origin + 1.0) * 30_000.0) as u32;
        let code = |p: &Position| spread(cell(p.lon_deg(), ORIGIN[0])) | spread(cell(p.lat_deg(), ORIGIN[1])) << 1;
        let mut order: Vec<u32> = (0..self.positions.len() as u32).collect();
        order.sort_by_key(|n| code(&self.positions[*n as usize]));
        let mut renumbered = vec![0; order.len()];
        (0u32..).zip(&order).for_each(|(new, old)| renumbered[*old as usize] = new);
        self.positions = order.iter().map(|old| self.positions[*old as usize]).collect();
        let place = |n: &mut u32| *n = renumbered[*n as usize];
        self.edges.iter_mut().for_each(|[a, b, _]| [a, b].into_iter().for_each(place));
        self.edges.sort_unstable();
        let queries = [&mut self.anywhere, &mut self.local, &mut self.core];
        queries.into_iter().flatten().flatten().for_each(place);
        self
    }

    /// Places, spans with two bores, and in each a cable of twelve cores, one of them set aside.
    fn network(&self) -> Network {
        let mut set = ChangeSet::new(Origin::Recording);
        let places = (0..).zip(&self.positions);
        let places: Vec<PlaceId> =
            places.map(|(n, at)| set.create(Place::new(format!("n{n}"), PlaceKind::Manhole, Some(*at)))).collect();
        for (n, [a, b, length_dm]) in (0..).zip(&self.edges) {
            let (a, b, length_m) = (places[*a as usize], places[*b as usize], f64::from(*length_dm) / 10.0);
            let mut span = Span::new(format!("s{n}"), SpanKind::Duct, a, b, length_m);
            span.capacity = Some(2);
            let span = set.create(span);
            let mut cable = Cable::new(format!("c{n}"), a, b, length_m);
            cable.cores = Some(12);
            cable.occupancy = Occupancy::Proven;
            cable.route = vec![RouteHop { span, bore: None }];
            let cable = set.create(cable);
            let (carrier, state) = (Carrier::Cable(cable), SlotState::SetAside);
            set.create(SlotMark { tag: Tag::new(format!("m{n}"), ""), carrier, first: 1, count: 1, state });
        }
        let mut network = Network::new();
        network.apply(&set).unwrap();
        network
    }
}

/// Cost of metres: whole decimetres, as the generator drew them.
fn decimetres(length_m: f64) -> u64 {
    (length_m * 10.0).round() as u64
}

struct World {
    network: Network,
    topology: Topology,
    places: Vec<PlaceId>,
    /// Where they are, by id.
    sites: Vec<InSpace>,
}

impl World {
    /// Never above the way there: the generator's lengths are at least 1.05 times the straight ones.
    fn straight(&self, from: PlaceId, to: InSpace) -> u64 {
        (chord_m(self.site(from), to) * 10.0).floor() as u64
    }

    fn site(&self, place: PlaceId) -> InSpace {
        self.sites[place.raw() as usize]
    }
}

/// Along spans with a bore left.
struct Ducts<'a> {
    world: &'a World,
    goal: PlaceId,
    at: InSpace,
}

impl Space for Ducts<'_> {
    type State = PlaceId;
    type Edge = SpanId;
    type Risk = SpanId;

    fn expand(&self, at: PlaceId, out: &mut Vec<Step<PlaceId, SpanId>>) {
        let network = &self.world.network;
        for edge in self.world.topology.spans_at(at) {
            let Some(span) = network.get(edge) else { continue };
            if capacity::spare_bores(network, edge, span) != Some(0) {
                let to = if span.a == at { span.b } else { span.a };
                out.push(Step { to, edge, cost: decimetres(span.length_m) });
            }
        }
    }

    fn is_goal(&self, at: PlaceId) -> bool {
        at == self.goal
    }

    fn bound(&self, at: PlaceId) -> u64 {
        self.world.straight(at, self.at)
    }

    fn risks(&self, edge: SpanId, out: &mut Vec<SpanId>) {
        out.push(edge);
    }
}

/// Along all spans, from the flat view: what is left when no record is read.
struct Flat<'a>(&'a RouteView, Ducts<'a>);

impl Space for Flat<'_> {
    type State = PlaceId;
    type Edge = SpanId;
    type Risk = ();

    fn expand(&self, at: PlaceId, out: &mut Vec<Step<PlaceId, SpanId>>) {
        let steps = self.0.edges(at);
        out.extend(steps.map(|e| Step { to: e.target(), edge: e.id(), cost: decimetres(*e.weight()) }));
    }

    fn is_goal(&self, at: PlaceId) -> bool {
        self.1.is_goal(at)
    }

    fn bound(&self, at: PlaceId) -> u64 {
        self.1.bound(at)
    }
}

/// Along strands with two cores free.
struct Glass<'a>(Ducts<'a>);

impl Space for Glass<'_> {
    type State = PlaceId;
    type Edge = StrandIx;
    type Risk = ();

    fn expand(&self, at: PlaceId, out: &mut Vec<Step<PlaceId, StrandIx>>) {
        let world = self.0.world;
        for edge in world.topology.strands_at(at) {
            let Some(strand) = world.topology.strand(edge) else { continue };
            if capacity::pick(&world.network, strand, 2).is_some() {
                let to = if strand.places[0] == at { strand.places[1] } else { strand.places[0] };
                out.push(Step { to, edge, cost: decimetres(strand.length_m) });
            }
        }
    }

    fn is_goal(&self, at: PlaceId) -> bool {
        self.0.is_goal(at)
    }

    fn bound(&self, at: PlaceId) -> u64 {
        self.0.bound(at)
    }
}

/// What to measure: everything, or what has this in its name; and how many points there are.
struct Meter {
    only: Option<String>,
    points: usize,
}

impl Meter {
    /// Times a query over all its inputs, or as many as the budget allows.
    fn measure<Q: Copy>(&self, what: &str, queries: &[Q], mut query: impl FnMut(Q) -> u64) {
        if self.only.as_ref().is_some_and(|only| !what.contains(only)) {
            return;
        }
        queries.iter().take(5).for_each(|q| {
            query(*q);
        });
        let (mut micros, mut sum, begun) = (Vec::new(), 0, Instant::now());
        for q in queries {
            let start = Instant::now();
            sum += query(*q);
            micros.push(start.elapsed().as_secs_f64() * 1e6);
            if begun.elapsed() > BUDGET {
                break;
            }
        }
        micros.sort_by(f64::total_cmp);
        let at = |share: f64| micros[((micros.len() as f64 * share) as usize).min(micros.len() - 1)];
        let (n, median, p99) = (micros.len(), at(0.5), at(0.99));
        self.line(what, &format!(r#""unit": "us", "n": {n}, "median": {median:.1}, "p99": {p99:.1}, "sum_dm": {sum}"#));
    }

    fn took<T>(&self, what: &str, make: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let made = make();
        self.line(what, &format!(r#""unit": "ms", "value": {:.1}"#, start.elapsed().as_secs_f64() * 1e3));
        made
    }

    fn line(&self, what: &str, measured: &str) {
        println!(r#"{{"bench": "route", "points": {}, "what": "{what}", {measured}}}"#, self.points);
    }
}

fn run(data: &Data, meter: &Meter) {
    let network = meter.took("network: apply", || data.network());
    let topology = meter.took("topology: build", || Topology::build(&network));
    let view = meter.took("route view: build", || RouteView::new(&network, &topology, &|_, _| true));
    let span = network.all::<Span>().map(|(id, _)| id).nth(7).unwrap();
    let mut grown = network.clone();
    meter.took("one cable more: apply and follow", || {
        let mut set = ChangeSet::new(Origin::Recording);
        let ends = network.get(span).unwrap();
        let mut cable = Cable::new("more", ends.a, ends.b, ends.length_m);
        cable.route = vec![RouteHop { span, bore: None }];
        set.create(cable);
        let applied = grown.apply(&set).unwrap();
        topology.follow(&grown, &applied).overlay_len()
    });
    meter.took("bridges and cut points", || view.bridges().len() + view.cut_points().len());
    let places = network.all::<Place>().map(|(id, _)| id).collect();
    let sites = data.positions.iter().map(|at| in_space(*at)).collect();
    let world = World { network, topology, places, sites };
    let ends = |[from, to]: [u32; 2]| {
        let goal = world.places[to as usize];
        let ducts = Ducts { world: &world, goal, at: world.site(goal) };
        ([Start::free(world.places[from as usize])], ducts)
    };
    let ask = |[from, to]: [u32; 2], slots| {
        let [from, to] = [from, to].map(|place| world.places[place as usize]);
        Ask { from, to, slots, unproven: false }
    };
    meter.took("landmarks: build, ducts", || world.topology.ducts().prepare());
    meter.took("landmarks: build, glass", || world.topology.glass().prepare());
    for (kind, queries) in [("anywhere", &data.anywhere), ("local", &data.local)] {
        meter.measure(&format!("ways, ducts, {kind}"), queries, |q| {
            world.topology.ducts().shortest(ask(q, 1), AMPLE).unwrap().unwrap().cost
        });
        meter.measure(&format!("ways, glass, {kind}"), queries, |q| {
            world.topology.glass().shortest(ask(q, 2), AMPLE).unwrap().unwrap().cost
        });
    }
    for (kind, queries) in [("core", &data.core), ("local", &data.local)] {
        meter.measure(&format!("ways, 8 best of ducts, {kind}"), queries, |q| {
            world.topology.ducts().k_shortest(ask(q, 1), 8, AMPLE).unwrap().iter().map(|way| way.cost).sum()
        });
    }
    for (what, apart) in [("links", Apart::Links), ("links and places", Apart::LinksAndPlaces)] {
        let mut optimal = 0;
        meter.measure(&format!("ways, pair of ducts apart by {what}, core"), &data.core, |q| {
            match world.topology.ducts().pair(ask(q, 1), apart, Limits { max_expanded: 3_000_000 }) {
                PairVerdict::Disjoint { pair: (a, b), optimal: proven, .. } => {
                    optimal += u64::from(proven);
                    a.cost + b.cost
                }
                _ => 0,
            }
        });
        println!("# proven optimal: {optimal}");
    }
    for (kind, queries) in [("anywhere", &data.anywhere), ("local", &data.local)] {
        meter.measure(&format!("engine, ducts, {kind}"), queries, |q| {
            let (starts, space) = ends(q);
            shortest(&space, &starts, &Bans::default(), AMPLE).unwrap().unwrap().cost
        });
        meter.measure(&format!("engine, glass, {kind}"), queries, |q| {
            let (starts, space) = ends(q);
            shortest(&Glass(space), &starts, &Bans::default(), AMPLE).unwrap().unwrap().cost
        });
        meter.measure(&format!("engine, flat view, {kind}"), queries, |q| {
            let (starts, space) = ends(q);
            shortest(&Flat(&view, space), &starts, &Bans::default(), AMPLE).unwrap().unwrap().cost
        });
        meter.measure(&format!("petgraph A* on the view, {kind}"), queries, |q| {
            let (starts, space) = ends(q);
            let length = |edge: linewright_search::visit::SpanEdge| decimetres(*edge.weight());
            let bound = |at| world.straight(at, space.at);
            petgraph::algo::astar(&view, starts[0].state, |at| at == space.goal, length, bound).unwrap().0
        });
    }
    for (kind, queries) in [("core", &data.core), ("local", &data.local)] {
        meter.measure(&format!("engine, 8 alternatives, {kind}"), queries, |q| {
            let (starts, space) = ends(q);
            k_shortest(&space, &starts, 8, &Bans::default(), AMPLE).unwrap().iter().map(|path| path.cost).sum()
        });
    }
    let (mut decided, mut asked) = (0, 0);
    meter.measure("engine, disjoint pair of ducts, core", &data.core, |q| {
        let (starts, space) = ends(q);
        let limits = Limits { max_expanded: 3_000_000 };
        let verdict = disjoint_pair(&space, [&starts, &starts], &Bans::default(), &|_| Some(1), limits);
        asked += 1;
        match verdict {
            PairVerdict::Disjoint { pair: (a, b), optimal, .. } => {
                decided += usize::from(optimal);
                a.cost + b.cost
            }
            _ => 0,
        }
    });
    println!("# proven optimal: {decided} of {asked}");
    meter.measure("10 nearest places", &data.points, |from| {
        let near = world.topology.nearest_places(&world.network, from, f64::INFINITY, 10, &|_, _| true);
        near.len() as u64
    });
    meter.measure("6 nearest spans within 1 km", &data.points, |from| {
        world.topology.nearest_spans(&world.network, from, 1_000.0, 6, &|_, _| true).len() as u64
    });
}

/// Argument that asks for records in the order of a space-filling curve.
const CURVE: &str = "curve";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some((folder, rest)) = arguments.split_first() else {
        println!("usage: cargo bench -p linewright-search --bench route -- DATA_DIR N... [curve] [PART_OF_A_NAME]");
        return;
    };
    let mut words = rest.iter().filter(|argument| argument.parse::<usize>().is_err());
    let only = words.clone().find(|word| *word != CURVE).cloned();
    let along_curve = words.any(|word| word == CURVE);
    for n in rest.iter().filter_map(|argument| argument.parse::<usize>().ok()) {
        let meter = Meter { only: only.clone(), points: n };
        match Data::read(Path::new(folder), n) {
            Some(data) => run(&if along_curve { data.along_curve() } else { data }, &meter),
            None => println!("{folder} holds no data for {n}: run gen.py {n} there first"),
        }
    }
}

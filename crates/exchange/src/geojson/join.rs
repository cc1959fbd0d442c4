//! How the lines of a plain map hang together: ends joined to nodes, lines cut where they meet.

use std::collections::BTreeMap;

use linewright_model::{Position, Text};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree, SelectionFunction};

use crate::geojson::geometry::{Run, Vertex, course, foot};
use crate::geojson::grid::{Grid, reach_deg};
use crate::length::distance_m;

/// A name stands for a node only this near to the line's end, in tolerances.
const NAME_REACH: f64 = 50.0;
/// Legs longer than this are not searched for nodes beside them, metres: they are not drawn along the ground.
const MAX_LEG_M: f64 = 300_000.0;
/// Rounds of naming; names travel along a chain of nameless nodes at most this far.
const MAX_ROUNDS: usize = 64;

/// A node as the join needs it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Option<Position>,
    pub(crate) name: Text,
    /// Whether it stands in another node, which is then where lines meet.
    pub(crate) inside: bool,
}

/// A line as the join needs it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) runs: Vec<Run>,
    /// Names or ids of the ends, in no sure order; empty when not said.
    pub(crate) names: [Text; 2],
    /// Whether an export of ours wrote it: the names are ids, of the first end and of the second.
    pub(crate) own: bool,
}

/// How an end was joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum How {
    /// A node stands there.
    Near,
    /// The line names it.
    Named,
    /// Nothing stands there: a node was made for it, shared with other ends there.
    Made,
}

/// An end of a run or of a line without a course.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct End {
    /// The node; those made come after those given.
    pub(crate) node: usize,
    pub(crate) how: How,
    pub(crate) distance_m: f64,
}

/// A stretch of a line between two nodes.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// Which run of the line it is of.
    pub(crate) run: usize,
    pub(crate) course: Run,
    pub(crate) ends: [End; 2],
    /// Whether its first vertex was put in to cut the line.
    pub(crate) cut: bool,
}

/// A node made for line ends where none stands.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) at: Position,
    /// Line, run and end (0 start, 1 end) it was made for.
    pub(crate) by: (usize, usize, usize),
}

/// A node and its distance from a line or a line's end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside {
    pub(crate) line: usize,
    pub(crate) node: usize,
    pub(crate) distance_m: f64,
}

/// The map joined.
#[derive(Clone, Debug, Default)]
pub(crate) struct Joined {
    /// Pieces of each line, in order; none where an end of a line without a course is unknown.
    pub(crate) pieces: Vec<Vec<Piece>>,
    pub(crate) made: Vec<Made>,
    pub(crate) beside: Vec<Beside>,
    /// Nodes that lines name for an end but that stand too far from it to be meant.
    pub(crate) far: Vec<Beside>,
}

/// Joins lines to nodes within `snap_m` and cuts them at nodes within `cut_m` of their inside.
pub(crate) fn join(nodes: &[Node], ids: &BTreeMap<Text, usize>, lines: &[Line], snap_m: f64, cut_m: f64) -> Joined {
    let mut work = Work::new(nodes, ids, snap_m);
    let ends: Vec<Vec<[End; 2]>> = lines.iter().enumerate().map(|(n, line)| work.line_ends(n, line)).collect();
    // All nodes are known now.
    let standing = work.standing();
    let mut joined = Joined { made: work.made.clone(), far: std::mem::take(&mut work.far), ..Joined::default() };
    for (number, (line, ends)) in lines.iter().zip(ends).enumerate() {
        let mut pieces = Vec::new();
        if line.runs.is_empty() {
            pieces.extend(ends.first().map(|ends| Piece { run: 0, course: Vec::new(), ends: *ends, cut: false }));
        }
        for (at, (run, ends)) in line.runs.iter().zip(ends).enumerate() {
            let (on, mut beside) = work.along(&standing, run, &ends, cut_m, line.own);
            if line.own {
                // It says itself where it ends; what it only goes by is none of its business.
                beside.clear();
            }
            joined.beside.extend(beside.into_iter().map(|(node, distance_m)| Beside {
                line: number,
                node,
                distance_m,
            }));
            cut(at, run, ends, on, &mut pieces);
        }
        joined.pieces.push(pieces);
    }
    joined
}

struct Work<'a> {
    nodes: &'a [Node],
    ids: &'a BTreeMap<Text, usize>,
    named: BTreeMap<&'a str, Vec<usize>>,
    grid: Grid,
    snap_m: f64,
    made: Vec<Made>,
    far: Vec<Beside>,
}

/// A node on a line: distance along the run, leg, foot on the leg, node, distance from the line.
struct On {
    along_m: f64,
    leg: usize,
    foot: Position,
    node: usize,
    distance_m: f64,
}

impl<'a> Work<'a> {
    fn new(nodes: &'a [Node], ids: &'a BTreeMap<Text, usize>, snap_m: f64) -> Self {
        let (mut grid, mut named) = (Grid::default(), BTreeMap::<&str, Vec<usize>>::new());
        for (number, node) in nodes.iter().enumerate() {
            if let Some(at) = node.at {
                grid.add(at, number);
            }
            if !node.name.is_empty() {
                named.entry(&node.name).or_default().push(number);
            }
        }
        Self { nodes, ids, named, grid, snap_m, made: Vec::new(), far: Vec::new() }
    }

    fn line_ends(&mut self, number: usize, line: &Line) -> Vec<[End; 2]> {
        if line.runs.is_empty() {
            let [a, b] = line.names.each_ref().map(|name| self.of_name(name));
            let end = |node| End { node, how: How::Named, distance_m: 0.0 };
            return a.zip(b).map(|(a, b)| [end(a), end(b)]).into_iter().collect();
        }
        let last = line.runs.len() - 1;
        let ends = line.runs.iter().enumerate().filter_map(|(n, run)| {
            let at = [run.first()?.at, run.last()?.at];
            let near = at.map(|at| self.grid.nearest(at, self.snap_m));
            let ends = [0, 1].map(|side| {
                let (at, near, other) = (at[side], near[side], near[1 - side]);
                let outer = if side == 0 { n == 0 } else { n == last };
                if let Some(end) = self.own_end(at, line, side).filter(|_| outer) {
                    return end;
                }
                if let Some((distance_m, node)) = near {
                    let how = if node < self.nodes.len() { How::Near } else { How::Made };
                    return End { node, how, distance_m };
                }
                // Only the ends of the whole line have names, and a name that the other end bears is taken.
                let taken = other.and_then(|(_, node)| self.nodes.get(node)).map_or("", |node| &*node.name);
                match self.by_name(at, &line.names, taken).filter(|_| outer) {
                    Some(end) if end.distance_m <= self.snap_m * NAME_REACH => return end,
                    Some(End { node, distance_m, .. }) => self.far.push(Beside { line: number, node, distance_m }),
                    None => {}
                }
                self.make(at, (number, n, side))
            });
            Some(ends)
        });
        ends.collect()
    }

    /// The node that a line of our own export gives by its id, of several at one spot the right one.
    fn own_end(&self, at: Position, line: &Line, side: usize) -> Option<End> {
        let node = self.ids.get(line.names.get(side)?).copied().filter(|_| line.own)?;
        let distance_m = distance_m(at, self.nodes.get(node)?.at?);
        (distance_m <= self.snap_m).then_some(End { node, how: How::Near, distance_m })
    }

    fn of_name(&self, name: &str) -> Option<usize> {
        if name.is_empty() {
            return None;
        }
        self.ids.get(name).copied().or_else(|| match self.named.get(name).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        })
    }

    /// The node that a line names for an end, however far.
    fn by_name(&self, at: Position, names: &[Text; 2], taken: &str) -> Option<End> {
        let free = names.iter().filter(|name| ***name != *taken);
        let nodes = free.filter_map(|name| self.of_name(name));
        let far = nodes.filter_map(|node| Some((distance_m(at, self.nodes.get(node)?.at?), node)));
        let (distance_m, node) = far.min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(End { node, how: How::Named, distance_m })
    }

    fn make(&mut self, at: Position, by: (usize, usize, usize)) -> End {
        // The other end of the same run may just have made one here.
        if let Some((distance_m, node)) = self.grid.nearest(at, self.snap_m) {
            return End { node, how: How::Made, distance_m };
        }
        let node = self.nodes.len() + self.made.len();
        self.grid.add(at, node);
        self.made.push(Made { at, by });
        End { node, how: How::Made, distance_m: 0.0 }
    }

    fn position(&self, node: usize) -> Option<Position> {
        match node.checked_sub(self.nodes.len()) {
            None => self.nodes.get(node)?.at,
            Some(made) => self.made.get(made).map(|made| made.at),
        }
    }

    /// All nodes at which lines meet, by where they stand.
    fn standing(&self) -> RTree<Standing> {
        let meets = |node: &usize| self.nodes.get(*node).is_none_or(|node| !node.inside);
        let all = (0..self.nodes.len() + self.made.len()).filter(meets);
        RTree::bulk_load(all.filter_map(|node| Some(Standing::new(point(self.position(node)?), node))).collect())
    }

    /// Nodes on the inside of a run, in order, and those beside it.
    fn along(
        &self,
        standing: &RTree<Standing>,
        run: &Run,
        ends: &[End; 2],
        cut_m: f64,
        own: bool,
    ) -> (Vec<On>, Vec<(usize, f64)>) {
        let reach_m = self.snap_m.max(cut_m);
        let mut best: BTreeMap<usize, On> = BTreeMap::new();
        let mut walked_m = 0.0;
        for (leg, pair) in run.windows(2).enumerate() {
            let [a, b] = pair else { continue };
            let leg_m = distance_m(a.at, b.at);
            // Longer ones are not drawn along the ground.
            let leg_beside = (leg_m <= MAX_LEG_M).then(|| Leg::new(a.at, b.at, reach_m));
            for node in leg_beside.into_iter().flat_map(|leg| standing.locate_with_selection_function(leg)) {
                let node = node.data;
                let Some(at) = self.position(node).filter(|_| ends.iter().all(|end| end.node != node)) else {
                    continue;
                };
                let foot = foot(at, a.at, b.at);
                let (distance_m, along_m) = (distance_m(at, foot), walked_m + distance_m(a.at, foot).min(leg_m));
                if distance_m <= reach_m && best.get(&node).is_none_or(|on| distance_m < on.distance_m) {
                    best.insert(node, On { along_m, leg, foot, node, distance_m });
                }
            }
            walked_m += leg_m;
        }
        // Near its ends a line is where its ends' nodes are; a cut there would leave a stump.
        let margin_m = if own { cut_m.max(1.0) } else { self.snap_m };
        let inside = |on: &On| on.along_m > margin_m && on.along_m < walked_m - margin_m;
        let (mut on, beside): (Vec<On>, Vec<On>) =
            best.into_values().filter(inside).partition(|on| on.distance_m <= cut_m);
        on.sort_by(|a, b| a.along_m.total_cmp(&b.along_m).then(a.node.cmp(&b.node)));
        // Two nodes at one spot would leave a piece without length between them.
        on.dedup_by(|next, kept| next.along_m - kept.along_m <= cut_m.max(1.0));
        (on, beside.into_iter().map(|on| (on.node, on.distance_m)).collect())
    }
}

/// A node where it stands.
type Standing = GeomWithData<[f64; 2], usize>;

fn point(at: Position) -> [f64; 2] {
    [at.lon_deg(), at.lat_deg()]
}

/// A leg as it is searched by: what a box says of all nodes in it saves looking at each.
struct Leg {
    from: [f64; 2],
    /// From its one end to its other.
    step: [f64; 2],
    /// How far beside it is still looked, degrees.
    reach: [f64; 2],
}

impl Leg {
    fn new(a: Position, b: Position, reach_m: f64) -> Self {
        let (from, to) = (point(a), point(b));
        let [one, other] = [a, b].map(|at| reach_deg(at.lat_deg(), reach_m));
        let reach = [one[0].max(other[0]), one[1].max(other[1])];
        Self { from, step: [to[0] - from[0], to[1] - from[1]], reach }
    }

    /// Whether it may come within reach of what is in a box.
    fn meets(&self, lower: [f64; 2], upper: [f64; 2]) -> bool {
        // The stretch of the leg, 0 to 1, that lies inside the box so far.
        let mut inside = (0.0_f64, 1.0_f64);
        for axis in [0, 1] {
            let (low, high) = (lower[axis] - self.reach[axis], upper[axis] + self.reach[axis]);
            let (from, step) = (self.from[axis], self.step[axis]);
            if step == 0.0 {
                if from < low || from > high {
                    return false;
                }
                continue;
            }
            let (enters, leaves) = ((low - from) / step, (high - from) / step);
            inside = (inside.0.max(enters.min(leaves)), inside.1.min(enters.max(leaves)));
        }
        inside.0 <= inside.1
    }
}

impl SelectionFunction<Standing> for Leg {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        self.meets(envelope.lower(), envelope.upper())
    }

    fn should_unpack_leaf(&self, node: &Standing) -> bool {
        self.meets(*node.geom(), *node.geom())
    }
}

/// Cuts a run at the nodes on it.
fn cut(number: usize, run: &Run, ends: [End; 2], on: Vec<On>, pieces: &mut Vec<Piece>) {
    let [start, end] = ends;
    let (mut from, mut course, mut next, mut put_in) = (start, Vec::new(), 0, false);
    for on in on {
        course.extend(run.get(next..=on.leg).unwrap_or_default());
        next = on.leg + 1;
        // A vertex of the line itself serves, where there is one at the foot.
        let near = |v: Option<&Vertex>| v.is_some_and(|v| distance_m(v.at, on.foot) < 0.01);
        let at_last = near(course.last());
        let at_next = !at_last && near(run.get(next));
        if at_next {
            course.extend(run.get(next));
            next += 1;
        } else if !at_last {
            course.push(Vertex { at: on.foot, altitude_m: None });
        }
        let here = End { node: on.node, how: How::Near, distance_m: on.distance_m };
        let begin: Run = course.last().copied().into_iter().collect();
        let course = std::mem::replace(&mut course, begin);
        pieces.push(Piece { run: number, course, ends: [from, here], cut: put_in });
        (from, put_in) = (here, !at_last && !at_next);
    }
    course.extend(run.get(next..).unwrap_or_default());
    pieces.push(Piece { run: number, course, ends: [from, end], cut: put_in });
}

/// Puts the pieces of one run together again: the run as it was before it was cut.
pub(crate) fn uncut<'a>(pieces: impl IntoIterator<Item = (&'a Run, bool)>) -> Run {
    let mut run = Run::new();
    for (course, cut) in pieces {
        let meets = run.last().zip(course.first()).is_some_and(|(a, b)| a.at == b.at);
        let shared = usize::from(meets);
        if meets && cut {
            run.pop();
        }
        run.extend(course.get(shared..).unwrap_or_default());
    }
    run
}

/// Names for nameless nodes from the names that lines give their ends: what most lines at a node agree on, and
/// where one end of a line is known, the other name for the other end. Lines from a place to itself name the
/// end that stands at a given node.
pub(crate) fn names_from_lines(nodes: &[Node], lines: &[Line], joined: &Joined) -> BTreeMap<usize, Text> {
    let mut known: BTreeMap<usize, Text> = BTreeMap::new();
    let ends: Vec<[Option<usize>; 2]> = joined.pieces.iter().map(|pieces| outer_ends(pieces, nodes.len())).collect();
    // Each round fixes at least one name or is the last.
    for _ in 0..=nodes.len().min(MAX_ROUNDS) {
        let name_of =
            |node: usize| known.get(&node).or_else(|| nodes.get(node).map(|n| &n.name)).filter(|n| !n.is_empty());
        let mut votes: BTreeMap<usize, BTreeMap<&Text, u32>> = BTreeMap::new();
        for (line, ends) in lines.iter().zip(&ends) {
            for side in [0, 1] {
                let Some(node) = ends[side].filter(|node| name_of(*node).is_none()) else { continue };
                let taken = ends[1 - side].and_then(name_of);
                let (first, second) = (&line.names[0], &line.names[1]);
                let names = if first == second { [Some(first), None] } else { [Some(first), Some(second)] };
                for name in names.into_iter().flatten().filter(|name| !name.is_empty() && Some(*name) != taken) {
                    *votes.entry(node).or_default().entry(name).or_default() += 1;
                }
            }
        }
        let agreed: Vec<(usize, Text, u32)> = votes.iter().filter_map(|(node, votes)| agreed(*node, votes)).collect();
        // The surest first: they decide what the others can still be.
        let Some(most) = agreed.iter().map(|(_, _, count)| *count).max() else { break };
        let sure: Vec<(usize, Text)> =
            agreed.into_iter().filter(|(.., count)| *count == most).map(|(node, name, _)| (node, name)).collect();
        known.extend(sure);
    }
    known
}

fn agreed(node: usize, votes: &BTreeMap<&Text, u32>) -> Option<(usize, Text, u32)> {
    let (name, count) = votes.iter().max_by_key(|(_, count)| **count)?;
    let alone = votes.values().filter(|other| *other == count).count() == 1;
    alone.then(|| (node, (*name).clone(), *count))
}

/// The given nodes at the two ends of a line.
fn outer_ends(pieces: &[Piece], given: usize) -> [Option<usize>; 2] {
    let start = pieces.first().map(|p| p.ends[0].node);
    let end = pieces.last().map(|p| p.ends[1].node);
    [start, end].map(|node| node.filter(|node| *node < given))
}

/// The whole course of a piece as positions.
pub(crate) fn piece_course(piece: &Piece) -> Vec<Position> {
    course(&piece.course)
}

//! Following ranges of cores from section to section until they end.

use linewright_model::{Cable, CableEnd, CableId, Fixture, Network, Occupancy, Port, Splice, SpliceId};

use super::joint::{Joined, joints};
use super::{EndKey, Piece, Strand, Tail};

/// Number of cores to look at: as recorded, or as far as splices reach.
fn extent(network: &Network, id: CableId, cable: &Cable) -> u32 {
    let last = |splice: &Splice| {
        let mine = |side: linewright_model::SpliceSide| matches!(side.on, Fixture::Cable { id: on, .. } if on == id);
        let sides = [splice.a, splice.b].into_iter().filter(|side| mine(*side));
        sides.map(|side| side.first.saturating_add(splice.count) - 1).max()
    };
    cable.cores.unwrap_or_else(|| {
        let splices = network.referring::<SpliceId>(id).filter_map(|splice| network.get(splice));
        splices.filter_map(|splice| last(splice)).max().unwrap_or(0)
    })
}

/// The strands that pass through a cable section, in order.
pub(crate) fn strands_through(network: &Network, id: CableId) -> Vec<Strand> {
    let Some(cable) = network.get(id) else { return Vec::new() };
    let extent = extent(network, id, cable);
    if extent == 0 {
        return vec![unnumbered(id, cable)];
    }
    // Back towards end A first, which cuts the cores into the ranges that begin alike; then each from where it
    // begins to where it ends.
    let mut strands = Vec::new();
    for (walk, ..) in follow(network, Start { cable: id, enters: CableEnd::B, first: 1, count: extent }) {
        let Some(last) = walk.pieces.last() else { continue };
        let start = Start { cable: last.cable, enters: last.enters.other(), first: last.first, count: walk.count };
        strands.extend(strands_from(network, start));
    }
    in_order(strands)
}

/// All strands of the network, in order.
pub(crate) fn all_strands(network: &Network) -> Vec<Strand> {
    let mut strands = Vec::new();
    for (cable, record) in network.all::<Cable>() {
        let extent = extent(network, cable, record);
        if extent == 0 {
            strands.push(unnumbered(cable, record));
            continue;
        }
        for enters in [CableEnd::A, CableEnd::B] {
            let at = Fixture::Cable { id: cable, end: enters };
            for (range, joined) in joints(network, at, 1..extent.saturating_add(1)) {
                if !matches!(joined, Joined::To { on: Fixture::Cable { .. }, .. }) {
                    let start = Start { cable, enters, first: range.start, count: range.end - range.start };
                    // Each is met from both its ends and kept by the one at which it begins: memory for all of them
                    // twice would not be given back.
                    let begins = |key: EndKey| (key.0, key.1) == (cable, enters) && range.contains(&key.2);
                    let met = strands_from(network, start).into_iter();
                    strands.extend(met.filter(|strand| strand.key().is_some_and(begins)));
                }
            }
        }
    }
    in_order(strands)
}

/// Those met from both their ends stay once.
fn in_order(mut strands: Vec<Strand>) -> Vec<Strand> {
    strands.sort_by_key(Strand::key);
    strands.dedup_by_key(|strand| strand.key());
    strands.shrink_to_fit();
    strands
}

/// A cable of which the map says nothing but where it runs.
fn unnumbered(id: CableId, cable: &Cable) -> Strand {
    Strand {
        places: [cable.a, cable.b],
        tails: [Tail::Unrecorded; 2],
        splice_before: None,
        pieces: vec![Piece { cable: id, enters: CableEnd::A, first: 1, splice_after: None }],
        count: None,
        length_m: cable.length_m,
    }
}

/// Where a walk begins: `count` cores that enter a section at one of its ends.
#[derive(Clone, Copy)]
struct Start {
    cable: CableId,
    enters: CableEnd,
    first: u32,
    count: u32,
}

/// The strands that begin with these cores, which must begin there.
fn strands_from(network: &Network, start: Start) -> Vec<Strand> {
    let walks = follow(network, start).into_iter();
    walks.filter_map(|(walk, tail, splice)| walk.strand(network, tail, splice)).collect()
}

/// A walk along one range of cores.
#[derive(Clone)]
struct Walk {
    pieces: Vec<Piece>,
    count: u32,
    length_m: f64,
}

impl Walk {
    /// The cores from `offset` on, `count` of them.
    fn part(mut self, offset: u32, count: u32) -> Walk {
        for piece in &mut self.pieces {
            piece.first += offset;
        }
        self.count = count;
        self
    }

    fn leave(&mut self, splice: Option<SpliceId>) {
        if let Some(last) = self.pieces.last_mut() {
            last.splice_after = splice;
        }
    }

    /// Whether going on to this core would close a ring: joints pair cores, so the first core met again is the
    /// one the walk began with.
    fn closes(&self, cable: CableId, enters: CableEnd, first: u32) -> bool {
        let begin = self.pieces.first();
        begin.is_some_and(|begin| (begin.cable, begin.enters, begin.first) == (cable, enters, first))
    }

    /// The strand that ends here with this tail.
    fn strand(mut self, network: &Network, tail: Tail, splice: Option<SpliceId>) -> Option<Strand> {
        self.leave(splice);
        // There are millions of strands, and a vector grows to four at once.
        self.pieces.shrink_to_fit();
        let (start, last) = (*self.pieces.first()?, *self.pieces.last()?);
        let (first_tail, splice_before) = first_tail(network, start, self.count);
        let place = |cable: CableId, end: CableEnd, tail: Tail| match tail {
            Tail::Terminal(port) => network.get(port.device).map(|device| device.place),
            _ => network.get(cable).map(|cable| cable.end(end)),
        };
        let from = place(start.cable, start.enters, first_tail)?;
        let to = place(last.cable, last.enters.other(), tail)?;
        let strand = Strand {
            places: [from, to],
            tails: [first_tail, tail],
            splice_before,
            pieces: self.pieces,
            count: Some(self.count),
            length_m: self.length_m,
        };
        Some(strand.normalised())
    }
}

/// Walks a range of cores into a section and on through splices; every end that some of them reach.
fn follow(network: &Network, start: Start) -> Vec<(Walk, Tail, Option<SpliceId>)> {
    let mut reached = Vec::new();
    let walk = Walk { pieces: Vec::new(), count: start.count, length_m: 0.0 };
    let mut open = vec![(walk, start.cable, start.enters, start.first)];
    while let Some((mut walk, id, enters, first)) = open.pop() {
        let Some(cable) = network.get(id) else { continue };
        walk.pieces.push(Piece { cable: id, enters, first, splice_after: None });
        walk.length_m += cable.length_m;
        let out = enters.other();
        let range = first..first.saturating_add(walk.count);
        let parts = joints(network, Fixture::Cable { id, end: out }, range);
        let (last, whole) = (parts.len().saturating_sub(1), walk);
        let mut whole = Some(whole);
        for (at, (part, joined)) in parts.into_iter().enumerate() {
            // The last part, mostly the only one, needs no copy.
            let Some(walk) = (if at == last { whole.take() } else { whole.clone() }) else { break };
            let mut walk = walk.part(part.start - first, part.end - part.start);
            match joined {
                Joined::To { on: Fixture::Cable { id, end }, first, splice } => {
                    walk.leave(Some(splice));
                    if !walk.closes(id, end, first) {
                        open.push((walk, id, end, first));
                    }
                }
                joined => {
                    let (tail, splice) = tail(network, id, out, joined);
                    reached.push((walk, tail, splice));
                }
            }
        }
    }
    reached
}

/// What the cores end on where the strand begins.
fn first_tail(network: &Network, start: Piece, count: u32) -> (Tail, Option<SpliceId>) {
    let range = start.first..start.first.saturating_add(count);
    let joined = joints(network, Fixture::Cable { id: start.cable, end: start.enters }, range.clone());
    match joined.first() {
        Some((found, joined)) if *found == range => tail(network, start.cable, start.enters, *joined),
        _ => (Tail::Disputed, None),
    }
}

/// What a range that does not go on into another section ends on.
fn tail(network: &Network, cable: CableId, end: CableEnd, joined: Joined) -> (Tail, Option<SpliceId>) {
    match joined {
        Joined::To { on: Fixture::Device { id }, first, splice } => {
            (Tail::Terminal(Port { device: id, port: first }), Some(splice))
        }
        // Not asked about: a range joined to another section does not end.
        Joined::To { on: Fixture::Cable { .. }, splice, .. } => (Tail::Disputed, Some(splice)),
        Joined::Disputed => (Tail::Disputed, None),
        Joined::Nothing if end_recorded(network, cable, end) => (Tail::Bare, None),
        Joined::Nothing => (Tail::Unrecorded, None),
    }
}

/// Whether the records say how the cores end at this end of a section: it is surveyed, or something is spliced
/// there.
fn end_recorded(network: &Network, cable: CableId, end: CableEnd) -> bool {
    let here = Fixture::Cable { id: cable, end };
    let proven = network.get(cable).is_none_or(|record| record.occupancy == Occupancy::Proven);
    let mut splices = network.referring::<SpliceId>(cable).filter_map(|id| network.get(id));
    proven || splices.any(|splice| [splice.a.on, splice.b.on].contains(&here))
}

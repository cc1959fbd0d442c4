//! Strands 局向光纤: ranges of cores continuous through the same splices between two places.
//!
//! Fibre is searched and counted per strand, never per cable section: a section's free count says nothing
//! about where its cores go. Every core of the records lies in exactly one strand, unless splices join it into
//! a ring without an end, where nobody can reach it.

mod joint;
mod walk;

use linewright_model::{CableEnd, CableId, Carrier, DeviceId, PlaceId, Port, SpliceId};

pub(crate) use joint::met_by;
pub(crate) use walk::{all_strands, strands_through};

/// What a strand ends on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tail {
    /// On terminals: the first core of the strand is behind this port, the next behind the next one.
    Terminal(Port),
    /// Cut and unspliced in a closure or box: can be used by splicing.
    Bare,
    /// The map does not say how the cable ends here; to be checked on site.
    Unrecorded,
    /// The records contradict themselves here: the core is joined twice, or joined to a core or port that does
    /// not exist. Not usable until corrected.
    Disputed,
}

/// One cable section inside a strand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// The section.
    pub cable: CableId,
    /// The end at which the strand enters it, seen from the strand's first tail.
    pub enters: CableEnd,
    /// Core of the section that is the strand's first core.
    pub first: u32,
    /// The splice that leads out of it, to the next piece or the last tail.
    pub splice_after: Option<SpliceId>,
}

/// A strand: `count` cores side by side from one tail to the other.
#[derive(Clone, PartialEq, Debug)]
pub struct Strand {
    /// Places of the two ends.
    pub places: [PlaceId; 2],
    /// What the two ends are.
    pub tails: [Tail; 2],
    /// The splice behind the first tail, where there is one.
    pub splice_before: Option<SpliceId>,
    /// Sections in order from the first end.
    pub pieces: Vec<Piece>,
    /// Number of cores; none when the map does not say.
    pub count: Option<u32>,
    /// Fibre length: the sum of the sheath lengths.
    pub length_m: f64,
}

/// One end of a strand: the section and core it begins with. Belongs to no other strand of the network.
pub(crate) type EndKey = (CableId, CableEnd, u32);

impl Strand {
    /// The same strand seen from its other end.
    pub fn reversed(&self) -> Strand {
        let mut pieces: Vec<Piece> = Vec::with_capacity(self.pieces.len());
        for (at, piece) in self.pieces.iter().enumerate().rev() {
            let splice_after = if at == 0 { self.splice_before } else { self.pieces[at - 1].splice_after };
            pieces.push(Piece { enters: piece.enters.other(), splice_after, ..*piece });
        }
        Strand {
            places: [self.places[1], self.places[0]],
            tails: [self.tails[1], self.tails[0]],
            splice_before: self.pieces.last().and_then(|piece| piece.splice_after),
            pieces,
            count: self.count,
            length_m: self.length_m,
        }
    }

    /// The smaller of its two ends, at which it begins; `None` only for a strand of nothing.
    pub(crate) fn key(&self) -> Option<EndKey> {
        let first = self.pieces.first()?;
        Some((first.cable, first.enters, first.first))
    }

    fn far_key(&self) -> Option<EndKey> {
        let last = self.pieces.last()?;
        Some((last.cable, last.enters.other(), last.first))
    }

    /// The strand as it is kept: from its smaller end.
    fn normalised(self) -> Strand {
        if self.key() <= self.far_key() { self } else { self.reversed() }
    }

    /// The sections it runs through, in order.
    pub fn cables(&self) -> impl Iterator<Item = CableId> {
        self.pieces.iter().map(|piece| piece.cable)
    }

    /// Devices on whose terminals the strand ends.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> {
        self.tails.into_iter().filter_map(|tail| match tail {
            Tail::Terminal(port) => Some(port.device),
            _ => None,
        })
    }

    /// Every slot that the strand's `nth` core (from 0) takes: terminals and cores.
    pub fn slots(&self, nth: u32) -> impl Iterator<Item = (Carrier, u32)> {
        let terminal = |tail: Tail| match tail {
            Tail::Terminal(port) => Some((Carrier::Device(port.device), port.port.saturating_add(nth))),
            _ => None,
        };
        let cores = self.pieces.iter().map(move |p| (Carrier::Cable(p.cable), p.first.saturating_add(nth)));
        terminal(self.tails[0]).into_iter().chain(cores).chain(terminal(self.tails[1]))
    }
}

//! One layer of the graph as flat arrays: places along a curve, hops between them, what is free of each.
//!
//! The records say everything, but a search that reads them spends its time on cache misses. A layer holds what a search
//! over lengths needs, in the order in which it needs it; links are named again only on the finished way. What changed
//! since the arrays were laid out lies in a small [`Change`] beside them.

pub(crate) mod back;
mod blocks;
pub(crate) mod counts;
mod exact;
mod graph;
mod landmarks;
mod numbers;
mod overlay;
pub(crate) mod ways;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use linewright_model::PlaceId;

use crate::engine::astar::Scratch;
use crate::engine::graph::{At, RiskId};
use blocks::Blocks;
pub(crate) use blocks::Relevant;
use counts::{Code, Counts, Free};
use landmarks::Landmarks;
pub(crate) use numbers::Numbers;
pub(crate) use overlay::Change;

/// A link to be laid out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Laid<L> {
    /// Its name.
    pub(crate) link: L,
    /// The places it joins.
    pub(crate) ends: [PlaceId; 2],
    /// Its length as recorded.
    pub(crate) length_m: f64,
    /// The straight distance between its ends; none where one of them stands nowhere.
    pub(crate) straight_m: Option<f64>,
    /// What it is joined with at its ends.
    pub(crate) joints: [Joint; 2],
    /// What is free of it.
    pub(crate) free: Free,
    /// Number of the group of links that fail together with it.
    pub(crate) group: Option<u32>,
}

/// How a link is joined to the one before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Joint {
    /// Without work.
    None,
    /// By splicing.
    Spliced,
    /// By patching.
    Patched,
    /// As patched, but the port belongs to a splitter.
    Split,
}

impl Joint {
    /// What the joint weighs beside the link, in decimetres of glass, at the default prices for two fibres. With other
    /// prices bounds by weight are less sharp, but bounds.
    pub(crate) fn weight_dm(self) -> u32 {
        match self {
            Joint::None => 0,
            Joint::Spliced => 3_000,
            Joint::Patched | Joint::Split => 7_000,
        }
    }
}

/// What crossing a link is worth at least, from either end, in decimetres of glass.
fn weight_dm(length_dm: u32, joints: [Joint; 2]) -> u32 {
    length_dm.saturating_add(joints[0].weight_dm().min(joints[1].weight_dm()))
}

/// A link as seen from one of its ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Hop {
    pub(crate) to: u32,
    pub(crate) length_dm: u32,
}

/// Hops grouped by the place where they begin.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    // Invariant: ascending, one more than the places; `starts[n]..starts[n + 1]` are the hops from place n.
    starts: Vec<u32>,
    hops: Vec<Hop>,
}

impl Flat {
    /// Number of places.
    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    #[inline]
    fn range(&self, at: At) -> std::ops::Range<u32> {
        match (self.starts.get(at.index()), self.starts.get(at.index() + 1)) {
            (Some(from), Some(to)) => *from..*to,
            _ => 0..0,
        }
    }

    pub(crate) fn hops(&self, at: At) -> &[Hop] {
        let range = self.range(at);
        &self.hops[range.start as usize..range.end as usize]
    }
}

/// What distances from landmarks are measured in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Measure {
    /// Length, dm.
    Length,
    /// What crossing is worth at least.
    Weight,
}

/// What a hop rests on: its link, the group of it (the link again where there is none), the place it leads to. Links are
/// numbered first, then groups, then places.
type HopRisks = [RiskId; 3];

/// A layer as laid out for one version.
#[derive(Debug)]
pub(crate) struct Layer<L> {
    flat: Flat,
    risks: Vec<HopRisks>,
    /// Names of links, ascending; the place in this list is the link's number.
    names: Vec<L>,
    blocks: Blocks,
    /// How many groups there were.
    groups: usize,
    /// Whether every link is at least as long as the straight line between its ends, and so is every way.
    straight: bool,
    /// The two hops of each link.
    hops_of: Vec<[u32; 2]>,
    /// What was free when it was laid out, by hop.
    free: Counts,
    /// The joints of each hop where it begins and where it leads.
    joints: Vec<[Joint; 2]>,
    /// By [`Measure`].
    landmarks: [OnceLock<Landmarks>; 2],
    /// Memory of finished searches, for the next ones.
    scratch: Mutex<Vec<Scratch<u32>>>,
}

impl<L: Copy + Ord> Layer<L> {
    /// Lays out links; those whose ends are one place or no place are left out.
    pub(crate) fn build(numbers: &Numbers, links: impl Iterator<Item = Laid<L>>) -> Self {
        let mut links: Vec<(Laid<L>, [u32; 2])> = links
            .filter_map(|laid| {
                let ends = [numbers.of(laid.ends[0])?, numbers.of(laid.ends[1])?];
                (ends[0] != ends[1]).then_some((laid, ends))
            })
            .collect();
        links.sort_unstable_by_key(|(laid, _)| laid.link);
        let mut starts = vec![0u32; numbers.len() + 1];
        for at in links.iter().flat_map(|(_, ends)| ends) {
            starts[*at as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut hops = vec![Hop { to: 0, length_dm: 0 }; 2 * links.len()];
        let mut risks = vec![[RiskId(0); 3]; hops.len()];
        let mut free = vec![Code::default(); hops.len()];
        let mut joints = vec![[Joint::None; 2]; hops.len()];
        let mut hops_of = Vec::with_capacity(links.len());
        let names: Vec<L> = links.iter().map(|(laid, _)| laid.link).collect();
        let groups = links.iter().filter_map(|(laid, _)| laid.group).max().map_or(0, |last| last as usize + 1);
        for (number, (laid, ends)) in (0u32..).zip(&links) {
            let length_dm = laid.length_dm();
            let mut both = [0; 2];
            for (nth, (from, to)) in [(ends[0], ends[1]), (ends[1], ends[0])].into_iter().enumerate() {
                let slot = &mut next[from as usize];
                let hop = *slot as usize;
                *slot += 1;
                hops[hop] = Hop { to, length_dm };
                let group = laid.group.map_or(number, |group| after(links.len(), group));
                risks[hop] = [RiskId(number), RiskId(group), RiskId(after(links.len() + groups, to))];
                free[hop] = laid.free.code();
                joints[hop] = [laid.joints[nth], laid.joints[1 - nth]];
                both[nth] = hop as u32;
            }
            hops_of.push(both);
        }
        let flat = Flat { starts, hops };
        let blocks = Blocks::find(&flat);
        Self {
            flat,
            blocks,
            risks,
            names,
            groups,
            straight: links.iter().all(|(laid, _)| laid.straight_m.is_some()),
            hops_of,
            free: Counts::new(&free),
            joints,
            landmarks: Default::default(),
            scratch: Mutex::default(),
        }
    }

    /// Distances from far points, worked out when first asked for.
    pub(crate) fn landmarks(&self, measure: Measure) -> &Landmarks {
        self.landmarks[measure as usize].get_or_init(|| match measure {
            Measure::Length => Landmarks::build(&self.flat, |hop| self.flat.hops[hop].length_dm),
            Measure::Weight => {
                Landmarks::build(&self.flat, |hop| weight_dm(self.flat.hops[hop].length_dm, self.joints[hop]))
            }
        })
    }

    /// The same, if they have been worked out already.
    pub(crate) fn known_landmarks(&self, measure: Measure) -> Option<&Landmarks> {
        self.landmarks[measure as usize].get()
    }

    /// Where a hop begins: where the other hop of its link ends.
    fn from(&self, hop: usize) -> At {
        let [there, back] = self.hops_of[self.risks[hop][0].index()];
        At(self.flat.hops[if there as usize == hop { back } else { there } as usize].to)
    }

    /// Number of risks: of links, groups and places.
    fn risk_count(&self) -> usize {
        self.names.len() + self.groups + self.flat.len()
    }

    fn number(&self, link: L) -> Option<u32> {
        self.names.binary_search(&link).ok().map(|number| number as u32)
    }
}

impl<L> Layer<L> {
    fn take_scratch(&self) -> Scratch<u32> {
        self.scratch_pool().pop().unwrap_or_default()
    }

    fn give_scratch(&self, scratch: Scratch<u32>) {
        if !scratch.is_empty() {
            self.scratch_pool().push(scratch);
        }
    }

    fn scratch_pool(&self) -> MutexGuard<'_, Vec<Scratch<u32>>> {
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of the `nth` risk of a kind that comes after so many others.
fn after(others: usize, nth: u32) -> u32 {
    (others as u32).saturating_add(nth)
}

/// Longest link that is told apart, dm: 20,000 km.
const LONGEST_DM: f64 = 2e8;

impl<L> Laid<L> {
    /// The length in whole decimetres: as recorded, but never below the straight line and always above nothing, so that
    /// straight distances bound ways from below and ways do not go in circles.
    fn length_dm(&self) -> u32 {
        // Rounding down both ends of a bound may lose one decimetre.
        let least = (self.straight_m.unwrap_or(0.0) * 10.0).ceil() + 1.0;
        (self.length_m * 10.0).round().max(least).clamp(1.0, LONGEST_DM) as u32
    }
}

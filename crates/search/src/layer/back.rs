//! Least costs to some places, worked out backwards from them: bounds for all the searches that end there.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::rc::Rc;

use linewright_model::PlaceId;
use rustc_hash::FxBuildHasher;

use super::counts::Need;
use super::landmarks::Towards;
use super::ways::Ways;
use super::{Joint, Measure, Relevant};
use crate::engine::astar::Scratch;
use crate::engine::graph::At;

/// Places worked out at most; those beyond are bounded by what the search would have to do to come to them.
const MOST: usize = 1 << 18;
/// Ways that cost more than the best by up to one part in so many are worth sharp bounds from the first.
const BEYOND: u64 = 128;
/// Ways that cost more than so many times the best are not worth sharp bounds.
const WORTH: u64 = 3;

/// Places looked at from either end for links that every way takes.
const MOST_LOOKED_AT: usize = 1 << 14;

/// What crossing links costs at least.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Prices {
    /// Per metre of glass, milli-CNY.
    pub(crate) metre: u64,
    /// One joint patched, milli-CNY.
    pub(crate) patching: u64,
    /// One joint spliced, milli-CNY.
    pub(crate) splicing: u64,
}

impl Prices {
    /// The least cost of a link of this length from a joint. Costs beyond what 32 bits hold are cut: a lower bound still.
    fn hop(&self, length_dm: u32, joint: Joint) -> u32 {
        let joint = match joint {
            Joint::None => 0,
            Joint::Patched | Joint::Split => self.patching,
            Joint::Spliced => self.splicing,
        };
        u32::try_from(glass_cost(length_dm, self.metre).saturating_add(joint)).unwrap_or(u32::MAX)
    }

    /// What a decimetre by weight costs at least.
    fn per_dm(&self) -> f64 {
        let each = |joint: Joint, price: u64| price as f64 / f64::from(joint.weight_dm());
        (self.metre as f64 / 10.0).min(each(Joint::Patched, self.patching)).min(each(Joint::Spliced, self.splicing))
    }
}

/// What so many decimetres of glass cost by the metre: rounded up.
pub(crate) fn glass_cost(length_dm: u32, metre: u64) -> u64 {
    u64::from(length_dm).saturating_mul(metre).div_ceil(10)
}

/// Costs to the nearest of some places over links that may have enough free.
///
/// Near the way from the starts to the places they are exact; farther off, a place is at least as far as makes a way
/// over it longer than all that has been looked at.
pub(crate) struct Back<'a, L> {
    ways: Ways<'a, L>,
    need: Need,
    prices: Prices,
    relevant: Rc<Relevant>,
    /// A lower bound of what leads from the starts to a place; none without landmarks.
    from_starts: Option<(Towards, f64)>,
    worked: RefCell<Worked>,
}

/// What can be come to from one end.
struct Side {
    seen: HashSet<At, FxBuildHasher>,
    open: VecDeque<At>,
}

impl Side {
    fn new(from: impl Iterator<Item = At>) -> Self {
        let mut side = Self { seen: HashSet::default(), open: VecDeque::new() };
        from.for_each(|at| side.come_to(at));
        side
    }

    fn come_to(&mut self, at: At) {
        if self.seen.insert(at) {
            self.open.push_back(at);
        }
    }
}

/// How far a search has come.
struct Worked {
    scratch: Scratch<u32>,
    /// No way over a place that has not been worked out costs less; [`u32::MAX`] where no way leads there.
    frontier: u32,
    left: usize,
    /// No total beyond is worth looking at.
    worth: u64,
    /// Whether some cost was too large to be told.
    cut: bool,
}

impl<L> Drop for Back<'_, L> {
    fn drop(&mut self) {
        self.ways.layer.give_scratch(std::mem::take(&mut self.worked.get_mut().scratch));
    }
}

impl<'a, L: Copy + Ord + Hash + std::fmt::Debug> Back<'a, L> {
    /// Works backwards from `goals`, each with what is still to be paid there, until the best way to one of the `starts`,
    /// each with what is paid before, is known, and a share beyond.
    pub(super) fn new(
        ways: Ways<'a, L>,
        goals: &[(At, u64)],
        starts: &[(At, u64)],
        need: Need,
        prices: Prices,
        relevant: Rc<Relevant>,
    ) -> Self {
        let landmarks = ways.known_landmarks(Measure::Weight);
        let from_starts = landmarks
            .map(|(landmarks, more)| landmarks.towards(more, starts.iter().map(|(at, _)| *at)))
            .map(|towards| (towards, prices.per_dm() * (1.0 - 1e-9)));
        let mut scratch = ways.layer.take_scratch();
        scratch.begin(ways.layer.flat.len() + ways.change.new_places());
        let worked = RefCell::new(Worked { scratch, frontier: 0, left: MOST, worth: u64::MAX, cut: false });
        let back = Self { ways, need, prices, relevant, from_starts, worked };
        for &(at, cost) in goals {
            // The largest number says that there is no way.
            let cost = u32::try_from(cost).unwrap_or(u32::MAX).min(u32::MAX - 1);
            back.reach(&mut back.worked.borrow_mut(), at, cost);
        }
        let paid: HashMap<At, u64, FxBuildHasher> = starts.iter().copied().collect();
        let least_paid = starts.iter().map(|(_, paid)| *paid).min().unwrap_or(0);
        let mut best = u64::MAX;
        back.work(|total, at, cost| {
            if let Some(paid) = paid.get(&at) {
                best = best.min(u64::from(cost).saturating_add(*paid));
            }
            u64::from(total).saturating_add(least_paid) <= best.saturating_add(best / BEYOND)
        });
        back.worked.borrow_mut().worth = best.saturating_mul(WORTH);
        back
    }

    /// Works on while `more` says so of the next place, its total and its cost.
    fn work(&self, mut more: impl FnMut(u32, At, u32) -> bool) {
        let worked = &mut *self.worked.borrow_mut();
        while let Some((total, at, cost)) = worked.scratch.next() {
            if worked.left == 0 || !more(total, at, cost) {
                worked.frontier = total;
                return worked.scratch.put_back(total, at);
            }
            worked.left -= 1;
            self.ways.each_hop(at, self.need, &self.relevant, |to, length_dm, joint| {
                let next = cost.saturating_add(self.prices.hop(length_dm, joint)).min(u32::MAX - 1);
                self.reach(worked, to, next);
            });
        }
        // Where a cost was cut, there may be a way over what looks as if nothing led there.
        worked.frontier = if worked.cut { u32::MAX - 1 } else { u32::MAX };
    }

    fn reach(&self, worked: &mut Worked, at: At, cost: u32) {
        let cut = &mut worked.cut;
        worked.scratch.reach(at, cost, None, || {
            let since = self.since_starts(at);
            *cut |= cost.checked_add(since).is_none_or(|total| total >= u32::MAX - 1);
            since
        });
    }

    fn since_starts(&self, at: At) -> u32 {
        let Some(((towards, per_dm), (landmarks, more))) =
            self.from_starts.as_ref().zip(self.ways.known_landmarks(Measure::Weight))
        else {
            return 0;
        };
        // Rounded down; casting saturates.
        (f64::from(landmarks.bound_towards(more, towards, at)) * per_dm) as u32
    }

    /// Makes the bound at a place exact, if a way from there is worth it.
    pub(crate) fn sharpen(&self, place: PlaceId) {
        let Some(goal) = self.ways.number(place) else { return };
        let known = |worked: &Worked| worked.scratch.settled(goal, worked.frontier).is_some();
        if !known(&self.worked.borrow()) {
            let mut enough = self.worked.borrow().worth;
            self.work(|total, at, _| {
                let total = u64::from(total);
                if at == goal {
                    enough = enough.min(total.saturating_add(total / BEYOND));
                }
                total <= enough
            });
        }
    }

    /// Which links of a way every way takes from one of `starts` to one of `goals`, as far as can be told soon.
    ///
    /// Going backwards over the way's own links and over all others either way, what can be come to from the starts does
    /// not hold a goal exactly when there is such a link; beyond it there may be more, and the same holds from the goals.
    /// Both sides are looked at in turn until they meet.
    pub(crate) fn bridges(
        &self,
        starts: impl Iterator<Item = PlaceId>,
        goals: impl Iterator<Item = PlaceId>,
        way: &[(L, [PlaceId; 2])],
    ) -> Vec<usize> {
        let mut bridges = Vec::new();
        let numbered =
            |(link, [from, to]): &(L, [PlaceId; 2])| Some((*link, self.ways.number(*from)?, self.ways.number(*to)?));
        let Some(way) = way.iter().map(numbered).collect::<Option<Vec<(L, At, At)>>>() else { return bridges };
        let taken: HashSet<L, FxBuildHasher> = way.iter().map(|(link, ..)| *link).collect();
        let number = |place: PlaceId| self.ways.number(place);
        let mut sides = [Side::new(starts.filter_map(number)), Side::new(goals.filter_map(number))];
        if sides[0].seen.intersection(&sides[1].seen).next().is_some() {
            return bridges;
        }
        let mut found: Vec<At> = Vec::new();
        for _ in 0..MOST_LOOKED_AT {
            for from_goals in [false, true] {
                let [side, other] = if from_goals { [1, 0] } else { [0, 1] };
                found.clear();
                if let Some(at) = sides[side].open.pop_front() {
                    self.ways.each_link(at, self.need, &self.relevant, |link, to| {
                        if !taken.contains(&link) {
                            found.push(to);
                        }
                    });
                    let back = way.iter().map(|(_, from, to)| if from_goals { (*from, *to) } else { (*to, *from) });
                    found.extend(back.filter(|(from, _)| *from == at).map(|(_, to)| to));
                } else {
                    // Nothing leads on: the way leaves this side by a link that all ways take, and goes on beyond.
                    let seen = |at: &At| sides[side].seen.contains(at);
                    let leaves = |(_, from, to): &(L, At, At)| seen(from) != from_goals && seen(to) == from_goals;
                    let Some(nth) = way.iter().position(leaves) else { return bridges };
                    bridges.push(nth);
                    found.push(if from_goals { way[nth].1 } else { way[nth].2 });
                }
                if found.iter().any(|to| sides[other].seen.contains(to)) {
                    return bridges;
                }
                found.iter().for_each(|to| sides[side].come_to(*to));
            }
        }
        bridges
    }

    /// The bound at a place, milli-CNY; `u64::MAX` where no way leads on.
    pub(crate) fn bound(&self, place: PlaceId) -> u64 {
        let Some(at) = self.ways.number(place) else { return 0 };
        let worked = self.worked.borrow();
        match worked.scratch.settled(at, worked.frontier) {
            Some(cost) => u64::from(cost),
            None if worked.frontier == u32::MAX => u64::MAX,
            None => u64::from(worked.frontier.saturating_sub(self.since_starts(at))),
        }
    }
}

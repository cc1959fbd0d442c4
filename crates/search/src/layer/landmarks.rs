//! Distances from a few far points to all others: lower bounds by the triangle inequality (ALT).

use super::Flat;
use crate::engine::astar::Scratch;
use crate::engine::graph::At;

/// Landmarks in all.
pub(crate) const LANDMARKS: usize = 16;
/// Landmarks that bound one search: those that tell most about its ends.
pub(crate) const CHOSEN: usize = 3;
/// No way from the landmark.
const FAR: u32 = u32::MAX;
/// Parts with less than this share of the points get no landmark of their own.
const SMALL_PART: usize = 16;

/// Distances of one point from each landmark, dm.
pub(crate) type Distances = [u32; LANDMARKS];

/// Distances from each landmark to each point, dm; the landmarks of one point side by side.
#[derive(Debug)]
pub(crate) struct Landmarks {
    distances: Vec<Distances>,
    /// Landmarks that there are.
    count: usize,
}

impl Landmarks {
    pub(crate) fn build(flat: &Flat, measure: impl Fn(usize) -> u32) -> Self {
        let points = flat.len();
        let mut distances = vec![[FAR; LANDMARKS]; points];
        let mut scratch = Scratch::default();
        // How far each point is from the landmarks so far; points of small parts are never chosen.
        let mut nearest: Vec<u32> = large_parts(flat);
        let mut count = 0;
        while count < LANDMARKS {
            let Some(seed) = farthest(&nearest) else { break };
            if nearest[seed as usize] == FAR {
                // The first of its part: take the far side of it instead of a point in the middle.
                let from_seed = all_from(flat, &measure, &mut scratch, seed);
                let reached = |at: u32| from_seed[at as usize] != FAR;
                let end = (0..points as u32).filter(|at| reached(*at)).max_by_key(|at| (from_seed[*at as usize], *at));
                count = Self::add(
                    &mut distances,
                    &mut nearest,
                    count,
                    &all_from(flat, &measure, &mut scratch, end.unwrap_or(seed)),
                );
            } else {
                count = Self::add(&mut distances, &mut nearest, count, &all_from(flat, &measure, &mut scratch, seed));
            }
        }
        Self { distances, count }
    }

    fn add(distances: &mut [Distances], nearest: &mut [u32], count: usize, from: &[u32]) -> usize {
        for (at, distance) in from.iter().enumerate() {
            distances[at][count] = *distance;
            nearest[at] = nearest[at].min(*distance);
        }
        count + 1
    }

    #[inline]
    fn of<'a>(&'a self, more: &'a [Distances], at: At) -> Option<&'a Distances> {
        self.distances.get(at.index()).or_else(|| more.get(at.index() - self.distances.len()))
    }

    /// Distances to places that came with new links, if the links leave all other distances as they are; they are as
    /// many as `places`, numbered after the others.
    pub(crate) fn extend(&self, places: usize, links: &[([u32; 2], u32)]) -> Option<Vec<Distances>> {
        let base = self.distances.len();
        let mut more = vec![[FAR; LANDMARKS]; places];
        let mut known = vec![false; places];
        let is_known = |known: &[bool], at: u32| (at as usize).checked_sub(base).is_none_or(|new| known[new]);
        // A new place is as far as by the first link that leads on from a known one.
        while let Some((new, from, length_dm)) =
            links.iter().find_map(|&([a, b], length_dm)| match (is_known(&known, a), is_known(&known, b)) {
                (true, false) => Some((b, a, length_dm)),
                (false, true) => Some((a, b, length_dm)),
                _ => None,
            })
        {
            let new = new as usize - base;
            more[new] = self.of(&more, At(from))?.map(|distance| distance.saturating_add(length_dm));
            known[new] = true;
        }
        let holds = |&([a, b], length_dm): &([u32; 2], u32)| match (self.of(&more, At(a)), self.of(&more, At(b))) {
            (Some(a), Some(b)) => (0..self.count).all(|n| a[n].abs_diff(b[n]) <= length_dm),
            _ => false,
        };
        links.iter().all(holds).then_some(more)
    }

    /// The landmarks that tell most about the way between two points.
    pub(crate) fn choose(&self, more: &[Distances], from: At, to: At) -> Chosen {
        let mut chosen = Chosen { at: [0; CHOSEN], to: [FAR; CHOSEN], count: 0 };
        let (Some(ends), Some(target)) = (self.of(more, from), self.of(more, to)) else { return chosen };
        let known = (0..self.count).filter(|n| ends[*n] != FAR && target[*n] != FAR);
        let mut ranked: Vec<usize> = known.collect();
        ranked.sort_by_key(|n| std::cmp::Reverse(ends[*n].abs_diff(target[*n])));
        for n in ranked.into_iter().take(CHOSEN) {
            chosen.at[chosen.count] = n;
            chosen.to[chosen.count] = target[n];
            chosen.count += 1;
        }
        // The others repeat the first, so that a bound is always the largest of three.
        for n in chosen.count..CHOSEN {
            chosen.at[n] = chosen.at[0];
            chosen.to[n] = chosen.to[0];
        }
        chosen
    }

    /// A lower bound of the distance from a point to the target; `u32::MAX` where there is no way.
    #[inline]
    pub(crate) fn bound(&self, more: &[Distances], chosen: &Chosen, at: At) -> u32 {
        if chosen.count == 0 {
            return 0;
        }
        let Some(distances) = self.of(more, at) else { return 0 };
        if distances[chosen.at[0] % LANDMARKS] == FAR {
            // The target is joined to this landmark, the point is not.
            return FAR;
        }
        let apart = |n: usize| distances[chosen.at[n] % LANDMARKS].abs_diff(chosen.to[n]);
        apart(0).max(apart(1)).max(apart(2))
    }
}

/// Bounds towards the nearest of several points, by all landmarks: the least and the largest distance of the points
/// from each, none from a landmark that no point is joined to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Towards([Option<(u32, u32)>; LANDMARKS]);

impl Landmarks {
    pub(crate) fn towards(&self, more: &[Distances], points: impl Iterator<Item = At>) -> Towards {
        let mut ranges = [None; LANDMARKS];
        for at in points {
            let Some(distances) = self.of(more, at) else { continue };
            for (range, distance) in ranges.iter_mut().zip(distances).filter(|(_, distance)| **distance != FAR) {
                let (low, high) = range.unwrap_or((*distance, *distance));
                *range = Some((low.min(*distance), high.max(*distance)));
            }
        }
        Towards(ranges)
    }

    /// A lower bound of the distance from a point to the nearest of them.
    pub(crate) fn bound_towards(&self, more: &[Distances], towards: &Towards, at: At) -> u32 {
        let Some(distances) = self.of(more, at) else { return 0 };
        let apart = |(range, distance): (&Option<(u32, u32)>, &u32)| match range {
            Some((low, high)) if *distance != FAR => low.saturating_sub(*distance).max(distance.saturating_sub(*high)),
            _ => 0,
        };
        towards.0.iter().zip(distances).map(apart).max().unwrap_or(0)
    }
}

/// The landmarks of one search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    at: [usize; CHOSEN],
    to: [u32; CHOSEN],
    count: usize,
}

fn farthest(nearest: &[u32]) -> Option<u32> {
    let (at, distance) = nearest.iter().enumerate().max_by_key(|(at, distance)| (**distance, *at))?;
    // Points are numbered by u32.
    (*distance > 0).then_some(at as u32)
}

/// `FAR` for points of parts worth a landmark, 0 for the others.
fn large_parts(flat: &Flat) -> Vec<u32> {
    let points = flat.len();
    let mut nearest = vec![0; points];
    let mut seen = vec![false; points];
    for first in 0..points {
        if seen[first] {
            continue;
        }
        seen[first] = true;
        let (mut part, mut next) = (vec![first as u32], 0);
        while let Some(at) = part.get(next).copied() {
            next += 1;
            for hop in flat.hops(At(at)) {
                if !std::mem::replace(&mut seen[hop.to as usize], true) {
                    part.push(hop.to);
                }
            }
        }
        if part.len() > 1 && part.len() >= points / SMALL_PART {
            part.iter().for_each(|at| nearest[*at as usize] = FAR);
        }
    }
    nearest
}

/// Distances from one point to all others, whatever is free.
fn all_from(flat: &Flat, measure: impl Fn(usize) -> u32, scratch: &mut Scratch<u32>, from: u32) -> Vec<u32> {
    scratch.begin(flat.len());
    scratch.reach(At(from), 0, None, || 0);
    let mut distances = vec![FAR; flat.len()];
    while let Some((_, at, cost)) = scratch.next() {
        distances[at.index()] = cost;
        let range = flat.range(at);
        for (hop, to) in (range.start as usize..).zip(flat.hops(at)) {
            scratch.reach(At(to.to), cost.saturating_add(measure(hop)), None, || 0);
        }
    }
    distances
}

//! Blocks: parts of a layer of which a way that enters one by a place can leave it only by another.
//!
//! Two places that are joined by ways without a place in common are in one block (the graph's biconnected components); a
//! place where blocks meet is in all of them. A way that visits no place twice passes only the blocks between its ends. Most
//! of a network hangs from the rest like leaves and loops, and no search between two others need look there.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::Flat;

/// No block.
const NONE: u32 = u32::MAX;

/// The blocks of a layer, each hanging from the place by which it is nearest to the place where counting began.
#[derive(Debug)]
pub(super) struct Blocks {
    /// The block of each place in which it is not the one that the block hangs from; [`NONE`] where counting began.
    own: Vec<u32>,
    /// What each block hangs from.
    from: Vec<u32>,
}

/// Blocks that lie on the ways looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Relevant {
    blocks: HashSet<u32, FxBuildHasher>,
    everything: bool,
}

/// A place being looked at: its neighbours, how many of them have been, and how it was come to.
struct Visit {
    at: u32,
    neighbours: Vec<u32>,
    next: usize,
    by: u32,
}

impl Blocks {
    /// Links beside each other count as one: they make no other way to a third place.
    pub(super) fn find(flat: &Flat) -> Self {
        let places = flat.len() as u32;
        let visit = |at: u32, by: u32| {
            let range = flat.starts[at as usize] as usize..flat.starts[at as usize + 1] as usize;
            let mut neighbours: Vec<u32> = flat.hops[range].iter().map(|hop| hop.to).collect();
            neighbours.sort_unstable();
            neighbours.dedup();
            Visit { at, neighbours, next: 0, by }
        };
        let hops = |at: u32| flat.starts[at as usize + 1] - flat.starts[at as usize];
        // Counting begins where most comes together, so that most hangs from there by little.
        let mut begins: Vec<u32> = (0..places).max_by_key(|at| hops(*at)).into_iter().collect();
        begins.extend(0..places);
        let mut blocks = Self { own: vec![NONE; places as usize], from: Vec::new() };
        // When each place was met, from 1; the earliest that it and what was met after it lead back to.
        let (mut met, mut back) = (vec![0u32; places as usize], vec![0u32; places as usize]);
        let (mut clock, mut open, mut unassigned) = (0u32, Vec::new(), Vec::new());
        for begin in begins {
            if met[begin as usize] != 0 {
                continue;
            }
            clock += 1;
            (met[begin as usize], back[begin as usize]) = (clock, clock);
            open.push(visit(begin, NONE));
            while let Some(top) = open.last_mut() {
                let at = top.at;
                if let Some(&to) = top.neighbours.get(top.next) {
                    top.next += 1;
                    if met[to as usize] == 0 {
                        clock += 1;
                        (met[to as usize], back[to as usize]) = (clock, clock);
                        unassigned.push(to);
                        open.push(visit(to, at));
                    } else if to != top.by {
                        back[at as usize] = back[at as usize].min(met[to as usize]);
                    }
                    continue;
                }
                open.pop();
                let Some(before) = open.last().map(|visit| visit.at) else { continue };
                back[before as usize] = back[before as usize].min(back[at as usize]);
                if back[at as usize] >= met[before as usize] {
                    // Nothing met since leads back beyond: all of it is a block that hangs from there.
                    let block = blocks.from.len() as u32;
                    blocks.from.push(before);
                    while let Some(place) = unassigned.pop() {
                        blocks.own[place as usize] = block;
                        if place == at {
                            break;
                        }
                    }
                }
            }
        }
        blocks
    }

    /// The block of a hop; none for one that came since.
    #[inline]
    fn of(&self, from: u32, to: u32) -> Option<u32> {
        let (of_from, of_to) = (*self.own.get(from as usize)?, *self.own.get(to as usize)?);
        let hangs = self.from.get(of_to as usize).is_some_and(|hangs_from| *hangs_from == from);
        Some(if hangs { of_to } else { of_from })
    }
}

impl Relevant {
    /// Every block.
    pub(crate) fn everything() -> Self {
        Self { blocks: HashSet::default(), everything: true }
    }

    /// Takes up the blocks between a place and where counting began.
    pub(super) fn take_up(&mut self, blocks: &Blocks, at: u32) {
        let mut block = blocks.own.get(at as usize).copied().unwrap_or(NONE);
        while block != NONE && self.blocks.insert(block) {
            block = blocks.own[blocks.from[block as usize] as usize];
        }
    }

    /// Takes up every block that a place is in.
    pub(super) fn take_up_around(&mut self, blocks: &Blocks, flat: &Flat, at: u32) {
        self.take_up(blocks, at);
        if (at as usize) < flat.len() {
            let hops = flat.range(crate::engine::graph::At(at));
            self.blocks.extend(hops.filter_map(|hop| blocks.of(at, flat.hops[hop as usize].to)));
        }
    }

    /// Whether a hop is in one of the blocks; one that came since is.
    #[inline]
    pub(super) fn holds(&self, blocks: &Blocks, from: u32, to: u32) -> bool {
        self.everything || blocks.of(from, to).is_none_or(|block| self.blocks.contains(&block))
    }
}

//! Sorted lists of small values behind dense indices, packed: no allocation, no list header for each of them.

use std::sync::Arc;

use crate::table::{FAN, Shared};

/// For each index a sorted list, mostly short. The lists of [`FAN`] neighbours lie in one piece, so that a list costs
/// four bytes beside its items; a change rewrites the piece.
#[derive(Clone, Debug)]
pub(crate) struct Groups<T> {
    pieces: Shared<Arc<Piece<T>>>,
}

#[derive(Debug)]
struct Piece<T> {
    /// Where each list ends in `items`.
    ends: [u32; FAN],
    /// The lists, one after the other; not all empty.
    items: Box<[T]>,
}

/// What lists lose and gain, by index, in any order; nothing is lost that is not there.
#[derive(Clone, Debug)]
pub(crate) struct Moves<T> {
    pub(crate) gone: Vec<(u32, T)>,
    pub(crate) come: Vec<(u32, T)>,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { pieces: Shared::default() }
    }
}

impl<T> Default for Moves<T> {
    fn default() -> Self {
        Self { gone: Vec::new(), come: Vec::new() }
    }
}

impl<T> Piece<T> {
    fn of(&self, list: usize) -> &[T] {
        let from = if list == 0 { 0 } else { self.ends[list - 1] };
        &self.items[from as usize..self.ends[list] as usize]
    }
}

impl<T> Groups<T> {
    /// The list of `index`, ascending.
    pub(crate) fn get(&self, index: u32) -> &[T] {
        let piece = self.pieces.get(index / FAN as u32);
        piece.map_or(&[], |piece| piece.of(index as usize % FAN))
    }

    /// All lists that are not empty, by index.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &[T])> {
        let lists = self
            .pieces
            .iter()
            .flat_map(|(at, piece)| (0..FAN).map(move |list| (at * FAN as u32 + list as u32, piece.of(list))));
        lists.filter(|(_, list)| !list.is_empty())
    }
}

impl<T: Copy + Ord> Groups<T> {
    /// Takes values away and adds others.
    pub(crate) fn apply(&mut self, mut moves: Moves<T>) {
        moves.gone.sort_unstable();
        moves.come.sort_unstable();
        let (mut gone, mut come) = (&moves.gone[..], &moves.come[..]);
        while let Some(first) = gone.first().into_iter().chain(come.first()).map(|(index, _)| *index).min() {
            let piece = first / FAN as u32;
            let (gone_here, gone_later) = gone.split_at(in_piece(gone, piece));
            let (come_here, come_later) = come.split_at(in_piece(come, piece));
            self.rewrite(piece, gone_here, come_here);
            (gone, come) = (gone_later, come_later);
        }
    }

    fn rewrite(&mut self, at: u32, gone: &[(u32, T)], come: &[(u32, T)]) {
        let old = self.pieces.get(at);
        let room = old.map_or(0, |old| old.items.len()) + come.len();
        let mut items = Vec::with_capacity(room.saturating_sub(gone.len()));
        let mut ends = [0; FAN];
        let (mut gone, mut come) = (gone.iter().peekable(), come.iter().peekable());
        for (list, end) in ends.iter_mut().enumerate() {
            let index = at * FAN as u32 + list as u32;
            for item in old.map_or(&[][..], |old| old.of(list)) {
                while let Some((_, new)) = come.next_if(|(i, new)| *i == index && new <= item) {
                    items.push(*new);
                }
                if gone.next_if(|lost| **lost == (index, *item)).is_none() {
                    items.push(*item);
                }
            }
            while let Some((_, new)) = come.next_if(|(i, _)| *i == index) {
                items.push(*new);
            }
            // A piece of 2^32 items would not fit in memory beside what they come from.
            *end = items.len() as u32;
        }
        debug_assert!(gone.peek().is_none(), "something was lost that was not there");
        self.pieces.set(at, (!items.is_empty()).then(|| Arc::new(Piece { ends, items: items.into() })));
    }
}

/// How many moves from the front are of one piece: mostly few, so none is skipped.
fn in_piece<T>(moves: &[(u32, T)], piece: u32) -> usize {
    moves.iter().take_while(|(index, _)| index / FAN as u32 == piece).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn all(groups: &Groups<u8>) -> Vec<(u32, u8)> {
        groups.iter().flat_map(|(index, list)| list.iter().map(move |item| (index, *item))).collect()
    }

    proptest! {
        /// Against a set of pairs; each round toggles some of them.
        #[test]
        fn behaves_like_a_set_of_pairs_and_clones_stay_frozen(
            rounds in proptest::collection::vec(
                proptest::collection::btree_set((prop_oneof![0u32..150, 5000u32..5100], 0u8..6), 0..40), 0..12),
        ) {
            let mut groups = Groups::default();
            let mut pairs = BTreeSet::new();
            for toggled in rounds {
                let (frozen, before) = (groups.clone(), pairs.clone());
                let (gone, come): (Vec<_>, Vec<_>) = toggled.iter().rev().copied().partition(|pair| pairs.contains(pair));
                pairs = &pairs ^ &toggled;
                groups.apply(Moves { gone, come });
                prop_assert_eq!(all(&groups), pairs.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(all(&frozen), before.into_iter().collect::<Vec<_>>());
                for index in 0..200 {
                    let of: Vec<u8> = pairs.iter().filter(|(i, _)| *i == index).map(|(_, item)| *item).collect();
                    prop_assert_eq!(groups.get(index), &of[..]);
                }
            }
        }
    }
}

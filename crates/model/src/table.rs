//! A structurally shared array: cloning is one reference count, writing copies a few small nodes.

use std::sync::Arc;

/// Entries per leaf and leaves per node. Small, because a write after a clone counts up every pointer it copies.
pub(crate) const FAN: usize = 64;

type Leaf<T> = [Option<T>; FAN];
type Node<T> = [Option<Arc<Leaf<T>>>; FAN];

/// A growable array of optional values behind dense indices, three levels deep. `clone` is O(1); a write after a clone
/// copies the root (one pointer per 4,096 entries) once, and a node and a leaf of [`FAN`] entries for each leaf touched.
#[derive(Clone, Debug)]
pub struct Shared<T> {
    root: Arc<Vec<Option<Arc<Node<T>>>>>,
    // Number of entries that are `Some`.
    live: usize,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { root: Arc::default(), live: 0 }
    }
}

/// Where an index leads: in the root, the node and the leaf.
fn way(index: u32) -> (usize, usize, usize) {
    let index = index as usize;
    (index / (FAN * FAN), index / FAN % FAN, index % FAN)
}

impl<T> Shared<T> {
    /// The entry at `index`.
    pub fn get(&self, index: u32) -> Option<&T> {
        let (node, leaf, entry) = way(index);
        self.root.get(node)?.as_ref()?[leaf].as_ref()?[entry].as_ref()
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// All entries, by index.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let nodes = self.root.iter().enumerate().filter_map(|(i, node)| Some((i, node.as_ref()?)));
        let leaves = nodes.flat_map(|(i, node)| {
            node.iter().enumerate().filter_map(move |(j, leaf)| Some((i * FAN + j, leaf.as_ref()?)))
        });
        leaves.flat_map(|(j, leaf)| {
            // Indices come from `u32`s in `set`, so they fit back.
            leaf.iter().enumerate().filter_map(move |(k, entry)| Some(((j * FAN + k) as u32, entry.as_ref()?)))
        })
    }
}

impl<T: Clone> Shared<T> {
    /// Puts an entry at `index`, or takes it away; returns what was there.
    pub fn set(&mut self, index: u32, value: Option<T>) -> Option<T> {
        if value.is_none() && self.get(index).is_none() {
            return None;
        }
        let comes = value.is_some();
        let old = std::mem::replace(self.slot_mut(index), value);
        self.live = self.live + usize::from(comes) - usize::from(old.is_some());
        old
    }

    fn slot_mut(&mut self, index: u32) -> &mut Option<T> {
        let (node, leaf, entry) = way(index);
        let root = Arc::make_mut(&mut self.root);
        if root.len() <= node {
            root.resize(node + 1, None);
        }
        let node = root[node].get_or_insert_with(|| Arc::new([const { None }; FAN]));
        let leaf = Arc::make_mut(node)[leaf].get_or_insert_with(|| Arc::new([const { None }; FAN]));
        &mut Arc::make_mut(leaf)[entry]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn behaves_like_a_map_and_clones_stay_frozen(
            writes in proptest::collection::vec(
                (prop_oneof![0u32..200, 4000u32..9000, 300_000u32..300_010], proptest::option::of(0u8..9)),
                0..200,
            )
        ) {
            let mut table = Shared::default();
            let mut map = BTreeMap::new();
            for (at, (index, value)) in writes.iter().enumerate() {
                let frozen = table.clone();
                let before: Vec<_> = map.iter().map(|(k, v)| (*k, *v)).collect();
                let old = table.set(*index, *value);
                prop_assert_eq!(old, match value { Some(v) => map.insert(*index, *v), None => map.remove(index) });
                if at % 16 == 0 {
                    prop_assert_eq!(frozen.iter().map(|(k, v)| (k, *v)).collect::<Vec<_>>(), before);
                }
            }
            prop_assert_eq!(table.len(), map.len());
            prop_assert_eq!(table.iter().map(|(k, v)| (k, *v)).collect::<Vec<_>>(), map.into_iter().collect::<Vec<_>>());
        }
    }
}

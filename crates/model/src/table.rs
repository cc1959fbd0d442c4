//! A structurally shared array: cloning is one reference count, writing copies one chunk.

use std::sync::Arc;

/// Entries per chunk: a chunk of pointers is about 4 KB.
const CHUNK: usize = 256;

/// A growable array of optional values behind dense indices. `clone` is O(1); a write after a clone copies
/// the spine (one pointer per chunk) once and one chunk per chunk touched.
#[derive(Clone, Debug)]
pub struct Shared<T> {
    spine: Arc<Vec<Arc<Vec<Option<T>>>>>,
    // Number of entries that are `Some`.
    live: usize,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { spine: Arc::default(), live: 0 }
    }
}

impl<T> Shared<T> {
    /// The entry at `index`.
    pub fn get(&self, index: u32) -> Option<&T> {
        let index = index as usize;
        self.spine.get(index / CHUNK)?.get(index % CHUNK)?.as_ref()
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
        let chunks = self.spine.iter().enumerate();
        chunks.flat_map(|(at, chunk)| {
            let slots = chunk.iter().enumerate();
            // Indices come from `u32`s in `slot_mut`, so they fit back.
            slots.filter_map(move |(i, slot)| Some(((at * CHUNK + i) as u32, slot.as_ref()?)))
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

    /// The entry at `index`, made from the default when absent, to change it in place.
    pub fn entry(&mut self, index: u32) -> &mut T
    where
        T: Default,
    {
        if self.get(index).is_none() {
            self.set(index, Some(T::default()));
        }
        // `set` has just filled the slot.
        self.slot_mut(index).get_or_insert_with(T::default)
    }

    fn slot_mut(&mut self, index: u32) -> &mut Option<T> {
        let index = index as usize;
        let spine = Arc::make_mut(&mut self.spine);
        if spine.len() <= index / CHUNK {
            spine.resize_with(index / CHUNK + 1, Arc::default);
        }
        let chunk = Arc::make_mut(&mut spine[index / CHUNK]);
        if chunk.len() <= index % CHUNK {
            chunk.resize(index % CHUNK + 1, None);
        }
        &mut chunk[index % CHUNK]
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
            writes in proptest::collection::vec((0u32..2000, proptest::option::of(0u8..9)), 0..200)
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

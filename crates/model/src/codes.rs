//! From code to id without keeping the code: hashes lead to ids, the records themselves say what they are called.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::groups::{Groups, Moves};
use crate::{DatasetId, Tag};

/// Mean length of a bucket at which their number doubles.
const FULL: usize = 8;

/// The codes of one table. Buckets are ranges of the hash; an entry is a hash with the id behind it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codes {
    buckets: Groups<u64>,
    /// There are `1 << bits` buckets.
    bits: u32,
    len: usize,
}

/// Codes that a table loses and gains.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeMoves {
    gone: Vec<u64>,
    come: Vec<u64>,
}

impl CodeMoves {
    pub(crate) fn take(&mut self, tag: &Tag, id: u32) {
        self.gone.push(entry(tag, id));
    }

    pub(crate) fn put(&mut self, tag: &Tag, id: u32) {
        self.come.push(entry(tag, id));
    }
}

fn entry(tag: &Tag, id: u32) -> u64 {
    u64::from(hash(tag.dataset, &tag.code)) << 32 | u64::from(id)
}

/// The same on every machine and in every run, though nothing that can be seen depends on it.
fn hash(dataset: Option<DatasetId>, code: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    (dataset, code).hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

fn bucket(entry: u64, bits: u32) -> u32 {
    (entry >> (64 - bits.max(1)) >> u32::from(bits == 0)) as u32
}

impl Codes {
    /// Ids that may have this code: those that have it, rarely another.
    pub(crate) fn candidates(&self, dataset: Option<DatasetId>, code: &str) -> impl Iterator<Item = u32> {
        let hash = hash(dataset, code);
        let entries = self.buckets.get(bucket(u64::from(hash) << 32, self.bits));
        let same = entries.iter().filter(move |entry| (**entry >> 32) as u32 == hash);
        // The lower half is the id.
        same.map(|entry| *entry as u32)
    }

    /// Groups of ids, ascending, that may have the same code.
    pub(crate) fn doubtful(&self) -> impl Iterator<Item = Vec<u32>> {
        let buckets =
            self.buckets.iter().flat_map(|(_, entries)| entries.chunk_by(|one, next| one >> 32 == next >> 32));
        buckets.filter(|group| group.len() > 1).map(|group| group.iter().map(|entry| *entry as u32).collect())
    }

    pub(crate) fn apply(&mut self, moves: CodeMoves) {
        self.len = self.len + moves.come.len() - moves.gone.len();
        let bits = self.bits;
        while self.len > FULL << self.bits && self.bits < 31 {
            self.bits += 1;
        }
        if self.bits > bits {
            let all = std::mem::take(&mut self.buckets);
            let come = all.iter().flat_map(|(_, entries)| entries).map(|entry| (bucket(*entry, self.bits), *entry));
            self.buckets.apply(Moves { gone: Vec::new(), come: come.collect() });
        }
        let bits = self.bits;
        let placed = |entries: Vec<u64>| entries.into_iter().map(|entry| (bucket(entry, bits), entry)).collect();
        self.buckets.apply(Moves { gone: placed(moves.gone), come: placed(moves.come) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Against a map from code to id, through doublings of the buckets.
        #[test]
        fn leads_to_what_a_map_leads_to(
            rounds in proptest::collection::vec(proptest::collection::btree_set(0u32..600, 0..200), 1..12)
        ) {
            let tag = |n: u32| {
                let dataset = n.is_multiple_of(3).then(|| DatasetId::from_raw(n % 2));
                Tag { dataset, ..Tag::new(format!("code {}", n / 2), "") }
            };
            let (mut codes, mut map) = (Codes::default(), BTreeMap::new());
            for (round, toggled) in rounds.into_iter().enumerate() {
                let mut moves = CodeMoves::default();
                for n in toggled {
                    match map.remove(&n) {
                        Some(id) => moves.take(&tag(n), id),
                        None => {
                            let id = n * 100 + round as u32;
                            moves.put(&tag(n), id);
                            map.insert(n, id);
                        }
                    }
                }
                codes.apply(moves);
                for n in 0..600 {
                    let Tag { dataset, code, .. } = tag(n);
                    let found: Vec<u32> = codes.candidates(dataset, &code).collect();
                    let alike = |other: &u32| other / 2 == n / 2 && tag(*other).dataset == dataset;
                    let expected: Vec<u32> = map.iter().filter(|(m, _)| alike(m)).map(|(_, id)| *id).collect();
                    prop_assert_eq!(found, expected);
                }
                prop_assert_eq!(codes.len, map.len());
            }
        }
    }
}

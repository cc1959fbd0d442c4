//! A flat adjacency: for each dense id, a run of values.

use linewright_model::Id;

/// Values grouped by a dense id, in one allocation.
#[derive(Debug)]
pub(crate) struct Csr<T> {
    // Invariant: ascending, one more than the largest id seen; `starts[i]..starts[i + 1]` are the values of id i.
    starts: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy + Ord> Csr<T> {
    /// Groups pairs by id; values of one id are ascending.
    pub(crate) fn build<I: Id>(pairs: impl Iterator<Item = (I, T)>) -> Self {
        let mut pairs: Vec<(u32, T)> = pairs.map(|(id, value)| (id.raw(), value)).collect();
        pairs.sort_unstable();
        let ids = pairs.last().map_or(0, |(id, _)| *id as usize + 1);
        let mut starts = vec![0u32; ids + 1];
        for (id, _) in &pairs {
            starts[*id as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, values: pairs.into_iter().map(|(_, value)| value).collect() }
    }

    /// The values of an id; none for an id never seen.
    pub(crate) fn of<I: Id>(&self, id: I) -> &[T] {
        let at = id.raw() as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => &self.values[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

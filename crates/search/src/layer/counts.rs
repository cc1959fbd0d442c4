//! What is free of each link, in small chunks that versions share.

use std::sync::Arc;

/// Entries per chunk: one page.
const CHUNK: usize = 4_096;

/// How much of a link is free.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Free {
    /// The link is gone or cannot be used.
    Nothing,
    /// So many slots.
    Slots(u32),
    /// Nothing is proven: free as far as the records say.
    Unproven,
}

/// Stands for [`Free::Unproven`].
const UNPROVEN: u8 = u8::MAX;
/// The largest number of slots that is told apart.
pub(crate) const MOST: u8 = UNPROVEN - 1;

impl Free {
    pub(crate) fn code(self) -> u8 {
        match self {
            Free::Nothing => 0,
            Free::Slots(slots) => u8::try_from(slots).unwrap_or(MOST).min(MOST),
            Free::Unproven => UNPROVEN,
        }
    }
}

/// Codes of [`Free`], one an entry. Cloning is one reference count; a write copies one chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    chunks: Arc<Vec<Arc<[u8]>>>,
}

impl Counts {
    pub(crate) fn new(codes: &[u8]) -> Self {
        Self { chunks: Arc::new(codes.chunks(CHUNK).map(Arc::from).collect()) }
    }

    /// The code of an entry; 0 for one that does not exist.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> u8 {
        self.chunks.get(at / CHUNK).and_then(|chunk| chunk.get(at % CHUNK)).copied().unwrap_or(0)
    }

    /// The codes of a run of entries, one after another.
    #[inline]
    pub(crate) fn run(&self, from: usize) -> &[u8] {
        self.chunks.get(from / CHUNK).and_then(|chunk| chunk.get(from % CHUNK..)).unwrap_or(&[])
    }

    pub(crate) fn set(&mut self, at: usize, code: u8) {
        if self.get(at) == code {
            return;
        }
        if let Some(chunk) = Arc::make_mut(&mut self.chunks).get_mut(at / CHUNK)
            && let Some(entry) = Arc::make_mut(chunk).get_mut(at % CHUNK)
        {
            *entry = code;
        }
    }
}

/// What a search asks of every link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Need {
    least: u8,
    unproven: bool,
}

impl Need {
    pub(crate) fn new(slots: u32, unproven: bool) -> Option<Self> {
        // A link without anything free is never crossed.
        Some(Self { least: u8::try_from(slots.max(1)).ok().filter(|least| *least <= MOST)?, unproven })
    }

    #[inline]
    pub(crate) fn met_by(self, code: u8) -> bool {
        code >= self.least && (code != UNPROVEN || self.unproven)
    }
}

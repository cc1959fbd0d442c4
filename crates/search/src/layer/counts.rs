//! What is free of each link, in small chunks that versions share.

use std::sync::Arc;

/// Entries per chunk: one page.
const CHUNK: usize = 2_048;

/// How much of a link is free.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Free {
    /// The link is gone or cannot be used.
    Nothing,
    /// So many slots are, the others are not.
    Slots(u32),
    /// So many slots are proven to be; of others it is not known.
    AtLeast(u32),
    /// The link is announced, not in service.
    Waiting,
}

/// [`Free`] in small: a number, and two marks beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Code(u16);

impl Default for Code {
    fn default() -> Self {
        Self(NOTHING)
    }
}

/// Marks that more may be free than is proven.
const UNPROVEN: u16 = 1 << 15;
/// Marks a link that is not in service.
const WAITING: u16 = 1 << 14;
/// Marks a link that is gone or cannot be used, whatever is asked.
const NOTHING: u16 = UNPROVEN | WAITING;
/// The largest number of slots that is told apart.
const MOST: u16 = WAITING - 1;

impl Free {
    pub(crate) fn code(self) -> Code {
        let proven = |slots: u32| u16::try_from(slots).unwrap_or(MOST).min(MOST);
        Code(match self {
            Free::Nothing => NOTHING,
            Free::Slots(slots) => proven(slots),
            Free::AtLeast(slots) => proven(slots) | UNPROVEN,
            Free::Waiting => WAITING,
        })
    }
}

impl Code {
    fn proven(self) -> u16 {
        self.0 & MOST
    }

    /// Whether the records must be asked what is free and when.
    fn is_unsure(self) -> bool {
        self.0 & NOTHING != 0 && self.0 != NOTHING
    }
}

/// Codes of [`Free`], one an entry. Cloning is one reference count; a write copies one chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    chunks: Arc<Vec<Arc<[Code]>>>,
}

impl Counts {
    pub(crate) fn new(codes: &[Code]) -> Self {
        Self { chunks: Arc::new(codes.chunks(CHUNK).map(Arc::from).collect()) }
    }

    /// The code of an entry; of nothing for one that does not exist.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> Code {
        self.chunks.get(at / CHUNK).and_then(|chunk| chunk.get(at % CHUNK)).copied().unwrap_or_default()
    }

    /// The codes of a run of entries, one after another.
    #[inline]
    pub(crate) fn run(&self, from: usize) -> &[Code] {
        self.chunks.get(from / CHUNK).and_then(|chunk| chunk.get(from % CHUNK..)).unwrap_or(&[])
    }

    pub(crate) fn set(&mut self, at: usize, code: Code) {
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
    least: u16,
    unproven: bool,
}

impl Need {
    /// So many slots; `unproven` says whether links of which it is not known will do.
    pub(crate) fn new(slots: u32, unproven: bool) -> Self {
        Self { least: u16::try_from(slots).unwrap_or(MOST).min(MOST), unproven }
    }

    /// Whether the link can be crossed; without anything free it never is.
    #[inline]
    pub(crate) fn met_by(self, code: Code) -> bool {
        code.proven() >= self.least.max(1) || (self.unproven && code.0 & NOTHING == UNPROVEN)
    }

    /// Whether the link can perhaps be crossed, on whatever day.
    pub(crate) fn may_be_met_by(self, code: Code) -> bool {
        code.0 != NOTHING && (code.proven() >= self.least || code.is_unsure())
    }

    /// What is certain: whether so many slots are free of a link in service; `None` where the records must be asked.
    pub(crate) fn is_met_by(self, code: Code) -> Option<bool> {
        match code.0 {
            NOTHING => Some(false),
            _ => (self.least > 0 && !code.is_unsure()).then(|| code.proven() >= self.least),
        }
    }
}

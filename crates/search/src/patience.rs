//! Whether anybody still waits for what is being searched: whoever asked may have gone, or the time may be over.
//!
//! A search that nobody waits for ends as if at its limit of expanded states; what comes of it is thrown away. So an answer
//! that is read never depends on this.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static OVER: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// States expanded between two looks.
const STRIDE: u64 = 256;

/// Puts back what stood before, on a panic too.
struct Before(Option<Arc<AtomicBool>>);

impl Drop for Before {
    fn drop(&mut self) {
        OVER.replace(self.0.take());
    }
}

/// Runs `work`; once `over` is set, its searches on this thread end soon.
pub fn until<T>(over: Arc<AtomicBool>, work: impl FnOnce() -> T) -> T {
    let _before = Before(OVER.replace(Some(over)));
    work()
}

/// Whether a search with so many states left is to end: at its limit, or because nobody waits for it.
pub(crate) fn ends(left: u64) -> bool {
    left == 0 || (left.is_multiple_of(STRIDE) && OVER.with_borrow(is_set))
}

fn is_set(over: &Option<Arc<AtomicBool>>) -> bool {
    over.as_ref().is_some_and(|over| over.load(Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_waits_for_ends_before_its_limit() {
        let over = Arc::new(AtomicBool::new(false));
        until(over.clone(), || {
            assert!(ends(0) && !ends(1) && !ends(STRIDE));
            over.store(true, Ordering::Relaxed);
            assert!(ends(0) && !ends(1) && ends(STRIDE));
            until(Arc::default(), || assert!(!ends(STRIDE)));
            assert!(ends(STRIDE));
        });
        assert!(!ends(STRIDE));
    }
}

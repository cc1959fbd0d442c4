//! How often one account or address may ask: a bucket that fills at a rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::problem::{Kind, Problem};
use linewright_model::phrase;

/// Requests at once, as a multiple of the rate.
const BURST: u32 = 4;

/// Buckets kept at most; full ones are dropped first.
const MOST: usize = 10_000;

struct Bucket {
    left: f64,
    at: Instant,
}

/// Buckets by name.
pub(crate) struct Rate {
    per_second: u32,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Rate {
    pub(crate) fn new(per_second: u32) -> Self {
        Self { per_second, buckets: Mutex::default() }
    }

    /// Takes one request of a bucket; refuses it when the bucket is empty.
    pub(crate) fn count(&self, of: &str) -> Result<(), Problem> {
        self.count_at(of, Instant::now())
    }

    fn count_at(&self, of: &str, now: Instant) -> Result<(), Problem> {
        let (rate, most) = (f64::from(self.per_second), f64::from(self.per_second.saturating_mul(BURST)));
        let filled = |bucket: &Bucket| (bucket.left + (now - bucket.at).as_secs_f64() * rate).min(most);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(of) {
            buckets.retain(|_, bucket| filled(bucket) < most);
        }
        let bucket = buckets.entry(of.to_owned()).or_insert(Bucket { left: most, at: now });
        let left = filled(bucket);
        let taken = left >= 1.0;
        *bucket = Bucket { left: if taken { left - 1.0 } else { left }, at: now };
        if taken {
            return Ok(());
        }
        Err(Problem::new(Kind::TooMany, phrase!("at most {} requests a second", "每秒最多 {} 个请求", self.per_second)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let (rate, start) = (Rate::new(2), Instant::now());
        for _ in 0..8 {
            assert!(rate.count_at("a", start).is_ok());
        }
        assert!(rate.count_at("a", start).is_err());
        assert!(rate.count_at("b", start).is_ok(), "each its own");
        let later = start + Duration::from_secs(1);
        assert!(rate.count_at("a", later).is_ok() && rate.count_at("a", later).is_ok());
        assert!(rate.count_at("a", later).is_err());
    }
}

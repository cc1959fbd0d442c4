//! What the crate derives, against plain recomputation from the records of small random networks.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod access;
mod capacity;
mod nearest;
mod overlay;
mod records;
mod strands;
mod trench;
mod visit;
mod ways;
mod world;

use proptest::test_runner::Config;

/// Cases of one property.
fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

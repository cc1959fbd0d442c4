//! Known errors planted in a clean network, with a list of what was planted.

mod faults;
mod garden;

use linewright_model::{ChangeSet, Network, TableKind, Text};

use crate::random::Random;
use faults::FAULTS;
use garden::Garden;

/// One planted error.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Planted {
    /// Number of the rule that it breaks.
    pub rule: u8,
    /// Table of the record at fault, which the audit names.
    pub table: TableKind,
    /// Its code.
    pub code: Text,
    /// What was done to it.
    pub what: String,
}

/// Errors to be applied, and the list of them.
#[derive(Clone, Debug)]
pub struct Dirt {
    /// Change sets of bounded size, to be applied in order to the network that was planted in.
    pub changes: Vec<ChangeSet>,
    /// Every error, by rule and record.
    pub planted: Vec<Planted>,
}

/// Errors in one change set.
const SET: usize = 2_000;

/// Plants errors in about `percent` of the records, in turn of each rule that a network can break.
///
/// Rule 9 is missing, because `apply` refuses a second owner, and rule 36, because the cable of a PON of more than 20 km
/// would be too long for its ends here (rule 17). No two errors meet, so each is found by itself. Where a rule runs out of records that could break it, the others go on; where all
/// do, fewer errors are planted.
#[must_use]
pub fn plant(network: &Network, percent: f64, seed: u64) -> Dirt {
    let records: usize = TableKind::ALL.iter().map(|table| network.count_of(*table)).sum();
    // A negative or absurd share saturates.
    let wanted = (records as f64 * percent / 100.0) as usize;
    let mut garden = Garden::new(network, Random::new(seed, 2));
    let mut beds: Vec<_> = FAULTS.iter().map(|fault| (fault, garden.shuffled((fault.beds)(network)))).collect();
    let (mut changes, mut planted) = (Vec::new(), Vec::new());
    while planted.len() < wanted && !beds.is_empty() {
        beds.retain_mut(|(fault, bed)| {
            if planted.len() >= wanted {
                return false;
            }
            let grown = std::iter::from_fn(|| bed.pop()).find_map(|id| (fault.plant)(&mut garden, id));
            let Some((subject, what)) = grown else { return false };
            let (table, code) = garden.named(&subject);
            planted.push(Planted { rule: fault.rule, table, code, what });
            if planted.len() % SET == 0 {
                changes.push(garden.take());
            }
            true
        });
    }
    changes.push(garden.take());
    changes.retain(|set| !set.is_empty());
    planted.sort();
    Dirt { changes, planted }
}

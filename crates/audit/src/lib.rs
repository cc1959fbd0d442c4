//! Consistency rules: a network in, typed findings out.
//!
//! `Network::apply` keeps the structure sound and nothing more, because real carrier data breaks the rules of
//! DOMAIN §10 and must still load. This crate is a lint over the data: each rule is one small named check, all of
//! them registered in [`RULES`]. A check makes linear passes over the records; none compares all with all.

mod cables;
mod context;
mod ducts;
mod figures;
mod finding;
mod joints;
mod routes;
mod rules;
mod slots;
mod terminals;
#[cfg(test)]
mod village;

pub use context::{Context, Notes};
pub use figures::{By, Figure, REQUIRED, figures};
pub use finding::{Finding, RuleCount, Severity, Summary};
pub use rules::{RULES, Rule};

use chrono::{DateTime, Utc};
use linewright_catalog::Policy;
use linewright_model::Network;

/// Checks a network against every rule, as of `now`.
///
/// Findings come in the order of [`RULES`], then by subject; the same network, policy and time give the same list.
#[must_use]
pub fn audit(network: &Network, policy: &Policy, now: DateTime<Utc>) -> Vec<Finding> {
    let context = Context::new(network, policy, now);
    let mut findings = Vec::new();
    for rule in RULES {
        let mut notes = Notes::of(rule);
        (rule.check)(&context, &mut notes);
        findings.extend(notes.sorted());
    }
    findings
}

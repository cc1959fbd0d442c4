//! Consistency rules: a network in, typed findings out.
//!
//! `Network::apply` keeps the structure sound and nothing more, because real carrier data breaks the rules of
//! DOMAIN §10 and must still load. This crate is a lint over the data: each rule is one small named check, all of
//! them registered in [`RULES`]. A check makes linear passes over the records; none compares all with all.

mod boards;
mod cables;
mod chain;
mod context;
mod ducts;
mod figures;
mod finding;
mod joints;
mod light;
mod near;
mod pon;
mod routes;
mod rules;
pub mod sample;
mod slots;
mod terminals;
mod trenches;
#[cfg(test)]
mod village;

pub use context::{Context, Notes};
pub use figures::{By, Figure, REQUIRED, figures};
pub use finding::{Finding, RuleCount, Severity, Summary};
pub use rules::{RULES, Rule};

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chrono::{DateTime, Utc};
use linewright_catalog::Catalog;
use linewright_model::{AnyId, Network};
use near::Scope;

/// Checks a network against every rule, as of `now`.
///
/// Findings come in the order of [`RULES`], then by subject; the same network, catalog and time give the same list.
#[must_use]
pub fn audit(network: &Network, catalog: &Catalog, now: DateTime<Utc>) -> Vec<Finding> {
    audit_with(network, catalog, now, &|_, _| {})
}

/// As [`audit`]; `progress` is told how many rules of how many are done.
#[must_use]
pub fn audit_with(
    network: &Network,
    catalog: &Catalog,
    now: DateTime<Utc>,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Vec<Finding> {
    run(&Context::new(network, catalog, now), &RULES.iter().collect::<Vec<_>>(), progress)
}

/// The findings of a network from those of an earlier one: only what the records `changed` in between can have made
/// wrong or right is judged again. Equal to a full [`audit`], given that `earlier` was one.
#[must_use]
pub fn audit_after(
    earlier: &[Finding],
    before: &Network,
    network: &Network,
    changed: impl IntoIterator<Item = AnyId>,
    catalog: &Catalog,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let scope = Scope::around(&changed.into_iter().collect::<BTreeSet<AnyId>>(), [before, network]);
    let near = Context::within(network, catalog, now, Some(&scope));
    let (timed, standing): (Vec<&Rule>, Vec<&Rule>) = RULES.iter().partition(|rule| rule.number == rules::TIMED);
    let mut found = run(&near, &standing, &|_, _| {});
    // A reservation expires without anything being changed.
    found.extend(run(&near.without_joints(), &timed, &|_, _| {}));
    let judged_again = |finding: &&Finding| {
        let concerned = finding.others.iter().filter(|_| rules::OF_PAIRS.contains(&finding.number));
        finding.number == rules::TIMED
            || std::iter::once(&finding.subject).chain(concerned).any(|id| scope.contains(*id))
    };
    found.extend(earlier.iter().filter(|finding| !judged_again(finding)).cloned());
    found.sort();
    found
}

/// Runs rules on as many threads as the machine has; the order of the findings does not depend on it.
fn run(context: &Context<'_>, rules: &[&'static Rule], progress: &(dyn Fn(usize, usize) + Sync)) -> Vec<Finding> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let found: Mutex<Vec<Finding>> = Mutex::default();
    let work = || {
        while let Some(rule) = rules.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut notes = Notes::of(rule);
            (rule.check)(context, &mut notes);
            // A thread that panicked took its panic with it; the list is whole.
            found.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).extend(notes.findings());
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, rules.len());
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(rules.len());
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let mut found = found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    found.sort_unstable();
    found
}

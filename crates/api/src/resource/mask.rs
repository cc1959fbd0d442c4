//! Customers are masked unless they are asked for, which is written down.

use linewright_model::is_own;
use linewright_plan::{Branch, Step, Trace};

/// A name of which only the first letter is seen; that of the carrier itself is no customer's.
pub(crate) fn masked(name: &str) -> String {
    match name.chars().next() {
        _ if is_own(name) => name.to_owned(),
        Some(first) => format!("{first}**"),
        None => String::new(),
    }
}

/// Masks the customers of a trace.
pub(crate) fn mask_trace(trace: &mut Trace) {
    mask_step(&mut trace.subject);
    mask_branches(&mut trace.rides_on);
    mask_branches(&mut trace.carries);
    trace.affected.customers = trace.affected.customers.iter().map(|name| masked(name)).collect();
}

fn mask_step(step: &mut Step) {
    step.customer = masked(&step.customer);
}

fn mask_branches(branches: &mut [Branch]) {
    // A trace is bounded in depth.
    for branch in branches {
        mask_step(&mut branch.step);
        mask_branches(&mut branch.then);
    }
}

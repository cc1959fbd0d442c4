//! Rules 41 and 42: what DOMAIN §2.9 says of spans that run beside each other. They have no number in DOMAIN §10.

use linewright_model::{Id, phrase};
use linewright_search::trench::{Beside, data_says_otherwise};

use crate::{Context, Notes};

/// Rule 41: spans that run beside each other are not recorded in two different trenches. Searches believe the records.
pub(crate) fn trench_agrees_with_course(ctx: &Context<'_>, notes: &mut Notes) {
    for Beside { a, b, common_m } in ctx.beside() {
        let (Some(one), Some(other)) = (ctx.network.get(*a), ctx.network.get(*b)) else { continue };
        if data_says_otherwise(one, other) {
            let message = phrase!(
                "{} is recorded in trench {} and {} in trench {}, but they run beside each other for {common_m:.0} m",
                "{} 登记在沟 {}，{} 登记在沟 {}，两者却并行 {common_m:.0} m",
                ctx.named(*a),
                one.trench,
                ctx.named(*b),
                other.trench
            );
            notes.say(*a, [b.any()], message);
        }
    }
}

/// Rule 42: spans that run beside each other are recorded in one trench. Searches take them to be.
pub(crate) fn trench_is_recorded(ctx: &Context<'_>, notes: &mut Notes) {
    for Beside { a, b, common_m } in ctx.beside() {
        let (Some(one), Some(other)) = (ctx.network.get(*a), ctx.network.get(*b)) else { continue };
        let without = match (one.trench.is_empty(), other.trench.is_empty()) {
            (true, true) => phrase!("neither names a trench", "两者均未登记所在的沟"),
            (true, false) => phrase!("only the second names a trench, {}", "只有后者登记了沟 {}", other.trench),
            (false, true) => phrase!("only the first names a trench, {}", "只有前者登记了沟 {}", one.trench),
            (false, false) => continue,
        };
        let (first, second) = (ctx.named(*a), ctx.named(*b));
        let message = phrase!(
            "{} and {} run beside each other for {common_m:.0} m, but {}",
            "{} 与 {} 并行 {common_m:.0} m，但{}",
            first,
            second,
            without
        );
        notes.say(*a, [b.any()], message);
    }
}

#[cfg(test)]
mod tests {
    use linewright_model::*;

    use crate::village::{Village, check, check_clean};

    /// A second duct from manhole to manhole, 60 m or so of it.
    fn twins(labels: [&'static str; 2]) -> impl Fn(&Village, &mut ChangeSet) {
        move |v, set| {
            let at = |lon: f64, north: f64| Position::new(120.001 + lon, 32.0 + north / 110_879.0).unwrap();
            for (nth, trench) in labels.into_iter().enumerate() {
                let mut span = Span::new(format!("TWIN{nth}"), SpanKind::Buried, v.manhole, v.far_manhole, 60.0);
                // Away from the village's own ducts.
                let north = 200.0 + 3.0 * nth as f64;
                span.course = vec![at(0.0, north), at(0.0007, north)];
                span.trench = trench.into();
                set.create(span);
            }
        }
    }

    #[test]
    fn spans_beside_each_other_are_in_one_trench() {
        let beside = "span TWIN0 and span TWIN1 run beside each other for 66 m, but";
        check(42, &format!("{beside} neither names a trench"), twins(["", ""]));
        check(42, &format!("{beside} only the second names a trench, T1"), twins(["", "T1"]));
        check(42, &format!("{beside} only the first names a trench, T1"), twins(["T1", ""]));
        let message = "span TWIN0 is recorded in trench T1 and span TWIN1 in trench T2, \
                       but they run beside each other for 66 m";
        check(41, message, twins(["T1", "T2"]));
        check_clean(twins(["T1", "T1"]));
    }

    #[test]
    fn the_limits_are_those_of_a_search() {
        let policy = &linewright_catalog::Catalog::builtin().policy().shared_trench.clone();
        let usual = linewright_search::trench::Limits::default();
        assert_eq!((policy.gap_m, policy.run_m), (usual.gap_m, usual.run_m));
    }
}

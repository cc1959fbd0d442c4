//! Budgets against DOMAIN §3, and what holds for every line.

use proptest::prelude::*;

use super::check::chain_rules;
use super::*;
use crate::Catalog;

fn optics() -> Optics {
    Catalog::builtin().optics().clone()
}

fn fibre(length_m: f64, fibre_type: &str) -> FibrePiece {
    FibrePiece { length_m, fibre_type: fibre_type.into(), measured_loss_db: None }
}

/// One stretch of G.652D with two connectors.
fn plain(length_m: f64) -> LineMake {
    LineMake { pieces: vec![fibre(length_m, "G.652D")], connectors: 2, ..LineMake::default() }
}

fn pon(length_m: f64, splitters: &[u16]) -> LineMake {
    LineMake { splitters: splitters.to_vec(), ..plain(length_m) }
}

#[test]
fn sensitivity_and_overload_close_the_chain_in_every_row() {
    let optics = optics();
    let stated: Vec<_> = optics.interface.iter().filter(|row| row.attenuation_db.is_some()).collect();
    assert_eq!(stated.len(), 17 + 5, "every SDH code and PON class states its attenuation");
    for row in stated {
        assert_eq!(chain_rules(row), Ok(()), "{}", row.code);
    }
}

#[test]
fn a_row_that_breaks_the_chain_is_refused() {
    for interface in optics().interface.into_iter().filter(|row| row.attenuation_db.is_some()) {
        for wrong_db in [-0.1, 0.1] {
            let mut row = interface.clone();
            row.channels[0].sensitivity_dbm += wrong_db;
            assert!(chain_rules(&row).is_err(), "{} sensitivity {wrong_db}", row.code);
        }
        let mut row = interface.clone();
        row.channels[0].overload_dbm = row.channels[0].tx_dbm.high - row.attenuation_db.unwrap().low - 0.1;
        assert!(chain_rules(&row).is_err(), "{} overload", row.code);
    }
}

#[test]
fn the_worked_example() {
    // DOMAIN §3.4: 5 km + 1:64 + 6 connectors + 8 splices + 1 dB = 26.94 dB at 1310 nm, passes B+.
    let line = LineMake { connectors: 6, fusion_splices: 8, ..pon(5000.0, &[64]) };
    let budget = optics().budget("GPON-B+", &line).unwrap();
    assert!(budget.passes);
    let [down, up] = budget.directions.as_slice() else { panic!("two directions") };
    let expected = DirectionBudget {
        direction: Direction::Upstream,
        wavelength_nm: 1310,
        fibre_db: 1.8,
        connector_db: 3.0,
        splice_db: 0.64,
        splitter_db: 20.5,
        margin_db: 1.0,
        total_loss_db: 26.94,
        budget_db: 28.0,
        attenuator_db: 0,
        spare_db: 1.06,
        received_min_dbm: -26.44,
        sensitivity_dbm: -28.0,
        received_max_dbm: -16.5,
        overload_dbm: -8.0,
        dispersion_ps_per_nm: None,
        failures: vec![],
    };
    assert_eq!(*up, expected);
    assert_eq!((down.direction, down.wavelength_nm, down.total_loss_db), (Direction::Downstream, 1490, 26.39));
}

/// Failures of an interface over a line, as text; empty when it passes.
fn check(code: &str, line: &LineMake, expected: &[&str]) {
    let budget = optics().budget(code, line).unwrap();
    let shown: Vec<String> = budget.failures().map(ToString::to_string).collect();
    assert_eq!(shown, expected, "{code}");
    assert_eq!(budget.passes, expected.is_empty(), "{code}");
}

#[test]
fn failures_carry_their_figures() {
    let loss = "the line loses 12.01 dB, 0.01 dB more than the 12.00 dB allowed";
    check("S-16.1", &plain(19_512.0), &[]);
    check("S-16.1", &plain(19_540.0), &[loss, loss]);
    let (loss, dispersion) =
        ("the line loses 12.10 dB, 0.10 dB more than the 12.00 dB allowed", "dispersion is 540 ps/nm, the limit 296");
    check("S-1.2", &plain(30_000.0), &[loss, dispersion, loss, dispersion]);
    check("10GBASE-LR", &plain(4000.0), &[]);
    check("1000BASE-LX", &plain(6000.0), &["the line is 6000 m long, the interface reaches 5000 m"]);
    check("1000BASE-LX", &pon(100.0, &[2]), &["the line has splitters, which only a PON passes"]);
    check("GPON-B+", &pon(3000.0, &[8, 8]), &[]);
    check("GPON-B+", &pon(25_000.0, &[2]), &["the line is 25000 m long, the interface reaches 20000 m"]);
    check(
        "GPON-C+",
        &pon(1000.0, &[128, 64]),
        &[
            "the splitters make 8192 branches, the interface serves 128",
            "the line loses 46.55 dB, 14.55 dB more than the 32.00 dB allowed",
            "the line loses 46.66 dB, 14.66 dB more than the 32.00 dB allowed",
        ],
    );
}

#[test]
fn strong_lasers_on_short_lines_need_an_attenuator() {
    let optics = optics();
    for (code, length_m, attenuator_db) in [
        ("L-16.1", 0.0, 12),
        ("L-16.1", 10_000.0, 9),
        ("L-16.2", 10_000.0, 10),
        ("L-1.1", 28_000.0, 0),
        ("S-16.1", 0.0, 0),
    ] {
        let budget = optics.budget(code, &plain(length_m)).unwrap();
        let way = &budget.directions[0];
        assert_eq!(way.attenuator_db, attenuator_db, "{code} over {length_m} m");
        assert!(budget.passes && way.received_max_dbm <= way.overload_dbm, "{code} over {length_m} m");
    }
}

#[test]
fn one_attenuator_acts_in_both_directions_of_a_pon() {
    // C+ without a splitter: upstream -12 dBm asks for 16.64 dB, downstream -8 dBm for 14.75.
    let budget = optics().budget("GPON-C+", &pon(1000.0, &[])).unwrap();
    assert_eq!(budget.directions.iter().map(|way| way.attenuator_db).collect::<Vec<_>>(), [17, 17]);
    assert!(budget.passes);
}

#[test]
fn an_attenuator_that_breaks_the_budget_fails() {
    // Thirty connectors at their worst may all be good ones: the dynamic range does not hold both.
    let line = LineMake { connectors: 30, ..plain(5000.0) };
    let budget = optics().budget("L-16.1", &line).unwrap();
    let expected = BudgetFailure::NoFittingAttenuator { attenuator_db: 11, short_db: 7.05 };
    assert_eq!(budget.directions[0].failures, [expected]);
    assert!(!budget.passes);
}

fn chosen(rate: &str, line: &LineMake) -> (Option<String>, Option<(String, f64)>) {
    let choice = optics().choose(rate, line).unwrap();
    let miss = choice.nearest_failing.map(|miss| (miss.budget.interface, miss.short_db));
    (choice.passing.map(|budget| budget.interface), miss)
}

#[test]
fn the_cheapest_interface_that_passes_is_chosen() {
    let some = |code: &str| Some(code.to_owned());
    assert_eq!(chosen("STM-1", &plain(1000.0)), (some("I-1"), None));
    assert_eq!(chosen("STM-1", &plain(15_000.0)).0, some("S-1.1"));
    assert_eq!(chosen("STM-16", &plain(60_000.0)).0, some("L-16.2"));
    assert_eq!(chosen("STM-16", &plain(82_000.0)), (None, Some(("L-16.2".to_owned(), 2.04))));
    assert_eq!(chosen("STM-4", &plain(85_000.0)).0, None);
    assert_eq!(chosen("GPON", &pon(3000.0, &[64])).0, some("GPON-B+"));
    assert_eq!(chosen("GPON", &pon(15_000.0, &[64])).0, some("GPON-C+"));
    assert_eq!(chosen("GPON", &pon(1000.0, &[128, 64])).0, None);
    assert_eq!(chosen("1GE", &plain(1000.0)).0, some("1000BASE-LX"));
    assert_eq!(chosen("10GE", &plain(30_000.0)).0, some("10GBASE-ER"));
    assert_eq!(chosen("10GE", &plain(45_000.0)).0, some("10GBASE-ZR"));
    let multimode = LineMake { pieces: vec![fibre(200.0, "om4")], connectors: 2, ..LineMake::default() };
    assert_eq!(chosen("10GE", &multimode).0, some("10GBASE-SR"));
}

#[test]
fn measured_loss_beats_computed_and_blank_types_are_the_default() {
    let mut line = plain(10_000.0);
    line.pieces[0].fibre_type = String::new();
    let loss = |line: &LineMake| optics().budget("S-1.1", line).unwrap().directions[0].fibre_db;
    assert_eq!(loss(&line), 3.6);
    line.pieces[0].measured_loss_db = Some(4.25);
    assert_eq!(loss(&line), 4.25);
}

#[test]
fn each_kind_of_joint_has_its_own_loss() {
    let budget = |line: LineMake| optics().budget("S-1.1", &line).unwrap().directions[0].clone();
    let none = LineMake::default;
    assert_eq!(budget(LineMake { connectors: 10, ..none() }).connector_db, 5.0);
    assert_eq!(budget(LineMake { fusion_splices: 10, ..none() }).splice_db, 0.8);
    assert_eq!(budget(LineMake { ribbon_splices: 10, ..none() }).splice_db, 1.2);
    assert_eq!(budget(LineMake { mechanical_splices: 10, ..none() }).splice_db, 1.5);
}

#[test]
fn what_cannot_be_computed_says_why() {
    let optics = optics();
    let refused = |code: &str, line: &LineMake| optics.budget(code, line).unwrap_err().to_string();
    assert!(refused("S-2.1", &plain(1.0)).starts_with("interface \"S-2.1\" is not known; use one of: I-1, S-1.1, "));
    let odd = LineMake { pieces: vec![fibre(1.0, "copper")], ..LineMake::default() };
    let known = "use one of G.652D, G.657A1, G.655, OM3, or add it to optics.toml";
    assert_eq!(refused("I-1", &odd), format!("fibre type \"copper\" is not known; {known}"));
    let known = "use one of 1:2, 1:4, 1:8, 1:16, 1:32, 1:64, 1:128, or add it to optics.toml";
    assert_eq!(refused("GPON-B+", &pon(1.0, &[3])), format!("a splitter 1:3 is not known; {known}"));
    let medium = "it needs the other of single-mode and multimode fibre";
    assert_eq!(refused("10GBASE-SR", &plain(1.0)), format!("10GBASE-SR does not work over G.652D: {medium}"));
    for length_m in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
        let said = format!("a fibre length in metres of {length_m} is impossible; give a figure from 0 to 1e9");
        assert_eq!(refused("I-1", &plain(length_m)), said);
    }
    let error = optics.choose("STM-1", &LineMake { pieces: vec![fibre(1.0, "OM3")], ..LineMake::default() });
    assert_eq!(error.unwrap_err().to_string(), format!("STM-1 does not work over OM3: {medium}"));
    let known = "10GE, 1GE, GPON, STM-1, STM-16, STM-4, STM-64, XGS-PON";
    let error = optics.choose("STM-2", &plain(1.0)).unwrap_err();
    assert_eq!(error.to_string(), format!("no interface has the rate \"STM-2\"; use one of: {known}"));
}

fn any_line() -> impl Strategy<Value = LineMake> {
    let kind = prop::sample::select(vec!["G.652D", "G.655", "G.657A1", ""]);
    let pieces = prop::collection::vec((0.0..40_000.0, kind).prop_map(|(m, kind)| fibre(m, kind)), 0..4);
    let splitters = prop::collection::vec(prop::sample::select(vec![2, 4, 8, 16, 32, 64, 128]), 0..3);
    (pieces, 0..12u32, 0..20u32, 0..5u32, 0..3u32, splitters).prop_map(
        |(pieces, connectors, fusion_splices, ribbon_splices, mechanical_splices, splitters)| LineMake {
            pieces,
            connectors,
            fusion_splices,
            ribbon_splices,
            mechanical_splices,
            splitters,
        },
    )
}

proptest! {
    /// A pass is a promise: on the worst and on the best day the receiver is inside its limits.
    #[test]
    fn a_pass_keeps_the_receiver_inside_its_limits(line in any_line()) {
        let optics = optics();
        for row in optics.interface.iter().filter(|row| row.medium == Medium::SingleMode) {
            let budget = optics.budget(&row.code, &line).unwrap();
            prop_assert_eq!(budget.passes, budget.failures().next().is_none());
            for (way, channel) in budget.directions.iter().zip(row.channels.iter().cycle()) {
                prop_assert!(way.received_max_dbm <= way.overload_dbm + 0.011);
                let inside = way.received_min_dbm - channel.penalty_db >= way.sensitivity_dbm - 0.011;
                prop_assert!(!budget.passes || inside, "{} {:?}", row.code, way);
                prop_assert_eq!(way.spare_db < 0.0, way.failures.iter().any(|failure| matches!(
                    failure,
                    BudgetFailure::TooMuchLoss { .. } | BudgetFailure::NoFittingAttenuator { .. }
                )));
            }
        }
    }

    /// More fibre never loses less, and what is chosen is the first in the table that passes.
    #[test]
    fn loss_grows_with_the_line_and_the_choice_is_the_first_that_passes(line in any_line(), more_m in 0.0..5000.0) {
        let optics = optics();
        let mut longer = line.clone();
        longer.pieces.push(fibre(more_m, "G.652D"));
        for row in optics.interface.iter().filter(|row| row.medium == Medium::SingleMode) {
            let (short, long) = (optics.budget(&row.code, &line).unwrap(), optics.budget(&row.code, &longer).unwrap());
            for (short, long) in short.directions.iter().zip(&long.directions) {
                prop_assert!(long.total_loss_db >= short.total_loss_db);
            }
        }
        for rate in optics.rates() {
            let first = optics
                .interface
                .iter()
                .filter(|row| row.rate == rate && (line.pieces.is_empty() || row.medium == Medium::SingleMode))
                .map(|row| optics.budget(&row.code, &line).unwrap())
                .find(|budget| budget.passes);
            let choice = optics.choose(rate, &line).unwrap();
            prop_assert_eq!(&choice.passing, &first);
            prop_assert!(choice.passing.is_some() || choice.nearest_failing.is_some());
            prop_assert!(choice.nearest_failing.is_none_or(|miss| !miss.budget.passes));
        }
    }
}

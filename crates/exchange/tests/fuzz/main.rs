//! Nothing that comes in makes an importer panic, and every refusal names its file and reason.
//!
//! Valid inputs are damaged, and inputs of the right shape are made at random. Each case is known by its number, so
//! that it can be had again. `LINEWRIGHT_FUZZ_CASES` says how many there are for each importer, `LINEWRIGHT_FUZZ_FROM`
//! the number of the first. For many cases: `cargo test --profile fuzz -p linewright-exchange --test fuzz`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a test that fails says so by a panic"
)]

mod dice;
mod inputs;

use std::panic::{AssertUnwindSafe, catch_unwind};

use dice::Dice;
use inputs::Input;
use linewright_exchange::finding::Severity;
use linewright_exchange::input::File;
use linewright_exchange::plan::Mode;
use linewright_exchange::{Format, ImportOptions, import};
use linewright_model::Network;

/// Cases for each importer where nothing else is said: few enough for the suite.
const FEW: u64 = 1_000;

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}, not a number")),
        Err(_) => default,
    }
}

/// Runs the cases of an importer.
fn fuzz(input: &Input) {
    let (from, cases) = (number("LINEWRIGHT_FUZZ_FROM", 0), number("LINEWRIGHT_FUZZ_CASES", FEW));
    let bases = bases(input);
    let (mut taken, began) = (0_u64, std::time::Instant::now());
    for case in from..from + cases {
        let mut dice = Dice::new(input.name, case);
        let files = input.files(&mut dice);
        let ran = catch_unwind(AssertUnwindSafe(|| run(input, &files, &bases, &mut dice)));
        match ran {
            Ok(was_taken) => taken += u64::from(was_taken),
            Err(_) => {
                let shown: Vec<String> =
                    files.iter().map(|f| format!("{}: {}", f.name, String::from_utf8_lossy(&f.bytes))).collect();
                panic!("{} case {case} failed; its files are\n{}", input.name, shown.join("\n"));
            }
        }
    }
    let rate = cases as f64 / began.elapsed().as_secs_f64();
    println!("{}: {cases} cases from {from}, {taken} taken, {rate:.0} a second", input.name);
    assert!(cases < FEW || (taken > cases / 100 && taken < cases), "{taken} of {cases} were taken");
}

/// Networks to compare with: an empty one, and one for each valid input.
fn bases(input: &Input) -> Vec<Network> {
    let import = |files: &[File]| {
        let mut network = Network::new();
        let options = ImportOptions { format: Some(input.format), repair: true, ..ImportOptions::default() };
        let outcome = import(files, &options, &network).unwrap();
        assert!(!outcome.refused || !input.sound, "{}: {:#?}", input.name, outcome.report.findings);
        network.apply(&outcome.changes).unwrap();
        network
    };
    std::iter::once(Network::new()).chain(input.sound_files().iter().map(|files| import(files))).collect()
}

/// Imports the files; whether they were taken.
fn run(input: &Input, files: &[File], bases: &[Network], dice: &mut Dice) -> bool {
    let crs = ["gcj02", "gk3:120", "bd09"];
    let options = ImportOptions {
        format: Some(input.format).filter(|_| !dice.one_in(16)),
        repair: dice.one_in(2),
        mode: if dice.one_in(4) { Mode::Replace } else { Default::default() },
        crs: dice.one_in(16).then(|| dice.of(&crs).parse().unwrap()),
        limit_bytes: Some(1 << 20),
        ..ImportOptions::default()
    };
    let base = if dice.one_in(4) { dice.of(bases) } else { &bases[0] };
    let outcome = match import(files, &options, base) {
        Ok(outcome) => outcome,
        Err(error) => {
            let text = error.to_string();
            assert!(files.iter().any(|file| text.contains(&*file.name)), "{text}");
            return false;
        }
    };
    let errors = outcome.report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let mut refusing = false;
    for finding in errors {
        // A sheet of a workbook is named after its file.
        let named = files.iter().any(|file| finding.source.file.starts_with(&*file.name));
        // What stands in the network already stands in no file.
        let named = named || (finding.source.file.is_empty() && !base.same_records(&bases[0]));
        assert!(
            named && !finding.reason.en.is_empty() && !finding.reason.zh.is_empty() && !finding.code.is_empty(),
            "{finding}"
        );
        refusing |= finding.refuses();
    }
    assert_eq!(outcome.refused, refusing, "{:#?}", outcome.report.findings);
    if !outcome.changes.is_empty() {
        base.clone().apply(&outcome.changes).unwrap();
    }
    !outcome.refused
}

macro_rules! targets {
    ($($name:ident),* $(,)?) => { $(
        #[test]
        fn $name() {
            fuzz(&inputs::$name());
        }
    )* };
}
targets!(native, geojson, ofds_json, ofds_geojson, ofds_csv, kml, kmz, tables, xlsx);

#[test]
fn a_case_is_the_same_again() {
    let input = inputs::geojson();
    let files = |case| input.files(&mut Dice::new(input.name, case));
    assert_eq!(files(7), files(7));
    assert_ne!(files(7), files(8));
    assert_eq!(input.format, Format::Geojson);
}

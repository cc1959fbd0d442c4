//! The walls between the crates (DESIGN §2) hold: who may depend on whom, and where I/O may live.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Workspace crates that each crate may depend on; dev-dependencies of the composition root are free.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("catalog", &[]),
    ("search", &["model"]),
    ("plan", &["search", "catalog", "model"]),
    ("audit", &["search", "catalog", "model"]),
    ("exchange", &["search", "model"]),
    ("store", &["model"]),
    ("samples", &["plan", "catalog", "model"]),
    ("service", &["store", "exchange", "audit", "plan", "search", "catalog", "model"]),
    ("api", &["service", "store", "exchange", "audit", "plan", "search", "catalog", "model"]),
    ("console", &[]),
    (
        "cli",
        &["api", "console", "service", "model", "catalog", "search", "plan", "audit", "exchange", "store", "samples"],
    ),
];

/// Outside crates kept to the edge, with the crates that may use them.
const EDGE: &[(&str, &[&str])] = &[
    ("tokio", &["store", "service", "api", "cli"]),
    ("sqlx", &["store"]),
    ("axum", &["api", "cli"]),
    ("clap", &["cli"]),
];

/// Crates without a clock, randomness or I/O: what their sources must not name.
const PURE: &[&str] = &["model", "catalog", "search", "plan", "audit", "samples"];
const IMPURE: &[&str] = &["std::fs", "std::net", "std::process", "std::env", "SystemTime", "Instant::now", "println!"];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/cli has a parent").to_owned()
}

/// Names in the `[dependencies]` and `[build-dependencies]` of a crate.
fn dependencies(name: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(crates().join(name).join("Cargo.toml")).expect("every crate has a manifest");
    let manifest: toml::Table = manifest.parse().expect("the manifest is TOML");
    let tables = ["dependencies", "build-dependencies"].into_iter().filter_map(|table| manifest.get(table)?.as_table());
    tables.flat_map(|table| table.keys().cloned()).collect()
}

#[test]
fn every_crate_is_known_and_none_is_an_empty_shell() {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for entry in fs::read_dir(crates()).expect("crates is a folder") {
        let path = entry.expect("readable").path();
        let ours: usize =
            sources(&path).iter().map(|file| fs::read_to_string(file).expect("utf-8").lines().count()).sum();
        found.insert(path.file_name().expect("named").to_string_lossy().into_owned(), ours);
    }
    let known: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(found.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    // What the console consists of is not Rust: its page is tested by tests/browser.
    assert!(crates().join("console/web/src/main.tsx").is_file());
    for (name, lines) in found.into_iter().filter(|(name, _)| name != "console") {
        assert!(lines > 300, "crates/{name} has {lines} lines: an empty shell");
    }
}

#[test]
fn dependencies_point_the_allowed_way() {
    for (name, allowed) in ALLOWED {
        let ours = dependencies(name).into_iter().filter_map(|d| d.strip_prefix("linewright-").map(str::to_owned));
        for dependency in ours {
            assert!(allowed.contains(&dependency.as_str()), "crates/{name} must not depend on {dependency}");
        }
        for (outside, users) in EDGE {
            let uses = dependencies(name).contains(*outside);
            assert!(!uses || users.contains(name), "crates/{name} must not depend on {outside}");
        }
    }
}

#[test]
fn pure_crates_name_no_io() {
    for name in PURE {
        for file in sources(&crates().join(name)) {
            let text = fs::read_to_string(&file).expect("utf-8");
            let code = text.split("#[cfg(test)]").next().unwrap_or("");
            for word in IMPURE {
                assert!(!code.contains(word), "{} names {word}", file.display());
            }
        }
    }
}

/// Crates whose words are read on the page and in answers of the API as well as in a terminal, and the files of them whose
/// words are for the command line alone.
const READ_ANYWHERE: &[&str] = &["model", "catalog", "search", "plan", "audit", "exchange", "service", "api"];
const FOR_THE_COMMAND_LINE: &[&str] = &[
    // A finding as a line of text.
    "exchange/src/finding.rs",
    // Only the command line writes a template and reads corrections.
    "exchange/src/sheets/template.rs",
    "exchange/src/sheets/corrections.rs",
    // Settings that are refused at the start.
    "service/src/oidc/settings.rs",
];

#[test]
fn advice_that_is_read_anywhere_names_no_option_of_the_command_line() {
    let names_option = |line: &str| {
        let code = !line.trim_start().starts_with("//");
        let mut after = line.split("--").skip(1);
        code && after.any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    assert!(names_option("\"survey by --at LON,LAT\"") && !names_option("// --at") && !names_option("a -- b"));
    for name in READ_ANYWHERE {
        for file in sources(&crates().join(name)) {
            let text = fs::read_to_string(&file).expect("utf-8");
            let code = text.split("#[cfg(test)]").next().unwrap_or("");
            let for_it = FOR_THE_COMMAND_LINE.iter().any(|allowed| file.ends_with(allowed));
            // What the description says of the same value on the command line is no advice.
            let said = code.lines().find(|line| names_option(line) && !line.contains("description = "));
            assert!(for_it || said.is_none(), "{}: {}", file.display(), said.unwrap_or_default());
        }
    }
}

/// Rust files below `src` of a crate, tests aside.
fn sources(krate: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![krate.join("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("readable folder") {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("named").to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                open.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                found.push(path);
            }
        }
    }
    found
}

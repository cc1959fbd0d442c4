//! `check` and samples of the field.

use std::path::PathBuf;

use clap::ValueEnum;

use super::values::{Past, narrow, version};

/// `check`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Exit code 0 when no shown finding is an error, else 1. With --sample, 1 when a kind of record is below its threshold for
certain.

Accuracy comes from the field: --sample-out draws records, as many of each kind (places, spans, cable sections, ports,
cores, routes), within a kind by district; the same --seed draws the same. Each attribute is a row, in which the crew
fills in the result (as recorded, differs, missing in field, not in records) and what is found; rows may be added for
what is not in the records. --sample prints accuracy with its 95 % interval (Wilson) against the thresholds of
policy.toml: met or missed when the whole interval is on one side, otherwise the sample is too small to tell.

Examples:
  linewright check
  linewright check --severity E           errors only
  linewright check --rule 6 --rule 15 --findings 100
  linewright check --by unit              records, findings and completeness of each responsible unit
  linewright check --since 12             what came and went since version 12; exit code 1 when an error came
  linewright check --out findings.csv     a list for Excel, with who checked and when; .json for programs
  linewright check --sample-out sample.xlsx --sample-size 300 --seed 7
  linewright check --sample sample.xlsx --findings-out differences.xlsx
  linewright import --corrections differences.xlsx cables.csv     what was found goes into the tables
  linewright check --json | jq .summary")]
pub struct Check {
    /// Only findings at least this severe: E errors, W also warnings, I all
    #[arg(long, value_enum, ignore_case = true, default_value_t = Least::I, value_name = "E|W|I", hide_possible_values = true)]
    pub severity: Least,
    /// Only this rule, by number; may be given several times
    #[arg(long = "rule", value_name = "N")]
    pub rules: Vec<u8>,
    /// Count by rule, or records, findings and completeness by region or responsible unit
    #[arg(long, value_enum, default_value_t = CheckBy::Rule, value_name = "rule|region|unit", hide_possible_values = true)]
    pub by: CheckBy,
    /// Only what came and went since this version; only what was changed is judged again
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub since: Option<u64>,
    /// Also write the findings, or with --by the figures, to a new file: .csv, or .json with everything
    #[arg(long, value_name = "FILE", value_parser = report_file)]
    pub out: Option<PathBuf>,
    /// Findings shown of each rule, or differences of a sample; --json shows all
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub findings: usize,
    /// Draw a field sample and write it as a new sheet to fill in: .xlsx or .csv
    #[arg(long, value_name = "FILE", value_parser = sheet_file, conflicts_with_all = CHECKS_RULES, conflicts_with = "sample")]
    pub sample_out: Option<PathBuf>,
    /// Records drawn
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = sample_size, requires = "sample_out")]
    pub sample_size: usize,
    /// Seed of the draw
    #[arg(long, value_name = "N", default_value_t = 1, requires = "sample_out")]
    pub seed: u64,
    /// Accuracy from a filled-in field sample
    #[arg(long, value_name = "FILE", conflicts_with_all = CHECKS_RULES)]
    pub sample: Option<PathBuf>,
    /// Write what differs to a new file, in the form that import --corrections takes: .xlsx or .csv
    #[arg(long, value_name = "FILE", value_parser = sheet_file, requires = "sample")]
    pub findings_out: Option<PathBuf>,
    /// Folder with your own policy.toml [default: built in]
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    #[command(flatten)]
    pub past: Past,
}

/// Options of `check` that make no sense with a sample.
const CHECKS_RULES: [&str; 5] = ["severity", "rules", "by", "since", "out"];

/// What `check` counts by.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckBy {
    /// Rules
    Rule,
    /// Districts and counties
    Region,
    /// Responsible units
    Unit,
}

/// The least severity shown.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Least {
    /// Errors
    #[value(name = "E")]
    E,
    /// Errors and warnings
    #[value(name = "W")]
    W,
    /// Everything
    #[value(name = "I")]
    I,
}

pub(super) fn table_file(given: &str) -> Result<PathBuf, String> {
    let name = given.to_ascii_lowercase();
    if name.ends_with(".csv") || name.ends_with(".xlsx") {
        Ok(PathBuf::from(given))
    } else {
        Err("give a name that ends in .xlsx or .csv".to_owned())
    }
}

/// A file to write a table to.
fn report_file(given: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(given);
    let known = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv") || e.eq_ignore_ascii_case("json"));
    if known { Ok(path) } else { Err("give a file name that ends in .csv or .json".to_owned()) }
}

/// A sheet to write.
fn sheet_file(given: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(given);
    let known = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv") || e.eq_ignore_ascii_case("xlsx"));
    if known { Ok(path) } else { Err("give a file name that ends in .xlsx or .csv".to_owned()) }
}

/// Records of a sample.
fn sample_size(given: &str) -> Result<usize, String> {
    let size = narrow(given).trim().parse().ok().filter(|size| (1..=100_000).contains(size));
    size.ok_or_else(|| "give a number of records from 1 to 100000, such as 300".to_owned())
}

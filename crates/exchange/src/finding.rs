//! Findings: what an import has to say about its input, each with file, record, field and reason.

use std::collections::BTreeMap;
use std::fmt;

use linewright_model::{Phrase, TableKind, Text};
use serde::{Serialize, Serializer};

use crate::plan::RecordChange;

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Refuses the import unless it is repaired.
    Error,
    /// Imported, but something is lost or doubtful.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// What it is called in Chinese and English.
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Severity::Error => ["错误", "error"],
            Severity::Warning => ["警告", "warning"],
            Severity::Info => ["提示", "info"],
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, en] = self.words();
        f.write_str(en)
    }
}

/// Where in the input something stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize)]
pub struct Source {
    /// File name as given.
    pub file: Text,
    /// Sheet of a workbook; empty for files without sheets.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub sheet: Text,
    /// Row (CSV, header = 1) or position in the file's list of records, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Code or id of the record; empty when it has none or the whole file is meant.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub record: Text,
}

impl Source {
    /// A whole file.
    pub fn file(file: impl Into<Text>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// The record at a row or list position of this file, from 1; `record` is its code or id, empty for none.
    pub fn record(&self, row: u64, record: impl Into<Text>) -> Self {
        Self { file: self.file.clone(), sheet: self.sheet.clone(), row: Some(row), record: record.into() }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if !self.sheet.is_empty() {
            write!(f, " [{}]", self.sheet)?;
        }
        if let Some(row) = self.row {
            write!(f, " row {row}")?;
        }
        if !self.record.is_empty() {
            write!(f, " ({})", self.record)?;
        }
        Ok(())
    }
}

/// One thing found in the input.
///
/// Ordered by severity, then by where it is found.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Where it is.
    #[serde(flatten)]
    pub source: Source,
    /// The field or column; empty when the whole record is meant.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub field: Text,
    /// What the field says, where that is known.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub value: Text,
    /// Name of the rule, kebab-case, stable.
    pub code: &'static str,
    /// A sentence that says what is wrong and what to do.
    #[serde(flatten, serialize_with = "reason_in_both")]
    pub reason: Phrase,
    /// Whether a repairing import can mend it.
    pub repairable: bool,
    /// What was done about it.
    #[serde(flatten, serialize_with = "repaired_in_both")]
    pub repaired: Option<Phrase>,
}

fn reason_in_both<S: Serializer>(reason: &Phrase, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map([("reason", &reason.en), ("reason_zh", &reason.zh)])
}

fn repaired_in_both<S: Serializer>(repaired: &Option<Phrase>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(repaired.iter().flat_map(|done| [("repaired", &done.en), ("repaired_zh", &done.zh)]))
}

impl Finding {
    /// A finding of any severity.
    pub fn new(
        severity: Severity,
        code: &'static str,
        source: &Source,
        field: impl Into<Text>,
        reason: Phrase,
    ) -> Self {
        let (source, field) = (source.clone(), field.into());
        Self { severity, source, field, value: Text::default(), code, reason, repairable: false, repaired: None }
    }

    /// A finding that refuses the import.
    pub fn error(code: &'static str, source: &Source, field: impl Into<Text>, reason: Phrase) -> Self {
        Self::new(Severity::Error, code, source, field, reason)
    }

    /// A finding that does not refuse the import.
    pub fn warning(code: &'static str, source: &Source, field: impl Into<Text>, reason: Phrase) -> Self {
        Self::new(Severity::Warning, code, source, field, reason)
    }

    /// A remark.
    pub fn info(code: &'static str, source: &Source, field: impl Into<Text>, reason: Phrase) -> Self {
        Self::new(Severity::Info, code, source, field, reason)
    }

    /// Says that the finding can be repaired, and when `repair` is set, that it was and how (past tense).
    pub fn repairable(mut self, repair: bool, done: Phrase) -> Self {
        self.repairable = true;
        self.repaired = repair.then_some(done);
        self
    }

    /// Says what stands in the field.
    pub fn of_value(self, value: impl Into<Text>) -> Self {
        Self { value: value.into(), ..self }
    }

    /// Whether it refuses the import.
    pub fn refuses(&self) -> bool {
        self.severity == Severity::Error && self.repaired.is_none()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.severity, self.source)?;
        if !self.field.is_empty() {
            write!(f, " {}", self.field)?;
        }
        write!(f, ": {} [{}]", self.reason.en, self.code)?;
        match &self.repaired {
            Some(done) => write!(f, "; repaired: {}", done.en),
            None if self.repairable => f.write_str("; --repair mends it"),
            None => Ok(()),
        }
    }
}

/// A value of the input as a message shows it: quoted, shortened to 60 characters.
pub fn shown(value: &str) -> String {
    const SHOWN_CHARS: usize = 60;
    match value.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{:?}…", &value[..at]),
        None => format!("{value:?}"),
    }
}

/// What a parser of TOML or JSON says of a value of the wrong type, in words that a person knows; other messages
/// stay as they are.
pub fn plain(message: &str) -> String {
    const KINDS: [(&str, &str); 5] = [
        ("string ", "text "),
        ("integer ", "number "),
        ("floating point ", "number "),
        ("boolean ", "truth value "),
        ("", ""),
    ];
    const WANTED: [(&[&str], &str); 4] = [
        (&["i64", "i32", "u64", "u32", "u16", "u8", "usize"], "a whole number such as 50"),
        (&["f64", "f32"], "a number such as 100"),
        (&["a boolean"], "true or false"),
        (&["a string"], "text in quotes such as \"REF\""),
    ];
    let rewritten = ["invalid type: ", "invalid value: "].into_iter().find_map(|begin| {
        let (before, rest) = message.split_once(begin)?;
        let (given, after) = rest.split_once(", expected ")?;
        let (wanted, said) = WANTED.iter().find_map(|(names, said)| {
            let name = names.iter().find(|name| word_begins(after, name))?;
            Some((*name, *said))
        })?;
        let (from, to) = KINDS.iter().find(|(kind, _)| given.starts_with(kind))?;
        let given = given.strip_prefix(from)?;
        let given = match given.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(text) => shown(text),
            None => given.to_owned(),
        };
        Some(format!("{before}{said} is expected, not the {to}{given}{}", after.strip_prefix(wanted)?))
    });
    rewritten.unwrap_or_else(|| message.to_owned())
}

/// Whether a text begins with this word and not only with its letters.
fn word_begins(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}

/// Findings kept in full for each rule; the rest are only counted.
pub const KEPT_PER_CODE: usize = 1_000;

/// Findings kept in full for each rule where all are wanted: a bound on memory.
const ALL_KEPT: usize = 1_000_000;

/// A bounded collection of findings: counts all, keeps the first [`KEPT_PER_CODE`] of each rule.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Findings {
    kept: BTreeMap<&'static str, Vec<Finding>>,
    more: BTreeMap<&'static str, u64>,
    totals: Totals,
    refusing: u64,
    keep_all: bool,
}

/// Numbers of findings, those not listed included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Totals {
    /// Errors, repaired ones included.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Remarks.
    pub infos: u64,
    /// Findings of any severity about which something was done.
    pub repaired: u64,
}

impl Findings {
    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        let total = match finding.severity {
            Severity::Error => &mut self.totals.errors,
            Severity::Warning => &mut self.totals.warnings,
            Severity::Info => &mut self.totals.infos,
        };
        *total += 1;
        self.totals.repaired += u64::from(finding.repaired.is_some());
        self.refusing += u64::from(finding.refuses());
        let kept = self.kept.entry(finding.code).or_default();
        if kept.len() < if self.keep_all { ALL_KEPT } else { KEPT_PER_CODE } {
            kept.push(finding);
        } else {
            *self.more.entry(finding.code).or_default() += 1;
        }
    }

    /// Keeps all findings in full from now on, up to a million of each rule.
    pub fn keep_all(&mut self) {
        self.keep_all = true;
    }

    /// Whether some finding refuses the import.
    pub fn refuse(&self) -> bool {
        self.refusing > 0
    }

    /// Numbers of findings.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The findings kept, in no order that matters.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.kept.values().flatten()
    }
}

/// What an import did to one table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counts {
    /// Records that were not there.
    pub created: u64,
    /// Records that were there and differ.
    pub updated: u64,
    /// Records that the input no longer has.
    pub removed: u64,
    /// Records that are as they were.
    pub unchanged: u64,
}

/// What an import found and does.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Report {
    /// Findings, ordered by severity and place.
    pub findings: Vec<Finding>,
    /// Findings counted but not listed, by rule.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_listed: BTreeMap<&'static str, u64>,
    /// Numbers of findings.
    pub totals: Totals,
    /// What happens to each table; tables without records are left out.
    pub tables: BTreeMap<TableKind, Counts>,
    /// What happens to each record, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<RecordChange>,
}

impl Report {
    /// The report of these findings and counts.
    pub fn new(findings: Findings, tables: BTreeMap<TableKind, Counts>) -> Self {
        let mut listed: Vec<Finding> = findings.kept.into_values().flatten().collect();
        listed.sort();
        Self { findings: listed, not_listed: findings.more, totals: findings.totals, tables, changes: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dirty_file_makes_a_bounded_report() {
        let mut findings = Findings::default();
        let file = Source::file("place.csv");
        for row in (2..5_002).rev() {
            findings.push(Finding::error("bad-number", &file.record(row, ""), "lon", Phrase::same("no number")));
        }
        findings.push(Finding::warning("unknown-column", &file, "lom", Phrase::same("no such column")));
        assert!(findings.refuse());
        let report = Report::new(findings, BTreeMap::new());
        assert_eq!(report.totals, Totals { errors: 5_000, warnings: 1, infos: 0, repaired: 0 });
        assert_eq!(report.findings.len(), KEPT_PER_CODE + 1);
        assert_eq!(report.not_listed, BTreeMap::from([("bad-number", 4_000)]));
        assert!(report.findings.is_sorted());
        assert_eq!(report.findings.last().map(|f| f.code), Some("unknown-column"));
    }

    #[test]
    fn rows_sort_as_numbers_and_only_unrepaired_errors_refuse() {
        let file = Source::file("a.csv");
        let at = |row| Finding::error("x", &file.record(row, "C"), "", Phrase::same("r"));
        assert!(at(9) < at(10));
        let check = |finding: Finding, refuses: bool, text: &str| {
            assert_eq!(finding.refuses(), refuses);
            assert_eq!(finding.to_string(), text);
        };
        check(at(2), true, "error: a.csv row 2 (C): r [x]");
        check(at(2).repairable(false, Phrase::same("cut")), true, "error: a.csv row 2 (C): r [x]; --repair mends it");
        check(at(2).repairable(true, Phrase::same("cut")), false, "error: a.csv row 2 (C): r [x]; repaired: cut");
        check(Finding::info("y", &file, "f", Phrase::same("r")), false, "info: a.csv f: r [y]");
    }

    #[test]
    fn findings_are_flat_in_json() {
        let file = Source::file("a.csv");
        let check = |finding: Finding, expected: &str| assert_eq!(serde_json::to_string(&finding).unwrap(), expected);
        check(
            Finding::error("x", &file.record(2, "C"), "f", Phrase::same("r")).repairable(true, Phrase::same("cut")),
            r#"{"severity":"error","file":"a.csv","row":2,"record":"C","field":"f","code":"x","reason":"r","reason_zh":"r","repairable":true,"repaired":"cut","repaired_zh":"cut"}"#,
        );
        check(
            Finding::info("x", &file, "", Phrase::same("r")),
            r#"{"severity":"info","file":"a.csv","code":"x","reason":"r","reason_zh":"r","repairable":false}"#,
        );
    }

    #[test]
    fn parsers_speak_plainly() {
        let check = |given: &str, expected: &str| assert_eq!(plain(given), expected);
        check(
            "invalid type: string \"fifty\", expected i64",
            "a whole number such as 50 is expected, not the text \"fifty\"",
        );
        check(
            "line 3: invalid type: boolean `true`, expected f64\nin x",
            "line 3: a number such as 100 is expected, not the truth value `true`\nin x",
        );
        check("unknown field `x`, expected `y`", "unknown field `x`, expected `y`");
        check("invalid type: string \"x\", expected u32x", "invalid type: string \"x\", expected u32x");
    }

    #[test]
    fn shown_values_are_short() {
        assert_eq!(shown("a\"b"), r#""a\"b""#);
        assert!(shown(&"长".repeat(1_000)).chars().count() < 65);
    }
}

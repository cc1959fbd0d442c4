//! Reading one TOML table so that a mistake is reported by file, line, key and what was expected.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

/// The four files of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CatalogFile {
    /// `prices.toml`, the price book 价格册.
    Prices,
    /// `optics.toml`, losses and interfaces.
    Optics,
    /// `products.toml`, what is sold over which access.
    Products,
    /// `policy.toml`, limits, factors and periods.
    Policy,
}

impl CatalogFile {
    /// All files, in the order they are read.
    pub const ALL: [Self; 4] = [Self::Prices, Self::Optics, Self::Products, Self::Policy];

    /// The file's name inside a catalogue directory.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Prices => "prices.toml",
            Self::Optics => "optics.toml",
            Self::Products => "products.toml",
            Self::Policy => "policy.toml",
        }
    }
}

impl fmt::Display for CatalogFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a catalogue was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// A file that is not one of the four.
    #[error("catalogue file \"{name}\" is not known: name it prices.toml, optics.toml, products.toml or policy.toml")]
    UnknownFile {
        /// The name as given.
        name: String,
    },
    /// Text that is not the table it should be: bad TOML, an unknown, missing or ill-typed key, a refused value.
    #[error("{file} line {line}, {key}: {problem}")]
    Malformed {
        /// Which file.
        file: CatalogFile,
        /// Line, from 1.
        line: usize,
        /// The key (or the table, for a missing key).
        key: String,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// Well-formed values that contradict each other.
    #[error("{file}, {row}: {problem}")]
    Inconsistent {
        /// Which file.
        file: CatalogFile,
        /// The row or key by name.
        row: String,
        /// The rule that is broken, with the figures.
        problem: String,
    },
}

/// Parses one file into its table.
pub(crate) fn parse<T: DeserializeOwned>(file: CatalogFile, text: &str) -> Result<T, CatalogError> {
    toml::from_str(text).map_err(|error| {
        let problem = error.message().to_owned();
        let (line, key) = match error.span() {
            // A key missing at the top stands nowhere; the first line of the file is not to blame.
            None => (1, "top level".to_owned()),
            Some(span) if span.start == 0 && problem.starts_with("missing field") => (1, "top level".to_owned()),
            Some(span) => locate(text, span.start),
        };
        CatalogError::Malformed { file, line, key, problem }
    })
}

/// A [`CatalogError::Inconsistent`] in the making.
pub(crate) fn inconsistent(file: CatalogFile, row: impl Into<String>, problem: impl Into<String>) -> CatalogError {
    CatalogError::Inconsistent { file, row: row.into(), problem: problem.into() }
}

/// Refuses the first name that stands twice.
pub(crate) fn unique<'a>(
    file: CatalogFile,
    kind: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), CatalogError> {
    let mut seen = std::collections::BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(name.to_ascii_lowercase())) {
        None => Ok(()),
        Some(twice) => Err(inconsistent(file, format!("{kind} \"{twice}\""), "stands twice; keep one")),
    }
}

/// The line (from 1) and the dotted key at a byte offset, as far as the text around it tells.
fn locate(text: &str, at: usize) -> (usize, String) {
    let before = text.get(..at).unwrap_or(text);
    let mut lines: Vec<&str> = text.split('\n').take(before.matches('\n').count() + 1).collect();
    let line_number = lines.len();
    let current = lines.pop().unwrap_or_default();
    if let Some(table) = table_header(current) {
        return (line_number, table.to_owned());
    }
    // The offset stands at a key, or at a value whose key is the last one opened before it on this line.
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
    let (left, right) = current.split_at_checked(column).unwrap_or((current, ""));
    let is_key = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let key = match right.split_once('=').map(|(own, _)| own.trim()) {
        Some(own) if is_key(own) => own,
        _ => left.rsplit_once('=').and_then(|(key, _)| key.rsplit(['{', ',', '[']).next()).unwrap_or_default().trim(),
    };
    let table = lines.iter().rev().find_map(|line| table_header(line));
    let parts: Vec<&str> = table.into_iter().chain([key]).filter(|part| !part.is_empty()).collect();
    (line_number, if parts.is_empty() { "top level".to_owned() } else { parts.join(".") })
}

/// The name in `[name]` or `[[name]]`, which stand at the start of a line; rows of an array are indented.
fn table_header(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.trim_start_matches('[').split(']').next()
}

/// An ordered, finite pair, written `[low, high]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 2]", into = "[f64; 2]")]
pub struct Range {
    /// The lower end.
    pub low: f64,
    /// The upper end, not below `low`.
    pub high: f64,
}

impl TryFrom<[f64; 2]> for Range {
    type Error = String;

    fn try_from([low, high]: [f64; 2]) -> Result<Self, String> {
        if low.is_finite() && high.is_finite() && low <= high {
            Ok(Self { low, high })
        } else {
            Err(format!("[{low}, {high}] is not a range: write two finite numbers, the lower first"))
        }
    }
}

impl From<Range> for [f64; 2] {
    fn from(range: Range) -> Self {
        [range.low, range.high]
    }
}

/// One text in the two languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese 中文.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A finite number, for levels in dBm.
pub(crate) fn finite<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = f64::deserialize(from)?;
    if value.is_finite() { Ok(value) } else { Err(D::Error::custom(format!("{value} is not a finite number"))) }
}

/// A finite number from zero up, for losses, lengths and periods.
pub(crate) fn non_negative<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = finite(from)?;
    if value >= 0.0 { Ok(value) } else { Err(D::Error::custom(format!("{value} is negative, expected 0 or more"))) }
}

/// [`non_negative`], for keys that may be absent.
pub(crate) fn optional_non_negative<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    non_negative(from).map(Some)
}

/// A factor that lengthens: finite and at least 1.
pub(crate) fn at_least_one<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = finite(from)?;
    if value >= 1.0 { Ok(value) } else { Err(D::Error::custom(format!("{value} is below 1, expected a factor >= 1"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only the errors are looked at")]
    struct Sample {
        #[serde(deserialize_with = "non_negative")]
        reach_m: f64,
        row: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only the errors are looked at")]
    struct Row {
        window: Range,
        name: Text,
    }

    fn check(text: &str, expected: &str) {
        let error = parse::<Sample>(CatalogFile::Policy, text).unwrap_err();
        assert_eq!(error.to_string(), expected, "for {text:?}");
    }

    #[test]
    fn errors_name_line_key_and_expectation() {
        check("reach_m = -1\nrow = []", "policy.toml line 1, reach_m: -1 is negative, expected 0 or more");
        check("reach_m = nan\nrow = []", "policy.toml line 1, reach_m: NaN is not a finite number");
        check("reach_m = \"far\"\nrow = []", "policy.toml line 1, reach_m: invalid type: string \"far\", expected f64");
        check("row = []\nreach = 1\n", "policy.toml line 2, reach: unknown field `reach`, expected `reach_m` or `row`");
        check("row = []", "policy.toml line 1, top level: missing field `reach_m`");
        check(
            "reach_m = 1\n\n[[row]]\nname = { zh = \"甲\", en = \"a\" }\nwindow = [2, 1]\n",
            "policy.toml line 5, row.window: [2, 1] is not a range: write two finite numbers, the lower first",
        );
        check(
            "reach_m = 1\n[[row]]\nwindow = [1, 2]\nname = { zh = \"甲\", en = 5 }\n",
            "policy.toml line 4, row.en: invalid type: integer `5`, expected a string",
        );
        check(
            "reach_m = 1\n[[row]]\nwindow = [1, 2]\nname = { zh = \"甲\", fr = \"a\" }\n",
            "policy.toml line 4, row.fr: unknown field `fr`, expected `zh` or `en`",
        );
        check("# far\nrow = []", "policy.toml line 1, top level: missing field `reach_m`");
        check("", "policy.toml line 1, top level: missing field `reach_m`");
        check("reach_m = 1\n[[row]\n", "policy.toml line 2, row: unclosed array table, expected `]`");
        check(
            "reach_m = 1\nrow = 甲",
            "policy.toml line 2, row: string values must be quoted, expected literal string",
        );
        check("reach_m = 1\n[[row]]\nwindow = [1, 2]\n", "policy.toml line 2, row: missing field `name`");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_answered(text in "[a-z_\\[\\]{}=,.\"\n甲0-9 -]{0,60}|reach_m = 1\n\\[\\[row\\]\\]\n\\PC{0,20}") {
            if let Err(error) = parse::<Sample>(CatalogFile::Optics, &text) {
                proptest::prop_assert!(error.to_string().starts_with("optics.toml line "));
            }
        }
    }

    #[test]
    fn names_stand_once() {
        assert!(unique(CatalogFile::Optics, "interface", ["I-1", "S-1.1"]).is_ok());
        let error = unique(CatalogFile::Optics, "interface", ["I-1", "S-1.1", "i-1"]).unwrap_err();
        assert_eq!(error.to_string(), "optics.toml, interface \"i-1\": stands twice; keep one");
    }
}

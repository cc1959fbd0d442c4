//! Column mapping of tables: which sheet is what, which heading says what, what a carrier's own words mean.

use std::collections::BTreeMap;

use linewright_model::crs::Crs;
use serde::{Deserialize, Serialize};

use crate::finding::{plain, shown};
use crate::sheets::kind::Kind;
use crate::sheets::words;

/// What a mapping file says of tables, as TOML; whatever it leaves out is guessed from headings and names.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// Coordinate system of the tables.
    pub crs: Option<Crs>,
    /// Headings of all tables of a kind: kind → field → heading or headings, tried in order.
    pub columns: BTreeMap<Kind, BTreeMap<String, Headings>>,
    /// What words in cells mean: the carrier's word → a word of the template.
    pub words: BTreeMap<String, String>,
    /// What to know of single sheets and files; the first that fits counts.
    pub table: Vec<TableMapping>,
}

/// What to know of one sheet or CSV file.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableMapping {
    /// File it is about; none for every file.
    pub file: Option<String>,
    /// Sheet it is about; none for every sheet.
    pub sheet: Option<String>,
    /// What its rows are; none to guess.
    pub kind: Option<Kind>,
    /// Row of the headings, from 1; none to find it.
    pub header_row: Option<u64>,
    /// Whether it is passed over.
    pub skip: bool,
    /// Headings by field.
    pub columns: BTreeMap<String, Headings>,
}

/// One heading or several, tried in order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Headings {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Headings {
    pub(crate) fn names(&self) -> &[String] {
        match self {
            Headings::One(name) => std::slice::from_ref(name),
            Headings::Several(names) => names,
        }
    }
}

/// Why a mapping file cannot be used.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum MappingError {
    /// Not the TOML that is wanted.
    #[error("the column mapping cannot be read: {0}")]
    NotToml(String),
    /// A column of a kind that has none such.
    #[error("the column mapping names the field {given} of {kind}; the fields are {known}")]
    NoSuchField {
        /// As given, shortened.
        given: String,
        /// Kind of table.
        kind: &'static str,
        /// The fields there are.
        known: String,
    },
    /// A meaning that no template knows.
    #[error("the column mapping says that {word} means {given}, a word that no list of values has")]
    NoSuchWord {
        /// The carrier's word, shortened.
        word: String,
        /// As given, shortened.
        given: String,
    },
}

impl Mapping {
    /// The mapping of a TOML file.
    ///
    /// # Errors
    /// Unknown keys, wrong types, fields that a kind of table does not have, meanings that no list of values has.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = toml::from_str(text).map_err(|e| MappingError::NotToml(plain(&e.to_string())))?;
        let by_kind = mapping.columns.iter().map(|(kind, columns)| (*kind, columns));
        let by_table = mapping.table.iter().filter_map(|table| Some((table.kind?, &table.columns)));
        for (kind, columns) in by_kind.chain(by_table) {
            let unknown = columns.keys().find(|key| kind.fields().iter().all(|field| field.key != *key));
            if let Some(key) = unknown {
                let known: Vec<&str> = kind.fields().iter().map(|field| field.key).collect();
                let known = known.join(", ");
                return Err(MappingError::NoSuchField { given: shown(key), kind: kind.name(), known });
            }
        }
        if let Some((word, given)) = mapping.words.iter().find(|(_, meaning)| !words::is_known(meaning)) {
            return Err(MappingError::NoSuchWord { word: shown(word), given: shown(given) });
        }
        Ok(mapping)
    }

    /// Whether a mapping text is of tables and not of a plain map.
    pub fn is_meant(text: &str) -> bool {
        const KEYS: [&str; 4] = ["table", "columns", "words", "crs"];
        toml::from_str::<toml::Table>(text).is_ok_and(|keys| KEYS.iter().any(|key| keys.contains_key(*key)))
    }

    /// What is said of this sheet.
    pub(crate) fn of(&self, file: &str, sheet: &str) -> Option<&TableMapping> {
        let fits = |wanted: &Option<String>, name: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.trim().to_lowercase() == name.trim().to_lowercase())
        };
        self.table.iter().find(|table| fits(&table.file, file) && fits(&table.sheet, sheet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_says_only_what_differs() {
        let text = "crs = \"gcj02\"\n[words]\n\"在用\" = \"占用\"\n[columns.cables]\ncode = \"段号\"\n\
                    [[table]]\nsheet = \"台账\"\nkind = \"cables\"\nheader_row = 3\ncolumns = {a = [\"始\", \"起\"]}";
        let mapping = Mapping::from_toml(text).unwrap();
        assert_eq!(mapping.of("x.xlsx", "台账 ").and_then(|t| t.header_row), Some(3));
        assert!(mapping.of("x.xlsx", "其他").is_none() && Mapping::is_meant(text));
        assert_eq!(Mapping::from_toml(&toml::to_string(&mapping).unwrap()), Ok(mapping));
        assert!(!Mapping::is_meant("snap_m = 5"));
        let check = |wrong: &str, expected: &str| {
            let message = Mapping::from_toml(wrong).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        };
        check("crs = \"mars\"", "gcj02");
        check("[columns.cables]\ncoed = \"x\"", "\"coed\" of cables; the fields are code, name");
        check("[words]\n\"在用\" = \"忙\"", "\"在用\" means \"忙\"");
        check("colums = 1", "unknown field");
    }
}

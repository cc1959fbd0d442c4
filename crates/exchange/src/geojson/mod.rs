//! Plain GeoJSON: a map of points and lines with a column mapping, and any network as such a map.

pub(crate) mod collect;
mod export;
pub(crate) mod geometry;
pub(crate) mod grid;
pub(crate) mod import;
pub(crate) mod islands;
mod join;
pub(crate) mod json;
mod mapping;
pub(crate) mod plausible;
pub(crate) mod view;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use linewright_model::{Phrase, Text, phrase};
use serde_json::Value;

pub use export::write;
pub(crate) use export::{Map, file_name, maps};
pub use mapping::{Columns, LineColumns, Mapping, MappingError, NodeColumns};

use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::format::ImportOptions;
use crate::input::File;

/// Reads a map of points and lines, as GeoJSON or KML: two collections in either order, one mixed collection, or
/// lines alone.
///
/// All files together are one data set, called as `options.dataset` says, else after what the names of the
/// collections or files have in common. Lines are joined to nodes by geometry (DOMAIN §11); ends where no node
/// stands become places of their own.
pub fn read(files: &[File], options: &ImportOptions) -> Draft {
    let mut draft = Draft::new(options.repair);
    let mapping = match options.mapping.as_deref().map_or_else(|| Ok(Mapping::default()), Mapping::from_toml) {
        Ok(mapping) => mapping,
        Err(error) => {
            draft.note(Finding::error("bad-mapping", &Source::file("mapping"), "", Phrase::same(error.to_string())));
            return draft;
        }
    };
    let collections = collect::collections(files, options, &mapping, &mut draft);
    if collections.is_empty() {
        return draft;
    }
    let name = |c: &collect::Collection| match c.members.get("name").and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => c.source.file.to_string(),
    };
    let names: Vec<String> = collections.iter().map(name).collect();
    let code = options.dataset.clone().unwrap_or_else(|| common_name(&names));
    if let Some(finding) = several_networks(files, &names) {
        draft.note(finding);
        return draft;
    }
    let collected = collect::collect(collections, &mapping, &mut draft);
    if collected.nodes.is_empty() && collected.lines.is_empty() {
        // There is no network to make a data set of; what is wrong with the files has been said.
        return draft;
    }
    if collected.lines.is_empty() {
        let reason =
            phrase!("there are points but no lines; give the file of lines too", "有点而没有线；请同时给出线路文件");
        let file = Source::file(files.first().map_or(Text::from(""), |f| f.name.clone()));
        draft.note(Finding::warning("no-lines", &file, "", reason));
    }
    import::import(&code, collected, &mapping, &mut draft);
    draft
}

/// What names of collections end with, of points and of lines.
const SUFFIXES: [&[&str]; 2] = [&["nodes", "points"], &["lines", "spans", "links"]];

/// A finding when a folder holds the points and lines of more than one network: which belong together only their
/// names say, and one data set of all would be wrong.
fn several_networks(files: &[File], names: &[String]) -> Option<Finding> {
    if !files.iter().any(|file| file.listed) {
        return None;
    }
    let stems = |suffixes: &[&str]| {
        let stem = |name: &String| {
            let name = name.split('.').next()?;
            let stem = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix))?;
            Some(stem.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned())
        };
        names.iter().filter_map(stem).collect::<BTreeSet<String>>()
    };
    let [points, lines] = SUFFIXES.map(stems);
    let networks: Vec<&str> = points.intersection(&lines).map(String::as_str).collect();
    if networks.len() < 2 {
        return None;
    }
    let networks = networks.join(", ");
    let reason = phrase!(
        "the folder holds several networks ({networks}); import them one after the other, naming the files of each",
        "目录中有多个网络（{networks}）；请逐个导入，分别给出各自的文件"
    );
    Some(Finding::error("several-networks", &Source::default(), "", reason))
}

/// Whether a file begins like GeoJSON.
pub fn looks_like(file: &File) -> bool {
    let head = file.bytes.get(..4_096).unwrap_or(&file.bytes);
    let has = |word: &str| head.windows(word.len()).any(|w| w == word.as_bytes());
    has("\"FeatureCollection\"") || has("\"Feature\"") || has("\"features\"")
}

/// What the names of several files have in common, without extension and joining signs.
fn common_name(names: &[String]) -> Text {
    let stem = |name: &String| name.split('.').next().unwrap_or_default().to_owned();
    let mut common = names.first().map(stem).unwrap_or_default();
    for name in names.iter().skip(1).map(stem) {
        let shared = common.chars().zip(name.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a);
        common = shared.collect();
    }
    for suffix in SUFFIXES.into_iter().flatten() {
        common = common.strip_suffix(*suffix).map(str::to_owned).unwrap_or(common);
    }
    let common = common.trim_matches(|c: char| !c.is_alphanumeric());
    if common.is_empty() { Text::from("geojson") } else { Text::from(common) }
}

/// A JSON value as a file, one feature a line where it is a collection.
pub(crate) fn file(name: &str, value: &Value) -> File {
    let mut text = String::new();
    match value.as_object().zip(value.get("features").and_then(Value::as_array)) {
        Some((members, features)) => {
            text.push_str("{\n");
            for (key, member) in members.iter().filter(|(key, _)| *key != "features") {
                text.push_str(&format!("{}: {member},\n", Value::from(key.as_str())));
            }
            text.push_str("\"features\": [\n");
            let lines: Vec<String> = features.iter().map(Value::to_string).collect();
            text.push_str(&lines.join(",\n"));
            text.push_str("\n]\n}\n");
        }
        // Pretty printing of a value does not fail; its plain form would serve as well.
        None => text = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()) + "\n",
    }
    File::new(name, text)
}

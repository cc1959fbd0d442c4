//! The Open Fibre Data Standard (OFDS) 0.3 and 0.4: JSON packages, GeoJSON and CSV in, version 0.4 out.

mod codes;
mod csv;
mod ends;
mod export;
mod import;
mod normal;
mod schema;
mod uuid;
mod wkt;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::assert_valid;

use linewright_model::Network;
use serde_json::json;

use crate::draft::Draft;
use crate::format::{ExportOptions, ImportOptions};
use crate::geojson;
use crate::input::File;

/// Reads network packages, bare networks, collections of node and span features and folders of CSV tables, of
/// version 0.3 or 0.4.
///
/// Each network is a data set of its id. A node is a place; a span is a span of the Route layer and, where its
/// medium is fibre or not said, a cable of the same code on it, whose core occupancy is not proven. What the
/// model has no place for is kept for the export, in the words of 0.4; what the 0.4 schema does not allow is
/// kept in a member `nonconforming`.
pub fn read(files: &[File], options: &ImportOptions) -> Draft {
    let mut draft = Draft::new(options.repair);
    let networks = normal::networks(files, options, &mut draft);
    import::import(networks, &mut draft);
    draft
}

/// Writes one package `<name>.json` of version 0.4, valid by its schema.
///
/// A network whose code is no UUID gets one derived from the code, which moves to `identifier`.
pub fn write(network: &Network, options: &ExportOptions) -> Vec<File> {
    let networks = export::networks(network, options.dataset.as_deref(), &options.name);
    vec![geojson::file(&format!("{}.json", file_stem(options)), &json!({"networks": networks}))]
}

/// Writes the nodes and spans of version 0.4 as two feature collections.
pub fn write_geojson(network: &Network, options: &ExportOptions) -> Vec<File> {
    let networks = export::networks(network, options.dataset.as_deref(), &options.name);
    let [nodes, spans] = export::features(networks);
    vec![geojson::file("nodes.geojson", &nodes), geojson::file("spans.geojson", &spans)]
}

fn file_stem(options: &ExportOptions) -> String {
    let safe = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    let name: String = options.name.chars().take(100).map(safe).collect();
    if name.is_empty() { "network-package".to_owned() } else { name }
}

/// Whether a file begins like OFDS: a package, a bare network, features that say so, or a table of the standard.
pub fn looks_like(file: &File) -> bool {
    if csv::looks_like(file) {
        return true;
    }
    let head = file.bytes.get(..65_536).unwrap_or(&file.bytes);
    let has = |word: &str| head.windows(word.len()).any(|w| w == word.as_bytes());
    // A table of another form may well name the schema.
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if !matches!(text.first(), Some(b'{' | b'[')) {
        return false;
    }
    let named = has("network-schema.json") || has("\"featureType\"");
    named || (!geojson::looks_like(file) && (has("\"networks\"") || (has("\"nodes\"") && has("\"spans\""))))
}

//! KML and KMZ: placemarks as the features of a plain map, and any network as such a map.
//!
//! A document becomes a GeoJSON collection, so there is one importer of points and lines and not two.

mod archive;
mod encoding;
mod placemark;
mod read;
mod write;

#[cfg(test)]
mod tests;

use linewright_model::phrase;
use serde_json::Value;

pub use write::write;

use crate::archive::is_zip;
use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::geojson::Mapping;
use crate::geojson::json::MAX_BYTES;
use crate::input::{DEFAULT_LIMIT_BYTES, File};
use crate::kml::encoding::xml_text;

/// Whether a file is a KML document or an archive with one.
pub fn looks_like(file: &File) -> bool {
    let name = file.name.to_ascii_lowercase();
    if is_zip(&file.bytes) {
        return name.ends_with(".kmz") || archive::names_kml(&file.bytes);
    }
    let head = file.bytes.get(..4_096).unwrap_or(&file.bytes);
    // Of UTF-16 text every second byte is zero.
    let head: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
    let begins = head.strip_prefix(b"\xef\xbb\xbf").or(head.strip_prefix(b"\xff\xfe"));
    let begins = begins.or(head.strip_prefix(b"\xfe\xff")).unwrap_or(&head).trim_ascii_start();
    let named = begins.windows(4).any(|w| w == b"<kml") || begins.windows(5).any(|w| w == b":kml ");
    begins.starts_with(b"<") && (named || name.ends_with(".kml"))
}

/// The placemarks of a file as a GeoJSON collection, or a finding that says why there is none.
///
/// Folders are a property `folder`; `ExtendedData` are properties; a placemark without an id of its own is known by
/// its name. `limit_bytes` bounds what an archive unpacks to.
pub(crate) fn parse(file: &File, mapping: &Mapping, limit_bytes: Option<u64>, draft: &mut Draft) -> Option<Value> {
    let source = Source::file(file.name.clone());
    let limit_bytes = limit_bytes.unwrap_or(DEFAULT_LIMIT_BYTES).min(MAX_BYTES as u64);
    if file.bytes.len() as u64 > limit_bytes {
        let (size, limit) = (file.bytes.len() >> 20, limit_bytes >> 20);
        let reason = phrase!(
            "the file has {size} MB; split it into files of at most {limit} MB",
            "文件有 {size} MB；请拆分为不超过 {limit} MB 的文件"
        );
        draft.note(Finding::error("too-large", &source, "", reason));
        return None;
    }
    let bytes = archive::document(file, limit_bytes, &source, draft)?;
    let text = xml_text(&bytes, &source, draft)?;
    read::collection(&text, &source, mapping, draft)
}

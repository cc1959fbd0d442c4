//! The manifest of a native folder.

use linewright_model::crs::Crs;
use linewright_model::{Phrase, Text, phrase};
use serde::{Deserialize, Serialize};

use super::MANIFEST;
use crate::finding::{Finding, Source};
use crate::input::File;

/// Name of the format in its manifest.
const FORMAT: &str = "linewright-native";

/// Version of the format written, and the newest read.
const VERSION: u32 = 1;

/// What a native folder says of itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: Text,
    version: u32,
    /// Name of the network.
    pub name: Text,
    /// What it is.
    #[serde(default)]
    pub description: Text,
    /// System of the coordinates; none means WGS-84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<Text>,
}

/// The keys that any version has.
#[derive(Deserialize)]
struct Head {
    format: Option<Text>,
    version: Option<i64>,
}

impl Manifest {
    /// The manifest of a network written here, in WGS-84.
    pub fn new(name: impl Into<Text>, description: impl Into<Text>) -> Self {
        let (name, description, crs) = (name.into(), description.into(), Some(Crs::Wgs84.to_string().into()));
        Self { format: FORMAT.into(), version: VERSION, name, description, crs }
    }

    /// The manifest as a file.
    pub(super) fn file(&self) -> File {
        // Text keys and values always have a TOML form; an empty manifest would be found on reading.
        File::new(MANIFEST, toml::to_string(self).unwrap_or_default())
    }

    /// Reads the manifest among the files of a folder.
    ///
    /// # Errors
    /// One finding that says why it cannot be used.
    pub fn read(files: &[File]) -> Result<Manifest, Box<Finding>> {
        let source = Source::file(MANIFEST);
        let refuse = |code, field: &str, reason: Phrase| Box::new(Finding::error(code, &source, field, reason));
        let Some(file) = files.iter().find(|file| &*file.name == MANIFEST) else {
            let reason = phrase!(
                "a native folder has a {MANIFEST}; name the folder that holds it",
                "原生目录须有 {MANIFEST}；请给出其所在目录"
            );
            return Err(refuse("missing-manifest", "", reason));
        };
        let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| {
            let reason = phrase!("the file is not UTF-8 text; save it as UTF-8", "文件不是 UTF-8 文本；请另存为 UTF-8");
            refuse("not-utf8", "", reason)
        })?;
        let bad = |error: toml::de::Error| {
            let error = error.message();
            refuse("bad-manifest", "", phrase!("not a manifest: {error}", "不是有效的清单：{error}"))
        };
        // The version is looked at first: a newer one may have keys unknown here.
        let head: Head = toml::from_str(text).map_err(bad)?;
        if head.format.as_deref() != Some(FORMAT) {
            let reason = phrase!("the format must be {FORMAT:?}", "format 须为 {FORMAT:?}");
            return Err(refuse("bad-manifest", "format", reason));
        }
        if head.version.is_some_and(|version| version > i64::from(VERSION)) {
            let reason = phrase!(
                "the folder is of a newer version than {VERSION}; update Linewright to read it",
                "目录的版本高于 {VERSION}；请升级 Linewright 后再读"
            );
            return Err(refuse("newer-version", "version", reason));
        }
        let manifest: Manifest = toml::from_str(text).map_err(bad)?;
        if manifest.version != VERSION {
            let reason = phrase!("the version must be {VERSION}", "version 须为 {VERSION}");
            return Err(refuse("bad-manifest", "version", reason));
        }
        Ok(manifest)
    }

    /// The coordinate system named, WGS-84 when none is.
    ///
    /// # Errors
    /// One finding when there is no such system.
    pub fn crs(&self) -> Result<Crs, Box<Finding>> {
        let Some(name) = &self.crs else { return Ok(Crs::Wgs84) };
        let refuse = |e: linewright_model::crs::CrsError| {
            Box::new(Finding::error("unknown-crs", &Source::file(MANIFEST), "crs", e.phrase()))
        };
        name.parse().map_err(refuse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_and_says_why_it_does_not() {
        let manifest = Manifest::new("Nantong", "Synthetic \"plant\"\nof two lines");
        assert_eq!(Manifest::read(&[manifest.file()]), Ok(manifest));
        let check = |text: &[u8], code: &str, word: &str| {
            let finding = Manifest::read(&[File::new(MANIFEST, text)]).unwrap_err();
            assert_eq!(finding.code, code, "{finding}");
            assert!(finding.reason.en.contains(word), "{finding}");
        };
        assert_eq!(Manifest::read(&[]).unwrap_err().code, "missing-manifest");
        check(b"", "bad-manifest", "linewright-native");
        check(b"format = \"gis\"", "bad-manifest", "linewright-native");
        check(b"\xff\xfe", "not-utf8", "UTF-8");
        check(b"PK\x03\x04", "bad-manifest", "not a manifest");
        check(b"format = \"linewright-native\"\nversion = 2\nshape = 3", "newer-version", "update");
        check(b"format = \"linewright-native\"\nversion = 0\nname = \"\"", "bad-manifest", "must be 1");
        check(b"format = \"linewright-native\"\nversion = -1\nname = \"\"", "bad-manifest", "");
        check(b"format = \"linewright-native\"\nversion = 1", "bad-manifest", "name");
        check(b"format = \"linewright-native\"\nversion = 1\nname = \"x\"\ncsr = \"gcj02\"", "bad-manifest", "csr");
    }

    #[test]
    fn the_system_is_named_or_wgs84() {
        let mut manifest = Manifest::new("x", "");
        assert_eq!(manifest.crs(), Ok(Crs::Wgs84));
        manifest.crs = None;
        assert_eq!(manifest.crs(), Ok(Crs::Wgs84));
        manifest.crs = Some("EPSG:4490".into());
        assert_eq!(manifest.crs(), Ok(Crs::Cgcs2000));
        manifest.crs = Some("mars".into());
        assert!(manifest.crs().unwrap_err().reason.en.contains("accepted"));
    }
}

//! The formats by name: which one a file is in, and who reads and writes it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use linewright_model::crs::Crs;
use linewright_model::{Dataset, DatasetId, Network, Phrase, TableKind, Text, phrase};

use crate::archive;
use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::geojson;
use crate::input::File;
use crate::kml;
use crate::native;
use crate::ofds;
use crate::plan::{Mode, Outcome, plan_import};
use crate::sheets;

/// A format of networks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Format {
    /// Linewright's own: a folder of CSV files with a manifest.
    Native,
    /// A plain map: GeoJSON collections of points and lines.
    Geojson,
    /// A plain map as KML; KMZ, its zipped form, is read too.
    Kml,
    /// The Open Fibre Data Standard as a JSON package; its GeoJSON form is read too.
    Ofds,
    /// The Open Fibre Data Standard as GeoJSON collections of nodes and spans.
    OfdsGeojson,
    /// Tables of a carrier, one kind of record to a sheet: XLSX and CSV; they are only read.
    Tables,
}

impl Format {
    /// All formats.
    pub const ALL: &'static [Format] =
        &[Format::Native, Format::Geojson, Format::Kml, Format::Ofds, Format::OfdsGeojson, Format::Tables];

    /// Those that networks are also written in.
    pub const WRITTEN: &'static [Format] =
        &[Format::Native, Format::Geojson, Format::Kml, Format::Ofds, Format::OfdsGeojson];

    /// The format of this name to be written.
    ///
    /// # Errors
    /// When there is none of this name, or it is only read.
    pub fn to_write(given: &str) -> Result<Format, ExportError> {
        match given.parse() {
            Ok(format) if Format::WRITTEN.contains(&format) => Ok(format),
            Ok(format) => Err(ExportError::OnlyRead { format }),
            Err(_) => Err(ExportError::UnknownName { given: shown(given) }),
        }
    }

    /// The name of the format on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Native => "native",
            Format::Geojson => "geojson",
            Format::Kml => "kml",
            Format::Ofds => "ofds",
            Format::OfdsGeojson => "ofds-geojson",
            Format::Tables => "tables",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = DetectError;

    fn from_str(given: &str) -> Result<Self, DetectError> {
        let known = Format::ALL.iter().find(|f| f.name().eq_ignore_ascii_case(given.trim()));
        known.copied().ok_or_else(|| DetectError::UnknownName { given: shown(given) })
    }
}

/// Why the format of an input is not known.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DetectError {
    /// No format has this name.
    #[error("there is no format {given}; give one of: {}", names(Format::ALL))]
    UnknownName {
        /// The name given, shortened.
        given: String,
    },
    /// There is nothing to look at.
    #[error("no input files; name a file or a folder to import")]
    NoInput,
    /// An archive cannot be unpacked.
    #[error("{file} cannot be unpacked: {why}")]
    Archive {
        /// The archive.
        file: Text,
        /// Why, and what to do.
        why: String,
    },
    /// The files are of no format known here.
    #[error("{file} is {what}; give files in one of the formats {}", names(Format::ALL))]
    Unknown {
        /// The first file that does not fit.
        file: Text,
        /// What it seems to be.
        what: &'static str,
    },
}

fn names(formats: &[Format]) -> String {
    formats.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ")
}

impl Format {
    /// The format that these files are in, from their names and first bytes.
    ///
    /// # Errors
    /// When there are none, or they look like something else; the message says like what.
    pub fn detect(files: &[File]) -> Result<Format, DetectError> {
        let first = files.first().ok_or(DetectError::NoInput)?;
        if files.iter().any(|file| &*file.name == native::MANIFEST) {
            return Ok(Format::Native);
        }
        let csv = files.iter().find(|file| native::table_of(&file.name).is_some());
        if let Some(csv) = csv {
            let what = "a table without its manifest.toml: import the whole folder";
            return Err(DetectError::Unknown { file: csv.name.clone(), what });
        }
        if ofds::looks_like(first) {
            return Ok(Format::Ofds);
        }
        if geojson::looks_like(first) {
            return Ok(Format::Geojson);
        }
        if kml::looks_like(first) {
            return Ok(Format::Kml);
        }
        if let Some(other) = files.iter().find(|file| !sheets::looks_like(file)) {
            return Err(DetectError::Unknown { file: other.name.clone(), what: looks_like(&other.bytes) });
        }
        Ok(Format::Tables)
    }
}

/// Name of the file in the archive of an export that says who took it out, when and why.
pub const EXPORT_NOTE: &str = "EXPORTED.txt";

/// The files to be imported, of those that were given: an archive (`.zip`) that was named itself is the folder of its
/// files. It has at most `limit_bytes` unpacked, all archives together.
///
/// Takes the files of no known kind out of those found in folders, as long as there are others: a licence or a
/// spreadsheet beside a map is none of its business, and a KML is mostly the same map once more. Each is a remark for
/// [`ImportOptions::remarks`].
///
/// # Errors
/// An archive that is damaged or unpacks to more.
pub fn sort_out(given: Vec<File>, limit_bytes: u64) -> Result<(Vec<File>, Vec<Finding>), DetectError> {
    let (mut files, mut left) = (Vec::with_capacity(given.len()), limit_bytes);
    for file in given {
        match !file.listed && archive::is_folder(&file) {
            true => files.extend(archive::unpack(&file, &mut left)?),
            false => files.push(file),
        }
    }
    Ok(pass_over(files))
}

fn pass_over(files: Vec<File>) -> (Vec<File>, Vec<Finding>) {
    let plain = |file: &File| ofds::looks_like(file) || geojson::looks_like(file);
    let plains = files.iter().any(plain);
    let map = |file: &File| plain(file) || (!plains && kml::looks_like(file));
    let maps = files.iter().any(map);
    let known = |file: &File| map(file) || (!maps && sheets::looks_like(file));
    let native = files.iter().any(|file| &*file.name == native::MANIFEST || native::table_of(&file.name).is_some());
    if native || !files.iter().any(known) {
        return (files, Vec::new());
    }
    let (kept, skipped): (Vec<File>, Vec<File>) = files.into_iter().partition(|file| !file.listed || known(file));
    let remark = |file: &File| {
        let what = match kml::looks_like(file) {
            true => "a KML map beside others, mostly the same map once more; name it alone to import it",
            false => looks_like(&file.bytes),
        };
        let reason = phrase!("passed over: it is {what}", "已跳过：{what}");
        Finding::info("file-skipped", &Source::file(file.name.clone()), "", reason)
    };
    let remarks = skipped.iter().map(remark).collect();
    (kept, remarks)
}

/// What unreadable content seems to be, in words that follow "is".
pub(crate) fn looks_like(bytes: &[u8]) -> &'static str {
    let head = bytes.get(..512).unwrap_or(bytes);
    let text = head.trim_ascii_start();
    match head {
        [] => "empty",
        [b'P', b'K', 3, 4, ..] => "a zip archive (a spreadsheet .xlsx or the like): save it in a text format first",
        [0x1f, 0x8b, ..] => "gzip-compressed: unpack it first",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16 text: save it as UTF-8",
        [b'%', b'P', b'D', b'F', ..] => "a PDF document",
        _ if head.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()) => "not text",
        _ if is_not_utf8(head) => "not UTF-8 text (perhaps GB18030: save it as UTF-8)",
        _ if text.starts_with(b"<") => "XML or HTML",
        _ if text.starts_with(b"{") || text.starts_with(b"[") => "JSON of another kind",
        _ => "text of another kind",
    }
}

/// Whether the beginning of a text is not UTF-8; a character that the end cuts off does not count.
fn is_not_utf8(head: &[u8]) -> bool {
    std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some())
}

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The format; none to look at the files.
    pub format: Option<Format>,
    /// Column mapping, as TOML text, for formats that take one.
    pub mapping: Option<Text>,
    /// Whether to mend what can be mended.
    pub repair: bool,
    /// What happens to records that the input does not have.
    pub mode: Mode,
    /// Coordinate system of the input; none for what the input says, else WGS-84.
    pub crs: Option<Crs>,
    /// Code of the data set that records of no data set come to lie in.
    pub dataset: Option<Text>,
    /// Whether the report lists what happens to each record.
    pub list_changes: bool,
    /// Whether the report keeps all findings, not only the first of each rule.
    pub all_findings: bool,
    /// Findings with corrected values, as written by [`sheets::findings_file`]: they go into the tables read.
    pub corrections: Option<File>,
    /// Limit on what an archive unpacks to, bytes; none for 1 GiB.
    pub limit_bytes: Option<u64>,
    /// What was found before anything was read; it goes into the report.
    pub remarks: Vec<Finding>,
}

/// How to export.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// Only the records of the data set with this code; none for all records.
    pub dataset: Option<Text>,
    /// Name of the network exported.
    pub name: Text,
    /// What it is, in a sentence.
    pub description: Text,
}

impl ExportOptions {
    /// The data set to export, none for all records.
    pub(crate) fn dataset_in(&self, network: &Network) -> Result<Option<DatasetId>, ExportError> {
        let Some(code) = &self.dataset else { return Ok(None) };
        network.by_code::<DatasetId>(None, code).map(Some).ok_or_else(|| {
            let mut known: Vec<&str> = network.all::<Dataset>().map(|(_, set)| &*set.tag.code).collect();
            known.sort_unstable();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            ExportError::NoSuchDataset { given: shown(code), known }
        })
    }
}

/// Why a network cannot be exported.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExportError {
    /// The data set named does not exist.
    #[error("there is no data set {given}; the network has {known}")]
    NoSuchDataset {
        /// The code given, shortened.
        given: String,
        /// The codes there are.
        known: String,
    },
    /// No format has this name.
    #[error("there is no format {given}; give one of: {}", names(Format::WRITTEN))]
    UnknownName {
        /// The name given, shortened.
        given: String,
    },
    /// The format is only read.
    #[error("{format} is read and not written; give one of: {}", names(Format::WRITTEN))]
    OnlyRead {
        /// The format asked for.
        format: Format,
    },
}

/// Reads files and compares them with the network; applies nothing.
///
/// # Errors
/// When the format is not known. What is wrong inside the files is in the outcome's report.
pub fn import(files: &[File], options: &ImportOptions, network: &Network) -> Result<Outcome, DetectError> {
    let format = match options.format {
        Some(format) => format,
        None => Format::detect(files)?,
    };
    if files.is_empty() {
        return Err(DetectError::NoInput);
    }
    let mut draft: Draft = match format {
        Format::Native => native::read(files, options, network),
        Format::Geojson | Format::Kml => geojson::read(files, options),
        Format::Ofds | Format::OfdsGeojson => ofds::read(files, options),
        Format::Tables => sheets::read(files, options, network),
    };
    options.remarks.iter().for_each(|remark| draft.note(remark.clone()));
    let is_empty = TableKind::ALL.iter().all(|table| draft.count_of(*table) == 0);
    if is_empty && format != Format::Native && !draft.findings().refuse() {
        let source = Source::file(files.first().map_or_else(Text::default, |file| file.name.clone()));
        draft.note(Finding::warning(
            "nothing-to-import",
            &source,
            "",
            phrase!("there is nothing to import: no node, no line", "没有可导入的内容：无节点、无线路"),
        ));
    }
    if options.corrections.is_some() && format != Format::Tables {
        let reason = phrase!(
            "corrections go into tables (XLSX, CSV); correct a map where it was made",
            "更正只用于表格（XLSX、CSV）；地图请在原系统中更正"
        );
        draft.note(Finding::error("corrections-unfit", &Source::default(), "", reason));
    }
    draft.list_all(options.list_changes, options.all_findings);
    Ok(plan_import(draft, network, options.mode))
}

/// How many records an export in this format leaves out, by table; none for the native format, which has all.
///
/// Maps have places and lines; what is on the lines and in the places has no form there. A line is a cable, or a span in
/// which none lies: a span with cables is drawn along each of them and is no record of its own (unless it came from a map
/// itself, whose lines are read as both).
///
/// # Errors
/// When what is asked for is not in the network.
pub fn left_out(
    network: &Network,
    format: Format,
    options: &ExportOptions,
) -> Result<BTreeMap<TableKind, usize>, ExportError> {
    let dataset = options.dataset_in(network)?;
    let mut left = BTreeMap::new();
    if format == Format::Native {
        return Ok(left);
    }
    macro_rules! count {
        ($($record:ident),*) => { $(
            let records = network.all::<linewright_model::$record>();
            let asked = records.filter(|(_, record)| dataset.is_none() || record.tag.dataset == dataset);
            left.insert(TableKind::$record, asked.count());
        )* };
    }
    count!(Device, Splice, Jumper, Trail, Link, SlotMark, Address);
    left.insert(TableKind::Span, geojson::view::spans_in_cables(network, dataset));
    left.retain(|_, count| *count > 0);
    Ok(left)
}

/// What [`left_out`] says, to be read beside the files; none where nothing is left out.
pub fn notice(format: Format, left_out: &BTreeMap<TableKind, usize>) -> Option<Phrase> {
    if left_out.is_empty() {
        return None;
    }
    let counted = left_out.iter().map(|(table, count)| {
        let ending = match (count, table.name().ends_with('s')) {
            (1, _) => "",
            (_, true) => "es",
            (_, false) => "s",
        };
        phrase!("{count} {}{ending}", "{count} 条{}", *table)
    });
    let counted = Phrase::listed(counted);
    let ducts = match left_out.contains_key(&TableKind::Span) {
        true => phrase!(
            "; a duct is drawn along each cable in it and is no record of its own",
            "；管道沿其中每条光缆绘出，不单独成为记录"
        ),
        false => Phrase::default(),
    };
    Some(phrase!(
        "{format} cannot carry {}{}; native carries all",
        "{format} 格式不能容纳：{}{}；native 格式可容纳全部",
        counted,
        ducts
    ))
}

/// Writes a network in a format, as files with their names; stable for the same records.
///
/// # Errors
/// When what is asked for is not in the network.
pub fn export(network: &Network, format: Format, options: &ExportOptions) -> Result<Vec<File>, ExportError> {
    options.dataset_in(network)?;
    match format {
        Format::Native => native::write(network, options),
        Format::Geojson => Ok(geojson::write(network, options)),
        Format::Kml => Ok(kml::write(network, options)),
        Format::Ofds => Ok(ofds::write(network, options)),
        Format::OfdsGeojson => Ok(ofds::write_geojson(network, options)),
        Format::Tables => Err(ExportError::OnlyRead { format }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().to_uppercase().parse::<Format>().as_ref(), Ok(format));
        }
        for format in Format::ALL {
            let written = Format::WRITTEN.contains(format);
            assert_eq!(Format::to_write(format.name()).is_ok(), written);
            assert_eq!(export(&Network::new(), *format, &ExportOptions::default()).is_ok(), written, "{format}");
        }
        let error = Format::to_write("gis").unwrap_err().to_string();
        assert!(error.ends_with("give one of: native, geojson, kml, ofds, ofds-geojson"), "{error}");
        let error = "gis".parse::<Format>().unwrap_err().to_string();
        assert!(error.starts_with("there is no format \"gis\"; give one of: native"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_network_is_said_to_be_what_it_is() {
        let check = |name: &str, bytes: &[u8], expected: &str| {
            let error = Format::detect(&[File::new(name, bytes)]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name} is {expected}")), "{error}");
        };
        check("a.json", b"", "empty");
        check("map.zip", b"PK\x03\x04", "a zip archive");
        check("a.geojson", b"\x1f\x8b\x08", "gzip-compressed");
        check("a.geojson", b"\xff\xfe{\0", "UTF-16 text");
        check("a.geojson", b"<html>", "XML or HTML");
        check("a.bin", b"a\0b", "not text");
        check("a.bin", b"a\x1bb", "not text");
        check("a.txt", b"\xb1\xe0\xba\xc5,\xc3\xfb\xb3\xc6\r\n", "not UTF-8 text (perhaps GB18030: save it as UTF-8)");
        check("a.txt", "编号,名称\n".as_bytes(), "text of another kind");
        for table in ["a.csv", "b.XLSX", "c.xls"] {
            assert_eq!(Format::detect(&[File::new(table, "编号,名称\n")]), Ok(Format::Tables));
        }
        check("place.csv", b"code\n", "a table without its manifest.toml: import the whole folder");
        let links = File::new("links.csv", b"id,links/0/href\nx,https://x/network-schema.json\n".as_slice());
        assert_eq!(Format::detect(&[links]), Ok(Format::Ofds));
        assert_eq!(Format::detect(&[File::new("map.xml", "<kml xmlns='x'/>")]), Ok(Format::Kml));
        assert_eq!(Format::detect(&[]), Err(DetectError::NoInput));
        let folder = [File::new("place.csv", ""), File::new(native::MANIFEST, "")];
        assert_eq!(Format::detect(&folder), Ok(Format::Native));
    }

    #[test]
    fn what_lies_beside_a_map_in_a_folder_is_passed_over() {
        let listed = |name: &str, text: &str| File { listed: true, ..File::new(name, text) };
        let map = r#"{"type": "FeatureCollection", "features": []}"#;
        let names = |files: &[File]| files.iter().map(|file| file.name.to_string()).collect::<Vec<_>>();
        let (kept, remarks) = pass_over(vec![listed("LICENSE", "free"), listed("a.geojson", map), File::new("b", "x")]);
        assert_eq!(names(&kept), ["a.geojson", "b"]);
        assert_eq!(remarks.len(), 1);
        assert_eq!(remarks[0].to_string(), "info: LICENSE: passed over: it is text of another kind [file-skipped]");
        let (kept, remarks) = pass_over(vec![listed("LICENSE", "free")]);
        assert_eq!((names(&kept), remarks), (vec!["LICENSE".to_owned()], Vec::new()));

        let pairs = ["SLE_nodes", "SLE_lines", "GHA_nodes", "GHA_lines"];
        let pairs: Vec<File> = pairs.iter().map(|name| listed(&format!("{name}.geojson"), map)).collect();
        let outcome = |files: &[File]| import(files, &ImportOptions::default(), &Network::new()).unwrap();
        let codes = |files: &[File]| outcome(files).report.findings.iter().map(|f| f.code).collect::<Vec<_>>();
        assert_eq!(codes(&pairs)[0], "several-networks");
        assert!(outcome(&pairs).refused && !outcome(&pairs[..2]).refused);
        assert_eq!(codes(&pairs[..2]), ["no-features", "nothing-to-import", "no-features"]);
        assert!(outcome(&pairs[..2]).changes.is_empty());
    }
}

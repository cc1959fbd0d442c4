//! `import` and `export`.

use std::path::PathBuf;

use linewright_exchange::Format;
use linewright_model::crs::Crs;

use super::check::table_file;
use super::values::{Past, not_blank};

const IMPORT_HELP: &str = "\
Each problem is a finding with file, record, field and reason. An error refuses the whole import (exit code 1) and
leaves the database as it was; --repair mends what can be mended and says how. The same files imported twice change
nothing. A database that does not exist is created.

Examples:
  linewright import network-package.json                   OFDS 0.3 or 0.4; ofds-csv/ as a folder of tables
  linewright import nodes.geojson lines.geojson            points and lines of a plain map
  linewright import network.kmz                            the same as KML or KMZ
  linewright import topology-samples/nantong               a native folder; export.zip, the archive of one
  linewright import --dry-run --repair lines.geojson       what would happen
  linewright import --crs gcj02 --mapping columns.toml lines.geojson
  linewright import --crs gcj02 resources.xlsx cores.csv   tables, one kind of record to a sheet
  linewright import --template . --lang zh                 a template of such tables
  linewright import --findings-out dirt.xlsx cores.csv     what is wrong, to be corrected in a spreadsheet
  linewright import --corrections dirt.xlsx cores.csv      the table with the corrections in it

A mapping file names the columns of a plain map and how near (metres) a line's end must be to a node:
  snap_m = 100
  [lines]
  id = \"REF\"
  cores = [\"fibres\", \"cores\"]
`linewright import --help` lists every key of it. One of tables names headings, sheets and words:
  crs = \"gcj02\"
  [columns.cables]
  code = \"段号\"
  [words]
  \"在用\" = \"occupied\"
  [[table]]
  sheet = \"台账\"
  kind = \"cables\"
  header_row = 3";

/// The help at length: every key of a mapping file.
fn import_help() -> String {
    let defaults = linewright_exchange::geojson::Mapping::defaults_as_toml();
    format!(
        "{IMPORT_HELP}\n\nEvery key of a mapping file with its default. Columns are tried in order, letter case aside; \
         distances are metres:\n{defaults}"
    )
}

/// `import`
#[derive(clap::Args, Debug)]
#[command(after_help = IMPORT_HELP, after_long_help = import_help())]
pub struct Import {
    /// Files, or folders of files
    #[arg(required_unless_present = "template", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write a template of the tables (XLSX) into this folder, in the language of --lang, and import nothing
    #[arg(long, value_name = "DIR", conflicts_with_all = ["files", "dry_run", "findings_out", "corrections"])]
    pub template: Option<PathBuf>,
    /// Write all findings into this file (.xlsx or .csv), with a column for corrected values
    #[arg(long, value_name = "FILE", value_parser = table_file)]
    pub findings_out: Option<PathBuf>,
    /// Findings with corrected values: they go into the tables as they are read
    #[arg(long, value_name = "FILE", value_parser = table_file)]
    pub corrections: Option<PathBuf>,
    /// Changes of records that --dry-run shows; --json shows all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub changes: usize,
    /// Format of the files: native, geojson, kml, ofds, ofds-geojson, tables, or auto to look at them
    #[arg(long, default_value = "auto", value_parser = import_format)]
    pub format: ImportFormat,
    /// Column mapping of a plain map or of tables, as TOML
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Coordinate system of the files: wgs84, cgcs2000, gk3:120, gcj02, bd09, EPSG:4490, ... [default: what they say, else wgs84; tables with coordinates must name it]
    #[arg(long, value_name = "NAME")]
    pub crs: Option<Crs>,
    /// Code of the data set the records come to lie in [default: what the files say]
    #[arg(long, value_name = "DATASET", value_parser = not_blank)]
    pub name: Option<String>,
    /// Remove records of the data set that the files do not have any more
    #[arg(long)]
    pub replace: bool,
    /// Mend what can be mended, and say what was done
    #[arg(long)]
    pub repair: bool,
    /// Say what would happen and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Why, for the log [default: the names of the files]
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// Findings shown of each rule; --json shows all
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub findings: usize,
    /// Largest file read, MiB; of an archive (.kmz), what it unpacks to
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub limit: u32,
}

/// `export`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Files are written under a temporary name and renamed when they are whole, so a crash leaves no half file. Who exports
what, and why, is written into the audit log first.

Examples:
  linewright export --format native backup/                a folder of CSV files, everything in it
  linewright export --format geojson --dataset SLE map/    two files: nodes and lines
  linewright export --format ofds network.json             OFDS 0.4 package
  linewright export --format ofds-geojson map/             OFDS 0.4 as two files: nodes and spans")]
pub struct Export {
    /// Format: native, geojson, kml, ofds or ofds-geojson; only native carries everything
    #[arg(long, value_parser = export_format)]
    pub format: Format,
    /// Only the data set with this code [default: everything]
    #[arg(long, value_name = "CODE")]
    pub dataset: Option<String>,
    /// Write over what is there
    #[arg(long)]
    pub force: bool,
    /// Why, for the audit log [default: the path written]
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    pub why: Option<String>,
    /// File to write (a folder for formats of several files)
    #[arg(value_name = "OUT")]
    pub out: PathBuf,
    #[command(flatten)]
    pub past: Past,
}

/// The format of an import; none to look at the files.
#[derive(Clone, Copy, Debug)]
pub struct ImportFormat(pub Option<Format>);

fn import_format(given: &str) -> Result<ImportFormat, String> {
    if given.eq_ignore_ascii_case("auto") {
        return Ok(ImportFormat(None));
    }
    given
        .parse()
        .map(|format| ImportFormat(Some(format)))
        .map_err(|error: linewright_exchange::DetectError| error.to_string())
}

fn export_format(given: &str) -> Result<Format, String> {
    Format::to_write(given).map_err(|error| error.to_string())
}

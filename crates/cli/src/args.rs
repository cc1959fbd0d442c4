//! What can be said on the command line, with the help that teaches it.

mod oidc;

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate};
use clap::{ArgAction, ArgGroup, Parser, Subcommand, ValueEnum};
use linewright_catalog::Bandwidth;
use linewright_exchange::Format;
use linewright_model::Version;
use linewright_model::crs::Crs;
use linewright_samples::Scale;
use linewright_store::AsOf;

use crate::text::words::Lang;

pub use oidc::Oidc;

/// The database used when none is named.
pub const DEFAULT_DATABASE: &str = "linewright.db";

/// Can we serve this address, how, over exactly which cores, and at what cost?
///
/// Linewright keeps the fibre map of a carrier in a database (a SQLite file, or PostgreSQL) and answers from it. Import a map,
/// then survey a point.
#[derive(Parser, Debug)]
#[command(name = "linewright", version, max_term_width = 110, after_help = FIRST_STEPS)]
pub struct Args {
    #[command(flatten, next_help_heading = "Common options")]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  linewright demo                                          a city to look at, nothing left behind
  linewright import nodes.geojson lines.geojson            your own map into ./linewright.db
  linewright survey --at 120.8815,31.9823 --product internet
  linewright trace CABLE-CODE

Exit codes: 0 done (a survey that says \"not feasible\" is an answer: 0), 1 refused with the reason, 2 wrong usage,
130 interrupted.
With --json standard output is exactly one JSON document, also for refusals and wrong usage:
{\"error\": {\"kind\": ..., \"message\": ...}}. Progress and logs go to standard error.";

/// Options of every command.
#[derive(clap::Args, Debug)]
pub struct Global {
    /// Database: a SQLite file, as a path or `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/NAME`; by default a file in
    /// the working directory
    #[arg(long, global = true, value_name = "URL", env = "LINEWRIGHT_DATABASE", default_value = DEFAULT_DATABASE, hide_env_values = true)]
    pub database: String,
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of what people read [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, global = true, value_enum, value_name = "en|zh", hide_possible_values = true)]
    pub lang: Option<LangName>,
    /// No progress bars and no remarks
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Who is recorded for a change [default: the login name]
    #[arg(long, global = true, value_name = "NAME", env = "LINEWRIGHT_USER", hide_env_values = true, value_parser = not_blank)]
    pub user: Option<String>,
    /// Say more on standard error: -v what is done, -vv details
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// A language by name.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum LangName {
    En,
    Zh,
}

impl From<LangName> for Lang {
    fn from(name: LangName) -> Self {
        match name {
            LangName::En => Lang::En,
            LangName::Zh => Lang::Zh,
        }
    }
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Load a sample city, survey its customers and print the answers
    Demo(Demo),
    /// Serve the network over HTTP: API, map tiles and console
    Serve(Serve),
    /// Say who may log in to the service
    Account(AccountArgs),
    /// Let programs use the service
    Token(TokenArgs),
    /// Read a fibre map into the database, all or nothing
    Import(Import),
    /// Write the network, or one data set of it, as files
    Export(Export),
    /// Answer whether and how a customer can be connected, over which cores, at what cost
    Survey(Survey),
    /// Show what an element rides on, down to the duct, and what it carries, up to the customers
    Trace(Trace),
    /// Check the network against the consistency rules
    Check(Check),
    /// Create the database, or bring its schema up to this program's
    Migrate,
    /// Write the whole database, history and all, into one file
    Backup(BackUp),
    /// Fill a database from a backup, whichever kind of database it was made from
    Restore(Restore),
    /// Show who changed the network, when and why
    Log(Log),
    /// Take back a change, as a new version
    Undo(Undo),
    /// Make an invented network of a wanted size, clean or with known errors
    Generate(Generate),
    /// Show the prices, products and limits in use, or write the tables to edit them
    Catalog(ShowCatalog),
}

/// `generate`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The same scale and seed give the same network on every machine. It lies in the open sea, is clean under
`linewright check`, and goes into a database that has nothing in it yet (a large one in several versions), or with
--out into a new folder. What each scale has (sites, cabinets and boxes exactly, the rest within one per cent):

  scale      sites  cabinets, boxes  cable sections   cores    records
  hamlet         8               48             195   7 080      1 690
  town          32              192             804  28 900      6 980
  city         512            3 072          12 900   456 k    112 000
  region     3 840           23 040          97 000   3.4 M    841 000
  province  49 920          299 520          1.26 M  44.5 M     10.9 M

Examples:
  linewright generate --scale town --seed 7 --database town.db
  linewright generate --scale city --out city/
  linewright generate --scale town --dirt 1.5 --planted planted.csv --database dirty.db")]
pub struct Generate {
    /// How large: hamlet, town, city, region or province
    #[arg(long, value_enum, value_name = "SCALE", hide_possible_values = true)]
    pub scale: ScaleName,
    /// Which network of that size
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Plant known errors in this share of the records, per cent, in turn of each rule of `linewright check`
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub dirt: Option<f64>,
    /// Write the list of planted errors here: rule, table, code, what was done
    #[arg(long, value_name = "FILE", requires = "dirt")]
    pub planted: Option<PathBuf>,
    /// Write a native folder instead of a database
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// A scale by name.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum ScaleName {
    Hamlet,
    Town,
    City,
    Region,
    Province,
}

impl ScaleName {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            ScaleName::Hamlet => "hamlet",
            ScaleName::Town => "town",
            ScaleName::City => "city",
            ScaleName::Region => "region",
            ScaleName::Province => "province",
        }
    }
}

impl From<ScaleName> for Scale {
    fn from(name: ScaleName) -> Self {
        match name {
            ScaleName::Hamlet => Scale::Hamlet,
            ScaleName::Town => Scale::Town,
            ScaleName::City => Scale::City,
            ScaleName::Region => Scale::Region,
            ScaleName::Province => Scale::Province,
        }
    }
}

/// A share above 0 and up to 100.
fn percent(given: &str) -> Result<f64, String> {
    let share = given.trim_end_matches('%').parse::<f64>().ok().filter(|share| *share > 0.0 && *share <= 100.0);
    share.ok_or_else(|| "give a share above 0 and up to 100, such as 1.5".to_owned())
}

/// `demo`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The sample is built in: real districts and streets of Nantong, synthetic plant. The database is temporary.
On a terminal the demo goes on to serve the sample until Ctrl-C; into a pipe or file it ends with its answers.

Examples:
  linewright demo
  linewright demo --lang zh
  linewright demo --once                  only the answers
  linewright demo --serve | tee log       serve in any case
  linewright demo --keep demo.db          then: linewright --database demo.db trace GL-0001")]
pub struct Demo {
    /// Keep the database in this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// Go on to serve the sample, also where standard output is no terminal
    #[arg(long, conflicts_with = "once")]
    pub serve: bool,
    /// End with the answers
    #[arg(long)]
    pub once: bool,
    /// Where to listen when serving
    #[arg(long, value_name = "HOST:PORT", default_value = DEFAULT_LISTEN)]
    pub listen: SocketAddr,
}

/// Where the service listens when nothing is said: reachable from this machine only.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// `serve`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The first start on a database without accounts prints a link that makes the first administrator, once; there is no
default password. Others are made with `linewright account add`. It listens on this machine only unless --listen says
otherwise; beyond it, put a proxy that speaks TLS before it and give --secure-cookies. Several processes may serve one
PostgreSQL database: each shows what the others commit within milliseconds. Without its database it goes on reading and
says how old its network is, and finds it again. Name a primary and its standbys together: it goes on with the one that
was promoted. Log lines go to standard error; with --json as JSON.

With --oidc-issuer people may also log in at a provider of the carrier's (OpenID Connect). Somebody it knows is nobody
here until an administrator links an account (`linewright account link`), or --oidc-role-claim and --oidc-role give a
role: then the first log-in makes an account without a password, whose role follows the provider's from then on.

Examples:
  linewright serve
  linewright --database postgres://USER@HOST/NAME serve --listen 0.0.0.0:8080 --secure-cookies
  linewright --database postgres://USER@HOST1,HOST2:5433/NAME serve
  LINEWRIGHT_OIDC_CLIENT_SECRET=... linewright serve --oidc-issuer https://login.example/realms/carrier \\
    --oidc-client-id linewright --public-url https://linewright.example --oidc-name 统一认证 \\
    --oidc-role-claim groups --oidc-role network-planning=planner --oidc-role network-survey=surveyor
  curl http://127.0.0.1:8080/readyz")]
pub struct Serve {
    /// Where to listen; port 0 for any free one
    #[arg(long, value_name = "HOST:PORT", default_value = DEFAULT_LISTEN)]
    pub listen: SocketAddr,
    /// Send cookies over TLS only: behind a proxy that speaks it
    #[arg(long)]
    pub secure_cookies: bool,
    /// Plans worked on at once [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub plans: Option<u16>,
    /// Seconds a plan may take
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub plan_seconds: u16,
    /// Requests a second that one account may send for long
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub rate: u32,
    /// Folder with your own prices.toml, optics.toml, products.toml or policy.toml [default: built in]
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    #[command(flatten)]
    pub oidc: Oidc,
}

/// `account`
#[derive(clap::Args, Debug)]
pub struct AccountArgs {
    #[command(subcommand)]
    pub action: AccountAction,
}

/// What to do with accounts.
#[derive(Subcommand, Debug)]
pub enum AccountAction {
    /// Make an account; its password is the first line of standard input, or is made up and printed
    Add(NewAccount),
    /// List the accounts
    List,
    /// Let an account log in no more; its sessions end
    Disable {
        /// Login name
        name: String,
        /// Let it log in again
        #[arg(long)]
        undo: bool,
    },
    /// Let somebody whom the provider knows log in as an account (OpenID Connect); the account's sessions end
    Link {
        /// Login name
        name: String,
        /// Issuer URL of the provider, as `serve` has it
        #[arg(long, value_name = "URL", env = "LINEWRIGHT_OIDC_ISSUER", value_parser = not_blank, required_unless_present = "remove")]
        issuer: Option<String>,
        /// Whom it knows: the claim `sub`, as the audit log names it after a refused log-in
        #[arg(long, value_name = "SUB", value_parser = not_blank, required_unless_present = "remove")]
        subject: Option<String>,
        /// Take the link away
        #[arg(long, conflicts_with = "subject")]
        remove: bool,
    },
    /// Give an account a new password, the first line of standard input or a made-up one; its sessions end
    Password {
        /// Login name
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        stdin: bool,
    },
}

/// `account add`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Roles: viewer 查看, account-manager 客户经理, intake 受理, surveyor 勘察, planner 调度, crew 施工班组, on-call 值班,
manager 主管, administrator 管理员. A contractor is a crew whose account ends.

Examples:
  linewright account add li --role planner
  linewright account add wang --role crew --expires 2026-12-31 --region 崇川区
  linewright account add boss --role administrator --stdin < password.txt")]
pub struct NewAccount {
    /// Login name
    pub name: String,
    /// Role
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub role: linewright_service::Role,
    /// Name for people
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub display_name: String,
    /// District or county that the account is bound to [default: all]
    #[arg(long, value_name = "REGION", value_parser = not_blank)]
    pub region: Option<String>,
    /// Last day (UTC) of the account [default: no end]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub expires: Option<NaiveDate>,
    /// Read the password from standard input
    #[arg(long)]
    pub stdin: bool,
}

fn role(given: &str) -> Result<linewright_service::Role, String> {
    given.parse()
}

/// `token`
#[derive(clap::Args, Debug)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub action: TokenAction,
}

/// What to do with tokens.
#[derive(Subcommand, Debug)]
pub enum TokenAction {
    /// Make a token and print it, this once
    Add(NewToken),
    /// List the tokens, without their secrets
    List,
    /// Take a token back
    Revoke {
        /// Id, as listed
        id: String,
    },
}

/// `token add`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A token acts for its account, within its scope: read, survey, contacts, export, change, audit, accounts.

Examples:
  linewright token add --account li --name \"nightly check\" --scope read
  linewright token add --account li --name CRM --scope read,survey --days 365")]
pub struct NewToken {
    /// Login name of the account it acts for
    #[arg(long, value_name = "NAME")]
    pub account: String,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// What it may do
    #[arg(long, value_name = "PERMISSION,...", value_delimiter = ',', required = true, value_parser = permission)]
    pub scope: Vec<linewright_service::Permission>,
    /// Days until it ends
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
}

fn permission(given: &str) -> Result<linewright_service::Permission, String> {
    linewright_service::Permission::of_word(given).ok_or_else(|| {
        let known: Vec<&str> = linewright_service::Permission::ALL.iter().map(|permission| permission.word()).collect();
        format!("the permissions are {}", known.join(", "))
    })
}

const IMPORT_HELP: &str = "\
Each problem is a finding with file, record, field and reason. An error refuses the whole import (exit code 1) and
leaves the database as it was; --repair mends what can be mended and says how. The same files imported twice change
nothing. A database that does not exist is created.

Examples:
  linewright import network-package.json                   OFDS 0.3 or 0.4; ofds-csv/ as a folder of tables
  linewright import nodes.geojson lines.geojson            points and lines of a plain map
  linewright import network.kmz                            the same as KML or KMZ
  linewright import topology-samples/nantong               a native folder
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

/// Which state of the network is read.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct Past {
    /// The network as it was: after a version, at a time such as 2026-03-01T08:00:00+08:00, or at the end of a day
    /// (UTC) such as 2026-03-01; prices, limits and today's date stay those of now [default: as it is]
    #[arg(long, value_name = "VERSION|TIME", value_parser = as_of)]
    pub as_of: Option<AsOf>,
}

/// `export`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Files are written under a temporary name and renamed when they are whole, so a crash leaves no half file.

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
    /// File to write (a folder for formats of several files)
    #[arg(value_name = "OUT")]
    pub out: PathBuf,
    #[command(flatten)]
    pub past: Past,
}

/// `survey`
#[derive(clap::Args, Debug)]
#[command(
    group(ArgGroup::new("customer").required(true).args(["at", "address", "place"])),
    after_help = "\
The verdict is one of: can be opened directly 直接开通, jumpers needed 需跳纤, drop cable needed 需布放引入缆,
expansion needed 需扩容, not feasible 不具备. Lengths are metres, losses dB, costs whole CNY, times working days.
Where the map says nothing about cores the answer says so instead of inventing a figure.

Examples:
  linewright survey --at 120.8815,31.9823 --product internet --bandwidth 100M
  linewright survey --at -13.2,8.4 --to \"Bo\" --product data
  linewright survey --at 120.8861,31.9801 --crs gcj02 --product data --bandwidth 155M
  linewright survey --address 世纪大道288号 --product internet
  linewright survey --place NT-CC-KH07 --product data --bandwidth 155M --protect"
)]
pub struct Survey {
    /// The customer's position: longitude,latitude in degrees (easting,northing in metres for gk3)
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true, value_parser = coordinate)]
    pub at: Option<[f64; 2]>,
    /// Coordinate system of --at and --to: wgs84, cgcs2000, gk3:120, gk3-zone:40, gcj02, bd09
    #[arg(long, value_name = "NAME", default_value = "wgs84")]
    pub crs: Crs,
    /// The customer's standard address: its code, or enough of its text
    #[arg(long, value_name = "TEXT")]
    pub address: Option<String>,
    /// The customer's place: its code or name
    #[arg(long, value_name = "NAME")]
    pub place: Option<String>,
    /// The far end, a position or a place by code or name [default: any equipment that can serve]
    #[arg(long, value_name = "LON,LAT|PLACE", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Product code; `linewright catalog` lists them
    #[arg(long, value_name = "CODE")]
    pub product: String,
    /// Bandwidth, such as 64k, 10M or 2.5G
    #[arg(long, default_value = "10M", allow_hyphen_values = true, value_parser = bandwidth)]
    pub bandwidth: Bandwidth,
    /// Look for two ways that share no duct, manhole or building entry
    #[arg(long)]
    pub protect: bool,
    /// How many alternatives to show, 1 to 20 [default: as the policy table says]
    #[arg(long, value_name = "K", value_parser = alternatives)]
    pub alternatives: Option<usize>,
    /// Do not offer plant that is announced for later than this day [default: offer it, with its date]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub latest: Option<NaiveDate>,
    /// Folder with your own prices.toml, optics.toml, products.toml or policy.toml [default: built in]
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    #[command(flatten)]
    pub past: Past,
}

/// `trace`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
An element is named by its code; `table:code` where several tables know the code, `dataset/code` where several data
sets do. A core is `CABLE/number`, a port `DEVICE:number`. Where no code fits, the name counts.
Tables: place, span, cable, device, splice, jumper, trail, link, slot_mark, address, dataset.

Examples:
  linewright trace GL-0001            a cable: its ducts, and the optical routes and customers on it
  linewright trace GL-0001/7          one core, through all its splices
  linewright trace NT-CC-HX01-ODF01:1 a terminal
  linewright trace span:GD-CC-26      a duct: whom does it carry?
  linewright trace GL-0001 --as-of 12 who was on the cable after version 12?")]
pub struct Trace {
    /// Element: CODE, TABLE:CODE, CABLE/CORE or DEVICE:PORT
    #[arg(value_name = "ELEMENT", allow_hyphen_values = true)]
    pub element: String,
    #[command(flatten)]
    pub past: Past,
}

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

/// `backup`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The file holds every table of the network, the whole log of changes, and the accounts, tokens and audit log of `serve`, all
at one moment, as lines of JSON with a count and a SHA-256 at the end. Others may work on the database meanwhile. It appears
under its name when it is whole and on disk. Passwords (as Argon2id strings) and tokens (as SHA-256) are in it, so keep it
as you keep the database; encrypt it with whatever you use for that. Sessions are not: after a restore everybody logs in
again.

Examples:
  linewright backup monday.backup
  linewright --database postgres://USER@HOST/NAME backup monday.backup
  linewright backup --force latest.backup         over the one of yesterday")]
pub struct BackUp {
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
    /// File to write
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `restore`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The file is read to its end first; one that is truncated or altered is refused with nothing changed. Records, ids,
versions and the log come back as they were, and so do accounts, tokens and the audit log, in one transaction. With --force
what is there is lost, the network and whoever had an account: stop whatever else uses the database, what it has in memory
is the network of before. A backup made before accounts were in it leaves those that are there.

Examples:
  linewright --database new.db restore monday.backup
  linewright --database postgres://USER@HOST/NAME restore monday.backup      a SQLite file's backup too
  linewright restore --force monday.backup                                   instead of what is there")]
pub struct Restore {
    /// Replace the network and the accounts that are there
    #[arg(long)]
    pub force: bool,
    /// Backup to read
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `log`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  linewright log
  linewright log --limit 100 --before 500
  linewright log --as-of 2026-03-01       what had been changed by the end of that day")]
pub struct Log {
    /// How many changes to show, newest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// Only changes before this version
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub before: Option<u64>,
    #[command(flatten)]
    pub past: Past,
}

/// `undo`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The history stays: undoing makes a new version, which can be undone in turn. A change on which later changes rest is
refused; undo those first.

Examples:
  linewright undo            the last change
  linewright undo 7          what version 7 changed")]
pub struct Undo {
    /// Version to take back [default: the last]
    #[arg(value_name = "VERSION", value_parser = version)]
    pub version: Option<u64>,
    /// Why, for the log
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// `catalog`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  linewright catalog
  linewright catalog --write my-catalog      the built-in tables, to edit
  linewright survey --catalog my-catalog --at 120.8815,31.9823 --product internet")]
pub struct ShowCatalog {
    /// Folder with your own tables [default: built in]
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Write the built-in tables into this folder, which must not have them yet
    #[arg(long, value_name = "DIR", conflicts_with = "catalog")]
    pub write: Option<PathBuf>,
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
    given.parse().map_err(|error: linewright_exchange::DetectError| error.to_string())
}

fn table_file(given: &str) -> Result<PathBuf, String> {
    let name = given.to_ascii_lowercase();
    if name.ends_with(".csv") || name.ends_with(".xlsx") {
        Ok(PathBuf::from(given))
    } else {
        Err("give a name that ends in .xlsx or .csv".to_owned())
    }
}

fn not_blank(given: &str) -> Result<String, String> {
    if given.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(given.to_owned()) }
}

/// The full-width letters, digits and signs of East Asian text, and its space, as those of ASCII.
fn narrow(given: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    given.chars().map(narrow).collect()
}

fn bandwidth(given: &str) -> Result<Bandwidth, String> {
    Bandwidth::parse(&narrow(given)).map_err(|error| error.to_string())
}

fn alternatives(given: &str) -> Result<usize, String> {
    narrow(given).trim().parse().map_err(|_| "give a whole number from 1 to 20, such as 3".to_owned())
}

fn day(given: &str) -> Result<NaiveDate, String> {
    let text = narrow(given);
    text.trim().parse().map_err(|_| "give a day of the calendar as YYYY-MM-DD, such as 2026-12-31".to_owned())
}

fn version(given: &str) -> Result<u64, String> {
    let number = narrow(given).trim().parse();
    number.map_err(|_| "give the number of a version, such as 7; `linewright log` lists them".to_owned())
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

/// A version, a time, or a day, which is meant at its end in UTC.
fn as_of(given: &str) -> Result<AsOf, String> {
    let text = narrow(given);
    let text = text.trim();
    if let Ok(version) = text.parse() {
        return Ok(AsOf::Version(Version(version)));
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(AsOf::Time(time.to_utc()));
    }
    let last = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_micro_opt(23, 59, 59, 999_999));
    last.map(|last| AsOf::Time(last.and_utc())).ok_or_else(|| {
        "give a version such as 7, a time such as 2026-03-01T08:00:00+08:00, or a day such as 2026-03-01".to_owned()
    })
}

/// Two numbers with a comma between them; full-width ones too.
pub fn coordinate(given: &str) -> Result<[f64; 2], String> {
    let given = narrow(given);
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let pair = given.split_once(',').and_then(|(x, y)| Some([number(x)?, number(y)?]));
    pair.ok_or_else(|| "give longitude and latitude with a comma between them, such as 120.8815,31.9823".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn coordinates_are_two_numbers() {
        let check = |given: &str, expected: Option<[f64; 2]>| assert_eq!(coordinate(given).ok(), expected, "{given}");
        check("-13.2,8.4", Some([-13.2, 8.4]));
        check(" 120.88 , 31.98 ", Some([120.88, 31.98]));
        check("120.88，31.98", Some([120.88, 31.98]));
        check("１２０.８８，　３１．９８", Some([120.88, 31.98]));
        check("－１３.２,8.4", Some([-13.2, 8.4]));
        check("40581685,3541234.5", Some([40_581_685.0, 3_541_234.5]));
        for given in ["", ",", "120.88", "120.88 31.98", "1,2,3", "Bo", "Bo,Kenema", "1;2"] {
            check(given, None);
        }
    }

    #[test]
    fn what_is_no_number_or_day_is_told_what_to_give() {
        let check = |option: &str, given: &str, says: &str| {
            let arguments = ["linewright", "survey", "--at", "1,2", "--product", "data", option, given];
            match Args::try_parse_from(arguments) {
                Ok(args) => assert!(says.is_empty(), "{given}: {args:?}"),
                Err(error) => assert!(!says.is_empty() && error.to_string().contains(says), "{error}"),
            }
        };
        check("--alternatives", "abc", "from 1 to 20, such as 3");
        check("--alternatives", "３", "");
        check("--latest", "2026-13-45", "such as 2026-12-31");
        check("--latest", "２０２６-12-31", "");
        check("--bandwidth", "１００Ｍ", "");
        check("--bandwidth", "fast", "is not a bandwidth");
        assert_eq!(bandwidth("１００Ｍ"), bandwidth("100M"));
        let error = Args::try_parse_from(["linewright", "undo", "x"]).unwrap_err().to_string();
        assert!(error.contains("such as 7"), "{error}");
    }

    #[test]
    fn help_lists_the_tables_and_the_keys_of_a_mapping() {
        let mut command = Args::command();
        let mut help = |name: &str| command.find_subcommand_mut(name).unwrap().render_long_help().to_string();
        let trace = help("trace");
        for table in linewright_model::TableKind::ALL {
            assert!(trace.contains(table.name()), "{}", table.name());
        }
        let import = help("import");
        for key in ["snap_m = 100.0", "cut_m = 10.0", "[nodes]", "[lines]", "cores = [", "operator = [", "within = ["] {
            assert!(import.contains(key), "{key} is not in {import}");
        }
        for format in Format::ALL {
            assert!(import.contains(format.name()), "{format}");
            // Tables are a way in: their templates say what goes where.
            assert!(*format == Format::Tables || help("export").contains(format.name()), "{format}");
        }
    }

    #[test]
    fn a_past_is_a_version_a_time_or_the_end_of_a_day() {
        let time = |text: &str| Some(AsOf::Time(text.parse().unwrap()));
        let check = |given: &str, expected: Option<AsOf>| assert_eq!(as_of(given).ok(), expected, "{given}");
        check("7", Some(AsOf::Version(Version(7))));
        check("７", Some(AsOf::Version(Version(7))));
        check("0", Some(AsOf::Version(Version(0))));
        check("2026-03-01T08:00:00+08:00", time("2026-03-01T00:00:00Z"));
        check("2026-03-01T08:00:00Z", time("2026-03-01T08:00:00Z"));
        check(" 2026-03-01 ", time("2026-03-01T23:59:59.999999Z"));
        for given in ["", "-1", "v7", "2026-13-01", "2026-02-30", "2026-03-01T08:00:00", "yesterday", "1.5"] {
            check(given, None);
        }
        check("99999999999999999999", None);
    }

    #[test]
    fn negative_longitudes_parse_in_both_spellings() {
        for spelling in [&["--at", "-13.2,8.4"][..], &["--at=-13.2,8.4"][..]] {
            let arguments = ["linewright", "survey", "--product", "data"].iter().chain(spelling);
            let args = Args::try_parse_from(arguments).unwrap();
            let Command::Survey(survey) = args.command else { panic!("not a survey") };
            assert_eq!(survey.at, Some([-13.2, 8.4]));
        }
    }
}

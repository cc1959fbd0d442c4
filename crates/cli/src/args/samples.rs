//! `generate` and `demo`: networks nobody runs.

use std::path::PathBuf;

use clap::ValueEnum;
use linewright_samples::Scale;

use super::serve::DEFAULT_LISTEN;
use super::values::listen;

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
    #[arg(long, value_name = "HOST:PORT", default_value = DEFAULT_LISTEN, value_parser = listen)]
    pub listen: String,
}

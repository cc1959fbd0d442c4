//! `survey` and `trace`: what is asked of a network.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::ArgGroup;
use linewright_catalog::Bandwidth;
use linewright_model::crs::Crs;

use super::values::{Past, alternatives, bandwidth, coordinate, day};

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

//! Single values as people write them.

use chrono::{DateTime, NaiveDate};
use linewright_catalog::Bandwidth;
use linewright_model::Version;
use linewright_store::AsOf;

/// Which state of the network is read.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct Past {
    /// The network as it was: after a version, at a time such as 2026-03-01T08:00:00+08:00, or at the end of a day
    /// (UTC) such as 2026-03-01; prices, limits and today's date stay those of now [default: as it is]
    #[arg(long, value_name = "VERSION|TIME", value_parser = as_of)]
    pub as_of: Option<AsOf>,
}

pub(super) fn not_blank(given: &str) -> Result<String, String> {
    if given.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(given.to_owned()) }
}

/// The full-width letters, digits and signs of East Asian text, and its space, as those of ASCII.
pub(super) fn narrow(given: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    given.chars().map(narrow).collect()
}

pub(super) fn bandwidth(given: &str) -> Result<Bandwidth, String> {
    Bandwidth::parse(&narrow(given)).map_err(|error| error.to_string())
}

pub(super) fn alternatives(given: &str) -> Result<usize, String> {
    narrow(given).trim().parse().map_err(|_| "give a whole number from 1 to 20, such as 3".to_owned())
}

pub(super) fn day(given: &str) -> Result<NaiveDate, String> {
    let text = narrow(given);
    text.trim().parse().map_err(|_| "give a day of the calendar as YYYY-MM-DD, such as 2026-12-31".to_owned())
}

pub(super) fn version(given: &str) -> Result<u64, String> {
    let number = narrow(given).trim().parse();
    number.map_err(|_| "give the number of a version, such as 7; `linewright log` lists them".to_owned())
}

/// A version, a time, or a day, which is meant at its end in UTC.
pub(super) fn as_of(given: &str) -> Result<AsOf, String> {
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

/// Where to listen: a name or an address of this machine, and a port.
pub(super) fn listen(given: &str) -> Result<String, String> {
    let text = narrow(given);
    let text = text.trim();
    let host = text.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map(|(host, _)| host);
    // The colons of an IPv6 address would be taken for the one before the port.
    let whole =
        |host: &str| !host.is_empty() && (!host.contains(':') || (host.starts_with('[') && host.ends_with(']')));
    match host {
        Some(host) if whole(host) => Ok(text.to_owned()),
        _ => Err("give HOST:PORT, such as 127.0.0.1:8080, localhost:8080 or [::1]:8080".to_owned()),
    }
}

/// Two numbers with a comma between them; full-width ones too.
pub fn coordinate(given: &str) -> Result<[f64; 2], String> {
    let given = narrow(given);
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let pair = given.split_once(',').and_then(|(x, y)| Some([number(x)?, number(y)?]));
    pair.ok_or_else(|| "give longitude and latitude with a comma between them, such as 120.8815,31.9823".to_owned())
}

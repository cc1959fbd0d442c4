//! Names of coordinate reference systems: parsing what people and files write, one canonical form.

use std::fmt;
use std::str::FromStr;

use super::{Crs, CrsError, Gk3Zone};

/// Longest part of an unknown name that an error repeats, in characters.
const SHOWN_CHARS: usize = 60;

impl Crs {
    /// The accepted names, for help texts and errors.
    pub const ACCEPTED: &'static str = "wgs84 (EPSG:4326, CRS84), cgcs2000 (EPSG:4490), \
        gk3:75 to gk3:135 by central meridian (EPSG:4534–4554), \
        gk3-zone:25 to gk3-zone:45 with the zone number in the easting (EPSG:4513–4533), \
        gcj02, bd09";
}

/// The canonical short name: `wgs84`, `cgcs2000`, `gk3:120`, `gk3-zone:40`, `gcj02`, `bd09`.
impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wgs84 => f.pad("wgs84"),
            Self::Cgcs2000 => f.pad("cgcs2000"),
            Self::Cgcs2000Gk3 { zone, zone_prefix: false } => f.pad(&format!("gk3:{}", zone.central_meridian_deg())),
            Self::Cgcs2000Gk3 { zone, zone_prefix: true } => f.pad(&format!("gk3-zone:{}", zone.number())),
            Self::Gcj02 => f.pad("gcj02"),
            Self::Bd09 => f.pad("bd09"),
        }
    }
}

/// Accepts short names, EPSG codes, OGC URNs and URIs and the EPSG and ESRI names of the
/// Gauss–Krüger systems; letter case does not matter. Whatever the authority says about axis
/// order, coordinates are read east first.
impl FromStr for Crs {
    type Err = CrsError;

    fn from_str(given: &str) -> Result<Self, CrsError> {
        let name = given.trim().to_lowercase();
        let unknown =
            |advice: String| CrsError::UnknownName { given: given.chars().take(SHOWN_CHARS).collect(), advice };
        if let Some((authority, code)) = authority_and_code(&name) {
            return of_code(authority, code).ok_or_else(|| unknown(advice(authority, code)));
        }
        if let Some((form, number)) = name.split_once(':') {
            let Ok(number) = number.trim().trim_end_matches(['e', '°']).parse::<u16>() else {
                return Err(unknown(String::new()));
            };
            return match squeezed(form).as_str() {
                "gk3" | "cgcs2000gk3" => Self::gk3(number, false),
                "gk3zone" | "cgcs2000gk3zone" => gk3_zone(number),
                _ => Err(unknown(String::new())),
            };
        }
        match squeezed(&name).as_str() {
            "wgs84" | "crs84" => Ok(Self::Wgs84),
            "cgcs2000" | "chinageodeticcoordinatesystem2000" => Ok(Self::Cgcs2000),
            "gcj02" => Ok(Self::Gcj02),
            "bd09" | "bd09ll" => Ok(Self::Bd09),
            other => of_long_name(other).unwrap_or_else(|| Err(unknown(advice("", other)))),
        }
    }
}

impl TryFrom<String> for Crs {
    type Error = CrsError;
    fn try_from(name: String) -> Result<Self, CrsError> {
        name.parse()
    }
}

impl From<Crs> for String {
    fn from(crs: Crs) -> Self {
        crs.to_string()
    }
}

fn gk3_zone(number: u16) -> Result<Crs, CrsError> {
    let zone = Gk3Zone::new(number)?;
    Ok(Crs::Cgcs2000Gk3 { zone, zone_prefix: true })
}

/// The name without what separates its words.
fn squeezed(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '/')).collect()
}

/// Splits `epsg:4326`, `urn:ogc:def:crs:epsg::4326`, `http://www.opengis.net/def/crs/epsg/0/4326`
/// and `http://www.opengis.net/gml/srs/epsg.xml#4326` into authority and code.
fn authority_and_code<'a>(name: &'a str) -> Option<(&'a str, &'a str)> {
    // A version stands between the two, or nothing.
    let ends = |rest: &'a str, separator: char| {
        let mut parts = rest.split(separator);
        let (authority, code) = (parts.next()?, parts.next_back()?);
        (parts.count() <= 1).then_some((authority, code))
    };
    for prefix in ["urn:ogc:def:crs:", "urn:x-ogc:def:crs:"] {
        if let Some(rest) = name.strip_prefix(prefix) {
            return ends(rest, ':');
        }
    }
    if let Some(rest) = name.strip_prefix("http://").or_else(|| name.strip_prefix("https://")) {
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        if let Some(code) = rest.strip_prefix("opengis.net/gml/srs/epsg.xml#") {
            return Some(("epsg", code));
        }
        return ends(rest.strip_prefix("opengis.net/def/crs/")?, '/');
    }
    let (authority, code) = name.split_once(':')?;
    let authority = authority.trim_end();
    // `EPSG::4326` is a common slip.
    let code = code.strip_prefix(':').unwrap_or(code).trim_start();
    matches!(authority, "epsg" | "ogc" | "crs").then_some((authority, code))
}

fn of_code(authority: &str, code: &str) -> Option<Crs> {
    match (authority, code) {
        ("ogc", "crs84") | ("crs", "84") => return Some(Crs::Wgs84),
        ("epsg", _) => {}
        _ => return None,
    }
    let zone = |first: u16, code: u16| Gk3Zone::new(25 + code - first).ok();
    match code.parse().ok()? {
        4326 => Some(Crs::Wgs84),
        4490 => Some(Crs::Cgcs2000),
        code @ 4513..=4533 => Some(Crs::Cgcs2000Gk3 { zone: zone(4513, code)?, zone_prefix: true }),
        code @ 4534..=4554 => Some(Crs::Cgcs2000Gk3 { zone: zone(4534, code)?, zone_prefix: false }),
        _ => None,
    }
}

/// `CGCS2000 / 3-degree Gauss-Kruger CM 120E` (EPSG), `CGCS2000_3_Degree_GK_Zone_40` (ESRI),
/// squeezed. None when it is no such name.
fn of_long_name(squeezed: &str) -> Option<Result<Crs, CrsError>> {
    let rest = squeezed.strip_prefix("cgcs20003degree")?;
    let rest = ["gausskruger", "gausskrüger", "gk"].iter().find_map(|p| rest.strip_prefix(p))?;
    if let Some(meridian) = rest.strip_prefix("cm") {
        let meridian = meridian.strip_suffix('e')?.parse().ok()?;
        return Some(Crs::gk3(meridian, false));
    }
    Some(gk3_zone(rest.strip_prefix("zone")?.parse().ok()?))
}

/// What to do with a system that people do name but that is not converted here.
fn advice(authority: &str, code: &str) -> String {
    let text = match (authority, code.parse::<u16>()) {
        ("epsg", Ok(3857)) => "web mercator: export the data as lon/lat WGS-84 first",
        ("epsg", Ok(4491..=4512)) => {
            "a 6-degree zone: drop the zone number from the easting, if any, and name gk3: with the same central meridian"
        }
        ("epsg", Ok(2327..=2390 | 4610)) => {
            "Xian 1980: it needs local parameters, convert to CGCS2000 with the survey office first"
        }
        ("epsg", Ok(2401..=2442 | 4214 | 21413..=21423 | 21453..=21463)) => {
            "Beijing 1954: it needs local parameters, convert to CGCS2000 with the survey office first"
        }
        _ if code == "bd09mc" => "Baidu's mercator metres: export as bd09 degrees first",
        _ => return String::new(),
    };
    format!(" ({text})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_use_are_understood() {
        let check = |given: &str, canonical: &str| {
            let crs: Crs = given.parse().unwrap_or_else(|e| panic!("{given}: {e}"));
            assert_eq!(crs.to_string(), canonical, "{given}");
            assert_eq!(given.to_uppercase().parse::<Crs>().as_ref(), Ok(&crs), "{given}");
        };
        for given in [
            "wgs84",
            "WGS-84",
            "WGS 84",
            " wgs84 ",
            "EPSG:4326",
            "epsg::4326",
            "CRS84",
            "OGC:CRS84",
            "CRS:84",
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "urn:ogc:def:crs:OGC::CRS84",
            "urn:ogc:def:crs:EPSG::4326",
            "urn:x-ogc:def:crs:EPSG:4326",
            "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            "https://www.opengis.net/def/crs/EPSG/0/4326",
            "http://www.opengis.net/gml/srs/epsg.xml#4326",
        ] {
            check(given, "wgs84");
        }
        check("EPSG:4490", "cgcs2000");
        check("CGCS-2000", "cgcs2000");
        check("China Geodetic Coordinate System 2000", "cgcs2000");
        check("gk3:120", "gk3:120");
        check("gk3:120E", "gk3:120");
        check("cgcs2000-gk3:120", "gk3:120");
        check("EPSG:4549", "gk3:120");
        check("EPSG:4534", "gk3:75");
        check("EPSG:4554", "gk3:135");
        check("CGCS2000 / 3-degree Gauss-Kruger CM 120E", "gk3:120");
        check("CGCS2000_3_Degree_GK_CM_120E", "gk3:120");
        check("gk3-zone:40", "gk3-zone:40");
        check("EPSG:4528", "gk3-zone:40");
        check("EPSG:4513", "gk3-zone:25");
        check("EPSG:4533", "gk3-zone:45");
        check("urn:ogc:def:crs:EPSG::4528", "gk3-zone:40");
        check("CGCS2000 / 3-degree Gauss-Kruger zone 40", "gk3-zone:40");
        check("CGCS2000_3_Degree_GK_Zone_40", "gk3-zone:40");
        for given in ["gcj02", "gcj-02", "GCJ_02"] {
            check(given, "gcj02");
        }
        for given in ["bd09", "bd-09", "BD09LL"] {
            check(given, "bd09");
        }
    }

    #[test]
    fn other_names_are_refused_with_what_to_do() {
        let check = |given: &str, expected: &str| {
            let message = given.parse::<Crs>().unwrap_err().to_string();
            assert!(message.contains(expected), "{given}: {message}");
        };
        for given in [
            "",
            ":",
            "mars",
            "gk3",
            "gk3:",
            "gk3:abc",
            "gk3:-120",
            "gk3:99999999",
            "epsg:",
            "EPSG:0",
            "epsg:99999999999",
            "urn:ogc:def:crs:",
            "urn:ogc:def:crs:epsg",
            "http://",
            "utm:51",
            "http://example.org/EPSG/0/4326",
            "urn:ogc:def:crs:epsg:b:c:4326",
            "cgcs20003degreegkzone",
            "cgcs2000_3_degree_gk_cm_120w",
            "坐标",
            "ogc:4326",
            "CRS84h",
        ] {
            check(given, "accepted: wgs84 (EPSG:4326, CRS84)");
        }
        check("gk3:121", "no central meridian");
        check("gk3:40", "gk3-zone:40");
        check("gk3-zone:120", "25 (75°E) to 45 (135°E)");
        check("EPSG:3857", "web mercator");
        check("EPSG:4509", "6-degree");
        check("EPSG:2385", "Xian 1980");
        check("EPSG:2437", "Beijing 1954");
        check("bd09mc", "bd09 degrees");
        let long = "系".repeat(100_000);
        assert!(long.parse::<Crs>().unwrap_err().to_string().len() < 600);
    }
}

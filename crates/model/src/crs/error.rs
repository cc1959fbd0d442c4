//! Why a coordinate or the name of a system is refused, and what to give instead.

use std::fmt;

use super::{CHINA_LAT_DEG, CHINA_LON_DEG, Crs, Geographic, Gk3Zone};
use crate::Phrase;

/// A refused coordinate system name or coordinate.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum CrsError {
    /// The name is none of the accepted ones.
    #[error("unknown coordinate system {given:?}{advice}; accepted: {}", Crs::ACCEPTED)]
    UnknownName {
        /// The name as given, shortened.
        given: String,
        /// What to do for a system that is known but not converted, else empty.
        advice: String,
    },
    /// No 3-degree zone of this number lies in China.
    #[error("there is no 3-degree zone {number} in China: zones are 25 (75°E) to 45 (135°E)")]
    NoSuchZone {
        /// The zone number given.
        number: u16,
    },
    /// No 3-degree zone of China has this central meridian.
    #[error(
        "{degrees}°E is no central meridian of a 3-degree zone in China: \
         they are 75, 78, … 135; for a zone number write gk3-zone:40"
    )]
    NoSuchMeridian {
        /// The central meridian given, in degrees east.
        degrees: u16,
    },
    /// NaN or infinite.
    #[error("{}, {} is not a coordinate: both numbers must be finite", Shown(*x), Shown(*y))]
    NotFinite {
        /// First number given.
        x: f64,
        /// Second number given.
        y: f64,
    },
    /// Longitude or latitude that no place on Earth has.
    #[error(
        "{}, {} is outside the world for {crs}: \
         longitude must be within ±180 and latitude within ±90 degrees{hint}",
        Shown(*lon_deg), Shown(*lat_deg))]
    OutsideWorld {
        /// System named.
        crs: Crs,
        /// Longitude given, in degrees.
        lon_deg: f64,
        /// Latitude given, in degrees.
        lat_deg: f64,
        /// What the mistake seems to be.
        hint: Hint,
    },
    /// A place outside China in a system that is defined only there.
    #[error(
        "longitude {:.6}, latitude {:.6} is outside China ({} to {}, {} to {}), where alone {crs} is defined: \
         for places elsewhere use wgs84{hint}",
        at.lon_deg, at.lat_deg,
        CHINA_LON_DEG.start(), CHINA_LON_DEG.end(), CHINA_LAT_DEG.start(), CHINA_LAT_DEG.end()
    )]
    OutsideChina {
        /// System named.
        crs: Crs,
        /// Where the coordinate given is.
        at: Geographic,
        /// What the mistake seems to be.
        hint: Hint,
    },
    /// An easting or northing that no place in China has.
    #[error(
        "{}, {} is outside {crs}: eastings are {}, northings 88000 to 6200000 metres{hint}",
        Shown(*easting_m), Shown(*northing_m), Eastings(*crs))]
    OutsideProjection {
        /// System named.
        crs: Crs,
        /// Easting given, in metres.
        easting_m: f64,
        /// Northing given, in metres.
        northing_m: f64,
        /// What the mistake seems to be.
        hint: Hint,
    },
    /// The zone number in the easting, or its absence, contradicts the system named.
    #[error(
        "easting {} {}, but {crs} has eastings {}: name {instead} if the coordinate is right{hint}",
        Shown(*easting_m), Carried(*instead), Eastings(*crs))]
    ZoneContradiction {
        /// System named.
        crs: Crs,
        /// Easting given, in metres.
        easting_m: f64,
        /// The system that the easting fits.
        instead: Crs,
        /// What the mistake seems to be.
        hint: Hint,
    },
    /// Too far from the central meridian to be written in this zone.
    #[error("{}, {} is too far from the central meridian of {crs}: use {instead}{hint}", Shown(*lon_deg), Shown(*lat_deg))]
    FarFromMeridian {
        /// System named.
        crs: Crs,
        /// Longitude given, in degrees.
        lon_deg: f64,
        /// Latitude given, in degrees.
        lat_deg: f64,
        /// The system of the nearest zone.
        instead: Crs,
        /// What the mistake seems to be.
        hint: Hint,
    },
}

impl CrsError {
    /// The same in both languages.
    pub fn phrase(&self) -> Phrase {
        Phrase::new(self.to_string(), self.zh())
    }

    fn zh(&self) -> String {
        match self {
            Self::UnknownName { given, .. } => format!("未知坐标系 {given:?}；可用：{}", Crs::ACCEPTED),
            Self::NoSuchZone { number } => format!("中国没有 3 度带 {number}：带号为 25（东经 75°）至 45（东经 135°）"),
            Self::NoSuchMeridian { degrees } => {
                format!("东经 {degrees}° 不是中国 3 度带的中央经线：应为 75、78、… 135；带号请写作 gk3-zone:40")
            }
            Self::NotFinite { x, y } => format!("{}, {} 不是坐标：两个数都须为有限数", Shown(*x), Shown(*y)),
            Self::OutsideWorld { crs, lon_deg, lat_deg, hint } => format!(
                "{}, {} 超出 {crs} 的范围：经度须在 ±180 度内，纬度须在 ±90 度内{}",
                Shown(*lon_deg),
                Shown(*lat_deg),
                hint.zh()
            ),
            Self::OutsideChina { crs, at, hint } => format!(
                "经度 {:.6}、纬度 {:.6} 在中国（{} 至 {}，{} 至 {}）以外，而 {crs} 仅在中国有定义：其他地方请用 wgs84{}",
                at.lon_deg,
                at.lat_deg,
                CHINA_LON_DEG.start(),
                CHINA_LON_DEG.end(),
                CHINA_LAT_DEG.start(),
                CHINA_LAT_DEG.end(),
                hint.zh()
            ),
            Self::OutsideProjection { crs, easting_m, northing_m, hint } => format!(
                "{}, {} 超出 {crs} 的范围：东坐标为 {}，北坐标为 88000 至 6200000 米{}",
                Shown(*easting_m),
                Shown(*northing_m),
                eastings_zh(*crs),
                hint.zh()
            ),
            Self::ZoneContradiction { crs, easting_m, instead, hint } => {
                let carried = match instead {
                    Crs::Cgcs2000Gk3 { zone, zone_prefix: true } => format!("带有带号 {}", zone.number()),
                    _ => "不带带号".to_owned(),
                };
                format!(
                    "东坐标 {} {carried}，而 {crs} 的东坐标为 {}：若坐标无误，请指明 {instead}{}",
                    Shown(*easting_m),
                    eastings_zh(*crs),
                    hint.zh()
                )
            }
            Self::FarFromMeridian { crs, lon_deg, lat_deg, instead, hint } => {
                format!("{}, {} 离 {crs} 的中央经线太远：请用 {instead}{}", Shown(*lon_deg), Shown(*lat_deg), hint.zh())
            }
        }
    }
}

fn eastings_zh(crs: Crs) -> String {
    match crs {
        Crs::Cgcs2000Gk3 { zone, zone_prefix: true } => {
            let n = zone.number();
            format!("{n}000000 至 {n}999999 米（含带号 {n}）")
        }
        _ => "0 至 999999 米（不含带号）".to_owned(),
    }
}

/// What the mistake behind a refused coordinate seems to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hint {
    /// Nothing suggests itself.
    None,
    /// Latitude before longitude.
    SwappedLonLat,
    /// Northing before easting.
    SwappedEastNorth,
    /// Metres where degrees belong.
    Metres,
    /// Degrees where metres belong.
    Degrees,
}

impl Hint {
    fn zh(self) -> &'static str {
        match self {
            Self::None => "",
            Self::SwappedLonLat => "；似乎颠倒了：请先经度后纬度",
            Self::SwappedEastNorth => "；似乎颠倒了：请先东坐标后北坐标（测绘表中北坐标记为 X）",
            Self::Metres => "；似乎以米为单位：请指明投影坐标系，如 gk3:120 或 gk3-zone:40",
            Self::Degrees => "；似乎以度为单位：请指明 wgs84、cgcs2000、gcj02 或 bd09",
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "",
            Self::SwappedLonLat => "; looks swapped: give LON,LAT",
            Self::SwappedEastNorth => "; looks swapped: give EASTING,NORTHING (survey sheets call the northing X)",
            Self::Metres => "; looks like metres: name the projected system, for example gk3:120 or gk3-zone:40",
            Self::Degrees => "; looks like degrees: name wgs84, cgcs2000, gcj02 or bd09",
        })
    }
}

/// Why a conversion refuses, before it is put into words.
pub(super) enum Refusal {
    NotFinite,
    OutsideWorld,
    OutsideChina(Geographic),
    OutsideProjection,
    ZoneMissing,
    ZoneMismatch(Gk3Zone),
    FarFromMeridian(Gk3Zone),
}

impl Refusal {
    pub(super) fn explain(self, crs: Crs, x: f64, y: f64, hint: Hint) -> CrsError {
        match self {
            Self::NotFinite => CrsError::NotFinite { x, y },
            Self::OutsideWorld => CrsError::OutsideWorld { crs, lon_deg: x, lat_deg: y, hint },
            Self::OutsideChina(at) => CrsError::OutsideChina { crs, at, hint },
            Self::OutsideProjection => CrsError::OutsideProjection { crs, easting_m: x, northing_m: y, hint },
            Self::ZoneMissing => {
                let instead = in_zone(crs, None, false);
                CrsError::ZoneContradiction { crs, easting_m: x, instead, hint }
            }
            Self::ZoneMismatch(found) => {
                let instead = in_zone(crs, Some(found), true);
                CrsError::ZoneContradiction { crs, easting_m: x, instead, hint }
            }
            Self::FarFromMeridian(nearest) => {
                let zone_prefix = matches!(crs, Crs::Cgcs2000Gk3 { zone_prefix: true, .. });
                let instead = in_zone(crs, Some(nearest), zone_prefix);
                CrsError::FarFromMeridian { crs, lon_deg: x, lat_deg: y, instead, hint }
            }
        }
    }
}

/// The Gauss–Krüger system in another zone or form; other systems have none and stay.
fn in_zone(crs: Crs, other: Option<Gk3Zone>, zone_prefix: bool) -> Crs {
    match crs {
        Crs::Cgcs2000Gk3 { zone, .. } => Crs::Cgcs2000Gk3 { zone: other.unwrap_or(zone), zone_prefix },
        _ => crs,
    }
}

/// A number as a person wrote it; huge and tiny ones in scientific notation.
struct Shown(f64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size == 0.0 || (1e-6..1e12).contains(&size) || !size.is_finite() {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}

/// The eastings of a Gauss–Krüger system in words.
struct Eastings(Crs);

impl fmt::Display for Eastings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Crs::Cgcs2000Gk3 { zone, zone_prefix: true } => {
                let n = zone.number();
                write!(f, "{n}000000 to {n}999999 metres (with zone number {n})")
            }
            _ => f.write_str("0 to 999999 metres (without zone number)"),
        }
    }
}

/// What zone number an easting of the given system carries, in words.
struct Carried(Crs);

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Crs::Cgcs2000Gk3 { zone, zone_prefix: true } => {
                write!(f, "carries zone number {}", zone.number())
            }
            _ => f.write_str("carries no zone number"),
        }
    }
}

//! Coordinate reference systems that input may name, and their conversion to and from WGS-84.
//!
//! Every input names its system (`DOMAIN §11`); inside Linewright there is only WGS-84.
//! Axis order is always east first: `x` is the longitude or the easting, `y` the latitude or the
//! northing. EPSG defines 4326 and 4490 as latitude, longitude and the Gauss–Krüger systems as
//! northing, easting; files and people rarely keep to that, so we fix one order and refuse, with a
//! hint, what only makes sense the other way round.

mod error;
mod gauss_kruger;
mod name;
mod offset;

use serde::{Deserialize, Serialize};

pub use error::{CrsError, Hint};
pub use gauss_kruger::Gk3Zone;

use error::Refusal;
use gauss_kruger::ZONE_STRIDE_M;

/// A coordinate reference system (坐标系) that input may name.
///
/// Parsed from and written as a short name (`wgs84`, `gk3:120`); see [`Crs::ACCEPTED`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Crs {
    /// WGS-84 longitude and latitude in degrees; EPSG:4326 and OGC CRS84, both read LON,LAT.
    Wgs84,
    /// China Geodetic Coordinate System 2000 (2000国家大地坐标系) longitude and latitude in
    /// degrees; EPSG:4490.
    ///
    /// Taken as equal to WGS-84: the definitions agree at the centimetre level (the ellipsoids
    /// differ by 0.1 mm). What remains is the epoch: CGCS2000 is fixed at 2000.0 and the Chinese
    /// mainland has moved about 3 cm a year since; [`Crs::accuracy_m`] includes it.
    Cgcs2000,
    /// CGCS2000 / 3-degree Gauss–Krüger (高斯-克吕格3度带): easting and northing in metres;
    /// EPSG:4513–4533 with the zone number before the easting, EPSG:4534–4554 without.
    Cgcs2000Gk3 {
        /// The zone, which fixes the central meridian.
        zone: Gk3Zone,
        /// Whether eastings carry the zone number as their leading two digits (带号): 40581685
        /// instead of 581685.
        zone_prefix: bool,
    },
    /// GCJ-02 (国测局坐标, "火星坐标") longitude and latitude in degrees: Gaode, Tencent.
    Gcj02,
    /// BD-09 (百度坐标) longitude and latitude in degrees: Baidu.
    Bd09,
}

/// A WGS-84 longitude and latitude. From [`Crs::to_wgs84`] always finite and inside the world.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Geographic {
    /// Longitude in degrees, east positive.
    pub lon_deg: f64,
    /// Latitude in degrees, north positive.
    pub lat_deg: f64,
}

/// A box around China, generous: the one in which GCJ-02 is customarily taken to apply.
const CHINA_LON_DEG: std::ops::RangeInclusive<f64> = 72.004..=137.8347;
const CHINA_LAT_DEG: std::ops::RangeInclusive<f64> = 0.8293..=55.8271;

impl Crs {
    /// The Gauss–Krüger system of a central meridian, in degrees east: 75, 78, … 135.
    pub fn gk3(central_meridian_deg: u16, zone_prefix: bool) -> Result<Self, CrsError> {
        let zone = Gk3Zone::of_central_meridian(central_meridian_deg)?;
        Ok(Self::Cgcs2000Gk3 { zone, zone_prefix })
    }

    /// Whether coordinates are longitude and latitude in degrees (otherwise metres).
    pub fn is_geographic(self) -> bool {
        !matches!(self, Self::Cgcs2000Gk3 { .. })
    }

    /// How far, in metres, a converted point may be from the true one because of the system
    /// itself; rounding is far below a millimetre everywhere.
    ///
    /// CGCS2000 carries its epoch (a few decimetres, growing 3 cm a year). The GCJ-02 formula is
    /// public knowledge but not official and BD-09 stacks another on it: their figures are our
    /// allowance, not a published bound.
    pub fn accuracy_m(self) -> f64 {
        match self {
            Self::Wgs84 => 0.0,
            Self::Cgcs2000 | Self::Cgcs2000Gk3 { .. } => 1.0,
            Self::Gcj02 => 5.0,
            Self::Bd09 => 10.0,
        }
    }

    /// Converts a coordinate of this system (LON,LAT in degrees or EASTING,NORTHING in metres) to
    /// WGS-84.
    ///
    /// # Errors
    /// Refuses what is not finite, outside the world, outside China for a system defined only
    /// there, or contradicts the zone; the message says what to give instead.
    pub fn to_wgs84(self, x: f64, y: f64) -> Result<Geographic, CrsError> {
        self.read(x, y).map_err(|refusal| refusal.explain(self, x, y, self.hint(x, y)))
    }

    /// Converts a WGS-84 longitude and latitude in degrees to this system: LON,LAT in degrees or
    /// EASTING,NORTHING in metres.
    ///
    /// # Errors
    /// As [`Crs::to_wgs84`]; a point whose easting would leave the zone's million metres is
    /// refused with the zone to use.
    pub fn from_wgs84(self, lon_deg: f64, lat_deg: f64) -> Result<(f64, f64), CrsError> {
        self.write(lon_deg, lat_deg).map_err(|refusal| {
            let hint = if self.write(lat_deg, lon_deg).is_ok() { Hint::SwappedLonLat } else { Hint::None };
            refusal.explain(self, lon_deg, lat_deg, hint)
        })
    }

    /// Whether a coordinate that this system refuses would be accepted the other way round.
    pub fn looks_swapped(self, x: f64, y: f64) -> bool {
        self.read(x, y).is_err() && self.read(y, x).is_ok()
    }

    fn hint(self, x: f64, y: f64) -> Hint {
        let (size, geographic) = (x.abs().max(y.abs()), self.is_geographic());
        if self.looks_swapped(x, y) {
            if geographic { Hint::SwappedLonLat } else { Hint::SwappedEastNorth }
        } else if geographic && size > 1000.0 {
            Hint::Metres
        } else if !geographic && size <= 180.0 {
            Hint::Degrees
        } else {
            Hint::None
        }
    }

    fn read(self, x: f64, y: f64) -> Result<Geographic, Refusal> {
        finite(x, y)?;
        match self {
            Self::Wgs84 => in_world(x, y),
            Self::Cgcs2000 => in_china(x, y),
            Self::Gcj02 => in_china(x, y).map(offset::wgs84_of_gcj02),
            Self::Bd09 => in_china(x, y).map(offset::gcj02_of_bd09).map(offset::wgs84_of_gcj02),
            Self::Cgcs2000Gk3 { zone, zone_prefix } => {
                let easting_m = strip_zone(zone, zone_prefix, x)?;
                if !gauss_kruger::covers(easting_m, y) {
                    return Err(Refusal::OutsideProjection);
                }
                let at = gauss_kruger::geographic(zone, easting_m, y);
                in_china(at.lon_deg, at.lat_deg)
            }
        }
    }

    fn write(self, lon_deg: f64, lat_deg: f64) -> Result<(f64, f64), Refusal> {
        finite(lon_deg, lat_deg)?;
        let at = match self {
            Self::Wgs84 => in_world(lon_deg, lat_deg)?,
            _ => in_china(lon_deg, lat_deg)?,
        };
        let shifted = match self {
            Self::Wgs84 | Self::Cgcs2000 => at,
            Self::Gcj02 => offset::gcj02_of_wgs84(at),
            Self::Bd09 => offset::bd09_of_gcj02(offset::gcj02_of_wgs84(at)),
            Self::Cgcs2000Gk3 { zone, zone_prefix } => {
                let (easting_m, northing_m) = gauss_kruger::projected(zone, at);
                if !gauss_kruger::covers(easting_m, northing_m) {
                    return Err(Refusal::FarFromMeridian(Gk3Zone::nearest(lon_deg)));
                }
                let prefix_m = if zone_prefix { zone.prefix_m() } else { 0.0 };
                return Ok((prefix_m + easting_m, northing_m));
            }
        };
        Ok((shifted.lon_deg, shifted.lat_deg))
    }
}

fn finite(x: f64, y: f64) -> Result<(), Refusal> {
    if x.is_finite() && y.is_finite() { Ok(()) } else { Err(Refusal::NotFinite) }
}

fn in_world(lon_deg: f64, lat_deg: f64) -> Result<Geographic, Refusal> {
    if lon_deg.abs() <= 180.0 && lat_deg.abs() <= 90.0 {
        Ok(Geographic { lon_deg, lat_deg })
    } else {
        Err(Refusal::OutsideWorld)
    }
}

fn in_china(lon_deg: f64, lat_deg: f64) -> Result<Geographic, Refusal> {
    let at = in_world(lon_deg, lat_deg)?;
    if CHINA_LON_DEG.contains(&lon_deg) && CHINA_LAT_DEG.contains(&lat_deg) {
        Ok(at)
    } else {
        Err(Refusal::OutsideChina(at))
    }
}

/// The easting without its zone number, in metres; refused when prefix and system disagree.
fn strip_zone(zone: Gk3Zone, zone_prefix: bool, easting_m: f64) -> Result<f64, Refusal> {
    let carried = Gk3Zone::of_prefixed_easting(easting_m);
    match (zone_prefix, carried) {
        (true, Some(found)) if found == zone => Ok(easting_m - zone.prefix_m()),
        (_, Some(found)) => Err(Refusal::ZoneMismatch(found)),
        (true, None) if easting_m > 0.0 && easting_m < ZONE_STRIDE_M => Err(Refusal::ZoneMissing),
        (true, None) => Err(Refusal::OutsideProjection),
        (false, None) => Ok(easting_m),
    }
}

#[cfg(test)]
mod tests;

//! A checked WGS-84 position.

use serde::{Deserialize, Serialize};

/// A position in WGS-84, degrees. Always finite and inside the world.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "[f64; 2]", into = "[f64; 2]")]
pub struct Position {
    // Invariant: -180 ..= 180.
    lon_deg: f64,
    // Invariant: -90 ..= 90.
    lat_deg: f64,
}

/// A coordinate outside the world.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
#[error("{lon_deg}, {lat_deg} is not a position: longitude must be within ±180 and latitude within ±90 degrees")]
pub struct PositionError {
    lon_deg: f64,
    lat_deg: f64,
}

impl Position {
    /// A position from longitude and latitude, in degrees.
    pub fn new(lon_deg: f64, lat_deg: f64) -> Result<Self, PositionError> {
        // NaN is in no range.
        if (-180.0..=180.0).contains(&lon_deg) && (-90.0..=90.0).contains(&lat_deg) {
            Ok(Self { lon_deg, lat_deg })
        } else {
            Err(PositionError { lon_deg, lat_deg })
        }
    }

    /// Longitude in degrees, east positive.
    pub fn lon_deg(self) -> f64 {
        self.lon_deg
    }

    /// Latitude in degrees, north positive.
    pub fn lat_deg(self) -> f64 {
        self.lat_deg
    }
}

impl TryFrom<[f64; 2]> for Position {
    type Error = PositionError;
    fn try_from([lon_deg, lat_deg]: [f64; 2]) -> Result<Self, PositionError> {
        Self::new(lon_deg, lat_deg)
    }
}

impl From<Position> for [f64; 2] {
    fn from(p: Position) -> Self {
        [p.lon_deg, p.lat_deg]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_positions_in_the_world_exist() {
        let check = |lon, lat, expected: bool| {
            assert_eq!(Position::new(lon, lat).is_ok(), expected, "{lon}, {lat}");
        };
        check(120.9, 32.0, true);
        check(-180.0, 90.0, true);
        check(180.1, 0.0, false);
        check(0.0, -90.1, false);
        check(f64::NAN, 0.0, false);
        check(0.0, f64::INFINITY, false);
        assert!(serde_json::from_str::<Position>("[32.0, 120.9]").is_err());
    }
}

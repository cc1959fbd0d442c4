//! The Gauss–Krüger projection on the CGCS2000 ellipsoid, in 3-degree zones.
//!
//! Krüger's series in the third flattening n (L. Krüger, Konforme Abbildung des Erdellipsoids in
//! der Ebene, 1912), to the fourth order: what is left out is below 10 µm inside a zone's million
//! metres.

use super::{CrsError, Geographic};

/// Easting of the central meridian, in metres.
const FALSE_EASTING_M: f64 = 500_000.0;
/// Distance between the eastings of two zones when they carry the zone number, in metres.
pub(super) const ZONE_STRIDE_M: f64 = 1_000_000.0;
/// Northings of the latitudes 0.8° and 55.9°, rounded outwards: China with a margin.
const NORTHING_M: std::ops::Range<f64> = 88_000.0..6_200_000.0;

// CGCS2000 ellipsoid (GB 22021): the figures of GRS80.
const SEMI_MAJOR_M: f64 = 6_378_137.0;
const FLATTENING: f64 = 1.0 / 298.257_222_101;
/// Third flattening and its powers.
const N: f64 = FLATTENING / (2.0 - FLATTENING);
const N2: f64 = N * N;
const N3: f64 = N2 * N;
const N4: f64 = N2 * N2;
/// Radius of the circle with the circumference of a meridian, in metres.
const RECTIFYING_RADIUS_M: f64 = SEMI_MAJOR_M / (1.0 + N) * (1.0 + N2 / 4.0 + N4 / 64.0);

/// Conformal sphere to plane.
const ALPHA: [f64; 4] = [
    N / 2.0 - 2.0 / 3.0 * N2 + 5.0 / 16.0 * N3 + 41.0 / 180.0 * N4,
    13.0 / 48.0 * N2 - 3.0 / 5.0 * N3 + 557.0 / 1440.0 * N4,
    61.0 / 240.0 * N3 - 103.0 / 140.0 * N4,
    49561.0 / 161_280.0 * N4,
];
/// Plane to conformal sphere.
const BETA: [f64; 4] = [
    N / 2.0 - 2.0 / 3.0 * N2 + 37.0 / 96.0 * N3 - N4 / 360.0,
    N2 / 48.0 + N3 / 15.0 - 437.0 / 1440.0 * N4,
    17.0 / 480.0 * N3 - 37.0 / 840.0 * N4,
    4397.0 / 161_280.0 * N4,
];
/// Conformal to geodetic latitude.
const DELTA: [f64; 4] = [
    2.0 * N - 2.0 / 3.0 * N2 - 2.0 * N3 + 116.0 / 45.0 * N4,
    7.0 / 3.0 * N2 - 8.0 / 5.0 * N3 - 227.0 / 45.0 * N4,
    56.0 / 15.0 * N3 - 136.0 / 35.0 * N4,
    4279.0 / 630.0 * N4,
];

/// A 3-degree Gauss–Krüger zone (3度带) of China: 25 (75°E) to 45 (135°E).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Gk3Zone(
    // Invariant: 25 ..= 45.
    u8,
);

impl Gk3Zone {
    const FIRST: u8 = 25;
    const LAST: u8 = 45;

    /// The zone of a number, 25 to 45.
    pub fn new(number: u16) -> Result<Self, CrsError> {
        match u8::try_from(number) {
            Ok(n) if (Self::FIRST..=Self::LAST).contains(&n) => Ok(Self(n)),
            _ => Err(CrsError::NoSuchZone { number }),
        }
    }

    /// The zone of a central meridian in degrees east: 75, 78, … 135.
    pub fn of_central_meridian(degrees: u16) -> Result<Self, CrsError> {
        if !degrees.is_multiple_of(3) {
            return Err(CrsError::NoSuchMeridian { degrees });
        }
        Self::new(degrees / 3).map_err(|_| CrsError::NoSuchMeridian { degrees })
    }

    /// The zone whose central meridian is nearest to a longitude in degrees.
    pub fn nearest(lon_deg: f64) -> Self {
        // A cast from float saturates, NaN gives 0: both are clamped into the range.
        Self(((lon_deg / 3.0).round() as u8).clamp(Self::FIRST, Self::LAST))
    }

    /// Zone number, 25 to 45.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Central meridian (中央子午线) in degrees east.
    pub fn central_meridian_deg(self) -> u16 {
        u16::from(self.0) * 3
    }

    /// What a zone number adds to an easting, in metres.
    pub(super) fn prefix_m(self) -> f64 {
        f64::from(self.0) * ZONE_STRIDE_M
    }

    /// The zone whose number an easting carries, if it carries one.
    pub(super) fn of_prefixed_easting(easting_m: f64) -> Option<Self> {
        let number = (easting_m / ZONE_STRIDE_M).floor();
        let known = f64::from(Self::FIRST)..=f64::from(Self::LAST);
        known.contains(&number).then_some(Self(number as u8))
    }
}

/// Whether a plane coordinate without zone number is one that this module converts.
pub(super) fn covers(easting_m: f64, northing_m: f64) -> bool {
    easting_m > 0.0 && easting_m < ZONE_STRIDE_M && NORTHING_M.contains(&northing_m)
}

/// Easting without zone number and northing, in metres.
pub(super) fn projected(zone: Gk3Zone, at: Geographic) -> (f64, f64) {
    let from_meridian = (at.lon_deg - f64::from(zone.central_meridian_deg())).to_radians();
    let sin_lat = at.lat_deg.to_radians().sin();
    let eccentricity = 2.0 * N.sqrt() / (1.0 + N);
    // Tangent of the conformal latitude.
    let t = (sin_lat.atanh() - eccentricity * (eccentricity * sin_lat).atanh()).sinh();
    let xi = t.atan2(from_meridian.cos());
    let eta = (from_meridian.sin() / t.hypot(1.0)).atanh();
    let (d_xi, d_eta) = harmonics(&ALPHA, xi, eta);
    (FALSE_EASTING_M + RECTIFYING_RADIUS_M * (eta + d_eta), RECTIFYING_RADIUS_M * (xi + d_xi))
}

/// Position on the CGCS2000 ellipsoid of an easting without zone number and a northing, in metres.
pub(super) fn geographic(zone: Gk3Zone, easting_m: f64, northing_m: f64) -> Geographic {
    let xi = northing_m / RECTIFYING_RADIUS_M;
    let eta = (easting_m - FALSE_EASTING_M) / RECTIFYING_RADIUS_M;
    let (d_xi, d_eta) = harmonics(&BETA, xi, eta);
    let (xi, eta) = (xi - d_xi, eta - d_eta);
    let conformal_lat = (xi.sin() / eta.cosh()).asin();
    let (d_lat, _) = harmonics(&DELTA, conformal_lat, 0.0);
    let from_meridian = eta.sinh().atan2(xi.cos());
    Geographic {
        lon_deg: f64::from(zone.central_meridian_deg()) + from_meridian.to_degrees(),
        lat_deg: (conformal_lat + d_lat).to_degrees(),
    }
}

/// Σ cⱼ sin 2j(ξ + iη) as its real and imaginary part.
fn harmonics(coefficients: &[f64; 4], xi: f64, eta: f64) -> (f64, f64) {
    let (mut real, mut imaginary, mut twice_j) = (0.0, 0.0, 0.0);
    for c in coefficients {
        twice_j += 2.0;
        let (sin, cos) = (twice_j * xi).sin_cos();
        real += c * sin * (twice_j * eta).cosh();
        imaginary += c * cos * (twice_j * eta).sinh();
    }
    (real, imaginary)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(central_meridian_deg: u16) -> Gk3Zone {
        Gk3Zone::of_central_meridian(central_meridian_deg).unwrap()
    }

    #[test]
    fn northing_on_the_central_meridian_is_the_meridian_arc() {
        // Arc lengths by 30-digit quadrature of a(1-e²)/(1-e² sin²φ)^1.5, not by any series.
        let check = |lat_deg, expected_m: f64| {
            let (e, n) = projected(zone(120), Geographic { lon_deg: 120.0, lat_deg });
            assert!((e - FALSE_EASTING_M).abs() < 1e-9, "{lat_deg}: {e}");
            assert!((n - expected_m).abs() < 1e-6, "{lat_deg}: {n}");
        };
        check(1.0, 110_574.388_554_152_6);
        check(10.0, 1_105_854.833_198_449);
        check(20.0, 2_212_366.254_102_982);
        check(30.0, 3_320_113.397_845_021);
        check(40.0, 4_429_529.030_236_589);
        check(50.0, 5_540_847.041_560_97);
        check(55.0, 6_097_230.312_999_933);
    }

    #[test]
    fn agrees_with_proj() {
        // Computed once with pyproj 3.7.2 (PROJ 9.5.1) from EPSG:4490 to EPSG:4534–4554.
        let check = |meridian, lon_deg, lat_deg, easting_m: f64, northing_m: f64| {
            let (e, n) = projected(zone(meridian), Geographic { lon_deg, lat_deg });
            assert!((e - easting_m).abs() < 2e-6, "{lon_deg}, {lat_deg}: {e}");
            assert!((n - northing_m).abs() < 2e-6, "{lon_deg}, {lat_deg}: {n}");
            let back = geographic(zone(meridian), easting_m, northing_m);
            assert!((back.lon_deg - lon_deg).abs() < 1e-10, "{back:?}");
            assert!((back.lat_deg - lat_deg).abs() < 1e-10, "{back:?}");
        };
        check(120, 120.8646, 32.0162, 581_685.770_607, 3_543_975.567_714);
        check(120, 121.5, 31.2304, 642_918.410_913, 3_457_489.215_250);
        check(120, 118.5, 32.0603, 358_346.010_813, 3_549_523.334_232);
        check(120, 116.0, 40.0, 158_375.916_633, 4_437_201.051_869);
        check(120, 122.37, 53.48, 657_331.898_830, 5_930_655.634_146);
        check(75, 75.9898, 39.4677, 585_176.297_317, 4_370_895.696_811);
        check(135, 134.77, 48.36, 482_955.926_794, 5_358_482.937_589);
        check(108, 109.5117, 18.2528, 659_881.898_173, 2_019_623.026_687);
        check(114, 112.0, 4.0, 277_854.758_896, 442_574.852_825);
        check(111, 112.0, 1.0, 611_308.335_613, 110_591.342_234);
    }

    #[test]
    fn zones_are_found_by_number_meridian_and_longitude() {
        assert_eq!(zone(120).number(), 40);
        assert_eq!(Gk3Zone::new(25).unwrap().central_meridian_deg(), 75);
        for (number, ok) in [(24, false), (25, true), (45, true), (46, false), (300, false)] {
            assert_eq!(Gk3Zone::new(number).is_ok(), ok, "{number}");
        }
        for (meridian, ok) in [(72, false), (75, true), (121, false), (135, true), (138, false)] {
            assert_eq!(Gk3Zone::of_central_meridian(meridian).is_ok(), ok, "{meridian}");
        }
        for (lon_deg, meridian) in [(120.86, 120), (118.4, 117), (0.0, 75), (f64::NAN, 75), (1e9, 135)] {
            assert_eq!(Gk3Zone::nearest(lon_deg), zone(meridian), "{lon_deg}");
        }
    }
}

//! The map offsets of Chinese internet maps: GCJ-02 on WGS-84, BD-09 on GCJ-02.
//!
//! Both are published nowhere officially; the formulas are public knowledge and the same in every
//! converter. They are given in the forward direction only; the inverses here are fixed points.

use std::f64::consts::PI;

use super::Geographic;

// GCJ-02 turns metres into degrees on the Krasovsky 1940 ellipsoid.
const SEMI_MAJOR_M: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

// BD-09 shifts by these degrees after a small swirl of this period.
const BD_SHIFT_LON_DEG: f64 = 0.0065;
const BD_SHIFT_LAT_DEG: f64 = 0.006;
const BD_RADIANS_PER_DEG: f64 = PI * 3000.0 / 180.0;

/// Adds the GCJ-02 offset to a WGS-84 position in China.
pub(super) fn gcj02_of_wgs84(at: Geographic) -> Geographic {
    let (east_m, north_m) = gcj02_offset_m(at);
    let (sin_lat, cos_lat) = at.lat_deg.to_radians().sin_cos();
    let w_squared = 1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat;
    let across_m = SEMI_MAJOR_M / w_squared.sqrt();
    let along_m = across_m * (1.0 - ECCENTRICITY_SQUARED) / w_squared;
    Geographic {
        lon_deg: at.lon_deg + (east_m / (across_m * cos_lat)).to_degrees(),
        lat_deg: at.lat_deg + (north_m / along_m).to_degrees(),
    }
}

/// Takes the GCJ-02 offset off again.
pub(super) fn wgs84_of_gcj02(at: Geographic) -> Geographic {
    inverse(gcj02_of_wgs84, at)
}

/// Adds the BD-09 offset to a GCJ-02 position in China.
pub(super) fn bd09_of_gcj02(at: Geographic) -> Geographic {
    let Geographic { lon_deg: x, lat_deg: y } = at;
    let radius = x.hypot(y) + 2e-5 * (y * BD_RADIANS_PER_DEG).sin();
    let angle = y.atan2(x) + 3e-6 * (x * BD_RADIANS_PER_DEG).cos();
    Geographic { lon_deg: radius * angle.cos() + BD_SHIFT_LON_DEG, lat_deg: radius * angle.sin() + BD_SHIFT_LAT_DEG }
}

/// Takes the BD-09 offset off again.
pub(super) fn gcj02_of_bd09(at: Geographic) -> Geographic {
    inverse(bd09_of_gcj02, at)
}

/// Metres east and north by which GCJ-02 displaces a position.
fn gcj02_offset_m(at: Geographic) -> (f64, f64) {
    let (x, y) = (at.lon_deg - 105.0, at.lat_deg - 35.0);
    let wave = |v: f64, period_deg: f64| (2.0 * PI * v / period_deg).sin();
    let ripple = 20.0 * wave(x, 1.0 / 3.0) + 20.0 * wave(x, 1.0);
    let east = 20.0 * wave(x, 2.0) + 40.0 * wave(x, 6.0) + 150.0 * wave(x, 24.0) + 300.0 * wave(x, 60.0);
    let north = 20.0 * wave(y, 2.0) + 40.0 * wave(y, 6.0) + 160.0 * wave(y, 24.0) + 320.0 * wave(y, 60.0);
    let root = x.abs().sqrt();
    (
        300.0 + x + 2.0 * y + 0.1 * x * (x + y) + 0.1 * root + (ripple + east) * 2.0 / 3.0,
        -100.0 + 2.0 * x + 3.0 * y + 0.1 * y * (2.0 * y + x) + 0.2 * root + (ripple + north) * 2.0 / 3.0,
    )
}

/// The position that `forward` takes to `target`.
///
/// The offset changes by less than 3 % of a step inside China, so each round gains one and a half
/// digits: eight rounds reach the last bit from a first guess a kilometre away.
fn inverse(forward: fn(Geographic) -> Geographic, target: Geographic) -> Geographic {
    let mut guess = target;
    for _ in 0..8 {
        let reached = forward(guess);
        let (d_lon, d_lat) = (target.lon_deg - reached.lon_deg, target.lat_deg - reached.lat_deg);
        if d_lon == 0.0 && d_lat == 0.0 {
            break;
        }
        guess = Geographic { lon_deg: guess.lon_deg + d_lon, lat_deg: guess.lat_deg + d_lat };
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(got: Geographic, lon_deg: f64, lat_deg: f64, tolerance_deg: f64) {
        let off = (got.lon_deg - lon_deg).abs().max((got.lat_deg - lat_deg).abs());
        assert!(off <= tolerance_deg, "{got:?} is not {lon_deg}, {lat_deg}");
    }

    #[test]
    fn agrees_with_the_converters_in_use() {
        // Computed once with the Python package coord-convert 0.2.1.
        let check = |lon_deg, lat_deg, gcj: (f64, f64), bd: (f64, f64)| {
            let at = Geographic { lon_deg, lat_deg };
            let on_gcj = gcj02_of_wgs84(at);
            assert_near(on_gcj, gcj.0, gcj.1, 1e-10);
            assert_near(bd09_of_gcj02(on_gcj), bd.0, bd.1, 1e-10);
            assert_near(wgs84_of_gcj02(on_gcj), lon_deg, lat_deg, 1e-12);
            assert_near(gcj02_of_bd09(bd09_of_gcj02(on_gcj)), gcj.0, gcj.1, 1e-10);
        };
        check(116.404, 39.915, (116.4102444992, 39.9164042815), (116.4166272438, 39.9226995522));
        check(120.8646, 32.0162, (120.8688466979, 32.0140480513), (120.8753220010, 32.0200649285));
        check(75.9898, 39.4677, (75.9927549043, 39.4679261536), (75.9992614364, 39.4738879353));
        check(109.5117, 18.2528, (109.5157848642, 18.2510953850), (109.5223327841, 18.2568746119));
        check(134.77, 48.36, (134.7777464722, 48.3623622546), (134.7841619638, 48.3686050702));
    }

    #[test]
    fn offset_in_beijing_is_half_a_kilometre() {
        let (east_m, north_m) = gcj02_offset_m(Geographic { lon_deg: 116.404, lat_deg: 39.915 });
        assert!((500.0..600.0).contains(&east_m.hypot(north_m)), "{east_m}, {north_m}");
    }

    #[test]
    fn each_round_of_the_inverse_gains_more_than_a_digit() {
        // The contraction that `inverse` relies on, measured over the whole box and also where the
        // slope of √|x| is steepest, beside 105°E.
        let steps = |from: f64, to: f64| (0..=600).map(move |i| from + (to - from) * f64::from(i) / 600.0);
        for forward in [gcj02_of_wgs84 as fn(Geographic) -> Geographic, bd09_of_gcj02] {
            for lon_deg in steps(72.0, 137.9).chain([105.0 - 1e-6, 105.0 + 1e-6]) {
                for lat_deg in steps(0.8, 55.9) {
                    let at = Geographic { lon_deg, lat_deg };
                    let d = 1e-7;
                    let moved = forward(Geographic { lon_deg: lon_deg + d, lat_deg: lat_deg + d });
                    let still = forward(at);
                    let change =
                        (moved.lon_deg - still.lon_deg - d).abs().max((moved.lat_deg - still.lat_deg - d).abs());
                    assert!(change < 0.03 * d, "{at:?}: {}", change / d);
                }
            }
        }
    }
}

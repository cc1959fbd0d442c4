//! What conversions promise: round trips over China, refusals that say what to do, no panic.

use proptest::prelude::*;

use super::*;

fn every_crs() -> impl Iterator<Item = Crs> {
    let zones = (25..=45).flat_map(|n| {
        let zone = Gk3Zone::new(n).unwrap();
        [false, true].map(|zone_prefix| Crs::Cgcs2000Gk3 { zone, zone_prefix })
    });
    [Crs::Wgs84, Crs::Cgcs2000, Crs::Gcj02, Crs::Bd09].into_iter().chain(zones)
}

#[test]
fn names_and_json_round_trip() {
    for crs in every_crs() {
        assert_eq!(crs.to_string().parse(), Ok(crs));
        let json = serde_json::to_string(&crs).unwrap();
        assert_eq!(json, format!("\"{crs}\""));
        assert_eq!(serde_json::from_str::<Crs>(&json).unwrap(), crs);
    }
    assert!(serde_json::from_str::<Crs>("\"mars\"").is_err());
    assert_eq!(format!("{:>9}|", Crs::gk3(120, false).unwrap()), "  gk3:120|");
}

#[test]
fn accuracy_and_kind_follow_the_system() {
    for crs in every_crs() {
        assert_eq!(crs.is_geographic(), !crs.to_string().starts_with("gk3"), "{crs}");
        assert_eq!(crs.accuracy_m() == 0.0, crs == Crs::Wgs84, "{crs}");
    }
}

#[test]
fn one_site_in_nantong_has_the_same_position_in_every_system() {
    let check = |name: &str, x, y| {
        let at = name.parse::<Crs>().unwrap().to_wgs84(x, y).unwrap();
        assert!((at.lon_deg - 120.8646).abs() < 1e-9, "{name}: {at:?}");
        assert!((at.lat_deg - 32.0162).abs() < 1e-9, "{name}: {at:?}");
    };
    check("EPSG:4326", 120.8646, 32.0162);
    check("EPSG:4490", 120.8646, 32.0162);
    check("EPSG:4549", 581_685.770_607, 3_543_975.567_714);
    check("EPSG:4528", 40_581_685.770_607, 3_543_975.567_714);
    check("gcj02", 120.868_846_697_9, 32.014_048_051_3);
    check("bd09", 120.875_322_001_0, 32.020_064_928_5);
}

#[test]
fn refusals_say_what_to_give_instead() {
    let check = |name: &str, x, y, expected: &str| {
        let message = name.parse::<Crs>().unwrap().to_wgs84(x, y).unwrap_err().to_string();
        assert!(message.contains(expected), "{name} {x}, {y}: {message}");
    };
    let lon_lat = "looks swapped: give LON,LAT";
    let east_north = "looks swapped: give EASTING,NORTHING";
    for name in ["wgs84", "cgcs2000", "gcj02", "bd09", "gk3:120", "gk3-zone:40"] {
        check(name, f64::NAN, 32.0, "must be finite");
        check(name, 120.9, f64::NEG_INFINITY, "must be finite");
        check(name, 1e300, -1e-300, "1e300, -1e-300");
    }
    for name in ["wgs84", "cgcs2000", "gcj02", "bd09"] {
        check(name, 32.0162, 120.8646, lon_lat);
        check(name, 200.0, 10.0, "longitude must be within ±180");
        check(name, 581_685.8, 3_543_975.6, "looks like metres");
    }
    for name in ["cgcs2000", "gcj02", "bd09"] {
        // Latitude 44, longitude 81 in the far west, swapped, is a place in the Arctic sea.
        check(name, 44.0, 81.0, lon_lat);
        check(name, -13.2, 8.5, "use wgs84");
    }
    check("gk3:120", 3_543_975.6, 581_685.8, east_north);
    check("gk3-zone:40", 3_543_975.6, 40_581_685.8, east_north);
    for name in ["gk3:120", "gk3-zone:40"] {
        check(name, 120.8646, 32.0162, "looks like degrees");
        check(name, -1.0, 3_543_975.6, "eastings are");
    }
    check("gk3:120", 581_685.8, -5.0, "northings 88000 to 6200000");
    check("gk3:120", 581_685.8, 87_999.0, "northings 88000 to 6200000");
    check("gk3:120", 581_685.8, 88_001.0, "use wgs84");
    check("gk3:120", 1_581_685.8, 3_543_975.6, "0 to 999999 metres");
    check("gk3:120", 40_581_685.8, 3_543_975.6, "carries zone number 40, but gk3:120");
    check("gk3:120", 40_581_685.8, 3_543_975.6, "name gk3-zone:40");
    check("gk3-zone:40", 39_581_685.8, 3_543_975.6, "name gk3-zone:39");
    check("gk3-zone:40", 581_685.8, 3_543_975.6, "name gk3:120");
    check("gk3:75", 10_000.0, 3_543_975.6, "use wgs84");
}

#[test]
fn writing_refuses_what_reading_would_not_take_back() {
    let check = |name: &str, lon, lat, expected: &str| {
        let message = name.parse::<Crs>().unwrap().from_wgs84(lon, lat).unwrap_err().to_string();
        assert!(message.contains(expected), "{name} {lon}, {lat}: {message}");
    };
    check("wgs84", 32.0, 120.9, "give LON,LAT");
    check("gcj02", 32.0, 80.9, "give LON,LAT");
    check("gcj02", -13.2, 8.5, "use wgs84");
    check("gk3:120", 87.6, 43.8, "use gk3:87");
    check("gk3-zone:40", 87.6, 43.8, "use gk3-zone:29");
    check("gk3:120", f64::NAN, 43.8, "must be finite");
}

#[test]
fn swapped_is_only_said_of_what_is_refused() {
    let check = |crs: Crs, x, y, expected| assert_eq!(crs.looks_swapped(x, y), expected, "{crs} {x}, {y}");
    check(Crs::Wgs84, 32.0, 120.9, true);
    check(Crs::Wgs84, 32.0, 80.9, false);
    check(Crs::Gcj02, 32.0, 80.9, true);
    check(Crs::Gcj02, 120.9, 32.0, false);
    check(Crs::Bd09, 0.0, 0.0, false);
}

proptest! {
    #[test]
    fn degrees_round_trip_all_over_china(lon in 72.1..137.7_f64, lat in 0.9..55.7_f64) {
        for crs in [Crs::Wgs84, Crs::Cgcs2000, Crs::Gcj02, Crs::Bd09] {
            let (x, y) = crs.from_wgs84(lon, lat)?;
            let back = crs.to_wgs84(x, y)?;
            prop_assert!((back.lon_deg - lon).abs() < 1e-11, "{crs} {back:?}");
            prop_assert!((back.lat_deg - lat).abs() < 1e-11, "{crs} {back:?}");
            // The other way round: a point read from a map comes back to the same pixel.
            let at = crs.to_wgs84(lon, lat)?;
            let (x, y) = crs.from_wgs84(at.lon_deg, at.lat_deg)?;
            prop_assert!((x - lon).abs() < 1e-11 && (y - lat).abs() < 1e-11, "{crs} {x}, {y}");
        }
    }

    #[test]
    fn offsets_stay_below_three_kilometres(lon in 72.1..137.7_f64, lat in 0.9..55.7_f64) {
        for crs in [Crs::Gcj02, Crs::Bd09] {
            let (x, y) = crs.from_wgs84(lon, lat)?;
            let metres = 111_320.0 * ((x - lon) * lat.to_radians().cos()).hypot(y - lat);
            prop_assert!(metres > 0.0 && metres < 3000.0, "{crs} {metres}");
        }
    }

    #[test]
    fn metres_round_trip_in_every_zone_within_ten_micrometres(
        number in 25..=45_u16, zone_prefix: bool,
        from_meridian in -4.4..4.4_f64, lat in 0.9..55.7_f64,
    ) {
        let zone = Gk3Zone::new(number)?;
        let crs = Crs::Cgcs2000Gk3 { zone, zone_prefix };
        let lon = f64::from(zone.central_meridian_deg()) + from_meridian;
        prop_assume!(CHINA_LON_DEG.contains(&lon));
        let (x, y) = crs.from_wgs84(lon, lat)?;
        let back = crs.to_wgs84(x, y)?;
        let off_deg = (back.lon_deg - lon).abs().max((back.lat_deg - lat).abs());
        prop_assert!(off_deg * 111_320.0 < 1e-5, "{crs} {back:?}");
    }

    #[test]
    fn eastings_grow_eastwards_and_northings_northwards(
        lon in 117.0..123.0_f64, lat in 1.0..55.0_f64, step in 1e-6..0.5_f64,
    ) {
        for crs in every_crs().filter(|c| !matches!(c, Crs::Cgcs2000Gk3 { zone, .. } if zone.number() != 40)) {
            let (x, y) = crs.from_wgs84(lon, lat)?;
            prop_assert!(crs.from_wgs84(lon + step, lat)?.0 > x, "{crs}");
            prop_assert!(crs.from_wgs84(lon, lat + step)?.1 > y, "{crs}");
        }
    }

    #[test]
    fn any_bits_are_converted_or_refused(a: u64, b: u64) {
        let (a, b) = (f64::from_bits(a), f64::from_bits(b));
        for crs in every_crs() {
            for (x, y) in [(a, b), (a, 32.0), (120.9, b), (581_685.8, b), (a, 3_543_975.6)] {
                match crs.to_wgs84(x, y) {
                    Ok(at) => prop_assert!(in_world(at.lon_deg, at.lat_deg).is_ok(), "{crs} {at:?}"),
                    Err(e) => prop_assert!(e.to_string().len() < 400, "{e}"),
                }
                match crs.from_wgs84(x, y) {
                    Ok((x, y)) => prop_assert!(x.is_finite() && y.is_finite()),
                    Err(e) => prop_assert!(e.to_string().len() < 400, "{e}"),
                }
            }
        }
    }

    #[test]
    fn any_text_is_a_name_or_refused(text in "\\PC{0,40}", form in 0..6_usize) {
        let prefix = ["", "epsg:", "gk3:", "gk3-zone:", "urn:ogc:def:crs:", "http://www.opengis.net/def/crs/"][form];
        if let Ok(crs) = format!("{prefix}{text}").parse::<Crs>() {
            prop_assert_eq!(crs.to_string().parse(), Ok(crs));
        }
    }
}

//! The built-in tables parse, show and read back; a broken one is refused by name.

use super::*;

#[test]
fn builtin_tables_parse() {
    let versions = Catalog::builtin().versions();
    for version in [versions.prices, versions.optics, versions.products, versions.policy] {
        assert_eq!(version, "2026.11-default");
    }
}

#[test]
fn what_is_shown_reads_back_as_the_same_tables() {
    let catalog = Catalog::builtin();
    let shown = CatalogFile::ALL.map(|file| match file {
        CatalogFile::Prices => toml::to_string(catalog.prices()).unwrap(),
        CatalogFile::Optics => toml::to_string(catalog.optics()).unwrap(),
        CatalogFile::Products => toml::to_string(catalog.products()).unwrap(),
        CatalogFile::Policy => toml::to_string(catalog.policy()).unwrap(),
    });
    let [prices, optics, products, policy] = &shown;
    assert_eq!(Catalog::parse(&CatalogSource { prices, optics, products, policy }).unwrap(), catalog);
}

#[test]
fn one_file_may_be_overridden() {
    let policy = CatalogSource::builtin().policy.replace("2026.11-default", "nantong-3");
    let catalog = Catalog::with_overrides([("policy.toml", policy.as_str())]).unwrap();
    assert_eq!(catalog.versions().policy, "nantong-3");
    assert_eq!(catalog.versions().prices, "2026.11-default");
    assert_eq!(Catalog::with_overrides([]).unwrap(), Catalog::builtin());
}

/// Replaces `from` by `to` in a built-in file and expects the whole refusal, but for the line number, which any
/// edit of the tables moves (`table` tests it).
fn check(file: CatalogFile, from: &str, to: &str, expected: &str) {
    let builtin = CatalogSource::builtin();
    let text = match file {
        CatalogFile::Prices => builtin.prices,
        CatalogFile::Optics => builtin.optics,
        CatalogFile::Products => builtin.products,
        CatalogFile::Policy => builtin.policy,
    };
    assert!(text.contains(from), "{file} has no {from:?}");
    let changed = text.replacen(from, to, 1);
    let error = Catalog::with_overrides([(file.name(), changed.as_str())]).unwrap_err();
    let shown = match &error {
        CatalogError::Malformed { line, .. } => error.to_string().replacen(&format!("line {line},"), "line N,", 1),
        _ => error.to_string(),
    };
    assert_eq!(shown, expected, "for {from:?} -> {to:?}");
}

#[test]
fn broken_tables_are_refused_by_name() {
    use CatalogFile::{Optics, Policy, Prices, Products};
    check(
        Prices,
        "amount_cny = 450",
        "amount_cny = -450",
        "prices.toml line N, drop_cable.amount_cny: -450 is negative, expected 0 or more whole CNY",
    );
    check(
        Prices,
        "amount_cny = 450",
        "amount_cny = 650",
        "prices.toml, drop_cable: 650 CNY lies outside its own range 300..600; correct the amount or the range",
    );
    check(
        Prices,
        "[jumper]",
        "[jumpers]",
        "prices.toml line N, jumpers: unknown field `jumpers`, expected one of `version`, \
         `shadow_milli_cny_per_m`, `drop_cable`, `drop_cable_length`, `jumper`, `attenuator`, `splice`, `closure`, \
         `fdt`, `fdc_288`, `odf_72`, `cable_material`, `aerial_cable`, `duct_cable`, `buried_cable`, `pole_line`, \
         `duct`, `permit`, `e1_converter`, `regenerator`, `e1_board`, `mstp_ethernet_board`, \
         `pon_board`, `rate`, `splitter`",
    );
    check(
        Prices,
        "shadow_milli_cny_per_m = 100",
        "shadow_milli_cny_per_m = 0",
        "prices.toml, shadow_milli_cny_per_m: must be positive, or the search ignores length",
    );
    check(
        Prices,
        "[[splitter]]\nratio = 2\n",
        "[[splitter]]\nratio = 3\n",
        "prices.toml, splitter 1:2: has a loss in optics.toml but no price; add a row",
    );
    check(
        Optics,
        "sensitivity_dbm = -28.0",
        "sensitivity_dbm = -29.0",
        "optics.toml, interface S-1.1: sensitivity must be Tx min - A max - penalty = -28 dBm, the table says -29",
    );
    check(
        Optics,
        "penalty_db = 0.5, sensitivity_dbm = -28.0, overload_dbm = -8.0",
        "penalty_db = 0.5, sensitivity_dbm = -28.0, overload_dbm = -8.5",
        "optics.toml, interface GPON-B+: Tx max - A min = -8 dBm exceeds the overload of -8.5 dBm",
    );
    check(
        Optics,
        "attenuation_db_per_km = 0.40",
        "attenuation_db_per_m = 0.40",
        "optics.toml line N, fibre.attenuation_db_per_m: unknown field `attenuation_db_per_m`, expected one of \
         `wavelength_nm`, `attenuation_db_per_km`, `dispersion_ps_per_nm_km`",
    );
    check(
        Optics,
        "default_fibre_type = \"G.652D\"",
        "default_fibre_type = \"G.999\"",
        "optics.toml, default_fibre_type: \"G.999\" is not a fibre of this table; known: G.652D, G.657A1, G.655, OM3",
    );
    check(
        Products,
        "{ rate = \"GPON\", up_to = \"1G\" }",
        "{ rate = \"EPON\", up_to = \"1G\" }",
        "products.toml, access pon: no interface of rate EPON in optics.toml; known: \
         10GE, 1GE, GPON, STM-1, STM-16, STM-4, STM-64, XGS-PON",
    );
    check(
        Products,
        "bandwidth = [\"2M\", \"10G\"]",
        "bandwidth = [\"10G\", \"2M\"]",
        "products.toml, product internet: bandwidth 10G..2M is not ordered; write the lower first",
    );
    check(
        Products,
        "sold = \"4M\"",
        "sold = \"0M\"",
        "products.toml line N, container.sold: bandwidth \"0M\" is zero; give at least 1k",
    );
    check(
        Policy,
        "route_factor = 1.07",
        "route_factor = 0.93",
        "policy.toml line N, distance.route_factor: 0.93 is below 1, expected a factor >= 1",
    );
    check(Policy, "survey_days = 30", "", "policy.toml line N, reservation: missing field `survey_days`");
}

#[test]
fn contradictions_between_rows_are_refused_by_name() {
    use CatalogFile::{Optics, Policy, Prices, Products};
    let splitter = "[[splitter]]\nratio = 4\n";
    check(Prices, splitter, "[[splitter]]\nratio = 2\n", "prices.toml, splitter 1:2: stands twice; keep one");
    check(Optics, splitter, "[[splitter]]\nratio = 2\n", "optics.toml, splitter \"1:2\": stands twice; keep one");
    check(
        Optics,
        "typical_db = 3.5",
        "typical_db = 4.5",
        "optics.toml, splitter 1:2: needs a ratio from 2 and typical_db not above max_db",
    );
    check(
        Optics,
        "up_to_m = 5000",
        "up_to_m = 15000",
        "optics.toml, margin.access.steps: must be ordered, shortest first",
    );
    check(
        Optics,
        "family = \"sdh\"",
        "family = \"pon\"",
        "optics.toml, interface I-1: a pon interface needs 2 channel(s), has 1",
    );
    check(Optics, "attenuation_db = [0.0, 7.0]\n", "", "optics.toml, interface I-1: needs attenuation_db = [min, max]");
    check(
        Optics,
        "wavelength_nm = 1310",
        "wavelength_nm = 1311",
        "optics.toml, interface I-1: fibre G.652D has no window at 1310 nm; add one",
    );
    check(Optics, "code = \"S-1.1\"", "code = \"I-1\"", "optics.toml, interface \"I-1\": stands twice; keep one");
    let fibres = "products.toml, access pon: takes at least one fibre, and protected no fewer than plain";
    check(Products, "fibres = 1\n", "fibres = 0\n", fibres);
    check(Products, "fibres_protected = 2", "fibres_protected = 0", fibres);
    check(
        Products,
        "sold = \"4M\"",
        "sold = \"2M\"",
        "products.toml, container 2M: stands before 2M; order the rows by rate, each once",
    );
    check(
        Products,
        "count = 2, concatenation = \"virtual\"",
        "count = 2",
        "products.toml, container 4M: needs options; one container is single, several are virtual or contiguous",
    );
    check(
        Products,
        "access = [\"pon\", \"ethernet-p2p\", \"sdh\"]",
        "access = [\"pon\", \"sdh\", \"pon\"]",
        "products.toml, access of product internet \"pon\": stands twice; keep one",
    );
    check(
        Policy,
        "onu_limit_dbm = -27.0",
        "onu_limit_dbm = -20.0",
        "policy.toml, pon.onu_limit_dbm: lies above the acceptance window; it is the hard limit below it",
    );
    check(
        Policy,
        "warn_percent = 80",
        "warn_percent = 101",
        "policy.toml, load.warn_percent: is a share of 100; give 0 to 100",
    );
    check(
        Policy,
        "access_points = 10",
        "access_points = 0",
        "policy.toml, candidates.access_points: must be at least 1",
    );
}

#[test]
fn unknown_file_is_refused() {
    let error = Catalog::with_overrides([("price.toml", "")]).unwrap_err();
    assert_eq!(error, CatalogError::UnknownFile { name: "price.toml".into() });
}

#[test]
fn edited_tables_do_not_pass_for_the_shipped_ones() {
    let shipped = include_str!("../../data/prices.toml");
    let version = |text: &str| Catalog::with_overrides([("prices.toml", text)]).unwrap().versions().prices;
    let builtin = Catalog::builtin().versions().prices;
    assert_eq!(version(shipped), builtin);
    let edited = shipped.replace("amount_cny = 35", "amount_cny = 50");
    assert!(version(&edited).starts_with(&format!("{builtin}+edited-")), "{}", version(&edited));
    let named = edited.replace(&builtin, "2027.01-ours");
    assert_eq!(version(&named), "2027.01-ours");
}

#[test]
fn every_line_rate_has_its_prices() {
    let shipped = include_str!("../../data/prices.toml");
    let without = shipped.replace("rate = \"STM-16\"", "rate = \"STM-17\"");
    let refused = Catalog::with_overrides([("prices.toml", without.as_str())]).unwrap_err().to_string();
    assert!(refused.contains("STM-16") && refused.contains("no price"), "{refused}");
}

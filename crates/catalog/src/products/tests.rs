//! What each product and bandwidth resolves to, against the built-in table.

use super::*;
use crate::Catalog;

fn bandwidth(text: &str) -> Bandwidth {
    Bandwidth::parse(text).unwrap()
}

/// One line a candidate: technology, cheapest rate, fibres plain/protected, first container option.
fn check(code: &str, rate: &str, expected: &[&str]) {
    let resolved = Catalog::builtin().products().resolve(code, bandwidth(rate)).unwrap();
    let shown: Vec<String> = resolved
        .candidates
        .iter()
        .map(|solution| {
            let container = solution
                .container
                .as_ref()
                .and_then(|row| row.options.first())
                .map_or(String::new(), |o| format!(" {}x{:?} {:?}", o.count, o.vc, o.concatenation));
            let Solution { technology, interface_rate, fibres, fibres_protected, .. } = solution;
            format!("{technology} {interface_rate} {fibres}/{fibres_protected}{container}")
        })
        .collect();
    assert_eq!(shown, expected, "for {code} {rate}");
}

#[test]
fn candidates_by_product_and_bandwidth() {
    check("internet", "10M", &["pon GPON 1/2", "ethernet-p2p 1GE 2/4", "sdh STM-1 2/4 5xVc12 Virtual"]);
    check("internet", "100M", &["pon GPON 1/2", "ethernet-p2p 1GE 2/4", "sdh STM-1 2/4 46xVc12 Virtual"]);
    check("internet", "200M", &["ethernet-p2p 1GE 2/4", "sdh STM-4 2/4 4xVc4 Contiguous", "pon GPON 1/2"]);
    check("vpn", "2M", &["pon GPON 1/2", "sdh STM-1 2/4 1xVc12 Single"]);
    check("vpn", "2.5G", &["ethernet-p2p 10GE 2/4", "sdh STM-16 2/4 16xVc4 Contiguous"]);
    check("data", "2M", &["sdh STM-1 2/4 1xVc12 Single"]);
    check("data", "34M", &["sdh STM-1 2/4 1xVc3 Single"]);
    check("data", "155M", &["sdh STM-1 2/4 1xVc4 Single"]);
    check("data", "1G", &["sdh STM-16 2/4 7xVc4 Virtual"]);
    check("data", "10G", &["sdh STM-64 2/4 64xVc4 Contiguous"]);
    check("voice", "2M", &["sdh STM-1 2/4 1xVc12 Single", "pon GPON 1/2"]);
}

#[test]
fn a_rate_between_two_rows_takes_the_row_above() {
    let catalog = Catalog::builtin();
    let sold = |text: &str| catalog.products().container(bandwidth(text)).map(|row| row.sold.to_string());
    assert_eq!(sold("30M").as_deref(), Some("34M"));
    assert_eq!(sold("64k").as_deref(), Some("2M"));
    assert_eq!(sold("155M").as_deref(), Some("155M"));
    assert_eq!(sold("11G"), None);
}

#[test]
fn faster_rates_are_offered_too() {
    let resolved = Catalog::builtin().products().resolve("data", bandwidth("622M")).unwrap();
    let [sdh] = resolved.candidates.as_slice() else { panic!("one candidate") };
    assert_eq!((sdh.interface_rate.as_str(), sdh.faster_rates.join(" ")), ("STM-4", "STM-16 STM-64".to_owned()));
}

/// Payload of one container in kbit/s (DOMAIN §2.1).
fn payload_kbps(vc: VirtualContainer) -> u64 {
    match vc {
        VirtualContainer::Vc12 => 2_176,
        VirtualContainer::Vc3 => 48_384,
        VirtualContainer::Vc4 => 149_760,
    }
}

/// The line rate a market name stands for, in kbit/s (DOMAIN §2.1); other names are the rate itself.
fn nominal_kbps(sold: Bandwidth) -> u64 {
    match sold.to_string().as_str() {
        "155M" => 155_520,
        "622M" => 622_080,
        "2.5G" => 2_488_320,
        "10G" => 9_953_280,
        _ => sold.kbps(),
    }
}

#[test]
fn containers_carry_what_they_are_sold_as() {
    // The market name means this container, although it carries less (DOMAIN §2.5).
    let by_name = [("155M", 1), ("622M", 4), ("2.5G", 16), ("10G", 64)];
    for row in &Catalog::builtin().products().container {
        for option in &row.options {
            let named = by_name.contains(&(row.sold.to_string().as_str(), option.count));
            let enough = nominal_kbps(row.sold).div_ceil(payload_kbps(option.vc));
            let exact = u64::from(option.count) == enough;
            assert!(exact || (named && option.vc == VirtualContainer::Vc4), "{}: {option:?}", row.sold);
            // VC-12 members are numbered with six bits, the higher ones with eight.
            assert!(option.count <= if option.vc == VirtualContainer::Vc12 { 64 } else { 256 });
        }
    }
}

#[test]
fn refusals_say_what_is_sold() {
    let refused =
        |code: &str, rate: &str| Catalog::builtin().products().resolve(code, bandwidth(rate)).unwrap_err().to_string();
    let known = "internet (互联网专线 Internet leased line), vpn (虚拟专线 MPLS VPN line), data (数据专线 SDH data line), \
                 voice (企业电话+ Enterprise telephony)";
    assert_eq!(refused("fax", "2M"), format!("product \"fax\" is not known; use one of: {known}"));
    assert!(Catalog::builtin().products().resolve("互联网专线", bandwidth("2M")).is_ok());
    assert!(Catalog::builtin().products().resolve("mpls vpn line", bandwidth("2M")).is_ok());
    assert_eq!(refused("data", "64k"), "data is not sold at 64k; give a bandwidth from 2M to 10G");
    assert_eq!(refused("voice", "1G"), "voice is not sold at 1G; give a bandwidth from 2M to 155M");
}

#[test]
fn a_gap_between_access_solutions_is_a_refusal() {
    let mut products = Catalog::builtin().products().clone();
    products.access.retain(|access| access.technology == Technology::Pon);
    products.product.iter_mut().for_each(|product| product.access.retain(|t| *t == Technology::Pon));
    let error = products.resolve("internet", bandwidth("5G")).unwrap_err();
    assert_eq!(error, ProductError::NoAccess { product: "internet".into(), bandwidth: bandwidth("5G") });
    let refused = products.check().unwrap_err().to_string();
    assert_eq!(
        refused,
        "products.toml, product internet: no access solution of internet carries 10G; extend an [[access]] of products.toml"
    );
}

//! The stories of `topology-samples/nantong/README.md`, told by the binary: each customer gets the verdict promised.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

use serde_json::Value;

mod support;

/// Address, product, bandwidth, whether protection is wanted, verdict, what is to be expanded.
type Story = (&'static str, &'static str, &'static str, bool, &'static str, &'static [&'static str]);

const STORIES: &[Story] = &[
    ("DZ-CC-001", "internet", "100M", false, "direct", &[]),
    ("DZ-KF-001", "internet", "50M", false, "direct", &[]),
    ("DZ-CC-002", "data", "155M", false, "jumper", &[]),
    ("DZ-CC-012", "data", "155M", false, "jumper", &[]),
    ("DZ-CC-003", "internet", "100M", false, "drop", &[]),
    ("DZ-KF-003", "internet", "50M", false, "drop", &[]),
    ("DZ-CC-004", "data", "155M", false, "drop", &[]),
    ("DZ-KF-004", "data", "155M", false, "drop", &[]),
    ("DZ-CC-010", "data", "155M", false, "drop", &[]),
    ("DZ-CC-011", "data", "155M", false, "drop", &[]),
    ("DZ-KF-002", "data", "155M", false, "drop", &[]),
    ("DZ-HA-001", "internet", "100M", false, "expansion", &["splitter"]),
    ("DZ-CC-005", "internet", "100M", false, "expansion", &["splitter"]),
    ("DZ-CC-006", "data", "155M", false, "expansion", &["cable"]),
    ("DZ-QD-001", "data", "155M", false, "expansion", &["board"]),
    ("DZ-HM-001", "internet", "100M", false, "infeasible", &[]),
    ("DZ-QD-002", "internet", "10M", false, "infeasible", &[]),
    ("DZ-RD-001", "internet", "10M", false, "infeasible", &[]),
    ("DZ-RD-002", "internet", "100M", false, "infeasible", &[]),
    ("DZ-CC-007", "data", "155M", true, "jumper", &[]),
    ("DZ-CC-008", "data", "155M", true, "jumper", &[]),
    ("DZ-CC-009", "data", "155M", true, "jumper", &[]),
    ("DZ-KF-005", "data", "155M", true, "drop", &[]),
];

fn ask(city: &support::Bench, story: &Story) -> Value {
    let (address, product, bandwidth, protect, ..) = story;
    let mut args = vec!["survey", "--address", address, "--product", product, "--bandwidth", bandwidth];
    if *protect {
        args.push("--protect");
    }
    city.json(&args)
}

#[test]
fn every_customer_gets_the_verdict_promised() {
    let city = support::Bench::nantong();
    for story in STORIES {
        let answer = ask(&city, story);
        let (address, product, _, _, verdict, expansions) = story;
        assert_eq!(answer["verdict"], *verdict, "{address} {product}");
        if *verdict == "infeasible" {
            assert_eq!(answer["alternatives"], serde_json::json!([]), "{address}");
            continue;
        }
        assert_eq!(answer["alternatives"][0]["expansions"], serde_json::json!(expansions), "{address} {product}");
    }
}

#[test]
fn the_stories_behind_the_verdicts() {
    let city = support::Bench::nantong();
    let of = |address: &str, protect: bool| {
        let story = STORIES.iter().find(|s| s.0 == address && s.3 == protect).expect("a story");
        ask(&city, story)
    };
    assert_eq!(of("DZ-CC-010", false)["alternatives"][0]["lead_time"]["not_before"], "2027-01-15");
    assert_eq!(of("DZ-CC-011", false)["alternatives"][0]["lead_time"]["not_before"], "2027-06-30");
    assert_eq!(of("DZ-KF-002", false)["alternatives"][0]["to_check"][0]["code"], "GL-0095");
    assert_eq!(of("DZ-CC-007", true)["protection"]["verdict"], "disjoint");
    for (address, single) in [("DZ-CC-008", "GD-CC-45"), ("DZ-CC-009", "NT-CC-RK12"), ("DZ-KF-005", "NT-KF-JR03")] {
        let protection = &of(address, true)["protection"];
        assert_eq!(protection["verdict"], "impossible", "{address}");
        assert_eq!(protection["single"]["resource"]["code"], single, "{address}");
        assert!(protection["least_shared"]["shared"].as_array().is_some_and(|s| !s.is_empty()), "{address}");
    }
    // The feeder that blocks is named with its figures.
    let rejected = of("DZ-CC-006", false)["rejected"].clone();
    let boxes = rejected.as_array().expect("a list");
    let nearest = boxes.iter().find(|r| r["access_point"]["code"] == "NT-CC-FX06").expect("the box that lists it");
    assert_eq!(nearest["block"]["why"], "no_free_cores");
    assert_eq!(nearest["block"]["cables"][0]["code"], "GL-0056");
    assert_eq!(nearest["block"]["blocked"], serde_json::json!([["occupied", 20], ["damaged", 4]]));
    // The island's splitter is not fed.
    let island = of("DZ-HM-001", false)["rejected"].clone();
    assert!(island.as_array().expect("a list").iter().any(|r| r["block"]["why"] == "not_fed"), "{island}");
}

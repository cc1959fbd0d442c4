//! Whole surveys on a sample, one thread: 10 access points, 3 alternatives, protection, budgets, bills. Every line of JSON
//! is a measurement.
//!
//! `cargo bench -p linewright-samples --bench survey -- city|region|province [QUERIES [WHAT]]`: `WHAT` keeps to the
//! surveys whose name has it.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a program to measure with")]

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use linewright_catalog::Catalog;
use linewright_model::crs::Crs;
use linewright_model::*;
use linewright_plan::{Protection, Survey, SurveyRequest, Where, survey};
use linewright_samples::{Scale, generate};
use linewright_search::Topology;
use linewright_search::geometry::distance_m;

/// As the program is built.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A small deterministic generator (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }
}

fn took<T>(what: &str, make: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = make();
    let resident = std::fs::read_to_string("/proc/self/status").unwrap();
    let resident = resident.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    let resident: u64 = resident.split_whitespace().nth(1).unwrap().parse().unwrap();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        r#"{{"bench": "survey", "what": "{what}", "unit": "s", "value": {seconds:.2}, "resident_mb": {}}}"#,
        resident / 1024
    );
    made
}

fn at(position: Position) -> Where {
    Where::At { x: position.lon_deg(), y: position.lat_deg(), crs: Crs::Wgs84 }
}

/// Where customers are: beside the buildings of the addresses.
fn customers(network: &Network) -> Vec<Position> {
    network.all::<Address>().filter_map(|(_, address)| address.position).collect()
}

/// Milliseconds that this thread has been on a processor: what a survey takes whatever else the machine does.
fn on_cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// What one survey said about protection.
fn verdict(survey: &Survey) -> &'static str {
    match survey.protection {
        None => "none asked",
        Some(Protection::Disjoint { optimal: true, .. }) => "disjoint",
        Some(Protection::Disjoint { .. }) => "disjoint with a gap",
        Some(Protection::Impossible { .. }) => "impossible",
        Some(Protection::Undecided { .. }) => "undecided",
        Some(Protection::Dark) => "dark",
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let scale = match words.first().map(String::as_str) {
        Some("city") => Scale::City,
        Some("region") => Scale::Region,
        Some("province") => Scale::Province,
        _ => {
            return println!(
                "usage: cargo bench -p linewright-samples --bench survey -- city|region|province [QUERIES [WHAT]]"
            );
        }
    };
    let queries: usize = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(200);
    let network = took("generated", || generate(scale, 1, &mut |_, _| {}).unwrap());
    let topology = took("topology", || Topology::build(&network));
    took("landmarks", || topology.prepare());
    let catalog = Catalog::builtin();
    let now: DateTime<Utc> = "2026-11-25T08:00:00Z".parse().unwrap();
    let positions = customers(&network);
    let only = words.get(2).map_or("", String::as_str);
    for (what, product, bandwidth, protect, far_m) in [
        ("internet 100M, any equipment", "internet", "100M", false, None),
        ("data 155M protected, any equipment", "data", "155M", true, None),
        ("data 155M, far end within 30 km", "data", "155M", false, Some(30_000.0)),
        ("data 155M protected, far end within 30 km", "data", "155M", true, Some(30_000.0)),
        ("data 155M protected, far end anywhere", "data", "155M", true, Some(f64::INFINITY)),
    ] {
        if !what.contains(only) {
            continue;
        }
        let mut dice = Dice(7);
        let mut millis: Vec<f64> = Vec::new();
        let mut verdicts = std::collections::BTreeMap::new();
        let (mut served, begun, cpu) = (0, Instant::now(), on_cpu_ms());
        for _ in 0..queries {
            let customer = positions[dice.roll(positions.len())];
            let far = far_m.map(|most_m| {
                loop {
                    let far = positions[dice.roll(positions.len())];
                    let apart_m = distance_m(customer, far);
                    if apart_m > 500.0 && apart_m <= most_m {
                        break at(far);
                    }
                }
            });
            let request = SurveyRequest {
                customer: at(customer),
                far,
                product: product.to_owned(),
                bandwidth: bandwidth.parse().unwrap(),
                protect,
                alternatives: Some(3),
                latest: None,
            };
            let start = Instant::now();
            let answer = survey(&network, &topology, &request, &catalog, now).unwrap();
            millis.push(start.elapsed().as_secs_f64() * 1e3);
            served += usize::from(!answer.alternatives.is_empty());
            *verdicts.entry(verdict(&answer)).or_insert(0) += 1;
            if begun.elapsed() > Duration::from_secs(60) {
                break;
            }
        }
        millis.sort_by(f64::total_cmp);
        let share = |share: f64| millis[((millis.len() as f64 * share) as usize).min(millis.len() - 1)];
        let (n, median, p99, largest) = (millis.len(), share(0.5), share(0.99), share(1.0));
        let undecided = verdicts.get("undecided").copied().unwrap_or(0) as f64 / n as f64;
        let on_cpu = (on_cpu_ms() - cpu) / n as f64;
        println!("# {what}: served {served} of {n}, {verdicts:?}; {on_cpu:.2} ms on a processor each");
        println!(
            r#"{{"bench": "survey", "what": "{what}", "unit": "ms", "n": {n}, "median": {median:.2}, "p99": {p99:.2}, "largest": {largest:.2}, "undecided": {undecided:.3}}}"#
        );
    }
}

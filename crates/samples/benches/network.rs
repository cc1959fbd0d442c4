//! Memory and speed of the network value, on samples: `cargo bench -p linewright-samples --bench network -- region`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a program to measure with")]

use linewright_model::*;
use linewright_samples::{Sample, Scale};
use std::time::Instant;

fn rss_kb(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with(key)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn main() {
    let scale = match std::env::args().nth(1).as_deref() {
        Some("province") => Scale::Province,
        Some("region") => Scale::Region,
        _ => Scale::City,
    };
    let begin = Instant::now();
    let mut network = Network::new();
    let mut apply = 0.0;
    for set in Sample::new(scale, 1) {
        let set = set.unwrap();
        let t = Instant::now();
        network.apply(&set).unwrap();
        apply += t.elapsed().as_secs_f64();
    }
    println!("generate {:.1} s, apply {apply:.1}", begin.elapsed().as_secs_f64());
    let records: usize = TableKind::ALL.iter().map(|t| network.count_of(*t)).sum();
    let rss = rss_kb("VmRSS");
    println!("{records} records, {rss} kB, {} B/record", rss * 1024 / records as u64);
    macro_rules! t { ($($r:ident),*) => { $( {
        let n = network.count::<$r>();
        let refs: usize = network.all::<$r>().map(|(id, _)| network.referrers(id.any()).len()).sum();
        println!("{} n {n} size {} referrers {refs}", stringify!($r), size_of::<$r>()); } )* } }
    t!(Dataset, Place, Span, Cable, Device, Splice, Jumper, Trail, Link, SlotMark, Address);
    let hold: usize = network.all::<Trail>().map(|(_, t)| t.holdings().count()).sum();
    let hops: usize = network.all::<Cable>().map(|(_, t)| t.route.len()).sum();
    let course: usize = network.all::<Span>().map(|(_, t)| t.course.len()).sum();
    let marks: usize = network.all::<Span>().map(|(_, t)| t.marks.len()).sum();
    let blocks: usize = network.all::<Device>().map(|(_, t)| t.blocks.len()).sum();
    let legs: usize = network.all::<Trail>().map(|(_, t)| t.legs.len()).sum();
    println!(
        "holdings {hold} x{} hops {hops} x{} course {course} marks {marks} blocks {blocks} x{} legs {legs} x{}",
        size_of::<Holding>(),
        size_of::<RouteHop>(),
        size_of::<PortBlock>(),
        size_of::<Leg>()
    );
}

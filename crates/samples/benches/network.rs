//! Memory and speed of the network value, on a sample.
//!
//! `cargo bench -p linewright-samples --bench network -- city|region|province`: bytes a record, of a network built by
//! `apply` and of one restored as the store does; times of `restore`, `clone`, a change of 100 scattered slots, reads.
//! Every line of JSON is a measurement.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a program to measure with")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use linewright_model::*;
use linewright_samples::{Sample, Scale};

/// Memory the process has in use, bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

fn timed<T>(what: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let made = what();
    (made, begin.elapsed())
}

fn line(what: &str, unit: &str, value: f64) {
    println!(r#"{{"bench": "network", "what": "{what}", "unit": "{unit}", "value": {value:.3}}}"#);
}

fn records(network: &Network) -> u64 {
    TableKind::ALL.iter().map(|table| network.count_of(*table) as u64).sum()
}

/// Calls a macro with all kinds of records.
macro_rules! all_records {
    ($call:ident!($($with:tt)*)) => {
        $call!([$($with)*] Dataset Place Span Cable Device Splice Jumper Trail Link SlotMark Address)
    };
}

macro_rules! restore {
    ([$network:ident, $into:ident] $($record:ident)*) => { $(for (id, record) in $network.all::<$record>() {
        let revision = $network.revision(id.any()).unwrap();
        $into.add(id, (**record).clone(), revision).unwrap();
    })* };
}

macro_rules! describe {
    ([$network:ident] $($record:ident)*) => { $(
        let referrers: usize = $network.all::<$record>().map(|(id, _)| $network.referrers(id).len()).sum();
        println!("# {:9} {:9} records of {:3} B, {referrers:9} references to them",
            stringify!($record), $network.count::<$record>(), size_of::<$record>());
    )* };
}

fn build(scale: Scale) -> Network {
    let mut network = Network::new();
    let (mut applying, mut sets) = (Duration::ZERO, 0u32);
    for set in Sample::new(scale, 1) {
        let set = set.unwrap();
        applying += timed(|| network.apply(&set).unwrap()).1;
        sets += 1;
    }
    let rate = records(&network) as f64 / applying.as_secs_f64();
    println!("# {sets} sets applied in {applying:.1?}");
    line("apply", "records/s", rate);
    network
}

fn restored(network: &Network) -> Network {
    let mut restoring = Restoring::default();
    all_records!(restore!(network, restoring));
    let next_ids = TableKind::ALL.iter().map(|table| (*table, network.next_id(*table)));
    restoring.finish(network.version(), next_ids).unwrap()
}

/// Reserves one core in each of `count` cables spread over the network.
fn scattered(network: &Network, count: usize) -> ChangeSet {
    let mut set = ChangeSet::new(Origin::Operation);
    let every = network.count::<Cable>() / count;
    let free = |id: CableId, cable: &Cable| {
        let core = cable.cores?;
        (network.slot(Carrier::Cable(id), core).state == SlotState::Idle).then_some(core)
    };
    let mut at = 0;
    for (nth, (id, cable)) in network.all::<Cable>().enumerate() {
        if nth < at {
            continue;
        }
        let Some(core) = free(id, cable) else { continue };
        at += every;
        let held = Holding { carrier: Carrier::Cable(id), take: Take::Slot(core), part: 0, state: SlotState::Selected };
        set.create(Trail {
            tag: Tag::new(format!("BENCH-{nth}"), ""),
            layer: Layer::Fibre,
            legs: vec![Leg { role: LegRole::Working, holdings: vec![held] }],
            grade: None,
            customer: Text::default(),
            reservation: None,
        });
    }
    set
}

fn reads(network: &Network) {
    let mut seed = 1u64;
    let mut any = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) % below as u64) as u32
    };
    let cables: Vec<CableId> = (0..1_000_000).map(|_| CableId::from_raw(any(network.count::<Cable>()))).collect();
    let each = |name: &str, read: &dyn Fn(CableId) -> usize| {
        let (sum, took) = timed(|| cables.iter().map(|id| read(*id)).sum::<usize>());
        black_box(sum);
        line(&format!("read at random: {name}"), "ns", took.as_nanos() as f64 / cables.len() as f64);
    };
    each("get", &|id| network.get(id).map_or(0, |cable| cable.a.raw() as usize));
    each("referring", &|id| network.referring::<SpliceId>(id).count());
    each("taken", &|id| network.taken(Carrier::Cable(id)).map_or(0, |taken| taken.uses().len()));
    each("by_code", &|id| {
        network.by_code::<CableId>(None, &network.get(id).unwrap().tag.code).map_or(0, |id| id.raw() as usize)
    });
}

fn main() {
    let scale = match std::env::args().nth(1).as_deref() {
        Some("region") => Scale::Region,
        Some("province") => Scale::Province,
        _ => Scale::City,
    };
    let before = resident();
    let network = build(scale);
    let count = records(&network);
    let used = resident() - before;
    line("records", "records", count as f64);
    line("memory, built by apply", "MB", (used >> 20) as f64);
    all_records!(describe!(network));
    let before = resident();
    let (mut network, took) = {
        let (again, took) = timed(|| restored(&network));
        (again, took)
    };
    let used = resident() - before;
    line("restore", "records/s", count as f64 / took.as_secs_f64());
    line("memory, restored", "MB", (used >> 20) as f64);

    let (_, took) = timed(|| (0..1000).map(|_| network.clone()).collect::<Vec<_>>());
    line("clone", "us", took.as_secs_f64() * 1e3);
    for _ in 0..5 {
        let kept = network.clone();
        let set = scattered(&network, 100);
        let (applied, took) = timed(|| network.apply(&set).unwrap());
        line("change of 100 scattered slots", "ms", took.as_secs_f64() * 1e3);
        let back = applied.changes.inverse();
        network.apply(&back).unwrap();
        drop(kept);
    }
    reads(&network);
}

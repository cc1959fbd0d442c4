//! Survey plans keep their promises on a real-looking city with random damage: deterministic, free of new findings,
//! refusals genuine, protected legs disjoint.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use linewright_audit as audit;
use linewright_catalog::Catalog;
use linewright_exchange as exchange;
use linewright_model::{
    Address, AnyId, Cable, CableId, Carrier, ChangeSet, Device, DeviceId, Id, Network, Origin, PlaceId, Reservation,
    SlotMark, SlotState, SpanId, Tag, Text, crs::Crs,
};
use linewright_plan::{
    Alternative, Block, Element, Expansion, Protection, Survey, SurveyRequest, Verdict, Where, preselect, survey,
};
use linewright_search::{Topology, ground};
use proptest::prelude::*;

static NANTONG: LazyLock<Network> = LazyLock::new(|| {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../topology-samples/nantong");
    let files = exchange::input::read_files(&[folder], 1 << 30).expect("the sample is readable");
    let mut network = Network::new();
    let outcome = exchange::import(&files, &exchange::ImportOptions::default(), &network).expect("native format");
    assert!(!outcome.refused);
    network.apply(&outcome.changes).expect("the sample applies");
    network
});

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().expect("a date")
}

/// Damages some idle cores and ports, as nights in the field do.
fn damage(network: &Network, hits: &[(u32, u32)]) -> Network {
    let cables: Vec<(CableId, u32)> = network.all::<Cable>().filter_map(|(id, c)| c.cores.map(|n| (id, n))).collect();
    let devices: Vec<(DeviceId, u32)> = network
        .all::<Device>()
        .map(|(id, d)| (id, d.blocks.iter().map(|b| b.ports().end).max().unwrap_or(1)))
        .collect();
    let mut changes = ChangeSet::new(Origin::Operation);
    let mut seen = BTreeSet::new();
    for (which, slot) in hits {
        let all = cables.len() + devices.len();
        let at = *which as usize % all;
        let (carrier, slots) = match cables.get(at) {
            Some((id, n)) => (Carrier::Cable(*id), *n),
            None => (Carrier::Device(devices[at - cables.len()].0), devices[at - cables.len()].1.max(2) - 1),
        };
        let slot = slot % slots + 1;
        if network.slot(carrier, slot).state == SlotState::Idle && seen.insert((carrier, slot)) {
            changes.create(SlotMark {
                tag: Tag::new(format!("hit-{}", seen.len()), ""),
                carrier,
                first: slot,
                count: 1,
                state: SlotState::Damaged,
            });
        }
    }
    let mut damaged = network.clone();
    damaged.apply(&changes).expect("idle slots may be damaged");
    damaged
}

fn findings(network: &Network) -> BTreeSet<String> {
    let all = audit::audit(network, &CATALOG, now());
    all.iter().map(|finding| serde_json::to_string(finding).expect("findings serialize")).collect()
}

fn requests() -> impl Strategy<Value = SurveyRequest> {
    let addresses = NANTONG.count::<Address>();
    let customer = prop_oneof![
        3 => (0..addresses).prop_map(|nth| {
            let (_, address) = NANTONG.all::<Address>().nth(nth).expect("counted");
            Where::Address(address.tag.code.to_string())
        }),
        1 => (120.80f64..121.0, 31.88f64..32.05).prop_map(|(x, y)| Where::At { x, y, crs: Crs::Wgs84 }),
    ];
    let product = prop_oneof![
        Just(("internet", "100M")),
        Just(("internet", "1G")),
        Just(("data", "155M")),
        Just(("voice", "2M"))
    ];
    (customer, product, any::<bool>(), 1usize..5).prop_map(|(customer, (product, bandwidth), protect, most)| {
        SurveyRequest {
            customer,
            far: None,
            product: product.to_owned(),
            bandwidth: bandwidth.parse().expect("a bandwidth"),
            protect,
            alternatives: Some(most),
            latest: None,
        }
    })
}

/// What an alternative rests on at the Route layer, computed from its elements and the records alone: spans, and the
/// ground places they touch.
fn footing(network: &Network, way: &Alternative) -> BTreeSet<AnyId> {
    let mut found = BTreeSet::new();
    let mut span = |id: SpanId, whole: bool| {
        found.insert(id.any());
        if let Some(span) = network.get(id).filter(|_| whole) {
            found.extend([span.a, span.b].map(|place| ground(network, place).any()));
        }
    };
    for element in &way.route {
        match element {
            // A drop joins its first span on the way, so it reaches only one end of it.
            Element::NewCable { spans, .. } => {
                let ids = spans.iter().filter_map(|named| named.id.typed());
                ids.enumerate().for_each(|(nth, id)| span(id, nth > 0));
            }
            // A cable opened on the way is used from there on only.
            Element::Cable { cable, spans, length_m, .. } => {
                let record = cable.id.typed::<CableId>().and_then(|id| network.get(id)).expect("exists");
                let opened = *length_m < record.length_m - 0.5;
                let route: Vec<SpanId> = record.route.iter().map(|hop| hop.span).collect();
                let used: Vec<SpanId> = spans.iter().filter_map(|named| named.id.typed()).collect();
                let backwards: Vec<SpanId> = route.iter().rev().copied().collect();
                assert!(
                    route.ends_with(&used) || backwards.ends_with(&used),
                    "{} is left out of its route",
                    cable.code
                );
                assert!(opened || used.len() == route.len(), "{} is told in part", cable.code);
                used.iter().enumerate().for_each(|(nth, id)| span(*id, !opened || nth > 0));
            }
            _ => {}
        }
    }
    found
}

fn check_way(network: &Network, way: &Alternative, before: &BTreeSet<String>) -> Result<(), TestCaseError> {
    prop_assert_eq!(way.cost_cny, way.bill.iter().map(|line| line.amount_cny).sum::<i64>());
    let fails = way.budget.as_ref().is_some_and(|budget| !budget.passes);
    prop_assert_eq!(fails, way.expansions.contains(&Expansion::Regeneration));
    prop_assert_eq!(way.verdict == Verdict::Expansion, !way.expansions.is_empty());
    let reservation = Reservation {
        order: Text::from("test"),
        user: Text::from("test"),
        expires: now() + chrono::TimeDelta::minutes(30),
    };
    let changes = preselect(way, "selection", reservation);
    let mut selected = network.clone();
    if let Err(violation) = selected.apply(&changes) {
        return Err(TestCaseError::fail(format!("the plan cannot be applied: {violation}")));
    }
    let new: Vec<String> = findings(&selected).difference(before).cloned().collect();
    prop_assert!(new.is_empty(), "the plan adds findings: {:?}", new);
    Ok(())
}

fn check_block(network: &Network, block: &Block) -> Result<(), TestCaseError> {
    match block {
        Block::NoFreeBranch { splitter, branches } => {
            let id: DeviceId = splitter.id.typed().expect("a device");
            let device = network.get(id).expect("exists");
            let outs = device.blocks.iter().filter(|b| b.kind == linewright_model::PortKind::SplitterOut);
            let ports: Vec<u32> = outs.flat_map(|b| b.ports()).collect();
            prop_assert_eq!(ports.len(), *branches);
            // A branch that is idle must be fed into a further splitter or have something patched in front.
            let used = |port: &u32| {
                let status = network.slot(Carrier::Device(id), *port);
                let there = linewright_model::Port { device: id, port: *port };
                let linked = network
                    .referring::<linewright_model::LinkId>(id)
                    .any(|l| network.get(l).is_some_and(|l| [l.a, l.z].contains(&there)));
                let patched = network
                    .referring::<linewright_model::JumperId>(id)
                    .any(|j| network.get(j).is_some_and(|j| [j.a, j.b].contains(&there)));
                status.state != SlotState::Idle || status.faulty || linked || patched
            };
            prop_assert!(ports.iter().all(used), "{} has a free branch", splitter.code);
        }
        Block::NoFreeCores { cables, needed, free, .. } => {
            prop_assert!(free < needed);
            // On the way blocked there must be a section that really lacks idle cores side to side; a section with
            // plenty idle cores everywhere would make the refusal a lie.
            let idle = |id: CableId| {
                let cable = network.get(id).expect("exists");
                let cores = 1..=cable.cores.unwrap_or(0);
                cores.filter(|n| network.slot(Carrier::Cable(id), *n).state == SlotState::Idle).count()
            };
            let ids: Vec<CableId> = cables.iter().filter_map(|c| c.id.typed()).collect();
            prop_assert!(!ids.is_empty());
            let through = Topology::build(network);
            let whole = ids.iter().all(|id| through.strands_through(*id).count() == 1);
            if whole && ids.len() == 1 && idle(ids[0]) >= *needed as usize {
                // Then terminals must be the reason.
                let strand = through.strands_through(ids[0]).next().and_then(|ix| through.strand(ix)).expect("one");
                let open = (0..strand.count.unwrap_or(0)).filter(|nth| {
                    strand.slots(*nth).all(|(carrier, slot)| {
                        let status = network.slot(carrier, slot);
                        status.state == SlotState::Idle && !status.faulty
                    })
                });
                let patched = strand
                    .devices()
                    .map(|d| linewright_search::capacity::patched_ports(network, d).len())
                    .sum::<usize>();
                prop_assert!(open.count() < *needed as usize + patched);
            }
        }
        Block::TooFar { distance_m, limit_m } => prop_assert!(distance_m > limit_m),
        Block::Budget { failures, .. } => prop_assert!(!failures.is_empty()),
        _ => {}
    }
    Ok(())
}

fn check_protection(network: &Network, answer: &Survey) -> Result<(), TestCaseError> {
    let Some(Protection::Disjoint { working, protection, .. }) = &answer.protection else { return Ok(()) };
    let slots = |way: &Alternative| way.holdings.iter().map(|h| (h.carrier, h.take)).collect::<BTreeSet<_>>();
    prop_assert!(slots(working).is_disjoint(&slots(protection)), "both legs take one slot");
    let mut ends: BTreeSet<PlaceId> = BTreeSet::new();
    ends.extend(answer.customer.place.iter().filter_map(|place| place.id.typed::<PlaceId>()));
    for way in [working, protection] {
        let devices = way.relied_on.iter().filter_map(|(named, _)| named.id.typed::<DeviceId>());
        ends.extend(devices.filter_map(|id| network.get(id)).map(|device| device.place));
    }
    let ends: BTreeSet<AnyId> = ends.iter().map(|place| ground(network, *place).any()).collect();
    let shared: BTreeSet<AnyId> =
        footing(network, working).intersection(&footing(network, protection)).copied().collect();
    let shared: Vec<String> = shared.difference(&ends).map(|id| network.label(*id)).collect();
    prop_assert!(shared.is_empty(), "the legs share {:?}", shared);
    Ok(())
}

/// A case takes half a second in the dev profile; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plans_keep_their_promises(
        request in requests(),
        hits in proptest::collection::vec((any::<u32>(), any::<u32>()), 0..400),
    ) {
        let network = damage(&NANTONG, &hits);
        let topology = Topology::build(&network);
        let answer = survey(&network, &topology, &request, &CATALOG, now());
        let again = survey(&network, &topology, &request, &CATALOG, now());
        let json = |a: &Result<Survey, _>| a.as_ref().map(|s| serde_json::to_string(s).expect("serializes")).ok();
        prop_assert_eq!(json(&answer), json(&again), "same input, same plan");
        let answer = answer.map_err(|e| TestCaseError::fail(e.to_string()))?;
        let before = findings(&network);
        for way in &answer.alternatives {
            check_way(&network, way, &before)?;
        }
        for rejected in &answer.rejected {
            check_block(&network, &rejected.block)?;
        }
        check_protection(&network, &answer)?;
    }
}

#[test]
fn the_sample_breaks_no_rule() {
    // Streets with a duct on either side are worth a look, no more.
    let broken = findings(&NANTONG).into_iter().filter(|finding| !finding.contains(r#""severity":"info""#));
    assert_eq!(broken.collect::<Vec<_>>(), Vec::<String>::new());
}

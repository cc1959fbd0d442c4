//! Surveys of a small town, each reasoned out by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod town;

use chrono::{DateTime, NaiveDate, Utc};
use linewright_catalog::{Catalog, Technology};
use linewright_model::{Carrier, Network, Occupancy, Plant, SlotState, Stage, crs::Crs};
use linewright_plan::{
    Alternative, Block, Element, Expansion, Note, Protection, Survey, SurveyError, SurveyRequest, Verdict, Where,
    survey,
};
use linewright_search::Topology;
use town::{Town, at, hold, trail};

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

fn request(customer: Where, product: &str, bandwidth: &str) -> SurveyRequest {
    SurveyRequest {
        customer,
        far: None,
        product: product.to_owned(),
        bandwidth: bandwidth.parse().unwrap(),
        protect: false,
        alternatives: None,
        latest: None,
    }
}

fn point(east_m: f64, north_m: f64) -> Where {
    let position = at(east_m, north_m);
    Where::At { x: position.lon_deg(), y: position.lat_deg(), crs: Crs::Wgs84 }
}

fn ask(network: &Network, request: &SurveyRequest) -> Result<Survey, SurveyError> {
    survey(network, &Topology::build(network), request, &Catalog::builtin(), now())
}

fn answer(town: &Town, customer: Where, product: &str, bandwidth: &str) -> Survey {
    ask(&town.network, &request(customer, product, bandwidth)).unwrap()
}

fn best(survey: &Survey) -> &Alternative {
    survey.alternatives.first().expect("an alternative")
}

fn cables(way: &Alternative) -> Vec<(&str, Vec<u32>)> {
    let mut found = Vec::new();
    for element in &way.route {
        if let Element::Cable { cable, cores, .. } = element {
            found.push((cable.code.as_str(), cores.iter().map(|core| core.number).collect()));
        }
    }
    found
}

#[test]
fn a_free_branch_a_hundred_metres_away_needs_a_drop() {
    let town = Town::build();
    let survey = answer(&town, Where::Address("A1".into()), "internet", "100M");
    let way = best(&survey);
    assert_eq!((survey.verdict, way.technology), (Verdict::Drop, Technology::Pon));
    assert_eq!(way.access_point.code, "B");
    assert_eq!(way.covers, Some(true));
    // 100 m straight × 1.4 and 12 m of slack; the box is the end of the street, so nothing is pulled along a duct.
    assert!((way.drop_m - 152.0).abs() < 1.0, "{}", way.drop_m);
    assert_eq!(cables(way), [("BRANCH", vec![1]), ("TRUNK", vec![1])]);
    let budget = way.budget.as_ref().unwrap();
    assert!(budget.passes && budget.interface == "GPON-B+" && budget.directions.len() == 2);
    let splitter = way.route.iter().find_map(|e| match e {
        Element::Splitter { ratio, branch, new, .. } => Some((*ratio, *branch, *new)),
        _ => None,
    });
    assert_eq!(splitter, Some((8, Some(2), false)));
    // Drop 450 + 152.1 m × 3, one splice, one ONU, and an attenuator: 1.5 km is too bright for B+.
    assert_eq!(way.cost_cny, 450 + 457 + 15 + 400 + 40);
    // ONU 3 days beside, then drop 3, configuration 1.
    assert_eq!(way.lead_time.working_days, 7);
}

#[test]
fn a_full_splitter_needs_another_over_a_free_core() {
    let town = Town::build().with(|town, changes| {
        for (n, port) in (2..=9).enumerate() {
            changes.create(trail(&format!("U{n}"), vec![hold(Carrier::Device(town.splitter), port)]));
        }
    });
    let survey = answer(&town, Where::Address("A1".into()), "internet", "100M");
    let way = survey.alternatives.iter().find(|way| way.technology == Technology::Pon).unwrap();
    assert_eq!(way.expansions, [Expansion::Splitter]);
    // Core 1 feeds the old splitter; the lowest free core of each section is 2.
    assert_eq!(cables(way), [("BRANCH", vec![2]), ("TRUNK", vec![2])]);
}

#[test]
fn an_sdh_line_takes_a_pair_side_by_side_past_damage() {
    let town = Town::build();
    let trunk = Carrier::Cable(town.trunk);
    let town = town.marked(trunk, 3, 1, SlotState::Damaged);
    let survey = answer(&town, Where::Address("A1".into()), "data", "155M");
    let way = best(&survey);
    assert_eq!(way.technology, Technology::Sdh);
    assert_eq!(cables(way), [("BRANCH", vec![2, 3]), ("TRUNK", vec![4, 5])]);
    assert_eq!(way.budget.as_ref().unwrap().interface, "S-1.1");
    // Box to cabinet plugs in; cabinet and site are patched, two fibres each.
    let jumpers: u32 = way.route.iter().map(|e| if let Element::Jumpers { count } = e { *count } else { 0 }).sum();
    assert_eq!(jumpers, 4);
    // Pairs: 2 terminals × 4 frames, 2 cores × 2 cables, one port.
    assert_eq!(way.holdings.len(), 2 * 4 + 2 * 2 + 1);
}

#[test]
fn a_blocked_feeder_is_named() {
    let town = Town::build();
    let trunk = Carrier::Cable(town.trunk);
    let town = town.marked(trunk, 2, 23, SlotState::OutOfUse);
    let survey = answer(&town, Where::Address("A1".into()), "data", "155M");
    let rejected = survey.rejected.iter().find(|r| r.access_point.code == "B").expect("the box is rejected");
    let Block::NoFreeCores { cables, needed, free, blocked } = &rejected.block else {
        panic!("{:?}", rejected.block);
    };
    assert_eq!(cables.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["TRUNK"]);
    assert_eq!((*needed, *free), (2, 0));
    assert_eq!(blocked, &[(SlotState::Occupied, 1), (SlotState::OutOfUse, 23)]);
}

#[test]
fn a_full_ne_is_named_unless_a_board_fits() {
    let town = Town::build().with(|town, changes| {
        for port in 1..=4 {
            changes.create(trail(&format!("X{port}"), vec![hold(Carrier::Device(town.adm), port)]));
        }
    });
    let survey = answer(&town, Where::Address("A1".into()), "data", "155M");
    assert_eq!(survey.verdict, Verdict::Infeasible);
    let block = &survey.rejected.iter().find(|r| r.access_point.code == "B").unwrap().block;
    assert!(matches!(block, Block::NoFreePort { device, ports: 4, .. } if device.code == "ADM"), "{block:?}");
    let adm = town.adm;
    let town = town.with(|town, changes| {
        let before = town.network.get(adm).unwrap();
        changes.update(adm, before, linewright_model::Device { free_board_slots: Some(1), ..(**before).clone() });
    });
    let survey = answer(&town, Where::Address("A1".into()), "data", "155M");
    assert!(best(&survey).expansions.contains(&Expansion::Board));
    assert!(best(&survey).bill.iter().any(|line| line.item == "board"));
}

#[test]
fn a_full_duct_is_named() {
    let town = Town::build().with(|town, changes| {
        let kind = linewright_model::PlaceKind::Premises;
        let home = changes.create(linewright_model::Place::new("H", kind, Some(at(1600.0, 0.0))));
        let duct = linewright_model::SpanKind::Duct;
        let lead_in = linewright_model::Span::new("D3", duct, town.house, home, 200.0);
        changes.create(linewright_model::Span { capacity: Some(0), ..lead_in });
    });
    let survey = answer(&town, Where::Place("H".into()), "data", "155M");
    assert_eq!(survey.verdict, Verdict::Infeasible);
    let full = |r: &linewright_plan::Rejected| matches!(&r.block, Block::SpanFull { span, .. } if span.code == "D3");
    assert!(survey.rejected.iter().any(full), "{:?}", survey.rejected);
}

#[test]
fn unproven_cores_are_offered_only_to_be_checked() {
    let town = Town::build();
    let branch = town.branch;
    let town = town.with(|town, changes| {
        let before = town.network.get(branch).unwrap();
        let after = linewright_model::Cable { occupancy: Occupancy::Unproven, ..(**before).clone() };
        changes.update(branch, before, after);
    });
    let survey = answer(&town, Where::Address("A1".into()), "data", "155M");
    let way = best(&survey);
    assert_eq!(way.to_check.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["BRANCH"]);
    assert_eq!(cables(way)[0], ("BRANCH", vec![]));
    assert!(survey.notes.contains(&Note::CoresUnknown));
    assert!(way.holdings.iter().all(|h| h.carrier != Carrier::Cable(branch)), "an unknown core is never reserved");
}

#[test]
fn plant_under_construction_is_offered_with_its_date() {
    let town = Town::build();
    let (trunk, date) = (town.trunk, NaiveDate::from_ymd_opt(2027, 1, 15).unwrap());
    let town = town.with(|town, changes| {
        let before = town.network.get(trunk).unwrap();
        let plant = Plant { stage: Stage::UnderConstruction, available_from: Some(date), ..Plant::default() };
        changes.update(trunk, before, linewright_model::Cable { plant: plant.into(), ..(**before).clone() });
    });
    let ask_by = |latest| {
        let request = SurveyRequest { latest, ..request(Where::Address("A1".into()), "data", "155M") };
        ask(&town.network, &request).unwrap()
    };
    assert_eq!(best(&ask_by(None)).lead_time.not_before, Some(date));
    // Without the trunk there is still the duct: a cable of one's own to the site.
    let early = ask_by(date.pred_opt());
    assert_eq!((best(&early).access_point.code.as_str(), early.verdict), ("S", Verdict::Expansion));
    assert!(early.alternatives.iter().all(|way| way.lead_time.not_before.is_none()));
}

#[test]
fn a_tree_gives_no_second_way_and_says_why() {
    let town = Town::build();
    let request = SurveyRequest { protect: true, ..request(Where::Address("A1".into()), "data", "155M") };
    let survey = ask(&town.network, &request).unwrap();
    let Some(Protection::Impossible { single: Some(single), least_shared, .. }) = &survey.protection else {
        panic!("{:?}", survey.protection);
    };
    assert!(["D1", "C"].contains(&single.resource.code.as_str()), "{}", single.resource.code);
    let least = least_shared.as_ref().expect("a pair that shares least");
    let slots = |way: &Alternative| way.holdings.iter().map(|h| (h.carrier, h.take)).collect::<Vec<_>>();
    assert!(slots(&least.working).iter().all(|slot| !slots(&least.protection).contains(slot)));
    assert!(least.shared.iter().any(|shared| shared.resource.code == "D1"));
}

#[test]
fn bad_requests_say_what_to_do() {
    let town = Town::build();
    let check = |network: &Network, request: SurveyRequest, expected: &str| {
        let error = ask(network, &request).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error:?} should contain {expected:?}");
    };
    let a1 = || Where::Address("A1".into());
    let wgs = |x, y| Where::At { x, y, crs: Crs::Wgs84 };
    check(&Network::new(), request(a1(), "internet", "10M"), "import a fibre map first");
    check(&town.network, request(a1(), "pigeon", "10M"), "use one of");
    check(&town.network, request(a1(), "data", "40G"), "give a bandwidth from");
    check(&town.network, request(wgs(32.0, 120.0), "internet", "10M"), "swapped");
    check(&town.network, request(wgs(f64::NAN, 32.0), "internet", "10M"), "number");
    check(&town.network, request(Where::Place("nowhere".into()), "internet", "10M"), "no place has");
    check(&town.network, request(Where::Address("一号路".into()), "internet", "10M"), "several standard addresses");
    check(&town.network, request(Where::Address("一号路9号".into()), "internet", "10M"), "did you mean");
    check(&town.network, request(Where::Address("".into()), "internet", "10M"), "no standard address");
    let same = SurveyRequest { far: Some(a1()), ..request(a1(), "data", "155M") };
    check(&town.network, same, "two different ends");
    check(&town.network, SurveyRequest { alternatives: Some(0), ..request(a1(), "data", "155M") }, "ask for 1 to");
}

#[test]
fn far_from_everything_is_said_with_the_distance() {
    let town = Town::build();
    let near_miss = answer(&town, point(9_000.0, 0.0), "internet", "100M");
    assert_eq!(near_miss.verdict, Verdict::Infeasible);
    assert!(near_miss.rejected.iter().all(|r| matches!(r.block, Block::TooFar { .. })), "{:?}", near_miss.rejected);
    let refused = |x, y| ask(&town.network, &request(Where::At { x, y, crs: Crs::Wgs84 }, "internet", "100M"));
    let message = refused(110.0, 25.0).expect_err("far from everything").to_string();
    assert!(message.contains("1248 km away"), "{message}");
    // The sign lost.
    let message = refused(-120.01, 32.0).expect_err("a slip").to_string();
    assert!(message.contains("but 120.01,32 lies on it"), "{message}");
}

#[test]
fn a_far_end_is_reached_in_glass_all_the_way() {
    let town = Town::build();
    let request = SurveyRequest { far: Some(Where::Place("S".into())), ..request(point(1450.0, 30.0), "data", "155M") };
    let survey = ask(&town.network, &request).unwrap();
    let way = best(&survey);
    assert_eq!(cables(way), [("BRANCH", vec![2, 3]), ("TRUNK", vec![2, 3])]);
    assert!(matches!(way.route.last(), Some(Element::End { label }) if label == "S"));
    assert!(way.budget.as_ref().unwrap().passes);
    let ids = (town.site, town.cabinet, town.house, town.olt, town.duct);
    assert!(town.network.contains(ids.0.into()) && town.network.contains(ids.4.into()));
}

/// Cores that are free two by two, with a gap: each leg takes its own.
#[test]
fn both_legs_never_take_one_core() {
    let town = Town::build();
    let trunk = Carrier::Cable(town.trunk);
    // Free in the trunk: 3, 5, 8, 9.
    let town = town.marked(trunk, 2, 1, SlotState::Damaged).marked(trunk, 4, 1, SlotState::Damaged);
    let town = town.marked(trunk, 6, 2, SlotState::Damaged).marked(trunk, 10, 15, SlotState::Damaged);
    // No room for a cable of one's own beside the trunk.
    let duct = town.duct;
    let town = town.with(|town, changes| {
        let before = town.network.get(duct).unwrap();
        changes.update(duct, before, linewright_model::Span { capacity: Some(1), ..(**before).clone() });
    });
    let request = SurveyRequest { protect: true, ..request(Where::Place("B".into()), "data", "155M") };
    let survey = ask(&town.network, &request).unwrap();
    let least = match &survey.protection {
        Some(Protection::Impossible { least_shared, .. } | Protection::Undecided { least_shared }) => least_shared,
        other => panic!("{other:?}"),
    };
    let least = least.as_ref().expect("a pair that shares least");
    let cores = |way: &Alternative| {
        let held = way.holdings.iter().filter(|h| h.carrier == trunk).map(|h| h.take);
        held.collect::<Vec<_>>()
    };
    let (working, protection) = (cores(&least.working), cores(&least.protection));
    assert_eq!((working.len(), protection.len()), (2, 2));
    assert!(working.iter().all(|take| !protection.contains(take)), "{working:?} {protection:?}");
}

/// A branch is only as good as the light behind it.
#[test]
fn a_broken_feeder_gives_no_branch() {
    let town = Town::build();
    let trunk = Carrier::Cable(town.trunk);
    let town = town.marked(trunk, 1, 1, SlotState::Damaged);
    let survey = answer(&town, Where::Address("A1".into()), "internet", "100M");
    let on_branch = |way: &Alternative| way.holdings.iter().any(|h| h.carrier == Carrier::Device(town.splitter));
    assert!(!survey.alternatives.iter().any(on_branch));
}

/// A measurement at a wavelength that loses less says nothing about the one in use.
#[test]
fn a_measurement_at_a_longer_wavelength_is_not_used() {
    let fibre_db = |wavelength_nm, loss_db| {
        let town = Town::build();
        let trunk = town.trunk;
        let town = town.with(|town, changes| {
            let before = town.network.get(trunk).unwrap();
            let on = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
            let measurement = linewright_model::Measurement { core: None, wavelength_nm, loss_db, on };
            changes.update(
                trunk,
                before,
                linewright_model::Cable { measurements: vec![measurement].into(), ..(**before).clone() },
            );
        });
        let survey = answer(&town, Where::Address("A1".into()), "data", "155M");
        best(&survey).budget.as_ref().unwrap().directions[0].fibre_db
    };
    let computed = fibre_db(1550, 0.01);
    assert!(computed > 0.5, "{computed}");
    assert!(fibre_db(1310, 3.0) > 3.0);
}

/// What the optics table does not know is a reason against one way, not against the survey.
#[test]
fn an_unknown_fibre_stops_only_its_own_way() {
    let town = Town::build();
    let branch = town.branch;
    let town = town.with(|town, changes| {
        let before = town.network.get(branch).unwrap();
        changes.update(branch, before, linewright_model::Cable { fibre: "G.XXX".into(), ..(**before).clone() });
    });
    let survey = answer(&town, Where::Address("A1".into()), "data", "155M");
    let at_box = survey.rejected.iter().find(|r| r.access_point.code == "B").expect("the box is explained");
    assert!(matches!(&at_box.block, Block::NotComputable { reason } if reason.contains("G.XXX")), "{:?}", at_box.block);
}

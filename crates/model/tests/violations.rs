//! One case for every way `apply` refuses, with the words it says.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use chrono::DateTime;
use linewright_model::*;

/// Two manholes, a duct of two bores, a proven and an unproven cable of four cores, a frame of eight
/// terminals, and a trail that occupies core 1 of the proven cable.
struct Town {
    network: Network,
    manhole: PlaceId,
    duct: SpanId,
    cable: CableId,
    unproven: CableId,
    frame: DeviceId,
    trail: TrailId,
}

fn cable(code: &str, a: PlaceId, b: PlaceId, occupancy: Occupancy) -> Cable {
    Cable { cores: Some(4), occupancy, ..Cable::new(code, a, b, 500.0) }
}

fn trail(code: &str, holdings: &[(Carrier, Take, SlotState)]) -> Trail {
    let hold = |(carrier, take, state): &(Carrier, Take, SlotState)| Holding {
        carrier: *carrier,
        take: *take,
        part: 0,
        state: *state,
    };
    Trail {
        tag: Tag::new(code, ""),
        layer: Layer::Fibre,
        legs: vec![Leg { role: LegRole::Working, holdings: holdings.iter().map(hold).collect() }],
        grade: None,
        customer: Text::from(""),
        reservation: Some(Reservation {
            order: Text::from("O-1"),
            user: Text::from("li"),
            expires: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        }),
    }
}

fn mark(code: &str, carrier: Carrier, slot: u32, state: SlotState) -> SlotMark {
    SlotMark { tag: Tag::new(code, ""), carrier, first: slot, count: 1, state }
}

fn frame(code: &str, place: PlaceId, terminals: u32) -> Device {
    let block = PortBlock {
        name: Text::from("1"),
        first: 1,
        count: terminals,
        kind: PortKind::OpticalTerminal,
        interface: Text::from(""),
        rate: Text::from(""),
    };
    Device {
        tag: Tag::new(code, ""),
        place,
        kind: DeviceKind::Odf,
        model: Text::from(""),
        blocks: vec![block].into(),
        free_board_slots: None,
        plant: Alike::default(),
    }
}

fn town() -> Town {
    let mut network = Network::new();
    let mut set = ChangeSet::new(Origin::Recording);
    let manhole = set.create(Place::new("M1", PlaceKind::Manhole, None));
    let other = set.create(Place::new("M2", PlaceKind::Manhole, None));
    let duct = set.create(Span { capacity: Some(2), ..Span::new("D1", SpanKind::Duct, manhole, other, 400.0) });
    let proven = set.create(cable("C1", manhole, other, Occupancy::Proven));
    let unproven = set.create(cable("C2", manhole, other, Occupancy::Unproven));
    let odf = set.create(frame("F1", manhole, 8));
    let first = set.create(trail("T1", &[(Carrier::Cable(proven), Take::Slot(1), SlotState::Occupied)]));
    let applied = network.apply(&set).unwrap();
    Town {
        network,
        manhole: applied.resolve(manhole),
        duct: applied.resolve(duct),
        cable: applied.resolve(proven),
        unproven: applied.resolve(unproven),
        frame: applied.resolve(odf),
        trail: applied.resolve(first),
    }
}

/// Applies the set that `build` makes for the town, and compares what is said; `""` for acceptance.
fn check(origin: Origin, expected: &str, build: impl Fn(&Town, &mut ChangeSet)) {
    let mut town = town();
    let frozen = town.network.clone();
    let mut set = ChangeSet::new(origin);
    build(&town, &mut set);
    let said = town.network.apply(&set).map_or_else(|violation| violation.to_string(), |_| String::new());
    assert_eq!(said, expected);
    if !expected.is_empty() {
        assert!(town.network.same_records(&frozen) && town.network.version() == frozen.version());
    }
}

use Origin::{Operation, Recording, Reversal};
use SlotState::*;

#[test]
fn stale() {
    check(Operation, "cable#0 (C1) is not as the change expects it; read it again and redo the change", |town, set| {
        let now = town.network.get(town.cable).unwrap();
        let believed = Arc::new(Cable { length_m: 501.0, ..(**now).clone() });
        set.update(town.cable, &believed, Cable { length_m: 502.0, ..(**now).clone() });
    });
    check(Operation, "place#77 (M9) is not as the change expects it; read it again and redo the change", |_, set| {
        set.remove(PlaceId::from_raw(77), &Arc::new(Place::new("M9", PlaceKind::Pole, None)));
    });
}

#[test]
fn changed_twice() {
    check(Recording, "cable#0 is changed twice in one change set", |town, set| {
        let now = town.network.get(town.cable).unwrap();
        set.update(town.cable, now, (**now).clone());
        set.remove(town.cable, now);
    });
}

#[test]
fn id_reused() {
    let place = || Some(Arc::new(Place::new("M9", PlaceKind::Pole, None)));
    check(Recording, "place#1 cannot be given out again; use a placeholder", |_, set| {
        set.changes.push(Edit { id: PlaceId::from_raw(1), before: None, after: place() }.into());
    });
    // An id the set names itself is not given out to a placeholder beside it.
    let mut town = town();
    let mut set = ChangeSet::new(Recording);
    let new = set.create(Place::new("M8", PlaceKind::Pole, None));
    set.changes.push(Edit { id: PlaceId::from_raw(2), before: None, after: place() }.into());
    let applied = town.network.apply(&set).unwrap();
    assert_eq!(applied.resolve(new), PlaceId::from_raw(3));
    assert_eq!(town.network.by_code(None, "M9"), Some(PlaceId::from_raw(2)));
    assert_eq!(town.network.by_code(None, "M8"), Some(PlaceId::from_raw(3)));
}

#[test]
fn dangling() {
    check(Recording, "cable#2 (C9) refers to place#77, which does not exist", |town, set| {
        set.create(cable("C9", town.manhole, PlaceId::from_raw(77), Occupancy::Proven));
    });
    check(Recording, "cable#2 (C9) refers to place#new5, which does not exist", |town, set| {
        set.create(cable("C9", town.manhole, PlaceId::placeholder(5), Occupancy::Proven));
    });
}

#[test]
fn still_referred() {
    check(Recording, "place#0 cannot be removed: span#0 (D1) still refers to it", |town, set| {
        set.remove(town.manhole, town.network.get(town.manhole).unwrap());
    });
}

#[test]
fn code_taken() {
    check(Recording, r#"the code "M1" is already used by place#0 in table place"#, |_, set| {
        set.create(Place::new("M1", PlaceKind::Pole, None));
    });
    // In another data set, or after its first bearer left in the same set, the code is free.
    check(Recording, "", |_, set| {
        let dataset = set.create(Dataset { tag: Tag::new("X", ""), format: Text::from("native") });
        let mut place = Place::new("M1", PlaceKind::Pole, None);
        place.tag.dataset = Some(dataset);
        set.create(place);
    });
    check(Recording, "", |town, set| {
        set.remove(town.trail, town.network.get(town.trail).unwrap());
        set.create(trail("T1", &[]));
    });
}

#[test]
fn malformed() {
    let span = |length_m: f64| {
        move |town: &Town, set: &mut ChangeSet| {
            set.create(Span::new("D9", SpanKind::Duct, town.manhole, town.manhole, length_m));
        }
    };
    check(Recording, r#"span "D9": length_m is -1 m; give 0 m or more"#, span(-1.0));
    check(Recording, r#"span "D9": length_m is NaN m; give 0 m or more"#, span(f64::NAN));
    check(Recording, r#"place "": the code is empty; every record needs one"#, |_, set| {
        set.create(Place::new("", PlaceKind::Pole, None));
    });
    check(Recording, r#"dataset "X": a data set lies in no data set"#, |_, set| {
        let mut tag = Tag::new("X", "");
        tag.dataset = Some(DatasetId::placeholder(0));
        set.create(Dataset { tag, format: Text::from("native") });
    });
    check(
        Recording,
        r#"cable "C9": a tube or ribbon has at least one core; leave the field empty when unknown"#,
        |town, set| {
            set.create(Cable { cores_per_tube: Some(0), ..cable("C9", town.manhole, town.manhole, Occupancy::Proven) });
        },
    );
    check(Recording, r#"cable "C9": cores is above 10000; no cable section is that large"#, |town, set| {
        set.create(Cable { cores: Some(10_001), ..cable("C9", town.manhole, town.manhole, Occupancy::Proven) });
    });
    check(Recording, r#"device "F9": port block "1" must have at least one port, numbered from 1"#, |town, set| {
        set.create(frame("F9", town.manhole, 0));
    });
    check(Recording, r#"device "F9": port blocks "1" and "1" overlap"#, |town, set| {
        let mut odf = frame("F9", town.manhole, 4);
        let again = PortBlock { first: 4, ..odf.blocks[0].clone() };
        odf.blocks.push(again);
        set.create(odf);
    });
    check(Recording, r#"splice "S9": a splice joins at least one core, numbered from 1"#, |town, set| {
        let side = |end, first| SpliceSide { on: Fixture::Cable { id: town.cable, end }, first };
        let (a, b) = (side(CableEnd::A, 1), side(CableEnd::B, u32::MAX));
        set.create(Splice { tag: Tag::new("S9", ""), at: town.manhole, a, b, count: 2, method: SpliceMethod::Fusion });
    });
    check(Recording, r#"jumper "J9": a jumper joins two different ports"#, |town, set| {
        let port = Port { device: town.frame, port: 1 };
        set.create(Jumper { tag: Tag::new("J9", ""), a: port, b: port });
    });
    check(Recording, r#"trail "T9": a holding cannot be damaged; put the state on a slot mark"#, |town, set| {
        set.create(trail("T9", &[(Carrier::Cable(town.cable), Take::Slot(2), Damaged)]));
    });
    check(Recording, r#"trail "T9": slots are numbered from 1 and amounts are at least 1"#, |town, set| {
        set.create(trail("T9", &[(Carrier::Cable(town.cable), Take::Slot(0), Occupied)]));
    });
    check(Recording, r#"link "L9": links of the Route and Cable layers are spans and cables"#, |town, set| {
        let port = |port| Port { device: town.frame, port };
        let slots = Discipline::Exclusive { count: Some(1) };
        let (a, z) = (port(1), port(2));
        set.create(Link { tag: Tag::new("L9", ""), layer: Layer::Cable, a, z, slots, trail: town.trail });
    });
    check(
        Recording,
        r#"slot_mark "K9": a slot mark cannot say idle; that state needs a trail, or no mark"#,
        |town, set| {
            set.create(mark("K9", Carrier::Cable(town.cable), 2, Idle));
        },
    );
    check(Recording, r#"slot_mark "K9": a slot mark covers at least one slot, numbered from 1"#, |town, set| {
        set.create(mark("K9", Carrier::Cable(town.cable), 0, Standby));
    });
    check(Recording, r#"address "A9": the address text is empty"#, |_, set| {
        set.create(Address {
            tag: Tag::new("A9", ""),
            text: Text::from(" "),
            position: None,
            premises: None,
            covered_by: Vec::new(),
        });
    });
}

#[test]
fn two_owners() {
    let second = |town: &Town, set: &mut ChangeSet| {
        set.create(trail("T2", &[(Carrier::Cable(town.cable), Take::Slot(1), Occupied)]));
    };
    for origin in [Recording, Operation, Reversal] {
        check(origin, "slot 1 of cable#0 (C1) cannot have both T1 and T2", second);
    }
    check(Recording, "slot 2 of device#0 (F1) cannot have both T2 and T2", |town, set| {
        let twice = (Carrier::Device(town.frame), Take::Slot(2), Occupied);
        set.create(trail("T2", &[twice, twice]));
    });
    check(Recording, "slot 1 of cable#0 (C1) cannot have both T1 and K1", |town, set| {
        set.create(mark("K1", Carrier::Cable(town.cable), 1, Standby));
    });
    check(Recording, "slot 2 of cable#0 (C1) cannot have both K1 and K2", |town, set| {
        set.create(mark("K1", Carrier::Cable(town.cable), 2, Damaged));
        set.create(mark("K2", Carrier::Cable(town.cable), 2, Damaged));
    });
    // A fault may stand beside an owner.
    check(Operation, "", |town, set| {
        set.create(mark("K1", Carrier::Cable(town.cable), 1, Damaged));
    });
}

#[test]
fn no_such_slot() {
    check(Recording, "cable#0 (C1) has no slot 5", |town, set| {
        set.create(trail("T2", &[(Carrier::Cable(town.cable), Take::Slot(5), Occupied)]));
    });
    check(Recording, "device#0 (F1) has no slot 9", |town, set| {
        set.create(mark("K1", Carrier::Device(town.frame), 9, Damaged));
    });
    // A carrier cannot shrink under its holders.
    check(Recording, "cable#0 (C1) has no slot 1", |town, set| {
        let now = town.network.get(town.cable).unwrap();
        set.update(town.cable, now, Cable { cores: Some(0), ..(**now).clone() });
    });
}

#[test]
fn wrong_take() {
    let said = |code: &str| format!("{code} is not taken that way: numbered carriers by slot, counted ones by amount");
    check(Recording, &said("cable#0 (C1)"), |town, set| {
        set.create(trail("T2", &[(Carrier::Cable(town.cable), Take::Amount(1), Occupied)]));
    });
    check(Recording, &said("span#0 (D1)"), |town, set| {
        set.create(trail("T2", &[(Carrier::Span(town.duct), Take::Slot(1), Occupied)]));
    });
    check(Recording, &said("span#0 (D1)"), |town, set| {
        set.create(mark("K1", Carrier::Span(town.duct), 1, Damaged));
    });
}

#[test]
fn over_capacity() {
    let link = |town: &Town, set: &mut ChangeSet| {
        set.create(Link {
            tag: Tag::new("L1", ""),
            layer: Layer::Section,
            a: Port { device: town.frame, port: 1 },
            z: Port { device: town.frame, port: 2 },
            slots: Discipline::Amount { capacity_kbps: 10_000 },
            trail: town.trail,
        })
    };
    let take = move |kbps: [u64; 2]| {
        move |town: &Town, set: &mut ChangeSet| {
            let carrier = Carrier::Link(link(town, set));
            for (at, kbps) in kbps.iter().enumerate() {
                set.create(trail(&format!("A{at}"), &[(carrier, Take::Amount(*kbps), Reserved)]));
            }
        }
    };
    check(Recording, "", take([4_000, 6_000]));
    check(Recording, "link#0 (L1) has 10000 kbit/s; 10001 would be taken", take([4_001, 6_000]));
}

/// Slots of a carrier that comes or goes move by the same table.
#[test]
fn new_and_removed_carriers_make_transitions_too() {
    let come = |occupancy, state| {
        move |town: &Town, set: &mut ChangeSet| {
            let carrier = Carrier::Cable(set.create(cable("C9", town.manhole, town.manhole, occupancy)));
            set.create(trail("T9", &[(carrier, Take::Slot(1), state)]));
        }
    };
    check(Operation, "", come(Occupancy::Proven, Reserved));
    let said = |from, to| format!("slot 1 of cable#2 (C9) cannot go from {from} to {to}");
    check(Operation, &said("idle", "occupied"), come(Occupancy::Proven, Occupied));
    check(Operation, &said("unknown", "reserved"), come(Occupancy::Unproven, Reserved));
    check(Recording, "", come(Occupancy::Unproven, Occupied));
    check(Operation, "slot 1 of cable#0 (C1) cannot go from occupied to idle", |town, set| {
        set.remove(town.trail, town.network.get(town.trail).unwrap());
        set.remove(town.cable, town.network.get(town.cable).unwrap());
    });
}

/// A core that went bad while reserved forces a redesign (DOMAIN §6.1); one in service keeps its owner.
#[test]
fn a_reserved_core_that_went_bad_is_not_occupied() {
    for (from, to, legal) in [(Reserved, Occupied, false), (Occupied, Releasing, true), (Reserved, Idle, true)] {
        let mut town = town();
        let carrier = Carrier::Cable(town.cable);
        let mut set = ChangeSet::new(Recording);
        let old = set.create(trail("T2", &[(carrier, Take::Slot(3), from)]));
        set.create(mark("K1", carrier, 3, Damaged));
        let old = town.network.apply(&set).unwrap().resolve(old);
        let mut set = ChangeSet::new(Operation);
        let before = town.network.get(old).unwrap().clone();
        if to == Idle {
            set.remove(old, &before);
        } else {
            set.update(
                old,
                &before,
                Trail { legs: trail("", &[(carrier, Take::Slot(3), to)]).legs, ..(*before).clone() },
            );
        }
        assert_eq!(town.network.apply(&set).is_ok(), legal, "{from} to {to}");
    }
}

#[test]
fn illegal_transition() {
    let release = |town: &Town, set: &mut ChangeSet| {
        set.remove(town.trail, town.network.get(town.trail).unwrap());
    };
    check(Operation, "slot 1 of cable#0 (C1) cannot go from occupied to idle", release);
    check(Recording, "", release);
    check(Reversal, "", release);
    // An unproven core cannot be reserved by anybody who only plans.
    for state in [Selected, Reserved, Temporary] {
        let reserve = move |town: &Town, set: &mut ChangeSet| {
            set.create(trail("T2", &[(Carrier::Cable(town.unproven), Take::Slot(2), state)]));
        };
        check(Operation, &format!("slot 2 of cable#1 (C2) cannot go from unknown to {state}"), reserve);
        check(Recording, "", reserve);
    }
    // Not even by calling it proven in the same breath.
    check(Operation, "slot 2 of cable#1 (C2) cannot go from unknown to reserved", |town, set| {
        let now = town.network.get(town.unproven).unwrap();
        set.update(town.unproven, now, Cable { occupancy: Occupancy::Proven, ..(**now).clone() });
        set.create(trail("T2", &[(Carrier::Cable(town.unproven), Take::Slot(2), Reserved)]));
    });
    // A field check proves what it is.
    check(Operation, "", |town, set| {
        set.create(trail("T2", &[(Carrier::Cable(town.unproven), Take::Slot(2), Occupied)]));
    });
}

/// Every pair of states, once as an operation, once as a recording.
#[test]
fn operations_move_slots_by_the_table_and_recordings_as_they_like() {
    for from in SlotState::ALL {
        for to in SlotState::ALL {
            // Idle is no record, and a slot that stays as it is does not move.
            if from == to {
                continue;
            }
            let write = |set: &mut ChangeSet, town: &Town, state: SlotState| {
                let carrier = Carrier::Cable(town.cable);
                match state {
                    Idle => {}
                    held if held.is_held() => drop(set.create(trail("T2", &[(carrier, Take::Slot(3), held)]))),
                    marked => drop(set.create(mark("K2", carrier, 3, marked))),
                }
            };
            for origin in [Operation, Recording] {
                let mut town = town();
                let mut set = ChangeSet::new(Recording);
                write(&mut set, &town, from);
                let made = town.network.apply(&set).unwrap();
                let mut set = ChangeSet::new(origin);
                set.changes.extend(made.changes.changes.iter().map(Change::inverse));
                write(&mut set, &town, to);
                let legal = origin == Recording || from.may_become(to);
                let slot = |town: &Town| town.network.slot(Carrier::Cable(town.cable), 3).state;
                assert_eq!(town.network.apply(&set).is_ok(), legal, "{from} to {to} as {origin:?}");
                assert_eq!(slot(&town), if legal { to } else { from });
            }
        }
    }
}

/// A slot passes from one trail to another only as the atomic swap of a cut-over.
#[test]
fn ownership_passes_only_while_occupied() {
    for (state, legal) in [(Occupied, true), (Reserved, false), (Selected, false), (Temporary, false)] {
        let mut town = town();
        let slot = (Carrier::Cable(town.cable), Take::Slot(3), state);
        let mut set = ChangeSet::new(Recording);
        let old = set.create(trail("T2", &[slot]));
        let old = town.network.apply(&set).unwrap().resolve(old);
        let mut set = ChangeSet::new(Operation);
        set.remove(old, &town.network.get(old).unwrap().clone());
        set.create(trail("T3", &[slot]));
        assert_eq!(town.network.apply(&set).is_ok(), legal, "{state}");
    }
}

/// A damaged core is not given to anybody, even when its mark stays: neither a free one nor, by a swap, one that went
/// bad under its owner.
#[test]
fn a_faulty_slot_gets_no_owner() {
    for (slot, state) in [(2, Reserved), (1, Occupied)] {
        let mut town = town();
        let mut set = ChangeSet::new(Recording);
        set.create(mark("K1", Carrier::Cable(town.cable), slot, Damaged));
        town.network.apply(&set).unwrap();
        let mut set = ChangeSet::new(Operation);
        if slot == 1 {
            set.remove(town.trail, town.network.get(town.trail).unwrap());
        }
        set.create(trail("T2", &[(Carrier::Cable(town.cable), Take::Slot(slot), state)]));
        let said = town.network.apply(&set).unwrap_err().to_string();
        assert_eq!(said, format!("slot {slot} of cable#0 (C1) cannot go from damaged to {state}"));
    }
}

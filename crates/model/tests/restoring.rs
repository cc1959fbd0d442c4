//! Rebuilding from stored records refuses what `apply` refuses, and keeps once what records have alike.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use linewright_model::*;

const REVISION: Version = Version(7);

fn manhole(code: &str) -> Place {
    Place::new(code, PlaceKind::Manhole, None)
}

/// Two manholes and a cable of four cores between them.
fn town() -> Restoring {
    let mut town = Restoring::default();
    town.add(PlaceId::from_raw(0), manhole("A"), REVISION).unwrap();
    town.add(PlaceId::from_raw(1), manhole("B"), REVISION).unwrap();
    let cable = Cable { cores: Some(4), ..Cable::new("C", PlaceId::from_raw(0), PlaceId::from_raw(1), 10.0) };
    town.add(CableId::from_raw(5), cable, REVISION).unwrap();
    town
}

fn mark(code: &str, slot: u32) -> SlotMark {
    let carrier = Carrier::Cable(CableId::from_raw(5));
    SlotMark { tag: Tag::new(code, ""), carrier, first: slot, count: 1, state: SlotState::Damaged }
}

fn refusal(add: impl FnOnce(&mut Restoring) -> Result<(), Violation>) -> String {
    let mut town = town();
    let added = add(&mut town);
    added.and_then(|()| town.finish(REVISION, []).map(|_| ())).unwrap_err().to_string()
}

#[test]
fn what_apply_refuses_is_refused() {
    let check = |expected: &str, add: &dyn Fn(&mut Restoring) -> Result<(), Violation>| {
        assert_eq!(refusal(add), expected);
    };
    check("place#1 is changed twice in one change set", &|t| t.add(PlaceId::from_raw(1), manhole("D"), REVISION));
    check(r#"the code "A" is already used by place#0 in table place"#, &|t| {
        t.add(PlaceId::from_raw(2), manhole("A"), REVISION)
    });
    check(r#"place " ": the code is empty; every record needs one"#, &|t| {
        t.add(PlaceId::from_raw(2), manhole(" "), REVISION)
    });
    check("place#2 (D) refers to place#2000000000, which does not exist", &|t| {
        let within = Some(PlaceId::from_raw(2_000_000_000));
        t.add(PlaceId::from_raw(2), Place { within, ..manhole("D") }, REVISION)
    });
    check("cable#5 (C) has no slot 5", &|t| t.add(SlotMarkId::from_raw(0), mark("M", 5), REVISION));
    check("slot 2 of cable#5 (C) cannot have both M and N", &|t| {
        t.add(SlotMarkId::from_raw(0), mark("M", 2), REVISION)?;
        t.add(SlotMarkId::from_raw(1), mark("N", 2), REVISION)
    });
}

#[test]
fn records_come_back_with_revisions_and_counters() {
    let network = town().finish(Version(9), [(TableKind::Place, 8), (TableKind::Cable, 3)]).unwrap();
    assert_eq!((network.version(), network.revision(CableId::from_raw(5).any())), (Version(9), Some(REVISION)));
    // A counter below an id in use would give it out again.
    assert_eq!((network.next_id(TableKind::Place), network.next_id(TableKind::Cable)), (8, 6));
    assert_eq!(network.referrers(PlaceId::from_raw(1)), [CableId::from_raw(5).any()]);
    assert_eq!(network.by_code::<CableId>(None, "C"), Some(CableId::from_raw(5)));
}

#[test]
fn what_records_have_alike_is_kept_once() {
    let mut town = town();
    for raw in 2..4 {
        // Made anew each time, as a store reads them.
        let text = |what: &str| Text::from(format!("示例市第{}{what}", 1));
        let plant = Plant { unit: text("维护中心"), ..Plant::default() }.into();
        let place = Place { region: text("片区片区"), plant, ..manhole(&format!("D{raw}")) };
        town.add(PlaceId::from_raw(raw), place, REVISION).unwrap();
        let block = PortBlock {
            name: text("机架的盘"),
            first: 1,
            count: 12,
            kind: PortKind::OpticalTerminal,
            interface: Text::default(),
            rate: Text::default(),
        };
        let device = Device {
            tag: Tag::new(format!("ODF{raw}"), ""),
            place: PlaceId::from_raw(raw),
            kind: DeviceKind::Odf,
            model: text("配线单元"),
            blocks: vec![block].into(),
            free_board_slots: None,
            plant: Alike::default(),
        };
        town.add(DeviceId::from_raw(raw), device, REVISION).unwrap();
    }
    let network = town.finish(REVISION, []).unwrap();
    let place = |raw| network.get(PlaceId::from_raw(raw)).unwrap();
    assert_eq!(place(2).region.as_ptr(), place(3).region.as_ptr());
    assert!(std::ptr::eq(&*place(2).plant, &*place(3).plant));
    let device = |raw| network.get(DeviceId::from_raw(raw)).unwrap();
    assert!(std::ptr::eq(&*device(2).blocks, &*device(3).blocks));
    assert_eq!(device(2).model.as_ptr(), device(3).model.as_ptr());
}

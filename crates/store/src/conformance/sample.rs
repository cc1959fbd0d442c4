//! Change sets with every kind of record and every field filled; without `..`, so that a new field is missed here.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use linewright_model::*;

fn text(text: &str) -> Text {
    Text::from(text)
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 30).unwrap()
}

fn tag(code: &str, dataset: Option<DatasetId>) -> Tag {
    let extra = serde_json::json!({
        "z first": 1.5, "a second": [1, -2, null, true, {"深": "值"}], "quote": "it's \"so\"; DROP TABLE place;", "big": u64::MAX,
    });
    let serde_json::Value::Object(extra) = extra else { unreachable!() };
    Tag { code: text(code), name: text(&format!("{code} 名称")), dataset, extra: Some(Arc::new(extra)) }
}

fn plant() -> Plant {
    Plant {
        stage: Stage::UnderConstruction,
        available_from: Some(day()),
        ownership: Ownership::Swapped,
        notice_party: text("铁塔公司"),
        unit: text("崇川维护中心"),
    }
}

fn permits() -> Vec<Permit> {
    vec![
        Permit { kind: PermitKind::Municipal, days: 20, fee_cny: 3_000 },
        Permit { kind: PermitKind::Property, days: 5, fee_cny: -1 },
    ]
}

/// Every kind of record with every field filled, and each with every optional field empty.
pub(crate) fn full() -> ChangeSet {
    let mut set = ChangeSet::new(Origin::Recording);
    let source = set.create(Dataset { tag: tag("watra", None), format: text("geojson") });
    let tag = |code: &str| tag(code, Some(source));
    let position = Position::new(120.894_291_234_567_8, 31.980_171).ok();
    let site = set.create(Place {
        tag: tag("NT-CORE"),
        kind: PlaceKind::Site(SiteClass::Core),
        position,
        within: None,
        region: text("崇川区"),
        plant: plant().into(),
        permits: permits().into(),
    });
    let manhole = set.create(Place::new("MH-1", PlaceKind::Manhole, None));
    let closure = set.create(Place { within: Some(manhole), ..Place::new("CL-1", PlaceKind::Closure, None) });
    let span = set.create(Span {
        tag: tag("SP-1"),
        kind: SpanKind::PoleLine,
        a: site,
        b: manhole,
        course: vec![Position::new(120.9, 31.9).unwrap(), Position::new(-0.1, 1.0 / 3.0).unwrap()],
        length_m: 1234.567,
        capacity: Some(6),
        marks: vec![Mark { at_m: 50.25, label: text("人民路 17#") }, Mark { at_m: 100.0, label: text("") }],
        trench: text("TR-9"),
        plant: plant().into(),
        permits: permits().into(),
    });
    set.create(Span::new("SP-2", SpanKind::Unrecorded, manhole, site, 0.0));
    let cable = set.create(Cable {
        tag: tag("CB-1"),
        a: site,
        b: closure,
        model: text("GYTA-24B1"),
        cores: Some(24),
        cores_per_tube: Some(6),
        cores_per_ribbon: Some(2),
        colours: ColourScheme::Guide,
        fibre: text("G.652D"),
        length_m: 1300.0,
        occupancy: Occupancy::Proven,
        route: vec![RouteHop { span, bore: Some(3) }, RouteHop { span, bore: None }],
        measurements: vec![
            Measurement { core: Some(5), wavelength_nm: 1310, loss_db: 0.1 + 0.2, on: day() },
            Measurement { core: None, wavelength_nm: 1550, loss_db: 0.0, on: day() },
        ]
        .into(),
        core_ownership: vec![CoreOwnership {
            first: 1, count: 4, ownership: Ownership::Military, party: text("驻军")
        }]
        .into(),
        plant: plant().into(),
    });
    let bare = set.create(Cable::new("CB-2", closure, site, 10.0));
    let block = |name: &str, first, count, kind| PortBlock {
        name: text(name),
        first,
        count,
        kind,
        interface: text("S-4.1"),
        rate: text("STM-4"),
    };
    let adm = set.create(Device {
        tag: tag("ADM-1"),
        place: site,
        kind: DeviceKind::Adm,
        model: text("OptiX 2500+"),
        blocks: vec![block("board 2", 9, 8, PortKind::Optical), block("board 1", 1, 8, PortKind::E1)].into(),
        free_board_slots: Some(3),
        plant: plant().into(),
    });
    let odf = set.create(Device {
        tag: Tag::new("ODF-1", ""),
        place: closure,
        kind: DeviceKind::Odf,
        model: text(""),
        blocks: vec![PortBlock { interface: text(""), rate: text(""), ..block("A", 1, 48, PortKind::OpticalTerminal) }]
            .into(),
        free_board_slots: None,
        plant: Plant::default().into(),
    });
    set.create(Splice {
        tag: tag("SC-1"),
        at: closure,
        a: SpliceSide { on: Fixture::Cable { id: cable, end: CableEnd::B }, first: 1 },
        b: SpliceSide { on: Fixture::Cable { id: bare, end: CableEnd::A }, first: 13 },
        count: 12,
        method: SpliceMethod::Ribbon,
    });
    set.create(Splice {
        tag: Tag::new("SC-2", ""),
        at: closure,
        a: SpliceSide { on: Fixture::Device { id: odf }, first: 1 },
        b: SpliceSide { on: Fixture::Cable { id: cable, end: CableEnd::A }, first: 1 },
        count: 24,
        method: SpliceMethod::Fusion,
    });
    set.create(Jumper { tag: tag("JP-1"), a: Port { device: adm, port: 9 }, b: Port { device: odf, port: 1 } });
    let hold = |carrier, take, part, state| Holding { carrier, take, part, state };
    let route = set.create(Trail {
        tag: tag("OR-1"),
        layer: Layer::Fibre,
        legs: vec![
            Leg {
                role: LegRole::Working,
                holdings: vec![
                    hold(Carrier::Device(adm), Take::Slot(9), 0, SlotState::Occupied),
                    hold(Carrier::Cable(cable), Take::Slot(6), 1, SlotState::Releasing),
                    hold(Carrier::Cable(cable), Take::Slot(5), 0, SlotState::Temporary),
                    hold(Carrier::Span(span), Take::Amount(1), 0, SlotState::Occupied),
                ],
            },
            Leg { role: LegRole::Protection, holdings: Vec::new() },
            Leg {
                role: LegRole::Member(63),
                holdings: vec![hold(Carrier::Device(adm), Take::Slot(10), 0, SlotState::Selected)],
            },
        ],
        grade: Some(Grade::AAA),
        customer: text("南通市第一人民医院"),
        reservation: Some(Reservation {
            order: text("2026-0001"),
            user: text("zhang"),
            expires: DateTime::from_timestamp(1_790_000_000, 123_456_789).unwrap(),
        }),
    });
    let link = |code: &str, slots| Link {
        tag: tag(code),
        layer: Layer::Section,
        a: Port { device: adm, port: 9 },
        z: Port { device: odf, port: 48 },
        slots,
        trail: route,
    };
    let vc = set.create(link("LK-1", Discipline::Exclusive { count: Some(63) }));
    set.create(link("LK-2", Discipline::Exclusive { count: None }));
    set.create(link("LK-3", Discipline::Counted { capacity: Some(4) }));
    set.create(link("LK-4", Discipline::Counted { capacity: None }));
    let pipe = set.create(link("LK-5", Discipline::Amount { capacity_kbps: i64::MAX as u64 }));
    set.create(Trail {
        tag: Tag::new("CIR-1", ""),
        layer: Layer::Circuit,
        legs: vec![Leg {
            role: LegRole::Working,
            holdings: vec![
                hold(Carrier::Link(vc), Take::Slot(63), 0, SlotState::Reserved),
                hold(Carrier::Link(pipe), Take::Amount(i64::MAX as u64 - 1), 255, SlotState::Occupied),
                hold(Carrier::Link(pipe), Take::Amount(1), 0, SlotState::Occupied),
            ],
        }],
        grade: Some(Grade::Plain),
        customer: text(""),
        reservation: None,
    });
    let mut mark = |code: &str, carrier, first, count, state| {
        set.create(SlotMark { tag: tag(code), carrier, first, count, state });
    };
    mark("SM-1", Carrier::Cable(cable), 6, 2, SlotState::Damaged);
    mark("SM-2", Carrier::Device(odf), 3, 1, SlotState::SetAside);
    mark("SM-3", Carrier::Link(vc), 1, 8, SlotState::Standby);
    set.create(Address {
        tag: tag("AD-1"),
        text: text("江苏省南通市崇川区人民中路 1 号 3 号楼 2 单元"),
        position,
        premises: Some(site),
        covered_by: vec![closure, site, closure],
    });
    set.create(Address {
        tag: Tag::new("AD-2", ""),
        text: text("?"),
        position: None,
        premises: None,
        covered_by: Vec::new(),
    });
    set
}

/// Two places, a proven cable of `cores` cores between them, recorded.
pub(crate) fn cable(cores: u32) -> ChangeSet {
    let mut set = ChangeSet::new(Origin::Recording);
    let a = set.create(Place::new("A", PlaceKind::Cabinet, None));
    let b = set.create(Place::new("B", PlaceKind::Cabinet, None));
    set.create(Cable { cores: Some(cores), occupancy: Occupancy::Proven, ..Cable::new("C", a, b, 1.0) });
    set
}

/// A trail that holds one core of the cable of [`cable`].
pub(super) fn claim(code: &str, core: u32) -> ChangeSet {
    let mut set = ChangeSet::new(Origin::Operation);
    set.create(Trail {
        tag: Tag::new(code, ""),
        layer: Layer::Fibre,
        legs: vec![Leg { role: LegRole::Working, holdings: vec![held(core)] }],
        grade: None,
        customer: text(""),
        reservation: None,
    });
    set
}

/// A reserved core of the cable of [`cable`].
pub(super) fn held(core: u32) -> Holding {
    let carrier = Carrier::Cable(CableId::from_raw(0));
    Holding { carrier, take: Take::Slot(core), part: 0, state: SlotState::Reserved }
}

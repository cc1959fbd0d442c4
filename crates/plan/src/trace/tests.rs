use linewright_model::{
    Address, Cable, CableEnd, ChangeSet, Dataset, Device, Discipline, Fixture, Holding, Jumper, Leg, Link, Origin,
    Place, PlaceId, Plant, PortBlock, PortKind, RouteHop, SiteClass, SlotMark, Span, Splice, SpliceMethod, SpliceSide,
    Tag, Take, Trail,
};

use super::*;

fn device(code: &str, kind: DeviceKind, place: PlaceId, blocks: &[(u32, u32, PortKind)]) -> Device {
    let block = |(first, count, kind): &(u32, u32, PortKind)| PortBlock {
        name: format!("{first}").into(),
        first: *first,
        count: *count,
        kind: *kind,
        interface: "".into(),
        rate: "".into(),
    };
    Device {
        tag: Tag::new(code, ""),
        place,
        kind,
        model: "".into(),
        blocks: blocks.iter().map(block).collect(),
        free_board_slots: None,
        plant: Plant::default().into(),
    }
}

fn trail(code: &str, customer: &str, holds: &[(Carrier, u32)]) -> Trail {
    let holding = |(carrier, slot): &(Carrier, u32)| Holding {
        carrier: *carrier,
        take: Take::Slot(*slot),
        part: 0,
        state: SlotState::Occupied,
    };
    Trail {
        tag: Tag::new(code, ""),
        layer: Layer::Fibre,
        legs: vec![Leg { role: LegRole::Working, holdings: holds.iter().map(holding).collect() }],
        grade: None,
        customer: customer.into(),
        reservation: None,
    }
}

/// An OLT, two cables spliced crosswise in a closure, a splitter in a box, one customer behind it.
fn street() -> Network {
    let mut set = ChangeSet::new(Origin::Recording);
    let place = |code: &str, kind| Place::new(code, kind, None);
    let site = set.create(place("X", PlaceKind::Site(SiteClass::Core)));
    let manhole = set.create(place("M", PlaceKind::Manhole));
    let closure = set.create(Place { within: Some(manhole), ..place("J", PlaceKind::Closure) });
    let shelf = set.create(Place { tag: Tag::new("Y", "Box of Y Street"), ..place("Y", PlaceKind::DistributionBox) });
    let ducts = [("D1", site, manhole), ("D2", manhole, shelf)];
    let [d1, d2] = ducts.map(|(code, a, b)| set.create(Span::new(code, SpanKind::Duct, a, b, 500.0)));
    let mut cable = |code: &str, a, b, span, bore| {
        let route = vec![RouteHop { span, bore }];
        set.create(Cable { cores: Some(4), cores_per_tube: Some(2), route, ..Cable::new(code, a, b, 510.0) })
    };
    let (c1, c2) = (cable("C1", site, closure, d1, Some(2)), cable("C2", closure, shelf, d2, None));
    let olt = set.create(device("OLT", DeviceKind::Olt, site, &[(1, 2, PortKind::Pon)]));
    let odf = |code, place| device(code, DeviceKind::Odf, place, &[(1, 4, PortKind::OpticalTerminal)]);
    let (odf_x, odf_y) = (set.create(odf("ODF-X", site)), set.create(odf("ODF-Y", shelf)));
    let blocks = [(1, 1, PortKind::SplitterIn), (2, 4, PortKind::SplitterOut)];
    let splitter = set.create(device("POS", DeviceKind::Splitter, shelf, &blocks));
    let cable_end = |id, end, first| SpliceSide { on: Fixture::Cable { id, end }, first };
    let behind = |id, first| SpliceSide { on: Fixture::Device { id }, first };
    let splices = [
        ("S1", site, behind(odf_x, 1), cable_end(c1, CableEnd::A, 1), 4),
        ("S2", closure, cable_end(c1, CableEnd::B, 1), cable_end(c2, CableEnd::A, 3), 2),
        ("S3", shelf, cable_end(c2, CableEnd::B, 1), behind(odf_y, 1), 4),
    ];
    for (code, at, a, b, count) in splices {
        set.create(Splice { tag: Tag::new(code, ""), at, a, b, count, method: SpliceMethod::Fusion });
    }
    let port = |device, port| Port { device, port };
    set.create(Jumper { tag: Tag::new("T1", ""), a: port(olt, 1), b: port(odf_x, 1) });
    let holds = [
        (Carrier::Device(olt), 1),
        (Carrier::Device(odf_x), 1),
        (Carrier::Cable(c1), 1),
        (Carrier::Cable(c2), 3),
        (Carrier::Device(odf_y), 3),
        (Carrier::Device(splitter), 1),
    ];
    let feed = set.create(trail("FEED", "", &holds));
    let (a, z) = (port(olt, 1), port(splitter, 1));
    let slots = Discipline::Exclusive { count: Some(4) };
    set.create(Link { tag: Tag::new("FEED", ""), layer: Layer::Fibre, a, z, slots, trail: feed });
    set.create(trail("USER", "Li", &[(Carrier::Device(splitter), 2)]));
    let carrier = Carrier::Cable(c1);
    set.create(SlotMark { tag: Tag::new("CUT", ""), carrier, first: 4, count: 1, state: SlotState::Damaged });
    let covered_by = vec![shelf];
    let text = "1 Y Street".into();
    set.create(Address { tag: Tag::new("A1", ""), text, position: None, premises: None, covered_by });
    // The same code in a data set of its own.
    let dataset = set.create(Dataset { tag: Tag::new("other", ""), format: "native".into() });
    let tag = Tag { dataset: Some(dataset), ..Tag::new("C2", "") };
    set.create(Cable { tag, ..Cable::new("", site, shelf, 900.0) });
    let mut network = Network::new();
    network.apply(&set).unwrap();
    network
}

fn traced(network: &Network, asked: &str) -> Trace {
    trace(network, &Topology::build(network), find(network, asked).unwrap()).unwrap()
}

/// A walk on one line: `code#slots(what follows)`.
fn line(branches: &[Branch]) -> String {
    let one = |branch: &Branch| {
        let slots: Vec<String> = branch.step.slots.iter().map(|slot| format!("#{}", slot.number)).collect();
        let then = if branch.then.is_empty() { String::new() } else { format!("({})", line(&branch.then)) };
        let again = if branch.repeated { "…" } else { "" };
        format!("{}{}{again}{then}", branch.step.record.code, slots.join(""))
    };
    branches.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn elements_lead_down_to_the_duct_and_up_to_the_customer() {
    let network = street();
    let check = |asked: &str, down: &str, up: &str| {
        let found = traced(&network, asked);
        assert_eq!((line(&found.rides_on).as_str(), line(&found.carries).as_str()), (down, up), "{asked}");
        assert!(!found.truncated);
    };
    let served = "FEED#1(FEED(POS(USER#2)))";
    check("C1", "D1", &format!("{served} CUT#4"));
    check("D1", "", &format!("C1({served} CUT#4)"));
    check("C1/1", "ODF-X#1 S1 C1#1(D1) S2 C2#3(D2) S3 ODF-Y#3", served);
    check("/C2/3", "ODF-X#1 S1 C1#1(D1) S2 C2#3(D2) S3 ODF-Y#3", "FEED#3(FEED(POS(USER#2)))");
    check("C1/3", "ODF-X#3 S1 C1#3(D1)", "");
    check("C1/4", "ODF-X#4 S1 C1#4(D1)", "CUT#4");
    check("ODF-X:1", "ODF-X(X) S1(C1#1(D1)) T1(OLT#1)", served);
    let feed = "OLT#1 ODF-X#1 C1#1(D1) C2#3(D2) ODF-Y#3 POS#1";
    check("FEED", feed, "FEED(POS(USER#2))");
    check("link:FEED", &format!("FEED({feed})"), "POS(USER#2)");
    check("USER", &format!("POS#2(FEED(FEED({feed})))"), "");
    check("S2", "J(M) C1#1#2(D1) C2#3#4(D2)", served);
    check("T1", "OLT#1(X) ODF-X#1(X…)", served);
    check("CUT", "C1(D1)", "");
    check("A1", "Y", "");
    check("J", "M", &format!("C1({served} CUT#4) C2(FEED#3…)"));
}

#[test]
fn what_fails_with_an_element_is_counted_once() {
    let affected = traced(&street(), "M").affected;
    assert_eq!((affected.cables, affected.trails, affected.links), (2, 2, 1));
    assert_eq!(affected.customers, BTreeSet::from(["Li".to_owned()]));
    assert_eq!((affected.customer_count, affected.own_trails), (1, 0));
    // What serves the carrier itself is no customer.
    for own in ["自有", "own", " OWN "] {
        let mut network = street();
        let mut change = ChangeSet::new(Origin::Recording);
        for (id, trail) in network.all::<Trail>().filter(|(_, trail)| &*trail.customer == "Li") {
            change.update(id, trail, Trail { customer: own.into(), ..(**trail).clone() });
        }
        network.apply(&change).unwrap();
        let affected = traced(&network, "M").affected;
        assert_eq!((affected.trails, affected.own_trails, affected.customer_count), (2, 1, 0), "{own}");
        assert!(affected.customers.is_empty(), "{own}");
    }
    let affected = traced(&street(), "C1").affected;
    assert_eq!((affected.cables, affected.trails), (0, 2));
    let affected = traced(&street(), "C1/3").affected;
    assert_eq!(affected, Affected::default());
}

#[test]
fn what_is_asked_is_found_or_explained() {
    let network = street();
    let table = |asked: &str| match find(&network, asked).unwrap() {
        Subject::Record(id) => id.table.name(),
        Subject::Core { .. } => "core",
        Subject::Port(_) => "port",
    };
    let check = |asked: &str, expected: &str| assert_eq!(table(asked), expected, "{asked}");
    check("X", "place");
    check(" X ", "place");
    check("box of y street", "place");
    check("FEED", "trail");
    check("link:FEED", "link");
    check("cable:/C2", "cable");
    check("other/C2", "cable");
    check("cable:C1/2", "core");
    check("device:OLT:2", "port");
    let refused = |asked: &str, says: &str| {
        let found = find(&network, asked).and_then(|subject| trace(&network, &Topology::build(&network), subject));
        let error = found.unwrap_err().to_string();
        assert!(error.contains(says), "{asked}: {error}");
    };
    refused("C2", "cable:/C2, cable:other/C2");
    refused("C2/1", "cable:/C2/1, cable:other/C2/1");
    refused("cable:other/C2/1", "does not say how many cores");
    refused("USERS", "did you mean USER");
    refused("treet", "did you mean Y");
    refused("C1/5", "numbered 1 to 4");
    refused("OLT:3", "numbered 1 to 2");
    refused("place:C1", "nothing in the network");
    refused("", "nothing in the network");
    refused("长长长", "nothing in the network");
}

#[test]
fn circles_and_towers_of_links_end() {
    let mut network = street();
    let Ok(Subject::Record(feed)) = find(&network, "link:FEED") else { panic!("no link") };
    let mut below: linewright_model::LinkId = feed.typed().unwrap();
    let ends = network.get(below).map(|link| (link.a, link.z)).unwrap();
    for level in 0..200 {
        let mut set = ChangeSet::new(Origin::Recording);
        let held = set.create(trail(&format!("T{level}"), "", &[(Carrier::Link(below), 1)]));
        let slots = Discipline::Exclusive { count: Some(2) };
        let tag = Tag::new(format!("L{level}"), "");
        let link = set.create(Link { tag, layer: Layer::Packet, a: ends.0, z: ends.0, slots, trail: held });
        below = network.apply(&set).unwrap().resolve(link);
    }
    let up = traced(&network, "C1");
    assert!(up.truncated);
    assert!(traced(&network, "L199").truncated);
    assert!(!traced(&network, "L3").rides_on.is_empty());
    // The tower is bent back to its foot: T0 now holds the topmost link.
    let Ok(Subject::Record(id)) = find(&network, "T0") else { panic!("no trail") };
    let id: linewright_model::TrailId = id.typed().unwrap();
    let before = network.get(id).unwrap().clone();
    let mut set = ChangeSet::new(Origin::Recording);
    set.update(id, &before, trail("T0", "", &[(Carrier::Link(below), 2)]));
    network.apply(&set).unwrap();
    assert!(traced(&network, "L100").truncated);
}

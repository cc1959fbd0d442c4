//! A tiny network that breaks no rule, for tests to break.

use chrono::{DateTime, TimeDelta, Utc};
use linewright_catalog::Catalog;
use linewright_model::*;

use crate::{Finding, audit};

/// A site, a cabinet 1.9 km of duct away with a closure half-way, and a building behind the cabinet; a pair between
/// two ADMs, a PON with one customer, and a reserved route of dark fibre.
#[derive(Clone)]
pub(crate) struct Village {
    pub(crate) network: Network,
    pub(crate) site: PlaceId,
    pub(crate) entry: PlaceId,
    pub(crate) manhole: PlaceId,
    pub(crate) far_manhole: PlaceId,
    pub(crate) closure: PlaceId,
    pub(crate) cabinet: PlaceId,
    pub(crate) building: PlaceId,
    pub(crate) room: PlaceId,
    pub(crate) duct: SpanId,
    pub(crate) far_duct: SpanId,
    pub(crate) feeder: CableId,
    pub(crate) branch: CableId,
    pub(crate) spare: CableId,
    pub(crate) adm: DeviceId,
    pub(crate) far_adm: DeviceId,
    pub(crate) olt: DeviceId,
    pub(crate) odf: DeviceId,
    pub(crate) frame: DeviceId,
    pub(crate) splitter: DeviceId,
    pub(crate) through: SpliceId,
    pub(crate) customer_splice: SpliceId,
    pub(crate) second_jumper: JumperId,
    pub(crate) far_second_jumper: JumperId,
    pub(crate) olt_jumper: JumperId,
    pub(crate) pair: TrailId,
    pub(crate) feed: TrailId,
    pub(crate) customer: TrailId,
    pub(crate) new: TrailId,
    pub(crate) pair_link: LinkId,
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_334_400, 0).unwrap()
}

/// Findings of a network under the built-in policy.
pub(crate) fn findings(network: &Network) -> Vec<Finding> {
    audit(network, &Catalog::builtin(), now())
}

fn broken(edit: impl Fn(&Village, &mut ChangeSet)) -> Vec<Finding> {
    let mut village = Village::new();
    assert_eq!(findings(&village.network), [], "the village is clean");
    let mut set = ChangeSet::new(Origin::Recording);
    edit(&village, &mut set);
    village.network.apply(&set).unwrap();
    findings(&village.network)
}

/// The edit breaks this rule, in these words, and no other.
pub(crate) fn check(number: u8, message: &str, edit: impl Fn(&Village, &mut ChangeSet)) {
    let found = broken(edit);
    let said: Vec<(u8, &str)> = found.iter().map(|finding| (finding.number, finding.message.en.as_str())).collect();
    assert_eq!(said, [(number, message)]);
    for Finding { message, .. } in &found {
        let words = |text: &str| text.split_whitespace().filter(|word| word.len() > 3).count();
        let left = message.zh.split(|c: char| !c.is_ascii()).map(|text| text.trim_matches(['-', ' ']));
        let english = left.filter(|text| words(text) > 2).collect::<Vec<_>>();
        assert!(english.is_empty() && !message.zh.is_ascii(), "not Chinese: {}", message.zh);
    }
}

/// The edit breaks no rule.
pub(crate) fn check_clean(edit: impl Fn(&Village, &mut ChangeSet)) {
    assert_eq!(broken(edit), []);
}

pub(crate) fn port(device: DeviceId, port: u32) -> Port {
    Port { device, port }
}

fn block(first: u32, count: u32, kind: PortKind) -> PortBlock {
    PortBlock { name: format!("{first}").into(), first, count, kind, interface: "".into(), rate: "".into() }
}

fn device(code: &str, place: PlaceId, kind: DeviceKind, blocks: Vec<PortBlock>) -> Device {
    let (tag, model, plant) = (Tag::new(code, ""), "".into(), Plant::default().into());
    Device { tag, place, kind, model, blocks: blocks.into(), free_board_slots: None, plant }
}

pub(crate) fn frame(code: &str, place: PlaceId, terminals: u32) -> Device {
    device(code, place, DeviceKind::Odf, vec![block(1, terminals, PortKind::OpticalTerminal)])
}

pub(crate) fn splice(code: &str, at: PlaceId, a: (Fixture, u32), b: (Fixture, u32), count: u32) -> Splice {
    let [a, b] = [a, b].map(|(on, first)| SpliceSide { on, first });
    Splice { tag: Tag::new(code, ""), at, a, b, count, method: SpliceMethod::Fusion }
}

pub(crate) fn mark(code: &str, carrier: Carrier, slot: u32, state: SlotState) -> SlotMark {
    SlotMark { tag: Tag::new(code, ""), carrier, first: slot, count: 1, state }
}

pub(crate) fn cable(code: &str, a: PlaceId, b: PlaceId, length_m: f64, cores: u32) -> Cable {
    Cable { cores: Some(cores), occupancy: Occupancy::Proven, ..Cable::new(code, a, b, length_m) }
}

fn trail(code: &str, layer: Layer, holdings: Vec<Holding>) -> Trail {
    let legs = vec![Leg { role: LegRole::Working, holdings }];
    Trail { tag: Tag::new(code, ""), layer, legs, grade: None, customer: "".into(), reservation: None }
}

fn reservation() -> Option<Reservation> {
    Some(Reservation { order: "O-7".into(), user: "li".into(), expires: now() + TimeDelta::days(30) })
}

impl Village {
    pub(crate) fn held(carrier: Carrier, slot: u32, state: SlotState) -> Holding {
        Holding { carrier, take: Take::Slot(slot), part: 0, state }
    }

    /// A trail of no layer that rule 6 looks at, for an internal user.
    pub(crate) fn hold(&self, set: &mut ChangeSet, code: &str, state: SlotState, slots: &[(Carrier, u32)]) {
        let holdings = slots.iter().map(|(carrier, slot)| Self::held(*carrier, *slot, state)).collect();
        set.create(Trail { customer: "DCN".into(), ..trail(code, Layer::Section, holdings) });
    }

    /// An optical route to be built.
    pub(crate) fn reserve(&self, set: &mut ChangeSet, code: &str, slots: &[(Carrier, u32)]) {
        let holdings = slots.iter().map(|(carrier, slot)| Self::held(*carrier, *slot, SlotState::Reserved)).collect();
        set.create(Trail { reservation: reservation(), ..trail(code, Layer::Fibre, holdings) });
    }

    pub(crate) fn change_cable(&self, set: &mut ChangeSet, id: CableId, edit: impl Fn(&mut Cable)) {
        let now = self.network.get(id).unwrap();
        let mut after = (**now).clone();
        edit(&mut after);
        set.update(id, now, after);
    }

    pub(crate) fn change_device(&self, set: &mut ChangeSet, id: DeviceId, edit: impl Fn(&mut Device)) {
        let now = self.network.get(id).unwrap();
        let mut after = (**now).clone();
        edit(&mut after);
        set.update(id, now, after);
    }

    pub(crate) fn change_trail(&self, set: &mut ChangeSet, id: TrailId, edit: impl Fn(&mut Trail)) {
        let now = self.network.get(id).unwrap();
        let mut after = (**now).clone();
        edit(&mut after);
        set.update(id, now, after);
    }

    /// Takes the second fibre out of the pair, with its jumpers.
    pub(crate) fn shorten_pair(&self, set: &mut ChangeSet) {
        self.change_trail(set, self.pair, |trail| trail.legs[0].holdings.retain(|holding| holding.part == 0));
        for jumper in [self.second_jumper, self.far_second_jumper] {
            set.remove(jumper, self.network.get(jumper).unwrap());
        }
    }

    pub(crate) fn new() -> Village {
        use PlaceKind::*;
        let mut set = ChangeSet::new(Origin::Recording);
        let at = |lon: f64| Position::new(120.0 + lon, 32.0).ok();
        let site = set.create(Place::new("SITE", Site(SiteClass::Access), at(0.0)));
        let entry = set.create(Place::new("ENTRY", Entry, at(0.0)));
        let manhole = set.create(Place::new("MH1", Manhole, at(0.005)));
        let far_manhole = set.create(Place::new("MH2", Manhole, at(0.01)));
        let closure = set.create(Place { within: Some(far_manhole), ..Place::new("CLOSURE", Closure, None) });
        let cabinet = set.create(Place::new("CAB", Cabinet, at(0.02)));
        let building = set.create(Place::new("BLDG", Premises, at(0.021)));
        let room = set.create(Place { within: Some(building), ..Place::new("ROOM", DistributionBox, None) });

        let mut span = |code: &str, kind, a, b, length_m, capacity| {
            set.create(Span { capacity, ..Span::new(code, kind, a, b, length_m) })
        };
        let indoor = span("INDOOR", SpanKind::Indoor, site, entry, 30.0, None);
        let duct = span("DUCT1", SpanKind::Duct, entry, manhole, 480.0, Some(2));
        // Recorded against the way of the cables in it, as spans often are.
        let far_duct = span("DUCT2", SpanKind::Duct, far_manhole, manhole, 480.0, None);
        let last_duct = span("DUCT3", SpanKind::Duct, far_manhole, cabinet, 960.0, Some(4));

        let hop = |span, bore| RouteHop { span, bore };
        let feeder = set.create(Cable {
            model: "GYTA-24B1".into(),
            cores_per_tube: Some(6),
            route: vec![hop(indoor, None), hop(duct, Some(1)), hop(far_duct, Some(1))],
            ..cable("FEED", site, closure, 1040.0, 24)
        });
        let branch =
            set.create(Cable { route: vec![hop(last_duct, None)], ..cable("BRANCH", closure, cabinet, 1000.0, 24) });
        let drop = set.create(Cable { model: "GJXH-2B6".into(), ..cable("DROP", cabinet, room, 120.0, 2) });
        let spare = set.create(cable("SPARE", cabinet, building, 130.0, 12));

        let adm = set.create(device("ADM", site, DeviceKind::Adm, vec![block(1, 2, PortKind::Optical)]));
        let olt = set.create(device("OLT", site, DeviceKind::Olt, vec![block(1, 2, PortKind::Pon)]));
        let odf = set.create(frame("ODF", site, 24));
        let cab = set.create(frame("FRAME", cabinet, 24));
        let far_adm = set.create(device("ADM2", cabinet, DeviceKind::Adm, vec![block(1, 2, PortKind::Optical)]));
        let branches = vec![block(1, 1, PortKind::SplitterIn), block(2, 8, PortKind::SplitterOut)];
        let splitter = set.create(device("SPL", cabinet, DeviceKind::Splitter, branches));
        let onu = set.create(device("ONU", room, DeviceKind::Onu, vec![block(1, 1, PortKind::Optical)]));

        let on = |id| (Fixture::Device { id }, 1);
        let end = |id, end| (Fixture::Cable { id, end }, 1);
        set.create(splice("S1", site, on(odf), end(feeder, CableEnd::A), 24));
        let through = set.create(splice("S2", closure, end(feeder, CableEnd::B), end(branch, CableEnd::A), 24));
        set.create(splice("S3", cabinet, end(branch, CableEnd::B), on(cab), 24));
        let branch_port = (Fixture::Device { id: splitter }, 2);
        set.create(splice("S4", cabinet, branch_port, end(drop, CableEnd::A), 1));
        let customer_splice = set.create(splice("S5", room, end(drop, CableEnd::B), on(onu), 1));

        let mut jumper = |code: &str, a, b| set.create(Jumper { tag: Tag::new(code, ""), a, b });
        jumper("J1", port(adm, 1), port(odf, 1));
        let second_jumper = jumper("J2", port(adm, 1), port(odf, 2));
        let olt_jumper = jumper("J3", port(olt, 1), port(odf, 3));
        jumper("J4", port(cab, 1), port(far_adm, 1));
        let far_second_jumper = jumper("J5", port(cab, 2), port(far_adm, 1));
        jumper("J6", port(cab, 3), port(splitter, 1));

        let held = |device, slot| Self::held(Carrier::Device(device), slot, SlotState::Occupied);
        let core = |cable, slot| Self::held(Carrier::Cable(cable), slot, SlotState::Occupied);
        let mut holdings = vec![held(adm, 1)];
        for (part, slot) in [(0, 1), (1, 2)] {
            let fibre = [held(odf, slot), core(feeder, slot), core(branch, slot), held(cab, slot)];
            holdings.extend(fibre.map(|holding| Holding { part, ..holding }));
        }
        holdings.push(held(far_adm, 1));
        let pair = set.create(trail("T-PAIR", Layer::Fibre, holdings));
        let holdings =
            vec![held(olt, 1), held(odf, 3), core(feeder, 3), core(branch, 3), held(cab, 3), held(splitter, 1)];
        let feed = set.create(trail("T-FEED", Layer::Fibre, holdings));
        let holdings = vec![held(splitter, 2), core(drop, 1), held(onu, 1)];
        let customer = set.create(Trail { customer: "张三".into(), ..trail("T-CUST", Layer::Fibre, holdings) });
        let holdings = [held(odf, 5), core(feeder, 5), core(branch, 5), held(cab, 5)]
            .map(|holding| Holding { state: SlotState::Reserved, ..holding });
        let new = set.create(Trail { reservation: reservation(), ..trail("T-NEW", Layer::Fibre, holdings.to_vec()) });

        let mut link = |code: &str, a, z, trail| {
            let slots = Discipline::Exclusive { count: Some(1) };
            set.create(Link { tag: Tag::new(code, ""), layer: Layer::Fibre, a, z, slots, trail })
        };
        let pair_link = link("L-PAIR", port(adm, 1), port(far_adm, 1), pair);
        link("L-FEED", port(olt, 1), port(splitter, 1), feed);

        let mut network = Network::new();
        let made = network.apply(&set).unwrap();
        Village {
            network,
            site: made.resolve(site),
            entry: made.resolve(entry),
            manhole: made.resolve(manhole),
            far_manhole: made.resolve(far_manhole),
            closure: made.resolve(closure),
            cabinet: made.resolve(cabinet),
            building: made.resolve(building),
            room: made.resolve(room),
            duct: made.resolve(duct),
            far_duct: made.resolve(far_duct),
            feeder: made.resolve(feeder),
            branch: made.resolve(branch),
            spare: made.resolve(spare),
            adm: made.resolve(adm),
            far_adm: made.resolve(far_adm),
            olt: made.resolve(olt),
            odf: made.resolve(odf),
            frame: made.resolve(cab),
            splitter: made.resolve(splitter),
            through: made.resolve(through),
            customer_splice: made.resolve(customer_splice),
            second_jumper: made.resolve(second_jumper),
            far_second_jumper: made.resolve(far_second_jumper),
            olt_jumper: made.resolve(olt_jumper),
            pair: made.resolve(pair),
            feed: made.resolve(feed),
            customer: made.resolve(customer),
            new: made.resolve(new),
            pair_link: made.resolve(pair_link),
        }
    }
}

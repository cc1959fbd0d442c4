//! A town of one site, one cabinet and one box, small enough to reason about by hand.

use linewright_model::{
    Address, Cable, CableEnd, CableId, Carrier, ChangeSet, Device, DeviceId, DeviceKind, Fixture, Holding, Jumper,
    Layer, Leg, LegRole, Link, Network, Occupancy, Origin, Permit, PermitKind, Place, PlaceId, PlaceKind, Plant, Port,
    PortBlock, PortKind, Position, RouteHop, SiteClass, SlotMark, SlotState, Span, SpanId, SpanKind, Splice,
    SpliceMethod, SpliceSide, Tag, Take, Text, Trail, TrailId,
};

/// The town and the ids its tests speak of.
pub(crate) struct Town {
    pub(crate) network: Network,
    pub(crate) site: PlaceId,
    pub(crate) cabinet: PlaceId,
    pub(crate) house: PlaceId,
    pub(crate) trunk: CableId,
    pub(crate) branch: CableId,
    pub(crate) splitter: DeviceId,
    pub(crate) olt: DeviceId,
    pub(crate) adm: DeviceId,
    pub(crate) duct: SpanId,
}

/// A position `east_m`, `north_m` metres from the site, near enough.
pub(crate) fn at(east_m: f64, north_m: f64) -> Position {
    let lat = 32.0 + north_m / 110_900.0;
    Position::new(120.0 + east_m / 94_490.0, lat).expect("inside the world")
}

pub(crate) fn block(name: &str, first: u32, count: u32, kind: PortKind, interface: &str) -> PortBlock {
    PortBlock { name: name.into(), first, count, kind, interface: interface.into(), rate: Text::from("") }
}

fn device(code: &str, place: PlaceId, kind: DeviceKind, blocks: Vec<PortBlock>) -> Device {
    Device {
        tag: Tag::new(code, ""),
        place,
        kind,
        model: Text::from(""),
        blocks: blocks.into(),
        free_board_slots: None,
        plant: Plant::default().into(),
    }
}

fn splice(code: &str, at: PlaceId, a: (CableId, CableEnd, u32), device: (DeviceId, u32), count: u32) -> Splice {
    Splice {
        tag: Tag::new(code, ""),
        at,
        a: SpliceSide { on: Fixture::Cable { id: a.0, end: a.1 }, first: a.2 },
        b: SpliceSide { on: Fixture::Device { id: device.0 }, first: device.1 },
        count,
        method: SpliceMethod::Fusion,
    }
}

/// Holding of one slot.
pub(crate) fn hold(carrier: Carrier, slot: u32) -> Holding {
    Holding { carrier, take: Take::Slot(slot), part: 0, state: SlotState::Occupied }
}

/// A trail of one leg.
pub(crate) fn trail(code: &str, holdings: Vec<Holding>) -> Trail {
    Trail {
        tag: Tag::new(code, ""),
        layer: Layer::Fibre,
        legs: vec![Leg { role: LegRole::Working, holdings }],
        grade: None,
        customer: Text::from(""),
        reservation: None,
    }
}

impl Town {
    /// Site, 1 km of duct to a cabinet, 400 m to a box with a splitter 1:8 fed over core 1; a house 100 m on.
    pub(crate) fn build() -> Town {
        let mut c = ChangeSet::new(Origin::Recording);
        let place = |code: &str, kind, east_m, north_m| Place::new(code, kind, Some(at(east_m, north_m)));
        let site = c.create(place("S", PlaceKind::Site(SiteClass::Core), 0.0, 0.0));
        let cabinet = c.create(place("C", PlaceKind::Cabinet, 1000.0, 0.0));
        let house = c.create(place("B", PlaceKind::DistributionBox, 1400.0, 0.0));
        let duct = c.create(Span { capacity: Some(4), ..Span::new("D1", SpanKind::Duct, site, cabinet, 1000.0) });
        let mut second = Span { capacity: Some(2), ..Span::new("D2", SpanKind::Duct, cabinet, house, 400.0) };
        second.permits.push(Permit { kind: PermitKind::Municipal, days: 15, fee_cny: 2000 });
        let duct2 = c.create(second);
        let cable = |code: &str, a, b, cores, length_m, span| Cable {
            cores: Some(cores),
            cores_per_tube: Some(12),
            occupancy: Occupancy::Proven,
            route: vec![RouteHop { span, bore: None }],
            fibre: "G.652D".into(),
            ..Cable::new(code, a, b, length_m)
        };
        let trunk = c.create(cable("TRUNK", site, cabinet, 24, 1050.0, duct));
        let branch = c.create(cable("BRANCH", cabinet, house, 12, 430.0, duct2));
        let terminals = |n| vec![block("01", 1, n, PortKind::OpticalTerminal, "")];
        let odf = c.create(device("S-ODF", site, DeviceKind::Odf, terminals(48)));
        let frame = c.create(device("C-ODF", cabinet, DeviceKind::Odf, terminals(48)));
        let tray = c.create(device("B-ODF", house, DeviceKind::Odf, terminals(24)));
        c.create(splice("T1", site, (trunk, CableEnd::A, 1), (odf, 1), 24));
        c.create(splice("T2", cabinet, (trunk, CableEnd::B, 1), (frame, 1), 24));
        c.create(splice("T3", cabinet, (branch, CableEnd::A, 1), (frame, 25), 12));
        c.create(splice("T4", house, (branch, CableEnd::B, 1), (tray, 1), 12));
        let splitter = c.create(device(
            "POS",
            house,
            DeviceKind::Splitter,
            vec![block("in", 1, 1, PortKind::SplitterIn, ""), block("out", 2, 8, PortKind::SplitterOut, "")],
        ));
        let olt = c.create(device("OLT", site, DeviceKind::Olt, vec![block("1", 1, 4, PortKind::Pon, "GPON-B+")]));
        let adm = c.create(device("ADM", site, DeviceKind::Adm, vec![block("1", 1, 4, PortKind::Optical, "S-1.1")]));
        let port = |device, port| Port { device, port };
        let jumper = |code: &str, a, b| Jumper { tag: Tag::new(code, ""), a, b };
        c.create(jumper("J1", port(olt, 1), port(odf, 1)));
        c.create(jumper("J2", port(frame, 1), port(frame, 25)));
        c.create(jumper("J3", port(tray, 1), port(splitter, 1)));
        let (d, k) = (Carrier::Device, Carrier::Cable);
        let feeder: TrailId = c.create(trail(
            "FEED",
            vec![
                hold(d(olt), 1),
                hold(d(odf), 1),
                hold(k(trunk), 1),
                hold(d(frame), 1),
                hold(d(frame), 25),
                hold(k(branch), 1),
                hold(d(tray), 1),
                hold(d(splitter), 1),
            ],
        ));
        c.create(Link {
            tag: Tag::new("PON-1", ""),
            layer: Layer::Fibre,
            a: port(olt, 1),
            z: port(splitter, 1),
            slots: linewright_model::Discipline::Exclusive { count: Some(8) },
            trail: feeder,
        });
        let address = |code: &str, text: &str, position, covered_by| Address {
            tag: Tag::new(code, ""),
            text: text.into(),
            position: Some(position),
            premises: None,
            covered_by,
        };
        c.create(address("A1", "江苏省示例市一号路1号", at(1500.0, 0.0), vec![house]));
        c.create(address("A2", "江苏省示例市一号路12号", at(1500.0, 20.0), vec![]));
        let mut network = Network::new();
        let applied = network.apply(&c).expect("the town is sound");
        Town {
            site: applied.resolve(site),
            cabinet: applied.resolve(cabinet),
            house: applied.resolve(house),
            trunk: applied.resolve(trunk),
            branch: applied.resolve(branch),
            splitter: applied.resolve(splitter),
            olt: applied.resolve(olt),
            adm: applied.resolve(adm),
            duct: applied.resolve(duct),
            network,
        }
    }

    /// Applies more records.
    pub(crate) fn with(mut self, change: impl FnOnce(&Town, &mut ChangeSet)) -> Town {
        let mut changes = ChangeSet::new(Origin::Recording);
        change(&self, &mut changes);
        self.network.apply(&changes).expect("the change is sound");
        self
    }

    /// Marks slots of a carrier.
    pub(crate) fn marked(self, carrier: Carrier, first: u32, count: u32, state: SlotState) -> Town {
        self.with(|_, changes| {
            changes.create(SlotMark {
                tag: Tag::new(format!("M{}", changes.changes.len() as u32 * 1000 + first), ""),
                carrier,
                first,
                count,
                state,
            });
        })
    }
}

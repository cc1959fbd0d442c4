//! How each kind of record is drawn.

use chrono::{DateTime, NaiveDate};
use linewright_model::*;

use super::{Draft, Drawn};

impl Draft<'_> {
    fn length_m(&mut self) -> f64 {
        match self.dice.roll(100) {
            0 => f64::NAN,
            1 => -1.0,
            _ => f64::from(self.dice.roll(100_000)) / 7.0,
        }
    }

    fn position(&mut self) -> Option<Position> {
        let (lon, lat) = (self.dice.roll(1000), self.dice.roll(1000));
        (!self.dice.one_in(5))
            .then(|| Position::new(120.0 + f64::from(lon) / 997.0, 32.0 + f64::from(lat) / 997.0).unwrap())
    }

    fn plant(&mut self) -> Plant {
        let mut plant = Plant::default();
        if self.dice.one_in(4) {
            plant.stage = Stage::UnderConstruction;
            plant.available_from = NaiveDate::from_ymd_opt(2026, 12, 1 + self.dice.roll(28));
            plant.unit = Text::from("市区维护中心");
        }
        plant
    }

    fn permits(&mut self) -> Alike<Vec<Permit>> {
        let permit = Permit { kind: PermitKind::Municipal, days: 15, fee_cny: 3_000 };
        if self.dice.one_in(4) { vec![permit].into() } else { Alike::default() }
    }

    fn port(&mut self) -> Port {
        Port { device: self.pick::<Device>(), port: 1 + self.dice.roll(8) }
    }

    fn carrier(&mut self) -> Carrier {
        match self.dice.roll(12) {
            0 => Carrier::Span(self.pick::<Span>()),
            1..7 => Carrier::Cable(self.pick::<Cable>()),
            7..11 => Carrier::Device(self.pick::<Device>()),
            _ => Carrier::Link(self.pick::<Link>()),
        }
    }

    fn holding(&mut self, state: SlotState) -> Holding {
        let carrier = self.carrier();
        let counted = matches!(carrier, Carrier::Span(_)) != self.dice.one_in(40);
        let take =
            if counted { Take::Amount(1 + u64::from(self.dice.roll(2))) } else { Take::Slot(self.slot(carrier)) };
        Holding { carrier, take, part: self.dice.roll(2) as u8, state }
    }

    fn held_state(&mut self) -> SlotState {
        use SlotState::*;
        let states = [Selected, Reserved, Reserved, Temporary, Occupied, Releasing, Damaged];
        // An operation can take an idle slot only in the first of these.
        let among = match self.set.origin {
            Origin::Operation if !self.dice.one_in(12) => 4,
            _ if self.dice.one_in(40) => 7,
            _ => 6,
        };
        states[self.dice.roll(among) as usize]
    }
}

impl Drawn for Dataset {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let mut tag = draft.tag();
        if !draft.dice.one_in(10) {
            tag.dataset = None;
        }
        Dataset { tag, format: Text::from("native") }
    }
}

impl Drawn for Place {
    fn draw(draft: &mut Draft<'_>) -> Self {
        use PlaceKind::*;
        let kinds = [Site(SiteClass::Core), Manhole, Handhole, Pole, Cabinet, DistributionBox, Closure, Entry, Node];
        let kind = kinds[draft.dice.roll(9) as usize];
        let within = draft.dice.one_in(5).then(|| draft.pick::<Place>());
        let (position, plant, permits) = (draft.position(), draft.plant(), draft.permits());
        Place { tag: draft.tag(), within, plant: plant.into(), permits, ..Place::new("", kind, position) }
    }
}

impl Drawn for Span {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let (a, b) = (draft.pick::<Place>(), draft.pick::<Place>());
        let length_m = draft.length_m();
        let mut span = Span::new("", SpanKind::Duct, a, b, length_m);
        span.tag = draft.tag();
        span.capacity = (!draft.dice.one_in(3)).then(|| draft.dice.roll(6));
        span.course = draft.position().into_iter().chain(draft.position()).collect();
        span.marks = vec![Mark { at_m: 1.5, label: Text::from("P1") }];
        span.permits = draft.permits();
        span
    }
}

impl Drawn for Cable {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let (a, b) = (draft.pick::<Place>(), draft.pick::<Place>());
        let length_m = draft.length_m();
        let mut cable = Cable::new("", a, b, length_m);
        cable.tag = draft.tag();
        cable.cores = (!draft.dice.one_in(6)).then_some(12);
        if draft.dice.one_in(12) {
            cable.cores = Some(draft.dice.roll(20_000));
        }
        if !draft.dice.one_in(5) {
            cable.occupancy = Occupancy::Proven;
        }
        for _ in 0..draft.dice.roll(3) {
            cable.route.push(RouteHop { span: draft.pick::<Span>(), bore: None });
        }
        let on = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
        cable.measurements = vec![Measurement { core: Some(3), wavelength_nm: 1550, loss_db: 0.1 + 0.2, on }].into();
        cable
    }
}

impl Drawn for Device {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let first = if draft.dice.one_in(40) { 0 } else { 1 };
        let (kind, port, interface, model) = match draft.dice.roll(6) {
            0 => (DeviceKind::Adm, PortKind::Optical, ["S-4.1", "L-1.1"][draft.dice.roll(2) as usize], ""),
            1 => (DeviceKind::Olt, PortKind::Pon, "GPON-B+", ""),
            2 | 3 => {
                (DeviceKind::Splitter, PortKind::SplitterOut, "", ["PLC-1x8", "PLC-1x16"][draft.dice.roll(2) as usize])
            }
            _ => (DeviceKind::Odf, PortKind::OpticalTerminal, "", ""),
        };
        let block = |first, count, kind| PortBlock {
            name: Text::from("1"),
            first,
            count,
            kind,
            interface: Text::from(interface),
            rate: Text::from(""),
        };
        let mut blocks = vec![block(first, 12, port)];
        if port == PortKind::SplitterOut {
            blocks = vec![block(first, 4, PortKind::SplitterIn), block(5, 8, port)];
        }
        if draft.dice.one_in(4) {
            blocks.push(block(12 + draft.dice.roll(3), 2, port));
        }
        Device {
            place: draft.pick::<Place>(),
            tag: draft.tag(),
            kind,
            model: Text::from(model),
            blocks: blocks.into(),
            free_board_slots: None,
            plant: Alike::default(),
        }
    }
}

impl Drawn for Splice {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let mut side = || {
            let first = draft.dice.roll(12);
            let on = if draft.dice.one_in(3) {
                Fixture::Device { id: draft.pick::<Device>() }
            } else {
                Fixture::Cable { id: draft.pick::<Cable>(), end: CableEnd::A }
            };
            SpliceSide { on, first: first.max(u32::from(!draft.dice.one_in(20))) }
        };
        let (a, b) = (side(), side());
        Splice { at: draft.pick::<Place>(), tag: draft.tag(), a, b, count: 2, method: SpliceMethod::Ribbon }
    }
}

impl Drawn for Jumper {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let (a, b) = (draft.port(), draft.port());
        Jumper { tag: draft.tag(), a, b }
    }
}

impl Drawn for Trail {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let mut legs = Vec::new();
        for role in [LegRole::Working, LegRole::Protection, LegRole::Member(3)] {
            let holdings = (0..draft.dice.roll(3)).map(|_| {
                let state = draft.held_state();
                draft.holding(state)
            });
            legs.push(Leg { role, holdings: holdings.collect() });
        }
        let expires = DateTime::from_timestamp(1_800_000_000, 250_000_000).unwrap();
        let reservation = Reservation { order: Text::from("O1"), user: Text::from("u"), expires };
        let tag = draft.tag();
        let grade = draft.dice.one_in(2).then_some(Grade::AA);
        Trail { tag, layer: Layer::Fibre, legs, grade, customer: Text::from("客户"), reservation: Some(reservation) }
    }

    /// Mostly each holding goes on to some state that its own may become.
    fn redraw(&self, draft: &mut Draft<'_>) -> Self {
        if draft.dice.one_in(8) {
            return Self::draw(draft);
        }
        let mut trail = self.clone();
        for leg in &mut trail.legs {
            for holding in &mut leg.holdings {
                let legal: Vec<_> =
                    SlotState::ALL.into_iter().filter(|to| to.is_held() && holding.state.may_become(*to)).collect();
                if draft.dice.one_in(12) {
                    holding.state = draft.held_state();
                } else if !legal.is_empty() && draft.dice.one_in(2) {
                    holding.state = legal[draft.dice.roll(legal.len() as u32) as usize];
                }
            }
        }
        trail
    }
}

impl Drawn for Link {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let (a, z, trail) = (draft.port(), draft.port(), draft.pick::<Trail>());
        let layer = match draft.dice.roll(20) {
            0 => Layer::Cable,
            1..5 => Layer::Section,
            _ => Layer::Fibre,
        };
        let slots = match draft.dice.roll(3) {
            0 => Discipline::Exclusive { count: Some(4) },
            1 => Discipline::Counted { capacity: None },
            _ => Discipline::Amount { capacity_kbps: u64::MAX },
        };
        Link { tag: draft.tag(), layer, a, z, slots, trail }
    }
}

impl Drawn for SlotMark {
    fn draw(draft: &mut Draft<'_>) -> Self {
        use SlotState::*;
        let states = [Damaged, Damaged, Standby, SetAside, OutOfUse, Leftover, UnderTest, Unknown, Idle];
        let carrier = draft.carrier();
        let first = draft.slot(carrier);
        let state = states[draft.dice.roll(9) as usize];
        let count = if draft.dice.one_in(5) { 2 } else { 1 };
        SlotMark { tag: draft.tag(), carrier, first, count, state }
    }
}

impl Drawn for Address {
    fn draw(draft: &mut Draft<'_>) -> Self {
        let text = if draft.dice.one_in(20) { " " } else { "崇川区工农路 1 号" };
        let position = draft.position();
        let premises = draft.dice.one_in(3).then(|| draft.pick::<Place>());
        let covered_by = vec![draft.pick::<Place>()];
        Address { tag: draft.tag(), text: Text::from(text), position, premises, covered_by }
    }
}

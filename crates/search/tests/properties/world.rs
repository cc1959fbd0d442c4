//! Small random networks and random changes of them.
//!
//! Everything the records allow is drawn, sense or nonsense: what cannot be applied is dropped.

use std::sync::Arc;

use linewright_model::*;

/// A small deterministic generator (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(sides)) as u32
    }

    /// True once in so many throws.
    pub(crate) fn one_in(&mut self, sides: u32) -> bool {
        self.roll(sides) == 0
    }

    pub(crate) fn of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.roll(things.len() as u32) as usize]
    }

    /// A number from 0 to 1.
    pub(crate) fn share(&mut self) -> f64 {
        f64::from(self.roll(1_000_001)) / 1e6
    }
}

/// How many records of each kind a network begins with.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) places: u32,
    pub(crate) spans: u32,
    pub(crate) cables: u32,
    pub(crate) devices: u32,
    pub(crate) splices: u32,
    pub(crate) uses: u32,
}

pub(crate) const FIBRE: Size = Size { places: 4, spans: 3, cables: 5, devices: 3, splices: 9, uses: 6 };
pub(crate) const STREETS: Size = Size { places: 7, spans: 8, cables: 6, devices: 6, splices: 7, uses: 5 };

/// A network in the making.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) network: Network,
    next: u32,
}

impl World {
    pub(crate) fn new(seed: u64, size: Size) -> Self {
        let mut world = World { dice: Dice::new(seed), network: Network::new(), next: 0 };
        let tables = [
            (TableKind::Place, size.places),
            (TableKind::Span, size.spans),
            (TableKind::Cable, size.cables),
            (TableKind::Device, size.devices),
            (TableKind::Splice, size.splices),
            (TableKind::Trail, size.uses),
            (TableKind::Link, size.uses),
            (TableKind::SlotMark, size.uses),
            (TableKind::Jumper, size.uses),
        ];
        for (table, count) in tables {
            for _ in 0..count {
                let mut set = ChangeSet::new(Origin::Recording);
                world.create(table, &mut set);
                // What the model refuses is simply not there.
                let _ = world.network.apply(&set);
            }
        }
        world
    }

    /// A random change, where the network takes it.
    pub(crate) fn change(&mut self) -> Option<Applied> {
        use TableKind::*;
        let mut set = ChangeSet::new(Origin::Recording);
        for _ in 0..=self.dice.roll(3) {
            let tables =
                [Place, Place, Span, Span, Cable, Cable, Device, Splice, Splice, Splice, Trail, SlotMark, Jumper];
            match (self.dice.of(&tables), self.dice.roll(3)) {
                (table, 0) => self.create(table, &mut set),
                (table, 1) => self.update(table, &mut set),
                (table, _) => self.remove(table, &mut set),
            }
        }
        self.network.apply(&set).ok()
    }

    fn create(&mut self, table: TableKind, set: &mut ChangeSet) {
        match table {
            TableKind::Place => self.place().map(|r| set.create(r).any()),
            TableKind::Span => self.span().map(|r| set.create(r).any()),
            TableKind::Cable => self.cable().map(|r| set.create(r).any()),
            TableKind::Device => self.device().map(|r| set.create(r).any()),
            TableKind::Splice => self.splice().map(|r| set.create(r).any()),
            TableKind::Trail => self.trail().map(|r| set.create(r).any()),
            TableKind::Link => self.feeder().map(|r| set.create(r).any()),
            TableKind::SlotMark => self.mark().map(|r| set.create(r).any()),
            TableKind::Jumper => self.jumper().map(|r| set.create(r).any()),
            TableKind::Dataset | TableKind::Address => None,
        };
    }

    fn update(&mut self, table: TableKind, set: &mut ChangeSet) {
        match table {
            TableKind::Place => self.redraw(set, Self::place),
            TableKind::Span => self.redraw(set, Self::span),
            TableKind::Cable => self.redraw(set, Self::cable),
            TableKind::Device => self.redraw(set, Self::device),
            TableKind::Splice => self.redraw(set, Self::splice),
            TableKind::Trail => self.redraw(set, Self::trail),
            TableKind::SlotMark => self.redraw(set, Self::mark),
            TableKind::Jumper => self.redraw(set, Self::jumper),
            TableKind::Link | TableKind::Dataset | TableKind::Address => {}
        }
    }

    fn redraw<R: Stored>(&mut self, set: &mut ChangeSet, draw: fn(&mut Self) -> Option<R>)
    where
        Change: From<Edit<R>>,
    {
        let Some((id, before)) = self.any::<R>() else { return };
        if let Some(mut after) = draw(self) {
            *after.tag_mut() = before.tag().clone();
            set.update(id, &before, after);
        }
    }

    fn remove(&mut self, table: TableKind, set: &mut ChangeSet) {
        match table {
            TableKind::Place => self.take(set, Self::any::<Place>),
            TableKind::Span => self.take(set, Self::any::<Span>),
            TableKind::Cable => self.take(set, Self::any::<Cable>),
            TableKind::Device => self.take(set, Self::any::<Device>),
            TableKind::Splice => self.take(set, Self::any::<Splice>),
            TableKind::Trail => self.take(set, Self::any::<Trail>),
            TableKind::SlotMark => self.take(set, Self::any::<SlotMark>),
            TableKind::Jumper => self.take(set, Self::any::<Jumper>),
            TableKind::Link | TableKind::Dataset | TableKind::Address => {}
        }
    }

    #[allow(clippy::type_complexity)]
    fn take<R: Stored>(&mut self, set: &mut ChangeSet, any: fn(&mut Self) -> Option<(R::Id, Arc<R>)>)
    where
        Change: From<Edit<R>>,
    {
        if let Some((id, before)) = any(self)
            && self.network.referrers(id.any()).is_empty()
        {
            set.remove(id, &before);
        }
    }

    fn any<R: Stored>(&mut self) -> Option<(R::Id, Arc<R>)> {
        let rows: Vec<_> = self.network.all::<R>().map(|(id, record)| (id, record.clone())).collect();
        (!rows.is_empty()).then(|| rows[self.dice.roll(rows.len() as u32) as usize].clone())
    }

    pub(crate) fn some<R: Stored>(&mut self) -> Option<R::Id> {
        self.any::<R>().map(|(id, _)| id)
    }

    fn tag(&mut self) -> Tag {
        self.next += 1;
        Tag::new(format!("r{}", self.next), "")
    }

    /// A position within a kilometre or so, often one of few.
    pub(crate) fn position(&mut self) -> Position {
        let mut at = || f64::from(self.dice.roll(12)) / 1_200.0;
        Position::new(120.0 + at(), 32.0 + at()).unwrap()
    }

    fn plant(&mut self) -> Alike<Plant> {
        let stage = match self.dice.roll(16) {
            0 => Stage::Retired,
            1 => Stage::Planned,
            2 => Stage::UnderConstruction,
            _ => Stage::InService,
        };
        let day = chrono::NaiveDate::from_ymd_opt(2026, 1 + self.dice.roll(12), 1);
        Plant { stage, available_from: day.filter(|_| !self.dice.one_in(4)), ..Plant::default() }.into()
    }

    fn place(&mut self) -> Option<Place> {
        use PlaceKind::*;
        let kinds =
            [Site(SiteClass::Access), Manhole, Handhole, Pole, Cabinet, DistributionBox, Closure, Premises, Node];
        let kind = self.dice.of(&kinds);
        let within = if self.dice.one_in(5) { self.some::<Place>() } else { None };
        let position = Some(self.position()).filter(|_| !self.dice.one_in(12));
        let (plant, tag) = (self.plant(), self.tag());
        Some(Place { within, tag, plant, ..Place::new("", kind, position) })
    }

    fn span(&mut self) -> Option<Span> {
        let (a, b) = (self.some::<Place>()?, self.some::<Place>()?);
        let mut span = Span::new("", SpanKind::Duct, a, b, f64::from(self.dice.roll(900)));
        span.tag = self.tag();
        span.plant = self.plant();
        span.capacity = if self.dice.one_in(2) { Some(self.dice.roll(4)) } else { None };
        span.trench = self.dice.of(&["", "", "", "T1", "T2"]).into();
        if self.dice.one_in(3) {
            span.course = (0..=self.dice.roll(3)).map(|_| self.position()).collect();
        }
        Some(span)
    }

    fn cable(&mut self) -> Option<Cable> {
        let (a, b) = (self.some::<Place>()?, self.some::<Place>()?);
        let mut cable = Cable::new("", a, b, f64::from(self.dice.roll(2_000)));
        cable.tag = self.tag();
        cable.plant = self.plant();
        cable.cores = match self.dice.roll(10) {
            0 => None,
            1 => Some(0),
            _ => Some(1 + self.dice.roll(6)),
        };
        cable.occupancy = if self.dice.one_in(4) { Occupancy::Unproven } else { Occupancy::Proven };
        for _ in 0..self.dice.roll(3) {
            cable.route.extend(self.some::<Span>().map(|span| RouteHop { span, bore: None }));
        }
        Some(cable)
    }

    fn device(&mut self) -> Option<Device> {
        let place = self.some::<Place>()?;
        let block = |first, count, kind| PortBlock {
            name: format!("{first}").into(),
            first,
            count,
            kind,
            interface: "".into(),
            rate: "".into(),
        };
        let (kind, blocks) = match self.dice.roll(10) {
            0 | 8 => {
                (DeviceKind::Splitter, vec![block(1, 1, PortKind::SplitterIn), block(2, 2, PortKind::SplitterOut)])
            }
            1 | 9 => (DeviceKind::Olt, vec![block(1, 2, PortKind::Pon)]),
            2 => (DeviceKind::Adm, vec![block(1, 3, PortKind::Optical)]),
            3 => (DeviceKind::Odf, vec![]),
            4 => {
                let kind = PortKind::OpticalTerminal;
                (DeviceKind::Odf, vec![block(2, 3, kind), block(6, 4, kind)])
            }
            _ => (DeviceKind::Odf, vec![block(1, 8, PortKind::OpticalTerminal)]),
        };
        let (tag, plant) = (self.tag(), self.plant());
        Some(Device { tag, place, kind, model: "".into(), blocks: blocks.into(), free_board_slots: None, plant })
    }

    fn splice(&mut self) -> Option<Splice> {
        let (a, b) = (self.side()?, self.side()?);
        let (at, count, tag) = (self.some::<Place>()?, 1 + self.dice.roll(4), self.tag());
        Some(Splice { tag, at, a, b, count, method: SpliceMethod::Fusion })
    }

    fn side(&mut self) -> Option<SpliceSide> {
        let on = if self.dice.one_in(4) {
            Fixture::Device { id: self.some::<Device>()? }
        } else {
            Fixture::Cable { id: self.some::<Cable>()?, end: self.dice.of(&[CableEnd::A, CableEnd::B]) }
        };
        Some(SpliceSide { on, first: 1 + self.dice.roll(5) })
    }

    fn port(&mut self) -> Option<Port> {
        Some(Port { device: self.some::<Device>()?, port: 1 + self.dice.roll(6) })
    }

    fn jumper(&mut self) -> Option<Jumper> {
        Some(Jumper { tag: self.tag(), a: self.port()?, b: self.port()? })
    }

    fn carrier(&mut self) -> Option<Carrier> {
        Some(match self.dice.roll(3) {
            0 => Carrier::Device(self.some::<Device>()?),
            _ => Carrier::Cable(self.some::<Cable>()?),
        })
    }

    fn trail(&mut self) -> Option<Trail> {
        let mut holdings = Vec::new();
        for _ in 0..=self.dice.roll(2) {
            let (carrier, slot) = (self.carrier()?, 1 + self.dice.roll(5));
            let state = self.dice.of(&[SlotState::Occupied, SlotState::Reserved, SlotState::Temporary]);
            holdings.push(Holding { carrier, take: Take::Slot(slot), part: 0, state });
        }
        let legs = vec![Leg { role: LegRole::Working, holdings }];
        let layer = Layer::Fibre;
        Some(Trail { tag: self.tag(), layer, legs, grade: None, customer: "".into(), reservation: None })
    }

    /// A link from some device to another, often from an OLT or splitter to a splitter.
    fn feeder(&mut self) -> Option<Link> {
        let all: Vec<_> = self.network.all::<Device>().map(|(id, device)| (id, device.kind)).collect();
        let of = |kinds: &[DeviceKind]| -> Vec<DeviceId> {
            all.iter().filter(|(_, kind)| kinds.contains(kind)).map(|(id, _)| *id).collect()
        };
        let (ups, downs) = (of(&[DeviceKind::Olt, DeviceKind::Splitter]), of(&[DeviceKind::Splitter]));
        if ups.is_empty() || downs.is_empty() {
            return None;
        }
        let a = Port { device: self.dice.of(&ups), port: 1 + self.dice.roll(2) };
        let z = Port { device: self.dice.of(&downs), port: 1 };
        let (a, z) = if self.dice.one_in(3) { (z, a) } else { (a, z) };
        let slots = Discipline::Exclusive { count: Some(1) };
        Some(Link { tag: self.tag(), layer: Layer::Fibre, a, z, slots, trail: self.some::<Trail>()? })
    }

    fn mark(&mut self) -> Option<SlotMark> {
        use SlotState::*;
        let (carrier, first) = (self.carrier()?, 1 + self.dice.roll(5));
        let (count, state) = (1 + self.dice.roll(2), self.dice.of(&[Damaged, Damaged, SetAside, Leftover, Unknown]));
        Some(SlotMark { tag: self.tag(), carrier, first, count, state })
    }
}

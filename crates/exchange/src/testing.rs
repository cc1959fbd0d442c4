//! Random drafts of every kind of record and field, for property tests.

use chrono::{DateTime, NaiveDate};
use linewright_model::*;
use proptest::prelude::*;

use crate::draft::Draft;
use crate::finding::Source;

/// Choices and texts that proptest draws and shrinks.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    rolls: Vec<u32>,
    texts: Vec<String>,
    at: usize,
    /// Whether records may contradict each other and ask for slots that do not exist.
    dirty: bool,
}

/// Dice for a draft; dirty ones make records that contradict each other.
pub(crate) fn dice(dirty: bool) -> impl Strategy<Value = Dice> {
    let text = prop_oneof![".{0,8}", "[ :;|,/=+@%\"\r\n~a-c]{0,8}", "[A-Z]{1,3}-[0-9]{1,3}"];
    (prop::collection::vec(any::<u32>(), 1..400), prop::collection::vec(text, 1..20))
        .prop_map(move |(rolls, texts)| Dice { rolls, texts, at: 0, dirty })
}

impl Dice {
    fn roll(&mut self) -> u32 {
        self.at += 1;
        // The position keeps a short list of rolls from repeating itself.
        self.rolls[self.at % self.rolls.len()].wrapping_add((self.at / self.rolls.len()) as u32)
    }

    fn below(&mut self, n: u32) -> u32 {
        self.roll() % n
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    fn some<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.one_in(2) { Some(make(self)) } else { None }
    }

    fn many<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| make(self)).collect()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll() as usize % of.len()]
    }

    fn text(&mut self) -> Text {
        let at = self.roll() as usize % self.texts.len();
        Text::from(&*self.texts[at])
    }

    /// A length of any size a file may have.
    fn metres(&mut self) -> f64 {
        let (a, b) = (f64::from(self.roll()), f64::from(self.roll()));
        self.pick(&[0.0, 0.1 + 0.2, 1e-300, f64::MAX, a / 7.0, a / (b + 1.0)])
    }

    fn position(&mut self) -> Position {
        let part = |roll: u32, limit: f64| (f64::from(roll) / f64::from(u32::MAX) * 2.0 - 1.0) * limit;
        let (lon, lat) = (part(self.roll(), 180.0), part(self.roll(), 90.0));
        Position::new(lon, lat).unwrap()
    }

    fn day(&mut self) -> NaiveDate {
        // Years 1 to 9999, those that other formats can write.
        NaiveDate::from_num_days_from_ce_opt(1 + self.below(3_652_059) as i32).unwrap()
    }

    fn plant(&mut self) -> Plant {
        use Ownership::*;
        use Stage::*;
        Plant {
            stage: self.pick(&[Planned, UnderConstruction, InService, Retired]),
            available_from: self.some(Self::day),
            ownership: self.pick(&[Own, Leased, Swapped, Shared, Military]),
            notice_party: self.text(),
            unit: self.text(),
        }
    }

    fn permits(&mut self) -> Vec<Permit> {
        self.many(|d| Permit {
            kind: d.pick(&[PermitKind::Municipal, PermitKind::Property]),
            days: d.roll() as u16,
            fee_cny: i64::from(d.roll()) * 1_000_003 - 7,
        })
    }

    /// A tag with a code that no other record has; dirty ones repeat.
    fn tag(&mut self, set: &[Option<DatasetId>]) -> Tag {
        let extra = self.some(|d| {
            let (key, value) = (d.text().to_string(), d.text().to_string());
            Extra::new(
                serde_json::json!({ key: value, "n": d.metres(), "a": { "b": [1, null] } })
                    .as_object()
                    .unwrap()
                    .clone(),
            )
        });
        let piece = self.pick(&["", "~2", "~x"]);
        let code = match self.dirty {
            true => format!("{}{piece}", self.pick(&["A", "B", "C", "D", "E"])),
            false => format!("{}{}{piece}", self.text(), self.at),
        };
        Tag { code: code.into(), name: self.text(), dataset: self.pick(set), extra }
    }
}

/// A draft with some records of every kind.
pub(crate) fn draft(dice: &mut Dice) -> Draft {
    let d = dice;
    let mut draft = Draft::new(d.dirty);
    let mut row = 1;
    let mut at = |record: &Text| {
        row += 1;
        Source::file("random").record(row, record.clone())
    };
    let mut sets = vec![None];
    for n in 0..d.below(3) {
        let tag = Tag {
            dataset: None,
            code: format!("{}{n}", if d.dirty { "".into() } else { d.text() }).into(),
            ..d.tag(&[None])
        };
        let source = at(&tag.code);
        sets.push(Some(draft.add(Dataset { tag, format: d.text() }, source)));
    }
    macro_rules! add {
        ($record:expr) => {{
            let record = $record;
            let source = at(&record.tag.code);
            draft.add(record, source)
        }};
    }
    let mut places = Vec::new();
    for _ in 0..2 + d.below(4) {
        use PlaceKind::*;
        let tag = d.tag(&sets);
        let kind = d.pick(&[Site(SiteClass::Core), Site(SiteClass::Access), Manhole, Cabinet, Closure, Premises, Node]);
        let within = if places.is_empty() { None } else { d.some(|d| d.pick(&places)) };
        let (position, region, plant, permits) = (d.some(Dice::position), d.text(), d.plant(), d.permits());
        places.push(add!(Place { tag, kind, position, within, region, plant: plant.into(), permits: permits.into() }));
    }
    let mut spans = Vec::new();
    for _ in 0..1 + d.below(3) {
        use SpanKind::*;
        spans.push(add!(Span {
            tag: d.tag(&sets),
            kind: d.pick(&[Duct, PoleLine, Buried, Indoor, Underwater, Unrecorded]),
            a: d.pick(&places),
            b: d.pick(&places),
            course: d.many(Dice::position),
            length_m: d.metres(),
            capacity: d.some(Dice::roll),
            marks: d.many(|d| Mark { at_m: d.metres(), label: d.text() }),
            trench: d.text(),
            plant: d.plant().into(),
            permits: d.permits().into(),
        }));
    }
    let mut cables = Vec::new();
    for _ in 0..1 + d.below(3) {
        cables.push(add!(Cable {
            tag: d.tag(&sets),
            a: d.pick(&places),
            b: d.pick(&places),
            model: d.text(),
            cores: d.pick(&[None, Some(12), Some(24)]),
            cores_per_tube: d.some(|d| 1 + d.below(12)),
            cores_per_ribbon: d.some(|d| 1 + d.below(12)),
            colours: d.pick(&[ColourScheme::Full, ColourScheme::Guide]),
            fibre: d.text(),
            length_m: d.metres(),
            occupancy: d.pick(&[Occupancy::Proven, Occupancy::Unproven]),
            route: d.many(|d| RouteHop { span: d.pick(&spans), bore: d.some(|d| d.roll() as u16) }),
            measurements: d
                .many(|d| Measurement {
                    core: d.some(|d| d.below(24)),
                    wavelength_nm: d.roll() as u16,
                    loss_db: d.metres(),
                    on: d.day(),
                })
                .into(),
            core_ownership: d
                .many(|d| CoreOwnership {
                    first: d.roll(),
                    count: d.roll(),
                    ownership: d.pick(&[Ownership::Own, Ownership::Leased]),
                    party: d.text(),
                })
                .into(),
            plant: d.plant().into(),
        }));
    }
    let mut devices = Vec::new();
    for _ in 0..2 + d.below(2) {
        use PortKind::*;
        let block = |d: &mut Dice, first| PortBlock {
            name: d.text(),
            first,
            count: 12,
            kind: d.pick(&[OpticalTerminal, SplitterIn, SplitterOut, Optical, Pon, E1, Ethernet, DigitalTerminal]),
            interface: d.text(),
            rate: d.text(),
        };
        devices.push(add!(Device {
            tag: d.tag(&sets),
            place: d.pick(&places),
            kind: d.pick(&[DeviceKind::Odf, DeviceKind::Olt, DeviceKind::Splitter, DeviceKind::Adm]),
            model: d.text(),
            blocks: vec![block(d, 1), block(d, 13)].into(),
            free_board_slots: d.some(|d| d.roll() as u16),
            plant: d.plant().into(),
        }));
    }
    let port = |d: &mut Dice, device| Port { device, port: 1 + d.below(24) };
    for _ in 0..d.below(4) {
        let side = |d: &mut Dice| SpliceSide {
            on: if d.one_in(2) {
                Fixture::Device { id: d.pick(&devices) }
            } else {
                Fixture::Cable { id: d.pick(&cables), end: d.pick(&[CableEnd::A, CableEnd::B]) }
            },
            first: 1 + d.below(30),
        };
        add!(Splice {
            tag: d.tag(&sets),
            at: d.pick(&places),
            a: side(d),
            b: side(d),
            count: 1 + d.below(12),
            method: d.pick(&[SpliceMethod::Fusion, SpliceMethod::Ribbon, SpliceMethod::Mechanical]),
        });
        add!(Jumper { tag: d.tag(&sets), a: port(d, devices[0]), b: port(d, devices[1]) });
    }
    let mut trails = Vec::new();
    let last = if d.dirty { 26 } else { 12 };
    for _ in 0..1 + d.below(4) {
        use LegRole::*;
        let holding = |d: &mut Dice| {
            let numbered = [Carrier::Cable(d.pick(&cables)), Carrier::Device(d.pick(&devices))];
            let (carrier, take) = match d.below(3) {
                0 => (Carrier::Span(d.pick(&spans)), Take::Amount(1 + u64::from(d.roll()))),
                n => (numbered[n as usize - 1], Take::Slot(1 + d.below(last))),
            };
            let state = d.pick(&[SlotState::Occupied, SlotState::Reserved, SlotState::Temporary]);
            Holding { carrier, take, part: d.below(3) as u8, state }
        };
        trails.push(add!(Trail {
            tag: d.tag(&sets),
            layer: d.pick(&[Layer::Fibre, Layer::Section, Layer::HighOrder, Layer::Packet, Layer::Circuit]),
            legs: d.many(|d| {
                let member = Member(d.roll() as u16);
                Leg { role: d.pick(&[Working, Protection, member]), holdings: d.many(holding) }
            }),
            grade: d.pick(&[None, Some(Grade::AAA), Some(Grade::AA), Some(Grade::A), Some(Grade::Plain)]),
            customer: d.text(),
            reservation: d.some(|d| {
                let expires = DateTime::from_timestamp(i64::from(d.roll()) * 40, d.below(1_000_000_000)).unwrap();
                Reservation { order: d.text(), user: d.text(), expires }
            }),
        }));
    }
    for _ in 0..d.below(3) {
        let counts = [None, Some(d.roll())];
        let slots = match d.below(3) {
            0 => Discipline::Exclusive { count: d.pick(&counts) },
            1 => Discipline::Counted { capacity: d.pick(&counts) },
            _ => Discipline::Amount { capacity_kbps: u64::MAX - u64::from(d.roll()) },
        };
        add!(Link {
            tag: d.tag(&sets),
            layer: d.pick(&[Layer::Fibre, Layer::Section, Layer::LowOrder]),
            a: port(d, devices[0]),
            z: port(d, devices[1]),
            slots,
            trail: d.pick(&trails),
        });
    }
    for _ in 0..d.below(4) {
        let first = 1 + d.below(last);
        let most = if d.dirty { 20 } else { 13 - first };
        add!(SlotMark {
            tag: d.tag(&sets),
            carrier: d.pick(&[Carrier::Device(devices[0]), Carrier::Cable(cables[0])]),
            first,
            count: 1 + d.below(most),
            state: d.pick(&[SlotState::Damaged, SlotState::SetAside, SlotState::Unknown]),
        });
    }
    for _ in 0..d.below(3) {
        add!(Address {
            tag: d.tag(&sets),
            text: format!("{}路", d.text()).into(),
            position: d.some(Dice::position),
            premises: d.some(|d| d.pick(&places)),
            covered_by: d.many(|d| d.pick(&places)),
        });
    }
    draft
}

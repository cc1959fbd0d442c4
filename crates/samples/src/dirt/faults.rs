//! How each rule is broken: where, and by what, so that this rule and no other speaks.

use chrono::DateTime;
use linewright_model::{
    AnyId, Cable, CableEnd, CableId, Carrier, Device, DeviceId, DeviceKind, Fixture, Holding, Id, Jumper, JumperId,
    Layer, Link, LinkId, Measurement, Network, Occupancy, Place, PlaceId, PlaceKind, Port, PortKind, SlotMark,
    SlotMarkId, SlotState, Span, SpanId, SpanKind, Splice, SpliceId, SpliceMethod, SpliceSide, Stored, Take, Text,
    Trail, TrailId,
};

use super::garden::{Garden, Subject};

/// What was planted: where it is found, and what was done.
type Grown = Option<(Subject, String)>;

/// One kind of error.
pub(super) struct Fault {
    pub(super) rule: u8,
    /// Records that may grow it.
    pub(super) beds: fn(&Network) -> Vec<AnyId>,
    /// Grows it on one of them, unless something is in the way.
    pub(super) plant: fn(&mut Garden<'_>, AnyId) -> Grown,
}

macro_rules! faults {
    ($($rule:literal: $beds:path => $plant:path),* $(,)?) => {
        /// All kinds, by rule.
        pub(super) static FAULTS: &[Fault] = &[$(Fault { rule: $rule, beds: $beds, plant: $plant }),*];
    };
}
faults!(
    1: terminations => core_joined_twice,
    2: through_splices => splice_in_the_open,
    3: terminations => core_that_is_not,
    4: terminations => terminal_joined_twice,
    5: frames => jumper_between_rooms,
    6: all::<Jumper> => missing_jumper,
    7: all::<Trail> => carried_while_released,
    8: all::<Trail> => occupied_for_nobody,
    10: frames => jumper_on_idle,
    11: all::<Trail> => reserved_but_damaged,
    12: all::<Trail> => unaccounted_reservation,
    13: all::<Trail> => expired_reservation,
    14: terminations => states_apart,
    15: all::<Cable> => wrong_model,
    16: all::<Cable> => wrong_tubes,
    17: all::<Cable> => wrong_length,
    18: all::<Cable> => broken_way,
    19: all::<Span> => too_full,
    20: all::<Span> => duct_to_closure,
    21: frames => wrong_ports,
    22: all::<Link> => other_rate,
    23: all::<Link> => dark_core,
    24: all::<Link> => attenuator_gone,
    35: splitters => beyond_ratio,
    41: all::<Span> => other_trench,
    42: all::<Span> => no_trench,
);

fn all<R: Stored>(network: &Network) -> Vec<AnyId> {
    network.all::<R>().map(|(id, _)| id.any()).collect()
}

fn frames(network: &Network) -> Vec<AnyId> {
    let frames = network.all::<Device>().filter(|(_, device)| device.kind == DeviceKind::Odf);
    frames.map(|(id, _)| id.any()).collect()
}

fn splitters(network: &Network) -> Vec<AnyId> {
    let splitters = network.all::<Device>().filter(|(_, device)| device.kind == DeviceKind::Splitter);
    splitters.map(|(id, _)| id.any()).collect()
}

/// Splices of a cable (side a) on a frame (side b).
fn terminations(network: &Network) -> Vec<AnyId> {
    let joins = |splice: &Splice| termination(splice).is_some();
    network.all::<Splice>().filter(|(_, splice)| joins(splice)).map(|(id, _)| id.any()).collect()
}

fn through_splices(network: &Network) -> Vec<AnyId> {
    let joins = |splice: &Splice| matches!((splice.a.on, splice.b.on), (Fixture::Cable { .. }, Fixture::Cable { .. }));
    network.all::<Splice>().filter(|(_, splice)| joins(splice)).map(|(id, _)| id.any()).collect()
}

fn termination(splice: &Splice) -> Option<(CableId, CableEnd, DeviceId)> {
    match (splice.a.on, splice.b.on) {
        (Fixture::Cable { id, end }, Fixture::Device { id: device }) => Some((id, end, device)),
        _ => None,
    }
}

/// A core and the terminal before it of which nothing is recorded.
fn idle_pair(garden: &Garden<'_>, splice: &Splice) -> Option<(u32, u32)> {
    let (cable, _, device) = termination(splice)?;
    let taken = [Carrier::Cable(cable), Carrier::Device(device)].map(|carrier| garden.network.taken(carrier));
    let idle = |nth: usize, slot: u32| taken[nth].is_none_or(|taken| taken.of_slot(slot).is_empty());
    let pairs = (0..splice.count).rev().map(|offset| (splice.a.first + offset, splice.b.first + offset));
    pairs.into_iter().find(|(core, terminal)| idle(0, *core) && idle(1, *terminal))
}

fn joint(garden: &mut Garden<'_>, at: PlaceId, a: (Fixture, u32), b: (Fixture, u32)) -> Subject {
    let [a, b] = [a, b].map(|(on, first)| SpliceSide { on, first });
    let (tag, subject) = garden.tag::<SpliceId>("CD");
    garden.create(Splice { tag, at, a, b, count: 1, method: SpliceMethod::Fusion });
    subject
}

fn mark(garden: &mut Garden<'_>, carrier: Carrier, slot: u32, state: SlotState) {
    let (tag, _) = garden.tag::<SlotMarkId>("BZ");
    garden.create(SlotMark { tag, carrier, first: slot, count: 1, state });
}

fn patch(garden: &mut Garden<'_>, a: Port, b: Port) -> Subject {
    let (tag, subject) = garden.tag::<JumperId>("TX");
    garden.create(Jumper { tag, a, b });
    subject
}

fn core_joined_twice(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let splice = garden.network.get(id.typed::<SpliceId>()?)?.clone();
    let (cable, end, device) = termination(&splice)?;
    let (core, _) = idle_pair(garden, &splice)?;
    if !garden.claim([cable.any()]) {
        return None;
    }
    let spare = garden.spare(device)?;
    joint(garden, splice.at, (Fixture::Cable { id: cable, end }, core), (Fixture::Device { id: device }, spare));
    Some((Subject::Known(cable.any()), format!("core {core} spliced a second time, to terminal {spare}")))
}

fn splice_in_the_open(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let splice: SpliceId = id.typed()?;
    let closure = garden.network.get(garden.network.get(splice)?.at)?;
    let manhole = closure.within.filter(|_| closure.kind == PlaceKind::Closure)?;
    let open = matches!(
        garden.network.get(manhole)?.kind,
        PlaceKind::Manhole | PlaceKind::Handhole | PlaceKind::Pole | PlaceKind::Entry
    );
    if !open || !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Splice>(splice, |splice| splice.at = manhole)?;
    Some((subject, "recorded at the manhole or pole instead of the closure there".to_owned()))
}

fn core_that_is_not(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let splice = garden.network.get(id.typed::<SpliceId>()?)?.clone();
    let (cable, end, device) = termination(&splice)?;
    let core = garden.network.get(cable)?.cores? + 1;
    if !garden.claim([cable.any()]) {
        return None;
    }
    let spare = garden.spare(device)?;
    let on = (Fixture::Cable { id: cable, end }, core);
    let subject = joint(garden, splice.at, on, (Fixture::Device { id: device }, spare));
    Some((subject, format!("joins core {core} of a cable that has {} cores", core - 1)))
}

fn terminal_joined_twice(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let splice = garden.network.get(id.typed::<SpliceId>()?)?.clone();
    let (cable, _, device) = termination(&splice)?;
    if garden.heads() {
        return second_jumper(garden, device);
    }
    let (_, terminal) = idle_pair(garden, &splice)?;
    if !garden.claim([device.any(), cable.any()]) {
        return None;
    }
    let (on, spare) = (Fixture::Device { id: device }, garden.spare(device)?);
    joint(garden, splice.at, (on, terminal), (on, spare));
    Some((Subject::Known(device.any()), format!("terminal {terminal} spliced from behind a second time")))
}

fn second_jumper(garden: &mut Garden<'_>, device: DeviceId) -> Grown {
    let jumper = garden.network.referring::<JumperId>(device).next()?;
    let record = garden.network.get(jumper)?;
    let here = [record.a, record.b].into_iter().find(|port| port.device == device)?;
    if !garden.claim([device.any(), jumper.any()]) {
        return None;
    }
    let spare = garden.spare(device)?;
    mark(garden, Carrier::Device(device), spare, SlotState::Leftover);
    patch(garden, Port { device, port: spare }, here);
    Some((Subject::Known(device.any()), format!("terminal {} has a second jumper, from {spare}", here.port)))
}

fn jumper_between_rooms(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let here: DeviceId = id.typed()?;
    let place = garden.network.get(here)?.place;
    // A frame of some other room: the records are full of them, so the next ids will do.
    let there = (1..50).map(|nth| DeviceId::from_raw(id.raw + nth)).find(|other| {
        garden.network.get(*other).is_some_and(|other| {
            other.kind == DeviceKind::Odf && ground(garden.network, other.place) != ground(garden.network, place)
        })
    })?;
    let (one, other) = (garden.spare(here)?, garden.spare(there)?);
    mark(garden, Carrier::Device(here), one, SlotState::Leftover);
    mark(garden, Carrier::Device(there), other, SlotState::Leftover);
    let subject = patch(garden, Port { device: here, port: one }, Port { device: there, port: other });
    Some((subject, "runs from one room to another".to_owned()))
}

fn ground(network: &Network, place: PlaceId) -> PlaceId {
    let within = |at: &PlaceId| network.get(*at).and_then(|place: &std::sync::Arc<Place>| place.within);
    std::iter::successors(Some(place), within).take(16).last().unwrap_or(place)
}

fn missing_jumper(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let jumper: JumperId = id.typed()?;
    let record = garden.network.get(jumper)?.clone();
    let owner = |port: Port| garden.network.slot(Carrier::Device(port.device), port.port).owner;
    let trail = owner(record.a).filter(|trail| owner(record.b) == Some(*trail))?;
    if garden.network.get(trail)?.layer != Layer::Fibre || !garden.claim([trail.any(), id]) {
        return None;
    }
    garden.remove::<Jumper>(jumper);
    Some((Subject::Known(trail.any()), format!("jumper {} of the route is not recorded", record.tag.code)))
}

fn carried_while_released(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let trail: TrailId = id.typed()?;
    let record = garden.network.get(trail)?;
    let cores = record.holdings().any(|holding| matches!(holding.carrier, Carrier::Cable(_)));
    let carries = garden.network.referring::<LinkId>(trail).next().is_some();
    if !cores || !carries || record.reservation.is_some() || !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Trail>(trail, |trail| {
        let holdings = trail.legs.iter_mut().flat_map(|leg| &mut leg.holdings);
        holdings.for_each(|holding| holding.state = SlotState::Releasing);
    })?;
    Some((subject, "its link is still there, all it holds is being released".to_owned()))
}

fn occupied_for_nobody(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let trail: TrailId = id.typed()?;
    let record = garden.network.get(trail)?.clone();
    let occupies = record.holdings().any(|holding| holding.state == SlotState::Occupied);
    let links: Vec<LinkId> = garden.network.referring(trail).collect();
    let free = links.iter().all(|link| garden.network.referrers(*link).is_empty());
    if !occupies || !free || record.reservation.is_some() || !garden.claim([id]) {
        return None;
    }
    for link in &links {
        garden.remove::<linewright_model::Link>(*link);
    }
    if !record.customer.is_empty() {
        garden.change::<Trail>(trail, |trail| trail.customer = Text::default())?;
    }
    Some((Subject::Known(id), "its customer and link are not recorded".to_owned()))
}

fn jumper_on_idle(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let device: DeviceId = id.typed()?;
    let (one, other) = (garden.spare(device)?, garden.spare(device)?);
    let subject = patch(garden, Port { device, port: one }, Port { device, port: other });
    Some((subject, format!("left between the idle terminals {one} and {other}")))
}

/// A trail that reserves slots, with the record.
fn reserving(garden: &Garden<'_>, id: AnyId) -> Option<(TrailId, std::sync::Arc<Trail>)> {
    let trail: TrailId = id.typed()?;
    let record = garden.network.get(trail)?;
    let reserves = record.holdings().any(|holding| holding.state == SlotState::Reserved);
    (reserves && record.reservation.is_some()).then(|| (trail, record.clone()))
}

fn reserved_but_damaged(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let (_, record) = reserving(garden, id)?;
    let core = |holding: &Holding| match (holding.carrier, holding.take) {
        (Carrier::Cable(cable), Take::Slot(core)) => Some((cable, core)),
        _ => None,
    };
    let (cable, core) = record.holdings().find_map(core)?;
    if !garden.claim([id]) {
        return None;
    }
    mark(garden, Carrier::Cable(cable), core, SlotState::Damaged);
    Some((Subject::Known(id), format!("reserved core {core} is damaged")))
}

fn unaccounted_reservation(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let (trail, _) = reserving(garden, id)?;
    if !garden.claim([id]) {
        return None;
    }
    let whole = garden.heads();
    let subject = garden.change::<Trail>(trail, |trail| match &mut trail.reservation {
        Some(reservation) if !whole => reservation.user = Text::default(),
        reservation => *reservation = None,
    })?;
    let what = if whole { "reserves without order, user and expiry" } else { "reserves without a user" };
    Some((subject, what.to_owned()))
}

fn expired_reservation(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let (trail, _) = reserving(garden, id)?;
    // 2020-01-01, before any day on which this is checked.
    let past = DateTime::from_timestamp(1_577_836_800, 0)?;
    if !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Trail>(trail, |trail| {
        if let Some(reservation) = &mut trail.reservation {
            reservation.expires = past;
        }
    })?;
    Some((subject, "its reservation expired on 2020-01-01".to_owned()))
}

fn states_apart(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let splice = garden.network.get(id.typed::<SpliceId>()?)?.clone();
    let (cable, _, device) = termination(&splice)?;
    let (core, terminal) = idle_pair(garden, &splice)?;
    // A core of unknown occupancy agrees with everything.
    let proven = garden.network.get(cable)?.occupancy == Occupancy::Proven;
    if !proven || !garden.claim([cable.any(), device.any()]) {
        return None;
    }
    let carrier = Carrier::Device(device);
    mark(garden, carrier, terminal, SlotState::Damaged);
    Some((Subject::Known(device.any()), format!("terminal {terminal} is damaged but core {core} behind it is not")))
}

fn wrong_model(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let cable: CableId = id.typed()?;
    let cores = garden.network.get(cable)?.cores?;
    if !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Cable>(cable, |cable| {
        let family = if cable.cores_per_ribbon.is_some() { "GYDTA" } else { "GYTA" };
        cable.model = format!("{family}-{}B1", cores + 12).into();
    })?;
    Some((subject, format!("its model has {} cores, it has {cores}", cores + 12)))
}

fn wrong_tubes(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let cable: CableId = id.typed()?;
    if garden.network.get(cable)?.cores_per_ribbon.is_some() || !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Cable>(cable, |cable| cable.cores_per_tube = Some(5))?;
    Some((subject, "its tubes have 5 cores".to_owned()))
}

fn wrong_length(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let cable: CableId = id.typed()?;
    let record = garden.network.get(cable)?.clone();
    let long = record.length_m >= 50.0 && ground(garden.network, record.a) != ground(garden.network, record.b);
    // The light on it would not pass either.
    let lit = |trail: TrailId| garden.network.referring::<LinkId>(trail).next().is_some();
    let long = long && !garden.network.referring::<TrailId>(cable).any(lit);
    if !long || !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Cable>(cable, |cable| cable.length_m *= 10.0)?;
    Some((subject, "its length has a digit too many".to_owned()))
}

fn broken_way(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let cable: CableId = id.typed()?;
    let route = garden.network.get(cable)?.route.clone();
    let last = route.last().filter(|_| route.len() > 1)?;
    if !garden.claim([id, last.span.any()]) {
        return None;
    }
    let subject = garden.change::<Cable>(cable, |cable| {
        cable.route.pop();
    })?;
    Some((subject, "the last span of its way is not recorded".to_owned()))
}

fn too_full(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let span: SpanId = id.typed()?;
    garden.network.get(span)?.capacity?;
    let taken = u32::try_from(garden.network.taken(Carrier::Span(span))?.amount()).ok()?;
    if taken < 2 || !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Span>(span, |span| span.capacity = Some(taken - 1))?;
    Some((subject, format!("room for {} cables is recorded, {taken} lie in it", taken - 1)))
}

fn duct_to_closure(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let span: SpanId = id.typed()?;
    let record = garden.network.get(span)?.clone();
    if record.kind != SpanKind::Duct {
        return None;
    }
    let network = garden.network;
    let closure = network.referring::<PlaceId>(record.b).find(|inner| {
        network.get(*inner).is_some_and(|place| place.kind == PlaceKind::Closure && place.within == Some(record.b))
    })?;
    if !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Span>(span, |span| span.b = closure)?;
    Some((subject, "recorded to the closure instead of its manhole".to_owned()))
}

fn wrong_ports(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let device: DeviceId = id.typed()?;
    let terminals: u32 = garden.network.get(device)?.blocks.iter().map(|block| block.count).sum();
    if !garden.claim([id]) {
        return None;
    }
    let model = format!("配线单元-{}芯", terminals + 12);
    let what = format!("its model {model} has 12 terminals more than are recorded");
    let subject = garden.change::<Device>(device, |device| device.model = model.into())?;
    Some((subject, what))
}

fn beyond_ratio(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let device: DeviceId = id.typed()?;
    if !garden.claim([id]) {
        return None;
    }
    let subject = garden.change::<Device>(device, |device| device.model = "PLC-1x2".into())?;
    Some((subject, "its model has 2 outputs, more are recorded".to_owned()))
}

/// A link of a fibre pair between two pieces of equipment, its trail, and the device of its far end.
fn lit_pair(garden: &Garden<'_>, id: AnyId) -> Option<(TrailId, std::sync::Arc<Trail>, Port)> {
    let link = garden.network.get(id.typed::<LinkId>()?)?;
    let optical = |port: Port| {
        let block = garden.network.get(port.device).and_then(|device| device.block_of(port.port));
        block.is_some_and(|block| block.kind == PortKind::Optical)
    };
    let trail = garden.network.get(link.trail)?.clone();
    (optical(link.a) && optical(link.z)).then_some((link.trail, trail, link.z))
}

fn other_rate(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let (trail, _, far) = lit_pair(garden, id)?;
    // Equipment with more links would be wrong at all of them.
    let lone = garden.network.referring::<LinkId>(far.device).count() == 1;
    if !lone || !garden.claim([id, trail.any(), far.device.any()]) {
        return None;
    }
    garden.change::<Device>(far.device, |device| {
        device.blocks.iter_mut().for_each(|block| block.rate = "STM-64".into());
    })?;
    Some((Subject::Known(id), "its far end runs at STM-64".to_owned()))
}

fn dark_core(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let (trail, record, _) = lit_pair(garden, id)?;
    let core = record.holdings().find_map(|holding| match (holding.carrier, holding.take) {
        (Carrier::Cable(cable), Take::Slot(core)) => Some((cable, core)),
        _ => None,
    });
    let (cable, core) = core?;
    if !garden.claim([id, trail.any(), cable.any()]) {
        return None;
    }
    let on = DateTime::from_timestamp(1_577_836_800, 0)?.date_naive();
    let measured = Measurement { core: Some(core), wavelength_nm: 1310, loss_db: 45.0, on };
    garden.change::<Cable>(cable, |cable| cable.measurements.push(measured))?;
    Some((Subject::Known(id), format!("45 dB were measured on its core {core}")))
}

fn attenuator_gone(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let (trail, record, _) = lit_pair(garden, id)?;
    let cables = record.holdings().filter(|holding| holding.part == 0).filter_map(|holding| match holding.carrier {
        Carrier::Cable(cable) => garden.network.get(cable),
        _ => None,
    });
    // Over a longer way the light is weak enough without it.
    let short = cables.map(|cable| cable.length_m).sum::<f64>() < 5_000.0;
    if !short || record.tag.extra.is_none() || !garden.claim([id, trail.any()]) {
        return None;
    }
    garden.change::<Trail>(trail, |trail| trail.tag.extra = None)?;
    Some((Subject::Known(id), "its attenuator is not recorded".to_owned()))
}

/// Speaks for the spans of a trench, when this is the first of several: a finding about a pair is about the first.
fn trench(garden: &mut Garden<'_>, id: AnyId) -> Option<SpanId> {
    let span: SpanId = id.typed()?;
    let record = garden.network.get(span)?.clone();
    let same = |other: &SpanId| garden.network.get(*other).is_some_and(|other| other.trench == record.trench);
    let all: Vec<SpanId> = garden.network.referring::<SpanId>(record.a).filter(same).collect();
    let first = !record.trench.is_empty() && all.len() > 1 && all.first() == Some(&span);
    (first && garden.claim(all.into_iter().map(Id::any))).then_some(span)
}

fn other_trench(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let span = trench(garden, id)?;
    let was = garden.network.get(span)?.trench.clone();
    let subject = garden.change::<Span>(span, |span| span.trench = format!("{was}-2").into())?;
    Some((subject, format!("recorded in trench {was}-2, lies in {was}")))
}

fn no_trench(garden: &mut Garden<'_>, id: AnyId) -> Grown {
    let span = trench(garden, id)?;
    let subject = garden.change::<Span>(span, |span| span.trench = Text::default())?;
    Some((subject, "its trench is not recorded".to_owned()))
}

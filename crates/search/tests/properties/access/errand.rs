//! What somebody asks of a network, at random.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use linewright_model::*;
use linewright_search::access::*;

use crate::world::Dice;

/// What somebody asks of a network.
pub(crate) struct Errand {
    pub(crate) terms: Terms,
    pub(crate) end: End,
    pub(crate) goal: Goal<'static>,
}

pub(crate) fn errand(dice: &mut Dice, network: &Network) -> Errand {
    let terms = Terms {
        fibres: 1 + dice.roll(2),
        pon: dice.one_in(2),
        shadow_milli_cny_per_m: u64::from(1 + dice.roll(300)),
        drop_milli_cny_per_m: u64::from(100 + dice.roll(3_000)),
        drop_milli_cny: 30_000,
        across_max_m: 200.0,
        pole_milli_cny_per_m: 500,
        jumper_milli_cny: 2_000,
        splice_milli_cny: 3_000,
        closure_milli_cny: 50_000,
        tap_milli_cny: 100_000,
        unproven_milli_cny: 40_000,
        waiting_milli_cny: 60_000,
        max_drop_m: f64::from(100 + dice.roll(1_500)),
        straight_factor: 1.3,
        route_factor: 1.1,
        street_spans: 6,
        passing_cables: 12,
        access_points: dice.roll(4) as usize,
        latest: NaiveDate::from_ymd_opt(2026, 1 + dice.roll(12), 1).filter(|_| !dice.one_in(3)),
    };
    let places: Vec<PlaceId> = network.all::<Place>().map(|(id, _)| id).collect();
    let end = |dice: &mut Dice| {
        let place = Some(&places).filter(|all| !all.is_empty() && dice.one_in(2)).map(|all| dice.of(all));
        let mut at = || f64::from(dice.roll(1_000)) / 100_000.0;
        let anywhere = Position::new(120.0 + at(), 32.0 + at()).ok();
        End { position: place.map_or(anywhere, |place| network.get(place).unwrap().position), place }
    };
    let (customer, far) = (end(dice), end(dice));
    if dice.one_in(3) {
        return Errand { terms, end: customer, goal: Goal::Far(far) };
    }
    let mut serving: BTreeMap<PlaceId, Vec<Attachment>> = BTreeMap::new();
    for (id, device) in network.all::<Device>().filter(|(_, d)| matches!(d.kind, DeviceKind::Adm | DeviceKind::Olt)) {
        let equipment = Equipment::Device(id);
        let extra_milli_cny = u64::from(dice.roll(3)) * 10_000;
        let attachment = Attachment { equipment, extra_milli_cny, last: dice.one_in(3) };
        serving.entry(device.place).or_default().push(attachment);
    }
    for place in places.iter().filter(|_| dice.one_in(6)) {
        let equipment = Equipment::Unrecorded(*place);
        serving.entry(*place).or_default().push(Attachment { equipment, extra_milli_cny: 0, last: false });
    }
    Errand { terms, end: customer, goal: Goal::serving(move |place| serving.get(&place).cloned().unwrap_or_default()) }
}

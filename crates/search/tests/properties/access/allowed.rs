//! Whether the records allow a move, and what a route rests on, read plainly.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use linewright_model::*;
use linewright_search::access::*;
use linewright_search::engine::Step;
use linewright_search::ground;
use linewright_search::strand::{Strand, Tail};
use linewright_search::trench::{Beside, Limits, all, data_says_otherwise};
use proptest::prelude::*;

use super::{Path, Try};
use crate::capacity::core_state;
use crate::records::{cables_in, jumper_at, slot_state};

/// Whether a state in plant offers every strand, splitter and attachment that the records allow there.
pub(super) fn check_complete(space: &AccessSpace<'_>, at: At, steps: &[Step<At, Move>]) -> Try {
    let (network, terms) = (space.network, space.terms);
    let (Point::Place(place), Stack::Entered | Stack::Glass) = (at.point, at.stack) else { return Ok(()) };
    let foreign_room = network.get(place).unwrap().kind == PlaceKind::Premises && !space.is_home(place);
    if foreign_room || !on_offer(&network.get(place).unwrap().plant, terms.latest) {
        prop_assert!(steps.is_empty());
        return Ok(());
    }
    let mut expected = BTreeSet::new();
    for (ix, strand) in space.topology.strands() {
        let [a, b] = strand.places;
        for (forward, from, to) in [(true, a, b), (false, b, a)] {
            let open = !fused_to_splitter(space, strand, if forward { 0 } else { 1 });
            if open && from == place && to != place && check_cores(space, Move::Cross(ix, forward)).is_ok() {
                expected.insert(Move::Cross(ix, forward));
            }
        }
    }
    for attachment in space.attachments(place).iter() {
        expected.insert(Move::Attach(attachment.equipment));
    }
    let offered: BTreeSet<Move> = steps.iter().map(|step| step.edge).collect();
    let crossed = offered.iter().filter(|edge| matches!(edge, Move::Cross(..) | Move::Attach(_))).copied();
    prop_assert_eq!(crossed.collect::<BTreeSet<_>>(), expected);
    Ok(())
}

/// Whether a strand cannot be gone along because of a splitter it is fused to: only up to a branch, and only by a PON.
fn fused_to_splitter(space: &AccessSpace<'_>, strand: &Strand, from: usize) -> bool {
    let side = |tail: Tail| {
        let Tail::Terminal(port) = tail else { return None };
        let device = space.network.get(port.device).unwrap();
        (device.kind == DeviceKind::Splitter).then(|| device.block_of(port.port).map(|block| block.kind))
    };
    match (side(strand.tails[from]), side(strand.tails[1 - from])) {
        (None, None) => false,
        (None, Some(kind)) => !(space.terms.pon && kind == Some(PortKind::SplitterOut)),
        (Some(_), _) => true,
    }
}

/// Whether plant may be used by the day asked for, read plainly.
fn on_offer(plant: &Plant, latest: Option<NaiveDate>) -> bool {
    match (plant.stage, plant.available_from) {
        (Stage::InService, _) => true,
        (Stage::Retired, _) | (_, None) => false,
        (_, Some(from)) => latest.is_none() || Some(from) <= latest,
    }
}

fn check_span(space: &AccessSpace<'_>, id: SpanId) -> Try {
    let span = space.network.get(id).unwrap();
    prop_assert!(on_offer(&span.plant, space.terms.latest));
    prop_assert!(span.capacity.is_none_or(|all| cables_in(space.network, id) < all as usize), "{id} is full");
    Ok(())
}

pub(super) fn check_move(space: &AccessSpace<'_>, at: At, step: &Step<At, Move>) -> Try {
    let (network, terms) = (space.network, space.terms);
    let offered = |place: PlaceId| on_offer(&network.get(place).unwrap().plant, terms.latest);
    // A joint is made only where the place itself is there.
    if let (Point::Place(place), Stack::Entered | Stack::Glass) = (at.point, at.stack) {
        prop_assert!(offered(place));
    }
    match step.edge {
        Move::LeadIn(side, nth) => {
            let lead_in = space.lead_in(side, nth).unwrap();
            prop_assert!(lead_in.across_m <= lead_in.length_m);
            if let Some((span, used_m)) = lead_in.span {
                check_span(space, span)?;
                prop_assert!(used_m <= network.get(span).unwrap().length_m && lead_in.length_m <= terms.max_drop_m);
            }
        }
        Move::Pull(_, span) => {
            check_span(space, span)?;
            let ends = [network.get(span).unwrap().a, network.get(span).unwrap().b].map(|end| ground(network, end));
            let (Point::Place(from), Point::Place(to)) = (at.point, step.to.point) else { panic!("{at:?}") };
            prop_assert!(ends == [from, to] || ends == [to, from]);
        }
        Move::Enter(Side::A, place) => {
            prop_assert!(offered(place));
            prop_assert_eq!(at.point, Point::Place(ground(network, place)));
        }
        Move::Enter(Side::Z, place) => prop_assert_eq!(at.point, Point::Place(place)),
        Move::Tap(nth, ix, towards) => {
            let (tap, strand) = (space.tap(nth).unwrap(), space.topology.strand(ix).unwrap());
            prop_assert!(strand.cables().any(|cable| cable == tap.cable));
            prop_assert!(network.get(tap.cable).unwrap().route.iter().any(|hop| hop.span == tap.span));
            let halves = [0, 1].map(|towards| space.tap_length_m(tap, strand, towards));
            prop_assert!((halves[0] + halves[1] - strand.length_m).abs() < 1e-6 && halves.iter().all(|m| *m >= 0.0));
            prop_assert_eq!(step.to.point, Point::Place(strand.places[usize::from(towards)]));
            check_cores(space, step.edge)?;
        }
        Move::Cross(ix, forward) => {
            let [a, b] = space.topology.strand(ix).unwrap().places.map(Point::Place);
            let [from, to] = if forward { [a, b] } else { [b, a] };
            prop_assert_eq!(from, at.point);
            let splitter = |id: DeviceId| Point::Place(network.get(id).unwrap().place);
            match step.to.point {
                Point::Equipment(Equipment::Device(id)) => prop_assert_eq!(splitter(id), to),
                point => prop_assert_eq!(point, to),
            }
            check_cores(space, step.edge)?;
        }
        Move::Branch(splitter) => check_branch(space, at, step, splitter)?,
        Move::Attach(equipment) => {
            let Point::Place(place) = at.point else { panic!("{at:?}") };
            prop_assert!(space.attachments(place).iter().any(|attachment| attachment.equipment == equipment));
        }
    }
    Ok(())
}

fn check_cores(space: &AccessSpace<'_>, edge: Move) -> Try {
    let (network, terms) = (space.network, space.terms);
    let strand = space.topology.strand(edge.strand().unwrap()).unwrap();
    prop_assert!(!strand.tails.contains(&Tail::Disputed));
    for piece in &strand.pieces {
        prop_assert!(on_offer(&network.get(piece.cable).unwrap().plant, terms.latest));
    }
    for frame in strand.devices() {
        prop_assert!(on_offer(&network.get(frame).unwrap().plant, terms.latest));
    }
    let possible = |nth: &u32| core_state(network, strand, *nth).is_none_or(|state| state == SlotState::Unknown);
    let cores = strand.count.map(|count| (0..count).filter(possible).count());
    prop_assert!(cores.is_none_or(|cores| cores >= terms.fibres as usize));
    Ok(())
}

fn check_branch(space: &AccessSpace<'_>, at: At, step: &Step<At, Move>, splitter: DeviceId) -> Try {
    let (network, terms) = (space.network, space.terms);
    let device = network.get(splitter).unwrap();
    let fused = at.point == Point::Equipment(Equipment::Device(splitter));
    prop_assert!(terms.pon && device.kind == DeviceKind::Splitter);
    prop_assert!(fused || at.point == Point::Place(device.place));
    let outs = device.blocks.iter().filter(|block| block.kind == PortKind::SplitterOut);
    let free = outs.flat_map(|block| block.ports()).any(|port| {
        slot_state(network, Carrier::Device(splitter), port).is_none()
            && !jumper_at(network, Port { device: splitter, port })
    });
    prop_assert!(fused || free);
    // Up the links, stage by stage, to the equipment named.
    let mut below = splitter;
    for (link, trail) in feeder(network, splitter).unwrap() {
        prop_assert!(on_offer(&network.get(below).unwrap().plant, terms.latest));
        let link = network.get(link).unwrap();
        prop_assert_eq!(link.trail, trail);
        prop_assert!([link.a.device, link.z.device].contains(&below));
        below = if link.z.device == below { link.a.device } else { link.z.device };
    }
    prop_assert!(on_offer(&network.get(below).unwrap().plant, terms.latest));
    prop_assert_eq!(step.to.point, Point::Equipment(Equipment::Device(below)));
    Ok(())
}

/// Ducts, trenches and places that a route uses, read from the records; the ends left out.
fn rests_on(space: &AccessSpace<'_>, path: &Path) -> (BTreeSet<SpanId>, BTreeSet<String>, BTreeSet<PlaceId>) {
    let network = space.network;
    let mut spans: BTreeSet<SpanId> = BTreeSet::new();
    // Joined or opened on the way: their ends are not passed.
    let mut parts: BTreeSet<SpanId> = BTreeSet::new();
    let mut cables: BTreeSet<CableId> = BTreeSet::new();
    let mut places: BTreeSet<PlaceId> = BTreeSet::new();
    let mut last = None;
    for step in &path.steps {
        match step.edge {
            Move::LeadIn(side, nth) => {
                let lead_in = space.lead_in(side, nth).unwrap();
                parts.extend(lead_in.span.map(|(span, _)| span));
                places.insert(lead_in.to);
                last = Some(lead_in.to);
            }
            Move::Pull(_, span) => {
                let record = network.get(span).unwrap();
                spans.insert(span);
                places.extend([record.a, record.b]);
            }
            Move::Tap(nth, ix, towards) => {
                let (tap, strand) = (space.tap(nth).unwrap(), space.topology.strand(ix).unwrap());
                let seen = if towards == 1 { strand.clone() } else { strand.reversed() };
                let at = seen.pieces.iter().position(|piece| piece.cable == tap.cable).unwrap();
                let cable = network.get(tap.cable).unwrap();
                let mut hops: Vec<SpanId> = cable.route.iter().map(|hop| hop.span).collect();
                if seen.pieces[at].enters == CableEnd::B {
                    hops.reverse();
                }
                let opened = hops.iter().position(|span| *span == tap.span).unwrap();
                parts.insert(tap.span);
                spans.extend(&hops[opened + 1..]);
                places.extend(tap.at);
                places.insert(cable.end(seen.pieces[at].enters.other()));
                cables.extend(seen.pieces[at + 1..].iter().map(|piece| piece.cable));
            }
            Move::Branch(splitter) => {
                for (_, trail) in feeder(network, splitter).unwrap() {
                    let holdings = network.get(trail).unwrap().legs.iter().flat_map(|leg| &leg.holdings);
                    cables.extend(holdings.filter_map(|holding| match holding.carrier {
                        Carrier::Cable(id) => Some(id),
                        _ => None,
                    }));
                }
            }
            Move::Enter(..) | Move::Cross(..) | Move::Attach(_) => {}
        }
        if let Move::Cross(ix, _) = step.edge {
            let strand = space.topology.strand(ix).unwrap();
            cables.extend(strand.cables());
            places.extend(strand.places);
        }
        match step.to.point {
            Point::Place(place) => {
                places.insert(place);
                last = Some(place);
            }
            Point::Equipment(Equipment::Device(id)) => last = network.get(id).map(|device| device.place),
            Point::Equipment(Equipment::Unrecorded(place)) => last = Some(place),
            Point::End(_) => {}
        }
    }
    for cable in cables {
        let cable = network.get(cable).unwrap();
        places.extend([cable.a, cable.b]);
        spans.extend(cable.route.iter().map(|hop| hop.span));
    }
    // Where cables lie, manholes are passed.
    places.extend(spans.iter().flat_map(|span| [network.get(*span).unwrap().a, network.get(*span).unwrap().b]));
    let mut places: BTreeSet<PlaceId> = places.into_iter().map(|place| ground(network, place)).collect();
    // Two lines may end in one room.
    last.map(|place| places.remove(&ground(network, place)));
    for side in [Side::A, Side::Z] {
        let home = space.lead_in(side, 0).filter(|lead_in| !lead_in.direct && lead_in.length_m == 0.0);
        home.map(|lead_in| places.remove(&lead_in.to));
    }
    spans.extend(parts);
    let trenches = spans.iter().map(|span| network.get(*span).unwrap().trench.to_string());
    (spans.clone(), trenches.filter(|trench| !trench.is_empty()).collect(), places)
}

pub(super) fn share_nothing(space: &AccessSpace<'_>, a: &Path, b: &Path) -> Try {
    let (spans_a, trenches_a, places_a) = rests_on(space, a);
    let (spans_b, trenches_b, places_b) = rests_on(space, b);
    prop_assert!(spans_a.is_disjoint(&spans_b), "{spans_a:?} {spans_b:?}");
    prop_assert!(trenches_a.is_disjoint(&trenches_b));
    let run_beside = all(space.network, Limits::default());
    let network = space.network;
    let told = |pair: &Beside| {
        let [one, other] = [pair.a, pair.b].map(|span| network.get(span).unwrap());
        !data_says_otherwise(one, other)
    };
    for Beside { a, b, .. } in run_beside.iter().filter(|pair| told(pair)) {
        let split = (spans_a.contains(a) && spans_b.contains(b)) || (spans_a.contains(b) && spans_b.contains(a));
        prop_assert!(!split, "{a} and {b} run beside each other");
    }
    prop_assert!(places_a.is_disjoint(&places_b), "{places_a:?} {places_b:?}");
    Ok(())
}

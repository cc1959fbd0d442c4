//! Rules 19 and 20: ducts and pole lines, and what is taken of them.

use linewright_model::{
    AnyId, CableId, Carrier, Discipline, Id, Link, Phrase, Place, PlaceKind, Span, SpanKind, phrase,
};

use crate::{Context, Notes};

/// Rule 19: no more cables lie in a duct than it has bores, or hang on a pole line than it has attachments; no cable
/// lies in a bore that the duct does not have; and no more is taken of a link than it offers.
pub(crate) fn taken_within_capacity(ctx: &Context<'_>, notes: &mut Notes) {
    let spans = ctx.each::<Span>().map(|(id, span)| {
        let unit = if span.kind == SpanKind::Duct { ["bores", "管孔"] } else { ["attachments", "挂点"] };
        (Carrier::Span(id), span.discipline(), unit)
    });
    let links = ctx.each::<Link>().map(|(id, link)| (Carrier::Link(id), link.slots, ["slots", "时隙"]));
    for (carrier, discipline, unit) in spans.chain(links) {
        // Numbered slots and bandwidth are guarded by `apply`.
        let Discipline::Counted { capacity: Some(capacity) } = discipline else { continue };
        let capacity = u64::from(capacity);
        let Some(taken) = ctx.network.taken(carrier).filter(|taken| taken.amount() > capacity) else { continue };
        let (name, amount) = (ctx.named(carrier.any()), taken.amount());
        let by: Vec<AnyId> = taken.amount_owners().map(|(owner, _)| owner).collect();
        let [unit, unit_zh] = unit;
        let message = phrase!(
            "{} has {capacity} {unit} of which {amount} are taken",
            "{} 有{unit_zh} {capacity} 个，已占用 {amount} 个",
            name
        );
        notes.say(carrier.any(), by, message);
    }
    for (id, span) in ctx.each::<Span>() {
        let Some(capacity) = span.capacity else { continue };
        for cable in ctx.network.referring::<CableId>(id) {
            let hops = ctx.network.get(cable).into_iter().flat_map(|cable| &cable.route);
            let absent = |bore: &u16| *bore == 0 || u32::from(*bore) > capacity;
            for bore in hops.filter(|hop| hop.span == id).filter_map(|hop| hop.bore).filter(absent) {
                let (name, lies) = (ctx.named(id), ctx.named(cable));
                let message = phrase!(
                    "{} has {capacity} bores but {} lies in bore {bore}",
                    "{} 有管孔 {capacity} 个，但 {} 登记在 {bore} 号孔",
                    name,
                    lies
                );
                notes.say(id, [cable.any()], message);
            }
        }
    }
}

/// Rule 20: a duct ends at a manhole, handhole, room, building entry, cabinet, customer's premises or a pole (引上管,
/// the riser by which a cable leaves the ground); also at a box that stands on its own foot. A closure hangs in a
/// manhole or on a pole, so a duct ends there and not at the closure. Of a node the map says too little to judge.
pub(crate) fn duct_ends_at_manhole_or_room(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, span) in ctx.each::<Span>() {
        if span.kind != SpanKind::Duct {
            continue;
        }
        let mut ends = vec![span.a, span.b];
        ends.dedup();
        for end in ends {
            let Some(place) = ctx.network.get(end) else { continue };
            if let Some(what) = no_duct_end(place) {
                notes.say(
                    id,
                    [end.any()],
                    phrase!("{} ends at {}, {}", "{} 终于 {}，{}", ctx.named(id), ctx.named(end), what),
                );
            }
        }
    }
}

fn no_duct_end(place: &Place) -> Option<Phrase> {
    match place.kind {
        PlaceKind::Closure => Some(phrase!("a closure", "是接头盒")),
        PlaceKind::DistributionBox => place.within.map(|_| phrase!("a box inside another place", "是其他地点内的箱体")),
        PlaceKind::Site(_)
        | PlaceKind::Manhole
        | PlaceKind::Handhole
        | PlaceKind::Pole
        | PlaceKind::Cabinet
        | PlaceKind::Entry
        | PlaceKind::Premises
        | PlaceKind::Node => None,
    }
}

#[cfg(test)]
mod tests {
    use linewright_model::*;

    use crate::village::{Village, check, check_clean};

    #[test]
    fn no_more_is_taken_than_there_is() {
        check(19, "span DUCT1 has 2 bores of which 3 are taken", |v, set| {
            for code in ["X1", "X2"] {
                let mut cable = Cable::new(code, v.entry, v.far_manhole, 990.0);
                cable.route = vec![RouteHop { span: v.duct, bore: None }, RouteHop { span: v.far_duct, bore: None }];
                set.create(cable);
            }
        });
        check(19, "span DUCT1 has 2 bores but cable FEED lies in bore 3", |v, set| {
            v.change_cable(set, v.feeder, |cable| cable.route[1].bore = Some(3));
        });
        check(19, "link L-PAIR has 1000 slots of which 1001 are taken", |v, set| {
            let now = v.network.get(v.pair_link).unwrap();
            let slots = Discipline::Counted { capacity: Some(1000) };
            set.update(v.pair_link, now, Link { slots, ..(**now).clone() });
            let holding = Holding {
                carrier: Carrier::Link(v.pair_link),
                take: Take::Amount(1001),
                part: 0,
                state: SlotState::Temporary,
            };
            let mut rider = (**v.network.get(v.customer).unwrap()).clone();
            (rider.tag, rider.layer) = (Tag::new("T-X", ""), Layer::Packet);
            rider.legs[0].holdings = vec![holding];
            set.create(rider);
        });
    }

    #[test]
    fn ducts_end_where_one_can_enter_them() {
        let duct_to = |to: fn(&Village) -> PlaceId| {
            move |v: &Village, set: &mut ChangeSet| {
                set.create(Span::new("DUCT-X", SpanKind::Duct, v.manhole, to(v), 10.0));
            }
        };
        check(20, "span DUCT-X ends at place CLOSURE, a closure", duct_to(|v| v.closure));
        check(20, "span DUCT-X ends at place ROOM, a box inside another place", duct_to(|v| v.room));
        check_clean(duct_to(|v| v.cabinet));
        check_clean(|v, set| {
            set.create(Span::new("POLES", SpanKind::PoleLine, v.manhole, v.closure, 10.0));
        });
        check_clean(|v, set| {
            let pole = set.create(Place::new("POLE", PlaceKind::Pole, None));
            set.create(Span::new("DUCT-X", SpanKind::Duct, v.manhole, pole, 10.0));
        });
    }
}

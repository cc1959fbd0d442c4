//! Rules 7–9 and 11–13: who holds slots, and by what right.

use std::collections::BTreeSet;

use linewright_model::{
    AnyId, Cable, Carrier, Device, Holding, Id, Link, LinkId, SlotState, Stage, TableKind, Take, Trail, phrase,
};

use crate::{Context, Notes};

/// Whether a holding is of a route that is not built yet.
pub(crate) fn is_new(state: SlotState) -> bool {
    matches!(state, SlotState::Selected | SlotState::Reserved)
}

/// Rule 7: the cores of a route that a link rides on are occupied, reserved or temporarily occupied. Its state is the one
/// in which the route holds a core, so what is left to check is that nothing rides on cores that are only selected 预选 or
/// being given back 预释放.
pub(crate) fn core_in_route_is_held(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, trail) in ctx.each::<Trail>() {
        let Some(link) = ctx.network.referring::<LinkId>(id).next() else { continue };
        for state in [SlotState::Selected, SlotState::Releasing] {
            let so = |holding: &&Holding| holding.state == state && matches!(holding.carrier, Carrier::Cable(_));
            let cores = trail.holdings().filter(so).count();
            if cores > 0 {
                let message = phrase!(
                    "{0} carries {1}, but {cores} of its cores are {2}",
                    "{0} 承载 {1}，但其中 {cores} 芯处于{2}",
                    ctx.named(id),
                    ctx.named(link),
                    state
                );
                notes.say(id, [link.any()], message);
            }
        }
    }
}

/// Rule 8: what is occupied is occupied for somebody. `apply` knows no occupied slot without a trail; what is left to
/// check is that the trail serves something: a link, a customer or internal user, or an order.
pub(crate) fn occupied_has_owner(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, trail) in ctx.each::<Trail>() {
        let serves = !trail.customer.trim().is_empty()
            || trail.reservation.is_some()
            || ctx.network.referring::<LinkId>(id).next().is_some();
        let occupied = trail.holdings().filter(|holding| holding.state == SlotState::Occupied).count();
        if !serves && occupied > 0 {
            let name = ctx.named(id);
            let message = phrase!(
                "{} occupies {occupied} slots for nobody: no link rides on it, no customer or order",
                "{} 占用 {occupied} 个资源却无归属：无承载链路、无客户、无工单",
                name
            );
            notes.say(id, [], message);
        }
    }
}

/// Rule 9: a core, port or timeslot has one owner. `apply` refuses a second one, so this finds nothing in a network
/// that was built by it; it guards against a fault in that guard.
pub(crate) fn one_owner(ctx: &Context<'_>, notes: &mut Notes) {
    let network = ctx.network;
    let cables = ctx.each::<Cable>().map(|(id, _)| Carrier::Cable(id));
    let devices = ctx.each::<Device>().map(|(id, _)| Carrier::Device(id));
    let links = ctx.each::<Link>().map(|(id, _)| Carrier::Link(id));
    for carrier in cables.chain(devices).chain(links) {
        let uses = network.taken(carrier).map_or(&[][..], |taken| taken.uses());
        for pair in uses.windows(2) {
            let owners = pair.iter().all(|entry| entry.by.table == TableKind::Trail);
            if owners && pair[0].slot == pair[1].slot {
                let [one, other] = [pair[0].by, pair[1].by];
                let slot = ctx.slot_named(carrier, pair[0].slot);
                let message = phrase!(
                    "{} is held by both {} and {}",
                    "{} 同时归属 {} 和 {}",
                    slot,
                    ctx.named(one),
                    ctx.named(other)
                );
                notes.say(carrier.any(), [one, other], message);
            }
        }
    }
}

/// Rule 11: a route that is not built yet takes no damaged slot and rests on no retired plant. A slot that is out of
/// use cannot be held at all: `apply` refuses it.
pub(crate) fn new_routes_on_sound_plant(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, trail) in ctx.each::<Trail>() {
        let mut retired = BTreeSet::new();
        for Holding { carrier, take, state, .. } in trail.holdings().filter(|holding| is_new(holding.state)) {
            if let Take::Slot(slot) = *take
                && ctx.network.slot(*carrier, slot).faulty
            {
                let message = phrase!(
                    "{0} is {1} by {2} but damaged",
                    "{0} 被 {2} {1}，但已损坏",
                    ctx.slot_named(*carrier, slot),
                    state,
                    ctx.named(id)
                );
                notes.say(id, [carrier.any()], message);
            }
            if stage(ctx, *carrier) == Some(Stage::Retired) && retired.insert(*carrier) {
                let message = phrase!(
                    "{} is to rest on {}, which is retired",
                    "{} 拟使用 {}，而该资源已退网",
                    ctx.named(id),
                    ctx.named(carrier.any())
                );
                notes.say(id, [carrier.any()], message);
            }
        }
    }
}

fn stage(ctx: &Context<'_>, carrier: Carrier) -> Option<Stage> {
    let plant = match carrier {
        Carrier::Span(id) => &ctx.network.get(id)?.plant,
        Carrier::Cable(id) => &ctx.network.get(id)?.plant,
        Carrier::Device(id) => &ctx.network.get(id)?.plant,
        Carrier::Link(_) => return None,
    };
    Some(plant.stage)
}

/// Rule 12: a reservation 预占 or selection 预选 names its order, its user and, with them, its expiry.
pub(crate) fn reservation_is_accounted_for(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, trail, slots) in reserving(ctx) {
        let missing = match &trail.reservation {
            None => phrase!("order, user and expiry", "工单、人员和期限"),
            Some(r) => match (r.order.trim().is_empty(), r.user.trim().is_empty()) {
                (true, true) => phrase!("order and user", "工单和人员"),
                (true, false) => phrase!("order", "工单"),
                (false, true) => phrase!("user", "人员"),
                (false, false) => continue,
            },
        };
        let message =
            phrase!("{} reserves {slots} slots without {}", "{} 预占 {slots} 个资源，缺{}", ctx.named(id), missing);
        notes.say(id, [], message);
    }
}

/// Rule 13: what an expired reservation held is released.
pub(crate) fn expired_reservation_released(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, trail, slots) in reserving(ctx) {
        let Some(reservation) = &trail.reservation else { continue };
        if reservation.expires <= ctx.now {
            let (order, day) = (&reservation.order, reservation.expires.format("%Y-%m-%d %H:%M UTC"));
            let message = phrase!(
                "{} still reserves {slots} slots for order {order}, expired {day}",
                "{} 为工单 {order} 预占 {slots} 个资源，已于 {day} 到期未释放",
                ctx.named(id)
            );
            notes.say(id, [], message);
        }
    }
}

/// Trails that reserve or select slots, and how many.
fn reserving<'a>(ctx: &'a Context<'_>) -> impl Iterator<Item = (AnyId, &'a Trail, usize)> {
    let counted = |trail: &Trail| trail.holdings().filter(|holding| is_new(holding.state)).count();
    let all = ctx.each::<Trail>().map(move |(id, trail)| (id.any(), &**trail, counted(trail)));
    all.filter(|(_, _, slots)| *slots > 0)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use linewright_model::{SlotState::*, *};

    use crate::village::{Village, check, check_clean, mark, now};

    #[test]
    fn what_carries_a_link_is_held_for_it() {
        let state = |state| {
            move |v: &Village, set: &mut ChangeSet| {
                v.change_trail(set, v.feed, |trail| {
                    trail.legs[0].holdings.iter_mut().for_each(|holding| holding.state = state);
                });
            }
        };
        check(7, "trail T-FEED carries link L-FEED, but 2 of its cores are releasing", state(Releasing));
        check_clean(state(Temporary));
    }

    #[test]
    fn what_is_occupied_serves_somebody() {
        check(8, "trail T-PAIR occupies 10 slots for nobody: no link rides on it, no customer or order", |v, set| {
            set.remove(v.pair_link, v.network.get(v.pair_link).unwrap());
        });
        // A slot occupied without a trail cannot be recorded.
        let mut village = Village::new();
        let mut set = ChangeSet::new(Origin::Recording);
        set.create(mark("K-X", Carrier::Cable(village.feeder), 20, Occupied));
        assert!(matches!(village.network.apply(&set), Err(Violation::Malformed { .. })));
    }

    #[test]
    fn a_second_owner_cannot_be_recorded() {
        let mut village = Village::new();
        let mut set = ChangeSet::new(Origin::Recording);
        village.hold(&mut set, "T-X", Occupied, &[(Carrier::Cable(village.feeder), 1)]);
        assert!(matches!(village.network.apply(&set), Err(Violation::TwoOwners { .. })));
    }

    #[test]
    fn new_routes_rest_on_sound_plant() {
        check(11, "core 5 of cable FEED is reserved by trail T-NEW but damaged", |v, set| {
            set.create(mark("K-X", Carrier::Cable(v.feeder), 5, Damaged));
        });
        check(11, "trail T-NEW is to rest on cable BRANCH, which is retired", |v, set| {
            v.change_cable(set, v.branch, |cable| cable.plant.stage = Stage::Retired);
        });
        // A fault under a route that works already is the crew's business, not this rule's.
        check_clean(|v, set| {
            set.create(mark("K-X", Carrier::Cable(v.feeder), 1, Damaged));
        });
        let mut village = Village::new();
        let mut set = ChangeSet::new(Origin::Recording);
        set.create(mark("K-X", Carrier::Cable(village.feeder), 5, OutOfUse));
        assert!(matches!(village.network.apply(&set), Err(Violation::TwoOwners { .. })));
    }

    #[test]
    fn a_reservation_is_accounted_for() {
        let reserved = |edit: fn(&mut Option<Reservation>)| {
            move |v: &Village, set: &mut ChangeSet| v.change_trail(set, v.new, |trail| edit(&mut trail.reservation))
        };
        check(12, "trail T-NEW reserves 4 slots without order, user and expiry", reserved(|r| *r = None));
        check(12, "trail T-NEW reserves 4 slots without user", reserved(|r| r.as_mut().unwrap().user = "".into()));
        check(12, "trail T-NEW reserves 4 slots without order", reserved(|r| r.as_mut().unwrap().order = " ".into()));
        check(
            12,
            "trail T-NEW reserves 4 slots without order and user",
            reserved(|r| {
                let r = r.as_mut().unwrap();
                (r.order, r.user) = ("".into(), "".into());
            }),
        );
    }

    #[test]
    fn an_expired_reservation_is_released() {
        let message = "trail T-NEW still reserves 4 slots for order O-7, expired 2026-11-22 08:00 UTC";
        check(13, message, |v, set| {
            v.change_trail(set, v.new, |trail| trail.reservation.as_mut().unwrap().expires = now());
        });
        check_clean(|v, set| {
            v.change_trail(set, v.new, |trail| {
                trail.reservation.as_mut().unwrap().expires = now() + TimeDelta::seconds(1);
            });
        });
    }
}

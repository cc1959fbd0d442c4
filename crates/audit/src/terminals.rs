//! Rules 4, 5, 10 and 14: terminals, the jumpers in front of them and the cores behind.

use std::collections::BTreeSet;

use linewright_model::{
    CableId, Carrier, Device, DeviceId, Fixture, Id, Jumper, Phrase, Port, PortKind, SlotState, SlotStatus, SlotUse,
    Splice, SpliceId, phrase,
};

use crate::context::numbered;
use crate::joints::Overlap;
use crate::{Context, Notes};

/// Rule 4: a terminal has at most one core behind it and one jumper in front. An optical port of an NE takes two
/// jumpers, one for each fibre of its pair.
pub(crate) fn one_core_one_jumper(ctx: &Context<'_>, notes: &mut Notes) {
    for (fixture, seams) in ctx.joints.seams() {
        let Fixture::Device { id } = fixture else { continue };
        if !ctx.judges(id) {
            continue;
        }
        for Overlap { first, last, splices } in seams.overlaps() {
            let ports = numbered(ctx.port_word(id, first), first, last);
            let [one, other] = splices.map(|splice| ctx.named(splice));
            let message = phrase!(
                "{0} of {1}, spliced twice from behind: by {2} and by {3}",
                "{1} {0}背面重复成端：{2} 与 {3}",
                ports,
                ctx.named(id),
                one,
                other
            );
            notes.say(id, splices.map(Id::any), message);
        }
    }
    for (port, jumpers) in ctx.joints.jumpers() {
        let most = if ctx.port_kind(port.device, port.port) == Some(PortKind::Optical) { 2 } else { 1 };
        if jumpers.len() > most && ctx.judges(port.device) {
            let names = Phrase::listed(jumpers.iter().map(|(jumper, _)| ctx.named(*jumper)));
            let (at, count) = (ctx.slot_named(Carrier::Device(port.device), port.port), jumpers.len());
            let message = phrase!(
                "{} has {count} jumpers where {most} fits: {}",
                "{} 有 {count} 根跳纤，应不多于 {most} 根：{}",
                at,
                names
            );
            notes.say(port.device, jumpers.iter().map(|(jumper, _)| jumper.any()), message);
        }
    }
}

/// Rule 5: both ends of a jumper are ports of devices in one room, cabinet or box.
pub(crate) fn jumper_within_one_room(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, jumper) in ctx.each::<Jumper>() {
        for port in [jumper.a, jumper.b] {
            if ctx.port_kind(port.device, port.port).is_none() {
                let (name, device) = (ctx.named(id), ctx.named(port.device));
                let number = port.port;
                let message = phrase!(
                    "{} ends on port {number} of {}, which does not exist",
                    "{} 终于 {} {number} 号端口，该端口不存在",
                    name,
                    device
                );
                notes.say(id, [port.device.any()], message);
            }
        }
        let place = |port: Port| ctx.network.get(port.device).map(|device| device.place);
        let (Some(a), Some(b)) = (place(jumper.a), place(jumper.b)) else { continue };
        if !ctx.together(a, b) {
            let message =
                phrase!("{} runs from {} to {}", "{} 从 {} 跳至 {}", ctx.named(id), ctx.named(a), ctx.named(b));
            notes.say(id, [a.any(), b.any()], message);
        }
    }
}

/// Rule 10: an idle port has no jumper; one that is left over makes the port 闲置. An idle slot has no owner by
/// construction, because its state comes from its owner.
pub(crate) fn idle_has_no_jumper(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, jumper) in ctx.each::<Jumper>() {
        let idle: Vec<Port> = [jumper.a, jumper.b].into_iter().filter(|port| is_idle(ctx, *port)).collect();
        if idle.is_empty() {
            continue;
        }
        let named = |port: &Port| ctx.slot_named(Carrier::Device(port.device), port.port);
        let idle_ones = match idle.as_slice() {
            [one, other] => phrase!("{} and {} are", "{} 和 {} ", named(one), named(other)),
            ports => phrase!("{} is", "{} ", Phrase::listed(ports.iter().map(named))),
        };
        let message = phrase!("{} idle and yet patched by {}", "{}空闲，却接有 {}", idle_ones, ctx.named(id));
        notes.say(id, idle.iter().map(|port| port.device.any()), message);
    }
}

fn is_idle(ctx: &Context<'_>, port: Port) -> bool {
    // Of a port that does not exist rule 5 speaks.
    ctx.port_kind(port.device, port.port).is_some()
        && ctx.network.slot(Carrier::Device(port.device), port.port).state == SlotState::Idle
}

/// A device's ports with a cable's cores behind them.
struct Termination {
    device: DeviceId,
    first_port: u32,
    cable: CableId,
    first_core: u32,
    count: u32,
}

impl Termination {
    fn of(splice: &Splice) -> Option<Self> {
        let (device, cable) = match (splice.a.on, splice.b.on) {
            (Fixture::Device { .. }, Fixture::Cable { .. }) => (splice.a, splice.b),
            (Fixture::Cable { .. }, Fixture::Device { .. }) => (splice.b, splice.a),
            _ => return None,
        };
        let (Fixture::Device { id }, Fixture::Cable { id: cable_id, .. }) = (device.on, cable.on) else { return None };
        let count = splice.count;
        Some(Self { device: id, first_port: device.first, cable: cable_id, first_core: cable.first, count })
    }

    /// Offsets of which anything but idleness is recorded on either side.
    fn busy(&self, ctx: &Context<'_>) -> BTreeSet<u32> {
        let sides = [(Carrier::Device(self.device), self.first_port), (Carrier::Cable(self.cable), self.first_core)];
        let uses = |carrier| ctx.network.taken(carrier).map_or(&[][..], |taken| taken.uses());
        let within = |(carrier, first): (Carrier, u32)| {
            let uses: &[SlotUse] = uses(carrier);
            let from = uses.partition_point(|entry| entry.slot < first);
            uses[from..].iter().map(move |entry| entry.slot - first).take_while(|offset| *offset < self.count)
        };
        sides.into_iter().flat_map(within).collect()
    }
}

/// Rule 14: a terminal and the core behind it have the same owner or, without one, the same state. A core whose
/// occupancy is unproven agrees with everything.
pub(crate) fn terminal_agrees_with_core(ctx: &Context<'_>, notes: &mut Notes) {
    let terminals = ctx.each::<Device>().flat_map(|(id, _)| ctx.network.referring::<SpliceId>(id));
    for (id, splice) in terminals.filter_map(|id| Some((id, ctx.network.get(id)?))) {
        let Some(pair) = Termination::of(splice) else { continue };
        for offset in pair.busy(ctx) {
            let (port, core) = (pair.first_port.saturating_add(offset), pair.first_core.saturating_add(offset));
            let terminal = ctx.network.slot(Carrier::Device(pair.device), port);
            let behind = ctx.network.slot(Carrier::Cable(pair.cable), core);
            let agree = behind.state == SlotState::Unknown
                || (terminal.state == behind.state && terminal.owner == behind.owner);
            if agree {
                continue;
            }
            let message = phrase!(
                "{} is {} but {} behind it is {}",
                "{} {}，其背面的 {} {}",
                ctx.slot_named(Carrier::Device(pair.device), port),
                said(ctx, terminal),
                ctx.slot_named(Carrier::Cable(pair.cable), core),
                said(ctx, behind),
            );
            notes.say(pair.device, [pair.cable.any(), id.any()], message);
        }
    }
}

fn said(ctx: &Context<'_>, status: SlotStatus) -> Phrase {
    match status.owner {
        Some(owner) => phrase!("{0} by {1}", "被 {1} {0}", status.state, ctx.named(owner)),
        None => phrase!("{}", "{}", status.state),
    }
}

#[cfg(test)]
mod tests {
    use linewright_model::{SlotState::*, *};

    use crate::village::{check, check_clean, mark, port, splice};

    fn jumper(set: &mut ChangeSet, a: Port, b: Port) {
        set.create(Jumper { tag: Tag::new("J-X", ""), a, b });
    }

    #[test]
    fn a_terminal_has_one_core_behind_it() {
        check(4, "ports 5–6 of device SPL, spliced twice from behind: by splice S-X and by splice S-Y", |v, set| {
            let behind = |first| (Fixture::Device { id: v.splitter }, first);
            let core = |first| (Fixture::Cable { id: v.spare, end: CableEnd::A }, first);
            set.create(splice("S-X", v.cabinet, behind(4), core(1), 3));
            set.create(splice("S-Y", v.cabinet, behind(5), core(4), 2));
        });
    }

    #[test]
    fn a_terminal_has_one_jumper_before_it() {
        check(4, "terminal 3 of device ODF has 2 jumpers where 1 fits: jumper J3, jumper J-X", |v, set| {
            v.shorten_pair(set);
            jumper(set, port(v.odf, 3), port(v.adm, 1));
        });
        // An optical port of an NE has one for each fibre.
        let message = "port 1 of device ADM has 3 jumpers where 2 fits: jumper J1, jumper J2, jumper J-X";
        check(4, message, |v, set| {
            v.hold(set, "T-X", Temporary, &[(Carrier::Device(v.adm), 2)]);
            jumper(set, port(v.adm, 1), port(v.adm, 2));
        });
    }

    #[test]
    fn a_jumper_stays_in_its_room() {
        check(5, "jumper J-X runs from place SITE to place CAB", |v, set| {
            let plant =
                [Carrier::Device(v.odf), Carrier::Cable(v.feeder), Carrier::Cable(v.branch), Carrier::Device(v.frame)];
            v.hold(set, "T-X", Occupied, &plant.map(|carrier| (carrier, 20)));
            jumper(set, port(v.odf, 20), port(v.frame, 20));
        });
        check(5, "jumper J-X ends on port 99 of device ODF, which does not exist", |v, set| {
            v.shorten_pair(set);
            jumper(set, port(v.odf, 99), port(v.adm, 1));
        });
    }

    #[test]
    fn an_idle_port_has_no_jumper() {
        let both = "terminal 20 of device ODF and terminal 21 of device ODF are idle and yet patched by jumper J-X";
        check(10, both, |v, set| jumper(set, port(v.odf, 20), port(v.odf, 21)));
        check(10, "terminal 20 of device ODF is idle and yet patched by jumper J-X", |v, set| {
            v.shorten_pair(set);
            jumper(set, port(v.odf, 20), port(v.adm, 1));
        });
    }

    #[test]
    fn a_terminal_agrees_with_the_core_behind_it() {
        check(14, "terminal 20 of device ODF is idle but core 20 of cable FEED behind it is damaged", |v, set| {
            set.create(mark("K-X", Carrier::Cable(v.feeder), 20, Damaged));
        });
        let message = "terminal 20 of device ODF is temporarily occupied by trail T-X \
                       but core 20 of cable FEED behind it is idle";
        check(14, message, |v, set| v.hold(set, "T-X", Temporary, &[(Carrier::Device(v.odf), 20)]));
        let message = "terminal 20 of device ODF is temporarily occupied by trail T-X \
                       but core 20 of cable FEED behind it is temporarily occupied by trail T-Y";
        check(14, message, |v, set| {
            v.hold(set, "T-X", Temporary, &[(Carrier::Device(v.odf), 20)]);
            v.hold(set, "T-Y", Temporary, &[(Carrier::Cable(v.feeder), 20)]);
        });
        // What nobody has proven agrees with everything.
        check_clean(|v, set| {
            v.change_cable(set, v.feeder, |cable| cable.occupancy = Occupancy::Unproven);
            v.hold(set, "T-X", Temporary, &[(Carrier::Device(v.odf), 20)]);
        });
    }
}

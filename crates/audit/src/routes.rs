//! Rule 6: optical routes 光路 as chains of ports and cores.

use std::collections::BTreeMap;

use linewright_model::{
    CableEnd, Carrier, DeviceId, Fixture, Holding, Id, Layer, Leg, LegRole, Phrase, PlaceId, Port, PortKind, SlotState,
    Trail, TrailId, phrase,
};

use crate::chain::{Element, chains};
use crate::slots::is_new;
use crate::{Context, Notes};

/// By which end two neighbours touch, where they are cores.
type Meeting = (Option<CableEnd>, Option<CableEnd>);

/// Rule 6: each fibre of each leg of an optical route runs from port to port, and each element meets the next: port
/// and port by a jumper, a splice or the inside of a splitter; port and core or core and core by a splice; a core is
/// left at the end where it was not entered. Order may run from A to Z or back.
///
/// What is selected or reserved is not built yet, so there it is enough that both stand in one place. The second fibre
/// of a pair shares the equipment ports of the first. No element is repeated, because `apply` gives a slot once.
pub(crate) fn contiguous_route(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, trail) in ctx.each::<Trail>() {
        if trail.layer != Layer::Fibre {
            continue;
        }
        for leg in &trail.legs {
            let mut noter = Noter { ctx, notes, trail: id, role: leg.role };
            for (part, chain) in noter.chains(leg) {
                noter.walk(part, &chain);
            }
        }
    }
}

/// Notes breaches of one leg.
struct Noter<'a, 'b> {
    ctx: &'a Context<'a>,
    notes: &'b mut Notes,
    trail: TrailId,
    role: LegRole,
}

impl Noter<'_, '_> {
    /// The leg's fibres, each as a chain; of what is no part of an optical route it is said so.
    fn chains(&mut self, leg: &Leg) -> BTreeMap<u8, Vec<Element>> {
        for Holding { carrier, take, part, .. } in &leg.holdings {
            if Element::of(*carrier, *take, SlotState::Idle).is_none() {
                let breach = phrase!(
                    "takes an amount of {}, which is no part of an optical route",
                    "占用了 {} 的容量，而它不属于光路",
                    self.ctx.named(carrier.any())
                );
                self.say(*part, &breach, &[*carrier]);
            }
        }
        chains(self.ctx, leg)
    }

    fn walk(&mut self, part: u8, chain: &[Element]) {
        let (Some(first), Some(last)) = (chain.first(), chain.last()) else { return };
        for (element, verb) in [(first, phrase!("begins", "始于")), (last, phrase!("ends", "终于"))] {
            // A core selected or reserved may be spliced on later; one in service must end somewhere.
            if !matches!(element.carrier, Carrier::Device(_)) && !is_new(element.state) {
                let breach = phrase!("{} on {}, not on a port", "{} {}，而非端口", verb, self.named(element));
                self.say(part, &breach, &[element.carrier]);
            }
        }
        for element in chain {
            if matches!(element.carrier, Carrier::Device(_)) && element.kind(self.ctx).is_none() {
                let breach = phrase!("takes {}, which does not exist", "使用 {}，而它不存在", self.named(element));
                self.say(part, &breach, &[element.carrier]);
            }
        }
        // The ends by which the element at hand may have been entered.
        let mut entered: Vec<Option<CableEnd>> = vec![None];
        for pair in chain.windows(2) {
            let [one, other] = [pair[0], pair[1]];
            let meetings = self.meetings(&one, &other);
            let onward = |left: &Option<CableEnd>| left.is_none() || entered.iter().any(|end| end != left);
            let next: Vec<Option<CableEnd>> =
                meetings.iter().filter(|(left, _)| onward(left)).map(|(_, end)| *end).collect();
            if next.is_empty() {
                let breach = self.breach(&one, &other, !meetings.is_empty());
                self.say(part, &breach, &[one.carrier, other.carrier]);
                entered = vec![None];
            } else {
                entered = next;
            }
        }
    }

    fn breach(&self, one: &Element, other: &Element, turns_back: bool) -> Phrase {
        if turns_back {
            return phrase!("enters and leaves {} at the same end", "在同一端进出 {}", self.named(one));
        }
        let how = match (one.carrier, other.carrier) {
            _ if is_new(one.state) || is_new(other.state) => phrase!("they are not in one place", "不在同一地点"),
            (Carrier::Device(_), Carrier::Device(_)) => phrase!("no jumper joins them", "没有跳纤相连"),
            _ => phrase!("no splice joins them", "没有接续相连"),
        };
        phrase!("{} and {} do not meet: {}", "{} 与 {} 不相接：{}", self.named(one), self.named(other), how)
    }

    /// How two elements touch; empty when they do not.
    fn meetings(&self, one: &Element, other: &Element) -> Vec<Meeting> {
        let built = self.built(one, other);
        if built.is_empty() && (is_new(one.state) || is_new(other.state)) {
            return self.to_be_built(one, other);
        }
        built
    }

    fn built(&self, one: &Element, other: &Element) -> Vec<Meeting> {
        if let (Some(a), Some(b)) = (one.port(), other.port()) {
            let patched = self.ctx.joints.jumpered(a, b) || self.through_splitter(a, b);
            if patched {
                return vec![(None, None)];
            }
        }
        if let Some(found) = self.through_link(one, other) {
            return found;
        }
        let mut found = Vec::new();
        for (fixture, end) in fixtures(one) {
            for (to, slot) in self.ctx.joints.spliced_to(fixture, one.slot) {
                let (carrier, other_end) = match to {
                    Fixture::Cable { id, end } => (Carrier::Cable(id), Some(end)),
                    Fixture::Device { id } => (Carrier::Device(id), None),
                };
                if (carrier, slot) == (other.carrier, other.slot) {
                    found.push((end, other_end));
                }
            }
        }
        found
    }

    fn through_splitter(&self, a: Port, b: Port) -> bool {
        use PortKind::{SplitterIn, SplitterOut};
        let kind = |port: Port| self.ctx.port_kind(port.device, port.port);
        let kinds = (kind(a), kind(b));
        a.device == b.device
            && matches!(kinds, (Some(SplitterIn), Some(SplitterOut)) | (Some(SplitterOut), Some(SplitterIn)))
    }

    /// A Fibre link held as an element (Fibre on Fibre) touches the devices it ends on; `None` when neither is a link.
    fn through_link(&self, one: &Element, other: &Element) -> Option<Vec<Meeting>> {
        let (link, beside) = match (one.carrier, other.carrier) {
            (Carrier::Link(link), beside) | (beside, Carrier::Link(link)) => (self.ctx.network.get(link)?, beside),
            _ => return None,
        };
        let touches = [link.a.device, link.z.device].map(Carrier::Device).contains(&beside);
        Some(if touches { vec![(None, None)] } else { Vec::new() })
    }

    /// Where a jumper or splice could still be made: both stand in one place.
    fn to_be_built(&self, one: &Element, other: &Element) -> Vec<Meeting> {
        let mut found = Vec::new();
        for (left, here) in self.places(one) {
            for (entered, there) in self.places(other) {
                if self.ctx.together(here, there) {
                    found.push((left, entered));
                }
            }
        }
        found
    }

    fn places(&self, element: &Element) -> Vec<(Option<CableEnd>, PlaceId)> {
        let network = self.ctx.network;
        let device = |id: DeviceId| network.get(id).map(|device| (None, device.place));
        match element.carrier {
            Carrier::Cable(id) => network.get(id).map_or_else(Vec::new, |cable| {
                [CableEnd::A, CableEnd::B].map(|end| (Some(end), cable.end(end))).to_vec()
            }),
            Carrier::Device(id) => device(id).into_iter().collect(),
            Carrier::Link(id) => {
                let ends = network.get(id).map(|link| [link.a.device, link.z.device]);
                ends.into_iter().flatten().filter_map(device).collect()
            }
            Carrier::Span(_) => Vec::new(),
        }
    }

    fn named(&self, element: &Element) -> Phrase {
        self.ctx.slot_named(element.carrier, element.slot)
    }

    fn say(&mut self, part: u8, breach: &Phrase, others: &[Carrier]) {
        let leg = match self.role {
            LegRole::Working => phrase!("working leg", "主用"),
            LegRole::Protection => phrase!("protection leg", "保护"),
            LegRole::Member(member) => phrase!("member {member}", "成员 {member}"),
        };
        let number = u16::from(part) + 1;
        let fibre = if part == 0 { Phrase::default() } else { phrase!(", fibre {number}", "第 {number} 芯") };
        let message = phrase!("{}, {}{}: {}", "{}（{}{}）：{}", self.ctx.named(self.trail), leg, fibre, breach);
        self.notes.say(self.trail.any(), others.iter().map(|carrier| carrier.any()), message);
    }
}

/// What splices of an element can be fixed to.
fn fixtures(element: &Element) -> Vec<(Fixture, Option<CableEnd>)> {
    match element.carrier {
        Carrier::Cable(id) => [CableEnd::A, CableEnd::B].map(|end| (Fixture::Cable { id, end }, Some(end))).to_vec(),
        Carrier::Device(id) => vec![(Fixture::Device { id }, None)],
        Carrier::Span(_) | Carrier::Link(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use linewright_model::{SlotState::*, *};

    use crate::village::{Village, check, check_clean, frame, splice};

    #[test]
    fn cores_meet_by_splices() {
        let message = "trail T-FEED, working leg: core 3 of cable FEED and core 3 of cable BRANCH do not meet: \
                       no splice joins them";
        // The reserved route over cores 5 may still be spliced through, so it is no breach.
        check(6, message, |v, set| {
            let now = v.network.get(v.through).unwrap();
            set.update(v.through, now, Splice { count: 2, ..(**now).clone() });
        });
    }

    #[test]
    fn ports_meet_by_jumpers() {
        let message = "trail T-FEED, working leg: port 1 of device OLT and terminal 3 of device ODF do not meet: \
                       no jumper joins them";
        check(6, message, |v, set| set.remove(v.olt_jumper, v.network.get(v.olt_jumper).unwrap()));
        let message = "trail T-PAIR, working leg, fibre 2: port 1 of device ADM and terminal 2 of device ODF \
                       do not meet: no jumper joins them";
        check(6, message, |v, set| set.remove(v.second_jumper, v.network.get(v.second_jumper).unwrap()));
    }

    #[test]
    fn a_route_may_run_either_way_and_through_a_splitter() {
        check_clean(|v, set| v.change_trail(set, v.feed, |trail| trail.legs[0].holdings.reverse()));
        check_clean(|v, set| {
            v.change_trail(set, v.feed, |trail| {
                trail.legs[0].holdings.push(Village::held(Carrier::Device(v.splitter), 3, Occupied));
            });
        });
    }

    #[test]
    fn a_route_ends_on_ports() {
        check(6, "trail T-CUST, working leg: ends on core 1 of cable DROP, not on a port", |v, set| {
            v.change_trail(set, v.customer, |trail| trail.legs[0].holdings.truncate(2));
            set.remove(v.customer_splice, v.network.get(v.customer_splice).unwrap());
        });
        check(
            6,
            "trail T-NEW, working leg: takes an amount of span DUCT2, which is no part of an optical route",
            |v, set| {
                v.change_trail(set, v.new, |trail| {
                    let carrier = Carrier::Span(v.far_duct);
                    trail.legs[0].holdings.push(Holding { carrier, take: Take::Amount(1), part: 0, state: Reserved });
                });
            },
        );
        // A number between two trays is no port.
        check(6, "trail T-X, working leg: takes port 3 of device F2, which does not exist", |v, set| {
            let mut device = frame("F2", v.cabinet, 2);
            let again = PortBlock { first: 4, ..device.blocks[0].clone() };
            device.blocks.push(again);
            let device = set.create(device);
            v.reserve(set, "T-X", &[(Carrier::Device(device), 1), (Carrier::Device(device), 3)]);
        });
    }

    #[test]
    fn a_core_is_left_at_its_other_end() {
        check(6, "trail T-X, working leg: enters and leaves core 1 of cable SPARE at the same end", |v, set| {
            let device = set.create(frame("F2", v.cabinet, 2));
            let spare = (Fixture::Cable { id: v.spare, end: CableEnd::A }, 1);
            set.create(splice("S-X", v.cabinet, (Fixture::Device { id: device }, 1), spare, 1));
            let [enters, leaves] = [1, 2].map(|port| (Carrier::Device(device), port));
            v.reserve(set, "T-X", &[enters, (Carrier::Cable(v.spare), 1), leaves]);
        });
    }

    #[test]
    fn a_planned_route_passes_from_place_to_place() {
        let message = "trail T-X, working leg: core 2 of cable SPARE and terminal 1 of device F2 do not meet: \
                       they are not in one place";
        check(6, message, |v, set| {
            let near = set.create(frame("F1", v.cabinet, 2));
            let far = set.create(frame("F2", v.site, 2));
            let route = [(Carrier::Device(near), 1), (Carrier::Cable(v.spare), 2), (Carrier::Device(far), 1)];
            v.reserve(set, "T-X", &route);
        });
        check_clean(|v, set| {
            let near = set.create(frame("F1", v.cabinet, 2));
            let far = set.create(frame("F2", v.room, 2));
            let route = [(Carrier::Device(near), 1), (Carrier::Cable(v.spare), 2), (Carrier::Device(far), 1)];
            v.reserve(set, "T-X", &route);
        });
    }

    #[test]
    fn an_element_cannot_be_repeated() {
        let mut village = Village::new();
        let mut set = ChangeSet::new(Origin::Recording);
        village.change_trail(&mut set, village.new, |trail| {
            let again = trail.legs[0].holdings[1];
            trail.legs[0].holdings.push(again);
        });
        assert!(matches!(village.network.apply(&set), Err(Violation::TwoOwners { .. })));
    }
}

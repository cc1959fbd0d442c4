//! Rule 35: PON trees. Also the way through one, which the rules about light walk.

use std::collections::BTreeSet;

use linewright_catalog::Family;
use linewright_model::{
    AnyId, Carrier, Device, DeviceId, DeviceKind, Id, Layer, Link, LinkId, Network, Port, PortKind, Take, TrailId,
    phrase,
};

use crate::boards::{model_ports, ports};
use crate::{Context, Notes};

/// A place in a PON where its light goes on to customers.
pub(crate) struct Branch {
    /// The link that leads here.
    pub(crate) link: LinkId,
    /// The splitter it ends at; none where it ends at an ONU.
    pub(crate) splitter: Option<DeviceId>,
    /// The links from the OLT down to it.
    pub(crate) above: Vec<LinkId>,
}

/// The OLT port at which a link begins.
pub(crate) fn root(network: &Network, link: &Link) -> Option<Port> {
    [link.a, link.z]
        .into_iter()
        .find(|port| kind_of(network, *port) == Some(PortKind::Pon) && is(network, port.device, DeviceKind::Olt))
}

fn is(network: &Network, device: DeviceId, kind: DeviceKind) -> bool {
    network.get(device).is_some_and(|device| device.kind == kind)
}

fn kind_of(network: &Network, port: Port) -> Option<PortKind> {
    network.get(port.device)?.block_of(port.port).map(|block| block.kind)
}

/// The Fibre links at a splitter's ports of one kind, each with its far end.
fn links_at(network: &Network, splitter: DeviceId, kind: PortKind) -> impl Iterator<Item = (LinkId, Port)> {
    let links = network.referring::<LinkId>(splitter).collect::<BTreeSet<LinkId>>();
    links.into_iter().filter_map(move |id| {
        let link = network.get(id).filter(|link| link.layer == Layer::Fibre)?;
        let ends = [(link.a, link.z), (link.z, link.a)];
        let here = |near: Port| near.device == splitter && kind_of(network, near) == Some(kind);
        ends.into_iter().find(|(near, _)| here(*near)).map(|(_, far)| (id, far))
    })
}

/// The branches of the PON that begins with a link at an OLT port, each splitter once.
pub(crate) fn branches(network: &Network, link: LinkId, root: Port) -> Vec<Branch> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let far = |link: &Link| if link.a == root { link.z } else { link.a };
    let mut open: Vec<(LinkId, Port, Vec<LinkId>)> =
        network.get(link).map(|record| (link, far(record), Vec::new())).into_iter().collect();
    while let Some((link, end, above)) = open.pop() {
        if !is(network, end.device, DeviceKind::Splitter) {
            found.push(Branch { link, splitter: None, above });
            continue;
        }
        if kind_of(network, end) != Some(PortKind::SplitterIn) || !seen.insert(end.device) {
            continue;
        }
        let mut way = above.clone();
        way.push(link);
        let below = links_at(network, end.device, PortKind::SplitterOut);
        open.extend(below.map(|(below, far)| (below, far, way.clone())));
        found.push(Branch { link, splitter: Some(end.device), above });
    }
    found
}

/// Trails that begin at a branch of a splitter and end at an ONU without a link of their own.
pub(crate) fn drops(network: &Network, splitter: DeviceId) -> Vec<TrailId> {
    let trails: BTreeSet<TrailId> = network.referring::<TrailId>(splitter).collect();
    let to_onu = |trail: &TrailId| {
        let linked = network.referring::<LinkId>(*trail).next().is_some();
        let holdings = network.get(*trail).into_iter().flat_map(|trail| trail.holdings());
        let devices = holdings.filter_map(|holding| match holding.carrier {
            Carrier::Device(device) => Some(device),
            _ => None,
        });
        !linked && devices.into_iter().any(|device| is(network, device, DeviceKind::Onu))
    };
    trails.into_iter().filter(to_onu).collect()
}

/// Everything on the way from these records up to the OLTs that feed them: a change far down a tree is judged at its
/// root.
pub(crate) fn above(network: &Network, ids: &BTreeSet<AnyId>) -> BTreeSet<AnyId> {
    let of_trail = |id: &AnyId| id.typed::<TrailId>().map(|trail| network.referring::<LinkId>(trail));
    let beside: BTreeSet<LinkId> =
        ids.iter().filter_map(of_trail).flatten().chain(ids.iter().filter_map(|id| id.typed())).collect();
    let ends = beside.iter().filter_map(|id| network.get(*id)).flat_map(|link| [link.a.device, link.z.device]);
    let trails = ids.iter().filter_map(|id| network.get(id.typed::<TrailId>()?));
    let held = trails.flat_map(|trail| trail.holdings()).filter_map(|holding| holding.carrier.any().typed());
    let mut open: Vec<DeviceId> = ends.chain(held).chain(ids.iter().filter_map(|id| id.typed())).collect();
    let mut found: BTreeSet<AnyId> = beside.iter().map(|link| link.any()).collect();
    let mut seen = BTreeSet::new();
    while let Some(device) = open.pop() {
        if !is(network, device, DeviceKind::Splitter) || !seen.insert(device) {
            continue;
        }
        found.insert(device.any());
        for (link, up) in links_at(network, device, PortKind::SplitterIn) {
            found.extend([link.any(), up.device.any()]);
            open.push(up.device);
        }
    }
    found
}

/// Rule 35: a splitter has no more outputs than its ratio, an OLT port no more ONUs than its interface serves (a branch
/// that is held, and feeds no splitter, counts as one), and no splitter feeds itself.
pub(crate) fn trees_are_sound(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, device) in ctx.each::<Device>() {
        match device.kind {
            DeviceKind::Splitter => {
                ratio_kept(ctx, id, device, notes);
                feeds_itself(ctx, id, notes);
            }
            DeviceKind::Olt => onus_within_limit(ctx, id, device, notes),
            _ => {}
        }
    }
}

fn ratio_kept(ctx: &Context<'_>, id: DeviceId, device: &Device, notes: &mut Notes) {
    let named = model_ports(device).into_iter().find(|(kind, _)| *kind == PortKind::SplitterOut);
    let outputs = ports(device, PortKind::SplitterOut);
    if let Some((_, ratio)) = named.filter(|(_, ratio)| outputs > *ratio) {
        let message = phrase!(
            "{0} has {outputs} outputs, more than the {ratio} of its model {1}",
            "{0} 登记 {outputs} 个出口，多于型号 {1} 的 {ratio} 个",
            ctx.named(id),
            device.model
        );
        notes.say(id, [], message);
    }
}

/// Said of the first splitter of a circle only.
fn feeds_itself(ctx: &Context<'_>, id: DeviceId, notes: &mut Notes) {
    let mut above: BTreeSet<DeviceId> = BTreeSet::new();
    let mut open = vec![id];
    while let Some(at) = open.pop() {
        for (_, up) in links_at(ctx.network, at, PortKind::SplitterIn) {
            if is(ctx.network, up.device, DeviceKind::Splitter) && above.insert(up.device) {
                open.push(up.device);
            }
        }
    }
    // Those of its feeders that it feeds in turn.
    let circle: Vec<DeviceId> = above.iter().copied().filter(|up| feeds(ctx.network, id, *up)).collect();
    if above.contains(&id) && circle.first() == Some(&id) {
        let others = circle.iter().filter(|other| **other != id).map(|other| other.any());
        let message = phrase!("{} is fed, through others, by itself", "{} 经其他分光器由自身馈电", ctx.named(id));
        notes.say(id, others, message);
    }
}

/// Whether light of one splitter reaches another.
fn feeds(network: &Network, from: DeviceId, to: DeviceId) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![to];
    while let Some(at) = open.pop() {
        for (_, up) in links_at(network, at, PortKind::SplitterIn) {
            if up.device == from {
                return true;
            }
            if is(network, up.device, DeviceKind::Splitter) && seen.insert(up.device) {
                open.push(up.device);
            }
        }
    }
    false
}

fn onus_within_limit(ctx: &Context<'_>, id: DeviceId, olt: &Device, notes: &mut Notes) {
    let links: BTreeSet<LinkId> = ctx.network.referring::<LinkId>(id).collect();
    for (link, record) in links.into_iter().filter_map(|link| Some((link, ctx.network.get(link)?))) {
        let Some(port) = root(ctx.network, record).filter(|port| port.device == id && record.layer == Layer::Fibre)
        else {
            continue;
        };
        let interface = olt.block_of(port.port).and_then(|block| ctx.catalog.optics().interface(&block.interface));
        let interface = interface.filter(|interface| interface.family == Family::Pon);
        let limit = interface.and_then(|interface| interface.split_limit).unwrap_or(ctx.policy.pon.split_max);
        let onus: usize = branches(ctx.network, link, port).iter().map(|branch| served(ctx.network, branch)).sum();
        if onus > limit as usize {
            let number = port.port;
            let message = phrase!(
                "PON port {number} of {0} serves {onus} ONUs, more than the {limit} it can",
                "{0} {number} 号 PON 口带 {onus} 个 ONU，多于上限 {limit} 个",
                ctx.named(id)
            );
            notes.say(id, [link.any()], message);
        }
    }
}

/// Customers at a branch of a tree.
fn served(network: &Network, branch: &Branch) -> usize {
    let Some(splitter) = branch.splitter else { return 1 };
    let Some(device) = network.get(splitter) else { return 0 };
    let onward: BTreeSet<TrailId> = links_at(network, splitter, PortKind::SplitterOut)
        .filter(|(_, far)| is(network, far.device, DeviceKind::Splitter))
        .filter_map(|(link, _)| network.get(link).map(|link| link.trail))
        .collect();
    let trails: BTreeSet<TrailId> = network.referring::<TrailId>(splitter).collect();
    let holdings = trails.iter().filter(|trail| !onward.contains(trail)).filter_map(|trail| network.get(*trail));
    let output = |port: u32| device.block_of(port).is_some_and(|block| block.kind == PortKind::SplitterOut);
    let held = holdings.flat_map(|trail| trail.holdings()).filter(|holding| {
        holding.carrier == Carrier::Device(splitter) && matches!(holding.take, Take::Slot(port) if output(port))
    });
    // Links straight to an ONU are branches of their own, and their trails hold the output.
    let direct = links_at(network, splitter, PortKind::SplitterOut)
        .filter(|(_, far)| !is(network, far.device, DeviceKind::Splitter))
        .count();
    held.count().saturating_sub(direct)
}

#[cfg(test)]
mod tests {
    use linewright_model::*;

    use crate::village::{Village, check, check_clean, port};

    fn splitter(set: &mut ChangeSet, v: &Village, code: &str, outputs: u32) -> DeviceId {
        let block = |first, count, kind| PortBlock {
            name: "".into(),
            first,
            count,
            kind,
            interface: "".into(),
            rate: "".into(),
        };
        let blocks = vec![block(1, 1, PortKind::SplitterIn), block(2, outputs, PortKind::SplitterOut)];
        let device = crate::village::frame(code, v.cabinet, 1);
        set.create(Device { kind: DeviceKind::Splitter, blocks: blocks.into(), ..device })
    }

    /// A link of a splitter's output to the next one's input, over a trail of its own.
    fn feed(set: &mut ChangeSet, code: &str, from: (DeviceId, u32), to: DeviceId) {
        let held = |device, slot| Village::held(Carrier::Device(device), slot, SlotState::Occupied);
        let holdings = vec![held(from.0, from.1), held(to, 1)];
        let legs = vec![Leg { role: LegRole::Working, holdings }];
        let tag = Tag::new(code, "");
        let trail =
            Trail { tag: tag.clone(), layer: Layer::Fibre, legs, grade: None, customer: "".into(), reservation: None };
        let trail = set.create(trail);
        let slots = Discipline::Exclusive { count: Some(1) };
        set.create(Link { tag, layer: Layer::Fibre, a: port(from.0, from.1), z: port(to, 1), slots, trail });
        set.create(Jumper { tag: Tag::new(format!("{code}-J"), ""), a: port(from.0, from.1), b: port(to, 1) });
    }

    #[test]
    fn a_tree_has_no_circle() {
        check(35, "device SPL-A is fed, through others, by itself", |v, set| {
            let [a, b] = ["SPL-A", "SPL-B"].map(|code| splitter(set, v, code, 4));
            feed(set, "T-X", (a, 2), b);
            feed(set, "T-Y", (b, 2), a);
        });
        check_clean(|v, set| {
            let [a, b] = ["SPL-A", "SPL-B"].map(|code| splitter(set, v, code, 4));
            feed(set, "T-X", (v.splitter, 3), a);
            feed(set, "T-Y", (a, 2), b);
        });
    }

    /// A second stage under the village's splitter, with so many customers on it.
    fn customers(count: u32) -> impl Fn(&Village, &mut ChangeSet) {
        move |v, set| {
            let below = splitter(set, v, "SPL-A", 100);
            feed(set, "T-X", (v.splitter, 3), below);
            let holding = |nth: u32| Holding {
                part: u8::try_from(nth).unwrap(),
                ..Village::held(Carrier::Device(below), 2 + nth, SlotState::Occupied)
            };
            let legs = vec![Leg { role: LegRole::Working, holdings: (0..count).map(holding).collect() }];
            let (tag, customer) = (Tag::new("T-Y", ""), "家庭宽带".into());
            set.create(Trail { tag, layer: Layer::Fibre, legs, grade: None, customer, reservation: None });
        }
    }

    #[test]
    fn a_port_serves_so_many_onus() {
        // The village's own customer is one more; the policy allows 64 where the interface says nothing.
        let message = "PON port 1 of device OLT serves 65 ONUs, more than the 64 it can";
        check(35, message, customers(64));
        check_clean(customers(63));
        // GPON itself serves 128.
        check_clean(|v, set| {
            customers(90)(v, set);
            v.change_device(set, v.olt, |device| device.blocks[0].interface = "GPON-B+".into());
        });
    }
}

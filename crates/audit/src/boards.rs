//! Rules 21 and 22: devices, their boards and ports.

use linewright_catalog::Family;
use linewright_model::{Device, DeviceKind, Id, Layer, Link, Phrase, Port, PortBlock, PortKind, Text, phrase};

use crate::{Context, Notes};

/// Rule 21: a device has as many ports as its model says, and boards of kinds that go into it. Records know how many
/// board slots are free, not which board is in which slot, so a slot is judged by its device. Of a splitter with more
/// branches than its ratio rule 35 speaks.
pub(crate) fn boards_fit(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, device) in ctx.each::<Device>() {
        for block in device.blocks.iter() {
            if !goes_into(device.kind, block.kind) || !lights(ctx, device.kind, block) {
                let (name, interface) = (&block.name, &block.interface);
                let with =
                    if interface.is_empty() { Phrase::default() } else { phrase!(" {interface}", " {interface}") };
                let message = phrase!(
                    "{0} is {1}, into which board {name} does not go: its ports are{3} {2}",
                    "{0} 是{1}，不能插板卡 {name}（{2}{3}）",
                    ctx.named(id),
                    device_words(device.kind),
                    port_words(block.kind),
                    with
                );
                notes.say(id, [], message);
            }
        }
        for (kind, wanted) in model_ports(device) {
            let has = ports(device, kind);
            if has != wanted && !(kind == PortKind::SplitterOut && has > wanted) {
                let message = phrase!(
                    "{0} has {has} {1} but model {2} has {wanted}",
                    "{0} 登记{1} {has} 个，型号 {2} 为 {wanted} 个",
                    ctx.named(id),
                    port_words(kind),
                    device.model
                );
                notes.say(id, [], message);
            }
        }
    }
}

/// Ports of one kind.
pub(crate) fn ports(device: &Device, kind: PortKind) -> u32 {
    let blocks = device.blocks.iter().filter(|block| block.kind == kind);
    blocks.fold(0, |sum, block| sum.saturating_add(block.count))
}

fn goes_into(device: DeviceKind, port: PortKind) -> bool {
    use PortKind::*;
    match device {
        DeviceKind::Odf => port == OpticalTerminal,
        DeviceKind::Ddf => port == DigitalTerminal,
        DeviceKind::Splitter => matches!(port, SplitterIn | SplitterOut),
        DeviceKind::Adm | DeviceKind::Switch | DeviceKind::Router => matches!(port, Optical | E1 | Ethernet),
        DeviceKind::Olt | DeviceKind::Onu => matches!(port, Pon | Optical | E1 | Ethernet),
    }
}

/// Whether the interface is one of the port's kind: PON interfaces on PON ports, and on the line port of an ONU.
fn lights(ctx: &Context<'_>, device: DeviceKind, block: &PortBlock) -> bool {
    let Some(interface) = ctx.catalog.optics().interface(&block.interface) else { return true };
    let pon = interface.family == Family::Pon;
    match block.kind {
        PortKind::Pon => pon,
        PortKind::Optical => !pon || device == DeviceKind::Onu,
        _ => false,
    }
}

fn device_words(kind: DeviceKind) -> Phrase {
    match kind {
        DeviceKind::Odf => phrase!("an ODF", "光纤配线架"),
        DeviceKind::Ddf => phrase!("a DDF", "数字配线架"),
        DeviceKind::Splitter => phrase!("a splitter", "分光器"),
        DeviceKind::Adm => phrase!("an ADM", "分插复用器"),
        DeviceKind::Olt => phrase!("an OLT", "OLT"),
        DeviceKind::Onu => phrase!("an ONU", "ONU"),
        DeviceKind::Switch => phrase!("a switch", "交换机"),
        DeviceKind::Router => phrase!("a router", "路由器"),
    }
}

fn port_words(kind: PortKind) -> Phrase {
    match kind {
        PortKind::OpticalTerminal => phrase!("optical terminals", "光端子"),
        PortKind::DigitalTerminal => phrase!("digital terminals", "数字端子"),
        PortKind::SplitterIn => phrase!("splitter inputs", "分光器入口"),
        PortKind::SplitterOut => phrase!("splitter outputs", "分光器出口"),
        PortKind::Optical => phrase!("optical ports", "光口"),
        PortKind::Pon => phrase!("PON ports", "PON 口"),
        PortKind::E1 => phrase!("E1 ports", "E1 口"),
        PortKind::Ethernet => phrase!("Ethernet ports", "以太网口"),
    }
}

/// The ports that a model's name tells: `PLC-1x16` of a splitter, `ODF-144` or `…-144芯` of a frame.
pub(crate) fn model_ports(device: &Device) -> Vec<(PortKind, u32)> {
    let model: &str = device.model.trim();
    let count = |digits: &str| digits.parse::<u32>().ok().filter(|count| *count > 0);
    match device.kind {
        DeviceKind::Splitter => {
            let ratio = model.rsplit(['-', ' ']).next().unwrap_or_default();
            let sides = ratio.split_once(['x', 'X', '×', ':', '：', '/', '*']);
            let sides = sides.and_then(|(inputs, outputs)| Some((count(inputs)?, count(outputs)?)));
            let kinds = |(inputs, outputs)| vec![(PortKind::SplitterIn, inputs), (PortKind::SplitterOut, outputs)];
            sides.map_or_else(Vec::new, kinds)
        }
        DeviceKind::Odf | DeviceKind::Ddf => {
            let kind =
                if device.kind == DeviceKind::Odf { PortKind::OpticalTerminal } else { PortKind::DigitalTerminal };
            let named = ["ODF-", "DDF-"].iter().find_map(|family| count(model.strip_prefix(family)?));
            let counted = || count(model.strip_suffix('芯')?.rsplit(['-', ' ']).next()?);
            named.or_else(counted).map(|count| (kind, count)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Rule 22: the ports at both ends of a link run at one rate. The rate is recorded, or that of the interface; of a
/// port without either nothing is said.
pub(crate) fn one_rate(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, link) in ctx.each::<Link>() {
        if link.layer != Layer::Fibre {
            continue;
        }
        let (Some(one), Some(other)) = (rate(ctx, link.a), rate(ctx, link.z)) else { continue };
        if !one.eq_ignore_ascii_case(&other) {
            let message = phrase!(
                "{0} joins a port of {1} to one of {2}: {3} and {4}",
                "{0} 两端速率不一致：{3} 为 {1}，{4} 为 {2}",
                ctx.named(id),
                one,
                other,
                ctx.slot_named(linewright_model::Carrier::Device(link.a.device), link.a.port),
                ctx.slot_named(linewright_model::Carrier::Device(link.z.device), link.z.port)
            );
            notes.say(id, [link.a.device.any(), link.z.device.any()], message);
        }
    }
}

fn rate(ctx: &Context<'_>, port: Port) -> Option<Text> {
    let block = ctx.network.get(port.device)?.block_of(port.port)?;
    if !block.rate.trim().is_empty() {
        return Some(block.rate.clone());
    }
    ctx.catalog.optics().interface(&block.interface).map(|interface| Text::from(interface.rate.as_str()))
}

#[cfg(test)]
mod tests {
    use linewright_model::*;

    use super::model_ports;
    use crate::village::{Village, check, check_clean};

    fn device(id: fn(&Village) -> DeviceId, edit: impl Fn(&mut Device)) -> impl Fn(&Village, &mut ChangeSet) {
        move |v, set| v.change_device(set, id(v), |device| edit(device))
    }

    #[test]
    fn ports_are_those_of_the_model() {
        let model = |model: &'static str| device(|v| v.odf, move |d| d.model = model.into());
        check(21, "device ODF has 24 optical terminals but model 配线单元-36芯 has 36", model("配线单元-36芯"));
        check(21, "device ODF has 24 optical terminals but model ODF-12 has 12", model("ODF-12"));
        ["配线单元-24芯", "ODF-24", "GPX-2000", "ODF-24A", "24"].into_iter().for_each(|name| check_clean(model(name)));
        let splitter = |model: &'static str| device(|v| v.splitter, move |d| d.model = model.into());
        check(21, "device SPL has 8 splitter outputs but model PLC-1x16 has 16", splitter("PLC-1x16"));
        check(21, "device SPL has 1 splitter inputs but model PLC-2:8 has 2", splitter("PLC-2:8"));
        check(35, "device SPL has 8 outputs, more than the 4 of its model 1×4", splitter("1×4"));
        check_clean(splitter("PLC-1x8"));
        check_clean(splitter("PLC"));
    }

    #[test]
    fn models_tell_their_ports() {
        let frame = crate::village::frame("F", PlaceId::from_raw(0), 12);
        let check = |kind, model: &str, expected: &[u32]| {
            let device = Device { kind, model: model.into(), ..frame.clone() };
            let counts: Vec<u32> = model_ports(&device).into_iter().map(|(_, count)| count).collect();
            assert_eq!(counts, expected, "{model}");
        };
        check(DeviceKind::Splitter, "PLC-1x64", &[1, 64]);
        check(DeviceKind::Splitter, "2X32", &[2, 32]);
        check(DeviceKind::Splitter, "1x0", &[]);
        check(DeviceKind::Splitter, "1x99999999999", &[]);
        check(DeviceKind::Ddf, "DDF-40", &[40]);
        check(DeviceKind::Odf, "芯", &[]);
        check(DeviceKind::Olt, "OLT-16", &[]);
    }

    #[test]
    fn boards_go_into_their_device() {
        let board = |interface: &'static str, kind| {
            device(
                |v| v.adm,
                move |d: &mut Device| {
                    let name = "PON1".into();
                    d.blocks.push(PortBlock {
                        name,
                        first: 9,
                        count: 4,
                        kind,
                        interface: interface.into(),
                        rate: "".into(),
                    });
                },
            )
        };
        check(
            21,
            "device ADM is an ADM, into which board PON1 does not go: its ports are PON ports",
            board("", PortKind::Pon),
        );
        let message = "device ADM is an ADM, into which board PON1 does not go: its ports are GPON-B+ optical ports";
        check(21, message, board("GPON-B+", PortKind::Optical));
        check_clean(board("L-1.1", PortKind::Optical));
        check_clean(board("no such interface", PortKind::Optical));
    }

    #[test]
    fn both_ends_of_a_link_run_at_one_rate() {
        let ends = |near: [&'static str; 2], far: [&'static str; 2]| {
            move |v: &Village, set: &mut ChangeSet| {
                for (id, [interface, rate]) in [(v.adm, near), (v.far_adm, far)] {
                    v.change_device(set, id, |device| {
                        (device.blocks[0].interface, device.blocks[0].rate) = (interface.into(), rate.into());
                    });
                }
            }
        };
        let message =
            "link L-PAIR joins a port of STM-4 to one of STM-1: port 1 of device ADM and port 1 of device ADM2";
        check(22, message, ends(["S-4.1", ""], ["S-1.1", ""]));
        check(22, message, ends(["", "STM-4"], ["S-1.1", ""]));
        check_clean(ends(["S-4.1", ""], ["I-4", "stm-4"]));
        check_clean(ends(["S-4.1", ""], ["", ""]));
    }
}

//! The serving end: splitters with their feeders, ports of equipment.

use linewright_model::{
    CableEnd, Carrier, Device, DeviceId, DeviceKind, Holding, Id, PlaceId, Port, PortKind, Take, TrailId,
};
use linewright_search::access::{self, Equipment, Stack};
use linewright_search::{capacity, ground};

use super::glass::Section;
use super::{Route, TakenBefore, Tracer, hold};
use crate::equipment::PortOffer;
use crate::locate::named;
use crate::report::Element;

impl Tracer<'_, '_> {
    /// Up the feeder of a splitter: from the branch whose core was come by, or else from a free one.
    pub(super) fn branch(&self, route: &mut Route, splitter: DeviceId, fused: bool, before: &mut TakenBefore) {
        let Some(device) = self.network.get(splitter) else { return };
        let branch = if fused {
            let here = route.holdings.iter().rev().find(|holding| holding.carrier == Carrier::Device(splitter));
            here.and_then(|holding| if let Take::Slot(port) = holding.take { Some(port) } else { None })
        } else {
            let nth = before.branches.entry(splitter).or_default();
            let branch = capacity::free_branches(self.network, splitter, device).get(*nth).copied();
            *nth += 1;
            hold(route, Carrier::Device(splitter), branch.as_slice());
            // The plug on the branch side.
            route.line.connectors += 1;
            branch
        };
        route.fed = true;
        let Some(chain) = access::feeder(self.network, splitter) else { return };
        let mut below = splitter;
        let mut branch = branch;
        for (link, trail) in &chain {
            let Some(device) = self.network.get(below) else { return };
            let ratio = splitter_ratio(device);
            route.waits_for(&device.plant);
            route.line.splitters.push(ratio);
            // The plug on the common side.
            route.line.connectors += 1;
            let element =
                Element::Splitter { device: named(self.network, below), ratio, branch: branch.take(), new: false };
            route.elements.push(element);
            route.relied_on.insert(link.any());
            self.down_trail(route, *trail, below, device.place);
            let Some(link) = self.network.get(*link) else { return };
            below = if link.z.device == below { link.a.device } else { link.z.device };
        }
        if let Some(port) = access::feeding_port(self.network, &chain) {
            route.equipment = Some(Equipment::Device(port.device));
            self.port(route, port.device, Some(port.port));
        }
    }

    /// The existing way of a feeder, from the splitter up to where it is fed.
    pub(super) fn down_trail(&self, route: &mut Route, id: TrailId, from: DeviceId, place: PlaceId) {
        let Some(trail) = self.network.get(id) else { return };
        let Some(leg) = trail.legs.first() else { return };
        let mut holdings: Vec<&Holding> = leg.holdings.iter().filter(|h| h.part == 0).collect();
        // Recorded from the OLT down, as a rule.
        if holdings.first().is_none_or(|first| first.carrier != Carrier::Device(from)) {
            holdings.reverse();
        }
        let mut cable_before = false;
        let mut at = ground(self.network, place);
        for holding in holdings {
            let Take::Slot(slot) = holding.take else { continue };
            match holding.carrier {
                Carrier::Cable(cable) => {
                    let Some(record) = self.network.get(cable) else { continue };
                    let enters = if at == ground(self.network, record.a) { CableEnd::A } else { CableEnd::B };
                    at = ground(self.network, record.end(enters.other()));
                    // Fused to the section or frame before it.
                    route.line.fusion_splices += 1;
                    self.section(route, Section { id: cable, cores: vec![slot], enters, opened: None });
                    cable_before = true;
                }
                Carrier::Device(device) => {
                    let Some(record) = self.network.get(device) else { continue };
                    let is_frame = record.kind == DeviceKind::Odf;
                    // No light figure where the records jump from one place to another.
                    route.light_unknown |= ground(self.network, record.place) != at;
                    if cable_before {
                        route.line.fusion_splices += 1;
                    }
                    cable_before = false;
                    if is_frame {
                        route.line.connectors += 1;
                        self.device_ports(route, device, vec![slot], slot);
                    }
                }
                Carrier::Span(_) | Carrier::Link(_) => {}
            }
        }
    }

    pub(super) fn attach(&self, route: &mut Route, equipment: Equipment, stack: Stack, before: &mut TakenBefore) {
        let fibres = self.space.terms.fibres;
        route.equipment = Some(equipment);
        route.line.connectors += 1;
        if self.pon {
            let ratio = self.policy.pon.new_splitter_ratio;
            route.new_splitter = Some(ratio);
            route.line.splitters.push(ratio);
            route.line.connectors += 2;
            if let Some(at) = route.access_point {
                let element = Element::Splitter { device: named(self.network, at), ratio, branch: None, new: true };
                let place = named(self.network, at);
                let is_access = |e: &Element| matches!(e, Element::Place { place: p, .. } if *p == place);
                let after = route.elements.iter().position(is_access);
                route.elements.insert(after.map_or(route.elements.len(), |at| at + 1), element);
            }
        }
        match equipment {
            Equipment::Unrecorded(place) => {
                route.elements.push(Element::UnrecordedEquipment { at: named(self.network, place) });
            }
            Equipment::Device(id) => {
                let Some(device) = self.network.get(id) else { return };
                // From the frame to the port; a drop that ends in the same room needs it too.
                debug_assert!(matches!(stack, Stack::Entered | Stack::Glass));
                route.jumpers += fibres;
                route.elements.push(Element::Jumpers { count: fibres });
                let nth = before.ports.entry(id).or_default();
                let offer = self.wanted.offer(self.network, id, device, *nth);
                *nth += 1;
                match offer {
                    Some(PortOffer::Free(port)) => {
                        hold(route, Carrier::Device(id), &[port]);
                        self.port(route, id, Some(port));
                    }
                    Some(PortOffer::NewBoard) | None => {
                        route.new_board = Some(id);
                        self.port(route, id, None);
                    }
                }
            }
        }
    }

    pub(super) fn port(&self, route: &mut Route, id: DeviceId, port: Option<u32>) {
        let Some(device) = self.network.get(id) else { return };
        route.waits_for(&device.plant);
        let block = port.and_then(|port| device.block_of(port));
        route.port = port.map(|port| Port { device: id, port });
        route.relied_on.insert(id.any());
        route.elements.push(Element::Port {
            device: named(self.network, id),
            port,
            interface: block.map_or_else(String::new, |block| block.interface.to_string()),
            at: named(self.network, device.place),
        });
    }
}

/// Number of branches of a splitter.
pub(crate) fn splitter_ratio(device: &Device) -> u16 {
    let outs = device.blocks.iter().filter(|block| block.kind == PortKind::SplitterOut);
    u16::try_from(outs.map(|block| block.count).sum::<u32>()).unwrap_or(u16::MAX)
}

//! The legs of a trail as chains of ports and cores, one for each fibre.

use std::collections::BTreeMap;

use linewright_model::{Carrier, Holding, Leg, Port, PortKind, SlotState, Take};

use crate::Context;

/// One element of a chain.
#[derive(Clone, Copy)]
pub(crate) struct Element {
    pub(crate) carrier: Carrier,
    pub(crate) slot: u32,
    pub(crate) state: SlotState,
}

impl Element {
    /// What is held as an element of an optical route; nothing of what is only counted or measured.
    pub(crate) fn of(carrier: Carrier, take: Take, state: SlotState) -> Option<Self> {
        match (carrier, take) {
            (Carrier::Cable(_) | Carrier::Device(_) | Carrier::Link(_), Take::Slot(slot)) => {
                Some(Self { carrier, slot, state })
            }
            _ => None,
        }
    }

    pub(crate) fn port(&self) -> Option<Port> {
        match self.carrier {
            Carrier::Device(device) => Some(Port { device, port: self.slot }),
            _ => None,
        }
    }

    /// What the port is for; `None` of what is no port.
    pub(crate) fn kind(&self, ctx: &Context<'_>) -> Option<PortKind> {
        self.port().and_then(|port| ctx.port_kind(port.device, port.port))
    }

    fn is_equipment(&self, ctx: &Context<'_>) -> bool {
        use PortKind::*;
        self.kind(ctx).is_some_and(|kind| matches!(kind, Optical | Pon | E1 | Ethernet))
    }
}

/// The leg's fibres by their number. The further fibres of a pair have the equipment ports of the first, where they have
/// none of their own.
pub(crate) fn chains(ctx: &Context<'_>, leg: &Leg) -> BTreeMap<u8, Vec<Element>> {
    let mut chains: BTreeMap<u8, Vec<Element>> = BTreeMap::new();
    for Holding { carrier, take, part, state } in &leg.holdings {
        if let Some(element) = Element::of(*carrier, *take, *state) {
            chains.entry(*part).or_default().push(element);
        }
    }
    let Some(main) = chains.get(&0) else { return chains };
    let equipment = |element: Option<&Element>| element.copied().filter(|element| element.is_equipment(ctx));
    let (first, last) = (equipment(main.first()), equipment(main.last()));
    for (_, chain) in chains.range_mut(1..) {
        if let Some(port) = first.filter(|_| equipment(chain.first()).is_none()) {
            chain.insert(0, port);
        }
        if let Some(port) = last.filter(|_| equipment(chain.last()).is_none()) {
            chain.push(port);
        }
    }
    chains
}

//! What there is to say about one record, or some of its slots.

use linewright_model::{
    AnyId, CableId, Carrier, Device, DeviceId, Fixture, Id, JumperId, LinkId, Network, PlaceId, Plant, PortKind,
    SpanId, SpliceId, Stage, TableKind, TrailId,
};

use super::{Step, StepKind, StepSlot};
use crate::colour::core_position;
use crate::locate::named;

/// What there is to say about a record as a whole.
pub(super) fn step(network: &Network, id: AnyId) -> Step {
    let mut step = Step {
        record: named(network, id),
        kind: None,
        slots: Vec::new(),
        role: None,
        at: None,
        ends: None,
        length_m: None,
        bore: None,
        trench: String::new(),
        stage: None,
        customer: String::new(),
        grade: None,
    };
    let waiting = |plant: &Plant| (plant.stage != Stage::InService).then_some(plant.stage);
    let two = |a: AnyId, b: AnyId| Some([named(network, a), named(network, b)]);
    match id.table {
        TableKind::Place => {
            if let Some(place) = id.typed::<PlaceId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Place(place.kind));
                step.stage = waiting(&place.plant);
                step.at = place.within.map(|outer| named(network, outer));
            }
        }
        TableKind::Span => {
            if let Some(span) = id.typed::<SpanId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Span(span.kind));
                step.ends = two(span.a.any(), span.b.any());
                step.length_m = Some(span.length_m);
                step.trench = span.trench.to_string();
                step.stage = waiting(&span.plant);
            }
        }
        TableKind::Cable => {
            if let Some(cable) = id.typed::<CableId>().and_then(|id| network.get(id)) {
                step.ends = two(cable.a.any(), cable.b.any());
                step.length_m = Some(cable.length_m);
                step.stage = waiting(&cable.plant);
            }
        }
        TableKind::Device => {
            if let Some(device) = id.typed::<DeviceId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Device(device.kind));
                step.at = Some(named(network, device.place));
                step.stage = waiting(&device.plant);
            }
        }
        TableKind::Splice => {
            if let Some(splice) = id.typed::<SpliceId>().and_then(|id| network.get(id)) {
                step.at = Some(named(network, splice.at));
            }
        }
        TableKind::Jumper => {
            if let Some(jumper) = id.typed::<JumperId>().and_then(|id| network.get(id)) {
                step.ends = two(jumper.a.device.any(), jumper.b.device.any());
            }
        }
        TableKind::Trail => {
            if let Some(trail) = id.typed::<TrailId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Layer(trail.layer));
                step.customer = trail.customer.to_string();
                step.grade = trail.grade;
            }
        }
        TableKind::Link => {
            if let Some(link) = id.typed::<LinkId>().and_then(|id| network.get(id)) {
                step.kind = Some(StepKind::Layer(link.layer));
                step.ends = two(link.a.device.any(), link.z.device.any());
            }
        }
        TableKind::Dataset | TableKind::SlotMark | TableKind::Address => {}
    }
    step
}

/// A carrier with some of its slots.
pub(super) fn slot_step(network: &Network, carrier: Carrier, slots: &[u32]) -> Step {
    let cable = match carrier {
        Carrier::Cable(id) => network.get(id),
        _ => None,
    };
    let slot = |number: &u32| StepSlot {
        number: *number,
        state: network.slot(carrier, *number).state,
        position: cable.and_then(|cable| core_position(cable, *number)),
    };
    Step { slots: slots.iter().map(slot).collect(), ..step(network, carrier.any()) }
}

pub(super) fn carrier_of(fixture: Fixture) -> Carrier {
    match fixture {
        Fixture::Cable { id, .. } => Carrier::Cable(id),
        Fixture::Device { id } => Carrier::Device(id),
    }
}

/// Whether a port is of this kind.
pub(super) fn is_port(network: &Network, device: DeviceId, port: u32, kind: PortKind) -> bool {
    let block = |device: &Device| device.block_of(port).is_some_and(|block| block.kind == kind);
    network.get(device).is_some_and(|device| block(device))
}

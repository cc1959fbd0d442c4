//! Splitters and what feeds them.

use chrono::NaiveDate;
use linewright_model::{
    AnyId, Carrier, DeviceId, DeviceKind, Id, LinkId, Network, PlaceId, Plant, Port, PortKind, Stage, Take, TrailId,
};

use crate::capacity::offered;

/// Splitters that stand at a place.
pub fn splitters(network: &Network, place: PlaceId) -> impl Iterator<Item = DeviceId> {
    let devices = network.referring::<DeviceId>(place);
    devices.filter(|id| network.get(*id).is_some_and(|device| device.kind == DeviceKind::Splitter))
}

/// More stages than any class allows; beyond it the records go in circles.
const MAX_STAGES: usize = 8;

/// The feeder of a splitter: its links and trails up to the OLT, nearest first; `None` when it is not fed.
pub fn feeder(network: &Network, splitter: DeviceId) -> Option<Vec<(LinkId, TrailId)>> {
    let mut chain = Vec::new();
    let mut at = splitter;
    while chain.len() < MAX_STAGES {
        let (link, up) = network.referring::<LinkId>(at).find_map(|link| Some((link, fed_from(network, at, link)?)))?;
        chain.push((link, network.get(link)?.trail));
        if network.get(up.device)?.kind != DeviceKind::Splitter {
            return Some(chain);
        }
        at = up.device;
    }
    None
}

/// The far port of a link that ends on a common side of this splitter.
fn fed_from(network: &Network, splitter: DeviceId, link: LinkId) -> Option<Port> {
    let link = network.get(link)?;
    let fed = |port: Port| port.device == splitter && kind_of(network, port) == Some(PortKind::SplitterIn);
    let ends = [(link.z, link.a), (link.a, link.z)];
    ends.into_iter().find(|(near, _)| fed(*near)).map(|(_, far)| far)
}

fn kind_of(network: &Network, port: Port) -> Option<PortKind> {
    network.get(port.device)?.block_of(port.port).map(|block| block.kind)
}

/// The OLT port at the top of a feeder.
pub fn feeding_port(network: &Network, chain: &[(LinkId, TrailId)]) -> Option<Port> {
    let link = network.get(chain.last()?.0)?;
    [link.a, link.z].into_iter().find(|port| kind_of(network, *port) == Some(PortKind::Pon))
}

/// What keeps a feeder from carrying light: plant not offered by `latest`, or a faulty slot; with whether some of its
/// plant is still waited for.
pub fn feeder_state(network: &Network, chain: &[(LinkId, TrailId)], latest: Option<NaiveDate>) -> Result<bool, AnyId> {
    let mut waits = false;
    let mut check = |id: AnyId, plant: Option<&Plant>| -> Result<(), AnyId> {
        let plant = plant.filter(|plant| offered(plant, latest)).ok_or(id)?;
        waits |= plant.stage != Stage::InService;
        Ok(())
    };
    for (link, trail) in chain {
        let ends = network.get(*link).map(|link| [link.a.device, link.z.device]);
        for device in ends.into_iter().flatten() {
            check(device.any(), network.get(device).map(|device| &*device.plant))?;
        }
        let holdings = network.get(*trail).into_iter().flat_map(|trail| trail.holdings());
        for holding in holdings {
            let id = holding.carrier.any();
            match holding.carrier {
                Carrier::Cable(cable) => check(id, network.get(cable).map(|cable| &*cable.plant))?,
                Carrier::Device(device) => check(id, network.get(device).map(|device| &*device.plant))?,
                Carrier::Span(_) | Carrier::Link(_) => {}
            }
            if let Take::Slot(slot) = holding.take
                && network.slot(holding.carrier, slot).faulty
            {
                return Err(id);
            }
        }
    }
    Ok(waits)
}

/// Length of glass under a trail, metres.
pub fn trail_length_m(network: &Network, trail: TrailId) -> f64 {
    let leg = network.get(trail).and_then(|trail| trail.legs.first());
    let holdings = leg.into_iter().flat_map(|leg| &leg.holdings).filter(|holding| holding.part == 0);
    let cables = holdings.filter_map(|holding| match holding.carrier {
        Carrier::Cable(id) => network.get(id),
        _ => None,
    });
    cables.map(|cable| cable.length_m).sum()
}

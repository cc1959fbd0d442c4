//! How many slots of a carrier are free.

use linewright_model::{Cable, CableId, Carrier, Device, DeviceId, Network, Occupancy, SlotState};
use linewright_search::capacity::free_ports;

/// Cores of a cable section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct CoreCounts {
    /// Number of cores, where recorded.
    pub(crate) total: Option<u32>,
    /// Idle ones; none where occupancy is not proven or the number is not recorded.
    pub(crate) free: Option<u32>,
}

/// Counts the cores of a section by the records of the section alone.
pub(crate) fn core_counts(network: &Network, id: CableId, cable: &Cable) -> CoreCounts {
    let taken = network.taken(Carrier::Cable(id));
    let uses = taken.iter().flat_map(|taken| taken.uses());
    let mut slots: Vec<u32> = uses
        .filter(|slot| slot.state != SlotState::Idle && cable.cores.is_some_and(|n| slot.slot <= n))
        .map(|slot| slot.slot)
        .collect();
    slots.dedup();
    let used = u32::try_from(slots.len()).unwrap_or(u32::MAX);
    let proven = cable.occupancy == Occupancy::Proven;
    CoreCounts { total: cable.cores, free: cable.cores.filter(|_| proven).map(|cores| cores.saturating_sub(used)) }
}

/// Ports of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PortCounts {
    /// Number of ports.
    pub(crate) total: u32,
    /// Ports that are idle and not patched.
    pub(crate) free: u32,
}

/// Counts the ports of a device.
pub(crate) fn port_counts(network: &Network, id: DeviceId, device: &Device) -> PortCounts {
    let free = free_ports(network, id, device, &|_| true).len();
    PortCounts {
        total: device.blocks.iter().map(|block| block.count).fold(0, u32::saturating_add),
        free: u32::try_from(free).unwrap_or(u32::MAX),
    }
}

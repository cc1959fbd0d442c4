//! Which equipment can serve a product, and what using it takes.

use chrono::NaiveDate;
use linewright_catalog::{Catalog, Solution, Technology, UplinkKind};
use linewright_model::{Device, DeviceId, DeviceKind, Network, PlaceId, PlaceKind, PortBlock, PortKind};
use linewright_search::access::{Attachment, Equipment, offered};
use linewright_search::{Topology, capacity};

/// What a solution wants of equipment.
pub(crate) struct Wanted<'a> {
    pub(crate) kinds: Vec<DeviceKind>,
    pub(crate) rates: Vec<&'a str>,
    port: PortKind,
    catalog: &'a Catalog,
}

/// How a port can be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PortOffer {
    /// This port is free.
    Free(u32),
    /// A board must be added.
    NewBoard,
}

impl<'a> Wanted<'a> {
    pub(crate) fn new(solution: &'a Solution, catalog: &'a Catalog) -> Self {
        let uplinks = catalog.products().access(solution.technology).map_or(&[][..], |access| &access.uplink);
        let kinds = uplinks.iter().map(|kind| match kind {
            UplinkKind::Olt => DeviceKind::Olt,
            UplinkKind::Switch => DeviceKind::Switch,
            UplinkKind::Router => DeviceKind::Router,
            UplinkKind::Adm => DeviceKind::Adm,
        });
        let rates = std::iter::once(&solution.interface_rate).chain(&solution.faster_rates);
        let port = if solution.technology == Technology::Pon { PortKind::Pon } else { PortKind::Optical };
        Self { kinds: kinds.collect(), rates: rates.map(String::as_str).collect(), port, catalog }
    }

    /// Whether ports of the block can carry the line.
    pub(crate) fn fits(&self, block: &PortBlock) -> bool {
        if block.kind != self.port {
            return false;
        }
        let rate = match self.catalog.optics().interface(&block.interface) {
            Some(interface) => interface.rate.as_str(),
            None => &block.rate,
        };
        self.rates.contains(&rate)
    }

    /// How many steps of the rate ladder a port is above the cheapest that would do.
    fn steps_above(&self, device: &Device, port: u32) -> usize {
        let block = device.block_of(port);
        let rate = block.and_then(|b| self.catalog.optics().interface(&b.interface)).map(|i| i.rate.as_str());
        let rate = rate.or(block.map(|b| &*b.rate));
        self.rates.iter().position(|r| Some(*r) == rate).unwrap_or(self.rates.len())
    }

    /// Free ports, cheapest rate first, then the lowest number.
    pub(crate) fn ports(&self, network: &Network, id: DeviceId, device: &Device) -> Vec<u32> {
        let mut ports = capacity::free_ports(network, id, device, &|block| self.fits(block));
        ports.sort_by_key(|port| (self.steps_above(device, *port), *port));
        ports
    }

    /// How the `nth` port (from 0) of a device can be had.
    pub(crate) fn offer(&self, network: &Network, id: DeviceId, device: &Device, nth: usize) -> Option<PortOffer> {
        match self.ports(network, id, device).get(nth) {
            Some(port) => Some(PortOffer::Free(*port)),
            None => device.free_board_slots.is_some_and(|n| n > 0).then_some(PortOffer::NewBoard),
        }
    }

    /// Price of a board for the technology, whole CNY.
    pub(crate) fn board_cny(&self) -> i64 {
        let prices = self.catalog.prices();
        match self.port {
            PortKind::Pon => prices.pon_board.amount_cny,
            _ => prices.mstp_ethernet_board.amount_cny,
        }
    }

    /// What a port faster than needed is worth to others, whole CNY; steers the search and is on no bill.
    fn faster_cny(&self, steps: usize) -> i64 {
        let premium_cny = self.catalog.policy().candidates.faster_port_premium_cny;
        premium_cny.saturating_mul(i64::try_from(steps).unwrap_or(i64::MAX))
    }
}

/// The attachments of a solution at a place; `relaxed` ignores what is taken, to find what blocks. Of the customer's own
/// place, `home`, a map without equipment is not taken to say that it serves itself.
pub(crate) fn attachments(
    network: &Network,
    topology: &Topology,
    wanted: &Wanted<'_>,
    place: PlaceId,
    home: Option<PlaceId>,
    latest: Option<NaiveDate>,
    relaxed: bool,
) -> Vec<Attachment> {
    let mut found = Vec::new();
    for id in network.referring::<DeviceId>(place) {
        let device = network.get(id).filter(|device| wanted.kinds.contains(&device.kind));
        let Some(device) = device.filter(|device| offered(&device.plant, latest)) else { continue };
        let ports = wanted.ports(network, id, device);
        let board = device.free_board_slots.is_some_and(|n| n > 0);
        let extra_cny = match (ports.first(), board) {
            (Some(port), _) => wanted.faster_cny(wanted.steps_above(device, *port)),
            (None, true) => wanted.board_cny(),
            (None, false) if relaxed => 0,
            (None, false) => continue,
        };
        found.push(Attachment {
            equipment: Equipment::Device(id),
            extra_milli_cny: u64::try_from(extra_cny).unwrap_or(0).saturating_mul(1000),
            last: ports.len() == 1 && !board,
        });
    }
    // Fibre may end on whatever stands there; a PON needs an OLT that the map shows.
    if wanted.port != PortKind::Pon && Some(place) != home && is_unrecorded(network, topology, place) {
        found.push(Attachment { equipment: Equipment::Unrecorded(place), extra_milli_cny: 0, last: false });
    }
    found
}

/// Whether equipment may stand at a place of a map that records none: at sites, or at any node where no site is marked.
fn is_unrecorded(network: &Network, topology: &Topology, place: PlaceId) -> bool {
    let Some(place) = network.get(place).filter(|place| offered(&place.plant, None)) else { return false };
    let recorded = topology.records_of(place.tag.dataset);
    !recorded.equipment
        && match place.kind {
            PlaceKind::Site(_) => true,
            PlaceKind::Node => !recorded.sites,
            _ => false,
        }
}

//! Which equipment can serve a product, and what using it takes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use linewright_catalog::{Catalog, Solution, Technology, UplinkKind};
use linewright_model::{
    DatasetId, Device, DeviceId, DeviceKind, Network, Place, PlaceId, PlaceKind, PortBlock, PortKind,
};
use linewright_search::access::{Attachment, Equipment, offered};
use linewright_search::capacity;

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

    /// All equipment of the wanted kinds, free or not.
    pub(crate) fn all<'n>(&'n self, network: &'n Network) -> impl Iterator<Item = (DeviceId, &'n Device)> {
        let devices = network.all::<Device>().map(|(id, device)| (id, &**device));
        devices.filter(|(_, device)| self.kinds.contains(&device.kind))
    }
}

/// The attachments of a solution by place; `relaxed` ignores what is taken, to find what blocks. Of the customer's
/// own place, `home`, a map without equipment is not taken to say that it serves itself.
pub(crate) fn attachments(
    network: &Network,
    wanted: &Wanted<'_>,
    home: Option<PlaceId>,
    latest: Option<NaiveDate>,
    relaxed: bool,
) -> BTreeMap<PlaceId, Vec<Attachment>> {
    let mut found: BTreeMap<PlaceId, Vec<Attachment>> = BTreeMap::new();
    for (id, device) in wanted.all(network) {
        if !offered(&device.plant, latest) {
            continue;
        }
        let ports = wanted.ports(network, id, device);
        let board = device.free_board_slots.is_some_and(|n| n > 0);
        let extra_cny = match (ports.first(), board) {
            (Some(port), _) => wanted.faster_cny(wanted.steps_above(device, *port)),
            (None, true) => wanted.board_cny(),
            (None, false) if relaxed => 0,
            (None, false) => continue,
        };
        let attachment = Attachment {
            equipment: Equipment::Device(id),
            extra_milli_cny: u64::try_from(extra_cny).unwrap_or(0).saturating_mul(1000),
            last: ports.len() == 1 && !board,
        };
        found.entry(device.place).or_default().push(attachment);
    }
    // Fibre may end on whatever stands there; a PON needs an OLT that the map shows.
    let unrecorded = if wanted.port == PortKind::Pon { Vec::new() } else { unrecorded(network) };
    for place in unrecorded.into_iter().filter(|place| Some(*place) != home) {
        let equipment = Equipment::Unrecorded(place);
        found.entry(place).or_default().push(Attachment { equipment, extra_milli_cny: 0, last: false });
    }
    found
}

/// Places of maps that record no equipment at all: sites, or any node where no site is marked either.
fn unrecorded(network: &Network) -> Vec<PlaceId> {
    let is_frame = |kind: DeviceKind| matches!(kind, DeviceKind::Odf | DeviceKind::Ddf | DeviceKind::Splitter);
    let devices = network.all::<Device>().filter(|(_, device)| !is_frame(device.kind));
    let equipped: BTreeSet<Option<DatasetId>> = devices.map(|(_, device)| device.tag.dataset).collect();
    let mut sites: BTreeMap<Option<DatasetId>, Vec<PlaceId>> = BTreeMap::new();
    let mut nodes: BTreeMap<Option<DatasetId>, Vec<PlaceId>> = BTreeMap::new();
    for (id, place) in network.all::<Place>() {
        if equipped.contains(&place.tag.dataset) || !offered(&place.plant, None) {
            continue;
        }
        match place.kind {
            PlaceKind::Site(_) => sites.entry(place.tag.dataset).or_default().push(id),
            PlaceKind::Node => nodes.entry(place.tag.dataset).or_default().push(id),
            _ => {}
        }
    }
    for (dataset, places) in nodes {
        sites.entry(dataset).or_insert(places);
    }
    sites.into_values().flatten().collect()
}

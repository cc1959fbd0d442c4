//! Records as they are sent.

use chrono::{DateTime, NaiveDate, Utc};
use linewright_model::{
    Address, AddressId, AnyId, Cable, CableId, Carrier, Device, DeviceId, Discipline, Holding, Id, LegRole, Link,
    LinkId, Network, Place, PlaceId, Plant, Port, Span, SpanId, Tag, Take, Trail, TrailId,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::mask::masked;
use crate::geometry::{self, Geometry};
use crate::scope::region_of;
use crate::search::described;
use crate::slots::{core_counts, port_counts};
use crate::tiles::{place_word, word};

/// Another record, by what people call it.
#[derive(Serialize, ToSchema, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reference {
    /// Table of the record, as in the paths of the API.
    #[schema(example = "places")]
    resource: &'static str,
    /// Id in that table.
    id: u32,
    /// Business key.
    code: String,
    /// Name; empty when it has none.
    name: String,
}

pub(crate) fn reference(network: &Network, id: AnyId) -> Option<Reference> {
    let tag = network.tag(id)?;
    let resource = described(network, id)?.0;
    Some(Reference { resource, id: id.raw, code: tag.code.to_string(), name: tag.name.to_string() })
}

/// What all records have.
#[derive(Serialize, ToSchema)]
pub(crate) struct Common {
    /// Id in the table; given once, never reused.
    id: u32,
    /// Path of this record.
    #[schema(example = "/api/v1/places/1")]
    href: String,
    /// Business key, unique in table and data set.
    code: String,
    /// Name; empty when it has none.
    name: String,
    /// Code of the data set it came in; none for records made here.
    dataset: Option<String>,
    /// Version of the network that last changed it; also its ETag.
    revision: u64,
    /// Where it lies; none where the records do not say.
    geometry: Option<Geometry>,
}

fn common(network: &Network, id: AnyId, tag: &Tag) -> Common {
    let resource = described(network, id).map_or("", |(resource, _)| resource);
    Common {
        id: id.raw,
        href: format!("/api/v1/{resource}/{}", id.raw),
        code: tag.code.to_string(),
        name: tag.name.to_string(),
        dataset: tag.dataset.and_then(|id| network.get(id)).map(|dataset| dataset.tag.code.to_string()),
        revision: network.revision(id).unwrap_or_default().0,
        geometry: geometry::of(network, id),
    }
}

/// Life cycle, owner and keeper of plant.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlantDto {
    /// Stage of its life: `planned`, `under_construction`, `in_service`, `retired`.
    lifecycle_state: String,
    /// Day from which planned or building plant can be used.
    available_from: Option<NaiveDate>,
    /// `own`, `leased`, `swapped`, `shared`, `military`.
    ownership: String,
    /// Party to be notified before work on it; empty for none.
    notice_party: String,
    /// Responsible unit; empty when unknown.
    unit: String,
}

fn plant(plant: &Plant) -> PlantDto {
    PlantDto {
        lifecycle_state: word(&plant.stage),
        available_from: plant.available_from,
        ownership: word(&plant.ownership),
        notice_party: plant.notice_party.to_string(),
        unit: plant.unit.to_string(),
    }
}

/// A record that is sent: how it is made.
pub(crate) trait Sent: Sized {
    /// The record.
    type Record: linewright_model::Stored;
    /// Makes it.
    fn of(network: &Network, id: <Self::Record as linewright_model::Record>::Id, record: &Self::Record) -> Self;
    /// Where it lies.
    fn geometry(&self) -> Option<&Geometry>;
    /// Takes out where it lies, for a feature.
    fn take_geometry(&mut self) -> Option<Geometry>;
    /// Its id.
    fn id(&self) -> u32;
    /// Puts in the customer as it is: the caller may see it and said why.
    fn unmask(&mut self, record: &Self::Record) {
        let _ = record;
    }
}

macro_rules! sent {
    ($dto:ident, $record:ident, $id:ident, |$network:ident, $key:ident, $from:ident| $make:expr $(, $unmask:item)?) => {
        impl Sent for $dto {
            type Record = $record;
            fn of($network: &Network, $key: $id, $from: &$record) -> Self {
                $make
            }
            fn geometry(&self) -> Option<&Geometry> {
                self.common.geometry.as_ref()
            }
            fn take_geometry(&mut self) -> Option<Geometry> {
                self.common.geometry.take()
            }
            fn id(&self) -> u32 {
                self.common.id
            }
            $($unmask)?
        }
    };
}

/// A place: site, manhole, pole, cabinet, box, closure, building entry, premises.
#[derive(Serialize, ToSchema)]
#[schema(as = Place)]
pub(crate) struct PlaceDto {
    #[serde(flatten)]
    common: Common,
    /// `site_core`, `site_aggregation`, `site_access`, `manhole`, `handhole`, `pole`, `cabinet`, `distribution_box`,
    /// `closure`, `entry`, `premises`, `node`.
    kind: String,
    /// District or county; empty when unknown.
    region: String,
    /// The place it stands in.
    within: Option<Reference>,
    /// Devices that stand there.
    devices: Vec<Reference>,
    /// Places that stand in it.
    contains: Vec<Reference>,
    #[serde(flatten)]
    plant: PlantDto,
}
sent!(PlaceDto, Place, PlaceId, |network, id, place| PlaceDto {
    common: common(network, id.any(), &place.tag),
    kind: place_word(place.kind),
    region: region_of(network, id).unwrap_or_default().to_owned(),
    within: place.within.and_then(|id| reference(network, id.any())),
    devices: network.referring::<DeviceId>(id).filter_map(|id| reference(network, id.any())).collect(),
    contains: network.referring::<PlaceId>(id).filter_map(|id| reference(network, id.any())).take(MOST_NAMED).collect(),
    plant: plant(&place.plant),
});

/// Records named inside another at most: a large building has hundreds.
const MOST_NAMED: usize = 200;

/// A span: duct, pole line, buried, indoor, underwater.
#[derive(Serialize, ToSchema)]
#[schema(as = Span)]
pub(crate) struct SpanDto {
    #[serde(flatten)]
    common: Common,
    /// `duct`, `pole_line`, `buried`, `indoor`, `underwater`, `unrecorded`.
    kind: String,
    /// End A.
    a_end: Option<Reference>,
    /// End Z.
    z_end: Option<Reference>,
    /// Length along the ground, metres.
    length_m: f64,
    /// Bores or attachments; none when not recorded.
    capacity: Option<u32>,
    /// Bores or attachments taken.
    taken: u64,
    /// Trench: spans with the same one fail together; empty for none.
    trench: String,
    /// Cable sections in it.
    cables: Vec<Reference>,
    #[serde(flatten)]
    plant: PlantDto,
}
sent!(SpanDto, Span, SpanId, |network, id, span| SpanDto {
    common: common(network, id.any(), &span.tag),
    kind: word(&span.kind),
    a_end: reference(network, span.a.any()),
    z_end: reference(network, span.b.any()),
    length_m: span.length_m,
    capacity: span.capacity,
    taken: network.taken(Carrier::Span(id)).map_or(0, |taken| taken.amount()),
    trench: span.trench.to_string(),
    cables: network.referring::<CableId>(id).filter_map(|id| reference(network, id.any())).take(MOST_NAMED).collect(),
    plant: plant(&span.plant),
});

/// A span a cable lies in.
#[derive(Serialize, ToSchema)]
pub(crate) struct RouteHopDto {
    /// The span.
    span: Option<Reference>,
    /// The bore, where recorded.
    bore: Option<u16>,
}

/// A cable section.
#[derive(Serialize, ToSchema)]
#[schema(as = Cable)]
pub(crate) struct CableDto {
    #[serde(flatten)]
    common: Common,
    /// End A.
    a_end: Option<Reference>,
    /// End Z.
    z_end: Option<Reference>,
    /// Cable model; empty when unknown.
    model: String,
    /// Number of cores; none when the map does not say.
    cores: Option<u32>,
    /// Idle cores of this section; none where occupancy is not proven. Whether they reach anywhere, only a survey says.
    free: Option<u32>,
    /// Cores per tube.
    cores_per_tube: Option<u32>,
    /// Fibre type, ITU-T designation; empty when unknown.
    fibre: String,
    /// Sheath length, metres.
    length_m: f64,
    /// `proven` or `unproven`.
    occupancy: String,
    /// The spans it lies in, from A to Z.
    route: Vec<RouteHopDto>,
    #[serde(flatten)]
    plant: PlantDto,
}
sent!(CableDto, Cable, CableId, |network, id, cable| {
    let counts = core_counts(network, id, cable);
    CableDto {
        common: common(network, id.any(), &cable.tag),
        a_end: reference(network, cable.a.any()),
        z_end: reference(network, cable.b.any()),
        model: cable.model.to_string(),
        cores: counts.total,
        free: counts.free,
        cores_per_tube: cable.cores_per_tube,
        fibre: cable.fibre.to_string(),
        length_m: cable.length_m,
        occupancy: word(&cable.occupancy),
        route: cable
            .route
            .iter()
            .map(|hop| RouteHopDto { span: reference(network, hop.span.any()), bore: hop.bore })
            .collect(),
        plant: plant(&cable.plant),
    }
});

/// Consecutive ports of one kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct PortBlockDto {
    /// Tray or board.
    name: String,
    /// First port.
    first: u32,
    /// Number of ports.
    count: u32,
    /// What they are for.
    kind: String,
    /// Optical interface code; empty for terminals and unplugged ports.
    interface: String,
    /// Line rate; empty when the kind says it all.
    rate: String,
}

/// A frame, splitter or network element.
#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
pub(crate) struct DeviceDto {
    #[serde(flatten)]
    common: Common,
    /// Where it stands.
    place: Option<Reference>,
    /// `odf`, `ddf`, `splitter`, `adm`, `olt`, `onu`, `switch`, `router`.
    kind: String,
    /// Equipment model; empty when unknown.
    model: String,
    /// Its ports.
    blocks: Vec<PortBlockDto>,
    /// Number of ports.
    ports: u32,
    /// Ports that are idle and not patched.
    free: u32,
    /// Free board slots; none when unknown.
    free_board_slots: Option<u16>,
    #[serde(flatten)]
    plant: PlantDto,
}
sent!(DeviceDto, Device, DeviceId, |network, id, device| {
    let counts = port_counts(network, id, device);
    DeviceDto {
        common: common(network, id.any(), &device.tag),
        place: reference(network, device.place.any()),
        kind: word(&device.kind),
        model: device.model.to_string(),
        blocks: device
            .blocks
            .iter()
            .map(|block| PortBlockDto {
                name: block.name.to_string(),
                first: block.first,
                count: block.count,
                kind: word(&block.kind),
                interface: block.interface.to_string(),
                rate: block.rate.to_string(),
            })
            .collect(),
        ports: counts.total,
        free: counts.free,
        free_board_slots: device.free_board_slots,
        plant: plant(&device.plant),
    }
});

/// One thing held by a trail.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldingDto {
    /// What is held: a span, cable, device or link.
    carrier: Option<Reference>,
    /// Which core, port or slot.
    slot: Option<u32>,
    /// How much, of carriers that are counted.
    amount: Option<u64>,
    /// Fibre of a pair: 0 or 1.
    part: u8,
    /// State of the slot.
    state: String,
}

fn holding(network: &Network, of: &Holding) -> HoldingDto {
    let (slot, amount) = match of.take {
        Take::Slot(slot) => (Some(slot), None),
        Take::Amount(amount) => (None, Some(amount)),
    };
    HoldingDto { carrier: reference(network, of.carrier.any()), slot, amount, part: of.part, state: word(&of.state) }
}

/// One way of a trail.
#[derive(Serialize, ToSchema)]
pub(crate) struct LegDto {
    /// `working`, `protection` or `member`.
    role: &'static str,
    /// Number of a member of a concatenation group.
    member: Option<u16>,
    /// What it holds, from A to Z.
    holdings: Vec<HoldingDto>,
}

/// Who reserved, until when.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReservationDto {
    /// Order number.
    order: String,
    /// When it lapses.
    expires: DateTime<Utc>,
}

/// A trail: the owner of slots along a way.
#[derive(Serialize, ToSchema)]
#[schema(as = Trail)]
pub(crate) struct TrailDto {
    #[serde(flatten)]
    common: Common,
    /// Layer of the link it supports: `fibre`, `section`, ..., `circuit`.
    layer: String,
    /// Its legs.
    legs: Vec<LegDto>,
    /// Service grade: `AAA`, `AA`, `A`, `Plain`.
    grade: Option<String>,
    /// Customer, masked unless asked for; empty when unknown.
    customer: String,
    /// Reservation behind it.
    reservation: Option<ReservationDto>,
}
sent!(
    TrailDto,
    Trail,
    TrailId,
    |network, id, trail| TrailDto {
        common: common(network, id.any(), &trail.tag),
        layer: word(&trail.layer),
        legs: trail
            .legs
            .iter()
            .map(|leg| {
                let (role, member) = match leg.role {
                    LegRole::Working => ("working", None),
                    LegRole::Protection => ("protection", None),
                    LegRole::Member(n) => ("member", Some(n)),
                };
                LegDto { role, member, holdings: leg.holdings.iter().map(|h| holding(network, h)).collect() }
            })
            .collect(),
        grade: trail.grade.map(|grade| word(&grade)),
        customer: masked(&trail.customer),
        reservation: trail
            .reservation
            .as_ref()
            .map(|reservation| ReservationDto { order: reservation.order.to_string(), expires: reservation.expires }),
    },
    fn unmask(&mut self, trail: &Trail) {
        self.customer = trail.customer.to_string();
    }
);

/// A port of a device.
#[derive(Serialize, ToSchema)]
pub(crate) struct PortDto {
    /// The device.
    device: Option<Reference>,
    /// Its port.
    port: u32,
}

fn port(network: &Network, port: Port) -> PortDto {
    PortDto { device: reference(network, port.device.any()), port: port.port }
}

/// A link of the Fibre layer or above.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
pub(crate) struct LinkDto {
    #[serde(flatten)]
    common: Common,
    /// Its layer.
    layer: String,
    /// End A.
    a_end: PortDto,
    /// End Z.
    z_end: PortDto,
    /// The trail that supports it.
    trail: Option<Reference>,
    /// Slots it offers, where they are numbered.
    slots: Option<u32>,
    /// Capacity, kbit/s, where that is what it offers.
    capacity_kbps: Option<u64>,
}
sent!(LinkDto, Link, LinkId, |network, id, link| {
    let (slots, capacity_kbps) = match link.slots {
        Discipline::Exclusive { count } | Discipline::Counted { capacity: count } => (count, None),
        Discipline::Amount { capacity_kbps } => (None, Some(capacity_kbps)),
    };
    LinkDto {
        common: common(network, id.any(), &link.tag),
        layer: word(&link.layer),
        a_end: port(network, link.a),
        z_end: port(network, link.z),
        trail: reference(network, link.trail.any()),
        slots,
        capacity_kbps,
    }
});

/// A standard address and the boxes that list its building.
#[derive(Serialize, ToSchema)]
#[schema(as = Address)]
pub(crate) struct AddressDto {
    #[serde(flatten)]
    common: Common,
    /// Full text.
    text: String,
    /// The premises, when plant already reaches them.
    premises: Option<Reference>,
    /// Boxes and cabinets that list the building.
    covered_by: Vec<Reference>,
}
sent!(AddressDto, Address, AddressId, |network, id, address| AddressDto {
    common: common(network, id.any(), &address.tag),
    text: address.text.to_string(),
    premises: address.premises.and_then(|id| reference(network, id.any())),
    covered_by: address.covered_by.iter().filter_map(|id| reference(network, id.any())).collect(),
});

//! Which records a caller sees: all, or those of one district or county.

use linewright_model::{AddressId, JumperId, LinkId, SlotMarkId, TrailId};
use linewright_model::{AnyId, CableId, DeviceId, Network, PlaceId, SpanId, SpliceId, TableKind};

/// Which records a caller sees.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Scope {
    region: Option<String>,
}

impl Scope {
    /// The scope of an account bound to this region, or to none.
    pub(crate) fn of(region: Option<String>) -> Self {
        Self { region }
    }

    /// The region, if there is one.
    pub(crate) fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Whether a record is seen: one of its ends lies in the region.
    pub(crate) fn sees(&self, network: &Network, id: AnyId) -> bool {
        match &self.region {
            None => true,
            Some(region) => self.touches(network, id, region, 4),
        }
    }

    fn touches(&self, network: &Network, id: AnyId, region: &str, depth: u8) -> bool {
        let Some(below) = depth.checked_sub(1) else { return false };
        let place = |id: PlaceId| region_of(network, id) == Some(region);
        let again = |id: AnyId| self.touches(network, id, region, below);
        match id.table {
            TableKind::Dataset => true,
            TableKind::Place => id.typed().is_some_and(place),
            TableKind::Span => {
                id.typed::<SpanId>().and_then(|id| network.get(id)).is_some_and(|s| place(s.a) || place(s.b))
            }
            TableKind::Cable => {
                id.typed::<CableId>().and_then(|id| network.get(id)).is_some_and(|c| place(c.a) || place(c.b))
            }
            TableKind::Device => id.typed::<DeviceId>().and_then(|id| network.get(id)).is_some_and(|d| place(d.place)),
            TableKind::Splice => id.typed::<SpliceId>().and_then(|id| network.get(id)).is_some_and(|s| place(s.at)),
            TableKind::Address => id
                .typed::<AddressId>()
                .and_then(|id| network.get(id))
                .is_some_and(|a| a.premises.into_iter().chain(a.covered_by.iter().copied()).any(place)),
            TableKind::Jumper => id
                .typed::<JumperId>()
                .and_then(|id| network.get(id))
                .is_some_and(|j| again(j.a.device.into()) || again(j.b.device.into())),
            TableKind::Link => id
                .typed::<LinkId>()
                .and_then(|id| network.get(id))
                .is_some_and(|l| again(l.a.device.into()) || again(l.z.device.into())),
            TableKind::Trail => id
                .typed::<TrailId>()
                .and_then(|id| network.get(id))
                .is_some_and(|t| t.holdings().any(|holding| again(holding.carrier.any()))),
            TableKind::SlotMark => {
                id.typed::<SlotMarkId>().and_then(|id| network.get(id)).is_some_and(|m| again(m.carrier.any()))
            }
        }
    }
}

/// The region of a place, or of what it stands in.
pub(crate) fn region_of(network: &Network, place: PlaceId) -> Option<&str> {
    let mut at = place;
    // A chain longer than this goes in circles; the records are wrong and the audit says so.
    for _ in 0..16 {
        let record = network.get(at)?;
        if !record.region.is_empty() {
            return Some(&record.region);
        }
        at = record.within?;
    }
    None
}

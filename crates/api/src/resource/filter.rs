//! What lists are narrowed by beside text and box: kind, stage of life, region. A word that none of them knows is refused.

use std::collections::BTreeSet;

use linewright_model::{
    AnyId, CableId, DeviceId, DeviceKind, Layer, Network, Place, PlaceId, PlaceKind, SiteClass, SpanId, SpanKind,
    Stage, TableKind,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::scope::Scope;
use crate::tiles::{place_word, word};

/// Regions named in a refusal at most.
const NAMED: usize = 40;

/// Stage in the life of plant.
#[derive(Deserialize, ToSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LifecycleState {
    /// 规划
    Planned,
    /// 在建
    UnderConstruction,
    /// 在网
    InService,
    /// 退网
    Retired,
}

impl LifecycleState {
    fn stage(self) -> Stage {
        match self {
            Self::Planned => Stage::Planned,
            Self::UnderConstruction => Stage::UnderConstruction,
            Self::InService => Stage::InService,
            Self::Retired => Stage::Retired,
        }
    }

    /// Whether a record is in this stage.
    pub(crate) fn is_of(self, network: &Network, id: AnyId) -> bool {
        stage(network, id) == Some(self.stage())
    }

    /// Refuses tables whose records have no stage of life.
    pub(crate) fn check(of: Option<Self>, table: TableKind) -> Result<(), Problem> {
        let plant = matches!(table, TableKind::Place | TableKind::Span | TableKind::Cable | TableKind::Device);
        if of.is_none() || plant {
            return Ok(());
        }
        let told = format!("a {} has no stage of life; places, spans, cables and devices have", table.name());
        Err(Problem::invalid("lifecycle_state", told))
    }
}

fn stage(network: &Network, id: AnyId) -> Option<Stage> {
    let plant = match id.table {
        TableKind::Place => &network.get(id.typed::<PlaceId>()?)?.plant,
        TableKind::Span => &network.get(id.typed::<SpanId>()?)?.plant,
        TableKind::Cable => &network.get(id.typed::<CableId>()?)?.plant,
        TableKind::Device => &network.get(id.typed::<DeviceId>()?)?.plant,
        _ => return None,
    };
    Some(plant.stage)
}

/// The words of the kinds that records of a table can have.
fn kinds(table: TableKind) -> Vec<String> {
    const PLACES: [PlaceKind; 12] = [
        PlaceKind::Site(SiteClass::Core),
        PlaceKind::Site(SiteClass::Aggregation),
        PlaceKind::Site(SiteClass::Access),
        PlaceKind::Manhole,
        PlaceKind::Handhole,
        PlaceKind::Pole,
        PlaceKind::Cabinet,
        PlaceKind::DistributionBox,
        PlaceKind::Closure,
        PlaceKind::Entry,
        PlaceKind::Premises,
        PlaceKind::Node,
    ];
    const SPANS: [SpanKind; 6] = [
        SpanKind::Duct,
        SpanKind::PoleLine,
        SpanKind::Buried,
        SpanKind::Indoor,
        SpanKind::Underwater,
        SpanKind::Unrecorded,
    ];
    const DEVICES: [DeviceKind; 8] = [
        DeviceKind::Odf,
        DeviceKind::Ddf,
        DeviceKind::Splitter,
        DeviceKind::Adm,
        DeviceKind::Olt,
        DeviceKind::Onu,
        DeviceKind::Switch,
        DeviceKind::Router,
    ];
    const LAYERS: [Layer; 8] = [
        Layer::Route,
        Layer::Cable,
        Layer::Fibre,
        Layer::Section,
        Layer::HighOrder,
        Layer::LowOrder,
        Layer::Packet,
        Layer::Circuit,
    ];
    match table {
        TableKind::Place => PLACES.map(place_word).to_vec(),
        TableKind::Span => SPANS.map(|kind| word(&kind)).to_vec(),
        TableKind::Device => DEVICES.map(|kind| word(&kind)).to_vec(),
        TableKind::Trail | TableKind::Link => LAYERS.map(|layer| word(&layer)).to_vec(),
        other => vec![other.name().to_owned()],
    }
}

/// Refuses a kind that no record of a table can have, naming those it can.
pub(crate) fn check_kind(kind: Option<&str>, table: TableKind) -> Result<(), Problem> {
    let known = kinds(table);
    match kind {
        Some(kind) if known.iter().all(|word| word != kind) => {
            let told = format!("{kind:?} is no kind of {}; give one of {}", table.name(), known.join(", "));
            Err(Problem::invalid("kind", told))
        }
        _ => Ok(()),
    }
}

/// What touches a region, for a caller who sees that region.
pub(crate) fn region(asked: Option<&str>, scope: &Scope) -> Result<Scope, Problem> {
    let Some(asked) = asked.map(str::trim) else { return Ok(Scope::of(None)) };
    match scope.region() {
        Some(own) if own != asked => {
            let told = format!("the account sees {own:?} only; leave `region` out, or give that");
            Err(Problem::new(Kind::OtherRegion, told).of_field("region"))
        }
        _ => Ok(Scope::of(Some(asked.to_owned()))),
    }
}

/// Refuses a region that no place lies in, naming some that there are. Asked where nothing was found: it reads all places.
pub(crate) fn check_region(network: &Network, region: &Scope, scope: &Scope) -> Result<(), Problem> {
    let Some(asked) = region.region() else { return Ok(()) };
    if scope.region().is_some() {
        // Its own: what else there is is not told.
        return Ok(());
    }
    let regions = network.all::<Place>().map(|(_, place)| &*place.region).filter(|region| !region.is_empty());
    let known: BTreeSet<&str> = regions.collect();
    if known.contains(asked) {
        return Ok(());
    }
    let named = known.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = known.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(Problem::invalid("region", format!("there is no region {asked:?}; give one of {named}{more}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails to compile when a kind is added that the lists above may lack.
    #[test]
    fn every_kind_has_a_word() {
        let listed = |table, count| {
            let words = kinds(table);
            assert!(words.iter().all(|word| !word.is_empty()), "{words:?}");
            assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), count);
        };
        match PlaceKind::Node {
            PlaceKind::Site(SiteClass::Core | SiteClass::Aggregation | SiteClass::Access)
            | PlaceKind::Manhole
            | PlaceKind::Handhole
            | PlaceKind::Pole
            | PlaceKind::Cabinet
            | PlaceKind::DistributionBox
            | PlaceKind::Closure
            | PlaceKind::Entry
            | PlaceKind::Premises
            | PlaceKind::Node => listed(TableKind::Place, 12),
        }
        match SpanKind::Duct {
            SpanKind::Duct
            | SpanKind::PoleLine
            | SpanKind::Buried
            | SpanKind::Indoor
            | SpanKind::Underwater
            | SpanKind::Unrecorded => listed(TableKind::Span, 6),
        }
        match DeviceKind::Odf {
            DeviceKind::Odf
            | DeviceKind::Ddf
            | DeviceKind::Splitter
            | DeviceKind::Adm
            | DeviceKind::Olt
            | DeviceKind::Onu
            | DeviceKind::Switch
            | DeviceKind::Router => listed(TableKind::Device, 8),
        }
        match Layer::Route {
            Layer::Route
            | Layer::Cable
            | Layer::Fibre
            | Layer::Section
            | Layer::HighOrder
            | Layer::LowOrder
            | Layer::Packet
            | Layer::Circuit => listed(TableKind::Trail, 8),
        }
        for table in [TableKind::Cable, TableKind::Address] {
            listed(table, 1);
        }
    }
}

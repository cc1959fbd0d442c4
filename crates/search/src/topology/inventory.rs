//! What the maps of each data set record at all: equipment, sites.

use std::collections::BTreeMap;

use linewright_model::{Applied, Change, DatasetId, Device, DeviceKind, Edit, Network, Place, PlaceKind, Record};

use crate::access::offered;

/// What a data set records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Recorded {
    /// Whether there is equipment, frames and splitters aside.
    pub equipment: bool,
    /// Whether there are sites in service.
    pub sites: bool,
}

/// Counts by data set.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Inventory(BTreeMap<Option<DatasetId>, Counted>);

#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Counted {
    equipment: i64,
    sites: i64,
}

impl Inventory {
    pub(super) fn of(network: &Network) -> Self {
        let mut inventory = Self::default();
        network.all::<Device>().for_each(|(_, device)| inventory.device(device, 1));
        network.all::<Place>().for_each(|(_, place)| inventory.place(place, 1));
        inventory
    }

    pub(super) fn of_dataset(&self, dataset: Option<DatasetId>) -> Recorded {
        let counted = self.0.get(&dataset).copied().unwrap_or_default();
        Recorded { equipment: counted.equipment > 0, sites: counted.sites > 0 }
    }

    pub(super) fn follow(&mut self, applied: &Applied) {
        for change in &applied.changes.changes {
            match change {
                Change::Device(edit) => each(edit, |device, by| self.device(device, by)),
                Change::Place(edit) => each(edit, |place, by| self.place(place, by)),
                _ => {}
            }
        }
    }

    fn device(&mut self, device: &Device, by: i64) {
        if !matches!(device.kind, DeviceKind::Odf | DeviceKind::Ddf | DeviceKind::Splitter) {
            self.0.entry(device.tag.dataset).or_default().equipment += by;
        }
    }

    fn place(&mut self, place: &Place, by: i64) {
        if matches!(place.kind, PlaceKind::Site(_)) && offered(&place.plant, None) {
            self.0.entry(place.tag.dataset).or_default().sites += by;
        }
    }
}

fn each<R: Record>(edit: &Edit<R>, mut count: impl FnMut(&R, i64)) {
    edit.before.iter().for_each(|record| count(record, -1));
    edit.after.iter().for_each(|record| count(record, 1));
}

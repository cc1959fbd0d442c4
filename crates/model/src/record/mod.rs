//! The records of the network: what is stored, logged and exchanged.

mod cable;
mod device;
mod place;
mod span;
mod trail;

pub use cable::{
    Cable, CableEnd, ColourScheme, CoreOwnership, Fixture, Measurement, Occupancy, RouteHop, Splice, SpliceMethod,
    SpliceSide,
};
pub use device::{Device, DeviceKind, Jumper, Port, PortBlock, PortKind};
pub use place::{Address, Dataset, Place, PlaceKind, SiteClass};
pub use span::{Mark, Span, SpanKind};
pub use trail::{Grade, Layer, Leg, LegRole, Link, Reservation, SlotMark, Trail, is_own};

use serde::{Serialize, de::DeserializeOwned};

use crate::sharing::Sharing;
use crate::{AnyId, Id, Phrase, Tag, phrase};

/// A record of some table.
pub trait Record: Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned + 'static {
    /// The table's id type.
    type Id: Id<Record = Self>;

    /// Identity of the record.
    fn tag(&self) -> &Tag;

    /// Identity of the record, to change it.
    fn tag_mut(&mut self) -> &mut Tag;

    /// Replaces every reference to another record by what `f` returns for it.
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId);

    /// What is wrong inside the record alone, said as a sentence; `apply` refuses such a record.
    fn fault(&self) -> Option<Phrase>;

    /// Tells `f` every reference to another record, in the order of [`remap`](Self::remap).
    fn refer(&self, f: &mut dyn FnMut(AnyId));

    /// Lets what the record is likely to have alike with others share their memory.
    fn share(&mut self, sharing: &mut Sharing) {
        let _ = sharing;
    }

    /// Every record this one refers to, in order, repeats included.
    fn references(&self) -> Vec<AnyId> {
        let mut found = Vec::new();
        self.refer(&mut |id| found.push(id));
        found
    }
}

/// Passes one reference through `f`.
fn remap_id<I: Id>(id: &mut I, f: &mut dyn FnMut(AnyId) -> AnyId) {
    // `f` maps inside one table; a map that left the table would be a fault of its caller.
    let mapped = f(id.any());
    debug_assert_eq!(mapped.table, I::TABLE);
    *id = I::from_raw(mapped.raw);
}

/// Tells `f` the reference to the record's data set.
fn refer_tag(tag: &Tag, f: &mut dyn FnMut(AnyId)) {
    if let Some(dataset) = tag.dataset {
        f(dataset.any());
    }
}

/// Passes the reference to the record's data set through `f`.
fn remap_tag(tag: &mut Tag, f: &mut dyn FnMut(AnyId) -> AnyId) {
    if let Some(dataset) = &mut tag.dataset {
        remap_id(dataset, f);
    }
}

/// Says so when a measure, in this unit, is no number of 0 or more.
fn measure_fault(what: &str, value: f64, unit: &str) -> Option<Phrase> {
    (!(value.is_finite() && value >= 0.0)).then(|| {
        phrase!("{what} is {value} {unit}; give 0 {unit} or more", "{what} 为 {value} {unit}；应不小于 0 {unit}")
    })
}

/// Says so when the code is empty.
fn code_fault(tag: &Tag) -> Option<Phrase> {
    tag.code.trim().is_empty().then(|| phrase!("the code is empty; every record needs one", "编码为空；每条记录都须有"))
}

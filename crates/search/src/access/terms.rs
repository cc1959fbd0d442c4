//! What a survey asks of the access space: ends, goals, prices, limits, dates.

use std::rc::Rc;

use chrono::NaiveDate;
use linewright_model::{Network, PlaceId, PlaceKind, Plant, Position, Stage};

use super::{Equipment, feeder};
use crate::capacity::offered;
use crate::topology::Topology;

/// Equipment that can serve, at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attachment {
    /// The equipment.
    pub equipment: Equipment,
    /// Extra cost of using it, e.g. a board, milli-CNY.
    pub extra_milli_cny: u64,
    /// Whether only one line can still be attached.
    pub last: bool,
}

/// Prices and limits of the access search. Money in milli-CNY.
#[derive(Clone, PartialEq, Debug)]
pub struct Terms {
    /// Fibres the line needs.
    pub fibres: u32,
    /// Whether splitters may be used.
    pub pon: bool,
    /// Positive shadow price per metre of glass used.
    pub shadow_milli_cny_per_m: u64,
    /// Cost per metre of drop pulled.
    pub drop_milli_cny_per_m: u64,
    /// Fixed cost of a drop.
    pub drop_milli_cny: u64,
    /// Across country up to this length a drop needs no poles, metres.
    pub across_max_m: f64,
    /// Cost per metre of poles, for all of a way across country that is longer.
    pub pole_milli_cny_per_m: u64,
    /// One jumper.
    pub jumper_milli_cny: u64,
    /// One splice.
    pub splice_milli_cny: u64,
    /// Opening a closure.
    pub closure_milli_cny: u64,
    /// Opening a cable where no joint is, over and above the closure.
    pub tap_milli_cny: u64,
    /// Kept off plant whose occupancy is not proven by this much per strand.
    pub unproven_milli_cny: u64,
    /// Kept off plant that is not yet in service by this much per strand or span.
    pub waiting_milli_cny: u64,
    /// Longest drop along streets, and longest straight distance where no street leads, metres.
    pub max_drop_m: f64,
    /// Straight distance × this is the length where no street leads.
    pub straight_factor: f64,
    /// Street length × this is the cable length.
    pub route_factor: f64,
    /// Access places considered around an end.
    pub access_points: usize,
    /// Spans that a drop may join at an end, nearest first.
    pub street_spans: usize,
    /// Cables in them that may be opened.
    pub passing_cables: usize,
    /// Plant available later than this is not offered; none for no limit.
    pub latest: Option<NaiveDate>,
}

impl Terms {
    /// Cost of a length at a rate: rounded up, saturating.
    pub(super) fn per_m(length_m: f64, milli_cny_per_m: u64) -> u64 {
        // Lengths are finite and not negative (model invariant); the cast saturates.
        (length_m * milli_cny_per_m as f64).ceil() as u64
    }

    /// Cost of pulling `length_m` of drop, of which `across_m` follow no span.
    pub(super) fn drop_cost(&self, length_m: f64, across_m: f64) -> u64 {
        let poles = if across_m > self.across_max_m { self.pole_milli_cny_per_m } else { 0 };
        Self::per_m(length_m, self.drop_milli_cny_per_m).saturating_add(Self::per_m(across_m, poles))
    }

    /// Opening a cable where no joint is, and splicing a drop into it.
    pub(super) fn opening(&self) -> u64 {
        self.tap_milli_cny + self.closure_milli_cny + self.drop_milli_cny + self.splicing()
    }

    /// Splicing the line's fibres once.
    pub(super) fn splicing(&self) -> u64 {
        u64::from(self.fibres).saturating_mul(self.splice_milli_cny)
    }

    /// Patching the line's fibres once.
    pub(super) fn patching(&self) -> u64 {
        u64::from(self.fibres).saturating_mul(self.jumper_milli_cny)
    }

    /// What waiting for plant weighs; `None` for plant not offered.
    pub(super) fn waiting(&self, plant: &Plant) -> Option<u64> {
        let waits = plant.stage != Stage::InService;
        offered(plant, self.latest).then_some(if waits { self.waiting_milli_cny } else { 0 })
    }
}

/// Where an end of the line is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct End {
    /// Its position.
    pub position: Option<Position>,
    /// The place it is, when the map knows it.
    pub place: Option<PlaceId>,
}

/// Tells what equipment can serve at a place.
type Serving<'a> = Rc<dyn Fn(PlaceId) -> Vec<Attachment> + 'a>;

/// Where the search may end.
#[derive(Clone)]
pub enum Goal<'a> {
    /// On equipment: asked place by place, because a province has too much of it to look for it all.
    Serving(Serving<'a>),
    /// At another end.
    Far(End),
}

impl<'a> Goal<'a> {
    /// Ends on what `serving` tells of a place, which must always be the same.
    pub fn serving(serving: impl Fn(PlaceId) -> Vec<Attachment> + 'a) -> Self {
        Self::Serving(Rc::new(serving))
    }
}

impl std::fmt::Debug for Goal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Goal::Serving(_) => f.write_str("Serving"),
            Goal::Far(end) => f.debug_tuple("Far").field(end).finish(),
        }
    }
}

/// Whether a drop from elsewhere can be brought into a place: a frame, a splitter or bare cores are there, and it is
/// not some customer's own room.
pub fn is_access_place(network: &Network, topology: &Topology, id: PlaceId) -> bool {
    let private = network.get(id).is_some_and(|place| place.kind == PlaceKind::Premises);
    !private && has_plant(network, topology, id)
}

/// Whether a frame, a splitter or bare cores are in a place.
pub(super) fn has_plant(network: &Network, topology: &Topology, id: PlaceId) -> bool {
    topology.strands_at(id).next().is_some() || feeder::splitters(network, id).next().is_some()
}

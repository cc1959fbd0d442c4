//! The access space: how a customer reaches glass, and glass reaches equipment or another customer.
//!
//! A state is (point, stack): the stack says what has been entered. A drop cable is pulled along the Route
//! layer ([`Stack::Street`]), is brought into plant ([`Stack::Entered`]), goes on in glass ([`Stack::Glass`])
//! and ends on equipment or, for a far end, on the street again.
//!
//! A move is offered only where the records allow it on the day asked for: spans with a bore left, strands with
//! enough cores free or not disproved, splitters with a branch left, plant in service or announced. Costs are
//! integers in milli-CNY.

mod bound;
mod end;
mod feeder;
mod moves;
mod risk;
mod space;
mod terms;

use linewright_model::{CableId, DeviceId, PlaceId, SpanId};

use crate::topology::StrandIx;

pub use crate::capacity::offered;
pub use end::{LeadIn, Tap};
pub use feeder::{feeder, feeder_state, feeding_port, splitters, trail_length_m};
pub use risk::{cable_risks, risk_record};
pub use space::{AccessSpace, Ends};
pub use terms::{Attachment, End, Goal, Terms, is_access_place};

/// Which end of the line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// The customer surveyed.
    A,
    /// The far end.
    Z,
}

/// What ends a line on the carrier's side.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Equipment {
    /// This device.
    Device(DeviceId),
    /// Whatever stands at this place: the map does not say.
    Unrecorded(PlaceId),
}

/// Where a state is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Point {
    /// At an end's own point, which need not be on the map.
    End(Side),
    /// At a place.
    Place(PlaceId),
    /// On equipment.
    Equipment(Equipment),
}

/// What has been entered so far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stack {
    /// Pulling a drop cable of this side.
    Street(Side),
    /// The drop has just been brought into plant.
    Entered,
    /// In glass.
    Glass,
    /// Served.
    Done,
}

/// A state of the access search.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct At {
    /// Where.
    pub point: Point,
    /// With what entered.
    pub stack: Stack,
}

impl At {
    fn street(side: Side, ground: PlaceId) -> At {
        At { point: Point::Place(ground), stack: Stack::Street(side) }
    }

    fn entered(place: PlaceId) -> At {
        At { point: Point::Place(place), stack: Stack::Entered }
    }

    fn glass(place: PlaceId) -> At {
        At { point: Point::Place(place), stack: Stack::Glass }
    }

    fn served(point: Point) -> At {
        At { point, stack: Stack::Done }
    }
}

/// One move of the access search.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Move {
    /// From an end to the street or straight to an access place, by the nth lead-in of that side (and back at Z).
    LeadIn(Side, u16),
    /// Pull the drop along a span.
    Pull(Side, SpanId),
    /// Bring the drop into a place's frame, splitter or closure; at side Z, leave it there.
    Enter(Side, PlaceId),
    /// Open a cable where it passes and splice into a strand towards its end 0 or 1.
    Tap(u16, StrandIx, u8),
    /// Go along a strand, from its end 0 to 1 or back.
    Cross(StrandIx, bool),
    /// Take a free branch of a splitter, up its feeder.
    Branch(DeviceId),
    /// Patch to a port of equipment.
    Attach(Equipment),
}

impl Move {
    /// The strand whose cores the move takes.
    pub fn strand(self) -> Option<StrandIx> {
        match self {
            Move::Cross(ix, _) | Move::Tap(_, ix, _) => Some(ix),
            _ => None,
        }
    }
}

/// What may fail as one, at the Route layer (DOMAIN §2.9), or can be had only once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Risk {
    /// The same duct, pole line or other span.
    Span(SpanId),
    /// The same trench 同沟, by the first span of it.
    Trench(SpanId),
    /// The same trench by geometry: two spans that run beside each other, the lower id first.
    Beside(SpanId, SpanId),
    /// The same manhole, entry, cabinet, closure or room.
    Place(PlaceId),
    /// The same cable, where its route is not recorded.
    Cable(CableId),
    /// The only spare thing of its kind: both legs cannot have it.
    Last(Scarce),
}

/// A thing of which there is not enough for two legs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scarce {
    /// Ports of this equipment.
    Port(Equipment),
    /// This splitter: its feeder is one fibre, whatever branches are left.
    Splitter(DeviceId),
    /// Cores of the strand that begins with this section and core.
    Cores(CableId, u32),
    /// Bores of this span.
    Bore(SpanId),
}

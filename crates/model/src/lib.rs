//! The layered network as a value.
//!
//! A transport network is the same structure at every level (ITU-T G.805): **links** offer slots, **joints**
//! connect slots at a point, **trails** hold slots along legs and support one link of the level above, and a
//! **holding** is (carrier, slot or amount) → owner, state. At the Route layer links are [`Span`]s, at the
//! Cable layer [`Cable`] sections, above that [`Link`]s; joints are [`Splice`]s, [`Jumper`]s and the inside of
//! [`Device`]s.
//!
//! [`Network`] holds all records as a structurally shared value. It changes only by [`Network::apply`] of a
//! [`ChangeSet`]. Nothing here does I/O, reads a clock or draws a random number.

mod alike;
mod apply;
mod change;
mod check;
mod codes;
mod common;
pub mod crs;
mod groups;
mod ids;
mod moves;
mod network;
mod occupancy;
mod phrase;
mod position;
mod record;
mod restore;
mod sharing;
mod slot;
mod table;
mod violation;

pub use alike::{Alike, Plain};
pub use apply::{Applied, Trial};
pub use change::{Change, ChangeKind, ChangeSet, Edit, Origin};
pub use common::{Extra, Ownership, Permit, PermitKind, Plant, Stage, Tag, Text};
pub use ids::*;
pub use network::{Network, Row, Stored, Version};
pub use occupancy::{SlotStatus, SlotUse, Taken};
pub use phrase::{Phrase, Spoken};
pub use position::{Position, PositionError};
pub use record::*;
pub use restore::Restoring;
pub use slot::{Carrier, Discipline, Holding, SlotState, Take};
pub use violation::Violation;

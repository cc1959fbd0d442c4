//! Derived topology, spatial index and the one search.
//!
//! Everything here is derived from a [`Network`](linewright_model::Network) and thrown away with it; nothing
//! here is stored or logged.

pub mod geometry;
pub mod strand;

pub mod access;
pub mod capacity;
mod csr;
pub mod engine;
mod layer;
pub mod patience;
mod spatial;
mod texts;
mod topology;
pub mod trench;
pub mod visit;

pub use layer::ways::{Apart, Ask, Shared, Way, Ways};
pub use spatial::course_of;
pub use texts::Texts;
pub use topology::{Recorded, StrandIx, Topology, ground, site};

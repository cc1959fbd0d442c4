//! Synthetic networks: deterministic for one seed on every machine, clean under audit, or with known errors.
//!
//! A sample is invented from the first manhole to the last customer and lies in the open sea, so that nobody takes it
//! for real plant. It is built as networks are: streets with ducts and, in the country, pole lines; sites in three
//! classes; access rings, aggregation rings and a core chain through the ducts; main, branch and tree cables to cabinets
//! and boxes; strands spliced through closures; splitters fed from OLTs; leased lines, dark fibre, reservations, faults.
//!
//! The unit is a *cell*: one site with its cabinet, five boxes, three buildings and eight addresses. Eight cells on a
//! ring make a district, eight districts on a ring a group, groups in a chain a region.

mod cell;

mod dirt;
mod district;
mod draft;
mod ground;
mod random;
mod routes;
mod sample;
mod words;
mod world;

pub use dirt::{Dirt, Planted, plant};
pub use sample::{Counts, Sample, SampleError, Scale, generate};

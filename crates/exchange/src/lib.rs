//! Import and export of networks: findings, drafts, and the formats others write.
//!
//! An importer reads [`input::File`]s into a [`draft::Draft`]; [`plan::plan_import`] compares the draft with
//! the network and returns the change set to apply, or refuses it with findings. Nothing here applies a change
//! or reads a clock.

mod archive;
#[cfg(test)]
mod dirt;
pub mod draft;
pub mod finding;
mod format;
pub mod geojson;
pub mod input;
pub mod kml;
pub mod length;
pub mod native;
pub mod ofds;
mod parallel;
pub mod plan;
pub mod sheets;
#[cfg(test)]
mod testing;

pub use format::{
    DetectError, EXPORT_NOTE, ExportError, ExportOptions, Format, ImportOptions, export, import, left_out, notice,
    sort_out,
};

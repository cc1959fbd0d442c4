//! A backup: one portable file of every table of either database, and the way back.
//!
//! It is text, one JSON value a line: a header, for each table a line that names its columns and a line a row, and an end
//! with the number of lines and the SHA-256 of all lines before it.

mod error;
mod file;
mod format;
mod tables;
#[cfg(test)]
mod tests;

pub use error::BackupError;
pub use file::Backup;
pub(crate) use file::Part;
#[cfg(test)]
pub(crate) use format::forge;
pub use format::{Contents, Header};
pub(crate) use tables::{Tables, dump, fill};

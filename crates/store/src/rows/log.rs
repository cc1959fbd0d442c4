//! The tables beside those of records: counters and the log.

use super::Shape;

/// The next id of each table.
pub(crate) const COUNTERS: Shape = Shape { table: "id_counter", columns: &["table_name", "next"], order: "table_name" };

/// Every commit.
pub(crate) const LOG: Shape =
    Shape { table: "change_log", columns: &["version", "at", "who", "why", "origin", "changes"], order: "version" };

/// Continuation of large commits.
pub(crate) const LOG_MORE: Shape =
    Shape { table: "change_log_more", columns: &["version", "part", "changes"], order: "part" };

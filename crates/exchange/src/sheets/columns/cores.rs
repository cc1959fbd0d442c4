//! Columns of the table of cores with their states and users.

use super::{OWNER, STATES, cable, cores, field};
use crate::sheets::kind::Field;

pub(in crate::sheets) const COLUMNS: &[Field] = &[
    cable(true),
    cores(true, "3-12"),
    field(
        "state",
        false,
        ["纤芯状态", "State"],
        &["状态", "业务状态", "占用状态", "core state", "status"],
        STATES,
        ["空闲", "idle"],
    ),
    OWNER,
    field("note", false, ["备注", "Remark"], &["说明", "note"], ["", ""], ["", ""]),
];

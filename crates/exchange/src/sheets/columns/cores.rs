//! Columns of the table of cores with their states and users.

use super::{RANGE, STATES, field};
use crate::sheets::kind::Field;

pub(in crate::sheets) const COLUMNS: &[Field] = &[
    field(
        "cable",
        true,
        ["光缆段编码", "Cable section code"],
        &["光缆段", "光缆", "光缆段名称", "cable", "cable section"],
        ["编码或名称", "code or name"],
        ["GL-0001", "GL-0001"],
    ),
    field(
        "cores",
        true,
        ["纤芯", "Cores"],
        &["纤芯号", "芯号", "纤序", "core", "core number", "fibre"],
        RANGE,
        ["3-12", "3-12"],
    ),
    field(
        "state",
        false,
        ["纤芯状态", "State"],
        &["状态", "业务状态", "占用状态", "core state", "status"],
        STATES,
        ["空闲", "idle"],
    ),
    field(
        "owner",
        false,
        ["使用电路", "Used by"],
        &["占用业务", "承载业务", "业务名称", "电路", "用户", "owner", "circuit"],
        ["占用纤芯的电路编码或名称", "code or name of the circuit that uses it"],
        ["", ""],
    ),
    field("note", false, ["备注", "Remark"], &["说明", "note"], ["", ""], ["", ""]),
];

//! The columns of each kind of table: headings in Chinese and English, other names, what they mean, an example.

pub(super) mod cables;
pub(super) mod circuits;
pub(super) mod cores;
pub(super) mod places;
pub(super) mod ports;
pub(super) mod splices;
pub(super) mod terminations;

use super::kind::Field;

const fn field(
    key: &'static str,
    required: bool,
    heads: [&'static str; 2],
    aliases: &'static [&'static str],
    notes: [&'static str; 2],
    examples: [&'static str; 2],
) -> Field {
    Field { key, heads, aliases, required, notes, examples }
}

const STATES: [&str; 2] = [
    "空闲、预占、占用、预释放、预留、预选、备用、停用、闲置、损坏、测试、临时占用、未知，或编码1–12；空为未知：可查，不可分配",
    "idle, reserved, occupied, releasing, set aside, selected, standby, out of use, leftover, damaged, under test, \
     temporarily occupied, unknown, or the numbers 1 to 12; empty is unknown: found by searches, never allocated",
];
const RANGE: [&str; 2] =
    ["从1起的序号或区间，如 1-12,15；按文本填写", "numbers from 1 or ranges of them, as 1-12,15; typed as text"];

/// The cable section that a row is about.
const fn cable(required: bool) -> Field {
    field(
        "cable",
        required,
        ["光缆段编码", "Cable section code"],
        &["光缆段", "光缆", "光缆段名称", "cable", "cable section"],
        ["编码或名称", "code or name"],
        ["GL-0001", "GL-0001"],
    )
}

/// Cores of it.
const fn cores(required: bool, example: &'static str) -> Field {
    field(
        "cores",
        required,
        ["纤芯", "Cores"],
        &["纤芯号", "芯号", "纤序", "core", "core number", "fibre"],
        RANGE,
        [example, example],
    )
}

/// Who uses a core or port.
const OWNER: Field = field(
    "owner",
    false,
    ["使用电路", "Used by"],
    &["占用业务", "承载业务", "业务名称", "电路", "用户", "owner", "circuit"],
    ["占用它的电路编码或名称", "code or name of the circuit that uses it"],
    ["", ""],
);

/// Stage in the life of plant.
const STAGE: Field = field(
    "stage",
    false,
    ["生命周期", "Stage"],
    &["建设状态", "使用状态", "status", "生命周期状态"],
    ["规划、在建、在网、退网；空为在网", "planned, under construction, in service, retired; empty is in service"],
    ["在网", "in service"],
);

/// Who keeps it.
const UNIT: Field = field(
    "unit",
    false,
    ["维护单位", "Unit"],
    &["维护部门", "operator"],
    ["负责维护的单位", "unit that keeps it"],
    ["城东维护中心", "East maintenance centre"],
);

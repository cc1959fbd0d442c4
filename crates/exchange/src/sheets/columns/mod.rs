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

const STAGES: [&str; 2] =
    ["规划、在建、在网、退网；空为在网", "planned, under construction, in service, retired; empty is in service"];
const STATES: [&str; 2] = [
    "空闲、预占、占用、预释放、预留、预选、备用、停用、闲置、损坏、测试、临时占用、未知，或编码1–12；空为未知：可查，不可分配",
    "idle, reserved, occupied, releasing, set aside, selected, standby, out of use, leftover, damaged, under test, \
     temporarily occupied, unknown, or the numbers 1 to 12; empty is unknown: found by searches, never allocated",
];
const RANGE: [&str; 2] =
    ["从1起的序号或区间，如 1-12,15；按文本填写", "numbers from 1 or ranges of them, as 1-12,15; typed as text"];
const UNIT: [&str; 2] = ["负责维护的单位", "unit that keeps it"];

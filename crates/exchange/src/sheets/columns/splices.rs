//! Columns of the table of cores on cores.

use super::{RANGE, field};
use crate::sheets::kind::Field;

pub(in crate::sheets) const COLUMNS: &[Field] = &[
    field(
        "place",
        true,
        ["接头设施", "Place"],
        &["接头盒", "接续点", "所在设施", "设施", "closure", "at"],
        ["接头盒或光交箱的编码或名称", "code or name of the closure or cabinet"],
        ["GJ-01", "GJ-01"],
    ),
    field(
        "cable_a",
        true,
        ["光缆段1", "Cable section 1"],
        &["a光缆段", "光缆段a", "a端光缆", "上行光缆段", "cable a", "cable 1", "from cable"],
        ["编码或名称", "code or name"],
        ["GL-0001", "GL-0001"],
    ),
    field(
        "cores_a",
        true,
        ["纤芯1", "Cores 1"],
        &["a纤芯", "纤芯a", "a端纤芯", "cores a", "core a", "core 1", "from core"],
        RANGE,
        ["13-24", "13-24"],
    ),
    field(
        "cable_b",
        true,
        ["光缆段2", "Cable section 2"],
        &["b光缆段", "光缆段b", "z光缆段", "b端光缆", "下行光缆段", "cable b", "cable 2", "to cable"],
        ["编码或名称", "code or name"],
        ["GL-0002", "GL-0002"],
    ),
    field(
        "cores_b",
        true,
        ["纤芯2", "Cores 2"],
        &["b纤芯", "纤芯b", "z纤芯", "b端纤芯", "cores b", "core b", "core 2", "to core"],
        RANGE,
        ["1-12", "1-12"],
    ),
    field(
        "method",
        false,
        ["接续方式", "Method"],
        &["熔接方式", "splice method"],
        ["熔接、带状熔接、机械接续；空为熔接", "fusion, ribbon, mechanical; empty is fusion"],
        ["熔接", "fusion"],
    ),
];

//! Columns of the table of cores on terminals.

use super::{RANGE, cable, cores, field};
use crate::sheets::kind::Field;

pub(in crate::sheets) const COLUMNS: &[Field] = &[
    cable(true),
    cores(true, "1-12"),
    field(
        "device",
        true,
        ["设备编码", "Device code"],
        &["设备", "odf", "odf编码", "配线架", "机架编码", "device"],
        ["ODF 编码或名称", "code or name of the ODF"],
        ["ODF-01", "ODF-01"],
    ),
    field(
        "ports",
        true,
        ["端子", "Terminals"],
        &["端子号", "端口", "端口号", "terminal", "port", "ports"],
        RANGE,
        ["1-12", "1-12"],
    ),
    field(
        "end",
        false,
        ["光缆端", "Cable end"],
        &["端别", "成端端", "end"],
        ["A 或 Z；光缆两端设施相同时必填", "A or Z; wanted where both ends of the cable are in one place"],
        ["A", "A"],
    ),
];

//! Columns of the table of boards, trays and ports.

use super::{OWNER, RANGE, STATES, field};
use crate::sheets::kind::Field;

pub(in crate::sheets) const COLUMNS: &[Field] = &[
    field(
        "device",
        true,
        ["设备编码", "Device code"],
        &["设备", "device", "网元", "网元名称", "ne", "odf编码", "机架编码", "equipment"],
        ["同一设备可有多行", "a device may have several rows"],
        ["ODF-01", "ODF-01"],
    ),
    field(
        "name",
        false,
        ["设备名称", "Device name"],
        &["名称", "name"],
        ["", ""],
        ["城东局ODF01架", "East exchange ODF 01"],
    ),
    field(
        "place",
        false,
        ["所在设施", "Place"],
        &["所属设施", "机房", "所属机房", "安装位置", "site"],
        ["设施编码或名称；新设备必填", "code or name of a place; wanted for a new device"],
        ["JZ-01", "JZ-01"],
    ),
    field(
        "kind",
        false,
        ["设备类型", "Device kind"],
        &["类型", "device type", "kind"],
        [
            "ODF、DDF、分光器、ADM、OLT、ONU、交换机、路由器；新设备必填",
            "ODF, DDF, splitter, ADM, OLT, ONU, switch, router; wanted for a new device",
        ],
        ["ODF", "ODF"],
    ),
    field("model", false, ["设备型号", "Model"], &["型号", "device model"], ["", ""], ["", ""]),
    field(
        "block",
        false,
        ["板卡/盘", "Board or tray"],
        &["板卡", "盘", "单板", "模块", "board", "tray", "slot"],
        ["", ""],
        ["盘1", "tray 1"],
    ),
    field(
        "ports",
        true,
        ["端口", "Ports"],
        &["端子", "端口号", "端子号", "端口序号", "port", "terminal", "port number"],
        RANGE,
        ["3-24", "3-24"],
    ),
    field(
        "port_kind",
        false,
        ["端口类型", "Port kind"],
        &["端子类型", "port type"],
        [
            "光端子、数字端子、分光器入、分光器出、光口、PON口、E1、以太网；空为按设备类型",
            "optical terminal, digital terminal, splitter in, splitter out, optical, PON, E1, Ethernet; empty follows the device kind",
        ],
        ["光端子", "optical terminal"],
    ),
    field(
        "interface",
        false,
        ["光接口", "Interface"],
        &["接口类型", "光接口代码"],
        ["如 S-4.1、GPON B+", "as S-4.1, GPON B+"],
        ["", ""],
    ),
    field("rate", false, ["速率", "Rate"], &["端口速率", "line rate"], ["如 STM-4、1GE", "as STM-4, 1GE"], ["", ""]),
    field(
        "state",
        false,
        ["端口状态", "State"],
        &["状态", "业务状态", "端子状态", "port state"],
        STATES,
        ["空闲", "idle"],
    ),
    OWNER,
];

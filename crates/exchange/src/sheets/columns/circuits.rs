//! Columns of the table of what circuits use, one row a use.

use super::{RANGE, cable, cores, field};
use crate::sheets::kind::Field;

pub(in crate::sheets) const COLUMNS: &[Field] = &[
    field(
        "code",
        true,
        ["电路编码", "Circuit code"],
        &["电路代号", "电路编号", "业务编号", "编码", "circuit", "circuit id", "code"],
        ["同一电路每用一段一行", "one row for each thing it uses"],
        ["NT-ZX-0001", "NT-ZX-0001"],
    ),
    field(
        "name",
        false,
        ["电路名称", "Circuit name"],
        &["业务名称", "名称", "name"],
        ["", ""],
        ["某银行专线", "A bank's line"],
    ),
    field(
        "customer",
        false,
        ["客户名称", "Customer"],
        &["客户", "用户", "用户名称", "owner"],
        ["", ""],
        ["某银行", "A bank"],
    ),
    field(
        "grade",
        false,
        ["保障等级", "Grade"],
        &["服务等级", "业务等级", "等级", "service grade"],
        ["AAA、AA、A、普通", "AAA, AA, A, plain"],
        ["AA", "AA"],
    ),
    field(
        "leg",
        false,
        ["主备", "Leg"],
        &["主备用", "路由类型", "role"],
        ["主用、保护；空为主用", "working, protection; empty is working"],
        ["主用", "working"],
    ),
    cable(false),
    cores(false, "1-2"),
    field(
        "device",
        false,
        ["设备编码", "Device code"],
        &["设备", "网元", "device"],
        ["编码或名称", "code or name"],
        ["ODF-01", "ODF-01"],
    ),
    field("ports", false, ["端口", "Ports"], &["端子", "端口号", "端子号", "port", "terminal"], RANGE, ["1-2", "1-2"]),
    field(
        "state",
        false,
        ["占用状态", "State"],
        &["状态", "status"],
        [
            "占用、预占、预选、预释放、临时占用；空为占用",
            "occupied, reserved, selected, releasing, temporarily occupied; empty is occupied",
        ],
        ["占用", "occupied"],
    ),
    field(
        "order",
        false,
        ["订单号", "Order"],
        &["工单号", "order number"],
        ["预占、预选时填写", "for reserved and selected"],
        ["", ""],
    ),
    field(
        "user",
        false,
        ["申请人", "Reserved by"],
        &["预占人", "user"],
        ["预占、预选时填写", "for reserved and selected"],
        ["", ""],
    ),
    field(
        "expires",
        false,
        ["预占到期", "Expires"],
        &["到期时间", "有效期", "expiry"],
        ["日期，如 2026-03-01", "a day, as 2026-03-01"],
        ["", ""],
    ),
];

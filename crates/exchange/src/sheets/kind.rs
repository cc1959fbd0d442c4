//! Kinds of tables and their columns: names in Chinese and English, what they mean, an example.

use serde::{Deserialize, Serialize};

/// What the rows of a table are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 局站、光交箱、接头盒等设施
    Places,
    /// 光缆段
    Cables,
    /// 设备端口, one row a board, tray or port
    Ports,
    /// 成端: cores on terminals
    Terminations,
    /// 接续: cores on cores
    Splices,
    /// 电路: what cores and ports each uses, one row a use
    Circuits,
    /// 纤芯 with their states and users
    Cores,
}

impl Kind {
    /// All kinds, in the order in which they are read: references point backwards.
    pub const ALL: [Kind; 7] =
        [Kind::Places, Kind::Cables, Kind::Ports, Kind::Terminations, Kind::Splices, Kind::Circuits, Kind::Cores];

    /// Name in a mapping file.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Places => "places",
            Kind::Cables => "cables",
            Kind::Ports => "ports",
            Kind::Terminations => "terminations",
            Kind::Splices => "splices",
            Kind::Circuits => "circuits",
            Kind::Cores => "cores",
        }
    }

    /// Name of its sheet in a Chinese and an English template.
    pub fn title(self) -> [&'static str; 2] {
        match self {
            Kind::Places => ["设施", "Places"],
            Kind::Cables => ["光缆段", "Cable sections"],
            Kind::Ports => ["设备端口", "Ports"],
            Kind::Terminations => ["成端", "Terminations"],
            Kind::Splices => ["接续", "Splices"],
            Kind::Circuits => ["电路", "Circuits"],
            Kind::Cores => ["纤芯", "Cores"],
        }
    }

    /// Words in the name of a sheet or file that make the kind likely.
    pub(crate) fn hints(self) -> &'static [&'static str] {
        match self {
            Kind::Places => &["设施", "局站", "机房", "站点", "光交", "分纤", "place", "site", "node"],
            Kind::Cables => &["光缆段", "光缆", "cable"],
            Kind::Ports => &["端口", "设备", "port", "device", "equipment"],
            Kind::Terminations => &["成端", "termination"],
            Kind::Splices => &["接续", "直熔", "熔接", "splice"],
            Kind::Circuits => &["电路", "业务", "专线", "circuit"],
            Kind::Cores => &["纤芯", "core", "fibre", "fiber"],
        }
    }

    /// Its columns.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Kind::Places => PLACES,
            Kind::Cables => CABLES,
            Kind::Ports => PORTS,
            Kind::Terminations => TERMINATIONS,
            Kind::Splices => SPLICES,
            Kind::Circuits => CIRCUITS,
            Kind::Cores => CORES,
        }
    }
}

/// One column of a kind of table.
#[derive(Debug)]
pub struct Field {
    /// Name in a mapping file.
    pub key: &'static str,
    /// Heading in a Chinese and an English template.
    pub heads: [&'static str; 2],
    /// Other headings by which it is known.
    pub aliases: &'static [&'static str],
    /// Whether a table without it cannot be read.
    pub required: bool,
    /// What it says, in Chinese and English.
    pub notes: [&'static str; 2],
    /// An example in Chinese and English.
    pub examples: [&'static str; 2],
}

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

const PLACES: &[Field] = &[
    field(
        "code",
        true,
        ["设施编码", "Place code"],
        &["编码", "code", "id", "站点编码", "局站编码", "机房编码", "place", "site code"],
        ["唯一", "unique"],
        ["JZ-01", "JZ-01"],
    ),
    field(
        "name",
        false,
        ["设施名称", "Name"],
        &["名称", "站点名称", "局站名称", "机房名称", "place name", "site name"],
        ["", ""],
        ["城东局", "East exchange"],
    ),
    field(
        "kind",
        false,
        ["设施类型", "Kind"],
        &["类型", "站点类型", "place kind", "type", "site type"],
        [
            "核心局站、汇聚局站、接入局站、人孔、手孔、电杆、光交箱、分纤箱、接头盒、进局、客户端；空为未说明",
            "core site, aggregation site, access site, manhole, handhole, pole, cabinet, distribution box, closure, entry, premises; empty is not said",
        ],
        ["汇聚局站", "aggregation site"],
    ),
    field(
        "x",
        false,
        ["经度", "Longitude"],
        &["lon", "lng", "x", "东坐标", "横坐标", "easting", "x坐标"],
        [
            "经度（度）；高斯投影坐标为东坐标（米）。坐标系在导入时用 --crs 给出",
            "degrees; with Gauss-Krüger the easting in metres. The coordinate system is named by --crs",
        ],
        ["120.8646", "120.8646"],
    ),
    field(
        "y",
        false,
        ["纬度", "Latitude"],
        &["lat", "y", "北坐标", "纵坐标", "northing", "y坐标"],
        ["纬度（度）；高斯投影坐标为北坐标（米）", "degrees; with Gauss-Krüger the northing in metres"],
        ["32.0163", "32.0163"],
    ),
    field(
        "crs",
        false,
        ["坐标系", "Coordinate system"],
        &["crs", "坐标系统"],
        [
            "本行坐标的坐标系：wgs84、cgcs2000、gk3:120、gk3-zone:40、gcj02（高德、腾讯）、bd09（百度）；空则用 --crs",
            "of the coordinates in this row: wgs84, cgcs2000, gk3:120, gk3-zone:40, gcj02 (Gaode, Tencent), \
             bd09 (Baidu); empty is that of --crs",
        ],
        ["wgs84", "wgs84"],
    ),
    field(
        "within",
        false,
        ["所在设施", "Within"],
        &["所属设施", "上级设施", "所属机房", "within place"],
        ["它位于其中的设施，如接头盒所在人孔", "the place it stands in, as a closure's manhole"],
        ["", ""],
    ),
    field(
        "region",
        false,
        ["区县", "District"],
        &["所属区县", "区域", "region", "county"],
        ["", ""],
        ["崇川区", "Chongchuan"],
    ),
    field(
        "stage",
        false,
        ["生命周期", "Stage"],
        &["建设状态", "使用状态", "status", "生命周期状态"],
        STAGES,
        ["在网", "in service"],
    ),
    field(
        "unit",
        false,
        ["维护单位", "Unit"],
        &["维护部门", "operator"],
        UNIT,
        ["城东维护中心", "East maintenance centre"],
    ),
];

const CABLES: &[Field] = &[
    field(
        "code",
        true,
        ["光缆段编码", "Cable section code"],
        &["编码", "code", "段编码", "光缆编码", "光缆段", "cable", "cable code", "section code", "cable section", "id"],
        ["唯一", "unique"],
        ["GL-0001", "GL-0001"],
    ),
    field(
        "name",
        false,
        ["光缆段名称", "Name"],
        &["名称", "段名称", "光缆名称", "cable name"],
        ["", ""],
        ["城东局–GJ01光缆段", "East exchange – GJ01"],
    ),
    field(
        "a",
        true,
        ["A端设施", "A end"],
        &["a端", "起点", "起始设施", "a端机房", "a端局站", "a端设施名称", "a端设施编码", "from", "from place", "a"],
        ["设施编码或名称", "code or name of a place"],
        ["JZ-01", "JZ-01"],
    ),
    field(
        "z",
        true,
        ["Z端设施", "Z end"],
        &[
            "z端",
            "b端",
            "b端设施",
            "终点",
            "终止设施",
            "z端机房",
            "z端局站",
            "z端设施名称",
            "z端设施编码",
            "to",
            "to place",
            "b end",
            "z",
            "b",
        ],
        ["设施编码或名称", "code or name of a place"],
        ["GJ-01", "GJ-01"],
    ),
    field(
        "cores",
        false,
        ["纤芯数", "Cores"],
        &["芯数", "光纤芯数", "core count", "number of cores", "fibre count", "fiber count"],
        ["芯", "number of cores"],
        ["24", "24"],
    ),
    field(
        "length_m",
        false,
        ["长度(米)", "Length (m)"],
        &["长度", "皮长", "皮长(米)", "长度(m)", "length", "length m", "length_m"],
        ["皮长，米", "sheath length, metres"],
        ["1250.5", "1250.5"],
    ),
    field(
        "length_km",
        false,
        ["长度(公里)", "Length (km)"],
        &["皮长(公里)", "长度(千米)", "长度(km)", "皮长公里", "length km", "length_km"],
        ["皮长，公里；两列填一", "sheath length, km; fill one of the two"],
        ["", ""],
    ),
    field("model", false, ["光缆型号", "Model"], &["型号", "cable model"], ["", ""], ["GYTA-24B1", "GYTA-24B1"]),
    field(
        "fibre",
        false,
        ["光纤类型", "Fibre"],
        &["纤芯类型", "fibre type", "fiber type", "fiber"],
        ["ITU-T 编号", "ITU-T designation"],
        ["G.652D", "G.652D"],
    ),
    field(
        "per_tube",
        false,
        ["每管芯数", "Cores per tube"],
        &["束管芯数", "per tube"],
        ["芯/管", "cores in each tube"],
        ["12", "12"],
    ),
    field(
        "ownership",
        false,
        ["产权", "Ownership"],
        &["产权性质", "产权归属"],
        ["自有、租用、置换、共建共享、军用；空为自有", "own, leased, swapped, shared, military; empty is own"],
        ["自有", "own"],
    ),
    field(
        "stage",
        false,
        ["生命周期", "Stage"],
        &["建设状态", "使用状态", "status", "生命周期状态"],
        STAGES,
        ["在网", "in service"],
    ),
    field(
        "unit",
        false,
        ["维护单位", "Unit"],
        &["维护部门", "operator"],
        UNIT,
        ["城东维护中心", "East maintenance centre"],
    ),
];

const PORTS: &[Field] = &[
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
    field(
        "owner",
        false,
        ["使用电路", "Used by"],
        &["占用业务", "承载业务", "业务名称", "电路", "用户", "owner", "circuit"],
        ["占用端口的电路编码或名称", "code or name of the circuit that uses it"],
        ["", ""],
    ),
];

const TERMINATIONS: &[Field] = &[
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
        ["1-12", "1-12"],
    ),
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

const SPLICES: &[Field] = &[
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

const CIRCUITS: &[Field] = &[
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
    field(
        "cable",
        false,
        ["光缆段编码", "Cable section code"],
        &["光缆段", "光缆", "cable", "cable section"],
        ["编码或名称", "code or name"],
        ["GL-0001", "GL-0001"],
    ),
    field("cores", false, ["纤芯", "Cores"], &["纤芯号", "芯号", "core", "fibre"], RANGE, ["1-2", "1-2"]),
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

const CORES: &[Field] = &[
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

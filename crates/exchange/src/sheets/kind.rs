//! Kinds of tables: their names in Chinese and English, and how they are recognised.

use serde::{Deserialize, Serialize};

use super::columns;

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
            Kind::Places => columns::places::COLUMNS,
            Kind::Cables => columns::cables::COLUMNS,
            Kind::Ports => columns::ports::COLUMNS,
            Kind::Terminations => columns::terminations::COLUMNS,
            Kind::Splices => columns::splices::COLUMNS,
            Kind::Circuits => columns::circuits::COLUMNS,
            Kind::Cores => columns::cores::COLUMNS,
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

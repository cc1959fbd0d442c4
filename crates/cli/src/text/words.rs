//! The field's words in English and Chinese.

use linewright_catalog::{BudgetFailure, Direction, Technology};
use linewright_model::{PlaceKind, SiteClass, SlotState, SpanKind, Stage};
use linewright_plan::{Expansion, SharedKind};

/// Language of what people read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 中文
    Zh,
}

impl Lang {
    /// The text of this language.
    pub fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// So many working days.
    pub fn working_days(self, days: u32) -> String {
        match (self, days) {
            (Lang::En, 1) => "1 working day".to_owned(),
            (Lang::En, days) => format!("{days} working days"),
            (Lang::Zh, days) => format!("{days} 个工作日"),
        }
    }

    /// A kind of place.
    pub fn place(self, kind: PlaceKind) -> &'static str {
        let (en, zh) = match kind {
            PlaceKind::Site(SiteClass::Core) => ("core site", "核心局站"),
            PlaceKind::Site(SiteClass::Aggregation) => ("aggregation site", "汇聚局站"),
            PlaceKind::Site(SiteClass::Access) => ("access site", "接入局站"),
            PlaceKind::Manhole => ("manhole", "人孔"),
            PlaceKind::Handhole => ("handhole", "手孔"),
            PlaceKind::Pole => ("pole", "电杆"),
            PlaceKind::Cabinet => ("cabinet", "光交箱"),
            PlaceKind::DistributionBox => ("distribution box", "分纤箱"),
            PlaceKind::Closure => ("closure", "接头盒"),
            PlaceKind::Entry => ("building entry", "进局/进楼"),
            PlaceKind::Premises => ("premises", "客户端"),
            PlaceKind::Node => ("node", "节点"),
        };
        self.pick(en, zh)
    }

    /// A kind of span.
    pub fn span(self, kind: SpanKind) -> &'static str {
        let (en, zh) = match kind {
            SpanKind::Duct => ("duct", "管道段"),
            SpanKind::PoleLine => ("pole line", "杆路段"),
            SpanKind::Buried => ("buried span", "直埋段"),
            SpanKind::Indoor => ("indoor span", "楼内段"),
            SpanKind::Underwater => ("underwater span", "水线段"),
            SpanKind::Unrecorded => ("span", "路由段"),
        };
        self.pick(en, zh)
    }

    /// A kind of thing that two legs share.
    pub fn shared(self, kind: SharedKind) -> &'static str {
        match kind {
            SharedKind::Place(kind) => self.place(kind),
            SharedKind::Span(kind) => self.span(kind),
            SharedKind::Cable => self.pick("cable", "光缆"),
            SharedKind::Equipment => self.pick("last free port or branch of", "最后一个空闲端口"),
            SharedKind::Cores => self.pick("last free cores of", "最后的空闲纤芯"),
            SharedKind::Bore => self.pick("last free bore of", "最后一个空闲管孔"),
        }
    }

    /// An access solution.
    pub fn technology(self, technology: Technology) -> &'static str {
        let (en, zh) = match technology {
            Technology::Pon => ("IP over PON", "IP+PON"),
            Technology::EthernetP2p => ("point-to-point Ethernet", "以太网点对点光纤"),
            Technology::Sdh => ("SDH/MSTP", "SDH/MSTP"),
        };
        self.pick(en, zh)
    }

    /// A stage of life.
    pub fn stage(self, stage: Stage) -> &'static str {
        let (en, zh) = match stage {
            Stage::Planned => ("planned", "规划"),
            Stage::UnderConstruction => ("under construction", "在建"),
            Stage::InService => ("in service", "在网"),
            Stage::Retired => ("retired", "退网"),
        };
        self.pick(en, zh)
    }

    /// A slot state.
    pub fn state(self, state: SlotState) -> String {
        match self {
            Lang::En => state.to_string(),
            Lang::Zh => state.zh().to_owned(),
        }
    }

    /// What has to be expanded.
    pub fn expansion(self, what: Expansion) -> &'static str {
        let (en, zh) = match what {
            Expansion::Board => ("board", "板卡"),
            Expansion::Module => ("optical module", "光模块"),
            Expansion::Splitter => ("splitter", "分光器"),
            Expansion::Cable => ("new cable", "新建光缆"),
            Expansion::PoleLine => ("new pole line", "新建杆路"),
            Expansion::Closure => ("opening a passing cable", "掏接"),
            Expansion::Regeneration => ("regeneration on the way", "中继"),
        };
        self.pick(en, zh)
    }

    /// A direction of light.
    pub fn direction(self, direction: Direction) -> &'static str {
        let (en, zh) = match direction {
            Direction::AToZ => ("A to Z", "A→Z"),
            Direction::ZToA => ("Z to A", "Z→A"),
            Direction::Downstream => ("downstream", "下行"),
            Direction::Upstream => ("upstream", "上行"),
        };
        self.pick(en, zh)
    }

    /// A line of the bill of quantities, by its key in the price book.
    pub fn item(self, key: &str) -> String {
        if let Some(rate) = key.strip_prefix("customer_equipment ") {
            return format!("{} {rate}", self.pick("customer equipment", "用户端设备"));
        }
        let (en, zh) = match key {
            "drop_cable" => ("drop cable, pulled and connected", "引入缆布放"),
            "drop_cable_length" => ("drop cable", "引入缆"),
            "cable_unrecorded" => ("cable along the line on the map", "沿地图线路的光缆"),
            "duct_cable" => ("cable in ducts", "管道光缆"),
            "aerial_cable" => ("aerial cable", "架空光缆"),
            "buried_cable" => ("buried cable", "直埋光缆"),
            "pole_line" => ("pole line", "杆路"),
            "jumper" => ("jumper", "跳纤"),
            "splice" => ("splice", "熔接"),
            "closure" => ("closure", "接头盒"),
            "splitter" => ("splitter", "分光器"),
            "board" => ("board", "板卡"),
            "optic_module" => ("optical module", "光模块"),
            "attenuator" => ("attenuator", "固定衰减器"),
            "permit" => ("permit", "报批"),
            "regenerator" => ("regenerator", "中继器"),
            other => return other.to_owned(),
        };
        self.pick(en, zh).to_owned()
    }

    /// An activity of the lead time.
    pub fn activity(self, key: &str) -> &str {
        let (en, zh) = match key {
            "municipal_permit" => ("municipal permit", "市政报批"),
            "property_permit" => ("property permit", "物业协调"),
            "board" => ("board", "板卡采购"),
            "splitter" => ("splitter", "分光器备货"),
            "optic_module" => ("optical module", "光模块备货"),
            "regenerator" => ("regenerator", "中继器采购与安装"),
            "customer_equipment" => ("customer equipment", "用户端设备备货"),
            "drop_cable" => ("drop cable", "布放引入缆"),
            "cable" => ("cable", "光缆施工"),
            "pole_line" => ("pole line", "杆路施工"),
            "jumpers_and_configuration" => ("jumpers and configuration", "跳纤与数据配置"),
            other => return other,
        };
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// A unit of quantity.
    pub fn unit(self, unit: &str) -> &str {
        match (self, unit) {
            (Lang::En, "each") => "",
            (Lang::Zh, "each") => "个",
            (Lang::Zh, "core") => "芯",
            (_, other) => other,
        }
    }

    /// A kind of equipment.
    pub fn equipment(self, kind: &str) -> &str {
        match kind {
            "adm" => self.pick("ADM", "分插复用器"),
            "olt" => "OLT",
            "switch" => self.pick("switch", "交换机"),
            "router" => self.pick("router", "路由器"),
            other => other,
        }
    }

    /// Why a budget fails.
    pub fn failure(self, failure: &BudgetFailure) -> String {
        if self == Lang::En {
            return failure.to_string();
        }
        match failure {
            BudgetFailure::TooMuchLoss { total_loss_db, budget_db, short_db } => {
                format!("链路损耗 {total_loss_db:.2} dB，超出允许值 {budget_db:.2} dB 达 {short_db:.2} dB")
            }
            BudgetFailure::NoFittingAttenuator { attenuator_db, short_db } => {
                format!("防过载需 {attenuator_db} dB 固定衰减器，最差情况下尚缺 {short_db:.2} dB")
            }
            BudgetFailure::TooMuchDispersion { dispersion_ps_per_nm, limit_ps_per_nm } => {
                format!("色散 {dispersion_ps_per_nm:.0} ps/nm，限值 {limit_ps_per_nm:.0}")
            }
            BudgetFailure::TooLong { length_m, reach_m } => {
                format!("线路长 {length_m:.0} m，接口传输距离 {reach_m:.0} m")
            }
            BudgetFailure::TooManyBranches { branches, limit } => {
                format!("分光共 {branches} 路，接口支持 {limit} 路")
            }
            BudgetFailure::TooManyStages { stages, limit } => format!("分光 {stages} 级，上限 {limit} 级"),
            BudgetFailure::BelowAcceptance { received_dbm, low_dbm } => {
                format!("ONU 接收光功率可能低至 {received_dbm:.1} dBm，验收要求不低于 {low_dbm:.0} dBm")
            }
            BudgetFailure::SplitterInLine => "点到点线路中有分光器，仅 PON 可用".to_owned(),
        }
    }
}

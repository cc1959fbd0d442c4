//! What cells call states, kinds and grades, in Chinese, English and the operators' numbers.

use linewright_model::{
    CableEnd, DeviceKind, Grade, LegRole, Ownership, PlaceKind, PortKind, SiteClass, SlotState, SpliceMethod, Stage,
};

/// A closed list with the words for each value; the first two are those of the templates.
pub(crate) trait Word: Copy + 'static {
    /// Values with their words, Chinese first, then English, then others.
    const ALL: &'static [(Self, &'static [&'static str])];

    /// The value that a word means, letter case and signs between letters aside.
    fn of(word: &str) -> Option<Self> {
        let word = squeezed(word);
        let known = |names: &[&str]| names.iter().any(|name| squeezed(name) == word);
        Self::ALL.iter().find(|(_, names)| known(names)).map(|(value, _)| *value)
    }

    /// The words of the templates, for a message.
    fn listed() -> String {
        let words = Self::ALL.iter().map(|(_, names)| names.iter().take(2).copied().collect::<Vec<_>>().join(" "));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// Letters and digits of a word in half width and lower case; of anything else nothing.
pub(crate) fn squeezed(word: &str) -> String {
    word.chars().map(half_width).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The half-width form of a full-width sign.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' => ' ',
        // The full-width forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

macro_rules! words {
    ($kind:ty { $([$value:expr] => $($word:literal)+),* $(,)? }) => {
        impl Word for $kind {
            const ALL: &'static [(Self, &'static [&'static str])] = &[$(($value, &[$($word),+])),*];
        }
    };
}

words!(Stage {
    [Stage::InService] => "在网" "in service" "现网" "在用" "operational" "active" "existing",
    [Stage::Planned] => "规划" "planned" "设计" "plan",
    [Stage::UnderConstruction] => "在建" "under construction" "建设中" "building",
    [Stage::Retired] => "退网" "retired" "拆除" "已退网" "decommissioned",
});
words!(Ownership {
    [Ownership::Own] => "自有" "own" "自建" "owned",
    [Ownership::Leased] => "租用" "leased" "租赁" "rented",
    [Ownership::Swapped] => "置换" "swapped",
    [Ownership::Shared] => "共建共享" "shared" "共享" "共建",
    [Ownership::Military] => "军用" "military",
});
words!(PlaceKind {
    [PlaceKind::Site(SiteClass::Core)] => "核心局站" "core site" "核心" "核心机房" "core" "site_core",
    [PlaceKind::Site(SiteClass::Aggregation)] => "汇聚局站" "aggregation site" "汇聚" "汇聚机房" "aggregation" "端局" "central office" "site_aggregation",
    [PlaceKind::Site(SiteClass::Access)] => "接入局站" "access site" "接入" "接入机房" "局站" "机房" "基站" "站点" "access" "site" "pop" "site_access",
    [PlaceKind::Manhole] => "人孔" "manhole" "人井" "人手井",
    [PlaceKind::Handhole] => "手孔" "handhole" "手井",
    [PlaceKind::Pole] => "电杆" "pole" "杆",
    [PlaceKind::Cabinet] => "光交箱" "cabinet" "光交" "光交接箱" "fdc",
    [PlaceKind::DistributionBox] => "分纤箱" "distribution box" "分光分纤箱" "光分纤箱" "fdt" "fat",
    [PlaceKind::Closure] => "接头盒" "closure" "光缆接头盒" "接头" "splice closure",
    [PlaceKind::Entry] => "进局" "entry" "进楼",
    [PlaceKind::Premises] => "客户端" "premises" "客户" "用户端" "customer premises",
    [PlaceKind::Node] => "未说明" "node",
});
words!(DeviceKind {
    [DeviceKind::Odf] => "ODF" "ODF" "光配线架" "光纤配线架" "配线架",
    [DeviceKind::Ddf] => "DDF" "DDF" "数字配线架",
    [DeviceKind::Splitter] => "分光器" "splitter" "obd",
    [DeviceKind::Adm] => "ADM" "ADM" "SDH" "传输设备" "MSTP" "分插复用器",
    [DeviceKind::Olt] => "OLT" "OLT" "光线路终端",
    [DeviceKind::Onu] => "ONU" "ONU" "光网络单元" "光猫",
    [DeviceKind::Switch] => "交换机" "switch",
    [DeviceKind::Router] => "路由器" "router",
});
words!(PortKind {
    [PortKind::OpticalTerminal] => "光端子" "optical terminal" "端子" "odf端子",
    [PortKind::DigitalTerminal] => "数字端子" "digital terminal" "ddf端子",
    [PortKind::SplitterIn] => "分光器入" "splitter in",
    [PortKind::SplitterOut] => "分光器出" "splitter out",
    [PortKind::Optical] => "光口" "optical" "光端口",
    [PortKind::Pon] => "PON口" "PON" "pon端口",
    [PortKind::E1] => "E1" "E1" "2M" "2M口",
    [PortKind::Ethernet] => "以太网" "Ethernet" "电口" "网口",
});
words!(SlotState {
    [SlotState::Idle] => "空闲" "idle" "1" "free" "空",
    [SlotState::Reserved] => "预占" "reserved" "2",
    [SlotState::Occupied] => "占用" "occupied" "3" "实占" "已占用" "used" "in use",
    [SlotState::Releasing] => "预释放" "releasing" "4",
    [SlotState::SetAside] => "预留" "set aside" "5",
    [SlotState::Selected] => "预选" "selected" "6",
    [SlotState::Standby] => "备用" "standby" "7" "spare",
    [SlotState::OutOfUse] => "停用" "out of use" "8",
    [SlotState::Leftover] => "闲置" "leftover" "9",
    [SlotState::Damaged] => "损坏" "damaged" "10" "坏" "坏纤" "故障" "faulty" "broken",
    [SlotState::UnderTest] => "测试" "under test" "11" "test",
    [SlotState::Temporary] => "临时占用" "temporarily occupied" "12" "temporary",
    [SlotState::Unknown] => "未知" "unknown" "13" "不详" "待核实" "不明",
});
words!(SpliceMethod {
    [SpliceMethod::Fusion] => "熔接" "fusion" "直熔",
    [SpliceMethod::Ribbon] => "带状熔接" "ribbon",
    [SpliceMethod::Mechanical] => "机械接续" "mechanical" "冷接",
});
words!(Grade {
    [Grade::AAA] => "AAA" "AAA",
    [Grade::AA] => "AA" "AA",
    [Grade::A] => "A" "A",
    [Grade::Plain] => "普通" "plain" "一般",
});
words!(LegRole {
    [LegRole::Working] => "主用" "working" "主" "工作" "main",
    [LegRole::Protection] => "保护" "protection" "备" "备用" "standby",
});
words!(CableEnd {
    [CableEnd::A] => "A" "A" "A端",
    [CableEnd::B] => "Z" "Z" "B" "Z端" "B端",
});

/// Whether two words mean one value of some list.
pub(crate) fn same_word(one: &str, other: &str) -> bool {
    fn same<W: Word + PartialEq>(one: &str, other: &str) -> bool {
        W::of(one).is_some_and(|value| W::of(other) == Some(value))
    }
    same::<PlaceKind>(one, other)
        || same::<SlotState>(one, other)
        || same::<Grade>(one, other)
        || same::<Stage>(one, other)
        || same::<Ownership>(one, other)
        || same::<DeviceKind>(one, other)
}

/// Whether some list has this word.
pub(crate) fn is_known(word: &str) -> bool {
    Stage::of(word).is_some()
        || Ownership::of(word).is_some()
        || PlaceKind::of(word).is_some()
        || DeviceKind::of(word).is_some()
        || PortKind::of(word).is_some()
        || SlotState::of(word).is_some()
        || SpliceMethod::of(word).is_some()
        || Grade::of(word).is_some()
        || LegRole::of(word).is_some()
        || CableEnd::of(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_means_its_value() {
        fn check<W: Word + PartialEq + std::fmt::Debug>() {
            for (value, names) in W::ALL {
                for name in *names {
                    assert_eq!(W::of(&format!(" {}　", name.to_uppercase())), Some(*value), "{name}");
                }
            }
        }
        check::<Stage>();
        check::<Ownership>();
        check::<PlaceKind>();
        check::<DeviceKind>();
        check::<PortKind>();
        check::<SlotState>();
        check::<SpliceMethod>();
        check::<Grade>();
        check::<LegRole>();
        check::<CableEnd>();
        assert_eq!(SlotState::of("１２"), Some(SlotState::Temporary));
        assert_eq!(SlotState::of("in-use"), Some(SlotState::Occupied));
        assert_eq!(SlotState::of(""), None);
        for state in SlotState::ALL {
            assert_eq!(SlotState::of(state.zh()), Some(state));
            assert_eq!(SlotState::of(&state.to_string()), Some(state));
            assert_eq!(SlotState::of(&state.code().to_string()), Some(state));
        }
    }
}

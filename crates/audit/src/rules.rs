//! The table of rules: DOMAIN §10, the numbers that concern the Route, Cable and Fibre layers.

use crate::{Context, Notes, Severity, boards, cables, ducts, joints, light, pon, routes, slots, terminals, trenches};

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its number in DOMAIN §10.
    pub number: u8,
    /// Its stable code, for filters and links.
    pub code: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
    /// What it asks, in English.
    pub title_en: &'static str,
    /// What it asks, in Chinese.
    pub title_zh: &'static str,
    /// Notes every breach.
    pub check: fn(&Context<'_>, &mut Notes),
}

macro_rules! rules {
    ($(($number:literal, $code:literal, $severity:ident, $en:literal, $zh:literal, $check:path)),* $(,)?) => {
        /// All rules, by number. Rules 25–34 and 37–40 of DOMAIN §10 are missing: they speak of timeslots, rings, VLANs,
        /// numbers, orders, cut-overs and asset cards, which the records do not have yet. Rules 41 and 42 are numbered
        /// here.
        pub static RULES: &[Rule] = &[$(Rule {
            number: $number,
            code: $code,
            severity: Severity::$severity,
            title_en: $en,
            title_zh: $zh,
            check: $check,
        }),*];
    };
}

#[rustfmt::skip]
rules! {
    (1, "one-connection-per-core-end", Error,
        "A core has at most one connection at each end", "每根纤芯每端至多一个连接", joints::one_connection_per_core_end),
    (2, "splice-joins-two-cores", Error,
        "A splice joins two different cores in one closure, box or room",
        "熔接须在同一接头盒或箱体内连接两根不同纤芯", joints::splice_joins_two_cores),
    (3, "splice-where-sections-end", Error,
        "The cores of a splice belong to sections that end there", "熔接的纤芯须属于在该处成端的光缆段",
        joints::splice_where_sections_end),
    (4, "one-core-one-jumper-per-terminal", Error,
        "A terminal has at most one core behind and one jumper in front", "端子背面至多一芯、正面至多一根跳纤",
        terminals::one_core_one_jumper),
    (5, "jumper-within-one-room", Error,
        "Both ends of a jumper are in one room or cabinet", "跳纤两端须在同一机房或箱体", terminals::jumper_within_one_room),
    (6, "contiguous-route", Error,
        "An optical route is contiguous and ends on ports", "光路须首尾相接并终于端口", routes::contiguous_route),
    (7, "core-in-route-is-held", Error,
        "The cores of a route that carries a link are occupied, reserved or temporarily occupied",
        "承载链路的光路，其纤芯须为占用、预占或临时占用", slots::core_in_route_is_held),
    (8, "occupied-has-owner", Error,
        "What is occupied is occupied for somebody", "占用的资源须有归属", slots::occupied_has_owner),
    (9, "one-owner", Error,
        "A core, port or timeslot has one owner", "纤芯、端口、时隙只有一个归属", slots::one_owner),
    (10, "idle-has-no-jumper", Warning,
        "An idle port has no jumper", "空闲端口不得有跳纤", terminals::idle_has_no_jumper),
    (11, "new-routes-on-sound-plant", Error,
        "A new route takes nothing damaged or out of use", "新路由不得使用损坏或停用资源", slots::new_routes_on_sound_plant),
    (12, "reservation-is-accounted-for", Error,
        "A reservation names order, user and expiry", "预占须有工单、人员和期限", slots::reservation_is_accounted_for),
    (13, "expired-reservation-released", Warning,
        "An expired reservation is released", "到期预占须释放", slots::expired_reservation_released),
    (14, "terminal-agrees-with-core", Warning,
        "A terminal and the core behind it are in the same state", "端子与其纤芯状态一致", terminals::terminal_agrees_with_core),
    (15, "cores-agree-with-model", Error,
        "A section has the cores of its model, numbered from 1", "光缆段芯数与型号一致、编号连续", cables::cores_agree_with_model),
    (16, "tubes-agree-with-model", Warning,
        "Tubes and ribbons divide the section's cores", "束管与光纤带须与型号一致", cables::tubes_agree_with_model),
    (17, "plausible-section-length", Warning,
        "A section is no shorter than the straight line and not many times longer",
        "光缆段长度不短于直线距离且不超过限定倍数", cables::plausible_section_length),
    (18, "section-follows-spans", Warning,
        "A section lies in connected spans from end to end", "光缆段须沿相连的管道段、杆路段敷设", cables::section_follows_spans),
    (19, "taken-within-capacity", Warning,
        "No more is taken of a duct, pole line or link than it has", "占用量不超过容量", ducts::taken_within_capacity),
    (20, "duct-ends-at-manhole-or-room", Error,
        "A duct ends at manholes, rooms, entries, cabinets or pole risers", "管道段端点须为人手孔、局房、引入口、光交箱或引上杆",
        ducts::duct_ends_at_manhole_or_room),
    (21, "boards-fit", Error,
        "Boards fit their device, and ports are as many as the model has", "板卡与设备相符、端口数与型号一致", boards::boards_fit),
    (22, "one-rate", Error,
        "The ports at both ends of a link run at one rate", "链路两端端口速率一致", boards::one_rate),
    (23, "budget-passes", Error,
        "The optical budget passes both ways", "光功率预算双向满足", light::budget_passes),
    (24, "no-overload", Error,
        "No receiver is overloaded; short lines have their attenuators", "接收端不过载，短距已加固定衰减器", light::no_overload),
    (35, "pon-tree", Error,
        "Splitters keep their ratio, PON ports their limit, and trees have no circle",
        "分光器出口不超分光比、PON 口 ONU 数不超上限、光树无环", pon::trees_are_sound),
    (36, "onu-within-reach", Error,
        "Every splitter and ONU is within the reach of its PON class", "ONU 在光模块等级和 20 km 范围内", light::within_reach),
    (41, "trench-agrees-with-course", Warning,
        "Spans beside each other are not recorded in two trenches", "并行敷设的管道段不得登记为不同沟",
        trenches::trench_agrees_with_course),
    (42, "trench-recorded", Info,
        "Spans beside each other are recorded in one trench", "并行敷设的管道段须登记同沟", trenches::trench_is_recorded),
}

/// The rule that breaks by the passing of time alone.
pub(crate) const TIMED: u8 = 13;

/// Rules about pairs, which a change of either can break.
pub(crate) const OF_PAIRS: [u8; 2] = [41, 42];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_and_codes_differ() {
        let numbers: Vec<u8> = RULES.iter().map(|rule| rule.number).collect();
        assert_eq!(numbers, (1..=24).chain([35, 36, 41, 42]).collect::<Vec<u8>>());
        let mut codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), RULES.len());
    }

    #[test]
    fn severities_are_those_of_the_domain() {
        let warnings: Vec<u8> = RULES.iter().filter(|r| r.severity == Severity::Warning).map(|r| r.number).collect();
        assert_eq!(warnings, [10, 13, 14, 16, 17, 18, 19, 41]);
        let infos: Vec<u8> = RULES.iter().filter(|r| r.severity == Severity::Info).map(|r| r.number).collect();
        assert_eq!(infos, [42]);
    }
}

//! What sources call stages, kinds and media, in the model's terms.

use linewright_model::{PlaceKind, SiteClass, SpanKind, Stage};

/// Letters and digits of a word, lower case.
fn squeezed(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The first entry of which some key occurs in the word.
fn of_words<T: Copy>(word: &str, table: &[(&[&str], T)]) -> Option<T> {
    let word = squeezed(word);
    table.iter().find(|(keys, _)| keys.iter().any(|key| word.contains(key))).map(|(_, value)| *value)
}

/// Stage of life that a status word means.
pub(crate) fn stage_of(status: &str) -> Option<Stage> {
    // What negates or puts off stands before the word it may contain: inactive, not operational.
    const STAGES: [(&[&str], Stage); 4] = [
        (
            &["inactive", "notoperational", "outofservice", "decommission", "retired", "abandon", "dismantle", "退网"],
            Stage::Retired,
        ),
        (&["construction", "building", "inprogress", "ongoing", "在建"], Stage::UnderConstruction),
        (&["plan", "propos", "design", "future", "规划"], Stage::Planned),
        (
            &[
                "operat",
                "inservice",
                "active",
                "existing",
                "live",
                "complete",
                "built",
                "installed",
                "inuse",
                "在网",
                "现网",
            ],
            Stage::InService,
        ),
    ];
    of_words(status, &STAGES)
}

/// The word for a stage in a plain map.
pub(crate) fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Planned => "Planned",
        Stage::UnderConstruction => "Under Construction",
        Stage::InService => "Operational",
        Stage::Retired => "Decommissioned",
    }
}

/// Kind of place that a word of a plain map means.
pub(crate) fn place_kind_of(word: &str) -> Option<PlaceKind> {
    const KINDS: [(&[&str], PlaceKind); 12] = [
        (&["handhole", "手孔"], PlaceKind::Handhole),
        (&["manhole", "chamber", "cablewell", "人孔", "人井"], PlaceKind::Manhole),
        (&["pole", "pylon", "电杆"], PlaceKind::Pole),
        (&["distributionbox", "splitterbox", "fdt", "fat", "分纤箱"], PlaceKind::DistributionBox),
        (&["cabinet", "fdc", "光交箱"], PlaceKind::Cabinet),
        (&["closure", "splice", "joint", "aggregationpoint", "接头盒"], PlaceKind::Closure),
        (&["entry", "进局"], PlaceKind::Entry),
        (&["premises", "customer", "building", "客户端"], PlaceKind::Premises),
        (&["core", "datacent", "ixp", "landing", "核心"], PlaceKind::Site(SiteClass::Core)),
        (&["aggregation", "exchange", "centraloffice", "汇聚"], PlaceKind::Site(SiteClass::Aggregation)),
        (&["pop", "site", "station", "tower", "hub", "access", "adddrop", "repeater", "局站", "机房", "接入"], ACCESS),
        (&["node"], PlaceKind::Node),
    ];
    of_words(word, &KINDS)
}

const ACCESS: PlaceKind = PlaceKind::Site(SiteClass::Access);

/// The word for a kind of place; [`place_kind_of`] reads it back.
pub(crate) fn place_word(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Site(SiteClass::Core) => "core site",
        PlaceKind::Site(SiteClass::Aggregation) => "aggregation site",
        PlaceKind::Site(SiteClass::Access) => "access site",
        PlaceKind::Manhole => "manhole",
        PlaceKind::Handhole => "handhole",
        PlaceKind::Pole => "pole",
        PlaceKind::Cabinet => "cabinet",
        PlaceKind::DistributionBox => "distribution box",
        PlaceKind::Closure => "closure",
        PlaceKind::Entry => "entry",
        PlaceKind::Premises => "premises",
        PlaceKind::Node => "node",
    }
}

/// Kind of span that a word of a plain map means.
pub(crate) fn span_kind_of(word: &str) -> Option<SpanKind> {
    const KINDS: [(&[&str], SpanKind); 5] = [
        (&["underwater", "submarine", "subsea", "海缆"], SpanKind::Underwater),
        (&["indoor", "inside", "楼内"], SpanKind::Indoor),
        (&["aerial", "aboveground", "overhead", "pole", "pylon", "opgw", "adss", "架空", "杆路"], SpanKind::PoleLine),
        (&["duct", "conduit", "管道"], SpanKind::Duct),
        (&["buried", "belowground", "underground", "trench", "直埋"], SpanKind::Buried),
    ];
    of_words(word, &KINDS)
}

/// The word for a kind of span; empty when it is not recorded.
pub(crate) fn span_word(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Duct => "duct",
        SpanKind::PoleLine => "pole line",
        SpanKind::Buried => "buried",
        SpanKind::Indoor => "indoor",
        SpanKind::Underwater => "underwater",
        SpanKind::Unrecorded => "",
    }
}

/// What an export gives as the medium of a span in which no cable lies.
pub(crate) const EMPTY: &str = "empty";

/// Whether a medium is certainly not fibre: radio, satellite or copper, or none at all.
pub(crate) fn is_without_fibre(medium: &str) -> bool {
    let word = squeezed(medium);
    if word == EMPTY {
        return true;
    }
    !word.contains("fib")
        && !word.contains("光")
        && (is_radio(medium) || word.contains("copper") || word.contains("coax"))
}

/// Whether a medium goes through the air, so that there is no ground along which a cable could be pulled.
pub(crate) fn is_radio(medium: &str) -> bool {
    let word = squeezed(medium);
    ["microwave", "radio", "satellite", "wireless", "微波"].iter().any(|key| word.contains(key))
}

/// An ITU-T fibre designation without what varies in writing: `G.652.D`, `g652d` and `G.652D` are `G.652D`.
/// Other text stays as it is.
pub(crate) fn fibre_of(written: &str) -> String {
    let word = squeezed(written).to_uppercase();
    let number = word.strip_prefix('G').filter(|rest| rest.len() >= 3 && rest.is_char_boundary(3));
    match number.map(|rest| rest.split_at(3)) {
        Some((digits, rest)) if digits.starts_with("65") && digits.bytes().all(|b| b.is_ascii_digit()) => {
            let dot = if rest.bytes().all(|b| b.is_ascii_digit()) && !rest.is_empty() { "." } else { "" };
            format!("G.{digits}{dot}{rest}")
        }
        _ => written.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_sources_are_understood() {
        let check = |status: &str, expected: Option<Stage>| assert_eq!(stage_of(status), expected, "{status}");
        check("Operational", Some(Stage::InService));
        check("Fibre Under Construction", Some(Stage::UnderConstruction));
        check("underConstruction", Some(Stage::UnderConstruction));
        check("Not operational", Some(Stage::Retired));
        check("inactive", Some(Stage::Retired));
        check("PLANNED", Some(Stage::Planned));
        check("open", None);
        for stage in [Stage::Planned, Stage::UnderConstruction, Stage::InService, Stage::Retired] {
            assert_eq!(stage_of(stage_word(stage)), Some(stage));
        }
        for kind in [
            PlaceKind::Site(SiteClass::Core),
            PlaceKind::Site(SiteClass::Aggregation),
            PlaceKind::Site(SiteClass::Access),
            PlaceKind::Manhole,
            PlaceKind::Handhole,
            PlaceKind::Pole,
            PlaceKind::Cabinet,
            PlaceKind::DistributionBox,
            PlaceKind::Closure,
            PlaceKind::Entry,
            PlaceKind::Premises,
            PlaceKind::Node,
        ] {
            assert_eq!(place_kind_of(place_word(kind)), Some(kind));
        }
        for kind in [SpanKind::Duct, SpanKind::PoleLine, SpanKind::Buried, SpanKind::Indoor, SpanKind::Underwater] {
            assert_eq!(span_kind_of(span_word(kind)), Some(kind));
        }
        assert!(is_without_fibre("Microwave Operational") && !is_without_fibre("fibre over microwave towers"));
    }

    #[test]
    fn fibre_types_have_one_spelling() {
        let check = |given: &str, expected: &str| assert_eq!(fibre_of(given), expected);
        check("G.652.D", "G.652D");
        check("g652d", "G.652D");
        check("G.652", "G.652");
        check("G.651.1", "G.651.1");
        check("G.657.A2", "G.657A2");
        check("OM3", "OM3");
        check("G.6Ü", "G.6Ü");
    }
}

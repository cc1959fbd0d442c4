use std::collections::BTreeMap;

use linewright_model::{Cable, CableId, Carrier, Network, Occupancy, Place, SlotState, Splice, TableKind, Trail};

use crate::finding::Counts;
use crate::input::File;
use crate::plan::{Mode, Outcome};
use crate::{Format, ImportOptions, import};

const CABLES: &str = "南通城东光缆台账\n光缆段编码,光缆段名称,A端设施,Z端设施,纤芯数,皮长(公里)\n\
    GL-1,一段,城东局,GJ-1,24,1.25\nGL-2,二段,GJ-1,GJ-2,２４芯,800米\n";

fn options() -> ImportOptions {
    ImportOptions { format: Some(Format::Tables), ..ImportOptions::default() }
}

fn outcome(network: &Network, files: &[(&str, &str)], options: &ImportOptions) -> Outcome {
    let files: Vec<File> = files.iter().map(|(name, text)| File::new(*name, *text)).collect();
    import(&files, options, network).unwrap()
}

/// Imports and applies; the codes of what was found, with how often.
fn apply(network: &mut Network, files: &[(&str, &str)]) -> BTreeMap<&'static str, usize> {
    let outcome = outcome(network, files, &options());
    assert!(!outcome.refused, "{:?}", outcome.report.findings);
    network.apply(&outcome.changes).unwrap();
    found(&outcome)
}

fn found(outcome: &Outcome) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    outcome.report.findings.iter().for_each(|finding| *found.entry(finding.code).or_default() += 1);
    found
}

fn states(network: &Network, cable: &str) -> Vec<(SlotState, String)> {
    let (id, cable) = network.all::<Cable>().find(|(_, c)| &*c.tag.code == cable).unwrap();
    let of = |core| {
        let status = network.slot(Carrier::Cable(id), core);
        (status.state, status.owner.map_or_else(String::new, |owner| network.label(owner)))
    };
    (1..=cable.cores.unwrap()).map(of).collect()
}

#[test]
fn a_table_of_cables_needs_no_more_than_its_headings() {
    let mut network = Network::new();
    assert_eq!(apply(&mut network, &[("光缆段.csv", CABLES)]), BTreeMap::from([("place-made", 3)]));
    let cables: Vec<_> = network.all::<Cable>().map(|(_, c)| (&*c.tag.code, c.cores, c.length_m)).collect();
    assert_eq!(cables, [("GL-1", Some(24), 1250.0), ("GL-2", Some(24), 800.0)]);
    assert!(network.all::<Cable>().all(|(_, cable)| cable.occupancy == Occupancy::Unproven));
    assert!(states(&network, "GL-1").iter().all(|(state, _)| *state == SlotState::Unknown));
    let again = outcome(&network, &[("光缆段.csv", CABLES)], &options());
    assert!(again.changes.is_empty() && again.report.findings.is_empty(), "{again:?}");
}

#[test]
fn a_second_owner_is_disputed_and_what_is_not_proven_is_unknown() {
    let cores = "光缆段,纤芯,状态,使用电路\nGL-1,1-2,占用,银行专线\nGL-1,2-3,占用,学校专线\nGL-1,5-12,空闲,\n\
        GL-1,13,损坏,\nGL-1,14,空闲,医院专线\nGL-2,1,占用,\n";
    let mut network = Network::new();
    let found = apply(&mut network, &[("光缆段.csv", CABLES), ("纤芯.csv", cores)]);
    let expected = [("place-made", 3), ("disputed-slot", 1), ("owner-missing", 1), ("disputed-state", 1)];
    assert_eq!(found, BTreeMap::from(expected));
    let expected = |core: u32| match core {
        1 | 2 => (SlotState::Occupied, "银行专线"),
        3 => (SlotState::Occupied, "学校专线"),
        5..=12 => (SlotState::Idle, ""),
        13 => (SlotState::Damaged, ""),
        _ => (SlotState::Unknown, ""),
    };
    let all: Vec<_> = (1..=24).map(|core| (expected(core).0, expected(core).1.to_owned())).collect();
    assert_eq!(states(&network, "GL-1"), all);
    assert!(states(&network, "GL-2").iter().all(|(state, _)| *state == SlotState::Unknown));

    // The corrected table alone: core 3 is the bank's too, the school has none and goes, core 13 is mended.
    let corrected = "光缆段,纤芯,状态,使用电路\nGL-1,3,占用,银行专线\nGL-1,13,空闲,\n";
    apply(&mut network, &[("纤芯.csv", corrected)]);
    let now = states(&network, "GL-1");
    assert_eq!(now[2], (SlotState::Occupied, "银行专线".to_owned()));
    assert_eq!((now[12].0, now[13].0, now[4].0), (SlotState::Idle, SlotState::Unknown, SlotState::Idle));
    // The hospital has its name kept, though nothing proves what it uses.
    let trails: Vec<_> = network.all::<Trail>().map(|(_, trail)| &*trail.tag.code).collect();
    assert_eq!(trails, ["银行专线", "医院专线"]);
    assert!(outcome(&network, &[("纤芯.csv", corrected)], &options()).changes.is_empty());
}

#[test]
fn terminations_splices_and_circuits_join_what_the_tables_name() {
    let ports =
        "设备编码,设备类型,所在设施,盘,端子,状态\nODF-1,ODF,城东局,盘1,1-12,\nODF-1,ODF,城东局,盘1,13-24,空闲\n";
    let ends = "光缆段,纤芯,odf,端子\nGL-1,1-12,ODF-1,1-12\nGL-1,12-13,ODF-1,13-14\n";
    let splices = "接头盒,光缆段1,纤芯1,光缆段2,纤芯2\nGJ-1,GL-1,1-6,GL-2,7-12\n";
    let circuits = "电路编号,电路名称,客户,等级,光缆段,芯号,设备,端口,状态\n\
        D-1,银行专线,某银行,AAA,GL-1,1-2,ODF-1,1-2,占用\nD-1,,,,GL-2,\"7,8\",,,\n";
    let files = [
        ("光缆段.csv", CABLES),
        ("端口.csv", ports),
        ("成端.csv", ends),
        ("接续.csv", splices),
        ("电路.csv", circuits),
    ];
    let mut network = Network::new();
    let found = apply(&mut network, &files);
    assert_eq!(found, BTreeMap::from([("place-made", 3), ("disputed-slot", 1)]));
    let mut joined: Vec<_> =
        network.all::<Splice>().map(|(_, s)| (&*s.tag.code, s.a.first, s.b.first, s.count)).collect();
    joined.sort_unstable();
    assert_eq!(joined, [("GL-1.A/1", 1, 1, 12), ("GL-1.A/13", 13, 14, 1), ("GL-1.Z/1", 1, 7, 6)]);
    let (_, trail) = network.all::<Trail>().next().unwrap();
    assert_eq!((&*trail.tag.name, &*trail.customer, trail.holdings().count()), ("银行专线", "某银行", 6));
    assert!(outcome(&network, &files, &options()).changes.is_empty());

    // A circuit that is no longer in the table goes when the tables replace; the plant stays.
    let others = [("电路.csv", "电路编号,光缆段,芯号\nD-2,GL-1,3\n")];
    let replaced = outcome(&network, &others, &ImportOptions { mode: Mode::Replace, ..options() });
    let expected = Counts { created: 1, removed: 1, ..Counts::default() };
    assert_eq!(replaced.report.tables.get(&TableKind::Trail), Some(&expected));
    assert!(!replaced.report.tables.contains_key(&TableKind::Cable));
}

#[test]
fn coordinates_need_the_name_of_their_system() {
    let places = "设施编码,类型,经度,纬度\nJ-1,光交箱,120.8646,32.0163\n";
    let refused = outcome(&Network::new(), &[("设施.csv", places)], &options());
    assert!(refused.refused && refused.report.findings[0].reason.en.contains("gcj02"), "{refused:?}");
    for (crs, x, y) in [
        ("wgs84", "120.8646", "32.0163"),
        ("cgcs2000", "120.8646", "32.0163"),
        ("gcj02", "120.8691", "32.0144"),
        ("bd09", "120.8757", "32.0202"),
        ("gk3:120", "581650", "3544000"),
        ("gk3-zone:40", "40581650", "3544000"),
    ] {
        let places = format!("设施编码,类型,经度,纬度\nJ-1,光交箱,{x},{y}\n");
        let with = ImportOptions { crs: Some(crs.parse().unwrap()), ..options() };
        let mut network = Network::new();
        network.apply(&outcome(&network, &[("设施.csv", &places)], &with).changes).unwrap();
        let at = network.all::<Place>().next().unwrap().1.position.unwrap();
        assert!((at.lon_deg() - 120.8646).abs() < 0.001 && (at.lat_deg() - 32.0163).abs() < 0.001, "{crs} {at:?}");
    }
    let wrong = ImportOptions { crs: Some("gk3:120".parse().unwrap()), ..options() };
    assert_eq!(
        found(&outcome(&Network::new(), &[("设施.csv", places)], &wrong)),
        BTreeMap::from([("bad-position", 1)])
    );
}

#[test]
fn a_network_of_another_data_set_is_referred_to_and_not_overwritten() {
    let mut network = Network::new();
    let map = ImportOptions { dataset: Some("map".into()), ..options() };
    let first = outcome(&network, &[("光缆段.csv", CABLES)], &map);
    network.apply(&first.changes).unwrap();
    let found = apply(&mut network, &[("纤芯.csv", "光缆段,纤芯,状态,使用电路\nGL-1,1,占用,银行\nGL-1,2,空闲,\n")]);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(network.count::<Cable>(), 2);
    assert_eq!(
        states(&network, "GL-1")[..3].iter().map(|s| s.0).collect::<Vec<_>>(),
        [SlotState::Occupied, SlotState::Idle, SlotState::Unknown]
    );
    // Another source that gives the core to somebody else.
    let other = ImportOptions { dataset: Some("other".into()), ..options() };
    let second = outcome(&network, &[("纤芯.csv", "光缆段,纤芯,使用电路\nGL-1,1,学校\n")], &other);
    assert!(!second.refused && second.report.findings[0].code == "disputed-slot", "{second:?}");
    let known = outcome(&network, &[("光缆段.csv", CABLES)], &options());
    assert_eq!(known.report.findings.iter().filter(|f| f.code == "known-elsewhere").count(), 2);
    assert!(network.by_code::<CableId>(None, "GL-1").is_none());
}

#[test]
fn unreadable_rows_name_file_row_heading_and_value() {
    let cables = "光缆段编码,A端,Z端,芯数,长度(米)\n,甲,乙,24,1\nGL-1,甲,,24,1\nGL-2,甲,乙,两打,1\nGL-3,甲,乙,24,1,2\n";
    let refused = outcome(&Network::new(), &[("光缆段.csv", cables)], &options());
    assert!(refused.refused && refused.changes.is_empty());
    let errors: Vec<String> = refused.report.findings.iter().filter(|f| f.refuses()).map(ToString::to_string).collect();
    assert!(errors[0].starts_with("error: 光缆段.csv row 2 光缆段编码: the cell is empty"), "{errors:?}");
    assert!(errors[1].starts_with("error: 光缆段.csv row 3 (GL-1) Z端: the cell is empty"), "{errors:?}");
    assert!(errors[2].starts_with("error: 光缆段.csv row 4 (GL-2) 芯数: \"两打\" is not a number"), "{errors:?}");
    let repaired = outcome(&Network::new(), &[("光缆段.csv", cables)], &ImportOptions { repair: true, ..options() });
    assert_eq!(repaired.report.tables.get(&TableKind::Cable).map(|c| c.created), Some(2), "{repaired:?}");
}

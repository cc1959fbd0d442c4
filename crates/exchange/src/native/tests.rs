use linewright_model::{Id as _, Network, Place, PlaceId, TableKind};
use proptest::prelude::*;

use super::*;
use crate::finding::Finding;
use crate::format::{ExportOptions, Format, ImportOptions, export, import};
use crate::input::File;
use crate::plan::{Mode, Outcome, plan_import};
use crate::testing;

fn take_in(network: &mut Network, files: &[File], options: &ImportOptions) -> Outcome {
    let outcome = import(files, options, network).unwrap();
    if !outcome.refused {
        network.apply(&outcome.changes).unwrap();
    }
    outcome
}

fn give_out(network: &Network) -> Vec<File> {
    export(network, Format::Native, &ExportOptions { name: "t".into(), ..Default::default() }).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What is written reads back as the same records, field by field, and is written again byte for byte.
    #[test]
    fn every_network_reads_back(mut dice in testing::dice(false)) {
        let outcome = plan_import(testing::draft(&mut dice), &Network::new(), Mode::Merge);
        prop_assert!(!outcome.refused, "{:?}", outcome.report.findings);
        let mut network = Network::new();
        network.apply(&outcome.changes).unwrap();
        let files = give_out(&network);

        let again = take_in(&mut network, &files, &ImportOptions { mode: Mode::Replace, ..Default::default() });
        prop_assert!(again.changes.is_empty(), "{:?} {:?}", again.changes, again.report.findings);
        prop_assert!(!again.refused && again.report.findings.is_empty(), "{:?}", again.report.findings);

        let mut other = Network::new();
        take_in(&mut other, &files, &ImportOptions::default());
        prop_assert_eq!(give_out(&other), files);
    }

    /// Whatever the bytes, reading neither panics nor makes a change set that does not apply.
    #[test]
    fn damaged_folders_are_refused_or_apply(
        mut dice in testing::dice(false),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..6),
        repair in any::<bool>(),
    ) {
        let outcome = plan_import(testing::draft(&mut dice), &Network::new(), Mode::Merge);
        let mut network = Network::new();
        network.apply(&outcome.changes).unwrap();
        let mut files = give_out(&network);
        for (file, at, byte) in cuts {
            let count = files.len();
            let bytes = &mut files[file.index(count)].bytes;
            let at = at.index(bytes.len().max(1));
            match byte % 4 {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, b",;:\"\n=+@/%|0-"[usize::from(byte) % 14 % 13]),
                2 if at < bytes.len() => { bytes.remove(at); }
                _ if at < bytes.len() => bytes[at] = byte,
                _ => {}
            }
        }
        let options = ImportOptions { repair, format: Some(Format::Native), ..Default::default() };
        let mut other = Network::new();
        let outcome = take_in(&mut other, &files, &options);
        prop_assert_eq!(outcome.refused, outcome.report.findings.iter().any(Finding::refuses));
        prop_assert!(!outcome.report.findings.iter().any(|f| f.code == "refused-by-network"), "{:?}", outcome.report);
    }
}

const MANIFEST_TEXT: &str = "format = \"linewright-native\"\nversion = 1\nname = \"t\"\ndescription = \"\"\n\
    crs = \"wgs84\"\n";

fn folder(files: &[(&str, &str)]) -> Vec<File> {
    let mut all = vec![File::new(MANIFEST, MANIFEST_TEXT)];
    all.retain(|file| !files.iter().any(|(name, _)| *name == &*file.name));
    all.extend(files.iter().map(|(name, text)| File::new(*name, *text)));
    all
}

const CANONICAL: &[(&str, &str)] = &[
    ("dataset.csv", "code,name,format,extra\nGIS,Map of 2026,native,\n"),
    (
        "place.csv",
        "code,name,kind,lon,lat,within,region,stage,available_from,ownership,notice_party,unit,permits,extra,dataset\n\
         A/1,南大街,site_core,120.86,32.01,,崇川,in_service,,own,,崇川班,municipal:10:2000;property:3:0,\"{\"\"z\"\":1,\"\"a\"\":[null]}\",\n\
         B,,closure,,,GIS/M 1,,under_construction,2026-12-01,leased,\"a, b\",,,,\n\
         M 1,,manhole,120.9,32,/A%2F1,,in_service,,own,,,,,GIS\n",
    ),
    (
        "span.csv",
        "code,name,kind,a,b,length_m,capacity,course,marks,trench,stage,available_from,ownership,notice_party,unit,permits,extra,dataset\n\
         S:1,,duct,A%2F1,B,512.25,4,120.86 32.01;120.9 32,P1@10;P%202@20.5,T1,in_service,,own,,,municipal:5:10,,\n",
    ),
    (
        "cable.csv",
        "code,name,a,b,model,cores,cores_per_tube,cores_per_ribbon,colours,fibre,length_m,occupancy,route,measurements,core_ownership,stage,available_from,ownership,notice_party,unit,extra,dataset\n\
         C,,A%2F1,B,GYTA-24B1,24,6,,guide,G.652D,530,proven,S%3A1:2,3@1550=4.2@2026-01-02;@1310=5@2026-01-03,1+6=leased:Co.%20Ltd,in_service,,own,,,,\n",
    ),
    (
        "device.csv",
        "code,name,place,kind,model,blocks,free_board_slots,stage,available_from,ownership,notice_party,unit,extra,dataset\n\
         D1,,A%2F1,odf,,T1:1+12:optical_terminal;T2:13+12:optical_terminal,,in_service,,own,,,,\n\
         D2,,A%2F1,olt,MA5800,B1:1+16:pon:GPON%20B%2B:GPON;B2:17+4:ethernet::1GE,3,in_service,,own,,,,\n",
    ),
    (
        "splice.csv",
        "code,name,at,a,a_first,b,b_first,count,method,extra,dataset\n\
         X,,A%2F1,cable:C:a,1,device:D1,1,12,ribbon,,\n",
    ),
    ("jumper.csv", "code,name,a,b,extra,dataset\nJ,,D1:3,D2:1,,\n"),
    (
        "trail.csv",
        "code,name,layer,grade,customer,order,user,expires,legs,extra,dataset\n\
         T,,fibre,AAA,Bank,O1,li,2026-11-22T16:00:00Z,working=device:D2:1 occupied;device:D1:3 occupied;cable:C:3/1 reserved|protection=span:S%3A1:+2 occupied|member3=,,\n",
    ),
    ("link.csv", "code,name,layer,a,z,slots,trail,extra,dataset\nL,,section,D2:1,D2:2,amount:2500000,T,,\n"),
    (
        "slot_mark.csv",
        "code,name,carrier,first,count,state,extra,dataset\nBAD,crushed,cable:C,5,2,damaged,,\nLK,,link:L,1,1,set_aside,,\n",
    ),
    (
        "address.csv",
        "code,name,text,lon,lat,premises,covered_by,extra,dataset\nAD,,江苏省南通市崇川区南大街1号,120.861,32.011,,A%2F1;B;GIS/M%201,,\n",
    ),
];

/// The canonical folder, its link numbered so that the mark on it can stand.
fn canonical() -> Vec<File> {
    let mut files = folder(CANONICAL);
    for file in &mut files {
        if &*file.name == "link.csv" {
            file.bytes =
                String::from_utf8(file.bytes.clone()).unwrap().replace("amount:2500000", "exclusive:16").into();
        }
    }
    files
}

#[test]
fn a_canonical_folder_is_given_back_byte_for_byte() {
    let mut network = Network::new();
    let outcome = take_in(&mut network, &canonical(), &ImportOptions::default());
    assert!(!outcome.refused && outcome.report.findings.is_empty(), "{:#?}", outcome.report.findings);
    assert_eq!(outcome.report.tables.values().map(|c| c.created).sum::<u64>(), 15);
    for table in TableKind::ALL {
        assert!(network.count_of(*table) > 0, "{table} is not covered");
    }
    let text = |files: &[File]| -> Vec<String> {
        files.iter().map(|f| format!("{}\n{}", f.name, String::from_utf8_lossy(&f.bytes))).collect()
    };
    assert_eq!(text(&give_out(&network)), text(&canonical()));
    let again = take_in(&mut network, &canonical(), &ImportOptions::default());
    assert!(again.changes.is_empty() && again.report.tables.values().all(|c| c.created + c.updated + c.removed == 0));
}

/// Imports the canonical folder with one file changed, and expects one finding.
fn check(name: &str, from: &str, to: &str, expected: &str) {
    let mut files = canonical();
    for file in &mut files {
        if &*file.name == name {
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            assert!(text.contains(from), "{from:?} is not in {name}");
            file.bytes = text.replacen(from, to, 1).into();
        }
    }
    check_files(&files, expected);
}

fn check_files(files: &[File], expected: &str) {
    let options = ImportOptions { format: Some(Format::Native), ..Default::default() };
    let outcome = import(files, &options, &Network::new()).unwrap();
    let all: Vec<String> = outcome.report.findings.iter().map(ToString::to_string).collect();
    assert!(all.len() == 1 && all[0].contains(expected), "expected {expected:?}, found {all:#?}");
    assert_eq!(outcome.refused, all[0].starts_with("error") && !all[0].contains("; repaired"));
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let reason = &outcome.report.findings[0].reason;
    assert!(reason.zh.contains(is_chinese), "{reason:?}");
    assert!(!outcome.refused || outcome.changes.is_empty());
}

#[test]
fn each_slip_is_one_finding_with_its_place() {
    let place = |from: &str, to: &str, expected: &str| check("place.csv", from, to, expected);
    place(
        "site_core",
        "sitecore",
        "error: place.csv row 2 (A/1) kind: \"sitecore\" is not one of site_core, site_aggr",
    );
    place("120.86,", "NaN,", "row 2 (A/1) lon: \"NaN\" is no number");
    place("120.86,", "1e999,", "row 2 (A/1) lon: \"1e999\" is no number");
    place("120.86,32.01", "32.01,120.86", "looks swapped: give LON,LAT [swapped-position]; --repair mends it");
    place("120.86,32.01", "220.86,32.01", "[bad-position]");
    place("120.86,32.01", "120.86,", "[half-position]");
    place(",崇川,in_service", ",崇川,in_use", "row 2 (A/1) stage: \"in_use\" is not one of planned, ");
    place("2026-12-01", "01/12/2026", "row 3 (B) available_from: \"01/12/2026\" is no day");
    place(
        "municipal:10:2000",
        "municipal:10",
        "permits: item 1: \"municipal:10\" is not of the form kind:days:fee_cny",
    );
    place("property:3:0", "property:3:0.5", "permits: item 2: \"0.5\" is no whole number");
    place("\"\"a\"\":", "\"\"a\"\"", "extra: \"{\\\"z\\\":1,\\\"a\\\"[null]}\" is no JSON object");
    place(
        "GIS/M 1",
        "GSI/M 1",
        "row 3 (B) within: there is no data set \"GSI\"; add it to dataset.csv (a / inside a code is written %2F)",
    );
    place(
        "GIS/M 1",
        "M 1",
        "row 3 (B) within: there is no place \"M 1\"; add it to place.csv or mend the code [dangling-reference]",
    );
    place(",GIS\n", ",GSI\n", "row 4 (M 1) dataset: there is no data set \"GSI\"; add it to dataset.csv");
    check("jumper.csv", "\nJ,", "\n,", "row 2 code: the code is empty; every row needs one [missing-value]");
    place(",region,", ",regoin,", "place.csv regoin: there is no column \"regoin\"; place has code, name, kind, ");
    place(",region,", ",name,", "place.csv name: the column is there twice");
    place("code,name", "id,name", "[missing-column]");
    place(",,,,GIS\n", ",,GIS\n", "row 4 (M 1): the row has 13 cells, the header 15; mend the row [ragged-row]");
    place(",,,,GIS\n", ",,,,GIS,,x\n", "row 4 (M 1): the row has 17 cells, the header 15");
    place("code", "\u{feff}code", "info: place.csv: the file starts with a byte order mark");
    check("span.csv", "512.25", "-1", "span.csv row 2 (S:1): length_m is -1 m; give 0 m or more [malformed-record]");
    check("span.csv", "512.25", "", "span.csv row 2 (S:1) length_m: the length_m is empty");
    check("span.csv", "120.9 32", "120.9,32", "ragged-row");
    check("span.csv", "120.9 32", "32 120.9", "course: 32, 120.9 is outside the world");
    check("cable.csv", "S%3A1:2", "S:1:2", "route: item 1: \"1:2\" is no whole number");
    check("cable.csv", "@2026-01-02", "", "measurements: item 1: \"3@1550=4.2\" is not of the form [core]@wavelength");
    check("device.csv", "1+12", "1-12", "blocks: item 1: \"1-12\" is not of the form first+count");
    check("device.csv", "13+12", "12+12", "port blocks \"T1\" and \"T2\" overlap [malformed-record]");
    check("splice.csv", "cable:C:a", "cable:C", "a: \"cable:C\" is not cable:CODE:a, cable:CODE:b or device:CODE");
    check("jumper.csv", "D1:3", "D1%:3", "write a % itself as %25");
    check("trail.csv", "D2:1 occupied", "D2:1 idle", "a holding cannot be idle; put the state on a slot mark");
    check("trail.csv", "2026-11-22T16:00:00Z", "", "expires: a reservation needs the time at which it lapses");
    check(
        "trail.csv",
        "cable:C:3/1",
        "cable:C:25/1",
        "legs: C has slots 1 to 24 and no slot 25 [unknown-slot]; --repair",
    );
    check("trail.csv", "cable:C:3/1", "cable:C:+3", "legs: C is taken by slot number, not by amount");
    check("trail.csv", "cable:C:3/1", "cabel:C:3/1", "legs: item 1: \"cabel:C\" is not span:CODE, cable:CODE, device");
    check("link.csv", "exclusive:16", "16", "slots: \"16\" is not exclusive:n, counted:n or amount:kbps");
    check("slot_mark.csv", ",5,2,", ",24,2,", "first: C has slots 1 to 24 and no slot 25");
    check("slot_mark.csv", "damaged", "occupied", "a slot mark cannot say occupied");
    check("slot_mark.csv", ",5,2,damaged", ",3,1,set_aside", "slot 3 of C cannot be both set aside and taken by T");
    check("address.csv", "江苏省南通市崇川区南大街1号", " ", "text: the text is empty");
}

#[test]
fn files_that_are_not_what_they_say_are_named() {
    let with = |name: &str, bytes: &[u8]| {
        let mut files = canonical();
        files.retain(|file| &*file.name != name);
        files.push(File::new(name, bytes));
        files
    };
    check_files(&with("address.csv", b""), "address.csv: the file is empty; give it a header row");
    check_files(&with("address.csv", b"\xef\xbb\xbf \n"), "empty-file");
    check_files(&with("address.csv", b"PK\x03\x04....."), "a zip archive (a spreadsheet .xlsx");
    check_files(&with("address.csv", b"\xff\xfec\0o\0"), "UTF-16 text: save it as UTF-8");
    check_files(&with("address.csv", b"code;name;text\n"), "separated by ';'; save the file with commas");
    check_files(&with("address.csv", b"code,text\nA,\xc4\xcf\xcd\xa8\n"), "row 2 (A) text: the cell is not UTF-8 text");
    check_files(&with("address.csv", b"c\xc4,text\nA,x\n"), "the header is not UTF-8 text");
    check_files(
        &with("address.csv", b"code,text\nA,\"x\nB,y\n"),
        "row 2: a quote opens and does not close, from here or above",
    );
    check_files(&with("places.csv", b"code\n"), "error: places.csv: there is no table of this name; the tables are");
    check_files(&with("map.pdf", b"%PDF"), "warning: map.pdf: the file is no part of the format");
    check_files(
        &with(MANIFEST, b"format = \"linewright-native\"\nversion = 9\n"),
        "update Linewright to read it [newer-version]",
    );
    check_files(&folder(&[]), "warning: manifest.toml: there is no table beside the manifest");
    check_files(&canonical()[1..], "a native folder has a manifest.toml");
    let mut huge = b"code,text\nA,".to_vec();
    huge.resize(huge.len() + (17 << 20), b'x');
    check_files(&with("address.csv", &huge), "row 2 (A) text: the cell is longer than");
    let twice = b"code,text\n\nA,x\n\n,,\nB,\"y\nz\"\nA,w\n";
    check_files(
        &with("address.csv", twice),
        "address.csv row 8 (A) code: the address code \"A\" was already used at address.csv row 3 (A)",
    );
}

/// Files are read in parts: rows at the borders are those that stand there.
#[test]
fn long_files_are_read_whole() {
    const ROWS: usize = 9_000;
    for end in ["\n", "\r\n \r\n"] {
        let row =
            |n: usize| format!("{}P{n},{}{end}", "\u{feff}".repeat(n % 2), if n + 1 == ROWS { "?" } else { "pole" });
        let table = format!("code,kind{end}{}", (0..ROWS).map(row).collect::<String>());
        let files = folder(&[("place.csv", &table)]);
        let outcome = import(&files, &ImportOptions::default(), &Network::new()).unwrap();
        let line = 2 + (ROWS - 1) * end.matches('\n').count() + end.matches('\n').count() - 1;
        let found: Vec<String> = outcome.report.findings.iter().map(ToString::to_string).collect();
        assert!(found.len() == 1 && found[0].contains(&format!("row {line} (\u{feff}P8999) kind")), "{found:?}");
        let files = folder(&[("place.csv", &table.replace('?', "pole"))]);
        let mut network = Network::new();
        take_in(&mut network, &files, &ImportOptions::default());
        assert_eq!(network.count::<Place>(), ROWS);
        for n in [0, 1, 4095, 4096, 4097, 8191, 8192, ROWS - 1] {
            let code = format!("{}P{n}", "\u{feff}".repeat(n % 2));
            assert!(network.by_code::<PlaceId>(None, &code).is_some(), "{code:?}");
        }
    }
}

#[test]
fn repair_mends_and_says_so() {
    let mut files = canonical();
    for file in &mut files {
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        file.bytes = match &*file.name {
            "place.csv" => text.replace("120.86,32.01", "32.01,120.86").replace(",region,", ",regoin,"),
            "trail.csv" => text.replace("cable:C:3/1", "cable:C:25/1"),
            "jumper.csv" => text + "J,,D1:4,D2:2,,\n",
            _ => text,
        }
        .into();
    }
    let mut network = Network::new();
    let outcome = take_in(&mut network, &files, &ImportOptions { repair: true, ..Default::default() });
    let repaired: Vec<_> =
        outcome.report.findings.iter().map(|f| (f.code, f.repaired.as_ref().map_or("", |done| &done.en))).collect();
    assert_eq!(
        repaired,
        [
            ("duplicate-code", "kept the first record and left this one out"),
            ("unknown-column", "passed the column over"),
            ("swapped-position", "swapped the two numbers"),
            ("unknown-slot", "left the holding out"),
        ]
    );
    assert!(!outcome.refused);
    assert_eq!(outcome.report.totals.repaired, 4);
    let place = network.by_code::<PlaceId>(None, "A/1").and_then(|id| network.get(id)).unwrap();
    assert_eq!(place.position.unwrap().lon_deg(), 120.86);
    let again = take_in(&mut network, &files, &ImportOptions { repair: true, ..Default::default() });
    assert!(again.changes.is_empty());
}

#[test]
fn coordinates_are_converted_from_the_system_named() {
    let manifest = MANIFEST_TEXT.replace("wgs84", "gk3:120");
    let files = folder(&[
        (MANIFEST, &manifest),
        ("place.csv", "code,kind,lon,lat\nP,pole,581685.1,3543000.5\nQ,pole,120.8,32\n"),
    ]);
    let outcome = import(&files, &ImportOptions::default(), &Network::new()).unwrap();
    let texts: Vec<String> = outcome.report.findings.iter().map(ToString::to_string).collect();
    assert!(
        texts.len() == 1 && texts[0].contains("row 3 (Q) lon") && texts[0].contains("looks like degrees"),
        "{texts:?}"
    );

    let options = ImportOptions { crs: Some(linewright_model::crs::Crs::Cgcs2000), ..Default::default() };
    let outcome = import(&files, &options, &Network::new()).unwrap();
    let texts: Vec<String> = outcome.report.findings.iter().map(ToString::to_string).collect();
    assert!(texts[0].contains("row 2 (P) lon") && texts[0].contains("looks like metres"), "{texts:?}");
    assert!(texts[1].contains("names gk3:120, but is read as cgcs2000"), "{texts:?}");

    let mut network = Network::new();
    let files = folder(&[(MANIFEST, &manifest), ("place.csv", "code,kind,lon,lat\nP,pole,581685.1,3543000.5\n")]);
    take_in(&mut network, &files, &ImportOptions::default());
    let (_, place) = network.all::<Place>().next().unwrap();
    let at = place.position.unwrap();
    assert!((120.8..120.9).contains(&at.lon_deg()) && (31.9..32.1).contains(&at.lat_deg()), "{at:?}");
}

#[test]
fn a_folder_may_lie_in_a_data_set_and_refer_to_the_network() {
    let mut network = Network::new();
    take_in(&mut network, &canonical(), &ImportOptions::default());
    let files = folder(&[("place.csv", "code,kind,within\nP,closure,/A%2F1\nQ,closure,P\nR,closure,GIS/M 1\n")]);
    let options = ImportOptions { dataset: Some("survey".into()), ..Default::default() };
    let outcome = take_in(&mut network, &files, &options);
    assert!(!outcome.refused, "{:?}", outcome.report.findings);
    assert!(take_in(&mut network, &files, &options).changes.is_empty());

    let only = ExportOptions { dataset: Some("survey".into()), ..Default::default() };
    let out = export(&network, Format::Native, &only).unwrap();
    assert_eq!(out.iter().map(|f| &*f.name).collect::<Vec<_>>(), [MANIFEST, "dataset.csv", "place.csv"]);
    assert!(String::from_utf8_lossy(&out[2].bytes).contains("\nP,,closure,,,/A%2F1,"));
    let missing = ExportOptions { dataset: Some("x".into()), ..Default::default() };
    let error = export(&network, Format::Native, &missing).unwrap_err().to_string();
    assert_eq!(error, "there is no data set \"x\"; the network has GIS, survey");

    // A row of the same code in another data set is another record; replacing touches only its own data set.
    let before = network.count_of(PlaceId::TABLE);
    let fewer = folder(&[("place.csv", "code,kind\nP,closure\n")]);
    let outcome = take_in(&mut network, &fewer, &ImportOptions { mode: Mode::Replace, ..options });
    assert!(!outcome.refused, "{:?}", outcome.report.findings);
    assert_eq!(network.count_of(PlaceId::TABLE), before - 2);
}

#[test]
fn an_export_leaves_no_table_of_an_earlier_one() {
    let dir = tempfile::tempdir().unwrap();
    write_folder(dir.path(), &canonical()).unwrap();
    std::fs::write(dir.path().join("README.md"), "mine").unwrap();
    write_folder(dir.path(), &canonical()[..3]).unwrap();
    let mut left: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["README.md", "dataset.csv", MANIFEST, "place.csv"]);
}

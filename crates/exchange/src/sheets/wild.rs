//! Workbooks as people and damage make them, and arbitrary input: findings, never a panic.

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook};

use super::*;
use crate::format::{Format, import};
use crate::plan::Outcome;

fn tried(files: &[File], options: &ImportOptions) -> Outcome {
    let options = ImportOptions { format: Some(Format::Tables), ..options.clone() };
    let outcome = import(files, &options, &Network::new()).unwrap();
    // What is not refused can be applied.
    Network::new().apply(&outcome.changes).unwrap();
    outcome
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    let mut codes: Vec<_> = outcome.report.findings.iter().map(|finding| finding.code).collect();
    codes.dedup();
    codes
}

/// The template with codes of one's own in the place of those of the examples.
fn filled_in(template: &File) -> File {
    use std::io::{Cursor, Read, Write};
    let mut from = zip::ZipArchive::new(Cursor::new(template.bytes.clone())).unwrap();
    let mut into = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut entry = from.by_index(at).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        into.start_file(entry.name().unwrap().into_owned(), zip::write::SimpleFileOptions::default()).unwrap();
        into.write_all(text.replace("示例-", "").replace("EXAMPLE-", "").as_bytes()).unwrap();
    }
    File::new(&template.name, into.finish().unwrap().into_inner())
}

#[test]
fn templates_import_once_filled_in_and_bring_nothing_before() {
    let mut counts = Vec::new();
    for language in [Language::Chinese, Language::English] {
        let file = template(language).unwrap();
        let outcome = tried(std::slice::from_ref(&file), &ImportOptions::default());
        assert_eq!(codes(&outcome), ["nothing-to-import", "example-row", "sheet-skipped"]);
        assert!(outcome.changes.changes.is_empty());
        let outcome = tried(&[filled_in(&file)], &ImportOptions::default());
        assert_eq!(codes(&outcome), ["sheet-skipped"], "{:?}", outcome.report.findings);
        counts.push(outcome.report.tables);
    }
    assert_eq!(counts[0], counts[1]);
    use linewright_model::TableKind::*;
    let made = [Dataset, Place, Cable, Device, Splice, Trail, SlotMark].map(|table| counts[0][&table].created);
    assert_eq!(made, [1, 3, 2, 1, 2, 1, 1]);
}

/// A table of cables whose second row is written by `write`.
fn cables(write: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> File {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("光缆段").unwrap();
    for (column, head) in (0..).zip(["光缆段编码", "A端设施", "Z端设施", "纤芯数", "长度(米)"]) {
        sheet.write_string(0, column, head).unwrap();
    }
    for (column, value) in (0..).zip(["GL-1", "甲", "乙", "24", "１，２５０．５"]) {
        sheet.write_string(1, column, value).unwrap();
    }
    write(sheet);
    File::new("x.xlsx", book.save_to_buffer().unwrap())
}

/// A write to a sheet gives the sheet back; nobody wants it here.
fn done(_: &mut rust_xlsxwriter::Worksheet) {}

#[test]
fn cells_are_read_as_what_they_are() {
    let check = |write: &dyn Fn(&mut rust_xlsxwriter::Worksheet), expected: &[&str], refused: bool| {
        let file = cables(|sheet| write(sheet));
        let outcome = tried(std::slice::from_ref(&file), &ImportOptions::default());
        let found: Vec<_> = codes(&outcome).into_iter().filter(|code| *code != "place-made").collect();
        assert_eq!((found.as_slice(), outcome.refused), (expected, refused), "{:?}", outcome.report.findings);
        assert!(!tried(&[file], &ImportOptions { repair: true, ..ImportOptions::default() }).refused);
    };
    check(&|_| {}, &[], false);
    check(&|sheet| done(sheet.write_number(1, 3, 24.0).unwrap()), &[], false);
    check(
        &|sheet| done(sheet.write_formula(1, 3, Formula::new("=12*2").set_result("24")).unwrap()),
        &["formula"],
        false,
    );
    check(
        &|sheet| done(sheet.write_formula(1, 3, Formula::new("=A9").set_result("#REF!")).unwrap()),
        &["error-cell"],
        true,
    );
    check(&|sheet| done(sheet.write_number(1, 0, 12.0).unwrap()), &["code-as-number"], false);
    check(&|sheet| done(sheet.write_string(1, 0, "1.23457E+14").unwrap()), &["code-shortened"], false);
    let day = ExcelDateTime::from_ymd(2026, 1, 12).unwrap();
    let format = CellFormat::new().set_num_format("yyyy-mm-dd");
    check(&|sheet| done(sheet.write_datetime_with_format(1, 3, &day, &format).unwrap()), &["bad-value"], true);
    let plain = CellFormat::new();
    check(&|sheet| done(sheet.merge_range(1, 3, 2, 3, "24", &plain).unwrap()), &[], false);
    let second = |sheet: &mut rust_xlsxwriter::Worksheet| {
        sheet.merge_range(1, 1, 2, 1, "甲", &plain).unwrap();
        for (column, value) in [(0, "GL-2"), (2, "丙"), (4, "5")] {
            sheet.write_string(2, column, value).unwrap();
        }
    };
    check(&second, &["merged-cell"], false);
}

/// The workbook with one text of its sheets replaced.
fn rewritten(file: &File, from: &str, to: &str) -> File {
    use std::io::{Read as _, Write as _};
    let mut old = zip::ZipArchive::new(std::io::Cursor::new(&file.bytes)).unwrap();
    let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut part = old.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        if name.contains("worksheets/") {
            assert!(text.contains(from), "{text}");
            text = text.replace(from, to);
        }
        new.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        new.write_all(text.as_bytes()).unwrap();
    }
    File::new(file.name.clone(), new.finish().unwrap().into_inner())
}

#[test]
fn a_formula_without_its_value_is_refused() {
    let file = cables(|sheet| done(sheet.write_formula(1, 3, Formula::new("=A9")).unwrap()));
    let file = rewritten(&file, "<f>A9</f><v>0</v>", "<f>A9</f>");
    let outcome = tried(std::slice::from_ref(&file), &ImportOptions::default());
    assert!(outcome.refused && codes(&outcome)[0] == "formula-without-value", "{:?}", outcome.report.findings);
}

#[test]
fn files_that_are_no_workbooks_are_said_to_be_what_they_are() {
    let whole = template(Language::English).unwrap();
    let check = |bytes: &[u8], expected: &str| {
        let outcome = tried(&[File::new("x.xlsx", bytes)], &ImportOptions::default());
        assert!(outcome.refused && codes(&outcome) == [expected], "{expected}: {:?}", outcome.report.findings);
    };
    check(&whole.bytes[..whole.bytes.len() / 2], "damaged-workbook");
    check(b"PK\x03\x04", "damaged-workbook");
    let ole = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    check(&ole, "old-workbook");
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&[&ole[..], &name].concat(), "password");
    check(b"", "no-headings");
    let title = "光缆段编码,A端,A端,Z端\nG,a,b,c\n";
    check(title.as_bytes(), "duplicate-heading");
}

#[test]
fn a_workbook_is_unpacked_under_a_bound() {
    let file = template(Language::English).unwrap();
    let source = Source::file("x.xlsx");
    assert!(workbook::unpackable(&file, &source, 1 << 20, 1 << 20).is_ok());
    for (total, kept) in [(1_000, 1 << 20), (1 << 20, 100)] {
        let refused = workbook::unpackable(&file, &source, total, kept).unwrap_err();
        assert_eq!(refused.code, "unpacks-too-large");
    }
    // The bound is that of the import.
    let file = [file];
    let limited = |limit_bytes| ImportOptions { limit_bytes: Some(limit_bytes), ..ImportOptions::default() };
    assert_eq!(codes(&tried(&file, &limited(10_000))), ["unpacks-too-large"]);
    assert!(!codes(&tried(&file, &limited(1 << 20))).contains(&"unpacks-too-large"));
}

#[test]
fn corrected_values_go_into_the_rows_they_are_about() {
    let table = File::new("光缆段.csv", "光缆段编码,A端,Z端,芯数\nGL-1,甲,乙,两打\nGL-2,甲,乙,=12\n");
    let all = ImportOptions { all_findings: true, ..ImportOptions::default() };
    let refused = tried(std::slice::from_ref(&table), &all);
    assert!(refused.refused);
    for name in ["问题.csv", "问题.xlsx"] {
        let written = findings_file(&refused.report, name, Language::Chinese).unwrap();
        let mut draft = Draft::new(false);
        let grids = grids_of(&written, 1 << 30, &mut 0, &mut draft);
        let rows = &grids[0].rows;
        assert_eq!(rows.len(), refused.report.findings.len() + 1);
        let correct = |rule: &str, new: &str| {
            let mut text = String::new();
            for (at, (_, row)) in rows.iter().enumerate() {
                let mut cells: Vec<String> = (0..10).map(|c| row.get(c).map(Cell::shown).unwrap_or_default()).collect();
                if at > 0 && cells[8] == rule {
                    cells[9] = new.to_owned();
                }
                text.push_str(&cells.map_csv());
            }
            ImportOptions { corrections: Some(File::new("更正.csv", text)), ..ImportOptions::default() }
        };
        let mended = tried(std::slice::from_ref(&table), &correct("bad-value", "24"));
        assert!(!mended.refused, "{:?}", mended.report.findings);
        let stale = tried(
            &[File::new("光缆段.csv", "光缆段编码,A端,Z端,芯数\nGL-1,甲,乙,三打\nGL-2,甲,乙,=12\n")],
            &correct("bad-value", "24"),
        );
        assert!(codes(&stale).contains(&"correction-unfit"), "{:?}", stale.report.findings);
        let elsewhere = tried(&[File::new("y.csv", table.bytes.clone())], &correct("bad-value", "24"));
        assert!(codes(&elsewhere).contains(&"correction-unfit"), "{:?}", elsewhere.report.findings);
    }
    let none = ImportOptions { corrections: Some(File::new("c.csv", "a,b\n1,2\n")), ..ImportOptions::default() };
    assert!(codes(&tried(&[table], &none)).contains(&"no-headings"));
}

trait MapCsv {
    fn map_csv(&self) -> String;
}

impl MapCsv for Vec<String> {
    fn map_csv(&self) -> String {
        let quoted: Vec<String> = self.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        quoted.join(",") + "\n"
    }
}

/// A table with headings of some kind and cells of all sorts.
fn any_table() -> impl Strategy<Value = File> {
    let cell = prop_oneof![
        3 => "(GL|甲|ODF)-[1-2]",
        3 => "[1-9](-[1-9])?(,[1-9])?",
        2 => "(空闲|占用|idle|used|损坏|预占|AAA|ODF|主用|2026-03-01|x)",
        1 => "[^\\x00]{0,6}",
        1 => Just(String::new()),
    ];
    let kind = prop::sample::select(Kind::ALL.to_vec());
    (kind, 0..2_usize, prop::collection::vec(prop::collection::vec(cell, 13), 0..12)).prop_map(|(kind, lang, rows)| {
        let heads: Vec<String> = kind.fields().iter().map(|field| field.heads[lang].to_owned()).collect();
        let rows = rows.iter().map(MapCsv::map_csv).collect::<String>();
        File::new(format!("{}.csv", kind.name()), heads.map_csv() + &rows)
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..400), zip in any::<bool>()) {
        let head: &[u8] = if zip { b"PK\x03\x04" } else { b"" };
        tried(&[File::new("x.xlsx", [head, &bytes].concat())], &ImportOptions::default());
    }

    #[test]
    fn a_damaged_workbook_is_refused_or_read(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = template(Language::English).unwrap().bytes;
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let end = cut.index(bytes.len() * 2);
        bytes.truncate(end.max(1));
        tried(&[File::new("x.xlsx", bytes)], &ImportOptions::default());
    }

    #[test]
    fn arbitrary_tables_import_and_import_again_unchanged(files in prop::collection::vec(any_table(), 1..5)) {
        let options = ImportOptions {
            format: Some(Format::Tables),
            repair: true,
            crs: "wgs84".parse().ok(),
            ..ImportOptions::default()
        };
        let mut network = Network::new();
        let first = import(&files, &options, &network).unwrap();
        for finding in &first.report.findings {
            prop_assert!(finding.reason.en != finding.reason.zh, "not in Chinese: {finding}");
        }
        prop_assert!(!first.refused, "{:?}", first.report.findings.iter().filter(|f| f.refuses()).collect::<Vec<_>>());
        network.apply(&first.changes).unwrap();
        let again = import(&files, &options, &network).unwrap();
        prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
    }
}

//! A carrier's own tables through the real binary: templates, a dirty table corrected and imported again, bad files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use support::Bench;

const CABLES: &str = "光缆段编码,光缆段名称,A端设施,Z端设施,纤芯数,长度(米)\n\
    GL-1,一段,城东局,GJ-1,24,1250\nGL-2,二段,GJ-1,GJ-2,两打,800\n";
const CORES: &str = "光缆段,纤芯,状态,使用电路\nGL-1,1-2,占用,银行专线\nGL-1,2-3,占用,学校专线\nGL-1,5-12,空闲,\n";

#[test]
fn templates_are_written_in_both_languages_and_import_as_they_are() {
    let bench = Bench::new();
    bench.run(["import", "--template", "forms", "--lang", "zh"]).done().says("linewright-模板.xlsx");
    bench.run(["import", "--template", "forms", "--lang", "en"]).done().says("linewright-template.xlsx");
    bench.run(["import", "--template", "forms"]).refused(1, "is there already");
    let tables = |file: &str| {
        let database = format!("{file}.db").replace('/', "-");
        let imported = bench.json(["--database", &database, "import", file]);
        assert_eq!((&imported["version"], &imported["report"]["totals"]["warnings"]), (&1.into(), &0.into()));
        bench.run(["--database", &database, "trace", "GL-0001"]).done().says("NT-ZX-0001");
        bench.run(["--database", &database, "import", file]).done().says("nothing changed");
        imported["report"]["tables"].clone()
    };
    assert_eq!(tables("forms/linewright-模板.xlsx"), tables("forms/linewright-template.xlsx"));
}

#[test]
fn a_dirty_table_is_corrected_in_its_findings_and_imported() {
    let bench = Bench::new();
    let (cables, cores) = (bench.write("光缆段.csv", CABLES), bench.write("纤芯.csv", CORES));
    let refused =
        bench.run(["import", "--findings-out", "dirt.csv", &cables, &cores]).refused(1, "findings written to");
    refused.says("\"两打\" is not a number").says("core 2 of GL-1 has two owners");
    assert_eq!(bench.files(), ["dirt.csv", "光缆段.csv", "纤芯.csv"]);
    bench.run(["import", "--findings-out", "dirt.csv", &cables]).refused(1, "is there already");

    // Corrected as a spreadsheet would: the last column of the rows in question.
    let text = std::fs::read_to_string(bench.path("dirt.csv")).unwrap();
    assert!(text.starts_with('\u{feff}'));
    let correct = |line: &str| {
        let new = if line.contains("bad-value") {
            "24"
        } else if line.contains("disputed-slot") {
            "3-4"
        } else {
            return format!("{line}\r\n");
        };
        format!("{}\"{new}\"\r\n", line.strip_suffix("\"\"").unwrap())
    };
    bench.write("corrected.csv", text.lines().map(correct).collect::<String>());
    let args = ["import", "--corrections", "corrected.csv", &cables, &cores];
    let mended = bench.run(args).done().says("imported as version 1");
    assert!(!mended.out.contains("disputed"), "{mended:?}");
    let traced = bench.run(["trace", "GL-1"]).done();
    traced.says("银行专线 · #1, 2").says("学校专线 · #3, 4").says("#13–24 unknown");
    bench.run(args).done().says("nothing changed");

    // The tables corrected by hand: the difference is shown first, field by field.
    bench.write("光缆段.csv", CABLES.replace("两打", "24").replace("1250", "1300").replace("GL-2,二段", "GL-3,三段"));
    bench.write("纤芯.csv", CORES.replace("2-3", "3-4"));
    let dry = bench.run(["import", "--dry-run", "--replace", &cables, &cores]).done();
    dry.says("~ cables GL-1\n      length_m: 1250.0 → 1300.0").says("- cables GL-2").says("+ cables GL-3");
    let all = bench.json(["import", "--dry-run", "--replace", "--changes", "1", &cables, &cores]);
    let changes: Vec<&serde_json::Value> = all["report"]["changes"].as_array().unwrap().iter().collect();
    let update = changes.iter().find(|change| change["code"] == "GL-1").unwrap();
    assert_eq!(update["fields"][0], serde_json::json!({"field": "length_m", "before": 1250.0, "after": 1300.0}));
    assert_eq!(changes.len(), 3, "{changes:?}");
    bench.run(["import", "--replace", &cables, &cores]).done().says("imported as version 2");
    bench.run(["trace", "GL-2"]).refused(1, "GL-2");
}

#[test]
fn a_mapping_file_names_a_carriers_own_headings_and_words() {
    let bench = Bench::new();
    let table = bench.write("台账.csv", "我司光缆台账\n段号,起,止,芯,情况\nG1,甲,乙,12,跑着\n");
    bench.run(["import", &table]).refused(1, "no row has the headings of a table known here");
    let mapping = bench.write(
        "columns.toml",
        "[words]\n\"跑着\" = \"在网\"\n[[table]]\nfile = \"台账.csv\"\nkind = \"cables\"\n\
         columns = {code = \"段号\", a = \"起\", z = \"止\", cores = [\"芯\"], stage = \"情况\"}\n",
    );
    let done = bench.run(["import", "--mapping", &mapping, &table]).done();
    assert!(!done.out.contains("unknown-word"), "{done:?}");
    bench.run(["trace", "G1"]).done().says("甲 – 乙");
    let wrong = bench.write("wrong.toml", "[columns.cables]\ncoed = \"x\"\n");
    bench.run(["import", "--mapping", &wrong, &table]).refused(1, "\"coed\" of cables; the fields are code");
}

#[test]
fn files_too_large_or_locked_are_refused_before_anything_happens() {
    let bench = Bench::new();
    let huge = std::fs::File::create(bench.path("huge.xlsx")).unwrap();
    huge.set_len(2 << 30).unwrap();
    bench.run(["import", "huge.xlsx"]).refused(1, "larger than the limit");
    drop(huge);
    std::fs::remove_file(bench.path("huge.xlsx")).unwrap();
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let locked = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &name].concat();
    bench.write("locked.xlsx", locked);
    bench.run(["import", "locked.xlsx"]).refused(1, "locked with a password");
    bench.write("cut.xlsx", b"PK\x03\x04 and no more");
    bench.run(["import", "cut.xlsx"]).refused(1, "damaged or cut off");
    bench.write("设施.csv", "设施编码,经度,纬度\nJ-1,120.86,32.01\n");
    bench.run(["import", "设施.csv"]).refused(1, "gcj02, bd09");
    bench.run(["import", "--crs", "bd09", "设施.csv"]).done();
}

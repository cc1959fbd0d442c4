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
fn templates_are_written_in_both_languages_and_their_examples_stay_out() {
    let bench = Bench::new();
    bench.run(["import", "--template", "forms", "--lang", "zh"]).done().says("linewright-模板.xlsx");
    bench.run(["import", "--template", "forms", "--lang", "en"]).done().says("linewright-template.xlsx");
    bench.run(["import", "--template", "forms"]).refused(1, "is there already");
    for (file, code) in
        [("forms/linewright-模板.xlsx", "示例-JZ-01"), ("forms/linewright-template.xlsx", "EXAMPLE-JZ-01")]
    {
        let imported = bench.run(["import", "--findings", "20", file]).done();
        imported.says(code).says("an example of the template is passed over").says("example-row × ");
    }
    assert!(!bench.files().contains(&"linewright.db".to_owned()), "{:?}", bench.files());
}

#[test]
fn a_dirty_table_is_corrected_in_its_findings_and_imported() {
    let bench = Bench::new();
    let (cables, cores) = (bench.write("光缆段.csv", CABLES), bench.write("纤芯.csv", CORES));
    let refused =
        bench.run(["import", "--findings-out", "dirt.csv", &cables, &cores]).refused(1, "findings written to");
    refused.says("\"两打\" is not a number").says("core 2 of GL-1 has two owners");
    assert_eq!(bench.files(), ["dirt.csv", "光缆段.csv", "纤芯.csv"]);
    let zh = bench.run(["import", "--dry-run", "--lang", "zh", &cables, &cores]).refused(1, "未导入");
    zh.says("光缆段.csv 第 3 行（GL-2） 纤芯数: \"两打\" 不是数字；请写成 1250.5 的形式")
        .says("GL-1 的 2 号纤芯 有两个归属");
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
    // The same list in Chinese is read back as well.
    bench.run(["import", "--lang", "zh", "--findings-out", "问题.csv", &cables, &cores]).refused(1, "问题清单已写入");
    let zh = std::fs::read_to_string(bench.path("问题.csv")).unwrap();
    assert!(zh.contains("\"错误\",\"bad-value\"") && zh.contains("不是数字"), "{zh}");
    bench.write("更正.csv", zh.lines().map(correct).collect::<String>());
    bench.run(["import", "--corrections", "更正.csv", &cables, &cores]).done().says("nothing changed");

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

/// The sheet of a sample with a result, and what was found, in every row that `answer` answers.
fn filled(sheet: &str, answer: impl Fn(&[&str]) -> Option<(&'static str, &'static str)>) -> String {
    let fill = |line: &str| {
        let mut cells: Vec<&str> = line.trim_matches('"').split("\",\"").collect();
        if let Some((result, found)) = answer(&cells) {
            (cells[8], cells[9]) = (result, found);
        }
        format!("\"{}\"\r\n", cells.join("\",\""))
    };
    let (head, rows) = sheet.split_once("\r\n").unwrap();
    format!("{head}\r\n{}", rows.lines().map(fill).collect::<String>())
}

#[test]
fn a_field_sample_shows_accuracy_and_its_differences_correct_the_tables() {
    let bench = Bench::new();
    let cables = bench.write("光缆段.csv", CABLES.replace("两打", "24"));
    let cores = bench.write("纤芯.csv", CORES.replace("2-3", "3").replace("5-12", "5"));
    bench.run(["import", &cables, &cores]).done();

    let draw = |file: &str, size: &str, seed: &str| {
        let args = ["check", "--lang", "zh", "--sample-out", file, "--sample-size", size, "--seed", seed];
        bench.run(args).done().says("抽取").says("linewright check --sample");
        std::fs::read_to_string(bench.path(file)).unwrap()
    };
    let sheet = draw("抽样.csv", "100", "7");
    let few = draw("few.csv", "20", "7");
    assert!(few == draw("again.csv", "20", "7") && few != draw("other.csv", "20", "8"));
    bench.run(["check", "--sample-out", "抽样.csv"]).refused(1, "results may stand in it");

    // One length differs, one core is used, one cable section is not there, and one is not in the records.
    let mut answers = filled(&sheet, |cells| match cells {
        [_, "GL-1", "", _, _, _, "长度(米)", ..] => Some(("不一致", "1300")),
        [_, "GL-1", "5", _, _, _, "纤芯状态", ..] => Some(("不一致", "损坏")),
        [_, "GL-2", "", ..] => Some(("现场无", "")),
        _ => Some(("一致", "")),
    });
    answers.push_str("\"光缆段\",\"GL-9\",\"\",\"\",\"\",\"\",\"\",\"\",\"记录无\",\"\",\"\"\r\n");
    bench.write("filled.csv", answers);
    let judged = bench.json(["check", "--sample", "filled.csv", "--findings-out", "differences.xlsx"]);
    let kinds = judged["accuracy"]["kinds"].as_array().unwrap();
    let of = |kind: &str| kinds.iter().find(|row| row["kind"] == kind).unwrap();
    // Five attributes of GL-1, of which one differs; five of GL-2, which is not there; one that is not recorded.
    assert_eq!((&of("cable")["looked_at"], &of("cable")["agree"]), (&11.into(), &4.into()));
    assert_eq!((&of("cable")["required_percent"], &of("cable")["verdict"]), (&95.0.into(), &"missed".into()));
    assert_eq!((&of("place")["agree"], &of("place")["verdict"]), (&of("place")["looked_at"], &"open".into()));
    assert_eq!(judged["differences"].as_array().unwrap().len(), 4);
    let read = bench.run(["check", "--sample", "filled.csv", "--lang", "zh"]).refused(1, "未达标");
    read.says("按维护单位")
        .says("样本不足")
        .says("光缆段 GL-1：长度(米) 登记为 1250，现场为 1300")
        .says("现场没有光缆段 GL-2");
    bench
        .run(["check", "--sample", "filled.csv", "--lang", "en"])
        .refused(1, "cable section GL-9 is not in the records");

    // What was found goes into the tables, whatever they are called.
    let dry = ["import", "--dry-run", "--corrections", "differences.xlsx", &cables, &cores];
    let dry = bench.run(dry).done().says("~ cables GL-1\n      length_m: 1250.0 → 1300.0").says("+ slot marks");
    assert!(!dry.out.contains("correction-unfit"), "{dry:?}");
    // A row that speaks of several cores cannot be corrected for one of them.
    bench.write("纤芯.csv", CORES.replace("2-3", "3").replace("5-12", "5-6"));
    bench.run(["import", "--dry-run", "--corrections", "differences.xlsx", &cores]).refused(1, "a row of its own");

    // A workbook that nobody filled in says nothing; one that is wrong is refused whole, with all that is wrong.
    bench.run(["check", "--sample-out", "sample.xlsx", "--sample-size", "10"]).done();
    bench.run(["check", "--sample", "sample.xlsx"]).done().says("0 records looked at");
    bench.write("wrong.csv", filled(&sheet, |_| Some(("perhaps", ""))));
    bench.run(["check", "--sample", "wrong.csv"]).refused(1, "row 2: the result \"perhaps\" is none of 一致");
    bench.run(["check", "--sample", &cables]).refused(1, "no row has the headings kind 类别");
    bench.run(["check", "--sample", "filled.csv", "--rule", "6"]).refused(2, "cannot be used with");
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

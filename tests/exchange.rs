//! Import and export as somebody meets them who has never used the program: wrong files, wrong options, Ctrl-C.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use std::process::{Command, Stdio};

use linewright_store::{Desk, Mode};
use support::{Bench, Ran, sample, shared};

#[test]
fn a_map_of_the_city_comes_back_with_its_cables() {
    let bench = Bench::nantong();
    let cables = bench.json(["import", "--dry-run", &sample()])["report"]["tables"]["cable"]["unchanged"].clone();
    let exported = bench.run(["export", "--format", "geojson", "map"]).done();
    assert!(exported.err.contains("warning: geojson cannot carry") && exported.err.contains("devices"), "{exported:?}");
    assert!(exported.err.contains("native carries all"), "{exported:?}");
    let left_out = bench.json(["export", "--format", "ofds", "p.json"])["left_out"].clone();
    assert!(left_out["splice"].as_u64() > Some(0) && left_out.get("cable").is_none(), "{left_out}");
    assert_eq!(bench.run(["export", "--format", "native", "all"]).done().err, "");
    assert_eq!(bench.run(["export", "--format", "ofds", "-q", "q.json"]).done().err, "");

    let back = bench.json(["--database", "back.db", "import", "map"]);
    assert_eq!(back["report"]["tables"]["cable"]["created"], cables);
    let traced = bench.run(["--database", "back.db", "trace", "GL-0047"]).done();
    traced.says("944 m").says("NT-CC-JT01").says("NT-CC-GJ04");
}

#[test]
fn the_archive_of_a_folder_is_the_folder() {
    let bench = Bench::nantong();
    bench.run(["export", "--format", "native", "all"]).done();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for file in std::fs::read_dir(bench.path("all")).unwrap() {
        let path = file.unwrap().path();
        let name = format!("all/{}", path.file_name().unwrap().to_string_lossy());
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, &std::fs::read(&path).unwrap()).unwrap();
    }
    let archive = archive.finish().unwrap().into_inner();
    bench.write("all.zip", &archive);
    bench.write("cut.zip", &archive[..archive.len() / 2]);
    bench.run(["import", "all.zip"]).done().says("nothing");
    bench.run(["--database", "new.db", "import", "all.zip"]).done().says("imported as version 1");
    bench.run(["--database", "no.db", "import", "cut.zip"]).refused(1, "cut.zip cannot be unpacked: it is damaged");
    bench.run(["--database", "no.db", "import", "--limit", "0", "all.zip"]).refused(1, "limit");
    assert!(!bench.files().contains(&"no.db".to_owned()));
}

#[test]
fn who_exports_is_in_the_audit_log() {
    let bench = Bench::nantong();
    bench.run(["--user", "li", "export", "--format", "native", "--why", "for the yearly report", "a"]).done();
    bench.run(["export", "--format", "geojson", "--dataset", "none", "b"]).refused(1, "there is no data set");
    bench.run(["export", "--format", "ofds", "c.json"]).done();
    let lines = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let at = bench.path("linewright.db");
        let store = linewright_store::connect(&at.to_string_lossy(), Mode::ReadOnly).await.unwrap();
        store.audit_lines(None, 10).await.unwrap()
    });
    let said: Vec<_> =
        lines.iter().map(|line| [&*line.who, &*line.via, &*line.action, &*line.subject, &*line.why]).collect();
    let ours = [
        ["tester", "cli", "export", "ofds everything", "export to c.json"],
        ["li", "cli", "export", "native everything", "for the yearly report"],
    ];
    assert_eq!(said, ours);
}

#[test]
fn the_wrong_coordinate_system_is_said_once_and_changes_nothing() {
    let (Some(nodes), Some(lines)) = (shared("watra/GHA_nodes.geojson"), shared("watra/GHA_lines.geojson")) else {
        return;
    };
    let bench = Bench::new();
    let refused = bench.run(["import", "--repair", "--crs", "gk3:120", &nodes, &lines]).refused(1, "as crs");
    assert!(refused.out.contains("wrong-crs × 2") && !refused.out.contains("outside-world"), "{refused:?}");
    // A table would read as if its records were in the database.
    assert!(!refused.out.contains("new"), "{refused:?}");
    assert!(bench.files().is_empty(), "{:?}", bench.files());
    let quiet = bench.run(["import", "-q", "--crs", "gk3:120", &nodes]);
    quiet.refused(1, "140 of 140 positions are impossible in gk3:120");
}

#[test]
fn a_folder_is_read_for_its_maps_and_not_as_one_when_they_are_several() {
    let Some(folder) = shared("watra") else { return };
    let bench = Bench::new();
    bench.run(["import", &folder]).refused(1, "several networks (GHA, SLE)").says("LICENSE: passed over");
    for name in ["SLE_nodes.geojson", "SLE_lines.geojson", "README.md", "SLE.kmz"] {
        bench.write(&format!("one/{name}"), std::fs::read(std::path::Path::new(&folder).join(name)).unwrap());
    }
    bench.run(["import", "one"]).done().says("file-skipped × 2").says("imported as version 1");
}

#[test]
fn files_with_nothing_in_them_make_no_version() {
    let bench = Bench::new();
    let file = bench.write("e.geojson", r#"{"type":"FeatureCollection","features":[]}"#);
    bench.run(["import", &file]).done().says("nothing to import");
    assert_eq!(bench.files(), ["e.geojson"]);
}

#[test]
fn what_cannot_be_read_is_said_to_be_what_it_is() {
    let bench = Bench::new();
    let file = bench.write("g.csv", b"\xb1\xe0\xba\xc5,\xc3\xfb\n");
    bench.run(["import", &file]).refused(1, "no-headings").says("g.csv: the text is not UTF-8; read as GB18030");
    let file = bench.write("r.bin", [7, 200, 13, 1, 255]);
    bench.run(["import", &file]).refused(1, "r.bin is not text");
    let file = bench.write("nodes.csv", "id,nodes/0/id\n");
    bench.run(["import", &file]).done().says("nothing-to-import");
    bench.run(["import", "nodir"]).refused(1, "there is no such file or folder");
    let long = "长".repeat(20_000);
    for arguments in [["import", &long], ["trace", &long], ["undo", &long]] {
        let ran = bench.run(arguments);
        assert!(ran.code > 0 && ran.err.len() < 1_000, "{} bytes", ran.err.len());
    }
}

#[test]
fn a_refused_import_says_why_even_when_quiet() {
    let bench = Bench::new();
    let file = bench.write("a.geojson", r#"{"type":"FeatureCollection","features":["x"]}"#);
    let refused = bench.run(["import", "-q", &file]).refused(1, "not-an-object");
    assert!(refused.out.contains("the feature is text, not an object"), "{refused:?}");
}

#[test]
fn prices_that_are_no_numbers_are_told_what_to_be() {
    let bench = Bench::nantong();
    bench.run(["catalog", "--write", "mine"]).done();
    let path = bench.path("mine/prices.toml");
    let prices = std::fs::read_to_string(&path).unwrap();
    let line =
        prices.lines().find(|line| line.split_once(" = ").is_some_and(|(_, n)| n.parse::<i64>().is_ok())).unwrap();
    let (key, _) = line.split_once(" = ").unwrap();
    std::fs::write(&path, prices.replacen(line, &format!("{key} = \"fifty\""), 1)).unwrap();
    let survey = ["survey", "--catalog", "mine", "--at", "120.88,31.98", "--product", "data"];
    bench.run(survey).refused(1, "a whole number such as 50 is expected, not the text \"fifty\"");
}

#[test]
fn undoing_an_undo_says_so_and_the_log_says_who() {
    let bench = Bench::nantong();
    bench.run(["undo", "--user", "王工"]).done();
    bench
        .run(["undo"])
        .done()
        .says("this takes back the undo of version 1; to go further back: linewright undo VERSION");
    let mut named = bench.command(["undo"]);
    let undone = Ran::of({
        named.env("LINEWRIGHT_USER", "li");
        named
    });
    assert!(undone.done().out.contains("this takes back the undo of version 2"));
    let log = bench.json(["log"]);
    let who: Vec<&str> = log["entries"].as_array().unwrap().iter().map(|e| e["who"].as_str().unwrap()).collect();
    assert_eq!(who, ["li", "tester", "王工", "tester"]);
}

#[test]
fn a_trace_that_finds_nothing_names_what_it_suggests() {
    let bench = Bench::nantong();
    bench.run(["trace", "NT-CC-HX011"]).refused(1, "NT-CC-HX01 (世纪大道核心机房)");
}

#[test]
fn full_width_figures_are_figures() {
    let bench = Bench::nantong();
    let survey = |at: &str, bandwidth: &str| {
        bench.run(["survey", "--at", at, "--product", "internet", "--bandwidth", bandwidth]).done().out
    };
    let (wide, narrow) = (survey("１２０.８８１５，３１．９８２３", "１００Ｍ"), survey("120.8815,31.9823", "100M"));
    let verdict = |text: &str| text.lines().skip(1).take(8).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(verdict(&wide), verdict(&narrow));
}

#[cfg(unix)]
#[test]
fn an_interrupted_import_changes_nothing() {
    let bench = Bench::nantong();
    let pipe = bench.path("slow.geojson");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = bench.command(["import", "slow.geojson"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It opens once the program reads, and then there is nothing to read: the import waits.
    let held = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(held);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted; nothing was changed"), "{output:?}");
    assert_eq!(bench.json(["log"])["head"], 1);
}

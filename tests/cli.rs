//! The command line end to end: every command, both languages, JSON, exit codes, bad input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use std::process::Stdio;

use serde_json::Value;
use support::{Bench, Ran, http, sample};

#[test]
fn every_command_has_help_with_examples() {
    let bench = Bench::new();
    let commands = ["demo", "import", "export", "survey", "trace", "check", "migrate", "log", "undo", "catalog"];
    let overview = bench.run(["--help"]).done();
    for command in commands {
        assert!(overview.out.contains(command), "{command}");
        let help = bench.run([command, "--help"]).done();
        assert!(help.out.contains("--database"), "{command}");
        if command != "migrate" {
            assert!(help.out.contains("Example"), "{command}: {}", help.out);
        }
    }
    bench.run(["--version"]).done().says("linewright 0.");
    assert!(bench.files().is_empty(), "help writes nothing: {:?}", bench.files());
}

#[test]
fn the_demo_tells_every_verdict_and_leaves_nothing_behind() {
    let bench = Bench::new();
    let demo = bench.run(["demo"]).done();
    for word in ["Survey", "直接开通", "需跳纤", "需布放引入缆", "需扩容", "不具备"] {
        assert!(demo.out.contains(word), "{word}: {}", demo.out);
    }
    assert!(bench.files().is_empty());
    let zh = bench.run(["demo", "--lang", "zh"]).done();
    assert!(zh.out.contains("勘察") && !zh.out.contains("Survey"), "{}", zh.out);
    let stories = bench.json(["demo", "--keep", "demo.db"]);
    let stories = stories["stories"].as_array().unwrap();
    assert!(stories.iter().any(|story| story["survey"]["protection"]["verdict"] == "disjoint"));
    bench.run(["--database", "demo.db", "trace", "GL-0001"]).done();
    bench.run(["demo", "--keep", "demo.db"]).refused(1, "is there already");
}

#[test]
fn tokens_that_serve_no_more_are_marked() {
    let bench = Bench::new();
    bench.run(["migrate"]).done();
    bench.run(["account", "add", "wu", "--role", "crew"]).done();
    bench.run(["token", "add", "--account", "wu", "--name", "CRM", "--scope", "read"]).done();
    assert_eq!(bench.json(["token", "list"])[0]["ended"], false);
    bench.run(["token", "list"]).done().says("CRM [read] until 2");
    bench.run(["account", "disable", "wu"]).done();
    assert_eq!(bench.json(["token", "list"])[0]["ended"], true);
    bench.run(["token", "list"]).done().says("CRM [read] ACCOUNT DISABLED OR ENDED; until 2");
    bench.run(["token", "list", "--lang", "zh"]).done().says("CRM [read] 账号已停用或到期; 有效至 2");
    bench.run(["account", "change", "wu", "--role", "viewer", "--region", "崇川区", "--expires", "2999-12-31"]).done();
    let wu = &bench.json(["account", "list"])[0];
    let rights = [&wu["role"], &wu["region"], &wu["expires_at"]].map(|value| value.as_str().unwrap().to_owned());
    assert_eq!(rights, ["viewer", "崇川区", "3000-01-01T00:00:00Z"]);
    bench.run(["account", "change", "wu", "--everywhere", "--no-end", "--lang", "zh"]).done().says("wu: 已修改");
    let wu = &bench.json(["account", "list"])[0];
    assert_eq!((&wu["region"], &wu["expires_at"]), (&Value::from(""), &Value::Null));
    bench.run(["account", "change", "wu"]).refused(2, "--role");
    bench.run(["account", "change", "wu", "--expires", "2020-01-01"]).refused(1, "ended already");
    bench.run(["account", "change", "nobody", "--no-end"]).refused(1, "there is no account");
    bench.run(["account", "link", "nobody", "--remove"]).refused(1, "there is no account \"nobody\"");
}

#[test]
fn a_city_is_imported_checked_exported_and_imported_again() {
    let bench = Bench::nantong();
    let again = bench.json(["import", &sample()]);
    assert_eq!((&again["changed"], &again["version"], &again["base"]), (&Value::Bool(false), &Value::Null, &1.into()));
    bench.run(["import", &sample()]).done().says("nothing changed");
    bench.run(["check"]).done();

    bench.run(["export", "--format", "native", "out"]).done();
    bench.run(["export", "--format", "native", "out"]).refused(1, "--force");
    bench.run(["export", "--format", "native", "--force", "out"]).done();
    for table in ["place", "cable", "trail", "slot_mark", "address"] {
        let file = format!("{table}.csv");
        let ours = std::fs::read(bench.path("out").join(&file)).unwrap();
        let sample = std::fs::read(std::path::Path::new(&sample()).join(&file)).unwrap();
        assert!(ours == sample, "{file} differs from the sample");
    }
    let copy = bench.json(["--database", "copy.db", "import", "out"]);
    assert_eq!(copy["version"], 1);
    bench.run(["--database", "copy.db", "import", &sample()]).done().says("nothing changed");
    assert!(!bench.files().iter().any(|name| name.contains(".part")), "{:?}", bench.files());
}

#[test]
fn a_dry_run_writes_nothing() {
    let bench = Bench::new();
    bench.run(["import", "--dry-run", &sample()]).done().says("dry run");
    assert!(bench.files().is_empty(), "{:?}", bench.files());
    let rehearsed = bench.json(["import", "--dry-run", &sample()]);
    let cables = std::fs::read_to_string(std::path::Path::new(&sample()).join("cable.csv")).unwrap();
    assert_eq!(rehearsed["report"]["tables"]["cable"]["created"], cables.lines().count() - 1);
}

#[test]
fn what_was_done_is_logged_and_can_be_undone() {
    let bench = Bench::nantong();
    bench.run(["undo"]).done().says("taken back by version 2");
    assert_eq!(bench.json(["check"])["summary"]["findings"], 0);
    bench.run(["trace", "GL-0001"]).refused(1, "nothing in the network");
    bench.run(["undo"]).done().says("taken back by version 3");
    bench.run(["trace", "GL-0001"]).done();
    bench.run(["import", &sample()]).done().says("nothing changed");
    let log = bench.json(["log"]);
    let entries = log["entries"].as_array().unwrap();
    let said: Vec<(u64, &str, &str)> = entries
        .iter()
        .map(|e| (e["version"].as_u64().unwrap(), e["who"].as_str().unwrap(), e["origin"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [(3, "tester", "reversal"), (2, "tester", "reversal"), (1, "tester", "recording")]);
    bench.run(["log", "--limit", "1", "--before", "3"]).done().says("undo of version 1");
    bench.run(["undo", "9"]).refused(1, "numbered 1 to 3");
    bench.run(["undo", "1"]).done().says("taken back by version 4");
    bench.run(["undo", "1"]).refused(1, "undo those first");
}

#[test]
fn undo_has_nothing_to_undo_at_first() {
    let bench = Bench::new();
    bench.run(["undo"]).refused(1, "there is no database");
    bench.run(["migrate"]).done();
    bench.run(["undo"]).refused(1, "nothing to undo");
    bench.run(["log"]).done().says("no changes");
}

#[test]
fn migrate_says_what_it_did() {
    let bench = Bench::new();
    bench.run(["survey", "--at", "1,2", "--product", "data"]).refused(1, "there is no database");
    assert!(bench.files().is_empty(), "looking makes no database");
    bench.run(["migrate"]).done().says("new database");
    bench.run(["migrate"]).done().says("up to date already");
    bench.run(["survey", "--at", "1,2", "--product", "data"]).refused(1, "import a fibre map first");
    assert_eq!(bench.json(["check"])["summary"]["findings"], 0);
    // An empty file is a fresh database to an import, and nothing yet to a reader.
    let file = bench.write("empty.db", "");
    bench.run(["--database", &file, "check"]).refused(1, "linewright migrate");
    bench.run(["--database", &file, "import", &sample()]).done();
}

#[test]
fn elements_are_traced_both_ways() {
    let bench = Bench::nantong();
    let cable = bench.json(["trace", "GL-0001"]);
    assert_eq!(cable["subject"]["code"], "GL-0001");
    let spans: Vec<&str> = cable["rides_on"].as_array().unwrap().iter().map(|b| b["code"].as_str().unwrap()).collect();
    assert_eq!(spans, ["YN-CC-01", "GD-CC-26", "GD-CC-19", "GD-CC-20", "GD-CC-13", "GD-CC-14", "GD-KF-01"]);
    let carried = cable["carries"].as_array().unwrap();
    assert!(carried.iter().any(|b| b["code"] == "GLU-0001" && b["table"] == "trail"), "{cable:#}");

    let duct = bench.json(["trace", "span:GD-CC-26"]);
    assert!(duct["affected"]["cables"].as_u64().unwrap() >= 1);
    assert!(!duct["affected"]["customers"].as_array().unwrap().is_empty(), "{duct:#}");

    let core = bench.json(["trace", "GL-0001/7"]);
    let way: Vec<&str> = core["rides_on"].as_array().unwrap().iter().map(|b| b["code"].as_str().unwrap()).collect();
    assert!(way.contains(&"GL-0001") && way.contains(&"GL-0002") && way.contains(&"NT-CC-HX01-ODF01"), "{way:?}");
    bench.run(["trace", "NT-CC-HX01-ODF01:1"]).done().says("GLU-0001");
    bench.run(["trace", "GLU-0001", "--lang", "zh"]).done().says("光路 GLU-0001").says("承载于");
    bench.run(["trace", "NT-CC-HX01"]).done().says("core site");
    bench.run(["trace", "DZ-CC-001"]).done().says("创源大厦");
    bench.run(["trace", "创源大厦分纤箱"]).done().says("NT-CC-FX01");

    bench.run(["trace", "GL-00011"]).refused(1, "did you mean").says("GL-0001");
    bench.run(["trace", "GL-0001/145"]).refused(1, "numbered 1 to 144");
    bench.run(["trace", "GL-0001/0"]).refused(1, "no core 0");
    bench.run(["trace", "NT-CC-HX01-ODF01:999999"]).refused(1, "no port 999999");
    for garbage in ["", "/", ":", "-", "--", "cable:", "/7", "a/b/c/d", &"长".repeat(5_000), "GL-0001/99999999999"] {
        let ran = bench.run(["trace", "--", garbage]);
        assert_eq!(ran.code, 1, "{garbage:.20}: {ran:?}");
        assert!(ran.err.len() < 1_500, "{ran:?}");
    }
}

#[test]
fn surveys_answer_in_both_languages_and_refuse_what_is_no_question() {
    let bench = Bench::nantong();
    let survey = |args: &[&str]| bench.run(["survey"].iter().chain(args));
    survey(&["--address", "DZ-CC-001", "--product", "internet", "--bandwidth", "100M"]).done().says("直接开通");
    let zh = survey(&["--address", "世纪大道288号", "--product", "internet", "--lang", "zh"]).done();
    assert!(zh.out.contains("勘察"), "{zh:?}");
    survey(&["--place", "NT-CC-KH07", "--product", "data", "--bandwidth", "155M", "--protect"]).done();
    // An answer is an answer: not feasible is no refusal.
    survey(&["--at", "121.88,31.715", "--product", "internet"]).done().says("不具备");
    // A point of another part of the world is a slip.
    survey(&["--at=-13.2,8.4", "--product", "data"]).refused(1, "far from everything on the map");
    survey(&["--at", "31.98,120.88", "--product", "data"]).refused(1, "swapped");
    survey(&["--at=-120.88,31.98", "--product", "data"]).refused(1, "120.88,31.98 lies on it");
    survey(&["--at", "120.8815,31.9823", "--crs", "gcj02", "--product", "internet", "--alternatives", "1"]).done();

    let usage = |args: &[&str], says: &str| drop(survey(args).refused(2, says));
    usage(&["--product", "data"], "--at");
    usage(&["--at", "1,2", "--place", "x", "--product", "data"], "cannot be used with");
    usage(&["--at", "Bo", "--product", "data"], "such as 120.8815,31.9823");
    usage(&["--at", "1,2"], "--product");
    usage(&["--at", "1,2", "--product", "data", "--bandwidth", "0M"], "is zero");
    usage(&["--at", "1,2", "--product", "data", "--bandwidth", "10T"], "is not a bandwidth");
    usage(&["--at", "1,2", "--product", "data", "--bandwidth", "999999G"], "more than 400G");
    usage(&["--at", "1,2", "--product", "data", "--bandwidth", "-5M"], "is not a bandwidth");
    usage(&["--at", "1,2", "--product", "data", "--crs", "mars"], "accepted: wgs84");
    usage(&["--at", "1,2", "--product", "data", "--latest", "tomorrow"], "--latest");
    usage(&["--at", "1,2", "--product", "data", "--alternatives", "99999999999999999999999"], "--alternatives");

    let refused = |args: &[&str], says: &str| drop(survey(args).refused(1, says));
    refused(&["--at", "NaN,31.9", "--product", "data"], "NaN");
    refused(&["--at", "inf,31.9", "--product", "data"], "inf");
    refused(&["--at", "31.9823,120.8815", "--product", "data"], "swapped");
    refused(&["--at", "720,31", "--product", "data"], "720");
    refused(&["--at", "1,2", "--product", "telepathy"], "telepathy");
    refused(&["--at", "120.9,31.9", "--product", "voice", "--bandwidth", "10G"], "voice");
    refused(&["--place", "Atlantis", "--product", "data"], "Atlantis");
    refused(&["--address", "亚特兰蒂斯大街", "--product", "data"], "no standard address");
    refused(&["--at", "120.9,31.9", "--product", "data", "--alternatives", "0"], "1 to 20");
    refused(&["--at", "120.9,31.9", "--product", "data", "--to", "Atlantis"], "Atlantis");
    refused(&["--place", "NT-CC-KH07", "--to", "NT-CC-KH07", "--product", "data"], "two different ends");
    refused(&["--at", "120.9,31.9", "--product", "data", "--catalog", "no-such-folder"], "no-such-folder");
}

#[test]
fn a_carriers_own_tables_are_used_and_checked() {
    let bench = Bench::nantong();
    bench.run(["catalog", "--write", "mine"]).done();
    bench.run(["catalog", "--write", "mine"]).refused(1, "is there already");
    let survey = ["survey", "--address", "DZ-CC-003", "--product", "internet", "--catalog", "mine"];
    let prices = std::fs::read_to_string(bench.path("mine/prices.toml")).unwrap();
    bench.write("mine/prices.toml", prices.replacen("version = \"", "version = \"mine-", 1));
    let answer = bench.json(survey);
    assert!(answer["catalog"]["prices"].as_str().unwrap().starts_with("mine-"), "{answer:#}");
    bench.write("mine/prices.toml", "version = 7");
    bench.run(survey).refused(1, "prices.toml line 1");
    bench.write("mine/prices.toml", prices);
    bench.write("mine/wages.toml", "");
    bench.run(survey).refused(1, "wages.toml");
    bench.write("bare/readme.txt", "");
    bench.run(["catalog", "--catalog", "bare"]).refused(1, "expected one of prices.toml");
}

#[test]
fn every_command_answers_one_json_document() {
    let bench = Bench::nantong();
    let check = |args: &[&str], key: &str| {
        let document = bench.json(args.iter().copied());
        assert!(document.get(key).is_some(), "{args:?}: {document:#}");
    };
    check(&["import", &sample()], "report");
    check(&["export", "--format", "geojson", "map"], "files");
    check(&["survey", "--address", "DZ-CC-002", "--product", "internet"], "verdict");
    check(&["trace", "GL-0001"], "rides_on");
    check(&["check"], "summary");
    check(&["migrate"], "changed");
    check(&["log"], "entries");
    check(&["catalog"], "prices");
    check(&["undo"], "undone");
    // Refusals and wrong usage too, on the same output.
    let error = |args: &[&str], code: i32, kind: &str| {
        let mut command = bench.command(args);
        command.arg("--json");
        let ran = Ran::of(command);
        assert_eq!((ran.code, ran.json()["error"]["kind"].as_str()), (code, Some(kind)), "{ran:?}");
        assert_eq!(ran.err, "");
    };
    error(&["trace", "nothing-like-it"], 1, "trace");
    error(&["survey", "--at", "1,2", "--product", "telepathy"], 1, "survey");
    error(&["--database", "none.db", "check"], 1, "database-missing");
    error(&["import", "none.geojson"], 1, "file");
    error(&["import"], 2, "usage");
    error(&["frobnicate"], 2, "usage");
    error(&["survey", "--at", "x", "--product", "data"], 2, "usage");
}

#[test]
fn import_refuses_bad_files_and_leaves_the_database_as_it_was() {
    let bench = Bench::new();
    let check = |files: &[&str], says: &str| {
        bench.run(["import"].iter().chain(files)).refused(1, says);
        assert!(!bench.files().iter().any(|name| name.ends_with(".db")), "{files:?}: {:?}", bench.files());
    };
    check(&["missing.geojson"], "missing.geojson");
    std::fs::create_dir(bench.path("hollow")).unwrap();
    check(&["hollow"], "has no files");
    let file = |name: &str, content: &[u8]| bench.write(name, content);
    check(&[&file("empty.geojson", b"")], "is empty");
    check(&[&file("a.zip", b"PK\x03\x04rest")], "zip");
    check(&[&file("a.json", b"{\"hello\": 1}")], "JSON of another kind");
    check(&[&file("a.bin", &[0, 159, 146, 150])], "not text");
    check(&[&file("a.txt", b"just words")], "text of another kind");
    check(&[&file("cut.geojson", b"{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Fea")], "error");
    check(&[&file("deep.geojson", format!("{{\"features\":{}", "[".repeat(100_000)).as_bytes())], "error");
    let line = |coordinates: &str| {
        let geometry = format!("{{\"type\":\"LineString\",\"coordinates\":{coordinates}}}");
        let feature = format!("{{\"type\":\"Feature\",\"properties\":{{\"id\":\"x\"}},\"geometry\":{geometry}}}");
        format!("{{\"type\":\"FeatureCollection\",\"features\":[{feature}]}}")
    };
    check(&[&file("far.geojson", line("[[1,2],[500,2]]").as_bytes())], "500");
    check(&[&file("nan.geojson", line("[[1,2],[NaN,2]]").as_bytes())], "error");
    bench
        .write("cut/manifest.toml", "format = \"linewright-native\"\nversion = 1\nname = \"x\"\ndescription = \"x\"\n");
    bench.write("cut/place.csv", "code,name,kind,lon,lat\nA,,manhole,1,2\nB,,\"manh");
    check(&["cut"], "error");
    let huge = std::fs::File::create(bench.path("huge.geojson")).unwrap();
    huge.set_len(3 << 30).unwrap();
    check(&["huge.geojson"], "larger than the limit");
    check(&["--limit", "1", "huge.geojson"], "larger than the limit of 1048576 bytes");
    bench.run(["import", "--format", "shapefile", "a.txt"]).refused(2, "there is no format");
    bench.run(["import", "--crs", "utm:51", "a.txt"]).refused(2, "accepted: wgs84");
    bench.run(["import", "--mapping", "none.toml", "far.geojson"]).refused(1, "none.toml");

    let whole = Bench::nantong();
    let bad = bench.path("far.geojson").to_str().unwrap().to_owned();
    whole.run(["import", &bad]).refused(1, "nothing was written");
    assert_eq!(whole.json(["log"])["head"], 1);
    let report = whole.json(["import", &bad]);
    assert_eq!(report["refused"], true);
    assert!(report["report"]["findings"][0]["file"].as_str().unwrap().contains("far.geojson"));
}

#[test]
#[cfg(unix)]
fn arguments_that_are_no_text_are_refused() {
    use std::os::unix::ffi::OsStringExt;
    let bench = Bench::new();
    let garbage = || std::ffi::OsString::from_vec(vec![b'a', 0xff, 0xfe]);
    let run = |args: &[&str], code: i32| {
        let mut command = bench.command(args);
        command.arg(garbage());
        assert_eq!(Ran::of(command).code, code, "{args:?}");
    };
    run(&["import"], 1);
    run(&["trace"], 2);
    run(&["--database"], 2);
    run(&["survey", "--product", "data", "--at"], 2);
    run(&["survey", "--at", "1,2", "--product"], 2);
    run(&["export", "--format"], 2);
}

#[test]
fn export_leaves_no_half_file_and_asks_before_it_writes_over() {
    let bench = Bench::nantong();
    let export = |args: &[&str]| bench.run(["export", "--format"].iter().chain(args));
    export(&["native", "no/such/folder/out"]).refused(1, "does not exist; create it first");
    export(&["native", "--dataset", "none", "out"]).refused(1, "there is no data set \"none\"");
    bench.write("file", "mine");
    export(&["geojson", "file"]).refused(1, "is there already");
    export(&["geojson", "--force", "file"]).refused(1, "needs a folder");
    assert_eq!(std::fs::read_to_string(bench.path("file")).unwrap(), "mine");
    bench.write("folder/mine.txt", "mine");
    export(&["native", "folder"]).refused(1, "--force");
    export(&["native", "--force", "folder"]).done();
    assert_eq!(std::fs::read_to_string(bench.path("folder/mine.txt")).unwrap(), "mine");
    std::fs::create_dir(bench.path("hollow")).unwrap();
    export(&["geojson", "hollow"]).done();
    export(&["xlsx", "out"]).refused(2, "there is no format");
    export(&["tables", "out"]).refused(2, "tables is read and not written; give one of: native, geojson");
    assert!(!bench.files().iter().any(|name| name.contains(".part")), "{:?}", bench.files());
}

#[test]
fn the_check_selects_and_its_exit_code_says_whether_there_are_errors() {
    let bench = Bench::nantong();
    bench.run(["check", "--rule", "99"]).refused(1, "there is no rule 99; the rules are 1, 2");
    bench.run(["check", "--severity", "X"]).refused(2, "--severity");
    bench.run(["check", "--severity", "e", "--rule", "6", "--rule", "15"]).done();
    // A cable with more cores than its model, and a length below the straight line.
    bench.write("m/manifest.toml", "format = \"linewright-native\"\nversion = 1\nname = \"x\"\ndescription = \"x\"\n");
    bench.write("m/place.csv", "code,kind,lon,lat\nA,manhole,120,31\nB,manhole,120.1,31\n");
    bench.write("m/cable.csv", "code,a,b,model,cores,length_m\nBAD,A,B,GYTA-24B1,48,10\n");
    bench.run(["--database", "m.db", "import", "m"]).done();
    let checked = bench.run(["--database", "m.db", "check"]).refused(1, "BAD");
    assert!(checked.out.contains("cores-agree-with-model"), "{checked:?}");
    bench.run(["--database", "m.db", "check", "--rule", "6"]).done();
    bench.run(["--database", "m.db", "check", "--lang", "zh"]).refused(1, "错误");
}

#[test]
fn where_to_listen_is_a_name_or_an_address_and_a_refusal_names_it() {
    let bench = Bench::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let check = |listen: &str, code: i32, expected: &str| {
        let ran = bench.run(["serve", "--listen", listen]);
        assert!(ran.code == code && ran.err.contains(expected), "{listen}: {ran:?}");
    };
    check(
        &taken,
        1,
        &format!("cannot listen on {taken}: another program listens there already; stop it, or give another port"),
    );
    check("203.0.113.7:8080", 1, "cannot listen on 203.0.113.7:8080: this machine does not have that address");
    check("no-such-host.invalid:8080", 1, "cannot listen on no-such-host.invalid:8080: ");
    check("localhost", 2, "give HOST:PORT, such as 127.0.0.1:8080, localhost:8080 or [::1]:8080");
    check("::1:8080", 2, "give HOST:PORT");
    check("127.0.0.1:80808", 2, "give HOST:PORT");

    let mut command = bench.command(["serve", "--listen", "localhost:0"]);
    let mut served = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut out = std::io::BufReader::new(served.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut said).unwrap();
    let ready = said.trim().rsplit("http://").next().map(|host| http::send(host, "GET /readyz", &[], ""));
    served.kill().unwrap();
    served.wait().unwrap();
    assert!(ready.is_some_and(|answer| answer.unwrap().status == 200), "{said}");
}

#[test]
fn nobody_listening_is_no_failure() {
    let bench = Bench::nantong();
    for args in [&["catalog"][..], &["check"], &["log", "--json"], &["--help"], &["trace", "GL-0001"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = bench.command(args);
        command.stdout(writer).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_under_the_answer_is_said() {
    let bench = Bench::new();
    let mut command = bench.command(["catalog"]);
    command.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap()).stderr(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot be written"));
}

#[test]
fn the_past_is_read_by_version_time_and_day() {
    let bench = Bench::nantong();
    let survey = ["survey", "--at", "120.8815,31.9823", "--product", "internet"];
    let questions: [&[&str]; 3] = [&survey, &["trace", "GL-0001"], &["check"]];
    let before = questions.map(|args| bench.json(args.iter().copied()));
    bench.run(["undo"]).done();
    bench.run(["trace", "GL-0001"]).refused(1, "GL-0001");
    let year_3000 = "3000-01-01";
    for (args, before) in questions.iter().zip(&before) {
        let past = |when| args.iter().copied().chain(["--as-of", when]).collect::<Vec<_>>();
        assert_eq!(&bench.json(past("1")), before, "{args:?}");
        assert_eq!(before["base"], 1, "{args:?}");
        bench.run(past("1")).says("the network as of version 1\n");
        bench.run(past("1").into_iter().chain(["--lang", "zh"])).says("以下为版本 1 时的网络\n");
        bench.run(past("3")).refused(1, "there is no version 3 yet; the newest is 2");
        bench.run(past("1999-12-31")).refused(1, "its first change is of 20");
        bench.run(past("yesterday")).refused(2, "a day such as 2026-03-01");
    }
    assert_eq!(bench.json(["check", "--as-of", year_3000])["base"], 2);
    // The exact moment of the first change, as the log has it.
    let log = bench.json(["log"]);
    let first = log["entries"][1]["at"].as_str().unwrap();
    assert_eq!(bench.json(["check", "--as-of", first])["base"], 1);
    let log = bench.json(["log", "--as-of", first]);
    assert_eq!((&log["head"], &log["as_of"], log["entries"].as_array().unwrap().len()), (&2.into(), &1.into(), 1));
    bench.run(["log", "--as-of", first]).done().says("the network as of version 1\n");
    let export = |folder: &str, when: &str| bench.json(["export", "--format", "native", "--as-of", when, folder]);
    assert_eq!(export("then", "1")["base"], 1);
    assert_eq!(export("now", "2")["records"], 0);
    bench.run(["--database", "again.db", "import", "then"]).done();
    let again = bench.json(["--database", "again.db", "check"]);
    assert_eq!(again["summary"], before[2]["summary"]);
}

#[test]
fn a_backup_is_whole_or_refused() {
    let bench = Bench::nantong();
    let made = bench.run(["backup", "city.backup"]).done().says("version 1 backed up").says("SHA-256");
    assert!(made.out.starts_with("city.backup\n"), "{made:?}");
    bench.run(["backup", "city.backup"]).refused(1, "is there already; give another name, or --force");
    bench.run(["backup", "--force", "city.backup"]).done();
    bench.run(["backup", "no/city.backup"]).refused(1, "no/city.backup: there is no such file or folder");
    bench.run(["--database", "none.db", "backup", "none.backup"]).refused(1, "there is no database at none.db");
    assert!(!bench.files().iter().any(|name| name.contains(".part") || name == "none.backup"), "{:?}", bench.files());

    let whole = std::fs::read(bench.path("city.backup")).unwrap();
    bench.write("cut.backup", &whole[..whole.len() / 2]);
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    bench.write("altered.backup", altered);
    for name in ["cut.backup", "altered.backup"] {
        for force in [&[][..], &["--force"]] {
            let args = [&["restore", name][..], force].concat();
            let refused = bench.run(&args).refused(1, "use another copy of it (nothing was changed)");
            assert!(refused.err.contains("is damaged: line "), "{refused:?}");
            assert_eq!(bench.json(args)["error"]["kind"], "backup-damaged");
        }
    }
    bench.run(["restore", "linewright.db"]).refused(1, "is no backup");
    bench.run(["restore", "none"]).refused(1, "none: there is no such file");
    bench.run(["restore", "city.backup"]).refused(1, "holds a network already (version 1)");
    bench.run(["check"]).done();
    // A refused one makes no database either.
    bench.run(["--database", "new.db", "restore", "cut.backup"]).refused(1, "is damaged");
    assert!(!bench.path("new.db").exists());

    bench.run(["--database", "new.db", "restore", "city.backup", "--lang", "zh"]).done().says("已恢复版本 1");
    assert_eq!(bench.json(["--database", "new.db", "log"]), bench.json(["log"]));
    assert_eq!(bench.json(["--database", "new.db", "trace", "GL-0001"]), bench.json(["trace", "GL-0001"]));
    bench.run(["undo"]).done();
    bench.run(["restore", "--force", "city.backup"]).done().says("version 2 that was there is gone");
    assert_eq!(bench.json(["log"])["head"], 1);
    bench.run(["import", &sample()]).done().says("nothing changed");
}

//! The program on PostgreSQL: what it answers is what it answers on SQLite.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use std::process::Stdio;

use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, postgres::PgConnectOptions};
use support::{Bench, Ran, sample};

/// A database on the tests' server, which does not exist yet, and a folder to work in.
struct Server {
    bench: Bench,
    admin: PgConnectOptions,
    name: String,
}

impl Server {
    fn new(name: &str) -> Self {
        let url = std::env::var("LINEWRIGHT_TEST_POSTGRES").expect(
            "LINEWRIGHT_TEST_POSTGRES is not set: run ./tests/run, which starts a server, or start one with \
             `./tests/postgres start` and set it to postgres://USER:PASSWORD@HOST:PORT/postgres",
        );
        let name = format!("end_to_end_{name}_{}", std::process::id());
        Self { bench: Bench::new(), admin: url.parse().unwrap(), name }
    }

    fn url(&self) -> String {
        self.admin.clone().database(&self.name).to_url_lossy().to_string()
    }

    fn args(&self, args: &[&str]) -> Vec<String> {
        let url = self.url();
        ["--database", &url].iter().chain(args).map(|arg| (*arg).to_owned()).collect()
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.bench.run(self.args(args))
    }

    fn json(&self, args: &[&str]) -> Value {
        self.bench.json(self.args(args))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let dropped = runtime.block_on(async {
            let mut conn = self.admin.connect().await?;
            let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            conn.execute(AssertSqlSafe(sql)).await?;
            conn.close().await
        });
        // A test that has failed already says why itself.
        if !std::thread::panicking() {
            dropped.unwrap();
        }
    }
}

const SURVEY: [&str; 5] = ["survey", "--at", "120.8815,31.9823", "--product", "internet"];

#[test]
fn the_same_city_gives_the_same_answers_on_either_database() {
    let server = Server::new("city");
    server.run(&["check"]).refused(1, "linewright migrate");
    server.run(&["import", &sample()]).done();
    server.run(&["import", &sample()]).done().says("nothing changed");
    let file = Bench::nantong();
    for args in [&SURVEY[..], &["check"], &["trace", "GL-0001"]] {
        assert_eq!(server.json(args), file.json(args.iter().copied()), "{args:?}");
    }
    assert_eq!(server.json(&["log"])["head"], 1);
    server.run(&["undo"]).done();
    assert_eq!(server.json(&["log"])["head"], 2);
    assert_eq!(server.json(&["check", "--as-of", "1"]), file.json(["check"]));
    server.run(&["migrate"]).done().says("up to date");
}

#[test]
fn tables_and_field_samples_come_in_as_they_do_into_a_file() {
    let (server, file) = (Server::new("tables"), Bench::new());
    let cables = "光缆段编码,光缆段名称,A端设施,Z端设施,纤芯数,长度(米)\nGL-1,一段,城东局,GJ-1,24,1250\nGL-2,二段,GJ-1,GJ-2,两打,800\n";
    let cores = "光缆段,纤芯,状态,使用电路\nGL-1,1-2,占用,银行专线\nGL-1,2-3,占用,学校专线\nGL-1,5-12,空闲,\n";
    let both = |args: &[&str]| {
        let (there, here) = (server.run(args), file.run(args.iter().copied()));
        assert_eq!((there.code, &there.out), (here.code, &here.out), "{args:?}");
        there
    };
    for bench in [&server.bench, &file] {
        bench.write("光缆段.csv", cables);
        bench.write("纤芯.csv", cores);
    }
    both(&["import", "--template", "forms", "--lang", "zh"]).done();
    both(&["import", "forms/linewright-模板.xlsx"]).done().says("nothing changed");
    both(&["import", "--findings-out", "dirt.csv", "光缆段.csv", "纤芯.csv"]).refused(1, "\"两打\" is not a number");
    for bench in [&server.bench, &file] {
        let text = std::fs::read_to_string(bench.path("dirt.csv")).unwrap();
        let correct = |line: &str| match line.contains("bad-value") {
            true => format!("{}\"24\"\r\n", line.strip_suffix("\"\"").unwrap()),
            false => format!("{line}\r\n"),
        };
        bench.write("corrected.csv", text.lines().map(correct).collect::<String>());
    }
    both(&["import", "--dry-run", "--corrections", "corrected.csv", "光缆段.csv", "纤芯.csv"]).done();
    both(&["import", "--corrections", "corrected.csv", "光缆段.csv", "纤芯.csv"]).done().says("imported as version 1");
    both(&["import", "--corrections", "corrected.csv", "光缆段.csv", "纤芯.csv"]).done().says("nothing changed");
    for args in [&["trace", "GL-1"][..], &["trace", "GL-2"], &["check", "--lang", "zh"]] {
        both(args);
    }
    both(&["check", "--sample-out", "sample.csv", "--sample-size", "50"]).done();
    let sheet = |bench: &Bench| std::fs::read_to_string(bench.path("sample.csv")).unwrap();
    assert_eq!(sheet(&server.bench), sheet(&file));
    for bench in [&server.bench, &file] {
        bench.write("filled.csv", sheet(bench).replace("\"\",\"\",\"\"\r\n", "\"as recorded\",\"\",\"\"\r\n"));
    }
    both(&["check", "--sample", "filled.csv"]).done().says("100.0 %");
}

#[test]
fn a_file_moves_to_the_server_and_back() {
    let server = Server::new("moves");
    let file = Bench::nantong();
    file.run(["undo"]).done();
    file.run(["undo"]).done();
    let backed_up = file.json(["backup", "file.backup"]);
    file.run(server.args(&["restore", "file.backup"])).done().says("version 3 restored");
    assert_eq!(server.json(&["log"]), file.json(["log"]));
    assert_eq!(server.json(&SURVEY), file.json(SURVEY));
    file.run(server.args(&["restore", "file.backup"])).refused(1, "--force");
    let again = file.json(server.args(&["backup", "server.backup"]));
    // And one row more: the audit log says that it was restored.
    let rows = |backup: &serde_json::Value| backup["rows"].as_u64().unwrap();
    assert_eq!((rows(&again), &again["version"]), (rows(&backed_up) + 1, &backed_up["version"]));
    file.run(["--database", "back.db", "restore", "server.backup"]).done();
    assert_eq!(file.json(["--database", "back.db", "log"]), file.json(["log"]));
    assert_eq!(file.json(["--database", "back.db", "check"]), file.json(["check"]));
    file.run(server.args(&["undo"])).done();
}

#[test]
fn two_imports_at_the_same_time_both_arrive() {
    let server = Server::new("two");
    for name in ["one", "two"] {
        let manifest = "format = \"linewright-native\"\nversion = 1\nname = \"v\"\ndescription = \"v\"\n";
        server.bench.write(&format!("{name}/manifest.toml"), manifest);
        let places: String =
            (0..500).map(|n| format!("{name}-{n},,manhole,{},31\n", 100.0 + f64::from(n) / 1e3)).collect();
        server.bench.write(&format!("{name}/place.csv"), format!("code,name,kind,lon,lat\n{places}"));
    }
    // Into a database that neither finds: one makes it, the other uses it.
    let start = |name: &str| {
        let args = server.args(&["import", "--name", name, "--json", name]);
        server.bench.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let imports = [start("one"), start("two")];
    for import in imports {
        let output = import.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let log = server.json(&["log"]);
    assert_eq!(log["head"], 2, "{log}");
    // Each once more: all of it is there.
    for name in ["one", "two"] {
        server.run(&["import", "--name", name, name]).done().says("nothing changed");
    }
}

#[test]
fn no_answer_shows_the_password() {
    let server = Server::new("secret");
    let url = server.admin.clone().database(&server.name).password("hidden-word").to_url_lossy().to_string();
    for args in [&["migrate"][..], &["migrate", "-vvv"], &["log"], &["check", "--json"], &["undo"]] {
        let ran = server.bench.run(["--database", &url].iter().chain(args));
        assert!(!ran.out.contains("hidden-word") && !ran.err.contains("hidden-word"), "{args:?}: {ran:?}");
    }
    server.run(&["migrate"]).done().says(&server.name);
}

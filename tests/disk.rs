//! A disk that is full: a clear message, everything as before, and with room again it goes on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]
#![cfg(target_os = "linux")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, postgres::PgConnectOptions};
use support::Bench;

/// A small disk in memory, mounted for as long as this lives.
struct Disk(PathBuf);

impl Disk {
    /// None, said aloud, where the user may not mount; CI must be able to.
    fn mount(folder: &Path, mib: u32) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let size = format!("size={mib}m,mode=0777");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(folder.to_owned()));
        }
        assert!(!std::env::var("CI").is_ok_and(|value| value == "true"), "CI must be able to mount a tmpfs");
        println!("SKIPPED: only root may mount a small disk");
        None
    }

    /// Takes the room that is left, but so many KiB.
    fn fill(&self, left_kib: u64) {
        let free = Command::new("df").args(["-k", "--output=avail"]).arg(&self.0).output().unwrap();
        let free: u64 = String::from_utf8(free.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap();
        let ballast = vec![0; usize::try_from(free.saturating_sub(left_kib) * 1024).unwrap()];
        std::fs::write(self.0.join("ballast"), ballast).unwrap();
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

/// A native folder of so many places, as data set `big`.
fn write_places(bench: &Bench, folder: &str, count: u32) {
    let manifest = "format = \"linewright-native\"\nversion = 1\nname = \"v\"\ndescription = \"v\"\n";
    bench.write(&format!("{folder}/manifest.toml"), manifest);
    let mut places = "code,name,kind,lon,lat\n".to_owned();
    for n in 0..count {
        places.push_str(&format!(
            "P{n},a manhole with a rather long name {n},manhole,{},31\n",
            100.0 + f64::from(n) / 1e4
        ));
    }
    bench.write(&format!("{folder}/place.csv"), places);
}

/// Imports into a database with little room, which must be refused, then with room.
fn import_runs_out(bench: &Bench, database: &str, disk: &Disk, left_kib: &[u64]) {
    write_places(bench, "small", 20);
    write_places(bench, "big", 30_000);
    let run = |args: &[&str]| bench.run(["--database", database].iter().chain(args));
    run(&["import", "--name", "small", "small"]).done().says("version 1");
    for left in left_kib {
        disk.fill(*left);
        let refused = run(&["import", "--name", "big", "big"]).refused(1, "no room on the disk");
        assert!(refused.err.contains("free some space and try again"), "{refused:?}");
        if *left > 0 {
            // What was there can be read while the disk is full; SQLite wants a few KiB to look at a file.
            run(&["trace", "P7"]).done();
        }
        disk.free();
        assert_eq!(bench.json(["--database", database, "log"])["head"], 1, "{left}");
    }
    run(&["import", "--name", "big", "big"]).done().says("version 2");
    run(&["import", "--name", "big", "big"]).done().says("nothing changed");
    run(&["undo"]).done();
}

#[test]
fn an_import_into_a_file_on_a_full_disk() {
    let bench = Bench::new();
    let Some(disk) = Disk::mount(&bench.path("disk"), 128) else { return };
    import_runs_out(&bench, "disk/net.db", &disk, &[0, 100, 3_000]);
    // A backup that does not fit leaves no file, and the one before it alone.
    bench.run(["--database", "disk/net.db", "backup", "disk/a.backup"]).done();
    let whole = std::fs::read(bench.path("disk/a.backup")).unwrap();
    disk.fill(500);
    let refused = bench.run(["--database", "disk/net.db", "backup", "--force", "disk/a.backup"]);
    refused.refused(1, "disk/a.backup: no room on the disk; free some space and try again");
    assert!(std::fs::read(bench.path("disk/a.backup")).unwrap() == whole);
    let mut left: Vec<_> = std::fs::read_dir(bench.path("disk")).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.retain(|name| !name.to_string_lossy().starts_with("net.db"));
    left.sort();
    assert_eq!(left, ["a.backup", "ballast"]);
    // And neither does a restore.
    let restore = ["--database", "disk/new.db", "restore", "disk/a.backup"];
    bench.run(restore).refused(1, "no room on the disk");
    disk.free();
    bench.run(restore).done().says("version 3 restored");
}

#[test]
fn an_import_into_a_server_on_a_full_disk() {
    let bench = Bench::new();
    // The tables lie on the small disk; what the server needs to live lies elsewhere.
    let Some(disk) = Disk::mount(&bench.path("disk"), 128) else { return };
    let script = |args: &[&str]| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres");
        let output = Command::new(script).args(args).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let started = script(&["start"]);
    let (folder, url) = started.trim().split_once('\n').unwrap();
    let held = std::panic::catch_unwind(|| {
        let space = bench.path("disk/space");
        std::fs::create_dir(&space).unwrap();
        // The folder of the test is this user's, the server may be another.
        let open = "chmod 755 \"$1\" && chown \"$(stat -c %U \"$2/data\")\" \"$3\"";
        let opened = Command::new("sh").args(["-c", open, "sh"]).arg(bench.path(".")).arg(folder).arg(&space).status();
        assert!(opened.unwrap().success());
        let server: PgConnectOptions = url.parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut conn = server.connect().await.unwrap();
            let space = format!("CREATE TABLESPACE small LOCATION '{}'", space.display());
            conn.execute(AssertSqlSafe(space)).await.unwrap();
            conn.execute("CREATE DATABASE net TEMPLATE template0 ENCODING 'UTF8' TABLESPACE small").await.unwrap();
            conn.close().await.unwrap();
        });
        import_runs_out(&bench, server.database("net").to_url_lossy().as_str(), &disk, &[0, 200, 3_000]);
    });
    script(&["stop", folder]);
    if let Err(panic) = held {
        std::panic::resume_unwind(panic);
    }
}

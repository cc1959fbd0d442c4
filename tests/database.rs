//! Databases that cannot be used: each a clear message that says what to do, and the file untouched.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use support::{Bench, sample};

fn with_database<T>(bench: &Bench, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
    let path = bench.path("linewright.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection =
            SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap();
        let done = work(&mut connection).await;
        connection.close().await.unwrap();
        done
    })
}

const READERS: [&[&str]; 4] =
    [&["check"], &["log"], &["trace", "GL-0001"], &["survey", "--at", "120.8815,31.9823", "--product", "internet"]];

#[test]
fn what_is_no_database_is_refused_and_not_touched() {
    let bench = Bench::new();
    let check = |name: &str, content: Option<&[u8]>, says: &str| {
        if let Some(content) = content {
            bench.write(name, content);
        }
        for args in READERS.into_iter().chain([&["migrate"][..], &["undo"][..], &["import", &sample()]]) {
            bench.run(["--database", name].iter().chain(args)).refused(1, says);
        }
        if let Some(content) = content {
            assert_eq!(std::fs::read(bench.path(name)).unwrap(), content, "{name}");
        }
    };
    check(
        "letter.txt",
        Some(b"Dear Sir or Madam, this is no database at all, however long it goes on."),
        "is not a SQLite database",
    );
    std::fs::create_dir(bench.path("folder")).unwrap();
    check("folder", None, "is not a file");
    check("no/such/folder/x.db", None, "does not exist");
    check("mysql://host/net", None, "is not known");
    check("postgres://user:secret@127.0.0.1:1/net", None, "check that it runs");
    check("sqlite::memory:", None, "name a file");
    check("", None, "names no file");
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_is_said() {
    let bench = Bench::new();
    bench.run(["--database", "/proc/linewright.db", "import", &sample()]).refused(1, "/proc/linewright.db");
    bench.run(["--database", "/proc/linewright.db", "migrate"]).refused(1, "permissions");
}

#[test]
fn the_database_of_another_program_is_refused() {
    let bench = Bench::new();
    with_database(&bench, async |connection| {
        connection.execute("CREATE TABLE invoices (id INTEGER); INSERT INTO invoices VALUES (1)").await.unwrap();
    });
    let before = std::fs::read(bench.path("linewright.db")).unwrap();
    for args in READERS.into_iter().chain([&["migrate"][..], &["import", &sample()]]) {
        bench.run(args).refused(1, "another program");
    }
    assert!(std::fs::read(bench.path("linewright.db")).unwrap() == before);
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let bench = Bench::nantong();
    with_database(&bench, async |connection| {
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     VALUES (9999, 'future', 1, x'00', 0)";
        connection.execute(newer).await.unwrap();
    });
    for args in READERS.into_iter().chain([&["migrate"][..], &["undo"][..], &["import", &sample()]]) {
        bench.run(args).refused(1, "made by a newer linewright");
    }
    assert_eq!(bench.json(["check"])["error"]["kind"], "database-newer");
}

#[test]
fn a_database_of_an_older_program_is_to_be_migrated() {
    let bench = Bench::nantong();
    with_database(&bench, async |connection| {
        connection.execute("UPDATE _sqlx_migrations SET version = version - 9000").await.unwrap();
    });
    for args in READERS.into_iter().chain([&["undo"][..], &["import", &sample()]]) {
        bench.run(args).refused(1, "run `linewright migrate`");
    }
    assert_eq!(bench.json(["check"])["error"]["kind"], "database-older");
}

#[test]
fn a_database_locked_by_another_process_is_read_but_not_written() {
    let bench = Bench::nantong();
    with_database(&bench, async |connection| {
        connection.execute("BEGIN IMMEDIATE").await.unwrap();
        for args in READERS {
            bench.run(args).done();
        }
        bench.run(["import", &sample()]).done().says("nothing changed");
        let started = Instant::now();
        bench.run(["undo"]).refused(1, "is locked by another process");
        assert!(started.elapsed() >= Duration::from_secs(5), "it waits a while");
        connection.execute("ROLLBACK").await.unwrap();
    });
    assert_eq!(bench.json(["log"])["head"], 1);
    bench.run(["undo"]).done();
}

#[test]
fn a_damaged_database_is_said_and_not_made_worse() {
    let bench = Bench::nantong();
    let path = bench.path("linewright.db");
    let whole = std::fs::read(&path).unwrap();
    for keep in [whole.len() / 2, 5_000, 99] {
        std::fs::write(&path, &whole[..keep]).unwrap();
        for args in READERS {
            let ran = bench.run(args);
            assert_eq!(ran.code, 1, "{keep} bytes: {ran:?}");
            assert!(ran.err.contains("linewright.db"), "{ran:?}");
        }
    }
    let mut scrambled = whole.clone();
    scrambled.iter_mut().skip(8_192).step_by(7).for_each(|byte| *byte ^= 0x5a);
    std::fs::write(&path, &scrambled).unwrap();
    for args in READERS {
        let ran = bench.run(args);
        assert_eq!(ran.code, 1, "{ran:?}");
    }
    std::fs::write(&path, &whole).unwrap();
    bench.run(["check"]).done();
}

#[test]
fn imports_at_the_same_time_both_arrive() {
    let bench = Bench::new();
    bench.run(["migrate"]).done();
    let children: Vec<_> = (0..4)
        .map(|number| {
            let folder = format!("m{number}");
            let manifest =
                format!("format = \"linewright-native\"\nversion = 1\nname = \"{folder}\"\ndescription = \"\"\n");
            bench.write(&format!("{folder}/manifest.toml"), manifest);
            bench.write(&format!("{folder}/place.csv"), format!("code,kind,lon,lat\nP{number},manhole,120,31\n"));
            bench.command(["import", &folder]).stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(bench.json(["log"])["head"], 4);
    for number in 0..4 {
        bench.run(["trace", &format!("P{number}")]).done();
    }
}

/// Runs the program where no file may grow beyond so many blocks of 512 bytes: a disk that is full.
#[cfg(unix)]
fn with_little_room(bench: &Bench, blocks: u32, args: &[&str]) -> support::Ran {
    let mut command = std::process::Command::new("sh");
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    command.args(["-c", &limit, "sh", env!("CARGO_BIN_EXE_linewright")]).args(args);
    command.current_dir(bench.path("."));
    support::Ran::of(command)
}

#[test]
#[cfg(unix)]
fn a_disk_that_fills_up_leaves_the_network_as_it_was() {
    let bench = Bench::new();
    bench.run(["migrate"]).done();
    with_little_room(&bench, 800, &["import", &sample()]).refused(1, "check the disk");
    assert_eq!(bench.json(["log"])["head"], 0);
    assert_eq!(bench.json(["check"])["summary"]["findings"], 0);
    bench.run(["import", &sample()]).done().says("imported as version 1");
    with_little_room(&bench, 100, &["export", "--format", "native", "out"]).refused(1, "too large");
    with_little_room(&bench, 100, &["export", "--format", "geojson", "map"]).refused(1, "too large");
    let left: Vec<String> = bench.files().into_iter().filter(|name| !name.starts_with("linewright.db")).collect();
    assert!(left.is_empty(), "no half export: {left:?}");
}

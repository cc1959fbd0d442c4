//! What the end-to-end tests share: the real binary in a folder of its own.
#![allow(dead_code, unreachable_pub, reason = "each test target uses its own part")]

pub mod http;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A folder of its own, in which the program is run.
pub struct Bench {
    folder: tempfile::TempDir,
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Bench {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A bench whose database holds the sample city.
    pub fn nantong() -> Self {
        let bench = Self::new();
        bench.run(["import", &sample()]).done();
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), content).unwrap();
        name.to_owned()
    }

    /// The program, in this folder and an environment that does not depend on who runs the tests.
    pub fn command<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linewright"));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.args(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        for name in ["LINEWRIGHT_DATABASE", "LC_ALL", "LC_MESSAGES", "LANG", "LOGNAME", "USERNAME", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.env("USER", "tester");
        command
    }

    pub fn run<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(self.command(args))
    }

    /// Runs with `--json` and returns the one document, without the moment of a check, which no two runs share.
    pub fn json<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Value {
        let mut command = self.command(args);
        command.arg("--json");
        let mut document = Ran::of(command).json();
        if let Some(fields) = document.as_object_mut() {
            fields.remove("checked_at");
        }
        document
    }

    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Ran {
    pub fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran = Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.err.contains("panicked"), "{command:?}: {ran:?}");
        assert!((0..=2).contains(&ran.code), "{command:?}: {ran:?}");
        ran
    }

    /// The run, which must have been done.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// The run, which must have been refused, saying this on one of the two outputs.
    #[track_caller]
    pub fn refused(self, code: i32, says: &str) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self.says(says)
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text) || self.err.contains(text), "{text:?} is not in {self:?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The folder of the sample city.
pub fn sample() -> String {
    repository().join("topology-samples/nantong").to_str().unwrap().to_owned()
}

/// A file of the real data beside the repository; `None`, said aloud, where there is none. CI must have it.
pub fn shared(name: &str) -> Option<String> {
    let path = repository().parent().unwrap().join("shared/data").join(name);
    if path.exists() {
        return Some(path.to_str().unwrap().to_owned());
    }
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "{} must be there in CI", path.display());
    println!("SKIPPED: {} is not there", path.display());
    None
}

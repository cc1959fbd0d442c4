//! Builds the page with npm, outside the source tree, and lists its files for `src/lib.rs` to embed.
//!
//! Runs again only when a source of the page changed. Where npm is missing or fails, the build of everything else goes on:
//! cargo warns, and the page says what to do.

#![allow(clippy::print_stdout, reason = "cargo is told on standard output")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// What the page is made of, in `web/`.
const SOURCES: [&str; 6] =
    ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "src"];

fn main() -> io::Result<()> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LINEWRIGHT_NO_CONSOLE");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", here.join("web").join(source).display());
    }
    let mut files = Vec::new();
    match build(&here.join("web"), &out.join("web")) {
        Ok(dist) => list(&dist, "", &mut files)?,
        Err(why) => {
            let why = why.replace('\n', " ");
            // Tried again at the next build: a file that is not there counts as changed.
            println!("cargo::rerun-if-changed={}", out.join("not-built").display());
            println!("cargo::warning=the console is left out: {why}");
            println!(
                "cargo::warning=the program works without it; to build it install Node.js 20 or later with npm and build again"
            );
        }
    }
    fs::write(out.join("files.rs"), table(&files))
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

/// Copies the sources to where npm may write, fetches what they need, and builds.
fn build(from: &Path, to: &Path) -> Result<PathBuf, String> {
    if env::var_os("LINEWRIGHT_NO_CONSOLE").is_some() {
        return Err("LINEWRIGHT_NO_CONSOLE is set".to_owned());
    }
    let said = |what: &'static str| move |error: io::Error| format!("{what}: {error}");
    let locked = fs::read(from.join("package-lock.json")).map_err(said("package-lock.json"))?;
    let installed = to.join("installed");
    let fresh = fs::read(&installed).is_ok_and(|last| last == locked);
    for source in SOURCES {
        remove(&to.join(source)).map_err(said("clearing the last build"))?;
        copy(&from.join(source), &to.join(source)).map_err(said("copying the page's sources"))?;
    }
    if !fresh {
        npm(
            to,
            &[
                "ci",
                "--prefer-offline",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                "--fetch-retries=1",
            ],
        )?;
        fs::write(&installed, locked).map_err(said("noting what is installed"))?;
    }
    npm(to, &["run", "build", "--silent"])?;
    Ok(to.join("dist"))
}

fn npm(at: &Path, arguments: &[&str]) -> Result<(), String> {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let done = Command::new(name)
        .args(arguments)
        .current_dir(at)
        // Set by cargo for programs it starts; npm would read some of them as its own.
        .env_remove("NUM_JOBS")
        .output()
        .map_err(|error| format!("npm cannot be started: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    let told = [done.stdout, done.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    let start = told.char_indices().rev().nth(1500).map_or(0, |(at, _)| at);
    Err(format!("npm {} failed: {}", arguments.join(" "), told.get(start..).unwrap_or_default().trim()))
}

fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// The files under a folder: their path on the page, and where they lie.
fn list(folder: &Path, under: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let name = format!("{under}{name}");
        if path.is_dir() {
            list(&path, &format!("{name}/"), files)?;
        } else {
            files.push((name, path));
        }
    }
    files.sort();
    Ok(())
}

fn table(files: &[(String, PathBuf)]) -> String {
    let mut text = "const FILES: &[(&str, &[u8])] = &[\n".to_owned();
    for (name, path) in files {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    ({name:?}, include_bytes!({:?})),", path.display().to_string());
    }
    text.push_str("];\n");
    text
}

//! `backup`, `restore`, `log`, `undo`: what a database keeps.

use std::path::PathBuf;

use super::values::{Past, version};

/// `backup`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The file holds every table of the network, the whole log of changes, and the accounts, tokens and audit log of `serve`, all
at one moment, as lines of JSON with a count and a SHA-256 at the end. Others may work on the database meanwhile. It appears
under its name when it is whole and on disk. Passwords (as Argon2id strings) and tokens (as SHA-256) are in it, so keep it
as you keep the database; encrypt it with whatever you use for that. Sessions are not: after a restore everybody logs in
again.

Examples:
  linewright backup monday.backup
  linewright --database postgres://USER@HOST/NAME backup monday.backup
  linewright backup --force latest.backup         over the one of yesterday")]
pub struct BackUp {
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
    /// File to write
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `restore`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The file is read to its end first; one that is truncated or altered is refused with nothing changed. Records, ids,
versions and the log come back as they were, and so do accounts, tokens and the audit log, in one transaction. With --force
what is there is lost, the network and whoever had an account: stop whatever else uses the database, what it has in memory
is the network of before. A backup made before accounts were in it leaves those that are there.

Examples:
  linewright --database new.db restore monday.backup
  linewright --database postgres://USER@HOST/NAME restore monday.backup      a SQLite file's backup too
  linewright restore --force monday.backup                                   instead of what is there")]
pub struct Restore {
    /// Replace the network and the accounts that are there
    #[arg(long)]
    pub force: bool,
    /// Backup to read
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `log`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  linewright log
  linewright log --limit 100 --before 500
  linewright log --as-of 2026-03-01       what had been changed by the end of that day")]
pub struct Log {
    /// How many changes to show, newest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// Only changes before this version
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub before: Option<u64>,
    #[command(flatten)]
    pub past: Past,
}

/// `undo`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The history stays: undoing makes a new version, which can be undone in turn. A change on which later changes rest is
refused; undo those first.

Examples:
  linewright undo            the last change
  linewright undo 7          what version 7 changed")]
pub struct Undo {
    /// Version to take back [default: the last]
    #[arg(value_name = "VERSION", value_parser = version)]
    pub version: Option<u64>,
    /// Why, for the log
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

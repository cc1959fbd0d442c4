//! `export`: writes the network as files, whole or not at all.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use linewright_exchange::input::{File, FileError, write_file, write_files};
use linewright_exchange::{ExportOptions, Format, native};
use linewright_model::{Network, TableKind, Version};
use linewright_store::{AuditLine, Desk, Mode, Storage};
use serde::Serialize;

use crate::args::Export;
use crate::failure::Failure;
use crate::output::{Answer, complain};
use crate::session::Session;
use crate::text;
use crate::text::words::Lang;

/// What was written.
#[derive(Serialize)]
pub struct Exported {
    /// Format of the files.
    pub format: &'static str,
    /// Version of the network.
    pub base: Version,
    /// Records in the network, or in the data set.
    pub records: usize,
    /// Records that the format cannot carry, by table.
    pub left_out: BTreeMap<TableKind, usize>,
    /// The files, in order.
    pub files: Vec<Written>,
}

/// One file.
#[derive(Serialize)]
pub struct Written {
    /// Where it is.
    pub path: String,
    /// Its size.
    pub bytes: usize,
}

/// Runs the command.
pub async fn run(args: &Export, session: &Session) -> Result<Answer, Failure> {
    // A folder that cannot be used is said before the network is read.
    let out = Out::look(args)?;
    let network = session.network(args.past).await?;
    let line = session.progress(session.lang.pick("writing files", "写出文件"));
    let options = ExportOptions {
        dataset: args.dataset.as_deref().map(Into::into),
        name: "linewright".into(),
        description: format!("Network version {} as kept by Linewright", network.version()).into(),
    };
    let files = linewright_exchange::export(&network, args.format, &options)?;
    let left_out = linewright_exchange::left_out(&network, args.format, &options)?;
    let notice = linewright_exchange::notice(args.format, &left_out);
    // Before anything leaves, as over HTTP.
    told(args, session).await?;
    let paths = out.write(args, &files)?;
    drop(line);
    let written = paths
        .iter()
        .zip(&files)
        .map(|(path, file)| Written { path: path.display().to_string(), bytes: file.bytes.len() });
    let exported = Exported {
        format: args.format.name(),
        base: network.version(),
        records: records(&network),
        left_out,
        files: written.collect(),
    };
    if let Some(notice) = notice.filter(|_| !session.quiet) {
        complain(&match session.lang {
            Lang::En => format!("warning: {}\n", notice.en),
            Lang::Zh => format!("警告：{}\n", notice.zh),
        });
    }
    Answer::new(session, &exported, || text::export::render(&exported, session.lang))
}

/// Writes into the audit log who takes the network out, and why.
async fn told(args: &Export, session: &Session) -> Result<(), Failure> {
    let line = AuditLine {
        seq: 0,
        at: session.now,
        who: session.who.clone(),
        via: "cli".to_owned(),
        action: "export".to_owned(),
        subject: format!("{} {}", args.format, args.dataset.as_deref().unwrap_or("everything")),
        why: args.why.clone().unwrap_or_else(|| format!("export to {}", args.out.display())),
    };
    let store = session.writable(Mode::Write).await?;
    let told = store.audit(&line).await;
    store.close().await;
    Ok(told?)
}

/// Number of records of a network.
pub fn records(network: &Network) -> usize {
    TableKind::ALL.iter().map(|table| network.count_of(*table)).sum()
}

/// What stands at the path to be written.
enum Out {
    Nothing,
    File,
    EmptyFolder,
    FullFolder,
}

impl Out {
    fn look(args: &Export) -> Result<Self, Failure> {
        let out = &args.out;
        let found = match fs::metadata(out) {
            Ok(found) if found.is_dir() => {
                let mut entries = fs::read_dir(out).map_err(|source| failed(out, source))?;
                if entries.next().is_none() { Out::EmptyFolder } else { Out::FullFolder }
            }
            Ok(_) => Out::File,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let parent = parent_of(out);
                if !parent.is_dir() {
                    let why = "the folder it is to lie in does not exist; create it first";
                    return Err(failed(&parent, std::io::Error::other(why)));
                }
                Out::Nothing
            }
            Err(source) => return Err(failed(out, source)),
        };
        let advice = "give another path, or --force to write over it";
        match found {
            Out::File | Out::FullFolder if !args.force => Err(Failure::Exists { path: out.clone(), advice }),
            found => Ok(found),
        }
    }

    /// Writes the files; returns where each one is.
    fn write(&self, args: &Export, files: &[File]) -> Result<Vec<PathBuf>, Failure> {
        let out = &args.out;
        let as_folder = args.format == Format::Native
            || files.len() != 1
            || matches!(self, Out::EmptyFolder | Out::FullFolder)
            || out.as_os_str().to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
        let paths = |folder: &Path| files.iter().map(|file| folder.join(&*file.name)).collect();
        match (self, files) {
            (Out::File | Out::Nothing, [file]) if !as_folder => {
                write_file(out, &file.bytes)?;
                Ok(vec![out.clone()])
            }
            (Out::File, _) => {
                Err(Failure::Exists { path: out.clone(), advice: "this export needs a folder: give the path of one" })
            }
            (Out::FullFolder, _) => {
                // Other files may live here: each of ours is replaced whole, the rest is left alone.
                match args.format {
                    Format::Native => native::write_folder(out, files)?,
                    _ => write_files(out, files)?,
                }
                Ok(paths(out))
            }
            (Out::Nothing | Out::EmptyFolder, _) => {
                new_folder(out, files)?;
                Ok(paths(out))
            }
        }
    }
}

/// Writes a folder under another name beside its place, then moves it there.
pub fn new_folder(out: &Path, files: &[File]) -> Result<(), Failure> {
    let mut name = OsString::from(".");
    name.push(out.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = parent_of(out).join(name);
    let moved = write_files(&part, files)
        .and_then(|()| fs::rename(&part, out).map_err(|source| FileError::Io { path: out.to_owned(), source }));
    if moved.is_err() {
        // The half folder is of no use; that it cannot be removed either changes nothing.
        fs::remove_dir_all(&part).ok();
    }
    Ok(moved?)
}

fn parent_of(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}

fn failed(path: &Path, source: std::io::Error) -> Failure {
    FileError::Io { path: path.to_owned(), source }.into()
}

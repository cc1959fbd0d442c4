//! `generate`: an invented network of a wanted size, into a new database or as a native folder.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use linewright_exchange::input::write_file;
use linewright_exchange::{ExportOptions, Format};
use linewright_model::{ChangeSet, Network, TableKind, Version};
use linewright_samples::{Planted, Sample, SampleError, Scale};
use linewright_store::{Mode, Proposal, Storage};
use serde::Serialize;

use crate::args::Generate;
use crate::commands::export::new_folder;
use crate::failure::Failure;
use crate::output::Answer;
use crate::progress::Line;
use crate::session::Session;
use crate::text::words::Lang;

/// What was made.
#[derive(Serialize)]
struct Generated {
    scale: &'static str,
    seed: u64,
    /// The database, or the folder.
    written_to: String,
    version: Version,
    records: usize,
    /// Records by table.
    tables: Vec<Table>,
    /// Errors planted.
    planted: usize,
    /// Where they are listed.
    planted_list: Option<String>,
}

#[derive(Serialize)]
struct Table {
    table: &'static str,
    records: usize,
}

/// Runs the command.
pub async fn run(args: &Generate, session: &Session) -> Result<Answer, Failure> {
    if let Some(path) = args.planted.as_ref().filter(|path| path.exists()) {
        return Err(Failure::Exists { path: path.clone(), advice: "give another name for the list, or remove it" });
    }
    let line = session.progress(session.lang.pick("making the network", "生成网络"));
    let (network, planted) = match &args.out {
        Some(folder) => into_folder(args, folder, &line)?,
        None => into_database(args, session, &line).await?,
    };
    if let Some(path) = &args.planted {
        write_file(path, list(&planted).as_bytes())?;
    }
    drop(line);
    let tables = TableKind::ALL.iter().map(|table| Table { table: table.name(), records: network.count_of(*table) });
    let tables: Vec<Table> = tables.filter(|table| table.records > 0).collect();
    let generated = Generated {
        scale: args.scale.name(),
        seed: args.seed,
        written_to: args.out.as_ref().map_or_else(|| session.shown_database(), |out| out.display().to_string()),
        version: network.version(),
        records: tables.iter().map(|table| table.records).sum(),
        tables,
        planted: planted.len(),
        planted_list: args.planted.as_ref().map(|path| path.display().to_string()),
    };
    Answer::new(session, &generated, || render(&generated, session.lang))
}

/// A sample's own errors are faults of this program.
fn fault(error: SampleError) -> Failure {
    Failure::Internal(error.to_string())
}

fn into_folder(args: &Generate, folder: &Path, line: &Line) -> Result<(Network, Vec<Planted>), Failure> {
    let occupied = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => folder.exists(),
    };
    if occupied {
        return Err(Failure::Exists { path: folder.to_owned(), advice: "give the path of a new or empty folder" });
    }
    let scale = Scale::from(args.scale);
    let mut network =
        linewright_samples::generate(scale, args.seed, &mut |done, of| line.at(done, of)).map_err(fault)?;
    let mut planted = Vec::new();
    if let Some(percent) = args.dirt {
        let dirt = linewright_samples::plant(&network, percent, args.seed);
        for set in &dirt.changes {
            network.apply(set).map_err(|violation| fault(violation.into()))?;
        }
        planted = dirt.planted;
    }
    let options = ExportOptions {
        dataset: None,
        name: format!("{} {}", args.scale.name(), args.seed).into(),
        description: why(args).into(),
    };
    let files = linewright_exchange::export(&network, Format::Native, &options)?;
    new_folder(folder, &files)?;
    Ok((network, planted))
}

async fn into_database(args: &Generate, session: &Session, line: &Line) -> Result<(Network, Vec<Planted>), Failure> {
    let store = session.writable(Mode::Create).await?;
    let written = write(&store, args, session, line).await;
    store.close().await;
    written
}

/// Commits the sample set by set: a large one is several versions, so that no commit needs the memory of all.
async fn write(
    store: &impl Storage,
    args: &Generate,
    session: &Session,
    line: &Line,
) -> Result<(Network, Vec<Planted>), Failure> {
    if store.head().await? != Version(0) {
        // The sample's records carry ids counted from 0.
        let advice = "a sample wants a database of its own: name a new one with --database";
        return Err(Failure::Exists { path: session.shown_database().into(), advice });
    }
    let propose = |changes: ChangeSet, why: String| Proposal::new(changes, session.who.clone(), why, session.now);
    let mut sample = Sample::new(args.scale.into(), args.seed);
    while let Some(set) = sample.next() {
        let (done, of) = (sample.handed_out(), sample.sets());
        store.commit(propose(set.map_err(fault)?, format!("{}, part {done} of {of}", why(args)))).await?;
        line.at(done, of);
    }
    let network = store.refresh().await?;
    let Some(percent) = args.dirt else { return Ok((network, Vec::new())) };
    let dirt = linewright_samples::plant(&network, percent, args.seed);
    for set in dirt.changes {
        store.commit(propose(set, format!("{}: errors planted", why(args)))).await?;
    }
    Ok((store.refresh().await?, dirt.planted))
}

fn why(args: &Generate) -> String {
    format!("synthetic {}, seed {}", args.scale.name(), args.seed)
}

/// The list of errors as CSV.
fn list(planted: &[Planted]) -> String {
    let mut text = "rule,table,code,what\n".to_owned();
    for Planted { rule, table, code, what } in planted {
        // Codes and sentences are ours: no quotation marks in them. Writing to a string cannot fail.
        let _ = writeln!(text, "{rule},{table},{code},\"{what}\"");
    }
    text
}

fn render(generated: &Generated, lang: Lang) -> String {
    let Generated { scale, seed, written_to, records, planted, .. } = generated;
    let mut text = match lang {
        Lang::En => format!("{scale}, seed {seed}: {records} records in {written_to}\n"),
        Lang::Zh => format!("{scale}，种子 {seed}：{records} 条记录，写入 {written_to}\n"),
    };
    for Table { table, records } in &generated.tables {
        let _ = writeln!(text, "  {table:<10} {records:>9}");
    }
    if *planted > 0 {
        let _ = match lang {
            Lang::En => write!(text, "{planted} errors planted"),
            Lang::Zh => write!(text, "植入错误 {planted} 处"),
        };
        if let Some(path) = &generated.planted_list {
            let _ = write!(text, "{}{path}", lang.pick(", listed in ", "，清单见 "));
        }
        text.push('\n');
    }
    text
}

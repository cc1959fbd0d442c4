//! `import`: reads files into the database, all or nothing.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use linewright_exchange::finding::Report;
use linewright_exchange::input::{File, FileError, read_files, write_file, write_files};
use linewright_exchange::plan::{Mode as Absent, Outcome};
use linewright_exchange::sheets::{Language, findings_file, template};
use linewright_exchange::{Format, ImportOptions, sort_out};
use linewright_model::{Network, Text, Trial, Version};
use linewright_store::{CommitError, Committed, Mode, Proposal, Storage, connect};
use serde::Serialize;

use crate::args::Import;
use crate::failure::Failure;
use crate::output::Answer;
use crate::progress::Line;
use crate::session::Session;
use crate::text;
use crate::text::words::Lang;

/// What an import did, or would do.
#[derive(Serialize)]
pub struct Imported {
    /// Format of the files.
    pub format: &'static str,
    /// Version of the network the files were compared with.
    pub base: Version,
    /// Version made; none when nothing was written.
    pub version: Option<Version>,
    /// Whether some finding refuses the import.
    pub refused: bool,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Whether the files differ from the network.
    pub changed: bool,
    /// Where the findings were written, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings_out: Option<PathBuf>,
    /// Findings and counts.
    pub report: Report,
}

/// How often an import is compared again when the network changed meanwhile.
const TRIES: u32 = 5;

/// Runs the command; Ctrl-C ends it with everything as it was.
pub async fn run(args: &Import, session: &Session) -> Result<Answer, Failure> {
    if let Some(folder) = &args.template {
        return write_template(folder, session);
    }
    if let Some(path) = args.findings_out.as_ref().filter(|path| path.exists()) {
        let advice = "corrections may stand in it: give another name";
        return Err(Failure::Exists { path: path.clone(), advice });
    }
    let committing = Cell::new(None);
    tokio::select! {
        // Asked first, so that it is heard from the beginning.
        biased;
        // Where signals cannot be heard, the import goes on.
        Ok(()) = tokio::signal::ctrl_c() => {}
        done = read_and_write(args, session, &committing) => return done,
    }
    Err(Failure::Interrupted(interrupted(session, committing.get()).await))
}

/// What stands after an interruption; `committing` is the version before a change that was being written.
async fn interrupted(session: &Session, committing: Option<Version>) -> String {
    let nothing = session.lang.pick("interrupted; nothing was changed", "已中断，数据未改动").to_owned();
    let Some(base) = committing else { return nothing };
    let head = match connect(&session.database, Mode::ReadOnly).await {
        Ok(store) => store.head().await.ok(),
        Err(_) => None,
    };
    match head {
        Some(head) if head == base => nothing,
        _ => session
            .lang
            .pick(
                "interrupted while writing; the change is either whole or not there: see `linewright log`",
                "写入时中断；变更要么完整写入，要么未写入：请查看 `linewright log`",
            )
            .to_owned(),
    }
}

/// Long work off the thread that listens for Ctrl-C.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::Internal(error.to_string()))
}

async fn read_and_write(
    args: &Import,
    session: &Session,
    committing: &Cell<Option<Version>>,
) -> Result<Answer, Failure> {
    let line = session.progress(session.lang.pick("reading files", "读取文件"));
    let (paths, limit_bytes) = (args.files.clone(), u64::from(args.limit) << 20);
    let files = apart(move || read_files(&paths, limit_bytes)).await??;
    let (files, remarks) = apart(move || sort_out(files, limit_bytes)).await??;
    let format = match args.format.0 {
        Some(format) => format,
        None => Format::detect(&files)?,
    };
    let options = ImportOptions {
        format: Some(format),
        mapping: args.mapping.as_deref().map(read_text).transpose()?,
        repair: args.repair,
        mode: if args.replace { Absent::Replace } else { Absent::Merge },
        crs: args.crs,
        dataset: args.name.as_deref().map(Text::from),
        list_changes: args.dry_run,
        all_findings: args.findings_out.is_some(),
        corrections: match &args.corrections {
            Some(path) => read_files(std::slice::from_ref(path), limit_bytes)?.pop(),
            None => None,
        },
        limit_bytes: Some(limit_bytes),
        remarks,
    };
    let job = Job { args, session, input: Arc::new((files, options)), line, committing };
    let mut imported = if args.dry_run { job.rehearse(format).await? } else { job.write(format).await? };
    drop(job);
    if let Some(path) = &args.findings_out {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let file = findings_file(&imported.report, &name, language(session)).map_err(no_workbook)?;
        write_file(path, &file.bytes)?;
        imported.findings_out = Some(path.clone());
    }
    let refused = imported.refused;
    let answer = Answer::new(session, &imported, || {
        text::import::render(&imported, [args.findings, args.changes], session.quiet, session.lang)
    })?;
    Ok(answer.refused(refused))
}

/// The language of what is written for people to fill in.
pub fn language(session: &Session) -> Language {
    match session.lang {
        Lang::En => Language::English,
        Lang::Zh => Language::Chinese,
    }
}

/// A workbook of our own that cannot be put together is a fault of this program.
pub fn no_workbook(error: linewright_exchange::sheets::XlsxError) -> Failure {
    Failure::Internal(format!("the workbook cannot be put together: {error}"))
}

/// Writes the template of the tables; one that is there already stays.
fn write_template(folder: &Path, session: &Session) -> Result<Answer, Failure> {
    let file = template(language(session)).map_err(no_workbook)?;
    let path = folder.join(&*file.name);
    if path.exists() {
        return Err(Failure::Exists { path, advice: "move it away first" });
    }
    write_files(folder, &[file])?;
    let document = serde_json::json!({"written": path});
    Answer::new(session, &document, || format!("{} {}\n", session.lang.pick("written:", "已写入："), path.display()))
}

fn read_text(path: &Path) -> Result<Text, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| FileError::Io { path: path.to_owned(), source })?;
    Ok(Text::from(text))
}

struct Job<'a> {
    args: &'a Import,
    session: &'a Session,
    input: Arc<(Vec<File>, ImportOptions)>,
    line: Line,
    /// Version before a change that is being written.
    committing: &'a Cell<Option<Version>>,
}

impl Job<'_> {
    async fn compare(&self, network: &Network) -> Result<Outcome, Failure> {
        self.line.now(self.session.lang.pick("comparing with the network", "与现网比对"));
        let (input, against) = (Arc::clone(&self.input), network.clone());
        let outcome = apart(move || linewright_exchange::import(&input.0, &input.1, &against)).await??;
        let (base, changes) = (network.version(), outcome.changes.changes.len());
        tracing::info!(%base, changes, refused = outcome.refused, "compared");
        Ok(outcome)
    }

    fn imported(&self, format: Format, base: Version, outcome: Outcome, version: Option<Version>) -> Imported {
        Imported {
            format: format.name(),
            base,
            version,
            refused: outcome.refused,
            dry_run: self.args.dry_run,
            changed: !outcome.changes.is_empty(),
            findings_out: None,
            report: outcome.report,
        }
    }

    async fn rehearse(&self, format: Format) -> Result<Imported, Failure> {
        let network = self.session.network_or_empty().await?;
        let outcome = self.compare(&network).await?;
        Ok(self.imported(format, network.version(), outcome, None))
    }

    async fn write(&self, format: Format) -> Result<Imported, Failure> {
        let (store, first) = match self.session.existing().await? {
            Some(store) => (store, None),
            None => {
                // An import that is refused or brings nothing leaves no empty database behind.
                let outcome = self.compare(&Network::new()).await?;
                if outcome.trial.is_none() {
                    return Ok(self.imported(format, Version(0), outcome, None));
                }
                (self.session.writable(Mode::Create).await?, Some(outcome))
            }
        };
        let imported = self.write_to(&store, format, first).await;
        store.close().await;
        imported
    }

    /// Commits what differs; `first` is what was compared with the empty network.
    async fn write_to(
        &self,
        store: &impl Storage,
        format: Format,
        first: Option<Outcome>,
    ) -> Result<Imported, Failure> {
        let (mut tried, mut first) = (0, first);
        loop {
            tried += 1;
            let network = store.refresh().await?;
            let base = network.version();
            let mut outcome = match first.take() {
                Some(outcome) if base == Version(0) => outcome,
                _ => self.compare(&network).await?,
            };
            let Some(trial) = outcome.trial.take() else { return Ok(self.imported(format, base, outcome, None)) };
            self.committing.set(Some(base));
            match self.commit(store, trial).await {
                Ok(committed) => return Ok(self.imported(format, base, outcome, Some(committed.version))),
                // Somebody else committed in between: compare with what stands there now.
                Err(CommitError::Refused(violation)) => {
                    if tried >= TRIES || store.head().await? == base {
                        return Err(CommitError::Refused(violation).into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn commit(&self, store: &impl Storage, trial: Trial) -> Result<Committed, CommitError> {
        self.line.now(self.session.lang.pick("writing", "写入"));
        let why = self.args.why.clone().unwrap_or_else(|| {
            const NAMED: usize = 4;
            let name = |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            let names: Vec<String> = self.args.files.iter().take(NAMED).map(name).collect();
            let more = if self.args.files.len() > NAMED { ", …" } else { "" };
            format!("import of {}{more}", names.join(", "))
        });
        let proposal = Proposal::tried(trial, self.session.who.clone(), why, self.session.now);
        store.commit(proposal.with_progress(self.line.records())).await
    }
}

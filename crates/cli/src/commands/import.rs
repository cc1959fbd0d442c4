//! `import`: reads files into the database, all or nothing.

use std::path::{Path, PathBuf};

use linewright_exchange::finding::Report;
use linewright_exchange::input::{File, FileError, read_files};
use linewright_exchange::plan::{Mode as Absent, Outcome};
use linewright_exchange::{Format, ImportOptions};
use linewright_model::{Network, Text, Version};
use linewright_store::{CommitError, Committed, Mode, Proposal, Sqlite, Storage};
use serde::Serialize;

use crate::args::Import;
use crate::failure::Failure;
use crate::output::Answer;
use crate::progress::Line;
use crate::session::Session;
use crate::text;

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
    /// Findings and counts.
    pub report: Report,
}

/// How often an import is compared again when the network changed meanwhile.
const TRIES: u32 = 5;

/// Runs the command.
pub async fn run(args: &Import, session: &Session) -> Result<Answer, Failure> {
    let line = session.progress(session.lang.pick("reading files", "读取文件"));
    let files = read_files(&args.files, u64::from(args.limit) << 20)?;
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
    };
    let job = Job { args, session, files, options, line };
    let imported = if args.dry_run { job.rehearse(format).await? } else { job.write(format).await? };
    drop(job);
    let refused = imported.refused;
    let shown = if session.quiet { 0 } else { args.findings };
    let answer = Answer::new(session, &imported, || text::import::render(&imported, shown, session.lang))?;
    Ok(answer.refused(refused))
}

fn read_text(path: &Path) -> Result<Text, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| FileError::Io { path: path.to_owned(), source })?;
    Ok(Text::from(text))
}

struct Job<'a> {
    args: &'a Import,
    session: &'a Session,
    files: Vec<File>,
    options: ImportOptions,
    line: Line,
}

impl Job<'_> {
    fn compare(&self, network: &Network) -> Result<Outcome, Failure> {
        self.line.now(self.session.lang.pick("comparing with the network", "与现网比对"));
        let outcome = linewright_exchange::import(&self.files, &self.options, network)?;
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
            report: outcome.report,
        }
    }

    async fn rehearse(&self, format: Format) -> Result<Imported, Failure> {
        let network = self.session.network_or_empty().await?;
        let outcome = self.compare(&network)?;
        Ok(self.imported(format, network.version(), outcome, None))
    }

    async fn write(&self, format: Format) -> Result<Imported, Failure> {
        let (store, first) = match self.session.existing().await? {
            Some(store) => (store, None),
            None => {
                // A refused import leaves no empty database behind.
                let outcome = self.compare(&Network::new())?;
                if outcome.refused {
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
    async fn write_to(&self, store: &Sqlite, format: Format, first: Option<Outcome>) -> Result<Imported, Failure> {
        let (mut tried, mut first) = (0, first);
        loop {
            tried += 1;
            let network = store.refresh().await?;
            let base = network.version();
            let mut outcome = match first.take() {
                Some(outcome) if base == Version(0) => outcome,
                _ => self.compare(&network)?,
            };
            if outcome.refused || outcome.changes.is_empty() {
                return Ok(self.imported(format, base, outcome, None));
            }
            match self.commit(store, &mut outcome).await {
                Ok(committed) => {
                    let imported = self.imported(format, base, outcome, Some(committed.version));
                    return Ok(Imported { changed: true, ..imported });
                }
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

    async fn commit(&self, store: &Sqlite, outcome: &mut Outcome) -> Result<Committed, CommitError> {
        self.line.now(self.session.lang.pick("writing", "写入"));
        let why = self.args.why.clone().unwrap_or_else(|| {
            const NAMED: usize = 4;
            let name = |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            let names: Vec<String> = self.args.files.iter().take(NAMED).map(name).collect();
            let more = if self.args.files.len() > NAMED { ", …" } else { "" };
            format!("import of {}{more}", names.join(", "))
        });
        let changes = std::mem::take(&mut outcome.changes);
        let proposal = Proposal::new(changes, self.session.who.clone(), why, self.session.now);
        store.commit(proposal.with_progress(self.line.records())).await
    }
}

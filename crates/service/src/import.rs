//! Imports and exports: files into the network, all or nothing, and out of it.

use std::io::{Cursor, Write};
use std::sync::Arc;

use linewright_exchange::finding::Report;
use linewright_exchange::input::{DEFAULT_LIMIT_BYTES, File};
use linewright_exchange::{EXPORT_NOTE, ExportOptions, Format, ImportOptions, left_out, sort_out};
use linewright_model::Version;
use linewright_store::{AuditLine, Beside, CommitError, KeptAnswer, Progress, Proposal, Storage};
use serde::Serialize;

use crate::{Service, ServiceError};

/// How often an import is compared again when the network changed meanwhile.
const TRIES: u32 = 5;

/// Files to be imported.
#[derive(Clone, Debug)]
pub struct Import {
    /// The files.
    pub files: Vec<File>,
    /// How to read them.
    pub options: ImportOptions,
    /// Whether nothing is to be written.
    pub dry_run: bool,
    /// The version the network must be at, where that was said.
    pub only_at: Option<Version>,
    /// Who asks, for the logs.
    pub who: String,
    /// By which way, for the audit log.
    pub via: String,
    /// Why, for the log.
    pub why: String,
    /// The key of the request, where it claimed one: its answer is kept with the commit.
    pub once: Option<Key>,
}

/// A key that a request claimed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Who claimed it.
    pub account: String,
    /// The key.
    pub key: String,
}

impl Key {
    /// The answer of the request that claimed it.
    pub fn answered(self, body: String) -> KeptAnswer {
        KeptAnswer { account: self.account, key: self.key, body }
    }
}

/// What an import did, or would do.
#[derive(Clone, Serialize, Debug)]
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

impl Service {
    /// Imports files; one import at a time.
    pub async fn import(&self, import: Import, progress: Progress) -> Result<Imported, ServiceError> {
        let busy = |_| ServiceError::Busy { running: 1, waiting: 0 };
        let _turn = self.importing.try_acquire().map_err(busy)?;
        let Import { files, mut options, dry_run, only_at, who, via, why, once } = import;
        let limit_bytes = options.limit_bytes.unwrap_or(DEFAULT_LIMIT_BYTES);
        let sorted = tokio::task::spawn_blocking(move || sort_out(files, limit_bytes)).await;
        let (files, remarks) = sorted.map_err(|error| ServiceError::Internal(error.to_string()))??;
        options.remarks.extend(remarks);
        let format = match options.format {
            Some(format) => format,
            None => Format::detect(&files)?,
        };
        options.format = Some(format);
        let input = Arc::new((files, options));
        let mut tried = 0;
        loop {
            tried += 1;
            let network = if dry_run {
                self.snapshot().network.clone()
            } else {
                self.reachable()?;
                self.store().refresh().await?
            };
            let base = network.version();
            if let Some(wanted) = only_at.filter(|wanted| *wanted != base) {
                return Err(ServiceError::Moved { wanted, found: base });
            }
            let (files, against) = (input.clone(), network);
            let compared =
                tokio::task::spawn_blocking(move || linewright_exchange::import(&files.0, &files.1, &against)).await;
            let outcome = compared.map_err(|error| ServiceError::Internal(error.to_string()))??;
            let changed = !outcome.changes.is_empty();
            let imported = Imported {
                format: format.name(),
                base,
                version: None,
                refused: outcome.refused,
                dry_run,
                changed,
                report: outcome.report,
            };
            let Some(trial) = outcome.trial.filter(|_| !dry_run) else { return Ok(imported) };
            let note = self.accounts().audit_line(&who, &via, "import", "", "");
            let (told, once) = (imported.clone(), once.clone());
            let beside = move |version: Version| {
                let body = serde_json::to_string(&Imported { version: Some(version), ..told.clone() });
                // Texts and numbers always have a JSON form.
                let answer = once.clone().map(|key| key.answered(body.unwrap_or_default()));
                Beside { note: AuditLine { subject: format!("version {version}"), ..note.clone() }, answer }
            };
            let proposal = Proposal::tried(trial, who.clone(), why.clone(), self.now()).only_at(only_at);
            match self.commit(proposal.beside(beside).with_progress(progress.clone())).await {
                Ok(committed) => return Ok(Imported { version: Some(committed.version), ..imported }),
                // Somebody else committed in between: compare with what stands there now.
                Err(ServiceError::Refused(CommitError::Refused(violation))) => {
                    if tried >= TRIES || self.store().head().await? == base {
                        return Err(ServiceError::Refused(CommitError::Refused(violation)));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes the network, or one data set of it, as a zip archive of files, with a note of who took it out, when and why.
    pub async fn export(
        &self,
        format: Format,
        dataset: Option<String>,
        note: String,
    ) -> Result<(Version, Vec<u8>), ServiceError> {
        let exported = self.work(move |at, _| {
            let mut description = format!("Network version {} as kept by Linewright. {note}", at.version());
            let options = ExportOptions {
                dataset: dataset.map(Into::into),
                name: "linewright".into(),
                description: description.clone().into(),
            };
            let files = linewright_exchange::export(&at.network, format, &options)?;
            if let Some(notice) = linewright_exchange::notice(format, &left_out(&at.network, format, &options)?) {
                description.push_str(&format!("\n\n{}.\n{}。", notice.en, notice.zh));
            }
            Ok::<_, ServiceError>((at.version(), archive(&files, &description)?))
        });
        exported.await?
    }
}

fn archive(files: &[File], note: &str) -> Result<Vec<u8>, ServiceError> {
    let failed = |error: zip::result::ZipError| ServiceError::Internal(format!("the archive cannot be made: {error}"));
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let note = File::new(EXPORT_NOTE, format!("{note}\n"));
    for file in files.iter().chain([&note]) {
        archive.start_file(&*file.name, options).map_err(failed)?;
        archive.write_all(&file.bytes).map_err(|error| failed(error.into()))?;
    }
    Ok(archive.finish().map_err(failed)?.into_inner())
}

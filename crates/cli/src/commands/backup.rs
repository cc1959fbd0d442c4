//! `backup` and `restore`: the whole database in one file, and back, whichever database it is.

use std::path::Path;

use linewright_model::{Network, Version};
use linewright_store::{AuditLine, Backup, Contents, Desk, Mode, Storage, connect};
use serde::Serialize;

use crate::args::{BackUp, Restore};
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::Session;
use crate::text;

/// What a backup came to.
#[derive(Serialize)]
pub struct BackedUp {
    /// The file.
    pub file: String,
    /// What is in it.
    #[serde(flatten)]
    pub contents: Contents,
}

/// Runs `backup`; Ctrl-C leaves no file.
pub async fn back_up(args: &BackUp, session: &Session) -> Result<Answer, Failure> {
    tokio::select! {
        // Asked first, so that it is heard from the beginning.
        biased;
        Ok(()) = tokio::signal::ctrl_c() => {
            Err(Failure::Interrupted(session.lang.pick("interrupted; no backup was made", "已中断，未生成备份").to_owned()))
        }
        done = write(args, session) => done,
    }
}

async fn write(args: &BackUp, session: &Session) -> Result<Answer, Failure> {
    if args.file.exists() && !args.force {
        let advice = "give another name, or --force to replace it";
        return Err(Failure::Exists { path: args.file.clone(), advice });
    }
    let store = connect(&session.database, Mode::ReadOnly).await?;
    let line = session.progress(session.lang.pick("backing up", "备份"));
    let written = store.backup(&args.file, session.now, &line.records()).await;
    store.close().await;
    drop(line);
    let backed_up = BackedUp { file: args.file.display().to_string(), contents: written? };
    Answer::new(session, &backed_up, || text::backup::backed_up(&backed_up, session.lang))
}

/// What a restore came to.
#[derive(Serialize)]
pub struct Restored {
    /// The backup.
    pub file: String,
    /// The database filled.
    pub database: String,
    /// The version that was replaced; none where there was no network.
    pub replaced: Option<Version>,
    /// The newest version now.
    pub version: Version,
    /// Records of the network, as read back.
    pub records: usize,
    /// What is in the backup.
    pub backup: Contents,
}

/// Runs `restore`; until it is done the database is as it was.
pub async fn restore(args: &Restore, session: &Session) -> Result<Answer, Failure> {
    tokio::select! {
        biased;
        Ok(()) = tokio::signal::ctrl_c() => Err(Failure::Interrupted(
            session
                .lang
                .pick(
                    "interrupted; the backup is either restored whole or not at all: see `linewright log`",
                    "已中断；备份要么已完整恢复，要么未恢复：请查看 `linewright log`",
                )
                .to_owned(),
        )),
        done = fill(args, session) => done,
    }
}

async fn fill(args: &Restore, session: &Session) -> Result<Answer, Failure> {
    let backup = verified(&args.file, session).await?;
    let line = session.progress(session.lang.pick("restoring", "恢复"));
    let store = session.writable(Mode::Create).await?;
    let filled = replace(&store, &backup, args.force, &line.records()).await;
    if let Ok((before, network)) = &filled {
        told(&store, args, session, (*before, network.version())).await;
    }
    store.close().await;
    drop(line);
    let (before, network) = filled?;
    let restored = Restored {
        file: args.file.display().to_string(),
        database: session.shown_database(),
        replaced: Some(before).filter(|before| *before > Version(0)),
        version: network.version(),
        records: super::export::records(&network),
        backup: backup.contents().clone(),
    };
    Answer::new(session, &restored, || text::backup::restored(&restored, session.lang))
}

/// Writes into the audit log, which came with the backup, that it did. The restore stands even where this fails.
async fn told(store: &impl Desk, args: &Restore, session: &Session, (before, version): (Version, Version)) {
    let line = AuditLine {
        seq: 0,
        at: session.now,
        who: session.who.clone(),
        via: "cli".to_owned(),
        action: "restore".to_owned(),
        subject: args.file.display().to_string(),
        why: format!("version {version} instead of {before}"),
    };
    if let Err(error) = store.audit(&line).await {
        tracing::error!(%error, "the restore is not in the audit log");
    }
}

/// The backup, read to its end and found whole before anything is touched.
async fn verified(file: &Path, session: &Session) -> Result<Backup, Failure> {
    let line = session.progress(session.lang.pick("checking the backup", "校验备份"));
    let (file, progress) = (file.to_owned(), line.records());
    let read = tokio::task::spawn_blocking(move || Backup::verify(&file, &progress)).await;
    Ok(read.map_err(|error| Failure::Internal(error.to_string()))??)
}

async fn replace(
    store: &impl Storage,
    backup: &Backup,
    force: bool,
    progress: &linewright_store::Progress,
) -> Result<(Version, Network), Failure> {
    let before = store.head().await?;
    Ok((before, store.restore(backup, force, progress).await?))
}

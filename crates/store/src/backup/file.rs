//! Backups as files: written whole or not at all, read only when they are whole.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::BackupError;
use super::format::{Contents, Header, Line, Reader};
use crate::{Progress, StoreError};

/// Bytes between the file and the lines.
const BUFFER: usize = 1 << 20;

/// A backup being written, under another name in the folder of its own; gone when it is dropped before it is kept.
pub(crate) struct Part<'a> {
    path: &'a Path,
    part: PathBuf,
    into: Option<BufWriter<File>>,
}

impl<'a> Part<'a> {
    pub(crate) fn create(path: &'a Path) -> Result<Self, BackupError> {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let file = File::create(&part).map_err(|error| BackupError::io(path, &error))?;
        Ok(Self { path, part, into: Some(BufWriter::with_capacity(BUFFER, file)) })
    }

    pub(super) fn failed(&self, error: &std::io::Error) -> BackupError {
        BackupError::io(self.path, error)
    }

    /// Puts it on disk and gives it its name; a file that stands there is replaced.
    pub(crate) fn keep(mut self) -> Result<(), BackupError> {
        let kept = self.flush().and_then(|()| {
            if let Some(into) = &self.into {
                into.get_ref().sync_all()?;
            }
            std::fs::rename(&self.part, self.path)?;
            sync_folder(self.path)
        });
        kept.map_err(|error| self.failed(&error))?;
        self.into = None;
        Ok(())
    }
}

impl Write for Part<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.into.as_mut().map_or(Ok(0), |into| into.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.into.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        if self.into.take().is_some() {
            // The half file is of no use; that it cannot be removed either changes nothing.
            std::fs::remove_file(&self.part).ok();
        }
    }
}

/// Makes a rename durable.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    // Elsewhere folders cannot be opened, and renaming is durable by itself.
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// A backup that was read from its first line to its last and found whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backup {
    path: PathBuf,
    contents: Contents,
}

impl Backup {
    /// Reads a file through and holds it against its own count and sum.
    ///
    /// # Errors
    /// When it cannot be read, is no backup, is of a newer program, is truncated or altered.
    pub fn verify(path: &Path, progress: &Progress) -> Result<Self, BackupError> {
        let (mut reader, header) = read(path)?;
        let (mut lines, total) = (0u64, header.rows);
        while !matches!(reader.next()?, Line::End) {
            lines += 1;
            if lines.is_multiple_of(4096) {
                progress.tell(reader.rows(), total);
            }
        }
        let contents = reader.contents(header)?;
        Ok(Self { path: path.into(), contents })
    }

    /// What it holds.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// The error of a database that was being filled: what it refuses is the backup's fault.
    pub(crate) fn refused(&self, error: impl Into<BackupError>) -> BackupError {
        match error.into() {
            BackupError::Store(StoreError::Damaged { reason, .. } | StoreError::Internal { what: reason }) => {
                BackupError::NoNetwork { path: self.path.clone(), reason }
            }
            other => other,
        }
    }

    /// Reads it again.
    pub(super) fn read(&self) -> Result<(Reader<'_, BufReader<File>>, Header), BackupError> {
        read(&self.path)
    }

    /// Refuses when what was read is not what was found whole.
    pub(super) fn same(&self, read: &Contents) -> Result<(), BackupError> {
        if *read == self.contents {
            return Ok(());
        }
        let reason = "is not what it was a moment ago: somebody writes to the file".to_owned();
        Err(BackupError::Damaged { path: self.path.clone(), line: 1, reason })
    }
}

fn read(path: &Path) -> Result<(Reader<'_, BufReader<File>>, Header), BackupError> {
    let file = File::open(path).map_err(|error| BackupError::io(path, &error))?;
    Reader::new(path, BufReader::with_capacity(BUFFER, file), crate::SCHEMA)
}

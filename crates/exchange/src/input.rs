//! Input and output files: bytes with a name, read under a size limit and written whole.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use linewright_model::Text;

/// A file read or to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Name without folder.
    pub name: Text,
    /// Content.
    pub bytes: Vec<u8>,
    /// Whether it was found in a folder, not named itself.
    pub listed: bool,
}

impl File {
    /// A file of this name and content.
    pub fn new(name: impl Into<Text>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), listed: false }
    }
}

/// Why files cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system says no.
    #[error("{}: {}", path.display(), plain_io(source))]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// The file is above the limit.
    #[error(
        "{} is larger than the limit of {limit_bytes} bytes; raise the limit if the file is right",
        path.display()
    )]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// The limit.
        limit_bytes: u64,
    },
    /// Nothing to read.
    #[error("{} has no files to import", path.display())]
    Empty {
        /// Which folder.
        path: PathBuf,
    },
}

/// What the operating system says, in words that do not need its numbers.
pub fn plain_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder; look at the path".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read or write it; look at its permissions".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, and a file is wanted".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is a file, not a folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text; save it as UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// Limit on the size of one input file: 1 GiB.
pub const DEFAULT_LIMIT_BYTES: u64 = 1 << 30;

/// Reads files, and of folders the files directly in them, by name; hidden files are passed over.
///
/// # Errors
/// A file that cannot be read or is above `limit_bytes`, and a folder without files.
pub fn read_files(paths: &[PathBuf], limit_bytes: u64) -> Result<Vec<File>, FileError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let listed = files_in(path)?;
            if listed.is_empty() {
                return Err(FileError::Empty { path: path.clone() });
            }
            for path in listed {
                files.push(File { listed: true, ..read_file(&path, limit_bytes)? });
            }
        } else {
            files.push(read_file(path, limit_bytes)?);
        }
    }
    Ok(files)
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let at_folder = |source| FileError::Io { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(at_folder)? {
        let path = entry.map_err(at_folder)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_file() && !hidden {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path, limit_bytes: u64) -> Result<File, FileError> {
    let at_path = |source| FileError::Io { path: path.to_owned(), source };
    let too_large = || FileError::TooLarge { path: path.to_owned(), limit_bytes };
    let file = fs::File::open(path).map_err(at_path)?;
    if file.metadata().map_err(at_path)?.len() > limit_bytes {
        return Err(too_large());
    }
    // The length said may be wrong (pipes, growing files), so the read is bounded too.
    let mut bytes = Vec::new();
    file.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(at_path)?;
    if bytes.len() as u64 > limit_bytes {
        return Err(too_large());
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    Ok(File::new(&*name, bytes))
}

/// Writes files into a folder, made if need be; each file is replaced whole or not at all.
///
/// # Errors
/// A file that cannot be written; those before it are.
pub fn write_files(folder: &Path, files: &[File]) -> Result<(), FileError> {
    fs::create_dir_all(folder).map_err(|source| FileError::Io { path: folder.to_owned(), source })?;
    for file in files {
        write_file(&folder.join(&*file.name), &file.bytes)?;
    }
    Ok(())
}

/// Writes one file, replaced whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let at_path = |source| FileError::Io { path: path.to_owned(), source };
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = fs::File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(source) = written.and_then(|()| fs::rename(&part, path)) {
        // The half file is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&part);
        return Err(at_path(source));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order_and_under_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &Path| vec![path.to_owned()];
        assert!(matches!(read_files(&at(folder.path()), 10), Err(FileError::Empty { .. })));
        let files = [File::new("b.csv", "12345"), File::new("a.csv", "1")];
        write_files(&folder.path().join("new"), &files).unwrap();
        let read = read_files(&at(&folder.path().join("new")), 5).unwrap();
        let listed = |file: &File| File { listed: true, ..file.clone() };
        assert_eq!(read, [listed(&files[1]), listed(&files[0])]);
        let error = read_files(&at(&folder.path().join("new")), 4).unwrap_err().to_string();
        assert!(error.contains("b.csv is larger than the limit of 4 bytes"), "{error}");
        let error = read_files(&at(&folder.path().join("none")), 4).unwrap_err().to_string();
        assert!(error.contains("none: there is no such file or folder"), "{error}");
    }
}

//! Zip archives, unpacked under limits: what an archive says of its sizes may be wrong.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::{ZipError, ZipResult};

use crate::finding::shown;
use crate::format::DetectError;
use crate::input::File;

/// More entries than any map or export has: each takes memory before one is read.
pub(crate) const MAX_ENTRIES: usize = 10_000;
/// What the header of an entry in the directory of an archive begins with.
const ENTRY: &[u8] = b"PK\x01\x02";

/// Whether a file begins like a zip archive.
pub(crate) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// How many entries an archive may have, without taking memory for them.
pub(crate) fn entries(bytes: &[u8]) -> usize {
    bytes.windows(ENTRY.len()).filter(|w| *w == ENTRY).count()
}

/// The content of an entry; none where it has more than so many bytes.
pub(crate) fn content<R: Read>(entry: ZipFile<'_, R>, most: u64) -> ZipResult<Option<Vec<u8>>> {
    if entry.size() > most {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    entry.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}

/// Whether a file is an archive to be taken as the folder of its files: neither a KMZ map nor a spreadsheet, which are
/// archives too.
pub(crate) fn is_folder(file: &File) -> bool {
    is_zip(&file.bytes) && file.name.to_ascii_lowercase().ends_with(".zip")
}

/// The last part of a path; whoever made the archive writes it either way.
fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The files of an archive, by the last part of their names; hidden ones are passed over, as those of a folder. `left` is
/// what may still be unpacked, bytes.
pub(crate) fn unpack(file: &File, left: &mut u64) -> Result<Vec<File>, DetectError> {
    let refused = |why: String| DetectError::Archive { file: file.name.clone(), why };
    let count = entries(&file.bytes);
    if count > MAX_ENTRIES {
        return Err(refused(format!("it has {count} entries; {MAX_ENTRIES} are read at most")));
    }
    let broken = |error: ZipError| match error {
        ZipError::UnsupportedArchive(why) => refused(format!("{why}; unpack it and import the folder")),
        other => refused(format!("it is damaged ({other}); fetch it again")),
    };
    let mut archive = ZipArchive::new(Cursor::new(file.bytes.as_slice())).map_err(broken)?;
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(broken)?;
        let path = entry.name().map_err(broken)?.into_owned();
        let hidden = path.split(['/', '\\']).any(|part| part == "__MACOSX") || name_of(&path).starts_with('.');
        let name = name_of(&path);
        if entry.is_dir() || hidden || name.is_empty() {
            continue;
        }
        let Some(bytes) = content(entry, *left).map_err(broken)? else {
            let why = format!("{} unpacks to more than is left of the limit ({left} bytes)", shown(name));
            return Err(refused(format!(
                "{why}; raise the limit if the file is right, or unpack it and import the folder"
            )));
        };
        *left -= bytes.len() as u64;
        files.push(File { listed: true, ..File::new(name, bytes) });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn check(bytes: Vec<u8>, mut left: u64, expected: Result<&[(&str, &str)], &str>) {
        let unpacked = unpack(&File::new("a.zip", bytes), &mut left);
        match (&unpacked, expected) {
            (Ok(files), Ok(expected)) => {
                let files: Vec<(&str, &str)> =
                    files.iter().map(|file| (&*file.name, std::str::from_utf8(&file.bytes).unwrap())).collect();
                assert_eq!(files, expected);
            }
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            _ => panic!("{unpacked:?}"),
        }
    }

    #[test]
    fn an_archive_is_a_folder_under_a_limit() {
        let two: &[(&str, &[u8])] = &[("net/place.csv", b"12345"), ("../../manifest.toml", b"123"), ("net/.x", b"1")];
        let files = Ok(&[("place.csv", "12345"), ("manifest.toml", "123")][..]);
        // A path that would lead out of the folder has its name left, and names no place on any disk.
        check(zip(two), 8, files);
        check(zip(&[two[0], ("x\\manifest.toml", b"123"), ("__MACOSX/b", b"1")]), 8, files);
        check(zip(&[two[0], ("b", b"12345")]), 9, Err("\"b\" unpacks to more than is left of the limit (4 bytes)"));
        check(zip(&[two[0]]), 4, Err("\"place.csv\" unpacks to more than is left of the limit (4 bytes)"));
        check(zip(two)[..40].to_vec(), 8, Err("a.zip cannot be unpacked: it is damaged"));
        let bomb = zip(&[("a.csv", &vec![b'0'; 4 << 20])]);
        assert!(bomb.len() < 20_000);
        check(bomb, 1 << 20, Err("more than is left of the limit"));
    }
}

//! Backups that were cut, altered or never were one.

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::rows::Cell;
use crate::{Mode, Progress, Proposal, Sqlite, Storage};

fn quiet() -> Progress {
    Progress::new(|_, _| {})
}

/// A backup of every kind of record, as bytes.
async fn whole(folder: &TempDir) -> Vec<u8> {
    let store = Sqlite::open(&folder.path().join("net.db"), Mode::Create).await.unwrap();
    store.migrate().await.unwrap();
    let full = crate::conformance::sample::full();
    store.commit(Proposal::new(full, "", "", chrono::DateTime::UNIX_EPOCH)).await.unwrap();
    let path = folder.path().join("whole");
    store.backup(&path, chrono::DateTime::UNIX_EPOCH, &quiet()).await.unwrap();
    store.close().await;
    std::fs::read(path).unwrap()
}

fn verify(folder: &TempDir, bytes: &[u8]) -> Result<Backup, BackupError> {
    let path = folder.path().join("tried");
    std::fs::write(&path, bytes).unwrap();
    Backup::verify(&path, &quiet())
}

#[tokio::test]
async fn every_cut_and_every_altered_byte_is_found() {
    let folder = TempDir::new().unwrap();
    let whole = whole(&folder).await;
    assert!(verify(&folder, &whole).is_ok());
    for cut in (0..whole.len()).step_by(97).chain(whole.len() - 90..whole.len()) {
        let error = verify(&folder, &whole[..cut]).unwrap_err();
        assert!(matches!(error, BackupError::Damaged { .. } | BackupError::NotABackup { .. }), "{cut}: {error}");
    }
    for at in (0..whole.len()).step_by(61).chain(0..140).chain(whole.len() - 90..whole.len()) {
        for flip in [1, 0x20, 0x80] {
            let mut altered = whole.clone();
            altered[at] ^= flip;
            let error = verify(&folder, &altered);
            assert!(error.is_err(), "byte {at} altered by {flip}");
        }
    }
    // Lines in another order, a line less, a line more.
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    let fewer = [&lines[..5], &lines[6..]].concat();
    let more = [&lines[..], &lines[lines.len() - 1..]].concat();
    for lines in [swapped, fewer, more] {
        assert!(matches!(verify(&folder, &lines.concat()), Err(BackupError::Damaged { .. })));
    }
}

#[test]
fn what_is_no_backup_is_said() {
    let folder = TempDir::new().unwrap();
    let endless = vec![b'x'; 3_000_000];
    for bytes in
        [&b""[..], b"\n", b"SQLite format 3\0", b"{}\n", b"[]\n", b"{\"format\":\"other\"}\n", b"\xff\xfe\n", &endless]
    {
        let error = verify(&folder, bytes).unwrap_err();
        assert!(matches!(error, BackupError::NotABackup { .. }), "{error}");
    }
    for newer in ["\"form\":2", "\"form\":1,\"schema\":999"] {
        let line = format!("{{\"format\":\"linewright-backup\",{newer},\"program\":\"9.9\"}}\n");
        let error = verify(&folder, line.as_bytes()).unwrap_err();
        assert!(matches!(error, BackupError::Newer { .. }) && error.to_string().contains("9.9"), "{error}");
    }
    let error = verify(&folder, b"{\"format\":\"linewright-backup\",\"form\":1}\n").unwrap_err();
    assert!(matches!(error, BackupError::Damaged { line: 1, .. }), "{error}");
}

proptest! {
    #[test]
    fn cells_come_back(texts in proptest::collection::vec(".*", 0..4), n: i64, x in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO) {
        let cells: Vec<Cell> = texts.iter().map(|text| Cell::from(text.as_str())).chain([Cell::Null, Cell::Int(n), Cell::Real(x)]).collect();
        let json = serde_json::to_string(&cells).unwrap();
        prop_assert!(!json.contains('\n'));
        prop_assert_eq!(serde_json::from_str::<Vec<Cell>>(&json).unwrap(), cells);
    }

    #[test]
    fn any_bytes_are_refused_and_not_panicked_on(bytes: Vec<u8>, head: bool) {
        let folder = TempDir::new().unwrap();
        let line = b"{\"format\":\"linewright-backup\",\"form\":1,\"program\":\"\",\"schema\":1,\"made\":\"2026-01-01T00:00:00Z\",\"version\":0,\"rows\":0}\n";
        let start = if head { &line[..] } else { &[] };
        prop_assert!(verify(&folder, &[start, &bytes].concat()).is_err());
    }
}

//! Every folder of `topology-samples/` is a clean native folder, in the form in which it is exported.

use std::path::{Path, PathBuf};

use linewright_exchange::native::{MANIFEST, Manifest};
use linewright_exchange::{ExportOptions, Format, ImportOptions, export, import, input};
use linewright_model::Network;

#[test]
fn samples_import_without_findings_and_come_back_byte_for_byte() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../topology-samples");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&samples).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    assert!(!folders.is_empty(), "no samples in {}", samples.display());
    for folder in folders {
        let name = folder.display();
        let files = input::read_files(std::slice::from_ref(&folder), input::DEFAULT_LIMIT_BYTES).unwrap();
        assert_eq!(Format::detect(&files), Ok(Format::Native), "{name}");
        let outcome = import(&files, &ImportOptions::default(), &Network::new()).unwrap();
        assert!(outcome.report.findings.is_empty(), "{name}: {:#?}", outcome.report.findings);
        let mut network = Network::new();
        network.apply(&outcome.changes).unwrap();

        let manifest = Manifest::read(&files).unwrap();
        let options = ExportOptions { dataset: None, name: manifest.name, description: manifest.description };
        for written in export(&network, Format::Native, &options).unwrap() {
            let read = files.iter().find(|file| file.name == written.name);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(read.map(|f| text(&f.bytes)), Some(text(&written.bytes)), "{name}/{}", written.name);
        }
        let tables =
            |files: &[input::File]| files.iter().filter(|f| f.name.ends_with(".csv") || &*f.name == MANIFEST).count();
        assert_eq!(tables(&files), tables(&export(&network, Format::Native, &options).unwrap()), "{name}");
    }
}

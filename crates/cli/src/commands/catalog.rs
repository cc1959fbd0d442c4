//! `catalog`: the tables in use, or the built-in ones as files to edit.

use std::path::Path;

use linewright_catalog::{CatalogFile, CatalogSource};
use linewright_exchange::input::{File, write_files};
use serde_json::json;

use crate::args::ShowCatalog;
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::{Session, catalog};
use crate::text;

/// Runs the command.
pub fn run(args: &ShowCatalog, session: &Session) -> Result<Answer, Failure> {
    if let Some(folder) = &args.write {
        return write(folder, session);
    }
    let catalog = catalog(args.catalog.as_deref())?;
    Answer::new(session, &catalog, || text::catalog::render(&catalog, session.lang))
}

fn write(folder: &Path, session: &Session) -> Result<Answer, Failure> {
    let source = CatalogSource::builtin();
    let text_of = |file: CatalogFile| match file {
        CatalogFile::Prices => source.prices,
        CatalogFile::Optics => source.optics,
        CatalogFile::Products => source.products,
        CatalogFile::Policy => source.policy,
    };
    let files: Vec<File> = CatalogFile::ALL.iter().map(|file| File::new(file.name(), text_of(*file))).collect();
    let taken = files.iter().map(|file| folder.join(&*file.name)).find(|path| path.exists());
    if let Some(path) = taken {
        return Err(Failure::Exists { path, advice: "give another folder, so that no edited table is lost" });
    }
    write_files(folder, &files)?;
    let paths: Vec<String> = files.iter().map(|file| folder.join(&*file.name).display().to_string()).collect();
    Answer::new(session, &json!({ "files": paths }), || paths.join("\n") + "\n")
}

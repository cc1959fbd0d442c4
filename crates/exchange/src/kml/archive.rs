//! KMZ: the one KML document of a zip archive, taken out under a limit.

use linewright_model::phrase;
use std::borrow::Cow;
use std::io::Cursor;

use zip::ZipArchive;
use zip::result::{ZipError, ZipResult};

use crate::archive::{self, MAX_ENTRIES, is_zip};
use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::input::File;

/// Whether the directory of an archive names a KML document.
pub(super) fn names_kml(bytes: &[u8]) -> bool {
    let directory = bytes.get(bytes.len().saturating_sub(65_536)..).unwrap_or_default();
    directory.windows(4).any(|w| w.eq_ignore_ascii_case(b".kml"))
}

/// The KML document of a file, the file itself where it is no archive; it has at most `limit_bytes`.
pub(super) fn document<'a>(
    file: &'a File,
    limit_bytes: u64,
    source: &Source,
    draft: &mut Draft,
) -> Option<Cow<'a, [u8]>> {
    if !is_zip(&file.bytes) {
        return Some(Cow::Borrowed(&file.bytes));
    }
    let entries = archive::entries(&file.bytes);
    if entries > MAX_ENTRIES {
        let reason = phrase!(
            "the archive has {entries} entries; a KMZ has a few, {MAX_ENTRIES} at most",
            "压缩包有 {entries} 个条目；KMZ 只有几个，最多 {MAX_ENTRIES} 个"
        );
        draft.note(Finding::error("zip-bomb", source, "", reason));
        return None;
    }
    match unpack(&file.bytes, limit_bytes, source, draft) {
        Ok(document) => document.map(Cow::Owned),
        Err(error) => {
            let reason = match error {
                ZipError::UnsupportedArchive(why) => phrase!(
                    "the archive cannot be read: {why}; save it anew as KMZ",
                    "压缩包无法读取：{why}；请重新存为 KMZ"
                ),
                other => {
                    phrase!("the archive is damaged ({other}); fetch it again", "压缩包损坏（{other}）；请重新获取")
                }
            };
            draft.note(Finding::error("bad-zip", source, "", reason));
            None
        }
    }
}

fn unpack(bytes: &[u8], limit_bytes: u64, source: &Source, draft: &mut Draft) -> ZipResult<Option<Vec<u8>>> {
    let mut opened = ZipArchive::new(Cursor::new(bytes))?;
    let mut documents: Vec<(usize, String)> = Vec::new();
    for at in 0..opened.len() {
        let name = opened.name_for_index(at).transpose()?.unwrap_or_default().into_owned();
        if name.to_ascii_lowercase().ends_with(".kml") {
            documents.push((at, name));
        }
    }
    // By the standard the first document counts; programs call it doc.kml.
    let main = documents.iter().find(|(_, name)| name.eq_ignore_ascii_case("doc.kml")).or(documents.first());
    let Some((at, name)) = main else {
        let reason =
            phrase!("the archive holds no .kml document; give a KMZ map", "压缩包中没有 .kml 文档；请提供 KMZ 地图");
        draft.note(Finding::error("no-kml", source, "", reason));
        return Ok(None);
    };
    if documents.len() > 1 {
        let (count, name) = (documents.len(), shown(name));
        let reason = phrase!(
            "the archive holds {count} documents; only {name} is read: unpack the others and import them as files",
            "压缩包内有 {count} 个文档；只读取 {name}：其余请解压后作为文件导入"
        );
        draft.note(Finding::warning("more-documents", source, "", reason));
    }
    let document = archive::content(opened.by_index(*at)?, limit_bytes)?;
    if document.is_none() {
        let reason = phrase!(
            "{} unpacks to more than the limit of {limit_bytes} bytes; raise the limit if the file is right",
            "{} 解压后超过上限 {limit_bytes} 字节；若文件无误请提高上限",
            shown(name)
        );
        draft.note(Finding::error("zip-bomb", source, "", reason));
    }
    Ok(document)
}

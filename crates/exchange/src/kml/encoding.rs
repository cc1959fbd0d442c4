//! XML documents of outside as text: UTF-8, UTF-16, GB18030 and what else they declare.

use linewright_model::phrase;
use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};

/// Bytes in which the declaration of an XML document stands.
const DECLARATION_BYTES: usize = 256;

/// The text of an XML document: by its byte order mark, else as it declares, else UTF-8.
///
/// A finding says why there is none.
pub(super) fn xml_text<'a>(bytes: &'a [u8], source: &Source, draft: &mut Draft) -> Option<Cow<'a, str>> {
    let (encoding, bytes) = match (Encoding::for_bom(bytes), bytes) {
        (Some((encoding, mark)), _) => (encoding, bytes.get(mark..).unwrap_or_default()),
        (None, [b'<', 0, ..]) => (UTF_16LE, bytes),
        (None, [0, b'<', ..]) => (UTF_16BE, bytes),
        _ => match declared(bytes) {
            None => (UTF_8, bytes),
            Some(name) => match Encoding::for_label(name.as_bytes()) {
                // What can be read as ASCII this far is not UTF-16, whatever it says.
                Some(encoding) if encoding.is_ascii_compatible() => (encoding, bytes),
                Some(_) => (UTF_8, bytes),
                None => {
                    let reason = phrase!(
                        "the encoding {} is not known; save the file as UTF-8",
                        "未知编码 {}；请将文件另存为 UTF-8",
                        shown(&name)
                    );
                    draft.note(Finding::error("unknown-encoding", source, "", reason));
                    return None;
                }
            },
        },
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    if text.is_none() {
        let reason = phrase!(
            "the file is not {}, as which it is declared; save it as UTF-8",
            "文件不是所声明的 {} 编码；请另存为 UTF-8",
            encoding.name()
        );
        draft.note(Finding::error("not-utf8", source, "", reason));
    }
    text
}

/// The encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..DECLARATION_BYTES).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    let declaration = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(value.split(quote).nth(1)?.to_owned())
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

    use super::*;

    fn utf16(text: &str, mark: bool) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[track_caller]
    fn check(read: fn(&[u8], &Source, &mut Draft) -> Option<String>, bytes: &[u8], expected: Result<&str, &str>) {
        let mut draft = Draft::new(false);
        let text = read(bytes, &Source::file("f"), &mut draft);
        let codes: Vec<&str> = draft.findings().iter().map(|f| f.code).collect();
        match expected {
            Ok(expected) => assert_eq!(text.as_deref(), Some(expected), "{codes:?}"),
            Err(code) => assert_eq!((text, codes), (None, vec![code])),
        }
    }

    #[test]
    fn an_xml_document_is_read_as_it_declares() {
        let check = |bytes: &[u8], expected: Result<&str, &str>| {
            check(|b, s, d| xml_text(b, s, d).map(Cow::into_owned), bytes, expected)
        };
        let gb = |text: &str| GB18030.encode(text).0.into_owned();
        let declared = |name: &str| format!("<?xml version='1.0' encoding='{name}'?><n>南通</n>");
        check("<n>南通</n>".as_bytes(), Ok("<n>南通</n>"));
        check("\u{feff}<n>南通</n>".as_bytes(), Ok("<n>南通</n>"));
        check(&utf16("<n>南通</n>", true), Ok("<n>南通</n>"));
        check(&utf16("<n>南通</n>", false), Ok("<n>南通</n>"));
        check(&gb(&declared("GB18030")), Ok(&declared("GB18030")));
        check(&gb(&declared("gb2312")), Ok(&declared("gb2312")));
        check(declared("UTF-16").as_bytes(), Ok(&declared("UTF-16")));
        check(&gb(&declared("UTF-8")), Err("not-utf8"));
        check(declared("EBCDIC-7").as_bytes(), Err("unknown-encoding"));
        check(b"<n>\xff\xff</n>", Err("not-utf8"));
    }
}

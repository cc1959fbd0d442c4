//! JSON text of outside files as values: size and depth bounded, every refusal a finding.

use linewright_model::{Phrase, Text, phrase};
use serde_json::{Map, Value};

use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::input::File;

/// Largest file read, bytes; as values in memory it takes several times as much.
pub(crate) const MAX_BYTES: usize = 256 << 20;

/// An object of members in the order of the file.
pub(crate) type Object = Map<String, Value>;

/// The value of a file, or a finding that says why it has none.
///
/// A byte order mark is skipped. `NaN` and `Infinity`, which some programs write and JSON has not, are an
/// error that a repairing import mends by reading them as null.
pub(crate) fn parse(file: &File, draft: &mut Draft) -> Option<Value> {
    let source = Source::file(file.name.clone());
    if file.bytes.len() > MAX_BYTES {
        let (size, most) = (file.bytes.len() >> 20, MAX_BYTES >> 20);
        let reason = phrase!(
            "the file has {size} MB; split it into files of at most {most} MB",
            "文件有 {size} MB；请拆分为不超过 {most} MB 的文件"
        );
        draft.note(Finding::error("too-large", &source, "", reason));
        return None;
    }
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let reason = phrase!(
                "byte {at} is not UTF-8; save the file as UTF-8",
                "第 {at} 字节不是 UTF-8；请将文件另存为 UTF-8"
            );
            draft.note(Finding::error("not-utf8", &source, "", reason));
            return None;
        }
    };
    let error = match serde_json::from_str(text) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    if let Some(mended) = without_nan(text)
        && let Ok(value) = serde_json::from_str(&mended)
    {
        let reason = phrase!(
            "NaN and Infinity are not JSON; write null where a number is unknown",
            "NaN 和 Infinity 不是 JSON；未知数值请写 null"
        );
        let finding = Finding::error("not-a-number", &source, "", reason);
        draft.note(finding.repairable(draft.repair(), phrase!("read them as null", "已按 null 读取")));
        return draft.repair().then_some(value);
    }
    let reason = if text.trim().is_empty() {
        phrase!("the file is empty; give a JSON file", "文件为空；请提供 JSON 文件")
    } else if error.is_eof() {
        phrase!(
            "the file ends too early ({error}): it is truncated; fetch it again",
            "文件提前结束（{error}）：内容被截断；请重新获取"
        )
    } else if matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'[')) {
        phrase!("not JSON: {error}; correct it there", "不是 JSON：{error}；请更正该处")
    } else {
        phrase!(
            "not a JSON file ({error}); give a GeoJSON or OFDS file",
            "不是 JSON 文件（{error}）；请提供 GeoJSON 或 OFDS 文件"
        )
    };
    draft.note(Finding::error("not-json", &source, "", reason));
    None
}

/// The text with bare `NaN`, `Infinity` and `-Infinity` replaced by `null`; none when there is no such word.
fn without_nan(text: &str) -> Option<String> {
    let mut mended = String::with_capacity(text.len());
    let (mut rest, mut found) = (text, false);
    while let Some(at) = rest.find(['"', 'N', 'I', '-']) {
        let (before, from) = rest.split_at(at);
        mended.push_str(before);
        if let Some(word) = ["NaN", "Infinity", "-Infinity", "-NaN"].into_iter().find(|w| from.starts_with(w)) {
            mended.push_str("null");
            found = true;
            rest = from.get(word.len()..).unwrap_or_default();
            continue;
        }
        let length = if from.starts_with('"') { string_length(from) } else { 1 };
        let (kept, after) = from.split_at_checked(length).unwrap_or((from, ""));
        mended.push_str(kept);
        rest = after;
    }
    mended.push_str(rest);
    found.then_some(mended)
}

/// Bytes of the JSON string that `text` begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// What a value is, for messages.
pub(crate) fn kind_of(value: &Value) -> Phrase {
    let (en, zh) = match value {
        Value::Null => ("null", "空值"),
        Value::Bool(_) => ("a truth value", "真假值"),
        Value::Number(_) => ("a number", "数字"),
        Value::String(_) => ("text", "文本"),
        Value::Array(_) => ("a list", "列表"),
        Value::Object(_) => ("an object", "对象"),
    };
    Phrase::new(en, zh)
}

/// A word of a source that means "not known": empty, `Unknown`, `<NA>` and the like.
pub(crate) fn says_nothing(text: &str) -> bool {
    const WORDS: [&str; 13] =
        ["", "-", "?", "<na>", "n/a", "na", "nan", "none", "null", "<null>", "undefined", "unknown", "unnamed"];
    let text = text.trim();
    text.len() <= 9 && WORDS.contains(&text.to_lowercase().as_str())
}

/// Text of a member that says something: a string, or a number as written.
pub(crate) fn text_of(value: &Value) -> Option<Text> {
    match value {
        Value::String(text) if !says_nothing(text) => Some(Text::from(text.trim())),
        Value::Number(number) => Some(Text::from(number.to_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_not_json_say_so() {
        let check = |bytes: &[u8], repair: bool, code: Option<&str>, read: bool| {
            let mut draft = Draft::new(repair);
            let value = parse(&File::new("a.json", bytes), &mut draft);
            let codes: Vec<&str> = draft.findings().iter().map(|f| f.code).collect();
            assert_eq!(codes, code.into_iter().collect::<Vec<_>>());
            assert_eq!(value.is_some(), read);
        };
        check(b"{}", false, None, true);
        check(b"\xef\xbb\xbf{}", false, None, true);
        check(b"", false, Some("not-json"), false);
        check(b"{\"a\": [1, 2", false, Some("not-json"), false);
        check(b"PK\x03\x04", false, Some("not-json"), false);
        check(b"\xff\xfe{\x00", false, Some("not-utf8"), false);
        check("[".repeat(100_000).as_bytes(), false, Some("not-json"), false);
        check(b"[NaN, -Infinity, \"NaN \\\" Infinity\"]", false, Some("not-a-number"), false);
        check(b"[NaN, -Infinity, \"NaN \\\" Infinity\"]", true, Some("not-a-number"), true);
        check(b"[1, \"NaN", true, Some("not-json"), false);
    }

    #[test]
    fn only_bare_words_become_null() {
        let check = |given: &str, expected: Option<&str>| assert_eq!(without_nan(given).as_deref(), expected);
        check(r#"{"a": NaN, "Infinity \" NaN": -1}"#, Some(r#"{"a": null, "Infinity \" NaN": -1}"#));
        check(r#"["NaN"]"#, None);
        check("[-Infinity,Infinity]", Some("[null,null]"));
        check("\"NaN", None);
    }

    #[test]
    fn words_that_say_nothing() {
        for word in ["", " ", "Unknown", "<NA>", "Undefined", "NULL"] {
            assert!(says_nothing(word), "{word:?}");
        }
        assert!(!says_nothing("Bo") && !says_nothing("Unknown Soldier Street"));
    }
}

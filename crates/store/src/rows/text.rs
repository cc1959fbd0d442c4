//! Looking for what a text may not hold, in every text of a record without naming them one by one.

use std::io::{self, Write};

use serde::Serialize;

/// Whether any text inside a value holds a zero byte.
pub(crate) fn has_zero_byte<T: Serialize>(value: &T) -> bool {
    let mut scan = Scan::default();
    // A value without a JSON form is found when it is written.
    serde_json::to_writer(&mut scan, value).ok();
    scan.found
}

/// Reads JSON as it is written and looks for the escape of the zero byte.
#[derive(Default)]
struct Scan {
    /// How much of `\u0000` the bytes so far end with.
    matched: usize,
    found: bool,
}

const ESCAPE: &[u8] = b"\\u0000";

impl Write for Scan {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Plain text is handed over in long pieces without a backslash.
        if self.matched == 0 && !bytes.contains(&b'\\') {
            return Ok(bytes.len());
        }
        for byte in bytes {
            self.matched = match (self.matched, byte) {
                // An escaped backslash is over, and begins no escape.
                (1, b'\\') => 0,
                (matched, byte) if ESCAPE.get(matched) == Some(byte) => matched + 1,
                (_, b'\\') => 1,
                _ => 0,
            };
            if self.matched == ESCAPE.len() {
                self.found = true;
                self.matched = 0;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_zero_byte_is_found_wherever_it_stands() {
        let check = |value: serde_json::Value, expected| assert_eq!(has_zero_byte(&value), expected, "{value}");
        check(json!("\0"), true);
        check(json!("a\0b"), true);
        check(json!("\\\0"), true);
        check(json!({ "k": [1, { "a\0": 2 }] }), true);
        check(json!("\\u0000"), false);
        check(json!("\\\\u0000"), false);
        check(json!("\u{1}\n\t\"\\ 0 u0000"), false);
        check(json!(["\\", "u0000", 0, null]), false);
    }
}

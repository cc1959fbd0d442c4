//! Percent-encoding of codes and texts inside list cells, so that separators stay separators.

use linewright_model::{Phrase, phrase};

/// Characters that separate something in some list cell.
const SEPARATORS: &[char] = &[':', ';', '|', ',', '/', '=', '+', '@', ' '];

/// A text as it stands in a list cell.
pub(super) fn in_list(text: &str) -> String {
    encode(text, |c| SEPARATORS.contains(&c) || c.is_ascii_control())
}

/// A code as it stands alone in a reference cell, where only the data set is split off and spaces around are
/// no part of the code.
pub(super) fn alone(code: &str) -> String {
    let inner = code.trim_matches(' ');
    let around = |text: &str| "%20".repeat(text.len());
    let (before, after) = code.split_once(inner).unwrap_or(("", ""));
    format!("{}{}{}", around(before), encode(inner, |c| c == '/'), around(after))
}

fn encode(text: &str, separates: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // All of them are ASCII, so one byte each.
        if c == '%' || separates(c) {
            out.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// The text behind an encoded one.
pub(super) fn decode(text: &str) -> Result<String, Phrase> {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('%');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let byte = part.get(..2).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let byte = byte.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        let (Some(byte), Some(rest)) = (byte, part.get(2..)) else {
            let shown = crate::finding::shown(text);
            return Err(phrase!(
                "{shown} has a % that encodes nothing; write a % itself as %25",
                "{shown} 中的 % 不成编码；% 本身请写作 %25"
            ));
        };
        out.push(char::from(byte));
        out.push_str(rest);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn separators_are_encoded_and_slips_refused() {
        assert_eq!(in_list("GPON B+/1:2"), "GPON%20B%2B%2F1%3A2");
        assert_eq!(alone("港闸 5/7%"), "港闸 5%2F7%25");
        assert_eq!(alone("  a b "), "%20%20a b%20");
        for bad in ["%", "a%2", "%zz", "%+1", "100%", "%E6"] {
            assert!(decode(bad).unwrap_err().en.contains("%25"), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_text_reads_back(text in any::<String>()) {
            prop_assert_eq!(decode(&in_list(&text)).unwrap(), text.clone());
            prop_assert_eq!(decode(alone(&text).trim_matches(' ')).unwrap(), text.clone());
            prop_assert!(!in_list(&text).contains(SEPARATORS));
        }
    }
}

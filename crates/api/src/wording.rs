//! What a value that cannot be read should have been, in words of the API instead of those of the library that read it.

use axum::extract::path::ErrorKind;

/// Our words for what the reader of a query or a body says about one value; what it says where there are none.
pub(crate) fn of_value(said: &str) -> String {
    // Where in a body it stands, the field says better.
    let said = said.rsplit_once(" at line ").map_or(said, |(said, _)| said);
    if let Some(expected) = said.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected ")) {
        return wanted(expected.1);
    }
    if let Some(expected) = said.strip_prefix("invalid value: ").and_then(|rest| rest.rsplit_once(", expected ")) {
        return wanted(expected.1);
    }
    if let Some(expected) = said.strip_prefix("invalid length ").and_then(|rest| rest.rsplit_once(", expected ")) {
        return wanted(expected.1);
    }
    if let Some((given, known)) = split_known(said, "unknown variant `") {
        return format!("{given:?} is not known here; give {known}");
    }
    if let Some((given, known)) = split_known(said, "unknown field `") {
        return format!(
            "there is no {given:?} here; {}",
            if known.is_empty() { "leave it out".to_owned() } else { format!("there is {known}") }
        );
    }
    if let Some(name) = said.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return format!("give {name}; it is lacking");
    }
    if let Some(name) = said.strip_prefix("duplicate field `").and_then(|rest| rest.strip_suffix('`')) {
        return format!("give {name} once; it is there twice");
    }
    match said {
        "invalid digit found in string"
        | "number too large to fit in target type"
        | "number too small to fit in target type"
        | "cannot parse integer from empty string" => "give a whole number".to_owned(),
        "invalid float literal" | "cannot parse float from empty string" => "give a number".to_owned(),
        "provided string was not `true` or `false`" => "give true or false".to_owned(),
        // Days and times say only that something is wrong with them.
        "input contains invalid characters"
        | "input is out of range"
        | "input is not enough for unique date and time"
        | "no possible date and time matching input"
        | "premature end of input"
        | "trailing input" => {
            "give a day of the calendar such as 2026-12-31, or a time such as 2026-12-31T08:00:00Z".to_owned()
        }
        other => other.to_owned(),
    }
}

/// The field that a reader says is lacking, there twice or too much, which it then names itself.
pub(crate) fn named(said: &str) -> Option<&str> {
    let prefixes = ["missing field `", "duplicate field `", "unknown field `"];
    let rest = prefixes.iter().find_map(|prefix| said.strip_prefix(prefix))?;
    rest.split('`').next()
}

/// What was given, and what is known, of `PREFIXgiven`, expected one of `a`, `b``.
fn split_known<'a>(said: &'a str, prefix: &str) -> Option<(&'a str, String)> {
    let (given, known) = said.strip_prefix(prefix)?.split_once('`')?;
    let known = known.trim_start_matches(", ").trim_start_matches("expected ");
    let known = if known.starts_with("there are no") { "" } else { known };
    Some((given, known.replace('`', "")))
}

/// What is wanted, of the words for it in the language this is written in.
fn wanted(expected: &str) -> String {
    let whole = |low: &str, high: &str| format!("give a whole number from {low} to {high}");
    match expected {
        "u8" => whole("0", "255"),
        "u16" => whole("0", "65535"),
        "u32" => whole("0", "4294967295"),
        "u64" | "usize" => "give a whole number, 0 or more".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "give a whole number".to_owned(),
        "f32" | "f64" => "give a number".to_owned(),
        "a boolean" => "give true or false".to_owned(),
        "a string" | "a borrowed string" => "give a text".to_owned(),
        "a sequence" => "give a list".to_owned(),
        "a formatted date string" => "give a day of the calendar as a text such as \"2026-12-31\"".to_owned(),
        "an RFC 3339 formatted date and time string" => {
            "give a time as a text such as \"2026-12-31T08:00:00Z\"".to_owned()
        }
        other => match other.strip_prefix("an array of length ") {
            Some(many) => format!("give a list of {many} values"),
            None if other.starts_with("struct ") || other == "a map" => "give an object".to_owned(),
            None => format!("give {other}"),
        },
    }
}

/// Our words for broken JSON.
pub(crate) fn of_json(said: &str) -> String {
    match said.strip_prefix("EOF while parsing ") {
        Some(rest) => format!("the JSON ends too early, within {rest}"),
        None => format!("this is no JSON: {said}"),
    }
}

/// The parameter of a path that cannot be read, and what to write there; `names` are those of the path, in order.
pub(crate) fn of_path(error: &ErrorKind, names: &[&str]) -> (String, String) {
    let (name, value) = match error {
        ErrorKind::ParseError { value, .. } => (names.first().copied(), value.as_str()),
        ErrorKind::ParseErrorAtIndex { index, value, .. } => (names.get(*index).copied(), value.as_str()),
        ErrorKind::ParseErrorAtKey { key, value, .. } | ErrorKind::DeserializeError { key, value, .. } => {
            (Some(key.as_str()), value.as_str())
        }
        ErrorKind::InvalidUtf8InPathParam { key } => {
            return (key.clone(), "percent-encode it as UTF-8".to_owned());
        }
        _ => (None, ""),
    };
    let Some(name) = name else { return ("path".to_owned(), "there is nothing at this path".to_owned()) };
    let advice = match name {
        "id" => "give the number of a record; the list finds one by its code: ?code=CODE",
        "version" => "give the number of a version; /api/v1/changes lists them, the newest first",
        _ => "give a whole number",
    };
    (name.to_owned(), format!("{value:?} is no {name}; {advice}"))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use chrono::{DateTime, NaiveDate, Utc};
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "lowercase")]
    enum Form {
        Json,
        Geojson,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read by the derive alone")]
    struct Of {
        a: u8,
        form: Option<Form>,
    }

    /// What the libraries say in fact: their words may change with their versions.
    #[test]
    fn a_value_is_refused_in_words_of_ours() {
        fn json<T: DeserializeOwned + Debug>(text: &str, expected: &str) {
            let error = serde_json::from_str::<T>(text).unwrap_err();
            assert_eq!(of_value(&error.to_string()), expected, "{text}");
        }
        json::<f64>(r#""a""#, "give a number");
        json::<u8>("256", "give a whole number from 0 to 255");
        json::<u8>("-1", "give a whole number from 0 to 255");
        json::<u32>("1.5", "give a whole number from 0 to 4294967295");
        json::<bool>("1", "give true or false");
        json::<String>("1", "give a text");
        json::<Vec<u8>>("1", "give a list");
        json::<[f64; 2]>("[1]", "give a list of 2 values");
        json::<Of>("1", "give an object");
        json::<Of>("{}", "give a; it is lacking");
        json::<Of>(r#"{"a": 1, "a": 1}"#, "give a once; it is there twice");
        json::<Of>(r#"{"b": 1}"#, r#"there is no "b" here; there is a or form"#);
        json::<Form>(r#""xml""#, r#""xml" is not known here; give json or geojson"#);
        let day = "give a day of the calendar such as 2026-12-31, or a time such as 2026-12-31T08:00:00Z";
        json::<NaiveDate>(r#""2026-13-45""#, day);
        json::<NaiveDate>(r#""soon""#, day);
        json::<NaiveDate>("1", "give a day of the calendar as a text such as \"2026-12-31\"");
        json::<DateTime<Utc>>(r#""2026-12-31""#, day);
        json::<DateTime<Utc>>("1", "give a time as a text such as \"2026-12-31T08:00:00Z\"");
        for number in ["", "x", "256", "-1", "1.5"] {
            assert_eq!(of_value(&number.parse::<u8>().unwrap_err().to_string()), "give a whole number", "{number}");
        }
        for number in ["", "x"] {
            assert_eq!(of_value(&number.parse::<f64>().unwrap_err().to_string()), "give a number", "{number}");
        }
        assert_eq!(of_value(&"x".parse::<bool>().unwrap_err().to_string()), "give true or false");
        assert_eq!(of_value("give at most 3 characters"), "give at most 3 characters");
    }

    #[test]
    fn broken_json_is_said_to_be_that() {
        let check = |text: &str, expected: &str| {
            let error = serde_json::from_str::<Of>(text).unwrap_err();
            assert!(of_json(&error.to_string()).starts_with(expected), "{text}: {error}");
        };
        check("", "the JSON ends too early, within a value at line 1");
        check(r#"{"a": x}"#, "this is no JSON: expected value at line 1");
    }
}

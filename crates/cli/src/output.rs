//! Handing an answer over: one document on standard output, an exit code, quietly when nobody listens any more.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;
use crate::session::Session;

/// What a command has to say.
pub struct Answer {
    body: String,
    refused: bool,
}

impl Answer {
    /// An answer as the session wants it: `document` as JSON, or `text` for people.
    pub fn new(session: &Session, document: &impl Serialize, text: impl FnOnce() -> String) -> Result<Self, Failure> {
        let body = if session.json {
            serde_json::to_string_pretty(document).map_err(|error| Failure::Internal(error.to_string()))? + "\n"
        } else {
            text()
        };
        Ok(Self { body, refused: false })
    }

    /// Prints it now; nothing is left to say at the end.
    pub fn said(self) -> Self {
        print(&self.body, ExitCode::SUCCESS);
        Self { body: String::new(), ..self }
    }

    /// The same, but the answer is a refusal: exit code 1.
    pub fn refused(self, refused: bool) -> Self {
        Self { refused, ..self }
    }
}

/// Refused, with the reason.
const REFUSED: u8 = 1;
/// Interrupted, as shells count it: 128 and the number of the signal.
const INTERRUPTED: u8 = 130;
/// Wrong usage.
const USAGE: u8 = 2;

/// Prints what a command answered; the exit code says how it went.
///
/// `arguments` are those of the command line: what a message repeats of them is shortened.
pub fn hand_over(answered: Result<Answer, Failure>, session: &Session, arguments: &[OsString]) -> ExitCode {
    match answered {
        Ok(answer) => {
            let code = if answer.refused { ExitCode::from(REFUSED) } else { ExitCode::SUCCESS };
            print(&answer.body, code)
        }
        Err(failure) => {
            let code = if matches!(failure, Failure::Interrupted(_)) { INTERRUPTED } else { REFUSED };
            let message = shortened(failure.to_string(), arguments);
            if session.json {
                return print(&error_document(failure.kind(), &message), code.into());
            }
            complain(&format!("linewright: {message}\n"));
            ExitCode::from(code)
        }
    }
}

/// Says why the command line was not understood, or gives the help that was asked for.
pub fn not_parsed(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let wanted = !error.use_stderr();
    let wants_json = arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--json");
    if !wanted && wants_json {
        let message = shortened(error.to_string(), arguments);
        let message = message.strip_prefix("error: ").unwrap_or(&message);
        return print(&error_document("usage", message.trim_end()), USAGE.into());
    }
    if !wanted && arguments.iter().any(|argument| argument.len() > ECHOED_CHARS) {
        complain(&shortened(error.to_string(), arguments));
        return ExitCode::from(USAGE);
    }
    // Nobody is left to tell when this fails.
    error.print().ok();
    if wanted { ExitCode::SUCCESS } else { ExitCode::from(USAGE) }
}

/// Characters of an argument that a message repeats at most.
const ECHOED_CHARS: usize = 60;

/// A message in which long arguments stand shortened.
fn shortened(message: String, arguments: &[OsString]) -> String {
    let given = arguments.iter().filter_map(|argument| argument.to_str()).filter(|text| text.len() > ECHOED_CHARS);
    let values = given.flat_map(|text| [Some(text), text.split_once('=').map(|(_, value)| value)]).flatten();
    values.fold(message, |message, value| match value.char_indices().nth(ECHOED_CHARS) {
        Some((at, _)) => message.replace(value, &format!("{}…", value.get(..at).unwrap_or_default())),
        None => message,
    })
}

fn error_document(kind: &str, message: &str) -> String {
    format!("{:#}\n", json!({"error": {"kind": kind, "message": message}}))
}

fn print(body: &str, code: ExitCode) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(body.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => code,
        // `| head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => code,
        Err(error) => {
            complain(&format!("linewright: the answer cannot be written: {error}\n"));
            ExitCode::from(REFUSED)
        }
    }
}

/// Writes to standard error; when that is closed there is nothing left to do.
pub fn complain(text: &str) {
    io::stderr().lock().write_all(text.as_bytes()).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_arguments_are_repeated_in_short() {
        let long = "长".repeat(20_000);
        let check = |argument: String| {
            let said = shortened(format!("no address {long:?} here"), &[argument.into()]);
            assert_eq!(said, format!("no address \"{}…\" here", "长".repeat(60)));
        };
        check(long.clone());
        check(format!("--address={long}"));
        assert_eq!(shortened("no x".to_owned(), &["x".into()]), "no x");
    }
}

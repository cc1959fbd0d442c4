//! What people read, in English and Chinese.

pub mod backup;
pub mod catalog;
pub mod check;
pub mod demo;
pub mod export;
pub mod figures;
pub mod history;
pub mod import;
pub mod sample;
pub mod survey;
pub mod tables;
pub mod trace;
pub mod words;

use linewright_model::Version;

use crate::args::Past;
use words::Lang;

/// The line that says of which past an answer speaks, where one was asked for.
pub fn as_of(past: Past, version: Version, lang: Lang) -> String {
    match (past.as_of, lang) {
        (None, _) => String::new(),
        (Some(_), Lang::En) => format!("the network as of version {version}\n"),
        (Some(_), Lang::Zh) => format!("以下为版本 {version} 时的网络\n"),
    }
}

#[cfg(test)]
mod tests;

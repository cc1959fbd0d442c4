//! The history of a network, one change a line.

use linewright_model::Origin;

use super::tables::table;
use super::words::Lang;
use crate::commands::history::{Entry, History, Undone};

/// The history, newest first.
pub fn log(history: &History, lang: Lang) -> String {
    if history.entries.is_empty() {
        return format!("{}\n", lang.pick("no changes", "无变更记录"));
    }
    history.entries.iter().map(|entry| line(entry, lang)).collect()
}

/// What an undo did.
pub fn undone(undone: &Undone, lang: Lang) -> String {
    let said = match lang {
        Lang::En => format!("version {} is taken back by version {}\n", undone.undone.version, undone.version),
        Lang::Zh => format!("版本 {} 已由版本 {} 撤销\n", undone.undone.version, undone.version),
    };
    let further = match (undone.restored, lang) {
        (None, _) => String::new(),
        (Some(n), Lang::En) => {
            format!("this takes back the undo of version {n}; to go further back: linewright undo VERSION\n")
        }
        (Some(n), Lang::Zh) => format!("这是撤销对版本 {n} 的撤销；如需继续回退：linewright undo 版本号\n"),
    };
    line(&undone.undone, lang) + &said + &further
}

fn line(entry: &Entry, lang: Lang) -> String {
    let changed = entry.tables.iter().map(|(kind, changed)| {
        let parts = [('+', changed.created), ('~', changed.updated), ('-', changed.removed)];
        let parts: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).map(|(sign, n)| format!("{sign}{n}")).collect();
        format!("{} {}", table(lang, *kind), parts.join(" "))
    });
    let changed: Vec<String> = changed.collect();
    let undo = if entry.origin == Origin::Reversal { lang.pick(" (undo)", "（撤销）") } else { "" };
    let at = entry.at.format("%Y-%m-%d %H:%M:%S UTC");
    format!("{:>6}  {at}  {}  {}{undo}  [{}]\n", entry.version.0, entry.who, entry.why, changed.join(", "))
}

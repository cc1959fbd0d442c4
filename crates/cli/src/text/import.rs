//! What an import found and did.

use std::collections::BTreeMap;

use linewright_exchange::finding::{Finding, Severity, Source};
use linewright_exchange::plan::RecordChange;
use linewright_model::{ChangeKind, Text};

use super::figures::{cny as grouped, pad};
use super::tables::{and_more, table};
use super::words::Lang;
use crate::commands::import::Imported;

/// The findings by rule and the changes, `shown` of each; then what was done. When `quiet`, only those that refuse the import.
pub fn render(imported: &Imported, shown: [usize; 2], quiet: bool, lang: Lang) -> String {
    let mut out = String::new();
    findings(&mut out, imported, shown[0], quiet, lang);
    // What a refused import would have brought is none of the network's figures.
    if !imported.refused {
        counts(&mut out, imported, lang);
        changes(&mut out, &imported.report.changes, shown[1], lang);
    }
    if let Some(path) = &imported.findings_out {
        out.push_str(&format!("{} {}\n", lang.pick("findings written to", "问题清单已写入"), path.display()));
    }
    out.push_str(&conclusion(imported, lang));
    out.push('\n');
    out
}

fn findings(out: &mut String, imported: &Imported, shown: usize, quiet: bool, lang: Lang) {
    let mut rules: BTreeMap<(Severity, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in imported.report.findings.iter().filter(|finding| !quiet || finding.refuses()) {
        rules.entry((finding.severity, finding.code)).or_default().push(finding);
    }
    for ((severity, code), found) in &rules {
        let unlisted = imported.report.not_listed.get(code).copied().unwrap_or(0);
        let all = found.len() as u64 + unlisted;
        let severity = match severity {
            Severity::Error => lang.pick("error", "错误"),
            Severity::Warning => lang.pick("warning", "警告"),
            Severity::Info => lang.pick("info", "提示"),
        };
        out.push_str(&format!("{} {code} × {}\n", pad(severity, 7), grouped_u64(all)));
        for finding in found.iter().take(shown) {
            let mut place = place(&finding.source, lang);
            if !finding.field.is_empty() {
                place.push_str(&format!(" {}", finding.field));
            }
            let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
            let after = match &finding.repaired {
                Some(done) => lang.pick("; repaired: ", "；已修复：").to_owned() + lang.pick(&done.en, &done.zh),
                None if finding.repairable => lang.pick("; --repair mends it", "；可用 --repair 修复").to_owned(),
                None => String::new(),
            };
            let reason = lang.pick(&finding.reason.en, &finding.reason.zh);
            out.push_str(&format!("        {place}{reason}{after}\n"));
        }
        let more = all - (found.len().min(shown)) as u64;
        if more > 0 && shown > 0 {
            out.push_str(&and_more(more, lang));
        }
    }
}

/// Where a finding stands: `cores.csv row 3 (GL-1)`.
fn place(source: &Source, lang: Lang) -> String {
    let (Lang::Zh, Some(row)) = (lang, source.row) else { return source.to_string() };
    let whole = Source { row: None, record: Text::default(), ..source.clone() };
    let record = if source.record.is_empty() { String::new() } else { format!("（{}）", source.record) };
    format!("{whole} 第 {row} 行{record}")
}

fn grouped_u64(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

fn counts(out: &mut String, imported: &Imported, lang: Lang) {
    if imported.report.tables.is_empty() {
        return;
    }
    const WIDE: usize = 12;
    let heads = [
        lang.pick("new", "新增"),
        lang.pick("changed", "更新"),
        lang.pick("removed", "删除"),
        lang.pick("unchanged", "未变"),
    ];
    out.push_str(&pad("", WIDE));
    heads.iter().for_each(|head| out.push_str(&right(head)));
    out.push('\n');
    for (kind, counts) in &imported.report.tables {
        out.push_str(&pad(table(lang, *kind), WIDE));
        for count in [counts.created, counts.updated, counts.removed, counts.unchanged] {
            out.push_str(&right(&if count == 0 { "·".to_owned() } else { grouped_u64(count) }));
        }
        out.push('\n');
    }
}

/// The records that change, with their fields; those that change or go before those that come.
fn changes(out: &mut String, all: &[RecordChange], shown: usize, lang: Lang) {
    let of = |kind| all.iter().filter(move |change| change.kind == kind);
    let signs = [(ChangeKind::Update, '~'), (ChangeKind::Remove, '-'), (ChangeKind::Create, '+')];
    let ordered = signs.into_iter().flat_map(|(kind, sign)| of(kind).map(move |change| (sign, change)));
    for (sign, change) in ordered.take(shown) {
        out.push_str(&format!("  {sign} {} {}\n", table(lang, change.table), change.code));
        for field in &change.fields {
            let [before, after] = [&field.before, &field.after].map(|value| value_text(value, lang));
            out.push_str(&format!("      {}: {before} → {after}\n", field.field));
        }
    }
    if all.len() > shown && shown > 0 {
        out.push_str(&and_more((all.len() - shown) as u64, lang));
    }
}

/// A value of a field, shortened.
fn value_text(value: &serde_json::Value, lang: Lang) -> String {
    const SHOWN_CHARS: usize = 60;
    let text = match value {
        serde_json::Value::Null => lang.pick("(nothing)", "（空）").to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

fn right(text: &str) -> String {
    const COLUMN: usize = 12;
    let fill = COLUMN.saturating_sub(unicode_width::UnicodeWidthStr::width(text));
    format!("{}{text}", " ".repeat(fill))
}

fn conclusion(imported: &Imported, lang: Lang) -> String {
    if imported.refused {
        let repaired = |f: &&Finding| f.severity == Severity::Error && f.repaired.is_some();
        let mended = imported.report.findings.iter().filter(repaired).count() as u64;
        let errors = grouped_u64(imported.report.totals.errors.saturating_sub(mended));
        let repairable = imported.report.findings.iter().filter(|f| f.refuses() && f.repairable).count();
        let hint = match (repairable, lang) {
            (0, _) => String::new(),
            (n, Lang::En) => format!("; --repair mends {n} of them"),
            (n, Lang::Zh) => format!("；其中 {n} 处可用 --repair 修复"),
        };
        return match lang {
            Lang::En => format!("refused: {errors} error(s); nothing was written{hint}"),
            Lang::Zh => format!("未导入：{errors} 处错误，数据库未改动{hint}"),
        };
    }
    match (imported.version, imported.changed) {
        (Some(version), _) => format!("{} {version}", lang.pick("imported as version", "已导入，版本")),
        (None, true) => lang.pick("dry run: nothing was written", "试运行：未写入").to_owned(),
        (None, false) => {
            format!("{} {}", lang.pick("nothing changed; still version", "无变化，仍为版本"), imported.base)
        }
    }
}

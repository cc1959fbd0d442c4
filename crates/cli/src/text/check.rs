//! What the consistency rules found.

use linewright_audit::{By, Figure, Finding, RULES, Severity};
use linewright_model::Network;
use unicode_width::UnicodeWidthStr;

use super::tables::and_more;
use super::words::Lang;
use crate::commands::check::{Checked, Figures, Since};

/// The figures or the findings by rule, `shown` of each, or what came and went.
pub fn render(checked: &Checked, network: &Network, shown: usize, lang: Lang) -> String {
    let mut out = match (&checked.since, &checked.figures) {
        (None, None) => by_rule(&checked.findings, shown, lang),
        (None, Some(figures)) => table(figures, lang),
        (Some(since), None) => came_and_went(since, shown, lang),
        (Some(since), Some(figures)) => came_and_went(since, shown, lang) + &table(figures, lang),
    };
    let summary = &checked.summary;
    let version = network.version();
    let said = match lang {
        _ if summary.is_clean() => format!("{} {version}\n", lang.pick("no findings; version", "未发现问题，版本")),
        Lang::En => format!(
            "{} error(s), {} warning(s), {} remark(s) in version {version}\n",
            summary.errors, summary.warnings, summary.infos
        ),
        Lang::Zh => {
            format!("错误 {}，警告 {}，提示 {}；版本 {version}\n", summary.errors, summary.warnings, summary.infos)
        }
    };
    out.push_str(&said);
    out
}

fn by_rule(findings: &[Finding], shown: usize, lang: Lang) -> String {
    let mut out = String::new();
    for rule in RULES {
        let found: Vec<&Finding> = findings.iter().filter(|finding| finding.number == rule.number).collect();
        if found.is_empty() {
            continue;
        }
        let severity = match rule.severity {
            Severity::Error => lang.pick("error", "错误"),
            Severity::Warning => lang.pick("warning", "警告"),
            Severity::Info => lang.pick("info", "提示"),
        };
        let title = lang.pick(rule.title_en, rule.title_zh);
        out.push_str(&format!("{severity} {} {} × {} · {title}\n", rule.number, rule.code, found.len()));
        for finding in found.iter().take(shown) {
            out.push_str(&format!("        {}\n", lang.pick(&finding.message.en, &finding.message.zh)));
        }
        let more = found.len().saturating_sub(shown);
        if more > 0 && shown > 0 {
            out.push_str(&and_more(more, lang));
        }
    }
    out
}

fn came_and_went(since: &Since, shown: usize, lang: Lang) -> String {
    let Since { version, new, gone } = since;
    let headed = |en: &str, zh: &str, findings: &[Finding]| {
        let head = match lang {
            Lang::En => format!("{en} since version {version}: {}\n", findings.len()),
            Lang::Zh => format!("自版本 {version} 以来{zh}：{}\n", findings.len()),
        };
        head + &by_rule(findings, shown, lang)
    };
    headed("new", "新增", new) + &headed("gone", "消除", gone)
}

fn table(figures: &Figures, lang: Lang) -> String {
    let what = match figures.by {
        By::Region => lang.pick("region", "区县"),
        By::Unit => lang.pick("unit", "维护单位"),
    };
    let head = match lang {
        Lang::En => ["records", "errors", "warnings", "remarks", "complete"],
        Lang::Zh => ["记录", "错误", "警告", "提示", "完整率"],
    };
    let mut out = row(what, &head.map(str::to_owned));
    for figure in &figures.rows {
        let Figure { name, records, errors, warnings, infos, complete_percent, missing, .. } = figure;
        let name = if name.is_empty() { lang.pick("(none named)", "（未登记）") } else { name };
        // Rounded down: only what is whole is 100 %.
        let share = format!("{:.1} %", (complete_percent * 10.0).floor() / 10.0);
        out.push_str(&row(
            name,
            &[records, errors, warnings, infos].map(u64::to_string).into_iter().chain([share]).collect::<Vec<_>>(),
        ));
        if !missing.is_empty() {
            let gaps: Vec<String> = missing.iter().map(|(attribute, count)| format!("{attribute} × {count}")).collect();
            out.push_str(&format!("        {}{}\n", lang.pick("missing: ", "缺项："), gaps.join(", ")));
        }
    }
    out
}

/// A row of a table: a name, and figures to the right.
fn row(name: &str, figures: &[String]) -> String {
    let pad = |width: usize, text: &str| " ".repeat(width.saturating_sub(text.width()));
    let figures: Vec<String> = figures.iter().map(|figure| pad(11, figure) + figure).collect();
    format!("{name}{}{}\n", pad(24, name), figures.concat())
}

//! What the consistency rules found.

use linewright_audit::Severity;

use super::tables::and_more;
use super::words::Lang;
use crate::commands::check::Checked;

/// The findings by rule, `shown` of each.
pub fn render(checked: &Checked, shown: usize, lang: Lang) -> String {
    let mut out = String::new();
    for rule in &checked.summary.rules {
        let severity = match rule.severity {
            Severity::Error => lang.pick("error", "错误"),
            Severity::Warning => lang.pick("warning", "警告"),
            Severity::Info => lang.pick("info", "提示"),
        };
        let title = lang.pick(rule.title_en, rule.title_zh);
        out.push_str(&format!("{severity} {} {} × {} · {title}\n", rule.number, rule.code, rule.findings));
        let found = checked.findings.iter().filter(|finding| finding.number == rule.number);
        for finding in found.take(shown) {
            out.push_str(&format!("        {}\n", finding.message));
        }
        let more = rule.findings.saturating_sub(shown);
        if more > 0 && shown > 0 {
            out.push_str(&and_more(more, lang));
        }
    }
    let summary = &checked.summary;
    let said = match lang {
        _ if summary.is_clean() => {
            format!("{} {}\n", lang.pick("no findings; version", "未发现问题，版本"), checked.base)
        }
        Lang::En => format!(
            "{} error(s), {} warning(s), {} remark(s) in version {}\n",
            summary.errors, summary.warnings, summary.infos, checked.base
        ),
        Lang::Zh => format!(
            "错误 {}，警告 {}，提示 {}；版本 {}\n",
            summary.errors, summary.warnings, summary.infos, checked.base
        ),
    };
    out.push_str(&said);
    out
}

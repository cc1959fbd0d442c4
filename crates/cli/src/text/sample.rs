//! A field sample drawn, and what a filled-in one shows.

use linewright_audit::sample::{Accuracy, Kind, Verdict};
use unicode_width::UnicodeWidthStr;

use super::figures::pad;
use super::tables::and_more;
use super::words::Lang;
use crate::commands::sample::{DrawnSample, SampleChecked, Words};

fn kind(kind: Kind, lang: Lang) -> &'static str {
    let [zh, en] = kind.words();
    lang.pick(en, zh)
}

/// What was drawn and where it is.
pub fn drawn(sample: &DrawnSample, lang: Lang) -> String {
    let DrawnSample { base, written, seed, drawn, attributes } = sample;
    let records: usize = drawn.values().sum();
    let kinds: Vec<String> = drawn.iter().map(|(of, count)| format!("{} × {count}", kind(*of, lang))).collect();
    let (path, kinds) = (written.display(), kinds.join(", "));
    match lang {
        Lang::En => format!(
            "{records} records with {attributes} attributes of version {base}, seed {seed}, in {path}: {kinds}\n\
             fill in the result (as recorded, differs, missing in field, not in records) and what is found, then:\n\
             linewright check --sample {path}\n"
        ),
        Lang::Zh => format!(
            "版本 {base} 抽取 {records} 条记录、{attributes} 项属性（种子 {seed}），写入 {path}：{kinds}\n\
             填写“结果”（一致、不一致、现场无、记录无）和“现场值”，然后执行：\n\
             linewright check --sample {path} --lang zh\n"
        ),
    }
}

/// Accuracy by kind, region and unit, then `shown` of the differences.
pub fn judged(checked: &SampleChecked, shown: usize, lang: Lang) -> String {
    let mut out = String::new();
    let parts = [
        (lang.pick("by kind of record", "按类别"), &checked.accuracy.kinds),
        (lang.pick("by region", "按区县"), &checked.accuracy.regions),
        (lang.pick("by unit", "按维护单位"), &checked.accuracy.units),
    ];
    for (title, rows) in parts {
        out.push_str(&table(title, rows, lang));
    }
    for difference in checked.differences.iter().take(shown) {
        let said = difference.said();
        out.push_str(&format!("        {}\n", lang.pick(&said.en, &said.zh)));
    }
    let more = checked.differences.len().saturating_sub(shown);
    if more > 0 && shown > 0 {
        out.push_str(&and_more(more, lang));
    }
    if let Some(path) = &checked.findings_out {
        out.push_str(&format!("{} {}\n", lang.pick("differences written to", "差异清单已写入"), path.display()));
    }
    let (sampled, differences) = (checked.sampled, checked.differences.len());
    let (unanswered, gone, base) = (checked.unanswered, checked.gone, checked.base);
    out.push_str(&match lang {
        Lang::En => format!(
            "{sampled} records looked at, {differences} difference(s), {unanswered} row(s) without a result, \
             {gone} record(s) no longer there; version {base}\n"
        ),
        Lang::Zh => format!(
            "核查 {sampled} 条记录，差异 {differences} 处，未填结果 {unanswered} 行，已不在记录中 {gone} 条；版本 {base}\n"
        ),
    });
    out
}

fn table(title: &str, rows: &[Accuracy], lang: Lang) -> String {
    let heads = match lang {
        Lang::En => ["looked at", "agree", "accuracy", "95 % interval", "required"],
        Lang::Zh => ["核查项", "一致", "准确率", "95% 置信区间", "要求"],
    };
    let mut out = line(title, "", &heads.map(str::to_owned), "");
    for row in rows {
        let name = match row.name.as_deref() {
            None => "",
            Some("") => lang.pick("(none named)", "（未登记）"),
            Some(name) => name,
        };
        let verdict = match row.verdict {
            Verdict::Met => lang.pick("met", "达标"),
            Verdict::Missed => lang.pick("missed", "未达标"),
            Verdict::Open => lang.pick("sample too small to tell", "样本不足，不能判定"),
        };
        let cells = [
            row.looked_at.to_string(),
            row.agree.to_string(),
            format!("{:.1} %", row.percent),
            format!("{:.1}–{:.1} %", row.low_percent, row.high_percent),
            format!("{} %", row.required_percent),
        ];
        out.push_str(&line(name, kind(row.kind, lang), &cells, verdict));
    }
    out
}

fn line(name: &str, kind: &str, cells: &[String], verdict: &str) -> String {
    let right = |text: &String| format!("{}{text}", " ".repeat(16_usize.saturating_sub(text.width())));
    let cells: String = cells.iter().map(right).collect();
    let text = format!("{}{}{cells}  {verdict}", pad(name, 20), pad(kind, 14));
    format!("{}\n", text.trim_end())
}

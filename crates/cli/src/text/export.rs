//! What an export wrote.

use super::figures::cny as grouped;
use super::tables::table;
use super::words::Lang;
use crate::commands::export::Exported;

/// The files, one a line.
pub fn render(exported: &Exported, lang: Lang) -> String {
    let mut out = String::new();
    for file in &exported.files {
        out.push_str(&format!("{}  {} {}\n", file.path, file.bytes, lang.pick("bytes", "字节")));
    }
    let said = match lang {
        Lang::En => format!("exported version {} as {}\n", exported.base, exported.format),
        Lang::Zh => format!("已导出版本 {}，格式 {}\n", exported.base, exported.format),
    };
    out.push_str(&said);
    out
}

/// The warning about what the format cannot carry.
pub fn left_out(exported: &Exported, lang: Lang) -> String {
    let count = |count: usize| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    let counts = exported.left_out.iter().map(|(kind, records)| format!("{} {}", count(*records), table(lang, *kind)));
    let counts = counts.collect::<Vec<_>>().join(lang.pick(", ", "，"));
    match lang {
        Lang::En => format!("warning: {} cannot carry {counts}; --format native carries all\n", exported.format),
        Lang::Zh => format!("警告：{} 格式不能容纳：{counts}；--format native 可导出全部\n", exported.format),
    }
}

//! What an export wrote.

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

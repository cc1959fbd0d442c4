//! What a backup holds, and what was restored from one.

use super::figures::cny as grouped;
use super::words::Lang;
use crate::commands::backup::{BackedUp, Restored};

/// What a backup came to.
pub fn backed_up(backed_up: &BackedUp, lang: Lang) -> String {
    let BackedUp { file, contents } = backed_up;
    let (version, rows, bytes) = (contents.header.version, figure(contents.header.rows), figure(contents.bytes));
    let said = match lang {
        Lang::En => format!("version {version} backed up: {rows} rows, {bytes} bytes"),
        Lang::Zh => format!("已备份版本 {version}：{rows} 行，{bytes} 字节"),
    };
    format!("{file}\n{said}\nSHA-256 {}\n", contents.sha256)
}

/// What a restore came to.
pub fn restored(restored: &Restored, lang: Lang) -> String {
    let Restored { database, replaced, version, records, backup, .. } = restored;
    let records = figure(*records as u64);
    let made = backup.header.made.format("%Y-%m-%d %H:%M:%S UTC");
    let said = match lang {
        Lang::En => format!("version {version} restored, {records} records, backed up {made}\n"),
        Lang::Zh => format!("已恢复版本 {version}，{records} 条记录，备份时间 {made}\n"),
    };
    let replaced = match (replaced, lang) {
        (None, _) => String::new(),
        (Some(before), Lang::En) => format!("version {before} that was there is gone\n"),
        (Some(before), Lang::Zh) => format!("原有的版本 {before} 已被替换\n"),
    };
    format!("{database}\n{said}{replaced}")
}

fn figure(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

//! The demo as a person reads it.

use super::figures::columns;
use super::survey;
use super::words::Lang;
use crate::commands::demo::Demonstration;

/// Every customer with the answer, then what to try next.
pub fn render(demo: &Demonstration, lang: Lang) -> String {
    let mut out = match lang {
        Lang::En => format!(
            "Nantong: real districts and streets, synthetic plant; {} records in a fresh database.\n",
            demo.records
        ),
        Lang::Zh => format!("南通：区县街道为真实地名，网络资源为虚构；新数据库，{} 条记录。\n", demo.records),
    };
    for (number, told) in (1..).zip(&demo.stories) {
        out.push_str(&format!("\n━━━ {number}. {} ━━━\n\n", told.shows));
        out.push_str(&survey::render(&told.survey, lang, columns()));
    }
    let next = match (&demo.database, lang) {
        (Some(path), Lang::En) => format!("\nKept in {path}. Try: linewright --database {path} trace GL-0001\n"),
        (Some(path), Lang::Zh) => format!("\n数据库保存在 {path}。可试：linewright --database {path} trace GL-0001\n"),
        (None, Lang::En) => "\nNothing was left behind; --keep FILE keeps the database to look around in.\n".to_owned(),
        (None, Lang::Zh) => "\n未留下任何文件；用 --keep FILE 保留数据库以便查看。\n".to_owned(),
    };
    out + &next + &served(demo, lang)
}

fn served(demo: &Demonstration, lang: Lang) -> String {
    let Some(serving) = &demo.serving else { return String::new() };
    let names: Vec<&str> = serving.accounts.iter().map(|(name, _)| *name).collect();
    let (names, address, password) = (names.join(lang.pick(", ", "、")), &serving.address, &serving.password);
    match lang {
        Lang::En => format!("\nServing at {address} until Ctrl-C.\nAccounts: {names}; password of all: {password}\n"),
        Lang::Zh => format!("\n服务地址：{address}（Ctrl-C 结束）。\n账号：{names}；密码均为：{password}\n"),
    }
}

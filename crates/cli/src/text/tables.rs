//! Names of the tables of records, and lists of counts.

use linewright_model::TableKind;

use super::words::Lang;

/// What the records of a table are called.
pub fn table(lang: Lang, table: TableKind) -> &'static str {
    let (en, zh) = match table {
        TableKind::Dataset => ("data sets", "数据集"),
        TableKind::Place => ("places", "地点"),
        TableKind::Span => ("spans", "路由段"),
        TableKind::Cable => ("cables", "光缆段"),
        TableKind::Device => ("devices", "设备"),
        TableKind::Splice => ("splices", "接续"),
        TableKind::Jumper => ("jumpers", "跳纤"),
        TableKind::Trail => ("trails", "路径"),
        TableKind::Link => ("links", "链路"),
        TableKind::SlotMark => ("slot marks", "状态标记"),
        TableKind::Address => ("addresses", "标准地址"),
    };
    lang.pick(en, zh)
}

/// Numbers as people write them: `1–48, 60`.
pub fn ranges(numbers: impl IntoIterator<Item = u32>) -> String {
    let mut numbers: Vec<u32> = numbers.into_iter().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let run = |(first, last): &(u32, u32)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(", ")
}

/// The line that stands for examples not shown.
pub fn and_more(count: impl std::fmt::Display, lang: Lang) -> String {
    match lang {
        Lang::En => format!("        … and {count} more\n"),
        Lang::Zh => format!("        …… 另有 {count} 条\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_side_by_side_are_ranges() {
        let check = |numbers: &[u32], expected: &str| assert_eq!(ranges(numbers.iter().copied()), expected);
        check(&[], "");
        check(&[7], "7");
        check(&[2, 1], "1, 2");
        check(&[1, 2, 3, 9, 9, 11, 12, 13], "1–3, 9, 11–13");
    }
}

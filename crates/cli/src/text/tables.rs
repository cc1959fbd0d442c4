//! Names of the tables of records, and lists of counts.

use linewright_model::TableKind;

use super::words::Lang;

/// What the records of a table are called.
pub fn table(lang: Lang, table: TableKind) -> &'static str {
    let en = match table {
        TableKind::Dataset => "data sets",
        TableKind::Place => "places",
        TableKind::Span => "spans",
        TableKind::Cable => "cables",
        TableKind::Device => "devices",
        TableKind::Splice => "splices",
        TableKind::Jumper => "jumpers",
        TableKind::Trail => "trails",
        TableKind::Link => "links",
        TableKind::SlotMark => "slot marks",
        TableKind::Address => "addresses",
    };
    lang.pick(en, table.zh())
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

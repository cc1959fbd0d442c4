//! Reading cells: numbers, ranges and days as people type them, and what is wrong with them.

use chrono::NaiveDate;
use linewright_model::{Phrase, Text, phrase};

use crate::sheets::grid::Cell;
use crate::sheets::words::half_width;

/// Most slots that one cell may name.
const MAX_SLOTS: usize = 20_000;

/// The signs of a cell in half width, Chinese punctuation as the ASCII it stands for, without blanks around.
pub(crate) fn plain_signs(text: &str) -> String {
    let signs = text.chars().map(|c| match half_width(c) {
        '、' | '﹐' => ',',
        '。' | '．' | '·' => '.',
        '；' => ';',
        '—' | '–' | '－' | '−' | '～' | '‐' | '‑' => '-',
        other => other,
    });
    signs.collect::<String>().trim().to_owned()
}

/// Text of a name or another description; numbers as people read them.
pub(crate) fn text(cell: &Cell) -> Text {
    Text::from(cell.shown())
}

/// What a code cell says, and what may have happened to it in a spreadsheet.
pub(crate) fn code(cell: &Cell) -> (Text, Option<CodeDoubt>) {
    match cell {
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            (Text::from(format!("{number:.0}")), Some(CodeDoubt::Number))
        }
        Cell::Number(number) => (Text::from(number.to_string()), Some(CodeDoubt::Shortened)),
        Cell::Date(day) => (Text::from(day.to_string()), Some(CodeDoubt::Date)),
        Cell::Text(given) if is_shortened(given.trim()) => (text(cell), Some(CodeDoubt::Shortened)),
        _ => (text(cell), None),
    }
}

/// What a spreadsheet may have done to a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CodeDoubt {
    /// It is a number: zeros in front are gone.
    Number,
    /// It is a number of so many digits that some are gone.
    Shortened,
    /// It became a day.
    Date,
}

/// Whether a text is what a spreadsheet makes of a long number: `1.23457E+14`.
fn is_shortened(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once("E+") else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    digits(mantissa) && digits(exponent) && mantissa.contains('.')
}

/// A number, with the unit behind it if it has one.
///
/// # Errors
/// Why it is none, in words that follow the value.
pub(crate) fn number(cell: &Cell) -> Result<Option<(f64, String)>, Phrase> {
    let (value, unit) = match cell {
        Cell::Empty => return Ok(None),
        Cell::Number(number) => (*number, String::new()),
        Cell::Date(_) => return Err(phrase!("is a day, not a number", "是日期，不是数字")),
        Cell::Error(_) => {
            return Err(phrase!(
                "is an error of the spreadsheet; put the value there",
                "是电子表格的错误值；请填写实际值"
            ));
        }
        Cell::Text(given) => {
            let given = plain_signs(given);
            let end = given.find(|c: char| !(c.is_ascii_digit() || ".,+-eE ".contains(c))).unwrap_or(given.len());
            let (digits, unit) = given.split_at(end);
            let digits = ungrouped(digits.trim())
                .ok_or(phrase!("is not a number; write it as 1250.5", "不是数字；请写成 1250.5 的形式"))?;
            let value: f64 = digits
                .parse()
                .map_err(|_| phrase!("is not a number; write it as 1250.5", "不是数字；请写成 1250.5 的形式"))?;
            (value, unit.trim().to_lowercase())
        }
    };
    if value.is_finite() {
        Ok(Some((value, unit)))
    } else {
        Err(phrase!("is not a finite number", "不是有限的数字"))
    }
}

/// A number without the commas between its thousands; none where commas stand otherwise.
fn ungrouped(digits: &str) -> Option<String> {
    let Some((first, rest)) = digits.split_once(',') else { return Some(digits.to_owned()) };
    let (rest, decimals) = rest.split_once('.').map_or((rest, None), |(rest, decimals)| (rest, Some(decimals)));
    let in_threes = rest.split(',').all(|part| part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()));
    let begins = (1..=3).contains(&first.trim_start_matches(['-', '+']).len());
    let decimals = decimals.map_or_else(String::new, |decimals| format!(".{decimals}"));
    (in_threes && begins).then(|| format!("{first}{}{decimals}", rest.replace(',', "")))
}

/// A length in metres; a unit in the cell counts more than that of the column (metres in a unit of it).
///
/// # Errors
/// Why it is none, in words that follow the value.
pub(crate) fn length_m(cell: &Cell, unit_m: f64) -> Result<Option<f64>, Phrase> {
    let Some((value, unit)) = number(cell)? else { return Ok(None) };
    let unit_m = match unit.as_str() {
        "" => unit_m,
        "m" | "米" | "metres" | "meters" => 1.0,
        "km" | "公里" | "千米" | "皮长公里" => 1_000.0,
        _ => return Err(phrase!("has a unit that is not known; write metres", "的单位无法识别；请用米")),
    };
    let length_m = value * unit_m;
    if (0.0..=1e8).contains(&length_m) {
        Ok(Some(length_m))
    } else {
        Err(phrase!("is no length of a cable", "不是光缆的长度"))
    }
}

/// A whole number of at least 1, such as a core count.
///
/// # Errors
/// Why it is none, in words that follow the value.
pub(crate) fn count(cell: &Cell) -> Result<Option<u32>, Phrase> {
    let Some((value, unit)) = number(cell)? else { return Ok(None) };
    if !matches!(unit.as_str(), "" | "芯" | "d" | "cores") {
        return Err(phrase!("has a unit that is not known; write the number only", "的单位无法识别；只写数字"));
    }
    if value.fract() == 0.0 && (1.0..=1e6).contains(&value) {
        Ok(Some(value as u32))
    } else {
        Err(phrase!("is not a whole number from 1", "不是从 1 起的整数"))
    }
}

/// Slot numbers as single ones and ranges, in the order given: `1-12,15`.
///
/// # Errors
/// Why they are none, in words that follow the value.
pub(crate) fn slots(cell: &Cell) -> Result<Vec<u32>, Phrase> {
    let given = match cell {
        Cell::Empty => return Ok(Vec::new()),
        Cell::Number(_) => return count(cell).map(|slot| slot.into_iter().collect()),
        Cell::Date(_) => {
            return Err(phrase!(
                "became a day in the spreadsheet; format the column as text",
                "被电子表格变成了日期；请将该列设为文本格式"
            ));
        }
        Cell::Error(_) => {
            return Err(phrase!(
                "is an error of the spreadsheet; put the value there",
                "是电子表格的错误值；请填写实际值"
            ));
        }
        Cell::Text(given) => plain_signs(given).replace(['至', '~'], "-"),
    };
    let mut slots = Vec::new();
    for part in given.split([',', ';', '/', '+']).map(str::trim).filter(|part| !part.is_empty()) {
        let part = part.trim_start_matches('#').trim_end_matches('芯').trim_end_matches('#');
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let [first, last] = [first, last].map(|n| n.trim().trim_matches('#').parse::<u32>().ok().filter(|n| *n > 0));
        let (Some(first), Some(last)) = (first, last) else {
            return Err(phrase!(
                "is not a number or range; write it as 1-12,15",
                "不是序号或区间；请写成 1-12,15 的形式"
            ));
        };
        if first > last {
            return Err(phrase!("has the range {first}-{last} the wrong way round", "的区间 {first}-{last} 前后颠倒"));
        }
        if (last - first) as usize >= MAX_SLOTS.saturating_sub(slots.len()) {
            return Err(phrase!("names more than {MAX_SLOTS} numbers", "的序号超过 {MAX_SLOTS} 个"));
        }
        slots.extend(first..=last);
    }
    let mut seen = std::collections::HashSet::new();
    match slots.iter().find(|slot| !seen.insert(**slot)) {
        Some(twice) => Err(phrase!("names {twice} twice", "重复了 {twice}")),
        None => Ok(slots),
    }
}

/// Slots as runs of consecutive ones.
pub(crate) fn runs(slots: &[u32]) -> impl Iterator<Item = (u32, u32)> + '_ {
    slots.chunk_by(|a, b| a.checked_add(1) == Some(*b)).filter_map(|run| Some((*run.first()?, run.len() as u32)))
}

/// A day: `2026-03-01`, `2026/3/1`, `2026年3月1日`, `20260301`, or a date cell.
///
/// # Errors
/// Why it is none, in words that follow the value.
pub(crate) fn day(cell: &Cell) -> Result<Option<NaiveDate>, Phrase> {
    let wrong = || phrase!("is not a day; write it as 2026-03-01", "不是日期；请写成 2026-03-01 的形式");
    let given = match cell {
        Cell::Empty => return Ok(None),
        Cell::Date(day) => return Ok(Some(*day)),
        Cell::Error(_) => {
            return Err(phrase!(
                "is an error of the spreadsheet; put the value there",
                "是电子表格的错误值；请填写实际值"
            ));
        }
        Cell::Number(number) => number.to_string(),
        Cell::Text(given) => plain_signs(given),
    };
    // A time of day may follow.
    let given = given.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = given.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let [year, month, day] = match parts.as_slice() {
        [year, month, day] => [*year, *month, *day],
        [all] if all.len() == 8 && all.is_ascii() => [&all[..4], &all[4..6], &all[6..]],
        _ => return Err(wrong()),
    };
    let year: i32 = year.parse().ok().filter(|year| (1900..=2200).contains(year)).ok_or_else(wrong)?;
    let (month, day) = (month.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
    NaiveDate::from_ymd_opt(year, month, day).map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> Cell {
        Cell::text(text)
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let check = |given: &str, expected: f64| assert_eq!(length_m(&t(given), 1.0), Ok(Some(expected)), "{given}");
        check("1250.5", 1250.5);
        check("１２．５", 12.5);
        check("１，２５０", 1250.0);
        check("1,250.5", 1250.5);
        check(" 12 ", 12.0);
        check("12。5", 12.5);
        check("1.2公里", 1200.0);
        check("300 米", 300.0);
        check("1e3", 1000.0);
        for wrong in ["abc", "1,25", "12,5", "--1", "nan", "inf", "1e999", "-3", "5尺", ",", "1.2.3", "米"] {
            assert!(length_m(&t(wrong), 1.0).is_err(), "{wrong}");
        }
        assert_eq!(length_m(&Cell::Number(2.5), 1000.0), Ok(Some(2500.0)));
        assert_eq!(count(&t("24芯")), Ok(Some(24)));
        assert!(count(&t("2.5")).is_err() && count(&t("0")).is_err());
    }

    #[test]
    fn ranges_are_read_in_order() {
        let check = |given: &str, expected: &[u32]| assert_eq!(slots(&t(given)).as_deref(), Ok(expected), "{given}");
        check("1-3,5", &[1, 2, 3, 5]);
        check("５～６、1", &[5, 6, 1]);
        check("1至2；4", &[1, 2, 4]);
        check("#7芯", &[7]);
        check("", &[]);
        assert_eq!(slots(&Cell::Number(7.0)), Ok(vec![7]));
        for wrong in ["0", "3-1", "1-99999999", "a", "1--2", "1-2,2", "4294967296", "1-20000,30000-50000"] {
            assert!(slots(&t(wrong)).is_err(), "{wrong}");
        }
        let january = Cell::Date(NaiveDate::from_ymd_opt(2026, 1, 12).unwrap());
        assert!(slots(&january).unwrap_err().en.contains("became a day"));
        assert_eq!(runs(&[1, 2, 3, 5, 9, 10]).collect::<Vec<_>>(), [(1, 3), (5, 1), (9, 2)]);
    }

    #[test]
    fn codes_keep_their_zeros_and_say_when_they_may_have_lost_them() {
        let check = |cell: Cell, expected: &str, doubt: Option<CodeDoubt>| {
            assert_eq!(code(&cell), (Text::from(expected), doubt));
        };
        check(t("0012"), "0012", None);
        check(t("1E5"), "1E5", None);
        check(t("1.23457E+14"), "1.23457E+14", Some(CodeDoubt::Shortened));
        check(Cell::Number(12.0), "12", Some(CodeDoubt::Number));
        check(Cell::Number(1e17), "100000000000000000", Some(CodeDoubt::Shortened));
    }

    #[test]
    fn days_are_read_in_common_forms() {
        let expected = NaiveDate::from_ymd_opt(2026, 3, 1);
        for given in ["2026-03-01", "2026/3/1", "2026年3月1日", "20260301", "2026.3.1 08:00", "２０２６－０３－０１"]
        {
            assert_eq!(day(&t(given)), Ok(expected), "{given}");
        }
        for wrong in ["2026-13-01", "1/2", "tomorrow", "2026", "三月一日", "99999999"] {
            assert!(day(&t(wrong)).is_err(), "{wrong}");
        }
    }
}

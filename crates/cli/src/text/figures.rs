//! Figures as people read them: grouped thousands, metres or kilometres, padded columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// An amount with grouped thousands.
pub fn cny(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if amount < 0 { format!("-{grouped}") } else { grouped }
}

/// A length in metres below 10 km, else in kilometres.
pub fn length(length_m: f64) -> String {
    if length_m < 10_000.0 {
        format!("{} m", cny(length_m.round() as i64))
    } else {
        format!("{:.1} km", length_m / 1000.0)
    }
}

/// The text filled with spaces to a width of terminal columns.
pub fn pad(text: &str, columns: usize) -> String {
    let fill = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(fill))
}

/// Columns of the terminal that standard output is; none when it is no terminal.
pub fn columns() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// A text cut into lines of at most `columns` terminal columns, the first after `indent`, the others after
/// `hanging`; cut at spaces, or between wide characters.
pub fn wrapped(text: &str, columns: usize, indent: usize, hanging: usize) -> Vec<String> {
    // Narrower than this no line is readable: it is left to the terminal.
    const LEAST: usize = 40;
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut room = columns.max(LEAST).saturating_sub(indent);
    for word in words(text) {
        if !line.is_empty() && line.width() + word.trim_end().width() > room {
            lines.push(std::mem::take(&mut line));
            room = columns.max(LEAST).saturating_sub(hanging);
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Pieces between which a line may be cut: after a space, and after a wide character.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| c == ' ' || c.width().unwrap_or(0) > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(cny(1_234_567), "1,234,567");
        assert_eq!(cny(-12), "-12");
        assert_eq!(length(182.4), "182 m");
        assert_eq!(length(9_999.0), "9,999 m");
        assert_eq!(length(43_210.0), "43.2 km");
        assert_eq!(pad("光缆", 6), "光缆  ");
    }

    #[test]
    fn long_lines_are_cut_at_spaces_and_between_wide_characters() {
        let check = |text: &str, expected: &[&str]| assert_eq!(wrapped(text, 44, 2, 6), expected, "{text}");
        check("short", &["short"]);
        check(
            "cable GL-0001 in ducts GD-0001, GD-0002, GD-0003, GD-0004",
            &["cable GL-0001 in ducts GD-0001, GD-0002, ", "GD-0003, GD-0004"],
        );
        let wide = "光".repeat(30);
        check(&wide, &[&"光".repeat(21), &"光".repeat(9)]);
        assert_eq!(wrapped(&wide, usize::MAX, 2, 6).len(), 1);
    }
}

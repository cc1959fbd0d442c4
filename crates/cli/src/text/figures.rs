//! Figures as people read them: grouped thousands, metres or kilometres, padded columns.

use unicode_width::UnicodeWidthStr;

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
}

//! Figures and texts for people: IEC sizes with three significant digits, ages, escaped keys.

use std::borrow::Cow;
use std::time::Duration;

use humansize::{BINARY, FormatSizeOptions};

use super::Timestamp;

/// `79.3 GiB`, `3.42 TiB`, `140 GiB`, `512 B`: three significant digits, bytes whole.
pub fn size(bytes: u64) -> String {
    let digits = |decimals: usize| {
        let options = FormatSizeOptions::from(BINARY)
            .decimal_places(decimals)
            .decimal_zeroes(decimals);
        humansize::format_size(bytes, options)
    };
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Fewer decimals until three digits are left; formatting again catches what rounding carries over.
    let text = digits(2);
    let places = match text.find('.') {
        Some(1) | None => 2,
        Some(2) => 1,
        Some(_) => 0,
    };
    let text = if places == 2 { text } else { digits(places) };
    match text.find('.') {
        Some(2) if places == 2 => digits(1),
        Some(3..) if places == 1 => digits(0),
        _ => text,
    }
}

/// `12,431`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `16MiB`: a size as options take it, in the largest unit that divides it.
pub fn size_argument(bytes: u64) -> String {
    for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] {
        if bytes > 0 && bytes.is_multiple_of(1 << shift) {
            return format!("{}{unit}", bytes >> shift);
        }
    }
    bytes.to_string()
}

/// `2 s`, `14 min`, `5 h`, `34 d`: one unit, rounded down.
pub fn age(span: Duration) -> String {
    let secs = span.as_secs();
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min", secs / 60),
        3600..86_400 => format!("{} h", secs / 3600),
        _ => format!("{} d", count(secs / 86_400)),
    }
}

/// `≈ $78.71`, with more digits below a cent; the sign says that it is an estimate.
pub fn dollars(amount: f64) -> String {
    if amount > 0.0 && amount < 0.01 {
        return "< $0.01".to_owned();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole dollars, never negative"
    )]
    let whole = amount.max(0.0) as u64;
    if amount >= 10_000.0 {
        format!("≈ ${}", count(whole))
    } else {
        format!("≈ ${amount:.2}")
    }
}

/// `2026-10-17 09:14 UTC`.
pub fn utc(at: Timestamp) -> String {
    at.to_utc().map_or_else(
        || "unknown".to_owned(),
        |at| at.format("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// Text from a bucket with everything escaped that could steer a terminal or mislead its reader: control
/// characters (C0, DEL, C1), and the invisible ones that reorder or hide text.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if is_unsafe(character) && u32::from(character) < 0x100 => {
                let code = u32::from(character);
                escaped.push_str("\\x");
                escaped.extend(char::from_digit(code >> 4, 16));
                escaped.extend(char::from_digit(code & 15, 16));
            }
            _ if is_unsafe(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_significant_digits() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KiB"),
            (10_239, "10.0 KiB"),
            (102_399, "100 KiB"),
            (10 << 20, "10.0 MiB"),
            (85_147_693_056, "79.3 GiB"),
            (150_755_540_992, "140 GiB"),
            (3_760_331_930_828, "3.42 TiB"),
            ((1 << 40) - 1, "1024 GiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_431), "12,431");
        assert_eq!(count(1_000_000), "1,000,000");
    }

    #[test]
    fn ages_have_one_unit() {
        assert_eq!(age(Duration::from_secs(59)), "59 s");
        assert_eq!(age(Duration::from_secs(3599)), "59 min");
        assert_eq!(age(Duration::from_secs(86_399)), "23 h");
        assert_eq!(age(Duration::from_secs(86_400 * 34)), "34 d");
    }

    #[test]
    fn nothing_from_a_bucket_can_steer_the_terminal() {
        assert_eq!(escape("plain/ключ.txt"), "plain/ключ.txt");
        assert_eq!(escape("a\x1b[2Jb\n"), "a\\x1b[2Jb\\n");
        assert_eq!(escape("\u{9b}31m"), "\\x9b31m");
        assert_eq!(escape("exe\u{202e}fdp"), "exe\\u{202e}fdp");
    }
}

//! The one form of a date that services write and machines read here, a million times in a listing: chrono takes
//! five times as long for it, and is asked for every other form.
//!
//! Source of the arithmetic: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil` and
//! `civil_from_days`; an era is 400 years, and years begin in March.

/// Days of an era.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// Milliseconds since 1970 of `YYYY-MM-DDTHH:MM:SSZ`, with up to nine digits of a fraction; `None` for whatever else.
pub(super) fn read(text: &[u8]) -> Option<i64> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        rest @ ..,
    ] = text
    else {
        return None;
    };
    let two = |tens: &u8, ones: &u8| Some(10 * digit(*tens)? + digit(*ones)?);
    let year = 100 * two(y1, y2)? + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days(year, month, day)?;
    let seconds = days * DAY + hour * 3600 + minute * 60 + second;
    Some(seconds * 1000 + fraction(rest)?)
}

/// Milliseconds of `[.f…]Z`.
fn fraction(text: &[u8]) -> Option<i64> {
    let digits = match text {
        b"Z" => return Some(0),
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => digits,
        _ => return None,
    };
    let mut millis = 0;
    for at in 0..digits.len().max(3) {
        let digit = digits.get(at).map_or(Some(0), |byte| digit(*byte))?;
        if at < 3 {
            millis = millis * 10 + digit;
        }
    }
    Some(millis)
}

const fn digit(byte: u8) -> Option<i64> {
    if byte.is_ascii_digit() {
        Some((byte - b'0') as i64)
    } else {
        None
    }
}

/// Days since 1970; `None` where there is no such day.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH)
}

/// `YYYY-MM-DDTHH:MM:SSZ` of seconds since 1970; `None` outside the years 0 to 9999.
pub(super) fn write(seconds: i64) -> Option<String> {
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let days = days.checked_add(EPOCH)?;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let years = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = years + era * 400 + i64::from(month <= 2);
    if !(0..=9999).contains(&year) {
        return None;
    }
    let mut text = String::with_capacity(20);
    let mut two = |number: i64, behind: Option<char>| {
        for digit in [number / 10, number % 10] {
            text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
        }
        text.extend(behind);
    };
    two(year / 100, None);
    two(year % 100, Some('-'));
    two(month, Some('-'));
    two(day, Some('T'));
    two(second / 3600, Some(':'));
    two(second / 60 % 60, Some(':'));
    two(second % 60, Some('Z'));
    Some(text)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    use super::*;

    /// The years 0 to 9999 in seconds since 1970.
    const YEARS: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;

    #[test]
    fn what_is_no_date_is_left_to_others() {
        for text in [
            "",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.0000000001Z",
            "2026-01-01T00:00:00+01:00",
            "2026-01-01T00:00:0:Z",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(write(YEARS.start - 1), None);
        assert_eq!(write(YEARS.end), None);
        assert_eq!(write(i64::MIN), None);
        assert_eq!(write(i64::MAX), None);
    }

    proptest! {
        #[test]
        fn dates_are_written_as_chrono_writes_them(seconds in YEARS) {
            let theirs = DateTime::from_timestamp(seconds, 0).unwrap();
            let theirs = theirs.to_rfc3339_opts(SecondsFormat::Secs, true);
            prop_assert_eq!(write(seconds), Some(theirs));
        }

        #[test]
        fn dates_are_read_as_chrono_reads_them(
            seconds in YEARS, nanos in 0..1_000_000_000_u32, digits in 0..4_usize
        ) {
            let formats = [SecondsFormat::Secs, SecondsFormat::Millis, SecondsFormat::Micros, SecondsFormat::Nanos];
            let at = DateTime::from_timestamp(seconds, nanos).unwrap();
            let text = at.to_rfc3339_opts(formats[digits], true);
            let theirs = DateTime::parse_from_rfc3339(&text).unwrap().timestamp_millis();
            prop_assert_eq!(read(text.as_bytes()), Some(theirs));
        }

        #[test]
        fn what_is_read_chrono_reads_too(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,10})?Z?") {
            if let Some(ours) = read(text.as_bytes()) {
                prop_assert_eq!(DateTime::parse_from_rfc3339(&text).unwrap().timestamp_millis(), ours);
            }
        }
    }
}

//! Times as the person reads them: how long ago, and the local date.

use crate::model::{Timestamp, human};

/// `34 d ago`; `–` when it is not known.
pub fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(
        || "–".to_owned(),
        |at| format!("{} ago", human::age(now.since(at))),
    )
}

/// `34 d`; `–` when it is not known.
pub fn age(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "–".to_owned(), |at| human::age(now.since(at)))
}

/// `in 6 d`, `due` once it is past, `–` without a deadline.
pub fn until(at: Option<Timestamp>, now: Timestamp) -> String {
    match at {
        None => "–".to_owned(),
        Some(at) if at <= now => "due".to_owned(),
        Some(at) => format!("in {}", human::age(at.since(now))),
    }
}

/// `2026-10-17 09:14 +02:00` in a zone `offset` seconds east of UTC.
pub fn local(at: Timestamp, offset: i32) -> String {
    if offset == 0 {
        return human::utc(at);
    }
    let shifted = human::utc(Timestamp::from_millis(
        at.millis().saturating_add(i64::from(offset) * 1000),
    ));
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;
    shifted.replace(
        " UTC",
        &format!(" {sign}{:02}:{:02}", minutes / 60, minutes % 60),
    )
}

/// `09:14:05` in a zone `offset` seconds east of UTC.
pub fn clock(at: Timestamp, offset: i32) -> String {
    let seconds = (at.millis().div_euclid(1000) + i64::from(offset)).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn local_times_name_their_offset() {
        let at = Timestamp::from_secs(1_760_692_440);
        assert_eq!(local(at, 0), "2025-10-17 09:14 UTC");
        assert_eq!(local(at, 7200), "2025-10-17 11:14 +02:00");
        assert_eq!(local(at, -12_600), "2025-10-17 05:44 -03:30");
        assert_eq!(clock(at, -12_600), "05:44:00");
    }

    #[test]
    fn a_deadline_that_passed_is_due() {
        let now = Timestamp::from_secs(1_000_000);
        assert_eq!(
            until(Some(now.plus(Duration::from_secs(86_400 * 6))), now),
            "in 6 d"
        );
        assert_eq!(until(Some(now), now), "due");
        assert_eq!(until(None, now), "–");
    }
}

//! Points in time as plain numbers, so that rows stay small and nothing here reads a clock.

mod calendar;

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

/// Milliseconds since 1970-01-01T00:00:00Z; may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The calendar day in UTC, counted from 1970-01-01, which is 0.
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(86_400_000)
    }

    /// How long after `earlier` this is; zero when it is not after it (clocks of two machines differ).
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0).max(0);
        Duration::from_millis(millis.unsigned_abs())
    }

    /// This point plus `span`, saturating.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// This point minus `span`, saturating.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(millis))
    }

    /// As a calendar date in UTC; `None` outside the years that chrono knows.
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.0)
    }

    /// RFC 3339 in UTC with a trailing `Z` and whole seconds, the form of all machine output.
    pub fn rfc3339(self) -> String {
        if let Some(text) = calendar::write(self.0.div_euclid(1000)) {
            return text;
        }
        self.to_utc().map_or_else(
            || "unknown".to_owned(),
            |at| at.to_rfc3339_opts(SecondsFormat::Secs, true),
        )
    }

    /// RFC 3339 in UTC with milliseconds, so that nothing is lost; `None` outside the years 0 to 9999, which
    /// RFC 3339 cannot say.
    pub fn rfc3339_millis(self) -> Option<String> {
        let text = self.to_utc()?.to_rfc3339_opts(SecondsFormat::Millis, true);
        (Self::from_rfc3339(&text) == Some(self)).then_some(text)
    }

    /// Reads RFC 3339 of any offset; what is finer than a millisecond is cut off.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        if let Some(millis) = calendar::read(text.as_bytes()) {
            return Some(Self(millis));
        }
        let at = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self(at.timestamp_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_point_is_zero_away_from_the_earlier() {
        let at = Timestamp::from_secs(100);
        assert_eq!(at.since(Timestamp::from_secs(160)), Duration::ZERO);
        assert_eq!(Timestamp::from_secs(160).since(at), Duration::from_secs(60));
    }

    #[test]
    fn machine_output_is_utc() {
        assert_eq!(
            Timestamp::from_secs(1_760_692_440).rfc3339(),
            "2025-10-17T09:14:00Z"
        );
    }

    #[test]
    fn milliseconds_are_kept() {
        let at = Timestamp::from_millis(1_760_692_440_007);
        let text = at.rfc3339_millis().unwrap();
        assert_eq!(text, "2025-10-17T09:14:00.007Z");
        assert_eq!(Timestamp::from_rfc3339(&text), Some(at));
        assert_eq!(
            Timestamp::from_rfc3339("2025-10-17T11:14:00.007+02:00"),
            Some(at)
        );
        assert_eq!(Timestamp::from_millis(i64::MAX).rfc3339_millis(), None);
        assert_eq!(Timestamp::from_secs(253_402_300_800).rfc3339_millis(), None);
        assert_eq!(Timestamp::from_rfc3339("yesterday"), None);
    }
}

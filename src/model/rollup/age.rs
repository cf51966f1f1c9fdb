//! How long ago uploads were begun, in whole UTC days.
//!
//! An upload changes its group at midnight UTC only: two runs on one day agree, and nobody counts hours.

use crate::model::Timestamp;

/// How many UTC midnights lie between an initiation and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgeGroup {
    /// None, or it lies ahead: the service's clock may be ahead of ours.
    Today,
    /// 1 to 6.
    Days,
    /// 7 to 29.
    Weeks,
    /// 30 to 89.
    Months,
    /// 90 to 364.
    Quarters,
    /// 365 and more.
    Years,
    /// There is no date of the initiation.
    Unknown,
}

impl AgeGroup {
    /// All, the youngest first, what has no date last.
    pub const ALL: [Self; 7] = [
        Self::Today,
        Self::Days,
        Self::Weeks,
        Self::Months,
        Self::Quarters,
        Self::Years,
        Self::Unknown,
    ];

    /// The group of an upload begun at `initiated`. It depends on the [`Timestamp::utc_day`] of both alone.
    pub fn of(initiated: Option<Timestamp>, now: Timestamp) -> Self {
        let Some(initiated) = initiated else {
            return Self::Unknown;
        };
        match now.utc_day() - initiated.utc_day() {
            ..=0 => Self::Today,
            1..=6 => Self::Days,
            7..=29 => Self::Weeks,
            30..=89 => Self::Months,
            90..=364 => Self::Quarters,
            365.. => Self::Years,
        }
    }

    /// For people; at most 15 cells.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Days => "1-6 days",
            Self::Weeks => "7-29 days",
            Self::Months => "30-89 days",
            Self::Quarters => "90-364 days",
            Self::Years => "a year and more",
            Self::Unknown => "unknown",
        }
    }

    /// The word for it in machine output, days without blanks; `None`: there is no date.
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Today => "today",
            Self::Days => "1-6d",
            Self::Weeks => "7-29d",
            Self::Months => "30-89d",
            Self::Quarters => "90-364d",
            Self::Years => "365d+",
            Self::Unknown => return None,
        })
    }

    /// The group whose [`AgeGroup::word`] this is; what is none is unknown.
    pub fn of_word(word: Option<&str>) -> Self {
        let named = Self::ALL.into_iter().find(|group| group.word() == word);
        named.unwrap_or(Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    #[test]
    fn days_change_at_midnight_utc_and_at_no_other_time() {
        let begun = Some(at("2026-02-28T23:59:59.999Z"));
        let of = |now| AgeGroup::of(begun, at(now));
        assert_eq!(of("2026-02-28T23:59:59.999Z"), AgeGroup::Today);
        assert_eq!(of("2026-03-01T00:00:00Z"), AgeGroup::Days);
        assert_eq!(of("2026-03-06T23:59:59.999Z"), AgeGroup::Days);
        assert_eq!(of("2026-03-07T00:00:00Z"), AgeGroup::Weeks);
        assert_eq!(of("2026-02-28T00:00:00Z"), AgeGroup::Today);
        assert_eq!(of("2026-01-01T00:00:00Z"), AgeGroup::Today, "ahead of us");
    }

    #[test]
    fn each_group_ends_where_the_next_one_begins() {
        let now = at("2026-11-20T12:00:00Z");
        let days = |days: i64| Some(Timestamp::from_secs(now.millis() / 1000 - days * 86_400));
        let bounds = [
            (0, 0, AgeGroup::Today),
            (1, 6, AgeGroup::Days),
            (7, 29, AgeGroup::Weeks),
            (30, 89, AgeGroup::Months),
            (90, 364, AgeGroup::Quarters),
            (365, 30_000, AgeGroup::Years),
        ];
        for (first, last, group) in bounds {
            assert_eq!(AgeGroup::of(days(first), now), group, "{first} days");
            assert_eq!(AgeGroup::of(days(last), now), group, "{last} days");
        }
        assert_eq!(AgeGroup::of(None, now), AgeGroup::Unknown);
        let extremes = [i64::MIN, i64::MAX].map(Timestamp::from_millis);
        assert_eq!(
            AgeGroup::of(Some(extremes[0]), extremes[1]),
            AgeGroup::Years
        );
        assert_eq!(
            AgeGroup::of(Some(extremes[1]), extremes[0]),
            AgeGroup::Today
        );
        // Before 1970 days go down, not towards zero.
        let (before, after) = (Timestamp::from_millis(-1), Timestamp::from_millis(0));
        assert_eq!(AgeGroup::of(Some(before), after), AgeGroup::Days);
    }

    #[test]
    fn groups_are_ordered_and_found_again_by_their_words() {
        assert!(AgeGroup::ALL.is_sorted());
        for group in AgeGroup::ALL {
            assert_eq!(AgeGroup::of_word(group.word()), group);
            assert!(group.text().len() <= 15);
        }
        assert_eq!(AgeGroup::of_word(Some("soon")), AgeGroup::Unknown);
    }
}

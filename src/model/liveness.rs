//! Whether an upload is alive: by its newest part, not by its age.

use std::time::Duration;

use super::{Measure, Timestamp};

/// From when on an upload counts as idle and as stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// A sign of life younger than this: alive. An hour unless configured.
    pub active: Duration,
    /// No part for this long: stale. Seven days unless configured.
    pub stale: Duration,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            active: Duration::from_secs(3600),
            stale: Duration::from_secs(7 * 24 * 3600),
        }
    }
}

/// The state of an upload whose parts were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A part within [`Thresholds::active`].
    Active,
    /// A part, but neither fresh nor old.
    Idle,
    /// No part for [`Thresholds::stale`].
    Stale,
    /// No part at all.
    Empty,
    /// The parts may not be listed.
    Unknown,
}

impl State {
    /// All states, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::Idle,
        Self::Stale,
        Self::Empty,
        Self::Unknown,
    ];

    /// The word for it, on screen, in filters and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Idle => "idle",
            Self::Stale => "stale",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }

    /// The state that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// The last sign of life: the newest part, or the initiation if there is none.
pub fn last_sign(initiated: Option<Timestamp>, measure: &Measure) -> Option<Timestamp> {
    measure
        .extent()
        .and_then(|extent| extent.last_part)
        .max(initiated)
}

/// The state, or `None` while the parts have not all been looked at (a fresh part seen so far is enough
/// for [`State::Active`]).
pub fn state(measure: &Measure, now: Timestamp, thresholds: &Thresholds) -> Option<State> {
    let quiet = |extent: &super::Extent| extent.last_part.map(|at| now.since(at));
    match measure {
        Measure::Unknown => None,
        Measure::Denied => Some(State::Unknown),
        Measure::AtLeast(extent) => quiet(extent)
            .filter(|quiet| *quiet < thresholds.active)
            .map(|_| State::Active),
        Measure::Exact(extent) if extent.parts == 0 => Some(State::Empty),
        // Parts without a date: some servers leave LastModified out. Nothing is known of their life.
        Measure::Exact(extent) => Some(match quiet(extent) {
            None => State::Unknown,
            Some(quiet) if quiet < thresholds.active => State::Active,
            Some(quiet) if quiet >= thresholds.stale => State::Stale,
            Some(_) => State::Idle,
        }),
    }
}

/// As [`state`], where a change between two looks at `moved_at` is a sign of life as a part is.
pub fn state_moved(
    measure: &Measure,
    moved_at: Option<Timestamp>,
    now: Timestamp,
    thresholds: &Thresholds,
) -> Option<State> {
    let Some(moved_at) = moved_at else {
        return state(measure, now, thresholds);
    };
    if now.since(moved_at) < thresholds.active {
        return Some(State::Active);
    }
    let mut measure = *measure;
    if let Measure::AtLeast(extent) | Measure::Exact(extent) = &mut measure
        && extent.parts > 0
    {
        extent.last_part = extent.last_part.max(Some(moved_at));
    }
    state(&measure, now, thresholds)
}

/// What may be concluded about life before an abort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// A sign of life within [`Thresholds::active`], be it only the initiation.
    Alive,
    /// All was looked at and nothing stirred.
    Dead,
    /// The parts may not be listed, carry no date, or were not all looked at.
    Undetermined,
}

/// Judges life for an abort. An initiation within the hour counts as a sign of life also when there is no
/// part yet, since parts in flight are not listed.
pub fn life(
    initiated: Option<Timestamp>,
    measure: &Measure,
    now: Timestamp,
    thresholds: &Thresholds,
) -> Life {
    if last_sign(initiated, measure).is_some_and(|at| now.since(at) < thresholds.active) {
        return Life::Alive;
    }
    match measure {
        Measure::Exact(extent) if extent.last_part.is_some() => Life::Dead,
        Measure::Exact(extent) if extent.parts == 0 && initiated.is_some() => Life::Dead,
        _ => Life::Undetermined,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Extent;
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(10_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn sized(parts: u32, quiet: Option<Duration>) -> Measure {
        Measure::Exact(Extent {
            bytes: 1,
            parts,
            last_part: quiet.map(|quiet| NOW.minus(quiet)),
            abort_date: None,
        })
    }

    #[test]
    fn state_follows_the_newest_part() {
        let state = |measure| state(&measure, NOW, &Thresholds::default());
        assert_eq!(state(Measure::Unknown), None);
        assert_eq!(state(Measure::Denied), Some(State::Unknown));
        assert_eq!(state(sized(0, None)), Some(State::Empty));
        assert_eq!(state(sized(2, Some(HOUR / 2))), Some(State::Active));
        assert_eq!(state(sized(2, Some(HOUR))), Some(State::Idle));
        assert_eq!(state(sized(2, Some(HOUR * 24 * 7))), Some(State::Stale));
        assert_eq!(state(sized(2, None)), Some(State::Unknown));
    }

    #[test]
    fn a_part_from_a_clock_ahead_of_ours_is_alive() {
        let measure = Measure::Exact(Extent {
            parts: 1,
            last_part: Some(NOW.plus(HOUR)),
            ..Extent::default()
        });
        assert_eq!(
            life(None, &measure, NOW, &Thresholds::default()),
            Life::Alive
        );
    }

    #[test]
    fn a_fresh_upload_without_parts_is_alive() {
        let life = |initiated, measure| life(initiated, &measure, NOW, &Thresholds::default());
        assert_eq!(life(Some(NOW.minus(HOUR / 2)), sized(0, None)), Life::Alive);
        assert_eq!(life(Some(NOW.minus(HOUR * 2)), sized(0, None)), Life::Dead);
        assert_eq!(life(None, sized(0, None)), Life::Undetermined);
        assert_eq!(
            life(Some(NOW.minus(HOUR * 900)), Measure::Denied),
            Life::Undetermined
        );
        assert_eq!(
            life(Some(NOW.minus(HOUR * 900)), sized(3, Some(HOUR * 2))),
            Life::Dead
        );
    }
}

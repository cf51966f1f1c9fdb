//! The buckets of an account side by side: what each holds, what it costs, and whether it will fill up again.
//!
//! Knows totals and states; not how they were found.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::human::{self, escape};
use super::lifecycle::{Configuration, Cover};
use super::{State, Tally, Timestamp};

/// Uploads by their state, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mix([u64; State::ALL.len()]);

impl Mix {
    /// Counts an upload in; one that nobody has looked at has no state.
    pub fn add(&mut self, state: Option<State>) {
        if let Some(state) = state {
            self.0[Self::place(state)] += 1;
        }
    }

    /// Counts one out that was counted in with this state.
    pub fn remove(&mut self, state: Option<State>) {
        if let Some(state) = state {
            let count = &mut self.0[Self::place(state)];
            *count = count.saturating_sub(1);
        }
    }

    pub fn of(&self, state: State) -> u64 {
        self.0[Self::place(state)]
    }

    /// How many have a state.
    pub fn known(&self) -> u64 {
        self.0.iter().sum()
    }

    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    fn place(state: State) -> usize {
        State::ALL
            .iter()
            .position(|of| *of == state)
            .unwrap_or_default()
    }

    /// `12 active, 400 stale`; empty where nothing is known.
    pub fn text(&self) -> String {
        let some = State::ALL.iter().filter(|state| self.of(**state) > 0);
        let words: Vec<String> = some
            .map(|state| format!("{} {}", human::count(self.of(*state)), state.word()))
            .collect();
        words.join(", ")
    }
}

/// Whether a bucket has a rule that ends uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Guard {
    /// Nobody has asked yet.
    #[default]
    Unasked,
    /// Every upload, at the latest after so many days.
    Whole(u32),
    /// Only under so many prefixes.
    Prefixes(usize),
    /// None: orphans stay until somebody ends them.
    Missing,
    /// The right to look is missing.
    Denied,
    /// The service has no such rules.
    Unsupported,
    /// It could not be asked.
    Failed,
}

impl Guard {
    /// What a configuration guards.
    pub fn of(configuration: &Configuration) -> Self {
        match configuration.cover() {
            Cover::Whole(days) => Self::Whole(days),
            Cover::Prefixes(prefixes) => Self::Prefixes(prefixes.len()),
            Cover::None => Self::Missing,
        }
    }

    /// The word for it in machine output; `None`: nobody asked.
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Unasked => return None,
            Self::Whole(_) => "whole",
            Self::Prefixes(_) => "prefixes",
            Self::Missing => "none",
            Self::Denied => "denied",
            Self::Unsupported => "unsupported",
            Self::Failed => "failed",
        })
    }

    /// Days until the rule for the whole bucket ends an upload.
    pub const fn days(self) -> Option<u32> {
        match self {
            Self::Whole(days) => Some(days),
            _ => None,
        }
    }

    /// At most 11 cells for people.
    pub fn text(self) -> String {
        match self {
            Self::Unasked => "…".to_owned(),
            Self::Whole(days) => format!("✓ {days} d"),
            Self::Prefixes(1) => "1 prefix".to_owned(),
            Self::Prefixes(count) => format!("{} prefixes", human::count(count as u64)),
            Self::Missing => "no rule".to_owned(),
            Self::Denied | Self::Failed => "unknown".to_owned(),
            Self::Unsupported => "no support".to_owned(),
        }
    }
}

/// How far a bucket's uploads are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Listed {
    /// Not yet, or not to its end.
    #[default]
    Unfinished,
    Whole,
    /// The right to list is missing.
    Denied,
    /// It ended early.
    Failed,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holding {
    pub bucket: String,
    pub region: Option<String>,
    pub listed: Listed,
    pub tally: Tally,
    pub mix: Mix,
    pub guard: Guard,
}

impl Holding {
    /// `≈ $78.71`, `≥ $78.71` where there may be more, or that it is not known.
    pub fn cost_text(&self) -> String {
        match self.listed {
            Listed::Whole if self.tally.rows == 0 => "$0".to_owned(),
            Listed::Whole => cost_text(&self.tally),
            _ if self.tally.rows == 0 => "unknown".to_owned(),
            _ => cost_text(&self.tally).replacen('≈', "≥", 1),
        }
    }

    /// What it holds, or why that is not known.
    pub fn held_text(&self) -> String {
        match self.listed {
            Listed::Denied if self.tally.rows == 0 => "denied".to_owned(),
            Listed::Failed if self.tally.rows == 0 => "failed".to_owned(),
            Listed::Unfinished if self.tally.rows == 0 => "unknown".to_owned(),
            Listed::Whole => self.tally.bytes_text(),
            _ => {
                let text = self.tally.bytes_text();
                // Everything that was found is sized, but not everything was found.
                if self.tally.at_least() {
                    text
                } else {
                    format!("≥ {text}")
                }
            }
        }
    }

    /// `1,204`, `≥ 1,204` where there may be more; `None` where nothing is known.
    pub fn uploads_text(&self) -> Option<String> {
        let rows = human::count(self.tally.rows);
        match self.listed {
            Listed::Whole => Some(rows),
            _ if self.tally.rows == 0 => None,
            _ => Some(format!("≥ {rows}")),
        }
    }
}

fn cost_text(tally: &Tally) -> String {
    if tally.rows > 0 && tally.sized + tally.partial == 0 {
        return "unknown".to_owned();
    }
    let dollars = human::dollars(tally.monthly());
    if tally.at_least() {
        dollars.replacen('≈', "≥", 1)
    } else {
        dollars
    }
}

/// What buckets are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rank {
    #[default]
    Cost,
    Held,
    Uploads,
    Oldest,
    Name,
}

impl Rank {
    /// All, in the order in which they are gone through.
    pub const ALL: [Self; 5] = [
        Self::Cost,
        Self::Held,
        Self::Uploads,
        Self::Oldest,
        Self::Name,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Held => "held",
            Self::Uploads => "uploads",
            Self::Oldest => "oldest",
            Self::Name => "name",
        }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|of| *of == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// Puts the greatest first; what is equal goes on by uploads, then by name.
pub fn rank(holdings: &mut [Holding], by: Rank) {
    let rest = |of: &Holding| (Reverse(of.tally.rows), of.bucket.clone());
    match by {
        Rank::Cost => holdings.sort_by(|a, b| {
            let cost = |of: &Holding| of.tally.monthly();
            cost(b)
                .total_cmp(&cost(a))
                .then_with(|| rest(a).cmp(&rest(b)))
        }),
        Rank::Held => holdings.sort_by_cached_key(|of| (Reverse(of.tally.bytes), rest(of))),
        Rank::Uploads => holdings.sort_by_cached_key(rest),
        // Without an upload there is no oldest one.
        Rank::Oldest => {
            holdings
                .sort_by_cached_key(|of| (of.tally.oldest.is_none(), of.tally.oldest, rest(of)));
        }
        Rank::Name => holdings.sort_by_cached_key(|of| of.bucket.clone()),
    }
}

/// The sum of all buckets: whole where each of them is listed to its end.
pub fn total(holdings: &[Holding]) -> Holding {
    let mut sum = Holding {
        listed: Listed::Whole,
        ..Holding::default()
    };
    for holding in holdings {
        sum.tally.merge(&holding.tally);
        sum.mix.merge(&holding.mix);
        if holding.listed != Listed::Whole {
            sum.listed = Listed::Unfinished;
        }
    }
    sum
}

/// How many are listed to their end.
pub fn listed_whole(holdings: &[Holding]) -> usize {
    let whole = holdings.iter().filter(|of| of.listed == Listed::Whole);
    whole.count()
}

/// Where and when figures were taken, for the head of a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub at: Timestamp,
    /// Profile, endpoint and region, as far as there are any, and what the figures are restricted to.
    pub origin: String,
}

/// A summary in Markdown, to be pasted into a ticket. Honest about what was not looked at.
pub fn markdown(holdings: &[Holding], taken: &Taken) -> String {
    let sum = total(holdings);
    let rows = sum.uploads_text();
    let plural = if sum.tally.rows == 1 { "" } else { "s" };
    let mut text = format!(
        "### Multipart uploads in progress\n\n{}: {} upload{plural} in {}, {} held, {} a month.\n",
        cell(&format!("{}, {}", taken.origin, human::utc(taken.at))),
        rows.as_deref().unwrap_or("unknown"),
        counted(holdings.len() as u64, "bucket"),
        sum.held_text(),
        sum.cost_text(),
    );
    if sum.tally.at_least() {
        let _ = writeln!(text, "{}: there may be more.", sum.tally.sized_text());
    }
    let unlisted = holdings.iter().filter(|of| of.listed != Listed::Whole);
    let unlisted: Vec<String> = unlisted.map(|of| cell(&of.bucket)).collect();
    if !unlisted.is_empty() {
        let _ = writeln!(text, "Not listed to the end: {}.", unlisted.join(", "));
    }
    text.push_str(
        "\n| bucket | held | uploads | oldest | states | cost/month | abort rule |\n\
         |---|---:|---:|---|---|---:|---|\n",
    );
    for holding in holdings {
        let uploads = holding
            .uploads_text()
            .unwrap_or_else(|| match holding.listed {
                Listed::Denied => "denied".to_owned(),
                _ => "unknown".to_owned(),
            });
        let oldest = holding.tally.oldest.map_or("–".to_owned(), human::utc);
        let _ = writeln!(
            text,
            "| {} | {} | {uploads} | {oldest} | {} | {} | {} |",
            cell(&holding.bucket),
            holding.held_text(),
            holding.mix.text(),
            holding.cost_text(),
            guard_cell(holding.guard),
        );
    }
    if sum.mix.known() > 0 {
        let _ = writeln!(text, "\nAll together: {}.", sum.mix.text());
    }
    let open = holdings.iter().filter(|of| of.guard == Guard::Missing);
    let open: Vec<String> = open.map(|of| cell(&of.bucket)).collect();
    if !open.is_empty() {
        let _ = writeln!(
            text,
            "\nWithout a rule that aborts incomplete uploads, so that they gather again: {}.",
            open.join(", ")
        );
    }
    text.push_str("\nCosts are estimates from list prices.\n");
    text
}

fn counted(count: u64, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {word}{plural}", human::count(count))
}

fn guard_cell(guard: Guard) -> String {
    match guard {
        Guard::Unasked => "not asked".to_owned(),
        Guard::Missing => "**none**".to_owned(),
        Guard::Whole(days) => format!("after {days} d"),
        guard => guard.text(),
    }
}

/// Text that steers neither a terminal nor a table.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    for character in escape(text).chars() {
        if matches!(
            character,
            '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '\\'
        ) {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::super::cost::Prices;
    use super::super::tally::Weight;
    use super::super::{Extent, Measure};
    use super::*;

    fn holding(bucket: &str, sizes: &[Option<u64>], guard: Guard) -> Holding {
        let prices = Prices {
            fallback: 0.02,
            ..Prices::default()
        };
        let mut holding = Holding {
            bucket: bucket.to_owned(),
            listed: Listed::Whole,
            guard,
            ..Holding::default()
        };
        for (index, size) in sizes.iter().enumerate() {
            let extent = |bytes| Extent {
                bytes,
                parts: 1,
                ..Extent::default()
            };
            let weight = Weight {
                initiated: Some(Timestamp::from_secs(
                    1_790_000_000 + i64::try_from(index).unwrap(),
                )),
                storage_class: None,
                measure: size.map_or(Measure::Unknown, |bytes| Measure::Exact(extent(bytes))),
            };
            holding.tally.add(weight, &prices);
            holding.mix.add(size.map(|_| State::Stale));
        }
        holding
    }

    fn names(holdings: &[Holding]) -> Vec<&str> {
        holdings.iter().map(|of| of.bucket.as_str()).collect()
    }

    #[test]
    fn the_dearest_comes_first_and_equal_ones_by_uploads_then_by_name() {
        let mut all = vec![
            holding("b", &[], Guard::Missing),
            holding("a", &[], Guard::Missing),
            holding("many", &[None, None], Guard::Missing),
            holding("dear", &[Some(1 << 40)], Guard::Missing),
        ];
        rank(&mut all, Rank::Cost);
        assert_eq!(names(&all), ["dear", "many", "a", "b"]);
        rank(&mut all, Rank::Name);
        assert_eq!(names(&all), ["a", "b", "dear", "many"]);
        rank(&mut all, Rank::Oldest);
        assert_eq!(names(&all)[2..], ["a", "b"]);
        let through = Rank::ALL.iter().fold(Rank::Cost, |of, _| of.next());
        assert_eq!(through, Rank::Cost);
    }

    #[test]
    fn a_sum_of_which_a_bucket_is_missing_is_no_whole() {
        let whole = holding("a", &[Some(1 << 30)], Guard::Missing);
        let mut sum = total(std::slice::from_ref(&whole));
        assert_eq!(sum.held_text(), "1.00 GiB");
        assert_eq!(sum.cost_text(), "≈ $0.02");
        let mut denied = holding("b", &[], Guard::Denied);
        denied.listed = Listed::Denied;
        let all = [whole, denied];
        assert_eq!(listed_whole(&all), 1);
        sum = total(&all);
        assert_eq!(sum.held_text(), "≥ 1.00 GiB");
        assert_eq!(sum.cost_text(), "≥ $0.02");
        assert_eq!(sum.uploads_text().as_deref(), Some("≥ 1"));
        let nothing = total(&all[1..]);
        assert_eq!(nothing.held_text(), "unknown");
        assert_eq!(nothing.uploads_text(), None);
    }

    #[test]
    fn a_summary_says_what_was_not_looked_at_and_what_will_fill_up_again() {
        let mut denied = holding("locked", &[], Guard::Denied);
        denied.listed = Listed::Denied;
        let all = [
            holding("me|dia", &[Some(1 << 40), None], Guard::Missing),
            holding("kept", &[Some(1 << 30)], Guard::Whole(7)),
            denied,
        ];
        let taken = Taken {
            at: Timestamp::from_secs(1_795_200_000),
            origin: "default, eu-west-1".to_owned(),
        };
        let text = markdown(&all, &taken);
        for part in [
            "default, eu-west-1, 2026-11-20 18:40 UTC: ≥ 3 uploads in 3 buckets, ≥ 1.00 TiB held, ≥ $20.50 a month.",
            "2 of 3 sized: there may be more.",
            "| me\\|dia | ≥ 1.00 TiB | 2 | 2026-09-21 14:13 UTC | 1 stale | ≥ $20.48 | **none** |",
            "| kept | 1.00 GiB | 1 | 2026-09-21 14:13 UTC | 1 stale | ≈ $0.02 | after 7 d |",
            "| locked | denied | denied | – |  | unknown | unknown |",
            "Not listed to the end: locked.",
            "All together: 2 stale.",
            "gather again: me\\|dia.",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        let rows = text.lines().filter(|line| line.starts_with('|'));
        for row in rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 8, "{row}");
        }
    }
}

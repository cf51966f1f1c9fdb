//! Running totals over rows, kept by adding and removing, never by counting again.
//!
//! Honest about what is not sized: a total of which anything is missing says so.

use super::cost::Prices;
use super::{Measure, Row, Subject, Timestamp, human};

/// What one row adds to a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight<'a> {
    pub initiated: Option<Timestamp>,
    pub storage_class: Option<&'a str>,
    pub measure: Measure,
}

impl<'a> From<&Subject<'a>> for Weight<'a> {
    fn from(subject: &Subject<'a>) -> Self {
        Self {
            initiated: subject.initiated,
            storage_class: subject.storage_class,
            measure: subject.measure,
        }
    }
}

impl<'a> From<&Row<'a>> for Weight<'a> {
    fn from(row: &Row<'a>) -> Self {
        Self {
            initiated: row.initiated(),
            storage_class: row.storage_class(),
            measure: row.measure(),
        }
    }
}

/// Totals of a set of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many rows.
    pub rows: u64,
    /// How many of them are sized in full.
    pub sized: u64,
    /// How many are sized in part.
    pub partial: u64,
    /// How many may not be sized.
    pub denied: u64,
    /// Bytes of what is sized, in full or in part.
    pub bytes: u64,
    /// How many of them are marked; kept for what rows are grouped into, else none.
    pub marked: u64,
    /// The oldest initiation. After a removal it may be of a row that left, until it is renewed.
    pub oldest: Option<Timestamp>,
    /// In whole billionths of a dollar, so that removing takes away exactly what adding gave.
    nanodollars: u64,
    oldest_left: bool,
}

const NANO: f64 = 1e9;

fn nanodollars(weight: &Weight<'_>, prices: &Prices) -> u64 {
    let bytes = weight.measure.extent().map_or(0, |extent| extent.bytes);
    let nano = prices.monthly(weight.storage_class, bytes).max(0.0) * NANO;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "never negative; casts of floats saturate"
    )]
    let whole = nano.round() as u64;
    whole
}

/// A row's weight, its cost worked out once for all totals that count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    initiated: Option<Timestamp>,
    /// In full, in part, or denied.
    depth: [bool; 3],
    bytes: u64,
    nanodollars: u64,
    marked: bool,
}

impl Load {
    pub fn of<'a>(row: impl Into<Weight<'a>>, prices: &Prices) -> Self {
        let weight = row.into();
        let measure = &weight.measure;
        Self {
            initiated: weight.initiated,
            depth: [
                matches!(measure, Measure::Exact(_)),
                matches!(measure, Measure::AtLeast(_)),
                matches!(measure, Measure::Denied),
            ],
            bytes: measure.extent().map_or(0, |extent| extent.bytes),
            nanodollars: nanodollars(&weight, prices),
            marked: false,
        }
    }

    /// The same of a row that is marked, or is not.
    #[must_use]
    pub const fn marked(self, marked: bool) -> Self {
        Self { marked, ..self }
    }

    pub const fn initiated(&self) -> Option<Timestamp> {
        self.initiated
    }
}

impl Tally {
    /// Counts one row in.
    pub fn add<'a>(&mut self, row: impl Into<Weight<'a>>, prices: &Prices) {
        self.count_in(&Load::of(row, prices));
    }

    /// Counts one row out, which must weigh what it weighed when it was counted in.
    pub fn remove<'a>(&mut self, row: impl Into<Weight<'a>>, prices: &Prices) {
        self.count_out(&Load::of(row, prices));
    }

    /// As [`Tally::add`].
    pub fn count_in(&mut self, load: &Load) {
        self.rows += 1;
        let [sized, partial, denied] = load.depth.map(u64::from);
        self.sized += sized;
        self.partial += partial;
        self.denied += denied;
        self.marked += u64::from(load.marked);
        self.bytes = self.bytes.wrapping_add(load.bytes);
        self.nanodollars = self.nanodollars.wrapping_add(load.nanodollars);
        // What is as old as the one that left takes its place, which spares a search.
        self.oldest_left &= load.initiated.is_none() || load.initiated > self.oldest;
        self.oldest = match (self.oldest, load.initiated) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// As [`Tally::remove`].
    pub fn count_out(&mut self, load: &Load) {
        self.rows = self.rows.saturating_sub(1);
        let [sized, partial, denied] = load.depth.map(u64::from);
        self.sized = self.sized.saturating_sub(sized);
        self.partial = self.partial.saturating_sub(partial);
        self.denied = self.denied.saturating_sub(denied);
        self.marked = self.marked.saturating_sub(u64::from(load.marked));
        self.bytes = self.bytes.wrapping_sub(load.bytes);
        self.nanodollars = self.nanodollars.wrapping_sub(load.nanodollars);
        self.oldest_left |= load.initiated.is_some() && load.initiated == self.oldest;
        if self.rows == 0 {
            *self = Self::default();
        }
    }

    /// Adds the rows of `other`, which must not be counted here yet.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.sized += other.sized;
        self.partial += other.partial;
        self.denied += other.denied;
        self.marked += other.marked;
        self.bytes = self.bytes.wrapping_add(other.bytes);
        self.nanodollars = self.nanodollars.wrapping_add(other.nanodollars);
        self.oldest = match (self.oldest, other.oldest) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.oldest_left |= other.oldest_left;
    }

    /// Whether the oldest row left, so that [`Tally::renew_oldest`] is due.
    pub fn oldest_left(&self) -> bool {
        self.oldest_left
    }

    /// Finds the oldest again among the rows that are counted.
    pub fn renew_oldest(&mut self, initiated: impl Iterator<Item = Option<Timestamp>>) {
        self.oldest = initiated.flatten().min();
        self.oldest_left = false;
    }

    /// Whether there are, or may be, more bytes than [`Tally::bytes`].
    pub fn at_least(&self) -> bool {
        self.sized < self.rows
    }

    /// How many rows can still be sized.
    pub fn unsized_rows(&self) -> u64 {
        self.rows.saturating_sub(self.sized + self.denied)
    }

    /// US dollars per month for [`Tally::bytes`], an estimate.
    pub fn monthly(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let nano = self.nanodollars as f64;
        nano / NANO
    }

    /// `214 of 12,431 sized`.
    pub fn sized_text(&self) -> String {
        format!(
            "{} of {} sized",
            human::count(self.sized),
            human::count(self.rows)
        )
    }

    /// `3.42 TiB`; `≥ 3.42 TiB` when not everything is sized; `unknown` when nothing is.
    pub fn bytes_text(&self) -> String {
        if self.rows > 0 && self.sized + self.partial == 0 {
            "unknown".to_owned()
        } else if self.at_least() {
            format!("≥ {}", human::size(self.bytes))
        } else {
            human::size(self.bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Extent;
    use super::*;

    fn prices() -> Prices {
        Prices {
            storage: [("COLD".to_owned(), 0.01)].into(),
            fallback: 0.02,
            list_requests: 0.005,
            ..Prices::default()
        }
    }

    fn weight(measure: Measure) -> Weight<'static> {
        Weight {
            initiated: Some(Timestamp::from_secs(5)),
            storage_class: Some("COLD"),
            measure,
        }
    }

    fn extent(bytes: u64) -> Extent {
        Extent {
            bytes,
            parts: 1,
            ..Extent::default()
        }
    }

    #[test]
    fn a_total_says_what_it_lacks() {
        let mut tally = Tally::default();
        assert_eq!(tally.bytes_text(), "0 B");
        tally.add(weight(Measure::Unknown), &prices());
        assert_eq!(tally.bytes_text(), "unknown");
        tally.add(weight(Measure::Exact(extent(1 << 30))), &prices());
        assert_eq!(tally.bytes_text(), "≥ 1.00 GiB");
        assert_eq!(tally.sized_text(), "1 of 2 sized");
        tally.remove(weight(Measure::Unknown), &prices());
        assert_eq!(tally.bytes_text(), "1.00 GiB");
        assert!((tally.monthly() - 0.01).abs() < 1e-9);
    }

    #[test]
    fn taking_everything_out_leaves_nothing() {
        let weights = [
            weight(Measure::Unknown),
            weight(Measure::AtLeast(extent(123_456_789))),
            weight(Measure::Exact(extent(987_654_321))),
            weight(Measure::Denied),
        ];
        let mut tally = Tally::default();
        for one in weights {
            tally.add(one, &prices());
        }
        assert!(tally.monthly() > 0.0);
        for one in weights {
            tally.remove(one, &prices());
        }
        assert_eq!(tally, Tally::default());
    }
}

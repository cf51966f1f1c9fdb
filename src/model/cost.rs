//! What held bytes and requests cost, always an estimate: prices differ by region and vendor.

use std::collections::{BTreeMap, BTreeSet};

use super::human;
use super::provider::Provider;

/// US dollars; see `assets/prices.toml` for where they come from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prices {
    /// Storage class → US dollars per GiB and month at which *parts* of that class are billed.
    pub storage: BTreeMap<String, f64>,
    /// For a class that the table does not know, and for uploads that name none.
    pub fallback: f64,
    /// US dollars per 1,000 LIST-tier requests (`ListParts`).
    pub list_requests: f64,
    /// Storage class → US dollars per 1,000 PUT-tier requests (create, part, complete, put).
    pub put_requests: BTreeMap<String, f64>,
    /// For a class that `put_requests` does not know, and where none is named.
    pub put_fallback: f64,
    /// The classes whose storage price the person set, `fallback` among them: no provider's price goes before.
    pub own: BTreeSet<String>,
}

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// Classes whose uploads are staged in S3 Standard: only their complete is billed at their own rate.
///
/// Source: S3 User Guide, "Uploading and copying objects using multipart upload", on pricing.
const STAGED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

impl Prices {
    /// The same where a provider's own prices are known, unless the person set them.
    #[must_use]
    pub fn with(&self, provider: &Provider) -> Self {
        let mut prices = self.clone();
        for (class, rate) in &provider.prices {
            let name = if class.is_empty() { "fallback" } else { class };
            if self.own.contains(name) {
                continue;
            }
            if !class.is_empty() {
                prices.storage.insert(class.clone(), rate.dollars());
                continue;
            }
            prices.fallback = rate.dollars();
            // The classes of another vendor mean nothing here.
            prices
                .storage
                .retain(|class, _| self.own.contains(class) || provider.prices.contains_key(class));
        }
        prices
    }

    /// US dollars per month for `bytes` of `class`.
    pub fn monthly(&self, class: Option<&str>, bytes: u64) -> f64 {
        let rate = class
            .and_then(|class| self.storage.get(class))
            .copied()
            .unwrap_or(self.fallback);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let gib = bytes as f64 / GIB;
        gib * rate
    }

    /// US dollars for `requests` listings.
    pub fn listing(&self, requests: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let thousands = requests as f64 / 1000.0;
        thousands * self.list_requests
    }

    /// `≈ $0.31 of $0.50`: what `requests` listings cost so far and in the end; `None` where they cost nothing.
    pub fn spent_text(&self, so_far: u64, expected: Option<u64>) -> Option<String> {
        if so_far == 0 || self.list_requests <= 0.0 {
            return None;
        }
        let spent = human::dollars(self.listing(so_far));
        let all = expected.filter(|all| *all > so_far);
        let all = all.map(|all| human::dollars(self.listing(all)));
        Some(match all {
            Some(all) if all != spent => {
                let all = all.trim_start_matches("≈ ");
                format!("{spent} of {all}")
            }
            _ => spent,
        })
    }

    /// US dollars for `requests` of the PUT tier on objects of `class`.
    pub fn requests(&self, class: Option<&str>, requests: u64) -> f64 {
        let rate = class
            .and_then(|class| self.put_requests.get(class))
            .copied()
            .unwrap_or(self.put_fallback);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let thousands = requests as f64 / 1000.0;
        thousands * rate
    }

    /// US dollars for the requests of an upload of so many parts: its create, its parts, its complete.
    pub fn multipart(&self, class: Option<&str>, parts: u64) -> f64 {
        let staged = class.filter(|class| !STAGED.contains(class));
        self.requests(staged, parts + 1) + self.requests(class, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_class_costs_the_fallback() {
        let prices = Prices {
            storage: BTreeMap::from([("STANDARD_IA".to_owned(), 0.0125)]),
            fallback: 0.023,
            list_requests: 0.005,
            ..Prices::default()
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(prices.monthly(Some("STANDARD_IA"), 1 << 40), 12.8));
        assert!(close(prices.monthly(Some("COLD"), 1 << 30), 0.023));
        assert!(close(prices.monthly(None, 1 << 30), 0.023));
        assert!(close(prices.listing(12_000), 0.06));
    }

    #[test]
    fn what_requests_cost_is_told_with_what_is_yet_to_come() {
        let prices = Prices {
            list_requests: 0.005,
            ..Prices::default()
        };
        let text = |so_far, expected| prices.spent_text(so_far, expected);
        assert_eq!(text(0, Some(100)), None);
        assert_eq!(text(10, Some(100)).as_deref(), Some("< $0.01"));
        assert_eq!(text(10, Some(10_000)).as_deref(), Some("< $0.01 of $0.05"));
        let half = text(62_000, Some(100_000));
        assert_eq!(half.as_deref(), Some("≈ $0.31 of $0.50"));
        assert_eq!(text(100_000, None).as_deref(), Some("≈ $0.50"));
        assert_eq!(Prices::default().spent_text(5, None), None);
    }

    #[test]
    fn a_providers_prices_count_unless_the_person_set_them() {
        use crate::model::provider::Rate;
        let prices = Prices {
            storage: BTreeMap::from([
                ("STANDARD".to_owned(), 0.023),
                ("GLACIER".to_owned(), 0.004),
                ("COLD".to_owned(), 0.5),
            ]),
            fallback: 0.023,
            own: BTreeSet::from(["COLD".to_owned()]),
            ..Prices::default()
        };
        let rate = Rate::from_dollars;
        let provider = Provider {
            prices: BTreeMap::from([
                (String::new(), rate(0.01)),
                ("COLD".to_owned(), rate(0.02)),
                ("ICE".to_owned(), rate(0.003)),
            ]),
            ..Provider::default()
        };
        let there = prices.with(&provider);
        let close = |class, price: f64| {
            let found = there.monthly(class, 1 << 30);
            assert!((found - price).abs() < 1e-9, "{class:?}: {found}");
        };
        close(Some("COLD"), 0.5);
        close(Some("ICE"), 0.003);
        close(Some("STANDARD"), 0.01);
        close(None, 0.01);
        assert_eq!(prices.with(&Provider::default()), prices);
    }

    #[test]
    fn only_the_complete_of_a_staged_class_costs_its_own_rate() {
        let prices = Prices {
            put_requests: BTreeMap::from([
                ("STANDARD_IA".to_owned(), 0.01),
                ("DEEP_ARCHIVE".to_owned(), 0.05),
            ]),
            put_fallback: 0.005,
            ..Prices::default()
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(prices.requests(None, 1000), 0.005));
        assert!(close(prices.multipart(None, 998), 0.005));
        assert!(close(prices.multipart(Some("STANDARD_IA"), 998), 0.01));
        let staged = 0.005 * 0.999 + 0.05 * 0.001;
        assert!(close(prices.multipart(Some("DEEP_ARCHIVE"), 998), staged));
    }
}

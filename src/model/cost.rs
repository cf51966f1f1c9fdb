//! What held bytes cost, always an estimate: prices differ by region and vendor.

use std::collections::BTreeMap;

/// US dollars; see `assets/prices.toml` for where they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    /// Storage class → US dollars per GiB and month at which *parts* of that class are billed.
    pub storage: BTreeMap<String, f64>,
    /// For a class that the table does not know, and for uploads that name none.
    pub fallback: f64,
    /// US dollars per 1,000 LIST-tier requests (`ListParts`).
    pub list_requests: f64,
}

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

impl Prices {
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
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(prices.monthly(Some("STANDARD_IA"), 1 << 40), 12.8));
        assert!(close(prices.monthly(Some("COLD"), 1 << 30), 0.023));
        assert!(close(prices.monthly(None, 1 << 30), 0.023));
        assert!(close(prices.listing(12_000), 0.06));
    }
}

//! How a file would be sent: its parts, their requests, what these cost. Pure.

use crate::model::cost::Prices;
use crate::model::plan::{self, Limits, Method, Plan, Refused};
use crate::model::send::Order;

/// How one file would be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// 0: in one piece. `None`: not known, a stream.
    pub parts: Option<u32>,
    /// Bytes of the first part.
    pub part_size: Option<u64>,
    /// The most bytes that fit.
    pub capacity: u64,
    /// Those that send something.
    pub requests: Option<u64>,
    /// US dollars for these.
    pub price: Option<f64>,
    pub plan: Plan,
}

/// Plans one file.
pub fn estimate(
    size: Option<u64>,
    order: &Order,
    limits: &Limits,
    prices: &Prices,
) -> Result<Estimate, Refused> {
    let plan = plan::plan(size, &order.wish, limits)?;
    let class = order.options.storage_class.as_deref();
    Ok(match plan.method {
        Method::Put { size } => Estimate {
            parts: Some(0),
            part_size: None,
            capacity: size,
            requests: Some(1),
            price: Some(prices.requests(class, 1)),
            plan,
        },
        Method::Parts(layout) => {
            let parts = layout.count();
            Estimate {
                parts,
                part_size: Some(layout.part_size),
                capacity: layout.capacity(),
                requests: parts.map(|parts| u64::from(parts) + 2),
                price: parts.map(|parts| prices.multipart(class, parts.into())),
                plan,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{GIB, MIB};
    use crate::model::send::Source;

    #[test]
    fn an_estimate_counts_parts_requests_and_money() {
        let prices = Prices {
            put_fallback: 0.005,
            ..Prices::default()
        };
        let limits = Limits::default();
        let mut order = Order::new(Source::Stdin, "b", "k");
        let at = |size, order: &Order| estimate(size, order, &limits, &prices);
        let large = at(Some(8 * GIB), &order).unwrap();
        assert_eq!((large.parts, large.requests), (Some(1024), Some(1026)));
        assert_eq!(large.part_size, Some(8 * MIB));
        assert_eq!(large.plan.memory, 64 * MIB);
        assert!((large.price.unwrap() - 0.00513).abs() < 1e-9);
        let small = at(Some(1), &order).unwrap();
        assert_eq!((small.parts, small.requests), (Some(0), Some(1)));
        let stream = at(None, &order).unwrap();
        assert_eq!((stream.parts, stream.requests), (None, None));
        assert!(stream.capacity > 5 << 40);
        order.wish.part_size = Some(5 * MIB);
        assert!(at(Some(100 * GIB), &order).is_err());
    }
}

//! What an upload will come to, told before it starts: parts, requests, their price, memory, and what is refused.

use std::sync::Arc;
use std::time::Duration;

use super::step::Picked;
use crate::model::cost::Prices;
use crate::model::human::{age, count, dollars, size, size_argument};
use crate::model::plan::{Limits, Method, Plan, Refused, Wish, plan};

/// What the provider allows and takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    pub limits: Limits,
    pub prices: Arc<Prices>,
    /// How long after its begin the provider ends an upload by itself.
    pub abort_after: Option<Duration>,
}

/// What will be done, in two lines; or why it cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forecast {
    /// How it goes.
    pub plan: String,
    /// What it takes; empty if that is not known yet.
    pub cost: String,
    pub refused: bool,
    /// The part size that would not be refused, as it is typed.
    pub fits: Option<String>,
}

/// US dollars for the requests of one file into a storage class; `None` where their number is not known.
fn request_price(prices: &Prices, class: Option<&str>, plan: &Plan) -> Option<f64> {
    match plan.method {
        Method::Put { .. } => Some(prices.requests(class, 1)),
        Method::Parts(layout) => Some(prices.multipart(class, u64::from(layout.count()?))),
    }
}

/// The requests that begin, carry and end a file.
fn requests(plan: &Plan) -> u64 {
    match plan.method {
        Method::Put { .. } => 1,
        Method::Parts(layout) => u64::from(layout.count().unwrap_or(0)) + 2,
    }
}

impl Forecast {
    /// Of these files and directories.
    pub fn of(picked: &[Picked], wish: &Wish, rules: &Rules, class: Option<&str>) -> Self {
        if picked.iter().any(|picked| picked.is_directory) {
            let what = if picked.len() == 1 { "it" } else { "them" };
            return Self {
                plan: format!("what is in {what} is counted when it starts"),
                cost: rules.deadline().unwrap_or_default(),
                ..Self::default()
            };
        }
        let mut plans = Vec::with_capacity(picked.len());
        for one in picked {
            match plan(one.size, wish, &rules.limits) {
                Ok(plan) => plans.push(plan),
                Err(refused) => {
                    let (why, fits) = told(&refused);
                    let why = match picked {
                        [_] => why,
                        _ => format!("{}: {why}", one.name()),
                    };
                    return Self {
                        fits,
                        ..Self::refuse(why)
                    };
                }
            }
        }
        Self {
            plan: way(&plans),
            cost: cost(&plans, rules, class),
            ..Self::default()
        }
    }

    /// Nothing can be started like this.
    pub const fn refuse(why: String) -> Self {
        Self {
            plan: why,
            cost: String::new(),
            refused: true,
            fits: None,
        }
    }
}

impl Rules {
    fn deadline(&self) -> Option<String> {
        let after = self.abort_after?;
        Some(format!("must end within {} (provider rule)", span(after)))
    }
}

/// `24 h` rather than `1 d`: as providers write it.
fn span(after: Duration) -> String {
    match after.as_secs() {
        86_400 => "24 h".to_owned(),
        _ => age(after),
    }
}

/// How these files go.
fn way(plans: &[Plan]) -> String {
    if let [only] = plans {
        return match only.method {
            Method::Put { size: bytes } => format!("one PutObject of {}", size(bytes)),
            Method::Parts(layout) => {
                let parts = u64::from(layout.count().unwrap_or(0));
                let at_once = match only.width {
                    1 => "one after the other".to_owned(),
                    width => format!("{} at once", count(width as u64)),
                };
                let part = size(layout.part_size.min(layout.total.unwrap_or(u64::MAX)));
                match parts {
                    1 => format!("one part of {part}"),
                    _ => format!("{} parts of {part}, {at_once}", count(parts)),
                }
            }
        };
    }
    let (mut whole, mut parts) = (0, 0);
    for plan in plans {
        match plan.method {
            Method::Put { .. } => whole += 1,
            Method::Parts(layout) => parts += u64::from(layout.count().unwrap_or(0)),
        }
    }
    let mut told = vec![format!("{} files", count(plans.len() as u64))];
    if parts > 0 {
        told.push(format!("{} parts", count(parts)));
    }
    if whole > 0 {
        let word = if whole == 1 {
            "PutObject"
        } else {
            "PutObjects"
        };
        told.push(format!("{} {word}", count(whole)));
    }
    told.join(" · ")
}

/// What these files take.
fn cost(plans: &[Plan], rules: &Rules, class: Option<&str>) -> String {
    let requests: u64 = plans.iter().map(requests).sum();
    let word = if requests == 1 { "request" } else { "requests" };
    let mut told = vec![format!("{} {word}", count(requests))];
    let prices = plans
        .iter()
        .map(|plan| request_price(&rules.prices, class, plan));
    if let (Some(price), Some(first)) = (prices.sum::<Option<f64>>(), told.first_mut()) {
        first.push_str(&format!(" {}", dollars(price)));
    }
    // One file after the other: the largest buffer is the only one.
    let memory = plans.iter().map(|plan| plan.memory).max().unwrap_or(0);
    told.push(format!("{} of memory", size(memory)));
    told.extend(rules.deadline());
    told.join(" · ")
}

/// The refusal in the form's words, and the part size that would do.
fn told(refused: &Refused) -> (String, Option<String>) {
    let text = refused.to_string();
    let why = text.split("; use --part-size").next().unwrap_or(&text);
    match refused {
        Refused::TooLarge { .. } => (why.to_owned(), None),
        Refused::PartTooSmall { fits, .. }
        | Refused::PartTooLarge { fits, .. }
        | Refused::TooManyParts { fits, .. } => {
            let fits = size_argument(*fits);
            (format!("{why}; a part size of {fits} fits"), Some(fits))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn file(size: u64) -> Picked {
        Picked {
            path: "/d/x.bin".into(),
            is_directory: false,
            size: Some(size),
        }
    }

    fn forecast(picked: &[Picked], part_size: Option<u64>) -> Forecast {
        let wish = Wish {
            part_size,
            ..Wish::default()
        };
        let prices = Prices {
            put_fallback: 0.1,
            ..Prices::default()
        };
        let rules = Rules {
            limits: Limits::default(),
            prices: Arc::new(prices),
            abort_after: Some(Duration::from_hours(24)),
        };
        Forecast::of(picked, &wish, &rules, None)
    }

    #[test]
    fn one_file_is_told_in_parts_requests_and_memory() {
        let told = forecast(&[file(12 << 30)], None);
        assert_eq!(told.plan, "1,536 parts of 8.00 MiB, 8 at once");
        assert_eq!(
            told.cost,
            "1,538 requests ≈ $0.15 · 64.0 MiB of memory · must end within 24 h (provider rule)"
        );
        let small = forecast(&[file(10 * MIB)], None);
        assert_eq!(small.plan, "one PutObject of 10.0 MiB");
        assert!(
            small
                .cost
                .starts_with("1 request < $0.01 · 10.0 MiB of memory")
        );
        let fits = forecast(&[file(3 * MIB)], Some(16 * MIB));
        assert_eq!(fits.plan, "one PutObject of 3.00 MiB");
        let single = forecast(&[file(100 * MIB)], Some(128 * MIB));
        assert_eq!(single.plan, "one part of 100 MiB");
    }

    #[test]
    fn several_files_are_summed_up_and_directories_counted_later() {
        let told = forecast(&[file(1 << 30), file(MIB), file(1 << 30)], None);
        assert_eq!(told.plan, "3 files · 256 parts · 1 PutObject");
        assert!(
            told.cost
                .starts_with("261 requests ≈ $0.03 · 64.0 MiB of memory")
        );
        let mut folder = file(0);
        folder.is_directory = true;
        let told = forecast(&[folder], None);
        assert_eq!(told.plan, "what is in it is counted when it starts");
        assert!(!told.refused);
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_would() {
        let told = forecast(&[file(100 << 30)], Some(5 * MIB));
        assert!(told.refused);
        assert_eq!(
            told.plan,
            "100 GiB in parts of 5.00 MiB are 20,480 parts, and 10,000 are allowed; a part size of 11MiB fits"
        );
        let several = forecast(&[file(MIB), file(60 << 40)], None);
        assert!(several.plan.starts_with("x.bin: 60.0 TiB is more than"));
    }
}

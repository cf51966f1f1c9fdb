//! The filter that lets exactly one group of a roll-up pass.

use crate::model::rollup::{AgeGroup, By};
use crate::model::{State, Timestamp};

/// Milliseconds.
const DAY: i64 = 86_400_000;

/// The terms that only uploads of this group pass; `None` where there are none: no filter tells what nobody has
/// sized yet, since that changes with a look.
pub fn of_group(by: By, name: Option<&str>, now: Timestamp) -> Option<String> {
    match by {
        By::Initiator => Some(text("initiator", name)),
        By::Class => Some(text("class", name)),
        By::State => Some(format!("state:{}", State::from_word(name?)?.word())),
        By::Age => Some(age(AgeGroup::of_word(name), now)),
        By::Prefix(_) | By::Bucket => None,
    }
}

/// The field is this text. Where there is none, nothing matches.
fn text(field: &str, name: Option<&str>) -> String {
    let Some(name) = name else {
        return format!("-{field}~^");
    };
    // Several classes may be named with commas, and are told in upper or lower case.
    let is_list = field == "class" && name.contains([',', '\'', '"']);
    let folds = field == "class" && name.contains(|c: char| c.is_ascii_lowercase());
    if is_list || folds || (name.contains('\'') && name.contains('"')) {
        let escaped = regex::escape(name).replace('"', "\\x22");
        return format!("{field}~\"^{escaped}$\"");
    }
    let is_plain =
        !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "'\"".contains(c));
    match () {
        () if is_plain => format!("{field}={name}"),
        () if name.contains('\'') => format!("{field}=\"{name}\""),
        () => format!("{field}='{name}'"),
    }
}

/// By dates: what is typed today means the same tomorrow.
fn age(group: AgeGroup, now: Timestamp) -> String {
    let day = |ago: i64| {
        let day = now.utc_day().saturating_sub(ago);
        let text = Timestamp::from_millis(day.saturating_mul(DAY)).rfc3339();
        text.split('T').next().unwrap_or_default().to_owned()
    };
    let between = |first: i64, last: i64| format!("began>={} began<={}", day(last), day(first));
    match group {
        AgeGroup::Today => format!("began>={}", day(0)),
        AgeGroup::Days => between(1, 6),
        AgeGroup::Weeks => between(7, 29),
        AgeGroup::Months => between(30, 89),
        AgeGroup::Quarters => between(90, 364),
        AgeGroup::Years => format!("began<={}", day(365)),
        AgeGroup::Unknown => "began:unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Extent, Filter, Measure, Moment, Subject, Thresholds, Upload};

    use super::*;

    #[test]
    fn the_filter_of_a_group_lets_exactly_its_uploads_pass() {
        let now = Timestamp::from_rfc3339("2026-11-20T12:00:00Z").unwrap();
        let moment = Moment {
            now,
            thresholds: Thresholds::default(),
        };
        let names = [
            None,
            Some(""),
            Some("svc"),
            Some("svc-b"),
            Some("a b"),
            Some("it's"),
            Some("\"it's\" (x|y)"),
            Some("a,b"),
            Some("'a"),
            Some("STANDARD"),
        ];
        let days = [-1, 0, 1, 6, 7, 29, 30, 89, 90, 364, 365, 3_000];
        let begun = days.map(|days| Some(Timestamp::from_millis(now.millis() - days * DAY)));
        let midnights = days.map(|days| Some(Timestamp::from_millis((now.utc_day() - days) * DAY)));
        let mut uploads = Vec::new();
        for (index, initiated) in [None].into_iter().chain(begun).chain(midnights).enumerate() {
            let name = names[index % names.len()].map(ToOwned::to_owned);
            let extent = Extent {
                parts: u32::try_from(index % 2).unwrap(),
                last_part: initiated,
                ..Extent::default()
            };
            let upload = Upload {
                key: index.to_string(),
                initiated,
                initiator: name.clone(),
                storage_class: name,
                ..Upload::default()
            };
            uploads.push((upload, Measure::Exact(extent)));
        }
        let subjects: Vec<Subject<'_>> = uploads
            .iter()
            .map(|(upload, measure)| Subject::of("b", upload, *measure))
            .collect();
        for by in [By::Initiator, By::Class, By::Age, By::State] {
            for one in &subjects {
                let name = by.name(one, &moment);
                let term = of_group(by, name, now).unwrap();
                let filter = Filter::parse(&term).unwrap_or_else(|why| panic!("{term}: {why}"));
                for other in &subjects {
                    let belongs = by.name(other, &moment) == name;
                    assert_eq!(
                        filter.eval(other, &moment),
                        Some(belongs),
                        "{term} {other:?}"
                    );
                }
            }
        }
        assert_eq!(of_group(By::State, None, now), None);
        let weeks = of_group(By::Age, Some("7-29d"), now).unwrap();
        assert_eq!(weeks, "began>=2026-10-22 began<=2026-11-13");
    }
}

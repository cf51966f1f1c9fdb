//! When an upload is ended by the service, a lifecycle rule of its bucket, or the provider.
//!
//! Knows neither who asked for the rules nor how dates are shown.

use std::sync::Arc;
use std::time::Duration;

use super::Timestamp;
use super::provider::Provider;

const DAY: Duration = Duration::from_hours(24);

/// A lifecycle rule that makes uploads eligible for abort.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AbortRule {
    /// May be empty: S3 makes one up, others do not.
    pub id: String,
    /// Empty: the whole bucket.
    pub prefix: String,
    /// Days after initiation; at least 1.
    pub days: u32,
}

impl AbortRule {
    /// The midnight (UTC) after the days have passed. Source: S3 User Guide, "Lifecycle rules: based on an
    /// object's age", which rounds up to the next day.
    pub fn due(&self, initiated: Timestamp) -> Timestamp {
        let due = initiated.plus(DAY.saturating_mul(self.days)).millis();
        let day = 86_400_000;
        Timestamp::from_millis((due.div_euclid(day) + 1).saturating_mul(day))
    }
}

/// Who sets a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// The service said so for this very upload (`x-amz-abort-date`).
    Service,
    /// The bucket's lifecycle rule of this ID.
    Rule(String),
    /// The provider's own rule.
    Provider,
}

/// A deadline and who sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    pub at: Timestamp,
    pub source: Source,
}

/// All rules that can end an upload of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// How long after initiation the provider itself ends it.
    pub provider: Option<Duration>,
    /// The bucket's own, as far as they are known.
    pub bucket: Arc<[AbortRule]>,
}

impl Rules {
    /// Those of a provider and, once they are known, of the bucket: for a default that the bucket's rules stand in
    /// for they are all there is.
    pub fn of(provider: &Provider, bucket: Option<Arc<[AbortRule]>>) -> Self {
        let replaced = provider.rules_replace_it && bucket.is_some();
        Self {
            provider: provider.abort_after.filter(|_| !replaced),
            bucket: bucket.unwrap_or_default(),
        }
    }

    /// When an upload of this key ends. What the service says of the very upload counts before any rule; else
    /// whoever is first.
    pub fn deadline(
        &self,
        key: &str,
        initiated: Option<Timestamp>,
        abort_date: Option<Timestamp>,
    ) -> Option<Deadline> {
        if let Some(at) = abort_date {
            let source = Source::Service;
            return Some(Deadline { at, source });
        }
        let initiated = initiated?;
        let rules = self
            .bucket
            .iter()
            .filter(|rule| key.starts_with(&rule.prefix));
        let first = rules.min_by_key(|rule| rule.due(initiated));
        let rule = first.map(|rule| Deadline {
            at: rule.due(initiated),
            source: Source::Rule(rule.id.clone()),
        });
        let provider = self.provider.map(|after| Deadline {
            at: initiated.plus(after),
            source: Source::Provider,
        });
        [rule, provider]
            .into_iter()
            .flatten()
            .min_by_key(|of| of.at)
    }

    /// The date alone, without a word for its source: for sorting a million rows.
    pub fn at(
        &self,
        key: &str,
        initiated: Option<Timestamp>,
        abort_date: Option<Timestamp>,
    ) -> Option<Timestamp> {
        if abort_date.is_some() {
            return abort_date;
        }
        let initiated = initiated?;
        let rules = self
            .bucket
            .iter()
            .filter(|rule| key.starts_with(&rule.prefix));
        let rule = rules.map(|rule| rule.due(initiated)).min();
        let provider = self.provider.map(|after| initiated.plus(after));
        rule.into_iter().chain(provider).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, prefix: &str, days: u32) -> AbortRule {
        AbortRule {
            id: id.to_owned(),
            prefix: prefix.to_owned(),
            days,
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    #[test]
    fn a_rule_is_due_at_the_midnight_after_its_days() {
        let due = |began| rule("r", "", 7).due(at(began)).rfc3339();
        assert_eq!(due("2026-11-01T00:00:00Z"), "2026-11-09T00:00:00Z");
        assert_eq!(due("2026-11-01T00:00:01Z"), "2026-11-09T00:00:00Z");
        assert_eq!(due("2026-11-01T23:59:59Z"), "2026-11-09T00:00:00Z");
    }

    #[test]
    fn a_default_is_replaced_by_the_rules_of_the_bucket_once_they_are_known() {
        let r2 = Provider {
            abort_after: Some(DAY * 7),
            rules_replace_it: true,
            ..Provider::default()
        };
        let began = Some(at("2026-11-01T10:00:00Z"));
        let days = |provider: &Provider, rules: Option<Vec<AbortRule>>| {
            let rules = Rules::of(provider, rules.map(Into::into));
            let until = rules.at("k", began, None)?;
            Some(until.since(began?).as_secs() / 86_400)
        };
        assert_eq!(days(&r2, None), Some(7));
        assert_eq!(days(&r2, Some(Vec::new())), None, "it was removed");
        assert_eq!(days(&r2, Some(vec![rule("r", "", 30)])), Some(30));
        let wasabi = Provider {
            rules_replace_it: false,
            ..r2
        };
        assert_eq!(days(&wasabi, Some(vec![rule("r", "", 30)])), Some(7));
    }

    #[test]
    fn the_service_counts_before_rules_and_the_first_rule_before_the_others() {
        let began = Some(at("2026-11-01T10:00:00Z"));
        let rules = Rules {
            provider: Some(DAY * 5),
            bucket: [rule("all", "", 7), rule("logs", "logs/", 1)].into(),
        };
        let of = |key, said| {
            let found = rules.deadline(key, began, said);
            assert_eq!(found.as_ref().map(|of| of.at), rules.at(key, began, said));
            found.map(|of| (of.at.rfc3339(), of.source))
        };
        let said = at("2027-01-01T00:00:00Z");
        assert_eq!(
            of("logs/a", Some(said)),
            Some((said.rfc3339(), Source::Service))
        );
        assert_eq!(
            of("logs/a", None),
            Some((
                "2026-11-03T00:00:00Z".to_owned(),
                Source::Rule("logs".to_owned())
            ))
        );
        assert_eq!(
            of("video", None),
            Some(("2026-11-06T10:00:00Z".to_owned(), Source::Provider))
        );
        assert_eq!(rules.deadline("video", None, None), None);
        assert_eq!(Rules::default().deadline("k", began, None), None);
    }
}

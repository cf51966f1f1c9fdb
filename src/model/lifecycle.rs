//! A bucket's lifecycle configuration as far as it concerns uploads. Knows no request and no screen.

use std::sync::Arc;

use super::deadline::AbortRule;

/// A configuration as the service gave it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The XML, word for word.
    pub body: String,
    /// `x-amz-transition-default-minimum-object-size` of the answer: a write without it would reset it.
    /// Source: API reference, PutBucketLifecycleConfiguration.
    pub default_minimum: Option<String>,
}

/// One rule of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Empty where there is none.
    pub id: String,
    pub enabled: bool,
    /// What it does and to what, in one sentence without its ID.
    pub words: String,
    /// It aborts uploads of this prefix: enabled, and with no other filter, since other filters do not go with it.
    pub abort: Option<AbortRule>,
}

/// A configuration that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// `None`: the bucket has none.
    pub document: Option<Document>,
    pub rules: Vec<Rule>,
}

impl Configuration {
    /// The rules that abort uploads.
    pub fn abort_rules(&self) -> Arc<[AbortRule]> {
        self.rules
            .iter()
            .filter_map(|rule| rule.abort.clone())
            .collect()
    }

    /// Whether orphans can gather, and where.
    pub fn cover(&self) -> Cover {
        let rules = self.abort_rules();
        let whole = rules.iter().filter(|rule| rule.prefix.is_empty());
        if let Some(days) = whole.map(|rule| rule.days).min() {
            Cover::Whole(days)
        } else if rules.is_empty() {
            Cover::None
        } else {
            Cover::Prefixes(rules.iter().map(|rule| rule.prefix.clone()).collect())
        }
    }
}

/// How much of a bucket its abort rules cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// All of it, at the latest after so many days.
    Whole(u32),
    /// Only what begins with these.
    Prefixes(Vec<String>),
    None,
}

/// A rule that is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// At least 1.
    pub days: u32,
    /// Empty: the whole bucket.
    pub prefix: String,
}

/// A change of the whole configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What was there when the change was made up; `None`: nothing.
    pub before: Option<Document>,
    pub after: Document,
}

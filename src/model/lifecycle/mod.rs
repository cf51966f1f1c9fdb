//! A bucket's lifecycle configuration as far as it concerns uploads: read, told in words, and changed so that
//! everything else in it stays as it is. Knows no request and no screen.

mod difference;
mod propose;
mod same;
mod tree;
mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::deadline::AbortRule;

pub use difference::{Line, Mark, difference};
pub use propose::{Plan, propose};
pub use same::same;

use tree::Element;

/// The root element of a configuration.
const ROOT: &str = "LifecycleConfiguration";

/// The most rules that a configuration may have. Source: API reference, `PutBucketLifecycleConfiguration`.
pub const MAX_RULES: usize = 1000;

/// Why a document is no lifecycle configuration, or why a change of one is not possible; one clause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoConfiguration(String);

impl NoConfiguration {
    fn new(why: &str) -> Self {
        Self(why.to_owned())
    }
}

/// A configuration as the service gave it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The XML, word for word.
    pub body: String,
    /// `x-amz-transition-default-minimum-object-size` of the answer: a write without it would reset it.
    /// Source: API reference, `PutBucketLifecycleConfiguration`.
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
    /// Reads a document; `None`: the bucket has none.
    ///
    /// # Errors
    /// What is no lifecycle configuration, or not a whole one, says why.
    pub fn read(document: Option<Document>) -> Result<Self, NoConfiguration> {
        let Some(document) = document else {
            return Ok(Self::default());
        };
        let root = root(&document.body)?;
        let rules = root.all("Rule").map(words::rule).collect();
        Ok(Self {
            document: Some(document),
            rules,
        })
    }

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

/// Whether some rules have a bare prefix and others a filter, which S3 refuses. Source: S3's answer
/// `InvalidRequest`, "Filter element can only be used in Lifecycle V2".
pub fn mixes_forms(body: &str) -> bool {
    root(body).is_ok_and(|root| {
        root.all("Rule").any(|rule| rule.child("Filter").is_some())
            && root
                .all("Rule")
                .any(|rule| rule.child("Filter").is_none() && rule.child("Prefix").is_some())
    })
}

/// The name of a document's root element; `None` for what is no XML.
pub fn kind_of(body: &str) -> Option<String> {
    let read = tree::parse(body).ok()?;
    Some(read.name)
}

/// The tree of a document that is a configuration.
fn root(body: &str) -> Result<Element, NoConfiguration> {
    let root = tree::parse(body)?;
    if root.name != ROOT {
        let name: String = root.name.chars().take(60).collect();
        return Err(NoConfiguration(format!(
            "it is a document of another kind ('{name}')"
        )));
    }
    Ok(root)
}

//! The documents of `mopup lifecycle` for machines.

use serde::Serialize;

use crate::cli::output::ErrorRecord;
use crate::model::lifecycle::{Configuration, Cover, Line, Mark};
use crate::protocol::Prevention;

/// A bucket's rules.
#[derive(Debug, Serialize)]
pub(super) struct Told<'a> {
    bucket: &'a str,
    /// `whole`, `prefixes`, `none`, `denied`, `unsupported`, `failed`.
    cover: &'static str,
    /// The days after which all uploads end, where they do.
    days: Option<u32>,
    /// The prefixes that rules cover, where they do not cover all.
    prefixes: Vec<String>,
    rules: Vec<Rule<'a>>,
    default_minimum_object_size: Option<&'a str>,
    /// The configuration as the service sent it; `null`: there is none.
    xml: Option<&'a str>,
    error: Option<ErrorRecord>,
}

#[derive(Debug, Serialize)]
struct Rule<'a> {
    id: &'a str,
    enabled: bool,
    words: &'a str,
    /// `null`: it ends no uploads.
    abort: Option<Abort<'a>>,
}

#[derive(Debug, Serialize)]
struct Abort<'a> {
    prefix: &'a str,
    days: u32,
}

impl<'a> Told<'a> {
    pub(super) fn new(bucket: &'a str, found: &'a Prevention) -> Self {
        let nothing = |cover, error| Self {
            bucket,
            cover,
            days: None,
            prefixes: Vec::new(),
            rules: Vec::new(),
            default_minimum_object_size: None,
            xml: None,
            error,
        };
        match found {
            Prevention::Known(configuration) => Self::known(bucket, configuration),
            Prevention::Denied(fault) => nothing("denied", Some(fault.into())),
            Prevention::Unsupported(fault) => nothing("unsupported", Some(fault.into())),
            Prevention::Failed(fault) => nothing("failed", Some(fault.into())),
        }
    }

    fn known(bucket: &'a str, configuration: &'a Configuration) -> Self {
        let (cover, days, prefixes) = match configuration.cover() {
            Cover::Whole(days) => ("whole", Some(days), Vec::new()),
            Cover::Prefixes(prefixes) => ("prefixes", None, prefixes),
            Cover::None => ("none", None, Vec::new()),
        };
        let document = configuration.document.as_ref();
        let rules = configuration.rules.iter().map(|rule| Rule {
            id: &rule.id,
            enabled: rule.enabled,
            words: &rule.words,
            abort: rule.abort.as_ref().map(|abort| Abort {
                prefix: &abort.prefix,
                days: abort.days,
            }),
        });
        Self {
            bucket,
            cover,
            days,
            prefixes,
            rules: rules.collect(),
            default_minimum_object_size: document.and_then(|of| of.default_minimum.as_deref()),
            xml: document.map(|of| of.body.as_str()),
            error: None,
        }
    }
}

/// What `set` did, or would do.
#[derive(Debug, Serialize)]
pub(super) struct Done<'a> {
    pub(super) bucket: &'a str,
    /// Whether the rules were written.
    pub(super) written: bool,
    pub(super) dry_run: bool,
    pub(super) words: &'a str,
    pub(super) remark: Option<&'a str>,
    /// Lines that begin with `+`, `-` or a blank.
    pub(super) difference: Vec<String>,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    /// What is there now.
    pub(super) now: Option<Told<'a>>,
    pub(super) error: Option<ErrorRecord>,
}

/// A line as it is printed.
pub(super) fn line(line: &Line) -> String {
    match line.mark {
        Mark::Words => format!("  ({})", line.text),
        mark => format!("{} {}", mark.sign(), line.text),
    }
}

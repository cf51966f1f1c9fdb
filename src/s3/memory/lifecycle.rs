//! The lifecycle document of a bucket, kept as it was put.

use std::collections::HashSet;

use super::{MemoryStore, Refusal};
use crate::model::deadline::AbortRule;
use crate::model::lifecycle::{Configuration, Document, MAX_RULES, mixes_forms};
use crate::protocol::{Fault, Operation};

/// A lifecycle configuration: the document as it was put, and what it says of uploads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifecycle {
    pub document: Document,
    pub abort_rules: Vec<AbortRule>,
}

const MALFORMED: Refusal = Refusal::invalid(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
);
const TWICE: Refusal = Refusal::invalid(
    "InvalidArgument",
    "Rule ID must be unique. Found same ID for more than one rule",
);
const MIXED: Refusal = Refusal::invalid(
    "InvalidRequest",
    "Filter element can only be used in Lifecycle V2.",
);

impl Lifecycle {
    /// What S3 takes, read; in its own words what it does not.
    fn of(document: &Document) -> Result<Self, Refusal> {
        let read = Configuration::read(Some(document.clone())).map_err(|_| MALFORMED)?;
        if read.rules.is_empty() || read.rules.len() > MAX_RULES {
            return Err(MALFORMED);
        }
        let ids = || read.rules.iter().filter(|rule| !rule.id.is_empty());
        let different: HashSet<_> = ids().map(|rule| &rule.id).collect();
        if different.len() < ids().count() {
            return Err(TWICE);
        }
        if mixes_forms(&document.body) {
            return Err(MIXED);
        }
        Ok(Self {
            document: document.clone(),
            abort_rules: read.abort_rules().to_vec(),
        })
    }
}

impl MemoryStore {
    /// The lifecycle configuration. `NoSuchLifecycleConfiguration`.
    pub fn lifecycle(&self, bucket: &str) -> Result<Document, Fault> {
        self.within(Operation::GetLifecycle, bucket, "", |contents| {
            let lifecycle = contents.lifecycle.as_ref();
            lifecycle
                .map(|of| of.document.clone())
                .ok_or(Refusal::NO_LIFECYCLE)
        })
    }

    /// Replaces the whole lifecycle configuration, or removes it. `MalformedXML`, `InvalidArgument`,
    /// `InvalidRequest`.
    pub fn set_lifecycle(&self, bucket: &str, document: Option<&Document>) -> Result<(), Fault> {
        self.within(Operation::PutLifecycle, bucket, "", |contents| {
            contents.lifecycle = document.map(Lifecycle::of).transpose()?;
            Ok(())
        })
    }
}

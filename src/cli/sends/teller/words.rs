//! One line for people on what became of a file.

use std::fmt::Write as _;

use crate::cli::output::sentence;
use crate::model::human::{self, escape};
use crate::model::send::{StoredObject, Verdict};
use crate::protocol::{Fault, Sent, SentOutcome};

fn address(sent: &Sent) -> String {
    format!("s3://{}/{}", escape(&sent.bucket), escape(&sent.key))
}

/// One line on what became of a file.
pub(super) fn line(sent: &Sent) -> String {
    let address = address(sent);
    let source = sent.source.shown();
    let source = escape(&source);
    match &sent.outcome {
        SentOutcome::Stored(object) => stored(&address, sent, object),
        SentOutcome::Existed => {
            format!("existed  {address}  {source} has the same size and was left alone")
        }
        SentOutcome::Kept { stored } => {
            let size = human::size(*stored);
            format!("kept  {address}  {size} stored; {}", go_on(sent))
        }
        SentOutcome::NotBegun => format!("not begun  {address}  {source}"),
        SentOutcome::Aborted { freed } => {
            format!("aborted  {address}  {} freed", human::size(*freed))
        }
        SentOutcome::Failed { fault, .. } => failed(sent, fault),
    }
}

fn stored(address: &str, sent: &Sent, object: &StoredObject) -> String {
    let size = human::size(object.size);
    let parts = match (&sent.upload_id, object.parts) {
        (None, _) => "in one piece".to_owned(),
        (_, 1) => "1 part".to_owned(),
        (_, parts) => format!("{} parts", human::count(parts.into())),
    };
    let etag = escape(&object.etag);
    let verdict = match &object.verdict {
        Verdict::Verified(what) => format!("verified: {}", escape(what)),
        Verdict::Unverified(why) => format!("not verified: {}", escape(why)),
    };
    format!("stored  {address}  {size}  {parts}  ETag \"{etag}\"  {verdict}")
}

/// A failure with what to do about it.
pub(super) fn failed(sent: &Sent, fault: &Fault) -> String {
    let told = sentence(fault);
    let address = address(sent);
    let mut text = if told.contains(&address) {
        told
    } else {
        format!("{address}: {told}")
    };
    if matches!(sent.outcome, SentOutcome::Failed { kept: true, .. })
        && !text.contains("mopup resume")
    {
        let _ = write!(text, "; what was sent is kept: {}", go_on(sent));
    }
    text
}

/// How to go on with what was kept.
fn go_on(sent: &Sent) -> String {
    match (&sent.journal, &sent.upload_id) {
        (Some(id), _) => format!("go on with `mopup resume {}`", escape(id)),
        (None, Some(id)) => format!("it stays in the bucket as upload {}", escape(id)),
        (None, None) => "send it again".to_owned(),
    }
}

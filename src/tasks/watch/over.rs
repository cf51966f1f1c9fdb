//! The upload is gone: what became of it, as the object at its key tells.

use std::ops::Range;
use std::time::Duration;

use tokio::time::sleep;

use super::{Looked, Stop, Watcher};
use crate::model::Timestamp;
use crate::model::watch::{Ending, Happening, Known, Standing, conclude};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::checksum::multipart_etag;
use crate::s3::{HeadObject, ListParts, ObjectInfo};
use crate::tasks::upload::is_opaque;

/// An object may appear a moment after its upload has gone: it is looked for again after these pauses before it is
/// said that there is none.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// So many parts are hashed at most for finding out which of them an object was made of: about a tenth of a second.
const COMPARED: usize = 2_000_000;

impl Watcher<'_> {
    /// Whether a failed look says that the upload is not there.
    pub(super) fn means_gone(&self, fault: &Fault) -> bool {
        match fault.kind {
            Kind::UploadGone => true,
            // The bucket itself is gone, and was there.
            Kind::NotFound => self.alive.is_some(),
            _ => false,
        }
    }

    /// Whether no look can ever go well.
    pub(super) fn is_hopeless(&self, fault: &Fault) -> bool {
        self.alive.is_none()
            && !self.is_gone
            && matches!(
                fault.kind,
                Kind::NotFound | Kind::Denied | Kind::Invalid | Kind::Unsupported
            )
    }

    pub(super) fn no_such_upload(&self) -> Fault {
        let target = &self.watch.target;
        Fault {
            operation: Operation::ListParts,
            target: format!("s3://{}/{}", target.bucket, target.key),
            kind: Kind::UploadGone,
            code: None,
            message: "the upload is not there any more".to_owned(),
            hint: String::new(),
        }
    }

    /// The service says that it is gone; one such answer may be a blip, so it is asked once more.
    pub(super) async fn gone(&mut self) -> Result<Looked, Stop> {
        let request = ListParts {
            max_parts: Some(1),
            ..Self::request(&self.watch)
        };
        match self.ask(&request).await {
            Ok(page) if !page.parts.is_empty() => return Ok(Looked::Going),
            Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            Err(Stop::Fault(fault))
                if matches!(
                    fault.kind,
                    Kind::Network | Kind::Throttled | Kind::Credentials
                ) =>
            {
                return Err(Stop::Fault(fault));
            }
            _ => {}
        }
        self.is_gone = true;
        self.over().await
    }

    /// Asks for the object until that is answered, and tells how the upload ended.
    pub(super) async fn over(&mut self) -> Result<Looked, Stop> {
        let mut ending = self.ending().await?;
        let was_seen = self.alive.is_some();
        for pause in PAUSES {
            if !was_seen || matches!(ending, Ending::Completed(_) | Ending::Untold(_)) {
                break;
            }
            tokio::select! {
                () = self.job.cancel.cancelled() => return Err(Stop::Cancelled),
                () = sleep(pause) => {}
            }
            ending = self.ending().await?;
        }
        self.succeeded();
        self.every = Duration::ZERO;
        self.show(self.vitals());
        self.happened(Happening::Ended(ending)).await;
        Ok(Looked::Over)
    }

    async fn ending(&mut self) -> Result<Ending, Stop> {
        let target = &self.watch.target;
        let request = HeadObject {
            bucket: target.bucket.clone(),
            key: target.key.clone(),
            version_id: None,
            access: self.watch.access.clone(),
        };
        self.requests += 1;
        let (store, pacer) = (&self.asker.store, &self.asker.pacer);
        let ask = |_| store.head_object(&request);
        let asked = pacer.run(self.asker.urgency, &self.asker.cancel, ask).await;
        match asked {
            Ok(info) => Ok(self.conclude(Some(info)).await),
            Err(Stop::Fault(fault)) => match fault.kind {
                Kind::NotFound => Ok(self.conclude(None).await),
                Kind::Network | Kind::Throttled | Kind::Credentials => Err(Stop::Fault(fault)),
                _ => Ok(Ending::Untold(untold(&fault))),
            },
            Err(stop) => Err(stop),
        }
    }

    async fn conclude(&self, found: Option<ObjectInfo>) -> Ending {
        let opaque = found.as_ref().is_some_and(is_opaque);
        let standing = found.map(|info| Standing {
            size: info.size,
            etag: info.etag,
            last_modified: info.last_modified,
            version_id: info.version_id,
        });
        let md5s = self.ledger.md5s().filter(|all| !opaque && !all.is_empty());
        let md5s = md5s.unwrap_or_default();
        let etag = (!md5s.is_empty()).then(|| foretold(&md5s, 0..0)).flatten();
        let some = standing.as_ref().and_then(|found| some(&md5s, found));
        let began: Option<Timestamp> = self.watch.initiated.or(self.rhythm.first);
        conclude(
            &Known {
                ledger: &self.ledger,
                began,
                alive: self.alive,
                size: self.watch.size,
                etag: etag.as_deref(),
                some: some.as_deref(),
                is_opaque: opaque,
                may_be_plain: self.job.provider().await.name != "aws",
            },
            standing,
        )
    }
}

/// The `ETag` of an object of these parts without those in the range.
fn foretold(md5s: &[String], without: Range<usize>) -> Option<String> {
    let kept = md5s[..without.start].iter().chain(&md5s[without.end..]);
    multipart_etag(kept.map(String::as_str))
}

/// The object's `ETag`, if it was made of these parts without some that follow each other: a Complete need not name
/// all that were sent.
fn some(md5s: &[String], found: &Standing) -> Option<String> {
    let count = usize::try_from(found.parts()?).ok()?;
    let left_out = md5s.len().checked_sub(count).filter(|of| *of > 0)?;
    let is_it = |etag: &String| etag.eq_ignore_ascii_case(&found.etag);
    // Mostly the last ones, or the first.
    let tried = [count, 0].into_iter();
    let others = 1..count;
    let others = others.take(COMPARED / count.max(1));
    tried
        .chain(others)
        .filter_map(|from| foretold(md5s, from..from + left_out))
        .find(is_it)
}

/// Why it cannot be told what became of it.
fn untold(fault: &Fault) -> String {
    let mut text = fault.to_string();
    // Without the right to list, a service says "denied" of an object that is not there.
    // Source: S3 API Reference, HeadObject, "Permissions".
    if fault.kind == Kind::Denied {
        let action = Operation::HeadObject.iam_action().unwrap_or_default();
        if !text.contains(action) {
            text.push_str(&format!("; needs {action}"));
        }
        text.push_str(", and s3:ListBucket to tell that there is none");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::checksum::md5_etag;

    #[test]
    fn parts_that_were_left_out_are_found_out() {
        let md5s: Vec<String> = (0..20_u8).map(|n| md5_etag(&[n])).collect();
        let made = |without: &[usize]| {
            let kept = (0..20).filter(|n| !without.contains(n));
            let etag = multipart_etag(kept.map(|n| md5s[n].as_str())).unwrap();
            Standing {
                etag,
                ..Standing::default()
            }
        };
        for without in [&[19][..], &[0, 1, 2], &[7], &[7, 8], &[1]] {
            let made = made(without);
            assert_eq!(some(&md5s, &made), Some(made.etag), "{without:?}");
        }
        assert_eq!(some(&md5s, &made(&[])), None, "all of them");
        assert_eq!(some(&md5s, &made(&[3, 9])), None);
        assert_eq!(some(&md5s[..5], &made(&[7])), None, "more than there were");
    }
}

//! Everything that the verdict on an upload needs, looked at now.

use std::path::Path;
use std::sync::Arc;

use super::{choice, foretell};
use crate::model::bucket::is_directory_bucket;
use crate::model::completion::{Completion, Existing, Known, judge};
use crate::model::liveness::{Life, last_sign, life};
use crate::model::orphan::{Choice, Inquiry, Judged, Keys};
use crate::model::provider::Provider;
use crate::model::send::Access;
use crate::model::{Extent, Measure, Part, Target, Timestamp, UploadInfo};
use crate::protocol::{Fault, Kind, News, Operation, Urgency};
use crate::s3::{HeadObject, ObjectInfo};
use crate::tasks::files::at_home;
use crate::tasks::job::{Asker, Job};
use crate::tasks::list::UploadsWalk;
use crate::tasks::ours::{self, Ours};
use crate::tasks::pacer::Stop;
use crate::tasks::parts::PartsWalk;
use crate::tasks::upload::key;

/// Uploads of one key fill at most so many pages that are looked at: how many there are beyond changes nothing.
const PAGES: u64 = 10;

/// What is known of an upload.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) target: Target,
    pub(super) access: Access,
    pub(super) info: UploadInfo,
    /// Those that were chosen, by number.
    pub(super) parts: Vec<Part>,
    pub(super) existing: Option<Existing>,
    pub(super) provider: Provider,
    pub(super) ours: Option<Ours>,
    pub(super) life: Life,
    sign: Option<Timestamp>,
    others: u64,
    intended: Option<u64>,
}

/// Answers an inquiry.
pub(super) async fn judged(job: &Job, inquiry: Inquiry) -> Result<Judged, Stop> {
    let Inquiry {
        target,
        keys,
        choice,
        file,
    } = inquiry;
    let intended = match &file {
        Some(file) => Some(length(file).await.map_err(Stop::Fault)?),
        None => None,
    };
    let mut look = look(job, target, keys, &choice).await?;
    look.intended = intended.or(look.intended);
    let completion = look.completion();
    Ok(Judged {
        target: look.target,
        info: look.info,
        parts: Arc::new(look.parts),
        completion,
        existing: look.existing,
    })
}

/// Looks at everything.
pub(super) async fn look(
    job: &Job,
    target: Target,
    keys: Keys,
    choice: &Choice,
) -> Result<Look, Stop> {
    let mut access = keys.access;
    key(&mut access, keys.customer_key_from)
        .await
        .map_err(Stop::Fault)?;
    let asker = job.asker(&target.bucket, Urgency::Visible);
    let ours = ours::find(job, &target).await.map_err(Stop::Fault)?;
    let provider = job.provider().await;
    let (info, all) = listed(&asker, &target, &access).await?;
    let (existing, siblings) = tokio::join!(
        existing(job, &asker, &target, &access),
        siblings(job, &asker, &target)
    );
    let (existing, siblings) = (existing?, siblings?);
    let mut extent = Extent::default();
    for part in &all {
        extent.add(part);
    }
    let measure = Measure::Exact(extent);
    let now = job.cautious_now();
    let life = life(siblings.initiated, &measure, now, &job.settings.thresholds);
    // A part of our own list may be left out on purpose; only of the whole is the length known.
    let whole = *choice == Choice::All;
    let intended = ours.as_ref().and_then(|of| of.total).filter(|_| whole);
    let parts = choice::chosen(all, choice, &target).map_err(Stop::Fault)?;
    Ok(Look {
        sign: last_sign(siblings.initiated, &measure),
        others: siblings.others,
        target,
        access,
        info,
        parts,
        existing,
        provider,
        ours,
        life,
        intended,
    })
}

impl Look {
    /// The verdict, with all that can be foretold.
    pub(super) fn completion(&self) -> Completion {
        let completion = judge(&Known {
            parts: &self.parts,
            info: &self.info,
            provider: &self.provider,
            intended: self.intended,
            existing: self.existing.as_ref(),
            others: self.others,
            ours: self.ours.is_some(),
            alive: self.sign.filter(|_| self.life == Life::Alive),
            may_be_alive: self.life == Life::Undetermined,
            consecutive_only: is_directory_bucket(&self.target.bucket),
        });
        Completion {
            etag: foretell::etag(&self.parts, self.is_opaque()),
            checksum: foretell::checksum(&self.parts, &self.info),
            ..completion
        }
    }

    /// Whether the parts' `ETag`s are known to be no MD5s.
    fn is_opaque(&self) -> bool {
        let own = self.ours.as_ref();
        self.access.customer_key.is_some() || own.is_some_and(|of| !of.encryption.keeps_md5())
    }
}

/// All parts, by number.
async fn listed(
    asker: &Asker,
    target: &Target,
    access: &Access,
) -> Result<(UploadInfo, Vec<Part>), Stop> {
    let mut walk = PartsWalk::with_access(target.clone(), access.clone());
    let mut first = None;
    let mut all: Vec<Part> = Vec::new();
    while let Some((info, parts)) = walk.next(asker).await? {
        first.get_or_insert(info);
        all.extend(parts);
    }
    all.sort_by_key(|part| part.number);
    Ok((first.unwrap_or_default(), all))
}

/// What the key holds. Where that cannot be seen it is told, and nothing is supposed.
async fn existing(
    job: &Job,
    asker: &Asker,
    target: &Target,
    access: &Access,
) -> Result<Option<Existing>, Stop> {
    let mut request = HeadObject {
        bucket: target.bucket.clone(),
        key: target.key.clone(),
        version_id: None,
        access: access.clone(),
    };
    loop {
        let ask = |_| job.store.head_object(&request);
        match asker.pacer.run(asker.urgency, &asker.cancel, ask).await {
            Ok(info) => return Ok(Some(described(info))),
            Err(Stop::Fault(fault)) => match fault.kind {
                Kind::NotFound => return Ok(None),
                // An object that was stored without a key is not shown to whoever brings one.
                Kind::Invalid if request.access.customer_key.is_some() => {
                    request.access.customer_key = None;
                }
                Kind::Denied | Kind::Invalid | Kind::Unsupported => {
                    let hint = "whether an object would be replaced is not known".to_owned();
                    job.tell(News::Warning(Fault { hint, ..fault })).await;
                    return Ok(None);
                }
                _ => return Err(Stop::Fault(fault)),
            },
            Err(stop) => return Err(stop),
        }
    }
}

fn described(info: ObjectInfo) -> Existing {
    Existing {
        size: info.size,
        etag: info.etag,
        last_modified: info.last_modified,
        // The null version is overwritten where versioning is suspended.
        is_versioned: info.version_id.is_some_and(|id| id != "null"),
    }
}

/// The uploads of the same key.
#[derive(Debug, Default)]
struct Siblings {
    /// When this one was begun.
    initiated: Option<Timestamp>,
    others: u64,
}

async fn siblings(job: &Job, asker: &Asker, target: &Target) -> Result<Siblings, Stop> {
    let mut walk = UploadsWalk::of_key(&target.bucket, &target.key);
    let mut found = Siblings::default();
    for _ in 0..PAGES {
        let page = match walk.next(asker).await {
            Ok(Some(page)) => page,
            Ok(None) => break,
            Err(Stop::Fault(fault)) if fault.kind != Kind::Network => {
                let hint = "other uploads of the key, and when this one was begun, are not known";
                let hint = hint.to_owned();
                job.tell(News::Warning(Fault { hint, ..fault })).await;
                break;
            }
            Err(stop) => return Err(stop),
        };
        let is_past = page.last().is_some_and(|last| last.key > target.key);
        for upload in page.into_iter().filter(|of| of.key == target.key) {
            if upload.upload_id == target.upload_id {
                found.initiated = upload.initiated;
            } else {
                found.others += 1;
            }
        }
        if is_past {
            break;
        }
    }
    Ok(found)
}

/// The bytes of the file that is meant.
async fn length(file: &Path) -> Result<u64, Fault> {
    let path = at_home(file);
    let wrong = |message: String| Fault {
        operation: Operation::Local,
        target: path.display().to_string(),
        kind: Kind::Invalid,
        code: None,
        message,
        hint: String::new(),
    };
    let found = tokio::fs::metadata(&path).await;
    let found = found.map_err(|error| wrong(format!("it cannot be looked at: {error}")))?;
    if found.is_file() {
        return Ok(found.len());
    }
    Err(wrong("it is no file, so that it has no length".to_owned()))
}

/// Nothing is sent, for this reason.
pub(super) fn refused(target: &Target, message: &str, hint: &str) -> Fault {
    Fault {
        operation: Operation::Local,
        target: format!("s3://{}/{}", target.bucket, target.key),
        kind: Kind::Invalid,
        code: None,
        message: message.to_owned(),
        hint: hint.to_owned(),
    }
}

//! What an upload holds that somebody else may have begun, and whether that somebody still lives.

use std::collections::BTreeMap;

use super::prepare::Common;
use super::record::{blocking, fault};
use crate::journal;
use crate::model::liveness::{Life, life};
use crate::model::part::UploadInfo;
use crate::model::send::Access;
use crate::model::{Extent, Measure, Part, Target, Timestamp};
use crate::protocol::{Fault, Kind};
use crate::s3::ListUploads;
use crate::tasks::job::Job;
use crate::tasks::pacer::Stop;
use crate::tasks::parts::PartsWalk;

/// What an upload holds, as far as it may be looked at.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) info: UploadInfo,
    pub(super) parts: BTreeMap<u32, Part>,
    /// `None`: it may not.
    pub(super) extent: Option<Extent>,
}

/// Lists what is held. Where that may not be seen, nothing is told of it.
pub(super) async fn held(
    common: &Common<'_>,
    target: &Target,
    access: &Access,
) -> Result<Held, Stop> {
    let mut walk = PartsWalk::with_access(target.clone(), access.clone());
    let mut held = Held {
        extent: Some(Extent::default()),
        ..Held::default()
    };
    loop {
        match walk.next(&common.asker).await {
            Ok(Some((info, parts))) => {
                if held.parts.is_empty() {
                    held.info = info;
                }
                for part in parts {
                    if let Some(extent) = &mut held.extent {
                        extent.add(&part);
                    }
                    held.parts.insert(part.number, part);
                }
            }
            Ok(None) => return Ok(held),
            Err(Stop::Fault(fault)) if fault.kind == Kind::Denied => {
                return Ok(Held::default());
            }
            Err(stop) => return Err(stop),
        }
    }
}

/// Refuses what shows a sign of life, or may be alive. `hint`: what to say to do it all the same.
pub(super) async fn is_dead(
    common: &Common<'_>,
    target: &Target,
    extent: Option<Extent>,
    hint: &str,
) -> Result<(), Stop> {
    let job = common.job;
    if let Some(id) = busy(job, target).await.map_err(Stop::Fault)? {
        let why = format!("a process of ours works on it as {id}");
        return Err(Stop::Fault(alive(target, &why, hint)));
    }
    let dated = extent.is_some_and(|extent| extent.last_part.is_some());
    let initiated = if dated {
        None
    } else {
        initiated(common, target).await?
    };
    let measure = extent.map_or(Measure::Denied, Measure::Exact);
    let now = job.cautious_now();
    let why = match life(initiated, &measure, now, &job.settings.thresholds) {
        Life::Dead => return Ok(()),
        Life::Alive => "active: it showed a sign of life within the hour",
        Life::Undetermined => "its parts may not be listed or carry no date, so it may be alive",
    };
    Err(Stop::Fault(alive(target, why, hint)))
}

fn alive(target: &Target, why: &str, hint: &str) -> Fault {
    Fault {
        kind: Kind::Precondition,
        target: shown(target),
        hint: hint.to_owned(),
        ..fault(why)
    }
}

/// When it was begun; `None` where that cannot be seen.
async fn initiated(common: &Common<'_>, target: &Target) -> Result<Option<Timestamp>, Stop> {
    let mut request = ListUploads {
        bucket: target.bucket.clone(),
        prefix: target.key.clone(),
        ..ListUploads::default()
    };
    loop {
        let page = match common.asker.list_uploads(&request).await {
            Ok(page) => page,
            Err(Stop::Fault(fault)) if fault.kind == Kind::Denied => return Ok(None),
            Err(stop) => return Err(stop),
        };
        let mut ours = page.uploads.iter();
        if let Some(found) = ours.find(|one| one.upload_id == target.upload_id) {
            return Ok(found.initiated);
        }
        match page.next {
            Some(next) if request.marker.as_ref() != Some(&next) && next.key <= target.key => {
                request.marker = Some(next);
            }
            _ => return Ok(None),
        }
    }
}

/// The journal of ours that a process is writing for this upload now.
async fn busy(job: &Job, target: &Target) -> Result<Option<String>, Fault> {
    let Some(folder) = job.settings.journal.clone() else {
        return Ok(None);
    };
    let entries = blocking(move || journal::list(&folder)).await?;
    let mut busy = entries.into_iter().filter(|entry| entry.is_busy);
    let found = busy.find(|entry| {
        let begun = entry.state.as_ref().ok().and_then(|of| of.begun.as_ref());
        begun.is_some_and(|begun| begun.upload_id == target.upload_id)
    });
    Ok(found.map(|entry| entry.id))
}

/// For people; not yet escaped.
pub(super) fn shown(target: &Target) -> String {
    format!("s3://{}/{}", target.bucket, target.key)
}

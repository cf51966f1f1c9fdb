//! The parts of one upload, all pages, on servers that repeat and run in circles.

use std::collections::HashSet;

use super::job::{Asker, Job, stopped};
use super::pacer::Stop;
use crate::model::part::UploadInfo;
use crate::model::send::Access;
use crate::model::{Part, Target, human};
use crate::protocol::{Fault, Kind, News, Operation, Outcome, Urgency};
use crate::s3::ListParts;

/// Reports every page as it arrives; an upload without parts reports one empty page.
pub(super) async fn run(job: &Job, target: Target, access: Access) -> Outcome {
    let asker = job.asker(&target.bucket, Urgency::Visible);
    let mut walk = PartsWalk::with_access(target, access);
    loop {
        match walk.next(&asker).await {
            Ok(Some((info, parts))) => job.tell(News::Parts { info, parts }).await,
            Ok(None) => return Outcome::Done,
            Err(stop) => return stopped(stop, walk.numbers.len() as u64, 0),
        }
    }
}

/// Walks the pages of an upload's parts: each part number once.
#[derive(Debug)]
pub(super) struct PartsWalk {
    request: Option<ListParts>,
    numbers: HashSet<u32>,
    markers: HashSet<String>,
}

impl PartsWalk {
    /// The parts of an upload that needs no key.
    pub(super) fn new(target: Target) -> Self {
        Self::with_access(target, Access::default())
    }

    pub(super) fn with_access(target: Target, access: Access) -> Self {
        Self {
            request: Some(ListParts {
                access,
                target,
                marker: None,
                max_parts: None,
            }),
            numbers: HashSet::new(),
            markers: HashSet::new(),
        }
    }

    /// Whether there is another page to ask for.
    pub(super) fn has_more(&self) -> bool {
        self.request.is_some()
    }

    /// The next page; `None` after the last.
    pub(super) async fn next(
        &mut self,
        asker: &Asker,
    ) -> Result<Option<(UploadInfo, Vec<Part>)>, Stop> {
        let Some(request) = &mut self.request else {
            return Ok(None);
        };
        if let Some(marker) = &request.marker
            && (marker.is_empty() || !self.markers.insert(marker.clone()))
        {
            return Err(Stop::Fault(Fault {
                operation: Operation::ListParts,
                target: format!("s3://{}/{}", request.target.bucket, request.target.key),
                kind: Kind::Garbled,
                code: None,
                message: format!(
                    "the server repeats the part marker '{}'; {} parts were found",
                    human::escape(marker),
                    human::count(self.numbers.len() as u64)
                ),
                hint: String::new(),
            }));
        }
        let page = asker.list_parts(request).await?;
        if page.next.is_some() {
            request.marker = page.next;
        } else {
            self.request = None;
        }
        let mut parts = page.parts;
        parts.retain(|part| self.numbers.insert(part.number));
        Ok(Some((page.info, parts)))
    }
}

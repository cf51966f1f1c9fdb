//! An upload begun so that it cannot be forgotten: the recipe is durable first, and a beginning whose answer was
//! lost is looked for before another is made.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{Pause, persist, until_told};
use super::board::Board;
use super::part::{blames_checksum, refused};
use super::prepare::Common;
use super::record::fault;
use crate::journal::{self, Begun, Recipe};
use crate::model::send::Access;
use crate::model::{Algorithm, Target, Timestamp, Upload};
use crate::protocol::{Fault, Kind, News};
use crate::s3::{CreateUpload, ListParts, ListUploads};
use crate::tasks::job::{Asker, Job};
use crate::tasks::pacer::Stop;

/// Clocks may differ so much beyond what was noticed.
const SKEW: Duration = Duration::from_secs(120);

/// What is needed to begin.
#[derive(Debug)]
pub(super) struct Beginning<'a> {
    pub(super) job: &'a Job,
    asker: &'a Asker,
    board: &'a Board,
    pub(super) recipe: &'a Recipe,
    access: &'a Access,
    may_fall_back: bool,
    /// The journal was there before, and may have been cut.
    is_again: bool,
    /// An answer was lost: there may be an upload that nobody knows.
    lost: AtomicBool,
}

impl<'a> Beginning<'a> {
    pub(super) fn new(
        common: &'a Common<'_>,
        recipe: &'a Recipe,
        access: &'a Access,
        may_fall_back: bool,
    ) -> Self {
        Self {
            job: common.job,
            asker: &common.asker,
            board: &common.board,
            recipe,
            access,
            may_fall_back,
            is_again: false,
            lost: AtomicBool::new(false),
        }
    }

    /// It was tried before, and its journal tells of it: whatever comes of this try, that stays.
    pub(super) fn again(self) -> Self {
        self.lost.store(true, Ordering::Relaxed);
        Self {
            is_again: true,
            ..self
        }
    }

    /// Whether there may be an upload that nobody knows.
    pub(super) fn was_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Begins an upload.
    pub(super) async fn create(&self) -> Result<Begun, Stop> {
        let mut algorithm = self.recipe.algorithm;
        let (since, mut pause) = (Instant::now(), Pause::new());
        loop {
            match self.ask(algorithm).await? {
                Ok(begun) => {
                    self.board.succeeded();
                    return Ok(begun);
                }
                Err(fault)
                    if algorithm.is_some() && self.may_fall_back && blames_checksum(&fault) =>
                {
                    self.job.tell(News::Warning(refused(&fault))).await;
                    algorithm = None;
                }
                Err(fault) if fault.kind == Kind::Network => {
                    self.lost.store(true, Ordering::Relaxed);
                    self.board.troubled(fault.to_string());
                    if let Some(found) = self.find_lost().await? {
                        return Ok(found);
                    }
                    self.board.repeated();
                    // Not the board's: that the listing is answered is no hope for this.
                    if since.elapsed() >= self.job.settings.patience {
                        return Err(Stop::Fault(fault));
                    }
                    pause.wait(self.asker).await?;
                }
                Err(fault) => return Err(Stop::Fault(fault)),
            }
        }
    }

    /// Asks once; a lost answer is an answer here.
    async fn ask(&self, algorithm: Option<Algorithm>) -> Result<Result<Begun, Fault>, Stop> {
        let request = CreateUpload {
            bucket: self.recipe.bucket.clone(),
            key: self.recipe.key.clone(),
            options: self.recipe.options.clone(),
            access: self.access.clone(),
            checksum: algorithm,
        };
        let ask = || async {
            match self.job.store.create_upload(&request).await {
                Err(fault) if fault.kind == Kind::Throttled => Err(fault),
                answer => Ok(answer),
            }
        };
        let patience = self.job.settings.patience;
        let answer = until_told(self.asker, self.board, patience, ask).await?;
        let created = match answer {
            Ok(created) => created,
            Err(fault) => return Ok(Err(fault)),
        };
        let at = self.job.clock.now();
        let rule = self.job.provider().await.abort_after;
        Ok(Ok(Begun {
            at,
            upload_id: created.upload_id,
            algorithm,
            deadline: created.abort_date.or_else(|| Some(at.plus(rule?))),
        }))
    }

    /// The upload that was begun although nobody heard of it.
    pub(super) async fn find_lost(&self) -> Result<Option<Begun>, Stop> {
        let found = match self.candidates().await {
            Ok(found) => found,
            Err(Stop::Fault(fault)) if fault.kind == Kind::Denied => {
                let hint = format!("an upload may be left behind; {}", fault.hint);
                self.job.tell(News::Warning(Fault { hint, ..fault })).await;
                return Ok(None);
            }
            Err(stop) => return Err(stop),
        };
        let [one] = found.as_slice() else {
            if found.is_empty() {
                return Ok(None);
            }
            return Err(Stop::Fault(self.ambiguous(&found)));
        };
        let at = one.initiated.unwrap_or_else(|| self.job.clock.now());
        let rule = self.job.provider().await.abort_after;
        let named = one.checksum_algorithm.as_deref();
        Ok(Some(Begun {
            at,
            upload_id: one.upload_id.clone(),
            // Not every service lists it; then what was asked for is taken for granted.
            algorithm: named.map_or(self.recipe.algorithm, Algorithm::from_name),
            deadline: rule.map(|rule| at.plus(rule)),
        }))
    }

    fn ambiguous(&self, found: &[Upload]) -> Fault {
        let ids: Vec<&str> = found.iter().map(|one| one.upload_id.as_str()).collect();
        Fault {
            target: format!("s3://{}/{}", self.recipe.bucket, self.recipe.key),
            hint: format!(
                "abort those that nobody needs, then resume; they are {}",
                ids.join(", ")
            ),
            ..fault(
                "several uploads of this key were begun at this time, and which is ours is unknown",
            )
        }
    }

    /// Uploads of this key that were begun since the recipe, that no other journal knows, and that may be ours.
    async fn candidates(&self) -> Result<Vec<Upload>, Stop> {
        let ahead = self.job.store.noticed().clock_ahead.unwrap_or(0);
        let since = Timestamp::from_millis(self.recipe.created.millis() - ahead).minus(SKEW);
        let known = self.known_ids().await?;
        let mut request = ListUploads {
            bucket: self.recipe.bucket.clone(),
            prefix: self.recipe.key.clone(),
            ..ListUploads::default()
        };
        let mut found: Vec<Upload> = Vec::new();
        loop {
            let ask = || self.job.store.list_uploads(&request);
            let patience = self.job.settings.patience;
            let page = persist(self.asker, self.board, patience, ask).await?;
            let fresh = page.uploads.into_iter().filter(|one| {
                one.key == self.recipe.key
                    && one.initiated.is_none_or(|at| at >= since)
                    && !known.contains(&one.upload_id)
            });
            for one in fresh {
                if !found.iter().any(|other| other.upload_id == one.upload_id) {
                    found.push(one);
                }
            }
            // Beyond the key itself there is nothing to look for.
            match page.next {
                Some(next)
                    if request.marker.as_ref() != Some(&next) && next.key <= self.recipe.key =>
                {
                    request.marker = Some(next);
                }
                _ => break,
            }
        }
        let mut ours = Vec::new();
        for one in found {
            if self.may_be_ours(&one.upload_id).await? {
                ours.push(one);
            }
        }
        Ok(ours)
    }

    /// Whether what was sent to an upload may be from here: nothing was yet, or only what fits, if the journal
    /// may have forgotten it.
    async fn may_be_ours(&self, upload_id: &str) -> Result<bool, Stop> {
        let request = ListParts {
            target: target(self.recipe, upload_id),
            marker: None,
            max_parts: None,
            access: self.access.clone(),
        };
        let ask = || self.job.store.list_parts(&request);
        let patience = self.job.settings.patience;
        match persist(self.asker, self.board, patience, ask).await {
            Ok(page) => Ok(page.parts.iter().all(|part| {
                let piece = self.recipe.layout.piece(part.number);
                self.is_again && piece.is_some_and(|piece| piece.len == part.size)
            })),
            Err(Stop::Fault(fault)) if fault.kind == Kind::UploadGone => Ok(false),
            // Without the permission, or the key of its own, nothing can be said against it.
            Err(Stop::Fault(fault)) if matches!(fault.kind, Kind::Denied | Kind::Invalid) => {
                Ok(true)
            }
            Err(stop) => Err(stop),
        }
    }

    async fn known_ids(&self) -> Result<Vec<String>, Stop> {
        let Some(folder) = self.job.settings.journal.clone() else {
            return Ok(Vec::new());
        };
        let listed = super::record::blocking(move || journal::list(&folder)).await;
        let entries = listed.map_err(Stop::Fault)?;
        let ids = entries
            .into_iter()
            .filter_map(|entry| Some(entry.state.ok()?.begun?.upload_id));
        Ok(ids.collect())
    }
}

/// What names the upload that was begun.
pub(super) fn target(recipe: &Recipe, upload_id: &str) -> Target {
    Target {
        bucket: recipe.bucket.clone(),
        key: recipe.key.clone(),
        upload_id: upload_id.to_owned(),
    }
}

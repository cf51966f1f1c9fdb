//! A copy that was interrupted, gone on with or begun anew.

use super::{CopyKeys, Opened};
use crate::journal::{ObjectRecord, Recipe, State};
use crate::model::copy::{CopyOptions, CopyOrder, ObjectRef};
use crate::model::plan::Wish;
use crate::model::send::{Access, Resumption};
use crate::protocol::{Fault, Kind, Urgency};
use crate::tasks::pacer::Stop;
use crate::tasks::upload::attempt::persist;
use crate::tasks::upload::copied::{explained, question};
use crate::tasks::upload::prepare::{Common, key_needed};
use crate::tasks::upload::record::fault;
use crate::tasks::upload::resume::wish;
use crate::tasks::upload::source::changed;

/// The source of an interrupted copy, if it is still what it was. Where only the last answer is missing it may
/// be gone: perhaps the copy took its place.
pub(in crate::tasks::upload) async fn reopened(
    common: &Common<'_>,
    state: &State,
    object: &ObjectRecord,
    resumption: &Resumption,
) -> Result<Opened, Stop> {
    check(object, resumption).map_err(Stop::Fault)?;
    let size = state.recipe.layout.total.unwrap_or_default();
    let opened = Opened::object(object.clone(), size, resumption.source_key.clone());
    let Some(from) = opened.copied().filter(|_| state.completing.is_none()) else {
        return Ok(opened);
    };
    let job = common.job;
    let request = question(from);
    let asker = job.asker(&request.bucket, Urgency::Marked);
    let ask = || job.store.head_object(&request);
    let found = match persist(&asker, &common.board, job.settings.patience, ask).await {
        Ok(found) => found,
        Err(Stop::Fault(fault)) => return Err(Stop::Fault(explained(fault, from))),
        Err(stop) => return Err(stop),
    };
    let how = if found.size != size {
        "its length differs"
    } else if found.etag != object.etag {
        "it was replaced since"
    } else {
        return Ok(opened);
    };
    Err(Stop::Fault(changed(&opened.shown, how)))
}

fn check(object: &ObjectRecord, resumption: &Resumption) -> Result<(), Fault> {
    if resumption.source.is_some() {
        return Err(Fault {
            kind: Kind::Invalid,
            hint: "leave the file out: the service copies the object again".to_owned(),
            ..fault("this upload is a copy of an object")
        });
    }
    if object.needs_key && resumption.source_key.is_none() {
        return Err(Fault {
            hint: format!(
                "name it: mopup resume {} --source-sse-c-key-file FILE",
                resumption.id
            ),
            ..key_needed()
        });
    }
    Ok(())
}

/// The same copy again, of what the source is now.
pub(in crate::tasks::upload) fn anew(
    recipe: &Recipe,
    object: &ObjectRecord,
    access: &Access,
    resumption: &Resumption,
) -> Result<(CopyOrder, CopyKeys), Fault> {
    check(object, resumption)?;
    let from = ObjectRef {
        bucket: object.bucket.clone(),
        key: object.key.clone(),
        version_id: object.version_id.clone(),
    };
    let order = CopyOrder {
        options: CopyOptions {
            set: recipe.options.clone(),
            replace_metadata: true,
            replace_tags: true,
        },
        expected_owner: recipe.expected_owner.clone(),
        source_owner: object.expected_owner.clone(),
        if_none_match: recipe.if_none_match,
        wish: Wish {
            multipart: true,
            width: Some(recipe.width),
            ..Wish::default()
        },
        checksum: wish(recipe),
        pace: resumption.pace,
        ..CopyOrder::new(from, &recipe.bucket, &recipe.key)
    };
    let keys = CopyKeys {
        source: resumption.source_key.clone(),
        own: access.customer_key.clone(),
    };
    Ok((order, keys))
}

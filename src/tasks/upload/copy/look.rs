//! What has to be known of a source before it is copied: its length, what it is stored with, its tags.

use super::{CopyKeys, Copying};
use crate::model::Algorithm;
use crate::model::checksum::ChecksumWish;
use crate::model::copy::CopyOrder;
use crate::model::plan;
use crate::model::send::{Access, Encryption, ObjectOptions};
use crate::protocol::{Fault, Kind, News, Urgency};
use crate::s3::{CopySource, HeadObject, ObjectInfo};
use crate::tasks::job::{Asker, Job};
use crate::tasks::pacer::Stop;
use crate::tasks::upload::attempt::persist;
use crate::tasks::upload::board::Board;
use crate::tasks::upload::copied::question;
use crate::tasks::upload::prepare::{Common, key, key_needed};
use crate::tasks::upload::record::fault;

/// Source: S3 User Guide, "Creating object key names".
const LONGEST_KEY: usize = 1024;
/// Classes that belong to a kind of bucket: no copy elsewhere can have them.
const OF_THEIR_BUCKET: [&str; 4] = ["EXPRESS_ONEZONE", "OUTPOSTS", "SNOW", "FSX_OPENZFS"];

impl<'a> Copying<'a> {
    /// Looks at the source and plans. Nothing was changed when this fails.
    pub(super) async fn new(job: &'a Job, order: CopyOrder, keys: CopyKeys) -> Result<Self, Stop> {
        let common = Common::new(job, &order.bucket, Board::new(None)).await?;
        let mut opening = Access {
            customer_key: keys.source,
            expected_owner: order.source_owner.clone(),
        };
        let mut access = Access {
            customer_key: keys.own,
            expected_owner: order.expected_owner.clone(),
        };
        let sources = order.source_key_from.clone();
        key(&mut opening, sources).await.map_err(Stop::Fault)?;
        let own = order.customer_key_from.clone();
        key(&mut access, own).await.map_err(Stop::Fault)?;
        let key = checked(&order, &access).map_err(Stop::Fault)?;
        let mut from = CopySource {
            object: order.from.clone(),
            if_match: None,
            customer_key: opening.customer_key,
            expected_owner: opening.expected_owner,
        };
        let asker = job.asker(&order.from.bucket, Urgency::Marked);
        let request = question(&from);
        let ask = || job.store.head_object(&request);
        let found = persist(&asker, &common.board, job.settings.patience, ask).await;
        let found = found.map_err(|stop| locked(stop, &from))?;
        from.if_match = Some(found.etag.clone()).filter(|etag| !etag.is_empty());
        let limits = &common.provider.limits;
        let plan = plan::copy(found.size, &order.wish, limits);
        let plan = plan.map_err(|refused| Stop::Fault(invalid(&order, &refused.to_string())))?;
        let mut source = described(&found);
        let looked = tags(job, &asker, &common.board, (&order, &request)).await?;
        let (tags, tags_denied) = looked;
        source.tags = tags;
        let mut options = order.options.over(&source);
        if access.customer_key.is_some() {
            options.encryption = Encryption::Customer;
        }
        Ok(Self {
            common,
            order,
            key,
            found,
            from,
            access,
            options,
            tags_denied,
            plan,
        })
    }

    /// Whether the source's checksum is one over all its bytes.
    pub(super) fn is_whole(&self) -> bool {
        self.found.checksum_type.as_deref() == Some("FULL_OBJECT")
    }

    /// The copy's: unless another one is wished for that of the source, so that the two can be compared.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        let chosen = self.common.algorithm(self.order.checksum);
        if self.order.checksum != ChecksumWish::Auto || chosen.is_none() {
            return chosen;
        }
        let own = self.found.checksum.as_ref().filter(|_| self.is_whole());
        own.and_then(|of| Algorithm::from_name(&of.algorithm))
            .filter(|of| of.is_full_object())
            .or(chosen)
    }
}

/// The key of the copy, if it can be one.
fn checked(order: &CopyOrder, access: &Access) -> Result<String, Fault> {
    let has_key = access.customer_key.is_some();
    if order.options.set.encryption == Encryption::Customer && !has_key {
        return Err(key_needed());
    }
    let key = order.whole_key();
    if key.len() > LONGEST_KEY {
        let text = format!(
            "the key has {} bytes, and {LONGEST_KEY} are allowed",
            key.len()
        );
        return Err(invalid(order, &text));
    }
    let nothing = order.options.change_nothing() && !has_key && order.source_key_from.is_none();
    if order.is_onto_itself() && nothing {
        return Err(Fault {
            hint: "name another key, or what is to be changed, such as the storage class"
                .to_owned(),
            ..invalid(order, "the copy would be the object itself, as it is")
        });
    }
    Ok(key)
}

/// S3 says no more than 400 of an object whose SSE-C key is missing.
fn locked(stop: Stop, from: &CopySource) -> Stop {
    match stop {
        Stop::Fault(fault) if fault.kind == Kind::Invalid && from.customer_key.is_none() => {
            Stop::Fault(Fault {
                hint: "if the object is encrypted with a key of your own, name that with --source-sse-c-key-file"
                    .to_owned(),
                ..fault
            })
        }
        stop => stop,
    }
}

fn invalid(order: &CopyOrder, message: &str) -> Fault {
    Fault {
        kind: Kind::Invalid,
        target: order.from.shown(),
        ..fault(message)
    }
}

/// What it is stored with, but for its tags, which no look tells.
fn described(found: &ObjectInfo) -> ObjectOptions {
    let class = found.storage_class.clone();
    ObjectOptions {
        storage_class: class.filter(|class| !OF_THEIR_BUCKET.contains(&class.as_str())),
        content_type: found.content_type.clone(),
        content_encoding: found.content_encoding.clone(),
        content_disposition: found.content_disposition.clone(),
        content_language: found.content_language.clone(),
        cache_control: found.cache_control.clone(),
        metadata: found.metadata.clone(),
        ..ObjectOptions::default()
    }
}

/// The source's tags, and whether they may not be looked at. Not asked for where they are replaced.
async fn tags(
    job: &Job,
    asker: &Asker,
    board: &Board,
    (order, request): (&CopyOrder, &HeadObject),
) -> Result<(Vec<(String, String)>, bool), Stop> {
    if order.options.replace_tags {
        return Ok((Vec::new(), false));
    }
    let ask = || job.store.object_tags(request);
    let fault = match persist(asker, board, job.settings.patience, ask).await {
        Ok(tags) => return Ok((tags, false)),
        Err(Stop::Fault(fault)) => fault,
        Err(stop) => return Err(stop),
    };
    match fault.kind {
        Kind::Network | Kind::Throttled | Kind::Credentials => return Err(Stop::Fault(fault)),
        _ if fault.code.as_deref() == Some("NoSuchTagSet") => return Ok((Vec::new(), false)),
        _ => {}
    }
    let denied = fault.kind == Kind::Denied;
    job.tell(News::Warning(left_out(fault))).await;
    Ok((Vec::new(), denied))
}

fn left_out(fault: Fault) -> Fault {
    let message = fault.message.trim_end_matches('.');
    let before = if fault.hint.is_empty() {
        String::new()
    } else {
        format!("{}; ", fault.hint)
    };
    Fault {
        message: format!("{message}: the source's tags are left out"),
        hint: format!("{before}name those that the copy is to have"),
        ..fault
    }
}

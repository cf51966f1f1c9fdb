//! What has a key before something is sent there.

use super::prepare::Common;
use crate::model::Target;
use crate::model::send::{Access, Order};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::{HeadObject, ObjectInfo};
use crate::tasks::expand::Item;

/// Whether it is left out, since an object of its size is there.
pub(super) async fn is_skipped(common: &Common<'_>, order: &Order, item: &Item) -> bool {
    if !order.skip_existing {
        return false;
    }
    let found = found(common, order, item).await;
    found.is_some_and(|found| Some(found.size) == item.size)
}

/// What must not be overwritten is looked for before anything is sent: the service would refuse it only at the
/// end, and some services never do. Who may not look learns it then.
pub(super) async fn refuse(common: &Common<'_>, order: &Order, item: &Item) -> Result<(), Fault> {
    if !order.if_none_match || found(common, order, item).await.is_none() {
        return Ok(());
    }
    Err(is_there(&order.bucket, &item.key))
}

/// The same of an upload that is there already.
pub(super) async fn refuse_at(
    common: &Common<'_>,
    target: &Target,
    access: &Access,
) -> Result<(), Fault> {
    match at(common, (&target.bucket, &target.key), access).await {
        None => Ok(()),
        Some(_) => Err(is_there(&target.bucket, &target.key)),
    }
}

fn is_there(bucket: &str, key: &str) -> Fault {
    Fault {
        operation: Operation::HeadObject,
        target: format!("s3://{bucket}/{key}"),
        kind: Kind::Precondition,
        code: Some("PreconditionFailed".to_owned()),
        message: "an object is there already, and is not overwritten".to_owned(),
        hint: "nothing was sent; use another key, or leave out --if-none-match".to_owned(),
    }
}

/// The object that has the key now, as far as that can be known.
async fn found(common: &Common<'_>, order: &Order, item: &Item) -> Option<ObjectInfo> {
    at(common, (&order.bucket, &item.key), &order.access).await
}

async fn at(
    common: &Common<'_>,
    (bucket, key): (&str, &str),
    access: &Access,
) -> Option<ObjectInfo> {
    let request = HeadObject {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version_id: None,
        access: access.clone(),
    };
    let asker = &common.asker;
    let ask = |_| asker.store.head_object(&request);
    let found = asker.pacer.run(asker.urgency, &asker.cancel, ask).await;
    found.ok()
}

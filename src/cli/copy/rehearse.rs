//! `--dry-run`: how an object would be copied, and what its requests cost.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::args::Telling;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::model::copy::CopyOrder;
use crate::model::human::{self, escape};
use crate::model::plan::{self, Method, Plan};
use crate::model::send::{Access, CustomerKey};
use crate::s3::{HeadObject, ObjectInfo};

#[derive(Debug, Serialize)]
struct Planned {
    dry_run: bool,
    source: String,
    bucket: String,
    key: String,
    bytes: u64,
    etag: String,
    storage_class: Option<String>,
    /// 0: by one request.
    parts: Option<u32>,
    part_size: Option<u64>,
    requests: Option<u64>,
    price_usd: Option<f64>,
    width: Option<usize>,
    /// Why it cannot be copied.
    refused: Option<String>,
}

/// Looks at the source and prints the plan.
pub async fn run(
    session: &mut Session,
    order: &CopyOrder,
    key: Option<CustomerKey>,
    telling: Telling,
) -> Result<Exit, Failure> {
    let request = HeadObject {
        bucket: order.from.bucket.clone(),
        key: order.from.key.clone(),
        version_id: order.from.version_id.clone(),
        access: Access {
            customer_key: key,
            expected_owner: order.source_owner.clone(),
        },
    };
    let store = session.store.clone();
    let found = tokio::select! {
        found = store.head_object(&request) => found?,
        () = session.interrupt.heard() => {
            return Err(Failure::Interrupted("interrupted; nothing was copied".to_owned()));
        }
    };
    let planned = planned(session, order, &found);
    let text = if telling.json || telling.jsonl {
        serde_json::to_string(&planned)?
    } else {
        line(&planned)
    };
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(Exit::failed_if(planned.refused.is_some()))
}

fn planned(session: &Session, order: &CopyOrder, found: &ObjectInfo) -> Planned {
    let limits = session.provider.as_ref().map(|of| of.limits);
    let plan = plan::copy(found.size, &order.wish, &limits.unwrap_or_default());
    let set = order.options.set.storage_class.clone();
    let class = set.or(found.storage_class.clone());
    let of = plan
        .as_ref()
        .ok()
        .map(|plan| shape(plan, class.as_deref(), session));
    Planned {
        dry_run: true,
        source: order.from.shown(),
        bucket: order.bucket.clone(),
        key: order.whole_key(),
        bytes: found.size,
        etag: found.etag.clone(),
        storage_class: class,
        parts: of.as_ref().map(|of| of.parts),
        part_size: of.as_ref().and_then(|of| of.part_size),
        requests: of.as_ref().map(|of| of.requests),
        price_usd: of.as_ref().map(|of| of.price),
        width: plan.as_ref().ok().map(|plan| plan.width),
        refused: plan.err().map(|refused| refused.to_string()),
    }
}

struct Shape {
    parts: u32,
    part_size: Option<u64>,
    requests: u64,
    price: f64,
}

fn shape(plan: &Plan, class: Option<&str>, session: &Session) -> Shape {
    match plan.method {
        Method::Put { .. } => Shape {
            parts: 0,
            part_size: None,
            requests: 1,
            price: session.prices.requests(class, 1),
        },
        Method::Parts(layout) => {
            let parts = layout.count().unwrap_or(0);
            Shape {
                parts,
                part_size: Some(layout.part_size),
                requests: u64::from(parts) + 2,
                price: session.prices.multipart(class, parts.into()),
            }
        }
    }
}

fn line(planned: &Planned) -> String {
    let way = format!(
        "{} → s3://{}/{}",
        escape(&planned.source),
        escape(&planned.bucket),
        escape(&planned.key)
    );
    if let Some(why) = &planned.refused {
        return format!("refused  {way}  ({})", escape(why));
    }
    let parts = match (planned.parts, planned.part_size) {
        (Some(1), Some(size)) => format!("1 part of {}", human::size(size)),
        (Some(parts), Some(size)) => {
            let parts = human::count(parts.into());
            format!("{parts} parts of {}", human::size(size))
        }
        _ => "in one piece".to_owned(),
    };
    let requests = planned.requests.unwrap_or(0);
    let s = if requests == 1 { "" } else { "s" };
    format!(
        "would copy  {}  {parts}  {} request{s}, {}  {way}",
        human::size(planned.bytes),
        human::count(requests),
        human::dollars(planned.price_usd.unwrap_or(0.0))
    )
}

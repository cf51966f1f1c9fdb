//! What has to be known before anything is sent: who is asked, whose rules hold, which keys are used.

use std::sync::Arc;

use super::board::Board;
use super::pool::Pool;
use super::record::fault;
use crate::journal::Destination;
use crate::model::Algorithm;
use crate::model::checksum::ChecksumWish;
use crate::model::plan::{DEFAULT_PART, DEFAULT_WIDTH, Plan, plan};
use crate::model::provider::{Checksums, Provider};
use crate::model::send::{Access, Encryption, KeySource, Order, Phase};
use crate::protocol::{Fault, Kind, Urgency};
use crate::s3::customer;
use crate::tasks::expand::Item;
use crate::tasks::files::at_home;
use crate::tasks::job::{Asker, Job};
use crate::tasks::pacer::Stop;

/// What all uploads of a job share.
#[derive(Debug)]
pub(super) struct Common<'a> {
    pub(super) job: &'a Job,
    pub(super) asker: Asker,
    pub(super) board: Arc<Board>,
    pub(super) pool: Pool,
    pub(super) provider: Provider,
    pub(super) destination: Destination,
}

impl<'a> Common<'a> {
    /// Connects, and learns whose rules hold.
    pub(super) async fn new(job: &'a Job, bucket: &str, board: Board) -> Result<Self, Stop> {
        if job.settings.read_only {
            return Err(Stop::Fault(Fault {
                kind: Kind::Denied,
                hint: "start without --read-only to send".to_owned(),
                ..fault("read-only mode")
            }));
        }
        let asker = job.asker(bucket, Urgency::Marked);
        let ask = |_| job.store.identity();
        let identity = asker.pacer.run(asker.urgency, &asker.cancel, ask).await?;
        let provider = job.provider().await;
        board.tell(|told| told.phase = Phase::Preparing);
        Ok(Self {
            job,
            asker,
            board: Arc::new(board),
            pool: Pool::new(0),
            destination: Destination {
                endpoint: identity.endpoint,
                region: Some(identity.region).filter(|region| !region.is_empty()),
                profile: identity.profile,
                provider: job
                    .settings
                    .provider
                    .as_ref()
                    .map(|provider| provider.name.clone()),
            },
            provider,
        })
    }

    /// Whether the service may turn out to take no checksums.
    pub(super) fn may_fall_back(&self, wish: ChecksumWish) -> bool {
        self.provider.checksums != Checksums::Takes && wish == ChecksumWish::Auto
    }

    /// The algorithm that a wish comes to here.
    pub(super) fn algorithm(&self, wish: ChecksumWish) -> Option<Algorithm> {
        match wish {
            ChecksumWish::None => None,
            ChecksumWish::Of(algorithm) => Some(algorithm),
            ChecksumWish::Auto => {
                (self.provider.checksums != Checksums::Refuses).then_some(Algorithm::Crc64Nvme)
            }
        }
    }
}

/// Plans every item, so that what cannot fit is refused before anything is sent; answers the bytes of buffers
/// that the largest of them needs.
pub(super) fn budget(items: &[Item], order: &Order, provider: &Provider) -> Result<u64, Fault> {
    let mut budget = 0;
    for item in items {
        let planned = planned(item, item.size, order, provider)?;
        budget = budget.max(planned.memory);
    }
    let several = DEFAULT_PART * DEFAULT_WIDTH as u64;
    Ok(if items.len() > 1 {
        budget.max(several)
    } else {
        budget
    })
}

/// One item's plan.
pub(super) fn planned(
    item: &Item,
    size: Option<u64>,
    order: &Order,
    provider: &Provider,
) -> Result<Plan, Fault> {
    plan(size, &order.wish, &provider.limits).map_err(|refused| Fault {
        kind: Kind::Invalid,
        target: item.source.shown(),
        ..fault(&refused.to_string())
    })
}

/// The order with its SSE-C key at hand.
pub(super) async fn with_key(mut order: Order) -> Result<Order, Fault> {
    let from = order.customer_key_from.take();
    key(&mut order.access, from).await?;
    if order.access.customer_key.is_some() {
        order.options.encryption = Encryption::Customer;
    } else if order.options.encryption == Encryption::Customer {
        return Err(key_needed());
    }
    Ok(order)
}

/// Reads an SSE-C key from where it is kept.
pub(in crate::tasks) async fn key(
    access: &mut Access,
    from: Option<KeySource>,
) -> Result<(), Fault> {
    let (text, shown) = match from {
        None => return Ok(()),
        Some(KeySource::Variable(name)) => {
            let shown = format!("the variable {name}");
            let value = std::env::var_os(&name)
                .ok_or_else(|| wrong(&shown, "is not set"))?
                .into_encoded_bytes();
            (value, shown)
        }
        Some(KeySource::File(path)) => {
            let path = at_home(&path);
            let shown = path.display().to_string();
            let read = tokio::fs::read(&path).await;
            let read = read.map_err(|error| wrong(&shown, &format!("cannot be read: {error}")))?;
            (read, shown)
        }
    };
    let key = customer::parse(&text);
    access.customer_key = Some(key.ok_or_else(|| wrong(&shown, "holds no SSE-C key"))?);
    Ok(())
}

/// The key has to be given again: no journal holds it.
pub(super) fn key_needed() -> Fault {
    Fault {
        kind: Kind::Invalid,
        hint: "name it with --sse-c-key-file or --sse-c-key-env".to_owned(),
        ..fault("this upload is encrypted with a key of your own, which is needed again")
    }
}

fn wrong(shown: &str, what: &str) -> Fault {
    Fault {
        kind: Kind::Invalid,
        target: shown.to_owned(),
        hint: "a key is 32 bytes, 64 hexadecimal digits, or base64 of 32 bytes".to_owned(),
        ..fault(&format!("it {what}"))
    }
}

//! A store that fails by script: throttled, slow, torn, denied, endless, with parts that land late.
//!
//! Wraps any [`Store`] and counts what it is asked. Waits with `tokio::time` only, so that a paused clock
//! makes long scripts instant.

mod store;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Store;
use crate::model::Target;
use crate::protocol::{Fault, Kind, Operation};

type Matches = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// A store in front of another that does as its script says.
pub struct FaultyStore<S> {
    inner: S,
    script: Mutex<Script>,
}

#[derive(Default)]
struct Script {
    rules: Vec<Rule>,
    latency: Option<Duration>,
    late: Vec<Late>,
    /// Uploads whose first aborts left parts behind, and how many more aborts they survive.
    half_aborted: HashMap<Target, u32>,
    endless: BTreeSet<&'static str>,
    requests: HashMap<Operation, u64>,
    in_flight: usize,
    greatest_in_flight: usize,
}

struct Rule {
    operation: Operation,
    left: u64,
    matches: Matches,
    kind: Kind,
    code: &'static str,
    message: &'static str,
}

struct Late {
    matches: Matches,
    times: u32,
}

impl<S> fmt::Debug for FaultyStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStore").finish_non_exhaustive()
    }
}

impl<S: Store> FaultyStore<S> {
    /// In front of `inner`, with an empty script.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            script: Mutex::new(Script::default()),
        }
    }

    /// The store behind.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// The next `times` requests of `operation` answer `SlowDown`, whatever they are about.
    pub fn throttle(&self, operation: Operation, times: u64) {
        self.fail(operation, Kind::Throttled, times, |_| true);
    }

    /// The connection of the next `times` requests of `operation` is reset; nothing is done.
    pub fn reset(&self, operation: Operation, times: u64) {
        self.fail(operation, Kind::Network, times, |_| true);
    }

    /// `operation` is denied from now on.
    pub fn deny(&self, operation: Operation) {
        self.fail(operation, Kind::Denied, u64::MAX, |_| true);
    }

    /// The next `times` requests of `operation` about a key (a bucket, where there is no key; empty for the
    /// account) that `matches` fail with `kind`; nothing is done. Rules act in the order of their adding.
    pub fn fail(
        &self,
        operation: Operation,
        kind: Kind,
        times: u64,
        matches: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) {
        let (code, message) = words(kind);
        self.lock().rules.push(Rule {
            operation,
            left: times,
            matches: Box::new(matches),
            kind,
            code,
            message,
        });
    }

    /// Every request takes this long.
    pub fn latency(&self, latency: Duration) {
        self.lock().latency = Some(latency);
    }

    /// Parts in flight land after the abort: for uploads whose key `matches`, the first `times` aborts are
    /// answered as done, and yet the newest part is there again.
    pub fn late_parts(&self, times: u32, matches: impl Fn(&str) -> bool + Send + Sync + 'static) {
        let matches = Box::new(matches);
        self.lock().late.push(Late { matches, times });
    }

    /// Listings of uploads and of parts say for ever that they go on at the same marker.
    pub fn endless_markers(&self, operation: Operation) {
        self.lock().endless.insert(operation.name());
    }

    /// How many requests of `operation` came in, failed ones included.
    pub fn requests(&self, operation: Operation) -> u64 {
        let script = self.lock();
        script.requests.get(&operation).copied().unwrap_or_default()
    }

    /// The most requests that were under way at the same time.
    pub fn greatest_in_flight(&self) -> usize {
        self.lock().greatest_in_flight
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the request, waits, and fails it if the script says so. The guard counts it out again.
    async fn enter(&self, operation: Operation, about: &str) -> Result<InFlight<'_>, Fault> {
        let (latency, refusal, guard) = {
            let mut script = self.lock();
            *script.requests.entry(operation).or_default() += 1;
            script.in_flight += 1;
            script.greatest_in_flight = script.greatest_in_flight.max(script.in_flight);
            let latency = script.latency;
            let refusal = script.refuse(operation, about);
            (latency, refusal, InFlight(&self.script))
        };
        match latency {
            Some(latency) => tokio::time::sleep(latency).await,
            // Others get their turn as they would over a network.
            None => tokio::task::yield_now().await,
        }
        match refusal {
            Some(fault) => Err(fault),
            None => Ok(guard),
        }
    }
}

struct InFlight<'a>(&'a Mutex<Script>);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        script.in_flight -= 1;
    }
}

impl Script {
    fn refuse(&mut self, operation: Operation, about: &str) -> Option<Fault> {
        let rule = self
            .rules
            .iter_mut()
            .find(|rule| rule.left > 0 && rule.operation == operation && (rule.matches)(about))?;
        rule.left -= 1;
        Some(Fault {
            operation,
            target: about.to_owned(),
            kind: rule.kind,
            code: Some(rule.code.to_owned()),
            message: rule.message.to_owned(),
            hint: String::new(),
        })
    }

    /// Whether this abort leaves parts behind.
    fn abort_leaves_parts(&mut self, target: &Target) -> bool {
        let fresh = || {
            let late = self.late.iter().find(|late| (late.matches)(&target.key));
            late.map_or(0, |late| late.times)
        };
        let left = match self.half_aborted.get(target) {
            Some(left) => *left,
            None => fresh(),
        };
        if left > 0 {
            self.half_aborted.insert(target.clone(), left - 1);
        } else {
            self.half_aborted.remove(target);
        }
        left > 0
    }
}

/// S3's code for a kind of failure, and a sentence.
fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Denied => ("AccessDenied", "Access Denied"),
        Kind::NotFound => ("NoSuchBucket", "The specified bucket does not exist"),
        Kind::UploadGone => ("NoSuchUpload", "The specified upload does not exist"),
        Kind::Throttled => ("SlowDown", "Please reduce your request rate"),
        Kind::Network => ("ConnectionReset", "the connection was reset"),
        Kind::Credentials => ("ExpiredToken", "The provided token has expired"),
        Kind::Invalid => ("InvalidArgument", "Invalid Argument"),
        Kind::Unsupported => ("NotImplemented", "Not implemented"),
        Kind::Garbled => ("MalformedXML", "the answer cannot be read"),
        Kind::Precondition => ("PreconditionFailed", "A precondition did not hold"),
        Kind::Bug | Kind::Other => ("InternalError", "We encountered an internal error"),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::model::Timestamp;
    use crate::s3::memory::{MemoryStore, NewUpload};
    use crate::s3::{Abort, Clock, ListParts, ListUploads};

    fn store() -> (FaultyStore<MemoryStore>, Target) {
        let memory = MemoryStore::new(Clock::fixed(Timestamp::from_secs(1)));
        memory.create_bucket("b", "us-east-1");
        let upload = NewUpload {
            key: "k".to_owned(),
            ..NewUpload::default()
        };
        let upload_id = memory.insert_upload("b", upload).unwrap();
        let target = Target {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            upload_id,
        };
        memory.put_part_record(&target, 1, 5).unwrap();
        memory.put_part_record(&target, 2, 5).unwrap();
        (FaultyStore::new(memory), target)
    }

    fn abort(target: &Target) -> Abort {
        Abort {
            target: target.clone(),
            if_initiated: None,
        }
    }

    fn parts(target: &Target) -> ListParts {
        ListParts {
            access: crate::model::send::Access::default(),
            target: target.clone(),
            marker: None,
            max_parts: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_requests_are_throttled_and_counted() {
        let (store, _) = store();
        store.throttle(Operation::HeadBucket, 2);
        let mut kinds = Vec::new();
        for _ in 0..3 {
            kinds.push(store.head_bucket("b").await.map_err(|fault| fault.kind));
        }
        assert_eq!(kinds[0], Err(Kind::Throttled));
        assert_eq!(kinds[1], Err(Kind::Throttled));
        assert!(kinds[2].is_ok());
        assert_eq!(store.requests(Operation::HeadBucket), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_under_way_together_are_counted() {
        let (store, _) = store();
        store.latency(Duration::from_secs(60));
        let start = tokio::time::Instant::now();
        join_all((0..7).map(|_| store.head_bucket("b"))).await;
        assert_eq!(store.greatest_in_flight(), 7);
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_that_lands_late_asks_for_another_abort() {
        let (store, target) = store();
        store.late_parts(1, |key| key == "k");
        assert_eq!(
            store.list_parts(&parts(&target)).await.unwrap().parts.len(),
            2
        );
        store.abort(&abort(&target)).await.unwrap();
        assert_eq!(
            store.list_parts(&parts(&target)).await.unwrap().parts.len(),
            1
        );
        store.abort(&abort(&target)).await.unwrap();
        let gone = store.list_parts(&parts(&target)).await.unwrap_err();
        assert_eq!(gone.kind, Kind::UploadGone);
    }

    #[tokio::test(start_paused = true)]
    async fn keys_can_be_singled_out_and_operations_denied() {
        let (store, target) = store();
        store.fail(Operation::ListParts, Kind::Network, 1, |key| key == "other");
        assert!(store.list_parts(&parts(&target)).await.is_ok());
        store.deny(Operation::ListParts);
        let denied = store.list_parts(&parts(&target)).await.unwrap_err();
        assert_eq!(denied.kind, Kind::Denied);
        store.endless_markers(Operation::ListMultipartUploads);
        let request = ListUploads {
            bucket: "b".to_owned(),
            ..ListUploads::default()
        };
        let page = store.list_uploads(&request).await.unwrap();
        assert!(page.next.is_some());
    }
}

//! A store that fails by script: throttled, slow, torn, denied, endless, away, with parts that land late and
//! answers that are lost.
//!
//! Wraps any [`Store`] and counts what it is asked. Waits with `tokio::time` only, so that a paused clock
//! makes long scripts instant.

mod mishap;
mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Payload, Store};
use crate::model::Target;
use crate::protocol::{Fault, Kind, Operation};

pub use mishap::Sent;

use mishap::{Absence, Lapses, Mishap, Words};

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
    /// How often each part was sent, and its bytes in all.
    sent: BTreeMap<(Target, u32), Sent>,
    absence: Absence,
    refuses_checksums: bool,
    only_whole_keys: bool,
    lifecycle: Lapses,
    in_flight: usize,
    greatest_in_flight: usize,
}

struct Rule {
    operation: Operation,
    left: u64,
    matches: Matches,
    mishap: Mishap,
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
        self.add(operation, times, Mishap::Refused(Words::of(kind)), matches);
    }

    /// The next `times` requests of `operation` answer with an HTTP status that S3 uses for trouble of its own:
    /// 500, 503 or 429; nothing is done.
    pub fn status(&self, operation: Operation, status: u16, times: u64) {
        let words = Words::of_status(status);
        self.add(operation, times, Mishap::Refused(words), |_| true);
    }

    /// The credentials are expired for the next `times` requests of `operation`, then good again.
    pub fn expire(&self, operation: Operation, times: u64) {
        self.fail(operation, Kind::Credentials, times, |_| true);
    }

    /// The next `times` requests of `operation` about a key that `matches` are done, and their answers lost.
    pub fn lose(
        &self,
        operation: Operation,
        times: u64,
        matches: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) {
        self.add(operation, times, Mishap::Lost(Words::LOST), matches);
    }

    /// The connection of the next `times` requests of `operation` breaks after `bytes` of the body; nothing is
    /// stored.
    pub fn cut_off(&self, operation: Operation, bytes: usize, times: u64) {
        self.add(operation, times, Mishap::CutOff(bytes), |_| true);
    }

    /// The next `times` requests of `operation` about a key that `matches` are never answered: whoever waits has
    /// to drop them. Nothing is done.
    pub fn stall(
        &self,
        operation: Operation,
        times: u64,
        matches: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) {
        self.add(operation, times, Mishap::Stalled, matches);
    }

    fn add(
        &self,
        operation: Operation,
        left: u64,
        mishap: Mishap,
        matches: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) {
        self.lock().rules.push(Rule {
            operation,
            left,
            matches: Box::new(matches),
            mishap,
        });
    }

    /// Nobody can be reached while `away`: every request fails at once.
    pub fn set_away(&self, away: bool) {
        self.lock().absence = if away { Absence::Away } else { Absence::Here };
    }

    /// Nobody can be reached until `until`.
    pub fn away_until(&self, until: Instant) {
        self.lock().absence = Absence::Until(until);
    }

    /// Whatever speaks of a checksum is refused from now on, as some services do: `Invalid`.
    pub fn refuse_checksums(&self) {
        self.lock().refuses_checksums = true;
    }

    /// A listing's prefix finds only the key that equals it from now on, as some services have it.
    pub fn honour_only_whole_keys(&self) {
        self.lock().only_whole_keys = true;
    }

    /// After each write of a lifecycle configuration the next `times` reads of it still answer what was there
    /// before.
    pub fn stale_lifecycle(&self, times: u32) {
        self.lock().lifecycle.stale = times;
    }

    /// Of a lifecycle configuration that is written, only what `keeps` leaves of its text is stored.
    pub fn lossy_lifecycle(&self, keeps: impl Fn(&str) -> String + Send + Sync + 'static) {
        self.lock().lifecycle.keeps = Some(Arc::new(keeps));
    }

    /// How often each part was sent, and what of it was stored: by upload and number.
    pub fn sent(&self) -> BTreeMap<(Target, u32), Sent> {
        self.lock().sent.clone()
    }

    /// How often this part was sent.
    pub fn sent_part(&self, target: &Target, number: u32) -> Sent {
        let script = self.lock();
        let part = (target.clone(), number);
        script.sent.get(&part).copied().unwrap_or_default()
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
        let entered = self.admit(operation, about, false).await?;
        match entered.mishap {
            None | Some(Mishap::Refused(_)) => Ok(entered.guard),
            Some(Mishap::Lost(words)) => Err(words.fault(operation, about)),
            Some(Mishap::CutOff(_)) => Err(Words::CUT.fault(operation, about)),
            Some(Mishap::Stalled) => std::future::pending().await,
        }
    }

    /// The same for a request that changes something: what is to happen to it is for [`FaultyStore::suffer`].
    async fn admit(
        &self,
        operation: Operation,
        about: &str,
        checksum: bool,
    ) -> Result<Entered<'_>, Fault> {
        let (latency, mut mishap, guard) = {
            let mut script = self.lock();
            *script.requests.entry(operation).or_default() += 1;
            script.in_flight += 1;
            script.greatest_in_flight = script.greatest_in_flight.max(script.in_flight);
            let latency = script.latency;
            let mishap = script.mishap(operation, about);
            (latency, mishap, InFlight(&self.script))
        };
        match latency {
            Some(latency) => tokio::time::sleep(latency).await,
            // Others get their turn as they would over a network.
            None => tokio::task::yield_now().await,
        }
        if mishap.is_none() && checksum && self.lock().refuses_checksums {
            mishap = Some(Mishap::Refused(Words {
                kind: Kind::Invalid,
                code: "InvalidArgument",
                message: "x-amz-checksum is not supported",
            }));
        }
        match mishap {
            Some(Mishap::Refused(words)) => Err(words.fault(operation, about)),
            mishap => Ok(Entered { mishap, guard }),
        }
    }

    /// Does the request as its mishap has it.
    async fn suffer<T>(
        &self,
        entered: Entered<'_>,
        payload: Option<&Payload>,
        about: (Operation, &str),
        work: impl Future<Output = Result<T, Fault>> + Send,
    ) -> Result<T, Fault> {
        let (operation, key) = about;
        match entered.mishap {
            None | Some(Mishap::Refused(_)) => work.await,
            Some(Mishap::Lost(words)) => {
                work.await?;
                Err(words.fault(operation, key))
            }
            Some(Mishap::CutOff(bytes)) => {
                if let Some(payload) = payload {
                    let some = bytes.min(payload.body.len());
                    payload.pass(some).await;
                }
                Err(Words::CUT.fault(operation, key))
            }
            Some(Mishap::Stalled) => std::future::pending().await,
        }
    }
}

/// A request that the script let in.
struct Entered<'a> {
    mishap: Option<Mishap>,
    guard: InFlight<'a>,
}

struct InFlight<'a>(&'a Mutex<Script>);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        script.in_flight -= 1;
    }
}

impl Script {
    fn mishap(&mut self, operation: Operation, about: &str) -> Option<Mishap> {
        let away = match self.absence {
            Absence::Here => false,
            Absence::Away => true,
            Absence::Until(until) => Instant::now() < until,
        };
        if away {
            return Some(Mishap::Refused(Words::AWAY));
        }
        let rule = self
            .rules
            .iter_mut()
            .find(|rule| rule.left > 0 && rule.operation == operation && (rule.matches)(about))?;
        rule.left -= 1;
        Some(rule.mishap)
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

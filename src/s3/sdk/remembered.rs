//! Credentials asked for once, and again when they end or the service refuses them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_sdk_s3::config::SharedCredentialsProvider;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::connect::Connection;
use super::credentials::{self, expiry};
use super::errors::Failure;
use crate::model::Timestamp;
use crate::s3::Clock;

/// Credentials with less than this to live are asked for anew …
const MARGIN: Duration = Duration::from_secs(300);
/// … but no more often than this while they live: a provider may have no others yet.
const AGAIN: Duration = Duration::from_secs(30);
/// What the service refused is looked for anew no more often than this.
const RENEWAL: Duration = Duration::from_secs(5);
/// A `credential_process` may ask a person for a code.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Makes a provider that has read nothing yet: those of the SDK read their files once.
type Make = dyn Fn() -> BoxFuture<'static, Option<SharedCredentialsProvider>> + Send + Sync;

/// A provider that asks the one behind it once, so that the header, the audit log and the clients of all
/// regions share one answer: a `credential_process` may ask a person. There is no other cache before it.
#[derive(Clone)]
pub(super) struct Remembered(Arc<Shared>);

struct Shared {
    make: Box<Make>,
    clock: Clock,
    /// Held while the provider is asked: whoever comes meanwhile waits for its answer.
    state: Mutex<State>,
}

struct State {
    provider: SharedCredentialsProvider,
    last: Option<Credentials>,
    /// When the provider was asked.
    asked: Option<Instant>,
    /// When others were looked for.
    renewed: Option<Instant>,
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}

impl Remembered {
    pub(super) fn new<F, M>(provider: SharedCredentialsProvider, clock: Clock, make: M) -> Self
    where
        F: Future<Output = Option<SharedCredentialsProvider>> + Send + 'static,
        M: Fn() -> F + Send + Sync + 'static,
    {
        Self(Arc::new(Shared {
            make: Box::new(move || Box::pin(make())),
            clock,
            state: Mutex::new(State {
                provider,
                last: None,
                asked: None,
                renewed: None,
            }),
        }))
    }

    async fn get(&self) -> provider::Result {
        let mut state = self.0.state.lock().await;
        if let Some(last) = state.fresh(self.0.clock.now()) {
            return Ok(last);
        }
        match state.ask().await {
            // What is left of the old ones is better than nothing.
            Err(error) => state.alive(self.0.clock.now()).ok_or(error),
            found => found,
        }
    }

    /// Looks for others than those that the service refused: files are read anew, processes run again. Answers
    /// whether there are any.
    pub(super) async fn renew(
        &self,
        refused: Option<&Credentials>,
    ) -> Result<bool, CredentialsError> {
        let mut state = self.0.state.lock().await;
        let is_new = |state: &State| state.last.is_some() && state.last.as_ref() != refused;
        let lately = state.renewed.is_some_and(|at| at.elapsed() < RENEWAL);
        if is_new(&state) || lately {
            return Ok(is_new(&state));
        }
        state.renewed = Some(Instant::now());
        if let Some(provider) = (self.0.make)().await {
            state.provider = provider;
        }
        state.ask().await?;
        Ok(is_new(&state))
    }

    /// Those in use.
    pub(super) async fn known(&self) -> Option<Credentials> {
        self.0.state.lock().await.last.clone()
    }
}

impl State {
    fn fresh(&self, now: Timestamp) -> Option<Credentials> {
        let last = self.alive(now)?;
        let lately = self.asked.is_some_and(|at| at.elapsed() < AGAIN);
        let is_fresh = expiry(&last).is_none_or(|end| lately || now < end.minus(MARGIN));
        is_fresh.then_some(last)
    }

    fn alive(&self, now: Timestamp) -> Option<Credentials> {
        let last = self.last.clone()?;
        expiry(&last).is_none_or(|end| now < end).then_some(last)
    }

    async fn ask(&mut self) -> provider::Result {
        let asked = tokio::time::timeout(TIMEOUT, self.provider.provide_credentials()).await;
        self.asked = Some(Instant::now());
        let found = asked.map_err(|_| CredentialsError::provider_timed_out(TIMEOUT))??;
        self.last = Some(found.clone());
        Ok(found)
    }
}

impl ProvideCredentials for Remembered {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}

/// Whether an answer says that the keys are no longer what the service takes, so that others may be.
pub(super) fn are_refused(code: &str) -> bool {
    matches!(
        code,
        "TokenRefreshRequired" | "InvalidToken" | "InvalidAccessKeyId" | "InvalidClientTokenId"
    ) || code.starts_with("ExpiredToken")
}

impl Connection {
    /// The credentials that requests are signed with now.
    pub(super) async fn used_credentials(&self) -> Option<Credentials> {
        self.credentials.as_ref()?.known().await
    }

    /// Whether a request was refused for its credentials and there are others by now.
    pub(super) async fn has_others(
        &self,
        used: Option<&Credentials>,
        failure: &Failure,
    ) -> Result<bool, Failure> {
        let (Some(provider), Some(code)) = (&self.credentials, failure.code()) else {
            return Ok(false);
        };
        if !are_refused(code) {
            return Ok(false);
        }
        let profile = self.profile.as_deref();
        let renewed = provider.renew(used).await;
        renewed.map_err(|error| Failure::Credentials(credentials::explain(&error, profile)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    /// Gives another key each time it is asked, and counts.
    #[derive(Debug, Clone, Default)]
    struct Source {
        asked: Arc<AtomicUsize>,
        /// How often the same key is given.
        same: usize,
        /// Seconds since 1970.
        end: Option<u64>,
    }

    impl Source {
        fn next(&self) -> Credentials {
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            let end = |end| -> SystemTime { UNIX_EPOCH + Duration::from_secs(end) };
            let id = format!("AKID{}", number / self.same.max(1));
            Credentials::new(id, "hush", None, self.end.map(end), "test")
        }
    }

    impl ProvideCredentials for Source {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Ok(self.next()))
        }
    }

    fn remembered(source: &Source, now: i64) -> Remembered {
        let again = source.clone();
        let make = move || {
            let again = again.clone();
            async move { Some(SharedCredentialsProvider::new(again)) }
        };
        let provider = SharedCredentialsProvider::new(source.clone());
        let clock = Clock::fixed(Timestamp::from_secs(now));
        Remembered::new(provider, clock, make)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_is_asked_for_anew_once_for_all() {
        let source = Source::default();
        let remembered = remembered(&source, 0);
        let old = remembered.get().await.unwrap();
        assert_eq!(remembered.get().await.unwrap(), old);
        let renewals = (0..8).map(|_| remembered.renew(Some(&old)));
        let renewed = futures_util::future::join_all(renewals).await;
        assert!(renewed.into_iter().all(|renewed| renewed.unwrap()));
        assert_eq!(source.asked.load(Ordering::SeqCst), 2);
        assert_ne!(remembered.get().await.unwrap(), old);
    }

    #[tokio::test(start_paused = true)]
    async fn as_long_as_there_are_no_others_is_asked_now_and_then() {
        let source = Source {
            same: 4,
            ..Source::default()
        };
        let remembered = remembered(&source, 0);
        let old = remembered.get().await.unwrap();
        let mut seconds = 0;
        while !remembered.renew(Some(&old)).await.unwrap() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            seconds += 1;
        }
        assert_eq!((seconds, source.asked.load(Ordering::SeqCst)), (15, 5));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_about_to_end_is_asked_for_but_not_all_the_time() {
        let source = Source {
            end: Some(1_000),
            ..Source::default()
        };
        let early = remembered(&source, 500);
        for _ in 0..100 {
            early.get().await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(source.asked.swap(0, Ordering::SeqCst), 1);
        let late = remembered(&source, 900);
        for _ in 0..100 {
            late.get().await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(source.asked.load(Ordering::SeqCst), 4);
    }
}

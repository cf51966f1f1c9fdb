//! The server's clock beside ours: signatures are refused when they are too far apart, and ages are wrong.

use std::sync::{Arc, Mutex};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef as Context;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};

use super::errors::Failure;
use crate::s3::Clock;

/// Milliseconds that every service tolerates: AWS and those like it refuse from 15 minutes on.
const TOLERATED: u64 = 4 * 60 * 1000;
/// What services say to a request of another time.
const WORDS: [&str; 5] = [
    "RequestTimeTooSkewed",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "AccessDenied",
    "AuthFailure",
];

/// Compares each answer's `Date` with the clock.
#[derive(Debug, Clone)]
pub(super) struct Hours {
    clock: Clock,
    ahead: Arc<Mutex<Option<i64>>>,
}

impl Hours {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            ahead: Arc::default(),
        }
    }

    /// Whether a request was perhaps refused because of the time at which it was signed.
    pub(super) fn may_be_why(&self, failure: &Failure) -> bool {
        let far = self
            .ahead()
            .is_some_and(|ahead| ahead.unsigned_abs() > TOLERATED);
        // An answer to HEAD has no code.
        far && failure.is_denial() && failure.code().is_none_or(|code| WORDS.contains(&code))
    }

    /// Milliseconds by which this clock was ahead at the last answer that told the time.
    pub(super) fn ahead(&self) -> Option<i64> {
        *self.ahead.lock().ok()?
    }
}

impl Intercept for Hours {
    fn name(&self) -> &'static str {
        "the server's clock"
    }

    fn read_before_deserialization(
        &self,
        context: &Context<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let told = context.response().headers().get("date");
        let there = told
            .and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok())
            .and_then(|date| date.to_millis().ok());
        if let (Some(there), Ok(mut ahead)) = (there, self.ahead.lock()) {
            *ahead = Some(self.clock.now().millis() - there);
        }
        Ok(())
    }
}

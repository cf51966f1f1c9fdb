//! Which failures are worth a second try at once: blips only.

use super::causes;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

/// Keeps throttling for the caller's pacer, which slows everything down instead of asking again; and neither
/// waits a second time for a server that stayed silent nor reads again what did not end.
#[derive(Debug)]
pub(super) struct OnlyBlips;

impl ClassifyRetry for OnlyBlips {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        if let Some(Err(error)) = context.output_or_error()
            && (error.is_timeout_error()
                || causes::is_stall(error)
                || causes::is_too_long(error)
                || error.as_connector_error().is_some_and(
                    aws_smithy_runtime_api::client::result::ConnectorError::is_timeout,
                ))
        {
            return RetryAction::RetryForbidden;
        }
        let throttled = context
            .response()
            .is_some_and(|response| matches!(response.status().as_u16(), 429 | 503));
        if throttled {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn classify_retry_v2(
        &self,
        context: &InterceptorContext,
        previous: &RetryAction,
    ) -> RetryAction {
        // The classifiers before this one know the codes that mean "slow down" under any status.
        if *previous == RetryAction::throttling_error() {
            return RetryAction::RetryForbidden;
        }
        self.classify_retry(context)
    }

    fn name(&self) -> &'static str {
        "only blips"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

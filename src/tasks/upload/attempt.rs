//! One request, repeated until it went well or there is no hope: a part is repeated, never the upload.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use super::board::{Board, PartMeter};
use crate::protocol::{Fault, Kind, Operation};
use crate::tasks::job::Asker;
use crate::tasks::pacer::Stop;

/// The pause after the pacer has given up, doubled up to …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// No byte went for so long: the connection is dead.
const STALL: Duration = Duration::from_secs(60);
/// What the system may hold of a body that was handed over, in bytes.
const SEND_BUFFER: u64 = 8 * 1024 * 1024;
/// No answer to a body that went whole is waited for longer.
const LONGEST_ANSWER: Duration = Duration::from_secs(30 * 60);

/// The pauses between tries: longer and longer, and never two clients' the same.
#[derive(Debug)]
pub(super) struct Pause(Duration);

impl Pause {
    pub(super) const fn new() -> Self {
        Self(FIRST_PAUSE)
    }

    /// Waits, unless the job is cancelled.
    pub(super) async fn wait(&mut self, asker: &Asker) -> Result<(), Stop> {
        let span = self.0.mul_f64(0.75 + fastrand::f64() / 2.0);
        self.0 = LONGEST_PAUSE.min(self.0 * 2);
        tokio::select! {
            () = asker.cancel.cancelled() => Err(Stop::Cancelled),
            () = sleep(span) => Ok(()),
        }
    }
}

/// Asks until it goes well, as long as anything of the job went well within `patience`.
pub(super) async fn persist<T, F, A>(
    asker: &Asker,
    board: &Board,
    patience: Duration,
    ask: A,
) -> Result<T, Stop>
where
    A: FnMut() -> F,
    F: Future<Output = Result<T, Fault>>,
{
    let answer = until_told(asker, board, patience, ask).await?;
    board.succeeded();
    Ok(answer)
}

/// As [`persist`], of requests some of whose failures are answers: whether it went well is the caller's to say.
pub(super) async fn until_told<T, F, A>(
    asker: &Asker,
    board: &Board,
    patience: Duration,
    mut ask: A,
) -> Result<T, Stop>
where
    A: FnMut() -> F,
    F: Future<Output = Result<T, Fault>>,
{
    let mut pause = Pause::new();
    let mut fresh = true;
    loop {
        let answer = asker.pacer.run(asker.urgency, &asker.cancel, |lost| {
            if lost > 0 || !fresh {
                board.repeated();
            }
            fresh = false;
            ask()
        });
        match answer.await {
            Ok(answer) => return Ok(answer),
            Err(Stop::Fault(fault)) if may_pass(&fault, board) && board.barren() < patience => {
                board.troubled(fault.to_string());
                pause.wait(asker).await?;
            }
            Err(stop) => return Err(stop),
        }
    }
}

/// Whether waiting may help: the network comes back, the service recovers, somebody signs in again.
fn may_pass(fault: &Fault, board: &Board) -> bool {
    match fault.kind {
        // Damaged on its way again and again: the same bytes will not fare better later.
        Kind::Network => fault.code.as_deref() != Some("BadDigest"),
        Kind::Throttled => true,
        Kind::Credentials => {
            let code = fault.code.as_deref().unwrap_or_default();
            let expired = code.starts_with("Expired") || code == "TokenRefreshRequired";
            // The provider of credentials failed after it had worked before.
            let lost = fault.operation == Operation::Connect || code.is_empty();
            // Who begins with bad ones is told at once.
            (expired || lost) && board.has_succeeded()
        }
        _ => false,
    }
}

/// Waits for the answer to a body as long as bytes pass, or may still be on their way.
pub(super) async fn watch<T>(
    meter: &PartMeter,
    len: u64,
    request: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let began = tokio::time::Instant::now();
    let mut request = std::pin::pin!(request);
    loop {
        let allowed = if !meter.is_counted() {
            // It goes in one piece that nobody sees: 10 kB/s are the least that is waited for.
            STALL + Duration::from_millis(len / 10)
        } else if meter.passed_bytes() < len {
            STALL * 2
        } else {
            let took = began.elapsed().saturating_sub(meter.idle());
            let rate = len * 1000 / u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
            let buffered = SEND_BUFFER.min(len) / rate.max(1000);
            LONGEST_ANSWER.min(STALL + Duration::from_secs(buffered * 2))
        };
        let idle = if meter.is_counted() {
            meter.idle()
        } else {
            began.elapsed()
        };
        let Some(left) = allowed.checked_sub(idle) else {
            return Err(Fault {
                operation: Operation::UploadPart,
                target: String::new(),
                kind: Kind::Network,
                code: None,
                message: format!("nothing moved for {} s", idle.as_secs()),
                hint: String::new(),
            });
        };
        tokio::select! {
            answer = &mut request => return answer,
            () = sleep(left.max(Duration::from_millis(100))) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waiting_is_for_what_may_pass() {
        let fault = |kind, code: &str| Fault {
            operation: Operation::UploadPart,
            target: String::new(),
            kind,
            code: Some(code.to_owned()).filter(|code| !code.is_empty()),
            message: String::new(),
            hint: String::new(),
        };
        let board = Board::new(None);
        assert!(may_pass(&fault(Kind::Network, ""), &board));
        assert!(may_pass(&fault(Kind::Network, "InternalError"), &board));
        assert!(!may_pass(&fault(Kind::Network, "BadDigest"), &board));
        assert!(!may_pass(&fault(Kind::Denied, "AccessDenied"), &board));
        for code in ["ExpiredToken", ""] {
            let expired = fault(Kind::Credentials, code);
            assert!(!may_pass(&expired, &Board::new(None)), "bad from the start");
            board.succeeded();
            assert!(may_pass(&expired, &board));
        }
        assert!(!may_pass(
            &fault(Kind::Credentials, "SignatureDoesNotMatch"),
            &board
        ));
    }
}

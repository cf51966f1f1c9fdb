//! Who asks and where: credentials, endpoint, the way there, the clock, the region.

use std::time::Duration;

use super::verdict::{checked, skipped, told};
use crate::model::examination::{Check, Setting, Status};
use crate::model::{Timestamp, human};
use crate::protocol::{Fault, Identity, Kind, Operation};
use crate::s3::Noticed;
use crate::s3::endpoint::is_exposed;

/// S3 refuses requests whose time is further from its own. Source: S3 API reference, error responses,
/// `RequestTimeTooSkewed`.
const REFUSED: u64 = 15 * 60 * 1000;
/// Nearer than this, the `Date` header and the way of the answer may account for it.
const WORTH_TELLING: u64 = 10 * 1000;
/// Credentials that end sooner may end within a long upload.
const SOON: Duration = Duration::from_secs(60 * 60);

/// Why there is nothing to ask with: no credentials, or settings that make no connection.
pub(super) fn unconnected(fault: Fault) -> Check {
    let name = match fault.kind {
        Kind::Credentials => "credentials",
        _ => "settings",
    };
    checked(name, Operation::Connect.iam_action(), Err(fault))
}

/// Whose credentials there are, and for how long.
pub(super) fn credentials(identity: &Identity, now: Timestamp) -> Check {
    let action = Operation::Connect.iam_action();
    let end = identity.credentials_expire;
    let detail = match &identity.access_key_tail {
        None => "requests are not signed".to_owned(),
        Some(tail) => {
            let from = identity.credentials_from.as_deref().unwrap_or("the chain");
            let until = match end {
                None => String::new(),
                Some(end) if end <= now => ", which have ended".to_owned(),
                Some(end) => format!(", which end in {}", human::age(end.since(now))),
            };
            format!("access key …{tail} from {from}{until}")
        }
    };
    let mut check = checked("credentials", action, Ok(detail));
    match end {
        Some(end) if end <= now => {
            check.status = Status::Failed;
            "renew them: sign in again, or export new ones".clone_into(&mut check.remedy);
        }
        Some(end) if end.since(now) < SOON => {
            "asked for again when they end; what cannot be renewed ends a long upload, which is kept"
                .clone_into(&mut check.remedy);
        }
        _ => {}
    }
    check
}

/// Whether nobody answered at all.
pub(super) fn is_away(fault: &Fault) -> bool {
    // A server that fails has answered, and says so by a code of its own.
    fault.kind == Kind::Network && fault.code.is_none()
}

/// Whether anybody answers there.
pub(super) fn reached(setting: &Setting, fault: Option<&Fault>) -> Check {
    let name = "endpoint";
    let at = setting.endpoint.as_deref().unwrap_or("AWS");
    match fault {
        Some(fault) if is_away(fault) => told(
            name,
            Status::Failed,
            format!("{at} does not answer: {}", fault.message),
            &fault.hint,
        ),
        Some(fault) if fault.kind == Kind::Garbled => told(
            name,
            Status::Failed,
            format!("{at} answers, but not as S3 does: {}", fault.message),
            &fault.hint,
        ),
        // As anything does that is no S3 at all.
        Some(fault)
            if fault.kind == Kind::NotFound
                && matches!(fault.code.as_deref(), None | Some("NotFound")) =>
        {
            told(
                name,
                Status::Quirk,
                format!("{at} answers, but has no list of buckets: it may be no S3 endpoint"),
                "check --endpoint-url; with a bucket's name the rest is tried all the same",
            )
        }
        _ => {
            let rules = match &setting.provider {
                Some(provider) => format!("by the rules of {provider}"),
                None => "by S3's own rules: the provider was not recognised".to_owned(),
            };
            let remedy = if setting.provider.is_some() {
                ""
            } else {
                "name the provider with --provider, if it is a known one"
            };
            told(name, Status::Ok, format!("{at} answers; {rules}"), remedy)
        }
    }
}

/// How safe the way there is.
pub(super) fn tls(endpoint: Option<&str>, fault: Option<&Fault>) -> Check {
    let name = "tls";
    let plain = endpoint.is_some_and(|at| at.starts_with("http://"));
    if plain && endpoint.is_some_and(is_exposed) {
        return told(
            name,
            Status::Quirk,
            "plain http to another machine: whoever is on the way reads what is sent",
            "what is sent is signed over, so that nobody changes it unseen; use https to hide it",
        );
    }
    if plain {
        return told(name, Status::Ok, "plain http within this machine", "");
    }
    match fault {
        Some(fault) if is_away(fault) && fault.message.contains("secure connection") => told(
            name,
            Status::Failed,
            fault.message.clone(),
            "check the certificate, AWS_CA_BUNDLE or ca_bundle, and whether it speaks TLS 1.2 or 1.3",
        ),
        Some(fault) if is_away(fault) => skipped(name, None, "nobody answers", ""),
        _ => told(
            name,
            Status::Ok,
            "TLS 1.2 or 1.3, and the certificate is trusted",
            "",
        ),
    }
}

/// The clock beside the server's.
pub(super) fn clock(noticed: Noticed) -> Check {
    let name = "clock";
    let Some(ahead) = noticed.clock_ahead else {
        return skipped(name, None, "the server does not tell the time", "");
    };
    let apart = ahead.unsigned_abs();
    if apart < WORTH_TELLING {
        return told(name, Status::Ok, "as the server's", "");
    }
    let by = human::age(Duration::from_millis(apart));
    let where_to = if ahead > 0 { "ahead of" } else { "behind" };
    if apart > REFUSED {
        let detail =
            format!("{by} {where_to} the server's; S3 refuses requests that are 15 min off");
        return told(name, Status::Failed, detail, "set the clock");
    }
    let detail = format!("{by} {where_to} the server's; ages are wrong by as much");
    told(
        name,
        Status::Quirk,
        detail,
        "life is judged by the later clock, so that nothing alive looks old; set the clock",
    )
}

/// Whether the bucket is where requests go first.
pub(super) fn region(asked: Option<&str>, found: Option<&str>) -> Check {
    let name = "region";
    match (asked, found) {
        (_, None) => skipped(
            name,
            None,
            "the server does not tell where the bucket is",
            "",
        ),
        (Some(asked), Some(found)) if asked != found => told(
            name,
            Status::Quirk,
            format!("the bucket is in {found}, and {asked} is asked first"),
            "the bucket is asked where it is; --region saves the detour",
        ),
        (_, Some(found)) => told(name, Status::Ok, found, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_told_and_one_that_is_far_off_is_a_failure() {
        let of = |ahead| {
            let noticed = Noticed {
                clock_ahead: ahead,
                ..Noticed::default()
            };
            let check = clock(noticed);
            (check.status, check.detail)
        };
        assert_eq!(of(None).0, Status::Skipped);
        assert_eq!(of(Some(-3000)).0, Status::Ok);
        let (status, detail) = of(Some(-180_000));
        assert_eq!(status, Status::Quirk);
        assert!(detail.starts_with("3 min behind"), "{detail}");
        let (status, detail) = of(Some(7_200_000));
        assert_eq!(status, Status::Failed);
        assert!(detail.starts_with("2 h ahead of"), "{detail}");
    }

    #[test]
    fn plain_http_is_warned_of_only_where_others_can_listen() {
        let status = |endpoint| tls(endpoint, None).status;
        assert_eq!(status(Some("http://minio.lan:9000")), Status::Quirk);
        assert_eq!(status(Some("http://127.0.0.1:9000")), Status::Ok);
        assert_eq!(status(Some("https://minio.lan")), Status::Ok);
        assert_eq!(status(None), Status::Ok);
        let fault = Fault {
            operation: Operation::ListBuckets,
            target: String::new(),
            kind: Kind::Network,
            code: None,
            message: "no secure connection to s3.lan:443: invalid peer certificate: Expired"
                .to_owned(),
            hint: String::new(),
        };
        let check = tls(Some("https://s3.lan"), Some(&fault));
        assert_eq!(check.status, Status::Failed);
        assert!(check.detail.contains("Expired"), "{check:?}");
    }

    #[test]
    fn whatever_answers_is_not_taken_for_s3() {
        let status = |code: Option<&str>| {
            let fault = Fault {
                operation: Operation::ListBuckets,
                target: String::new(),
                kind: Kind::NotFound,
                code: code.map(ToOwned::to_owned),
                message: "not found".to_owned(),
                hint: String::new(),
            };
            reached(&Setting::default(), Some(&fault)).status
        };
        assert_eq!(status(None), Status::Quirk);
        assert_eq!(status(Some("NoSuchBucket")), Status::Ok);
        assert_eq!(reached(&Setting::default(), None).status, Status::Ok);
    }

    #[test]
    fn credentials_that_end_are_told_in_time() {
        let now = Timestamp::from_secs(10_000);
        let of = |end: u32| {
            let identity = Identity {
                access_key_tail: Some("ABCD".to_owned()),
                credentials_from: Some("SSO".to_owned()),
                credentials_expire: Some(Timestamp::from_secs(i64::from(end))),
                ..Identity::default()
            };
            credentials(&identity, now)
        };
        assert_eq!(of(9_000).status, Status::Failed);
        let soon = of(11_000);
        assert_eq!(soon.status, Status::Ok);
        assert!(!soon.remedy.is_empty(), "{soon:?}");
        assert_eq!(of(1_000_000).remedy, "");
    }
}

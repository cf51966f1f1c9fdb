//! How a server deviates, and what is done about it.

use super::{Check, Status, skipped};
use crate::model::bucket::is_directory_bucket;
use crate::model::human;
use crate::s3::{Encoding, Noticed, UploadsPage};

/// S3 refuses requests whose time is further from its own. Source: S3 API reference, error responses,
/// `RequestTimeTooSkewed`.
const REFUSED: u64 = 15 * 60 * 1000;
/// Nearer than this, the `Date` header and the way of the answer may account for it.
const WORTH_TELLING: u64 = 10 * 1000;

fn told(name: &'static str, status: Status, detail: impl Into<String>) -> Check {
    Check {
        name,
        status,
        iam_action: None,
        detail: detail.into(),
    }
}

/// The clock beside the server's.
pub(super) fn clock(noticed: Noticed) -> Check {
    let name = "clock";
    let Some(ahead) = noticed.clock_ahead else {
        return skipped(name, None, "the server does not tell the time");
    };
    let apart = ahead.unsigned_abs();
    if apart < WORTH_TELLING {
        return told(name, Status::Ok, "as the server's");
    }
    let by = human::age(std::time::Duration::from_millis(apart));
    let where_to = if ahead > 0 { "ahead of" } else { "behind" };
    if apart > REFUSED {
        let detail = format!(
            "{by} {where_to} the server's; S3 refuses requests that are 15 min off: set the clock"
        );
        return told(name, Status::Failed, detail);
    }
    let detail = format!("{by} {where_to} the server's; ages are wrong by as much");
    told(name, Status::Quirk, detail)
}

/// Whether keys come encoded.
pub(super) fn encoding(noticed: Noticed) -> Check {
    let name = "key encoding";
    match noticed.encoding {
        Some(Encoding::Heeded) => told(name, Status::Ok, "encoding-type=url is heeded"),
        Some(Encoding::Said) => told(
            name,
            Status::Ok,
            "encoding-type=url is heeded, the server says; no key was there to see it by",
        ),
        Some(Encoding::Unsaid) => told(
            name,
            Status::Quirk,
            "the server does not say whether keys are encoded; an odd key is looked up to find out",
        ),
        Some(Encoding::Ignored) => told(
            name,
            Status::Quirk,
            "encoding-type=url is not heeded; keys are taken as they come",
        ),
        None => skipped(name, None, "no listing to see it by"),
    }
}

/// What two pages that were asked for one upload each tell.
pub(super) fn paging(
    bucket: &str,
    first: &UploadsPage,
    second: Option<&UploadsPage>,
    checks: &mut Vec<Check>,
) {
    let (size, paging) = ("page size", "paging");
    checks.push(match first.uploads.len() {
        0 => skipped(size, None, "no upload to see it by"),
        1 => told(size, Status::Ok, "max-uploads is honoured"),
        _ => told(
            size,
            Status::Quirk,
            "max-uploads is ignored; pages of any size are taken as they come",
        ),
    });
    checks.push(match second {
        None => skipped(paging, None, "there is no second page"),
        Some(second) if second.next.is_some() && second.next == first.next => told(
            paging,
            Status::Quirk,
            "markers do not move; such a listing is ended and what was found is kept",
        ),
        Some(second) if second.uploads.iter().any(|of| first.uploads.contains(of)) => told(
            paging,
            Status::Quirk,
            "pages repeat uploads; each is shown once",
        ),
        Some(_) => told(paging, Status::Ok, "markers move"),
    });
    if is_directory_bucket(bucket) {
        checks.push(told(
            "directory bucket",
            Status::Quirk,
            "prefixes end in '/' and are widened, order is not assumed, aborts name the initiation",
        ));
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
}

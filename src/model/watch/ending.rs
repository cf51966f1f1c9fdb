//! How an upload ended, from what was known of it and what stands at its key now.

use std::cmp::Ordering;
use std::time::Duration;

use super::{Ending, Ledger, Standing};
use crate::model::Timestamp;
use crate::model::human;

/// Dates are whole seconds, and two clocks meet.
const SLACK: Duration = Duration::from_secs(3);
/// Where it may not be seen when an upload was begun: hardly so long before its first part.
const PRELUDE: Duration = Duration::from_hours(1);
/// Parts that were not seen any more may be so many times as large as the largest that was.
const GROWTH: u64 = 16;

/// What was known of the upload when it was gone.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub ledger: &'a Ledger,
    /// When it was begun, where that may be seen.
    pub initiated: Option<Timestamp>,
    /// When its first part came.
    pub first: Option<Timestamp>,
    /// When it was last seen to be there, by the service's clock; `None`: never.
    pub alive: Option<Timestamp>,
    /// Bytes of the whole, where they are known.
    pub size: Option<u64>,
    /// The `ETag` of all the parts that were known, where it can be foretold.
    pub etag: Option<&'a str>,
    /// The `ETag` of as many of them as the object's own names, if there are some that it fits.
    pub some: Option<&'a str>,
    /// The object's `ETag` says nothing of its bytes: KMS, SSE-C.
    pub is_opaque: bool,
    /// The server may tell an object of parts by the MD5 of the whole.
    pub may_be_plain: bool,
}

/// Says how it ended; `found` is what stands at the key.
pub fn conclude(known: &Known<'_>, found: Option<Standing>) -> Ending {
    let Some(found) = found else {
        return Ending::Aborted;
    };
    let made = found.last_modified;
    let before = |since: Option<Timestamp>| {
        let since = since.zip(made);
        since.is_some_and(|(since, made)| made.plus(SLACK) < since)
    };
    let earliest = || known.first.map(|first| first.minus(PRELUDE));
    if before(known.initiated.or_else(earliest)) {
        return Ending::Aborted;
    }
    let exact = |etag: Option<&str>| etag.is_some_and(|of| of.eq_ignore_ascii_case(&found.etag));
    if exact(known.etag) || exact(known.some) {
        return Ending::Completed(found);
    }
    if known.alive.is_none() {
        return unseen(known, found);
    }
    // S3 dates an object of parts by the beginning of its upload, others by its end.
    // Source: S3 User Guide, "Working with object metadata", Last-Modified.
    let at_its_beginning = match (known.initiated.or(known.first), made) {
        (Some(latest), Some(made)) => made <= latest.plus(SLACK),
        _ => true,
    };
    // That date is all but proof, whatever the parts say: one may have been sent again and not seen.
    let has_its_date = at_its_beginning && known.initiated.is_some() && made.is_some();
    let is_old = before(known.alive);
    if (at_its_beginning || !is_old) && fits(known, &found, has_its_date) {
        Ending::Completed(found)
    } else if is_old {
        Ending::Aborted
    } else {
        Ending::Replaced(found)
    }
}

/// Of an upload that was over before the first look, so that only the object can tell.
fn unseen(known: &Known<'_>, found: Standing) -> Ending {
    let right_size = known.size.is_none_or(|size| size == found.size);
    let is_of_parts = parts(&found.etag).is_some();
    let is_newer = known.initiated.is_some() && found.last_modified.is_some();
    if is_of_parts && right_size && (is_newer || known.size.is_some()) {
        return Ending::Completed(found);
    }
    if is_newer {
        return Ending::Replaced(found);
    }
    let when = found.last_modified.map(human::utc);
    Ending::Untold(format!(
        "the upload was over before the first look, or its ID is wrong; at the key stands an object of {}{}, which \
         may or may not be what became of it",
        human::size(found.size),
        when.map_or(String::new(), |at| format!(", written {at}"))
    ))
}

/// Whether the object can be what the parts became, though nothing proves it. `has_its_date`: an `ETag` that the parts
/// do not explain tells of one that was sent again unseen, not of another write.
fn fits(known: &Known<'_>, found: &Standing, has_its_date: bool) -> bool {
    let ledger = known.ledger;
    let (all, bytes) = (ledger.parts(), ledger.bytes());
    let Some(count) = parts(&found.etag) else {
        let whole = found.size == bytes || known.size == Some(found.size);
        return (known.may_be_plain || known.is_opaque) && all > 0 && whole;
    };
    // What was seen has been compared byte for byte, where that can be done.
    let is_compared = !has_its_date && known.etag.is_some() && !known.is_opaque;
    let is_other = match count.cmp(&all) {
        Ordering::Less => true,
        // Where the date tells nothing, a part that was sent again is likelier than as large an object by chance.
        Ordering::Equal => found.size == bytes && !known.may_be_plain,
        Ordering::Greater => false,
    };
    if is_compared && is_other {
        return false;
    }
    let mut sizes: Vec<u64> = ledger.sizes().collect();
    sizes.sort_unstable();
    let largest = sizes.last().copied().unwrap_or(u64::MAX);
    if count > all {
        // The last ones came, and it was completed, between two looks.
        let unseen = u64::from(count - all);
        let more = found.size.saturating_sub(bytes);
        return more >= unseen
            && (all == 0 || more <= unseen.saturating_mul(largest.saturating_mul(GROWTH)));
    }
    // Some were left out, and a few may have come that were not seen.
    let count = usize::try_from(count)
        .unwrap_or(usize::MAX)
        .min(sizes.len());
    let least: u64 = sizes[..count]
        .iter()
        .fold(0, |sum, of| sum.saturating_add(*of));
    let rest = sizes.len() - count;
    let most: u64 = sizes[rest..]
        .iter()
        .fold(0, |sum, of| sum.saturating_add(*of));
    (least..=most).contains(&found.size)
}

/// How many parts an `ETag` says that the object was made of.
fn parts(etag: &str) -> Option<u32> {
    let (_, count) = etag.rsplit_once('-')?;
    count.parse().ok().filter(|count| *count > 0)
}

impl Standing {
    /// How many parts its `ETag` says that it was made of.
    pub fn parts(&self) -> Option<u32> {
        parts(&self.etag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Part;

    fn ledger(sizes: &[u64]) -> Ledger {
        let mut ledger = Ledger::default();
        let part = |(number, size): (u32, &u64)| Part {
            number,
            size: *size,
            etag: "0".repeat(32),
            last_modified: Some(Timestamp::from_secs(1000 + i64::from(number))),
            checksum: None,
        };
        ledger.take((1..).zip(sizes).map(part).collect());
        ledger
    }

    fn object(etag: &str, size: u64, second: i64) -> Standing {
        Standing {
            size,
            etag: etag.to_owned(),
            last_modified: Some(Timestamp::from_secs(second)),
            version_id: None,
        }
    }

    /// Begun at 1000, last seen at 2000, of three parts with 25 bytes.
    fn told(found: Standing, change: impl FnOnce(&mut Known<'_>)) -> &'static str {
        let ledger = ledger(&[10, 10, 5]);
        let mut known = Known {
            ledger: &ledger,
            initiated: Some(Timestamp::from_secs(1000)),
            first: Some(Timestamp::from_secs(1001)),
            alive: Some(Timestamp::from_secs(2000)),
            size: None,
            etag: Some("foretold-3"),
            some: None,
            is_opaque: false,
            may_be_plain: false,
        };
        change(&mut known);
        conclude(&known, Some(found)).word()
    }

    #[test]
    fn the_foretold_etag_is_proof_unless_the_object_was_there_before() {
        assert_eq!(told(object("foretold-3", 25, 1000), |_| {}), "completed");
        assert_eq!(told(object("FORETOLD-3", 25, 2004), |_| {}), "completed");
        assert_eq!(told(object("foretold-3", 25, 900), |_| {}), "aborted");
        let some = |known: &mut Known<'_>| known.some = Some("first-2");
        assert_eq!(told(object("first-2", 20, 2001), some), "completed");
    }

    #[test]
    fn what_came_between_two_looks_is_allowed_for() {
        assert_eq!(told(object("x-5", 45, 2005), |_| {}), "completed");
        assert_eq!(
            told(object("x-5", 45, 1000), |_| {}),
            "completed",
            "as S3 dates it"
        );
        assert_eq!(
            told(object("x-5", 45, 1500), |_| {}),
            "aborted",
            "somebody else's"
        );
        assert_eq!(
            told(object("x-5", 25, 2005), |_| {}),
            "replaced",
            "no room for two"
        );
        assert_eq!(told(object("x-4", 90_000, 2005), |_| {}), "replaced");
        assert_eq!(
            told(object("x-2", 20, 2005), |_| {}),
            "replaced",
            "none of those"
        );
        let odd = |known: &mut Known<'_>| known.etag = None;
        assert_eq!(told(object("x-2", 20, 2005), odd), "completed");
        assert_eq!(told(object("x-2", 24, 2005), odd), "replaced");
        assert_eq!(told(object("x-1", 5, 2005), odd), "completed");
    }

    #[test]
    fn an_upload_whose_beginning_may_not_be_seen_began_before_its_first_part() {
        let of = |second, etag| {
            told(object(etag, 45, second), |known| {
                known.initiated = None;
                known.first = Some(Timestamp::from_secs(1800));
            })
        };
        assert_eq!(of(2005, "x-5"), "completed");
        assert_eq!(of(1000, "x-5"), "completed", "as S3 dates it");
        assert_eq!(of(1790, "foretold-3"), "completed");
        assert_eq!(of(-90_000, "x-5"), "aborted", "yesterday's");
        assert_eq!(of(1900, "x-5"), "aborted");
    }

    #[test]
    fn as_many_and_as_large_but_others_is_another_write() {
        assert_eq!(told(object("other-3", 25, 2005), |_| {}), "replaced");
        let kms = |known: &mut Known<'_>| known.is_opaque = true;
        assert_eq!(told(object("other-3", 25, 2005), kms), "completed");
        let odd = |known: &mut Known<'_>| known.etag = None;
        assert_eq!(told(object("other-3", 25, 2005), odd), "completed");
    }

    #[test]
    fn a_part_that_was_sent_again_unseen_makes_no_other_write_of_it() {
        // As S3 dates it: by its beginning.
        assert_eq!(told(object("other-3", 25, 1000), |_| {}), "completed");
        assert_eq!(told(object("other-2", 20, 1001), |_| {}), "completed");
        assert_eq!(told(object("other-3", 99, 1000), |_| {}), "aborted");
        assert_eq!(told(object("other-3", 25, 1500), |_| {}), "aborted");
        // As others do: by its end.
        let elsewhere = |known: &mut Known<'_>| known.may_be_plain = true;
        assert_eq!(told(object("other-3", 25, 2005), elsewhere), "completed");
        assert_eq!(told(object("other-3", 26, 2005), elsewhere), "replaced");
        assert_eq!(told(object("other-2", 20, 2005), elsewhere), "replaced");
        assert_eq!(told(object("other-3", 25, 1500), elsewhere), "aborted");
    }

    #[test]
    fn an_object_in_one_piece_is_another_write_or_an_older_one() {
        assert_eq!(told(object("plain", 7, 2005), |_| {}), "replaced");
        assert_eq!(told(object("plain", 7, 1500), |_| {}), "aborted");
        assert_eq!(told(object("plain", 7, 10), |_| {}), "aborted");
        assert_eq!(told(object("plain", 25, 2005), |_| {}), "replaced");
        let elsewhere = |known: &mut Known<'_>| known.may_be_plain = true;
        assert_eq!(told(object("plain", 25, 2005), elsewhere), "completed");
        let undated = Standing {
            last_modified: None,
            ..object("plain", 7, 0)
        };
        assert_eq!(told(undated, |_| {}), "replaced");
    }

    #[test]
    fn of_an_upload_that_was_never_seen_only_what_is_sure_is_said() {
        let ledger = Ledger::default();
        let mut known = Known {
            ledger: &ledger,
            initiated: None,
            first: None,
            alive: None,
            size: None,
            etag: None,
            some: None,
            is_opaque: false,
            may_be_plain: true,
        };
        let word = |known: &Known<'_>, found| conclude(known, found).word();
        assert_eq!(word(&known, None), "aborted");
        assert_eq!(word(&known, Some(object("x-3", 25, 2000))), "ended");
        known.size = Some(25);
        assert_eq!(word(&known, Some(object("x-3", 25, 2000))), "completed");
        assert_eq!(word(&known, Some(object("x-3", 26, 2000))), "ended");
        known.size = None;
        known.initiated = Some(Timestamp::from_secs(1000));
        assert_eq!(word(&known, Some(object("x-3", 25, 2000))), "completed");
        assert_eq!(word(&known, Some(object("plain", 25, 2000))), "replaced");
        assert_eq!(word(&known, Some(object("x-3", 25, 900))), "aborted");
    }
}

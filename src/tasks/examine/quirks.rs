//! How a server deviates, found by looking, and what is done about it.

use super::rights::uploads;
use super::verdict::{skipped, told};
use super::{Cancelled, Doctor};
use crate::model::Upload;
use crate::model::bucket::is_directory_bucket;
use crate::model::examination::{Check, Status};
use crate::model::human::escape;
use crate::model::send::Access;
use crate::protocol::Fault;
use crate::s3::{Encoding, ListParts, ListUploads, Marker, Noticed, PartsPage, UploadsPage};

/// So many uploads are looked at for their order.
const SAMPLE: i32 = 100;

const NOTHING_THERE: &str = "no upload to see it by";
const WRITE: &str = "mopup doctor --write tries it with an upload of its own";

impl Doctor<'_> {
    /// `first`: the page that was asked for one upload.
    pub(super) async fn look_for_quirks(
        &mut self,
        bucket: &str,
        first: UploadsPage,
    ) -> Result<(), Cancelled> {
        let mut request = ListUploads {
            bucket: bucket.to_owned(),
            max_uploads: Some(1),
            marker: first.next.clone(),
            ..ListUploads::default()
        };
        let second = match &first.next {
            Some(_) => self.ask(self.store.list_uploads(&request)).await?.ok(),
            None => None,
        };
        self.note(page_size(&first));
        self.note(paging(&first, second.as_ref()));
        self.note(encoding(self.store.noticed()));
        request.marker = None;
        request.max_uploads = Some(SAMPLE);
        let sample = self.ask(self.store.list_uploads(&request)).await?;
        if let Ok(sample) = &sample {
            self.note(order(bucket, &sample.uploads));
        }
        let known = first.uploads.first();
        self.look_at_marker(bucket, known).await?;
        if let Some(known) = known {
            self.look_at_prefix(bucket, &known.key).await?;
            return self.look_at_parts(bucket, known).await;
        }
        self.note(skipped("prefix", None, NOTHING_THERE, WRITE));
        self.note(skipped("part pages", None, NOTHING_THERE, WRITE));
        Ok(())
    }

    /// Whether a key that is in no upload is honoured as a marker.
    async fn look_at_marker(
        &mut self,
        bucket: &str,
        known: Option<&Upload>,
    ) -> Result<(), Cancelled> {
        let name = "markers";
        let Some(known) = known.filter(|_| !is_directory_bucket(bucket)) else {
            return Ok(());
        };
        let request = ListUploads {
            bucket: bucket.to_owned(),
            marker: Some(Marker {
                key: format!("{}!", known.key),
                upload_id: None,
            }),
            max_uploads: Some(SAMPLE),
            ..ListUploads::default()
        };
        let page = self.ask(self.store.list_uploads(&request)).await?;
        let remedy = "only markers that the server gave are sent, each as it came";
        self.note(match page {
            Ok(page) if page.uploads.iter().any(|of| of.key <= known.key) => told(
                name,
                Status::Quirk,
                "a marker that is no upload's key is not honoured",
                remedy,
            ),
            Ok(_) => told(name, Status::Ok, "any key is honoured as a marker", ""),
            Err(fault) => told(
                name,
                Status::Quirk,
                format!(
                    "a marker that is no upload's key is refused: {}",
                    fault.message
                ),
                remedy,
            ),
        });
        Ok(())
    }

    /// Whether the beginning of a key finds it.
    pub(super) async fn look_at_prefix(
        &mut self,
        bucket: &str,
        key: &str,
    ) -> Result<(), Cancelled> {
        let name = "prefix";
        let Some(prefix) = shorter(bucket, key) else {
            self.note(skipped(name, None, "the key there is too short", WRITE));
            return Ok(());
        };
        let request = ListUploads {
            bucket: bucket.to_owned(),
            prefix: prefix.clone(),
            max_uploads: Some(SAMPLE),
            ..ListUploads::default()
        };
        let begun = self.ask(self.store.list_uploads(&request)).await?;
        let whole = ListUploads {
            prefix: key.to_owned(),
            ..request
        };
        let found = |page: &Result<UploadsPage, Fault>| {
            page.as_ref()
                .is_ok_and(|page| page.uploads.iter().any(|of| of.key.starts_with(&prefix)))
        };
        if found(&begun) {
            let others =
                |page: &UploadsPage| page.uploads.iter().any(|of| !of.key.starts_with(&prefix));
            let check = if begun.as_ref().is_ok_and(others) {
                told(
                    name,
                    Status::Quirk,
                    "more is listed than begins with the prefix",
                    "the rest is left out here",
                )
            } else {
                told(name, Status::Ok, "the beginning of a key finds it", "")
            };
            self.note(check);
            return Ok(());
        }
        let exact = self.ask(self.store.list_uploads(&whole)).await?;
        let check = if found(&exact) {
            told(
                name,
                Status::Quirk,
                "only a whole key is found by a prefix, not its beginning",
                "beginnings are looked for in the whole bucket; :key KEY and mopup ls s3://BUCKET/KEY \
                 ask for one key only; name the provider with --provider minio",
            )
        } else {
            told(
                name,
                Status::Quirk,
                "what is listed without a prefix is not found by one",
                "list the whole bucket, and filter",
            )
        };
        self.note(check);
        Ok(())
    }

    /// Whether a page of parts is as small as asked for.
    async fn look_at_parts(&mut self, bucket: &str, known: &Upload) -> Result<(), Cancelled> {
        let request = ListParts {
            access: Access::default(),
            target: known.target(bucket),
            marker: None,
            max_parts: Some(1),
        };
        let page = self.ask(self.store.list_parts(&request)).await?;
        self.note(part_pages(page.as_ref()));
        Ok(())
    }
}

/// What directory buckets do by their nature.
pub(super) fn directory() -> Check {
    told(
        "directory bucket",
        Status::Quirk,
        "no order, prefixes end in '/', markers are opaque, no dates of rules",
        "prefixes are widened, everything is sorted here, aborts name the initiation that was seen",
    )
}

/// What a page of parts that was asked for one tells.
pub(super) fn part_pages(page: Result<&PartsPage, &Fault>) -> Check {
    let name = "part pages";
    match page {
        Err(fault) => skipped(name, None, &fault.message, ""),
        Ok(page) if page.parts.len() > 1 => told(
            name,
            Status::Quirk,
            "max-parts is ignored",
            "pages of any size are taken as they come",
        ),
        Ok(page) if page.next.is_some() => told(
            name,
            Status::Ok,
            "max-parts is honoured, and pages go on",
            "",
        ),
        Ok(_) => skipped(name, None, "no upload of several parts to see it by", WRITE),
    }
}

/// A beginning of the key that another prefix than the key itself is.
fn shorter(bucket: &str, key: &str) -> Option<String> {
    let end = if is_directory_bucket(bucket) {
        key.rfind('/').map(|slash| slash + 1)
    } else {
        key.char_indices().last().map(|(last, _)| last)
    };
    end.filter(|end| *end > 0 && *end < key.len())
        .map(|end| key[..end].to_owned())
}

/// Whether keys come encoded.
pub(super) fn encoding(noticed: Noticed) -> Check {
    let name = "key encoding";
    match noticed.encoding {
        Some(Encoding::Heeded) => told(name, Status::Ok, "encoding-type=url is heeded", ""),
        Some(Encoding::Said) => told(
            name,
            Status::Ok,
            "encoding-type=url is heeded, the server says; no key was there to see it by",
            "",
        ),
        Some(Encoding::Unsaid) => told(
            name,
            Status::Quirk,
            "the server does not say whether keys are encoded",
            "an odd key is looked up to find out",
        ),
        Some(Encoding::Ignored) => told(
            name,
            Status::Quirk,
            "encoding-type=url is not heeded",
            "keys are taken as they come; one with a control character spoils its page, and is named",
        ),
        None => skipped(name, None, "no listing to see it by", ""),
    }
}

fn page_size(first: &UploadsPage) -> Check {
    let name = "page size";
    match first.uploads.len() {
        0 => skipped(name, None, NOTHING_THERE, ""),
        // Where there is only one, there is nothing to leave out.
        1 if first.next.is_none() => skipped(name, None, "too few uploads to see it by", ""),
        1 => told(name, Status::Ok, "max-uploads is honoured", ""),
        count => told(
            name,
            Status::Quirk,
            format!("max-uploads is ignored: {} for one", uploads(count)),
            "pages of any size are taken as they come",
        ),
    }
}

/// What two pages that were asked for one upload each tell.
fn paging(first: &UploadsPage, second: Option<&UploadsPage>) -> Check {
    let name = "paging";
    match second {
        None => skipped(name, None, "there is no second page", ""),
        Some(second) if second.next.is_some() && second.next == first.next => told(
            name,
            Status::Quirk,
            "markers do not move",
            "such a listing is ended, and what was found is kept",
        ),
        Some(second) if second.uploads.iter().any(|of| first.uploads.contains(of)) => told(
            name,
            Status::Quirk,
            "pages repeat uploads",
            "each is shown once",
        ),
        Some(_) => told(name, Status::Ok, "markers move", ""),
    }
}

/// Whether keys come in order, as S3 sends them.
fn order(bucket: &str, sample: &[Upload]) -> Check {
    let name = "order";
    if sample.len() < 2 {
        return skipped(name, None, "too few uploads to see it by", "");
    }
    let wrong = sample.windows(2).find(|pair| pair[0].key > pair[1].key);
    match wrong {
        None => told(name, Status::Ok, "uploads come by key", ""),
        Some(pair) => told(
            name,
            Status::Quirk,
            if is_directory_bucket(bucket) {
                "uploads come in no order".to_owned()
            } else {
                let (before, after) = (escape(&pair[0].key), escape(&pair[1].key));
                format!("uploads come in another order than by key: {before} before {after}")
            },
            "no order is relied on; everything is sorted here",
        ),
    }
}

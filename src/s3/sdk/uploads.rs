//! `ListMultipartUploads` against servers that encode, mark and truncate as they please.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use aws_sdk_s3::types::EncodingType;

use super::beside::Kept;
use super::errors::{self, Failure};
use super::{SdkStore, some};
use crate::model::bucket::is_directory_bucket;
use crate::model::{Target, Upload};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::classify::About;
use crate::s3::encoding::{self, Evidence, Form};
use crate::s3::listing::{self, Answer};
use crate::s3::{Encoding, ListParts, ListUploads, Marker, UploadsPage};

/// After this many probes that told nothing, the element in the answer decides for good.
const PROBES: u32 = 3;

/// What a server was seen to do, kept for as long as the store lives.
#[derive(Debug, Default)]
pub(super) struct Habits {
    /// It refuses `encoding-type`, or says that it heeds it and does not: then asking for it brings nothing,
    /// and one server compares markers in a form in which it never sends them.
    without_encoding: AtomicBool,
    /// Whether its last answer had the element, of those that it was asked for in.
    element: Mutex<Option<bool>>,
    /// How it writes keys: without and with the element in its answer.
    forms: Mutex<[Option<Form>; 2]>,
    probes: AtomicU32,
}

impl Habits {
    pub(super) fn encoding(&self) -> Option<Encoding> {
        if self.without_encoding.load(Ordering::Relaxed) {
            return Some(Encoding::Ignored);
        }
        let element = (*self.element.lock().ok()?)?;
        Some(match (self.form(element), element) {
            (Some(Form::Encoded), _) => Encoding::Heeded,
            (Some(Form::Raw), _) => Encoding::Ignored,
            (None, true) => Encoding::Said,
            (None, false) => Encoding::Unsaid,
        })
    }

    fn form(&self, element: bool) -> Option<Form> {
        self.forms.lock().ok()?[usize::from(element)]
    }

    fn learn(&self, element: bool, form: Form) {
        if let Ok(mut forms) = self.forms.lock() {
            forms[usize::from(element)] = Some(form);
        }
        if element && form == Form::Raw {
            self.without_encoding.store(true, Ordering::Relaxed);
        }
    }
}

impl SdkStore {
    pub(super) async fn uploads_page(&self, request: &ListUploads) -> Result<UploadsPage, Fault> {
        let about = About::bucket(Operation::ListMultipartUploads, &request.bucket);
        let directory = is_directory_bucket(&request.bucket);
        if directory && !request.prefix.is_empty() && !request.prefix.ends_with('/') {
            return Err(errors::refused(
                &about,
                "directory buckets list only prefixes that end in /",
                "add a / to the prefix, or leave it out",
            ));
        }
        let asked = !self.habits.without_encoding.load(Ordering::Relaxed);
        let answer = self.fetch(request, asked).await;
        let (answer, asked) = match answer {
            Err(failure) if asked => match self.plainly(request, &failure).await {
                Some(answer) => (answer, false),
                None => (Err(failure), true),
            },
            answer => (answer, asked),
        };
        match answer {
            Ok(answer) => self.page(request, answer, asked).await,
            // One server's way to say that a bucket has none.
            Err(failure) if failure.code() == Some("NoSuchUpload") => Ok(UploadsPage::default()),
            Err(failure) => Err(failure.into_fault(&about)),
        }
    }

    /// The answer to the same request without `encoding-type`, where that may be what was wrong with it; from
    /// then on it is left out.
    async fn plainly(
        &self,
        request: &ListUploads,
        failure: &Failure,
    ) -> Option<Result<Answer, Failure>> {
        let refused = failure.refuses_encoding();
        let on_its_way = request.marker.is_some() && failure.refuses_an_argument();
        if !refused && !on_its_way {
            return None;
        }
        let answer = self.fetch(request, false).await;
        if !refused && answer.is_err() {
            // It was the marker itself: what was said first is nearer to the truth.
            return None;
        }
        self.habits.without_encoding.store(true, Ordering::Relaxed);
        Some(answer)
    }

    async fn fetch(&self, request: &ListUploads, encoded: bool) -> Result<Answer, Failure> {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let marker = request.marker.as_ref();
        let key_marker = marker.and_then(|marker| filled(&marker.key));
        let id_marker = marker
            .filter(|_| key_marker.is_some() && !is_directory_bucket(&request.bucket))
            .and_then(|marker| filled(marker.upload_id.as_deref().unwrap_or_default()));
        let kept = Kept::uploads();
        self.ask(&request.bucket, |client| {
            client
                .list_multipart_uploads()
                .bucket(&request.bucket)
                .set_prefix(filled(&request.prefix))
                .set_encoding_type(encoded.then_some(EncodingType::Url))
                .set_key_marker(key_marker.clone())
                .set_upload_id_marker(id_marker.clone())
                .set_max_uploads(request.max_uploads)
                .customize()
                .interceptor(kept.clone())
                .send()
        })
        .await?;
        let body = kept.take().unwrap_or_default();
        listing::read(&body).map_err(|_| Failure::unreadable(&body))
    }

    async fn page(
        &self,
        request: &ListUploads,
        answer: Answer,
        asked: bool,
    ) -> Result<UploadsPage, Fault> {
        let form = if asked {
            self.form_of(request, &answer).await?
        } else {
            Form::Raw
        };
        let next = (answer.is_truncated == Some(true)).then(|| {
            let marker = answer.next_key_marker.as_deref().unwrap_or_default();
            if is_directory_bucket(&request.bucket) {
                return Marker {
                    key: encoding::next_token(marker),
                    upload_id: None,
                };
            }
            let sent = answer.uploads.iter().map(|upload| upload.key.as_str());
            Marker {
                key: encoding::next_marker(marker, sent, form),
                upload_id: some(answer.next_upload_id_marker.as_deref()),
            }
        });
        let mut uploads = answer.uploads;
        for upload in &mut uploads {
            encoding::read_in_place(&mut upload.key, form);
        }
        Ok(UploadsPage { uploads, next })
    }

    /// How the keys of this page are written: their own evidence, else what the server was seen to do, else
    /// what becomes of asking for one of them, else the element.
    async fn form_of(&self, request: &ListUploads, answer: &Answer) -> Result<Form, Fault> {
        let element = answer
            .encoding_type
            .as_deref()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("url"));
        if let Ok(mut last) = self.habits.element.lock() {
            *last = Some(element);
        }
        let by_element = if element { Form::Encoded } else { Form::Raw };
        let keys = answer.uploads.iter().map(|upload| upload.key.as_str());
        let at = match encoding::weigh(keys) {
            Evidence::Raw => {
                self.habits.learn(element, Form::Raw);
                return Ok(Form::Raw);
            }
            Evidence::Same => return Ok(self.habits.form(element).unwrap_or(by_element)),
            Evidence::Ambiguous(at) => at,
        };
        if let Some(form) = self.habits.form(element) {
            return Ok(form);
        }
        let trusted = self.connection().await?.place.aws;
        if trusted || self.habits.probes.load(Ordering::Relaxed) >= PROBES {
            return Ok(by_element);
        }
        let Some(upload) = answer.uploads.get(at) else {
            return Ok(by_element);
        };
        let found = self.probe(&request.bucket, upload).await;
        if let Some(form) = found {
            self.habits.learn(element, form);
        } else {
            self.habits.probes.fetch_add(1, Ordering::Relaxed);
        }
        Ok(found.unwrap_or(by_element))
    }

    /// Asks for the upload under both readings of its key; `None` when that tells nothing.
    async fn probe(&self, bucket: &str, upload: &Upload) -> Option<Form> {
        let (sent, id) = (upload.key.as_str(), upload.upload_id.as_str());
        let encoded = self.is_there(bucket, &encoding::decode(sent), id).await?;
        let raw = self.is_there(bucket, sent, id).await?;
        match (encoded, raw) {
            (true, false) => Some(Form::Encoded),
            (false, true) => Some(Form::Raw),
            _ => None,
        }
    }

    /// Whether there is such an upload; `None` when the server does not say.
    async fn is_there(&self, bucket: &str, key: &str, upload_id: &str) -> Option<bool> {
        let request = ListParts {
            access: crate::model::send::Access::default(),
            target: Target {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                upload_id: upload_id.to_owned(),
            },
            marker: None,
            max_parts: Some(1),
        };
        match self.parts_page(&request).await {
            Ok(_) => Some(true),
            Err(fault) if fault.kind == Kind::UploadGone => Some(false),
            Err(_) => None,
        }
    }
}

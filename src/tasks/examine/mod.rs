//! The doctor: who we are, what we may do, and how the server misbehaves. Creates and changes nothing, unless it is
//! told to try an upload of its own, of which it leaves nothing behind.
//!
//! Rights on uploads are tried with an upload ID that cannot exist: `NoSuchUpload` means that the request was
//! allowed. Knows neither how it is shown nor who asked.

mod place;
mod policy;
mod quirks;
mod rights;
mod traces;
mod trial;
mod verdict;

use std::future::Future;

use super::job::Job;
use crate::model::bucket::is_directory_bucket;
use crate::model::examination::{Check, Checkup, Examination, Setting, Status};
use crate::model::human;
use crate::model::provider::Provider;
use crate::model::{Bucket, Target};
use crate::protocol::{Fault, Identity, Kind, News, Operation, Outcome};
use crate::s3::Store;

use rights::Seen;
use verdict::{checked, skipped};

/// Asked to stop.
#[derive(Debug)]
struct Cancelled;

type Answered<T> = Result<Result<T, Fault>, Cancelled>;

/// What goes on with the examination.
struct Doctor<'a> {
    job: &'a Job,
    store: &'a dyn Store,
    found: Examination,
    /// Whose rules hold.
    provider: Provider,
}

/// Tries everything and reports it as it grows.
pub(super) async fn run(job: &Job, checkup: Checkup) -> Outcome {
    if checkup.write && job.settings.read_only {
        return Outcome::Failed(read_only());
    }
    let mut doctor = Doctor {
        job,
        store: &*job.store,
        found: Examination::default(),
        provider: Provider::default(),
    };
    let went = doctor.examine(checkup).await;
    doctor.found.ended = Some(job.clock.now());
    doctor.tell();
    match went {
        Ok(()) => Outcome::Done,
        Err(Cancelled) => Outcome::Cancelled {
            done: doctor.found.checks.len() as u64,
            left: 0,
        },
    }
}

fn read_only() -> Fault {
    Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Denied,
        code: None,
        message: "read-only mode".to_owned(),
        hint: "start without --read-only to try an upload of the doctor's own".to_owned(),
    }
}

impl Doctor<'_> {
    async fn examine(&mut self, checkup: Checkup) -> Result<(), Cancelled> {
        let identity = self.ask(self.store.identity()).await?;
        let identity = match identity {
            Ok(identity) => identity,
            Err(fault) => {
                self.note(place::unconnected(fault));
                return Ok(());
            }
        };
        self.note(place::credentials(&identity, self.job.clock.now()));
        self.provider = self.job.provider().await;
        self.found.setting = self.setting(identity);
        let buckets = self.ask(self.store.list_buckets()).await?;
        let endpoint = self.found.setting.endpoint.clone();
        self.note(place::reached(&self.found.setting, buckets.as_ref().err()));
        self.note(place::tls(endpoint.as_deref(), buckets.as_ref().err()));
        if buckets.as_ref().is_err_and(place::is_away) {
            return Ok(());
        }
        self.note(place::clock(self.store.noticed()));
        let refused = buckets.as_ref().err().filter(|fault| is_of_the_keys(fault));
        let refused = refused.cloned();
        let first = buckets.as_ref().ok().and_then(|all| all.first());
        let bucket = checkup
            .bucket
            .clone()
            .or_else(|| first.map(|of| of.name.clone()));
        self.note(checked(
            "list buckets",
            Operation::ListBuckets.iam_action(),
            buckets.map(|found| counted(&found)),
        ));
        self.look_for_directories().await?;
        let Some(bucket) = bucket else {
            if let Some(fault) = &refused {
                self.refuse_keys(fault);
            }
            self.note(skipped(
                "see the bucket",
                Operation::HeadBucket.iam_action(),
                "no bucket is known",
                "name a bucket to try its permissions: mopup doctor s3://BUCKET",
            ));
            return Ok(());
        };
        self.found.bucket = Some(bucket.clone());
        self.examine_bucket(&bucket, checkup.write).await
    }

    /// On AWS directory buckets are listed apart.
    async fn look_for_directories(&mut self) -> Result<(), Cancelled> {
        if self.found.setting.endpoint.is_some() || self.provider.name != "aws" {
            return Ok(());
        }
        let name = "directory buckets";
        let action = Operation::ListDirectoryBuckets.iam_action();
        let check = match self.ask(self.store.directory_buckets()).await? {
            Err(fault) if fault.kind == Kind::Denied => skipped(
                name,
                action,
                "not allowed; of no account where there are none",
                "allow it to see them listed, or name them",
            ),
            answer => checked(name, action, answer.map(|found| counted(&found))),
        };
        self.note(check);
        Ok(())
    }

    async fn examine_bucket(&mut self, bucket: &str, write: bool) -> Result<(), Cancelled> {
        let region = self.found.setting.region.clone();
        let read_only = self.job.settings.read_only;
        let seen = self.see(bucket).await?;
        let first = self.list(bucket).await?;
        match &first {
            Err(fault) if is_of_the_keys(fault) && seen != Seen::There => {
                self.refuse_keys(fault);
                return Ok(());
            }
            // Some servers do not look whether the bucket is there, and would seem to allow all that is tried.
            Err(fault) if fault.kind == Kind::NotFound && seen == Seen::Missing => {
                self.note(skipped(
                    "permissions",
                    None,
                    "not tried: there is no such bucket",
                    "check its name",
                ));
                return Ok(());
            }
            _ => {}
        }
        self.found.policy = policy::of(bucket, region.as_deref(), read_only);
        self.try_rights(bucket, seen == Seen::There).await?;
        self.look_at_rules(bucket).await?;
        if let Ok(first) = first {
            self.look_for_quirks(bucket, first).await?;
        }
        if is_directory_bucket(bucket) {
            self.note(quirks::directory());
        }
        if write {
            return self.try_an_upload(bucket).await;
        }
        for check in traces::left_out(bucket, read_only) {
            self.note(check);
        }
        Ok(())
    }

    /// The server knows the keys not, or not so: all else would say only that again.
    fn refuse_keys(&mut self, fault: &Fault) {
        for check in &mut self.found.checks {
            if check.name == "credentials" {
                check.status = Status::Failed;
                let code = fault.code.as_deref().unwrap_or_default();
                check
                    .detail
                    .push_str(&format!(", refused by the server: {code}"));
                check.remedy.clone_from(&fault.hint);
            } else if check.status == Status::Denied {
                // A `HEAD` cannot say why.
                "refused, as all that is asked with these keys".clone_into(&mut check.detail);
                check.status = Status::Failed;
                check.remedy.clear();
            }
        }
        self.note(skipped(
            "permissions",
            None,
            "not tried: nothing can be with these credentials",
            "",
        ));
    }

    fn setting(&self, identity: Identity) -> Setting {
        Setting {
            profile: identity.profile,
            region: Some(identity.region).filter(|region| !region.is_empty()),
            endpoint: identity.endpoint,
            provider: Some(self.provider.name.clone()).filter(|name| !name.is_empty()),
            credentials_from: identity.credentials_from,
            access_key_tail: identity.access_key_tail,
            credentials_expire: identity.credentials_expire,
        }
    }

    /// Waits for an answer unless the person stops it.
    async fn ask<T>(&self, asked: impl Future<Output = Result<T, Fault>>) -> Answered<T> {
        let answer = self.job.cancel.run_until_cancelled(asked).await;
        answer.ok_or(Cancelled)
    }

    /// Adds a check and tells of it.
    fn note(&mut self, check: Check) {
        self.found.checks.push(check);
        self.tell();
    }

    fn tell(&self) {
        let found = Box::new(self.found.clone());
        self.job.outbox.progress(self.job.id, News::Examined(found));
    }
}

/// Whether the server refuses whoever asks, whatever is asked.
fn is_of_the_keys(fault: &Fault) -> bool {
    fault.kind == Kind::Credentials && fault.code.is_some()
}

fn counted(buckets: &[Bucket]) -> String {
    match buckets.len() {
        1 => "1 bucket".to_owned(),
        count => format!("{} buckets", human::count(count as u64)),
    }
}

/// An upload that cannot exist.
fn nobody(bucket: &str) -> Target {
    Target {
        bucket: bucket.to_owned(),
        key: "mopup-doctor".to_owned(),
        upload_id: "mopup-doctor-no-such-upload".to_owned(),
    }
}

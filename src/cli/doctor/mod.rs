//! `mopup doctor`: who we are, what we may do, and how the server misbehaves. Creates and changes nothing.
//!
//! Rights on uploads are tried with an upload ID that cannot exist: `NoSuchUpload` means that the request was
//! allowed. Asks the store itself, since most of these questions are no job of the engine.

mod quirks;

use std::io::{self, Write};

use serde::Serialize;

use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::output::{sentence, time};
use super::session::Session;
use crate::model::human::{self, escape};
use crate::model::{Bucket, Target, Timestamp};
use crate::protocol::{Fault, Identity, Kind, Operation};
use crate::s3::{Abort, ListParts, ListUploads, Store};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Ok,
    /// The action is not allowed.
    Denied,
    Failed,
    /// The server deviates, and what is done about it.
    Quirk,
    /// Could not or was not to be tried.
    Skipped,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Quirk => "quirk",
            Self::Skipped => "skipped",
        }
    }
}

#[derive(Debug, Serialize)]
struct Check {
    #[serde(rename = "check")]
    name: &'static str,
    status: Status,
    iam_action: Option<&'static str>,
    detail: String,
}

#[derive(Debug, Serialize)]
struct Document {
    profile: Option<String>,
    region: Option<String>,
    endpoint: Option<String>,
    provider: Option<String>,
    credentials_from: Option<String>,
    access_key_tail: Option<String>,
    credentials_expire: Option<String>,
    read_only: bool,
    /// The one whose permissions were tried.
    bucket: Option<String>,
    checks: Vec<Check>,
}

pub async fn run(connection: &Connection, args: args::Doctor) -> Result<Exit, Failure> {
    let mut session = Session::new(connection)?;
    let bucket = args.address.map(|address| address.bucket);
    let store = std::sync::Arc::clone(&session.store);
    let (read_only, now) = (session.read_only, session.clock.now());
    let examination = examine(&*store, bucket.as_deref(), read_only, now);
    let mut document = tokio::select! {
        document = examination => document,
        () = session.interrupt.heard() => {
            return Err(Failure::Interrupted("interrupted".to_owned()));
        }
    };
    document.provider = session
        .rules_of(document.endpoint.as_deref())
        .map(|of| of.name.clone());
    let text = if args.json {
        serde_json::to_string_pretty(&document)? + "\n"
    } else {
        table(&document)
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    let bad = |check: &Check| matches!(check.status, Status::Denied | Status::Failed);
    Ok(Exit::failed_if(document.checks.iter().any(bad)))
}

async fn examine(
    store: &dyn Store,
    bucket: Option<&str>,
    read_only: bool,
    now: Timestamp,
) -> Document {
    let mut checks = Vec::new();
    let mut examined = None;
    let identity = store.identity().await;
    checks.push(credentials(&identity, now));
    let known = identity.is_ok();
    let identity = identity.unwrap_or_default();
    if known {
        let buckets = store.list_buckets().await;
        let first = buckets.as_ref().ok().and_then(|all| all.first());
        examined = bucket
            .map(ToOwned::to_owned)
            .or_else(|| first.map(|of| of.name.clone()));
        let told = buckets.map(|buckets| match buckets.len() {
            1 => "1 bucket".to_owned(),
            count => format!("{} buckets", human::count(count as u64)),
        });
        checks.push(check("list buckets", Operation::ListBuckets, told));
        match &examined {
            Some(bucket) => examine_bucket(store, bucket, read_only, &mut checks).await,
            None => checks.push(skipped(
                "see the bucket",
                Operation::HeadBucket.iam_action(),
                "name a bucket to try its permissions: mopup doctor s3://BUCKET",
            )),
        }
        checks.push(quirks::clock(store.noticed()));
    }
    Document {
        profile: identity.profile,
        region: Some(identity.region).filter(|region| !region.is_empty()),
        endpoint: identity.endpoint,
        provider: identity.provider,
        credentials_from: identity.credentials_from,
        access_key_tail: identity.access_key_tail,
        credentials_expire: time(identity.credentials_expire),
        read_only,
        bucket: examined,
        checks,
    }
}

fn credentials(identity: &Result<Identity, Fault>, now: Timestamp) -> Check {
    let told = identity.as_ref().map(|identity| {
        let Some(tail) = &identity.access_key_tail else {
            return "requests are not signed".to_owned();
        };
        let from = identity.credentials_from.as_deref().unwrap_or("the chain");
        let until = identity.credentials_expire.map_or(String::new(), |end| {
            format!(", end in {}", human::age(end.since(now)))
        });
        format!("access key …{tail} from {from}{until}")
    });
    let told = told.map_err(Clone::clone);
    check("credentials", Operation::Connect, told)
}

async fn examine_bucket(store: &dyn Store, bucket: &str, read_only: bool, checks: &mut Vec<Check>) {
    let head = store.head_bucket(bucket).await.map(|found: Bucket| {
        let region = found.region.as_deref().unwrap_or("not said");
        format!("region {region}")
    });
    checks.push(check("see the bucket", Operation::HeadBucket, head));
    let mut request = ListUploads {
        bucket: bucket.to_owned(),
        max_uploads: Some(1),
        ..ListUploads::default()
    };
    let first = store.list_uploads(&request).await;
    let told = first.as_ref().map(|page| match page.uploads.len() {
        0 => "no upload is in progress".to_owned(),
        _ => "there are uploads in progress".to_owned(),
    });
    checks.push(check(
        "list uploads",
        Operation::ListMultipartUploads,
        told.map_err(Clone::clone),
    ));
    let target = Target {
        bucket: bucket.to_owned(),
        key: "mopup-doctor".to_owned(),
        upload_id: "mopup-doctor-no-such-upload".to_owned(),
    };
    let parts = ListParts {
        access: crate::model::send::Access::default(),
        target: target.clone(),
        marker: None,
        max_parts: Some(1),
    };
    let listed = store.list_parts(&parts).await.map(|_| ());
    checks.push(probe("list parts", Operation::ListParts, listed));
    let name = "abort uploads";
    let operation = Operation::AbortMultipartUpload;
    if read_only {
        let why = "not tried in read-only mode";
        checks.push(skipped(name, operation.iam_action(), why));
    } else {
        let request = Abort {
            target,
            if_initiated: None,
        };
        checks.push(probe(name, operation, store.abort(&request).await));
    }
    if let Ok(first) = first {
        request.marker.clone_from(&first.next);
        let second = match &first.next {
            Some(_) => store.list_uploads(&request).await.ok(),
            None => None,
        };
        quirks::paging(bucket, &first, second.as_ref(), checks);
        checks.push(quirks::encoding(store.noticed()));
    }
}

fn check(name: &'static str, operation: Operation, told: Result<String, Fault>) -> Check {
    let iam_action = operation.iam_action();
    match told {
        Ok(detail) => Check {
            name,
            status: Status::Ok,
            iam_action,
            detail,
        },
        Err(fault) => Check {
            name,
            status: match fault.kind {
                Kind::Denied => Status::Denied,
                _ => Status::Failed,
            },
            iam_action,
            detail: sentence(&fault),
        },
    }
}

/// A request about an upload that cannot exist.
fn probe(name: &'static str, operation: Operation, answer: Result<(), Fault>) -> Check {
    let told = match answer {
        Ok(()) => Ok("allowed; the server does not mind that there is no such upload".to_owned()),
        Err(fault) if fault.kind == Kind::UploadGone => Ok("allowed".to_owned()),
        Err(fault) if fault.kind == Kind::NotFound => {
            return skipped(name, operation.iam_action(), "there is no such bucket");
        }
        Err(fault) if fault.kind == Kind::Invalid => {
            return skipped(
                name,
                operation.iam_action(),
                "the server looks at the upload ID before the permission",
            );
        }
        Err(fault) => Err(fault),
    };
    check(name, operation, told)
}

fn skipped(name: &'static str, iam_action: Option<&'static str>, detail: &str) -> Check {
    Check {
        name,
        status: Status::Skipped,
        iam_action,
        detail: detail.to_owned(),
    }
}

fn table(document: &Document) -> String {
    let mut lines = Vec::new();
    for (name, value) in [
        ("profile", &document.profile),
        ("region", &document.region),
        ("endpoint", &document.endpoint),
        ("provider", &document.provider),
        ("bucket", &document.bucket),
    ] {
        if let Some(value) = value {
            lines.push(format!("{name:<10}{}", escape(value)));
        }
    }
    lines.push(String::new());
    for check in &document.checks {
        lines.push(format!(
            "{:<8}  {:<16}  {:<32}  {}",
            check.status.word(),
            check.name,
            check.iam_action.unwrap_or("-"),
            escape(&check.detail)
        ));
    }
    lines.join("\n") + "\n"
}

//! What addresses name: buckets, prefixes, keys; all buckets of the account where there is none.

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::model::Address;
use crate::protocol::{Command, Fault, Kind, News, Scope};

/// Connects, and finds the scopes that addresses name; all buckets without an address.
pub async fn open(session: &mut Session, addresses: &[Address]) -> Result<Vec<Scope>, Failure> {
    session.connect().await?;
    Ok(distinct(scopes(session, addresses).await?))
}

/// Connects, and takes each address for a key of its own; of one that is given twice one is kept.
pub async fn open_keys(
    session: &mut Session,
    addresses: &[Address],
) -> Result<Vec<Scope>, Failure> {
    session.connect().await?;
    let mut keys = scopes(session, addresses).await?;
    keys.sort_by(|a, b| (&a.bucket, &a.prefix).cmp(&(&b.bucket, &b.prefix)));
    keys.dedup();
    Ok(keys)
}

/// Without those that another one covers: nothing is listed or counted twice.
fn distinct(scopes: Vec<Scope>) -> Vec<Scope> {
    let mut kept: Vec<Scope> = Vec::with_capacity(scopes.len());
    let covers = |wide: &Scope, narrow: &Scope| {
        wide.bucket == narrow.bucket && narrow.prefix.starts_with(&wide.prefix)
    };
    for scope in scopes {
        if !kept.iter().any(|other| covers(other, &scope)) {
            kept.retain(|other| !covers(&scope, other));
            kept.push(scope);
        }
    }
    kept
}

async fn scopes(session: &mut Session, addresses: &[Address]) -> Result<Vec<Scope>, Failure> {
    let scope = |bucket: &str, prefix: &str| Scope {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
    };
    let mut scopes: Vec<Scope> = addresses
        .iter()
        .map(|address| scope(&address.bucket, &address.key))
        .collect();
    if addresses.is_empty() {
        let listed = session.run(
            |job| Command::Buckets { job },
            |news| {
                if let News::Buckets(buckets) = news {
                    scopes.extend(buckets.iter().map(|bucket| scope(&bucket.name, "")));
                }
                Ok(())
            },
        );
        listed.await.map_err(name_a_bucket)?;
    }
    Ok(scopes)
}

fn name_a_bucket(failure: Failure) -> Failure {
    match failure {
        Failure::Fault(fault) if matches!(fault.kind, Kind::Denied | Kind::Unsupported) => {
            let hint = if fault.hint.is_empty() {
                "name a bucket: s3://BUCKET".to_owned()
            } else {
                format!("{}; or name a bucket: s3://BUCKET", fault.hint)
            };
            Failure::Fault(Fault { hint, ..fault })
        }
        failure => failure,
    }
}

//! Credentials asked for once, told of without their secret, and their absence explained.

use std::error::Error;
use std::sync::Mutex;
use std::time::{Duration, UNIX_EPOCH};

use aws_config::meta::ProviderChainError;
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature as Feature;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_sdk_s3::config::SharedCredentialsProvider;

use super::errors;
use crate::model::Timestamp;
use crate::s3::Clock;

/// Credentials with less than this to live are asked for anew.
const MARGIN: Duration = Duration::from_secs(300);

/// A provider that asks the one behind it once, so that the header, the audit log and the clients of all
/// regions share one answer: a `credential_process` may ask a person.
#[derive(Debug)]
pub(super) struct Remembered {
    inner: SharedCredentialsProvider,
    last: Mutex<Option<Credentials>>,
    clock: Clock,
}

impl Remembered {
    pub(super) fn new(inner: SharedCredentialsProvider, clock: Clock) -> Self {
        Self {
            inner,
            last: Mutex::new(None),
            clock,
        }
    }

    fn fresh(&self) -> Option<Credentials> {
        let last = self.last.lock().ok()?.clone()?;
        match expiry(&last) {
            Some(end) if end.minus(MARGIN) <= self.clock.now() => None,
            _ => Some(last),
        }
    }

    async fn ask(&self) -> provider::Result {
        if let Some(last) = self.fresh() {
            return Ok(last);
        }
        let found = self.inner.provide_credentials().await?;
        if let Ok(mut last) = self.last.lock() {
            *last = Some(found.clone());
        }
        Ok(found)
    }
}

impl ProvideCredentials for Remembered {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }
}

/// When they end.
pub(super) fn expiry(credentials: &Credentials) -> Option<Timestamp> {
    let since = credentials.expiry()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
    ))
}

/// The last four characters of the access key ID.
pub(super) fn tail(credentials: &Credentials) -> String {
    let id: Vec<char> = credentials.access_key_id().chars().collect();
    id[id.len().saturating_sub(4)..].iter().collect()
}

/// Which provider gave them, in words.
pub(super) fn source(credentials: &Credentials) -> String {
    let features = credentials.get_property::<Vec<Feature>>();
    let words: Vec<&str> = features
        .into_iter()
        .flatten()
        .filter_map(|feature| match feature {
            Feature::CredentialsEnvVars => Some("environment"),
            Feature::CredentialsEnvVarsStsWebIdToken
            | Feature::CredentialsProfileStsWebIdToken
            | Feature::CredentialsStsAssumeRoleWebId => Some("web identity token"),
            Feature::CredentialsStsAssumeRole => Some("assumed role"),
            Feature::CredentialsProfile
            | Feature::CredentialsProfileSourceProfile
            | Feature::CredentialsProfileNamedProvider => Some("profile"),
            Feature::CredentialsProfileSso | Feature::CredentialsSso => Some("SSO"),
            Feature::CredentialsProfileProcess | Feature::CredentialsProcess => {
                Some("credential_process")
            }
            Feature::CredentialsHttp => Some("container"),
            Feature::CredentialsImds => Some("instance metadata"),
            Feature::CredentialsProfileLogin | Feature::CredentialsLogin => Some("aws login"),
            _ => None,
        })
        .collect();
    let mut distinct: Vec<&str> = Vec::new();
    for word in words {
        if !distinct.contains(&word) {
            distinct.push(word);
        }
    }
    if distinct.is_empty() {
        "given".to_owned()
    } else {
        distinct.join(", ")
    }
}

/// The error about credentials within `error`, if there is one.
pub(super) fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CredentialsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<CredentialsError>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// One clear sentence that names every provider tried and why it gave nothing.
pub(super) fn explain(error: &CredentialsError, profile: Option<&str>) -> String {
    let chain = error
        .source()
        .and_then(|source| source.downcast_ref::<ProviderChainError<CredentialsError>>());
    let tried: Vec<String> = match chain {
        Some(chain) => chain
            .attempts()
            .iter()
            .map(|attempt| {
                format!(
                    "{}: {}",
                    plain(attempt.name()),
                    errors::deepest(attempt.error())
                )
            })
            .collect(),
        None => vec![match profile {
            Some(profile) => format!("profile `{profile}`: {}", errors::deepest(error)),
            None => errors::deepest(error),
        }],
    };
    format!("no credentials: {}", tried.join("; "))
}

fn plain(provider: &str) -> &str {
    match provider {
        "Environment" => "environment",
        "Profile" => "profile",
        "WebIdentityToken" => "web identity token",
        "EcsContainer" => "container",
        "Ec2InstanceMetadata" => "instance metadata",
        other => other,
    }
}

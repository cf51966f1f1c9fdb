//! Credentials told of without their secret, and their absence explained.

use std::error::Error;
use std::time::UNIX_EPOCH;

use aws_config::meta::ProviderChainError;
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature as Feature;
use aws_credential_types::provider::error::CredentialsError;

use super::errors;
use crate::model::Timestamp;

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
                let why = reason(&errors::deepest(attempt.error()), profile);
                format!("{}: {why}", plain(attempt.name()))
            })
            .collect(),
        None => vec![alone(&errors::deepest(error), profile)],
    };
    format!("no credentials: {}", tried.join("; "))
}

/// What one provider said that ended the search.
fn alone(said: &str, profile: Option<&str>) -> String {
    let why = reason(said, profile);
    if said.contains("IMDS") {
        // The last one of the chain; its failures are told without those of the others.
        return format!("environment and profile hold none; instance metadata: {why}");
    }
    match profile {
        Some(profile) => format!("profile '{profile}': {why}"),
        None => why,
    }
}

/// The SDK's words, where they are about itself, in those of whoever set it up.
fn reason(said: &str, profile: Option<&str>) -> String {
    let said = said.trim_end_matches(['.', ' ']);
    let said = said.strip_suffix(" Stderr:").unwrap_or(said);
    let undefined = |name: &str| said.starts_with(&format!("profile `{name}` was not defined"));
    if profile.is_some_and(undefined) {
        return "it is in no configuration file".to_owned();
    }
    match said {
        "the credential provider was not enabled" if profile.is_some() => {
            "it names no credentials, or there is no configuration file".to_owned()
        }
        "the credential provider was not enabled" => "it names none".to_owned(),
        "environment variable not set" => "AWS_ACCESS_KEY_ID is not set".to_owned(),
        "ECS provider not configured" => "not configured".to_owned(),
        said if said.contains("AWS_EC2_METADATA_DISABLED") => {
            "turned off by AWS_EC2_METADATA_DISABLED".to_owned()
        }
        said if said.contains("could not parse profile file") => {
            "the AWS configuration cannot be parsed; check ~/.aws/config and ~/.aws/credentials"
                .to_owned()
        }
        said => said.replace('`', "'"),
    }
}

/// What to do about it.
pub(super) fn remedy(explained: &str) -> &'static str {
    if explained.contains("SSO token") {
        "sign in again with aws sso login"
    } else {
        "set up a profile, or export keys; with MFA use credential_process"
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_said_is_told_in_plain_words() {
        let of = |said, profile| alone(said, profile);
        assert_eq!(
            of(
                "profile `p` was not defined: could not find source profile p",
                Some("p")
            ),
            "profile 'p': it is in no configuration file"
        );
        assert_eq!(
            of("the credential provider was not enabled", Some("p")),
            "profile 'p': it names no credentials, or there is no configuration file"
        );
        assert_eq!(
            of("request forbidden: IMDS is disabled.", None),
            "environment and profile hold none; instance metadata: request forbidden: IMDS is disabled"
        );
        assert_eq!(
            of("external process exited with code 1. Stderr: ", Some("p")),
            "profile 'p': external process exited with code 1."
        );
    }

    #[test]
    fn an_sso_session_that_ended_says_how_to_begin_one() {
        let said = alone("failed to load the cached SSO token", Some("p"));
        assert!(remedy(&said).contains("aws sso login"));
        assert!(remedy("profile 'p': it names none").contains("profile"));
    }
}

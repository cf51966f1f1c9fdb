//! From arguments and settings to a store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::args::{AddressingStyle, Connection};
use super::failure::Failure;
use crate::config;
use crate::model::human::escape;
use crate::model::provider::Provider;
use crate::s3::sdk::{Addressing, ConnectOptions, SdkStore};
use crate::s3::{Clock, Store};

/// The audit log's file in the state folder.
const AUDIT: &str = "audit.jsonl";

/// The settings; a mistake in them is told with its line.
pub fn settings(connection: &Connection) -> Result<config::Settings, Failure> {
    config::load(connection.config.as_deref()).map_err(|error| Failure::Usage(error.to_string()))
}

/// "For ever", as the AWS CLI means by a time-out of 0.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// A store that connects when it is first asked.
pub fn store(connection: &Connection, named: Option<&Provider>, clock: &Clock) -> Arc<dyn Store> {
    let timeout = |seconds: Option<u64>| {
        seconds.map(|seconds| match seconds {
            0 => FOR_EVER,
            seconds => Duration::from_secs(seconds),
        })
    };
    let options = ConnectOptions {
        profile: connection.profile.clone(),
        region: connection.region.clone(),
        endpoint: connection.endpoint_url.clone(),
        sign: !connection.no_sign_request,
        addressing: match connection.addressing {
            AddressingStyle::Auto => Addressing::Auto,
            AddressingStyle::Path => Addressing::Path,
            AddressingStyle::Virtual => Addressing::Virtual,
        },
        connect_timeout: timeout(connection.cli_connect_timeout),
        read_timeout: timeout(connection.cli_read_timeout),
        credentials: None,
        provider: named.map(|provider| provider.name.clone()),
    };
    Arc::new(SdkStore::new(options, clock.clone()))
}

/// The provider that was named.
pub fn named(name: Option<&str>, known: &[Provider]) -> Result<Option<Provider>, Failure> {
    let Some(name) = name else {
        return Ok(None);
    };
    let found = known.iter().find(|of| of.name.eq_ignore_ascii_case(name));
    found.cloned().map(Some).ok_or_else(|| {
        let all: Vec<&str> = known.iter().map(|of| of.name.as_str()).collect();
        Failure::Usage(format!(
            "no provider is called '{}'; known are {}",
            escape(name),
            all.join(", ")
        ))
    })
}

/// The provider whose host the endpoint has.
pub fn recognised<'a>(endpoint: Option<&str>, known: &'a [Provider]) -> Option<&'a Provider> {
    let endpoint = endpoint?;
    let behind = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    known
        .iter()
        .find(|of| of.hosts.iter().any(|part| host.contains(part.as_str())))
}

/// Where changes are recorded; `None` without a home directory.
pub fn audit_path() -> Option<PathBuf> {
    config::state_dir().map(|folder| folder.join(AUDIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_recognised_by_the_host_alone() {
        let wasabi = Provider {
            name: "wasabi".to_owned(),
            hosts: vec!["wasabisys.com".to_owned()],
            ..Provider::default()
        };
        let known = [wasabi];
        let name = |endpoint| recognised(Some(endpoint), &known).map(|of| of.name.as_str());
        assert_eq!(name("https://s3.eu-west-1.WasabiSys.com"), Some("wasabi"));
        assert_eq!(name("http://u:p@s3.wasabisys.com:80/x"), Some("wasabi"));
        assert_eq!(name("https://example.org/wasabisys.com"), None);
        assert_eq!(name("https://wasabisys.com@example.org"), None);
        assert!(recognised(None, &known).is_none());
        assert!(named(Some("Wasabi"), &known).is_ok_and(|of| of.is_some()));
        assert!(named(Some("nobody"), &known).is_err());
    }
}

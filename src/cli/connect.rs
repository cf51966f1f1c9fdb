//! From arguments and settings to a store.

use std::io::{self, Write};
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
/// The folder of the journals of our own uploads, beside it.
const JOURNALS: &str = "uploads";

/// The settings; a mistake in them is told with its line.
pub fn settings(connection: &Connection) -> Result<config::Settings, Failure> {
    config::load(connection.config.as_deref()).map_err(|error| Failure::Usage(error.to_string()))
}

/// "For ever", as the AWS CLI means by a time-out of 0.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// A store that connects when it is first asked.
pub fn store(
    connection: &Connection,
    named: Option<&Provider>,
    settings: &config::Settings,
    clock: &Clock,
) -> Result<Arc<dyn Store>, Failure> {
    if let Some(provider) = named
        && !is_endpoint_given(connection)
    {
        look_at_region(connection, provider)?;
    }
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
        profiles: match named {
            Some(named) => vec![named.clone()],
            None => settings.providers.clone(),
        },
    };
    Ok(Arc::new(SdkStore::new(options, clock.clone())))
}

/// Whether the person says where to go, as far as can be seen without reading profiles.
fn is_endpoint_given(connection: &Connection) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    connection.endpoint_url.is_some() || set("AWS_ENDPOINT_URL_S3") || set("AWS_ENDPOINT_URL")
}

/// Warns of a region that a provider is not known to have: it may be new, or mistyped.
fn look_at_region(connection: &Connection, provider: &Provider) -> Result<(), Failure> {
    let regions = &provider.place.regions;
    let Some(region) = &connection.region else {
        return Ok(());
    };
    if regions.is_empty() || regions.contains(region) {
        return Ok(());
    }
    let hint = match config::nearest(region, regions) {
        Some(near) => format!("did you mean '{near}'? Known: {}", regions.join(", ")),
        None => format!("known: {}", regions.join(", ")),
    };
    let (region, name) = (escape(region), escape(&provider.name));
    writeln!(
        io::stderr().lock(),
        "mopup: '{region}' is no known region of {name}; {hint}"
    )?;
    Ok(())
}

/// The provider that was named, on the command line or in the configuration.
pub fn named(
    connection: &Connection,
    settings: &config::Settings,
) -> Result<Option<Provider>, Failure> {
    let name = connection.provider.as_ref().or(settings.provider.as_ref());
    let named = name.map(|name| config::provider_named(&settings.providers, name));
    named
        .transpose()
        .map_err(|error| Failure::Usage(error.to_string()))
}

/// Where changes are recorded; `None` without a home directory.
pub fn audit_path() -> Option<PathBuf> {
    config::state_dir().map(|folder| folder.join(AUDIT))
}

/// Where our own uploads are recorded; `None` without a home directory.
pub fn journal_path() -> Option<PathBuf> {
    config::state_dir().map(|folder| folder.join(JOURNALS))
}

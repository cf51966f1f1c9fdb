//! From options, environment and profile to a configuration that works on AWS and on anything like it.
//!
//! Knows nothing of requests. Nothing here is done before the first request, so that a screen never waits
//! for files, processes or the instance metadata service.

use std::fmt;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_s3::config::{RequestChecksumCalculation, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_types::service_config::ServiceConfigKey;

use super::beside::Limits;
use super::errors;
use super::hours::Hours;
use super::place::{CONNECT_TIMEOUT, Place, READ_TIMEOUT, invalid, place};
use super::region::Clients;
use super::remembered::Remembered;
use super::retry::OnlyBlips;
use super::signing::PlainSigning;
use super::whole::WholeListings;
use crate::model::provider::{Addressing as OfProvider, Missing, Provider, Suggested, recognised};
use crate::protocol::Fault;
use crate::s3::Clock;

const DEFAULT_REGION: &str = "us-east-1";

/// Where the bucket's name goes in a request's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Addressing {
    /// Path for custom endpoints, virtual hosts for AWS.
    #[default]
    Auto,
    /// `host/bucket/key`
    Path,
    /// `bucket.host/key`
    Virtual,
}

/// Credentials given in full, for the embedded demo.
#[derive(Clone, PartialEq, Eq)]
pub struct StaticCredentials {
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl fmt::Debug for StaticCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticCredentials")
    }
}

/// What the command line says of the connection; whatever it leaves open, environment and profile decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectOptions {
    /// Its credentials are used even if the environment holds others, as the AWS CLI does.
    pub profile: Option<String>,
    pub region: Option<String>,
    /// A custom endpoint's URL.
    pub endpoint: Option<String>,
    /// `false`: requests are not signed, and no credentials are looked for.
    pub sign: bool,
    pub addressing: Addressing,
    /// Default: 5 s.
    pub connect_timeout: Option<Duration>,
    /// How long a server may stay silent. Default: 60 s.
    pub read_timeout: Option<Duration>,
    pub credentials: Option<StaticCredentials>,
    /// The provider profile in force, told on by [`crate::protocol::Identity`].
    pub provider: Option<String>,
    /// The profiles that the endpoint may be one of; where one is named, that one alone, which then makes the
    /// endpoint unless there is another.
    pub profiles: Vec<Provider>,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            profile: None,
            region: None,
            endpoint: None,
            sign: true,
            addressing: Addressing::Auto,
            connect_timeout: None,
            read_timeout: None,
            credentials: None,
            provider: None,
            profiles: Vec::new(),
        }
    }
}

/// What is known once the configuration is read.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) clients: Clients,
    pub(super) place: Place,
    pub(super) credentials: Option<Remembered>,
    pub(super) profile: Option<String>,
}

/// Reads environment and profile files; sends nothing.
pub(super) async fn connect(
    options: &ConnectOptions,
    clock: Clock,
    hours: Hours,
) -> Result<Connection, Fault> {
    let shared = load(options).await?;
    let endpoint = options
        .endpoint
        .clone()
        .or_else(|| setting(&shared, "AWS_ENDPOINT_URL", "endpoint_url"))
        .or_else(|| shared.endpoint_url().map(ToOwned::to_owned));
    let found = shared.region().map(Region::as_ref);
    let suggested = match &endpoint {
        Some(_) => None,
        None => suggested(options, found)?,
    };
    let region = suggested.as_ref().and_then(|of| of.region.as_deref());
    let region = region.or(found).unwrap_or(DEFAULT_REGION).to_owned();
    let endpoint = endpoint.or(suggested.map(|of| of.endpoint));
    let place = place(options, endpoint.as_deref())?;
    let profile = options
        .profile
        .clone()
        .or_else(|| std::env::var("AWS_PROFILE").ok())
        .filter(|name| !name.is_empty());
    let credentials = shared
        .credentials_provider()
        .filter(|_| options.sign)
        .map(|inner| {
            let options = options.clone();
            Remembered::new(inner, clock, move || again(options.clone()))
        });
    let template =
        template(options, &shared, &place, endpoint, credentials.clone()).interceptor(hours);
    Ok(Connection {
        clients: Clients::new(template, region),
        place,
        credentials,
        profile,
    })
}

/// The endpoint that the named provider has in the region wished for, else in the one that is set.
fn suggested(options: &ConnectOptions, found: Option<&str>) -> Result<Option<Suggested>, Fault> {
    let Some(name) = &options.provider else {
        return Ok(None);
    };
    let Some(provider) = options.profiles.iter().find(|of| of.name == *name) else {
        return Ok(None);
    };
    let Some(made) = provider.suggest(options.region.as_deref(), found) else {
        return Ok(None);
    };
    made.map(Some).map_err(|missing| {
        let template = provider.place.endpoint.clone().unwrap_or_default();
        let regions = provider.place.regions.join(", ");
        match missing {
            Missing::Account => invalid(
                format!("the endpoint of {name} has the account in it"),
                &format!(
                    "give --endpoint-url {}",
                    template.replace("{account}", "ACCOUNT")
                ),
            ),
            Missing::Endpoint => invalid(
                format!("{name} is wherever somebody runs it"),
                "give --endpoint-url",
            ),
            Missing::Name => invalid(
                "the region's name is not valid".to_owned(),
                "check --region, AWS_REGION and the profile",
            ),
            Missing::Region => invalid(
                format!("the endpoint of {name} has the region in it"),
                &format!("give --region, such as {regions}"),
            ),
        }
    })
}

/// Reads the environment and the profile files.
async fn load(options: &ConnectOptions) -> Result<SdkConfig, Fault> {
    let shared = loader(options)?.load().await;
    match setting(&shared, "AWS_CA_BUNDLE", "ca_bundle") {
        None => Ok(shared),
        // Again, so that SSO and STS trust it, too.
        Some(path) => Ok(loader(options)?
            .http_client(trusting(&path).await?)
            .load()
            .await),
    }
}

/// What provides credentials by what the files say now.
async fn again(options: ConnectOptions) -> Option<SharedCredentialsProvider> {
    load(&options).await.ok()?.credentials_provider()
}

fn template(
    options: &ConnectOptions,
    shared: &SdkConfig,
    place: &Place,
    endpoint: Option<String>,
    credentials: Option<Remembered>,
) -> aws_sdk_s3::config::Builder {
    let path_style = match options.addressing {
        Addressing::Auto => {
            let at = place.endpoint.as_deref().unwrap_or_default();
            let rules = options.profiles.iter();
            let named = rules
                .clone()
                .find(|of| Some(&of.name) == options.provider.as_ref());
            match named.or_else(|| recognised(at, &options.profiles)) {
                Some(provider) if provider.addressing == Some(OfProvider::Virtual) => false,
                Some(provider) if provider.addressing == Some(OfProvider::Path) => true,
                // AWS by another name of its own: directory buckets are found by hosts alone.
                _ => place.endpoint.is_some() && !place.aws,
            }
        }
        Addressing::Path => true,
        Addressing::Virtual => false,
    };
    let mut builder = aws_sdk_s3::config::Builder::from(shared)
        .force_path_style(path_style)
        // Checksums are our own, computed while reading; the SDK's trailers break many stores.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .retry_classifier(OnlyBlips)
        .interceptor(Limits)
        .interceptor(WholeListings)
        // Credentials are remembered by their provider, which is told when they are refused.
        .identity_cache(IdentityCache::no_cache());
    builder.set_endpoint_url(endpoint);
    if let Some(credentials) = credentials {
        builder = builder.credentials_provider(credentials);
    } else {
        builder = builder.allow_no_auth();
    }
    if !place.aws {
        // Nobody else has sessions, or the service that they are for.
        builder = builder
            .disable_s3_express_session_auth(true)
            .endpoint_resolver(PlainSigning::default());
    }
    builder
}

fn loader(options: &ConnectOptions) -> Result<ConfigLoader, Fault> {
    let mut profile_region = ProfileFileRegionProvider::builder();
    if let Some(profile) = &options.profile {
        profile_region = profile_region.profile_name(profile);
    }
    // Not the metadata service: it would be waited for only to learn a default.
    let region = RegionProviderChain::first_try(options.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile_region.build())
        .or_else(Region::from_static(DEFAULT_REGION));
    let read = options.read_timeout.unwrap_or(READ_TIMEOUT);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(options.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
        .read_timeout(read)
        .build();
    let name = AppName::new("mopup").map_err(|error| invalid(error.to_string(), ""))?;
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .app_name(name)
        .timeout_config(timeouts)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(2)
                .with_initial_backoff(Duration::from_millis(200)),
        )
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled()
                .grace_period(read)
                .build(),
        );
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &options.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    Ok(with_credentials(loader, options))
}

fn with_credentials(loader: ConfigLoader, options: &ConnectOptions) -> ConfigLoader {
    if !options.sign {
        loader.no_credentials()
    } else if let Some(StaticCredentials {
        access_key_id,
        secret_access_key,
    }) = &options.credentials
    {
        loader.credentials_provider(Credentials::new(
            access_key_id,
            secret_access_key,
            None,
            None,
            "given",
        ))
    } else if let Some(profile) = &options.profile {
        loader.credentials_provider(
            ProfileFileCredentialsProvider::builder()
                .profile_name(profile)
                .build(),
        )
    } else {
        loader
    }
}

/// A setting as the SDK would read it: the environment, then the profile, `services` sections first.
fn setting(shared: &SdkConfig, env: &str, profile: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id("S3")
        .env(env)
        .profile(profile)
        .build()
        .ok()?;
    shared
        .service_config()?
        .load_config(key)
        .filter(|value| !value.is_empty())
}

/// The HTTP client that trusts the certificates of this file instead of the system's, as the AWS CLI does.
async fn trusting(
    path: &str,
) -> Result<aws_smithy_runtime_api::client::http::SharedHttpClient, Fault> {
    let pem = tokio::fs::read(path)
        .await
        .map_err(|error| invalid(format!("the CA bundle {path} cannot be read: {error}"), ""))?;
    let text = String::from_utf8_lossy(&pem);
    let begun = text.matches("-----BEGIN CERTIFICATE-----").count();
    if begun == 0 || begun != text.matches("-----END CERTIFICATE-----").count() {
        return Err(invalid(
            format!("the CA bundle {path} holds no certificate in PEM form"),
            "check AWS_CA_BUNDLE and ca_bundle",
        ));
    }
    let context = TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(pem))
        .build()
        .map_err(|error| {
            invalid(
                format!(
                    "the CA bundle {path} is refused: {}",
                    errors::deepest(&error)
                ),
                "",
            )
        })?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::AwsLc,
        ))
        .tls_context(context)
        .build_https())
}

#[cfg(test)]
mod tests;

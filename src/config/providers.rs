//! `[providers.NAME]`, the profiles that are known without it, and which of them is in force.

use std::path::Path;
use std::time::Duration;

use toml::de::DeTable;

use super::error::ConfigError;
use super::nearest::nearest;
use super::read::{Source, Value};
use crate::model::provider::Provider;

const TABLE: &str = include_str!("../../assets/providers.toml");

pub(super) fn defaults() -> Result<Vec<Provider>, ConfigError> {
    let source = Source {
        path: Path::new("assets/providers.toml"),
        text: TABLE,
    };
    let mut providers = Vec::new();
    merge(&source, &source.document()?, &mut providers)?;
    Ok(providers)
}

/// Changes the profiles that are named again, adds the others, and puts both in front.
pub(super) fn merge<'a>(
    source: &Source<'a>,
    table: &DeTable<'a>,
    providers: &mut Vec<Provider>,
) -> Result<(), ConfigError> {
    for (name, value) in table {
        let name = name.get_ref().as_ref();
        let known = providers.iter().position(|known| known.name == name);
        let mut provider = known.map_or_else(
            || Provider {
                name: name.to_owned(),
                ..Provider::default()
            },
            |index| providers.remove(index),
        );
        fill(source, value, &mut provider)?;
        providers.insert(0, provider);
    }
    Ok(())
}

fn fill<'a>(
    source: &Source<'a>,
    value: &Value<'a>,
    provider: &mut Provider,
) -> Result<(), ConfigError> {
    for (key, value) in source.table(value)? {
        match key.get_ref().as_ref() {
            "hosts" => {
                let hosts = source.strings(value)?;
                provider.hosts = hosts
                    .into_iter()
                    .map(|(host, _)| host.to_ascii_lowercase())
                    .collect();
            }
            "abort_after" => {
                provider.abort_after = source.span_or(value, "never", Duration::from_secs(60))?;
            }
            "exact_prefix_only" => provider.exact_prefix_only = source.boolean(value)?,
            _ => {
                let known = ["hosts", "abort_after", "exact_prefix_only"];
                return Err(source.unknown("key", key, &known));
            }
        }
    }
    Ok(())
}

/// A provider was chosen by a name that no profile has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown provider '{name}'; {hint}")]
pub struct UnknownProvider {
    pub name: String,
    pub hint: String,
}

/// The profile in force: the `chosen` one, else the one whose host stands longest in `endpoint`'s, else AWS where
/// there is no custom endpoint, else one without a name that promises nothing.
pub fn provider_for(
    providers: &[Provider],
    endpoint: Option<&str>,
    chosen: Option<&str>,
) -> Result<Provider, UnknownProvider> {
    let named = |name: &str| providers.iter().find(|provider| provider.name == name);
    if let Some(name) = chosen {
        return named(name).cloned().ok_or_else(|| {
            let all: Vec<&str> = providers.iter().map(|known| known.name.as_str()).collect();
            UnknownProvider {
                name: name.to_owned(),
                hint: nearest(name, all.iter().copied()).map_or_else(
                    || format!("known: {}", all.join(", ")),
                    |near| format!("did you mean '{near}'?"),
                ),
            }
        });
    }
    let Some(endpoint) = endpoint else {
        return Ok(named("aws").cloned().unwrap_or_default());
    };
    let host = host(endpoint);
    let fit = |provider: &Provider| {
        let hosts = provider.hosts.iter();
        hosts
            .filter(|part| host.contains(part.as_str()))
            .map(String::len)
            .max()
    };
    // Of equally long ones the first, and configured profiles stand first: `max_by_key` takes the last.
    Ok(providers
        .iter()
        .rev()
        .filter_map(|provider| Some((fit(provider)?, provider)))
        .max_by_key(|(length, _)| *length)
        .map(|(_, provider)| provider.clone())
        .unwrap_or_default())
}

/// Host and port of an endpoint, without scheme, user information and path, in lower case.
fn host(endpoint: &str) -> String {
    let rest = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(endpoint: Option<&str>, chosen: Option<&str>) -> String {
        provider_for(&defaults().unwrap(), endpoint, chosen)
            .unwrap()
            .name
    }

    #[test]
    fn a_provider_is_recognised_by_its_host_alone() {
        let at = |endpoint| name(Some(endpoint), None);
        assert_eq!(at("https://abc.r2.cloudflarestorage.com"), "r2");
        assert_eq!(at("https://S3.EU-central-1.wasabisys.com/x"), "wasabi");
        assert_eq!(at("http://minio.internal:9000"), "minio");
        assert_eq!(at("https://s3.fr-par.scw.cloud"), "scaleway");
        assert_eq!(at("https://storage.yandexcloud.net"), "yandex");
        assert_eq!(at("https://s3.us-west-004.backblazeb2.com"), "b2");
        assert_eq!(at("https://storage.googleapis.com"), "gcs");
        assert_eq!(at("https://s3.gra.io.cloud.ovh.net"), "ovh");
        assert_eq!(at("http://localhost.localstack.cloud:4566"), "localstack");
        assert_eq!(at("https://s3.eu-west-1.amazonaws.com"), "aws");
        assert_eq!(at("http://127.0.0.1:9000/minio"), "", "a path is no host");
        assert_eq!(at("https://minio:pw@example.org"), "", "a user is no host");
    }

    #[test]
    fn a_chosen_name_wins_and_must_exist() {
        assert_eq!(name(None, None), "aws");
        assert_eq!(name(None, Some("lightsail")), "lightsail");
        assert_eq!(name(Some("https://x.wasabisys.com"), Some("ceph")), "ceph");
        let error = provider_for(&defaults().unwrap(), None, Some("minoi")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown provider 'minoi'; did you mean 'minio'?"
        );
    }

    #[test]
    fn deadlines_are_those_of_the_providers() {
        let hours = |name: &str| {
            let provider = provider_for(&defaults().unwrap(), None, Some(name)).unwrap();
            provider.abort_after.map(|after| after.as_secs() / 3600)
        };
        assert_eq!(hours("lightsail"), Some(24));
        assert_eq!(hours("r2"), Some(7 * 24));
        assert_eq!(hours("minio"), Some(24));
        assert_eq!(hours("wasabi"), Some(31 * 24));
        for none in [
            "aws",
            "scaleway",
            "yandex",
            "b2",
            "gcs",
            "ceph",
            "ovh",
            "localstack",
        ] {
            assert_eq!(hours(none), None, "{none}");
        }
    }
}

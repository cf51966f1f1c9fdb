//! `[providers.NAME]`, the profiles that are known without it, and which of them is in force.

use std::path::Path;
use std::time::Duration;

use toml::de::DeTable;

use super::error::ConfigError;
use super::nearest::nearest;
use super::read::{Source, Value};
use crate::model::plan::Limits;
use crate::model::provider::{Addressing, Checksums, Provider, Rate, Trust};

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
                let hosts = texts(source, value)?.into_iter();
                provider.hosts = hosts.map(|host| host.to_ascii_lowercase()).collect();
            }
            "abort_after" => {
                provider.abort_after = source.span_or(value, "never", Duration::from_secs(60))?;
            }
            "rules_replace_it" => provider.rules_replace_it = source.boolean(value)?,
            "lifecycle" => provider.lifecycle = source.boolean(value)?,
            "exact_prefix_only" => provider.exact_prefix_only = source.boolean(value)?,
            "addressing" => {
                let words = ["path", "virtual", "auto"];
                provider.addressing = source.word(value, addressing, &words)?;
            }
            "endpoint" => provider.place.endpoint = Some(template(source, value)?),
            "regions" => provider.place.regions = texts(source, value)?,
            "region" => provider.place.region = Some(source.string(value)?.to_owned()),
            "listing" => provider.listing = listing(source, value)?,
            "prices" => prices(source, value, provider)?,
            "checksums" => {
                provider.checksums = source.word(value, checksums, &["takes", "refuses", "try"])?;
            }
            word => {
                let known = limit(source, word, value, &mut provider.limits)?;
                if !known {
                    return Err(source.unknown("key", key, KEYS));
                }
            }
        }
    }
    let limits = &provider.limits;
    if limits.min_part > limits.max_part {
        return Err(source.error(value.span(), "'min_part' must not be more than 'max_part'"));
    }
    Ok(())
}

/// The keys of a profile.
const KEYS: &[&str] = &[
    "hosts",
    "abort_after",
    "rules_replace_it",
    "lifecycle",
    "exact_prefix_only",
    "addressing",
    "endpoint",
    "regions",
    "region",
    "listing",
    "prices",
    "checksums",
    "min_part",
    "max_part",
    "max_parts",
    "max_object",
    "max_put",
    "equal_parts",
];

/// Sets the limit of this name; false if there is none.
fn limit<'a>(
    source: &Source<'a>,
    name: &str,
    value: &Value<'a>,
    limits: &mut Limits,
) -> Result<bool, ConfigError> {
    let slot = match name {
        "equal_parts" => {
            limits.equal_parts = source.boolean(value)?;
            return Ok(true);
        }
        "max_parts" => {
            let parts = source.size(value)?;
            let parts = u32::try_from(parts).ok().filter(|parts| *parts > 0);
            let wrong = || source.error(value.span(), "this is a count from 1 on");
            limits.max_parts = parts.ok_or_else(wrong)?;
            return Ok(true);
        }
        "min_part" => &mut limits.min_part,
        "max_part" => &mut limits.max_part,
        "max_object" => &mut limits.max_object,
        "max_put" => &mut limits.max_put,
        _ => return Ok(false),
    };
    let size = source.size(value)?;
    if size == 0 {
        return Err(source.error(value.span(), "this must be more than nothing"));
    }
    *slot = size;
    Ok(true)
}

fn texts<'a>(source: &Source<'a>, value: &Value<'a>) -> Result<Vec<String>, ConfigError> {
    let texts = source.strings(value)?.into_iter();
    Ok(texts.map(|(text, _)| text.to_owned()).collect())
}

/// An endpoint with `{region}` or `{account}` in it, or with neither.
fn template<'a>(source: &Source<'a>, value: &Value<'a>) -> Result<String, ConfigError> {
    let text = source.string(value)?;
    let rest = text.replace("{region}", "").replace("{account}", "");
    let is_url = rest.starts_with("https://") || rest.starts_with("http://");
    if is_url && !rest.contains(['{', '}']) {
        return Ok(text.to_owned());
    }
    let why = "this is an http or https URL in which {region} and {account} are filled in";
    Err(source.error(value.span(), why))
}

fn listing<'a>(source: &Source<'a>, value: &Value<'a>) -> Result<Vec<Trust>, ConfigError> {
    let mut listing = Vec::new();
    for (word, span) in source.strings(value)? {
        let unknown = || source.error(span.clone(), "known: prefix, order, markers");
        listing.push(Trust::from_word(word).ok_or_else(unknown)?);
    }
    Ok(listing)
}

/// The price by storage class; the classes are the provider's own words.
fn prices<'a>(
    source: &Source<'a>,
    value: &Value<'a>,
    provider: &mut Provider,
) -> Result<(), ConfigError> {
    for (class, value) in source.table(value)? {
        let class = match class.get_ref().as_ref() {
            "fallback" => "",
            class => class,
        };
        let rate = Rate::from_dollars(source.amount(value)?);
        provider.prices.insert(class.to_owned(), rate);
    }
    Ok(())
}

#[expect(clippy::option_option, reason = "no such word, or no such rule")]
fn addressing(word: &str) -> Option<Option<Addressing>> {
    match word {
        "path" => Some(Some(Addressing::Path)),
        "virtual" => Some(Some(Addressing::Virtual)),
        "auto" => Some(None),
        _ => None,
    }
}

fn checksums(word: &str) -> Option<Checksums> {
    match word {
        "takes" => Some(Checksums::Takes),
        "refuses" => Some(Checksums::Refuses),
        "try" => Some(Checksums::Try),
        _ => None,
    }
}

/// The names of the profiles that are known without a configuration, for completing.
pub fn provider_names() -> impl Iterator<Item = &'static str> {
    let headings = TABLE.lines();
    headings.filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'))
}

/// A provider was chosen by a name that no profile has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown provider '{name}'; {hint}")]
pub struct UnknownProvider {
    pub name: String,
    pub hint: String,
}

/// The provider that the person named.
pub fn provider_named(providers: &[Provider], name: &str) -> Result<Provider, UnknownProvider> {
    let known = providers
        .iter()
        .find(|known| known.name.eq_ignore_ascii_case(name));
    known.cloned().ok_or_else(|| {
        let all: Vec<&str> = providers.iter().map(|known| known.name.as_str()).collect();
        UnknownProvider {
            name: name.to_owned(),
            hint: nearest(name, all.iter().copied()).map_or_else(
                || format!("known: {}", all.join(", ")),
                |near| format!("did you mean '{near}'?"),
            ),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::provider::recognised;

    #[test]
    fn the_providers_are_recognised_by_their_hosts() {
        let known = defaults().unwrap();
        let at = |endpoint| recognised(endpoint, &known).map_or("", |of| of.name.as_str());
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
    fn the_names_are_those_of_the_profiles() {
        let mut known: Vec<String> = defaults().unwrap().into_iter().map(|of| of.name).collect();
        let mut names: Vec<&str> = provider_names().collect();
        known.sort();
        names.sort_unstable();
        assert_eq!(names, known);
    }

    #[test]
    fn every_profile_is_whole() {
        for provider in defaults().unwrap() {
            let (name, place) = (&provider.name, &provider.place);
            let region = place.region.iter().chain(&place.regions);
            let valid = |name: &String| {
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            };
            assert!(region.clone().all(valid), "{name}");
            if let Some(region) = &place.region {
                assert!(place.regions.contains(region), "{name}");
            }
            // What is made of its template is recognised as the provider.
            if let Some(Ok(made)) = place.suggest(Some("us-east-1"), None) {
                let known = defaults().unwrap();
                let found = recognised(&made.endpoint, &known).map(|of| of.name.as_str());
                assert_eq!(found, Some(name.as_str()));
            }
        }
    }

    #[test]
    fn each_name_leads_to_its_own_endpoint_in_each_region_or_asks_for_what_is_missing() {
        let known = defaults().unwrap();
        for provider in &known {
            let name = provider.name.as_str();
            let regions = provider.place.regions.iter().map(String::as_str).map(Some);
            for region in regions.chain([None]) {
                match provider.suggest(region, Some("us-east-1")) {
                    Some(Ok(made)) => {
                        let at = &made.endpoint;
                        assert!(at.starts_with("https://") || name == "localstack", "{at}");
                        assert!(!at.contains(['{', '}', ' ']) && !at.ends_with('/'), "{at}");
                        assert_eq!(
                            recognised(at, &known).map(|of| of.name.as_str()),
                            Some(name)
                        );
                        assert!(region.is_none() || made.region.as_deref() == region, "{at}");
                    }
                    Some(Err(missing)) => {
                        let asked = [
                            "r2",
                            "b2",
                            "minio",
                            "rustfs",
                            "ceph",
                            "idrive",
                            "garage",
                            "seaweedfs",
                        ];
                        assert!(asked.contains(&name), "{name}: {missing:?}");
                    }
                    None => assert!(
                        ["aws", "aws-directory", "lightsail"].contains(&name),
                        "{name}"
                    ),
                }
            }
        }
    }

    #[test]
    fn what_is_known_of_the_directory_bucket_is_that_nothing_can_be_relied_on() {
        let directory = provider_named(&defaults().unwrap(), "aws-directory").unwrap();
        assert_eq!(directory.listing, []);
    }

    #[test]
    fn a_chosen_name_must_exist() {
        let named = |name| provider_named(&defaults().unwrap(), name);
        assert_eq!(named("Lightsail").unwrap().name, "lightsail");
        let error = named("minoi").unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown provider 'minoi'; did you mean 'minio'?"
        );
    }

    #[test]
    fn deadlines_are_those_of_the_providers() {
        let hours = |name: &str| {
            let provider = provider_named(&defaults().unwrap(), name).unwrap();
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

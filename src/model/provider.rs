//! What is known of a provider beforehand, recognised by its endpoint or chosen by name.

use std::time::Duration;

use super::plan::Limits;

/// A provider's rules, as far as the program acts on them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provider {
    /// As `--provider` takes it.
    pub name: String,
    /// Substrings of endpoint hosts by which it is recognised.
    pub hosts: Vec<String>,
    /// How long after initiation the provider itself aborts an upload.
    pub abort_after: Option<Duration>,
    /// Whether a listing's prefix is honoured only as an exact key.
    pub exact_prefix_only: bool,
    pub limits: Limits,
    pub checksums: Checksums,
}

/// Whether a provider takes a checksum with each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Checksums {
    /// Not known: tried, and left out once refused.
    #[default]
    Try,
    /// As AWS does.
    Takes,
    /// Known to refuse the headers.
    Refuses,
}

/// The one of `known` that the endpoint's host names by the longest part, the first of equals; nothing else of
/// the address counts.
pub fn recognised<'a>(endpoint: &str, known: &'a [Provider]) -> Option<&'a Provider> {
    let host = host(endpoint);
    let fit = |of: &Provider| {
        let parts = of.hosts.iter().filter(|part| host.contains(part.as_str()));
        parts.map(String::len).max()
    };
    // Of equals `max_by_key` takes the last.
    let fitting = known.iter().rev().filter_map(|of| Some((fit(of)?, of)));
    fitting.max_by_key(|(length, _)| *length).map(|(_, of)| of)
}

/// Host and port of an endpoint, without scheme, user information and path, in lower case.
fn host(endpoint: &str) -> String {
    let behind = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    authority
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
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
        let name = |endpoint| recognised(endpoint, &known).map(|of| of.name.as_str());
        assert_eq!(name("https://s3.eu-west-1.WasabiSys.com"), Some("wasabi"));
        assert_eq!(name("http://u:p@s3.wasabisys.com:80/x"), Some("wasabi"));
        assert_eq!(name("https://example.org/wasabisys.com"), None);
        assert_eq!(name("https://wasabisys.com@example.org"), None);
        assert_eq!(name(""), None);
    }
}

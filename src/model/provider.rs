//! What is known of a provider beforehand, recognised by its endpoint or chosen by name.

use std::collections::BTreeMap;
use std::time::Duration;

use super::plan::Limits;

/// The host of AWS, for which no endpoint has to be known.
const AWS: &str = "amazonaws.com";

/// A provider's rules, as far as the program acts on them or tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// As `--provider` takes it.
    pub name: String,
    /// Substrings of endpoint hosts by which it is recognised.
    pub hosts: Vec<String>,
    /// How long after initiation the provider itself aborts an upload.
    pub abort_after: Option<Duration>,
    /// Whether that is a default rule, for which the bucket's own rules stand in once they are known.
    pub rules_replace_it: bool,
    /// Whether a lifecycle rule can end an upload, as far as is known.
    pub lifecycle: bool,
    /// Whether a listing's prefix is honoured only as an exact key.
    pub exact_prefix_only: bool,
    pub limits: Limits,
    pub checksums: Checksums,
    /// Where the bucket's name has to go; `None`: a custom endpoint gets paths.
    pub addressing: Option<Addressing>,
    pub place: Place,
    /// What of its listing is documented to hold as S3 has it.
    pub listing: Vec<Trust>,
    /// By storage class; the empty name is for all others.
    pub prices: BTreeMap<String, Rate>,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            name: String::new(),
            hosts: Vec::new(),
            abort_after: None,
            rules_replace_it: false,
            lifecycle: true,
            exact_prefix_only: false,
            limits: Limits::default(),
            checksums: Checksums::default(),
            addressing: None,
            place: Place::default(),
            listing: Vec::new(),
            prices: BTreeMap::new(),
        }
    }
}

/// Where the bucket's name goes in a request's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Addressing {
    /// `host/bucket/key`
    Path,
    /// `bucket.host/key`
    Virtual,
}

/// What can be trusted of a listing of uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trust {
    /// A prefix finds what begins with it.
    Prefix,
    /// Keys come in order.
    Order,
    /// Both markers go on where the page before ended.
    Markers,
}

impl Trust {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::Order => "order",
            Self::Markers => "markers",
        }
    }

    /// The one of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Prefix, Self::Order, Self::Markers];
        all.into_iter().find(|of| of.word() == word)
    }
}

/// A price per GiB and month, in billionths of a US dollar: whole, so that profiles can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

impl Rate {
    /// The nearest one.
    pub fn from_dollars(dollars: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a conversion that saturates"
        )]
        Self((dollars * 1e9).round() as u64)
    }

    pub fn dollars(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let billionths = self.0 as f64;
        billionths / 1e9
    }
}

/// Where a provider is, by region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// With `{region}` and perhaps `{account}` in it; `None`: no endpoint can be suggested.
    pub endpoint: Option<String>,
    /// Those that are known.
    pub regions: Vec<String>,
    /// The one without a wish.
    pub region: Option<String>,
}

/// An endpoint that follows from a provider's name and a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    pub endpoint: String,
    pub region: Option<String>,
}

/// What is missing for an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Only the person knows the account's part of it.
    Account,
    /// There are several, and none is more likely.
    Region,
    /// What was wished for can be no region's name.
    Name,
    /// It is wherever somebody runs it.
    Endpoint,
}

impl Provider {
    /// The endpoint in the region wished for, else as [`Place::suggest`] says; `None` where AWS is asked.
    pub fn suggest(
        &self,
        wished: Option<&str>,
        other: Option<&str>,
    ) -> Option<Result<Suggested, Missing>> {
        let is_elsewhere = !self.hosts.is_empty() && !self.hosts.iter().any(|of| of == AWS);
        let made = self.place.suggest(wished, other);
        made.or_else(|| is_elsewhere.then_some(Err(Missing::Endpoint)))
    }
}

impl Place {
    /// The endpoint in the region wished for, else in the one of `others` that is known here, else in the usual one;
    /// `None` where none can be suggested.
    pub fn suggest(
        &self,
        wished: Option<&str>,
        other: Option<&str>,
    ) -> Option<Result<Suggested, Missing>> {
        let template = self.endpoint.as_deref()?;
        if template.contains("{account}") {
            return Some(Err(Missing::Account));
        }
        let known = |name: &&str| self.regions.iter().any(|region| region == name);
        let region = wished
            .or_else(|| other.filter(known))
            .or(self.region.as_deref());
        if region.is_none() && template.contains("{region}") {
            return Some(Err(Missing::Region));
        }
        let is_name = |of: &str| of.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !region.is_none_or(is_name) {
            return Some(Err(Missing::Name));
        }
        let endpoint = template.replace("{region}", region.unwrap_or_default());
        let region = region.map(ToOwned::to_owned);
        Some(Ok(Suggested { endpoint, region }))
    }
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

    #[test]
    fn an_endpoint_follows_from_the_region_that_is_known() {
        let place = Place {
            endpoint: Some("https://s3.{region}.scw.cloud".to_owned()),
            regions: vec!["fr-par".to_owned(), "nl-ams".to_owned()],
            region: Some("fr-par".to_owned()),
        };
        let at = |wished, other| place.suggest(wished, other).unwrap().unwrap().endpoint;
        assert_eq!(at(Some("nl-ams"), None), "https://s3.nl-ams.scw.cloud");
        assert_eq!(at(None, Some("nl-ams")), "https://s3.nl-ams.scw.cloud");
        // A region of AWS in the environment is no wish.
        assert_eq!(at(None, Some("us-east-1")), "https://s3.fr-par.scw.cloud");
        assert_eq!(at(Some("es-mad"), None), "https://s3.es-mad.scw.cloud");
        assert_eq!(Place::default().suggest(Some("x"), None), None);
        let account = Place {
            endpoint: Some("https://{account}.example".to_owned()),
            ..Place::default()
        };
        let missing = account.suggest(None, None);
        assert_eq!(missing, Some(Err(Missing::Account)));
        for odd in ["x@evil.example/", "a.b", "a/b"] {
            assert_eq!(place.suggest(Some(odd), None), Some(Err(Missing::Name)));
        }
    }

    #[test]
    fn what_somebody_runs_somewhere_is_never_taken_for_aws() {
        let of = |hosts: &[&str]| Provider {
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..Provider::default()
        };
        let at = |provider: Provider| provider.suggest(Some("us-east-1"), None);
        assert_eq!(at(of(&["minio", "min.io"])), Some(Err(Missing::Endpoint)));
        assert_eq!(at(of(&["amazonaws.com", "api.aws"])), None);
        assert_eq!(at(of(&[])), None, "Lightsail is asked as S3 is");
    }
}

//! Where requests go: what an endpoint means for signing, addressing and messages.

use std::time::Duration;

use super::connect::ConnectOptions;
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::endpoint::{host_and_port, is_exposed, shown_endpoint};

pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Aborting an upload of 2,500 parts was seen to take 33 s.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Where requests go, for messages.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The custom endpoint as it may be shown.
    pub(super) endpoint: Option<String>,
    /// AWS itself, by its own or by a custom name.
    pub(super) aws: bool,
    /// `host:port`, or AWS's name of the service.
    pub(super) host: String,
    /// Plain HTTP to another machine: bodies are to be signed there.
    pub(super) exposed: bool,
    pub(super) connect_timeout: Duration,
    pub(super) read_timeout: Duration,
}

/// Judges the endpoint; refuses what is no URL.
pub(super) fn place(options: &ConnectOptions, endpoint: Option<&str>) -> Result<Place, Fault> {
    let host = endpoint.map_or_else(
        || "s3.amazonaws.com:443".to_owned(),
        |endpoint| host_and_port(endpoint).0,
    );
    if let Some(endpoint) = endpoint {
        let known = endpoint.starts_with("http://") || endpoint.starts_with("https://");
        if !known || host.starts_with(':') {
            return Err(invalid(
                format!(
                    "the endpoint '{}' is no http or https URL",
                    shown_endpoint(endpoint)
                ),
                "write it as https://host:port",
            ));
        }
    }
    let name = host
        .rsplit_once(':')
        .map_or(host.as_str(), |(name, _)| name);
    let aws = name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
    Ok(Place {
        endpoint: endpoint.map(shown_endpoint),
        aws,
        exposed: endpoint.is_some_and(is_exposed),
        host,
        connect_timeout: options.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
        read_timeout: options.read_timeout.unwrap_or(READ_TIMEOUT),
    })
}

/// A configuration that is wrong.
pub(super) fn invalid(message: String, hint: &str) -> Fault {
    Fault {
        operation: Operation::Connect,
        target: String::new(),
        kind: Kind::Invalid,
        code: None,
        message,
        hint: hint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(endpoint: &str) -> Place {
        place(&ConnectOptions::default(), Some(endpoint)).unwrap()
    }

    #[test]
    fn bodies_are_exposed_only_over_plain_http_to_another_machine() {
        assert!(at("http://minio.lan:9000").exposed);
        assert!(!at("https://minio.lan:9000").exposed);
        assert!(!at("http://127.0.0.1:9000").exposed);
        assert!(!at("http://[::1]:9000").exposed);
        assert!(!at("http://localhost:9000").exposed);
    }

    #[test]
    fn a_custom_name_of_aws_is_still_aws() {
        assert!(at("https://s3.eu-west-1.amazonaws.com").aws);
        assert!(!at("https://amazonaws.com.example").aws);
    }

    #[test]
    fn an_endpoint_that_is_no_url_is_refused_without_its_password() {
        let fault = place(&ConnectOptions::default(), Some("me:secret@host:9000")).unwrap_err();
        assert_eq!(fault.kind, Kind::Invalid);
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }
}

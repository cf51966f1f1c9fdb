//! Endpoints as messages show them: without a password.
//!
//! Pure: knows no request and no SDK.

/// An endpoint as it may be shown: without user information, query and fragment.
pub fn shown_endpoint(endpoint: &str) -> String {
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("", endpoint));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let path = path.trim_end_matches('/');
    let mut shown = String::new();
    if !scheme.is_empty() {
        shown.push_str(scheme);
        shown.push_str("://");
    }
    shown.push_str(host);
    if !path.is_empty() {
        shown.push('/');
        shown.push_str(path);
    }
    shown
}

/// `host:port` of an endpoint, and whether it speaks TLS.
pub fn host_and_port(endpoint: &str) -> (String, bool) {
    let shown = shown_endpoint(endpoint);
    let tls = !shown.starts_with("http://");
    let authority = shown.split_once("://").map_or(shown.as_str(), |(_, r)| r);
    let authority = authority.split('/').next().unwrap_or_default();
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    if has_port {
        (authority.to_owned(), tls)
    } else {
        (format!("{authority}:{}", if tls { 443 } else { 80 }), tls)
    }
}

/// Whether requests go over plain HTTP to another machine, where anybody on the way can read them.
pub fn is_exposed(endpoint: &str) -> bool {
    let (host, tls) = host_and_port(endpoint);
    let name = host
        .rsplit_once(':')
        .map_or(host.as_str(), |(name, _)| name);
    let loopback = name == "localhost"
        || name.ends_with(".localhost")
        || name
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    !tls && !loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_to_another_machine_is_exposed() {
        for exposed in [
            "http://s3.example",
            "http://10.0.0.1:9000",
            "http://[fd00::1]",
        ] {
            assert!(is_exposed(exposed), "{exposed}");
        }
        for safe in [
            "https://s3.example",
            "http://127.0.0.1:9000",
            "http://[::1]:9000",
            "http://localhost",
            "http://s3.localhost:4566/x",
        ] {
            assert!(!is_exposed(safe), "{safe}");
        }
    }

    #[test]
    fn an_endpoint_is_shown_without_its_password() {
        assert_eq!(
            shown_endpoint("https://me:secret@s3.example:9000/base/?x=y"),
            "https://s3.example:9000/base"
        );
        assert_eq!(host_and_port("http://[::1]:80/").0, "[::1]:80");
        assert_eq!(
            host_and_port("https://s3.example"),
            ("s3.example:443".to_owned(), true)
        );
    }
}

//! The key of SSE-C, read from where the person keeps it. No message shows anything of it.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::cli::args::CustomerKeyFrom;
use crate::cli::failure::Failure;
use crate::model::send::CustomerKey;
use crate::s3::customer;
use crate::s3::endpoint::{is_exposed, shown_endpoint};

/// No form of a key is longer.
const LONGEST: u64 = 256;

/// The key, if one was named.
pub fn read(from: &CustomerKeyFrom) -> Result<Option<CustomerKey>, Failure> {
    if let Some(file) = &from.sse_c_key_file {
        let shown = file.display();
        let bytes = contents(file).map_err(|error| {
            Failure::Other(format!("the SSE-C key in {shown} cannot be read: {error}"))
        })?;
        return parse(&bytes, &format!("the file {shown}")).map(Some);
    }
    if let Some(name) = &from.sse_c_key_env {
        let value = env::var_os(name).ok_or_else(|| {
            let text = format!("there is no environment variable {name} to take the SSE-C key from; export it first");
            Failure::Usage(text)
        })?;
        return parse(value.as_bytes(), &format!("the variable {name}")).map(Some);
    }
    Ok(None)
}

fn contents(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(bytes: &[u8], place: &str) -> Result<CustomerKey, Failure> {
    customer::parse(bytes).ok_or_else(|| {
        Failure::Usage(format!(
            "{place} holds no SSE-C key: it is 32 bytes as they are, 64 hexadecimal digits, or base64 of 32 bytes; make one with `openssl rand -out FILE 32`"
        ))
    })
}

/// S3 takes such a key over TLS alone, and anybody on the way could read it otherwise.
///
/// Source: S3 User Guide, "Using server-side encryption with customer-provided keys": "You must use HTTPS".
pub fn check_way(key: Option<&CustomerKey>, endpoint: Option<&str>) -> Result<(), Failure> {
    match endpoint {
        Some(endpoint) if key.is_some() && is_exposed(endpoint) => Err(Failure::Other(format!(
            "the SSE-C key would travel in the open to {}; use an https endpoint",
            shown_endpoint(endpoint)
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_a_file_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let from = CustomerKeyFrom {
            sse_c_key_file: Some(file.clone()),
            sse_c_key_env: None,
        };
        std::fs::write(&file, [7_u8; 32]).unwrap();
        assert_eq!(read(&from).unwrap(), Some(CustomerKey([7; 32])));
        std::fs::write(&file, "07".repeat(32) + "\n").unwrap();
        assert_eq!(read(&from).unwrap(), Some(CustomerKey([7; 32])));
        std::fs::write(&file, "hunter2").unwrap();
        let told = read(&from).unwrap_err().message();
        assert!(told.contains("32 bytes") && !told.contains("hunter2"));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(read(&from).unwrap_err().code(), 1);
        assert_eq!(read(&CustomerKeyFrom::default()).unwrap(), None);
    }

    #[test]
    fn a_key_never_travels_in_the_open() {
        let key = CustomerKey([7; 32]);
        let check = |endpoint| check_way(Some(&key), endpoint);
        assert!(check(None).is_ok());
        assert!(check(Some("https://s3.example")).is_ok());
        assert!(check(Some("http://127.0.0.1:9000")).is_ok());
        let told = check(Some("http://u:hunter2@s3.example"))
            .unwrap_err()
            .message();
        assert!(
            told.contains("https endpoint") && !told.contains("hunter2"),
            "{told}"
        );
        assert!(check_way(None, Some("http://s3.example")).is_ok());
    }
}

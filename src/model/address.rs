//! `s3://BUCKET/KEY` addresses, the key taken verbatim as the AWS CLI does: nothing is percent-decoded.

use std::fmt;

/// A bucket, and what stands behind its slash: a key or a prefix, possibly empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    pub bucket: String,
    pub key: String,
}

/// Why a text is no address; says what one looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("'{0}' is not an S3 address: write s3://BUCKET or s3://BUCKET/KEY")]
    NoScheme(String),
    #[error("'{0}' names no bucket: write s3://BUCKET or s3://BUCKET/KEY")]
    NoBucket(String),
}

impl std::str::FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text
            .strip_prefix("s3://")
            .ok_or_else(|| AddressError::NoScheme(text.to_owned()))?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(AddressError::NoBucket(text.to_owned()));
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "s3://{}", self.bucket)
        } else {
            write!(f, "s3://{}/{}", self.bucket, self.key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_taken_verbatim() {
        let address: Address = "s3://b/a%2Fb//c d/".parse().unwrap();
        assert_eq!(
            (address.bucket.as_str(), address.key.as_str()),
            ("b", "a%2Fb//c d/")
        );
        assert_eq!(address.to_string(), "s3://b/a%2Fb//c d/");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert!(matches!(
            "b/k".parse::<Address>(),
            Err(AddressError::NoScheme(_))
        ));
        assert!(matches!(
            "s3:///k".parse::<Address>(),
            Err(AddressError::NoBucket(_))
        ));
    }
}

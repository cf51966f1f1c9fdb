//! The checksums that a service can be asked to keep. Names and rules only: nothing is computed here.

/// An algorithm that parts are sent with.
///
/// Source of the types: S3 User Guide, "Checking object integrity": CRC64NVME is full-object only, CRC32 and
/// CRC32C may be full-object, SHA-1 and SHA-256 are composite only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    Crc64Nvme,
    Crc32,
    Crc32c,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub const ALL: [Self; 5] = [
        Self::Crc64Nvme,
        Self::Crc32,
        Self::Crc32c,
        Self::Sha1,
        Self::Sha256,
    ];

    /// S3's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc64Nvme => "CRC64NVME",
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The algorithm of this name, whatever its capitals and hyphens.
    pub fn from_name(name: &str) -> Option<Self> {
        let letters: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        Self::ALL.into_iter().find(|of| of.name() == letters)
    }

    /// Whether the object gets one checksum over all its bytes, made from those of its parts.
    pub const fn is_full_object(self) -> bool {
        matches!(self, Self::Crc64Nvme | Self::Crc32 | Self::Crc32c)
    }

    /// `FULL_OBJECT` or `COMPOSITE`: how uploads of ours are begun.
    pub const fn kind(self) -> &'static str {
        if self.is_full_object() {
            "FULL_OBJECT"
        } else {
            "COMPOSITE"
        }
    }
}

/// Which checksum a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ChecksumWish {
    /// The best that the service takes: CRC64NVME, none where it is refused.
    #[default]
    Auto,
    None,
    /// This one, or nothing is sent.
    Of(Algorithm),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_people_write_them() {
        for of in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(of.name()), Some(of));
        }
        assert_eq!(Algorithm::from_name("sha-256"), Some(Algorithm::Sha256));
        assert_eq!(
            Algorithm::from_name("crc64-nvme"),
            Some(Algorithm::Crc64Nvme)
        );
        assert_eq!(Algorithm::from_name("md5"), None);
    }
}

//! How far an upload has been sized: never a false total.

use super::{Part, Timestamp};

/// What the parts seen so far add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Bytes held by the parts.
    pub bytes: u64,
    /// How many parts are stored.
    pub parts: u32,
    /// The newest part's `LastModified`: the best sign of life there is.
    pub last_part: Option<Timestamp>,
    /// `AbortDate`, if the service says one.
    pub abort_date: Option<Timestamp>,
}

impl Extent {
    /// Counts one more part in.
    pub fn add(&mut self, part: &Part) {
        self.bytes = self.bytes.saturating_add(part.size);
        self.parts = self.parts.saturating_add(1);
        self.last_part = self.last_part.max(part.last_modified);
    }

    fn exceeds(&self, old: &Self) -> bool {
        self.bytes > old.bytes || self.parts > old.parts || self.last_part > old.last_part
    }
}

/// What is known of an upload's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// Some pages of parts were read; there are more.
    AtLeast(Extent),
    /// All parts were read.
    Exact(Extent),
    /// The parts may not be listed (`s3:ListMultipartUploadParts`).
    Denied,
}

impl Measure {
    /// What was seen of the parts, complete or not.
    pub fn extent(&self) -> Option<&Extent> {
        match self {
            Self::AtLeast(extent) | Self::Exact(extent) => Some(extent),
            Self::Unknown | Self::Denied => None,
        }
    }

    /// The whole of the parts, if all were read.
    pub fn exact(&self) -> Option<&Extent> {
        match self {
            Self::Exact(extent) => Some(extent),
            _ => None,
        }
    }

    /// Whether there is nothing left to ask: sized in full, or refused.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Exact(_) | Self::Denied)
    }

    /// Whether this newer look says anything that `old` does not. Pages read anew show less than all of them
    /// did before; that is no news.
    pub fn tells_more_than(&self, old: &Self) -> bool {
        match (old.extent(), self) {
            (Some(old), Self::AtLeast(new)) => new.exceeds(old),
            (_, Self::Unknown) => false,
            _ => true,
        }
    }

    /// Whether the parts changed since `old`, a look at all of them.
    pub fn shows_change_since(&self, old: &Self) -> bool {
        match (old, self) {
            (Self::Exact(old), Self::Exact(new)) => {
                (old.bytes, old.parts, old.last_part) != (new.bytes, new.parts, new.last_part)
            }
            (Self::Exact(old), Self::AtLeast(new)) => new.exceeds(old),
            _ => false,
        }
    }
}

//! How a source is cut into parts: from its size, the wish and the provider's limits. Pure.
//!
//! Where a part begins and how long it is follows from its number alone, so that a plan of a few figures is all
//! that has to be remembered to go on with an upload.

mod copy;

#[cfg(test)]
mod tests;

use super::human;

pub use copy::{COPY_WIDTH, copy};

pub const MIB: u64 = 1024 * 1024;
pub const GIB: u64 = 1024 * MIB;
pub const TIB: u64 = 1024 * GIB;

/// The part size unless wished otherwise: small parts lose little when one is repeated.
pub const DEFAULT_PART: u64 = 8 * MIB;
/// From this size on a file goes in parts. Source: S3 User Guide, "Uploading objects": "when your object size
/// reaches 100 MB".
pub const DEFAULT_THRESHOLD: u64 = 100_000_000;
/// Parts in flight unless wished otherwise.
pub const DEFAULT_WIDTH: usize = 8;
/// Buffers take no more than this unless the person says otherwise by part size and width; one part at least.
pub const DEFAULT_MEMORY: u64 = GIB;
/// A stream of unknown length is planned to reach this, if the provider allows.
const STREAM_REACH: u64 = 8 * TIB;

/// What a provider takes.
///
/// Source of the defaults: S3 User Guide, "Amazon S3 multipart upload limits".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of every part but the last.
    pub min_part: u64,
    /// Bytes.
    pub max_part: u64,
    pub max_parts: u32,
    /// Bytes.
    pub max_object: u64,
    /// Bytes in a single `PutObject`.
    pub max_put: u64,
    /// All parts but the last must have one size (Cloudflare R2).
    pub equal_parts: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            min_part: 5 * MIB,
            max_part: 5 * GIB,
            max_parts: 10_000,
            // 10,000 x 5 GiB = 48.8 TiB
            max_object: 50_000 * GIB,
            max_put: 5 * GIB,
            equal_parts: false,
        }
    }
}

/// What the person wants of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Bytes; `None`: chosen.
    pub part_size: Option<u64>,
    /// From so many bytes on a file goes in parts.
    pub threshold: u64,
    /// Parts also below the threshold.
    pub multipart: bool,
    /// Parts in flight at most; `None`: chosen.
    pub width: Option<usize>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            part_size: None,
            threshold: DEFAULT_THRESHOLD,
            multipart: false,
            width: None,
        }
    }
}

/// How parts follow from their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Bytes of the source; `None`: a stream.
    pub total: Option<u64>,
    /// Bytes of the first part.
    pub part_size: u64,
    /// Part `n` has at least `growth x n²` bytes, rounded up to whole MiB; 0: all have one size. Only streams
    /// grow.
    pub growth: u64,
    /// No part is larger.
    pub max_part: u64,
    pub max_parts: u32,
}

/// One part's place in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// From 1.
    pub number: u32,
    pub offset: u64,
    /// Bytes.
    pub len: u64,
}

/// What is going to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub method: Method,
    /// Parts in flight at most.
    pub width: usize,
    /// Bytes that the buffers take at most; for a stream whose parts grow, two parts may take more.
    pub memory: u64,
}

/// In one piece or in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// One `PutObject`.
    Put {
        size: u64,
    },
    Parts(Layout),
}

/// Why something cannot be sent, before anything was begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{} is more than the {} that an object may have here", human::size(*size), human::size(*max))]
    TooLarge { size: u64, max: u64 },
    #[error("parts of {} are smaller than the {} that every part but the last must have; use --part-size {}", human::size(*part), human::size(*min), human::size_argument(*fits))]
    PartTooSmall { part: u64, min: u64, fits: u64 },
    #[error("parts of {} are larger than the {} that a part may have; use --part-size {}", human::size(*part), human::size(*max), human::size_argument(*fits))]
    PartTooLarge { part: u64, max: u64, fits: u64 },
    #[error("{} in parts of {} are {} parts, and {} are allowed; use --part-size {}", human::size(*size), human::size(*part), human::count(*parts), human::count(u64::from(*max)), human::size_argument(*fits))]
    TooManyParts {
        size: u64,
        part: u64,
        parts: u64,
        max: u32,
        fits: u64,
    },
}

/// Plans a source of `size` bytes; `None`: a stream of unknown length.
pub fn plan(size: Option<u64>, wish: &Wish, limits: &Limits) -> Result<Plan, Refused> {
    if let Some(size) = size {
        let parts = limits.max_part.saturating_mul(u64::from(limits.max_parts));
        let max = limits.max_object.min(parts);
        if size > max {
            return Err(Refused::TooLarge { size, max });
        }
        // Who names a part's size wants parts, but what fits into one gains nothing from being one.
        let fits = wish.part_size.is_none_or(|part| size <= part);
        let small = size < wish.threshold && !wish.multipart && fits;
        // A multipart upload needs at least one part, so nothing at all goes by Put, too.
        if size == 0 || (small && size <= limits.max_put) {
            return Ok(Plan {
                method: Method::Put { size },
                width: 1,
                memory: size,
            });
        }
    }
    let part_size = match wish.part_size {
        Some(part) => wished(part, size, limits)?,
        None => chosen(size, limits),
    };
    let fixed = size.is_some() || limits.equal_parts;
    let layout = Layout {
        total: size,
        part_size,
        growth: if fixed { 0 } else { growth(limits) },
        max_part: limits.max_part,
        max_parts: limits.max_parts,
    };
    let width = width(wish, part_size, layout.count());
    Ok(Plan {
        method: Method::Parts(layout),
        width,
        memory: part_size.saturating_mul(width as u64),
    })
}

fn width(wish: &Wish, part_size: u64, parts: Option<u32>) -> usize {
    let affordable = usize::try_from(DEFAULT_MEMORY / part_size.max(1)).unwrap_or(usize::MAX);
    let width = wish
        .width
        .unwrap_or_else(|| DEFAULT_WIDTH.min(affordable.max(1)));
    let parts = parts.map_or(usize::MAX, |parts| parts as usize);
    width.min(parts).max(1)
}

fn wished(part: u64, size: Option<u64>, limits: &Limits) -> Result<u64, Refused> {
    let fits = chosen(size, limits);
    // A single part is the last one, too.
    let single = size.is_some_and(|size| size <= part);
    if part == 0 || (part < limits.min_part && !single) {
        let min = limits.min_part;
        return Err(Refused::PartTooSmall { part, min, fits });
    }
    if part > limits.max_part {
        let max = limits.max_part;
        return Err(Refused::PartTooLarge { part, max, fits });
    }
    if let Some(size) = size {
        let parts = size.div_ceil(part);
        if parts > u64::from(limits.max_parts) {
            return Err(Refused::TooManyParts {
                size,
                part,
                parts,
                max: limits.max_parts,
                fits,
            });
        }
    }
    Ok(part)
}

/// The default, or the smallest whole MiB with which the source fits.
fn chosen(size: Option<u64>, limits: &Limits) -> u64 {
    let needed = match size {
        Some(size) => size.div_ceil(u64::from(limits.max_parts)),
        // Parts that may not grow have to be large from the start: 10,000 of 64 MiB are 625 GiB.
        None if limits.equal_parts => DEFAULT_PART * 8,
        None => DEFAULT_PART,
    };
    let rounded = needed.div_ceil(MIB).max(1) * MIB;
    let least = DEFAULT_PART.max(limits.min_part);
    rounded.max(least).min(limits.max_part)
}

/// So that the parts up to the last allowed one together reach [`STREAM_REACH`]: the sum of `g x n²` is about
/// `g x N³ / 3`.
fn growth(limits: &Limits) -> u64 {
    let parts = u128::from(limits.max_parts);
    let reach = u128::from(STREAM_REACH.min(limits.max_object));
    let growth = (3 * reach).div_ceil(parts * parts * parts);
    u64::try_from(growth).unwrap_or(u64::MAX)
}

impl Layout {
    /// How many parts; `None` for a stream.
    pub fn count(&self) -> Option<u32> {
        let parts = self.total?.div_ceil(self.part_size.max(1));
        Some(u32::try_from(parts).unwrap_or(u32::MAX))
    }

    /// The most bytes that fit.
    pub fn capacity(&self) -> u64 {
        if let Some(total) = self.total {
            return total;
        }
        (1..=self.max_parts)
            .map(|number| self.full_len(number))
            .fold(0, u64::saturating_add)
    }

    /// Bytes of part `number` if it is not the last.
    pub fn full_len(&self, number: u32) -> u64 {
        let n = u64::from(number);
        let grown = self.growth.saturating_mul(n).saturating_mul(n);
        if grown <= self.part_size {
            return self.part_size;
        }
        let rounded = grown.div_ceil(MIB).saturating_mul(MIB);
        rounded.min(self.max_part).max(self.part_size)
    }

    /// Where part `number` lies. `None` behind the end, and for a number that is not allowed.
    pub fn piece(&self, number: u32) -> Option<Piece> {
        if number == 0 || number > self.max_parts {
            return None;
        }
        let offset = if self.growth == 0 {
            self.part_size.checked_mul(u64::from(number - 1))?
        } else {
            (1..number)
                .map(|before| self.full_len(before))
                .fold(0, u64::saturating_add)
        };
        let len = match self.total {
            Some(total) if offset >= total => return None,
            Some(total) => self.full_len(number).min(total - offset),
            None => self.full_len(number),
        };
        Some(Piece {
            number,
            offset,
            len,
        })
    }
}

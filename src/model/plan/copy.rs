//! How an object is cut that the service copies.

use super::{Limits, MIB, Method, Plan, Refused, Wish, plan};

/// The smallest part unless wished otherwise.
const COPY_PART: u64 = 64 * MIB;
/// So many parts are aimed at.
const COPY_PARTS: u64 = 1000;
/// Parts in flight unless wished otherwise.
pub const COPY_WIDTH: usize = 16;

/// Plans a copy of `size` bytes within the service: nothing passes through this machine, so parts are larger and
/// take no memory.
///
/// Source of the least size: API reference of `UploadPartCopy`, `x-amz-copy-source-range`: "only if the source
/// object is greater than 5 MB".
pub fn copy(size: u64, wish: &Wish, limits: &Limits) -> Result<Plan, Refused> {
    let part = wish.part_size.unwrap_or_else(|| copied_part(size, limits));
    let sized = Wish {
        part_size: Some(part),
        ..*wish
    };
    // Whether it goes in parts is not to follow from a size that nobody wished for.
    let small = plan(Some(size), wish, limits)?;
    let method = Method::Put { size };
    // Of an object as small as that S3 copies no range, also where parts are wished for.
    let too_small = size <= limits.min_part.min(limits.max_put);
    if too_small || small.method == method {
        return Ok(Plan {
            method,
            width: 1,
            memory: 0,
        });
    }
    let planned = plan(Some(size), &sized, limits)?;
    let parts = size.div_ceil(part.max(1));
    let width = wish.width.unwrap_or(COPY_WIDTH);
    Ok(Plan {
        width: width
            .min(usize::try_from(parts).unwrap_or(usize::MAX))
            .max(1),
        memory: 0,
        ..planned
    })
}

/// Parts that grow with the object, so that there are about a thousand, as far as the limits let them.
fn copied_part(size: u64, limits: &Limits) -> u64 {
    let wanted = size.div_ceil(COPY_PARTS.min(u64::from(limits.max_parts.max(1))));
    let rounded = wanted.div_ceil(MIB).max(1) * MIB;
    let least = COPY_PART.max(limits.min_part);
    rounded.max(least).min(limits.max_part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::GIB;
    use super::super::tests::{limits, wishes};
    use super::*;

    proptest! {
        #[test]
        fn a_copy_is_allowed_and_covers_its_source(
            size in prop_oneof![0_u64..200 * MIB, 0_u64..60_000 * GIB],
            wish in wishes(),
            limits in limits(),
        ) {
            match copy(size, &wish, &limits) {
                Ok(Plan { method: Method::Put { size: put }, memory, .. }) => {
                    prop_assert_eq!(put, size);
                    prop_assert!(put <= limits.max_put);
                    prop_assert_eq!(memory, 0);
                }
                Ok(Plan { method: Method::Parts(layout), width, .. }) => {
                    let count = layout.count().unwrap();
                    prop_assert!((1..=limits.max_parts).contains(&count));
                    prop_assert!(layout.part_size <= limits.max_part);
                    prop_assert!(count == 1 || layout.part_size >= limits.min_part);
                    let last = layout.piece(count).unwrap();
                    prop_assert_eq!(last.offset + last.len, size);
                    prop_assert!(width >= 1 && width <= count as usize);
                }
                Err(_) => prop_assert!(plan(Some(size), &wish, &limits).is_err()),
            }
        }
    }
}

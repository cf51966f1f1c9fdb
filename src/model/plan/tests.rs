use proptest::prelude::*;

use super::*;

pub(super) fn limits() -> impl Strategy<Value = Limits> {
    (
        1_u64..=64,
        64_u64..=5 * 1024,
        1_u32..=10_000,
        1_u64..=50_000,
        any::<bool>(),
    )
        .prop_map(|(min, max, max_parts, object, equal_parts)| Limits {
            min_part: min * MIB,
            max_part: max * MIB,
            max_parts,
            max_object: object * GIB,
            max_put: 5 * GIB,
            equal_parts,
        })
}

pub(super) fn wishes() -> impl Strategy<Value = Wish> {
    let part = prop::option::of(0_u64..6 * GIB);
    let width = prop::option::of(1_usize..=64);
    (part, any::<bool>(), width, 0_u64..6 * GIB).prop_map(
        |(part_size, multipart, width, threshold)| Wish {
            part_size,
            threshold,
            multipart,
            width,
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_planned_is_allowed_and_covers_the_source(
        size in prop_oneof![0_u64..200 * MIB, 0_u64..60_000 * GIB],
        wish in wishes(),
        limits in limits(),
    ) {
        match plan(Some(size), &wish, &limits) {
            Ok(Plan { method: Method::Put { size: put }, .. }) => {
                prop_assert_eq!(put, size);
                prop_assert!(put <= limits.max_put);
            }
            Ok(Plan { method: Method::Parts(layout), width, memory }) => {
                let count = layout.count().unwrap();
                prop_assert!((1..=limits.max_parts).contains(&count));
                prop_assert!(layout.part_size <= limits.max_part);
                prop_assert!(count == 1 || layout.part_size >= limits.min_part);
                let first = layout.piece(1).unwrap();
                let last = layout.piece(count).unwrap();
                prop_assert_eq!(first.offset, 0);
                prop_assert!(last.len > 0);
                prop_assert_eq!(last.offset + last.len, size);
                prop_assert_eq!(layout.piece(count + 1), None);
                prop_assert!(width >= 1 && width <= count as usize);
                prop_assert_eq!(memory, layout.part_size * width as u64);
                if wish.part_size.is_none() {
                    prop_assert!(memory <= DEFAULT_MEMORY.max(layout.part_size) || wish.width.is_some());
                }
            }
            // What is said to fit does.
            Err(Refused::TooLarge { .. }) => {
                prop_assert!(plan(Some(size), &Wish::default(), &limits).is_err());
            }
            Err(
                Refused::PartTooSmall { fits, .. }
                | Refused::PartTooLarge { fits, .. }
                | Refused::TooManyParts { fits, .. },
            ) => {
                let wish = Wish { part_size: Some(fits), ..wish };
                prop_assert!(plan(Some(size), &wish, &limits).is_ok());
            }
        }
    }

    #[test]
    fn a_stream_has_no_gap_and_never_a_part_that_is_not_allowed(
        limits in limits(),
        wish in wishes(),
        number in 2_u32..10_000,
    ) {
        let Ok(plan) = plan(None, &wish, &limits) else { return Ok(()) };
        let Method::Parts(layout) = plan.method else {
            return Err(TestCaseError::fail("a stream has no size"));
        };
        let Some(piece) = layout.piece(number) else {
            prop_assert!(number > limits.max_parts);
            return Ok(());
        };
        let before = layout.piece(number - 1).unwrap();
        prop_assert_eq!(before.offset + before.len, piece.offset);
        prop_assert!(piece.len >= before.len && piece.len <= limits.max_part);
        if limits.equal_parts {
            prop_assert_eq!(piece.len, layout.part_size);
        }
    }
}

#[test]
fn a_stream_reaches_five_tib_and_more_with_small_parts_at_first() {
    let plan = plan(None, &Wish::default(), &Limits::default()).unwrap();
    let Method::Parts(layout) = plan.method else {
        panic!("a stream has no size");
    };
    assert!(layout.capacity() > 7 * TIB);
    assert_eq!(layout.full_len(500), DEFAULT_PART);
    assert!(layout.full_len(10_000) <= 3 * GIB);
    assert_eq!(plan.memory, 64 * MIB);
}

#[test]
fn what_fits_into_one_part_goes_in_one_piece_unless_parts_are_asked_for() {
    let wish = Wish {
        part_size: Some(16 * MIB),
        ..Wish::default()
    };
    let method = |size, wish: &Wish| plan(Some(size), wish, &Limits::default()).unwrap().method;
    let size = 16 * MIB;
    assert_eq!(method(size, &wish), Method::Put { size });
    assert!(matches!(method(size + 1, &wish), Method::Parts(_)));
    let forced = Wish {
        multipart: true,
        ..wish
    };
    assert!(matches!(method(1, &forced), Method::Parts(_)));
    // Beyond the threshold a single part can at least be gone on with.
    let large = Wish {
        part_size: Some(GIB),
        ..wish
    };
    assert!(matches!(method(GIB, &large), Method::Parts(_)));
}

#[test]
fn the_parts_of_a_copy_grow_with_the_object() {
    let part = |size| match copy(size, &Wish::default(), &Limits::default()).unwrap() {
        Plan {
            method: Method::Parts(layout),
            width,
            ..
        } => (layout.part_size / MIB, layout.count().unwrap(), width),
        put => panic!("{put:?}"),
    };
    assert_eq!(part(DEFAULT_THRESHOLD), (64, 2, 2));
    assert_eq!(part(10 * GIB), (64, 160, 16));
    assert_eq!(part(TIB), (1049, 1000, 16));
    assert_eq!(part(48 * TIB), (5120, 9831, 16));
    let wish = Wish {
        multipart: true,
        ..Wish::default()
    };
    let small = copy(5 * MIB, &wish, &Limits::default()).unwrap();
    assert_eq!(small.method, Method::Put { size: 5 * MIB });
    let larger = copy(5 * MIB + 1, &wish, &Limits::default()).unwrap();
    assert!(matches!(larger.method, Method::Parts(_)));
}

#[test]
fn a_part_size_that_does_not_fit_names_the_one_that_does() {
    let wish = Wish {
        part_size: Some(5 * MIB),
        ..Wish::default()
    };
    let refused = plan(Some(100 * GIB), &wish, &Limits::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "100 GiB in parts of 5.00 MiB are 20,480 parts, and 10,000 are allowed; use --part-size 11MiB"
    );
    let scaleway = Limits {
        max_parts: 1_000,
        ..Limits::default()
    };
    let Method::Parts(layout) = plan(Some(100 * GIB), &Wish::default(), &scaleway)
        .unwrap()
        .method
    else {
        panic!("too large for one piece");
    };
    assert_eq!(layout.part_size, 103 * MIB);
}

#[test]
fn small_files_go_in_one_piece_unless_parts_are_wanted() {
    let limits = Limits::default();
    let method = |size, wish: Wish| plan(Some(size), &wish, &limits).unwrap().method;
    let small = Wish::default();
    assert_eq!(method(99_999_999, small), Method::Put { size: 99_999_999 });
    assert!(matches!(method(100_000_000, small), Method::Parts(_)));
    let parts = Wish {
        multipart: true,
        ..small
    };
    assert!(matches!(method(1, parts), Method::Parts(_)));
    assert_eq!(method(0, parts), Method::Put { size: 0 });
}

//! The verdict against a store that really assembles: what is foretold is what is made, and what cannot be is refused
//! there, too.

use std::collections::BTreeSet;

use mopup::model::completion::{GapRule, Remark};
use mopup::model::send::Verdict;
use mopup::protocol::{Kind, Operation};
use mopup::s3::{Complete, NamedPart};
use proptest::prelude::*;

use super::*;

/// An upload as anybody might leave it.
#[derive(Debug, Clone)]
struct Left {
    checksum: Option<(Algorithm, &'static str)>,
    /// Numbers and bytes.
    parts: Vec<(u32, usize)>,
    keep: Option<u32>,
}

fn checksums() -> impl Strategy<Value = Option<(Algorithm, &'static str)>> {
    let kinds: Vec<_> = Algorithm::ALL
        .into_iter()
        .flat_map(|algorithm| {
            let full = algorithm.is_full_object().then_some("FULL_OBJECT");
            let composite = (algorithm != Algorithm::Crc64Nvme).then_some("COMPOSITE");
            full.into_iter()
                .chain(composite)
                .map(move |kind| Some((algorithm, kind)))
        })
        .chain([None])
        .collect();
    prop::sample::select(kinds)
}

fn numbers() -> impl Strategy<Value = BTreeSet<u32>> {
    prop_oneof![
        (0_u32..6).prop_map(|count| (1..=count).collect()),
        prop::collection::btree_set(1_u32..9, 0..6),
        prop::collection::btree_set(9_990_u32..=10_000, 1..4),
    ]
}

fn left() -> impl Strategy<Value = Left> {
    let least = usize::try_from(MIN_PART).unwrap();
    let sizes = prop_oneof![
        4 => prop::collection::vec(least..least * 2, 11),
        2 => prop::collection::vec(Just(least), 11),
        1 => prop::collection::vec(0..least + 2, 11),
    ];
    let keep = prop::option::of(1_u32..8);
    (checksums(), numbers(), sizes, keep).prop_map(|(checksum, numbers, sizes, keep)| Left {
        checksum,
        parts: numbers.into_iter().zip(sizes).collect(),
        keep,
    })
}

/// Bytes of a part that no other has.
fn body(number: u32, len: usize) -> Vec<u8> {
    let seed = number.to_le_bytes();
    (0..len)
        .map(|at| seed[at % 4] ^ u8::try_from(at % 251).unwrap())
        .collect()
}

/// Whether the store enforces what stands against it.
fn is_enforced(remark: &Remark) -> bool {
    match remark {
        Remark::Empty | Remark::TooSmall { sure: true, .. } => true,
        Remark::Gaps { rule, .. } => *rule == GapRule::Composite,
        _ => false,
    }
}

async fn check(left: Left) -> Result<(), TestCaseError> {
    let world = World::new();
    let none = Access::default();
    let target = world.begin(left.checksum, &none);
    for (number, len) in &left.parts {
        let body = body(*number, *len);
        world.put(&target, *number, &body, &none).await;
    }
    let choice = left.keep.map_or(Choice::All, Choice::UpTo);
    let is_kept = |number: u32| left.keep.is_none_or(|keep| number <= keep);
    let kept = left.parts.iter().filter(|(number, _)| is_kept(*number));
    let whole: Vec<u8> = kept.flat_map(|(number, len)| body(*number, *len)).collect();
    let asked = Inquiry {
        choice: choice.clone(),
        ..inquiry(&target)
    };
    let judged = World::judged(world.ask(asked).await);
    let completion = &judged.completion;
    prop_assert_eq!(completion.size, whole.len() as u64);
    let ordered = Ending {
        choice,
        seen: Some(Arc::clone(&judged.parts)),
        ..ending(&target)
    };
    let ran = world.complete(ordered).await;
    if completion.ruling == Ruling::Cannot {
        return is_refused(&world, ran, &judged).await;
    }
    let object = ran.made().object;
    prop_assert_eq!(&world.object(), &whole);
    prop_assert_eq!(completion.etag.as_ref(), Some(&object.etag));
    prop_assert_eq!(completion.size, object.size);
    let stored = world.memory().object(BUCKET, KEY).unwrap();
    prop_assert_eq!(&stored.checksum, &completion.checksum);
    prop_assert_eq!(completion.checksum.is_some(), left.checksum.is_some());
    let verdict = object.verdict;
    prop_assert!(matches!(verdict, Verdict::Verified(_)), "{:?}", verdict);
    Ok(())
}

/// By us before anything is sent, and by the store if it were.
async fn is_refused(world: &World, ran: Ran, judged: &Judged) -> Result<(), TestCaseError> {
    let fault = ran.fault();
    let cannot = fault.message.starts_with("cannot be completed");
    prop_assert!(cannot, "{}", fault);
    let complete = Operation::CompleteMultipartUpload;
    prop_assert_eq!(world.store.requests(complete), 0, "something was sent");
    let remarks = &judged.completion.remarks;
    prop_assert!(remarks.iter().any(is_enforced), "{:?}", remarks);
    let named = judged.parts.iter().map(|part| NamedPart {
        number: part.number,
        etag: part.etag.clone(),
        checksum: part.checksum.clone(),
    });
    let request = Complete {
        target: judged.target.clone(),
        access: Access::default(),
        parts: named.collect(),
        size: None,
        checksum: None,
        if_none_match: false,
    };
    let refused = Store::complete(world.memory(), &request).await;
    prop_assert!(refused.is_err(), "the store takes it: {:?}", remarks);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn what_is_foretold_is_made_and_what_cannot_be_is_refused(left in left()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(check(left))?;
    }
}

#[tokio::test(start_paused = true)]
async fn all_of_2500_parts_are_named() {
    let world = World::new();
    let none = Access::default();
    let target = world.begin(Some((Algorithm::Crc64Nvme, "FULL_OBJECT")), &none);
    let mut whole = Vec::new();
    for number in 1..=2500 {
        let body = body(number, 17);
        world.put(&target, number, &body, &none).await;
        whole.extend(body);
    }
    let judged = world.judge(&target).await;
    assert_eq!(world.store.requests(Operation::ListParts), 3, "pages");
    assert_eq!(judged.completion.parts, 2500);
    assert_eq!(words(&judged.completion), ["full_last_part", "not_ours"]);
    let made = world.complete(ending(&target)).await.made();
    assert_eq!(world.object(), whole);
    assert_eq!(Some(made.object.etag), judged.completion.etag);
    assert!(matches!(made.object.verdict, Verdict::Verified(how) if how.contains("CRC64NVME")));
}

#[tokio::test(start_paused = true)]
async fn an_upload_with_a_key_of_ones_own_and_checksums_needs_the_key_for_everything() {
    let keyed = Access {
        customer_key: Some(mopup::model::send::CustomerKey([9; 32])),
        expected_owner: None,
    };
    for kind in ["FULL_OBJECT", "COMPOSITE"] {
        let world = World::new();
        let target = world.begin(Some((Algorithm::Crc32c, kind)), &keyed);
        for (number, body) in (1..).zip(bodies()) {
            world.put(&target, number, &body, &keyed).await;
        }
        let fault = world.ask(inquiry(&target)).await.fault();
        assert_eq!(fault.kind, Kind::Invalid, "{fault}");
        let keys = Keys {
            access: keyed.clone(),
            customer_key_from: None,
        };
        let asked = Inquiry {
            keys: keys.clone(),
            ..inquiry(&target)
        };
        let ran = world.ask(asked).await;
        assert!(ran.warnings.is_empty(), "{:?}", ran.warnings);
        let judged = World::judged(ran);
        assert_eq!(judged.completion.etag, None, "it is no MD5 of MD5s");
        let ordered = Ending {
            keys,
            ..ending(&target)
        };
        let made = world.complete(ordered).await.made();
        let checksum = judged.completion.checksum.unwrap();
        assert_eq!(checksum.value.ends_with("-3"), kind == "COMPOSITE");
        assert_eq!(
            made.object.checksum,
            Some(format!("CRC32C:{}", checksum.value))
        );
        assert!(
            matches!(made.object.verdict, Verdict::Verified(_)),
            "{made:?}"
        );
    }
}

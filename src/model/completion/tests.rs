use std::sync::LazyLock;

use super::*;
use crate::model::plan::MIB;

fn part(number: u32, size: u64) -> Part {
    Part {
        number,
        size,
        etag: String::new(),
        last_modified: None,
        checksum: None,
    }
}

static NO_INFO: LazyLock<UploadInfo> = LazyLock::new(UploadInfo::default);
static S3: LazyLock<Provider> = LazyLock::new(|| Provider {
    name: "aws".to_owned(),
    ..Provider::default()
});

fn known(parts: &[Part]) -> Known<'_> {
    Known {
        parts,
        info: &NO_INFO,
        provider: &S3,
        intended: None,
        existing: None,
        others: 0,
        ours: true,
        alive: None,
        may_be_alive: false,
        consecutive_only: false,
    }
}

fn said(completion: &Completion) -> Vec<String> {
    completion.remarks.iter().map(ToString::to_string).collect()
}

#[test]
fn whole_uploads_can_be_completed() {
    let parts = [part(1, 8 * MIB), part(2, 8 * MIB), part(3, MIB)];
    let found = judge(&known(&parts));
    let told = (found.ruling, found.size, found.parts);
    assert_eq!(told, (Ruling::Can, 17 * MIB, 3));
    assert_eq!(found.headline(), "can be completed");
    assert_eq!(judge(&known(&[part(1, 1)])).ruling, Ruling::Can);
}

#[test]
fn what_cannot_be_is_said_with_its_reason() {
    let nothing = judge(&known(&[]));
    assert_eq!(nothing.headline(), "cannot be completed: it holds no part");
    let small = judge(&known(&[part(1, MIB), part(2, 8 * MIB), part(3, 1)]));
    assert_eq!(
        said(&small)[0],
        "part 1 smaller than the 5.00 MiB that every part but the last must have"
    );
    let short = judge(&Known {
        intended: Some(20 * MIB),
        ..known(&[part(1, 8 * MIB)])
    });
    assert_eq!(
        said(&short),
        ["8.00 MiB of 20.0 MiB are there, 12.0 MiB are missing"]
    );
    let mut provider = S3.clone();
    provider.limits.max_parts = 1_000;
    let many = judge(&Known {
        provider: &provider,
        ..known(&[part(1, 8 * MIB), part(1_001, MIB)])
    });
    assert_eq!(many.ruling, Ruling::Cannot);
    assert_eq!(
        said(&many)[0],
        "part 1,001 is beyond the 1,000 that are allowed"
    );
}

#[test]
fn unequal_parts_count_where_they_must_be_equal() {
    let sizes = [8 * MIB, 9 * MIB, 8 * MIB, 1];
    let parts: Vec<Part> = (1..).zip(sizes).map(|(n, size)| part(n, size)).collect();
    assert_eq!(judge(&known(&parts)).ruling, Ruling::Can);
    let mut provider = S3.clone();
    provider.limits.equal_parts = true;
    let found = judge(&Known {
        provider: &provider,
        ..known(&parts)
    });
    assert_eq!(found.ruling, Ruling::Cannot);
    assert!(said(&found)[0].starts_with("part 2 of another size"));
}

#[test]
fn gaps_are_legal_without_composite_checksums_only() {
    let parts = [part(2, 8 * MIB), part(5, 1)];
    let found = judge(&known(&parts));
    assert_eq!(found.ruling, Ruling::But);
    assert!(said(&found)[0].starts_with("3 parts missing in between: 1, 3–4; the object"));
    let info = UploadInfo {
        checksum_algorithm: Some("CRC32".to_owned()),
        ..UploadInfo::default()
    };
    let found = judge(&Known {
        info: &info,
        ..known(&parts)
    });
    assert_eq!(found.ruling, Ruling::Cannot);
    assert!(
        found
            .remarks
            .iter()
            .any(|of| matches!(of, Remark::NoChecksum { .. }))
    );
    let info = UploadInfo {
        checksum_type: Some("FULL_OBJECT".to_owned()),
        ..info
    };
    let whole = Known {
        info: &info,
        ..known(&parts)
    };
    assert_eq!(judge(&whole).ruling, Ruling::But);
    let directory = judge(&Known {
        consecutive_only: true,
        ..whole
    });
    assert!(
        directory
            .headline()
            .starts_with("cannot be completed: 3 parts missing")
    );
    let provider = Provider::default();
    let unsure = judge(&Known {
        provider: &provider,
        ..known(&parts)
    });
    assert!(said(&unsure)[0].ends_with("some stores refuse that"));
}

#[test]
fn sizes_that_nobody_can_have_sent_are_no_overflow() {
    let parts = [part(1, u64::MAX), part(2, u64::MAX)];
    assert_eq!(judge(&known(&parts)).ruling, Ruling::Cannot);
}

#[test]
fn an_unknown_store_may_take_what_s3_refuses() {
    let provider = Provider::default();
    let found = judge(&Known {
        provider: &provider,
        ..known(&[part(1, MIB), part(2, MIB / 2)])
    });
    assert_eq!(found.ruling, Ruling::But);
    assert!(said(&found)[0].ends_with("must have on S3"));
}

#[test]
fn what_one_should_know_is_said_behind_what_forbids() {
    let existing = Existing {
        size: MIB,
        etag: String::new(),
        last_modified: None,
        is_versioned: true,
    };
    let parts = [part(1, 8 * MIB), part(2, 8 * MIB)];
    let found = judge(&Known {
        existing: Some(&existing),
        others: 2,
        ours: false,
        intended: Some(MIB),
        ..known(&parts)
    });
    assert_eq!(
        said(&found),
        [
            "its parts hold 16.0 MiB, more than the 1.00 MiB that are meant",
            "the key holds an object of 1.00 MiB, which becomes an older version",
            "there are 2 other uploads of this key",
            "it is not ours: its parts are taken from a listing, which S3 means for verification only",
        ]
    );
    let full = judge(&known(&parts));
    assert!(said(&full)[0].starts_with("the last part is as large as the others"));
    let large = judge(&known(&[part(1, 8 * MIB), part(2, 9 * MIB)]));
    assert!(said(&large)[0].starts_with("the last part (9.00 MiB) is larger"));
}

//! What must be true of what is written and read back, whatever is cut off, flipped or mixed up.

mod damage;
mod file;
mod round_trip;

use super::record::first_line;
use super::*;
use crate::model::send::Encryption;

const UPLOAD_ID: &str = "2~abc";

pub(super) fn recipe() -> Recipe {
    Recipe {
        created: Timestamp::from_millis(1_795_271_047_007),
        destination: Destination {
            endpoint: Some("https://s3.example.com".into()),
            region: Some("eu-central-1".into()),
            profile: None,
            provider: None,
        },
        bucket: "backups".into(),
        key: "db/\u{1b}\"ü\n.dump".into(),
        source: SourceRecord {
            path: Some("/srv/db.dump".into()),
            is_stream: false,
            size: Some(20_971_520),
            modified: Some(1_795_270_000_123_456_789),
            sample: Some("crc64nvme:AAAAAAAAAAA=".into()),
            object: None,
        },
        layout: Layout {
            total: Some(20_971_520),
            part_size: 8_388_608,
            growth: 0,
            max_part: 5_368_709_120,
            max_parts: 10_000,
        },
        options: ObjectOptions {
            metadata: vec![("k".into(), "v".into())],
            encryption: Encryption::Customer,
            ..ObjectOptions::default()
        },
        expected_owner: None,
        if_none_match: true,
        algorithm: Some(Algorithm::Crc64Nvme),
        signing: PayloadSigning::Auto,
        width: 8,
        adopted: None,
    }
}

pub(super) fn begun() -> Begun {
    Begun {
        at: Timestamp::from_millis(1_795_271_047_100),
        upload_id: UPLOAD_ID.into(),
        algorithm: Some(Algorithm::Crc64Nvme),
        deadline: None,
    }
}

pub(super) fn part(number: u32) -> PartRecord {
    PartRecord {
        number,
        size: 8_388_608,
        etag: format!("etag-{number}"),
        checksum: Some(Checksum {
            algorithm: "CRC64NVME".into(),
            value: "AAAAAAAAAAA=".into(),
        }),
    }
}

fn completing() -> Completing {
    Completing {
        at: Timestamp::from_millis(1_795_271_048_000),
        size: 20_971_520,
        parts: 3,
        etag: Some("d41d8cd98f00b204e9800998ecf8427e-3".into()),
        checksum: None,
    }
}

pub(super) fn stored() -> End {
    End::Stored {
        at: Timestamp::from_millis(1_795_271_049_000),
        etag: "d41d8cd98f00b204e9800998ecf8427e-3".into(),
        version_id: None,
    }
}

/// A whole upload, its lines, and what the journal says after each of them.
fn whole() -> (Vec<u8>, Vec<State>) {
    let mut state = State::of(recipe());
    let mut bytes = record::first_line(&state.recipe).unwrap();
    let mut states = vec![state.clone()];
    let records = [
        record::Record::Begun(begun()),
        record::Record::Part(part(2)),
        record::Record::Part(part(1)),
        record::Record::Completing(completing()),
        record::Record::End(stored()),
    ];
    for record in records {
        bytes.extend(record::line(&record).unwrap());
        state.apply(record);
        states.push(state.clone());
    }
    (bytes, states)
}

fn read_bytes(bytes: &[u8]) -> Result<State, JournalError> {
    replay::replay("id", bytes).map(|replay| replay.state)
}

#[test]
fn the_format_is_what_it_was() {
    let (bytes, states) = whole();
    let text = String::from_utf8(bytes).unwrap();
    let expected = concat!(
        r#"{"intent":{"version":1,"created":"2026-11-21T14:24:07.007Z","destination":{"endpoint":"https://s3.example.com","region":"eu-central-1","profile":null,"provider":null},"bucket":"backups","key":"db/\u001b\"ü\n.dump","#,
        r#""source":{"path":"/srv/db.dump","is_stream":false,"size":20971520,"modified":1795270000123456789,"sample":"crc64nvme:AAAAAAAAAAA="},"#,
        r#""layout":{"total":20971520,"part_size":8388608,"growth":0,"max_part":5368709120,"max_parts":10000},"#,
        r#""options":{"storage_class":null,"content_type":null,"content_encoding":null,"content_disposition":null,"content_language":null,"cache_control":null,"metadata":[["k","v"]],"tags":[],"acl":null,"encryption":"SSE-C"},"#,
        r#""expected_bucket_owner":null,"if_none_match":true,"checksum_algorithm":"CRC64NVME","payload_signing":"auto","width":8}}"#,
        "\n",
        r#"{"begun":{"at":"2026-11-21T14:24:07.100Z","upload_id":"2~abc","checksum_algorithm":"CRC64NVME","deadline":null}}"#,
        "\n",
        r#"{"part":{"part_number":2,"size":8388608,"etag":"etag-2","checksum":{"algorithm":"CRC64NVME","value":"AAAAAAAAAAA="}}}"#,
        "\n",
        r#"{"part":{"part_number":1,"size":8388608,"etag":"etag-1","checksum":{"algorithm":"CRC64NVME","value":"AAAAAAAAAAA="}}}"#,
        "\n",
        r#"{"completing":{"at":"2026-11-21T14:24:08.000Z","size":20971520,"parts":3,"etag":"d41d8cd98f00b204e9800998ecf8427e-3","checksum":null}}"#,
        "\n",
        r#"{"stored":{"at":"2026-11-21T14:24:09.000Z","etag":"d41d8cd98f00b204e9800998ecf8427e-3","version_id":null}}"#,
        "\n",
    );
    assert_eq!(text, expected);
    assert_eq!(read_bytes(text.as_bytes()).as_ref(), Ok(&states[5]));
    // Fields that were absent are absent: a later program may leave them out.
    let short = text.replace(r#","version_id":null"#, "").replace(
        r#","checksum_algorithm":"CRC64NVME","deadline":null"#,
        r#","checksum_algorithm":"CRC64NVME""#,
    );
    assert_eq!(read_bytes(short.as_bytes()).as_ref(), Ok(&states[5]));
}

#[test]
fn a_copy_is_written_beside_what_was_there_and_read_again() {
    let mut recipe = recipe();
    let file = String::from_utf8(record::first_line(&recipe).unwrap()).unwrap();
    assert!(
        !file.contains("object"),
        "a file's line is what it was: {file}"
    );
    recipe.source.path = None;
    recipe.source.object = Some(ObjectRecord {
        bucket: "from".into(),
        key: "a b".into(),
        version_id: None,
        etag: "e-3".into(),
        checksum: None,
        expected_owner: None,
        needs_key: true,
    });
    let copy = String::from_utf8(record::first_line(&recipe).unwrap()).unwrap();
    let object = r#""object":{"bucket":"from","key":"a b","version_id":null,"etag":"e-3","checksum":null,"expected_bucket_owner":null,"needs_key":true}"#;
    assert!(copy.contains(object), "{copy}");
    assert_eq!(read_bytes(copy.as_bytes()).unwrap().recipe, recipe);
    assert_eq!(recipe.source.source().shown(), "s3://from/a b");
}

#[test]
fn no_field_takes_a_key() {
    let line = String::from_utf8(record::first_line(&recipe()).unwrap()).unwrap();
    for name in ["customer_key", "sse_customer_key", "secret", "access_key"] {
        assert!(!line.contains(name));
        let with = line.replace(r#""acl":null"#, &format!(r#""acl":null,"{name}":"x""#));
        assert!(matches!(
            read_bytes(with.as_bytes()),
            Err(JournalError::Unreadable { line: 1, .. })
        ));
    }
}

#[test]
fn what_a_later_version_wrote_is_refused() {
    let (bytes, _) = whole();
    let text = String::from_utf8(bytes).unwrap();
    let later = text.replace(r#""version":1"#, r#""version":2,"more":[]"#);
    let error = read_bytes(later.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "upload id was begun by a later mopup (format 2); use that one"
    );
    let later = text.replace(r#"{"completing""#, r#"{"renewed""#);
    let error = read_bytes(later.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "upload id was begun by a later mopup (format 1, with 'renewed'); use that one"
    );
    for none in ["", r#""version":0,"#, r#""version":"1","#] {
        let text = text.replace(r#""version":1,"#, none);
        assert!(matches!(
            read_bytes(text.as_bytes()),
            Err(JournalError::Unreadable { line: 1, .. })
        ));
    }
}

#[test]
fn lines_in_an_order_that_cannot_be_are_refused() {
    let (bytes, _) = whole();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let refused = |order: &[usize]| {
        let mixed: Vec<u8> = order.iter().flat_map(|at| lines[*at].to_vec()).collect();
        match read_bytes(&mixed) {
            Err(JournalError::Unreadable { line, .. }) => line,
            other => panic!("{order:?} gave {other:?}"),
        }
    };
    assert_eq!(refused(&[1]), 1);
    assert_eq!(refused(&[0, 0]), 2);
    assert_eq!(refused(&[0, 2]), 2);
    assert_eq!(refused(&[0, 4]), 2);
    assert_eq!(refused(&[0, 5]), 2);
    assert_eq!(refused(&[0, 1, 5, 2]), 4);
    assert_eq!(refused(&[0, 1, 5, 5]), 4);
    let with = |begun: &str, part: &str| {
        let first = String::from_utf8(lines[0].to_vec()).unwrap();
        read_bytes(format!("{first}{begun}\n{part}\n").as_bytes())
    };
    let first = r#"{"begun":{"at":"2026-11-21T14:24:07Z","upload_id":"a"}}"#;
    assert!(with(first, first).is_ok(), "said twice");
    assert!(with(first, &first.replace("\"a\"", "\"b\"")).is_err());
    assert!(with(&first.replace("\"a\"", "\"\""), first).is_err());
    let part = r#"{"part":{"part_number":1,"size":1,"etag":""}}"#;
    assert!(with(first, part).is_ok());
    assert!(with(first, &part.replace(":1,\"s", ":0,\"s")).is_err());
    assert!(with(first, &part.replace(":1,\"s", ":10001,\"s")).is_err());
    assert!(with(first, &part.replace("\"size\":1", "\"size\":-1")).is_err());
}

#[test]
fn an_adopted_upload_is_begun_with_its_first_line() {
    const AT: Timestamp = Timestamp::from_secs(1_795_200_000);
    let begun = Begun {
        at: AT,
        upload_id: "theirs".to_owned(),
        algorithm: Some(Algorithm::Crc32),
        deadline: None,
    };
    let adopted = Recipe {
        adopted: Some(Adopted {
            begun: begun.clone(),
            checksum_type: Some("COMPOSITE".to_owned()),
            trust_size: true,
        }),
        ..recipe()
    };
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), &adopted).unwrap();
    let id = journal.id().to_owned();
    drop(journal);
    let (journal, state) = Journal::open(folder.path(), &id).unwrap();
    assert_eq!(state.recipe, adopted);
    assert_eq!(state.begun.as_ref(), Some(&begun));
    let other = Begun {
        upload_id: "another".to_owned(),
        ..begun.clone()
    };
    assert!(journal.begun(&other).is_err());
    // As long as nothing was done with it, it may be left to whoever was first.
    journal.remove().unwrap();
    assert!(list(folder.path()).unwrap().is_empty());
    let journal = Journal::create(folder.path(), &adopted).unwrap();
    let end = End::Aborted { at: AT };
    journal.end(&end).unwrap();
    assert!(journal.remove().is_err());
    let line = String::from_utf8(first_line(&adopted).unwrap()).unwrap();
    assert!(read_bytes(line.replace("theirs", "").as_bytes()).is_err());
    // An upload of our own does not speak of it: earlier versions read that.
    let own = String::from_utf8(first_line(&recipe()).unwrap()).unwrap();
    assert!(!own.contains("adopted"), "{own}");
}

#[test]
fn the_last_record_of_a_part_counts() {
    let (bytes, states) = whole();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let again = String::from_utf8(lines[2].to_vec()).unwrap();
    let again = again.replace("etag-2", "other");
    // A complete that was refused for a part leaves it to be sent again.
    let bytes = [&lines[..5].concat(), again.as_bytes()].concat();
    let mut expected = states[4].clone();
    expected.parts.get_mut(&2).unwrap().etag = "other".into();
    assert_eq!(read_bytes(&bytes), Ok(expected));
}

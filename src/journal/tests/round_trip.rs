//! Whatever is written is read back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;

use super::{read_bytes, whole};
use crate::journal::{
    Begun, Completing, Destination, End, Journal, ObjectRecord, PartRecord, Recipe, SourceRecord,
    State, read,
};
use crate::model::part::Checksum;
use crate::model::plan::Layout;
use crate::model::send::{Encryption, ObjectOptions, PayloadSigning};
use crate::model::{Algorithm, Timestamp};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z/\n\r\u{0}\u{1b}\"\\\\]{0,12}"]
}

fn maybe_text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(text())
}

fn time() -> impl Strategy<Value = Timestamp> {
    let near = 0_i64..4_000_000_000_000;
    prop_oneof![near, any::<i64>()].prop_map(Timestamp::from_millis)
}

fn algorithm() -> impl Strategy<Value = Option<Algorithm>> {
    prop::option::of(prop::sample::select(Algorithm::ALL.to_vec()))
}

fn checksum() -> impl Strategy<Value = Option<Checksum>> {
    let checksum = (text(), text());
    prop::option::of(checksum.prop_map(|(algorithm, value)| Checksum { algorithm, value }))
}

#[cfg(unix)]
fn a_path() -> impl Strategy<Value = PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let bytes = prop::collection::vec(any::<u8>(), 0..20);
    let odd = bytes.prop_map(|bytes| PathBuf::from(std::ffi::OsString::from_vec(bytes)));
    prop_oneof![text().prop_map(PathBuf::from), odd]
}

#[cfg(not(unix))]
fn a_path() -> impl Strategy<Value = PathBuf> {
    text().prop_map(PathBuf::from)
}

fn options() -> impl Strategy<Value = ObjectOptions> {
    let encryption = prop_oneof![
        Just(Encryption::Default),
        Just(Encryption::S3),
        maybe_text().prop_map(|key_id| Encryption::Kms { key_id }),
        Just(Encryption::Customer),
    ];
    let pairs = || prop::collection::vec((text(), text()), 0..3);
    (
        prop::array::uniform7(maybe_text()),
        pairs(),
        pairs(),
        encryption,
    )
        .prop_map(|(texts, metadata, tags, encryption)| {
            let [class, kind, encoding, disposition, language, cache, acl] = texts;
            ObjectOptions {
                storage_class: class,
                content_type: kind,
                content_encoding: encoding,
                content_disposition: disposition,
                content_language: language,
                cache_control: cache,
                metadata,
                tags,
                acl,
                encryption,
            }
        })
}

fn source() -> impl Strategy<Value = SourceRecord> {
    let size = prop::option::of(any::<u64>());
    let modified = prop::option::of(any::<i64>());
    (
        prop::option::of(a_path()),
        any::<bool>(),
        size,
        modified,
        maybe_text(),
        prop::option::of(object()),
    )
        .prop_map(
            |(path, is_stream, size, modified, sample, object)| SourceRecord {
                path,
                is_stream,
                size,
                modified,
                sample,
                object,
            },
        )
}

fn object() -> impl Strategy<Value = ObjectRecord> {
    let key = (text(), maybe_text(), any::<bool>());
    (text(), key, text(), checksum(), maybe_text()).prop_map(
        |(bucket, (key, version_id, needs_key), etag, checksum, expected_owner)| ObjectRecord {
            bucket,
            key,
            version_id,
            etag,
            checksum,
            expected_owner,
            needs_key,
        },
    )
}

fn recipes() -> impl Strategy<Value = Recipe> {
    let signing = prop::sample::select(vec![
        PayloadSigning::Auto,
        PayloadSigning::Always,
        PayloadSigning::Never,
    ]);
    let layout = (prop::option::of(any::<u64>()), any::<[u64; 3]>());
    let texts = (prop::array::uniform5(maybe_text()), text(), text());
    let rest = (time(), algorithm(), signing, any::<bool>(), any::<usize>());
    (source(), layout, options(), texts, rest).prop_map(|(source, layout, options, texts, rest)| {
        let ([endpoint, region, profile, provider, owner], bucket, key) = texts;
        let (created, algorithm, signing, if_none_match, width) = rest;
        let (total, [part_size, growth, max_part]) = layout;
        Recipe {
            created,
            destination: Destination {
                endpoint,
                region,
                profile,
                provider,
            },
            bucket,
            key,
            source,
            layout: Layout {
                total,
                part_size,
                growth,
                max_part,
                max_parts: 10_000,
            },
            options,
            expected_owner: owner,
            if_none_match,
            algorithm,
            signing,
            width,
            adopted: None,
        }
    })
}

fn states() -> impl Strategy<Value = State> {
    let begun = (
        time(),
        "[^\u{0}]{1,20}",
        algorithm(),
        prop::option::of(time()),
    );
    let part = (1_u32..=10_000, any::<u64>(), text(), checksum());
    let parts = prop::collection::vec(part, 0..6);
    let completing = (time(), any::<u64>(), any::<u32>(), maybe_text(), checksum());
    let end = (time(), text(), maybe_text(), any::<bool>());
    let options = (
        prop::option::of(begun),
        parts,
        prop::option::of(completing),
        prop::option::of(end),
    );
    (recipes(), options).prop_map(|(recipe, (begun, parts, completing, end))| {
        let mut state = State::of(recipe);
        if let Some((at, upload_id, algorithm, deadline)) = begun {
            state.begun = Some(Begun {
                at,
                upload_id,
                algorithm,
                deadline,
            });
            let parts = parts.into_iter().map(|(number, size, etag, checksum)| {
                let part = PartRecord {
                    number,
                    size,
                    etag,
                    checksum,
                };
                (number, part)
            });
            state.parts = parts.collect::<BTreeMap<_, _>>();
            state.completing = completing.map(|(at, size, parts, etag, checksum)| Completing {
                at,
                size,
                parts,
                etag,
                checksum,
            });
        }
        state.end = end.map(|(at, etag, version_id, stored)| {
            if stored && state.begun.is_some() {
                End::Stored {
                    at,
                    etag,
                    version_id,
                }
            } else {
                End::Aborted { at }
            }
        });
        state
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_written_is_read_back(state in states()) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::create(folder.path(), &state.recipe).unwrap();
        let id = journal.id().to_owned();
        if let Some(begun) = &state.begun {
            journal.begun(begun).unwrap();
        }
        for part in state.parts.values() {
            journal.part(part).unwrap();
        }
        journal.sync().unwrap();
        if let Some(completing) = &state.completing {
            journal.completing(completing).unwrap();
        }
        if let Some(end) = &state.end {
            journal.end(end).unwrap();
        }
        let seen = read(folder.path(), &id).unwrap();
        prop_assert!(seen.is_busy);
        prop_assert_eq!(seen.state.as_ref(), Ok(&state));
        drop(journal);
        let (_, again) = Journal::open(folder.path(), &id).unwrap();
        prop_assert_eq!(again, state);
    }

    #[test]
    fn whatever_the_file_holds_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_bytes(&bytes);
        let (whole, _) = whole();
        let at = bytes.len() * 7 % whole.len();
        let _ = read_bytes(&[&whole[..at], &bytes, &whole[at..]].concat());
    }
}

//! Properties of the filter language: nothing makes it panic, errors point into the text, and an answer once
//! given stays when more becomes known.

use std::time::Duration;

use mopup::model::filter::suggestions;
use mopup::model::{Extent, Filter, Measure, Moment, Subject, Thresholds, Timestamp};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_secs(100_000_000);

fn moment() -> Moment {
    Moment {
        now: NOW,
        thresholds: Thresholds::default(),
    }
}

/// Text that is nearly a filter.
fn filterish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(" "),
        Just("age"),
        Just("idle"),
        Just("size"),
        Just("state"),
        Just("key"),
        Just("class"),
        Just(">"),
        Just("<="),
        Just("="),
        Just("!="),
        Just(":"),
        Just("~"),
        Just("-"),
        Just("!"),
        Just("'"),
        Just("\""),
        Just("7d"),
        Just("1GiB"),
        Just("18446744073709551615w"),
        Just("."),
        Just("stale"),
        Just(","),
        Just("("),
        Just("ё"),
        Just("𝕏"),
        Just("\u{0}"),
    ];
    prop_oneof![
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

fn valid_term() -> impl Strategy<Value = String> {
    let op = prop::sample::select(vec![">", ">=", "<", "<=", "=", ":"]);
    let states =
        prop::sample::subsequence(vec!["active", "idle", "stale", "empty", "unknown"], 1..5);
    let body = prop_oneof![
        (op.clone(), 0..40_u64).prop_map(|(op, days)| format!("age{op}{days}d")),
        (op.clone(), 0..400_u64).prop_map(|(op, hours)| format!("idle{op}{hours}h")),
        (op.clone(), 0..100_u64).prop_map(|(op, bytes)| format!("size{op}{bytes}")),
        (op, 0..6_u64).prop_map(|(op, parts)| format!("parts{op}{parts}")),
        states.prop_map(|states| format!("state:{}", states.join(","))),
        "[ab]{1,2}",
    ];
    (any::<bool>(), body)
        .prop_map(|(negated, body)| format!("{}{body}", if negated { "-" } else { "" }))
}

/// The parts of an upload: size, and hours since it was stored if the server says so.
fn parts() -> impl Strategy<Value = Vec<(u64, Option<u64>)>> {
    let dated = prop::collection::vec((0..40_u64, (0..400_u64).prop_map(Some)), 0..5);
    let dateless = prop::collection::vec((0..40_u64, Just(None)), 0..5);
    prop_oneof![3 => dated, 1 => dateless]
}

fn extent(parts: &[(u64, Option<u64>)]) -> Extent {
    let ago = |hours: u64| NOW.minus(Duration::from_secs(hours * 3600));
    Extent {
        bytes: parts.iter().map(|part| part.0).sum(),
        parts: u32::try_from(parts.len()).unwrap(),
        last_part: parts.iter().filter_map(|part| part.1).map(ago).max(),
        abort_date: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses_or_points_at_one_of_its_characters(text in filterish()) {
        match Filter::parse(&text) {
            Ok(filter) => prop_assert_eq!(filter.text(), &text),
            Err(error) => {
                let length = text.chars().count();
                prop_assert!((1..=length).contains(&error.column), "{:?}: {}", text, error);
                prop_assert!(!error.render(&text).is_empty());
            }
        }
        for suggestion in suggestions(&text) {
            prop_assert!(!suggestion.contains(char::is_whitespace));
        }
    }

    #[test]
    fn sizing_further_never_takes_an_answer_back(
        terms in prop::collection::vec(valid_term(), 1..4),
        parts in parts(),
        seen in 0..5_usize,
        age_hours in prop::option::of(0..900_u64),
        denied in any::<bool>(),
    ) {
        let filter = Filter::parse(&terms.join(" ")).unwrap();
        let judge = |measure| {
            let subject = Subject {
                bucket: "b",
                key: "a/b",
                upload_id: "i".into(),
                initiated: age_hours.map(|hours| NOW.minus(Duration::from_secs(hours * 3600))),
                storage_class: None,
                initiator: None,
                owner: None,
                measure,
                moved_at: None,
                deadline: None,
            };
            filter.eval(&subject, &moment())
        };
        let first = judge(Measure::Unknown);
        let looks = if denied {
            vec![Measure::Denied]
        } else {
            vec![
                Measure::AtLeast(extent(&parts[..seen.min(parts.len())])),
                Measure::Exact(extent(&parts)),
            ]
        };
        let mut answer = first;
        for look in looks {
            let next = judge(look);
            prop_assert!(answer.is_none() || next == answer, "{:?}: {:?} then {:?}", terms, answer, next);
            prop_assert!(next.is_some() || !look.is_settled());
            answer = next;
        }
        prop_assert!(filter.needs_sizes() || first.is_some());
    }

    #[test]
    fn a_word_is_found_in_any_case(key in "[a-zA-Z/._0-9é]{0,12}", word in "[a-zA-Z/._0-9é]{1,3}") {
        let filter = Filter::parse(&format!("'{word}'")).unwrap();
        let upload = mopup::model::Upload { key: key.clone(), ..Default::default() };
        let found = filter.eval(&Subject::of("b", &upload, Measure::Unknown), &moment());
        prop_assert_eq!(found, Some(key.to_lowercase().contains(&word.to_lowercase())));
    }
}

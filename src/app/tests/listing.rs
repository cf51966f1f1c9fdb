//! What is listed, sized and previewed, and when.

use super::*;

#[test]
fn it_asks_who_it_is_and_for_the_buckets_first() {
    let bench = Bench::new(settings());
    assert!(matches!(
        bench.sent.as_slice(),
        [Command::Identify { .. }, Command::Buckets { .. }]
    ));
}

#[test]
fn only_rows_on_screen_are_sized_unasked() {
    let bench = Bench::listed(&many(5_000));
    let window = bench.app.window(Pane::Uploads);
    let Some(Command::Measure {
        targets, urgency, ..
    }) = bench.last(is_measure)
    else {
        panic!("no sizes")
    };
    assert_eq!((targets.len(), *urgency), (window, Urgency::Visible));
}

#[test]
fn nothing_is_sized_while_no_upload_is_in_sight() {
    let mut bench = Bench::listed(&many(50));
    bench.event(Event::Resized {
        columns: 80,
        rows: 24,
    });
    bench.keys("esc");
    let before = bench.sent.len();
    bench.keys("j k");
    assert_eq!(bench.app.focus, Pane::Buckets);
    assert!(
        bench.sent[before..]
            .iter()
            .all(|command| is_measure(command).is_none())
    );
    bench.keys("enter G");
    assert!(
        bench.sent[before..]
            .iter()
            .any(|command| is_measure(command).is_some())
    );
}

#[test]
fn rows_that_left_the_screen_are_given_up_and_asked_for_again_when_they_return() {
    let mut bench = Bench::listed(&many(500));
    bench.keys("G");
    let given_up = bench
        .sent
        .iter()
        .filter(|command| matches!(command, Command::Cancel(_)))
        .count();
    assert_eq!(given_up, 1);
    let before = bench.sent.len();
    bench.keys("g");
    assert!(
        bench.sent[before..]
            .iter()
            .any(|command| is_measure(command).is_some())
    );
}

#[test]
fn the_cursor_stays_on_its_upload_while_rows_arrive() {
    let mut bench = Bench::listed(&[upload("m", 30), upload("n", 30)]);
    bench.keys("s k").keys("j j");
    bench.keys("ctrl-r");
    bench.answer(is_list, News::Listed(vec![upload("m", 30)]));
    let here = bench.current_key();
    bench.answer(
        is_list,
        News::Listed(vec![upload("a", 30), upload("b", 30)]),
    );
    assert_eq!(bench.current_key(), here);
}

#[test]
fn a_refresh_buries_what_is_not_listed_again_and_keeps_marks() {
    let mut bench = Bench::listed(&[upload("a", 30), upload("b", 30), upload("c", 30)]);
    bench.keys("* ctrl-r");
    bench.answer(
        is_list,
        News::Listed(vec![upload("a", 30), upload("c", 30)]),
    );
    bench.answer(is_list, News::Ended(Outcome::Done));
    let mut keys = bench.keys_shown();
    keys.sort();
    assert_eq!(keys, ["a", "c"]);
    assert_eq!(bench.app.place().unwrap().table.marked_totals().rows, 2);
}

#[test]
fn a_listing_that_fails_keeps_what_was_found() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.keys("ctrl-r");
    bench.answer(is_list, News::Ended(Outcome::Failed(fault())));
    assert_eq!(bench.keys_shown(), ["a"]);
    assert!(
        bench
            .app
            .messages
            .current()
            .unwrap()
            .text
            .contains("s3:AbortMultipartUpload")
    );
}

#[test]
fn leaving_a_prefix_lists_what_was_not_listed() {
    let mut settings = settings();
    settings.start = Some("s3://b/pre/".parse().unwrap());
    let mut bench = Bench::new(settings);
    bench.answer(is_list, News::Listed(vec![upload("pre/x", 3)]));
    bench.answer(is_list, News::Ended(Outcome::Done));
    bench.keys("esc");
    let Some(Command::List { scope, .. }) = bench.last(is_list) else {
        panic!("not listed")
    };
    assert_eq!(
        (scope.prefix.as_str(), bench.app.focus),
        ("", Pane::Uploads)
    );
}

#[test]
fn news_of_a_closed_job_is_dropped() {
    let mut bench = Bench::listed(&many(2));
    let job = JobId(999);
    bench.event(Event::Reports(vec![Report {
        job,
        news: News::Listed(vec![upload("ghost", 1)]),
    }]));
    assert_eq!(bench.keys_shown().len(), 2);
}

#[test]
fn a_bucket_that_is_not_listed_can_be_named() {
    let mut bench = Bench::new(settings());
    bench.answer(is_buckets, News::Ended(Outcome::Failed(fault())));
    assert!(bench.app.buckets.fault.is_some());
    bench.keys(":").type_("bucket other/pre/").keys("enter");
    let Some(Command::List { scope, .. }) = bench.last(is_list) else {
        panic!("not listed")
    };
    assert_eq!(
        (scope.bucket.as_str(), scope.prefix.as_str()),
        ("other", "pre/")
    );
    assert_eq!(bench.app.focus, Pane::Uploads);
}

#[test]
fn where_prefixes_are_honoured_only_as_keys_the_whole_bucket_is_listed() {
    let mut settings = settings();
    settings.providers = vec![Provider {
        name: "minio".into(),
        hosts: vec!["min.example".into()],
        abort_after: Some(DAY),
        exact_prefix_only: true,
        ..Provider::default()
    }];
    settings.start = Some("s3://b/pre".parse().unwrap());
    let mut bench = Bench::new(settings);
    let endpoint = Some("https://play.min.example:9000".to_owned());
    bench.answer(
        |command| {
            if let Command::Identify { job } = command {
                Some(*job)
            } else {
                None
            }
        },
        News::Identity(Identity {
            endpoint,
            ..Identity::default()
        }),
    );
    let Some(Command::List { scope, .. }) = bench.last(is_list) else {
        panic!("not listed")
    };
    assert_eq!(scope.prefix, "");
    assert_eq!(bench.app.place().unwrap().table.prefix(), "pre");
}

#[test]
fn a_key_is_asked_for_alone_and_a_prefix_that_costs_the_bucket_says_so() {
    let mut settings = settings();
    settings.provider = Some(Provider {
        exact_prefix_only: true,
        ..Provider::default()
    });
    let mut bench = Bench::new(settings);
    let bucket = Bucket {
        name: "b".into(),
        ..Bucket::default()
    };
    bench.answer(is_buckets, News::Buckets(vec![bucket]));
    bench.keys("enter : k e y space a / 1 enter");
    let is_key = |command: &Command| match command {
        Command::ListKey { job, .. } => Some(*job),
        _ => None,
    };
    let Some(Command::ListKey { bucket, key, .. }) = bench.last(is_key) else {
        panic!("not asked for")
    };
    assert_eq!((bucket.as_str(), key.as_str()), ("b", "a/1"));
    let upload = Upload {
        key: "a/1".into(),
        upload_id: "u".into(),
        ..Upload::default()
    };
    bench.answer(is_key, News::Listed(vec![upload]));
    bench.answer(is_key, News::Ended(Outcome::Done));
    assert_eq!(bench.keys_shown(), ["a/1"]);
    let said = bench.app.messages.newest_first().next().unwrap();
    assert_eq!(said.text, "1 upload of the key a/1");
    bench.keys(": p r e f i x space a / enter");
    let said = bench.app.messages.newest_first().next().unwrap();
    assert!(
        said.text.contains(":key KEY asks for one key only"),
        "{}",
        said.text
    );
}

#[test]
fn what_is_held_costs_what_the_provider_takes_once_it_is_recognised() {
    use crate::model::provider::Rate;
    let mut settings = settings();
    settings.providers = vec![Provider {
        name: "cheap".into(),
        hosts: vec!["cheap.example".into()],
        prices: [(String::new(), Rate::from_dollars(1.0))].into(),
        ..Provider::default()
    }];
    let mut bench = Bench::new(settings);
    let bucket = Bucket {
        name: "b".into(),
        ..Bucket::default()
    };
    bench.answer(is_buckets, News::Buckets(vec![bucket]));
    bench.answer(is_list, News::Listed(many(1)));
    bench.answer(is_list, News::Ended(Outcome::Done));
    bench.keys("enter");
    let sized = Measured::Exact(Extent {
        bytes: 1 << 30,
        parts: 1,
        ..Extent::default()
    });
    bench.answer(is_measure, News::Measured(vec![(RowId(0), sized)]));
    let identity = Identity {
        endpoint: Some("https://cheap.example".to_owned()),
        ..Identity::default()
    };
    let is_identify = |command: &Command| match command {
        Command::Identify { job } => Some(*job),
        _ => None,
    };
    bench.answer(is_identify, News::Identity(identity));
    let cost = bench.app.place().unwrap().table.totals().monthly();
    assert!((cost - 1.0).abs() < 1e-6, "{cost}");
}

#[test]
fn the_parts_of_the_upload_on_which_the_cursor_rests_are_previewed() {
    let mut bench = Bench::listed(&many(3));
    assert!(bench.last(is_parts).is_none());
    assert_eq!(bench.app.needs_clock(), Some(Duration::from_millis(250)));
    bench.event(Event::Clock(NOW));
    bench.event(Event::Clock(NOW));
    assert!(bench.last(is_parts).is_some());
    bench.keys("j");
    let before = bench.sent.len();
    bench.event(Event::Clock(NOW));
    assert!(
        bench.sent[before..]
            .iter()
            .all(|command| is_parts(command).is_none()),
        "not while moving"
    );
}

#[test]
fn parts_that_are_looked_at_again_stay_under_the_cursor() {
    let mut bench = Bench::listed(&many(3));
    bench.keys("enter");
    let page = |numbers: std::ops::RangeInclusive<u32>| News::Parts {
        info: crate::model::part::UploadInfo::default(),
        parts: numbers
            .map(|number| crate::model::Part {
                number,
                size: 5,
                etag: String::new(),
                last_modified: None,
                checksum: None,
            })
            .collect(),
    };
    bench.answer(is_parts, page(1..=50));
    bench.answer(is_parts, News::Ended(Outcome::Done));
    bench.keys("G k ctrl-r");
    let cursor = |bench: &Bench| bench.app.current_parts().unwrap().cursor.item().copied();
    assert_eq!(cursor(&bench), Some(49));
    bench.answer(is_parts, page(1..=60));
    bench.answer(is_parts, News::Ended(Outcome::Done));
    assert_eq!(cursor(&bench), Some(49));
    let place = bench.app.place().unwrap();
    let row = place.table.row(place.current().unwrap()).unwrap();
    let known = *row.measure().exact().unwrap();
    assert_eq!(
        (known.parts, known.bytes),
        (60, 300),
        "the list tells the same"
    );
    assert_eq!(bench.app.current_parts().unwrap().parts.len(), 60);
}

#[test]
fn parts_in_sight_follow_an_upload_that_grew() {
    let mut bench = Bench::listed(&many(1));
    bench.size_all(DAY);
    bench.keys("enter");
    let parts = |numbers: std::ops::RangeInclusive<u32>| News::Parts {
        info: crate::model::part::UploadInfo::default(),
        parts: numbers
            .map(|number| crate::model::Part {
                number,
                size: 50,
                etag: String::new(),
                last_modified: None,
                checksum: None,
            })
            .collect(),
    };
    let listed = |bench: &Bench| {
        let all = bench.sent.iter();
        all.filter(|command| is_parts(command).is_some()).count()
    };
    bench.answer(is_parts, parts(1..=2));
    bench.answer(is_parts, News::Ended(Outcome::Done));
    let row = bench.rows()[0];
    bench.keys("ctrl-r");
    assert_eq!(listed(&bench), 2);
    bench.answer(is_parts, parts(1..=2));
    bench.answer(is_parts, News::Ended(Outcome::Done));
    bench.answer(is_measure, News::Measured(vec![(row, exact(100, DAY))]));
    assert_eq!(listed(&bench), 2, "nothing new");
    bench.keys("ctrl-r");
    bench.answer(is_parts, parts(1..=2));
    bench.answer(is_parts, News::Ended(Outcome::Done));
    let grown = (row, exact(150, Duration::ZERO));
    bench.answer(is_measure, News::Measured(vec![grown]));
    assert_eq!(listed(&bench), 4, "it grew meanwhile");
}

#[test]
fn nothing_ticks_fast_while_idle() {
    let mut bench = Bench::listed(&many(1));
    bench.size_all(DAY * 20);
    bench.event(Event::Clock(NOW));
    bench.event(Event::Clock(NOW));
    let part = |number| crate::model::Part {
        number,
        size: 50,
        etag: String::new(),
        last_modified: Some(NOW.minus(DAY * 20)),
        checksum: None,
    };
    let parts = News::Parts {
        info: crate::model::part::UploadInfo::default(),
        parts: vec![part(1), part(2)],
    };
    bench.answer(is_parts, parts);
    bench.answer(is_parts, News::Ended(Outcome::Done));
    assert_eq!(bench.app.needs_clock(), Some(Duration::from_secs(60)));
}

#[test]
fn sizing_all_shows_its_price_first() {
    let mut bench = Bench::listed(&many(5_000));
    bench.keys("S");
    let Some(Dialog::SizeAll(dialog)) = &bench.app.dialog else {
        panic!("no dialog")
    };
    assert_eq!(dialog.uploads, 5_000);
    assert!((dialog.price - 0.025).abs() < 1e-9);
    bench.keys("y");
    let Some(Command::Measure {
        targets, urgency, ..
    }) = bench.last(is_measure)
    else {
        panic!("not sent")
    };
    assert_eq!((targets.len(), *urgency), (5_000, Urgency::Background));
}

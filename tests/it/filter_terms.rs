//! What filters mean, term by term, and what is said of those that do not parse.

use std::time::Duration;

use mopup::model::filter::suggestions;
use mopup::model::{Extent, Filter, Measure, Moment, Subject, Thresholds, Timestamp};

const NOW: Timestamp = Timestamp::from_secs(100_000_000);
const DAY: Duration = Duration::from_secs(86_400);
const MOMENT: Moment = Moment {
    now: NOW,
    thresholds: Thresholds {
        active: Duration::from_secs(3600),
        stale: Duration::from_secs(7 * 86_400),
    },
};

fn extent(bytes: u64, parts: u32, quiet: Option<Duration>) -> Extent {
    Extent {
        bytes,
        parts,
        last_part: quiet.map(|quiet| NOW.minus(quiet)),
        abort_date: None,
    }
}

fn subject(measure: Measure) -> Subject<'static> {
    Subject {
        bucket: "media",
        key: "video/raw/Cam-01.mxf",
        upload_id: "R4QUmO".into(),
        initiated: Some(NOW.minus(DAY * 30)),
        storage_class: Some("STANDARD_IA"),
        initiator: Some("svc-enc"),
        owner: None,
        measure,
        moved_at: None,
        deadline: None,
    }
}

fn eval(text: &str, measure: Measure) -> Option<bool> {
    Filter::parse(text)
        .unwrap()
        .eval(&subject(measure), &MOMENT)
}

#[test]
fn texts_match_as_documented() {
    let yes = [
        "",
        "cam-01",
        "CAM raw",
        "'raw/cam'",
        "-flac",
        "!flac",
        "class:standard_ia",
        "class=glacier,Standard_IA",
        "initiator:SVC",
        "initiator=svc-enc",
        "-initiator:root",
        "id:r4q",
        "bucket=media",
        "key~'^video/.*\\.mxf$'",
        "-key~'\\.tmp$'",
        "-owner:x",
        "owner!=x",
        "began:1973-02-01",
        "began>=1973-02-01 began<1973-02-02",
        "began<=1973-02-01 -began:1973-02-02",
        "began>1973-01-31 -began:unknown",
        "began=1973-02-01T09:46:40Z",
        "began<1973-02-01T11:46:41+02:00",
    ];
    let no = [
        "flac",
        "cam -raw",
        "class:STANDARD",
        "initiator=svc",
        "owner:x",
        "key=video",
        "key~^raw",
        "began>1973-02-01",
        "began<1973-02-01",
        "began:unknown",
        "-began>=1973-02-01",
    ];
    for text in yes {
        assert_eq!(eval(text, Measure::Unknown), Some(true), "{text}");
    }
    for text in no {
        assert_eq!(eval(text, Measure::Unknown), Some(false), "{text}");
    }
}

#[test]
fn figures_match_as_documented() {
    let exact = Measure::Exact(extent(5 << 30, 512, Some(DAY * 10)));
    let yes = [
        "age>7d",
        "age>=30d",
        "age:30d",
        "age=720h",
        "age<4w3d",
        "idle>9d12h",
        "idle=10d",
        "size>1GiB",
        "size>=5G",
        "size=5GiB",
        "size<5.5g",
        "size>5GB",
        "parts>=100",
        "parts:512",
        "state:stale",
        "state:active,stale",
        "-state:active",
        "state!=idle",
    ];
    let no = [
        "age<30d",
        "idle<1d",
        "size>5GiB",
        "parts<512",
        "-state:stale,idle",
    ];
    for text in yes {
        assert_eq!(eval(text, exact), Some(true), "{text}");
    }
    for text in no {
        assert_eq!(eval(text, exact), Some(false), "{text}");
    }
}

#[test]
fn what_is_not_sized_is_told_only_where_it_can_be() {
    let open = Measure::Unknown;
    assert_eq!(eval("size>1G", open), None);
    assert_eq!(eval("flac size>1G", open), Some(false));
    assert_eq!(eval("size>1G age>60d", open), Some(false));
    assert_eq!(eval("state:stale", open), None);
    assert_eq!(eval("idle>40d", open), Some(false), "younger than that");
    assert_eq!(eval("idle<40d", open), None, "it may turn out to be denied");
    let some = Measure::AtLeast(extent(2 << 30, 200, Some(DAY)));
    assert_eq!(eval("size>1G", some), Some(true));
    assert_eq!(eval("size<1G", some), Some(false));
    assert_eq!(eval("size>3G", some), None);
    assert_eq!(eval("idle<2d", some), Some(true));
    assert_eq!(eval("state:active,idle", some), Some(true));
    assert_eq!(eval("state:stale,empty", some), Some(false));
    assert_eq!(eval("state:idle", some), None);
}

#[test]
fn what_is_missing_matches_no_figure_negated_or_not() {
    for text in ["size>0", "-size>0", "parts<5", "idle>1s", "-idle>1s"] {
        assert_eq!(eval(text, Measure::Denied), Some(false), "{text}");
    }
    assert_eq!(eval("state:unknown", Measure::Denied), Some(true));
    let ageless = Subject {
        initiated: None,
        ..subject(Measure::Unknown)
    };
    for text in ["age>1s", "-age>1s", "age<1s"] {
        let filter = Filter::parse(text).unwrap();
        assert_eq!(filter.eval(&ageless, &MOMENT), Some(false), "{text}");
    }
}

#[test]
fn a_change_between_two_looks_counts_as_life() {
    let moved = Subject {
        moved_at: Some(NOW.minus(DAY / 48)),
        ..subject(Measure::Exact(extent(1, 1, Some(DAY * 10))))
    };
    let held = |text| Filter::parse(text).unwrap().eval(&moved, &MOMENT);
    assert_eq!(held("state:active"), Some(true));
    assert_eq!(held("idle<1h"), Some(true));
}

#[test]
fn an_error_points_at_the_character_and_says_what_to_write() {
    let cases = [
        (
            "video agee>7d",
            7,
            "'agee' is no field; fields are age idle",
        ),
        ("a=b.txt", 1, "quote it: 'a=b.txt'"),
        ("age>7", 5, "is no time span"),
        ("ключ age>7y", 10, "is no time span"),
        ("age>", 4, "is no time span"),
        ("size>1zb", 6, "is no size"),
        ("size>99999999999G", 6, "too large"),
        ("parts>many", 7, "is no count"),
        ("state:stale,dead", 13, "'dead' is no state"),
        ("state>idle", 6, "state takes :"),
        ("key>a", 4, "it takes : (contains)"),
        ("key~'(a'", 5, "unclosed group"),
        ("x 'open", 3, "never closed"),
        ("'a'b", 4, "a space behind the closing quote"),
        ("a -", 3, "nothing follows"),
        ("age > 7d", 5, "directly behind its field"),
        ("''", 1, "hold nothing"),
        ("key:", 4, "key needs a text"),
    ];
    for (text, column, message) in cases {
        let error = Filter::parse(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }
}

#[test]
fn a_caret_stands_below_the_place() {
    let error = Filter::parse("a\tb age>x").unwrap_err();
    let text = error.render("a\tb age>x");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "a\\tb age>x");
    assert_eq!(lines[0].find('x'), lines[1].find('^'));
}

#[test]
fn keys_with_signs_inside_are_plain_words() {
    for text in [
        "raw/cam=1",
        "2026-11-19T10:00",
        "'date=2026'",
        "it's",
        "a-b",
    ] {
        assert!(Filter::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn suggestions_end_the_last_term() {
    assert_eq!(suggestions("video si"), ["size>"]);
    assert_eq!(suggestions("-st"), ["-state:"]);
    assert_eq!(suggestions("state:stale,e"), ["state:stale,empty"]);
    assert_eq!(suggestions("x ").len(), 13);
    assert!(suggestions("key:a").is_empty());
}

#[test]
fn a_deadline_is_judged_by_the_time_that_is_left() {
    let with = |text: &str, deadline: Option<Timestamp>, measure: Measure| {
        let subject = Subject {
            deadline,
            ..subject(measure)
        };
        Filter::parse(text).unwrap().eval(&subject, &MOMENT)
    };
    let soon = Some(NOW.plus(DAY));
    let exact = Measure::Exact(extent(1, 1, None));
    assert_eq!(with("deadline<2d", soon, Measure::Unknown), Some(true));
    assert_eq!(with("deadline>2d", soon, Measure::Unknown), Some(false));
    assert_eq!(with("-deadline<2d", soon, Measure::Unknown), Some(false));
    assert_eq!(
        with("deadline<2d", Some(NOW.minus(DAY)), exact),
        Some(true),
        "past"
    );
    // The parts may tell of one; without one neither holds.
    assert_eq!(with("deadline<2d", None, Measure::Unknown), None);
    assert_eq!(with("deadline<2d", None, exact), Some(false));
    assert_eq!(with("-deadline<2d", None, exact), Some(false));
    let filter = Filter::parse("deadline<2d").unwrap();
    assert!(filter.needs_deadlines() && filter.needs_sizes() && filter.depends_on_time());
}

//! Uploads while they run: figures, levers, ends, and leaving.

use super::*;
use crate::app::action::Action;
use crate::app::messages::Severity;
use crate::app::tasks::Task;
use crate::model::Target;
use crate::model::send::{Order, Pace, Phase, Sending, Source, StoredObject, Verdict};
use crate::protocol::{Sent, SentOutcome};

const ID: &str = "01J9";

pub(super) fn is_send(command: &Command) -> Option<JobId> {
    match command {
        Command::Send { job, .. } => Some(*job),
        _ => None,
    }
}

/// A bench whose open bucket is listed, and from which `/data/x.bin` is sent.
pub(super) fn sending() -> Bench {
    let mut bench = Bench::listed(&[upload("old", 30)]);
    bench.size_all(DAY * 20);
    begin(&mut bench, "dir/");
    bench
}

pub(super) fn begin(bench: &mut Bench, key: &str) {
    let mut effects = Vec::new();
    let order = Order::new(Source::Path("/data/x.bin".into()), "b", key);
    bench.app.begin_sending(order, &mut effects);
    bench.take(effects);
    bench.app.messages.dismiss();
}

pub(super) fn figures(stored: u64) -> Sending {
    Sending {
        phase: Phase::Sending,
        target: Some(Target {
            bucket: "b".into(),
            key: "dir/x.bin".into(),
            upload_id: "up-1".into(),
        }),
        journal: Some(ID.into()),
        stored,
        total: Some(1_000),
        parts_done: u32::try_from(stored / 100).unwrap(),
        parts: Some(10),
        files: 1,
        width: 4,
        max_width: 8,
        ..Sending::default()
    }
}

pub(super) fn news(bench: &mut Bench, sending: Sending) {
    bench.answer(is_send, News::Sending(Box::new(sending)));
}

pub(super) fn end(bench: &mut Bench, outcome: SentOutcome) {
    let sent = Sent {
        source: Source::Path("/data/x.bin".into()),
        bucket: "b".into(),
        key: "dir/x.bin".into(),
        upload_id: Some("up-1".into()),
        journal: Some(ID.into()),
        outcome,
    };
    bench.answer(is_send, News::Sent(Box::new(sent)));
    bench.answer(is_send, News::Ended(Outcome::Done));
}

pub(super) fn stored(verdict: Verdict) -> SentOutcome {
    SentOutcome::Stored(StoredObject {
        etag: "e-10".into(),
        version_id: None,
        size: 1_000,
        sent: 1_000,
        parts: 10,
        checksum: None,
        verdict,
    })
}

pub(super) fn task(bench: &Bench) -> &Task {
    &bench.app.tasks.list[0]
}

fn told(bench: &Bench) -> (Severity, String) {
    let message = bench.app.messages.current().expect("something was said");
    (message.severity, message.text.clone())
}

#[test]
fn an_upload_is_paused_and_goes_on() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    let job = task(&bench).job;
    bench.keys("t p");
    assert_eq!(bench.sent.last(), Some(&Command::Pause(job)));
    bench.keys("p");
    assert_eq!(bench.sent.last(), Some(&Command::Continue(job)));
    bench.keys("p");
    news(
        &mut bench,
        Sending {
            phase: Phase::Paused,
            ..figures(400)
        },
    );
    bench.keys("p");
    assert_eq!(bench.sent.last(), Some(&Command::Continue(job)));
}

#[test]
fn the_width_changes_by_one_within_what_the_buffers_allow() {
    let mut bench = sending();
    bench.keys("t +");
    assert!(!matches!(bench.sent.last(), Some(Command::Pace { .. })));
    news(&mut bench, figures(400));
    let widths = |bench: &mut Bench, keys: &str| {
        bench.keys(keys);
        match bench.sent.last() {
            Some(Command::Pace { pace, .. }) => pace.width,
            other => panic!("no pace: {other:?}"),
        }
    };
    assert_eq!(widths(&mut bench, "+"), Some(5));
    assert_eq!(widths(&mut bench, "+ + + + +"), Some(8));
    assert!(told(&bench).1.contains("8 at once"));
    assert_eq!(widths(&mut bench, "- - - - - - - - - -"), Some(1));
    assert!(told(&bench).1.contains("one part at a time"));
    assert_eq!(widths(&mut bench, "="), None);
}

#[test]
fn the_rate_is_limited_by_the_dialog_and_by_the_palette() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    let pace = |bench: &Bench| match bench.sent.last() {
        Some(Command::Pace { pace, .. }) => *pace,
        other => panic!("no pace: {other:?}"),
    };
    bench.keys("t + L").type_("fast").keys("enter");
    assert!(matches!(&bench.app.dialog, Some(Dialog::Rate(dialog)) if dialog.error.is_some()));
    bench.keys("ctrl-u").type_("10MiB/s").keys("enter");
    assert!(bench.app.dialog.is_none());
    let (limit, width) = (Some(10 << 20), Some(5));
    assert_eq!(pace(&bench), Pace { limit, width }, "the width stays");
    bench.keys("L");
    assert!(
        matches!(&bench.app.dialog, Some(Dialog::Rate(dialog)) if dialog.input.text() == "10MiB/s")
    );
    bench.keys("ctrl-u enter");
    assert_eq!(pace(&bench).limit, None);
    // From another pane the newest upload is meant.
    bench.keys("t :").type_("limit-rate 1MiB/s").keys("enter");
    assert_eq!(pace(&bench).limit, Some(1 << 20));
    bench.keys(":").type_("pause").keys("enter");
    assert!(matches!(bench.sent.last(), Some(Command::Pause(_))));
}

#[test]
fn stopping_keeps_by_default_and_aborts_only_after_a_word() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    let job = task(&bench).job;
    bench.keys("t x esc");
    assert!(bench.app.dialog.is_none());
    assert!(!task(&bench).cancelling);
    bench.keys("x a").type_("aaaa").keys("enter");
    assert!(
        !task(&bench).cancelling,
        "leaning on a key is no confirmation"
    );
    bench.keys("ctrl-u").type_("abort").keys("enter");
    assert_eq!(bench.sent.last(), Some(&Command::Drop(job)));
    assert!(task(&bench).cancelling);
    bench.keys("x enter");
    assert_eq!(bench.sent.last(), Some(&Command::Cancel(job)));
}

#[test]
fn the_details_stay_open_under_what_their_keys_ask() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    bench.keys("t enter p");
    assert!(matches!(bench.sent.last(), Some(Command::Pause(_))));
    let open = |bench: &Bench| matches!(bench.app.dialog, Some(Dialog::Report { .. }));
    assert!(open(&bench));
    bench.keys("x");
    assert!(matches!(bench.app.dialog, Some(Dialog::Stop(_))));
    bench.keys("esc");
    assert!(open(&bench));
    bench.keys("L esc");
    assert!(open(&bench));
    bench.keys("esc");
    assert!(bench.app.dialog.is_none());
}

#[test]
fn commands_on_what_has_ended_say_so() {
    let mut bench = sending();
    end(
        &mut bench,
        stored(Verdict::Verified("size and ETag".into())),
    );
    let sent = bench.sent.len();
    for key in ["p", "+", "-", "=", "L", "x"] {
        bench.keys("t");
        bench.keys(key);
        assert!(
            told(&bench).1.contains("ended"),
            "{key}: {:?}",
            told(&bench)
        );
        assert!(bench.app.dialog.is_none());
        bench.keys("t");
    }
    assert_eq!(bench.sent.len(), sent);
}

#[test]
fn an_end_says_how_sure_it_is() {
    let severity = |outcome: SentOutcome| {
        let mut bench = sending();
        news(&mut bench, figures(400));
        end(&mut bench, outcome);
        let farewell = bench.app.farewell().unwrap();
        (told(&bench).0, told(&bench).1, farewell)
    };
    let (good, text, farewell) = severity(stored(Verdict::Verified("size and ETag".into())));
    assert_eq!(good, Severity::Good);
    assert!(text.contains("verified: size and ETag"), "{text}");
    assert_eq!(farewell, "1 stored (1000 B)");
    let (warning, text, _) = severity(stored(Verdict::Unverified("no checksum".into())));
    assert_eq!(warning, Severity::Warning);
    assert!(text.contains("no checksum"), "{text}");
    let (warning, _, farewell) = severity(SentOutcome::Kept { stored: 400 });
    assert_eq!(warning, Severity::Warning);
    assert!(farewell.contains("s3://b/dir/x.bin is kept"), "{farewell}");
    assert!(farewell.contains("mopup resume 01J9"), "{farewell}");
    let failed = |kept| SentOutcome::Failed {
        fault: fault(),
        kept,
    };
    let (error, text, farewell) = severity(failed(true));
    assert_eq!(error, Severity::Error);
    assert!(text.contains("mopup resume 01J9"), "{text}");
    assert!(farewell.contains("mopup resume 01J9"), "{farewell}");
    let (error, text, farewell) = severity(failed(false));
    assert_eq!(error, Severity::Error);
    assert!(!text.contains("resume") && !farewell.contains("resume"));
}

#[test]
fn what_was_kept_is_asked_for_again() {
    let mut bench = sending();
    end(&mut bench, SentOutcome::Kept { stored: 400 });
    assert!(matches!(
        bench.sent.last(),
        Some(Command::Interrupted { .. })
    ));
}

#[test]
fn an_upload_that_rests_wants_no_clock() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    // The parts under the cursor are asked for first.
    bench.event(Event::Clock(NOW));
    bench.event(Event::Clock(NOW));
    assert_eq!(bench.app.needs_clock(), Some(Duration::from_secs(1)));
    for phase in [Phase::Paused, Phase::Waiting] {
        news(
            &mut bench,
            Sending {
                phase,
                ..figures(400)
            },
        );
        // Its last part is told in minutes by then.
        bench.event(Event::Clock(NOW.plus(Duration::from_secs(90))));
        assert_eq!(
            bench.app.needs_clock(),
            Some(Duration::from_secs(60)),
            "{phase:?}"
        );
    }
}

#[test]
fn the_footer_offers_levers_only_while_there_is_something_to_move() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    bench.keys("t");
    bench.app.messages.dismiss();
    let offers = |bench: &Bench, action: Action| {
        let hints = crate::app::footer::hints(&bench.app, 200);
        hints.iter().any(|hint| hint.action == action)
    };
    assert!(offers(&bench, Action::Pause) && offers(&bench, Action::Cancel));
    assert!(!offers(&bench, Action::Resume));
    end(&mut bench, stored(Verdict::Verified("size".into())));
    assert!(!offers(&bench, Action::Pause) && !offers(&bench, Action::Cancel));
}

#[test]
fn a_warning_is_told_and_kept_with_its_task() {
    let mut bench = sending();
    bench.answer(is_send, News::Warning(fault()));
    assert_eq!(told(&bench).0, Severity::Warning);
    assert_eq!(task(&bench).transfer.as_ref().unwrap().warnings, [fault()]);
}

#[test]
fn keys_at_random_while_uploads_run_never_panic() {
    let codes = "tpxaL+-=drRnqjk0y:ig\t";
    let mut random: u64 = 11;
    let mut bench = sending();
    for turn in 0..5_000_u64 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let pick = usize::try_from(random >> 33).unwrap();
        let code = match pick % 7 {
            0 => Code::Esc,
            1 => Code::Enter,
            _ => Code::Char(codes.chars().nth((pick / 7) % codes.len()).unwrap()),
        };
        bench.event(Event::Key(Key::plain(code)));
        match pick % 40 {
            0 => news(&mut bench, figures(turn % 1_000)),
            1 => end(&mut bench, SentOutcome::Kept { stored: turn }),
            2 => begin(&mut bench, "again"),
            _ => {}
        }
    }
}

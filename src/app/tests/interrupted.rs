//! What was interrupted: offered, gone on with, given up.

use super::*;
use crate::app::dialog::InterruptedDialog;
use crate::app::dialog::interrupted::Step;
use crate::model::Target;
use crate::model::plan::Layout;
use crate::model::send::{Interrupted, KeySource, Phase, Resumption, Sending, Standing};
use crate::protocol::{Sent, SentOutcome};

fn is_identify(command: &Command) -> Option<JobId> {
    match command {
        Command::Identify { job } => Some(*job),
        _ => None,
    }
}

fn is_interrupted(command: &Command) -> Option<JobId> {
    match command {
        Command::Interrupted { job } => Some(*job),
        _ => None,
    }
}

fn is_discard(command: &Command) -> Option<JobId> {
    match command {
        Command::Discard { job, .. } => Some(*job),
        _ => None,
    }
}

fn entry(id: &str, status: Standing) -> Interrupted {
    Interrupted {
        id: id.to_owned(),
        begun: NOW.minus(DAY),
        source: format!("/data/{id}"),
        is_stream: false,
        bucket: "b".into(),
        key: id.to_owned(),
        upload_id: Some(format!("id-{id}")),
        layout: Layout {
            total: Some(1_000),
            part_size: 100,
            growth: 0,
            max_part: 100,
            max_parts: 10_000,
        },
        stored: 400,
        parts_done: 4,
        endpoint: None,
        region: None,
        profile: None,
        deadline: None,
        needs_customer_key: false,
        status,
    }
}

/// The dialog is open, and a key was pressed that it asked about.
fn started(entries: Vec<Interrupted>) -> Bench {
    let mut bench = offered(entries);
    if let Some(Dialog::Interrupted(dialog)) = &mut bench.app.dialog {
        dialog.unasked = false;
    }
    bench
}

fn offered(entries: Vec<Interrupted>) -> Bench {
    let mut bench = Bench::listed(&[upload("one", 1), upload("theirs", 1)]);
    bench.answer(is_identify, News::Identity(Identity::default()));
    bench.answer(is_interrupted, News::Interrupted(entries));
    bench.answer(is_interrupted, News::Ended(Outcome::Done));
    bench
}

fn dialog(bench: &Bench) -> &InterruptedDialog {
    match &bench.app.dialog {
        Some(Dialog::Interrupted(dialog)) => dialog,
        other => panic!("another dialog: {other:?}"),
    }
}

fn resumed(bench: &Bench) -> Vec<Resumption> {
    let resumption = |command: &Command| match command {
        Command::Resume { resumption, .. } => Some((**resumption).clone()),
        _ => None,
    };
    bench.sent.iter().filter_map(resumption).collect()
}

fn note(bench: &Bench) -> String {
    dialog(bench).note.clone().unwrap_or_default()
}

#[test]
fn the_start_offers_what_was_interrupted() {
    let changed = Standing::SourceChanged("it is shorter".into());
    let bench = started(vec![
        entry("one", Standing::Resumable),
        entry("two", changed),
        entry("ended", Standing::Done),
        entry("busy", Standing::Busy),
    ]);
    let told = &bench.app.messages.current().unwrap().text;
    assert_eq!(told, "2 uploads were interrupted; r shows them");
    assert_eq!(dialog(&bench).entries.len(), 3);
}

#[test]
fn the_start_stays_quiet_when_nothing_can_be_done() {
    let bench = started(vec![entry("busy", Standing::Busy)]);
    assert!(bench.app.dialog.is_none() && bench.app.messages.is_empty());
}

#[test]
fn the_start_takes_no_dialog_away() {
    let mut bench = Bench::listed(&[upload("one", 1)]);
    bench.keys("?");
    bench.answer(is_identify, News::Identity(Identity::default()));
    let entries = vec![entry("one", Standing::Resumable)];
    bench.answer(is_interrupted, News::Interrupted(entries));
    assert!(matches!(bench.app.dialog, Some(Dialog::Help { .. })));
}

#[test]
fn a_key_meant_for_what_the_dialog_covers_begins_nothing() {
    for key in ["enter", "r", "R"] {
        let entries = || vec![entry("one", Standing::Resumable)];
        let mut bench = offered(entries());
        // Whoever goes down a list and opens a row does not look first.
        bench.keys("j").keys(key);
        assert!(resumed(&bench).is_empty(), "{key}");
        let told = note(&bench);
        assert!(told.contains(&format!("{key} once more")), "{told}");
        bench.keys(key);
        assert_eq!(resumed(&bench).len(), 1, "{key}");
        // Whoever asked for it means it.
        let mut bench = offered(Vec::new());
        bench.keys("esc esc r");
        bench.answer(is_interrupted, News::Interrupted(entries()));
        bench.keys(key);
        assert_eq!(resumed(&bench).len(), 1, "{key}");
    }
}

#[test]
fn the_old_upload_leaves_its_table_when_the_new_one_has_begun() {
    let changed = Standing::SourceChanged("it is shorter".into());
    let mut bench = started(vec![entry("one", changed)]);
    bench.keys("n").type_("anew").keys("enter");
    let is_resume = |command: &Command| match command {
        Command::Resume { job, .. } => Some(*job),
        _ => None,
    };
    let sending = Sending {
        phase: Phase::Sending,
        target: Some(Target {
            bucket: "b".into(),
            key: "one".into(),
            upload_id: "id-new".into(),
        }),
        files: 1,
        total: Some(1_000),
        ..Sending::default()
    };
    bench.answer(is_resume, News::Sending(Box::new(sending)));
    let place = bench.app.buckets.get("b").unwrap();
    let ids = place.table.rows().map(|row| row.upload_id().text());
    let ids: Vec<_> = ids.collect();
    let has = |id: &str| ids.iter().any(|known| known == id);
    assert!(has("id-new") && !has("id-one"), "{ids:?}");
    assert_eq!(bench.keys_shown().len(), 2);
}

#[test]
fn an_upload_is_gone_on_with_as_a_task() {
    let mut bench = started(vec![
        entry("one", Standing::Resumable),
        entry("two", Standing::Completing),
    ]);
    bench.keys("j enter");
    assert_eq!(resumed(&bench)[0].id, "two");
    assert_eq!(dialog(&bench).entries.len(), 1, "the other still waits");
    bench.keys("r");
    assert!(bench.app.dialog.is_none());
    assert_eq!(resumed(&bench).len(), 2);
    assert_eq!(bench.app.tasks.uploads().count(), 2);
    assert!(bench.app.interrupted.is_empty());
    // What runs here is not offered.
    bench.keys("esc esc r");
    let entries = vec![entry("one", Standing::Busy)];
    bench.answer(is_interrupted, News::Interrupted(entries));
    assert!(bench.app.dialog.is_none());
}

#[test]
fn all_that_need_no_answer_are_gone_on_with_at_once() {
    let mut keyed = entry("keyed", Standing::Resumable);
    keyed.needs_customer_key = true;
    let mut stream = entry("stream", Standing::Resumable);
    stream.is_stream = true;
    let mut bench = started(vec![
        entry("one", Standing::Resumable),
        keyed,
        stream,
        entry("two", Standing::Completing),
    ]);
    bench.keys("R");
    let ids: Vec<String> = resumed(&bench).into_iter().map(|of| of.id).collect();
    assert_eq!(ids, ["one", "two"]);
    assert_eq!(dialog(&bench).entries.len(), 2);
}

#[test]
fn what_cannot_be_gone_on_with_says_why_and_what_to_do() {
    let mut stream = entry("stream", Standing::Resumable);
    stream.is_stream = true;
    let mut elsewhere = entry("elsewhere", Standing::Elsewhere);
    elsewhere.endpoint = Some("https://minio.example".into());
    let changed = Standing::SourceChanged("it is shorter".into());
    let mut bench = started(vec![
        stream,
        elsewhere,
        entry("busy", Standing::Busy),
        entry("changed", changed),
        entry("odd", Standing::Unreadable("no intent".into())),
    ]);
    for word in [
        "mopup resume stream --file -",
        "https://minio.example",
        "another process",
        "it is shorter",
        "no intent",
    ] {
        bench.keys("enter");
        assert!(note(&bench).contains(word), "{word}: {}", note(&bench));
        bench.keys("j");
    }
    assert!(resumed(&bench).is_empty());
}

#[test]
fn a_changed_source_is_begun_anew_after_a_word() {
    let changed = Standing::SourceChanged("it is shorter".into());
    let mut bench = started(vec![
        entry("changed", changed),
        entry("one", Standing::Resumable),
    ]);
    bench.keys("n").type_("y").keys("enter");
    assert!(resumed(&bench).is_empty());
    bench.keys("ctrl-u").type_("anew").keys("enter");
    let resumption = &resumed(&bench)[0];
    assert!(resumption.anew && resumption.id == "changed");
    bench.keys("n");
    assert!(matches!(dialog(&bench).step, Step::List));
    assert!(note(&bench).contains("changed"));
}

#[test]
fn a_key_of_ones_own_is_asked_for() {
    let mut keyed = entry("keyed", Standing::Resumable);
    keyed.needs_customer_key = true;
    let mut bench = started(vec![keyed]);
    bench.keys("enter enter");
    assert!(resumed(&bench).is_empty());
    bench.event(Event::Paste("$SSE_KEY".into()));
    bench.keys("enter");
    let resumption = &resumed(&bench)[0];
    let source = KeySource::Variable("SSE_KEY".into());
    assert_eq!(resumption.customer_key_from, Some(source));
    assert!(bench.app.dialog.is_none());
}

#[test]
fn giving_up_wants_a_word_and_frees_the_parts() {
    let mut bench = started(vec![entry("one", Standing::Resumable)]);
    bench.keys("a").type_("y").keys("enter");
    assert!(bench.last(is_discard).is_none());
    bench.event(Event::Paste("abort".into()));
    bench.keys("enter esc");
    assert!(
        bench.last(is_discard).is_none(),
        "a word is typed, not pasted"
    );
    bench.keys("x").type_("abort").keys("enter");
    assert!(matches!(bench.last(is_discard), Some(Command::Discard { id, .. }) if id == "one"));
    assert!(bench.app.dialog.is_none());
    let sent = Sent {
        source: crate::model::send::Source::Path("/data/one".into()),
        bucket: "b".into(),
        key: "one".into(),
        upload_id: Some("id-one".into()),
        journal: Some("one".into()),
        outcome: SentOutcome::Aborted { freed: 400 },
    };
    bench.answer(is_discard, News::Sent(Box::new(sent)));
    bench.answer(is_discard, News::Ended(Outcome::Done));
    assert_eq!(bench.keys_shown(), ["theirs"], "it left its table");
    assert_eq!(bench.app.farewell().unwrap(), "1 aborted (400 B freed)");
}

#[test]
fn the_upload_under_the_cursor_is_gone_on_with_if_it_is_ours() {
    let mut bench = started(vec![]);
    let entries = || {
        vec![
            entry("one", Standing::Resumable),
            entry("two", Standing::Resumable),
        ]
    };
    while bench.current_key() != "one" {
        bench.keys("j");
    }
    bench.keys("r");
    bench.answer(is_interrupted, News::Interrupted(entries()));
    assert_eq!(resumed(&bench)[0].id, "one");
    assert!(bench.app.dialog.is_none());
    bench.keys("g");
    while bench.current_key() != "theirs" {
        bench.keys("j");
    }
    bench.keys("r");
    bench.answer(is_interrupted, News::Interrupted(Vec::new()));
    // Of what somebody else began it is asked which file it is of.
    let Some(Dialog::Adopt(dialog)) = &bench.app.dialog else {
        panic!("{:?}", bench.app.dialog);
    };
    assert_eq!(dialog.target.key, "theirs");
}

#[test]
fn read_only_mode_shows_the_list_and_changes_nothing() {
    let mut bench = started(vec![entry("one", Standing::Resumable)]);
    bench.keys("esc");
    bench.app.settings.read_only = true;
    bench.keys("esc r");
    bench.answer(
        is_interrupted,
        News::Interrupted(vec![entry("one", Standing::Resumable)]),
    );
    let sent = bench.sent.len();
    for key in ["enter", "r", "R", "a", "x", "n"] {
        bench.keys(key);
        assert!(note(&bench).contains("read-only"), "{key}");
        assert!(matches!(dialog(&bench).step, Step::List));
    }
    assert_eq!(bench.sent.len(), sent);
}

#[test]
fn a_journal_that_cannot_be_read_is_told() {
    let mut bench = Bench::listed(&[upload("one", 1)]);
    bench.answer(is_identify, News::Identity(Identity::default()));
    bench.answer(is_interrupted, News::Ended(Outcome::Failed(fault())));
    assert!(bench.app.messages.current().is_some());
}

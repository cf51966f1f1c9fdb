//! Completing: what is asked, what has to be typed, and what becomes of the row.

use super::*;
use crate::app::dialog::CompleteStep;
use crate::model::completion::{Completion, Existing, Remark, Ruling};
use crate::model::orphan::{Choice, Ending, Inquiry, Judged, Made};
use crate::model::send::{StoredObject, Verdict};
use crate::model::{Part, Target, UploadInfo};

fn is_judge(command: &Command) -> Option<JobId> {
    match command {
        Command::Judge { job, .. } => Some(*job),
        _ => None,
    }
}

fn is_complete(command: &Command) -> Option<JobId> {
    match command {
        Command::Complete { job, .. } => Some(*job),
        _ => None,
    }
}

fn target() -> Target {
    Target {
        bucket: "b".into(),
        key: "a".into(),
        upload_id: "id-a".into(),
    }
}

fn judged(remarks: Vec<Remark>, existing: Option<Existing>) -> Judged {
    let part = |number| Part {
        number,
        size: 10,
        etag: format!("e{number}"),
        last_modified: None,
        checksum: None,
    };
    Judged {
        target: target(),
        info: UploadInfo::default(),
        parts: Arc::new((1..=4).map(part).collect()),
        completion: Completion {
            ruling: remarks.first().map_or(Ruling::Can, Remark::weight),
            remarks,
            size: 40,
            parts: 4,
            etag: None,
            checksum: None,
        },
        existing,
    }
}

fn existing() -> Existing {
    Existing {
        size: 7,
        etag: "e".into(),
        last_modified: None,
        is_versioned: false,
    }
}

/// A bench whose upload `a` was asked about and judged so.
fn asked(answer: Judged) -> Bench {
    let mut bench = Bench::listed(&[upload("a", 30), upload("b", 30)]);
    bench.keys("g c");
    bench.answer(is_judge, News::Judged(Box::new(answer)));
    bench.answer(is_judge, News::Ended(Outcome::Done));
    bench
}

fn inquiry(bench: &Bench) -> Inquiry {
    match bench.last(is_judge) {
        Some(Command::Judge { inquiry, .. }) => (**inquiry).clone(),
        other => panic!("{other:?}"),
    }
}

fn ending(bench: &Bench) -> Option<Ending> {
    match bench.last(is_complete) {
        Some(Command::Complete { ending, .. }) => Some((**ending).clone()),
        _ => None,
    }
}

fn step(bench: &Bench) -> &CompleteStep {
    match &bench.app.dialog {
        Some(Dialog::Complete(dialog)) => &dialog.step,
        other => panic!("{other:?}"),
    }
}

fn note(bench: &Bench) -> String {
    match &bench.app.dialog {
        Some(Dialog::Complete(dialog)) => dialog.note.clone().unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_word_completes_what_was_judged_and_leaning_on_enter_does_not() {
    let mut bench = asked(judged(vec![Remark::NotOurs], None));
    assert_eq!(
        (inquiry(&bench).target, inquiry(&bench).choice),
        (target(), Choice::All)
    );
    for _ in 0..20 {
        bench.keys("enter");
    }
    assert_eq!(ending(&bench), None);
    bench.type_("complete").keys("enter");
    let sent = ending(&bench).unwrap();
    assert_eq!(sent.seen.unwrap().len(), 4);
    assert!(!sent.include_active && !sent.if_none_match);
    assert!(bench.app.dialog.is_none());
    // The same upload is not asked about twice, nor aborted meanwhile.
    bench.keys("c");
    assert!(bench.app.dialog.is_none());
    bench.keys("a");
    assert!(bench.app.dialog.is_none());
}

#[test]
fn what_was_made_leaves_the_table_and_what_failed_keeps_its_reason() {
    let mut bench = asked(judged(Vec::new(), None));
    bench.keys("enter").type_("complete").keys("enter");
    bench.answer(is_complete, News::Ended(Outcome::Failed(fault())));
    let place = bench.app.place().unwrap();
    let row = place.table.find("a", "id-a").unwrap();
    assert!(place.reasons[&row].contains("not allowed"));
    bench.keys("c");
    bench.answer(is_judge, News::Judged(Box::new(judged(Vec::new(), None))));
    bench.answer(is_judge, News::Ended(Outcome::Done));
    bench.keys("enter").type_("complete").keys("enter");
    assert!(bench.app.place().unwrap().reasons.is_empty());
    let object = StoredObject {
        etag: "e-4".into(),
        version_id: None,
        size: 40,
        sent: 0,
        parts: 4,
        checksum: None,
        verdict: Verdict::Verified("size and ETag".into()),
    };
    let made = Made {
        target: target(),
        object,
    };
    bench.answer(is_complete, News::Made(Box::new(made)));
    bench.answer(is_complete, News::Ended(Outcome::Done));
    assert_eq!(bench.keys_shown(), ["b"]);
    assert_eq!(bench.app.place().unwrap().table.totals().rows, 1);
    let said = bench.app.messages.current().unwrap().text.clone();
    assert!(said.contains("b/a is completed and verified"), "{said}");
}

#[test]
fn what_is_alive_or_replaces_is_named_by_its_word() {
    for (remarks, there, word, active) in [
        (vec![Remark::Alive(NOW)], None, "complete active", true),
        (vec![Remark::MayBeAlive], None, "complete active", true),
        (
            vec![Remark::Replaces(existing())],
            Some(existing()),
            "replace",
            false,
        ),
        (
            vec![Remark::Alive(NOW), Remark::Replaces(existing())],
            Some(existing()),
            "replace active",
            true,
        ),
    ] {
        let mut bench = asked(judged(remarks, there));
        bench.keys("enter").type_("complete").keys("enter");
        assert_eq!(ending(&bench), None, "{word}");
        bench.keys("ctrl-u").type_(word).keys("enter");
        assert_eq!(ending(&bench).unwrap().include_active, active, "{word}");
    }
}

#[test]
fn an_object_that_must_not_be_overwritten_stops_it() {
    let mut bench = asked(judged(vec![Remark::Replaces(existing())], Some(existing())));
    bench.keys("i enter");
    assert!(note(&bench).contains("not to be overwritten"));
    bench.keys("i enter");
    assert!(matches!(step(&bench), CompleteStep::Confirm(_)));
    let mut free = asked(judged(Vec::new(), None));
    free.keys("i enter").type_("complete").keys("enter");
    assert!(ending(&free).unwrap().if_none_match);
}

#[test]
fn fewer_parts_are_judged_anew_and_named_in_the_order() {
    let mut bench = asked(judged(Vec::new(), None));
    bench.keys("n").type_("9").keys("enter");
    let CompleteStep::Keep(line) = step(&bench) else {
        panic!("taken");
    };
    assert_eq!(line.error.as_deref(), Some("the last part is 4"));
    bench.keys("ctrl-u").type_("2").keys("enter");
    assert_eq!(inquiry(&bench).choice, Choice::UpTo(2));
    // Until it is judged nothing is confirmed.
    bench.keys("enter");
    assert!(note(&bench).contains("still being judged"));
    let mut fewer = judged(Vec::new(), None);
    fewer.parts = Arc::new(fewer.parts[..2].to_vec());
    bench.answer(is_judge, News::Judged(Box::new(fewer)));
    bench.answer(is_judge, News::Ended(Outcome::Done));
    bench.keys("enter").type_("complete").keys("enter");
    let sent = ending(&bench).unwrap();
    assert_eq!(
        (sent.choice, sent.seen.unwrap().len()),
        (Choice::UpTo(2), 2)
    );
}

#[test]
fn what_cannot_be_completed_is_not_asked_for() {
    let mut bench = asked(judged(vec![Remark::Empty], None));
    bench.keys("enter");
    assert!(note(&bench).contains("cannot be completed"));
    let job = bench.last(is_judge).and_then(is_judge).unwrap();
    bench.keys("r esc");
    assert!(bench.app.dialog.is_none());
    let again = bench.last(is_judge).and_then(is_judge).unwrap();
    assert!(again != job && bench.sent.contains(&Command::Cancel(again)));
    bench.keys("c");
    bench.answer(is_judge, News::Ended(Outcome::Failed(fault())));
    bench.keys("enter");
    assert!(note(&bench).contains("r tries again"));
}

#[test]
fn read_only_mode_refuses() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.app.settings.read_only = true;
    bench.keys("c");
    assert!(bench.app.dialog.is_none() && bench.last(is_judge).is_none());
}

//! Lifecycle rules: asked for after the listings, shown, proposed, written only after a word.

use super::*;
use crate::app::dialog::RulesStep;
use crate::model::Target;
use crate::model::lifecycle::{Change, Configuration, Cover, Document};
use crate::protocol::Prevention;

const OTHER: &str = "<LifecycleConfiguration><Rule><ID>keep</ID><Filter><Prefix>a/</Prefix></Filter>\
    <Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>";

fn is_look(command: &Command) -> Option<JobId> {
    if let Command::Lifecycle { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_write(command: &Command) -> Option<JobId> {
    if let Command::SetLifecycle { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn known(body: Option<&str>) -> News {
    let document = body.map(|body| Document {
        body: body.to_owned(),
        default_minimum: None,
    });
    let configuration = Configuration::read(document).unwrap();
    News::Lifecycle(Box::new(Prevention::Known(configuration)))
}

/// The dialog of the bucket's rules, with these there.
fn opened(body: Option<&str>) -> Bench {
    let mut bench = Bench::listed(&many(3));
    bench.keys("esc L");
    bench.answer(is_look, known(body));
    bench.answer(is_look, News::Ended(Outcome::Done));
    bench
}

fn step(bench: &Bench) -> &RulesStep {
    match &bench.app.dialog {
        Some(Dialog::Rules(dialog)) => &dialog.step,
        other => panic!("{other:?}"),
    }
}

fn written(bench: &Bench) -> Option<&Change> {
    match bench.last(is_write) {
        Some(Command::SetLifecycle { change, .. }) => Some(change),
        _ => None,
    }
}

#[test]
fn buckets_are_asked_once_after_their_listing_a_few_at_a_time() {
    let mut bench = Bench::new(settings());
    let buckets = (0..60).map(|index| Bucket {
        name: format!("b{index}"),
        ..Bucket::default()
    });
    bench.answer(is_buckets, News::Buckets(buckets.collect()));
    bench.answer(is_buckets, News::Ended(Outcome::Done));
    let asked = |bench: &Bench| bench.sent.iter().filter_map(is_look).count();
    assert_eq!(asked(&bench), 0, "a listing comes first");
    let mut ended = 0;
    while let Some(job) = bench.sent.iter().filter_map(is_list).nth(ended) {
        let news = News::Ended(Outcome::Done);
        bench.event(Event::Reports(vec![Report { job, news }]));
        ended += 1;
    }
    assert_eq!((ended, asked(&bench)), (60, 24), "a few at a time");
    for done in 0..60 {
        let job = bench.sent.iter().filter_map(is_look).nth(done).unwrap();
        for news in [known(None), News::Ended(Outcome::Done)] {
            bench.event(Event::Reports(vec![Report { job, news }]));
        }
    }
    assert_eq!(asked(&bench), 60, "once");
    for place in &bench.app.buckets.places {
        assert!(matches!(place.prevention, Some(Prevention::Known(_))));
    }
}

#[test]
fn rules_that_are_found_date_the_uploads_of_the_bucket() {
    let mut bench = Bench::listed(&[upload("logs/a", 1), upload("video", 1)]);
    let rule = "<LifecycleConfiguration><Rule><ID>r</ID><Filter><Prefix>logs/</Prefix></Filter>\
        <Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>\
        </AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>";
    bench.answer(is_look, known(Some(rule)));
    bench.size_all(Duration::from_secs(60));
    let place = bench.app.place().unwrap();
    let row = |key: &str| place.table.find(key, &format!("id-{key}")).unwrap();
    assert!(place.table.deadline(row("logs/a")).is_some());
    assert!(place.table.deadline(row("video")).is_none());
    // Alive, and cut within the day: counted and shown.
    assert!(place.is_cut(row("logs/a"), bench.app.now));
    assert!(!place.is_cut(row("video"), bench.app.now));
    bench.event(Event::Clock(NOW.plus(Duration::from_secs(11))));
    assert_eq!(bench.app.place().unwrap().cut(), 1);
    // Known to be late, whatever its deadline is.
    let target = Target {
        bucket: "b".into(),
        key: "video".into(),
        upload_id: "id-video".into(),
    };
    bench.app.mark_late(&target, true);
    bench.event(Event::Clock(NOW.plus(Duration::from_secs(22))));
    assert_eq!(bench.app.place().unwrap().cut(), 2);
    bench.app.mark_late(&target, false);
    bench.event(Event::Clock(NOW.plus(Duration::from_secs(33))));
    assert_eq!(bench.app.place().unwrap().cut(), 1);
}

#[test]
fn a_rule_is_written_only_after_its_word_was_typed() {
    let mut bench = opened(Some(OTHER));
    bench.keys("enter enter enter");
    assert!(
        matches!(step(&bench), RulesStep::Confirm(..)),
        "leaning on enter"
    );
    bench.keys("esc").keys("backspace 3 tab").type_("tmp/");
    bench.keys("enter").type_("write");
    assert!(written(&bench).is_none());
    bench.keys("enter");
    let change = written(&bench).unwrap().clone();
    assert_eq!(change.before.as_ref().unwrap().body, OTHER);
    let after = Configuration::read(Some(change.after.clone())).unwrap();
    assert_eq!(after.cover(), Cover::Prefixes(vec!["tmp/".to_owned()]));
    assert_eq!(after.abort_rules()[0].days, 3);
    assert!(matches!(step(&bench), RulesStep::Writing(_)));

    bench.answer(is_write, known(Some(&change.after.body)));
    bench.answer(is_write, News::Ended(Outcome::Done));
    assert!(matches!(step(&bench), RulesStep::Done(_)));
    let place = bench.app.place().unwrap();
    let Some(Prevention::Known(now)) = &place.prevention else {
        panic!("{:?}", place.prevention);
    };
    assert_eq!(now.cover(), after.cover());
    bench.keys("enter");
    assert!(bench.app.dialog.is_none());
}

#[test]
fn what_somebody_changed_meanwhile_is_shown_and_offered_again() {
    let mut bench = opened(Some(OTHER));
    bench.keys("enter").type_("write").keys("enter");
    let theirs = OTHER.replace(">9<", ">8<");
    bench.answer(is_write, known(Some(&theirs)));
    let changed = Fault {
        message: "somebody changed the rules meanwhile; nothing was written".into(),
        ..fault()
    };
    bench.answer(is_write, News::Ended(Outcome::Failed(changed)));
    let Some(Dialog::Rules(dialog)) = &bench.app.dialog else {
        panic!("the dialog is gone");
    };
    assert!(matches!(dialog.step, RulesStep::Form));
    assert!(dialog.fault.is_some());
    bench.keys("enter").type_("write").keys("enter");
    let change = written(&bench).unwrap();
    assert_eq!(change.before.as_ref().unwrap().body, theirs);
}

#[test]
fn read_only_mode_shows_and_does_not_write() {
    let mut bench = Bench::new(Settings {
        read_only: true,
        ..settings()
    });
    let bucket = Bucket {
        name: "b".into(),
        ..Bucket::default()
    };
    bench.answer(is_buckets, News::Buckets(vec![bucket]));
    bench.keys("L");
    bench.answer(is_look, known(Some(OTHER)));
    bench.keys("3 enter").type_("write").keys("enter");
    assert!(written(&bench).is_none());
    assert!(bench.app.dialog.is_none(), "enter closes what only shows");
}

#[test]
fn a_denial_is_told_and_nothing_is_offered() {
    let mut bench = Bench::listed(&many(1));
    bench.keys("esc L");
    let denied = Prevention::Denied(fault());
    bench.answer(is_look, News::Lifecycle(Box::new(denied.clone())));
    bench.keys("backspace 3");
    let Some(Dialog::Rules(dialog)) = &bench.app.dialog else {
        panic!("the dialog is gone");
    };
    assert!(!dialog.has_form() && dialog.plan.is_none());
    bench.keys("esc");
    let place = bench.app.place().unwrap();
    assert_eq!(place.prevention, Some(denied));
}

#[test]
fn days_that_are_none_are_told_and_nothing_is_proposed() {
    let mut bench = opened(None);
    bench.keys("backspace").type_("soon").keys("enter");
    let Some(Dialog::Rules(dialog)) = &bench.app.dialog else {
        panic!("the dialog is gone");
    };
    let why = dialog.plan.as_ref().unwrap().as_ref().unwrap_err();
    assert_eq!(why, "'soon' is no number of days");
    assert!(dialog.lines.is_empty());
    assert!(matches!(dialog.step, RulesStep::Form));
}

//! Leaving while uploads run: kept by default, aborted after a word.

use super::sending::{begin, figures, is_send, news, sending, task};
use super::*;
use crate::app::dialog::{QuitDialog, QuitStep};

#[test]
fn leaving_keeps_uploads_by_default() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    bench.keys("q");
    assert!(matches!(bench.app.dialog, Some(Dialog::Quit(_))));
    bench.keys("esc");
    assert!(bench.other.is_empty());
    bench.keys("q q");
    assert_eq!(bench.other, [Effect::Quit]);
    assert!(!bench.sent.iter().any(|of| matches!(of, Command::Drop(_))));
    let farewell = bench.app.farewell().unwrap();
    assert!(farewell.contains("mopup resume 01J9"), "{farewell}");
}

#[test]
fn leaving_may_abort_uploads_and_waits_for_the_last() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    let first = task(&bench).job;
    begin(&mut bench, "other");
    bench.keys("q a").type_("abort").keys("enter");
    let drops = bench
        .sent
        .iter()
        .filter(|of| matches!(of, Command::Drop(_)));
    assert_eq!(drops.count(), 2);
    assert!(bench.other.is_empty());
    let leaving = |bench: &Bench| {
        let Some(Dialog::Quit(QuitDialog { step, .. })) = &bench.app.dialog else {
            return false;
        };
        matches!(step, QuitStep::Leaving)
    };
    assert!(leaving(&bench));
    bench.answer(is_send, News::Ended(Outcome::Done));
    assert!(bench.other.is_empty());
    let news = News::Ended(Outcome::Done);
    bench.event(Event::Reports(vec![Report { job: first, news }]));
    assert_eq!(bench.other, [Effect::Quit]);
}

//! What stays of uploads that have ended, and how much room their names get.

use super::*;

fn row(scene: &mut Scene) -> String {
    let screen = scene.screen();
    let line = screen.lines().rev().find(|line| line.contains("↑ "));
    line.unwrap().to_owned()
}

#[test]
fn a_queue_that_has_ended_tells_its_sums_once_and_nothing_of_its_last_file() {
    let small = Sending {
        parts: None,
        parts_done: 0,
        ..queue()
    };
    let mut scene = sending(80, 24, small);
    for key in ["dumps/a.mxf", "dumps/b.mxf"] {
        scene.news(is_resume, News::Sent(Box::new(sent(key, verified()))));
    }
    scene.keys("enter");
    let running = scene.screen();
    assert!(running.contains("now  "), "{running}");
    assert!(!running.contains("growing"), "it has no parts: {running}");
    scene.news(is_resume, News::Ended(Outcome::Done));
    insta::assert_snapshot!("sent_queue_80x24", scene.screen());
}

#[test]
fn a_file_that_went_in_an_instant_has_no_rate() {
    let mut scene = sending(80, 24, figures());
    let instant = Sending {
        average: 0,
        parts: None,
        ..figures()
    };
    scene.news(is_resume, News::Sending(Box::new(instant)));
    let sent = sent("dumps/backup.tar.zst", verified());
    scene.news(is_resume, News::Sent(Box::new(sent)));
    scene.news(is_resume, News::Ended(Outcome::Done));
    let screen = scene.keys("g enter").screen();
    assert!(!screen.contains("on average"), "{screen}");
    let lines: Vec<&str> = screen.lines().collect();
    let object = lines.iter().position(|line| line.contains("│ object "));
    let above = lines[object.unwrap() - 2];
    assert!(above.contains("journal"), "one line between them: {screen}");
}

#[test]
fn the_name_of_what_has_ended_takes_the_room_that_its_verdict_leaves() {
    let shown = "backup.tar.zst → ";
    let running = row(&mut sending(80, 24, figures()));
    assert!(!running.contains(shown), "{running}");
    let ended = row(&mut ended(80, 24, failed()));
    assert!(
        ended.contains(shown) && ended.contains("failed, kept: access is denied"),
        "{ended}"
    );
}

//! Uploads that are sent, as rows of their bucket's table.

use super::sending::{end, figures, is_send, news, sending, stored};
use super::*;
use crate::model::State;
use crate::model::send::{Sending, Source, Verdict};
use crate::protocol::Sent;

#[test]
fn what_is_sent_is_an_active_upload_in_its_table_until_it_is_stored() {
    let mut bench = sending();
    news(&mut bench, figures(0));
    assert_eq!(bench.keys_shown(), ["old", "dir/x.bin"]);
    news(&mut bench, figures(400));
    let table = &bench.app.place().unwrap().table;
    let row = table.find("dir/x.bin", "up-1").unwrap();
    assert_eq!(table.state(row, NOW), Some(State::Active));
    let extent = *table.row(row).unwrap().measure().exact().unwrap();
    assert_eq!((extent.bytes, extent.parts), (400, 4));
    end(&mut bench, stored(Verdict::Verified("size".into())));
    assert_eq!(bench.keys_shown(), ["old"]);
}

#[test]
fn figures_that_come_late_bring_no_ended_upload_back() {
    let mut bench = sending();
    news(&mut bench, figures(400));
    let sent = Sent {
        source: Source::Stdin,
        bucket: "b".into(),
        key: "dir/x.bin".into(),
        upload_id: Some("up-1".into()),
        journal: None,
        outcome: stored(Verdict::Verified("size".into())),
    };
    bench.answer(is_send, News::Sent(Box::new(sent)));
    bench.keys("ctrl-r");
    bench.answer(is_list, News::Listed(vec![upload("old", 30)]));
    bench.answer(is_list, News::Ended(Outcome::Done));
    news(&mut bench, figures(500));
    assert_eq!(bench.keys_shown(), ["old"]);
}

#[test]
fn an_upload_to_a_bucket_that_was_not_listed_leaves_its_table_alone() {
    let mut bench = sending();
    let mut elsewhere = figures(400);
    if let Some(target) = &mut elsewhere.target {
        target.bucket = "unknown".into();
    }
    news(&mut bench, elsewhere);
    assert_eq!(bench.keys_shown(), ["old"]);
}

#[test]
fn a_resumed_upload_is_sized_by_what_grows_and_not_by_what_was_there() {
    let mut bench = sending();
    let there = Sending {
        reused: 400,
        ..figures(400)
    };
    news(&mut bench, there.clone());
    let table = &bench.app.place().unwrap().table;
    let row = table.find("dir/x.bin", "up-1").unwrap();
    assert_eq!(table.state(row, NOW), None, "its parts are asked for");
    news(
        &mut bench,
        Sending {
            stored: 500,
            parts_done: 5,
            ..there
        },
    );
    let table = &bench.app.place().unwrap().table;
    assert_eq!(table.state(row, NOW), Some(State::Active));
}

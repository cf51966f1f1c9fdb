//! Looking again: what came, went and moves is told, what is shown is asked for and nothing else.

use super::*;
use crate::model::table::{Stir, Stirring};

fn relisted(bench: &mut Bench, uploads: &[Upload]) {
    bench.keys("ctrl-r");
    bench.answer(is_list, News::Listed(uploads.to_vec()));
    bench.answer(is_list, News::Ended(Outcome::Done));
}

fn by_key(bench: &mut Bench) {
    bench.keys(":").type_("sort key").keys("enter");
}

fn stirring(bench: &Bench) -> Stirring {
    bench.app.place().unwrap().table.stirring()
}

#[test]
fn a_look_keeps_cursor_marks_and_filter_and_tells_what_changed() {
    let uploads = ["a", "b", "c", "d", "x"].map(|key| upload(key, 30));
    let mut bench = Bench::listed(&uploads);
    by_key(&mut bench);
    bench.keys("/").type_("-x").keys("enter");
    bench.keys("g space space j");
    assert_eq!(bench.current_key(), "d");
    let next = ["a", "c", "d", "e", "x"].map(|key| upload(key, 30));
    relisted(&mut bench, &next);
    assert_eq!(bench.current_key(), "d");
    let table = &bench.app.place().unwrap().table;
    let marked: Vec<&str> = table
        .marked()
        .map(|row| table.row(row).unwrap().key())
        .collect();
    assert_eq!(marked, ["a"], "b went, and its mark with it");
    let told = Stirring {
        new: 1,
        gone: 1,
        moving: 0,
    };
    assert_eq!((stirring(&bench), table.len()), (told, 5));
    assert_eq!(bench.keys_shown(), ["a", "c", "d", "e"]);
    relisted(&mut bench, &next);
    assert_eq!(stirring(&bench), Stirring::default());
}

#[test]
fn nothing_can_be_done_with_an_upload_that_went() {
    let mut bench = Bench::listed(&[upload("a", 30), upload("b", 30)]);
    by_key(&mut bench);
    bench.keys("g");
    bench.size_all(DAY * 20);
    bench.keys("space g");
    relisted(&mut bench, &[upload("b", 30)]);
    let place = bench.app.place().unwrap();
    let row = place.current().unwrap();
    assert!(matches!(place.table.stir(row), Some(Stir::Gone(_))));
    for key in ["enter", "a", "c", "w", "r", "y", "m"] {
        let before = bench.sent.len();
        bench.keys(key);
        let hint = &bench.app.messages.current().unwrap().text;
        assert!(hint.contains("completed or aborted"), "{key}: {hint}");
        assert!(bench.app.dialog.is_none() && bench.sent.len() == before);
    }
    // Neither by its own mark, which went with it, nor by one set now.
    bench.keys("* a");
    let Some(Dialog::Abort(dialog)) = &bench.app.dialog else {
        panic!("nothing is asked");
    };
    let keys: Vec<&str> = dialog.targets.iter().map(|target| target.key()).collect();
    assert_eq!(keys, ["b"]);
}

#[test]
fn only_what_is_shown_is_listed_again() {
    let mut bench = Bench::listed(&[upload("a/1", 30), upload("b/1", 30)]);
    bench.keys("f enter ctrl-r");
    let Some(Command::List { scope, .. }) = bench.last(is_list) else {
        panic!("not listed")
    };
    let prefix = scope.prefix.clone();
    assert!(["a/", "b/"].contains(&prefix.as_str()), "{prefix}");
    bench.answer(is_list, News::Ended(Outcome::Done));
    // What lies beside it was not looked at, and stays.
    assert_eq!(bench.app.place().unwrap().table.totals().rows, 1);
    assert_eq!(stirring(&bench).gone, 1);
    // Out again, nothing has to be listed for it to be shown.
    let before = bench.sent.len();
    bench.keys("esc");
    let lists = bench.sent[before..].iter();
    assert_eq!(lists.filter(|sent| is_list(sent).is_some()).count(), 0);
}

#[test]
fn what_is_alive_is_sized_again_wherever_it_stands() {
    let uploads: Vec<Upload> = (0..200).map(|n| upload(&format!("{n:03}"), 30)).collect();
    let mut bench = Bench::listed(&uploads);
    by_key(&mut bench);
    bench.keys("g");
    bench.size_all(DAY * 20);
    let moving = bench.app.place().unwrap().table.find("150", "id-150");
    let moving = moving.unwrap();
    let more = Measured::Exact(Extent {
        bytes: 999,
        parts: 3,
        last_part: Some(NOW.minus(DAY)),
        abort_date: None,
    });
    let now = NOW;
    let place = bench.app.buckets.get_mut("b").unwrap();
    let Measured::Exact(extent) = more else {
        unreachable!()
    };
    let measure = crate::model::Measure::Exact(extent);
    place.table.set_measure(moving, measure, now);
    assert_eq!(place.table.stir(moving), Some(Stir::Moving));
    let before = bench.sent.len();
    relisted(&mut bench, &uploads);
    let asked: Vec<RowId> = bench.sent[before..]
        .iter()
        .filter_map(|command| match command {
            Command::Measure { targets, .. } => Some(targets.ids().to_vec()),
            _ => None,
        })
        .flatten()
        .collect();
    assert!(asked.contains(&moving), "it moved");
    assert!(asked.len() < 60, "{} of 200 rows", asked.len());
}

#[test]
fn a_range_that_ends_at_an_upload_that_went_is_aborted_without_it() {
    let all = [upload("a", 30), upload("b", 30), upload("c", 30)];
    let mut bench = Bench::listed(&all);
    by_key(&mut bench);
    bench.keys("g");
    bench.size_all(DAY * 20);
    relisted(&mut bench, &all[..2]);
    bench.keys("g v G");
    assert!(bench.app.place().unwrap().current_left().is_some());
    bench.keys("a");
    let Some(Dialog::Abort(dialog)) = &bench.app.dialog else {
        panic!("not asked")
    };
    let keys: Vec<&str> = dialog.targets.iter().map(|of| of.key()).collect();
    assert_eq!(keys, ["a", "b"]);
}

#[test]
fn an_upload_that_went_is_not_late_any_more() {
    let all = [upload("a", 30), upload("b", 30)];
    let mut bench = Bench::listed(&all);
    let rows = bench.rows();
    bench.size_all(DAY * 20);
    let place = bench.app.buckets.get_mut("b").unwrap();
    place.late.insert(rows[0]);
    place.count_cut(NOW);
    assert_eq!(place.cut(), 1);
    relisted(&mut bench, &all[1..]);
    let place = bench.app.place().unwrap();
    assert!(place.late.contains(&rows[0]) && !place.is_cut(rows[0], NOW));
    assert_eq!(place.cut(), 0);
}

#[test]
fn an_interval_says_its_price() {
    let mut bench = Bench::listed(&[upload("a", 30), upload("b", 30)]);
    bench.size_all(DAY * 20);
    bench.keys("I");
    let text = bench.app.messages.current().unwrap().text.clone();
    // A page of the listing and one of each row's parts, 360 times an hour.
    let price = "3 requests a look, 1,080 an hour, < $0.01 an hour";
    assert_eq!(text, format!("looks again every 10 s: {price}"));
    bench.keys("I I I");
    let text = &bench.app.messages.current().unwrap().text;
    assert_eq!(text, "looks again only when asked");
}

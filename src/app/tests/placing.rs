//! Parts by hand, copies within the service.

use super::*;
use crate::app::messages::Severity;
use crate::model::Part;
use crate::model::copy::CopyOrder;
use crate::model::orphan::{Placed, Placing};

fn is_place(command: &Command) -> Option<JobId> {
    match command {
        Command::Place { job, .. } => Some(*job),
        _ => None,
    }
}

fn is_copy(command: &Command) -> Option<JobId> {
    match command {
        Command::Copy { job, .. } => Some(*job),
        _ => None,
    }
}

fn placing(bench: &Bench) -> Option<Placing> {
    match bench.last(is_place) {
        Some(Command::Place { placing, .. }) => Some((**placing).clone()),
        _ => None,
    }
}

fn copied(bench: &Bench) -> Option<CopyOrder> {
    match bench.last(is_copy) {
        Some(Command::Copy { order, .. }) => Some((**order).clone()),
        _ => None,
    }
}

fn command(bench: &mut Bench, text: &str) {
    bench.keys(":").type_(text).keys("enter");
}

#[test]
fn a_part_is_put_after_its_word_and_seen_where_the_parts_are() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.keys("enter");
    bench.answer(is_parts, News::Ended(Outcome::Done));
    command(&mut bench, "put-part 7 /data/piece");
    for _ in 0..9 {
        bench.keys("enter");
    }
    assert_eq!(placing(&bench), None, "leaning on enter puts nothing");
    bench.keys("esc").type_("9-5").keys("enter");
    assert!(matches!(&bench.app.dialog, Some(Dialog::Place(form)) if form.error.is_some()));
    bench
        .keys("ctrl-u")
        .type_("16MiB+8MiB")
        .keys("tab tab space enter");
    bench.type_("put").keys("enter");
    let order = placing(&bench).unwrap();
    assert!(order.overwrite && !order.include_active);
    assert_eq!(
        (order.pieces[0].number, order.pieces[0].len),
        (7, Some(8 << 20))
    );
    let listings = bench.sent.iter().filter_map(is_parts).count();
    let part = Part {
        number: 7,
        size: 8 << 20,
        etag: "e".into(),
        last_modified: None,
        checksum: None,
    };
    let placed = Placed {
        part,
        replaced: true,
    };
    bench.answer(is_place, News::Placed(Box::new(placed)));
    bench.answer(is_place, News::Ended(Outcome::Done));
    let said = bench.app.messages.current().unwrap();
    assert_eq!(said.severity, Severity::Good);
    assert!(
        said.text.contains("part 7 (8.00 MiB) is put, in place"),
        "{}",
        said.text
    );
    assert_eq!(bench.sent.iter().filter_map(is_parts).count(), listings + 1);
}

#[test]
fn what_is_alive_is_written_into_only_in_so_many_words() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.size_all(Duration::from_secs(5));
    command(&mut bench, "put-part 7 /data/piece");
    bench.keys("enter").type_("put").keys("enter");
    assert_eq!(placing(&bench), None);
    bench.keys("ctrl-u").type_("put active").keys("enter");
    assert!(placing(&bench).unwrap().include_active);
}

#[test]
fn a_copy_is_typed_in_full_and_alone_it_means_the_clipboard() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    command(&mut bench, "copy s3://x/k s3://b/");
    assert_eq!(copied(&bench).unwrap().from.key, "k");
    assert_eq!(bench.app.tasks.uploads().count(), 1);
    let transfer = bench.app.tasks.list[0].transfer.as_ref().unwrap();
    assert_eq!(transfer.destination, "b/k");
    command(&mut bench, "copy");
    assert!(matches!(bench.app.dialog, Some(Dialog::Menu(_))));
    bench.keys("esc");
    command(&mut bench, "copy s3://x/k");
    let Some(Dialog::Palette(palette)) = &bench.app.dialog else {
        panic!("taken");
    };
    assert!(
        palette
            .error
            .as_deref()
            .unwrap()
            .contains("s3://BUCKET/KEY")
    );
}

#[test]
fn read_only_mode_refuses_both() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.app.settings.read_only = true;
    command(&mut bench, "copy s3://x/k s3://b/");
    command(&mut bench, "put-part 1 /x");
    assert!(bench.app.dialog.is_none());
    assert!(copied(&bench).is_none() && placing(&bench).is_none());
}

//! Marks, pasted paths, the command, and what cannot be chosen.

use super::*;

#[test]
fn several_are_marked_and_chosen_together() {
    let mut bench = Bench::browsing(&many(1));
    bench.keys("space").type_("dump").keys("space space");
    assert_eq!(bench.upload().browser.marked(), (3, 30 * MIB));
    bench.keys("up space");
    assert_eq!(bench.upload().browser.marked().0, 2, "again unmarks");
    bench.keys("up space enter");
    let form = bench.form();
    assert_eq!((form.picked.len(), form.destination()), (3, String::new()));
    assert!(form.forecast.plan.contains("counted when it starts"));
    bench.write(Field::Key, "night").keys("ctrl-s");
    let order = bench.order();
    assert_eq!((order.key.as_str(), order.recursive), ("night/", true));
    assert_eq!(order.sources.len(), 3);
}

#[test]
fn marks_stay_in_other_directories_and_go_one_step_before_the_dialog() {
    let mut bench = Bench::browsing(&many(1));
    bench.keys("down space").type_("archive/");
    bench.folder(dumps("/srv/dumps/archive"));
    bench.type_("big").keys("space");
    let marks: Vec<_> = bench.upload().browser.marks.keys().cloned().collect();
    assert_eq!(
        marks,
        [
            Path::new("/srv/dumps/Data"),
            Path::new("/srv/dumps/archive/big.img")
        ]
    );
    bench.keys("esc esc");
    assert!(bench.upload().browser.marks.is_empty());
}

#[test]
fn a_space_is_typed_where_a_name_goes_on_with_one() {
    let mut bench = Bench::listed(&many(1));
    bench.keys("u");
    bench.folder(Folder {
        path: "/srv".into(),
        entries: vec![entry("My Data", None), entry("my dump.img", Some(5))],
    });
    bench.type_("my d");
    assert_eq!((bench.typed(), bench.names().len()), ("my d", 2));
    bench.keys("space");
    assert_eq!(bench.upload().browser.marked().0, 1);
    bench.keys("ctrl-u").type_("my").keys("insert ctrl-space");
    assert_eq!(bench.upload().browser.marked(), (1, 5));
    bench.keys("esc").type_("My Data/");
    assert_eq!(bench.asked(), Path::new("/srv/My Data"));
}

#[test]
fn an_enter_before_the_directory_is_there_opens_what_fits_then() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("archive/bi").keys("enter");
    bench.folder(dumps("/srv/dumps/archive"));
    assert_eq!(bench.form().picked[0].name(), "big.img");
    // A directory alone is entered, and nothing in it is chosen.
    let mut bench = Bench::browsing(&many(1));
    bench.type_("archive/").keys("enter");
    bench.folder(dumps("/srv/dumps/archive"));
    assert!(!bench.upload().in_form);
}

#[test]
fn a_way_that_cannot_be_gone_is_left_to_the_working_directory() {
    for key in ["esc", "down"] {
        let mut bench = Bench::listed(&many(1));
        bench.keys(":").type_("upload /nowhere/x").keys("enter");
        assert_eq!(bench.asked(), Path::new("/nowhere"));
        bench.answer(is_folder, News::Ended(Outcome::Failed(fault())));
        bench.keys(key);
        assert_eq!(bench.asked(), Path::new(""), "{key}");
    }
}

#[test]
fn home_and_the_directory_above_are_found_without_their_slash() {
    for key in ["enter", "tab"] {
        let mut bench = Bench::browsing(&many(1));
        bench.type_("~").keys(key);
        assert_eq!(bench.asked(), Path::new("~/"), "{key}");
        let mut bench = Bench::browsing(&many(1));
        bench.type_("..").keys(key);
        assert_eq!(bench.asked(), Path::new("/srv"), "{key}");
    }
}

#[test]
fn what_is_odd_cannot_be_chosen() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("pipe").keys("enter");
    let error = bench.upload().browser.error.clone().unwrap();
    assert!(error.contains("neither file nor directory"), "{error}");
    bench.keys("space");
    assert!(bench.upload().browser.marks.is_empty());
    assert!(!bench.upload().in_form);
}

#[test]
fn a_pasted_path_leads_to_its_file() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("x");
    bench.event(Event::Paste("'/mnt/disk one/big.img'\n".into()));
    assert_eq!(bench.asked(), Path::new("/mnt/disk one"));
    bench.keys("enter");
    bench.folder(dumps("/mnt/disk one"));
    assert_eq!(
        bench.form().picked[0].path,
        Path::new("/mnt/disk one/big.img")
    );
}

#[test]
fn the_command_takes_a_path() {
    let mut bench = Bench::listed(&many(1));
    bench.keys(":").type_("upload ~/big.img").keys("enter");
    assert_eq!(bench.asked(), Path::new("~/"));
    bench.folder(dumps("/home/me"));
    assert_eq!(bench.form().destination(), "big.img");
    bench.keys("esc esc esc");
    bench.keys(":").type_("upload archive").keys("enter");
    assert_eq!(bench.asked(), Path::new(""));
    bench.folder(dumps("/data"));
    assert_eq!(bench.asked(), Path::new("/data/archive"));
    bench.folder(dumps("/data/archive"));
    assert_eq!(bench.typed(), "");
    bench.keys("esc :").type_("upload").keys("enter");
    assert_eq!(bench.asked(), Path::new("/data/archive"));
}

#[test]
fn nothing_is_asked_where_nothing_may_be_changed_or_no_bucket_is_in_sight() {
    let mut bench = Bench::new(settings());
    bench.keys("u");
    assert!(bench.app.dialog.is_none());
    assert!(bench.message().contains("no bucket"), "{}", bench.message());
    let mut bench = Bench::listed(&many(1));
    bench.app.settings.read_only = true;
    bench.keys("u");
    assert!(bench.app.dialog.is_none());
    assert!(bench.message().contains("read-only"));
}

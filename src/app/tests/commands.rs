//! The palette, the copy menu, the mouse, and keys at random.

use super::*;

#[test]
fn the_palette_completes_and_runs() {
    let mut bench = Bench::listed(&many(3));
    bench.keys(":").type_("older 60d").keys("enter");
    assert_eq!(bench.app.place().unwrap().table.filter().text(), "age>60d");
    assert!(bench.keys_shown().is_empty());
    bench.keys(":").type_("nonsense").keys("enter");
    assert!(matches!(&bench.app.dialog, Some(Dialog::Palette(palette)) if palette.error.is_some()));
    bench.keys("esc :").type_("read-o").keys("enter");
    assert!(bench.app.settings.read_only);
}

#[test]
fn the_arrows_recall_commands_in_an_empty_line() {
    let mut bench = Bench::listed(&many(3));
    bench.keys(":").type_("older 60d").keys("enter");
    bench.keys(":").type_("sort age").keys("enter : up");
    let typed = |bench: &Bench| match &bench.app.dialog {
        Some(Dialog::Palette(palette)) => palette.input.text().to_owned(),
        _ => panic!("no palette"),
    };
    assert_eq!(typed(&bench), "sort age");
    bench.keys("up");
    assert_eq!(typed(&bench), "older 60d");
    bench.keys("down down");
    assert_eq!(typed(&bench), "");
    bench.keys("down up up");
    assert_eq!(
        typed(&bench),
        "sort age",
        "the choice goes to the top first"
    );
}

#[test]
fn a_command_about_uploads_from_the_buckets_shows_them() {
    let mut bench = Bench::listed(&many(3));
    bench.keys("esc");
    assert_eq!(bench.app.focus, Pane::Buckets);
    bench.keys(":").type_("older 7d").keys("enter");
    assert_eq!(
        (bench.app.focus, bench.app.buckets.open.as_deref()),
        (Pane::Uploads, Some("b"))
    );
    assert_eq!(bench.app.place().unwrap().table.filter().text(), "age>7d");
}

#[test]
fn copying_quotes_for_the_shell() {
    let mut bench = Bench::listed(&[Upload {
        upload_id: "-id".into(),
        ..upload("it's", 3)
    }]);
    bench.keys("y");
    let Some(Dialog::Menu(menu)) = &bench.app.dialog else {
        panic!("no menu")
    };
    let at = menu
        .items
        .iter()
        .position(|item| item.label.starts_with("abort with"))
        .unwrap();
    let letter = menu.items[at].letter;
    bench.event(Event::Key(Key::char(letter)));
    let wanted = "aws s3api abort-multipart-upload --bucket b --key 'it'\\''s' --upload-id=-id";
    assert_eq!(bench.other, [Effect::Copy(wanted.to_owned())]);
}

#[test]
fn a_press_takes_the_cursor_there_and_a_second_opens() {
    let mut bench = Bench::listed(&many(9));
    let area = bench.app.layout().uploads.unwrap();
    let press = Event::Mouse(Mouse {
        kind: MouseKind::Press,
        column: area.x + 5,
        row: area.y + 2 + 4,
    });
    bench.event(press.clone());
    assert_eq!(bench.app.place().unwrap().cursor.index(), 4);
    bench.event(press);
    assert_eq!(bench.app.focus, Pane::Parts);
}

#[test]
fn headings_sort_when_pressed() {
    let mut bench = Bench::listed(&many(9));
    let area = bench.app.layout().uploads.unwrap();
    let spec = crate::app::columns::columns(area.width - 2)[0];
    let press = Event::Mouse(Mouse {
        kind: MouseKind::Press,
        column: area.x + 1 + spec.x,
        row: area.y + 1,
    });
    bench.event(press);
    assert_eq!(
        bench.app.place().unwrap().table.sort().column,
        crate::model::view::Column::Key
    );
}

#[test]
fn the_wheel_scrolls_texts_and_a_press_ends_the_filter() {
    let mut bench = Bench::listed(&many(9));
    let mouse = |kind, row| {
        Event::Mouse(Mouse {
            kind,
            column: 60,
            row,
        })
    };
    bench.keys("?");
    bench.event(mouse(MouseKind::WheelDown, 10));
    assert!(matches!(bench.app.dialog, Some(Dialog::Help { scroll: 3 })));
    bench.event(mouse(MouseKind::WheelUp, 10));
    bench.event(mouse(MouseKind::Press, 10));
    assert!(matches!(bench.app.dialog, Some(Dialog::Help { scroll: 0 })));
    bench.keys("esc /").type_("dir1");
    bench.event(mouse(MouseKind::Press, 5));
    assert!(bench.app.filter_edit.is_none());
    let place = bench.app.place().unwrap();
    assert_eq!((place.table.len(), place.cursor.index()), (3, 2));
}

#[test]
fn a_key_without_meaning_says_where_help_is() {
    let mut bench = Bench::listed(&many(1));
    bench.event(Event::Key(Key::plain(Code::F(12))));
    assert!(bench.app.messages.current().unwrap().text.contains('?'));
}

#[test]
fn keys_without_an_action_do_nothing_and_leave_no_trace() {
    let mut bench = Bench::listed(&many(9));
    bench.size_all(DAY * 20);
    for pane in ["", "enter", "esc esc"] {
        bench.keys(pane);
        let (sent, focus) = (bench.sent.len(), bench.app.focus);
        for key in ["z", "e"] {
            bench.keys(key);
            assert!(bench.app.messages.current().unwrap().text.starts_with(key));
            assert!(bench.app.dialog.is_none(), "{key} in {focus:?}");
            assert_eq!(bench.app.focus, focus, "{key}");
        }
        assert_eq!((bench.sent.len(), bench.other.len()), (sent, 0));
        assert_eq!(bench.app.place().unwrap().table.marked_totals().rows, 0);
    }
    assert!(
        bench.app.messages.is_empty(),
        "a word about a key is no report"
    );
}

#[test]
fn typing_at_random_never_panics() {
    let codes = "hjklgGvf/*~\\asSyt:?!xCdIRq \t1y";
    let mut random: u64 = 7;
    let mut bench = Bench::listed(&many(40));
    for _ in 0..20_000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let pick = usize::try_from(random >> 33).unwrap();
        let code = match pick % 9 {
            0 => Code::Esc,
            1 => Code::Enter,
            2 => Code::Tab,
            3 => Code::Backspace,
            _ => Code::Char(codes.chars().nth((pick / 9) % codes.len()).unwrap()),
        };
        bench.event(Event::Key(Key::plain(code)));
        if pick % 50 == 0 {
            let rows = u16::try_from(8 + pick % 60).unwrap();
            bench.event(Event::Resized {
                columns: 40 + rows * 2,
                rows,
            });
        }
    }
}

#[test]
fn what_is_asked_of_a_bucket_can_be_asked_from_within_it() {
    let mut bench = Bench::listed(&many(3));
    bench.keys("L");
    assert!(matches!(&bench.app.dialog, Some(Dialog::Rules(of)) if of.bucket == "b"));
    bench.keys("esc");
    assert!(bench.app.dialog.is_none());
    assert_eq!(bench.app.focus, Pane::Uploads);
}

#[test]
fn a_column_that_is_not_there_is_answered_with_those_that_are() {
    let mut bench = Bench::listed(&many(3));
    bench.keys(":").type_("sort bytes").keys("enter");
    let Some(Dialog::Palette(palette)) = &bench.app.dialog else {
        panic!("the command is to be mended")
    };
    let why = palette.error.as_deref().unwrap();
    assert!(why.contains("bytes") && why.contains("size"), "{why}");
}

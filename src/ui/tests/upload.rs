//! The upload dialog: the file browser and the form.

use super::half_sized;
use super::scene::{DAY, NOW, Scene};
use crate::app::Event;
use crate::app::dialog::Dialog;
use crate::app::dialog::upload::area;
use crate::app::input::{Mouse, MouseKind};
use crate::model::send::{FileEntry, Folder};
use crate::protocol::{Command, Fault, Kind, News, Operation, Outcome};

const GIB: u64 = 1 << 30;

fn is_folder(command: &Command) -> bool {
    matches!(command, Command::Folder { .. })
}

fn entry(name: &str, size: Option<u64>, days: u32) -> FileEntry {
    FileEntry {
        name: name.to_owned(),
        is_directory: size.is_none(),
        size,
        modified: Some(NOW.minus(DAY * days)),
        odd: false,
    }
}

/// What a database server keeps.
fn dumps() -> Folder {
    let mut entries = vec![
        entry(".snapshots", None, 2),
        entry("archive", None, 40),
        entry("base", None, 1),
        entry("wal", None, 0),
        entry(".pgpass", Some(61), 300),
    ];
    for day in (1..=20).rev() {
        let size = 12 * GIB + u64::from(day) * 77_000_000;
        entries.push(entry(
            &format!("2026-11-{day:02}.dump.zst"),
            Some(size),
            20 - day,
        ));
    }
    entries.push(entry("evil\u{1b}[31m\u{202e}gpj.exe", Some(4096), 700));
    let socket = FileEntry {
        odd: true,
        size: None,
        is_directory: false,
        ..entry(".s.PGSQL.5432", Some(0), 0)
    };
    let garbled = FileEntry {
        odd: true,
        ..entry("r\u{fffd}sum\u{fffd}.txt", Some(12), 900)
    };
    entries.extend([
        FileEntry {
            name: "postgres.sock".into(),
            ..socket
        },
        garbled,
        entry(
            "ключ с пробелом и очень длинным именем, которое не помещается никуда.tar",
            Some(3 * GIB),
            90,
        ),
    ]);
    Folder {
        path: "/var/backups/postgres".into(),
        entries,
    }
}

fn browsing(columns: u16, rows: u16) -> Scene {
    let mut scene = half_sized(columns, rows);
    scene.keys("u");
    scene.news(is_folder, News::Folder(dumps()));
    scene.news(is_folder, News::Ended(Outcome::Done));
    scene
}

/// Two of the dumps and a directory are marked.
fn marked(columns: u16, rows: u16) -> Scene {
    let mut scene = browsing(columns, rows);
    scene.keys("space").type_("2026-11-1").keys("space space");
    scene
}

fn form(columns: u16, rows: u16) -> Scene {
    let mut scene = browsing(columns, rows);
    scene.type_("2026-11-19").keys("enter ctrl-u");
    scene.type_("db/2026-11-19.dump.zst");
    scene
}

/// Parts are so small that there would be too many.
fn refused(columns: u16, rows: u16) -> Scene {
    let mut scene = form(columns, rows);
    for _ in 0..9 {
        scene.keys("tab");
    }
    scene.type_("1MiB");
    scene
}

/// Several fields are wrong.
fn wrong(columns: u16, rows: u16) -> Scene {
    let mut scene = form(columns, rows);
    scene.keys("tab tab").type_("zst");
    scene
        .keys("tab tab left tab tab")
        .type_("a b=c")
        .keys("ctrl-s");
    scene
}

pub fn situations() -> Vec<Scene> {
    vec![
        browsing(120, 36),
        marked(120, 36),
        form(120, 36),
        refused(120, 36),
        wrong(120, 36),
    ]
}

#[test]
fn the_browser_shows_what_is_there_and_what_is_typed() {
    insta::assert_snapshot!("upload_browser_80x24", browsing(80, 24).screen());
    insta::assert_snapshot!("upload_browser_120x36", browsing(120, 36).screen());
    insta::assert_snapshot!("upload_browser_200x60", browsing(200, 60).screen());
    insta::assert_snapshot!("upload_marked_80x24", marked(80, 24).screen());
    insta::assert_snapshot!("upload_browser_40x10", marked(40, 10).screen());
}

#[test]
fn the_form_shows_the_plan_before_the_start() {
    insta::assert_snapshot!("upload_form_80x24", form(80, 24).screen());
    insta::assert_snapshot!("upload_form_120x36", form(120, 36).screen());
    insta::assert_snapshot!("upload_form_200x60", form(200, 60).screen());
    insta::assert_snapshot!("upload_form_40x10", form(40, 10).screen());
    let mut several = marked(80, 24);
    insta::assert_snapshot!("upload_several_80x24", several.keys("enter").screen());
}

#[test]
fn what_cannot_be_sent_is_told_where_it_is_wrong() {
    insta::assert_snapshot!("upload_refused_80x24", refused(80, 24).screen());
    insta::assert_snapshot!("upload_refused_120x36", refused(120, 36).screen());
    insta::assert_snapshot!("upload_refused_200x60", refused(200, 60).screen());
    insta::assert_snapshot!("upload_wrong_80x24", wrong(80, 24).screen());
}

#[test]
fn the_browser_says_what_it_waits_for_and_what_failed() {
    let mut scene = half_sized(80, 24);
    let waiting = scene.keys("u").screen();
    assert!(
        waiting.contains("reading the working directory"),
        "{waiting}"
    );
    scene.news(is_folder, News::Folder(dumps()));
    scene.news(is_folder, News::Ended(Outcome::Done));
    scene.type_("lost/");
    let waiting = scene.screen();
    assert!(
        waiting.contains("reading /var/backups/postgres/lost …"),
        "{waiting}"
    );
    let fault = Fault {
        operation: Operation::Local,
        target: "/var/backups/postgres/lost".into(),
        kind: Kind::Other,
        code: None,
        message: "the directory cannot be read: no such file".into(),
        hint: String::new(),
    };
    scene.news(is_folder, News::Ended(Outcome::Failed(fault)));
    let failed = scene.screen();
    let said = "✗ the directory cannot be read: no such file";
    assert!(failed.contains(said), "{failed}");
    assert!(failed.contains("archive/"), "the last one stays: {failed}");
}

#[test]
fn a_press_hits_the_row_that_is_drawn_there() {
    for (columns, rows) in [(80, 24), (120, 36), (41, 11)] {
        let mut scene = browsing(columns, rows);
        scene.keys("end");
        let list = area::browser(columns, rows).list;
        scene.event(Event::Mouse(Mouse {
            kind: MouseKind::Press,
            column: list.x,
            row: list.y + 1,
        }));
        let screen = scene.screen();
        let line = screen.lines().nth(usize::from(list.y + 1)).unwrap();
        let Some(Dialog::Upload(upload)) = &scene.app.dialog else {
            panic!("it was closed")
        };
        let name = &upload.browser.list.current_entry().unwrap().name;
        let begin = name.get(..9).unwrap_or(name);
        assert!(line.contains(begin), "{name} is not in {line}");
    }
}

#[test]
fn the_cursor_stands_in_the_field_that_has_the_keys() {
    let scene = form(80, 24);
    let (column, row) = scene.cursor().unwrap();
    let screen = scene.screen();
    let line = screen.lines().nth(usize::from(row)).unwrap();
    let before: String = line.chars().take(usize::from(column)).collect();
    assert!(before.ends_with("db/2026-11-19.dump.zst"), "{before}");
}

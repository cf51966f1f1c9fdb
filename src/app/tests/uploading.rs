//! Choosing files and saying how they are sent.

mod choosing;
mod form;

use std::path::{Path, PathBuf};

use super::*;
use crate::app::dialog::Upload as Asked;
use crate::app::dialog::upload::{Field, Form, area};
use crate::model::checksum::{Algorithm, ChecksumWish};
use crate::model::plan::{Limits, MIB};
use crate::model::send::{Encryption, FileEntry, Folder, KeySource, Order, Source};

fn is_folder(command: &Command) -> Option<JobId> {
    if let Command::Folder { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn entry(name: &str, size: Option<u64>) -> FileEntry {
    FileEntry {
        name: name.to_owned(),
        is_directory: size.is_none(),
        size,
        modified: Some(NOW.minus(DAY)),
        odd: false,
    }
}

/// A directory with two directories, files, a hidden one and a pipe.
fn dumps(path: &str) -> Folder {
    let mut pipe = entry("pipe", Some(0));
    (pipe.odd, pipe.size) = (true, None);
    Folder {
        path: PathBuf::from(path),
        entries: vec![
            entry("archive", None),
            entry("Data", None),
            entry(".secret", Some(1)),
            entry("big.img", Some(12 << 30)),
            entry("dump-1.zst", Some(10 * MIB)),
            entry("dump-2.zst", Some(20 * MIB)),
            pipe,
            entry("undump.sh", Some(100)),
        ],
    }
}

impl Bench {
    /// The browser in `/srv/dumps`, over a bucket with these uploads.
    fn browsing(uploads: &[Upload]) -> Self {
        let mut bench = Self::listed(uploads);
        bench.keys("u");
        bench.folder(dumps("/srv/dumps"));
        bench
    }

    fn folder(&mut self, folder: Folder) -> &mut Self {
        let job = self.last(is_folder).and_then(is_folder).unwrap();
        let news = [News::Folder(folder), News::Ended(Outcome::Done)];
        let reports = news.map(|news| Report { job, news });
        self.event(Event::Reports(reports.into()));
        self
    }

    fn no_folder(&mut self, message: &str) -> &mut Self {
        let mut fault = fault();
        fault.operation = Operation::Local;
        message.clone_into(&mut fault.message);
        self.answer(is_folder, News::Ended(Outcome::Failed(fault)));
        self
    }

    fn upload(&self) -> &Asked {
        let Some(Dialog::Upload(upload)) = &self.app.dialog else {
            panic!("no upload is asked for")
        };
        upload
    }

    fn form(&self) -> &Form {
        let upload = self.upload();
        assert!(upload.in_form, "still in the browser");
        upload.form.as_ref().unwrap()
    }

    fn names(&self) -> Vec<&str> {
        self.upload().browser.list.names().collect()
    }

    fn current(&self) -> &str {
        let list = &self.upload().browser.list;
        list.current_entry().map_or("..", |entry| &entry.name)
    }

    /// The path of the last directory that was asked for.
    fn asked(&self) -> &Path {
        let Some(Command::Folder { path, .. }) = self.last(is_folder) else {
            panic!("no directory was asked for")
        };
        path
    }

    fn typed(&self) -> &str {
        self.upload().browser.input.text()
    }

    /// The order that was sent.
    fn order(&self) -> &Order {
        let sent = self.sent.iter().rev().find_map(|command| match command {
            Command::Send { order, .. } => Some(order),
            _ => None,
        });
        sent.expect("nothing was sent")
    }

    fn has_sent(&self) -> bool {
        let is_send = |command: &Command| matches!(command, Command::Send { .. });
        self.sent.iter().any(is_send)
    }

    /// Goes to a field and writes there.
    fn write(&mut self, field: Field, text: &str) -> &mut Self {
        self.go_to(field).keys("ctrl-u").type_(text)
    }

    fn go_to(&mut self, field: Field) -> &mut Self {
        for _ in 0..Field::ALL.len() {
            if self.form().focus == field {
                return self;
            }
            self.keys("tab");
        }
        panic!("{field:?} is not asked")
    }

    fn message(&self) -> &str {
        self.app
            .messages
            .current()
            .map_or("", |message| &message.text)
    }
}

#[test]
fn the_browser_begins_in_the_working_directory_and_later_where_it_was() {
    let mut bench = Bench::listed(&many(1));
    bench.keys("u");
    assert_eq!(bench.asked(), Path::new(""));
    assert!(bench.upload().browser.pending.is_some());
    bench.folder(dumps("/srv/dumps"));
    assert_eq!(bench.current(), "archive", "the first that is not ..");
    bench.keys("enter");
    assert_eq!(bench.asked(), Path::new("/srv/dumps/archive"));
    bench.folder(dumps("/srv/dumps/archive"));
    bench.keys("esc u");
    assert_eq!(bench.asked(), Path::new("/srv/dumps/archive"));
    bench.no_folder("gone");
    assert_eq!(bench.asked(), Path::new(""), "where it was is gone");
    bench.folder(dumps("/home/me"));
    let browser = &bench.upload().browser;
    assert_eq!(browser.directory, Path::new("/home/me"));
    assert!(browser.error.as_ref().unwrap().contains("gone"));
}

#[test]
fn typing_filters_and_what_begins_so_comes_first() {
    let mut bench = Bench::browsing(&many(1));
    assert!(!bench.names().contains(&".secret"));
    bench.type_("DUMP");
    assert_eq!(bench.names(), ["dump-1.zst", "dump-2.zst", "undump.sh"]);
    assert_eq!(bench.current(), "dump-1.zst");
    bench.type_("x");
    assert!(bench.names().is_empty());
    bench.keys("enter");
    assert!(bench.upload().browser.error.is_some());
    bench.keys("esc");
    assert_eq!((bench.typed(), bench.names().len()), ("", 7));
    bench.type_(".s");
    assert_eq!(bench.names(), [".secret", "undump.sh"]);
    bench.keys("esc esc");
    assert!(bench.app.dialog.is_none(), "one step back at a time");
}

#[test]
fn a_slash_goes_on_as_the_path_is_typed() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("~/");
    assert_eq!(bench.asked(), Path::new("~/"));
    let asked = bench.sent.len();
    bench.type_("du");
    assert_eq!(bench.sent.len(), asked, "asked once");
    bench.folder(dumps("/home/me"));
    assert_eq!((bench.typed(), bench.current()), ("du", "dump-1.zst"));
    bench.keys("ctrl-u").type_("Data/x");
    assert_eq!(bench.asked(), Path::new("/home/me/Data"));
    bench.folder(dumps("/home/me/Data"));
    assert_eq!(bench.typed(), "x");
    bench.keys("ctrl-u").type_("../");
    assert_eq!(bench.asked(), Path::new("/home/me"));
    bench.folder(dumps("/home/me"));
    bench.type_("/");
    assert_eq!(bench.asked(), Path::new("/"));
    bench.folder(dumps("/"));
    assert!(!bench.upload().browser.list.rows().is_empty());
    bench.keys("backspace");
    assert_eq!(
        bench.upload().browser.directory,
        Path::new("/"),
        "there is nothing above"
    );
}

#[test]
fn what_was_overtaken_is_dropped() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("archive/");
    let old = bench.last(is_folder).and_then(is_folder).unwrap();
    bench.type_("deep/");
    assert!(bench.sent.contains(&Command::Cancel(old)));
    let late = Report {
        job: old,
        news: News::Folder(dumps("/srv/dumps/archive")),
    };
    bench.event(Event::Reports(vec![late]));
    assert_eq!(bench.upload().browser.directory, Path::new("/srv/dumps"));
    bench.folder(dumps("/srv/dumps/archive/deep"));
    assert_eq!(bench.typed(), "");
    bench.type_("a/").keys("esc");
    bench.folder(dumps("/nowhere"));
    let directory = &bench.upload().browser.directory;
    assert_eq!(directory, Path::new("/srv/dumps/archive/deep"));
}

#[test]
fn an_unreadable_directory_is_told_and_the_last_one_stays() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("nope/");
    bench.no_folder("permission denied");
    let asked = bench.sent.len();
    bench.type_("x");
    let browser = &bench.upload().browser;
    assert_eq!(browser.directory, Path::new("/srv/dumps"));
    assert!(
        browser
            .error
            .as_ref()
            .unwrap()
            .contains("permission denied")
    );
    assert_eq!(bench.sent.len(), asked, "not asked at every letter");
    bench.keys("enter");
    assert_eq!(bench.sent.len(), asked + 1, "but when told to");
    bench.no_folder("permission denied").keys("ctrl-u");
    assert_eq!(bench.upload().browser.error, None);
    assert_eq!(bench.names().len(), 7);
    bench.type_("nope/");
    bench.no_folder("permission denied");
    assert_eq!(bench.names().len(), 7);
    bench.keys("down enter");
    assert_eq!(bench.asked(), Path::new("/srv/dumps/Data"));
}

#[test]
fn tab_completes_and_backspace_goes_up() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("du").keys("tab");
    assert_eq!(bench.typed(), "dump-");
    bench.keys("tab");
    assert_eq!(bench.typed(), "dump-1.zst", "then the one under the cursor");
    bench.keys("ctrl-u").type_("da").keys("tab");
    assert_eq!(bench.asked(), Path::new("/srv/dumps/Data"));
    bench.folder(dumps("/srv/dumps/Data")).keys("backspace");
    assert_eq!(bench.asked(), Path::new("/srv/dumps"));
    bench.folder(dumps("/srv/dumps"));
    assert_eq!(bench.current(), "Data", "the cursor is on what was left");
    bench.keys("right");
    assert_eq!(bench.asked(), Path::new("/srv/dumps/Data"));
}

#[test]
fn hidden_files_are_shown_on_demand_and_stay_so() {
    let mut bench = Bench::browsing(&many(1));
    bench.keys("down alt-.");
    assert!(bench.names().contains(&".secret"));
    assert_eq!(bench.current(), "Data", "the cursor stays");
    bench.keys("esc u");
    bench.folder(dumps("/srv/dumps"));
    assert!(bench.names().contains(&".secret"));
}

#[test]
fn the_mouse_points_opens_and_scrolls() {
    let mut bench = Bench::browsing(&many(1));
    let list = area::browser(120, 36).list;
    let press = |bench: &mut Bench, kind, line: u16| {
        bench.event(Event::Mouse(Mouse {
            kind,
            column: list.x + 4,
            row: list.y + line,
        }));
    };
    press(&mut bench, MouseKind::Press, 3);
    assert_eq!(bench.current(), "big.img");
    press(&mut bench, MouseKind::WheelUp, 0);
    assert_eq!(bench.current(), "..");
    press(&mut bench, MouseKind::Press, 30);
    assert_eq!(bench.current(), "..", "below the last one is nothing");
    press(&mut bench, MouseKind::WheelDown, 0);
    press(&mut bench, MouseKind::Press, 3);
    assert_eq!(bench.form().picked[0].name(), "big.img");
    let areas = area::form(120, 36, bench.form().lines().len());
    let at = |row: u16| {
        Event::Mouse(Mouse {
            kind: MouseKind::Press,
            column: areas.fields.x + 1,
            row,
        })
    };
    bench.event(at(areas.fields.y + 3));
    assert_eq!(bench.form().focus, Field::NoOverwrite);
    bench.event(at(areas.fields.y + 3));
    assert_eq!(bench.form().choice(Field::NoOverwrite), 1);
    let button = areas.foot.y + areas.foot.height - 1;
    bench.event(at(button));
    assert!(!bench.has_sent(), "the first press only points");
    bench.event(at(button));
    assert!(bench.order().if_none_match);
}

#[test]
fn many_entries_are_filtered_at_once() {
    let mut bench = Bench::listed(&many(1));
    bench.keys("u");
    let entries = (0..50_000).map(|n| entry(&format!("file-{n:05}"), Some(n)));
    bench.folder(Folder {
        path: "/many".into(),
        entries: entries.collect(),
    });
    bench.keys("end");
    assert_eq!(bench.current(), "file-49999");
    bench.type_("123");
    assert_eq!(bench.current(), "file-00123");
    bench.keys("esc pgdn");
    assert!(bench.upload().browser.list.index() > 10);
}

#[test]
fn typing_at_random_never_panics() {
    let codes = "abdu./~ \t=,$19zS";
    let mut random: u64 = 11;
    let mut bench = Bench::browsing(&many(9));
    for _ in 0..10_000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let pick = usize::try_from(random >> 33).unwrap();
        let key = match pick % 16 {
            0 => Key::plain(Code::Esc),
            1 | 2 => Key::plain(Code::Enter),
            3 => Key::plain(Code::Tab),
            4 => Key::plain(Code::Backspace),
            5 => Key::plain(Code::Left),
            6 => Key::plain(Code::Down),
            7 => Key::ctrl('s'),
            _ => Key::char(codes.chars().nth((pick / 16) % codes.len()).unwrap()),
        };
        bench.event(Event::Key(key));
        match pick % 7 {
            0 => {
                bench.folder(dumps("/srv/dumps/archive"));
            }
            1 => {
                bench.no_folder("no");
            }
            _ => {}
        }
        if bench.app.dialog.is_none() {
            bench.keys("u");
        }
    }
    assert!(bench.has_sent());
}

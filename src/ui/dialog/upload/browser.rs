//! The file browser: the way as one line with what is typed, then what fits it. Draws only the rows in sight.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::{Titles, open};
use crate::app::App;
use crate::app::dialog::upload::list::{Row, odd};
use crate::app::dialog::upload::{Browser, area};
use crate::model::human::{count, escape, size};
use crate::model::send::FileEntry;
use crate::ui::footer::input;
use crate::ui::paint::{cells, put, put_right, row, skip};
use crate::ui::text::{cut_end, cut_middle, cut_start};
use crate::ui::theme::Theme;
use crate::ui::when;

/// Cells of a row's columns, with the gap before them.
const SIZE: u16 = 11;
const AGE: u16 = 9;
/// From this width on a row tells its age.
const WITH_AGE: u16 = 44;

/// The browser in a box of this name.
pub fn draw(app: &App, browser: &Browser, name: &str, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let areas = area::browser(screen.width, screen.height);
    let window = usize::from(areas.list.height);
    let shown = browser.list.rows();
    let top = browser.list.top(window);
    let name = cut_middle(name, usize::from(areas.inside.width.saturating_sub(4)));
    let place = if shown.len() > window {
        let last = (top + window).min(shown.len());
        format!(
            "{}–{last} of {}",
            count(top as u64 + 1),
            count(shown.len() as u64)
        )
    } else {
        String::new()
    };
    let titles = Titles {
        name: &name,
        keys: keys(browser, areas.inside.width, &place),
        place: &place,
        danger: false,
    };
    let (width, height) = (areas.inside.width, areas.inside.height);
    let inside = open(frame, theme, width, height, &titles);
    let list = Rect {
        y: inside.y + areas.list.y.saturating_sub(areas.inside.y),
        height: areas.list.height.min(inside.height),
        ..inside
    };
    for (index, one) in shown.iter().skip(top).take(window).enumerate() {
        let at = row(list, index);
        if top + index == browser.list.index() {
            frame.buffer_mut().set_style(at, theme.selected);
        }
        entry(app, browser, *one, theme, (at, frame.buffer_mut()));
    }
    nothing(browser, theme, list, frame.buffer_mut());
    let has_state = areas.list.y > areas.inside.y + 1;
    if has_state {
        state(browser, theme, row(inside, 1), frame.buffer_mut());
        let bottom = row(inside, usize::from(inside.height).saturating_sub(1));
        marks(browser, theme, bottom, frame.buffer_mut());
    }
    way(browser, theme, row(inside, 0), frame);
}

/// Why no entry is shown.
fn nothing(browser: &Browser, theme: &Theme, list: Rect, buffer: &mut Buffer) {
    let rows = browser.list.rows();
    let shows_none = rows.iter().all(|row| *row == Row::Up);
    if browser.pending.is_some() || browser.directory.as_os_str().is_empty() || !shows_none {
        return;
    }
    let said = if browser.list.is_empty() {
        "nothing is in here"
    } else if browser.input.text().is_empty() {
        "only hidden files are in here; alt-. shows them"
    } else {
        "nothing here fits"
    };
    put(buffer, skip(row(list, rows.len()), 2), said, theme.dim);
}

/// As many keys as fit beside the place.
fn keys(browser: &Browser, width: u16, place: &str) -> &'static str {
    let forms = if browser.marks.is_empty() {
        [
            "enter open  space mark  tab complete  ~/ home  alt-. hidden  esc close",
            "enter open  space mark  tab complete  alt-. hidden  esc close",
            "enter open  space mark  alt-. hidden  esc close",
            "enter open  esc close",
        ]
    } else {
        [
            "enter choose the marked  space mark  tab complete  → open  alt-. hidden  esc unmark",
            "enter choose the marked  space mark  → open  alt-. hidden  esc unmark",
            "enter choose the marked  → open  esc unmark",
            "enter choose",
        ]
    };
    super::fitting(&forms, width, place)
}

/// The directory and what is typed read as one path.
fn way(browser: &Browser, theme: &Theme, line: Rect, frame: &mut Frame<'_>) {
    let directory = browser.directory.display().to_string();
    let directory = escape(&directory);
    let slash = if directory.is_empty() || directory.ends_with('/') {
        ""
    } else {
        "/"
    };
    let typed = browser.input.text();
    // What leads elsewhere does not begin here.
    let elsewhere = typed.starts_with('/') || typed.starts_with("~/");
    let prompt = if elsewhere {
        String::new()
    } else {
        format!("{directory}{slash}")
    };
    let wanted = cells(typed).saturating_add(2).max(line.width / 4);
    let room = line.width.saturating_sub(wanted);
    let prompt = cut_start(&prompt, usize::from(room));
    let rest = put(frame.buffer_mut(), line, &prompt, theme.dim);
    input(&browser.input, None, theme, rest, frame);
}

/// What is going on: an error, or what is being read.
fn state(browser: &Browser, theme: &Theme, line: Rect, buffer: &mut Buffer) {
    if let Some(error) = &browser.error {
        put(buffer, line, &format!("✗ {}", escape(error)), theme.bad);
    } else if let Some((_, want)) = &browser.pending {
        let path = want.path.display().to_string();
        let path = if path.is_empty() {
            "the working directory".into()
        } else {
            escape(&path)
        };
        put(buffer, line, &format!("reading {path} …"), theme.dim);
    } else if browser.directory.as_os_str().is_empty() {
        put(buffer, line, "reading …", theme.dim);
    }
}

fn marks(browser: &Browser, theme: &Theme, line: Rect, buffer: &mut Buffer) {
    let (marked, bytes) = browser.marked();
    if marked == 0 {
        return;
    }
    let directories = browser
        .marks
        .values()
        .filter(|one| one.is_directory)
        .count();
    let mut text = format!("● {} marked · {}", count(marked as u64), size(bytes));
    if directories > 0 {
        let word = if directories == 1 {
            "directory"
        } else {
            "directories"
        };
        text.push_str(&format!(" and {directories} {word}"));
    }
    let elsewhere = browser.marks.keys();
    let elsewhere = elsewhere.filter(|path| path.parent() != Some(&browser.directory));
    let elsewhere = elsewhere.count();
    if elsewhere > 0 {
        text.push_str(&format!(" · {elsewhere} of them elsewhere"));
    }
    put(buffer, line, &text, theme.marked);
}

fn entry(app: &App, browser: &Browser, of: Row, theme: &Theme, at: (Rect, &mut Buffer)) {
    let (line, buffer) = at;
    let Some(entry) = browser.list.entry_of(of) else {
        put(buffer, skip(line, 2), "..", theme.folder);
        return;
    };
    let name = escape(&entry.name);
    if let Some(why) = odd(entry) {
        let rest = put_right(buffer, line, &format!("  {why}"), theme.dim);
        let room = usize::from(skip(rest, 2).width);
        put(buffer, skip(rest, 2), &cut_middle(&name, room), theme.dim);
        return;
    }
    if browser
        .marks
        .contains_key(&browser.directory.join(&entry.name))
    {
        put(buffer, line, "●", theme.marked);
    }
    let rest = figures(app, entry, theme, (line, buffer));
    let rest = skip(rest, 2);
    let room = usize::from(rest.width);
    if entry.is_directory {
        let name = format!("{}/", cut_middle(&name, room.saturating_sub(1)));
        put(buffer, rest, &name, theme.folder);
    } else {
        put(buffer, rest, &cut_middle(&name, room), theme.text);
    }
}

/// Size and age at the right end; gives what is left.
fn figures(app: &App, entry: &FileEntry, theme: &Theme, at: (Rect, &mut Buffer)) -> Rect {
    let (line, buffer) = at;
    let mut rest = line;
    let right = |text: &str, width: u16| format!("{text:>0$}", usize::from(width));
    if line.width >= WITH_AGE {
        let age = when::age(entry.modified, app.now);
        rest = put_right(buffer, rest, &right(&age, AGE), theme.dim);
    }
    let bytes = entry.size.map_or_else(String::new, size);
    let text = cut_end(&bytes, usize::from(SIZE)).into_owned();
    put_right(buffer, rest, &right(&text, SIZE), theme.text)
}

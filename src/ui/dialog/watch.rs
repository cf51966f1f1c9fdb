//! What is asked over the watch view: a line to type in, what to copy, its keys.

use ratatui::Frame;

use super::help::keys_of_view;
use super::{Titles, menu, text_width};
use crate::app::App;
use crate::app::dialog::WatchView;
use crate::app::dialog::watch::{About, Asked};
use crate::app::watching::keys::KEYS;
use crate::model::human::escape;
use crate::ui::footer::input;
use crate::ui::paint::put;
use crate::ui::text::cut_middle;
use crate::ui::theme::Theme;

pub fn draw(app: &App, view: &WatchView, theme: &Theme, frame: &mut Frame<'_>) {
    if let Some(asked) = &view.asked {
        ask(app, asked, theme, frame);
    } else if let Some(open) = &view.menu {
        menu::draw(open, theme, frame);
    } else if view.helps {
        help(theme, frame);
    }
}

fn ask(app: &App, asked: &Asked, theme: &Theme, frame: &mut Frame<'_>) {
    let (name, label, text) = match asked.about {
        About::Size => (
            "Size of the whole",
            "size or file: ",
            "Such as 12GiB or bytes, or the path of a local file that is as long; nothing: not known.",
        ),
        About::Interval => (
            "How often to look",
            "every: ",
            "Such as 10s or 2m; auto follows the upload's own rhythm. Each look is a request.",
        ),
    };
    let room = usize::from(text_width(frame.area(), super::ask::WIDTH));
    let key = app.watching.get(asked.job).map_or("", |of| &of.target.key);
    let key = cut_middle(&escape(key), room).into_owned();
    let mut paragraphs = vec![(key, theme.title), (text.to_owned(), theme.dim)];
    if let Some(error) = &asked.error {
        paragraphs.push((escape(error).into_owned(), theme.bad));
    }
    let titles = Titles {
        name,
        keys: "enter set  esc leave as it is",
        ..Titles::default()
    };
    let line = super::stop::with_line(&paragraphs, &titles, theme, frame);
    let rest = put(frame.buffer_mut(), line, label, theme.text);
    input(&asked.input, None, theme, rest, frame);
}

fn help(theme: &Theme, frame: &mut Frame<'_>) {
    let keys: Vec<_> = KEYS.iter().map(|(key, _, what)| (*key, *what)).collect();
    keys_of_view(&keys, "Keys: watch", theme, frame);
}

//! A menu: a letter, a label, and what it stands for.

use ratatui::Frame;

use super::{Titles, open, text_height, text_width};
use crate::app::dialog::Menu;
use crate::model::human::escape;
use crate::ui::paint::{cells, put, row, skip};
use crate::ui::text::cut_middle;
use crate::ui::theme::Theme;

pub fn draw(menu: &Menu, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let labels = super::widest(menu.items.iter().map(|item| item.label.as_str()));
    let details = menu
        .items
        .iter()
        .map(|item| cells(&escape(&item.detail)))
        .max()
        .unwrap_or(0)
        .min(70);
    let wanted =
        3_u16
            .saturating_add(labels)
            .saturating_add(if details > 0 { details + 2 } else { 0 });
    let width = text_width(screen, wanted.max(24));
    let height = text_height(screen, menu.items.len());
    let mut name = menu.title.clone();
    if let Some(first) = name.get(..1).map(str::to_uppercase) {
        name.replace_range(..1, &first);
    }
    let keys = "enter choose  esc close";
    let inside = open(
        frame,
        theme,
        width.max(cells(keys) + 2),
        height,
        &Titles {
            name: &name,
            keys,
            ..Titles::default()
        },
    );
    let shown = usize::from(inside.height);
    let top = (menu.cursor + 1).saturating_sub(shown);
    for (index, item) in menu.items.iter().enumerate().skip(top).take(shown) {
        let line = row(inside, index - top);
        let buffer = frame.buffer_mut();
        if index == menu.cursor {
            buffer.set_style(line, theme.selected);
        }
        put(buffer, line, &item.letter.to_string(), theme.key);
        put(buffer, skip(line, 3), &item.label, theme.text);
        let rest = skip(line, 3 + labels + 2);
        let detail = escape(&item.detail);
        put(
            buffer,
            rest,
            &cut_middle(&detail, usize::from(rest.width)),
            theme.dim,
        );
    }
}

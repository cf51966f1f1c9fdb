//! A watched upload in one line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::App;
use crate::app::tasks::Task;
use crate::model::human::{self, escape};
use crate::protocol::Outcome;
use crate::ui::paint::{Piece, fit, put_line};
use crate::ui::text::{cut_middle, width};
use crate::ui::theme::Theme;
use crate::ui::watch::{done_text, state_style};

pub fn line(app: &App, task: &Task, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let watched = app.watching.get(task.job);
    let mut pieces = Vec::new();
    let mut push = |text: String, style, rank: u8| pieces.push(Piece::new(text, style, rank));
    if let Some(watched) = watched {
        let (sign, word) = watched.state();
        push(format!("{sign} "), state_style(watched, theme), 0);
        let verb = if watched.runs() {
            "watching"
        } else {
            "watched"
        };
        push(format!("{verb} "), theme.accent, 4);
        let key = escape(&watched.target.key).into_owned();
        let key = cut_middle(&key, usize::from(area.width / 2)).into_owned();
        push(format!("{key}  "), theme.text, 0);
        if !watched.runs() || watched.is_paused() {
            push(format!("{word} "), state_style(watched, theme), 0);
        }
        if let Some(vitals) = &watched.vitals {
            push(format!("{}  ", done_text(vitals)), theme.text, 1);
            if let Some(rate) = vitals.rate.filter(|_| watched.runs()) {
                push(format!("{}/s  ", human::size(rate)), theme.text, 2);
            }
        }
        if let Some(quiet) = watched.quiet(app.now).filter(|_| watched.runs()) {
            push(format!("quiet {}", human::age(quiet)), theme.dim, 3);
        }
    } else {
        let end = match &task.ended {
            Some((_, Outcome::Failed(_))) => "failed",
            Some((_, Outcome::Done)) => "over",
            _ => "stopped",
        };
        push("watched ".to_owned(), theme.accent, 0);
        let about = escape(&task.bucket).into_owned();
        let room = usize::from(area.width).saturating_sub(width(end) + 10);
        push(format!("{} ", cut_middle(&about, room)), theme.text, 0);
        push(end.to_owned(), theme.dim, 0);
    }
    put_line(buffer, area, &Line::from(fit(pieces, area.width)));
}

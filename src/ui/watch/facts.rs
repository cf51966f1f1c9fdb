//! What is known of one watched upload, in words: its figures, its end, and what happened to it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::table::ROOMY;
use super::{done_text, heading, moment, state_style};
use crate::app::App;
use crate::app::watching::watched::{End, Watched, What, ending_text};
use crate::model::human::{self, count, escape};
use crate::model::watch::{Ending, Vitals};
use crate::ui::paint::{Piece, cells, fit, put, row, skip};
use crate::ui::text::wrap;
use crate::ui::theme::Theme;
use crate::ui::when;
use crate::ui::widget::bar::bar;
use crate::ui::widget::partmap::gaps_text;

/// Cells of the bar.
const BAR: u16 = 12;
/// Between two facts.
const DOT: &str = " · ";
/// Gaps that are named where there is room.
const GAPS: usize = 6;

/// The lines above chart and map.
pub fn lines(app: &App, watched: &Watched, theme: &Theme, room: u16) -> Vec<Line<'static>> {
    let facts = Facts {
        app,
        watched,
        theme,
        room,
    };
    let mut lines = facts.state();
    if let Some(vitals) = &watched.vitals {
        lines.extend([facts.held(vitals), facts.pace(vitals)]);
        if watched.runs() {
            lines.push(facts.end(vitals));
            lines.extend(facts.gaps(vitals));
            lines.push(facts.looks(vitals));
        }
    }
    lines
}

struct Facts<'a> {
    app: &'a App,
    watched: &'a Watched,
    theme: &'a Theme,
    room: u16,
}

/// Puts dots between the pieces.
fn dotted(pieces: Vec<Piece>, room: u16) -> Line<'static> {
    let pieces = pieces.into_iter().map(|piece| piece.after(DOT));
    // What stands first has no dot before it.
    let room = room.saturating_add(cells(DOT));
    let mut spans = fit(pieces.collect(), room);
    if let Some(first) = spans.iter_mut().find(|span| !span.content.is_empty())
        && let Some(text) = first.content.strip_prefix(DOT)
    {
        first.content = text.to_owned().into();
    }
    Line::from(spans)
}

impl Facts<'_> {
    fn plain(&self, text: impl Into<String>, rank: u8) -> Piece {
        Piece::new(text, self.theme.text, rank)
    }

    /// How it ended, plainly; else nothing, since the table says how it goes.
    fn state(&self) -> Vec<Line<'static>> {
        let Some((at, end)) = &self.watched.end else {
            return Vec::new();
        };
        let (sign, _) = self.watched.state();
        let text = match end {
            End::Over(ending) => {
                let made = match ending {
                    Ending::Completed(object) | Ending::Replaced(object) => object.last_modified,
                    Ending::Aborted | Ending::Untold(_) => None,
                };
                // S3 dates an object by the beginning of its upload: that is not when it was completed.
                let made = made.map(|at| format!(", Last-Modified {}", moment(self.app, at)));
                format!("{}{}", ending_text(ending), made.unwrap_or_default())
            }
            End::Lost(why) => format!("not watched any more: {why}"),
        };
        let seen = moment(self.app, *at);
        let text = format!("{sign} {}, seen {seen}", escape(&text));
        let style = state_style(self.watched, self.theme).add_modifier(Modifier::BOLD);
        wrap(&text, usize::from(self.room))
            .into_iter()
            .map(|line| Line::styled(line, style))
            .collect()
    }

    fn held(&self, vitals: &Vitals) -> Line<'static> {
        let count_of = |number: u32| count(u64::from(number));
        let least = if vitals.caught_up { "" } else { "at least " };
        let parts = match super::parts::expected(vitals).filter(|_| self.watched.runs()) {
            Some(all) if all > vitals.parts => {
                format!(
                    "{} of about {} parts",
                    count_of(vitals.parts),
                    count_of(all)
                )
            }
            _ if vitals.parts == 1 => "1 part".to_owned(),
            _ => format!("{} parts", count_of(vitals.parts)),
        };
        let bytes = vitals.size.map_or_else(
            || human::size(vitals.bytes),
            |size| {
                let done = done_text(vitals);
                let (held, size) = (human::size(vitals.bytes), human::size(size));
                format!("{held} of {size}, {done}")
            },
        );
        let mut pieces = vec![
            self.plain(format!("{least}{bytes}"), 0),
            self.plain(parts, 1),
        ];
        if vitals.out_of_order > 0 {
            let text = format!("{} out of order", count_of(vitals.out_of_order));
            pieces.push(Piece::new(text, self.theme.dim, 4));
        }
        if vitals.resent > 0 {
            let text = format!("{} sent again", count_of(vitals.resent));
            pieces.push(Piece::new(text, self.theme.warn, 3));
        }
        self.with_bar(vitals, pieces)
    }

    /// Where the table has no room for a bar, it stands before the figures.
    fn with_bar(&self, vitals: &Vitals, pieces: Vec<Piece>) -> Line<'static> {
        let permille = vitals.permille().filter(|_| self.room < ROOMY);
        let Some(permille) = permille else {
            return dotted(pieces, self.room);
        };
        let filled = bar(f64::from(permille) / 1000.0, usize::from(BAR), ' ');
        let filled = filled.trim_end().to_owned();
        let empty = "·".repeat(usize::from(BAR.saturating_sub(cells(&filled))));
        let mut line = dotted(pieces, self.room.saturating_sub(BAR + 1));
        let spans = [
            Span::styled(filled, self.theme.bar),
            Span::styled(format!("{empty} "), self.theme.bar_empty),
        ];
        line.spans.splice(0..0, spans);
        line
    }

    fn pace(&self, vitals: &Vitals) -> Line<'static> {
        let rate = |rate: u64| format!("{}/s", human::size(rate));
        let mut pieces = Vec::new();
        if let Some(now) = vitals.rate.filter(|_| self.watched.runs()) {
            pieces.push(self.plain(format!("now {}", rate(now)), 1));
        }
        if let Some(average) = vitals.average {
            pieces.push(self.plain(format!("average {}", rate(average)), 2));
        }
        if let Some(spacing) = vitals.spacing {
            let text = match spacing.as_millis() {
                0..1000 => "several parts a second".to_owned(),
                _ => format!("a part every {}", human::age(spacing)),
            };
            pieces.push(Piece::new(text, self.theme.dim, 4));
        }
        if let Some(quiet) = self
            .watched
            .quiet(self.app.now)
            .filter(|_| self.watched.runs())
        {
            let style = state_style(self.watched, self.theme);
            let text = format!("quiet {}", human::age(quiet));
            pieces.push(Piece::new(text, style, 0));
            if let Some(at) = vitals.stalls_at.filter(|at| *at > quiet) {
                let text = format!("stalls at {}", human::age(at));
                pieces.push(Piece::new(text, self.theme.dim, 5));
            }
        }
        if pieces.is_empty() {
            pieces.push(Piece::new(
                "how fast it goes is not known yet",
                self.theme.dim,
                0,
            ));
        }
        dotted(pieces, self.room)
    }

    /// When it ends, by itself or by its deadline.
    fn end(&self, vitals: &Vitals) -> Line<'static> {
        let (app, theme) = (self.app, self.theme);
        let mut pieces = Vec::new();
        match (vitals.ends_at, vitals.size) {
            (Some(at), _) => {
                let left = human::age(at.since(app.now));
                let clock = moment(app, at);
                pieces.push(self.plain(format!("ends in {left}, {clock}"), 0));
            }
            (None, None) => {
                let text = "when it ends is not known: z types its size";
                pieces.push(Piece::new(text, theme.dim, 3));
            }
            (None, Some(_)) => {
                let text = "when it ends cannot be told now";
                pieces.push(Piece::new(text, theme.dim, 3));
            }
        }
        if let Some(at) = vitals.deadline {
            let until = match when::until(Some(at), app.now).as_str() {
                "due" => "is past".to_owned(),
                until => until.to_owned(),
            };
            if vitals.late {
                let long = format!("! deadline {until}: it is cut before its end");
                let piece = Piece::new(long, theme.warn, 1).or_at(0, format!("! deadline {until}"));
                pieces.push(piece);
            } else {
                pieces.push(Piece::new(format!("deadline {until}"), theme.dim, 1));
            }
        }
        dotted(pieces, self.room)
    }

    fn gaps(&self, vitals: &Vitals) -> Option<Line<'static>> {
        let room = usize::from(self.room);
        let texts = (1..=GAPS)
            .rev()
            .filter_map(|most| gaps_text(&vitals.gaps, most));
        let missing = count(u64::from(vitals.missing));
        let texts = texts.map(|text| format!("{missing} missing below the highest: {text}"));
        let texts: Vec<String> = texts.collect();
        let text = texts
            .iter()
            .find(|text| text.chars().count() <= room)
            .or(texts.last())?;
        Some(Line::styled(text.clone(), self.theme.warn))
    }

    fn looks(&self, vitals: &Vitals) -> Line<'static> {
        let theme = self.theme;
        if let Some(trouble) = &vitals.trouble {
            let text = format!("the last look failed: {}", escape(trouble));
            return Line::styled(text, theme.bad);
        }
        let every = if self.watched.is_paused() {
            "frozen: p goes on".to_owned()
        } else {
            format!(
                "looks every {}",
                human::age(vitals.every.max(std::time::Duration::from_secs(1)))
            )
        };
        let made = format!(
            "{}, {}",
            counted(vitals.looks, "look"),
            counted(vitals.requests, "request")
        );
        let mut pieces = vec![
            Piece::new(every, theme.dim, 0),
            Piece::new(made, theme.dim, 2),
        ];
        if !vitals.caught_up {
            pieces.push(Piece::new("still reading its parts", theme.accent, 1));
        }
        dotted(pieces, self.room)
    }
}

/// What happened, the newest first.
pub fn events(app: &App, watched: &Watched, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let number = watched.events.len();
    let shown = usize::from(area.height) - 1;
    let more = if number > shown {
        format!("{} earlier", count((number - shown) as u64))
    } else {
        String::new()
    };
    heading(row(area, 0), ("WHAT HAPPENED", &more), theme, buffer);
    for (index, event) in watched.events.iter().rev().take(shown).enumerate() {
        let line = row(area, index + 1);
        let at = moment(app, event.at);
        let rest = put(buffer, line, &at, theme.dim);
        let style = match &event.what {
            What::Ended(Ending::Completed(_)) => theme.good,
            What::Stalled(_) | What::Resent { .. } | What::Ended(_) => theme.warn,
            What::Trouble(_) | What::Lost(_) => theme.bad,
            What::Moving => theme.active,
            What::Found { .. } | What::Arrived { .. } | What::Size(_) => theme.text,
        };
        let text = event.what.text();
        put(buffer, skip(rest, 2), &escape(&text), style);
    }
}

fn counted(many: u64, word: &str) -> String {
    let plural = if many == 1 { "" } else { "s" };
    format!("{} {word}{plural}", count(many))
}

//! Filtering as you type: the last filter that parses is in force, esc restores what was before.

use super::Effect;
use super::input::{Code, Key};
use super::layout::Pane;
use super::state::{App, FilterEdit};
use super::text::Line;
use crate::model::filter::{self, Filter};

impl App {
    pub(super) fn edit_filter(&mut self) {
        let pane = if self.focus == Pane::Buckets {
            Pane::Buckets
        } else {
            Pane::Uploads
        };
        let before = match pane {
            Pane::Buckets => self.buckets.filter.clone(),
            _ => self
                .place()
                .map(|place| place.table.filter().text().to_owned())
                .unwrap_or_default(),
        };
        if pane == Pane::Uploads {
            if self.place().is_none() {
                return;
            }
            self.focus = Pane::Uploads;
        }
        self.filter_edit = Some(FilterEdit {
            pane,
            line: Line::new(before.clone()),
            before,
            error: None,
            suggestions: Vec::new(),
        });
        self.filter_changed();
    }

    pub(super) fn filter_key(&mut self, key: Key, effects: &mut Vec<Effect>) {
        let Some(edit) = &mut self.filter_edit else {
            return;
        };
        match key.code {
            Code::Char('c') if key.ctrl => {
                self.end_filter(false);
                self.quit(effects);
            }
            Code::Esc => self.end_filter(false),
            // A filter that does not parse stays open, with its error in sight.
            Code::Enter if edit.error.is_some() => {}
            Code::Enter => self.end_filter(true),
            Code::Tab => self.complete_filter(),
            Code::Up | Code::Down | Code::PageUp | Code::PageDown => {
                self.end_filter(true);
                self.key(key, effects);
            }
            _ => {
                if edit.line.key(key) {
                    self.filter_changed();
                }
            }
        }
    }

    pub(super) fn end_filter(&mut self, keep: bool) {
        let Some(edit) = self.filter_edit.take() else {
            return;
        };
        let text = if keep { edit.line.text() } else { &edit.before };
        self.set_filter_text(edit.pane, text);
    }

    fn complete_filter(&mut self) {
        let Some(edit) = &mut self.filter_edit else {
            return;
        };
        if let Some(first) = edit.suggestions.first() {
            let text = edit.line.text();
            // The last term is what the suggestion completes.
            let kept = text.rfind(char::is_whitespace).map_or(0, |space| space + 1);
            let sign = text[kept..]
                .find(|c| c != '-' && c != '!')
                .unwrap_or(text.len() - kept);
            let completed = format!("{}{first}", &text[..kept + sign]);
            edit.line.set(completed);
            self.filter_changed();
        }
    }

    /// Puts what is typed in force, as far as it parses.
    pub(super) fn filter_changed(&mut self) {
        let Some(edit) = &self.filter_edit else {
            return;
        };
        let (pane, text) = (edit.pane, edit.line.text().to_owned());
        let error = match Filter::parse(&text) {
            Err(error) if pane == Pane::Uploads => Some((error.column, error.message)),
            // Half a field's name is not looked for in the keys before the line is ended.
            _ if pane == Pane::Uploads => self.set_filter_text(pane, filter::applicable(&text)),
            _ => self.set_filter_text(pane, &text),
        };
        if let Some(edit) = &mut self.filter_edit {
            edit.error = error;
            edit.suggestions = if pane == Pane::Uploads {
                filter::suggestions(&text)
            } else {
                Vec::new()
            };
        }
    }

    /// Sets the filter of a pane; answers where and why it does not parse.
    pub(super) fn set_filter_text(&mut self, pane: Pane, text: &str) -> Option<(usize, String)> {
        if pane == Pane::Buckets {
            text.clone_into(&mut self.buckets.filter);
            return None;
        }
        let now = self.now;
        match Filter::parse(text) {
            Ok(filter) => {
                if let Some(place) = self.place_mut()
                    && *place.table.filter() != filter
                {
                    place.table.set_filter(filter, now);
                    place.regroup();
                }
                None
            }
            Err(error) => Some((error.column, error.message)),
        }
    }
}

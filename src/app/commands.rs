//! What the palette does with what was typed.

use super::Effect;
use super::ThemeName;
use super::dialog::palette::Typed;
use super::dialog::{Dialog, Palette};
use super::folders::Grouping;
use super::input::{Code, Key};
use super::layout::Pane;
use super::messages::Severity;
use super::state::App;
use crate::model::filter;
use crate::model::notice::Notify;
use crate::model::view::{Column, Sort};

impl App {
    /// Words that complete a verb's argument.
    pub fn palette_words(&self, verb: &str) -> Vec<String> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match verb {
            "bucket" => self
                .buckets
                .places
                .iter()
                .map(|place| place.bucket.name.clone())
                .collect(),
            "sort" => Column::ALL
                .iter()
                .map(|column| column.word().to_owned())
                .collect(),
            "group" => Grouping::ALL
                .iter()
                .map(|by| by.word().to_owned())
                .collect(),
            "theme" => ThemeName::ALL
                .iter()
                .map(|theme| theme.word().to_owned())
                .collect(),
            "notify" => Notify::ALL
                .iter()
                .map(|notify| notify.word().to_owned())
                .collect(),
            "interval" => owned(&["off", "10s", "1m", "5m"]),
            "older" | "quiet" => owned(&["1d", "7d", "30d"]),
            "limit-rate" => owned(&["off", "1MiB/s", "10MiB/s", "100MiB/s"]),
            "copy" => {
                let open = self.place();
                open.map(|place| format!("s3://{}/", place.bucket.name))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn palette_key(
        &mut self,
        mut palette: Palette,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let candidates = palette.candidates(|verb| self.palette_words(verb));
        match (key.code, key.ctrl) {
            (Code::Esc, _) => return None,
            (Code::Backspace, false) if palette.input.text().is_empty() => return None,
            // In an empty line the arrows go through earlier commands, as in a shell.
            (Code::Up, _) if palette.recalls() => recall(&mut palette, true),
            (Code::Down, _) if palette.recalled.is_some() => recall(&mut palette, false),
            (Code::Down, _) => {
                palette.cursor = (palette.cursor + 1).min(candidates.len().saturating_sub(1));
            }
            (Code::Up, _) => palette.cursor = palette.cursor.saturating_sub(1),
            (Code::Char('p'), true) => recall(&mut palette, true),
            (Code::Char('n'), true) => recall(&mut palette, false),
            (Code::Tab, _) => {
                if let Some(candidate) = candidates.get(palette.cursor) {
                    let space = if candidate.wants_argument { " " } else { "" };
                    palette.input.set(format!("{}{space}", candidate.text));
                    palette.cursor = 0;
                }
            }
            (Code::Enter, _) => {
                // What is typed counts if it is a command; else the line under the cursor.
                if palette.typed().is_err()
                    && let Some(candidate) = candidates.get(palette.cursor)
                {
                    if candidate.wants_argument && palette.input.text().trim() != candidate.text {
                        palette.input.set(format!("{} ", candidate.text));
                        palette.cursor = 0;
                        return Some(Dialog::Palette(palette));
                    }
                    if !candidate.wants_argument {
                        palette.input.set(candidate.text.clone());
                    }
                }
                return self.run(palette, effects);
            }
            _ => {
                palette.error = None;
                if palette.input.key(key) {
                    palette.cursor = 0;
                    palette.recalled = None;
                }
            }
        }
        Some(Dialog::Palette(palette))
    }

    fn run(&mut self, mut palette: Palette, effects: &mut Vec<Effect>) -> Option<Dialog> {
        let text = palette.input.text().trim().to_owned();
        if text.is_empty() {
            return None;
        }
        let result = match palette.typed() {
            Ok(Typed::Action(action)) => {
                self.act(action, effects);
                Ok(())
            }
            Ok(Typed::Verb(verb, argument)) => self.verb(verb, &argument, effects),
            Err(why) => Err(why),
        };
        match result {
            Ok(()) => {
                self.history.retain(|earlier| *earlier != text);
                self.history.push(text);
                // An action may have opened a dialog of its own.
                self.dialog.take()
            }
            Err(why) => {
                palette.error = Some(why);
                Some(Dialog::Palette(palette))
            }
        }
    }

    fn verb(
        &mut self,
        verb: &str,
        argument: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        match verb {
            "bucket" => {
                let name = argument.trim_start_matches("s3://");
                let (name, prefix) = name.split_once('/').unwrap_or((name, ""));
                self.go_to_bucket(name, prefix, effects);
                Ok(())
            }
            "prefix" => {
                let Some(name) = self.place().map(|place| place.bucket.name.clone()) else {
                    return Err("open a bucket first".to_owned());
                };
                self.go_to_bucket(&name, argument, effects);
                Ok(())
            }
            "key" => self.go_to_key(argument, effects),
            "filter" => self.filter_verb(argument, effects),
            "put-part" => self.put_part_verb(argument),
            "copy" => self.copy_verb(argument, effects),
            "upload" => self.ask_upload(Some(argument), effects),
            "older" => self.filter_verb(&format!("age>{argument}"), effects),
            "quiet" => self.filter_verb(&format!("idle>{argument}"), effects),
            "sort" => {
                let column = Column::ALL.iter().find(|column| column.word() == argument);
                let column = *column.ok_or_else(|| {
                    let words = Column::ALL.map(Column::word).join(", ");
                    format!("there is no column '{argument}': {words}")
                })?;
                self.show_uploads(effects);
                self.sort_by(Sort {
                    column,
                    descending: column.descends_at_first(),
                });
                Ok(())
            }
            "group" => self.grouping_verb(argument, effects),
            "interval" => self.interval_verb(argument),
            "limit-rate" => self.rate_verb(argument, effects),
            "notify" => self.notify_verb(argument, effects),
            "theme" => {
                let theme = ThemeName::ALL
                    .into_iter()
                    .find(|theme| theme.word() == argument);
                self.settings.theme = theme.ok_or_else(|| {
                    format!("there is no theme '{argument}': dark, light, 16, plain")
                })?;
                Ok(())
            }
            _ => Err(format!("'{verb}' is no command")),
        }
    }

    /// What is done to the uploads is to be seen: from the buckets, the one under the cursor is opened.
    pub(super) fn show_uploads(&mut self, effects: &mut Vec<Effect>) {
        if self.focus == Pane::Buckets {
            self.open(effects);
        }
    }

    fn filter_verb(&mut self, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
        if self.place().is_none() {
            return Err("open a bucket first".to_owned());
        }
        match self.set_filter_text(Pane::Uploads, text) {
            None => {
                self.show_uploads(effects);
                Ok(())
            }
            Some((column, message)) => Err(format!("column {column}: {message}")),
        }
    }

    /// Chooses it, and shows what it is like.
    fn notify_verb(&mut self, argument: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
        let how = Notify::from_word(argument);
        let how =
            how.ok_or_else(|| format!("there is no way '{argument}': off, bell, osc9 or osc777"))?;
        self.settings.notify = how;
        let text = match how {
            Notify::Off => "nobody is told when a watched upload stalls or is over",
            _ => "a watched upload that stalls or is over is told like this",
        };
        self.notify(text.to_owned(), effects);
        self.say(Severity::Info, text);
        Ok(())
    }

    fn interval_verb(&mut self, argument: &str) -> Result<(), String> {
        self.settings.refresh = match argument {
            "off" => None,
            text => {
                let every = filter::parse_duration(text)
                    .ok_or_else(|| format!("'{text}' is no time span: write 30s, 5m or off"))?;
                if every < std::time::Duration::from_secs(5) {
                    return Err(
                        "looking again more often than every 5 s is no use: S3 bills each look"
                            .to_owned(),
                    );
                }
                Some(every)
            }
        };
        self.say_interval();
        Ok(())
    }
}

/// Goes through earlier commands.
fn recall(palette: &mut Palette, back: bool) {
    let len = palette.history.len();
    let next = match (palette.recalled, back) {
        (None, true) => len.checked_sub(1),
        (Some(at), true) => Some(at.saturating_sub(1)),
        (None, false) => None,
        (Some(at), false) => Some(at + 1).filter(|at| *at < len),
    };
    palette.recalled = next;
    palette.input.set(
        next.and_then(|at| palette.history.get(at))
            .cloned()
            .unwrap_or_default(),
    );
}

//! The command palette: actions by name, and commands that take a word.

use crate::app::action::{ACTIONS, Action};
use crate::app::text::Line;

/// A command with an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    pub name: &'static str,
    pub argument: &'static str,
    pub help: &'static str,
}

/// Commands that take a word; everything else in the palette is an action.
pub const VERBS: &[Verb] = &[
    Verb {
        name: "bucket",
        argument: "NAME",
        help: "go to a bucket, listed or not",
    },
    Verb {
        name: "prefix",
        argument: "PREFIX",
        help: "show only keys that begin so",
    },
    Verb {
        name: "key",
        argument: "KEY",
        help: "only the uploads of this key, asked for alone",
    },
    Verb {
        name: "filter",
        argument: "EXPR",
        help: "set the filter",
    },
    Verb {
        name: "older",
        argument: "7d",
        help: "initiated longer ago than this",
    },
    Verb {
        name: "quiet",
        argument: "7d",
        help: "no sign of life for this long",
    },
    Verb {
        name: "upload",
        argument: "[PATH]",
        help: "upload a file or a directory, or choose there",
    },
    Verb {
        name: "put-part",
        argument: "[N] [FILE]",
        help: "put one part of the upload under the cursor from a file",
    },
    Verb {
        name: "copy",
        argument: "s3://A/K s3://B/[K]",
        help: "copy an object within the service",
    },
    Verb {
        name: "sort",
        argument: "COLUMN",
        help: "sort by a column",
    },
    Verb {
        name: "group",
        argument: "WHAT",
        help: "roll up by prefix, initiator, class, age or state",
    },
    Verb {
        name: "interval",
        argument: "1m",
        help: "look again by itself; 'off' ends it",
    },
    Verb {
        name: "limit-rate",
        argument: "10MiB/s",
        help: "limit how fast the upload goes; 'off' ends it",
    },
    Verb {
        name: "notify",
        argument: "bell",
        help: "how a watched upload's stall or end is told: off, bell, osc9 or osc777",
    },
    Verb {
        name: "theme",
        argument: "NAME",
        help: "dark, light, 16 or plain",
    },
];

/// One line that fits what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What completing writes.
    pub text: String,
    pub help: String,
    /// Whether it still wants an argument.
    pub wants_argument: bool,
}

/// The palette while it is open.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    pub input: Line,
    pub cursor: usize,
    /// Earlier commands, newest last, and which of them is shown.
    pub history: Vec<String>,
    pub recalled: Option<usize>,
    /// Why the last command was refused.
    pub error: Option<String>,
}

/// What was typed, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    Action(Action),
    Verb(&'static str, String),
}

impl Palette {
    pub fn new(history: Vec<String>) -> Self {
        Self {
            history,
            ..Self::default()
        }
    }

    /// Whether going up means an earlier command: nothing is typed, or one is shown already.
    pub fn recalls(&self) -> bool {
        let begun = self.input.text().is_empty() && self.cursor == 0;
        !self.history.is_empty() && (begun || self.recalled.is_some())
    }

    /// What fits: prefixes first, then names that contain it. `words` completes a verb's argument.
    pub fn candidates(&self, words: impl Fn(&str) -> Vec<String>) -> Vec<Candidate> {
        let typed = self.input.text().trim_start();
        if let Some((verb, argument)) = typed.split_once(' ') {
            let Some(known) = VERBS.iter().find(|known| known.name == verb) else {
                return Vec::new();
            };
            let argument = argument.trim_start();
            return words(known.name)
                .into_iter()
                .filter(|word| word.to_lowercase().contains(&argument.to_lowercase()))
                .map(|word| Candidate {
                    text: format!("{verb} {word}"),
                    help: known.help.to_owned(),
                    wants_argument: false,
                })
                .collect();
        }
        let verbs = VERBS.iter().map(|verb| Candidate {
            text: verb.name.to_owned(),
            help: format!("{}: {}", verb.argument, verb.help),
            wants_argument: true,
        });
        let actions = ACTIONS
            .iter()
            .filter(|entry| !VERBS.iter().any(|verb| verb.name == entry.name));
        let actions = actions.map(|entry| Candidate {
            text: entry.name.to_owned(),
            help: entry.help.to_owned(),
            wants_argument: false,
        });
        let mut fitting: Vec<Candidate> = verbs
            .chain(actions)
            .filter(|c| c.text.contains(typed))
            .collect();
        fitting.sort_by_key(|candidate| !candidate.text.starts_with(typed));
        fitting
    }

    /// Understands what was typed, or says why not.
    pub fn typed(&self) -> Result<Typed, String> {
        let text = self.input.text().trim();
        let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
        if let Some(verb) = VERBS.iter().find(|verb| verb.name == name) {
            let argument = argument.trim();
            let optional = matches!(verb.name, "filter" | "prefix" | "put-part")
                || Action::from_name(name).is_some();
            if argument.is_empty() && !optional {
                return Err(format!("{name} wants {}: {}", verb.argument, verb.help));
            }
            if !argument.is_empty() || Action::from_name(name).is_none() {
                return Ok(Typed::Verb(verb.name, argument.to_owned()));
            }
        }
        Action::from_name(name)
            .map(Typed::Action)
            .ok_or_else(|| format!("'{name}' is no command: tab completes, ? shows the keys"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn palette(text: &str) -> Palette {
        Palette {
            input: Line::new(text),
            ..Palette::default()
        }
    }

    #[test]
    fn prefixes_come_before_names_that_contain_it() {
        let candidates = palette("re").candidates(|_| Vec::new());
        let names: Vec<&str> = candidates
            .iter()
            .map(|candidate| candidate.text.as_str())
            .collect();
        assert!(names.starts_with(&["reverse", "refresh"]), "{names:?}");
        assert!(names.contains(&"auto-refresh"));
    }

    #[test]
    fn arguments_are_completed() {
        let candidates = palette("bucket lo").candidates(|_| vec!["logs".into(), "media".into()]);
        assert_eq!(candidates[0].text, "bucket logs");
        assert_eq!(candidates.len(), 1);
    }

    #[test]
    fn what_is_typed_is_understood_or_refused() {
        assert_eq!(
            palette("older 7d").typed(),
            Ok(Typed::Verb("older", "7d".into()))
        );
        assert_eq!(palette("help").typed(), Ok(Typed::Action(Action::Help)));
        assert_eq!(palette("sort").typed(), Ok(Typed::Action(Action::Sort)));
        assert_eq!(
            palette("sort size").typed(),
            Ok(Typed::Verb("sort", "size".into()))
        );
        assert!(palette("bucket").typed().is_err());
        assert!(palette("nonsense").typed().is_err());
    }
}

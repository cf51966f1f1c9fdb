//! Which theme suits the terminal, as far as the environment tells.

use crate::app::ThemeName;

/// The environment's variables that speak of colours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Colours {
    /// `NO_COLOR`
    pub no_color: Option<String>,
    /// `TERM`
    pub term: Option<String>,
    /// `COLORTERM`
    pub colorterm: Option<String>,
    /// `COLORFGBG`
    pub colorfgbg: Option<String>,
}

impl Colours {
    /// The process's own.
    pub fn from_env() -> Self {
        let get = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            no_color: get("NO_COLOR"),
            term: get("TERM"),
            colorterm: get("COLORTERM"),
            colorfgbg: get("COLORFGBG"),
        }
    }
}

/// Terminals with many colours whose `TERM` does not say so.
const RICH: [&str; 7] = [
    "direct",
    "kitty",
    "ghostty",
    "alacritty",
    "foot",
    "wezterm",
    "iterm",
];

impl Colours {
    /// The configured theme, which also overrides `NO_COLOR`, else what suits the terminal. `NO_COLOR` (when not
    /// empty; source: no-color.org) and dumb terminals: plain. 256 colours or more: light or dark, by the
    /// background that `COLORFGBG` tells, else dark. Everything else: the terminal's own sixteen.
    pub fn theme(&self, configured: Option<ThemeName>) -> ThemeName {
        configured.unwrap_or_else(|| self.detected())
    }

    fn detected(&self) -> ThemeName {
        let value = |value: &Option<String>| value.clone().unwrap_or_default();
        let term = value(&self.term);
        if !value(&self.no_color).is_empty() || term == "dumb" {
            return ThemeName::Plain;
        }
        let rich = !value(&self.colorterm).is_empty()
            || term.contains("256color")
            || RICH.iter().any(|name| term.contains(name));
        if !rich {
            return ThemeName::Sixteen;
        }
        // "15;0", or "15;default;0" from rxvt: the background stands last.
        match value(&self.colorfgbg).rsplit(';').next() {
            Some("7" | "15") => ThemeName::Light,
            _ => ThemeName::Dark,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_follows_what_the_environment_tells() {
        let detect = |no_color: &str, term: &str, colorterm: &str, colorfgbg: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Colours {
                no_color: some(no_color),
                term: some(term),
                colorterm: some(colorterm),
                colorfgbg: some(colorfgbg),
            }
            .theme(None)
        };
        assert_eq!(
            detect("1", "xterm-256color", "truecolor", ""),
            ThemeName::Plain
        );
        assert_eq!(detect("", "dumb", "truecolor", ""), ThemeName::Plain);
        assert_eq!(detect("", "xterm-256color", "", ""), ThemeName::Dark);
        assert_eq!(detect("", "xterm", "truecolor", ""), ThemeName::Dark);
        assert_eq!(detect("", "xterm-kitty", "", "0;15"), ThemeName::Light);
        assert_eq!(
            detect("", "rxvt-256color", "", "0;default;7"),
            ThemeName::Light
        );
        assert_eq!(detect("", "xterm-256color", "", "15;0"), ThemeName::Dark);
        for poor in ["linux", "xterm", "vt220", ""] {
            assert_eq!(detect("", poor, "", "0;15"), ThemeName::Sixteen, "{poor}");
        }
        let empty = Colours {
            no_color: Some(String::new()),
            term: Some("xterm-256color".into()),
            ..Colours::default()
        };
        assert_eq!(
            empty.theme(None),
            ThemeName::Dark,
            "an empty NO_COLOR is none"
        );
        let none = Colours {
            no_color: Some("1".into()),
            ..Colours::default()
        };
        assert_eq!(none.theme(Some(ThemeName::Light)), ThemeName::Light);
    }
}

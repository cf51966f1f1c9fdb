//! Which theme suits the terminal, as far as the environment tells.

use crate::app::ThemeName;

/// The environment's variables that speak of colours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// `NO_COLOR`
    pub no_color: Option<String>,
    /// `TERM`
    pub term: Option<String>,
    /// `COLORTERM`
    pub colorterm: Option<String>,
    /// `COLORFGBG`
    pub colorfgbg: Option<String>,
}

impl Environment {
    /// The process's own.
    pub fn of_process() -> Self {
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
const RICH: [&str; 6] = ["direct", "kitty", "ghostty", "alacritty", "foot", "wezterm"];

/// `NO_COLOR` (when not empty: no-color.org) and dumb terminals: plain. 256 colours or more: light or dark, by the
/// background that `COLORFGBG` tells, else dark. Everything else: the terminal's own sixteen.
pub fn detect_theme(environment: &Environment) -> ThemeName {
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    let term = value(&environment.term);
    if !value(&environment.no_color).is_empty() || term == "dumb" {
        return ThemeName::Plain;
    }
    let rich = !value(&environment.colorterm).is_empty()
        || term.contains("256color")
        || RICH.iter().any(|name| term.contains(name));
    if !rich {
        return ThemeName::Sixteen;
    }
    // "15;0", or "15;default;0" from rxvt: the background stands last.
    match value(&environment.colorfgbg).rsplit(';').next() {
        Some("7" | "15") => ThemeName::Light,
        _ => ThemeName::Dark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_follows_what_the_environment_tells() {
        let detect = |no_color: &str, term: &str, colorterm: &str, colorfgbg: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            detect_theme(&Environment {
                no_color: some(no_color),
                term: some(term),
                colorterm: some(colorterm),
                colorfgbg: some(colorfgbg),
            })
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
        let empty = Environment {
            no_color: Some(String::new()),
            term: Some("xterm-256color".into()),
            ..Environment::default()
        };
        assert_eq!(
            detect_theme(&empty),
            ThemeName::Dark,
            "an empty NO_COLOR is none"
        );
    }
}

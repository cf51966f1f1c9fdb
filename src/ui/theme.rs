//! How things look, by what they mean. Readable without any colour: what matters also differs in weight, in
//! reverse video or in words.

mod parse;

use ratatui::style::{Color, Modifier, Style};

use crate::app::ThemeName;

pub use parse::{COLORS, MODIFIERS, StyleError, parse_style};

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident),* $(,)?) => {
        /// One style for each meaning.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Theme { $($(#[$doc])* pub $role: Style,)* }

        impl Theme {
            /// The meanings, as configuration names them.
            pub const ROLES: &'static [&'static str] = &[$(stringify!($role)),*];

            /// The style of a meaning, to be changed.
            pub fn role_mut(&mut self, name: &str) -> Option<&mut Style> {
                match name {
                    $(stringify!($role) => Some(&mut self.$role),)*
                    _ => None,
                }
            }
        }
    };
}

roles! {
    /// Under everything.
    base,
    /// The first line.
    header, header_strong, header_dim,
    /// The program's name.
    brand,
    /// DEMO, READ-ONLY.
    badge,
    /// The way to where one is, and its end.
    crumb, crumb_here,
    text, dim, accent, good, warn, bad,
    /// What cannot be undone.
    danger,
    /// The row under the cursor, with and without the focus.
    selected, selected_unfocused,
    marked,
    title, title_focused, border, border_focused,
    /// Column headings.
    heading,
    /// A key in the footer.
    key,
    /// Before and in a line being edited, and where it is wrong.
    prompt, input, wrong,
    footer,
    /// The one-line summary of tasks.
    strip,
    dialog,
    /// Progress and shares.
    bar,
    folder,
    /// States of uploads.
    active, idle, stale, empty,
}

const fn fg(color: Color) -> Style {
    Style::new().fg(color)
}

const fn index(number: u8) -> Style {
    fg(Color::Indexed(number))
}

const BOLD: Modifier = Modifier::BOLD;
const REVERSED: Modifier = Modifier::REVERSED;

impl Theme {
    /// A theme by its name.
    pub fn of(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => Self::dark(),
            ThemeName::Light => Self::light(),
            ThemeName::Sixteen => Self::sixteen(),
            ThemeName::Plain => Self::plain(),
        }
    }

    /// 256 colours on a dark background, which stays the terminal's own.
    fn dark() -> Self {
        let bar = |number| {
            Style::new()
                .bg(Color::Indexed(236))
                .fg(Color::Indexed(number))
        };
        Self {
            header: bar(252),
            header_strong: bar(255).add_modifier(BOLD),
            header_dim: bar(245),
            brand: Style::new()
                .bg(Color::Indexed(31))
                .fg(Color::Indexed(255))
                .add_modifier(BOLD),
            badge: Style::new()
                .bg(Color::Indexed(136))
                .fg(Color::Indexed(16))
                .add_modifier(BOLD),
            crumb: bar(250),
            crumb_here: bar(117).add_modifier(BOLD),
            text: index(252),
            dim: index(244),
            accent: index(81),
            good: index(114),
            warn: index(179),
            bad: index(203).add_modifier(BOLD),
            danger: Style::new()
                .bg(Color::Indexed(160))
                .fg(Color::Indexed(255))
                .add_modifier(BOLD),
            selected: Style::new().bg(Color::Indexed(24)).fg(Color::Indexed(255)),
            selected_unfocused: Style::new().bg(Color::Indexed(237)),
            marked: index(221).add_modifier(BOLD),
            title: index(250),
            title_focused: index(117).add_modifier(BOLD),
            border: index(239),
            border_focused: index(74),
            heading: index(245).add_modifier(BOLD),
            key: index(117).add_modifier(BOLD),
            prompt: index(117).add_modifier(BOLD),
            input: index(255),
            wrong: index(203).add_modifier(Modifier::UNDERLINED),
            footer: index(246),
            strip: bar(252),
            dialog: Style::new().bg(Color::Indexed(234)).fg(Color::Indexed(252)),
            bar: index(74),
            folder: index(117),
            active: index(114).add_modifier(BOLD),
            idle: index(179),
            stale: index(174),
            empty: index(244),
            base: Style::new(),
        }
    }

    /// 256 colours on a light background.
    fn light() -> Self {
        let bar = |number| {
            Style::new()
                .bg(Color::Indexed(253))
                .fg(Color::Indexed(number))
        };
        Self {
            header: bar(237),
            header_strong: bar(232).add_modifier(BOLD),
            header_dim: bar(242),
            brand: Style::new()
                .bg(Color::Indexed(25))
                .fg(Color::Indexed(231))
                .add_modifier(BOLD),
            badge: Style::new()
                .bg(Color::Indexed(172))
                .fg(Color::Indexed(231))
                .add_modifier(BOLD),
            crumb: bar(240),
            crumb_here: bar(25).add_modifier(BOLD),
            text: index(235),
            dim: index(243),
            accent: index(25),
            good: index(28),
            warn: index(130),
            bad: index(160).add_modifier(BOLD),
            danger: Style::new()
                .bg(Color::Indexed(160))
                .fg(Color::Indexed(231))
                .add_modifier(BOLD),
            selected: Style::new().bg(Color::Indexed(153)).fg(Color::Indexed(232)),
            selected_unfocused: Style::new().bg(Color::Indexed(254)),
            marked: index(130).add_modifier(BOLD),
            title: index(239),
            title_focused: index(25).add_modifier(BOLD),
            border: index(250),
            border_focused: index(31),
            heading: index(241).add_modifier(BOLD),
            key: index(25).add_modifier(BOLD),
            prompt: index(25).add_modifier(BOLD),
            input: index(232),
            wrong: index(160).add_modifier(Modifier::UNDERLINED),
            footer: index(240),
            strip: bar(237),
            dialog: Style::new().bg(Color::Indexed(255)).fg(Color::Indexed(235)),
            bar: index(31),
            folder: index(25),
            active: index(28).add_modifier(BOLD),
            idle: index(130),
            stale: index(124),
            empty: index(243),
            base: Style::new(),
        }
    }

    /// Only the terminal's own 16 colours.
    fn sixteen() -> Self {
        let plain = Self::plain();
        let bold = |color| fg(color).add_modifier(BOLD);
        Self {
            brand: bold(Color::Cyan).add_modifier(REVERSED),
            badge: bold(Color::Yellow).add_modifier(REVERSED),
            crumb_here: bold(Color::Cyan).add_modifier(REVERSED),
            dim: fg(Color::DarkGray),
            accent: fg(Color::Cyan),
            good: fg(Color::Green),
            warn: fg(Color::Yellow),
            bad: bold(Color::Red),
            danger: bold(Color::Red).add_modifier(REVERSED),
            marked: bold(Color::Yellow),
            title_focused: bold(Color::Cyan),
            border: fg(Color::DarkGray),
            border_focused: fg(Color::Cyan),
            key: bold(Color::Cyan),
            prompt: bold(Color::Cyan),
            wrong: fg(Color::Red).add_modifier(Modifier::UNDERLINED),
            bar: fg(Color::Cyan),
            folder: fg(Color::Cyan),
            active: bold(Color::Green),
            idle: fg(Color::Yellow),
            stale: fg(Color::Red),
            empty: fg(Color::DarkGray),
            ..plain
        }
    }

    /// No colour at all (`NO_COLOR`): weight, underline and reverse video.
    fn plain() -> Self {
        let none = Style::new();
        let bold = none.add_modifier(BOLD);
        let reversed = none.add_modifier(REVERSED);
        let dim = none.add_modifier(Modifier::DIM);
        Self {
            header: reversed,
            header_strong: reversed.add_modifier(BOLD),
            header_dim: reversed,
            brand: reversed.add_modifier(BOLD),
            badge: reversed.add_modifier(BOLD),
            crumb: reversed,
            crumb_here: reversed.add_modifier(BOLD),
            dim,
            accent: bold,
            warn: bold,
            bad: bold,
            danger: reversed.add_modifier(BOLD),
            selected: reversed,
            selected_unfocused: none.add_modifier(Modifier::UNDERLINED),
            marked: bold,
            title_focused: bold,
            border: dim,
            border_focused: bold,
            heading: bold,
            key: bold,
            prompt: bold,
            wrong: none.add_modifier(Modifier::UNDERLINED),
            footer: none,
            strip: reversed,
            folder: bold,
            active: bold,
            ..Self::default()
        }
    }
}

/// The themes of one run, with what configuration changed in all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Themes([Theme; ThemeName::ALL.len()]);

impl Default for Themes {
    fn default() -> Self {
        Self(ThemeName::ALL.map(Theme::of))
    }
}

impl Themes {
    pub fn get(&self, name: ThemeName) -> &Theme {
        &self.0[name as usize]
    }

    /// Sets the style of a meaning in every theme but the one without colours; whether there is such a
    /// meaning.
    pub fn set(&mut self, role: &str, style: Style) -> bool {
        let mut known = false;
        for (name, theme) in ThemeName::ALL.iter().zip(&mut self.0) {
            if let Some(slot) = theme.role_mut(role) {
                known = true;
                if *name != ThemeName::Plain {
                    *slot = style;
                }
            }
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_stand_in_the_order_of_their_names() {
        let themes = Themes::default();
        for name in ThemeName::ALL {
            assert_eq!(*themes.get(name), Theme::of(name));
        }
    }

    #[test]
    fn the_plain_theme_has_no_colour_whatever_is_configured() {
        let mut themes = Themes::default();
        assert!(themes.set("bad", Style::new().fg(Color::Red)));
        assert!(!themes.set("nonsense", Style::new()));
        let mut plain = themes.get(ThemeName::Plain).clone();
        for role in Theme::ROLES {
            let style = plain.role_mut(role).unwrap();
            assert_eq!((style.fg, style.bg), (None, None), "{role}");
        }
    }
}

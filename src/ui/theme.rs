//! How things look, by what they mean: one style for each role, four themes, every role open to configuration.
//!
//! Nothing is told by colour alone: states have words, marks a sign, the cursor row is reversed in [`ThemeName::Plain`].
//! Knows no file and no terminal; configuration hands over what it read as text.

mod palette;
mod parse;

use ratatui::style::Style;

use crate::app::ThemeName;

pub use parse::{COLORS, MODIFIERS, StyleError, parse_style};

macro_rules! roles {
    ($($role:ident, $help:literal;)*) => {
        /// One style for each meaning.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Theme { $(#[doc = $help] pub $role: Style,)* }

        /// The roles' names, as configuration takes them, each with what it paints.
        pub const ROLES: &[(&str, &str)] = &[$((stringify!($role), $help),)*];

        impl Theme {
            fn role_mut(&mut self, name: &str) -> Option<&mut Style> {
                match name {
                    $(stringify!($role) => Some(&mut self.$role),)*
                    _ => None,
                }
            }
        }
    };
}

roles! {
    base, "the whole screen: background and plain foreground";
    header, "the top line";
    header_strong, "figures in the top line";
    header_dim, "what matters less in the top line";
    brand, "the program's name";
    badge, "notices in the top line: demo, read-only";
    crumb, "where we came from";
    crumb_here, "where we are";
    text, "plain text";
    dim, "what matters less: dates, IDs, units";
    accent, "what should catch the eye";
    good, "done, freed, safe";
    warn, "worth a look";
    bad, "failed, denied";
    danger, "what cannot be undone";
    selected, "the row under the cursor, in the pane that has the keys";
    selected_unfocused, "the row under the cursor in the other panes";
    marked, "marked rows, and their sign";
    title, "a pane's title";
    title_focused, "the title of the pane that has the keys";
    border, "a pane's border";
    border_focused, "the border of the pane that has the keys";
    heading, "column headings";
    key, "a key in footer and help";
    prompt, "what stands before an input line";
    input, "what is being typed";
    wrong, "the part of an input that does not parse";
    footer, "the bottom line";
    strip, "bands between panes";
    dialog, "a dialog's body";
    bar, "the filled part of a bar";
    bar_empty, "the rest of a bar";
    folder, "a prefix that stands for many uploads";
    active, "an upload that is alive";
    idle, "an upload that rests";
    stale, "an upload that is dead";
    empty, "an upload without parts";
    unknown, "an upload whose parts may not be listed";
}

/// A role and the style to lay over the theme's own.
pub type Override = (&'static str, Style);

impl Theme {
    /// The theme that `name` names.
    pub fn of(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => palette::dark(),
            ThemeName::Light => palette::light(),
            ThemeName::Sixteen => palette::sixteen(),
            ThemeName::Plain => palette::plain(),
        }
    }

    /// The theme with configured styles in place of its own. [`ThemeName::Plain`] keeps only their modifiers, so
    /// that a configured colour does not undo `NO_COLOR`.
    #[must_use]
    pub fn with(name: ThemeName, overrides: &[Override]) -> Self {
        let mut theme = Self::of(name);
        for (role, style) in overrides {
            if let Some(own) = theme.role_mut(role) {
                *own = if name == ThemeName::Plain {
                    own.add_modifier(style.add_modifier)
                } else {
                    *style
                };
            }
        }
        theme
    }
}

/// The role of this name, as the constant text that an [`Override`] holds.
pub fn role(name: &str) -> Option<&'static str> {
    ROLES
        .iter()
        .map(|(role, _)| *role)
        .find(|role| *role == name)
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::*;

    fn styles(theme: &mut Theme) -> Vec<(&'static str, Style)> {
        ROLES
            .iter()
            .map(|(role, _)| (*role, *theme.role_mut(role).unwrap()))
            .collect()
    }

    #[test]
    fn the_plain_theme_names_no_colour_even_when_configured() {
        let red = Style::new().fg(Color::Red).add_modifier(Modifier::ITALIC);
        let mut theme = Theme::with(ThemeName::Plain, &[("warn", red)]);
        assert!(theme.warn.add_modifier.contains(Modifier::ITALIC));
        for (role, style) in styles(&mut theme) {
            assert_eq!((style.fg, style.bg), (None, None), "{role}");
        }
    }

    #[test]
    fn sixteen_colours_are_the_terminals_own() {
        for (role, style) in styles(&mut Theme::of(ThemeName::Sixteen)) {
            for color in [style.fg, style.bg].into_iter().flatten() {
                assert!(
                    !matches!(color, Color::Rgb(..) | Color::Indexed(_)),
                    "{role}"
                );
            }
        }
    }

    #[test]
    fn what_must_be_told_apart_differs_in_every_theme() {
        for name in ThemeName::ALL {
            let theme = Theme::of(name);
            let pairs = [
                (theme.selected, theme.selected_unfocused),
                (theme.selected, theme.text),
                (theme.border, theme.border_focused),
                (theme.marked, theme.text),
                (theme.title, theme.title_focused),
                (theme.danger, theme.text),
                (theme.key, theme.footer),
            ];
            for (index, (one, other)) in pairs.iter().enumerate() {
                assert_ne!(one, other, "{name:?}, pair {index}");
            }
        }
    }

    #[test]
    fn text_has_contrast_on_its_background() {
        for name in [ThemeName::Dark, ThemeName::Light] {
            let mut theme = Theme::of(name);
            let base = theme.base.bg.unwrap();
            for (role, style) in styles(&mut theme) {
                let fg = style.fg.or(theme.base.fg).unwrap();
                let ratio = contrast(fg, style.bg.unwrap_or(base));
                let least = match role {
                    // Lines, and what is meant to step back.
                    "border" | "bar_empty" => 1.2,
                    "border_focused" | "bar" => 3.0,
                    _ => 4.5,
                };
                assert!(ratio >= least, "{name:?} {role}: {ratio:.2}");
            }
        }
    }

    /// WCAG 2.2, "contrast ratio".
    fn contrast(one: Color, other: Color) -> f64 {
        let light = |color| {
            let Color::Rgb(r, g, b) = color else {
                panic!("{color} is not RGB")
            };
            let part = |byte: u8| {
                let share = f64::from(byte) / 255.0;
                if share <= 0.04045 {
                    share / 12.92
                } else {
                    ((share + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
        };
        let (one, other) = (light(one) + 0.05, light(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn a_role_can_be_replaced() {
        let style = Style::new().fg(Color::Rgb(1, 2, 3));
        assert_eq!(Theme::with(ThemeName::Dark, &[("bad", style)]).bad, style);
        assert_eq!(role("bad"), Some("bad"));
        assert_eq!(role("worse"), None);
    }
}

//! `theme` and `[colors]`.

use super::error::ConfigError;
use super::nearest::nearest;
use super::read::{Source, Value};
use crate::app::ThemeName;
use crate::ui::theme::{COLORS, MODIFIERS, Override, ROLES, StyleError, parse_style, role};

/// Chooses as the terminal can.
const AUTO: &str = "auto";

pub(super) fn theme<'a>(
    source: &Source<'a>,
    value: &Value<'a>,
) -> Result<Option<ThemeName>, ConfigError> {
    let word = source.string(value)?;
    if word == AUTO {
        return Ok(None);
    }
    let found = ThemeName::ALL.into_iter().find(|name| name.word() == word);
    let Some(name) = found else {
        let words = [AUTO, "dark", "light", "16", "plain"];
        let hint = nearest(word, words).map_or_else(
            || format!("known: {}", words.join(", ")),
            |near| format!("did you mean '{near}'?"),
        );
        return Err(source.error(value.span(), format!("unknown theme '{word}'; {hint}")));
    };
    Ok(Some(name))
}

pub(super) fn colors<'a>(
    source: &Source<'a>,
    value: &Value<'a>,
    colors: &mut Vec<Override>,
) -> Result<(), ConfigError> {
    for (name, value) in source.table(value)? {
        let Some(role) = role(name.get_ref()) else {
            let known: Vec<&str> = ROLES.iter().map(|(role, _)| *role).collect();
            return Err(source.unknown("colour role", name, &known));
        };
        let style = parse_style(source.string(value)?)
            .map_err(|error| source.error(value.span(), explain(&error)))?;
        colors.push((role, style));
    }
    Ok(())
}

fn explain(error: &StyleError) -> String {
    let StyleError::Unknown(word) = error else {
        return error.to_string();
    };
    let colors = COLORS.iter().map(|(name, _)| *name);
    let names = colors.chain(MODIFIERS.iter().map(|(name, _)| *name));
    let hint = nearest(word, names).map_or_else(
        || "write #rrggbb, a colour such as light-red, or bold".to_owned(),
        |near| format!("did you mean '{near}'?"),
    );
    format!("{error}; {hint}")
}

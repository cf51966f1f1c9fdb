//! From TOML to settings, key by key, so that every error knows its place.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::nearest;
use super::{ConfigError, Settings, keys};
use crate::app::ThemeName;
use crate::model::filter::parse_duration;
use crate::model::provider::Provider;
use crate::ui::theme;

pub(super) type Value<'a> = Spanned<DeValue<'a>>;
pub(super) type Wrong = (Range<usize>, String);

const TOP: &[&str] = &[
    "theme",
    "read_only",
    "refresh",
    "thresholds",
    "prices",
    "providers",
    "colors",
    "keys",
];

/// Merges a file's text into the settings.
pub(super) fn merge(settings: &mut Settings, file: &str, text: &str) -> Result<(), ConfigError> {
    let at = |(span, message): Wrong| ConfigError::at(file, text, span, message);
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        at((span, error.message().to_owned()))
    })?;
    top(settings, table.get_ref()).map_err(at)
}

fn top(settings: &mut Settings, table: &DeTable<'_>) -> Result<(), Wrong> {
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "theme" => settings.theme = Some(theme_name(value)?),
            "read_only" => settings.read_only = boolean(value)?,
            "refresh" => settings.refresh = refresh(value)?,
            "thresholds" => thresholds(settings, entries(value)?)?,
            "prices" => prices(settings, entries(value)?)?,
            "providers" => providers(settings, entries(value)?)?,
            "colors" => colors(settings, entries(value)?)?,
            "keys" => keys::merge(&mut settings.keymap, entries(value)?)?,
            other => return Err(unknown("setting", other, key.span(), TOP.iter().copied())),
        }
    }
    Ok(())
}

pub(super) fn unknown<'a>(
    what: &str,
    name: &str,
    span: Range<usize>,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Wrong {
    (
        span,
        format!("there is no {what} '{name}'{}", nearest(name, known)),
    )
}

fn wrong_type(value: &Value<'_>, wanted: &str) -> Wrong {
    (
        value.span(),
        format!(
            "{wanted} is wanted here, not {}",
            value.get_ref().type_str()
        ),
    )
}

fn boolean(value: &Value<'_>) -> Result<bool, Wrong> {
    value
        .get_ref()
        .as_bool()
        .ok_or_else(|| wrong_type(value, "true or false"))
}

pub(super) fn string<'a>(value: &'a Value<'_>, wanted: &str) -> Result<&'a str, Wrong> {
    value
        .get_ref()
        .as_str()
        .ok_or_else(|| wrong_type(value, wanted))
}

fn entries<'a, 'b>(value: &'a Value<'b>) -> Result<&'a DeTable<'b>, Wrong> {
    value
        .get_ref()
        .as_table()
        .ok_or_else(|| wrong_type(value, "a table"))
}

fn number(value: &Value<'_>) -> Result<f64, Wrong> {
    let text = match value.get_ref() {
        DeValue::Integer(integer) => integer.as_str().to_owned(),
        DeValue::Float(float) => float.as_str().to_owned(),
        _ => return Err(wrong_type(value, "a number")),
    };
    let number = text
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| {
        (
            value.span(),
            "a price is a number from 0 on, in US dollars".to_owned(),
        )
    })
}

fn span_of_time(value: &Value<'_>) -> Result<Duration, Wrong> {
    let text = string(value, "a time span such as \"7d\"")?;
    let span = parse_duration(text).filter(|span| !span.is_zero());
    span.ok_or_else(|| {
        (
            value.span(),
            format!("'{text}' is no time span; write \"30s\", \"15m\", \"12h\", \"7d\" or \"2w\""),
        )
    })
}

fn theme_name(value: &Value<'_>) -> Result<ThemeName, Wrong> {
    let name = string(value, "a theme's name")?;
    let words = ThemeName::ALL.iter().map(|theme| theme.word());
    ThemeName::ALL
        .into_iter()
        .find(|theme| theme.word() == name)
        .ok_or_else(|| unknown("theme", name, value.span(), words))
}

fn refresh(value: &Value<'_>) -> Result<Option<Duration>, Wrong> {
    if value.get_ref().as_str() == Some("off") {
        return Ok(None);
    }
    let every = span_of_time(value)?;
    if every < Duration::from_secs(5) {
        return Err((
            value.span(),
            "looking again more often than every 5 s is no use".to_owned(),
        ));
    }
    Ok(Some(every))
}

fn thresholds(settings: &mut Settings, table: &DeTable<'_>) -> Result<(), Wrong> {
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "active" => settings.thresholds.active = span_of_time(value)?,
            "stale" => settings.thresholds.stale = span_of_time(value)?,
            other => {
                return Err(unknown(
                    "threshold",
                    other,
                    key.span(),
                    ["active", "stale"].into_iter(),
                ));
            }
        }
        if settings.thresholds.stale < settings.thresholds.active {
            return Err((
                value.span(),
                "'stale' has to be at least as long as 'active'".to_owned(),
            ));
        }
    }
    Ok(())
}

fn prices(settings: &mut Settings, table: &DeTable<'_>) -> Result<(), Wrong> {
    for (key, value) in table {
        let price = number(value)?;
        match key.get_ref().as_ref() {
            "fallback" => settings.prices.fallback = price,
            "list_requests" => settings.prices.list_requests = price,
            class => {
                settings.prices.storage.insert(class.to_owned(), price);
            }
        }
    }
    Ok(())
}

fn providers(settings: &mut Settings, table: &DeTable<'_>) -> Result<(), Wrong> {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let index = settings
            .providers
            .iter()
            .position(|known| known.name == name);
        let index = index.unwrap_or_else(|| {
            let name = name.to_owned();
            settings.providers.push(Provider {
                name,
                ..Provider::default()
            });
            settings.providers.len() - 1
        });
        provider(&mut settings.providers[index], entries(value)?)?;
    }
    Ok(())
}

fn provider(provider: &mut Provider, table: &DeTable<'_>) -> Result<(), Wrong> {
    const KNOWN: [&str; 3] = ["hosts", "abort_after", "exact_prefix_only"];
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "hosts" => {
                let list = value
                    .get_ref()
                    .as_array()
                    .ok_or_else(|| wrong_type(value, "a list of hosts"))?;
                let hosts: Result<Vec<String>, Wrong> = list
                    .iter()
                    .map(|host| string(host, "a host").map(str::to_owned))
                    .collect();
                provider.hosts = hosts?;
            }
            "abort_after" if value.get_ref().as_str() == Some("never") => {
                provider.abort_after = None;
            }
            "abort_after" => provider.abort_after = Some(span_of_time(value)?),
            "exact_prefix_only" => provider.exact_prefix_only = boolean(value)?,
            other => {
                return Err(unknown(
                    "provider setting",
                    other,
                    key.span(),
                    KNOWN.into_iter(),
                ));
            }
        }
    }
    Ok(())
}

fn colors(settings: &mut Settings, table: &DeTable<'_>) -> Result<(), Wrong> {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let roles = theme::ROLES.iter().map(|(role, _)| *role);
        let role =
            theme::role(name).ok_or_else(|| unknown("colour role", name, key.span(), roles))?;
        let text = string(value, "a style such as \"#ff8800 bold\"")?;
        let style = theme::parse_style(text).map_err(|error| (value.span(), error.to_string()))?;
        settings.colors.push((role, style));
    }
    Ok(())
}

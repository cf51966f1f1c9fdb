//! `[keys.SCOPE]`: actions and the keys that they get instead of their own.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::ConfigError;
use super::read::{Key as Name, Source, Value};
use crate::app::action::{ACTIONS, Action, Scope};
use crate::app::{Key, Keymap};

/// Which keys the file has given away in a scope, and to whom.
type Taken = BTreeMap<Key, Action>;

pub(super) fn keys<'a>(
    source: &Source<'a>,
    value: &Value<'a>,
    keymap: &mut Keymap,
) -> Result<(), ConfigError> {
    for (word, value) in source.table(value)? {
        let scope = scopes().find(|scope| scope.word() == word.get_ref().as_ref());
        let Some(scope) = scope else {
            let words: Vec<&str> = scopes().map(Scope::word).collect();
            return Err(source.unknown("scope", word, &words));
        };
        let mut taken = Taken::new();
        for (name, value) in source.table(value)? {
            let action = action(source, scope, name)?;
            let mut given = Vec::new();
            for (text, span) in source.strings(value)? {
                let key = key(source, text, &span)?;
                claim(source, &mut taken, (key, action), span)?;
                given.push(key);
            }
            keymap.rebind(action, &given);
        }
    }
    Ok(())
}

/// The scopes that have actions, each once.
fn scopes() -> impl Iterator<Item = Scope> {
    let all: std::collections::BTreeSet<Scope> = ACTIONS.iter().map(|entry| entry.scope).collect();
    all.into_iter()
}

fn action(source: &Source, scope: Scope, name: &Name) -> Result<Action, ConfigError> {
    let known: Vec<&str> = ACTIONS
        .iter()
        .filter(|entry| entry.scope == scope)
        .map(|entry| entry.name)
        .collect();
    match Action::from_name(name.get_ref()) {
        Some(action) if action.entry().scope == scope => Ok(action),
        Some(action) => Err(source.error(
            name.span(),
            format!(
                "'{}' belongs to [keys.{}]",
                name.get_ref(),
                action.entry().scope.word()
            ),
        )),
        None => Err(source.unknown("action", name, &known)),
    }
}

fn key(source: &Source, text: &str, span: &Range<usize>) -> Result<Key, ConfigError> {
    text.parse()
        .map_err(|error: crate::app::input::KeyError| source.error(span.clone(), error.to_string()))
}

fn claim(
    source: &Source,
    taken: &mut Taken,
    (key, action): (Key, Action),
    span: Range<usize>,
) -> Result<(), ConfigError> {
    match taken.insert(key, action) {
        Some(other) if other != action => Err(source.error(
            span,
            format!(
                "the key '{key}' is given to both '{}' and '{}'",
                other.entry().name,
                action.entry().name
            ),
        )),
        _ => Ok(()),
    }
}

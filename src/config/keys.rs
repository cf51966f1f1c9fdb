//! Keys from configuration: `[keys.uploads] abort = ["a", "delete"]`.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::read::{Value, Wrong, string, unknown};
use crate::app::action::{ACTIONS, Action, Scope};
use crate::app::{Key, Keymap};

/// Rebinds what the table names.
pub(super) fn merge(keymap: &mut Keymap, table: &DeTable<'_>) -> Result<(), Wrong> {
    for (key, value) in table {
        let scope = key.get_ref().as_ref();
        let known = ACTIONS.iter().map(|entry| entry.scope);
        let Some(scope) = known.clone().find(|known| known.word() == scope) else {
            let mut words: Vec<&str> = known.map(Scope::word).collect();
            words.sort_unstable();
            words.dedup();
            return Err(unknown(
                "key scope",
                scope,
                key.span(),
                words.iter().copied(),
            ));
        };
        let actions = value.get_ref().as_table();
        let actions = actions.ok_or_else(|| {
            (
                value.span(),
                format!("a table is wanted here: [keys.{}]", scope.word()),
            )
        })?;
        in_scope(keymap, scope, actions)?;
    }
    Ok(())
}

fn in_scope(keymap: &mut Keymap, scope: Scope, actions: &DeTable<'_>) -> Result<(), Wrong> {
    let mut taken: BTreeMap<Key, Action> = BTreeMap::new();
    for (key, value) in actions {
        let name = key.get_ref().as_ref();
        let entries = ACTIONS.iter().filter(|entry| entry.scope == scope);
        let Some(entry) = entries.clone().find(|entry| entry.name == name) else {
            let what = format!("action in '{}'", scope.word());
            return Err(unknown(
                &what,
                name,
                key.span(),
                entries.map(|entry| entry.name),
            ));
        };
        let mut keys = Vec::new();
        for value in one_or_many(value) {
            let text = string(value, "a key such as \"ctrl-r\", or a list of keys")?;
            let key: Key = text
                .parse()
                .map_err(|error| (value.span(), format!("{error}")))?;
            if let Some(other) = taken
                .insert(key, entry.action)
                .filter(|other| *other != entry.action)
            {
                let message = format!("'{key}' is given to '{}' already", other.entry().name);
                return Err((value.span(), message));
            }
            keys.push(key);
        }
        keymap.rebind(entry.action, &keys);
    }
    Ok(())
}

fn one_or_many<'a, 'b>(value: &'a Value<'b>) -> Vec<&'a Value<'b>> {
    match value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        _ => vec![value],
    }
}

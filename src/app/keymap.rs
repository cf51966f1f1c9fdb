//! Which key means which action, by scope: defaults from the table, changed by configuration.

use std::collections::BTreeMap;

use super::action::{ACTIONS, Action, Scope};
use super::input::Key;

/// Keys of all scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: BTreeMap<(Scope, Key), Action>,
}

impl Default for Keymap {
    fn default() -> Self {
        let bindings = ACTIONS
            .iter()
            .flat_map(|entry| entry.keys.iter().map(move |key| (entry, key)))
            .filter_map(|(entry, key)| Some(((entry.scope, key.parse().ok()?), entry.action)))
            .collect();
        Self { bindings }
    }
}

impl Keymap {
    /// What `key` means in the first of `scopes` that knows it.
    pub fn action(&self, scopes: &[Scope], key: Key) -> Option<Action> {
        scopes
            .iter()
            .find_map(|scope| self.bindings.get(&(*scope, key)).copied())
    }

    /// The keys of an action, in the order of the map.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = Key> + '_ {
        self.bindings
            .iter()
            .filter(move |(_, bound)| **bound == action)
            .map(|((_, key), _)| *key)
    }

    /// The first default key that is still bound, else any: what the footer shows.
    pub fn shown_key(&self, action: Action) -> Option<Key> {
        let defaults = action
            .entry()
            .keys
            .iter()
            .filter_map(|key| key.parse().ok());
        defaults
            .into_iter()
            .find(|key| self.bindings.get(&(action.entry().scope, *key)) == Some(&action))
            .or_else(|| self.keys(action).next())
    }

    /// Gives `action` these keys instead of what it had; a key that meant something else in the same scope
    /// means this from now on.
    pub fn rebind(&mut self, action: Action, keys: &[Key]) {
        self.bindings.retain(|_, bound| *bound != action);
        for key in keys {
            self.bindings.insert((action.entry().scope, *key), action);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_of_a_scope_share_a_default_key() {
        let keymap = Keymap::default();
        let keys: usize = ACTIONS.iter().map(|entry| entry.keys.len()).sum();
        assert_eq!(keymap.bindings.len(), keys);
    }

    #[test]
    fn a_rebound_key_loses_its_old_meaning() {
        let mut keymap = Keymap::default();
        keymap.rebind(Action::Sort, &[Key::char('a')]);
        let scopes = [Scope::Uploads, Scope::List, Scope::Global];
        assert_eq!(keymap.action(&scopes, Key::char('a')), Some(Action::Sort));
        assert_eq!(keymap.action(&scopes, Key::char('s')), None);
        assert_eq!(keymap.shown_key(Action::Sort), Some(Key::char('a')));
    }
}

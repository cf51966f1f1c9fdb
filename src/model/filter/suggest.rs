//! What may stand at the end of a filter that is being typed.

use super::parse::FIELDS;
use crate::model::State;

/// Ways to go on with the last term of `partial`, each the whole term: fields with an operator, states.
/// Empty where anything may follow, such as behind `key:`.
pub fn suggestions(partial: &str) -> Vec<String> {
    let term = partial
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let body = term.trim_start_matches(['-', '!']);
    let sign = &term[..term.len() - body.len()];
    if sign.len() > 1 {
        return Vec::new();
    }
    let lower = body.to_ascii_lowercase();
    if let Some(words) = lower
        .strip_prefix("state:")
        .or_else(|| lower.strip_prefix("state="))
    {
        let (chosen, begun) = match words.rsplit_once(',') {
            Some((chosen, begun)) => (format!("{chosen},"), begun),
            None => (String::new(), words),
        };
        return State::ALL
            .iter()
            .map(|state| state.word())
            .filter(|word| word.starts_with(begun))
            .map(|word| format!("{sign}state:{chosen}{word}"))
            .collect();
    }
    FIELDS
        .iter()
        .filter(|(name, _)| name.starts_with(&lower))
        .map(|(name, op)| format!("{sign}{name}{op}"))
        .collect()
}

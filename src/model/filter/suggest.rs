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

/// What of a filter that is being typed can be applied already: without a last term that may yet become a field,
/// such as the `ag` of `age>7d`. Half a name would look for keys that hold it, and empty the list on the way.
pub fn applicable(partial: &str) -> &str {
    let start = partial
        .char_indices()
        .rev()
        .find(|(_, c)| c.is_whitespace())
        .map_or(0, |(at, c)| at + c.len_utf8());
    let (before, term) = partial.split_at(start);
    let body = term.trim_start_matches(['-', '!']);
    let lower = body.to_ascii_lowercase();
    let begun = FIELDS.iter().any(|(name, _)| name.starts_with(&lower));
    // An open quote takes white space in: what looks like a term is the inside of a value then.
    let quoted = before.matches('\'').count() % 2 == 1 || before.matches('"').count() % 2 == 1;
    if !term.is_empty() && begun && !quoted {
        before
    } else {
        partial
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_field_name_waits_for_the_rest() {
        for (typed, applied) in [
            ("ag", ""),
            ("video ag", "video "),
            ("video -sta", "video "),
            ("video -", "video "),
            ("AGE", ""),
            ("age>7d", "age>7d"),
            ("video", "video"),
            ("age>7d vid", "age>7d vid"),
            ("ag ", "ag "),
            ("key='a pa", "key='a pa"),
            ("", ""),
        ] {
            assert_eq!(applicable(typed), applied, "{typed:?}");
        }
    }
}

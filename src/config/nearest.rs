//! The known name that a mistyped one probably means.

/// The candidate with the fewest edits, if they are few enough to be a slip.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate))
        .min_by_key(|(edits, _)| *edits)
        .filter(|(edits, candidate)| *edits <= (candidate.chars().count() / 3).max(1))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_does_not() {
        let names = ["theme", "refresh", "read_only"];
        assert_eq!(nearest("tehme", names), Some("theme"));
        assert_eq!(nearest("Refresch", names), Some("refresh"));
        assert_eq!(nearest("readonly", names), Some("read_only"));
        assert_eq!(nearest("colour", names), None);
    }
}

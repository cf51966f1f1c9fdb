//! Where a stretch of keys is cut in two: pure arithmetic on keys in the order of their UTF-8 bytes, which is the
//! order of listings. Nothing depends on a cut being a good one but the time that a listing takes.

/// What lies in front of every printable character, and behind the ASCII ones.
const FLOOR: char = ' ';
const CEILING: char = '\u{7f}';
/// S3's keys are no longer than this many bytes. Source: S3 User Guide, "Naming Amazon S3 objects".
const LONGEST: usize = 1024;
/// Characters that are looked at behind what both ends share: what is alike for longer is not worth a cut.
const DEPTH: usize = 64;

/// A key between the two, which most likely halves what lies there: behind `after`, in front of `end`, or
/// anywhere behind where there is no end. `None`: there is none.
pub(super) fn between(after: &str, end: Option<&str>) -> Option<String> {
    let mut cut = String::new();
    let mut low = after.chars();
    let mut high = end.map(str::chars);
    let mut depth = 0;
    loop {
        let floor = low.next();
        let from = floor.unwrap_or(FLOOR);
        let bound = match &mut high {
            None => None,
            // An end that has no more characters lies in front of all that goes on.
            Some(chars) => Some(chars.next()?),
        };
        if bound == Some(from) && floor.is_some() {
            cut.push(from);
            continue;
        }
        if bound.is_some_and(|bound| bound <= from) {
            return None;
        }
        if let Some(middle) = middle(from, bound.unwrap_or_else(|| ceiling(from))) {
            cut.push(middle);
            return Some(cut).filter(|cut| cut.len() <= LONGEST);
        }
        // Nothing between the two here: what goes on behind the lower one is all in front of the end.
        cut.push(from);
        high = None;
        depth += 1;
        if depth > DEPTH {
            return None;
        }
    }
}

fn ceiling(from: char) -> char {
    if from < CEILING { CEILING } else { char::MAX }
}

/// A character between the two. Digits and letters are taken to be followed by their like: keys count upwards.
fn middle(from: char, to: char) -> Option<char> {
    let like = match from {
        '0'..='9' => ':',
        'a'..='z' => '{',
        'A'..='Z' => '[',
        _ => to,
    };
    let to = if like < to && distance(from, like) >= 2 {
        like
    } else {
        to
    };
    let apart = distance(from, to);
    if apart < 2 {
        return None;
    }
    let half = u32::from(from) + apart / 2;
    // Between the two may lie what is no character.
    char::from_u32(half).or_else(|| ('\u{e000}' < to && from < '\u{e000}').then_some('\u{e000}'))
}

fn distance(from: char, to: char) -> u32 {
    u32::from(to).saturating_sub(u32::from(from))
}

/// A key behind most that begins as these two do, up to the last sign in what they share that is neither letter nor
/// digit; `None` where they share nothing of the kind.
pub(super) fn end_of_folder(first: &str, last: &str) -> Option<String> {
    let shared = shared(first, last);
    let folder = first.get(..shared)?;
    let sign = |c: char| !c.is_alphanumeric();
    let (at, character) = folder.char_indices().rfind(|(_, c)| sign(*c))?;
    let mut end = folder.get(..at + character.len_utf8())?.to_owned();
    end.push('~');
    (end.as_str() > last && end.len() <= LONGEST).then_some(end)
}

/// The first key that begins as `start` does and goes on as `like` is written: with noughts and `a`s.
pub(super) fn first_like(start: &str, like: &str) -> String {
    let least = |c: char| match c {
        '0'..='9' => '0',
        'a'..='z' => 'a',
        'A'..='Z' => 'A',
        other => other,
    };
    let rest = like.chars().skip(start.chars().count()).map(least);
    start.chars().chain(rest).collect()
}

/// How many bytes two keys share from their beginning, in whole characters.
pub(super) fn shared(a: &str, b: &str) -> usize {
    let alike = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    alike.map(|(a, _)| a.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_halved_as_numbers_and_letters_as_letters() {
        let cut = |after, end| between(after, end).unwrap_or_default();
        assert_eq!(cut("logs/2000", Some("logs/~")), "logs/6");
        assert_eq!(cut("logs/5", Some("logs/~")), "logs/7");
        assert_eq!(cut("logs/9", Some("logs/~")), "logs/[");
        assert_eq!(cut("a", Some("c")), "b");
        assert_eq!(cut("a", Some("b")), "aO");
        assert_eq!(cut("a9", None), "n");
        assert_eq!(cut("ключ", Some("клюю")), "клюъ");
        assert_eq!(between("a", Some("a ")), None);
        assert_eq!(between("a", Some("a")), None);
        assert_eq!(between("b", Some("a")), None);
        assert_eq!(between("", Some("")), None);
    }

    #[test]
    fn what_is_not_known_yet_is_taken_to_be_written_alike() {
        assert_eq!(first_like("logs/5", "logs/1983-Ab.gz"), "logs/5000-Aa.aa");
        assert_eq!(first_like("logs/1983", "logs/1"), "logs/1983");
    }

    #[test]
    fn a_folder_ends_behind_what_its_keys_share() {
        let end = |first, last| end_of_folder(first, last);
        assert_eq!(
            end("backups/db-1/0001", "backups/db-1/0999").as_deref(),
            Some("backups/db-1/~")
        );
        assert_eq!(
            end("cam-2026-01", "cam-2026-44").as_deref(),
            Some("cam-2026-~")
        );
        assert_eq!(end("abc", "abd"), None);
        assert_eq!(end("a/~~1", "a/~~9").as_deref(), Some("a/~~~"));
    }

    proptest! {
        #[test]
        fn a_cut_lies_between(a in "\\PC{0,12}", b in proptest::option::of("\\PC{0,12}")) {
            if let Some(cut) = between(&a, b.as_deref()) {
                prop_assert!(cut > a, "{cut:?} is not behind {a:?}");
                if let Some(b) = b {
                    prop_assert!(cut < b, "{cut:?} is not in front of {b:?}");
                }
            }
        }

        #[test]
        fn wherever_there_is_room_for_a_letter_there_is_a_cut(a in "[a-z/]{0,8}", b in "[a-z/]{1,8}") {
            prop_assume!(a < b && !b.starts_with(&a));
            prop_assert!(between(&a, Some(&b)).is_some());
        }
    }
}

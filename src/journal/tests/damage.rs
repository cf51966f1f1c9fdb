//! Files that were cut off, flipped or overwritten.

use std::fs;
use std::path::Path;

use super::{begun, part, read_bytes, whole};
use crate::journal::{Journal, JournalError, read};

fn line_feeds(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

fn write(folder: &Path, bytes: &[u8]) {
    fs::write(folder.join("one.jsonl"), bytes).unwrap();
}

#[test]
fn cut_at_every_byte_it_says_what_was_whole_and_goes_on_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, states) = whole();
    for cut in 0..=bytes.len() {
        let torn = &bytes[..cut];
        let lines = line_feeds(torn);
        write(folder.path(), torn);
        let seen = read(folder.path(), "one").unwrap();
        assert!(!seen.is_busy);
        let Some(expected) = lines.checked_sub(1).map(|last| &states[last]) else {
            let no_recipe = JournalError::NoRecipe { id: "one".into() };
            assert_eq!(seen.state, Err(no_recipe.clone()), "cut at {cut}");
            assert_eq!(Journal::open(folder.path(), "one").unwrap_err(), no_recipe);
            continue;
        };
        assert_eq!(seen.state.as_ref(), Ok(expected), "cut at {cut}");
        let (journal, state) = Journal::open(folder.path(), "one").unwrap();
        assert_eq!(&state, expected, "cut at {cut}");
        let mut expected = state;
        if expected.end.is_some() {
            let refused = journal.part(&part(3));
            assert!(matches!(refused, Err(JournalError::OutOfOrder { .. })));
        } else if expected.begun.is_some() {
            journal.part(&part(3)).unwrap();
            expected.parts.insert(3, part(3));
        } else {
            journal.begun(&begun()).unwrap();
            expected.begun = Some(begun());
        }
        drop(journal);
        let seen = read(folder.path(), "one").unwrap();
        assert_eq!(seen.state, Ok(expected), "cut at {cut}");
    }
}

#[test]
fn a_flipped_bit_changes_its_own_line_or_is_found() {
    let (bytes, states) = whole();
    let full = &states[5];
    for at in 0..bytes.len() {
        let line = line_feeds(&bytes[..at]);
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let Ok(state) = read_bytes(&flipped) else {
                continue;
            };
            let is_kept = |of: usize, same: bool| line == of || same;
            assert!(is_kept(0, state.recipe == full.recipe), "{at}.{bit}");
            assert!(is_kept(1, state.begun == full.begun), "{at}.{bit}");
            assert!(
                is_kept(4, state.completing == full.completing),
                "{at}.{bit}"
            );
            // The line feed of the last but one joins it with the last, which together are torn.
            assert!(is_kept(5, state.end == full.end) || line == 4, "{at}.{bit}");
        }
    }
}

#[test]
fn a_last_line_of_rubbish_is_dropped_and_another_one_is_not() {
    let (bytes, states) = whole();
    let begun = bytes.split_inclusive(|byte| *byte == b'\n').take(2);
    let begun = begun.collect::<Vec<_>>().concat();
    let behind = |tail: &[u8]| read_bytes(&[&begun, tail].concat());
    for torn in [
        &b"{\"part\":{\"pa\n"[..],
        b"\0\0\0\0\n",
        b"\0\0",
        b"\n",
        b"\xff\n",
    ] {
        assert_eq!(behind(torn).as_ref(), Ok(&states[1]));
        let followed = [torn, b"\n{}\n"].concat();
        assert!(matches!(
            behind(&followed),
            Err(JournalError::Unreadable { line: 3, .. })
        ));
    }
    // Whole, but not what a journal says.
    for wrong in ["{}", "1", "[]", "{\"part\":{}}", "{\"part\":1,\"begun\":2}"] {
        let Err(JournalError::Unreadable { line, .. }) = behind(format!("{wrong}\n").as_bytes())
        else {
            panic!("{wrong} was taken");
        };
        assert_eq!(line, 3);
    }
}

//! Configurations of many shapes: nothing but what was proposed changes, ever.

use proptest::prelude::*;

use super::shapes::{configuration, prefix};
use super::tests::{document, proposal, read};
use super::*;

/// The texts that are in one and not in the other, each with its place.
fn cut(before: &str, after: &str) -> (String, String) {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let rest = (before.len() - head).min(after.len() - head);
    let tail = before.iter().rev().zip(after.iter().rev()).take(rest);
    let tail = tail.take_while(|(a, b)| a == b).count();
    let text = |of: &[u8]| String::from_utf8_lossy(&of[head..of.len() - tail]).into_owned();
    (text(before), text(after))
}

proptest! {
    #[test]
    fn nothing_else_changes_ever(text in configuration(), days in 1..40_u32, prefix in prefix()) {
        let before = read(&text);
        let proposal = Proposal { days, prefix: prefix.clone() };
        let plan = propose(&before, &proposal).unwrap();
        let Some(change) = plan.change else {
            prop_assert!(before.abort_rules().iter().any(|rule| rule.prefix == prefix && rule.days == days));
            return Ok(());
        };
        prop_assert_eq!(&change.before.as_ref().unwrap().body, &text);
        let after = Configuration::read(Some(change.after.clone())).unwrap();
        prop_assert!(after.abort_rules().iter().any(|rule| rule.prefix == prefix && rule.days == days));

        let (gone, came) = cut(&text, &change.after.body);
        if after.rules.len() == before.rules.len() {
            // Digits alone.
            prop_assert!(gone.chars().chain(came.chars()).all(|c| c.is_ascii_digit()), "{gone} {came}");
            let changed = before.rules.iter().zip(&after.rules).filter(|(old, new)| old != new).count();
            prop_assert_eq!(changed, 1);
        } else {
            prop_assert_eq!(after.rules.len(), before.rules.len() + 1);
            // Nothing goes but the end of a root of one tag.
            prop_assert!(gone.is_empty() || " />".contains(&gone), "{gone}");
            let ours = after.rules.iter().position(|rule| rule.id.starts_with("mopup-abort-")
                && before.rules.iter().all(|old| old.id != rule.id)).unwrap();
            let mut others = after.rules.clone();
            others.remove(ours);
            prop_assert_eq!(&others, &before.rules);
        }

        let again = propose(&after, &proposal).unwrap();
        prop_assert_eq!(again.change, None, "proposing twice is proposing once");
        prop_assert!(!same(change.before.as_ref(), Some(&change.after)));
    }

    #[test]
    fn the_difference_is_exactly_what_changed(text in configuration(), days in 1..40_u32, prefix in prefix()) {
        let before = read(&text);
        let plan = propose(&before, &Proposal { days, prefix }).unwrap();
        let Some(change) = plan.change else { return Ok(()) };
        let lines = difference(Some(&text), Some(&change.after.body)).unwrap();
        let of = |mark: Mark| lines.iter().filter(|line| line.mark == mark).collect::<Vec<_>>();
        let after = Configuration::read(Some(change.after.clone())).unwrap();
        if after.rules.len() == before.rules.len() {
            prop_assert_eq!(of(Mark::Removed).len(), 1);
            prop_assert_eq!(of(Mark::Added).len(), 1);
            prop_assert!(of(Mark::Added)[0].text.contains("DaysAfterInitiation"));
            prop_assert_eq!(of(Mark::Words).len(), before.rules.len() - 1);
        } else {
            prop_assert_eq!(of(Mark::Removed).len(), 0);
            prop_assert_eq!(&of(Mark::Added)[0].text, "<Rule>");
            prop_assert_eq!(of(Mark::Words).len(), before.rules.len());
        }
        let none = difference(Some(&text), Some(&text)).unwrap();
        prop_assert!(none.iter().all(|line| line.mark == Mark::Words));
    }

    #[test]
    fn rules_in_another_order_say_the_same(text in configuration()) {
        let root = root(&text).unwrap();
        let rules: Vec<_> = root.all("Rule").map(|rule| &text[rule.span.clone()]).collect();
        let turned: String = rules.iter().rev().copied().collect();
        let (Some(first), Some(last)) = (root.all("Rule").next(), root.all("Rule").last()) else { return Ok(()) };
        let whole = format!("{}{turned}{}", &text[..first.span.start], &text[last.span.end..]);
        prop_assert!(same(Some(&document(&text)), Some(&document(&whole))));
    }

    #[test]
    fn hostile_bytes_never_panic(text in configuration(), bytes in "\\PC{0,40}", at in 0..2000_usize) {
        let mut text = text;
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.insert_str(at, &bytes);
        if let Ok(found) = Configuration::read(Some(document(&text)))
            && let Ok(plan) = propose(&found, &proposal(3, "x"))
            && let Some(change) = plan.change
        {
            prop_assert!(Configuration::read(Some(change.after)).is_ok());
        }
        let _ = difference(Some(&text), None);
    }
}

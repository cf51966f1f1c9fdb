//! What two configurations differ in, line by line: one element a line, whatever lines they are written in. Rules
//! that are the same in both are told in words.

use std::collections::HashMap;

use super::same::{canonical, exact, id};
use super::tree::Element;
use super::{NoConfiguration, root, words};

/// Whether a line stays, goes or comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// In both, as it is.
    Same,
    /// In both; told in words instead of its lines.
    Words,
    Removed,
    Added,
}

impl Mark {
    /// What stands before the line.
    pub const fn sign(self) -> char {
        match self {
            Self::Same | Self::Words => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub mark: Mark,
    pub text: String,
}

/// The lines of a difference; `None`: there is no configuration.
///
/// # Errors
/// Where one of them is no lifecycle configuration.
pub fn difference(before: Option<&str>, after: Option<&str>) -> Result<Vec<Line>, NoConfiguration> {
    let read = |body: Option<&str>| body.map(root).transpose();
    let (before, after) = (read(before)?, read(after)?);
    let children = |root: &Option<Element>| -> Vec<Element> {
        root.as_ref()
            .map(|root| root.children.clone())
            .unwrap_or_default()
    };
    let (before, after) = (children(&before), children(&after));
    let mut lines = Vec::new();
    for (old, new) in pairs(before, after) {
        match (old, new) {
            (Some(old), Some(new)) if canonical(&old) == canonical(&new) => {
                lines.push(line(Mark::Words, in_words(&new)));
            }
            (Some(old), Some(new)) => within(&pretty(&old), &pretty(&new), &mut lines),
            (Some(old), None) => whole(Mark::Removed, &old, &mut lines),
            (None, Some(new)) => whole(Mark::Added, &new, &mut lines),
            (None, None) => {}
        }
    }
    Ok(lines)
}

fn line(mark: Mark, text: String) -> Line {
    Line { mark, text }
}

fn whole(mark: Mark, element: &Element, lines: &mut Vec<Line>) {
    lines.extend(pretty(element).into_iter().map(|text| line(mark, text)));
}

fn in_words(element: &Element) -> String {
    if element.name != "Rule" {
        return format!("<{}> as it was", element.name);
    }
    let rule = words::rule(element);
    let name = if rule.id.is_empty() {
        "rule without an ID".to_owned()
    } else {
        format!("rule '{}'", rule.id)
    };
    format!("{name}: {}", rule.words)
}

/// Elements of both beside each other: the same ones, then those of the same ID or without one, in the order of the new document;
/// what is gone stands before what followed it.
fn pairs(before: Vec<Element>, after: Vec<Element>) -> Vec<(Option<Element>, Option<Element>)> {
    let mut by_meaning: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, element) in before.iter().enumerate().rev() {
        by_meaning.entry(canonical(element)).or_default().push(at);
    }
    let mut partner: Vec<Option<usize>> = after
        .iter()
        .map(|element| by_meaning.get_mut(&canonical(element)).and_then(Vec::pop))
        .collect();
    let mut left: Vec<bool> = vec![true; before.len()];
    for at in partner.iter().flatten() {
        left[*at] = false;
    }
    for (element, partner) in after.iter().zip(&mut partner) {
        let same_id = |old: &Element| old.name == element.name && id(old) == id(element);
        if partner.is_none() && element.name == "Rule" {
            *partner = (0..before.len()).find(|at| left[*at] && same_id(&before[*at]));
            if let Some(at) = *partner {
                left[at] = false;
            }
        }
    }
    let mut before: Vec<Option<Element>> = before.into_iter().map(Some).collect();
    let mut told = 0;
    let mut found = Vec::new();
    for (element, partner) in after.into_iter().zip(partner) {
        if let Some(at) = partner {
            flush(&mut before, &left, told..at, &mut found);
            told = told.max(at);
        }
        let old = partner.and_then(|at| before[at].take());
        found.push((old, Some(element)));
    }
    let end = before.len();
    flush(&mut before, &left, 0..end, &mut found);
    found
}

fn flush(
    before: &mut [Option<Element>],
    left: &[bool],
    range: std::ops::Range<usize>,
    found: &mut Vec<(Option<Element>, Option<Element>)>,
) {
    for at in range {
        if left[at]
            && let Some(gone) = before[at].take()
        {
            found.push((Some(gone), None));
        }
    }
}

/// The element with one line for each element in it.
fn pretty(element: &Element) -> Vec<String> {
    let mut lines = Vec::new();
    print(element, 0, &mut lines);
    lines
}

fn print(element: &Element, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let mut attributes = String::new();
    for (name, value) in &element.attributes {
        attributes.push_str(&format!(" {name}=\"{value}\""));
    }
    let name = &element.name;
    if element.is_leaf() {
        let text = exact(element);
        lines.push(if text.is_empty() {
            format!("{indent}<{name}{attributes}/>")
        } else {
            let text = super::tree::escaped(text);
            format!("{indent}<{name}{attributes}>{text}</{name}>")
        });
        return;
    }
    lines.push(format!("{indent}<{name}{attributes}>"));
    for child in &element.children {
        print(child, depth + 1, lines);
    }
    lines.push(format!("{indent}</{name}>"));
}

/// Above so many lines of one rule the difference is not made small.
const MAX_LINES: usize = 400;

/// The lines of two versions of one rule, what is in both only once.
fn within(old: &[String], new: &[String], lines: &mut Vec<Line>) {
    if old.len() > MAX_LINES || new.len() > MAX_LINES {
        lines.extend(old.iter().map(|text| line(Mark::Removed, text.clone())));
        lines.extend(new.iter().map(|text| line(Mark::Added, text.clone())));
        return;
    }
    // The longest common run of lines behind each pair of places.
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(line(Mark::Same, old[i].clone()));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            lines.push(line(Mark::Removed, old[i].clone()));
            i += 1;
        } else {
            lines.push(line(Mark::Added, new[j].clone()));
            j += 1;
        }
    }
}

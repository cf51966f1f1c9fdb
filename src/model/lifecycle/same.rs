//! Whether two configurations say the same, however they are written.
//!
//! A service gives back what it understood: in another order, with other blanks, in the newer form of filters, with
//! an ID for a rule that had none.

use super::tree::{self, Element};
use super::{Document, root};
use crate::model::Timestamp;

/// Whether two documents say the same; `None`: there is no configuration. What cannot be read says the same only
/// as its own text.
pub fn same(one: Option<&Document>, other: Option<&Document>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            let sizes = (&one.default_minimum, &other.default_minimum);
            if matches!(sizes, (Some(one), Some(other)) if one != other) {
                return false;
            }
            one.body == other.body || is_same_text(&one.body, &other.body)
        }
        _ => false,
    }
}

fn is_same_text(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (root(one), root(other)) else {
        return false;
    };
    let others = |root: &Element| {
        let more = root.children.iter().filter(|child| child.name != "Rule");
        let mut more: Vec<_> = more.map(canonical).collect();
        more.sort();
        more
    };
    others(&one) == others(&other) && have_same_rules(&one, &other)
}

fn have_same_rules(one: &Element, other: &Element) -> bool {
    let mut left: Vec<_> = other.all("Rule").map(Some).collect();
    let mut nameless = Vec::new();
    for rule in one.all("Rule") {
        let meaning = canonical(rule);
        match position(&left, |of| canonical(of) == meaning) {
            Some(at) => left[at] = None,
            None => nameless.push(rule),
        }
    }
    // What is left over may differ in an ID that one of them has not.
    for rule in nameless {
        let without = without_id(rule);
        let fits =
            |of: &Element| (id(of).is_empty() || id(rule).is_empty()) && without_id(of) == without;
        match position(&left, fits) {
            Some(at) => left[at] = None,
            None => return false,
        }
    }
    left.iter().all(Option::is_none)
}

fn position(of: &[Option<&Element>], fits: impl Fn(&Element) -> bool) -> Option<usize> {
    of.iter().position(|rule| rule.is_some_and(&fits))
}

pub(super) fn id(rule: &Element) -> &str {
    rule.text_of("ID").unwrap_or_default()
}

fn without_id(rule: &Element) -> String {
    let mut rule = rule.clone();
    rule.children.retain(|child| child.name != "ID");
    canonical(&rule)
}

/// The meaning of an element as a text that can be compared.
pub(super) fn canonical(element: &Element) -> String {
    if element.name == "Rule" {
        return written(&in_newer_form(element));
    }
    written(element)
}

/// A rule with an empty ID has none, and one with a bare prefix has a filter with it.
fn in_newer_form(rule: &Element) -> Element {
    let mut rule = rule.clone();
    rule.children
        .retain(|child| child.name != "ID" || !child.text.trim().is_empty());
    let bare = rule
        .children
        .iter()
        .position(|child| child.name == "Prefix");
    if let (Some(at), None) = (bare, rule.child("Filter")) {
        let prefix = rule.children.remove(at);
        rule.children.push(Element {
            name: "Filter".to_owned(),
            children: vec![prefix],
            ..Element::default()
        });
    }
    if let Some(filter) = rule
        .children
        .iter_mut()
        .find(|child| child.name == "Filter")
    {
        let and = filter.children.iter().position(|child| child.name == "And");
        if let (Some(at), 1) = (and, filter.children.len())
            && filter.children[at].children.len() == 1
        {
            filter.children = std::mem::take(&mut filter.children[at].children);
        }
        // An empty prefix is none.
        filter
            .children
            .retain(|child| child.name != "Prefix" || !child.text.is_empty());
    }
    let is_empty =
        |child: &Element| child.name == "Filter" && child.is_leaf() && child.attributes.is_empty();
    rule.children.retain(|child| !is_empty(child));
    rule
}

fn written(element: &Element) -> String {
    let mut attributes: Vec<_> = element
        .attributes
        .iter()
        // What kind of thing an element is, its name says.
        .filter(|(name, _)| !name.ends_with(":type"))
        .map(|(name, value)| format!(" {name}={value:?}"))
        .collect();
    attributes.sort();
    let mut children: Vec<_> = element.children.iter().map(written).collect();
    children.sort();
    let text = if element.is_leaf() {
        value(element)
    } else {
        String::new()
    };
    format!(
        "<{}{}>{}{}</>",
        element.name,
        attributes.concat(),
        tree::escaped(&text),
        children.concat()
    )
}

/// A value without the blanks that mean nothing: of prefixes, keys and tags all of them do.
pub(super) fn exact(element: &Element) -> &str {
    if matches!(element.name.as_str(), "Prefix" | "Key" | "Value") {
        &element.text
    } else {
        element.text.trim()
    }
}

/// A value as it is compared.
fn value(element: &Element) -> String {
    let text = exact(element);
    let date = (element.name == "Date").then(|| Timestamp::from_rfc3339(text));
    match date.flatten() {
        // With or without a fraction of a second.
        Some(at) => at.rfc3339(),
        None => text.to_owned(),
    }
}

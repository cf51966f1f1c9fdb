//! A rule that aborts uploads, put into a configuration so that every other byte of it stays.

use std::ops::Range;

use super::same::id;
use super::tree::{Element, MAX_BYTES, escaped};
use super::words::{abort_days, visible};
use super::{Change, Configuration, Document, MAX_RULES, NoConfiguration, Proposal, ROOT, root};

/// The namespace of S3's documents. Source: API reference, `PutBucketLifecycleConfiguration`.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// The longest key, and so the longest prefix, in bytes. Source: S3 User Guide, "Naming Amazon S3 objects".
const MAX_PREFIX: usize = 1024;
/// The most days that S3 takes: a positive 32-bit number. Source: as above, `DaysAfterInitiation` is an Integer.
const MAX_DAYS: u32 = i32::MAX.unsigned_abs();

/// What a proposal comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// `None`: there is nothing to do.
    pub change: Option<Change>,
    /// What is done, in one sentence.
    pub words: String,
    /// What the person should know: another rule is earlier anyway.
    pub remark: Option<String>,
}

/// Makes up the change that puts the proposed rule in force.
///
/// # Errors
/// Where the proposal cannot be a rule, or the configuration takes none.
pub fn propose(
    configuration: &Configuration,
    proposal: &Proposal,
) -> Result<Plan, NoConfiguration> {
    check(proposal)?;
    let Some(before) = &configuration.document else {
        let body = fresh(proposal);
        let after = Document {
            body,
            default_minimum: None,
        };
        return Ok(Plan {
            change: Some(Change {
                before: None,
                after,
            }),
            words: format!(
                "begins a configuration with a rule that {}",
                aborts(proposal)
            ),
            remark: None,
        });
    };
    let root = root(&before.body)?;
    let (body, words) = match standing(&root, proposal) {
        Standing::Same(id) => {
            return Ok(Plan {
                change: None,
                words: format!("nothing to do: {} already {}", named(&id), aborts(proposal)),
                remark: earlier(configuration, proposal),
            });
        }
        Standing::Other(rule) => renumbered(&before.body, rule, proposal)?,
        Standing::None => inserted(&before.body, &root, proposal)?,
    };
    let after = Document {
        body,
        default_minimum: before.default_minimum.clone(),
    };
    let then = Configuration::read(Some(after.clone()))?;
    let change = Change {
        before: Some(before.clone()),
        after,
    };
    Ok(Plan {
        change: Some(change),
        words,
        remark: earlier(&then, proposal),
    })
}

fn check(proposal: &Proposal) -> Result<(), NoConfiguration> {
    if proposal.days == 0 || proposal.days > MAX_DAYS {
        return Err(NoConfiguration::new(
            "the days have to be a whole number from 1 to 2,147,483,647",
        ));
    }
    if proposal.prefix.len() > MAX_PREFIX {
        return Err(NoConfiguration::new(
            "the prefix is longer than a key can be (1,024 bytes)",
        ));
    }
    // What XML 1.0 has no way to write. Source: XML 1.0, 2.2 Characters.
    let is_writable = |c: char| {
        matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    if !proposal.prefix.chars().all(is_writable) {
        return Err(NoConfiguration::new(
            "the prefix holds a control character, which a lifecycle rule cannot carry",
        ));
    }
    Ok(())
}

/// `aborts uploads 7 days after they began, under logs/`.
fn aborts(proposal: &Proposal) -> String {
    let mut words = format!("aborts uploads {} after they began", days(proposal.days));
    if !proposal.prefix.is_empty() {
        words.push_str(&format!(", under {}", visible(&proposal.prefix)));
    }
    words
}

fn named(id: &str) -> String {
    if id.is_empty() {
        "a rule without an ID".to_owned()
    } else {
        format!("the rule '{id}'")
    }
}

/// A rule that ends all these uploads before the proposed one would, whatever is done.
fn earlier(after: &Configuration, proposal: &Proposal) -> Option<String> {
    let rules = after.abort_rules();
    let earliest = rules
        .iter()
        .filter(|rule| proposal.prefix.starts_with(&rule.prefix) && rule.days < proposal.days)
        .min_by_key(|rule| rule.days)?;
    Some(format!(
        "{} ends them after {} already: the earlier one counts",
        named(&earliest.id),
        days(earliest.days)
    ))
}

fn days(count: u32) -> String {
    match count {
        1 => "1 day".to_owned(),
        count => format!("{count} days"),
    }
}

/// What stands for exactly the proposed prefix already.
enum Standing<'a> {
    None,
    /// A rule of this ID with the same days.
    Same(String),
    /// A rule that does nothing else, with other days.
    Other(&'a Element),
}

fn standing<'a>(root: &'a Element, proposal: &Proposal) -> Standing<'a> {
    let rules = root.all("Rule").filter(|rule| {
        super::words::rule(rule)
            .abort
            .is_some_and(|abort| abort.prefix == proposal.prefix)
    });
    let mut other = None;
    for rule in rules {
        if abort_days(rule) == Some(proposal.days) {
            return Standing::Same(id(rule).to_owned());
        }
        if aborts_alone(rule) && other.is_none() {
            other = Some(rule);
        }
    }
    other.map_or(Standing::None, Standing::Other)
}

/// Whether a rule is enabled and does nothing but abort uploads.
fn aborts_alone(rule: &Element) -> bool {
    let known = |name: &str| {
        matches!(
            name,
            "ID" | "Status" | "Prefix" | "Filter" | "AbortIncompleteMultipartUpload"
        )
    };
    rule.children.iter().all(|child| known(&child.name)) && super::words::rule(rule).abort.is_some()
}

/// The same text with other days in one rule.
fn renumbered(
    body: &str,
    rule: &Element,
    proposal: &Proposal,
) -> Result<(String, String), NoConfiguration> {
    let place = rule
        .child("AbortIncompleteMultipartUpload")
        .and_then(|abort| abort.child("DaysAfterInitiation"))
        .and_then(|days| days.inner.clone());
    let Some(place) = place else {
        return Err(NoConfiguration::new("its rule for uploads has no days"));
    };
    let written = body.get(place.clone()).unwrap_or_default();
    // Only the digits, where they stand there plainly.
    let digits = written.trim();
    let place = match written.find(digits) {
        Some(at) if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) => {
            place.start + at..place.start + at + digits.len()
        }
        _ => place,
    };
    let old = abort_days(rule).unwrap_or_default();
    let words = format!(
        "changes {} from {} to {}, and nothing else",
        named(id(rule)),
        days(old),
        days(proposal.days)
    );
    Ok((replaced(body, place, &proposal.days.to_string())?, words))
}

/// The same text with one more rule.
fn inserted(
    body: &str,
    root: &Element,
    proposal: &Proposal,
) -> Result<(String, String), NoConfiguration> {
    if root.all("Rule").count() >= MAX_RULES {
        return Err(NoConfiguration::new(
            "the configuration has 1,000 rules already, and takes no more",
        ));
    }
    if root.all("Rule").any(|rule| rule.child("Action").is_some()) {
        return Err(NoConfiguration::new(
            "its rules are written in another form than S3's (Action and Condition), to which nothing can be \
             added here",
        ));
    }
    let id = free_id(root, &proposal.prefix);
    let words = format!("adds the rule '{id}' that {}", aborts(proposal));
    let style = Style {
        prefix: &root.prefix,
        bare: is_older(root),
        indent: indent(body, root),
    };
    let rule = style.rule(&id, proposal);
    let text = match (root.all("Rule").last(), &root.inner) {
        (Some(last), _) => replaced(body, last.span.end..last.span.end, &rule)?,
        (None, Some(inner)) => replaced(body, inner.end..inner.end, &rule)?,
        (None, None) => opened(body, root, &rule)?,
    };
    Ok((text, words))
}

/// A root of one tag becomes two with the rule between them.
fn opened(body: &str, root: &Element, rule: &str) -> Result<String, NoConfiguration> {
    let tag = body.get(root.span.clone()).unwrap_or_default();
    let bare = tag.trim_end_matches('>').trim_end_matches('/').trim_end();
    let whole = format!("{bare}>{rule}</{}{ROOT}>", root.prefix);
    replaced(body, root.span.clone(), &whole)
}

fn replaced(body: &str, place: Range<usize>, with: &str) -> Result<String, NoConfiguration> {
    let head = body.get(..place.start);
    let tail = body.get(place.end..);
    match (head, tail) {
        (Some(head), Some(tail)) if head.len() + with.len() + tail.len() <= MAX_BYTES => {
            Ok([head, with, tail].concat())
        }
        _ => Err(NoConfiguration::new("it would be larger than 4 MiB")),
    }
}

/// Whether its rules have their prefix without a filter: S3 refuses both forms in one configuration.
/// Source: S3's answer `InvalidRequest`, "Filter element can only be used in Lifecycle V2".
fn is_older(root: &Element) -> bool {
    let mut rules = root.all("Rule").peekable();
    rules.peek().is_some()
        && root.all("Rule").any(|rule| rule.child("Prefix").is_some())
        && rules.all(|rule| rule.child("Filter").is_none())
}

/// The line break and blanks before the last rule; empty where the document is one line.
fn indent<'a>(body: &'a str, root: &Element) -> &'a str {
    let Some(last) = root.all("Rule").last() else {
        return "";
    };
    let head = body.get(..last.span.start).unwrap_or_default();
    let blanks = head.len() - head.trim_end_matches([' ', '\t', '\n', '\r']).len();
    let blank = &head[head.len() - blanks..];
    match blank.rfind('\n') {
        Some(at) if at > 0 && blank.as_bytes()[at - 1] == b'\r' => &blank[at - 1..],
        Some(at) => &blank[at..],
        None => "",
    }
}

/// `mopup-abort-all`, `mopup-abort-logs`, with a number where it is taken. At most 255 characters.
/// Source: API reference, `LifecycleRule`.
fn free_id(root: &Element, prefix: &str) -> String {
    let mut slug = String::new();
    for character in prefix.chars().take(60) {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches('-');
    let plain = format!("mopup-abort-{}", if slug.is_empty() { "all" } else { slug });
    let taken: std::collections::HashSet<&str> = root.all("Rule").map(id).collect();
    let mut free = plain.clone();
    let mut number = 1;
    while taken.contains(free.as_str()) {
        number += 1;
        free = format!("{plain}-{number}");
    }
    free
}

fn fresh(proposal: &Proposal) -> String {
    let style = Style {
        prefix: "",
        bare: false,
        indent: "",
    };
    let rule = style.rule(&free_id(&Element::default(), &proposal.prefix), proposal);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{ROOT} xmlns=\"{NAMESPACE}\">{rule}</{ROOT}>"
    )
}

/// How a rule is written so that it fits its document.
struct Style<'a> {
    /// Of the namespace, with its colon.
    prefix: &'a str,
    /// The rule's prefix has no filter around it.
    bare: bool,
    /// What stands before each rule.
    indent: &'a str,
}

impl Style<'_> {
    fn rule(&self, id: &str, proposal: &Proposal) -> String {
        let deeper = |by: usize| {
            if self.indent.is_empty() {
                String::new()
            } else {
                format!("{}{}", self.indent, "  ".repeat(by))
            }
        };
        let prefix = if proposal.prefix.is_empty() {
            format!("<{}Prefix/>", self.prefix)
        } else {
            self.element("Prefix", &escaped(&proposal.prefix))
        };
        let prefix = if self.bare {
            prefix
        } else {
            self.element("Filter", &prefix)
        };
        let age = self.element("DaysAfterInitiation", &proposal.days.to_string());
        let inside = [
            self.element("ID", &escaped(id)),
            prefix,
            self.element("Status", "Enabled"),
            self.element("AbortIncompleteMultipartUpload", &age),
        ];
        let mut rule = format!("{}<{}Rule>", deeper(0), self.prefix);
        for element in inside {
            rule.push_str(&deeper(1));
            rule.push_str(&element);
        }
        rule.push_str(&deeper(0));
        rule.push_str(&format!("</{}Rule>", self.prefix));
        rule
    }

    fn element(&self, name: &str, inner: &str) -> String {
        format!("<{0}{name}>{inner}</{0}{name}>", self.prefix)
    }
}

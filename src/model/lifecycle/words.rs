//! One rule in one plain sentence.

use super::Rule;
use super::tree::Element;
use crate::model::deadline::AbortRule;
use crate::model::human;

/// What a rule is about.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// `None`: none is written.
    pub(super) prefix: Option<String>,
    tags: Vec<(String, String)>,
    larger: Option<String>,
    smaller: Option<String>,
    /// Names of elements that are not known here.
    unknown: Vec<String>,
}

impl Scope {
    pub(super) fn of(rule: &Element) -> Self {
        let mut scope = Self::default();
        if let Some(prefix) = rule.child("Prefix") {
            scope.prefix = Some(prefix.text.clone());
        }
        if let Some(filter) = rule.child("Filter") {
            scope.add(filter, true);
        }
        scope
    }

    fn add(&mut self, within: &Element, outermost: bool) {
        for child in &within.children {
            match child.name.as_str() {
                "Prefix" => self.prefix = Some(child.text.clone()),
                "Tag" => {
                    let of = |name| child.child(name).map_or("", |found| found.text.as_str());
                    self.tags
                        .push((of("Key").to_owned(), of("Value").to_owned()));
                }
                "ObjectSizeGreaterThan" => self.larger = Some(child.text.trim().to_owned()),
                "ObjectSizeLessThan" => self.smaller = Some(child.text.trim().to_owned()),
                "And" if outermost => self.add(child, false),
                other => self.unknown.push(other.to_owned()),
            }
        }
    }

    /// Whether nothing narrows it but a prefix.
    pub(super) fn is_prefix_alone(&self) -> bool {
        self.tags.is_empty()
            && self.larger.is_none()
            && self.smaller.is_none()
            && self.unknown.is_empty()
    }

    fn objects(&self) -> String {
        let mut words = "objects".to_owned();
        let tags = self
            .tags
            .iter()
            .map(|(key, value)| format!("{}={}", visible(key), visible(value)));
        let tags = tags.collect::<Vec<_>>().join(" and ");
        if !tags.is_empty() {
            words.push_str(&format!(" tagged {tags}"));
        }
        let bytes = |text: &String| text.parse().map_or_else(|_| text.clone(), human::size);
        let sizes = [
            self.larger
                .as_ref()
                .map(|of| format!("larger than {}", bytes(of))),
            self.smaller
                .as_ref()
                .map(|of| format!("smaller than {}", bytes(of))),
        ];
        let sizes = sizes
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" and ");
        if !sizes.is_empty() {
            words.push_str(&format!(" {sizes}"));
        }
        words
    }
}

/// A text in a sentence: between quotes where blanks at its ends or a comma would be lost in it.
pub(super) fn visible(text: &str) -> String {
    if text.trim() == text && !text.contains([',', ';', ':', '\'']) {
        text.to_owned()
    } else {
        format!("'{text}'")
    }
}

/// A rule as it is told.
pub(super) fn rule(element: &Element) -> Rule {
    let scope = Scope::of(element);
    let enabled = element
        .text_of("Status")
        .is_some_and(|status| status.eq_ignore_ascii_case("enabled"));
    let id = element.text_of("ID").unwrap_or_default().to_owned();
    let days = abort_days(element);
    let abort = days.filter(|_| enabled && scope.is_prefix_alone());
    let abort = abort.map(|days| AbortRule {
        id: id.clone(),
        prefix: scope.prefix.clone().unwrap_or_default(),
        days,
    });
    Rule {
        id,
        enabled,
        words: sentence(element, &scope, enabled),
        abort,
    }
}

/// After how many days uploads are aborted, whatever else the rule does; `None`: it does not, or does not say.
pub(super) fn abort_days(rule: &Element) -> Option<u32> {
    let abort = rule.child("AbortIncompleteMultipartUpload")?;
    let days = abort.text_of("DaysAfterInitiation")?.parse().ok()?;
    (days > 0).then_some(days)
}

fn sentence(rule: &Element, scope: &Scope, enabled: bool) -> String {
    let mut told = Actions::default();
    for child in &rule.children {
        told.add(child, scope);
    }
    let mut words = if told.done.is_empty() {
        "does nothing".to_owned()
    } else {
        told.done.join(", ")
    };
    if let Some(prefix) = scope.prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
        words.push_str(&format!(", under {}", visible(prefix)));
    }
    told.unknown
        .extend(scope.unknown.iter().map(|name| format!("Filter/{name}")));
    if !told.unknown.is_empty() {
        words.push_str(&format!(
            "; says more that is not understood here: {}",
            told.unknown.join(", ")
        ));
    }
    match rule.text_of("Status") {
        _ if enabled => words,
        Some(status) if status.eq_ignore_ascii_case("disabled") => format!("disabled: {words}"),
        Some(status) => format!("not enabled (status '{status}'): {words}"),
        None => format!("not enabled (it has no status): {words}"),
    }
}

/// What is told so far.
#[derive(Debug, Default)]
struct Actions {
    done: Vec<String>,
    /// Objects were spoken of.
    named: bool,
    versions: bool,
    unknown: Vec<String>,
}

impl Actions {
    fn add(&mut self, child: &Element, scope: &Scope) {
        match child.name.as_str() {
            "ID" | "Status" | "Prefix" | "Filter" => {}
            "Transition" => {
                let class = child
                    .text_of("StorageClass")
                    .unwrap_or("another class")
                    .to_owned();
                let objects = self.objects(scope);
                self.done
                    .push(format!("moves {objects} to {class} {}", when(child)));
            }
            "Expiration" => self.expiration(child, scope),
            "NoncurrentVersionTransition" => {
                let class = child
                    .text_of("StorageClass")
                    .unwrap_or("another class")
                    .to_owned();
                let versions = self.versions(scope);
                let when = noncurrent(child);
                self.done.push(format!("moves {versions} to {class}{when}"));
            }
            "NoncurrentVersionExpiration" => {
                let versions = self.versions(scope);
                let when = noncurrent(child);
                self.done.push(format!("removes {versions}{when}"));
            }
            "AbortIncompleteMultipartUpload" => {
                self.done.push(match child.text_of("DaysAfterInitiation") {
                    Some("1") => "aborts uploads 1 day after they began".to_owned(),
                    Some(days) => format!("aborts uploads {days} days after they began"),
                    None => "aborts uploads after a time that it does not say".to_owned(),
                });
            }
            other => self.unknown.push(other.to_owned()),
        }
    }

    fn expiration(&mut self, child: &Element, scope: &Scope) {
        if child.child("Days").is_some() || child.child("Date").is_some() {
            let objects = self.objects(scope);
            self.done.push(format!("expires {objects} {}", when(child)));
        }
        let marker = child.text_of("ExpiredObjectDeleteMarker");
        if marker.is_some_and(|marker| marker.eq_ignore_ascii_case("true")) {
            self.done
                .push("removes delete markers that hide nothing any more".to_owned());
        }
        for more in &child.children {
            if !matches!(
                more.name.as_str(),
                "Days" | "Date" | "ExpiredObjectDeleteMarker"
            ) {
                self.unknown.push(format!("Expiration/{}", more.name));
            }
        }
    }

    fn objects(&mut self, scope: &Scope) -> String {
        if std::mem::replace(&mut self.named, true) {
            "them".to_owned()
        } else {
            scope.objects()
        }
    }

    fn versions(&mut self, scope: &Scope) -> String {
        if std::mem::replace(&mut self.versions, true) {
            return "those versions".to_owned();
        }
        if std::mem::replace(&mut self.named, true) {
            "their old versions".to_owned()
        } else {
            format!("old versions of {}", scope.objects())
        }
    }
}

fn days(count: &str) -> String {
    if count == "1" {
        "1 day".to_owned()
    } else {
        format!("{count} days")
    }
}

/// `after 30 days`, `on 2027-01-01`.
fn when(action: &Element) -> String {
    if let Some(date) = action.text_of("Date") {
        return format!("on {}", date.split('T').next().unwrap_or(date));
    }
    match action.text_of("Days") {
        Some("0") => "at once".to_owned(),
        Some(count) => format!("after {}", days(count)),
        None => "at a time that it does not say".to_owned(),
    }
}

/// ` after 30 days`, and how many stay.
fn noncurrent(action: &Element) -> String {
    let mut words = String::new();
    if let Some(count) = action.text_of("NoncurrentDays") {
        words.push_str(&format!(" {} after they were replaced", days(count)));
    }
    if let Some(count) = action.text_of("NewerNoncurrentVersions") {
        words.push_str(&format!(", but not the newest {count}"));
    }
    words
}

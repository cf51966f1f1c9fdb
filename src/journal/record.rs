//! One line of a journal, as text and as data. Knows the format and which lines may follow which; no file.

use std::collections::BTreeMap;

use serde::{Serialize, de};
use serde_json::Value;

use super::{Begun, Completing, End, PartRecord, Recipe, State};

/// The format that is written, and the only one that is read.
pub(super) const VERSION: u64 = 1;

/// Every line but the first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    Begun(Begun),
    Part(PartRecord),
    Completing(Completing),
    #[serde(untagged)]
    End(End),
}

/// Why a line is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Not JSON at all: torn, if it is the last one.
    NotJson(String),
    /// JSON that says nothing sensible here.
    Wrong(String),
    /// From a later version of the format, or a record that this one does not know.
    Newer {
        version: u64,
        record: Option<String>,
    },
}

/// What the lines so far allow to follow.
#[derive(Debug)]
pub(super) struct Order {
    max_parts: u32,
    upload_id: Option<String>,
    /// Nothing was added to what an adoption begins with.
    is_only_adopted: bool,
    is_ended: bool,
}

#[derive(Serialize)]
struct First<'a> {
    intent: Intent<'a>,
}

#[derive(Serialize)]
struct Intent<'a> {
    version: u64,
    #[serde(flatten)]
    recipe: &'a Recipe,
}

/// The first line, with its end.
pub(super) fn first_line(recipe: &Recipe) -> serde_json::Result<Vec<u8>> {
    line(&First {
        intent: Intent {
            version: VERSION,
            recipe,
        },
    })
}

/// Any other line, with its end.
pub(super) fn line(record: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    Ok(line)
}

/// The kind of a line, and what it says.
fn parse(line: &[u8]) -> Result<(String, Value), Misfit> {
    let value: Value =
        serde_json::from_slice(line).map_err(|error| Misfit::NotJson(error.to_string()))?;
    let Value::Object(fields) = value else {
        return Err(Misfit::Wrong("not an object".to_owned()));
    };
    let mut fields = fields.into_iter();
    match (fields.next(), fields.next()) {
        (Some(field), None) => Ok(field),
        _ => Err(Misfit::Wrong("not one field".to_owned())),
    }
}

/// Reads the first line.
pub(super) fn read_first(line: &[u8]) -> Result<Recipe, Misfit> {
    let (kind, mut said) = parse(line)?;
    if kind != "intent" {
        return Err(Misfit::Wrong(format!("'{kind}' where 'intent' belongs")));
    }
    // Before anything else: a later version may have any other fields.
    let version = said.as_object_mut().and_then(|said| said.remove("version"));
    match version.as_ref().and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(version) if version > VERSION => {
            let record = None;
            return Err(Misfit::Newer { version, record });
        }
        _ => return Err(Misfit::Wrong("no version".to_owned())),
    }
    let recipe: Recipe = value(said)?;
    let adopted = recipe.adopted.as_ref();
    if adopted.is_some_and(|adopted| adopted.begun.upload_id.is_empty()) {
        return Err(Misfit::Wrong("an empty upload ID".to_owned()));
    }
    Ok(recipe)
}

/// Reads any other line.
pub(super) fn read(line: &[u8]) -> Result<Record, Misfit> {
    let (kind, said) = parse(line)?;
    match kind.as_str() {
        "begun" => value(said).map(Record::Begun),
        "part" => value(said).map(Record::Part),
        "completing" => value(said).map(Record::Completing),
        "stored" | "aborted" => {
            let whole = Value::Object(std::iter::once((kind, said)).collect());
            value(whole).map(Record::End)
        }
        "intent" => Err(Misfit::Wrong("a second 'intent'".to_owned())),
        _ => Err(Misfit::Newer {
            version: VERSION,
            record: Some(kind),
        }),
    }
}

fn value<T: de::DeserializeOwned>(said: Value) -> Result<T, Misfit> {
    serde_json::from_value(said).map_err(|error| Misfit::Wrong(error.to_string()))
}

impl Order {
    pub(super) fn after(recipe: &Recipe) -> Self {
        Self {
            max_parts: recipe.layout.max_parts,
            upload_id: recipe
                .adopted
                .as_ref()
                .map(|adopted| adopted.begun.upload_id.clone()),
            is_only_adopted: recipe.adopted.is_some(),
            is_ended: false,
        }
    }

    /// Whether its upload was begun from here.
    pub(super) fn is_begun(&self) -> bool {
        self.upload_id.is_some() && !self.is_only_adopted
    }

    /// Whether `record` may follow; `Err`: why not. The same for reading and for writing.
    pub(super) fn check(&self, record: &Record) -> Result<(), String> {
        if self.is_ended {
            return Err("a line after the end of the upload".to_owned());
        }
        let id = self.upload_id.as_deref();
        match record {
            Record::Begun(begun) if begun.upload_id.is_empty() => {
                Err("an empty upload ID".to_owned())
            }
            Record::Begun(begun) if id.is_some_and(|id| id != begun.upload_id) => {
                Err("another upload ID than before".to_owned())
            }
            // An upload may be given up before the answer to its creation arrived.
            Record::Begun(_) | Record::End(End::Aborted { .. }) => Ok(()),
            _ if id.is_none() => Err("a line that belongs behind 'begun'".to_owned()),
            Record::Part(part) if part.number == 0 || part.number > self.max_parts => Err(format!(
                "part {} of at most {}",
                part.number, self.max_parts
            )),
            _ => Ok(()),
        }
    }

    /// Takes note of a record that was checked.
    pub(super) fn note(&mut self, record: &Record) {
        self.is_only_adopted = false;
        match record {
            Record::Begun(begun) => self.upload_id = Some(begun.upload_id.clone()),
            Record::End(_) => self.is_ended = true,
            Record::Part(_) | Record::Completing(_) => {}
        }
    }
}

impl State {
    pub(super) fn of(recipe: Recipe) -> Self {
        Self {
            begun: recipe.adopted.as_ref().map(|of| of.begun.clone()),
            recipe,
            parts: BTreeMap::new(),
            completing: None,
            end: None,
        }
    }

    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::Begun(begun) => self.begun = Some(begun),
            Record::Part(part) => {
                self.parts.insert(part.number, part);
            }
            Record::Completing(completing) => self.completing = Some(completing),
            Record::End(end) => self.end = Some(end),
        }
    }
}

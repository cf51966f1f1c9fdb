//! From the text of a filter to its terms, with errors that point at the character.

use regex::Regex;

use super::eval::Needle;
use super::value::{Value, bytes, dates, error, span, whole};
use super::{Comparison, FilterError, Pattern, Place, Term, Test};
use crate::model::State;

/// The fields, in the order in which they are offered, each with the comparison that suits it.
pub(super) const FIELDS: [(&str, &str); 13] = [
    ("age", ">"),
    ("idle", ">"),
    ("size", ">"),
    ("parts", ">"),
    ("state", ":"),
    ("class", ":"),
    ("initiator", ":"),
    ("key", "~"),
    ("id", ":"),
    ("bucket", ":"),
    ("owner", ":"),
    ("deadline", "<"),
    ("began", ">="),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Order(Comparison),
    /// `:`
    Has,
    /// `=`
    Is,
    /// `~`
    Matches,
}

/// Reads characters; knows its column.
struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn column(&self) -> usize {
        (self.at + 1).min(self.chars.len())
    }

    fn skip_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let text: String = rest.iter().take_while(|c| keep(**c)).collect();
        self.at += text.chars().count();
        text
    }

    fn takes(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// A field's name, if an operator follows it at once.
    fn field(&mut self) -> Option<(String, usize)> {
        let (start, column) = (self.at, self.column());
        let name = self.skip_while(|c| c.is_ascii_alphabetic() || c == '_');
        let operator = match self.peek() {
            Some('!') => self.chars.get(self.at + 1) == Some(&'='),
            next => next.is_some_and(|c| "<>=:~".contains(c)),
        };
        if name.is_empty() || !operator {
            self.at = start;
            return None;
        }
        Some((name, column))
    }

    /// The operator, and whether it is a `!=`.
    fn op(&mut self) -> (Op, bool) {
        use Comparison::{AtLeast, AtMost, Greater, Less};
        let sign = self.peek();
        self.at += 1;
        match sign {
            Some('>') if self.takes('=') => (Op::Order(AtLeast), false),
            Some('>') => (Op::Order(Greater), false),
            Some('<') if self.takes('=') => (Op::Order(AtMost), false),
            Some('<') => (Op::Order(Less), false),
            Some('!') => {
                self.at += 1;
                (Op::Is, true)
            }
            Some('~') => (Op::Matches, false),
            Some('=') => {
                self.takes('=');
                (Op::Is, false)
            }
            _ => (Op::Has, false),
        }
    }

    fn value(&mut self) -> Result<Value, FilterError> {
        let column = self.column();
        let Some(quote) = self.peek().filter(|c| matches!(c, '\'' | '"')) else {
            let text = self.skip_while(|c| !c.is_whitespace());
            return Ok(Value {
                text,
                quoted: false,
                column,
            });
        };
        self.at += 1;
        let text = self.skip_while(|c| c != quote);
        if !self.takes(quote) {
            return error(column, format!("this {quote} is never closed"));
        }
        if self.peek().is_some_and(|c| !c.is_whitespace()) {
            return error(self.column(), "put a space behind the closing quote");
        }
        Ok(Value {
            text,
            quoted: true,
            column,
        })
    }
}

pub(super) fn terms(text: &str) -> Result<Vec<Term>, FilterError> {
    let mut reader = Reader {
        chars: text.chars().collect(),
        at: 0,
    };
    let mut terms = Vec::new();
    loop {
        reader.skip_while(char::is_whitespace);
        if reader.peek().is_none() {
            return Ok(terms);
        }
        terms.push(term(&mut reader)?);
    }
}

fn term(reader: &mut Reader) -> Result<Term, FilterError> {
    let column = reader.column();
    let negated = reader.takes('-') || reader.takes('!');
    if negated && reader.peek().is_none_or(char::is_whitespace) {
        return error(column, "nothing follows that could be negated");
    }
    if let Some((name, column)) = reader.field() {
        let op_column = reader.column();
        let (op, not) = reader.op();
        let value = reader.value()?;
        let field = Field {
            name: name.to_ascii_lowercase(),
            column,
            op,
            op_column,
            text: reader.chars[column - 1..reader.at].iter().collect(),
        };
        return Ok(Term {
            negated: negated != not,
            test: field.test(&value)?,
        });
    }
    if reader.peek().is_some_and(|c| "<>=:~".contains(c)) {
        return error(
            reader.column(),
            "a comparison stands directly behind its field, as in age>7d; quote it to search for the text",
        );
    }
    let word = reader.value()?;
    if word.text.is_empty() {
        return error(word.column, "these quotes hold nothing");
    }
    Ok(Term {
        negated,
        test: Test::Text(Place::Key, Pattern::Contains(Needle::new(&word.text))),
    })
}

struct Field {
    name: String,
    column: usize,
    op: Op,
    op_column: usize,
    /// The whole term as it was written, without its sign.
    text: String,
}

impl Field {
    fn test(&self, value: &Value) -> Result<Test, FilterError> {
        let place = match self.name.as_str() {
            "key" => Place::Key,
            "id" => Place::Id,
            "bucket" => Place::Bucket,
            "class" => Place::Class,
            "initiator" => Place::Initiator,
            "owner" => Place::Owner,
            "age" => return Ok(Test::Age(self.order()?, span(value)?)),
            "began" => return self.began(value),
            "idle" => return Ok(Test::Idle(self.order()?, span(value)?)),
            "deadline" => return Ok(Test::Deadline(self.order()?, span(value)?)),
            "size" => return Ok(Test::Size(self.order()?, bytes(value)?)),
            "parts" => return Ok(Test::Parts(self.order()?, whole(value)?)),
            "state" => return self.states(value),
            _ => return self.unknown(),
        };
        Ok(Test::Text(place, self.pattern(place, value)?))
    }

    fn unknown<T>(&self) -> Result<T, FilterError> {
        let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        let quote = if self.text.contains('\'') { '"' } else { '\'' };
        error(
            self.column,
            format!(
                "'{}' is no field; fields are {}; to search keys for the text, quote it: {quote}{}{quote}",
                self.name,
                names.join(" "),
                self.text,
            ),
        )
    }

    fn order(&self) -> Result<Comparison, FilterError> {
        match self.op {
            Op::Order(comparison) => Ok(comparison),
            Op::Has | Op::Is => Ok(Comparison::Equal),
            Op::Matches => error(
                self.op_column,
                format!("{} takes > >= < <= or =, not ~", self.name),
            ),
        }
    }

    fn began(&self, value: &Value) -> Result<Test, FilterError> {
        let comparison = self.order()?;
        if value.text != "unknown" {
            return Ok(Test::Began(comparison, Some(dates(value)?)));
        }
        if comparison != Comparison::Equal {
            return error(self.op_column, "what is unknown is told as began:unknown");
        }
        Ok(Test::Began(comparison, None))
    }

    fn states(&self, value: &Value) -> Result<Test, FilterError> {
        if !matches!(self.op, Op::Has | Op::Is) {
            return error(self.op_column, "state takes : as in state:stale,empty");
        }
        let mut states = Vec::new();
        let mut column = value.column + usize::from(value.quoted);
        for word in value.text.split(',') {
            let Some(state) = State::from_word(&word.to_ascii_lowercase()) else {
                let words: Vec<&str> = State::ALL.iter().map(|state| state.word()).collect();
                return error(
                    column,
                    format!("'{word}' is no state; states are {}", words.join(" ")),
                );
            };
            states.push(state);
            column += word.chars().count() + 1;
        }
        Ok(Test::State(states))
    }

    fn pattern(&self, place: Place, value: &Value) -> Result<Pattern, FilterError> {
        if value.text.is_empty() && self.op != Op::Is {
            return error(value.column, format!("{} needs a text here", self.name));
        }
        Ok(match (self.op, place) {
            (Op::Order(_), _) => {
                return error(
                    self.op_column,
                    format!(
                        "{} is a text: it takes : (contains), = (is) or ~ (matches)",
                        self.name
                    ),
                );
            }
            (Op::Matches, _) => match Regex::new(&value.text) {
                Ok(regex) => Pattern::Matches(regex),
                Err(problem) => return error(value.column, regex_problem(&problem)),
            },
            (_, Place::Class) if value.quoted => Pattern::OneOf(vec![value.text.clone()]),
            (_, Place::Class) => Pattern::OneOf(value.text.split(',').map(str::to_owned).collect()),
            (Op::Is, _) => Pattern::Is(value.text.clone()),
            (Op::Has, _) => Pattern::Contains(Needle::new(&value.text)),
        })
    }
}

/// The last line of what the regex crate says; the others repeat the pattern.
fn regex_problem(problem: &regex::Error) -> String {
    let text = problem.to_string();
    let last = text.lines().last().unwrap_or_default();
    let last = last.strip_prefix("error: ").unwrap_or(last);
    format!("no regular expression: {last}")
}

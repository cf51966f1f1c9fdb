//! A lifecycle document as a tree that knows where in the text each element stands. Knows nothing of rules.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::NoConfiguration;

/// Deeper than any rule: `Rule/Filter/And/Tag/Key` below the root is 6.
const MAX_DEPTH: usize = 32;
/// Bytes. A thousand rules with long prefixes and tags stay far below.
pub(super) const MAX_BYTES: usize = 4 << 20;

/// One element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    /// Without its namespace's prefix.
    pub(super) name: String,
    /// The namespace's prefix with its colon; empty where there is none.
    pub(super) prefix: String,
    /// As they stand in the text, without declarations of namespaces.
    pub(super) attributes: Vec<(String, String)>,
    /// All text right within it, entities resolved.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
    /// From its first `<` to behind its last `>`.
    pub(super) span: Range<usize>,
    /// Between its tags; `None`: it is written as one tag.
    pub(super) inner: Option<Range<usize>>,
}

impl Element {
    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of this name, blanks around it cut off.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }

    /// Elements of one text and no children.
    pub(super) fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }
}

/// Reads a whole document.
///
/// # Errors
/// No XML, cut off, too deep or too large, with a document type, or with something behind its root.
pub(super) fn parse(text: &str) -> Result<Element, NoConfiguration> {
    if text.len() > MAX_BYTES {
        return Err(NoConfiguration::new("it is larger than 4 MiB"));
    }
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = Reader::from_str(&text[mark..]);
    let mut builder = Builder::new(mark);
    loop {
        let from = position(&reader);
        let event = reader
            .read_event()
            .map_err(|error| NoConfiguration::new(&format!("it is not XML: {error}")))?;
        let span = from..position(&reader);
        match event {
            Event::Start(start) => builder.enter(&start, span)?,
            Event::Empty(start) => builder.empty(&start, span)?,
            Event::End(_) => builder.leave(span),
            Event::Text(words) => builder.push(&String::from_utf8_lossy(&words))?,
            Event::CData(words) => builder.push(&String::from_utf8_lossy(&words))?,
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(character)) => builder.push(character.encode_utf8(&mut [0; 4]))?,
                _ => builder.push(entity(&name)?)?,
            },
            // Whoever writes one can have entities of any size; S3 writes none.
            Event::DocType(_) => return Err(NoConfiguration::new("it has a document type")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return builder.end(),
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn entity(name: &[u8]) -> Result<&'static str, NoConfiguration> {
    Ok(match name {
        b"amp" => "&",
        b"lt" => "<",
        b"gt" => ">",
        b"quot" => "\"",
        b"apos" => "'",
        other => {
            let name = String::from_utf8_lossy(other);
            return Err(NoConfiguration::new(&format!(
                "the entity '{name}' is not known"
            )));
        }
    })
}

/// The elements that are open, the outermost first, and the root once it is closed.
struct Builder {
    /// Bytes before the document.
    mark: usize,
    open: Vec<Element>,
    root: Option<Element>,
}

impl Builder {
    fn new(mark: usize) -> Self {
        Self {
            mark,
            open: Vec::new(),
            root: None,
        }
    }

    fn at(&self, span: &Range<usize>) -> Range<usize> {
        span.start + self.mark..span.end + self.mark
    }

    fn element(
        &self,
        start: &BytesStart<'_>,
        span: &Range<usize>,
    ) -> Result<Element, NoConfiguration> {
        if self.root.is_some() {
            return Err(NoConfiguration::new("something follows its last element"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(NoConfiguration::new("its elements are nested too deeply"));
        }
        let whole = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        let (prefix, name) = match whole.split_once(':') {
            Some((prefix, name)) => (format!("{prefix}:"), name.to_owned()),
            None => (String::new(), whole),
        };
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute
                .map_err(|error| NoConfiguration::new(&format!("it is not XML: {error}")))?;
            let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            if name != "xmlns" && !name.starts_with("xmlns:") {
                let value = String::from_utf8_lossy(&attribute.value).into_owned();
                attributes.push((name, value));
            }
        }
        Ok(Element {
            name,
            prefix,
            attributes,
            span: self.at(span),
            ..Element::default()
        })
    }

    fn enter(&mut self, start: &BytesStart<'_>, span: Range<usize>) -> Result<(), NoConfiguration> {
        let mut element = self.element(start, &span)?;
        element.inner = Some(element.span.end..element.span.end);
        self.open.push(element);
        Ok(())
    }

    fn empty(&mut self, start: &BytesStart<'_>, span: Range<usize>) -> Result<(), NoConfiguration> {
        let element = self.element(start, &span)?;
        self.close(element);
        Ok(())
    }

    fn leave(&mut self, span: Range<usize>) {
        let span = self.at(&span);
        if let Some(mut element) = self.open.pop() {
            if let Some(inner) = &mut element.inner {
                inner.end = span.start;
            }
            element.span.end = span.end;
            self.close(element);
        }
    }

    fn close(&mut self, element: Element) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn push(&mut self, text: &str) -> Result<(), NoConfiguration> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => {
                return Err(NoConfiguration::new(
                    "there is text outside of its elements",
                ));
            }
        }
        Ok(())
    }

    fn end(self) -> Result<Element, NoConfiguration> {
        if !self.open.is_empty() {
            return Err(NoConfiguration::new("it ends before its last element"));
        }
        self.root.ok_or_else(|| NoConfiguration::new("it is empty"))
    }
}

/// A text as it may stand between two tags. Line ends are written as references: a reader may turn them into others.
pub(super) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '\r' => written.push_str("&#13;"),
            '\n' => written.push_str("&#10;"),
            '\t' => written.push_str("&#9;"),
            other => written.push(other),
        }
    }
    written
}

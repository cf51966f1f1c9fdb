//! XML as S3's answers need it: one pass over bytes that are all there, elements asked for one by one.
//!
//! Pure: knows no answer, no request and no SDK. Stricter than its use needs where a lenient reading could pass a
//! part of a document for the whole (ends must match, and be there), and more lenient than XML 1.0 in one thing:
//! control characters are text, since keys hold them. No document type is read, so nothing can be defined in a
//! document that grows or reaches outside it.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

/// So deep may elements lie in each other: answers have four levels.
const DEPTH: usize = 32;
/// The longest reference that is looked at, without `&` and `;`: `#x10FFFF` with room for zeros.
const REFERENCE: usize = 16;

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoXml(pub &'static str);

const BROKEN_OFF: NoXml = NoXml("it ends before its last element does");
const MISMATCH: NoXml = NoXml("an element ends that did not begin last");

/// A place in a document: within the element that was entered last.
#[derive(Debug)]
pub struct Xml<'a> {
    text: &'a str,
    /// Everything before this was read.
    at: usize,
    /// The names of the elements around this place as written, the root first.
    open: Vec<&'a str>,
    /// The last one has no content and no end: `<a/>`.
    is_empty: bool,
}

impl<'a> Xml<'a> {
    /// Enters the root element. Answers its name without a prefix.
    ///
    /// # Errors
    /// What is not UTF-8, no XML, or begins with a document type.
    pub fn root(body: &'a [u8]) -> Result<(Self, &'a str), NoXml> {
        let text = std::str::from_utf8(body).map_err(|_| NoXml("it is not UTF-8"))?;
        let mut xml = Self {
            text: text.trim_start_matches('\u{feff}'),
            at: 0,
            open: Vec::new(),
            is_empty: false,
        };
        if !xml.rest().trim_start().starts_with('<') {
            return Err(NoXml("it does not begin with an element"));
        }
        match xml.child()? {
            Some(name) => Ok((xml, name)),
            None => Err(NoXml("it has no element")),
        }
    }

    /// Enters the next element within this one, past any text; at the end of this one leaves it and answers `None`.
    ///
    /// # Errors
    /// What is no XML, or ends before this element does.
    #[inline]
    pub fn child(&mut self) -> Result<Option<&'a str>, NoXml> {
        if std::mem::take(&mut self.is_empty) {
            self.open.pop();
            return Ok(None);
        }
        loop {
            self.at += memchr(b'<', self.rest().as_bytes()).ok_or(BROKEN_OFF)?;
            match self.text.as_bytes().get(self.at + 1) {
                Some(b'/') => return self.end().map(|()| None),
                Some(b'!' | b'?') => {
                    if self.aside()?.is_some() && self.open.is_empty() {
                        return Err(NoXml("there is text around the root element"));
                    }
                }
                _ => return self.start().map(Some),
            }
        }
    }

    /// The text of the element entered last, which it leaves.
    ///
    /// # Errors
    /// As [`Self::child`]; also an element within the text, or a reference that XML does not define.
    #[inline]
    pub fn value(&mut self) -> Result<Cow<'a, str>, NoXml> {
        if std::mem::take(&mut self.is_empty) {
            self.open.pop();
            return Ok(Cow::Borrowed(""));
        }
        let rest = self.rest();
        let length = memchr2(b'<', b'&', rest.as_bytes()).ok_or(BROKEN_OFF)?;
        let (text, behind) = rest.split_at(length);
        if behind.starts_with("</") {
            self.at += length;
            self.end()?;
            return Ok(Cow::Borrowed(text));
        }
        self.mixed().map(Cow::Owned)
    }

    /// Leaves the element entered last, whatever it holds.
    ///
    /// # Errors
    /// As [`Self::child`].
    pub fn skip(&mut self) -> Result<(), NoXml> {
        let depth = self.open.len();
        while self.open.len() >= depth {
            self.child()?;
        }
        Ok(())
    }

    /// Text with references, comments or sections in it.
    fn mixed(&mut self) -> Result<String, NoXml> {
        let mut value = String::new();
        loop {
            let rest = self.rest();
            let length = memchr2(b'<', b'&', rest.as_bytes()).ok_or(BROKEN_OFF)?;
            let (text, behind) = rest.split_at(length);
            value.push_str(text);
            self.at += length;
            match behind.as_bytes() {
                [b'&', ..] => value.push(self.reference()?),
                [b'<', b'/', ..] => {
                    self.end()?;
                    return Ok(value);
                }
                [b'<', b'!' | b'?', ..] => value.push_str(self.aside()?.unwrap_or_default()),
                _ => return Err(NoXml("there is an element within a value")),
            }
        }
    }

    /// The character that stands behind the reference at this place.
    fn reference(&mut self) -> Result<char, NoXml> {
        let name = &self.rest()[1..];
        let within = &name.as_bytes()[..name.len().min(REFERENCE + 1)];
        let length = memchr(b';', within).ok_or_else(|| NoXml("an '&' begins nothing"))?;
        let name = &name[..length];
        let number = |digits: &str, radix| {
            let is_number = digits.bytes().all(|digit| (digit as char).is_digit(radix));
            let code = u32::from_str_radix(digits, radix).ok();
            code.filter(|_| is_number).and_then(char::from_u32)
        };
        let found = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            name => match name
                .strip_prefix('#')
                .map(|digits| (digits, digits.strip_prefix('x')))
            {
                Some((_, Some(digits))) => number(digits, 16),
                Some((digits, None)) => number(digits, 10),
                None => None,
            },
        };
        self.at += length + 2;
        found.ok_or_else(|| NoXml("a reference is not known"))
    }

    /// Passes what is neither element nor plain text; the text of a section (`CDATA`) comes back.
    fn aside(&mut self) -> Result<Option<&'a str>, NoXml> {
        let rest = self.rest();
        let (begin, end) = match rest.as_bytes() {
            [b'<', b'?', ..] => (2, "?>"),
            [b'<', b'!', b'-', b'-', ..] => (4, "-->"),
            [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => (9, "]]>"),
            _ => return Err(NoXml("it has a document type, which no answer has")),
        };
        let within = &rest[begin..];
        let length = memmem::find(within.as_bytes(), end.as_bytes()).ok_or(BROKEN_OFF)?;
        self.at += begin + length + end.len();
        Ok((begin == 9).then(|| &within[..length]))
    }

    /// Enters the element that begins at this place.
    #[inline]
    fn start(&mut self) -> Result<&'a str, NoXml> {
        let rest = &self.rest()[1..];
        let bytes = rest.as_bytes();
        let length = bytes
            .iter()
            .position(|byte| is_behind_name(*byte))
            .ok_or(BROKEN_OFF)?;
        let name = &rest[..length];
        let end = if bytes[length] == b'>' {
            length
        } else {
            length + end_of_attributes(&bytes[length..])?
        };
        if name.is_empty() || bytes[length] == b'<' {
            return Err(NoXml("a '<' begins nothing"));
        }
        if self.open.len() >= DEPTH {
            return Err(NoXml("its elements lie too deep in each other"));
        }
        self.is_empty = bytes[end - 1] == b'/';
        self.at += end + 2;
        self.open.push(name);
        Ok(local(name))
    }

    /// Leaves the element whose end is at this place.
    #[inline]
    fn end(&mut self) -> Result<(), NoXml> {
        let open = self.open.pop().unwrap_or_default();
        let rest = &self.rest()[2..];
        let Some(behind) = rest.strip_prefix(open).filter(|_| !open.is_empty()) else {
            return Err(MISMATCH);
        };
        let behind = if behind.starts_with('>') {
            behind
        } else {
            behind.trim_start_matches([' ', '\t', '\r', '\n'])
        };
        if !behind.starts_with('>') {
            return Err(if behind.is_empty() {
                BROKEN_OFF
            } else {
                MISMATCH
            });
        }
        self.at = self.text.len() - behind.len() + 1;
        Ok(())
    }

    #[inline]
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
}

/// Behind the name of an element, and whatever cannot be in one.
const fn is_behind_name(byte: u8) -> bool {
    matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n' | b'<')
}

/// Where the `>` is that ends an element's beginning: attributes may hold one in their quotes.
fn end_of_attributes(bytes: &[u8]) -> Result<usize, NoXml> {
    let mut at = 0;
    loop {
        let is_special = |byte: &u8| matches!(byte, b'>' | b'<' | b'"' | b'\'');
        let found = bytes[at..].iter().position(is_special);
        at += found.ok_or(BROKEN_OFF)?;
        match bytes[at] {
            b'>' => return Ok(at),
            b'<' => return Err(NoXml("a '<' begins nothing")),
            quote => at += 2 + memchr(quote, &bytes[at + 1..]).ok_or(BROKEN_OFF)?,
        }
    }
}

/// A name without its prefix.
#[inline]
fn local(name: &str) -> &str {
    match memchr(b':', name.as_bytes()) {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

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
            // As a rule nothing stands between elements.
            let rest = self.rest().as_bytes();
            if rest.first() != Some(&b'<') {
                self.at += memchr(b'<', rest).ok_or(BROKEN_OFF)?;
            }
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
        let length = memchr(b';', within).ok_or(NoXml("an '&' begins nothing"))?;
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
        found.ok_or(NoXml("a reference is not known"))
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
        let mut local = 0;
        let mut length = 0;
        let behind = loop {
            let byte = *bytes.get(length).ok_or(BROKEN_OFF)?;
            match OF_NAME[usize::from(byte)] {
                OfName::Part => length += 1,
                OfName::Colon => {
                    length += 1;
                    local = length;
                }
                OfName::Behind => break byte,
            }
        };
        let name = &rest[..length];
        let end = if behind == b'>' {
            length
        } else {
            length + end_of_attributes(&bytes[length..])?
        };
        if local == length || behind == b'<' {
            return Err(NoXml("a '<' begins nothing"));
        }
        if self.open.len() >= DEPTH {
            return Err(NoXml("its elements lie too deep in each other"));
        }
        self.is_empty = bytes[end - 1] == b'/';
        self.at += end + 2;
        self.open.push(name);
        Ok(&name[local..])
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

/// What a byte is to the name of an element.
#[derive(Debug, Clone, Copy)]
enum OfName {
    Part,
    /// A prefix ends.
    Colon,
    /// The name ended before it; also what cannot be in one.
    Behind,
}

const OF_NAME: [OfName; 256] = {
    let mut bytes = [OfName::Part; 256];
    let behind = b">/ \t\r\n<";
    let mut at = 0;
    while at < behind.len() {
        bytes[behind[at] as usize] = OfName::Behind;
        at += 1;
    }
    bytes[b':' as usize] = OfName::Colon;
    bytes
};

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and values of the root's children; what has children of its own is skipped.
    fn read(document: &str) -> Result<Vec<(String, String)>, NoXml> {
        let (mut xml, _) = Xml::root(document.as_bytes())?;
        let mut found = Vec::new();
        while let Some(name) = xml.child()? {
            if name == "skip" {
                xml.skip()?;
            } else {
                found.push((name.to_owned(), xml.value()?.into_owned()));
            }
        }
        Ok(found)
    }

    #[track_caller]
    fn is_read(document: &str, expected: &[(&str, &str)]) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let expected: Vec<_> = expected.iter().map(owned).collect();
        assert_eq!(read(document), Ok(expected), "{document}");
    }

    #[test]
    fn elements_and_values_are_read_however_they_are_written() {
        is_read("<r/>", &[]);
        is_read("\u{feff} <?xml?><!-- > --><r ></r\n>x", &[]);
        is_read(
            "<r><a>1</a><b/><c></c></r>",
            &[("a", "1"), ("b", ""), ("c", "")],
        );
        is_read("<n:r><n:a>1</n:a></n:r>", &[("a", "1")]);
        is_read(
            "<r><a b='>' c=\"/>'\">1</a><a b=\"/\">2</a></r>",
            &[("a", "1"), ("a", "2")],
        );
        is_read("<r>x<a>1</a>y &z <![CDATA[<a>]]></r>", &[("a", "1")]);
        is_read(
            "<r><a> 1<!-- 2 -->3<?4?><![CDATA[<5>]]> </a></r>",
            &[("a", " 13<5> ")],
        );
        is_read(
            "<r><a>&lt;&#x1;&#10;&quot;&apos;&gt;&amp;amp;</a></r>",
            &[("a", "<\u{1}\n\"'>&amp;")],
        );
        is_read(
            "<r><skip><a><a/></a>x<skip/></skip><a>1</a></r>",
            &[("a", "1")],
        );
    }

    #[test]
    fn what_is_no_xml_is_told() {
        for document in [
            "",
            "x",
            "<",
            "<r",
            "<r>",
            "</r>",
            "<>",
            "<a:></a:>",
            "<r></s>",
            "<r></r",
            "<r></rr>",
            "<r><a></r></a>",
            "<r><a></r>",
            "<r a='></r>",
            "<r <a/></r>",
            "<r><a>1<b/></a></r>",
            "<r><a>&</a></r>",
            "<r><a>&;</a></r>",
            "<r><a>&#;</a></r>",
            "<r><a>&#x;</a></r>",
            "<r><a>&#+5;</a></r>",
            "<r><a>&#xD800;</a></r>",
            "<r><a>&#1114112;</a></r>",
            "<r><a>&nbsp;</a></r>",
            "<r><a>&#00000000000000000000065;</a></r>",
            "<r><!-- </r>",
            "<r><![CDATA[ </r>",
            "<r><? </r>",
            "<!DOCTYPE r><r/>",
            "<r><!ENTITY a></r>",
            "<![CDATA[x]]><r/>",
        ] {
            assert!(read(document).is_err(), "{document}");
        }
        assert!(Xml::root(b"<r>\xff</r>").is_err());
    }

    #[test]
    fn elements_lie_so_deep_in_each_other_and_no_deeper() {
        let deep = |depth: usize| {
            let (begin, end) = ("<skip>".repeat(depth), "</skip>".repeat(depth));
            read(&format!("<r>{begin}{end}</r>"))
        };
        assert_eq!(deep(DEPTH - 1), Ok(Vec::new()));
        assert!(deep(DEPTH).is_err());
    }
}

//! What can be told of an answer's body without reading it as this or that document.
//!
//! Pure: knows no request and no SDK.

/// The text of the first element of this name, as far as error documents go; entities of XML resolved.
pub fn element(body: &str, name: &str) -> Option<String> {
    let start = body.find(&format!("<{name}>"))? + name.len() + 2;
    let length = body.get(start..)?.find(&format!("</{name}>"))?;
    let text = body.get(start..start + length)?;
    Some(
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&")
            .trim()
            .to_owned(),
    )
}

/// Whether a body is a web page.
pub fn is_html(body: &str, content_type: &str) -> bool {
    let head: String = body.trim_start().chars().take(200).collect();
    let head = head.to_ascii_lowercase();
    head.starts_with("<!doctype html")
        || head.starts_with("<html")
        || (content_type.contains("text/html") && !head.contains("<error"))
}

/// Whether a document holds a control character that XML 1.0 does not allow, plain or as a reference.
pub fn has_control_character(body: &str) -> bool {
    let plain = body
        .chars()
        .any(|c| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r'));
    plain
        || body.match_indices("&#").any(|(at, _)| {
            let Some(digits) = body.get(at + 2..).and_then(|rest| rest.split(';').next()) else {
                return false;
            };
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            number.is_ok_and(|n| n < 0x20 && !matches!(n, 9 | 10 | 13))
        })
}

/// Whether a body holds a control character as it is, where XML 1.0 allows none.
pub fn holds_control_byte(body: &[u8]) -> bool {
    body.iter().any(|byte| is_control_byte(*byte))
}

/// Whether XML 1.0 forbids a byte as it is.
pub fn is_control_byte(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x7f)
}

/// Whether a document ends with the end of the element that it began with.
pub fn is_whole_xml(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut root = text;
    while let Some(end) = match () {
        () if root.starts_with("<?") => root.find("?>").map(|at| at + 2),
        () if root.starts_with("<!--") => root.find("-->").map(|at| at + 3),
        () => None,
    } {
        root = root[end..].trim_start();
    }
    let Some(name) = root.strip_prefix('<') else {
        return false;
    };
    let name = name
        .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .next()
        .unwrap_or_default();
    let last = root.rfind('<').unwrap_or_default();
    let end = &root[last..];
    if last == 0 {
        return end.ends_with("/>");
    }
    end.strip_prefix("</")
        .and_then(|end| end.strip_suffix('>'))
        .is_some_and(|end| end.trim_end() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_plain_and_as_references() {
        assert!(has_control_character("<Key>a\u{1}</Key>"));
        assert!(has_control_character("<Key>a&#x1;</Key>"));
        assert!(has_control_character("<Key>a&#31;</Key>"));
        assert!(!has_control_character("<Key>a&#xA;b&#10;</Key>\n"));
    }

    #[test]
    fn a_document_without_its_end_is_not_whole() {
        for whole in [
            "<?xml version=\"1.0\"?>\n<!-- x --><A b=\"c\"><B/></A>\n",
            "<A/>",
            "<A x='1' />",
        ] {
            assert!(is_whole_xml(whole.as_bytes()), "{whole}");
        }
        for part in [
            "",
            "<A>",
            "<A><B>",
            "<A><B></B>",
            "<A><B/>",
            "<A></A",
            "A",
            "<?xml",
        ] {
            assert!(!is_whole_xml(part.as_bytes()), "{part}");
        }
    }

    #[test]
    fn a_web_page_is_told_from_an_error_document() {
        assert!(is_html("\n<!DOCTYPE html><html>", ""));
        assert!(is_html("hello", "text/html; charset=utf-8"));
        assert!(!is_html("<Error><Code>X</Code></Error>", "text/html"));
        assert!(!is_html("", "application/xml"));
    }
}

//! What is typed over a directory: a beginning of a name, or a way to another directory. Knows no list.

use std::path::{Component, Path, PathBuf};

/// What was typed, split behind its last slash: the way to a directory, if one is named, and the rest.
pub fn split(text: &str) -> (Option<&str>, &str) {
    text.rfind('/').map_or((None, text), |slash| {
        (Some(&text[..=slash]), &text[slash + 1..])
    })
}

/// The directory that `way` names, seen from `base`; what begins with `~/` is left to whoever knows the home.
pub fn resolve(base: &Path, way: &str) -> PathBuf {
    if way.starts_with("~/") {
        return PathBuf::from(way);
    }
    tidy(&base.join(way))
}

/// The path without `.` and `..`, as a shell shows it.
pub fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                // Above a relative beginning there is nothing known to go back to.
                let named = matches!(
                    tidied.components().next_back(),
                    Some(Component::Normal(name)) if name != "~"
                );
                if named {
                    tidied.pop();
                } else if !tidied.has_root() {
                    tidied.push("..");
                }
            }
            other => tidied.push(other),
        }
    }
    tidied
}

/// A pasted path as terminals and file managers write it: in quotes, with escaped spaces, or as a `file://`
/// address.
pub fn pasted(text: &str) -> String {
    let text = text.trim();
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(inner) = quoted('\'').or_else(|| quoted('"')) {
        return inner.to_owned();
    }
    if let Some(path) = text.strip_prefix("file://") {
        return decode(path);
    }
    if text.starts_with(['/', '~', '.']) {
        return unescape(text);
    }
    text.to_owned()
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            plain.extend(characters.next());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Percent-encoding undone; what is none stays.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let (b'%', Some(byte)) = (first, byte) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// What all of `names` that begin with `typed`, whatever its capitals, begin with; `None` if none does.
pub fn common<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let typed = typed.to_lowercase();
    let mut shared: Option<&str> = None;
    for name in names.filter(|name| name.to_lowercase().starts_with(&typed)) {
        shared = Some(shared.map_or(name, |shared| {
            let equal = shared
                .char_indices()
                .zip(name.chars())
                .find(|((_, one), other)| one != other);
            let end = equal.map_or(shared.len().min(name.len()), |((at, _), _)| at);
            &shared[..end]
        }));
    }
    shared.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_names_a_directory() {
        assert_eq!(split("dump"), (None, "dump"));
        assert_eq!(split("~/dumps/20"), (Some("~/dumps/"), "20"));
        assert_eq!(split("/"), (Some("/"), ""));
    }

    #[test]
    fn ways_are_followed_without_looking() {
        let base = Path::new("/srv/data");
        let way = |way| resolve(base, way).display().to_string();
        assert_eq!(way("a/./b/"), "/srv/data/a/b");
        assert_eq!(way("../"), "/srv");
        assert_eq!(way("../../../"), "/");
        assert_eq!(way("/tmp/"), "/tmp");
        assert_eq!(way("~/x/"), "~/x/");
        assert_eq!(tidy(Path::new("/home/me/../you")), Path::new("/home/you"));
        assert_eq!(tidy(Path::new("../x")), Path::new("../x"));
    }

    #[test]
    fn pasted_paths_lose_what_a_shell_would_need() {
        assert_eq!(pasted(" '/a b/c' \n"), "/a b/c");
        assert_eq!(pasted("/a\\ b/c"), "/a b/c");
        assert_eq!(pasted("file:///a%20b/%C3%A9"), "/a b/é");
        assert_eq!(pasted("file:///100%"), "/100%");
        assert_eq!(pasted("dump 1"), "dump 1");
    }

    #[test]
    fn a_common_beginning_keeps_the_names_capitals() {
        let names = ["Dump-1", "Dump-2", "other"];
        let common = |typed| common(typed, names.into_iter());
        assert_eq!(common("du").as_deref(), Some("Dump-"));
        assert_eq!(common("dump-2").as_deref(), Some("Dump-2"));
        assert_eq!(common("x"), None);
        let wide = ["日本", "日曜"];
        assert_eq!(super::common("", wide.into_iter()).as_deref(), Some("日"));
    }
}

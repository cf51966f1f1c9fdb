//! Which files an order names, and under which keys they go. Blocks: it walks directories.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::model::human::escape;
use crate::model::send::{Order, Source};
use crate::tasks::files::at_home;

/// One thing to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub source: Source,
    pub key: String,
    /// Bytes; `None` for a stream.
    pub size: Option<u64>,
}

/// Something that cannot be sent, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub source: Source,
    pub why: String,
}

/// What an order comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    pub items: Vec<Item>,
    pub left_out: Vec<LeftOut>,
}

/// Finds everything that the order names. The contents of a single directory go below the key, as `aws s3 cp
/// --recursive` does; of several sources each keeps its name.
pub fn expand(order: &Order) -> Expanded {
    look(order, true)
}

/// As [`expand`], but directories are passed over: looks at no more than what is named.
pub fn named(order: &Order) -> Expanded {
    look(order, false)
}

fn look(order: &Order, walk: bool) -> Expanded {
    let mut found = Expanded::default();
    let several = order.sources.len() > 1;
    for source in &order.sources {
        match source {
            Source::Stdin => found.stdin(order),
            // Objects are copied by orders of their own.
            Source::Object(_) => found.left_out.push(LeftOut {
                source: source.clone(),
                why: "it is an object of the service; copy it".to_owned(),
            }),
            Source::Path(path) => {
                let path = at_home(path);
                match std::fs::metadata(&path) {
                    Ok(meta) if meta.is_dir() && order.recursive => {
                        if walk {
                            found.directory(&path, order, several);
                        }
                    }
                    Ok(meta) if meta.is_dir() => {
                        found.leave(&path, "it is a directory; use --recursive");
                    }
                    Ok(meta) => {
                        let size = meta.is_file().then_some(meta.len());
                        found.file(path, size, order, several);
                    }
                    Err(error) => found.leave(&path, &format!("it cannot be opened: {error}")),
                }
            }
        }
    }
    found.refuse_twins();
    found
}

impl Expanded {
    /// Of two files under one key only one would be there in the end.
    fn refuse_twins(&mut self) {
        let mut first: HashMap<String, Source> = HashMap::new();
        for item in std::mem::take(&mut self.items) {
            if let Some(other) = first.get(&item.key) {
                self.left_out.push(LeftOut {
                    why: format!(
                        "it would be stored under the key {}, and so is {}; send it by itself",
                        escape(&item.key),
                        escape(&other.shown())
                    ),
                    source: item.source,
                });
                continue;
            }
            first.insert(item.key.clone(), item.source.clone());
            self.items.push(item);
        }
    }

    fn leave(&mut self, path: &Path, why: &str) {
        self.left_out.push(LeftOut {
            source: Source::Path(path.to_owned()),
            why: why.to_owned(),
        });
    }

    fn stdin(&mut self, order: &Order) {
        if order.key.is_empty() || order.key.ends_with('/') {
            self.left_out.push(LeftOut {
                source: Source::Stdin,
                why: "standard input has no name; give the whole key".to_owned(),
            });
        } else {
            self.items.push(Item {
                source: Source::Stdin,
                key: order.key.clone(),
                size: None,
            });
        }
    }

    fn file(&mut self, path: PathBuf, size: Option<u64>, order: &Order, several: bool) {
        let exact = !several && !order.key.is_empty() && !order.key.ends_with('/');
        let key = if exact {
            order.key.clone()
        } else {
            let Some(name) = file_name(&path) else {
                return self.leave(&path, "its name is no text; give the whole key");
            };
            format!("{}{name}", prefix(&order.key))
        };
        self.push(path, key, size);
    }

    fn directory(&mut self, root: &Path, order: &Order, several: bool) {
        let mut prefix = prefix(&order.key);
        if several {
            let Some(name) = std::path::absolute(root)
                .ok()
                .and_then(|root| file_name(&root))
            else {
                return self.leave(root, "its name is no text");
            };
            prefix = format!("{prefix}{name}/");
        }
        let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    // The walker's own text names the path a second time.
                    let why = error
                        .io_error()
                        .map_or_else(|| error.to_string(), ToString::to_string);
                    self.leave(&path, &format!("it cannot be walked: {why}"));
                    continue;
                }
            };
            if entry.file_type().is_dir() {
                continue;
            }
            let path = entry.path();
            let meta = match entry.metadata() {
                Ok(meta) if meta.is_file() => meta,
                Ok(_) => {
                    self.leave(path, "it is neither a file nor a directory");
                    continue;
                }
                Err(error) => {
                    self.leave(path, &format!("it cannot be opened: {error}"));
                    continue;
                }
            };
            match below(root, path) {
                Some(rest) => {
                    self.push(path.to_owned(), format!("{prefix}{rest}"), Some(meta.len()));
                }
                None => self.leave(path, "its name is no text"),
            }
        }
    }

    fn push(&mut self, path: PathBuf, key: String, size: Option<u64>) {
        // Source: S3 User Guide, "Creating object key names".
        if key.len() > 1024 {
            return self.leave(&path, "its key would be longer than 1,024 bytes");
        }
        self.items.push(Item {
            source: Source::Path(path),
            key,
            size,
        });
    }
}

/// The file's name as a key's last part. `None`: it is no text.
pub fn file_name(path: &Path) -> Option<String> {
    path.file_name()?.to_str().map(ToOwned::to_owned)
}

/// What keys begin with.
fn prefix(key: &str) -> String {
    if key.is_empty() || key.ends_with('/') {
        key.to_owned()
    } else {
        format!("{key}/")
    }
}

/// The path below `root`, as keys write it.
fn below(root: &Path, path: &Path) -> Option<String> {
    let rest = path.strip_prefix(root).ok()?;
    let names: Option<Vec<&str>> = rest.iter().map(|name| name.to_str()).collect();
    Some(names?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(sources: &[&Path], key: &str, recursive: bool) -> (Vec<String>, usize) {
        let mut order = Order::new(Source::Stdin, "b", key);
        order.recursive = recursive;
        order.sources = sources
            .iter()
            .map(|path| Source::Path((*path).to_owned()))
            .collect();
        let found = expand(&order);
        let keys = found.items.into_iter().map(|item| item.key).collect();
        (keys, found.left_out.len())
    }

    #[test]
    fn keys_follow_from_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("photos");
        std::fs::create_dir_all(root.join("2026/raw")).unwrap();
        for name in ["a.jpg", "2026/b.jpg", "2026/raw/c.cr3"] {
            std::fs::write(root.join(name), name).unwrap();
        }
        std::os::unix::fs::symlink(&root, root.join("2026/again")).unwrap();
        let one = root.join("a.jpg");
        assert_eq!(keys(&[&one], "", false).0, ["a.jpg"]);
        assert_eq!(keys(&[&one], "x/", false).0, ["x/a.jpg"]);
        assert_eq!(keys(&[&one], "x", false).0, ["x"]);
        assert_eq!(keys(&[&root], "x", false), (vec![], 1));
        let (found, left_out) = keys(&[&root], "x", true);
        assert_eq!(found, ["x/2026/b.jpg", "x/2026/raw/c.cr3", "x/a.jpg"]);
        assert_eq!(left_out, 1, "the loop");
        let (found, _) = keys(&[&one, &root], "x/", true);
        assert_eq!(found[0], "x/a.jpg");
        assert_eq!(found[1], "x/photos/2026/b.jpg");
        let twin = root.join("2026/a.jpg");
        std::fs::write(&twin, "another").unwrap();
        let (found, left_out) = keys(&[&one, &twin], "x/", false);
        assert_eq!((found, left_out), (vec!["x/a.jpg".to_owned()], 1));
        assert_eq!(keys(&[&root.join("none")], "x", false), (vec![], 1));
        let mut order = Order::new(Source::Path(root), "b", "x");
        order.recursive = true;
        assert_eq!(named(&order), Expanded::default());
    }
}

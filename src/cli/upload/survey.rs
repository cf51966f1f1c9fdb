//! What an order comes to: every file with its key and its plan. Looks at names and sizes, reads nothing.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::model::cost::Prices;
use crate::model::plan::{self, Limits, Method, Plan, Refused};
use crate::model::send::{Order, Source};

/// One file, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub source: Source,
    pub key: String,
    /// Bytes; `None`: a stream.
    pub size: Option<u64>,
}

/// Something that is not sent, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub source: PathBuf,
    pub why: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Survey {
    pub items: Vec<Item>,
    pub left_out: Vec<LeftOut>,
}

impl Survey {
    /// The files that are named one by one.
    pub fn named(order: &Order) -> Self {
        let mut survey = Self::default();
        let several = order.sources.len() > 1;
        for source in &order.sources {
            match source {
                Source::Stdin => survey.items.push(Item {
                    source: Source::Stdin,
                    key: order.key.clone(),
                    size: None,
                }),
                Source::Path(path) if !path.is_dir() => survey.file(path, order, several),
                Source::Path(_) => {}
            }
        }
        survey
    }

    /// These, and what lies below the directories. Blocks.
    pub fn whole(order: &Order) -> Self {
        let mut survey = Self::named(order);
        let several = order.sources.len() > 1;
        for source in &order.sources {
            if let Source::Path(path) = source
                && path.is_dir()
            {
                survey.directory(path, order, several);
            }
        }
        survey
    }

    fn leave(&mut self, path: &Path, why: impl Into<String>) {
        self.left_out.push(LeftOut {
            source: path.to_owned(),
            why: why.into(),
        });
    }

    fn file(&mut self, path: &Path, order: &Order, several: bool) {
        let found = match std::fs::metadata(path) {
            Ok(found) => found,
            Err(error) => return self.leave(path, format!("it cannot be opened: {error}")),
        };
        let whole = !several && !order.key.is_empty() && !order.key.ends_with('/');
        let key = if whole {
            order.key.clone()
        } else {
            match path.file_name().and_then(|name| name.to_str()) {
                Some(name) => format!("{}{name}", prefix(&order.key)),
                None => return self.leave(path, "its name is not UTF-8 text"),
            }
        };
        self.items.push(Item {
            source: Source::Path(path.to_owned()),
            key,
            size: found.is_file().then_some(found.len()),
        });
    }

    /// The contents of a single directory go below the key, as `aws s3 cp --recursive` does; of several
    /// sources each keeps its name.
    fn directory(&mut self, root: &Path, order: &Order, several: bool) {
        let mut prefix = prefix(&order.key);
        if several {
            let absolute = std::path::absolute(root).ok();
            let name = absolute.as_deref().and_then(Path::file_name);
            let Some(name) = name.and_then(|name| name.to_str()) else {
                return self.leave(root, "its name is not UTF-8 text");
            };
            prefix = format!("{prefix}{name}/");
        }
        for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    self.leave(&path, format!("it cannot be opened: {error}"));
                    continue;
                }
            };
            let path = entry.path();
            let size = entry.metadata().ok().filter(std::fs::Metadata::is_file);
            match (below(root, path), size) {
                (_, None) => self.leave(path, "it is neither a file nor a directory"),
                (None, _) => self.leave(path, "its name is not UTF-8 text"),
                (Some(rest), Some(found)) => self.items.push(Item {
                    source: Source::Path(path.to_owned()),
                    key: format!("{prefix}{rest}"),
                    size: Some(found.len()),
                }),
            }
        }
    }
}

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

/// How one file would be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// 0: in one piece. `None`: not known, a stream.
    pub parts: Option<u32>,
    /// Bytes of the first part.
    pub part_size: Option<u64>,
    /// The most bytes that fit.
    pub capacity: u64,
    /// Those that send something.
    pub requests: Option<u64>,
    /// US dollars for these.
    pub price: Option<f64>,
    pub plan: Plan,
}

/// Plans one file.
pub fn estimate(
    size: Option<u64>,
    order: &Order,
    limits: &Limits,
    prices: &Prices,
) -> Result<Estimate, Refused> {
    let plan = plan::plan(size, &order.wish, limits)?;
    let class = order.options.storage_class.as_deref();
    Ok(match plan.method {
        Method::Put { size } => Estimate {
            parts: Some(0),
            part_size: None,
            capacity: size,
            requests: Some(1),
            price: Some(prices.requests(class, 1)),
            plan,
        },
        Method::Parts(layout) => {
            let parts = layout.count();
            Estimate {
                parts,
                part_size: Some(layout.part_size),
                capacity: layout.capacity(),
                requests: parts.map(|parts| u64::from(parts) + 2),
                price: parts.map(|parts| prices.multipart(class, parts.into())),
                plan,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::model::plan::{GIB, MIB};

    fn order(sources: &[&Path], key: &str) -> Order {
        Order {
            sources: sources
                .iter()
                .map(|path| Source::Path(path.to_path_buf()))
                .collect(),
            recursive: true,
            ..Order::new(Source::Stdin, "b", key)
        }
    }

    fn keys(survey: &Survey) -> Vec<&str> {
        survey.items.iter().map(|item| item.key.as_str()).collect()
    }

    #[test]
    fn files_and_directories_get_the_keys_that_people_expect() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("data");
        fs::create_dir_all(root.join("deep")).unwrap();
        for (name, text) in [("a", "1"), ("deep/b", "22"), ("deep/c", "")] {
            fs::write(root.join(name), text).unwrap();
        }
        std::os::unix::fs::symlink(&root, root.join("loop")).unwrap();
        let survey = Survey::whole(&order(&[&root], "p"));
        assert_eq!(keys(&survey), ["p/a", "p/deep/b", "p/deep/c"]);
        assert_eq!(survey.items[1].size, Some(2));
        assert_eq!(survey.left_out.len(), 1, "the loop: {:?}", survey.left_out);
        let file = root.join("a");
        let several = Survey::whole(&order(&[&file, &root], "p/"));
        assert_eq!(
            keys(&several),
            ["p/a", "p/data/a", "p/data/deep/b", "p/data/deep/c"]
        );
        assert_eq!(keys(&Survey::named(&order(&[&file, &root], ""))), ["a"]);
        assert_eq!(keys(&Survey::named(&order(&[&file], "whole"))), ["whole"]);
        assert_eq!(keys(&Survey::named(&order(&[&file], "p/"))), ["p/a"]);
    }

    #[test]
    fn an_estimate_counts_parts_requests_and_money() {
        let prices = Prices {
            put_fallback: 0.005,
            ..Prices::default()
        };
        let limits = Limits::default();
        let mut order = Order::new(Source::Stdin, "b", "k");
        let at = |size, order: &Order| estimate(size, order, &limits, &prices);
        let large = at(Some(8 * GIB), &order).unwrap();
        assert_eq!((large.parts, large.requests), (Some(1024), Some(1026)));
        assert_eq!(large.part_size, Some(8 * MIB));
        assert_eq!(large.plan.memory, 64 * MIB);
        assert!((large.price.unwrap() - 0.00513).abs() < 1e-9);
        let small = at(Some(1), &order).unwrap();
        assert_eq!((small.parts, small.requests), (Some(0), Some(1)));
        let stream = at(None, &order).unwrap();
        assert_eq!((stream.parts, stream.requests), (None, None));
        assert!(stream.capacity > 5 << 40);
        order.wish.part_size = Some(5 * MIB);
        assert!(at(Some(100 * GIB), &order).is_err());
    }
}

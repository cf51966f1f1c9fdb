//! The dependency rule, read from the sources: which folder may name which, and which crates.
//!
//! If it can be drawn it is on the left, if it can wait it is on the right; they meet only in `protocol`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Layer, the layers that it may name, the external crates that it may name.
/// `std` is allowed everywhere, except for the modules in [`STD_FORBIDDEN`].
const RULES: &[(&str, &[&str], &[&str])] = &[
    (
        "model",
        &[],
        &[
            "chrono",
            "humansize",
            "hashbrown",
            "memchr",
            // proptest is there only for tests
            "proptest",
            "quick_xml",
            "regex",
            "thiserror",
        ],
    ),
    ("protocol", &["model"], &[]),
    (
        "app",
        &["model", "protocol"],
        &["tui_input", "unicode_width", "thiserror"],
    ),
    (
        "ui",
        &["app", "model", "protocol"],
        // insta is there only for tests
        &["ratatui", "unicode_width", "thiserror", "insta"],
    ),
    (
        "s3",
        &["model", "protocol"],
        &[
            "async_trait",
            "aws_config",
            "aws_credential_types",
            "aws_runtime",
            "aws_sdk_s3",
            "aws_smithy_http_client",
            "aws_smithy_runtime_api",
            "aws_smithy_types",
            "aws_types",
            "bytes",
            "fastrand",
            "futures_util",
            "http_body",
            "md5",
            "memchr",
            "percent_encoding",
            "thiserror",
            "tokio",
            "chrono",
            "crc_fast",
            "sha1",
            "sha2",
        ],
    ),
    (
        "journal",
        &["model"],
        // proptest and tempfile are there only for tests
        &["proptest", "serde", "serde_json", "tempfile", "thiserror"],
    ),
    (
        "tasks",
        &["journal", "model", "protocol", "s3"],
        &[
            "bytes",
            "fastrand",
            // proptest is there only for tests
            "proptest",
            "mime_guess",
            "walkdir",
            "futures_util",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
            "tokio_util",
        ],
    ),
    (
        "demo",
        &["model", "protocol", "s3"],
        &[
            "async_trait",
            "bytes",
            "fastrand",
            "futures_util",
            "http_body_util",
            "hyper",
            "hyper_util",
            "md5",
            "percent_encoding",
            "s3s",
            "thiserror",
            "tokio",
            "tokio_util",
        ],
    ),
    (
        "config",
        &["app", "model", "ui"],
        // tempfile is there only for tests
        &["etcetera", "strsim", "tempfile", "thiserror", "toml"],
    ),
    ("term", &[], &["crossterm", "ratatui", "signal_hook"]),
    (
        "run",
        &["app", "protocol", "s3", "tasks", "term", "ui"],
        &[
            "crossterm",
            "futures_util",
            "ratatui",
            "signal_hook",
            "tokio",
        ],
    ),
    (
        "cli",
        &[
            "app", "config", "demo", "journal", "model", "protocol", "run", "s3", "tasks", "term",
            "ui",
        ],
        &[
            "chrono",
            "clap",
            "clap_complete",
            "clap_mangen",
            "crossterm",
            "csv",
            "futures_util",
            "ratatui",
            "serde",
            "serde_json",
            // tempfile is there only for tests
            "tempfile",
            "thiserror",
            "tokio",
            "tokio_util",
            "unicode_width",
            "walkdir",
        ],
    ),
    ("lib", &[], &[]),
    ("main", &["cli"], &["mopup", "tokio"]),
];

/// Parts of `std` that a layer may not name.
const STD_FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "model",
        &[
            "std::fs",
            "std::net",
            "std::thread",
            "std::env",
            "std::process",
            "SystemTime",
            "Instant::now",
        ],
    ),
    (
        "protocol",
        &[
            "std::fs",
            "std::net",
            "std::thread",
            "std::env",
            "std::process",
            "SystemTime",
            "std::sync",
        ],
    ),
    (
        "app",
        &[
            "std::fs",
            "std::net",
            "std::thread",
            "std::env",
            "std::process",
            "SystemTime",
            "std::io",
            "Instant::now",
        ],
    ),
    (
        "ui",
        &[
            "std::fs",
            "std::net",
            "std::thread",
            "std::env",
            "std::process",
            "SystemTime",
            "std::io",
            "Instant::now",
        ],
    ),
];

/// The one place, within `s3`, that may name the SDK's types.
const SDK_PLACES: &[&str] = &["src/s3/sdk.rs", "src/s3/sdk/"];

fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                // Unit tests in a file of their own, which may reach further.
                && path.file_name().is_some_and(|name| name != "tests.rs")
            {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 20, "the sources were not found");
    found
}

/// The source without comments and without its unit tests, which may reach further.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .to_owned();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn layer(path: &Path) -> String {
    let inside = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap();
    let first = inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Every `word::` whose word starts a path, and after `crate::` (or `mopup::`) every layer, grouped or not.
fn named(code: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut layers = BTreeSet::new();
    let mut crates = BTreeSet::new();
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    for (at, _) in code.match_indices("::") {
        let head: String = code[..at]
            .chars()
            .rev()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let before = code[..at - head.len()].chars().next_back();
        if before == Some(':') || head.is_empty() {
            continue;
        }
        let tail = &code[at + 2..];
        if head == "crate" || head == "mopup" {
            if let Some(group) = tail.strip_prefix('{') {
                let mut depth = 0_usize;
                let mut start = true;
                for (index, character) in group.char_indices() {
                    match character {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && depth == 0 && c.is_alphabetic() => {
                            layers.insert(word(&group[index..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            } else {
                layers.insert(word(tail));
            }
            if head == "mopup" {
                crates.insert(head);
            }
        } else {
            crates.insert(head);
        }
    }
    (layers, crates)
}

/// The packages of `Cargo.toml`, as paths name them.
fn packages() -> BTreeSet<String> {
    let manifest =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let mut names: BTreeSet<String> = ["dependencies", "dev-dependencies"]
        .iter()
        .flat_map(|section| manifest[*section].as_table().unwrap().keys().cloned())
        .map(|name| name.replace('-', "_"))
        .collect();
    names.remove("md_5");
    names.insert("md5".to_owned());
    names
}

fn violations(path: &str, layer: &str, code: &str, packages: &BTreeSet<String>) -> Vec<String> {
    let Some((_, allowed_layers, allowed_crates)) = RULES.iter().find(|(name, ..)| *name == layer)
    else {
        return vec![format!("{path}: the layer '{layer}' has no rule")];
    };
    let (layers, crates) = named(code);
    let known: BTreeSet<&str> = RULES.iter().map(|(name, ..)| *name).collect();
    let mut found = Vec::new();
    for other in layers.iter().filter(|other| known.contains(other.as_str())) {
        if other != layer && !allowed_layers.contains(&other.as_str()) {
            found.push(format!("{path}: {layer} may not name {other}"));
        }
    }
    for name in crates
        .iter()
        .filter(|name| packages.contains(*name) || *name == "mopup")
    {
        if !allowed_crates.contains(&name.as_str()) {
            found.push(format!("{path}: {layer} may not name the crate {name}"));
        }
    }
    if crates.contains("aws_sdk_s3") && !SDK_PLACES.iter().any(|place| path.contains(place)) {
        found.push(format!(
            "{path}: aws_sdk_s3 is named outside {SDK_PLACES:?}"
        ));
    }
    for (_, forbidden) in STD_FORBIDDEN.iter().filter(|(name, _)| *name == layer) {
        for word in forbidden.iter().filter(|word| code.contains(**word)) {
            found.push(format!("{path}: {layer} may not name {word}"));
        }
    }
    found
}

#[test]
fn every_path_follows_the_rule() {
    let packages = packages();
    let found: Vec<String> = sources()
        .iter()
        .flat_map(|path| {
            violations(
                &path.to_string_lossy(),
                &layer(path),
                &code(path),
                &packages,
            )
        })
        .collect();
    assert!(found.is_empty(), "forbidden edges:\n{}", found.join("\n"));
}

#[test]
fn a_forbidden_edge_is_found() {
    let packages = packages();
    let check = |layer: &str, code: &str| violations("src/x.rs", layer, code, &packages);
    assert!(!check("app", "use crate::tasks::Engine;").is_empty());
    assert!(!check("ui", "use crate::{app::App, s3};").is_empty());
    assert!(!check("app", "fn f() { tokio::spawn(x); }").is_empty());
    assert!(!check("tasks", "use aws_sdk_s3::Client;").is_empty());
    assert!(
        !check("s3", "use aws_sdk_s3::Client;").is_empty(),
        "outside its folder"
    );
    assert!(!check("model", "let at = std::time::SystemTime::now();").is_empty());
    assert!(!check("tasks", "use crate::{model::Part, app::App};").is_empty());
    assert!(
        check(
            "app",
            "use crate::model::{Part, human}; use crate::protocol::Command;"
        )
        .is_empty()
    );
}

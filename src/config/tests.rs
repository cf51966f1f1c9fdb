//! Files good and bad.

use std::io::Write;

use super::*;
use crate::app::{Action, Key};

fn merged(text: &str) -> Result<Settings, String> {
    let mut settings = defaults().unwrap();
    read::merge(&mut settings, "config.toml", text).map_err(|error| error.to_string())?;
    Ok(settings)
}

fn wrong(text: &str) -> String {
    merged(text).unwrap_err()
}

#[test]
fn the_defaults_know_prices_and_providers() {
    let settings = defaults().unwrap();
    let close = |class: &str, price: f64| (settings.prices.storage[class] - price).abs() < 1e-9;
    assert!(close("STANDARD_IA", 0.0125));
    assert!(
        close("DEEP_ARCHIVE", 0.023),
        "parts of archive classes are staged at the standard rate"
    );
    let minio = settings
        .providers
        .iter()
        .find(|provider| provider.name == "minio")
        .unwrap();
    assert!(minio.exact_prefix_only);
    assert_eq!(minio.abort_after, Some(Duration::from_secs(86_400)));
}

#[test]
fn every_example_of_the_documented_file_is_valid_and_the_default() {
    let text = include_str!("../../assets/config.toml");
    let uncommented: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix('#')
                .filter(|rest| !rest.starts_with(' ') && !rest.is_empty())
        })
        .collect();
    assert!(uncommented.len() > 15);
    let settings = merged(&uncommented.join("\n")).unwrap();
    let defaults = defaults().unwrap();
    assert_eq!(settings.keymap, defaults.keymap);
    assert_eq!(settings.thresholds, defaults.thresholds);
    assert_eq!(settings.prices, defaults.prices);
    for (role, _) in crate::ui::theme::ROLES {
        assert!(text.contains(role), "{role} is not documented");
    }
}

#[test]
fn an_unknown_setting_is_pointed_at_with_the_nearest_name() {
    let error = wrong("read_only = true\ntheem = \"dark\"\n");
    assert_eq!(
        error,
        "config.toml:2:1: there is no setting 'theem'; did you mean 'theme'?\n  theem = \"dark\"\n  ^"
    );
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    let cases = [
        (
            "theme = 3",
            "1:9",
            "a theme's name is wanted here, not integer",
        ),
        ("theme = \"drak\"", "1:9", "did you mean 'dark'"),
        ("[thresholds]\nstale = \"x\"", "2:9", "no time span"),
        (
            "[thresholds]\nstale = \"1m\"",
            "2:9",
            "at least as long as 'active'",
        ),
        (
            "[keys.uploads]\nabrot = \"a\"",
            "2:1",
            "did you mean 'abort'",
        ),
        ("[keys.uploads]\nabort = \"hyper-a\"", "2:9", "names no key"),
        (
            "[keys.uploads]\nabort = \"x\"\nsort = [\"s\", \"x\"]",
            "3:14",
            "given to 'abort' already",
        ),
        (
            "[keys.upload]\nabort = \"a\"",
            "1:7",
            "did you mean 'uploads'",
        ),
        ("[colors]\nstale = \"octarine\"", "2:9", "neither a colour"),
        ("[colors]\nstal = \"red\"", "2:1", "did you mean 'stale'"),
        ("[prices]\nSTANDARD = -1", "2:12", "from 0 on"),
        ("refresh = \"1s\"", "1:11", "every 5 s"),
        ("theme = ", "1:9", ""),
        ("[providers.x]\nhost = []", "2:1", "did you mean 'hosts'"),
    ];
    for (text, place, message) in cases {
        let error = wrong(text);
        assert!(
            error.starts_with(&format!("config.toml:{place}:")),
            "{text}: {error}"
        );
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn keys_are_rebound_and_taken_away() {
    let settings = merged("[keys.uploads]\nabort = [\"delete\"]\nsort = []").unwrap();
    assert_eq!(
        settings.keymap.shown_key(Action::Abort),
        Some("delete".parse::<Key>().unwrap())
    );
    assert_eq!(settings.keymap.shown_key(Action::Sort), None);
}

#[test]
fn a_named_file_has_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.toml");
    assert!(
        load(Some(&missing))
            .unwrap_err()
            .to_string()
            .contains("cannot be read")
    );
    let there = folder.path().join("config.toml");
    fs::File::create(&there)
        .unwrap()
        .write_all(b"read_only = true")
        .unwrap();
    assert!(load(Some(&there)).unwrap().read_only);
}

#[test]
fn the_theme_follows_the_terminal_unless_configured() {
    let colours = |none, term: &str, colorterm: &str| Colours {
        none,
        term: term.to_owned(),
        colorterm: colorterm.to_owned(),
    };
    assert_eq!(
        colours(false, "xterm-256color", "").theme(None),
        ThemeName::Dark
    );
    assert_eq!(colours(false, "linux", "").theme(None), ThemeName::Sixteen);
    assert_eq!(
        colours(false, "linux", "").theme(Some(ThemeName::Light)),
        ThemeName::Light
    );
    assert_eq!(
        colours(true, "xterm-256color", "truecolor").theme(Some(ThemeName::Dark)),
        ThemeName::Plain
    );
}

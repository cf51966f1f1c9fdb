use std::path::Path;
use std::time::Duration;

use super::*;
use crate::app::Action;
use crate::app::action::Scope;
use crate::model::plan::{GIB, Limits, MIB, TIB};
use crate::model::provider::Checksums;
use crate::model::send::PayloadSigning;
use crate::model::{Algorithm, ChecksumWish};
use crate::ui::theme::{ROLES, parse_style};

fn read(text: &str) -> Settings {
    parse(Path::new("config.toml"), text).unwrap_or_else(|error| panic!("{error}"))
}

fn wrong(text: &str) -> (usize, usize, String) {
    match parse(Path::new("config.toml"), text) {
        Err(ConfigError::Wrong(mistake)) => (mistake.line, mistake.column, mistake.message),
        other => panic!("no mistake found in {text:?}: {other:?}"),
    }
}

#[test]
fn every_commented_line_of_the_default_file_is_valid_and_changes_nothing_it_calls_a_default() {
    let examples: Vec<String> = DEFAULTS
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(example) if !example.starts_with(' ') => example.to_owned(),
            _ => line.to_owned(),
        })
        .collect();
    let settings = read(&examples.join("\n"));
    let defaults = Settings::defaults().unwrap();
    assert_eq!(settings.keymap, defaults.keymap);
    assert_eq!(settings.thresholds, defaults.thresholds);
    assert_eq!(settings.refresh, defaults.refresh);
    assert_eq!(settings.theme, defaults.theme);
    assert_eq!(settings.upload, defaults.upload);
    let archive = settings.providers.iter().find(|of| of.name == "archive");
    let archive = archive.unwrap();
    assert_eq!(archive.limits, Limits::default());
    assert_eq!(archive.checksums, Checksums::Try);
    // And each alone, below its heading.
    let mut heading = String::new();
    let mut seen = 0;
    for line in DEFAULTS.lines() {
        if line.starts_with('[') {
            line.clone_into(&mut heading);
        } else if let Some(example) = line.strip_prefix('#')
            && !example.is_empty()
            && !example.starts_with(' ')
        {
            read(&format!("{heading}\n{example}"));
            seen += 1;
        }
    }
    assert!(seen >= 20, "only {seen} examples were found");
}

#[test]
fn the_default_file_as_it_is_gives_the_defaults() {
    let settings = read(DEFAULTS);
    let defaults = Settings::defaults().unwrap();
    assert_eq!(settings.keymap, defaults.keymap);
    assert_eq!(settings.colors, defaults.colors);
    assert_eq!(settings.prices, defaults.prices);
    assert!(
        settings
            .providers
            .iter()
            .any(|known| known.name == "archive")
    );
}

#[test]
fn the_default_file_names_every_role_and_every_known_provider() {
    let words: Vec<&str> = DEFAULTS
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
        .collect();
    for (role, _) in ROLES {
        assert!(words.contains(role), "{role}");
    }
    for provider in Settings::defaults().unwrap().providers {
        assert!(words.contains(&provider.name.as_str()), "{}", provider.name);
    }
}

#[test]
fn prices_are_those_of_the_table_with_glacier_at_the_standard_rate() {
    let prices = Settings::defaults().unwrap().prices;
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
    for (class, rate) in [
        ("STANDARD", 0.023),
        ("STANDARD_IA", 0.0125),
        ("ONEZONE_IA", 0.01),
        ("INTELLIGENT_TIERING", 0.023),
        ("GLACIER_IR", 0.004),
        ("REDUCED_REDUNDANCY", 0.024),
        ("EXPRESS_ONEZONE", 0.11),
        ("GLACIER", 0.023),
        ("DEEP_ARCHIVE", 0.023),
    ] {
        assert!(close(prices.monthly(Some(class), 1 << 30), rate), "{class}");
    }
    assert!(close(prices.listing(1000), 0.005));
}

#[test]
fn requests_cost_what_the_table_says() {
    let prices = Settings::defaults().unwrap().prices;
    for (class, rate) in [
        (None, 0.005),
        (Some("STANDARD"), 0.005),
        (Some("STANDARD_IA"), 0.01),
        (Some("GLACIER_IR"), 0.02),
        (Some("GLACIER"), 0.03),
        (Some("DEEP_ARCHIVE"), 0.05),
        (Some("COLD"), 0.005),
    ] {
        let price = prices.requests(class, 1000);
        assert!((price - rate).abs() < 1e-12, "{class:?}: {price}");
    }
    let text = "prices.put_requests = { COLD = 1, STANDARD = 2, fallback = 3 }";
    let prices = read(text).prices;
    for (class, rate) in [("COLD", 1.0), ("STANDARD", 2.0), ("OTHER", 3.0)] {
        assert!((prices.requests(Some(class), 1000) - rate).abs() < 1e-12);
    }
}

#[test]
fn what_new_uploads_begin_with_is_configured() {
    let upload = read(
        r#"
        [upload]
        part_size = "16MiB"
        multipart_threshold = 5000000
        width = 12
        limit_rate = "10MiB/s"
        checksum = "sha256"
        payload_signing = "always"
        storage_class = "STANDARD_IA"
        "#,
    )
    .upload;
    assert_eq!(upload.wish.part_size, Some(16 * MIB));
    assert_eq!(upload.wish.threshold, 5_000_000);
    assert_eq!(upload.wish.width, Some(12));
    assert_eq!(upload.pace.limit, Some(10 * MIB));
    assert_eq!(upload.pace.width, None);
    assert_eq!(upload.checksum, ChecksumWish::Of(Algorithm::Sha256));
    assert_eq!(upload.signing, PayloadSigning::Always);
    assert_eq!(upload.storage_class.as_deref(), Some("STANDARD_IA"));
}

#[test]
fn providers_have_limits_of_their_own() {
    let known = Settings::defaults().unwrap().providers;
    let of = |name: &str| provider_named(&known, name).unwrap();
    assert_eq!(of("aws").limits, Limits::default());
    assert_eq!(of("aws").checksums, Checksums::Takes);
    assert_eq!(of("scaleway").limits.max_parts, 1000);
    assert_eq!(of("scaleway").limits.max_object, 5_000_000_000_000);
    let r2 = of("r2").limits;
    assert!(r2.equal_parts);
    assert_eq!(
        (r2.max_part, r2.max_object),
        (5 * GIB - 5 * MIB, 5 * TIB - 5 * GIB)
    );
    assert_eq!(of("ovh").checksums, Checksums::Refuses);
    assert_eq!(of("minio").checksums, Checksums::Try);
    let mine = read("providers.minio = { max_parts = 100, min_part = \"8MiB\" }");
    let mine = provider_named(&mine.providers, "minio").unwrap().limits;
    assert_eq!((mine.max_parts, mine.min_part), (100, 8 * MIB));
    assert_eq!(mine.max_part, 5 * GIB, "the rest stays");
}

#[test]
fn what_is_configured_is_in_force() {
    let settings = read(
        r##"
        theme = "light"
        read_only = true
        refresh = "1m30s"
        thresholds = { active = "2h", stale = "30d" }
        colors.bad = "#ff0000 bold"
        keys.uploads = { sort = "a", abort = ["s", "ctrl-x"] }
        prices = { STANDARD = 1, COLD = 2.5, fallback = 0 }
        providers.minio.abort_after = "never"
        providers.mine = { hosts = "S3.Mine.example", abort_after = "2d" }
        "##,
    );
    assert_eq!(settings.theme, Some(ThemeName::Light));
    assert!(settings.read_only);
    assert_eq!(settings.refresh, Some(Duration::from_secs(90)));
    assert_eq!(settings.thresholds.active, Duration::from_secs(7200));
    let red = parse_style("#ff0000 bold").unwrap();
    assert_eq!(settings.colors, [("bad", red)]);
    let action = |key: &str| {
        let scopes = [Scope::Uploads, Scope::List, Scope::Global];
        settings.keymap.action(&scopes, key.parse().unwrap())
    };
    assert_eq!(action("a"), Some(Action::Sort), "two actions swap keys");
    assert_eq!(action("s"), Some(Action::Abort));
    assert_eq!(action("ctrl-x"), Some(Action::Abort));
    assert!((settings.prices.monthly(Some("COLD"), 1 << 30) - 2.5).abs() < 1e-12);
    let at = |endpoint| crate::model::provider::recognised(endpoint, &settings.providers).unwrap();
    assert_eq!(at("https://minio.lan").abort_after, None);
    assert!(at("https://minio.lan").exact_prefix_only, "the rest stays");
    assert_eq!(at("https://x.s3.mine.example:9000").name, "mine");
}

#[test]
fn an_empty_list_takes_an_actions_keys_away() {
    let settings = read("keys.uploads.abort = []");
    assert_eq!(settings.keymap.keys(Action::Abort).count(), 0);
}

#[test]
fn a_mistake_is_shown_with_its_line_a_caret_and_the_nearest_name() {
    let error = parse(
        Path::new("/c/config.toml"),
        "read_only = true\ntehme = \"dark\"\n",
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "/c/config.toml:2:1: unknown key 'tehme'; did you mean 'theme'?\n  |\n2 | tehme = \"dark\"\n  | ^^^^^"
    );
}

/// Text, line, column, what the message says.
const MISTAKES: &[(&str, usize, usize, &str)] = &[
    ("theme = \"drak\"", 1, 9, "did you mean 'dark'?"),
    ("theme = 16", 1, 9, "text in quotes, not integer"),
    ("read_only = \"yes\"", 1, 13, "true or false, not string"),
    ("refresh = \"1 min\"", 1, 11, "no time span"),
    ("refresh = \"0s\"", 1, 11, "at least 1s"),
    (
        "[thresholds]\nactiv = \"1h\"",
        2,
        1,
        "did you mean 'active'?",
    ),
    ("thresholds.active = \"8d\"", 1, 1, "longer than 'active'"),
    ("thresholds.active = \"5s\"", 1, 21, "at least 60s"),
    ("[colors]\nbda = \"red\"", 2, 1, "did you mean 'bad'?"),
    ("[colors]\nbad = \"raed\"", 2, 7, "did you mean 'red'?"),
    ("[colors]\nbad = \"#12345\"", 2, 7, "six hexadecimal digits"),
    (
        "[keys.upload]\nabort = \"a\"",
        1,
        7,
        "did you mean 'uploads'?",
    ),
    (
        "[keys.uploads]\nabrot = \"a\"",
        2,
        1,
        "did you mean 'abort'?",
    ),
    (
        "[keys.list]\nabort = \"a\"",
        2,
        1,
        "belongs to [keys.uploads]",
    ),
    (
        "[keys.uploads]\nabort = [\"a\", \"hyper-a\"]",
        2,
        15,
        "names no key",
    ),
    (
        "[keys.uploads]\nabort = \"x\"\nsort = [\"s\", \"x\"]",
        3,
        14,
        "both 'abort' and 'sort'",
    ),
    ("[prices]\nSTANDARD = \"1\"", 2, 12, "a number, not string"),
    ("[prices]\nSTANDARD = -1", 2, 12, "not negative"),
    ("[prices]\nSTANDARD = nan", 2, 12, "finite"),
    ("[providers.x]\nhost = \"x\"", 2, 1, "did you mean 'hosts'?"),
    ("[providers.x]\nabort_after = 7", 2, 15, "text in quotes"),
    (
        "[upload]\npart_sise = \"8MiB\"",
        2,
        1,
        "did you mean 'part_size'?",
    ),
    ("[upload]\npart_size = \"8 parts\"", 2, 13, "is no size"),
    ("[upload]\npart_size = \"1MiB\"", 2, 13, "5MiB to 5GiB"),
    ("[upload]\npart_size = true", 2, 13, "a size such as"),
    ("[upload]\nwidth = 65", 2, 9, "1 to 64"),
    ("[upload]\nlimit_rate = \"0\"", 2, 14, "is no rate"),
    ("[upload]\nlimit_rate = 0", 2, 14, "is no rate"),
    ("[upload]\nchecksum = \"md5\"", 2, 12, "unknown word 'md5'"),
    (
        "[upload]\npayload_signing = \"alway\"",
        2,
        19,
        "did you mean 'always'?",
    ),
    ("[providers.x]\nmax_parts = 0", 2, 13, "a count from 1"),
    ("[providers.x]\nchecksums = \"yes\"", 2, 13, "unknown word"),
    (
        "[providers.x]\nmin_part = \"6GiB\"",
        1,
        1,
        "must not be more than 'max_part'",
    ),
    ("theme = \"dark", 1, 14, "expected `\"`"),
    ("read_only = true\nread_only = true", 2, 1, "duplicate key"),
];

#[test]
fn every_kind_of_mistake_points_at_its_place() {
    for &(text, line, column, message) in MISTAKES {
        let (found_line, found_column, found) = wrong(text);
        assert!(found.contains(message), "{text:?}: {found}");
        assert_eq!(
            (found_line, found_column),
            (line, column),
            "{text:?}: {found}"
        );
    }
}

#[test]
fn only_an_explicit_file_must_exist() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.toml");
    let error = load(Some(&missing)).unwrap_err();
    assert!(
        error.to_string().contains("none.toml: cannot be read"),
        "{error}"
    );
    let there = folder.path().join("config.toml");
    std::fs::write(&there, "read_only = true").unwrap();
    assert!(load(Some(&there)).unwrap().read_only);
    std::fs::write(&there, b"\xff").unwrap();
    let error = load(Some(&there)).unwrap_err().to_string();
    assert!(error.contains("not UTF-8"), "{error}");
}

#[test]
fn how_a_watch_tells_is_configured_and_mistakes_are_named() {
    let of = |text: &str| parse(Path::new("c.toml"), text);
    assert_eq!(of("").unwrap().notify, Notify::Bell);
    let chosen = of("[watch]\nnotify = \"osc777\"\n").unwrap();
    assert_eq!(chosen.notify, Notify::Osc777);
    let wrong = of("[watch]\nnotify = \"osc99\"\n").unwrap_err();
    assert!(wrong.to_string().contains("osc9"), "{wrong}");
    let wrong = of("[watch]\nnotfy = \"off\"\n").unwrap_err();
    assert!(wrong.to_string().contains("notify"), "{wrong}");
}

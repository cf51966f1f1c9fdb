//! The account view: every bucket by what it costs.

use super::half_sized;
use super::scene::Scene;
use crate::app::Effect;
use crate::app::input::{Key, Mouse, MouseKind};
use crate::app::{Event, input::Code};
use crate::model::deadline::AbortRule;
use crate::model::lifecycle::{Configuration, Rule};
use crate::protocol::{Command, Operation, Prevention};

fn ruled(days: u32) -> Prevention {
    let abort = AbortRule {
        id: "tidy".to_owned(),
        prefix: String::new(),
        days,
    };
    Prevention::Known(Configuration {
        document: None,
        rules: vec![Rule {
            id: "tidy".to_owned(),
            enabled: true,
            words: String::new(),
            abort: Some(abort),
        }],
    })
}

fn account(columns: u16, rows: u16) -> Scene {
    let mut scene = half_sized(columns, rows);
    let mut found = [
        (
            "backups",
            Prevention::Denied(super::denied(Operation::GetLifecycle, "s3://backups")),
        ),
        ("logs-prod", Prevention::Known(Configuration::default())),
        ("media-archive", Prevention::Known(Configuration::default())),
        ("ml-models", ruled(3)),
    ]
    .into_iter();
    for place in &mut scene.app.buckets.places {
        let (name, prevention) = found.next().unwrap();
        assert_eq!(place.bucket.name, name);
        place.prevention = Some(prevention);
    }
    scene.keys("A");
    scene
}

#[test]
fn the_account_shows_what_costs_and_what_will_fill_up_again() {
    insta::assert_snapshot!("account_120x36", account(120, 36).screen());
    insta::assert_snapshot!("account_80x24", account(80, 24).screen());
}

#[test]
fn names_stay_however_little_room_there_is() {
    for (columns, rows) in [(40, 10), (40, 8), (200, 60)] {
        let mut scene = account(80, 24);
        scene.resize(columns, rows);
        let screen = scene.screen();
        assert!(screen.contains("media-archive"), "{screen}");
        assert!(screen.contains("COST/MONTH"), "{screen}");
    }
}

#[test]
fn the_summary_is_copied_and_a_bucket_is_opened() {
    let mut scene = account(120, 36);
    let effects = scene.app.update(Event::Key(Key::char('y')));
    let copied = effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(copied.contains("| media-archive | ≥ "), "{copied}");
    assert!(
        copied.contains("default, eu-west-1, 2026-11-20"),
        "{copied}"
    );
    // By name the first is the denied one, and enter opens what is under the cursor.
    scene.keys("s s s s g j");
    scene.app.update(Event::Key(Key::plain(Code::Enter)));
    assert!(scene.app.dialog.is_none());
    assert_eq!(scene.app.buckets.open.as_deref(), Some("logs-prod"));
}

#[test]
fn a_press_takes_the_cursor_there_and_a_second_one_opens() {
    let mut scene = account(120, 36);
    let press = Mouse {
        kind: MouseKind::Press,
        column: 5,
        row: 3,
    };
    scene.event(Event::Mouse(press));
    assert!(scene.app.dialog.is_some());
    scene.event(Event::Mouse(Mouse { row: 30, ..press }));
    assert!(scene.app.dialog.is_some(), "there is no bucket there");
    scene.event(Event::Mouse(press));
    assert_eq!(scene.app.buckets.open.as_deref(), Some("logs-prod"));
}

#[test]
fn everything_is_sized_only_after_its_price_was_seen() {
    let mut scene = account(120, 36);
    let sizes = |scene: &Scene| {
        let all = |command: &Command| matches!(command, Command::Measure { targets, .. } if targets.len() > 400);
        scene.last(all).is_some()
    };
    scene.keys("S");
    assert!(
        scene.screen().contains("requests or more, "),
        "{}",
        scene.screen()
    );
    scene.keys("n");
    assert!(!sizes(&scene));
    scene.keys("S enter");
    assert!(!sizes(&scene), "leaning on enter is no yes");
    scene.keys("y");
    assert!(sizes(&scene));
    scene.keys("X");
    assert!(
        scene.app.dialog.is_some(),
        "a key without a meaning closes nothing"
    );
    scene.keys("esc");
    assert!(scene.app.dialog.is_none());
}

#[test]
fn a_message_gives_way_to_the_next_key_and_then_to_the_keys() {
    let mut scene = account(80, 24);
    scene.keys("y");
    assert!(scene.screen().contains("on the clipboard"));
    scene.keys("j");
    let screen = scene.screen();
    assert!(!screen.contains("on the clipboard"), "{screen}");
    for hint in ["s sort", "L rules", "? help", "esc back"] {
        assert!(screen.contains(hint), "{hint}\n{screen}");
    }
    scene.keys("?");
    assert!(
        scene.screen().contains("Keys: account"),
        "{}",
        scene.screen()
    );
    scene.keys("q");
    assert!(!scene.screen().contains("Keys: account") && scene.screen().contains("together"));
}

#[test]
fn rules_opened_from_the_account_lead_back_to_it() {
    let mut scene = account(120, 36);
    scene.keys("s s s s g j L");
    let about = "s3://logs-prod";
    assert!(scene.screen().contains(about), "{}", scene.screen());
    scene.keys("esc");
    let screen = scene.screen();
    assert!(screen.contains("together") && !screen.contains(about));
    scene.keys("esc");
    assert!(scene.app.dialog.is_none() && scene.app.behind.is_none());
}

#[test]
fn a_press_on_a_key_of_the_last_line_does_what_the_key_does() {
    let mut scene = account(120, 36);
    let before = scene.screen();
    assert!(before.contains("sort: cost"));
    let line = before.lines().last().unwrap();
    let at = line.find("s sort").unwrap();
    let press = |column| Mouse {
        kind: MouseKind::Press,
        column,
        row: 35,
    };
    scene.event(Event::Mouse(press(u16::try_from(at).unwrap())));
    assert!(scene.screen().contains("sort: held"), "{}", scene.screen());
    scene.event(Event::Mouse(press(119)));
    assert!(scene.app.dialog.is_some(), "there is no key there");
}

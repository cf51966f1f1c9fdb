//! What must hold at every size of the terminal.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::scene::{self, Scene};
use super::{aborting, asked, half_sized, uploads, with_a_gap};
use crate::app::footer::hints;
use crate::app::input::{Mouse, MouseKind};
use crate::app::{Action, Event};
use crate::ui;
use crate::ui::theme::Theme;

/// Every pane, dialog and input, in turn.
fn situations() -> Vec<Scene> {
    let after = |keys: &str| {
        let mut scene = half_sized(120, 36);
        scene.keys(keys);
        scene
    };
    let mut filtering = half_sized(120, 36);
    filtering.keys("/").type_("size>1GiB 日本語 stat:");
    let mut palette = half_sized(120, 36);
    palette.keys(":").type_("bucket m");
    let mut reading = aborting(120, 36);
    reading.keys("t enter G");
    let mut scenes: Vec<Scene> = [
        "G v k",
        "f",
        "f j j enter",
        "?",
        "!",
        "y",
        "s",
        "S",
        "esc",
        "esc k k",
    ]
    .map(after)
    .into();
    scenes.extend([
        filtering,
        palette,
        reading,
        with_a_gap(120, 36),
        asked(120, 36),
        aborting(120, 36),
    ]);
    scenes.push(Scene::new(scene::settings(), 120, 36));
    scenes.extend(uploads::situations());
    scenes.extend(super::upload::situations());
    scenes.extend(super::endings::situations());
    scenes
}

fn draw(scene: &Scene, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let theme = Theme::of(scene.app.theme());
    terminal
        .draw(|frame| ui::draw(&scene.app, &theme, frame))
        .unwrap();
    terminal.backend().buffer().clone()
}

#[test]
fn every_situation_is_drawn_at_every_size() {
    for (index, mut scene) in situations().into_iter().enumerate() {
        // Steps without a common divisor, so that the situations together meet most sizes.
        let first = 1 + u16::try_from(index * 11).unwrap() % 37;
        for columns in (first..=300).step_by(37) {
            for rows in [1, 7, 8, 9, 10, 13, 17, 22, 24, 36, 100] {
                // Also before the app hears of the new size.
                draw(&scene, columns, rows);
                scene.resize(columns, rows);
                let buffer = draw(&scene, columns, rows);
                for line in scene::text(&buffer).lines() {
                    assert!(
                        ui::text::width(line) <= usize::from(columns),
                        "{columns}x{rows}: {line:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_from_a_bucket_reaches_the_terminal_unescaped() {
    for mut scene in situations() {
        for (columns, rows) in [(200, 60), (120, 36), (80, 24), (40, 10)] {
            scene.resize(columns, rows);
            let text = scene.screen();
            let odd = text
                .chars()
                .find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}'));
            assert_eq!(odd, None, "{text}");
        }
    }
}

#[test]
fn too_small_a_terminal_is_told_what_is_needed() {
    let mut scene = half_sized(40, 8);
    scene.resize(39, 7);
    assert!(
        scene.screen().contains("mopup needs 40x8 cells"),
        "{}",
        scene.screen()
    );
    scene.resize(40, 8);
    assert!(scene.screen().contains("Uploads"), "{}", scene.screen());
}

#[test]
fn the_hints_stand_where_clicks_look_for_them() {
    for scene in situations()
        .iter()
        .filter(|scene| scene.app.dialog.is_none() && scene.app.filter_edit.is_none())
    {
        for columns in (40..140).step_by(9) {
            let mut app = scene.app.clone();
            app.columns = columns;
            app.messages.dismiss();
            let offered = hints(&app, columns);
            let mut terminal = Terminal::new(TestBackend::new(columns, 36)).unwrap();
            terminal
                .draw(|frame| ui::draw(&app, &Theme::of(app.theme()), frame))
                .unwrap();
            let buffer = terminal.backend().buffer();
            for hint in &offered {
                let end = hint.x + hint.width;
                assert!(end <= columns, "{columns}: {hint:?}");
                let shown: String = (hint.x..end).map(|x| buffer[(x, 35)].symbol()).collect();
                assert_eq!(shown, format!("{} {}", hint.key, hint.label));
            }
            assert!(offered.iter().any(|hint| hint.label == "help"), "{columns}");
        }
    }
}

#[test]
fn eighty_columns_tell_how_to_leave_to_learn_more_and_to_upload() {
    for scene in situations() {
        let offered = hints(&scene.app, 80);
        let offers = |action: Action| offered.iter().any(|hint| hint.action == action);
        let focus = scene.app.focus;
        assert!(offers(Action::Quit) && offers(Action::Help), "{focus:?}");
        assert_eq!(
            offers(Action::Upload),
            !scene.app.settings.read_only,
            "{focus:?}"
        );
    }
}

#[test]
fn each_theme_shows_the_same_text() {
    let mut scene = half_sized(120, 36);
    let dark = scene.screen();
    for theme in crate::app::ThemeName::ALL {
        scene.app.settings.theme = theme;
        assert_eq!(scene.screen(), dark);
    }
}

#[test]
fn a_long_text_scrolls_from_its_end_too() {
    let mut scene = half_sized(80, 24);
    scene.keys("?");
    assert!(scene.screen().contains("1–22 of "), "{}", scene.screen());
    scene.keys("G");
    let end = scene.screen();
    assert!(end.contains("quit; asks while"), "{end}");
    scene.keys("k");
    assert!(!scene.screen().contains("quit; asks while"), "one line up");
    scene.keys("j");
    assert_eq!(scene.screen(), end);
}

#[test]
fn a_click_on_a_hint_does_what_its_key_does() {
    let mut scene = half_sized(80, 24);
    let hint = hints(&scene.app, 80)
        .into_iter()
        .find(|hint| hint.action == Action::Sort)
        .unwrap();
    let mouse = Mouse {
        kind: MouseKind::Press,
        column: hint.x + 1,
        row: 23,
    };
    scene.event(Event::Mouse(mouse));
    assert_eq!(scene.screen(), half_sized(80, 24).keys("s").screen());
}

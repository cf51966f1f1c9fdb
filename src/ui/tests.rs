//! Whole screens, as text, under a frozen clock.

mod account;
mod doctor;
mod endings;
mod rules;
mod scene;
mod sizes;
mod sweep;
mod upload;
mod uploads;
mod watching;

use crate::app::Event;
use crate::protocol::{AbortOutcome, Command, News, Operation, Outcome, Progress, SkipReason};
use scene::{NOW, Scene, denied, settings};

/// The open bucket with about half of its uploads sized, three of them marked.
fn half_sized(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::browsing(columns, rows);
    scene.size(|key| !key.contains("cam-1") && !key.contains("tmp/ключ"));
    scene.keys("space space space g");
    scene
}

fn with_a_gap(columns: u16, rows: u16) -> Scene {
    let mut scene = half_sized(columns, rows);
    scene.keys("enter");
    scene.parts((1..=8_120).filter(|number| !(4_211..=4_213).contains(number) && *number != 6_000));
    scene
}

/// Everything is marked and the question is asked.
fn asked(columns: u16, rows: u16) -> Scene {
    let mut scene = half_sized(columns, rows);
    scene.keys("* a");
    scene
}

fn aborting(columns: u16, rows: u16) -> Scene {
    let mut scene = asked(columns, rows);
    scene.keys("2 8 enter");
    let is_abort = |command: &Command| matches!(command, Command::Abort { .. });
    let Some(Command::Abort { targets, .. }) = scene.last(is_abort).cloned() else {
        panic!("no abort was asked for");
    };
    let outcomes = targets
        .ids()
        .iter()
        .take(14)
        .enumerate()
        .map(|(index, row)| {
            let outcome = match index {
                3 => AbortOutcome::Skipped(SkipReason::BecameActive),
                5 => AbortOutcome::Failed(denied(
                    Operation::AbortMultipartUpload,
                    "s3://media-archive",
                )),
                7 => AbortOutcome::AlreadyGone,
                _ => AbortOutcome::Aborted {
                    freed: Some(60 << 30),
                    verified: true,
                },
            };
            (*row, outcome)
        });
    let progress = Progress {
        done: 14,
        total: Some(28),
        throttled: true,
        ..Progress::default()
    };
    scene.news(is_abort, News::Aborted(outcomes.collect()));
    scene.news(is_abort, News::Progress(progress));
    scene.event(Event::Clock(NOW.plus(std::time::Duration::from_secs(7))));
    scene.keys("g");
    scene
}

#[test]
fn browsing_shows_sizes_as_far_as_they_are_known() {
    insta::assert_snapshot!("browsing_120x36", with_a_gap(120, 36).keys("esc").screen());
    insta::assert_snapshot!("browsing_80x24", half_sized(80, 24).screen());
    insta::assert_snapshot!("browsing_40x10", half_sized(40, 10).screen());
}

#[test]
fn a_very_wide_screen_shows_every_column() {
    insta::assert_snapshot!("browsing_200x40", with_a_gap(200, 40).screen());
}

#[test]
fn an_open_range_is_seen_and_summed_up() {
    let mut scene = half_sized(120, 36);
    scene.keys("\\ v j j j j");
    insta::assert_snapshot!("range_120x36", scene.screen());
    let narrow = half_sized(80, 24).keys("v j j").screen();
    assert!(narrow.contains("range 3"), "{narrow}");
}

#[test]
fn odd_keys_are_escaped_and_cut_in_the_middle() {
    insta::assert_snapshot!("odd_keys_80x24", half_sized(80, 24).keys("G").screen());
}

#[test]
fn folders_show_their_share_of_the_biggest() {
    insta::assert_snapshot!("folders_120x36", half_sized(120, 36).keys("f").screen());
    insta::assert_snapshot!(
        "folders_80x24",
        half_sized(80, 24).keys("f enter enter").screen()
    );
}

#[test]
fn other_groups_show_what_they_hold_and_cost() {
    let mut scene = half_sized(120, 36);
    scene.keys("f b b b");
    insta::assert_snapshot!("by_age_120x36", scene.screen());
    let mut scene = half_sized(80, 24);
    scene.keys(":").type_("group state").keys("enter");
    insta::assert_snapshot!("by_state_80x24", scene.screen());
    let screen = half_sized(120, 36).keys("f b").screen();
    assert!(
        screen.contains(" svc-enc ") && screen.contains("By initiator"),
        "{screen}"
    );
}

#[test]
fn folders_show_whether_their_uploads_are_marked() {
    let mut scene = half_sized(120, 36);
    scene.keys("\\ f j space");
    let screen = scene.screen();
    let line = |name: &str| {
        let line = screen.lines().find(|line| line.contains(name));
        line.unwrap().to_owned()
    };
    assert!(line(" db/ ").contains("●  db/"), "{screen}");
    assert!(line(" tmp/ ").contains("   tmp/"), "{screen}");
    let screen = scene.keys("enter space h").screen();
    assert!(screen.contains("◐  tmp/"), "{screen}");
}

#[test]
fn a_gap_in_the_parts_is_seen_and_named() {
    insta::assert_snapshot!("parts_with_a_gap_80x24", with_a_gap(80, 24).screen());
}

#[test]
fn the_question_before_an_abort_says_what_is_left_out_and_why() {
    insta::assert_snapshot!("abort_120x36", asked(120, 36).screen());
    insta::assert_snapshot!("abort_80x24", asked(80, 24).screen());
    insta::assert_snapshot!("abort_40x10", asked(40, 10).screen());
    insta::assert_snapshot!(
        "abort_including_active_80x24",
        asked(80, 24).keys("tab 3 0 enter").screen()
    );
    insta::assert_snapshot!("abort_one_80x24", half_sized(80, 24).keys("\\ a").screen());
}

#[test]
fn where_all_is_alive_the_question_offers_no_enter() {
    let mut scene = half_sized(80, 24);
    scene.keys("\\ /").type_("db/2026-11-19").keys("enter a");
    let screen = scene.screen();
    assert!(screen.contains("Nothing is left to abort"), "{screen}");
    assert!(screen.contains("tab include the active"), "{screen}");
    assert!(!screen.contains("enter abort"), "{screen}");
    assert!(scene.keys("tab").screen().contains("enter abort"));
}

#[test]
fn a_running_abort_shows_what_became_of_each_upload() {
    insta::assert_snapshot!("aborting_120x36", aborting(120, 36).screen());
    insta::assert_snapshot!("aborting_80x24", aborting(80, 24).screen());
    insta::assert_snapshot!(
        "abort_report_80x24",
        aborting(80, 24).keys("t enter").screen()
    );
    insta::assert_snapshot!(
        "quit_while_aborting_80x24",
        aborting(80, 24).keys("q").screen()
    );
}

#[test]
fn the_report_of_a_cancelled_abort_groups_by_reason() {
    let mut scene = asked(80, 24);
    scene.keys("2 8 enter");
    let is_abort = |command: &Command| matches!(command, Command::Abort { .. });
    let Some(Command::Abort { targets, .. }) = scene.last(is_abort).cloned() else {
        panic!("no abort was asked for");
    };
    let outcomes = targets
        .ids()
        .iter()
        .take(8)
        .enumerate()
        .map(|(index, row)| {
            let outcome = match index {
                0..4 => AbortOutcome::Aborted {
                    freed: Some(60 << 30),
                    verified: true,
                },
                4..7 => AbortOutcome::Skipped(SkipReason::Active),
                _ => AbortOutcome::Skipped(SkipReason::LivenessUnknown),
            };
            (*row, outcome)
        });
    scene.news(is_abort, News::Aborted(outcomes.collect()));
    let progress = Progress {
        done: 8,
        total: Some(30),
        ..Progress::default()
    };
    scene.news(is_abort, News::Progress(progress));
    let ended = Outcome::Cancelled { done: 8, left: 22 };
    scene.news(is_abort, News::Ended(ended));
    insta::assert_snapshot!("cancelled_report_80x24", scene.keys("t enter").screen());
}

#[test]
fn a_task_shows_its_rate_the_time_left_and_the_price() {
    let mut scene = asked(160, 36);
    scene.keys("2 8 enter");
    let is_abort = |command: &Command| matches!(command, Command::Abort { .. });
    scene.event(Event::Clock(NOW.plus(std::time::Duration::from_secs(4))));
    let progress = Progress {
        done: 40_000,
        total: Some(100_000),
        unverified: 39_000,
        requests: 40_000,
        ..Progress::default()
    };
    scene.news(is_abort, News::Progress(progress));
    let screen = scene.keys("t").screen();
    for word in [
        "40,000/100,000",
        "39,000 to look at again",
        "10,000/s",
        "6 s left",
        "≈ $0.20 of $0.50",
    ] {
        assert!(screen.contains(word), "{word}: {screen}");
    }
    let ended = Outcome::Cancelled {
        done: 40_000,
        left: 60_000,
    };
    scene.news(is_abort, News::Ended(ended));
    assert!(scene.screen().contains("p goes on"), "{}", scene.screen());
    scene.keys("p");
    insta::assert_snapshot!("abort_goes_on_160x36", scene.screen());
}

#[test]
fn the_help_names_the_keys_of_the_pane() {
    insta::assert_snapshot!("help_120x36", half_sized(120, 36).keys("?").screen());
    insta::assert_snapshot!("help_80x24", half_sized(80, 24).keys("?").screen());
}

#[test]
fn a_text_scrolled_past_its_end_comes_back_at_once() {
    let mut scene = half_sized(80, 24);
    scene.keys("?");
    let first = scene.screen();
    for _ in 0..200 {
        scene.keys("j");
        scene.screen();
    }
    let last = scene.screen();
    assert_ne!(first, last);
    assert_eq!(scene.keys("k j").screen(), last);
    assert_ne!(scene.keys("k").screen(), last);
    assert_eq!(scene.keys("g").screen(), first);
    assert_eq!(scene.keys("G").screen(), last);
    // Typed ahead, before any frame of the text was drawn.
    scene.keys("esc ! esc ? j j j");
    assert_ne!(scene.screen(), first);
}

#[test]
fn a_denied_bucket_says_which_permission_is_missing() {
    insta::assert_snapshot!(
        "denied_bucket_120x36",
        half_sized(120, 36).keys("esc k k").screen()
    );
    insta::assert_snapshot!(
        "denied_bucket_80x24",
        half_sized(80, 24).keys("esc k k enter").screen()
    );
}

#[test]
fn an_account_whose_buckets_may_not_be_listed_says_how_to_go_on() {
    let mut scene = Scene::new(settings(), 80, 24);
    scene.identify();
    let is_it = |command: &Command| matches!(command, Command::Buckets { .. });
    scene.news(
        is_it,
        News::Ended(Outcome::Failed(denied(Operation::ListBuckets, ""))),
    );
    scene.keys("x");
    insta::assert_snapshot!("denied_account_80x24", scene.screen());
}

#[test]
fn empty_places_say_what_is_going_on() {
    insta::assert_snapshot!("start_80x24", Scene::new(settings(), 80, 24).screen());
    insta::assert_snapshot!(
        "clean_bucket_80x24",
        half_sized(80, 24).keys("esc j enter").screen()
    );
    let mut scene = half_sized(80, 24);
    scene.keys("/").type_("size>200GiB").keys("enter");
    insta::assert_snapshot!("nothing_matches_80x24", scene.screen());
}

#[test]
fn a_filter_that_does_not_parse_points_at_the_column() {
    let mut scene = half_sized(120, 36);
    scene.keys("/").type_("age>7d bytes>3");
    insta::assert_snapshot!("filter_error_120x36", scene.screen());
    // What is wrong is underlined; the cursor stands behind what is typed.
    let buffer = scene.buffer();
    let theme = super::theme::Theme::of(scene.app.theme());
    let wrong: String = (0..120)
        .map(|x| &buffer[(x, 35)])
        .filter(|cell| {
            cell.fg == theme.wrong.fg.unwrap() && cell.modifier.contains(theme.wrong.add_modifier)
        })
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert_eq!(wrong, "b");
    assert_eq!(scene.cursor(), Some((9 + 14, 35)));
}

#[test]
fn badges_say_what_is_special_about_the_run() {
    let settings = crate::app::Settings {
        demo: true,
        read_only: true,
        ..settings()
    };
    let scene = Scene::browsing_with(settings, 120, 36);
    let screen = scene.screen();
    let header = screen.lines().next().unwrap();
    assert!(
        header.contains(" DEMO ") && header.contains(" READ-ONLY "),
        "{header}"
    );
    assert!(
        !screen.lines().last().unwrap().contains("abort"),
        "read-only offers no abort"
    );
}

#[test]
fn dialogs_fit_their_content() {
    insta::assert_snapshot!("copy_menu_120x36", half_sized(120, 36).keys("y").screen());
    insta::assert_snapshot!("sort_menu_80x24", half_sized(80, 24).keys("s").screen());
    insta::assert_snapshot!(
        "palette_80x24",
        half_sized(80, 24).keys(":").type_("re").screen()
    );
    insta::assert_snapshot!("size_all_80x24", half_sized(80, 24).keys("S").screen());
    insta::assert_snapshot!("messages_80x24", half_sized(80, 24).keys("!").screen());
}

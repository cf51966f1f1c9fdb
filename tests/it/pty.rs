//! The built binary in a pseudo-terminal.

use std::process::{Command, Stdio};

use crate::support::pty::{Ended, Pty, Start};

/// On screen as soon as the demo's buckets are listed.
const LISTED: &str = "partner-inbox";

fn demo() -> Pty {
    let mut pty = Pty::start(&Start::default());
    pty.until(LISTED);
    pty
}

fn with_env(name: &str, value: &str) -> Ended {
    Pty::start(&Start {
        env: &[(name, value)],
        ..Start::default()
    })
    .end()
}

/// The bucket with sixty uploads, once all are listed.
fn open_partner_inbox(pty: &mut Pty) {
    pty.type_("/partner\r").until_gone("website-assets");
    pty.type_("\r").until("› partner-inbox").until("60 uploads");
}

#[test]
fn filter_drill_and_abort_end_to_end() {
    let mut pty = demo();
    assert_eq!(pty.title(), "mopup");
    open_partner_inbox(&mut pty);
    pty.type_("*").until("60 marked").type_("a").until("type '");
    let screen = pty.screen();
    let (_, rest) = screen.split_once("type '").unwrap();
    let (number, _) = rest.split_once('\'').unwrap();
    pty.type_(number).type_("\r").until(" skipped; t then");
    // What was alive or may be is left, and the rest is gone from the list too.
    let report = pty.screen();
    let report = report
        .lines()
        .find(|line| line.contains(" skipped; t then"))
        .unwrap();
    let before = |word: &str| -> u32 {
        let (head, _) = report.split_once(word).unwrap();
        head.rsplit(' ').next().unwrap().parse().unwrap()
    };
    let (aborted, skipped) = (before(" aborted"), before(" skipped"));
    assert_eq!((aborted > 0, skipped > 0), (true, true), "{report}");
    assert_eq!(aborted + skipped, 60, "{report}");
    pty.until(&format!(" {skipped} uploads"));
    pty.type_("q");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn keys_typed_ahead_are_not_lost() {
    let mut pty = Pty::start(&Start::default());
    // Before the terminal is ours.
    pty.type_("?").until("half a page up");
    // In one write, before the buckets are there.
    pty.type_("q/web\x7f\x7f\x7fodd\r").until("/odd");
    pty.until("odd-keys").until_gone(LISTED);
    pty.type_("q");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn a_lone_key_is_answered_although_nothing_else_happens() {
    let mut pty = Pty::start(&Start {
        args: &["--endpoint-url", "http://127.0.0.1:9", "--no-sign-request"],
        ..Start::default()
    });
    pty.until("? help");
    // Nothing is listening there, so that only keys wake the loop.
    for _ in 0..20 {
        pty.type_("?").until("half a page up");
        pty.type_("q").until_gone("half a page up");
    }
    pty.type_("q");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn a_resize_is_drawn_at_once_and_a_tiny_terminal_says_so() {
    let mut pty = demo();
    pty.resize(80, 24).until("? help");
    pty.resize(20, 5).until("needs");
    pty.resize(132, 40).until(LISTED).until("Parts");
    pty.type_("q");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn ctrl_l_draws_everything_again() {
    let mut pty = demo();
    pty.spoil("\x1b[5;5Hline noise").until("line noise");
    pty.type_("\x0c").until_gone("line noise").until(LISTED);
    pty.type_("q");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let mut pty = demo();
    pty.type_("\x1a").until_stopped();
    pty.until_screen("the shell's screen", |screen| !screen.alternate_screen());
    assert_eq!(pty.left_behind(), Vec::<String>::new());
    pty.signal("CONT").until(LISTED);
    pty.until_screen("our screen", vt100::Screen::alternate_screen);
    pty.type_("q");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn being_stopped_from_outside_gives_the_terminal_back_too() {
    let mut pty = demo();
    pty.signal("TSTP").until_stopped();
    pty.until_screen("the shell's screen", |screen| !screen.alternate_screen());
    assert_eq!(pty.left_behind(), Vec::<String>::new());
    pty.signal("CONT")
        .until(LISTED)
        .type_("?")
        .until("half a page up");
    pty.type_("qq");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn a_signal_ends_the_program_cleanly_and_with_its_code() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut pty = demo();
        pty.signal(name);
        let ended = pty.end();
        assert_eq!(ended.code, code, "SIG{name}");
        let told = format!("ended by SIG{name}");
        assert!(ended.screen.contains(&told), "{}", ended.screen);
    }
}

#[test]
fn ctrl_c_is_a_key_that_quits() {
    let mut pty = demo();
    pty.type_("\x03");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn a_panic_while_drawing_leaves_a_sane_terminal_and_says_what_happened() {
    let ended = with_env("MOPUP_TEST_PANIC", "draw");
    assert_eq!(ended.code, 101);
    assert!(
        ended.screen.contains("a panic in 'draw' was asked for"),
        "{}",
        ended.screen
    );
}

#[test]
fn a_panic_in_a_task_leaves_a_sane_terminal_and_says_what_happened() {
    let ended = with_env("MOPUP_TEST_PANIC", "task");
    assert_eq!(ended.code, 1);
    assert!(
        ended.screen.contains("a panic in 'task' was asked for"),
        "{}",
        ended.screen
    );
}

#[test]
fn without_a_terminal_it_says_which_command_to_use() {
    let output = Command::new(env!("CARGO_BIN_EXE_mopup"))
        .arg("--demo")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("mopup ls"), "{message}");
}

#[test]
fn a_wrong_configuration_is_told_before_the_screen_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mopup").join("config.toml");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "\n  tehme = \"dark\"\n").unwrap();
    let ended = with_env("XDG_CONFIG_HOME", folder.path().to_str().unwrap());
    assert_eq!(ended.code, 2);
    for part in ["config.toml:2:3", "did you mean 'theme'?", "^"] {
        assert!(ended.screen.contains(part), "{part}: {}", ended.screen);
    }
}

#[test]
fn what_is_copied_goes_to_the_clipboard_by_osc_52() {
    let mut pty = demo();
    open_partner_inbox(&mut pty);
    pty.type_("y").until("s3://");
    pty.type_("\r").until("copied");
    assert_eq!(pty.copied().len(), 1, "{:?}", pty.copied());
    pty.type_("q");
    assert_eq!(pty.end().code, 0);
}

#[test]
fn no_color_draws_without_colours() {
    let mut pty = Pty::start(&Start {
        env: &[("NO_COLOR", "1")],
        ..Start::default()
    });
    pty.until(LISTED).until_screen("no colour", |screen| {
        (0..36)
            .flat_map(|row| (0..120).map(move |column| (row, column)))
            .all(|(row, column)| {
                screen.cell(row, column).is_none_or(|cell| {
                    cell.fgcolor() == vt100::Color::Default
                        && cell.bgcolor() == vt100::Color::Default
                })
            })
    });
    pty.type_("q");
    assert_eq!(pty.end().code, 0);
}

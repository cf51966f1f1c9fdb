//! Has the terminal tell the person: by its bell, or by a notification of the desktop.

use std::io::{self, IsTerminal, Write};

use super::super::args::Notify;

/// Longer ones are cut by the desktop anyway.
const LONGEST: usize = 200;

/// Asks the terminal to tell `text`; nothing where there is none. That it cannot be asked cannot be told.
pub fn notify(how: Notify, text: &str) {
    let Some(sequence) = sequence(how, text) else {
        return;
    };
    if io::stderr().is_terminal() {
        let mut out = io::stderr().lock();
        let _ = out
            .write_all(sequence.as_bytes())
            .and_then(|()| out.flush());
    } else if io::stdout().is_terminal() {
        let mut out = io::stdout().lock();
        let _ = out
            .write_all(sequence.as_bytes())
            .and_then(|()| out.flush());
    }
}

/// Sources: ECMA-48 (BEL), iTerm2's "Proprietary escape codes" (OSC 9), the VTE and urxvt notification
/// extension (OSC 777).
fn sequence(how: Notify, text: &str) -> Option<String> {
    // A control character would end the sequence, and a semicolon a field of it.
    let plain = text.chars().filter(|c| !c.is_control());
    let plain: String = plain
        .map(|c| if c == ';' { ',' } else { c })
        .take(LONGEST)
        .collect();
    match how {
        Notify::Off => None,
        Notify::Bell => Some("\x07".to_owned()),
        Notify::Osc9 => Some(format!("\x1b]9;{plain}\x07")),
        Notify::Osc777 => Some(format!("\x1b]777;notify;mopup;{plain}\x07")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_key_ends_the_sequence() {
        let text = "a;b\x07c\x1b]0;x";
        assert_eq!(sequence(Notify::Osc9, text).unwrap(), "\x1b]9;a,bc]0,x\x07");
        assert_eq!(
            sequence(Notify::Osc777, "done").unwrap(),
            "\x1b]777;notify;mopup;done\x07"
        );
        assert_eq!(sequence(Notify::Bell, text).unwrap(), "\x07");
        assert_eq!(sequence(Notify::Off, text), None);
    }
}

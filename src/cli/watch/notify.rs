//! Has the terminal tell the person: by its bell, or by a notification of the desktop.

use std::io::{self, IsTerminal, Write};

use super::super::args::Notify;
use crate::model::notice;

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

/// The same that the terminal UI writes.
fn sequence(how: Notify, text: &str) -> Option<String> {
    let how = match how {
        Notify::Off => notice::Notify::Off,
        Notify::Bell => notice::Notify::Bell,
        Notify::Osc9 => notice::Notify::Osc9,
        Notify::Osc777 => notice::Notify::Osc777,
    };
    how.sequence("mopup", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_is_the_one_of_the_same_name() {
        let told = |how| sequence(how, "done");
        assert_eq!(told(Notify::Off), None);
        assert_eq!(told(Notify::Bell).unwrap(), "\x07");
        assert_eq!(told(Notify::Osc9).unwrap(), "\x1b]9;mopup: done\x07");
        assert_eq!(
            told(Notify::Osc777).unwrap(),
            "\x1b]777;notify;mopup;done\x07"
        );
    }
}

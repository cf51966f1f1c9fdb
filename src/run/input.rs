//! From the terminal's events and the process's signals to the loop's input.

use std::io;

use crossterm::event::{
    Event as Term, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton,
    MouseEvent, MouseEventKind,
};
use futures_util::stream::{self, Stream, StreamExt};
use tokio::signal::unix::{SignalKind, signal};

use crate::app::Event;
use crate::app::input::{Code, Key, Mouse, MouseKind};

/// What comes in from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Event(Event),
    /// Somebody wants the process stopped (SIGTSTP).
    Stop,
    /// The process goes on after it was stopped (SIGCONT).
    Continued,
    /// A signal ends the process; the exit code.
    Terminate(u8),
}

/// Everything that can come in: keys, mouse, paste, size, and signals.
pub fn inputs() -> io::Result<impl Stream<Item = Input> + Unpin> {
    let keys = EventStream::new().filter_map(|event| async {
        match event {
            Ok(event) => translate(event).map(Input::Event),
            // The terminal is gone.
            Err(_) => Some(Input::Terminate(HANGUP)),
        }
    });
    let signals = [
        (SignalKind::terminate(), Input::Terminate(128 + 15)),
        (SignalKind::hangup(), Input::Terminate(HANGUP)),
        (SignalKind::interrupt(), Input::Terminate(130)),
        (
            SignalKind::from_raw(signal_hook::consts::SIGTSTP),
            Input::Stop,
        ),
        (
            SignalKind::from_raw(signal_hook::consts::SIGCONT),
            Input::Continued,
        ),
    ];
    let mut heard = Vec::new();
    for (kind, input) in signals {
        let listener = signal(kind)?;
        let stream = stream::unfold((listener, input), |(mut listener, input)| async {
            listener.recv().await?;
            Some((input.clone(), (listener, input)))
        });
        heard.push(Box::pin(stream));
    }
    Ok(stream::select(Box::pin(keys), stream::select_all(heard)))
}

const HANGUP: u8 = 128 + 1;

/// What the app sees of a terminal event; nothing of key releases and what else it does not know.
pub fn translate(event: Term) -> Option<Event> {
    match event {
        Term::Key(key) if key.kind != KeyEventKind::Release => key_of(key).map(Event::Key),
        Term::Mouse(mouse) => mouse_of(mouse).map(Event::Mouse),
        Term::Paste(text) => Some(Event::Paste(text)),
        Term::Resize(columns, rows) => Some(Event::Resized { columns, rows }),
        _ => None,
    }
}

fn key_of(key: KeyEvent) -> Option<Key> {
    let code = match key.code {
        // Terminals tell ctrl-space as ctrl and a space, or as NUL.
        KeyCode::Null => {
            return Some(Key {
                code: Code::Char(' '),
                ctrl: true,
                alt: false,
            });
        }
        KeyCode::Char(character) => Code::Char(character),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    // Enhanced keyboards report a shifted letter as the letter and shift.
    let code = match code {
        Code::Char(letter)
            if key.modifiers.contains(KeyModifiers::SHIFT) && letter.is_ascii_lowercase() =>
        {
            Code::Char(letter.to_ascii_uppercase())
        }
        other => other,
    };
    Some(Key { code, ctrl, alt })
}

fn mouse_of(mouse: MouseEvent) -> Option<Mouse> {
    let kind = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Press,
        MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse {
        kind,
        column: mouse.column,
        row: mouse.row,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(code: KeyCode, modifiers: KeyModifiers) -> String {
        let event = translate(Term::Key(KeyEvent::new(code, modifiers)));
        let Some(Event::Key(key)) = event else {
            panic!("no key")
        };
        key.to_string()
    }

    #[test]
    fn keys_arrive_as_configuration_writes_them() {
        let none = KeyModifiers::NONE;
        assert_eq!(translated(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(translated(KeyCode::Char('g'), KeyModifiers::SHIFT), "G");
        assert_eq!(
            translated(KeyCode::Char('c'), KeyModifiers::CONTROL),
            "ctrl-c"
        );
        assert_eq!(translated(KeyCode::Tab, KeyModifiers::SHIFT), "backtab");
        assert_eq!(translated(KeyCode::Null, none), "ctrl-space");
        assert_eq!(translated(KeyCode::PageDown, none), "pgdn");
    }

    #[test]
    fn a_released_key_is_no_key() {
        let mut key = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        key.kind = KeyEventKind::Release;
        assert_eq!(translate(Term::Key(key)), None);
    }
}

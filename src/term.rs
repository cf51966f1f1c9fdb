//! The terminal's modes: taken at the start and given back whatever happens.
//!
//! Knows nothing of the app. What was taken is given back on drop, on a panic of the thread that draws, and
//! before the process is stopped.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;

type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// Whether the modes are taken now; the panic hook asks.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal in our modes.
#[derive(Debug)]
pub struct Term {
    screen: Screen,
}

impl Term {
    /// Takes the terminal: raw mode, alternate screen, mouse and bracketed paste.
    pub fn take() -> io::Result<Self> {
        restore_on_panic();
        take()?;
        let screen = Terminal::new(CrosstermBackend::new(BufWriter::new(stdout())));
        match screen {
            Ok(screen) => Ok(Self { screen }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// The size in cells.
    pub fn size(&self) -> io::Result<Size> {
        self.screen.size()
    }

    /// Draws one frame, in one go where the terminal can.
    pub fn draw(&mut self, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        queue!(self.screen.backend_mut(), BeginSynchronizedUpdate)?;
        self.screen.draw(render)?;
        execute!(self.screen.backend_mut(), EndSynchronizedUpdate)
    }

    /// Forgets what was drawn, so that the next frame draws everything.
    ///
    /// Not by `Terminal::clear`, which asks the terminal where its cursor is: the answer would be read as input
    /// by whoever listens to the keyboard, and the question time out.
    pub fn clear(&mut self) -> io::Result<()> {
        let size = self.screen.size()?;
        self.screen.resize(size.into())
    }

    /// To the terminal's clipboard by OSC 52, which works over SSH too.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(
            self.screen.backend_mut(),
            CopyToClipboard::to_clipboard_from(text)
        )
    }

    /// A bell or a notification: a whole sequence that moves no cursor and draws nothing.
    pub fn notify(&mut self, sequence: &str) -> io::Result<()> {
        execute!(self.screen.backend_mut(), Print(sequence))
    }

    /// Gives the terminal back, stops the process as ctrl-z would, and takes it again when it goes on.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        self.retake()
    }

    /// Takes the terminal again after somebody else had it.
    pub fn retake(&mut self) -> io::Result<()> {
        take()?;
        self.clear()
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether both ends are a terminal.
pub fn is_terminal() -> bool {
    io::stdin().is_terminal() && stdout().is_terminal()
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let taken = execute!(
        stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableMouseCapture,
        SetTitle("mopup"),
        cursor::Hide
    );
    if taken.is_err() {
        give_back();
    }
    taken
}

/// Gives everything back; what cannot be written is passed over, since there is nobody left to tell.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(
        stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}

/// A panic of this thread, the one that draws, gives the terminal back before its message is printed. One of
/// any other thread prints nothing over the screen: the engine reports it as the end of its job.
fn restore_on_panic() {
    let drawing = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == drawing {
            give_back();
            before(info);
        } else if !TAKEN.load(Ordering::SeqCst) {
            before(info);
        }
    }));
}

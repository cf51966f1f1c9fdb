//! The built binary in a pseudo-terminal: what it draws is read by a terminal emulator, and nothing sleeps.

#![expect(
    clippy::disallowed_methods,
    reason = "a deadline by the wall clock, for a process that has its own"
)]

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use vt100::{MouseProtocolMode, Parser, Screen};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the emulator does not show on its screen.
#[derive(Debug, Default)]
struct Heard {
    title: String,
    /// As sent by OSC 52, in base64.
    copied: Vec<String>,
}

impl vt100::Callbacks for Heard {
    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.copied.push(String::from_utf8_lossy(data).into_owned());
    }
}

struct Emulator {
    parser: Parser<Heard>,
    closed: bool,
}

/// A program in a terminal of its own.
pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    emulator: Arc<(Mutex<Emulator>, Condvar)>,
    /// The line discipline before the program came.
    before: String,
    /// Empty at the start, and gone with this.
    _home: TempDir,
}

/// How to start it.
pub struct Start<'a> {
    pub args: &'a [&'a str],
    pub env: &'a [(&'a str, &'a str)],
    pub columns: u16,
    pub rows: u16,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self {
            args: &["--demo"],
            env: &[],
            columns: 120,
            rows: 36,
        }
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has cells")
}

fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

impl Pty {
    /// Starts the binary with an empty home and no environment but what is given.
    pub fn start(start: &Start<'_>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let pair = native_pty_system()
            .openpty(pty_size(start.columns, start.rows))
            .unwrap();
        let before = discipline(&*pair.master);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mopup"));
        command.env_clear();
        command.cwd(home.path());
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        for (name, value) in start.env {
            command.env(name, value);
        }
        command.args(start.args);
        let child = pair.slave.spawn_command(command).unwrap();
        // Ours would keep the terminal open after the program's end.
        drop(pair.slave);
        let parser = Parser::new_with_callbacks(
            cells(start.rows),
            cells(start.columns),
            0,
            Heard::default(),
        );
        let emulator = Arc::new((
            Mutex::new(Emulator {
                parser,
                closed: false,
            }),
            Condvar::new(),
        ));
        let mut output = pair.master.try_clone_reader().unwrap();
        let shared = Arc::clone(&emulator);
        thread::spawn(move || read(&mut output, &shared));
        Self {
            child,
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            emulator,
            before,
            _home: home,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Emulator> {
        self.emulator.0.lock().unwrap()
    }

    /// What is on screen now.
    pub fn screen(&self) -> String {
        self.lock().parser.screen().contents()
    }

    /// What was copied by OSC 52, in base64.
    pub fn copied(&self) -> Vec<String> {
        self.lock().parser.callbacks().copied.clone()
    }

    pub fn title(&self) -> String {
        self.lock().parser.callbacks().title.clone()
    }

    /// Types as a terminal sends it.
    pub fn type_(&mut self, text: &str) -> &mut Self {
        self.keyboard.write_all(text.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
        self
    }

    /// Waits until `text` is on screen.
    pub fn until(&mut self, text: &str) -> &mut Self {
        self.until_screen(&format!("'{text}'"), |screen| {
            screen.contents().contains(text)
        })
    }

    /// Waits until `text` is not on screen any more.
    pub fn until_gone(&mut self, text: &str) -> &mut Self {
        self.until_screen(&format!("no '{text}'"), |screen| {
            !screen.contents().contains(text)
        })
    }

    /// Waits until the screen is as wanted.
    pub fn until_screen(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(&Screen) -> bool,
    ) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        let (emulator, changed) = &*self.emulator;
        let mut emulator = emulator.lock().unwrap();
        while !wanted(emulator.parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || emulator.closed {
                let mut message = format!("waited for {what}; ");
                let ended = if emulator.closed {
                    "the program ended"
                } else {
                    "time is up"
                };
                let screen = emulator.parser.screen().contents();
                let _ = write!(message, "{ended}; on screen:\n{screen}");
                drop(emulator);
                panic!("{message}");
            }
            emulator = changed.wait_timeout(emulator, left).unwrap().0;
        }
        drop(emulator);
        self
    }

    /// Writes over the screen, as another program would.
    pub fn spoil(&mut self, text: &str) -> &mut Self {
        self.lock().parser.process(text.as_bytes());
        self
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.lock()
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master.resize(pty_size(columns, rows)).unwrap();
        self
    }

    fn id(&self) -> String {
        self.child.process_id().unwrap().to_string()
    }

    /// Sends a signal, by its name without SIG.
    pub fn signal(&mut self, name: &str) -> &mut Self {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.id()])
            .status()
            .unwrap();
        assert!(sent.success(), "SIG{name} could not be sent");
        self
    }

    /// Waits until the process is stopped, as by ctrl-z.
    pub fn until_stopped(&mut self) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = Command::new("ps")
                .args(["-o", "state=", "-p", &self.id()])
                .output()
                .unwrap();
            if state.stdout.trim_ascii_start().starts_with(b"T") {
                return self;
            }
            assert!(Instant::now() < deadline, "the process was not stopped");
        }
    }

    /// What speaks against giving this terminal to somebody else; nothing when it is sane.
    pub fn left_behind(&self) -> Vec<String> {
        let emulator = self.lock();
        let screen = emulator.parser.screen();
        let mut found = Vec::new();
        for (wrong, what) in [
            (screen.alternate_screen(), "the alternate screen"),
            (screen.hide_cursor(), "a hidden cursor"),
            (screen.bracketed_paste(), "bracketed paste"),
            (
                screen.mouse_protocol_mode() != MouseProtocolMode::None,
                "mouse capture",
            ),
            (
                discipline(&*self.master) != self.before,
                "another line discipline",
            ),
        ] {
            if wrong {
                found.push(what.to_owned());
            }
        }
        found
    }

    /// Waits until the process ended and everything it wrote was read; its exit code and the last screen. The
    /// terminal must be as it was.
    pub fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let (emulator, changed) = &*self.emulator;
        let mut emulator = emulator.lock().unwrap();
        while !emulator.closed {
            let left = deadline.saturating_duration_since(Instant::now());
            let screen = emulator.parser.screen().contents();
            if left.is_zero() {
                drop(emulator);
                panic!("the program did not end; on screen:\n{screen}");
            }
            emulator = changed.wait_timeout(emulator, left).unwrap().0;
        }
        let screen = emulator.parser.screen().contents();
        drop(emulator);
        let status = self.child.wait().unwrap();
        let left_behind = self.left_behind();
        assert!(left_behind.is_empty(), "left behind: {left_behind:?}");
        Ended {
            code: status.exit_code(),
            screen,
        }
    }
}

/// What is left of a program.
#[derive(Debug)]
pub struct Ended {
    pub code: u32,
    pub screen: String,
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn discipline(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("a terminal has modes");
    format!(
        "{:?} {:?} {:?} {:?}",
        modes.input_flags, modes.output_flags, modes.control_flags, modes.local_flags
    )
}

fn read(output: &mut dyn Read, shared: &(Mutex<Emulator>, Condvar)) {
    let (emulator, changed) = shared;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = output.read(&mut buffer).unwrap_or(0);
        let mut emulator = emulator.lock().unwrap();
        emulator.parser.process(&buffer[..count]);
        // On Linux the end is an error, elsewhere nothing read.
        emulator.closed = count == 0;
        let closed = emulator.closed;
        drop(emulator);
        changed.notify_all();
        if closed {
            return;
        }
    }
}

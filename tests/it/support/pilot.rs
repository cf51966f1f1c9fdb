//! Keys as text through the real loop, drawn into a buffer: what a person would do and wait for.

#![expect(
    clippy::disallowed_methods,
    reason = "a deadline by the wall clock, for a loop on another thread"
)]

use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mopup::app::input::{Code, Key, Mouse, MouseKind};
use mopup::app::{App, Event, Settings};
use mopup::run::{self, Host, Input, Parts};
use mopup::s3::{Clock, Store};
use mopup::tasks::{self, Engine};
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::{Frame, Terminal};
use tokio::sync::mpsc;

use super::scene;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
struct Seen {
    screen: Buffer,
    frames: usize,
    copied: Vec<String>,
    notified: Vec<String>,
    ended: bool,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// Draws into a buffer that the test looks at.
struct Canvas {
    terminal: Terminal<TestBackend>,
    seen: Shared,
}

impl Canvas {
    fn tell(&self, change: impl FnOnce(&mut Seen)) {
        let (seen, changed) = &*self.seen;
        change(&mut seen.lock().unwrap());
        changed.notify_all();
    }
}

impl Host for Canvas {
    fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let Ok(_) = self.terminal.draw(render);
        let screen = self.terminal.backend().buffer().clone();
        self.tell(|seen| {
            seen.screen = screen;
            seen.frames += 1;
        });
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        let Ok(()) = self.terminal.clear();
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.tell(|seen| seen.copied.push(text.to_owned()));
        Ok(())
    }

    fn notify(&mut self, sequence: &str) -> io::Result<()> {
        self.tell(|seen| seen.notified.push(sequence.to_owned()));
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn retake(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What to fly: a store, a clock, settings and a size.
pub struct Flight {
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    pub app: Settings,
    pub engine: tasks::Settings,
    pub columns: u16,
    pub rows: u16,
}

impl Flight {
    /// Over `store`, at the time of `clock`, 120 by 36 cells.
    pub fn over(store: Arc<dyn Store>, clock: &Clock) -> Self {
        Self {
            store,
            clock: clock.clone(),
            app: scene::settings(clock.now()),
            engine: tasks::Settings::default(),
            columns: 120,
            rows: 36,
        }
    }

    /// Starts the loop on a thread of its own.
    pub fn start(self) -> Pilot {
        let (keyboard, inputs) = mpsc::channel(1024);
        let seen = Shared::default();
        let shared = Arc::clone(&seen);
        let (tell, farewell) = channel();
        thread::spawn(move || {
            let _ = tell.send(fly(self, inputs, Arc::clone(&shared)));
            shared.0.lock().unwrap().ended = true;
            shared.1.notify_all();
        });
        Pilot {
            keyboard,
            seen,
            farewell,
        }
    }
}

fn fly(flight: Flight, inputs: mpsc::Receiver<Input>, seen: Shared) -> Landing {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let app = App::new(flight.app, flight.columns, flight.rows);
        let Ok(terminal) = Terminal::new(TestBackend::new(flight.columns, flight.rows));
        let mut canvas = Canvas { terminal, seen };
        let clock = flight.clock.clone();
        let parts = Parts {
            host: &mut canvas,
            inputs: Box::pin(futures_util::stream::unfold(inputs, |mut inputs| async {
                Some((inputs.recv().await?, inputs))
            })),
            starting: Box::pin(async { Ok(Engine::new(flight.store, clock, flight.engine)) }),
            clock: flight.clock,
            colors: &[],
        };
        let mut ended = run::run(app, parts).await.unwrap();
        if let Some(rest) = ended.rest.take() {
            rest.finish(&mut ended.app).await;
        }
        Landing {
            code: ended.code,
            farewell: ended.app.farewell(),
        }
    })
}

/// How the loop ended.
#[derive(Debug)]
pub struct Landing {
    pub code: u8,
    pub farewell: Option<String>,
}

/// Types, and waits for what is drawn.
pub struct Pilot {
    keyboard: mpsc::Sender<Input>,
    seen: Shared,
    farewell: Receiver<Landing>,
}

impl Pilot {
    fn send(&self, event: Event) -> &Self {
        self.keyboard.blocking_send(Input::Event(event)).unwrap();
        self
    }

    /// Presses keys, separated by blanks and named as in the configuration.
    pub fn keys(&self, keys: &str) -> &Self {
        for key in keys.split_whitespace() {
            self.send(Event::Key(key.parse().unwrap()));
        }
        self
    }

    /// Types a text, character by character.
    pub fn type_(&self, text: &str) -> &Self {
        for character in text.chars() {
            self.send(Event::Key(Key::char(character)));
        }
        self
    }

    pub fn enter(&self) -> &Self {
        self.send(Event::Key(Key::plain(Code::Enter)))
    }

    pub fn paste(&self, text: &str) -> &Self {
        self.send(Event::Paste(text.to_owned()))
    }

    /// Clicks the first cell at which `text` is drawn.
    pub fn click(&self, text: &str) -> &Self {
        let screen = self.screen();
        let found = screen.lines().enumerate().find_map(|(row, line)| {
            let at = line.find(text)?;
            Some((row, line[..at].chars().count()))
        });
        let (row, column) = found.unwrap_or_else(|| panic!("no '{text}' on screen:\n{screen}"));
        self.send(Event::Mouse(Mouse {
            kind: MouseKind::Press,
            column: u16::try_from(column).unwrap(),
            row: u16::try_from(row).unwrap(),
        }))
    }

    /// What is on screen now, a line for each row.
    pub fn screen(&self) -> String {
        text_of(&self.buffer())
    }

    /// What is on screen now, with its styles.
    pub fn buffer(&self) -> Buffer {
        self.seen.0.lock().unwrap().screen.clone()
    }

    /// How many frames were drawn.
    pub fn frames(&self) -> usize {
        self.seen.0.lock().unwrap().frames
    }

    pub fn copied(&self) -> Vec<String> {
        self.seen.0.lock().unwrap().copied.clone()
    }

    pub fn notified(&self) -> Vec<String> {
        self.seen.0.lock().unwrap().notified.clone()
    }

    /// Waits until `text` is on screen.
    pub fn until(&self, text: &str) -> &Self {
        self.until_screen(&format!("'{text}'"), |screen| screen.contains(text))
    }

    /// Waits until `text` is not on screen any more.
    pub fn until_gone(&self, text: &str) -> &Self {
        self.until_screen(&format!("no '{text}'"), |screen| !screen.contains(text))
    }

    /// Waits until the screen is as wanted.
    pub fn until_screen(&self, what: &str, wanted: impl Fn(&str) -> bool) -> &Self {
        let deadline = Instant::now() + PATIENCE;
        let (seen, changed) = &*self.seen;
        let mut seen = seen.lock().unwrap();
        loop {
            let screen = text_of(&seen.screen);
            if wanted(&screen) {
                return self;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let ended = seen.ended;
            if left.is_zero() || ended {
                drop(seen);
                let why = if ended {
                    "the loop ended"
                } else {
                    "time is up"
                };
                panic!("waited for {what}; {why}; on screen:\n{screen}");
            }
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until the loop ended by itself.
    pub fn land(self) -> Landing {
        let landed = self.farewell.recv_timeout(PATIENCE);
        landed.unwrap_or_else(|_| panic!("the loop did not end; on screen:\n{}", self.screen()))
    }
}

/// The characters of a buffer, a line for each row; a wide character stands once.
pub fn text_of(buffer: &Buffer) -> String {
    use unicode_width::UnicodeWidthStr;
    let mut text = String::new();
    let area = buffer.area;
    for row in area.top()..area.bottom() {
        let mut column = area.left();
        while column < area.right() {
            let symbol = buffer[(column, row)].symbol();
            text.push_str(symbol);
            column += u16::try_from(symbol.width().max(1)).unwrap_or(1);
        }
        text.push('\n');
    }
    text
}

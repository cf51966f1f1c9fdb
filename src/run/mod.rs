//! The loop: input, reports and timers in; the app decides; effects and frames out.
//!
//! Generic over the host (the terminal, or a buffer in tests) and the input, so that tests drive the real one.
//! Nothing ticks while nothing moves, and no input waits for a request.

pub mod input;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::stream::{Stream, StreamExt};
use ratatui::Frame;
use tokio::time::{Instant, sleep_until, timeout};

use crate::app::{App, Effect, Event};
use crate::protocol::{Command, Report};
use crate::s3::Clock;
use crate::tasks::{Engine, Inbox};
use crate::ui;
use crate::ui::theme::{Override, Theme};

pub use input::Input;

/// Two frames are at least this far apart.
const FRAME: Duration = Duration::from_millis(16);
/// A key is answered sooner than that, and keys that come faster share a frame.
const ANSWER: Duration = Duration::from_millis(4);
/// So many reports or inputs are taken in before a frame is drawn.
const BATCH: usize = 256;
/// No more rows are taken in before somebody looks whether a key was pressed: one or two pages.
const ROWS: usize = 1_000;
/// After quitting, requests in flight get this long: an abort of many parts was seen to take 33 s.
const LAST_REQUESTS: Duration = Duration::from_secs(45);

/// Where frames go.
pub trait Host {
    fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()>;
    /// The next frame draws everything.
    fn clear(&mut self) -> io::Result<()>;
    fn copy(&mut self, text: &str) -> io::Result<()>;
    /// Writes a bell or a notification beside what is drawn.
    fn notify(&mut self, sequence: &str) -> io::Result<()>;
    /// Gives the terminal back and stops until somebody continues the process.
    fn suspend(&mut self) -> io::Result<()>;
    /// Takes the terminal again after the process was stopped from outside.
    fn retake(&mut self) -> io::Result<()>;
}

impl Host for crate::term::Term {
    fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.draw(|frame| {
            render(frame);
            // Not in the first frame, so that there is something on screen.
            if frame.count() > 1 {
                panic_if_asked("draw");
            }
        })
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear()
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copy(text)
    }

    fn notify(&mut self, sequence: &str) -> io::Result<()> {
        self.notify(sequence)
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.suspend()
    }

    fn retake(&mut self) -> io::Result<()> {
        self.retake()
    }
}

/// Panics where the environment asks for it, so that tests can see what a panic leaves behind. Not in releases.
pub fn panic_if_asked(place: &str) {
    let asked = cfg!(debug_assertions)
        && std::env::var_os("MOPUP_TEST_PANIC").is_some_and(|asked| asked == *place);
    assert!(!asked, "a panic in '{place}' was asked for");
}

/// The engine while it is being made: the first frame does not wait for it.
pub type Starting<'a> = Pin<Box<dyn Future<Output = io::Result<(Engine, Inbox)>> + 'a>>;

enum Link<'a> {
    Starting(Starting<'a>, Vec<Command>),
    Ready(Engine, Inbox),
}

/// How the loop ended.
#[derive(Debug)]
pub struct Ended {
    pub app: App,
    /// 0, or 128 and the signal's number.
    pub code: u8,
    /// What still has to be waited for.
    pub rest: Option<Rest>,
}

/// Requests in flight after the person left.
#[derive(Debug)]
pub struct Rest {
    engine: Engine,
    inbox: Inbox,
}

impl Rest {
    /// Cancels what has not begun and waits for what is in flight; the app hears how it ended.
    pub async fn finish(self, app: &mut App) {
        let Self { engine, mut inbox } = self;
        let drain = async {
            loop {
                let reports = inbox.recv(BATCH).await;
                if reports.is_empty() {
                    break;
                }
                app.update(Event::Reports(reports));
            }
        };
        // Whoever does not want to wait presses ctrl-c, which ends the process by now.
        let both = futures_util::future::join(engine.shutdown(), drain);
        let _ = timeout(LAST_REQUESTS, both).await;
    }
}

/// What the loop needs beside the app.
#[expect(missing_debug_implementations, reason = "holds a future and a stream")]
pub struct Parts<'a, H, I> {
    pub host: &'a mut H,
    pub inputs: I,
    pub starting: Starting<'a>,
    pub clock: Clock,
    /// Styles laid over whatever theme is on.
    pub colors: &'a [Override],
}

/// Runs the app until it quits, a signal ends it, or the input ends.
pub async fn run<H, I>(mut app: App, parts: Parts<'_, H, I>) -> io::Result<Ended>
where
    H: Host,
    I: Stream<Item = Input> + Unpin,
{
    let Parts {
        host,
        inputs,
        starting,
        clock,
        colors,
    } = parts;
    host.draw(|frame| ui::draw(&app, &Theme::with(app.theme(), colors), frame))?;
    let mut shell = Shell {
        link: Link::Starting(starting, Vec::new()),
        host,
        inputs,
        clock,
        colors,
        dirty: true,
        is_asked: false,
        drawn: Instant::now(),
        ticked: Instant::now(),
    };
    let effects = app.start();
    let mut end = shell.carry_out(effects)?;
    while end.is_none() {
        shell.draw_when_due(&app)?;
        end = shell.step(&mut app).await?;
    }
    let rest = match shell.link {
        Link::Ready(engine, inbox) => Some(Rest { engine, inbox }),
        Link::Starting(..) => None,
    };
    Ok(Ended {
        app,
        code: end.unwrap_or(0),
        rest,
    })
}

struct Shell<'a, H, I> {
    link: Link<'a>,
    host: &'a mut H,
    inputs: I,
    clock: Clock,
    colors: &'a [Override],
    dirty: bool,
    /// The person did something since the last frame.
    is_asked: bool,
    drawn: Instant,
    ticked: Instant,
}

/// What woke the loop.
enum Woken {
    Input(Option<Input>),
    Reports(Vec<Report>),
    Started(io::Result<(Engine, Inbox)>),
    Frame,
    Clock,
}

impl<H: Host, I: Stream<Item = Input> + Unpin> Shell<'_, H, I> {
    /// Waits for one thing and takes it in; the exit code when that was the end.
    async fn step(&mut self, app: &mut App) -> io::Result<Option<u8>> {
        let frame = self.dirty.then_some(self.drawn + self.rest());
        let clock = app.needs_clock().map(|every| self.ticked + every);
        let link = &mut self.link;
        let reports = async {
            match link {
                Link::Starting(starting, _) => Woken::Started(starting.await),
                Link::Ready(_, inbox) => {
                    let reports = inbox.recv_weighing(BATCH, ROWS).await;
                    // The engine is ours, so its end is not news: wait for the other branches.
                    if reports.is_empty() {
                        std::future::pending().await
                    } else {
                        Woken::Reports(reports)
                    }
                }
            }
        };
        let woken = tokio::select! {
            biased;
            input = self.inputs.next() => Woken::Input(input),
            () = at(frame) => Woken::Frame,
            () = at(clock) => Woken::Clock,
            woken = reports => woken,
        };
        match woken {
            Woken::Input(None) => Ok(Some(0)),
            Woken::Input(Some(input)) => self.take_inputs(app, input).await,
            Woken::Frame => Ok(None),
            Woken::Clock => {
                self.ticked = Instant::now();
                self.event(app, Event::Clock(self.clock.now()))
            }
            Woken::Reports(reports) => self.event(app, Event::Reports(reports)),
            Woken::Started(started) => self.start(started),
        }
    }

    fn start(&mut self, started: io::Result<(Engine, Inbox)>) -> io::Result<Option<u8>> {
        let (engine, inbox) = started?;
        let before = std::mem::replace(&mut self.link, Link::Ready(engine, inbox));
        if let (Link::Starting(_, queued), Link::Ready(engine, _)) = (before, &self.link) {
            for command in queued {
                engine.send(command);
            }
        }
        Ok(None)
    }

    /// Takes in an input and whatever else was typed ahead.
    async fn take_inputs(&mut self, app: &mut App, first: Input) -> io::Result<Option<u8>> {
        self.is_asked = true;
        let mut input = Some(first);
        for _ in 0..BATCH {
            let end = match input {
                None => return Ok(None),
                Some(Input::Terminate(code)) => Some(code),
                Some(Input::Stop) => {
                    self.host.suspend()?;
                    self.dirty = true;
                    None
                }
                Some(Input::Continued) => {
                    self.host.retake()?;
                    self.dirty = true;
                    None
                }
                Some(Input::Event(event)) => self.event(app, event)?,
            };
            if end.is_some() {
                return Ok(end);
            }
            // Polled with the loop's own waker: the terminal's stream remembers the last one it was given.
            let ready = poll_fn(|context| Poll::Ready(self.inputs.poll_next_unpin(context))).await;
            input = match ready {
                Poll::Ready(Some(next)) => Some(next),
                Poll::Ready(None) => return Ok(Some(0)),
                Poll::Pending => None,
            };
        }
        Ok(None)
    }

    fn event(&mut self, app: &mut App, event: Event) -> io::Result<Option<u8>> {
        let effects = app.update(event);
        self.dirty = true;
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> io::Result<Option<u8>> {
        for effect in effects {
            match effect {
                Effect::Send(command) => match &mut self.link {
                    Link::Starting(_, queued) => queued.push(command),
                    Link::Ready(engine, _) => engine.send(command),
                },
                Effect::Copy(text) => self.host.copy(&text)?,
                Effect::Notify { how, text } => {
                    if let Some(sequence) = how.sequence("mopup", &text) {
                        self.host.notify(&sequence)?;
                    }
                }
                Effect::Redraw => self.host.clear()?,
                Effect::Suspend => self.host.suspend()?,
                Effect::Quit => return Ok(Some(0)),
            }
        }
        Ok(None)
    }

    fn draw_when_due(&mut self, app: &App) -> io::Result<()> {
        let now = Instant::now();
        if self.dirty && now >= self.drawn + self.rest() {
            self.host
                .draw(|frame| ui::draw(app, &Theme::with(app.theme(), self.colors), frame))?;
            self.dirty = false;
            self.is_asked = false;
            self.drawn = now;
        }
        Ok(())
    }

    /// How long the screen stays as it is after a frame.
    const fn rest(&self) -> Duration {
        if self.is_asked { ANSWER } else { FRAME }
    }
}

/// Waits until then; without a time for ever.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => std::future::pending().await,
    }
}

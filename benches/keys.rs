//! How soon a key is answered with a million uploads in the open bucket, while pages and sizes stream in: the real
//! loop, engine and client against the embedded server in another process, drawn at 200x60 into a terminal that
//! goes nowhere. Figures are to be read against the machine's: `cargo bench --bench keys -- [ROWS [DELAY_MS]]`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]
#![allow(
    clippy::disallowed_methods,
    reason = "the wall clock is what is measured"
)]

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mopup::app::{App, Event, Settings};
use mopup::model::cost::Prices;
use mopup::model::{Address, Timestamp};
use mopup::run::{self, Host, Input, Parts};
use mopup::s3::Clock;
use mopup::s3::sdk::{ConnectOptions, SdkStore, StaticCredentials};
use mopup::tasks::{self, Engine};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use tokio::sync::mpsc;

const SIZE: Rect = Rect::new(0, 0, 200, 60);
/// Between two keys: nobody types faster, key repeat is no faster either.
const PAUSE: Duration = Duration::from_millis(25);

#[derive(Default)]
struct Seen {
    /// When keys were pressed that no frame shows yet.
    open: VecDeque<Instant>,
    /// Milliseconds from a key to its frame.
    answers: Vec<f64>,
    frames: Vec<f64>,
    screen: String,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

struct Canvas {
    terminal: Terminal<CrosstermBackend<io::Sink>>,
    seen: Shared,
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

impl Host for Canvas {
    fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let begun = Instant::now();
        let frame = self.terminal.draw(render)?;
        let cost = ms(begun);
        let width = usize::from(SIZE.width);
        let cells = frame.buffer.content.chunks(width);
        let lines = cells.map(|line| {
            line.iter()
                .map(ratatui::buffer::Cell::symbol)
                .collect::<String>()
        });
        let screen = lines.collect::<Vec<_>>().join("\n");
        let mut seen = self.seen.0.lock().unwrap();
        seen.frames.push(cost);
        seen.screen = screen;
        while let Some(pressed) = seen.open.pop_front() {
            seen.answers.push(ms(pressed));
        }
        self.seen.1.notify_all();
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn notify(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn retake(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The embedded server in a process of its own, ended with it.
struct Server {
    process: Child,
    env: BTreeMap<String, String>,
}

impl Server {
    fn start(rows: &str, delay: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_mopup"))
            .args(["demo-server", "--uploads", rows, "--latency", delay])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut env = BTreeMap::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((name, value)) = line
                .trim()
                .strip_prefix("export ")
                .and_then(|set| set.split_once('='))
            {
                env.insert(name.to_owned(), value.to_owned());
            }
            if line.contains("AWS_ENDPOINT_URL_S3") {
                break;
            }
        }
        Self { process, env }
    }

    fn connection(&self) -> ConnectOptions {
        ConnectOptions {
            region: Some(self.env["AWS_REGION"].clone()),
            endpoint: Some(self.env["AWS_ENDPOINT_URL_S3"].clone()),
            credentials: Some(StaticCredentials {
                access_key_id: self.env["AWS_ACCESS_KEY_ID"].clone(),
                secret_access_key: self.env["AWS_SECRET_ACCESS_KEY"].clone(),
            }),
            ..ConnectOptions::default()
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Types, and looks at what is drawn.
struct Typist {
    keyboard: mpsc::Sender<Input>,
    seen: Shared,
}

impl Typist {
    fn press(&self, key: &str) {
        self.seen.0.lock().unwrap().open.push_back(Instant::now());
        let event = Event::Key(key.parse().unwrap());
        self.keyboard.blocking_send(Input::Event(event)).unwrap();
    }

    fn wait(&self, shows: impl Fn(&str) -> bool) {
        let mut seen = self.seen.0.lock().unwrap();
        while !shows(&seen.screen) {
            seen = self.seen.1.wait(seen).unwrap();
        }
    }

    fn shows(&self, text: &str) -> bool {
        self.seen.0.lock().unwrap().screen.contains(text)
    }

    /// Presses keys in turn until the screen shows a text, or so long.
    fn type_until(&self, keys: &[&str], longest: Duration, shows: impl Fn(&str) -> bool) -> f64 {
        let begun = Instant::now();
        for key in keys.iter().cycle() {
            let is_there = shows(&self.seen.0.lock().unwrap().screen);
            if is_there || begun.elapsed() > longest {
                break;
            }
            self.press(key);
            thread::sleep(PAUSE);
        }
        ms(begun)
    }

    /// Tells how soon keys were answered since the last time.
    fn report(&self, what: &str) {
        thread::sleep(Duration::from_millis(100));
        let mut seen = self.seen.0.lock().unwrap();
        let (mut answers, mut frames) = (
            std::mem::take(&mut seen.answers),
            std::mem::take(&mut seen.frames),
        );
        drop(seen);
        let [half, most, worst] = percentiles(&mut answers);
        let keys = answers.len();
        println!(
            "{what:<28} {keys:5} keys: to the frame p50 {half:6.2}, p99 {most:6.2}, worst {worst:6.2} ms"
        );
        let [half, most, worst] = percentiles(&mut frames);
        let count = frames.len();
        println!(
            "{:<28} {count:5} frames:          p50 {half:6.2}, p99 {most:6.2}, worst {worst:6.2} ms",
            ""
        );
    }

    /// Milliseconds from a key to what it brings on screen.
    fn time(&self, what: &str, keys: &[&str], shows: impl Fn(&str) -> bool) {
        let (last, first) = keys.split_last().unwrap();
        for key in first {
            self.press(key);
            thread::sleep(PAUSE);
        }
        let begun = Instant::now();
        self.press(last);
        self.wait(shows);
        println!("{what:<28} {:6.0} ms", ms(begun));
    }
}

impl Typist {
    /// Sorts by the palette; from the last key to the list in its new order.
    fn sort(&self, column: &str) {
        self.press(":");
        for letter in format!("sort {column}").chars() {
            let key = if letter == ' ' {
                "space".to_owned()
            } else {
                letter.to_string()
            };
            self.press(&key);
            thread::sleep(PAUSE);
        }
        let begun = Instant::now();
        self.press("enter");
        self.wait(|screen| screen.contains("sorting…"));
        self.wait(|screen| !screen.contains("sorting…"));
        println!("{:<28} {:6.0} ms", format!("sort by {column}"), ms(begun));
    }
}

fn percentiles(values: &mut [f64]) -> [f64; 3] {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: usize| {
        values
            .get((values.len().max(1) - 1) * share / 100)
            .copied()
            .unwrap_or_default()
    };
    [at(50), at(99), at(100)]
}

/// MiB of this process: the loop, the engine and the client, without the server.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line
        .and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or_default();
    kib / 1_024.0
}

fn fly(connection: ConnectOptions, mut inputs: mpsc::Receiver<Input>, seen: Shared) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let clock = Clock::system();
        let prices = Arc::new(Prices {
            fallback: 0.023,
            ..Prices::default()
        });
        let settings = Settings {
            start: Some(Address {
                bucket: "many".to_owned(),
                key: String::new(),
            }),
            ..Settings::new(prices, Timestamp::from_millis(clock.now().millis()))
        };
        let options = TerminalOptions {
            viewport: Viewport::Fixed(SIZE),
        };
        let terminal = Terminal::with_options(CrosstermBackend::new(io::sink()), options).unwrap();
        let mut canvas = Canvas { terminal, seen };
        let store = Arc::new(SdkStore::new(connection, clock.clone()));
        let engine = clock.clone();
        let parts = Parts {
            host: &mut canvas,
            inputs: Box::pin(futures_util::stream::poll_fn(move |context| {
                inputs.poll_recv(context)
            })),
            starting: Box::pin(async {
                Ok(Engine::new(store, engine, tasks::Settings::default()))
            }),
            clock,
            colors: &[],
        };
        run::run(App::new(settings, SIZE.width, SIZE.height), parts)
            .await
            .unwrap();
    });
    runtime.shutdown_background();
}

/// What a person does with a large bucket from its first page on.
fn measure(typist: &Typist, rows: u64) {
    let begun = Instant::now();
    typist.wait(|screen| screen.contains("batch-"));
    println!("{:<28} {:6.0} ms", "first page on screen", ms(begun));
    typist.press("enter");
    let all = mopup::model::human::count(rows);
    let moving = ["j", "j", "ctrl-d", "k", "G", "g", "ctrl-d", "ctrl-d", "k"];
    let whole = |screen: &str| {
        screen
            .lines()
            .nth(1)
            .is_some_and(|title| title.contains(&all))
            && !screen.contains("listing")
    };
    let listed = typist.type_until(&moving, Duration::from_secs(300), whole);
    typist.report("while pages stream in");
    println!(
        "{:<28} {listed:6.0} ms, then {:.0} MiB resident",
        "listed with keys pressed",
        resident()
    );
    typist.type_until(&moving, Duration::from_secs(5), |_| false);
    typist.report("while nothing streams in");
    let number = rows * 3 / 4;
    let word: Vec<String> = format!("{number:08}")
        .chars()
        .map(|c| c.to_string())
        .collect();
    let mut keys = vec!["/"];
    keys.extend(word.iter().map(String::as_str));
    let needle = word.concat();
    let first = |screen: &str| {
        screen
            .lines()
            .skip(2)
            .take(4)
            .any(|line| line.contains(&needle))
    };
    typist.time("keystroke to filtered view", &keys, first);
    typist.report("while typing a filter");
    typist.press("esc");
    thread::sleep(Duration::from_secs(2));
    typist.press("S");
    thread::sleep(Duration::from_millis(200));
    typist.press("enter");
    typist.type_until(&moving, Duration::from_secs(20), |_| false);
    typist.report("while sizes stream in");
    for column in ["key", "size"] {
        typist.sort(column);
    }
    println!("{:<28} {:.0} MiB resident", "", resident());
    if typist.shows("panic") {
        println!("something went wrong");
    }
}

fn main() {
    let given: Vec<String> = std::env::args()
        .skip(1)
        .filter(|given| !given.starts_with('-'))
        .collect();
    let given = |at: usize, or: &str| given.get(at).cloned().unwrap_or_else(|| or.to_owned());
    let (rows, delay) = (given(0, "1000000"), given(1, "0"));
    let server = Server::start(&rows, &delay);
    let (keyboard, inputs) = mpsc::channel(1_024);
    let seen = Shared::default();
    let (connection, shared) = (server.connection(), Arc::clone(&seen));
    let flight = thread::spawn(move || fly(connection, inputs, shared));
    let typist = Typist { keyboard, seen };
    measure(&typist, rows.parse().unwrap());
    drop(typist);
    flight.join().unwrap();
}

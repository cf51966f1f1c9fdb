//! Tells of watched uploads: a live display on a terminal, calm lines on a pipe, or events.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use tokio::time::Instant;

use super::super::args;
use super::super::failure::Failure;
use super::super::output::{complain, sentence};
use super::events::{Event, What};
use super::live::{self, Block};
use super::notify::notify;
use super::words;
use crate::model::human;
use crate::model::watch::{Ending, Happening, Pulse, Vitals, Watch};
use crate::model::{Part, Target};
use crate::protocol::Fault;
use crate::s3::Clock;

/// A pipe gets a line of an upload this often at most, as long as nothing else happens.
const CALM: Duration = Duration::from_mins(1);
/// The display is drawn again no more often.
const REDRAW: Duration = Duration::from_millis(100);

#[derive(Debug)]
enum Way {
    Live(Block),
    Lines,
    Events,
}

/// One upload.
#[derive(Debug)]
struct One {
    target: Target,
    vitals: Option<Vitals>,
    /// When the last ones came.
    came: Instant,
    /// What was told last, and when.
    told: Option<(Vitals, Instant)>,
    over: bool,
}

/// Tells of all of them.
pub struct Teller {
    way: Way,
    clock: Clock,
    notify: args::Notify,
    all: Vec<One>,
    drawn: Option<Instant>,
    stale: bool,
}

impl Teller {
    pub fn new(args: &args::Watch, clock: Clock) -> Self {
        let way = match (args.jsonl, io::stdout().is_terminal()) {
            (true, _) => Way::Events,
            (false, true) => Way::Live(Block::default()),
            (false, false) => Way::Lines,
        };
        Self {
            way,
            clock,
            notify: args.notify,
            all: Vec::new(),
            drawn: None,
            stale: false,
        }
    }

    /// One more; answers its place.
    pub fn add(&mut self, watch: &Watch) -> usize {
        self.all.push(One {
            target: watch.target.clone(),
            vitals: None,
            came: Instant::now(),
            told: None,
            over: false,
        });
        self.all.len() - 1
    }

    pub fn vitals(&mut self, at: usize, vitals: Vitals) -> Result<(), Failure> {
        self.stale = true;
        // Figures may come late; nothing follows the end.
        if self.all[at].over {
            return Ok(());
        }
        let one = &mut self.all[at];
        let due = one.is_due(&vitals, matches!(self.way, Way::Events));
        let first = one.told.is_none();
        one.came = Instant::now();
        let told = match self.way {
            Way::Live(_) => Ok(()),
            _ if !due => Ok(()),
            Way::Events => {
                one.told = Some((vitals.clone(), Instant::now()));
                let event = if first { "watching" } else { "progress" };
                self.event(at, event, What::figures(&vitals))
            }
            Way::Lines => {
                one.told = Some((vitals.clone(), Instant::now()));
                let text = words::state(&vitals, Duration::ZERO).join(", ");
                self.say(at, &text)
            }
        };
        self.all[at].vitals = Some(vitals);
        told
    }

    pub fn happened(&mut self, at: usize, happening: &Happening) -> Result<(), Failure> {
        match happening {
            Happening::Arrived(parts) => self.parts(at, "part", parts),
            Happening::Resent(parts) => self.parts(at, "resent", parts),
            Happening::Stalled(quiet) => {
                let text = format!("stalled: no part for {}", human::age(*quiet));
                self.told(at, &text);
                let quiet_seconds = quiet.as_secs();
                self.tell(at, "stalled", What::Quiet { quiet_seconds }, &text)
            }
            Happening::Moving => self.tell(at, "moving", What::Nothing {}, "parts arrive again"),
            Happening::Ended(ending) => {
                self.all[at].over = true;
                let mut text = words::ending(ending);
                if !self.all[at].was_seen() && *ending == Ending::Aborted {
                    text = format!("it was over before the first look, or its ID is wrong; {text}");
                }
                self.told(at, &text);
                self.tell(at, ending.word(), What::ending(ending), &text)
            }
        }
    }

    /// Parts one by one for machines, once all that were there before were counted.
    fn parts(&mut self, at: usize, event: &'static str, parts: &[Part]) -> Result<(), Failure> {
        if !matches!(self.way, Way::Events) || self.all[at].told.is_none() {
            return Ok(());
        }
        let mut parts = parts.iter();
        parts.try_for_each(|part| self.event(at, event, What::part(part)))
    }

    /// The person said how long is too long.
    pub fn gave_up(&mut self, at: usize, quiet: Duration) -> Result<(), Failure> {
        self.all[at].over = true;
        let text = format!(
            "stalled: no part for {}; not watched any more",
            human::age(quiet)
        );
        self.told(at, &text);
        let quiet_seconds = quiet.as_secs();
        self.tell(at, "gave_up", What::Quiet { quiet_seconds }, &text)
    }

    /// It cannot be watched.
    pub fn failed(&mut self, at: usize, fault: &Fault) -> Result<(), Failure> {
        self.all[at].over = true;
        self.told(at, "cannot be watched");
        if matches!(self.way, Way::Events) {
            self.event(at, "failed", What::error(fault))?;
        }
        self.wipe()?;
        complain(&sentence(fault));
        Ok(())
    }

    /// Draws again what changes by itself.
    pub fn tick(&mut self) -> Result<(), Failure> {
        self.stale = true;
        self.flush()
    }

    /// What was told reaches the reader.
    pub fn flush(&mut self) -> Result<(), Failure> {
        let recent = self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW);
        if !self.stale || recent {
            return Ok(());
        }
        if let Way::Live(block) = &mut self.way {
            let (columns, _) = live::size();
            let going = self.all.iter().filter(|one| !one.over);
            let keys: Vec<&str> = going.clone().map(|one| one.target.key.as_str()).collect();
            let is_twice = |one: &One| keys.iter().filter(|of| **of == one.target.key).count() > 1;
            let line = |one: &One| one.line(&words::label(&one.target, is_twice(one)), columns);
            let mut lines: Vec<String> = going.map(line).collect();
            if !lines.is_empty() {
                lines.insert(0, words::heading(columns));
            }
            block.draw(&lines)?;
            self.drawn = Some(Instant::now());
            self.stale = false;
        }
        Ok(())
    }

    /// Leaves the last state on the terminal.
    pub fn interrupted(&mut self) -> Result<(), Failure> {
        self.drawn = None;
        self.tick()
    }

    fn told(&self, at: usize, text: &str) {
        let name = words::name(&self.all[at].target);
        notify(self.notify, &format!("{name}: {text}"));
    }

    fn wipe(&mut self) -> Result<(), Failure> {
        if let Way::Live(block) = &mut self.way {
            block.draw(&[])?;
            self.stale = true;
        }
        Ok(())
    }

    fn tell(
        &mut self,
        at: usize,
        event: &'static str,
        what: What<'_>,
        text: &str,
    ) -> Result<(), Failure> {
        match self.way {
            Way::Events => self.event(at, event, what),
            _ => self.say(at, text),
        }
    }

    fn say(&mut self, at: usize, text: &str) -> Result<(), Failure> {
        let name = words::name(&self.all[at].target);
        let line = format!("{}  {name}: {text}", words::clock(self.clock.now()));
        if let Way::Live(block) = &mut self.way {
            block.say(&line)?;
            self.drawn = None;
            self.stale = true;
        } else {
            let mut out = io::stdout().lock();
            writeln!(out, "{line}")?;
            out.flush()?;
        }
        Ok(())
    }

    fn event(&self, at: usize, event: &'static str, what: What<'_>) -> Result<(), Failure> {
        let event = Event::new(event, self.clock.now(), &self.all[at].target, what);
        let mut line = serde_json::to_vec(&event)?;
        line.push(b'\n');
        let mut out = io::stdout().lock();
        out.write_all(&line)?;
        out.flush()?;
        Ok(())
    }
}

impl One {
    /// Whether a look ever went well.
    fn was_seen(&self) -> bool {
        self.vitals.as_ref().is_some_and(|vitals| vitals.looks > 0)
    }

    /// Whether these are worth telling: something changed, or a while has passed.
    fn is_due(&self, vitals: &Vitals, events: bool) -> bool {
        let Some((told, at)) = &self.told else {
            return vitals.caught_up;
        };
        let counted = |of: &Vitals| (of.parts, of.bytes, of.resent);
        let state = |of: &Vitals| (of.trouble.is_some(), of.late, of.pulse == Pulse::Stalled);
        if state(told) != state(vitals) {
            return true;
        }
        events && counted(told) != counted(vitals) || at.elapsed() >= CALM
    }

    /// The line of the display.
    fn line(&self, label: &str, columns: usize) -> String {
        let Some(vitals) = &self.vitals else {
            return format!("{:>33}  {label}", "reading");
        };
        let since = if vitals.paused {
            Duration::ZERO
        } else {
            self.came.elapsed()
        };
        words::row(label, vitals, since, columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_told_of_one_that_is_over() {
        let one = One {
            target: Target {
                bucket: "b".to_owned(),
                key: "k".to_owned(),
                upload_id: "u".to_owned(),
            },
            vitals: None,
            came: Instant::now(),
            told: None,
            over: true,
        };
        let mut teller = Teller {
            way: Way::Events,
            clock: Clock::system(),
            notify: args::Notify::Off,
            all: vec![one],
            drawn: None,
            stale: false,
        };
        let late = Vitals {
            caught_up: true,
            ..Vitals::default()
        };
        teller.vitals(0, late).expect("nothing is written");
        assert!(teller.all[0].told.is_none());
    }
}

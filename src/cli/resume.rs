//! `mopup resume`: goes on with our own interrupted uploads, where they were sent to; what others began is
//! another module's.

use std::fmt::Write as _;

use super::adopt;
use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::ours;
use super::sends::{self, Teller, key};
use super::session::{Interrupt, Session};
use crate::journal::{Entry, JournalError, State};
use crate::model::human::{self, escape};
use crate::model::send::{CustomerKey, Encryption, Pace, Resumption, Source, Standing};
use crate::protocol::{Command, Fault, Kind, Operation, Outcome};
use crate::s3::Clock;

pub async fn run(connection: &Connection, args: args::Resume) -> Result<Exit, Failure> {
    if adopt::is_meant(&args) {
        return adopt::run(connection, args).await;
    }
    let refused = || sends::read_only("leave out --read-only");
    if connection.read_only || super::connect::settings(connection)?.read_only {
        return Err(refused());
    }
    let customer_key = key::read(&args.key.into())?;
    let source_key = key::read(&args.source_key.into())?;
    let file = args.file.map(sends::source).transpose()?;
    let chosen = match &args.job {
        Some(job) => vec![ours::one(job).await?],
        None => choose(ours::all().await?, args.all)?,
    };
    let wanted = Wanted {
        file,
        customer_key,
        source_key,
        pace: Pace {
            limit: args.pace.limit_rate,
            width: None,
        },
        anew: args.anew,
        width: args.pace.width,
    };
    let mut teller = Teller::new(args.telling, Clock::system());
    if chosen.is_empty() && !args.telling.quiet {
        super::output::complain("there is nothing to go on with");
        return Teller::new(quietly(args.telling), Clock::system()).finish(false);
    }
    let mut going = Going {
        connection,
        wanted,
        interrupt: None,
    };
    let mut interrupted = false;
    for entry in chosen {
        match going.on(&entry, &mut teller).await {
            Ok((_, true)) => {
                interrupted = true;
                break;
            }
            Ok(_) => {}
            Err(failure @ Failure::Interrupted(_)) => return Err(failure),
            // With --all the others go on.
            Err(failure) if args.all => teller.failed(&fault(&entry.id, failure)),
            Err(Failure::Fault(fault)) => teller.failed(&fault),
            Err(failure) => return Err(failure),
        }
    }
    teller.finish(interrupted)
}

fn quietly(telling: args::Telling) -> args::Telling {
    args::Telling {
        quiet: true,
        ..telling
    }
}

/// What is to be gone on with where none is named: the only one, or all.
fn choose(entries: Vec<Entry>, all: bool) -> Result<Vec<Entry>, Failure> {
    let can = |entry: &Entry| {
        let standing = ours::standing(entry);
        matches!(
            standing,
            Standing::Resumable | Standing::Completing | Standing::SourceChanged(_)
        )
    };
    let (able, others): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(can);
    let busy = |entry: &&Entry| ours::standing(entry) == Standing::Busy;
    if let Some(busy) = others.iter().find(busy).filter(|_| able.is_empty() && !all) {
        let id = busy.id.clone();
        return Err(ours::wrong(&JournalError::Busy { id }));
    }
    if all || able.len() < 2 {
        return Ok(able);
    }
    let count = human::count(able.len() as u64);
    let mut text = format!("{count} uploads can be gone on with; name one, or use --all:");
    for entry in &able {
        if let Ok(state) = &entry.state {
            let recipe = &state.recipe;
            let (bucket, key) = (escape(&recipe.bucket), escape(&recipe.key));
            let _ = write!(text, "\n  {}  s3://{bucket}/{key}", escape(&entry.id));
        }
    }
    Err(Failure::Usage(text))
}

/// What the arguments say about how to go on.
struct Wanted {
    file: Option<Source>,
    customer_key: Option<CustomerKey>,
    source_key: Option<CustomerKey>,
    pace: Pace,
    anew: bool,
    width: Option<usize>,
}

struct Going<'a> {
    connection: &'a Connection,
    wanted: Wanted,
    /// Of the session before, so that no interrupt is lost between two.
    interrupt: Option<Interrupt>,
}

impl Going<'_> {
    async fn on(&mut self, entry: &Entry, teller: &mut Teller) -> Result<(Outcome, bool), Failure> {
        if let Ok(state) = &entry.state {
            teller.about(ours::about(&entry.id, state));
        }
        let state = usable(entry)?;
        let resumption = resumption(&entry.id, state, &self.wanted)?;
        let way = ours::way(self.connection, &state.recipe.destination);
        let mut session = Session::new(&way)?;
        if let Some(interrupt) = self.interrupt.take() {
            session.interrupt = interrupt;
        }
        session.connect().await?;
        let endpoint = session.endpoint.as_deref();
        key::check_way(resumption.customer_key.as_ref(), endpoint)?;
        key::check_way(resumption.source_key.as_ref(), endpoint)?;
        let recipe = &state.recipe;
        let (bucket, key) = (escape(&recipe.bucket), escape(&recipe.key));
        teller.start(&format!(
            "going on with {} to s3://{bucket}/{key}",
            entry.id
        ));
        let resume = |job| Command::Resume {
            job,
            resumption: Box::new(resumption),
        };
        let driven = sends::drive(&mut session, resume, teller).await;
        self.interrupt = Some(session.interrupt);
        driven
    }
}

/// What its journal says, if it can be gone on with.
pub fn usable(entry: &Entry) -> Result<&State, Failure> {
    let state = entry.state.as_ref().map_err(ours::wrong)?;
    let ended =
        |how: &str| Failure::Other(format!("upload {} ended already: it was {how}", entry.id));
    match ours::standing(entry) {
        Standing::Done => Err(ended("stored")),
        Standing::Aborted => Err(ended("aborted")),
        Standing::Busy => Err(ours::wrong(&JournalError::Busy {
            id: entry.id.clone(),
        })),
        _ => Ok(state),
    }
}

/// What to go on with; told what is missing where something is.
fn resumption(id: &str, state: &State, wanted: &Wanted) -> Result<Resumption, Failure> {
    let recipe = &state.recipe;
    let needs_file = recipe.source.source() == Source::Stdin && wanted.file.is_none();
    if needs_file && state.completing.is_none() {
        return Err(Failure::Usage(format!(
            "upload {id} came from standard input, which has to be given again from its beginning: use --file - or --file FILE"
        )));
    }
    let copied = recipe.source.object.as_ref();
    if copied.is_some_and(|object| object.needs_key) && wanted.source_key.is_none() {
        return Err(Failure::Usage(format!(
            "the object that upload {id} copies is encrypted with a key of your own, which is kept nowhere here: give it again with --source-sse-c-key-file or --source-sse-c-key-env"
        )));
    }
    let has_key = wanted.customer_key.is_some();
    match recipe.options.encryption {
        Encryption::Customer if !has_key => Err(Failure::Usage(format!(
            "upload {id} is encrypted with a key of your own, which is kept nowhere here: give it again with --sse-c-key-file or --sse-c-key-env"
        ))),
        Encryption::Customer => Ok(()),
        _ if has_key => Err(Failure::Usage(format!(
            "upload {id} was begun without a key of your own, and no part of it can have one"
        ))),
        _ => Ok(()),
    }?;
    let pace = Pace {
        width: wanted.width,
        ..wanted.pace
    };
    Ok(Resumption {
        id: id.to_owned(),
        source: wanted.file.clone(),
        customer_key: wanted.customer_key.clone(),
        source_key: wanted.source_key.clone(),
        customer_key_from: None,
        pace,
        anew: wanted.anew,
    })
}

/// A failure as the document names it.
fn fault(id: &str, failure: Failure) -> Fault {
    match failure {
        Failure::Fault(fault) => fault,
        failure => Fault {
            operation: Operation::Local,
            target: id.to_owned(),
            kind: Kind::Invalid,
            code: None,
            message: failure.message(),
            hint: String::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::journal::{Completing, Destination, End, Recipe, SourceRecord};
    use crate::model::Timestamp;
    use crate::model::plan::Layout;
    use crate::model::send::{ObjectOptions, PayloadSigning};

    const AT: Timestamp = Timestamp::from_secs(1_795_200_000);

    fn state() -> State {
        State {
            recipe: Recipe {
                created: AT,
                destination: Destination::default(),
                bucket: "b".to_owned(),
                key: "k".to_owned(),
                source: SourceRecord {
                    path: None,
                    is_stream: true,
                    size: None,
                    modified: None,
                    sample: None,
                    object: None,
                },
                layout: Layout {
                    total: None,
                    part_size: 8 << 20,
                    growth: 9,
                    max_part: 5 << 30,
                    max_parts: 10_000,
                },
                options: ObjectOptions::default(),
                expected_owner: None,
                if_none_match: false,
                algorithm: None,
                signing: PayloadSigning::Auto,
                width: 8,
                adopted: None,
            },
            begun: None,
            parts: BTreeMap::new(),
            completing: None,
            end: None,
        }
    }

    fn entry(id: &str, is_busy: bool, state: State) -> Entry {
        Entry {
            id: id.to_owned(),
            is_busy,
            state: Ok(state),
        }
    }

    fn wanted() -> Wanted {
        Wanted {
            file: None,
            customer_key: None,
            source_key: None,
            pace: Pace::default(),
            anew: false,
            width: None,
        }
    }

    #[test]
    fn the_only_one_is_taken_and_of_several_one_has_to_be_named() {
        let aborted = State {
            end: Some(End::Aborted { at: AT }),
            ..state()
        };
        let busy = entry("busy", true, state());
        let mut entries = vec![
            entry("one", false, state()),
            busy,
            entry("ended", false, aborted),
        ];
        let chosen = choose(entries.clone(), false).unwrap();
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].id, "one");
        entries.push(entry("two", false, state()));
        let failure = choose(entries.clone(), false).unwrap_err();
        assert_eq!(failure.code(), 2);
        let told = failure.message();
        assert!(
            told.contains("one  s3://b/k") && told.contains("two  s3://b/k"),
            "{told}"
        );
        assert_eq!(choose(entries, true).unwrap().len(), 2);
        assert!(choose(Vec::new(), false).unwrap().is_empty());
    }

    #[test]
    fn what_ended_or_is_worked_on_is_told_so() {
        let aborted = State {
            end: Some(End::Aborted { at: AT }),
            ..state()
        };
        let told = |entry: Entry| usable(&entry).unwrap_err().message();
        assert!(told(entry("e", false, aborted)).contains("it was aborted"));
        assert!(told(entry("e", true, state())).contains("another process"));
        assert!(usable(&entry("e", false, state())).is_ok());
    }

    #[test]
    fn what_no_journal_holds_is_asked_for_again() {
        let failure = resumption("j", &state(), &wanted()).unwrap_err();
        assert_eq!(failure.code(), 2);
        assert!(failure.message().contains("--file -"));
        let named = Wanted {
            file: Some(Source::Stdin),
            width: Some(3),
            ..wanted()
        };
        let made = resumption("j", &state(), &named).unwrap();
        assert_eq!(made.source, Some(Source::Stdin));
        assert_eq!(made.pace.width, Some(3));
        // Everything was sent: only the answer is missing.
        let completing = State {
            completing: Some(Completing {
                at: AT,
                size: 1,
                parts: 1,
                etag: None,
                checksum: None,
            }),
            ..state()
        };
        assert!(resumption("j", &completing, &wanted()).is_ok());
        let mut encrypted = state();
        encrypted.recipe.options.encryption = Encryption::Customer;
        let failure = resumption("j", &encrypted, &named).unwrap_err();
        assert!(failure.message().contains("--sse-c-key-file"));
        let keyed = Wanted {
            customer_key: Some(CustomerKey([1; 32])),
            ..named
        };
        assert!(resumption("j", &encrypted, &keyed).is_ok());
        assert_eq!(resumption("j", &state(), &keyed).unwrap_err().code(), 2);
    }
}

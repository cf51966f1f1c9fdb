//! The terminal UI: settings, connection and terminal put together, and given back at the end.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{Offset, TimeZone};
use tokio_util::task::TaskTracker;

use super::private::PrivateFolder;
use crate::app::{self, App};
use crate::config;
use crate::demo;
use crate::model::provider::Provider;
use crate::model::{Address, Timestamp};
use crate::run::{self, Parts, Starting};
use crate::s3::sdk::{ConnectOptions, SdkStore, StaticCredentials};
use crate::s3::{Clock, Store};
use crate::tasks::{Engine, Inbox, Settings};
use crate::term::{self, Term};

/// What the arguments and the configuration came to.
#[derive(Debug)]
pub struct Options {
    pub start: Option<Address>,
    pub read_only: bool,
    /// Pages of a bucket's uploads asked for at the same time.
    pub workers: usize,
    pub settings: config::Settings,
    /// The one that was named.
    pub provider: Option<Provider>,
    /// Where changes are recorded.
    pub audit: Option<PathBuf>,
    /// Where our own uploads are recorded.
    pub journal: Option<PathBuf>,
    pub service: Service,
}

/// Which service to ask.
#[derive(Debug)]
pub enum Service {
    Real(Arc<dyn Store>),
    /// The embedded server, started behind the first frame.
    Demo,
}

/// What to say where there is no terminal.
pub const NO_TERMINAL: &str = "the terminal UI needs a terminal; for scripts there are `mopup ls`, `mopup du`, `mopup abort` and `mopup upload`";

/// Told while parts in flight are waited for.
const LEAVING: &str =
    "mopup: what is in flight may still end; ctrl-c leaves at once, and keeps what is stored";

/// Whether the terminal UI can run here.
pub fn is_possible() -> bool {
    term::is_terminal()
}

/// Runs the terminal UI; answers the exit code, and what to tell when the terminal is given back.
pub async fn run(mut options: Options, clock: Clock) -> io::Result<(u8, Option<String>)> {
    // The demo's uploads are gone with its server, so their journals go too.
    let folder = match options.service {
        Service::Demo => PrivateFolder::new().ok(),
        Service::Real(_) => None,
    };
    if matches!(options.service, Service::Demo) {
        options.journal = folder.as_ref().map(|of| of.path().join("uploads"));
    }
    let mut term = Term::take()?;
    let size = term.size()?;
    let app = App::new(app_settings(&options, &clock), size.width, size.height);
    let server = RefCell::new(None);
    let parts = Parts {
        inputs: run::input::inputs()?,
        host: &mut term,
        starting: start(&options, &clock, &server),
        clock: clock.clone(),
        colors: &options.settings.colors,
    };
    let ended = run::run(app, parts).await;
    drop(term);
    let mut ended = ended?;
    if let Some(rest) = ended.rest.take() {
        if ended.app.tasks.uploads().next().is_some() {
            // Without a word the terminal would seem to hang; that nobody reads it is no failure.
            let _ = writeln!(io::stderr().lock(), "{LEAVING}");
        }
        rest.finish(&mut ended.app).await;
    }
    let server = server.borrow_mut().take();
    if let Some(server) = server {
        demo::Server::shutdown(server).await;
    }
    Ok((ended.code, ended.app.farewell()))
}

fn app_settings(options: &Options, clock: &Clock) -> app::Settings {
    let settings = &options.settings;
    let now = clock.now();
    app::Settings {
        read_only: options.read_only || settings.read_only,
        demo: matches!(options.service, Service::Demo),
        thresholds: settings.thresholds,
        prices: Arc::new(match &options.provider {
            Some(named) => settings.prices.with(named),
            None => settings.prices.clone(),
        }),
        provider: options.provider.clone(),
        providers: settings.providers.clone(),
        keymap: settings.keymap.clone(),
        theme: config::Colours::from_env().theme(settings.theme),
        start: options.start.clone(),
        refresh: settings.refresh,
        notify: settings.notify,
        upload: settings.upload.clone(),
        utc_offset: utc_offset(now),
        now,
    }
}

/// The local zone's offset now, in seconds east of UTC.
fn utc_offset(now: Timestamp) -> i32 {
    let local = chrono::Local.timestamp_millis_opt(now.millis()).single();
    local.map_or(0, |local| local.offset().fix().local_minus_utc())
}

/// The engine, made while the first frame is already on screen.
fn start<'a>(
    options: &'a Options,
    clock: &'a Clock,
    server: &'a RefCell<Option<demo::Server>>,
) -> Starting<'a> {
    Box::pin(async move {
        let store: Arc<dyn Store> = match &options.service {
            Service::Real(store) => Arc::clone(store),
            Service::Demo => {
                let started = demo_server(clock).await?;
                let store = SdkStore::new(demo_connection(&started), clock.clone());
                server.replace(Some(started));
                Arc::new(store)
            }
        };
        Ok(engine(options, store, clock))
    })
}

fn engine(options: &Options, store: Arc<dyn Store>, clock: &Clock) -> (Engine, Inbox) {
    let settings = Settings {
        // The demo's uploads are nobody's: there is nothing to record.
        audit: options
            .audit
            .clone()
            .filter(|_| !matches!(options.service, Service::Demo)),
        journal: options.journal.clone(),
        read_only: options.read_only || options.settings.read_only,
        thresholds: options.settings.thresholds,
        provider: options.provider.clone(),
        providers: options.settings.providers.clone(),
        listing: options.workers,
        ..Settings::default()
    };
    Engine::new(store, clock.clone(), settings)
}

/// Starts the embedded server off this thread, which draws.
async fn demo_server(clock: &Clock) -> io::Result<demo::Server> {
    let options = demo::Options {
        clock: clock.clone(),
        ..demo::Options::default()
    };
    let started = TaskTracker::new().spawn(async {
        run::panic_if_asked("task");
        demo::Server::start(options).await
    });
    let started = started.await;
    started.map_err(io::Error::other)?
}

fn demo_connection(server: &demo::Server) -> ConnectOptions {
    ConnectOptions {
        region: Some("us-east-1".to_owned()),
        endpoint: Some(server.endpoint()),
        credentials: Some(StaticCredentials {
            access_key_id: server.access_key().to_owned(),
            secret_access_key: server.secret_key().to_owned(),
        }),
        ..ConnectOptions::default()
    }
}

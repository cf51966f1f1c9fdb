//! Listening, serving, stopping.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::S3Result;
use s3s::auth::{S3Auth, SecretKey};
use s3s::service::S3ServiceBuilder;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::service::{Gate, Lifecycles, Service};
use super::situation::{self, Situation};
use super::uploader;
use super::wire::{Disturbance, Throttle, Wire};
use crate::protocol::Operation;
use crate::s3::Clock;
use crate::s3::memory::MemoryStore;

/// How long connections may take to finish their last answer when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// How much the regions of buckets count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Regions {
    /// Whatever a request is signed for is taken, as servers do that know one region.
    #[default]
    Any,
    /// Requests for a bucket of another region are sent there, as AWS does; the list of buckets names the regions.
    Told,
    /// The same, but nobody says beforehand where a bucket is.
    Untold,
}

/// What to serve, and how badly.
#[derive(Debug, Clone)]
pub struct Options {
    /// 0: one that the system chooses.
    pub port: u16,
    pub situation: Situation,
    pub regions: Regions,
    /// Bodies are not kept, and `ETag`s are no MD5s: a sink for measuring.
    pub discard: bool,
    /// Added before each answer.
    pub delay: Duration,
    /// Above it the answer is 503 `SlowDown`; `None`: no limit.
    pub throttle: Option<Throttle>,
    /// What goes wrong, in order; the first that matches a request acts.
    pub disturbances: Vec<Disturbance>,
    /// Dates what is stored. Signatures are always checked against the system's time.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            situation: Situation::Believable,
            regions: Regions::default(),
            discard: false,
            delay: Duration::ZERO,
            throttle: None,
            disturbances: Vec::new(),
            clock: Clock::system(),
        }
    }
}

/// A running server; stops when dropped.
pub struct Server {
    address: SocketAddr,
    access_key: String,
    secret_key: String,
    store: Arc<MemoryStore>,
    wire: Arc<Wire>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Server {
    /// Fills a store and serves it on 127.0.0.1. Fails when the port cannot be had.
    pub async fn start(options: Options) -> io::Result<Self> {
        let store = Arc::new(MemoryStore::new(options.clock.clone()));
        let scripts = situation::fill(&store, options.situation);
        let server = Self::serve(store, options).await?;
        for script in scripts {
            let store = Arc::clone(&server.store);
            server
                .tasks
                .spawn(uploader::play(store, script, server.stop.clone()));
        }
        Ok(server)
    }

    /// Serves a store that is already filled; `options.situation` is not looked at.
    pub async fn serve(store: Arc<MemoryStore>, options: Options) -> io::Result<Self> {
        if options.discard {
            store.set_keeps_bodies(false);
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        // Not reproducible on purpose: another process on this machine must not know them beforehand.
        let access_key = format!("DEMO{}", random(16, fastrand::uppercase));
        let secret_key = random(40, fastrand::alphanumeric);
        let names_regions = options.regions != Regions::Untold;
        let mut builder = S3ServiceBuilder::new(Service::new(Arc::clone(&store), names_regions));
        let gate = Gate::new(Arc::clone(&store), options.regions);
        builder.set_access(gate.clone());
        builder.set_auth(Keys {
            access: access_key.clone(),
            secret: SecretKey::from(secret_key.clone()),
        });
        builder.set_route(Lifecycles(Arc::clone(&store), gate));
        let wire = Arc::new(Wire::new(
            builder.build(),
            options.delay,
            options.throttle,
            options.disturbances,
        ));
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(accept(
            listener,
            Arc::clone(&wire),
            stop.clone(),
            tasks.clone(),
        ));
        tasks.close();
        Ok(Self {
            address,
            access_key,
            secret_key,
            store,
            wire,
            stop,
            tasks,
        })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// What is served.
    pub fn store(&self) -> &Arc<MemoryStore> {
        &self.store
    }

    /// How many requests of `operation` came in, disturbed ones included.
    pub fn requests(&self, operation: Operation) -> u64 {
        self.wire.requests(operation)
    }

    /// Stops listening, lets answers under way finish for a moment, and waits until everything has ended.
    pub async fn shutdown(self) {
        self.stop.cancel();
        // Connections end by themselves within the grace.
        self.tasks.wait().await;
    }
}

struct Keys {
    access: String,
    secret: SecretKey,
}

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key == self.access {
            Ok(self.secret.clone())
        } else {
            Err(s3s::S3Error::with_message(
                s3s::S3ErrorCode::InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records.",
            ))
        }
    }
}

fn random(length: usize, character: fn() -> char) -> String {
    std::iter::repeat_with(character).take(length).collect()
}

async fn accept(
    listener: TcpListener,
    wire: Arc<Wire>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                tasks.spawn(connection(stream, Arc::clone(&wire), stop.clone()));
            }
            // Out of file descriptors, mostly: others may be given back in a moment.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(stream: TcpStream, wire: Arc<Wire>, stop: CancellationToken) {
    // Answers are small; waiting to fill a packet would cost 40 ms each.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request| {
        let wire = Arc::clone(&wire);
        async move { wire.answer(request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // How a connection ends is the client's affair: errors are expected here.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = tokio::time::timeout(GRACE, connection).await;
        }
    }
}

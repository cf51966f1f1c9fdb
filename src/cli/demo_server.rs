//! `mopup demo-server`: the demo's situation for any S3 client, until ctrl-c.

use std::io::{self, Write};

use super::args;
use super::failure::{Exit, Failure};
use crate::demo::{Options, Regions, Server, Situation};

pub async fn run(args: args::DemoServer) -> Result<Exit, Failure> {
    let options = Options {
        port: args.port,
        situation: match (args.uploads, args.arriving, args.buckets) {
            (_, Some(count), _) => Situation::Arriving(count),
            (uploads, None, Some(count)) => Situation::Buckets { count, uploads },
            (Some(count), None, None) => Situation::Uploads(count),
            (None, None, None) => Situation::Believable,
        },
        regions: match args.buckets {
            Some(_) => Regions::Told,
            None => Regions::Any,
        },
        discard: args.discard,
        delay: args.delay,
        throttle: args.throttle,
        ..Options::default()
    };
    let server = Server::start(options)
        .await
        .map_err(|error| Failure::Other(format!("port {} cannot be had: {error}", args.port)))?;
    let endpoint = server.endpoint();
    let text = format!(
        "serving on {endpoint} until ctrl-c; in another terminal:\n\n\
         export AWS_ACCESS_KEY_ID={}\n\
         export AWS_SECRET_ACCESS_KEY={}\n\
         export AWS_REGION=us-east-1\n\
         export AWS_ENDPOINT_URL_S3={endpoint}\n\
         mopup ls\n",
        server.access_key(),
        server.secret_key()
    );
    let mut out = io::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    let heard = tokio::signal::ctrl_c().await;
    server.shutdown().await;
    heard
        .map(|()| Exit::Done)
        .map_err(|error| Failure::Other(format!("ctrl-c cannot be heard: {error}")))
}

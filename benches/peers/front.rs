//! TLS in front of the sink, which speaks plain http: takes it off and passes the bytes on.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_util::task::TaskTracker;

use super::Outcome;

/// Of what a client sends, which is what is measured.
const LARGE: usize = 256 * 1024;
const SMALL: usize = 16 * 1024;

/// Prints the port that it listens on, then serves until it is ended.
#[allow(clippy::print_stdout, reason = "whoever started it learns the port so")]
pub async fn serve(certificate: &Path, key: &Path, to: u16) -> Outcome<()> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?.port());
    let tasks = TaskTracker::new();
    loop {
        let (stream, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        // How a connection ends is its client's affair.
        tasks.spawn(async move { pass(stream, acceptor, to).await.ok() });
    }
}

async fn pass(stream: TcpStream, acceptor: TlsAcceptor, to: u16) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let mut outside = acceptor.accept(stream).await?;
    let mut inside = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await?;
    inside.set_nodelay(true)?;
    copy_bidirectional_with_sizes(&mut outside, &mut inside, LARGE, SMALL).await?;
    Ok(())
}

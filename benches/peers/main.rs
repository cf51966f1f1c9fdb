//! What `figures.py send` measures mopup beside and through: the plain SDK loop, and a TLS front for the sink.
//!
//! Not a benchmark of its own: without these arguments, as `cargo bench` runs it, it does nothing.
//!
//!     peers loop FILE BUCKET KEY PART_SIZE WIDTH signed|unsigned
//!     peers front CERTIFICATE KEY TO_PORT

mod front;
mod sdk_loop;

use std::error::Error;
use std::path::Path;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    match words.as_slice() {
        ["loop", path, bucket, key, part_size, width, how] => {
            let cut = sdk_loop::Cut {
                part_size: part_size.parse()?,
                width: width.parse()?,
                signed: *how == "signed",
            };
            runtime.block_on(sdk_loop::send(Path::new(path), bucket, key, cut))
        }
        ["front", certificate, key, port] => runtime.block_on(front::serve(
            Path::new(certificate),
            Path::new(key),
            port.parse()?,
        )),
        _ => Ok(()),
    }
}

//! A look at a few places of a file, by which it is known again.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::model::Algorithm;
use crate::s3::checksum::Hasher;

/// The sampled hash looks at so many places …
const SAMPLES: u64 = 16;
/// … of so many bytes.
const SAMPLE: usize = 64 * 1024;

/// A hash over places spread evenly, the first and the last among them.
pub(super) fn sample(file: &File, len: u64) -> io::Result<String> {
    let mut hasher = Hasher::new(Algorithm::Crc64Nvme);
    let mut block = vec![0; SAMPLE];
    let last = len.saturating_sub(SAMPLE as u64);
    for index in 0..SAMPLES {
        let offset = u128::from(last) * u128::from(index) / u128::from(SAMPLES - 1);
        let offset = u64::try_from(offset).unwrap_or(last);
        let got = read_up_to(file, &mut block, offset)?;
        hasher.update(&block[..got]);
        if len <= SAMPLE as u64 {
            break;
        }
    }
    Ok(format!(
        "{SAMPLES}x{SAMPLE} CRC64NVME {}",
        hasher.finish().value
    ))
}

fn read_up_to(file: &File, block: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < block.len() {
        match file.read_at(&mut block[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

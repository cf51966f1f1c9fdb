//! The SDK as its guide shows it: the same file, the same parts, as many at once.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Outcome;

/// How an upload is cut.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    pub part_size: u64,
    pub width: usize,
    /// The SDK's own way: each part streamed from its place in the file. Over http, bodies that are streamed are
    /// signed whatever is asked for; to leave that out, each part is read into memory first.
    pub signed: bool,
}

struct Upload {
    client: Client,
    path: PathBuf,
    bucket: String,
    key: String,
    id: String,
    signed: bool,
}

pub async fn send(path: &Path, bucket: &str, key: &str, cut: Cut) -> Outcome<()> {
    let client = Client::new(&aws_config::load_from_env().await);
    let create = client.create_multipart_upload().bucket(bucket).key(key);
    let created = create.send().await?;
    let upload = Upload {
        client,
        path: path.to_owned(),
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        id: created.upload_id().unwrap_or_default().to_owned(),
        signed: cut.signed,
    };
    let size = std::fs::metadata(path)?.len();
    let pieces = (1_i32..).zip((0..size).step_by(usize::try_from(cut.part_size)?));
    let parts: Vec<CompletedPart> = stream::iter(pieces)
        .map(|(number, offset)| upload.part(number, offset, cut.part_size.min(size - offset)))
        .buffered(cut.width)
        .try_collect()
        .await?;
    let parts = CompletedMultipartUpload::builder()
        .set_parts(Some(parts))
        .build();
    let complete = upload.client.complete_multipart_upload();
    complete
        .bucket(&upload.bucket)
        .key(&upload.key)
        .upload_id(&upload.id)
        .multipart_upload(parts)
        .send()
        .await?;
    Ok(())
}

impl Upload {
    async fn part(&self, number: i32, offset: u64, len: u64) -> Outcome<CompletedPart> {
        let part = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(&self.key)
            .upload_id(&self.id)
            .part_number(number)
            .body(self.body(offset, len).await?)
            .customize();
        let stored = if self.signed {
            part.send().await?
        } else {
            part.disable_payload_signing().send().await?
        };
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(stored.e_tag)
            .set_checksum_crc32(stored.checksum_crc32)
            .build())
    }

    async fn body(&self, offset: u64, len: u64) -> Outcome<ByteStream> {
        if self.signed {
            let body = ByteStream::read_from().path(&self.path).offset(offset);
            return Ok(body.length(Length::Exact(len)).build().await?);
        }
        let path = self.path.clone();
        let read = tokio::task::spawn_blocking(move || -> Outcome<Vec<u8>> {
            let mut bytes = vec![0; usize::try_from(len)?];
            File::open(path)?.read_exact_at(&mut bytes, offset)?;
            Ok(bytes)
        });
        Ok(ByteStream::from(read.await??))
    }
}

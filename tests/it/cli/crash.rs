//! The built binary killed at random moments of an upload of 200 parts, and resumed each time.

use std::collections::BTreeMap;
use std::process::Child;

use mopup::demo::Options;
use mopup::journal;
use mopup::model::{Target, Timestamp};
use mopup::protocol::Operation;
use mopup::s3::memory::Listing;

use super::*;

const PARTS: usize = 200;
const PART: usize = 64 << 10;
const WIDTH: usize = 4;
const KILLS: usize = 25;

/// A provider that takes small parts, so that 200 of them cost little.
const PROVIDER: &str = "[providers.small]\nmin_part = \"64KiB\"\n";

/// When to kill.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after the start, wherever that is.
    Time(Duration),
    /// When so many parts were asked for, and a little later.
    Parts(u64, Duration),
}

impl Moment {
    fn random(random: &mut fastrand::Rng, missing: u64) -> Self {
        let little = Duration::from_micros(random.u64(0..6000));
        match random.u32(0..10) {
            0..2 => Self::Time(Duration::from_millis(random.u64(0..200))),
            _ if missing == 0 => Self::Time(Duration::from_millis(random.u64(0..500))),
            // Around Complete, and what follows it.
            2..4 => Self::Parts(missing, little * 8),
            _ => Self::Parts(random.u64(1..32).min(missing), little),
        }
    }
}

/// An upload as the service has it: its ID, and when each of its parts arrived.
type Held = Option<(String, BTreeMap<u32, Timestamp>)>;

struct Chain {
    shop: Shop,
    file: String,
    content: Vec<u8>,
    random: fastrand::Rng,
    /// Uploads that ended, each under a key of its own.
    stored: usize,
}

impl Chain {
    async fn new(seed: u64) -> Self {
        let shop = Shop::open_with(Options {
            delay: Duration::from_millis(2),
            ..Options::default()
        })
        .await;
        shop.store.set_min_part(1);
        let config = shop.home.path().join("config/mopup");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("config.toml"), PROVIDER).unwrap();
        let (file, content) = shop.written("source", PARTS * PART - 17);
        Self {
            shop,
            file,
            content,
            random: fastrand::Rng::with_seed(seed),
            stored: 0,
        }
    }

    fn key(&self) -> String {
        format!("k{}", self.stored)
    }

    /// The only upload in the bucket. A second one would be left behind.
    #[track_caller]
    fn held(&self) -> Held {
        let listing = Listing {
            bucket: "attic".to_owned(),
            ..Listing::default()
        };
        let uploads = self.shop.store.list(&listing).unwrap().uploads;
        assert!(uploads.len() < 2, "a second upload: {uploads:?}");
        let upload = uploads.into_iter().next()?;
        let target = Target {
            bucket: listing.bucket,
            key: upload.key,
            upload_id: upload.upload_id.clone(),
        };
        let page = self.shop.store.parts(&target, 0, None).unwrap();
        let parts = page.parts.into_iter();
        let parts = parts.map(|part| (part.number, part.last_modified.unwrap()));
        Some((upload.upload_id, parts.collect()))
    }

    /// Whether a journal tells of an upload that did not end. It is read as whoever comes next would.
    fn is_recorded(&self) -> bool {
        let entries = journal::list(&self.shop.journals()).unwrap();
        let open = entries.iter().filter(|entry| match &entry.state {
            Ok(state) => state.end.is_none(),
            // Killed before anything was asked of the service.
            Err(error) => {
                assert!(
                    matches!(error, journal::JournalError::NoRecipe { .. }),
                    "{error}"
                );
                false
            }
        });
        let open = open.count();
        assert!(open < 2, "{entries:?}");
        open == 1
    }

    fn asked(&self) -> u64 {
        self.shop.server.requests(Operation::UploadPart)
    }

    /// What a person would type now.
    fn command(&self) -> Command {
        let key = format!("s3://attic/{}", self.key());
        let send = ["upload", &self.file, &key, "--multipart"];
        let rest = ["--part-size=64KiB", "--width=4"];
        let mut command = if self.is_recorded() {
            self.shop.command(&["resume"])
        } else {
            self.shop.command(&[&send[..], &rest].concat())
        };
        command.arg("--provider=small");
        command
    }

    /// Waits for the moment, unless the process ends before.
    async fn until(&self, moment: Moment, asked: u64, child: &mut Child) {
        let later = match moment {
            Moment::Time(time) => time,
            Moment::Parts(parts, little) => {
                while self.asked() < asked + parts && child.try_wait().unwrap().is_none() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                little
            }
        };
        tokio::time::sleep(later).await;
    }

    /// One life of the process, killed at a random moment; false if it ended by itself before.
    async fn kill_once(&mut self) -> bool {
        let (before, asked) = (self.held(), self.asked());
        let has = before.as_ref().map_or(0, |(_, parts)| parts.len());
        let moment = Moment::random(&mut self.random, (PARTS - has) as u64);
        let mut child = self.command().spawn().unwrap();
        self.until(moment, asked, &mut child).await;
        let _ = child.kill();
        let ended = child.wait_with_output().unwrap();
        if ended.status.code().is_some() {
            Ended::of(ended).with_code(0);
            self.finish(has, asked);
            return false;
        }
        self.check(before, asked, moment);
        true
    }

    /// Nothing that was there was sent again, and no more than was in flight is lost.
    #[track_caller]
    fn check(&mut self, before: Held, asked: u64, moment: Moment) {
        let now = self.held();
        let sent = usize::try_from(self.asked() - asked).unwrap();
        match (before, now) {
            (Some((old, parts)), Some((id, now))) => {
                assert_eq!(old, id, "{moment:?}: another upload");
                for (number, at) in &parts {
                    assert_eq!(
                        Some(at),
                        now.get(number),
                        "{moment:?}: part {number} was sent again"
                    );
                }
                let fresh = now.len() - parts.len();
                assert!(
                    sent <= fresh + WIDTH,
                    "{moment:?}: {sent} requests for {fresh} parts"
                );
            }
            // Killed behind Complete: the next life finds out.
            (before, None) => {
                if self.shop.store.object("attic", &self.key()).is_ok() {
                    let had = before.map_or(0, |(_, parts)| parts.len());
                    assert!(sent + had <= PARTS, "{moment:?}: {sent} requests");
                } else {
                    assert!(before.is_none(), "{moment:?}: the upload is gone");
                }
            }
            (None, Some(_)) => {}
        }
    }

    /// The object is what the file is, and nothing else is left.
    #[track_caller]
    fn finish(&mut self, had: usize, asked: u64) {
        let sent = usize::try_from(self.asked() - asked).unwrap();
        assert!(
            sent + had <= PARTS,
            "{sent} requests, {had} parts were there"
        );
        self.shop.holds(&self.key(), &self.content);
        assert_eq!(self.held(), None);
        assert!(!self.is_recorded());
        self.stored += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::print_stdout,
    reason = "shown when it fails: the seed to find it again"
)]
async fn killed_at_25_random_moments_it_ends_right() {
    // Another seed finds other moments.
    let seed = std::env::var("MOPUP_TEST_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("MOPUP_TEST_SEED={seed}");
    let mut chain = Chain::new(seed).await;
    let mut kills = 0;
    while kills < KILLS {
        if chain.kill_once().await {
            kills += 1;
        }
    }
    let had = chain.held().map_or(0, |(_, parts)| parts.len());
    let asked = chain.asked();
    Ended::of(chain.command().output().unwrap()).with_code(0);
    chain.finish(had, asked);
    println!("{kills} kills, {} uploads", chain.stored);
}

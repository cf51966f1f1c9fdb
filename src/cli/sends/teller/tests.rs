use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::model::Target;
use crate::model::Timestamp;
use crate::model::send::Source;
use crate::model::send::{StoredObject, Verdict};
use crate::protocol::{Kind, Operation};

/// What was written, for whoever looks later.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader that went away after so many lines.
struct Gone(usize);

impl Write for Gone {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.0 -= 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn teller(telling: Telling) -> (Teller, Paper) {
    let paper = Paper::default();
    let clock = Clock::fixed(Timestamp::from_secs(1_795_200_000));
    let mut teller = Teller::onto(telling, clock, Box::new(paper.clone()));
    // Whatever the tests run in.
    teller.terminal = false;
    (teller, paper)
}

fn sent(outcome: SentOutcome) -> Sent {
    Sent {
        source: Source::Path(PathBuf::from("/data/f")),
        bucket: "b".to_owned(),
        key: "k\x1b".to_owned(),
        upload_id: Some("u".to_owned()),
        journal: Some("20261121-142407-k300".to_owned()),
        outcome,
    }
}

fn object() -> StoredObject {
    StoredObject {
        etag: "abc-154".to_owned(),
        version_id: None,
        size: 1_288_490_189,
        sent: 1_000,
        parts: 154,
        checksum: Some("CRC64NVME:AAAAAAAAAAA=".to_owned()),
        verdict: Verdict::Verified("size, ETag, CRC64NVME".to_owned()),
    }
}

fn fault(message: &str) -> Fault {
    Fault {
        operation: Operation::UploadPart,
        target: "s3://b/k".to_owned(),
        kind: Kind::Denied,
        code: Some("AccessDenied".to_owned()),
        message: message.to_owned(),
        hint: "ask for s3:PutObject".to_owned(),
    }
}

fn all() -> Vec<SentOutcome> {
    vec![
        SentOutcome::Stored(object()),
        SentOutcome::Kept { stored: 5 },
        SentOutcome::Existed,
        SentOutcome::Failed {
            fault: fault("access is denied"),
            kept: true,
        },
        SentOutcome::NotBegun,
        SentOutcome::Aborted { freed: 7 },
    ]
}

#[tokio::test]
async fn people_get_a_line_for_each_file() {
    let (mut teller, paper) = teller(Telling::default());
    for outcome in all() {
        teller.sent(&sent(outcome));
    }
    teller.ended(&Outcome::Done);
    assert_eq!(teller.finish(false).unwrap(), Exit::Failed);
    assert_eq!(
        paper.text(),
        "stored  s3://b/k\\x1b  1.20 GiB  154 parts  ETag \"abc-154\"  verified: size, ETag, CRC64NVME\n\
         kept  s3://b/k\\x1b  5 B stored; go on with `mopup resume 20261121-142407-k300`\n\
         existed  s3://b/k\\x1b  /data/f has the same size and was left alone\n\
         not begun  s3://b/k\\x1b  /data/f\n\
         aborted  s3://b/k\\x1b  7 B freed\n"
    );
    let quiet = Telling {
        quiet: true,
        ..Telling::default()
    };
    let (mut teller, paper) = super::tests::teller(quiet);
    teller.sent(&sent(SentOutcome::Stored(object())));
    assert_eq!(teller.finish(false).unwrap(), Exit::Done);
    assert_eq!(paper.text(), "");
}

#[tokio::test]
async fn the_document_names_every_file_once() {
    let json = Telling {
        json: true,
        ..Telling::default()
    };
    let (mut teller, paper) = teller(json);
    for outcome in all() {
        teller.sent(&sent(outcome));
    }
    // The same failure again, for the job as a whole.
    teller.ended(&Outcome::Failed(fault("access is denied")));
    assert_eq!(teller.finish(false).unwrap(), Exit::Failed);
    let document: Value = serde_json::from_str(&paper.text()).unwrap();
    let name = json!({"bucket": "b", "key": "k\u{1b}", "source": "/data/f"});
    assert_eq!(
        document,
        json!({
            "stored": [{
                "bucket": "b", "key": "k\u{1b}", "upload_id": "u", "source": "/data/f",
                "bytes": 1_288_490_189_u64, "sent_bytes": 1000, "parts": 154, "etag": "abc-154",
                "version_id": null, "checksum": "CRC64NVME:AAAAAAAAAAA=",
                "verified": true, "verification": "size, ETag, CRC64NVME",
            }],
            "kept": [{
                "bucket": "b", "key": "k\u{1b}", "upload_id": "u",
                "journal": "20261121-142407-k300", "source": "/data/f", "bytes": 5,
            }],
            "existed": [name],
            "failed": [{
                "bucket": "b", "key": "k\u{1b}", "upload_id": "u", "source": "/data/f",
                "kept": true, "journal": "20261121-142407-k300", "code": "AccessDenied",
                "message": "access is denied", "hint": "ask for s3:PutObject",
            }],
            "not_begun": [name],
            "aborted": [{
                "bucket": "b", "key": "k\u{1b}", "upload_id": "u",
                "journal": "20261121-142407-k300", "source": "/data/f", "freed_bytes": 7,
            }],
        })
    );
}

fn sending(stored: u64) -> Sending {
    Sending {
        phase: Phase::Sending,
        target: Some(Target {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            upload_id: "u".to_owned(),
        }),
        journal: Some("j".to_owned()),
        source: "/data/f".to_owned(),
        stored,
        total: Some(100),
        files: 1,
        left: Some(Duration::from_secs(9)),
        ..Sending::default()
    }
}

#[tokio::test(start_paused = true)]
async fn events_come_as_they_happen_and_progress_once_a_second() {
    let jsonl = Telling {
        jsonl: true,
        ..Telling::default()
    };
    let (mut teller, paper) = teller(jsonl);
    for step in 0..30 {
        teller.sending(sending(step));
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    teller.warning(&fault("the checksum is refused"));
    for outcome in all() {
        teller.sent(&sent(outcome));
    }
    teller.ended(&Outcome::Done);
    assert_eq!(teller.finish(false).unwrap(), Exit::Failed);
    let events = paper.lines();
    let names: Vec<&str> = events
        .iter()
        .filter_map(|of| of["event"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "begun",
            "progress",
            "progress",
            "progress",
            "warning",
            "stored",
            "kept",
            "existed",
            "failed",
            "not_begun",
            "aborted"
        ]
    );
    assert_eq!(events[0]["at"], "2026-11-20T18:40:00Z");
    assert_eq!(events[0]["upload_id"], "u");
    assert_eq!(events[3]["stored_bytes"], 20);
    assert_eq!(events[3]["total_bytes"], 100);
    assert_eq!(events[3]["seconds_left"], 9);
    assert_eq!(events[4]["operation"], "UploadPart");
    assert_eq!(events[5]["bytes"], 1_288_490_189_u64);
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_failure_but_a_full_disk_is() {
    let clock = Clock::fixed(Timestamp::from_secs(0));
    let mut teller = Teller::onto(Telling::default(), clock.clone(), Box::new(Gone(1)));
    for _ in 0..3 {
        teller.sent(&sent(SentOutcome::Stored(object())));
    }
    assert_eq!(teller.document.stored.len(), 3);
    assert_eq!(teller.finish(false).unwrap(), Exit::Done);
    let mut teller = Teller::onto(Telling::default(), clock, Box::new(Gone(1)));
    teller.unwritten = Some(io::ErrorKind::StorageFull.into());
    teller.sent(&sent(SentOutcome::Stored(object())));
    assert_eq!(teller.finish(false).unwrap_err().code(), 1);
}

#[tokio::test]
async fn an_interrupt_counts_only_where_it_left_something() {
    let (mut teller, _) = teller(Telling::default());
    teller.sent(&sent(SentOutcome::Kept { stored: 5 }));
    teller.ended(&Outcome::Cancelled { done: 0, left: 1 });
    assert_eq!(teller.finish(true).unwrap(), Exit::Interrupted);
    let (mut teller, _) = super::tests::teller(Telling::default());
    teller.sent(&sent(SentOutcome::Stored(object())));
    teller.ended(&Outcome::Done);
    assert_eq!(teller.finish(true).unwrap(), Exit::Done);
}

#[test]
fn a_failure_says_once_how_to_go_on() {
    let failure = SentOutcome::Failed {
        fault: fault("access is denied"),
        kept: true,
    };
    let told = failed(&sent(failure), &fault("access is denied"));
    assert_eq!(
        told,
        "s3://b/k\\x1b: UploadPart on s3://b/k: access is denied (AccessDenied); ask for s3:PutObject; \
         what was sent is kept: go on with `mopup resume 20261121-142407-k300`"
    );
}

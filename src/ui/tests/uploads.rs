//! Uploads while they run, how they ended, and what was interrupted.

mod ended;

use std::time::Duration;

use super::scene::{DAY, NOW, Scene, denied};
use crate::app::dialog::Dialog;
use crate::model::Target;
use crate::model::plan::Layout;
use crate::model::send::{
    Cell, Interrupted, Phase, Sending, Source, Standing, StoredObject, Verdict,
};
use crate::protocol::{Command, News, Operation, Outcome, Sent, SentOutcome};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

fn entry(name: &str, status: Standing) -> Interrupted {
    Interrupted {
        id: format!("01JD{}", name.len()),
        begun: NOW.minus(DAY),
        source: format!("/srv/dumps/{name}"),
        is_stream: false,
        bucket: "media-archive".into(),
        key: format!("dumps/{name}"),
        upload_id: Some(format!("R4QUmO-{name}")),
        layout: Layout {
            total: Some(210 * GIB),
            part_size: 108 * MIB,
            growth: 0,
            max_part: 108 * MIB,
            max_parts: 10_000,
        },
        stored: 132 * GIB,
        parts_done: 1_251,
        endpoint: None,
        region: Some("eu-west-1".into()),
        profile: None,
        deadline: None,
        needs_customer_key: false,
        status,
    }
}

/// Everything that can stand in the list.
fn entries() -> Vec<Interrupted> {
    let mut late = entry("camera-roll.tar", Standing::Completing);
    late.deadline = Some(NOW.minus(DAY / 2));
    let mut stream = entry("pg_dump", Standing::Resumable);
    (stream.is_stream, stream.layout.total) = (true, None);
    let mut keyed = entry("secret.tar.zst", Standing::Resumable);
    keyed.needs_customer_key = true;
    keyed.deadline = Some(NOW.plus(DAY * 3));
    let mut elsewhere = entry("minio.img", Standing::Elsewhere);
    elsewhere.endpoint = Some("https://minio.example:9000".into());
    let changed = "it has 209 GiB now, 210 GiB when it was begun";
    let odd = "evil\u{1b}[31m\u{202e}gpj.exe";
    vec![
        entry("backup.tar.zst", Standing::Resumable),
        late,
        stream,
        keyed,
        entry("busy.img", Standing::Busy),
        elsewhere,
        entry("ledger.db", Standing::SourceChanged(changed.into())),
        entry(odd, Standing::Unreadable("line 1 is no intent".into())),
    ]
}

fn is_resume(command: &Command) -> bool {
    matches!(command, Command::Resume { .. })
}

/// As it is offered, to somebody who was asked already whether he means it.
fn offered(columns: u16, rows: u16, entries: Vec<Interrupted>) -> Scene {
    let mut scene = unasked(columns, rows, entries);
    if let Some(Dialog::Interrupted(dialog)) = &mut scene.app.dialog {
        dialog.unasked = false;
    }
    scene
}

fn unasked(columns: u16, rows: u16, entries: Vec<Interrupted>) -> Scene {
    let mut scene = Scene::browsing(columns, rows);
    scene.size(|_| true);
    let is_it = |command: &Command| matches!(command, Command::Interrupted { .. });
    scene.news(is_it, News::Interrupted(entries));
    scene
}

/// One upload that is gone on with, at these figures.
fn sending(columns: u16, rows: u16, figures: Sending) -> Scene {
    let entries = vec![entry("backup.tar.zst", Standing::Resumable)];
    let mut scene = offered(columns, rows, entries);
    scene.keys("enter");
    scene.news(is_resume, News::Sending(Box::new(figures)));
    scene.keys("t");
    scene
}

fn figures() -> Sending {
    let map = (0..500).map(|part| match part {
        0..300 => Cell::Done,
        303 => Cell::Troubled,
        300..312 => Cell::Moving,
        312..320 => Cell::Held,
        _ => Cell::Missing,
    });
    Sending {
        phase: Phase::Sending,
        target: Some(Target {
            bucket: "media-archive".into(),
            key: "dumps/backup.tar.zst".into(),
            upload_id: "R4QUmO-backup.tar.zst".into(),
        }),
        journal: Some("01JD14".into()),
        source: "/srv/dumps/backup.tar.zst".into(),
        stored: 132 * GIB,
        reused: 12 * GIB,
        in_flight: 700 * MIB,
        total: Some(210 * GIB),
        parts_done: 1_251,
        parts: Some(1_992),
        files: 1,
        rate: 412 * MIB,
        average: 380 * MIB,
        left: Some(Duration::from_secs(190)),
        retries: 2,
        width: 6,
        max_width: 9,
        deadline: Some(NOW.plus(Duration::from_secs(120))),
        late: true,
        map: map.collect(),
        ..Sending::default()
    }
}

fn waiting() -> Sending {
    Sending {
        phase: Phase::Waiting,
        trouble: Some("connection refused".into()),
        rate: 0,
        left: None,
        late: false,
        deadline: None,
        ..figures()
    }
}

fn stream() -> Sending {
    Sending {
        total: None,
        parts: None,
        left: None,
        late: false,
        reused: 0,
        deadline: None,
        ..figures()
    }
}

fn queue() -> Sending {
    Sending {
        files_done: 12,
        files: 430,
        source: "/srv/dumps/raw/cam-07.mxf".into(),
        late: false,
        deadline: None,
        reused: 0,
        limit: Some(500 * MIB),
        ..figures()
    }
}

fn ended(columns: u16, rows: u16, outcome: SentOutcome) -> Scene {
    let mut scene = sending(columns, rows, figures());
    scene.news(
        is_resume,
        News::Sent(Box::new(sent("dumps/backup.tar.zst", outcome))),
    );
    scene.news(is_resume, News::Ended(Outcome::Done));
    scene.keys("g");
    scene
}

fn sent(key: &str, outcome: SentOutcome) -> Sent {
    Sent {
        source: Source::Path(format!("/srv/{key}").into()),
        bucket: "media-archive".into(),
        key: key.into(),
        upload_id: Some("R4QUmO-backup.tar.zst".into()),
        journal: Some("01JD14".into()),
        outcome,
    }
}

fn stored(verdict: Verdict) -> SentOutcome {
    SentOutcome::Stored(StoredObject {
        etag: "9b2cf535f27731c974343645a3985328-1992".into(),
        version_id: Some("3HL4kqtJvjVBH40Nrjfkd".into()),
        size: 210 * GIB,
        sent: 198 * GIB,
        parts: 1_992,
        checksum: Some("CRC64NVME:2JGVHp4tTkM=".into()),
        verdict,
    })
}

fn verified() -> SentOutcome {
    stored(Verdict::Verified(
        "size, ETag of all parts, CRC64NVME".into(),
    ))
}

fn failed() -> SentOutcome {
    SentOutcome::Failed {
        fault: denied(
            Operation::UploadPart,
            "s3://media-archive/dumps/backup.tar.zst",
        ),
        kept: true,
    }
}

/// For what must hold at every size.
pub fn situations() -> Vec<Scene> {
    let mut scenes = vec![
        offered(120, 36, entries()),
        sending(120, 36, figures()),
        sending(120, 36, stream()),
        ended(120, 36, verified()),
        ended(120, 36, failed()),
    ];
    for keys in ["enter", "x", "x a", "L f enter", "q", "q a", "p", "t enter"] {
        let mut scene = sending(120, 36, waiting());
        scene.keys(keys);
        scenes.push(scene);
    }
    for keys in ["a", "j j j enter enter", "G k n a", "G enter"] {
        let mut scene = offered(120, 36, entries());
        scene.keys(keys);
        scenes.push(scene);
    }
    scenes
}

#[test]
fn an_upload_in_its_row_says_how_far_and_how_fast_it_is() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let screen = sending(columns, rows, figures()).screen();
        insta::assert_snapshot!(format!("sending_{columns}x{rows}"), screen);
    }
    let row = |figures: Sending| {
        let screen = sending(120, 36, figures).screen();
        let line = screen.lines().rev().find(|line| line.contains("↑ "));
        line.unwrap().to_owned()
    };
    let line = row(waiting());
    assert!(line.contains("waiting: connection refused"), "{line}");
    assert!(!line.contains("/s"), "{line}");
    let line = row(stream());
    assert!(
        line.contains("132 GiB sent") && !line.contains('%'),
        "{line}"
    );
    let line = row(queue());
    assert!(line.contains("12/430 files"), "{line}");
    for phase in [Phase::Preparing, Phase::Completing, Phase::Verifying] {
        let line = row(Sending { phase, ..figures() });
        assert!(line.contains(phase.word()), "{line}");
    }
}

#[test]
fn a_paused_upload_says_so() {
    let mut scene = sending(80, 24, figures());
    scene.keys("p");
    assert!(scene.screen().contains("pausing…"), "{}", scene.screen());
    let paused = |in_flight| Sending {
        phase: Phase::Paused,
        in_flight,
        ..figures()
    };
    let still = News::Sending(Box::new(paused(MIB)));
    scene.news(is_resume, still);
    assert!(scene.screen().contains("pausing…"), "{}", scene.screen());
    scene.news(is_resume, News::Sending(Box::new(paused(0))));
    scene.keys("g");
    insta::assert_snapshot!("sending_paused_80x24", scene.screen());
}

#[test]
fn the_details_tell_everything_and_map_the_parts() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let mut scene = sending(columns, rows, figures());
        let screen = scene.keys("enter").screen();
        insta::assert_snapshot!(format!("sending_details_{columns}x{rows}"), screen);
    }
    let mut scene = sending(120, 36, waiting());
    insta::assert_snapshot!(
        "sending_details_waiting_120x36",
        scene.keys("enter").screen()
    );
    let mut scene = sending(120, 36, stream());
    insta::assert_snapshot!(
        "sending_details_stream_120x36",
        scene.keys("enter").screen()
    );
}

#[test]
fn a_queue_names_what_did_not_go_well_first() {
    let mut scene = sending(120, 36, queue());
    let all = [
        ("dumps/a.mxf", verified()),
        ("dumps/b.mxf", failed()),
        (
            "dumps/c.mxf",
            stored(Verdict::Unverified("HeadObject is denied".into())),
        ),
        ("dumps/d.mxf", SentOutcome::Existed),
        ("dumps/e.mxf", SentOutcome::Kept { stored: 3 * GIB }),
    ];
    for (key, outcome) in all {
        scene.news(is_resume, News::Sent(Box::new(sent(key, outcome))));
    }
    let warning = denied(Operation::HeadObject, "s3://media-archive/dumps/c.mxf");
    scene.news(is_resume, News::Warning(warning));
    insta::assert_snapshot!("sending_queue_120x36", scene.keys("g enter").screen());
}

#[test]
fn an_ended_upload_keeps_its_verdict() {
    insta::assert_snapshot!("sent_verified_80x24", ended(80, 24, verified()).screen());
    let mut scene = ended(120, 36, verified());
    insta::assert_snapshot!("sent_verified_details_120x36", scene.keys("enter").screen());
    let unverified = stored(Verdict::Unverified("HeadObject is denied".into()));
    insta::assert_snapshot!(
        "sent_unverified_120x36",
        ended(120, 36, unverified).screen()
    );
    let mut scene = ended(80, 24, failed());
    insta::assert_snapshot!("sent_failed_kept_80x24", scene.screen());
    insta::assert_snapshot!(
        "sent_failed_kept_details_80x24",
        scene.keys("enter").screen()
    );
}

#[test]
fn what_was_interrupted_is_offered_with_what_can_be_done() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let screen = offered(columns, rows, entries()).screen();
        insta::assert_snapshot!(format!("interrupted_{columns}x{rows}"), screen);
    }
    let mut scene = unasked(80, 24, entries());
    insta::assert_snapshot!("interrupted_unasked_80x24", scene.keys("enter").screen());
    let mut scene = offered(120, 36, entries());
    scene.keys("j j j j j j enter");
    insta::assert_snapshot!("interrupted_changed_120x36", scene.screen());
    let mut scene = offered(80, 24, entries());
    insta::assert_snapshot!("interrupted_give_up_80x24", scene.keys("a").screen());
    let mut scene = offered(80, 24, entries());
    insta::assert_snapshot!("interrupted_key_80x24", scene.keys("j j j enter").screen());
}

#[test]
fn stopping_and_leaving_say_what_stays() {
    let after = |keys: &str| sending(80, 24, figures()).keys(keys).screen();
    insta::assert_snapshot!("stop_upload_80x24", after("x"));
    insta::assert_snapshot!("stop_upload_abort_80x24", after("x a"));
    insta::assert_snapshot!("quit_while_sending_80x24", after("q"));
    insta::assert_snapshot!("quit_and_abort_80x24", after("q a"));
    insta::assert_snapshot!("limit_rate_80x24", after("L f a s t enter"));
}

#[test]
fn uploads_out_of_sight_are_summed_up_in_the_header() {
    let mut scene = sending(80, 24, figures());
    scene.keys("t");
    let first = |scene: &Scene| scene.screen().lines().next().unwrap().to_owned();
    assert!(!first(&scene).contains('↑'), "its own line tells it");
    scene.resize(80, 9);
    assert!(first(&scene).contains("↑ 1"), "{}", first(&scene));
    scene.resize(108, 9);
    assert!(
        first(&scene).contains("↑ 1 upload 412 MiB/s 63 %"),
        "{}",
        first(&scene)
    );
}

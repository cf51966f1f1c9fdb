//! The doctor's dialog.

use super::scene::{NOW, Scene};
use crate::model::examination::{Check, Examination, Status};
use crate::protocol::{Command, News, Outcome};

fn line(
    name: &'static str,
    status: Status,
    iam_action: Option<&'static str>,
    detail: &str,
    remedy: &str,
) -> Check {
    Check {
        name,
        status,
        iam_action,
        detail: detail.to_owned(),
        remedy: remedy.to_owned(),
    }
}

fn found(whole: bool) -> Examination {
    Examination {
        bucket: Some("media-archive".to_owned()),
        checks: vec![
            line(
                "credentials",
                Status::Ok,
                None,
                "access key …CDEF from SSO",
                "",
            ),
            line(
                "abort uploads",
                Status::Denied,
                Some("s3:AbortMultipartUpload"),
                "AbortMultipartUpload on s3://media-archive/mopup-doctor: Access Denied",
                "needs s3:AbortMultipartUpload on arn:aws:s3:::media-archive/mopup-doctor",
            ),
            line(
                "prefix",
                Status::Quirk,
                None,
                "only a whole key is found by a prefix, \u{202e}not its beginning",
                "beginnings are looked for in the whole bucket",
            ),
            line(
                "checksums",
                Status::Skipped,
                None,
                "seen only by sending a part",
                "--write begins a tiny upload, tries it, and aborts it",
            ),
        ],
        policy: "{\n  \"Version\": \"2012-10-17\"\n}".to_owned(),
        ended: whole.then_some(NOW),
        ..Examination::default()
    }
}

fn doctor(columns: u16, rows: u16, whole: bool) -> Scene {
    let mut scene = Scene::browsing(columns, rows);
    scene.keys(":").type_("doctor").keys("enter");
    let is_it = |command: &Command| matches!(command, Command::Examine { .. });
    scene.news(is_it, News::Examined(Box::new(found(whole))));
    if whole {
        scene.news(is_it, News::Ended(Outcome::Done));
    }
    scene
}

#[test]
fn what_the_doctor_found_is_told_with_what_to_do() {
    insta::assert_snapshot!("doctor_80x24", doctor(80, 24, true).screen());
    insta::assert_snapshot!("doctor_120x36", doctor(120, 36, true).screen());
    let running = doctor(80, 24, false).screen();
    assert!(running.contains("Looking; 4 checks done"), "{running}");
}

#[test]
fn closing_it_stops_what_still_runs() {
    let mut scene = doctor(80, 24, false);
    scene.keys("esc");
    let cancelled = scene.last(|command| matches!(command, Command::Cancel(_)));
    assert!(cancelled.is_some());
    let mut scene = doctor(80, 24, true);
    scene.keys("esc");
    let cancelled = scene.last(|command| matches!(command, Command::Cancel(_)));
    assert!(cancelled.is_none());
}

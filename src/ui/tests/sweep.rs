//! Three hundred buckets in the middle of their listing: nothing that was not looked at passes for nothing.

use super::scene::{Scene, denied, settings, upload};
use crate::model::Upload;
use crate::protocol::{Command, Fault, Kind, News, Operation, Outcome};

fn name(number: usize) -> String {
    let team = ["billing", "edge", "media", "search"][number % 4];
    format!("{team}-ingest-{number:03}")
}

/// Of 300 buckets the first 40 that were asked have answered.
fn sweeping(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::new(settings(), columns, rows);
    scene.identify();
    let mut names: Vec<String> = (0..300).map(name).collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    scene.buckets(&names);
    for (at, name) in names.iter().take(40).enumerate() {
        let uploads: Vec<Upload> = (0..at * 7 % 5)
            .map(|number| upload(&format!("{name}/{number}"), 30))
            .collect();
        let target = format!("s3://{name}");
        let unreachable = Fault {
            operation: Operation::ListMultipartUploads,
            target: target.clone(),
            kind: Kind::Network,
            code: None,
            message: "connect timed out".into(),
            hint: String::new(),
        };
        let outcome = match at {
            3 | 17 => Outcome::Failed(denied(Operation::ListMultipartUploads, &target)),
            5 => Outcome::Failed(unreachable),
            _ => Outcome::Done,
        };
        let uploads = match outcome {
            Outcome::Done => uploads,
            _ => Vec::new(),
        };
        scene.end_listing(name, &uploads, outcome);
    }
    // One has more than a page.
    let many: Vec<Upload> = (0..1_000)
        .map(|of| upload(&format!("k/{of}"), 90))
        .collect();
    let running = names[45].to_owned();
    let is_it = |command: &Command| matches!(command, Command::List { scope, .. } if scope.bucket == running);
    scene.news(is_it, News::Listed(many));
    scene
}

#[test]
fn buckets_say_how_far_they_are_and_what_is_denied() {
    insta::assert_snapshot!("sweep_buckets_120x36", sweeping(120, 36).screen());
    insta::assert_snapshot!("sweep_buckets_80x24", sweeping(80, 24).screen());
}

#[test]
fn the_account_is_a_sum_so_far_and_names_what_is_missing() {
    for (columns, rows) in [(120, 36), (80, 24), (200, 60)] {
        let mut scene = sweeping(columns, rows);
        scene.keys("A");
        let screen = scene.screen();
        assert!(screen.contains("37 of 300 buckets listed"), "{screen}");
        assert!(screen.contains("2 denied"), "{screen}");
        assert!(screen.contains("1 failed"), "{screen}");
        let together = screen.lines().find(|line| line.contains("together"));
        assert!(together.unwrap().contains("≥ "), "{screen}");
        if columns < 200 {
            insta::assert_snapshot!(format!("sweep_account_{columns}x{rows}"), screen);
        }
    }
}

#[test]
fn under_the_cursor_stands_what_is_missing_to_list_a_bucket() {
    let mut scene = sweeping(120, 36);
    // By name, which is where the denied one is found.
    scene.keys("A s s s s");
    assert!(!scene.screen().contains("s3:ListBucketMultipartUploads"));
    scene.keys("j j j");
    let screen = scene.screen();
    assert!(
        screen.contains(
            "needs s3:ListBucketMultipartUploads on s3://billing-ingest-012 (ctrl-r lists again)"
        ),
        "{screen}"
    );
    scene.keys("j j");
    let screen = scene.screen();
    assert!(screen.contains("connect timed out"), "{screen}");
    assert!(screen.contains("(ctrl-r lists again)"), "{screen}");
}

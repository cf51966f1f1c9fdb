//! Lifecycle rules: the dialog, the flags, and uploads that will be cut.

use super::scene::{DAY, NOW, Scene, denied};
use crate::model::lifecycle::{Configuration, Document};
use crate::model::{Extent, Measure};
use crate::protocol::{Command, News, Operation, Outcome, Prevention};

const RULES: &str = "<LifecycleConfiguration>\
    <Rule><ID>cold</ID><Filter><Tag><Key>kind</Key><Value>raw</Value></Tag></Filter><Status>Enabled</Status>\
    <Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>\
    <Expiration><Days>365</Days></Expiration></Rule>\
    <Rule><ID>old</ID><Filter><Prefix>tmp/</Prefix></Filter><Status>Disabled</Status>\
    <Expiration><Days>1</Days></Expiration></Rule>\
    <Rule><ID>abort-all</ID><Filter><Prefix/></Filter><Status>Enabled</Status>\
    <AbortIncompleteMultipartUpload><DaysAfterInitiation>34</DaysAfterInitiation>\
    </AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>";

fn found(body: Option<&str>) -> Prevention {
    let document = body.map(|body| Document {
        body: body.to_owned(),
        default_minimum: None,
    });
    Prevention::Known(Configuration::read(document).unwrap())
}

fn of(name: &'static str) -> impl Fn(&Command) -> bool {
    move |command| matches!(command, Command::Lifecycle { bucket, .. } if bucket == name)
}

fn tell(scene: &mut Scene, bucket: &'static str, prevention: Prevention) {
    scene.news(of(bucket), News::Lifecycle(Box::new(prevention)));
    scene.news(of(bucket), News::Ended(Outcome::Done));
}

fn dialog(columns: u16, rows: u16, prevention: Prevention) -> Scene {
    let mut scene = Scene::browsing(columns, rows);
    scene.keys("esc L");
    tell(&mut scene, "media-archive", prevention);
    scene
}

#[test]
fn the_rules_are_told_in_words_above_a_live_difference() {
    let mut scene = dialog(120, 36, found(Some(RULES)));
    scene.keys("backspace 3");
    insta::assert_snapshot!("rules_changed_120x36", scene.screen());
    scene.resize(80, 24).keys("backspace 7 tab").type_("video/");
    insta::assert_snapshot!("rules_added_80x24", scene.screen());
    scene.keys("enter");
    insta::assert_snapshot!("rules_confirm_80x24", scene.screen());
}

#[test]
fn what_is_not_known_of_the_rules_is_told() {
    let fault = denied(Operation::GetLifecycle, "s3://media-archive");
    let scene = dialog(80, 24, Prevention::Denied(fault));
    let screen = scene.screen();
    assert!(
        screen.contains("esc close") && !screen.contains("enter write"),
        "{screen}"
    );
    assert!(
        screen.contains("abort rule unknown") || screen.contains("denied"),
        "{screen}"
    );
}

#[test]
fn a_long_list_of_rules_can_be_scrolled_to_its_end() {
    let rule = |number: u32| {
        format!(
            "<Rule><ID>r{number}</ID><Filter><Prefix>p{number}/</Prefix></Filter><Status>Enabled</Status>\
             <Expiration><Days>9</Days></Expiration></Rule>"
        )
    };
    let many = (0..200).map(rule).collect::<Vec<_>>().concat();
    let body = format!("<LifecycleConfiguration>{many}</LifecycleConfiguration>");
    let mut scene = dialog(80, 24, found(Some(&body)));
    assert!(!scene.screen().contains("r199"));
    for _ in 0..30 {
        scene.keys("pgdn");
        scene.screen();
    }
    let screen = scene.screen();
    assert!(screen.contains("r199: expires objects"), "{screen}");
    assert!(
        screen.contains("abort uploads after days"),
        "the form stays: {screen}"
    );
}

#[test]
fn buckets_are_flagged_by_signs_that_tell_without_colour() {
    let mut scene = Scene::browsing(120, 36);
    scene.keys("esc");
    tell(&mut scene, "media-archive", found(None));
    let screen = scene.screen();
    assert!(screen.contains("! media-archive"), "{screen}");
    assert!(screen.contains("! no abort rule"), "{screen}");
    for (prevention, sign, words) in [
        (found(Some(RULES)), "✓", "✓ rule: 34 d"),
        (
            Prevention::Denied(denied(Operation::GetLifecycle, "")),
            "?",
            "? abort rule unknown",
        ),
        (
            Prevention::Unsupported(denied(Operation::GetLifecycle, "")),
            "–",
            "– no lifecycle rules here",
        ),
    ] {
        let place = scene.app.buckets.get_mut("media-archive").unwrap();
        place.prevention = Some(prevention);
        let screen = scene.screen();
        assert!(
            screen.contains(&format!("{sign} media-archive")),
            "{screen}"
        );
        assert!(screen.contains(words), "{screen}");
    }
}

#[test]
fn an_upload_that_is_alive_and_will_be_cut_stands_out() {
    let mut scene = Scene::browsing(200, 40);
    let rule = RULES.replace(">34<", ">1<");
    tell(&mut scene, "media-archive", found(Some(&rule)));
    let place = scene.app.buckets.get_mut("media-archive").unwrap();
    let alive = Measure::Exact(Extent {
        bytes: 7 << 20,
        parts: 2,
        last_part: Some(NOW.minus(DAY / 1440)),
        abort_date: None,
    });
    let row = place.table.rows().next().unwrap().id();
    place.table.set_measure(row, alive, NOW);
    place.count_cut(NOW);
    assert_eq!(place.cut(), 1);
    scene.resize(200, 40);
    let screen = scene.screen();
    assert!(screen.contains("‼ 1 alive and due"), "{screen}");
    let line = screen.lines().find(|line| line.contains("‼ video"));
    assert!(line.is_some_and(|line| line.contains("active")), "{screen}");
    assert!(
        screen.contains("‼ due since 32 d, by rule 'abort-all'"),
        "{screen}"
    );
}

//! The watch view at the sizes of real terminals.

use std::time::Duration;

use super::scene::{DAY, NOW, Scene, recordings, upload};
use crate::app::Event;
use crate::model::watch::{Ending, Happening, History, Pulse, Standing, Vitals};
use crate::model::{Extent, Part, Timestamp};
use crate::protocol::{Command, JobId, Measured, News, Outcome, Report};

const MIB: u64 = 1 << 20;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// The job of the watch on the upload whose key contains this.
fn job(scene: &Scene, key: &str) -> JobId {
    let list = &scene.app.watching.list;
    let watched = list.iter().find(|of| of.target.key.contains(key));
    watched.expect("not watched").job
}

fn tell(scene: &mut Scene, key: &str, news: News) {
    let job = job(scene, key);
    scene.event(Event::Reports(vec![Report { job, news }]));
}

fn part(number: u32, at: Timestamp) -> Part {
    Part {
        number,
        size: 8 * MIB,
        etag: format!("{number:032x}"),
        last_modified: Some(at),
        checksum: None,
    }
}

/// 1,536 parts, two of them missing, some late, one sent again; the first came half an hour ago.
fn arriving(size: Option<u64>) -> (Vec<Part>, Vitals) {
    let begun = NOW.minus(secs(1_800));
    let at = |number: u32| {
        let late = if number.is_multiple_of(97) { 9 } else { 0 };
        begun.plus(secs(u64::from(number) * 1_790 / 1_536 + late))
    };
    let numbers = (1..=1_536).filter(|number| ![700, 701].contains(number));
    let parts: Vec<Part> = numbers.map(|number| part(number, at(number))).collect();
    let wave = |slot: u64| (40 + (slot * 7 % 23) * 3 - slot / 9) * MIB;
    let vitals = Vitals {
        at: NOW,
        looks: 12,
        requests: 14,
        caught_up: true,
        every: secs(2),
        parts: 1_534,
        bytes: 1_534 * 8 * MIB,
        highest: 1_536,
        missing: 2,
        gaps: vec![(700, 701)],
        out_of_order: 15,
        resent: 1,
        first_part: Some(begun),
        last_part: Some(NOW.minus(secs(3))),
        rate: Some(6 * MIB + 300_000),
        average: Some(7 * MIB),
        spacing: Some(secs(1)),
        quiet: Some(secs(3)),
        stalls_at: Some(secs(30)),
        pulse: Pulse::Arriving,
        size,
        ends_at: size.map(|_| NOW.plus(secs(1_100))),
        deadline: Some(NOW.plus(DAY * 6)),
        history: History {
            from: Some(begun),
            step: secs(10),
            bytes: (0..180)
                .map(|slot| {
                    if (60..70).contains(&slot) {
                        0
                    } else {
                        wave(slot)
                    }
                })
                .collect(),
        },
        ..Vitals::default()
    };
    (parts, vitals)
}

/// One upload that arrives, found page by page, then a few parts more, one of them again.
fn one(columns: u16, rows: u16, size: Option<u64>) -> Scene {
    let mut scene = Scene::browsing(columns, rows);
    scene.keys("/").type_("2026-11-19").keys("enter w");
    let (parts, vitals) = arriving(size);
    for page in parts.chunks(1_000) {
        tell(
            &mut scene,
            "2026-11-19",
            News::Happened(Happening::Arrived(page.to_vec())),
        );
    }
    tell(&mut scene, "2026-11-19", News::Vitals(Box::new(vitals)));
    scene
}

fn go_on(scene: &mut Scene) {
    let stalled = Happening::Stalled(secs(34));
    tell(scene, "2026-11-19", News::Happened(stalled));
    scene.event(Event::Clock(NOW.plus(secs(40))));
    tell(scene, "2026-11-19", News::Happened(Happening::Moving));
    let came = (1_537..=1_540).map(|number| part(number, NOW.plus(secs(39))));
    tell(
        scene,
        "2026-11-19",
        News::Happened(Happening::Arrived(came.collect())),
    );
    let again = vec![part(1_200, NOW.plus(secs(40)))];
    tell(
        scene,
        "2026-11-19",
        News::Happened(Happening::Resent(again)),
    );
    let (_, vitals) = arriving(scene.app.watching.list[0].vitals.as_ref().unwrap().size);
    let at = NOW.plus(secs(40));
    let vitals = Vitals { at, ..vitals };
    tell(scene, "2026-11-19", News::Vitals(Box::new(vitals)));
}

/// Several, each in another state.
fn several(columns: u16, rows: u16) -> Scene {
    let mut scene = one(columns, rows, Some(20 << 30));
    scene.keys("esc esc");
    scene.keys("/").type_("cam-0").keys("enter * w");
    let (_, vitals) = arriving(None);
    let stalled = Vitals {
        pulse: Pulse::Stalled,
        rate: None,
        quiet: Some(secs(840)),
        ..vitals.clone()
    };
    tell(&mut scene, "cam-01", News::Vitals(Box::new(stalled)));
    let late = Vitals {
        size: Some(900 << 30),
        ends_at: Some(NOW.plus(DAY * 2)),
        deadline: Some(NOW.plus(DAY)),
        late: true,
        ..vitals.clone()
    };
    tell(&mut scene, "cam-02", News::Vitals(Box::new(late)));
    let frozen = Vitals {
        paused: true,
        ..vitals.clone()
    };
    tell(&mut scene, "cam-03", News::Vitals(Box::new(frozen)));
    let object = Standing {
        size: 12 << 30,
        etag: "9bb58f26192e4ba00f01e2e7b136bbd8-1536".into(),
        last_modified: Some(NOW.minus(secs(5))),
        version_id: None,
    };
    for (key, ending) in [
        ("cam-04", Ending::Completed(object.clone())),
        ("cam-05", Ending::Aborted),
        ("cam-06", Ending::Replaced(object)),
        ("cam-07", Ending::Untold("s3:GetObject is missing".into())),
    ] {
        tell(&mut scene, key, News::Vitals(Box::new(vitals.clone())));
        tell(&mut scene, key, News::Happened(Happening::Ended(ending)));
        tell(&mut scene, key, News::Ended(Outcome::Done));
    }
    scene
}

#[test]
fn an_arriving_upload_shows_chart_map_and_what_happened() {
    let mut scene = one(120, 36, Some(20 << 30));
    go_on(&mut scene);
    scene.keys("j");
    insta::assert_snapshot!("watch_one_120x36", scene.screen());
    let mut scene = one(80, 24, Some(20 << 30));
    go_on(&mut scene);
    scene.keys("j");
    insta::assert_snapshot!("watch_one_80x24", scene.screen());
    insta::assert_snapshot!("watch_map_80x24", scene.keys("m").screen());
}

#[test]
fn each_state_has_a_sign_and_a_word_and_lateness_is_warned_of() {
    let mut scene = several(120, 36);
    scene.keys("g j j");
    insta::assert_snapshot!("watch_several_120x36", scene.screen());
    let mut scene = several(80, 24);
    scene.keys("g j j j j");
    insta::assert_snapshot!("watch_ended_80x24", scene.screen());
}

#[test]
fn a_very_large_screen_is_filled() {
    let mut scene = several(200, 60);
    scene.keys("g");
    insta::assert_snapshot!("watch_200x60", scene.screen());
}

#[test]
fn a_size_is_asked_for_and_the_keys_are_shown() {
    let mut scene = one(80, 24, None);
    let screen = scene.screen();
    assert!(screen.contains("z types its size"), "{screen}");
    let screen = scene.keys("z").screen();
    assert!(screen.contains("size or file: "), "{screen}");
    insta::assert_snapshot!("watch_keys_80x24", scene.keys("esc ?").screen());
}

/// The list after a second look: something came, something went, something moves.
fn looked_again(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::browsing(columns, rows);
    scene.keys(":").type_("sort key").keys("enter g");
    scene.size(|key| !key.contains("tmp"));
    scene.event(Event::Clock(NOW.plus(secs(60))));
    scene.keys("ctrl-r");
    let mut listed = recordings();
    listed.retain(|upload| !upload.key.ends_with("cam-01.mxf") && !upload.key.starts_with("index"));
    listed.push(upload("db/2026-11-20.dump.zst", 0));
    let is_list = |command: &Command| matches!(command, Command::List { .. });
    scene.news(is_list, News::Listed(listed));
    scene.news(is_list, News::Ended(Outcome::Done));
    let table = &scene.app.place().unwrap().table;
    let row = table
        .rows()
        .find(|row| row.key().starts_with("db/2026-11-19"));
    let (row, extent) = row
        .map(|row| (row.id(), *row.measure().extent().unwrap()))
        .unwrap();
    let extent = Extent {
        bytes: extent.bytes + 8 * MIB,
        parts: extent.parts + 1,
        last_part: Some(NOW.plus(secs(59))),
        ..extent
    };
    let is_measure = |command: &Command| matches!(command, Command::Measure { .. });
    let sizes = vec![(row, Measured::Exact(extent))];
    scene.news(is_measure, News::Measured(sizes));
    scene
}

#[test]
fn a_second_look_tells_what_came_went_and_moves() {
    let mut scene = looked_again(120, 36);
    insta::assert_snapshot!("looked_again_120x36", scene.screen());
    let screen = scene.keys("G").screen();
    assert!(!screen.contains("sort: size"), "{screen}");
    insta::assert_snapshot!("looked_again_80x24", looked_again(80, 24).screen());
    // On what went, the details say why it is there no more.
    let mut scene = looked_again(120, 36);
    scene.keys("g j j j");
    let screen = scene.screen();
    assert!(screen.contains("not listed any more"), "{screen}");
}

#[test]
fn behind_the_view_it_goes_on_as_a_task() {
    let mut scene = one(120, 36, Some(20 << 30));
    let screen = scene.keys("esc").screen();
    let line = screen
        .lines()
        .find(|line| line.contains("watching"))
        .unwrap();
    for word in [
        "db/2026-11-19.dump.zst",
        "59.9 %",
        "6.29 MiB/s",
        "quiet 3 s",
    ] {
        assert!(line.contains(word), "{word}: {line}");
    }
    let asked = scene.last(|command| matches!(command, Command::Watch { .. }));
    assert!(asked.is_some());
}

//! Whole screens, as text, under a frozen clock.

mod scene;

use crate::protocol::{Command, Kind, News, Operation, Outcome, Progress};
use scene::{Scene, denied, settings, upload};

fn half_sized(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::browsing(columns, rows);
    scene.size(|key| !key.contains("cam-1") && !key.contains("tmp/ключ"));
    scene
}

/// Not a test of its own: prints screens for a look.
#[test]
fn look() {
    for (columns, rows) in [(120, 36), (80, 24), (40, 10)] {
        let show = |scene: &Scene| println!("{}\n", scene.screen());
        let mut scene = half_sized(columns, rows);
        scene.keys("space space space g");
        show(scene.keys("f"));
        show(scene.keys("enter"));
        let mut scene = half_sized(columns, rows);
        show(scene.keys("* a"));
        show(scene.keys("tab 7 enter"));
        show(scene.keys("esc \\ a"));
        show(scene.keys("esc ?"));
        show(scene.keys("esc y"));
        show(scene.keys("esc s"));
        show(scene.keys("esc :").type_("so"));
        show(scene.keys("esc S"));
        show(scene.keys("esc /").type_("age>7d siz>3"));
        show(scene.keys("esc /").type_("state:act"));
        show(scene.keys("esc /").type_("size>100GiB state:idle"));
        scene.keys("enter");
        show(&scene);
        show(scene.keys("esc esc k k"));
        show(scene.keys("!"));
        let mut scene = half_sized(columns, rows);
        scene.keys("* a 2 8 enter");
        scene.news(
            |c| matches!(c, Command::Abort { .. }),
            News::Progress(Progress {
                done: 12,
                total: Some(29),
                throttled: true,
                ..Progress::default()
            }),
        );
        scene.event(crate::app::Event::Clock(
            scene::NOW.plus(std::time::Duration::from_secs(9)),
        ));
        show(&scene);
        show(scene.keys("q"));
        show(scene.keys("esc t"));
        show(scene.keys("enter"));
    }
}

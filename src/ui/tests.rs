//! Whole screens, as text, under a frozen clock.

mod scene;

use scene::Scene;

fn half_sized(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::browsing(columns, rows);
    scene.size(|key| !key.contains("cam-1") && !key.contains("tmp/ключ"));
    scene
}

/// Not a test of its own: prints screens for a look.
#[test]
fn look() {
    for (columns, rows) in [(120, 36), (80, 24), (40, 10)] {
        let mut scene = half_sized(columns, rows);
        scene.keys("space space space g");
        if columns > 100 {
            scene.parts((1..=8_120).filter(|number| !(4_211..=4_213).contains(number)));
        }
        println!("{}", scene.screen());
    }
}

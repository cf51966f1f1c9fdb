//! The picture in the README is what the program draws. `MOPUP_BLESS=1 cargo test screenshot` draws it anew.

use std::path::Path;
use std::sync::Arc;
use std::{env, fs};

use mopup::demo::{Situation, still};
use mopup::s3::Clock;

use crate::support::pilot::Flight;
use crate::support::scene::NOW;
use crate::support::svg::svg;

#[test]
fn the_screenshot_is_what_the_program_draws() {
    let clock = Clock::fixed(NOW);
    let store = still(clock.clone(), Situation::Believable);
    let mut flight = Flight::over(Arc::new(store), &clock);
    flight.app.demo = true;
    flight.columns = 130;
    let pilot = flight.start();
    pilot
        .until("media-archive")
        .keys("/")
        .type_("media")
        .enter();
    pilot.enter().until("› media-archive").until("560 uploads");
    // Everything sized, so that no frame depends on how far that is.
    pilot
        .keys("S")
        .until("enter")
        .enter()
        .until(" of media-archive sized");
    // The task's figures depend on what was sized before it.
    pilot.keys("t C t").until_gone("Tasks").keys("g");
    pilot.keys("down space down space space").until("3 marked");
    pilot
        .keys("k k")
        .until("without a gap")
        .until("no abort rule")
        .until_gone("waiting")
        .until_gone("listing");
    let drawn = svg(&pilot.buffer());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshot.svg");
    if env::var_os("MOPUP_BLESS").is_some() {
        fs::write(&file, &drawn).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == drawn,
        "assets/screenshot.svg is not what the program draws; MOPUP_BLESS=1 draws it anew:\n{}",
        pilot.screen()
    );
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

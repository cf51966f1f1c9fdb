//! Servers with ways of their own.

use mopup::s3::PartsPage;

use super::*;

/// A server with another way of listing parts.
fn odd(
    stage: &Stage,
    way: impl Fn(
        &mut mopup::s3::ListParts,
        &dyn Fn(&mopup::s3::ListParts) -> Result<PartsPage, mopup::protocol::Fault>,
    ) -> Result<PartsPage, mopup::protocol::Fault>
    + Send
    + Sync
    + 'static,
) -> Arc<Twisted> {
    Arc::new(Twisted {
        way: Box::new(way),
        ..plain(&stage.memory)
    })
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ignores_the_marker_is_read_whole() {
    let stage = Stage::with_parts(230);
    let store = odd(&stage, |request, ask| {
        request.marker = None;
        ask(request)
    });
    let steps = vec![
        Step::send(231..=240, SECOND * 2),
        Step::send([3], SECOND * 2),
        Step::Complete,
    ];
    let seen = stage.see_on(store, stage.watch(), steps).await;
    assert_eq!(seen.ending().word(), "completed");
    assert_eq!(seen.arrived(), (1..=240).collect::<Vec<_>>());
    assert_eq!(seen.resent(), [3]);
}

#[tokio::test(start_paused = true)]
async fn markers_that_are_no_numbers_are_never_made_up_again() {
    let stage = Stage::with_parts(225);
    // Pages of a hundred; a marker that the server did not give lists nothing.
    let store = odd(&stage, |request, ask| {
        let given = match request.marker.take() {
            None => Some("0".to_owned()),
            Some(marker) => marker.strip_prefix("token-").map(str::to_owned),
        };
        let Some(given) = given else {
            return Ok(PartsPage::default());
        };
        request.marker = Some(given);
        request.max_parts = Some(100);
        let page = ask(request)?;
        let next = page.next.map(|next| format!("token-{next}"));
        Ok(PartsPage { next, ..page })
    });
    let steps = vec![Step::send(226..=235, SECOND * 2), Step::Abort];
    let asked = Arc::clone(&store);
    let seen = stage.see_on(store, stage.watch(), steps).await;
    assert_eq!(seen.arrived(), (1..=235).collect::<Vec<_>>());
    assert_eq!(*seen.ending(), Ending::Aborted);
    let asked = asked.asked.lock().unwrap();
    let made_up = asked.iter().filter(|(marker, _)| {
        let marker = marker.as_deref();
        marker.is_some_and(|marker| !marker.starts_with("token-"))
    });
    assert_eq!(made_up.count(), 1, "tried once");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_runs_in_circles_is_watched_and_told_of() {
    let stage = Stage::with_parts(230);
    let store = odd(&stage, |request, ask| {
        let page = ask(request)?;
        Ok(PartsPage {
            next: Some("7".to_owned()),
            ..page
        })
    });
    let steps = vec![Step::send(231..=240, SECOND * 2), Step::Complete];
    let seen = stage.see_on(store, stage.watch(), steps).await;
    assert_eq!(seen.ending().word(), "completed");
    let told = seen
        .vitals
        .iter()
        .filter_map(|vitals| vitals.trouble.as_deref());
    assert!(
        told.clone()
            .any(|why| why.contains("repeats its part marker"))
    );
    assert_eq!(seen.arrived(), (1..=240).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_gone_may_list_nothing_instead() {
    for (parts, end) in [
        (230, Step::Complete),
        (230, Step::Abort),
        (30, Step::Abort),
        (0, Step::Abort),
    ] {
        let stage = Stage::with_parts(parts);
        let store = odd(&stage, |request, ask| Ok(ask(request).unwrap_or_default()));
        let word = if end == Step::Abort {
            "aborted"
        } else {
            "completed"
        };
        let steps = vec![Step::Wait(SECOND * 5), end];
        let seen = stage.see_on(store, stage.watch(), steps).await;
        assert_eq!(seen.ending().word(), word, "{parts}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_empty_by_mistake_ends_nothing() {
    let stage = Stage::with_parts(230);
    let times = Mutex::new(0);
    let store = odd(&stage, move |request, ask| {
        let mut times = times.lock().unwrap();
        *times += 1;
        // Markers are heeded, and then three answers are empty.
        if (6..9).contains(&*times) {
            return Ok(PartsPage::default());
        }
        ask(request)
    });
    let steps = vec![Step::send(231..=250, SECOND * 2), Step::Complete];
    let seen = stage.see_on(store, stage.watch(), steps).await;
    assert_eq!(seen.ending().word(), "completed");
    assert_eq!(seen.arrived(), (1..=250).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_makes_no_stall() {
    for ahead in [-90_000_i64, 90_000] {
        let stage = Stage::with_parts(50);
        // The service dates by its own time; ours is wrong by so much.
        let own = stage.clock.clone();
        let here = Clock::new(move || Timestamp::from_millis(own.now().millis() + ahead));
        let store = Arc::new(Twisted {
            ahead: Some(ahead),
            ..plain(&stage.memory)
        });
        let (engine, mut inbox) = Engine::new(store, here, Settings::default());
        let playing = stage.play(vec![Step::send(51..=90, SECOND * 2), Step::Complete]);
        engine.send(Command::Watch {
            job: JOB,
            watch: Box::new(stage.watch()),
        });
        let seen = Seen::until_end(&mut inbox).await;
        playing.abort();
        assert_eq!(seen.ending().word(), "completed", "{ahead}");
        let stalled = |of: &Happening| matches!(of, Happening::Stalled(_));
        assert!(!seen.happened.iter().any(stalled), "{ahead}");
        let quiet = seen.vitals.iter().filter_map(|vitals| vitals.quiet).max();
        assert!(quiet.unwrap() < SECOND * 5, "{ahead}: {quiet:?}");
    }
}

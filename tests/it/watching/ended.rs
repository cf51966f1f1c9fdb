//! Each ending is recognised and named.

use mopup::model::watch::{Happening, Pulse};
use mopup::protocol::Operation;
use mopup::s3::{CreateUpload, PutObject};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_completed_upload_is_told_with_its_object() {
    let stage = Stage::with_parts(700);
    let steps = vec![Step::send(701..=730, SECOND * 2), Step::Complete];
    let watch = Watch {
        size: Some(730 * 8 * MIB),
        ..stage.watch()
    };
    let seen = stage.see(watch, steps).await;
    let Ending::Completed(object) = seen.ending() else {
        panic!("{:?}", seen.ending());
    };
    assert_eq!((object.size, object.parts()), (730 * 8 * MIB, Some(730)));
    let mut arrived = seen.arrived();
    arrived.sort_unstable();
    let last = *arrived.last().unwrap();
    assert!(last >= 729, "{last}");
    assert_eq!(arrived, (1..=last).collect::<Vec<_>>(), "each once");
    let halfway = seen
        .vitals
        .iter()
        .find(|vitals| vitals.parts == 715)
        .unwrap();
    assert_eq!(halfway.pulse, Pulse::Arriving);
    assert_eq!(halfway.permille(), Some(979));
    assert_eq!(halfway.rate, Some(4 * MIB));
    assert_eq!(halfway.spacing, Some(SECOND * 2));
    let left = halfway.ends_at.unwrap().since(halfway.at);
    assert_eq!(left, SECOND * 30);
    assert!(
        halfway.history.bytes.len() > 100,
        "full from the first look"
    );
}

#[tokio::test(start_paused = true)]
async fn parts_that_came_between_the_last_look_and_the_completion_are_allowed_for() {
    let stage = Stage::with_parts(5);
    let watch = Watch {
        interval: Interval::Every(SECOND * 60),
        ..stage.watch()
    };
    let steps = vec![Step::send(6..=20, SECOND), Step::Complete];
    let seen = stage.see(watch, steps).await;
    assert!(seen.last().parts < 20);
    assert_eq!(seen.ending().word(), "completed");
}

#[tokio::test(start_paused = true)]
async fn a_part_that_was_sent_again_just_before_the_completion_makes_no_other_write_of_it() {
    // Few parts are read whole, so that it is seen; of many it is not.
    for (parts, again) in [(20, 7), (700, 400)] {
        let stage = Stage::with_parts(parts);
        let steps = vec![
            Step::send(parts + 1..=parts + 4, SECOND * 2),
            Step::send([again], SECOND),
            Step::Wait(SECOND * 2),
            Step::Complete,
        ];
        let seen = stage.see(stage.watch(), steps).await;
        assert_eq!(seen.ending().word(), "completed", "{parts}");
        assert_eq!(seen.resent().is_empty(), parts > 200, "{parts}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_aborted_upload_is_told_also_where_an_older_object_stands() {
    for older in [false, true] {
        let stage = Stage::with_parts(20);
        if older {
            stage.play(vec![Step::Overwrite]).await.unwrap();
            tokio::time::sleep(SECOND * 10).await;
        }
        let steps = vec![Step::send(21..=30, SECOND * 2), Step::Abort];
        let seen = stage.see(stage.watch(), steps).await;
        assert_eq!(*seen.ending(), Ending::Aborted, "{older}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_of_another_write_is_told_as_that() {
    let stage = Stage::with_parts(20);
    let steps = vec![
        Step::send(21..=30, SECOND * 2),
        Step::Wait(SECOND * 4),
        Step::Abort,
        Step::Overwrite,
    ];
    let seen = stage.see(stage.watch(), steps).await;
    let Ending::Replaced(object) = seen.ending() else {
        panic!("{:?}", seen.ending());
    };
    assert_eq!(object.size, 27);
    // Completed and overwritten at once looks the same, and is told the same.
    let stage = Stage::with_parts(20);
    let steps = vec![Step::Wait(SECOND * 9), Step::Complete, Step::Overwrite];
    let seen = stage.see(stage.watch(), steps).await;
    assert_eq!(seen.ending().word(), "replaced");
}

#[tokio::test(start_paused = true)]
async fn the_same_parts_of_an_earlier_upload_are_no_completion() {
    // The object that stands there has the very ETag that would be made.
    let stage = Stage::with_parts(3);
    stage.play(vec![Step::Complete]).await.unwrap();
    tokio::time::sleep(SECOND * 100).await;
    let upload = NewUpload {
        key: "k".to_owned(),
        upload_id: Some(stage.target.upload_id.clone()),
        parts: Parts::Uniform(Uniform {
            count: 3,
            size: 8 * MIB,
            last_size: 8 * MIB,
            first: stage.clock.now(),
            last: stage.clock.now(),
        }),
        ..NewUpload::default()
    };
    stage.memory.insert_upload("b", upload).unwrap();
    let steps = vec![Step::Wait(SECOND * 9), Step::Abort];
    let seen = stage.see(stage.watch(), steps).await;
    assert_eq!(*seen.ending(), Ending::Aborted);
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_looked_at_is_left_open_and_the_right_named() {
    let stage = Stage::with_parts(20);
    let store = stage.faulty();
    store.deny(Operation::HeadObject);
    let steps = vec![Step::Wait(SECOND * 5), Step::Complete];
    let seen = stage.see_on(store, stage.watch(), steps).await;
    let Ending::Untold(why) = seen.ending() else {
        panic!("{:?}", seen.ending());
    };
    assert!(
        why.contains("s3:GetObject") && why.contains("s3:ListBucket"),
        "{why}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_was_over_before_the_first_look_is_told_as_far_as_can_be() {
    let told = async |completed: bool, size: Option<u64>, initiated: bool| {
        let stage = Stage::with_parts(3);
        let step = if completed {
            Step::Complete
        } else {
            Step::Abort
        };
        stage.play(vec![step]).await.unwrap();
        let watch = Watch {
            size,
            initiated: initiated.then(|| BEGIN.minus(SECOND * 8)),
            ..stage.watch()
        };
        let seen = stage.see(watch, Vec::new()).await;
        seen.ending().word()
    };
    assert_eq!(told(false, None, false).await, "aborted");
    assert_eq!(told(true, None, false).await, "ended");
    assert_eq!(told(true, None, true).await, "completed");
    assert_eq!(told(true, Some(24 * MIB), false).await, "completed");
}

#[tokio::test(start_paused = true)]
async fn an_upload_with_a_key_of_the_customers_own_ends_too() {
    let stage = Stage::with_parts(1);
    let access = Access {
        customer_key: Some(mopup::model::send::CustomerKey([7; 32])),
        ..Access::default()
    };
    let options = mopup::model::send::ObjectOptions {
        encryption: mopup::model::send::Encryption::Customer,
        ..Default::default()
    };
    let create = CreateUpload {
        bucket: "b".to_owned(),
        key: "secret".to_owned(),
        options,
        access: access.clone(),
        checksum: None,
    };
    let created = stage.memory.create_upload(&create).await.unwrap();
    let target = Target {
        key: "secret".to_owned(),
        upload_id: created.upload_id,
        ..stage.target.clone()
    };
    stage.memory.put_part_record(&target, 1, 8 * MIB).unwrap();
    let watch = Watch {
        target: target.clone(),
        access,
        ..stage.watch()
    };
    let stage = Stage { target, ..stage };
    let steps = vec![Step::Wait(SECOND * 5), Step::Abort];
    assert_eq!(*stage.see(watch, steps).await.ending(), Ending::Aborted);
}

#[tokio::test(start_paused = true)]
async fn an_object_appears_a_moment_after_its_upload_has_gone() {
    let stage = Stage::with_parts(3);
    let seen = async {
        let steps = vec![Step::Wait(SECOND * 5), Step::Abort];
        stage.see(stage.watch(), steps).await
    };
    let late = async {
        // The last look is at 4 s or later, and the object is there before the last question.
        while stage.memory.upload_count("b") > 0 {
            tokio::time::sleep(SECOND / 10).await;
        }
        tokio::time::sleep(SECOND * 2).await;
        let put = PutObject {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            options: mopup::model::send::ObjectOptions::default(),
            access: Access::default(),
            if_none_match: false,
            payload: mopup::s3::Payload::of(bytes::Bytes::from_static(b"late")),
        };
        stage.memory.put_object(&put).await.unwrap();
    };
    let (seen, ()) = tokio::join!(seen, late);
    assert_eq!(seen.ending().word(), "replaced");
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_told_once_and_so_is_its_end() {
    let stage = Stage::with_parts(50);
    let steps = vec![
        Step::send(51..=60, SECOND * 2),
        Step::Wait(SECOND * 300),
        Step::send(61..=200, SECOND / 2),
        Step::Complete,
    ];
    let seen = stage.see(stage.watch(), steps).await;
    let told: Vec<&Happening> = seen
        .happened
        .iter()
        .filter(|of| matches!(of, Happening::Stalled(_) | Happening::Moving))
        .collect();
    let [Happening::Stalled(quiet), Happening::Moving] = told[..] else {
        panic!("{told:?}");
    };
    assert!((30..=34).contains(&quiet.as_secs()), "{quiet:?}");
    assert_eq!(seen.ending().word(), "completed");
    let longest = seen.vitals.iter().map(|vitals| vitals.every).max().unwrap();
    assert!(
        longest > SECOND * 10,
        "less often while it is quiet: {longest:?}"
    );
}

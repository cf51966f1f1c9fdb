//! What was interrupted and goes on.

use super::*;
use mopup::model::send::Standing;
use mopup::protocol::{Kind, Operation};

#[tokio::test(start_paused = true)]
async fn only_what_is_missing_is_sent_again() {
    let world = World::new();
    let path = world.file("dump.bin", 23 * MIB);
    world
        .store
        .fail(Operation::CompleteMultipartUpload, Kind::Denied, 1, |_| {
            true
        });
    let ran = world.send(world.order(&path)).await;
    assert!(
        ran.fault().contains("s3:PutObject") || ran.fault().contains("Denied"),
        "{}",
        ran.fault()
    );
    let found = world.interrupted().await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].status, Standing::Completing);
    assert_eq!((found[0].parts_done, found[0].stored), (5, 23 * MIB as u64));
    let before = world.store.requests(Operation::UploadPart);
    let ran = world.resume(&found[0].id).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert_eq!(world.store.requests(Operation::UploadPart), before);
    assert!(world.object("dump.bin") == bytes(23 * MIB));
    assert_eq!(world.uploads().await, 0);
    assert_eq!(world.journal(), found[0].id);
    assert_eq!(world.interrupted().await[0].status, Standing::Done);
}

//! What copies carry over: odd keys, tags, keys of one's own; one sentence each.

use mopup::model::send::{Access, CustomerKey, Encryption, ObjectOptions};
use mopup::protocol::{Fault, Kind};
use mopup::s3::checksum::md5_etag;
use mopup::s3::{CopyObject, CopySource, HeadObject, PutObject};

use super::checks::checks;
use super::copying::{copy, described, part, source, stored};
use super::sending::{Sending, bytes, create, head, kind, put};
use super::{Check, World};

pub(super) const CHECKS: &[(&str, Check)] = checks![
    odd_keys_are_copied,
    odd_keys_are_copied_in_parts,
    tags_of_an_object_come_back,
    tags_of_a_missing_object_are_not_found,
    tags_are_copied,
    tags_are_replaced,
    an_object_under_a_key_of_ones_own_is_copied_with_it,
    an_object_under_a_key_of_ones_own_is_not_copied_without_it,
];

async fn tags(world: &World, key: &str) -> Result<Vec<(String, String)>, Fault> {
    let request = HeadObject {
        bucket: world.bucket.clone(),
        key: key.to_owned(),
        ..HeadObject::default()
    };
    let mut found = world.store.object_tags(&request).await?;
    found.sort();
    Ok(found)
}

const ODD_KEYS: [&str; 5] = [
    "a b/ü+%2F&=",
    "日本/語",
    "plus+plus",
    "percent%",
    "tilde~'()!*",
];

async fn odd_keys_are_copied(world: &World) {
    for key in ODD_KEYS {
        let body = bytes(1, 100);
        stored(world, key, body.clone(), described()).await;
        let request = copy(world, key, &format!("to {key}"));
        let receipt = world.store.copy_object(&request).await.expect("copy");
        assert_eq!(receipt.etag, md5_etag(&body), "{key}");
    }
}

async fn odd_keys_are_copied_in_parts(world: &World) {
    let upload = Sending::with(world, create(world, "parts")).await;
    let upload = upload.expect("create");
    for key in ODD_KEYS {
        let body = bytes(1, 100);
        stored(world, key, body.clone(), described()).await;
        let request = part(&upload, 1, source(world, key), (10, 20));
        let receipt = world.store.copy_part(&request).await.expect("copy");
        assert_eq!(receipt.etag, md5_etag(&body[10..30]), "{key}");
    }
}

fn pairs(some: &[(&str, &str)]) -> Vec<(String, String)> {
    some.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn tagged() -> ObjectOptions {
    ObjectOptions {
        tags: pairs(&[("cost+", "1+1=2"), ("team", "a b/c")]),
        ..described()
    }
}

async fn tags_of_an_object_come_back(world: &World) {
    stored(world, "k", bytes(1, 10), tagged()).await;
    assert_eq!(tags(world, "k").await.expect("tags"), tagged().tags);
    stored(world, "none", bytes(1, 10), described()).await;
    assert_eq!(tags(world, "none").await.expect("tags"), []);
}

async fn tags_of_a_missing_object_are_not_found(world: &World) {
    assert_eq!(kind(tags(world, "nothing").await), Kind::NotFound);
}

async fn tags_are_copied(world: &World) {
    stored(world, "from", bytes(1, 10), tagged()).await;
    let request = copy(world, "from", "to");
    world.store.copy_object(&request).await.expect("copy");
    assert_eq!(tags(world, "to").await.expect("tags"), tagged().tags);
}

async fn tags_are_replaced(world: &World) {
    stored(world, "from", bytes(1, 10), tagged()).await;
    for anew in [pairs(&[("a", "b c")]), Vec::new()] {
        let request = CopyObject {
            tags: Some(anew.clone()),
            ..copy(world, "from", "to")
        };
        world.store.copy_object(&request).await.expect("copy");
        assert_eq!(tags(world, "to").await.expect("tags"), anew);
    }
}

async fn an_object_under_a_key_of_ones_own_is_copied_with_it(world: &World) {
    let (theirs, ours) = (CustomerKey([7; 32]), CustomerKey([9; 32]));
    let opened = |key: &CustomerKey| Access {
        customer_key: Some(key.clone()),
        expected_owner: None,
    };
    let body = bytes(1, 500);
    let hidden = ObjectOptions {
        encryption: Encryption::Customer,
        ..described()
    };
    let request = PutObject {
        access: opened(&theirs),
        options: hidden.clone(),
        ..put(world, "from", body.clone())
    };
    world.store.put_object(&request).await.expect("put");
    let from = CopySource {
        customer_key: Some(theirs),
        ..source(world, "from")
    };
    let request = CopyObject {
        from: from.clone(),
        options: hidden,
        access: opened(&ours),
        ..copy(world, "from", "to")
    };
    world.store.copy_object(&request).await.expect("copy");
    let found = head(world, "to", &opened(&ours)).await.expect("head");
    assert_eq!(found.size, 500);
    assert!(head(world, "to", &Access::default()).await.is_err());
    let upload = Sending::with(world, create(world, "parts"))
        .await
        .expect("create");
    let request = part(&upload, 1, from, (0, 300));
    let receipt = world.store.copy_part(&request).await.expect("copy a part");
    assert_eq!(receipt.etag, md5_etag(&body[..300]));
}

async fn an_object_under_a_key_of_ones_own_is_not_copied_without_it(world: &World) {
    let request = PutObject {
        access: Access {
            customer_key: Some(CustomerKey([7; 32])),
            expected_owner: None,
        },
        options: ObjectOptions {
            encryption: Encryption::Customer,
            ..described()
        },
        ..put(world, "from", bytes(1, 500))
    };
    world.store.put_object(&request).await.expect("put");
    let upload = Sending::with(world, create(world, "parts")).await;
    let upload = upload.expect("create");
    let keyless = part(&upload, 1, source(world, "from"), (0, 300));
    assert!(world.store.copy_part(&keyless).await.is_err());
    let keyless = copy(world, "from", "to");
    assert!(world.store.copy_object(&keyless).await.is_err());
}

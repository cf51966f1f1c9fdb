//! Three hundred buckets in five regions, some of them denied: `ls` and `du` over the account.

use std::collections::BTreeMap;

use mopup::demo::{Regions, Situation, still};
use mopup::model::Bucket;
use mopup::protocol::Operation;
use mopup::s3::memory::Listing;

use super::*;

const BUCKETS: u32 = 300;
const UPLOADS: u32 = 1_500;
const HOME: &str = "us-east-1";

/// What each bucket holds; `None` where that may not be listed.
type Truth = BTreeMap<String, Option<u64>>;

async fn account(regions: Regions) -> (Shop, Truth) {
    let situation = Situation::Buckets {
        count: BUCKETS,
        uploads: Some(UPLOADS),
    };
    let store = Arc::new(still(Clock::system(), situation));
    let options = Options {
        regions,
        ..Options::default()
    };
    let server = Server::serve(Arc::clone(&store), options).await.unwrap();
    let held = |of: Bucket| {
        let listing = Listing {
            bucket: of.name.clone(),
            ..Listing::default()
        };
        let count = store.upload_count(&of.name) as u64;
        (of.name, store.list(&listing).ok().map(|_| count))
    };
    let truth: Truth = store.buckets().into_iter().map(held).collect();
    let shop = Shop {
        server,
        now: store.clock().now(),
        store,
        home: tempfile::tempdir().unwrap(),
    };
    (shop, truth)
}

fn denied(truth: &Truth) -> usize {
    truth.values().filter(|of| of.is_none()).count()
}

/// One for each page, and one more for each bucket whose region nobody knew.
fn requests(shop: &Shop, truth: &Truth, asked_home: bool) -> u64 {
    let buckets = shop.store.buckets();
    let of = |bucket: &Bucket| {
        let pages = truth[&bucket.name]
            .unwrap_or_default()
            .div_ceil(1_000)
            .max(1);
        let is_away = bucket.region.as_deref() != Some(HOME);
        pages + u64::from(asked_home && is_away)
    };
    buckets.iter().map(of).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_upload_of_three_hundred_buckets_is_listed_once_wherever_they_are() {
    let (shop, truth) = account(Regions::Untold).await;
    let listed = shop.run(&["ls", "--json"]).with_code(1);
    let document = listed.json();
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for upload in document["uploads"].as_array().unwrap() {
        let bucket = upload["bucket"].as_str().unwrap().to_owned();
        *found.entry(bucket).or_default() += 1;
    }
    for (bucket, held) in &truth {
        assert_eq!(
            found.get(bucket).copied().unwrap_or(0),
            held.unwrap_or(0),
            "{bucket}"
        );
    }
    assert_eq!(found.values().sum::<u64>(), u64::from(UPLOADS));
    // Each denied one with the right that is missing.
    let errors = document["errors"].as_array().unwrap();
    assert_eq!(errors.len(), denied(&truth));
    assert!(errors.len() > 10);
    for error in errors {
        assert_eq!(error["code"], "AccessDenied");
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.contains("s3:ListBucketMultipartUploads"), "{hint}");
    }
    // A bucket elsewhere costs one request more, and no more than one.
    let asked = shop.server.requests(Operation::ListMultipartUploads);
    assert_eq!(asked, requests(&shop, &truth, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_list_of_buckets_names_regions_nobody_is_sent_away() {
    let (shop, truth) = account(Regions::Told).await;
    shop.run(&["ls", "--json"]).with_code(1);
    let asked = shop.server.requests(Operation::ListMultipartUploads);
    assert_eq!(asked, requests(&shop, &truth, false));
    // One that is named is found without the list.
    let away = shop.store.buckets().into_iter().find(|of| {
        of.region.as_deref() != Some(HOME) && truth[&of.name].is_some_and(|held| held > 0)
    });
    let away = away.unwrap().name;
    let named = shop.run(&["ls", "--jsonl", &format!("s3://{away}")]);
    let lines = named.with_code(0).lines().len() as u64;
    assert_eq!(Some(lines), truth[&away]);
}

#[tokio::test(flavor = "multi_thread")]
async fn du_sums_what_may_be_listed_and_says_that_it_is_not_all() {
    let (shop, truth) = account(Regions::Untold).await;
    let document = shop.run(&["du", "--json"]).with_code(1).json();
    let groups = document["groups"].as_array().unwrap();
    assert_eq!(groups.len(), truth.len());
    for group in groups {
        let bucket = group["bucket"].as_str().unwrap();
        if let Some(held) = truth[bucket] {
            assert_eq!(group["listed"], "whole", "{bucket}");
            assert_eq!(group["uploads"], held, "{bucket}");
            assert_eq!(group["complete"], true, "{bucket}");
        } else {
            assert_eq!(group["listed"], "denied", "{bucket}");
            assert_eq!(group["complete"], false, "{bucket}");
            assert_eq!(group["abort_rule"], "denied", "{bucket}");
        }
    }
    assert_eq!(document["total"]["uploads"], UPLOADS);
    assert_eq!(document["total"]["complete"], false);
    let table = shop.run(&["du"]).with_code(1);
    let listed = truth.len() - denied(&truth);
    let sum = table.out.lines().last().unwrap();
    assert!(sum.trim_start().starts_with('≥'), "{sum}");
    assert!(sum.contains("≥ 1,500"), "{sum}");
    assert!(
        sum.contains(&format!("{listed} of 300 buckets listed to the end")),
        "{sum}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn du_by_age_goes_by_days_the_youngest_first() {
    let (shop, _) = account(Regions::Untold).await;
    let document = shop
        .run(&["du", "--by", "age", "--json"])
        .with_code(1)
        .json();
    let groups = document["groups"].as_array().unwrap();
    let names: Vec<&str> = groups
        .iter()
        .map(|of| of["name"].as_str().unwrap())
        .collect();
    let words = ["today", "1-6d", "7-29d", "30-89d", "90-364d", "365d+"];
    let places = names
        .iter()
        .map(|name| words.iter().position(|of| of == name));
    let places: Vec<usize> = places.map(Option::unwrap).collect();
    assert!(places.is_sorted() && places.len() >= 4, "{names:?}");
    let sum: u64 = groups
        .iter()
        .map(|of| of["uploads"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, u64::from(UPLOADS));
    assert!(groups.iter().all(|of| of["by"] == "age"));
    // The sum is honest here, too.
    assert_eq!(document["total"]["complete"], false);
    let table = shop.run(&["du", "--by", "age"]).with_code(1).out;
    assert!(table.contains("  90-364 days\n"), "{table}");
    assert!(
        table.contains("total: at least; 280 of 300 listed to the end"),
        "{table}"
    );
    let csv = shop.run(&["du", "--by", "age", "--csv"]).with_code(1).out;
    assert!(
        csv.lines().any(|line| line.starts_with(",age,90-364d,")),
        "{csv}"
    );
}

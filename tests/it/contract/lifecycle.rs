//! Lifecycle rules: what is there survives whatever is added.

use mopup::model::lifecycle::{Configuration, Cover, Document, Proposal, propose, same};
use mopup::protocol::Kind;

use super::World;
use super::checks::checks;

pub(super) const CHECKS: &[(&str, super::Check)] = checks![
    a_bucket_without_rules_says_so,
    rules_of_many_shapes_come_back,
    a_rule_is_added_beside_rules_of_many_shapes,
    rules_of_the_older_form_come_back,
    a_rule_without_an_id_comes_back,
    a_rule_is_added_beside_rules_of_the_older_form,
    a_rule_is_put_into_an_empty_bucket,
    what_is_no_configuration_is_refused,
    unknown_elements_come_back,
    rules_of_a_missing_bucket_are_not_found,
];

const HEAD: &str = "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
const END: &str = "</LifecycleConfiguration>";

/// Configurations that S3 takes, each of another shape.
fn shapes() -> Vec<String> {
    let abort = "<AbortIncompleteMultipartUpload><DaysAfterInitiation>5</DaysAfterInitiation>\
                 </AbortIncompleteMultipartUpload>";
    let on = "<Status>Enabled</Status>";
    let rules = [
        format!("<Rule><ID>all</ID><Filter><Prefix></Prefix></Filter>{on}{abort}</Rule>"),
        format!(
            "<Rule><ID>tagged &amp; old</ID><Filter><Tag><Key>k</Key><Value>v&lt;w</Value></Tag></Filter>{on}\
             <Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>\
             <Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition></Rule>"
        ),
        format!(
            "<Rule><ID>and</ID><Filter><And><Prefix>x/</Prefix><Tag><Key>a</Key><Value>1</Value></Tag>\
             <Tag><Key>b</Key><Value>2</Value></Tag><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan>\
             <ObjectSizeLessThan>64000</ObjectSizeLessThan></And></Filter>{on}\
             <Expiration><Days>365</Days></Expiration></Rule>"
        ),
        format!(
            "<Rule><ID>versions</ID><Filter><Prefix>v/</Prefix></Filter>{on}\
             <Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>\
             <NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays>\
             <StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>\
             <NoncurrentVersionExpiration><NoncurrentDays>60</NoncurrentDays>\
             <NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>{abort}</Rule>"
        ),
        format!(
            "<Rule><ID>date</ID><Filter><ObjectSizeGreaterThan>10</ObjectSizeGreaterThan></Filter>{on}\
             <Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration></Rule>"
        ),
    ];
    rules.iter().map(|of| format!("{HEAD}{of}{END}")).collect()
}

/// The older form, with a prefix and no filter.
fn older() -> String {
    format!(
        "{HEAD}<Rule><ID>a</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Expiration><Days>9</Days>\
         </Expiration></Rule><Rule><ID>b</ID><Prefix>tmp/</Prefix><Status>Disabled</Status>\
         <AbortIncompleteMultipartUpload><DaysAfterInitiation>5</DaysAfterInitiation>\
         </AbortIncompleteMultipartUpload></Rule>{END}"
    )
}

/// Nobody gave it an ID.
fn nameless() -> String {
    format!(
        "{HEAD}<Rule><Filter><Prefix>n/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days>\
         </Expiration></Rule>{END}"
    )
}

fn document(body: &str) -> Document {
    Document {
        body: body.to_owned(),
        default_minimum: None,
    }
}

async fn read(world: &World) -> Configuration {
    let found = world.store.lifecycle(&world.bucket).await.expect("read");
    Configuration::read(found).expect("a configuration")
}

async fn put(world: &World, document: &Document) {
    let put = world.store.put_lifecycle(&world.bucket, document).await;
    put.unwrap_or_else(|fault| panic!("{fault} for {}", document.body));
}

async fn a_bucket_without_rules_says_so(world: &World) {
    let found = world.store.lifecycle(&world.bucket).await;
    assert_eq!(found, Ok(None));
}

async fn rules_of_many_shapes_come_back(world: &World) {
    come_back(world, &shapes()).await;
}

async fn rules_of_the_older_form_come_back(world: &World) {
    come_back(world, &[older()]).await;
}

async fn a_rule_without_an_id_comes_back(world: &World) {
    come_back(world, &[nameless()]).await;
    is_added(world, &[nameless()]).await;
}

async fn come_back(world: &World, shapes: &[String]) {
    for body in shapes {
        put(world, &document(body)).await;
        let found = read(world).await.document.expect("it was put");
        assert!(
            same(Some(&document(body)), Some(&found)),
            "{body}\n{}",
            found.body
        );
    }
}

async fn a_rule_is_added_beside_rules_of_many_shapes(world: &World) {
    is_added(world, &shapes()).await;
}

async fn a_rule_is_added_beside_rules_of_the_older_form(world: &World) {
    is_added(world, &[older()]).await;
}

async fn is_added(world: &World, shapes: &[String]) {
    for body in shapes {
        put(world, &document(body)).await;
        let before = read(world).await;
        for (days, prefix) in [(3, "new & <odd>/"), (4, "new & <odd>/"), (2, "")] {
            let now = read(world).await;
            let proposal = Proposal {
                days,
                prefix: prefix.to_owned(),
            };
            let plan = propose(&now, &proposal).expect("a plan");
            let change = plan.change.expect("something to do");
            put(world, &change.after).await;
            let then = read(world).await;
            assert!(
                same(Some(&change.after), then.document.as_ref()),
                "{}\n{:?}",
                change.after.body,
                then.document
            );
            let again = propose(&then, &proposal).expect("a plan");
            assert_eq!(again.change, None, "{}", again.words);
        }
        let after = read(world).await;
        assert_eq!(after.cover(), Cover::Whole(2));
        for rule in &before.rules {
            // The one of the first shape is the one that was changed.
            let same =
                |of: &&_| of == &rule || rule.abort.as_ref().is_some_and(|of| of.prefix.is_empty());
            assert!(after.rules.iter().any(|of| same(&of)), "{rule:?} is gone");
        }
    }
}

async fn a_rule_is_put_into_an_empty_bucket(world: &World) {
    let proposal = Proposal {
        days: 7,
        prefix: String::new(),
    };
    let plan = propose(&read(world).await, &proposal).expect("a plan");
    put(world, &plan.change.expect("a change").after).await;
    let found = read(world).await;
    assert_eq!(found.cover(), Cover::Whole(7));
    let target = world.begin("k").await;
    let request = mopup::s3::ListParts {
        target,
        marker: None,
        max_parts: None,
        access: mopup::model::send::Access::default(),
    };
    world.store.list_parts(&request).await.expect("parts");
}

async fn what_is_no_configuration_is_refused(world: &World) {
    let mixed = "<Rule><ID>a</ID><Prefix>a</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>";
    for body in [
        "<Other/>".to_owned(),
        format!("{HEAD}{mixed}"),
        String::new(),
    ] {
        let put = world
            .store
            .put_lifecycle(&world.bucket, &document(&body))
            .await;
        assert!(put.is_err(), "{body}");
    }
    assert_eq!(world.store.lifecycle(&world.bucket).await, Ok(None));
}

async fn unknown_elements_come_back(world: &World) {
    let body = format!(
        "<?xml version=\"1.0\"?>\n{HEAD}\n  <!-- ours -->\n  <Rule><ID>a</ID><Filter><Prefix/></Filter>\
         <Status>Enabled</Status><Wind force=\"7\"><From>NNW</From></Wind></Rule>\n  <Tide/>\n{END}\n"
    );
    let sent = Document {
        body,
        default_minimum: Some("varies_by_storage_class".to_owned()),
    };
    put(world, &sent).await;
    let found = world.store.lifecycle(&world.bucket).await;
    assert_eq!(found, Ok(Some(sent)), "word for word");
}

async fn rules_of_a_missing_bucket_are_not_found(world: &World) {
    let missing = "no-such-bucket-anywhere";
    let found = world.store.lifecycle(missing).await.unwrap_err();
    assert_eq!(found.kind, Kind::NotFound, "{found:?}");
    let shape = document(&shapes()[0]);
    let put = world.store.put_lifecycle(missing, &shape).await;
    assert_eq!(put.unwrap_err().kind, Kind::NotFound);
}

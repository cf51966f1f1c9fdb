//! What a catalog keeps, what it takes for the same upload, and what it takes for life.

use mopup::model::catalog::{Catalog, Listed};
use mopup::model::{Extent, Measure, RowId, Timestamp, Upload};

const NOW: Timestamp = Timestamp::from_secs(10_000_000);

fn upload(key: &str, upload_id: &str) -> Upload {
    Upload {
        key: key.to_owned(),
        upload_id: upload_id.to_owned(),
        initiated: Some(NOW),
        storage_class: Some("STANDARD".to_owned()),
        ..Upload::default()
    }
}

fn list(catalog: &mut Catalog, upload: &Upload) -> Listed {
    catalog.list(upload, |_| ())
}

#[test]
fn a_row_gives_back_what_was_listed() {
    let mut catalog = Catalog::default();
    let uploads = [
        upload("a/ключ", "1"),
        upload("", ""),
        upload("a/ключ", "2"),
        Upload {
            initiated: None,
            initiator: Some("svc".to_owned()),
            checksum_type: Some("COMPOSITE".to_owned()),
            ..upload("b", "-x")
        },
    ];
    for (id, upload) in (0_u32..).zip(&uploads) {
        assert_eq!(list(&mut catalog, upload), Listed::New(RowId(id)));
    }
    let back: Vec<Upload> = catalog.rows().map(|row| row.upload()).collect();
    assert_eq!(back, uploads);
    assert_eq!(catalog.find("a/ключ", "2"), Some(RowId(2)));
    assert_eq!(catalog.find("a/ключ2", ""), None);
}

#[test]
fn key_and_upload_id_together_are_the_identity() {
    let mut catalog = Catalog::default();
    list(&mut catalog, &upload("ab", "c"));
    assert_eq!(
        list(&mut catalog, &upload("a", "bc")),
        Listed::New(RowId(1))
    );
    assert_eq!(
        list(&mut catalog, &upload("ab", "c")),
        Listed::Same(RowId(0))
    );
    assert_eq!(catalog.live(), 2);
}

#[test]
fn what_was_buried_during_a_listing_comes_back_only_with_the_next() {
    let mut catalog = Catalog::default();
    list(&mut catalog, &upload("a", "1"));
    assert!(catalog.set_measure(RowId(0), Measure::Denied, NOW));
    assert!(catalog.bury(RowId(0)));
    assert!(!catalog.bury(RowId(0)), "only once");
    assert_eq!(list(&mut catalog, &upload("a", "1")), Listed::Buried);
    catalog.begin_listing();
    assert_eq!(
        list(&mut catalog, &upload("a", "1")),
        Listed::Changed(RowId(0))
    );
    assert_eq!(catalog.get(RowId(0)).unwrap().measure(), Measure::Unknown);
    assert_eq!(catalog.live(), 1);
}

#[test]
fn only_parts_that_differ_are_a_sign_of_life() {
    let mut catalog = Catalog::default();
    list(&mut catalog, &upload("a", "1"));
    let extent = |bytes| Extent {
        bytes,
        parts: 1,
        ..Default::default()
    };
    let mut moved = |measure| {
        catalog.set_measure(RowId(0), measure, NOW);
        let row = catalog.get(RowId(0)).unwrap();
        (row.measure(), row.moved_at())
    };
    let exact = |bytes| Measure::Exact(extent(bytes));
    assert_eq!(moved(Measure::AtLeast(extent(1))).1, None);
    assert_eq!(moved(exact(5)), (exact(5), None));
    // Reading the pages anew shows less at first; that is neither news nor life.
    assert_eq!(moved(Measure::AtLeast(extent(1))), (exact(5), None));
    assert_eq!(moved(exact(5)), (exact(5), None));
    assert_eq!(moved(exact(6)), (exact(6), Some(NOW)));
}

#[test]
fn a_row_takes_no_more_than_its_names_and_thirty_five_bytes() {
    let mut catalog = Catalog::default();
    let rows = 200_000;
    for number in 0..rows {
        let entry = Upload {
            key: format!("{number:060}"),
            upload_id: format!("{number:063}Z"),
            ..Upload::default()
        };
        list(&mut catalog, &entry);
    }
    // Six bits are enough for each character of these IDs.
    let names = rows * (60 + 48);
    assert!(
        catalog.memory() <= names + rows * 35,
        "{} bytes a row",
        catalog.memory() / rows
    );
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let mut catalog = Catalog::default();
    list(&mut catalog, &upload("a", "1"));
    list(&mut catalog, &upload("b", "2"));
    let before = catalog.snapshot();
    catalog.bury(RowId(0));
    catalog.set_measure(RowId(1), Measure::Denied, NOW);
    list(&mut catalog, &upload("c", "3"));
    let keys: Vec<&str> = before.iter().map(|row| row.key()).collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(before.get(RowId(1)).unwrap().measure(), Measure::Unknown);
    assert!(before.get(RowId(2)).is_none());
    assert_eq!(catalog.live(), 2);
}

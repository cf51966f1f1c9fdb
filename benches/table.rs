//! What a table of 100,000 uploads costs. Figures are to be read against each other, in one run:
//! `settle_1000_changes` against `sort_again`, `filter_few` and `filter_all` against `extend`.
#![allow(clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use mopup::model::cost::Prices;
use mopup::model::provider::Provider;
use mopup::model::{
    Column, Extent, Filter, Measure, RowId, Sort, Table, TableSettings, Thresholds, Timestamp,
    Upload,
};

const ROWS: u32 = 100_000;
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

fn uploads() -> Vec<Upload> {
    (0..ROWS)
        .map(|number| Upload {
            key: format!(
                "video/raw/{:03}/camera-{number:08}-of-a-long-shoot.mxf",
                number % 500
            ),
            upload_id: format!("{number:064x}"),
            initiated: Some(NOW.minus(Duration::from_secs(u64::from(number % 9_973) * 600))),
            storage_class: Some("STANDARD".to_owned()),
            initiator: Some("arn:aws:iam::123456789012:user/encoder".to_owned()),
            ..Upload::default()
        })
        .collect()
}

fn empty() -> Table {
    let settings = TableSettings {
        prices: Arc::new(Prices {
            storage: [("STANDARD".to_owned(), 0.023)].into(),
            fallback: 0.023,
            list_requests: 0.005,
            ..Prices::default()
        }),
        thresholds: Thresholds::default(),
        provider: Provider::default(),
    };
    Table::new("bucket", settings)
}

/// A size that is far from the row's neighbours'.
fn measure(row: u32, salt: u64) -> Measure {
    Measure::Exact(Extent {
        bytes: (u64::from(row) + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24,
        parts: row % 10_000 + 1,
        last_part: Some(NOW.minus(Duration::from_secs(u64::from(row)))),
        abort_date: None,
    })
}

fn full(uploads: &[Upload]) -> Table {
    let mut table = empty();
    table.extend(uploads);
    for row in 0..ROWS {
        table.set_measure(RowId(row), measure(row, 0), NOW);
    }
    table.settle(NOW);
    table
}

fn taking_in(criterion: &mut Criterion) {
    let uploads = uploads();
    criterion.bench_function("table_100k/extend", |bench| {
        bench.iter_batched(
            empty,
            |mut table| {
                table.extend(black_box(&uploads));
                table
            },
            BatchSize::LargeInput,
        );
    });
}

/// Times what `change` does to a table that `prepare` made of a full one.
fn time(
    criterion: &mut Criterion,
    name: &str,
    prepare: impl Fn(&mut Table),
    change: impl Fn(&mut Table),
) {
    let full = full(&uploads());
    criterion.bench_function(&format!("table_100k/{name}"), |bench| {
        bench.iter_batched(
            || {
                let mut table = full.clone();
                prepare(&mut table);
                table
            },
            |mut table| {
                change(&mut table);
                table
            },
            BatchSize::LargeInput,
        );
    });
}

fn keeping_order(criterion: &mut Criterion) {
    let change_1000 = |table: &mut Table| {
        for row in (0..ROWS).step_by(100) {
            table.set_measure(RowId(row), measure(row, 7), NOW);
        }
    };
    let settle = |table: &mut Table| {
        table.settle(NOW);
    };
    let sort = |column| {
        move |table: &mut Table| {
            let descending = true;
            table.set_sort(Sort { column, descending }, NOW);
        }
    };
    time(criterion, "settle_1000_changes", change_1000, settle);
    time(
        criterion,
        "sort_again",
        sort(Column::Key),
        sort(Column::Size),
    );
}

fn filtering(criterion: &mut Criterion) {
    for (name, text) in [("filter_few", "0777"), ("filter_all", "shoot.mxf")] {
        let filter = Filter::parse(text).unwrap();
        let set = |table: &mut Table| table.set_filter(filter.clone(), NOW);
        time(criterion, name, |_| (), set);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = taking_in, keeping_order, filtering
}
criterion_main!(benches);

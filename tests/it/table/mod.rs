//! A table of uploads: rows, filter, order, marks and totals in step, and what stirs between two looks.

mod looks;
mod properties;
mod rows;

use std::sync::Arc;
use std::time::Duration;

use mopup::model::cost::Prices;
use mopup::model::provider::Provider;
use mopup::model::{Extent, Measure, TableSettings, Thresholds, Timestamp, Upload};

const NOW: Timestamp = Timestamp::from_secs(100_000_000);

fn settings() -> TableSettings {
    TableSettings {
        prices: Arc::new(Prices {
            storage: [("COLD".to_owned(), 0.01)].into(),
            fallback: 0.023,
            list_requests: 0.005,
            ..Prices::default()
        }),
        thresholds: Thresholds::default(),
        provider: Provider {
            abort_after: Some(Duration::from_secs(7 * 86_400)),
            ..Provider::default()
        },
    }
}

fn hours_ago(hours: u32) -> Timestamp {
    NOW.minus(Duration::from_secs(u64::from(hours) * 3600))
}

fn plain(key: &str, age_hours: u32) -> Upload {
    Upload {
        key: key.to_owned(),
        upload_id: "1".to_owned(),
        initiated: Some(hours_ago(age_hours)),
        ..Upload::default()
    }
}

fn exact(bytes: u64, quiet_hours: u32) -> Measure {
    Measure::Exact(Extent {
        bytes,
        parts: 1,
        last_part: Some(hours_ago(quiet_hours)),
        abort_date: None,
    })
}

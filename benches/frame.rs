//! What one frame costs at 200x60 with 100,000 uploads in the open bucket. Figures are to be read against each
//! other, in one run: `frame/100_000` against `frame/1_000`, since only what is in sight may cost anything.
#![allow(clippy::unwrap_used, reason = "a bench")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use mopup::app::{App, Effect, Event, Settings, ThemeName};
use mopup::model::cost::Prices;
use mopup::model::{Bucket, Extent, Part, RowId, Timestamp, Upload, UploadInfo};
use mopup::protocol::{Command, JobId, Measured, News, Outcome, Report};
use mopup::ui;
use mopup::ui::theme::Theme;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const SIZE: (u16, u16) = (200, 60);

fn settings() -> Settings {
    let prices = Prices {
        storage: BTreeMap::new(),
        fallback: 0.023,
        list_requests: 0.005,
        ..Prices::default()
    };
    Settings::new(Arc::new(prices), NOW)
}

fn uploads(rows: u32) -> Vec<Upload> {
    (0..rows)
        .map(|number| Upload {
            key: format!(
                "video/raw/{:03}/camera-{number:08}-of-a-long-shoot.mxf",
                number % 500
            ),
            upload_id: format!("{number:064x}"),
            initiated: Some(NOW.minus(Duration::from_secs(u64::from(number) * 60))),
            storage_class: Some("STANDARD".to_owned()),
            initiator: Some("arn:aws:iam::123456789012:user/encoder".to_owned()),
            ..Upload::default()
        })
        .collect()
}

fn sizes(rows: u32) -> Vec<(RowId, Measured)> {
    let size = |row: u32| Extent {
        bytes: u64::from(row).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24,
        parts: row % 10_000,
        last_part: Some(NOW.minus(Duration::from_secs(u64::from(row) * 30))),
        abort_date: None,
    };
    (0..rows)
        .map(|row| (RowId(row), Measured::Exact(size(row))))
        .collect()
}

fn parts() -> Vec<Part> {
    (1..=10_000)
        .map(|number| Part {
            number,
            size: 10 << 20,
            etag: format!("{number:032x}"),
            last_modified: Some(NOW.minus(Duration::from_secs(u64::from(number)))),
            checksum: None,
        })
        .collect()
}

/// The app, and what it asked for.
struct Scene {
    app: App,
    sent: Vec<Command>,
}

impl Scene {
    fn event(&mut self, event: Event) {
        let effects = self.app.update(event);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        self.sent
            .extend(effects.into_iter().filter_map(|effect| match effect {
                Effect::Send(command) => Some(command),
                _ => None,
            }));
    }

    fn news(&mut self, job_of: impl Fn(&Command) -> Option<JobId>, news: News) {
        let job = self.sent.iter().rev().find_map(job_of).unwrap();
        self.event(Event::Reports(vec![Report { job, news }]));
    }

    /// A bucket of this many sized uploads, the parts of one of them beside it.
    fn with(rows: u32) -> Self {
        let buckets = |command: &Command| match command {
            Command::Buckets { job } => Some(*job),
            _ => None,
        };
        let list = |command: &Command| match command {
            Command::List { job, .. } => Some(*job),
            _ => None,
        };
        let measure = |command: &Command| match command {
            Command::Measure { job, .. } => Some(*job),
            _ => None,
        };
        let parts_of = |command: &Command| match command {
            Command::Parts { job, .. } => Some(*job),
            _ => None,
        };
        let mut app = App::new(settings(), SIZE.0, SIZE.1);
        let effects = app.start();
        let mut scene = Self {
            app,
            sent: Vec::new(),
        };
        scene.take(effects);
        scene.news(
            buckets,
            News::Buckets(vec![Bucket {
                name: "media".to_owned(),
                ..Bucket::default()
            }]),
        );
        scene.news(list, News::Listed(uploads(rows)));
        scene.news(list, News::Ended(Outcome::Done));
        scene.event(Event::Key("enter".parse().unwrap()));
        scene.news(measure, News::Measured(sizes(rows)));
        scene.event(Event::Key("*".parse().unwrap()));
        scene.event(Event::Key("enter".parse().unwrap()));
        scene.news(
            parts_of,
            News::Parts {
                info: UploadInfo::default(),
                parts: parts(),
            },
        );
        scene
    }
}

fn frame(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    for (rows, name) in [(1_000, "1_000"), (100_000, "100_000")] {
        let scene = Scene::with(rows);
        let theme = Theme::of(ThemeName::Dark);
        let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                terminal
                    .draw(|frame| ui::draw(black_box(&scene.app), &theme, frame))
                    .unwrap();
            });
        });
    }
    group.finish();
}

criterion_group!(benches, frame);
criterion_main!(benches);
